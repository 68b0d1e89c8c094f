"""The codes of acknowledgments in words for people; a code that is not known is told by its number."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from teachback.remitdata import SegmentFault


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "words.toml").read_text("utf-8"))


def word(kind: str, code: str) -> str:
    """What a code means; ``kind`` is a table of ``words.toml``: interchange, group, set, category, status, entity …."""
    found: str = _words()[kind].get(code, "")
    return found or f"code {code}"


def is_known(kind: str, code: str) -> bool:
    """Whether we have words for a code."""
    return code in _words()[kind]


def status(category: str, code: str, entity: str) -> str:
    """One status of a 277CA: its category, what it is about, whose value it is, and the codes themselves."""
    about = ": ".join(part for part in (word("category", category), _about(code, entity)) if part)
    return f"{about} ({':'.join(filter(None, (category, code, entity)))})"


def _about(code: str, entity: str) -> str:
    if not code:
        return ""
    what = word("status", code)
    return f"{what} of the {word('entity', entity)}" if is_known("entity", entity) else what


def segment_fault(fault: SegmentFault) -> str:
    """One fault of a 999: which segment of which claim, what is wrong with it, and with which elements."""
    place = " ".join(
        part
        for part in (
            fault.segment or "a segment",
            f"(segment {fault.number}" + (f", loop {fault.loop})" if fault.loop else ")"),
        )
        if part
    )
    said = f"{place} {word('segment', fault.code)}" if fault.code else place
    elements = "; ".join(
        f"element {position} {word('element', code)}" for position, code in fault.elements if position or code
    )
    claim = f"claim {fault.claim}: " if fault.claim else ""
    return claim + said + (f": {elements}" if elements else "")
