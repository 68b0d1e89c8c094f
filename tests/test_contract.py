"""The contract's examples, exactly: every door, the same answers."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import jsonschema
import pytest

from teachback.assess import assess
from teachback.export import record
from teachback.intake import read_sessions

HERE = Path(__file__).parent
CONTRACT = HERE / "contract"
EXPECTED = [
    json.loads(line) for line in (CONTRACT / "examples.expected.jsonl").read_text("utf-8").splitlines()
]
MONEY = ("allowed_amount", "patient_amount", "medicare_payment", "medicare_payment_after_sequestration")


def view(result):
    blocking = {
        f if isinstance(f, str) else f["name"]
        for f in result["findings"]
        if isinstance(f, str) or f["severity"] in {"error", "hold"}
    }
    return {
        "session": result["session_id"],
        "patient": result["patient_id"],
        "disposition": result["disposition"],
        "lines": [
            {k: line[k] for k in ("procedure_code", "units", "modifiers", *MONEY)}
            for line in result["service_lines"]
        ],
        "findings": sorted(blocking),
    }


def coded(file):
    reading = read_sessions(file)
    assert not reading.refusals
    return [record(assessment) for assessment in assess(reading.sessions)]


@pytest.fixture(scope="module")
def examples():
    return coded(CONTRACT / "examples.jsonl")


def test_there_are_as_many_answers_as_expected(examples):
    assert len(examples) == len(EXPECTED) == 29


@pytest.mark.parametrize("number", range(len(EXPECTED)), ids=lambda n: EXPECTED[n]["about"])
def test_example(examples, number):
    assert view(examples[number]) == view(EXPECTED[number])


def test_every_result_has_the_form_of_the_contract(examples):
    schema = json.loads((CONTRACT / "result.schema.json").read_text("utf-8"))
    for result in examples:
        jsonschema.validate(result, schema)


@pytest.mark.parametrize(
    "file",
    ["contract/sessions.example.csv", "files/typed-in-libreoffice.csv", "files/typed-in-libreoffice.xlsx"],
)
def test_a_spreadsheet_codes_to_the_same_answers(examples, file):
    """The last two were typed cell by cell into LibreOffice Calc and saved by it (semicolons; XLSX)."""
    wanted = {(r["session_id"], r["patient_id"]): r for r in examples}
    found = coded(HERE / file)
    assert len(found) == 4
    for result in found:
        assert view(result) == view(wanted[result["session_id"], result["patient_id"]])


def test_the_copies_are_the_contracts_own(shared):
    for copy in CONTRACT.iterdir():
        assert copy.read_bytes() == (shared / "contract" / copy.name).read_bytes(), copy.name


def test_expected_names_are_findings_of_the_contract():
    names = {row["name"] for row in csv.DictReader((CONTRACT / "findings.csv").open(encoding="utf-8"))}
    assert {name for result in EXPECTED for name in result["findings"]} <= names
