"""What is known of the remittance that is being read: the payment, the group, the claim, the line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from teachback.x12.tokens import Segment

ZERO = Decimal("0.00")


@dataclass(slots=True)
class Adjusted:
    """Adjustments of one line or claim. ``readable`` is false where an amount could not be read."""

    total: Decimal = ZERO
    patient: Decimal = ZERO
    readable: bool = True
    seen: set[tuple[str, str]] = field(default_factory=set)


@dataclass(slots=True)
class Line:
    """One service payment (2110)."""

    segment: Segment
    charge: Decimal | None
    paid: Decimal | None
    adjusted: Adjusted = field(default_factory=Adjusted)
    first: tuple[date, Segment] | None = None
    last: tuple[date, Segment] | None = None
    dated: bool = False


@dataclass(slots=True)
class ClaimPaid:
    """One claim payment (2100) as far as checks compare its parts."""

    segment: Segment
    status: str
    charge: Decimal | None
    paid: Decimal | None
    patient: Decimal | None
    medicare: bool
    adjusted: Adjusted = field(default_factory=Adjusted)
    lines: list[Line] = field(default_factory=list)
    forwarded_to: bool = False
    first: tuple[date, Segment] | None = None
    last: tuple[date, Segment] | None = None
    dated: bool = False
    told_group: bool = False


@dataclass(slots=True)
class Group:
    """One LX with its TS3: what the payer says of its claims, and what they come to."""

    summary: Segment | None = None
    claims: int = 0
    charged: Decimal = ZERO
    readable: bool = True


@dataclass(slots=True)
class Payment:
    """One 835: what the payer says of it, and what its claims and provider adjustments come to."""

    segment: Segment | None = None
    amount: Decimal | None = None
    method: str = ""
    debit: bool = False
    paid_on: date | None = None
    produced_on: date | None = None
    trace: str = ""
    payer: str = ""
    payee: str = ""
    claims: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    charged: Decimal = ZERO
    paid: Decimal = ZERO
    patient: Decimal = ZERO
    moved: Decimal = ZERO
    readable: bool = True
    seen: set[int] = field(default_factory=set)
