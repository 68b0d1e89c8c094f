"""What posting a remittance would do, line by line, before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from teachback.book import Adjudication, LineOutcome, LineState, PostedRemittance
    from teachback.remitdata import ClaimPayment, Remittance, ServicePayment

Key = tuple[int, int]
"""A line of the remittance itself: the claim's position and the line's."""


class Verdict(StrEnum):
    """What becomes of a remittance as a whole."""

    POST = "post"
    HELD = "held"
    NOT_OURS = "not_ours"
    ALREADY_POSTED = "already_posted"


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """What would become of one line (position 0: the claim as a whole).

    ``score`` is out of 100, ``how`` says by what it was matched, ``why`` why it was not posted. ``undoes`` is the
    id of an earlier answer in the book or the ``Key`` of one in this remittance.
    """

    claim_position: int
    position: int
    payment: ServicePayment | None
    state: LineState
    charge_cents: int | None
    paid_cents: int | None
    score: int = 0
    how: str = ""
    why: str = ""
    booked: Adjudication | None = None
    undoes: int | Key | None = None

    @property
    def claim(self) -> str | None:
        """Our claim's control number."""
        return None if self.booked is None else self.booked.claim

    @property
    def line(self) -> str | None:
        """Our line's control number."""
        return None if self.booked is None else self.booked.line

    @property
    def outcome(self) -> LineOutcome | None:
        """What the payer decided, on a line that would be posted."""
        return None if self.booked is None else self.booked.outcome


@dataclass(frozen=True, slots=True)
class PlannedClaim:
    """One claim of the remittance with what would become of its lines. ``claim`` is our control number."""

    position: int
    payment: ClaimPayment
    claim: str | None
    lines: tuple[PlannedLine, ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """What posting a remittance would do. ``why`` says why it would not be posted.

    ``order`` tells in which order its lines are posted: what takes back before what is put in its place.
    ``posted`` is what the book kept, once it did.
    """

    remittance: Remittance
    source: str
    manual: bool
    verdict: Verdict
    why: str
    claims: tuple[PlannedClaim, ...]
    order: tuple[Key, ...] = ()
    posted: PostedRemittance | None = None

    @property
    def lines(self) -> tuple[PlannedLine, ...]:
        """All lines in the order of the file."""
        return tuple(line for claim in self.claims for line in claim.lines)

    def count(self, state: LineState) -> int:
        """How many lines end in this state."""
        return sum(line.state == state for line in self.lines)
