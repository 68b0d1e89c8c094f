"""Control numbers: drawn upward within one transaction, written onto claims and lines, never given twice."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from teachback.book.errors import BookError
from teachback.book.values import NumberKind, Numbers
from teachback.claimdata import MOST_CONTROL_NUMBER

if TYPE_CHECKING:
    import sqlite3

    from teachback.claimdata import Claim

MOST_ENVELOPE: Final = 999_999_999
"""The last number that ISA13, GS06 and ST02 can hold."""
FEW: Final = 1_000_000
"""So many numbers before the last one, people are told."""
_LETTERS: Final = "BCDFGHJKMNPQRSTVWXZ"
_TAG: Final = re.compile(r"[A-Z][A-Z0-9]{3}")
_DIGITS: Final = 7


def new_tag() -> str:
    """Four letters for the claim numbers of one book: two books of a practice hardly ever share them."""
    return "".join(secrets.choice(_LETTERS) for _ in range(4))


def checked_tag(tag: str) -> str:
    """The tag, where it is one."""
    if not _TAG.fullmatch(tag):
        raise BookError(
            f"{tag!r} cannot begin claim numbers: use a capital letter and three letters or digits."
        )
    return tag


def last_of(kind: NumberKind) -> int:
    """The last number of a kind that exists."""
    return 10 ** (MOST_CONTROL_NUMBER - 4) - 1 if kind is NumberKind.CLAIM else MOST_ENVELOPE


def state(db: sqlite3.Connection) -> tuple[Numbers, ...]:
    """The next number of each kind."""
    found = dict(db.execute("SELECT kind, next FROM counter").fetchall())
    return tuple(Numbers(kind, found[kind.value], last_of(kind)) for kind in NumberKind)


def take(db: sqlite3.Connection, kind: NumberKind, count: int) -> int:
    """The first of ``count`` numbers in a row, which nobody gets again."""
    (first,) = db.execute("SELECT next FROM counter WHERE kind = ?", (kind.value,)).fetchone()
    if first + count - 1 > last_of(kind):
        raise BookError(
            f"The {kind.value} control numbers are used up: {count:,} are needed and {last_of(kind) - first + 1:,} "
            "are left before the last one. Nothing was booked; begin a new book and keep this one."
        )
    db.execute("UPDATE counter SET next = ? WHERE kind = ?", (first + count, kind.value))
    return int(first)


def skip(db: sqlite3.Connection, kind: NumberKind, to: int) -> int:
    """Make ``to`` the next number; what was next before."""
    (now,) = db.execute("SELECT next FROM counter WHERE kind = ?", (kind.value,)).fetchone()
    if to < now:
        raise BookError(f"{kind.value} control numbers only go up: the next one is {now:,} already.")
    if to > last_of(kind):
        raise BookError(f"The last {kind.value} control number is {last_of(kind):,}.")
    db.execute("UPDATE counter SET next = ? WHERE kind = ?", (to, kind.value))
    return int(now)


def numbered(claim: Claim, tag: str, serial: int) -> Claim:
    """The claim with its control number and those of its lines, which repeat the claim's."""
    number = f"{tag}{serial:0{_DIGITS}d}"
    lines = tuple(
        replace(line, control_number=f"{number}L{position:02d}")
        for position, line in enumerate(claim.lines, start=1)
    )
    return replace(claim, control_number=number, lines=lines)


def low(numbers: tuple[Numbers, ...]) -> list[str]:
    """A sentence for each kind whose numbers run out."""
    return [
        f"Only {entry.left:,} {entry.kind.value} control numbers are left before {entry.last:,}; plan to begin a new book."
        for entry in numbers
        if entry.left < FEW
    ]
