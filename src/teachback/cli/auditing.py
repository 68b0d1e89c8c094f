"""The audit on the command line: a short summary here, the report in a folder."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from teachback.cli import complain, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from teachback.audit import Report

REFUSED = 1
_TOP = 6
_LINE = 60


@contextlib.contextmanager
def telling() -> Iterator[Callable[[str], None]]:
    """What is being done, on standard error, where a person watches."""
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    yield lambda text: print(f"\r\033[K{text[:_LINE]}", end="", file=sys.stderr, flush=True)
    print("\r\033[K", end="", file=sys.stderr, flush=True)


def run_audit(  # noqa: PLR0913  an option each
    path: Path,
    *,
    out: Path = Path("audit"),
    seed: int = 7,
    sample: int = 30,
    frame: str = "ready",
    stratify: str = "amount",
    allocate: str = "neyman",
    against: Path | None = None,
    thresholds: Path | None = None,
    sample_results: Path | None = None,
) -> int:
    """Audit a batch result or claims; 0 all read, 1 some claim rows refused, 2 nothing read or wrong usage."""
    from teachback.audit import AuditError, Request, Wish, audit, write

    if not 2 <= sample <= 100_000:  # noqa: PLR2004  two make a variance
        return complain("--sample lies between 2 and 100,000")
    request = Request(
        path, out, Wish(seed, sample, frame, stratify, allocate), against, thresholds, sample_results
    )
    try:
        with telling() as progress:
            report = audit(request, progress)
            progress("writing the report")
            files = write(report)
    except AuditError as error:
        return complain(str(error))
    for line in summary(report):
        print(printable(line))
    print(f"\nWritten: {', '.join(str(file) for file in files)}, and all rows in {out / 'rows'}")
    if report.book.rows_refused:
        for reason, count in report.book.refused.items():
            print(f"refused: {count:,} rows, because {reason}", file=sys.stderr)
        return REFUSED
    return 0


def summary(report: Report) -> Iterator[str]:
    """A few lines for the terminal: totals, the top risks, what to do next; no patient and no identifier."""
    from teachback.audit.strata import dollars
    from teachback.audit.tables import found_patterns

    survey, unit = report.survey, report.book.unit[1]
    yield (
        f"{survey.units:,} {unit} of {survey.patients:,} patients by {survey.practitioners:,} practitioners, "
        f"{survey.first} to {survey.last}; {dollars(survey.allowed_cents)} allowed"
    )
    yield f"Money at risk: {dollars(report.at_risk_cents)}, each dollar counted once\n"
    found = [entry for entry in found_patterns(report) if entry.units]
    if found:
        yield "TOP RISKS"
        for entry in found[:_TOP]:
            p = entry.pattern
            yield f"  {dollars(entry.once_cents):>16}  {p.severity.value:<11}  {p.title} ({entry.units:,} {unit})"
        if len(found) > _TOP:
            yield f"  and {len(found) - _TOP} more patterns in the report"
    else:
        yield "None of the patterns that this input can show was found."
    told = report.peers.told
    higher = (
        0 if told.is_empty() else told.filter(told["direction"] == "higher")["practitioner_npi"].n_unique()
    )
    yield f"{higher:,} practitioners stand higher than their peers; {len(report.skipped)} patterns cannot be judged from this input"
    yield from _sample(report)
    if report.comparison is not None:
        c = report.comparison
        yield (
            f"Against {c.before.path.name}: {c.changed:,} of {c.units:,} sessions differ, "
            f"{dollars(c.before_cents)} allowed there, {dollars(c.after_cents)} here"
        )


def _sample(report: Report) -> Iterator[str]:
    from teachback.audit.strata import dollars

    drawn, found = report.sample, report.estimate
    if drawn is None:
        yield f"No sample: {report.sample_problem}"
    elif found is None:
        kept = (
            "; sample.xlsx holds a reviewer's decisions and was kept"
            if report.sample_kept
            else " (sample.xlsx)"
        )
        yield (
            f"Sample: {drawn.rows.height} of {drawn.universe:,} units drawn with seed {drawn.wish.seed} "
            f"from {len(drawn.strata)} strata{kept}"
        )
    else:
        yield (
            f"Overpayment, estimated from {found.reviewed} reviewed units: {dollars(round(found.point))}, two-sided "
            f"{found.confidence:.0%} interval {dollars(round(found.lower))} to {dollars(round(found.upper))}; "
            f"lower limit {dollars(round(found.lower))}"
        )
