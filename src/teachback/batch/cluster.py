"""Where tasks run: on the workers of a Dask cluster, on this machine or on many that share a folder.

Only calls and counts travel; sessions are read from and written to the shared folder by the workers.
"""

from __future__ import annotations

import contextlib
import logging
import os
import platform
import queue
import socket
import time
import warnings
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from teachback.batch.pools import ATTEMPTS, THREADS, Done, Job, attempt, for_children
from teachback.batch.troubles import BatchError, Trouble, lost
from teachback.law import made_with

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Iterator

    from teachback.batch.pools import Note

LOCAL: Final = "local"
ANSWER_SECONDS: Final = 10
WORKER_SECONDS: Final = 60
_TICK: Final = 2.0
_SEEN_SECONDS: Final = 10.0
_UNSEEN: Final = "unseen"


def alike() -> str:
    """What must be the same on every worker: our version, the law, and the library that hashes and writes."""
    return f"{made_with()}, polars {version('polars')}"


def look(work: str, token: str) -> dict[str, str]:
    """What a worker is and whether it shares the work folder: reads one file there and leaves another."""
    answer = {"host": socket.gethostname(), "made_with": alike(), "python": platform.python_version()}
    try:
        found = (Path(work) / f"probe-{token}").read_text(encoding="utf-8")
        left = Path(work) / f"probe-{token}-{answer['host']}-{os.getpid()}"
        left.write_text(found, encoding="utf-8")
    except OSError as error:
        return answer | {"problem": error.strerror or type(error).__name__}
    return answer | {"left": left.name if found == token else ""}


def remote(call: Any, arguments: tuple[object, ...], work: str) -> tuple[Any, Trouble | None, int, str]:  # noqa: ANN401
    """Call a task on a worker, which may have joined late and see another disk than the others."""
    worker = f"{socket.gethostname()}-{os.getpid()}"
    if not (Path(work) / "run.json").is_file():
        return None, Trouble(_UNSEEN, f"{worker} does not see {work}"), 0, worker
    return *attempt(call, arguments), worker


