"""One session and a hundred million lines: the batch path answers as the single path does, to the cent and the word."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teachback.batch.door import Door
from teachback.batch.shapes import CERTIFIED_DAYS, FIRST_DAYS
from teachback.intake import read_sessions
from teachback.rules.book import rulebook
from teachback.synthetic.practice import made_up_practice
from tests.batch.answers import BOOK, assert_same_answers, assert_same_from_table
from tests.cases import load_cases
from tests.strategies import books

CONTRACT = Path(__file__).parents[1] / "contract"
DOOR = Door(BOOK, "medicare")
SLOW = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(SLOW, max_examples=150)
@given(books())
def test_any_sessions_are_answered_alike(sessions):
    assert_same_answers(sessions)


@settings(SLOW, max_examples=60)
@given(books())
def test_any_sessions_are_answered_alike_for_another_payer(sessions):
    assert_same_answers(sessions, payer="example-midpoint")


@settings(SLOW, max_examples=100)
@given(books(), st.booleans(), st.integers(1, 3))
def test_any_table_is_answered_alike(sessions, native, splits):
    if sessions:
        path = Path(tempfile.gettempdir()) / f"{DOOR.__hash__()}.csv"
        assert_same_from_table(sessions, path, native=native, splits=splits, door=DOOR)


@settings(SLOW, max_examples=60)
@given(books(), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_decides_nothing(sessions, random):
    mixed = list(sessions)
    random.shuffle(mixed)
    assert_same_answers(mixed)


def test_the_contracts_examples_are_answered_alike():
    for session in read_sessions(CONTRACT / "examples.jsonl").sessions:
        assert_same_answers([session])
    assert_same_answers(read_sessions(CONTRACT / "examples.jsonl").sessions)


def test_every_worked_case_is_answered_alike():
    for case in load_cases():
        assert_same_answers(case.sessions, payer=case.payer)


@pytest.mark.parametrize("seed", [7, 11])
def test_a_made_up_practice_is_answered_alike(seed, tmp_path):
    sessions = made_up_practice(seed=seed, sessions=1500)
    assert_same_answers(sessions)
    assert_same_from_table(sessions, tmp_path / "book.csv", splits=3)
    assert_same_from_table(sessions, tmp_path / "book.csv", native=True)


def test_sessions_without_locality_get_the_same_range():
    sessions = [replace(s, locality=None, zip=None) for s in made_up_practice(seed=3, sessions=120)]
    assert_same_answers(sessions)


def test_no_day_of_the_law_lies_past_what_the_shapes_tell_apart():
    law = rulebook().law
    first = [*law.entries("first_certification_days"), *law.entries("transmit_days")]
    assert max(entry.value for entry in first) < FIRST_DAYS
    assert max(entry.value for entry in law.entries("certified_days")) < CERTIFIED_DAYS
