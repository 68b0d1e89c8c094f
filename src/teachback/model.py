"""What exists: a training session as recorded, and the assessment that follows from it.

Field names are those of the contract (``docs/reference/session.md``). A fact that was not
recorded is ``None``: unknown, never false.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, time
    from decimal import Decimal


class Training(StrEnum):
    """What was taught: the family of codes."""

    FUNCTION = "function"
    BEHAVIOR = "behavior"
    DIRECT_CARE = "direct_care"


class Modality(StrEnum):
    """How practitioner and caregiver met."""

    IN_PERSON = "in_person"
    AUDIO_VIDEO = "audio_video"
    AUDIO_ONLY = "audio_only"


class Answer(StrEnum):
    """An answer somebody looked up; ``UNKNOWN`` means that nobody did."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Coverage(StrEnum):
    """Which insurance the patient had on the date of service."""

    ORIGINAL_MEDICARE = "original_medicare"
    MEDICARE_ADVANTAGE = "medicare_advantage"
    OTHER = "other"


class PractitionerKind(StrEnum):
    """The kind of the rendering practitioner (``practitioner.type``)."""

    MD = "MD"
    DO = "DO"
    NP = "NP"
    CNS = "CNS"
    PA = "PA"
    CNM = "CNM"
    CP = "CP"
    CSW = "CSW"
    MFT = "MFT"
    MHC = "MHC"
    RD = "RD"
    PT = "PT"
    OT = "OT"
    SLP = "SLP"
    DC = "DC"
    AUD = "AUD"
    BCBA = "BCBA"
    RN = "RN"
    PTA = "PTA"
    OTA = "OTA"
    OTHER = "OTHER"


class Helper(StrEnum):
    """An assistant or auxiliary person who furnished training under the practitioner."""

    PTA = "PTA"
    OTA = "OTA"
    RN = "RN"
    LPN = "LPN"
    MA = "MA"
    CHW = "CHW"


class Supervision(StrEnum):
    """How the practitioner supervised the assistant or auxiliary person."""

    DIRECT = "direct"
    DIRECT_VIRTUAL = "direct_virtual"
    GENERAL = "general"
    NONE = "none"


class ClaimForm(StrEnum):
    """Professional (837P, CMS-1500) or institutional (837I, UB-04)."""

    PROFESSIONAL = "professional"
    INSTITUTIONAL = "institutional"


class Sex(StrEnum):
    """As on the Medicare card."""

    F = "F"
    M = "M"
    U = "U"


class PaidBy(StrEnum):
    """Who pays the caregiver, where somebody does."""

    PATIENT = "patient"
    MEDICAID_SELF_DIRECTION = "medicaid_self_direction"
    FEDERAL_PROGRAM = "federal_program"
    AGENCY = "agency"
    FACILITY = "facility"


class ConsentBy(StrEnum):
    """Who gave the consent."""

    PATIENT = "patient"
    REPRESENTATIVE = "representative"
    CAREGIVER = "caregiver"


class ConsentForm(StrEnum):
    """In which form the consent was given."""

    WRITTEN = "written"
    VERBAL = "verbal"


class ConsentScope(StrEnum):
    """What the consent covers."""

    CAREGIVER_TRAINING = "caregiver_training"
    GENERAL = "general"


class PlanKind(StrEnum):
    """The kind of the plan that the training serves."""

    THERAPY = "therapy"
    TREATMENT = "treatment"
    NUTRITION = "nutrition"


class Discipline(StrEnum):
    """The discipline of a therapy plan of care."""

    PT = "PT"
    OT = "OT"
    SLP = "SLP"


class Severity(StrEnum):
    """How much a finding weighs, heaviest first."""

    ERROR = "error"
    HOLD = "hold"
    WARNING = "warning"
    INFORMATION = "information"

    @property
    def rank(self) -> int:
        """0 for an error to 3 for information, for sorting."""
        return _SEVERITY_RANK[self]


