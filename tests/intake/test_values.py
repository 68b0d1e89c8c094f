"""Cells are read in every form that people and spreadsheet programs write, and in no ambiguous one."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest

from teachback.intake.fields import BY_COLUMN, FIELDS, Kind
from teachback.intake.problems import Unreadable
from teachback.intake.values import ERRORS, NO_STORED_VALUE, cell_reader
from teachback.model import Answer, Modality, PractitionerKind


def read(column, cell):
    return cell_reader(BY_COLUMN[column])(cell)


def cure(column, cell):
    with pytest.raises(Unreadable) as refused:
        read(column, cell)
    return f"{refused.value.expected}; {refused.value.cure}"


DAY = date(2026, 3, 2)
MORNING = datetime(2026, 3, 2)


@pytest.mark.parametrize(
    "cell",
    ["2026-03-02", "3/2/2026", "03/02/2026", "2026-03-02 00:00:00", "2026-03-02T00:00:00", "3/2/2026 0:00",
     "3/2/2026 12:00:00 AM", DAY, MORNING],
)  # fmt: skip
def test_dates(cell):
    assert read("date_of_service", cell) == DAY
    assert type(read("patient.birth_date", cell)) is date


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("3/2/26", "four digits"),
        ("26-03-02", "four digits"),
        ("13/02/2026", "month before the day"),
        ("2.3.2026", "year-month-day"),
        ("2-3-2026", "year-month-day"),
        ("March 2, 2026", "year-month-day"),
        ("20260302", "year-month-day"),
        ("2026-W10-1", "year-month-day"),
        ("2026-02-30", "calendar"),
        ("2/30/2026", "calendar"),
        ("13/13/2026", "calendar"),
        ("٢٠٢٦-٠٣-٠٢", "year-month-day"),
        ("2026-03-02 10:00", "year-month-day"),
        (MORNING.replace(hour=10), "without a time"),
        (46083, "format Date"),
        (True, "format Date"),
        ("1966-06-30", "out of range"),
        ("2100-01-01", "out of range"),
    ],
)
def test_dates_refused(cell, words):
    assert words in cure("date_of_service", cell)


def test_range_is_for_the_day_of_service_only():
    assert read("date_of_service", "1966-07-01") == date(1966, 7, 1)
    assert read("date_of_service", "2099-12-31") == date(2099, 12, 31)
    assert read("patient.birth_date", "1931-01-01") == date(1931, 1, 1)


@pytest.mark.parametrize(
    "cell",
    ["13:05", "1:05 PM", "01:05pm", "1:05 p.m.", "13:05:00", "1:05:00 PM", time(13, 5),
     MORNING.replace(hour=13, minute=5), timedelta(hours=13, minutes=5), time(13, 4, 59, 999_900)],
)  # fmt: skip
def test_times(cell):
    assert read("start_time", cell) == time(13, 5)


@pytest.mark.parametrize("cell", ["12:00 AM", "0:00", "00:00", time()])
def test_midnight(cell):
    assert read("start_time", cell) == time()


@pytest.mark.parametrize(
    "cell",
    ["24:00", "13:60", "13:05 PM", "0:30 AM", "1305", "13.05", "13:05:30", time(13, 5, 30), 0.5, True,
     "noon", timedelta(days=1), timedelta(seconds=-60), time(23, 59, 59, 999_999)],
)  # fmt: skip
def test_times_refused(cell):
    assert "13:05" in cure("start_time", cell) or "seconds" in cure("start_time", cell)


@pytest.mark.parametrize("cell", ["45", "45.0", 45, 45.0, "045"])
def test_minutes(cell):
    minutes = read("minutes", cell)
    assert minutes == 45
    assert type(minutes) is int


@pytest.mark.parametrize(
    "cell", ["45.5", "-5", "1441", "45 min", "1,000", "9" * 5000, True, 45.5, -1, float("inf")]
)
def test_minutes_refused(cell):
    assert "from 0 to 1440" in cure("minutes", cell)


@pytest.mark.parametrize("cell", ["yes", "Y", "TRUE", "true", "1", 1, 1.0, True, "Yes"])
def test_yes(cell):
    assert read("patient.present", cell) is True
    assert read("patient.hospice", cell) is Answer.YES


@pytest.mark.parametrize("cell", ["no", "N", "False", "0", 0, 0.0, False])
def test_no(cell):
    assert read("patient.present", cell) is False
    assert read("patient.hospice", cell) is Answer.NO


def test_unknown_is_an_answer_and_no_yes_or_no():
    assert read("patient.hospice", "Unknown") is Answer.UNKNOWN
    assert "leave the cell empty" in cure("patient.present", "unknown")


@pytest.mark.parametrize("cell", ["in_person", "In Person", "in-person", "IN  PERSON"])
def test_choices(cell):
    assert read("modality", cell) is Modality.IN_PERSON


def test_choices_refused_with_the_nearest_word():
    assert 'did you mean "in_person"?' in cure("modality", "in persn")
    assert "in_person, audio_video or audio_only" in cure("modality", "phone")
    assert read("practitioner.type", "pta") is PractitionerKind.PTA


@pytest.mark.parametrize(
    ("cell", "dollars"),
    [("1234.50", "1234.50"), ("1,234.50", "1234.50"), ("$1,234.50", "1234.50"), ("400", "400.00"),
     ("400.5", "400.50"), (400, "400.00"), (400.5, "400.50"), (0.1 + 0.2, "0.30"), ("0", "0.00"),
     ("1,234", "1234.00"), (Decimal("7.25"), "7.25")],
)  # fmt: skip
def test_money(cell, dollars):
    amount = read("patient.therapy_used", cell)
    assert str(amount) == dollars
    assert type(amount) is Decimal


@pytest.mark.parametrize(
    ("cell", "words"),
    [("1234,50", "write 1234.50"), ("1.234,50", "write 1234.50"), ("12,5", "write 1234.50"),
     ("-5.00", "0 or more"), ("(5.00)", "0 or more"), ("-$5", "0 or more"), (-5.0, "0 or more"),
     (-5, "0 or more"), ("1.234", "dollars"), (1.234, "cents"), ("1e5", "dollars"), ("NaN", "dollars"),
     (float("nan"), "dollars"), (float("inf"), "dollars"), ("12,34.50", "dollars"), (True, "Number"),
     ("9" * 5000, "thousand million"), ("€5", "dollars")],
)  # fmt: skip
def test_money_refused(cell, words):
    assert words in cure("patient.therapy_used", cell)


@pytest.mark.parametrize(
    ("column", "cell", "text"),
    [("place_of_service", "2", "02"), ("place_of_service", 2, "02"), ("place_of_service", 11.0, "11"),
     ("place_of_service", "11.0", "11"), ("zip", "2134", "02134"), ("zip", 2134, "02134"),
     ("zip", "85041234", "085041234"), ("zip", "85004-1234", "85004-1234"),
     ("patient.address.zip", 2134, "02134"), ("patient.address.zip", "K1A 0B1", "K1A 0B1"),
     ("practitioner.npi", 2300000009, "2300000009"), ("practitioner.npi", "2300000009.0", "2300000009"),
     ("patient.id", 1001, "1001"), ("patient.id", 1001.0, "1001"), ("patient.id", "007", "007")],
)  # fmt: skip
def test_digits_that_spreadsheets_eat_come_back(column, cell, text):
    assert read(column, cell) == text


@pytest.mark.parametrize(
    ("column", "cell"),
    [("place_of_service", "111"), ("zip", "12"), ("zip", 501), ("zip", "5010001"), ("patient.address.zip", "501"),
     ("patient.address.zip", 501), ("zip", "123456"), ("zip", "8500A"), ("locality", "3102"),
     ("type_of_bill", "0131"), ("practitioner.npi", "2.3E+09"), ("plan.frequency", date(2026, 3, 2))],
)  # fmt: skip
def test_digits_refused(column, cell):
    cure(column, cell)


def test_lists():
    assert read("patient.diagnoses", " I69.354 ;; R26.89; ") == ("I69.354", "R26.89")
    assert read("patient.diagnoses", ";") == ()


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.column)
def test_errors_of_spreadsheets_are_refused_in_every_column(field):
    for error in ERRORS:
        with pytest.raises(Unreadable) as refused:
            cell_reader(field)(error)
        assert refused.value.read == f"the error {error}"
    with pytest.raises(Unreadable, match="a value"):
        cell_reader(field)(NO_STORED_VALUE)


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.column)
def test_each_example_and_word_is_readable(field):
    for text in (field.example, *field.words):
        if text:
            cell_reader(field)(text)


def test_true_is_not_mistaken_for_one():
    minutes = cell_reader(next(field for field in FIELDS if field.kind is Kind.INTEGER))
    assert minutes(1) == 1
    with pytest.raises(Unreadable):
        minutes(bool(1))
