"""The door: envelopes and syntax of a file as the X12 walk judges them, answered by TA1 and 999."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from teachback.model import Severity
from teachback.remitdata import AnswerKind, FunctionalAcknowledgment, Name, SegmentFault, SetAnswer
from teachback.simulate.taken import Parties
from teachback.x12 import tokens, walk
from teachback.x12.read837 import ClaimReader, ReadClaim
from teachback.x12.readvalues import date_of
from teachback.x12.w999 import set_answer
from teachback.x12.walk import EventKind

if TYPE_CHECKING:
    from datetime import date

    from teachback.x12.issues import Issue
    from teachback.x12.tokens import Segment
    from teachback.x12.walk import Event

MOST_FAULTS: Final = 200
"""Faults of one transaction set that a 999 tells; more would not help anybody."""
DUPLICATE: Final = "025"
_IN_ERROR: Final = "5"
_SEGMENT_IN_ERROR: Final = "8"
_VERSION: Final = "2"
_SEGMENT_ID: Final = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_CENTURY: Final = "20"


@dataclass(slots=True)
class SetSeen:
    """One transaction set: its claims, its faults by segment, and X12's codes for the set itself (IK502)."""

    control: str
    kind: str
    batch: str = ""
    submitter: Name = field(default_factory=lambda: Name("41"))
    claims: list[ReadClaim] = field(default_factory=list)
    faults: list[SegmentFault] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    @property
    def answer(self) -> SetAnswer:
        """IK5 and what stands above it: a set with any fault is rejected as a whole, as Medicare does."""
        if not self.faults and not self.codes:
            return SetAnswer(self.control, AnswerKind.ACCEPTED)
        codes = [_IN_ERROR] if self.faults else []
        return SetAnswer(
            self.control,
            AnswerKind.REJECTED,
            tuple(dict.fromkeys([*codes, *self.codes])),
            tuple(self.faults[:MOST_FAULTS]),
        )


@dataclass(slots=True)
class GroupSeen:
    """One functional group: GS06, GS08, its sets, and X12's codes for the group itself (AK905)."""

    control: str
    version: str
    function: str
    sets: list[SetSeen] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

    @property
    def is_claims(self) -> bool:
        """Whether the group holds claims; others are not answered."""
        return self.function == "HC"

    @property
    def answer(self) -> FunctionalAcknowledgment:
        """The 999 of the group."""
        sets = tuple(one.answer for one in self.sets)
        if self.codes:
            refused = tuple(
                SetAnswer(one.control_number, AnswerKind.REJECTED, one.codes or (_IN_ERROR,), one.faults)
                for one in sets
            )
            return FunctionalAcknowledgment(
                self.control, AnswerKind.REJECTED, refused, tuple(dict.fromkeys(self.codes))
            )
        return FunctionalAcknowledgment(self.control, set_answer(sets), sets)


@dataclass(slots=True)
class InterchangeSeen:
    """One interchange: ISA13, its parties, its date and time as written, groups, and note codes (TA105)."""

    control: str
    parties: Parties
    date6: str
    time4: str
    asks: bool
    groups: list[GroupSeen] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def made_on(self) -> date | None:
        """ISA09 as a date; None where it is none."""
        return date_of(_CENTURY + self.date6)


@dataclass(slots=True)
class Seen:
    """A whole file: its interchanges, and why it cannot be answered where it has none."""

    interchanges: list[InterchangeSeen] = field(default_factory=list)
    why_not: str = ""
    other_sets: list[str] = field(default_factory=list)


def look(data: bytes) -> Seen:
    """All that the door sees of a file; nothing is raised, whatever the bytes are."""
    return _Look().at(data)


