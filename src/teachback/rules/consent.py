"""The patient's or representative's consent: who gave it, when, and for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import ConsentBy, ConsentForm, ConsentScope, Severity
from teachback.rulebook import derives, edit
from teachback.rules.caregivers import QUALIFYING, standing

if TYPE_CHECKING:
    from datetime import date

    from teachback.model import Caregiver, Consent


def _name(text: str) -> str:
    return " ".join(text.split()).casefold()


@derives
def consent_late(consent: Consent, date_of_service: date) -> bool | None:
    """The consent is dated after the service; the same date is in time."""
    return None if consent.date is None else consent.date > date_of_service


@derives
def caregiver_unnamed(consent: Consent, caregivers: tuple[Caregiver, ...]) -> bool:
    """A trained caregiver who qualifies is not named in the consent."""
    named = {_name(name) for name in consent.caregivers or ()}
    return any(standing(c) in QUALIFYING and _name(c.name) not in named for c in caregivers)


@edit(
    "D201",
    Severity.ERROR,
    says="No complete consent is recorded (recorded: {consent_given}; dated: {consent_dated}; given by: {consent_author}).",
    remedy="Find the consent of the patient or representative and record its date and author; without it do not bill.",
    place="patient.consent",
    owner=Owner.FRONT_DESK,
)
def consent_missing(
    consent_given: bool, consent_dated: bool, consent_author: ConsentBy | None, *, consent_required: bool
) -> bool:
    """No consent of the patient or representative to the caregiver's training is recorded."""
    return consent_required and not (consent_given and consent_dated and consent_author is not None)


@edit(
    "D202",
    Severity.ERROR,
    says="The consent is dated after the date of service.",
    remedy="Do not bill this session; a consent cannot be given afterwards. Correct the date only if it is misread.",
    place="patient.consent.date",
    owner=Owner.NOBODY,
)
def consent_after_service(consent_late: bool, *, consent_required: bool) -> bool:
    """The consent is dated after the date of service."""
    return consent_required and consent_late


@edit(
    "D203",
    Severity.ERROR,
    says="The consent was given by the caregiver, not by the patient or a representative.",
    remedy="Do not bill this session, unless the caregiver is the patient's representative: then record that.",
    place="patient.consent.by",
    owner=Owner.FRONT_DESK,
)
def consent_by_wrong_person(consent_author: ConsentBy, *, consent_required: bool) -> bool:
    """The consent was given by someone other than the patient or representative."""
    return consent_required and consent_author is ConsentBy.CAREGIVER


@edit(
    "D204",
    Severity.WARNING,
    says="The consent before 2025 was verbal; no written form was demanded, but the record must show it well.",
    remedy="Check that the chart shows who consented, when, to what and for whom.",
    place="patient.consent.form",
    owner=Owner.CLINICIAN,
)
def consent_verbal_before_2025(consent_form: ConsentForm, *, verbal_consent_named: bool) -> bool:
    """Verbal consent before 2025-01-01: allowed by silence, expressly only later."""
    return consent_form is ConsentForm.VERBAL and not verbal_consent_named


@edit(
    "D205",
    Severity.ERROR,
    says="The consent does not show that it names caregiver training (scope: {consent_scope}).",
    remedy="A general consent to treatment is not enough: find the specific one, or do not bill.",
    place="patient.consent.scope",
    owner=Owner.FRONT_DESK,
)
def consent_not_specific(
    consent_given: bool, consent_scope: ConsentScope | None, *, specific_consent_required: bool
) -> bool:
    """The consent is a general one and does not name caregiver training."""
    return (
        specific_consent_required and consent_given and consent_scope is not ConsentScope.CAREGIVER_TRAINING
    )


@edit(
    "D206",
    Severity.HOLD,
    says="A caregiver who was trained is not named in the consent.",
    remedy="Find a consent or addition made before the session that names this caregiver.",
    place="patient.consent.caregivers",
    owner=Owner.FRONT_DESK,
)
def consent_caregiver_not_named(caregiver_unnamed: bool, *, specific_consent_required: bool) -> bool:
    """The consent does not name the caregiver who was trained."""
    return specific_consent_required and caregiver_unnamed
