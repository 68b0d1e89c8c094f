"""The commands as a person types them: answers, exit status, and hostile input."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest

from tests.records import CONTRACT, EXAMPLES, LINES, changed

# units


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("40", "--training", "function", "--date", "2026-04-14"),
            "97550 x1. A midpoint reading would add 97551; Medicare requires the full 45 (89 FR 97817)",
        ),
        (("45", "--training", "function", "--date", "2026-04-14"), "97550 x1 and 97551 x1.\n"),
        (
            ("29", "--training", "function", "--date", "2026-04-14"),
            "nothing. A midpoint reading would give 97550 x1; Medicare requires the full 30 (89 FR 97817)",
        ),
        (("15", "--training", "function", "--date", "2026-04-14"), "nothing.\n"),
        (("16", "--training", "function", "--date", "2024-04-14"), "U116 time-rule-unsettled"),
        (("40", "--training", "function", "--date", "2024-04-14"), "U106 addon-threshold-disputed"),
        (
            ("31", "--training", "behavior", "--date", "2026-04-14", "--patients", "2"),
            "Medicare requires the full 60 (88 FR 78919",
        ),
        (
            ("95", "--training", "behavior", "--date", "2026-04-14", "--patients", "2"),
            "96202 x1 and 96203 x2",
        ),
        (
            ("60", "--training", "behavior", "--date", "2024-04-14"),
            "behavior training of one family has no code",
        ),
        (("60", "--training", "behavior", "--date", "2023-04-14", "--patients", "2"), "bundled (status B)"),
        (("30", "--training", "direct_care", "--date", "2024-12-31"), "no separately payable code existed"),
        (("30", "--training", "direct_care", "--date", "2025-01-01"), "G0541 x1"),
        (("90", "--training", "function", "--date", "2026-04-14", "--patients", "4"), "97552 x1.\n"),
        (
            ("20", "--training", "function", "--date", "2026-04-14", "--patients", "4"),
            "U107 group-session-short",
        ),
        (("75", "--training", "function", "--date", "2026-04-14"), "U105 units-over-daily-limit"),
        (("60", "--training", "function", "--date", "2027-01-01"), "LAW901"),
        (
            ("40", "--training", "function", "--date", "2026-04-14", "--payer", "example-midpoint"),
            "97550 x1 and 97551 x1.\n",
        ),
    ],
)
def test_units_answers_with_its_reason(teachback, arguments, says):
    status, out, _ = teachback("units", *arguments)
    assert status == 0
    assert says in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-5", "--training", "function", "--date", "2026-04-14"), "0 and 1440"),
        (("1441", "--training", "function", "--date", "2026-04-14"), "0 and 1440"),
        (("forty", "--training", "function", "--date", "2026-04-14"), "not a whole number"),
        (("44.6", "--training", "function", "--date", "2026-04-14"), "not a whole number"),
        (("40", "--training", "dancing", "--date", "2026-04-14"), "Choose from"),
        (("40", "--training", "function", "--date", "2026-02-30"), "date"),
        (("40", "--training", "function"), "--date"),
        (("40", "--training", "function", "--date", "2026-04-14", "--patients", "0"), "at least one patient"),
        (("40", "--training", "function", "--date", "2026-04-14", "--payer", "acme"), "there are: medicare"),
    ],
)
def test_a_wrong_question_is_answered_with_what_is_expected(teachback, arguments, says):
    status, out, err = teachback("units", *arguments)
    assert status == 2
    assert says in err
    assert not out


def test_units_and_price_load_nothing_heavy():
    script = (
        "import sys; from teachback.cli import run; run(['units','40','--training','function','--date','2026-04-14']); "
        "run(['price','97550','--date','2026-04-14','--national']); "
        "print(sorted(m for m in ('rich','polars','openpyxl','numpy') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


# price


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ("97550", "--date", "2026-04-14", "--locality", "03102-00"),
            "03102-00 ARIZONA: one unit is allowed $52.14",
        ),
        (("97550", "--date", "2026-04-14", "--zip", "85004"), "$52.14"),
        (("97550", "--date", "2024-03-08", "--national"), "$52.06"),
        (("97550", "--date", "2024-03-09", "--national"), "$52.93"),
        (("97550", "--date", "2026-04-14", "--national", "--place", "22"), "$39.75"),
        (
            ("97550", "--date", "2026-04-14", "--national", "--place", "22", "--practitioner", "PT"),
            "under GP: one unit is allowed $52.77",
        ),
        (("97550", "--date", "2026-04-14", "--national", "--practitioner", "NP"), "$44.85"),
        (("G0539", "--date", "2026-04-14", "--national", "--practitioner", "CSW"), "$39.83"),
        (
            ("97550", "--date", "2026-04-14", "--national", "--nonparticipating"),
            "limiting charge when unassigned: $57.65",
        ),
        (("97550", "--date", "2026-04-14", "--national", "--apm"), "$53.04"),
        (
            ("97551", "--date", "2026-04-14", "--national"),
            "full 45 minutes in all; a midpoint reading would say 38",
        ),
        (("97550", "--date", "2027-01-01", "--national"), "not published (P101)"),
        (("G0541", "--date", "2024-12-31", "--national"), "not payable"),
        (("96202", "--date", "2023-12-31", "--national"), "bundled"),
        (
            ("96202", "--date", "2026-04-14", "--national", "--practitioner", "PT"),
            "never put on the therapy list",
        ),
        (("97550", "--date", "2026-04-14", "--zip", "99999"), "not one of CMS's (P102)"),
        (("97550", "--date", "2026-04-14", "--national", "--place", "88"), "no CMS place of service (S101)"),
    ],
)
def test_price_answers_with_its_arithmetic(teachback, arguments, says):
    status, out, _ = teachback("price", *arguments)
    assert status == 0
    assert says in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("97110", "--date", "2026-04-14", "--national"), "not a caregiver-training code"),
        (("97550", "--date", "2026-04-14"), "say where"),
        (("97550", "--date", "2026-04-14", "--national", "--zip", "85004"), "say where"),
        (
            ("97550", "--date", "2026-04-14", "--locality", "Arizona"),
            "expected contractor and locality number",
        ),
        (("97550", "--date", "2026-04-14", "--zip", "8500"), "five digits"),
    ],
)
def test_a_wrong_price_question_is_refused(teachback, arguments, says):
    status, _, err = teachback("price", *arguments)
    assert status == 2
    assert says in err


# code


def test_code_prints_a_report_for_people(teachback):
    status, out, err = teachback("code", EXAMPLES)
    assert status == 0
    assert not err
    for words in (
        "Ready to bill",
        "On hold",
        "Lost: not billable",
        "The clinician can cure",
        "D206 consent-caregiver-not-named",
    ):
        assert words in out


def test_the_report_adds_up(teachback):
    from teachback.assess import assess
    from teachback.cli.tables import groups, money
    from teachback.intake import read_sessions

    found = assess(read_sessions(EXAMPLES).sessions)
    parts = [money(kept) for _, kept in groups(found)]
    assert sum(p.allowed for p in parts) == money(found).allowed
    assert sum(p.sessions for p in parts) == len(found)


def as_text(column, value):
    """A cell of a workbook as the CSV writes it: real numbers and real dates, not text."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    amount = column.endswith("amount") or column.startswith("medicare_payment")
    return (
        f"{Decimal(str(value)):.2f}" if amount and value is not None else str("" if value is None else value)
    )


