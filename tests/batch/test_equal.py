"""The results of a book are the same data, whoever computes them and whatever dies meanwhile."""

from __future__ import annotations

import json
from itertools import chain

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from teachback.batch.run import Order
from teachback.cli import batching
from teachback.synthetic.book.writing import write_book

KEYS = {
    "lines": ["session_id", "date_of_service", "patient_id", "procedure_code", "modifiers"],
    "findings": ["session_id", "date_of_service", "patient_id", "code", "place", "message"],
    "sessions": ["session_id", "date_of_service", "patient_id"],
}
VOLATILE = {"seconds", "worker_seconds", "peak_memory_bytes", "run"}


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    write_book(3000, folder, seed=11, parts=3)
    return folder / "sessions"


@pytest.fixture(scope="module")
def alone(source, tmp_path_factory):
    """What one process makes of it."""
    out = tmp_path_factory.mktemp("alone")
    assert go(source, out) in {0, 1}
    return out


def go(source, out, dask=None, tasks=None, **changes):
    asked = {
        "inputs": (str(source),),
        "out": out,
        "payer": "medicare",
        "part_rows": 700,
        "buckets": 5,
    } | changes
    return batching.carry_out(Order(**asked), tasks or batching._tasks(), dask)


def table(out, name):
    frame = pl.concat(
        [
            pl.read_parquet(file).with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
            for file in sorted((out / name).glob("part-*.parquet"))
        ]
    )
    return frame.sort(KEYS[name])


def summary(out):
    found = json.loads((out / "summary.json").read_text())
    return {name: value for name, value in found.items() if name not in VOLATILE}


def assert_equal(out, alone):
    for name in KEYS:
        assert_frame_equal(table(out, name), table(alone, name))
    assert summary(out) == summary(alone)


def test_the_book_is_assessed(alone):
    found = summary(alone)
    assert found["failed"] == []
    assert found["session_patients"] == table(alone, "sessions").height > 2000
    assert found["lines"] == table(alone, "lines").height > 1000
    assert found["allowed_cents"] == table(alone, "lines")["allowed_cents"].sum()
    assert sum(found["units"].values()) == table(alone, "lines")["units"].sum()
    assert sum(found["outcomes"].values()) == found["session_patients"]
    counts = table(alone, "findings").group_by("code").len().rows()
    assert {code: each["count"] for code, each in found["findings"].items()} == dict(counts)


def test_several_processes_of_which_some_die(source, alone, tmp_path):
    from tests.batch.killing import TASKS

    assert go(source, tmp_path, tasks=TASKS, workers=2, keep_work=True) in {0, 1}
    assert len(list((tmp_path / ".work").glob("died-*"))) == 3
    assert_equal(tmp_path, alone)


def test_a_dask_cluster_of_two_workers_of_which_some_die(source, alone, tmp_path):
    from tests.batch.killing import TASKS

    pytest.importorskip("distributed")
    assert go(source, tmp_path, "local", tasks=TASKS, workers=2, keep_work=True) in {0, 1}
    assert len(list((tmp_path / ".work").glob("died-*"))) == 3
    assert_equal(tmp_path, alone)


def test_other_slices_and_buckets(source, alone, tmp_path):
    assert go(source, tmp_path, part_rows=10_000, buckets=1) in {0, 1}
    assert_equal(tmp_path, alone)


def test_one_file_instead_of_three(source, alone, tmp_path):
    whole = tmp_path / "book.parquet"
    pl.concat(
        [pl.read_parquet(file) for file in sorted(source.glob("*.parquet"))], how="vertical_relaxed"
    ).write_parquet(whole)
    assert go(whole, tmp_path / "out") in {0, 1}
    found, before = summary(tmp_path / "out"), summary(alone)
    for name in KEYS:
        assert_frame_equal(table(tmp_path / "out", name), table(alone, name))
    assert found | {"inputs": 0} == before | {"inputs": 0}


def test_a_damaged_file_among_good_ones(source, tmp_path, capfd):
    folder = tmp_path / "in"
    folder.mkdir()
    files = sorted(source.glob("*.parquet"))
    for file in files:
        (folder / file.name).write_bytes(file.read_bytes())
    damaged = folder / files[1].name
    content = damaged.read_bytes()
    damaged.write_bytes(content[: len(content) // 2])
    (folder / "zzz.parquet").write_bytes(b"PAR1" + content[4 : len(content) // 3] + content[-2000:])
    (folder / "strange.parquet").write_bytes(b"")
    pl.DataFrame({"a": [1]}).write_parquet(folder / "other.parquet")
    assert go(folder, tmp_path / "out") == 1
    err = capfd.readouterr().err
    problems = list(chain.from_iterable(problem.values() for problem in summary(tmp_path / "out")["failed"]))
    for name in (damaged.name, "zzz.parquet", "strange.parquet"):
        assert any(name in words for words in problems)
        assert name in err
    assert "fault of Teachback's own" not in err
    assert 0 < summary(tmp_path / "out")["session_patients"] < 3000
