"""The double-entry ledger: every entry sums to zero, none is ever changed, and what is wrong is reversed by another.

A claim that is sent is opened: charged to its payer. Answers move it on. A claim that no longer stands is closed:
what its payer still owed goes back from the charges, and what he denied once its sessions stand on another claim
that was sent (or it was voided), so that a denial never leaves the list by itself.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from teachback.book.drafts import VOID
from teachback.book.errors import BookError
from teachback.book.moneyvalues import Account, EntryKind
from teachback.book.values import ClaimState, FileState

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from teachback.book.events import Log

Row = tuple[Account, int, int | None, int | None]
"""A part as it is kept: account, cents, row of the claim, row of the line."""

SEALED: Final = "entered"
_MOVES: Final = (EntryKind.WRITTEN_OFF, EntryKind.BILLED_PATIENT)


def post(  # noqa: PLR0913  what an entry consists of
    db: sqlite3.Connection,
    log: Log,
    kind: EntryKind,
    parts: Iterable[Row],
    *,
    day: str,
    test: bool = False,
    claim: int | None = None,
    remittance: int | None = None,
    item: int | None = None,
    undoes: int | None = None,
    why: str = "",
) -> int | None:
    """Write one entry within the transaction that is open; its id, ``None`` where no account moves.

    ``BookError`` where the parts do not sum to zero; the file itself refuses that, too.
    """
    merged: dict[tuple[Account, int | None, int | None], int] = {}
    for account, cents, claim_row, line_row in parts:
        key = (account, claim_row, line_row)
        merged[key] = merged.get(key, 0) + cents
    rows = [(*key, cents) for key, cents in merged.items() if cents]
    if not rows:
        return None
    if sum(row[3] for row in rows):
        raise BookError("An entry does not sum to zero, so it was not written; nothing was changed.")
    (number,) = db.execute("SELECT coalesce(max(id), 0) + 1 FROM entry").fetchone()
    db.executemany(
        "INSERT INTO part (entry, position, account, claim, line, cents) VALUES (?, ?, ?, ?, ?, ?)",
        [(number, position, *row) for position, row in enumerate(rows, start=1)],
    )
    db.execute(
        "INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, log.at, log.who, kind.value, day, int(test), claim, remittance, item, undoes, why),
    )
    return int(number)


def undo(  # noqa: PLR0913  what an entry consists of
    db: sqlite3.Connection,
    log: Log,
    entry: int,
    *,
    day: str,
    remittance: int | None = None,
    item: int | None = None,
    why: str = "",
) -> None:
    """Write the exact reverse of an entry; it can be done once."""
    test, claim = db.execute("SELECT test, claim FROM entry WHERE id = ?", (entry,)).fetchone()
    rows = db.execute(
        "SELECT account, -cents, claim, line FROM part WHERE entry = ? ORDER BY position", (entry,)
    )
    parts = [(Account(account), cents, claim_row, line) for account, cents, claim_row, line in rows]
    post(
        db,
        log,
        EntryKind.UNDONE,
        parts,
        day=day,
        test=bool(test),
        claim=claim,
        remittance=remittance,
        item=item,
        undoes=entry,
        why=why,
    )


def undo_answer(  # noqa: PLR0913  what an entry consists of
    db: sqlite3.Connection, log: Log, answered: int, *, day: str, remittance: int | None, item: int
) -> int:
    """Reverse an answer's entries, and first what people did with what it had denied; how many of the latter."""
    rows = db.execute(
        """SELECT e.id, e.kind FROM entry e WHERE e.item = ? AND e.kind IN ('adjudicated', 'placed', 'written_off',
        'billed_patient') AND NOT EXISTS (SELECT 1 FROM entry u WHERE u.undoes = e.id) ORDER BY e.id DESC""",
        (answered,),
    ).fetchall()
    for entry, _ in rows:
        undo(db, log, entry, day=day, remittance=remittance, item=item)
    return sum(kind in _MOVES for _, kind in rows)


