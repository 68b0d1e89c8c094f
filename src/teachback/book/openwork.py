"""What somebody must do, from the ledger itself: as long as money is denied or unplaced, it stands on the list."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from teachback.book.acts import unapplied
from teachback.book.moneyvalues import LineState, NoteKind, OpenWork, RemittanceState, WorkKind, WorkNote
from teachback.book.remittances import lines, remittances, standing

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


def open_work(db: sqlite3.Connection, *, test: bool) -> tuple[OpenWork, ...]:
    """Denied money, lines and money that a person must place, and remittances that were held."""
    found = [*_denied(db, test=test), *_unplaced(db, test=test), *_held(db, test=test)]
    noted: dict[str, list[WorkNote]] = {}
    for entry in notes(db, None):
        noted.setdefault(entry.key, []).append(entry)
    return tuple(_with_notes(work, noted.get(work.key, [])) for work in found)


def notes(db: sqlite3.Connection, key: str | None) -> tuple[WorkNote, ...]:
    """Notes, oldest first: all, or those on one key."""
    rows = db.execute(
        "SELECT id, key, what, at, who, why, until, owner FROM work_note WHERE key = coalesce(?, key) ORDER BY id",
        (key,),
    )
    return tuple(map(_note, rows))


def _denied(db: sqlite3.Connection, *, test: bool) -> Iterator[OpenWork]:
    rows = db.execute(
        """SELECT c.control_number, l.control_number, sum(p.cents) FROM part p JOIN claim c ON c.id = p.claim
        JOIN file f ON f.id = c.file LEFT JOIN line l ON l.id = p.line
        WHERE p.account = 'denied' AND f.test = ? GROUP BY p.claim, p.line HAVING sum(p.cents) <> 0
        ORDER BY p.claim, p.line""",
        (int(test),),
    ).fetchall()
    for claim, line, cents in rows:
        answer = standing(db, claim, line)
        paid_on = None if answer is None else _paid_on(db, answer.remittance)
        yield OpenWork(
            key=f"denied:{line or claim}" + (f":{answer.id}" if answer else ""),
            kind=WorkKind.DENIED,
            cents=cents,
            on=paid_on,
            claim=claim,
            line=line,
            item=None if answer is None else answer.id,
            remittance=None if answer is None else answer.remittance,
            why="" if answer is None else answer.how,
        )


def _unplaced(db: sqlite3.Connection, *, test: bool) -> Iterator[OpenWork]:
    for found in lines(db, state=LineState.NEEDS_PERSON):
        (is_test,) = db.execute("SELECT test FROM remittance WHERE id = ?", (found.remittance,)).fetchone()
        if found.resolved or bool(is_test) != test:
            continue
        yield OpenWork(
            key=f"line:{found.id}",
            kind=WorkKind.NEEDS_PERSON,
            cents=unapplied(db, found.id),
            on=_paid_on(db, found.remittance),
            claim=found.claim,
            line=found.line,
            item=found.id,
            remittance=found.remittance,
            why=found.why,
        )


def _held(db: sqlite3.Connection, *, test: bool) -> Iterator[OpenWork]:
    for found in remittances(db, RemittanceState.HELD):
        key = f"held:{found.id}"
        settled = db.execute(
            """SELECT 1 FROM remittance WHERE identity = ? AND state = 'posted'
            UNION ALL SELECT 1 FROM work_note WHERE key = ? AND what = 'dismissed'""",
            (found.identity, key),
        ).fetchone()
        if settled or found.test != test:
            continue
        yield OpenWork(
            key=key,
            kind=WorkKind.HELD,
            cents=found.paid_cents or 0,
            on=found.paid_on,
            claim=None,
            line=None,
            item=None,
            remittance=found.id,
            why=found.why,
        )


def _paid_on(db: sqlite3.Connection, remittance: int) -> date | None:
    (day,) = db.execute("SELECT paid_on FROM remittance WHERE id = ?", (remittance,)).fetchone()
    return None if day is None else date.fromisoformat(day)


def _with_notes(work: OpenWork, noted: list[WorkNote]) -> OpenWork:
    owners = [entry.owner for entry in noted if entry.what is NoteKind.ASSIGN]
    waits = [entry.until for entry in noted if entry.what is NoteKind.WAIT]
    return replace(work, owner=owners[-1] if owners else None, waits_until=waits[-1] if waits else None)


def _note(row: tuple[Any, ...]) -> WorkNote:
    number, key, what, at, who, why, until, owner = row
    day = None if until is None else date.fromisoformat(until)
    return WorkNote(number, key, NoteKind(what), at, who, why, day, owner)
