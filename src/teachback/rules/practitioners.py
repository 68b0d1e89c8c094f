"""Who may bill, who may furnish, under which supervision, and with which identifiers."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import Helper, PlanKind, PractitionerKind, Severity, Supervision, Training
from teachback.rulebook import derives, determines, edit
from teachback.rules.vocabulary import TherapyModifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ASSISTANTS = (Helper.PTA, Helper.OTA)
RENDERING_ASSISTANTS = (PractitionerKind.PTA, PractitionerKind.OTA)
_OWN_ASSISTANT = {PractitionerKind.PT: Helper.PTA, PractitionerKind.OT: Helper.OTA}


class Identifier(StrEnum):
    """Whether a National Provider Identifier is there and passes its check digit."""

    ABSENT = "absent"
    INVALID = "invalid"
    VALID = "valid"


class MayBill(StrEnum):
    """Whether a kind of practitioner may bill a family."""

    YES = "yes"
    NO = "no"
    OPEN = "open"
    NUTRITION_PLAN = "under a nutrition plan"
    NOT_THERAPY = "not a therapy code"
    NEVER_RENDERING = "never rendering"


class Furnishing(StrEnum):
    """How the person who furnished stands to the practitioner who bills."""

    PERSONALLY = "personally"
    ASSISTANT = "therapy assistant"
    AUXILIARY = "auxiliary person"
    NOT_ALLOWED = "not allowed"


def npi_is_valid(npi: str) -> bool:
    """Ten digits whose Luhn check digit holds with the prefix 80840."""
    if re.fullmatch(r"[0-9]{10}", npi) is None:
        return False
    total = 24
    for position, digit in enumerate(reversed(npi)):
        doubled = int(digit) * (1 + position % 2)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004  Luhn adds the digits of a two-digit double
    return total % 10 == 0


def _identifier(npi: str | None) -> Identifier:
    if npi is None or not npi.strip():
        return Identifier.ABSENT
    return Identifier.VALID if npi_is_valid(npi.strip()) else Identifier.INVALID


@derives
def rendering_identifier(practitioner_npi: str) -> Identifier:
    """Whether the practitioner's NPI is valid."""
    return _identifier(practitioner_npi)


@derives
def certifier_identifier(certifying_npi: str | None) -> Identifier:
    """Whether the certifying practitioner's NPI is there and valid."""
    return _identifier(certifying_npi)


@determines()
def billing_standing(training: Training, *, may_bill: Mapping[str, str]) -> MayBill:
    """Whether this kind of practitioner may bill this family on this date."""
    return MayBill(may_bill[training])


@determines()
def place_bars_auxiliary(place_of_service: str | None, *, no_auxiliary_places: Sequence[str]) -> bool:
    """The place is one of hospital or skilled-nursing patients."""
    return place_of_service in no_auxiliary_places


@determines()
def furnishing(
    furnished_by: Helper | None,
    practitioner_kind: PractitionerKind,
    therapy_modifier: TherapyModifier | None,
    place_bars_auxiliary: bool,
    *,
    auxiliary_billers: Sequence[str],
) -> Furnishing | None:
    """A therapist may use the assistant of the own discipline; incident-to billers auxiliary staff outside hospitals."""
    if furnished_by is None:
        return Furnishing.PERSONALLY
    if furnished_by in ASSISTANTS:
        own = _OWN_ASSISTANT.get(practitioner_kind) is furnished_by
        return Furnishing.ASSISTANT if own else Furnishing.NOT_ALLOWED
    if practitioner_kind not in auxiliary_billers or place_bars_auxiliary:
        return Furnishing.NOT_ALLOWED
    if therapy_modifier is None:
        return None
    return Furnishing.AUXILIARY if therapy_modifier is TherapyModifier.NONE else Furnishing.NOT_ALLOWED


@edit(
    "B101",
    Severity.ERROR,
    says="A practitioner of kind {practitioner_kind} may not bill this training to Medicare (training: {training}).",
    remedy="Do not bill. If another practitioner gave the training, correct the record.",
    place="session.practitioner.type",
    owner=Owner.NOBODY,
    prevents="170",
)
def practitioner_not_eligible(
    practitioner_kind: PractitionerKind, training: Training | None, *, may_bill: Mapping[str, str]
) -> bool:
    """This kind of practitioner may not bill caregiver training."""
    families = list(may_bill.values()) if training is None else [may_bill[training]]
    return practitioner_kind not in RENDERING_ASSISTANTS and all(word == MayBill.NO for word in families)


@edit(
    "B102",
    Severity.HOLD,
    says="Whether a practitioner of kind {practitioner_kind} may bill {training} training is not settled.",
    remedy="Ask the Medicare contractor before billing; CMS spoke of the diagnosis and treatment of mental illness.",
    place="session.practitioner.type",
    owner=Owner.BILLER,
)
def practitioner_scope_open(
    practitioner_kind: PractitionerKind, training: Training, *, may_bill: Mapping[str, str]
) -> bool:
    """Whether this kind of practitioner may bill this family is not settled."""
    return may_bill[training] == MayBill.OPEN and practitioner_kind not in RENDERING_ASSISTANTS


@edit(
    "B103",
    Severity.ERROR,
    says="The {furnished_by} was not under the supervision that the date requires (recorded: {supervision}).",
    remedy="Record the supervision as it was; if it was not the required one, do not bill.",
    place="session.practitioner.supervision",
    owner=Owner.CLINICIAN,
)
def supervision_missing(
    furnishing: Furnishing,
    furnished_by: Helper,
    supervision: Supervision | None,
    private_practice: bool,
    *,
    assistant_supervision: Sequence[str],
    institution_supervision: Sequence[str],
    auxiliary_supervision: Sequence[str],
) -> bool:
    """The assistant or auxiliary person was not under the supervision that the date of service requires."""
    if furnishing is Furnishing.ASSISTANT:
        enough = assistant_supervision if private_practice else institution_supervision
        return furnished_by in ASSISTANTS and supervision not in enough
    return furnishing is Furnishing.AUXILIARY and supervision not in auxiliary_supervision


