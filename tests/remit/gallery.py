"""A gallery of made-up appeals: among them every sentence of the table is needed by one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from teachback.model import (
    Answer,
    Caregiver,
    ConsentForm,
    Helper,
    Modality,
    PaidBy,
    Plan,
    PlanKind,
    Supervision,
    Training,
)
from teachback.remit.appeal import Written, letter
from teachback.remit.appealrecord import NoAppeal, NotYet
from teachback.synthetic.people import TEAM
from tests.claim.made import DAY, built, patient, session
from tests.remit.appealing import TODAY, claim_of, denied

CP = TEAM[7].practitioner


def said(made):
    """The sentences by the name of their row."""
    return {sentence.id: sentence for sentence in made.letter.sentences()}


def written(record):
    made = letter(record)
    assert isinstance(made, Written), made
    return made


def not_yet(record):
    made = letter(record)
    assert isinstance(made, NotYet), made
    return made


def no_appeal(record):
    made = letter(record)
    assert isinstance(made, NoAppeal), made
    return made


def changed(one, **facts):
    """The session with other facts of its patient."""
    (who,) = one.patients
    return replace(one, patients=(replace(who, **facts),))


def records():
    """A gallery of records, so that every sentence is needed by one."""
    plain = session()
    (who,) = plain.patients
    yield denied(plain)
    yield denied(replace(plain, start_time=None, end_time=None))
    yield denied(replace(plain, end_time=None))
    yield from _other_people(plain, who)
    yield from _other_plans(plain, who)
    yield from _other_grounds(plain, who)


def _other_people(plain, who):
    privately = Caregiver("Moss, Ivo", "neighbor", adult=True, paid_by=PaidBy.PATIENT, assists=True)
    unrelated = Caregiver("Orla Alderwick", None, adult=True, unpaid=True, assists=True)
    yield denied(
        changed(
            plain,
            caregivers=(unrelated, privately),
            consent=replace(who.consent, caregivers=("Orla Alderwick", "Moss, Ivo"), form=ConsentForm.VERBAL),
            abn_date=DAY,
            repeat_reason="A new skill.",
        )
    )
    yield denied(changed(plain, consent=replace(who.consent, form=None)))
    group = (patient(1), patient(2, caregivers=who.caregivers))
    together = session(patients=group)
    claim = made_for(together, "P001")
    yield denied(together, claim=claim)
    yield denied(together, claim=claim, reasons=("CO-96",))

    helped = replace(plain.practitioner, furnished_by=Helper.PTA, supervision=Supervision.GENERAL)
    yield denied(replace(plain, practitioner=helped, assistant_minutes=45))
    reached = claim_of(plain)
    yield denied(plain, claim=replace(reached, billing=replace(reached.billing, contact="BILLING OFFICE")))
    yield denied(session(minutes=20), session(2, minutes=25))


def behavior(**facts):
    """A psychologist trains a caregiver in managing behavior."""
    plan = Plan(PlanKind.TREATMENT, established=DAY - timedelta(20), goals=("Calm evenings",))
    known = {
        "plan": plan,
        "goals_addressed": ("Calm evenings",),
        "certifying_npi": None,
        "diagnoses": ("F03.911",),
    }
    who = patient(1, **{**known, **facts})
    return session(who=CP, training=Training.BEHAVIOR, topics=("sundowning",), patients=(who,))


def made_for(one, patient_id):
    """The numbered claim of one patient of a session of several."""
    found = next(c for c in built(one).claims if c.beneficiary.patient_id == patient_id)
    lines = tuple(replace(line, control_number=f"L{n}") for n, line in enumerate(found.lines))
    return replace(found, control_number="TB00000002", lines=lines)


def _other_plans(plain, who):
    plan = who.plan
    yield denied(changed(plain, plan=replace(plan, established=DAY)))
    yield denied(changed(plain, plan=replace(plan, certified_through=None)))
    yield denied(changed(plain, plan=replace(plan, certified=None, certified_through=None)))
    begun = DAY - timedelta(45)
    by_order = replace(
        plan,
        first_treatment=begun,
        certified=None,
        certified_through=None,
        order_on_file=True,
        sent_to_referrer=begun + timedelta(9),
    )
    yield denied(changed(plain, plan=by_order))


def _other_grounds(plain, who):
    yield denied(plain, reasons=("CO-B7",))
    yield denied(plain, reasons=("CO-252",))
    yield denied(plain, reasons=("CO-96",))
    yield denied(plain, reasons=("CO-97",), remarks=("N70",))
    long = session(minutes=75)
    claim = replace(claim_of(plain), lines=tuple(units(line, 3) for line in claim_of(plain).lines))
    yield denied(long, claim=claim, reasons=("CO-151",))
    yield denied(
        behavior(home_health=Answer.YES, home_health_related=Answer.NO), reasons=("CO-B20",), remarks=("N70",)
    )
    own = claim_of(behavior())
    spoken = replace(behavior(), modality=Modality.AUDIO_ONLY, place_of_service="10")
    yield denied(spoken, claim=replace(own, place_of_service="10"))
    day = date(2025, 6, 3)
    video = session(day=day, modality=Modality.AUDIO_VIDEO, place_of_service="10")
    own = replace(claim_of(session(day=day)), place_of_service="10")
    answer = denied(video, claim=own, reasons=("CO-58",))
    yield replace(answer, today=TODAY)
    del who


def units(line, addon):
    return replace(line, units=addon) if line.procedure_code == "97551" else line
