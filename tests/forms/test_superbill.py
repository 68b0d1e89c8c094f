"""The superbill: what people find on it, its pages, and that it is made without a clock."""

from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import stringWidth

from teachback.forms import labels, superbill
from tests.forms import people
from tests.forms.reading import texts_of
from tests.x12 import making

CODES = ("97550", "97551", "97552", "96202", "96203", "G0539", "G0540", "G0541", "G0542", "G0543")


def words(claims, practice_name="Desert Sun Therapy"):
    return [[text.text for text in page] for page in texts_of(superbill.pdf(claims, practice_name))]


def test_everything_that_people_ask_for_stands_on_it():
    (page,) = words([people.PRIMARY])
    text = "\n".join(page)
    for part in (
        "Desert Sun Therapy",
        "JOSE L MUNOZ-GARCIA JR",
        "Born 04/14/1948, M",
        "Medicare number 1SA1AA1AA11",
        "NNAMDI J OKAFOR, PT",
        "NPI 2000000010",
        "Taxonomy 225100000X",
        "TIN 861234567 (EIN)",
        "12 (patient's home)",
        "04/14/2026",
        "GP KX",
        "ASA LINDQVIST",
        "NPI 2000000036",
        "I69.354",
        "Z74.1",
        "175.50",
        "104.28",
        "20.86",
        "TB26A0000123, page 1",
        "Paid by the patient so far: not recorded.",
    ):
        assert part in text, part


def test_money_already_paid_is_told():
    text = "\n".join(words([people.SECONDARY])[0])
    assert "Paid by the patient so far: 5.00. BLUE MESA HEALTH paid 60.00." in text
    assert "Other payer, primary: BLUE MESA HEALTH" in text


def test_a_total_of_amounts_partly_unknown_is_unknown():
    unknown = replace(people.PRIMARY.lines[1], allowed_amount=None)
    page = words([replace(people.PRIMARY, lines=(people.PRIMARY.lines[0], unknown))])[0]
    assert page[page.index("Total") + 1 :][:3] == ["175.50", "-", "20.86"]


def test_long_claims_take_more_pages_counted_by_claim_with_the_head_of_the_table_on_each():
    pages = words([people.LONG_INSTITUTIONAL, people.PRIMARY])
    ends = [page[-1] for page in pages]
    assert ends == [
        *(f"TB26I0000002, page {number}" for number in range(1, len(pages))),
        "TB26A0000123, page 1",
    ]
    assert len(pages) > 2
    assert all("CHARGE" in page for page in pages)
    assert sum(page.count("0420") for page in pages) == 47
    assert "Total" in pages[-2]


def test_the_same_claims_give_the_same_bytes_without_dates_and_patients_in_the_metadata():
    once = superbill.pdf([people.PRIMARY, people.LONG], "Desert Sun Therapy")
    assert once == superbill.pdf(iter([people.PRIMARY, people.LONG]), "Desert Sun Therapy")
    metadata = PdfReader(BytesIO(once)).metadata
    assert "2026" not in str(metadata)
    assert "MUNOZ" not in str(metadata)
    assert metadata["/Title"] == "Superbill"


@pytest.mark.parametrize(
    ("name", "printed"), [("Clínica del Sol", "Clínica del Sol"), ("Łódź 治療 Clinic", "LODZ CLINIC")]
)
def test_the_practice_keeps_its_own_letters_where_the_font_has_them(name, printed):
    data = superbill.pdf([people.PRIMARY], name)
    assert printed in PdfReader(BytesIO(data)).pages[0].extract_text()


def test_a_long_name_of_a_practice_and_four_modifiers_overlap_nothing():
    name = "The Very Long Name of a Therapy Practice in the Desert Southwest of Arizona, LLC"
    line = replace(people.PRIMARY.lines[0], modifiers=("GP", "CQ", "KX", "95"))
    (page,) = texts_of(superbill.pdf([replace(people.PRIMARY, lines=(line,))], name))
    title = next(text for text in page if text.text == name)
    other = next(text for text in page if text.text == "Superbill")
    assert title.x + stringWidth(name, "Helvetica-Bold", title.size) < other.x
    assert [text.text for text in page if text.text in {"GP CQ", "KX 95"}] == ["GP CQ", "KX 95"]


def test_names_with_markup_signs_are_printed_as_they_are():
    group = replace(people.GROUP, name="Hands & Hearts <PT>")
    text = "".join(words([replace(people.PRIMARY, billing=replace(people.BILLING, provider=group))])[0])
    assert "HANDS&HEARTS<PT>" in text.replace(" ", "")


def test_no_claim_is_an_error_for_people():
    with pytest.raises(ValueError, match="There is no claim to print"):
        superbill.pdf([], "Desert Sun Therapy")


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(claim=making.claims(words=making.DIRTY_WORDS))
def test_any_claim_can_be_printed(claim):
    assert superbill.pdf([claim], "Desert Sun Therapy").startswith(b"%PDF")


def test_every_training_code_has_a_label_of_our_own():
    assert set(labels.PROCEDURES) == set(CODES)
    assert labels.procedure("99213") == ""
    assert labels.place("11") == "11 (office)"
    assert labels.place("99") == "99"
    assert labels.credentials("225100000X") == "PT"
    assert labels.credentials("207Q00000X") == "DO or MD"
    assert labels.credentials(None) == labels.credentials("nonsense") == ""
    assert (labels.diagnosis("I10"), labels.diagnosis("I69354")) == ("I10", "I69.354")
