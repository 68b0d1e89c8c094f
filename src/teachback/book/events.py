"""The log of what was done: each entry's hash covers the entries before it, so that none can be changed unseen."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from teachback.book.values import Event

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

START: Final = "0" * 64
_PAGE: Final = 1000


@dataclass(frozen=True, slots=True)
class Log:
    """Writes entries of one person at one moment, within the transaction that is open."""

    db: sqlite3.Connection
    at: str
    who: str

    def add(
        self,
        what: str,
        *,
        file: int | None = None,
        claim: str | None = None,
        why: str = "",
        **detail: str | int,
    ) -> None:
        """Add an entry; ``detail`` holds facts without a patient's name, birth date or identifier."""
        last = self.db.execute("SELECT number, hash FROM event ORDER BY number DESC LIMIT 1").fetchone()
        number, before = (last[0] + 1, last[1]) if last else (1, START)
        text = json.dumps(detail, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        entry = (number, self.at, self.who, what, file, claim, why, text)
        self.db.execute(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (*entry, chained(before, entry))
        )


def chained(before: str, entry: tuple[int | str | None, ...]) -> str:
    """The hash of an entry that follows the entry with the hash ``before``."""
    text = json.dumps([before, *entry], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def read(db: sqlite3.Connection, after: int) -> Iterator[Event]:
    """The entries after a number, oldest first, a page at a time, so that nobody waits for the reader."""
    while page := db.execute(
        "SELECT number, at, who, what, file, claim, why, detail, hash FROM event WHERE number > ? "
        "ORDER BY number LIMIT ?",
        (after, _PAGE),
    ).fetchall():
        for row in page:
            yield Event(*row)
        after = page[-1][0]


def first_broken(db: sqlite3.Connection) -> int | None:
    """The number of the first entry that was changed, or whose predecessor is missing."""
    before, expected = START, 1
    for event in read(db, 0):
        entry = (
            event.number,
            event.at,
            event.who,
            event.what,
            event.file,
            event.claim,
            event.why,
            event.detail,
        )
        if event.number != expected or chained(before, entry) != event.hash:
            return event.number
        before, expected = event.hash, expected + 1
    return None
