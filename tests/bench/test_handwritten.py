"""The hand-written peer of the benchmark is a fair one only if it is right."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import polars as pl
import pytest

from bench.agreement import agreement
from bench.handlaw import EDITS, tables
from bench.handwritten import Coded, coded, write
from teachback.batch import tasks
from teachback.batch.pools import InProcess
from teachback.batch.run import Order, Tasks, run
from teachback.law import MEDICARE
from teachback.rulebook import Scope
from teachback.rules.book import rulebook
from teachback.rules.vocabulary import CODES, Setting
from teachback.synthetic.book import write_book

ROWS = 6000


class Silent:
    def stage(self, *told):
        pass

    def task(self, done):
        pass

    def note(self, words):
        pass


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("peers")
    write_book(ROWS, folder, seed=3, planted_share=0.2, parts=2)
    calls = Tasks(tasks.plan_parts, tasks.read_part, tasks.cross_dates, tasks.assess_bucket)
    order = Order((str(folder / "sessions"),), folder / "ours", MEDICARE)
    assert not run(order, calls, lambda _work: InProcess(), Silent()).failed
    return folder


@pytest.fixture(scope="module")
def found(folder):
    return coded(sorted((folder / "sessions").glob("*.parquet")))


def test_it_answers_as_batch_does_on_rows_that_stand_alone(folder, found):
    told = agreement(found, folder / "ours")
    assert told.whole, told
    assert told.rows > ROWS * 0.7
    assert told.rows + told.left_out == ROWS
    assert told.lines > told.rows


def test_every_edit_is_among_the_findings_compared(found):
    assert set(found.findings["code"].unique()) == set(EDITS)
    assert found.findings["place"].str.contains("patients[1]", literal=True).any()


def test_modifiers_amounts_and_charges_are_among_the_lines_compared(found):
    words = set(";".join(found.lines["modifiers"].cast(pl.String).unique()).split(";"))
    assert {"GP", "GO", "GN", "CQ", "CO", "KX", "93"} <= words
    for name in ("charge_cents", "allowed_cents", "patient_cents", "medicare_after_sequestration_cents"):
        assert found.lines[name].drop_nulls().n_unique() > 50
    assert found.lines["allowed_cents"].null_count()


@pytest.mark.parametrize(
    "change",
    [
        pl.col("medicare_cents") + 1,
        pl.col("units") + 1,
        pl.col("date_of_service") + timedelta(days=1),
        pl.col("modifiers").cast(pl.String) + "X",
    ],
    ids=["a cent", "a unit", "a day", "a modifier"],
)
def test_the_comparison_sees_a_difference(folder, found, change):
    assert agreement(Coded(found.lines.with_columns(change), found.findings), folder / "ours").different_lines


def test_the_comparison_sees_a_missing_finding_and_one_told_twice(folder, found):
    once = found.findings.filter(pl.col("code") == "D101").head(1)
    for changed in (
        found.findings.join(once, on=once.columns, how="anti", nulls_equal=True),
        pl.concat([found.findings, once]),
    ):
        assert agreement(Coded(found.lines, changed), folder / "ours").different_findings


def test_it_writes_both_tables(found, tmp_path):
    write(found, tmp_path)
    assert pl.read_parquet(tmp_path / "lines" / "part-00000.parquet").height == found.lines.height
    assert pl.read_parquet(tmp_path / "findings" / "part-00000.parquet").height == found.findings.height


def test_its_fees_are_those_of_the_law():
    law, book = tables(), rulebook()
    keys = [*product(law.starts, CODES, law.localities, Setting, ("others", "qualifying"))]
    assert len(keys) == len(law.fees)
    order = {Setting.NONFACILITY: 0, Setting.FACILITY: 1}
    keys.sort(key=lambda key: (key[0], CODES.index(key[1]), key[2], order[key[3]], key[4]))
    told = 0
    for number in range(0, len(keys), 31):
        day, code, locality, setting, apm = keys[number]
        statute = book.law.on(day)
        if apm == "qualifying" and not statute.value("apm_factor_differs"):
            apm = "others"
        given = {
            "procedure_code": code,
            "payment_locality": locality,
            "fee_setting": setting,
            "apm_standing": apm,
        }
        fee = Scope(book, statute, given).value("unit_fee_cents")
        assert law.fees[number] == fee, keys[number]
        told += fee is not None
    assert told > 1000
