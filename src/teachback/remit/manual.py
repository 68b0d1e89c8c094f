"""A remittance on paper, typed in by a person: a TOML form, or a CSV with one row for each service line.

It becomes the same value that an 835 is read to, with the same identity, so that one payment is never posted from
paper and from its file. The form says where the paper is; the book keeps who posted it. Amounts are written without
a sign: on a claim of status 22 they are what the payer takes back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from teachback.claim import csvfile, texts
from teachback.claim.tomlfile import FaultyFile, FileFault, Form, Table, load
from teachback.remit.post import post_remittance
from teachback.remitdata import ClaimPayment, PaidAdjustment, ProviderAdjustment, Remittance, ServicePayment
from teachback.x12.balances import NOTHING, claim_gap, line_gap, payment_gap
from teachback.x12.r835 import identity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from teachback.book import SqliteBook
    from teachback.remit.postings import Posting

__all__ = ["COLUMNS", "TEMPLATE", "FaultyFile", "Typed", "post_form", "read_form"]

COLUMNS: Final = (
    "payer", "payer_id", "payee_npi", "trace_number", "paid_on", "amount", "source", "claim", "status",
    "payer_claim_control_number", "line", "procedure_code", "modifiers", "date_of_service", "charge", "paid",
    "adjustments", "remarks",
)  # fmt: skip
"""The columns of the CSV form; those up to ``source`` are the same in every row."""
TEMPLATE: Final = """\
# A remittance on paper. Amounts in quotation marks; on a claim of status 22 without a sign.
payer = "MEDICARE PART B"
payer_id = "03102"
payee_npi = "2000000002"
trace_number = "CHECK-OR-TRANSFER-NUMBER"
paid_on = 2026-05-20
amount = "40.88"
source = "paper remittance, binder 3, page 17"

[[claim]]
claim = "OUR-CLAIM-NUMBER"
status = "1"                               # 1 primary, 2 secondary, 4 denied, 22 taken back
payer_claim_control_number = "PAYERS-NUMBER"

[[claim.line]]
line = "OUR-CLAIM-NUMBERL01"               # where the paper tells it; else code, modifiers and date
procedure_code = "97550"
modifiers = ["GP"]
date_of_service = 2026-04-14
charge = "80.50"
paid = "40.88"
adjustments = ["CO-45 28.36", "PR-2 10.43", "CO-253 0.83"]
remarks = []

# [[provider_adjustment]]                  # money that moves outside of claims; positive lowers the payment
# reason = "WO"
# reference = "PAYERS-NUMBER"
# amount = "12.00"
"""
_TAKEN_BACK: Final = "22"
_ADJUSTMENT: Final = re.compile(
    r"(CO|PR|OA|PI|CR)[- ]?([A-Z]?[0-9]{1,3}|[A-Z][0-9]) +(-?[0-9]+(?:\.[0-9]{1,2})?)"
)
_STATUS: Final = frozenset({"1", "2", "3", "4", "19", "20", "21", "22", "23"})


def _matching(pattern: str) -> Callable[[str], str | None]:
    compiled = re.compile(pattern)
    return lambda text: text.upper() if compiled.fullmatch(text.upper()) else None


_NUMBER = Form(
    "a number of at most 50 letters and digits", "copy it from the paper", _matching(r"[ -~]{1,50}")
)
_CODE = Form("a code of five letters and digits", "write such as 97550", _matching("[0-9A-Z]{5}"))
_MODIFIER = Form("a modifier of two letters or digits", "write such as GP", _matching("[0-9A-Z]{2}"))
_REMARK = Form("a remark code", "write such as N362", _matching("M[0-9]{1,2}|MA[0-9]{1,3}|N[0-9]{1,3}"))
_REASON = Form("a reason of two letters or digits", "write such as WO", _matching("[0-9A-Z]{2}"))
_CLAIM_STATUS = Form(
    f"one of {', '.join(sorted(_STATUS, key=int))}",
    "1 is paid or answered as first payer, 4 denied, 22 taken back",
    lambda text: text if text in _STATUS else None,
)
_TRIO = Form(
    "an adjustment such as CO-45 28.36",
    "write group, code and amount",
    lambda text: text.upper() if _ADJUSTMENT.fullmatch(text.upper()) else None,
)
_SIGNED = Form(
    'dollars such as "12.00" or "-12.00"',
    "write digits, a point and two digits",
    lambda text: text if re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,2})?", text) else None,
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A remittance that a person typed in, and where its paper is."""

    remittance: Remittance
    source: str


