"""The peer that batch is measured against: units, codes, modifiers, ten edits and prices, by hand in polars.

It is written as somebody would who knows polars well and needs these rules alone: only the columns that
they read, a column for each step, and law as dense tables into which rows look by number. It does not
combine the sessions of one date, refuses nothing and keeps no proof. Cents are reckoned in 32 bits, which
is enough for one line, and columns stream through in pieces that fit the processor's cache.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from bench.handlaw import (
    COVERAGES,
    DISCIPLINES,
    EDITS,
    KINDS,
    MODIFIERS,
    THERAPY,
    TRAININGS,
    Tables,
    tables,
)
from teachback.rules.vocabulary import CODES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

CHARGES = tuple(f"charge.{code}" for code in CODES)
COLUMNS = (
    *("id", "date_of_service", "patient.id", "practitioner.npi", "start_time", "end_time", "minutes"),
    *("assistant_minutes", "training", "modality", "place_of_service", "locality", "zip", "claim_form"),
    *("type_of_bill", "practitioner.type", "practitioner.furnished_by", "practitioner.participating"),
    *("practitioner.qualifying_apm_participant", "patient.coverage", "patient.present", "consent.by"),
    *("consent.form", "consent.date", "consent.scope", "consent.caregivers", "plan.kind", "plan.discipline"),
    *("patient.therapy_used", "patient.kx_attested", "patient.deductible_remaining"),
    *CHARGES,
)
CONSENT = ("consent.by", "consent.form", "consent.date", "consent.scope", "consent.caregivers")
BLOCKS = ("first", "addon")
CLOCK = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60))
NO_CHARGE = 2**31 - 1
_DIGITS = 100_000
_FIELD = re.compile(r"\{(\w+)\}")
_IDS = ("session_id", "patient_id", "date_of_service")


@dataclass(frozen=True, slots=True)
class Coded:
    """What comes of a book: its service lines and its findings."""

    lines: pl.DataFrame
    findings: pl.DataFrame


def coded(files: Sequence[Path], law: Tables | None = None) -> Coded:
    """Lines and findings of the rows of some Parquet files, each row by itself."""
    law = law or tables()
    rows = pl.scan_parquet(list(files)).select(COLUMNS)
    for step in (_words, _minutes, _codes, _units, _modifiers, _fees):
        rows = rows.with_columns(**step(law))
    rows = rows.with_columns(**_amounts(law, "first", pl.col("deductible")))
    left = pl.col("deductible") - pl.col("deductible_first").fill_null(0)
    rows = rows.with_columns(kx=_kx(law), **_amounts(law, "addon", left))
    kept = rows.select(*_KEPT, *(pl.col(name) for name in CONSENT), **_flags(law)).collect(engine="streaming")
    return Coded(_lines(kept, law), _findings(kept, law))


def write(found: Coded, out: Path) -> None:
    """Both tables as Parquet, compressed as batch compresses its own."""
    for name, frame in (("lines", found.lines), ("findings", found.findings)):
        (out / name).mkdir(parents=True, exist_ok=True)
        frame.write_parquet(out / name / "part-00000.parquet", compression="lz4", statistics=False)


def _at(table: pl.Series, *index: tuple[str | pl.Expr, int]) -> pl.Expr:
    """The entry of a dense table by its keys, each with the count of its values; null where a key is."""
    place: pl.Expr | None = None
    for key, size in index:
        one = (pl.col(key) if isinstance(key, str) else key).cast(pl.UInt32)
        place = one if place is None else place * size + one
    return pl.lit(table).gather(place)


def _number(column: str, words: Sequence[str]) -> pl.Expr:
    return pl.col(column).cast(pl.Enum(words), strict=False).to_physical().cast(pl.UInt32)


def _cents(column: str) -> pl.Expr:
    # Dollars with two decimals are whole cents already; only their type says otherwise.
    return pl.col(column).to_physical().cast(pl.Int32)


def _known(expression: pl.Expr) -> pl.Expr:
    """A yes or no in which unknown is no."""
    return expression.fill_null(value=False)


def _words(law: Tables) -> dict[str, pl.Expr]:
    """Words as numbers, and dates as periods in which no law changes."""
    by_zip = pl.col("zip").str.slice(0, 5).cast(pl.UInt32, strict=False)
    recorded = _number("locality", law.localities)
    cost = pl.col("type_of_bill").str.slice(0, 2).is_in(law.cost_bill_types)
    date = pl.col("date_of_service")
    return {
        "period": pl.lit(law.starts).search_sorted(date, side="right") - 1,
        "session": pl.col("id").hash() ^ date.to_physical().cast(pl.UInt64).hash(),
        "family": _number("training", TRAININGS),
        "kind": _number("practitioner.type", KINDS),
        "discipline": _number("plan.discipline", DISCIPLINES),
        "place": _number("place_of_service", law.places),
        "where": pl.when(pl.col("locality").is_null())
        .then(_at(law.zip_locality, (by_zip, _DIGITS)))
        .otherwise(recorded),
        "at_cost": _known(cost & (pl.col("claim_form") == "institutional")),
        "deductible": _cents("patient.deductible_remaining").fill_null(0),
    }


def _minutes(_law: Tables) -> dict[str, pl.Expr]:
    # The number of a time among all times of a day is its minute.
    start, end = (_number(name, CLOCK).cast(pl.Int32) for name in ("start_time", "end_time"))
    between = end - start
    total = pl.coalesce("minutes", pl.when(between >= 0).then(between))
    named = _known(pl.col("practitioner.furnished_by").is_in(["PTA", "OTA"]))
    return {
        "total": total,
        "assistant": pl.coalesce(
            "assistant_minutes", pl.when(named).then(total).otherwise(pl.lit(0, pl.Int32))
        ),
        "grouped": pl.len().over("session") > 1,
    }


def _codes(law: Tables) -> dict[str, pl.Expr]:
    keys = (("period", law.periods), ("grouped", 2), ("family", len(TRAININGS)))
    return {"first": _at(law.first_code, *keys), "C101": _at(law.not_effective, *keys)}


def _units(law: Tables) -> dict[str, pl.Expr]:
    keys = (("period", law.periods), ("first", len(CODES)))
    needed, total = _at(law.first_minutes, *keys), pl.col("total")
    earned = (
        pl.when(_at(law.untimed, *keys)).then(pl.lit(1, pl.Int32)).otherwise((total >= needed).cast(pl.Int32))
    )
    beyond = total - needed
    more = pl.when((beyond >= 0) & (earned > 0)).then(beyond // _at(law.addon_minutes, *keys))
    unsettled = _known(total >= _at(law.unsettled_from, *keys))
    return {
        "first_units": earned,
        "addon": _at(law.addon_code, ("first", len(CODES))),
        "addon_units": more.fill_null(0),
        "U101": (total < needed) & ~unsettled,
    }


def _modifiers(law: Tables) -> dict[str, pl.Expr]:
    """A therapist's own modifier, else the therapy plan's; the assistant's by the share of the session."""
    plan = pl.when(pl.col("plan.kind") == "therapy").then(
        _at(law.plan_modifier, ("period", law.periods), ("discipline", len(DISCIPLINES)))
    )
    own = pl.coalesce(_at(law.own_modifier, ("period", law.periods), ("kind", len(KINDS))), plan)
    listed = _at(law.therapy_family, ("period", law.periods), ("family", len(TRAININGS)))
    therapy = pl.when(listed).then(own).fill_null(0)
    assistant, total = pl.col("assistant"), pl.col("total")
    share = (200 * assistant.clip(upper_bound=total) + total) // (2 * total)
    unknown = assistant.is_null() | (total.is_null() & (assistant > 0))
    passes = unknown | _known((assistant > 0) & (share > law.de_minimis))
    assisted = passes & ~pl.col("at_cost") & pl.col("practitioner.type").is_in(law.assistants_of)
    return {
        "therapy": therapy,
        "assisted": pl.when(assisted).then(_at(law.assistant_modifier, (therapy, len(THERAPY)))).otherwise(0),
        "audio": _known(pl.col("modality") == "audio_only"),
    }


