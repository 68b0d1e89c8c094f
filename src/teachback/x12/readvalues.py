"""Values of elements: dates, amounts, counts and codes, read leniently; what cannot be read is noted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from teachback.x12.tokens import Segment

UNKNOWN_DATE: Final = date.min
"""Stands where a claim needs a date and the file has none that can be read; always noted too."""
LONGEST: Final = 24
NOTHING: Final = Decimal("0.00")

_AMOUNT: Final = re.compile(r"[+-]?(?=\.?[0-9])[0-9]{0,15}(?:\.[0-9]{0,6})?")
_D8: Final = re.compile(r"[0-9]{8}")


@dataclass(frozen=True, slots=True)
class Unread:
    """An element that could not be read: its designator (``SV102``), its segment, and the reason without values."""

    element: str
    segment: Segment
    reason: str


class Notes:
    """Collects what could not be read in one claim."""

    __slots__ = ("told",)

    def __init__(self) -> None:
        self.told: list[Unread] = []

    def add(self, element: str, segment: Segment, reason: str) -> None:
        """Note one element."""
        self.told.append(Unread(element, segment, reason))

    def amount(self, segment: Segment, index: int, element: str) -> Decimal:
        """An amount; 0.00, noted, where it is missing or no number."""
        found = amount_of(segment.value(index))
        if found is None:
            self.add(element, segment, "is missing" if not segment.value(index) else "is not an amount")
            return NOTHING
        return found

    def units(self, segment: Segment, index: int, element: str) -> int:
        """A whole number of units; 0, noted, where it is missing, broken or no number."""
        found = amount_of(segment.value(index))
        if found is None or found != int(found):
            self.add(element, segment, "is missing" if not segment.value(index) else "is not a whole number")
            return 0
        return int(found)

    def day(self, segment: Segment, index: int, element: str) -> date | None:
        """A date, the first one of a range; ``None``, noted, where there is none."""
        found = date_of(segment.value(index)[:8])
        if found is None:
            self.add(element, segment, "is missing" if not segment.value(index) else "is not a date")
        return found


def amount_of(text: str) -> Decimal | None:
    """The amount that a text is; ``None`` where it is none."""
    return _amount(text) if len(text) <= LONGEST else None


def date_of(text: str) -> date | None:
    """The date that eight digits are (CCYYMMDD); ``None`` where they are none."""
    return _date(text) if len(text) == 8 else None  # noqa: PLR2004  CCYYMMDD


# Only short texts are remembered, so that a hostile file cannot fill the memory.
@lru_cache(maxsize=65_536)
def _amount(text: str) -> Decimal | None:
    return Decimal(text) if _AMOUNT.fullmatch(text) else None


@lru_cache(maxsize=65_536)
def _date(text: str) -> date | None:
    if not _D8.fullmatch(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
