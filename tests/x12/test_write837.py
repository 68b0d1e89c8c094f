"""Writing claims: bytes that never change, counts that are right, texts that are plain, and refusals with reasons."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from teachback.claimdata import Adjustment, OtherCoverage, Provider
from teachback.model import ClaimForm
from teachback.x12.cleaning import cleaned
from teachback.x12.gate import Gate
from teachback.x12.sendable import refusals
from teachback.x12.write837 import CannotWrite, Told, ascii_clean, refusals_of, write, written
from tests.x12.making import (
    CASES,
    DIRTY_WORDS,
    EMPLOYER_PLAN,
    GROUP,
    ICD,
    OFFICE,
    PATIENT,
    SOLO,
    THERAPIST,
    claim,
    claims,
    institutional_claim,
    line,
    secondary_claim,
    submission,
    submissions,
)

ONE_CLAIM = """\
ISA*00*          *00*          *ZZ*SUB123         *ZZ*06102          *260501*0930*^*00501*000000905*1*T*:~
GS*HC*SUB123*06102*20260501*0930*905*X*005010X222A1~
ST*837*0001*005010X222A1~
BHT*0019*00*000000905000000001*20260501*0930*CH~
NM1*41*2*SPRINGFIELD THERAPY GROUP*****46*SUB123~
PER*IC*BILLING OFFICE*TE*2175550100~
NM1*40*2*EXAMPLE MAC*****46*06102~
HL*1**20*1~
PRV*BI*PXC*225X00000X~
NM1*85*2*SPRINGFIELD THERAPY GROUP*****XX*2000003006~
N3*100 MAIN ST~
N4*SPRINGFIELD*IL*627010001~
REF*EI*123456789~
PER*IC*BILLING OFFICE*TE*2175550100~
HL*2*1*22*0~
SBR*P*18*******MB~
NM1*IL*1*SAMPLE*ALICE*B**SR*MI*1SA0WP0XY00~
N3*12 ELM ST*APT 3~
N4*SPRINGFIELD*IL*62704~
DMG*D8*19440506*F~
NM1*PR*2*MEDICARE PART B*****PI*06102~
CLM*TB0000000001*190.50***11:B:1*Y*A*Y*Y~
HI*ABK:I69351*ABF:R278~
NM1*DN*1*POE*PAT****XX*2000005001~
NM1*82*1*DOE*SAM****XX*2000004004~
PRV*PE*PXC*225X00000X~
LX*1~
SV1*HC:97550:GO*100.00*UN*1***1:2~
DTP*472*D8*20260414~
REF*6R*L00000001~
LX*2~
SV1*HC:97551:GO*90.50*UN*2***1~
DTP*472*D8*20260414~
REF*6R*L00000002~
SE*33*0001~
GE*1*905~
IEA*1*000000905~
"""


def text_of(*given_claims, **changes):
    return written(submission(*given_claims, **changes)).decode("ascii")


def segments_of(*given_claims, **changes):
    return text_of(*given_claims, **changes).replace("~", "").splitlines()


def refused(one, **changes):
    with pytest.raises(CannotWrite) as raised:
        write(submission(one, **changes))
    return {refusal.field for refusal in raised.value.refusals}


def test_one_claim_is_written_so():
    assert text_of(claim()) == ONE_CLAIM


@given(submissions())
@settings(deadline=None, max_examples=40)
def test_the_same_submission_gives_the_same_bytes_in_any_pieces(given_submission):
    assert (
        b"".join(write(given_submission)) == written(given_submission) == written(replace(given_submission))
    )


@given(submissions(words=DIRTY_WORDS))
@settings(deadline=None, max_examples=40)
def test_every_count_is_right(given_submission):
    text = written(given_submission).decode("ascii")
    rows = [row.split("*") for row in text.replace("~\n", "\n").splitlines()]
    sets = "\n".join("*".join(row) for row in rows).split("\nST*")[1:]
    for told in sets:
        body = ("ST*" + told).split("\nSE*")
        assert int(body[1].split("*")[0]) == body[0].count("\n") + 2
    assert [row[1] for row in rows if row[0] == "GE"] == [str(len(sets))]
    numbers = [row[2] for row in rows if row[0] == "ST"]
    assert len(set(numbers)) == len(numbers)
    assert numbers == [row[2] for row in rows if row[0] == "SE"]
    assert len({row[3] for row in rows if row[0] == "BHT"}) == len(numbers)
    assert rows[0][13] == rows[-1][2]


@given(submissions())
@settings(deadline=None, max_examples=40)
def test_the_tree_of_levels_holds(given_submission):
    for told in written(given_submission).decode().split("\nST*")[1:]:
        levels = [row.rstrip("~").split("*") for row in told.splitlines() if row.startswith("HL*")]
        assert [row[1] for row in levels] == [str(n) for n in range(1, len(levels) + 1)]
        parent = None
        for row in levels:
            parent = row[1] if row[3] == "20" else parent
            assert row[2] == ("" if row[3] == "20" else parent)


def test_the_billing_provider_is_repeated_only_where_it_changes():
    levels = [
        row for row in segments_of(claim(), claim(), claim(billing=SOLO), claim()) if row.startswith("HL")
    ]
    assert [row.split("*")[3] for row in levels] == ["20", "22", "22", "20", "22", "20", "22"]


def test_transactions_are_split_and_numbered_upward():
    text = text_of(*[claim()] * 7, claims_per_transaction=3, first_transaction_number=41)
    assert [row for row in text.splitlines() if row[:3] == "ST*"] == [
        f"ST*837*00{number}*005010X222A1~" for number in (41, 42, 43)
    ]
    assert [part.count("\nCLM*") for part in text.split("\nST*")[1:]] == [3, 3, 1]


def test_production_is_told_as_such():
    receiver = replace(submission().receiver, test=False)
    assert text_of(claim(), receiver=receiver).split("*")[15] == "P"


def test_medicare_as_second_payer_names_its_kind_and_what_the_first_one_paid():
    rows = segments_of(secondary_claim())
    start = rows.index("SBR*P*01*G100**12****CI")
    assert "SBR*S*18***12****MB" in rows
    assert rows[start + 1 : start + 3] == ["AMT*D*60.00", "OI***Y***Y"]
    assert rows[-8:-3] == [
        "REF*6R*L00000001",
        "SVD*EX123*60.00*HC:97550:GO**1",
        "CAS*CO*45*25.00",
        "CAS*PR*2*15.00*1",
        "DTP*573*D8*20260420",
    ]
    assert sum(row.startswith("DTP*573") for row in rows) == 1


def test_where_no_line_tells_the_date_the_payer_does():
    rows = segments_of(CASES["secondary by claim"])
    assert rows[rows.index("NM1*PR*2*EXAMPLE HEALTH PLAN*****PI*EX123") + 3] == "DTP*573*D8*20260420"
    assert "CAS*CO*45*25.00" in rows


def test_more_than_six_reasons_of_a_group_take_a_second_segment():
    reasons = tuple(Adjustment("CO", str(n), Decimal("1.00")) for n in range(1, 8))
    rows = segments_of(
        claim(
            other_coverages=(
                replace(EMPLOYER_PLAN, adjustments=(*reasons, Adjustment("PR", "1", Decimal(2)))),
            )
        )
    )
    assert [row for row in rows if row.startswith("CAS")] == [
        "CAS*CO*1*1.00**2*1.00**3*1.00**4*1.00**5*1.00**6*1.00",
        "CAS*CO*7*1.00",
        "CAS*PR*1*2.00",
    ]


def test_the_rendering_provider_is_told_only_where_it_is_another():
    assert not [
        row for row in segments_of(CASES["solo practice, rendering is billing"]) if row[:6] == "NM1*82"
    ]
    rows = segments_of(claim(lines=(line(1, rendering=THERAPIST), line(2, place_of_service="11"))))
    assert [row for row in rows if row[:6] == "NM1*82"] == ["NM1*82*1*DOE*SAM****XX*2000004004"]
    assert "SV1*HC:97550:GO*100.00*UN*1***1" in rows


def test_no_therapy_dates_and_no_patient_level_are_written():
    for one in CASES.values():
        rows = segments_of(one)
        assert not [
            row for row in rows if row[:7] in {"DTP*454", "DTP*304"} or row.startswith(("PAT", "HL*3*2*23"))
        ]


def test_an_institutional_claim_has_its_dates_codes_and_revenue():
    rows = segments_of(institutional_claim())
    clm = rows.index("CLM*TB0000000002*200.00***13:A:1**A*Y*Y")
    assert rows[clm + 1 : clm + 7] == [
        "DTP*434*RD8*20260401-20260430",
        "CL1*9*9*01",
        "HI*ABK:I69351",
        "HI*ABF:R278",
        "HI*BH:11:D8:20260302*BH:17:D8:20260310*BH:44:D8:20260312",
        "NM1*71*1*POE*PAT****XX*2000005001",
    ]
    assert "SV2*0430*HC:97550:GO*100.00*UN*1" in rows
    assert "GS*HC*SUB123*06102*20260501*0930*905*X*005010X223A2" in rows
    assert "SBR*P*18*******MA" in rows


def test_one_claim_more_than_a_transaction_holds_begins_another():
    one = claim(lines=(line(),))
    text = written(submission(*[one] * 5_001))
    assert text.count(b"\nST*") == 2
    assert text.count(b"\nCLM*") == 5_001


# ---------------------------------------------------------------- cleaning


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Núñez", "NUNEZ"),
        ("O\u2019Brien", "O'BRIEN"),
        ("Groß", "GROSS"),
        ("Łukasz Øster", "LUKASZ OSTER"),
        ("A*B:C^D~E", "ABCDE"),
        ("  two \t blanks\n", "TWO BLANKS"),
        ("12\u00bd Elm St \u2116 5", "12 1/2 ELM ST NO 5"),
        ("李小龍", ""),
        ("\ufb01ne", "FINE"),
        ("a\u0000b\u202e", "AB"),
    ],
)
def test_texts_become_plain_capitals(text, plain):
    assert ascii_clean(text) == (plain, True)


def test_plain_texts_stay():
    assert ascii_clean("ST. MARY'S #2 (NORTH) & CO.") == ("ST. MARY'S #2 (NORTH) & CO.", False)


def test_what_is_changed_is_told_by_field_without_the_text():
    told = []
    one = claim(beneficiary=replace(PATIENT, last_name="Núñez", middle_name="M" * 40, suffix="李"))
    text = written(submission(one), told.append).decode()
    assert "NM1*IL*1*NUNEZ*ALICE*" + "M" * 25 + "***MI*" in text
    assert [(note.claim, note.field) for note in told] == [
        ("TB0000000001", "beneficiary.last_name"),
        ("TB0000000001", "beneficiary.middle_name"),
        ("TB0000000001", "beneficiary.suffix"),
    ]
    assert not any("nez" in str(note).lower() for note in told)
    assert isinstance(told[0], Told)


def test_names_of_the_sender_are_cleaned_too():
    told = []
    sender = replace(submission().submitter, name="Clínica Sur")
    assert b"NM1*41*2*CLINICA SUR*" in written(submission(claim(), submitter=sender), told.append)
    assert [(note.claim, note.field) for note in told] == [("", "submitter.name")]


@given(claims(words=DIRTY_WORDS))
@settings(deadline=None, max_examples=60)
def test_the_quick_look_agrees_with_the_close_one(one):
    plain, told = cleaned(one)
    if Gate().passes(one):
        assert plain == one
        assert not told
        assert refusals(one) == ()
    assert refusals(plain) == ()


@pytest.mark.parametrize("name", ["primary", "one line", "at home", "fifty lines"])
def test_usual_claims_pass_at_the_first_look(name):
    assert Gate().passes(CASES[name])


@pytest.mark.parametrize(
    "one",
    [
        claim(beneficiary=replace(PATIENT, last_name="Smith")),
        claim(beneficiary=replace(PATIENT, last_name=" SMITH")),
        claim(beneficiary=replace(PATIENT, last_name="")),
        claim(beneficiary=replace(PATIENT, middle_name="")),
        claim(beneficiary=replace(PATIENT, last_name="A\nB")),
        claim(rendering=replace(THERAPIST, name="X" * 61)),
        claim(control_number="A" * 21),
        claim(lines=(line(1, charge=Decimal("-1.00")),)),
        claim(lines=(line(1, charge=Decimal("NaN")),)),
        claim(lines=(line(1, charge=Decimal("1.005")),)),
        claim(lines=(line(1, diagnosis_pointers=(3,)),)),
        claim(lines=(line(1, modifiers=("G",)),)),
        claim(lines=(line(1, control_number="A*B"),)),
        claim(diagnoses=("I69.351",)),
        claim(lines=tuple(line(n) for n in range(51))),
    ],
)
def test_others_do_not(one):
    assert not Gate().passes(one)


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"lines": ()}, "lines"),
        ({"lines": tuple(line(n) for n in range(51))}, "lines"),
        ({"control_number": "A" * 21}, "control_number"),
        ({"control_number": ""}, "control_number"),
        ({"control_number": "A:B"}, "control_number"),
        ({"diagnoses": (*ICD, "R278")}, "diagnoses"),
        ({"diagnoses": (), "lines": (line(),)}, "diagnoses"),
        ({"diagnoses": ("R27.8",)}, "diagnoses"),
        ({"lines": (line(1, charge=Decimal("-0.01")),)}, "lines[0].charge"),
        ({"lines": (line(1, charge=Decimal(100000000)),)}, "lines[0].charge"),
        ({"lines": (line(1, charge=Decimal("99999999.99")), line(2))}, "charge"),
        ({"lines": (line(1, units=0),)}, "lines[0].units"),
        ({"lines": (line(1, modifiers=("GO", "CO", "KX", "95", "59")),)}, "lines[0].modifiers"),
        ({"lines": (line(1, procedure_code=""),)}, "lines[0].procedure_code"),
        ({"lines": (line(1, diagnosis_pointers=()),)}, "lines[0].diagnosis_pointers"),
        ({"lines": (line(1, diagnosis_pointers=(0,)),)}, "lines[0].diagnosis_pointers"),
        ({"lines": (line(1, control_number=""),)}, "lines[0].control_number"),
        ({"place_of_service": ""}, "place_of_service"),
        ({"beneficiary": replace(PATIENT, last_name="李")}, "beneficiary.last_name"),
        ({"beneficiary": replace(PATIENT, member_id="")}, "beneficiary.member_id"),
        ({"beneficiary": replace(PATIENT, address=replace(OFFICE, zip="1234"))}, "beneficiary.address.zip"),
        ({"beneficiary": replace(PATIENT, address=replace(OFFICE, state="il"))}, "beneficiary.address.state"),
        ({"billing": replace(GROUP, address=replace(OFFICE, zip="62701"))}, "billing.address.zip"),
        ({"billing": replace(GROUP, tax_id_type="XX")}, "billing.tax_id_type"),
        ({"rendering": Provider("", "DOE", "SAM")}, "rendering.npi"),
        ({"rendering": Provider("2000004004", "DOE", "李")}, "rendering.first_name"),
        ({"amount_paid_by_patient": Decimal(-1)}, "amount_paid_by_patient"),
        ({"attachment": ("OZ", "EL", "")}, "attachment"),
        ({"lines": secondary_claim().lines}, "lines[0].adjudications[0].payer_id"),
        ({"other_coverages": (EMPLOYER_PLAN,) * 11}, "other_coverages"),
    ],
)
def test_what_no_file_can_carry_is_refused_by_its_field(changes, field):
    one = claim(**changes)
    assert field in refused(one)
    assert field in {refusal.field for refusal in refusals_of(one)}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"institutional": None}, "institutional"),
        ({"frequency_code": "7"}, "institutional.type_of_bill"),
        ({"billing": SOLO}, "billing.provider"),
        ({"amount_paid_by_patient": Decimal(5)}, "amount_paid_by_patient"),
        ({"lines": (line(),)}, "lines[0].revenue_code"),
        ({"lines": tuple(line(n, revenue_code="0430") for n in range(1_000))}, "lines"),
    ],
)
def test_institutional_claims_have_reasons_of_their_own(changes, field):
    assert field in refused(institutional_claim(**changes))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"interchange_number": 1_000_000_000}, "interchange_number"),
        ({"group_number": 0}, "group_number"),
        ({"first_transaction_number": 1_000_000_000}, "first_transaction_number"),
        ({"claims_per_transaction": 5_001}, "claims_per_transaction"),
        ({"made_at": "2460"}, "made_at"),
        ({"submitter": replace(submission().submitter, id="X" * 16)}, "submitter.id"),
        ({"submitter": replace(submission().submitter, contact="")}, "submitter.contact"),
    ],
)
def test_an_envelope_that_cannot_be_is_refused(changes, field):
    assert field in refused(claim(), **changes)


def test_both_forms_in_one_file_are_refused():
    with pytest.raises(CannotWrite, match="both forms"):
        written(submission(claim(), institutional_claim()))


def test_nothing_to_send_is_refused():
    with pytest.raises(CannotWrite, match="nothing to send"):
        written(replace(submission(), claims=()))


def test_a_refusal_names_every_claim_and_no_patient():
    bad = [claim(control_number=f"TB{n}", lines=()) for n in range(5)]
    with pytest.raises(CannotWrite) as raised:
        write(submission(claim(), *bad))
    assert [refusal.claim for refusal in raised.value.refusals] == [f"TB{n}" for n in range(5)]
    assert str(raised.value) == (
        "claim TB0: lines has no service lines; claim TB1: lines has no service lines; "
        "claim TB2: lines has no service lines; and 2 more"
    )


def test_dates_before_the_year_one_thousand_keep_eight_digits():
    one = claim(beneficiary=replace(PATIENT, birth_date=date(999, 1, 2)))
    assert "DMG*D8*09990102*F" in segments_of(one)


def test_an_insured_organization_is_one():
    firm = OtherCoverage(EMPLOYER_PLAN.order, EMPLOYER_PLAN.payer, "C12345", "BIG FIRM", "", "WC", "20")
    assert "NM1*IL*2*BIG FIRM*****MI*C12345" in segments_of(claim(other_coverages=(firm,)))


def test_forms_are_two():
    assert set(ClaimForm) == {ClaimForm.PROFESSIONAL, ClaimForm.INSTITUTIONAL}
