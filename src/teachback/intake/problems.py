"""What could not be read and why, in sentences that name the place and the cure and never a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from teachback.intake.fields import Kind

if TYPE_CHECKING:
    from teachback.intake.fields import Field

SHOWN = 40
# A cell in the wrong column may be a Medicare number, a social security number or a birth date.
_IDENTIFIER = re.compile(
    r"[1-9][A-Z][A-Z0-9][0-9]-?[A-Z][A-Z0-9][0-9]-?[A-Z]{2}[0-9]{2}|[0-9]{3}-[0-9]{2}-[0-9]{4}",
    re.IGNORECASE,
)
_DATE = re.compile(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}")
_WORD = re.compile(r"(?!.*[0-9]{5})[\w.'/+-]{1,20}")
_MOST_DIGITS = 4
_NUMBER = r"[-\u2212(]?\s?[$\u20ac]?\s?(?:[0-9]{1,6}(?:[.,][0-9]{1,10})?|[0-9]{1,3}(?:[.,][0-9]{3}){1,3}(?:[.,][0-9]{1,2})?)\)?"
# What looks like the column's own kind is a slip of the pen and no person's number.
_OWN = {
    Kind.DATE: re.compile(
        r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}(?:[ T][0-9:.]{4,12})?(?: [AP]M)?|(?:19|20)?[0-9]{4,6}"
    ),
    Kind.TIME: re.compile(r"[0-9]{1,4}(?:[:.][0-9]{1,12}){0,3}\s?(?:[AP]\.?M\.?)?", re.IGNORECASE),
    Kind.INTEGER: re.compile(_NUMBER),
    Kind.MONEY: re.compile(_NUMBER),
    Kind.DIGITS: re.compile(r"[0-9]{1,6}|[0-9]{1,5}-[0-9]{1,4}"),
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something that was not read: where it stands, what was found, what was expected, what to do.

    ``row`` counts from 1 and is a row of the spreadsheet, a ``"line"`` or an ``"item"`` of the file, as
    ``counted`` says; None stands for the whole file. ``column`` is a column or a path in the record.
    """

    file: str
    row: int | None
    column: str | None
    read: str
    expected: str
    cure: str
    counted: str = "row"

    def __str__(self) -> str:
        where = self.file
        if self.row is not None:
            where += f", {self.counted} {self.row}"
        if self.column:
            where += f", {self.column}"
        found = f", but found {self.read}" if self.read else ""
        return f"{where}: expected {self.expected}{found}; {self.cure}."


@dataclass(frozen=True, slots=True)
class Notice:
    """Something worth knowing that kept nothing from being read."""

    file: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.text}."


class Fault(NamedTuple):
    """What is wrong at one path of a record or column of a row, before file and row are known."""

    column: str
    read: str
    expected: str
    cure: str

    def refused(self, file: str, row: int, counted: str = "row") -> Refusal:
        """The fault as a refusal of that row."""
        return Refusal(file, row, self.column or None, self.read, self.expected, self.cure, counted)


class Unreadable(ValueError):  # noqa: N818 - it is caught at every cell and reads as a sentence there
    """A value is not of its field's form; ``cure`` is what to do, ``read`` overrides what is shown."""

    def __init__(self, expected: str, cure: str = "correct it", read: str | None = None) -> None:
        super().__init__(expected)
        self.expected = expected
        self.cure = cure
        self.read = read


class Unread(Exception):  # noqa: N818 - it carries a refusal rather than being an error
    """The whole file cannot be read; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


def whole(file: str, read: str, expected: str, cure: str) -> Unread:
    """The exception that refuses the whole file."""
    return Unread(Refusal(file, None, None, read, expected, cure))


def quoted(text: str) -> str:
    """The text in quotation marks, cut to 40 characters, with nothing that disturbs a terminal."""
    cut = text[:SHOWN] + ("..." if len(text) > SHOWN else "")
    return '"' + "".join(c if c.isprintable() else ascii(c)[1:-1] for c in cut) + '"'


def characters(text: str) -> str:
    """The length of a text that must not be shown."""
    return "1 character" if len(text) == 1 else f"{len(text)} characters"


def shown(value: object, field: Field) -> str:
    """What was read, as it may stand in a message: private values by their shape only."""
    if isinstance(value, str):
        return quoted(value) if _may_be_shown(value, field) else characters(value)
    if field.private or _is_day(value, field):
        return shape(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (date, time)):
        return quoted(str(value))
    if not isinstance(value, (int, float, Decimal)):
        return shape(value)
    text = _numeral(value)
    return text if _may_be_shown(text, field) else shape(value)


def word(text: str) -> str:
    """A name that somebody gave, in quotation marks when it is one word, else by its length only."""
    return quoted(text) if is_word(text) else characters(text)


def shape(value: object) -> str:
    """What kind of value was read, without the value."""
    if isinstance(value, str):
        return characters(value)
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    return next((words for kinds, words in _SHAPES if isinstance(value, kinds)), str(value))


_SHAPES: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "nothing"),
    (bool, "true or false"),
    ((int, float, Decimal), "a number"),
    ((date, datetime), "a date"),
    (time, "a time"),
    (dict, "an object"),
)


def _may_be_shown(text: str, field: Field) -> bool:
    if field.private or _IDENTIFIER.search(text):
        return False
    own = _OWN.get(field.kind)
    return (own is not None and own.fullmatch(text) is not None) or is_word(text)


def is_word(text: str) -> bool:
    """Whether this is one short word with few digits, as no person's name or number is in full."""
    # Telephone numbers and dates have few digits in a row, but many together.
    return (
        _WORD.fullmatch(text) is not None
        and sum(map(str.isdigit, text)) <= _MOST_DIGITS
        and not _DATE.fullmatch(text)
        and not _IDENTIFIER.search(text)
    )


def _is_day(value: object, field: Field) -> bool:
    return isinstance(value, date) and field.kind is not Kind.DATE


def _numeral(value: float | Decimal) -> str:
    try:
        text = str(value)
    except ValueError:  # Python writes no number of more than some thousand digits
        return "a number of thousands of digits"
    return text if len(text) <= SHOWN else text[:SHOWN] + "..."
