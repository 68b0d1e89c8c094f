"""Other payers of the patients: who is asked before and after Medicare, and what the earlier one answered.

The file is TOML (``[[coverage]]`` with ``[[coverage.paid]]``) or CSV (one row a coverage, or one row a line that the
earlier payer answered, with its coverage repeated). Medicare takes the first order that no other payer has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from teachback.claim import csvfile, texts
from teachback.claim.roster import day_of, name_of
from teachback.claim.tomlfile import FaultyFile, FileFault, Form, Table, load
from teachback.claimdata import Adjustment, Payer, PayerOrder
from teachback.codesets import claims as claim_codes
from teachback.codesets import reasons
from teachback.intake.problems import Unread

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal
    from pathlib import Path

_ORDERS = {"primary": PayerOrder.PRIMARY, "secondary": PayerOrder.SECONDARY, "tertiary": PayerOrder.TERTIARY}
_ORDER = Form(
    "primary, secondary or tertiary",
    "write when this payer is asked",
    lambda text: text.lower() if text.lower() in _ORDERS else None,
)
_ID = Form("an id as in the sessions", "copy it from the sessions", lambda text: text or None, private=True)
_MEMBER = Form(
    "a member number of 2 to 80 characters",
    "copy it from the card",
    lambda text: text if re.fullmatch(r"[\x20-\x7E]{2,80}", text) else None,
    private=True,
)
_SELF = "18"
_RELATIONSHIP = Form(
    "a relationship code such as 18 (the patient) or 01 (the spouse)",
    "correct it",
    lambda text: text if text in claim_codes.RELATIONSHIPS else None,
)
_FILING = Form(
    "a filing indicator such as CI, BL or 16",
    "ask the payer",
    lambda text: text if claim_codes.is_filing_indicator(text) else None,
)
_INSURANCE = Form(
    "why Medicare is not first, as 12 (working aged), 13, 14, 15, 16, 41, 42, 43 or 47",
    "look it up in the eligibility response",
    lambda text: text if text in claim_codes.INSURANCE_TYPES else None,
)
_GROUP_CODE = Form(
    "CO, CR, OA, PI or PR",
    "copy it from the remittance",
    lambda text: text if text in reasons.GROUP_CODES else None,
)
_CARC = Form(
    "an adjustment reason code such as 45",
    "copy it from the remittance",
    lambda text: text if reasons.is_carc_form(text) else None,
)
_INSURED = Form(
    'a name as "family, given"',
    "write the comma",
    lambda text: text if name_of(text) is not None else None,
    private=True,
)
_ADJUSTMENT = re.compile(
    r"(?P<group>[A-Z]{2})-?\s?(?P<reason>[A-Z0-9]{1,5})\s*[:=\s]\s*(?P<amount>\$?[0-9.,]+)"
)


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What an earlier payer did with one line of a session: dollars paid, the day, and what it did not pay."""

    session_id: str
    procedure_code: str
    paid: Decimal
    paid_on: date
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class Cover:
    """Another payer of one patient, in force from ``since`` through ``through`` (open where ``None``)."""

    patient_id: str
    order: PayerOrder
    payer: Payer
    member_id: str
    filing_indicator: str
    relationship: str = _SELF
    insured: tuple[str, str] | None = None
    insurance_type: str | None = None
    group_number: str | None = None
    group_name: str | None = None
    since: date | None = None
    through: date | None = None
    answers: tuple[LineAnswer, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether the coverage is in force on the day."""
        return (self.since is None or self.since <= day) and (self.through is None or day <= self.through)


def medicare_order(covers: Iterable[Cover]) -> PayerOrder:
    """Medicare's own place: the first order that no other payer has."""
    taken = {cover.order for cover in covers}
    return next((order for order in PayerOrder if order not in taken), PayerOrder.TERTIARY)


def read_coverage(path: Path) -> tuple[Cover, ...]:
    """The other payers of a TOML or CSV file; ``FaultyFile`` with every fault where it cannot be used."""
    raw = _from_csv(path) if path.suffix.lower() in {".csv", ".tsv", ".txt"} else load(path)
    faults: list[FileFault] = []
    top = Table(raw, "", faults)
    covers = tuple(cover for table in top.tables("coverage") if (cover := _cover(table)) is not None)
    top.close()
    faults += _overlaps(covers)
    if faults:
        raise FaultyFile(str(path), tuple(faults))
    return covers


def _cover(table: Table) -> Cover | None:
    before = len(table.faults)
    patient, order = table.need("patient", _ID), table.need("order", _ORDER)
    relationship = table.may("relationship", _RELATIONSHIP) or _SELF
    insured = table.may("insured", _INSURED)
    payer = Payer(table.need("payer", texts.TEXT), table.need("payer_id", texts.PAYER_ID))
    cover = Cover(
        patient_id=patient,
        order=_ORDERS.get(order, PayerOrder.SECONDARY),
        payer=payer,
        member_id=table.need("member_id", _MEMBER),
        filing_indicator=table.need("filing_indicator", _FILING),
        relationship=relationship,
        insured=None if insured is None else (name_of(insured) or ("", ""))[:2],
        insurance_type=table.may("insurance_type", _INSURANCE),
        group_number=table.may("group_number", texts.TEXT),
        group_name=table.may("group_name", texts.TEXT),
        since=table.day("from"),
        through=table.day("through"),
        answers=tuple(a for line in table.tables("paid") if (a := _answer(line)) is not None),
    )
    if relationship != _SELF and insured is None:
        table.fault(
            "insured", _INSURED.expected, "nothing", "the insured person is not the patient; add the name"
        )
    if cover.order is PayerOrder.PRIMARY and cover.insurance_type is None:
        table.fault("insurance_type", _INSURANCE.expected, "nothing", _INSURANCE.cure)
    if cover.order is not PayerOrder.PRIMARY and cover.insurance_type is not None:
        table.fault(
            "insurance_type",
            "none, since Medicare is asked first",
            "a code",
            "remove it, or correct the order",
        )
    table.close()
    return cover if len(table.faults) == before else None


def _answer(table: Table) -> LineAnswer | None:
    session, code = table.need("session", _ID), table.need("procedure_code", texts.PROCEDURE)
    paid, on = table.dollars("paid", required=True), table.day("on", required=True)
    adjustments = []
    for part in table.tables("adjustments"):
        group, reason = part.need("group", _GROUP_CODE), part.need("reason", _CARC)
        amount = part.dollars("amount", required=True)
        part.close()
        if amount is not None:
            adjustments.append(Adjustment(group, reason, amount))
    table.close()
    return None if paid is None or on is None else LineAnswer(session, code, paid, on, tuple(adjustments))


def _overlaps(covers: tuple[Cover, ...]) -> Iterable[FileFault]:
    """Two payers of one patient with one order at the same time."""
    earlier: dict[tuple[str, PayerOrder], list[tuple[int, Cover]]] = {}
    for number, cover in enumerate(covers, start=1):
        rivals = earlier.setdefault((cover.patient_id, cover.order), [])
        for other_number, other in rivals:
            starts = [day for day in (cover.since, other.since) if day is not None]
            if not starts or (cover.holds_on(max(starts)) and other.holds_on(max(starts))):
                yield FileFault(
                    f"coverage[{number}].order",
                    "an order that no other payer of the patient has at the time",
                    f"that of coverage[{other_number}] again",
                    "correct the order, or the dates from and through",
                )
        rivals.append((number, cover))


_COVER_COLUMNS = (
    "patient",
    "order",
    "payer",
    "payer_id",
    "member_id",
    "insured",
    "relationship",
    "filing_indicator",
    "insurance_type",
    "group_number",
    "group_name",
    "from",
    "through",
)
_LINE_COLUMNS = ("session", "procedure_code", "paid", "on", "adjustments")
HEADINGS = {name: name for name in (*_COVER_COLUMNS, *_LINE_COLUMNS)} | {
    "patient_id": "patient",
    "paid_on": "on",
}


def _from_csv(path: Path) -> dict[str, Any]:
    """The rows of a CSV file as the tables that the TOML form has."""
    found: dict[tuple[str | None, ...], dict[str, Any]] = {}
    faults: list[FileFault] = []
    try:
        for number, cells in csvfile.rows(path, HEADINGS, "patient"):
            key = tuple(cells.get(column) for column in _COVER_COLUMNS)
            cover = found.setdefault(key, {c: _plain(c, cells[c]) for c in _COVER_COLUMNS if c in cells})
            line: dict[str, Any] = {c: _plain(c, cells[c]) for c in _LINE_COLUMNS if c in cells}
            if "adjustments" in line:
                line["adjustments"] = _adjustments(line["adjustments"], number, faults)
            if line:
                cover.setdefault("paid", []).append(line)
    except Unread as unread:
        refusal = unread.refusal
        raise FaultyFile(str(path), (FileFault("", refusal.expected, refusal.read, refusal.cure),)) from None
    if faults:
        raise FaultyFile(str(path), tuple(faults))
    return {"coverage": list(found.values())}


def _plain(column: str, text: str) -> object:
    return (day_of(text) or text) if column in {"from", "through", "on"} else text


def _adjustments(text: str, row: int, faults: list[FileFault]) -> list[dict[str, str]]:
    found = []
    for part in filter(None, (piece.strip() for piece in text.split(";"))):
        match = _ADJUSTMENT.fullmatch(part)
        if match is None:
            faults.append(
                FileFault(
                    f"row {row}.adjustments", "such as CO-45 10.00; PR-2 8.00", "something else", "correct it"
                )
            )
        else:
            found.append(match.groupdict())
    return found
