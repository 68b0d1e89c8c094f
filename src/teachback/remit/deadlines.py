"""Until when something can be done about an answer: appeals, reopenings, the filing limit, overpayments.

Calendar days throughout. An appeal or reopening is filed when it is received, and its last day does not move past
a weekend: ``Deadline.last_workday`` tells by when it should arrive. The filing limit alone moves to the next workday.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from teachback.remit import tables
from teachback.rulebook import FIRST_DAY
from teachback.rules.book import law
from teachback.rules.claim_filing import SATURDAY, holidays, last_filing_day, years_later

if TYPE_CHECKING:
    from collections.abc import Sequence

    from teachback.claimdata import Claim, ClaimLine
    from teachback.remit.tables import Value
    from teachback.remitdata import Remittance

_MONTHS: Final = 12


class Clock(StrEnum):
    """What a deadline is for."""

    REDETERMINATION = "redetermination"
    RECONSIDERATION = "reconsideration"
    HEARING = "hearing"
    COUNCIL = "council"
    COURT = "court"
    REOPENING = "reopening"
    GOOD_CAUSE = "reopening_for_good_cause"
    FILING = "filing_limit"
    EXCEPTION = "filing_exception"
    OVERPAYMENT = "overpayment"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for something, the day it is counted from, one sentence for people, and its sources."""

    clock: Clock
    last_day: date
    counted_from: date
    words: str
    cites: tuple[str, ...]

    def days_left(self, today: date) -> int:
        """Calendar days until the last day; 0 on it, negative once it has passed."""
        return (self.last_day - today).days

    def has_passed(self, today: date) -> bool:
        """Whether the last day lies before today."""
        return today > self.last_day

    @property
    def last_workday(self) -> date:
        """The last working day on or before the last day: when a request should arrive."""
        words: Sequence[str] = law().on(_lawful(self.last_day)).value("legal_holidays")
        day = self.last_day
        years = range(max(day.year - 1, date.min.year + 1), min(day.year + 1, date.max.year - 1) + 1)
        free = {kept for year in years for kept in holidays(year, words)}
        while day.weekday() >= SATURDAY or day in free:
            day -= timedelta(1)
        return day


@dataclass(frozen=True, slots=True)
class Level:
    """One level of appeal as it stands in the year of the request.

    ``minimum_cents`` is the least amount in controversy, ``None`` where there is none; ``minimum_known`` is false
    where a minimum exists that was not published or not read for the year. ``days`` count from presumed receipt.
    """

    number: int
    name: str
    body: str
    clock: Clock
    days: int
    minimum_cents: int | None
    minimum_known: bool
    cites: tuple[str, ...]


_LEVELS: Final = (
    (Clock.REDETERMINATION, "redetermination", "the contractor that decided the claim", None),
    (Clock.RECONSIDERATION, "reconsideration", "a qualified independent contractor", None),
    (Clock.HEARING, "hearing", "an administrative law judge", "hearing_minimum"),
    (Clock.COUNCIL, "review", "the Medicare Appeals Council", None),
    (Clock.COURT, "judicial review", "a federal district court", "court_minimum"),
)
MOST_LEVELS: Final = len(_LEVELS)


def _value(parameter: str, day: date) -> Value:
    found = tables.value("deadlines", parameter, _lawful(day))
    assert found is not None  # noqa: S101  only the minimums are ever silent, and they are asked for elsewhere
    return found


def notice_date(remittance: Remittance) -> date | None:
    """The date of the notice: the earlier of payment and production; ``None`` where the file has neither."""
    return min((day for day in (remittance.paid_on, remittance.produced_on) if day is not None), default=None)


def presumed_receipt(notice: date, received: date | None = None) -> date:
    """The day on which a notice counts as received; ``received`` is a day that evidence shows, and beats it."""
    return received or _after(notice, _value("presumed_receipt_days", notice).value)


def appeal(level: int, notice: date, received: date | None = None) -> Deadline:
    """By when the request for an appeal of the level (1 to 5) must have arrived, counted from the notice appealed.

    Raises ``ValueError`` for a level that does not exist.
    """
    if not 1 <= level <= MOST_LEVELS:
        raise ValueError(f"appeals have levels 1 to {MOST_LEVELS}, not {level}")
    clock, name, body, _ = _LEVELS[level - 1]
    receipt = presumed_receipt(notice, received)
    limit = _value(f"{clock.value}_days", notice)
    last = _after(receipt, limit.value)
    how = "shown" if received else "presumed"
    return Deadline(
        clock,
        last,
        receipt,
        f"The request for a {name} must reach {body} by {_day(last)}: {limit.value} days from {_day(receipt)}, "
        f"the {how} receipt of the notice of {notice}.",
        limit.cites,
    )