def _fees(law: Tables) -> dict[str, pl.Expr]:
    place = _at(law.facility, ("period", law.periods), ("place", len(law.places)))
    facility = pl.when(pl.col("therapy") > 0).then(pl.lit(value=False)).otherwise(place)
    apm = _known(pl.col("practitioner.qualifying_apm_participant"))
    share = _at(
        law.practitioner_percent, ("period", law.periods), ("kind", len(KINDS)), ("family", len(TRAININGS))
    )
    outside = pl.col("practitioner.participating").eq(other=False)
    full = pl.when(_known(outside)).then(_at(law.nonparticipating, ("period", law.periods))).otherwise(100)
    found = {}
    for block in BLOCKS:
        keys = ((block, len(CODES)), ("where", len(law.localities)), (facility, 2), (apm, 2))
        fee = _at(law.fees, ("period", law.periods), *keys)
        unit = _percent_of(_percent_of(fee, full), pl.when(~pl.col("at_cost")).then(share))
        units = pl.col(f"{block}_units")
        choice: Any = pl.when(pl.col(block) == 0).then(_cents(CHARGES[0]))
        for number, column in enumerate(CHARGES[1:], 1):
            choice = choice.when(pl.col(block) == number).then(_cents(column))
        found[f"charge_{block}"] = units * choice
        found[f"allowed_{block}"] = (units * unit).clip(upper_bound=(units * choice).fill_null(NO_CHARGE))
    return found


