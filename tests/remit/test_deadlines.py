"""Clocks of what comes back: calendar days from presumed receipt, the filing limit, levels and amounts of appeals."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teachback.remit import deadlines, tables
from teachback.remit.deadlines import Clock
from teachback.remitdata import Remittance

DAYS = st.dates(date(2024, 1, 1), date(2040, 1, 1))


def remittance(paid_on, produced_on):
    return Remittance("i", "P", "1", "W", "2", "XX", "T", "I", "ACH", "C", None, paid_on, produced_on, ())


def test_the_notice_is_dated_by_the_earlier_of_payment_and_production():
    assert deadlines.notice_date(remittance(date(2026, 1, 10), date(2026, 1, 8))) == date(2026, 1, 8)
    assert deadlines.notice_date(remittance(None, date(2026, 1, 8))) == date(2026, 1, 8)
    assert deadlines.notice_date(remittance(None, None)) is None


def test_the_dossiers_example_of_a_redetermination():
    found = deadlines.appeal(1, date(2026, 1, 10))
    assert (found.clock, found.counted_from, found.last_day) == (
        Clock.REDETERMINATION,
        date(2026, 1, 15),
        date(2026, 5, 15),
    )
    assert "2026-05-15" in found.words
    assert not found.has_passed(date(2026, 5, 15))
    assert found.has_passed(date(2026, 5, 16))
    assert (found.days_left(date(2026, 5, 14)), found.days_left(date(2026, 5, 16))) == (1, -1)


@pytest.mark.parametrize(("level", "days"), [(1, 120), (2, 180), (3, 60), (4, 60), (5, 60)])
def test_every_level_counts_its_own_days_from_presumed_receipt(level, days):
    notice = date(2026, 2, 2)
    assert deadlines.appeal(level, notice).last_day == notice + timedelta(5 + days)
    shown = deadlines.appeal(level, notice, received=date(2026, 2, 20))
    assert shown.last_day == date(2026, 2, 20) + timedelta(days)
    assert "the shown receipt" in shown.words


@pytest.mark.parametrize("level", [0, 6])
def test_there_is_no_other_level(level):
    with pytest.raises(ValueError, match="levels 1 to 5"):
        deadlines.appeal(level, date(2026, 2, 2))


def test_an_appeals_last_day_does_not_move_past_a_weekend_and_the_day_to_arrive_is_told():
    found = deadlines.appeal(1, date(2026, 1, 11))
    assert found.last_day == date(2026, 5, 16)
    assert "(Saturday)" in found.words
    assert found.last_workday == date(2026, 5, 15)
    labor_day = deadlines.overpayment(date(2026, 7, 9))
    assert (labor_day.last_day, labor_day.last_workday) == (date(2026, 9, 7), date(2026, 9, 4))


@pytest.mark.parametrize(
    ("service", "last"),
    [
        (date(2025, 3, 31), date(2026, 3, 31)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2025, 5, 2), date(2026, 5, 4)),  # a Saturday: the next workday
        (date(2025, 7, 3), date(2026, 7, 6)),  # the holiday kept on Friday, then a weekend
    ],
)
def test_the_filing_limit_alone_moves_to_the_next_workday(service, last):
    assert deadlines.filing(service).last_day == last


def test_reopening_ends_after_a_year_and_good_cause_after_four():
    assert deadlines.reopening(date(2026, 1, 10)).last_day == date(2027, 1, 10)
    assert deadlines.reopening(date(2024, 2, 29)).last_day == date(2025, 2, 28)
    assert deadlines.reopening_for_good_cause(date(2026, 1, 10)).last_day == date(2030, 1, 10)


def test_an_exception_lasts_through_the_sixth_month_after_the_news():
    assert deadlines.exception(date(2026, 6, 20)).last_day == date(2026, 12, 31)
    assert deadlines.exception(date(2026, 8, 31)).last_day == date(2027, 2, 28)


def test_an_overpayment_is_returned_in_sixty_days_and_a_clean_claim_answered_in_thirty():
    assert deadlines.overpayment(date(2026, 3, 1)).last_day == date(2026, 4, 30)
    assert deadlines.answer(date(2026, 3, 1)).last_day == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("year", "hearing", "court"), [(2024, 180, 1840), (2025, 190, 1900), (2026, 200, 1960)]
)
def test_the_amount_in_controversy_goes_by_the_year_of_the_request(year, hearing, court):
    levels = deadlines.levels(date(year, 6, 1))
    assert [level.minimum_cents for level in levels] == [None, None, hearing * 100, None, court * 100]
    assert [deadlines.reaches(level, hearing * 100) for level in levels] == [True, True, True, True, False]
    assert deadlines.reaches(levels[2], hearing * 100 - 1) is False
    assert deadlines.reaches(levels[4], court * 100) is True


def test_one_line_alone_does_not_reach_a_judge_and_four_do():
    hearing = deadlines.levels(date(2026, 6, 1))[2]
    assert deadlines.reaches(hearing, 5277) is False
    assert deadlines.reaches(hearing, 4 * 5277) is True


@pytest.mark.parametrize("day", [date(2023, 12, 31), date(2027, 1, 1)])
def test_a_year_whose_minimum_nobody_read_is_unknown_not_none(day):
    levels = deadlines.levels(day)
    assert [level.minimum_known for level in levels] == [True, True, False, True, False]
    assert deadlines.reaches(levels[2], 10**9) is None
    assert deadlines.reaches(levels[0], 1) is True


@given(DAYS)
def test_the_day_to_arrive_is_a_workday_at_most_four_days_before_the_last(day):
    found = deadlines.appeal(1, day)
    assert found.last_workday <= found.last_day
    assert found.last_workday.weekday() < 5
    assert (found.last_day - found.last_workday).days <= 4


@given(DAYS)
def test_every_clock_ends_after_it_begins_and_cites_its_source(day):
    clocks = [deadlines.appeal(level, day) for level in range(1, 6)]
    clocks += [
        deadlines.reopening(day),
        deadlines.filing(day),
        deadlines.exception(day),
        deadlines.overpayment(day),
    ]
    for clock in clocks:
        assert clock.last_day > clock.counted_from
        assert clock.cites
        assert str(clock.last_day) in clock.words


def test_every_value_of_the_table_is_dated_cited_and_said():
    for dated in tables.values("deadlines").values():
        for value in dated:
            assert value.cites
            assert value.says
            assert value.unit
            assert isinstance(value.value, int)


@given(st.dates())
def test_a_date_that_a_file_made_up_still_gets_an_answer(day):
    clocks = [deadlines.appeal(level, day) for level in range(1, 6)]
    clocks += [deadlines.reopening(day), deadlines.reopening_for_good_cause(day), deadlines.filing(day)]
    clocks += [deadlines.exception(day), deadlines.overpayment(day), deadlines.answer(day)]
    for clock in clocks:
        assert clock.last_workday <= clock.last_day
        assert clock.words
    assert len(deadlines.levels(day)) == 5
