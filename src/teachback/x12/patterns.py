"""One regular expression per shape of a segment: whatever matches is clean, whatever does not is looked at closely.

The expressions are narrower than the guide, never wider: an odd but allowed text costs a closer look, no more.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from teachback.x12.grammar import Composite, Value

if TYPE_CHECKING:
    from teachback.x12.grammar import Shape
    from teachback.x12.tokens import Delimiters

_MONTHS = (
    r"(?:(?:0[13578]|1[02])(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)(?:0[1-9]|[12][0-9]|30)"
    r"|02(?:0[1-9]|1[0-9]|2[0-8]))"
)
_DATE = r"(?:19|20)[0-9]{2}" + _MONTHS
_TIME = r"(?:[01][0-9]|2[0-3])[0-5][0-9]"
_PERIODS = {"D8": _DATE, "RD8": f"{_DATE}-{_DATE}"}
_EARLIEST_YEAR, _LATEST_YEAR = 1800, 2199
_FORM = re.compile(r"[0-9]{8}")
_TIMES = re.compile(_TIME + r"(?:[0-5][0-9](?:[0-9]{1,2})?)?")
_WHOLE_DIGITS = 8
_PERIOD_FORMAT, _PERIOD = "1250", "1251"


def real_date(text: str) -> bool:
    """Whether CCYYMMDD is a day of the calendar in living memory or ahead (1800 to 2199)."""
    if not _FORM.fullmatch(text) or not _EARLIEST_YEAR <= int(text[:4]) <= _LATEST_YEAR:
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True


def real_time(text: str) -> bool:
    """Whether HHMM, HHMMSS or HHMMSSDD is a time."""
    return _TIMES.fullmatch(text) is not None


def pattern_of(shape: Shape, delimiters: Delimiters) -> re.Pattern[str]:
    """The expression of clean segments of that shape, for these delimiters."""
    separator = re.escape(delimiters.element)
    fields = [_field(shape, index, delimiters) for index in range(len(shape.elements))]
    needed = [element.required for element in shape.elements]
    return re.compile(re.escape(shape.id) + _row(fields, needed, separator) + f"(?<!{separator})")


def _row(fields: list[str], needed: list[bool], separator: str) -> str:
    """Fields one after another; those behind the last needed one may be left out with their separators."""
    last = max((index for index, need in enumerate(needed) if need), default=-1)
    text = ""
    for index in reversed(range(len(fields))):
        value = fields[index] if needed[index] else f"(?:{fields[index]})?" if fields[index] else ""
        text = f"{separator}{value}{text}"
        if index > last:
            text = f"(?:{text})?"
    return text


def _field(shape: Shape, index: int, delimiters: Delimiters) -> str:
    """The expression of one element."""
    element = shape.elements[index]
    if isinstance(element, Composite):
        component = re.escape(delimiters.component)
        parts = [_value(part, delimiters) for part in element.parts]
        needed = [part.required for part in element.parts]
        # The first component stands without a separator before it; an optional one may be empty.
        text = _row(parts, needed, component)
        return f"(?:{_without_first(text, component)})(?<!{component})"
    before = shape.elements[index - 1] if index else None
    if element.number == _PERIOD and isinstance(before, Value) and before.number == _PERIOD_FORMAT:
        forms = [_PERIODS[code] for code in sorted(before.codes) if code in _PERIODS]
        if forms:
            return forms[0] if len(forms) == 1 else _any_period(before, separator=delimiters.element)
    return _value(element, delimiters)


def _any_period(before: Value, separator: str) -> str:
    """A date or a range, each only behind its own qualifier."""
    mark = re.escape(separator)
    forms = [f"(?<={mark}{code}{mark}){_PERIODS[code]}" for code in sorted(before.codes) if code in _PERIODS]
    return f"(?:{'|'.join(forms)})"


def _without_first(text: str, component: str) -> str:
    """A row without the separator before its first field."""
    if text.startswith(f"(?:{component}"):
        return "(?:" + text[len(f"(?:{component}") :]
    return text[len(component) :]


def _value(value: Value, delimiters: Delimiters) -> str:
    """The expression of one simple value that is filled; empty for one that is not used."""
    if value.unused:
        return ""
    if value.codes:
        return "(?:" + "|".join(re.escape(code) for code in sorted(value.codes)) + ")"
    match value.kind:
        case "R":
            whole = min(_WHOLE_DIGITS, value.longest)
            decimals = r"(?:\.[0-9]{1,2})?" if value.longest >= whole + 2 else ""
            return f"[0-9]{{1,{whole}}}{decimals}"
        case "N0" | "N2":
            return f"[0-9]{{{value.shortest},{value.longest}}}"
        case "DT":
            return _DATE
        case "TM":
            return _TIME
        case "ID":
            return f"[0-9A-Za-z]{{{value.shortest},{value.longest}}}"
        case _:
            return _text(value, delimiters)


def _text(value: Value, delimiters: Delimiters) -> str:
    """Free text: printable ASCII but the delimiters, no blank at its begin."""
    used = {delimiters.element, delimiters.component, delimiters.repetition, delimiters.segment}
    allowed = _ranges([code for code in range(0x21, 0x7F) if chr(code) not in used])
    return f"[{allowed}][ {allowed}]{{{max(value.shortest - 1, 0)},{value.longest - 1}}}"


def _ranges(codes: list[int]) -> str:
    """Characters as the inside of a character class, neighbors drawn together."""
    runs: list[list[int]] = []
    for code in codes:
        if runs and runs[-1][1] == code - 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"\\x{low:02x}-\\x{high:02x}" for low, high in runs)