@edit(
    "B104",
    Severity.ERROR,
    says="Training furnished by a {furnished_by} may not be billed by this {practitioner_kind} at this place.",
    remedy="Do not bill, unless the record of who furnished it, or where, is wrong.",
    place="session.practitioner.furnished_by",
    owner=Owner.NOBODY,
)
def auxiliary_not_allowed(
    furnishing: Furnishing,
    furnished_by: Helper,
    practitioner_kind: PractitionerKind,
    *,
    auxiliary_billers: Sequence[str],
    no_auxiliary_places: Sequence[str],
) -> bool:
    """Auxiliary personnel may not furnish this for this practitioner or in this setting."""
    named = furnished_by in Helper and practitioner_kind in PractitionerKind
    return named and furnishing is Furnishing.NOT_ALLOWED and bool(auxiliary_billers or no_auxiliary_places)


@edit(
    "B105",
    Severity.ERROR,
    says="An NPI is missing or fails its check digit (practitioner: {rendering_identifier}; certifier: {certifier_identifier}).",
    remedy="Look the NPI up and correct it.",
    place="session.practitioner.npi",
    owner=Owner.FRONT_DESK,
    prevents="16",
)
def npi_invalid(
    rendering_identifier: Identifier, certifier_identifier: Identifier, *, npi_required: bool
) -> bool:
    """An NPI is missing or fails its check digit."""
    wrong = rendering_identifier is not Identifier.VALID or certifier_identifier is Identifier.INVALID
    return npi_required and wrong


@edit(
    "B106",
    Severity.ERROR,
    says="No certifying physician or practitioner is recorded for a line under {therapy_modifier}.",
    remedy="Record the NPI of the physician or practitioner who certifies the therapy plan.",
    place="patient.certifying_npi",
    owner=Owner.FRONT_DESK,
    prevents="16",
    needs_line=True,
)
def certifying_provider_missing(
    therapy_modifier: TherapyModifier, certifier_identifier: Identifier, *, certifier_named: bool
) -> bool:
    """A therapy claim names no certifying physician or practitioner."""
    therapy = therapy_modifier is not TherapyModifier.NONE
    return certifier_named and therapy and certifier_identifier is Identifier.ABSENT


@edit(
    "B107",
    Severity.ERROR,
    says="A {practitioner_kind} is named as the practitioner; an assistant never renders a claim.",
    remedy="Name the supervising therapist as practitioner and the assistant under furnished_by.",
    place="session.practitioner.type",
    owner=Owner.FRONT_DESK,
    prevents="B7",
)
def rendering_is_assistant(practitioner_kind: PractitionerKind, *, npi_required: bool) -> bool:
    """An assistant is named as the rendering provider."""
    return npi_required and practitioner_kind in RENDERING_ASSISTANTS


@edit(
    "B108",
    Severity.HOLD,
    says="A dietitian may bill {training} training only within medical nutrition therapy; the recorded plan is: {plan_kind}.",
    remedy="Record the nutrition plan with its physician referral for diabetes or renal disease, or do not bill.",
    place="patient.plan.kind",
    owner=Owner.CLINICIAN,
)
def nutrition_plan_required(
    training: Training, plan_kind: PlanKind | None, *, may_bill: Mapping[str, str]
) -> bool:
    """A dietitian may bill only under a medical nutrition therapy plan."""
    return may_bill[training] == MayBill.NUTRITION_PLAN and plan_kind is not PlanKind.NUTRITION


@edit(
    "B109",
    Severity.ERROR,
    says="A practitioner of kind {practitioner_kind} must accept assignment.",
    remedy="Accept assignment for this claim, or correct the record.",
    place="session.practitioner.assignment",
    owner=Owner.BILLER,
)
def assignment_mandatory(
    practitioner_kind: PractitionerKind, accepts_assignment: bool, *, mandatory_assignment: Sequence[str]
) -> bool:
    """This kind of practitioner must accept assignment."""
    return practitioner_kind in mandatory_assignment and not accepts_assignment


@edit(
    "B110",
    Severity.ERROR,
    says="A {practitioner_kind} may not bill behavior training; its codes were never put on the therapy list.",
    remedy="Do not bill. Functional or hands-on content may belong to another family: ask the clinician what was taught.",
    place="session.training",
    owner=Owner.NOBODY,
    prevents="170",
)
def not_a_therapy_code(
    practitioner_kind: PractitionerKind, training: Training, *, may_bill: Mapping[str, str]
) -> bool:
    """A therapist may not bill behavior training; it was never put on the therapy list."""
    return practitioner_kind in PractitionerKind and may_bill[training] == MayBill.NOT_THERAPY


@edit(
    "B111",
    Severity.WARNING,
    says="Assistant minutes are recorded, but no assistant is named; the supervision cannot be judged.",
    remedy="Name the assistant under furnished_by and record the supervision.",
    place="session.practitioner.furnished_by",
    owner=Owner.CLINICIAN,
)
def assistant_not_named(
    furnished_by: Helper | None, assistant_took_part: bool, *, assistant_supervision: Sequence[str]
) -> bool:
    """Assistant minutes stand without the name of an assistant."""
    return furnished_by is None and assistant_took_part and bool(assistant_supervision)
