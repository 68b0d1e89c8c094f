"""The table of fields is the contract's record and spreadsheet, field by field."""

from __future__ import annotations

import json

import pytest

from teachback.intake.fields import BY_COLUMN, FIELDS, REQUIRED, Field, Kind, Level, at, field_of
from tests.intake.making import CONTRACT, HEADER, NEEDED, SHARED

SCHEMA = json.loads((CONTRACT / "session.schema.json").read_text())
PATIENT = SCHEMA["$defs"]["patient"]
NODES = {
    Level.SESSION: SCHEMA,
    Level.PRACTITIONER: SCHEMA["properties"]["practitioner"],
    Level.PATIENT: PATIENT,
    Level.ADDRESS: PATIENT["properties"]["address"],
    Level.CAREGIVER: PATIENT["properties"]["caregivers"]["items"],
    Level.CONSENT: PATIENT["properties"]["consent"],
    Level.PLAN: PATIENT["properties"]["plan"],
    Level.NOTE: PATIENT["properties"]["note"],
}
PARTS = {"practitioner", "patients", "address", "caregivers", "consent", "plan", "note", "charge"}
IN_SCHEMA = [field for field in FIELDS if field.level in NODES]


def node(field: Field):
    found = NODES[field.level]["properties"][field.name]
    return SCHEMA["$defs"]["answer"] if "$ref" in found else found


def types(field: Field):
    found = node(field).get("type", [])
    return {found} if isinstance(found, str) else set(found)


def ident(field: Field):
    return field.column


@pytest.mark.parametrize("name", sorted(path.name for path in CONTRACT.iterdir() if path.is_file()))
def test_our_copy_of_the_contract_is_the_contract(name):
    if not (SHARED / name).exists():
        pytest.skip("the contract is not beside the project")
    assert (CONTRACT / name).read_bytes() == (SHARED / name).read_bytes()


def test_columns_are_those_of_the_example_in_its_order():
    assert [field.column for field in FIELDS] == HEADER


def test_each_field_of_the_schema_is_in_the_table():
    ours = {(field.level, field.name) for field in IN_SCHEMA}
    theirs = {
        (level, name)
        for level, found in NODES.items()
        for name in found["properties"]
        if name not in PARTS or (level, name) == (Level.CONSENT, "caregivers")
    }
    assert ours == theirs


def test_required_columns():
    assert list(REQUIRED) == NEEDED
    for level in (Level.SESSION, Level.PRACTITIONER, Level.PATIENT):
        needed = {field.name for field in at(level) if field.required}
        assert needed == set(NODES[level]["required"]) - PARTS


@pytest.mark.parametrize("field", IN_SCHEMA, ids=ident)
def test_choices(field):
    words = node(field).get("enum")
    if words is None:
        assert field.choices is None
    else:
        assert set(field.words) == set(words) - {None}
        assert field.nullable == (None in words)


@pytest.mark.parametrize("field", IN_SCHEMA, ids=ident)
def test_kind_null_pattern_and_bounds(field):
    schema = node(field)
    assert field.pattern == schema.get("pattern")
    assert (field.minimum, field.maximum) == (schema.get("minimum"), schema.get("maximum"))
    assert (schema.get("format") == "date") == (field.kind is Kind.DATE)
    if "enum" not in schema:
        assert field.nullable == ("null" in types(field))
        expected = {Kind.YES_NO: "boolean", Kind.INTEGER: "integer", Kind.LIST: "array"}
        assert expected.get(field.kind, "string") in types(field)


@pytest.mark.parametrize("field", FIELDS, ids=ident)
def test_words_for_people(field):
    assert field.help.endswith((".", "?", ";", "no.", "yes."))
    assert field.accepts
    assert len(field.help) < 90


def test_headings_are_found_in_any_case_with_blanks():
    assert field_of("  Patient.MBI ") is BY_COLUMN["patient.mbi"]
    assert field_of("charge.g0541") is BY_COLUMN["charge.G0541"]
    other = field_of("charge.97535")
    assert other
    assert other.name == "97535"
    assert field_of("charge.9753") is None
    assert field_of("patient") is None
