"""Which one missing fact would change the verdict: asked, never suggested."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from teachback.assess import assess
from teachback.counterfactual import questions
from teachback.intake import read_sessions
from teachback.model import Caregiver, Disposition, Helper

CLEAN = read_sessions(Path(__file__).parent / "contract" / "examples.jsonl").sessions[0]


def missing(**facts):
    """The clean example with facts of the patient or the session unknown."""
    patient = CLEAN.patients[0]
    names = {field.name for field in dataclasses.fields(patient)}
    patient = dataclasses.replace(patient, **{k: v for k, v in facts.items() if k in names})
    session = {k: v for k, v in facts.items() if k not in names}
    return dataclasses.replace(CLEAN, patients=(patient,), **session)


def asked(session):
    return questions([session], session, session.patients[0], payer="medicare")


PATIENT = CLEAN.patients[0]
KIN = PATIENT.caregivers[0]
CONSENT, PLAN = PATIENT.consent, PATIENT.plan
assert CONSENT is not None
assert PLAN is not None


@pytest.mark.parametrize(
    "facts",
    [
        {"present": None},
        {"coverage": None},
        {"home_health": None},
        {"other_payer_primary": None},
        {"therapy_used": None},
        {"need": None},
        {"response": "  "},
        {"consent": None},
        {"consent": dataclasses.replace(CONSENT, date=None)},
        {"consent": dataclasses.replace(CONSENT, by=None)},
        {"consent": dataclasses.replace(CONSENT, caregivers=None)},
        {"plan": None},
        {"plan": dataclasses.replace(PLAN, frequency=None)},
        {"plan": dataclasses.replace(PLAN, established=None)},
        {"goals_addressed": ()},
        {"certifying_npi": None},
        {"diagnoses": ()},
        {"mbi": None},
        {"caregivers": ()},
        {"caregivers": (Caregiver(KIN.name, adult=None, unpaid=True, assists=True),)},
        {"training": None},
        {"modality": None},
        {"place_of_service": None},
    ],
    ids=lambda facts: next(iter(facts)),
)
def test_the_one_missing_fact_is_asked_for_and_one_answer_would_pay(facts):
    session = missing(**facts)
    found = asked(session)
    assert len(found) == 1
    assert Disposition.PAYABLE in dict(found[0].verdicts).values()


def test_supervision_that_nobody_recorded_is_asked_for():
    who = dataclasses.replace(CLEAN.practitioner, furnished_by=Helper.PTA)
    session = dataclasses.replace(CLEAN, practitioner=who)
    (question,) = asked(session)
    assert dict(question.verdicts)["general"] is Disposition.PAYABLE
    assert dict(question.verdicts)["none"] is Disposition.NOT_BILLABLE


def test_two_missing_facts_are_not_cured_by_one_answer():
    session = missing(present=None, need=None)
    for question in asked(session):
        assert Disposition.PAYABLE not in dict(question.verdicts).values()


@pytest.mark.parametrize(
    "facts", [{"minutes": 12, "end_time": None}, {"minutes": None, "end_time": None}, {"present": True}]
)
def test_what_was_recorded_and_the_minutes_are_never_proposed_otherwise(facts):
    session = missing(**facts)
    assert assess([session])[0].disposition is Disposition.NOT_BILLABLE
    assert not asked(session)


def test_nothing_is_asked_of_a_payable_session():
    assert not [q for q in asked(CLEAN) if Disposition.PAYABLE in dict(q.verdicts).values()]
