"""Single cells of a spreadsheet, as text or as the native values of XLSX, become typed values here."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from teachback.intake.fields import Field, Kind, Level
from teachback.intake.problems import Unreadable
from teachback.model import Answer, Helper, PractitionerKind

if TYPE_CHECKING:
    from collections.abc import Callable

EARLIEST, LATEST = date(1966, 7, 1), date(2099, 12, 31)
SERVICE_DAYS = f"a date from {EARLIEST} (the first day of Medicare) to {LATEST}"
MOST_DOLLARS = 10  # digits before the point: beyond that it is a slip, and sums could lose cents
ERRORS = frozenset(
    ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"],
)
YES_NO = dict.fromkeys(("yes", "y", "true", "1"), True) | dict.fromkeys(("no", "n", "false", "0"), False)
_ANSWERS = {word: Answer.YES if yes else Answer.NO for word, yes in YES_NO.items()}
_ANSWERS["unknown"] = Answer.UNKNOWN

_MIDNIGHT = r"(?:[T ]0?0:00(?::00(?:\.0+)?)?| 12:00(?::00)? AM)?"
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})" + _MIDNIGHT)
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})" + _MIDNIGHT)
_TWO_DIGIT_YEAR = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2}")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.0+)?)?\s*(?:([AP])\.?M\.?)?", re.IGNORECASE)
_INTEGER = re.compile(r"([0-9]{1,9})(?:\.0+)?")
_DOLLARS = re.compile(r"\$?\s*([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]{1,2}))?")
_DECIMAL_COMMA = re.compile(r"\$?\s*[0-9.]+,[0-9]{1,2}|\$?\s*[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+")
_NEGATIVE = re.compile(r"[-−(]\s*\$?\s*[0-9].*")  # noqa: RUF001 - the minus sign of word processors
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]+)?E\+?[0-9]+", re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"([0-9]+)\.0+")
_CODE = r"\b(?:[A-Z][0-9]|QA)[0-9A-Z](?:\.?[0-9A-Z]{1,4})?\b"
_TWO_CODES = re.compile(_CODE + r"\s*[,/|\s]\s*" + _CODE, re.IGNORECASE)
_SERIAL_DAY = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_PART_OF_DAY = re.compile(r"0?\.[0-9]+|[01]\.0+")
_SHORTEST_ZIP = 5
_PRACTITIONERS = {kind.value for kind in PractitionerKind} - {*Helper, "OTHER"} | {"PHYSICIAN"}
_SPACES = re.compile(r"[-\s_]+")

AS_DATE = "write it as year-month-day, such as 2026-04-14"
AS_TEXT = "give the column the format Text and enter it again"


class Formula:
    """The value of a cell whose formula was never calculated."""

    def __str__(self) -> str:
        return "a formula without a stored value"


NO_STORED_VALUE: Final = Formula()


def cell_reader(field: Field) -> Callable[[Any], Any]:
    """The function that turns a cell of this field's column into its value.

    It expects a cell that is not empty, text without surrounding blanks; it raises ``Unreadable``.
    """
    read = _reader(field)

    def checked(cell: object) -> object:
        if cell is NO_STORED_VALUE:
            raise Unreadable(
                "a value", "open the file in the spreadsheet program and save it again", read=str(cell)
            )
        if cell in ERRORS:
            raise Unreadable(field.accepts, "correct the formula of this cell", read=f"the error {cell}")
        return read(cell)

    # Dates, words and amounts come again and again; refused cells are not kept, so all kept are short.
    return checked if field.kind in _FREE else lru_cache(maxsize=1024, typed=True)(checked)


def _reader(field: Field) -> Callable[[Any], Any]:
    if field.name == "diagnoses":
        return _diagnoses
    if field.kind in _SIMPLE:
        return _SIMPLE[field.kind]
    match field.kind:
        case Kind.DATE:
            return _service_day if field.name == "date_of_service" else _day
        case Kind.INTEGER:
            return _integer_reader(field)
        case Kind.YES_NO:
            return _word_reader(field, YES_NO)
        case Kind.ANSWER:
            return _word_reader(field, _ANSWERS)
        case Kind.CHOICE:
            return _word_reader(field, {_plain(member.value): member for member in field.choices or ()})
        case Kind.DIGITS:
            return _digits_reader(field)
        case _:
            return _padded_reader(field) if field.pad else _text


def _text(cell: object) -> str:
    """The cell as text; a number as a person would write it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, (date, time, timedelta)):
        raise Unreadable("text", AS_TEXT, read="a date or time")
    return str(cell)


