"""The made-up plans: therapy plans of care of eight to twelve weeks, and treatment plans of a year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from teachback.model import (
    Consent,
    ConsentBy,
    ConsentForm,
    ConsentScope,
    Discipline,
    Plan,
    PlanKind,
    PractitionerKind,
)
from teachback.synthetic.people import CERTIFIERS, TEAM, chance
from teachback.synthetic.skills import skills_for

if TYPE_CHECKING:
    from random import Random

    from teachback.synthetic.people import Member, Person
    from teachback.synthetic.skills import Skill

YEARS = (2024, 2025, 2026)
FIRST_DAY, LAST_DAY = date(2024, 1, 8), date(2026, 11, 20)
DISCIPLINES = {
    PractitionerKind.PT: Discipline.PT,
    PractitionerKind.OT: Discipline.OT,
    PractitionerKind.SLP: Discipline.SLP,
}
SETTLING_IN = timedelta(days=3)
_NEW_RULES = date(2025, 1, 1)


@dataclass(frozen=True, slots=True)
class Course:
    """One plan of one patient with one practitioner: from the first treatment to the last certified day.

    ``weekly`` are the ordinary therapy visits a week (0 outside therapy), which fill the year's
    therapy spending between the training sessions.
    """

    person: Person
    member: Member
    start: date
    end: date
    plan: Plan
    consent: Consent
    diagnoses: tuple[str, ...]
    certifier: str | None
    skills: tuple[Skill, ...]
    weekly: int

    @property
    def first_session(self) -> date:
        """The first day on which a training session is planned."""
        return max(self.start + SETTLING_IN, FIRST_DAY)

    @property
    def last_session(self) -> date:
        """The last day on which a training session is planned."""
        return min(self.end, LAST_DAY)

    def active(self, day: date) -> bool:
        """Whether a training session may be planned for the day."""
        return self.first_session <= day <= self.last_session


def made_up_courses(rng: Random, people: tuple[Person, ...]) -> tuple[Course, ...]:
    """Draw every patient's plans over the three years; therapy plans of one patient never overlap."""
    courses: list[Course] = []
    for person in people:
        courses += _therapy(rng, person)
        for behavior, wanted in ((True, person.condition.behavior), (False, person.condition.treated)):
            if wanted:
                courses += _treatment(rng, person, behavior=behavior)
    return tuple(course for course in courses if course.first_session <= course.last_session)


def _therapy(rng: Random, person: Person) -> list[Course]:
    members = {m.kind: m for m in TEAM if m.office is person.office}
    kinds = [kind for kind in person.condition.therapies if kind in members]
    found = []
    start = date(2023, 12, 11) + timedelta(days=rng.randrange(130))
    turn = rng.randrange(len(kinds))
    while start < LAST_DAY:
        member = members[kinds[turn % len(kinds)]]
        weeks, weekly = rng.choice((8, 8, 10, 10, 12)), rng.choice((1, 2, 2, 2, 3))
        end = start + timedelta(days=7 * weeks)
        skills = skills_for(member.kind, person.condition.key)
        plan = Plan(
            kind=PlanKind.THERAPY,
            discipline=DISCIPLINES[member.kind],
            established=start,
            first_treatment=start,
            frequency=f"{weekly} a week",
            duration=f"{weeks} weeks",
            goals=tuple(s.goal for s in skills),
        )
        plan = _certified(rng, plan, start, end)
        found.append(
            Course(
                person,
                member,
                start,
                end,
                plan,
                _consent(rng, person, start),
                rng.choice(person.condition.diagnoses),
                rng.choice(CERTIFIERS),
                skills,
                weekly,
            )
        )
        turn += 1
        start = end + timedelta(days=rng.randrange(14, 110))
    return found


def _certified(rng: Random, plan: Plan, start: date, end: date) -> Plan:
    """Signed within thirty days; from 2025 on sometimes an order on file and the plan sent instead."""
    sent = start + timedelta(days=rng.randrange(2, 9))
    if start >= _NEW_RULES and chance(rng, 0.25):
        return replace(plan, certified_through=end, sent_to_referrer=sent, order_on_file=True)
    signed, ordered = sent + timedelta(days=rng.randrange(1, 18)), chance(rng, 0.6)
    return replace(
        plan, certified=signed, certified_through=end, sent_to_referrer=sent, order_on_file=ordered
    )


def _treatment(rng: Random, person: Person, *, behavior: bool) -> list[Course]:
    counsellors = (PractitionerKind.CP, PractitionerKind.CSW)
    prescribers = (PractitionerKind.MD, PractitionerKind.NP)
    kinds = (*counsellors, *counsellors, *prescribers) if behavior else prescribers
    member = rng.choice([m for kind in kinds for m in TEAM if m.kind is kind and m.office is person.office])
    found = []
    skills = skills_for(member.kind, person.condition.key)
    for year in YEARS:
        start = date(year, 1, 3) + timedelta(days=rng.randrange(40))
        plan = Plan(
            kind=PlanKind.TREATMENT,
            established=start,
            first_treatment=start,
            frequency="every 4 weeks",
            duration="12 months",
            goals=tuple(s.goal for s in skills),
        )
        found.append(
            Course(
                person,
                member,
                start,
                date(year, 12, 23),
                plan,
                _consent(rng, person, start),
                rng.choice(person.condition.diagnoses),
                None,
                skills,
                0,
            )
        )
    return found


def _consent(rng: Random, person: Person, start: date) -> Consent:
    verbal = start >= _NEW_RULES and chance(rng, 0.4)
    return Consent(
        by=ConsentBy.REPRESENTATIVE if person.condition.represented else ConsentBy.PATIENT,
        form=ConsentForm.VERBAL if verbal else ConsentForm.WRITTEN,
        date=start + timedelta(days=rng.randrange(3)),
        scope=ConsentScope.CAREGIVER_TRAINING,
        caregivers=tuple(caregiver.name for caregiver in person.patient.caregivers),
    )
