"""What runs on over time for a patient: training repeated, therapy spending of the year, certification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import polars as pl

from teachback.crossing.columns import dated, identified, marks_of, modifier_texts, numbered, unknown
from teachback.crossing.intervals import groups, ranked
from teachback.crossing.linelaw import Stretches, medicare, thresholds
from teachback.law import MEDICARE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from teachback.law import Law

    Array = NDArray[Any]

SPENDING_NEEDED: Final = ("patient_id", "date_of_service", "modifiers", "allowed_cents")
PLAN_NEEDED: Final = ("first_treatment", "certified", "certified_through", "date_of_service")
THERAPY: Final[Mapping[str, str]] = {"GP": "PT and SLP", "GN": "PT and SLP", "GO": "OT"}
"""The spending to which a therapy modifier adds (dossier 6.2)."""
SPENDING: Final[Mapping[str, str]] = {
    "therapy_group": "PT and SLP, or OT, by the therapy modifier; null without one, or with those of both",
    "used_before_cents": "known allowed cents of the patient, group and calendar year on lines before this one",
    "used_before_known": "these lines all have their allowed cents; if not, the sum is a least one",
    "threshold_cents": "the therapy threshold of the date; null where the law is silent",
    "passes_threshold": "used_before and this line's allowed cents pass it; null when unknown cents decide",
    "review_threshold_cents": "the threshold of medical review of the date",
    "passes_review_threshold": "used_before and this line's allowed cents pass that one",
    "kx": "KX stands on the line, of a therapy group or not",
}
"""The facts that ``threshold_clock`` adds, in their order, with their meaning."""
_AT: Final = "teachback_row"
CERTIFICATION: Final[Mapping[str, str]] = {
    "days_of_treatment": "days from the first treatment to the date of service",
    "days_to_certification": "days from the first treatment to the signature; negative when signed before",
    "certified_in_time": "signed within the days that the law gives from the first treatment; unsigned: null until they are over",
    "days_certified_left": "days from the date to the end of the certified interval; negative after it",
    "certification_over": "the date lies after the certified interval",
}
"""The facts that ``certification_clock`` adds, in their order, with their meaning."""


def repeats(patient: Array, skill: Array, day: Array, order: Array, has_reason: Array) -> Array:
    """For each row how many earlier sessions taught the patient's caregivers this skill without a new reason since.

    Sessions follow one another by ``day`` and then by ``order`` (clock time, or any number of the session);
    rows that agree in both are one session and get one answer. A reason to repeat, on any row of a session,
    justifies it and all before it: it has 0 repeats and the next one without a reason has 1, as the first
    session of all and the second do. Key 0 of patient or skill is unknown and has 0.
    """
    found = np.zeros(len(patient), dtype=np.int64)
    kept = np.flatnonzero((patient != 0) & (skill != 0))
    codes, count = groups(patient[kept], skill[kept])
    often = np.bincount(codes, minlength=count)[codes] > 1
    rows, codes = kept[often], codes[often]
    if not len(rows):
        return found
    at = ranked(codes, day[rows], order[rows])
    rows, codes = rows[at], codes[at]
    opens = np.ones(len(rows), dtype=np.bool_)
    opens[1:] = codes[1:] != codes[:-1]
    begins = opens.copy()
    for column in (day, order):
        sorted_column = column[rows]
        begins[1:] |= sorted_column[1:] != sorted_column[:-1]
    session = np.cumsum(begins) - 1
    heads = np.flatnonzero(begins)
    renewed = opens[heads] | np.logical_or.reduceat(has_reason[rows].astype(np.bool_), heads)
    numbers = np.arange(len(heads))
    since = np.maximum.accumulate(np.where(renewed, numbers, 0))
    found[rows] = (numbers - since)[session]
    return found


def threshold_clock(
    lines: pl.DataFrame | pl.LazyFrame, law: Law | None = None, payer: str = MEDICARE
) -> pl.DataFrame:
    """The lines as given with ``SPENDING``, sorted by ``line_id``: the year's therapy spending before each line.

    Lines follow one another by date and then by ``line_id``. Needs the columns of ``SPENDING_NEEDED``; what
    other practices were allowed is not in the book, so the true spending may be higher. Raises ``ValueError``
    as ``lines.line_facts`` does.
    """
    given = identified(lines, SPENDING_NEEDED)
    marks, meanings = numbered(modifier_texts(given), marks_of)
    groups_of = [{THERAPY[mark] for mark in found if mark in THERAPY} for found in meanings]
    group = pl.Series([found.pop() if len(found) == 1 else None for found in groups_of], dtype=pl.String)
    kx = pl.Series(["KX" in found for found in meanings], dtype=pl.Boolean)
    stretches, values = thresholds(medicare() if law is None else law, payer)
    days = given["date_of_service"].to_physical().fill_null(0).to_numpy()
    therapy, review = (pl.Series(column, dtype=pl.Int64) for column in zip(*values, strict=True))
    when = stretches.numbers(days)
    # The number of the rows is a column first: made inside the window it would begin anew for each patient.
    frame = given.with_columns(pl.int_range(pl.len()).alias(_AT)).select(
        allowed=pl.col("allowed_cents").cast(pl.Int64, strict=False),
        patient=pl.col(_AT).first().over("patient_id"),
        year=pl.col("date_of_service").dt.year().fill_null(0),
        known=pl.Series(~unknown(given, "patient_id", "date_of_service")),
        therapy_group=group.gather(marks),
        threshold_cents=therapy.gather(when),
        review_threshold_cents=review.gather(when),
        kx=kx.gather(marks),
    )
    own = frame["allowed"].fill_null(0)
    accrues = (frame["known"] & frame["therapy_group"].is_not_null()).to_numpy()
    of_group = frame["therapy_group"].rank("dense").fill_null(0).to_numpy()
    before, lacking = _before(
        np.flatnonzero(accrues),
        (frame["patient"].to_numpy(), of_group, frame["year"].to_numpy()),
        days,
        (own.to_numpy(), frame["allowed"].is_null().to_numpy().astype(np.int64)),
    )
    facts = (
        frame.with_columns(
            used_before_cents=pl.when(pl.lit(pl.Series(accrues))).then(pl.lit(pl.Series(before))),
            used_before_known=pl.when(pl.lit(pl.Series(accrues))).then(pl.lit(pl.Series(lacking == 0))),
        )
        .with_columns(
            sum=pl.col("used_before_cents") + own,
            sure=pl.col("used_before_known") & pl.col("allowed").is_not_null(),
        )
        .with_columns(
            passes_threshold=_passes("threshold_cents"),
            passes_review_threshold=_passes("review_threshold_cents"),
        )
    )
    return given.with_columns(facts.select(*SPENDING))


def _before(rows: Array, run: tuple[Array, ...], days: Array, values: tuple[Array, ...]) -> list[Array]:
    """For each of the rows the sum of each value over the rows of its run before it, by day and then place."""
    at = rows[ranked(*(column[rows] for column in run), days[rows])]
    opens = np.ones(len(at), dtype=np.bool_)
    opens[1:] = np.logical_or.reduce([column[at][1:] != column[at][:-1] for column in run])
    heads, number = np.flatnonzero(opens), np.cumsum(opens) - 1
    sums = []
    for value in values:
        total = np.cumsum(value[at]) - value[at]
        found = np.zeros(len(value), dtype=np.int64)
        found[at] = total - total[heads][number]
        sums.append(found)
    return sums


def _passes(limit: str) -> pl.Expr:
    passes = pl.col("sum") > pl.col(limit)
    return pl.when(passes | pl.col("sure")).then(passes)


def certification_clock(plans: pl.DataFrame, law: Law | None = None, payer: str = MEDICARE) -> pl.DataFrame:
    """The rows as given, in their order, with ``CERTIFICATION``.

    Needs the dates ``first_treatment``, ``certified``, ``certified_through`` and ``date_of_service``, any of
    them null. As ``rules.plan`` does, the certified interval ends as recorded, or else the days that the law
    of the date gives after the first treatment; without either its facts are null. Raises ``ValueError`` for
    a column that is absent or holds no dates.
    """
    plans = dated(plans, PLAN_NEEDED)
    book = medicare() if law is None else law
    names = ("first_certification_days", "certified_days")
    stretches = Stretches.of(book, names)
    values = [[book.on(day, payer).value(name) for day in stretches.days()] for name in names]
    when = stretches.numbers(plans["date_of_service"].to_physical().fill_null(0).to_numpy())
    grace, covered = (pl.Series(column, dtype=pl.Int64).gather(when) for column in values)
    day, first = pl.col("date_of_service"), pl.col("first_treatment")
    through = pl.coalesce("certified_through", first + pl.duration(days=pl.lit(covered))).cast(pl.Date)
    waited = (pl.col("certified") - first).dt.total_days()
    treated = (day - first).dt.total_days()
    return plans.with_columns(
        days_of_treatment=treated,
        days_to_certification=waited,
        certified_in_time=pl.when(waited.is_not_null())
        .then(waited <= grace)
        .when(treated > grace)
        .then(statement=False),
        days_certified_left=(through - day).dt.total_days(),
        certification_over=day > through,
    )
