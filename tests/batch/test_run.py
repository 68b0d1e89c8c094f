"""A run of made-up tasks survives what happens to long runs: deaths, faults, a full disk, a second try."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from teachback.batch import journal
from teachback.batch import run as running
from teachback.batch.places import find_inputs
from teachback.batch.troubles import BatchError, sentence, trouble_of
from teachback.cli import batching
from tests.batch import fakes
from tests.batch.fakes import TASKS, book, order, results

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def go(capfd):
    def call(source, out, dask=None, **changes):
        status = batching.carry_out(order(source, out, **changes), TASKS, dask)
        printed = capfd.readouterr()
        assert "Traceback" not in printed.err + printed.out
        return status, printed.out, printed.err

    return call


@pytest.fixture
def clean(tmp_path, go):
    """The results of a run in which nothing happens."""
    out = tmp_path / "clean"
    assert go(book(tmp_path / "clean-book"), out)[0] == 0
    return out


def summary(out):
    return json.loads((out / "summary.json").read_text())


def test_a_run_leaves_results_a_summary_and_nothing_else(clean):
    assert sorted(path.name for path in clean.iterdir()) == [
        "findings", "lines", "refused", "sessions", "summary.json",
    ]  # fmt: skip
    assert len(list((clean / "lines").iterdir())) == 6
    found = summary(clean)
    assert found["rows_read"] == found["sessions"] == found["lines"] == 200
    assert found["allowed_cents"] == 1_000_000
    assert found["findings"]["D201"] == {
        "name": "consent_missing", "severity": "error", "owner": "front desk", "count": 6,
    }  # fmt: skip
    assert found["failed"] == []


def test_workers_change_nothing(tmp_path, clean, go):
    status, out, _ = go(tmp_path / "clean-book", tmp_path / "out", workers=2)
    assert status == 0
    assert results(tmp_path / "out") == results(clean)
    volatile = {"seconds", "worker_seconds", "peak_memory_bytes"}
    first, second = summary(clean), summary(tmp_path / "out")
    assert {k: v for k, v in first.items() if k not in volatile} == {
        k: v for k, v in second.items() if k not in volatile
    }
    assert "$10,000.00" in out
    assert "teachback audit" in out


@pytest.mark.parametrize("stage", ["read", "cross", "assess"])
def test_a_killed_worker_costs_one_attempt(tmp_path, go, stage):
    source = book(tmp_path / "book", f"{stage}:die-once")
    status, _, err = go(source, tmp_path / "out", workers=2, keep_work=True)
    assert status == 0
    assert "a worker died" in err
    assert (tmp_path / "out/.work" / f"died-{stage}").exists()
    assert not list((tmp_path / "out").rglob(".*.part"))


def test_a_task_that_always_kills_its_worker_fails_alone(tmp_path, go):
    status, out, _ = go(book(tmp_path / "book", "assess:die"), tmp_path / "out", workers=2)
    assert status == 1
    (failed,) = summary(tmp_path / "out")["failed"]
    assert failed["task"].startswith("bucket ")
    assert "its worker died 3 times (signal 9)" in failed["problem"]
    for name in ("lines", "findings", "sessions"):
        assert len(list((tmp_path / "out" / name).iterdir())) == 5, (
            "nothing of the failed bucket stands as if whole"
        )
    assert "NOT COMPLETE" in out


def test_a_failed_part_is_named_the_rest_finished_and_a_second_try_completes(
    tmp_path, clean, go, monkeypatch
):
    source = book(tmp_path / "book", "read:fault")
    status, _, err = go(source, tmp_path / "out")
    assert status == 1
    assert "a fault of Teachback's own (KeyError)" in err
    assert "John Doe" not in err
    (failed,) = summary(tmp_path / "out")["failed"]
    assert str(source / "book0.csv") in failed["task"]
    before = results(tmp_path / "out")
    assert '["lines", 180' in before["lines/part-00000.parquet"], "the crossing knows the other parts alone"
    status, _, err = go(source, tmp_path / "out")
    assert status == 1
    assert results(tmp_path / "out") == before
    monkeypatch.setattr(fakes, "obey", lambda *_: None)
    status, _, err = go(source, tmp_path / "out")
    assert status == 0
    assert "reading parts: 6, 5 of them done before" in err
    assert "assessing buckets: 6\n" in err, "what was crossed without the part is done anew"
    assert '["lines", 201' in results(tmp_path / "out")["lines/part-00000.parquet"]
    assert not (tmp_path / "out/.work").exists()


def test_developers_may_see_where_a_fault_is(tmp_path, capfd, monkeypatch):
    monkeypatch.setenv("TEACHBACK_TRACEBACK", "1")
    batching.carry_out(order(book(tmp_path / "book", "read:fault"), tmp_path / "out"), TASKS, None)
    assert "fakes.py" in capfd.readouterr().err


def test_other_troubles_have_their_sentences(tmp_path, go):
    source = book(tmp_path / "book", "read:told", "assess:memory")
    _, _, err = go(source, tmp_path / "out")
    assert "this part tells why.\n" in err
    assert "memory ran out; use fewer --workers, or --fresh with a smaller --part-rows." in err


def test_without_a_crossing_no_bucket_is_assessed(tmp_path, go):
    status, _, err = go(book(tmp_path / "book", "cross:fault"), tmp_path / "out")
    assert status == 1
    assert "all buckets: not assessed" in err
    assert results(tmp_path / "out").keys() == {f"refused/part-{n:05d}.parquet" for n in range(6)}


@pytest.mark.parametrize("workers", [1, 2])
def test_a_full_disk_stops_the_run_and_keeps_what_is_finished(tmp_path, go, monkeypatch, workers):
    source = book(tmp_path / "book", "assess:full", files=1)
    status, _, err = go(source, tmp_path / "out", workers=workers, buckets=20)
    assert status == 1
    assert "the disk is full; free space and run the same command again: finished buckets are kept." in err
    assert "more of assessing buckets: not begun: the disk is full." in err
    kept = journal.done_numbers(tmp_path / "out/.work", "assess")
    assert 0 < len(kept) < 20
    assert {int(f.stem[-5:]) for f in (tmp_path / "out/lines").iterdir()} == set(kept)
    monkeypatch.setattr(fakes, "obey", lambda *_: None)
    status, _, err = go(source, tmp_path / "out", buckets=20)
    assert status == 0
    assert f"assessing buckets: 20, {len(kept)} of them done before" in err


def test_a_disk_that_is_really_full(tmp_path, go):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], capture_output=True, check=False
    ).returncode:
        pytest.skip("only root can make a small disk")
    try:
        status, _, err = go(book(tmp_path / "book"), disk / "out", buckets=60)
        assert status in {1, 2}
        assert "the disk is full" in err
        assert not list(disk.rglob(".*.part"))
    finally:
        subprocess.run(["umount", disk], check=True)


def test_a_killed_run_goes_on_where_it_stopped(tmp_path, clean, go):
    source = book(tmp_path / "book", "assess:wait", "assess:wait")
    (tmp_path / "hold").touch()
    out = tmp_path / "out"
    command = [sys.executable, "-m", "tests.batch.fakes", source, out]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)
    until(lambda: len(journal.done_numbers(out / ".work", "assess")) == 5)
    children = children_of(process.pid)
    assert len(children) >= 2
    again, _, err = go(source, out)
    assert again == 2
    assert "another batch run is writing" in err
    process.send_signal(signal.SIGKILL)
    process.wait()
    until(lambda: not any(Path(f"/proc/{child}/cmdline").exists() and cmdline(child) for child in children))
    assert len(list((out / "lines").iterdir())) == 6, "a killed run leaves a bucket without its marker"
    (tmp_path / "hold").unlink()
    kept = {
        n: (out / f"lines/part-{n:05d}.parquet").stat().st_mtime_ns
        for n in journal.done_numbers(out / ".work", "assess")
    }
    status, _, err = go(source, out)
    assert status == 0
    assert "going on with the run" in err
    assert "assessing buckets: 6, 5 of them done before" in err
    assert all((out / f"lines/part-{n:05d}.parquet").stat().st_mtime_ns == t for n, t in kept.items())
    assert go(source, tmp_path / "other")[0] == 0
    assert results(out) == results(tmp_path / "other")


def test_ctrl_c_says_how_to_go_on_and_leaves_no_worker(tmp_path):
    source = book(tmp_path / "book", "assess:wait", "assess:wait")
    (tmp_path / "hold").touch()
    out = tmp_path / "out"
    program = (
        "import sys; from pathlib import Path; from teachback.cli import batching as b; from tests.batch.fakes import TASKS\n"
        "if __name__ == '__main__':\n"
        "    b._tasks = lambda: TASKS; b.FEWEST_ROWS = 1\n"
        "    sys.exit(b.run_batch([sys.argv[1]], out=Path(sys.argv[2]), workers=2, payer='medicare', map_file=None,"
        " dask=None, buckets=6, part_rows=40, keep_work=False, fresh=False))\n"
    )
    (tmp_path / "program.py").write_text(program)
    process = subprocess.Popen(
        [sys.executable, tmp_path / "program.py", source, out],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until(lambda: len(journal.done_numbers(out / ".work", "assess")) == 5)
    children = children_of(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    err = process.communicate(timeout=20)[1]
    assert process.returncode == 2
    assert "stopped; what is finished is kept in" in err
    assert "Traceback" not in err
    assert not any(cmdline(child) for child in children)


def until(met, seconds=30):
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def children_of(pid):
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(status.parent.name))
    return found


def cmdline(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def test_a_complete_run_is_not_done_again(clean, tmp_path, go):
    before = {file: file.stat().st_mtime_ns for file in clean.rglob("*")}
    status, out, err = go(tmp_path / "clean-book", clean)
    assert status == 0
    assert "is complete already" in err
    assert "$10,000.00" in out
    assert {file: file.stat().st_mtime_ns for file in clean.rglob("*")} == before


def test_kept_work_is_complete_too(tmp_path, go):
    source = book(tmp_path / "book")
    assert go(source, tmp_path / "out", keep_work=True)[0] == 0
    assert (tmp_path / "out/.work/parts").is_dir()
    assert "is complete already" in go(source, tmp_path / "out")[2]
    assert not (tmp_path / "out/.work").exists()


@pytest.mark.parametrize("finished", [True, False])
def test_another_run_is_not_mixed_with_the_first(tmp_path, go, finished):
    source = book(tmp_path / "book", *([] if finished else ["assess:fault"]))
    out = tmp_path / "out"
    go(source, out)
    for changes, words in (
        ({"part_rows": 50}, "--part-rows was 40 and is 50 now"),
        ({"buckets": 7}, "--buckets was 6 and is 7 now"),
        ({"payer": "example-midpoint"}, "--payer was medicare"),
    ):
        status, _, err = go(source, out, **changes)
        assert status == 2
        assert words in err
        assert "--fresh" in err
    (source / "book1.csv").write_text("other words\n")
    (source / "more.csv").write_text("more\n")
    status, _, err = go(source, out)
    assert status == 2
    assert f"new: {source}/more.csv; changed: {source}/book1.csv" in err
    (out / "mine.txt").write_text("kept")
    assert go(source, out, fresh=True)[0] == (0 if finished else 1)
    assert (out / "mine.txt").read_text() == "kept"
    assert summary(out)["rows_read"] == (102 if finished else 103)


def test_another_version_is_another_run(tmp_path, go, monkeypatch):
    source = book(tmp_path / "book")
    assert go(source, tmp_path / "out")[0] == 0
    monkeypatch.setattr(running, "made_with", lambda: "teachback 9")
    status, _, err = go(source, tmp_path / "out")
    assert status == 2
    assert "the version was" in err


def test_a_file_that_changes_meanwhile_is_named(tmp_path, go, monkeypatch):
    source = book(tmp_path / "book")
    crossing = fakes.cross_dates

    def meddling(*arguments):
        (source / "book0.csv").write_text("changed")
        return crossing(*arguments)

    monkeypatch.setattr(
        fakes, "TASKS", running.Tasks(fakes.plan_parts, fakes.read_part, meddling, fakes.assess_bucket)
    )
    status = batching.carry_out(order(source, tmp_path / "out"), fakes.TASKS, None)
    assert status == 1
    assert "a file changed while it was read" in summary(tmp_path / "out")["failed"][0]["problem"]


def test_a_damaged_file_is_named_and_the_others_are_done(tmp_path, go):
    source = book(tmp_path / "book")
    (source / "bad.csv").write_text("damaged\n")
    status, _, err = go(source, tmp_path / "out")
    assert status == 1
    assert f"failed: bad.csv: {source}/bad.csv is damaged." in err
    assert summary(tmp_path / "out")["rows_read"] == 200
    status, _, err = go(source / "bad.csv", tmp_path / "none")
    assert status == 2


def test_what_is_read_is_found_once_and_sorted(tmp_path):
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    for name in ("b.csv", "a.JSONL", "deep/c.parquet", "notes.txt", ".hidden/x.csv", ".y.csv"):
        (folder / name).touch()
    names = [file.name for file in find_inputs([str(folder)])]
    assert names == ["a.JSONL", "b.csv", "c.parquet"]
    assert [f.name for f in find_inputs([f"{folder}/*.csv", str(folder / "b.csv")])] == ["b.csv"]
    assert len(find_inputs([f"{folder}/**/*"])) == 3


def test_places_that_cannot_be_right_are_refused(tmp_path, clean, go):
    source = book(tmp_path / "book")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/thesis.txt").touch()
    (tmp_path / "empty").mkdir()
    for inputs, out, words in (
        (source, source / "out", "lies inside"),
        (source / "book0.csv", source, "lies inside --out"),
        (source, tmp_path / "other", "holds other things"),
        (source, tmp_path / "other/thesis.txt", "is a file"),
        (tmp_path / "empty", tmp_path / "out", "nothing to read"),
        (tmp_path / "absent", tmp_path / "out", "no such file"),
        (tmp_path / "*.xyz", tmp_path / "out", "nothing to read"),
        (tmp_path / "other/thesis.txt", tmp_path / "out", "save a spreadsheet as CSV"),
        (clean, tmp_path / "out", "holds the results of a batch run"),
    ):
        status, _, err = go(inputs, out)
        assert (status, words in err) == (2, True), (err, words)


def test_a_short_disk_is_told_beforehand(tmp_path, go, monkeypatch):
    monkeypatch.setattr(running.places, "BYTES_PER_ROW", 10**15)
    status, _, err = go(book(tmp_path / "book"), tmp_path / "out")
    assert status == 0
    assert "GB may be needed" in err


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"workers": -1}, "--workers lies"),
        ({"payer": "nobody"}, "no payer nobody"),
        ({"buckets": 0}, "--buckets"),
        ({"part_rows": 1}, "--part-rows"),
        ({"dask": "10.0.0.5"}, "--dask 10.0.0.5"),
        ({"map_file": Path("absent.toml")}, "absent.toml"),
    ],
)
def test_options_out_of_range_are_refused(tmp_path, capsys, changes, words):
    options = {
        "out": tmp_path / "out", "workers": 0, "payer": "medicare", "map_file": None, "dask": None, "buckets": None,
        "part_rows": 250_000, "keep_work": False, "fresh": False,
    }  # fmt: skip
    assert batching.run_batch([str(tmp_path)], **(options | changes)) == 2
    assert words in capsys.readouterr().err


def test_what_the_column_library_says_of_a_full_disk_is_understood():
    import polars as pl

    error = pl.exceptions.ComputeError("No space left on device (os error 28)")
    assert trouble_of(error).kind == "full"
    damaged = sentence(trouble_of(pl.exceptions.ComputeError("parquet: x")), "a.parquet")
    assert damaged.startswith("a.parquet could not be read: it is damaged")
    with pytest.raises(BatchError):
        raise BatchError("x")
