"""Where there is no appeal: each refusal, and what helps instead."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from teachback.model import Answer, Coverage
from teachback.remit.appealrecord import Refusal
from tests.claim.made import DAY, session
from tests.remit.appealing import claim_of, denied, paid_line, payment_of, remittance_of
from tests.remit.gallery import changed, no_appeal, records, said, units, written


@pytest.mark.parametrize(
    ("reasons", "remarks", "why"),
    [
        (("CO-16",), ("MA130", "N290"), Refusal.UNPROCESSABLE),
        (("CO-50",), ("MA130",), Refusal.UNPROCESSABLE),
        (("CO-29",), ("N211",), Refusal.UNTIMELY_CLAIM),
        (("CO-29",), (), Refusal.UNTIMELY_CLAIM),
        (("CO-50",), ("N211",), Refusal.UNTIMELY_CLAIM),
        (("CO-4",), ("N519",), Refusal.OTHER_REMEDY),
        (("OA-18",), ("N522",), Refusal.OTHER_REMEDY),
        (("CO-22",), ("MA04",), Refusal.OTHER_REMEDY),
        (("CO-109",), (), Refusal.OTHER_REMEDY),
        (("CO-97",), ("M15",), Refusal.OTHER_REMEDY),
        (("CO-50", "CO-4"), (), Refusal.OTHER_REMEDY),
        (("CO-9999",), (), Refusal.UNKNOWN_REASON),
        (("CO-45 69.00", "PR-2 20.00", "CO-253 0.40"), (), Refusal.NOTHING_DENIED),
    ],
)
def test_there_is_no_appeal_and_what_helps_is_told(reasons, remarks, why):
    refusal = no_appeal(denied(session(), reasons=reasons, remarks=remarks))
    assert refusal.why is why
    assert refusal.says
    assert refusal.instead
    assert "redetermination" not in refusal.instead.lower() or why is Refusal.OTHER_REMEDY


def test_unprocessable_claims_are_sent_anew_until_the_filing_limit():
    refusal = no_appeal(denied(session(), reasons=("CO-16",), remarks=("MA130",)))
    assert refusal.until == date(2027, 4, 14)
    assert "new claim" in refusal.instead


def test_an_absolute_limit_is_final_and_a_limit_of_days_is_not():
    claim = claim_of(session(minutes=30))
    two = replace(claim, lines=(replace(claim.lines[0], units=2),))
    refusal = no_appeal(denied(session(minutes=60), claim=two, reasons=("CO-222",), remarks=("N362",)))
    assert refusal.why is Refusal.ABSOLUTE_LIMIT
    assert refusal.until == date(2027, 5, 20)
    three = [r for r in records() if r.payment.lines[0].adjustments[0].carc == "151"]
    assert "limit" in said(written(three[0]))


def test_units_that_the_minutes_do_not_earn_are_not_argued_for():
    claim = replace(claim_of(session()), lines=tuple(units(line, 3) for line in claim_of(session()).lines))
    refusal = no_appeal(denied(session(minutes=60), claim=claim, reasons=("CO-151",)))
    assert refusal.why is Refusal.CLAIM_DIFFERS
    assert "97551 x 2" in refusal.says


def test_a_rejected_claim_was_never_judged():
    record = replace(denied(session()), remittance=None, payment=None, rejected=True)
    refusal = no_appeal(record)
    assert refusal.why is Refusal.REJECTED
    assert "new claim" in refusal.instead
    assert no_appeal(replace(record, rejected=False)).why is Refusal.NO_ANSWER


@pytest.mark.parametrize(
    "facts",
    [
        {"present": True},
        {"home_health": Answer.YES},
    ],
)
def test_a_record_that_bears_the_denial_out_is_not_argued_against(facts):
    one = session()
    refusal = no_appeal(denied(changed(one, **facts), claim=claim_of(one)))
    assert refusal.why is Refusal.RECORD_AGREES


def test_a_consent_after_the_service_ends_the_appeal():
    one = session()
    (who,) = one.patients
    late = changed(one, consent=replace(who.consent, date=DAY + timedelta(1)))
    assert no_appeal(denied(late, claim=claim_of(one))).why is Refusal.RECORD_AGREES


def test_a_modifier_that_expects_the_denial_ends_the_appeal():
    claim = claim_of(session(minutes=30))
    marked = replace(claim, lines=(replace(claim.lines[0], modifiers=("GP", "GZ")),))
    assert no_appeal(denied(session(minutes=30), claim=marked)).why is Refusal.RECORD_AGREES


def test_only_original_medicare_and_only_a_party():
    one = session()
    plan = denied(changed(one, coverage=Coverage.MEDICARE_ADVANTAGE), claim=claim_of(one))
    assert no_appeal(plan).why is Refusal.NOT_ORIGINAL_MEDICARE
    unassigned = denied(one, claim=claim_of(one, accepts_assignment=False))
    assert no_appeal(unassigned).why is Refusal.NOT_A_PARTY


def test_a_payment_that_was_taken_back_waits_for_its_correction():
    record = denied(session())
    taken = replace(record.payment, status_code="22")
    assert no_appeal(replace(record, payment=taken)).why is Refusal.TAKEN_BACK


def test_a_refused_line_that_fits_two_lines_is_not_guessed():
    one = session(minutes=30)
    claim = claim_of(one)
    twins = replace(claim, lines=(claim.lines[0], replace(claim.lines[0], control_number="OTHER")))
    answer = payment_of(claim, paid_line(claim.lines[0], "CO-50", line_control_number=None))
    record = replace(denied(one, claim=twins), payment=answer, remittance=remittance_of(answer))
    assert no_appeal(record).why is Refusal.UNREADABLE


def test_an_undated_answer_has_no_deadline():
    record = denied(session())
    undated = replace(record.remittance, paid_on=None)
    assert no_appeal(replace(record, remittance=undated)).why is Refusal.UNREADABLE
