"""Who was trained, and whether the patient was absent."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import PaidBy, Severity
from teachback.rulebook import derives, edit

if TYPE_CHECKING:
    from teachback.model import Caregiver


class Standing(StrEnum):
    """What one trained person is under the definition, best first."""

    QUALIFIES = "qualifies"
    PAID_PRIVATELY = "paid privately"
    FEDERAL_PROGRAM = "in a Federal program"
    UNKNOWN = "not recorded"
    MINOR = "under age"
    PAID_STAFF = "paid staff"
    NOBODY = "nobody"


QUALIFYING = (Standing.QUALIFIES, Standing.PAID_PRIVATELY, Standing.FEDERAL_PROGRAM)
_BEST_FIRST = tuple(Standing)
_PAYERS = {
    PaidBy.AGENCY: Standing.PAID_STAFF,
    PaidBy.FACILITY: Standing.PAID_STAFF,
    PaidBy.FEDERAL_PROGRAM: Standing.FEDERAL_PROGRAM,
    PaidBy.PATIENT: Standing.PAID_PRIVATELY,
    PaidBy.MEDICAID_SELF_DIRECTION: Standing.PAID_PRIVATELY,
}


def standing(caregiver: Caregiver) -> Standing:
    """One person's standing: staff never qualify, then age, then what is not recorded (88 FR 78917)."""
    paid = None if caregiver.paid_by is None else _PAYERS[caregiver.paid_by]
    if paid is Standing.PAID_STAFF:
        return paid
    if caregiver.adult is False:
        return Standing.MINOR
    if caregiver.adult is None or not caregiver.assists:
        return Standing.UNKNOWN
    if paid is not None:
        return paid
    return Standing.QUALIFIES if caregiver.unpaid else Standing.UNKNOWN


@derives
def caregiver_standing(caregivers: tuple[Caregiver, ...]) -> Standing:
    """The best standing among the persons trained: one who qualifies is enough."""
    return min((standing(c) for c in caregivers), key=_BEST_FIRST.index, default=Standing.NOBODY)


@derives
def federal_caregiver(caregivers: tuple[Caregiver, ...]) -> bool:
    """Whether one of the persons trained belongs to another Federal program."""
    return any(standing(c) is Standing.FEDERAL_PROGRAM for c in caregivers)


@derives
def private_caregiver(caregivers: tuple[Caregiver, ...]) -> bool:
    """Whether one of the persons trained is paid by the patient or a Medicaid self-direction program."""
    return any(standing(c) is Standing.PAID_PRIVATELY for c in caregivers)


@derives
def some_do_not_qualify(caregivers: tuple[Caregiver, ...]) -> bool:
    """Whether one of the persons trained does not meet the definition."""
    return any(standing(c) not in QUALIFYING for c in caregivers)


@edit(
    "D101",
    Severity.ERROR,
    says="The patient was present; these codes are for training without the patient.",
    remedy="Do not bill a training code. Training with the patient present belongs to the treatment code used.",
    place="patient.present",
    owner=Owner.NOBODY,
)
def patient_present(present: bool, *, absence_required: bool) -> bool:
    """The patient was present; the training belongs to the treatment code."""
    return absence_required and present


@edit(
    "D102",
    Severity.ERROR,
    says="No caregiver is recorded for this patient.",
    remedy="Record who was trained: name, relationship, adult, unpaid, and whether the person assists the patient.",
    place="patient.caregivers",
    owner=Owner.CLINICIAN,
)
def caregiver_missing(caregiver_standing: Standing, *, caregiver_required: bool) -> bool:
    """No caregiver is recorded for the patient."""
    return caregiver_required and caregiver_standing is Standing.NOBODY


@edit(
    "D103",
    Severity.ERROR,
    says="The person trained works for an agency or facility and is no caregiver under the definition.",
    remedy="Do not bill this session, unless the record of who was trained is wrong.",
    place="patient.caregivers",
    owner=Owner.NOBODY,
)
def caregiver_paid(caregiver_standing: Standing, *, caregiver_required: bool) -> bool:
    """The person trained works for an agency or facility; not a caregiver under the definition."""
    return caregiver_required and caregiver_standing is Standing.PAID_STAFF


@edit(
    "D104",
    Severity.HOLD,
    says="The person trained is under age; one of the two definitions speaks of an adult.",
    remedy="Decide with the compliance officer; record another adult caregiver if one was trained too.",
    place="patient.caregivers",
    owner=Owner.CLINICIAN,
)
def caregiver_minor(caregiver_standing: Standing, *, caregiver_required: bool) -> bool:
    """The person trained is under age; the definition speaks of an adult."""
    return caregiver_required and caregiver_standing is Standing.MINOR


@edit(
    "D105",
    Severity.HOLD,
    says="Whether the person trained is an unpaid adult who assists the patient is not recorded.",
    remedy="Ask the family: adult, paid by whom if at all, and whether the person helps the patient. Record the answers.",
    place="patient.caregivers",
    owner=Owner.FRONT_DESK,
)
def caregiver_status_unknown(caregiver_standing: Standing, *, caregiver_required: bool) -> bool:
    """Whether the person trained is an unpaid adult who assists the patient is not recorded."""
    return caregiver_required and caregiver_standing is Standing.UNKNOWN


@edit(
    "D106",
    Severity.HOLD,
    says="Whether the patient was present is not recorded.",
    remedy="Ask the clinician. Only training without the patient can be billed with these codes.",
    place="patient.present",
    owner=Owner.CLINICIAN,
)
def presence_not_recorded(present: bool | None, *, absence_required: bool) -> bool:
    """Whether the patient was present is not recorded."""
    return absence_required and present is None


@edit(
    "D108",
    Severity.INFORMATION,
    says="One of the persons trained does not meet the definition of a caregiver, or it is not recorded; another does.",
    remedy="Nothing to do for this claim; the training of the one who qualifies is what is billed.",
    place="patient.caregivers",
    owner=Owner.NOBODY,
)
def caregiver_not_qualifying(
    caregiver_standing: Standing, some_do_not_qualify: bool, *, caregiver_required: bool
) -> bool:
    """One of several persons trained does not meet the definition; another does."""
    return caregiver_required and some_do_not_qualify and caregiver_standing in QUALIFYING


@edit(
    "D109",
    Severity.WARNING,
    says="A caregiver is paid by the patient or a Medicaid self-direction program: allowed under the wider definition.",
    remedy="Keep a note of the relationship and of who pays; one of CMS's two definitions says unpaid.",
    place="patient.caregivers",
    owner=Owner.CLINICIAN,
)
def caregiver_paid_privately(private_caregiver: bool, *, caregiver_required: bool) -> bool:
    """The caregiver is paid by the patient or by a Medicaid self-direction program."""
    return caregiver_required and private_caregiver


@edit(
    "D110",
    Severity.HOLD,
    says="Another Federal program pays or trains a caregiver; the same training must not be paid twice.",
    remedy="Ask whether that program gives the same training, and record the answer before billing.",
    place="patient.caregivers",
    owner=Owner.FRONT_DESK,
)
def caregiver_federal_program(federal_caregiver: bool, *, federal_training_once: bool) -> bool:
    """Another Federal program pays or trains the caregiver; the same training must not be paid twice."""
    return federal_training_once and federal_caregiver
