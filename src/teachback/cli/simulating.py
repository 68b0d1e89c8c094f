"""The made-up payer on the command line: claim files in, a folder of answers out."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING

from teachback.cli import complain, printable
from teachback.cli.coding import whole
from teachback.simulate import EXACT, Shares, answer
from teachback.simulate.answering import KEY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path


def run_simulate(files: Sequence[Path], *, out: Path, seed: int, received: date, exact: bool) -> int:
    """Answer claim files; 0 where every file could be answered, 1 where one could not, 2 for wrong usage."""
    found = [inner for file in files for inner in (sorted(file.glob("*.edi")) if file.is_dir() else [file])]
    if not found:
        return complain("no claim file is named; a folder stands for the .edi files in it")
    missing = [file for file in found if not file.is_file()]
    if missing:
        return complain(f"{missing[0]}: there is no such file")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        return complain(f"{out} is not an empty folder; answers of two rehearsals must not mix")
    made = answer(
        [file.read_bytes() for file in found], seed=seed, date=received, shares=EXACT if exact else Shares()
    )
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, data in made.items():
        with whole(out / name) as part:
            part.write_bytes(data)
    key = json.loads(made[KEY])
    return _told(key, found, out, len(made) - 1)


def _told(key: dict[str, list[dict[str, str]]], found: Sequence[Path], out: Path, files: int) -> int:
    """What the payer did, in a few lines; faults on standard error."""
    unread = [
        (file, told["why_not"]) for file, told in zip(found, key["files"], strict=True) if told["why_not"]
    ]
    for file, why in unread:
        print(f"not answered: {printable(str(file))}: {printable(why)}", file=sys.stderr)
    for one in key.get("not_written", []):
        print(f"not written: {one['name']}: {printable(one['why'])}", file=sys.stderr)
    events = Counter(claim["event"] for claim in key["claims"])
    told = ", ".join(f"{count:,} {_WORDS[event]}" for event, count in sorted(events.items()))
    print(
        f"{len(key['claims']):,} claims of {len(found)} files answered by a made-up payer: {told or 'none'}."
    )
    print(
        f"{files} files written to {printable(str(out))}; {KEY} tells what was done to which claim, and why."
    )
    print(f"Next: teachback status {printable(str(out))}")
    return 1 if unread else 0


_WORDS = {
    "none": "answered by the rules",
    "denied": "denied",
    "underpaid": "underpaid",
    "overpaid": "overpaid",
    "silent": "not answered yet",
    "late": "answered late",
    "rejected": "rejected",
    "held": "held by the payer",
}
