"""What must hold for every session, made up by Hypothesis."""

from __future__ import annotations

import dataclasses
import random
from decimal import Decimal

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from teachback.assess import assess
from teachback.export import record
from teachback.law import payers
from teachback.model import (
    Answer,
    Caregiver,
    Consent,
    Disposition,
    Patient,
    Plan,
    Practitioner,
    Session,
    Severity,
    Training,
)
from teachback.rulebook import Scope
from teachback.rules.book import rulebook
from tests.strategies import DAYS, books, sessions

SLOW = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def units(minutes, training, day, patients, payer="medicare"):
    book = rulebook(("codes", "units"))
    scope = Scope(
        book,
        book.law.on(day, payer),
        {
            "training": training,
            "patients_represented": patients,
            "minutes": minutes,
            "total_minutes": minutes,
        },
    )
    primary = scope.value("primary_units") or 0
    return primary, (scope.value("addon_units") or 0) if primary else 0


@given(st.integers(0, 1439), st.sampled_from(Training), DAYS, st.integers(1, 5), st.sampled_from(payers()))
@settings(max_examples=400, deadline=None)
def test_units_never_fall_as_minutes_rise(minutes, training, day, patients, payer):
    fewer, more = (
        units(minutes, training, day, patients, payer),
        units(minutes + 1, training, day, patients, payer),
    )
    assert fewer[0] <= more[0]
    assert fewer[1] <= more[1]


@given(st.integers(0, 1440), st.sampled_from(Training), DAYS, st.integers(1, 5))
@settings(max_examples=400, deadline=None)
def test_medicare_never_pays_a_timed_minute_that_was_not_given(minutes, training, day, patients):
    primary, addon = units(minutes, training, day, patients)
    timed = patients == 1 or training is Training.BEHAVIOR
    first = 60 if patients > 1 else 30
    assert not timed or primary * first + addon * 15 <= minutes


@given(st.integers(0, 300), DAYS)
@settings(max_examples=300, deadline=None)
def test_the_midpoint_never_gives_less_than_the_full_time(minutes, day):
    ours, theirs = (
        units(minutes, Training.FUNCTION, day, 1, payer) for payer in ("medicare", "example-midpoint")
    )
    assert ours[0] <= theirs[0]
    assert ours[1] <= theirs[1]


@given(books())
@SLOW
def test_the_order_of_the_input_never_changes_an_answer(book):
    def answers(ordered):
        return {(r["session_id"], r["patient_id"]): r for r in map(record, assess(ordered))}

    shuffled = list(book)
    random.Random(len(book)).shuffle(shuffled)
    assert answers(book) == answers(shuffled) == answers(reversed(book))


@given(books())
@SLOW
def test_parts_add_up_to_totals(book):
    for assessment in assess(book, keep_proof=True):
        for line, scope in zip(assessment.service_lines, assessment.line_scopes, strict=True):
            if line.allowed_amount is None:
                assert line.patient_amount is None
                assert line.medicare_payment is None
                continue
            assert scope.value("medicare_share_cents") + scope.value("patient_cents") == scope.value(
                "allowed_cents"
            )
            assert (
                Decimal(0)
                <= line.medicare_payment_after_sequestration
                <= line.medicare_payment
                <= line.allowed_amount
            )
            assert Decimal(0) <= line.patient_amount <= line.allowed_amount
            ceiling = dict(assessment.patient.charge).get(line.procedure_code)
            assert ceiling is None or line.allowed_amount <= ceiling * line.units
        applied = sum(scope.value("deductible_applied_cents") or 0 for scope in assessment.line_scopes)
        left = assessment.patient.deductible_remaining
        assert applied <= (0 if left is None else left * 100)


@given(books())
@SLOW
def test_no_minute_is_counted_twice(book):
    """Units of one patient, practitioner, family and date never need more minutes than were recorded.

    Only sessions that combine share a bearer; a minute recorded in two overlapping sessions is an error on both.
    """
    found = assess(book, keep_proof=True)
    for assessment in found:
        together = [
            a for a in found if a.bearer == assessment.bearer and a.patient.id == assessment.patient.id
        ]
        lines = [line for a in together for line in a.service_lines]
        assert len([a for a in together if a.service_lines]) <= 1
        minutes = [a.scope.value("minutes") for a in together]
        timed = {
            "97550": 30,
            "G0539": 30,
            "G0541": 30,
            "96202": 60,
            "97551": 15,
            "96203": 15,
            "G0540": 15,
            "G0542": 15,
        }
        if lines and lines[0].procedure_code in timed:
            assert sum(timed[line.procedure_code] * line.units for line in lines) <= sum(minutes)
    payable = {a.session.id for a in found if a.disposition is not Disposition.NOT_BILLABLE}
    spans = {}
    for session in book:
        start, end = session.start_time, session.end_time
        own = session.practitioner.furnished_by is None
        if session.id in payable and own and start and end and start < end:
            for other_start, other_end in spans.get((session.practitioner.npi, session.date_of_service), []):
                assert end <= other_start or other_end <= start
            spans.setdefault((session.practitioner.npi, session.date_of_service), []).append((start, end))


