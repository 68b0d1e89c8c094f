"""The second walk: each unit of a part gets a mark for each pattern that it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from teachback.audit import linefacts
from teachback.audit.codes import FAMILIES, GROUP_FIRST_CODES
from teachback.audit.units import DAY
from teachback.rules.book import rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from teachback.audit.source import Book
    from teachback.audit.survey import Survey
    from teachback.audit.thresholds import Catalog, Pattern
    from teachback.audit.units import Units

_FROM_SESSIONS = {"same-minutes", "impossible-day", "same-skill-repeat", "kx-always", "late-signature"}
_FROM_CLAIMS = {"impossible-day", "kx-always"}
_NEEDS = {
    "same-minutes": "the minutes of each session",
    "same-skill-repeat": "caregivers, topics and the reason for a repeat",
    "late-signature": "the date on which the note was signed",
}
_SESSION_FACTS = "the session record"


def not_judged(book: Book, catalog: Catalog, survey: Survey) -> dict[str, str]:
    """Pattern id to what is missing, for the patterns that this input cannot show."""
    made = {rule.code for rules in rulebook().edits.values() for rule in rules}
    missing = {}
    for pattern in catalog.patterns:
        if pattern.unjudged:
            missing[pattern.id] = (
                f"It takes {pattern.unjudged}, which neither a batch result nor claims hold."
            )
        elif book.kind == "batch":
            if text := _missing_in_batch(pattern, made):
                missing[pattern.id] = text
        elif text := _missing_in_claims(pattern, survey):
            missing[pattern.id] = text
    return missing


def _missing_in_batch(pattern: Pattern, made: set[str]) -> str:
    if pattern.id in _FROM_SESSIONS or linefacts.judged(pattern.lines):
        return ""
    if pattern.findings:
        if made.intersection(pattern.findings):
            return ""
        return f"No rule looks for it yet (finding {', '.join(pattern.findings)})."
    return "It takes claims that hold the patients' other services too: audit a claims file as well."


def _missing_in_claims(pattern: Pattern, survey: Survey) -> str:
    if pattern.id in _FROM_CLAIMS or linefacts.judged(pattern.lines):
        return ""
    if pattern.needs_claims in {"visits", "other services"} and not survey.other_services:
        return "The claims hold caregiver training only; it takes the patients' other service lines."
    if pattern.needs_claims:
        return ""
    if pattern.lines:
        return f"The line facts {', '.join(pattern.lines)} cannot be told."
    needs = _NEEDS.get(pattern.id, _SESSION_FACTS)
    return f"Claims do not hold {needs}; run teachback batch over the sessions and audit its result."


def column(pattern_id: str) -> str:
    """The name of a pattern's mark among the columns of the units."""
    return f"is:{pattern_id}"


def marked(
    book: Book, catalog: Catalog, survey: Survey, units: Units, skipped: Mapping[str, str]
) -> pl.DataFrame:
    """The units with one Boolean column for each pattern that can be judged."""
    frame = units.units
    judged = [pattern for pattern in catalog.patterns if pattern.id not in skipped]
    lines = units.lines
    if any(linefacts.judged(pattern.lines) for pattern in judged):
        lines = linefacts.with_line_facts(_together(lines, frame) if book.kind == "batch" else lines)
    marks = {}
    for pattern in judged:
        numbers = [_by_findings(pattern, units.findings), _by_lines(pattern, lines)]
        numbers.append(_by_own_test(book, pattern, survey, frame, lines))
        found = [series for series in numbers if series is not None and series.len()]
        if found:
            marks[pattern.id] = pl.concat(found).unique()
    size = frame.height
    columns = []
    for pattern in judged:
        mark = pl.Series(column(pattern.id), [False], dtype=pl.Boolean).new_from_index(0, size)
        if pattern.id in marks:
            mark = mark.scatter(marks[pattern.id], values=True)
        columns.append(mark)
    return frame.with_columns(columns)


