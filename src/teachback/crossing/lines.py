"""What other service lines say about a line of a claim: units of a day, duplicates, partners, add-ons.

One row for each service line of final claims (a line that was denied and sent anew stands once). Facts about
the patient's date need its patient and date, facts about the visit its practitioner too, most need its
code; without them a fact is null. Codes and modifiers may be written in lower case or with blanks around;
identifiers are compared as written, and an empty one is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from teachback.crossing.columns import identified, marks_of, modifier_texts, numbered, unknown
from teachback.crossing.intervals import groups
from teachback.crossing.linelaw import NONE, LineLaw, medicare
from teachback.law import MEDICARE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from teachback.law import Law

    Array = NDArray[Any]

NEEDED: Final = ("patient_id", "practitioner_npi", "date_of_service", "procedure_code")
OPTIONAL: Final = {"modifiers": pl.String, "units": pl.Int64, "place_of_service": pl.String}
SEPARATE: Final = frozenset({"59", "XE", "XP", "XS", "XU"})
"""Modifiers that say a service was truly separate (dossier 8.3)."""
REPEATED: Final = frozenset({"76", "77"})
"""Modifiers that say a service was done again; with one of these or of ``SEPARATE`` a line is no duplicate."""
FACTS: Final[Mapping[str, str]] = {
    "code": "the procedure code in capitals without blanks; null when none is written",
    "family": "function, behavior or direct_care by the code, whatever the date; other for any other code",
    "same_day_units": "known units of the code for the patient, practitioner and date; null when none is known",
    "unit_limit": "medically unlikely edit of the code on the date; null where the law has none",
    "limit_kind": "adjudication indicator of that edit: 2 is absolute (U104), 3 may be exceeded (U105)",
    "over_unit_limit": "same_day_units pass the limit; null when units of the day that are not known decide it",
    "line_over_unit_limit": "the line's own units pass the limit",
    "primary_lines_same_day": "lines of this primary code for the patient, practitioner and date; 0 on others",
    "primary_twice": "two lines or two units of the primary code for patient, practitioner and date (C112)",
    "duplicate": "another line has its patient, practitioner, date, code, units, place and modifiers (C115)",
    "duplicate_of": "the line_id of the first of these lines; null on the first itself and on all others",
    "addon_without_primary": "an add-on without its primary by the practitioner on the date (C104), not C105",
    "addon_wrong_primary": "an add-on whose only primaries there are of other families (C105)",
    "ncci_pair": "the code that makes a pair with this line for patient, practitioner and date; null: no pair",
    "ncci_column": "the column of the pair in which this line's own code stands, 1 or 2",
    "ncci_indicator": "modifier indicator of the pair: 0 (N101) or 1 (N102, unless ncci_separate)",
    "ncci_separate": "a modifier that tells it apart stands on the pair's column two",
    "separate_modifier": "59, XE, XP, XS or XU stands on the line",
    "treatment_same_day": "another line of the patient's date, by anybody, is not of a training code",
    "treatment_same_visit": "another line of patient, practitioner and date is not of a training code",
    "several_families_same_day": "an individual code, and one of another family on the patient's date (C109)",
    "individual_and_group_same_day": "a training code, and both kinds stand on the patient's date (C110)",
    "group_lines": "lines of this group code by the practitioner on the date at the place; 0 on others",
    "group_units": "known units of these lines",
    "group_patients": "patients of these lines: the group as far as the book shows it",
}
"""The facts that ``line_facts`` adds, in their order, with their meaning."""
_PAIR: Final = {"stretch": pl.Int64, "one": pl.Int64, "two": pl.Int64, "indicator": pl.String}


def line_facts(
    lines: pl.DataFrame | pl.LazyFrame, law: Law | None = None, payer: str = MEDICARE
) -> pl.DataFrame:
    """The lines as given with ``FACTS``, sorted by ``line_id``; where it is absent, lines are counted from 0.

    Needs the columns of ``NEEDED``; reads ``modifiers`` (text joined by ";" or a list), ``units`` and
    ``place_of_service`` where present. Raises ``ValueError`` for a column that is absent or of a wrong kind
    and for a ``line_id`` that is empty or given twice.
    """
    given = identified(lines, NEEDED)
    law = medicare() if law is None else law
    sheet = _Sheet.of(given, law, payer)
    facts: dict[str, pl.Series] = {}
    for part in (_codes, _units, _duplicates, _addons, _pairs, _day, _group):
        facts |= part(sheet)
    return given.with_columns(facts[name].alias(name) for name in FACTS)


@dataclass(frozen=True, slots=True, eq=False)
class _Sheet:
    """Columns of the lines as arrays: a group is named by the row number of one of its lines."""

    frame: pl.DataFrame
    law: LineLaw
    days: Array
    code: Array
    codes: list[str | None]
    units: Array
    units_known: Array
    marks: Array
    modifiers: list[frozenset[str]]
    day: Array
    visit: Array
    service: Array
    code_known: Array
    day_known: Array
    visit_known: Array

    @classmethod
    def of(cls, given: pl.DataFrame, law: Law, payer: str) -> _Sheet:
        texts = modifier_texts(given)
        frame = given.select(
            "line_id",
            *NEEDED,
            *(
                pl.col(name).cast(kind, strict=False)
                if name in given.columns
                else pl.lit(None, dtype=kind).alias(name)
                for name, kind in OPTIONAL.items()
                if name != "modifiers"
            ),
            row=pl.int_range(pl.len(), dtype=pl.Int64),
        )
        code, codes = numbered(
            frame["procedure_code"].cast(pl.String), lambda code: (code or "").strip().upper() or None
        )
        marks, modifiers = numbered(texts, marks_of)
        first = pl.col("row").first()
        frame = frame.with_columns(day=first.over("patient_id", "date_of_service"))
        frame = frame.with_columns(visit=first.over("day", "practitioner_npi"))
        day, visit = frame["day"].to_numpy(), frame["visit"].to_numpy()
        known = np.array([found is not None for found in codes], dtype=np.bool_)
        day_known = ~unknown(frame, "patient_id", "date_of_service")
        return cls(
            frame=frame,
            law=LineLaw.of(law, payer, codes),
            days=frame["date_of_service"].to_physical().fill_null(0).to_numpy(),
            code=code,
            codes=codes,
            units=frame["units"].fill_null(0).to_numpy(),
            units_known=frame["units"].is_not_null().to_numpy(),
            marks=marks,
            modifiers=modifiers,
            day=day,
            visit=visit,
            service=groups(visit, code)[0],
            code_known=known[code],
            day_known=day_known,
            visit_known=day_known & ~unknown(frame, "practitioner_npi"),
        )

    def __len__(self) -> int:
        return len(self.code)

    def added(self, group: Array, values: Array) -> Array:
        """For each line the sum of the values of its group's lines."""
        total = np.zeros(len(self), dtype=np.int64)
        np.add.at(total, group, values.astype(np.int64, copy=False))
        return total[group]

    def gathered(self, group: Array, bits: Array) -> Array:
        """For each line the bits of all lines of its group."""
        total = np.zeros(len(self), dtype=np.uint64)
        np.bitwise_or.at(total, group, bits)
        return total[group]


