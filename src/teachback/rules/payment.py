"""From the allowed amount to what Medicare pays and the patient owes, in whole cents."""

from __future__ import annotations

from teachback.findings import Owner
from teachback.model import Severity
from teachback.rulebook import determines, edit, reckons
from teachback.rules.fees import lesser, percent_of


@determines()
def payment_percent(assistant_modifier: str, *, assistant_percent: int) -> int:
    """The share of Medicare's payment that stays when an assistant furnished the line."""
    return assistant_percent if assistant_modifier else 100


@reckons
def deductible_applied_cents(allowed_cents: int, deductible_cents: int) -> int:
    """The line's part of the remaining deductible, taken from the lines in order."""
    return lesser(allowed_cents, deductible_cents)


@reckons
def coinsurance_cents(allowed_cents: int, deductible_applied_cents: int, *, coinsurance_percent: int) -> int:
    """The patient's share of what is left after the deductible."""
    return percent_of(allowed_cents - deductible_applied_cents, coinsurance_percent)


@reckons
def patient_cents(deductible_applied_cents: int, coinsurance_cents: int) -> int:
    """What the patient owes: deductible and coinsurance."""
    return deductible_applied_cents + coinsurance_cents


@reckons
def medicare_share_cents(allowed_cents: int, patient_cents: int) -> int:
    """Medicare's share before any reduction."""
    return allowed_cents - patient_cents


@reckons
def medicare_cents(medicare_share_cents: int, payment_percent: int) -> int:
    """Medicare's payment after the assistant reduction; the patient's share is not reduced."""
    return percent_of(medicare_share_cents, payment_percent)


@reckons
def sequestration_cents(medicare_cents: int, *, sequestration_percent: int) -> int:
    """The sequestration reduction of Medicare's payment."""
    return percent_of(medicare_cents, sequestration_percent)


@reckons
def after_sequestration_cents(medicare_cents: int, sequestration_cents: int) -> int:
    """What Medicare pays in the end."""
    return medicare_cents - sequestration_cents


@edit(
    "P104",
    Severity.INFORMATION,
    says="The remaining deductible is unknown; the amounts assume that it is met (the year's is ${part_b_deductible}).",
    remedy="Look it up in the eligibility response if the split between Medicare and patient matters now.",
    place="patient.deductible_remaining",
    owner=Owner.FRONT_DESK,
    needs_line=True,
)
def deductible_unknown(deductible_known: bool, bears_lines: bool, *, part_b_deductible: int) -> bool:
    """The remaining deductible is unknown; amounts assume that it is met."""
    return bears_lines and not deductible_known and part_b_deductible > 0


@edit(
    "P106",
    Severity.WARNING,
    says="Assignment is not accepted: Medicare pays the patient, who may be charged up to {limiting_charge_percent} % of the amount.",
    remedy="Collect from the patient, no more than the limiting charge; the amounts here are Medicare's shares.",
    place="session.practitioner.assignment",
    owner=Owner.BILLER,
    needs_line=True,
)
def claim_not_assigned(accepts_assignment: bool, bears_lines: bool, *, limiting_charge_percent: int) -> bool:
    """The claim is not assigned: the patient is paid, and the charge is limited."""
    return bears_lines and not accepts_assignment and limiting_charge_percent > 0
