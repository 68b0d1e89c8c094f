"""What is read: batch results, claims files, and the sentences for those that cannot be."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from teachback.audit import AuditError, Request, Wish, audit
from teachback.audit.claims import open_claims
from teachback.audit.source import open_batch
from teachback.audit.thresholds import load, shipped
from tests.audit.making import frames, npi, write_batch

A, B = npi(1), npi(2)


@pytest.fixture
def batch(tmp_path):
    return write_batch(tmp_path / "batch", frames(300), parts=2)


def claims_csv(tmp_path, text, name="claims.csv"):
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def test_a_batch_result_is_opened_part_by_part(batch):
    book = open_batch(batch)
    assert book.kind == "batch"
    assert [part.name for part in book.parts] == ["part-00000", "part-00001"]


def test_what_is_missing_is_named_with_the_command_that_makes_it(batch):
    (batch / "summary.json").unlink()
    with pytest.raises(
        AuditError, match=r"summary.json missing. teachback batch SESSIONS --out DIR makes it"
    ):
        open_batch(batch)


def test_an_empty_result_says_so(tmp_path):
    empty = tuple(frame.clear() for frame in frames(300))
    with pytest.raises(AuditError, match="holds no sessions"):
        open_batch(write_batch(tmp_path / "b", empty, parts=1))


def test_parts_that_do_not_belong_together_are_refused(batch):
    (batch / "sessions" / "part-00001.parquet").unlink()
    with pytest.raises(AuditError, match="part-00001 has lines or findings but no sessions"):
        open_batch(batch)


def test_a_damaged_file_is_named(batch, tmp_path):
    (batch / "findings" / "part-00000.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(AuditError, match=r"findings.part-00000.parquet cannot be read as Parquet"):
        audit(Request(batch, tmp_path / "out"))
    assert not list((tmp_path / "out").glob(".teachback*"))


def test_other_columns_are_named(batch, tmp_path):
    file = batch / "sessions" / "part-00000.parquet"
    pl.read_parquet(file).drop("repeats").write_parquet(file)
    with pytest.raises(AuditError, match=r"does not have the columns of a batch result: .*repeats"):
        audit(Request(batch, tmp_path / "out"))


def test_damaged_summary(batch):
    (batch / "summary.json").write_text("{", encoding="utf-8")
    with pytest.raises(AuditError, match=r"summary.json cannot be read"):
        open_batch(batch)


def test_claims_of_several_spellings_are_typed(tmp_path):
    text = (
        "Patient_ID;NPI;dos;HCPCS;units;modifier;allowed;pos;charge\n"
        f"p1;{A};2026-03-02;97550;1;GP, KX;$52.77;11;110\n"
        f'p1;{A};3/2/2026;g0542;2.0;;"1,052.7";2;\n'
        f"p2;{A};20260302;97550;1;gp;0.1;11;1\n"
    )
    book = open_claims(claims_csv(tmp_path, text), tmp_path)
    assert book.rows_read == 3
    assert not book.rows_refused
    assert not book.has_kind
    found = pl.read_parquet(book.parts[0].files["lines"]).sort("allowed_cents")
    assert found["allowed_cents"].to_list() == [10, 5277, 105270]
    assert found["date_of_service"].unique().to_list() == [date(2026, 3, 2)]
    assert found["modifiers"].to_list() == ["GP", "GP;KX", ""]
    assert found["procedure_code"].to_list() == ["97550", "97550", "G0542"]
    assert found["place_of_service"].to_list() == ["11", "11", "02"]


def test_medicares_own_carrier_columns_are_known(tmp_path):
    frame = pl.DataFrame(
        {
            "BENE_ID": ["b1"],
            "CLM_ID": [77],
            "PRF_PHYSN_NPI": [int(A)],
            "LINE_1ST_EXPNS_DT": [date(2026, 1, 5)],
            "HCPCS_CD": ["97550"],
            "HCPCS_1ST_MDFR_CD": ["GP"],
            "HCPCS_2ND_MDFR_CD": ["KX"],
            "LINE_SRVC_CNT": [1.0],
            "LINE_ALOWD_CHRG_AMT": [52.77],
            "LINE_PLACE_OF_SRVC_CD": ["11"],
        }
    )
    file = tmp_path / "carrier.parquet"
    frame.write_parquet(file)
    book = open_claims(file, tmp_path / "work")
    row = pl.read_parquet(book.parts[0].files["lines"]).row(0, named=True)
    assert (row["allowed_cents"], row["units"], row["modifiers"], row["claim_id"]) == (5277, 1, "GP;KX", "77")


def test_rows_that_cannot_be_used_are_counted_with_their_reason(tmp_path):
    text = (
        "patient_id,practitioner_npi,date_of_service,procedure_code,units,allowed\n"
        f"p1,{A},2026-03-02,97550,1,52.77\n"
        f",{A},2026-03-02,97550,1,52.77\n"
        "p1,123,2026-03-02,97550,1,52.77\n"
        f"p1,{A},2026-02-30,97550,1,52.77\n"
        f"p1,{A},2026-03-02,9755,1,52.77\n"
        f"p1,{A},2026-03-02,97550,1.5,52.77\n"
        f'p1,{A},2026-03-02,97550,1,"52,77x"\n'
    )
    book = open_claims(claims_csv(tmp_path, text), tmp_path)
    assert (book.rows_read, book.rows_refused) == (7, 6)
    assert set(book.refused.values()) == {1}
    assert any("date" in reason for reason in book.refused)


def test_claims_that_cannot_be_used_at_all(tmp_path):
    with pytest.raises(AuditError, match="no column units, allowed"):
        open_claims(claims_csv(tmp_path, "patient_id,npi,dos,code\n"), tmp_path)
    head = "patient_id,npi,dos,code,units,allowed\n"
    with pytest.raises(AuditError, match="none of 1 rows can be used; most often no patient"):
        open_claims(claims_csv(tmp_path, head + ",,,,,\n"), tmp_path / "w2")
    with pytest.raises(AuditError, match="there is no file or folder"):
        open_claims(tmp_path / "nowhere", tmp_path)
    (tmp_path / "folder").mkdir()
    with pytest.raises(AuditError, match="neither a batch result"):
        open_claims(tmp_path / "folder", tmp_path)
    with pytest.raises(AuditError, match="reads Parquet or CSV"):
        open_claims(claims_csv(tmp_path, "x", "claims.xls"), tmp_path)


def test_thresholds_are_laid_over_and_marked(tmp_path):
    file = tmp_path / "ours.toml"
    file.write_text("[same-minutes]\nequal_share = 0.7\n[sample]\nconfidence = 0.8\n", encoding="utf-8")
    catalog = load(file)
    changed = catalog.pattern("same-minutes").thresholds["equal_share"]
    assert (changed.value, changed.changed) == (0.7, True)
    assert catalog.setting("sample", "confidence") == 0.8
    assert catalog.pattern("same-minutes").value("sessions") == 10


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[same-minuts]\nequal_share = 0.7", "did you mean same-minutes"),
        ("[same-minutes]\nequal = 0.7", "same-minutes.equal is not a threshold"),
        ("[same-minutes]\nequal_share = 7", "between 0 and 1"),
        ("[same-minutes]\nsessions = 2.5", "whole number"),
        ("[same-minutes]\nsessions = -1", "above 0"),
        ("[same-minutes]\nsessions = 'ten'", "is a number"),
        ("same-minutes = 3", "is a table"),
        ("[same-minutes", "not a TOML file"),
    ],
)
def test_thresholds_that_cannot_be_used_are_explained(tmp_path, text, message):
    file = tmp_path / "ours.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(AuditError, match=message):
        load(file)


def test_every_pattern_says_why_what_to_do_and_its_source():
    for pattern in shipped().patterns:
        assert pattern.title
        assert pattern.why.endswith(".")
        assert pattern.do.endswith(".")
        assert pattern.cites
        assert (
            pattern.findings
            or pattern.lines
            or pattern.needs_claims
            or pattern.unjudged
            or pattern.thresholds
        )


def test_every_pattern_of_the_batch_names_findings_that_the_contract_has():
    import csv

    from tests.records import CONTRACT

    known = {row["code"] for row in csv.DictReader((CONTRACT / "findings.csv").open(encoding="utf-8"))}
    for pattern in shipped().patterns:
        assert known.issuperset(pattern.findings), pattern.id


def test_a_folder_of_rows_from_elsewhere_is_kept(batch, tmp_path):
    kept = tmp_path / "out" / "rows" / "mine.txt"
    kept.parent.mkdir(parents=True)
    kept.write_text("mine", encoding="utf-8")
    with pytest.raises(AuditError, match="holds what no audit wrote"):
        audit(Request(batch, tmp_path / "out"))
    assert kept.read_text(encoding="utf-8") == "mine"


def test_summary_names_the_payer(batch):
    assert json.loads((batch / "summary.json").read_text("utf-8"))["payer"] == "medicare"
    assert open_batch(batch).summary["payer"] == "medicare"
    assert Wish().seed == 7


def test_the_reference_names_every_pattern_and_threshold_with_its_value():
    page = Path("docs/reference/audit.md").read_text("utf-8")
    catalog = shipped()
    for pattern in catalog.patterns:
        assert f"| `{pattern.id}`: {pattern.title} | {pattern.severity.value} |" in page
    groups = {pattern.id: pattern.thresholds for pattern in catalog.patterns} | dict(catalog.settings)
    for group, entries in groups.items():
        for entry in entries.values():
            assert f"| `{group}.{entry.name}` | {entry.value:g} | {entry.says} |" in page
