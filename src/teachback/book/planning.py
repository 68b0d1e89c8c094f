"""Planning: numbers, claims, sessions and files are taken together, or nothing is."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING

from teachback.book import queries
from teachback.book.codec import CodecError, encode, encode_claim
from teachback.book.drafts import NUMBER, REPLACEMENTS, VOID, cents, check_override, sessions_of
from teachback.book.errors import BookError, SessionTaken
from teachback.book.numbering import numbered, take
from teachback.book.values import ClaimState, NumberKind

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping

    from teachback.book.events import Log
    from teachback.book.values import BookedClaim, Draft, Override
    from teachback.claimdata import Claim, ClaimLine


def plan(db: sqlite3.Connection, log: Log, draft: Draft, tag: str) -> int:
    """Book one draft within the transaction that is open; the id of its file."""
    originals = {index: _original(db, number, draft, index) for index, number in draft.replaces.items()}
    for original in originals.values():
        _replace(db, log, original, draft.why)
    _refuse_taken(db, draft.claims)
    serial = take(db, NumberKind.CLAIM, len(draft.claims))
    claims = [numbered(claim, tag, serial + index) for index, claim in enumerate(draft.claims)]
    try:
        contents = [encode_claim(claim) for claim in claims]
    except CodecError as error:
        raise BookError(f"A claim cannot be kept: {error}. Nothing was booked.") from error
    digest = Digest(contents).text
    file = _add_file(db, draft, claims, digest)
    for index, (claim, content) in enumerate(zip(claims, contents, strict=True)):
        original_row = _row_of(db, draft.replaces[index]) if index in draft.replaces else None
        _add_claim(db, file, index + 1, claim, content, original_row)
    log.add(
        "planned",
        file=file,
        claims=len(claims),
        first=claims[0].control_number,
        last=claims[-1].control_number,
        digest=digest,
    )
    return file


class Digest:
    """The hash of a file's claims, by which a change of what is kept is noticed."""

    def __init__(self, contents: Iterable[str] = ()) -> None:
        self._hash = hashlib.sha256()
        for content in contents:
            self.add(content)

    def add(self, content: str) -> None:
        """Go on with the next claim."""
        self._hash.update(content.encode())
        self._hash.update(b"\n")

    @property
    def text(self) -> str:
        """The hash of all that was added."""
        return self._hash.hexdigest()


def add_overrides(db: sqlite3.Connection, log: Log, overrides: Iterable[Override]) -> int:
    """Keep overrides that are not kept yet; how many there were."""
    added = 0
    for override in overrides:
        check_override(override)
        cursor = db.execute(
            "INSERT INTO override (session_id, patient_id, finding_code, who, why, given_on) "
            "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (
                override.session_id,
                override.patient_id,
                override.finding_code,
                override.who,
                override.why,
                override.given_on.isoformat(),
            ),
        )
        if cursor.rowcount > 0:
            added += 1
            log.add(
                "override",
                why=override.why,
                session=override.session_id,
                finding=override.finding_code,
                decided_by=override.who,
            )
    return added


def _original(db: sqlite3.Connection, number: str, draft: Draft, index: int) -> BookedClaim:
    claim, original = draft.claims[index], queries.claim(db, number)
    if original is None:
        raise BookError(f"There is no claim {number} in this book, so nothing can replace it.")
    if claim.frequency_code not in REPLACEMENTS:
        raise BookError(
            f"Only a claim of frequency 7 or 8 replaces another; the one for {number} has another."
        )
    if original.state is not ClaimState.SENT:
        by = f" by {original.replaced_by}" if original.replaced_by else ""
        raise BookError(
            f"Claim {number} is {original.state.value}{by}, and only a claim that was sent and stands is replaced. "
            "Say that its file was sent, or withdraw the file and claim anew."
        )
    if original.frequency_code == VOID:
        raise BookError(f"Claim {number} is a void itself; nothing replaces it.")
    if original.patient_id != claim.beneficiary.patient_id:
        raise BookError(f"Claim {number} is of another patient; it cannot be replaced by this claim.")
    if original.test != draft.receiver.test or original.form is not claim.form:
        raise BookError(
            f"Claim {number} went out on another form or as a test; it cannot be replaced by this claim."
        )
    return original


def _replace(db: sqlite3.Connection, log: Log, original: BookedClaim, why: str) -> None:
    # Asked anew: two claims of one draft may name the same original.
    now = queries.claim(db, original.control_number)
    if now is None or now.state is not ClaimState.SENT:
        raise BookError(f"Two claims want to replace {original.control_number}; one can. Nothing was booked.")
    row = _row_of(db, original.control_number)
    db.execute("UPDATE claim SET ended = 'replaced' WHERE id = ?", (row,))
    db.execute("UPDATE claim_session SET live = 0 WHERE claim = ?", (row,))
    log.add("replaced", claim=original.control_number, why=why)


