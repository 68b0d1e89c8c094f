"""The demonstration: a made-up practice, coded, with what was nearly billed wrongly."""

from __future__ import annotations

import sys
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from teachback.assess import assess
from teachback.cli import complain
from teachback.cli.coding import counting
from teachback.cli.tables import print_summary
from teachback.intake.dump import write_jsonl
from teachback.synthetic.advice import nearly_billed_wrongly
from teachback.synthetic.practice import made_up_practice

if TYPE_CHECKING:
    from pathlib import Path

    from teachback.assess import Assessment
    from teachback.synthetic.advice import NearlyBilled

MOST = 3000


def run_demo(*, out: Path | None, seed: int, sessions: int) -> int:
    """Make the practice, code it and summarise it for a biller; 2 where the question cannot be read."""
    if not 1 <= sessions <= MOST:
        return complain(f"--sessions lies between 1 and {MOST}")
    practice = made_up_practice(seed=seed, sessions=sessions)
    with counting("coding") as progress:
        assessments = assess(practice, progress=progress)
    first, last = practice[0].date_of_service, practice[-1].date_of_service
    print("Willow Lane Rehab & Geriatrics: a made-up practice. Nobody in it exists.")
    print(
        f"{len(practice)} caregiver-training sessions from {first} to {last}, for {len(assessments)} session-patients.\n"
    )
    print("WHAT IS STUCK, AND WHO MUST ACT\n")
    print_summary(assessments, sys.stdout)
    for line in _nearly_wrong(assessments):
        print(line)
    _next_steps(out, practice[0].id, assessments)
    if out is not None:
        write_jsonl(practice, out)
    return 0


def _nearly_wrong(assessments: list[Assessment]) -> list[str]:
    groups: dict[str, list[NearlyBilled]] = defaultdict(list)
    for entry in nearly_billed_wrongly(assessments):
        groups[entry.advice].append(entry)
    lines = [
        "WHAT WAS NEARLY BILLED WRONGLY: public advice would have asked for this, and Medicare's rule refuses it\n"
    ]
    for advice, entries in sorted(groups.items(), key=lambda pair: -_sum(pair[1])):
        example = entries[0]
        codes = " and ".join(f"{code} x{units}" for code, units in example.codes)
        lines.append(f'  "{advice}": {len(entries)} session-patients, ${_sum(entries):,.2f}')
        lines.append(
            f"      for example {example.session_id} on {example.date_of_service}: {codes}  [{'; '.join(example.cites)}]"
        )
    total = sum((_sum(entries) for entries in groups.values()), Decimal(0))
    return [*lines, f"  In all ${total:,.2f} of false claims avoided.\n"]


def _sum(entries: list[NearlyBilled]) -> Decimal:
    return sum((entry.allowed_amount or Decimal("0.00") for entry in entries), Decimal("0.00"))


def _next_steps(out: Path | None, first: str, assessments: list[Assessment]) -> None:
    held = next((a.session.id for a in assessments if a.disposition == "hold"), first)
    file = out or "practice.jsonl"
    print("NEXT")
    if out is None:
        print("  teachback demo --out practice.jsonl        keep these sessions in a file")
    print(f"  teachback code {file}{'':14} code them again, line by line")
    print(f"  teachback explain {file} {held}{'':4} the proof of one held session")
    print("  teachback template sessions.xlsx           a spreadsheet for your own sessions")
