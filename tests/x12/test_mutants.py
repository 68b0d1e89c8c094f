"""Every damage is caught, none on the clean files, and one damage never becomes a cascade."""

import io
from datetime import date

import pytest

from teachback.check.report import Options
from teachback.check.run import check_stream
from teachback.model import Severity
from tests.x12.mutants import INSTITUTIONAL, MUTANTS, PROFESSIONAL

MOST = 4
ONLY_WARNED = {
    "837I: type of bill of one digit",
}


class Kept:
    def __init__(self):
        self.issues = []

    def tell(self, issues, claim):  # noqa: ARG002  the protocol of a sink
        self.issues.extend(issues)


def issues(text):
    kept = Kept()
    check_stream(io.BytesIO(text.encode("utf-8")), Options(received=date(2026, 5, 4)), kept)
    return [issue for issue in kept.issues if issue.severity is not Severity.INFORMATION]


@pytest.mark.parametrize("clean", [PROFESSIONAL, INSTITUTIONAL], ids=["837P", "837I"])
def test_the_clean_files_have_no_finding(clean):
    assert issues(clean) == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_every_damage_is_caught_without_a_cascade(mutant):
    found = issues(mutant.text)
    assert 1 <= len(found) <= MOST, [f"{i.code} {i.position.segment} {i.message}" for i in found]


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_no_name_and_no_number_of_a_patient_is_repeated(mutant):
    for issue in issues(mutant.text):
        for secret in (
            "PERONELLE",
            "ILEANA",
            "ASHBY",
            "7SU0KP3MN77",
            "3SC4WP0XY22",
            "19470506",
            "MESQUITE COURT",
        ):
            assert secret not in issue.message + issue.remedy
