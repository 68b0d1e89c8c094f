"""Patterns of existing claims, planted one by one."""

from datetime import date, timedelta

import polars as pl
import pytest

from teachback.audit import Request, audit
from teachback.audit.tables import found_patterns
from tests.audit.making import npi

FIRST = date(2026, 1, 5)
COLUMNS = (
    "claim_id",
    "patient_id",
    "practitioner_npi",
    "practitioner_kind",
    "date_of_service",
    "procedure_code",
    "modifiers",
    "units",
    "charge_cents",
    "allowed_cents",
    "place_of_service",
)


def line(patient, code, day=0, who=1, units=1, modifiers="GP", allowed=5277):
    when = FIRST + timedelta(days=day)
    return (f"C{patient}{day}", patient, npi(who), "PT", when, code, modifiers, units, 11_000, allowed, "11")


def treated(patient, day=0, who=1):
    """Training beside enough treatment that nothing is odd about it."""
    visits = [line(patient, "97110", day + 7 * n, who, 2, allowed=6000) for n in range(5)]
    return [*visits, line(patient, "97550", day + 7, who), line(patient, "97551", day + 7, who, allowed=2605)]


@pytest.fixture
def audited(tmp_path):
    def run(rows, **request):
        rows = [*rows, line("far", "97110", 0, who=90), line("far", "97110", 300, who=90)]
        file = tmp_path / "claims.parquet"
        pl.DataFrame(rows, schema=COLUMNS, orient="row").write_parquet(file)
        report = audit(Request(file, tmp_path / "out", **request))
        return report, {entry.pattern.id: entry.units for entry in found_patterns(report) if entry.units}

    return run


def test_ordinary_claims_show_nothing(audited):
    report, found = audited([row for n in range(6) for row in treated(f"p{n}", 100 + n, who=n)])
    assert found == {}
    assert report.survey.units == 6
    assert report.survey.allowed_cents == 6 * (5277 + 2605)


@pytest.mark.parametrize(
    ("pattern", "rows", "units"),
    [
        ("primary-twice", [*treated("a", 100), line("a", "97550", 107, modifiers="GP;59")], 1),
        ("addon-without-primary", [*treated("a", 100), line("a", "97551", 114)], 1),
        ("addon-without-primary", [*treated("a", 100), line("a", "97550", 114), line("a", "G0542", 114)], 1),
        ("over-unit-limit", [*treated("a", 100), line("a", "97550", 114), line("a", "97551", 114, units=3)], 1),
        ("group-caregiver-count", [*treated("a", 100), *treated("b", 100), line("a", "97552", 114, units=2),
          line("b", "97552", 114)], 1),
        ("wrong-modifier", [*treated("a", 100), line("a", "97550", 114, modifiers="")], 1),
        ("wrong-modifier", [*treated("a", 100), line("a", "97550", 114, modifiers="GP;GO")], 1),
        ("wrong-modifier", [*treated("a", 100), line("a", "97550", 114, modifiers="GP;CO")], 1),
        ("wrong-modifier", [*treated("a", 100), line("a", "97550", 114, modifiers="GP;26")], 1),
        ("wrong-modifier", [*treated("a", 100), line("a", "G0539", 114, modifiers="GP")], 1),
        ("separate-without-pair", [*treated("a", 100), line("a", "97550", 114, modifiers="GP;XU")], 1),
        ("telehealth-not-listed", [*treated("a", -600), line("a", "97550", -586, modifiers="GP;95")], 1),
        ("group-one-patient", [*treated("a", 100), line("a", "97552", 114)], 1),
        ("kx-always", [*treated("a", 100), *(line("a", "97550", 93 + 21 * n, who=7, modifiers="GP;KX") for n in range(3))], 3),
        ("cts-every-visit", [*treated("a", 100), line("a", "97550", 100), line("a", "97550", 114)], 3),
        ("no-patient-treatment", [line("a", "97550", 150), *treated("b", 100)], 1),
        ("impossible-day", [row for n in range(25) for row in
          [*treated(f"p{n}", 100, who=n + 10), line(f"p{n}", "97550", 114, who=3)]], 25),
    ],
)  # fmt: skip
def test_a_planted_pattern_is_found(audited, pattern, rows, units):
    _, found = audited(rows)
    assert found[pattern] == units
    assert set(found) <= {pattern, "duplicate-line", "no-patient-treatment", "separate-without-pair"} | (
        {"primary-twice"} if pattern == "group-caregiver-count" else set()
    )


