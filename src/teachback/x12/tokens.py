"""X12 read as it is: a stream of bytes becomes segments, whatever is wrong with it.

``read(stream)`` yields one `Segment` after another, across all interchanges of the file. Nothing is held but the
present block, so memory does not grow with the file. Every ISA settles the delimiters anew.

    for segment in read(file):
        segment.elements        # ["NM1", "85", "2", …]: texts as written, [0] is the segment's id
        segment.value(9)        # "" where the segment is shorter
        segment.components(1)   # ["HC", "97550"] of SV101
        segment.delimiters      # of its interchange (the same object for all its segments)
        segment.line, segment.byte   # of its first character: from 1, from 0 (a byte of the file, BOM included)
        segment.text            # without terminator and without line breaks around or within it
        segment.trouble         # Trouble or None
        segment.loop, segment.number   # written by `walk`: loop id ("2010AA") and count from the ST (1)

What is odd is told by ``trouble`` and read on: a byte order mark, text that is no segment before or between
interchanges, an empty segment, a segment of more than 64 KiB (cut, the rest passed over), a last segment without
terminator, delimiters that had to be guessed. Line breaks (CR, LF, CRLF) and blanks around segments are not troubles.
Bytes that are UTF-8 are read as such, segment by segment, others as Latin-1.

A part of a file is read with ``read(file, delimiters=…, byte=…, line=…)`` after ``file.seek(byte)``.
"""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from teachback.x12.delimiters import LOOK_FOR_DELIMITERS, Delimiters, delimiters_of, guessed_delimiters

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LONGEST_SEGMENT", "Delimiters", "Segment", "Trouble", "read"]

LONGEST_SEGMENT = 64 * 1024
"""Characters that a segment may have; a longer one is cut there."""

_BLOCK = 64 * 1024
_AROUND = "\r\n\t \0\ufeff\x1a\x0b\x0c"
_LINE_ENDS = "\r\n"
_JUNK_KEPT = 60
_LEFT_FOR_LATER = 4096
_ISA_SEPARATORS = 16
_BOM = "\xef\xbb\xbf"  # UTF-8's, as it reads in Latin-1
_ISA_ANYWHERE = re.compile(r"ISA([^\sA-Za-z0-9])[0-9A-Za-z]{2}\1")


class Trouble(StrEnum):
    """What is odd about a segment as it stands in the file."""

    BYTE_ORDER_MARK = "byte_order_mark"
    JUNK = "junk"
    NOT_X12 = "not_x12"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNTERMINATED = "unterminated"
    DELIMITERS_GUESSED = "delimiters_guessed"
    WRAPPED = "wrapped"


class Segment:
    """One segment as it stands in the file; see the module for its fields."""

    __slots__ = ("byte", "delimiters", "elements", "line", "loop", "number", "text", "trouble")

    def __init__(self, text: str, elements: list[str], delimiters: Delimiters, line: int, byte: int) -> None:
        """One segment; ``trouble`` is set by the reader afterwards."""
        self.text = text
        self.elements = elements
        self.delimiters = delimiters
        self.line = line
        self.byte = byte
        self.trouble: Trouble | None = None
        self.loop = ""
        self.number = 0

    def __repr__(self) -> str:
        """The id and the place, never the values: they may be a patient's."""
        return f"Segment({self.elements[0]!r}, line={self.line}, byte={self.byte})"

    @property
    def id(self) -> str:
        """The segment's id, such as ``NM1``."""
        return self.elements[0]

    def value(self, index: int) -> str:
        """The element of that number as written; empty where there is none."""
        elements = self.elements
        return elements[index] if index < len(elements) else ""

    def components(self, index: int) -> list[str]:
        """The components of an element; ``[""]`` where it is empty."""
        return self.value(index).split(self.delimiters.component)

    def component(self, index: int, part: int) -> str:
        """One component, counted from 1; empty where there is none."""
        parts = self.components(index)
        return parts[part - 1] if part <= len(parts) else ""


