"""The roster: rows read one by one, refusals that name no person."""

from __future__ import annotations

from datetime import date

import pytest

from teachback.claim.roster import name_of, read_roster
from teachback.model import Sex

HEADER = "patient_id,name,birth_date,sex,address_line,city,state,zip,mbi,onset_date\n"
GOOD = 'P001,"Alderwick, Beatriz M",5/6/1944,F,77 Mesquite Court,Phoenix,az,85013-1234,1sg4-te5-mk01,2026-03-01\n'


def roster(tmp_path, text):
    file = tmp_path / "patients.csv"
    file.write_text(text, "utf-8")
    return read_roster(file)


def test_a_row_is_read(tmp_path):
    found = roster(tmp_path, HEADER + GOOD)
    known = found.people["P001"]
    assert not found.refusals
    assert (known.last_name, known.first_name, known.middle_name) == ("Alderwick", "Beatriz", "M")
    assert (known.birth_date, known.sex, known.mbi) == (date(1944, 5, 6), Sex.F, "1SG4TE5MK01")
    assert (known.state, known.zip, known.onset) == ("AZ", "850131234", date(2026, 3, 1))


def test_a_bad_row_is_refused_and_the_others_are_kept(tmp_path):
    bad = "P002,Beatriz Alderwick,5/40/1944,X,77 Mesquite Court,Phoenix,QQ,850,2EG4,\n"
    found = roster(tmp_path, HEADER + bad + GOOD)
    assert set(found.people) == {"P001"}
    assert {refusal.column for refusal in found.refusals} == {
        "name",
        "birth_date",
        "sex",
        "state",
        "zip",
        "mbi",
    }
    assert all(refusal.row == 2 for refusal in found.refusals)
    for refusal in found.refusals:
        assert "Beatriz" not in str(refusal)
        assert "2EG4" not in str(refusal)


def test_two_rows_of_one_patient_must_agree(tmp_path):
    found = roster(tmp_path, HEADER + GOOD + GOOD + GOOD.replace("1944", "1945"))
    assert [refusal.row for refusal in found.refusals] == [4]


@pytest.mark.parametrize("text", ["", "name,sex\nA,F\n", "\n\n"])
def test_a_file_without_patients_is_refused(tmp_path, text):
    assert roster(tmp_path, text).refusals


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert read_roster(tmp_path / "nothing.csv").refusals


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Alderwick, Beatriz", ("Alderwick", "Beatriz", None, None)),
        ("Alderwick, Mary Ann", ("Alderwick", "Mary Ann", None, None)),
        ("Alderwick, Mary Ann B.", ("Alderwick", "Mary Ann", "B", None)),
        ("Alderwick Jr, Tom", ("Alderwick", "Tom", None, "Jr")),
        ("Alderwick, Tom, III", ("Alderwick", "Tom", None, "III")),
        ("van der Berg, J", ("van der Berg", "J", None, None)),
        ("Beatriz Alderwick", None),
        ("Alderwick,", None),
        ("a, b, c, d", None),
    ],
)
def test_names_are_split_at_their_commas(text, parts):
    assert name_of(text) == parts


def test_bytes_of_no_known_writing_are_refused_and_never_guessed(tmp_path):
    file = tmp_path / "patients.csv"
    file.write_bytes(
        (HEADER + GOOD).encode() + b'P002,"\x81\x8d, Pat",5/6/1944,F,7 Lane,Phoenix,AZ,85013,,\n'
    )
    found = read_roster(file)
    assert not found.people
    assert "line 3" in str(found.refusals[0])
    assert "UTF-8" in str(found.refusals[0])
