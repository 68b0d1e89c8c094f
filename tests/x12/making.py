"""Made-up claims for tests: fixed ones of every kind we write, and Hypothesis strategies for the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from teachback.claimdata import (
    Adjustment,
    Beneficiary,
    BillingProvider,
    Claim,
    ClaimLine,
    Institutional,
    LineAdjudication,
    Occurrence,
    OtherCoverage,
    Payer,
    PayerOrder,
    PostalAddress,
    Provider,
    Receiver,
    ServiceFacility,
    Submission,
    Submitter,
)
from teachback.model import ClaimForm, Sex


def npi(number: int) -> str:
    """A made-up NPI: begins with 2, with a valid check digit under the prefix 80840."""
    body = f"2{number:08}"
    digits = [int(d) for d in f"80840{body}"]
    doubled = [sum(divmod(d * 2, 10)) if i % 2 == 0 else d for i, d in enumerate(reversed(digits))]
    return f"{body}{-sum(doubled) % 10}"


MBIS = ("1SA0WP0XY00", "7SC6WQ0XY61", "1EG4TE5MK73", "2SD5RT0FG45", "9SE8AA8AA88")
ICD = (
    "I69351",
    "G309",
    "F0390",
    "R278",
    "S72001D",
    "Z7409",
    "M6281",
    "R2689",
    "F840",
    "G20A1",
    "I6930",
    "R1310",
)
TAXONOMIES = ("225X00000X", "225100000X", "235Z00000X", "103TC0700X", "207Q00000X")

OFFICE = PostalAddress("100 MAIN ST", "SPRINGFIELD", "IL", "627010001")
HOME = PostalAddress("12 ELM ST", "SPRINGFIELD", "IL", "62704", line2="APT 3")
GROUP = BillingProvider(
    Provider(npi(300), "SPRINGFIELD THERAPY GROUP", taxonomy="225X00000X"),
    "123456789",
    "EI",
    OFFICE,
    phone="2175550100",
    contact="BILLING OFFICE",
)
SOLO = BillingProvider(
    Provider(npi(301), "ROE", "ALEX", taxonomy="225100000X", middle_name="Q"),
    "987654321",
    "SY",
    replace(OFFICE, line="7 OAK AVE"),
    pay_to=PostalAddress("PO BOX 9", "CHICAGO", "IL", "606010009"),
)
HOSPITAL = BillingProvider(
    Provider(npi(302), "SPRINGFIELD GENERAL HOSPITAL", taxonomy="282N00000X"), "112233445", "EI", OFFICE
)
THERAPIST = Provider(npi(400), "DOE", "SAM", taxonomy="225X00000X")
COLLEAGUE = Provider(npi(401), "MOE", "KIM", taxonomy="225100000X", middle_name="R")
CERTIFIER = Provider(npi(500), "POE", "PAT")
PATIENT = Beneficiary(
    "SAMPLE", "ALICE", MBIS[0], date(1944, 5, 6), Sex.F, HOME, patient_id="P-1", middle_name="B", suffix="SR"
)
MAC = Payer("MEDICARE PART B", "06102")
EMPLOYER_PLAN = OtherCoverage(
    PayerOrder.PRIMARY,
    Payer("EXAMPLE HEALTH PLAN", "EX123", PostalAddress("1 PLAN WAY", "PEORIA", "IL", "61602")),
    "W12345678",
    "SAMPLE",
    "BOB",
    "CI",
    relationship="01",
    group_number="G100",
    insurance_type="12",
    paid=Decimal("60.00"),
    paid_on=date(2026, 4, 20),
    adjustments=(Adjustment("CO", "45", Decimal("25.00")), Adjustment("PR", "2", Decimal("15.00"))),
)


def line(number: int = 1, **changes) -> ClaimLine:
    """One line of functional training by an occupational therapist."""
    plain = ClaimLine(
        f"L{number:08}",
        "97550",
        ("GO",),
        1,
        Decimal("100.00"),
        date(2026, 4, 14),
        sessions=(f"s{number}",),
        allowed_amount=Decimal("52.77"),
    )
    return replace(plain, **changes)


def claim(**changes) -> Claim:
    """A professional claim of two lines to Medicare, which is asked first."""
    plain = Claim(
        ClaimForm.PROFESSIONAL,
        "TB0000000001",
        GROUP,
        PATIENT,
        MAC,
        "11",
        ("I69351", "R278"),
        (
            line(1, diagnosis_pointers=(1, 2)),
            line(2, procedure_code="97551", units=2, charge=Decimal("90.50")),
        ),
        rendering=THERAPIST,
        referring=CERTIFIER,
    )
    return replace(plain, **changes)


def institutional_claim(**changes) -> Claim:
    """An outpatient hospital's claim of one month of occupational therapy."""
    plain = claim(
        form=ClaimForm.INSTITUTIONAL,
        control_number="TB0000000002",
        billing=HOSPITAL,
        payer=Payer("MEDICARE PART A", "06101"),
        filing_indicator="MA",
        place_of_service="22",
        lines=(line(1, revenue_code="0430"), line(2, revenue_code="0430", date_of_service=date(2026, 4, 21))),
        referring=None,
        institutional=Institutional(
            "131",
            date(2026, 4, 1),
            date(2026, 4, 30),
            CERTIFIER,
            occurrences=(
                Occurrence("11", date(2026, 3, 2)),
                Occurrence("17", date(2026, 3, 10)),
                Occurrence("44", date(2026, 3, 12)),
            ),
        ),
    )
    return replace(plain, **changes)


