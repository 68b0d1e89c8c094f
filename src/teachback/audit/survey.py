"""The first walk through the parts: what can only be judged over all patients together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from teachback.audit import measures
from teachback.audit.codes import (
    BEHAVIOR_GROUP_STEPS,
    GROUP_CODES,
    GROUP_FIRST_CODES,
    INDIVIDUAL_STEPS,
    LEAST_MINUTES,
)
from teachback.audit.units import units_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from teachback.audit.source import Book
    from teachback.audit.thresholds import Catalog

_COMPACT = 16


@dataclass(slots=True)
class Sums:
    """Frames of many parts that add up to one, folded together now and then so that they stay small."""

    by: tuple[str, ...]
    frames: list[pl.DataFrame] = field(default_factory=list)

    def add(self, frame: pl.DataFrame) -> None:
        """Add one part's sums."""
        self.frames.append(frame)
        if len(self.frames) >= _COMPACT:
            self.frames = [self.total()]

    def total(self) -> pl.DataFrame:
        """The sums so far; an empty frame where nothing was added."""
        if not self.frames:
            return pl.DataFrame()
        together = pl.concat(self.frames, how="vertical_relaxed")
        values = [name for name in together.columns if name not in self.by]
        return together.group_by(self.by).agg(pl.col(values).sum()).sort(self.by)


@dataclass(slots=True)
class Survey:
    """What the first walk found.

    Frames name the practitioners, days or minutes that a pattern marks: ``same_minutes`` (npi, family,
    individual, minutes), ``long_days`` (npi, date), ``lone_groups`` and ``high_share`` (claims).
    """

    units: int = 0
    allowed_cents: int = 0
    patients: int = 0
    first: date | None = None
    last: date | None = None
    dispositions: dict[str, int] = field(default_factory=dict)
    measures: pl.DataFrame = field(default_factory=pl.DataFrame)
    same_minutes: pl.DataFrame = field(default_factory=pl.DataFrame)
    minutes_spread: pl.DataFrame = field(default_factory=pl.DataFrame)
    long_days: pl.DataFrame = field(default_factory=pl.DataFrame)
    lone_groups: pl.DataFrame = field(default_factory=pl.DataFrame)
    high_share: pl.DataFrame = field(default_factory=pl.DataFrame)
    other_services: bool = False
    practitioners: int = 0


def survey(book: Book, catalog: Catalog, progress: Callable[[str], None]) -> Survey:
    """Walk through all parts once. Raises ``AuditError`` where a file cannot be read."""
    result = Survey()
    tallies: list[pl.DataFrame] = []
    minutes = Sums(("practitioner_npi", "family", "individual", "minutes"))
    days = Sums(("practitioner_npi", "date_of_service"))
    groups: list[pl.DataFrame] = []
    shares = Sums(("practitioner_npi", "practitioner_kind"))
    for number, part in enumerate(book.parts, start=1):
        progress(f"looking over part {number} of {len(book.parts)}")
        found = units_of(book, part, lines=False, findings=False)
        units = found.units
        _count(result, units, units if book.kind == "batch" else found.lines)
        tallies.append(measures.tally(units, batch=book.kind == "batch"))
        if len(tallies) >= _COMPACT:
            tallies = [measures.added(tallies)]
        if book.kind == "batch":
            timed = units.filter(pl.col("minutes").is_not_null())
            alone = timed.filter(pl.col("individual"))
            minutes.add(alone.group_by(minutes.by).len("n"))
            days.add(alone.group_by(days.by).agg(pl.col("minutes").cast(pl.Int64).sum()))
            groups.append(_group_sessions(timed))
        else:
            result.other_services |= bool(found.lines["training"].is_null().any())
            days.add(units.group_by(days.by).agg(pl.col("implied_minutes").sum().alias("minutes")))
            groups.append(_group_lines(found.lines))
            shares.add(_shares(found.lines))
    result.measures = measures.added(tallies)
    result.practitioners = result.measures["practitioner_npi"].n_unique()
    _judge_groups(book, catalog, result, groups, (minutes, days))
    if book.kind == "claims":
        result.high_share = _high_share(shares.total(), catalog)
    return result


def _count(result: Survey, units: pl.DataFrame, dated: pl.DataFrame) -> None:
    """Add the part's counts; ``dated`` tells the stretch of time that the input covers."""
    result.units += units.height
    result.allowed_cents += int(units["allowed_cents"].sum())
    result.patients += units["patient_id"].n_unique()
    if dated.height:
        days: list[date] = [dated["date_of_service"].min(), dated["date_of_service"].max()]  # type: ignore[list-item]
        result.first = min(days[:1] if result.first is None else [result.first, days[0]])
        result.last = max(days[1:] if result.last is None else [result.last, days[1]])
    for row in units.group_by("disposition").len().iter_rows():
        result.dispositions[row[0]] = result.dispositions.get(row[0], 0) + row[1]


