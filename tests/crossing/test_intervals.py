"""Overlaps, minutes of a day and shared identifiers against the same in plain Python."""

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teachback.crossing import intervals
from teachback.crossing.intervals import groups, minutes_per_day, overlapping, ranked, shared

KEYS = st.sampled_from([0, 1, 2, 3, 2_000_000_002, 2**63, 2**64 - 1])
DAYS = st.sampled_from([-400_000, -1, 0, 1, 20_454, 400_000])
CLOCK = st.one_of(st.integers(540, 560), st.integers(-1, 1440))


@st.composite
def spans(draw):
    """Rows of sessions: the rows of one session stand with one clock and day, for one person or for two."""
    rows = []
    for session in range(draw(st.integers(0, 12))):
        day, start, end = draw(DAYS), draw(CLOCK), draw(CLOCK)
        people = draw(st.lists(KEYS, min_size=1, max_size=3))
        rows += [(person, day, start, end, session) for person in people]
    return draw(st.permutations(rows))


def columns(rows, *types):
    whole = list(zip(*rows, strict=True)) or [()] * len(types)
    return [np.array(values, dtype=kind) for values, kind in zip(whole, types, strict=True)]


def overlapping_of(rows):
    return list(overlapping(*columns(rows, np.uint64, np.int32, np.int16, np.int16, np.uint64)))


def plainly_overlapping(rows):
    """As teachback.facts does, over the distinct sessions of a person and day."""
    people = defaultdict(set)
    for person, day, start, end, session in rows:
        if person and 0 <= start < end:
            people[person, day].add((start, end, session))
    accused = set()
    for whose, several in people.items():
        reach, holder = -1, None
        for start, end, session in sorted(several):
            if start < reach:
                accused |= {(*whose, holder), (*whose, session)}
            if end > reach:
                reach, holder = end, session
    return [0 <= row[2] < row[3] and (row[0], row[1], row[4]) in accused for row in rows]


@pytest.fixture(params=["mixed well", "mixed to one"])
def mixing(request, monkeypatch):
    if request.param == "mixed to one":
        monkeypatch.setattr(intervals, "_ODD", np.uint64(0))
    return request.param


@given(rows=spans())
def test_overlaps_are_those_of_plain_python(rows):
    assert overlapping_of(rows) == plainly_overlapping(rows)


def test_keys_that_mix_to_one_are_taken_apart(mixing):
    draw = np.random.default_rng(7)
    people = draw.integers(1, 2**63, 30).astype(np.uint64) * np.uint64(2)
    rows = [
        (
            int(people[draw.integers(30)]),
            int(draw.integers(3)),
            start := int(draw.integers(480, 1000)),
            start + 20,
            at,
        )
        for at in range(400)
    ]
    found = overlapping_of(rows)
    assert found == plainly_overlapping(rows)
    assert any(found)
    assert not all(found)
    keys, days, patients = columns(
        [(row[0], row[1], row[4] % 5) for row in rows], np.uint64, np.int32, np.uint64
    )
    assert list(shared(keys, days, patients)) == plainly_shared(list(zip(keys, days, patients, strict=True)))


@pytest.mark.parametrize(
    ("first", "second", "accused"),
    [
        ((540, 570), (570, 600), False),  # touching
        ((540, 571), (570, 600), True),  # one minute
        ((540, 570), (540, 570), True),  # the same
        ((540, 540), (530, 560), False),  # no length
        ((-1, 570), (540, 600), False),  # no beginning
        ((540, -1), (530, 560), False),  # no end
        ((540, 600), (550, 560), True),  # inside
    ],
)
def test_two_sessions_of_one_person(first, second, accused):
    rows = [(7, 1, *first, 1), (7, 1, *second, 2)]
    assert overlapping_of(rows) == overlapping_of(rows[::-1]) == [accused, accused]


def test_other_people_other_days_and_nobody_do_not_overlap():
    rows = [
        (7, 1, 540, 600, 1),
        (8, 1, 540, 600, 2),
        (7, 2, 540, 600, 3),
        (0, 1, 540, 600, 4),
        (0, 1, 540, 600, 5),
    ]
    assert not any(overlapping_of(rows))


def test_a_groups_rows_do_not_overlap_with_themselves_but_all_are_accused():
    group = [(7, 1, 540, 600, 1)] * 3
    assert overlapping_of(group) == [False] * 3
    assert overlapping_of([*group, (7, 1, 599, 630, 2)]) == [True] * 4
    assert overlapping_of([*group, (7, 1, 540, 600, 2)]) == [True] * 4


def test_the_holder_of_the_latest_end_is_accused_and_not_those_between():
    rows = [(7, 1, 540, 600, 1), (7, 1, 545, 550, 2), (7, 1, 560, 570, 3), (7, 1, 600, 610, 4)]
    assert overlapping_of(rows) == [True, True, True, False]


PEOPLE = st.lists(st.tuples(KEYS, DAYS, st.integers(-1, 600)))


@given(rows=PEOPLE)
def test_minutes_of_a_day_are_added_and_unknown_ones_count_nothing(rows):
    sums = defaultdict(int)
    for person, day, minutes in rows:
        sums[person, day] += max(minutes, 0)
    found = minutes_per_day(*columns(rows, np.uint64, np.int32, np.int16))
    assert list(found) == [sums[person, day] if person else 0 for person, day, _ in rows]


def test_minutes_of_a_day_pass_the_size_of_a_small_number():
    found = minutes_per_day(*columns([(5, 1, 30_000)] * 4, np.uint64, np.int32, np.int16))
    assert list(found) == [120_000] * 4


def plainly_shared(rows):
    holders = defaultdict(set)
    for identifier, day, patient in rows:
        holders[identifier, day].add(patient)
    return [bool(identifier) and len(holders[identifier, day]) > 1 for identifier, day, _ in rows]


@given(rows=st.lists(st.tuples(KEYS, DAYS, KEYS)))
def test_an_identifier_is_shared_when_any_two_patients_differ(rows):
    assert list(shared(*columns(rows, np.uint64, np.int32, np.uint64))) == plainly_shared(rows)


@given(rows=st.lists(st.tuples(KEYS, DAYS)))
def test_groups_are_numbered_from_nought(rows):
    codes, count = groups(*columns(rows, np.uint64, np.int32))
    assert count == len(set(rows))
    assert set(codes) == set(range(count))
    assert len(set(zip(codes, rows, strict=True))) == count


def test_a_large_book_of_wide_keys():
    draw = np.random.default_rng(3)
    size = 300_000
    people = draw.integers(1, 2**63, 5_000).astype(np.uint64)[draw.integers(0, 5_000, size)]
    days = draw.integers(20_000, 20_030, size).astype(np.int32)
    start = draw.integers(420, 1_100, size).astype(np.int16)
    end = (start + 30).astype(np.int16)
    sessions = np.arange(size, dtype=np.uint64)
    found = overlapping(people, days, start, end, sessions)
    rows = zip(*(column.tolist() for column in (people, days, start, end, sessions)), strict=True)
    assert found.tolist() == plainly_overlapping(list(rows))


@given(rows=st.lists(st.tuples(KEYS, DAYS, KEYS), max_size=20))
def test_rows_are_ranked_by_column_after_column(rows):
    expected = sorted(range(len(rows)), key=lambda at: (rows[at], at))
    assert list(ranked(*columns(rows, np.uint64, np.int32, np.uint64))) == expected
    assert list(ranked(*columns([row[1:] for row in rows], np.int32, np.uint64))) == sorted(
        range(len(rows)), key=lambda at: (rows[at][1:], at)
    )
