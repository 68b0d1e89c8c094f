"""What practitioners are compared by, and the sums that a comparison needs, gathered part by part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence

BY = ("practitioner_npi", "practitioner_kind", "family")
SIXTY = 60


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure: ``share`` of units for which something holds, or a ``mean``; ``money`` marks cents."""

    id: str
    title: str
    unit: str
    share: bool = True
    money: bool = False
    batch_only: bool = False
    therapists_only: bool = False


MEASURES = (
    Measure("errors", "Sessions stopped by an error", "sessions", batch_only=True),
    Measure("holds", "Sessions on hold", "sessions", batch_only=True),
    Measure(
        "sixty", "Individual sessions of exactly 60 minutes", "timed individual sessions", batch_only=True
    ),
    Measure("kx", "Claimed sessions with KX", "claimed sessions", therapists_only=True),
    Measure("units", "Units a claimed session", "claimed sessions", share=False),
    Measure("patient", "Allowed amount a patient", "patients", share=False, money=True),
)
THERAPISTS = ("PT", "OT", "SLP", "not stated")


def measure(measure_id: str) -> Measure:
    """The measure of that id."""
    return next(entry for entry in MEASURES if entry.id == measure_id)


def tally(units: pl.DataFrame, *, batch: bool) -> pl.DataFrame:
    """Sums of one part by practitioner, family (and ``all``) and measure: n, total, sum of squares."""
    claimed, everything = pl.col("units") > 0, pl.col("units") >= 0
    timed = pl.col("individual") & pl.col("minutes").is_not_null()
    sums = {
        "units": (claimed, pl.col("units").cast(pl.Float64)),
        "kx": (claimed & pl.col("practitioner_kind").is_in(THERAPISTS), pl.col("kx").cast(pl.Float64)),
    }
    if batch:
        sums["errors"] = (everything, (pl.col("disposition") == "not_billable").cast(pl.Float64))
        sums["holds"] = (everything, (pl.col("disposition") == "hold").cast(pl.Float64))
        sums["sixty"] = (timed, (pl.col("minutes") == SIXTY).cast(pl.Float64))
    columns = [
        expr.alias(f"{name}:{what}")
        for name, (kept, value) in sums.items()
        for what, expr in (
            ("n", kept.sum().cast(pl.Float64)),
            ("total", value.filter(kept).sum()),
            ("squares", (value * value).filter(kept).sum()),
        )
    ]
    by_family = units.group_by(BY).agg(columns)
    patients = (
        units.filter(pl.col("allowed_cents") > 0)
        .group_by(*BY, "patient_id")
        .agg(pl.col("allowed_cents").sum().cast(pl.Float64).alias("amount"))
    )
    frames = []
    for families, people in ((by_family, patients), (_all(by_family), _all(patients, "patient_id"))):
        frames += [
            families.select(
                *BY,
                pl.lit(name).alias("measure"),
                *(pl.col(f"{name}:{what}").alias(what) for what in ("n", "total", "squares")),
            )
            for name in sums
        ]
        frames.append(
            people.group_by(BY).agg(
                pl.lit("patient").alias("measure"),
                pl.len().cast(pl.Float64).alias("n"),
                pl.col("amount").sum().alias("total"),
                (pl.col("amount") ** 2).sum().alias("squares"),
            )
        )
    order = [*BY, "measure", "n", "total", "squares"]
    return pl.concat([frame.select(order) for frame in frames]).filter(pl.col("n") > 0)


def _all(frame: pl.DataFrame, *more: str) -> pl.DataFrame:
    """The same sums over all families."""
    values = [name for name in frame.columns if name not in {*BY, *more}]
    keys = [*BY[:2], *more]
    return frame.group_by(keys).agg(pl.col(values).sum()).with_columns(family=pl.lit("all"))


def added(tallies: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The tallies of several parts as one."""
    return pl.concat(tallies).group_by(*BY, "measure").agg(pl.col("n", "total", "squares").sum())
