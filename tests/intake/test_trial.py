"""What a trial of the doors found: guesses, hints and messages that said too much, and damage that hid."""

from __future__ import annotations

import json

import pytest

from teachback.intake import Mapping, propose, read_sessions
from teachback.intake.csvdoor import read_csv
from teachback.intake.fields import BY_COLUMN
from teachback.intake.grouped import MOST_KINDS, Refusals
from teachback.intake.problems import Refusal, shown
from teachback.intake.proposal import guesses
from tests.intake.making import records, row, table


def read(text):
    return read_csv("a.csv", text.encode())


def said(reading):
    return "\n".join(map(str, reading.refusals))


def live(*headings):
    return Mapping.parse(propose(headings)).columns


# Proposals


@pytest.mark.parametrize(
    "heading",
    ["Total Time", "Time", "Total Minutes", "Total Treatment Minutes", "Duration (hrs)", "Reason", "Member ID",
     "Insurance ID", "Group", "Medicare", "Coinsurance", "Referring NPI", "Ordering Provider NPI", "Billing NPI",
     "Billing Provider NPI", "Supervising NPI", "Patient not present", "Present?", "Non-paid", "Paid", "Age",
     "Date of Onset", "SOC Date", "Date Type", "To", "From", "Renderng NPI", "Unpaid", "Consent dat",
     "Plan of care date", "Caregiver not unpaid", "Not DOS"],
)  # fmt: skip
def test_headings_that_are_not_even_guessed(heading):
    assert guesses([heading]) == {}
    assert live(heading) == {}
    assert "maybe" not in propose([heading])


@pytest.mark.parametrize(
    ("heading", "column"),
    [("Date", "date_of_service"), ("Duration (min)", "minutes"), ("Minutes", "minutes"),
     ("Patient Acct", "patient.id"), ("Clinic ZIP", "zip"),
     ("Relationship to Patient", "caregiver.relationship"), ("Pt DOB", "patient.birth_date"),
     ("Dt of Svc", "date_of_service"), ("Visit #", "id"), ("DOS", "date_of_service"),
     ("Provider NPI", "practitioner.npi"), ("Provider Type", "practitioner.type"), ("MRN", "patient.id")],
)  # fmt: skip
def test_known_names_are_live_lines(heading, column):
    assert live(heading) == {heading.casefold(): column}


def test_a_better_heading_goes_before_a_bare_date_and_an_account():
    assert live("Date", "Patient Acct", "DOS", "MRN") == {"dos": "date_of_service", "mrn": "patient.id"}


def test_guesses_are_comments_and_stay_out_of_the_refusal(tmp_path):
    assert '\n# maybe: "Servce date" = "date_of_service"\n' in propose(["Servce date", "MRN"])
    path = tmp_path / "a.csv"
    path.write_text("Visit #,Servce date,MRN\n1,4/14/2026,7\n")
    reading = read_sessions(path)
    assert reading.proposal is not None
    assert '"Visit #" to id' in said(reading)
    assert "Servce" not in said(reading)


def test_words_of_choices_are_listed_when_they_are_none_of_ours(tmp_path):
    path = tmp_path / "a.csv"
    rows = ["PT,Aetna", "Therapist,123456789", "Pat Doe,x", "Therapist,Aetna", "ot"]
    path.write_text("\n".join(["Provider Type,Payer,MRN,Provider", *rows]))
    proposal = read_sessions(path).proposal or ""
    assert '[values."practitioner.type"]' in proposal
    assert '\n# "Therapist" = ""\n\n' in proposal
    assert '\n# "Aetna" = ""\n# "x" = ""\n' in proposal
    for word in ("Doe", "12345", '"PT"', '"ot"'):
        assert word not in proposal
    path.write_text("Provider Type,MRN\n" + "".join(f"Name{i},1\n" for i in range(30)))
    assert "Name" not in (read_sessions(path).proposal or "")


# What is repeated in a message


@pytest.mark.parametrize(
    ("column", "cell"),
    [("patient.coverage", "Pat Doe 5/5/1945"), ("patient.coverage", "123456789"), ("patient.present", "no, Ann"),
     ("modality", "602-555-0100"), ("modality", "x" * 21), ("date_of_service", "Pat Doe"), ("minutes", 6025550100),
     ("minutes", "6025550100"), ("place_of_service", "123456789"), ("patient.coverage", "1945.05.05"),
     ("patient.sex", 6025550100), ("modality", "123-45" + "-6789"), ("patient.therapy_used", "602-555-0100")],
)  # fmt: skip
def test_what_may_be_private_is_not_shown(column, cell):
    text = shown(cell, BY_COLUMN[column])
    assert text in (f"{len(str(cell))} characters", "a number")


