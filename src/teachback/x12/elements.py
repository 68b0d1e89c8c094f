"""Elements of one segment against its shape: presence, lengths, types, code values, dates, syntax notes.

``Elements(delimiters).faults(shape, segment)`` gives what is wrong as a tuple, empty for a clean segment. Clean
segments are known by one regular expression per shape, and every verdict is remembered by the segment's text in a
bounded table, so that a book of claims costs little; only what does not match is taken apart.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from teachback.x12.grammar import Composite, Value
from teachback.x12.patterns import pattern_of, real_date, real_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from teachback.x12.grammar import Note, Shape
    from teachback.x12.tokens import Delimiters, Segment

_REMEMBERED = 40_000
_SHOWN_CODES = 8
_SHOWN_VALUE = 12
_MONEY = "782"
_PERIOD_FORMAT, _PERIOD = "1250", "1251"
_NOT_NEGATIVE = {"CLM02", "SV102", "SV104", "SV203", "SV205", "SV207", "SVD05"}
_ALLOWED = re.compile(r"[ -~]*")
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_WHOLE = re.compile(r"-?[0-9]+")
_PERIODS = {
    "D8": (re.compile(r"[0-9]{8}"), "a date as CCYYMMDD"),
    "RD8": (re.compile(r"[0-9]{8}-[0-9]{8}"), "two dates as CCYYMMDD-CCYYMMDD"),
    "DT": (re.compile(r"[0-9]{12}"), "a date and time as CCYYMMDDHHMM"),
    "TM": (re.compile(r"[0-9]{4}"), "a time as HHMM"),
}


@dataclass(frozen=True, slots=True)
class ElementFault:
    """One fault of an element: our code, the element (``SV101-2``), and the sentence. ``x12`` may refine the code."""

    code: str
    element: str
    message: str
    x12: str = ""


class Elements:
    """The element check of one set of delimiters."""

    def __init__(self, delimiters: Delimiters) -> None:
        self.delimiters = delimiters
        self._patterns: dict[Shape, tuple[re.Pattern[str], tuple[tuple[int, Note], ...]]] = {}
        # By shape, then by the segment's text; whoever is in a hurry may look here first.
        self.known: dict[Shape, dict[str, tuple[ElementFault, ...]]] = {}
        self._count = 0

    def faults(self, shape: Shape, segment: Segment) -> tuple[ElementFault, ...]:
        """What is wrong with the segment's elements; empty where nothing is."""
        try:
            return self.known[shape][segment.text]
        except KeyError:
            return self._remembered(shape, segment)

    def _remembered(self, shape: Shape, segment: Segment) -> tuple[ElementFault, ...]:
        """The verdict of a segment not seen before, kept."""
        self._count += 1
        if self._count > _REMEMBERED:
            self.known.clear()
            self._count = 0
        verdict = self.judged(shape, segment)
        self.known.setdefault(shape, {})[segment.text] = verdict
        return verdict

    def judged(self, shape: Shape, segment: Segment) -> tuple[ElementFault, ...]:
        """The same, but not remembered: by the shape's expression, else element by element."""
        try:
            pattern, notes = self._patterns[shape]
        except KeyError:
            pattern, notes = pattern_of(shape, self.delimiters), _reaches(shape)
            self._patterns[shape] = pattern, notes
        if pattern.fullmatch(segment.text) is None:
            return tuple(self._examined(shape, segment))
        elements = segment.elements
        count = len(elements)
        for first, note in notes:
            # Most segments end before the elements that most notes speak of.
            if first < count and _broken(note, elements):
                return tuple(self._examined(shape, segment))
        return ()

    def _examined(self, shape: Shape, segment: Segment) -> Iterator[ElementFault]:
        """Every fault of a segment, element by element."""
        elements = segment.elements
        if len(elements) == 1 or not any(elements[1:]):
            yield ElementFault("X210", shape.id, f"{shape.id} has no element that is filled.")
            return
        if self._unseparated(shape, elements):
            name = f"{shape.id}01"
            said = f"{name} holds a qualifier alone: qualifier and code are written as elements, not as components."
            yield ElementFault("X317", name, said)
            return
        yield from self._behind(shape, elements)
        missing: set[int] = set()
        for index, element in enumerate(shape.elements, 1):
            text = elements[index] if index < len(elements) else ""
            name = f"{shape.id}{index:02}"
            if not text.strip():
                if element.required:
                    missing.add(index)
                    yield _missing(element, name)
                elif text:
                    yield _blank(name)
            elif element.unused:
                yield ElementFault("X311", name, f"{name} is filled, but not used here.")
            else:
                yield from self._repeated(element, text, name)
        yield from _periods(shape, elements)
        for note in shape.notes:
            if not missing.intersection(note.elements) and _broken(note, elements):
                yield _told(note, shape.id, elements)

    def _unseparated(self, shape: Shape, elements: list[str]) -> bool:
        """Whether codes stand in elements of their own behind their qualifiers (HI*BK*8901)."""
        first = shape.elements[0]
        if not isinstance(first, Composite) or len(first.parts) == 1 or not first.parts[1].required:
            return False
        alone = elements[1] in first.parts[0].codes
        return alone and len(elements) > 2 and self.delimiters.component not in elements[2]  # noqa: PLR2004  id, qualifier, code

    def _behind(self, shape: Shape, elements: list[str]) -> Iterator[ElementFault]:
        """What stands behind the last element that is used."""
        if elements[-1] == "":
            yield ElementFault(
                "X211", shape.id, f"{shape.id} ends with {_trailing(elements)} behind its last value."
            )
        filled = [index for index in range(len(shape.elements) + 1, len(elements)) if elements[index]]
        for index in filled:
            name = f"{shape.id}{index:02}"
            if index > shape.size:
                yield ElementFault(
                    "X303", name, f"{shape.id} has {len(elements) - 1} elements; it has {shape.size} at most."
                )
                return
            yield ElementFault("X311", name, f"{name} is filled, but not used here.")

    def _repeated(self, element: Value | Composite, text: str, name: str) -> Iterator[ElementFault]:
        """An element with its repetitions."""
        mark = self.delimiters.repetition
        if not mark or mark not in text:
            yield from self._one(element, text, name)
            return
        repetitions = text.split(mark)
        if len(repetitions) > element.most:
            said = f"{name} is given {len(repetitions)} times; {element.most} is the most."
            yield ElementFault("X312", name, said)
        for repetition in repetitions[: element.most]:
            yield from self._one(element, repetition, name)

    def _one(self, element: Value | Composite, text: str, name: str) -> Iterator[ElementFault]:
        """One repetition of an element."""
        if isinstance(element, Composite):
            yield from self._components(element, text, name)
            return
        mark = self.delimiters.component
        if mark in text:
            yield ElementFault("X313", name, f"{name} has components, but is a simple element.")
            return
        yield from _valued(element, text, name)

    def _components(self, composite: Composite, text: str, name: str) -> Iterator[ElementFault]:
        """The components of a composite."""
        parts = text.split(self.delimiters.component)
        if parts[-1] == "" and len(parts) > 1:
            yield ElementFault("X211", name, f"{name} ends with component separators behind its last value.")
        if len(parts) > composite.size and any(parts[composite.size :]):
            said = f"{name} has {len(parts)} components; it has {composite.size} at most."
            yield ElementFault("X313", name, said)
        for index, value in enumerate(composite.parts, 1):
            yield from _component(value, parts[index - 1] if index <= len(parts) else "", f"{name}-{index}")
        for index in range(len(composite.parts) + 1, min(len(parts), composite.size) + 1):
            if parts[index - 1]:
                yield ElementFault("X311", f"{name}-{index}", f"{name}-{index} is filled, but not used here.")


