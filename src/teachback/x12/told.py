"""What a reader of answers has to tell: a value that could not be read, a sum that does not hold, a set cut short."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from teachback.x12.issues import Position

if TYPE_CHECKING:
    from decimal import Decimal

    from teachback.x12.tokens import Segment

MOST_TOLD: Final = 100
"""Things that are told of one claim or of one set's frame; a file that has more of them is broken anyway."""


@dataclass(frozen=True, slots=True)
class Told:
    """One thing to tell. ``name`` is stable (``claim-balance``); ``message`` is a clause without patient data.

    ``blocks`` says that what it is told of must not be posted. ``wanted`` and ``found`` are the two sides of a sum
    that does not hold, in dollars.
    """

    name: str
    message: str
    position: Position
    blocks: bool = False
    wanted: Decimal | None = None
    found: Decimal | None = None

    def __str__(self) -> str:
        """The sentence with its place: ``Claim TB1, SVC03 (segment 12, line 14 of the file): …``."""
        at = self.position
        claim = f"Claim {at.claim}, " if at.claim else ""
        segment = f"segment {at.segment_number}, " if at.segment_number else ""
        return f"{claim}{at.element or at.segment or 'text'} ({segment}line {at.line} of the file): {self.message}"


class Tellings:
    """Collects what is to be told of one set or claim, up to `MOST_TOLD`.

    ``unread`` counts amounts that could not be read: a sum over them says nothing and is not told. ``count`` counts
    what was told beyond `MOST_TOLD` too.
    """

    __slots__ = ("blocked", "claim", "count", "interchange", "told", "transaction", "unread")

    def __init__(self, interchange: str = "", transaction: str = "", claim: str = "") -> None:
        self.interchange = interchange
        self.transaction = transaction
        self.claim = claim
        self.told: list[Told] = []
        self.blocked = False
        self.unread = self.count = 0

    def add(  # noqa: PLR0913  all that makes a telling
        self,
        name: str,
        segment: Segment,
        element: str,
        message: str,
        *,
        loop: str = "",
        blocks: bool = False,
        wanted: Decimal | None = None,
        found: Decimal | None = None,
    ) -> None:
        """Tell one thing of a segment or of an element of it."""
        self.blocked = self.blocked or blocks
        self.count += 1
        if len(self.told) >= MOST_TOLD:
            return
        at = Position(
            segment.line,
            segment.byte,
            segment.elements[0][:3],
            element,
            loop or segment.loop,
            segment.number,
            self.interchange,
            self.transaction,
            self.claim,
        )
        self.told.append(Told(name, message, at, blocks, wanted, found))
