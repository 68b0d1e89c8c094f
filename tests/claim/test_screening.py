"""Finished claims against the rules of claim lines: what a finding keeps back, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from teachback.assess import assess
from teachback.claim.build import claims_of, looked
from teachback.claim.completing import completed
from teachback.claim.screening import due_by, numbered, screened
from tests.claim.made import DAY, PRACTICE, TODAY, patient, session, world


def screen(*sessions, earlier=(), today=TODAY, settled=()):
    whole = completed(sessions, PRACTICE, {})
    where = world(whole, today=today, settled=settled)
    ready, kept = looked(assess(whole), where)
    assert not kept
    return screened(ready, where, {s.id: s for s in whole}, earlier)


def names(result):
    return [reason.name for back in result.kept_back for reason in back.reasons]


def test_a_clean_claim_passes():
    result = screen(session())
    assert len(result.claims) == len(result.routes) == 1
    assert not result.kept_back
    assert not result.told


def test_a_line_past_the_filing_limit_stays_off_and_the_others_are_claimed():
    old = session(2, DAY - timedelta(days=9))
    result = screen(session(), old, today=date(2027, 4, 10))
    assert [back.session_id for back in result.kept_back] == ["S002"]
    assert names(result) == ["timely-filing-passed"]
    assert [line.sessions for claim in result.claims for line in claim.lines] == [("S001",), ("S001",)]
    assert {told.reason.name for told in result.told} == {"timely-filing-near"}
    assert result.kept_back[0].allowed == Decimal("77.94")


def test_a_service_in_the_future_is_not_claimed():
    assert names(screen(session(), today=DAY - timedelta(days=1))) == ["date-in-future"]


def test_what_stands_on_an_earlier_claim_is_not_claimed_again():
    first = screen(session())
    earlier = numbered(first.claims[0], 99)
    again = screen(replace(session(), id="S777"), earlier=[earlier])
    assert not again.claims
    assert "duplicate-claim" in names(again)


def test_a_settled_hold_is_not_raised_again_on_the_claim():
    result = screen(
        session(minutes=90, end_time=None),
        settled={("S001", "P001", "U105")},
    )
    assert len(result.claims) == 1
    assert [told.reason.code for told in result.told] == ["U105"]


def test_what_the_file_cannot_hold_is_told_without_the_text():
    odd = patient(name="山田, 花子")
    result = screen(session(patients=(odd,)))
    assert names(result) == ["cannot-be-written"] * len(names(result))
    assert "山田" not in str(result.kept_back)


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2025, 3, 31), date(2026, 3, 31)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2023, 2, 28), date(2024, 2, 28)),
    ],
)
def test_the_last_day_of_filing(day, last):
    assert due_by(day) == last


def test_numbers_in_passing_are_the_writers_kind():
    whole = completed([session()], PRACTICE, {})
    ready, _ = looked(assess(whole), world(whole))
    claims, _, _ = claims_of(ready)
    claim = numbered(claims[0], 3)
    assert len(claim.control_number) <= 20
    assert len({line.control_number for line in claim.lines}) == len(claim.lines)
