"""The columns of one part of a file, as they are: what a cell says is read by the doors, once for each word."""

from __future__ import annotations

import zlib
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from teachback.batch.vocab import KeyTable, first_rows
from teachback.intake.table import values_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from teachback.intake.columns import Column
    from teachback.intake.fields import Level
    from teachback.intake.problems import Fault

FIRST_DAY = date(1966, 7, 1)
_EPOCH = (FIRST_DAY - date(1970, 1, 1)).days
NO_DAY = -(2**31)
BAD = -(2**31) + 1
_FIRST_SIGN, _LAST_SIGN = 0x21, 0x7E


def day_number(day: date) -> int:
    """Days since the first day of Medicare."""
    return (day - FIRST_DAY).days


def day_of(number: int) -> date:
    """The date of a day number."""
    return date.fromordinal(FIRST_DAY.toordinal() + number)


class Numbers:
    """What was read from the cells of one column, kept from part to part: one whole number for each word."""

    def __init__(self) -> None:
        self.table = KeyTable()
        self.values = np.zeros(0, np.int64)


class Cells:
    """One part's columns by field, with what is needed to tell equal cells from different ones."""

    def __init__(self, frame: pl.DataFrame, columns: Sequence[Column]) -> None:
        self.height = frame.height
        self.columns = {column.field.column: column for column in columns}
        self._frame = frame
        self._hashes: dict[str, NDArray[np.uint64]] = {}
        self._alone = {name: _alone(column) for name, column in self.columns.items()}
        self._held: dict[str, dict[int, Any]] = {}
        self._texts: dict[str, pl.Series] = {}
        self._stripped: dict[str, pl.Series] = {}
        self._keys: dict[str, NDArray[np.uint64]] = {}
        self._written: dict[str, tuple[NDArray[np.bool_], NDArray[np.bool_]]] = {}
        self._filled: dict[Level, NDArray[np.bool_]] = {}

    def has(self, name: str) -> bool:
        """Whether the file has the column and some cell of it is filled."""
        column = self.columns.get(name)
        if column is None or column.index is None:
            return False
        return self.series(name).null_count() < self.height

    def series(self, name: str) -> pl.Series:
        """The column as polars read it; words of a fixed choice as text."""
        if name not in self._texts:
            index = self.columns[name].index
            assert index is not None  # noqa: S101  ``has`` was asked before
            series = self._frame.to_series(index)
            if series.dtype in (pl.Categorical, pl.Enum):
                series = series.cast(pl.String)
            elif isinstance(series.dtype, pl.List):
                series = series.cast(pl.List(pl.String)).list.join(";")
            self._texts[name] = series
        return self._texts[name]

    def hashed(self, name: str) -> NDArray[np.uint64]:
        """A key for each cell: equal cells have equal keys."""
        if name not in self._hashes:
            series = self.series(name)
            # One number may be written as different types, and their hashes may meet.
            kind = np.uint64(zlib.crc32(str(series.dtype).encode()))
            self._hashes[name] = series.hash().to_numpy() ^ kind
        return self._hashes[name]

    def plain(self, name: str) -> bool:
        """Whether cells of the column are read as they stand, without a mapping's words."""
        return not self.columns[name].words

    def cell(self, name: str, row: int) -> object:
        """One cell, as a person would find it."""
        column = self.columns[name]
        if column.index is None:
            return column.constant
        held = self._held.get(name)
        return self.series(name)[row] if held is None or row not in held else held[row]

    def hold(self, names: Sequence[str], rows: NDArray[np.intp]) -> None:
        """Fetch the cells of some rows at once; asked for one by one they would take far longer."""
        listed = rows.tolist()
        self._held = {
            name: dict(zip(listed, self.series(name).gather(rows).to_list(), strict=True))
            for name in names
            if name in self.columns and self.columns[name].index is not None
        }

    def values(
        self, names: Sequence[str], row: int
    ) -> tuple[defaultdict[Level, dict[str, Any]], list[Fault], list[Column]]:
        """What the doors read from some cells of a row, by level; faults; and the columns, for caregivers."""
        facts: defaultdict[Level, dict[str, Any]] = defaultdict(dict)
        faults: list[Fault] = []
        columns = []
        for name in names:
            column = self.columns.get(name)
            if column is None:
                continue
            columns.append(column)
            cell = self.cell(name, row)
            if cell is not None:
                facts[column.field.level] |= values_of([self._alone[name]], [cell], faults)
        return facts, faults, columns

    def read(self, name: str, row: int) -> tuple[Any, list[Fault]]:
        """What the doors read from one cell, and its faults."""
        faults: list[Fault] = []
        values = values_of([self._alone[name]], [self.cell(name, row)], faults)
        return values.get(self.columns[name].field.name), faults

    def days(self, name: str, seen: Numbers) -> NDArray[np.int32]:
        """The column's dates as day numbers; ``NO_DAY`` for an empty cell and ``BAD`` for one that is no date."""
        if not self.has(name):
            days = np.full(self.height, NO_DAY, np.int32)
            if name in self.columns and self.columns[name].constant is not None:
                days[:] = self.read_day(name, 0)
            return days
        series = self.series(name)
        if series.dtype == pl.Date and self.plain(name):
            days = (series.to_physical() - _EPOCH).fill_null(NO_DAY).to_numpy()
            return days.astype(np.int32, copy=True)
        return self.numbered(name, seen, lambda cells, row: cells.read_day(name, row)).astype(np.int32)

    def read_day(self, name: str, row: int) -> int:
        """The day number of one cell."""
        value, faults = self.read(name, row)
        if faults:
            return BAD
        return NO_DAY if value is None else day_number(value)

    def numbered(self, name: str, seen: Numbers, read: Any) -> NDArray[np.int64]:  # noqa: ANN401  a reader
        """A whole number for each cell, read once for each distinct cell."""
        keys = self.hashed(name)
        codes = seen.table.find(keys)
        missing = np.flatnonzero(codes < 0)
        if missing.size:
            distinct, rows = first_rows(keys, missing)
            self.hold([name], rows)
            fresh = [read(self, int(row)) for row in rows]
            seen.table.add(distinct)
            seen.values = np.concatenate([seen.values, np.array(fresh, np.int64)])
            codes = seen.table.find(keys)
        return seen.values.take(codes)

    def written(self, name: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Which cells hold words, and which are odd and must be read one by one."""
        if name not in self._written:
            self._written[name] = self._nature(name)
        return self._written[name]

    def _nature(self, name: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        nothing = np.zeros(self.height, np.bool_)
        if not self.has(name):
            column = self.columns.get(name)
            filled = column is not None and column.index is None and bool(str(column.constant or "").strip())
            return np.full(self.height, filled), nothing
        series = self.series(name)
        if series.dtype != pl.String or not self.plain(name):
            return nothing, ~series.is_null().to_numpy()
        full = (series.str.len_bytes() > 0).fill_null(value=False).to_numpy()
        # Blank texts and a spreadsheet's errors begin with a sign; few others do, and those are looked at.
        strange = ((series < "$") | (series > "{")).fill_null(value=False)
        if not strange.any():
            return full, nothing
        full, odd = full.copy(), nothing
        rows = np.flatnonzero(strange.to_numpy())
        texts = series.filter(strange)
        full[rows] = (texts.str.strip_chars().str.len_bytes() > 0).to_numpy()
        odd[rows] = texts.str.starts_with("#").to_numpy()
        return full, odd

    def filled(self, level: Level) -> NDArray[np.bool_]:
        """Whether any cell of a level is filled."""
        if level not in self._filled:
            found = np.zeros(self.height, np.bool_)
            for name, column in self.columns.items():
                if column.field.level is not level:
                    continue
                if self.has(name) and self.series(name).dtype != pl.String:
                    found |= self.series(name).is_not_null().to_numpy()
                else:
                    full, odd = self.written(name)
                    found |= full | odd
            self._filled[level] = found
        return self._filled[level]

    def text(self, name: str) -> pl.Series:
        """The column as text without blanks around it."""
        if name not in self._stripped:
            self._stripped[name] = self._text(name)
        return self._stripped[name]

    def _text(self, name: str) -> pl.Series:
        column = self.columns[name]
        if column.index is None:
            return pl.Series([str(column.constant)] * self.height, dtype=pl.String)
        series = self.series(name)
        if series.dtype != pl.String:
            return series.cast(pl.String)
        raw = series.cast(pl.Binary)
        first, last = raw.bin.get(0, null_on_oob=True), raw.bin.get(-1, null_on_oob=True)
        around = (first < _FIRST_SIGN) | (last < _FIRST_SIGN) | (first > _LAST_SIGN) | (last > _LAST_SIGN)
        return series.str.strip_chars() if around.any() else series

    def key(self, name: str) -> NDArray[np.uint64]:
        """A key for each text without the blanks around it; 0 for an empty one."""
        if name not in self._keys:
            if name not in self.columns or (self.columns[name].index is not None and not self.has(name)):
                return np.zeros(self.height, np.uint64)
            text = self.text(name)
            keys: NDArray[np.uint64] = text.hash().to_numpy()
            empty = (text.str.len_bytes() == 0).fill_null(value=True)
            if empty.any():
                keys = np.where(empty.to_numpy(), np.uint64(0), keys)
            self._keys[name] = keys
        return self._keys[name]


def _alone(column: Column) -> Column:
    return type(column)(column.field, column.read, 0, None, column.words)
