"""A stranger's table is read through a mapping, and a mapping that cannot work says why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teachback.intake import Mapping, MappingError, propose, read_sessions
from teachback.intake.proposal import guesses

THEIRS = """Visit #;Seen;NPI no;Kind;Chart;What;Who;Grown
17;4/14/2026;2300000009;Physical;7;Functional;Ann;J;
17;4/14/2026;2300000009;Physical;8;functional ;Bob;N
"""
TOML = """
[columns]
"Visit #" = "id"
seen = "date_of_service"
"NPI no" = "practitioner.npi"
Kind = "practitioner.type"
Chart = "patient.id"
What = "training"
Who = "caregiver.name"
Grown = "caregiver.adult"

[values."training"]
"Functional" = "function"
[values."practitioner.type"]
"Physical" = "PT"
[values."caregiver.adult"]
"J" = "yes"

[constants]
"modality" = "in_person"
minutes = 45
"patient.hospice" = "no"
"caregiver.unpaid" = "yes"
"""


def load(tmp_path, text):
    path = tmp_path / "map.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return Mapping.load(path)


def test_columns_words_and_constants(tmp_path):
    (tmp_path / "a.csv").write_text(THEIRS.replace(";J;", ";J"))
    reading = read_sessions(tmp_path / "a.csv", mapping=load(tmp_path, TOML))
    assert (reading.refusals, reading.notices) == ((), ())
    session = reading.sessions[0]
    assert (session.id, session.training, session.practitioner.type) == ("17", "function", "PT")
    assert (session.modality, session.minutes) == ("in_person", 45)
    ann, bob = (patient.caregivers[0] for patient in session.patients)
    assert (ann.name, ann.adult, ann.unpaid, bob.adult) == ("Ann", True, True, False)
    assert session.patients[0].hospice == "no"


def test_constants_alone_make_no_caregiver(tmp_path):
    (tmp_path / "a.csv").write_text(THEIRS.replace("Ann;J;", ";").replace("Bob;N", ";"))
    reading = read_sessions(tmp_path / "a.csv", mapping=load(tmp_path, TOML))
    assert [patient.caregivers for patient in reading.sessions[0].patients] == [(), ()]


def test_what_does_not_fit_the_file_is_told(tmp_path):
    (tmp_path / "a.csv").write_text(
        "id,date_of_service,practitioner.npi,practitioner.type,patient.id,modality\n1,2026-04-14,2,PT,7,audio_only\n"
    )
    mapping = load(tmp_path, '[columns]\nGone = "zip"\n[constants]\nmodality = "in_person"\n')
    reading = read_sessions(tmp_path / "a.csv", mapping=mapping)
    assert reading.sessions[0].modality == "audio_only"
    told = " ".join(map(str, reading.notices))
    assert '"gone"' in told
    assert "constants are not used where the file has the column: modality" in told


def test_two_columns_for_one_are_refused(tmp_path):
    (tmp_path / "a.csv").write_text(
        "id,Visit,date_of_service,practitioner.npi,practitioner.type,patient.id\n"
    )
    reading = read_sessions(tmp_path / "a.csv", mapping=load(tmp_path, '[columns]\nVisit = "id"\n'))
    assert 'both "id" and "Visit"' in str(reading.refusals[0])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            '[columns]\n"A" = "minutez"',
            '[columns] names "minutez", which is none of our columns; did you mean minutes?',
        ),
        ('[columns]\nA = "id"\nB = "ID"', 'leads "A" and "B" both to id'),
        ('[columns]\nA = "id"\n" a " = "zip"', 'has " a " twice'),
        ("[columns]\nA = \n[constants]", "line 2"),
        ("[columns]\nA = 5", "must name one of our columns"),
        ('[columns]\na.b = "id"', "needs them too"),
        ("columns = 5", "must be a table"),
        ('[column]\nA = "id"', 'has the table "column"'),
        ('[values]\ntraining = "x"', "must be a table such as"),
        ('[values.patient]\nsex = "x"', '"patient"'),
        ('[values.patient.sex]\nm = "M"', '"patient"'),
        ("[values.training]\nA = [1]", "must be text"),
        ("[constants]\nminutes = 4.5", "is a fraction"),
        ("[constants]\ntopics = []", "must be one value"),
        ('[constants]\npatient.sex = "F"', '"patient"'),
        ('[columns]\nA = "zip"\n[constants]\nzip = "85004"', "both a column and a constant"),
        (b"[columns]\n\xff = 1", "line 2: is not UTF-8"),
        ("a = " + "[" * 10_000, "not valid TOML"),
        ("[constants]\nminutes = " + "9" * 10_000, "not valid TOML"),
    ],
)
def test_errors_are_clear(tmp_path, text, words):
    with pytest.raises(MappingError) as refused:
        load(tmp_path, text)
    assert words in str(refused.value)
    assert "map.toml" in str(refused.value)


def test_a_missing_mapping_file(tmp_path):
    with pytest.raises(MappingError, match="cannot be read"):
        Mapping.load(tmp_path / "gone.toml")
    with pytest.raises(MappingError, match="cannot be read"):
        Mapping.load(tmp_path)


HEADINGS = {
    "DOS": "date_of_service",
    "Visit Date": "date_of_service",
    "Service Date": "date_of_service",
    "Provider NPI": "practitioner.npi",
    "MRN": "patient.id",
    "Patient ID": "patient.id",
    "Duration": "minutes",
    "POS": "place_of_service",
    "Dx": "patient.diagnoses",
    "ICD-10": "patient.diagnoses",
    "DOB": "patient.birth_date",
    "Time In": "start_time",
    "Visit #": "id",
    "Caregiver Name(s)": "caregiver.name",
    "date of servicex": "date_of_service",
    "Shoe size": None,
    "patient_mbi": "patient.mbi",
    "Medicare ID": "patient.mbi",
}


@pytest.mark.parametrize(("heading", "column"), HEADINGS.items())
def test_guesses(heading, column):
    found = guesses([heading]).get(heading)
    assert (found and found.column) == column


def test_a_proposal_says_how_sure_it_is():
    text = propose(["DOS", "date of servicex", "minutez", "Shoe"])
    assert '"DOS" = "date_of_service"  # a known name' in text
    assert '\n# maybe: "minutez" = "minutes"\n' in text
    assert '# "Shoe" = ""  # not recognized' in text
    assert "# Still missing, and needed: id, practitioner.npi, practitioner.type, patient.id" in text
    assert Mapping.parse(text).columns == {"dos": "date_of_service"}


@given(st.lists(st.text(), max_size=8))
def test_every_proposal_is_a_mapping(headings):
    Mapping.parse(propose(headings))
