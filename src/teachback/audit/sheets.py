"""Workbooks: sheets of rows with a header, cells that no spreadsheet takes for a formula."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from teachback.intake.escape import escape_cell, unescape_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_NARROW, _WIDE = 8, 60
_LOOK_AT = 200
_ILLEGAL = dict.fromkeys((*range(9), 11, 12, *range(14, 32)), " ")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: name, header, rows; ``fill`` names the column that a person fills in."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    fill: str = ""


def write_workbook(path: Path, sheets: Iterable[Sheet]) -> None:
    """Write the sheets; texts that begin like a formula get a leading apostrophe, amounts two decimals."""
    from openpyxl import Workbook  # noqa: PLC0415  loaded only where a workbook is written

    book = Workbook(write_only=True)
    for sheet in sheets:
        _write(book, sheet)
    book.save(path)


def _write(book: Any, sheet: Sheet) -> None:  # noqa: ANN401  openpyxl's types are not public
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415  loaded only where a workbook is written
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415  the same
    from openpyxl.utils import get_column_letter  # noqa: PLC0415  the same
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415  the same
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415  the same

    page = book.create_sheet(sheet.name)
    page.freeze_panes = "A2"
    page.page_setup.orientation = "landscape"
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "1:1"
    for index, width in enumerate(_widths(sheet), start=1):
        page.column_dimensions[get_column_letter(index)].width = width
    head = []
    for name in sheet.columns:
        cell = WriteOnlyCell(page, escape_cell(name))
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        head.append(cell)
    page.append(head)
    fill = list(sheet.columns).index(sheet.fill) if sheet.fill else -1
    yellow = PatternFill("solid", fgColor="FFF7CC")
    for row in sheet.rows:
        cells = [_cell(page, value) for value in row]
        if fill >= 0:
            cells[fill] = WriteOnlyCell(page, None)
            cells[fill].fill = yellow
            cells[fill].number_format = "0.00"
        page.append(cells)
    if fill >= 0 and sheet.rows:
        letter = get_column_letter(fill + 1)
        rule = DataValidation("decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True)
        rule.errorTitle, rule.error = "Amount", "An amount in dollars, 0 or more, like 52.77"
        rule.add(f"{letter}2:{letter}{len(sheet.rows) + 1}")
        page.data_validations.append(rule)
    if len(sheet.columns) > 1 and sheet.rows and sheet.name != "Plan":
        page.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{len(sheet.rows) + 1}"


def _cell(page: Any, value: Any) -> Any:  # noqa: ANN401  a cell is text, a number, a date or empty
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415  loaded only where a workbook is written

    if isinstance(value, Decimal):
        amount: Any = value
        cell = WriteOnlyCell(page, amount)
        cell.number_format = "#,##0.00"
        return cell
    if isinstance(value, str):
        return escape_cell(value.translate(_ILLEGAL)) or None
    return value


def _widths(sheet: Sheet) -> list[int]:
    widths = []
    for index, name in enumerate(sheet.columns):
        texts = [
            str(row[index]) for row in sheet.rows[:_LOOK_AT] if index < len(row) and row[index] is not None
        ]
        longest = max((len(text) for text in texts), default=0)
        widths.append(min(_WIDE, max(_NARROW, longest + 2, min(len(name) + 2, 16))))
    return widths


def sheet_text(value: Any) -> str:  # noqa: ANN401  a cell is text, a number, a date or empty
    """What stands in a cell, as the text that was written."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else unescape_cell(str(value))
