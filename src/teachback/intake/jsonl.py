"""JSON files, one session per line or all in one document, become sessions."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from teachback.intake.fields import BY_COLUMN
from teachback.intake.grouped import Refusals
from teachback.intake.problems import Fault, Notice, shown, whole
from teachback.intake.reading import Reading
from teachback.intake.records import Doubled, session_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

    from teachback.model import Session

LONGEST_LINE = 5_000_000
LARGEST_DOCUMENT = 500_000_000
_MOST_DIGITS = 18
_EVERY = 500
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ODD_ESCAPE = re.compile(rb"\\u(?:[dD][89a-fA-F]|0000)")
_SAVE_UTF8 = "save the file as UTF-8"


class NotJson:
    """Stands for a number that JSON does not have or that no record needs, and fits no field."""

    def __init__(self, read: str) -> None:
        self._read = read

    def __str__(self) -> str:
        return self._read


class _Broken(Exception):  # noqa: N818 - it carries a fault rather than being an error
    """A text that is not JSON; ``fault`` says why; ``extra``: it is JSON and then goes on."""

    def __init__(self, read: str, expected: str, cure: str, *, extra: bool = False) -> None:
        super().__init__(read)
        self.fault = Fault("", read, expected, cure)
        self.extra = extra


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Doubled:
    record = dict(pairs)
    if len(record) == len(pairs):
        return record
    return Doubled(Counter(key for key, _ in pairs).most_common(1)[0][0])


def _integer(digits: str) -> int | NotJson:
    # Python refuses to read numbers of thousands of digits, and would lose the whole line for it.
    return int(digits) if len(digits) <= _MOST_DIGITS else NotJson(f"a number of {len(digits)} digits")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_constant=NotJson)


def read_lines(path: Path, progress: Callable[[int], None] | None = None) -> Reading:
    """The sessions of a file with one JSON object per line; a line that is not one is refused alone."""
    collected = _Collected(str(path), "line")
    with path.open("rb") as file:
        _skip_mark(file, collected)
        number = 0
        for number, line in _lines(file):
            collected.take(number, line)
            if progress and number % _EVERY == 0:
                progress(number)
        if progress and number % _EVERY:
            progress(number)
    return collected.reading()


def read_document(path: Path, progress: Callable[[int], None] | None = None) -> Reading:
    """The sessions of a file that is one JSON array of sessions or one session; else it is read by lines."""
    name = str(path)
    if path.stat().st_size > LARGEST_DOCUMENT:
        return read_lines(path, progress)
    raw = path.read_bytes().removeprefix(_BOM)
    if raw.startswith(_UTF16):
        raise whole(name, "UTF-16", "UTF-8", _SAVE_UTF8)
    try:
        document = _parsed(raw)
    except _Broken as broken:
        # Lines under another name: one broken line must not lose the others.
        by_lines = read_lines(path, progress) if raw.lstrip().startswith(b"{") else None
        if by_lines and (by_lines.sessions or broken.extra):
            return by_lines
        raise whole(name, broken.fault.read, broken.fault.expected, broken.fault.cure) from None
    collected = _Collected(name, "item")
    for number, record in enumerate(document if isinstance(document, list) else [document], 1):
        collected.add(number, record)
        if progress and number % _EVERY == 0:
            progress(number)
    return collected.reading()


def read_some(name: str, lines: Iterable[tuple[int, bytes]]) -> Reading:
    """The sessions of some numbered lines of a file; there may be none."""
    collected = _Collected(name, "line")
    for number, line in lines:
        collected.take(number, line if len(line) <= LONGEST_LINE else None)
    return collected.so_far()


class _Collected:
    """Sessions and refusals of one file as they are read."""

    def __init__(self, file: str, counted: str) -> None:
        self.file = file
        self.notices: list[Notice] = []
        self._counted = counted
        self._sessions: list[Session] = []
        self._refusals = Refusals()
        self._first: dict[str, int] = {}

    def take(self, number: int, line: bytes | None) -> None:
        """Read one line; None: it was too long."""
        if line is None:
            self._refuse(
                number,
                Fault(
                    "",
                    "a longer one",
                    f"lines of at most {LONGEST_LINE:,} bytes",
                    "write one session per line",
                ),
            )
            return
        text = line.strip()
        if not text:
            return
        try:
            record = _parsed(text)
        except _Broken as broken:
            self._refuse(number, broken.fault)
            return
        self.add(number, record)

    def add(self, number: int, record: object) -> None:
        """Keep the session that a parsed value holds, or refuse it with all its faults."""
        session, faults = session_of(record)
        for fault in faults:
            self._refuse(number, fault)
        if session is None:
            return
        earlier = self._first.setdefault(session.id, number)
        if earlier == number:
            self._sessions.append(session)
            return
        self._refuse(
            number,
            Fault(
                "id",
                f"{shown(session.id, BY_COLUMN['id'])}, which {self._counted} {earlier} has",
                "each session once",
                "take out one of the two, or correct its id",
            ),
        )

    def reading(self) -> Reading:
        """Everything read so far."""
        if not self._sessions and not self._refusals:
            raise whole(self.file, "none", "at least one session", "check that it is the right file")
        return self.so_far()

    def so_far(self) -> Reading:
        """What was read, be it nothing."""
        return Reading(tuple(self._sessions), self._refusals.all(), tuple(self.notices))

    def _refuse(self, number: int, fault: Fault) -> None:
        self._refusals.add(fault.refused(self.file, number, self._counted))


def _skip_mark(file: BinaryIO, collected: _Collected) -> None:
    """Go to the first character of the text; ``Unread`` when a mark says that it is not UTF-8."""
    beginning = file.read(len(_BOM))
    if beginning.startswith(_UTF16):
        raise whole(collected.file, "UTF-16", "UTF-8", _SAVE_UTF8)
    if beginning == _BOM:
        collected.notices.append(Notice(collected.file, "begins with a byte-order mark, which was skipped"))
    else:
        file.seek(0)


def _lines(file: BinaryIO) -> Iterator[tuple[int, Any]]:
    """Numbered lines; None instead of one that is too long, of which no more than that is ever held."""
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) <= LONGEST_LINE:
            yield number, line
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)
        yield number, None


def _parsed(raw: bytes) -> object:
    """The value of a JSON text; ``_Broken`` when it is none."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _Broken(
            f"the byte 0x{raw[error.start]:02X} at position {error.start + 1}", "text in UTF-8", _SAVE_UTF8
        ) from None
    try:
        value: object = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _Broken(
            _where(error),
            "valid JSON",
            "export the file anew, or correct the place",
            extra=error.msg == "Extra data",
        ) from None
    except RecursionError:
        raise _Broken("a value nested too deeply", "a session record", "export the file anew") from None
    if _ODD_ESCAPE.search(raw):
        _check_characters(value)
    return value


def _where(error: json.JSONDecodeError) -> str:
    place = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno} column {error.colno}"
    if error.pos >= len(error.doc) or error.msg.startswith("Unterminated"):
        return "the end of the text in the middle of a value"
    return f"something else at {place} ({error.msg.lower()})"


def _check_characters(value: object) -> None:
    """Refuse half characters and NUL, which no output could hold."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=str)
        text.encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        raise _Broken(
            "half of a character (a lone surrogate)", "whole characters", "export the file anew"
        ) from None
    if "\\u0000" in text:
        raise _Broken("the character NUL", "text", "take it out")
