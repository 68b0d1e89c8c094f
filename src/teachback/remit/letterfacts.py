"""What the record says of a session, fact by fact, in words and with the place of each. What is not there is absent.

Nothing is concluded here that the record does not hold: a comparison of two dates names both places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from teachback.forms.letterdata import Fact
from teachback.model import (
    Answer,
    ConsentBy,
    ConsentScope,
    Discipline,
    Helper,
    PaidBy,
    PlanKind,
    PractitionerKind,
    Supervision,
    Training,
)
from teachback.remit import letterwords as words
from teachback.rules.caregivers import QUALIFYING, Standing, standing
from teachback.rules.plan import Certification, PlanState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from teachback.assess import Assessment
    from teachback.model import Caregiver, Consent, Patient, Plan, Session

    Facts = Mapping[str, Fact]

KINDS: Final = {
    PractitionerKind.MD: "a physician (MD)",
    PractitionerKind.DO: "a physician (DO)",
    PractitionerKind.NP: "a nurse practitioner",
    PractitionerKind.CNS: "a clinical nurse specialist",
    PractitionerKind.PA: "a physician assistant",
    PractitionerKind.CNM: "a certified nurse-midwife",
    PractitionerKind.CP: "a clinical psychologist",
    PractitionerKind.CSW: "a clinical social worker",
    PractitionerKind.MFT: "a marriage and family therapist",
    PractitionerKind.MHC: "a mental health counselor",
    PractitionerKind.RD: "a registered dietitian",
    PractitionerKind.PT: "a physical therapist",
    PractitionerKind.OT: "an occupational therapist",
    PractitionerKind.SLP: "a speech-language pathologist",
}
_HELPERS: Final = {
    Helper.PTA: "a physical therapist assistant",
    Helper.OTA: "an occupational therapy assistant",
    Helper.RN: "a registered nurse",
    Helper.LPN: "a licensed practical nurse",
    Helper.MA: "a medical assistant",
    Helper.CHW: "a community health worker",
}
_SUPERVISION: Final = {
    Supervision.DIRECT: "direct",
    Supervision.DIRECT_VIRTUAL: "direct (by live video)",
    Supervision.GENERAL: "general",
}
_TRAINING: Final = {
    Training.FUNCTION: "in helping the patient to function",
    Training.BEHAVIOR: "in managing the patient's behavior",
    Training.DIRECT_CARE: "in direct care of the patient",
}
_DISCIPLINES: Final = {
    Discipline.PT: "physical therapy",
    Discipline.OT: "occupational therapy",
    Discipline.SLP: "speech-language pathology",
}
_CONSENT_BY: Final = {
    ConsentBy.PATIENT: "The patient",
    ConsentBy.REPRESENTATIVE: "The patient's representative",
}
_PAID_BY: Final = {
    PaidBy.PATIENT: "the patient",
    PaidBy.MEDICAID_SELF_DIRECTION: "a Medicaid self-direction program",
}
_OVERLAPS: Final = (
    ("home_health", "no home-health plan"),
    ("inpatient", "no inpatient stay"),
    ("snf_part_a", "no skilled-nursing stay under Part A"),
    ("hospice", "no hospice election"),
    ("supplier_trains", "no supplier paid for the same training"),
)
_THERAPISTS: Final = frozenset({PractitionerKind.PT, PractitionerKind.OT, PractitionerKind.SLP})


class Gathering:
    """Facts being gathered. Nothing is kept of what is ``None`` or empty."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.facts: dict[str, Fact] = {}

    def place(self, path: str) -> str:
        """A path of the record with the part of the record that it is of."""
        return f"{self.where}: {path}"

    def add(self, name: str, value: object, text: str | None, *paths: str) -> None:
        """Keep one fact. It must have words and at least one place."""
        if value is None or not text:
            return
        self.facts[name] = Fact(name, str(value), text, tuple(self.place(path) for path in paths))

    def day(self, name: str, on: date | None, path: str) -> None:
        """Keep a date."""
        if on is not None:
            self.add(name, on.isoformat(), words.day(on), path)

    def quote(self, name: str, text: str | None, path: str) -> None:
        """Keep what somebody wrote, word for word."""
        if text and text.strip():
            self.add(name, text, words.quoted(text), path)

    def flag(self, name: str, value: bool | None, *paths: str) -> None:
        """Keep an answer."""
        if value is not None:
            word = "yes" if value else "no"
            self.add(name, word, word, *paths)


