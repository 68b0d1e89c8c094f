"""Why a session stays off a claim: findings of coding and of claim lines, and what only building a claim can miss.

Codes F1xx are the builder's own: something that a claim must carry is not recorded, or leaves open what is meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import Severity

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from teachback.findings import Finding


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words for people, with who can cure it; no patient data stands in it."""

    code: str
    name: str
    severity: Severity
    message: str
    remedy: str
    owner: Owner
    cites: tuple[str, ...] = ()


class Why(Enum):
    """The builder's own reasons: code, name, who can cure it, and what it states."""

    PATIENT_DATA_MISSING = (
        "F101",
        "patient-data-missing",
        Owner.FRONT_DESK,
        "A fact of the patient that every claim carries is not recorded.",
    )
    PATIENT_DATA_DIFFER = (
        "F102",
        "patient-data-differ",
        Owner.FRONT_DESK,
        "Two records of one patient contradict each other.",
    )
    MADE_UP_BENEFICIARY = (
        "F103",
        "made-up-beneficiary",
        Owner.BILLER,
        "A made-up Medicare number would go to a receiver that is not a test receiver.",
    )
    PRACTITIONER_NOT_LISTED = (
        "F104",
        "practitioner-not-listed",
        Owner.BILLER,
        "The practice file does not name the practitioner.",
    )
    PRACTITIONER_DIFFERS = (
        "F105",
        "practitioner-differs",
        Owner.BILLER,
        "Session and practice file name different kinds of practitioner.",
    )
    GROUP_UNCLEAR = (
        "F106",
        "group-unclear",
        Owner.BILLER,
        "The practitioner may bill under several groups and nothing decides.",
    )
    PLACE_UNCLEAR = (
        "F107",
        "place-unclear",
        Owner.BILLER,
        "No place, or more than one, of the practice file fits the session.",
    )
    RECEIVER_UNCLEAR = (
        "F108",
        "receiver-unclear",
        Owner.BILLER,
        "No receiver, or more than one, fits the contractor of the locality.",
    )
    CHARGE_MISSING = (
        "F109",
        "charge-missing",
        Owner.BILLER,
        "No charge is recorded and none is in force in the fee schedule.",
    )
    CERTIFIER_NOT_LISTED = (
        "F110",
        "certifier-not-listed",
        Owner.BILLER,
        "The name of the certifier is not known.",
    )
    COVERAGE_INCOMPLETE = (
        "F111",
        "coverage-incomplete",
        Owner.BILLER,
        "What the payer before Medicare answered is not recorded.",
    )
    COVERAGE_UNBALANCED = (
        "F112",
        "coverage-unbalanced",
        Owner.BILLER,
        "What the earlier payer paid and adjusted does not add up to the charge.",
    )
    BILL_TYPE_MISSING = (
        "F113",
        "bill-type-missing",
        Owner.BILLER,
        "An institutional claim has no type of bill.",
    )
    REVENUE_CODE_UNCLEAR = (
        "F114",
        "revenue-code-unclear",
        Owner.BILLER,
        "No revenue code follows from the line.",
    )
    MONTH_NOT_OVER = (
        "F115",
        "month-not-over",
        Owner.BILLER,
        "Repeated outpatient services are billed once a month, and the month is not over.",
    )
    PLAN_DATES_MISSING = (
        "F116",
        "plan-dates-missing",
        Owner.CLINICIAN,
        "A date of the therapy plan that an institutional claim carries is not recorded.",
    )
    ATTENDING_UNCLEAR = (
        "F117",
        "attending-unclear",
        Owner.BILLER,
        "More practitioners certified the month's plans than one claim can name.",
    )
    DAY_CLAIMED_ALREADY = (
        "F118",
        "day-claimed-already",
        Owner.BILLER,
        "Minutes of a date belong to a line that was claimed before.",
    )
    CHARGE_OVER_LIMIT = (
        "F119",
        "charge-over-limit",
        Owner.BILLER,
        "An unassigned charge passes the limiting charge.",
    )
    PARTICIPATION_DIFFERS = (
        "F120",
        "participation-differs",
        Owner.BILLER,
        "Session and practice file differ on participation.",
    )
    NOTHING_EARNED = ("F121", "nothing-earned", Owner.NOBODY, "The session earns no line.")
    MONTH_CLAIMED_ALREADY = (
        "F122",
        "month-claimed-already",
        Owner.BILLER,
        "The month's institutional claim was made before.",
    )
    DIAGNOSES_TOO_MANY = (
        "F123",
        "diagnoses-too-many",
        Owner.CLINICIAN,
        "One session names more diagnoses than a claim can carry.",
    )
    MBI_SHARED = (
        "F124",
        "medicare-number-shared",
        Owner.FRONT_DESK,
        "Two patients carry one Medicare number.",
    )

    CANNOT_BE_WRITTEN = (
        "F125",
        "cannot-be-written",
        Owner.BILLER,
        "A value of the claim does not fit the file.",
    )

    @property
    def code(self) -> str:
        """The stable code."""
        return self.value[0]

    @property
    def meaning(self) -> str:
        """What it states, for the documentation."""
        return self.value[3]

    def reason(self, message: str, remedy: str, *, owner: Owner | None = None) -> Reason:
        """The reason with its own sentence and cure."""
        code, name, usual, _ = self.value
        return Reason(code, name, Severity.HOLD, message, remedy, owner or usual)


def of_finding(finding: Finding) -> Reason:
    """A finding of coding or of claim lines as a reason."""
    return Reason(
        finding.code,
        finding.name,
        finding.severity,
        finding.message,
        finding.remedy,
        finding.owner,
        finding.cites,
    )


@dataclass(frozen=True, slots=True)
class KeptBack:
    """A session of one patient that is on no claim, and why. ``allowed`` is what it is expected to be allowed."""

    session_id: str
    patient_id: str
    date_of_service: date
    reasons: tuple[Reason, ...]
    allowed: Decimal | None = None

    @property
    def severity(self) -> Severity:
        """The heaviest of its reasons."""
        return min((reason.severity for reason in self.reasons), key=lambda severity: severity.rank)