def test_csv_and_xlsx_hold_the_same_lines_as_jsonl(teachback, tmp_path):
    assert teachback("code", EXAMPLES, "--format", "jsonl", "--out", tmp_path / "o.jsonl")[0] == 0
    assert teachback("code", EXAMPLES, "--format", "csv", "--out", tmp_path / "o.csv")[0] == 0
    assert teachback("code", EXAMPLES, "--format", "xlsx", "--out", tmp_path / "o.xlsx")[0] == 0
    wanted = [
        (r["session_id"], line["procedure_code"], str(line["units"]), line["allowed_amount"])
        for r in map(json.loads, (tmp_path / "o.jsonl").read_text("utf-8").splitlines())
        for line in r["service_lines"]
    ]
    text = list(csv.DictReader((tmp_path / "o.csv").open(encoding="utf-8")))
    assert [
        tuple(r[k] for k in ("session_id", "procedure_code", "units", "allowed_amount"))
        for r in text
        if r["procedure_code"]
    ] == wanted
    sheet = openpyxl.load_workbook(tmp_path / "o.xlsx")["lines"]
    head, *body = sheet.iter_rows(values_only=True)
    assert list(head) == list(text[0])
    assert [tuple(map(as_text, head, row)) for row in body] == [tuple(r.values()) for r in text]
    totals = list(openpyxl.load_workbook(tmp_path / "o.xlsx")["totals"].iter_rows(values_only=True))
    everything = dict(zip(totals[0], totals[-1], strict=True))
    lines = [
        line
        for r in map(json.loads, (tmp_path / "o.jsonl").open(encoding="utf-8"))
        for line in r["service_lines"]
    ]
    assert as_text("allowed_amount", everything["allowed_amount"]) == str(
        sum(Decimal(line["allowed_amount"]) for line in lines)
    )


