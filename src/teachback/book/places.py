"""Where a book lies: its directory and file, who may read them, and whether SQLite's locks hold there."""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path
from typing import Final

from teachback.book.errors import BookError

NAME: Final = "book.sqlite3"
_MAGIC: Final = b"SQLite format 3\x00"
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_NETWORKS: Final = {
    "nfs",
    "nfs4",
    "cifs",
    "smb3",
    "smbfs",
    "9p",
    "afs",
    "ncpfs",
    "fuse.sshfs",
    "davfs",
    "fuse.rclone",
}
_MOUNTS: Final = Path("/proc/self/mountinfo")


def prepare(folder: Path, *, create: bool) -> Path:
    """The path of the book's file; makes directory (0700) and an empty file (0600) where they are missing."""
    file = folder / NAME
    if folder.exists() and not folder.is_dir():
        raise BookError(f"{folder} is a file; a book is a directory with {NAME} in it.")
    if not file.exists():
        if not create:
            raise BookError(f"There is no book in {folder}; `teachback claim … --book {folder}` makes one.")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with contextlib.suppress(FileExistsError):  # another process may make it at the same moment
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    if not file.is_file():
        raise BookError(f"{file} is not a file, so it is no book.")
    return file


def is_database(file: Path) -> bool:
    """Whether the file is new (empty) or begins as every SQLite file does."""
    with file.open("rb") as stream:
        start = stream.read(len(_MAGIC))
    return start in {b"", _MAGIC}


def warnings(folder: Path) -> list[str]:
    """What a person should know about the place, a sentence each."""
    told = []
    if os.name == "posix":
        open_to_others = [path for path in (folder, folder / NAME) if path.stat().st_mode & _OTHERS]
        # A directory that others cannot enter keeps the file, too.
        if folder in open_to_others and folder / NAME in open_to_others:
            told.append(
                f"Others on this machine may read the book, which holds patients' data: chmod 700 {folder}; "
                f"chmod 600 {folder / NAME}."
            )
    kind = filesystem(folder)
    if kind in _NETWORKS:
        told.append(
            f"The book lies on a network file system ({kind}), where two computers can damage it by writing at once; "
            "keep it on a disk of one computer and copy it with `teachback book backup`."
        )
    return told


def filesystem(folder: Path, mounts: Path = _MOUNTS) -> str:
    """The kind of file system that holds the folder, as Linux names it; empty where that is not known."""
    place = folder.resolve()
    found, depth = "", -1
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        before, _, after = line.partition(" - ")
        point = Path(before.split(" ")[4].replace("\\040", " "))
        if len(point.parts) >= depth and place.is_relative_to(point):
            found, depth = after.split(" ")[0], len(point.parts)
    return found
