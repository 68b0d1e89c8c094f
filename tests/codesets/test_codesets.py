from __future__ import annotations

import string
import subprocess
import sys
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teachback.codesets import (
    bills,
    claims,
    diagnoses,
    modifiers,
    places,
    procedures,
    reasons,
    revenue,
    states,
    taxonomy,
    zipcodes,
)
from teachback.codesets.common import Validity, rows, words
from teachback.model import PractitionerKind

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
LOADED = """
import sys
from teachback.codesets import diagnoses, places, reasons, taxonomy
assert not diagnoses._table.cache_info().currsize
print([name for name in sys.modules if name.startswith("teachback.") and "codesets" not in name])
"""
SPRING_25, SPRING_26 = date(2025, 5, 1), date(2026, 5, 1)


@pytest.mark.parametrize(
    ("code", "on", "answer"),
    [
        ("M5450", SPRING_26, Validity.VALID),
        ("F0280", SPRING_25, Validity.VALID),
        ("I69351", SPRING_26, Validity.VALID),
        ("M545", SPRING_26, Validity.NOT_BILLABLE),
        ("G35", SPRING_25, Validity.VALID),
        ("G35", SPRING_26, Validity.NOT_BILLABLE),
        ("G35A", SPRING_25, Validity.NOT_YET),
        ("G35A", SPRING_26, Validity.VALID),
        ("C50A", SPRING_25, Validity.NOT_YET),
        ("T781XXA", SPRING_25, Validity.VALID),
        ("T781XXA", SPRING_26, Validity.RETIRED),
        ("S301XX", SPRING_25, Validity.NOT_BILLABLE),
        ("Z9999", SPRING_26, Validity.UNKNOWN_CODE),
        ("QA00101", SPRING_26, Validity.VALID),
        ("QA08", date(2025, 10, 1), Validity.VALID),
        ("QA001", SPRING_26, Validity.NOT_BILLABLE),
        ("QA00101", SPRING_25, Validity.NOT_YET),
        ("QA1", SPRING_26, Validity.UNKNOWN_CODE),
        ("ZZZ99", SPRING_26, Validity.BAD_FORM),
        ("M54.50", SPRING_26, Validity.BAD_FORM),
        ("m5450", SPRING_26, Validity.BAD_FORM),
        ("", SPRING_26, Validity.BAD_FORM),
        ("97550", SPRING_26, Validity.BAD_FORM),
    ],
)
def test_a_diagnosis_is_judged_on_its_day(code, on, answer):
    assert diagnoses.validity(code, on) is answer


@pytest.mark.parametrize(
    ("day", "answer"),
    [
        (date(2024, 9, 30), Validity.NOT_CHECKED),
        (date(2024, 10, 1), Validity.VALID),
        (date(2025, 9, 30), Validity.VALID),
        (date(2025, 10, 1), Validity.NOT_BILLABLE),
        (date(2026, 9, 30), Validity.NOT_BILLABLE),
        (date(2026, 10, 1), Validity.NOT_CHECKED),
    ],
)
def test_releases_change_at_midnight_of_october_1(day, answer):
    assert diagnoses.validity("G35", day) is answer


def test_no_data_is_neither_a_pass_nor_a_fault():
    answer = diagnoses.validity("Z9999", date(2030, 1, 1))
    assert answer is Validity.NOT_CHECKED
    assert not answer.is_valid
    assert not answer.is_wrong


def test_releases_follow_each_other_without_a_gap():
    releases = diagnoses.releases()
    for earlier, later in pairwise(releases):
        assert later.since == earlier.through + timedelta(days=1)


def test_a_header_names_what_could_stand_in_its_place():
    assert diagnoses.children("M545", SPRING_26) == ("M5450", "M5451", "M5459")
    assert diagnoses.children("G35", SPRING_25) == ()
    assert diagnoses.children("G35", SPRING_26, most=1) == ("G35A",)
    assert diagnoses.dotted("M5450") == "M54.50"
    assert diagnoses.dotted("G35") == "G35"


