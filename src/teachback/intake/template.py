"""A workbook for people to fill in: headings that explain themselves, words to choose from, an example."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from teachback.intake.fields import FIELDS, Field, Kind, Level
from teachback.intake.values import cell_reader
from teachback.intake.xlsxdoor import SHEET

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

ROWS = 1000  # rows of the sheet that are prepared
_GUIDE = "How to fill"
_EXAMPLE = "Example"
_NEEDED, _OPTIONAL = "FFD966", "DDEBF7"
_MADE = datetime(2026, 1, 1, tzinfo=UTC)
_NARROW, _WIDE, _MARGIN = 10, 34, 3
_TEXTS = (Kind.TEXT, Kind.NPI, Kind.DIGITS, Kind.LIST)
_FORMATS = {Kind.DATE: "yyyy-mm-dd", Kind.TIME: "hh:mm", Kind.INTEGER: "0", Kind.MONEY: "#,##0.00"}
_FORMATS |= dict.fromkeys(_TEXTS, "@")

_SECOND = {
    "patient.id": "P02",
    "patient.name": "Roe, Robin",
    "patient.birth_date": "1948-11-30",
    "patient.sex": "M",
    "patient.mbi": "3SA2WP0XY20",
    "caregiver.name": "Kin Roe; Sam Roe",
    "caregiver.relationship": "son; neighbor",
    "consent.caregivers": "Kin Roe; Sam Roe",
}

_WORDS = (
    "Fill in the sheet called sessions: one row for each session and each patient it was held for.",
    (
        "A session for two patients is two rows with the same id; the columns that begin with patient., "
        "caregiver., consent., plan. and charge. may differ between them, the others must agree."
    ),
    (
        "Only the five yellow columns must be filled in. An empty cell means that the fact is not known; "
        "what is not known may keep the session from being paid, so fill in what you know."
    ),
    "Hold the pointer over a heading to read what the column means and what it takes.",
    "Several things in one cell, such as diagnoses, are separated by a semicolon: I69.354; R26.89",
    (
        "Several caregivers of one patient stand in one row: their names separated by semicolons, and the "
        "other caregiver columns in the same order, or one word for all of them."
    ),
    "Dates: 2026-04-14, or 4/14/2026 with the month first. Times: 13:05, or 1:05 PM. Money: 1234.50.",
    (
        "You may take out columns that you do not need, put them in another order, and add columns of your "
        "own: those are kept aside and named when the file is read."
    ),
    "Then run:  teachback code FILE.xlsx",
    "This file will hold facts about patients. Keep it where such facts may be kept.",
)


def write_template(path: Path) -> None:
    """Write the workbook; the same bytes every time. ``OSError`` when the file cannot be written."""
    import openpyxl  # noqa: PLC0415 - slow to load, and only this command needs it

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    _fill_sessions(_sheet(book, SHEET))
    _fill_guide(_sheet(book, _GUIDE))
    _fill_example(_sheet(book, _EXAMPLE))
    book.properties.creator = "Teachback"
    book.properties.title = "Caregiver-training sessions"
    book.properties.created = _MADE.replace(tzinfo=None)
    buffer = io.BytesIO()
    book.save(buffer)
    path.write_bytes(_undated(buffer.getvalue()))


def _sheet(book: Workbook, title: str) -> Worksheet:
    sheet: Worksheet = book.create_sheet(title)
    return sheet


def _fill_sessions(sheet: Worksheet) -> None:
    _head(sheet)
    for index, field in enumerate(FIELDS, 1):
        _comment(sheet, index, field)
        _choose(sheet, index, field)


def _head(sheet: Worksheet) -> None:
    """Headings with their colors, widths and the formats of the cells below them."""
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415 - as above
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above

    for index, field in enumerate(FIELDS, 1):
        cell = sheet.cell(1, index, field.column)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(vertical="top")
        cell.fill = PatternFill("solid", start_color=_NEEDED if field.required else _OPTIONAL)
        column = sheet.column_dimensions[get_column_letter(index)]
        column.width = _width(field)
        column.number_format = _FORMATS.get(field.kind, "General")
    sheet.freeze_panes = "B2"


def _width(field: Field) -> int:
    longest = max(len(field.column), len(field.example), *map(len, field.words), _NARROW)
    return min(longest, _WIDE) + _MARGIN


def _comment(sheet: Worksheet, index: int, field: Field) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415 - as above

    needed = "Must be filled in.\n" if field.required else ""
    example = f"\nExample: {field.example}" if field.example else ""
    comment = Comment(f"{field.help}\n{needed}Takes {field.accepts}.{example}", "Teachback")
    comment.width, comment.height = 320, 150
    sheet.cell(1, index).comment = comment


def _choose(sheet: Worksheet, index: int, field: Field) -> None:
    """A list of words to choose from; of several caregivers the words may stand in one cell."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 - as above
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 - as above

    if not field.words:
        return
    rule = DataValidation(type="list", formula1='"' + ",".join(field.words) + '"', allow_blank=True)
    rule.showErrorMessage = field.level is not Level.CAREGIVER
    rule.errorTitle = field.column[:32]
    rule.error = f"Please choose: {field.accepts}."[:255]
    letter = get_column_letter(index)
    rule.add(f"{letter}2:{letter}{ROWS + 1}")
    sheet.add_data_validation(rule)


def _fill_guide(sheet: Worksheet) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 - as above

    sheet.column_dimensions["A"].width = 100
    sheet.cell(1, 1, "How to fill in this workbook").font = Font(bold=True, size=14)
    for row, words in enumerate(_WORDS, 3):
        sheet.cell(row, 1, words).alignment = Alignment(wrap_text=True, vertical="top")


def _fill_example(sheet: Worksheet) -> None:
    _head(sheet)
    for row, cells in enumerate(example_rows(), 2):
        for index, (field, cell) in enumerate(zip(FIELDS, cells, strict=True), 1):
            if cell is not None:
                sheet.cell(row, index, cell).number_format = _FORMATS.get(field.kind, "General")


def example_rows() -> Iterable[list[Any]]:
    """Two made-up rows of one session, each cell as a spreadsheet program would keep it."""
    yield [_native(field, field.example) for field in FIELDS]
    yield [_native(field, _SECOND.get(field.column, field.example)) for field in FIELDS]


def _native(field: Field, text: str) -> str | int | float | date | time | None:
    if not text:
        return None
    if field.kind is Kind.MONEY:
        return float(text)  # a spreadsheet has no other numbers
    value = cell_reader(field)(text) if field.kind in (Kind.DATE, Kind.TIME, Kind.INTEGER) else text
    return value if isinstance(value, (int, date, time)) else text


def _undated(raw: bytes) -> bytes:
    """The workbook without the moment of its making, so that the same words give the same bytes."""
    made = io.BytesIO()
    stamp = _MADE.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(made, "w") as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            entry = zipfile.ZipInfo(part.filename, _MADE.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, content)
    return made.getvalue()
