"""The work list: what somebody must do about money, what is at stake, by when, and what would have prevented it.

The ledger says what is open, so that nothing falls off the list; the knowledge of denials says what to do about it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from teachback.book import ClaimState, FileState, LineState
from teachback.book import WorkKind as OpenKind
from teachback.remit import work
from teachback.remit.deadlines import notice_date
from teachback.remit.items import WorkKind, ranked
from teachback.remit.rejected import rejections
from teachback.remit.todo import Work, of_item

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from collections.abc import Set as AbstractSet
    from datetime import date

    from teachback.book import OpenWork, RemittedLine, SqliteBook
    from teachback.claimdata import Claim
    from teachback.remit.items import WorkItem

_DIFFERENCES: Final = frozenset({WorkKind.UNDERPAID, WorkKind.OVERPAID})
ANSWER_DUE: Final = timedelta(days=30)
"""A clean claim is paid or denied within thirty days of its receipt; later somebody should ask."""


def only_tests(book: SqliteBook) -> bool:
    """Whether every file of the book that was not withdrawn is a test: then its money is looked at as a test too."""
    files = [file for file in book.files() if file.state is not FileState.WITHDRAWN]
    return bool(files) and all(file.test for file in files)


def worklist(
    book: SqliteBook,
    today: date,
    *,
    test: bool = False,
    claims: AbstractSet[str] | None = None,
    remittances: Collection[int] = (),
) -> tuple[Work, ...]:
    """Everything that is open in the book: what a person must place first, then by deadline and money.

    Work that somebody laid aside until a later day comes last. ``test`` looks at test claims instead of real ones.
    ``claims`` and ``remittances`` (their ids) ask for the work on these alone.
    """
    opened = book.open_work(test=test)
    if claims is not None:
        opened = tuple(entry for entry in opened if entry.claim in claims or entry.remittance in remittances)
    known, covered = _known(_Desk(book, today, claims, test=test), opened, today)
    plain = [_plain(book, entry) for entry in opened if entry.key not in covered]
    rejected = [
        entry
        for entry in rejections(book, today, test=test)
        if claims is None or not claims.isdisjoint(entry.claims)
    ]
    silent = {number for entry in rejected for number in entry.claims}
    waiting = _unanswered(book, today, test=test) if claims is None else ()
    every = [
        *sorted(plain, key=lambda entry: (-abs(entry.cents), entry.key)),
        *rejected,
        *known,
        *(entry for entry in waiting if entry.claim not in silent),
    ]
    return tuple(sorted(every, key=lambda entry: entry.waits_until is not None and entry.waits_until > today))


def _known(desk: _Desk, opened: Iterable[OpenWork], today: date) -> tuple[list[Work], set[str]]:
    """What the knowledge of denials says of every answer in force, and the keys of the open work that it explains.

    A denial is told while the ledger has it; a difference in the payment is told as long as the answer stands.
    """
    denied = {(entry.claim, entry.line): entry for entry in opened if entry.kind is OpenKind.DENIED}
    items: list[WorkItem] = []
    explained: dict[str, OpenWork] = {}
    for line in desk.standing():
        entry = denied.get((line.claim, line.line))
        for item in desk.items(line):
            if entry is not None and item.kind not in _DIFFERENCES:
                explained[item.key] = entry
            if entry is not None or item.kind in _DIFFERENCES:
                items.append(item)
    known = [_noted(of_item(item, today), explained.get(item.key)) for item in ranked(items, today)]
    return known, {entry.key for entry in explained.values()}


class _Desk:
    """Lines of the book with what they stand on, each read once."""

    def __init__(self, book: SqliteBook, today: date, claims: AbstractSet[str] | None, *, test: bool) -> None:
        self._book = book
        self._today = today
        found = book.claims() if claims is None else filter(None, map(book.claim, sorted(claims)))
        self._ours = {claim.control_number for claim in found if claim.test == test}
        self._one_by_one = claims is not None
        self._claims: dict[str, Claim] = {}
        self._notices: dict[int, date] = {}

    def standing(self) -> Iterator[RemittedLine]:
        """The payer's answers in force."""
        if self._one_by_one:
            for claim in sorted(self._ours):
                yield from (line for line in self._book.remitted_lines(claim=claim) if line.standing)
            return
        lines = self._book.remitted_lines(state=LineState.POSTED)
        yield from (line for line in lines if line.standing and line.claim in self._ours)

    def items(self, line: RemittedLine) -> tuple[WorkItem, ...]:
        """What the knowledge says of a line's answer; position 0 is the claim as a whole."""
        notice = self._notice(line.remittance)
        paid_claim, payment = self._book.adjudication(line.id)
        claim = self._claim(line.claim)
        if payment is None:
            whole = replace(paid_claim, lines=())
            return work.of_claim(claim, whole, notice=notice, today=self._today)
        ours = (
            None if claim is None else next((e for e in claim.lines if e.control_number == line.line), None)
        )
        return work.of_line(claim, ours, paid_claim, payment, notice=notice, today=self._today)

    def _claim(self, number: str | None) -> Claim | None:
        if number is not None and number not in self._claims:
            self._claims[number] = self._book.claim_data(number)
        return None if number is None else self._claims[number]

    def _notice(self, remittance: int) -> date:
        if remittance not in self._notices:
            self._notices[remittance] = notice_date(self._book.remittance_data(remittance)) or self._today
        return self._notices[remittance]


