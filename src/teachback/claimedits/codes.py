"""What the law says of codes, whatever the date: families, add-ons, pairs, and the days on which law changes."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING

from teachback.model import Training
from teachback.rulebook import FIRST_DAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from teachback.law import Law
    from teachback.rulebook import Rulebook

LATEST = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class TrainingCode:
    """A training code: its family, its part in it, and its primary (itself, where it is one)."""

    training: Training
    is_addon: bool
    is_group: bool
    own_primary: str

    @property
    def is_primary(self) -> bool:
        """Whether it stands first: individual or group."""
        return not self.is_addon


@cache
def training_codes(law: Law) -> Mapping[str, TrainingCode]:
    """Every training code that the law has on any date."""
    found: dict[str, TrainingCode] = {}
    for name, is_group in (("individual_codes", False), ("group_codes", True)):
        for entry in law.entries(name):
            for family, code in entry.value.items():
                found[code] = TrainingCode(
                    Training(family), is_addon=False, is_group=is_group, own_primary=code
                )
    for entry in law.entries("addon_codes"):
        for primary, addon in entry.value.items():
            known = found.get(primary)
            if known is not None:
                found[addon] = TrainingCode(
                    known.training, is_addon=True, is_group=known.is_group, own_primary=primary
                )
    return found


@cache
def pair_partners(law: Law) -> Mapping[str, frozenset[str]]:
    """For each code of column two the codes of column one with which it makes a pair on some date."""
    found: dict[str, set[str]] = {}
    for entry in law.entries("pair_indicator"):
        first, _, second = str(entry.key).partition("/")
        found.setdefault(second, set()).add(first)
    return {second: frozenset(firsts) for second, firsts in found.items()}


class Periods:
    """The spans of days within which nothing changes for some rules; each has its first day."""

    def __init__(self, starts: Iterable[date]) -> None:
        self.firsts = sorted({FIRST_DAY, *starts})

    @classmethod
    def of(cls, book: Rulebook, facts: Iterable[str] | None = None) -> Periods:
        """The periods of all rules of the book, or of those that make the facts and what they need."""
        rules = list(book.rules) if facts is None else []
        if facts is not None:
            asked, seen = list(facts), set()
            while asked:
                fact = asked.pop()
                if fact in seen:
                    continue
                seen.add(fact)
                makers = book.makers.get(fact, ())
                rules += makers
                asked += [need for maker in makers for need in book.needs(maker)]
        return cls(day for rule in rules for day in _starts(book.law, rule.law))

    def first(self, day: date) -> date:
        """The first day of the period in which a day lies; days before Medicare are of the first one."""
        return self.firsts[max(0, bisect_right(self.firsts, day) - 1)]


def _starts(law: Law, names: Iterable[str]) -> Iterable[date]:
    for name in names:
        silent = law.parameters[name].silent_from
        if silent is not None:
            yield silent
        for entry in law.entries(name):
            yield entry.since
            if entry.until is not None and entry.until < LATEST:
                yield entry.until + timedelta(1)
