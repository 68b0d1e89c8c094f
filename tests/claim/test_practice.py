"""practice.toml: read whole, every fault named with its path and cure, and a draft to start from."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import jsonschema
import pytest

from teachback.claim.draft import draft
from teachback.claim.practice import practice_from, read_practice
from teachback.claim.tomlfile import FaultyFile
from teachback.model import ClaimForm
from teachback.synthetic.billing import practice_file
from teachback.synthetic.practice import made_up_practice
from tests.claim.made import PRACTICE, ZIPS, raw, session

ROOT = Path(__file__).resolve().parents[2]


def faults(tables):
    with pytest.raises(FaultyFile) as found:
        practice_from(tables)
    return [str(fault) for fault in found.value.faults]


def test_the_made_up_practice_is_read():
    assert PRACTICE.name == "Willow Lane Rehab & Geriatrics"
    assert PRACTICE.submitter.phone == "6025550140"
    assert [route.contractor for route in PRACTICE.routes] == ["03102", "13202"]
    assert all(route.receiver.test for route in PRACTICE.routes)
    assert PRACTICE.routes[0].form is ClaimForm.PROFESSIONAL
    assert PRACTICE.groups[0].billing.tax_id == "001000017"
    assert PRACTICE.groups[0].billing.tax_id_type == "EI"
    assert PRACTICE.groups[1].billing.pay_to.line == "PO Box 1188"
    assert PRACTICE.groups[0].participating is True


def test_it_keeps_to_the_contract(shared):
    schema = json.loads((shared / "contract/practice.schema.json").read_text("utf-8"))
    tables = json.loads(json.dumps(raw(), default=str))
    jsonschema.validate(tables, schema)


def test_the_example_is_the_made_up_practice():
    assert (ROOT / "examples/practice.toml").read_text("utf-8") == practice_file()


def test_a_file_is_read(tmp_path):
    file = tmp_path / "practice.toml"
    file.write_text(practice_file(), "utf-8")
    assert read_practice(file) == PRACTICE


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"name = ", "valid TOML"),
        (b"name = '\xff'", "text in UTF-8, but found other bytes in line 1"),
        (b"", "name: expected a text"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(tmp_path, content, words):
    file = tmp_path / "practice.toml"
    file.write_bytes(content)
    with pytest.raises(FaultyFile, match=words):
        read_practice(file)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(FaultyFile, match="expected a file that can be read"):
        read_practice(tmp_path / "nothing.toml")


def test_every_fault_is_named_at_once():
    tables = raw()
    tables["groups"][0]["npi"] = "1234567890"
    tables["groups"][0]["tax_id"] = "12-34"
    tables["groups"][1]["address"]["zip"] = "10016"
    tables["places"][0]["place_of_service"] = "77"
    tables["places"][1]["time_zone"] = "America/Metropolis"
    tables["practitioners"][0]["type"] = "PHYSIO"
    tables["practitioners"][1]["groups"] = ["nowhere"]
    tables["fee_schedule"][0]["charge"] = 110.5
    tables["fee_schedule"][1]["charge"] = "0.00"
    tables["submitter"]["phone"] = "555"
    del tables["receivers"][0]["payer_id"]
    tables["shade"] = "red"
    found = faults(tables)
    for words in (
        "groups[1].npi: expected an NPI of ten digits with its check digit",
        "groups[1].tax_id: expected a tax number of nine digits, but found 5 characters",
        "groups[2].address.zip: expected a ZIP of nine digits",
        "places[1].place_of_service: expected a place of service",
        "places[2].time_zone: expected an IANA time zone",
        "practitioners[1].type: expected one of MD, DO",
        'practitioners[2].groups: expected the id of a group (arizona, new-york, rookhurst), but found "nowhere"',
        'fee_schedule[1].charge: expected dollars such as "110.00"',
        "fee_schedule[2].charge: expected an amount above 0",
        "submitter.phone: expected a telephone number of ten digits",
        "receivers[1].payer_id: expected a payer id",
        "shade: expected one of:",
    ):
        assert any(sentence.startswith(words) for sentence in found), (words, found)
    assert len(found) == 12


def test_a_tax_number_is_never_repeated_in_a_message():
    tables = raw()
    tables["groups"][0]["tax_id"] = "00100001x"
    assert not any("00100001x" in sentence for sentence in faults(tables))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.pop("groups"), "groups: expected at least one [[groups]], but found none"),
        (lambda t: t.update(groups={}), "groups: expected tables [[groups]], but found an object"),
        (lambda t: t["groups"].append(dict(t["groups"][0])), "groups[4].id: expected one that no other has"),
        (
            lambda t: t["groups"][0]["address"].update(line="PO Box 12"),
            "groups[1].address.line: expected a street address",
        ),
        (lambda t: t["groups"][0].update(npi=2000000000), "groups[1].npi: expected an NPI of ten digits"),
        (
            lambda t: t["groups"][0].update(participating="yes"),
            "groups[1].participating: expected true or false",
        ),
        (
            lambda t: t["fee_schedule"].append(dict(t["fee_schedule"][0])),
            "fee_schedule[11]: expected one charge",
        ),
        (
            lambda t: t["practitioners"][0].update(qualifying_apm_years=["2026"]),
            "practitioners[1].qualifying_apm_years",
        ),
        (lambda t: t["places"][0].pop("address"), "places[1].address: expected a table"),
    ],
)
def test_faults_of_many_kinds(change, words):
    tables = raw()
    change(tables)
    assert any(sentence.startswith(words) for sentence in faults(tables)), faults(tables)


def test_the_draft_names_everyone_of_the_sessions():
    sessions = made_up_practice()
    tables = tomllib.loads(draft(sessions, ZIPS))
    assert {who["npi"] for who in tables["practitioners"]} == {s.practitioner.npi for s in sessions}
    assert {receiver["contractor"] for receiver in tables["receivers"]} == {"03102", "13202"}
    assert {(place["place_of_service"], place["locality"]) for place in tables["places"]} >= {
        ("11", "03102-00"),
        ("11", "13202-01"),
    }
    certifiers = {p.certifying_npi for s in sessions for p in s.patients if p.certifying_npi}
    assert {who["npi"] for who in tables["referrers"]} == certifiers
    assert tables["practitioners"][0]["last_name"]


def test_the_draft_is_refused_until_it_is_filled_in():
    found = faults(tomllib.loads(draft([session()], ZIPS)))
    assert any(sentence.startswith("groups[1].npi") for sentence in found)
    assert all("fill it in" in sentence or "an empty text" not in sentence for sentence in found)


def test_a_draft_quotes_whatever_stands_in_a_name():
    odd = session(
        who=session().practitioner.__class__(
            **{
                **{name: getattr(session().practitioner, name) for name in session().practitioner.__slots__},
                "name": 'O"Fen\\nimore, Ann\n',
            }
        )
    )
    (who,) = tomllib.loads(draft([odd], ZIPS))["practitioners"]
    assert who["last_name"] == 'O"Fen\\nimore'


def test_a_social_security_number_that_nobody_has_is_told():
    tables = raw()
    tables["groups"][2] |= {"tax_id": "000123456", "tax_id_type": "SSN"}
    (fault,) = faults(tables)
    assert fault.startswith("groups[3].tax_id: expected a Social Security number")
    assert "3456" not in fault


@pytest.mark.parametrize("sign", "~*^|")
def test_a_sign_that_parts_values_is_named(sign):
    tables = raw()
    tables["groups"][0]["address"] = {**tables["groups"][0]["address"], "line": f"12 Willow {sign} Lane"}
    (fault,) = faults(tables)
    assert fault.startswith("groups[1].address.line: ")
    assert "without ~ * ^ |" in fault
