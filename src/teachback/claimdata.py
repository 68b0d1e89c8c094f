"""What is claimed: one claim of one patient, with everything that an 837, a paper form or a FHIR Claim needs.

Field names are the standard's nouns (X12 designators in the docstrings). A claim is complete in itself: a
writer asks nobody else. Money is ``Decimal`` dollars with two decimals. ``None`` is absent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from teachback.model import ClaimForm, Sex

if TYPE_CHECKING:
    from datetime import date

MOST_LINES = 50
"""Service lines that a professional claim may carry (837P loop 2400)."""
MOST_DIAGNOSES = 12
MOST_CONTROL_NUMBER = 20


class PayerOrder(StrEnum):
    """Whether the payer is asked first, second or third (SBR01)."""

    PRIMARY = "P"
    SECONDARY = "S"
    TERTIARY = "T"


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """A complete address (N3, N4). ``zip`` has five or nine digits, without a hyphen."""

    line: str
    city: str
    state: str
    zip: str
    line2: str | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """A person (with ``first_name``) or an organization (without): NM1 with XX, and PRV03."""

    npi: str
    name: str
    first_name: str | None = None
    taxonomy: str | None = None
    middle_name: str | None = None

    @property
    def is_person(self) -> bool:
        """Whether NM102 is 1."""
        return self.first_name is not None


@dataclass(frozen=True, slots=True)
class BillingProvider:
    """Who is paid (2010AA, 2010AB). ``tax_id`` has nine digits; ``tax_id_type`` is EI or SY (REF01)."""

    provider: Provider
    tax_id: str
    tax_id_type: str
    address: PostalAddress
    pay_to: PostalAddress | None = None
    phone: str | None = None
    contact: str | None = None
    participating: bool = True


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """The patient, who is the subscriber with Medicare (2010BA). ``member_id`` is the MBI without dashes.

    ``sex`` is DMG03. ``patient_id`` is the practice's own and is never sent.
    """

    last_name: str
    first_name: str
    member_id: str
    birth_date: date
    sex: Sex
    address: PostalAddress
    patient_id: str = ""
    middle_name: str | None = None
    suffix: str | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """The payer who receives the claim (2010BB NM109 with PI)."""

    name: str
    payer_id: str
    address: PostalAddress | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What another payer did not pay (CAS): group code, claim adjustment reason code, amount, units."""

    group_code: str
    carc: str
    amount: Decimal
    units: int | None = None