def _reaches(shape: Shape) -> tuple[tuple[int, Note], ...]:
    """The syntax notes of a shape, each with the first element that a segment must have to break it."""
    return tuple((0 if note.kind == "R" else min(note.elements), note) for note in shape.notes)


def _component(value: Value, text: str, name: str) -> Iterator[ElementFault]:
    """One component that the guide uses, or leaves out between others."""
    if not text.strip():
        if value.required:
            yield _missing(value, name)
        elif text:
            yield _blank(name)
    elif value.unused:
        yield ElementFault("X311", name, f"{name} is filled, but not used here.")
    else:
        yield from _valued(value, text, name)


def _trailing(elements: list[str]) -> str:
    """How many separators stand behind the last value."""
    count = 0
    while elements[-1 - count] == "":
        count += 1
    return "a separator" if count == 1 else f"{count} separators"


def _blank(name: str) -> ElementFault:
    """An optional value that is neither empty nor filled."""
    return ElementFault(
        "X306", name, f"{name} holds nothing but blanks; an element without a value is left empty."
    )


def _missing(element: Value | Composite, name: str) -> ElementFault:
    """A required element that is empty; its codes are named where they are few."""
    codes = element.parts[0].codes if isinstance(element, Composite) else element.codes
    expected = f" Expected: {_listed(codes)}." if codes and not isinstance(element, Composite) else ""
    return ElementFault("X301", name, f"{name} is required and empty.{expected}")


