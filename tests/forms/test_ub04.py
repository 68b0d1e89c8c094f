"""What stands in the form locators of the UB-04."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from teachback.claimdata import Occurrence
from teachback.forms import ub04
from tests.forms import people


def only(claim, **options):
    (page,) = ub04.values(claim, **options)
    return page


def test_an_outpatient_therapy_claim_locator_by_locator():
    assert dict(only(people.INSTITUTIONAL, dated=date(2026, 5, 2))) == {
        "1.1": "DESERT SUN THERAPY LLC",
        "1.2": "100 N CENTRAL AVE STE 200",
        "1.3": "PHOENIX AZ 85004-1234",
        "1.4": "6025550134",
        "3a": "TB26I0000001",
        "4": "0131",
        "5": "861234567",
        "6.from": "040126",
        "6.through": "043026",
        "8b": "MUNOZ-GARCIA JR, JOSE, L",
        "9a": "7 SAGUARO LANE",
        "9b": "TUCSON",
        "9c": "AZ",
        "9d": "85701",
        "10": "04141948",
        "11": "M",
        "14": "9",
        "15": "9",
        "17": "01",
        "18": "A1",
        "31a": "11",
        "31a.date": "030126",
        "32a": "29",
        "32a.date": "030926",
        "33a": "35",
        "33a.date": "030926",
        "35a": "74",
        "35a.from": "040226",
        "35a.through": "040526",
        "38.1": "NORIDIAN JF PART A",
        "38.2": "PO BOX 6700",
        "38.3": "FARGO ND 58108-6700",
        "39a": "50",
        "39a.amount": "4 00",
        "40a": "A1",
        "40a.amount": "257 00",
        "42.1": "0420",
        "44.1": "97550GP",
        "45.1": "041426",
        "46.1": "1",
        "47.1": "120 00",
        "42.2": "0420",
        "44.2": "97551GPKX",
        "45.2": "041426",
        "46.2": "2",
        "47.2": "55 50",
        "43.page": "1",
        "43.pages": "1",
        "45.made": "050226",
        "42.total": "0001",
        "47.total": "175 50",
        "50A": "NORIDIAN JF PART A",
        "51A": "03101",
        "52A": "Y",
        "53A": "Y",
        "56": "2000000028",
        "58A": "MUNOZ-GARCIA JR, JOSE, L",
        "59A": "18",
        "60A": "1SA1AA1AA11",
        "66": "0",
        "67": "I69354",
        "67A": "Z741",
        "76": "2000000036",
        "76.last": "LINDQVIST",
        "76.first": "ASA",
        "78.qualifier": "82",
        "78": "2000000010",
        "78.last": "OKAFOR",
        "78.first": "NNAMDI",
        "81a.qualifier": "B3",
        "81a": "261QR0400X",
    }
    assert only(people.INSTITUTIONAL).notes == ()


def test_22_lines_a_page_pages_counted_and_the_total_on_the_last():
    pages = ub04.values(people.LONG_INSTITUTIONAL)
    assert [(page["43.page"], page["43.pages"]) for page in pages] == [("1", "3"), ("2", "3"), ("3", "3")]
    assert [sum(name.startswith("47.") and name != "47.total" for name in page) for page in pages] == [
        22,
        22,
        3,
    ]
    assert [page.get("42.total") for page in pages] == [None, None, "0001"]
    assert pages[-1]["47.total"] == "4700 47"


def test_medicare_as_second_payer_stands_in_row_b_with_what_the_first_paid():
    page = ub04.values(people.LONG_INSTITUTIONAL)[0]
    assert (page["50A"], page["51A"], page["54A"]) == ("BLUE MESA HEALTH", "99999", "60 00")
    assert (page["58A"], page["59A"], page["60A"], page["62A"]) == (
        "GARCIA, ANA",
        "01",
        "BMH778899",
        "GRP0042",
    )
    assert (page["50B"], page["60B"], page["64B"]) == (
        "NORIDIAN JF PART A",
        "1SA1AA1AA11",
        "22615700412304AZA",
    )
    assert "54B" not in page


def test_the_pay_to_address_and_the_replaced_claim_are_told():
    page = ub04.values(people.LONG_INSTITUTIONAL)[0]
    assert (page["2.1"], page["2.2"], page["2.3"]) == (
        "DESERT SUN THERAPY LLC",
        "PO BOX 9",
        "PHOENIX AZ 85001-0009",
    )
    assert page["4"] == "0137"


def test_more_codes_than_the_form_holds_are_told():
    bill = replace(
        people.INSTITUTIONAL.institutional,
        condition_codes=tuple(f"{n:02d}" for n in range(12)),
        occurrences=tuple(Occurrence(f"{n:02d}", date(2026, 4, 1)) for n in range(9)),
        value_codes=tuple((f"{n:02d}", Decimal(1)) for n in range(13)),
    )
    page = only(replace(people.INSTITUTIONAL, institutional=bill))
    assert {note.item for note in page.notes} == {"18", "31", "39"}
    assert page["34b"] == "07"
    assert page["28"] == "10"
    assert page["41d"] == "11"


def test_an_attending_practitioner_who_renders_stands_there_once():
    bill = replace(people.INSTITUTIONAL.institutional, attending=people.THERAPIST)
    page = only(replace(people.INSTITUTIONAL, institutional=bill))
    assert page["76"] == "2000000010"
    assert "78" not in page


def test_eighteen_diagnoses_stand_and_the_next_is_told():
    codes = tuple(f"R{n:02d}" for n in range(19))
    page = only(replace(people.INSTITUTIONAL, diagnoses=codes))
    assert page["67Q"] == "R17"
    assert [note.item for note in page.notes] == ["67"]


def test_a_professional_claim_is_refused_by_name():
    with pytest.raises(ValueError, match="TB26A0000123 is professional: it goes on a CMS-1500"):
        ub04.values(people.PRIMARY)
    with pytest.raises(ValueError, match="TB26I0000001 has no service line"):
        ub04.values(replace(people.INSTITUTIONAL, lines=()))
