"""Where tasks run: in this process, or in worker processes of this machine of which any may die."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing import resource_tracker
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final, Protocol

from teachback.batch.troubles import Trouble, lost, trouble_of

if TYPE_CHECKING:
    from collections import deque
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

ATTEMPTS: Final = 3
THREADS: Final = "POLARS_MAX_THREADS"
Counters = dict[str, Any]
Note = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One call of a task function; ``name`` is what people call it, ``file`` the input that it reads."""

    number: int
    name: str
    call: Callable[..., Counters]
    arguments: tuple[object, ...]
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a job: its counters, or its trouble. ``memory`` is its process's peak so far, in bytes."""

    job: Job
    counters: Counters | None
    trouble: Trouble | None
    worker: str = ""
    memory: int = 0


class Pool(Protocol):
    """Something that runs jobs, in any order, and gives back each of them once."""

    def run(self, jobs: deque[Job], note: Note) -> Iterator[Done]:
        """Take the jobs from the left and run them; whoever clears ``jobs`` lets those that run be the last."""
        ...

    def close(self) -> None:
        """Leave nothing behind that runs."""
        ...


def peak_memory() -> int:
    """The most memory, in bytes, that this process ever held; 0 where the system does not tell."""
    # A started process inherits its maker's peak in getrusage, but not in this file.
    with contextlib.suppress(OSError), open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    try:
        import resource  # noqa: PLC0415  not on every system
    except ImportError:
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def attempt(
    call: Callable[..., Counters], arguments: tuple[object, ...]
) -> tuple[Counters | None, Trouble | None, int]:
    """Call a task: its counters or its trouble, and the process's peak memory. Exceptions stay here."""
    try:
        return call(*arguments), None, peak_memory()
    except Exception as error:  # noqa: BLE001  one failing task never stops the others
        return None, trouble_of(error), peak_memory()


class InProcess:
    """One job after another, in this process."""

    def run(self, jobs: deque[Job], note: Note) -> Iterator[Done]:  # noqa: ARG002  nothing to note
        """Run the jobs in order."""
        while jobs:
            job = jobs.popleft()
            counters, trouble, memory = attempt(job.call, job.arguments)
            yield Done(job, counters, trouble, "", memory)

    def close(self) -> None:
        """Nothing runs here."""


def _die_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _work(pipe: Connection) -> None:
    """Take calls from the pipe until it closes; this is a worker's whole life."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C reaches every process; the parent decides
    threading.Thread(target=_die_with_parent, daemon=True).start()
    with contextlib.suppress(EOFError, OSError):
        while True:
            call, arguments = pipe.recv()
            pipe.send(attempt(call, arguments))


@contextlib.contextmanager
def for_children(**environment: str) -> Iterator[None]:
    """What processes started meanwhile inherit: these variables, and a deaf ear for Ctrl-C."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    masks = hasattr(signal, "pthread_sigmask")
    if masks:
        resource_tracker.ensure_running()  # its start would open the ear again
    old = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT}) if masks else None
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
        if old is not None:
            signal.pthread_sigmask(signal.SIG_SETMASK, old)


@dataclass(slots=True, eq=False)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    job: Job | None = None


@dataclass(slots=True)
class Processes:
    """Worker processes, one job each at a time. One that dies costs one attempt of its job and is replaced."""

    workers: int
    threads: int
    _alive: list[_Worker] = field(default_factory=list)

    def _hire(self) -> _Worker:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_work, args=(theirs,), daemon=True)
        # Polars counts its threads once, when it is imported.
        with for_children(**{THREADS: str(self.threads)}):
            process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._alive.append(worker)
        return worker

    def _bury(self, worker: _Worker) -> int | None:
        self._alive.remove(worker)
        worker.pipe.close()
        worker.process.join(5)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
        return worker.process.exitcode

    def run(self, jobs: deque[Job], note: Note) -> Iterator[Done]:
        """Run the jobs; one whose worker dies is tried anew, up to three times in all."""
        tried: dict[int, int] = {}
        while jobs or any(worker.job for worker in self._alive):
            self._assign(jobs)
            for worker in self._answering():
                done = self._answer(worker, jobs, tried, note)
                if done is not None:
                    yield done

    def _assign(self, waiting: deque[Job]) -> None:
        while waiting:
            idle = next((worker for worker in self._alive if worker.job is None), None)
            if idle is None and len(self._alive) >= self.workers:
                return
            worker = idle or self._hire()
            job = waiting.popleft()
            worker.job = job
            with contextlib.suppress(OSError):  # it died idle; its silence is noticed like any other death
                worker.pipe.send((job.call, job.arguments))

    def _answering(self) -> list[_Worker]:
        busy: dict[object, _Worker] = {worker.pipe: worker for worker in self._alive if worker.job}
        return [busy[pipe] for pipe in wait([worker.pipe for worker in busy.values()])]

    def _answer(self, worker: _Worker, waiting: deque[Job], tried: dict[int, int], note: Note) -> Done | None:
        """What became of the worker's job; ``None`` where it died and the job waits again."""
        job = worker.job
        assert job is not None  # noqa: S101  only busy workers answer
        try:
            counters, trouble, memory = worker.pipe.recv()
        except (EOFError, OSError):
            status = self._bury(worker)
            tried[job.number] = tried.get(job.number, 0) + 1
            if tried[job.number] >= ATTEMPTS:
                return Done(job, None, lost(ATTEMPTS, status))
            note(f"a worker died during {job.name}; it is done anew")
            waiting.appendleft(job)
            return None
        worker.job = None
        return Done(job, counters, trouble, str(worker.process.pid), memory)

    def close(self) -> None:
        """End the workers, whatever they do."""
        for worker in self._alive:
            worker.process.terminate()
        for worker in list(self._alive):
            self._bury(worker)