def _together(lines: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """The lines of patient, practitioner and date that several sessions claim.

    Within one session the batch's own findings have judged the lines already.
    """
    claimed = units.filter(pl.col("units") > 0)
    several = claimed.group_by(DAY).len().filter(pl.col("len") > 1)
    return lines.join(several, on=DAY, how="semi", maintain_order="left")


def _by_findings(pattern: Pattern, findings: pl.DataFrame) -> pl.Series | None:
    if not pattern.findings:
        return None
    return findings.filter(pl.col("code").is_in(pattern.findings))["u"]


def _by_lines(pattern: Pattern, lines: pl.DataFrame) -> pl.Series | None:
    names = linefacts.judged(pattern.lines)
    if not names:
        return None
    training = pl.col("procedure_code").is_in(list(FAMILIES))
    return lines.filter(pl.any_horizontal(names) & training)["u"]


def _by_own_test(
    book: Book, pattern: Pattern, survey: Survey, units: pl.DataFrame, lines: pl.DataFrame
) -> pl.Series | None:
    """Patterns that have a test of their own."""
    if pattern.id == "impossible-day":
        return _among(units, survey.long_days, "practitioner_npi", "date_of_service")
    if pattern.id == "kx-always":
        return _kx_from_first(units, pattern)
    if book.kind == "claims":
        return _claims_test(pattern, survey, units, lines)
    if pattern.id == "same-minutes":
        keys = ("practitioner_npi", "family", "individual", "minutes")
        return _among(units, survey.same_minutes, *keys)
    if pattern.id == "same-skill-repeat":
        return units.filter(pl.col("repeats") + 1 >= pattern.value("sessions"))["u"]
    if pattern.id == "late-signature":
        return units.filter(pl.col("signed_days") > pattern.value("days"))["u"]
    return None


def _claims_test(
    pattern: Pattern, survey: Survey, units: pl.DataFrame, lines: pl.DataFrame
) -> pl.Series | None:
    if pattern.id == "group-one-patient":
        keys = ("practitioner_npi", "date_of_service", "procedure_code")
        return _among(lines, survey.lone_groups, *keys)
    if pattern.id == "group-caregiver-count":
        group = pl.col("procedure_code").is_in(GROUP_FIRST_CODES)
        return lines.filter(group & (pl.col("units") > 1))["u"]
    if pattern.id == "cts-every-visit":
        return _most_visits(units, lines, pattern)
    if pattern.id == "no-patient-treatment":
        return _alone(units, lines, int(pattern.value("days")), survey)
    if pattern.id == "high-share-biller":
        return _among(units, survey.high_share, "practitioner_npi")
    return None


def _among(frame: pl.DataFrame, told: pl.DataFrame, *keys: str) -> pl.Series | None:
    if told.is_empty():
        return None
    return frame.join(told.select(keys).unique(), on=keys, how="semi")["u"]


def _kx_from_first(units: pl.DataFrame, pattern: Pattern) -> pl.Series:
    by = (pl.col("patient_id"), pl.col("practitioner_npi"), pl.col("date_of_service").dt.year().alias("year"))
    claimed = units.filter(pl.col("units") > 0)
    groups = claimed.group_by(by).agg(pl.col("kx").all(), pl.len().alias("n"), pl.col("u"))
    told = groups.filter(pl.col("kx") & (pl.col("n") >= pattern.value("sessions")))
    return told.select("u").explode("u")["u"]


def _most_visits(units: pl.DataFrame, lines: pl.DataFrame, pattern: Pattern) -> pl.Series:
    """Training days of patients whose treatment days mostly have training too."""
    by = ("patient_id", "practitioner_npi")
    other = pl.col("training").is_null()
    days = lines.group_by(*by, "date_of_service").agg(
        other.any().alias("treated"), (~other).any().alias("trained")
    )
    people = (
        days.filter("treated")
        .group_by(by)
        .agg(pl.len().alias("visits"), pl.col("trained").sum().alias("with_training"))
    )
    share = pl.col("with_training") / pl.col("visits")
    told = people.filter((pl.col("visits") >= pattern.value("visits")) & (share > pattern.value("share")))
    both = days.filter(pl.col("treated") & pl.col("trained")).join(told, on=by, how="semi")
    return units.join(both, on=(*by, "date_of_service"), how="semi")["u"]


def _alone(units: pl.DataFrame, lines: pl.DataFrame, days: int, survey: Survey) -> pl.Series:
    """Training with no other service of the patient near it; near the file's ends nothing is told."""
    others = (
        lines.filter(pl.col("training").is_null())
        .select("patient_id", "date_of_service", other_date="date_of_service")
        .unique()
        .sort("date_of_service")
    )
    near = (
        units.select("u", "patient_id", "date_of_service")
        .sort("date_of_service")
        .join_asof(
            others,
            on="date_of_service",
            by="patient_id",
            strategy="nearest",
            tolerance=f"{days}d",
            check_sortedness=False,
        )
    )
    inside = (pl.col("date_of_service") >= pl.lit(survey.first).dt.offset_by(f"{days}d")) & (
        pl.col("date_of_service") <= pl.lit(survey.last).dt.offset_by(f"-{days}d")
    )
    return near.filter(pl.col("other_date").is_null() & inside)["u"]
