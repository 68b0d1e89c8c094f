"""The sample as a workbook for the reviewer, and the filled workbook read back."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from teachback.audit.sample import FRAME_TEXT, FRAMES, Sample
from teachback.audit.sheets import Sheet, sheet_text, write_workbook
from teachback.audit.strata import ALLOCATE, STRATIFY, Wish, dollars
from teachback.audit.thresholds import AuditError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from teachback.audit.source import Book

DECISION = "Allowed amount found correct"
_HEAD = ("No.", "Stratum", "Key", "Session", "Patient", "Date of service", "NPI", "Codes", "Allowed")
_TAIL = (DECISION, "Reason", "Reviewer", "Reviewed on")
_HELP = """\
One row is one unit. Fill the yellow column in every row: the allowed amount that the record supports.
The whole amount where all is right, 0 where nothing is supported, more where too little was claimed.
A missing record usually counts as 0; write the reason beside it.
Do not add, remove or exchange rows, and leave the sheet Plan as it is: the sample is drawn again and compared.
Then: teachback audit {path} --sample-results {name}""".splitlines()
_MOST_CENTS = 10**12


@dataclass(slots=True)
class Reviewed:
    """A filled workbook: the wish of its plan, the keys in order, and the amounts found correct in cents."""

    wish: Wish
    keys: list[str] = field(default_factory=list)
    correct: list[int | None] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def write_sample(sample: Sample, book: Book, path: Path) -> None:
    """Write the workbook; the reviewer's columns are empty."""
    identity = "session_id" if "session_id" in sample.rows.columns else "claim_id"
    rows = [
        [
            row["number"],
            row["stratum"],
            row["key"],
            row[identity],
            row["patient_id"],
            row["date_of_service"],
            row["practitioner_npi"],
            row["codes"],
            Decimal(row["allowed_cents"]) / 100,
            *("",) * len(_TAIL),
        ]
        for row in sample.rows.iter_rows(named=True)
    ]
    wish = sample.wish
    plan: list[list[Any]] = [
        ["seed", wish.seed],
        ["sample", wish.size],
        ["frame", wish.frame],
        ["stratify", wish.stratify],
        ["allocate", wish.allocate],
        ["input", book.path.name],
        ["universe", f"{book.unit[1]} {FRAME_TEXT[wish.frame]}"],
        ["units of the universe", sample.universe],
        ["allowed in the universe", Decimal(sample.universe_cents) / 100],
        ["drawing", "within each stratum the units with the smallest SHA-256 of seed|key, in hexadecimal"],
        [],
        ["Stratum", "Units with an allowed amount of", "Units", "Allowed", "Drawn"],
        *([s.number, s.name, s.size, Decimal(s.cents) / 100, s.drawn] for s in sample.strata),
    ]
    notes = [[line.format(path=book.path.name, name=path.name)] for line in _HELP]
    write_workbook(
        path,
        [
            Sheet("Sample", (*_HEAD, *_TAIL), rows, fill=DECISION),
            Sheet("Plan", ("Name", "Value"), plan),
            Sheet("How to review", ("How to review",), notes),
        ],
    )


def has_decisions(path: Path) -> bool:
    """Whether a reviewer has begun to fill a workbook that is there."""
    if not path.exists():
        return False
    reviewed = read_sample(path)
    return bool(reviewed.faults) or any(value is not None for value in reviewed.correct)


def read_sample(path: Path) -> Reviewed:
    """Read a workbook back. Raises ``AuditError`` where it is none of ours; faults of rows are collected."""
    sheets = _sheets(path)
    plan = {sheet_text(row[0]): row[1] for row in sheets["Plan"][1:] if len(row) > 1}
    reviewed = Reviewed(_wish(path, plan))
    header = [sheet_text(value) for value in sheets["Sample"][0]]
    missing = [name for name in ("Key", "Allowed", DECISION) if name not in header]
    if missing:
        raise AuditError(f"{path.name}: the sheet Sample has no column {', '.join(missing)}; it was changed")
    key, decision = header.index("Key"), header.index(DECISION)
    for number, row in enumerate(sheets["Sample"][1:], start=2):
        if all(value in {None, ""} for value in row):
            continue
        reviewed.keys.append(sheet_text(row[key]))
        amount, fault = _amount(row[decision])
        reviewed.correct.append(amount)
        if fault:
            reviewed.faults.append(f"row {number}: {fault}")
    return reviewed


