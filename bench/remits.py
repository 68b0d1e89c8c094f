"""How fast remittances are read beside oxedi, pyx12 and x12sdk, and that memory does not grow with the file.

    python bench/remits.py [--claims N] [--large N]

A file of made-up Medicare remittances, with the fees of many localities, is written once; every program reads it in a
process of its own, by CPU time without starting. "Ours" reads every claim, line, adjustment and name into typed values,
keeps the segments of the present claim, and proves all balances to the cent; "ours, checked" is `teachback check`.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parent.parent
GOAL_CLAIMS_PER_SECOND = 15_000
GOAL_BYTES = 150_000_000
CLAIMS_OF_PAYMENT = 2_000
SEED = 20260420
RECEIVED = date(2026, 11, 2)
_PROGRAMS = ("ours", "ours, checked", "oxedi", "pyx12", "x12sdk")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_HEAD = (
    "ISA*00*          *00*          *ZZ*TBPAYER        *ZZ*TBSUBMIT       *260504*0915*^*00501*000000201*0*T*:~\n"
    "GS*HP*TBPAYER*TBSUBMIT*20260504*0915*201*X*005010X221A1~\n"
)


def main(arguments: list[str] | None = None) -> None:
    """Measure what is asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", nargs=2, metavar=("PROGRAM", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--claims", type=int, default=5000)
    parser.add_argument("--large", type=int, default=500_000)
    asked = parser.parse_args(arguments)
    if asked.one:
        print(json.dumps(_measure(asked.one[0], Path(asked.one[1]))))
        return
    measure_remits(asked.claims, asked.large)


def measure_remits(claims: int = 5000, large: int = 500_000) -> None:
    """Print claims a second of each program on one file, and time and memory of ours on a large one."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "payments.835"
        segments = write_made_up(file, claims)
        size = file.stat().st_size / 1e6
        print(
            f"\nRemittances: {claims:,} claims of {segments / claims:.0f} segments, {size:.1f} MB, a process each"
        )
        results = {program: _apart(program, file) for program in _PROGRAMS}
        ours = results["ours"]["claims"] / results["ours"]["cpu"]
        for program, result in results.items():
            speed = result["claims"] / result["cpu"]
            print(
                f"  {program:16} {result['cpu']:7.2f} s CPU {speed:10,.0f} claims/s {ours / speed:6.1f} x "
                f"{result['bytes'] / 1e6:7.0f} MB at most"
            )
        met = "met" if ours >= GOAL_CLAIMS_PER_SECOND else "missed"
        print(f"  goal of ours: {GOAL_CLAIMS_PER_SECOND:,} claims/s: {met}")
        if not large:
            return
        file = Path(folder) / "large.835"
        write_made_up(file, large)
        result = _apart("ours", file)
        met = "met" if result["bytes"] < GOAL_BYTES else "missed"
        print(
            f"  {large:,} claims, {file.stat().st_size / 1e6:,.0f} MB: {result['cpu']:.1f} s CPU, "
            f"{result['bytes'] / 1e6:.0f} MB at most (goal {GOAL_BYTES / 1e6:.0f} MB: {met})"
        )


def _apart(program: str, file: Path) -> dict[str, float]:
    """One program in a process of its own, in an empty folder (x12sdk reads a ``.env`` file)."""
    with tempfile.TemporaryDirectory() as empty:
        answer = subprocess.run(
            [sys.executable, str(Path(__file__).resolve()), "--one", program, str(file)],
            check=True,
            capture_output=True,
            text=True,
            cwd=empty,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        ).stdout
    result: dict[str, float] = json.loads(answer.splitlines()[-1])
    return result


def _measure(program: str, file: Path) -> dict[str, float]:
    """Claims, CPU seconds and the most memory of one program; importing it is not counted."""
    prepared = {"ours": _ours, "ours, checked": _checked, "oxedi": _oxedi, "pyx12": _pyx12, "x12sdk": _x12sdk}
    action = prepared[program]()
    before = time.process_time()
    action(file)
    taken = time.process_time() - before
    claims = sum(line.startswith("CLP*") for line in file.open(encoding="ascii"))
    bytes_ = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"claims": claims, "cpu": taken, "bytes": bytes_}


def _ours() -> Callable[[Path], object]:
    from teachback.x12.r835 import ReadRemittance, parts

    def action(file: Path) -> None:
        with file.open("rb") as stream:
            for part in parts(stream):
                if isinstance(part, ReadRemittance) and not part.remittance.balances:
                    raise SystemExit("the made-up remittances do not balance")

    return action


def _checked() -> Callable[[Path], object]:
    from teachback.check import Options, check_stream
    from teachback.check.text import Kept

    def action(file: Path) -> None:
        with file.open("rb") as stream:
            check_stream(stream, Options(received=RECEIVED), Kept())

    return action


def _oxedi() -> Callable[[Path], object]:
    import oxedi

    return lambda file: oxedi.parse_file(file).tables["claims"]


def _pyx12() -> Callable[[Path], object]:
    from pyx12.params import params  # type: ignore[import-untyped]
    from pyx12.x12n_document import x12n_document  # type: ignore[import-untyped]

    logging.disable(logging.CRITICAL)
    return lambda file: x12n_document(params(), io.StringIO(file.read_text("ascii")), io.StringIO(), None)


def _x12sdk() -> Callable[[Path], object]:
    from x12sdk.io import X12ModelReader

    def action(file: Path) -> None:
        with X12ModelReader(str(file)) as reader:
            for _model in reader.models():
                pass

    return action


def write_made_up(file: Path, claims: int, seed: int = SEED) -> int:
    """A file of made-up Medicare payments that balance, 2,000 claims each; returns how many segments it has."""
    draw = Random(seed)  # noqa: S311  made-up claims are drawn, not kept secret
    total = sets = 0
    with file.open("w", encoding="ascii", newline="") as stream:
        stream.write(_HEAD)
        for start in range(0, claims, CLAIMS_OF_PAYMENT):
            sets += 1
            made = [_claim(draw, index) for index in range(start, min(start + CLAIMS_OF_PAYMENT, claims))]
            back = draw.randint(0, 9_000)
            paid = sum(cents for _, cents in made) - back
            parts = [_start(sets, paid), *(text for text, _ in made)]
            if back:
                parts.append(f"PLB*2200000018*20261231*WO:TB{sets:06}*{_dollars(back)}~\n")
            body = "".join(parts)
            count = body.count("~") + 1
            stream.write(f"{body}SE*{count}*{sets:04}~\n")
            total += count
        stream.write(f"GE*{sets}*201~\nIEA*1*000000201~\n")
    return total


def _start(number: int, paid: int) -> str:
    return (
        f"ST*835*{number:04}~\n"
        f"BPR*I*{_dollars(paid)}*C*ACH*CCP*01*999999992*DA*123456*1351840597**01*999988880*DA*98765*20260504~\n"
        f"TRN*1*TB{number:09}*1351840597~\nDTM*405*20260503~\nN1*PR*MADE UP CONTRACTOR~\n"
        "N3*1 SAMPLE WAY~\nN4*PHOENIX*AZ*850041234~\nREF*2U*03102~\nPER*BL*MADE UP CONTRACTOR*TE*6025550100~\n"
        "N1*PE*WILLOW LANE REHAB*XX*2200000018~\nREF*TJ*912345678~\nLX*1~\n"
    )


def _claim(draw: Random, index: int) -> tuple[str, int]:
    """One claim's segments and what it pays in cents: contractual, coinsurance, sequestration, some denied."""
    on = date(2026, 2, 1) + timedelta(draw.randrange(60))
    lines = [("97550", 9000, 5277), ("97551", 6000, 2541), ("97110", 5500, 2919)][: draw.choice((1, 2, 2, 3))]
    texts, charged, paid, owed = [], 0, 0, 0
    for number, (code, charge, allowed) in enumerate(lines, 1):
        text, line_paid, line_owed = _line(draw, index, number, (code, charge, allowed), on)
        texts.append(text)
        charged, paid, owed = charged + charge, paid + line_paid, owed + line_owed
    status = "1" if paid else "4"
    head = (
        f"CLP*TB{index:08}*{status}*{_dollars(charged)}*{_dollars(paid)}*{_dollars(owed)}*MB*1426{index:09}*11*1~\n"
        f"NM1*QC*1*{_word(draw)}*{_word(draw)}****MI*{_member(index)}~\nNM1*82*1*{_word(draw)}*{_word(draw)}****XX*2300000017~\n"
        f"MOA***MA01~\nDTM*050*{on + timedelta(9):%Y%m%d}~\n"
    )
    return head + "".join(texts), paid