def read_form(path: Path) -> Typed:
    """The remittance in a TOML or CSV form; ``FaultyFile`` with everything that is wrong with it.

    A form that does not balance is refused: its faults name each line, claim or payment with the difference.
    """
    faults: list[FileFault] = []
    typed = _from_csv(path, faults) if path.suffix.casefold() == ".csv" else _from_toml(path, faults)
    if not faults:
        faults += _gaps(typed.remittance)
    if faults:
        raise FaultyFile(str(path), tuple(faults))
    remittance = replace(typed.remittance, balances=True)
    return Typed(replace(remittance, identity=identity(remittance)), typed.source)


def post_form(book: SqliteBook, path: Path, *, who: str) -> Posting:
    """Read a form and post it; the book keeps the form's name, where its paper is, and who posted it."""
    typed = read_form(path)
    source = f"{path.name} ({typed.source})" if typed.source else path.name
    return post_remittance(book, typed.remittance, who=who, source=source, manual=True)


def _from_toml(path: Path, faults: list[FileFault]) -> Typed:
    form = Table(load(path), "", faults)
    head, source = _head(form)
    claims = []
    for table in form.tables("claim", required=True):
        lines = [(_line(line), line) for line in table.tables("line", required=True)]
        claims.append(_claim(table, [line for line, _ in lines]))
        table.close()
        for _, line in lines:
            line.close()
    adjusted = []
    for table in form.tables("provider_adjustment"):
        reason, amount = table.need("reason", _REASON), table.need("amount", _SIGNED)
        reference = table.may("reference", _NUMBER) or ""
        adjusted.append(ProviderAdjustment(head.payee_id, None, reason, reference, _amount(amount)))
        table.close()
    form.close()
    return Typed(replace(head, claims=tuple(claims), provider_adjustments=tuple(adjusted)), source)


def _from_csv(path: Path, faults: list[FileFault]) -> Typed:
    found: list[tuple[str, Table, list[ServicePayment]]] = []
    head, source, first = None, "", None
    for number, row in csvfile.rows(path, {name: name for name in COLUMNS}, "claim"):
        cells: dict[str, object] = dict(row)
        for several in ("adjustments", "remarks", "modifiers"):
            cells[several] = [
                each.strip() for each in re.split("[;,|]", row.get(several, "")) if each.strip()
            ]
        table = Table(cells, f"row {number}", faults)
        told = tuple(row.get(column, "") for column in COLUMNS[:7])
        if head is None:
            (head, source), first = _head(table), told
        elif told != first:
            table.fault(
                "trace_number", "the same payment in every row", "another", "use a form for each payment"
            )
        claim = row.get("claim", "")
        if not found or found[-1][0] != claim:
            found.append((claim, table, []))
        found[-1][2].append(_line(table))
    if head is None:
        faults.append(FileFault("", "at least one row", "none", "add a row for each service line"))
        head = _head(Table({}, "", faults))[0]
    claims = tuple(_claim(table, lines) for _, table, lines in found)
    return Typed(replace(head, claims=claims), source)