def _valued(value: Value, text: str, name: str) -> Iterator[ElementFault]:
    """A filled value: characters, then codes, type, and length. The first fault of these is told."""
    if not _ALLOWED.fullmatch(text):
        yield ElementFault("X306", name, f"{name} holds {_odd_character(text)}.")
    elif value.codes:
        if text not in value.codes:
            yield ElementFault("X307", name, _unknown(value, text, name))
    elif value.kind in {"R", "N0", "N2"}:
        yield from _numeric(value, text, name)
    elif value.kind == "DT":
        if not real_date(text):
            yield ElementFault("X308", name, f"{name} is not a date as CCYYMMDD.")
    elif value.kind == "TM":
        if not real_time(text):
            yield ElementFault("X309", name, f"{name} is not a time as HHMM, HHMMSS or longer.")
    else:
        yield from _length(value, len(text), name)
        yield from _external(value, text, name)


def _external(value: Value, text: str, name: str) -> Iterator[ElementFault]:
    """Codes of lists that are not the guide's, as far as their form alone can be judged here."""
    if value.kind == "ID" and not text.isalnum():
        yield ElementFault("X307", name, f"{name} is a code, but holds other marks than letters and digits.")


def _unknown(value: Value, text: str, name: str) -> str:
    """The sentence about a code that is not listed; the value is shown only where it is as short as a code."""
    shown = (
        f" holds {text}, which" if len(text) <= min(value.longest, _SHOWN_VALUE) else " holds a value that"
    )
    return f"{name}{shown} is not a code listed here. Expected: {_listed(value.codes)}."


def _listed(codes: frozenset[str]) -> str:
    """Codes in a sentence; a long list is cut."""
    ordered = sorted(codes, key=lambda code: (len(code), code))
    if len(ordered) > _SHOWN_CODES:
        return ", ".join(ordered[:_SHOWN_CODES]) + f" … ({len(ordered)} in all)"
    return " or ".join([", ".join(ordered[:-1]), ordered[-1]] if len(ordered) > 1 else ordered)


def _numeric(value: Value, text: str, name: str) -> Iterator[ElementFault]:
    """A number: its form, its digits, its sign, its decimals."""
    form = _NUMBER if value.kind == "R" else _WHOLE
    if not form.fullmatch(text):
        yield ElementFault("X314", name, f"{name} is not a number.")
        return
    digits = text.lstrip("-").replace(".", "")
    yield from _length(value, len(digits), name)
    if text.startswith("-") and name in _NOT_NEGATIVE:
        yield ElementFault("X315", name, f"{name} is negative.")
    _, _, decimals = text.partition(".")
    if value.number == _MONEY and len(decimals.rstrip("0")) > 2:  # noqa: PLR2004  cents
        yield ElementFault("X316", name, f"{name} has {len(decimals)} decimals; an amount has two at most.")


