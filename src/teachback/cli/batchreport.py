"""The summary of a batch run for people: what is ready, what stands in the way, and where the results are."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from teachback.cli import printable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

WIDE = 110
TOP = 12
OUTCOMES = {
    "ready": "Ready to bill",
    "hold": "On hold",
    "correctable": "Not billable as recorded",
    "lost": "Lost: not billable",
}
STAGES = {"read": "Reading parts", "cross": "Crossing dates", "assess": "Assessing buckets", "all": "All"}


class _Console(Console):
    """A console whose reader may go away: rich would leave with the status of refused rows."""

    def on_broken_pipe(self) -> None:
        """Let the command end as any other does."""
        raise BrokenPipeError


def dollars(cents: int) -> str:
    """Cents as dollars, with two decimals."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def print_summary(summary: dict[str, Any], out: Path, stream: IO[str]) -> None:
    """Print what summary.json holds, the results' place, and what to do next."""
    console = _Console(file=stream, width=None if stream.isatty() else WIDE, highlight=False)
    _say(
        console,
        f"{summary['sessions']:,} sessions, {summary['session_patients']:,} with each patient counted, "
        f"from {summary['rows_read']:,} rows of {_count(len(summary['inputs']), 'file')}",
    )
    if summary["rows_refused"]:
        _say(
            console,
            f"{_count(summary['rows_refused'], 'row')} refused; each is named, with its cure, in {out / 'refused'}",
        )
    _outcomes(console, summary)
    _codes(console, summary)
    _findings(console, summary)
    _seconds(console, summary)
    if summary["failed"]:
        _say(
            console,
            f"NOT COMPLETE: {_count(len(summary['failed']), 'problem')} named above and in {out / 'summary.json'}. "
            "What is finished is kept; the same command tries the rest again. What crosses rows, such as "
            "overlapping minutes, does not know of rows that failed.",
        )
    _say(console, f"Results: {out}/lines, findings, sessions (Parquet) and summary.json")
    _say(console, f"Next:    teachback audit {out}")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def _say(console: Console, words: str) -> None:
    console.print(Text(printable(words)))


def _print(console: Console, columns: Iterable[tuple[str, bool]], rows: Iterable[tuple[str, ...]]) -> None:
    kept = list(rows)
    if not kept:
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title, right in columns:
        table.add_column(title, justify="right" if right else "left", overflow="fold")
    for row in kept:
        table.add_row(*(Text(printable(cell)) for cell in row))
    console.print(table)


def _outcomes(console: Console, summary: dict[str, Any]) -> None:
    counts, cents = summary["outcomes"], summary.get("outcome_cents", {})
    rows = [
        (title, f"{counts.get(name, 0):,}", dollars(cents[name]) if name in cents else "")
        for name, title in OUTCOMES.items()
    ]
    rows.append(("All", f"{sum(counts.values()):,}", dollars(summary["allowed_cents"])))
    _print(console, (("", False), ("Sessions x patients", True), ("Allowed", True)), rows)
    after = summary["medicare_after_sequestration_cents"]
    _say(console, f"Medicare pays {dollars(after)} of it, after sequestration.")


def _codes(console: Console, summary: dict[str, Any]) -> None:
    rows = [(code, f"{units:,}") for code, units in summary["units"].items()]
    rows.append(("All", f"{sum(summary['units'].values()):,}"))
    _print(console, (("Code", False), ("Units", True)), rows)
    _say(console, f"{_count(summary['lines'], 'service line')}")


def _findings(console: Console, summary: dict[str, Any]) -> None:
    found = sorted(
        ((code, f) for code, f in summary["findings"].items() if f["severity"] in {"error", "hold"}),
        key=lambda pair: (-pair[1]["count"], pair[0]),
    )
    rows = [
        (f["severity"], code, f["name"], f.get("owner", ""), f"{f['count']:,}") for code, f in found[:TOP]
    ]
    columns = (
        ("", False),
        ("Code", False),
        ("What stands in the way", False),
        ("Who can cure", False),
        ("Count", True),
    )
    _print(console, columns, rows)
    if len(found) > TOP:
        _say(console, f"and {len(found) - TOP} more kinds of error and hold, in summary.json")


def _seconds(console: Console, summary: dict[str, Any]) -> None:
    seconds, rows_read = summary["seconds"], summary["rows_read"]
    rows = [
        (title, f"{seconds[name]:,.1f}", f"{rows_read / seconds[name]:,.0f}" if seconds[name] else "")
        for name, title in STAGES.items()
        if name in seconds
    ]
    _print(console, (("Stage", False), ("Seconds", True), ("Rows/s", True)), rows)
    _say(
        console,
        f"Peak memory: at most {summary['peak_memory_bytes'] / 1e9:.2f} GB in all processes together.",
    )
