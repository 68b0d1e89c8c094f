"""The same numbers everywhere: 837, paper, superbill and FHIR agree field by field.

What paper must show otherwise stands in ``docs/reference/paper.md``; each of its rows about a field is a test here.
"""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from teachback.model import ClaimForm
from teachback.x12.cleaning import ascii_clean
from tests.forms import facts, people
from tests.x12 import making

PROFESSIONAL = {
    "paper primary": people.PRIMARY,
    "paper secondary": people.SECONDARY,
    "paper long": people.LONG,
    "paper solo": people.SOLO,
    **{name: claim for name, claim in making.CASES.items() if claim.form is ClaimForm.PROFESSIONAL},
}
INSTITUTIONAL = {
    "paper institutional": people.INSTITUTIONAL,
    "paper long institutional": people.LONG_INSTITUTIONAL,
    **{name: claim for name, claim in making.CASES.items() if claim.form is ClaimForm.INSTITUTIONAL},
}
LINES_OF_A_SUPERBILL = 6
PAPER_ACCOUNT = 14
PAPER_PAYER_ID = 14


def pick(found, names):
    return {name: found[name] for name in names}


def lines(found, names):
    return [pick(line, names) for line in found["lines"]]


def compare_professional(claim):
    sent, paper, fhir = facts.of_837(claim), facts.of_cms1500(claim), facts.of_fhir(claim)
    shared = (
        "member",
        "born",
        "sex",
        "patient zip",
        "billing",
        "billing zip",
        "referring",
        "assigned",
        "diagnoses",
    )
    assert pick(paper, shared) == pick(sent, shared) == pick(fhir, shared)
    money = ("total", "paid")
    assert pick(paper, money) == pick(sent, money) == pick(fhir, money)
    assert paper["tax"] == sent["tax"]
    assert fhir["tax"] == sent["tax"][1]
    assert fhir["control"] == sent["control"]
    assert paper["control"] == (sent["control"] if len(sent["control"]) <= PAPER_ACCOUNT else None)
    main = ("code", "modifiers", "charge", "units", "day")
    assert lines(paper, main) == lines(sent, main) == lines(fhir, main)
    assert lines(paper, ("place", "rendering")) == lines(sent, ("place", "rendering"))
    assert lines(fhir, ("pointers",)) == lines(sent, ("pointers",))
    for on_paper, in_file in zip(paper["lines"], sent["lines"], strict=True):
        most = 1 if claim.filing_indicator == "MB" else 4
        assert on_paper["pointers"] == in_file["pointers"][:most]


def compare_institutional(claim):
    sent, paper, fhir = facts.of_837(claim), facts.of_ub04(claim), facts.of_fhir(claim)
    shared = ("member", "born", "sex", "patient zip", "billing", "diagnoses", "total", "control")
    assert pick(paper, shared) == pick(sent, shared) == pick(fhir, shared)
    assert pick(paper, ("bill", "attending")) == pick(sent, ("bill", "attending"))
    assert paper["payer"] == (sent["payer"] if len(sent["payer"]) <= PAPER_PAYER_ID else None)
    assert paper["tax"] == sent["tax"][1] == fhir["tax"]
    main = ("code", "modifiers", "charge", "units", "day")
    assert lines(paper, main) == lines(sent, main) == lines(fhir, main)
    assert lines(paper, ("revenue",)) == lines(sent, ("revenue",))


def compare_superbill(claim):
    sent, bill = facts.of_837(claim), facts.of_superbill(claim)
    main = ("code", "modifiers", "charge", "units", "day")
    assert lines(bill, main) == lines(sent, main)
    assert bill["total"] == sent["total"]
    if not claim.is_institutional:
        assert lines(bill, ("place", "pointers")) == lines(sent, ("place", "pointers"))
    for number in (sent["member"], sent["billing"], sent["tax"][1], sent["control"], sent["payer"]):
        assert number in bill["text"]
    for code in sent["diagnoses"]:
        assert (f"{code[:3]}.{code[3:]}" if len(code) > 3 else code) in bill["text"]
    for npi in (sent["rendering"], sent.get("attending") or sent["referring"]):
        assert npi is None or f"NPI {npi}" in bill["text"]


@pytest.mark.parametrize("claim", PROFESSIONAL.values(), ids=PROFESSIONAL)
def test_837p_cms1500_and_fhir_agree(claim):
    compare_professional(claim)


@pytest.mark.parametrize("claim", INSTITUTIONAL.values(), ids=INSTITUTIONAL)
def test_837i_ub04_and_fhir_agree(claim):
    compare_institutional(claim)


@pytest.mark.parametrize("name", [*PROFESSIONAL, *INSTITUTIONAL])
def test_the_superbill_agrees_with_the_837(name):
    claim = {**PROFESSIONAL, **INSTITUTIONAL}[name]
    compare_superbill(replace(claim, lines=claim.lines[:LINES_OF_A_SUPERBILL]))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(claim=making.claims(ClaimForm.PROFESSIONAL, most_lines=8))
def test_any_professional_claim_agrees_with_itself(claim):
    compare_professional(claim)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(claim=making.claims(ClaimForm.INSTITUTIONAL, most_lines=24))
def test_any_institutional_claim_agrees_with_itself(claim):
    compare_institutional(claim)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(claim=making.claims(most_lines=4))
def test_any_superbill_agrees_with_the_837(claim):
    compare_superbill(claim)


def test_paper_writes_names_as_the_837_does_with_its_own_commas():
    sent, paper = facts.of_837(people.PRIMARY), facts.of_cms1500(people.PRIMARY)
    assert sent["last"] == "MUNOZ-GARCIA" == ascii_clean("Muñoz-García")[0]
    assert paper["name"] == f"{sent['last']} JR, {sent['first']}, L"


def test_the_expected_amounts_of_a_superbill_are_those_of_the_claim_and_a_dash_where_unknown():
    unknown = replace(people.PRIMARY.lines[1], allowed_amount=None, patient_amount=None)
    bill = facts.of_superbill(replace(people.PRIMARY, lines=(people.PRIMARY.lines[0], unknown)))
    assert [(line["allowed"], line["patient"]) for line in bill["lines"]] == [("52.14", "10.43"), ("-", "-")]
    whole = facts.of_superbill(people.PRIMARY)["text"].split("\n")
    assert whole[whole.index("Total") + 1 :][:3] == ["175.50", "104.28", "20.86"]
