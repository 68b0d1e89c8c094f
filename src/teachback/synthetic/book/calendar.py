"""Everybody's time: which sessions there are, on which days, with whom, and from when to when."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from teachback.synthetic.book.people import (
    CROWD,
    EPOCH,
    FIRST_DAY,
    IMPOSSIBLE_DAY,
    LAST_DAY,
    SAME_MINUTES,
    SAME_SKILL,
    SETTLED,
)
from teachback.synthetic.book.sheet import some
from teachback.synthetic.book.words import ALL_SKILLS, BEHAVIOR, CHOICES, TEACHABLE, family_of

if TYPE_CHECKING:
    from numpy.random import Generator

    from teachback.synthetic.book.people import Courses, Team
    from teachback.synthetic.book.sheet import Ints, Mask

_CHOICE = np.asarray(TEACHABLE)
FAMILY: Final = np.asarray([family_of(skill) for skill in range(len(ALL_SKILLS))])
_HOLIDAYS = np.asarray(
    [
        date(year, month, day).toordinal() - EPOCH
        for year in (2024, 2025, 2026)
        for month, day in ((1, 1), (6, 19), (7, 4), (11, 11), (12, 24), (12, 25))
    ]
)
# Minutes of single sessions with their weights: clustered, and never beyond the day's limit of add-ons.
_MINUTES = np.repeat(
    [30, 31, 32, 33, 34, 35, 38, 40, 42, 45, 46, 48, 50, 52, 55, 58, 60, 62, 65, 70, 74],
    [18, 2, 3, 2, 2, 10, 4, 11, 3, 18, 3, 3, 9, 2, 6, 2, 14, 2, 3, 3, 1],
)
_GROUP_MINUTES = np.asarray([30, 35, 40, 40, 45, 45, 50, 55, 60, 60, 75])
_BEHAVIOR_GROUP_MINUTES = np.asarray([60, 60, 65, 70, 75, 75, 80, 90, 95, 105, 120])
_PAIR_MINUTES = np.asarray([(25, 20), (20, 20), (15, 20), (30, 30), (35, 30), (30, 40), (30, 30)])
_EXTRA = np.asarray([0, 0, 0, 0, 5, 10])
_GAP = np.asarray([0, 0, 5, 10, 15, 15, 30, 45])
_OPENS, _CLOSES, _MIDNIGHT, _DAWN = 480, 1200, 1435, 360
_HOUR, _USUAL = 60, 45
_PAIRS, _AT_MOST_EVENTS, _FIRST_WEEK = 0.02, 3, 3
_WEEKS = 4096


@dataclass(frozen=True, slots=True)
class Calendar:
    """Sessions in order of practitioner, day and time, and the rows: one for each represented patient.

    Of a session: ``practitioner``, ``day``, ``start`` and ``end`` in minutes after midnight, ``minutes``,
    ``skill``, ``size`` in patients, ``pair`` (the number of a pair of the same day, else -1), ``second``
    (the later one as planned). Of a row: ``session`` and ``course``.
    """

    practitioner: Ints
    day: Ints
    start: Ints
    end: Ints
    minutes: Ints
    skill: Ints
    size: Ints
    pair: Ints
    session: Ints
    course: Ints

    @property
    def sessions(self) -> int:
        """How many sessions there are."""
        return len(self.day)


def _week(day: Ints) -> Ints:
    """The number of the week, from Monday on."""
    return (day + 3) // 7


def _valid(day: Ints, last: Ints) -> Mask:
    fits = (day >= FIRST_DAY) & (day <= np.minimum(last, LAST_DAY))
    return fits & ~np.isin(day, _HOLIDAYS)


def _groups(rng: Generator, team: Team, courses: Courses) -> tuple[Ints, Ints, Ints]:
    """Group sessions: the day of each, and for each represented patient the session and the course."""
    first, size = courses.cohort_first, courses.cohort_size
    leader = courses.practitioner[first]
    events = np.minimum(rng.poisson(2.4, len(size)), _AT_MOST_EVENTS)
    events[(size == 1) | (team.pattern[leader] == IMPOSSIBLE_DAY)] = 0
    cohort = np.repeat(np.arange(len(size)), events)
    order = np.arange(len(cohort)) - np.repeat(np.cumsum(events) - events, events)
    week = _FIRST_WEEK + (order + rng.integers(0, 3, len(size))[cohort]) % 3
    began = courses.start[first[cohort]]
    day = began - (began + 3) % 7 + 7 * week + team.weekday[leader[cohort]]
    kept = _valid(day, day)
    cohort, day = cohort[kept], day[kept]
    members = np.minimum(2 + rng.integers(0, 7, len(cohort)), size[cohort])
    offset = rng.integers(0, 100, len(cohort))
    session = np.repeat(np.arange(len(cohort)), members)
    place = np.arange(len(session)) - np.repeat(np.cumsum(members) - members, members)
    place = (place + offset[session]) % size[cohort[session]]
    return day, session, first[cohort[session]] + place


def _crowded(team: Team, courses: Courses) -> tuple[Ints, Ints]:
    """One day on which an implausible practitioner sees a whole cohort, one patient an hour."""
    leader = courses.practitioner[courses.cohort_first]
    _, cohorts = np.unique(leader, return_index=True)
    cohorts = cohorts[team.pattern[leader[cohorts]] == IMPOSSIBLE_DAY]
    course = (courses.cohort_first[cohorts][:, None] + np.arange(CROWD)).ravel()
    began = np.repeat(courses.start[courses.cohort_first[cohorts]], CROWD)
    day = began - (began + 3) % 7 + 7 * _FIRST_WEEK + 1
    day += 7 * np.isin(day, _HOLIDAYS)
    return day, course


def _singles(rng: Generator, team: Team, courses: Courses) -> tuple[Ints, Ints]:
    """Sessions of one patient: each in another week of the course."""
    people = len(courses.start)
    count = np.minimum(1 + rng.poisson(2.7, people), 9)
    count[team.pattern[courses.practitioner] > 0] += 3
    course = np.repeat(np.arange(people), count)
    total = len(course)
    therapy = courses.discipline[course] > 0
    step = 1 + np.where(therapy, some(rng, total, 0.3), rng.integers(0, 5, total))
    run = np.cumsum(step)
    before = np.cumsum(count) - count
    week = run - (run[before] - step[before])[course]
    usual = some(rng, total, 0.6)
    weekday = np.where(usual, team.weekday[courses.practitioner[course]], rng.integers(0, 5, total))
    began = courses.start[course]
    day = began - (began + 3) % 7 + 7 * week + weekday
    kept = _valid(day, courses.last[course])
    return day[kept], course[kept]


def _minutes(rng: Generator, skill: Ints, group: Mask, same: Mask) -> Ints:
    count = len(skill)
    long = FAMILY[skill] == BEHAVIOR
    drawn = np.where(
        group,
        np.where(long, rng.choice(_BEHAVIOR_GROUP_MINUTES, count), rng.choice(_GROUP_MINUTES, count)),
        rng.choice(_MINUTES, count),
    )
    return np.where(same, _USUAL, drawn)


def calendar_of(rng: Generator, team: Team, courses: Courses, rows: int) -> Calendar | None:
    """Draw the sessions of exactly so many session-patients; ``None`` where the courses are too few."""
    group_day, group_session, group_course = _groups(rng, team, courses)
    crowd_day, crowd_course = _crowded(team, courses)
    single_day, single_course = _singles(rng, team, courses)
    groups, crowd = len(group_day), len(crowd_day)
    course = np.concatenate([group_course, crowd_course, single_course])
    day = np.concatenate([group_day[group_session], crowd_day, single_day])
    session = np.concatenate([group_session, groups + np.arange(crowd + len(single_day))])
    # A patient has one session a week; where two were planned, the group and the crowded day stay.
    _, kept = np.unique(course.astype(np.int64) * _WEEKS + _week(day), return_index=True)
    kept.sort()
    course, day, session = course[kept], day[kept], session[kept]
    alone = session >= groups
    paired = alone & (session >= groups + crowd) & (some(rng, len(session), _PAIRS))
    paired &= team.pattern[courses.practitioner[course]] == 0
    pairs = int(paired.sum())
    course = np.concatenate([course, course[paired]])
    day = np.concatenate([day, day[paired]])
    new = int(session.max(initial=0)) + 1
    session = np.concatenate([session, new + np.arange(pairs)])

    _, first_row, of_row, size = np.unique(
        session, return_index=True, return_inverse=True, return_counts=True
    )
    pair = np.full(len(size), -1)
    pair[of_row[: len(paired)][paired]] = np.arange(pairs)
    pair[len(size) - pairs :] = np.arange(pairs)
    who, when = courses.practitioner[course[first_row]], day[first_row]
    group = size > 1
    context = 2 * group + (when >= SETTLED)
    draw = rng.integers(0, CHOICES, len(size))
    draw[team.pattern[who] == SAME_SKILL] = 0
    skill = _CHOICE[courses.skills[course[first_row]], context, draw]
    skill[len(size) - pairs :] = skill[of_row[: len(paired)][paired]]
    minutes = _minutes(rng, skill, group, team.pattern[who] == SAME_MINUTES)
    lengths = _PAIR_MINUTES[rng.integers(0, len(_PAIR_MINUTES), pairs)]
    minutes[of_row[: len(paired)][paired]] = lengths[:, 0]
    minutes[len(size) - pairs :] = lengths[:, 1]
    crowded = np.zeros(len(size), np.bool_)
    crowded[of_row[(session >= groups) & (session < groups + crowd)]] = True
    minutes[crowded] = _HOUR
    drawn = Calendar(who, when, when * 0, when * 0, minutes, skill, size, pair, of_row, course)
    return _trimmed(_timed(rng, drawn, crowded), rows)


def _timed(rng: Generator, drawn: Calendar, crowded: Mask) -> Calendar:
    """Put each practitioner's sessions of a day one after the other; what finds no room is left out."""
    count = drawn.sessions
    key = (drawn.practitioner.astype(np.int64) << 32) | (drawn.day.astype(np.int64) << 12)
    key |= np.where(crowded, 0, rng.integers(1, 4096, count))
    order = np.argsort(key, kind="stable")
    key = key[order] >> 12
    crowded = crowded[order]
    fresh = np.ones(count, np.bool_)
    fresh[1:] = key[1:] != key[:-1]
    opening = np.flatnonzero(fresh)
    of_day = np.cumsum(fresh) - 1
    length = drawn.minutes[order] + rng.choice(_EXTRA, count) * ~crowded
    step = length + rng.choice(_GAP, count) * ~crowded
    run = np.cumsum(step)
    opens = np.where(crowded[opening], _DAWN, _OPENS + 15 * rng.integers(0, 5, len(opening)))
    start = run - step - (run - step)[opening][of_day] + opens[of_day]
    end = start + length
    late = end > np.where(crowded[opening], _MIDNIGHT, _CLOSES)[of_day]
    pair = drawn.pair[order]
    late |= (pair >= 0) & np.isin(pair, pair[late & (pair >= 0)])
    return _selected(drawn, order, ~late, start=start, end=end)


