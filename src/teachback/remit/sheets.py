"""The report and the work list as CSV and XLSX: every row, not only those that the text shows.

Amounts are numbers with two decimals, dates are dates; cells that a spreadsheet would take for a formula are escaped.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from teachback.intake.escape import escape_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from teachback.remit.report import FileReport, Part, Report, Row
    from teachback.remit.todo import Work

ROW_COLUMNS = (
    "file",
    "answer",
    "became",
    "claim",
    "line",
    "procedure_code",
    "date_of_service",
    "stands",
    "outcome",
    "charge",
    "paid",
    "patient_owes",
    "codes",
    "matched_by",
    "why",
    "do",
    "item",
)
FILE_COLUMNS = ("file", "answer", "about", "became", "paid", "outside_of_claims", "rows", "why", "do")
WORK_COLUMNS = (
    "kind",
    "amount",
    "amount_is",
    "claim",
    "line",
    "procedure_code",
    "date_of_service",
    "codes",
    "says",
    "who",
    "step",
    "do",
    "deadline",
    "days_left",
    "or",
    "would_have_been_prevented_by",
    "notes",
    "sources",
    "item",
    "key",
)
_MONEY = {"charge", "paid", "patient_owes", "amount", "outside_of_claims"}
_Cells = dict[str, Any]


def report_rows(report: Report) -> Iterator[_Cells]:
    """One row for each line, claim or set of every answer; an answer without any has a row of its own."""
    for file in report.files:
        for part in file.parts:
            for row in part.rows or (None,):
                yield _row(file, part, row)
        if file.problem:
            yield {"file": file.name, "became": "not read", "why": file.problem}


def _row(file: FileReport, part: Part, row: Row | None) -> _Cells:
    shared: _Cells = {"file": file.name, "answer": part.kind, "became": part.fate.value}
    if row is None:
        return {**shared, "paid": _amount(part.paid), "why": "; ".join(part.why), "do": part.do}
    return {
        **shared,
        "claim": row.claim or row.subject,
        "line": row.line,
        "procedure_code": row.procedure,
        "date_of_service": row.date_of_service,
        "stands": row.stand.value,
        "outcome": row.says,
        "charge": _amount(row.charge),
        "paid": _amount(row.paid),
        "patient_owes": _amount(row.patient),
        "codes": row.codes,
        "matched_by": row.how,
        "why": row.why,
        "do": row.do,
        "item": row.item,
    }


def file_rows(report: Report) -> Iterator[_Cells]:
    """One row for each answer of each file."""
    for file in report.files:
        for part in file.parts:
            yield {
                "file": file.name,
                "answer": part.kind,
                "about": part.about,
                "became": part.fate.value,
                "paid": _amount(part.paid),
                "outside_of_claims": _amount(part.outside),
                "rows": len(part.rows),
                "why": "; ".join(part.why),
                "do": part.do,
            }
        if file.problem:
            yield {"file": file.name, "became": "not read", "why": file.problem}


def work_rows(found: Iterable[Work]) -> Iterator[_Cells]:
    """One row for each thing to do, in the order in which to do them."""
    for entry in found:
        yield {
            "kind": entry.kind,
            "amount": _amount(entry.cents),
            "amount_is": entry.about,
            "claim": entry.claim,
            "line": entry.line,
            "procedure_code": entry.procedure,
            "date_of_service": entry.date_of_service,
            "codes": entry.codes,
            "says": entry.says,
            "who": entry.owner,
            "step": entry.step,
            "do": entry.do,
            "deadline": entry.deadline,
            "days_left": entry.days_left,
            "or": "; ".join(entry.also),
            "would_have_been_prevented_by": "; ".join(entry.prevented_by),
            "notes": "; ".join(entry.notes),
            "sources": "; ".join(entry.cites),
            "item": entry.item,
            "key": entry.key,
        }


def write_csv(columns: Sequence[str], rows: Iterable[_Cells], stream: IO[str]) -> None:
    """Rows as CSV."""
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_text(row.get(column)) for column in columns] for row in rows)


def write_report(report: Report, path: Path) -> None:
    """The sheets ``rows``, ``files`` and ``work``, and ``money`` where a book was given."""
    sheets = [
        ("rows", ROW_COLUMNS, list(report_rows(report))),
        ("files", FILE_COLUMNS, list(file_rows(report))),
        ("work", WORK_COLUMNS, list(work_rows(report.work))),
    ]
    if report.money is not None:
        money: list[_Cells] = [{"what": words, "amount": _amount(cents)} for words, cents in report.money]
        sheets.append(("money", ("what", "amount"), money))
    _write_xlsx(sheets, path)


def write_work(found: Iterable[Work], path: Path) -> None:
    """The sheet ``work``."""
    _write_xlsx([("work", WORK_COLUMNS, list(work_rows(found)))], path)


def _write_xlsx(sheets: Iterable[tuple[str, Sequence[str], Sequence[_Cells]]], path: Path) -> None:
    from openpyxl import Workbook  # noqa: PLC0415  loaded only where a workbook is written
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415  the same
    from openpyxl.utils import get_column_letter  # noqa: PLC0415  the same

    book = Workbook(write_only=True)
    for title, columns, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"
        for at, column in enumerate(columns, start=1):
            widest = max((len(str(row.get(column) or "")) for row in rows), default=0)
            sheet.column_dimensions[get_column_letter(at)].width = min(60, max(len(column), widest) + 2)
        sheet.append(list(columns))
        for row in rows:
            cells: list[Any] = []
            for column in columns:
                value = row.get(column)
                cell: Any = escape_cell(value) if isinstance(value, str) else value
                if column in _MONEY and value is not None:
                    cell = WriteOnlyCell(sheet, value)
                    cell.number_format = "#,##0.00"
                cells.append(cell)
            sheet.append(cells)
    book.save(path)


def _amount(cents: int | None) -> Decimal | None:
    return None if cents is None else Decimal(cents).scaleb(-2)


def _text(value: object) -> str:
    if value is None:
        return ""
    return escape_cell(value) if isinstance(value, str) else str(value)
