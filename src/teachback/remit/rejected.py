"""Rejected claims in the book: what a 277CA or 999 refused stands on the work list until it is ended or answered.

The payer never judged such a claim, so no money moves: the book keeps a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.book import ClaimState, NoteKind
from teachback.remit import deadlines
from teachback.remit.money import cents_of, many
from teachback.remit.todo import Work

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from teachback.book import SqliteBook

_KEY: Final = "rejected:"
_MOST: Final = 5
_LIVE: Final = frozenset({ClaimState.WRITTEN, ClaimState.SENT})


def keep(book: SqliteBook, found: Iterable[Work], *, who: str) -> int:
    """Note every rejected claim of the work in the book; how many notes were new."""
    known = {(note.key, note.why) for note in book.work_notes()}
    new = 0
    for entry in found:
        why = f"{entry.says} [{entry.codes}]" if entry.codes else entry.says
        for number in entry.claims:
            key = f"{_KEY}{number}"
            if entry.kind == "rejected" and (key, why) not in known:
                book.note_work(key, NoteKind.NOTE, who=who, why=why)
                new += 1
    return new


def rejections(book: SqliteBook, today: date, *, test: bool) -> Iterator[Work]:
    """Claims that were rejected, and neither ended nor answered since; those with one reason together."""
    answered = {line.claim for line in book.remitted_lines()}
    reasons: dict[str, list[str]] = {}
    last = {note.key: note.why for note in book.work_notes() if note.key.startswith(_KEY)}
    for key, why in last.items():
        number = key.removeprefix(_KEY)
        claim = book.claim(number)
        if claim is not None and claim.state in _LIVE and claim.test == test and number not in answered:
            reasons.setdefault(why, []).append(number)
    for why, numbers in reasons.items():
        yield _work(book, why, numbers, today)


def _work(book: SqliteBook, why: str, numbers: list[str], today: date) -> Work:
    claims = [book.claim_data(number) for number in numbers]
    limit = min(
        (deadlines.filing(deadlines.filing_anchor(claim, None)) for claim in claims),
        key=lambda found: found.last_day,
    )
    more = len(numbers) - _MOST
    named = ", ".join(numbers[:_MOST]) + (f" and {more:,} more" if more > 0 else "")
    return Work(
        key=f"{_KEY}{numbers[0]}",
        kind="rejected",
        claim=numbers[0] if len(numbers) == 1 else "",
        line="",
        cents=sum(cents_of(claim.charge) or 0 for claim in claims),
        about="charge",
        says=why if len(numbers) == 1 else f"{many(len(numbers), 'claim')} ({named}): {why}",
        step="correct it and send it as a new claim",
        do=(
            "Record it (teachback book end BOOK CLAIM rejected --why …), correct the sessions, and claim them again. "
            "It was never decided, so there is no appeal."
        ),
        deadline=limit.last_day,
        clock=limit.words,
        cites=limit.cites,
        days_left=limit.days_left(today),
        claims=tuple(numbers),
    )
