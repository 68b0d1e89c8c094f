"""Values of an answer's elements: amounts, quantities, dates and composites, read leniently; what fails is told."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from teachback.x12.readvalues import LONGEST, amount_of, date_of

if TYPE_CHECKING:
    from datetime import date

    from teachback.x12.tokens import Segment
    from teachback.x12.told import Tellings

_CENT: Final = Decimal("0.01")
_MOST_KNOWN: Final = 65_536
_KNOWN: dict[str, Decimal] = {}
_OTHER_SEPARATOR: Final = re.compile(r"[A-Z0-9]{2}([^A-Za-z0-9\s.*-])")


def money(
    segment: Segment, index: int, tellings: Tellings, loop: str, *, required: bool = True
) -> Decimal | None:
    """An amount in dollars; None, told and blocking, where it is missing (if required) or no whole cents."""
    elements = segment.elements
    text = elements[index] if index < len(elements) else ""
    found = _KNOWN.get(text)
    return found if found is not None else _new_money(text, segment, index, tellings, loop, required=required)


def _new_money(  # noqa: PLR0913  all that places a telling
    text: str, segment: Segment, index: int, tellings: Tellings, loop: str, *, required: bool
) -> Decimal | None:
    """An amount that was not met before. Only short texts are remembered: a hostile file cannot fill the memory."""
    found = amount_of(text.strip()) if len(text) <= LONGEST else None
    if found is not None and found == found.quantize(_CENT):
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[text] = found
        return found
    element = f"{segment.elements[0]}{index:02}"
    if text.strip():
        tellings.unread += 1
        message = f"{element} is not an amount in dollars and cents."
        tellings.add("amount-unreadable", segment, element, message, loop=loop, blocks=True)
    elif required:
        tellings.unread += 1
        tellings.add("amount-missing", segment, element, f"{element} is missing.", loop=loop, blocks=True)
    return None


def number(segment: Segment, index: int, tellings: Tellings, loop: str) -> Decimal | None:
    """A quantity; None where it is absent or, told, no number."""
    elements = segment.elements
    text = elements[index] if index < len(elements) else ""
    if not text:
        return None
    found = amount_of(text.strip())
    if found is None and text.strip():
        element = f"{elements[0]}{index:02}"
        tellings.add("quantity-unreadable", segment, element, f"{element} is not a number.", loop=loop)
    return found


def day(segment: Segment, index: int, tellings: Tellings, loop: str) -> date | None:
    """A date; None where it is absent or, told, no day of the calendar."""
    elements = segment.elements
    text = elements[index] if index < len(elements) else ""
    if not text:
        return None
    found = date_of(text) or date_of(text.strip())
    if found is None and text.strip():
        element = f"{elements[0]}{index:02}"
        tellings.add("date-unreadable", segment, element, f"{element} is not a date (CCYYMMDD).", loop=loop)
    return found


def procedure(segment: Segment, index: int, tellings: Tellings, loop: str) -> list[str]:
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


def pair(segment: Segment) -> tuple[str, str]:
    """The first two elements, such as a qualifier and its reference."""
    elements = segment.elements
    if len(elements) > 2:  # noqa: PLR2004  the id and both
        return elements[1], elements[2]
    return segment.value(1), ""
