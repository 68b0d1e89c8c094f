"""Which one missing fact would change the verdict: questions with their answers' consequences.

Only facts that were not recorded are asked for. Minutes and what was recorded are never proposed
otherwise: the questions find out what happened, they do not shop for payment.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from teachback.assess import assess
from teachback.model import (
    Answer,
    Caregiver,
    Consent,
    ConsentBy,
    ConsentForm,
    ConsentScope,
    Coverage,
    Discipline,
    Disposition,
    Modality,
    Patient,
    Plan,
    PlanKind,
    Session,
    Supervision,
    Training,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from teachback.rulebook import Rulebook

MADE_UP_MBI, A_CONDITION, MADE_UP_NPI = "1SA0WP0XY00", "I69.354", "2700000013"

FAR_ABOVE = Decimal(100_000)

Change = tuple[Session, Patient]
Answers = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Question:
    """One missing fact, and the verdict that follows from each answer."""

    asks: str
    verdicts: tuple[tuple[str, Disposition], ...]


def related(sessions: Sequence[Session], session: Session) -> list[Session]:
    """The sessions that can bear on one: the same date and a shared patient, practitioner or helper."""
    patients = {patient.id for patient in session.patients}
    who = session.practitioner
    return [
        other
        for other in sessions
        if other.date_of_service == session.date_of_service
        and (
            other.practitioner.npi == who.npi
            or (who.furnished_by_id is not None and other.practitioner.furnished_by_id == who.furnished_by_id)
            or any(patient.id in patients for patient in other.patients)
        )
    ]


def questions(
    sessions: Sequence[Session],
    session: Session,
    patient: Patient,
    *,
    payer: str,
    book: Rulebook | None = None,
) -> list[Question]:
    """Every missing fact that alone would change the verdict of this session and patient."""
    nearby = related(sessions, session)

    def verdict(changed: Session) -> Disposition:
        swapped = [changed if other.id == session.id else other for other in nearby]
        found = assess(swapped, payer=payer, book=book)
        return next(a.disposition for a in found if a.session.id == session.id and a.patient.id == patient.id)

    now = verdict(session)
    asked = []
    for asks, answers in _missing(session, patient):
        verdicts = tuple((label, verdict(_put(session, patient, *change))) for label, change in answers)
        if any(outcome is not now for _, outcome in verdicts):
            asked.append(Question(asks, verdicts if len(verdicts) > 1 else (*verdicts, ("no", now))))
    return asked


def _put(session: Session, old: Patient, changed: Session, patient: Patient) -> Session:
    return replace(changed, patients=tuple(patient if p.id == old.id else p for p in session.patients))


Missing = tuple[str, list[tuple[str, Change]]]


def _missing(session: Session, patient: Patient) -> Iterator[Missing]:
    yield from _missing_of_session(session, patient)
    yield from _missing_of_coverage(session, patient)
    yield from _missing_of_caregivers(session, patient)
    yield from _missing_of_consent(session, patient)
    yield from _missing_of_plan(session, patient)
    yield from _missing_of_note(session, patient)


def _missing_of_session(session: Session, patient: Patient) -> Iterator[Missing]:
    if session.training is None:
        yield (
            "What was taught?",
            [(kind.value.replace("_", " "), (replace(session, training=kind), patient)) for kind in Training],
        )
    if session.modality is None:
        yield (
            "How did practitioner and caregiver meet?",
            [(kind.value.replace("_", " "), (replace(session, modality=kind), patient)) for kind in Modality],
        )
    if session.place_of_service is None:
        places = {"office (11)": "11", "patient's home (12)": "12"}
        answers = [
            (label, (replace(session, place_of_service=code), patient)) for label, code in places.items()
        ]
        yield "Where did the training take place?", answers
    who = session.practitioner
    if who.furnished_by is not None and who.supervision is None:
        yield (
            f"Under which supervision did the {who.furnished_by} work?",
            [
                (
                    kind.value.replace("_", " "),
                    (replace(session, practitioner=replace(who, supervision=kind)), patient),
                )
                for kind in Supervision
            ],
        )


def _patient_question(session: Session, patient: Patient, asks: str, answers: Answers) -> Missing:
    return asks, [(label, (session, replace(patient, **change))) for label, change in answers.items()]


_LOOKED_UP = {
    "other_payer_primary": "Is another payer primary?",
    "inpatient": "Was the patient an inpatient on the date?",
    "home_health": "Does a home-health plan cover the date?",
    "snf_part_a": "Does a Part A skilled-nursing stay cover the date?",
    "hospice": "Does a hospice election cover the date?",
    "guide": "Is the patient aligned to the GUIDE model?",
}


def _missing_of_coverage(session: Session, patient: Patient) -> Iterator[Missing]:
    answers: Answers
    if patient.coverage is None:
        answers = {kind.value.replace("_", " "): {"coverage": kind} for kind in Coverage}
        yield _patient_question(session, patient, "Which coverage did the patient have on the date?", answers)
    if not (patient.mbi or "").strip():
        answers = {"yes": {"mbi": MADE_UP_MBI}}
        yield _patient_question(session, patient, "Is the beneficiary identifier known?", answers)
    yes_no = {"no": Answer.NO, "yes": Answer.YES}
    for name, asks in _LOOKED_UP.items():
        if getattr(patient, name) in {None, Answer.UNKNOWN}:
            answers = {label: {name: answer} for label, answer in yes_no.items()}
            yield _patient_question(session, patient, asks, answers)
    if patient.home_health is Answer.YES and patient.home_health_related in {None, Answer.UNKNOWN}:
        answers = {label: {"home_health_related": answer} for label, answer in yes_no.items()}
        yield _patient_question(
            session, patient, "Does the home-health plan serve the same condition?", answers
        )
    if patient.therapy_used is None:
        answers = {"below": {"therapy_used": Decimal(0)}, "above": {"therapy_used": FAR_ABOVE}}
        asks = "Was the year's therapy spending below the threshold, or above it?"
        yield _patient_question(session, patient, asks, answers)


_CAREGIVER = {
    "adult": "an adult",
    "unpaid": "unpaid",
    "assists": "someone who assists the patient",
}


def _missing_of_caregivers(session: Session, patient: Patient) -> Iterator[Missing]:
    if not patient.caregivers:
        named = (patient.consent and patient.consent.caregivers) or ("somebody",)
        trained = Caregiver(named[0], adult=True, unpaid=True, assists=True)
        answers: Answers = {"yes": {"caregivers": (trained,)}}
        asks = "Was an unpaid adult trained who assists the patient and whom the consent names?"
        yield _patient_question(session, patient, asks, answers)
    for index, caregiver in enumerate(patient.caregivers):
        for name, words in _CAREGIVER.items():
            if getattr(caregiver, name) is None and not (name == "unpaid" and caregiver.paid_by):
                answers = {
                    label: {
                        "caregivers": _swapped(patient.caregivers, index, _told(caregiver, name, value=value))
                    }
                    for label, value in (("yes", True), ("no", False))
                }
                yield _patient_question(session, patient, f"Is caregiver {index + 1} {words}?", answers)


def _told(caregiver: Caregiver, name: str, *, value: bool) -> Caregiver:
    fact: dict[str, Any] = {name: value}
    return replace(caregiver, **fact)


def _swapped(caregivers: tuple[Caregiver, ...], index: int, caregiver: Caregiver) -> tuple[Caregiver, ...]:
    return (*caregivers[:index], caregiver, *caregivers[index + 1 :])


def _missing_of_consent(session: Session, patient: Patient) -> Iterator[Missing]:
    names = tuple(caregiver.name for caregiver in patient.caregivers)
    whole = Consent(
        ConsentBy.PATIENT,
        ConsentForm.WRITTEN,
        session.date_of_service,
        ConsentScope.CAREGIVER_TRAINING,
        names,
    )
    if patient.consent is None:
        answers = {"yes, and it is complete": {"consent": whole}}
        yield _patient_question(
            session, patient, "Is there a consent to this training from before the session?", answers
        )
        return
    asks = {
        "by": "Did the patient or representative give the consent?",
        "date": "Is the consent dated on or before the session?",
        "scope": "Does the consent name caregiver training?",
        "caregivers": "Does the consent name the caregivers who were trained?",
    }
    for name, question in asks.items():
        if getattr(patient.consent, name) is None:
            changed = replace(patient.consent, **{name: getattr(whole, name)})
            yield _patient_question(session, patient, question, {"yes": {"consent": changed}})


def _missing_of_plan(session: Session, patient: Patient) -> Iterator[Missing]:
    plan, day = patient.plan, session.date_of_service
    if plan is None:
        answers: Answers = {"yes, and it is complete": _whole_plan(session, patient)}
        yield _patient_question(
            session, patient, "Is there a plan from before the session that it served?", answers
        )
        return
    asks: dict[str, tuple[str, Any]] = {
        "established": ("Was the plan established on or before the session?", plan.first_treatment or day),
        "first_treatment": ("Was the first treatment within the last 30 days?", day),
        "certified": ("Was the plan signed within 30 days of the first treatment?", plan.first_treatment),
        "frequency": ("Does the plan state a frequency?", "stated"),
        "duration": ("Does the plan state a duration?", "stated"),
    }
    for field in fields(Plan):
        if field.name in asks and getattr(plan, field.name) is None:
            question, value = asks[field.name]
            yield _patient_question(
                session, patient, question, {"yes": {"plan": replace(plan, **{field.name: value})}}
            )
    if not patient.goals_addressed and plan.goals:
        answers = {"yes": {"goals_addressed": plan.goals[:1]}}
        yield _patient_question(session, patient, "Did the session address a goal of the plan?", answers)


def _whole_plan(session: Session, patient: Patient) -> dict[str, Any]:
    """A plan as the practitioner would need it, with the goal that was addressed."""
    day, kind = session.date_of_service, session.practitioner.type.value
    discipline = Discipline(kind) if kind in set(Discipline) else None
    goals = patient.goals_addressed or ("the goal of the plan",)
    plan = Plan(
        kind=PlanKind.THERAPY if discipline else PlanKind.TREATMENT,
        discipline=discipline,
        established=day,
        first_treatment=day,
        frequency="stated",
        duration="stated",
        goals=goals,
    )
    return {"plan": plan, "goals_addressed": goals}


def _missing_of_note(session: Session, patient: Patient) -> Iterator[Missing]:
    answers: Answers
    if patient.present is None:
        answers = {"no": {"present": False}, "yes": {"present": True}}
        yield _patient_question(session, patient, "Was the patient present?", answers)
    if not any(code.strip() for code in patient.diagnoses):
        answers = {"yes": {"diagnoses": (A_CONDITION,)}}
        yield _patient_question(session, patient, "Is the diagnosis known that the plan treats?", answers)
    texts = {
        "need": "Does the record of the day say why this session was needed?",
        "response": "Does the record of the day say what the caregiver could do afterwards?",
    }
    for name, asks in texts.items():
        if not (getattr(patient, name) or "").strip():
            yield _patient_question(session, patient, asks, {"yes": {name: "recorded"}})
    if patient.kx_attested is None:
        answers = {"yes": {"kx_attested": True}, "no": {"kx_attested": False}}
        yield _patient_question(
            session, patient, "Does the therapist attest medical necessity above the threshold?", answers
        )
    if not (patient.certifying_npi or "").strip():
        answers = {"yes, with a valid NPI": {"certifying_npi": MADE_UP_NPI}}
        yield _patient_question(session, patient, "Is the certifying practitioner known?", answers)