def reopening(notice: date) -> Deadline:
    """By when a determination may be reopened for any reason, a clerical error among them."""
    limit = _value("reopening_years", notice)
    last = years_later(notice, limit.value)
    words = f"A reopening can be asked for until {_day(last)}: one year from the notice of {notice}."
    return Deadline(Clock.REOPENING, last, notice, words, limit.cites)


def reopening_for_good_cause(notice: date) -> Deadline:
    """By when a determination may be reopened for good cause, such as new and material evidence."""
    limit = _value("good_cause_years", notice)
    last = years_later(notice, limit.value)
    words = (
        f"After the first year a reopening needs good cause; it ends on {_day(last)}, {limit.value} years "
        f"from the notice of {notice}."
    )
    return Deadline(Clock.GOOD_CAUSE, last, notice, words, limit.cites)


def filing_anchor(claim: Claim, line: ClaimLine | None) -> date:
    """The day from which the filing limit counts: the line's own, or the through date of an institutional claim.

    Without a line it is the earliest date of the claim: the first limit to pass.
    """
    if claim.institutional is not None:
        return claim.institutional.statement_through
    return line.date_of_service if line is not None else min(each.date_of_service for each in claim.lines)


def filing(anchor: date) -> Deadline:
    """By when a claim must be received: one calendar year, or the next workday after it."""
    statute = law().on(_lawful(anchor))
    years = statute.entry("filing_years")
    free = statute.entry("legal_holidays")
    assert years is not None  # noqa: S101  both values hold from Medicare's first day
    assert free is not None  # noqa: S101  the same
    last = last_filing_day(anchor, filing_years=years.value, legal_holidays=free.value)
    words = f"A claim must be received by {_day(last)}: one calendar year from the service of {anchor}."
    return Deadline(Clock.FILING, last, anchor, words, years.cites)


def exception(notified: date) -> Deadline:
    """By when a late claim is filed after the news that excuses it: error of Medicare's own, or later entitlement."""
    limit = _value("exception_months", notified)
    months = min(notified.year, date.max.year - 1) * _MONTHS + notified.month + limit.value
    last = date(months // _MONTHS, months % _MONTHS + 1, 1) - timedelta(1)
    words = f"The late claim must be filed by {_day(last)}: {limit.value} months after the month of the news."
    return Deadline(Clock.EXCEPTION, last, notified, words, limit.cites)


def overpayment(identified: date) -> Deadline:
    """By when an overpayment is reported and returned."""
    limit = _value("overpayment_days", identified)
    last = _after(identified, limit.value)
    words = (
        f"An overpayment must be reported and returned by {_day(last)}: {limit.value} days from {identified}."
    )
    return Deadline(Clock.OVERPAYMENT, last, identified, words, limit.cites)


def answer(sent: date) -> Deadline:
    """By when a clean claim should be answered: the day after which somebody asks."""
    limit = _value("answer_days", sent)
    last = _after(sent, limit.value)
    words = f"An answer is due by {_day(last)}: {limit.value} days from {sent}. Ask the contractor after it."
    return Deadline(Clock.ANSWER, last, sent, words, limit.cites)


@cache
def levels(on: date) -> tuple[Level, ...]:
    """The five levels of appeal for a request made on the day, with what must be at stake for each."""
    found = []
    for number, (clock, name, body, least) in enumerate(_LEVELS, start=1):
        limit = _value(f"{clock.value}_days", on)
        minimum = None if least is None else tables.value("deadlines", least, on)
        found.append(
            Level(
                number,
                name,
                body,
                clock,
                limit.value,
                None if minimum is None else minimum.value * 100,
                least is None or minimum is not None,
                limit.cites if minimum is None else (*limit.cites, *minimum.cites),
            )
        )
    return tuple(found)


def reaches(level: Level, amount_cents: int) -> bool | None:
    """Whether the amount is enough for the level; ``None`` where the year's minimum is not known.

    Claims may be added up to reach it.
    """
    if not level.minimum_known:
        return None
    return level.minimum_cents is None or amount_cents >= level.minimum_cents


def _lawful(day: date) -> date:
    """The day, or Medicare's first one: a date that a file made up still gets an answer."""
    return max(day, FIRST_DAY)


def _after(day: date, days: int) -> date:
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def _day(day: date) -> str:
    """The date, and its weekday where that is no working day for a mail room."""
    return f"{day} ({day:%A})" if day.weekday() >= SATURDAY else f"{day}"
