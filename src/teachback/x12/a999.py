"""Acknowledgments of files: 999 (and its elder 997), and TA1, back from any bytes.

    for answer in acknowledgments(file):      # FunctionalAcknowledgment or InterchangeAcknowledgment
    for read in read_acknowledgments(file):   # with segments and what is told: `sets.ReadAnswer`

What the receiver of a file says of it, before any claim is adjudicated: a set or file that is rejected here was never
taken, and nothing in it is denied. An answer that the file does not give is `AnswerKind.UNKNOWN`, never guessed.
Copies of bad values (IK404) stay in the segments alone: they may be a patient's.
Source: 005010X231A1, confirmed in pyx12's map ``999.5010.xml`` and in the sample files ``x12_999_*.txt``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from teachback.remitdata import (
    AnswerKind,
    FunctionalAcknowledgment,
    InterchangeAcknowledgment,
    SegmentFault,
    SetAnswer,
)
from teachback.x12.sets import ReadAnswer, TransactionSet, kept, sets, tell_whole
from teachback.x12.tokens import read
from teachback.x12.told import Tellings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from teachback.x12.tokens import Segment

__all__ = ["acknowledgments", "interchange_answer", "read_acknowledgments", "read_functional"]

KINDS: Final = frozenset({"999", "997"})
_ANSWERS: Final = {
    "A": AnswerKind.ACCEPTED,
    "E": AnswerKind.ACCEPTED_WITH_ERRORS,
    "P": AnswerKind.ACCEPTED_WITH_ERRORS,
    "R": AnswerKind.REJECTED,
    "M": AnswerKind.REJECTED,
    "W": AnswerKind.REJECTED,
    "X": AnswerKind.REJECTED,
}
_SEGMENT: Final = frozenset({"IK3", "AK3"})
_ELEMENT: Final = frozenset({"IK4", "AK4"})
_SET_END: Final = frozenset({"IK5", "AK5"})
_FRAME: Final = frozenset({"ST", "SE", "AK1", "AK2", "AK9", "CTX"})
_FIRST_CODE_OF_GROUP: Final = 5


def acknowledgments(stream: BinaryIO) -> Iterator[FunctionalAcknowledgment | InterchangeAcknowledgment]:
    """Every 999, 997 and TA1 of a file that was opened in binary."""
    for answer in read_acknowledgments(stream):
        yield answer.view


def read_acknowledgments(
    stream: BinaryIO,
) -> Iterator[ReadAnswer[FunctionalAcknowledgment] | ReadAnswer[InterchangeAcknowledgment]]:
    """The same with their segments and what is told of them."""
    for found in sets(read(stream)):
        if not isinstance(found, TransactionSet):
            if found.elements[0] == "TA1":
                yield interchange_answer(found)
        elif found.kind in KINDS:
            yield read_functional(found)


def interchange_answer(ta1: Segment) -> ReadAnswer[InterchangeAcknowledgment]:
    """One TA1: ISA13 of the interchange that it answers, its answer, and the note code."""
    tellings = Tellings()
    view = InterchangeAcknowledgment(ta1.value(1).strip(), _answer(ta1, 4, tellings), ta1.value(5).strip())
    return ReadAnswer(view, (ta1,), tuple(tellings.told))


@dataclass(slots=True)
class _Fault:
    """One IK3 with its CTX and IK4 while they are read."""

    segment: str
    number: int
    loop: str
    code: str
    claim: str = ""
    elements: list[tuple[str, str]] = field(default_factory=list)

    def done(self) -> SegmentFault:
        return SegmentFault(self.segment, self.number, self.loop, self.code, tuple(self.elements), self.claim)


@dataclass(slots=True)
class _Set:
    """One AK2 to IK5 while it is read."""

    control_number: str
    answer: AnswerKind = AnswerKind.UNKNOWN
    codes: tuple[str, ...] = ()
    faults: list[_Fault] = field(default_factory=list)

    def done(self) -> SetAnswer:
        faults = tuple([one.done() for one in self.faults])
        return SetAnswer(self.control_number, self.answer, self.codes, faults)


def read_functional(opened: TransactionSet) -> ReadAnswer[FunctionalAcknowledgment]:
    """One 999 or 997 from its transaction set."""
    reading = _Reading(Tellings(opened.interchange, opened.control))
    segments = kept(opened, reading.tellings)
    for segment in segments:
        reading.take(segment)
    reading.finish(segments)
    tell_whole(opened, segments, reading.tellings)
    view = FunctionalAcknowledgment(
        reading.group,
        reading.answer,
        tuple([one.done() for one in reading.sets]),
        reading.codes,
        tuple([str(one) for one in reading.tellings.told]),
    )
    return ReadAnswer(view, tuple(segments), tuple(reading.tellings.told))


class _Reading:
    """A 999 while its segments pass by."""

    def __init__(self, tellings: Tellings) -> None:
        self.tellings = tellings
        self.group = ""
        self.answer = AnswerKind.UNKNOWN
        self.codes: tuple[str, ...] = ()
        self.sets: list[_Set] = []
        self.seen: set[str] = set()

    def take(self, segment: Segment) -> None:
        """One segment, wherever it stands."""
        kind = segment.elements[0]
        if kind in {"AK1", "AK9"} and kind in self.seen:
            self.tellings.add("repeated", segment, "", f"{kind} stands a second time; the first one holds.")
            return
        self.seen.add(kind)
        if kind == "AK1":
            self.group = segment.value(2).strip()
        elif kind == "AK2":
            self.sets.append(_Set(segment.value(2).strip()))
        elif kind == "AK9":
            self.answer = _answer(segment, 1, self.tellings)
            self.codes = _codes(segment, _FIRST_CODE_OF_GROUP)
        elif kind in _SET_END:
            present = self._present()
            present.answer, present.codes = _answer(segment, 1, self.tellings), _codes(segment, 2)
        else:
            self._fault(kind, segment)

    def _fault(self, kind: str, segment: Segment) -> None:
        """IK3, CTX, IK4: one fault of a set."""
        if kind in _SEGMENT:
            number = segment.value(2).strip()
            at = (
                int(number)
                if number.isascii() and number.isdigit() and len(number) <= len("9999999999")
                else 0
            )
            self._present().faults.append(
                _Fault(segment.value(1), at, segment.value(3), segment.value(4).strip())
            )
            return
        faults = self.sets[-1].faults if self.sets else []
        if kind in _ELEMENT and faults:
            faults[-1].elements.append((segment.value(1), segment.value(3).strip()))
        elif kind == "CTX" and faults:
            if segment.component(1, 1) == "CLM01":
                faults[-1].claim = segment.component(1, 2)
        elif kind not in _FRAME:
            named = kind[:3] or "Text that is no segment"
            self.tellings.add("out-of-place", segment, "", f"{named} has no place here; it is only kept.")

    def _present(self) -> _Set:
        """The set that is open; one without number where the AK2 is missing."""
        if not self.sets:
            self.sets.append(_Set(""))
        return self.sets[-1]

    def finish(self, segments: list[Segment]) -> None:
        """Tell what is missing."""
        for kind, what in (("AK1", "the group that is answered"), ("AK9", "the answer for the group")):
            if kind not in self.seen and segments:
                self.tellings.add(
                    f"{kind.lower()}-missing", segments[-1], kind, f"{what} ({kind}) is missing."
                )


def _answer(segment: Segment, index: int, tellings: Tellings) -> AnswerKind:
    """What an answer's code says; a code that X12 does not have is told."""
    code = segment.value(index).strip()
    found = _ANSWERS.get(code)
    if found is None:
        element = f"{segment.elements[0]}{index:02}"
        message = (
            f"{element} is {'not an answer that X12 knows' if code else 'missing'}; the answer is unknown."
        )
        tellings.add("answer-unknown", segment, element, message)
        return AnswerKind.UNKNOWN
    return found


def _codes(segment: Segment, first: int) -> tuple[str, ...]:
    """The error codes from an element on."""
    return tuple([code.strip() for code in segment.elements[first:] if code.strip()])
