"""Amounts of lines in whole cents over columns: the very functions that reckon one line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from teachback.batch.periods import Periods
from teachback.rulebook import decide

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from teachback.batch.columns import Coded
    from teachback.rulebook import Rulebook


@dataclass(slots=True)
class Amount:
    """Whole numbers of which some are unknown."""

    cents: NDArray[np.int64]
    known: NDArray[np.bool_]

    @classmethod
    def of(cls, coded: Coded) -> Amount:
        """The numbers that a coded column holds."""
        numbers = np.array([0 if v is None else int(v) for v in coded.values], np.int64)
        known = np.array([v is not None for v in coded.values], np.bool_)
        return cls(numbers.take(coded.codes), known.take(coded.codes))

    @classmethod
    def all(cls, cents: NDArray[Any]) -> Amount:
        """Numbers all of which are known."""
        return cls(cents.astype(np.int64), np.ones(len(cents), np.bool_))

    def __getitem__(self, rows: NDArray[Any] | slice) -> Amount:
        return Amount(self.cents[rows], self.known[rows])


class Reckoner:
    """Calls the rules that reckon, on whole columns."""

    def __init__(self, book: Rulebook, payer: str) -> None:
        self._book, self._payer = book, payer
        self._law: dict[str, tuple[Periods, NDArray[np.int64], NDArray[np.bool_]]] = {}

    def _values(self, name: str) -> tuple[Periods, NDArray[np.int64], NDArray[np.bool_]]:
        if name not in self._law:
            users = [rule for rule in self._book.rules if name in rule.law]
            periods = Periods.of(self._book, self._payer, users)
            values = [statute.value(name) for statute in periods.statutes]
            self._law[name] = (
                periods,
                np.array([0 if value is None else int(value) for value in values], np.int64),
                np.array([value is not None for value in values], np.bool_),
            )
        return self._law[name]

    def reckon(self, fact: str, days: NDArray[Any], given: dict[str, Amount]) -> Amount:
        """The amount that a rule makes of others; unknown where one of them, or the law, is."""
        rule = self._book.makers[fact][0]
        amounts = [given[name] for name in rule.facts]
        known = np.ones(len(days), np.bool_)
        for amount in amounts:
            known &= amount.known
        law = []
        for name in rule.law:
            periods, values, spoken = self._values(name)
            at = periods.at(days)
            known &= spoken.take(at)
            law.append(values.take(at))
        answer = decide(rule, tuple(amount.cents for amount in amounts), tuple(law))
        return Amount(np.where(known, answer, 0), known)
