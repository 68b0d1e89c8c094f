"""ICD-10-CM: whether a diagnosis code may stand on a claim for a service of a given day.

The table holds the billable codes of the releases that were read, and nothing else: no titles, and no headers,
since a header is whatever a billable code begins with. Codes are written without the dot, in upper case.

Releases run from October 1 to September 30, with an update on April 1. A release whose October half was not read
stands for its whole year; ``releases()`` tells which days each one answers for. Before the first and after the
last of them the answer is ``NOT_CHECKED``, never a pass. How the file is written is said in
``tools/make_codesets.py``, which makes it; what was inferred is said in ``docs/reference/code-sets.md``.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from teachback.codesets.common import TABLES, Validity

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORM = re.compile(r"(?:[A-Z][0-9]|QA)[0-9A-Z](?:[0-9A-Z]{1,4})?")
_HEADER = 3


@dataclass(frozen=True, slots=True)
class Release:
    """One release of the code set, and the days of service for which we take its word."""

    name: str
    since: date
    through: date


@dataclass(frozen=True, slots=True)
class _Table:
    """All billable codes in order; ``history`` holds those that are not in every release ("01": in the last)."""

    releases: tuple[Release, ...]
    codes: list[str]
    history: dict[str, str]

    def is_billable(self, code: str, release: int) -> bool:
        """Whether a code of the list was billable in the numbered release."""
        history = self.history.get(code)
        return history is None or history[release] == "1"

    def below(self, code: str) -> Iterator[str]:
        """The listed codes that begin with ``code`` and are longer, of any release."""
        at = bisect_left(self.codes, code)
        while at < len(self.codes) and self.codes[at].startswith(code):
            if self.codes[at] != code:
                yield self.codes[at]
            at += 1

    def in_release(self, code: str, release: int) -> bool:
        """Whether the numbered release knows the code, as a billable code or as a header."""
        at = bisect_left(self.codes, code)
        if at < len(self.codes) and self.codes[at] == code and self.is_billable(code, release):
            return True
        return any(self.is_billable(child, release) for child in self.below(code))


@cache
def _table() -> _Table:
    releases: list[Release] = []
    codes: list[str] = []
    history: dict[str, str] = {}
    for line in (TABLES / "icd10cm.txt").read_text(encoding="ascii").splitlines():
        word, _, rest = line.partition(" ")
        if word == "release":
            name, since, through = rest.split()
            releases.append(Release(name, date.fromisoformat(since), date.fromisoformat(through)))
        elif word == "known":
            known = rest
        elif word != "#":
            expanded = [
                f"{head}{last}"
                for group in line.split()
                for head, _, tails in (group.partition("="),)
                for last in tails
            ]
            codes += expanded
            if "0" in known:
                history.update(dict.fromkeys(expanded, known))
    codes.sort()
    return _Table(tuple(releases), codes, history)


def is_form(code: str) -> bool:
    """Whether a text has the form of an ICD-10-CM code as claims carry it: 3 to 7 characters, without a dot."""
    return _FORM.fullmatch(code) is not None


def releases() -> tuple[Release, ...]:
    """The releases that were read, oldest first; their days follow each other without a gap."""
    return _table().releases


@lru_cache(maxsize=16_384)
def _in(code: str, release: int) -> Validity:
    table = _table()
    at = bisect_left(table.codes, code)
    listed = at < len(table.codes) and table.codes[at] == code
    if listed and table.is_billable(code, release):
        return Validity.VALID
    if any(table.is_billable(child, release) for child in table.below(code)):
        return Validity.NOT_BILLABLE
    if any(table.in_release(code, earlier) for earlier in range(release)):
        return Validity.RETIRED
    if any(table.in_release(code, later) for later in range(release + 1, len(table.releases))):
        return Validity.NOT_YET
    return Validity.UNKNOWN_CODE


def validity(code: str, on: date) -> Validity:
    """Whether a diagnosis code is valid for a service on ``on``.

    ``NOT_BILLABLE`` is a code that needs more characters on that day; ``RETIRED`` and ``NOT_YET`` are known to
    another release only; ``NOT_CHECKED`` is a day that no release of ours answers for.
    """
    if not is_form(code):
        return Validity.BAD_FORM
    for number, release in enumerate(_table().releases):
        if release.since <= on <= release.through:
            return _in(code, number)
    return Validity.NOT_CHECKED


def children(code: str, on: date, most: int = 3) -> tuple[str, ...]:
    """The first billable codes below a header on that day, to tell what could stand in its place."""
    table = _table()
    found: list[str] = []
    for number, release in enumerate(table.releases):
        if len(code) >= _HEADER and release.since <= on <= release.through:
            for child in table.below(code):
                if len(found) == most:
                    break
                if table.is_billable(child, number):
                    found.append(child)
    return tuple(found)


def dotted(code: str) -> str:
    """The code as people write it: a dot after the third character."""
    return f"{code[:_HEADER]}.{code[_HEADER:]}" if len(code) > _HEADER else code
