"""The delimiters of an interchange: read from its ISA, or guessed from what stands there instead."""

from __future__ import annotations

import re
from dataclasses import dataclass

LOOK_FOR_DELIMITERS = 1024
"""Characters in which the ISA and the begin of what follows it are looked for."""

_ISA_SEPARATORS = 16
_GROUP_OR_SET = re.compile(r"[\s\0]*(GS|ST|BHT|ISA)([^\sA-Za-z0-9])")
_NEXT_GROUP = re.compile(r"([^\sA-Za-z0-9]|[\r\n])\s*(?:GS|TA1|ST|IEA)")


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The four separators of an interchange; ``repetition`` is empty where the version has none."""

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    segment: str = "~"


def delimiters_of(text: str) -> tuple[Delimiters, bool]:
    """The delimiters of the ISA that begins a text, by counting separators, and whether they were guessed."""
    element = text[3] if len(text) > 3 else "*"  # noqa: PLR2004  the separator follows the id
    head = text[:LOOK_FOR_DELIMITERS]
    parts = head.split(element, _ISA_SEPARATORS)
    guessed = len(parts) <= _ISA_SEPARATORS or len(parts[_ISA_SEPARATORS]) < 2  # noqa: PLR2004  a separator and a terminator
    tail = "" if guessed else parts[_ISA_SEPARATORS]
    component = tail[:1] or ":"
    terminator = tail[1:2]
    if not terminator or terminator.isalnum() or terminator in {" ", element, component}:
        guessed = True
        found = _NEXT_GROUP.search(head, 3)
        terminator = found.group(1) if found and found.group(1) != element else "~"
        if component.isalnum() or component in {terminator, element}:
            component = ":"
    repetition = parts[11] if len(parts) > 11 else ""  # noqa: PLR2004  the repetition separator stands there
    if len(repetition) != 1 or repetition.isalnum() or repetition.isspace():
        repetition = ""
    return Delimiters(element, component, repetition, terminator), guessed


def guessed_delimiters(text: str) -> Delimiters | None:
    """Delimiters of a text that begins with GS, ST or BHT; None for any other text."""
    opening = _GROUP_OR_SET.match(text)
    if opening is None:
        return None
    element = opening.group(2)
    head = text[: LOOK_FOR_DELIMITERS * 4]
    if "~" in head and element != "~":
        terminator = "~"
    else:
        found = _NEXT_GROUP.search(head, opening.end())
        terminator = found.group(1) if found else "\n"
    return Delimiters(element, ":" if element != ":" else ">", "^" if element != "^" else "", terminator)
