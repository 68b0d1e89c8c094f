"""Twenty thousand made-up rows through files: batch finds all that was planted, and answers as the single path does."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from teachback.batch import tasks
from teachback.batch.journal import Plan, Settings, save_plan
from teachback.intake import read_sessions
from teachback.synthetic.book.parts import parts_of, written
from tests.batch.answers import assert_same, many, single

ROWS = 20_000


class Found:
    """The results of a run, as tables."""

    def __init__(self, out):
        for name in ("lines", "findings", "sessions"):
            setattr(self, name, pl.read_parquet(out / name))


def run(file, work, settings, part_rows):
    """The tasks of a run one after another, as its runner calls them."""
    out = work / "out"
    (work / "done").mkdir()
    plan = tasks.plan_parts([file], part_rows)
    save_plan(work, Plan(plan.parts, []))
    for part in plan.parts:
        tasks.read_part(part, str(work), settings)
    for dates in range(settings.date_buckets):
        tasks.cross_dates(dates, str(work), settings)
    counted = [
        tasks.assess_bucket(bucket, str(work), str(out), settings) for bucket in range(settings.buckets)
    ]
    return Found(out), counted


@pytest.fixture(scope="module")
def made():
    return written(parts_of(ROWS, seed=21, parts=1, planted_share=0.03)[0])


@pytest.fixture(scope="module")
def frame(made):
    return made.sheet.frame(250_000).cast({pl.Enum: pl.String})


@pytest.fixture(scope="module")
def found(frame, tmp_path_factory):
    folder = tmp_path_factory.mktemp("batch")
    frame.write_parquet(folder / "book.parquet")
    return run(folder / "book.parquet", folder, Settings("medicare", None, 3, 2, "test"), 7_000)


def test_every_planted_error_is_found_and_clean_rows_are_clean(made, found):
    key = made.planted.with_columns(pl.col("code", "severity", "name").cast(pl.String))
    told = found[0].findings.with_columns(pl.col("code", "severity", "name").cast(pl.String))
    on = ["session_id", "patient_id", "code", "severity"]
    hit = Counter(key.join(told.select(on).unique(), on=on, how="semi").select("code", "severity").rows())
    planted = Counter(key.select("code", "severity").rows())
    clean = told.join(key, on=["session_id", "patient_id"], how="anti").filter(
        pl.col("severity") != "information"
    )
    false = Counter(clean.select("code", "severity").rows())
    for finding in sorted(planted | false):
        print(f"{finding[0]:8}{finding[1]:13}{planted[finding]:6}{hit[finding]:6}{false[finding]:6}")  # noqa: T201
    assert hit == planted
    assert not false


def test_twenty_thousand_generated_rows_are_answered_alike(frame, found, tmp_path):
    frame.write_csv(tmp_path / "book.csv")
    reading = read_sessions(tmp_path / "book.csv")
    assert not reading.refusals
    assert_same(single(reading.sessions), many(found[0]))


def test_the_counters_add_up(found):
    tables, counted = found
    assert sum(one["session_patients"] for one in counted) == tables.sessions.height == ROWS
    assert sum(one["lines"] for one in counted) == tables.lines.height
    assert sum(one["allowed_cents"] for one in counted) == tables.lines["allowed_cents"].sum()
    findings = Counter()
    for one in counted:
        findings.update({code: told["count"] for code, told in one["findings"].items()})
    assert sum(findings.values()) == tables.findings.height


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_other_forms_of_the_same_rows_come_out_alike(form, frame, tmp_path):
    few = frame.filter(pl.col("id").is_in(frame["id"].unique().sort().head(400).implode()))
    few.write_csv(tmp_path / "few.csv")
    reading = read_sessions(tmp_path / "few.csv")
    if form == "jsonl":
        from teachback.intake.dump import write_jsonl

        write_jsonl(reading.sessions, tmp_path / "few.jsonl")
    found, _ = run(tmp_path / f"few.{form}", tmp_path, Settings("medicare", None, 2, 2, "test"), 90)
    assert_same(single(reading.sessions), many(found))
