"""What was rejected before it was decided (277CA, 999): sent again inside the filing limit, never appealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.findings import Owner
from teachback.remit import deadlines
from teachback.remit.about import claim_amount
from teachback.remit.denials import UNKNOWN, Step, preventions, status_cause
from teachback.remit.items import AmountIs, WorkItem, WorkKind, key_of
from teachback.remit.steps import Decision
from teachback.remitdata import AnswerKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from teachback.claimdata import Claim
    from teachback.remitdata import ClaimStatus, SetAnswer

_MOST_NAMED: Final = 5
_FILE_FORM: Final = "file-form"


def of_status(claim: Claim | None, status: ClaimStatus, *, today: date) -> WorkItem | None:
    """What a claim's answer in a 277CA leaves to do: nothing when it was accepted.

    A rejected claim was never adjudicated: it is corrected and sent as new inside the filing limit.
    """
    if status.answer in {AnswerKind.ACCEPTED, AnswerKind.ACCEPTED_WITH_ERRORS}:
        return None
    if status.answer is AnswerKind.UNKNOWN and (told := _further(status)):
        return _waiting(claim, status, told)
    cause = status_cause(code for _, code, _ in status.statuses)
    codes = _codes(status)
    day = deadlines.filing_anchor(claim, None) if claim is not None else status.date_of_service
    limit = None if day is None else deadlines.filing(day)
    amount, kind = claim_amount(claim, status.charge)
    rejected = status.answer is AnswerKind.REJECTED
    says = "A code that Teachback does not know." if cause is None else cause.says
    head = "The claim was rejected before it was decided" if rejected else "The answer could not be read"
    decision = (
        _resend(limit, today)
        if rejected
        else Decision(Step.PERSON, "Read the answer, and ask the payer.", limit)
    )
    return WorkItem(
        key=key_of("277", status.control_number, *codes),
        kind=WorkKind.REJECTED if rejected else WorkKind.UNKNOWN,
        cause=UNKNOWN if cause is None else cause.key,
        says=f"{head}. {says}",
        owner=Owner.BILLER if cause is None else cause.owner,
        next_step=decision.step,
        do=decision.do,
        deadline=decision.deadline,
        amount_cents=amount,
        amount_is=kind,
        claim_control_number=status.control_number,
        date_of_service=day,
        codes=codes,
        prevented_by=() if cause is None else preventions(cause.findings),
        cites=() if limit is None else limit.cites,
        notes=decision.notes,
    )


_FURTHER: Final = {
    "P": "The payer is still working on the claim.",
    "F": "The payer has decided the claim; its remittance says how.",
}


def _further(status: ClaimStatus) -> str:
    """What a status says that comes after the door (categories P and F of a 277); empty where it says neither."""
    first = {category[:1] for category, _, _ in status.statuses}
    return _FURTHER.get(first.pop(), "") if len(first) == 1 else ""


def _waiting(claim: Claim | None, status: ClaimStatus, told: str) -> WorkItem:
    amount, kind = claim_amount(claim, status.charge)
    limit = None if status.effective_on is None else deadlines.answer(status.effective_on)
    return WorkItem(
        key=key_of("277", status.control_number, *_codes(status)),
        kind=WorkKind.PENDING,
        cause="pending",
        says=told,
        owner=Owner.BILLER,
        next_step=Step.WAIT,
        do="Wait for the remittance, and ask the payer when none has come by the day given here.",
        deadline=limit,
        amount_cents=amount,
        amount_is=kind,
        claim_control_number=status.control_number,
        date_of_service=status.date_of_service,
        codes=_codes(status),
        cites=() if limit is None else limit.cites,
    )


def _codes(status: ClaimStatus) -> tuple[str, ...]:
    return tuple(":".join(part for part in each if part) for each in status.statuses)


def of_set(answer: SetAnswer, claims: Sequence[Claim], *, today: date) -> WorkItem | None:
    """What a transaction set's answer in a 999 leaves to do: one item for all claims of a set that was rejected."""
    if answer.answer is not AnswerKind.REJECTED:
        return None
    days = [deadlines.filing_anchor(claim, None) for claim in claims]
    limit = deadlines.filing(min(days)) if days else None
    amounts = [claim_amount(claim, None) for claim in claims]
    priced = all(kind is AmountIs.EXPECTED for _, kind in amounts)
    names = [claim.control_number for claim in claims]
    more = len(names) - _MOST_NAMED
    listed = ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    decision = _resend(limit, today)
    return WorkItem(
        key=key_of("999", answer.control_number, *names),
        kind=WorkKind.REJECTED,
        cause=_FILE_FORM,
        says=f"The file's form was rejected: {len(claims)} claims were never looked at ({listed or 'none of ours'}).",
        owner=Owner.BILLER,
        next_step=decision.step,
        do="Run `teachback check` on the file, correct what it names, and send the claims in a new file.",
        deadline=decision.deadline,
        amount_cents=sum(amount for amount, _ in amounts),
        amount_is=AmountIs.EXPECTED if priced else AmountIs.CHARGE,
        claim_control_number=names[0] if len(names) == 1 else "",
        codes=tuple(f"IK5:{code}" for code in answer.codes),
        cites=() if limit is None else limit.cites,
        notes=decision.notes,
    )


def _resend(limit: deadlines.Deadline | None, today: date) -> Decision:
    if limit is not None and limit.has_passed(today):
        words = (
            "The filing limit has passed. Ask for an exception only if Medicare's own error or a later entitlement "
            "made it late; else propose to write it off. The patient may not be billed."
        )
        return Decision(Step.ASK_EXCEPTION, words, None, notes=(limit.words,))
    words = "Correct what the answer names, and send it as a new claim. It was never decided, so there is no appeal."
    return Decision(Step.SEND_NEW, words, limit)
