"""From records to facts: what one row says, and what only the other sessions can tell."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from teachback.model import Answer
from teachback.rules.fees import cents
from teachback.rules.practitioners import ASSISTANTS
from teachback.rules.settings import clean_mbi
from teachback.rules.units import assistant_minutes, clock_minutes, minutes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from teachback.model import Patient, Session

DAY_CLIP = 1441


@dataclass(frozen=True, slots=True)
class CrossFacts:
    """What the sessions of one date say about one another, by session, practitioner and beneficiary."""

    overlapping: frozenset[str]
    practitioner_minutes: Mapping[str, int]
    shared_mbis: frozenset[str]

    @classmethod
    def of(cls, sessions: Sequence[Session]) -> CrossFacts:
        """Overlap of a person's minutes, a practitioner's minutes, and identifiers of two patients."""
        minutes_by_npi: dict[str, int] = defaultdict(int)
        for session in sessions:
            minutes_by_npi[session.practitioner.npi] += minutes_of(session) or 0
        return cls(frozenset(_overlapping(sessions)), minutes_by_npi, frozenset(_shared_mbis(sessions)))


def minutes_of(session: Session) -> int | None:
    """Minutes as recorded, or else between start and end; ``None`` where neither is known."""
    start, end = session.start_time, session.end_time
    clock = None if start is None or end is None else clock_minutes(start, end)
    return minutes(session.minutes, clock)


def people_of(session: Session) -> list[tuple[str, str]]:
    """Whose minutes the session takes: the practitioner's own, and those of a named assistant or auxiliary."""
    who, total = session.practitioner, minutes_of(session)
    auxiliary = who.furnished_by is not None and who.furnished_by not in ASSISTANTS
    theirs = total if auxiliary else assistant_minutes(session.assistant_minutes, total, who.furnished_by)
    gave_all = auxiliary or theirs is None or (total is not None and theirs >= max(total, 1))
    people = [] if gave_all else [("practitioner", who.npi)]
    if theirs != 0 and who.furnished_by is not None and who.furnished_by_id:
        people.append(("helper", who.furnished_by_id))
    return people


def _overlapping(sessions: Iterable[Session]) -> Iterator[str]:
    """The ids of sessions that hold minutes of a person who is in another session at the same time."""
    spans: dict[tuple[str, str], list[tuple[int, int, str]]] = defaultdict(list)
    for session in sessions:
        start, end = session.start_time, session.end_time
        if start is not None and end is not None and start < end:
            for person in people_of(session):
                spans[person].append((start.hour * 60 + start.minute, end.hour * 60 + end.minute, session.id))
    for several in spans.values():
        reach, holder = -1, ""
        for start_minute, end_minute, session_id in sorted(several):
            if start_minute < reach:
                yield from (holder, session_id)
            if end_minute > reach:
                reach, holder = end_minute, session_id


def _shared_mbis(sessions: Iterable[Session]) -> Iterator[str]:
    """The beneficiary identifiers that stand under more than one patient id."""
    holders: dict[str, str] = {}
    for session in sessions:
        for patient in session.patients:
            mbi = clean_mbi(patient.mbi or "")
            if mbi and holders.setdefault(mbi, patient.id) != patient.id:
                yield mbi


def _answer(value: Answer | None, absent: Answer = Answer.UNKNOWN) -> Answer:
    return absent if value is None else value


def _default(value: bool | None, absent: bool) -> bool:
    return absent if value is None else value


def _written(text: str | None) -> bool:
    return text is not None and bool(text.strip())


def row_facts(session: Session, patient: Patient, cross: CrossFacts, *, law_checked: bool) -> dict[str, Any]:
    """The recorded facts of one session and represented patient, with the schema's declared defaults."""
    who = session.practitioner
    used, deductible = patient.therapy_used, patient.deductible_remaining
    consent, plan = patient.consent, patient.plan
    return {
        "date_of_service": session.date_of_service,
        "start_time": session.start_time,
        "end_time": session.end_time,
        "recorded_minutes": session.minutes,
        "recorded_assistant_minutes": session.assistant_minutes,
        "patients_represented": len(session.patients) + session.patients_refused,
        "locality": session.locality,
        "zip_code": session.zip,
        "practitioner_npi": who.npi,
        "certifying_npi": patient.certifying_npi,
        "mbi": patient.mbi,
        "caregivers": patient.caregivers,
        "consent": consent,
        "consent_given": consent is not None,
        "consent_dated": consent is not None and consent.date is not None,
        "consent_author": consent and consent.by,
        "consent_form": consent and consent.form,
        "consent_scope": consent and consent.scope,
        "plan": plan,
        "plan_kind": plan and plan.kind,
        "plan_discipline": plan and plan.discipline,
        "goals_addressed": patient.goals_addressed,
        "diagnoses": patient.diagnoses,
        "therapy_used_cents": None if used is None else cents(used),
        "spending_known": used is not None,
        "type_of_bill": session.type_of_bill,
        "recorded_place": session.place_of_service,
        "training": session.training,
        "modality": session.modality,
        "planned_as_group": _default(session.planned_as_group, absent=False),
        "claim_form": session.claim_form,
        "practitioner_kind": who.type,
        "participating": _default(who.participating, absent=True),
        "accepts_assignment": _default(who.assignment, absent=True),
        "qualifying_apm": _default(who.qualifying_apm_participant, absent=False),
        "furnished_by": who.furnished_by,
        "supervision": who.supervision,
        "private_practice": _default(who.private_practice, absent=True),
        "coverage": patient.coverage,
        "other_payer_primary": _answer(patient.other_payer_primary),
        "present": patient.present,
        "inpatient": _answer(patient.inpatient),
        "home_health": _answer(patient.home_health),
        "home_health_related": _answer(patient.home_health_related),
        "supplier_trains": _answer(patient.supplier_trains, Answer.NO),
        "snf_part_a": _answer(patient.snf_part_a),
        "hospice": _answer(patient.hospice),
        "guide": _answer(patient.guide),
        "need_recorded": _written(patient.need),
        "absence_reason_recorded": _written(patient.absence_reason),
        "response_recorded": _written(patient.response),
        "kx_attested": _default(patient.kx_attested, absent=False),
        "deductible_known": deductible is not None,
        "law_checked": law_checked,
        "minutes_overlap": session.id in cross.overlapping,
        "practitioner_day_minutes": min(cross.practitioner_minutes[who.npi], DAY_CLIP),
        "mbi_shared": bool(cross.shared_mbis) and clean_mbi(patient.mbi or "") in cross.shared_mbis,
    }
