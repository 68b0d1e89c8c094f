"""Files of any kind and size, cut into parts and read part by part."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from teachback.batch.journal import Part, Plan, Problem
from teachback.batch.troubles import BatchError
from teachback.intake.columns import recognize
from teachback.intake.csvdoor import beginning, rows_of
from teachback.intake.jsonl import read_some
from teachback.intake.mapping import Mapping
from teachback.intake.problems import Refusal, Unread
from teachback.intake.table import too_long

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from teachback.intake.columns import Column
    from teachback.intake.reading import Reading

_BLOCK = 1 << 24
_BEGINNING = 1 << 16
_TEXTS = (".csv", ".tsv", ".txt")
_LINES = (".jsonl", ".ndjson")


@dataclass(slots=True)
class Rows:
    """The rows of a part of a table with their numbers, its columns, and the rows that could not be split."""

    frame: pl.DataFrame
    columns: tuple[Column, ...]
    numbers: NDArray[np.uint32]
    refusals: tuple[Refusal, ...] = ()


def plan_parts(inputs: Sequence[Path], part_rows: int) -> Plan:
    """Cut files into parts of about ``part_rows`` rows; a file that cannot be read becomes a problem."""
    parts: list[Part] = []
    problems: list[Problem] = []
    for file in inputs:
        try:
            found = [*_cut(file, part_rows)]
        except Unread as unread:
            problems.append(Problem(str(file), str(unread.refusal).removeprefix(f"{file}: ")))
        except BatchError as error:
            problems.append(Problem(str(file), str(error).removeprefix(f"{file}: ")))
        except OSError as error:
            problems.append(Problem(str(file), f"{error.strerror or 'it cannot be read'}."))
        else:
            for kind, offset, rows, size, first in found:
                parts.append(Part(len(parts), str(file), kind, offset, rows, size, first))  # type: ignore[arg-type]
    return Plan(parts, problems)


def _cut(file: Path, part_rows: int) -> Iterator[tuple[str, int, int, int, int]]:
    suffix = file.suffix.casefold()
    if suffix in _LINES:
        yield from _cut_text(file, part_rows, "jsonl")
    elif suffix in _TEXTS:
        yield from _cut_text(file, part_rows, "csv")
    else:
        yield from _cut_parquet(file, part_rows)


def _cut_parquet(file: Path, part_rows: int) -> Iterator[tuple[str, int, int, int, int]]:
    try:
        rows = int(pl.scan_parquet(file).select(pl.len()).collect().item())
    except pl.exceptions.PolarsError:
        raise BatchError(
            f"{file}: it is damaged or no Parquet file; get it again from where it came, and run the same command"
        ) from None
    size = file.stat().st_size
    count = max(1, -(-rows // part_rows))
    each = -(-rows // count) if rows else 0
    for offset in range(0, rows, max(each, 1)):
        taken = min(each, rows - offset)
        yield "parquet", offset, taken, size * taken // max(rows, 1), offset + 1


def _cut_text(file: Path, part_rows: int, kind: str) -> Iterator[tuple[str, int, int, int, int]]:
    """Cut at ends of lines; in CSV only at those outside quotation marks."""
    size = file.stat().st_size
    if not size:
        raise BatchError(f"{file}: it is empty; check that it is the right file")
    begin, first, count, quotes, at = 0, 1, 0, 0, 0
    with file.open("rb") as stream:
        while block := stream.read(_BLOCK):
            raw = np.frombuffer(block, np.uint8)
            ends = np.flatnonzero(raw == ord("\n"))
            if kind == "csv":
                marks = np.flatnonzero(raw == ord('"'))
                inside = (np.searchsorted(marks, ends) + quotes) % 2 == 1
                quotes += len(marks)
                ends = ends[~inside]
            while len(ends) and count + len(ends) >= part_rows:
                end = at + int(ends[part_rows - count - 1]) + 1
                yield kind, begin, part_rows, end - begin, first
                ends = ends[part_rows - count :]
                begin, first, count = end, first + part_rows, 0
            count += len(ends)
            at += len(block)
    if begin < size:
        yield kind, begin, max(count, 1), size - begin, first


def read_rows(part: Part, mapping: Mapping | None) -> Rows:
    """The rows of a part of a Parquet or CSV file."""
    mapping = mapping or Mapping()
    if part.kind == "csv":
        return _read_csv(part, mapping)
    names = list(pl.read_parquet_schema(part.file))
    columns, _ = recognize(part.file, names, mapping)
    decisive = [column for column in columns if column.field.column not in _IDLE]
    wanted = [names[column.index] for column in decisive if column.index is not None]
    frame = pl.scan_parquet(part.file).slice(part.offset, part.rows).select(wanted).collect()
    if frame.height != part.rows:
        raise BatchError(f"{part.file}: it has changed while it was read; run the same command again")
    at = {name: index for index, name in enumerate(wanted)}
    placed = tuple(
        column if column.index is None else replace(column, index=at[names[column.index]])
        for column in decisive
    )
    return Rows(frame, placed, np.arange(part.first_row, part.first_row + part.rows, dtype=np.uint32))


# A note may be long, and nothing in it decides anything here: of Parquet files this column is not read.
_IDLE = ("patient.note.text",)


def _read_csv(part: Part, mapping: Mapping) -> Rows:
    """Text cells, split by the door of single files: its separators, quotation marks and refusals."""
    with Path(part.file).open("rb") as stream:
        start = stream.read(_BEGINNING)
        stream.seek(part.offset)
        text = _decoded(part.file, stream.read(part.bytes))
    before, separator = beginning(part.file, start, mapping)
    if part.offset:
        head = _decoded(part.file, start).splitlines(keepends=True)
        text = "".join(head[: before + 1]) + text
    rows = rows_of(part.file, text, separator, before)
    names = next((row[1] for row in rows if not isinstance(row, Refusal)), [])
    columns, _ = recognize(part.file, names, mapping)
    width = max((at for at, name in enumerate(names, 1) if name.strip()), default=0)
    # The header is read again for every part but the first.
    shift = part.first_row - before - 2 if part.offset else 0
    refusals: list[Refusal] = []
    kept: list[list[str | None]] = []
    numbers: list[int] = []
    for row in rows:
        if isinstance(row, Refusal):
            refusals.append(replace(row, row=(row.row or 0) + shift))
        elif len(row[1]) > width and any(cell.strip() for cell in row[1][width:]):
            refusals.append(too_long(part.file, row[0] + shift, len(row[1]), width))
        elif any(cell.strip() for cell in row[1]):
            kept.append([cell or None for cell in row[1][:width]] + [None] * (width - len(row[1])))
            numbers.append(row[0] + shift)
    schema = {f"{at}": pl.String for at in range(width)}
    frame = pl.DataFrame(kept, schema=schema, orient="row")
    return Rows(frame, columns, np.array(numbers, np.uint32), tuple(refusals))


def _decoded(file: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:
            raise BatchError(f"{file}: its text is in no known encoding; save it as CSV UTF-8") from None


def read_sessions_of(part: Part) -> Reading:
    """The sessions of a part of a file of JSON lines."""
    with Path(part.file).open("rb") as stream:
        stream.seek(part.offset)
        lines = stream.read(part.bytes).splitlines(keepends=True)
    return read_some(part.file, enumerate(lines, part.first_row))
