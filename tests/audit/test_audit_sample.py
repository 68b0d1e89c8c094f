"""The sample: drawn again by hand, whatever the order; its plan; its workbook; its extrapolation end to end."""

import hashlib
from decimal import Decimal
from random import Random

import openpyxl
import polars as pl
import pytest

from teachback.audit import AuditError, Request, Wish, audit, strata
from teachback.audit.samplebook import DECISION, read_sample
from teachback.audit.thresholds import shipped
from tests.audit.making import frames, write_batch


@pytest.fixture(scope="module")
def batch(tmp_path_factory):
    return write_batch(tmp_path_factory.mktemp("b") / "batch", frames(600), parts=3)


@pytest.fixture
def report(batch, tmp_path):
    return audit(Request(batch, tmp_path / "out", Wish(seed=11, size=24)))


def amounts(*pairs, family="function"):
    return pl.DataFrame(
        [(family, cents, n) for cents, n in pairs],
        schema={"family": pl.String, "allowed_cents": pl.Int64, "n": pl.Int64},
        orient="row",
    )


def test_the_sample_is_drawn_again_by_hand(batch, report):
    """Only the printed algorithm and the input are used: no code of the audit."""
    sessions = pl.concat([pl.read_parquet(file) for file in (batch / "sessions").glob("*.parquet")])
    ready = sessions.filter((pl.col("disposition") == "payable") & (pl.col("allowed_cents") > 0))
    lots = {}
    for row in ready.iter_rows(named=True):
        key = f"{row['session_id']}|{row['patient_id']}|{row['date_of_service'].isoformat()}"
        lots[key] = (hashlib.sha256(f"11|{key}".encode()).hexdigest(), row["allowed_cents"])
    expected = set()
    for stratum in report.sample.strata:
        inside = sorted(
            (lot, key) for key, (lot, cents) in lots.items() if stratum.low <= cents <= stratum.high
        )
        assert len(inside) == stratum.size
        expected |= {key for _, key in inside[: stratum.drawn]}
    assert set(report.sample.rows["key"]) == expected
    assert report.sample.rows.height == 24
    assert report.sample.universe == ready.height
    assert sum(s.cents for s in report.sample.strata) == ready["allowed_cents"].sum()


def test_files_in_another_cut_give_the_same_sample(report, tmp_path):
    other = write_batch(
        tmp_path / "other", tuple(f.sample(fraction=1, shuffle=True, seed=3) for f in frames(600)), 7
    )
    again = audit(Request(other, tmp_path / "out2", Wish(seed=11, size=24)))
    assert again.sample.rows["key"].to_list() == report.sample.rows["key"].to_list()
    seeded = audit(Request(other, tmp_path / "out2", Wish(seed=12, size=24)))
    assert seeded.sample.rows["key"].to_list() != report.sample.rows["key"].to_list()


@pytest.mark.parametrize("stratify", strata.STRATIFY)
@pytest.mark.parametrize("allocate", strata.ALLOCATE)
@pytest.mark.parametrize("frame", ["ready", "at-risk", "all"])
def test_every_plan_covers_its_universe_once(batch, tmp_path, stratify, allocate, frame):
    wish = Wish(5, 40, frame, stratify, allocate)
    drawn = audit(Request(batch, tmp_path / "out", wish)).sample
    assert sum(s.size for s in drawn.strata) == drawn.universe
    assert sum(s.drawn for s in drawn.strata) == drawn.rows.height == 40
    assert all(min(2, s.size) <= s.drawn <= s.size for s in drawn.strata)
    assert drawn.rows["codes"].null_count() == 0
    assert drawn.rows["key"].n_unique() == 40


def test_the_largest_units_are_certain_and_never_some_of_equal_ones():
    table = amounts((1000, 500), (2000, 300), (9000, 2), (9500, 1))
    plan = strata.plan(table, Wish(size=30), shipped())
    certain = [s for s in plan if s.certain]
    assert [(s.low, s.size, s.drawn) for s in certain] == [(9000, 3, 3)]
    plan = strata.plan(amounts((1000, 500), (2000, 300), (9000, 4)), Wish(size=30), shipped())
    assert not any(s.certain for s in plan)


def test_a_small_universe_is_reviewed_whole():
    plan = strata.plan(amounts((1000, 5), (2000, 3)), Wish(size=30), shipped())
    assert [(s.size, s.drawn, s.certain) for s in plan] == [(8, 8, True)]
    with pytest.raises(AuditError, match="no unit"):
        strata.plan(amounts(), Wish(), shipped())


def test_a_sample_too_small_for_its_strata_says_what_is_needed():
    with pytest.raises(AuditError, match=r"ask for --sample 6 or more"):
        strata.plan(amounts(*((1000 + n, 5) for n in range(90))), Wish(size=4), shipped())


