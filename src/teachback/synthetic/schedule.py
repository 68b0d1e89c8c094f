"""The made-up calendar: sessions as they were meant to be, each correct, before any mistake is planted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from teachback.model import (
    Answer,
    Coverage,
    Modality,
    Note,
    PractitionerKind,
    Session,
    Supervision,
    Training,
)
from teachback.synthetic.courses import FIRST_DAY, LAST_DAY
from teachback.synthetic.people import TEAM, chance
from teachback.synthetic.skills import AT_HOME, OUTCOMES

if TYPE_CHECKING:
    from random import Random

    from teachback.model import Patient
    from teachback.synthetic.courses import Course
    from teachback.synthetic.people import Member
    from teachback.synthetic.skills import Skill

SPAN = 100
_HOLIDAYS = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 24), (12, 25))
_MINUTES = (
    30,
    30,
    30,
    30,
    31,
    32,
    34,
    35,
    35,
    38,
    40,
    40,
    40,
    42,
    45,
    45,
    45,
    46,
    48,
    50,
    50,
    53,
    55,
    60,
    60,
    62,
    70,
)
_GROUP_MINUTES = {
    Training.FUNCTION: (40, 45, 45, 50, 60),
    Training.DIRECT_CARE: (40, 45, 60),
    Training.BEHAVIOR: (60, 60, 65, 70, 75, 75, 80, 90, 95),
}
_WHOLE_CODE = 45
_WHO_TRAINS = (
    *[PractitionerKind.PT, PractitionerKind.OT] * 4,
    *[PractitionerKind.SLP, PractitionerKind.NP] * 3,
    *[PractitionerKind.MD, PractitionerKind.CP, PractitionerKind.CSW] * 2,
)
_SMALLEST, _LARGEST, _A_DAY = 3, 6, 3
_TRIES = 4000
_SATURDAY = 5
_OPENS, _CLOSES, _QUARTER = 8 * 60, 16 * 60 + 15, 15


@dataclass(slots=True)
class Draft:
    """One session on its way: when it was scheduled, the plans behind its patients, and what is planted.

    ``plant`` is the finding that a planted mistake should cause. A ``fixed`` draft depends on another
    one and takes no further plant.
    """

    session: Session
    start: int
    courses: tuple[Course, ...]
    plant: str = ""
    fixed: bool = False

    @property
    def day(self) -> date:
        """The date of service."""
        return self.session.date_of_service

    @property
    def kind(self) -> PractitionerKind:
        """The kind of the practitioner."""
        return self.session.practitioner.type

    @property
    def single(self) -> bool:
        """Whether one patient is represented."""
        return len(self.session.patients) == 1


def at(minutes: int) -> time:
    """Minutes after midnight as a time of day."""
    return time(minutes // 60, minutes % 60)


def retimed(session: Session, minutes: int) -> Session:
    """The session with another length, in minutes; its end follows."""
    start = session.start_time or time(9)
    return replace(session, minutes=minutes, end_time=at(start.hour * 60 + start.minute + minutes))


def teachable(skill: Skill, day: date, *, group: bool) -> bool:
    """Whether the skill's family had a code on the day: direct care and individual behavior from 2025 on."""
    if day.year > FIRST_DAY.year:
        return True
    return skill.family is Training.FUNCTION or (group and skill.family is Training.BEHAVIOR)


def represented(course: Course, skill: Skill, rng: Random, day: date, *, remote: bool) -> Patient:
    """The patient as represented in one session on the day, with every fact that Medicare asks for."""
    family = course.person.patient.caregivers
    trained = family[: rng.randint(1, len(family))]
    who = trained[0].relationship or "caregiver"
    no = Answer.NO
    reason = "The training was by video with the {who} alone." if remote else rng.choice(AT_HOME)
    return replace(
        course.person.patient,
        coverage=Coverage.ORIGINAL_MEDICARE,
        other_payer_primary=no,
        present=False,
        inpatient=no,
        home_health=no,
        snf_part_a=no,
        hospice=no,
        guide=no,
        caregivers=trained,
        consent=course.consent,
        plan=course.plan,
        certifying_npi=course.certifier,
        goals_addressed=(skill.goal,),
        diagnoses=course.diagnoses,
        need=skill.need.format(who=who),
        absence_reason=reason.format(who=who),
        response=f"The {who} {skill.shown} {rng.choice(OUTCOMES)}.",
        note=Note(signed=day + timedelta(days=rng.choice((0, 0, 0, 1, 2)))),
    )


