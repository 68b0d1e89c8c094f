"""Whatever stands at the door: a claim, or a refusal in plain words with its path; never a crash."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teachback.claimdata import Claim
from teachback.fhir.exact import dumps
from teachback.fhir.nodes import CannotRead
from teachback.fhir.reading import as_sent, from_fhir
from teachback.fhir.writing import as_dict, to_json
from tests.x12 import making

BASES = [
    as_dict(making.CASES[name], own_facts=True)
    for name in ("primary", "institutional, everything", "secondary by line")
]
SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ["#patient", "#payer", "Patient/1", "2026", "2026-13-45", "USD", "EUR", "urn:teachback:paid", 10**30]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["value", "coding", "code", "id"]), inner)
    ),
    max_leaves=5,
)


def places(value, path=()):
    """Every place in a JSON value."""
    yield path
    if isinstance(value, dict):
        for key, each in value.items():
            yield from places(each, (*path, key))
    elif isinstance(value, list):
        for number, each in enumerate(value):
            yield from places(each, (*path, number))


def at(value, path):
    for step in path:
        value = value[step]
    return value


@st.composite
def damaged(draw):
    """A good Claim with something taken out, doubled or replaced."""
    made = copy.deepcopy(draw(st.sampled_from(BASES)))
    for _ in range(draw(st.integers(1, 3))):
        *above, last = draw(st.sampled_from([path for path in places(made) if path]))
        holder = at(made, above)
        match draw(st.sampled_from(["drop", "replace", "double"])):
            case "drop":
                del holder[last]
            case "replace":
                holder[last] = draw(JUNK)
            case "double" if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[last]))
            case _:
                holder["x" if isinstance(last, str) else last] = copy.deepcopy(holder[last])
    return made


def read(given):
    """A claim, or the refusal; anything else is a fault of ours."""
    try:
        answer = from_fhir(given)
    except CannotRead as trouble:
        answer = trouble
    assert isinstance(answer, Claim) or (answer.path.startswith("Claim") and answer.reason)
    return answer


@SLOW
@given(damaged())
def test_a_damaged_claim_is_read_or_refused(resource):
    answer = read(resource)
    if isinstance(answer, CannotRead):
        for private in ("SAMPLE", "ALICE", "1SA0WP0XY00", "1944-05-06", "ELM ST"):
            assert private not in str(answer)


@SLOW
@given(damaged(), st.data())
def test_damaged_text_is_read_or_refused(resource, data):
    text = dumps(resource).encode()
    cut = data.draw(st.integers(0, len(text)))
    read(text[:cut] + data.draw(st.binary(max_size=4)) + text[cut + data.draw(st.integers(0, 4)) :])


@SLOW
@given(st.binary(max_size=200) | st.text(max_size=200))
def test_junk_is_refused(junk):
    assert isinstance(read(junk), CannotRead)


@given(JUNK)
def test_other_values_are_refused(junk):
    assert isinstance(read(dumps(junk)), CannotRead)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("[]", "JSON object"),
        ('{"resourceType":"Claim","use":"claim","use":"claim"}', "twice"),
        ("{}", "resourceType"),
        ('{"resourceType":"Patient"}', "resourceType"),
        ('{"resourceType":"Claim"}', "missing"),
        (b"\xff\xfe", "UTF-8"),
        ("[" * 100_000, "nested too deeply"),
        ('{"resourceType":"Claim","item":' + "[" * 5000 + "]" * 5000 + "}", ""),
        ('{"resourceType":"Claim","total":{"value":1e999999999}}', "digits"),
        ('{"resourceType":"Claim","total":{"value":' + "9" * 100_000 + "}}", "digits"),
        ('{"resourceType":"Claim","total":{"value":NaN}}', "NaN"),
        ('{"resourceType":"Claim","contained":[{"resourceType":"../../os"}]}', ""),
        ('{"resourceType":"Claim","contained":[{"resourceType":"os"}]}', ""),
        ("x" * (9 * 1024 * 1024), "longer"),
    ],
)
def test_known_attacks(text, says):
    assert says in str(read(text))


def changed(path, value, base=BASES[0]):
    made = copy.deepcopy(base)
    at(made, path[:-1])[path[-1]] = value
    return made


@pytest.mark.parametrize(
    ("resource", "path", "says"),
    [
        (changed(["total", "value"], Decimal("1.00")), "Claim.total", "sum"),
        (changed(["item", 0, "net", "value"], Decimal("1.005")), "Claim.item[0].net.value", "two decimals"),
        (changed(["item", 0, "net", "currency"], "EUR"), "Claim.item[0].net.currency", "USD"),
        (changed(["item", 0, "servicedDate"], "2026"), "Claim.item[0].servicedDate", "whole date"),
        (
            changed(["item", 0, "quantity", "value"], Decimal("1.5")),
            "Claim.item[0].quantity.value",
            "whole number",
        ),
        (changed(["use"], "predetermination"), "Claim.use", "not a claim"),
        (changed(["patient", "reference"], "Patient/1"), "Claim.patient.reference", "not contained"),
        (changed(["provider", "reference"], "#nobody"), "Claim.provider.reference", "not contained"),
        (changed(["type", "coding", 0, "code"], "oral"), "Claim.type", "professional or institutional"),
        (changed(["insurance", 0, "focal"], False), "Claim.insurance", "focal"),
        (changed(["foo"], 1), "Claim.foo", "no member"),
        (
            changed(["contained", 0, "gender"], "other"),
            "Claim.contained[0].gender",
            "female, male or unknown",
        ),
        (changed(["contained", 0, "id"], "payer"), "Claim.contained", "twice"),
        (changed(["contained", 0, "birthDate"], "1944-13-01"), "Claim.contained", ""),
        (changed(["careTeam"], [], BASES[1]), "Claim.careTeam", "attending"),
        (changed(["billablePeriod"], {}, BASES[1]), "Claim.billablePeriod", "missing"),
    ],
)
def test_a_refusal_says_where_and_what_to_do(resource, path, says):
    trouble = read(resource)
    assert isinstance(trouble, CannotRead)
    assert trouble.path.startswith(path)
    assert says in trouble.reason


def test_a_claim_of_another_system_is_read_without_our_extensions():
    """Blue Button's and HL7's own words are enough, in another order and with other ids."""
    made = copy.deepcopy(as_dict(making.claim(), created=date(2026, 5, 1)))
    del made["extension"]
    for item in made["item"]:
        del item["extension"]
        item.pop("net")
        item["careTeamSequence"] = [1]
    made["identifier"] = [{"system": "https://example.org/claims", "value": "A-1"}]
    made["diagnosis"].reverse()
    made["item"][0]["servicedPeriod"] = {"start": "2026-04-14", "end": "2026-04-14"}
    del made["item"][0]["servicedDate"]
    claim = from_fhir(json.dumps(made, default=float))
    ours = as_sent(making.claim())
    assert claim.control_number == "A-1"
    assert [line.control_number for line in claim.lines] == ["1", "2"]
    assert claim.diagnoses == ours.diagnoses
    assert claim.charge == ours.charge
    assert claim.place_of_service == "11"
    assert claim.rendering == ours.rendering
    assert replace(claim, control_number=ours.control_number, lines=ours.lines) == ours


def test_a_byte_order_mark_is_passed_over():
    text = to_json(making.claim())
    assert from_fhir(b"\xef\xbb\xbf" + text.encode()) == from_fhir("\ufeff" + text) == as_sent(making.claim())


def test_fhir_is_loaded_only_when_it_is_used():
    code = (
        "import sys, teachback.fhir.reading, teachback.fhir.writing\n"
        "print([name for name in sys.modules if name.startswith(('fhir', 'pydantic'))])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