def read(
    stream: BinaryIO, delimiters: Delimiters | None = None, byte: int = 0, line: int = 1
) -> Iterator[Segment]:
    """All segments from the stream's present place on; it must be opened in binary.

    Where ``delimiters`` are given, the stream stands inside an interchange, at that ``byte`` and ``line``.
    Nothing is raised for what the file holds; a file that is no X12 yields one segment with ``NOT_X12``.
    """
    return chain.from_iterable(_Reader(stream, delimiters, byte, line).batches())


class _Reader:
    """The state of one reading: what is left of the last block, and where it stands in the file."""

    def __init__(self, stream: BinaryIO, delimiters: Delimiters | None, byte: int, line: int) -> None:
        self.stream = stream
        self.delimiters = delimiters
        self.byte = byte
        self.line = line
        self.rest = ""
        self.ended = False
        self.settled = False  # the rest begins with an ISA whose delimiters are known
        self.skipping = False  # the rest begins within a segment that was cut
        self.trouble: Trouble | None = None  # of the next segment

    def batches(self) -> Iterator[list[Segment]]:
        """The segments of the whole stream, block by block."""
        self._fill()
        if self.byte == 0 and self.rest.startswith(_BOM):
            self._advance(len(_BOM))
            self.trouble = Trouble.BYTE_ORDER_MARK
        if self.delimiters is None:
            yield self._opening()
        while self.rest or not self.ended:
            yield self._block()
            if not self.ended:
                self._fill()

    def _fill(self) -> None:
        """One more block behind what is left."""
        data = self.stream.read(_BLOCK)
        if data:
            self.rest += data.decode("latin-1")
        else:
            self.ended = True

    def _advance(self, count: int) -> str:
        """Takes so many characters away, keeping count of bytes and lines."""
        taken, self.rest = self.rest[:count], self.rest[count:]
        self.byte += count
        self.line += _breaks(taken)
        return taken

    def _opening(self) -> list[Segment]:
        """What stands before the first interchange; settles the first delimiters."""
        while not self.ended and len(self.rest) < LOOK_FOR_DELIMITERS:
            self._fill()
        self._advance(len(self.rest) - len(self.rest.lstrip(_AROUND)))
        if not self.rest:
            return []
        if _is_isa(self.rest, 0):
            self._settle()
            return []
        found = _ISA_ANYWHERE.search(self.rest)
        guessed = guessed_delimiters(self.rest)
        if guessed and (found is None or found.start() > LOOK_FOR_DELIMITERS):
            self.delimiters = guessed
            self.trouble = self.trouble or Trouble.DELIMITERS_GUESSED
            return []
        if found is None:
            junk = [self._junk(len(self.rest), Trouble.NOT_X12)]
            self.rest, self.ended = "", True
            return junk
        junk = [self._junk(found.start(), Trouble.JUNK)]
        self._settle()
        return junk

    def _junk(self, count: int, trouble: Trouble) -> Segment:
        """Text that is no segment, kept short."""
        line, byte = self.line, self.byte
        taken = self._advance(count)
        segment = Segment(taken[:_JUNK_KEPT], [""], self.delimiters or Delimiters(), line, byte)
        segment.trouble = trouble
        return segment

    def _settle(self) -> None:
        """The delimiters of the ISA that the rest begins with."""
        while not self.ended and len(self.rest) < LOOK_FOR_DELIMITERS:
            self._fill()
        self.delimiters, guessed = delimiters_of(self.rest)
        self.settled = True
        if guessed:
            self.trouble = self.trouble or Trouble.DELIMITERS_GUESSED

    def _block(self) -> list[Segment]:
        """The whole segments of the rest, up to the next ISA; the last without terminator only at the end."""
        delimiters = self.delimiters or Delimiters()
        text = self.rest
        following = _next_isa(text, delimiters.segment, 3 if self.settled else 0)
        self.settled = False
        if following == 0:
            self._settle()
            return []
        whole = len(text) if self.ended else _whole(text, delimiters.segment)
        cut = following if following > 0 else whole
        self.rest = text[cut:]
        text = text[:cut]
        made = self._regular(text, delimiters)
        if made is None:
            pieces = text.split(delimiters.segment)
            last = pieces.pop()
            made = self._pieces(pieces, delimiters, plain=text.isascii())
            if last:
                made += self._unfinished(last, delimiters)
        if following > 0:
            self._settle()
        elif len(self.rest) > LONGEST_SEGMENT:
            made += self._too_long(delimiters)
        return made

    def _regular(self, text: str, delimiters: Delimiters) -> list[Segment] | None:
        """Segments that all end alike, with the terminator alone or with one and the same line end behind it.

        None where the text is not of that kind: it must be ASCII, begin and end with whole segments.
        """
        terminator, separator = delimiters.segment, delimiters.element
        count = text.count(terminator)
        breaks = text.count("\n")
        line_end = "\r\n" if "\r" in text else "\n" if breaks else ""
        ending = terminator + line_end
        if terminator in _LINE_ENDS or self.trouble or self.skipping or not text.isascii():
            return None
        if line_end and not (count == breaks == text.count(ending) and text.count("\r") in {0, breaks}):
            return None
        pieces = text.split(ending)
        if pieces.pop() or min(pieces, default="") < "!" or len(max(pieces, key=len)) > LONGEST_SEGMENT:
            return None
        made: list[Segment] = []
        add, new = made.append, Segment.__new__
        byte, line = self.byte, self.line
        step, down = len(ending), 1 if line_end else 0
        for piece in pieces:  # as ``Segment.__init__`` does: a call for each would take half of the time
            segment = new(Segment)
            segment.text = piece
            segment.elements = piece.split(separator)
            segment.delimiters = delimiters
            segment.line = line
            segment.byte = byte
            segment.trouble = None
            segment.loop = ""
            segment.number = 0
            add(segment)
            byte += len(piece) + step
            line += down
        self.byte, self.line = byte, line
        return made

    def _pieces(self, pieces: list[str], delimiters: Delimiters, *, plain: bool) -> list[Segment]:
        """Segments of texts that were each followed by a terminator, whatever stands around them."""
        made: list[Segment] = []
        line_is_segment = delimiters.segment in _LINE_ENDS
        for piece in pieces:
            text = piece.lstrip(_AROUND)
            lead = len(piece) - len(text)
            start = self.byte + lead
            self.byte += len(piece) + 1
            self.line += _breaks(piece[:lead])
            if (
                line_is_segment and lead and piece[0] == "\n"
            ):  # the LF of the CRLF that ended the last segment
                self.line -= 1
            first = self.line
            self.line += _breaks(text) + line_is_segment
            text, wrapped = _unwrapped(text)
            if self.skipping:  # the end of a segment that was cut
                self.skipping = False
            elif text or not line_is_segment:
                made.append(self._made(text, delimiters, first, start, wrapped=wrapped, plain=plain))
        return made

    def _made(  # noqa: PLR0913  all that makes a segment
        self, text: str, delimiters: Delimiters, line: int, byte: int, *, wrapped: bool, plain: bool
    ) -> Segment:
        """One segment with what is odd about it."""
        if not plain and not text.isascii():
            text = _decoded(text)
        if wrapped or not text or len(text) > LONGEST_SEGMENT:
            self.trouble = self.trouble or _oddity(text, wrapped=wrapped)
            text = text[:LONGEST_SEGMENT]
        segment = Segment(text, text.split(delimiters.element), delimiters, line, byte)
        if self.trouble:
            segment.trouble, self.trouble = self.trouble, None
        return segment

    def _unfinished(self, text: str, delimiters: Delimiters) -> list[Segment]:
        """The text behind the last terminator: of the file, or before the next ISA."""
        body = text.lstrip(_AROUND)
        lead = len(text) - len(body)
        self.byte += lead
        self.line += _breaks(text[:lead])
        line, byte = self.line, self.byte
        self.byte += len(body)
        self.line += _breaks(body)
        body = body.rstrip(_AROUND)
        if self.skipping or not body:
            self.skipping = False
            return []
        if re.match(r"[A-Z][A-Z0-9]{1,2}" + re.escape(delimiters.element), body):
            body = _decoded(_unwrapped(body)[0][:LONGEST_SEGMENT])
            segment = Segment(body, body.split(delimiters.element), delimiters, line, byte)
            # A file whose segments end with lines may do without the last line's end.
            segment.trouble = None if delimiters.segment in _LINE_ENDS else Trouble.UNTERMINATED
        else:
            segment = Segment(body[:_JUNK_KEPT], [""], delimiters, line, byte)
            segment.trouble = Trouble.JUNK
        return [segment]

    def _too_long(self, delimiters: Delimiters) -> list[Segment]:
        """The beginning of a segment that does not end; the rest of it is passed over."""
        begins = not self.skipping
        line, byte = self.line, self.byte
        text = self._advance(len(self.rest))[:LONGEST_SEGMENT].lstrip(_AROUND)
        self.skipping = True
        if not begins:
            return []
        segment = Segment(text, text.split(delimiters.element), delimiters, line, byte)
        segment.trouble = Trouble.TOO_LONG
        return [segment]