def balances(db: sqlite3.Connection, *, test: bool) -> dict[Account, int]:
    """Cents on every account; they sum to zero."""
    found = dict.fromkeys(Account, 0)
    rows = db.execute(
        "SELECT p.account, sum(p.cents) FROM part p JOIN entry e ON e.id = p.entry WHERE e.test = ? GROUP BY p.account",
        (int(test),),
    )
    found.update((Account(account), cents) for account, cents in rows)
    return found


def of_claim(db: sqlite3.Connection, claim: int) -> dict[Account, int]:
    """Cents of one claim on every account, with those of its lines."""
    return _summed(
        db.execute("SELECT account, sum(cents) FROM part WHERE claim = ? GROUP BY account", (claim,))
    )


def of_line(db: sqlite3.Connection, line: int) -> dict[Account, int]:
    """Cents of one line on every account."""
    return _summed(
        db.execute("SELECT account, sum(cents) FROM part WHERE line = ? GROUP BY account", (line,))
    )


def _summed(rows: Iterable[tuple[str, int]]) -> dict[Account, int]:
    found = dict.fromkeys(Account, 0)
    found.update((Account(account), cents) for account, cents in rows)
    return found


def open_file(db: sqlite3.Connection, log: Log, file: int) -> None:
    """Charge every claim of a file that was sent to its payer, once; a void charges nothing."""
    (test,) = db.execute("SELECT test FROM file WHERE id = ?", (file,)).fetchone()
    rows = db.execute(
        """SELECT c.id, c.ended FROM claim c WHERE c.file = ? AND c.frequency_code <> ?
        AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.claim = c.id AND e.kind = 'opened') ORDER BY c.id""",
        (file, VOID),
    ).fetchall()
    for claim, ended in rows:
        lines = db.execute(
            "SELECT id, charge_cents FROM line WHERE claim = ? ORDER BY position", (claim,)
        ).fetchall()
        parts: list[Row] = [(Account.PAYER_RECEIVABLE, cents, claim, line) for line, cents in lines]
        parts += [(Account.CHARGES, -cents, claim, line) for line, cents in lines]
        post(db, log, EntryKind.OPENED, parts, day=log.at[:10], test=bool(test), claim=claim)
        _close_earlier(db, log, claim)
        if ended is not None:
            settle(db, log, claim)


def open_sent(db: sqlite3.Connection, log: Log) -> None:
    """Charge the claims of all files that were sent before the book had a ledger."""
    for (file,) in db.execute(
        "SELECT id FROM file WHERE state = ? ORDER BY id", (FileState.SENT.value,)
    ).fetchall():
        open_file(db, log, file)


def settle(db: sqlite3.Connection, log: Log, claim: int) -> None:
    """Close what is open of a claim that no longer stands; nothing where it stands."""
    opened = db.execute("SELECT test FROM entry WHERE claim = ? AND kind = 'opened'", (claim,)).fetchone()
    (ended,) = db.execute("SELECT ended FROM claim WHERE id = ?", (claim,)).fetchone()
    if opened is None or ended is None:
        return
    voided = ended == ClaimState.REPLACED.value and _voided(db, claim)
    if ended == ClaimState.REPLACED.value and not voided and not _taken_over(db, claim):
        return
    gone = voided or ended == ClaimState.WITHDRAWN.value
    parts: list[Row] = []
    elsewhere = _lines_elsewhere(db, claim)
    rows = db.execute(
        """SELECT account, line, sum(cents) FROM part WHERE claim = ? AND account IN ('payer_receivable', 'denied')
        GROUP BY account, line HAVING sum(cents) <> 0""",
        (claim,),
    ).fetchall()
    for account, line, cents in rows:
        if account == Account.DENIED.value and not gone and not _stands_elsewhere(elsewhere, line):
            continue
        parts += [(Account(account), -cents, claim, line), (Account.CHARGES, cents, claim, line)]
    post(db, log, EntryKind.CLOSED, parts, day=log.at[:10], test=bool(opened[0]), claim=claim)


def reopen(db: sqlite3.Connection, log: Log, claim: int) -> None:
    """Undo what was closed of a claim that stands again."""
    rows = db.execute(
        """SELECT p.account, -sum(p.cents), p.claim, p.line, max(e.test) FROM part p JOIN entry e ON e.id = p.entry
        WHERE e.claim = ? AND e.kind IN ('closed', 'reopened') GROUP BY p.account, p.claim, p.line""",
        (claim,),
    ).fetchall()
    if rows:
        parts = [(Account(account), cents, owner, line) for account, cents, owner, line, _ in rows]
        post(db, log, EntryKind.REOPENED, parts, day=log.at[:10], test=bool(rows[0][4]), claim=claim)


