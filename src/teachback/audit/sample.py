"""A seeded sample that anybody can draw again.

The algorithm: a unit's key is its session, patient and date (of claims: patient, practitioner and date)
joined by ``|``. Its lot is the SHA-256 of ``seed|key`` in UTF-8, written in hexadecimal. Within each stratum
the units with the smallest lots are drawn. Nothing else decides, so the order of files, rows and machines
does not matter.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from teachback.audit import strata
from teachback.audit.source import KEYS
from teachback.audit.units import DAY, codes_of, shown, units_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from teachback.audit.source import Book
    from teachback.audit.strata import Stratum, Wish
    from teachback.audit.thresholds import Catalog

FRAMES = ("ready", "at-risk", "all")
FRAME_TEXT = {
    "ready": "ready to be claimed, with an allowed amount",
    "at-risk": "with money at risk",
    "all": "with an allowed amount, whatever their disposition",
}
_CHUNK = 200_000


@dataclass(frozen=True, slots=True)
class Sample:
    """A drawn sample: the wish, the plan, and the ``rows`` with stratum, number, key and allowed_cents.

    ``universe`` and ``universe_cents`` describe all units that could be drawn.
    """

    wish: Wish
    strata: tuple[Stratum, ...]
    rows: pl.DataFrame
    universe: int
    universe_cents: int


def lot(seed: int, key: str) -> str:
    """The lot of a unit: SHA-256 of ``seed|key`` in hexadecimal."""
    return hashlib.sha256(f"{seed}|{key}".encode()).hexdigest()


def draw(book: Book, wish: Wish, catalog: Catalog, at_risk: Path, progress: Callable[[str], None]) -> Sample:
    """Draw the sample; ``at_risk`` is the file of all rows at risk. Raises ``AuditError`` as ``plan`` does."""

    def frames() -> Iterator[pl.DataFrame]:
        return _at_risk(at_risk) if wish.frame == "at-risk" else _units(book, wish.frame)

    counts: list[pl.DataFrame] = []
    for frame in frames():
        counts.append(frame.group_by("family", "allowed_cents").len("n"))
        if len(counts) > 1:
            together = pl.concat(counts).group_by("family", "allowed_cents").agg(pl.col("n").sum())
            counts = [together]
    empty = pl.DataFrame(schema={"family": pl.String, "allowed_cents": pl.Int64, "n": pl.UInt32})
    amounts = (counts[0] if counts else empty).with_columns(pl.col("n").cast(pl.Int64))
    planned = strata.plan(amounts, wish, catalog)
    kept: list[pl.DataFrame] = []
    for number, frame in enumerate(frames(), start=1):
        progress(f"drawing from part {number}")
        kept = [_smallest([*kept, _lots(frame, planned, wish.seed)], planned)]
    rows = _with_codes(book, kept[0]).sort("stratum", "lot")
    rows = rows.with_columns(number=pl.int_range(1, pl.len() + 1))
    return Sample(
        wish, planned, rows, int(amounts["n"].sum()), int((amounts["allowed_cents"] * amounts["n"]).sum())
    )


def _units(book: Book, frame: str) -> Iterator[pl.DataFrame]:
    """The units of the universe, part by part."""
    for part in book.parts:
        units = units_of(book, part, lines=False, findings=False).units.filter(pl.col("allowed_cents") > 0)
        if frame == "ready":
            units = units.filter(pl.col("disposition").is_in(["payable", "billed"]))
        keys = KEYS if book.kind == "batch" else DAY
        yield units.select(_key(keys), *shown(units), pl.lit(part.name).alias("part"))


def _at_risk(file: Path) -> Iterator[pl.DataFrame]:
    if not file.exists():
        return
    scan = pl.scan_parquet(file)
    names = scan.collect_schema().names()
    keys = KEYS if "session_id" in names else DAY
    scan = scan.select(
        _key(keys), *(name for name in names if name not in {"patterns", "findings", "month", "counted_with"})
    )
    yield from scan.collect_batches(chunk_size=_CHUNK, maintain_order=True)


def _key(names: Sequence[str]) -> pl.Expr:
    return pl.concat_str([pl.col(name).cast(pl.String) for name in names], separator="|").alias("key")


def _lots(frame: pl.DataFrame, planned: Sequence[Stratum], seed: int) -> pl.DataFrame:
    """The frame with each unit's stratum and lot."""
    choice = pl.lit(None, pl.Int64)
    for stratum in planned:
        inside = pl.col("allowed_cents").is_between(stratum.low, stratum.high)
        if stratum.family != "all":
            inside &= pl.col("family") == stratum.family
        choice = pl.when(inside).then(stratum.number).otherwise(choice)
    digest, start = hashlib.sha256, f"{seed}|".encode()
    lots = [digest(start + key.encode()).hexdigest() for key in frame["key"].to_list()]
    return frame.with_columns(stratum=choice, lot=pl.Series(lots, dtype=pl.String))


def _smallest(frames: Sequence[pl.DataFrame], planned: Sequence[Stratum]) -> pl.DataFrame:
    together = pl.concat(frames, how="vertical_relaxed")
    return pl.concat(
        together.filter(pl.col("stratum") == stratum.number).bottom_k(stratum.drawn, by="lot")
        for stratum in planned
    )


def _with_codes(book: Book, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the codes of their lines, read only from the parts in which a unit was drawn."""
    if "codes" in rows.columns:
        return rows
    keys = list(KEYS if book.kind == "batch" else DAY)
    parts = {part.name: part for part in book.parts}
    frames = []
    for (name,), group in rows.group_by("part"):
        units = units_of(book, parts[str(name)], findings=False)
        numbered = group.join(units.units.select("u", *keys), on=keys, how="left")
        codes = codes_of(units.lines, numbered["u"])
        frames.append(numbered.join(codes, on="u", how="left").drop("u", "part"))
    return pl.concat(frames)