@pytest.mark.parametrize(
    ("column", "cell"),
    [("date_of_service", "13/02/2026"), ("date_of_service", "46126"), ("minutes", "45.5"), ("minutes", "-5"),
     ("patient.therapy_used", "$1,23"), ("patient.therapy_used", "$1,234.567"), ("patient.coverage", "Medicaid"),
     ("start_time", "25:00"), ("start_time", "0.4166"), ("zip", "123456"), ("date_of_service", "2026-02-30")],
)  # fmt: skip
def test_a_slip_is_shown(column, cell):
    assert shown(cell, BY_COLUMN[column]) == f'"{cell}"'


def test_a_row_that_is_too_long_gets_one_error():
    lines = table(row("A"), row("B", patient__coverage="x"), header=[*row(), "patient.coverage"]).splitlines()
    reading = read("\n".join([*lines[:2], "B,Doe," + lines[2]]))
    assert len(reading.refusals) == 1
    assert "Doe" not in said(reading)


@pytest.mark.parametrize(
    "line",
    ["V1,Smith,Ann,daughter", "V1,2026-04-14,Smith,MRN,PT", "Smith,Smith", "17,Smith,Group,10:00,Visit",
     "Smith,caregiver,I69.354"],
)  # fmt: skip
def test_a_file_without_headings_shows_none_of_its_cells(tmp_path, line):
    path = tmp_path / "a.csv"
    path.write_text(f"{line}\n{line}\n")
    reading = read_sessions(path)
    assert reading.proposal is None
    assert (len(reading.refusals), reading.notices) == (1, ())
    assert "put the names of the columns above the data" in said(reading)
    assert "Smith" not in said(reading)


def test_a_heading_that_looks_like_data_among_known_ones(tmp_path):
    path = tmp_path / "a.csv"
    others = ["97550", "2026", *(f"x{i}" for i in range(20))]
    path.write_text(table(row("A"), header=[*row(), *others]))
    assert len(read_sessions(path).sessions) == 1
    path.write_text(",".join(["DOS", "MRN", "Visit #", *others]) + "\n")
    assert read_sessions(path).proposal is not None


def test_a_key_with_a_sentence_in_it_is_not_shown(tmp_path):
    path = tmp_path / "a.jsonl"
    patient = records()[0]["patients"][0] | {"charge": {"Pat Doe of Phoenix": "x"}}
    path.write_text(json.dumps(records()[0] | {"Pat Doe of Phoenix": 1, "patients": [patient]}))
    assert "Doe" not in said(read_sessions(path))


# Hints


@pytest.mark.parametrize(
    ("column", "cell"),
    [("patient.coverage", "original_medicar"), ("patient.coverage", "Medicare"),
     ("patient.coverage", "Medicare Part B"), ("consent.form", "writen"), ("consent.by", "patiant"),
     ("consent.scope", "caregiver_trainin"), ("patient.present", "noo"), ("patient.hospice", "unknow"),
     ("practitioner.type", "PTX"), ("practitioner.furnished_by", "OTAX"),
     ("practitioner.supervision", "genral"), ("planned_as_group", "ye"), ("patient.sex", "FM")],
)  # fmt: skip
def test_no_hint_offers_a_fact_of_law(column, cell):
    reading = read(table(row("A"), row("B", **{column.replace(".", "__"): cell})))
    assert len(reading.refusals) == 1
    assert "did you mean" not in said(reading)
    assert BY_COLUMN[column].accepts in said(reading)
    assert ("cell empty" in said(reading)) == (column != "practitioner.type")


@pytest.mark.parametrize("column", ["caregiver.unpaid", "caregiver.paid_by"])
def test_nor_for_caregivers(column):
    facts = {"caregiver__name": "Kin", column.replace(".", "__"): "agenc"}
    assert "did you mean" not in said(read(table(row("A"), row("B", **facts))))


@pytest.mark.parametrize("key", ["paid", "not_present", "payed_by"])
def test_no_hint_turns_a_key_into_its_opposite(tmp_path, key):
    path = tmp_path / "a.jsonl"
    patient = records()[0]["patients"][0]
    patient |= {key: True, "caregivers": [{"name": "Kin", key: True}]}
    path.write_text(json.dumps(records()[0] | {"patients": [patient]}))
    assert "an unknown key; take it out" in said(read_sessions(path))
    assert "did you mean" not in said(read_sessions(path))