def _length(value: Value, length: int, name: str) -> Iterator[ElementFault]:
    """The length of a value; signs and points of numbers do not count."""
    what = "digits" if value.kind in {"R", "N0", "N2"} else "characters"
    if length < value.shortest:
        said = f"{name} has {length} {what}; {value.shortest} is the least."
        yield ElementFault("X304", name, said)
    elif length > value.longest:
        said = f"{name} has {length} {what}; {value.longest} is the most."
        yield ElementFault("X305", name, said)


def _odd_character(text: str) -> str:
    """What character is not allowed, without the value around it."""
    odd = next(character for character in text if not " " <= character <= "~")
    if odd < " " or odd == "\x7f":
        return f"a control character (code {ord(odd)})"
    return f"a character beyond ASCII (U+{ord(odd):04X})"


def _broken(note: Note, elements: list[str]) -> bool:
    """Whether a syntax note is broken."""
    count = len(elements)
    filled = [bool(index < count and elements[index]) for index in note.elements]
    match note.kind:
        case "P":
            return any(filled) and not all(filled)
        case "R":
            return not any(filled)
        case "E":
            return sum(filled) > 1
        case "C":
            return filled[0] and not all(filled)
        case _:
            return filled[0] and not any(filled[1:])


def _told(note: Note, segment: str, elements: list[str]) -> ElementFault:
    """The fault of a broken note, at the element to fill or to empty."""
    names = [f"{segment}{index:02}" for index in note.elements]
    empty = [
        name
        for name, index in zip(names, note.elements, strict=True)
        if index >= len(elements) or not elements[index]
    ]
    filled = [name for name in names if name not in empty]
    match note.kind:
        case "E":
            return ElementFault("X310", filled[-1], f"{_and(filled)} are filled; only one of them may be.")
        case "R":
            return ElementFault("X302", names[0], f"One of {_and(names)} must be filled.")
        case "L":
            return ElementFault(
                "X302", names[1], f"{names[0]} is filled, so one of {_and(names[1:])} must be."
            )
        case _:
            verb = "is" if len(filled) == 1 else "are"
            return ElementFault(
                "X302", empty[0], f"{_and(filled)} {verb} filled, so {_and(empty)} must be too."
            )


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _periods(shape: Shape, elements: list[str]) -> Iterator[ElementFault]:
    """Dates whose form an element before them names (DTP02 and DTP03, DMG01 and DMG02, PAT05 and PAT06)."""
    for index in range(1, len(shape.elements)):
        before, here = shape.elements[index - 1], shape.elements[index]
        if not (isinstance(before, Value) and isinstance(here, Value)):
            continue
        if before.number != _PERIOD_FORMAT or here.number != _PERIOD or index + 1 >= len(elements):
            continue
        yield from _period(elements[index], elements[index + 1], f"{shape.id}{index + 1:02}")


def _period(form: str, text: str, name: str) -> Iterator[ElementFault]:
    """One date or range by its qualifier; an unknown qualifier is told elsewhere."""
    if form not in _PERIODS or not text.strip() or not _ALLOWED.fullmatch(text):
        return
    pattern, described = _PERIODS[form]
    if not pattern.fullmatch(text):
        yield ElementFault("X308", name, f"{name} is not {described}, as {form} before it says.")
    elif form == "TM":
        if not real_time(text):
            yield ElementFault("X309", name, f"{name} is a time that does not exist.")
    elif not all(real_date(part[:8]) for part in text.split("-")) or (
        form == "DT" and not real_time(text[8:])
    ):
        yield ElementFault("X308", name, f"{name} holds a date that does not exist.")
