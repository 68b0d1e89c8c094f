"""Excel workbooks become rows of a table, each cell with the value that the workbook stores."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from teachback.intake.problems import Unread, whole
from teachback.intake.table import Sheet, read_table
from teachback.intake.values import NO_STORED_VALUE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from teachback.intake.mapping import Mapping
    from teachback.intake.reading import Reading

LARGEST_CONTENT = 500_000_000  # bytes of a workbook's parts together, unpacked
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
SHEET = "sessions"
_SAVE_XLSX = "save it as .xlsx in the spreadsheet program"
_CELL = re.compile(r"([A-Z]+)([0-9]+)")


def read_xlsx(
    file: str, raw: bytes, mapping: Mapping | None = None, progress: Callable[[int], None] | None = None
) -> Reading:
    """The sessions of a workbook's bytes; ``Unread`` when the whole of it cannot be read."""
    if raw.startswith(OLE):
        raise whole(
            file,
            "an old .xls workbook or one with a password",
            "an .xlsx workbook without password",
            "open it, take the password away and " + _SAVE_XLSX,
        )
    _check_archive(file, raw)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that openpyxl does not keep: nothing is written back
        title, found = _opened(file, raw)
        rows = _numbered(file, found)
        header = _header(file, title, rows)
        return read_table(Sheet(file, header, rows), mapping, progress)


def _check_archive(file: str, raw: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            size = sum(part.file_size for part in archive.infolist())
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
        raise _damaged(file) from None
    if size > LARGEST_CONTENT:
        raise whole(
            file,
            f"{size:,} bytes unpacked",
            f"a workbook of at most {LARGEST_CONTENT:,} bytes unpacked",
            "split it into several files",
        )
    if "xl/workbook.xml" not in names and not any(name.endswith("workbook.xml") for name in names):
        raise whole(file, "another kind of archive", "an Excel workbook", _SAVE_XLSX)


def _damaged(file: str) -> Unread:
    return whole(
        file, "a damaged file", "an Excel workbook", "open it in the spreadsheet program and " + _SAVE_XLSX
    )


def _opened(file: str, raw: bytes) -> tuple[str, Iterator[tuple[int, Sequence[Any]]]]:
    """The name of the sheet that is read, and its rows."""
    import openpyxl  # noqa: PLC0415 - slow to load, and most files are not workbooks

    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        titles = {sheet.title.strip().casefold(): sheet for sheet in reversed(book.worksheets)}
        sheet: Any = titles.get(SHEET) or book.worksheets[0]
        # A sheet may claim a million empty columns; without its claim the rows end where they end.
        sheet.reset_dimensions()
        empty = _formulas_without_value(raw, str(sheet._worksheet_path))  # noqa: SLF001 - the part of the zip
    except Exception:  # noqa: BLE001 - openpyxl meets a damaged part with whatever error comes first
        raise _damaged(file) from None
    return sheet.title, _with_formulas(sheet.iter_rows(values_only=True), empty)


def _with_formulas(
    rows: Iterator[Sequence[Any]], empty: dict[int, set[int]]
) -> Iterator[tuple[int, Sequence[Any]]]:
    for number, cells in enumerate(rows, 1):
        holes = empty.get(number)
        if holes is None:
            yield number, cells
            continue
        last = max(len(cells), max(holes) + 1)
        yield (
            number,
            [
                NO_STORED_VALUE if at in holes else cells[at] if at < len(cells) else None
                for at in range(last)
            ],
        )


def _numbered(file: str, rows: Iterator[tuple[int, Sequence[Any]]]) -> Iterator[tuple[int, Sequence[Any]]]:
    """The rows as long as the workbook can be read; then ``Unread``, with all before it kept."""
    number = 0
    while True:
        try:
            number, cells = next(rows)
        except StopIteration:
            return
        except Exception:  # noqa: BLE001 - openpyxl meets a damaged part with whatever error comes first
            raise whole(
                file,
                f"damage after row {number}",
                "a whole workbook",
                "open it in the spreadsheet program and " + _SAVE_XLSX,
            ) from None
        yield number, cells


def _header(file: str, title: str, rows: Iterator[tuple[int, Sequence[Any]]]) -> list[str]:
    for _, cells in rows:
        header = ["" if cell is None else str(cell) for cell in cells]
        if any(heading.strip() for heading in header):
            return header
    raise whole(
        file,
        f'nothing in the sheet "{title}"',
        "a header and rows",
        f'fill in the first sheet or the one named "{SHEET}"',
    )


def _formulas_without_value(raw: bytes, part: str) -> dict[int, set[int]]:
    """Where cells hold a formula that was never calculated: row number to column indices from 0.

    openpyxl shows such a cell as empty, and likewise one whose formula gave an empty text.
    """
    found: dict[int, set[int]] = {}
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        with archive.open(part) as sheet:
            if not any(b"f>" in chunk or b"<f" in chunk for chunk in iter(lambda: sheet.read(1 << 20), b"")):
                return found
        with archive.open(part) as sheet:
            for _, element in ET.iterparse(sheet):  # noqa: S314 - expat itself limits entities
                tag = element.tag.rpartition("}")[2]
                if tag == "c":
                    _note_formula(element, found)
                if tag == "row":
                    element.clear()
    return found


def _note_formula(cell: ET.Element, found: dict[int, set[int]]) -> None:
    parts = {child.tag.rpartition("}")[2] for child in cell}
    place = _CELL.fullmatch(cell.get("r", ""))
    if "f" in parts and "v" not in parts and place:
        column = 0
        for letter in place[1]:
            column = column * 26 + ord(letter) - ord("A") + 1
        found.setdefault(int(place[2]), set()).add(column - 1)