def secondary_claim(**changes) -> Claim:
    """A claim that another payer answered first, told by line."""
    answered = LineAdjudication(
        "EX123",
        Decimal("60.00"),
        "97550",
        ("GO",),
        1,
        date(2026, 4, 20),
        (Adjustment("CO", "45", Decimal("25.00")), Adjustment("PR", "2", Decimal("15.00"), 1)),
    )
    plain = claim(
        control_number="TB0000000003",
        lines=(line(1, adjudications=(answered,)),),
        payer_order=PayerOrder.SECONDARY,
        insurance_type="12",
        other_coverages=(replace(EMPLOYER_PLAN, adjustments=()),),
    )
    return replace(plain, **changes)


FACILITY = ServiceFacility(
    "SPRINGFIELD CLINIC WEST", PostalAddress("9 WEST ST", "DECATUR", "IL", "625210002"), npi(600)
)
AT_HOME = ServiceFacility("PATIENT HOME", HOME)

CASES: dict[str, Claim] = {
    "primary": claim(),
    "one line": claim(lines=(line(),)),
    "solo practice, rendering is billing": claim(billing=SOLO, rendering=SOLO.provider),
    "psychologist without certifier": claim(
        referring=None, lines=(line(1, procedure_code="96202", modifiers=()),)
    ),
    "at home": claim(place_of_service="12", service_facility=AT_HOME),
    "another office": claim(service_facility=FACILITY),
    "lines differ": claim(lines=(line(1), line(2, rendering=COLLEAGUE, place_of_service="12"))),
    "four modifiers and pointers": claim(
        diagnoses=ICD, lines=(line(1, modifiers=("GO", "CO", "KX", "95"), diagnosis_pointers=(1, 5, 9, 12)),)
    ),
    "fifty lines": claim(lines=tuple(line(n) for n in range(1, 51))),
    "not assigned, paid by patient": claim(accepts_assignment=False, amount_paid_by_patient=Decimal("10.55")),
    "attachment": claim(attachment=("OZ", "EL", "DOC123")),
    "attachment on request": claim(attachment=("OZ", "AA", "")),
    "secondary by line": secondary_claim(),
    "secondary by claim": claim(
        payer_order=PayerOrder.SECONDARY, insurance_type="43", other_coverages=(EMPLOYER_PLAN,)
    ),
    "another payer after us": claim(
        other_coverages=(
            replace(
                EMPLOYER_PLAN,
                order=PayerOrder.SECONDARY,
                relationship="18",
                group_number=None,
                group_name="RETIREES",
                paid=None,
                paid_on=None,
                adjustments=(),
            ),
        )
    ),
    "corrected for a payer that takes it": claim(
        frequency_code="7", payer_claim_control_number="2026110099887", filing_indicator="CI"
    ),
    "institutional": institutional_claim(),
    "institutional, everything": institutional_claim(
        frequency_code="7",
        payer_claim_control_number="22610400112233IL",
        rendering=COLLEAGUE,
        referring=CERTIFIER,
        service_facility=FACILITY,
        diagnoses=ICD,
        institutional=Institutional(
            "747",
            date(2026, 4, 1),
            date(2026, 4, 30),
            Provider(npi(501), "LOE", "JAN", taxonomy="207Q00000X"),
            admission_type="3",
            admission_source="1",
            patient_status="30",
            occurrences=(
                Occurrence("11", date(2026, 3, 2)),
                Occurrence("72", date(2026, 3, 2), date(2026, 3, 9)),
            ),
            condition_codes=("D9",),
            value_codes=(("50", Decimal("4.00")), ("FC", Decimal("10.50"))),
        ),
        attachment=("M1", "FX", "PL1"),
    ),
    "institutional secondary": institutional_claim(
        payer_order=PayerOrder.SECONDARY,
        other_coverages=(EMPLOYER_PLAN,),
        lines=(
            line(
                1,
                revenue_code="0430",
                adjudications=(
                    LineAdjudication("EX123", Decimal("60.00"), "97550", ("GO",), 1, date(2026, 4, 20)),
                ),
            ),
        ),
    ),
}
"""Claims of every kind we write, by what is special about them."""


