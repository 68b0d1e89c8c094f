"""The report as files: page, workbook, JSON and rows agree; nothing in them steers a spreadsheet or a browser."""

import json
import re

import openpyxl
import polars as pl
import pytest

from teachback.audit import AuditError, Request, Wish, audit, write
from teachback.cli.auditing import run_audit
from tests.audit.making import frames, many, npi, write_batch


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A batch result of eight practices, one practitioner planted far above the peers; and its report."""
    folder = tmp_path_factory.mktemp("r")
    lines, findings, sessions = many(frames(300), 8)
    odd = npi(3)
    sessions = sessions.with_columns(
        practitioner_kind=pl.when(pl.col("practitioner_npi") == odd)
        .then(pl.lit("PT"))
        .otherwise(pl.col("practitioner_kind").cast(pl.String)),
        disposition=pl.when(pl.col("practitioner_npi") == odd)
        .then(pl.lit("hold"))
        .otherwise(pl.col("disposition").cast(pl.String)),
    )
    batch = write_batch(folder / "batch", (lines, findings, sessions), parts=3)
    report = audit(Request(batch, folder / "out", Wish(seed=3)))
    write(report)
    return batch, folder / "out", report


def sheet_rows(book, name):
    rows = list(book[name].iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_page_workbook_and_json_tell_the_same(made):
    _, out, report = made
    told = json.loads((out / "audit.json").read_text("utf-8"))
    book = openpyxl.load_workbook(out / "audit.xlsx")
    page = (out / "audit.html").read_text("utf-8")
    assert told["at_risk_cents"] == report.at_risk_cents == sum(m["at_risk_cents"] for m in told["by_month"])
    summary = {row["What"]: row["Value"] for row in sheet_rows(book, "Summary")}
    assert round(summary["Money at risk, each dollar once"] * 100) == told["at_risk_cents"]
    dollars = f"${told['at_risk_cents'] // 100:,}.{told['at_risk_cents'] % 100:02d}"
    assert dollars in page
    for pattern in told["patterns"]:
        if pattern["units"]:
            rows = pl.read_parquet(out / pattern["rows"])
            assert rows.height == pattern["units"]
            assert rows["allowed_cents"].sum() == pattern["allowed_cents"]
            assert f'id="{pattern["id"]}"' in page
            assert pattern["id"] in book.sheetnames
    at_risk = pl.read_parquet(out / "rows" / "at-risk.parquet")
    assert at_risk["allowed_cents"].sum() == told["at_risk_cents"]
    assert told["rows"]["rows/at-risk.parquet"] == at_risk.height


def test_the_outlier_is_told_with_its_rows(made):
    _, out, report = made
    told = json.loads((out / "audit.json").read_text("utf-8"))["peers"]["higher"]
    assert (npi(3), "holds") in {(row["npi"], row["measure"]) for row in told}
    rows = pl.read_parquet(out / "rows" / "practitioners-told.parquet")
    assert npi(3) in set(rows["practitioner_npi"])
    assert not report.risk.told_rows.of(practitioner_npi=npi(3), measure="holds", of_family="all").is_empty()
    assert pl.read_parquet(out / "rows" / "peers.parquet").height == report.peers.rows.height


def test_the_page_needs_nothing_from_elsewhere(made):
    _, out, _ = made
    page = (out / "audit.html").read_text("utf-8")
    assert not re.search(r"""(src|href)=["'](?!#)""", page)
    assert "url(http" not in page
    assert "@import" not in page
    assert len(page) < 5_000_000


def test_no_patient_stands_outside_the_rows(made):
    _, out, report = made
    page = (out / "audit.html").read_text("utf-8")
    outside = re.sub(r"<details>.*?</details>", "", page, flags=re.DOTALL)
    patients = set(report.sample.rows["patient_id"])
    assert not [patient for patient in patients if patient in outside]


def test_the_same_input_gives_the_same_files(made, tmp_path):
    batch, out, _ = made
    again = audit(Request(batch, tmp_path / "out", Wish(seed=3)))
    write(again)
    for name in ("audit.html", "audit.json"):
        assert (tmp_path / "out" / name).read_text("utf-8") == (out / name).read_text("utf-8")
    for file in (out / "rows").iterdir():
        assert pl.read_parquet(file).equals(pl.read_parquet(tmp_path / "out" / "rows" / file.name)), file.name