def of_session(session: Session, patient: Patient, assessment: Assessment) -> dict[str, Fact]:
    """Every fact of one session and patient that a sentence may state."""
    facts = Gathering(f"session {session.id}")
    _session(facts, session)
    _practitioner(facts, session)
    _patient(facts, patient)
    _overlaps(facts, patient)
    if patient.plan is not None:
        _plan(facts, patient.plan, patient, session.date_of_service, assessment)
    if patient.consent is not None:
        _consent(facts, patient.consent, patient, session.date_of_service)
    if any(standing(one) in QUALIFYING for one in patient.caregivers):
        facts.flag("caregiver_shown", True, "patient.caregivers")  # noqa: FBT003  the fact itself
    return facts.facts


def _session(facts: Gathering, session: Session) -> None:
    facts.day("date_of_service", session.date_of_service, "date_of_service")
    if session.minutes is not None:
        facts.add("minutes", session.minutes, f"{session.minutes}", "minutes")
    elif (derived := _clock_minutes(session)) is not None:
        facts.add("minutes", derived, f"{derived}", "start_time", "end_time")
    if session.start_time is not None:
        facts.add("start", session.start_time, words.clock(session.start_time), "start_time")
    if session.end_time is not None:
        facts.add("end", session.end_time, words.clock(session.end_time), "end_time")
    if session.training is not None:
        facts.add("training", session.training.value, _TRAINING[session.training], "training")
    topics = [words.quoted(topic) for topic in session.topics if topic.strip()]
    facts.add("topics", session.topics or None, words.listed(topics), "topics")
    if session.modality is not None:
        facts.add("modality", session.modality.value, session.modality.value.replace("_", " "), "modality")
    facts.add("place_of_service", session.place_of_service, session.place_of_service, "place_of_service")
    count = len(session.patients) + session.patients_refused
    facts.add("patients_represented", count, f"{count}", "patients")
    facts.flag("grouped", count > 1, "patients")


def minutes_places(session: Session) -> tuple[str, ...]:
    """Where the minutes of a session are recorded: as such, or by start and end; nowhere where neither is."""
    if session.minutes is not None:
        return ("minutes",)
    return () if _clock_minutes(session) is None else ("start_time", "end_time")


def _clock_minutes(session: Session) -> int | None:
    """Minutes between start and end where both are recorded and the end comes later."""
    start, end = session.start_time, session.end_time
    if start is None or end is None or end <= start:
        return None
    return (end.hour - start.hour) * 60 + end.minute - start.minute


def _practitioner(facts: Gathering, session: Session) -> None:
    who = session.practitioner
    facts.add("practitioner_kind", who.type.value, KINDS.get(who.type), "practitioner.type")
    facts.flag("therapist", who.type in _THERAPISTS, "practitioner.type")
    facts.add("practitioner_npi", who.npi, who.npi, "practitioner.npi")
    if who.furnished_by is not None:
        facts.add("helper", who.furnished_by.value, _HELPERS[who.furnished_by], "practitioner.furnished_by")
    if who.supervision is not None:
        facts.add(
            "supervision",
            who.supervision.value,
            _SUPERVISION.get(who.supervision),
            "practitioner.supervision",
        )


def _patient(facts: Gathering, patient: Patient) -> None:
    facts.flag("present", patient.present, "patient.present")
    facts.quote("absence_reason", patient.absence_reason, "patient.absence_reason")
    facts.quote("need", patient.need, "patient.need")
    facts.quote("response", patient.response, "patient.response")
    facts.quote("repeat_reason", patient.repeat_reason, "patient.repeat_reason")
    facts.day("abn_date", patient.abn_date, "patient.abn_date")
    if patient.note is not None:
        facts.day("note_signed", patient.note.signed, "patient.note.signed")
        facts.quote("note", patient.note.text, "patient.note.text")


