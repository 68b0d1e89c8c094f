"""Where the training took place, and what else covers the patient on that date."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import Answer, ClaimForm, Coverage, Severity
from teachback.rulebook import derives, edit
from teachback.rules.vocabulary import Setting, TherapyModifier

if TYPE_CHECKING:
    from collections.abc import Sequence

_MBI = re.compile(
    r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y][0-9]"
    r"[AC-HJKMNP-RT-Y]{2}[0-9]{2}"
)


class Mbi(StrEnum):
    """The form of a Medicare Beneficiary Identifier; ``SYNTHETIC`` has an S in second place."""

    MISSING = "missing"
    INVALID = "invalid"
    SYNTHETIC = "made up"
    ORDINARY = "ordinary"


def clean_mbi(mbi: str) -> str:
    """As it is stored: upper case, without dashes and blanks."""
    return re.sub(r"[-\s]", "", mbi).upper()


@derives
def mbi_form(mbi: str | None) -> Mbi:
    """The form of the identifier; one with an S in second place is made up and otherwise checked alike."""
    text = clean_mbi(mbi or "")
    if not text:
        return Mbi.MISSING
    if _MBI.fullmatch(text):
        return Mbi.ORDINARY
    made_up = text[1:2] == "S" and _MBI.fullmatch(f"{text[0]}A{text[2:]}")
    return Mbi.SYNTHETIC if made_up else Mbi.INVALID


@derives
def place_of_service(recorded_place: str, *, place_kind: str) -> str | None:
    """The place of service, where it is a CMS code."""
    return recorded_place if place_kind else None


@derives
def place_setting(*, place_kind: str) -> Setting:
    """Whether the place earns the facility or the non-facility practice expense."""
    return Setting(place_kind)


@derives
def at_cost(claim_form: ClaimForm, type_of_bill: str | None, *, cost_bill_types: Sequence[str]) -> bool:
    """The claim is paid at reasonable cost, not on the fee schedule."""
    return claim_form is ClaimForm.INSTITUTIONAL and (type_of_bill or "")[:2] in cost_bill_types


@edit(
    "S101",
    Severity.ERROR,
    says="The place of service is missing or is no CMS code.",
    remedy="Record the two-digit place of service, for example 11 for the office or 12 for the home.",
    place="session.place_of_service",
    owner=Owner.FRONT_DESK,
    prevents="5",
)
def place_of_service_unknown(place_of_service: str | None, *, place_required: bool) -> bool:
    """The place of service is missing or not a CMS code."""
    return place_required and place_of_service is None


@edit(
    "S102",
    Severity.ERROR,
    says="The patient was an inpatient on this date; the training is paid in the stay.",
    remedy="Do not bill separately.",
    place="patient.inpatient",
    owner=Owner.NOBODY,
)
def inpatient_stay(inpatient: Answer, *, overlaps_not_paid: bool) -> bool:
    """The patient was an inpatient; the service is paid in the stay."""
    return overlaps_not_paid and inpatient is Answer.YES


@edit(
    "S103",
    Severity.ERROR,
    name="home-health-overlap",
    says="A home-health plan of care covers the date (therapy modifier: {therapy_modifier}; same condition: {home_health_related}).",
    remedy="Do not bill; the home-health agency is paid for it.",
    place="patient.home_health",
    owner=Owner.NOBODY,
    prevents="B20",
)
def home_health_overlap(
    home_health: Answer,
    home_health_related: Answer,
    therapy_modifier: TherapyModifier | None,
    *,
    home_health_consolidated: bool,
) -> bool:
    """A home-health plan covers the date: always in the way of a therapy line, and of any line for that condition."""
    therapy = therapy_modifier is not None and therapy_modifier is not TherapyModifier.NONE
    bundled = therapy or home_health_related is Answer.YES
    return home_health_consolidated and home_health is Answer.YES and bundled


@edit(
    "S103",
    Severity.HOLD,
    name="home-health-overlap",
    says="A home-health plan of care covers the date; whether it concerns the same condition is not recorded.",
    remedy="Ask the home-health agency or the clinician which condition the home-health plan serves.",
    place="patient.home_health_related",
    owner=Owner.FRONT_DESK,
    prevents="B20",
)
def home_health_relation_unknown(
    home_health: Answer,
    home_health_related: Answer,
    therapy_modifier: TherapyModifier,
    *,
    home_health_consolidated: bool,
) -> bool:
    """A home-health plan covers the date and its relation to the training is unknown."""
    outside = therapy_modifier is TherapyModifier.NONE and home_health is Answer.YES
    return home_health_consolidated and outside and home_health_related is Answer.UNKNOWN


@edit(
    "S104",
    Severity.ERROR,
    says="A Part A stay in a skilled nursing facility covers the date.",
    remedy="Do not bill; the training is paid in the stay.",
    place="patient.snf_part_a",
    owner=Owner.NOBODY,
    prevents="109",
)
def snf_part_a_stay(snf_part_a: Answer, *, overlaps_not_paid: bool) -> bool:
    """A Part A stay in a skilled nursing facility covers the date."""
    return overlaps_not_paid and snf_part_a is Answer.YES


@edit(
    "S105",
    Severity.HOLD,
    says="A hospice election covers the date.",
    remedy="Decide whether the training concerns the terminal condition; if it does, the hospice is paid for it.",
    place="patient.hospice",
    owner=Owner.BILLER,
    prevents="B9",
)
def hospice_overlap(hospice: Answer, *, models_checked: bool) -> bool:
    """A hospice election covers the date."""
    return models_checked and hospice is Answer.YES


@edit(
    "S106",
    Severity.HOLD,
    says="The patient is aligned to the GUIDE model, whose monthly payment includes caregiver education.",
    remedy="Check the model's overlap rule before billing.",
    place="patient.guide",
    owner=Owner.BILLER,
)
def guide_overlap(guide: Answer, *, models_checked: bool) -> bool:
    """The patient is aligned to the GUIDE model."""
    return models_checked and guide is Answer.YES


@edit(
    "S107",
    Severity.ERROR,
    says="The patient's coverage is {coverage}, not Original Medicare Part B.",
    remedy="Do not send this to the Medicare contractor; bill the plan that covers the patient, by its own rules.",
    place="patient.coverage",
    owner=Owner.FRONT_DESK,
    prevents="109",
)
def not_original_medicare(coverage: Coverage, *, original_medicare_only: bool) -> bool:
    """The patient's coverage is not Original Medicare Part B."""
    return original_medicare_only and coverage is not Coverage.ORIGINAL_MEDICARE


