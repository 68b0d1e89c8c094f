"""What a book refuses to do, in whole sentences; every failure of the disk or of SQLite becomes one of these.

BookError
├── SessionTaken     a session stands on another claim already
├── FileWithdrawn    the file was withdrawn and must not be sent
├── AlreadyPosted    the remittance was posted before
├── NotOurs          the remittance pays somebody else
└── Damaged          what stands in the book cannot be trusted
"""

from __future__ import annotations

import contextlib
import errno
import sqlite3
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FULL: Final = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
_FORBIDDEN: Final = {errno.EACCES, errno.EPERM, errno.EROFS}
_PRIMARY: Final = 0xFF
_SHOWN: Final = 3


class BookError(Exception):
    """Something was not done; its text is a sentence that says what to do, without a patient's data."""


class SessionTaken(BookError):  # noqa: N818  named for the state that it tells
    """Sessions stand on live claims already. ``taken`` holds each session's id and the claim's number."""

    def __init__(self, taken: tuple[tuple[str, str], ...]) -> None:
        self.taken = taken
        shown = ", ".join(f"{session} on claim {claim}" for session, claim in taken[:_SHOWN])
        more = f" and {len(taken) - _SHOWN} more" if len(taken) > _SHOWN else ""
        super().__init__(
            f"{len(taken)} of the sessions stand on a claim already ({shown}{more}), and a session is claimed "
            "once; leave them out, or withdraw, replace or end those claims first."
        )


class FileWithdrawn(BookError):  # noqa: N818  named for the state that it tells
    """The file was withdrawn before it was written or sent."""


class AlreadyPosted(BookError):  # noqa: N818  named for the state that it tells
    """The remittance was posted before; posting it again would count its money twice."""


class NotOurs(BookError):  # noqa: N818  named for the state that it tells
    """The remittance pays somebody for whom this book claims nothing."""


class Damaged(BookError):  # noqa: N818  named for the state that it tells
    """The book's file is damaged, or is no book."""


@contextlib.contextmanager
def telling(place: Path) -> Iterator[None]:
    """Turn failures of the disk and of SQLite into sentences that name ``place``."""
    try:
        yield
    except sqlite3.Error as error:
        raise _of_sqlite(error, place) from error
    except UnicodeEncodeError as error:
        raise BookError(
            "A text holds half of a character (a lone surrogate), which no file can keep; nothing was booked. "
            "Correct the record that it came from."
        ) from error
    except OverflowError as error:
        raise BookError("A number is too large for the book; nothing was booked.") from error
    except OSError as error:
        raise of_system(error, place) from error


def of_system(error: OSError, place: Path) -> BookError:
    """What the operating system refused, as a sentence."""
    if error.errno in _FULL:
        return BookError(
            f"The disk is full, so {place} could not be written; nothing is lost: free space and run the same "
            "command again."
        )
    if error.errno in _FORBIDDEN:
        return BookError(
            f"{place} may not be written or read by this user ({error.strerror}); give yourself the right, or "
            "choose another place."
        )
    return BookError(
        f"{place} cannot be used: {error.strerror or type(error).__name__}. Check the path and the disk, and "
        "run the same command again."
    )


def damaged(place: Path) -> Damaged:
    """The refusal of a file that is damaged."""
    return Damaged(
        f"{place} is damaged and was not touched; put back the last copy that `teachback book backup` made, "
        "and keep this file for whoever may rescue it."
    )


def _of_sqlite(error: sqlite3.Error, place: Path) -> BookError:
    match getattr(error, "sqlite_errorcode", 0) & _PRIMARY:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return BookError(
                f"Another command is writing in {place}; wait until it is done and run the same command again."
            )
        case sqlite3.SQLITE_FULL:
            return of_system(OSError(errno.ENOSPC, ""), place)
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return BookError(
                f"{place} can be read but not written; give yourself the right to write the file and its "
                "folder, or copy the book to a place of your own with `teachback book backup`."
            )
        case sqlite3.SQLITE_CANTOPEN:
            return BookError(
                f"{place} cannot be opened or its journal cannot be written beside it; check the rights of the folder."
            )
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_FORMAT:
            return damaged(place)
        case sqlite3.SQLITE_IOERR:
            return BookError(
                f"The disk failed while {place} was read or written; nothing half-done is kept. Check the disk, "
                "then run the same command again."
            )
        case sqlite3.SQLITE_CONSTRAINT:
            return BookError(
                f"{place} refused a change that would break its own rules ({error}); nothing was changed. "
                "Run `teachback book verify`."
            )
        case _:
            return BookError(f"{place} could not be used ({error}); nothing was changed.")
