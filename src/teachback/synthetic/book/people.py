"""Practices, their practitioners, and the patients' courses of treatment, as columns of numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from teachback.rules.book import rulebook
from teachback.synthetic.book.sheet import some
from teachback.synthetic.book.words import (
    CAREGIVERS,
    DIETITIAN,
    FIRST_SET,
    KINDS,
    ONE_CAREGIVER,
    OT,
    PRESCRIBER,
    PT,
    SETS_OF,
    SHARES,
    SLP,
    TRADE,
)

if TYPE_CHECKING:
    from numpy.random import Generator

    from teachback.synthetic.book.sheet import Ints, Mask

EPOCH: Final = date(1970, 1, 1).toordinal()
FIRST_DAY: Final = date(2024, 1, 2).toordinal() - EPOCH
LAST_DAY: Final = date(2026, 11, 20).toordinal() - EPOCH
SETTLED: Final = date(2025, 1, 1).toordinal() - EPOCH  # codes, telehealth and supervision of 2025
LAST_2025: Final = date(2025, 12, 31).toordinal() - EPOCH
YEARS: Final = tuple(date(year, 1, 1).toordinal() - EPOCH for year in range(2024, 2028))

SAME_MINUTES, SAME_SKILL, KX_ALWAYS, LATE_SIGNATURE, WRONG_PLACE, IMPOSSIBLE_DAY = range(1, 7)
PATTERNS: Final = {
    SAME_MINUTES: "same-minutes",
    SAME_SKILL: "same-skill-repeat",
    KX_ALWAYS: "kx-always",
    LATE_SIGNATURE: "late-signature",
    WRONG_PLACE: "pos-mismatch",
    IMPOSSIBLE_DAY: "impossible-day",
}
_ENOUGH_FOR_PATTERNS, _ONE_PATTERN_IN = 60, 400
ROWS_EACH: Final = 70
_ROWS_IN_A_COHORT = 15.6
_PRACTICE = 5
SCHEDULES: Final = 40
_MOST_IN_COHORT = 9
_PAUSE, _CHAIN = 10, 3  # days between two courses; more than the courses of one patient, halved
_COHORTS_OF_PATTERN, _PATIENTS_OF_PATTERN = 3, 4
CROWD: Final = 14  # sessions of an hour each: more than twelve hours
OUTPATIENT, ACCESS = 1, 2  # types of bill: a hospital's outpatients, a critical access hospital's


@dataclass(frozen=True, slots=True)
class Team:
    """Practitioners by number: what each is and where each works.

    ``home`` is a row of the ZIP table, ``institution`` 0 for a private practice, else the type of bill,
    ``schedule`` the practice's list of charges (0: none given), ``helper`` whether an assistant or
    auxiliary person works with the practitioner, ``planner`` whether a prescriber orders therapy plans.
    """

    kind: Ints
    trade: Ints
    practice: Ints
    home: Ints
    institution: Ints
    schedule: Ints
    helper: Mask
    planner: Mask
    nonparticipating: Mask
    qualifying: Mask
    weekday: Ints
    pattern: Ints

    @property
    def size(self) -> int:
        """How many practitioners there are."""
        return len(self.kind)


@dataclass(frozen=True, slots=True)
class Courses:
    """Plans by number: whose, since when, and what stands in them.

    ``person`` is the number of the patient, which is that of the patient's first course; some come again
    later to another practitioner of the practice, or to the same.
    ``discipline`` is 0 outside therapy plans, else 1 PT, 2 OT, 3 SLP; ``last`` the last day of sessions;
    ``certified`` days from the start to the signature, 0 where an order on file stands for it.
    """

    practitioner: Ints
    person: Ints
    start: Ints
    last: Ints
    skills: Ints
    discipline: Ints
    weekly: Ints
    certified: Ints
    caregivers: Ints
    kinship: Ints
    cohort_first: Ints
    cohort_size: Ints


@cache
def homes() -> tuple[tuple[str, str], ...]:
    """ZIP codes with their payment localities, of those localities whose price indices are known for all years."""
    law = rulebook().law
    rows = law.on(date(2026, 1, 1)).value("zip_localities")
    days = (date(2024, 1, 2), date(2025, 6, 1), date(2026, 11, 20))
    known = {
        entry.key
        for entry in law.entries("locality_name")
        if all(law.on(day).entry("gpci", entry.key) for day in days)
    }
    return tuple((first, locality) for first, _, locality in rows if locality in known)


def team_of(rng: Generator, size: int) -> Team:
    """Draw practitioners; those that show a pattern come first, all therapists of function training."""
    kind = rng.choice(len(KINDS), size, p=[share / 100 for _, share in SHARES])
    pattern = np.zeros(size, np.int64)
    if size >= _ENOUGH_FOR_PATTERNS:
        each = max(1, round(size / _ONE_PATTERN_IN))
        marked = np.tile(np.arange(1, len(PATTERNS) + 1), each)
        pattern[: len(marked)] = marked
        kind[: len(marked)] = rng.integers(0, 2, len(marked))
    trade = np.asarray(TRADE)[kind]
    practice = np.arange(size) // _PRACTICE
    practices = practice[-1] + 1
    therapist = trade <= SLP
    institution = np.where(therapist & some(rng, size, 0.08), OUTPATIENT, 0)
    institution[(institution == OUTPATIENT) & some(rng, size, 0.25)] = ACCESS
    institution[pattern > 0] = 0
    institution[pattern == WRONG_PLACE] = OUTPATIENT
    prescriber = trade == PRESCRIBER
    planner = prescriber & some(rng, size, 0.08)
    helper = ((trade <= OT) & some(rng, size, 0.5)) | (prescriber & ~planner & some(rng, size, 0.25))
    free = np.isin(kind, [KINDS.index(k) for k in KINDS if k.value in {"PT", "OT", "SLP", "MD", "DO"}])
    return Team(
        kind=kind,
        trade=trade,
        practice=practice,
        home=rng.integers(0, len(homes()), practices)[practice],
        institution=institution,
        schedule=(rng.integers(1, SCHEDULES + 1, practices) * some(rng, practices, 0.55))[practice],
        helper=helper & (pattern == 0),
        planner=planner,
        nonparticipating=free & some(rng, size, 0.04),
        qualifying=some(rng, size, 0.1),
        weekday=rng.integers(0, 5, size),
        pattern=pattern,
    )


def size_of_team(rows: int, margin: float) -> int:
    """How many practitioners see about so many session-patients."""
    return max(2, round(rows * margin / ROWS_EACH))


def courses_of(rng: Generator, team: Team) -> Courses:
    """Draw the courses: cohorts of patients who begin within two weeks, so that groups can meet."""
    mean = ROWS_EACH / _ROWS_IN_A_COHORT
    cohorts_each = 1 + rng.poisson(mean - 1, team.size)
    cohorts_each[team.pattern > 0] = np.maximum(cohorts_each[team.pattern > 0], _COHORTS_OF_PATTERN)
    of_cohort = np.repeat(np.arange(team.size), cohorts_each)
    count = len(of_cohort)
    size = np.minimum(1 + rng.poisson(2.6, count), _MOST_IN_COHORT)
    size[team.pattern[of_cohort] > 0] = np.maximum(size[team.pattern[of_cohort] > 0], _PATIENTS_OF_PATTERN)
    opening = np.cumsum(cohorts_each) - cohorts_each
    size[opening[team.pattern == IMPOSSIBLE_DAY]] = CROWD
    base = rng.integers(FIRST_DAY - 14, LAST_DAY - 60, count)
    late = (team.trade[of_cohort] == DIETITIAN) & (base < SETTLED)
    base[late] = rng.integers(SETTLED, LAST_DAY - 60, int(late.sum()))
    skills = np.asarray(FIRST_SET)[team.trade[of_cohort]]
    skills = skills + rng.integers(0, 1000, count) % np.asarray(SETS_OF)[team.trade[of_cohort]]
    planned = team.planner[of_cohort] & some(rng, count, 0.5)
    trade = team.trade[of_cohort]
    discipline = np.where(trade <= SLP, trade + 1 - PT, np.where(planned, rng.integers(1, 4, count), 0))

    cohort = np.repeat(np.arange(count), size)
    first = np.cumsum(size) - size
    people = len(cohort)
    start = base[cohort] + rng.integers(0, 15, people)
    therapy = discipline[cohort] > 0
    span = np.where(therapy, 7 * rng.choice([8, 10, 10, 12], people), 7 * rng.integers(20, 48, people))
    ordered = (start >= SETTLED) & some(rng, people, 0.2)
    alone = some(rng, people, 0.7)
    names = rng.integers(0, ONE_CAREGIVER, people)
    person = _persons(rng, team, of_cohort[cohort], start, start + span)
    return Courses(
        practitioner=of_cohort[cohort],
        person=person,
        start=start,
        last=start + span,
        skills=skills[cohort],
        discipline=discipline[cohort],
        weekly=rng.integers(1, 4, people),
        certified=np.where(ordered, 0, rng.integers(3, 26, people)),
        caregivers=np.where(alone, names, names + len(CAREGIVERS) - ONE_CAREGIVER)[person],
        kinship=(rng.integers(0, 8, people) + np.where(alone, 0, 8))[person],
        cohort_first=first,
        cohort_size=size,
    )


def _persons(rng: Generator, team: Team, practitioner: Ints, start: Ints, last: Ints) -> Ints:
    """Who has each course: mostly somebody new, sometimes a patient of the practice whose course has ended."""
    people = len(practitioner)
    practice = team.practice[practitioner]
    order = np.lexsort((start, practice))
    count = np.bincount(practice)
    earlier = np.arange(people) - np.maximum(count[practice[order]] // 2, 1)
    before, after = order[earlier], order
    again = (earlier >= 0) & (practice[before] == practice[after]) & (last[before] + _PAUSE < start[after])
    again &= (team.pattern[practitioner[before]] == 0) & (team.pattern[practitioner[after]] == 0)
    again &= some(rng, people, 0.3)
    person = np.arange(people)
    person[after[again]] = before[again]
    for _ in range(_CHAIN):
        person = person[person]
    return person
