"""What people do with money: write off, bill the patient, place what was not matched, note on open work.

Each act has a name and a reason, is one entry of the ledger, and never moves more than is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.book import ledger, remittances
from teachback.book.errors import BookError
from teachback.book.moneyschema import SYSTEM
from teachback.book.moneyvalues import Account, EntryKind, LineState, NoteKind, RemittanceState

if TYPE_CHECKING:
    import sqlite3
    from datetime import date

    from teachback.book.events import Log
    from teachback.book.moneyvalues import RemittedLine

_RESPONSIBLE: Final = "PR"


def dollars(cents: int) -> str:
    """An amount for people: "$80.50"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def by_name(log: Log) -> None:
    """Refuse an act that no person answers for."""
    if log.who.strip() == SYSTEM:
        raise BookError("A person does this, not the program: say who.")


def write_off(db: sqlite3.Connection, log: Log, number: str, cents: int, why: str) -> None:
    """Give up money that a payer denied on a line (or, by a claim's number, on a claim as a whole)."""
    _move(db, log, EntryKind.WRITTEN_OFF, number, Account.DENIED, Account.WRITTEN_OFF, cents, why)


def write_off_patient(db: sqlite3.Connection, log: Log, number: str, cents: int, why: str) -> None:
    """Give up money that the patient owes."""
    _move(db, log, EntryKind.WRITTEN_OFF, number, Account.PATIENT_RECEIVABLE, Account.WRITTEN_OFF, cents, why)


def bill_patient(db: sqlite3.Connection, log: Log, number: str, why: str) -> int:
    """Let the patient owe what was denied and made the patient's (group PR); the cents moved."""
    answer = _answer(db, number)
    claim, line = remittances.adjudication(db, answer.id)
    adjustments = claim.adjustments if line is None else line.adjustments
    if not any(each.group_code == _RESPONSIBLE for each in adjustments):
        raise BookError(
            f"The payer denied {number} without making the patient responsible (no adjustment of group PR), so the "
            "patient may not be billed for it. Appeal, correct, or write it off by name."
        )
    theirs = sum(int(each.amount.scaleb(2)) for each in adjustments if each.group_code == _RESPONSIBLE)
    _, _, sums = _place(db, number)
    cents = min(sums[Account.DENIED], theirs - sums[Account.PATIENT_RECEIVABLE])
    _move(db, log, EntryKind.BILLED_PATIENT, number, Account.DENIED, Account.PATIENT_RECEIVABLE, cents, why)
    return cents


def apply_money(  # noqa: PLR0913, PLR0917  what the act consists of
    db: sqlite3.Connection, log: Log, item: int, number: str, cents: int, why: str
) -> None:
    """Apply money that could not be matched to what a payer owes on a line; the rest of the line stays open."""
    by_name(log)
    found = _unresolved(db, item)
    there = unapplied(db, item)
    if not 0 < cents <= there:
        raise BookError(f"{dollars(there)} of it can be applied, not {dollars(cents)}; nothing was changed.")
    claim, line, sums = _place(db, number)
    owed = sums[Account.PAYER_RECEIVABLE]
    if cents > owed:
        raise BookError(
            f"The payer owes {dollars(owed)} on {number}, so {dollars(cents)} cannot be applied to it. Nothing was changed."
        )
    parts: list[ledger.Row] = [
        (Account.UNAPPLIED, cents, None, None),
        (Account.PAYER_RECEIVABLE, -cents, claim, line),
    ]
    _enter(db, log, EntryKind.APPLIED, parts, claim=claim, item=item, remittance=found.remittance, why=why)


def return_money(db: sqlite3.Connection, log: Log, item: int, why: str) -> int:
    """Record that unplaced money went back (or, taken from us, was made good); the cents that were left."""
    by_name(log)
    found = _unresolved(db, item)
    there = unapplied(db, item)
    if not there:
        raise BookError(f"There is no money on remitted line {item}; dismiss it instead.")
    parts: list[ledger.Row] = [
        (Account.UNAPPLIED, there, None, None),
        (Account.CASH, -there, None, None),
    ]
    _enter(db, log, EntryKind.RETURNED, parts, claim=None, item=item, remittance=found.remittance, why=why)
    return there


def dismiss(db: sqlite3.Connection, log: Log, key: str, why: str) -> None:
    """Take unplaced lines without money, and held remittances, off the list."""
    by_name(log)
    kind, _, number = key.partition(":")
    if kind == "line" and number.isdecimal():
        _unresolved(db, int(number))
        if there := unapplied(db, int(number)):
            raise BookError(
                f"{dollars(there)} hang on {key}; place, apply or return them, so that no money is lost."
            )
    elif kind == "held" and number.isdecimal():
        if remittances.known_remittance(db, int(number)).state is not RemittanceState.HELD:
            raise BookError(f"Remittance {number} is posted; there is nothing to dismiss.")
    else:
        raise BookError(
            f"{key} cannot be dismissed: denied money stays on the list until it is paid, corrected or written off by name."
        )
    note(db, log, key, NoteKind.DISMISSED, why, None, None)


