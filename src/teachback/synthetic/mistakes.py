"""How each mistake is made: changes of one session that leave everything else as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from teachback.model import Caregiver, Helper, Modality, PaidBy, PractitionerKind, Supervision
from teachback.synthetic.people import made_up_npi
from teachback.synthetic.schedule import at, retimed
from teachback.synthetic.skills import SKILLS

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from random import Random

    from teachback.model import Patient, Session, Training

    Change = Callable[[Patient, date, Random], Patient]
    Make = Callable[[Session, Random], Session]

_ONE_DAY = timedelta(days=1)
_AIDE = Caregiver(
    "Philippa Gorsebank", "home aide", adult=True, unpaid=False, paid_by=PaidBy.AGENCY, assists=True
)


def one(change: Change) -> Make:
    """The change stands in the record of one of the represented patients."""

    def make(session: Session, rng: Random) -> Session:
        chosen = rng.randrange(len(session.patients))
        patients = list(session.patients)
        patients[chosen] = change(patients[chosen], session.date_of_service, rng)
        return replace(session, patients=tuple(patients))

    return make


def session(**changes: object) -> Make:
    """Fields of the session take these values."""
    return lambda session, _rng: replace(session, **changes)  # type: ignore[arg-type]


def patient(**changes: object) -> Make:
    """Fields of one patient take these values."""
    return one(lambda patient, _day, _rng: replace(patient, **changes))  # type: ignore[arg-type]


def consent(**changes: object) -> Make:
    """Fields of one patient's consent take these values."""
    return one(
        lambda p, _day, _rng: replace(p, consent=p.consent and replace(p.consent, **changes))  # type: ignore[arg-type]
    )


def plan(**changes: object) -> Make:
    """Fields of one patient's plan take these values."""
    return one(
        lambda p, _day, _rng: replace(p, plan=p.plan and replace(p.plan, **changes))  # type: ignore[arg-type]
    )


def caregivers(**changes: object) -> Make:
    """Fields of everybody trained for one patient take these values."""
    return one(
        lambda p, _day, _rng: replace(
            p,
            caregivers=tuple(replace(c, **changes) for c in p.caregivers),  # type: ignore[arg-type]
        )
    )


def lasting(*lengths: int) -> Make:
    """The session lasts one of these lengths, in minutes."""
    return lambda session, rng: retimed(session, rng.choice(lengths))


def retaught(family: Training, *lengths: int) -> Make:
    """Another family was taught; the plan names it, so that only the code is wrong. Lengths in minutes."""

    def make(session: Session, rng: Random) -> Session:
        skill = rng.choice([s for s in SKILLS if s.family is family and not s.fits])
        patients = []
        for p in session.patients:
            who = p.caregivers[0].relationship or "caregiver"
            named = p.plan and replace(p.plan, goals=(*p.plan.goals, skill.goal))
            need, response = skill.need.format(who=who), f"The {who} {skill.shown}."
            patients.append(
                replace(p, plan=named, goals_addressed=(skill.goal,), need=need, response=response)
            )
        taught = replace(session, training=family, topics=(skill.topic,), patients=tuple(patients))
        return retimed(taught, rng.choice(lengths)) if lengths else taught

    return make


def group_of_one(make: Make) -> Make:
    """A group was planned and one family came; otherwise as ``make``."""
    return lambda session, rng: replace(make(session, rng), planned_as_group=True)


def by_video(session: Session, _rng: Random) -> Session:
    """The practitioner alone met the caregiver by video in the patient's home."""
    alone = replace(session.practitioner, furnished_by=None, furnished_by_id=None, supervision=None)
    return replace(
        session,
        modality=Modality.AUDIO_VIDEO,
        place_of_service="10",
        assistant_minutes=None,
        practitioner=alone,
    )


def aide_trained(patient: Patient, _day: date, _rng: Random) -> Patient:
    """An agency's aide was trained instead of the family."""
    return replace(patient, caregivers=(_AIDE,))


def consent_late(patient: Patient, day: date, _rng: Random) -> Patient:
    """The consent was signed on the day after."""
    return replace(patient, consent=patient.consent and replace(patient.consent, date=day + _ONE_DAY))


def lapsed(patient: Patient, day: date, rng: Random) -> Patient:
    """The certified interval ended some days before the session."""
    ended = day - timedelta(days=rng.randint(1, 9))
    return replace(patient, plan=patient.plan and replace(patient.plan, certified_through=ended))


def plan_late(patient: Patient, day: date, _rng: Random) -> Patient:
    """The plan was written on the day after."""
    after = day + _ONE_DAY
    late = patient.plan and replace(
        patient.plan,
        established=after,
        first_treatment=after,
        certified=None,
        certified_through=None,
        sent_to_referrer=None,
    )
    return replace(patient, plan=late)


def letter_for_digit(patient: Patient, _day: date, _rng: Random) -> Patient:
    """The beneficiary identifier was typed with the letter O where a digit stands."""
    mbi = patient.mbi or ""
    return replace(patient, mbi=f"{mbi[:3]}O{mbi[4:]}")


def wrong_last_digit(patient: Patient, _day: date, _rng: Random) -> Patient:
    """The certifier's NPI was typed with another last digit."""
    npi = patient.certifying_npi or "0"
    return replace(patient, certifying_npi=f"{npi[:-1]}{(int(npi[-1]) + 1) % 10}")


def beyond_clock(session: Session, rng: Random) -> Session:
    """More minutes were written down than lie between start and end."""
    return replace(retimed(session, 35), minutes=rng.choice((45, 60)))


def reversed_clock(session: Session, _rng: Random) -> Session:
    """The end was written before the start."""
    start = session.start_time
    if start is None:
        return session
    return replace(session, end_time=at(start.hour * 60 + start.minute - 30), minutes=30)


def general_supervision(session: Session, _rng: Random) -> Session:
    """The therapist was reachable, but not on the premises."""
    return replace(session, practitioner=replace(session.practitioner, supervision=Supervision.GENERAL))


def assistant_as_practitioner(session: Session, _rng: Random) -> Session:
    """The assistant was entered as the practitioner of the claim."""
    helper = session.practitioner.furnished_by or Helper.PTA
    given, family = (session.practitioner.furnished_by_id or "PTA--").split("-")[1:]
    assistant = replace(
        session.practitioner,
        type=PractitionerKind(helper.value),
        name=f"{family}, {given}",
        npi=made_up_npi(39_000_000 + len(family)),
        furnished_by=None,
        furnished_by_id=None,
        supervision=None,
    )
    return replace(session, practitioner=assistant, assistant_minutes=None)


def partly_by_assistant(session: Session, _rng: Random) -> Session:
    """The assistant gave ten of forty-five minutes, and nobody wrote down which."""
    return replace(retimed(session, 45), assistant_minutes=10)
