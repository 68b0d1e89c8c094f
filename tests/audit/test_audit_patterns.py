"""Planted patterns are found, all of them and only they; clean books show nothing."""

from datetime import date, timedelta

import polars as pl
import pytest

from teachback.audit import Request, audit
from teachback.audit.codes import FAMILIES, GROUP_CODES, LEAST_MINUTES, PRIMARIES
from teachback.audit.tables import found_patterns
from teachback.crossing.linelaw import training_codes
from teachback.law import load
from tests.audit.making import FINDINGS, LINES, SESSIONS, npi, write_batch

DAY = date(2026, 3, 2)
MINUTES = [31, 47, 33, 52, 38, 62, 41, 36, 55, 49]


class Book:
    """A batch result written session by session."""

    def __init__(self):
        self.lines, self.findings, self.sessions = [], [], []

    def session(self, patient, who=1, day=DAY, minutes=40, findings=(), **facts):
        number = facts.pop("session", f"S{len(self.sessions):05d}")
        codes = facts.pop("codes", (("97550", 1),))
        marks = "GP;KX" if facts.get("kx") else "GP"
        allowed = facts.pop("allowed", 5000)
        for code, units in codes:
            row = (
                number,
                patient,
                day,
                npi(who),
                code,
                units,
                marks,
                "11",
                11_000,
                allowed,
                1000,
                4000,
                3920,
            )
            self.lines.append(row)
        severities = {severity for _, severity in findings}
        disposition = (
            "not_billable" if "error" in severities else "hold" if "hold" in severities else "payable"
        )
        for code, severity in findings:
            self.findings.append(
                (number, patient, day, code, code.lower(), severity, "", "", "", "clinician", None, "")
            )
        row = {
            "session_id": number,
            "patient_id": patient,
            "date_of_service": day,
            "practitioner_npi": npi(who),
            "practitioner_kind": "PT",
            "training": "function",
            "modality": "in_person",
            "place_of_service": "11",
            "payment_locality": "03102-00",
            "minutes": minutes,
            "start_minute": 600,
            "end_minute": 600 + minutes,
            "patients_represented": 1,
            "furnished_by": None,
            "supervision": None,
            "bearer": number,
            "disposition": disposition,
            "outcome": "ready",
            "units": sum(units for _, units in codes),
            "allowed_cents": allowed * len(codes) if codes else None,
            "findings": len(findings),
            "repeats": 0,
            "signed_days": 1,
            "kx": False,
        } | facts
        self.sessions.append(tuple(row[name] for name in SESSIONS))
        return number

    def tables(self):
        return tuple(
            pl.DataFrame(rows, schema=schema, orient="row")
            for rows, schema in ((self.lines, LINES), (self.findings, FINDINGS), (self.sessions, SESSIONS))
        )


@pytest.fixture
def audited(tmp_path):
    def run(book, **request):
        folder = write_batch(tmp_path / "batch", book.tables(), parts=3)
        return audit(Request(folder, tmp_path / "out", **request))

    return run


def rows_of(report, pattern):
    file = report.request.out / "rows" / f"{pattern}.parquet"
    return set(pl.read_parquet(file)["session_id"]) if file.exists() else set()


def test_a_clean_book_shows_no_pattern(audited):
    book = Book()
    for n in range(60):
        book.session(f"P{n % 20}", who=n % 3, day=DAY + timedelta(days=n), minutes=MINUTES[n % 10])
    report = audited(book)
    assert [entry.pattern.id for entry in found_patterns(report) if entry.units] == []
    assert report.at_risk_cents == 0


