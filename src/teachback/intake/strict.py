"""Single values of a JSON record become typed values exactly as the schema says, and nothing else does."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from teachback.intake.fields import CLOCK, MONEY, Field, Kind, Level
from teachback.intake.problems import Unreadable
from teachback.intake.values import MOST_DOLLARS, service_day

if TYPE_CHECKING:
    from collections.abc import Callable

_MONEY = re.compile(MONEY)
_TIMES = {
    text: time(hour, minute)
    for hour in range(24)
    for minute in range(60)
    if re.fullmatch(CLOCK, text := f"{hour:02}:{minute:02}")
}
_TEXT = "text in quotation marks"
_ISO_LENGTH = 10


def json_reader(field: Field) -> Callable[[Any], Any]:
    """The function that turns this field's JSON value into its value; ``Unreadable`` when it is none.

    It is never asked about null.
    """
    match field.kind:
        case Kind.DATE:
            return _service_day if field.name == "date_of_service" else _day
        case Kind.TIME:
            return _clock
        case Kind.INTEGER:
            return _integer_reader(field)
        case Kind.YES_NO:
            return _boolean
        case Kind.ANSWER | Kind.CHOICE:
            return _choice_reader(field)
        case Kind.MONEY:
            return dollars
        case Kind.LIST:
            return _texts
        case Kind.DIGITS:
            return _pattern_reader(field)
        case Kind.TEXT | Kind.NPI:
            return _named if field.name == "id" and field.level in _WITH_ID else _text


_WITH_ID = (Level.SESSION, Level.PATIENT)


def _text(value: object) -> str:
    if type(value) is str:
        return value
    raise Unreadable(_TEXT)


def _named(value: object) -> str:
    if type(value) is str and value:
        return value
    raise Unreadable("text of at least one character")


def _texts(value: object) -> tuple[str, ...]:
    if type(value) is not list:
        raise Unreadable("a list of texts", "write it in square brackets")
    for item in value:
        if type(item) is not str:
            raise Unreadable("a list of texts only")
    return tuple(value)


def _day(value: object) -> date:
    # date.fromisoformat also takes 20260414 and 2026-W16-2, which the schema does not.
    if type(value) is str and len(value) == _ISO_LENGTH and value[4] == value[7] == "-":
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise Unreadable("a date that the calendar has, as year-month-day, such as 2026-04-14")


def _service_day(value: object) -> date:
    return service_day(_day(value))


def _clock(value: object) -> time:
    found = _TIMES.get(value) if type(value) is str else None
    if found is None:
        raise Unreadable('a time such as "13:05", two digits each')
    return found


def _boolean(value: object) -> bool:
    if value is True or value is False:
        return value
    raise Unreadable("true or false, without quotation marks")


def _integer_reader(field: Field) -> Callable[[object], int]:
    lowest, highest = field.minimum or 0, field.maximum

    def read(value: object) -> int:
        whole = int(value) if type(value) is float and value.is_integer() else value
        if type(whole) is int and whole >= lowest and (highest is None or whole <= highest):
            return whole
        cure = "correct the minutes"
        if type(value) is str:
            cure = "write the minutes without quotation marks, such as 45"
        elif type(value) is not int:
            cure = "write the minutes as a whole number, such as 45"
        raise Unreadable(field.accepts, cure)

    return read


def _choice_reader(field: Field) -> Callable[[object], Any]:
    words: dict[str, Any] = {member.value: member for member in field.choices or ()}

    def read(value: object) -> object:
        found = words.get(value) if type(value) is str else None
        if found is None:
            unknown = ", or null when it is unknown" if field.nullable else ""
            raise Unreadable(field.accepts, "use one of these words" + unknown)
        return found

    return read


def _pattern_reader(field: Field) -> Callable[[object], str]:
    fits = re.compile(field.pattern or "").fullmatch

    def read(value: object) -> str:
        if type(value) is str and fits(value):
            return value
        raise Unreadable(field.accepts + ", in quotation marks")

    return read


def dollars(value: object) -> Decimal:
    """Dollars from text such as ``"1234.50"``, to the cent."""
    if type(value) is not str or not _MONEY.fullmatch(value):
        raise Unreadable('dollars as text, such as "1234.50"')
    if len(value.partition(".")[0].lstrip("0")) > MOST_DOLLARS:
        raise Unreadable("dollars below ten thousand million")
    return Decimal(value if "." in value else value + ".00")
