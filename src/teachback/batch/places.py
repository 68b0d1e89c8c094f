"""Where a batch run reads and writes: the input files, the folder of its results, and room on its disk."""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from teachback.batch.journal import is_result
from teachback.batch.troubles import BatchError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ENDINGS: Final = (".parquet", ".csv", ".jsonl")
# Measured on a made-up book: bytes of work and result files for a row, with a third to spare.
BYTES_PER_ROW: Final = 350
# A row of the smallest kind of file, where the number of rows is not known beforehand.
SMALLEST_ROW: Final = {".parquet": 30, ".csv": 150, ".jsonl": 600}


def find_inputs(inputs: Sequence[str]) -> list[Path]:
    """The files that files, folders and patterns name, sorted within each and each once."""
    found: dict[Path, None] = {}
    for words in inputs:
        files = list(_named(words))
        if not files:
            raise BatchError(f"{words}: nothing to read there; batch reads {', '.join(ENDINGS)} files")
        found.update(dict.fromkeys(file.resolve() for file in files))
    return list(found)


def _named(words: str) -> Iterator[Path]:
    path = Path(words)
    if path.is_dir():
        if is_result(path):
            raise BatchError(
                f"{words} holds the results of a batch run, not sessions; name the files that it read"
            )
        yield from sorted(_readable(path.rglob("*"), path))
    elif path.exists():
        if path.suffix.lower() not in ENDINGS:
            raise BatchError(
                f"{words}: batch reads {', '.join(ENDINGS)} files; save a spreadsheet as CSV first"
            )
        yield path
    elif glob.has_magic(words):
        matches = [Path(match) for match in glob.glob(words, recursive=True)]  # noqa: PTH207  patterns may be absolute
        yield from sorted(_readable(matches, Path()))
    else:
        raise BatchError(f"{words}: there is no such file or folder")


def _readable(paths: Any, base: Path) -> Iterator[Path]:  # noqa: ANN401  any iterable of paths
    for path in paths:
        below = path.relative_to(base).parts if path.is_relative_to(base) else path.parts
        hidden = any(part.startswith(".") and part not in {".", ".."} for part in below)
        if path.suffix.lower() in ENDINGS and not hidden and path.is_file():
            yield path


def check_out(out: Path, inputs: Sequence[str], files: Sequence[Path]) -> None:
    """Refuse a folder for the results that is read too, that holds other things, or that cannot be made."""
    place = out.resolve()
    for words in inputs:
        folder = Path(words).resolve()
        if folder.is_dir() and place.is_relative_to(folder):
            raise BatchError(f"--out {out} lies inside {words}, which is read; write somewhere else")
    for file in files:
        if file.is_relative_to(place):
            raise BatchError(f"{file} lies inside --out {out}; write somewhere else, so that it is kept")
    if place.exists() and not place.is_dir():
        raise BatchError(f"--out {out} is a file; give the name of a folder")
    if place.is_dir() and any(place.iterdir()) and not is_result(place):
        raise BatchError(f"--out {out} holds other things; give an empty folder, or the name of a new one")
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BatchError(f"--out {out} cannot be made: {error.strerror}") from None
    if not os.access(place, os.W_OK | os.X_OK):
        raise BatchError(f"--out {out} may not be written to by this user")


def described(files: Sequence[Path]) -> list[dict[str, Any]]:
    """Every input file with its size and the time of its last change, which tell whether it is the same."""
    entries = []
    for file in files:
        state = file.stat()
        entries.append({"file": str(file), "bytes": state.st_size, "changed": state.st_mtime_ns})
    return entries


def checksum(file: Path | None) -> str | None:
    """The checksum of a small file's content; ``None`` for no file."""
    return None if file is None else hashlib.sha256(file.read_bytes()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes that a run may need on the disk of its results, and bytes that are free there."""

    needed: int
    free: int


def room(out: Path, files: Sequence[Path], rows: int) -> Room:
    """About how much disk a run needs, from its rows or, where they are not counted, from its files' sizes."""
    if not rows:
        rows = sum(file.stat().st_size // SMALLEST_ROW[file.suffix.lower()] for file in files)
    return Room(rows * BYTES_PER_ROW, shutil.disk_usage(out).free)