def _when(known: Array, values: Array | pl.Series) -> pl.Series:
    """The values where known, else null."""
    frame = pl.DataFrame({"values": values, "known": known})
    return frame.select(pl.when("known").then("values")).to_series()


def _codes(sheet: _Sheet) -> dict[str, pl.Series]:
    written = pl.Series(sheet.codes, dtype=pl.String)
    families = pl.Series(sheet.law.families, dtype=pl.String)
    separate = np.array([bool(marks & SEPARATE) for marks in sheet.modifiers], dtype=np.bool_)
    return {
        "code": written.gather(sheet.code),
        "family": families.gather(sheet.code),
        "separate_modifier": pl.Series(separate[sheet.marks]),
    }


def _units(sheet: _Sheet) -> dict[str, pl.Series]:
    """Units of the day against the limit of the date, and the primary that stands twice."""
    service = sheet.service
    units = sheet.added(service, sheet.units)
    some = sheet.added(service, sheet.units_known)
    lines = sheet.added(service, np.ones(len(sheet), dtype=np.int64))
    sure = some == lines
    limit, kind = sheet.law.limits(sheet.days, sheet.code)
    known = sheet.visit_known & sheet.code_known
    limited = known & (limit != NONE)
    over = units > limit
    own = (sheet.law.training & ~sheet.law.addon)[sheet.code]
    twice = own & ((lines > 1) | (units > 1))
    return {
        "same_day_units": _when(known & (some > 0), units),
        "unit_limit": _when(limit != NONE, limit),
        "limit_kind": _when(kind != NONE, kind),
        "over_unit_limit": _when(limited & (over | sure), over),
        "line_over_unit_limit": _when((limit != NONE) & sheet.units_known, sheet.units > limit),
        "primary_lines_same_day": _when(known, np.where(own, lines, 0)),
        "primary_twice": _when(known & (twice | sure | ~own), twice),
    }


def _duplicates(sheet: _Sheet) -> dict[str, pl.Series]:
    apart = np.array([bool(marks & (SEPARATE | REPEATED)) for marks in sheet.modifiers], dtype=np.bool_)
    known = sheet.visit_known & sheet.code_known
    place, _ = numbered(sheet.frame["place_of_service"], lambda place: (place or "").strip())
    rows = np.flatnonzero(known & ~apart[sheet.marks])
    parts = (sheet.service, sheet.marks, place, sheet.units, sheet.units_known)
    same, count = groups(*(part[rows] for part in parts))
    first = np.empty(count, dtype=np.int64)
    first[same[::-1]] = rows[::-1]
    again = np.bincount(same, minlength=count)[same] > 1
    duplicate = np.zeros(len(sheet), dtype=np.bool_)
    duplicate[rows[again]] = True
    of = np.arange(len(sheet))
    of[rows] = first[same]
    return {
        "duplicate": _when(known, duplicate),
        "duplicate_of": _when(of != np.arange(len(sheet)), sheet.frame["line_id"].gather(of)),
    }