def _row_of(db: sqlite3.Connection, control_number: str) -> int:
    (row,) = db.execute("SELECT id FROM claim WHERE control_number = ?", (control_number,)).fetchone()
    return int(row)


def _refuse_taken(db: sqlite3.Connection, claims: Iterable[Claim]) -> None:
    pairs = [(session, claim.beneficiary.patient_id) for claim in claims for session in sessions_of(claim)]
    if taken := tuple((pair[0], number) for pair, number in queries.taken(db, pairs)):
        raise SessionTaken(taken)


def _add_file(db: sqlite3.Connection, draft: Draft, claims: list[Claim], found: str) -> int:
    transactions = -(-len(claims) // draft.claims_per_transaction)
    interchange = take(db, NumberKind.INTERCHANGE, 1)
    group = take(db, NumberKind.GROUP, 1)
    first = take(db, NumberKind.TRANSACTION, transactions)
    path = draft.path.replace(NUMBER, f"{interchange:09d}")
    if db.execute("SELECT 1 FROM file WHERE path = ?", (path,)).fetchone():
        raise BookError(
            f"A file of this book has the path {path} already, and would be overwritten; "
            f"put {NUMBER} into the name. Nothing was booked."
        )
    columns = {
        "path": path,
        "state": "planned",
        "form": claims[0].form.value,
        "test": int(draft.receiver.test),
        "submitter": encode(draft.submitter),
        "receiver": encode(draft.receiver),
        "receiver_id": draft.receiver.id,
        "receiver_name": draft.receiver.name,
        "interchange_number": interchange,
        "group_number": group,
        "first_transaction_number": first,
        "transactions": transactions,
        "claims_per_transaction": draft.claims_per_transaction,
        "made_on": draft.made_on.isoformat(),
        "made_at": draft.made_at,
        "claims": len(claims),
        "charge_cents": sum(cents(claim.charge) for claim in claims),
        "digest": found,
    }
    file = _insert(db, "file", columns)
    taken = [(NumberKind.INTERCHANGE, interchange), (NumberKind.GROUP, group)]
    taken += [(NumberKind.TRANSACTION, first + step) for step in range(transactions)]
    db.executemany(
        "INSERT INTO number VALUES (?, ?, ?)", [(kind.value, number, file) for kind, number in taken]
    )
    return file


def _add_claim(  # noqa: PLR0913, PLR0917  what a row consists of
    db: sqlite3.Connection, file: int, position: int, claim: Claim, content: str, replaces: int | None
) -> None:
    days = [line.date_of_service for line in claim.lines]
    columns = {
        "file": file,
        "position": position,
        "control_number": claim.control_number,
        "patient_id": claim.beneficiary.patient_id,
        "payer_id": claim.payer.payer_id,
        "frequency_code": claim.frequency_code,
        "charge_cents": cents(claim.charge),
        "allowed_cents": _allowed(claim),
        "first_service": min(days).isoformat(),
        "last_service": max(days).isoformat(),
        "lines": len(claim.lines),
        "replaces": replaces,
        "content": content,
    }
    row = _insert(db, "claim", columns)
    db.executemany(
        "INSERT INTO claim_session VALUES (?, ?, ?, 1)",
        [(row, session, claim.beneficiary.patient_id) for session in sessions_of(claim)],
    )
    for number, line in enumerate(claim.lines, start=1):
        _add_line(db, row, number, line)


def _add_line(db: sqlite3.Connection, claim: int, position: int, line: ClaimLine) -> None:
    columns = {
        "claim": claim,
        "position": position,
        "control_number": line.control_number,
        "procedure_code": line.procedure_code,
        "modifiers": " ".join(line.modifiers),
        "units": line.units,
        "charge_cents": cents(line.charge),
        "allowed_cents": _cents_or_none(line.allowed_amount),
        "patient_cents": _cents_or_none(line.patient_amount),
        "payment_cents": _cents_or_none(line.medicare_payment_after_sequestration),
        "date_of_service": line.date_of_service.isoformat(),
    }
    row = _insert(db, "line", columns)
    db.executemany(
        "INSERT INTO line_session VALUES (?, ?)", [(row, session) for session in dict.fromkeys(line.sessions)]
    )


def _allowed(claim: Claim) -> int | None:
    amounts = [line.allowed_amount for line in claim.lines]
    known = [amount for amount in amounts if amount is not None]
    return cents(sum(known, Decimal(0))) if len(known) == len(amounts) else None


def _cents_or_none(amount: Decimal | None) -> int | None:
    return None if amount is None else cents(amount)


def _insert(db: sqlite3.Connection, table: str, columns: Mapping[str, object]) -> int:
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    cursor = db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))  # noqa: S608  own names only
    return int(cursor.lastrowid or 0)
