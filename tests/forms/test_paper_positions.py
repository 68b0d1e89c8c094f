"""Every value lies in its box, no two overlap, and lines are drawn in the preview alone."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from pypdf import PdfReader

from teachback.forms import cms1500, cms1500_layout, ub04, ub04_layout
from teachback.forms.grid import CHARACTER_WIDTH, LINE_HEIGHT, LINES, PAGE_HEIGHT, PAGE_WIDTH, Align
from teachback.model import ClaimForm
from tests.forms import people
from tests.forms.reading import CAPITAL, DESCENT, MILLIMETER, operators_of, texts_of
from tests.x12 import making

HALF = 0.5 * MILLIMETER + 1e-6
PROFESSIONAL = (people.PRIMARY, people.SECONDARY, people.LONG, people.SOLO)
INSTITUTIONAL = (people.INSTITUTIONAL, people.LONG_INSTITUTIONAL)
FORMS = pytest.mark.parametrize(
    ("form", "sheet", "claims"),
    [(cms1500, cms1500_layout.SHEET, PROFESSIONAL), (ub04, ub04_layout.SHEET, INSTITUTIONAL)],
    ids=["cms1500", "ub04"],
)
SHEETS = pytest.mark.parametrize(
    "sheet", [cms1500_layout.SHEET, ub04_layout.SHEET], ids=lambda sheet: sheet.name
)


def outside(sheet, name, text):
    """How far a text reaches out of its box, in points."""
    box = sheet.box(sheet.fields[name].box)
    return max(
        box.left - text.x,
        text.right - box.right,
        box.bottom - (text.y - DESCENT),
        text.y + CAPITAL - box.top,
        0,
    )


def check(form, sheet, claims, offset_mm=(0.0, 0.0)):
    pages = [page for claim in claims for page in form.values(claim)]
    printed = texts_of(form.pdf(claims, offset_mm=offset_mm))
    assert len(printed) == len(pages)
    for page, texts in zip(pages, printed, strict=True):
        assert [text.text for text in texts] == list(page.values())
        for name, text in zip(page, texts, strict=True):
            place = replace(text, x=text.x - offset_mm[0] * MILLIMETER, y=text.y + offset_mm[1] * MILLIMETER)
            assert outside(sheet, name, place) <= HALF, (name, text)
        for one, other in combinations(texts, 2):
            apart = one.right <= other.x + 0.01 or other.right <= one.x + 0.01
            assert apart or abs(one.y - other.y) >= CAPITAL + DESCENT, (one, other)


@FORMS
def test_every_value_of_the_made_up_claims_lies_in_its_box_and_overlaps_no_other(form, sheet, claims):
    check(form, sheet, claims)


@FORMS
@pytest.mark.parametrize("offset", [(0.0, 0.0), (2.5, -1.5), (-25.0, 25.0)])
def test_an_offset_moves_everything_right_and_down_by_that_many_millimeters(form, sheet, claims, offset):
    check(form, sheet, claims, offset)


@FORMS
@pytest.mark.parametrize("offset", [(25.1, 0), (0, -25.1), (float("nan"), 0), (float("inf"), 0)])
def test_an_offset_that_leaves_the_sheet_is_refused(form, sheet, claims, offset):
    with pytest.raises(ValueError, match="offset is at most 25 mm"):
        form.pdf(claims, offset_mm=offset)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(claim=making.claims(ClaimForm.PROFESSIONAL, words=making.DIRTY_WORDS, most_lines=8))
def test_any_professional_claim_stays_in_its_boxes(claim):
    check(cms1500, cms1500_layout.SHEET, [claim])


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(claim=making.claims(ClaimForm.INSTITUTIONAL, words=making.DIRTY_WORDS, most_lines=24))
def test_any_institutional_claim_stays_in_its_boxes(claim):
    check(ub04, ub04_layout.SHEET, [claim])


@SHEETS
def test_every_field_filled_to_its_width_lies_in_its_box(sheet):
    for name, field in sheet.fields.items():
        box = sheet.box(field.box)
        x, y = sheet.start(name, "W" * field.width)
        assert x >= box.left - HALF, name
        assert x + CHARACTER_WIDTH * field.width <= box.right + HALF, name
        assert box.bottom <= y - DESCENT + HALF, name
        assert y + CAPITAL <= box.top + HALF, name


@SHEETS
def test_no_two_fields_filled_to_their_width_overlap(sheet):
    for (one, a), (other, b) in combinations(sheet.fields.items(), 2):
        same_line = abs(a.line - b.line) < 1
        across = a.column < b.column + b.width and b.column < a.column + a.width
        assert not (same_line and across), (one, other)


@SHEETS
def test_boxes_lie_on_the_page_and_overlap_nowhere(sheet):
    areas = {name: sheet.box(name) for name in sheet.boxes}
    for name, area in areas.items():
        assert 0 <= area.left < area.right <= PAGE_WIDTH, name
        assert 0 <= area.bottom < area.top <= PAGE_HEIGHT, name
    for (one, a), (other, b) in combinations(areas.items(), 2):
        across = min(a.right, b.right) - max(a.left, b.left)
        upward = min(a.top, b.top) - max(a.bottom, b.bottom)
        assert across < 0.02 or upward < 0.02, (one, other)


def test_the_grid_is_ten_characters_and_six_lines_an_inch():
    assert CHARACTER_WIDTH == 7.2
    assert LINE_HEIGHT == 12
    assert LINES == 66
    assert PAGE_WIDTH == 612


@pytest.mark.parametrize(
    ("name", "inch_across", "inch_down"),
    [
        # Positions in inches of an independent table of the form (SVG print forms): left edge and service lines.
        ("1.medicare", 0.33, None),
        ("1.medicaid", 1.01, None),
        ("1.champva", 2.61, None),
        ("1a", 5.25, None),
        ("3.female", 4.93, None),
        ("6.spouse", 4.03, None),
        ("10a.yes", 3.73, None),
        ("10a.no", 4.33, None),
        ("24A.1", 0.37, None),
        ("24B.1", 2.17, None),
        ("24J.1", 6.98, None),
        ("25.ein", 2.14, None),
        ("26", 2.51, None),
        ("27.yes", 4.04, None),
        ("27.no", 4.54, None),
        ("32.1", 2.52, None),
        ("33.1", 5.26, None),
        # Lines of the form: the upper border at 1.33 inch, two lines a row.
        ("1a", None, 1.5),
        ("2", None, 1.833),
        ("24A.1", None, 7.5),
        ("24A.6", None, 9.167),
        ("28", None, 9.5),
        ("33a", None, 10.333),
    ],
)
def test_places_of_the_cms1500_agree_with_an_independent_table(name, inch_across, inch_down):
    x, y = cms1500_layout.SHEET.start(name, "X")
    if inch_across is not None:
        assert abs(x / 72 - inch_across) <= 0.06
    if inch_down is not None:
        line_top = PAGE_HEIGHT - (y - 3 + LINE_HEIGHT)
        assert abs(line_top / 72 - inch_down) <= 0.005


@pytest.mark.parametrize(
    ("name", "inch"),
    # Left edges in inches of the second table.
    [
        ("1.1", 0.275),
        ("4", 7.915),
        ("8b", 0.295),
        ("9c", 6.585),
        ("31a", 0.195),
        ("34b", 3.195),
        ("35a", 4.185),
        ("39a", 4.505),
        ("41d", 7.105),
        ("42.1", 0.185),
        ("44.22", 3.165),
        ("51A", 2.505),
        ("60B", 3.085),
        ("67", 0.325),
        ("67H", 6.725),
        ("76", 6.025),
        ("76.first", 7.225),
        ("81a", 2.965),
    ],
)
def test_places_of_the_ub04_agree_with_an_independent_table(name, inch):
    field = ub04_layout.SHEET.fields[name]
    assert field.align is Align.LEFT
    assert abs(ub04_layout.SHEET.start(name, "W" * field.width)[0] / 72 - inch) <= 0.06


@FORMS
def test_values_alone_draw_no_line_and_the_preview_draws_boxes_with_numbers_only(form, sheet, claims):
    assert {operator for page in operators_of(form.pdf(claims)) for operator in page} == set()
    preview = form.pdf(claims, guide_lines=True)
    for operators in operators_of(preview):
        assert operators.count("re") == len(sheet.boxes)
        assert "Do" not in operators
    labels = {box.label for box in sheet.boxes.values()} - {""}
    values = {text for claim in claims for page in form.values(claim) for text in page.values()}
    for page in texts_of(preview):
        wording = {text.text for text in page} - labels - values
        assert len(wording) == 1
        assert next(iter(wording)).startswith("Preview with guide lines of Teachback")
    assert all(len(label) <= 3 for label in labels)


@FORMS
def test_values_are_courier_of_twelve_points(form, sheet, claims):
    for page in texts_of(form.pdf(claims)):
        assert {(text.font, text.size) for text in page} == {("/Courier", 12)}


@FORMS
def test_the_same_claims_give_the_same_bytes_without_dates_and_patients_in_the_metadata(form, sheet, claims):
    from io import BytesIO

    once = form.pdf(claims)
    assert once == form.pdf(list(claims))
    assert form.pdf(iter(claims)) == once
    metadata = PdfReader(BytesIO(once)).metadata
    assert "2026" not in str(metadata)
    assert metadata["/Title"] == sheet.name
    for word in ("MUNOZ", "1SA1", claims[0].control_number):
        assert word not in str(metadata)


@FORMS
def test_no_claim_is_an_error_for_people(form, sheet, claims):
    with pytest.raises(ValueError, match="There is no claim to print"):
        form.pdf([])