def _addons(sheet: _Sheet) -> dict[str, pl.Series]:
    law, code = sheet.law, sheet.code
    present = sheet.gathered(sheet.visit, law.bits[code])
    lacking = law.addon[code] & ((present & law.own_primary[code]) == 0)
    home, all_primaries = law.family_primaries[code], law.all_primaries
    wrong = lacking & ((present & home) == 0) & ((present & all_primaries) != 0)
    known = sheet.visit_known & sheet.code_known
    return {
        "addon_without_primary": _when(known, lacking & ~wrong),
        "addon_wrong_primary": _when(known, wrong),
    }


def _pairs(sheet: _Sheet) -> dict[str, pl.Series]:
    """The one pair of each line that matters most: not told apart, then indicator 0, then the lowest partner."""
    stretches, pairs = sheet.law.pairs()
    table = pl.DataFrame(pairs, ["stretch", "one", "two", "indicator"], orient="row", schema_overrides=_PAIR)
    concerned = np.zeros(len(sheet.codes), dtype=np.bool_)
    concerned[[code for _, one, two, _ in pairs for code in (one, two)]] = True
    rows = np.flatnonzero(sheet.visit_known & concerned[sheet.code])
    separate = np.array([bool(marks & SEPARATE) for marks in sheet.modifiers], dtype=np.bool_)
    lines = pl.DataFrame(
        {
            "row": rows,
            "visit": sheet.visit[rows],
            "code": sheet.code[rows],
            "stretch": stretches.numbers(sheet.days[rows]),
            "separate": separate[sheet.marks[rows]],
        }
    )
    met = (
        lines.drop("separate")
        .join(table, left_on=["stretch", "code"], right_on=["stretch", "one"])
        .join(lines.drop("stretch"), left_on=["visit", "two"], right_on=["visit", "code"], suffix="_two")
    )
    sides = pl.concat(
        met.select(
            pl.col(row).alias("row"),
            pl.col(partner).alias("partner"),
            pl.lit(column, dtype=pl.UInt8).alias("column"),
            "indicator",
            "separate",
        )
        for row, partner, column in (("row", "two", 1), ("row_two", "code", 2))
    )
    codes = pl.Series(sheet.codes, dtype=pl.String)
    best = (
        sides.with_columns(partner=codes.gather(sides["partner"]))
        .sort("separate", "indicator", "partner", "column")
        .unique("row", keep="first", maintain_order=True)
    )
    whole = pl.DataFrame({"row": np.arange(len(sheet))}).join(
        best, on="row", how="left", maintain_order="left"
    )
    return {
        "ncci_pair": whole["partner"],
        "ncci_column": whole["column"],
        "ncci_indicator": whole["indicator"],
        "ncci_separate": whole["separate"],
    }


def _day(sheet: _Sheet) -> dict[str, pl.Series]:
    """What else stands on the patient's date."""
    law, code = sheet.law, sheet.code
    treats = sheet.code_known & ~law.training[code]
    by_anybody = sheet.added(sheet.day, treats) - treats
    by_the_same = sheet.added(sheet.visit, treats) - treats
    present = sheet.gathered(sheet.day, law.bits[code])
    individual = [(present & codes) != 0 for codes in law.individual_sets]
    several = sum(found.astype(np.int64) for found in individual) > 1
    both = np.logical_or.reduce(individual) & ((present & law.group_set) != 0)
    training = law.training[code]
    known = sheet.day_known & sheet.code_known
    return {
        "treatment_same_day": _when(sheet.day_known, by_anybody > 0),
        "treatment_same_visit": _when(sheet.visit_known, by_the_same > 0),
        "several_families_same_day": _when(known, several & training & ~law.grouped[code]),
        "individual_and_group_same_day": _when(known, both & training),
    }


def _group(sheet: _Sheet) -> dict[str, pl.Series]:
    """Lines, units and patients of a group code by one practitioner at one place on one date."""
    law, code = sheet.law, sheet.code
    known = ~unknown(sheet.frame, "practitioner_npi", "date_of_service") & sheet.code_known
    rows = np.flatnonzero(known & (law.grouped & ~law.addon)[code])
    key = ("practitioner_npi", "date_of_service", "code", "place")
    together = (
        sheet.frame[rows]
        .with_columns(
            code=pl.Series(code[rows]), place=pl.col("place_of_service").fill_null("").str.strip_chars()
        )
        .select(
            "row",
            group_lines=pl.len().over(key).cast(pl.Int64),
            group_units=pl.col("units").sum().over(key),
            group_patients=pl.col("patient_id").drop_nulls().n_unique().over(key).cast(pl.Int64),
        )
    )
    whole = pl.DataFrame({"row": np.arange(len(sheet)), "known": known}).join(
        together, on="row", how="left", maintain_order="left"
    )
    names = ("group_lines", "group_units", "group_patients")
    found = whole.select(pl.when("known").then(pl.col(names).fill_null(0)))
    return {name: found[name] for name in names}
