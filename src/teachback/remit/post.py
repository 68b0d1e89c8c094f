"""Posting: a remittance into the book, in one transaction, once; and the placing of what could not be matched.

    posting = plan_posting(remittance, book, source="payer.835")   # shows what would happen
    post(book, posting, who="ann")                                 # does it, or nothing

Every line ends posted, with a person, or not ours. What does not balance is held whole; what pays somebody else is
refused; what was posted before is refused with when and from which file.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from teachback.book import (
    Adjudication,
    AlreadyPosted,
    BookError,
    LineOutcome,
    LineState,
    NotOurs,
    RemittanceState,
)
from teachback.remit.match import unusable
from teachback.remit.planning import plan, renumbered, told_as, unit_of, with_posted
from teachback.remit.postings import Verdict
from teachback.remit.settling import cents_of, reverses, settle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from teachback.book import BookedClaim, PostedRemittance, RemittedLine, SqliteBook
    from teachback.book.desk import Desk
    from teachback.remit.postings import Key, Posting
    from teachback.remit.settling import Unit
    from teachback.remitdata import Remittance

__all__ = ["in_order", "place", "plan_posting", "post", "post_remittance"]

_WITHOUT_DATE = date.max


def plan_posting(remittance: Remittance, book: SqliteBook, *, source: str, manual: bool = False) -> Posting:
    """What posting the remittance would do, line by line; nothing is changed.

    ``source`` is shown to people later: the name of the file. ``manual`` says that a person typed it in.
    """
    return plan(remittance, book, source=source, manual=manual)


def post(book: SqliteBook, posting: Posting, *, who: str) -> PostedRemittance:
    """Do what was planned, in one transaction; a held remittance is kept for a person.

    ``AlreadyPosted`` and ``NotOurs`` refuse it; ``BookError`` where the book changed since it was planned.
    """
    with book.posting(who) as desk:
        now = plan(posting.remittance, book, source=posting.source, manual=posting.manual)
        if now.verdict is Verdict.ALREADY_POSTED:
            raise AlreadyPosted(f"This remittance was {now.why}; it is not posted again.")
        if now.verdict is Verdict.NOT_OURS:
            raise NotOurs(f"This remittance is not ours: {now.why}. Nothing was posted.")
        if now != posting:
            raise BookError("The book changed since this was planned; plan it again. Nothing was posted.")
        number = _write(desk, now)
    return _posted(book, number)


def post_remittance(
    book: SqliteBook, remittance: Remittance, *, who: str, source: str, manual: bool = False
) -> Posting:
    """Plan and post in one transaction; a remittance that is refused is told by the verdict, not raised."""
    with book.posting(who) as desk:
        posting = plan(remittance, book, source=source, manual=manual)
        if posting.verdict in {Verdict.ALREADY_POSTED, Verdict.NOT_OURS}:
            return posting
        number = _write(desk, posting)
    return with_posted(posting, _posted(book, number))


def in_order(remittances: Iterable[Remittance]) -> list[Remittance]:
    """By payment date, so that an answer is posted before what takes it back; as they stand within a date."""
    return sorted(remittances, key=lambda each: each.paid_on or each.produced_on or _WITHOUT_DATE)


def place(book: SqliteBook, item: int, number: str, *, who: str, why: str) -> RemittedLine:
    """Post a line that needed a person to the line (or, as a whole, to the claim) that the person names.

    ``BookError`` where the charge differs, the line was answered before, or its money was used already.
    """
    if not why.strip():
        raise BookError("Say why it belongs there; the book keeps it.")
    if who.strip() == "teachback":
        raise BookError("A person does this, not the program: say who.")
    with book.posting(who) as desk:
        found = book.remitted_line(item)
        if found.state is not LineState.NEEDS_PERSON or found.resolved:
            raise BookError(f"Remitted line {item} does not wait for a person any more.")
        claim, line = _target(book, number)
        unit = unit_of(book, found)
        remittance = book.remittance(found.remittance)
        payment, _ = book.adjudication(item)
        test = remittance is not None and remittance.test
        if refused := unusable(claim, test=test, reversal=payment.is_reversal):
            raise BookError(f"It cannot be posted: {refused}.")
        booked, undoes = _decided(book, unit, claim, line, reversal=payment.is_reversal)
        desk.at(found.remittance)
        desk.answered(claim.control_number)
        taken = desk.line(
            found.claim_position,
            found.position,
            LineState.POSTED,
            booked=booked,
            undoes=undoes,
            placed=item,
            how=f"placed by {who}",
            why=why,
            charge_cents=unit.charge,
            paid_cents=unit.paid,
        )
        desk.take_back(item, taken, why)
    return book.remitted_line(taken)


def _write(desk: Desk, posting: Posting) -> int:
    remittance = posting.remittance
    held = posting.verdict is Verdict.HELD
    number = desk.keep(
        remittance,
        RemittanceState.HELD if held else RemittanceState.POSTED,
        source=posting.source,
        manual=posting.manual,
        paid_cents=cents_of(remittance.paid),
        why=posting.why,
    )
    if held:
        return number
    for claim in dict.fromkeys(line.claim for line in posting.lines if line.claim is not None):
        desk.answered(claim)
    ids: dict[Key, int] = {}
    lines = {(line.claim_position, line.position): line for line in posting.lines}
    for key in posting.order:
        line = lines[key]
        ids[key] = desk.line(
            *key,
            line.state,
            booked=line.booked,
            undoes=renumbered(line, ids),
            score=line.score,
            how=line.how,
            why=line.why,
            charge_cents=line.charge_cents,
            paid_cents=line.paid_cents,
        )
    for each in remittance.provider_adjustments:
        desk.provider_adjusted(cents_of(each.amount) or 0, f"{each.reason} {each.reference}".strip())
    return number


def _posted(book: SqliteBook, number: int) -> PostedRemittance:
    found = book.remittance(number)
    if found is None:
        raise BookError(f"There is no remittance {number} in this book.")
    return found


def _target(book: SqliteBook, number: str) -> tuple[BookedClaim, str | None]:
    line = book.line(number)
    if line is not None:
        return line.claim, line.control_number
    claim = book.claim(number)
    if claim is None:
        raise BookError(f"There is no line and no claim {number} in this book.")
    return claim, None


def _decided(
    book: SqliteBook, unit: Unit, claim: BookedClaim, line: str | None, *, reversal: bool
) -> tuple[Adjudication, int | None]:
    """What placing a unit does, and the answer that it undoes."""
    number = line or claim.control_number
    lines = {each.control_number: cents_of(each.charge) or 0 for each in book.lines(claim.control_number)}
    ours = lines[line] if line is not None else sum(lines.values())
    if unit.charge is None or abs(unit.charge) != ours:
        raise BookError(
            f"The payer tells another charge than {number} has, so the line cannot be posted whole; apply its money instead."
        )
    standing = book.standing_adjudication(number)
    if reversal:
        if standing is None or not reverses(unit, unit_of(book, standing)):
            raise BookError(
                f"It does not take back exactly what was posted to {number}; return its money instead."
            )
        return Adjudication(claim.control_number, line, LineOutcome.REVERSED), standing.id
    others = [None] if line is not None else list(lines)
    for each in (number, *(other or claim.control_number for other in others)):
        found = book.standing_adjudication(each)
        if found is not None:
            posted = book.remittance(found.remittance)
            raise BookError(
                f"{each} was answered before ({'' if posted is None else told_as(posted)}), and nothing took that back; "
                "apply or return its money instead."
            )
    settled = settle(unit)
    if settled.outcome is None:
        raise BookError(f"It cannot be posted: {settled.fault}.")
    charges = () if line is not None else tuple(lines.items())
    return Adjudication(claim.control_number, line, settled.outcome, settled.parts, charges), None
