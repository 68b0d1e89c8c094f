"""Every worked case comes out as written, and every edit has a case on either side."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

import pytest

from teachback.model import Severity
from teachback.rulebook import Kind
from teachback.rules.book import rulebook
from tests.cases import Case, CaseError, _case, line_matches, load_cases, payment, written

CASES = load_cases()
EDITS = [rule for rule in rulebook().rules if rule.kind is Kind.EDIT]
NAMES = {rule.of for rule in EDITS}
BLOCKING = {Severity.ERROR, Severity.HOLD}
SOURCE = re.compile(r"dossier \d+(\.\d+)?|contract: \w[\w ]*|public advice")


@cache
def assessed(case: Case):
    return case.assess()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case):
    results = assessed(case)
    for number, (got, want) in enumerate(zip(results, case.expected, strict=True)):
        at = f"{case.file}.yaml, {case.source}, result {number}"
        blocking = sorted({f.name for f in got.findings if f.severity in BLOCKING})
        told = {f.name for f in got.findings if f.severity not in BLOCKING}
        assert blocking == sorted(want.findings), at
        assert want.also <= told, at
        assert not want.absent & (told | set(blocking)), at
        assert got.disposition.value == want.disposition, at
        lines = [written(line) for line in got.service_lines]
        matched = [
            line_matches(line, text) for line, text in zip(got.service_lines, want.lines, strict=False)
        ]
        assert len(lines) == len(want.lines), f"{at}: {lines}"
        assert all(matched), f"{at}: {lines} instead of {list(want.lines)}"
        if want.payments is not None:
            assert tuple(map(payment, got.service_lines)) == want.payments, at


def test_names_are_unique():
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_is_well_written(case):
    assert SOURCE.fullmatch(case.source)
    for want in case.expected:
        assert want.findings | want.also | want.absent <= NAMES
        assert want.disposition in {"payable", "hold", "not_billable"}
        assert want.payments is None or len(want.payments) == len(want.lines)


@pytest.mark.parametrize("rule", EDITS, ids=lambda rule: f"{rule.code}-{rule.name}")
def test_every_edit_has_a_case_that_fires(rule):
    """A case names the finding, and the assessment has it with this rule's severity."""
    assert any(
        rule.of in (want.findings | want.also)
        and any(f.code == rule.code and f.severity is rule.severity for f in got.findings)
        for case in CASES
        for got, want in zip(assessed(case), case.expected, strict=True)
    )


@pytest.mark.parametrize("rule", EDITS, ids=lambda rule: f"{rule.code}-{rule.name}")
def test_every_edit_has_a_case_that_does_not_fire(rule):
    """A remark is denied by name; errors and holds are denied by every case that does not list them."""
    blocking = rule.severity in BLOCKING
    assert any(
        (blocking and rule.of not in want.findings) or rule.of in want.absent
        for case in CASES
        for want in case.expected
    )


FAULTY = {
    "unknown key": {"session": {}, "expected": {}},
    "unknown path": {"session": {"practitioner.kind": "PT"}},
    "whole object": {"session": {"practitioner": {"type": "PT"}}},
    "patient who is not there": {"session": {"P1.coverage": "other"}},
    "yes read as true": {"session": {"patient.hospice": True}},
    "time read as a number": {"session": {"start_time": 600}},
    "place read as a number": {"session": {"place_of_service": 11}},
    "past midnight": {"session": {"start_time": "23:30"}},
    "unknown expectation": {
        "session": {},
        "expect": {"disposition": "payable", "lines": [], "findings": [], "and": []},
    },
    "one result too few": {"session": {"patients": 2}, "expect": []},
    "no line": {"session": {}, "expect": {"disposition": "payable", "lines": ["97550"], "findings": []}},
    "neither session": {},
}


@pytest.mark.parametrize("parts", FAULTY.values(), ids=FAULTY)
def test_a_faulty_case_is_refused(parts):
    sound = {"name": "n", "source": "s", "expect": {"disposition": "payable", "lines": [], "findings": []}}
    with pytest.raises(CaseError):
        _case("units", sound | parts)
