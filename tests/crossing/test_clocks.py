"""What runs on over time, against the same in plain Python."""

from collections import defaultdict
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from teachback.crossing.clocks import CERTIFICATION, SPENDING, certification_clock, repeats, threshold_clock
from teachback.crossing.linelaw import medicare
from teachback.model import Plan
from teachback.rules.plan import certification_over

KEYS = st.sampled_from([0, 1, 2, 2**64 - 1])
TAUGHT = st.lists(
    st.tuples(
        KEYS,
        KEYS,
        st.integers(-2, 3),
        st.sampled_from([0, 600, 601, 2**40]),
        st.sampled_from([False, False, True]),
    )
)


def repeats_of(rows):
    columns = list(zip(*rows, strict=True)) or [()] * 5
    kinds = (np.uint64, np.uint64, np.int32, np.int64, np.bool_)
    return repeats(
        *(np.array(values, dtype=kind) for values, kind in zip(columns, kinds, strict=True))
    ).tolist()


def plain_repeats(rows):
    sessions = defaultdict(dict)
    for patient, skill, day, order, reason in rows:
        history = sessions[patient, skill]
        history[day, order] = history.get((day, order), False) or reason
    counted = {}
    for whose, history in sessions.items():
        count = None
        for when in sorted(history):
            count = 0 if count is None or history[when] else count + 1
            counted[(*whose, *when)] = count if whose[0] and whose[1] else 0
    return [counted[row[:4]] for row in rows]


@given(rows=TAUGHT)
def test_repeats_are_those_of_plain_python(rows):
    assert repeats_of(rows) == plain_repeats(rows)


def test_a_reason_justifies_its_session_and_those_before():
    reasons = [False, False, False, True, False, False]
    rows = [(1, 2, day, 0, reason) for day, reason in enumerate(reasons)]
    assert repeats_of(rows) == [0, 1, 2, 0, 1, 2]
    assert repeats_of(rows[::-1]) == [2, 1, 0, 2, 1, 0]


def test_a_large_history():
    draw = np.random.default_rng(5)
    size = 300_000
    patient = draw.integers(1, 2**63, 40_000).astype(np.uint64)[draw.integers(0, 40_000, size)]
    columns = (patient, draw.integers(1, 4, size), draw.integers(20_000, 20_400, size), np.arange(size))
    reason = draw.random(size) < 0.1
    found = repeats(*columns, reason)
    rows = zip(*(column.tolist() for column in columns), reason.tolist(), strict=True)
    assert found.tolist() == plain_repeats(list(rows))


SCHEMA = {
    "line_id": pl.Int64,
    "patient_id": pl.String,
    "date_of_service": pl.Date,
    "modifiers": pl.String,
    "allowed_cents": pl.Int64,
}


def spent(patient="A", day=date(2026, 4, 14), modifiers="GP", allowed=5_000):
    return {"patient_id": patient, "date_of_service": day, "modifiers": modifiers, "allowed_cents": allowed}


def book_of(rows):
    return pl.DataFrame([{"line_id": number, **row} for number, row in enumerate(rows)], schema=SCHEMA)


def clock_of(*rows):
    return threshold_clock(book_of(rows)).select(*SPENDING).to_dicts()


def therapy_of(row):
    marks = {mark.strip().upper() for mark in (row["modifiers"] or "").split(";")}
    found = {"PT and SLP"} if marks & {"GP", "GN"} else set()
    found |= {"OT"} if "GO" in marks else set()
    return found.pop() if len(found) == 1 else None


def passes(before, own, certain, limit):
    if limit is None:
        return None
    over = before + (own or 0) > limit * 100
    return over if over or (certain and own is not None) else None


def plain_clock(rows):
    used, answers = defaultdict(list), {}
    order = sorted(range(len(rows)), key=lambda at: (rows[at]["date_of_service"] or date.min, at))
    for at in order:
        row, found = rows[at], dict.fromkeys(SPENDING)
        day, group, own = row["date_of_service"], therapy_of(row), row["allowed_cents"]
        found["therapy_group"] = group
        found["kx"] = "KX" in {mark.strip().upper() for mark in (row["modifiers"] or "").split(";")}
        statute = day and medicare().on(day)
        therapy, review = (
            statute.value(name) if statute else None for name in ("therapy_threshold", "review_threshold")
        )
        found["threshold_cents"] = therapy and therapy * 100
        found["review_threshold_cents"] = review and review * 100
        if group and day and row["patient_id"]:
            earlier = used[row["patient_id"], group, day.year]
            before, certain = sum(cents or 0 for cents in earlier), None not in earlier
            found |= {"used_before_cents": before, "used_before_known": certain}
            found["passes_threshold"] = passes(before, own, certain, therapy)
            found["passes_review_threshold"] = passes(before, own, certain, review)
            earlier.append(own)
        answers[at] = found
    return [answers[at] for at in range(len(rows))]