class _Look:
    """The state of one look at a file."""

    def __init__(self) -> None:
        self.seen = Seen()
        self.reader = ClaimReader()
        self.interchange: InterchangeSeen | None = None
        self.group: GroupSeen | None = None
        self.set: SetSeen | None = None

    def at(self, data: bytes) -> Seen:
        """Goes through the file."""
        for event in walk.check(tokens.read(io.BytesIO(data))):
            self._open(event)
            for segment in event.segments:
                self.reader.take(segment)
            if event.kind is EventKind.CLAIM and self.set is not None:
                found = self.reader.end()
                if found is not None:
                    self.set.claims.append(found)
            for issue in event.issues:
                if issue.severity is Severity.ERROR:
                    self._tell(issue)
            self._close(event)
        if not self.seen.interchanges and not self.seen.why_not:
            self.seen.why_not = "it holds no interchange (ISA): nobody knows whom to answer"
        return self.seen

    def _open(self, event: Event) -> None:
        if event.kind is EventKind.INTERCHANGE:
            self.interchange = _interchange(event.segments[0])
            self.seen.interchanges.append(self.interchange)
            self.group = self.set = None
        elif event.kind is EventKind.GROUP:
            gs = event.segments[0]
            self.group = GroupSeen(gs.value(6).strip(), gs.value(8).strip(), gs.value(1))
            if self.interchange is not None:
                self.interchange.groups.append(self.group)
            self.set = None
        elif event.kind is EventKind.TRANSACTION:
            self._open_set(event)

    def _open_set(self, event: Event) -> None:
        transaction = event.transaction
        if transaction is None or self.group is None or self.set is not None:
            return
        kind = transaction.kind
        if not kind and self.group.is_claims:
            # Claims of another version than 5010: the group is rejected for it.
            kind = "837"
            self.group.codes.append(_VERSION)
        if not kind.startswith("837"):
            self.seen.other_sets.append(kind or "of an unknown kind")
            self.set = None
            return
        self.set = SetSeen(transaction.control.strip(), kind)
        self.group.sets.append(self.set)
        for segment in event.segments:
            if segment.elements[0] == "BHT":
                self.set.batch = segment.value(3)
            elif segment.elements[0] == "NM1" and segment.value(1) == "41":
                self.set.submitter = Name(
                    "41", segment.value(3), segment.value(4), segment.value(8) or "46", segment.value(9)
                )

    def _close(self, event: Event) -> None:
        if event.kind is EventKind.TRANSACTION_END:
            self.set = None

    def _tell(self, issue: Issue) -> None:
        """An error goes where X12 answers it: interchange, group, set or segment."""
        home, _, code = issue.x12.partition(" ")
        if home == "TA1-105" and self.interchange is not None:
            self.interchange.notes.append(code)
        elif home == "TA1-105":
            self.seen.why_not = f"{issue.message[0].lower()}{issue.message[1:].rstrip('.')}"
        elif home == "AK905" and self.group is not None:
            self.group.codes.append(code)
        elif self.set is not None and home == "IK502":
            self.set.codes.append(code)
        elif self.set is not None:
            self._fault(self.set, issue, home, code)

    def _fault(self, seen: SetSeen, issue: Issue, home: str, code: str) -> None:
        """IK3, with an IK4 where an element is at fault; elements of one segment stand together."""
        at = issue.position
        if len(seen.faults) > MOST_FAULTS:
            return
        element = at.element if home == "IK403" and at.element.startswith(at.segment) else ""
        segment_code = code if home == "IK304" else _SEGMENT_IN_ERROR
        elements = ((element, code),) if element else ()
        last = seen.faults[-1] if seen.faults else None
        same = last is not None and (last.number, last.code) == (at.segment_number, segment_code)
        if last is not None and same and element and last.elements:
            merged = SegmentFault(
                last.segment, last.number, last.loop, last.code, (*last.elements, *elements), last.claim
            )
            seen.faults[-1] = merged
            return
        # A segment whose id is no id cannot be named; its place in the set can.
        segment = at.segment if _SEGMENT_ID.fullmatch(at.segment) else "ST"
        seen.faults.append(
            SegmentFault(segment, max(1, at.segment_number), at.loop, segment_code, elements, at.claim)
        )


def _interchange(isa: Segment) -> InterchangeSeen:
    parties = Parties(
        isa.value(6).strip(),
        isa.value(5).strip(),
        isa.value(8).strip(),
        isa.value(7).strip(),
        isa.value(15) == "T",
    )
    return InterchangeSeen(
        isa.value(13).strip(), parties, isa.value(9), isa.value(10), isa.value(14).strip() == "1"
    )