# Facts whose absence the schema declares to mean something, free words that nothing judges, and identities.
DECLARED = {
    "participating",
    "assignment",
    "qualifying_apm_participant",
    "furnished_by",
    "furnished_by_id",
    "private_practice",
    "assistant_minutes",
    "planned_as_group",
    "claim_form",
    "type_of_bill",
    "supplier_trains",
    "patients_refused",
}
IDENTITY = {"id", "npi", "type", "date_of_service", "practitioner", "patients", "name"}
# Contradictions that are found only while both facts are there, and what follows from two of them together.
CONTRADICTIONS = {"U110", "U111", "U113"}


def knocked_out(session):
    """Every copy of the session with one known fact made unknown, named."""
    for field in dataclasses.fields(Session):
        if field.name not in DECLARED | IDENTITY | {"topics"} and getattr(session, field.name) is not None:
            yield field.name, dataclasses.replace(session, **{field.name: None})
    who = session.practitioner
    for field in dataclasses.fields(Practitioner):
        if field.name not in DECLARED | IDENTITY and getattr(who, field.name) is not None:
            yield (
                field.name,
                dataclasses.replace(session, practitioner=dataclasses.replace(who, **{field.name: None})),
            )
    for index, patient in enumerate(session.patients):
        for name, changed in _patients(patient):
            group = (*session.patients[:index], changed, *session.patients[index + 1 :])
            yield name, dataclasses.replace(session, patients=group)


def _patients(patient):
    empty = {"caregivers": (), "goals_addressed": (), "diagnoses": (), "charge": ()}
    for field in dataclasses.fields(Patient):
        value = getattr(patient, field.name)
        if field.name in DECLARED | IDENTITY or value in (None, ()):
            continue
        yield field.name, dataclasses.replace(patient, **{field.name: empty.get(field.name)})
        if isinstance(value, Answer):
            yield field.name, dataclasses.replace(patient, **{field.name: Answer.UNKNOWN})
    for name, kind in (("consent", Consent), ("plan", Plan)):
        inner = getattr(patient, name)
        for field in dataclasses.fields(kind) if inner else ():
            if getattr(inner, field.name) is not None:
                blank = () if field.name == "goals" else None
                yield (
                    f"{name}.{field.name}",
                    dataclasses.replace(patient, **{name: dataclasses.replace(inner, **{field.name: blank})}),
                )
    if len(patient.caregivers) == 1:
        # Contract: with several, one who qualifies is enough and the others' status is only told (D108).
        only = patient.caregivers[0]
        for field in dataclasses.fields(Caregiver):
            if field.name not in IDENTITY | {"relationship"} and getattr(only, field.name) is not None:
                changed = dataclasses.replace(only, **{field.name: None})
                yield f"caregiver.{field.name}", dataclasses.replace(patient, caregivers=(changed,))


@given(sessions())
@SLOW
def test_a_known_fact_made_unknown_never_makes_a_hold_or_error_payable(session):
    before = {a.patient.id: a for a in assess([session])}
    assume(any(a.disposition is not Disposition.PAYABLE for a in before.values()))
    for name, changed in knocked_out(session):
        for after in assess([changed]):
            was = before[after.patient.id]
            blocking = {f.code for f in was.findings if f.severity in {Severity.ERROR, Severity.HOLD}}
            if was.disposition is not Disposition.PAYABLE and not blocking & CONTRADICTIONS:
                assert after.disposition is not Disposition.PAYABLE, (name, sorted(blocking))


@given(books())
@SLOW
def test_every_finding_says_where_why_and_what_to_do(book):
    for assessment in assess(book):
        for finding in assessment.findings:
            assert finding.message
            assert finding.remedy
            assert finding.cites
            assert finding.place.startswith("session")
            assert "{" not in finding.message
            assert "None" not in finding.message
        order = [f.order for f in assessment.findings]
        assert order == sorted(order)
