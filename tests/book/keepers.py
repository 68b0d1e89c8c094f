"""Who keeps a book: every implementation has one of these, and passes the same tests.

A keeper makes one empty store. ``open`` gives a new connection to it, as another process or a later run
would; ``forge`` runs SQL beneath the book's back. PostgreSQL's keeper joins ``KEEPERS``.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from teachback.book import Book, SqliteBook

BOOKS: tuple[type[Book], ...] = (SqliteBook,)  # the type checker compares every method with the protocol


class SqliteKeeper:
    def __init__(self, folder):
        self.folder = Path(folder) / "book"

    def open(self, **settings):
        return SqliteBook.open(self.folder, **{"tag": "TEST", **settings})

    def forge(self, *statements):
        db = sqlite3.connect(self.folder / "book.sqlite3", isolation_level=None)
        for statement in statements:
            db.execute(statement)
        db.close()


KEEPERS = [SqliteKeeper]
