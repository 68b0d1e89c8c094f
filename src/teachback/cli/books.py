"""The commands for whole books: batch, audit, generate."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from teachback.cli import Whole, app


@app.command
def batch(  # noqa: PLR0913  a large run has this many conditions
    inputs: Annotated[list[str], Parameter(negative=())],
    *,
    out: Path,
    workers: Whole = 0,
    payer: str = "medicare",
    map: Path | None = None,  # noqa: A002  the option is called --map
    dask: str | None = None,
    buckets: Whole | None = None,
    part_rows: Whole = 500_000,
    keep_work: Annotated[bool, Parameter(negative=())] = False,
    fresh: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Assess a whole book of sessions, of any size, into Parquet: lines, findings, sessions.

    A run that was stopped goes on where it was when the same command is given again.

    Parameters
    ----------
    inputs
        Files (Parquet, CSV, JSON lines), folders of them, or patterns such as 'book/*.parquet'.
    out
        Where the results are written: a new or empty folder, or the one of the run that goes on.
    workers
        How many processes; 0 means one for each core that memory is enough for.
    payer
        Whose rules: medicare, or a payer with a file of its own.
    map
        A mapping.toml that names the columns of an EMR export.
    dask
        Run on a cluster: tcp://host:port of its scheduler, or local for one on this machine.
    buckets
        Into how many parts the patients are divided; chosen by the number of rows when left out.
    part_rows
        Rows that are read at a time; fewer need less memory.
    keep_work
        Keep the files between the passes, in OUT/.work.
    fresh
        Start anew although there is a result or a beginning of one.
    """
    from teachback.cli.batching import run_batch

    return run_batch(
        inputs,
        out=out,
        workers=workers,
        payer=payer,
        map_file=map,
        dask=dask,
        buckets=buckets,
        part_rows=part_rows,
        keep_work=keep_work,
        fresh=fresh,
    )


@app.command
def audit(  # noqa: PLR0913  an option each
    path: Path,
    *,
    out: Path = Path("audit"),
    seed: Whole = 7,
    sample: Whole = 30,
    frame: Literal["ready", "at-risk", "all"] = "ready",
    stratify: Literal["amount", "family", "both"] = "amount",
    allocate: Literal["neyman", "proportional"] = "neyman",
    against: Path | None = None,
    thresholds: Path | None = None,
    sample_results: Path | None = None,
) -> int:
    """Audit a batch result or claims: patterns, peers, money at risk, a sample, and what a rule changed.

    Parameters
    ----------
    path
        A batch result (its folder), or claims: Parquet or CSV, a file or a folder, one row a service line.
    out
        The folder of the report: audit.html, audit.xlsx, audit.json, sample.xlsx and rows/.
    seed
        Seed of the sample; the same input and seed always draw the same units.
    sample
        How many units to draw.
    frame
        From what is drawn: ready (to be claimed, or billed), at-risk, or all with an allowed amount.
    stratify
        Strata by amount, by family of codes, or both.
    allocate
        neyman (where it lowers the variance most) or proportional.
    against
        Another batch result of the same sessions, for example under another payer: tell what changed.
    thresholds
        A TOML file with thresholds of your own.
    sample_results
        The filled sample.xlsx of an earlier audit: extrapolate it.
    """
    from teachback.cli.auditing import run_audit

    return run_audit(
        path,
        out=out,
        seed=seed,
        sample=sample,
        frame=frame,
        stratify=stratify,
        allocate=allocate,
        against=against,
        thresholds=thresholds,
        sample_results=sample_results,
    )


@app.command
def generate(  # noqa: PLR0913  a book has this many properties
    *,
    sessions: Whole,
    out: Path,
    seed: Whole = 7,
    format: Literal["parquet", "csv", "jsonl"] = "parquet",  # noqa: A002  the option is called --format
    claims: Annotated[bool, Parameter(negative=())] = False,
    planted_share: float = 0.03,
    parts: Whole | None = None,
    workers: Whole | None = None,
) -> int:
    """Write a large made-up book with planted errors and their key, to measure the batch and the audit.

    Parameters
    ----------
    sessions
        How many session-patients (rows), 1 to 100000000; with --claims about five service lines for each.
    out
        A new or empty folder; sessions/ (or claims/), planted/ and patterns/ are written there.
    seed
        The same sessions, seed and parts always give the same rows.
    format
        parquet, csv or jsonl for the rows; the keys are always Parquet.
    claims
        Service lines of Medicare carrier claims instead of session records.
    planted_share
        Share of rows with a planted error, 0 to 0.2.
    parts
        Into how many files; one for each million rows when left out.
    workers
        How many processes; one for each processor when left out.
    """
    from teachback.cli.generate import run_generate

    return run_generate(
        sessions=sessions,
        out=out,
        seed=seed,
        format_=format,
        claims=claims,
        planted_share=planted_share,
        parts=parts,
        workers=workers,
    )
