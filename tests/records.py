"""Records for tests of the commands: the contract's examples, and copies with facts changed."""

from __future__ import annotations

import json
from pathlib import Path

CONTRACT = Path(__file__).parent / "contract"
EXAMPLES = CONTRACT / "examples.jsonl"
LINES = EXAMPLES.read_text("utf-8").splitlines()


def changed(number=0, **facts):
    """One example with facts of the session, or of its practitioner and first patient by dotted name, changed."""
    record = json.loads(LINES[number])
    for name, value in facts.items():
        place = record
        *parents, last = name.split("__")
        for parent in parents:
            place = place["patients"][0] if parent == "patient" else place[parent]
        place[last] = value
    return json.dumps(record, ensure_ascii=False)
