"""The book of claims, control numbers and money: one directory with a SQLite file, behind a protocol.

A claim that is to be sent goes three steps: ``plan`` takes its numbers and its sessions in one transaction;
``finish`` writes the file and marks it; ``mark_sent`` says that it went out. Whoever starts, finishes what
``unfinished`` lists first. So nothing is lost or sent twice, wherever a process was stopped.
"""

from __future__ import annotations

from teachback.book.errors import AlreadyPosted, BookError, Damaged, FileWithdrawn, NotOurs, SessionTaken
from teachback.book.moneyvalues import (
    Account,
    Adjudication,
    Entry,
    EntryKind,
    LineOutcome,
    LineState,
    NoteKind,
    OpenWork,
    Part,
    PostedAdjustment,
    PostedRemittance,
    RemittanceState,
    RemittedLine,
    WorkKind,
    WorkNote,
)
from teachback.book.protocol import Book, Pair
from teachback.book.sqlite import SqliteBook
from teachback.book.values import (
    BookedClaim,
    BookedLine,
    Checked,
    ClaimState,
    Draft,
    Ended,
    Event,
    File,
    FileState,
    NumberKind,
    Numbers,
    Override,
    Total,
)
from teachback.book.writing import finish, write_durably

__all__ = [
    "Account",
    "Adjudication",
    "AlreadyPosted",
    "Book",
    "BookError",
    "BookedClaim",
    "BookedLine",
    "Checked",
    "ClaimState",
    "Damaged",
    "Draft",
    "Ended",
    "Entry",
    "EntryKind",
    "Event",
    "File",
    "FileState",
    "FileWithdrawn",
    "LineOutcome",
    "LineState",
    "NotOurs",
    "NoteKind",
    "NumberKind",
    "Numbers",
    "OpenWork",
    "Override",
    "Pair",
    "Part",
    "PostedAdjustment",
    "PostedRemittance",
    "RemittanceState",
    "RemittedLine",
    "SessionTaken",
    "SqliteBook",
    "Total",
    "WorkKind",
    "WorkNote",
    "finish",
    "write_durably",
]