@dataclass(slots=True)
class Calendar:
    """Everybody's time. Nobody is in two places, and no patient has two sessions on one date by accident."""

    rng: Random
    courses: tuple[Course, ...]
    by_member: dict[PractitionerKind, list[Course]] = field(default_factory=lambda: defaultdict(list))
    busy: dict[tuple[date, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    taken: set[tuple[date, str]] = field(default_factory=set)
    drafts: list[Draft] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Sort the plans by kind of practitioner, so that all kinds train."""
        for course in self.courses:
            self.by_member[course.member.kind].append(course)

    def individual(self) -> None:
        """Add one session for one patient."""
        course, day, skill = self._choice()
        start = self._free(course.member, day)
        self._add(
            self._session(course.member, day, start, self.rng.choice(_MINUTES), skill),
            start,
            (course,),
            skill,
        )

    def pair(self, *, differing: bool) -> None:
        """Add a morning and an afternoon session of one patient; ``differing``: the afternoon is by video.

        The two of a like pair count together, so that each may be too short alone.
        """
        while True:
            course, day, skill = self._choice()
            if not differing or day.year > FIRST_DAY.year:
                break
        minutes = (
            (35, 30) if differing else self.rng.choice(((25, 20), (20, 20), (30, 20), (15, 20), (30, 30)))
        )
        starts = (
            self._free(course.member, day, _OPENS, 11 * 60),
            self._free(course.member, day, 13 * 60 + 15),
        )
        first = replace(
            self._session(course.member, day, starts[0], minutes[0], skill),
            modality=Modality.IN_PERSON,
            place_of_service="11",
            locality=course.member.office.locality,
            zip=None,
            assistant_minutes=None,
            practitioner=course.member.practitioner,
        )
        second = retimed(replace(first, start_time=at(starts[1])), minutes[1])
        if differing:
            second = replace(second, modality=Modality.AUDIO_VIDEO, place_of_service="10")
        for session, start in zip((first, second), starts, strict=True):
            draft = self._add(session, start, (course,), skill)
            draft.fixed = True
            draft.plant = "same-day-sessions-differ" if differing else ""

    def overlapping(self) -> None:
        """Add two sessions of one practitioner, the second begun before the first has ended."""
        for _ in range(_TRIES):
            course, day, skill = self._choice()
            found = [
                (c, s)
                for c in self.by_member[course.member.kind]
                if c.member is course.member and c.person is not course.person and c.active(day)
                for s in c.skills[:2]
                if teachable(s, day, group=False) and (day, c.person.patient.id) not in self.taken
            ]
            if not found:
                continue
            other, other_skill = self.rng.choice(found)
            start = self._free(course.member, day)
            for c, s, begin, minutes in ((course, skill, start, 45), (other, other_skill, start + 30, 30)):
                session = replace(self._session(c.member, day, begin, minutes, s), assistant_minutes=None)
                draft = self._add(replace(session, practitioner=c.member.practitioner), begin, (c,), s)
                draft.fixed, draft.plant = True, "practitioner-minutes-overlap"
            return
        raise ValueError("too few patients for two sessions at the same time")

    def group(self) -> None:
        """Add one session for three to six patients whose plans share the skill taught."""
        for _ in range(_TRIES):
            day, member = self._day(FIRST_DAY, LAST_DAY), self.rng.choice(TEAM)
            active = [
                c
                for c in self.by_member[member.kind]
                if c.member is member and c.active(day) and (day, c.person.patient.id) not in self.taken
            ]
            skills = list(dict.fromkeys(s for c in active for s in c.skills if teachable(s, day, group=True)))
            if not skills:
                continue
            skill = self.rng.choice(skills)
            found = [c for c in active if skill in c.skills]
            if len({c.person.patient.id for c in found}) != len(found) or len(found) < _SMALLEST:
                continue
            chosen = tuple(self.rng.sample(found, min(len(found), self.rng.randint(_SMALLEST, _LARGEST))))
            start = self._free(member, day)
            session = self._session(member, day, start, self.rng.choice(_GROUP_MINUTES[skill.family]), skill)
            session = replace(
                session,
                planned_as_group=True,
                practitioner=member.practitioner,
                assistant_minutes=None,
                modality=Modality.IN_PERSON,
                place_of_service="11",
                locality=member.office.locality,
                zip=None,
            )
            self._add(session, start, chosen, skill)
            return
        raise ValueError("too few patients for groups of three")

    def _choice(self) -> tuple[Course, date, Skill]:
        """A plan, a weekday inside it on which the patient has no other session, and a skill with a code."""
        for _ in range(_TRIES):
            course = self.rng.choice(self.by_member[self.rng.choice(_WHO_TRAINS)])
            day = self._day(course.first_session, course.last_session)
            skills = [s for s in course.skills if teachable(s, day, group=False)]
            patient_free = (day, course.person.patient.id) not in self.taken
            if skills and course.active(day) and patient_free and self._has_room(course.member, day):
                return course, day, self.rng.choice(skills)
        raise ValueError("the made-up practice has no room for so many sessions")

    def _has_room(self, member: Member, day: date) -> bool:
        return len(self.busy[day, member.practitioner.npi]) < _A_DAY

    def _day(self, first: date, last: date) -> date:
        day = first + timedelta(days=self.rng.randrange((last - first).days + 1))
        while day.weekday() >= _SATURDAY or (day.month, day.day) in _HOLIDAYS:
            day -= timedelta(days=1)
        return day

    def _free(self, member: Member, day: date, first: int = _OPENS, last: int = _CLOSES) -> int:
        """A start in minutes after midnight from which the practitioner is free, or late in the day."""
        spans = self.busy[day, member.practitioner.npi]
        starts = [
            minute
            for minute in range(first, last + 1, _QUARTER)
            if all(minute + SPAN <= begin or begin + SPAN <= minute for begin in spans)
        ]
        start = self.rng.choice(starts) if starts else max(spans) + SPAN
        spans.append(start)
        return start

    def _session(self, member: Member, day: date, start: int, minutes: int, skill: Skill) -> Session:
        rng, office = self.rng, member.office
        modality, place = Modality.IN_PERSON, "11"
        if chance(rng, 0.14):
            place = "12"
        elif day.year > FIRST_DAY.year and chance(rng, 0.16):
            modality, place = Modality.AUDIO_VIDEO, rng.choice(("10", "10", "10", "02"))
        by_zip = place == "12" or chance(rng, 0.25)
        practitioner = member.practitioner
        helped = member.assistant is not None and modality is Modality.IN_PERSON and chance(rng, 0.35)
        if helped:
            practitioner = replace(
                practitioner,
                furnished_by=member.assistant,
                furnished_by_id=member.assistant_id,
                supervision=Supervision.DIRECT if day.year == FIRST_DAY.year else Supervision.GENERAL,
            )
        partly = minutes < _WHOLE_CODE and chance(rng, 0.5)
        return Session(
            id="",
            date_of_service=day,
            practitioner=practitioner,
            patients=(),
            start_time=at(start),
            end_time=at(start + minutes + rng.choice((0, 0, 0, 5))),
            minutes=minutes,
            assistant_minutes=(rng.choice((2, 3, 8, 15)) if partly else minutes) if helped else None,
            training=skill.family,
            topics=(skill.topic,),
            modality=modality,
            place_of_service=place,
            locality=None if by_zip else office.locality,
            zip=office.zip if by_zip else None,
        )

    def _add(self, session: Session, start: int, courses: tuple[Course, ...], skill: Skill) -> Draft:
        remote = session.modality is not Modality.IN_PERSON
        day = session.date_of_service
        patients = tuple(represented(course, skill, self.rng, day, remote=remote) for course in courses)
        home = patients[0].address
        if session.place_of_service == "12" and home is not None:
            session = replace(session, zip=home.zip)
        self.taken.update((day, patient.id) for patient in patients)
        draft = Draft(replace(session, patients=patients), start, courses)
        self.drafts.append(draft)
        return draft
