"""The made-up practice: the same every time, nobody real in it, and every planted mistake is found."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from teachback.assess import assess
from teachback.intake.dump import session_record
from teachback.model import Discipline, Disposition, Severity
from teachback.rules.practitioners import npi_is_valid
from teachback.rules.settings import Mbi, mbi_form
from teachback.synthetic import (
    Advice,
    made_up_book,
    made_up_practice,
    nearly_billed_wrongly,
)
from teachback.synthetic.people import TEAM, made_up_npi
from teachback.synthetic.plants import PLANTS

if TYPE_CHECKING:
    from teachback.findings import Finding

SOURCE = Path(__file__).resolve().parent.parent / "src"
SEEDS = (7, 1, 23)


@pytest.fixture(scope="module", params=SEEDS)
def book(request):
    return made_up_book(request.param)


@pytest.fixture(scope="module")
def sessions(book):
    return book[0]


@pytest.fixture(scope="module")
def planted(book):
    return book[1]


@pytest.fixture(scope="module")
def assessments(sessions):
    return assess(sessions)


def findings_by_session(assessments):
    found: dict[str, list[Finding]] = defaultdict(list)
    for assessment in assessments:
        found[assessment.session.id] += assessment.findings
    return found


def test_the_same_seed_gives_the_same_practice():
    assert made_up_book(7, 120) == made_up_book(7, 120)
    assert made_up_practice(7, 120) == made_up_book(7, 120)[0]
    assert made_up_practice(7, 120) != made_up_practice(8, 120)


def test_the_practice_does_not_depend_on_the_order_of_sets():
    program = (
        "from teachback.synthetic import made_up_book; import hashlib; "
        "print(hashlib.sha256(repr(made_up_book(7, 120)).encode()).hexdigest())"
    )
    answers = set()
    for seed in ("0", "1", "4242"):
        surroundings = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(SOURCE)}
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=surroundings
        )
        answers.add(done.stdout.strip())
    assert len(answers) == 1
    assert len(answers.pop()) == 64


@pytest.mark.parametrize("count", [0, 1, 2, 29, 100, 301])
def test_as_many_sessions_come_as_were_asked_for(count):
    sessions = made_up_practice(5, count)
    assert len(sessions) == count
    assert len({session.id for session in sessions}) == count


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="not negative: -1"):
        made_up_practice(7, -1)


def test_nobody_is_real(sessions):
    typed_wrong = 0
    for session in sessions:
        npis = [session.practitioner.npi] + [p.certifying_npi for p in session.patients if p.certifying_npi]
        for npi in npis:
            assert re.fullmatch(r"2[0-9]{9}", npi)
        assert npi_is_valid(session.practitioner.npi)
        for patient in session.patients:
            assert patient.mbi[1] == "S"
            typed_wrong += mbi_form(patient.mbi) is not Mbi.SYNTHETIC
    assert typed_wrong == sum(1 for s in sessions for p in s.patients if p.mbi[3] == "O") > 0


def test_npis_pass_their_check_digit(sessions, planted):
    assert all(npi_is_valid(made_up_npi(number)) for number in range(300))
    assert all(npi_is_valid(member.practitioner.npi) for member in TEAM)
    for session in sessions:
        certifiers = {p.certifying_npi for p in session.patients if p.certifying_npi}
        typed_wrong = planted.get(session.id) == "npi-invalid"
        assert all(npi_is_valid(npi) for npi in certifiers) is not typed_wrong


def test_the_names_are_human(sessions):
    patients = {p.id: p for s in sessions for p in s.patients}
    names = [p.name for p in patients.values()]
    assert 40 <= len(patients) <= 60
    assert len(set(names)) == len(names)
    people = " ".join(names) + " ".join(c.name for p in patients.values() for c in p.caregivers)
    assert "'" in people
    assert "-" in people
    assert re.search(r"[À-ÿ]", people)
    same: dict[str, set] = defaultdict(set)
    for session in sessions:
        for patient in session.patients:
            same[patient.id].add((patient.name, patient.birth_date, patient.mbi[4:]))
    assert all(len(identity) == 1 for identity in same.values())


def test_ids_are_unique_and_in_order_of_the_dates(sessions):
    assert len({session.id for session in sessions}) == len(sessions) == 300
    days = [session.date_of_service for session in sessions]
    assert days == sorted(days)


def test_all_dates_are_weekdays_of_the_three_years(sessions):
    for session in sessions:
        assert date(2024, 1, 8) <= session.date_of_service <= date(2026, 11, 20)
        assert session.date_of_service.weekday() < 5
    assert {session.date_of_service.year for session in sessions} == {2024, 2025, 2026}


def test_every_planted_mistake_is_found(assessments, planted):
    found = findings_by_session(assessments)
    missed = {i: name for i, name in planted.items() if name not in {f.name for f in found[i]}}
    assert not missed


def test_clean_sessions_are_payable(assessments, planted):
    for assessment in assessments:
        if assessment.session.id not in planted:
            blocking = [f.name for f in assessment.findings if f.severity in {Severity.ERROR, Severity.HOLD}]
            assert not blocking, assessment.session.id
            assert assessment.disposition is Disposition.PAYABLE


def test_a_planted_session_has_its_own_mistake_and_rarely_another(assessments, planted):
    found = findings_by_session(assessments)
    more = [
        i
        for i, name in planted.items()
        if {f.name for f in found[i] if f.severity in {Severity.ERROR, Severity.HOLD}} - {name}
    ]
    assert len(more) <= 5


def test_many_different_findings_occur(assessments, planted):
    names = {f.name for a in assessments for f in a.findings}
    assert len(names) >= 55
    assert len(set(planted.values())) >= 50
    made_elsewhere = {"kx-attestation-needed", "practitioner-minutes-overlap", "same-day-sessions-differ"}
    assert set(planted.values()) <= {plant.finding for plant in PLANTS} | made_elsewhere


def test_the_proportions_are_those_of_a_real_practice(assessments):
    shares = {d: sum(a.disposition is d for a in assessments) / len(assessments) for d in Disposition}
    assert 0.64 <= shares[Disposition.PAYABLE] <= 0.71
    assert 0.15 <= shares[Disposition.HOLD] <= 0.20
    assert 0.12 <= shares[Disposition.NOT_BILLABLE] <= 0.18


def test_sessions_read_like_a_practice(sessions, assessments):
    groups = [s for s in sessions if len(s.patients) > 1]
    assert all(3 <= len(s.patients) <= 6 for s in groups)
    assert len(groups) >= 25
    singles = [s.minutes for s in sessions if len(s.patients) == 1]
    assert all(15 <= minutes <= 95 for minutes in singles)
    assert {s.modality for s in sessions} >= {"in_person", "audio_video", "audio_only"}
    assert {s.place_of_service for s in sessions} >= {"10", "11", "12"}
    kinds = {s.practitioner.type for s in sessions}
    assert kinds >= {"PT", "OT", "SLP", "NP", "MD", "CP", "CSW"}
    assert {s.practitioner.furnished_by for s in sessions} >= {None, "PTA", "OTA"}
    modifiers = {m for a in assessments for line in a.service_lines for m in line.modifiers}
    assert modifiers >= {"GP", "GO", "GN", "CQ", "CO", "KX", "93"}
    assert any(p.charge for s in sessions for p in s.patients)
    assert any(s.minutes == 40 and s.date_of_service.year > 2024 for s in sessions)


def test_therapy_spending_rises_and_the_deductible_falls_within_each_year(sessions):
    used: dict[tuple, Decimal] = {}
    left: dict[tuple, Decimal] = {}
    for session in sessions:
        for patient in session.patients:
            year = (patient.id, session.date_of_service.year)
            if patient.therapy_used is not None:
                bucket = (*year, patient.plan.discipline is Discipline.OT if patient.plan else None)
                assert patient.therapy_used >= used.get(bucket, Decimal(0))
                used[bucket] = patient.therapy_used
            if patient.deductible_remaining is not None:
                assert 0 <= patient.deductible_remaining <= left.get(year, Decimal(1000))
                left[year] = patient.deductible_remaining


def test_the_order_of_the_sessions_changes_nothing(sessions, assessments):
    backwards = {(a.session.id, a.patient.id): a for a in assess(list(reversed(sessions)))}
    assert all(backwards[a.session.id, a.patient.id] == a for a in assessments)


def test_a_larger_practice_keeps_its_promises():
    sessions, planted = made_up_book(11, 1200)
    found = findings_by_session(assess(sessions))
    for session in sessions:
        names = {f.name for f in found[session.id]}
        blocking = {f.name for f in found[session.id] if f.severity in {Severity.ERROR, Severity.HOLD}}
        assert planted[session.id] in names if session.id in planted else not blocking


def test_every_session_goes_through_the_door(sessions, tmp_path):
    from teachback.intake import read_sessions

    file = tmp_path / "practice.jsonl"
    lines = [json.dumps(session_record(session), ensure_ascii=False) for session in sessions]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    reading = read_sessions(file)
    assert not reading.refusals
    assert tuple(reading.sessions) == sessions


# What was nearly billed wrongly.


@pytest.fixture(scope="module")
def advised(assessments):
    return nearly_billed_wrongly(assessments)


def test_every_advice_would_have_billed_something(advised):
    assert {entry.advice for entry in advised} == set(Advice)
    for entry in advised:
        assert entry.cites
        assert entry.codes
        assert all(units > 0 for _, units in entry.codes)
        assert entry.allowed_amount is None or entry.allowed_amount > 0


def test_no_unit_is_counted_twice(advised):
    keys = [(e.session_id, e.patient_id, e.advice is Advice.MIDPOINT_MINUTES) for e in advised]
    assert len(set(keys)) == len(keys)


def test_only_the_midpoint_beyond_a_settled_rule_is_told(advised, assessments):
    earned = {(a.session.id, a.patient.id): a for a in assessments}
    for entry in advised:
        if entry.advice is Advice.MIDPOINT_MINUTES:
            assessment = earned[entry.session_id, entry.patient_id]
            assert not {"time-rule-unsettled", "addon-threshold-disputed"} & {
                f.name for f in assessment.findings
            }


def clean_of(minutes):
    """A clean session of functional training in Phoenix in 2025, of this length."""
    sessions, planted = made_up_book(7, 600)
    session = next(
        s
        for s in sessions
        if s.id not in planted and s.training == "function" and len(s.patients) == 1
        if s.locality == "03102-00" and s.date_of_service.year == 2025
        if s.practitioner.furnished_by is None and not s.patients[0].charge and s.practitioner.type == "PT"
    )
    return replace(session, minutes=minutes, end_time=None)


def test_forty_minutes_are_one_code_and_not_two():
    session = clean_of(40)
    assessed = assess([session])
    assert [line.procedure_code for line in assessed[0].service_lines] == ["97550"]
    (entry,) = nearly_billed_wrongly(assessed)
    assert entry.advice is Advice.MIDPOINT_MINUTES
    assert entry.codes == (("97551", 1),)
    longer = replace(session, minutes=45, end_time=None)
    lines = {line.procedure_code: line for line in assess([longer])[0].service_lines}
    assert entry.allowed_amount == lines["97551"].allowed_amount


def test_a_correct_session_is_no_entry():
    assert nearly_billed_wrongly(assess([clean_of(45)])) == []


def test_a_present_patient_makes_the_whole_session_an_entry():
    clean = clean_of(30)
    there = replace(clean, patients=(replace(clean.patients[0], present=True),))
    (entry,) = nearly_billed_wrongly(assess([there]))
    assert entry.advice is Advice.PATIENT_PRESENT
    assert entry.codes == (("97550", 1),)
    assert entry.allowed_amount == assess([clean])[0].service_lines[0].allowed_amount
    assert entry.cites == ("88 FR 78916-78917",)


def test_a_code_before_its_date_has_no_amount(advised):
    for entry in advised:
        if entry.advice is Advice.CODE_BEFORE_ITS_DATE:
            assert entry.allowed_amount is None
            assert entry.codes[0][0] == "G0541"
            assert entry.date_of_service.year == 2024
