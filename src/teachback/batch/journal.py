"""What a batch run writes down about itself, so that the same command goes on where a killed one stopped.

A task writes every file under a temporary name and renames it when it is whole (``writing``), and its
done-marker last (``mark_done``). A file without its task's marker is worth nothing and is removed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

try:
    import fcntl
except ImportError:  # Windows: two runs into one folder are not noticed there
    fcntl = None  # type: ignore[assignment]

Kind = Literal["read", "cross", "assess"]
READ: Final = "read"
CROSS: Final = "cross"
ASSESS: Final = "assess"
KINDS: Final[tuple[Kind, ...]] = (READ, CROSS, ASSESS)
RESULTS: Final = ("lines", "findings", "sessions", "refused")
SUMMARY: Final = "summary.json"
WORK: Final = ".work"
LOCK: Final = "lock"
_TEMPORARY: Final = re.compile(r"\..*\.part")
_NUMBERED: Final = re.compile(r"part-(b?)([0-9]+)\.parquet")


@dataclass(frozen=True, slots=True)
class Part:
    """One slice of an input file: ``rows`` rows from ``offset`` on; ``bytes`` is about its size there.

    In a Parquet file ``offset`` counts rows, in a text bytes. ``first_row`` is how the file numbers its first row.
    """

    number: int
    file: str
    kind: Literal["parquet", "csv", "jsonl"]
    offset: int
    rows: int
    bytes: int
    first_row: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was not done: the task or file, and one sentence for people."""

    task: str
    problem: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The parts to read, and the files that cannot be read at all."""

    parts: list[Part]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class Settings:
    """What every task of a run is told; ``map_file`` is a copy of the mapping inside the work folder."""

    payer: str
    map_file: str | None
    buckets: int
    date_buckets: int
    made_with: str
    threads_per_task: int = 1


@contextlib.contextmanager
def writing(path: Path) -> Iterator[Path]:
    """A temporary name beside ``path``, which takes its place when everything is written; else it is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}-{os.urandom(4).hex()}.part")
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_json(path: Path, content: object) -> None:
    """Write JSON so that a reader sees the old file or the new one, never half of one."""
    with writing(path) as part:
        part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_json(path: Path) -> Any | None:  # noqa: ANN401  JSON is anything
    """The content of a JSON file; ``None`` where there is none or it is damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _marker(work: str | Path, kind: Kind, number: int) -> Path:
    return Path(work) / "done" / f"{kind}-{number:05d}.json"


def mark_done(work: str | Path, kind: Kind, number: int, counters: dict[str, Any]) -> None:
    """Say that a task is finished, with what it counted; the last thing that a task does."""
    write_json(_marker(work, kind, number), counters)


def read_done(work: str | Path, kind: Kind, number: int) -> dict[str, Any] | None:
    """What a finished task counted; ``None`` where it is not finished."""
    found = read_json(_marker(work, kind, number))
    return found if isinstance(found, dict) else None


def done_numbers(work: str | Path, kind: Kind) -> list[int]:
    """The numbers of the finished tasks of a kind, in order."""
    return sorted(int(file.stem.rpartition("-")[2]) for file in (Path(work) / "done").glob(f"{kind}-*.json"))


def forget(work: Path, kind: Kind) -> None:
    """Make every finished task of a kind unfinished."""
    for file in (work / "done").glob(f"{kind}-*.json"):
        file.unlink()


def save_plan(work: Path, plan: Plan) -> None:
    """Keep the plan, so that going on needs no second look through the inputs."""
    write_json(work / "plan.json", asdict(plan))


def load_plan(work: Path) -> Plan | None:
    """The plan as it was kept; ``None`` where there is none or another version made it."""
    found: Any = read_json(work / "plan.json")
    try:
        return Plan([Part(**part) for part in found["parts"]], [Problem(**p) for p in found["problems"]])
    except (TypeError, KeyError):
        return None


def is_result(out: Path) -> bool:
    """Whether the folder holds a batch result or the beginning of one."""
    summary = read_json(out / SUMMARY)
    if isinstance(summary, dict) and "made_with" in summary:
        return True
    work = out / WORK
    return (work / "run.json").is_file() or (work.is_dir() and list(out.iterdir()) == [work])


def remove_results(out: Path) -> None:
    """Remove what batch runs write into the folder and nothing else; the lock of the work folder stays."""
    (out / SUMMARY).unlink(missing_ok=True)
    for name in RESULTS:
        folder = out / name
        if folder.is_dir():
            for file in folder.glob("part-*.parquet"):
                file.unlink()
            remove_temporary(folder)
            with contextlib.suppress(OSError):
                folder.rmdir()
    for path in (out / WORK).glob("*"):
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def remove_temporary(*folders: Path) -> None:
    """Remove half-written files, which only their temporary names tell."""
    for folder in folders:
        for file in folder.rglob(".*.part"):
            if _TEMPORARY.fullmatch(file.name):
                file.unlink(missing_ok=True)


def remove_unfinished(folders: Iterable[Path], done: Iterable[int], *, letter: str = "") -> None:
    """Remove from the folders the numbered files of tasks that are not finished.

    Files of buckets among files of parts have the ``letter`` b before their number.
    """
    kept = set(done)
    for folder in folders:
        for file in folder.glob("part-*.parquet"):
            found = _NUMBERED.fullmatch(file.name)
            if found and found[1] == letter and int(found[2]) not in kept:
                file.unlink()


@contextlib.contextmanager
def alone(work: Path) -> Iterator[bool]:
    """Whether no other run uses the work folder; nobody else gets it until the end."""
    work.mkdir(parents=True, exist_ok=True)
    with (work / LOCK).open("a") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
                return
            except OSError:  # some network folders know no locks
                pass
        yield True


def differences(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What is not as it was when the run began, in words."""
    words = [
        f"{title} was {before.get(name)} and is {now.get(name)} now"
        for name, title in (
            ("made_with", "the version"),
            ("polars", "the version of polars"),
            ("payer", "--payer"),
            ("part_rows", "--part-rows"),
            ("buckets", "--buckets"),
        )
        if name in now and before.get(name) != now.get(name)
    ]
    if before.get("map") != now.get("map"):
        words.append("the mapping has changed")
    was = {entry["file"]: entry for entry in before.get("inputs", [])}
    has = {entry["file"]: entry for entry in now.get("inputs", [])}
    for title, names in (
        ("gone", sorted(was.keys() - has.keys())),
        ("new", sorted(has.keys() - was.keys())),
        ("changed", sorted(name for name in was.keys() & has.keys() if was[name] != has[name])),
    ):
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            words.append(f"{title}: {names[0]}{more}")
    return words


def known(settings: dict[str, Any]) -> Settings:
    """Settings as they were kept."""
    return Settings(
        **{field.name: settings[field.name] for field in fields(Settings) if field.name in settings}
    )
