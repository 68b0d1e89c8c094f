"""Tasks that count words instead of judging sessions, and misbehave where a row tells them to.

A row is a word, or ``stage:action`` with one of the actions below.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
import time
from pathlib import Path
from zlib import crc32

from teachback.batch.journal import Part, Plan, Problem, mark_done, writing
from teachback.batch.run import Order, Tasks
from teachback.batch.troubles import BatchError


def plan_parts(inputs, part_rows):
    parts, problems = [], []
    for file in inputs:
        rows = file.read_text().splitlines()
        if rows[:1] == ["damaged"]:
            problems.append(Problem(file.name, f"{file} is damaged."))
            continue
        for offset in range(0, len(rows), part_rows):
            count = min(part_rows, len(rows) - offset)
            parts.append(Part(len(parts), str(file), "csv", offset, count, count * 10))
    return Plan(parts, problems)


def die(work, stage):
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(work, stage):
    token = Path(work) / f"died-{stage}"
    if not token.exists():
        token.touch()
        die(work, stage)


def wait(work, stage):
    while (Path(work).parent.parent / "hold").exists():
        time.sleep(0.05)


def sleep(work, stage):
    time.sleep(0.4)


def fault(work, stage):
    raise KeyError("John Doe")  # a name that must not be shown


def full(work, stage):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), f"{work}/x")


def told(work, stage):
    raise BatchError("this part tells why")


def memory(work, stage):
    raise MemoryError


ACTIONS = {
    "die": die,
    "die-once": die_once,
    "fault": fault,
    "full": full,
    "memory": memory,
    "told": told,
    "wait": wait,
    "sleep": sleep,
}


def obey(stage, rows, work):
    for row in rows:
        wanted, _, action = row.partition(":")
        if wanted == stage:
            ACTIONS[action](work, stage)


def done(work, kind, number, counters):
    counters |= {"seconds": {kind: 0.5}}
    mark_done(work, kind, number, counters)
    return counters


def read_part(part, work, settings):
    rows = Path(part.file).read_text().splitlines()[part.offset :][: part.rows]
    half = Path(work) / "parts" / f".{part.number:05d}.json.1-abc.part"
    half.parent.mkdir(exist_ok=True)
    half.write_text("half")
    obey("read", rows, work)
    half.unlink()
    with writing(Path(work) / "parts" / f"{part.number:05d}.json") as file:
        file.write_text(json.dumps(rows))
    with writing(Path(work) / "refused" / f"part-{part.number:05d}.parquet") as file:
        file.write_text("refused")
    return done(work, "read", part.number, {"rows_read": len(rows), "rows_refused": 0})


def everything(work):
    return [
        row for file in sorted((Path(work) / "parts").glob("*.json")) for row in json.loads(file.read_text())
    ]


def cross_dates(bucket, work, settings):
    rows = everything(work)
    if bucket == 0:
        obey("cross", rows, work)
    with writing(Path(work) / "cross" / f"{bucket:05d}.json") as file:
        file.write_text(json.dumps(len(rows)))
    return done(work, "cross", bucket, {"sessions": len(rows) if bucket == 0 else 0})


def assess_bucket(bucket, work, out, settings):
    rows = [row for row in everything(work) if crc32(row.encode()) % settings.buckets == bucket]
    crossed = json.loads((Path(work) / "cross" / "00000.json").read_text())
    for name in ("lines", "findings", "sessions"):
        with writing(Path(out) / name / f"part-{bucket:05d}.parquet") as file:
            file.write_text(json.dumps([name, crossed, rows]))
        if name == "lines":
            obey("assess", rows, work)
    counters = {
        "session_patients": len(rows),
        "outcomes": {"ready": len(rows)},
        "outcome_cents": {"ready": 5000 * len(rows)},
        "units": {"97550": len(rows)},
        "lines": len(rows),
        "allowed_cents": 5000 * len(rows),
        "findings": {
            "D201": {"name": "consent_missing", "severity": "error", "owner": "front desk", "count": 1}
        },
    }
    return done(work, "assess", bucket, counters)


TASKS = Tasks(plan_parts, read_part, cross_dates, assess_bucket)
WORDS = [f"word{n}" for n in range(200)]


def book(folder, *orders, files=2):
    """Files of words, with these rows among them."""
    folder.mkdir(exist_ok=True)
    rows = [*WORDS, *orders]
    for number in range(files):
        (folder / f"book{number}.csv").write_text("\n".join(rows[number::files]) + "\n")
    return folder


def results(out):
    """Every result file with its content."""
    return {str(file.relative_to(out)): file.read_text() for file in sorted(out.rglob("part-*.parquet"))}


def order(source, out, **changes):
    return Order(
        **{"inputs": (str(source),), "out": out, "payer": "medicare", "part_rows": 40, "buckets": 6} | changes
    )


if __name__ == "__main__":
    from teachback.cli.batching import carry_out

    sys.exit(carry_out(order(sys.argv[1], Path(sys.argv[2]), workers=2), TASKS, None))