def _percent_of(amount: pl.Expr, percent: pl.Expr | int) -> pl.Expr:
    return (amount * percent + 50) // 100


def _amounts(law: Tables, block: str, left: pl.Expr) -> dict[str, pl.Expr]:
    """Deductible, coinsurance, Medicare's share, the assistant's reduction, sequestration."""
    allowed = pl.col(f"allowed_{block}")
    deductible = allowed.clip(upper_bound=left)
    patient = deductible + _percent_of(allowed - deductible, law.coinsurance)
    share = pl.when(pl.col("assisted") > 0).then(law.assistant_percent).otherwise(100)
    medicare = _percent_of(allowed - patient, share)
    return {
        f"deductible_{block}": deductible,
        f"patient_{block}": patient,
        f"medicare_{block}": medicare,
        f"after_{block}": medicare - _percent_of(medicare, law.sequestration),
    }


def _kx(law: Tables) -> pl.Expr:
    allowed = [
        pl.when(pl.col(f"{block}_units") > 0).then(f"allowed_{block}").fill_null(0) for block in BLOCKS
    ]
    limit = _at(law.threshold_cents, ("period", law.periods))
    above = _cents("patient.therapy_used") + allowed[0] + allowed[1] > limit
    return _known((pl.col("therapy") > 0) & above & pl.col("patient.kx_attested"))


_MODIFIERS = ((pl.col("therapy") * 3 + pl.col("assisted")) * 2 + pl.col("kx").cast(pl.Int32)) * 2
_KEPT = (
    pl.col("id").alias("session_id"),
    pl.col("patient.id").alias("patient_id"),
    pl.col("date_of_service"),
    pl.col("practitioner.npi").alias("practitioner_npi"),
    (_MODIFIERS + pl.col("audio").cast(pl.Int32)).alias("modifiers"),
    *(pl.col(name) for name in ("session", "grouped", "period", "place", "training", "patient.coverage")),
    *(pl.col(f"{block}{rest}") for block in BLOCKS for rest in ("", "_units")),
    *(
        pl.col(f"{name}_{block}")
        for block in BLOCKS
        for name in ("charge", "allowed", "patient", "medicare", "after")
    ),
)


def _flags(law: Tables) -> dict[str, pl.Expr]:
    date, coverage = pl.col("consent.date"), pl.col("patient.coverage")
    clock = pl.col("start_time").is_null() | pl.col("end_time").is_null()
    says = {
        "U101": pl.col("U101"),
        "U103": clock & pl.col("total").is_not_null(),
        "C101": pl.col("C101"),
        "D101": pl.col("patient.present"),
        "D106": pl.col("patient.present").is_null(),
        "D201": date.is_null() | pl.col("consent.by").is_null(),
        "D202": date > pl.col("date_of_service"),
        "S107": coverage != COVERAGES[0],
        "S116": coverage.is_null(),
        "T106": pl.col("modality").is_null(),
    }
    return {code: _known(says[code] & _at(law.in_force[code], ("period", law.periods))) for code in EDITS}