def _overlaps(facts: Gathering, patient: Patient) -> None:
    answers: dict[str, Answer | None] = {name: getattr(patient, name) for name, _ in _OVERLAPS}
    none = [(name, text) for name, text in _OVERLAPS if answers[name] is Answer.NO]
    if none:
        text = words.listed([text for _, text in none])
        facts.add("no_overlaps", text, text, *(f"patient.{name}" for name, _ in none))
    for name in ("home_health", "home_health_related"):
        answer: Answer | None = getattr(patient, name)
        if answer in {Answer.YES, Answer.NO}:
            facts.flag(name, answer is Answer.YES, f"patient.{name}")
    judged = ("home_health", "inpatient", "snf_part_a")
    if all(answers[name] is Answer.NO for name in judged):
        facts.flag("overlap_free", True, *(f"patient.{name}" for name in judged))  # noqa: FBT003  the fact itself


def _plan(
    facts: Gathering, plan: Plan, patient: Patient, date_of_service: date, assessment: Assessment
) -> None:
    if plan.kind is not None:
        facts.add("plan_type", plan.kind.value, plan.kind.value, "patient.plan.kind")
        facts.add("plan_kind", plan.kind.value, _plan_words(plan), "patient.plan.kind")
    facts.day("plan_established", plan.established, "patient.plan.established")
    if plan.established is not None and _scope(assessment, "plan_state") is PlanState.IN_PLACE:
        when = "same day" if plan.established == date_of_service else "before"
        facts.add("plan_in_place", when, when, "patient.plan.established", "date_of_service")
    facts.quote("plan_frequency", plan.frequency, "patient.plan.frequency")
    facts.quote("plan_duration", plan.duration, "patient.plan.duration")
    known = {_folded(goal) for goal in plan.goals}
    shared = [goal for goal in patient.goals_addressed if goal.strip() and _folded(goal) in known]
    text = words.listed([words.quoted(goal) for goal in shared])
    facts.add("goals_shared", shared or None, text, "patient.goals_addressed", "patient.plan.goals")
    if plan.kind is PlanKind.THERAPY:
        _certification(facts, plan, date_of_service, assessment)


def _plan_words(plan: Plan) -> str:
    if plan.kind is PlanKind.THERAPY:
        return (
            "therapy plan of care"
            if plan.discipline is None
            else f"plan of care for {_DISCIPLINES[plan.discipline]}"
        )
    return "nutrition plan" if plan.kind is PlanKind.NUTRITION else "treatment plan"


def _certification(facts: Gathering, plan: Plan, date_of_service: date, assessment: Assessment) -> None:
    """How the plan was certified, as the rules see it: each answer names the dates that it compares."""
    first, signed = "patient.plan.first_treatment", "patient.plan.certified"
    facts.day("first_treatment", plan.first_treatment, first)
    facts.day("certified", plan.certified, signed)
    facts.day("certified_through", plan.certified_through, "patient.plan.certified_through")
    facts.day("sent_to_referrer", plan.sent_to_referrer, "patient.plan.sent_to_referrer")
    facts.flag("order_on_file", plan.order_on_file, "patient.plan.order_on_file")
    state, over = _scope(assessment, "certification"), _scope(assessment, "certification_over")
    facts.flag(
        "certification_over",
        over,
        "patient.plan.certified_through" if plan.certified_through else first,
        "date_of_service",
    )
    if plan.certified_through is not None and plan.certified is not None:
        covers = max(plan.certified, date_of_service) <= plan.certified_through
        facts.flag("covers_date", covers, signed, "patient.plan.certified_through", "date_of_service")
    limit = _law_value(assessment, "first_certification_days")
    if plan.first_treatment is None or limit is None:
        return
    if plan.certified is not None:
        facts.flag("certified_in_time", (plan.certified - plan.first_treatment).days <= limit, first, signed)
    if plan.sent_to_referrer is not None:
        most = _law_value(assessment, "transmit_days")
        sent = most is not None and (plan.sent_to_referrer - plan.first_treatment).days <= most
        facts.flag("sent_in_time", sent, first, "patient.plan.sent_to_referrer")
    if state is Certification.WITHIN_GRACE:
        facts.flag("within_first_days", True, first, "date_of_service")  # noqa: FBT003  the fact itself
    if over is False and state in {
        Certification.WITHIN_GRACE,
        Certification.SIGNED_IN_TIME,
        Certification.ORDER_AND_SENT,
    }:
        facts.flag("certification_shown", True, first, signed, "date_of_service")  # noqa: FBT003  the same


