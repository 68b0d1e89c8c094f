"""Remittances as the book keeps them: what was read, whole, and what became of every line."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final, TypeVar

from teachback.book.codec import CodecError, decode, encode
from teachback.book.errors import BookError, Damaged
from teachback.book.moneyvalues import (
    Account,
    Entry,
    EntryKind,
    LineOutcome,
    LineState,
    Part,
    PostedAdjustment,
    PostedRemittance,
    RemittanceState,
    RemittedLine,
)
from teachback.remitdata import ClaimPayment, Remittance

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator

    from teachback.remitdata import ServicePayment

T = TypeVar("T")
_PAGE: Final = 1000
_REMITTANCE: Final = """SELECT id, identity, state, source, manual, who, at, test, payer_name, payer_id, trace_number,
    method, paid_cents, paid_on, claims, why FROM remittance"""
_RESOLVED: Final = """rl.state <> 'needs_person' OR EXISTS (SELECT 1 FROM remitted_line p WHERE p.placed = rl.id)
    OR EXISTS (SELECT 1 FROM work_note n WHERE n.key = 'line:' || rl.id AND n.what = 'dismissed')
    OR (EXISTS (SELECT 1 FROM entry e WHERE e.item = rl.id) AND (SELECT coalesce(sum(p.cents), 0) FROM part p
        JOIN entry e ON e.id = p.entry WHERE e.item = rl.id AND p.account = 'unapplied') = 0)"""
_LINE: Final = f"""SELECT rl.id, rc.remittance, rc.position, rl.position, rc.control_number, rc.status_code,
    rc.payer_claim_control_number, rl.state, c.control_number, l.control_number, rl.outcome, rl.score, rl.how, rl.why,
    rl.charge_cents, rl.paid_cents, rl.undoes, (SELECT u.id FROM remitted_line u WHERE u.undoes = rl.id), rl.placed,
    {_RESOLVED}
    FROM remitted_line rl JOIN remitted_claim rc ON rc.id = rl.remitted_claim
    LEFT JOIN claim c ON c.id = rl.claim LEFT JOIN line l ON l.id = rl.line"""  # noqa: S608  own names only
_STANDING: Final = """c.control_number = ? AND l.control_number IS ? AND rl.state = 'posted'
    AND rl.outcome <> 'reversed' AND NOT EXISTS (SELECT 1 FROM remitted_line u WHERE u.undoes = rl.id)"""
_ENTRY: Final = """SELECT e.id, e.at, e.who, e.kind, e.day, e.test, e.why,
    (SELECT control_number FROM claim WHERE id = e.claim), e.remittance, e.item, e.undoes FROM entry e"""


def encoded(remittance: Remittance) -> tuple[str, tuple[str, ...]]:
    """A remittance without its claims, and its claims, as canonical text; ``BookError`` where that cannot be."""
    try:
        return encode(replace(remittance, claims=())), tuple(encode(claim) for claim in remittance.claims)
    except CodecError as error:
        raise BookError(f"A remittance cannot be kept: {error}. Nothing was posted.") from error


def digest_of(contents: tuple[str, tuple[str, ...]]) -> str:
    """The hash of all that a remittance says."""
    found = hashlib.sha256(contents[0].encode())
    for claim in contents[1]:
        found.update(b"\n")
        found.update(claim.encode())
    return found.hexdigest()


def counted_on(remittance: Remittance) -> date | None:
    """The day on which a remittance counts: that of its payment, else that on which it was made."""
    return remittance.paid_on or remittance.produced_on


def posted_like(
    db: sqlite3.Connection, remittance: Remittance, paid_cents: int | None
) -> PostedRemittance | None:
    """The remittance that was posted with this identity, or with the same trace number, amount and date.

    The second finds a paper remittance that was typed in before its file came. It is not asked where nothing
    was paid: traces of such remittances are not unique, and their lines cannot be answered twice.
    """
    row = db.execute(
        f"{_REMITTANCE} WHERE identity = ? AND state = 'posted'", (remittance.identity,)
    ).fetchone()
    day = counted_on(remittance)
    if row is None and remittance.trace_number and day is not None and paid_cents:
        row = db.execute(
            f"{_REMITTANCE} WHERE trace_number = ? AND paid_cents = ? AND paid_on = ? AND test = ? AND state = 'posted'",
            (remittance.trace_number, paid_cents, day.isoformat(), int(remittance.is_test)),
        ).fetchone()
    return None if row is None else _remittance(row)


def remittance(db: sqlite3.Connection, number: int) -> PostedRemittance | None:
    """The remittance with this id."""
    row = db.execute(f"{_REMITTANCE} WHERE id = ?", (number,)).fetchone()
    return None if row is None else _remittance(row)


def known_remittance(db: sqlite3.Connection, number: int) -> PostedRemittance:
    """The remittance with this id; ``BookError`` where there is none."""
    found = remittance(db, number)
    if found is None:
        raise BookError(f"There is no remittance {number} in this book.")
    return found


def remittances(db: sqlite3.Connection, state: RemittanceState | None) -> tuple[PostedRemittance, ...]:
    """Remittances, oldest first."""
    rows = db.execute(f"{_REMITTANCE} WHERE state = coalesce(?, state) ORDER BY id", (state and state.value,))
    return tuple(map(_remittance, rows))


def remittance_data(db: sqlite3.Connection, number: int) -> Remittance:
    """The whole remittance, exactly as it was read."""
    known_remittance(db, number)
    (content,) = db.execute("SELECT content FROM remittance WHERE id = ?", (number,)).fetchone()
    rows = db.execute("SELECT content FROM remitted_claim WHERE remittance = ? ORDER BY position", (number,))
    claims = tuple(_decoded(ClaimPayment, row[0]) for row in rows)
    return replace(_decoded(Remittance, content), claims=claims)


def lines(
    db: sqlite3.Connection,
    *,
    remittance: int | None = None,
    claim: str | None = None,
    line: str | None = None,
    state: LineState | None = None,
) -> Iterator[RemittedLine]:
    """Remitted lines, oldest first, a page at a time."""
    where, wanted = ["rl.id > ?"], []
    for column, value in (
        ("rc.remittance", remittance),
        ("c.control_number", claim),
        ("l.control_number", line),
    ):
        if value is not None:
            where.append(f"{column} = ?")
            wanted.append(value)
    if state is not None:
        where.append("rl.state = ?")
        wanted.append(state.value)
    question = f"{_LINE} WHERE {' AND '.join(where)} ORDER BY rl.id LIMIT {_PAGE}"
    after = 0
    while page := db.execute(question, (after, *wanted)).fetchall():
        yield from map(_line, page)
        after = page[-1][0]


def known_line(db: sqlite3.Connection, number: int) -> RemittedLine:
    """The remitted line with this id; ``BookError`` where there is none."""
    row = db.execute(f"{_LINE} WHERE rl.id = ?", (number,)).fetchone()
    if row is None:
        raise BookError(f"There is no remitted line {number} in this book.")
    return _line(row)


def standing(db: sqlite3.Connection, claim: str, line: str | None) -> RemittedLine | None:
    """The answer in force of a line, or with ``None`` that of the claim as a whole."""
    row = db.execute(f"{_LINE} WHERE {_STANDING}", (claim, line)).fetchone()
    return None if row is None else _line(row)


def adjudication(db: sqlite3.Connection, number: int) -> tuple[ClaimPayment, ServicePayment | None]:
    """The claim and the line that a remitted line was read as."""
    row = db.execute(
        """SELECT rc.content, rl.position FROM remitted_line rl JOIN remitted_claim rc ON rc.id = rl.remitted_claim
        WHERE rl.id = ?""",
        (number,),
    ).fetchone()
    if row is None:
        raise BookError(f"There is no remitted line {number} in this book.")
    claim = _decoded(ClaimPayment, row[0])
    return claim, claim.lines[row[1] - 1] if row[1] else None


def entries(
    db: sqlite3.Connection,
    *,
    claim: str | None = None,
    line: str | None = None,
    remittance: int | None = None,
    item: int | None = None,
) -> Iterator[Entry]:
    """Entries of the ledger, oldest first: all, or those that touch a claim, a line, a remittance, a remitted line."""
    where, wanted = ["e.id > ?"], []
    touching = "EXISTS (SELECT 1 FROM part p JOIN {0} x ON x.id = p.{0} WHERE p.entry = e.id AND x.control_number = ?)"
    for condition, value in (
        (touching.format("claim"), claim),
        (touching.format("line"), line),
        ("e.remittance = ?", remittance),
        ("e.item = ?", item),
    ):
        if value is not None:
            where.append(condition)
            wanted.append(value)
    question = f"{_ENTRY} WHERE {' AND '.join(where)} ORDER BY e.id LIMIT {_PAGE}"
    after = 0
    while page := db.execute(question, (after, *wanted)).fetchall():
        for row in page:
            yield _entry(row, _parts(db, row[0]))
        after = page[-1][0]


def provider_adjustments(db: sqlite3.Connection) -> tuple[PostedAdjustment, ...]:
    """All provider adjustments of posted remittances that are not tests, oldest first."""
    found = []
    for number, content in db.execute(
        "SELECT id, content FROM remittance WHERE state = 'posted' AND test = 0 ORDER BY id"
    ).fetchall():
        head = _decoded(Remittance, content)
        day = counted_on(head)
        if day is None:
            raise Damaged(f"Remittance {number} lacks its date. Run `teachback book verify`.")
        for each in head.provider_adjustments:
            cents = int(each.amount.scaleb(2))
            found.append(PostedAdjustment(number, day, each.provider, each.reason, each.reference, cents))
    return tuple(found)


def _parts(db: sqlite3.Connection, entry: int) -> Iterable[Part]:
    rows = db.execute(
        """SELECT p.account, p.cents, (SELECT control_number FROM claim WHERE id = p.claim),
        (SELECT control_number FROM line WHERE id = p.line) FROM part p WHERE p.entry = ? ORDER BY p.position""",
        (entry,),
    )
    return (Part(Account(account), cents, claim, line) for account, cents, claim, line in rows)


def _entry(row: tuple[Any, ...], parts: Iterable[Part]) -> Entry:
    number, at, who, kind, day, test, why, claim, remittance, item, undoes = row
    return Entry(
        id=number,
        at=at,
        who=who,
        kind=EntryKind(kind),
        day=date.fromisoformat(day),
        test=bool(test),
        why=why,
        claim=claim,
        remittance=remittance,
        item=item,
        undoes=undoes,
        parts=tuple(parts),
    )


def _remittance(row: tuple[Any, ...]) -> PostedRemittance:
    number, identity, state, source, manual, who, at, test, *rest = row
    payer_name, payer_id, trace_number, method, paid_cents, paid_on, claims, why = rest
    return PostedRemittance(
        id=number,
        identity=identity,
        state=RemittanceState(state),
        source=source,
        manual=bool(manual),
        who=who,
        at=at,
        test=bool(test),
        payer_name=payer_name,
        payer_id=payer_id,
        trace_number=trace_number,
        method=method,
        paid_cents=paid_cents,
        paid_on=None if paid_on is None else date.fromisoformat(paid_on),
        claims=claims,
        why=why,
    )


def _line(row: tuple[Any, ...]) -> RemittedLine:
    (number, remittance, claim_position, position, control_number, status_code, payers_number) = row[:7]
    state, claim, line, outcome, score, how, why, charge, paid, undoes, undone_by, placed, resolved = row[7:]
    return RemittedLine(
        id=number,
        remittance=remittance,
        claim_position=claim_position,
        position=position,
        control_number=control_number,
        status_code=status_code,
        payer_claim_control_number=payers_number,
        state=LineState(state),
        claim=claim,
        line=line,
        outcome=None if outcome is None else LineOutcome(outcome),
        score=score,
        how=how,
        why=why,
        charge_cents=charge,
        paid_cents=paid,
        undoes=undoes,
        undone_by=undone_by,
        placed=placed,
        resolved=bool(resolved),
    )


def _decoded(kind: type[T], content: str) -> T:
    try:
        return decode(kind, content)
    except CodecError as error:
        raise Damaged(f"A remittance cannot be read back: {error}. Run `teachback book verify`.") from error
