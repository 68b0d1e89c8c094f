"""Made-up claims for the paper tests: a professional, a secondary, a long and an institutional one."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from teachback.claimdata import (
    Beneficiary,
    BillingProvider,
    Claim,
    ClaimLine,
    Institutional,
    Occurrence,
    OtherCoverage,
    Payer,
    PayerOrder,
    PostalAddress,
    Provider,
    ServiceFacility,
)
from teachback.model import ClaimForm, Sex

CLINIC = PostalAddress("100 N. Central Ave.", "Phoenix", "AZ", "850041234", line2="Suite #200")
HOME = PostalAddress("7 Saguaro Lane", "Tucson", "AZ", "85701")
THERAPIST = Provider("2000000010", "Okafor", "Nnamdi", "225100000X", "J")
GROUP = Provider("2000000028", "Desert Sun Therapy, LLC", None, "261QR0400X")
CERTIFIER = Provider("2000000036", "Lindqvist", "Åsa", "207Q00000X")
BILLING = BillingProvider(GROUP, "861234567", "EI", CLINIC, phone="(602) 555-0134", contact="Billing")
PATIENT = Beneficiary(
    "Muñoz-García", "José", "1SA1AA1AA11", date(1948, 4, 14), Sex.M, HOME, "P-7", "Luis", "Jr"
)
MEDICARE = Payer("Noridian JF Part B", "03102", PostalAddress("PO Box 6700", "Fargo", "ND", "581086700"))


def line(number, code, charge, units=1, modifiers=("GP",), day=date(2026, 4, 14), pointers=(1, 2)):
    return ClaimLine(
        control_number=f"TB{number:04d}",
        procedure_code=code,
        modifiers=modifiers,
        units=units,
        charge=Decimal(charge),
        date_of_service=day,
        diagnosis_pointers=pointers,
        sessions=(f"S{number}",),
        allowed_amount=Decimal("52.14"),
        patient_amount=Decimal("10.43"),
        medicare_payment=Decimal("41.71"),
        medicare_payment_after_sequestration=Decimal("40.88"),
    )


PRIMARY = Claim(
    form=ClaimForm.PROFESSIONAL,
    control_number="TB26A0000123",
    billing=BILLING,
    beneficiary=PATIENT,
    payer=MEDICARE,
    place_of_service="12",
    diagnoses=("I69354", "Z741"),
    lines=(line(1, "97550", "120.00"), line(2, "97551", "55.50", units=2, modifiers=("GP", "KX"))),
    rendering=THERAPIST,
    referring=CERTIFIER,
    service_facility=ServiceFacility("Patient home", HOME),
)
EMPLOYER = OtherCoverage(
    order=PayerOrder.PRIMARY,
    payer=Payer("Blue Mesa Health", "99999"),
    member_id="BMH778899",
    last_name="García",
    first_name="Ana",
    filing_indicator="CI",
    relationship="01",
    group_number="GRP0042",
    paid=Decimal("60.00"),
    paid_on=date(2026, 5, 20),
)
SECONDARY = replace(
    PRIMARY,
    control_number="TB26A0000124",
    payer_order=PayerOrder.SECONDARY,
    insurance_type="12",
    other_coverages=(EMPLOYER,),
    amount_paid_by_patient=Decimal("5.00"),
    service_facility=None,
    place_of_service="11",
)
LONG = replace(
    PRIMARY,
    control_number="TB26A0000125",
    lines=tuple(
        line(number, "97550" if number % 2 else "97551", "99.99", day=date(2026, 5, 1 + number))
        for number in range(1, 15)
    ),
    diagnoses=(
        "I69354",
        "Z741",
        "R2689",
        "M6281",
        "R296",
        "Z9181",
        "F0150",
        "I10",
        "E119",
        "G20",
        "Z736",
        "R4181",
    ),
    amount_paid_by_patient=Decimal("20.00"),
)
SOLO = replace(
    PRIMARY,
    control_number="TB26A0000126",
    billing=BillingProvider(THERAPIST, "900112233", "SY", CLINIC, phone="6025550135"),
    rendering=None,
    service_facility=None,
    place_of_service="11",
    accepts_assignment=False,
    beneficiary=replace(PATIENT, sex=Sex.F, suffix=None, middle_name=None),
)
_BILL = Institutional(
    type_of_bill="131",
    statement_from=date(2026, 4, 1),
    statement_through=date(2026, 4, 30),
    attending=CERTIFIER,
    occurrences=(
        Occurrence("11", date(2026, 3, 1)),
        Occurrence("29", date(2026, 3, 9)),
        Occurrence("35", date(2026, 3, 9)),
        Occurrence("74", date(2026, 4, 2), date(2026, 4, 5)),
    ),
    condition_codes=("A1",),
    value_codes=(("50", Decimal("4.00")), ("A1", Decimal("257.00"))),
)
INSTITUTIONAL = replace(
    PRIMARY,
    form=ClaimForm.INSTITUTIONAL,
    control_number="TB26I0000001",
    filing_indicator="MA",
    payer=Payer("Noridian JF Part A", "03101", MEDICARE.address),
    referring=None,
    service_facility=None,
    lines=tuple(replace(part, revenue_code="0420") for part in PRIMARY.lines),
    institutional=_BILL,
)
LONG_INSTITUTIONAL = replace(
    INSTITUTIONAL,
    control_number="TB26I0000002",
    lines=tuple(replace(line(n, "97550", "100.01"), revenue_code="0420") for n in range(1, 48)),
    frequency_code="7",
    payer_claim_control_number="22615700412304AZA",
    institutional=replace(_BILL, type_of_bill="137"),
    billing=replace(BILLING, pay_to=PostalAddress("PO Box 9", "Phoenix", "AZ", "850010009")),
    other_coverages=(EMPLOYER,),
    payer_order=PayerOrder.SECONDARY,
    insurance_type="12",
)
