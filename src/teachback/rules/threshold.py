"""The year's therapy threshold: KX only with the practitioner's attestation."""

from __future__ import annotations

from teachback.findings import Owner
from teachback.model import Severity
from teachback.rulebook import determines, edit, reckons
from teachback.rules.vocabulary import TherapyModifier


@reckons
def above_threshold(therapy_used_cents: int, session_allowed_cents: int, *, therapy_threshold: int) -> bool:
    """The year's therapy spending with this session passes the threshold; cents against whole dollars."""
    return therapy_used_cents + session_allowed_cents > therapy_threshold * 100


@reckons
def above_review(therapy_used_cents: int, session_allowed_cents: int, *, review_threshold: int) -> bool:
    """The year's therapy spending with this session passes the medical-review threshold."""
    return therapy_used_cents + session_allowed_cents > review_threshold * 100


@determines()
def kx_modifier(
    therapy_modifier: TherapyModifier, above_threshold: bool, kx_attested: bool, *, kx_attests: str
) -> str:
    """KX on a therapy line above the threshold, and only where the practitioner attested; empty otherwise."""
    therapy = therapy_modifier is not TherapyModifier.NONE
    return kx_attests if therapy and above_threshold and kx_attested else ""


@edit(
    "M104",
    Severity.HOLD,
    says="The year's therapy spending passes the threshold of ${therapy_threshold}; KX is not attested.",
    remedy="Ask the therapist whether the services above the threshold are medically necessary; only then attest KX.",
    place="patient.kx_attested",
    owner=Owner.CLINICIAN,
    prevents="119",
    needs_line=True,
)
def kx_attestation_needed(
    therapy_modifier: TherapyModifier, above_threshold: bool, kx_attested: bool, *, therapy_threshold: int
) -> bool:
    """The therapy threshold is passed; KX needs the practitioner's attestation."""
    therapy = therapy_modifier is not TherapyModifier.NONE
    return therapy and above_threshold and not kx_attested and therapy_threshold > 0


@edit(
    "M111",
    Severity.WARNING,
    says="The year's therapy spending passes ${review_threshold}, from which claims may be chosen for medical review.",
    remedy="Keep the packet of this patient ready: plan, certification, notes and minutes.",
    place="patient.therapy_used",
    owner=Owner.CLINICIAN,
    needs_line=True,
)
def medical_review_threshold(
    therapy_modifier: TherapyModifier, above_review: bool, *, review_threshold: int
) -> bool:
    """The year's therapy spending passes the medical-review threshold."""
    return therapy_modifier is not TherapyModifier.NONE and above_review and review_threshold > 0


@edit(
    "M112",
    Severity.HOLD,
    says="The year's therapy spending before this session is not recorded; the threshold cannot be judged.",
    remedy="Look up the amount used this year for the discipline in the eligibility response and record it.",
    place="patient.therapy_used",
    owner=Owner.FRONT_DESK,
    needs_line=True,
)
def therapy_spending_unknown(
    therapy_modifier: TherapyModifier, spending_known: bool, bears_lines: bool, *, threshold_applies: bool
) -> bool:
    """The year's therapy spending is not recorded; the threshold cannot be judged."""
    accrues = bears_lines and therapy_modifier is not TherapyModifier.NONE
    return threshold_applies and accrues and not spending_known
