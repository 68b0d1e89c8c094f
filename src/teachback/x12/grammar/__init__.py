"""What the guides demand, as tables and as objects.

The guides are 005010X222A1 (837P), 005010X223A2 (837I), 005010X221A1 (835), 005010X214 (277CA) and 005010X231A1 (999).
The tables, one file each, hold facts only (ids, places, usage, repeats, types, lengths, code values), no wording of
the guides. Their layout:

- ``[data]`` data element number = type, shortest, longest.
- ``[shapes]`` name = [elements that the segment has, syntax notes, element, element …]. An element reads
  ``usage number codes…`` (a blank within a code is written ``_``); a composite is a list that begins with
  ``usage components``. Usage is R (required), S (situational) or N (not used), followed by the most repetitions where
  there may be several. Trailing elements that are not used are left out.
- ``[loops]`` ``in`` = parent, place, usage, most repeats (0: no limit); ``segments`` = place, usage, most, shape.
  The first segment opens its loop. Segments and loops of one place may stand in any order.

``load("837P")`` reads a table once and gives a `Grammar`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

GUIDES = {
    "837P": "professional",
    "837I": "institutional",
    "835": "remittance",
    "277CA": "claim_acknowledgment",
    "999": "acknowledgment",
}
UNLIMITED = 0
_REQUIRED, _UNUSED = "R", "N"


@dataclass(frozen=True, slots=True)
class Value:
    """One simple element or component: usage, type, lengths and, where the guide lists them, its codes.

    ``number`` is X12's data element number. ``most`` counts repetitions.
    """

    usage: str
    number: str
    kind: str
    shortest: int
    longest: int
    codes: frozenset[str]
    most: int = 1

    @property
    def required(self) -> bool:
        """Whether it must carry a value."""
        return self.usage == _REQUIRED

    @property
    def unused(self) -> bool:
        """Whether it must be empty."""
        return self.usage == _UNUSED


@dataclass(frozen=True, slots=True)
class Composite:
    """An element of components. ``size`` is how many X12 gives it; unused ones at the end are left out."""

    usage: str
    size: int
    parts: tuple[Value, ...]
    most: int = 1

    @property
    def required(self) -> bool:
        """Whether it must carry a value."""
        return self.usage == _REQUIRED

    @property
    def unused(self) -> bool:
        """Whether it must be empty: composites that are, are described as simple elements."""
        return False


@dataclass(frozen=True, slots=True)
class Note:
    """A syntax note: P (all or none), R (at least one), E (at most one), C (if the first, then all), L (then one)."""

    kind: str
    elements: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What a segment may hold in its place. ``elements`` lacks unused ones at the end; X12 gives it ``size``."""

    id: str
    name: str
    size: int
    notes: tuple[Note, ...]
    elements: tuple[Value | Composite, ...]
    qualifiers: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A segment (``shape``) or a loop (``loop``) at its place within a loop. ``most`` 0 is without limit."""

    place: int
    required: bool
    most: int
    shape: Shape
    loop: Loop | None = None

    @property
    def what(self) -> str:
        """The segment's id, with its qualifiers where it is known by them: ``REF*EI or SY``."""
        return described(self.shape)


@dataclass(slots=True, eq=False)
class Loop:
    """A loop: its items in order of their places; the first is the segment that opens it."""

    id: str
    items: list[Item] = field(default_factory=list)

    @property
    def opening(self) -> Shape:
        """The segment that begins the loop."""
        return self.items[0].shape


@dataclass(frozen=True, slots=True, eq=False)
class Grammar:
    """One guide. ``root`` is the transaction set without ST and SE; ``segments`` are all ids that it knows."""

    kind: str
    version: str
    root: Loop
    loops: dict[str, Loop]
    segments: frozenset[str]


QUALIFIED_BY = {"HL": 3}
"""Element that tells segments of one id apart; the first (of a composite its first component) elsewhere."""

_SHOWN = 3


def qualifier_of(elements: list[str], component: str) -> str:
    """The value by which a segment is told apart from others of its id."""
    index = QUALIFIED_BY.get(elements[0], 1)
    value = elements[index] if index < len(elements) else ""
    return value.split(component, 1)[0] if component in value else value


