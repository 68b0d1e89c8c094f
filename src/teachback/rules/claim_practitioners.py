"""Who the claim says rendered the training, and who certifies the plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import PlanKind, PractitionerKind, Severity, Training
from teachback.rulebook import edit
from teachback.rules.claim_vocabulary import TherapyMarks
from teachback.rules.practitioners import RENDERING_ASSISTANTS, MayBill

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@edit(
    "B101",
    Severity.ERROR,
    says="A practitioner of kind {practitioner_kind} may not bill {training} training to Medicare.",
    remedy="Do not bill. If another practitioner gave the training, name that one as rendering provider.",
    place="line.practitioner",
    owner=Owner.NOBODY,
    prevents="170",
)
def practitioner_not_eligible(
    practitioner_kind: PractitionerKind, training: Training, *, may_bill: Mapping[str, str]
) -> bool:
    """This kind of practitioner may not bill caregiver training."""
    return practitioner_kind not in RENDERING_ASSISTANTS and may_bill[training] == MayBill.NO


@edit(
    "B102",
    Severity.HOLD,
    says="Whether a practitioner of kind {practitioner_kind} may bill {training} training is not settled.",
    remedy="Ask the Medicare contractor before billing; CMS spoke of the diagnosis and treatment of mental illness.",
    place="line.practitioner",
    owner=Owner.BILLER,
)
def practitioner_scope_open(
    practitioner_kind: PractitionerKind, training: Training, *, may_bill: Mapping[str, str]
) -> bool:
    """Whether this kind of practitioner may bill this family is not settled."""
    return practitioner_kind not in RENDERING_ASSISTANTS and may_bill[training] == MayBill.OPEN


@edit(
    "B106",
    Severity.ERROR,
    says="The claim names no certifying physician or practitioner for a line under {therapy_marks}.",
    remedy="Name the one who certifies the plan, with NPI: as referring provider (DN), on a facility's claim as attending.",
    place="claim.certifier",
    owner=Owner.BILLER,
    prevents="16",
)
def certifying_provider_missing(
    training: Training,
    therapy_marks: TherapyMarks,
    certifier_on_claim: bool,
    *,
    certifier_named: bool,
    therapy_families: Sequence[str],
) -> bool:
    """A therapy claim names no certifying physician or practitioner."""
    therapy = training in therapy_families and therapy_marks is not TherapyMarks.NONE
    return certifier_named and therapy and not certifier_on_claim


@edit(
    "B107",
    Severity.ERROR,
    says="A {practitioner_kind} is named as rendering provider; an assistant never renders a claim.",
    remedy="Name the supervising therapist as rendering provider; the assistant shows as CQ or CO on the line.",
    place="line.practitioner",
    owner=Owner.BILLER,
    prevents="B7",
)
def rendering_is_assistant(practitioner_kind: PractitionerKind, *, npi_required: bool) -> bool:
    """An assistant is named as the rendering provider."""
    return npi_required and practitioner_kind in RENDERING_ASSISTANTS


@edit(
    "B108",
    Severity.HOLD,
    says="A dietitian may bill {training} training only within medical nutrition therapy; the plan known is: {plan_kind}.",
    remedy="Check that a nutrition plan with its physician referral for diabetes or renal disease is on file, or do not bill.",
    place="line.practitioner",
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
    says="A practitioner of kind {practitioner_kind} must accept assignment, and the claim does not.",
    remedy="Accept assignment on this claim.",
    place="claim.assignment",
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
    place="line.procedure_code",
    owner=Owner.NOBODY,
    prevents="170",
)
def not_a_therapy_code(
    practitioner_kind: PractitionerKind, training: Training, *, may_bill: Mapping[str, str]
) -> bool:
    """A therapist may not bill behavior training; it was never put on the therapy list."""
    return practitioner_kind in PractitionerKind and may_bill[training] == MayBill.NOT_THERAPY
