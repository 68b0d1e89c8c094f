"""Speed of batch beside its peers in one run: ours, row by row, hand-written polars, and merely copying.

``python bench/batch.py`` measures a million made-up session-patients, ``--large 100000000 --folder DIR``
one long run of the command itself. Each peer runs in a process of its own, so that threads and peak memory
are its own.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from teachback.batch.pools import for_children
from teachback.synthetic.book.parts import parts_of
from teachback.synthetic.book.writing import ROWS_OF_PART, Wish, write_part

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent
COMMAND = Path(sys.executable).parent / "teachback"
SEED = 7
GOAL_SECONDS, GOAL_TIMES, GOAL_LARGE_SECONDS, GOAL_LARGE_BYTES = 2.0, 3.0, 120.0, 4e9
STEPS = {
    "scan": "scan",
    "encode": "encode",
    "partition": "sort into buckets",
    "cross read": "cross dates: read",
    "cross": "cross dates",
    "gather": "gather a bucket",
    "rules": "rules and prices",
    "collect": "collect",
    "write": "write",
    "count": "count",
}


def main(arguments: list[str] | None = None) -> None:
    """Measure what is asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--sessions", type=int, default=1_000_000, help="session-patients (default 1,000,000)"
    )
    parser.add_argument("--folder", type=Path, help="where the made-up book is kept and results are written")
    parser.add_argument("--book", type=Path, help="a book that is there, with a folder sessions/ of Parquet")
    parser.add_argument("--large", type=int, metavar="N", help="run the command itself once over N instead")
    parser.add_argument("--one", nargs=2, metavar=("PEER", "THREADS"), help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    folder = asked.folder or Path(tempfile.gettempdir()) / "teachback-bench"
    folder.mkdir(parents=True, exist_ok=True)
    if asked.one:
        from bench.peers import measure

        print(json.dumps(measure(asked.one[0], int(asked.one[1]), asked.book, folder)))
        return
    book = asked.book or made_book(folder, asked.large or asked.sessions)
    if asked.large:
        large(book, folder)
    else:
        side_by_side(book, folder)


def made_book(folder: Path, sessions: int) -> Path:
    """A made-up book of so many session-patients; what an earlier call made of it is kept."""
    source = ROOT / "src" / "teachback" / "synthetic" / "book"
    made_by = zlib.crc32(b"".join(file.read_bytes() for file in sorted(source.glob("*.py"))))
    book = folder / f"book-{sessions}-{made_by:08x}"
    parts = parts_of(sessions, seed=SEED, parts=-(-sessions // ROWS_OF_PART), planted_share=0.03)
    missing = [
        Wish(part, book, "parquet", claims=False)
        for part in parts
        if not (book / "patterns" / f"{part.name}.parquet").exists()
    ]
    if missing:
        begun = time.perf_counter()
        # A worker counts polars' threads when it starts.
        with (
            for_children(POLARS_MAX_THREADS="1"),
            ProcessPoolExecutor(min(2, len(missing)), mp_context=get_context("spawn")) as pool,
        ):
            rows = sum(made.rows for made in pool.map(write_part, missing))
        print(f"made up {rows:,} session-patients in {time.perf_counter() - begun:.1f} s ({book})")
    return book


def side_by_side(book: Path, folder: Path) -> None:
    """All peers over one book, one after another."""
    results = {
        (peer, threads): _in_own_process(peer, threads, book, folder)
        for peer, threads in (
            ("ours", 1),
            ("hand", 1),
            ("floor", 1),
            ("rows", 1),
            ("ours", 2),
            ("hand", 2),
            ("floor", 2),
        )
    }
    ours = results["ours", 1]
    size = sum(file.stat().st_size for file in (book / "sessions").iterdir())
    print(
        f"\nBatch: {ours['rows']:,} session-patients in {ours['sessions']:,} sessions, {size / 1e6:.0f} MB of Parquet; "
        f"{ours['lines']:,} lines and {ours['findings']:,} findings"
    )
    for threads in (1, 2):
        _peers(results, threads)
    _steps(ours)
    _row_by_row(results["rows", 1], ours)
    _agreement(results["hand", 1]["agreement"])
    _verdict(results)
    shutil.rmtree(folder / "results", ignore_errors=True)
    told = results["hand", 1]["agreement"]
    if told["different_lines"] or told["different_findings"] or not told["lines"]:
        raise SystemExit("bench: the hand-written peer and batch differ, so the times above say nothing")


def _in_own_process(peer: str, threads: int, book: Path, folder: Path) -> dict[str, Any]:
    """What one peer measured; polars counts its threads when it is imported, hence the process."""
    # Two workers of ours have one thread each, as the command gives them on two cores.
    environment = os.environ | {
        "POLARS_MAX_THREADS": str(1 if peer == "ours" else threads),
        "PYTHONPATH": str(ROOT),
    }
    call = [sys.executable, str(Path(__file__).resolve()), "--one", peer, str(threads), "--book", str(book)]
    done = subprocess.run(
        [*call, "--folder", str(folder)], check=True, stdout=subprocess.PIPE, text=True, env=environment
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _peers(results: dict[tuple[str, int], dict[str, Any]], threads: int) -> None:
    floor = results["floor", threads]["warm"]
    rows = results["ours", 1]["rows"]
    title = "One process, one thread" if threads == 1 else "Two cores"
    print(f"\n  {title:52}{'cold':>9}{'warm':>9}{'rows/s warm':>14}{'x floor':>9}{'peak GB':>9}")
    names = {
        "ours": f"ours, all {results['ours', 1]['rules']} rules"
        + (", 2 workers of one thread" if threads > 1 else ""),
        "hand": "hand-written polars, its subset" + (", 2 threads" if threads > 1 else ""),
        "floor": "the floor: read and write the same" + (", 2 threads" if threads > 1 else ""),
    }
    for peer, name in names.items():
        found = results[peer, threads]
        print(
            f"    {name:50}{found['cold']:7.2f} s{found['warm']:7.2f} s{rows / found['warm']:14,.0f}"
            f"{found['warm'] / floor:9.1f}{found['peak'] / 1e9:9.2f}"
        )


def _steps(ours: dict[str, Any]) -> None:
    print(f"\n  {'Ours, step by step, one process and thread':52}{'cold':>9}{'warm':>9}")
    for key, name in STEPS.items():
        cold, warm = ours["cold_steps"].pop(key, 0.0), ours["warm_steps"].pop(key, 0.0)
        print(f"    {name:50}{cold:7.2f} s{warm:7.2f} s")
    for key, cold in ours["cold_steps"].items():
        print(f"    {key:50}{cold:7.2f} s{ours['warm_steps'][key]:7.2f} s")
    print("    Cold is the first pass of a process: tables of rules and words are filled as they are met.")


def _row_by_row(found: dict[str, Any], ours: dict[str, Any]) -> None:
    scale = ours["rows"] / found["rows"]
    whole = (found["read"] + found["assess"] + found["write"]) * scale
    print(
        f"\n  The same rules row by row: {found['rows']:,} session-patients, scaled to {ours['rows']:,}, one process"
    )
    for name in ("read", "assess", "write"):
        words = {"read": "read CSV", "assess": "assess", "write": "write JSON lines"}[name]
        print(f"    {words:50}{found[name]:7.2f} s -> {found[name] * scale:7.0f} s")
    print(
        f"    row by row / ours: {whole / ours['warm']:.0f} times warm, {whole / ours['cold']:.0f} times cold; "
        f"peak {found['peak'] / 1e9:.2f} GB for the sample"
    )


def _agreement(found: dict[str, int]) -> None:
    print(
        f"\n  Hand-written against ours, all columns: {found['rows']:,} rows that stand alone compared "
        f"({found['left_out']:,} left out), {found['lines']:,} lines: {found['different_lines']:,} differ; "
        f"{found['findings']:,} findings of ten edits: {found['different_findings']:,} differ"
    )


def _verdict(results: dict[tuple[str, int], dict[str, Any]]) -> None:
    ours, hand, floor = (
        [results[peer, threads]["warm"] for threads in (1, 2)] for peer in ("ours", "hand", "floor")
    )
    print(f"\n  {'Ratios of warm times':50}{'one thread':>12}{'two cores':>12}")
    for name, one, other, goal in (
        ("ours, all rules / hand-written, its subset", ours, hand, f"goal: at most {GOAL_TIMES:.0f}"),
        ("ours / floor", ours, floor, ""),
        ("hand-written / floor", hand, floor, ""),
    ):
        print(f"    {name:48}{one[0] / other[0]:12.1f}{one[1] / other[1]:12.1f}   {goal}".rstrip())
    million = 1e6 / results["ours", 1]["rows"]
    print(
        f"    {'ours, seconds for a million':48}{ours[0] * million:12.2f}{ours[1] * million:12.2f}"
        f"   goal on two cores: at most {GOAL_SECONDS:.0f}"
    )


def large(book: Path, folder: Path) -> None:
    """One run of the command over a large book, with two workers."""
    out = folder / "large-out"
    shutil.rmtree(out, ignore_errors=True)
    call = [str(COMMAND), "batch", str(book / "sessions"), "--out", str(out), "--workers", "2"]
    print(f"teachback {' '.join(call[1:])}", flush=True)
    begun = time.perf_counter()
    most = 0
    with subprocess.Popen(call, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            time.sleep(2)
            most = max(most, _size(out.rglob("*")))
    wall = time.perf_counter() - begun
    if not (out / "summary.json").exists():
        raise SystemExit(f"bench: the run ended with status {process.returncode} and no summary")
    found = json.loads((out / "summary.json").read_text("utf-8"))
    rows = found["rows_read"]
    print(
        f"\nBatch, large: {rows:,} session-patients in {found['sessions']:,} sessions, 2 workers of one thread"
    )
    print(f"  {'':38}{'seconds':>10}{'rows/s':>14}")
    for name, words in (
        ("read", "reading parts"),
        ("cross", "crossing dates"),
        ("assess", "assessing buckets"),
    ):
        print(
            f"    {words:36}{found['seconds'][name]:10.1f}{rows / max(found['seconds'][name], 0.01):14,.0f}"
        )
    print(
        f"    {'the command, start to exit':36}{wall:10.1f}{rows / wall:14,.0f}   goal for 100 M: {GOAL_LARGE_SECONDS:.0f} s"
    )
    print("  Seconds of both workers together, by step")
    for name, spent in found["worker_seconds"].items():
        print(f"    {STEPS.get(name, name):36}{spent:10.1f}")
    print(
        f"  Peak memory, all processes: {found['peak_memory_bytes'] / 1e9:.2f} GB   goal: {GOAL_LARGE_BYTES / 1e9:.0f} GB\n"
        f"  Input {_size((book / 'sessions').iterdir()) / 1e9:.2f} GB, output {_size(out.rglob('*')) / 1e9:.2f} GB, "
        f"most on disk meanwhile {most / 1e9:.2f} GB\n"
        f"  {found['lines']:,} lines, {sum(one['count'] for one in found['findings'].values()):,} findings, "
        f"{found['rows_refused']:,} rows refused, {len(found['failed'])} tasks failed"
    )


def _size(files: Iterable[Path]) -> int:
    total = 0
    for file in files:
        try:
            total += file.stat().st_size if file.is_file() else 0
        except FileNotFoundError:  # a task's own file, renamed meanwhile
            continue
    return total


if __name__ == "__main__":
    main()
