"""Speed of checking claims beside pyx12 and x12sdk: claims a second on one file in one run, and memory of a large one.

``python bench/claims_check.py`` prints the table; each program runs in a process of its own. The file is made up here,
by text alone, so that neither our writer nor anybody's reader has a part in it.
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
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
GOAL_CLAIMS_PER_SECOND, GOAL_BYTES = 10_000, 200e6
CLAIMS_OF_SET = 5000
SEED = 7
RECEIVED = date(2026, 9, 1)
_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
_DIAGNOSES = ("I69354", "M6281", "R2681", "F0390", "G309", "G20A1", "E119", "I10", "Z741", "R1310")
_PRACTITIONERS = (
    ("2300000017", "LARKSPURNE", "IMOGEN", "225100000X", "GP"),
    ("2200000026", "HOLLIN", "MAREK", "225100000X", "GP"),
    ("2500000023", "BRAMBLECOTE", "ODALYS", "225X00000X", "GO"),
)
_HEAD = (
    "ISA*00*          *00*          *ZZ*TBSUBMIT       *ZZ*TBRECEIVE      *260420*0915*^*00501*000000101*0*T*:~\n"
    "GS*HC*TBSUBMIT*TBRECEIVE*20260420*0915*101*X*005010X222A1~\n"
)
_SET = (
    "ST*837*{number:04}*005010X222A1~\nBHT*0019*00*TB{number:06}*20260420*0915*CH~\n"
    "NM1*41*2*WILLOW LANE REHAB*****46*TBSUBMIT~\nPER*IC*ORLA FENWICK*TE*6025550143~\n"
    "NM1*40*2*MADE UP CONTRACTOR*****46*TBRECEIVE~\nHL*1**20*1~\nPRV*BI*PXC*261QR0400X~\n"
    "NM1*85*2*WILLOW LANE REHAB*****XX*2200000018~\nN3*100 WILLOW LANE~\nN4*PHOENIX*AZ*850041234~\n"
    "REF*EI*912345678~\n"
)
_HEAD_SEGMENTS = 11


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
    measure_checking(asked.claims, asked.large)


def measure_checking(claims: int = 5000, large: int = 500_000) -> None:
    """Print claims a second of ours, pyx12 and x12sdk on one file, and time and memory of ours on a large one."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "claims.837"
        segments = write_made_up(file, claims)
        size = file.stat().st_size
        print(
            f"\nChecking: {claims:,} claims of {segments / claims:.0f} segments, {size / 1e6:.1f} MB, one process each"
        )
        small = Path(folder) / "small.837"
        write_made_up(small, 1)
        results = {}
        for program in ("ours", "ours, structure alone", "pyx12", "x12sdk"):
            _apart(program, small)  # its bytecode is there from now on, as where it is installed
            start = _apart(program, small)["cpu"]
            results[program] = _apart(program, file) | {"start": start}
        ours = results["ours"]["claims"] / results["ours"]["cpu"]
        for program, result in results.items():
            speed = result["claims"] / result["cpu"]
            print(
                f"  {program:22} {result['cpu']:7.2f} s CPU {speed:10,.0f} claims/s {ours / speed:6.1f} x "
                f"{result['bytes'] / 1e6:7.0f} MB at most; {result['start']:.2f} s of it to start"
            )
        print(
            f"  goal of ours: {GOAL_CLAIMS_PER_SECOND:,} claims/s: {'met' if ours >= GOAL_CLAIMS_PER_SECOND else 'missed'}"
        )
        if not large:
            return
        file = Path(folder) / "large.837"
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
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT / "src"),
                "PYTHONDONTWRITEBYTECODE": "",
                "PYTHONPYCACHEPREFIX": str(file.parent / "bytecode"),
            },
        ).stdout
    result: dict[str, float] = json.loads(answer.splitlines()[-1])
    return result


