"""Whether the money of a book can be trusted: entries, their sums, what they reverse, and the log that tells of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from teachback.book import ledger
from teachback.book.remittances import digest_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator


def faults(db: sqlite3.Connection) -> Iterator[str]:
    """A sentence for everything in the ledger that does not agree."""
    yield from _sums(db)
    yield from _opened(db)
    yield from _undone(db)
    yield from _sealed(db)
    yield from _cash(db)
    yield from _contents(db)


def _sums(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute("SELECT entry FROM part GROUP BY entry HAVING sum(cents) <> 0")
    for (entry,) in rows:
        yield f"Entry {entry} of the ledger does not sum to zero."
    rows = db.execute("SELECT id FROM entry WHERE id NOT IN (SELECT entry FROM part)")
    for (entry,) in rows:
        yield f"Entry {entry} of the ledger has no parts."


def _opened(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        """SELECT c.control_number FROM entry e JOIN claim c ON c.id = e.claim WHERE e.kind = 'opened' AND c.charge_cents <>
        (SELECT coalesce(sum(p.cents), 0) FROM part p WHERE p.entry = e.id AND p.account = 'payer_receivable')"""
    )
    for (number,) in rows:
        yield f"Claim {number} was charged in the ledger with another amount than it claims."
    rows = db.execute(
        """SELECT c.control_number FROM claim c JOIN file f ON f.id = c.file WHERE f.state = 'sent'
        AND c.frequency_code <> '8' AND c.charge_cents <> 0 AND c.id NOT IN (SELECT claim FROM entry WHERE kind = 'opened')"""
    )
    for (number,) in rows:
        yield f"Claim {number} was sent, but the ledger does not charge it."


def _undone(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        """SELECT e.id, e.undoes FROM entry e WHERE e.undoes IS NOT NULL AND EXISTS (
        SELECT 1 FROM (SELECT account, claim, line, cents FROM part WHERE entry = e.id
            UNION ALL SELECT account, claim, line, cents FROM part WHERE entry = e.undoes)
        GROUP BY account, claim, line HAVING sum(cents) <> 0)"""
    )
    for entry, undoes in rows:
        yield f"Entry {entry} of the ledger is not the reverse of entry {undoes}."


def _sealed(db: sqlite3.Connection) -> Iterator[str]:
    expected = 1
    rows = db.execute(
        "SELECT number, detail FROM event WHERE what = ? ORDER BY number", (ledger.SEALED,)
    ).fetchall()
    for number, detail in rows:
        told = json.loads(detail)
        first, newest = told["first"], told["last"]
        if first != expected or ledger.digest(db, first, newest) != told["digest"]:
            yield f"Entries {first} to {newest} of the ledger are not those that event {number} tells of."
        expected = newest + 1
    if ledger.last(db) >= expected:
        yield f"Entry {expected} of the ledger and what follows is not told of in the log of events."


def _cash(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        """SELECT r.id FROM remittance r WHERE r.state = 'posted' AND r.paid_cents <> (SELECT coalesce(sum(p.cents), 0)
        FROM entry e JOIN part p ON p.entry = e.id AND p.account = 'cash'
        WHERE e.remittance = r.id AND e.kind <> 'returned')"""
    )
    for (number,) in rows:
        yield f"The money of remittance {number} in the ledger is not what it paid."
    rows = db.execute(
        """SELECT e.id FROM entry e JOIN remittance r ON r.id = e.remittance WHERE r.state = 'held'"""
    )
    for (number,) in rows:
        yield f"Entry {number} of the ledger belongs to a remittance that was held."


def _contents(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        """SELECT json_extract(detail, '$.remittance'), json_extract(detail, '$.digest') FROM event
        WHERE what IN ('posted', 'held')"""
    )
    logged = dict(rows.fetchall())
    for number, digest, content in db.execute(
        "SELECT id, digest, content FROM remittance ORDER BY id"
    ).fetchall():
        claims = db.execute(
            "SELECT content FROM remitted_claim WHERE remittance = ? ORDER BY position", (number,)
        )
        found = digest_of((content, tuple(row[0] for row in claims)))
        if not found == digest == logged.get(number):
            yield f"Remittance {number} was changed after it was read."
