"""One peer of batch, measured in this process: what it took cold and warm, and the most memory it held."""

from __future__ import annotations

import shutil
import time
from dataclasses import asdict, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from bench.agreement import agreement
from teachback.assess import assess
from teachback.batch import tasks
from teachback.batch.pools import Done, InProcess, Job, Pool, Processes, peak_memory
from teachback.batch.run import Order, Tasks, run
from teachback.batch.sources import read_rows
from teachback.export import json_lines
from teachback.intake import read_sessions
from teachback.law import MEDICARE
from teachback.rules.book import rulebook

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from teachback.batch.journal import Kind
    from teachback.batch.pools import Note

WARM = 3
SAMPLE = 20_000
TABLES = ("lines", "findings", "sessions")


def measure(peer: str, threads: int, book: Path, folder: Path) -> dict[str, Any]:
    """Run a peer over a book; results go below ``folder``, where the other peers find those of ours."""
    if pl.thread_pool_size() != (1 if peer == "ours" else threads):
        raise SystemExit(
            f"bench: polars has {pl.thread_pool_size()} threads; start this by bench/batch.py alone"
        )
    files = sorted((book / "sessions").glob("*.parquet"))
    peers: dict[str, Callable[[], dict[str, Any]]] = {
        "ours": lambda: ours(files, threads, folder / "results"),
        "hand": lambda: hand(files, folder / "results"),
        "floor": lambda: floor(files, folder / "results"),
        "rows": lambda: rows(files, folder / "results"),
    }
    found = peers[peer]()
    return {"peak": peak_memory()} | found


def _timed(action: Callable[[], Any]) -> tuple[float, Any]:
    begun = time.perf_counter()
    answer = action()
    return time.perf_counter() - begun, answer


class _Kept:
    """A pool that outlives a run, so that the next one finds its workers warm."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool

    def run(self, jobs: deque[Job], note: Note) -> Iterator[Done]:
        """As the pool does."""
        return self.pool.run(jobs, note)

    def close(self) -> None:
        """Not yet."""


class _Silent:
    """A watcher who says nothing."""

    def stage(self, kind: Kind, total: int, done: int, rows: int) -> None:
        """A stage begins."""

    def task(self, done: Done) -> None:
        """A task has ended."""

    def note(self, words: str) -> None:
        """Something worth telling."""


def ours(files: list[Path], workers: int, results: Path) -> dict[str, Any]:
    """Batch itself, through the pools of the command, once cold and three times warm."""
    pool = InProcess() if workers == 1 else Processes(workers, 1)
    calls = Tasks(tasks.plan_parts, tasks.read_part, tasks.cross_dates, tasks.assess_bucket)
    shutil.rmtree(results, ignore_errors=True)
    passes = []
    for number in range(1 + WARM):
        out = results / f"ours-{number}"
        order = Order(tuple(map(str, files)), out, MEDICARE, workers=workers)
        seconds, outcome = _timed(partial(run, order, calls, lambda _work: _Kept(pool), _Silent()))
        if outcome.failed:
            raise SystemExit(f"bench: batch failed: {outcome.failed}")
        passes.append((seconds, outcome.summary))
        if number:
            shutil.rmtree(out)
    pool.close()
    (cold, first), (warm, best) = passes[0], min(passes[1:], key=lambda one: one[0])
    return {
        "cold": cold,
        "warm": warm,
        "cold_steps": _steps(first, cold),
        "warm_steps": _steps(best, warm),
        "peak": max(summary["peak_memory_bytes"] for _, summary in passes),
        "rows": first["session_patients"],
        "sessions": first["sessions"],
        "lines": first["lines"],
        "findings": sum(one["count"] for one in first["findings"].values()),
        "rules": len(rulebook().rules),
    }


def _steps(summary: dict[str, Any], wall: float) -> dict[str, float]:
    steps: dict[str, float] = summary["worker_seconds"]
    return steps | {"all else: plan, markers, summary": wall - sum(steps.values())}


def hand(files: list[Path], results: Path) -> dict[str, Any]:
    """The hand-written peer, and whether it answers as ours does."""
    from bench.handlaw import tables
    from bench.handwritten import coded, write

    out = results / "hand"
    cold, found = _timed(lambda: _both(write, coded(files, tables()), out))
    warm = min(_timed(lambda: _both(write, coded(files, tables()), out))[0] for _ in range(WARM))
    peak = peak_memory()
    return {
        "cold": cold,
        "warm": warm,
        "peak": peak,
        "agreement": asdict(agreement(found, results / "ours-0")),
    }


def _both(write: Callable[[Any, Path], None], found: Any, out: Path) -> Any:  # noqa: ANN401  any result
    write(found, out)
    return found


def floor(files: list[Path], results: Path) -> dict[str, Any]:
    """Read the columns that ours reads into memory, and write the tables that ours wrote."""
    part = replace(tasks.plan_parts(files[:1], 10**9).parts[0], rows=1)
    wanted = read_rows(part, None).frame.columns
    frames = [
        (name, file.name, pl.read_parquet(file))
        for name in TABLES
        for file in sorted((results / "ours-0" / name).glob("part-*.parquet"))
    ]

    def copy() -> None:
        pl.scan_parquet(files).select(wanted).collect()
        for name, part, frame in frames:
            (results / "floor" / name).mkdir(parents=True, exist_ok=True)
            frame.write_parquet(results / "floor" / name / part, compression="lz4", statistics=False)

    cold, _ = _timed(copy)
    return {"cold": cold, "warm": min(_timed(copy)[0] for _ in range(WARM))}


def rows(files: list[Path], results: Path) -> dict[str, Any]:
    """The same rules on one session after another, on a sample."""
    results.mkdir(parents=True, exist_ok=True)
    table = results / "sample.csv"
    pl.scan_parquet(files).head(SAMPLE).collect().write_csv(table)
    rulebook()
    read, reading = _timed(lambda: read_sessions(table))
    if reading.refusals:
        raise SystemExit(f"bench: {len(reading.refusals)} rows of the sample cannot be read")
    assess(reading.sessions)
    code, found = _timed(lambda: assess(reading.sessions))
    written, _ = _timed(lambda: (results / "sample.jsonl").write_text("".join(json_lines(found)), "utf-8"))
    return {"rows": len(found), "read": read, "assess": code, "write": written}
