"""A made-up practice and clean sessions for the claim builder's tests; nobody in them exists."""

from __future__ import annotations

import copy
import tomllib
from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

from teachback.assess import assess
from teachback.claim.build import build
from teachback.claim.completing import completed
from teachback.claim.occurrences import World
from teachback.claim.patients import beneficiaries
from teachback.claim.practice import practice_from
from teachback.model import (
    Address,
    Answer,
    Caregiver,
    ClaimForm,
    Consent,
    ConsentBy,
    ConsentForm,
    ConsentScope,
    Coverage,
    Discipline,
    Modality,
    Note,
    Patient,
    Plan,
    PlanKind,
    Session,
    Sex,
    Training,
)
from teachback.rules.book import rulebook
from teachback.synthetic.billing import practice_file
from teachback.synthetic.people import CERTIFIERS, TEAM

DAY = date(2026, 4, 14)
TODAY = date(2026, 6, 2)
PT, NP, MD, PT_NY = (TEAM[number].practitioner for number in (0, 5, 6, 1))
ZIPS = rulebook().law.on(DAY).value("zip_localities")
RAW = tomllib.loads(practice_file())


def raw():
    """The tables of the made-up practice, to change."""
    return copy.deepcopy(RAW)


PRACTICE = practice_from(raw())


def patient(number=1, day=DAY, **facts):
    """A patient of a clean therapy session."""
    started = day - timedelta(days=20)
    made = Patient(
        id=f"P{number:03d}",
        name="Alderwick, Beatriz M",
        birth_date=date(1944, 5, 6),
        sex=Sex.F,
        address=Address("77 Mesquite Court", "Phoenix", "AZ", "85013"),
        mbi=f"1SG4TE5MK{number:02d}",
        coverage=Coverage.ORIGINAL_MEDICARE,
        other_payer_primary=Answer.NO,
        present=False,
        inpatient=Answer.NO,
        home_health=Answer.NO,
        snf_part_a=Answer.NO,
        hospice=Answer.NO,
        guide=Answer.NO,
        caregivers=(Caregiver("Orla Alderwick", "daughter", adult=True, unpaid=True, assists=True),),
        consent=Consent(
            ConsentBy.PATIENT,
            ConsentForm.WRITTEN,
            started,
            ConsentScope.CAREGIVER_TRAINING,
            ("Orla Alderwick",),
        ),
        plan=Plan(
            PlanKind.THERAPY,
            Discipline.PT,
            established=started,
            first_treatment=started,
            certified=started + timedelta(days=5),
            certified_through=started + timedelta(days=80),
            frequency="2 a week",
            duration="8 weeks",
            goals=("Safe transfers",),
        ),
        certifying_npi=CERTIFIERS[0],
        goals_addressed=("Safe transfers",),
        diagnoses=("I69.354", "Z74.1"),
        need="The daughter lifts by the arms.",
        absence_reason="Practice on a model first.",
        response="Three transfers without a cue.",
        note=Note("Taught transfers.", day),
        therapy_used=Decimal("100.00"),
        kx_attested=False,
        deductible_remaining=Decimal("0.00"),
    )
    return replace(made, **facts)


def session(number=1, day=DAY, who=PT, **facts):
    """A clean session of 45 minutes in the Arizona office, at noon and later by its number."""
    start = facts.pop("start_time", time(8 + number % 10, 0))
    minutes = facts.get("minutes", 45)
    end = (facts.pop("end_time", None)) or time(start.hour + minutes // 60, minutes % 60)
    made = Session(
        id=f"S{number:03d}",
        date_of_service=day,
        practitioner=who,
        patients=facts.pop("patients", (patient(day=day),)),
        start_time=start,
        end_time=end,
        minutes=minutes,
        training=Training.FUNCTION,
        topics=("transfers",),
        modality=Modality.IN_PERSON,
        place_of_service="11",
        locality="03102-00",
        claim_form=ClaimForm.PROFESSIONAL,
    )
    return replace(made, **facts)


def world(sessions, practice=PRACTICE, people=None, covers=None, settled=(), today=TODAY, group=None):
    """What builds these sessions into claims."""
    people = people or {}
    return World(
        practice,
        today,
        beneficiaries(sessions, people),
        people,
        covers or {},
        frozenset(settled),
        ZIPS,
        group,
    )


def built(*sessions, practice=PRACTICE, people=None, **more):
    """The claims and the kept-back sessions of these sessions."""
    whole = completed(sessions, practice, people or {})
    return build(assess(whole), world(whole, practice, people, **more))


def names(result):
    """The names of the reasons for which sessions are kept back, in order and each once."""
    return list(dict.fromkeys(reason.name for back in result.kept_back for reason in back.reasons))
