"""The report: text for people, lines and SARIF for machines, exit status, and what is no 837."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import date

import jsonschema
import pytest

from teachback.check.catalog import catalog_rows
from teachback.check.text import MOST_CLAIMS, Kept, lines
from teachback.cli.checking import run_check
from tests.check.asking import RECEIVED, asked, edited
from tests.x12.mutants import INSTITUTIONAL, PROFESSIONAL

WRONG = edited(PROFESSIONAL, ("CLM*TB0002*95", "CLM*TB0002*96"), ("XX*2300000017", "XX*2300000018"))
SECRETS = ("PERONELLE", "ILEANA", "ASHBY", "TOBIAH", "7SU0KP3MN77", "3SC4WP0XY22", "19470506", "MESQUITE")
REMITTANCE = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *260420*0915*^*00501*000000001*0*T*:~"
    "GS*HP*PAYER*CLINIC*20260420*0915*1*X*005010X221A1~ST*835*0001~BPR*I*0*C*NON************20260420~SE*3*0001~GE*1*1~"
    "IEA*1*000000001~"
)


@pytest.fixture
def file(tmp_path):
    def write(text, name="claims.837"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def check(*files, **options):
    return run_check(list(files), **{"received": RECEIVED, **options})


def test_the_text_puts_errors_first_and_ends_with_one_sentence(file, capsys):
    assert check(file(WRONG)) == 1
    text = capsys.readouterr().out
    assert text.index("ERROR") < text.index("note")
    assert "CLAIM TB0001 (claim 1 of the file, line 21)" in text
    assert "do: Look the provider up" in text
    assert text.rstrip().splitlines()[-1] == "2 errors in 2 of 2 claims; 0 claims are clean; 1 note"


def test_a_clean_file_ends_with_status_0(file, capsys):
    assert check(file(PROFESSIONAL), file(INSTITUTIONAL, "i.837")) == 0
    text = capsys.readouterr().out
    assert "no errors in 2 claims" in text
    assert "ALL FILES: no errors in 3 claims" in text


@pytest.mark.parametrize("format_", ["text", "jsonl", "sarif"])
def test_no_patient_stands_in_a_report(file, capsys, format_):
    check(file(WRONG.replace("CLM*TB0001*150", "CLM*TB0001*1X0")), format_=format_)
    shown = capsys.readouterr()
    assert not [secret for secret in SECRETS if secret in shown.out + shown.err]


def test_json_lines_have_position_and_cure(file, capsys):
    path = file(WRONG)
    assert check(path, format_="jsonl") == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    row = next(row for row in rows if row["code"] == "X501")
    assert row["claim"] == "TB0002"
    assert row["element"] == "CLM02"
    assert row["remedy"]
    assert path.read_text()[row["byte"] :].startswith("CLM*TB0002")
    assert path.read_text().splitlines()[row["line"] - 1].startswith("CLM*TB0002")


SARIF_SHAPE = {
    "type": "object",
    "required": ["version", "$schema", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {"type": "object", "required": ["driver"]},
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["ruleId", "level", "message", "locations"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {"type": "object", "required": ["text"]},
                            },
                        },
                    },
                },
            },
        },
    },
}


def test_sarif_has_its_shape_and_knows_its_rules(file, tmp_path):
    out = tmp_path / "report.sarif"
    assert check(file(WRONG), file(PROFESSIONAL, "clean.837"), out=out) == 1
    log = json.loads(out.read_text())
    jsonschema.validate(log, SARIF_SHAPE)
    run = log["runs"][0]
    known = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert {result["ruleId"] for result in run["results"]} <= known


def test_every_code_of_the_catalog_stands_once():
    rows = catalog_rows()
    told = [row["code"] for row in rows]
    assert len(told) == len(set(told))
    assert all(row["name"] and row["meaning"] for row in rows)


def test_several_files_in_several_processes_say_the_same(file, capsys):
    paths = [file(WRONG), file(PROFESSIONAL, "b.837"), file(INSTITUTIONAL, "c.837")]
    assert check(*paths) == 1
    alone = capsys.readouterr().out
    assert check(*paths, workers=2) == 1
    assert capsys.readouterr().out == alone


def test_other_transactions_are_named(file, capsys):
    assert check(file(REMITTANCE)) in {0, 1}
    text = capsys.readouterr().out
    assert "1 x 835 (remittance)" in text


@pytest.mark.parametrize("data", [b"", b"%PDF-1.4 nothing of ours", b"\x00" * 500, b"name,claim\nA,1\n"])
def test_what_is_no_x12_is_one_sentence_and_status_2(file, capsys, data):
    assert check(file(data)) == 2
    shown = capsys.readouterr()
    assert "not X12" in shown.out
    assert len(shown.out.splitlines()) == 1
    assert check(file(data), format_="jsonl") == 2
    assert "not X12" in capsys.readouterr().err


def test_wrong_usage_is_status_2(file, capsys, tmp_path):
    assert check() == 2
    assert check(tmp_path / "absent.837") == 2
    assert check(file(PROFESSIONAL), format_="xml") == 2
    assert check(file(PROFESSIONAL), payer="nobody") == 2
    assert check(file(PROFESSIONAL), out=file(PROFESSIONAL)) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_one_absent_file_leaves_the_others_read(file, tmp_path, capsys):
    assert check(tmp_path / "absent.837", file(PROFESSIONAL)) == 0
    shown = capsys.readouterr()
    assert "absent.837" in shown.err
    assert "no errors in 2 claims" in shown.out


def test_strict_asks_the_second_opinion(file, capsys):
    pytest.importorskip("pyx12")
    check(file(edited(PROFESSIONAL, ("GP*90*UN*1***1:2", "GP*90*QQ*1***1:2"))), strict=True)
    assert "X901" in capsys.readouterr().out
    assert check(file(PROFESSIONAL, "clean.837"), strict=True) == 0
    assert "X901" not in capsys.readouterr().out


def test_strict_tells_how_to_install_it(file, capsys, monkeypatch):
    monkeypatch.setattr("teachback.check.strict.is_installed", lambda: False)
    assert check(file(PROFESSIONAL), strict=True) == 2
    assert "teachback[strict]" in capsys.readouterr().err


def test_the_text_keeps_few_claims_of_many_and_says_so():
    kept = Kept()
    found, counts = asked(WRONG)
    issue = next(issue for issue in found.issues if issue.code == "X501")
    from teachback.check import ClaimRef

    for ordinal in range(MOST_CLAIMS + 5):
        kept.tell([issue], ClaimRef(ordinal, f"C{ordinal}", 1, ordinal))
    text = "\n".join(lines(kept, counts, "many.837"))
    assert "5 more issues are not shown here" in text
    assert text.count("\nCLAIM ") == MOST_CLAIMS


def test_standard_input_is_read():
    done = subprocess.run(
        [sys.executable, "-m", "teachback.cli", "check", "-", "--received", "2026-05-04"],
        input=WRONG.encode(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert b"2 errors in 2 of 2 claims" in done.stdout


def test_a_folder_stands_for_its_files(tmp_path, capsys):
    for name in ("a.837", "b.edi", ".hidden"):
        (tmp_path / name).write_text(PROFESSIONAL, "ascii")
    assert run_check([tmp_path], received=date(2026, 5, 4)) == 0
    out = capsys.readouterr().out
    assert "ALL FILES" in out
    assert ".hidden" not in out


def test_the_day_received_decides_what_lies_in_the_future():
    assert "X521" not in {issue.code for issue in asked(PROFESSIONAL)[0].issues}
    early, _ = asked(PROFESSIONAL, received=date(2026, 4, 1))
    assert {"X521", "U114"} & {issue.code for issue in early.issues}


def test_a_stream_of_another_kind_is_read_too():
    from teachback.check import Options, check_stream

    kept = Kept()
    counts = check_stream(io.BytesIO(PROFESSIONAL.encode()), Options(received=RECEIVED), kept)
    assert counts.claims == 2
    assert counts.interchanges == 1