def test_neymans_allocation_by_hand():
    """Sizes 100, 100 and spreads 3, 1: of 8 units the first stratum gets about three times as many."""
    one, two = (strata.Stratum(0, "all", 1, 2, 100, 0, spread, 0) for spread in (3.0, 1.0))
    assert strata.allocation([one, two], 8, 2, neyman=True) == [6, 2]
    assert strata.allocation([one, two], 8, 2, neyman=False) == [4, 4]
    tiny = strata.Stratum(0, "all", 1, 2, 3, 0, 99.0, 0)
    assert strata.allocation([tiny, one], 10, 2, neyman=True) == [3, 7]


def fill(path, answer, out=None):
    book = openpyxl.load_workbook(path)
    sheet = book["Sample"]
    head = [cell.value for cell in sheet[1]]
    decision, allowed = head.index(DECISION) + 1, head.index("Allowed") + 1
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, decision).value = answer(row, sheet.cell(row, allowed).value)
    book.save(out or path)
    return out or path


def test_the_workbook_comes_back_and_is_extrapolated(batch, report, tmp_path):
    file = report.request.out / "sample.xlsx"
    rng = Random(1)
    wrong = {row for row in range(2, 26) if rng.random() < 0.4}
    fill(file, lambda row, allowed: 0 if row in wrong else allowed)
    again = audit(Request(batch, tmp_path / "new", sample_results=file))
    rows = again.sample.rows
    expected = 0
    for s in again.sample.strata:
        own = rows.filter(pl.col("stratum") == s.number)
        found = [r["allowed_cents"] * (r["number"] + 1 in wrong) for r in own.iter_rows(named=True)]
        expected += s.size * sum(found) / len(found)
    assert again.sample.wish.seed == 11
    assert again.estimate.point == pytest.approx(expected)
    assert again.estimate.lower < again.estimate.point < again.estimate.upper
    assert not (tmp_path / "new" / "sample.xlsx").exists()


def test_a_reviewers_work_is_never_overwritten(batch, report):
    file = report.request.out / "sample.xlsx"
    fill(file, lambda row, allowed: allowed if row == 5 else None)
    again = audit(Request(batch, report.request.out, Wish(seed=99)))
    assert again.sample_kept
    assert read_sample(file).wish.seed == 11


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (
            lambda row, allowed: None if row in {3, 9} else allowed,
            r"2 of 24 rows have no decision \(row 3, row 9\)",
        ),
        (lambda row, allowed: "ok" if row == 4 else allowed, "row 4: the amount is not a number"),
        (lambda row, allowed: -1 if row == 4 else allowed, "row 4: the amount is negative"),
        (lambda row, allowed: 1.234 if row == 4 else allowed, "row 4: the amount has more than two decimals"),
    ],
)
def test_faulty_decisions_are_named_by_their_row(batch, report, tmp_path, answer, message):
    file = fill(report.request.out / "sample.xlsx", answer)
    with pytest.raises(AuditError, match=message):
        audit(Request(batch, tmp_path / "new", sample_results=file))


def test_exchanged_rows_and_plans_are_noticed(batch, report, tmp_path):
    file = fill(report.request.out / "sample.xlsx", lambda _, allowed: allowed)
    book = openpyxl.load_workbook(file)
    kept = book["Sample"]["C2"].value
    book["Sample"]["C2"] = "another|unit|2026-01-01"
    book.save(file)
    with pytest.raises(AuditError, match="does not hold the sample that seed 11 draws"):
        audit(Request(batch, tmp_path / "new", sample_results=file))
    book["Sample"]["C2"] = kept
    book["Plan"]["B2"] = "no seed"
    book.save(file)
    with pytest.raises(AuditError, match="Plan was changed"):
        audit(Request(batch, tmp_path / "new", sample_results=file))


def test_files_that_are_no_sample_are_refused(batch, tmp_path):
    for name, write in (
        ("x.xlsx", lambda file: file.write_bytes(b"no workbook")),
        ("y.xlsx", lambda file: openpyxl.Workbook().save(file)),
    ):
        write(tmp_path / name)
        with pytest.raises(AuditError, match=r"cannot be read as a workbook|not a sample that"):
            audit(Request(batch, tmp_path / "new", sample_results=tmp_path / name))
    with pytest.raises(AuditError, match="there is no file"):
        audit(Request(batch, tmp_path / "new", sample_results=tmp_path / "z.xlsx"))


def test_amounts_survive_the_way_through_the_workbook(report):
    sheet = openpyxl.load_workbook(report.request.out / "sample.xlsx")["Sample"]
    head = [cell.value for cell in sheet[1]]
    shown = [
        Decimal(str(sheet.cell(row, head.index("Allowed") + 1).value)) for row in range(2, sheet.max_row + 1)
    ]
    assert [int(value * 100) for value in shown] == report.sample.rows["allowed_cents"].to_list()