def _measure(program: str, file: Path) -> dict[str, float]:
    action = {"ours": _ours, "ours, structure alone": _structure, "pyx12": _pyx12, "x12sdk": _x12sdk}[program]
    before = time.process_time()
    claims = action(file)
    taken = time.process_time() - before
    return {
        "claims": claims,
        "cpu": taken,
        "bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def _ours(file: Path) -> int:
    from teachback.check import Options, check_stream
    from teachback.check.text import Kept

    with file.open("rb") as stream:
        return check_stream(stream, Options(received=RECEIVED), Kept()).claims


def _structure(file: Path) -> int:
    from teachback.x12.tokens import read
    from teachback.x12.walk import EventKind, check

    with file.open("rb") as stream:
        return sum(event.kind is EventKind.CLAIM for event in check(read(stream)))


def _pyx12(file: Path) -> int:
    import pyx12.params
    import pyx12.x12n_document

    logging.disable(logging.CRITICAL)
    text = file.read_text("ascii")
    pyx12.x12n_document.x12n_document(pyx12.params.params(), io.StringIO(text), io.StringIO(), None)
    return text.count("CLM*")


def _x12sdk(file: Path) -> int:
    from x12sdk.io import X12ModelReader

    text = file.read_text("ascii")
    with X12ModelReader(text) as reader:
        for _model in reader.models():
            pass
    return text.count("CLM*")


def write_made_up(file: Path, claims: int, seed: int = SEED) -> int:
    """A file of made-up Medicare claims, each of a patient of its own; returns how many segments it has."""
    draw = Random(seed)  # noqa: S311  made-up claims are drawn, not kept secret
    total = 0
    with file.open("w", encoding="ascii", newline="") as stream:
        stream.write(_HEAD)
        sets = 0
        for start in range(0, claims, CLAIMS_OF_SET):
            sets += 1
            stream.write(_SET.format(number=sets))
            count = _HEAD_SEGMENTS
            for index in range(start, min(start + CLAIMS_OF_SET, claims)):
                text = "".join(_claim(draw, index, index - start + 2))
                count += text.count("~")
                stream.write(text)
            stream.write(f"SE*{count + 1}*{sets:04}~\n")
            total += count + 1
        stream.write(f"GE*{sets}*101~\nIEA*1*000000101~\n")
    return total


def _claim(draw: Random, index: int, level: int) -> Iterator[str]:
    npi, last, first, taxonomy, modifier = draw.choice(_PRACTITIONERS)
    day = date(2026, 2, 1) + timedelta(draw.randrange(180))
    born = date(1930, 1, 1) + timedelta(draw.randrange(9000))
    diagnoses = draw.sample(_DIAGNOSES, draw.randint(1, 4))
    lines = [("97550", "90.00"), ("97551", "60.00"), ("97551", "60.00")][: draw.choice((1, 2, 2))]
    if draw.random() < 0.8:  # noqa: PLR2004  most visits have a treatment of their own beside the training
        lines += [("97110", "55.00"), ("97530", "58.00")][: draw.choice((1, 2))]
    total = sum(float(charge) for _, charge in lines)
    yield f"HL*{level}*1*22*0~\nSBR*P*18*******MB~\n"
    yield f"NM1*IL*1*{_word(draw)}*{_word(draw)}****MI*{made_up_mbi(index)}~\n"
    yield f"N3*{draw.randint(1, 9999)} MESQUITE COURT~\nN4*PHOENIX*AZ*850{draw.randint(10, 99)}~\n"
    yield f"DMG*D8*{born:%Y%m%d}*{draw.choice('FM')}~\nNM1*PR*2*MEDICARE PART B*****PI*03102~\n"
    yield f"CLM*TB{index:08}*{total:.2f}***11:B:1*Y*A*Y*Y~\n"
    yield "HI*ABK:" + "*ABF:".join(diagnoses) + "~\n"
    yield f"NM1*DN*1*QUILL*NOEMIE****XX*2700000013~\nNM1*82*1*{last}*{first}****XX*{npi}~\nPRV*PE*PXC*{taxonomy}~\n"
    for number, (code, charge) in enumerate(lines, 1):
        pointers = ":".join(str(n) for n in range(1, draw.randint(1, len(diagnoses)) + 1))
        yield f"LX*{number}~\nSV1*HC:{code}:{modifier}*{charge}*UN*1***{pointers}~\n"
        yield f"DTP*472*D8*{day:%Y%m%d}~\nREF*6R*TB{index:08}L{number}~\n"


def _word(draw: Random) -> str:
    return "".join(draw.choice(_LETTERS) for _ in range(draw.randint(4, 9)))


def made_up_mbi(index: int) -> str:
    """A made-up member id for a number: S in second place, another for each up to 800 million."""
    count, base = len(_LETTERS), index
    base, a = divmod(base, 10)
    base, b = divmod(base, 10)
    base, c = divmod(base, count)
    base, d = divmod(base, count)
    base, e = divmod(base, 10)
    base, f = divmod(base, count)
    _, g = divmod(base, 10)
    return f"1SA{g}{_LETTERS[f]}A{e}{_LETTERS[d]}{_LETTERS[c]}{b}{a}"


if __name__ == "__main__":
    main()
