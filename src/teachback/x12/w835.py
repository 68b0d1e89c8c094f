"""835 files (005010X221A1) from remittances: the same remittances and numbers give the same bytes.

``read(write(x)) == x`` but for what a reader makes itself: ``identity``, segment numbers, control numbers, ``faults``.
What does not balance is refused, so that a made-up payer cannot teach wrong sums. The order of segments follows
pyx12's map of 005010X221A1 and the sample remittances.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from teachback.x12.balances import NOTHING, charges_gap, claim_gap, line_gap, payment_gap
from teachback.x12.wenvelope import CannotWrite, count, d8, interchange, money, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from teachback.claimdata import PostalAddress
    from teachback.remitdata import (
        ClaimPayment,
        Name,
        PaidAdjustment,
        ProviderAdjustment,
        Remittance,
        ServicePayment,
    )
    from teachback.x12.wenvelope import AnswerEnvelope, Element, Segment

__all__ = ["VERSION", "CannotWrite", "PayerDetails", "refusals", "write"]

VERSION: Final = "005010X221A1"
_TRIOS: Final = 6
_REMARKS: Final = 5
_ALWAYS_PERSONS: Final = frozenset({"QC", "IL", "74", "GB"})
_NEVER_PERSONS: Final = frozenset({"TT", "PR"})


@dataclass(frozen=True, slots=True)
class PayerDetails:
    """What an 835 tells of the payer beside its name: address (N3, N4), a technical contact (PER*BL), and TRN03.

    ``originator`` has ten characters: 1 and the payer's tax id. ``routing`` and ``account`` are the payer's bank,
    ``payee_routing`` and ``payee_account`` the payee's; they stand only on transfers (ACH).
    """

    address: PostalAddress
    contact: str
    phone: str
    originator: str
    routing: str = ""
    account: str = ""
    payee_routing: str = ""
    payee_account: str = ""


def write(remittances: Sequence[Remittance], envelope: AnswerEnvelope, details: PayerDetails) -> bytes:
    """One interchange with a transaction set for each remittance.

    Raises `CannotWrite` where one lacks what the guide requires or does not balance.
    """
    reasons = [
        f"remittance {number}: {why}" for number, one in enumerate(remittances, 1) for why in refusals(one)
    ]
    if not remittances:
        reasons.append("there is no remittance to write")
    if reasons:
        raise CannotWrite(reasons)
    sets = [list(_remittance(one, details)) for one in remittances]
    return interchange(envelope, function="HP", kind="835", version=VERSION, sets=sets)


def refusals(one: Remittance) -> tuple[str, ...]:
    """Why a remittance cannot be written; empty where it can. Claims are named by their place, never by a person."""
    return tuple(_reasons(one))


def _reasons(one: Remittance) -> Iterator[str]:
    for name, value in (
        ("payer_name", one.payer_name),
        ("payee_id", one.payee_id),
        ("payee_qualifier", one.payee_qualifier),
        ("trace_number", one.trace_number),
        ("handling_code", one.handling_code),
        ("method", one.method),
        ("credit_debit", one.credit_debit),
    ):
        if not value.strip():
            yield f"{name} is empty"
    if one.paid is None or one.paid_on is None:
        yield "the amount paid or its date is missing"
    if any(each.fiscal_period_end is None or not each.provider for each in one.provider_adjustments):
        yield "a provider adjustment lacks its provider or its fiscal period"
    for number, claim in enumerate(one.claims, 1):
        for why in _claim_reasons(claim):
            yield f"claim {number} {why}"
    claims = sum((claim.paid or NOTHING for claim in one.claims), NOTHING)
    provider = sum((each.amount for each in one.provider_adjustments), NOTHING)
    if payment_gap(one.paid, one.credit_debit, claims, provider):
        yield "the amount paid is not the sum of its claims less its provider adjustments"


def _claim_reasons(claim: ClaimPayment) -> Iterator[str]:
    if not claim.control_number or not claim.status_code or not claim.filing_indicator:
        yield "lacks its control number, status or filing indicator"
    if not claim.payer_claim_control_number:
        yield "lacks the payer's claim number"
    if claim.charge is None or claim.paid is None:
        yield "lacks its charge or what was paid"
    if claim.name("QC") is None:
        yield "names no patient (QC)"
    if len(claim.remark_codes) > _REMARKS:
        yield f"has more than {_REMARKS} remark codes"
    if claim_gap(claim):
        yield "does not balance"
    if charges_gap(claim):
        yield "is not charged what its lines are"
    for number, line in enumerate(claim.lines, 1):
        yield from _line_reasons(number, line)


def _line_reasons(number: int, line: ServicePayment) -> Iterator[str]:
    if line.charge is None or line.paid is None or not (line.procedure_code or line.revenue_code):
        yield f"line {number} lacks its code, charge or payment"
    elif line_gap(line):
        yield f"line {number} does not balance"


def _remittance(one: Remittance, details: PayerDetails) -> Iterator[Segment]:
    assert one.paid_on is not None  # noqa: S101  refused before
    yield _payment(one, details)
    yield ["TRN", "1", one.trace_number, details.originator]
    if one.produced_on is not None:
        yield ["DTM", "405", d8(one.produced_on)]
    yield from _payer(one, details)
    yield ["N1", "PE", plain(one.payee_name), one.payee_qualifier, one.payee_id]
    yield from (["REF", kind, text] for kind, text in one.payee_references)
    if one.claims:
        yield ["LX", "1"]
    for claim in one.claims:
        yield from _claim(claim)
    yield from _provider_adjustments(one.provider_adjustments)


def _payment(one: Remittance, details: PayerDetails) -> Segment:
    """BPR: with the banks of both sides where the money is transferred."""
    assert one.paid_on is not None  # noqa: S101  refused before
    head = ["BPR", one.handling_code, money(one.paid), one.credit_debit, one.method]
    if one.method == "ACH" and details.routing:
        banks = ["CCP", "01", details.routing, "DA", details.account, details.originator, ""]
        banks += ["01", details.payee_routing, "DA", details.payee_account]
    else:
        banks = [""] * 11
    return [*head, *banks, d8(one.paid_on)]


def _payer(one: Remittance, details: PayerDetails) -> Iterator[Segment]:
    """1000A. The id stands in N104 only where no REF*2U and not TRN03 tells it."""
    told = one.payer_id == details.originator or ("2U", one.payer_id) in one.payer_references
    yield ["N1", "PR", plain(one.payer_name), *([] if told or not one.payer_id else ["XV", one.payer_id])]
    where = details.address
    yield ["N3", where.line, where.line2 or ""]
    yield ["N4", where.city, where.state, where.zip]
    yield from (["REF", kind, text] for kind, text in one.payer_references)
    yield ["PER", "BL", plain(details.contact), "TE", details.phone]


def _claim(claim: ClaimPayment) -> Iterator[Segment]:
    """2100 and its lines."""
    amounts = (money(claim.charge), money(claim.paid), money(claim.patient_responsibility))
    yield [
        "CLP",
        claim.control_number,
        claim.status_code,
        *amounts,
        claim.filing_indicator,
        claim.payer_claim_control_number,
        claim.facility_code,
        claim.frequency_code,
    ]
    yield from _adjustments(claim.adjustments)
    yield from (_name(each) for each in claim.names)
    if claim.remark_codes:
        yield ["MOA", "", "", *claim.remark_codes]
    yield from (["REF", kind, text] for kind, text in claim.references)
    yield from (["DTM", kind, d8(when)] for kind, when in claim.dates)
    yield from (["AMT", kind, money(amount)] for kind, amount in claim.amounts)
    for line in claim.lines:
        yield from _line(line)


def _name(name: Name) -> Segment:
    """NM1. Patients and insured are persons; crossover and other payers are not; providers by their first name."""
    person = name.entity in _ALWAYS_PERSONS or (name.first_name != "" and name.entity not in _NEVER_PERSONS)
    named = [plain(name.last_name), plain(name.first_name, 35), "", "", ""]
    return ["NM1", name.entity, "1" if person else "2", *named, name.qualifier, name.identifier]


def _line(line: ServicePayment) -> Iterator[Segment]:
    """2110: SVC, dates, reasons, references, amounts, remarks."""
    qualifier = line.procedure_qualifier
    submitted: Element = ""
    if line.submitted_code is not None:
        submitted = (qualifier, line.submitted_code, *line.submitted_modifiers)
    revenue = line.revenue_code or ""
    yield [
        "SVC",
        (qualifier, line.procedure_code, *line.modifiers),
        money(line.charge),
        money(line.paid),
        revenue,
        count(line.units_paid),
        submitted,
        count(line.submitted_units),
    ]
    if line.date_through is not None and line.date_of_service is not None:
        yield ["DTM", "150", d8(line.date_of_service)]
        yield ["DTM", "151", d8(line.date_through)]
    elif line.date_of_service is not None:
        yield ["DTM", "472", d8(line.date_of_service)]
    yield from _adjustments(line.adjustments)
    if line.line_control_number is not None:
        yield ["REF", "6R", line.line_control_number]
    yield from (["REF", kind, text] for kind, text in line.references)
    if line.allowed_amount is not None:
        yield ["AMT", "B6", money(line.allowed_amount)]
    yield from (["AMT", kind, money(amount)] for kind, amount in line.amounts)
    yield from (["LQ", "HE", code] for code in line.remark_codes)


def _adjustments(given: tuple[PaidAdjustment, ...]) -> Iterator[Segment]:
    """CAS: neighbors of one group code together, six reasons in each; their order stays."""
    for group, ones in groupby(given, key=lambda one: one.group_code):
        of_group = list(ones)
        for first in range(0, len(of_group), _TRIOS):
            elements = ["CAS", group]
            for one in of_group[first : first + _TRIOS]:
                elements += [one.carc, money(one.amount), count(one.quantity)]
            yield elements


def _provider_adjustments(given: tuple[ProviderAdjustment, ...]) -> Iterator[Segment]:
    """PLB: neighbors of one provider and fiscal period together, six in each."""
    for (provider, period), ones in groupby(given, key=lambda one: (one.provider, one.fiscal_period_end)):
        of_provider = list(ones)
        assert period is not None  # noqa: S101  refused before
        for first in range(0, len(of_provider), _TRIOS):
            elements: list[Element] = ["PLB", provider, d8(period)]
            for one in of_provider[first : first + _TRIOS]:
                elements += [(one.reason, one.reference), money(one.amount)]
            yield elements
