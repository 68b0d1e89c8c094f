"""Service lines (2400): numbering, procedures, units, charges, pointers, dates and control numbers."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from teachback.codesets import modifiers, procedures, revenue
from teachback.x12.meaning import parties, values
from teachback.x12.meaning.state import PAD, Line, State, at, count, following

if TYPE_CHECKING:
    from teachback.x12.tokens import Segment

_TOTAL_LINE = "0001"
_POINTERS = 7
_DTP = ("DTP", "qualifier", "format", "date")
_THERAPY = frozenset({"GP", "GO", "GN"})
_PLAIN, _NONE, _BROKEN = range(3)


def number(s: State, segment: Segment) -> None:
    """LX: lines of a claim are counted from 1."""
    here = s.claim
    s.line_count += 1
    e = segment.elements
    told = e[1] if len(e) > 1 else ""
    # One gap is told once: lines that go on counting from it are not told again.
    if told != count(s.line_count) and told.lstrip("0") not in {str(s.line_count), following(s.last_line)}:
        s.say("X514", segment, "LX01", number=told or "nothing", counted=s.line_count)
    s.last_line = told
    if here is not None:
        here.lines.append(Line(segment))


def _line(s: State, segment: Segment) -> Line:
    """The present line; one begins here where its LX is missing."""
    here = s.claim
    if here is None:
        return Line(segment)
    if not here.lines or here.lines[-1].priced is not None:
        here.lines.append(Line(segment))
    return here.lines[-1]


def professional(s: State, segment: Segment) -> None:
    """SV1: procedure, charge, units, place and pointers of a professional line."""
    e = segment.elements
    if len(e) <= _POINTERS:
        e = e + PAD
    here = s.claim
    line = here.lines[-1] if here is not None and here.lines else None
    if line is None or line.priced is not None:
        line = _line(s, segment)
    line.priced = segment
    line.place = e[5]
    line.pointers = e[_POINTERS]
    line.code, line.therapy, faults = _judged(e[1], s.separator)
    if faults:
        _procedure(s, segment, line, e[1], "SV101")
    _charge(s, segment, line, e[2], "SV102")
    _units(s, segment, e[3], e[4], "SV104")


def institutional(s: State, segment: Segment) -> None:
    """SV2: revenue code, procedure, charge and units of an institutional line."""
    e = segment.elements + PAD
    line = _line(s, segment)
    line.priced = segment
    code = e[1]
    if code and not revenue.is_form(code):
        s.say("X428", segment, "SV201", code=code)
    elif code == _TOTAL_LINE:
        s.say("X430", segment, "SV201")
    _procedure(s, segment, line, e[2], "SV202")
    _charge(s, segment, line, e[3], "SV203")
    _units(s, segment, e[4], e[5], "SV205")


def _procedure(s: State, segment: Segment, line: Line, text: str, element: str) -> None:
    line.code, line.therapy, faults = _judged(text, s.separator)
    for code, component, told in faults:
        s.say(code, segment, f"{element}-{component}", code=told, modifier=told)


@lru_cache(1 << 14)
def _judged(text: str, separator: str) -> tuple[str, bool, tuple[tuple[str, int, str], ...]]:
    """The code of a procedure element, whether it has a therapy modifier, and its faults with their components."""
    parts = text.split(separator)
    if len(parts) < 2 or parts[0] != "HC":  # noqa: PLR2004  qualifier and code
        return "", False, ()
    faults: list[tuple[str, int, str]] = []
    if parts[1] and not procedures.is_form(parts[1]):
        faults.append(("X422", 2, parts[1]))
    seen: set[str] = set()
    for index, modifier in enumerate(parts[2:6], 3):
        if modifier and not modifiers.is_form(modifier):
            faults.append(("X424", index, modifier))
        elif modifier in seen:
            faults.append(("X425", index, modifier))
        if modifier:
            seen.add(modifier)
    return parts[1], not seen.isdisjoint(_THERAPY), tuple(faults)


def _charge(s: State, segment: Segment, line: Line, text: str, element: str) -> None:
    line.charge = charge = values.amount(text)
    if not charge and charge is not None and s.medicare and not s.setting.institutional:
        s.say("X503", segment, element)


def _units(s: State, segment: Segment, unit: str, text: str, element: str) -> None:
    kind = _kind_of_units(text)
    if kind is _PLAIN:
        return
    if kind is _NONE:
        if not s.setting.institutional:
            s.say("X504", segment, element)
    elif unit == "UN" and s.medicare:
        s.say("X505", segment, element)


@lru_cache(1 << 10)
def _kind_of_units(text: str) -> int:
    """Whether a count is none at all or broken; what is no number is told by the structure."""
    units = values.amount(text)
    if units == 0:
        return _NONE
    return _PLAIN if units is None or units == units.to_integral_value() else _BROKEN


def date_of_line(s: State, segment: Segment) -> None:
    """DTP of 2400: the service, on or before the day received; ranges in order."""
    e = segment.elements
    if len(e) < len(_DTP):
        e = e + PAD
    first, last = values.days(e[2], e[3])
    if first is None or last is None:
        return  # a date that is none: told by the structure
    if last is not first and last < first:
        s.say("X524", segment, "DTP03")
        return
    if e[1] != "472":
        return
    if last > s.setting.received:
        s.say("X521", segment, "DTP03")
    if s.claim is not None and s.claim.lines:
        line = s.claim.lines[-1]
        line.first, line.last, line.dated, line.day = first, last, segment, e[3][:8]


def reference(s: State, segment: Segment) -> None:
    """REF of 2400: a line control number stands once in a claim."""
    e = segment.elements
    here = s.claim
    if here is None or at(e, 1) != "6R":
        return
    number = at(e, 2)
    if number in here.control_numbers:
        s.say("X516", segment, "REF02", number=number)
    here.control_numbers.add(number)


def provider(s: State, segment: Segment) -> None:
    """NM1 of 2420: names and NPIs."""
    parties.name(s, segment)
