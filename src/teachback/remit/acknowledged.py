"""Acknowledgments as parts of a report: which claims and files were taken, which were rejected, and what to do.

Rejected is not denied: the payer never judged such a claim, so it is corrected and sent as new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.remit import words, work
from teachback.remit.known import named
from teachback.remit.money import many
from teachback.remit.report import Fate, Part, Row, Stand
from teachback.remit.todo import of_item
from teachback.remitdata import AnswerKind

if TYPE_CHECKING:
    from datetime import date

    from teachback.remit.known import Known
    from teachback.remit.todo import Work
    from teachback.remitdata import (
        ClaimStatus,
        FunctionalAcknowledgment,
        InterchangeAcknowledgment,
        SetAnswer,
        StatusReport,
    )
    from teachback.x12.answers import NotAnAnswer

_STANDS = {
    AnswerKind.ACCEPTED: Stand.ACCEPTED,
    AnswerKind.ACCEPTED_WITH_ERRORS: Stand.ACCEPTED,
    AnswerKind.REJECTED: Stand.REJECTED,
    AnswerKind.UNKNOWN: Stand.TOLD,
}
_SAYS = {
    AnswerKind.ACCEPTED: "accepted",
    AnswerKind.ACCEPTED_WITH_ERRORS: "accepted with faults",
    AnswerKind.REJECTED: "rejected",
    AnswerKind.UNKNOWN: "told without a decision",
}
_INQUIRY = "005010X212"
_WHOLE = "Correct the file and send it again: nothing of it was judged, so nothing was denied."
_EACH = (
    "Record each rejected claim (teachback book end BOOK CLAIM rejected --why …), correct its sessions, "
    "and claim them again."
)


def claims_answered(report: StatusReport, known: Known, today: date) -> tuple[Part, list[Work]]:
    """A 277CA; or the answer to an inquiry (005010X212), which accepts and rejects nothing."""
    asked = report.version.startswith(_INQUIRY)
    rows: list[Row] = []
    found: list[Work] = []
    for status in report.claims:
        row, works = _claim_row(status, known, today, asked=asked)
        rows.append(row)
        found += works
    whole = report.answer is AnswerKind.REJECTED and not rows
    rejected = any(row.stand is Stand.REJECTED for row in rows)
    batch = f", batch {report.batch_number}" if report.batch_number else ""
    part = Part(
        kind="answer to a question about claims (277)" if asked else "claim acknowledgment (277CA)",
        about=f"from {report.source_name or 'a payer without a name'}{batch}",
        fate=Fate.READ,
        why=tuple(words.status(*each) for each in report.statuses) if not rows else (),
        do=_WHOLE if whole else _EACH if rejected else "",
        rows=tuple(rows),
        needs_person=whole,
    )
    return part, found


def _claim_row(
    status: ClaimStatus, known: Known, today: date, *, asked: bool
) -> tuple[Row, tuple[Work, ...]]:
    claim = known.claim(status.control_number)
    stand = Stand.TOLD if asked else _STANDS[status.answer]
    item = None
    if known.book is not None and claim is None:
        stand = Stand.NOT_OURS
    elif stand is Stand.REJECTED:
        item = work.of_status(claim, status, today=today)
    row = Row(
        stand=stand,
        claim=status.control_number,
        date_of_service=status.date_of_service,
        says="" if asked else _SAYS[status.answer],
        charge=None if status.charge is None else round(status.charge * 100),
        codes=" ".join(":".join(filter(None, each)) for each in status.statuses),
        why="; ".join(words.status(*each) for each in status.statuses),
        do="" if item is None else item.do,
    )
    return row, () if item is None else (of_item(item, today),)


def file_answered(
    answer: FunctionalAcknowledgment, known: Known, today: date
) -> tuple[Part, tuple[Work, ...]]:
    """A 999 or 997: every set of the group that it answers."""
    file = known.file_of_group(answer.group_control_number)
    rows: list[Row] = []
    found: list[Work] = []
    for each in answer.sets:
        claims = () if file is None else known.claims_of_set(file, each.control_number)
        stand = Stand.NOT_OURS if known.book is not None and file is None else _STANDS[each.answer]
        rows.append(_set_row(each, stand, len(claims)))
        if stand is Stand.REJECTED and claims and (item := work.of_set(each, claims, today=today)):
            found.append(of_item(item, today, [claim.control_number for claim in claims]))
    rejected = answer.answer is AnswerKind.REJECTED
    whose = f", {named(file)} with {many(file.claims, 'claim')}" if file is not None else ""
    part = Part(
        kind="acknowledgment of a file (999)",
        about=f"group {answer.group_control_number or 'without a number'} {_SAYS[answer.answer]}{whose}",
        fate=Fate.READ,
        why=tuple(words.word("group", code) for code in answer.codes),
        do=_WHOLE if rejected or any(row.stand is Stand.REJECTED for row in rows) else "",
        rows=tuple(rows),
        needs_person=rejected and (known.book is None or file is not None),
    )
    return part, tuple(found)


def _set_row(answer: SetAnswer, stand: Stand, claims: int) -> Row:
    faults = [words.segment_fault(fault) for fault in answer.faults]
    codes = [words.word("set", code) for code in answer.codes]
    return Row(
        stand=stand,
        claim="",
        subject=f"set {answer.control_number or 'without a number'}"
        + (f" with {many(claims, 'claim')}" if claims else ""),
        says=_SAYS[answer.answer],
        codes=" ".join(answer.codes),
        why="; ".join(faults + codes),
        do=_WHOLE if answer.answer is AnswerKind.REJECTED else "",
    )


def interchange_answered(answer: InterchangeAcknowledgment, known: Known) -> Part:
    """A TA1: the envelope of one file."""
    file = known.file_of_interchange(answer.control_number)
    rejected = answer.answer is AnswerKind.REJECTED
    whose = f", {named(file)}" if file is not None else ""
    told = answer.note.strip() not in {"", "000"}
    return Part(
        kind="acknowledgment of an envelope (TA1)",
        about=f"interchange {answer.control_number} {_SAYS[answer.answer]}{whose}",
        fate=Fate.READ,
        why=(words.word("interchange", answer.note),) if told else (),
        do=_WHOLE if rejected else "",
        needs_person=rejected and (known.book is None or file is not None),
    )


_KINDS = {
    "837": "claims (837)",
    "835": "remittance (835)",
    "270": "question about eligibility (270)",
    "271": "answer about eligibility (271)",
    "276": "question about claims (276)",
    "834": "enrollment (834)",
    "820": "premium payment (820)",
    "278": "authorization (278)",
    "empty": "an empty file",
    "text": "text between the sets",
}
_CLAIMS = "These are claims, not an answer; `teachback check` looks them through."
_NOTHING = "It answers no claim and moves no money."
_LOOK = "Look at the file: if it came from a payer or clearinghouse, ask for it again."


def not_answered(found: NotAnAnswer) -> Part:
    """Something that answers nothing: claims, eligibility, or no X12 at all."""
    is_set = found.what in _KINDS and found.what.isdecimal()
    return Part(
        kind=_KINDS.get(found.what, found.what),
        about=many(found.sets, "set") if found.sets else "",
        fate=Fate.NOT_TAKEN,
        why=() if is_set else (found.why,),
        do=_CLAIMS if found.what == "837" else _NOTHING if is_set else _LOOK,
        needs_person=not is_set,
    )
