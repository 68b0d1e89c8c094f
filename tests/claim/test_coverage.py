"""Other payers: read from TOML and CSV, Medicare in its place, and amounts that add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from teachback.claim.coverage import medicare_order, read_coverage
from teachback.claim.tomlfile import FaultyFile
from teachback.claimdata import Adjustment, PayerOrder
from teachback.model import Answer
from tests.claim.made import built, names, patient, session

TOML = """
[[coverage]]
patient = "P001"
order = "primary"
payer = "Made-up Mutual"
payer_id = "99901"
member_id = "MM-1001"
filing_indicator = "CI"
insurance_type = "12"
relationship = "01"
insured = "Alderwick, Eusebio"
group_number = "G-77"
from = 2026-01-01

[[coverage.paid]]
session = "S001"
procedure_code = "97550"
paid = "70.00"
on = 2026-05-02
adjustments = [{ group = "CO", reason = "45", amount = "30.00" }, { group = "PR", reason = "2", amount = "10.00" }]

[[coverage.paid]]
session = "S001"
procedure_code = "97551"
paid = "0.00"
on = 2026-05-02
adjustments = [{ group = "PR", reason = "1", amount = "55.00" }]

[[coverage]]
patient = "P002"
order = "secondary"
payer = "Made-up Supplement"
payer_id = "99902"
member_id = "SUP-2"
filing_indicator = "CI"
"""
_HEADER = (
    "patient,order,payer,payer_id,member_id,insured,relationship,filing_indicator,insurance_type,group_number,from,"
    "session,procedure_code,paid,paid_on,adjustments"
)
_MUTUAL = 'P001,primary,Made-up Mutual,99901,MM-1001,"Alderwick, Eusebio",01,CI,12,G-77,1/1/2026,S001'
CSV = f"""{_HEADER}
{_MUTUAL},97550,70.00,5/2/2026,CO-45 30.00; PR-2 10.00
{_MUTUAL},97551,$0.00,5/2/2026,PR-1 55.00
P002,secondary,Made-up Supplement,99902,SUP-2,,,CI,,,,,,,,
"""


@pytest.fixture
def toml(tmp_path):
    file = tmp_path / "coverage.toml"
    file.write_text(TOML, "utf-8")
    return file


def by_patient(covers):
    found = {}
    for cover in covers:
        found.setdefault(cover.patient_id, []).append(cover)
    return {patient_id: tuple(each) for patient_id, each in found.items()}


def test_both_forms_say_the_same(toml, tmp_path):
    table = tmp_path / "coverage.csv"
    table.write_text(CSV, "utf-8")
    assert read_coverage(toml) == read_coverage(table)


def test_medicare_takes_the_first_free_order(toml):
    covers = by_patient(read_coverage(toml))
    assert medicare_order(covers["P001"]) is PayerOrder.SECONDARY
    assert medicare_order(covers["P002"]) is PayerOrder.PRIMARY
    assert medicare_order(()) is PayerOrder.PRIMARY
    second = replace(covers["P001"][0], order=PayerOrder.SECONDARY)
    assert medicare_order((*covers["P001"], second)) is PayerOrder.TERTIARY


def test_a_secondary_claim_carries_what_the_primary_did(toml):
    covers = by_patient(read_coverage(toml))
    held = session(patients=(patient(other_payer_primary=Answer.YES),))
    assert names(built(held)) == ["other-payer-primary"]
    (claim,) = built(held, covers=covers).claims
    assert (claim.payer_order, claim.insurance_type) == (PayerOrder.SECONDARY, "12")
    (other,) = claim.other_coverages
    assert (other.order, other.paid, other.relationship) == (PayerOrder.PRIMARY, Decimal("70.00"), "01")
    assert (other.last_name, other.first_name) == ("Alderwick", "Eusebio")
    assert other.insurance_type is None
    answer = claim.lines[0].adjudications[0]
    assert answer.paid + sum(a.amount for a in answer.adjustments) == claim.lines[0].charge
    assert answer.adjustments[0] == Adjustment("CO", "45", Decimal("30.00"))
    assert answer.paid_on == date(2026, 5, 2)


def test_a_supplement_after_medicare_is_named_and_answers_nothing(toml):
    covers = by_patient(read_coverage(toml))
    (claim,) = built(session(patients=(patient(2),)), covers=covers).claims
    assert claim.payer_order is PayerOrder.PRIMARY
    assert claim.insurance_type is None
    (other,) = claim.other_coverages
    assert (other.order, other.paid, other.last_name) == (PayerOrder.SECONDARY, None, "Alderwick")


def test_a_line_without_the_primarys_answer_waits(toml):
    covers = by_patient(read_coverage(toml))
    later = session(2, date(2026, 4, 16), patients=(patient(other_payer_primary=Answer.YES),))
    assert names(built(later, covers=covers)) == ["coverage-incomplete"]


def test_amounts_that_do_not_add_up_wait(toml):
    covers = by_patient(read_coverage(toml))
    (cover,) = covers["P001"]
    short = replace(cover, answers=(replace(cover.answers[0], paid=Decimal("69.99")), cover.answers[1]))
    held = session(patients=(patient(other_payer_primary=Answer.YES),))
    assert names(built(held, covers={"P001": (short,)})) == ["coverage-unbalanced"]


def test_session_and_file_must_agree(toml):
    assert names(built(session(), covers=by_patient(read_coverage(toml)))) == ["coverage-incomplete"]


def test_a_coverage_that_had_ended_counts_no_more(toml):
    (cover,) = by_patient(read_coverage(toml))["P001"]
    ended = replace(cover, through=date(2026, 4, 13))
    (claim,) = built(session(), covers={"P001": (ended,)}).claims
    assert claim.other_coverages == ()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('insurance_type = "12"\n', "", r"coverage\[1\].insurance_type: expected why Medicare is not first"),
        (
            'filing_indicator = "CI"\ninsurance',
            'filing_indicator = "XX"\ninsurance',
            "filing_indicator: expected",
        ),
        ('insured = "Alderwick, Eusebio"\n', "", "insured: expected a name"),
        ('reason = "45"', 'reason = "4x5"', r"adjustments\[1\].reason: expected an adjustment reason"),
        ('group = "CO"', 'group = "XX"', r"adjustments\[1\].group: expected CO"),
        ('paid = "70.00"', 'paid = "70.001"', r"paid\[1\].paid: expected dollars"),
        (
            'patient = "P002"\norder = "secondary"',
            'patient = "P001"\norder = "primary"\ninsurance_type = "43"',
            r"coverage\[2\].order: expected an order",
        ),
        (
            'on = 2026-05-02\nadjustments = [{ group = "CO"',
            'on = "soon"\nadjustments = [{ group = "CO"',
            "on: expected a date",
        ),
    ],
)
def test_faults_are_named(toml, old, new, words):
    assert old in TOML
    toml.write_text(TOML.replace(old, new, 1), "utf-8")
    with pytest.raises(FaultyFile, match=words):
        read_coverage(toml)


def test_a_table_without_patients_is_told(tmp_path):
    file = tmp_path / "coverage.csv"
    file.write_text("order,payer\nprimary,X\n", "utf-8")
    with pytest.raises(FaultyFile, match="a column patient"):
        read_coverage(file)
