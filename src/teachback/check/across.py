"""What claims of one file say of each other: claims of one patient and date, and control numbers that repeat."""

from __future__ import annotations

from io import RawIOBase
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO, cast

from teachback.check.billing import issues_of
from teachback.check.report import ClaimRef
from teachback.check.waiting import day_of
from teachback.x12.issues import Issue, Position
from teachback.x12.meaning.catalog import kinds
from teachback.x12.tokens import read
from teachback.x12.walk import EventKind, check

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from teachback.check.billing import Billing, Told
    from teachback.check.register import Place, Register
    from teachback.check.waiting import Waiting
    from teachback.claimedits import ClaimFinding
    from teachback.x12.tokens import Segment

_SIP, _SIP_OF_SEGMENT = 4096, 256
MOST_TOGETHER = 400
"""Claims of one patient and date that are looked at together; more are looked at in portions of so many."""
_ENDS = frozenset({"CLM", "HL", "SE", "ST", "GE", "GS", "IEA", "ISA"})
_REPEATED = "X515"


class Across:
    """The second pass: only claims that share something are read again, each from its place in the file."""

    def __init__(
        self,
        stream: BinaryIO,
        register: Register,
        billing: Billing | None,
        tell: Callable[[Sequence[Issue], ClaimRef], None],
        held: Waiting,
    ) -> None:
        self.stream = stream
        self.register = register
        self.billing = billing
        self.tell = tell
        self.held = held
        self._kept: dict[int, Told | None] = {}

    def run(self) -> None:
        """Judge what waited for other claims, then what repeats."""
        if self.billing is not None:
            shared: set[int] = set()
            for day, ordinals in self.register.same_days():
                shared.add(day)
                for start in range(0, len(ordinals), MOST_TOGETHER):
                    self._together(self.billing, day, ordinals[start : start + MOST_TOGETHER])
            self._waiting(self.billing, shared)
        for _, ordinals in self.register.same_numbers():
            self._same_number(ordinals)

    def _together(self, billing: Billing, day: int, ordinals: Sequence[int]) -> None:
        """Findings on the lines of one date of one patient, whatever claims they stand on."""
        known = [
            (ordinal, told) for ordinal in ordinals if (told := self._again(billing, ordinal)) is not None
        ]
        found = billing.editor.together([told.claim for _, told in known])
        for index, (ordinal, told) in enumerate(known):
            mine = [
                one for one in found if one.claim == index and day_of(told.event, told.services, one) == day
            ]
            self._tell(ordinal, told, mine)

    def _waiting(self, billing: Billing, shared: set[int]) -> None:
        """Findings that waited for other claims, on dates that no other claim shares."""
        done = 0
        for ordinal, held in self.held.claims():
            done = ordinal + 1
            place = self.register.place(ordinal)
            number = self._number(place)
            issues = self.held.issues(held, shared, place, number)
            if issues:
                byte, line, _ = place.claim
                self.tell(issues, ClaimRef(ordinal, number, line, byte))
        for ordinal in self.register.waiting(done):
            told = self._again(billing, ordinal)
            if told is not None:
                found = [one for one in billing.editor.alone(told.claim) if not one.settled]
                self._tell(
                    ordinal,
                    told,
                    [one for one in found if day_of(told.event, told.services, one) not in shared],
                )

    def _number(self, place: Place) -> str:
        """CLM01 of a claim; empty where it is missing."""
        segment = next(self._read(place, *place.claim[:2], _SIP_OF_SEGMENT), None)
        return segment.value(1) if segment is not None else ""

    def _tell(self, ordinal: int, told: Told, found: Sequence[ClaimFinding]) -> None:
        # A line that could not be read may be the one that a finding misses.
        if found and told.is_whole:
            first = told.event.segments[0]
            self.tell(
                issues_of(found, told.event, told.services),
                ClaimRef(ordinal, first.value(1), first.line, first.byte),
            )

    def _same_number(self, ordinals: Sequence[int]) -> None:
        first = self.register.place(ordinals[0]).claim[1]
        for ordinal in ordinals[1:]:
            place = self.register.place(ordinal)
            byte, line, count = place.claim
            number = self._number(place)
            if not number:
                continue  # a missing number is told by the structure
            transaction = place.transaction
            at = Position(
                line,
                byte,
                "CLM",
                "CLM01",
                "2300",
                count,
                transaction.interchange,
                transaction.control,
                number,
            )
            kind = kinds()[_REPEATED]
            message = kind.message.format(count=f"{len(ordinals):,}", first=f"{first:,}")
            issue = Issue(kind.code, kind.name, kind.severity, message, kind.remedy, at)
            self.tell([issue], ClaimRef(ordinal, number, line, byte))

    def _again(self, billing: Billing, ordinal: int) -> Told | None:
        """A claim read once more, with what stands above it; a few are kept."""
        if ordinal not in self._kept:
            if len(self._kept) >= MOST_TOGETHER:
                self._kept.clear()
            self._kept[ordinal] = self._told(billing, ordinal)
        return self._kept[ordinal]

    def _told(self, billing: Billing, ordinal: int) -> Told | None:
        place = self.register.place(ordinal)
        transaction = place.transaction
        envelope = [s for s in (transaction.isa, transaction.gs, transaction.st) if s is not None]
        levels = [self._until(place, byte, line) for byte, line in place.levels if line]
        byte, line, count = place.claim
        segments = chain(envelope, *levels, self._until(place, byte, line))
        event = next((event for event in check(segments) if event.kind is EventKind.CLAIM), None)
        if event is None:
            return None
        for number, segment in enumerate(event.segments, count):
            segment.number = number
        return billing.read(event)

    def _read(self, place: Place, byte: int, line: int, sip: int = _SIP) -> Iterator[Segment]:
        transaction = place.transaction
        head = transaction.st or transaction.gs or transaction.isa
        self.stream.seek(byte)
        return read(
            cast("BinaryIO", _Sips(self.stream, sip)),
            head.delimiters if head is not None else None,
            byte,
            line,
        )

    def _until(self, place: Place, byte: int, line: int) -> list[Segment]:
        """The segments from a place on, up to one that begins something else."""
        found: list[Segment] = []
        for segment in self._read(place, byte, line):
            if found and segment.elements[0] in _ENDS:
                break
            found.append(segment)
        return found


class _Sips(RawIOBase):
    """A stream that is read a little at a time: one claim is wanted, not the block that it begins."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream = stream
        self._most = most

    def read(self, size: int = -1) -> bytes:
        """At most so many bytes as most claims have."""
        return self._stream.read(self._most if size < 0 else min(size, self._most))