_DO: Final = {
    OpenKind.DENIED: "Look at the payer's answer (teachback book show BOOK CLAIM) and decide; it stays open until then.",
    OpenKind.NEEDS_PERSON: (
        "Find the line that it answers and place it (teachback book place BOOK ITEM LINE --why …); "
        "money that is not ours goes back (teachback book return BOOK ITEM --why …)."
    ),
    OpenKind.HELD: (
        "Nothing of it was posted. Ask the payer for a corrected remittance, "
        "or enter it from the paper notice (teachback post FORM.toml)."
    ),
}
_KINDS: Final = {OpenKind.NEEDS_PERSON: "needs a person", OpenKind.HELD: "not posted"}


def _plain(book: SqliteBook, entry: OpenWork) -> Work:
    """A thing to do that the ledger alone knows of."""
    source = None if entry.remittance is None else book.remittance(entry.remittance)
    told = ""
    if source is not None:
        told = f"Remittance {source.trace_number or 'without a number'} from {source.payer_name}, {source.source}: "
    made = Work(
        key=entry.key,
        kind=_KINDS.get(entry.kind, entry.kind.value),
        claim=entry.claim or "",
        line=entry.line or "",
        cents=entry.cents,
        about="denied" if entry.kind is OpenKind.DENIED else "money to place",
        says=told + (entry.why or "refused by the payer"),
        step="a person looks",
        do=_DO[entry.kind],
        item=entry.item,
    )
    if entry.item is not None and entry.kind is OpenKind.NEEDS_PERSON:
        claim, payment = book.adjudication(entry.item)
        made = replace(made, claim=made.claim or claim.control_number)
        if payment is not None:
            made = replace(made, procedure=payment.procedure_code, date_of_service=payment.date_of_service)
    return _noted(made, entry)


def _noted(made: Work, entry: OpenWork | None) -> Work:
    """With what somebody noted in the book."""
    if entry is None:
        return made
    notes = (*made.notes, f"given to {entry.owner}") if entry.owner else made.notes
    if entry.waits_until is not None:
        notes = (*notes, f"laid aside until {entry.waits_until}")
    return replace(made, key=entry.key, notes=notes, waits_until=entry.waits_until, item=entry.item)


def _unanswered(book: SqliteBook, today: date, *, test: bool) -> Iterator[Work]:
    """Claims that went out and were not answered in time, the oldest first."""
    answered = {line.claim for line in book.remitted_lines()}
    late = {
        file.id: file.made_on
        for file in book.files()
        if file.test == test and file.made_on + ANSWER_DUE < today
    }
    for claim in book.claims(state=ClaimState.SENT):
        if claim.file not in late or claim.control_number in answered:
            continue
        made_on = late[claim.file]
        yield Work(
            key=f"unanswered-{claim.control_number}",
            kind="no answer",
            claim=claim.control_number,
            line="",
            cents=round(claim.charge * 100),
            about="charge",
            says=f"Sent in a file of {made_on}, and no remittance has come for it in {(today - made_on).days} days.",
            step="ask the payer",
            do="Ask the contractor for the claim's status; where it was never received, send it again in time.",
            date_of_service=claim.first_service,
        )