def _line(
    draw: Random, index: int, number: int, service: tuple[str, int, int], on: date
) -> tuple[str, int, int]:
    code, charge, allowed = service
    allowed += 7 * (index % 109)  # as many localities as Medicare has
    head = f"SVC*HC:{code}:GP*{_dollars(charge)}*"
    tail = f"DTM*472*{on:%Y%m%d}~\n"
    control = f"REF*6R*TB{index:08}L{number}~\n"
    if draw.random() < 0.08:  # noqa: PLR2004  one line in twelve is denied
        return f"{head}0**0~\n{tail}CAS*CO*50*{_dollars(charge)}~\n{control}LQ*HE*N115~\n", 0, 0
    owed = (allowed + 2) // 5
    cut = (allowed - owed + 25) // 50
    paid = allowed - owed - cut
    text = (
        f"{head}{_dollars(paid)}**1~\n{tail}CAS*CO*45*{_dollars(charge - allowed)}**253*{_dollars(cut)}~\n"
        f"CAS*PR*2*{_dollars(owed)}~\n{control}AMT*B6*{_dollars(allowed)}~\n"
    )
    return text, paid, owed


def _dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}" if cents >= 0 else f"-{_dollars(-cents)}"


def _word(draw: Random) -> str:
    return "".join(draw.choice(_LETTERS) for _ in range(draw.randint(4, 9)))


def _member(index: int) -> str:
    """A made-up member id: S in second place."""
    return f"1SA{index // 10 % 10}{_LETTERS[index // 100 % 23]}A{index // 3000 % 10}AA{index % 10}{index // 7 % 10}"


if __name__ == "__main__":
    main()
