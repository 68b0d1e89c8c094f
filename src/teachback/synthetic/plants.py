"""The mistakes that real practices make, each planted on purpose and named by the finding it must cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from teachback.model import (
    Answer,
    ConsentBy,
    ConsentForm,
    ConsentScope,
    Coverage,
    Modality,
    PaidBy,
    PractitionerKind,
    Training,
)
from teachback.synthetic import mistakes as do
from teachback.synthetic.courses import DISCIPLINES, YEARS

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from teachback.synthetic.mistakes import Make
    from teachback.synthetic.schedule import Draft

    Fits = Callable[[Draft], bool]

SOWN_FOR = 300
_SIGNATURE_DUE = 30


@dataclass(frozen=True, slots=True)
class Plant:
    """One kind of mistake.

    ``finding`` is what it must cause, ``often`` how many of 300 sessions have it, ``fits`` which sessions
    it suits, and ``make`` how it is made.
    """

    finding: str
    often: int
    fits: Fits
    make: Make


def _any(draft: Draft) -> bool:
    return bool(draft.session.patients)


def _single(draft: Draft) -> bool:
    return draft.single


def _first_year(draft: Draft) -> bool:
    return draft.single and draft.day.year == YEARS[0]


def _later(draft: Draft) -> bool:
    return draft.single and draft.day.year > YEARS[0]


def _therapist(draft: Draft) -> bool:
    return draft.single and draft.kind in DISCIPLINES


def _therapist_later(draft: Draft) -> bool:
    return _therapist(draft) and _later(draft)


def _timed_alone(draft: Draft) -> bool:
    return _later(draft) and draft.session.practitioner.furnished_by is None


def _unhelped_first_year(draft: Draft) -> bool:
    return _function(draft) and _first_year(draft) and draft.session.practitioner.furnished_by is None


def _unhelped(draft: Draft) -> bool:
    return draft.single and draft.session.practitioner.furnished_by is None


def _function(draft: Draft) -> bool:
    return draft.single and draft.session.training is Training.FUNCTION


def _hands_on(draft: Draft) -> bool:
    return _timed_alone(draft) and draft.session.training in {Training.FUNCTION, Training.DIRECT_CARE}


def _behavior_group(draft: Draft) -> bool:
    return not draft.single and draft.session.training is Training.BEHAVIOR


def _untimed_group(draft: Draft) -> bool:
    return not draft.single and draft.session.training is Training.FUNCTION


def _individual_behavior(draft: Draft) -> bool:
    return draft.single and draft.session.training is Training.BEHAVIOR


def _prescriber_first_year(draft: Draft) -> bool:
    return _first_year(draft) and draft.kind in {PractitionerKind.MD, PractitionerKind.NP}


def _assistant_of_first_year(draft: Draft) -> bool:
    return _first_year(draft) and draft.session.practitioner.furnished_by is not None


def _assistant(draft: Draft) -> bool:
    return draft.single and draft.session.practitioner.furnished_by is not None


def _long_after_start(draft: Draft) -> bool:
    return _therapist(draft) and (draft.day - draft.courses[0].start).days > _SIGNATURE_DUE


def _social_worker(draft: Draft) -> bool:
    return _later(draft) and draft.kind is PractitionerKind.CSW


# The rarer the sessions that suit, the earlier the mistake stands: it chooses first.
PLANTS = (
    Plant("below-minimum-time", 1, _behavior_group, do.lasting(45)),
    Plant("group-session-short", 1, _untimed_group, do.lasting(25)),
    Plant("supervision-missing", 2, _assistant_of_first_year, do.general_supervision),
    Plant("no-individual-behavior-code", 1, _prescriber_first_year, do.retaught(Training.BEHAVIOR, 60, 75)),
    Plant(
        "no-individual-behavior-code",
        1,
        _prescriber_first_year,
        do.group_of_one(do.retaught(Training.BEHAVIOR, 60, 90)),
    ),
    Plant("code-not-effective", 2, _prescriber_first_year, do.retaught(Training.DIRECT_CARE, 30, 45, 45)),
    Plant("practitioner-scope-open", 2, _social_worker, do.retaught(Training.DIRECT_CARE)),
    Plant("rendering-is-assistant", 1, _assistant, do.assistant_as_practitioner),
    Plant("assistant-order-unknown", 2, _assistant, do.partly_by_assistant),
    Plant(
        "goal-not-linked", 1, _individual_behavior, do.patient(goals_addressed=("Sleep through the night",))
    ),
    Plant("telehealth-not-covered", 3, _first_year, do.by_video),
    Plant("time-rule-unsettled", 4, _unhelped_first_year, do.lasting(20, 22, 25, 25)),
    Plant("addon-threshold-disputed", 3, _unhelped_first_year, do.lasting(40)),
    Plant("consent-verbal-before-2025", 3, _first_year, do.consent(form=ConsentForm.VERBAL)),
    Plant("not-a-therapy-code", 2, _therapist_later, do.retaught(Training.BEHAVIOR)),
    Plant(
        "plan-not-certified",
        3,
        _long_after_start,
        do.plan(certified=None, order_on_file=False, sent_to_referrer=None),
    ),
    Plant("home-health-overlap", 3, _therapist, do.patient(home_health=Answer.YES)),
    Plant("certification-expired", 4, _therapist, do.one(do.lapsed)),
    Plant("certifying-provider-missing", 3, _therapist, do.patient(certifying_npi=None)),
    Plant("npi-invalid", 1, _therapist, do.one(do.wrong_last_digit)),
    Plant("plan-incomplete", 2, _therapist, do.plan(frequency=None)),
    Plant("therapy-spending-unknown", 2, _therapist, do.session()),
    Plant("below-minimum-time", 6, _timed_alone, do.lasting(20, 22, 22, 25, 25, 28)),
    Plant("units-over-daily-limit", 3, _timed_alone, do.lasting(75, 78, 80, 90)),
    Plant("audio-only", 3, _hands_on, do.session(modality=Modality.AUDIO_ONLY, place_of_service="10")),
    Plant(
        "telehealth-place-mismatch",
        3,
        _timed_alone,
        do.session(modality=Modality.AUDIO_VIDEO, place_of_service="11"),
    ),
    Plant("minutes-exceed-clock", 2, _unhelped, do.beyond_clock),
    Plant("end-before-start", 1, _unhelped, do.reversed_clock),
    Plant("patient-present", 3, _single, do.patient(present=True, absence_reason=None)),
    Plant("caregiver-paid", 3, _single, do.one(do.aide_trained)),
    Plant("caregiver-minor", 1, _single, do.caregivers(relationship="grandson", adult=False)),
    Plant("caregiver-status-unknown", 3, _any, do.caregivers(unpaid=None)),
    Plant(
        "caregiver-federal-program", 1, _single, do.caregivers(unpaid=False, paid_by=PaidBy.FEDERAL_PROGRAM)
    ),
    Plant(
        "caregiver-paid-privately",
        2,
        _single,
        do.caregivers(unpaid=False, paid_by=PaidBy.MEDICAID_SELF_DIRECTION),
    ),
    Plant("consent-after-service", 3, _single, do.one(do.consent_late)),
    Plant("consent-not-specific", 3, _single, do.consent(scope=ConsentScope.GENERAL)),
    Plant("consent-missing", 1, _any, do.patient(consent=None)),
    Plant("consent-by-wrong-person", 1, _single, do.consent(by=ConsentBy.CAREGIVER)),
    Plant("consent-caregiver-not-named", 4, _any, do.consent(caregivers=("Evangeline Cindermoor",))),
    Plant("plan-after-service", 1, _single, do.one(do.plan_late)),
    Plant("goal-not-linked", 3, _function, do.patient(goals_addressed=())),
    Plant("need-not-documented", 5, _any, do.patient(need=None)),
    Plant("response-missing", 5, _any, do.patient(response=" ")),
    Plant("absence-reason-missing", 4, _single, do.patient(absence_reason=None)),
    Plant("presence-not-recorded", 5, _any, do.patient(present=None)),
    Plant("snf-part-a-stay", 1, _single, do.patient(snf_part_a=Answer.YES)),
    Plant("hospice-overlap", 1, _single, do.patient(hospice=Answer.YES)),
    Plant("guide-overlap", 1, _single, do.patient(guide=Answer.YES)),
    Plant("not-original-medicare", 3, _any, do.patient(coverage=Coverage.MEDICARE_ADVANTAGE)),
    Plant("coverage-not-checked", 3, _any, do.patient(coverage=None)),
    Plant(
        "overlap-not-checked",
        4,
        _any,
        do.patient(home_health=Answer.UNKNOWN, snf_part_a=Answer.UNKNOWN, hospice=None, guide=None),
    ),
    Plant("other-payer-primary", 3, _any, do.patient(other_payer_primary=Answer.UNKNOWN)),
    Plant("mbi-invalid", 2, _any, do.one(do.letter_for_digit)),
    Plant("diagnosis-missing", 1, _single, do.patient(diagnoses=())),
    Plant("diagnosis-context-only", 1, _single, do.patient(diagnoses=("Z74.1", "Z63.6"))),
    Plant("training-not-stated", 1, _single, do.session(training=None)),
    Plant("modality-not-recorded", 1, _single, do.session(modality=None)),
    Plant("locality-unknown", 3, _single, do.session(locality=None, zip="00004")),
    Plant("clock-times-missing", 4, _unhelped, do.session(start_time=None, end_time=None)),
)


def sow(drafts: list[Draft], rng: Random) -> None:
    """Plant the mistakes in proportion to the number of drafts, at most one in each."""
    for plant in PLANTS:
        wanted = int(plant.often * len(drafts) / SOWN_FOR + rng.random())
        suited = [draft for draft in drafts if not draft.plant and not draft.fixed and plant.fits(draft)]
        for draft in rng.sample(suited, min(wanted, len(suited))):
            draft.session = plant.make(draft.session, rng)
            draft.plant = plant.finding
