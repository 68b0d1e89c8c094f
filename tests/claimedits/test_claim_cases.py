"""Every worked case of claims comes out as written, and every claim edit has a case on either side."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest

from teachback.model import Severity
from teachback.rulebook import Kind
from teachback.rules.claimbook import claim_rulebook
from tests.cases import CaseError
from tests.claimedits.cases import case_of, load_cases

CASES = load_cases()
EDITS = [rule for rule in claim_rulebook().rules if rule.kind is Kind.EDIT]
NAMES = {rule.of for rule in EDITS}
BLOCKING = {Severity.ERROR, Severity.HOLD}
SOURCE = re.compile(r"dossier \d+(\.\d+)?|contract: \w[\w ]*")


@cache
def run(case):
    return case.run()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}-{case.name}")
def test_case(case):
    found = run(case)
    blocking = {f.finding.name for f in found if f.finding.severity in BLOCKING}
    told = {f.finding.name for f in found if f.finding.severity not in BLOCKING}
    assert blocking == case.findings, case.source
    assert case.also <= told
    assert not case.absent & (blocking | told)
    places = {f.finding.name: f"{0 if f.line is None else f.line + 1} {f.element}" for f in reversed(found)}
    assert {name: places.get(name) for name in case.at} == case.at
    assert case.made() == case.facts


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}-{case.name}")
def test_case_is_well_written(case):
    assert SOURCE.fullmatch(case.source)
    assert case.findings | case.also | case.absent | set(case.at) <= NAMES


def test_names_are_unique():
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []


@pytest.mark.parametrize("rule", EDITS, ids=lambda rule: f"{rule.code}-{rule.name}")
def test_every_edit_has_a_case_that_fires(rule):
    assert any(
        f.finding.code == rule.code and f.finding.severity is rule.severity
        for case in CASES
        if rule.of in case.findings | case.also
        for f in run(case)
    )


@pytest.mark.parametrize("rule", EDITS, ids=lambda rule: f"{rule.code}-{rule.name}")
def test_every_edit_has_a_case_that_does_not_fire(rule):
    """In the file of its own topic, so that the case is about it; a remark is denied by name."""
    blocking = rule.severity in BLOCKING
    assert any(
        case.file == rule.topic and (rule.of in case.absent or (blocking and rule.of not in case.findings))
        for case in CASES
    )


@pytest.mark.parametrize(
    "record",
    [
        {"name": "n", "source": "s"},
        {"name": "n", "source": "s", "expect": {"findings": [], "more": []}},
        {"name": "n", "source": "s", "session": {}, "expect": {"findings": []}},
    ],
)
def test_a_faulty_case_is_refused(record):
    with pytest.raises(CaseError):
        case_of("claim_lines", record)
