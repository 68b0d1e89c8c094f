"""What happens to a file and its claims after planning: written, sent, withdrawn, replaced, rejected, voided."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from teachback.book import ledger, queries
from teachback.book.drafts import VOID
from teachback.book.errors import BookError, FileWithdrawn
from teachback.book.values import ClaimState, Ended, FileState

if TYPE_CHECKING:
    import sqlite3

    from teachback.book.events import Log

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def mark_written(db: sqlite3.Connection, log: Log, number: int, sha256: str, size: int) -> None:
    """Say that a planned file stands on the disk."""
    if not _SHA256.fullmatch(sha256) or size < 0:
        raise BookError(
            "A written file is told by its SHA-256 (64 hexadecimal digits, small letters) and its size."
        )
    found = queries.known_file(db, number)
    if found.state is FileState.WITHDRAWN:
        raise FileWithdrawn(f"File {number} was withdrawn while it was written; it must not be sent.")
    if found.state is not FileState.PLANNED:
        if found.sha256 != sha256:
            raise BookError(
                f"File {number} is {found.state.value} with other bytes; it is not overwritten. If it was changed by "
                "hand, put the first one back; `teachback book verify` tells."
            )
        return
    db.execute("UPDATE file SET state = 'written', sha256 = ?, size = ? WHERE id = ?", (sha256, size, number))
    log.add("written", file=number, sha256=sha256, size=size)


def mark_sent(db: sqlite3.Connection, log: Log, number: int, why: str) -> None:
    """Say that a written file went to its receiver."""
    found = queries.known_file(db, number)
    match found.state:
        case FileState.SENT:
            return
        case FileState.WRITTEN:
            db.execute("UPDATE file SET state = 'sent' WHERE id = ?", (number,))
            log.add("sent", file=number, why=why)
            ledger.open_file(db, log, number)
        case FileState.PLANNED:
            raise BookError(
                f"File {number} is not written yet; run the claim command again, which finishes it."
            )
        case FileState.WITHDRAWN:
            raise FileWithdrawn(
                f"File {number} was withdrawn; it must not be sent, for its sessions may be elsewhere."
            )


def withdraw(db: sqlite3.Connection, log: Log, number: int, why: str) -> None:
    """Undo a file, so that its sessions are free and what it replaced stands again."""
    found = queries.known_file(db, number)
    if found.state is FileState.WITHDRAWN:
        raise BookError(f"File {number} was withdrawn before.")
    if found.state is FileState.SENT and not found.test:
        raise BookError(
            f"File {number} was sent, so it cannot be withdrawn. Claims that the payer never took are ended one by one "
            "as rejected; others are replaced or voided where the payer allows it."
        )
    rows = db.execute(
        "SELECT id, control_number, ended, replaces FROM claim WHERE file = ?", (number,)
    ).fetchall()
    for _, control_number, ended, _ in rows:
        if ended == ClaimState.REPLACED.value:
            by = queries.known_claim(db, control_number).replaced_by
            raise BookError(
                f"Claim {control_number} of file {number} was replaced by {by}; withdraw that one first."
            )
    for row, _, ended, _ in rows:
        if ended is None:
            _free(db, row, ClaimState.WITHDRAWN)
    for _, _, ended, replaces in rows:
        if ended is None and replaces is not None:
            _stand_again(db, log, replaces)
    db.execute("UPDATE file SET state = 'withdrawn' WHERE id = ?", (number,))
    log.add("withdrawn", file=number, why=why, was=found.state.value)
    for row, *_ in rows:
        ledger.settle(db, log, row)


def end(db: sqlite3.Connection, log: Log, control_number: str, how: Ended, why: str) -> None:
    """Record that a sent claim no longer stands, as its payer answered."""
    found = queries.known_claim(db, control_number)
    if found.state is not ClaimState.SENT:
        raise BookError(
            f"Claim {control_number} is {found.state.value}; only a claim that was sent and stands is ended this way."
        )
    if how is Ended.VOIDED and found.frequency_code != VOID:
        raise BookError(
            f"Claim {control_number} is no void (frequency 8); send a void of it first, or end it as rejected."
        )
    row, replaces = db.execute(
        "SELECT id, replaces FROM claim WHERE control_number = ?", (control_number,)
    ).fetchone()
    _free(db, row, ClaimState(how.value))
    if how is Ended.REJECTED and replaces is not None:
        _stand_again(db, log, replaces)
    log.add(how.value, file=found.file, claim=control_number, why=why)
    ledger.settle(db, log, row)
    if how is Ended.VOIDED and replaces is not None:
        ledger.settle(db, log, replaces)


def _free(db: sqlite3.Connection, row: int, ended: ClaimState) -> None:
    db.execute("UPDATE claim SET ended = ? WHERE id = ?", (ended.value, row))
    db.execute("UPDATE claim_session SET live = 0 WHERE claim = ?", (row,))


def _stand_again(db: sqlite3.Connection, log: Log, row: int) -> None:
    (control_number,) = db.execute("SELECT control_number FROM claim WHERE id = ?", (row,)).fetchone()
    pairs = db.execute("SELECT session_id, patient_id FROM claim_session WHERE claim = ?", (row,)).fetchall()
    if elsewhere := next(queries.taken(db, pairs), None):
        raise BookError(
            f"Claim {control_number} would stand again, but session {elsewhere[0][0]} of it stands on claim "
            f"{elsewhere[1]} now; withdraw or end that one first."
        )
    db.execute("UPDATE claim SET ended = NULL WHERE id = ?", (row,))
    db.execute("UPDATE claim_session SET live = 1 WHERE claim = ?", (row,))
    log.add("standing", claim=control_number)
    ledger.reopen(db, log, row)
