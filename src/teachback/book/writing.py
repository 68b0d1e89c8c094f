"""A file on the disk is whole or absent, also when the machine stops: temporary name, fsync, rename, fsync."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from teachback.book.errors import FileWithdrawn, of_system
from teachback.book.values import FileState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from teachback.book.protocol import Book
    from teachback.book.values import File
    from teachback.claimdata import Submission

_PART: Final = re.compile(r"\.(?P<name>.+)\.(?P<process>[0-9]+)-[0-9a-f]{8}\.part")


def finish(book: Book, file: File, write: Callable[[Submission], Iterable[bytes]]) -> File:
    """Write a planned file and say so in the book; doing it twice, or by two processes, gives one file.

    ``write`` makes the same bytes from the same submission always. ``FileWithdrawn`` leaves no file behind.
    """
    path = Path(file.path)
    now = book.file(file.id)
    if now is not None and now.state is FileState.WITHDRAWN:
        raise FileWithdrawn(f"File {file.id} was withdrawn; it is not written.")
    sha256, size = write_durably(path, write(book.submission(file.id)))
    try:
        return book.mark_written(file.id, sha256, size)
    except FileWithdrawn:
        path.unlink(missing_ok=True)
        raise


def write_durably(path: Path, chunks: Iterable[bytes]) -> tuple[str, int]:
    """Write the bytes so that they survive a loss of power, readable by their owner alone.

    Returns SHA-256 in hexadecimal and the size in bytes. ``BookError`` where the disk refuses.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.part")
    digest, size = hashlib.sha256(), 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _remove_leftovers(path)
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as stream:
                for chunk in chunks:
                    stream.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
                stream.flush()
                os.fsync(stream.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        sync_folder(path.parent)
    except OSError as error:
        raise of_system(error, path) from error
    return digest.hexdigest(), size


def sync_folder(folder: Path) -> None:
    """Make a rename within the folder last; where a system cannot do that, nothing happens."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with contextlib.suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _remove_leftovers(path: Path) -> None:
    # Half-written files of killed runs hold patient data; one of a process that lives is another run's.
    if os.name != "posix":
        return
    for found in path.parent.glob(".*.part"):
        named = _PART.fullmatch(found.name)
        if named and named["name"] == path.name and not _lives(int(named["process"])):
            found.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