@edit(
    "S108",
    Severity.ERROR,
    says="A rural health clinic or federally qualified health center does not bill this on the fee schedule.",
    remedy="Do not bill separately; the service belongs to the clinic's visit rate and cost report.",
    place="session.place_of_service",
    owner=Owner.NOBODY,
)
def rhc_fqhc_setting(place_of_service: str, *, clinic_rate_places: Sequence[str]) -> bool:
    """An RHC or FQHC does not bill this service on the fee schedule."""
    return place_of_service in clinic_rate_places


@edit(
    "S109",
    Severity.HOLD,
    says=(
        "Not checked for this date (inpatient: {inpatient}; home health: {home_health}; Part A stay: {snf_part_a}; "
        "hospice: {hospice}; GUIDE: {guide})."
    ),
    remedy="Check the eligibility response for the date and record each answer.",
    place="patient.home_health",
    owner=Owner.FRONT_DESK,
)
def overlap_not_checked(
    inpatient: Answer,
    home_health: Answer,
    snf_part_a: Answer,
    hospice: Answer,
    guide: Answer,
    *,
    overlaps_not_paid: bool,
) -> bool:
    """Whether a home-health plan, a stay, a hospice election or a model covers the date was not checked."""
    return overlaps_not_paid and Answer.UNKNOWN in {inpatient, home_health, snf_part_a, hospice, guide}


@edit(
    "S112",
    Severity.ERROR,
    says="The Medicare Beneficiary Identifier is {mbi_form}.",
    remedy="Copy the 11 characters from the Medicare card; the letters S, L, O, I, B and Z never occur.",
    place="patient.mbi",
    owner=Owner.FRONT_DESK,
    prevents="31",
)
def mbi_invalid(mbi_form: Mbi, *, mbi_required: bool) -> bool:
    """The Medicare Beneficiary Identifier is missing or not of its format."""
    return mbi_required and mbi_form in {Mbi.MISSING, Mbi.INVALID}


