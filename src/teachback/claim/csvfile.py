"""Small CSV files that people keep beside the sessions: headings are found, and a bad row is refused alone."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from teachback.intake.escape import unescape_cell
from teachback.intake.problems import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_SEPARATORS = ",;\t|"
_MOST_BYTES = 500_000_000


def rows(path: Path, headings: Mapping[str, str], needed: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a file with their numbers, each as our column to its text; empty cells are left out.

    ``headings`` leads from a heading in small letters to our column. ``Unread`` where the file has no heading
    ``needed`` or cannot be read at all.
    """
    text = _text(path)
    lines = text.splitlines()
    first = next((number for number, line in enumerate(lines) if line.strip(_SEPARATORS + " ")), None)
    if first is None:
        raise whole(str(path), "an empty file", "a header and rows", "check that it is the right file")
    separator = max(_SEPARATORS, key=lines[first].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    columns: list[str | None] = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if not columns:
            columns = [headings.get(cell.strip().casefold()) for cell in cells]
            if needed not in columns:
                raise whole(
                    str(path), "no such column", f"a column {needed}", "name the columns in the first row"
                )
            continue
        yield (
            reader.line_num,
            {
                column: unescape_cell(cell.strip())
                for column, cell in zip(columns, cells, strict=False)
                if column is not None and cell.strip()
            },
        )


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise whole(
            str(path), error.strerror or "an error", "a file that can be read", "check its name"
        ) from None
    if len(raw) > _MOST_BYTES or b"\0" in raw:
        raise whole(str(path), "no text", "a CSV file", "save it as CSV in UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise whole(
            str(path), f"other bytes in line {line}", "text in UTF-8", "save it as CSV in UTF-8"
        ) from None