@pytest.mark.parametrize("kind", ["PT", "ot", "SLP", "NP", "MD"])
def test_the_practitioner_is_no_helper(kind):
    text = said(read(table(row("A", practitioner__furnished_by=kind))))
    assert "leave the cell empty when the practitioner gave the training" in text


# Damage


def test_short_rows_are_read_and_counted():
    text = table(row("A"), row("B"), row("C"), header=[*row(), "minutes", "zip"])
    reading = read(text.replace(",,\n", "\n", 2))
    assert len(reading.sessions) == 3
    assert [str(notice) for notice in reading.notices] == [
        "a.csv: 2 rows have fewer cells than the header; those missing at the end were read as empty."
    ]
    assert read(text).notices == ()


def test_a_file_that_ends_inside_a_quotation_mark():
    text = table(row("A"), row("B", patient__name="x"))
    reading = read(text.replace(",x", ',"x'))
    assert [session.id for session in reading.sessions] == ["A"]
    assert [refusal.row for refusal in reading.refusals] == [3]


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("name", ["", "#REF!"])
def test_a_nameless_patient_holds_the_session_back(at, name):
    rows = [row("A", name if i == at else f"P{i}") for i in range(3)]
    reading = read(table(*rows, row("B")))
    assert [session.id for session in reading.sessions] == ["B"]
    assert [refusal.row for refusal in reading.refusals] == [at + 2]
    assert "the whole session is left out, for who was represented is unknown" in said(reading)


@pytest.mark.parametrize(
    "text", ["F03.90, I69.351", "F03.90,I69.351", "F03.90 / i69351", "F03.90 I69.351; R26"]
)
def test_diagnoses_are_separated_by_semicolons(text):
    assert "separate codes by ;" in said(read(table(row("A", patient__diagnoses=text))))


@pytest.mark.parametrize("text", ["F03.90; I69.351", "F03.90", "I69.354 Hemiplegia, left", "F0390;I69351;"])
def test_diagnoses_that_are_separated(text):
    assert read(table(row("A", patient__diagnoses=text))).refusals == ()


@pytest.mark.parametrize("text", ["501", "12", "5010001"])
def test_only_one_eaten_zero_of_a_zip_comes_back(text):
    assert "five or nine digits" in said(read(table(row("A", zip=text))))


def test_numbers_of_spreadsheets_are_explained():
    text = said(read(table(row("A", start_time="0.4166666"), row("B") | {"date_of_service": "46126"})))
    assert "format the column as a time" in text
    assert "format the column as a date" in text


# Cures that fit


@pytest.mark.parametrize(
    ("minutes", "cure"),
    [(-1, "correct the minutes"), (1441, "correct the minutes"), (45.5, "as a whole number"),
     (True, "as a whole number"), ("45", "without quotation marks")],
)  # fmt: skip
def test_the_cure_of_minutes_fits(tmp_path, minutes, cure):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(records()[0] | {"minutes": minutes}))
    assert cure in said(read_sessions(path))


@pytest.mark.parametrize(
    ("minutes", "cure"), [("-5", "correct the"), ("1441", "correct the"), ("x", "digits")]
)
def test_the_cure_of_minutes_fits_in_a_table(minutes, cure):
    assert cure in said(read(table(row("A", minutes=minutes))))


# Many of a kind


def test_the_same_in_many_rows_is_told_fifty_times():
    rows = [row(f"S{i}", minutes="x", patient__sex="?" if i < 51 else "F") for i in range(3000)]
    reading = read(table(row("A"), *rows))
    assert len(reading.refusals) == 102
    assert "a.csv, minutes: expected a whole number" in str(reading.refusals[-2])
    assert "and 2,950 more rows like this" in str(reading.refusals[-2])
    assert "and 1 more row like this" in str(reading.refusals[-1])
    assert (len(reading.sessions), reading.exit_status) == (1, 1)
    assert read(table(*rows)).exit_status == 2


def test_the_same_in_many_lines(tmp_path):
    path = tmp_path / "a.jsonl"
    patients = [{"id": "P", "sex": "?"}, {"id": "Q", "sex": "?"}]
    record = json.dumps(records()[0] | {"patients": patients})
    path.write_text("\n".join([record] * 100))
    reading = read_sessions(path)
    assert len(reading.refusals) == 51
    assert "75 more lines like this" in str(reading.refusals[-1])


def test_as_many_are_named_as_there_may_be_and_no_more():
    refusals = Refusals()
    for number in range(20_000):
        refusals.add(Refusal("a", number, f"key{number}", "x", "only keys of the record", "take it out"))
    assert len(refusals.all()) == MOST_KINDS + 50 + 1
