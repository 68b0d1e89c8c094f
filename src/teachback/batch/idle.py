"""Columns that decide nothing are read all the same: a row that the doors refuse is refused here too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from teachback.batch.cells import Cells, Numbers
from teachback.batch.groups import SHARED
from teachback.batch.vocab import first_rows
from teachback.intake.fields import Kind, Level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from teachback.intake.problems import Fault

_FREE = (Kind.TEXT, Kind.LIST, Kind.NPI)
_TYPED = {Kind.DATE: (pl.Date,), Kind.YES_NO: (pl.Boolean,)}


def unreadable(
    cells: Cells, decided: set[str], seen: dict[str, Numbers]
) -> Iterator[tuple[NDArray[np.intp], Fault, bool]]:
    """Rows of the columns that no group reads whose cells cannot be read, with the fault and whether it is shared."""
    for name, column in cells.columns.items():
        if name in decided or column.field.level is Level.CAREGIVER or not cells.has(name):
            continue
        dtype = cells.series(name).dtype
        if dtype in _TYPED.get(column.field.kind, ()) or (isinstance(dtype, pl.Decimal) and dtype.scale == 2):  # noqa: PLR2004
            continue
        plain = column.field.kind in _FREE and not column.field.pad
        if plain and dtype == pl.String and cells.plain(name):
            rows = np.flatnonzero(cells.written(name)[1])
        else:
            numbers = seen.setdefault(f"idle {name}", Numbers())
            rows = np.flatnonzero(cells.numbered(name, numbers, _reads(name)) < 0)
        yield from faults_of(cells, name, rows)


def faults_of(
    cells: Cells, name: str, rows: NDArray[np.intp]
) -> Iterator[tuple[NDArray[np.intp], Fault, bool]]:
    """The faults of some cells of a column, each with all rows whose cell says the same."""
    if not rows.size:
        return
    shared = cells.columns[name].field.level in SHARED
    keys = cells.hashed(name)[rows]
    for key, first in zip(*first_rows(keys, np.arange(len(rows))), strict=True):
        _, told = cells.read(name, int(rows[first]))
        for fault in told:
            yield rows[keys == key], fault, shared


def _reads(name: str) -> Callable[[Cells, int], int]:
    def read(cells: Cells, row: int) -> int:
        return -1 if cells.read(name, row)[1] else 0

    return read