@dataclass(frozen=True, slots=True)
class LineAdjudication:
    """What another payer did with a line (2430: SVD, CAS, DTP 573)."""

    payer_id: str
    paid: Decimal
    procedure_code: str
    modifiers: tuple[str, ...]
    units: int
    paid_on: date
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class OtherCoverage:
    """Another payer of the same patient (2320, 2330A, 2330B).

    ``order`` is that payer's own place. ``relationship`` is SBR02 (18: the patient is the insured; 01 the
    spouse). ``filing_indicator`` is SBR09 (CI, BL, MC, 16 …). ``paid`` is AMT*D, known once that payer answered.
    """

    order: PayerOrder
    payer: Payer
    member_id: str
    last_name: str
    first_name: str
    filing_indicator: str
    relationship: str = "18"
    group_number: str | None = None
    group_name: str | None = None
    insurance_type: str | None = None
    paid: Decimal | None = None
    paid_on: date | None = None
    adjustments: tuple[Adjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceFacility:
    """Where the service was given, told only when it is not the billing address (2310C; 837I: 2310E)."""

    name: str
    address: PostalAddress
    npi: str | None = None


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An occurrence code with its date (HI BH), or with ``through`` an occurrence span (HI BI)."""

    code: str
    on: date
    through: date | None = None


@dataclass(frozen=True, slots=True)
class Institutional:
    """What only an institutional claim carries.

    ``type_of_bill`` has three digits without the leading zero (CLM05-1 and CLM05-3: facility type, care, and
    frequency). Dates are DTP 434. Codes of admission and status are CL101 to CL103.
    """

    type_of_bill: str
    statement_from: date
    statement_through: date
    attending: Provider
    admission_type: str | None = "9"
    admission_source: str | None = "9"
    patient_status: str = "01"
    admission_date: date | None = None
    occurrences: tuple[Occurrence, ...] = ()
    condition_codes: tuple[str, ...] = ()
    value_codes: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimLine:
    """One service line (2400).

    ``control_number`` (REF 6R) ties it to the sessions it stands for; ``charge`` is for all units.
    ``diagnosis_pointers`` count from 1. Places and providers stand here only where they differ from the claim's.
    ``allowed_amount`` to ``medicare_payment_after_sequestration`` are what we expect and are never sent.
    """

    control_number: str
    procedure_code: str
    modifiers: tuple[str, ...]
    units: int
    charge: Decimal
    date_of_service: date
    diagnosis_pointers: tuple[int, ...] = (1,)
    place_of_service: str | None = None
    revenue_code: str | None = None
    rendering: Provider | None = None
    sessions: tuple[str, ...] = ()
    adjudications: tuple[LineAdjudication, ...] = ()
    allowed_amount: Decimal | None = None
    patient_amount: Decimal | None = None
    medicare_payment: Decimal | None = None
    medicare_payment_after_sequestration: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim of one patient to one payer (2300 with what stands above it).

    ``control_number`` is CLM01; ``frequency_code`` CLM05-3; ``payer_claim_control_number`` REF F8, only with
    frequency 7 or 8. ``accepts_assignment`` is CLM07 (A or C). ``filing_indicator`` is SBR09: MB or, on an
    institutional claim, MA. ``insurance_type`` is SBR05, only where Medicare is secondary. ``diagnoses`` are
    written without a dot, the first is the principal one. ``referring`` is 2310A with DN: the certifier of a
    therapy plan. ``rendering`` is 2310B: left out where the rendering NPI is the billing one.
    """

    form: ClaimForm
    control_number: str
    billing: BillingProvider
    beneficiary: Beneficiary
    payer: Payer
    place_of_service: str
    diagnoses: tuple[str, ...]
    lines: tuple[ClaimLine, ...]
    rendering: Provider | None = None
    referring: Provider | None = None
    service_facility: ServiceFacility | None = None
    institutional: Institutional | None = None
    payer_order: PayerOrder = PayerOrder.PRIMARY
    filing_indicator: str = "MB"
    insurance_type: str | None = None
    other_coverages: tuple[OtherCoverage, ...] = ()
    frequency_code: str = "1"
    payer_claim_control_number: str | None = None
    accepts_assignment: bool = True
    amount_paid_by_patient: Decimal | None = None
    attachment: tuple[str, str, str] | None = None

    @property
    def charge(self) -> Decimal:
        """The total charge (CLM02): the sum of the lines."""
        return sum((line.charge for line in self.lines), Decimal("0.00"))

    @property
    def is_institutional(self) -> bool:
        """Whether this is an 837I / UB-04 claim."""
        return self.form is ClaimForm.INSTITUTIONAL


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who sends the file (ISA06, GS02, 1000A)."""

    id: str
    name: str
    contact: str
    phone: str
    qualifier: str = "ZZ"
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who receives the file (ISA08, GS03, 1000B). ``test`` makes ISA15 T."""

    id: str
    name: str
    qualifier: str = "ZZ"
    test: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """Claims of one form for one receiver: one interchange. Control numbers are given, never drawn here.

    Transaction sets are numbered upward from ``first_transaction_number``; ``made_at`` is "HHMM".
    """

    submitter: Submitter
    receiver: Receiver
    claims: tuple[Claim, ...]
    interchange_number: int
    group_number: int
    first_transaction_number: int
    made_on: date
    made_at: str
    claims_per_transaction: int = field(default=5000)
