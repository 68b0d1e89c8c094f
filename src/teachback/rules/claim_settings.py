"""Where the claim says the training was: place, type of bill, revenue code, telehealth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import ClaimForm, PractitionerKind, Severity, Training
from teachback.rulebook import derives, edit
from teachback.rules.claim_vocabulary import RevenueFamily, TelehealthMark, TherapyMarks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BILL_DIGITS = 2
FAMILY_DIGITS = 3


@derives
def place_of_service(recorded_place: str, *, place_kind: str) -> str | None:
    """The place of service, where it is a CMS code."""
    return recorded_place if place_kind else None


@derives
def bill_care(claim_form: ClaimForm, type_of_bill: str | None) -> str | None:
    """The first two digits of the type of bill: facility and kind of care."""
    if claim_form is not ClaimForm.INSTITUTIONAL or not type_of_bill:
        return None
    return type_of_bill[:BILL_DIGITS]


@derives
def revenue_family(
    claim_form: ClaimForm, revenue_code: str | None, *, revenue_modifier: Mapping[str, str]
) -> RevenueFamily | None:
    """The discipline of the revenue code; unknown where none stands."""
    if claim_form is not ClaimForm.INSTITUTIONAL or not revenue_code:
        return None
    found = revenue_modifier.get(revenue_code.rjust(FAMILY_DIGITS + 1, "0")[:FAMILY_DIGITS])
    return RevenueFamily.OTHER if found is None else RevenueFamily(found)


@derives
def telehealth_mark(
    modifiers: tuple[str, ...], *, telehealth_modifiers: Sequence[str], audio_only_modifier: str
) -> TelehealthMark:
    """Which modifier tells of video or voice; voice where both stand."""
    if audio_only_modifier in modifiers:
        return TelehealthMark.VOICE
    video = any(modifier in telehealth_modifiers for modifier in modifiers)
    return TelehealthMark.VIDEO if video else TelehealthMark.NONE


@derives
def shown_remote(
    claim_form: ClaimForm,
    place_of_service: str | None,
    telehealth_mark: TelehealthMark,
    *,
    telehealth_places: Sequence[str],
) -> bool:
    """The claim shows by place or modifier that practitioner and caregiver met by video or voice."""
    by_place = claim_form is ClaimForm.PROFESSIONAL and place_of_service in telehealth_places
    return by_place or telehealth_mark is not TelehealthMark.NONE


@edit(
    "S101",
    Severity.ERROR,
    says="The place of service is missing or is no CMS code.",
    remedy="State the two-digit place of service, for example 11 for the office or 12 for the home.",
    place="line.place_of_service",
    owner=Owner.FRONT_DESK,
    prevents="5",
)
def place_of_service_unknown(
    claim_form: ClaimForm, place_of_service: str | None, *, place_required: bool
) -> bool:
    """The place of service is missing or not a CMS code."""
    return place_required and claim_form is ClaimForm.PROFESSIONAL and place_of_service is None


@edit(
    "S108",
    Severity.ERROR,
    says="A rural health clinic or federally qualified health center (place {place_of_service}) does not bill this on the fee schedule.",
    remedy="Do not bill separately; the service belongs to the clinic's visit rate and cost report.",
    place="line.place_of_service",
    owner=Owner.NOBODY,
)
def rhc_fqhc_setting(
    claim_form: ClaimForm, place_of_service: str, *, clinic_rate_places: Sequence[str]
) -> bool:
    """An RHC or FQHC does not bill this service on the fee schedule."""
    return claim_form is ClaimForm.PROFESSIONAL and place_of_service in clinic_rate_places


@edit(
    "S110",
    Severity.ERROR,
    says="The revenue code (discipline: {revenue_family}) does not match the therapy modifier {therapy_marks}.",
    remedy="042X goes with GP, 043X with GO, 044X with GN; correct the one that is wrong.",
    place="line.revenue_code",
    owner=Owner.BILLER,
    prevents="4",
)
def revenue_code_mismatch(
    therapy_marks: TherapyMarks, revenue_family: RevenueFamily, *, revenue_modifier: Mapping[str, str]
) -> bool:
    """The revenue code does not match the therapy modifier."""
    return therapy_marks in revenue_modifier.values() and revenue_family.value != therapy_marks.value


@edit(
    "S111",
    Severity.ERROR,
    says="A bill of type {bill_care}X cannot carry these services.",
    remedy="Outpatient training stands on 12X, 13X, 22X, 23X, 34X, 74X, 75X or 85X; else do not bill it.",
    place="claim.type_of_bill",
    owner=Owner.BILLER,
)
def type_of_bill_not_payable(bill_care: str, *, therapy_bill_types: Sequence[str]) -> bool:
    """The type of bill cannot carry these services."""
    return bill_care not in therapy_bill_types


@edit(
    "S119",
    Severity.ERROR,
    says="An outside therapist cannot bill for a resident of the skilled nursing facility (place {place_of_service}, {therapy_marks}).",
    remedy="The facility bills therapy for its residents, also under Part B.",
    place="line.place_of_service",
    owner=Owner.NOBODY,
    prevents="109",
)
def snf_consolidated_billing(
    claim_form: ClaimForm,
    place_of_service: str,
    therapy_marks: TherapyMarks,
    *,
    snf_billed_places: Sequence[str],
) -> bool:
    """An outside therapist cannot bill for a resident of the skilled nursing facility."""
    therapy = therapy_marks is not TherapyMarks.NONE and claim_form is ClaimForm.PROFESSIONAL
    return therapy and place_of_service in snf_billed_places


@edit(
    "T101",
    Severity.ERROR,
    says="The claim shows telehealth, and caregiver training was not on the Medicare telehealth list on this date.",
    remedy="If it was given in person, correct place and modifier; else do not bill it.",
    place="line.modifiers.telehealth",
    owner=Owner.BILLER,
    prevents="58",
)
def telehealth_not_covered(shown_remote: bool, *, on_telehealth_list: bool) -> bool:
    """The code was not on the telehealth list on the date of service."""
    return shown_remote and not on_telehealth_list


@edit(
    "T102",
    Severity.ERROR,
    says="A {practitioner_kind} had no telehealth authority on this date.",
    remedy="Do not bill; the statute let therapists furnish telehealth only through its last date.",
    place="line.modifiers.telehealth",
    owner=Owner.NOBODY,
    prevents="58",
)
def telehealth_authority_absent(
    practitioner_kind: PractitionerKind,
    shown_remote: bool,
    *,
    therapist_kinds: Sequence[str],
    therapist_authority: bool,
) -> bool:
    """This practitioner had no telehealth authority on the date of service."""
    return shown_remote and practitioner_kind in therapist_kinds and not therapist_authority


@edit(
    "T104",
    Severity.HOLD,
    name="audio-only",
    says="The line is one of voice alone ({telehealth_mark}), but {training} training is hands-on.",
    remedy="Decide with the clinician whether these skills can be taught by voice.",
    place="line.modifiers.telehealth",
    owner=Owner.CLINICIAN,
)
def audio_only_hands_on(
    telehealth_mark: TelehealthMark, training: Training, *, hands_on_families: Sequence[str]
) -> bool:
    """Hands-on training by voice alone."""
    return telehealth_mark is TelehealthMark.VOICE and training in hands_on_families


@edit(
    "T104",
    Severity.WARNING,
    name="audio-only",
    says="The {training} training was by voice alone ({telehealth_mark}).",
    remedy="Check that the practitioner could use video and the other side could not or would not.",
    place="line.modifiers.telehealth",
    owner=Owner.CLINICIAN,
)
def audio_only_talking(
    telehealth_mark: TelehealthMark, training: Training, *, hands_on_families: Sequence[str]
) -> bool:
    """Behavior training by voice alone."""
    return telehealth_mark is TelehealthMark.VOICE and training not in hands_on_families


@edit(
    "T105",
    Severity.HOLD,
    says="Modifier {telehealth_mark} tells of telehealth, but the place of service is {place_of_service}.",
    remedy="Correct one of the two: telehealth stands at place 10 (patient's home) or 02 (elsewhere).",
    place="line.place_of_service",
    owner=Owner.FRONT_DESK,
    prevents="5",
)
def telehealth_place_mismatch(
    claim_form: ClaimForm,
    telehealth_mark: TelehealthMark,
    place_of_service: str,
    *,
    telehealth_places: Sequence[str],
) -> bool:
    """The modality and the place of service contradict each other."""
    marked = claim_form is ClaimForm.PROFESSIONAL and telehealth_mark is not TelehealthMark.NONE
    return marked and place_of_service not in telehealth_places
