"""The audit as a whole: from an input to everything that the page, the workbook and the JSON tell."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from teachback.audit import against, mark, risk, samplebook, source
from teachback.audit import peers as peers_module
from teachback.audit import sample as sampling
from teachback.audit.claims import open_claims
from teachback.audit.extrapolate import Estimate, estimate
from teachback.audit.rowfiles import RowFiles
from teachback.audit.strata import Wish
from teachback.audit.survey import Survey, survey
from teachback.audit.thresholds import AuditError, Catalog, load

if TYPE_CHECKING:
    from collections.abc import Callable

    from teachback.audit.against import Comparison
    from teachback.audit.peers import Peers
    from teachback.audit.risk import Risk
    from teachback.audit.sample import Sample
    from teachback.audit.source import Book

SAMPLE_FILE = "sample.xlsx"
WORKBOOK_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: the input, where the report goes, and the options of ``teachback audit``."""

    path: Path
    out: Path
    wish: Wish = field(default_factory=Wish)
    against: Path | None = None
    thresholds: Path | None = None
    sample_results: Path | None = None


@dataclass(slots=True)
class Report:
    """Everything that was found; the rows behind it lie in files of ``files``."""

    request: Request
    book: Book
    catalog: Catalog
    survey: Survey
    peers: Peers
    skipped: dict[str, str]
    risk: Risk
    files: RowFiles
    sample: Sample | None = None
    sample_problem: str = ""
    sample_kept: bool = False
    estimate: Estimate | None = None
    comparison: Comparison | None = None

    @property
    def at_risk_cents(self) -> int:
        """Money at risk, each unit counted once."""
        return int(self.risk.by_month.total()["at_risk_cents"].sum())


def _quiet(_text: str) -> None:
    """No progress is shown."""


def audit(request: Request, progress: Callable[[str], None] = _quiet) -> Report:
    """Audit a batch result or claims; rows and the sample's workbook are written below ``request.out``.

    Raises ``AuditError`` with a sentence for people where input, thresholds or a filled sample are no good.
    """
    catalog = load(request.thresholds)
    reviewed = None if request.sample_results is None else samplebook.read_sample(request.sample_results)
    kept = samplebook.has_decisions(request.out / SAMPLE_FILE)
    rows = _place(request.out)
    with tempfile.TemporaryDirectory(prefix=".teachback-", dir=request.out) as name:
        work = Path(name)
        progress(f"opening {request.path.name}")
        book = open_input(request.path, work)
        files = RowFiles(work / "whole", work / "rows", WORKBOOK_ROWS)
        surveyed = survey(book, catalog, progress)
        peers = peers_module.compare(surveyed.measures, catalog, batch=book.kind == "batch")
        skipped = mark.not_judged(book, catalog, surveyed)
        weighed = risk.walk(book, catalog, risk.Known(surveyed, peers, skipped), files, progress)
        if peers.rows.width:
            peers.rows.write_parquet(files.folder / "peers.parquet")
        report = Report(request, book, catalog, surveyed, peers, skipped, weighed, files)
        _sample(report, reviewed, progress, kept=kept)
        if request.against is not None:
            other = open_input(request.against, work / "other")
            report.comparison = against.compare(other, book, files, work, progress)
        # Rows of an earlier report stay until all of the new ones are there.
        shutil.rmtree(rows, ignore_errors=True)
        files.folder.rename(rows)
    return report


def _place(out: Path) -> Path:
    """The folder for the rows. Raises ``AuditError`` where it holds something that no audit wrote."""
    rows = out / "rows"
    if out.exists() and not out.is_dir():
        raise AuditError(f"{out} is a file; --out names a folder")
    if rows.exists() and (not rows.is_dir() or any(file.suffix != ".parquet" for file in rows.iterdir())):
        raise AuditError(f"{rows} holds what no audit wrote; choose another --out, so that it is kept")
    out.mkdir(parents=True, exist_ok=True)
    return rows


def _sample(
    report: Report, reviewed: samplebook.Reviewed | None, progress: Callable[[str], None], *, kept: bool
) -> None:
    """Draw the sample; extrapolate the reviewed one, or write a workbook for the reviewer."""
    wish = report.request.wish if reviewed is None else reviewed.wish
    at_risk = report.files.folder / "at-risk.parquet"
    try:
        report.sample = sampling.draw(report.book, wish, report.catalog, at_risk, progress)
    except AuditError as error:
        if reviewed is not None:
            raise
        report.sample_problem = str(error)
        return
    if reviewed is not None and report.request.sample_results is not None:
        differences = samplebook.matched(report.sample, reviewed, report.request.sample_results)
        confidence = report.catalog.setting("sample", "confidence")
        report.estimate = estimate(report.sample.strata, differences, confidence)
        return
    # A reviewer's work is never overwritten; the same sample is drawn again whenever it is asked for.
    report.sample_kept = kept
    if not kept:
        samplebook.write_sample(report.sample, report.book, report.request.out / SAMPLE_FILE)


def open_input(path: Path, work: Path) -> Book:
    """A batch result where the folder looks like one, else claims."""
    return source.open_batch(path) if source.is_batch(path) else open_claims(path, work)


def practitioner_rows(report: Report, npis: list[str], count: int) -> dict[str, pl.DataFrame]:
    """The few rows at risk of each of these practitioners with most money."""
    file = report.request.out / "rows" / "at-risk.parquet"
    if not file.exists() or not npis:
        return {}
    theirs = pl.scan_parquet(file).filter(pl.col("practitioner_npi").is_in(npis))
    few = (
        theirs.sort("allowed_cents", "date_of_service", "patient_id", descending=[True, False, False])
        .group_by("practitioner_npi", maintain_order=True)
        .head(count)
        .collect()
    )
    return {str(npi): rows for (npi,), rows in few.group_by("practitioner_npi", maintain_order=True)}
