"""The rows behind the figures: all of them in a file, the few with most money on the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_ORDER = ("allowed_cents", "date_of_service", "patient_id")


def largest(frame: pl.DataFrame, count: int, by: Sequence[str] = ()) -> pl.DataFrame:
    """The rows with most money first (then by date and patient), at most ``count`` (of each group ``by``)."""
    if not by and frame.height > 2 * count:
        # Only what can be among the largest is sorted; equal amounts are all kept, so that ties stay settled.
        least = frame["allowed_cents"].top_k(count).min()
        frame = frame.filter(pl.col("allowed_cents") >= least)
    descending = [name == "allowed_cents" for name in _ORDER]
    ordered = frame.sort(_ORDER, descending=descending, nulls_last=True, maintain_order=True)
    return ordered.group_by(by, maintain_order=True).head(count) if by else ordered.head(count)


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows behind a figure: those shown, how many there are, and the file that holds all of them."""

    frame: pl.DataFrame
    total: int
    file: str


@dataclass(slots=True)
class RowFiles:
    """Files of rows written part by part into ``work`` and joined into ``folder`` at the end."""

    folder: Path
    work: Path
    cap: int
    totals: dict[str, int] = field(default_factory=dict)
    tops: dict[str, pl.DataFrame] = field(default_factory=dict)

    def add(self, name: str, rows: pl.DataFrame) -> None:
        """Add one part's rows to the file ``name``."""
        if rows.is_empty():
            return
        place = self.work / name
        place.mkdir(parents=True, exist_ok=True)
        number = len(list(place.iterdir()))
        rows.write_parquet(place / f"{number:05d}.parquet", compression="lz4")
        self.totals[name] = self.totals.get(name, 0) + rows.height
        top = largest(rows, self.cap)
        self.tops[name] = largest(pl.concat([self.tops[name], top]), self.cap) if name in self.tops else top

    def finish(self) -> None:
        """Join the parts into one file each."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name in self.totals:
            pl.scan_parquet(self.work / name / "*.parquet").sink_parquet(
                self.folder / f"{name}.parquet", compression="zstd"
            )

    def rows(self, name: str) -> Rows:
        """What stands behind the figure ``name``; nothing where no row was added."""
        return Rows(self.tops.get(name, pl.DataFrame()), self.totals.get(name, 0), f"rows/{name}.parquet")


@dataclass(slots=True)
class Largest:
    """The few largest rows of each group, kept while parts go by."""

    by: tuple[str, ...]
    count: int
    frame: pl.DataFrame = field(default_factory=pl.DataFrame)

    def add(self, rows: pl.DataFrame) -> None:
        """Look at one part's rows."""
        rows = largest(rows, self.count, self.by)
        if rows.is_empty():
            return
        both = pl.concat([self.frame, rows], how="vertical_relaxed") if self.frame.width else rows
        self.frame = largest(both, self.count, self.by)

    def of(self, **group: object) -> pl.DataFrame:
        """The rows kept for one group."""
        if not self.frame.width:
            return self.frame
        kept = pl.all_horizontal([pl.col(name) == pl.lit(value) for name, value in group.items()])
        return self.frame.filter(kept).drop(group)
