"""Findings that wait for other claims of the file: kept in arrays, told once all claims are known."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Final

from teachback.check.billing import as_issue, segment_of
from teachback.check.register import dates_of, key
from teachback.x12.issues import Position

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from teachback.check.register import Place
    from teachback.claimedits import ClaimFinding
    from teachback.x12.issues import Issue
    from teachback.x12.tokens import Segment
    from teachback.x12.walk import Event

MOST_HELD: Final = 1_000_000


class Waiting:
    """Findings with their claim, their patient's date and their place: about fifty bytes each.

    The findings themselves are shared by all claims of a shape. ``has_room`` is false once too many are held.
    """

    def __init__(self, most: int = MOST_HELD) -> None:
        self._most = most
        self._owners = array("I")
        self._days = array("Q")
        self._bytes = array("Q")
        self._places = array("I")
        self._findings: list[ClaimFinding] = []
        self._names: list[tuple[str, str, str]] = []
        self._known: dict[tuple[str, str, str], tuple[str, str, str]] = {}

    @property
    def has_room(self) -> bool:
        """Whether one more claim's findings may be held."""
        return len(self._owners) < self._most

    def hold(
        self, ordinal: int, event: Event, found: Sequence[ClaimFinding], services: Sequence[Segment]
    ) -> None:
        """Keep findings of a claim."""
        for one in found:
            segment, element = segment_of(one, event.segments, services)
            names = (segment.elements[0], element, segment.loop)
            self._owners.append(ordinal)
            self._days.append(day_of(event, services, one))
            self._bytes.append(segment.byte)
            self._places.extend((segment.line, segment.number))
            self._findings.append(one)
            self._names.append(self._known.setdefault(names, names))

    def claims(self) -> Iterator[tuple[int, range]]:
        """Every claim with the indexes of its findings, in the order of the file."""
        owners = self._owners
        start = 0
        while start < len(owners):
            end = start + 1
            while end < len(owners) and owners[end] == owners[start]:
                end += 1
            yield owners[start], range(start, end)
            start = end

    def issues(self, held: range, shared: Collection[int], place: Place, number: str) -> list[Issue]:
        """The findings on dates that no other claim shares, as issues of the claim of that place and number."""
        told: list[Issue] = []
        for index in held:
            if self._days[index] in shared:
                continue
            name, element, loop = self._names[index]
            line, count = self._places[2 * index], self._places[2 * index + 1]
            at = Position(
                line,
                self._bytes[index],
                name,
                element,
                loop,
                count,
                place.transaction.interchange,
                place.transaction.control,
                number,
            )
            told.append(as_issue(self._findings[index], at))
        return told


def day_of(event: Event, services: Sequence[Segment], found: ClaimFinding) -> int:
    """The key of the patient's date that a finding stands on, as the register counts it."""
    dates: Collection[str] = ()
    line = found.line or 0
    if line < len(services):
        at = event.segments.index(services[line])
        dates = [s.value(3)[:8] for s in _until_next(event.segments, at) if s.value(1) == "472"]
    return key(member_id(event), min(dates or dates_of(event.segments), default=""))


def _until_next(segments: Sequence[Segment], start: int) -> Iterator[Segment]:
    """The dates of the line whose service stands there."""
    for index in range(start + 1, len(segments)):
        name = segments[index].elements[0]
        if name in {"LX", "SV1", "SV2"}:
            return
        if name == "DTP":
            yield segments[index]


def member_id(event: Event) -> str:
    """NM109 of the subscriber above a claim; empty where there is none."""
    level = event.subscriber
    if level is None:
        return ""
    return next((s.value(9) for s in level.segments if s.elements[0] == "NM1" and s.loop == "2010BA"), "")
