"""The counted units of one part, in one shape for batch results and claims.

A unit of a batch result is one session of one patient. A unit of claims is a service day: all
caregiver-training lines of one patient by one practitioner on one date, because one note supports them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from teachback.audit.codes import FAMILIES, GROUP_CODES, LEAST_MINUTES
from teachback.audit.source import FINDING_COLUMNS, KEYS, LINE_COLUMNS, SESSION_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from teachback.audit.source import Book, Part

CLAIM_LINE_COLUMNS = (
    "claim_id",
    "patient_id",
    "practitioner_npi",
    "practitioner_kind",
    "date_of_service",
    "procedure_code",
    "units",
    "modifiers",
    "place_of_service",
    "allowed_cents",
    "charge_cents",
)
DAY = ("patient_id", "practitioner_npi", "date_of_service")
# What stands in the files of rows, in this order; columns that an input does not have are left out.
SHOWN = (
    "session_id",
    "claim_id",
    "patient_id",
    "date_of_service",
    "practitioner_npi",
    "practitioner_kind",
    "family",
    "place_of_service",
    "minutes",
    "codes",
    "allowed_cents",
    "disposition",
)


@dataclass(slots=True)
class Units:
    """The units of one part with their lines and findings; ``u`` is a unit's number within the part.

    ``units`` has session_id or claim_id, patient_id, date_of_service, practitioner_npi, practitioner_kind,
    family, place_of_service, minutes, individual, units, allowed_cents (0 where nothing is allowed), kx,
    disposition. ``lines`` are the training lines (for claims all lines), ``findings`` the findings.
    """

    units: pl.DataFrame
    lines: pl.DataFrame
    findings: pl.DataFrame


def units_of(book: Book, part: Part, *, lines: bool = True, findings: bool = True) -> Units:
    """Read a part; ``lines`` and ``findings`` of a batch result only where they are wanted."""
    if book.kind == "claims":
        return _claims(part)
    units = _sessions(part)
    keys = units.select("u", *KEYS)
    line_frame = part.read("lines", LINE_COLUMNS) if lines else pl.DataFrame()
    finding_frame = part.read("findings", FINDING_COLUMNS) if findings else pl.DataFrame()
    if lines:
        line_frame = line_frame.join(keys, on=KEYS, how="inner", maintain_order="left")
    if findings:
        finding_frame = finding_frame.join(keys, on=KEYS, how="inner").drop(KEYS)
    return Units(units, line_frame, finding_frame)


def _sessions(part: Part) -> pl.DataFrame:
    frame = part.read("sessions", SESSION_COLUMNS)
    return frame.with_columns(
        pl.col("practitioner_kind").fill_null("not stated"),
        pl.col("training").fill_null("not stated").alias("family"),
        pl.col("allowed_cents").fill_null(0).cast(pl.Int64),
        pl.col("kx").fill_null(value=False),
        pl.col("units").fill_null(0).cast(pl.Int64),
        individual=pl.col("patients_represented").fill_null(1) <= 1,
        minutes=pl.col("minutes").cast(pl.Int32),
    ).with_row_index("u")


def _claims(part: Part) -> Units:
    lines = part.read("lines", CLAIM_LINE_COLUMNS).with_columns(
        training=pl.col("procedure_code").replace_strict(FAMILIES, default=None, return_dtype=pl.String)
    )
    training = lines.filter(pl.col("training").is_not_null())
    group = pl.col("procedure_code").is_in(GROUP_CODES)
    implied = pl.col("procedure_code").replace_strict(LEAST_MINUTES, default=0, return_dtype=pl.Int64)
    units = (
        training.group_by(*DAY, maintain_order=True)
        .agg(
            pl.col("claim_id").first(),
            pl.col("practitioner_kind").first(),
            pl.col("training").first().alias("family"),
            pl.col("place_of_service").first(),
            pl.lit(None, pl.Int32).alias("minutes"),
            (~group).any().alias("individual"),
            pl.col("units").sum(),
            pl.col("allowed_cents").sum(),
            pl.col("modifiers").str.contains(r"\bKX\b").any().alias("kx"),
            (implied * pl.col("units")).filter(~group).sum().alias("implied_minutes"),
            pl.lit("billed").alias("disposition"),
        )
        .with_row_index("u")
    )
    lines = lines.join(units.select("u", *DAY), on=DAY, how="left", maintain_order="left")
    return Units(units, lines, pl.DataFrame(schema={"u": pl.UInt32, "code": pl.String}))


def codes_of(lines: pl.DataFrame, wanted: Iterable[int] | pl.Series) -> pl.DataFrame:
    """``u`` and ``codes``: the lines of the wanted units written short, as in ``97550x1 GP, 97551x1 GP``."""
    number = pl.Series("u", wanted, dtype=pl.UInt32)
    written = pl.concat_str(
        pl.col("procedure_code"),
        pl.lit("x"),
        pl.col("units"),
        pl.when(pl.col("modifiers") != "").then(" " + pl.col("modifiers").str.replace_all(";", " ")),
        ignore_nulls=True,
    )
    kept = lines.filter(pl.col("procedure_code").is_in(list(FAMILIES)) & pl.col("u").is_in(number.implode()))
    return kept.group_by("u").agg(written.str.join(", ").alias("codes"))


def shown(units: pl.DataFrame) -> list[str]:
    """The columns for people that the frame has, in their order."""
    return [name for name in SHOWN if name in units.columns]
