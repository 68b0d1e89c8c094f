"""The biller's worklist: one item for each thing that came back and needs somebody, with its next step and last day.

An item is a value: the same answer makes the same item again, under the same key. A write-off is only ever proposed.
What was rejected (277CA, 999) was never adjudicated: it is sent again, never appealed.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

from teachback.findings import Owner
from teachback.remit import deadlines, tables
from teachback.remit.about import About, at_stake
from teachback.remit.denials import (
    UNKNOWN,
    AdjustmentKind,
    Cause,
    Outcome,
    Remedy,
    Step,
    adjustment_kind,
    cause_of,
    denials_of,
    is_unprocessable,
    knowledge,
    left_to_patient,
    line_outcome,
    preventions,
)
from teachback.remit.items import Alternative, AmountIs, WorkItem, WorkKind, ranked
from teachback.remit.rejections import of_set, of_status
from teachback.remit.steps import Case, decide
from teachback.remit.variance import Variance, VarianceCause, variance
from teachback.rules.fees import cents, dollars

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from teachback.claimdata import Claim, ClaimLine
    from teachback.remit.terms import Context
    from teachback.remitdata import ClaimPayment, PaidAdjustment, ServicePayment

__all__ = [
    "Alternative",
    "AmountIs",
    "WorkItem",
    "WorkKind",
    "of_claim",
    "of_line",
    "of_set",
    "of_status",
    "ranked",
]

_DENIED_STATUS: Final = "4"
_THERAPY: Final = frozenset({"GP", "GO", "GN"})


def of_line(  # noqa: PLR0913  an answer is worked from this many sides
    claim: Claim | None,
    line: ClaimLine | None,
    claim_payment: ClaimPayment,
    payment: ServicePayment,
    *,
    notice: date,
    today: date,
    context: Context | None = None,
    raised: Collection[str] = (),
) -> tuple[WorkItem, ...]:
    """What one adjudicated line leaves to do: nothing when it was paid as expected.

    ``claim`` and ``line`` are ``None`` where no claim of ours was found; the refusal is told even so. ``raised`` are
    our own findings that stood on the line when it was claimed. Reversals leave nothing: what follows them does.
    """
    outcome = line_outcome(payment, reversal=claim_payment.is_reversal)
    if outcome is Outcome.REVERSED:
        return ()
    about = About(claim, line, claim_payment, payment, notice, today, frozenset(raised))
    found: list[WorkItem] = []
    if denials_of(payment.adjustments):
        found.append(_refused(about))
    elif left_to_patient(payment.adjustments):
        found.append(_left_to_patient(about))
    if claim is not None and line is not None:
        difference = variance(claim, line, payment, context)
        if difference.worked:
            found.append(_paid_otherwise(about, difference))
    if outcome is Outcome.UNKNOWN and not found:
        found.append(_unexplained(about))
    return tuple(found)


def of_claim(  # noqa: PLR0913  the same sides, for all lines
    claim: Claim | None,
    claim_payment: ClaimPayment,
    *,
    notice: date,
    today: date,
    context: Context | None = None,
    lines: Mapping[int, ClaimLine] | None = None,
    raised: Collection[str] = (),
) -> tuple[WorkItem, ...]:
    """What one adjudicated claim leaves to do: its lines, and refusals that stand on the claim itself.

    ``lines`` are our lines by the position of the payment's line (from 0), as matching found them; without it
    lines are taken by their control number.
    """
    if claim_payment.is_reversal:
        return ()
    ours = lines if lines is not None else _by_number(claim, claim_payment)
    found: list[WorkItem] = []
    for position, payment in enumerate(claim_payment.lines):
        found += of_line(
            claim,
            ours.get(position),
            claim_payment,
            payment,
            notice=notice,
            today=today,
            context=context,
            raised=raised,
        )
    about = About(claim, None, claim_payment, None, notice, today, frozenset(raised))
    if denials_of(claim_payment.adjustments):
        found.append(_refused(about))
    elif left_to_patient(claim_payment.adjustments):
        found.append(_left_to_patient(about))
    elif claim_payment.status_code == _DENIED_STATUS and not found:
        found.append(_unexplained(about))
    return tuple(found)


def _refused(about: About) -> WorkItem:
    """The item of everything that was refused on a line, or on a claim as a whole."""
    refused = denials_of(about.adjustments)
    first, cause = _deciding(about, refused)
    case = Case(
        cause, first.group_code, about.remarks, about.claim, about.line, about.day, about.notice, about.today
    )
    decision = decide(case)
    amount, kind = at_stake(about, refused)
    codes = tuple(dict.fromkeys((*(f"{a.group_code}-{a.carc}" for a in refused), *about.remarks)))
    return about.item(
        _KINDS.get(cause.remedy, WorkKind.UNKNOWN if cause.key == UNKNOWN else WorkKind.DENIED),
        cause.key,
        codes,
        says=_says(first, cause),
        owner=cause.owner,
        next_step=decision.step,
        do=decision.do,
        deadline=decision.deadline,
        amount_cents=amount,
        amount_is=kind,
        also=decision.also,
        prevented_by=preventions(cause.findings),
        cites=tuple(dict.fromkeys((*cause.cites, *decision.cites))),
        notes=(*decision.notes, *_notes(about, refused, cause)),
    )


_KINDS: Final = {Remedy.WAIT: WorkKind.PENDING}


def _left_to_patient(about: About) -> WorkItem:
    """The item of amounts beside deductible and coinsurance that the payer leaves to the patient."""
    amounts = left_to_patient(about.adjustments)
    assigned = about.claim is None or about.claim.accepts_assignment
    do = (
        "The claim was assigned, so the patient owes no more than deductible and coinsurance: ask the payer why "
        "before anything is billed."
        if assigned
        else "The claim was not assigned: bill the patient, no more than the limiting charge."
    )
    return about.item(
        WorkKind.DENIED,
        "left-to-patient",
        tuple(dict.fromkeys((*(f"{a.group_code}-{a.carc}" for a in amounts), *about.remarks))),
        says="The payer leaves an amount to the patient beside deductible and coinsurance.",
        owner=Owner.BILLER,
        next_step=Step.PERSON if assigned else Step.BILL_PATIENT,
        do=do,
        deadline=deadlines.appeal(1, about.notice) if assigned else None,
        amount_cents=sum(cents(a.amount) for a in amounts),
        amount_is=AmountIs.CHARGE,
    )


def _deciding(about: About, refused: Sequence[PaidAdjustment]) -> tuple[PaidAdjustment, Cause]:
    """The refusal that decides the step: one that no appeal reaches, then the largest one that is known."""
    known = [(a, cause_of(a.carc, about.remarks, day=about.day, procedure=about.procedure)) for a in refused]
    return min(known, key=lambda pair: (pair[1].remedy is not Remedy.ASK_EXCEPTION, pair[1].key == UNKNOWN))


def _says(first: PaidAdjustment, cause: Cause) -> str:
    if cause.key == UNKNOWN:
        if first.carc in knowledge().known:
            return (
                f"The reason {first.carc} stands in the group {first.group_code}, where it does not belong."
            )
        return f"Teachback does not know the reason {first.carc}; nothing was assumed about it."
    return cause.says


def _notes(about: About, refused: Sequence[PaidAdjustment], cause: Cause) -> Iterator[str]:
    if about.claim is None:
        yield "No claim of this book was found for it."
    for adjustment in refused:
        kind = adjustment_kind(adjustment.group_code, adjustment.carc)
        if kind is AdjustmentKind.UNKNOWN and cause.key != UNKNOWN:
            yield f"The reason {adjustment.group_code}-{adjustment.carc} is not known here: a person looks it up."
    told = [code for code in cause.findings if code in about.raised]
    if told:
        yield f"Our own finding {', '.join(told)} stood on this line when it was claimed."


def _unexplained(about: About) -> WorkItem:
    """A line or claim that came back without payment and without a reason."""
    source = about.payment or about.claim_payment
    amount, kind = at_stake(about, ())
    if not amount and source.charge is not None and about.line is None:
        amount, kind = cents(source.charge), AmountIs.CHARGE
    resend = is_unprocessable(about.remarks)
    day = about.day
    limit = deadlines.filing(day) if resend and day is not None else None
    return about.item(
        WorkKind.UNKNOWN,
        UNKNOWN,
        about.remarks,
        says="Nothing was paid, and no reason that we can read says why.",
        owner=Owner.BILLER,
        next_step=Step.SEND_NEW if resend else Step.PERSON,
        do="Read the remittance and ask the contractor why; nothing was assumed, and nothing is taken for paid.",
        deadline=limit if resend else deadlines.appeal(1, about.notice),
        amount_cents=amount,
        amount_is=kind,
    )


def _paid_otherwise(about: About, difference: Variance) -> WorkItem:
    """The item of a line that was paid, and otherwise than our rules say."""
    lost = difference.work_cents or difference.patient_cents
    cause = _heaviest(difference)
    advice = _advice(cause)
    under = lost < 0
    if under:
        limit = deadlines.reopening(about.notice)
        step = Step.PERSON if cause is VarianceCause.UNKNOWN else Step.REOPEN
        do = advice["do"]
        if limit.has_passed(about.today):
            limit, step = deadlines.reopening_for_good_cause(about.notice), Step.PERSON
            do = f"The year for a reopening has passed; after it only good cause helps. {do}"
        appeal = deadlines.appeal(1, about.notice)
        words = "If it is not corrected, ask for a redetermination."
        also: tuple[Alternative, ...] = (Alternative(Step.APPEAL, words, appeal),)
    else:
        limit = deadlines.overpayment(about.notice)
        step, also = Step.PERSON, ()
        do = (
            f"See whether ${dollars(lost)} too much was paid. If so, report and return it; the days count from the day "
            "on which it is found."
        )
    also = tuple(way for way in also if way.deadline is None or not way.deadline.has_passed(about.today))
    return about.item(
        WorkKind.UNDERPAID if under else WorkKind.OVERPAID,
        _name(cause, about),
        (),
        says=difference.words,
        owner=Owner(advice["owner"]),
        next_step=step,
        do=do,
        deadline=limit,
        amount_cents=-lost,
        amount_is=AmountIs.VARIANCE,
        also=also,
        cites=tuple(dict.fromkeys((*difference.cites, *limit.cites))),
    )


def _heaviest(difference: Variance) -> VarianceCause:
    worked = [part for part in difference.parts if part.worked]
    if not worked:
        return difference.patient_cause
    return max(worked, key=lambda part: abs(part.cents)).cause


def _name(cause: VarianceCause, about: About) -> str:
    """The cause's key; the therapy line priced at the facility amount has the name that the rules give it."""
    therapy = about.line is not None and not _THERAPY.isdisjoint(about.line.modifiers)
    if cause is VarianceCause.FACILITY and therapy:
        return "therapy-priced-at-facility"
    return cause.value.replace("_", "-")


@cache
def _advised() -> Mapping[str, Mapping[str, str]]:
    return {row["cause"]: row for row in tables.read("denials")["underpaid"]}


def _advice(cause: VarianceCause) -> Mapping[str, str]:
    return _advised().get(cause.value, _advised()["other"])


def _by_number(claim: Claim | None, claim_payment: ClaimPayment) -> dict[int, ClaimLine]:
    """Our lines by the position of the payment's lines, where control numbers say so."""
    if claim is None:
        return {}
    ours = {line.control_number: line for line in claim.lines}
    return {
        position: ours[payment.line_control_number]
        for position, payment in enumerate(claim_payment.lines)
        if payment.line_control_number in ours
    }
