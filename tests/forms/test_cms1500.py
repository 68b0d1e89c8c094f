"""What stands in the items of the CMS-1500."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from teachback.claimdata import OtherCoverage, Payer, PayerOrder, PostalAddress
from teachback.forms import cms1500
from teachback.model import Sex
from tests.forms import people


def only(claim, **options):
    (page,) = cms1500.values(claim, **options)
    return page


def notes_of(page):
    return {note.item: note.message for note in page.notes}


def test_a_primary_medicare_claim_item_by_item():
    assert dict(only(people.PRIMARY)) == {
        "payer.1": "NORIDIAN JF PART B",
        "payer.2": "PO BOX 6700",
        "payer.3": "FARGO ND 58108-6700",
        "1.medicare": "X",
        "1a": "1SA1AA1AA11",
        "2": "MUNOZ-GARCIA JR, JOSE, L",
        "3": "04 14 1948",
        "3.male": "X",
        "5.street": "7 SAGUARO LANE",
        "5.city": "TUCSON",
        "5.state": "AZ",
        "5.zip": "85701",
        "10a.no": "X",
        "10b.no": "X",
        "10c.no": "X",
        "11": "NONE",
        "12": "SIGNATURE ON FILE",
        "13": "SIGNATURE ON FILE",
        "17.qualifier": "DN",
        "17": "ASA LINDQVIST",
        "17b": "2000000036",
        "20.no": "X",
        "21.indicator": "0",
        "21.A": "I69354",
        "21.B": "Z741",
        "24A.1": "04 14 26",
        "24A.1.through": "04 14 26",
        "24B.1": "12",
        "24D.1": "97550",
        "24D.1.modifiers": "GP",
        "24E.1": "A",
        "24F.1": "120 00",
        "24G.1": "1",
        "24J.1": "2000000010",
        "24A.2": "04 14 26",
        "24A.2.through": "04 14 26",
        "24B.2": "12",
        "24D.2": "97551",
        "24D.2.modifiers": "GP KX",
        "24E.2": "A",
        "24F.2": "55 50",
        "24G.2": "2",
        "24J.2": "2000000010",
        "25": "861234567",
        "25.ein": "X",
        "26": "TB26A0000123",
        "27.yes": "X",
        "28": "175 50",
        "31": "SIGNATURE ON FILE",
        "32.1": "PATIENT HOME",
        "32.2": "7 SAGUARO LANE",
        "32.3": "TUCSON AZ 85701",
        "33.area": "602",
        "33.phone": "5550134",
        "33.1": "DESERT SUN THERAPY LLC",
        "33.2": "100 N CENTRAL AVE SUITE 200",
        "33.3": "PHOENIX AZ 85004-1234",
        "33a": "2000000028",
    }
    assert only(people.PRIMARY).notes == ()


def test_medicare_as_secondary_names_the_payer_before_it():
    page = only(people.SECONDARY)
    assert page["4"] == "GARCIA, ANA"
    assert page["6.spouse"] == "X"
    assert page["11"] == "GRP0042"
    assert page["11c"] == "BLUE MESA HEALTH"
    assert page["29"] == "5 00"
    assert "7.street" not in page
    assert "11d.yes" not in page
    assert set(notes_of(page)) == {"7", "11"}


def test_the_patients_own_first_insurance_is_the_word_same():
    own = replace(people.EMPLOYER, relationship="18", group_number=None)
    page = only(replace(people.SECONDARY, other_coverages=(own,)))
    assert (page["4"], page["7.street"], page["6.self"], page["11"]) == ("SAME", "SAME", "X", "BMH778899")


def test_a_secondary_claim_without_a_first_payer_says_so_and_never_says_none():
    page = only(replace(people.SECONDARY, other_coverages=()))
    assert "11" not in page
    assert "names none" in notes_of(page)["11"]


MEDIGAP = OtherCoverage(
    PayerOrder.SECONDARY, Payer("Saguaro Supplement", "55123"), "SS-1", "Muñoz-García", "José", "CI"
)


def test_a_medigap_insurer_known_by_its_id_stands_in_item_9():
    page = only(replace(people.PRIMARY, other_coverages=(MEDIGAP,)))
    assert (page["9"], page["9a"], page["9d"]) == ("SAME", "MEDIGAP SS-1", "55123")
    assert page["11"] == "NONE"


@pytest.mark.parametrize("payer_id", ["54999", "60000", "ABCDE", "055123"])
def test_another_payer_after_medicare_stays_out_of_item_9_and_that_is_told(payer_id):
    other = replace(MEDIGAP, payer=Payer("Medicaid", payer_id))
    page = only(replace(people.PRIMARY, other_coverages=(other,)))
    assert "9" not in page
    assert "9" in notes_of(page)


def test_workers_compensation_is_work_and_an_accident_of_unknown_kind_stays_open():
    work = only(replace(people.SECONDARY, insurance_type="15"))
    assert (work["10a.yes"], work["10b.no"]) == ("X", "X")
    accident = only(replace(people.SECONDARY, insurance_type="14"))
    assert not {"10b.yes", "10b.no", "10c.yes", "10c.no"} & set(accident)
    assert "10b" in notes_of(accident)


def test_six_lines_a_page_each_page_with_its_own_total_and_the_patients_money_on_the_first():
    pages = cms1500.values(people.LONG)
    assert [(page.number, page.count) for page in pages] == [(1, 3), (2, 3), (3, 3)]
    assert [page["28"] for page in pages] == ["599 94", "599 94", "199 98"]
    assert [page.get("29") for page in pages] == ["20 00", None, None]
    assert [sum(name.startswith("24J.") for name in page) for page in pages] == [6, 6, 2]
    assert [page["21.L"] for page in pages] == ["R4181"] * 3
    assert [page["26"] for page in pages] == ["TB26A0000125"] * 3


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (6, 1), (7, 2), (12, 2), (13, 3), (50, 9)])
def test_pages_follow_the_number_of_lines(count, pages):
    lines = tuple(people.line(number, "97550", "1.00") for number in range(count))
    assert len(cms1500.values(replace(people.PRIMARY, lines=lines))) == pages


def test_a_solo_practitioner_is_rendering_and_billing_and_the_place_is_the_office():
    page = only(people.SOLO)
    assert page["24J.1"] == page["33a"] == "2000000010"
    assert (page["25.ssn"], page["27.no"], page["3.female"]) == ("X", "X", "X")
    assert page["33.1"] == page["32.1"] == "NNAMDI J OKAFOR"
    assert page["32.2"] == "100 N CENTRAL AVE STE 200"
    assert "32a" not in page


def test_a_line_of_another_practitioner_and_place_says_so():
    other = replace(people.PRIMARY.lines[1], rendering=people.CERTIFIER, place_of_service="10")
    page = only(replace(people.PRIMARY, lines=(people.PRIMARY.lines[0], other)))
    assert (page["24J.1"], page["24J.2"]) == ("2000000010", "2000000036")
    assert (page["24B.1"], page["24B.2"]) == ("12", "10")


def test_other_payers_get_four_pointers_the_insured_and_the_original_reference():
    claim = replace(
        people.PRIMARY,
        filing_indicator="CI",
        frequency_code="7",
        payer_claim_control_number="PCN778",
        diagnoses=("I69354", "Z741", "R2689", "M6281", "I10"),
        lines=(people.line(1, "97550", "120.00", pointers=(3, 1, 2, 4)),),
    )
    page = only(claim)
    assert page["1.other"] == "X"
    assert page["24E.1"] == "CABD"
    assert (page["4"], page["6.self"], page["7.city"]) == ("MUNOZ-GARCIA JR, JOSE, L", "X", "TUCSON")
    assert (page["22.code"], page["22.reference"]) == ("7", "PCN778")
    assert page["11d.no"] == "X"
    assert "11" not in page


def test_medicare_never_fills_item_22():
    page = only(replace(people.PRIMARY, frequency_code="7", payer_claim_control_number="PCN778"))
    assert not [name for name in page if name.startswith("22")]


def test_an_unknown_sex_is_told_not_guessed():
    page = only(replace(people.PRIMARY, beneficiary=replace(people.PATIENT, sex=Sex.U)))
    assert not {"3.male", "3.female"} & set(page)
    assert "3" in notes_of(page)


def test_a_control_number_is_never_cut():
    page = only(replace(people.PRIMARY, control_number="A" * 15))
    assert "26" not in page
    assert notes_of(page)["26"] == "holds 14 characters; the value has 15, must not be cut and is left out."
    assert only(replace(people.PRIMARY, control_number="A" * 14))["26"] == "A" * 14


def test_a_charge_that_does_not_fit_is_left_out_and_told():
    lines = (people.line(1, "97550", "123456.78"),)
    page = only(replace(people.PRIMARY, lines=lines))
    assert "24F.1" not in page
    assert "24F.1" in notes_of(page)
    assert page["28"] == "123456 78"


def test_long_names_are_cut_and_told_without_patient_data():
    patient = replace(people.PATIENT, last_name="Featherstonehaugh-Cholmondeley")
    page = only(replace(people.PRIMARY, beneficiary=patient))
    assert page["2"] == "FEATHERSTONEHAUGH-CHOLMONDEL"
    told = [str(note) for note in page.notes]
    assert told == [
        "claim TB26A0000123, page 1, item 2: holds 28 characters; the text has 42 and is printed without its end."
    ]


@pytest.mark.parametrize(
    ("line", "line2", "printed"),
    [
        ("1200 Southwest Boulevard", "Apartment 12", "1200 SW BLVD APT 12"),
        ("1200 Thousand Palms Crossing", "Unit 1450", "1200 THOUSAND PALMS CROSSING"),
        ("12 Elm St., #4", None, "12 ELM ST 4"),
        ("1200 Thousand Palms Cross 98765", None, "1200 THOUSAND PALMS CROSS"),
    ],
)
def test_addresses_lose_punctuation_then_take_postal_short_words_then_whole_figures(line, line2, printed):
    address = PostalAddress(line, "Tucson", "AZ", "85701", line2=line2)
    page = only(replace(people.PRIMARY, beneficiary=replace(people.PATIENT, address=address)))
    assert page["5.street"] == printed


def test_the_zip_code_is_kept_where_the_city_is_long():
    address = PostalAddress("1 Main St", "Truth or Consequences Heights", "NM", "879011234")
    page = only(replace(people.PRIMARY, billing=replace(people.BILLING, address=address)))
    assert page["33.3"] == "TRUTH OR CONSEQ NM 87901-1234"
    assert len(page["33.3"]) == 29
    assert "city" in notes_of(page)["33"]


def test_the_date_of_signature_is_given_never_taken_from_the_clock():
    assert "31.date" not in only(people.PRIMARY)
    assert only(people.PRIMARY, dated=date(2026, 5, 2))["31.date"] == "05 02 26"


@pytest.mark.parametrize("phone", [None, "", "555-0134", "call us"])
def test_a_telephone_number_of_other_than_ten_digits_is_not_printed(phone):
    page = only(replace(people.PRIMARY, billing=replace(people.BILLING, phone=phone)))
    assert not [name for name in page if name in {"33.area", "33.phone"}]


def test_an_institutional_claim_and_one_without_lines_are_refused_by_name():
    with pytest.raises(ValueError, match="TB26I0000001 is institutional: it goes on a UB-04"):
        cms1500.values(people.INSTITUTIONAL)
    with pytest.raises(ValueError, match="TB26A0000123 has no service line"):
        cms1500.values(replace(people.PRIMARY, lines=()))


def test_pointers_to_nowhere_print_nothing():
    claim = replace(people.PRIMARY, lines=(people.line(1, "97550", "1.00", pointers=(0, 13)),))
    assert "24E.1" not in only(claim)


def test_money_is_exact():
    lines = tuple(people.line(n, "97550", "0.10") for n in range(3))
    assert only(replace(people.PRIMARY, lines=lines))["28"] == "0 30"
    assert sum((line.charge for line in lines), Decimal("0.00")) == Decimal("0.30")
