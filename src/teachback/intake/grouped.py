"""Refusals are kept to a number that people read and memory holds; the others are counted."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from teachback.intake.problems import Refusal

MOST_ALIKE = 50
MOST_KINDS = 1000
_INDEX = re.compile(r"\[[0-9]+\]")


@dataclass(slots=True)
class _Kind:
    """Refusals of one column with one expectation: how many are kept, and what the others are like."""

    kept: int = 0
    rows: int = 0
    last_row: int | None = None
    like: Refusal | None = None


class Refusals:
    """The refusals of one file: of each kind the first fifty, and how many more rows are like them."""

    def __init__(self) -> None:
        self._kept: list[Refusal] = []
        self._kinds: dict[tuple[str, str], _Kind] = {}

    def __bool__(self) -> bool:
        return bool(self._kept)

    def add(self, refusal: Refusal) -> None:
        """Keep one more refusal, or count it."""
        if refusal.row is None:
            self._kept.append(refusal)
            return
        kind = self._kind(refusal)
        if kind.kept < MOST_ALIKE:
            kind.kept += 1
            kind.last_row = refusal.row
            self._kept.append(refusal)
        elif kind.last_row != refusal.row:
            kind.rows += 1
            kind.last_row = refusal.row
            kind.like = kind.like or refusal

    def all(self) -> tuple[Refusal, ...]:
        """Those kept in their order, then one for each kind of which there are more."""
        return (*self._kept, *self._counts())

    def _kind(self, refusal: Refusal) -> _Kind:
        key = (_INDEX.sub("[]", refusal.column or ""), refusal.expected)
        if key not in self._kinds and len(self._kinds) >= MOST_KINDS:
            key = ("", refusal.expected)
        return self._kinds.setdefault(key, _Kind())

    def _counts(self) -> Iterator[Refusal]:
        for (column, _), kind in self._kinds.items():
            if kind.like is not None:
                noun = kind.like.counted + ("" if kind.rows == 1 else "s")
                read = f"something else in those named above and {kind.rows:,} more {noun} like this"
                yield replace(
                    kind.like, row=None, column=column or None, read=read, cure="correct them in the same way"
                )