def _items(cell: object) -> tuple[str, ...]:
    return tuple(item for part in _text(cell).split(";") if (item := part.strip()))


def _diagnoses(cell: object) -> tuple[str, ...]:
    codes = _items(cell)
    if any(_TWO_CODES.search(code) for code in codes):
        raise Unreadable("codes separated by ;", "separate codes by ;")
    return codes


def _npi(cell: object) -> str:
    text = _text(cell)
    if _SCIENTIFIC.fullmatch(text):
        raise Unreadable("an NPI of ten digits", "its digits were lost in a spreadsheet: " + AS_TEXT)
    whole = _WHOLE_FLOAT.fullmatch(text)
    return whole[1] if whole else text


def _day(cell: object) -> date:
    if isinstance(cell, datetime):
        if cell.time() != time():
            raise Unreadable("a date without a time of day", AS_DATE)
        return cell.date()
    if isinstance(cell, date):
        return cell
    if not isinstance(cell, str):
        raise Unreadable("a date such as 2026-04-14", "give the column the format Date, or " + AS_DATE)
    if found := _ISO.fullmatch(cell):
        return _calendar(int(found[1]), int(found[2]), int(found[3]))
    if found := _SLASHED.fullmatch(cell):
        if int(found[1]) > 12 >= int(found[2]):  # noqa: PLR2004 - months of a year
            raise Unreadable("the month before the day, as in 4/14/2026", AS_DATE)
        return _calendar(int(found[3]), int(found[1]), int(found[2]))
    if _TWO_DIGIT_YEAR.fullmatch(cell):
        raise Unreadable("a year of four digits", AS_DATE)
    if _SERIAL_DAY.fullmatch(cell):
        raise Unreadable("a date such as 2026-04-14", "format the column as a date, or " + AS_DATE)
    raise Unreadable("a date such as 2026-04-14 or 4/14/2026", AS_DATE)


