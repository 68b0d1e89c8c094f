"""What a walk through a file reports, piece by piece; `walk` tells what each kind of event means."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from teachback.x12.issues import Position

if TYPE_CHECKING:
    from teachback.x12.envelope_check import Transaction
    from teachback.x12.issues import Issue
    from teachback.x12.tokens import Segment

_CLAIM_NUMBER = {"CLM": 1, "CLP": 1, "TRN": 2}
"""The element that bears a claim's control number, by the segment that begins the claim."""


class EventKind(StrEnum):
    """What an event reports as complete."""

    INTERCHANGE = "interchange"
    GROUP = "group"
    TRANSACTION = "transaction"
    LEVEL = "level"
    CLAIM = "claim"
    TRANSACTION_END = "transaction_end"
    GROUP_END = "group_end"
    INTERCHANGE_END = "interchange_end"
    STRAY = "stray"


@dataclass(slots=True, eq=False)
class Level:
    """One level: by its HL03 (837: 20 billing provider, 22 subscriber, 23 patient), or LX, PLB, AK2 where there is none.

    ``index`` counts them in the transaction.
    """

    code: str
    segments: list[Segment]
    index: int


@dataclass(slots=True, eq=False)
class Event:
    """What was just completed; see the module. ``partial``: a claim too large to hold, given in pieces."""

    kind: EventKind
    segments: list[Segment]
    issues: list[Issue] = field(default_factory=list)
    transaction: Transaction | None = None
    level: Level | None = None
    billing: Level | None = None
    subscriber: Level | None = None
    patient: Level | None = None
    partial: bool = False


def position(event: Event, segment: Segment, element: str = "") -> Position:
    """The position of a segment of an event, or of an element (``SV101-2``) in it."""
    transaction = event.transaction
    claim = ""
    if event.kind is EventKind.CLAIM and event.segments:
        first = event.segments[0]
        claim = first.value(_CLAIM_NUMBER[first.elements[0]]) if first.elements[0] in _CLAIM_NUMBER else ""
    return Position(
        line=segment.line,
        byte=segment.byte,
        segment=segment.elements[0][:3],
        element=element,
        loop=segment.loop,
        segment_number=segment.number,
        interchange=transaction.interchange if transaction else "",
        transaction=transaction.control if transaction else "",
        claim=claim,
    )