def test_xlsx_needs_a_place_to_write(teachback):
    status, _, err = teachback("code", EXAMPLES, "--format", "xlsx")
    assert status == 2
    assert "--out" in err


def test_a_cell_that_looks_like_a_formula_is_escaped(teachback, tmp_path):
    file = tmp_path / "f.jsonl"
    file.write_text(changed(id="=cmd|' /C calc'!A1"), "utf-8")
    _, out, _ = teachback("code", file, "--format", "csv")
    assert "\n'=cmd" in out


# explain, template, demo


def test_explain_reads_like_a_proof(teachback):
    status, out, _ = teachback("explain", EXAMPLES, "E15")
    assert status == 0
    for words in (
        "97550 x1 GO CO",
        "x conversion factor 33.4009 = 52.1351, rounded to $52.14",
        "86 FR 65169-65173",
        "x 85 % for the assistant = $35.45",
        "less sequestration 2 % = $0.71: Medicare pays $34.74",
    ):
        assert words in out


def test_explain_tells_both_readings_of_forty_minutes(teachback):
    _, out, _ = teachback("explain", EXAMPLES, "E03")
    assert "A midpoint reading would add 97551; Medicare requires the full 45 (89 FR 97817)" in out


def test_explain_asks_for_the_one_missing_fact(teachback):
    _, out, _ = teachback("explain", EXAMPLES, "E22")
    assert "Was the patient present?  no: payable; yes: not billable" in out


def test_explain_never_suggests_other_minutes(teachback):
    for session in ("E02", "E04", "E05"):
        _, out, _ = teachback("explain", EXAMPLES, session)
        missing = out[out.index("WHAT ONE MISSING FACT") :]
        assert "inute" not in missing
        assert "No single missing fact would change the verdict" in missing


def test_explain_shows_the_session_that_bears_the_lines(teachback):
    _, out, _ = teachback("explain", EXAMPLES, "E24")
    assert "its minutes were added to session E23" in out


def test_explain_shows_one_patient_of_a_group(teachback):
    _, out, _ = teachback("explain", EXAMPLES, "E07", "--patient", "E07P2")
    assert out.count("WHAT HAPPENED") == 1
    assert "patient E07P2" in out


@pytest.mark.parametrize("arguments", [("NOPE",), ("E01", "--patient", "NOPE")])
def test_explain_names_what_it_does_not_find(teachback, arguments):
    status, _, err = teachback("explain", EXAMPLES, *arguments)
    assert status == 2
    assert "NOPE" in err


def test_the_template_is_written_once_and_kept(teachback, tmp_path):
    file = tmp_path / "sessions.xlsx"
    assert teachback("template", file)[0] == 0
    status, _, err = teachback("template", file)
    assert status == 2
    assert "--force" in err
    assert teachback("template", file, "--force")[0] == 0
    assert teachback("template", tmp_path / "sessions.csv")[0] == 2


