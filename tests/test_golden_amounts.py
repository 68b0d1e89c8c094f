"""National amounts and worked payments of the rules dossier (1.6, 5.3, 9.1, 9.3 to 9.6), against the law."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from teachback.rules.book import rulebook
from teachback.rules.fees import percent_of, unit_allowed_cents, unit_fee_cents
from teachback.rules.payment import (
    after_sequestration_cents,
    coinsurance_cents,
    deductible_applied_cents,
    medicare_cents,
    medicare_share_cents,
    patient_cents,
    sequestration_cents,
)
from teachback.rules.vocabulary import CODES, Setting

ONE = Decimal(1)
NATIONAL = {"work": ONE, "pe": ONE, "malpractice": ONE}
NONFACILITY, FACILITY = Setting.NONFACILITY, Setting.FACILITY

# Period; conversion factor and whose; codes; total RVUs and dollars, non-facility and facility (dossier 1.6).
TABLE = """
2024-01-01 2024-03-08 32.7442 others     97550               1.59 1.36 52.06 44.53
2024-01-01 2024-03-08 32.7442 others     97551                .79  .73 25.87 23.90
2024-01-01 2024-03-08 32.7442 others     97552                .67  .32 21.94 10.48
2024-01-01 2024-03-08 32.7442 others     96202                .71  .63 23.25 20.63
2024-01-01 2024-03-08 32.7442 others     96203                .17  .17  5.57  5.57
2024-03-09 2024-12-31 33.2875 others     97550               1.59 1.36 52.93 45.27
2024-03-09 2024-12-31 33.2875 others     97551                .79  .73 26.30 24.30
2024-03-09 2024-12-31 33.2875 others     97552                .67  .32 22.30 10.65
2024-03-09 2024-12-31 33.2875 others     96202                .71  .63 23.63 20.97
2024-03-09 2024-12-31 33.2875 others     96203                .17  .17  5.66  5.66
2025-01-01 2025-12-31 32.3465 others     97550,G0539,G0541   1.61 1.38 52.08 44.64
2025-01-01 2025-12-31 32.3465 others     97551,G0540,G0542    .79  .74 25.55 23.94
2025-01-01 2025-12-31 32.3465 others     97552,G0543          .68  .32 22.00 10.35
2025-01-01 2025-12-31 32.3465 others     96202                .72  .64 23.29 20.70
2025-01-01 2025-12-31 32.3465 others     96203                .18  .18  5.82  5.82
2026-01-01 2026-12-31 33.4009 others     97550               1.58 1.19 52.77 39.75
2026-01-01 2026-12-31 33.4009 others     G0539,G0541         1.59 1.19 53.11 39.75
2026-01-01 2026-12-31 33.4009 others     97551,G0540,G0542    .78  .63 26.05 21.04
2026-01-01 2026-12-31 33.4009 others     97552,G0543          .66  .28 22.04  9.35
2026-01-01 2026-12-31 33.4009 others     96202                .60  .52 20.04 17.37
2026-01-01 2026-12-31 33.4009 others     96203                .16  .15  5.34  5.01
2026-01-01 2026-12-31 33.5675 qualifying 97550               1.58 1.19 53.04 39.95
2026-01-01 2026-12-31 33.5675 qualifying G0539,G0541         1.59 1.19 53.37 39.95
2026-01-01 2026-12-31 33.5675 qualifying 97551,G0540,G0542    .78  .63 26.18 21.15
2026-01-01 2026-12-31 33.5675 qualifying 97552,G0543          .66  .28 22.15  9.40
2026-01-01 2026-12-31 33.5675 qualifying 96202                .60  .52 20.14 17.46
2026-01-01 2026-12-31 33.5675 qualifying 96203                .16  .15  5.37  5.04
"""

ROWS = [
    (date.fromisoformat(day), Decimal(factor), standing, code, tuple(map(Decimal, amounts)))
    for first, last, factor, standing, codes, *amounts in map(str.split, TABLE.strip().splitlines())
    for code in codes.split(",")
    for day in (first, last)
]


def law_of(day):
    return rulebook().law.on(day)


def fee(day, code, setting=NONFACILITY, *, gpci=NATIONAL, standing="others"):
    law = law_of(day)
    return unit_fee_cents(
        setting,
        relative_values=law.value("relative_values", code),
        gpci=gpci,
        conversion_factor=law.value("conversion_factor", standing),
    )


@pytest.mark.parametrize(
    ("day", "factor", "standing", "code", "amounts"),
    ROWS,
    ids=[f"{row[3]}-{row[0]}-{row[2]}" for row in ROWS],
)
def test_national_amounts(day, factor, standing, code, amounts):
    law = law_of(day)
    values = law.value("relative_values", code)
    both = values["work"] + values["malpractice"]
    dollars = [
        Decimal(fee(day, code, setting, standing=standing)) / 100 for setting in (NONFACILITY, FACILITY)
    ]
    assert law.value("conversion_factor", standing) == factor
    assert (both + values["pe_nonfacility"], both + values["pe_facility"], *dollars) == amounts


def test_every_code_has_a_row_in_every_period_in_which_it_was_paid():
    since_2025 = set(CODES)
    in_2024 = {code for code in CODES if code.isdigit()}
    periods: dict[Decimal, set[str]] = {}
    for day, factor, _, code, _ in ROWS:
        periods.setdefault(factor, set()).add(code)
        assert day.year > 2024 or code in in_2024
    assert list(periods.values()) == [in_2024, in_2024, since_2025, since_2025, since_2025]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_work_values_did_not_change(year):
    day = date(year, 7, 1)
    work = {"97550": "1.00", "97551": "0.54", "97552": "0.23", "96202": "0.43", "96203": "0.12"}
    if year > 2024:
        work |= {"G0539": "1.00", "G0540": "0.54", "G0541": "1.00", "G0542": "0.54", "G0543": "0.23"}
    assert {code: law_of(day).value("relative_values", code)["work"] for code in work} == {
        code: Decimal(value) for code, value in work.items()
    }


def test_the_g_codes_have_no_values_before_2025():
    assert law_of(date(2024, 12, 31)).value("relative_values", "G0541") is None


@pytest.mark.parametrize("code", CODES)
def test_2027_has_no_values_and_no_factor(code):
    law = law_of(date(2027, 1, 1))
    assert law.value("relative_values", code) is None
    assert law.value("conversion_factor", "others") is None


@pytest.mark.parametrize(
    ("locality", "gpci", "dollars"),
    [
        ("10112-00", ("1.000", "0.875", "0.566"), "50.25"),
        ("02102-01", ("1.500", "1.065", "0.551"), "70.56"),
        ("03102-00", ("1.000", "0.969", "0.856"), "52.14"),
    ],
    ids=["Alabama", "Alaska", "Arizona"],
)
def test_localities_of_2026(locality, gpci, dollars):
    day = date(2026, 4, 14)
    values = law_of(day).value("gpci", locality)
    assert (values["work"], values["pe"], values["malpractice"]) == tuple(map(Decimal, gpci))
    assert fee(day, "97550", gpci=values) == Decimal(dollars) * 100


@pytest.mark.parametrize(
    ("kind", "code", "dollars"),
    [("NP", "97550", "44.85"), ("CSW", "G0539", "39.83"), ("PT", "97550", "52.77")],
)
def test_practitioner_shares_of_2026(kind, code, dollars):
    day = date(2026, 4, 14)
    share = law_of(day).value("practitioner_share", kind)
    assert unit_allowed_cents(fee(day, code), 100, share) == Decimal(dollars) * 100


@pytest.mark.parametrize(("year", "dollars"), [(2024, 240), (2025, 257), (2026, 283), (2027, None)])
def test_deductible_of_the_year(year, dollars):
    assert law_of(date(year, 1, 1)).value("part_b_deductible") == dollars


@pytest.mark.parametrize(
    ("allowed", "deductible", "percent", "owed", "medicare", "cut", "after"),
    [
        (5277, 3000, 100, 3455, 1822, 36, 1786),
        (10000, 5000, 100, 6000, 4000, 80, 3920),
        (5277, 0, 85, 1055, 3589, 72, 3517),
    ],
    ids=["9.4 deductible", "9.5 sequestration", "5.3 assistant"],
)
def test_worked_payments(allowed, deductible, percent, owed, medicare, cut, after):
    law = law_of(date(2026, 4, 14))
    assert percent in {100, law.value("assistant_percent")}
    applied = deductible_applied_cents(allowed, deductible)
    coinsurance = coinsurance_cents(allowed, applied, coinsurance_percent=law.value("coinsurance_percent"))
    patient = patient_cents(applied, coinsurance)
    paid = medicare_cents(medicare_share_cents(allowed, patient), percent)
    reduction = sequestration_cents(paid, sequestration_percent=law.value("sequestration_percent"))
    assert (patient, paid, reduction, after_sequestration_cents(paid, reduction)) == (
        owed,
        medicare,
        cut,
        after,
    )


def test_nonparticipating_amount_and_limiting_charge_of_2026():
    day = date(2026, 4, 14)
    law = law_of(day)
    amount = percent_of(fee(day, "97550"), law.value("nonparticipating_percent"))
    assert amount == 5013
    assert percent_of(amount, law.value("limiting_charge_percent")) == 5765
