"""Workbooks are read with the values that they store, and the template comes back as it was filled."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from teachback.intake import read_sessions
from teachback.intake.fields import FIELDS, Kind
from teachback.intake.template import example_rows, write_template
from tests.intake.making import EXAMPLE, HEADER, NEEDED, row


def book_of(*rows, title="Sheet1", **more):
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.title = title
    for cells in rows:
        sheet.append(cells)
    return book


def read(tmp_path, book, name="a.xlsx"):
    book.save(tmp_path / name)
    return read_sessions(tmp_path / name)


CLOCK = datetime(1899, 12, 30, 10, 45)
BORN = datetime(1945, 5, 5)
FIRST = ["S1", date(2026, 4, 14), 2300000009, "PT", 1001]


def test_native_values(tmp_path):
    header = [*NEEDED, "start_time", "end_time", "minutes", "place_of_service", "zip", "patient.present",
              "patient.hospice", "patient.therapy_used", "patient.birth_date", "charge.97550",
              "patient.mbi"]  # fmt: skip
    values = [*FIRST, time(10, 0), CLOCK, 45.0, 2, 2134, False, True, 400.5,
              BORN, 65, "1SA0WP0XY00"]  # fmt: skip
    reading = read(tmp_path, book_of(header, values))
    assert reading.refusals == ()
    session = reading.sessions[0]
    patient = session.patients[0]
    assert (session.start_time, session.end_time, session.minutes) == (time(10), time(10, 45), 45)
    assert (session.place_of_service, session.zip, session.practitioner.npi) == ("02", "02134", "2300000009")
    assert (patient.id, patient.present, patient.hospice) == ("1001", False, "yes")
    assert str(patient.therapy_used) == "400.50"
    assert (patient.birth_date, patient.charge[0][0]) == (date(1945, 5, 5), "97550")


def test_the_example_as_a_workbook(tmp_path):
    rows = [
        line.split("\t")
        for line in EXAMPLE.read_text().replace('"Doe, Pat"', "Doe; Pat").replace(",", "\t").splitlines()
    ]
    sessions = read(tmp_path, book_of(*rows)).sessions
    assert [session.id for session in sessions] == ["E01", "E07", "E15"]
    assert sessions[0].practitioner == read_sessions(EXAMPLE).sessions[0].practitioner


def test_the_sheet_named_sessions_goes_first(tmp_path):
    book = book_of(["nothing here"])
    other = book.create_sheet(" Sessions ")
    other.append(NEEDED)
    other.append(FIRST)
    assert len(read(tmp_path, book).sessions) == 1


def test_a_formula_gives_its_stored_value_and_is_refused_without_one(tmp_path):
    header = [*NEEDED, "minutes"]
    book = book_of(header, [*FIRST, "=40+5"], ["S2", *FIRST[1:], 45], ["S3", *FIRST[1:], "=45+0"])
    book.save(tmp_path / "a.xlsx")
    # A spreadsheet program would store the value beside the formula; here it is put in for one of the two.
    store(tmp_path / "a.xlsx", b"<f>45+0</f><v />", b"<f>45+0</f><v>45</v>")
    store(tmp_path / "a.xlsx", b"<f>40+5</f><v />", b"<f>40+5</f>")
    reading = read_sessions(tmp_path / "a.xlsx")
    assert [(session.id, session.minutes) for session in reading.sessions] == [("S2", 45), ("S3", 45)]
    assert "row 2, minutes: expected a value, but found a formula without a stored value" in str(
        reading.refusals[0]
    )


def store(path, old, new):
    out = io.BytesIO()
    with zipfile.ZipFile(path) as was, zipfile.ZipFile(out, "w") as now:
        for part in was.infolist():
            content = was.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                assert old in content
                content = content.replace(old, new)
            now.writestr(part.filename, content)
    path.write_bytes(out.getvalue())


def test_errors_of_formulas_are_refused_by_name(tmp_path):
    book = book_of([*NEEDED, "minutes"], [*FIRST, "#N/A"], ["S2", *FIRST[1:], 45])
    reading = read(tmp_path, book)
    assert len(reading.sessions) == 1
    assert "the error #N/A" in str(reading.refusals[0])


def test_merged_and_hidden_cells_and_empty_rows_are_no_matter(tmp_path):
    book = book_of([*NEEDED, "minutes"], [], [*FIRST, 45], [None, " "], ["S2", *FIRST[1:], 45])
    sheet = book.active
    sheet.merge_cells("H1:I3")
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["F"].hidden = True
    assert [session.minutes for session in read(tmp_path, book).sessions] == [45, 45]


def test_rows_are_numbered_as_the_program_shows_them(tmp_path):
    book = book_of(NEEDED, [], ["S1", "x", *FIRST[2:]])
    assert read(tmp_path, book).refusals[0].row == 3


@pytest.mark.parametrize("rows", [[], [[]], [[None, " "]]])
def test_an_empty_sheet(tmp_path, rows):
    reading = read(tmp_path, book_of(*rows))
    assert "nothing in the sheet" in str(reading.refusals[0])


def test_a_wide_row_and_a_far_cell(tmp_path):
    book = book_of(NEEDED, FIRST)
    book.active.cell(1, 16_384, "far")
    book.active.cell(40_000, 1, "S2")
    reading = read(tmp_path, book)
    assert [session.id for session in reading.sessions] == ["S1"]
    assert {refusal.row for refusal in reading.refusals} == {40_000}
    assert '"far"' in str(reading.notices[0])


def test_content_goes_before_the_name(tmp_path):
    assert len(read(tmp_path, book_of(NEEDED, FIRST), "a.csv").sessions) == 1


@pytest.mark.parametrize("cut", [100, 1000, 3000])
def test_a_damaged_workbook(tmp_path, cut):
    book_of(NEEDED, FIRST).save(tmp_path / "a.xlsx")
    whole = (tmp_path / "a.xlsx").read_bytes()
    (tmp_path / "a.xlsx").write_bytes(whole[:cut])
    assert "a damaged file" in str(read_sessions(tmp_path / "a.xlsx").refusals[0])


def test_damage_in_the_middle_keeps_what_stands_before(tmp_path):
    book = book_of(NEEDED, *([f"S{i}", *FIRST[1:]] for i in range(1, 2001)))
    book.save(tmp_path / "a.xlsx")
    store(tmp_path / "a.xlsx", b'<row r="1500"', b'<row r="1500" <<<')
    reading = read_sessions(tmp_path / "a.xlsx")
    assert len(reading.sessions) > 1000
    assert "damage after row" in str(reading.refusals[0])


@pytest.fixture(name="template")
def _template(tmp_path):
    write_template(tmp_path / "template.xlsx")
    return tmp_path / "template.xlsx"


def test_the_template_has_every_column(template):
    book = openpyxl.load_workbook(template)
    assert book.sheetnames == ["sessions", "How to fill", "Example"]
    sheet = book["sessions"]
    assert [cell.value for cell in sheet[1]] == HEADER
    assert sheet.freeze_panes == "B2"
    for field, cell in zip(FIELDS, sheet[1], strict=True):
        note = cell.comment.text if cell.comment else ""
        assert field.help in note
        assert field.accepts in note
        assert cell.fill.start_color.rgb.endswith("FFD966") == field.required


def test_the_template_offers_words_and_keeps_zeros(template):
    sheet = openpyxl.load_workbook(template)["sessions"]
    lists = {
        str(rule.sqref): rule.formula1.strip('"').split(",") for rule in sheet.data_validations.dataValidation
    }
    for index, field in enumerate(FIELDS, 1):
        letter = get_column_letter(index)
        assert lists.get(f"{letter}2:{letter}1001", []) == list(field.words)
        assert all(len(",".join(words)) <= 255 for words in lists.values())
        if field.kind in (Kind.TEXT, Kind.NPI, Kind.DIGITS):
            assert sheet.column_dimensions[letter].number_format == "@"


def test_the_empty_template_is_a_header_only(template):
    assert "a header only" in str(read_sessions(template).refusals[0])


def test_a_filled_template_is_read_as_it_was_filled(template):
    book = openpyxl.load_workbook(template)
    for number, cells in enumerate(example_rows(), 2):
        for index, cell in enumerate(cells, 1):
            book["sessions"].cell(number, index, cell)
    book.save(template)
    reading = read_sessions(template)
    assert (reading.refusals, reading.notices) == ((), ())
    session = reading.sessions[0]
    assert (session.id, session.minutes, session.start_time, session.place_of_service) == (
        "T01",
        45,
        time(10),
        "11",
    )
    first, second = session.patients
    assert (first.name, first.birth_date, first.charge[0][0]) == ("Doe, Pat", date(1945, 5, 5), "97550")
    assert [person.name for person in second.caregivers] == ["Kin Roe", "Sam Roe"]
    assert second.consent
    assert second.consent.caregivers == ("Kin Roe", "Sam Roe")


def test_the_example_sheet_shows_made_up_people_only(template):
    sheet = openpyxl.load_workbook(template)["Example"]
    rows = [
        dict(zip(HEADER, (cell.value for cell in line), strict=True)) for line in sheet.iter_rows(min_row=2)
    ]
    assert len(rows) == 2
    for cells in rows:
        assert str(cells["patient.mbi"])[1] == "S"
        assert len(str(cells["patient.mbi"])) == 11
        for npi in (str(cells["practitioner.npi"]), str(cells["patient.certifying_npi"])):
            assert npi.startswith("2")
            assert luhn("80840" + npi)


def luhn(digits):
    doubled = [int(d) * 2 if at % 2 else int(d) for at, d in enumerate(reversed(digits))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def test_the_template_is_the_same_every_time(template, tmp_path, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    write_template(tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == template.read_bytes()


def test_a_row_of_the_helper_is_a_session():
    assert set(NEEDED) <= set(row())
