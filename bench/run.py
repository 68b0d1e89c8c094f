"""Speed, side by side: every figure beside the peer that it is compared to. Run with ``make bench``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from teachback.assess import assess
from teachback.export import json_lines
from teachback.intake import read_sessions
from teachback.intake.dump import write_jsonl
from teachback.rules.book import rulebook
from teachback.synthetic.practice import made_up_practice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from teachback.model import Session

ROOT = Path(__file__).resolve().parent.parent
COMMAND = Path(sys.executable).parent / "teachback"
ROUNDS = 9
LOADED = (
    "import sys; from teachback.cli import run; run(sys.argv[1:]); "
    "print([m for m in ('rich','polars','openpyxl') if m in sys.modules])"
)


def best(action: Callable[[], object], rounds: int = 3) -> float:
    """Seconds of the fastest of some rounds."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return min(taken)


def process(*arguments: str, rounds: int = ROUNDS) -> float:
    """Seconds of a whole process, start to exit, the median of some rounds."""
    taken = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - start)
    return sorted(taken)[rounds // 2]


def start() -> None:
    """A bare question, beside starting Python and importing the core."""
    python = sys.executable
    units = (str(COMMAND), "units", "40", "--training", "function", "--date", "2026-04-14")
    rows = [
        ("start Python alone", process(python, "-c", "pass")),
        ("import the core (model to assess)", process(python, "-c", "import teachback.assess")),
        (
            "load law and rules of every topic",
            process(python, "-c", "from teachback.rules.book import rulebook; rulebook()"),
        ),
        ("teachback units 40 --training function --date 2026-04-14", process(*units)),
        (
            "teachback price 97550 --date 2026-04-14 --national",
            process(str(COMMAND), "price", "97550", "--date", "2026-04-14", "--national"),
        ),
    ]
    print("Start (whole process, median)")
    for name, seconds in rows:
        print(f"  {name:60} {seconds * 1000:7.0f} ms")
    loaded = subprocess.run(
        [
            python,
            "-c",
            LOADED,
            *units[1:],
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()[-1]
    print(f"  heavy libraries loaded by units: {loaded}")


def coding() -> None:
    """A file of ten thousand sessions: reading, coding and writing told apart, beside merely parsing it."""
    sessions = made_up_practice(seed=7, sessions=300)
    many = [one for n in range(34) for one in _renamed(sessions, n)][:10_000]
    rulebook()
    assess(sessions)
    one = sessions[0]
    single = best(lambda: [assess([one]) for _ in range(200)]) / 200
    traced = best(lambda: [assess([one], keep_proof=True) for _ in range(200)]) / 200
    print("\nCoding")
    print(f"  one session, assessed                     {single * 1e6:8.0f} us")
    print(f"  one session, assessed with its proof kept {traced * 1e6:8.0f} us")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "many.jsonl"
        write_jsonl(many, file)
        size = file.stat().st_size / 1e6
        parse = best(lambda: [json.loads(line) for line in file.read_text("utf-8").splitlines()])
        read = best(lambda: read_sessions(file))
        found = assess(many)
        code = best(lambda: assess(many))
        write = best(lambda: list(json_lines(found)))
        whole = process(str(COMMAND), "code", str(file), "--format", "jsonl", rounds=1)
    print(f"  {len(many):,} sessions, {len(found):,} session-patients, {size:.0f} MB of JSON lines:")
    for name, seconds in (
        ("json.loads alone (the floor)", parse),
        ("read and type-check", read),
        ("assess", code),
        ("write as JSON lines", write),
        ("teachback code FILE --format jsonl, whole", whole),
    ):
        print(
            f"    {name:40} {seconds:6.2f} s {len(many) / seconds:12,.0f} sessions/s  {seconds / parse:6.1f} x floor"
        )


def _renamed(sessions: Iterable[Session], number: int) -> Iterator[Session]:
    """The same sessions by other people, so that nobody's minutes meet."""
    for session in sessions:
        who = replace(session.practitioner, npi=f"{session.practitioner.npi[:-3]}{number:03}")
        yield replace(
            session,
            id=f"{session.id}-{number}",
            practitioner=who,
            patients=tuple(replace(p, id=f"{p.id}-{number}") for p in session.patients),
        )


if __name__ == "__main__":
    start()
    coding()
    sys.stdout.flush()
    # Each with its peers in processes of their own.
    for program in ("claims.py", "claims_check.py", "remits.py", "batch.py"):
        subprocess.run([sys.executable, str(ROOT / "bench" / program)], check=True)