def test_hostile_identifiers_harm_neither_page_nor_sheet(tmp_path):
    lines, findings, sessions = frames(300)
    evil = {
        p: f"=HYPERLINK(\"http://x\")<script>alert('{n}')</script>"
        for n, p in enumerate(sorted(set(sessions["patient_id"])))
    }
    tables = tuple(t.with_columns(pl.col("patient_id").replace(evil)) for t in (lines, findings, sessions))
    report = audit(Request(write_batch(tmp_path / "b", tables, parts=2), tmp_path / "out"))
    write(report)
    page = (tmp_path / "out" / "audit.html").read_text("utf-8")
    assert "<script>alert" not in page
    assert page.count("<script>") == 1
    for name in ("audit.xlsx", "sample.xlsx"):
        book = openpyxl.load_workbook(tmp_path / "out" / name)
        for sheet in book:
            for row in sheet.iter_rows():
                assert not [c for c in row if c.data_type == "f"]
                assert not [c for c in row if isinstance(c.value, str) and c.value.startswith("=")]


def test_another_payer_is_compared(tmp_path):
    old = write_batch(tmp_path / "old", frames(300), parts=3)
    new = write_batch(tmp_path / "new", frames(300, payer="example-midpoint"), parts=3)
    report = audit(Request(new, tmp_path / "out", against=old))
    write(report)
    found, a, b = report.comparison, frames(300)[2], frames(300, payer="example-midpoint")[2]
    assert found.before_cents == a["allowed_cents"].sum()
    assert found.after_cents == b["allowed_cents"].sum()
    joined = a.join(b, on=["session_id", "patient_id", "date_of_service"])
    differ = joined.filter(
        (pl.col("disposition").cast(pl.String) != pl.col("disposition_right").cast(pl.String))
        | (pl.col("units") != pl.col("units_right"))
        | (pl.col("allowed_cents").fill_null(0) != pl.col("allowed_cents_right").fill_null(0))
    )
    assert found.changed >= differ.height > 0
    rows = pl.read_parquet(tmp_path / "out" / "rows" / "changed.parquet")
    assert rows.height == found.changed
    assert (
        rows["allowed_cents"] - rows["allowed_cents_before"]
    ).sum() == found.after_cents - found.before_cents
    codes = found.codes.total()
    assert codes["after_allowed_cents"].sum() == found.after_cents
    page = (tmp_path / "out" / "audit.html").read_text("utf-8")
    assert "What changed" in page
    changes = json.loads((tmp_path / "out" / "audit.json").read_text("utf-8"))["changes"]
    moved = {row["code"]: (row["gone"], row["new"]) for row in changes["change-findings"]}
    assert moved["U101"][0] > 0


def test_results_cut_differently_are_compared_alike(tmp_path):
    new = write_batch(tmp_path / "new", frames(300, payer="example-midpoint"), parts=3)
    seen = []
    for parts in (3, 5):
        old = write_batch(tmp_path / f"old{parts}", frames(300), parts=parts)
        c = audit(Request(new, tmp_path / "out", against=old)).comparison
        seen.append((c.units, c.changed, c.only_before, c.only_after, c.before_cents, c.after_cents))
    assert seen[0] == seen[1]
    assert seen[0][2:4] == (0, 0)


def test_results_of_other_sessions_are_refused(tmp_path):
    new = write_batch(tmp_path / "new", frames(300), parts=2)
    renamed = tuple(table.with_columns(pl.col("session_id") + "x") for table in frames(300))
    with pytest.raises(AuditError, match="no session in common"):
        audit(Request(new, tmp_path / "out", against=write_batch(tmp_path / "old", renamed, parts=2)))


def test_the_command_sums_up_without_names_and_identifiers(tmp_path, capsys):
    batch = write_batch(tmp_path / "b", frames(300), parts=2)
    assert run_audit(batch, out=tmp_path / "out", seed=5) == 0
    printed = capsys.readouterr()
    assert "TOP RISKS" in printed.out
    assert "Money at risk: $" in printed.out
    assert "drawn with seed 5" in printed.out
    assert not [p for p in set(frames(300)[2]["patient_id"]) if re.search(rf"\b{p}\b", printed.out)]
    assert printed.err == ""


def test_the_commands_exit_status(tmp_path, capsys):
    assert run_audit(tmp_path / "nowhere", out=tmp_path / "out") == 2
    assert "there is no file or folder" in capsys.readouterr().err
    file = tmp_path / "claims.csv"
    head = "patient_id,npi,dos,code,units,allowed\n"
    file.write_text(f"{head}p1,{npi(1)},2026-03-02,97550,1,52.77\np1,,2026-03-02,97550,1,52.77\n", "utf-8")
    assert run_audit(file, out=tmp_path / "out") == 1
    assert "refused: 1 rows, because the practitioner's NPI" in capsys.readouterr().err
    assert run_audit(file, out=tmp_path / "out", sample=1) == 2
