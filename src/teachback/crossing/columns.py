"""Columns of claim lines made ready: identified, their codes and modifiers read, what is unknown marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Array = NDArray[Any]


def identified(lines: pl.DataFrame | pl.LazyFrame, needed: Sequence[str]) -> pl.DataFrame:
    """The lines sorted by ``line_id``, with that column; ``ValueError`` where columns do not serve."""
    frame = lines.collect() if isinstance(lines, pl.LazyFrame) else lines
    present(frame, needed)
    frame = dated(frame, ("date_of_service",))
    if "line_id" not in frame.columns:
        return frame.with_row_index("line_id")
    empty = frame["line_id"].null_count()
    twice = frame.height - empty - frame["line_id"].drop_nulls().n_unique()
    if empty or twice:
        raise ValueError(
            f"The column line_id is empty on {empty} lines and repeats on {twice}. Give every line its own, "
            "such as claim and line number together, or leave the column out."
        )
    return frame.sort("line_id")


def present(frame: pl.DataFrame, needed: Sequence[str]) -> None:
    """``ValueError`` where a column is absent."""
    absent = [name for name in needed if name not in frame.columns]
    if absent:
        raise ValueError(
            f"There is no column {' and no column '.join(absent)}. Add it, or rename what holds it."
        )


def dated(frame: pl.DataFrame, needed: Sequence[str]) -> pl.DataFrame:
    """The frame with these columns as dates; ``ValueError`` where one is absent or is no date."""
    present(frame, needed)
    for name in needed:
        kind = frame.schema[name]
        if kind not in {pl.Date, pl.Datetime, pl.Null}:
            raise ValueError(f"The column {name} holds {kind}, not dates. Read it as dates first.")
    return frame.with_columns(pl.col(name).cast(pl.Date) for name in needed)


def marks_of(text: str | None) -> frozenset[str]:
    """The modifiers of a text such as ``gp; kx``: in capitals, without blanks, empties and repetitions."""
    return frozenset(mark for mark in (part.strip().upper() for part in (text or "").split(";")) if mark)


def modifier_texts(frame: pl.DataFrame) -> pl.Series:
    """The modifiers of each line as one text joined by ";"; null where the column or its value is absent."""
    if "modifiers" not in frame.columns:
        return pl.Series("modifiers", [None], dtype=pl.String).new_from_index(0, frame.height)
    texts = frame["modifiers"]
    if isinstance(texts.dtype, pl.List):
        texts = texts.list.join(";", ignore_nulls=True)
    return texts.cast(pl.String)


def numbered(values: pl.Series, meaning: Callable[[Any], Any]) -> tuple[Array, list[Any]]:
    """For each row the number of what its value means, and those meanings; the work is done once a value."""
    if not len(values):
        return np.zeros(0, dtype=np.int64), []
    distinct = values.unique().to_list()
    meanings: dict[Any, int] = {}
    codes = [meanings.setdefault(meaning(value), len(meanings)) for value in distinct]
    into = pl.Series(codes, dtype=pl.Int64)
    found = values.replace_strict(pl.Series(distinct, dtype=values.dtype), into, return_dtype=pl.Int64)
    return found.to_numpy(), list(meanings)


def unknown(frame: pl.DataFrame, *columns: str) -> Array:
    """Which lines lack one of the columns: null or an empty text."""
    lacking = [
        pl.col(name).is_null() | (pl.col(name).str.len_bytes() == 0)
        if frame.schema[name] == pl.String
        else pl.col(name).is_null()
        for name in columns
    ]
    return frame.select(pl.any_horizontal(lacking)).to_series().to_numpy()
