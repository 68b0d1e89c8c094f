"""A first-level appeal (redetermination): a letter made only of what the record, the claim and the law hold.

``letter(record)`` answers in one of three ways: the letter; not yet, with what to obtain; or no appeal, with what to do
instead. It asserts nothing that is not recorded, and it does not argue against a record that bears the denial out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from teachback.forms.letterdata import Letter, Origin
from teachback.law import made_with
from teachback.model import Coverage
from teachback.remit import claimfacts, deadlines
from teachback.remit import letterwords as words
from teachback.remit.appealable import cited, denied_lines, judged
from teachback.remit.appealrecord import Missing, NoAppeal, NotYet, Refusal
from teachback.remit.appealsessions import Sessions
from teachback.remit.composing import composed
from teachback.rules.book import law

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from teachback.remit.appealable import Answered
    from teachback.remit.appealrecord import Record
    from teachback.remit.composing import Account
    from teachback.remitdata import ClaimPayment, Remittance

_BLANK_LINES = 3


@dataclass(frozen=True, slots=True)
class Written:
    """A letter that can go out: what it leaves out, what would help it, and what to do before it is sent."""

    letter: Letter
    deadline: deadlines.Deadline
    left_out: tuple[NoAppeal, ...] = ()
    advice: tuple[Missing, ...] = ()
    before_sending: tuple[str, ...] = ()


def letter(record: Record) -> Written | NotYet | NoAppeal:
    """The appeal of a claim: a letter, what is missing for one, or why there is none.

    Where several lines were denied and only some can be appealed, the letter is of those, and the others are told.
    """
    refusal = _no_request(record)
    if refusal is not None:
        return refusal
    remittance, payment = record.remittance, record.payment
    assert remittance is not None  # noqa: S101  the check before refuses a claim without an answer
    assert payment is not None  # noqa: S101  the same
    lines, lost = denied_lines(record, payment)
    if not lines:
        return lost[0] if lost else _nothing_denied(record)
    notice = deadlines.notice_date(remittance)
    if notice is None:
        return _undated(record)
    sessions = Sessions(record)
    answered, refused = judged(record, lines, {d.line.control_number: sessions.words(d) for d in lines})
    left_out = (*lost, *refused)
    if not answered:
        return left_out[0] if len(left_out) == 1 else _several(record, left_out)
    deadline = deadlines.appeal(1, notice, record.received)
    if deadline.has_passed(record.today):
        return _too_late(record, deadline, notice)
    accounts, missing, contradicted = sessions.accounts(answered)
    if contradicted:
        return contradicted[0]
    essential = tuple(m for m in missing if m.essential)
    if essential:
        return NotYet(record.claim.control_number, essential, deadline.last_day, left_out)
    return _written(record, remittance, payment, answered, accounts, deadline, left_out, missing)


def _no_request(record: Record) -> NoAppeal | None:
    """Why nobody could appeal this claim, whatever was denied."""
    claim = record.claim
    if record.rejected:
        filing = deadlines.filing(deadlines.filing_anchor(claim, None))
        return NoAppeal(
            claim.control_number,
            Refusal.REJECTED,
            "The claim was rejected before anybody judged it, so nothing was decided that could be appealed.",
            f"Correct what the acknowledgment names and send it as a new claim. {filing.words}",
            until=filing.last_day,
            cites=cited("rejected_cite"),
        )
    if record.remittance is None or record.payment is None:
        return NoAppeal(
            claim.control_number,
            Refusal.NO_ANSWER,
            "The book holds no answer to this claim.",
            "Post the remittance first (teachback post), or ask the contractor for the claim's status.",
        )
    if _other_coverage(record):
        return NoAppeal(
            claim.control_number,
            Refusal.NOT_ORIGINAL_MEDICARE,
            "The patient was not in Original Medicare; another payer's appeals follow that payer's own rules.",
            "Ask that payer for its appeal, its form and its deadline.",
        )
    if not claim.accepts_assignment and not claim.is_institutional:
        return NoAppeal(
            claim.control_number,
            Refusal.NOT_A_PARTY,
            "The claim was filed without assignment, so the determination is the patient's and not the practice's.",
            "The patient may appeal, or appoint the practice as representative; then the patient's letter is written.",
            cites=cited("party_cite"),
        )
    if record.payment.is_reversal:
        return NoAppeal(
            claim.control_number,
            Refusal.TAKEN_BACK,
            "This answer takes an earlier payment back; the decision stands in the answer that replaces it.",
            "Post the answer that corrects it, and appeal that one if it refuses anything.",
        )
    return None


def _other_coverage(record: Record) -> bool:
    patient_id = record.claim.beneficiary.patient_id
    ours = {line_session for line in record.claim.lines for line_session in line.sessions}
    covers = {
        patient.coverage
        for session in record.sessions
        if session.id in ours
        for patient in session.patients
        if patient.id == patient_id
    }
    return bool(covers & {Coverage.MEDICARE_ADVANTAGE, Coverage.OTHER})


def _nothing_denied(record: Record) -> NoAppeal:
    return NoAppeal(
        record.claim.control_number,
        Refusal.NOTHING_DENIED,
        "No line of the claim was refused.",
        "Where less was paid than expected, ask for a reopening with the cause that teachback denials names.",
        until=None,
    )


def _undated(record: Record) -> NoAppeal:
    return NoAppeal(
        record.claim.control_number,
        Refusal.UNREADABLE,
        "The answer bears no date, so that neither the notice can be named nor the deadline counted.",
        "Get the remittance advice from the contractor and post it.",
    )


def _several(record: Record, refused: Sequence[NoAppeal]) -> NoAppeal:
    """Several lines and no appeal for any: the first reason, with every line's own step."""
    kinds = {refusal.why for refusal in refused}
    days = [refusal.until for refusal in refused if refusal.until is not None]
    return NoAppeal(
        record.claim.control_number,
        refused[0].why if len(kinds) == 1 else Refusal.OTHER_REMEDY,
        " ".join(dict.fromkeys(refusal.says for refusal in refused)),
        " ".join(dict.fromkeys(refusal.instead for refusal in refused)),
        tuple(line for refusal in refused for line in refusal.lines),
        min(days, default=None),
        tuple(dict.fromkeys(cite for refusal in refused for cite in refusal.cites)),
    )