def submission(*claims: Claim, **changes) -> Submission:
    """A submission of these claims (of one form) with fixed control numbers."""
    plain = Submission(
        Submitter("SUB123", "SPRINGFIELD THERAPY GROUP", "BILLING OFFICE", "2175550100"),
        Receiver("06102", "EXAMPLE MAC", test=True),
        claims or (claim(),),
        905,
        905,
        1,
        date(2026, 5, 1),
        "0930",
    )
    return replace(plain, **changes)


# ---------------------------------------------------------------- strategies

DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
CENTS = st.integers(0, 999_999).map(lambda n: Decimal(n) / 100)
NPIS = st.sampled_from([npi(number) for number in range(700, 720)])
# Drawn from lists: a letter at a time, a submission would need more chance than Hypothesis grants.
KEYS = st.one_of(
    st.integers(0, 10**12).map(lambda n: f"TB{n}"),
    st.sampled_from(["A1", "X-1", "A B", "12345678901234567890", "a/b", "P#7"]),
)
WORDS = st.sampled_from(
    [
        "SAMPLE",
        "O'BRIEN",
        "SMITH-JONES",
        "A",
        "DE LA CRUZ",
        "ST. MARY'S",
        "ROOM 7, BLDG #2",
        "A & B (NORTH)",
        "1/2 MAIN",
        "Q+R=S",
        "TWENTY-FIVE LETTERS HERE.",
        "AT@HOME_1",
        "WHY?!",
        "X; Y",
        "[Z] {W} <V> |U|",
    ]
)
DIRTY_WORDS = st.one_of(
    WORDS,
    st.sampled_from(
        [
            "Núñez",
            "O\u2019Brien",
            "Groß\u2013Gerau",
            "Łukasz",
            "A*B:C^D~E",
            "  two  blanks ",
            "x" * 70,
            "Æsir\n",
        ]
    ),
)


LONG_ZIPS = st.sampled_from(["009010001", "900120000"])
ZIPS = st.one_of(LONG_ZIPS, st.sampled_from(["62701", "20001"]))


@cache
def maybe(values, chance: int = 2):
    """A value, or None once in so many."""
    return st.one_of(st.none(), *[values] * (chance - 1))


@cache
def addresses(words=WORDS, zips=ZIPS):
    """Postal addresses of any state."""
    return st.builds(
        PostalAddress,
        words,
        words.map(lambda city: city if len(city) > 1 else "ELY"),
        st.sampled_from(["IL", "CA", "NY", "PR", "DC"]),
        zips,
        maybe(words),
    )


@cache
def persons(words=WORDS):
    """Providers who are persons."""
    return st.builds(Provider, NPIS, words, words, maybe(st.sampled_from(TAXONOMIES)), maybe(words))


@cache
def organizations(words=WORDS):
    """Providers who are organizations."""
    return st.builds(Provider, NPIS, words, st.none(), maybe(st.sampled_from(TAXONOMIES)))


@cache
def providers(words=WORDS):
    """Persons and organizations."""
    return st.one_of(persons(words), organizations(words))


