"""Assessing a whole book: what is asked is checked, a run does it, and what came of it is told."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from teachback import law as law_files
from teachback.batch.pools import Done, InProcess, Pool, Processes
from teachback.batch.run import STAGES, Order, Outcome, Watcher, run
from teachback.batch.troubles import BatchError
from teachback.cli import USAGE, complain, printable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from teachback.batch.journal import Kind
    from teachback.batch.run import Tasks

FEWEST_ROWS = 1000
MOST_WORKERS = 1024
# Measured: what a worker holds at most with the usual part size, with a third to spare.
WORKER_MEMORY = 1_500_000_000


def run_batch(  # noqa: PLR0913  a batch run has this many conditions
    inputs: list[str],
    *,
    out: Path,
    workers: int,
    payer: str,
    map_file: Path | None,
    dask: str | None,
    buckets: int | None,
    part_rows: int,
    keep_work: bool,
    fresh: bool,
) -> int:
    """Assess every session of the inputs into a folder; 0 all done, 1 some refused or failed, 2 nothing.

    ``workers`` 0 means as many as there are cores, and as memory is enough for.
    """
    cores = _cores()
    workers = workers or max(1, min(cores, _memory() // WORKER_MEMORY))
    wrong = _wrong(workers=workers, payer=payer, dask=dask, buckets=buckets, part_rows=part_rows)
    wrong = wrong or _wrong_map(map_file)
    if wrong:
        return complain(wrong)
    order = Order(
        inputs=tuple(inputs),
        out=out,
        payer=payer,
        map_file=map_file,
        part_rows=part_rows,
        buckets=buckets,
        workers=workers,
        threads=max(1, cores // workers),
        keep_work=keep_work,
        fresh=fresh,
    )
    try:
        with _stoppable():
            return carry_out(order, _tasks(), dask)
    except KeyboardInterrupt:
        return complain(
            f"stopped; what is finished is kept in {out}, and the same command goes on from there "
            "(--fresh starts anew)"
        )


def carry_out(order: Order, tasks: Tasks, dask: str | None) -> int:
    """Run the order with these tasks and tell what came of it."""
    from teachback.cli.batchreport import print_summary

    try:
        with ExitStack() as stack:
            watcher = stack.enter_context(_watching())
            outcome = run(order, tasks, lambda work: _pool(order, dask, work, watcher), watcher)
    except BatchError as error:
        return complain(str(error))
    if outcome.before:
        print(f"teachback: {order.out} is complete already; --fresh does it anew", file=sys.stderr)
    for failure in outcome.failed:
        print(printable(f"failed: {failure['task']}: {failure['problem']}"), file=sys.stderr)
    print_summary(outcome.summary, order.out, sys.stdout)
    return _status(outcome)


def _status(outcome: Outcome) -> int:
    summary = outcome.summary
    if not summary["rows_read"]:
        return USAGE
    return 1 if outcome.failed or summary["rows_refused"] else 0


def _tasks() -> Tasks:
    from teachback.batch import tasks
    from teachback.batch.run import Tasks

    return Tasks(tasks.plan_parts, tasks.read_part, tasks.cross_dates, tasks.assess_bucket)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> int:
    """The machine's memory in bytes; where it is not told, enough for any number of workers."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return MOST_WORKERS * WORKER_MEMORY


def _wrong(*, workers: int, payer: str, dask: str | None, buckets: int | None, part_rows: int) -> str:
    """What is wrong with the options; empty where nothing is."""
    if payer not in law_files.payers():
        return f"no payer {payer}; there are: {', '.join(law_files.payers())}"
    if not 1 <= workers <= MOST_WORKERS:
        return f"--workers lies between 1 and {MOST_WORKERS}; 0 means one for each core"
    if buckets is not None and buckets < 1:
        return "--buckets is at least 1"
    if part_rows < FEWEST_ROWS:
        return f"--part-rows is at least {FEWEST_ROWS}"
    if dask is not None and dask != "local" and "://" not in dask:
        return f"--dask {dask}: give local, or the address of a Dask scheduler such as tcp://10.0.0.5:8786"
    return ""


def _wrong_map(map_file: Path | None) -> str:
    if map_file is None:
        return ""
    from teachback.intake import Mapping, MappingError

    try:
        Mapping.load(map_file)
    except MappingError as error:
        return str(error)
    except OSError as error:
        return f"--map {map_file}: {error.strerror}"
    return ""


def _pool(order: Order, dask: str | None, work: Path, watcher: Watcher) -> Pool:
    if dask is not None:
        from teachback.batch.cluster import Cluster

        cluster = Cluster(dask, work, order.workers, order.threads)
        try:
            cluster.connect(watcher.note)
        except BaseException:
            cluster.close()
            raise
        return cluster
    return InProcess() if order.workers == 1 else Processes(order.workers, order.threads)


@contextmanager
def _stoppable() -> Iterator[None]:
    """A request to end, as systems send it, is taken like Ctrl-C."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _watching() -> Iterator[Watcher]:
    """A progress display where a person watches, else a line for each stage."""
    if not sys.stderr.isatty():
        yield _Plain()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:18}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]:>16}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        yield _Bars(progress)


class _Plain:
    """Says on standard error which stage begins."""

    def stage(self, kind: Kind, total: int, done: int, rows: int) -> None:
        """Name the stage."""
        kept = f", {done:,} of them done before" if done else ""
        about = f", about {rows:,} rows" if kind == "read" else ""
        self.note(f"{STAGES[kind]}: {total:,}{kept}{about}")

    def task(self, done: Done) -> None:
        """Pass over a single task."""

    def note(self, words: str) -> None:
        """Say it."""
        print(printable(f"teachback: {words}"), file=sys.stderr, flush=True)


class _Bars:
    """Shows a bar for each stage, with rows a second."""

    def __init__(self, progress: Any) -> None:  # noqa: ANN401  rich is imported only where it is shown
        self._progress = progress
        self._bar: Any = None
        self._share = 0.0
        self._begun = 0.0
        self._count = 0

    def stage(self, kind: Kind, total: int, done: int, rows: int) -> None:
        """Add the stage's bar."""
        self._share, self._begun, self._count = rows / max(total, 1), time.perf_counter(), 0
        self._bar = self._progress.add_task(STAGES[kind], total=total, completed=done, rate="")

    def task(self, done: Done) -> None:  # noqa: ARG002  each counts the same
        """Move the bar."""
        self._count += 1
        rate = self._count * self._share / max(time.perf_counter() - self._begun, 0.001)
        self._progress.update(self._bar, advance=1, rate=f"{rate:,.0f} rows/s")

    def note(self, words: str) -> None:
        """Say it above the bars."""
        from rich.text import Text

        self._progress.console.print(Text(printable(f"teachback: {words}")))
