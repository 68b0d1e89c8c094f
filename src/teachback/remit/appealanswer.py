"""Which answer of the payer an appeal is against: the one in force in the book, or the last in files that were given."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from teachback.book import ClaimState, LineOutcome
from teachback.remit.deadlines import notice_date

if TYPE_CHECKING:
    from collections.abc import Iterable

    from teachback.book import RemittedLine, SqliteBook
    from teachback.remitdata import ClaimPayment, Remittance

_REFUSED = frozenset({LineOutcome.DENIED, LineOutcome.PARTLY_DENIED})
_REJECTED = "rejected:"


@dataclass(frozen=True, slots=True)
class PayerAnswer:
    """What the payer said of one claim last. Without remittance and payment nothing was judged yet."""

    remittance: Remittance | None = None
    payment: ClaimPayment | None = None
    rejected: bool = False


def of_book(book: SqliteBook, control_number: str) -> PayerAnswer:
    """The answer in force: that of the last remittance with a refused line, else the last one.

    Lines carry the control numbers that posting, or a person, found for them.
    """
    standing = [line for line in book.remitted_lines(claim=control_number) if line.standing]
    if not standing:
        return PayerAnswer(rejected=_was_rejected(book, control_number))
    refused = [line for line in standing if line.outcome in _REFUSED]
    last = max(refused or standing, key=lambda line: line.remittance)
    payment, _ = book.adjudication(last.id)
    same = [
        line
        for line in standing
        if (line.remittance, line.claim_position) == (last.remittance, last.claim_position)
    ]
    return PayerAnswer(book.remittance_data(last.remittance), _placed(payment, same))


def _placed(payment: ClaimPayment, standing: Iterable[RemittedLine]) -> ClaimPayment:
    """The payment with our line numbers; a line whose payment no longer stands is left out."""
    ours = {line.position: line.line for line in standing if line.line is not None}
    lines = tuple(
        replace(service, line_control_number=ours[position])
        for position, service in enumerate(payment.lines, start=1)
        if position in ours
    )
    return replace(payment, lines=lines)


def _was_rejected(book: SqliteBook, control_number: str) -> bool:
    claim = book.claim(control_number)
    if claim is not None and claim.state is ClaimState.REJECTED:
        return True
    return any(note.key == f"{_REJECTED}{control_number}" for note in book.work_notes())


def of_remittances(remittances: Iterable[Remittance], control_number: str) -> PayerAnswer:
    """The last answer to the claim in remittances that were read, by date; later in the files where dates agree."""
    found = [
        (notice_date(remittance) or date.min, number, remittance, payment)
        for number, remittance in enumerate(remittances)
        for payment in remittance.claims
        if payment.control_number == control_number
    ]
    if not found:
        return PayerAnswer()
    _, _, remittance, payment = max(found, key=lambda entry: entry[:2])
    return PayerAnswer(remittance, payment)