def _too_late(record: Record, deadline: deadlines.Deadline, notice: date) -> NoAppeal:
    good_cause = deadlines.reopening_for_good_cause(notice)
    return NoAppeal(
        record.claim.control_number,
        Refusal.TOO_LATE,
        f"{deadline.words} That day has passed.",
        "Only good cause for the delay (serious illness, destroyed records, an error of the contractor) extends it, asked "
        f"for in writing with its evidence. {deadlines.reopening(notice).words} {good_cause.words}",
        until=good_cause.last_day,
        cites=tuple(dict.fromkeys((*deadline.cites, *cited("good_cause_cite")))),
    )


def _written(  # noqa: PLR0913, PLR0917  a letter has this many sources
    record: Record,
    remittance: Remittance,
    payment: ClaimPayment,
    answered: Sequence[Answered],
    accounts: Sequence[Account],
    deadline: deadlines.Deadline,
    left_out: tuple[NoAppeal, ...],
    missing: tuple[Missing, ...],
) -> Written:
    claim = record.claim
    facts = claimfacts.of_claim(record, remittance, answered, deadline)
    paragraphs, exhibits = composed(
        accounts,
        facts,
        claimfacts.rules(deadline),
        law().on(deadline.counted_from, record.payer),
        record.enclosures,
    )
    sender = (words.provider(claim.billing.provider), *words.address(claim.billing.address))
    if claim.billing.phone:
        sender = (*sender, words.phone(claim.billing.phone))
    made = Letter(
        claim=claim.control_number,
        title="Request for redetermination (Medicare, first level of appeal)",
        dated=record.today,
        sender=sender,
        recipient=(words.title_case(remittance.payer_name or claim.payer.name), *record.send_to),
        recipient_lines=0 if record.send_to else _BLANK_LINES,
        identity=claimfacts.identity(record, remittance, payment),
        services=tuple(claimfacts.service(one) for one in answered),
        paragraphs=paragraphs,
        exhibits=exhibits,
        deadline=deadline.last_day,
        made_with=made_with(),
    )
    advice = tuple(m for m in missing if not m.essential)
    return Written(made, deadline, left_out, advice, _before_sending(made, deadline))


def _before_sending(made: Letter, deadline: deadlines.Deadline) -> tuple[str, ...]:
    """What a person does before the letter goes out; ours to say, not the letter's."""
    steps = [
        f"{deadline.words} It counts as filed on the day it is received: let it arrive by {deadline.last_workday}."
    ]
    if made.recipient_lines:
        steps.append("Fill in where to send it: the address for appeals stands on the contractor's web page.")
    for exhibit in made.exhibits:
        if exhibit.origin is Origin.FILE:
            steps.append(f"Put {exhibit.file} in as exhibit {exhibit.number}.")
        elif exhibit.origin is Origin.PRINTED:
            steps.append(f"Exhibit {exhibit.number}: its text is printed; add a copy of the signed original.")
        else:
            steps.append(f"Exhibit {exhibit.number}: add a copy from the practice's files: {exhibit.title}.")
    cites = dict.fromkeys(cite for sentence in made.sentences() for cite in sentence.cites)
    pages = [cite for cite in cites if " FR " in cite]
    if pages:
        steps.append(f"Compare the pages cited with the Federal Register itself: {'; '.join(pages)}.")
    steps.append(
        "Read every sentence against the chart, sign and date it, and keep a copy with proof of receipt."
    )
    return tuple(steps)
