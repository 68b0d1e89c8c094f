"""A table under construction: words as numbers into small tables, turned into typed columns at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt
    from numpy.random import Generator

    Ints = npt.NDArray[np.int64]
    Cells = npt.NDArray[Any]
    Mask = npt.NDArray[np.bool_]

NONE: Final = np.iinfo(np.int32).min
_SMALL, _MIDDLE = 250, 60_000
_CENTS = pl.Decimal(12, 2)


class Form(Enum):
    """How a column is written: a word or amount out of a table, a flag, a number, or a day."""

    WORD = "word"
    TEXT = "text"
    MONEY = "money"
    FLAG = "flag"
    NUMBER = "number"
    DAY = "day"


@dataclass(slots=True)
class Column:
    """One column: for words, texts and money, numbers into ``table`` where 0 is an empty cell.

    Flags are 0 empty, 1 yes, 2 no. Numbers and days (since 1970) stand as they are, ``NONE`` for an empty
    cell. Money tables hold cents. ``WORD`` is for tables of repeated words; the table of a ``TEXT`` column,
    for texts that hardly repeat, begins with the texts of ``long``.
    """

    form: Form
    values: Cells
    table: list[Any] = field(default_factory=list)
    long: pl.Series | None = None
    _index: dict[Any, int] = field(default_factory=dict)

    def number_of(self, word: object) -> int:
        """The number of a word in the table; a new word is entered."""
        if word is None:
            return 0
        if not self._index:
            self._index.update({known: place for place, known in enumerate(self.table)})
        if word not in self._index:
            self._index[word] = len(self.table)
            self.table.append(word)
            largest = np.iinfo(self.values.dtype).max
            if len(self.table) > largest:
                self.values = self.values.astype(np.uint32)
        return self._index[word]

    def series(self, name: str, rows: slice, ready: Any) -> pl.Series:  # noqa: ANN401  Enum, Series or None
        """The rows as typed values; ``ready`` is the prepared table."""
        part = self.values[rows]
        if self.form in {Form.NUMBER, Form.DAY}:
            made = pl.Series(name, part.astype(np.int32, copy=False))
            empty = part == NONE
        elif self.form is Form.FLAG:
            made, empty = pl.Series(name, part == 1), part == 0
        elif self.form is Form.WORD:
            made, empty = pl.Series(name, part).cat.to(ready), part == 0
        else:
            return ready.gather(pl.Series(part)).alias(name)  # type: ignore[no-any-return]
        if empty.any():
            made = made.set(pl.Series(empty), None)
        return made.cast(pl.Date) if self.form is Form.DAY else made

    def prepare(self) -> Any:  # noqa: ANN401  Enum, Series or None
        """The table in the form that polars reads from."""
        if self.form is Form.WORD:
            return pl.Enum(["(none)" if "" in self.table[1:] else "", *self.table[1:]])
        if self.form is Form.MONEY:
            dollars = [None, *(Decimal(cents).scaleb(-2) for cents in self.table[1:])]
            return pl.Series(dollars, dtype=_CENTS)
        if self.form is Form.TEXT:
            assert self.long is not None  # noqa: S101  made so by texts()
            ends = [pl.Series(part, dtype=pl.String) for part in ([None], self.table)]
            return pl.concat([ends[0], self.long, ends[1]])
        return None

    def text(self, number: int) -> str:
        """The text with this number in a ``TEXT`` column, or the word in another."""
        if self.long is None:
            return str(self.table[number])
        if number <= len(self.long):
            return str(self.long[number - 1])
        return str(self.table[number - 1 - len(self.long)])

    def add(self, text: str) -> int:
        """Enter a new text into a ``TEXT`` column; its number."""
        assert self.long is not None  # noqa: S101  only texts are entered so
        self.table.append(text)
        return len(self.long) + len(self.table)


def some(rng: Generator, count: int, share: float) -> Mask:
    """Which of ``count`` belong to a share (0 to 1) drawn at random."""
    return rng.random(count) < share


def words(values: Cells, table: Sequence[str]) -> Column:
    """A column of words: ``values`` count the table from 1, and 0 is an empty cell."""
    distinct = list(dict.fromkeys(table))
    if len(distinct) < len(table):
        place = {word: number for number, word in enumerate(distinct, start=1)}
        values = np.asarray([0, *(place[word] for word in table)])[values]
    return Column(Form.WORD, narrow(values, len(distinct)), ["", *distinct])


def always(rows: int, word: str) -> Column:
    """A column with one word in every row."""
    return words(np.ones(rows, np.uint8), [word])


def empty(rows: int) -> Column:
    """A column of words with nothing in it yet."""
    return words(np.zeros(rows, np.uint8), [])


def texts(values: Cells, table: pl.Series) -> Column:
    """A column of texts that hardly repeat: ``values`` count the table from 1, and 0 is an empty cell."""
    return Column(Form.TEXT, values.astype(np.uint32), [], table)


def money(values: Cells, cents: Sequence[int]) -> Column:
    """A column of amounts: ``values`` count the table of cents from 1, and 0 is an empty cell."""
    return Column(Form.MONEY, narrow(values, len(cents)), [0, *cents])


def flags(values: Cells) -> Column:
    """A column of yes (1), no (2) and empty cells (0)."""
    return Column(Form.FLAG, values.astype(np.uint8))


def numbers(values: Cells) -> Column:
    """A column of whole numbers; ``NONE`` is an empty cell."""
    return Column(Form.NUMBER, values.astype(np.int32))


def days(values: Cells) -> Column:
    """A column of days since 1970; ``NONE`` is an empty cell."""
    return Column(Form.DAY, values.astype(np.int32))


def narrow(values: Cells, largest: int) -> Cells:
    """The numbers in the smallest form that holds ``largest`` and some words to come."""
    if largest < _SMALL:
        return values.astype(np.uint8)
    return values.astype(np.uint16 if largest < _MIDDLE else np.uint32)


@dataclass(slots=True)
class Sheet:
    """The rows of one part: columns by name, all of ``rows`` cells."""

    rows: int
    columns: dict[str, Column] = field(default_factory=dict)

    def put(self, name: str, at: Ints, value: Any) -> None:  # noqa: ANN401  cells hold words, numbers and flags
        """Write one value, or ``None`` for an empty cell, into the rows ``at``."""
        column = self.columns[name]
        if column.form in {Form.NUMBER, Form.DAY}:
            column.values[at] = NONE if value is None else value
        elif column.form is Form.FLAG:
            column.values[at] = 0 if value is None else 1 if value else 2
        else:
            number = column.number_of(value)
            column.values[at] = number

    def frames(self, height: int) -> Iterable[pl.DataFrame]:
        """The rows as data frames of at most ``height`` rows each."""
        prepared = {name: column.prepare() for name, column in self.columns.items()}
        for first in range(0, self.rows, height):
            part = slice(first, min(first + height, self.rows))
            yield pl.DataFrame([c.series(n, part, prepared[n]) for n, c in self.columns.items()])

    def texts(self, name: str, rows: Ints) -> list[str]:
        """The words or texts of some rows of a column."""
        column = self.columns[name]
        return [column.text(number) for number in column.values[rows].tolist()]

    def frame(self, height: int) -> pl.DataFrame:
        """All rows as one data frame, made ``height`` rows at a time."""
        return pl.concat(self.frames(height), rechunk=False)
