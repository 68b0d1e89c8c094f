"""The demonstration: a made-up practice, coded, with what was nearly billed wrongly."""

from __future__ import annotations

import sys
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from teachback.assess import assess
from teachback.cli import complain
from teachback.cli.coding import counting, whole, wrong_place
from teachback.cli.democlaims import claims_of_the_demo
from teachback.cli.tables import print_stuck, print_totals
from teachback.intake.dump import write_jsonl
from teachback.synthetic.advice import nearly_billed_wrongly
from teachback.synthetic.practice import made_up_practice

if TYPE_CHECKING:
    from pathlib import Path

    from teachback.assess import Assessment
    from teachback.synthetic.advice import NearlyBilled

MOST = 3000


def run_demo(*, out: Path | None, seed: int, sessions: int) -> int:
    """Make the practice, code it and summarize it for a biller; 2 where the question cannot be read."""
    if not 1 <= sessions <= MOST:
        return complain(f"--sessions lies between 1 and {MOST}")
    if out is not None and (wrong := wrong_place(out)):
        return complain(wrong)
    practice = made_up_practice(seed=seed, sessions=sessions)
    with counting("coding") as progress:
        assessments = assess(practice, progress=progress)
    first, last = practice[0].date_of_service, practice[-1].date_of_service
    print("Willow Lane Rehab & Geriatrics: a made-up practice. Nobody in it exists.")
    print(
        f"{len(practice)} caregiver-training sessions from {first} to {last}, "
        f"{len(assessments)} answers: one for each session and represented patient.\n"
    )
    print("WHAT IS READY")
    print_totals(assessments, sys.stdout)
    print("WHAT IS STUCK, AND WHO MUST ACT\n")
    print_stuck(assessments, sys.stdout)
    for line in _nearly_wrong(assessments):
        print(line)
    for line in claims_of_the_demo(practice):
        print(line)
    _next_steps(out, practice[0].id, assessments)
    if out is not None:
        with whole(out) as part:
            write_jsonl(practice, part)
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
    steps = [
        (f"teachback demo --out {file}", "keep these sessions in a file"),
        (f"teachback code {file}", "code them again, line by line"),
        (f"teachback explain {file} {held}", "the proof of one held session"),
        (f"teachback practice {file} --out practice.toml", "who bills: a file to fill in"),
        (f"teachback claim {file} --practice practice.toml --out claims", "837 files, a report, paper"),
        ("teachback simulate claims --out answers", "a made-up payer answers: rehearse"),
        ("teachback post answers --book claims/book", "post what balances, see what is left to do"),
        ("teachback template sessions.xlsx", "a spreadsheet for your own sessions"),
    ]
    width = max(len(command) for command, _ in steps)
    print("NEXT")
    for command, what in steps[out is not None :]:
        print(f"  {command:{width}}  {what}")