def _whole(text: str, terminator: str) -> int:
    """Where the last whole segment of a text ends, with the line end behind it.

    One whose line end may have been cut off is left for later, if it is short and another stands before it.
    """
    last = text.rfind(terminator)
    end = _behind(text, last)
    if end < len(text) or text.endswith("\n"):
        return end
    before = _behind(text, text.rfind(terminator, max(0, last - _LEFT_FOR_LATER), max(0, last)))
    return before or end


def _behind(text: str, at: int) -> int:
    """The place behind a terminator and the line end that follows it; 0 where there is no terminator."""
    end = at + 1
    while end and text[end : end + 1] in {"\r", "\n"}:
        end += 1
    return end


def _breaks(text: str) -> int:
    """How many lines end in a text: LF, CRLF or, where there is no LF, CR."""
    return text.count("\n") or text.count("\r")


def _unwrapped(text: str) -> tuple[str, bool]:
    """The text without the line breaks in it, and whether there were any before its end."""
    text = text.rstrip(_LINE_ENDS)
    if "\n" in text or "\r" in text:
        return text.replace("\r", "").replace("\n", ""), True
    return text, False


def _decoded(text: str) -> str:
    """A text that was read as Latin-1, as UTF-8 where it is that."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return text


def _oddity(text: str, *, wrapped: bool) -> Trouble:
    """What is odd about a piece that was ended by its terminator."""
    if not text:
        return Trouble.EMPTY
    return Trouble.WRAPPED if wrapped else Trouble.TOO_LONG


def _is_isa(text: str, at: int) -> bool:
    """Whether an ISA with a plausible element separator begins there."""
    return text.startswith("ISA", at) and len(text) > at + 3 and not text[at + 3].isalnum()


def _next_isa(text: str, terminator: str, start: int) -> int:
    """Where the next ISA begins at the head of a segment (or after junk between interchanges); -1 for none."""
    at = text.find("ISA", start)
    while at >= 0:
        if _is_isa(text, at):
            before = text[max(0, at - 200) : at].rstrip(_AROUND)
            if not before or before.endswith(terminator):
                return at
            if text[at - 1] in _AROUND and _ISA_ANYWHERE.match(text, at) and _has_isa_shape(text, at):
                return at
        at = text.find("ISA", at + 3)
    return -1


def _has_isa_shape(text: str, at: int) -> bool:
    """Whether sixteen separators follow within the fixed width of an ISA."""
    return text.count(text[at + 3], at, at + 106) == _ISA_SEPARATORS