@given(st.text(max_size=9), st.dates())
def test_odd_texts_are_answered_and_never_valid_by_accident(text, on):
    answer = diagnoses.validity(text, on)
    if not diagnoses.is_form(text):
        assert answer is Validity.BAD_FORM
    for ask in (places.validity, reasons.carc, reasons.rarc):
        assert isinstance(ask(text, on), Validity)
    for ask in (
        taxonomy.kinds,
        taxonomy.kind,
        revenue.discipline,
        bills.family,
        modifiers.label,
        procedures.level,
    ):
        ask(text)


@given(st.text(alphabet=string.digits + "٣५", min_size=2, max_size=2))
def test_digits_of_other_scripts_are_no_places(text):
    if not text.isascii():
        assert places.validity(text, SPRING_26) is Validity.BAD_FORM


def test_places():
    assert places.validity("11", SPRING_26) is Validity.VALID
    assert places.validity("77", SPRING_26) is Validity.UNKNOWN_CODE
    assert places.validity("27", date(2023, 9, 30)) is Validity.NOT_YET
    assert places.validity("27", date(2023, 10, 1)) is Validity.VALID
    assert places.validity("66", date(2024, 7, 31)) is Validity.NOT_YET
    assert places.validity("66", date(2024, 8, 1)) is Validity.VALID
    assert places.validity("1", SPRING_26) is Validity.BAD_FORM
    assert places.is_facility("22") is True
    assert places.is_facility("11") is False
    assert places.is_facility("77") is None
    assert "77" not in places.codes()


def test_the_dossiers_facilities_are_facilities():
    facilities = words("02 19 21 22 23 24 26 31 34 41 42 51 52 53 56 61")
    others = words(
        "01 03 04 09 10 11 12 13 14 15 16 17 20 25 27 32 33 49 50 54 55 57 58 60 62 65 71 72 81 99"
    )
    assert all(places.is_facility(code) for code in facilities)
    assert not any(places.is_facility(code) for code in others)


def test_states():
    assert states.is_state("AZ")
    assert states.is_state("PR")
    assert states.is_state("AE")
    assert not states.is_state("ZZ")
    assert not states.is_state("az")
    assert len(states.STATES) == 51
    assert states.is_canadian_province("QC")
    assert states.is_country("US")
    assert not states.is_country("XX")


def test_zip_codes():
    assert zipcodes.is_zip("85004")
    assert zipcodes.is_zip("850041234")
    assert not zipcodes.is_zip("85004-1234")
    assert not zipcodes.is_zip("00000")
    assert zipcodes.is_zip9("850041234")
    assert not zipcodes.is_zip9("85004")
    assert zipcodes.is_placeholder_plus4("850049998")
    assert not zipcodes.is_placeholder_plus4("850041234")


def test_reason_codes_keep_their_days():
    assert reasons.carc("45", SPRING_26) is Validity.VALID
    assert reasons.carc("15", date(2018, 5, 1)) is Validity.VALID
    assert reasons.carc("15", date(2018, 5, 2)) is Validity.RETIRED
    assert reasons.carc("P32", date(2022, 7, 31)) is Validity.NOT_YET
    assert reasons.carc("999", date(2024, 1, 1)) is Validity.UNKNOWN_CODE
    assert reasons.carc("999", SPRING_26) is Validity.NOT_CHECKED
    assert reasons.carc("CO45", SPRING_26) is Validity.BAD_FORM
    assert reasons.rarc("MA130", SPRING_26) is Validity.VALID
    assert reasons.rarc("130", SPRING_26) is Validity.BAD_FORM


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("225100000X", "PT"),
        ("2251G0304X", "PT"),
        ("225X00000X", "OT"),
        ("235Z00000X", "SLP"),
        ("225200000X", "PTA"),
        ("224Z00000X", "OTA"),
        ("363LF0000X", "NP"),
        ("363A00000X", "PA"),
        ("364S00000X", "CNS"),
        ("103TC0700X", "CP"),
        ("1041C0700X", "CSW"),
        ("106H00000X", "MFT"),
        ("101YM0800X", "MHC"),
        ("133V00000X", "RD"),
        ("103K00000X", "BCBA"),
        ("111N00000X", "DC"),
        ("231H00000X", "AUD"),
        ("207Q00000X", None),
        ("103T00000X", None),
        ("282N00000X", None),
        ("nothing", None),
    ],
)
def test_a_taxonomy_gives_a_practitioner_word_only_where_one_is_clear(code, word):
    assert taxonomy.kind(code) == word


