"""Remittances as parts of a report: what was posted, what was not and why, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.book import LineOutcome, LineState
from teachback.remit import denials
from teachback.remit.money import cents_of, dollars, many
from teachback.remit.postings import Verdict
from teachback.remit.report import Fate, Part, Row, Stand

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from teachback.remit.postings import PlannedClaim, PlannedLine, Posting
    from teachback.remitdata import ClaimPayment, PaidAdjustment, Remittance, ServicePayment

KIND = "remittance (835)"
_STANDS = {
    LineState.POSTED: Stand.POSTED,
    LineState.NEEDS_PERSON: Stand.PERSON,
    LineState.NOT_OURS: Stand.NOT_OURS,
}
_OUTCOMES = {
    LineOutcome.PAID: "paid",
    LineOutcome.PARTLY_DENIED: "paid in part, the rest denied",
    LineOutcome.PATIENT_OWES: "$0, the patient owes it",
    LineOutcome.DENIED: "denied",
    LineOutcome.NOTHING_DUE: "$0, nothing was due",
    LineOutcome.REVERSED: "taken back",
}
_READ = {
    denials.Outcome.PAID: "paid",
    denials.Outcome.REDUCED: "paid in part, the rest denied",
    denials.Outcome.DEDUCTIBLE: "$0, the patient owes it",
    denials.Outcome.PATIENT_ONLY: "$0, the patient owes it",
    denials.Outcome.OTHER_PAYER: "$0, another payer's part",
    denials.Outcome.NOTHING_DUE: "$0, nothing was due",
    denials.Outcome.DENIED: "denied",
    denials.Outcome.REVERSED: "taken back",
    denials.Outcome.UNKNOWN: "unclear",
}
_PLACE = (
    "Find the line that it answers and place it: teachback book place BOOK {item} LINE --why …; "
    "what is not ours: teachback book return BOOK {item} --why …"
)
_HELD = (
    "Ask the payer for a corrected remittance, or enter it from the paper notice (teachback post FORM.toml); "
    "until then it stands on the work list."
)
_ELSEWHERE = "Pass it to the practice that it is for; nothing of it was kept."


def read_only(remittance: Remittance) -> Part:
    """A remittance as it reads, without a book to post it to."""
    rows = tuple(row for claim in remittance.claims for row in _read_rows(claim))
    return Part(
        kind=KIND,
        about=about(remittance),
        fate=Fate.READ,
        why=_odd(remittance),
        do="" if remittance.balances else _HELD,
        rows=rows,
        paid=cents_of(remittance.paid),
        outside=_outside(remittance),
        needs_person=not remittance.balances,
    )


def taken(posting: Posting, *, done: bool, items: Mapping[tuple[int, int], int] | None = None) -> Part:
    """A remittance as it was posted, or (``done`` false) as it would be.

    ``items`` are the book's numbers of its lines, by the place of the claim and of the line.
    """
    posts = posting.verdict is Verdict.POST
    before = posting.verdict is Verdict.ALREADY_POSTED
    held = posting.verdict is Verdict.HELD
    fates = {
        Verdict.POST: Fate.POSTED if done else Fate.TO_POST,
        Verdict.ALREADY_POSTED: Fate.POSTED_BEFORE,
        Verdict.HELD: Fate.NOT_POSTED,
        Verdict.NOT_OURS: Fate.NOT_TAKEN,
    }
    rows = tuple(
        _row(claim, line, (items or {}).get((line.claim_position, line.position)), held=held)
        for claim in posting.claims
        for line in claim.lines
    )
    remittance = posting.remittance
    return Part(
        kind="notice entered by hand" if posting.manual else KIND,
        about=about(remittance),
        fate=fates[posting.verdict],
        why=_why(posting),
        do=_HELD if held else _ELSEWHERE if posting.verdict is Verdict.NOT_OURS else "",
        rows=() if before or posting.verdict is Verdict.NOT_OURS else rows,
        paid=cents_of(remittance.paid),
        outside=_outside(remittance) if posts else 0,
        needs_person=held or posting.verdict is Verdict.NOT_OURS,
    )


def about(remittance: Remittance) -> str:
    """Who pays how much, when, and by which check or transfer."""
    paid = dollars(cents_of(remittance.paid)) or "an unreadable amount"
    when = f" on {remittance.paid_on}" if remittance.paid_on else ""
    trace = f", number {remittance.trace_number}" if remittance.trace_number else ""
    test = ", test" if remittance.is_test else ""
    lines = sum(len(claim.lines) for claim in remittance.claims)
    return (
        f"{paid} from {remittance.payer_name or 'a payer without a name'}{when}{trace}{test}; "
        f"{many(len(remittance.claims), 'claim')}, {many(lines, 'line')}"
    )


def _why(posting: Posting) -> tuple[str, ...]:
    """Why it was not posted, and what is odd in it, each once."""
    odd = _odd(posting.remittance)
    return (posting.why, *(fault for fault in odd if fault not in posting.why)) if posting.why else odd


def _odd(remittance: Remittance) -> tuple[str, ...]:
    return tuple(dict.fromkeys(remittance.faults))


def _outside(remittance: Remittance) -> int:
    return sum(cents_of(adjustment.amount) or 0 for adjustment in remittance.provider_adjustments)


def _row(claim: PlannedClaim, line: PlannedLine, item: int | None, *, held: bool) -> Row:
    payment = line.payment
    stand = Stand.HELD if held else _STANDS[line.state]
    return Row(
        stand=stand,
        claim=line.claim or claim.payment.control_number,
        line=line.line or (payment.line_control_number if payment is not None else "") or "",
        procedure=_procedure(payment),
        date_of_service=None if payment is None else payment.date_of_service,
        says="" if line.outcome is None else _OUTCOMES[line.outcome],
        charge=line.charge_cents,
        paid=line.paid_cents,
        patient=_patient(_adjustments(claim.payment, payment)),
        codes=_codes(claim.payment, payment),
        how=f"{line.how} ({line.score} of 100)" if line.how else "",
        why="" if held else line.why,
        do=_PLACE.format(item="ITEM" if item is None else item) if stand is Stand.PERSON else "",
        item=item,
    )


def _read_rows(claim: ClaimPayment) -> Iterator[Row]:
    for payment in claim.lines:
        outcome = denials.line_outcome(payment, reversal=claim.is_reversal)
        yield Row(
            stand=Stand.TOLD,
            claim=claim.control_number,
            line=payment.line_control_number or "",
            procedure=_procedure(payment),
            date_of_service=payment.date_of_service,
            says=_READ[outcome],
            charge=cents_of(payment.charge),
            paid=cents_of(payment.paid),
            patient=_patient(payment.adjustments),
            codes=_codes(claim, payment),
        )
    if not claim.lines:
        yield Row(
            stand=Stand.TOLD,
            claim=claim.control_number,
            says="taken back as a whole" if claim.is_reversal else "answered as a whole",
            charge=cents_of(claim.charge),
            paid=cents_of(claim.paid),
            patient=cents_of(claim.patient_responsibility),
            codes=_codes(claim, None),
        )


def _adjustments(claim: ClaimPayment, payment: ServicePayment | None) -> tuple[PaidAdjustment, ...]:
    return claim.adjustments if payment is None else payment.adjustments


def _procedure(payment: ServicePayment | None) -> str:
    return "" if payment is None else "-".join((payment.procedure_code, *payment.modifiers))


def _patient(adjustments: tuple[PaidAdjustment, ...]) -> int:
    return sum(cents_of(a.amount) or 0 for a in adjustments if a.group_code == denials.PATIENT)


def _codes(claim: ClaimPayment, payment: ServicePayment | None) -> str:
    remarks = claim.remark_codes if payment is None else payment.remark_codes
    reasons = [f"{a.group_code}-{a.carc}" for a in _adjustments(claim, payment)]
    return " ".join(dict.fromkeys((*reasons, *remarks)))