def _head(form: Table) -> tuple[Remittance, str]:
    paid_on = form.day("paid_on", required=True)
    remittance = Remittance(
        identity="",
        payer_name=form.need("payer", texts.TEXT),
        payer_id=form.need("payer_id", _NUMBER),
        payee_name="",
        payee_id=form.need("payee_npi", texts.NPI),
        payee_qualifier="XX",
        trace_number=form.need("trace_number", _NUMBER),
        handling_code="I",
        method="CHK",
        credit_debit="C",
        paid=form.dollars("amount", required=True),
        paid_on=paid_on,
        produced_on=paid_on,
        claims=(),
    )
    return remittance, form.may("source", texts.TEXT) or ""


def _claim(table: Table, lines: list[ServicePayment]) -> ClaimPayment:
    status = table.need("status", _CLAIM_STATUS)
    if status == _TAKEN_BACK:
        lines = [_taken_back(line) for line in lines]
    adjustments = [each for line in lines for each in line.adjustments if each.group_code == "PR"]
    return ClaimPayment(
        control_number=table.need("claim", _NUMBER),
        status_code=status,
        charge=sum((line.charge or NOTHING for line in lines), NOTHING),
        paid=sum((line.paid or NOTHING for line in lines), NOTHING),
        patient_responsibility=sum((each.amount for each in adjustments), NOTHING),
        filing_indicator="MB",
        payer_claim_control_number=table.may("payer_claim_control_number", _NUMBER) or "",
        lines=tuple(lines),
    )


def _line(table: Table) -> ServicePayment:
    number, day = table.may("line", _NUMBER), table.day("date_of_service")
    code = table.may("procedure_code", _CODE) or ""
    if number is None and (not code or day is None):
        table.fault(
            "line",
            "our line's control number, or procedure_code and date_of_service",
            "neither",
            "add one of them",
        )
    return ServicePayment(
        procedure_code=code,
        modifiers=table.texts("modifiers", _MODIFIER) or (),
        charge=table.dollars("charge", required=True),
        paid=table.dollars("paid", required=True),
        date_of_service=day,
        adjustments=tuple(map(_adjustment, table.texts("adjustments", _TRIO) or ())),
        remark_codes=table.texts("remarks", _REMARK) or (),
        line_control_number=number,
    )


def _adjustment(text: str) -> PaidAdjustment:
    match = _ADJUSTMENT.fullmatch(text)
    if match is None:  # the form let it pass
        raise ValueError(text)
    return PaidAdjustment(match[1], match[2], _amount(match[3]))


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text).quantize(Decimal("0.01"))
    except InvalidOperation:
        return NOTHING


def _taken_back(line: ServicePayment) -> ServicePayment:
    return replace(
        line,
        charge=None if line.charge is None else -line.charge,
        paid=None if line.paid is None else -line.paid,
        adjustments=tuple(replace(each, amount=-each.amount) for each in line.adjustments),
    )


def _gaps(remittance: Remittance) -> Iterator[FileFault]:
    cure = "compare with the paper; what cannot be made to balance is not posted"
    for position, payment in enumerate(remittance.claims, start=1):
        for number, line in enumerate(payment.lines, start=1):
            if (gap := line_gap(line)) and line.paid is not None:
                path = f"claim[{position}].line[{number}].paid"
                yield FileFault(
                    path, f"charge less adjustments, {line.paid - gap:.2f}", f"{line.paid:.2f}", cure
                )
        if any(line_gap(line) for line in payment.lines):
            continue
        if gap := claim_gap(payment):
            yield FileFault(f"claim[{position}]", "a claim that balances", f"a difference of {gap:.2f}", cure)
    claims = sum((payment.paid or NOTHING for payment in remittance.claims), NOTHING)
    provider = sum((each.amount for each in remittance.provider_adjustments), NOTHING)
    gap = payment_gap(remittance.paid, "C", claims, provider)
    if gap and remittance.paid is not None:
        wanted = f"what the lines paid less the provider adjustments, {remittance.paid - gap:.2f}"
        yield FileFault("amount", wanted, f"{remittance.paid:.2f}", cure)