def test_physicians_are_doctors_of_one_kind_or_the_other():
    assert taxonomy.kinds("207Q00000X") == {"MD", "DO"}
    assert taxonomy.is_physician("207Q00000X")
    assert not taxonomy.is_physician("363LF0000X")
    assert taxonomy.is_assistant("225200000X")
    assert not taxonomy.is_assistant("225100000X")
    assert taxonomy.specialties("225100000X") == ("65",)
    assert taxonomy.kinds("282N00000X") == frozenset()


def test_every_word_is_one_of_the_models():
    words = {word for row in rows("taxonomy") for word in row["kinds"].split()}
    assert words <= {kind.value for kind in PractitionerKind}
    assert all(taxonomy.is_form(row["code"]) for row in rows("taxonomy"))


def test_revenue_codes():
    assert revenue.is_form("0420")
    assert not revenue.is_form("420")
    assert [revenue.discipline(code) for code in ("0420", "0431", "0444", "0450")] == [
        "PT",
        "OT",
        "SLP",
        None,
    ]
    assert revenue.therapy_modifier("0430") == "GO"
    assert [revenue.of_modifier(word) for word in ("GP", "GO", "GN", "KX")] == ["0420", "0430", "0440", None]


def test_types_of_bill():
    assert bills.normal("0131") == bills.normal("131") == "131"
    assert bills.normal("13") is None
    assert (bills.care("131"), bills.frequency("131"), bills.family("131")) == ("13", "1", "13X")
    assert bills.bills_therapy("221")
    assert not bills.bills_therapy("111")
    assert bills.is_inpatient("111")


def test_modifiers():
    assert modifiers.is_form("GP")
    assert not modifiers.is_form("GPX")
    assert not modifiers.is_form("gp")
    assert modifiers.label("KX")
    assert modifiers.label("Z9") is None
    assert set(modifiers.KNOWN) >= modifiers.THERAPY | modifiers.ASSISTANT | modifiers.SEPARATE


def test_procedure_codes():
    assert [
        procedures.level(code) for code in ("97550", "G0539", "0001U", "9755", "97550X", "W1234", "g0539")
    ] == [
        1,
        2,
        1,
        None,
        None,
        None,
        None,
    ]
    assert procedures.is_dental("D0120")


def test_codes_of_the_claim():
    assert claims.is_frequency("1")
    assert not claims.is_frequency("0")
    assert claims.is_frequency("0", institutional=True)
    assert claims.is_filing_indicator("MB")
    assert not claims.is_filing_indicator("QQ")


def test_the_rooms_modules_import_nothing_of_ours_and_load_nothing_before_a_question():
    told = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.skipif(not DATA.is_dir(), reason="the files of CMS are not here")
class TestAgainstTheSources:
    def test_the_tables_are_what_the_files_give(self):
        run = subprocess.run(
            [sys.executable, "tools/make_codesets.py", str(DATA), "--check"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (run.returncode, run.stderr) == (0, "")

    @pytest.mark.parametrize("release", [0, 1])
    def test_every_code_of_a_release_is_answered_as_the_release_says(self, release):
        import gzip

        known = diagnoses.releases()[release]
        lines = gzip.open(DATA / "cms" / f"icd10cm_{known.name}_codes.csv.gz", "rt").read().splitlines()[1:]
        assert len(lines) > 97_000
        for line in lines:
            code, leaf = line.split(",")
            expected = Validity.VALID if leaf == "1" else Validity.NOT_BILLABLE
            assert diagnoses.validity(code, known.since) is expected, code
            assert diagnoses.validity(code, known.through) is expected, code

    def test_the_releases_have_as_many_codes_as_cms_told(self):
        table = diagnoses._table()
        counts = [sum(table.is_billable(code, number) for code in table.codes) for number in (0, 1)]
        assert counts == [74_260, 74_719]