def _group_sessions(timed: pl.DataFrame) -> pl.DataFrame:
    """One row a group session of the part; its patients may lie in other parts too."""
    together = timed.filter(~pl.col("individual"))
    return together.select(
        "practitioner_npi", "date_of_service", "session_id", "family", "individual", "minutes"
    ).unique()


def _group_lines(lines: pl.DataFrame) -> pl.DataFrame:
    group = lines.filter(pl.col("procedure_code").is_in(GROUP_CODES))
    return group.group_by("practitioner_npi", "date_of_service", "procedure_code").agg(
        pl.col("patient_id").n_unique().cast(pl.Int64).alias("patients"), pl.col("units").max()
    )


def _shares(lines: pl.DataFrame) -> pl.DataFrame:
    training = pl.col("training").is_not_null()
    return lines.group_by("practitioner_npi", "practitioner_kind").agg(
        pl.len().cast(pl.Int64).alias("lines"),
        pl.col("units").sum().alias("all_units"),
        pl.col("units").filter(training).sum().alias("training_units"),
    )


def _judge_groups(
    book: Book, catalog: Catalog, result: Survey, groups: list[pl.DataFrame], sums: tuple[Sums, Sums]
) -> None:
    minutes, days = sums
    most = catalog.pattern("impossible-day").value("minutes")
    by_day = days.total()
    if book.kind == "batch":
        together = pl.concat(groups).unique(["practitioner_npi", "date_of_service", "session_id"])
        by_minutes = together.group_by("practitioner_npi", "family", "individual", "minutes").len("n")
        minutes.add(by_minutes.filter(pl.col("family") == "behavior"))
        result.minutes_spread, result.same_minutes = _same_minutes(minutes.total(), catalog)
        more = together.group_by(days.by).agg(pl.col("minutes").cast(pl.Int64).sum())
    else:
        together = (
            pl.concat(groups)
            .group_by("practitioner_npi", "date_of_service", "procedure_code")
            .agg(pl.col("patients").sum(), pl.col("units").max())
        )
        result.lone_groups = together.filter(
            (pl.col("patients") == 1) & pl.col("procedure_code").is_in(GROUP_FIRST_CODES)
        )
        least = pl.col("procedure_code").replace_strict(LEAST_MINUTES, default=0, return_dtype=pl.Int64)
        more = together.group_by(days.by).agg((least * pl.col("units")).sum().alias("minutes"))
    both = pl.concat([by_day, more], how="vertical_relaxed").group_by(days.by).agg(pl.col("minutes").sum())
    result.long_days = both.filter(pl.col("minutes") > most).sort("minutes", descending=True)


def _same_minutes(counts: pl.DataFrame, catalog: Catalog) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All groups with their spread of minutes, and the minutes that mark a unit where a group is told."""
    pattern = catalog.pattern("same-minutes")
    by = ("practitioner_npi", "family", "individual")
    behavior = (pl.col("family") == "behavior") & ~pl.col("individual")
    step = (
        pl.when(behavior)
        .then(pl.col("minutes").is_in(BEHAVIOR_GROUP_STEPS))
        .otherwise(pl.col("minutes").is_in(INDIVIDUAL_STEPS))
    )
    counts = counts.with_columns(step=step)
    spread = (
        counts.sort(*by, "n", "minutes", descending=[False, False, False, True, False])
        .group_by(by, maintain_order=True)
        .agg(
            pl.col("n").sum().alias("sessions"),
            pl.col("minutes").first().alias("most_common"),
            pl.col("n").first().alias("equal"),
            pl.col("n").filter("step").sum().alias("at_threshold"),
        )
        .with_columns(
            told_equal=(pl.col("sessions") >= pattern.value("sessions"))
            & (pl.col("equal") >= pattern.value("equal_share") * pl.col("sessions")),
            told_cluster=(pl.col("sessions") >= pattern.value("cluster_sessions"))
            & (pl.col("at_threshold") >= pattern.value("cluster_share") * pl.col("sessions")),
        )
    )
    told = spread.filter(pl.col("told_equal") | pl.col("told_cluster"))
    marked = counts.join(told, on=by, how="inner").filter(
        (pl.col("told_equal") & (pl.col("minutes") == pl.col("most_common")))
        | (pl.col("told_cluster") & pl.col("step"))
    )
    return spread, marked.select(*by, "minutes")


def _high_share(shares: pl.DataFrame, catalog: Catalog) -> pl.DataFrame:
    pattern = catalog.pattern("high-share-biller")
    part = pl.col("training_units") / pl.col("all_units")
    return shares.filter((pl.col("lines") >= pattern.value("lines")) & (part > pattern.value("share")))