@cache
@st.composite
def billing_providers(draw, words=WORDS, *, organization: bool = False):
    """Those who are paid, with and without a pay-to address and a phone."""
    who = draw(organizations(words) if organization else st.one_of(organizations(words), persons(words)))
    return BillingProvider(
        who,
        draw(st.sampled_from(["123456789", "000000001", "987654321"])),
        "EI" if organization else draw(st.sampled_from(["EI", "SY"])),
        draw(addresses(words, LONG_ZIPS)),
        draw(maybe(addresses(words))),
        draw(maybe(st.sampled_from(["2175550100", "2175550199"]))),
        draw(maybe(words)),
        draw(st.booleans()),
    )


@cache
def adjustments():
    """What a payer did not pay, in any order of its groups."""
    one = st.builds(
        Adjustment,
        st.sampled_from(["CO", "PR", "OA"]),
        st.sampled_from(["1", "2", "3", "45", "96"]),
        st.integers(-99_999, 99_999).map(lambda n: Decimal(n) / 100),
        maybe(st.integers(1, 9)),
    )
    return st.lists(one, max_size=8).map(tuple)


@cache
@st.composite
def other_coverages(draw, order: PayerOrder, words=WORDS):
    """Another payer, that answered or has yet to be asked."""
    answered = order is PayerOrder.PRIMARY
    return OtherCoverage(
        order,
        Payer(draw(words), draw(KEYS), draw(maybe(addresses(words)))),
        draw(KEYS),
        draw(words),
        draw(words),
        draw(st.sampled_from(["CI", "BL", "16", "MC"])),
        draw(st.sampled_from(["18", "01", "19"])),
        draw(maybe(KEYS)),
        draw(maybe(words)),
        draw(maybe(st.sampled_from(["12", "43", "47"]))),
        draw(CENTS) if answered else None,
        draw(DAYS) if answered else None,
        draw(adjustments()) if answered else (),
    )


CODES = st.sampled_from(["97550", "97551", "97552", "96202", "96203", "G0541", "G0542", "G0543"])
MODIFIERS = st.lists(st.sampled_from(["GO", "GP", "KX", "CO", "95", "59"]), max_size=4, unique=True)
UNITS = st.integers(1, 12)
PLACES = st.sampled_from(["11", "12", "22", "02"])
REVENUE_CODES = st.sampled_from(["0420", "0430", "0440"])
DIAGNOSES = st.lists(st.sampled_from(ICD), min_size=1, max_size=12, unique=True)
BIRTHS = st.dates(date(1920, 1, 1), date(2000, 1, 1))
ATTACHMENTS = st.sampled_from([("OZ", "EL", "DOC1"), ("OZ", "AA", ""), ("M1", "FX", "A 1")])
OCCURRENCES = st.lists(
    st.builds(Occurrence, st.sampled_from(["11", "17", "29", "30", "35", "44", "45"]), DAYS), max_size=14
)
SPANS = st.lists(
    st.builds(lambda on, days: Occurrence("72", on, on + timedelta(days)), DAYS, st.integers(0, 40)),
    max_size=2,
)
VALUE_CODES = st.lists(st.tuples(st.sampled_from(["50", "FC"]), CENTS), max_size=2)
CONDITIONS = st.lists(st.sampled_from(["D9", "07"]), max_size=2)


@cache
def pointers(most: int):
    """One to four diagnosis pointers."""
    return st.lists(st.integers(1, most), min_size=1, max_size=4, unique=True)


@cache
def facilities(words=WORDS):
    """Places with and without an NPI of their own."""
    return st.builds(ServiceFacility, words, addresses(words), maybe(NPIS))


@cache
@st.composite
def claim_lines(draw, number: int, diagnoses: int, payer_ids: tuple[str, ...], *, institutional: bool):
    """A line of a claim, with what other payers did with it."""
    code = draw(CODES)
    modifiers = tuple(draw(MODIFIERS))
    units = draw(UNITS)
    answers = [
        LineAdjudication(payer_id, draw(CENTS), code, modifiers, units, draw(DAYS), draw(adjustments()))
        for payer_id in payer_ids
        if draw(st.booleans())
    ]
    return ClaimLine(
        f"L{draw(st.integers(0, 10**9))}-{number}",
        code,
        modifiers,
        units,
        draw(CENTS),
        draw(DAYS),
        tuple(draw(pointers(min(diagnoses, 12)))),
        draw(maybe(PLACES)),
        draw(REVENUE_CODES) if institutional else None,
        draw(persons()) if draw(st.booleans()) else None,
        ("s1",),
        tuple(answers),
        draw(maybe(CENTS)),
    )


