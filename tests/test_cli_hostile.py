"""Hostile input at the command line: a clear answer each, no traceback, nothing good lost."""

from __future__ import annotations

import json

import pytest

from tests.records import CONTRACT, LINES, changed


def test_one_bad_line_is_named_and_the_good_ones_go_through(teachback, tmp_path):
    file = tmp_path / "mixed.jsonl"
    file.write_text("\n".join([LINES[0], LINES[1][:400], LINES[2], changed(3, minutes=-5)]), "utf-8")
    status, out, err = teachback("code", file, "--format", "jsonl")
    assert status == 1
    assert [json.loads(line)["session_id"] for line in out.splitlines()] == ["E01", "E03"]
    assert "line 2" in err
    assert "line 4" in err
    assert "minutes" in err


HOSTILE = {
    "empty": b"",
    "only blanks": b"\n\n  \n",
    "wrong encoding": b'{"id": "\xff\xfe"}\n',
    "not json": b"hello\n",
    "truncated": LINES[0][:700].encode(),
    "a list of numbers": b"[1, 2, 3]",
    "deep": b'{"id":' * 100_000,
    "huge number": b'{"id": "x", "minutes": ' + b"9" * 10_000 + b"}",
    "NaN": changed(minutes=None).replace('"minutes": null', '"minutes": NaN').encode(),
    "date of 1850": changed(date_of_service="1850-01-01").encode(),
    "date of 2300": changed(date_of_service="2300-01-01").encode(),
    "30 February": changed(date_of_service="2026-02-30").encode(),
    "negative minutes": changed(minutes=-1).encode(),
    "minutes as text": changed(minutes="45").encode(),
    "no patients": changed(patients=[]).encode(),
    "unknown kind": changed(practitioner__type="WIZARD").encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_gets_a_clear_answer(teachback, tmp_path, name):
    file = tmp_path / "hostile.jsonl"
    file.write_bytes(HOSTILE[name])
    status, out, err = teachback("code", file)
    assert status == 2
    assert not out
    assert err.startswith("refused: ")
    assert "hostile.jsonl" in err
    assert len(err) < 3000


@pytest.mark.parametrize("name", ["nowhere.jsonl", "."])
def test_a_file_that_cannot_be_read_is_named(teachback, tmp_path, name):
    status, _, err = teachback("code", tmp_path / name)
    assert status == 2
    assert err.startswith("refused: ")


def test_a_row_of_forty_thousand_columns_is_refused_quickly(teachback, tmp_path):
    file = tmp_path / "wide.csv"
    good = (CONTRACT / "sessions.example.csv").read_text("utf-8").splitlines()
    file.write_text("\n".join([good[0], good[1] + ",x" * 40_000, good[4]]), "utf-8")
    status, out, err = teachback("code", file, "--format", "jsonl")
    assert status == 1
    assert [json.loads(line)["session_id"] for line in out.splitlines()] == ["E15"]
    assert "row 2" in err
    assert len(err) < 3000


def test_a_group_of_five_hundred_is_a_group(teachback, tmp_path):
    record = json.loads(LINES[6])
    first = record["patients"][0]
    record["patients"] = [{**first, "id": f"P{n}"} for n in range(500)]
    file = tmp_path / "crowd.jsonl"
    file.write_text(json.dumps(record), "utf-8")
    status, out, _ = teachback("code", file, "--format", "jsonl")
    assert status == 0
    lines = [json.loads(line)["service_lines"] for line in out.splitlines()]
    assert len(lines) == 500
    assert all(line[0]["procedure_code"] == "97552" and line[0]["units"] == 1 for line in lines)


def test_names_of_every_kind_go_through(teachback, tmp_path):
    file = tmp_path / "names.jsonl"
    kin = [{"name": "Zoë O'Néil-😀 Ng", "adult": True, "unpaid": True, "assists": True}]
    record = json.loads(changed(patient__caregivers=kin))
    record["patients"][0]["consent"]["caregivers"] = ["zoë  o'néil-😀 ng"]
    file.write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    status, out, _ = teachback("code", file, "--format", "jsonl")
    assert status == 0
    assert json.loads(out)["disposition"] == "payable"


def test_nobody_is_named_in_an_error(teachback, tmp_path):
    record = json.loads(changed(patient__birth_date="Pat Doe born 1945"))
    record["patients"][0]["mbi"] = 12345
    file = tmp_path / "private.jsonl"
    file.write_text(json.dumps(record), "utf-8")
    _, out, err = teachback("code", file)
    for secret in ("Pat", "Doe", "1945", "12345", "Kin 0"):
        assert secret not in out + err


def test_a_first_run_on_an_export_proposes_a_mapping(teachback, tmp_path):
    good = (CONTRACT / "sessions.example.csv").read_text("utf-8").splitlines()
    names = {
        "id": "Visit #",
        "date_of_service": "DOS",
        "practitioner.npi": "Provider NPI",
        "practitioner.type": "Provider Type",
        "patient.id": "MRN",
    }
    header = ",".join(names.get(name, name) for name in good[0].split(","))
    file = tmp_path / "export.csv"
    file.write_text("\n".join([header, *good[1:]]), "utf-8")
    status, _, err = teachback("code", file)
    assert status == 2
    assert "[columns]" in err
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        "[columns]\n" + "\n".join(f'"{theirs}" = "{ours}"' for ours, theirs in names.items()), "utf-8"
    )
    status, out, _ = teachback("code", file, "--map", mapping, "--format", "jsonl")
    assert status == 0
    assert len(out.splitlines()) == 4
    proposal = err[err.index("[columns]") :]
    mapping.write_text(proposal, "utf-8")
    assert teachback("code", file, "--map", mapping)[0] == 0


def test_a_faulty_mapping_is_named(teachback, tmp_path):
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('[columns]\n"DOS" = "nowhere"\n', "utf-8")
    status, _, err = teachback("code", CONTRACT / "sessions.example.csv", "--map", mapping)
    assert status == 2
    assert "nowhere" in err
