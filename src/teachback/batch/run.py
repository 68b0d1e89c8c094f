"""A batch run: plan the parts, read them, cross the dates, assess the buckets, and say what came of it."""

from __future__ import annotations

import heapq
import shutil
import time
from collections import deque
from contextlib import closing
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final, Protocol

from teachback.batch import journal, places
from teachback.batch.journal import ASSESS, CROSS, READ, SUMMARY, WORK, Part, Plan, Problem, Settings
from teachback.batch.pools import Done, Job, Pool, peak_memory
from teachback.batch.summary import merged, summarized
from teachback.batch.troubles import BatchError, sentence, trouble_of
from teachback.law import made_with

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from teachback.batch.journal import Kind

# Measured: a bucket of this many rows takes about a gigabyte while it is assessed.
ROWS_PER_BUCKET: Final = 500_000
ROWS_PER_DATE_BUCKET: Final = 250_000
MOST_BUCKETS: Final = 4096
STAGES: Final[dict[Kind, str]] = {READ: "reading parts", CROSS: "crossing dates", ASSESS: "assessing buckets"}
_NAMES: Final[dict[Kind, str]] = {READ: "part", CROSS: "dates", ASSESS: "bucket"}


@dataclass(frozen=True, slots=True)
class Tasks:
    """The four functions that do the work, each importable by name, so that any process can call it.

    A task may be done twice and must then leave the same files. It writes every file with
    ``journal.writing`` and calls ``journal.mark_done`` last.
    """

    plan_parts: Callable[[Sequence[Path], int], Plan]
    read_part: Callable[[Part, str, Settings], dict[str, Any]]
    cross_dates: Callable[[int, str, Settings], dict[str, Any]]
    assess_bucket: Callable[[int, str, str, Settings], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Order:
    """What a run is asked to do; ``buckets`` is chosen by the number of rows where it is ``None``."""

    inputs: tuple[str, ...]
    out: Path
    payer: str
    map_file: Path | None = None
    part_rows: int = 500_000
    buckets: int | None = None
    workers: int = 1
    threads: int = 1
    keep_work: bool = False
    fresh: bool = False


class Watcher(Protocol):
    """Whoever is told how a run goes on."""

    def stage(self, kind: Kind, total: int, done: int, rows: int) -> None:
        """A stage begins: its tasks, how many an earlier run did, and the rows of all."""
        ...

    def task(self, done: Done) -> None:
        """A task has ended."""
        ...

    def note(self, words: str) -> None:
        """Something worth telling."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run: the content of summary.json, and whether an earlier run had done it all."""

    summary: dict[str, Any]
    before: bool = False

    @property
    def failed(self) -> list[dict[str, str]]:
        """What was not done, each with its task and problem."""
        return list(self.summary["failed"])


def run(order: Order, tasks: Tasks, make_pool: Callable[[Path], Pool], watcher: Watcher) -> Outcome:
    """Do what is asked, or what an earlier run left of it.

    Raises ``BatchError``, with one sentence for people, where it cannot begin or go on.
    """
    files = places.find_inputs(order.inputs)
    places.check_out(order.out, order.inputs, files)
    identity = {
        "made_with": made_with(),
        "polars": version("polars"),  # its hashes, in the work files, are its version's own
        "payer": order.payer,
        "part_rows": order.part_rows,
        "map": places.checksum(order.map_file),
        "inputs": places.described(files),
    }
    if order.buckets is not None:
        identity["buckets"] = order.buckets
    out = order.out.resolve()
    finished = _finished(out, identity)
    if finished is not None and not order.fresh:
        if not order.keep_work:
            shutil.rmtree(out / WORK, ignore_errors=True)
        return Outcome(finished, before=True)
    with journal.alone(out / WORK) as free:
        if not free:
            raise BatchError(
                f"another batch run is writing to {order.out}; wait for its end, or write elsewhere"
            )
        try:
            return _Run(order, tasks, watcher, files, identity, out).go(make_pool)
        except OSError as error:
            raise BatchError(sentence(trouble_of(error), None)) from error


def _finished(out: Path, identity: dict[str, Any]) -> dict[str, Any] | None:
    """The summary of an earlier run that did all of this."""
    summary: Any = journal.read_json(out / SUMMARY)
    if not isinstance(summary, dict) or summary.get("failed"):
        return None
    before = summary.get("run", {}) | {"polars": identity["polars"]}
    return None if journal.differences(before, identity) else summary


@dataclass(slots=True)
class _Run:
    order: Order
    tasks: Tasks
    watcher: Watcher
    files: list[Path]
    identity: dict[str, Any]
    out: Path
    problems: list[Problem] = field(default_factory=list)
    peaks: dict[str, int] = field(default_factory=dict)
    halted: bool = False

    @property
    def work(self) -> Path:
        return self.out / WORK

    def go(self, make_pool: Callable[[Path], Pool]) -> Outcome:
        self._begin()
        plan, settings = self._prepare()
        self.problems.extend(plan.problems)
        if not plan.parts:
            raise BatchError(
                "\n".join(f"{p.task}: {p.problem}" for p in plan.problems) or "there are no rows"
            )
        rows = sum(part.rows for part in plan.parts)
        with closing(make_pool(self.work)) as pool:
            self._read(plan.parts, settings, pool, rows)
            if self._ready_to_assess(settings, pool, rows):
                self._assess(settings, pool, rows)
        return self._end(settings)

    def _begin(self) -> None:
        """Go on with what is there, or start anew where that is asked for."""
        earlier: Any = journal.read_json(self.work / "run.json") or journal.read_json(self.out / SUMMARY)
        if self.order.fresh:
            journal.remove_results(self.out)
        elif isinstance(earlier, dict):
            before = earlier.get("run", earlier)
            if unlike := journal.differences(before, self.identity):
                raise BatchError(
                    f"{self.order.out} holds another run ({'; '.join(unlike)}); add --fresh to replace it, "
                    "or write to another folder"
                )
            self.watcher.note(f"going on with the run in {self.order.out}")
        (self.out / SUMMARY).unlink(missing_ok=True)
        journal.remove_temporary(self.work, *(self.out / name for name in journal.RESULTS))

    def _prepare(self) -> tuple[Plan, Settings]:
        """The plan and the settings: as they were kept, or made now and kept."""
        plan = journal.load_plan(self.work)
        kept: Any = journal.read_json(self.work / "run.json")
        if plan is not None and isinstance(kept, dict):
            return plan, Settings(**(kept["settings"] | {"threads_per_task": self.order.threads}))
        plan = self.tasks.plan_parts(self.files, self.order.part_rows)
        rows = sum(part.rows for part in plan.parts)
        buckets = self.order.buckets or _share(rows, ROWS_PER_BUCKET)
        mapping = None
        if self.order.map_file is not None:
            mapping = self.work / "mapping.toml"
            shutil.copyfile(self.order.map_file, mapping)
        settings = Settings(
            payer=self.order.payer,
            map_file=None if mapping is None else str(mapping),
            buckets=buckets,
            date_buckets=_share(rows, ROWS_PER_DATE_BUCKET),
            made_with=made_with(),
            threads_per_task=self.order.threads,
        )
        room = places.room(self.out, self.files, rows)
        if room.needed > room.free:
            self.watcher.note(
                f"about {_gigabytes(room.needed)} may be needed under {self.order.out}, and {_gigabytes(room.free)} are free; "
                "if the disk fills up, free space and run the same command again"
            )
        journal.save_plan(self.work, plan)
        self.identity["buckets"] = buckets
        journal.write_json(self.work / "run.json", self.identity | {"settings": asdict(settings)})
        return plan, settings

    def _read(self, parts: list[Part], settings: Settings, pool: Pool, rows: int) -> None:
        work = str(self.work)
        jobs = [
            Job(
                part.number,
                f"part {part.number} ({part.file})",
                self.tasks.read_part,
                (part, work, settings),
                part.file,
            )
            for part in parts
        ]
        self._stage(READ, jobs, pool, rows)
        done = journal.done_numbers(work, READ)
        for folder in (self.work / "parts", self.work / "refused"):
            for file in folder.glob("*"):
                digits = "".join(c for c in file.name.split(".")[0] if c.isdigit())
                if digits and int(digits) not in done:
                    shutil.rmtree(file) if file.is_dir() else file.unlink()
        crossed = self.work / "crossed.json"
        if journal.read_json(crossed) != done:
            journal.forget(self.work, CROSS)
            journal.forget(self.work, ASSESS)
            journal.write_json(crossed, done)

    def _ready_to_assess(self, settings: Settings, pool: Pool, rows: int) -> bool:
        """Cross the dates; every bucket needs every crossing, for a patient has sessions on any date."""
        if self.halted:
            return False
        if not journal.done_numbers(self.work, READ):
            self.halted = True
            return False
        work = str(self.work)
        jobs = [
            Job(n, f"dates {n}", self.tasks.cross_dates, (n, work, settings))
            for n in range(settings.date_buckets)
        ]
        self._stage(CROSS, jobs, pool, rows)
        if len(journal.done_numbers(work, CROSS)) == settings.date_buckets:
            return True
        if not self.halted:
            self.problems.append(
                Problem(
                    "all buckets", "not assessed: each needs what the dates above would have told about it."
                )
            )
        return False

    def _assess(self, settings: Settings, pool: Pool, rows: int) -> None:
        journal.remove_unfinished(
            [self.out / name for name in journal.RESULTS if name != "refused"],
            journal.done_numbers(self.work, ASSESS),
        )
        work, out = str(self.work), str(self.out)
        jobs = [
            Job(n, f"bucket {n}", self.tasks.assess_bucket, (n, work, out, settings))
            for n in range(settings.buckets)
        ]
        self._stage(ASSESS, jobs, pool, rows)

    def _stage(self, kind: Kind, jobs: list[Job], pool: Pool, rows: int) -> None:
        """Do the jobs of a stage that are not done yet; a full disk lets the running ones be the last."""
        done = set(journal.done_numbers(self.work, kind))
        waiting = deque(job for job in jobs if job.number not in done)
        self.watcher.stage(kind, len(jobs), len(jobs) - len(waiting), rows)
        begun = time.perf_counter()
        ended = 0
        total = len(waiting)
        for result in pool.run(waiting, self.watcher.note):
            ended += 1
            self.peaks[result.worker] = max(result.memory, self.peaks.get(result.worker, 0))
            if result.trouble is not None:
                self.problems.append(Problem(result.job.name, sentence(result.trouble, result.job.file)))
                if result.trouble.kind == "full" and not self.halted:
                    self.halted = True
                    waiting.clear()
            self.watcher.task(result)
        if ended < total:
            self.problems.append(
                Problem(f"{total - ended} more of {STAGES[kind]}", "not begun: the disk is full.")
            )
        clock: Any = journal.read_json(self.work / "clock.json") or {}
        clock[kind] = clock.get(kind, 0.0) + time.perf_counter() - begun
        if not self.halted:
            journal.write_json(self.work / "clock.json", clock)

    def _end(self, settings: Settings) -> Outcome:
        """Put the results in order and say what came of it; the work folder goes when nothing is left to do."""
        work, out = self.work, self.out
        assessed = journal.done_numbers(work, ASSESS)
        folders = [out / name for name in journal.RESULTS if name != "refused"]
        journal.remove_unfinished(folders, assessed)
        journal.remove_unfinished([out / "refused"], journal.done_numbers(work, READ))
        journal.remove_unfinished([out / "refused"], assessed, letter="b")
        journal.remove_temporary(work, *folders)
        if (work / "refused").is_dir():
            (out / "refused").mkdir(exist_ok=True)
            for file in (work / "refused").glob("part-*.parquet"):
                file.replace(out / "refused" / file.name)
        self._unchanged()
        counters = merged(
            journal.read_done(work, kind, number) or {}
            for kind in journal.KINDS
            for number in journal.done_numbers(work, kind)
        )
        clock: Any = journal.read_json(work / "clock.json") or {}
        # Workers that died were replaced: only so many held memory at once.
        others = [peak for worker, peak in self.peaks.items() if worker]
        memory = peak_memory() + sum(heapq.nlargest(self.order.workers, others))
        summary = summarized(
            counters,
            settings,
            self.identity,
            clock=clock,
            memory=memory,
            failed=[asdict(problem) for problem in self.problems],
        )
        try:
            journal.write_json(out / SUMMARY, summary)
        except OSError as error:
            if not self.halted:
                raise BatchError(f"{out / SUMMARY} could not be written: {error.strerror}") from None
        if not self.problems and not self.order.keep_work:
            shutil.rmtree(work)
        return Outcome(summary)

    def _unchanged(self) -> None:
        try:
            same = places.described(self.files) == self.identity["inputs"]
        except OSError:
            same = False
        if not same:
            self.problems.append(
                Problem("inputs", "a file changed while it was read; run the same command with --fresh.")
            )


def _share(rows: int, each: int) -> int:
    return max(1, min(MOST_BUCKETS, -(-rows // each)))


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:,.1f} GB"