def _lines(kept: pl.DataFrame, law: Tables) -> pl.DataFrame:
    words = pl.Series(MODIFIERS, dtype=pl.Enum(list(dict.fromkeys(MODIFIERS))))
    codes, places = (pl.Series(each, dtype=pl.Enum(each)) for each in (CODES, law.places))
    earned = (pl.col("first_units") > 0) & pl.col("first").is_not_null()
    blocks = []
    for block in BLOCKS:
        mine = earned & (pl.col(f"{block}_units") > 0) & pl.col(block).is_not_null()
        blocks.append(
            kept.lazy()
            .filter(mine)
            .select(
                *_IDS,
                "practitioner_npi",
                _at(codes, (block, len(CODES))).alias("procedure_code"),
                pl.col(f"{block}_units").cast(pl.UInt16).alias("units"),
                _at(words, ("modifiers", len(MODIFIERS))).alias("modifiers"),
                _at(places, ("place", len(law.places))).alias("place_of_service"),
                pl.col(f"charge_{block}").cast(pl.Int64).alias("charge_cents"),
                pl.col(f"allowed_{block}").cast(pl.Int64).alias("allowed_cents"),
                pl.col(f"patient_{block}").cast(pl.Int64).alias("patient_cents"),
                pl.col(f"medicare_{block}").cast(pl.Int64).alias("medicare_cents"),
                pl.col(f"after_{block}").cast(pl.Int64).alias("medicare_after_sequestration_cents"),
            )
        )
    return pl.concat(pl.collect_all(blocks))


def _findings(kept: pl.DataFrame, law: Tables) -> pl.DataFrame:
    """One table from ten filters; texts are put together for the few rows that need them."""
    indexed = _indexed(kept)
    yes = {
        name: pl.when(pl.any_horizontal(pl.col(*columns).is_not_null()))
        .then(pl.lit("yes"))
        .otherwise(pl.lit("no"))
        for name, columns in {"given": CONSENT, "dated": ("consent.date",)}.items()
    }
    numbers = _at(pl.Series(CODES), ("first", len(CODES)))
    needed = _at(law.first_minutes, ("period", law.periods), ("first", len(CODES)))
    worded = {
        "first_code_minutes": needed.cast(pl.String),
        "primary_code": numbers,
        "training": _wording("training"),
        "coverage": _wording("patient.coverage"),
        "consent_given": yes["given"],
        "consent_dated": yes["dated"],
        "consent_author": _wording("consent.by"),
    }
    found = []
    for code in EDITS:
        rule = law.rules[code]
        names = _FIELD.findall(rule.message)
        message = (
            pl.format(_FIELD.sub("{}", rule.message), *(worded[name] for name in names))
            if names
            else pl.lit(rule.message)
        )
        where, _, rest = rule.place.partition(".")
        place = (
            pl.format("session.patients[{}]." + rest, "index") if where == "patient" else pl.lit(rule.place)
        )
        found.append(
            indexed.lazy()
            .filter(code)
            .select(
                *_IDS,
                code=pl.lit(code),
                name=pl.lit(rule.of),
                severity=pl.lit(str(rule.severity)),
                message=message,
                remedy=pl.lit(rule.remedy),
                place=place,
                owner=pl.lit(str(rule.owner)),
                prevents=pl.lit(rule.prevents, pl.String),
                cites=_at(
                    law.cites[code], ("period", law.periods), (pl.col("first").fill_null(0), len(CODES))
                ),
            )
        )
    return pl.concat(pl.collect_all(found))


def _wording(column: str) -> pl.Expr:
    return pl.col(column).str.replace_all("_", " ", literal=True).fill_null("not recorded")


def _indexed(kept: pl.DataFrame) -> pl.DataFrame:
    """The rows of which something is told, with each patient's place in its session."""
    told = kept.filter(pl.any_horizontal(EDITS))
    groups = told.filter("grouped")["session"].unique()
    mine = (
        kept.select("session", "patient_id", "grouped")
        .filter("grouped")
        .drop("grouped")
        .filter(pl.col("session").is_in(groups.implode()))
    )
    order = mine.with_columns(index=pl.int_range(pl.len()).over("session"))
    placed = told.join(order, on=["session", "patient_id"], how="left", maintain_order="left")
    return placed.with_columns(pl.col("index").fill_null(0))
