"""Values of an answer's elements: amounts, quantities, dates and composites, read leniently; what fails is told."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from teachback.x12.readvalues import LONGEST, amount_of, date_of

if TYPE_CHECKING:
    from datetime import date

    from teachback.x12.told import Tellings
    from teachback.x12.tokens import Segment

_CENT: Final = Decimal("0.01")
_OTHER_SEPARATOR: Final = re.compile(r"[A-Z0-9]{2}([^A-Za-z0-9\s.*-])")


# Only short texts are remembered, so that a hostile file cannot fill the memory.
@lru_cache(maxsize=65_536)
def _money(text: str) -> Decimal | None:
    amount = amount_of(text.strip())
    if amount is None or amount != amount.quantize(_CENT):
        return None
    return amount


def money(  # noqa: PLR0913  all that places a telling
    segment: Segment, index: int, element: str, tellings: Tellings, *, loop: str, required: bool = True
) -> Decimal | None:
    """An amount in dollars; None, told and blocking, where it is missing (if required) or no whole cents."""
    text = segment.value(index)
    if len(text) <= LONGEST:
        found = _money(text)
        if found is not None:
            return found
    if text.strip():
        why = "is not an amount in dollars and cents"
        tellings.add("amount-unreadable", segment, element, f"{element} {why}.", loop=loop, blocks=True)
    elif required:
        tellings.add("amount-missing", segment, element, f"{element} is missing.", loop=loop, blocks=True)
    return None


def number(segment: Segment, index: int, element: str, tellings: Tellings, *, loop: str) -> Decimal | None:
    """A quantity; None where it is absent or, told, no number."""
    text = segment.value(index).strip()
    if not text:
        return None
    found = amount_of(text)
    if found is None:
        tellings.add("quantity-unreadable", segment, element, f"{element} is not a number.", loop=loop)
    return found


def day(segment: Segment, index: int, element: str, tellings: Tellings, *, loop: str) -> date | None:
    """A date; None where it is absent or, told, no day of the calendar."""
    text = segment.value(index).strip()
    if not text:
        return None
    found = date_of(text)
    if found is None:
        tellings.add("date-unreadable", segment, element, f"{element} is not a date (CCYYMMDD).", loop=loop)
    return found


def procedure(segment: Segment, index: int, tellings: Tellings, *, loop: str) -> list[str]:
    """The components of a procedure (SVC01, SVC06): qualifier, code, modifiers.

    Some files write components with another separator than ISA16 names; that one is taken and told.
    """
    text = segment.value(index)
    separator = segment.delimiters.component
    if separator not in text:
        other = _OTHER_SEPARATOR.match(text)
        if other is not None:
            element = f"SVC{index:02}"
            message = f"{element} parts its components by {other.group(1)}, but ISA16 names {separator}."
            tellings.add("component-separator", segment, element, message, loop=loop)
            separator = other.group(1)
    return text.split(separator)