SPENT = st.lists(
    st.builds(
        spent,
        st.sampled_from(["A", "A", "A", "B", "", None]),
        st.sampled_from(
            [
                date(2023, 12, 31),
                date(2025, 12, 31),
                date(2026, 1, 1),
                date(2026, 5, 1),
                date(2027, 1, 1),
                None,
            ]
        ),
        st.sampled_from(["GP", "GP", "gn ; kx", "GO", "GP;GO", "", None]),
        st.sampled_from([None, 0, 100_000, 124_000, 150_000]),
    ),
    max_size=10,
)


@given(rows=SPENT)
def test_the_years_spending_is_that_of_plain_python(rows):
    assert clock_of(*rows) == plain_clock(rows)


@given(rows=SPENT, draw=st.data())
def test_the_order_of_lines_decides_nothing(rows, draw):
    frame = book_of(rows)
    shuffled = frame[draw.draw(st.permutations(range(len(rows))))]
    assert threshold_clock(shuffled).equals(threshold_clock(frame))


def test_both_sides_of_the_threshold():
    at, above = spent(allowed=248_000), spent(allowed=1)
    assert [found["passes_threshold"] for found in clock_of(at, above)] == [False, True]
    assert [found["passes_review_threshold"] for found in clock_of(spent(allowed=300_000), above)] == [
        False,
        True,
    ]


def test_speech_adds_to_physical_therapy_and_occupational_therapy_stands_alone():
    rows = [spent(allowed=200_000), spent(modifiers="GN"), spent(modifiers="GO"), spent(day=date(2025, 1, 2))]
    assert [found["used_before_cents"] for found in clock_of(*rows)] == [0, 200_000, 0, 0]


def test_a_year_that_is_not_known_has_no_answer():
    (found,) = clock_of(spent(day=date(2027, 2, 1), allowed=900_000))
    assert found["threshold_cents"] is None
    assert found["passes_threshold"] is None
    assert found["passes_review_threshold"] is True


def test_a_clock_needs_its_columns():
    with pytest.raises(ValueError, match="no column allowed_cents"):
        threshold_clock(book_of([spent()]).drop("allowed_cents"))
    with pytest.raises(ValueError, match="no column certified"):
        certification_clock(pl.DataFrame({"first_treatment": [None], "date_of_service": [date(2026, 1, 1)]}))


FIRST = date(2026, 1, 10)


def certified(first=FIRST, signed=None, through=None, day=date(2026, 2, 1)):
    frame = pl.DataFrame(
        [
            {
                "first_treatment": first,
                "certified": signed,
                "certified_through": through,
                "date_of_service": day,
            }
        ]
    )
    return certification_clock(frame).select(*CERTIFICATION).to_dicts()[0]


def after(days):
    return FIRST + timedelta(days=days)


@pytest.mark.parametrize(
    ("signed", "day", "in_time"),
    [
        (after(30), after(40), True),
        (after(31), after(40), False),
        (after(-2), after(5), True),
        (None, after(30), None),
        (None, after(31), False),
    ],
)
def test_both_sides_of_the_days_to_sign(signed, day, in_time):
    assert certified(signed=signed, day=day)["certified_in_time"] is in_time


def test_both_sides_of_the_certified_interval():
    assert certified(day=after(90)) == {
        "days_of_treatment": 90,
        "days_to_certification": None,
        "certified_in_time": False,
        "days_certified_left": 0,
        "certification_over": False,
    }
    assert certified(day=after(91))["certification_over"] is True
    assert certified(through=after(100), day=after(91))["days_certified_left"] == 9
    assert certified(first=None)["certification_over"] is None
    assert certified(first=None, through=FIRST, day=after(1))["certification_over"] is True


@given(
    first=st.one_of(st.none(), st.integers(0, 200).map(after)),
    through=st.one_of(st.none(), st.integers(0, 200).map(after)),
    day=st.integers(0, 300).map(after),
)
def test_the_certified_interval_ends_as_the_rule_says(first, through, day):
    plan = Plan(first_treatment=first, certified_through=through)
    days = medicare().on(day).value("certified_days")
    found = certified(first=first, through=through, day=day)["certification_over"]
    assert found == certification_over(plan, day, certified_days=days)
