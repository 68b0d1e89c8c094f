"""Copies of a book: made while it is in use, and unable to repeat a number that the book itself gives later."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from teachback.book import events, numbering, places, writing
from teachback.book.errors import BookError
from teachback.book.values import NumberKind

if TYPE_CHECKING:
    from collections.abc import Iterator

LEAP: Final = 100_000
"""So many numbers a copy leaves out, because the book may take them after the copy was made."""
_WHO: Final = "teachback"


def back_up(db: sqlite3.Connection, source: Path, to: Path, made_at: str) -> Path:
    """Copy the book into the directory ``to``, which must not exist or be empty; the path of the copy's file."""
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise BookError(f"{to} is there already; give a new directory, so that nothing is overwritten.")
    to.parent.mkdir(parents=True, exist_ok=True)
    # Made under another name, so that a copy that was interrupted is never taken for a whole one.
    part = Path(tempfile.mkdtemp(prefix=f".{to.name}.", dir=to.parent))
    try:
        with _copy(db, part / places.NAME) as copy:
            _make_its_own(copy, source, made_at)
        writing.sync_folder(part)
        if to.exists():
            to.rmdir()
        part.rename(to)
        writing.sync_folder(to.parent)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return to / places.NAME


def lay_aside(db: sqlite3.Connection, path: Path, version: int) -> Path:
    """Keep the book as it was before its tables change, beside it; one that is there already stays."""
    kept = path.with_name(f"{path.stem}.version-{version}{path.suffix}")
    if not kept.exists():
        part = path.with_name(f".{kept.name}.{os.getpid()}.part")
        try:
            with _copy(db, part):
                pass
            part.replace(kept)
            writing.sync_folder(kept.parent)
        finally:
            part.unlink(missing_ok=True)
    return kept


def copied(db: sqlite3.Connection) -> str:
    """A sentence where this book is a copy in which nothing was planned yet; else empty."""
    row = db.execute(
        "SELECT number, at FROM event WHERE what = 'copied' ORDER BY number DESC LIMIT 1"
    ).fetchone()
    if (
        row is None
        or db.execute("SELECT 1 FROM event WHERE what = 'planned' AND number > ?", (row[0],)).fetchone()
    ):
        return ""
    return (
        f"This book is a copy made at {row[1]}. What was claimed after that is not in it: look through the files sent "
        "since then before you claim anything, or sessions are claimed twice."
    )


@contextlib.contextmanager
def _copy(db: sqlite3.Connection, to: Path) -> Iterator[sqlite3.Connection]:
    os.close(os.open(to, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    copy = sqlite3.connect(to, isolation_level=None)
    try:
        copy.execute("PRAGMA synchronous = EXTRA")
        db.backup(copy)
        yield copy
    finally:
        copy.close()


def _make_its_own(copy: sqlite3.Connection, source: Path, made_at: str) -> None:
    """Give the copy another tag and later numbers, so that both books can go on without meeting."""
    copy.execute("BEGIN IMMEDIATE")
    tag = numbering.new_tag()
    copy.execute("UPDATE meta SET value = ? WHERE name = 'tag'", (tag,))
    for entry in numbering.state(copy):
        if entry.kind is not NumberKind.CLAIM:
            numbering.skip(copy, entry.kind, min(entry.next + LEAP, entry.last))
    events.Log(copy, made_at, _WHO).add("copied", source=str(source), tag=tag)
    copy.execute("COMMIT")
