"""Which of our lines a payer means: by number, then by what was claimed, and never by a guess."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from teachback.book import LineState
from teachback.remit.post import plan_posting
from teachback.remitdata import Name
from tests.book.made import DAY, claim
from tests.remit.posted import PAID, answered, opened, remittance, sent, service

ONE = "TEST0000001"
NEXT = DAY + timedelta(days=1)


@pytest.fixture
def book(tmp_path):
    """One claim of two lines on two days."""
    with opened(tmp_path, claim("s1", "s2")) as found:
        yield found


def planned(book, *lines, number=ONE, **changes):
    return plan_posting(remittance(replace(answered(number, *lines), **changes)), book, source="x").lines


def unnumbered(**changes):
    return service(None, *PAID, **changes)


def test_the_line_number_goes_before_all(book):
    odd = service(f"{ONE}L02", *PAID, procedure_code="97551", date_of_service=NEXT, modifiers=())
    (line,) = planned(book, odd)
    assert (line.line, line.score, line.how) == (f"{ONE}L02", 100, "by the line's control number")
    (line,) = planned(book, odd, number="CUT OFF")
    assert (line.line, line.score) == (f"{ONE}L02", 100)


def test_a_line_number_that_contradicts_all_else_needs_a_person(book):
    odd = service(f"{ONE}L02", *PAID, procedure_code="99213", date_of_service=date(2025, 1, 1))
    (line,) = planned(book, odd)
    assert (line.state, line.why) == (
        LineState.NEEDS_PERSON,
        "line TEST0000001L02 was claimed with another code and on another date than the payer tells",
    )


def test_a_line_of_another_claim_than_is_named_needs_a_person(book, tmp_path):
    (two,) = sent(book, tmp_path / "out", claim("s5"))
    (line,) = planned(book, service(f"{two}L01", *PAID))
    assert line.state is LineState.NEEDS_PERSON
    assert f"is of claim {two}, but the payer names claim {ONE}" in line.why


@pytest.mark.parametrize(
    ("changes", "score", "state"),
    [
        ({}, 100, LineState.POSTED),
        ({"modifiers": ()}, 90, LineState.POSTED),
        ({"modifiers": ("GP", "KX")}, 90, LineState.POSTED),
        ({"date_of_service": None}, 70, LineState.NEEDS_PERSON),
        ({"procedure_code": "97551"}, 60, LineState.NEEDS_PERSON),
        (
            {"procedure_code": "97551", "submitted_code": "97550", "submitted_modifiers": ("GP",)},
            100,
            LineState.POSTED,
        ),
        ({"date_of_service": date(2026, 4, 20)}, 70, LineState.NEEDS_PERSON),
        ({"line_control_number": "UNKNOWN"}, 100, LineState.POSTED),
    ],
)
def test_the_score_says_how_alike(book, changes, score, state):
    (line,) = planned(book, unnumbered(**changes))
    assert (line.score, line.state) == (score, state)
    if state is LineState.POSTED:
        assert line.line == f"{ONE}L01"
    else:
        assert line.why


def test_another_charge_is_never_posted(book):
    (line,) = planned(book, unnumbered(charge=Decimal("90.50")))
    assert (line.state, line.score) == (LineState.NEEDS_PERSON, 80)
    assert line.why == "the payer tells another charge than line TEST0000001L01 has"
    (line,) = planned(book, service(f"{ONE}L01", *PAID, charge=Decimal("90.50")))
    assert line.state is LineState.NEEDS_PERSON


def test_the_claims_own_date_stands_in_for_the_lines(book):
    (line,) = planned(book, unnumbered(date_of_service=None), dates=(("232", NEXT), ("233", NEXT)))
    assert (line.score, line.line) == (100, f"{ONE}L02")
    (line,) = planned(book, unnumbered(date_of_service=None), dates=(("232", DAY), ("233", NEXT)))
    assert line.state is LineState.NEEDS_PERSON


def test_two_answers_for_one_line_need_a_person(book):
    for number in (None, f"{ONE}L01"):
        lines = planned(book, service(number, *PAID), service(number, *PAID))
        assert {line.state for line in lines} == {LineState.NEEDS_PERSON}
        assert "two lines of the answer fit" in lines[0].why


def test_two_lines_that_fit_alike_need_a_person(book, tmp_path):
    twins = claim("s7", "s8")
    twins = replace(twins, lines=tuple(replace(line, date_of_service=DAY) for line in twins.lines))
    (number,) = sent(book, tmp_path / "out", twins)
    (line,) = planned(book, unnumbered(), number=number)
    assert line.state is LineState.NEEDS_PERSON
    assert "fit alike" in line.why


def test_a_claim_without_our_number_is_found_by_its_patient_or_not_at_all(book, tmp_path):
    (line,) = planned(book, unnumbered(), number="0")
    assert (line.line, line.score) == (f"{ONE}L01", 90)
    assert line.how == "by patient, code, modifiers, date and charge; the claim's number is not ours"
    for changes in (
        {"modifiers": ()},
        {"date_of_service": None},
        {"charge": Decimal("80.51")},
        {"procedure_code": "97551"},
    ):
        assert planned(book, unnumbered(**changes), number="0")[0].state is LineState.NEEDS_PERSON
    stranger = (Name("QC", "Doe", "Ann", "MI", "2SG4TE5MK73"),)
    assert planned(book, unnumbered(), number="0", names=stranger)[0].state is LineState.NEEDS_PERSON
    assert planned(book, unnumbered(), number="0", names=())[0].state is LineState.NEEDS_PERSON
    corrected = (*stranger, Name("74", "Doe", "Ann", "C", "1SG4TE5MK73"))
    assert planned(book, unnumbered(), number="0", names=corrected)[0].state is LineState.POSTED
    sent(book, tmp_path / "out", claim("s9"))
    assert planned(book, unnumbered(), number="0")[0].state is LineState.NEEDS_PERSON


def test_a_reason_names_no_patient(book):
    lines = planned(book, unnumbered(procedure_code="1"), number="0")
    assert not any(word in line.why + line.how for line in lines for word in ("Doe", "Ann", "1SG4TE5MK73"))


def test_a_score_below_the_threshold_is_not_enough_even_alone(book, tmp_path):
    (number,) = sent(book, tmp_path / "out", claim("s7"))
    (line,) = planned(book, unnumbered(date_of_service=None), number=number)
    assert (line.score, line.state) == (70, LineState.NEEDS_PERSON)
    assert "best 70 of 100, 80 needed" in line.why


def test_a_forecast_is_no_answer(book):
    (line,) = planned(book, service(f"{ONE}L01", *PAID), status_code="25")
    assert (line.state, "forecast" in line.why) == (LineState.NEEDS_PERSON, True)
