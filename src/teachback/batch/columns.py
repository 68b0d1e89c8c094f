"""Columns of numbered values, and decision tables that fill themselves and answer whole columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from teachback.rulebook import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from teachback.batch.periods import Periods
    from teachback.law import Statute
    from teachback.rulebook import Rulebook

CHUNK = 32_768
UNMET = -1
MOST_RESULTS = 32_767


@dataclass(slots=True)
class Coded:
    """A column of numbered values: ``values[codes[i]]`` is what row i says; ``size`` bounds the codes."""

    codes: NDArray[Any]
    values: Sequence[Any]
    size: int


class Sheet:
    """The rows of one bucket: their coded facts and the day of each."""

    def __init__(self, days: NDArray[np.uint16], facts: dict[str, Coded]) -> None:
        self.days = days
        self.facts = facts

    def __len__(self) -> int:
        return len(self.days)

    def part(self, rows: NDArray[np.intp], names: Sequence[str]) -> Sheet:
        """Some of the rows with some of the facts."""
        kept = {n: Coded(self.facts[n].codes[rows], self.facts[n].values, self.facts[n].size) for n in names}
        return Sheet(self.days[rows], kept)


def capacity(count: int) -> int:
    """Room for numbered values that may still grow: a power of two, so that tables are seldom laid out anew."""
    return max(16, 1 << max(count - 1, 1).bit_length())


@dataclass(slots=True)
class Table:
    """One cell for each combination of some facts and of the period of the law; filled when first met.

    ``fill`` is given the statute and the facts of a cell and answers with the number of its result.
    """

    book: Rulebook
    needs: tuple[str, ...]
    periods: Periods
    fill: Callable[[Scope], int]
    met: dict[tuple[Any, ...], int] = field(default_factory=dict)
    _shape: tuple[int, ...] = ()
    _cells: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))

    def run(self, sheet: Sheet) -> NDArray[np.int16]:
        """The number of the result of every row; a table has far fewer results than cells."""
        columns = [sheet.facts[name] for name in self.needs]
        shape = (len(self.periods), *(column.size for column in columns))
        if shape != self._shape:
            self._shape, self._cells = shape, np.full(prod(shape), UNMET, np.int16)
        answers = np.empty(len(sheet), np.int16)
        several = len(self.periods) > 1
        at = np.empty(min(CHUNK, max(len(sheet), 1)), np.int32)
        for begin in range(0, len(sheet), CHUNK):
            end = min(begin + CHUNK, len(sheet))
            here = at[: end - begin]
            here[:] = self.periods.at(sheet.days[begin:end]) if several else 0
            for column in columns:
                here *= np.int32(column.size)
                here += column.codes[begin:end]
            found = answers[begin:end]
            # Codes are below their sizes, so that no cell lies outside; "clip" only spares the check.
            self._cells.take(here, out=found, mode="clip")
            if found.size and found.min() == UNMET:
                self._meet(np.unique(here[found == UNMET]), columns)
                self._cells.take(here, out=found, mode="clip")
        return answers

    def _meet(self, cells: NDArray[Any], columns: list[Coded]) -> None:
        for cell, position in zip(
            cells.tolist(), np.array(np.unravel_index(cells, self._shape)).T.tolist(), strict=True
        ):
            period, *codes = position
            values = tuple([column.values[code] for column, code in zip(columns, codes, strict=True)])
            key = (period, *((type(value), value) for value in values))
            if key not in self.met:
                self.met[key] = self._answer(self.periods.statutes[period], values)
            if self.met[key] > MOST_RESULTS:
                raise OverflowError(
                    f"more than {MOST_RESULTS} different answers in the table of {self.needs}"
                )
            self._cells[cell] = self.met[key]

    def _answer(self, statute: Statute, values: tuple[Any, ...]) -> int:
        return self.fill(Scope(self.book, statute, dict(zip(self.needs, values, strict=True))))


class Values:
    """Numbered values in the order in which they come; the unknown is 0."""

    def __init__(self, values: Sequence[Any] = (None,)) -> None:
        self.values: list[Any] = list(values)
        self._numbers = {(type(value), value): n for n, value in enumerate(self.values)}

    def number(self, value: object) -> int:
        """The number of a value; a new one gets the next."""
        key = (type(value), value)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.values)
            self.values.append(value)
        return found

    def coded(self, codes: NDArray[Any]) -> Coded:
        """A column of these values."""
        size = capacity(len(self.values))
        kind = np.uint8 if size <= 256 else np.int32  # noqa: PLR2004  what a byte holds
        return Coded(codes.astype(kind), self.values, size)


class Maker:
    """A determination as a decision table: adds its fact to a sheet."""

    def __init__(self, book: Rulebook, fact: str, periods: Periods) -> None:
        makers = book.makers[fact]
        self.fact, self.values = fact, Values()
        self.needs = tuple(dict.fromkeys(need for maker in makers for need in book.needs(maker)))
        self.table = Table(book, self.needs, periods, self._fill)

    def run(self, sheet: Sheet) -> None:
        """Add the fact of every row."""
        sheet.facts[self.fact] = self.values.coded(self.table.run(sheet))

    def _fill(self, scope: Scope) -> int:
        return self.values.number(scope.value(self.fact))
