"""How a letter writes dates, times, names and what people recorded in their own words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.forms.lettertext import day as day  # noqa: PLC0414  one way to write dates in letters

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import time

    from teachback.claimdata import PostalAddress, Provider

_NOON: Final = 12
_ZIP: Final = 5
_PHONE: Final = 10


def clock(at: time) -> str:
    """``1:05 p.m.``."""
    hour = at.hour % _NOON or _NOON
    return f"{hour}:{at.minute:02} {'a.m.' if at.hour < _NOON else 'p.m.'}"


def listed(parts: Sequence[str]) -> str:
    """``A``, ``A and B``, ``A, B and C``."""
    if len(parts) <= 1:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def quoted(text: str) -> str:
    """What somebody recorded, word for word, on one line and in quotation marks of its own."""
    inside = " ".join(text.split()).replace('"', "'")
    return f"\u201c{inside}\u201d"


def plain(text: str) -> str:
    """A text on one line without blanks at its ends."""
    return " ".join(text.split())


def person(name: str) -> str:
    """A name as people say it: ``Alderwick, Ana M`` becomes ``Ana M Alderwick``."""
    family, comma, given = plain(name).partition(",")
    return f"{given.strip()} {family}" if comma and given.strip() else plain(name)


def title_case(text: str) -> str:
    """A name that a file holds in capitals alone, as people write it; mixed letters stay as they are."""
    return text.title().replace("'S", "'s") if text.isupper() else text


def provider(who: Provider) -> str:
    """A person's first, middle and last name, or an organization's name."""
    parts = (who.first_name, who.middle_name, who.name) if who.is_person else (who.name,)
    return " ".join(title_case(plain(part)) for part in parts if part)


def zip_code(digits: str) -> str:
    """``85004-1234``."""
    return f"{digits[:_ZIP]}-{digits[_ZIP:]}" if len(digits) > _ZIP else digits


def address(where: PostalAddress) -> tuple[str, ...]:
    """Street lines, then city, state and ZIP code."""
    lines = [title_case(line) for line in (where.line, where.line2) if line]
    return (*lines, f"{title_case(where.city)}, {where.state} {zip_code(where.zip)}")


def phone(number: str) -> str:
    """``(217) 555-0100`` where there are ten digits, else as it stands."""
    digits = "".join(filter(str.isdecimal, number))
    if len(digits) != _PHONE:
        return plain(number)
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
