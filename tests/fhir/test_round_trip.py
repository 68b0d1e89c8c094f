"""A claim as a FHIR Claim and back: equal, to the cent, for every claim that can be written."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teachback.fhir.exact import dumps, loads, plain
from teachback.fhir.made import CannotWrite
from teachback.fhir.reading import as_sent, from_fhir, read_ndjson
from teachback.fhir.writing import as_dict, ndjson, to_fhir, to_json
from tests.x12 import making

SLOW = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def canonical(claim):
    """A line's place that repeats the claim's is no place of its own."""
    lines = tuple(
        replace(line, place_of_service=None) if line.place_of_service == claim.place_of_service else line
        for line in claim.lines
    )
    return replace(claim, lines=lines)


@pytest.mark.parametrize("name", making.CASES)
def test_every_kind_of_claim_comes_back_equal(name):
    claim = making.CASES[name]
    assert from_fhir(to_fhir(claim, own_facts=True)) == claim
    assert from_fhir(to_json(claim, own_facts=True)) == claim
    assert from_fhir(to_fhir(claim)) == as_sent(claim)


@SLOW
@given(making.claims())
def test_any_claim_comes_back_equal(claim):
    resource = to_fhir(claim, own_facts=True)
    assert from_fhir(resource) == canonical(claim)
    assert from_fhir(to_json(claim)) == as_sent(claim)
    assert from_fhir(loads(dumps(plain(resource)))) == canonical(claim)


@SLOW
@given(making.claims(words=making.DIRTY_WORDS))
def test_names_in_any_script_survive(claim):
    try:
        written = to_json(claim, own_facts=True)
    except CannotWrite:
        return
    assert from_fhir(written.encode()) == canonical(claim)


@SLOW
@given(making.claims())
def test_the_same_claim_gives_the_same_bytes(claim):
    first = to_json(claim)
    assert to_json(from_fhir(first)) == first == to_json(claim)


def test_amounts_keep_their_digits():
    claim = making.claim(lines=(making.line(charge=Decimal("52.70")),))
    text = to_json(claim)
    assert '"net":{"value":52.70,' in text
    assert '"total":{"value":52.70,' in text
    huge = making.claim(lines=(making.line(charge=Decimal("9999999.99")),))
    assert from_fhir(to_json(huge)).charge == Decimal("9999999.99")


def test_what_is_never_sent_is_not_there():
    claim = making.claim()
    text = to_json(claim)
    assert claim.beneficiary.patient_id not in text
    assert '"s1"' not in text
    assert "52.77" not in text
    assert "52.77" in to_json(claim, own_facts=True)


def test_a_claim_stands_alone():
    for claim in making.CASES.values():
        resource = as_dict(claim)
        ids = {each["id"] for each in resource["contained"]}
        named = set()

        def collect(value, named=named):
            if isinstance(value, dict):
                if isinstance(value.get("reference"), str):
                    named.add(value["reference"].removeprefix("#"))
                for each in value.values():
                    collect(each)
            elif isinstance(value, list):
                for each in value:
                    collect(each)

        collect(resource)
        assert named <= ids
        assert ids - named == set()


def test_public_names_are_used():
    resource = as_dict(making.institutional_claim())
    text = dumps(resource)
    for name in (
        "http://hl7.org/fhir/sid/us-npi",
        "http://hl7.org/fhir/sid/us-mbi",
        "http://hl7.org/fhir/sid/icd-10-cm",
        "http://www.ama-assn.org/go/cpt",
        "https://www.nubc.org/CodeSystem/TypeOfBill",
        "https://www.nubc.org/CodeSystem/RevenueCodes",
    ):
        assert name in text
    assert resource["diagnosis"][0]["diagnosisCodeableConcept"]["coding"][0]["code"] == "I69.351"
    assert "http://www.cms.gov/Medicare/Coding/HCPCSReleaseCodeSets" in dumps(
        as_dict(making.claim(lines=(making.line(procedure_code="G0541"),)))
    )


def test_the_day_it_was_made():
    assert as_dict(making.claim(), created=date(2026, 5, 1))["created"] == "2026-05-01"
    assert "created" not in as_dict(making.claim())
    assert from_fhir(to_fhir(making.claim(), created=date(2026, 5, 1))) == as_sent(making.claim())


def test_a_unit_price_is_told_only_where_it_is_exact():
    def item(charge, units):
        return as_dict(making.claim(lines=(making.line(charge=Decimal(charge), units=units),)))["item"][0]

    assert item("90.50", 2)["unitPrice"]["value"] == Decimal("45.25")
    assert "unitPrice" not in item("100.00", 3)
    assert "unitPrice" not in item("100.00", 0)


def test_ndjson_is_one_line_for_each_claim_and_a_bad_one_loses_no_other():
    claims = list(making.CASES.values())
    lines = list(ndjson(claims, own_facts=True))
    assert all(line.endswith(b"\n") and line.count(b"\n") == 1 for line in lines)
    assert all(json.loads(line)["resourceType"] == "Claim" for line in lines)
    read = list(read_ndjson([lines[0], b"\n", b"{broken\n", *lines[1:]]))
    assert [each.claim for each in read if each.claim] == claims
    assert [(each.number, each.trouble.path) for each in read if each.trouble] == [(3, "Claim")]


def test_what_fhir_cannot_carry_is_told_without_the_patient():
    with pytest.raises(CannotWrite, match=r"TB0000000001.*blanks") as told:
        to_fhir(making.claim(lines=(making.line(procedure_code=" 97550"),)))
    assert "ALICE" not in str(told.value)
    with pytest.raises(CannotWrite, match="two decimals"):
        to_fhir(making.claim(lines=(making.line(charge=Decimal("1.005")),)))
    with pytest.raises(CannotWrite, match="EI or SY"):
        to_fhir(making.claim(billing=replace(making.GROUP, tax_id_type="XX")))


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text()
        | st.decimals(allow_nan=False, allow_infinity=False, places=2),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_json_is_written_exactly(value):
    assert json.loads(dumps(value), parse_float=Decimal) == value


ODD = st.text(max_size=4)


@pytest.mark.parametrize("blank", ["\x0c", "\x0b", "\x85", "\xa0\u2028", "\u3000"])
def test_a_field_of_odd_blanks_is_refused_checked_or_not(blank):
    claim = making.claim()
    odd = replace(claim, beneficiary=replace(claim.beneficiary, suffix=blank))
    for write in (lambda: list(ndjson([odd])), lambda: to_json(odd)):
        with pytest.raises(CannotWrite, match=claim.control_number):
            write()
    named = replace(claim, beneficiary=replace(claim.beneficiary, suffix=f"J{blank}R"))
    assert from_fhir(next(ndjson([named], own_facts=True))).beneficiary.suffix == f"J{blank}R"


@SLOW
@given(making.claims(most_lines=1), ODD, ODD, ODD, ODD, st.integers(-1, 3))
def test_what_is_written_unchecked_is_what_fhir_resources_would_pass(
    claim, name, code, number, suffix, units
):
    """Many claims are written without ``fhir.resources``: it must never refuse what stands there."""
    line = replace(
        claim.lines[0], procedure_code=code, control_number=number, units=units, diagnosis_pointers=(units,)
    )
    odd = replace(
        claim,
        lines=(line, replace(line, procedure_code="97550", diagnosis_pointers=(1,))),
        control_number=number,
        beneficiary=replace(claim.beneficiary, last_name=name, suffix=suffix, member_id=number),
        billing=replace(claim.billing, contact=name, phone=suffix),
        diagnoses=(code,),
    )
    try:
        written = list(ndjson([odd, claim], own_facts=True))
    except CannotWrite:
        return
    assert written[0][:-1].decode() == to_json(odd, own_facts=True)