@cache
@st.composite
def institutionals(draw, frequency: str, words=WORDS):
    """What only an institutional claim has."""
    start = draw(DAYS)
    return Institutional(
        draw(st.sampled_from(["13", "22", "74", "75", "85"])) + frequency,
        start,
        start + timedelta(draw(st.integers(0, 30))),
        draw(persons(words)),
        draw(st.sampled_from(["1", "3", "9"])),
        draw(maybe(st.sampled_from(["1", "9"]))),
        draw(st.sampled_from(["01", "30"])),
        draw(maybe(DAYS, 3)),
        # Spans are written before occurrences, so they are drawn in that order.
        tuple(draw(SPANS) + draw(OCCURRENCES)),
        tuple(draw(CONDITIONS)),
        tuple(draw(VALUE_CODES)),
    )


@cache
@st.composite
def claims(draw, form: ClaimForm | None = None, words=WORDS, most_lines: int = 3):
    """Claims that can be written, of every payer order, with everything a claim may carry."""
    form = form or draw(st.sampled_from(ClaimForm))
    institutional = form is ClaimForm.INSTITUTIONAL
    order = draw(st.sampled_from([PayerOrder.PRIMARY, PayerOrder.SECONDARY]))
    first = PayerOrder.PRIMARY if order is PayerOrder.SECONDARY else PayerOrder.SECONDARY
    others = tuple(
        draw(st.lists(other_coverages(first, words), max_size=2, unique_by=lambda o: o.payer.payer_id))
    )
    diagnoses = tuple(draw(DIAGNOSES))
    frequency = draw(st.sampled_from(["1", "7"] if institutional else ["1"]))
    answered = tuple(o.payer.payer_id for o in others if o.paid is not None)
    count = draw(st.integers(1, most_lines))
    patient = Beneficiary(
        draw(words),
        draw(words),
        draw(st.sampled_from(MBIS)),
        draw(BIRTHS),
        draw(st.sampled_from(Sex)),
        draw(addresses(words)),
        "P-9",
        draw(maybe(words)),
        draw(maybe(st.sampled_from(["JR", "SR", "III"]))),
    )
    return Claim(
        form,
        draw(st.one_of(KEYS, st.just("1"))),
        draw(billing_providers(words, organization=institutional)),
        patient,
        Payer(draw(words), draw(KEYS), draw(maybe(addresses(words), 3))),
        draw(PLACES),
        diagnoses,
        tuple(
            draw(claim_lines(n, len(diagnoses), answered, institutional=institutional))
            for n in range(1, count + 1)
        ),
        draw(maybe(persons(words) if institutional else providers(words))),
        draw(maybe(persons(words))),
        draw(maybe(facilities(words))),
        draw(institutionals(frequency, words)) if institutional else None,
        order,
        "MA" if institutional else "MB",
        draw(maybe(st.sampled_from(["12", "43", "47"]))),
        others,
        frequency,
        draw(KEYS) if frequency == "7" else None,
        draw(st.booleans()),
        None if institutional else draw(maybe(CENTS, 3)),
        draw(maybe(ATTACHMENTS, 3)),
    )


@cache
@st.composite
def submissions(draw, form: ClaimForm | None = None, words=WORDS, most_claims: int = 3):
    """Submissions of one form, with any control numbers, in one or several transaction sets."""
    form = form or draw(st.sampled_from(ClaimForm))
    given = draw(st.lists(claims(form, words), min_size=1, max_size=most_claims))
    # Claims of one billing provider often follow one another.
    if draw(st.booleans()):
        given = [replace(one, billing=given[0].billing) for one in given]
    return Submission(
        Submitter(
            draw(st.sampled_from(["SUB123", "A1", "123456789012345"])),
            draw(words),
            draw(words),
            "2175550100",
            email=draw(maybe(st.just("BILLING@EXAMPLE.ORG"))),
        ),
        Receiver(draw(st.sampled_from(["06102", "MAC15CHARACTERS"])), draw(words), test=draw(st.booleans())),
        tuple(given),
        draw(st.integers(1, 999_999_999)),
        draw(st.integers(1, 999_999_999)),
        draw(st.integers(1, 999_999_000)),
        draw(st.dates(date(2024, 1, 1), date(2030, 1, 1))),
        draw(st.sampled_from(["0000", "0930", "2359"])),
        draw(st.integers(1, 3)),
    )