def _sheets(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    from openpyxl import load_workbook  # noqa: PLC0415  loaded only where a workbook is read

    if not path.is_file():
        raise AuditError(f"there is no file {path}")
    try:
        book = load_workbook(path, read_only=True, data_only=True)
        sheets = {name: list(book[name].iter_rows(values_only=True)) for name in book.sheetnames}
        book.close()
    except Exception as error:
        raise AuditError(
            f"{path.name} cannot be read as a workbook (XLSX): {type(error).__name__}; save it as XLSX again"
        ) from error
    if not {"Sample", "Plan"} <= set(sheets) or not sheets["Sample"] or not sheets["Plan"]:
        raise AuditError(
            f"{path.name} is not a sample that teachback audit wrote: it needs the sheets Sample and Plan"
        )
    return sheets


def _wish(path: Path, plan: dict[str, Any]) -> Wish:
    try:
        wish = Wish(
            int(plan["seed"]),
            int(plan["sample"]),
            sheet_text(plan["frame"]),
            sheet_text(plan["stratify"]),
            sheet_text(plan["allocate"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise AuditError(
            f"{path.name}: the sheet Plan was changed; seed, sample, frame and the rest must stay"
        ) from error
    if wish.frame not in FRAMES or wish.stratify not in STRATIFY or wish.allocate not in ALLOCATE:
        raise AuditError(f"{path.name}: the sheet Plan was changed; frame, stratify or allocate is unknown")
    return wish


def _amount(value: Any) -> tuple[int | None, str]:  # noqa: ANN401  a cell holds anything
    """Cents, or nothing for an empty cell, or what is wrong with it."""
    text = sheet_text(value).replace("$", "").replace(",", "").strip()
    if not text:
        return None, ""
    try:
        amount = Decimal(text) * 100
    except InvalidOperation:
        return None, "the amount is not a number like 52.77"
    if not amount.is_finite() or amount < 0 or amount > _MOST_CENTS:
        return None, "the amount is negative or too large"
    # A spreadsheet's formula may leave 52.769999999999996; more than a hair from a whole cent is a mistake.
    cents = int(amount.to_integral_value())
    if abs(amount - cents) > Decimal("0.001"):
        return None, "the amount has more than two decimals"
    return cents, ""


def matched(sample: Sample, reviewed: Reviewed, path: Path) -> dict[int, list[int]]:
    """Differences in cents by stratum, once the workbook holds exactly the sample drawn again.

    Raises ``AuditError`` where units differ, or amounts are faulty or missing.
    """
    drawn = {row["key"]: row for row in sample.rows.iter_rows(named=True)}
    if len(set(reviewed.keys)) != len(reviewed.keys) or set(reviewed.keys) != set(drawn):
        raise AuditError(
            f"{path.name} does not hold the sample that seed {sample.wish.seed} draws from this input: "
            f"{len(set(drawn) - set(reviewed.keys))} units of it are missing and "
            f"{len(set(reviewed.keys) - set(drawn))} others are there. Audit the same input, with the same "
            "thresholds, and leave the rows as they were"
        )
    if reviewed.faults:
        raise AuditError(f"{path.name}: {'; '.join(_first(reviewed.faults))}")
    empty = [f"row {n}" for n, value in enumerate(reviewed.correct, start=2) if value is None]
    if empty:
        raise AuditError(
            f"{path.name}: {len(empty)} of {len(reviewed.keys)} rows have no decision ({', '.join(_first(empty))}). "
            f"Fill the column {DECISION}; 0 where nothing is supported"
        )
    result: dict[int, list[int]] = {stratum.number: [] for stratum in sample.strata}
    for key, correct in zip(reviewed.keys, reviewed.correct, strict=True):
        row = drawn[key]
        result[row["stratum"]].append(row["allowed_cents"] - (correct or 0))
    return result


def _first(texts: Sequence[str], most: int = 8) -> list[str]:
    return [*texts[:most], "..."] if len(texts) > most else list(texts)


__all__ = ["DECISION", "Reviewed", "dollars", "has_decisions", "matched", "read_sample", "write_sample"]
