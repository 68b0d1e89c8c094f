"""Where errors are planted: the rows that may take one, how many of each kind, and the key that tells them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from teachback.rules.book import rulebook
from teachback.synthetic.book.people import ACCESS, SETTLED
from teachback.synthetic.book.sheet import NONE, Form
from teachback.synthetic.book.words import ONE_CAREGIVER, SLP

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator

    from teachback.model import Severity
    from teachback.synthetic.book.records import Drawn
    from teachback.synthetic.book.sheet import Ints, Mask, Sheet

    Fits = Callable[["Bed"], Mask]
    Make = Callable[["Bed", Ints], None]


@dataclass(frozen=True, slots=True)
class Plant:
    """One kind of error: the finding that it must cause, the rows it suits, and how it is made."""

    code: str
    severity: Severity
    fits: Fits
    make: Make


@dataclass(slots=True)
class Key:
    """What was planted: rows of the part with the number of their finding in ``kinds``."""

    kinds: list[tuple[str, str, str]] = field(default_factory=list)
    rows: list[Ints] = field(default_factory=list)

    def add(self, code: str, severity: Severity, rows: Ints) -> None:
        """Note that these rows have this finding."""
        if len(rows):
            self.kinds.append((code, name_of(code, severity), severity.value))
            self.rows.append(rows)


class Bed:
    """The rows of a part while errors are planted.

    The arrays named like facts (``day``, ``family`` and so on) hold one value for each row of ``rows``,
    the pool: every row of a session of one patient, and of every group session one row drawn at random.
    Sessions of practitioners with a pattern, and pairs of one day, are not in the pool.
    """

    def __init__(self, rng: Generator, drawn: Drawn, sheet: Sheet) -> None:
        self.rng, self.drawn, self.sheet = rng, drawn, sheet
        self.key = Key()
        calendar, team = drawn.calendar, drawn.team
        ordinary = (team.pattern == 0) & (team.institution != ACCESS)
        open_to = ordinary[calendar.practitioner] & (calendar.pair < 0)
        self.taken = ~open_to
        self.paired = np.zeros(calendar.sessions, np.bool_)
        first = self.first_rows
        chosen = first + (rng.random(calendar.sessions) * calendar.size).astype(np.int64)
        self.rows: Ints = chosen[open_to]
        self.sessions: Ints = np.flatnonzero(open_to)

    @cached_property
    def first_rows(self) -> Ints:
        """The first row of each session."""
        return np.cumsum(self.drawn.calendar.size) - self.drawn.calendar.size

    def of_session(self, values: Ints) -> Ints:
        """Values of sessions, for the pool."""
        return values[self.sessions]

    @cached_property
    def course(self) -> Ints:
        """The course of each row of the pool."""
        return self.drawn.calendar.course[self.rows]

    @cached_property
    def who(self) -> Ints:
        """The practitioner."""
        return self.drawn.calendar.practitioner[self.sessions]

    @cached_property
    def day(self) -> Ints:
        """The date of service."""
        return self.of_session(self.drawn.calendar.day)

    @cached_property
    def later(self) -> Mask:
        """The date lies in 2025 or later."""
        return self.day >= SETTLED

    @cached_property
    def alone(self) -> Mask:
        """One patient is represented."""
        alone: Mask = self.of_session(self.drawn.calendar.size) == 1
        return alone

    @cached_property
    def minutes(self) -> Ints:
        """The session's minutes."""
        return self.of_session(self.drawn.calendar.minutes)

    @cached_property
    def family(self) -> Ints:
        """The family of codes."""
        return self.values("training", self.rows)

    @cached_property
    def kind(self) -> Ints:
        """The kind of practitioner."""
        return self.drawn.team.kind[self.who]

    @cached_property
    def trade(self) -> Ints:
        """The practitioner's trade."""
        return self.drawn.team.trade[self.who]

    @cached_property
    def therapist(self) -> Mask:
        """The practitioner is a therapist."""
        return self.trade <= SLP

    @cached_property
    def therapy_plan(self) -> Mask:
        """The plan is a therapy plan."""
        return self.drawn.courses.discipline[self.course] > 0

    @cached_property
    def furnished(self) -> Ints:
        """Who furnished; 0 the practitioner, 1 and 2 a PTA and an OTA."""
        return self.values("practitioner.furnished_by", self.rows)

    @cached_property
    def lone(self) -> Mask:
        """One patient, and the practitioner furnished alone."""
        lone: Mask = self.alone & (self.furnished == 0)
        return lone

    @cached_property
    def in_person(self) -> Mask:
        """They met in person."""
        present: Mask = self.values("modality", self.rows) == 1
        return present

    @cached_property
    def couple(self) -> Mask:
        """Two caregivers were trained."""
        return self.drawn.courses.caregivers[self.course] >= ONE_CAREGIVER

    @cached_property
    def since_start(self) -> Ints:
        """Days since the first treatment."""
        return self.day - self.drawn.courses.start[self.course]

    @cached_property
    def last_of_day(self) -> Mask:
        """No later session of the practitioner stands on the date."""
        calendar = self.drawn.calendar
        last = np.ones(calendar.sessions, np.bool_)
        last[:-1] = (calendar.practitioner[1:] != calendar.practitioner[:-1]) | (
            calendar.day[1:] != calendar.day[:-1]
        )
        return last[self.sessions]

    @cached_property
    def start(self) -> Ints:
        """When it began, in minutes after midnight."""
        return self.of_session(self.drawn.calendar.start)

    def sow(self, plant: Plant, wanted: int) -> None:
        """Plant one kind of error in so many rows, or in as many as suit."""
        suited = np.flatnonzero(plant.fits(self) & ~self.taken[self.sessions])
        if wanted == 0 or len(suited) == 0:
            return
        chosen = np.sort(self.rng.choice(suited, min(wanted, len(suited)), replace=False))
        rows = self.rows[chosen]
        self.taken[self.sessions[chosen]] = True
        plant.make(self, rows)
        self.key.add(plant.code, plant.severity, rows)

    def rows_of(self, sessions: Ints) -> Ints:
        """All rows of the sessions."""
        size = self.drawn.calendar.size[sessions]
        first = np.repeat(self.first_rows[sessions], size)
        place = np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)
        return first + place

    def put(self, rows: Ints, **cells: object) -> None:
        """Write values into columns; a dot in a column's name is written as two underscores."""
        for name, value in cells.items():
            self.sheet.put(name.replace("__", "."), rows, value)

    def clock(self, rows: Ints, start: Ints | None, end: Ints | None) -> None:
        """Write start and end, in minutes after midnight."""
        for name, minute in (("start_time", start), ("end_time", end)):
            if minute is not None:
                self.sheet.columns[name].values[rows] = minute + 1

    def values(self, name: str, rows: Ints) -> Ints:
        """What stands in a column: numbers of words, days or numbers."""
        return self.sheet.columns[name].values[rows].astype(np.int64)

    def move(self, rows: Ints, day: Ints) -> None:
        """Move the date of service, and with it every other date of the record."""
        shift = day - self.values("date_of_service", rows)
        for column in self.sheet.columns.values():
            if column.form is Form.DAY:
                known = column.values[rows] != NONE
                column.values[rows[known]] += shift[known].astype(np.int32)


def name_of(code: str, severity: Severity) -> str:
    """The name of the edit with this code and severity in the rule book."""
    names = [rule.of for rule in rulebook().rules if rule.code == code and rule.severity is severity]
    if not names:
        raise ValueError(f"no edit {code} of severity {severity.value} is in the rule book")
    return names[0]


def quota(  # noqa: PLR0913  a share of a book has this many properties
    number: int, kinds: int, *, rows: int, share: float, parts: int, part: int, seed: int
) -> int:
    """How often one of ``kinds`` errors is planted in a part, so that all parts together keep the share.

    From 20,000 rows on every kind comes at least once in the book.
    """
    if share <= 0:
        return 0
    draw = np.random.default_rng([seed, number]).random()
    wanted = int(rows * share / kinds + draw)
    if rows >= _ALL_KINDS_FROM:
        wanted = max(1, wanted)
    each, rest = divmod(wanted, parts)
    return each + ((part - 7 * number) % parts < rest)


_ALL_KINDS_FROM = 20_000