def described(shape: Shape) -> str:
    """A segment as messages name it: ``HI*ABK or BK``."""
    if not shape.qualifiers:
        return shape.id
    codes = sorted(shape.qualifiers)
    if len(codes) > _SHOWN:
        return shape.id
    listed = " or ".join(codes)
    return f"{shape.id}03 {listed}" if shape.id == "HL" else f"{shape.id}*{listed}"


@cache
def load(kind: str) -> Grammar:
    """The grammar of a kind of `GUIDES`; a `KeyError` for others."""
    text = files(__package__).joinpath(f"{GUIDES[kind]}.toml").read_text("utf-8")
    table = tomllib.loads(text)
    data = {number: tuple(kind_of.split()) for number, kind_of in table["data"].items()}
    shapes = {name: _shape(name, lines, data) for name, lines in table["shapes"].items()}
    loops = {name: Loop(name) for name in table["loops"]}
    for name, described_loop in table["loops"].items():
        for line in described_loop["segments"]:
            place, usage, most, shape = line.split()
            loops[name].items.append(Item(int(place), usage == _REQUIRED, int(most), shapes[shape]))
    for name, described_loop in table["loops"].items():
        for home in described_loop["in"]:
            parent, place, usage, most = home.split()
            item = Item(int(place), usage == _REQUIRED, int(most), loops[name].opening, loops[name])
            loops[parent].items.append(item)
    for loop in loops.values():
        # The opening segment leads whatever its place says; the sort keeps the order of equal places.
        loop.items[1:] = sorted(loop.items[1:], key=lambda item: item.place)
    used = frozenset(shape.id for shape in shapes.values())
    return Grammar(kind, table["version"], loops["ST"], loops, used)


def _shape(name: str, lines: list[Any], data: dict[str, tuple[str, ...]]) -> Shape:
    """One shape of a table."""
    size, notes, *elements = lines
    made = tuple(_element(element, data) for element in elements)
    segment = name.rsplit("_", 1)[0]
    return Shape(segment, name, int(size), _notes(notes, made), made, _qualifiers(segment, made))


def _element(line: str | list[str], data: dict[str, tuple[str, ...]]) -> Value | Composite:
    """One element: a text is a simple one, a list a composite."""
    if isinstance(line, str):
        return _value(line, data)
    usage, size = line[0].split()
    parts = tuple(_value(part, data) for part in line[1:])
    return Composite(usage[0], int(size), parts, int(usage[1:] or 1))


def _value(line: str, data: dict[str, tuple[str, ...]]) -> Value:
    """One simple element or component."""
    usage, number, *codes = line.split()
    kind, shortest, longest = ("AN", "0", "0") if usage == _UNUSED else data[number]
    listed = frozenset(code.replace("_", " ") for code in codes)
    return Value(usage[0], number, kind, int(shortest), int(longest), listed, int(usage[1:] or 1))


def _notes(text: str, elements: tuple[Value | Composite, ...]) -> tuple[Note, ...]:
    """The syntax notes that can be broken: those that usage alone settles are left out."""
    made = []
    for word in text.split():
        numbers = tuple(int(word[at : at + 2]) for at in range(1, len(word), 2))
        usable = [number for number in numbers if number <= len(elements) and not elements[number - 1].unused]
        asked = numbers[:1] if word[0] in "CL" else numbers
        if any(number in usable for number in asked) and not (word[0] == "E" and len(usable) < len(numbers)):
            required = [number for number in usable if elements[number - 1].required]
            if not _always_kept(word[0], numbers, required):
                made.append(Note(word[0], numbers))
    return tuple(made)


def _always_kept(kind: str, numbers: tuple[int, ...], required: list[int]) -> bool:
    """Whether a note says nothing that required elements do not say already."""
    if kind == "R":
        return bool(required)
    if kind == "L":
        return any(number in required for number in numbers[1:])
    asked = numbers[1:] if kind == "C" else numbers
    return kind != "E" and all(number in required for number in asked)


def _qualifiers(segment: str, elements: tuple[Value | Composite, ...]) -> frozenset[str]:
    """The codes by which the shape is told from others of its segment; empty where the id alone does."""
    index = QUALIFIED_BY.get(segment, 1) - 1
    if index >= len(elements):
        return frozenset()
    first = elements[index]
    if isinstance(first, Composite):
        return first.parts[0].codes
    return first.codes if first.required and first.kind == "ID" else frozenset()