_SEVERITY_RANK = {severity: rank for rank, severity in enumerate(Severity)}


class Disposition(StrEnum):
    """What becomes of the coded session."""

    PAYABLE = "payable"
    HOLD = "hold"
    NOT_BILLABLE = "not_billable"


@dataclass(frozen=True, slots=True)
class Practitioner:
    """The practitioner in whose name the training is claimed."""

    npi: str
    type: PractitionerKind
    name: str | None = None
    participating: bool | None = None
    assignment: bool | None = None
    qualifying_apm_participant: bool | None = None
    furnished_by: Helper | None = None
    furnished_by_id: str | None = None
    supervision: Supervision | None = None
    private_practice: bool | None = None


@dataclass(frozen=True, slots=True)
class Caregiver:
    """One person who was trained."""

    name: str
    relationship: str | None = None
    adult: bool | None = None
    unpaid: bool | None = None
    paid_by: PaidBy | None = None
    assists: bool | None = None


@dataclass(frozen=True, slots=True)
class Consent:
    """The patient's or representative's consent to the caregiver's training."""

    by: ConsentBy | None = None
    form: ConsentForm | None = None
    date: date | None = None
    scope: ConsentScope | None = None
    caregivers: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The treatment plan or therapy plan of care."""

    kind: PlanKind | None = None
    discipline: Discipline | None = None
    established: date | None = None
    first_treatment: date | None = None
    certified: date | None = None
    certified_through: date | None = None
    order_on_file: bool | None = None
    sent_to_referrer: date | None = None
    frequency: str | None = None
    duration: str | None = None
    goals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """The clinical note of the session."""

    text: str | None = None
    signed: date | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Where the patient lives."""

    line: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient represented in the session, with what is known of the coverage conditions."""

    id: str
    name: str | None = None
    birth_date: date | None = None
    sex: Sex | None = None
    address: Address | None = None
    mbi: str | None = None
    coverage: Coverage | None = None
    other_payer_primary: Answer | None = None
    present: bool | None = None
    inpatient: Answer | None = None
    home_health: Answer | None = None
    home_health_related: Answer | None = None
    supplier_trains: Answer | None = None
    snf_part_a: Answer | None = None
    hospice: Answer | None = None
    guide: Answer | None = None
    caregivers: tuple[Caregiver, ...] = ()
    consent: Consent | None = None
    plan: Plan | None = None
    certifying_npi: str | None = None
    goals_addressed: tuple[str, ...] = ()
    diagnoses: tuple[str, ...] = ()
    need: str | None = None
    absence_reason: str | None = None
    response: str | None = None
    repeat_reason: str | None = None
    note: Note | None = None
    abn_date: date | None = None
    therapy_used: Decimal | None = None
    kx_attested: bool | None = None
    deductible_remaining: Decimal | None = None
    charge: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """One training session by one practitioner for one or more represented patients.

    ``patients_refused`` counts patients of this session whose rows could not be read: they are
    not coded, yet they were represented, and the number represented decides the code.
    """

    id: str
    date_of_service: date
    practitioner: Practitioner
    patients: tuple[Patient, ...]
    start_time: time | None = None
    end_time: time | None = None
    minutes: int | None = None
    assistant_minutes: int | None = None
    training: Training | None = None
    topics: tuple[str, ...] = ()
    modality: Modality | None = None
    place_of_service: str | None = None
    locality: str | None = None
    zip: str | None = None
    planned_as_group: bool | None = None
    claim_form: ClaimForm = ClaimForm.PROFESSIONAL
    type_of_bill: str | None = None
    patients_refused: int = 0


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """What is claimed: one procedure code with its units, modifiers and money.

    Amounts are dollars for all units; ``None`` where they cannot be known.
    """

    procedure_code: str
    units: int
    modifiers: tuple[str, ...]
    allowed_amount: Decimal | None
    patient_amount: Decimal | None
    medicare_payment: Decimal | None
    medicare_payment_after_sequestration: Decimal | None
