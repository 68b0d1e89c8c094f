"""Money at risk: what the marked units are allowed, by pattern, finding, practitioner and month.

A unit with several risks is counted once: in a table by pattern with the first of its patterns in the
catalog's order, in a table by finding with the heaviest of its findings. So every table adds up to the
same total, and the column beside it tells what each risk touches by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from teachback.audit.mark import column, marked
from teachback.audit.rowfiles import Largest, RowFiles
from teachback.audit.survey import Sums
from teachback.audit.units import codes_of, shown, units_of
from teachback.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from teachback.audit.peers import Peers
    from teachback.audit.source import Book
    from teachback.audit.survey import Survey
    from teachback.audit.thresholds import Catalog
    from teachback.audit.units import Units

OTHER_FINDINGS = "other findings"
NO_FINDING = "no finding"
_RANKS = {severity.value: severity.rank for severity in Severity}


@dataclass(slots=True)
class Risk:
    """The sums of the second walk, all money in integer cents.

    ``by_pattern`` has pattern, practitioner_npi, practitioner_kind, units, allowed_cents (all it
    touches), once_cents, held_cents (part of it on hold), stopped_cents (part of it not billable).
    ``by_finding`` has code, name, severity, findings, units, allowed_cents, once_cents. ``by_month`` and
    ``by_practitioner`` have units, allowed_cents, at_risk (units), at_risk_cents, held_cents, stopped_cents.
    """

    files: RowFiles
    by_pattern: Sums = field(
        default_factory=lambda: Sums(("pattern", "practitioner_npi", "practitioner_kind"))
    )
    patients: Sums = field(default_factory=lambda: Sums(("pattern",)))
    by_finding: Sums = field(default_factory=lambda: Sums(("code", "name", "severity")))
    by_month: Sums = field(default_factory=lambda: Sums(("month",)))
    by_practitioner: Sums = field(default_factory=lambda: Sums(("practitioner_npi", "practitioner_kind")))
    month_rows: Largest = field(default_factory=lambda: Largest(("month",), 0))
    finding_rows: Largest = field(default_factory=lambda: Largest(("code", "severity"), 0))
    told_rows: Largest = field(
        default_factory=lambda: Largest(("practitioner_npi", "measure", "of_family"), 0)
    )


@dataclass(frozen=True, slots=True)
class Known:
    """What the first walk told: the survey, the comparison with peers, and the patterns that are not judged."""

    survey: Survey
    peers: Peers
    skipped: Mapping[str, str]


def walk(
    book: Book, catalog: Catalog, known: Known, files: RowFiles, progress: Callable[[str], None]
) -> Risk:
    """Mark every unit and add up what is at risk; the rows go to ``files``."""
    risk, few = Risk(files), int(catalog.setting("page", "small_rows"))
    for kept in (risk.month_rows, risk.finding_rows, risk.told_rows):
        kept.count = few
    judged = [pattern for pattern in catalog.patterns if pattern.id not in known.skipped]
    weighty = [pattern.id for pattern in judged if pattern.severity is not Severity.INFORMATION]
    for number, part in enumerate(book.parts, start=1):
        progress(f"weighing part {number} of {len(book.parts)}")
        units = units_of(book, part)
        frame = _weighed(marked(book, catalog, known.survey, units, known.skipped), units, weighty)
        frame = _with_codes(frame, units, [column(pattern.id) for pattern in judged], known.peers)
        _add(risk, frame, [pattern.id for pattern in judged], weighty)
        _add_findings(risk, frame, units.findings)
        _add_told(risk, frame, known.peers)
    files.finish()
    return risk


def _weighed(frame: pl.DataFrame, units: Units, weighty: list[str]) -> pl.DataFrame:
    """The units with: risky, first (the pattern that counts them), patterns, heaviest (finding), findings, month."""
    heavy = _heavy(units.findings)
    first = (
        heavy.sort("u", "rank", "code")
        .unique("u", keep="first")
        .select("u", pl.col("code", "severity").name.prefix("heaviest_"))
    )
    codes = (
        heavy.select("u", "code").unique().sort("u", "code").group_by("u").agg(pl.col("code").str.join(" "))
    )
    best = first.join(codes.rename({"code": "findings"}), on="u")
    frame = frame.join(best, on="u", how="left", maintain_order="left")
    marks = [pl.when(column(name)).then(pl.lit(name)) for name in weighty]
    has_finding = pl.col("heaviest_code").is_not_null()
    return frame.with_columns(
        first=pl.coalesce(*marks, pl.when(has_finding).then(pl.lit(OTHER_FINDINGS))),
        patterns=pl.concat_str(marks, separator=" ", ignore_nulls=True),
        month=pl.col("date_of_service").dt.strftime("%Y-%m"),
    ).with_columns(risky=pl.col("first").is_not_null())


def _heavy(findings: pl.DataFrame) -> pl.DataFrame:
    """The findings that put money at risk, with the rank of their severity."""
    if "severity" not in findings.columns:
        return pl.DataFrame(
            schema={"u": pl.UInt32, "code": pl.String, "severity": pl.String, "rank": pl.Int64}
        )
    rank = pl.col("severity").replace_strict(_RANKS, return_dtype=pl.Int64)
    heavy = findings.filter(pl.col("severity") != Severity.INFORMATION.value).select("u", "code", "severity")
    return heavy.with_columns(rank=rank)


def _with_codes(frame: pl.DataFrame, units: Units, marks: list[str], peers: Peers) -> pl.DataFrame:
    """The codes of the units that may be shown."""
    told = pl.col("practitioner_npi").is_in(peers.told_npis)
    wanted = frame.filter(pl.col("risky") | told | pl.any_horizontal(marks))["u"]
    return frame.join(codes_of(units.lines, wanted), on="u", how="left", maintain_order="left")


def _add(risk: Risk, frame: pl.DataFrame, judged: list[str], weighty: list[str]) -> None:
    columns = shown(frame)
    more = [name for name in ("patterns", "findings") if name in frame.columns]
    for name in judged:
        rows = frame.filter(column(name))
        if rows.height:
            once = pl.col("allowed_cents").filter(pl.col("first") == name).sum()
            sums = _pattern_sums(once if name in weighty else pl.lit(0, pl.Int64))
            risk.by_pattern.add(
                rows.group_by("practitioner_npi", "practitioner_kind")
                .agg(sums)
                .select(pl.lit(name).alias("pattern"), pl.all())
            )
            risk.patients.add(_people(name, rows))
            risk.files.add(name, rows.select([*columns, *more]))
    rest = frame.filter(pl.col("first") == OTHER_FINDINGS)
    if rest.height:
        risk.by_pattern.add(
            rest.group_by("practitioner_npi", "practitioner_kind")
            .agg(_pattern_sums(pl.col("allowed_cents").sum()))
            .select(pl.lit(OTHER_FINDINGS).alias("pattern"), pl.all())
        )
        risk.patients.add(_people(OTHER_FINDINGS, rest))
        risk.files.add("other-findings", rest.select([*columns, *more]))
    sums = _book_sums()
    risk.by_month.add(frame.group_by("month").agg(sums))
    risk.by_practitioner.add(frame.group_by("practitioner_npi", "practitioner_kind").agg(sums))
    at_risk = frame.filter(pl.col("risky") & (pl.col("allowed_cents") > 0))
    rows = at_risk.select([*columns, *more, pl.col("first").alias("counted_with"), "month"])
    risk.files.add("at-risk", rows)
    risk.month_rows.add(rows)


def _people(pattern: str, rows: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame({"pattern": [pattern], "patients": [rows["patient_id"].n_unique()]})


def _pattern_sums(once: pl.Expr) -> list[pl.Expr]:
    return [
        pl.len().cast(pl.Int64).alias("units"),
        pl.col("allowed_cents").sum(),
        once.alias("once_cents"),
        pl.col("allowed_cents").filter(pl.col("disposition") == "hold").sum().alias("held_cents"),
        pl.col("allowed_cents").filter(pl.col("disposition") == "not_billable").sum().alias("stopped_cents"),
    ]


def _book_sums() -> list[pl.Expr]:
    risky = pl.col("risky") & (pl.col("allowed_cents") > 0)
    return [
        pl.len().cast(pl.Int64).alias("units"),
        pl.col("allowed_cents").sum(),
        risky.sum().cast(pl.Int64).alias("at_risk"),
        pl.col("allowed_cents").filter(risky).sum().alias("at_risk_cents"),
        pl.col("allowed_cents").filter(risky & (pl.col("disposition") == "hold")).sum().alias("held_cents"),
        pl.col("allowed_cents")
        .filter(risky & (pl.col("disposition") == "not_billable"))
        .sum()
        .alias("stopped_cents"),
    ]


def _add_findings(risk: Risk, frame: pl.DataFrame, findings: pl.DataFrame) -> None:
    """By finding: every unit counted once with its heaviest finding, or as having none."""
    if "severity" not in findings.columns:
        return
    columns = ["allowed_cents", "heaviest_code", "heaviest_severity"]
    joined = findings.join(frame.select("u", *columns), on="u", how="left")
    unique = joined.group_by("code", "name", "severity", "u").agg(
        pl.len().cast(pl.Int64).alias("findings"), pl.col(columns).first()
    )
    heaviest = (pl.col("heaviest_code") == pl.col("code")) & (
        pl.col("heaviest_severity") == pl.col("severity")
    )
    risk.by_finding.add(
        unique.group_by("code", "name", "severity").agg(
            pl.col("findings").sum(),
            pl.len().cast(pl.Int64).alias("units"),
            pl.col("allowed_cents").sum(),
            pl.col("allowed_cents").filter(heaviest).sum().alias("once_cents"),
        )
    )
    none = frame.filter(pl.col("risky") & pl.col("heaviest_code").is_null())
    if none.height:
        allowed = none["allowed_cents"].sum()
        risk.by_finding.add(
            pl.DataFrame(
                {
                    "code": [NO_FINDING],
                    "name": ["a pattern without a finding"],
                    "severity": ["warning"],
                    "findings": [0],
                    "units": [none.height],
                    "allowed_cents": [allowed],
                    "once_cents": [allowed],
                }
            )
        )
    kept = _few(findings, frame, risk.finding_rows.count)
    risk.finding_rows.add(kept)


def _few(findings: pl.DataFrame, frame: pl.DataFrame, count: int) -> pl.DataFrame:
    """The few units of each finding with most money, with the columns for people."""
    joined = findings.select("u", "code", "severity").unique()
    joined = joined.join(frame.select("u", "allowed_cents"), on="u", how="left")
    few = (
        joined.sort("allowed_cents", "u", descending=[True, False])
        .group_by("code", "severity", maintain_order=True)
        .head(count)
    )
    return few.drop("allowed_cents").join(frame.select("u", *shown(frame)), on="u", how="left").drop("u")


def _add_told(risk: Risk, frame: pl.DataFrame, peers: Peers) -> None:
    """The units of practitioners who differ from their peers, and the few that made the difference."""
    theirs = frame.filter(pl.col("practitioner_npi").is_in(peers.told_npis))
    if theirs.is_empty():
        return
    columns = shown(theirs)
    risk.files.add("practitioners-told", theirs.select([*columns, "units", "kx"]))
    tests = {
        "errors": pl.col("disposition") == "not_billable",
        "holds": pl.col("disposition") == "hold",
        "sixty": pl.col("individual") & (pl.col("minutes") == 60),  # noqa: PLR2004  the measure's name
        "kx": pl.col("kx") & (pl.col("units") > 0),
        "units": pl.col("units") > 1,
        "patient": pl.col("allowed_cents") > 0,
    }
    told = peers.told.select(pl.col("practitioner_npi", "family", "measure").cast(pl.String)).unique()
    pieces = []
    for measure, test in tests.items():
        mine = told.filter(pl.col("measure") == measure)
        rows = theirs.filter(test).select(
            *columns,
            measure=pl.lit(measure),
            of_npi=pl.col("practitioner_npi").cast(pl.String),
            of_family=pl.col("family").cast(pl.String),
        )
        of_all = mine.filter(pl.col("family") == "all")
        of_one = mine.filter(pl.col("family") != "all")
        pieces.append(
            rows.join(of_all, left_on="of_npi", right_on="practitioner_npi", how="semi").with_columns(
                of_family=pl.lit("all")
            )
        )
        keys = ["practitioner_npi", "family"]
        pieces.append(rows.join(of_one, left_on=["of_npi", "of_family"], right_on=keys, how="semi"))
    # Added once for a part: one practitioner after another, the work would grow with the square of their number.
    risk.told_rows.add(pl.concat(pieces).drop("of_npi"))