def _close_earlier(db: sqlite3.Connection, log: Log, claim: int) -> None:
    rows = db.execute(
        """SELECT DISTINCT o.claim FROM claim_session s JOIN claim_session o ON o.session_id = s.session_id
        AND o.patient_id = s.patient_id AND o.claim < s.claim WHERE s.claim = ? ORDER BY o.claim""",
        (claim,),
    ).fetchall()
    for (earlier,) in rows:
        settle(db, log, earlier)


def _voided(db: sqlite3.Connection, claim: int) -> bool:
    return _any(db, "SELECT 1 FROM claim WHERE replaces = ? AND ended = 'voided'", claim)


def _taken_over(db: sqlite3.Connection, claim: int) -> bool:
    """Whether a claim that replaces it was charged."""
    question = """SELECT 1 FROM claim r JOIN entry e ON e.claim = r.id AND e.kind = 'opened'
        WHERE r.replaces = ? AND (r.ended IS NULL OR r.ended = 'replaced')"""
    return _any(db, question, claim)


def _any(db: sqlite3.Connection, question: str, claim: int) -> bool:
    return db.execute(question, (claim,)).fetchone() is not None


def _lines_elsewhere(db: sqlite3.Connection, claim: int) -> dict[int, bool]:
    """For each line whether all its sessions stand on other claims that were charged."""
    rows = db.execute(
        """SELECT l.id, min(EXISTS (SELECT 1 FROM claim_session o JOIN entry e ON e.claim = o.claim AND e.kind = 'opened'
            WHERE o.session_id = s.session_id AND o.patient_id = c.patient_id AND o.live = 1 AND o.claim <> c.id))
        FROM line l JOIN claim c ON c.id = l.claim JOIN line_session s ON s.line = l.id WHERE l.claim = ? GROUP BY l.id""",
        (claim,),
    )
    return {line: bool(all_of_them) for line, all_of_them in rows}


def _stands_elsewhere(elsewhere: Mapping[int, bool], line: int | None) -> bool:
    return all(elsewhere.values()) if line is None else elsewhere.get(line, False)


def last(db: sqlite3.Connection) -> int:
    """The id of the newest entry; 0 in an empty ledger."""
    return int(db.execute("SELECT coalesce(max(id), 0) FROM entry").fetchone()[0])


def seal(db: sqlite3.Connection, log: Log, after: int) -> None:
    """Say in the log of events what was entered after an entry, so that no later change goes unseen."""
    newest = last(db)
    if newest > after:
        log.add(SEALED, first=after + 1, last=newest, digest=digest(db, after + 1, newest))


def digest(db: sqlite3.Connection, first: int, newest: int) -> str:
    """The hash of the entries from one to another, with their parts."""
    found = hashlib.sha256()
    for table, order in (("entry", "id"), ("part", "entry, position")):
        column = "id" if table == "entry" else "entry"
        question = f"SELECT * FROM {table} WHERE {column} BETWEEN ? AND ? ORDER BY {order}"  # noqa: S608  own names only
        for row in db.execute(question, (first, newest)):
            found.update(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode())
            found.update(b"\n")
    return found.hexdigest()


def row_of_claim(db: sqlite3.Connection, control_number: str) -> int:
    """The row of a claim; ``BookError`` where there is none."""
    return _row(db, "claim", control_number)


def row_of_line(db: sqlite3.Connection, control_number: str) -> int:
    """The row of a line; ``BookError`` where there is none."""
    return _row(db, "line", control_number)


def _row(db: sqlite3.Connection, table: str, control_number: str) -> int:
    found = db.execute(f"SELECT id FROM {table} WHERE control_number = ?", (control_number,)).fetchone()  # noqa: S608  own names only
    if found is None:
        raise BookError(f"There is no {table} {control_number} in this book.")
    return int(found[0])
