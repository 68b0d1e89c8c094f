"""What is known of the claim that is being read, and how a fault of it is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from teachback.x12.issues import Issue, Position
from teachback.x12.meaning.catalog import kinds

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from teachback.model import Severity
    from teachback.x12.tokens import Segment

MEDICARE = frozenset({"MA", "MB"})
_ZERO = Decimal(0)
PAD = [""] * 12
"""Put behind a segment's elements, so that those which are absent read as empty."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a transaction is judged by: its kind, whether it goes to production, and the day it is received."""

    received: date
    institutional: bool = False
    production: bool = False
    interchange: str = ""
    transaction: str = ""


@dataclass(slots=True)
class Party:
    """A provider or place that was named: its segments and what later checks compare."""

    segment: Segment
    npi: str = ""
    street: str = ""
    zip: str = ""


@dataclass(slots=True)
class Adjudged:
    """What one other payer did with a line (2430)."""

    segment: Segment
    payer_id: str
    paid: Decimal | None
    bundled: bool
    adjusted: Decimal = _ZERO


@dataclass(slots=True)
class Line:
    """One service line (2400) as far as other checks need it."""

    segment: Segment
    charge: Decimal | None = None
    code: str = ""
    pointers: str = ""
    priced: Segment | None = None
    place: str = ""
    therapy: bool = False
    first: date | None = None
    last: date | None = None
    dated: Segment | None = None
    day: str = ""
    adjudged: list[Adjudged] = field(default_factory=list)


@dataclass(slots=True)
class OtherPayer:
    """Another payer of the claim (2320, 2330B)."""

    segment: Segment
    order: str
    payer_id: str = ""
    paid: Decimal | None = None
    paid_at: Segment | None = None
    adjusted: Decimal = _ZERO
    dated: bool = False


@dataclass(slots=True)
class Claim:
    """One claim (2300) as far as checks compare its parts."""

    segment: Segment
    number: str = ""
    total: Decimal | None = None
    frequency: str = ""
    place: str = ""
    diagnoses_unclear: bool = False
    original: Segment | None = None
    diagnoses: list[tuple[str, str, Segment, str]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    others: list[OtherPayer] = field(default_factory=list)
    providers: dict[str, Party] = field(default_factory=dict)
    facility: Party | None = None
    patient_paid: tuple[Decimal, Segment] | None = None
    statement: tuple[date | None, date | None, Segment] | None = None
    admission: tuple[date, Segment] | None = None
    dated: list[tuple[str, date, Segment]] = field(default_factory=list)
    control_numbers: set[str] = field(default_factory=set)


class State:
    """The position in one transaction: what stands above the claim, the claim, and the faults found so far."""

    __slots__ = (
        "billing",
        "born",
        "claim",
        "claims",
        "household",
        "issues",
        "known",
        "last_level",
        "last_levels",
        "last_line",
        "levels",
        "line_count",
        "medicare",
        "member",
        "order",
        "order_segment",
        "party",
        "payer",
        "relationship",
        "separator",
        "setting",
        "short_zip",
        "told_billing",
        "told_made_up",
        "told_many",
        "told_unchecked",
    )

    def __init__(self, setting: Setting, say: Callable[[Issue], None]) -> None:
        self.setting = setting
        self.issues = say
        self.separator = ":"
        self.levels: dict[str, Level] = {}
        self.last_levels: list[Level] = []
        self.claims = 0
        self.told_many = self.told_made_up = self.told_unchecked = False
        self.told_billing: Segment | None = None
        self.billing: Party | None = None
        self.party: Party | None = None
        self.short_zip: Segment | None = None
        self.claim: Claim | None = None
        self.line_count = 0
        self.last_line = self.last_level = ""
        self.medicare = False
        self.order = ""
        self.order_segment: Segment | None = None
        self.relationship = ""
        self.household = False
        self.known: set[str] = set()
        """Segments of the subscriber that were seen, and that the subscriber was judged."""
        self.member: Segment | None = None
        self.payer: Segment | None = None
        self.born: tuple[date, Segment] | None = None

    def say(
        self,
        code: str,
        segment: Segment,
        element: str = "",
        /,
        *,
        severity: Severity | None = None,
        **told: object,
    ) -> None:
        """Tell a fault of the catalog at an element of a segment; ``told`` fills its sentences."""
        kind = kinds()[code]
        self.issues(
            Issue(
                code,
                kind.name,
                severity or kind.severity,
                kind.message.format_map(told),
                kind.remedy.format_map(told),
                self.position(segment, element),
                kind.x12,
            )
        )

    def position(self, segment: Segment, element: str = "") -> Position:
        """Where an element of a segment stands."""
        return Position(
            segment.line,
            segment.byte,
            segment.elements[0],
            element,
            segment.loop,
            segment.number,
            self.setting.interchange,
            self.setting.transaction,
            self.claim.number if self.claim else "",
        )


@dataclass(slots=True)
class Level:
    """One HL: its number as written and as counted, its kind, its parent, and whether others stand below it."""

    segment: Segment
    number: str
    kind: str
    says_children: str
    children: int = 0


def at(elements: list[str], index: int) -> str:
    """The element of that number; empty where the segment is shorter."""
    return elements[index] if index < len(elements) else ""


def part(element: str, index: int, separator: str) -> str:
    """The component of that number, from 1; empty where the element has fewer."""
    parts = element.split(separator)
    return parts[index - 1] if index <= len(parts) else ""


_COUNTS = tuple(str(number) for number in range(100))


def count(number: int) -> str:
    """A count as X12 writes it."""
    return _COUNTS[number] if number < 100 else str(number)  # noqa: PLR2004  the small ones are kept


def following(number: str) -> str:
    """The number after one that was written; empty where it is none."""
    return str(int(number) + 1) if number.isascii() and number.isdigit() and len(number) < 10 else ""  # noqa: PLR2004  long runs of digits are no count
