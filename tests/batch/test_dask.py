"""A run on a Dask cluster equals the run on one machine, whoever dies; a cluster that cannot work says why."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from teachback.batch import cluster as clusters
from teachback.batch import journal
from teachback.batch.cluster import Cluster, look
from teachback.batch.troubles import BatchError
from teachback.cli import batching
from tests.batch.fakes import TASKS, book, order, results
from tests.batch.test_run import ROOT, cmdline, summary, until

pytest.importorskip("distributed")
DASK = Path(sys.executable).parent / "dask"


@pytest.fixture
def go(capfd):
    def call(source, out, dask, **changes):
        status = batching.carry_out(order(source, out, **changes), TASKS, dask)
        printed = capfd.readouterr()
        assert "Traceback" not in printed.err + printed.out
        return status, printed.out, printed.err

    return call


def test_a_local_cluster_survives_a_killed_worker_with_equal_results(tmp_path, go):
    source = book(tmp_path / "book", "read:die-once", "assess:die-once")
    status, _, err = go(source, tmp_path / "out", "local", workers=2, keep_work=True)
    assert status == 0
    assert "a Dask worker is gone; others do the work anew" in err
    assert (tmp_path / "out/.work/died-read").exists()
    assert (tmp_path / "out/.work/died-assess").exists()
    calm = tmp_path / "calm"
    calm.mkdir()
    (calm / ".work").mkdir()
    (calm / ".work/died-read").touch()
    (calm / ".work/died-assess").touch()
    assert go(source, calm, None)[0] == 0
    assert results(tmp_path / "out") == results(calm)


def test_a_task_that_always_kills_its_worker_fails_alone(tmp_path, go):
    status, _, err = go(book(tmp_path / "book", "assess:die"), tmp_path / "out", "local", workers=2)
    assert status == 1
    (failed,) = summary(tmp_path / "out")["failed"]
    assert "its worker died 4 times" in failed["problem"]
    assert "failed: bucket" in err
    assert len(list((tmp_path / "out/lines").iterdir())) == 5


def test_troubles_travel_as_sentences(tmp_path, go):
    source = book(tmp_path / "book", "read:fault", "assess:told")
    status, _, err = go(source, tmp_path / "out", "local", workers=2)
    assert status == 1
    assert "a fault of Teachback's own (KeyError)" in err
    assert "John Doe" not in err


def free_port():
    with contextlib.closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture
def scheduler(tmp_path):
    """A scheduler of its own, as on a cluster, with a way to start and kill workers."""
    address = f"tcp://127.0.0.1:{free_port()}"
    running = []

    def start(*words):
        process = subprocess.Popen(
            [DASK, *words],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=tmp_path,
        )
        running.append(process)
        return process

    def worker():
        return start("worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")

    head = start("scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2], "--no-dashboard")
    yield address, worker, head
    for process in running:
        process.kill()
        process.wait()


def test_workers_of_another_cluster_may_die_and_be_replaced(tmp_path, go, scheduler):
    address, worker, _ = scheduler
    worker()
    worker()
    source = book(tmp_path / "book", "assess:die-once", "read:sleep")
    assert go(source, tmp_path / "out", address, workers=2, keep_work=True)[0] == 0
    assert (tmp_path / "out/.work/died-assess").exists()


def test_a_scheduler_that_goes_away_ends_the_run_which_can_go_on(tmp_path, scheduler, monkeypatch, capfd):
    import dask

    monkeypatch.setattr(clusters, "ANSWER_SECONDS", 4)
    address, worker, head = scheduler
    worker()
    source = book(tmp_path / "book", "assess:wait")
    (tmp_path / "hold").touch()
    out = tmp_path / "out"
    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}), ThreadPoolExecutor() as aside:
        run = aside.submit(batching.carry_out, order(source, out), TASKS, address)
        until(lambda: journal.done_numbers(out / ".work", "assess"))
        head.kill()
        assert run.result(timeout=40) == 2
    assert "is gone; start it and its workers again, and run the same command again" in capfd.readouterr().err
    (tmp_path / "hold").unlink()
    assert batching.carry_out(order(source, out), TASKS, None) == 0
    assert "done before" in capfd.readouterr().err


def test_a_worker_that_starts_late_takes_over(tmp_path, scheduler, monkeypatch, capfd):
    monkeypatch.setattr(clusters, "_TICK", 0.2)
    address, worker, _ = scheduler
    first = worker()
    source = book(tmp_path / "book", "assess:wait")
    (tmp_path / "hold").touch()
    out = tmp_path / "out"
    with ThreadPoolExecutor() as aside:
        run = aside.submit(batching.carry_out, order(source, out), TASKS, address)
        until(lambda: journal.done_numbers(out / ".work", "assess"))
        # Before the worker dies: an answer that died with it is then waited for one second, not sixty.
        monkeypatch.setattr(clusters, "WORKER_SECONDS", 1)
        first.kill()
        (tmp_path / "hold").unlink()
        until(lambda: "no Dask worker is left" in capfd.readouterr().err, seconds=60)
        worker()
        assert run.result(timeout=40) == 0


def test_a_worker_of_another_version_or_on_another_disk_is_named(tmp_path, monkeypatch):
    cluster = Cluster("tcp://x", tmp_path / "out/.work", 2, 1)
    here = clusters.alike()
    answer = {"host": "node7", "made_with": here, "python": "3.11.2", "left": ""}
    monkeypatch.setattr(clusters, "_SEEN_SECONDS", 0.1)
    with pytest.raises(BatchError, match=r"node7 does not share the folder .*out with this machine"):
        cluster._judge([answer], print)
    with pytest.raises(BatchError, match=r"node7 has teachback 0\.0, law 0, and this machine"):
        cluster._judge([answer | {"made_with": "teachback 0.0, law 0"}], print)
    assert look(str(tmp_path / "absent"), "t")["problem"] == "No such file or directory"


def test_no_scheduler_and_no_worker_are_told(tmp_path, go, scheduler, monkeypatch):
    monkeypatch.setattr(clusters, "ANSWER_SECONDS", 2)
    monkeypatch.setattr(clusters, "WORKER_SECONDS", 1)
    source = book(tmp_path / "book")
    status, _, err = go(source, tmp_path / "out", f"tcp://127.0.0.1:{free_port()}")
    assert status == 2
    assert "nobody answers at tcp://127.0.0.1" in err
    status, _, err = go(source, tmp_path / "out", "nonsense://x:1")
    assert status == 2
    assert "nonsense" in err
    address, _, _ = scheduler
    monkeypatch.setattr(clusters, "ANSWER_SECONDS", 10)
    status, _, err = go(source, tmp_path / "out", address)
    assert status == 2
    assert "has no worker; start one or more with: dask worker" in err


def test_nothing_is_left_running(tmp_path, go):
    from tests.batch.test_run import children_of

    before = set(children_of(os.getpid()))
    assert go(book(tmp_path / "book"), tmp_path / "out", "local", workers=2)[0] == 0
    until(
        lambda: not any(b"spawn_main" in cmdline(child) for child in set(children_of(os.getpid())) - before)
    )
