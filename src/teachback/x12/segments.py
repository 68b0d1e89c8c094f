"""A readable view of an X12 file: every segment under its loop, every element with a label, codes in own words.

``explained(stream)`` yields lines of text as it reads, so a file of any size is shown. Loops are those of ``walk`` for
claims of 5010; other transaction sets are shown segment by segment. Damaged files are shown as they are.
"""

from __future__ import annotations

import tomllib
from collections import deque
from functools import cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from teachback.x12 import tokens, walk
from teachback.x12.grammar.labels import named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from teachback.x12.tokens import Segment

NOT_X12: Final = "(this is no X12 file)"
_INDENT: Final = "  "
_MOST_HELD: Final = 5_000
_ENDS: Final = frozenset({"SE", "GE", "IEA", "GS", "ISA"})
_WALKED: Final = ("005010X222", "005010X223")
_SAME_CODES: Final = {
    "PER05": "PER03",
    "PER07": "PER03",
    "SV101-1": "procedure",
    "SV202-1": "procedure",
    "SVD03-1": "procedure",
    "IK501": "answer",
    "AK901": "answer",
    "TA104": "answer",
}
"""Elements whose codes are explained under another name."""
_DATES: Final = frozenset({"GS04", "BHT04", "DTP03", "DMG02", "STC02"})
_QUIET: Final = frozenset(
    {
        "ISA01",
        "ISA02",
        "ISA03",
        "ISA04",
        "ISA11",
        "ISA16",
        "GS07",
        "BHT01",
        "PER01",
        "PRV02",
        "DMG01",
        "DTP02",
        "PWK05",
    }
)
"""Elements that say nothing which the others do not: kinds of lists and formats, delimiters."""
_DEPTHS: Final = {
    "1000": 1,
    "2000A": 1,
    "2010AA": 2,
    "2010AB": 2,
    "2010AC": 2,
    "2000B": 2,
    "2010B": 3,
    "2000C": 3,
    "2010C": 4,
    "2300": 3,
    "2310": 4,
    "2320": 4,
    "2330": 5,
    "2400": 4,
    "24": 5,
}
"""How deep a loop lies, by the beginning of its name; the longest that fits counts."""


def explained(stream: BinaryIO) -> Iterator[str]:
    """The lines of the view of a file that was opened in binary; nothing but a few segments is held."""
    loop = kind = ""
    for segment in _placed(stream):
        name = segment.elements[0]
        if name in {"ISA", "GS", "ST", "SE", "GE", "IEA"}:
            loop = ""
            if name == "ST":
                kind = "837I" if "X223" in segment.value(3) else "837P"
        elif segment.loop != loop or name in {"HL", "CLM", "LX"}:
            loop = segment.loop
            if loop[:1].isdigit():
                yield f"{_INDENT * _depth(loop)}{named(kind or '837P', loop)}"
        margin = _INDENT * (_depth(loop) + 1) if loop[:1].isdigit() else ""
        yield f"{margin}{explain(segment)}"


def explain(segment: Segment) -> str:
    """One segment in a line: its id, what it is, and each element that has a value."""
    if segment.trouble is tokens.Trouble.NOT_X12:
        return NOT_X12
    if segment.trouble is tokens.Trouble.JUNK:
        return f"(text that is no segment: {segment.text})"
    name = segment.elements[0]
    what = _words().get(name, {}).get("is", "")
    parts = list(_health_codes(segment) if name == "HI" else _elements(segment))
    return f"{name:4}{what}{': ' if what and parts else ''}{'; '.join(parts)}".rstrip()


def _placed(stream: BinaryIO) -> Iterator[Segment]:
    """All segments in the order of the file, each with its loop where the walk knows one."""
    source = tokens.read(stream)
    opening: dict[str, Segment] = {}
    for segment in source:
        name = segment.elements[0]
        if name in {"ISA", "GS"}:
            opening[name] = segment
        if name == "ST" and _is_claims(segment, opening.get("GS")):
            yield from _walked(opening, segment, source)
        else:
            yield segment


def _is_claims(st: Segment, gs: Segment | None) -> bool:
    """Whether a transaction set is one that the walk knows."""
    version = st.value(3) or ("" if gs is None else gs.value(8))
    return st.value(1) == "837" and version.startswith(_WALKED)


def _walked(opening: dict[str, Segment], st: Segment, source: Iterator[Segment]) -> Iterator[Segment]:
    """The segments of one transaction set, as soon as the walk has placed them."""
    held: deque[Segment] = deque()

    def taken() -> Iterator[Segment]:
        yield from opening.values()
        for segment in chain([st], source):
            held.append(segment)
            yield segment
            name = segment.elements[0]
            if name in {"ISA", "GS"}:
                opening[name] = segment
            # A walk that reports nothing for so long does not know the set: the rest is shown without loops.
            if name in _ENDS or len(held) > _MOST_HELD:
                return

    for _event in walk.check(taken()):
        # The last segment is the one that ended what the event reports; its own loop is not settled yet.
        while len(held) > 1:
            yield held.popleft()
    yield from held


def _elements(segment: Segment) -> Iterator[str]:
    name = segment.elements[0]
    labels = _words().get(name, {})
    for index, text in enumerate(segment.elements[1:], 1):
        if not text.strip():
            continue
        element = f"{name}{index:02}"
        composite = segment.delimiters.component in text and element != "ISA16"
        if composite or f"{index}-2" in labels:
            yield from _components(segment, index, element)
        else:
            label = labels.get(str(index))
            if label or element not in _QUIET:
                yield f"{label or element} {_said(element, text.strip(), segment)}"


def _components(segment: Segment, index: int, element: str) -> Iterator[str]:
    labels = _words().get(segment.elements[0], {})
    whole = labels.get(str(index))
    if whole:
        yield f"{whole} {', '.join(filter(None, segment.components(index)))}"
        return
    for part, text in enumerate(segment.components(index), 1):
        if text:
            label = labels.get(f"{index}-{part}", f"{element}-{part}")
            yield f"{label} {_said(f'{element}-{part}', text, segment)}"


def _health_codes(segment: Segment) -> Iterator[str]:
    """HI: each composite begins with what its code is."""
    for index in range(1, len(segment.elements)):
        parts = segment.components(index)
        if parts[0]:
            what = _words()["codes"]["HI"].get(parts[0], parts[0])
            yield " ".join([what, *(_date(text) for text in parts[1:] if text not in {"", "D8", "RD8"})])


def _said(element: str, text: str, segment: Segment) -> str:
    """A value, with its meaning where it is a code, and dates with hyphens."""
    if element in _DATES:
        return _date(text)
    known = _words()["codes"].get(_SAME_CODES.get(element, element), {})
    meaning = known.get(text)
    if element == "NM101" and text == "DN" and segment.loop.startswith("2330"):
        meaning = None
    return f"{text} ({meaning})" if meaning else text


def _date(text: str) -> str:
    """CCYYMMDD as 2026-04-14, a range as two of them; any other text as it is."""
    days = text.split("-")
    if all(len(day) == 8 and day.isdigit() for day in days):  # noqa: PLR2004  CCYYMMDD
        return " to ".join(f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in days)
    return text


def _depth(loop: str) -> int:
    fitting = [name for name in _DEPTHS if loop.startswith(name)]
    return _DEPTHS[max(fitting, key=len)] if fitting else 0


@cache
def _words() -> dict[str, Any]:
    file = Path(__file__).with_suffix(".toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
