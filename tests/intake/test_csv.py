"""Spreadsheet rows become the sessions they came from, whatever program wrote the file."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teachback.intake import Mapping, escape_cell, read_sessions, unescape_cell
from teachback.intake.csvdoor import read_csv
from teachback.intake.fields import FIELDS
from teachback.model import Answer
from tests.intake.making import CONTRACT, EXAMPLE, SESSIONS, row, rows_of, table


def read(text, **options):
    return read_csv("a.csv", text.encode() if isinstance(text, str) else text, **options)


def said(reading):
    return "\n".join(map(str, reading.refusals))


def test_the_example_is_the_same_sessions_as_its_records():
    reading = read_sessions(EXAMPLE)
    records = {session.id: session for session in read_sessions(CONTRACT / "examples.jsonl").sessions}
    first, group, last = reading.sessions
    assert (first, last) == (records["E01"], records["E15"])
    assert group.patients == records["E07"].patients[:2]  # the example shows two of the four
    assert (group.date_of_service, group.practitioner) == (
        records["E07"].date_of_service,
        records["E07"].practitioner,
    )
    assert (reading.refusals, reading.notices, reading.exit_status) == ((), (), 0)


def spelled(delimiter=",", end="\n", quoting=csv.QUOTE_MINIMAL):
    rows = list(csv.reader(io.StringIO(EXAMPLE.read_text(), newline="")))
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL], ids=["plain", "quoted"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_every_usual_way_of_writing_is_read_the_same(delimiter, quoting, end, encoding):
    text = spelled(delimiter, end, quoting)
    assert read(text.encode(encoding)).sessions == read_sessions(EXAMPLE).sessions


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_names_with_accents(encoding):
    text = table(row(patient__name="Müller, Zoë", caregiver__name="D\u2019Arcy"))
    reading = read(text.encode(encoding))
    assert reading.sessions[0].patients[0].name == "Müller, Zoë"
    assert reading.sessions[0].patients[0].caregivers[0].name == "D\u2019Arcy"
    assert bool(reading.notices) == (encoding == "cp1252")


def test_a_line_that_names_the_separator_is_skipped():
    reading = read("sep=;\n" + table(row(minutes="x"), delimiter=";"))
    assert reading.refusals[0].row == 3


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(SESSIONS, min_size=1, max_size=3, unique_by=lambda session: session.id), st.sampled_from(",;\t")
)
def test_sessions_come_back_from_their_rows(sessions, delimiter):
    rows = [cells for session in sessions for cells in rows_of(session)]
    header = list(dict.fromkeys([*(field.column for field in FIELDS), *sorted({k for r in rows for k in r})]))
    reading = read(table(*rows, header=header, delimiter=delimiter, end="\r\n"))
    wanted = [sorted_charges(session, header) for session in sessions]
    assert said(reading) == ""
    assert list(reading.sessions) == wanted


def sorted_charges(session, header):
    """The session with charges in the order of the columns, which is the order of a table."""
    import dataclasses

    patients = tuple(
        dataclasses.replace(p, charge=tuple(sorted(p.charge, key=lambda c: header.index(f"charge.{c[0]}"))))
        for p in session.patients
    )
    return dataclasses.replace(session, patients=patients)


@given(st.text(st.sampled_from("'=+-@\t\ra "), max_size=5))
def test_escaped_cells_come_back(text):
    assert unescape_cell(escape_cell(text)) == text
    assert escape_cell(text)[:1] not in tuple("=+-@\t\r")


@pytest.mark.parametrize("text", ["'=1", "'@x", "'+1", "'-1"])
def test_our_own_escape_is_taken_off(text):
    assert read(table(row(patient__name=text))).sessions[0].patients[0].name == text[1:]


def test_an_apostrophe_of_a_name_stays():
    assert read(table(row(patient__name="'t Hooft, A"))).sessions[0].patients[0].name == "'t Hooft, A"


def test_emoji_and_quotation_marks():
    name = 'O\u2019Neil "Bo" 👩‍⚕️, Zoë'
    assert read(table(row(patient__name=name))).sessions[0].patients[0].name == name


def test_rows_of_a_session_need_not_stand_together():
    reading = read(table(row("B", "P1"), row("A", "P2"), row("B", "P3"), {}, row("A", "P4")))
    assert [(s.id, [p.id for p in s.patients]) for s in reading.sessions] == [
        ("B", ["P1", "P3"]), ("A", ["P2", "P4"])]  # fmt: skip


def test_several_caregivers():
    cells = {"caregiver__name": "Ann; Bob", "caregiver__adult": "yes", "caregiver__unpaid": "yes;no",
             "caregiver__paid_by": ";agency", "caregiver__relationship": "wife; son;"}  # fmt: skip
    ann, bob = read(table(row(**cells))).sessions[0].patients[0].caregivers
    assert (ann.adult, ann.unpaid, ann.paid_by, ann.relationship) == (True, True, None, "wife")
    assert (bob.adult, bob.unpaid, bob.paid_by, bob.relationship) == (True, False, "agency", "son")


@pytest.mark.parametrize(
    ("cells", "words"),
    [({"caregiver__name": "Ann; Bob", "caregiver__adult": "yes;no;yes"}, "3 values for 2 caregivers"),
     ({"caregiver__name": "Ann", "caregiver__adult": "yes;no"}, "2 values for 1 caregivers"),
     ({"caregiver__adult": "yes"}, "the name of every caregiver"),
     ({"caregiver__name": "Ann;;Bob"}, "an empty name between"),
     ({"caregiver__name": "Ann", "caregiver__adult": "maybe"}, '"maybe"')],
)  # fmt: skip
def test_caregivers_that_do_not_fit(cells, words):
    reading = read(table(row(), row("S2", **cells)))
    assert words in said(reading)
    assert [session.id for session in reading.sessions] == ["S1"]


def test_charges_in_the_order_of_columns():
    text = table(
        row(**{"charge.97551": "30", "charge.97550": "65.5", "charge.G0541": "", "charge.97535": "1"})
    )
    assert read(text).sessions[0].patients[0].charge == (
        ("97551", Decimal(30)), ("97550", Decimal("65.50")), ("97535", Decimal(1)))  # fmt: skip


def test_parts_without_a_filled_cell_are_unknown():
    patient = (
        read(table(row(consent__by="", plan__goals=" ", patient__hospice="unknown"))).sessions[0].patients[0]
    )
    assert (patient.consent, patient.plan, patient.address, patient.note) == (None, None, None, None)
    assert patient.hospice is Answer.UNKNOWN


def test_headings_in_any_case_and_order():
    text = (
        " PATIENT.ID ,Practitioner.Type,practitioner.NPI,Date_Of_Service,ID\nP1,pt,2300000009,4/14/2026,S1\n"
    )
    assert read(text).sessions == read(table(row())).sessions


def test_unknown_columns_are_named_once():
    reading = read(table(row(Shoe="9", Hat="7"), row("S2")))
    assert '2 columns are not known and kept aside: "Shoe", "Hat"' in str(reading.notices[0])
    assert len(reading.notices) == 1
    assert reading.exit_status == 0


@pytest.mark.parametrize("header", ["id,ID", "id, id "])
def test_a_column_twice_is_refused(header):
    reading_of = f"{header},date_of_service,practitioner.npi,practitioner.type,patient.id\n"
    from teachback.intake.problems import Unread

    with pytest.raises(Unread, match="each column once"):
        read(reading_of)


def test_missing_columns_are_named_with_what_they_may_be(tmp_path):
    path = tmp_path / "visits.csv"
    path.write_text("Visit ID,DOS,Provider NPI,MRN,Minutes\n1,4/14/2026,2300000009,7,45\n")
    reading = read_sessions(path)
    refusal = str(reading.refusals[0])
    for name in ("id", "date_of_service", "practitioner.npi", "practitioner.type", "patient.id"):
        assert name in refusal
    assert '"DOS" to date_of_service' in refusal
    assert "--map" in refusal
    assert reading.proposal
    mapping = Mapping.parse(reading.proposal + '\n"practitioner.type" = "PT"\n')
    session = read_sessions(path, mapping=mapping).sessions[0]
    assert (session.id, session.minutes, session.patients[0].id) == ("1", 45, "7")
    assert session.practitioner.type == "PT"


def test_data_without_a_header_are_not_shown(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('V1,1945-05-05,1SA0WP0XY00,"Doe, Pat"\n')
    reading = read_sessions(path)
    assert "looks like data" in said(reading)
    assert "Doe" not in said(reading)
    assert reading.proposal is None


def test_session_columns_that_differ_leave_the_session_out():
    reading = read(
        table(row("A", "P1", minutes="45"), row("B", "P2", minutes="30"), row("A", "P3", minutes="50"))
    )
    assert [session.id for session in reading.sessions] == ["B"]
    assert (
        'row 4, minutes: expected the same in every row of a session, but found "50" where row 2 has "45"'
        in said(reading)
    )
    assert "the whole session is left out" in said(reading)
    assert reading.exit_status == 1


def test_the_same_written_otherwise_does_not_differ():
    rows = (
        row("A", "P1", minutes="45", claim_form=""),
        row("A", "P2", minutes="45.0", claim_form="Professional"),
    )
    assert len(read(table(*rows)).sessions[0].patients) == 2


def test_a_bad_patient_cell_refuses_that_row_and_counts_it():
    rows = [row("A", f"P{i}", patient__sex="F" if i else "X") for i in range(3)]
    reading = read(table(*rows))
    session = reading.sessions[0]
    assert ([p.id for p in session.patients], session.patients_refused) == (["P1", "P2"], 1)
    assert 'a.csv, row 2, patient.sex: expected F, M or U, but found "X"' in said(reading)


def test_a_bad_session_cell_refuses_the_session_and_is_told_once():
    rows = [row("A", f"P{i}", minutes="-5") for i in range(500)]
    reading = read(table(*rows, row("B")))
    assert [session.id for session in reading.sessions] == ["B"]
    assert len(reading.refusals) == 1


def test_all_problems_of_a_row_are_told():
    wrong = ["minutes", "patient.sex", "consent.date", "caregiver.adult", "charge.97550"]
    empty = ["practitioner.type", "patient.id"]
    bad = row("A", caregiver__name="Ann") | dict.fromkeys(wrong, "x") | dict.fromkeys(empty, "")
    reading = read(table(row("B"), bad))
    assert {refusal.column for refusal in reading.refusals} == {*wrong, *empty}
    assert {refusal.row for refusal in reading.refusals} == {3}


def test_one_patient_twice():
    reading = read(table(row("A", "P1"), row("A", "P1", patient__sex="F"), row("A", "P2")))
    assert [p.id for p in reading.sessions[0].patients] == ["P1", "P2"]
    assert reading.sessions[0].patients_refused == 0
    assert "the patient of row 2 again" in said(reading)


def test_rows_longer_and_shorter_than_the_header():
    text = table(row("A", "P1"), row("A", "P2"), row("B", "P3"), header=[*row(), "patient.sex"])
    lines = text.splitlines()
    lines[2] += ",x"
    lines[3] = lines[3].rstrip(",")
    reading = read("\n".join(lines))
    assert [(s.id, s.patients_refused) for s in reading.sessions] == [("A", 1), ("B", 0)]
    assert "row 3: expected at most 6 cells, as in the header, but found 7 cells" in said(reading)
    assert read(text.replace("P2,", "P2,,,,")).refusals == ()


def test_a_row_without_id_is_refused():
    reading = read(table(row("A"), row("", "P2")))
    assert (reading.refusals[0].row, reading.refusals[0].column, len(reading.sessions)) == (3, "id", 1)


def test_a_quotation_mark_left_open_loses_its_row_only():
    text = table(row("A"), row("B", patient__name="x"), row("C"), row("D", patient__name="y"), row("E"))
    reading = read(text.replace(",x", ',"x'))
    assert [session.id for session in reading.sessions] == ["A", "C", "D", "E"]
    assert [refusal.row for refusal in reading.refusals] == [3]
    assert "quotation mark" in said(reading)


def test_texts_over_several_lines_keep_the_numbering_of_spreadsheets():
    reading = read(table(row("A", patient__need="one\ntwo\r\nthree"), row("B", minutes="x")))
    assert reading.refusals[0].row == 3
    assert reading.sessions[0].patients[0].need == "one\ntwo\r\nthree"


def test_a_group_of_five_hundred():
    reading = read(table(*(row("A", f"P{i}") for i in range(500))))
    assert len(reading.sessions[0].patients) == 500


def test_nobody_is_named_in_a_message():
    private = [field.column for field in FIELDS if field.private]
    reading = read(table(row("A"), row("B", "P2") | dict.fromkeys(private, "#REF!")))
    assert len(reading.refusals) >= len(private)
    moved = {"patient.sex": "1945-05-05", "patient.coverage": "1SA0WP0XY00", "patient.birth_date": "Doe, Pat",
             "consent.form": "1SA0-WP0-XY00 Doe"}  # fmt: skip
    text = said(read(table(row("A"), row("B", "P2") | moved)))
    for secret in ("1945", "1SA0", "Doe"):
        assert secret not in text
    assert "found 8 characters" in text


def test_long_cells_are_cut_and_cleaned_in_messages():
    text = said(read(table(row("A"), row("B", "P2", modality="\x1b[31m" + "x" * 500))))
    assert "\x1b" not in text
    assert "x" * 41 not in text


def test_progress_is_told():
    told: list[int] = []
    read(table(*(row(f"S{i}") for i in range(1200))), progress=told.append)
    assert told == [500, 1000, 1200]
