"""The doors of Teachback: files of sessions are read, and every refusal names its place and its cure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.intake.csvdoor import read_csv
from teachback.intake.escape import escape_cell, unescape_cell
from teachback.intake.jsonl import read_document, read_lines
from teachback.intake.mapping import Mapping, MappingError, propose
from teachback.intake.problems import Notice, Refusal, Unread, quoted, whole
from teachback.intake.reading import Reading
from teachback.intake.xlsxdoor import OLE, read_xlsx

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = [
    "Mapping",
    "MappingError",
    "Notice",
    "Reading",
    "Refusal",
    "escape_cell",
    "propose",
    "read_sessions",
    "unescape_cell",
]

LARGEST_TABLE = 1_000_000_000
_ZIP = b"PK"
_LINES = (".jsonl", ".ndjson")
_TEXTS = (".csv", ".tsv", ".txt")
_WORKBOOKS = (".xlsx", ".xlsm")
_BEGINNING = 4096


def read_sessions(
    path: Path, *, mapping: Mapping | None = None, progress: Callable[[int], None] | None = None
) -> Reading:
    """The training sessions of a JSON, CSV or XLSX file; whatever is wrong with it becomes a refusal.

    ``mapping`` translates the columns and words of a table; ``progress`` is told now and then how many
    rows were read.
    """
    try:
        return _read(path, mapping, progress)
    except Unread as unread:
        return Reading((), (unread.refusal,))
    except OSError as error:
        reason = error.strerror or "an error"
        return Reading(
            (),
            (
                Refusal(
                    str(path),
                    None,
                    None,
                    reason,
                    "a file that can be read",
                    "check its name and your rights to it",
                ),
            ),
        )
    except MemoryError:
        return Reading(
            (),
            (
                Refusal(
                    str(path),
                    None,
                    None,
                    "more than the memory holds",
                    "a smaller file",
                    "split it into several files",
                ),
            ),
        )


def _read(path: Path, mapping: Mapping | None, progress: Callable[[int], None] | None) -> Reading:
    if "\0" in str(path):
        raise whole(quoted(str(path)), "a NUL in its name", "the name of a file", "check the name")
    if path.is_dir():
        raise whole(str(path), "a folder", "a file", "name a file inside it")
    if path.exists() and not path.is_file():
        raise whole(str(path), "a device or pipe", "a file", "save the sessions as a file first")
    with path.open("rb") as file:
        beginning = file.read(_BEGINNING)
    if not beginning:
        raise whole(str(path), "an empty file", "sessions", "check that it is the right file")
    suffix = path.suffix.casefold()
    if beginning.startswith((_ZIP, OLE)) or suffix in _WORKBOOKS:
        return read_xlsx(str(path), _all(path), mapping, progress)
    if suffix in _LINES:
        return read_lines(path, progress)
    text = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()
    if suffix == ".json" or (suffix not in _TEXTS and text.startswith((b"{", b"["))):
        return read_document(path, progress)
    return read_csv(str(path), _all(path), mapping, progress)


def _all(path: Path) -> bytes:
    size = path.stat().st_size
    if size > LARGEST_TABLE:
        raise whole(
            str(path),
            f"{size:,} bytes",
            f"a table of at most {LARGEST_TABLE:,} bytes",
            "split it into several files",
        )
    return path.read_bytes()
