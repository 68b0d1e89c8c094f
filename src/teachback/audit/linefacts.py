"""The facts of service lines that patterns read, from the one module that knows them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import polars as pl

from teachback.crossing.linelaw import medicare
from teachback.crossing.lines import line_facts

if TYPE_CHECKING:
    from collections.abc import Iterable

PROVIDED = (
    "duplicate",
    "addon_without_primary",
    "addon_wrong_primary",
    "primary_twice",
    "over_unit_limit",
    "ncci_pair",
    "modifier_fault",
    "separate_without_pair",
    "telehealth_unlisted",
)
_NEVER: Final = ("26", "TC", "50", "25")
_TELEHEALTH_MARKS: Final = ("93", "95")


def judged(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the facts that can be told."""
    return tuple(name for name in names if name in PROVIDED)


def with_line_facts(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines with a Boolean column for each provided fact; a fact that is not known is not held against them.

    Units above an absolute limit are the pattern of the first code billed twice, not of the day's limit; a
    pair that a modifier tells apart is none.
    """
    absolute = 2
    facts = line_facts(lines)
    facts = facts.with_columns(
        modifier_fault=_modifier_fault(facts),
        separate_without_pair=pl.col("separate_modifier") & pl.col("ncci_pair").is_null(),
        telehealth_unlisted=_telehealth_unlisted(facts),
    )
    return facts.with_columns(
        *(pl.col(name).fill_null(value=False) for name in PROVIDED[:4]),
        over_unit_limit=pl.col("over_unit_limit").fill_null(value=False) & (pl.col("limit_kind") != absolute),
        ncci_pair=pl.col("ncci_pair").is_not_null() & ~pl.col("ncci_separate").fill_null(value=False),
    )


def _marked(*modifiers: str) -> pl.Expr:
    return pl.col("modifiers").str.contains(rf"(?:^|;)(?:{'|'.join(modifiers)})(?:;|$)")


def _modifier_fault(facts: pl.DataFrame) -> pl.Expr:
    """A modifier that never fits the line, or a therapist's line without its own (C111, M101, M102, M103, M108).

    A kind of practitioner that is not known is not held against a line. A nonphysician may work under a
    therapy plan, so a therapy modifier of theirs is a fault on behavior training only.
    """
    statute = medicare().on(date(2026, 12, 31), "medicare")
    of_kind = dict(statute.value("therapist_modifier"))
    assistants = dict(statute.value("assistant_modifiers"))
    therapy = sorted({*of_kind.values(), *statute.value("discipline_modifier").values()})
    count = pl.sum_horizontal(_marked(name).cast(pl.Int8) for name in therapy)
    behavior = pl.col("family") == "behavior"
    fault = _marked(*_NEVER) | (count > 1) | (behavior & (count > 0))
    for owner, assistant in assistants.items():
        fault |= _marked(assistant) & ~_marked(owner)
    if "practitioner_kind" in facts.columns:
        own = pl.col("practitioner_kind").replace_strict(of_kind, default=None, return_dtype=pl.String)
        for kind, name in of_kind.items():
            fault |= (own == name) & (pl.col("practitioner_kind") == kind) & ~behavior & ~_marked(name)
    return fault.fill_null(value=False)


def _telehealth_unlisted(facts: pl.DataFrame) -> pl.Series:
    """A telehealth place or modifier on a date on which the codes were not on Medicare's telehealth list (T101)."""
    law = medicare()
    if facts.is_empty():
        return pl.Series([], dtype=pl.Boolean)
    days = facts["date_of_service"].unique()
    listed = {day: law.on(day, "medicare").value("on_telehealth_list") for day in days if day is not None}
    places = list(law.on(date(2026, 1, 1), "medicare").value("telehealth_places"))
    place = (
        pl.col("place_of_service").is_in(places)
        if "place_of_service" in facts.columns
        else pl.lit(value=False)
    )
    off = pl.col("date_of_service").is_in([day for day, on in listed.items() if on is False])
    return facts.select(((place | _marked(*_TELEHEALTH_MARKS)) & off).fill_null(value=False)).to_series()
