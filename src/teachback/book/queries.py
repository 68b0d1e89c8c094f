"""Questions to a book in SQLite; nothing here changes anything."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from teachback.book.codec import CodecError, decode, decode_claim
from teachback.book.errors import BookError, Damaged
from teachback.book.values import BookedClaim, BookedLine, ClaimState, File, FileState, Override, Total
from teachback.claimdata import Receiver, Submission, Submitter
from teachback.model import ClaimForm

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from teachback.claimdata import Claim

_PAGE: Final = 1000
_STATE: Final = "coalesce(c.ended, f.state)"
_CLAIM: Final = f"""SELECT c.id, c.control_number, {_STATE}, c.file, c.position, f.form, f.test, c.patient_id,
    c.payer_id, c.frequency_code, c.charge_cents, c.allowed_cents, c.first_service, c.last_service, c.lines,
    (SELECT json_group_array(s.session_id) FROM claim_session s WHERE s.claim = c.id),
    (SELECT o.control_number FROM claim o WHERE o.id = c.replaces),
    (SELECT r.control_number FROM claim r WHERE r.replaces = c.id
        AND (r.ended IS NULL OR r.ended IN ('replaced', 'voided')))
    FROM claim c JOIN file f ON f.id = c.file"""  # noqa: S608  no value of anybody's stands in it
_FILE: Final = """SELECT id, path, state, form, test, receiver_id, receiver_name, interchange_number, group_number,
    first_transaction_number, transactions, claims, charge_cents, made_on, made_at, sha256, size FROM file"""


def dollars(cents: int) -> Decimal:
    """Dollars with two decimals."""
    return Decimal(cents).scaleb(-2)


def file(db: sqlite3.Connection, number: int) -> File | None:
    """The file with this id."""
    row = db.execute(f"{_FILE} WHERE id = ?", (number,)).fetchone()
    return None if row is None else _file(row)


def known_file(db: sqlite3.Connection, number: int) -> File:
    """The file with this id; ``BookError`` where there is none."""
    found = file(db, number)
    if found is None:
        raise BookError(f"There is no file {number} in this book; `teachback book list` lists them.")
    return found


def files(db: sqlite3.Connection, state: FileState | None = None) -> tuple[File, ...]:
    """Files, oldest first."""
    if state is None:
        return tuple(_file(row) for row in db.execute(f"{_FILE} ORDER BY id"))
    return tuple(_file(row) for row in db.execute(f"{_FILE} WHERE state = ? ORDER BY id", (state.value,)))


def claim(db: sqlite3.Connection, control_number: str) -> BookedClaim | None:
    """The claim with this control number."""
    row = db.execute(f"{_CLAIM} WHERE c.control_number = ?", (control_number,)).fetchone()
    return None if row is None else _claim(row)


def known_claim(db: sqlite3.Connection, control_number: str) -> BookedClaim:
    """The claim with this control number; ``BookError`` where there is none."""
    found = claim(db, control_number)
    if found is None:
        raise BookError(f"There is no claim {control_number} in this book.")
    return found


def claim_data(db: sqlite3.Connection, control_number: str) -> Claim:
    """The whole claim."""
    row = db.execute("SELECT content FROM claim WHERE control_number = ?", (control_number,)).fetchone()
    if row is None:
        raise BookError(f"There is no claim {control_number} in this book.")
    return _decoded(control_number, row[0])


def claims(
    db: sqlite3.Connection, file: int | None, state: ClaimState | None, patient_id: str | None
) -> Iterator[BookedClaim]:
    """Claims, oldest first, a page at a time, so that nobody waits for the reader."""
    where: list[str] = ["c.id > ?"]
    wanted: list[int | str] = []
    if file is not None:
        where.append("c.file = ?")
        wanted.append(file)
    if patient_id is not None:
        where.append("c.patient_id = ?")
        wanted.append(patient_id)
    if state is not None:
        where.append(f"{_STATE} = ?")
        wanted.append(state.value)
    after = 0
    question = f"{_CLAIM} WHERE {' AND '.join(where)} ORDER BY c.id LIMIT {_PAGE}"
    while page := db.execute(question, (after, *wanted)).fetchall():
        yield from map(_claim, page)
        after = page[-1][0]


def claims_of_session(
    db: sqlite3.Connection, session_id: str, patient_id: str | None
) -> tuple[BookedClaim, ...]:
    """Every claim that ever carried the session."""
    of_session = (
        "SELECT claim FROM claim_session WHERE session_id = ? AND patient_id = coalesce(?, patient_id)"
    )
    rows = db.execute(f"{_CLAIM} WHERE c.id IN ({of_session}) ORDER BY c.id", (session_id, patient_id))
    return tuple(map(_claim, rows))


def taken(db: sqlite3.Connection, pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], str]]:
    """The pairs of session and patient that stand on a live claim, with its control number."""
    question = """SELECT c.control_number FROM claim_session s JOIN claim c ON c.id = s.claim
        WHERE s.session_id = ? AND s.patient_id = ? AND s.live = 1"""
    for pair in pairs:
        if row := db.execute(question, pair).fetchone():
            yield pair, row[0]


def standing(db: sqlite3.Connection, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], BookedClaim]:
    """The live claim of each pair that stands on one."""
    found: dict[str, BookedClaim] = {}
    answer = {}
    for pair, number in taken(db, pairs):
        if number not in found:
            found[number] = known_claim(db, number)
        answer[pair] = found[number]
    return answer


def lines(db: sqlite3.Connection, control_number: str) -> tuple[BookedLine, ...]:
    """The lines of a claim."""
    owner = known_claim(db, control_number)
    rows = db.execute(
        f"{_LINE} JOIN claim c ON c.id = l.claim WHERE c.control_number = ? ORDER BY l.position",
        (control_number,),
    )
    return tuple(_line(row, owner) for row in rows)


def line(db: sqlite3.Connection, control_number: str) -> BookedLine | None:
    """The line with this control number."""
    row = db.execute(f"{_LINE} WHERE l.control_number = ?", (control_number,)).fetchone()
    return None if row is None else _line(row, known_claim(db, row[-1]))


_LINE: Final = """SELECT l.control_number, l.position, l.procedure_code, l.modifiers, l.units, l.charge_cents,
    l.date_of_service, (SELECT json_group_array(s.session_id) FROM line_session s WHERE s.line = l.id),
    (SELECT control_number FROM claim WHERE id = l.claim) FROM line l"""


def submission(db: sqlite3.Connection, number: int) -> Submission:
    """What a file contains."""
    row = db.execute(
        """SELECT interchange_number, group_number, first_transaction_number, made_on,
        made_at, claims_per_transaction FROM file WHERE id = ?""",
        (number,),
    ).fetchone()
    if row is None:
        raise BookError(f"There is no file {number} in this book; `teachback book list` lists them.")
    kept = db.execute("SELECT control_number, content FROM claim WHERE file = ? ORDER BY position", (number,))
    submitter, receiver = parties(db, number)
    return Submission(
        submitter=submitter,
        receiver=receiver,
        claims=tuple(_decoded(control_number, content) for control_number, content in kept),
        interchange_number=row[0],
        group_number=row[1],
        first_transaction_number=row[2],
        made_on=date.fromisoformat(row[3]),
        made_at=row[4],
        claims_per_transaction=row[5],
    )


def parties(db: sqlite3.Connection, number: int) -> tuple[Submitter, Receiver]:
    """Who sends a file and who receives it."""
    row = db.execute("SELECT submitter, receiver FROM file WHERE id = ?", (number,)).fetchone()
    try:
        return decode(Submitter, row[0]), decode(Receiver, row[1])
    except CodecError as error:
        raise Damaged(f"File {number} cannot be read back: {error}. Run `teachback book verify`.") from error


def overrides(db: sqlite3.Connection) -> tuple[Override, ...]:
    """All overrides, oldest first."""
    rows = db.execute(
        "SELECT session_id, patient_id, finding_code, who, why, given_on FROM override ORDER BY id"
    )
    return tuple(
        Override(session, patient, finding, who, why, date.fromisoformat(given))
        for session, patient, finding, who, why, given in rows
    )


def totals(db: sqlite3.Connection) -> tuple[Total, ...]:
    """Counts and money by form, test and state."""
    rows = db.execute(
        f"""SELECT f.form, f.test, {_STATE} AS state, count(*), sum(c.lines), sum(c.charge_cents),
        sum(coalesce(c.allowed_cents, 0)) FROM claim c JOIN file f ON f.id = c.file
        GROUP BY f.form, f.test, state ORDER BY f.form DESC, f.test, state"""  # noqa: S608  own names only
    )
    return tuple(
        Total(ClaimForm(form), bool(test), ClaimState(state), count, lines, dollars(charge), dollars(allowed))
        for form, test, state, count, lines, charge, allowed in rows
    )


def _decoded(control_number: str, content: str) -> Claim:
    try:
        return decode_claim(content)
    except CodecError as error:
        raise Damaged(
            f"Claim {control_number} cannot be read back: {error}. Run `teachback book verify`."
        ) from error


def _file(row: tuple[Any, ...]) -> File:
    (number, path, state, form, test, receiver_id, receiver_name, interchange, group, first) = row[:10]
    transactions, count, charge, made_on, made_at, sha256, size = row[10:]
    return File(
        id=number,
        path=path,
        state=FileState(state),
        form=ClaimForm(form),
        test=bool(test),
        receiver_id=receiver_id,
        receiver_name=receiver_name,
        interchange_number=interchange,
        group_number=group,
        first_transaction_number=first,
        transactions=transactions,
        claims=count,
        charge=dollars(charge),
        made_on=date.fromisoformat(made_on),
        made_at=made_at,
        sha256=sha256,
        size=size,
    )


def _claim(row: tuple[Any, ...]) -> BookedClaim:
    (_, number, state, of_file, position, form, test, patient_id, payer_id, frequency) = row[:10]
    charge, allowed, first, last, count, sessions, replaces, replaced_by = row[10:]
    return BookedClaim(
        control_number=number,
        state=ClaimState(state),
        file=of_file,
        position=position,
        form=ClaimForm(form),
        test=bool(test),
        patient_id=patient_id,
        payer_id=payer_id,
        frequency_code=frequency,
        charge=dollars(charge),
        allowed=None if allowed is None else dollars(allowed),
        first_service=date.fromisoformat(first),
        last_service=date.fromisoformat(last),
        lines=count,
        sessions=tuple(sorted(json.loads(sessions))),
        replaces=replaces,
        replaced_by=replaced_by,
    )


def _line(row: tuple[Any, ...], owner: BookedClaim) -> BookedLine:
    number, position, code, modifiers, units, charge, day, sessions, _ = row
    return BookedLine(
        control_number=number,
        claim=owner,
        position=position,
        procedure_code=code,
        modifiers=tuple(modifiers.split()),
        units=units,
        charge=dollars(charge),
        date_of_service=date.fromisoformat(day),
        sessions=tuple(sorted(json.loads(sessions))),
    )