def _calendar(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("a day that the calendar has", AS_DATE) from None


def _service_day(cell: object) -> date:
    return service_day(_day(cell))


def service_day(day: date) -> date:
    """The day of a training, when Medicare could know it; ``Unreadable`` when it is out of range."""
    if EARLIEST <= day <= LATEST:
        return day
    raise Unreadable(SERVICE_DAYS, "the date is out of range: correct the year")


def _clock(cell: object) -> time:
    if isinstance(cell, datetime):
        cell = cell.time()
    elif isinstance(cell, timedelta) and timedelta() <= cell < timedelta(days=1):
        cell = (datetime(1900, 1, 1) + cell).time()  # noqa: DTZ001 - a clock of no zone
    if isinstance(cell, time):
        return _whole_minute(cell)
    found = _TIME.fullmatch(cell) if isinstance(cell, str) else None
    if found is None:
        cure = "write hours and minutes, such as 13:05"
        if isinstance(cell, float) or (isinstance(cell, str) and _PART_OF_DAY.fullmatch(cell)):
            cure = "format the column as a time, or " + cure
        raise Unreadable("a time such as 13:05 or 1:05 PM", cure)
    hour, half = int(found[1]), (found[4] or "").upper()
    if half:
        if not 1 <= hour <= 12:  # noqa: PLR2004 - hours of a half day
            raise Unreadable("an hour from 1 to 12 with AM or PM", "write it as 13:05 or as 1:05 PM")
        hour = hour % 12 + (12 if half == "P" else 0)
    try:
        return _whole_minute(time(hour, int(found[2]), int(found[3] or 0)))
    except ValueError as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("a time from 00:00 to 23:59", "write hours and minutes, such as 13:05") from None


def _whole_minute(clock: time) -> time:
    # Spreadsheets keep times as binary fractions of a day, so 10:00 may arrive as 9:59:59.9999.
    exact = datetime.combine(EARLIEST, clock.replace(tzinfo=None)) + timedelta(microseconds=500_000)
    if exact.second or exact.date() != EARLIEST:
        raise Unreadable("a time in whole minutes", "leave the seconds away")
    return exact.time().replace(microsecond=0)


def _integer_reader(field: Field) -> Callable[[object], int]:
    lowest = field.minimum or 0
    highest = field.maximum if field.maximum is not None else 10**9

    def read(cell: object) -> int:
        found = _INTEGER.fullmatch(_text(cell)) if not isinstance(cell, bool) else None
        if found is None or not lowest <= int(found[1]) <= highest:
            unlike = found is None and not (isinstance(cell, str) and _NEGATIVE.fullmatch(cell))
            raise Unreadable(
                field.accepts,
                "write the minutes as digits only, such as 45" if unlike else "correct the minutes",
            )
        return int(found[1])

    return read


def _plain(word: str) -> str:
    return _SPACES.sub("_", word.strip().casefold())


def _word_reader(field: Field, words: dict[str, Any]) -> Callable[[object], Any]:
    def read(cell: object) -> object:
        word = _text(cell)
        found = words.get(word)
        if found is None:
            found = words.get(_plain(word))
        if found is None:
            raise Unreadable(field.accepts, _word_cure(field, word, words))
        return found

    return read


def may_be_offered(field: Field) -> bool:
    """Whether a hint may name this field or one of its words: never where it would state a fact of law."""
    return field.kind not in (Kind.YES_NO, Kind.ANSWER) and (
        field.kind is not Kind.CHOICE or field.level is Level.SESSION
    )


def _word_cure(field: Field, word: str, words: dict[str, Any]) -> str:
    if field.name == "furnished_by" and word.strip(" .").upper() in _PRACTITIONERS:
        return "leave the cell empty when the practitioner gave the training"
    near = get_close_matches(_plain(word)[:40], words, 1) if may_be_offered(field) else ()
    if near:
        return f'did you mean "{words[near[0]]}"?'
    return "use one of these words" + _or_empty(field)


def _or_empty(field: Field) -> str:
    return "" if field.required else ", or leave the cell empty when it is unknown"


def _dollars(cell: object) -> Decimal:
    if isinstance(cell, (bool, date, time, timedelta)):
        raise Unreadable("dollars such as 1234.50", "give the column the format Number")
    if isinstance(cell, float):
        cents = round(cell, 2)
        if abs(cell - cents) > 1e-6:  # noqa: PLR2004 - what binary fractions add to whole cents
            raise Unreadable("dollars in whole cents", "round the amount to cents")
        cell = f"{cents:.2f}"
    return _dollars_of(str(cell))


def _dollars_of(text: str) -> Decimal:
    found = _DOLLARS.fullmatch(text)
    if found is None:
        raise _not_dollars(text)
    whole = found[1].replace(",", "")
    if len(whole.lstrip("0")) > MOST_DOLLARS:
        raise Unreadable("dollars below ten thousand million", "correct the amount")
    return Decimal(f"{whole}.{found[2] or '':0<2}")


def _not_dollars(text: str) -> Unreadable:
    if _NEGATIVE.fullmatch(text):
        return Unreadable("an amount of 0 or more", "correct the amount")
    if _DECIMAL_COMMA.fullmatch(text):
        return Unreadable("dollars with a decimal point", "write 1234.50 where it says 1234,50")
    return Unreadable("dollars such as 1234.50", "write the amount in digits with a point before the cents")


def _digits_reader(field: Field) -> Callable[[object], str]:
    pattern = re.compile(field.pattern or "")

    def read(cell: object) -> str:
        text = _padded(cell, field.pad)
        if pattern.fullmatch(text):
            return text
        raise Unreadable(field.accepts, "correct it" + _or_empty(field))

    return read


def _padded_reader(field: Field) -> Callable[[object], str]:
    def read(cell: object) -> str:
        text = _padded(cell, field.pad)
        if text.isascii() and text.isdigit() and len(text) < _SHORTEST_ZIP:
            raise Unreadable("a ZIP of five or nine digits", "correct it" + _or_empty(field))
        return text

    return read


def _padded(cell: object, widths: tuple[int, ...]) -> str:
    text = _text(cell)
    whole = _WHOLE_FLOAT.fullmatch(text) if widths else None
    text = whole[1] if whole else text
    if not (text.isascii() and text.isdigit()):
        return text
    # A second missing digit is more likely another mistake than a second zero.
    width = next((width for width in widths if width - len(text) == 1), 0)
    return text.zfill(width)


_SIMPLE: dict[Kind, Callable[[Any], Any]] = {
    Kind.TIME: _clock,
    Kind.MONEY: _dollars,
    Kind.LIST: _items,
    Kind.NPI: _npi,
}
_FREE = (Kind.TEXT, Kind.NPI, Kind.LIST)