def note(  # noqa: PLR0913, PLR0917  what a note consists of
    db: sqlite3.Connection,
    log: Log,
    key: str,
    what: NoteKind,
    why: str,
    until: date | None,
    owner: str | None,
) -> None:
    """Keep a note on open work."""
    if what is NoteKind.WAIT and until is None:
        raise BookError("Say until when it waits; what waits without a day is forgotten.")
    if what is NoteKind.ASSIGN and not (owner or "").strip():
        raise BookError("Say who is to do it.")
    db.execute(
        "INSERT INTO work_note (key, what, at, who, why, until, owner) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (key, what.value, log.at, log.who, why, None if until is None else until.isoformat(), owner),
    )
    log.add("noted", why=why, key=key, note=what.value)


def unapplied(db: sqlite3.Connection, item: int) -> int:
    """Cents of an unplaced line that are not placed; negative where money was taken from us."""
    (cents,) = db.execute(
        """SELECT coalesce(-sum(p.cents), 0) FROM part p JOIN entry e ON e.id = p.entry
        WHERE e.item = ? AND p.account = 'unapplied'""",
        (item,),
    ).fetchone()
    return int(cents)


def _move(  # noqa: PLR0913, PLR0917  what an act consists of
    db: sqlite3.Connection,
    log: Log,
    kind: EntryKind,
    number: str,
    source: Account,
    to: Account,
    cents: int,
    why: str,
) -> None:
    by_name(log)
    claim, line, sums = _place(db, number)
    there = sums[source]
    if not 0 < cents <= there:
        words = source.value.replace("_", " ")
        raise BookError(
            f"There are {dollars(max(there, 0))} under {words!r} on {number}, so {dollars(cents)} cannot be moved; "
            "nothing was changed."
        )
    answer = _answer(db, number)
    parts: list[ledger.Row] = [(source, -cents, claim, line), (to, cents, claim, line)]
    _enter(db, log, kind, parts, claim=claim, item=answer.id, remittance=None, why=why)


def _enter(  # noqa: PLR0913  what an entry consists of
    db: sqlite3.Connection,
    log: Log,
    kind: EntryKind,
    parts: list[ledger.Row],
    *,
    claim: int | None,
    item: int,
    remittance: int | None,
    why: str,
) -> None:
    (test,) = db.execute(
        """SELECT r.test FROM remitted_line rl JOIN remitted_claim rc ON rc.id = rl.remitted_claim
        JOIN remittance r ON r.id = rc.remittance WHERE rl.id = ?""",
        (item,),
    ).fetchone()
    ledger.post(
        db,
        log,
        kind,
        parts,
        day=log.at[:10],
        test=bool(test),
        claim=claim,
        remittance=remittance,
        item=item,
        why=why,
    )
    log.add(kind.value, why=why, item=item)


def _place(db: sqlite3.Connection, number: str) -> tuple[int, int | None, dict[Account, int]]:
    """The rows of a line or of a claim as a whole, with their own sums."""
    row = db.execute("SELECT claim, id FROM line WHERE control_number = ?", (number,)).fetchone()
    if row is not None:
        return int(row[0]), int(row[1]), ledger.of_line(db, row[1])
    claim = ledger.row_of_claim(db, number)
    rows = db.execute(
        "SELECT account, sum(cents) FROM part WHERE claim = ? AND line IS NULL GROUP BY account", (claim,)
    )
    found = dict.fromkeys(Account, 0)
    found.update((Account(account), cents) for account, cents in rows)
    return claim, None, found


def _answer(db: sqlite3.Connection, number: str) -> RemittedLine:
    row = db.execute(
        "SELECT c.control_number FROM line l JOIN claim c ON c.id = l.claim WHERE l.control_number = ?",
        (number,),
    ).fetchone()
    found = (
        remittances.standing(db, row[0], number)
        if row is not None
        else remittances.standing(db, number, None)
    )
    if found is None:
        raise BookError(f"No payer's answer is in force for {number}, so there is nothing to move.")
    return found


def _unresolved(db: sqlite3.Connection, item: int) -> RemittedLine:
    found = remittances.known_line(db, item)
    if found.state is not LineState.NEEDS_PERSON or found.resolved:
        raise BookError(f"Remitted line {item} does not wait for a person: {found.how or 'it was settled'}.")
    return found
