"""What comes back: remittances (835), claim acknowledgments (277CA), and acknowledgments of files (999, TA1).

Typed views beside the segments that were read. Money is ``Decimal`` dollars; the original text of every number
stays in the segments. ``None`` is absent. A value that could not be read is ``None`` and is told as an issue.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class Name:
    """A person or organization as a payer names it (NM1)."""

    entity: str
    last_name: str = ""
    first_name: str = ""
    qualifier: str = ""
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class PaidAdjustment:
    """One reason why paid differs from charged (one trio of a CAS)."""

    group_code: str
    carc: str
    amount: Decimal
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ServicePayment:
    """One adjudicated service line (2110: SVC with CAS, LQ, AMT, REF, DTM).

    ``procedure_code`` and ``modifiers`` are as adjudicated (SVC01); ``submitted_code`` and ``submitted_modifiers``
    (SVC06) as sent, where they differ. ``allowed_amount`` is AMT*B6. ``line_control_number`` is REF*6R.
    ``procedure_qualifier`` says what kind of code SVC01 holds (HC for HCPCS and CPT, N4, NU, HP …).
    """

    procedure_code: str
    modifiers: tuple[str, ...]
    charge: Decimal | None
    paid: Decimal | None
    revenue_code: str | None = None
    units_paid: Decimal | None = None
    submitted_code: str | None = None
    submitted_modifiers: tuple[str, ...] = ()
    submitted_units: Decimal | None = None
    date_of_service: date | None = None
    date_through: date | None = None
    adjustments: tuple[PaidAdjustment, ...] = ()
    remark_codes: tuple[str, ...] = ()
    allowed_amount: Decimal | None = None
    line_control_number: str | None = None
    references: tuple[tuple[str, str], ...] = ()
    amounts: tuple[tuple[str, Decimal], ...] = ()
    segment_number: int = 0
    procedure_qualifier: str = "HC"

    @property
    def adjusted(self) -> Decimal:
        """The sum of the line's adjustments."""
        return sum((a.amount for a in self.adjustments), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class ClaimPayment:
    """One adjudicated claim (2100: CLP with CAS, NM1, MIA / MOA, REF, DTM, AMT, and its lines).

    ``control_number`` is CLP01 (our CLM01), ``status_code`` CLP02 (1 to 4, 19 to 23, 25), ``patient_responsibility``
    CLP05, ``filing_indicator`` CLP06, ``payer_claim_control_number`` CLP07.
    """

    control_number: str
    status_code: str
    charge: Decimal | None
    paid: Decimal | None
    patient_responsibility: Decimal | None
    filing_indicator: str
    payer_claim_control_number: str
    facility_code: str = ""
    frequency_code: str = ""
    adjustments: tuple[PaidAdjustment, ...] = ()
    names: tuple[Name, ...] = ()
    remark_codes: tuple[str, ...] = ()
    lines: tuple[ServicePayment, ...] = ()
    references: tuple[tuple[str, str], ...] = ()
    dates: tuple[tuple[str, date], ...] = ()
    amounts: tuple[tuple[str, Decimal], ...] = ()
    segment_number: int = 0

    @property
    def is_reversal(self) -> bool:
        """Whether the claim takes an earlier payment back (CLP02 22)."""
        return self.status_code == "22"

    def name(self, entity: str) -> Name | None:
        """The first name of that entity (QC patient, IL insured, 74 corrected, TT crossover, 82 rendering)."""
        return next((n for n in self.names if n.entity == entity), None)


@dataclass(frozen=True, slots=True)
class ProviderAdjustment:
    """Money that moves outside of claims (PLB): reason (WO, FB, 72, L6, J1 …), reference, and amount.

    As X12 has it, a positive amount lowers the payment.
    """

    provider: str
    fiscal_period_end: date | None
    reason: str
    reference: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Remittance:
    """One 835 transaction set: one payment, by check, transfer or none.

    ``identity`` names it for ever: payer, trace number, amount and date, hashed; a remittance with an identity
    that was posted is never posted again. ``balances`` is false where any of the three balances (line, claim,
    payment) fails; ``issues`` then say which.
    """

    identity: str
    payer_name: str
    payer_id: str
    payee_name: str
    payee_id: str
    payee_qualifier: str
    trace_number: str
    handling_code: str
    method: str
    credit_debit: str
    paid: Decimal | None
    paid_on: date | None
    produced_on: date | None
    claims: tuple[ClaimPayment, ...]
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
    payee_references: tuple[tuple[str, str], ...] = ()
    payer_references: tuple[tuple[str, str], ...] = ()
    control_numbers: tuple[str, str, str] = ("", "", "")
    is_test: bool = False
    balances: bool = True
    faults: tuple[str, ...] = ()


class AnswerKind(StrEnum):
    """What an acknowledgment says of what was sent."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_ERRORS = "accepted_with_errors"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """One claim's answer in a 277CA: ``statuses`` are (category, status, entity) of STC01, 10 and 11.

    ``control_number`` is the TRN02 that repeats our CLM01; ``payer_claim_control_number`` is REF*1K.
    """

    control_number: str
    answer: AnswerKind
    statuses: tuple[tuple[str, str, str], ...]
    payer_claim_control_number: str | None = None
    effective_on: date | None = None
    charge: Decimal | None = None
    date_of_service: date | None = None
    line_control_numbers: tuple[str, ...] = ()
    message: str = ""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """One 277CA: the receiver's name and every claim's answer; ``batch_number`` repeats BHT03 of the 837.

    ``version`` is its guide (``005010X214``; ``005010X212`` answers an inquiry). ``faults`` say what is odd about the
    report itself: cut off, contradicting itself, not readable.
    """

    source_name: str
    batch_number: str
    answer: AnswerKind
    claims: tuple[ClaimStatus, ...]
    statuses: tuple[tuple[str, str, str], ...] = ()
    control_numbers: tuple[str, str, str] = ("", "", "")
    version: str = ""
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentFault:
    """One fault of a 999: segment, its number from the ST, loop, X12 code, and (element, code, copied value kept out).

    ``claim`` is the CLM01 that the payer names with the fault (CTX), where it does.
    """

    segment: str
    number: int
    loop: str
    code: str
    elements: tuple[tuple[str, str], ...] = ()
    claim: str = ""


@dataclass(frozen=True, slots=True)
class SetAnswer:
    """A transaction set's answer in a 999 (AK2, IK5)."""

    control_number: str
    answer: AnswerKind
    codes: tuple[str, ...] = ()
    faults: tuple[SegmentFault, ...] = ()


@dataclass(frozen=True, slots=True)
class FunctionalAcknowledgment:
    """One 999 (AK1, AK9). ``faults`` say what is odd about the 999 itself: cut off, or without an answer."""

    group_control_number: str
    answer: AnswerKind
    sets: tuple[SetAnswer, ...]
    codes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InterchangeAcknowledgment:
    """A TA1: which interchange, its answer, and the note code."""

    control_number: str
    answer: AnswerKind
    note: str = ""
