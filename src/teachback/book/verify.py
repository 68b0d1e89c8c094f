"""Whether a book can be trusted: its file, its log, its numbers, its sessions, its claims, and the files it wrote."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from teachback.book import events, moneyverify, queries, schema
from teachback.book.codec import CodecError, decode_claim, encode_claim
from teachback.book.drafts import cents, sessions_of
from teachback.book.errors import BookError, Damaged
from teachback.book.planning import Digest
from teachback.book.values import Checked, FileState
from teachback.book.writing import sha256_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from teachback.book.values import File

_MOST: Final = 20


def check(db: sqlite3.Connection, path: Path) -> Checked:
    """Everything within the book that does not agree, a sentence each; ``on_disk`` looks at the files."""
    faults = [f"The file {path.name} is damaged: {problem}." for problem in _of_file(db)]
    if faults:
        return Checked(0, 0, 0, tuple(faults), ())
    faults += [*_tables(db), *_log(db), *_numbers(db), *_sessions(db), *_endings(db), *_states(db)]
    faults += moneyverify.faults(db)
    files = queries.files(db)
    for file in files:
        faults += _contents(db, file)
    (claims,) = db.execute("SELECT count(*) FROM claim").fetchone()
    (entries,) = db.execute("SELECT count(*) FROM event").fetchone()
    return Checked(len(files), claims, entries, tuple(faults), ())


def _of_file(db: sqlite3.Connection) -> Iterator[str]:
    for (answer,) in db.execute(f"PRAGMA integrity_check({_MOST})"):
        if answer != "ok":
            yield str(answer).strip().replace("\n", "; ")
    for row in db.execute("PRAGMA foreign_key_check"):
        yield f"a row of {row[0]} points to a row of {row[2]} that is not there"


def _tables(db: sqlite3.Connection) -> Iterator[str]:
    if schema.version_of(db) == len(schema.MIGRATIONS):
        for kind, name, _ in sorted(schema.as_made(schema.MIGRATIONS) ^ schema.described(db)):
            yield f"The {kind} {name} of the book was added, changed or removed by another program."


def _log(db: sqlite3.Connection) -> Iterator[str]:
    if (broken := events.first_broken(db)) is not None:
        yield f"The log of events was changed: event {broken} does not follow from those before it."


def _numbers(db: sqlite3.Connection) -> Iterator[str]:
    for kind, following in db.execute("SELECT kind, next FROM counter WHERE kind <> 'claim'").fetchall():
        (highest,) = db.execute("SELECT max(number) FROM number WHERE kind = ?", (kind,)).fetchone()
        if highest is not None and highest >= following:
            yield f"The next {kind} control number, {following}, was given already."
    for file in queries.files(db):
        wanted = {("interchange", file.interchange_number), ("group", file.group_number)}
        first = file.first_transaction_number
        wanted |= {("transaction", number) for number in range(first, first + file.transactions)}
        taken = set(db.execute("SELECT kind, number FROM number WHERE file = ?", (file.id,)))
        if taken != wanted:
            yield f"The control numbers of file {file.id} are not those that were taken for it."
    (serials,) = db.execute("SELECT next FROM counter WHERE kind = 'claim'").fetchone()
    (claims,) = db.execute("SELECT count(*) FROM claim").fetchone()
    if claims >= serials:
        yield "More claims are in the book than claim numbers were given."


def _sessions(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        "SELECT session_id, count(*) FROM claim_session WHERE live = 1 GROUP BY session_id, patient_id HAVING count(*) > 1"
    )
    for session, count in rows:
        yield f"Session {session} stands on {count} live claims of one patient."
    rows = db.execute(
        "SELECT DISTINCT c.control_number FROM claim c JOIN claim_session s ON s.claim = c.id "
        "WHERE s.live <> (c.ended IS NULL)"
    )
    for (number,) in rows:
        yield f"Claim {number} and its sessions disagree on whether it stands."


def _endings(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        "SELECT c.control_number FROM claim c JOIN file f ON f.id = c.file "
        "WHERE c.ended IS NULL AND f.state = 'withdrawn'"
    )
    for (number,) in rows:
        yield f"Claim {number} stands, though its file was withdrawn."
    rows = db.execute(
        """SELECT c.control_number FROM claim c WHERE (c.ended IS 'replaced') <> EXISTS (SELECT 1 FROM claim r
        WHERE r.replaces = c.id AND (r.ended IS NULL OR r.ended IN ('replaced', 'voided')))"""
    )
    for (number,) in rows:
        yield f"Claim {number} is told as replaced or not, against the claims that replace it."


def _states(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        """SELECT f.id FROM file f WHERE f.state IS NOT (SELECT e.what FROM event e WHERE e.file = f.id
        AND e.what IN ('planned', 'written', 'sent', 'withdrawn') ORDER BY e.number DESC LIMIT 1)"""
    )
    for (number,) in rows:
        yield f"File {number} has another state than the log of events tells."


def _contents(db: sqlite3.Connection, file: File) -> Iterator[str]:
    found, count, total = Digest(), 0, 0
    rows = db.execute(
        """SELECT id, control_number, patient_id, payer_id, frequency_code, charge_cents, lines, content, position
        FROM claim WHERE file = ? ORDER BY position""",
        (file.id,),
    )
    for row in rows:
        count, total = count + 1, total + row[5]
        found.add(row[7])
        if row[8] != count or not _claim_agrees(db, row):
            yield f"Claim {row[1]} of file {file.id} is not as it was planned."
    if (count, total) != (file.claims, cents(file.charge)):
        yield f"File {file.id} has {count} claims or a total that differ from what was planned."
    (kept,) = db.execute("SELECT digest FROM file WHERE id = ?", (file.id,)).fetchone()
    logged = db.execute(
        "SELECT json_extract(detail, '$.digest') FROM event WHERE what = 'planned' AND file = ?", (file.id,)
    ).fetchone()
    if not found.text == kept == (logged or (None,))[0]:
        yield f"The claims of file {file.id} were changed after they were planned."
    try:
        queries.parties(db, file.id)
    except Damaged as error:
        yield str(error)


def _claim_agrees(db: sqlite3.Connection, row: tuple[int | str, ...]) -> bool:
    number, *known = row[:7]
    try:
        claim = decode_claim(str(row[7]))
        charge = cents(claim.charge)
    except (CodecError, BookError):
        return False
    told = [
        claim.control_number,
        claim.beneficiary.patient_id,
        claim.payer.payer_id,
        claim.frequency_code,
        charge,
        len(claim.lines),
    ]
    lines = db.execute(
        "SELECT control_number, charge_cents, units, id FROM line WHERE claim = ? ORDER BY position",
        (number,),
    ).fetchall()
    if [tuple(line[:3]) for line in lines] != [
        (x.control_number, cents(x.charge), x.units) for x in claim.lines
    ]:
        return False
    for line, expected in zip(lines, claim.lines, strict=True):
        kept = {s for (s,) in db.execute("SELECT session_id FROM line_session WHERE line = ?", (line[3],))}
        if kept != set(expected.sessions):
            return False
    sessions = set(db.execute("SELECT session_id, patient_id FROM claim_session WHERE claim = ?", (number,)))
    wanted = {(session, claim.beneficiary.patient_id) for session in sessions_of(claim)}
    return told == known and sessions == wanted and encode_claim(claim) == row[7]


def on_disk(inside: Checked, files: Iterable[File]) -> Checked:
    """The same check with what the files on the disk show; slow where they are large."""
    faults, notes = list(inside.faults), list(inside.notes)
    for file in files:
        wrong, told = _on_disk(file)
        faults += wrong
        notes += told
    return replace(inside, faults=tuple(faults), notes=tuple(notes))


def _on_disk(file: File) -> tuple[list[str], list[str]]:
    path = Path(file.path)
    if file.state is FileState.PLANNED:
        return [], [
            f"File {file.id} is planned and not written; the next run of the claim command finishes it."
        ]
    if file.state is FileState.WITHDRAWN:
        left = [
            f"File {file.id} was withdrawn, but {path} is still there; remove it, so that nobody sends it."
        ]
        return (left if path.exists() else []), []
    try:
        if sha256_of(path) == file.sha256:
            return [], []
    except FileNotFoundError:
        return [], [f"File {file.id} is no longer at {path}; it was moved or removed."]
    except OSError as error:
        return [], [f"File {file.id} could not be read at {path} ({error.strerror})."]
    return [f"File {file.id} at {path} was changed after it was written; do not send it."], []