def test_each_planted_pattern_is_found_and_nothing_else(audited):
    book = Book()
    planted = {}

    def plant(pattern, *numbers):
        planted.setdefault(pattern, set()).update(numbers)

    for n in range(40):
        book.session(f"C{n}", who=50 + n % 5, day=DAY + timedelta(days=n), minutes=MINUTES[n % 10])
    for number, (pattern, code, severity) in enumerate(
        [
            ("patient-present", "D101", "error"),
            ("caregiver-professional", "D103", "error"),
            ("caregiver-professional", "D109", "warning"),
            ("consent-missing-or-late", "D201", "error"),
            ("consent-missing-or-late", "D206", "hold"),
            ("no-plan-link", "D303", "hold"),
            ("no-plan-link", "D305", "hold"),
            ("hh-overlap", "S103", "error"),
            ("stay-overlap", "S105", "hold"),
            ("overlap-practitioner", "U108", "error"),
            ("over-unit-limit", "U105", "hold"),
            ("assistant-unflagged", "M113", "hold"),
            ("place-mismatch", "T105", "hold"),
        ]
    ):
        plant(pattern, book.session(f"F{number}", who=number + 100, findings=[(code, severity)]))
    for n in range(12):
        plant("same-minutes", book.session(f"M{n}", who=2, day=DAY + timedelta(days=n), minutes=45))
    book.session("M99", who=2, day=DAY + timedelta(days=50), minutes=51)
    for n in range(13):
        plant("impossible-day", book.session(f"D{n}", who=3, minutes=55 + n % 3 + (n % 5)))
    plant("same-skill-repeat", book.session("R1", who=4, repeats=2))
    book.session("R2", who=4, repeats=1, day=DAY + timedelta(days=9))
    plant("late-signature", book.session("L1", who=5, signed_days=15))
    book.session("L2", who=5, signed_days=14, day=DAY + timedelta(days=9))
    for n in range(3):
        plant(
            "kx-always", book.session("K1", who=6, day=DAY + timedelta(days=7 * n), minutes=30 + n, kx=True)
        )
    book.session("K2", who=6, day=DAY, minutes=33)
    book.session("K2", who=6, day=DAY + timedelta(days=9), minutes=39, kx=True)
    book.session("K2", who=6, day=DAY + timedelta(days=19), minutes=46, kx=True)
    # Two sessions of one date that each claim the first code.
    plant("primary-twice", book.session("T1", who=7), book.session("T1", who=7, minutes=33))
    planted["duplicate-line"] = planted["primary-twice"]

    report = audited(book)
    found = {entry.pattern.id: entry for entry in found_patterns(report) if entry.units}
    assert set(found) == set(planted)
    for pattern, numbers in planted.items():
        assert rows_of(report, pattern) == numbers, pattern
        assert found[pattern].units == len(numbers)


def test_a_group_is_one_session_of_the_practitioners_day(audited):
    """Ten patients of an 80-minute group are 80 minutes of the day, wherever their rows lie."""
    book = Book()
    for n in range(10):
        book.session(f"G{n}", session="GROUP", minutes=80, patients_represented=10, codes=(("97552", 1),))
    report = audited(book)
    assert report.survey.long_days.is_empty()


def test_clustering_at_the_thresholds_is_told_from_twenty_sessions_on(audited):
    book = Book()
    for n in range(20):
        minutes = [30, 45, 60, 45, 60][n % 5] if n < 17 else 52
        book.session(f"P{n}", who=8, day=DAY + timedelta(days=n), minutes=minutes)
    report = audited(book)
    entry = next(e for e in found_patterns(report) if e.pattern.id == "same-minutes")
    assert entry.units == 17
    assert entry.evidence.records()[0]["at_threshold"] == 17 / 20


def test_money_of_several_risks_is_counted_once_in_every_table(audited):
    book = Book()
    book.session("A", allowed=1000, findings=[("D201", "error"), ("D101", "error"), ("D402", "warning")])
    book.session("B", allowed=200, findings=[("D402", "warning")], day=date(2026, 4, 1))
    book.session("C", allowed=30, signed_days=20, findings=[("D206", "hold")])
    book.session("D", allowed=4, findings=[("P104", "information")])
    book.session("E", allowed=5000, codes=(), findings=[("U101", "error")])
    report = audited(book)
    assert report.at_risk_cents == 1230
    found = {entry.pattern.id: entry for entry in found_patterns(report)}
    assert (found["patient-present"].once_cents, found["patient-present"].allowed_cents) == (1000, 1000)
    assert (found["consent-missing-or-late"].once_cents, found["consent-missing-or-late"].allowed_cents) == (
        30,
        1030,
    )
    assert found["late-signature"].once_cents == 0
    sums = report.risk.by_finding.total()
    by_code = dict(sums.group_by("code").agg(pl.col("once_cents").sum()).iter_rows())
    assert by_code == {"D101": 1000, "D201": 0, "D402": 200, "D206": 30, "P104": 0, "U101": 0}
    for table in (report.risk.by_month.total(), report.risk.by_practitioner.total()):
        assert table["at_risk_cents"].sum() == 1230
    assert report.risk.by_pattern.total()["once_cents"].sum() == 1230
    assert sums["once_cents"].sum() == 1230
    assert report.risk.by_month.total()["stopped_cents"].sum() == 1000


def test_thresholds_of_the_user_change_what_is_told(audited, tmp_path):
    book = Book()
    book.session("A", signed_days=15)
    ours = tmp_path / "ours.toml"
    ours.write_text("[late-signature]\ndays = 20\n", encoding="utf-8")
    report = audited(book, thresholds=ours)
    assert not rows_of(report, "late-signature")


def test_the_audits_codes_are_those_of_the_law():
    known = training_codes(load())
    assert {code: is_a.family for code, is_a in known.items()} == FAMILIES
    assert {code for code, is_a in known.items() if is_a.grouped} == set(GROUP_CODES)
    assert {code: is_a.primary for code, is_a in known.items() if is_a.addon} == PRIMARIES
    assert set(LEAST_MINUTES) == set(FAMILIES) - {"97552", "G0543"}
