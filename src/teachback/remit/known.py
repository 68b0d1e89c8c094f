"""What the book knows of an answer: whose claim it is, and which of our files and sets it acknowledges."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from teachback.book import BookedClaim, File, SqliteBook
    from teachback.claimdata import Claim


class Known:
    """A book's answers, or nothing where there is no book."""

    def __init__(self, book: SqliteBook | None) -> None:
        self.book = book

    def booked(self, control_number: str) -> BookedClaim | None:
        """The claim with this number as the book lists it."""
        return None if self.book is None or not control_number else self.book.claim(control_number)

    def claim(self, control_number: str) -> Claim | None:
        """The claim with this number, whole."""
        return (
            None
            if self.book is None or self.booked(control_number) is None
            else self.book.claim_data(control_number)
        )

    @cached_property
    def _files(self) -> tuple[File, ...]:
        return () if self.book is None else self.book.files()

    def file_of_group(self, number: str) -> File | None:
        """Our file with that group control number (GS06)."""
        return next((file for file in self._files if _same(number, file.group_number)), None)

    def file_of_interchange(self, number: str) -> File | None:
        """Our file with that interchange control number (ISA13)."""
        return next((file for file in self._files if _same(number, file.interchange_number)), None)

    def claims_of_set(self, file: File, number: str) -> tuple[Claim, ...]:
        """The claims in a transaction set of one of our files; all of the file where the set is not known."""
        if self.book is None:
            return ()
        submission = self.book.submission(file.id)
        size = submission.claims_per_transaction
        place = (int(number) if number.isdecimal() else 0) - file.first_transaction_number
        return submission.claims[place * size : (place + 1) * size] if 0 <= place < file.transactions else ()


def named(file: File) -> str:
    """A file of ours for a sentence."""
    return f"our file {Path(file.path).name}"


def _same(text: str, number: int) -> bool:
    return text.isascii() and text.isdigit() and int(text) == number
