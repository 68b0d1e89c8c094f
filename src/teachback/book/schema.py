"""The tables of a book in SQLite, as steps from one version to the next.

Money is whole cents. What must never change is guarded by triggers, so that a fault elsewhere, or a person
with another tool, is refused by the file itself. Remittances and their ledger have tables of their own that
point to ``claim`` and ``line`` (``moneyschema``); nothing here is rewritten for them.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from teachback.book.moneyschema import MONEY

APPLICATION_ID: Final = 0x54424B31  # "TBK1": says in the file's header that it is a book
_KEPT: Final = "What a book holds is kept for ever."


def _never(table: str, what: str, columns: str = "") -> str:
    of = f" OF {columns}" if columns else ""
    name = f"{table}_{what.lower()}"
    return f"CREATE TRIGGER {name} BEFORE {what}{of} ON {table} BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END"


_FIRST: Final = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE counter (
        kind TEXT PRIMARY KEY CHECK (kind IN ('interchange', 'group', 'transaction', 'claim')),
        next INTEGER NOT NULL CHECK (typeof(next) = 'integer' AND next > 0)
    ) WITHOUT ROWID""",
    "INSERT INTO counter VALUES ('interchange', 1), ('group', 1), ('transaction', 1), ('claim', 1)",
    f"""CREATE TRIGGER counter_rises BEFORE UPDATE ON counter WHEN new.next < old.next OR new.kind <> old.kind
        BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END""",
    _never("counter", "DELETE"),
    """CREATE TABLE file (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path TEXT NOT NULL UNIQUE,
        state TEXT NOT NULL CHECK (state IN ('planned', 'written', 'sent', 'withdrawn')),
        form TEXT NOT NULL,
        test INTEGER NOT NULL CHECK (test IN (0, 1)),
        submitter TEXT NOT NULL,
        receiver TEXT NOT NULL,
        receiver_id TEXT NOT NULL,
        receiver_name TEXT NOT NULL,
        interchange_number INTEGER NOT NULL UNIQUE,
        group_number INTEGER NOT NULL UNIQUE,
        first_transaction_number INTEGER NOT NULL UNIQUE,
        transactions INTEGER NOT NULL CHECK (transactions > 0),
        claims_per_transaction INTEGER NOT NULL CHECK (claims_per_transaction > 0),
        made_on TEXT NOT NULL,
        made_at TEXT NOT NULL,
        claims INTEGER NOT NULL CHECK (claims > 0),
        charge_cents INTEGER NOT NULL CHECK (typeof(charge_cents) = 'integer'),
        digest TEXT NOT NULL,
        sha256 TEXT,
        size INTEGER,
        CHECK (state NOT IN ('written', 'sent') OR sha256 IS NOT NULL)
    )""",
    _never("file", "DELETE"),
    _never(
        "file",
        "UPDATE",
        "id, path, form, test, submitter, receiver, receiver_id, receiver_name, interchange_number, group_number,"
        " first_transaction_number, transactions, claims_per_transaction, made_on, made_at, claims, charge_cents, digest",
    ),
    # The ledger of numbers that stand in envelopes; those of claims and lines stand with them, and all are unique.
    """CREATE TABLE number (
        kind TEXT NOT NULL CHECK (kind IN ('interchange', 'group', 'transaction')),
        number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 999999999),
        file INTEGER NOT NULL REFERENCES file (id),
        PRIMARY KEY (kind, number)
    ) WITHOUT ROWID""",
    _never("number", "DELETE"),
    _never("number", "UPDATE"),
    """CREATE TABLE claim (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        file INTEGER NOT NULL REFERENCES file (id),
        position INTEGER NOT NULL CHECK (position > 0),
        control_number TEXT NOT NULL UNIQUE CHECK (length(control_number) BETWEEN 1 AND 20),
        patient_id TEXT NOT NULL,
        payer_id TEXT NOT NULL,
        frequency_code TEXT NOT NULL,
        charge_cents INTEGER NOT NULL CHECK (typeof(charge_cents) = 'integer'),
        allowed_cents INTEGER CHECK (typeof(allowed_cents) IN ('integer', 'null')),
        first_service TEXT NOT NULL,
        last_service TEXT NOT NULL,
        lines INTEGER NOT NULL CHECK (lines > 0),
        replaces INTEGER REFERENCES claim (id),
        ended TEXT CHECK (ended IN ('withdrawn', 'replaced', 'rejected', 'voided')),
        content TEXT NOT NULL,
        UNIQUE (file, position)
    )""",
    "CREATE INDEX claim_patient ON claim (patient_id)",
    """CREATE UNIQUE INDEX claim_replaced_once ON claim (replaces)
        WHERE replaces IS NOT NULL AND (ended IS NULL OR ended IN ('replaced', 'voided'))""",
    _never("claim", "DELETE"),
    _never(
        "claim",
        "UPDATE",
        "id, file, position, control_number, patient_id, payer_id, frequency_code, charge_cents, allowed_cents,"
        " first_service, last_service, lines, replaces, content",
    ),
    """CREATE TABLE line (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        claim INTEGER NOT NULL REFERENCES claim (id),
        position INTEGER NOT NULL CHECK (position > 0),
        control_number TEXT NOT NULL UNIQUE,
        procedure_code TEXT NOT NULL,
        modifiers TEXT NOT NULL,
        units INTEGER NOT NULL,
        charge_cents INTEGER NOT NULL CHECK (typeof(charge_cents) = 'integer'),
        allowed_cents INTEGER CHECK (typeof(allowed_cents) IN ('integer', 'null')),
        patient_cents INTEGER CHECK (typeof(patient_cents) IN ('integer', 'null')),
        payment_cents INTEGER CHECK (typeof(payment_cents) IN ('integer', 'null')),
        date_of_service TEXT NOT NULL,
        UNIQUE (claim, position)
    )""",
    _never("line", "DELETE"),
    _never("line", "UPDATE"),
    """CREATE TABLE line_session (
        line INTEGER NOT NULL REFERENCES line (id),
        session_id TEXT NOT NULL,
        PRIMARY KEY (line, session_id)
    ) WITHOUT ROWID""",
    _never("line_session", "DELETE"),
    _never("line_session", "UPDATE"),
    """CREATE TABLE claim_session (
        claim INTEGER NOT NULL REFERENCES claim (id),
        session_id TEXT NOT NULL,
        patient_id TEXT NOT NULL,
        live INTEGER NOT NULL CHECK (live IN (0, 1)),
        PRIMARY KEY (claim, session_id)
    ) WITHOUT ROWID""",
    "CREATE UNIQUE INDEX claimed_once ON claim_session (session_id, patient_id) WHERE live = 1",
    "CREATE INDEX claim_session_of ON claim_session (session_id, patient_id)",
    _never("claim_session", "DELETE"),
    _never("claim_session", "UPDATE", "claim, session_id, patient_id"),
    """CREATE TABLE override (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        session_id TEXT NOT NULL,
        patient_id TEXT NOT NULL,
        finding_code TEXT NOT NULL,
        who TEXT NOT NULL,
        why TEXT NOT NULL,
        given_on TEXT NOT NULL,
        UNIQUE (session_id, patient_id, finding_code, who, why, given_on)
    )""",
    _never("override", "DELETE"),
    _never("override", "UPDATE"),
    """CREATE TABLE event (
        number INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        who TEXT NOT NULL,
        what TEXT NOT NULL,
        file INTEGER REFERENCES file (id),
        claim TEXT REFERENCES claim (control_number),
        why TEXT NOT NULL,
        detail TEXT NOT NULL,
        hash TEXT NOT NULL
    )""",
    "CREATE INDEX event_file ON event (file)",
    _never("event", "DELETE"),
    _never("event", "UPDATE"),
)

MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (_FIRST, MONEY)
"""The statements that lead from version n to n + 1; a released one is never edited."""
WITH_MONEY: Final = 2
"""The first version that has a ledger."""


def version_of(db: sqlite3.Connection) -> int:
    """The version of the tables; 0 in an empty file."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def migrate(db: sqlite3.Connection, migrations: tuple[tuple[str, ...], ...]) -> None:
    """Bring the tables to the newest version, within the transaction that is open."""
    for number in range(version_of(db), len(migrations)):
        for statement in migrations[number]:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {number + 1}")
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def described(db: sqlite3.Connection) -> set[tuple[str, str, str]]:
    """Every table, index and trigger with its text, to notice one that was changed."""
    rows = db.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    )
    return {(row[0], row[1], row[2]) for row in rows}


def as_made(migrations: tuple[tuple[str, ...], ...]) -> set[tuple[str, str, str]]:
    """The tables, indexes and triggers of a new book."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(db, migrations)
        return described(db)
    finally:
        db.close()