def _selected(drawn: Calendar, order: Ints, kept: Mask, *, start: Ints, end: Ints) -> Calendar:
    """The kept sessions in the order given, with the rows that belong to them."""
    rank = np.full(drawn.sessions, -1)
    rank[order[kept]] = np.arange(int(kept.sum()))
    row_rank = rank[drawn.session]
    rows = np.flatnonzero(row_rank >= 0)
    if (np.diff(row_rank[rows]) < 0).any():
        rows = rows[np.argsort(row_rank[rows], kind="stable")]
    chosen = order[kept]
    same = {
        field.name: getattr(drawn, field.name)[chosen]
        for field in fields(Calendar)
        if field.name not in {"start", "end", "session", "course"}
    }
    return Calendar(
        **same, start=start[kept], end=end[kept], session=row_rank[rows], course=drawn.course[rows]
    )


def _trimmed(drawn: Calendar, rows: int) -> Calendar | None:
    """Exactly so many rows: whole sessions from the beginning, then single ones; a pair stays together."""
    reach = np.cumsum(drawn.size)
    cut = int(np.searchsorted(reach, rows, side="right"))
    kept = np.zeros(drawn.sessions, np.bool_)
    kept[:cut] = True
    pairs, known = np.unique(drawn.pair[kept], return_counts=True)
    halves = pairs[(known == 1) & (pairs >= 0)]
    kept &= ~np.isin(drawn.pair, halves)
    missing = rows - int(drawn.size[kept].sum())
    spare = np.flatnonzero((np.arange(drawn.sessions) >= cut) & (drawn.size == 1) & (drawn.pair < 0))
    if missing > len(spare):
        return None
    kept[spare[:missing]] = True
    everything = np.arange(drawn.sessions)
    return _selected(drawn, everything, kept, start=drawn.start, end=drawn.end)