def test_the_demo_tells_what_is_ready_stuck_and_nearly_wrong(teachback, tmp_path):
    file = tmp_path / "practice.jsonl"
    status, out, _ = teachback("demo", "--out", file)
    assert status == 0
    for words in (
        "Ready to bill",
        "The front desk can cure",
        "WHAT WAS NEARLY BILLED WRONGLY",
        "false claims avoided",
    ):
        assert words in out
    assert teachback("demo")[1].split("NEXT")[0] == out.split("NEXT")[0]
    assert teachback("code", file)[0] == 0


@pytest.mark.parametrize("form", ["jsonl", "table"])
def test_the_command_ends_quietly_when_its_reader_goes_away(form, tmp_path):
    file = tmp_path / "long.jsonl"
    file.write_text("".join(f"{changed(id=f'S{n}')}\n" for n in range(400)), "utf-8")
    command = [sys.executable, "-m", "teachback.cli", "code", str(file), "--format", form]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ}
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
    assert process.returncode == 0


def test_the_input_is_never_overwritten(teachback, tmp_path):
    file = tmp_path / "mine.jsonl"
    file.write_text(LINES[0], "utf-8")
    status, _, err = teachback("code", file, "--format", "jsonl", "--out", file)
    assert status == 2
    assert "another name" in err
    assert file.read_text("utf-8") == LINES[0]


@pytest.mark.parametrize("command", [("code", EXAMPLES, "--out"), ("template",), ("demo", "--out")])
def test_a_place_that_cannot_be_written_is_named(teachback, tmp_path, command):
    status, _, err = teachback(*command, tmp_path / "nowhere" / "out.xlsx")
    assert status == 2
    assert "nowhere" in err


def test_a_file_is_written_whole_or_not_at_all(teachback, tmp_path, monkeypatch):
    from teachback.cli import coding

    out = tmp_path / "out.jsonl"
    out.write_text("yesterday", "utf-8")

    def fails(_assessments):
        yield "half a line"
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(coding, "json_lines", fails)
    status, _, err = teachback("code", EXAMPLES, "--format", "jsonl", "--out", out)
    assert status == 2
    assert "No space left" in err
    assert out.read_text("utf-8") == "yesterday"
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]


def test_a_fault_of_our_own_is_told_without_a_traceback(teachback, monkeypatch):
    from teachback.cli import coding

    def fails(*_arguments, **_more):
        raise ZeroDivisionError

    monkeypatch.setattr(coding, "assess", fails)
    status, out, err = teachback("code", EXAMPLES)
    assert status == 2
    assert "fault of Teachback's own" in err
    assert not out


def test_the_ending_of_out_chooses_the_format(teachback, tmp_path):
    assert teachback("code", EXAMPLES, "--out", tmp_path / "o.xlsx")[0] == 0
    assert openpyxl.load_workbook(tmp_path / "o.xlsx").sheetnames == ["lines", "findings", "totals"]
    assert teachback("code", EXAMPLES, "--out", tmp_path / "o.jsonl")[0] == 0
    assert json.loads((tmp_path / "o.jsonl").read_text("utf-8").splitlines()[0])["session_id"] == "E01"


def test_the_mapping_is_never_overwritten(teachback, tmp_path):
    mapping = tmp_path / "m.toml"
    mapping.write_text("[columns]\n", "utf-8")
    arguments = ("--map", mapping, "--format", "csv", "--out", mapping)
    status, _, _ = teachback("code", CONTRACT / "sessions.example.csv", *arguments)
    assert status == 2
    assert mapping.read_text("utf-8") == "[columns]\n"


def test_the_rights_of_an_existing_file_are_kept(teachback, tmp_path):
    out = tmp_path / "o.jsonl"
    out.touch(mode=0o600)
    assert teachback("code", EXAMPLES, "--out", out)[0] == 0
    assert out.stat().st_mode & 0o777 == 0o600


def test_nothing_in_a_record_steers_the_terminal(teachback, tmp_path):
    file = tmp_path / "evil.jsonl"
    file.write_text(changed(id="a\u001b[31mb\u202ec"), "utf-8")
    for arguments in (
        ("code", file),
        ("explain", file, "a\u001b[31mb\u202ec"),
        ("explain", file, "\u001b[2J"),
    ):
        _, out, err = teachback(*arguments)
        assert "\u001b" not in out + err
        assert "\u202e" not in out + err
