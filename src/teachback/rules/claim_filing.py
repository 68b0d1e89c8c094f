"""The clocks of a claim: its note is signed in time, and it is received within a year of the service."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from teachback.findings import Owner
from teachback.model import ClaimForm, Severity
from teachback.rulebook import derives, determines, edit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SATURDAY: Final = 5
SUNDAY: Final = 6
WEEK: Final = 7
LAST_YEAR: Final = date.max.year - 1
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def years_later(day: date, years: int) -> date:
    """The same day of a later year; 28 February where there is no 29th. The calendar's last years stand still."""
    year = min(day.year + years, LAST_YEAR)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)


def _nth_weekday(year: int, month: int, weekday: int, count: int) -> date:
    """The count-th such weekday of a month; -1 is the last."""
    if count > 0:
        first = date(year, month, 1)
        return first + timedelta((weekday - first.weekday()) % WEEK + WEEK * (count - 1))
    following = date(year + month // 12, month % 12 + 1, 1)
    last = following - timedelta(1)
    return last - timedelta((last.weekday() - weekday) % WEEK)


def _kept(day: date) -> date:
    """The day on which a fixed holiday is kept: the Friday before a Saturday, the Monday after a Sunday."""
    return day + timedelta({SATURDAY: -1, SUNDAY: 1}.get(day.weekday(), 0))


def holidays(year: int, words: Sequence[str]) -> Iterator[date]:
    """The days of a year on which holidays are kept; a word is ``12-25`` or ``11 Thursday 4``."""
    for word in words:
        month, *rest = word.replace("-", " ", 1).split(" ") if " " not in word else word.split(" ")
        if len(rest) == 1:
            yield _kept(date(year, int(month), int(rest[0])))
        else:
            yield _nth_weekday(year, int(month), WEEKDAYS.index(rest[0]), int(rest[1]))


def next_workday(day: date, words: Sequence[str]) -> date:
    """The day itself, or the first one after it that is neither of a weekend nor a holiday."""
    free = {kept for year in (day.year, day.year + 1) for kept in holidays(year, words)}
    while day.weekday() >= SATURDAY or day in free:
        day += timedelta(1)
    return day


@derives
def last_filing_day(filing_anchor: date, *, filing_years: int, legal_holidays: Sequence[str]) -> date:
    """The last day on which the claim can be received in time: a year later, or the next workday."""
    return next_workday(years_later(filing_anchor, filing_years), legal_holidays)


@derives
def days_to_file(last_filing_day: date, received: date, *, filing_near_days: int) -> int:
    """Days left to file; -1 is too late, and what lies beyond the pressing days is not counted further."""
    return max(-1, min((last_filing_day - received).days, filing_near_days))


@derives
def signed_late(days_to_signature: int, *, late_signature_days: int) -> bool:
    """The note was signed long after the service."""
    return days_to_signature > late_signature_days


@derives
def in_future(date_of_service: date, received: date) -> bool:
    """The date of service lies after the day of the claim."""
    return date_of_service > received


@determines()
def correction_taken(claim_form: ClaimForm, *, corrected_by_frequency: Sequence[str]) -> bool:
    """The payer takes a replacement or a void (frequency 7, 8) of a claim of this form."""
    return claim_form in corrected_by_frequency


@edit(
    "S113",
    Severity.ERROR,
    says="The claim is received more than {filing_years} calendar year after the service; it will be denied without appeal.",
    remedy="Write it off, or ask for an exception (Medicare's own error, or coverage granted later). The patient may not be billed.",
    place="filing.anchor",
    owner=Owner.BILLER,
    prevents="29",
)
def timely_filing_passed(days_to_file: int, first_claim: bool, *, filing_years: int) -> bool:
    """The claim is past one calendar year from the date of service."""
    return first_claim and days_to_file < 0 and filing_years > 0


@edit(
    "S114",
    Severity.WARNING,
    says="{days_to_file} days are left to file this claim.",
    remedy="Send it now; a returned claim must come back corrected inside the same limit.",
    place="filing.anchor",
    owner=Owner.BILLER,
)
def timely_filing_near(days_to_file: int, first_claim: bool, *, filing_near_days: int) -> bool:
    """The filing limit is less than thirty days away."""
    return first_claim and 0 <= days_to_file < filing_near_days


@edit(
    "U114",
    Severity.ERROR,
    says="The date of service lies after the day of the claim.",
    remedy="Correct the date, or send the claim after the service was given.",
    place="line.date_of_service",
    owner=Owner.BILLER,
    prevents="110",
)
def date_in_future(in_future: bool, *, claim_follows_service: bool) -> bool:
    """The date of service lies after the day on which the claim is made."""
    return claim_follows_service and in_future


@edit(
    "D406",
    Severity.WARNING,
    says="The note was signed more than {late_signature_days} days after the service.",
    remedy="Ask the clinician to sign notes on the day; nothing may be dated back. A late signature draws questions on review.",
    place="line.date_of_service",
    owner=Owner.CLINICIAN,
)
def note_signed_late(signed_late: bool, *, late_signature_days: int) -> bool:
    """The note was signed long after the date of service."""
    return signed_late and late_signature_days > 0