@dataclass(slots=True)
class Cluster:
    """Workers of a Dask cluster. Dask does the tasks of a worker that dies anew elsewhere.

    ``address`` is the scheduler's, or ``local`` for ``workers`` processes of this machine.
    """

    address: str
    work: Path
    workers: int
    threads: int
    _client: Any = None
    _cluster: Any = None
    _tried: dict[int, int] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def connect(self, note: Note) -> None:
        """Reach the cluster and see that its workers can do the work; ``BatchError`` says what cannot be."""
        try:
            import dask  # noqa: PLC0415  only where a cluster is asked for
            import distributed  # noqa: PLC0415
        except ImportError:
            raise BatchError(
                "--dask needs Dask, which is not installed here: pip install 'teachback[cluster]'"
            ) from None
        for name in ("distributed", "tornado", "asyncio"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        connected: Any = distributed.Client
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # versions are compared below, in words of our own
            if self.address == LOCAL:
                dask.config.set(_LOCAL_SETTINGS)
                self._cluster = self._local()
            try:
                self._client = connected(
                    self._cluster or self.address, timeout=ANSWER_SECONDS, set_as_default=False
                )
            except (OSError, ValueError) as error:
                raise BatchError(
                    f"nobody answers at {self.address} as a Dask scheduler does ({type(error).__name__}); "
                    "is it running there, and may this machine reach it? Start it with: dask scheduler"
                ) from None
        self._check(note)

    def _local(self) -> Any:  # noqa: ANN401  Dask has no types
        import distributed  # noqa: PLC0415

        started: Any = distributed.LocalCluster
        with for_children(**{THREADS: str(self.threads)}):
            return started(
                n_workers=self.workers,
                threads_per_worker=1,
                processes=True,
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
                local_directory=str(self.work / "dask"),
                memory_limit=0,
                env={THREADS: str(self.threads)},
            )

    def _check(self, note: Note) -> None:
        from distributed import TimeoutError as Late  # noqa: PLC0415  Dask's own name

        try:
            self._client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except (Late, TimeoutError):
            raise BatchError(
                f"the Dask scheduler at {self.address} has no worker; start one or more with: "
                f"dask worker {self.address} --nthreads 1"
            ) from None
        token = os.urandom(8).hex()
        here = self.work / f"probe-{token}"
        here.write_text(token, encoding="utf-8")
        try:
            answers = self._ask(token)
            self._judge(answers, note)
        finally:
            for file in self.work.glob(f"probe-{token}*"):
                file.unlink(missing_ok=True)

    def _ask(self, token: str) -> list[dict[str, str]]:
        try:
            answers = self._client.run(look, str(self.work), token, on_error="return")
        except Exception as error:  # noqa: BLE001  whatever an unlike worker answers
            answers = {self.address: error}
        for address, answer in answers.items():
            if isinstance(answer, BaseException):
                raise BatchError(
                    f"the Dask worker at {address} cannot run Teachback ({type(answer).__name__}); install the "
                    f"same version there as here: {alike()}"
                )
        return list(answers.values())

    def _judge(self, answers: list[dict[str, str]], note: Note) -> None:
        for answer in answers:
            if answer["made_with"] != alike():
                raise BatchError(
                    f"the Dask worker on {answer['host']} has {answer['made_with']}, and this machine "
                    f"{alike()}; install the same version on all, so that one law judges all rows"
                )
            if not answer.get("left") or not _appears(self.work / answer["left"]):
                raise BatchError(
                    f"the Dask worker on {answer['host']} does not share the folder {self.work.parent} with this machine "
                    f"({answer.get('problem', 'it sees another folder of that name')}); --out must lie on a "
                    "disk that every worker can write to, under the same path"
                )
        here = platform.python_version_tuple()[:2]
        others = {a["python"] for a in answers if tuple(a["python"].split(".")[:2]) != here}
        if others:
            note(
                f"workers run Python {', '.join(sorted(others))}, and this machine {platform.python_version()}"
            )

    def run(self, jobs: deque[Job], note: Note) -> Iterator[Done]:
        """Run the jobs, as many at once as the cluster has threads."""
        done: queue.SimpleQueue[Any] = queue.SimpleQueue()
        running: dict[str, tuple[Job, Any]] = {}
        alone_since: float | None = None
        room = self._room(note)
        while jobs or running:
            while jobs and len(running) < max(room, 1):
                job = jobs.popleft()
                future = self._client.submit(
                    remote,
                    job.call,
                    job.arguments,
                    str(self.work),
                    pure=False,
                    key=f"{job.name}-{os.urandom(4).hex()}",
                )
                running[future.key] = (job, future)
                future.add_done_callback(done.put)
            try:
                future = done.get(timeout=_TICK)
            except queue.Empty:
                future = None
            room = self._room(note)
            alone_since = self._alone(room, alone_since, note)
            if future is None:
                continue
            answer = self._answer(running.pop(future.key)[0], future, jobs, note)
            if answer is not None:
                yield answer

    def _room(self, note: Note) -> int:
        """How many tasks the cluster can do at once; ``BatchError`` where it is gone."""
        if self._client.status not in {"running", "connecting"}:
            raise BatchError(
                f"the Dask scheduler at {self.address} is gone; start it and its workers again, and run the "
                "same command again: finished buckets are kept"
            )
        try:
            threads = self._client.nthreads()
        except (OSError, TimeoutError):  # it may come back
            return 0
        if gone := self._known - threads.keys():
            count = "a Dask worker is" if len(gone) == 1 else f"{len(gone)} Dask workers are"
            note(f"{count} gone; others do the work anew")
        self._known = set(threads)
        return sum(threads.values())

    def _alone(self, room: int, since: float | None, note: Note) -> float | None:
        if room:
            return None
        now = time.monotonic()
        if since is None:
            return now
        if 0 < since < now - WORKER_SECONDS:
            note(
                f"no Dask worker is left at {self.address}; the work goes on when one is started "
                "(Ctrl-C ends it; finished buckets are kept)"
            )
            return 0.0
        return since

    def _answer(self, job: Job, future: Any, jobs: deque[Job], note: Note) -> Done | None:  # noqa: ANN401
        from distributed import KilledWorker  # noqa: PLC0415

        try:
            counters, trouble, memory, worker = future.result(timeout=WORKER_SECONDS)
        except KilledWorker:
            return Done(job, None, lost(ATTEMPTS + 1, None))
        except Exception as error:  # noqa: BLE001  canceled, lost with its scheduler, or unlike
            counters, trouble, memory, worker = None, Trouble(_UNSEEN, type(error).__name__), 0, ""
        if trouble is not None and trouble.kind == _UNSEEN:
            self._tried[id(job)] = self._tried.get(id(job), 0) + 1
            if self._tried[id(job)] < ATTEMPTS:
                note(f"{job.name} is done anew: {trouble.words}")
                jobs.appendleft(job)
                return None
        return Done(job, counters, trouble, worker, memory)

    def close(self) -> None:
        """Leave the cluster; one of our own making ends."""
        for what in (self._client, self._cluster):
            if what is not None:
                with contextlib.suppress(Exception):
                    what.close(timeout=ANSWER_SECONDS)


_LOCAL_SETTINGS: Final = {
    "distributed.scheduler.allowed-failures": ATTEMPTS,
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
}


def _appears(file: Path) -> bool:
    """Whether a file can be seen here; network folders tell of new files after a while."""
    end = time.monotonic() + _SEEN_SECONDS
    while time.monotonic() < end:
        if file.is_file():
            return True
        time.sleep(0.2)
    return False