def _consent(facts: Gathering, consent: Consent, patient: Patient, date_of_service: date) -> None:
    if consent.by is not None:
        facts.add("consent_by", consent.by.value, _CONSENT_BY.get(consent.by), "patient.consent.by")
    if consent.form is not None:
        facts.add("consent_form", consent.form.value, consent.form.value, "patient.consent.form")
    if consent.scope is not None:
        facts.add("consent_scope", consent.scope.value, consent.scope.value, "patient.consent.scope")
    facts.day("consent_date", consent.date, "patient.consent.date")
    names = [words.person(name) for name in consent.caregivers or () if name.strip()]
    facts.add("consent_names", names or None, words.listed(names), "patient.consent.caregivers")
    if consent.date is None:
        return
    in_time = consent.date <= date_of_service
    facts.flag("consent_in_time", in_time, "patient.consent.date", "date_of_service")
    named = {_folded(name) for name in consent.caregivers or ()}
    trained = [one.name for one in patient.caregivers if standing(one) in QUALIFYING]
    all_named = bool(trained) and all(_folded(name) in named for name in trained)
    specific = consent.scope is ConsentScope.CAREGIVER_TRAINING
    if in_time and specific and all_named and consent.by in _CONSENT_BY:
        facts.flag("consent_shown", True, "patient.consent", "patient.caregivers")  # noqa: FBT003  the fact itself


def of_caregivers(session: Session, patient: Patient) -> Iterator[dict[str, Fact]]:
    """The facts of each caregiver who qualifies, in the order recorded."""
    for number, caregiver in enumerate(patient.caregivers):
        if standing(caregiver) in QUALIFYING:
            yield _caregiver(Gathering(f"session {session.id}"), caregiver, f"patient.caregivers[{number}]")


def _caregiver(facts: Gathering, caregiver: Caregiver, path: str) -> dict[str, Fact]:
    facts.add("caregiver", caregiver.name, words.person(caregiver.name), f"{path}.name")
    facts.add(
        "relationship",
        caregiver.relationship,
        words.plain(caregiver.relationship or ""),
        f"{path}.relationship",
    )
    facts.flag("caregiver_adult", caregiver.adult, f"{path}.adult")
    facts.flag("caregiver_assists", caregiver.assists, f"{path}.assists")
    if caregiver.paid_by is None:
        facts.flag("caregiver_unpaid", caregiver.unpaid, f"{path}.unpaid")
    elif standing(caregiver) is Standing.PAID_PRIVATELY:
        facts.add(
            "caregiver_paid_by", caregiver.paid_by.value, _PAID_BY[caregiver.paid_by], f"{path}.paid_by"
        )
        facts.flag("caregiver_privately", True, f"{path}.paid_by")  # noqa: FBT003  the fact itself
    return facts.facts


def joined(several: Iterable[Facts]) -> dict[str, Fact]:
    """The facts of several sources; a later one stands over an earlier of the same name."""
    return {name: fact for facts in several for name, fact in facts.items()}


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _scope(assessment: Assessment, name: str) -> Any:  # noqa: ANN401  facts have many types
    """A fact that the rules made of the record."""
    return None if assessment.scope is None else assessment.scope.value(name)


def _law_value(assessment: Assessment, name: str) -> Any:  # noqa: ANN401  law values have many types
    return None if assessment.scope is None else assessment.scope.statute.value(name)
