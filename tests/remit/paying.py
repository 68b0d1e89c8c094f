"""A payer of the tests' own: it prices from CMS's figures by hand, never by the code under test.

RVUs and indices are those of CMS's files; conversion factors, shares and percents are written out. It shares nothing
with ``teachback.remit`` but the views.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from teachback.claimdata import Beneficiary, BillingProvider, Claim, ClaimLine, Payer, PostalAddress, Provider
from teachback.model import ClaimForm, Sex
from teachback.remitdata import ClaimPayment, PaidAdjustment, ServicePayment

# year, code: work, non-facility and facility practice expense, malpractice (dossier 1.6).
RVUS = {
    (2024, "97550"): ("1.00", ".56", ".33", ".03"),
    (2024, "97551"): (".54", ".24", ".18", ".01"),
    (2025, "97550"): ("1.00", ".58", ".35", ".03"),
    (2025, "97551"): (".54", ".24", ".19", ".01"),
    (2025, "G0541"): ("1.00", ".58", ".35", ".03"),
    (2025, "96203"): (".12", ".06", ".06", ".00"),
    (2026, "97550"): ("1.00", ".57", ".18", ".01"),
    (2026, "97551"): (".54", ".24", ".09", ".00"),
    (2026, "G0539"): ("1.00", ".58", ".18", ".01"),
    (2026, "96202"): (".43", ".16", ".08", ".01"),
}
# Arizona (dossier 9.1; data/gpci_*.csv) and Alabama.
GPCIS = {
    (2024, "AZ"): ("1", "0.975", "0.854"),
    (2025, "AZ"): ("1", "0.975", "0.854"),
    (2026, "AZ"): ("1", "0.969", "0.856"),
    (2026, "AL"): ("1", "0.875", "0.566"),
}
FACTORS = {2025: "32.3465", 2026: "33.4009"}
BEFORE_MARCH, FROM_MARCH, QUALIFYING = "32.7442", "33.2875", "33.5675"
ARIZONA = "85001"

ADDRESS = PostalAddress("1 WILLOW LANE", "PHOENIX", "AZ", ARIZONA + "1234")
DAUGHTER = Beneficiary(
    last_name="MADEUP",
    first_name="ROSE",
    member_id="1S00AA0AA00",
    birth_date=date(1940, 5, 2),
    sex=Sex.F,
    address=ADDRESS,
    patient_id="P-1",
)
THERAPIST = Provider("2000000010", "ALDER", "ANN", taxonomy="225100000X")
NURSE = Provider("2000000028", "BIRCH", "BEN", taxonomy="363L00000X")
PLAIN_DAY = date(2026, 4, 14)
NOTICE = date(2026, 5, 4)


def cents(dollars: Decimal) -> int:
    return int((dollars * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def percent(amount: int, share: int) -> int:
    return int((Decimal(amount) * share / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(frozen=True)
class Price:
    """How a payer prices a line; every field may be changed alone."""

    code: str = "97550"
    day: date = PLAIN_DAY
    units: int = 1
    charge: int = 20000
    where: str = "AZ"
    facility: bool = False
    factor: str | None = None
    nonparticipating: bool = False
    share: int = 100
    deductible: int = 0
    coinsurance: int = 20
    assistant: bool = False
    sequestration: int = 2
    fee_year: int | None = None

    @property
    def allowed(self) -> int:
        year = self.fee_year or self.day.year
        work, outside, inside, malpractice = (Decimal(v) for v in RVUS[year, self.code])
        gw, gp, gm = (Decimal(v) for v in GPCIS[year, self.where])
        factor = (
            self.factor or FACTORS.get(year) or (BEFORE_MARCH if self.day < date(2024, 3, 9) else FROM_MARCH)
        )
        unit = cents(
            (work * gw + (inside if self.facility else outside) * gp + malpractice * gm) * Decimal(factor)
        )
        if self.nonparticipating:
            unit = percent(unit, 95)
        return min(percent(unit, self.share) * self.units, self.charge)

    @property
    def taken(self) -> int:
        return min(self.deductible, self.allowed)

    @property
    def coins(self) -> int:
        return percent(self.allowed - self.taken, self.coinsurance)

    @property
    def medicare(self) -> int:
        share = self.allowed - self.taken - self.coins
        return percent(share, 85) if self.assistant else share

    @property
    def cut(self) -> int:
        return percent(self.medicare, self.sequestration)

    @property
    def paid(self) -> int:
        return self.medicare - self.cut


def money(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-2)


def line_of(price: Price, *modifiers: str, place: str | None = None, number: str = "L1") -> ClaimLine:
    """The claim's line as our rules expect it to be paid."""
    return ClaimLine(
        control_number=number,
        procedure_code=price.code,
        modifiers=modifiers,
        units=price.units,
        charge=money(price.charge),
        date_of_service=price.day,
        place_of_service=place,
        sessions=("s-1",),
        allowed_amount=money(price.allowed),
        patient_amount=money(price.taken + price.coins),
        medicare_payment=money(price.medicare),
        medicare_payment_after_sequestration=money(price.paid),
    )


def claim_of(
    *lines: ClaimLine, rendering: Provider = THERAPIST, participating: bool = True, place: str = "11"
) -> Claim:
    return Claim(
        form=ClaimForm.PROFESSIONAL,
        control_number="TB1",
        billing=BillingProvider(
            Provider("2000000002", "WILLOW LANE REHAB"),
            "123456789",
            "EI",
            ADDRESS,
            participating=participating,
        ),
        beneficiary=DAUGHTER,
        payer=Payer("MADEUP CONTRACTOR", "03102"),
        place_of_service=place,
        diagnoses=("I69354",),
        lines=lines,
        rendering=rendering,
    )


def paid_as(price: Price, *, tells_allowed: bool = True, number: str = "L1") -> ServicePayment:
    """A line paid on these terms, balanced to the cent, with every adjustment told."""
    rest = price.charge - price.paid - price.taken - price.coins - price.cut
    told = (("CO", "45", rest), ("PR", "1", price.taken), ("PR", "2", price.coins), ("CO", "253", price.cut))
    return ServicePayment(
        procedure_code=price.code,
        modifiers=(),
        charge=money(price.charge),
        paid=money(price.paid),
        units_paid=Decimal(price.units),
        date_of_service=price.day,
        adjustments=tuple(
            PaidAdjustment(group, carc, money(amount)) for group, carc, amount in told if amount
        ),
        allowed_amount=money(price.allowed) if tells_allowed else None,
        line_control_number=number,
    )


def denied(price: Price, group: str, carc: str, *remarks: str, number: str = "L1") -> ServicePayment:
    """A line refused whole for one reason."""
    return replace(
        paid_as(price, number=number),
        paid=Decimal("0.00"),
        units_paid=Decimal(0),
        allowed_amount=None,
        adjustments=(PaidAdjustment(group, carc, money(price.charge)),),
        remark_codes=remarks,
    )


def answer_to(*payments: ServicePayment, status: str = "1", remarks: tuple[str, ...] = ()) -> ClaimPayment:
    """A claim's answer with these lines."""
    charge = sum((p.charge or Decimal(0) for p in payments), Decimal("0.00"))
    paid = sum((p.paid or Decimal(0) for p in payments), Decimal("0.00"))
    return ClaimPayment(
        control_number="TB1",
        status_code=status,
        charge=charge,
        paid=paid,
        patient_responsibility=Decimal("0.00"),
        filing_indicator="MB",
        payer_claim_control_number="0226120000010",
        remark_codes=remarks,
        lines=payments,
    )