def test_the_same_line_twice(audited):
    report, found = audited(
        [
            *treated("a", 100),
            line("a", "97552", 114),
            line("a", "97552", 114),
            *treated("b", 100),
            line("b", "97552", 114),
        ]
    )
    assert found == {"duplicate-line": 1, "primary-twice": 1}
    assert report.at_risk_cents == 2 * 5277


def test_a_pair_that_is_not_paid_together(audited):
    pairs = pl.read_csv("src/teachback/rules/ncci_pairs.csv", infer_schema=False)
    paid_if_separate = pairs.filter(pl.col("practitioner") == "1")
    never = pairs.filter(pl.col("practitioner") == "0")["code_pair"][0].split("/")
    _, found = audited(
        [
            *treated("a", 100),
            line("a", "96202", 114, modifiers=""),
            line("b", "96202", 114, modifiers=""),
            *treated("b", 100),
            line("a", never[1], 114),
        ]
    )
    assert never[0] == "96202"
    assert found == {"ncci-pair": 1}
    if paid_if_separate.height:
        one, two = paid_if_separate["code_pair"][0].split("/")
        _, found = audited([*treated("a", 100), line("a", one, 114), line("a", two, 114, modifiers="GP;59")])
        assert "ncci-pair" not in found


def test_a_high_share_of_training(audited):
    rows = [
        row for n in range(20) for row in (line(f"p{n}", "97550", 100 + n), line(f"p{n}", "97551", 100 + n))
    ]
    report, found = audited([*rows, *[line("p0", "97110", 95 + n) for n in range(10)]])
    assert found["high-share-biller"] == 20
    assert next(e for e in found_patterns(report) if e.pattern.id == "high-share-biller").once_cents == 0


def test_near_the_files_ends_nothing_is_told_about_missing_treatment(audited):
    _, found = audited([line("a", "97550", 60), line("b", "97550", 230), *treated("c", 100)])
    assert "no-patient-treatment" not in found


def test_what_claims_cannot_show_is_listed_with_what_is_missing(audited, tmp_path):
    report, _ = audited(treated("a", 100))
    assert "minutes of each session" in report.skipped["same-minutes"]
    assert "teachback batch" in report.skipped["consent-missing-or-late"]
    judged = {entry.pattern.id for entry in found_patterns(report)}
    assert judged | set(report.skipped) == {pattern.id for pattern in report.catalog.patterns}
    file = tmp_path / "training-only.parquet"
    pl.DataFrame([line("a", "97550")], schema=COLUMNS, orient="row").write_parquet(file)
    report = audit(Request(file, tmp_path / "out2"))
    assert "training only" in report.skipped["cts-every-visit"]


def test_large_files_are_cut_by_patient_and_give_the_same_figures(audited, tmp_path, monkeypatch):
    rows = [
        row for n in range(30) for row in [*treated(f"p{n}", 100 + n, who=n % 4), line(f"p{n}", "97551", 130)]
    ]
    whole, found = audited(rows)
    monkeypatch.setattr("teachback.audit.claims._ROWS_A_PART", 20)
    cut = audit(Request(whole.request.path, tmp_path / "cut"))
    assert len(cut.book.parts) > 5
    assert {e.pattern.id: e.units for e in found_patterns(cut) if e.units} == found
    assert cut.at_risk_cents == whole.at_risk_cents
    assert cut.sample.rows["key"].to_list() == whole.sample.rows["key"].to_list()
