"""Throw damaged input at every door that reads what others wrote: no crash, no hang, bounded memory.

    python tools/fuzz.py SECONDS-OR-TRIES [DOOR …]      for example: 60s, or 1000000

Coverage-guided (atheris). Each door runs in a process of its own, for its share of the time or of the tries; a fault
ends with the input that made it, kept under build/fuzz.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "build" / "fuzz"
SLOWEST_SECONDS = 10
MOST_MEGABYTES = 1024
RECEIVED = date(2026, 5, 4)


class _Deaf:
    """A sink that reads every message, as a renderer would, and keeps none."""

    def tell(self, issues: object, claim: object) -> None:  # noqa: ARG002  the protocol of a sink
        for issue in issues:  # type: ignore[attr-defined]
            str(issue)


def _check() -> Callable[[bytes], object]:
    from teachback.check.report import Options
    from teachback.check.run import check_stream

    options = Options(received=RECEIVED)
    return lambda data: check_stream(io.BytesIO(data), options, _Deaf())


def _segments() -> Callable[[bytes], object]:
    from teachback.x12.tokens import read

    return lambda data: [segment.elements for segment in read(io.BytesIO(data))]


def _answers() -> Callable[[bytes], object]:
    from teachback.x12.answers import NotAnAnswer, received

    def door(data: bytes) -> None:
        for found in received(io.BytesIO(data)):
            if not isinstance(found, NotAnAnswer):
                repr(found)
                [str(one) for one in found.told]

    return door


def _fhir() -> Callable[[bytes], object]:
    from teachback.fhir.nodes import CannotRead
    from teachback.fhir.reading import from_fhir

    def door(data: bytes) -> None:
        with contextlib.suppress(CannotRead):
            from_fhir(data)

    return door


def _practice() -> Callable[[bytes], object]:
    from teachback.claim.practice import read_practice
    from teachback.claim.tomlfile import FaultyFile

    file = KEPT / "practice" / f"{os.getpid()}.toml"

    def door(data: bytes) -> None:
        file.write_bytes(data)
        with contextlib.suppress(FaultyFile):
            read_practice(file)

    return door


DOORS: dict[str, Callable[[], Callable[[bytes], object]]] = {
    "check": _check,
    "segments": _segments,
    "answers": _answers,
    "fhir": _fhir,
    "practice": _practice,
}
SEEDS = {
    "check": ("tests/x12/clean/*.837",),
    "segments": ("tests/x12/clean/*.837",),
    "answers": ("tests/x12/answers/*",),
    "fhir": ("tests/fhir/*.json",),
    "practice": ("examples/practice.toml",),
}


def fuzz(name: str, limit: str) -> None:
    """Run one door in this process; never returns."""
    import atheris  # type: ignore[import-untyped]

    with atheris.instrument_imports(include=["teachback"]):
        door = DOORS[name]()
    seeds = KEPT / name / "seeds"
    seeds.mkdir(parents=True, exist_ok=True)
    for pattern in SEEDS[name]:
        for file in ROOT.glob(pattern):
            (seeds / file.name).write_bytes(file.read_bytes())
    arguments = [
        sys.argv[0],
        f"-max_total_time={limit[:-1]}" if limit.endswith("s") else f"-runs={limit}",
        f"-timeout={SLOWEST_SECONDS}",
        f"-rss_limit_mb={MOST_MEGABYTES}",
        f"-artifact_prefix={KEPT / name}/",
        "-max_len=16384",
        "-print_final_stats=1",
        "-verbosity=0",
        str(seeds),
    ]
    atheris.Setup(arguments, door)
    atheris.Fuzz()


def main(limit: str, doors: list[str]) -> int:
    """Each door in a process of its own; the status says whether one failed."""
    doors = doors or list(DOORS)
    unit = "s" if limit.endswith("s") else ""
    share = max(int(limit.removesuffix("s")) // len(doors), 1)
    failed = []
    for name in doors:
        print(f"== fuzz {name}: {share}{unit or ' tries'}", flush=True)
        command = [sys.executable, __file__, "--door", name, f"{share}{unit}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        tries = [line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line]
        if done.returncode:
            failed.append(name)
            told = [line for line in done.stderr.splitlines() if not line.startswith(("INFO", "WARNING"))]
            print(done.stdout[-4000:], "\n".join(told[-20:]))
        else:
            print(f"   {tries[0] if tries else 'all'} tries, no fault")
    return len(failed)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--door"]:
        fuzz(sys.argv[2], sys.argv[3])
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "60s", sys.argv[2:]))
