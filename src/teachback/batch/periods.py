"""The spans of days within which nothing changes for some rules: their law is one column, not one a value."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from teachback.batch.cells import day_number, day_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from teachback.law import Law, Statute
    from teachback.rulebook import Rule, Rulebook

DAYS = 65_536


class Periods:
    """The days on which the law of some rules changes, for a payer."""

    def __init__(self, law: Law, payer: str, starts: Iterable[int]) -> None:
        numbers = [0, *sorted({day for day in starts if 0 < day < DAYS})]
        self.statutes: tuple[Statute, ...] = tuple(law.on(day_of(number), payer) for number in numbers)
        self._of_day = (np.searchsorted(np.array(numbers), np.arange(DAYS), side="right") - 1).astype(
            np.uint8
        )

    @classmethod
    def of(cls, book: Rulebook, payer: str, rules: Iterable[Rule]) -> Periods:
        """The periods of some rules: each begins where a value, a rule or the silence of the law begins."""
        return cls(book.law, payer, {day for rule in rules for day in starts(book, rule)})

    def __len__(self) -> int:
        return len(self.statutes)

    def at(self, days: NDArray[np.integer]) -> NDArray[np.uint8]:
        """The number of the period of each day."""
        return self._of_day.take(days)


@cache
def starts(book: Rulebook, rule: Rule) -> frozenset[int]:
    """The day numbers on which something changes for a rule, for any payer."""
    days = {rule.since, _next(rule.until)}
    for name in rule.law:
        for entry in book.law.entries(name):
            days.add(entry.since)
            if entry.until is not None:
                days.add(_next(entry.until))
        silent = book.law.parameters[name].silent_from
        if silent is not None:
            days.add(silent)
    return frozenset(day_number(day) for day in days)


def _next(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)
