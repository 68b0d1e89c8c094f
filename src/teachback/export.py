"""Assessments as JSON lines, CSV and XLSX: the same numbers in each, money as text with two decimals."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from teachback.findings import Owner
from teachback.intake.escape import escape_cell
from teachback.law import made_with
from teachback.model import Disposition, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from teachback.assess import Assessment
    from teachback.model import ServiceLine

LINE_COLUMNS = (
    "session_id",
    "patient_id",
    "date_of_service",
    "disposition",
    "outcome",
    "procedure_code",
    "units",
    "modifiers",
    "allowed_amount",
    "patient_amount",
    "medicare_payment",
    "medicare_payment_after_sequestration",
    "errors",
    "holds",
    "warnings",
)
OUTCOMES = ("ready", "hold", "correctable", "lost")
AMOUNTS = ("allowed_amount", "patient_amount", "medicare_payment", "medicare_payment_after_sequestration")
TOTAL_COLUMNS = ("outcome", "session_patients", "lines", "lines_without_amount", *AMOUNTS)
FINDING_COLUMNS = (
    "session_id",
    "patient_id",
    "date_of_service",
    "severity",
    "code",
    "name",
    "who_can_cure",
    "message",
    "remedy",
    "cites",
    "place",
)


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def line_record(line: ServiceLine) -> dict[str, Any]:
    """One service line with the field names of the contract; an unknown amount is null."""
    return {
        "procedure_code": line.procedure_code,
        "units": line.units,
        "modifiers": list(line.modifiers),
        "allowed_amount": _money(line.allowed_amount),
        "patient_amount": _money(line.patient_amount),
        "medicare_payment": _money(line.medicare_payment),
        "medicare_payment_after_sequestration": _money(line.medicare_payment_after_sequestration),
    }


def record(assessment: Assessment) -> dict[str, Any]:
    """One assessment as ``docs/reference/result.md`` describes it."""
    return {
        "session_id": assessment.session.id,
        "patient_id": assessment.patient.id,
        "disposition": assessment.disposition.value,
        "service_lines": [line_record(line) for line in assessment.service_lines],
        "findings": [
            {
                "code": f.code,
                "name": f.name,
                "severity": f.severity.value,
                "message": f.message,
                "remedy": f.remedy,
                "cites": list(f.cites),
                "place": f.place,
                "who_can_cure": f.owner.value,
                "prevents": f.prevents,
            }
            for f in assessment.findings
        ],
        "made_with": made_with(),
    }


def json_lines(assessments: Iterable[Assessment]) -> Iterator[str]:
    """One JSON object a line, in input order."""
    for assessment in assessments:
        yield json.dumps(record(assessment), ensure_ascii=False)


def _names(assessment: Assessment, severity: Severity) -> str:
    return ";".join(dict.fromkeys(f.name for f in assessment.findings if f.severity is severity))


def line_rows(assessments: Iterable[Assessment]) -> Iterator[dict[str, Any]]:
    """One row a service line; a session without a line has one row of its own."""
    for assessment in assessments:
        shared = {
            "session_id": assessment.session.id,
            "patient_id": assessment.patient.id,
            "date_of_service": assessment.session.date_of_service.isoformat(),
            "disposition": assessment.disposition.value,
            "outcome": outcome(assessment),
            "errors": _names(assessment, Severity.ERROR),
            "holds": _names(assessment, Severity.HOLD),
            "warnings": _names(assessment, Severity.WARNING),
        }
        for line in assessment.service_lines or (None,):
            fields = {} if line is None else {**line_record(line), "modifiers": " ".join(line.modifiers)}
            yield {column: {**shared, **fields}.get(column) for column in LINE_COLUMNS}


def finding_rows(assessments: Iterable[Assessment]) -> Iterator[dict[str, Any]]:
    """One row a finding."""
    for assessment in assessments:
        for finding in assessment.findings:
            yield {
                "session_id": assessment.session.id,
                "patient_id": assessment.patient.id,
                "date_of_service": assessment.session.date_of_service.isoformat(),
                "severity": finding.severity.value,
                "code": finding.code,
                "name": finding.name,
                "who_can_cure": finding.owner.value,
                "message": finding.message,
                "remedy": finding.remedy,
                "cites": "; ".join(finding.cites),
                "place": finding.place,
            }


def outcome(assessment: Assessment) -> str:
    """What becomes of it in one word: ready, hold, correctable (as recorded not billable), or lost."""
    if assessment.disposition is Disposition.NOT_BILLABLE:
        errors = [f for f in assessment.findings if f.severity is Severity.ERROR]
        return "lost" if any(f.owner is Owner.NOBODY for f in errors) else "correctable"
    return "hold" if assessment.disposition is Disposition.HOLD else "ready"


def total_rows(assessments: Sequence[Assessment]) -> Iterator[dict[str, Any]]:
    """One row an outcome and one for all: sessions, lines, and the sums of the known amounts."""
    for name in (*OUTCOMES, "all"):
        kept = [a for a in assessments if name in {"all", outcome(a)}]
        lines = [line for a in kept for line in a.service_lines]
        sums = {
            column: _money(sum((getattr(line, column) or Decimal(0) for line in lines), Decimal(0)))
            for column in AMOUNTS
        }
        unknown = sum(line.allowed_amount is None for line in lines)
        counts = {
            "outcome": name,
            "session_patients": len(kept),
            "lines": len(lines),
            "lines_without_amount": unknown,
        }
        yield {**counts, **sums}


def _safe(value: Any) -> Any:  # noqa: ANN401  a cell is text, a number or empty
    return escape_cell(value) if isinstance(value, str) else value


def write_csv(assessments: Iterable[Assessment], stream: IO[str]) -> None:
    """Service lines as CSV; cells that a spreadsheet would take for a formula are escaped."""
    writer = csv.DictWriter(stream, LINE_COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for row in line_rows(assessments):
        writer.writerow({column: _safe(value) for column, value in row.items()})


def write_xlsx(assessments: Iterable[Assessment], path: Path) -> None:
    """A workbook of the sheets ``lines``, ``findings`` and ``totals``; amounts are numbers, dates are dates."""
    from openpyxl import Workbook  # noqa: PLC0415  loaded only where a workbook is written

    kept = list(assessments)
    book = Workbook(write_only=True)
    for title, columns, rows in (
        ("lines", LINE_COLUMNS, line_rows(kept)),
        ("findings", FINDING_COLUMNS, finding_rows(kept)),
        ("totals", TOTAL_COLUMNS, total_rows(kept)),
    ):
        sheet = book.create_sheet(title)
        sheet.freeze_panes = "A2"
        sheet.append(columns)
        for row in rows:
            sheet.append([_native(sheet, column, row[column]) for column in columns])
    book.save(path)


def _native(sheet: Any, column: str, value: Any) -> Any:  # noqa: ANN401  a cell is text, a number, a date or empty
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415  loaded only where a workbook is written

    if value is not None and column in AMOUNTS:
        amount: Any = Decimal(value)
        cell = WriteOnlyCell(sheet, amount)
        cell.number_format = "0.00"
        return cell
    return date.fromisoformat(value) if column == "date_of_service" else _safe(value)