@edit(
    "S115",
    Severity.HOLD,
    says="Another payer may be primary (recorded: {other_payer_primary}).",
    remedy="Ask the patient and check the eligibility response; file with the primary payer first.",
    place="patient.other_payer_primary",
    owner=Owner.FRONT_DESK,
    prevents="22",
)
def other_payer_primary(other_payer_primary: Answer, *, medicare_secondary: bool) -> bool:
    """Another payer may be primary."""
    return medicare_secondary and other_payer_primary is not Answer.NO


@edit(
    "S116",
    Severity.HOLD,
    says="Whether the patient had Original Medicare Part B on the date is not recorded.",
    remedy="Check eligibility for the date and record the coverage.",
    place="patient.coverage",
    owner=Owner.FRONT_DESK,
)
def coverage_not_checked(coverage: Coverage | None, *, original_medicare_only: bool) -> bool:
    """Whether the patient has Original Medicare Part B on the date is not recorded."""
    return original_medicare_only and coverage is None


@edit(
    "S117",
    Severity.INFORMATION,
    says="A home-health plan covers the date for an unrelated condition; the training is allowed.",
    remedy="Nothing to do; keep the note of the condition that the home-health plan serves.",
    place="patient.home_health_related",
    owner=Owner.NOBODY,
)
def home_health_unrelated(
    home_health: Answer,
    home_health_related: Answer,
    therapy_modifier: TherapyModifier,
    *,
    home_health_consolidated: bool,
) -> bool:
    """A home-health plan covers the date for an unrelated condition; training is allowed."""
    outside = therapy_modifier is TherapyModifier.NONE and home_health is Answer.YES
    return home_health_consolidated and outside and home_health_related is Answer.NO


@edit(
    "S118",
    Severity.ERROR,
    says="A supplier is already paid to train on the same equipment or dressing.",
    remedy="Do not bill this training; wider wound care or other equipment may be taught and recorded on its own.",
    place="patient.supplier_trains",
    owner=Owner.NOBODY,
)
def supplier_trains(supplier_trains: Answer, *, overlaps_not_paid: bool) -> bool:
    """A supplier is already paid to train on the same equipment or dressing."""
    return overlaps_not_paid and supplier_trains is Answer.YES


@edit(
    "S119",
    Severity.ERROR,
    says="An outside therapist cannot bill for a resident of the skilled nursing facility (place 31, {therapy_modifier}).",
    remedy="The facility bills therapy for its residents, also under Part B.",
    place="session.place_of_service",
    owner=Owner.NOBODY,
    prevents="109",
)
def snf_consolidated_billing(
    claim_form: ClaimForm,
    place_of_service: str,
    therapy_modifier: TherapyModifier,
    *,
    snf_billed_places: Sequence[str],
) -> bool:
    """An outside therapist cannot bill for a resident of the skilled nursing facility."""
    therapy = therapy_modifier is not TherapyModifier.NONE
    return claim_form is ClaimForm.PROFESSIONAL and therapy and place_of_service in snf_billed_places


@edit(
    "S120",
    Severity.WARNING,
    says="Two patient ids of this date carry the same Medicare Beneficiary Identifier.",
    remedy="Find out whether they are one person; one person under two ids would be counted, and billed, twice.",
    place="patient.mbi",
    owner=Owner.FRONT_DESK,
)
def mbi_under_two_patients(mbi_shared: bool, *, mbi_required: bool) -> bool:
    """One beneficiary stands under two patient ids on the date."""
    return mbi_required and mbi_shared


@edit(
    "S121",
    Severity.WARNING,
    says="Whether a supplier is paid to train on the same equipment or dressing is not known.",
    remedy="Ask the family which supplier trains them, and on what; the same training is not paid twice.",
    place="patient.supplier_trains",
    owner=Owner.FRONT_DESK,
)
def supplier_not_checked(supplier_trains: Answer, *, overlaps_not_paid: bool) -> bool:
    """Somebody said expressly that it is not known whether a supplier trains."""
    return overlaps_not_paid and supplier_trains is Answer.UNKNOWN
