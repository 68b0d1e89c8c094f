"""The tables of the report in one neutral shape, for the page, the workbook and the JSON alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from teachback.audit.codes import FAMILY_NAMES
from teachback.audit.measures import measure
from teachback.audit.report import practitioner_rows
from teachback.audit.risk import NO_FINDING, OTHER_FINDINGS
from teachback.audit.rowfiles import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from teachback.audit.report import Report
    from teachback.audit.thresholds import Pattern

TEXT, COUNT, MONEY, SHARE, DATE, NUMBER = "text", "count", "money", "share", "date", "number"


@dataclass(slots=True)
class Table:
    """A table: columns as (key, heading, kind), rows of raw values, and the rows behind each of them."""

    id: str
    caption: str
    columns: tuple[tuple[str, str, str], ...]
    rows: list[list[Any]] = field(default_factory=list)
    behind: list[Rows | None] = field(default_factory=list)
    note: str = ""
    total: list[Any] | None = None

    def add(self, values: Sequence[Any], behind: Rows | None = None) -> None:
        """Add a row."""
        self.rows.append(list(values))
        self.behind.append(behind)

    def records(self) -> list[dict[str, Any]]:
        """The rows by the columns' keys, dates as text: for JSON."""
        keys = [key for key, _, _ in self.columns]
        return [
            dict(zip(keys, (v.isoformat() if hasattr(v, "isoformat") else v for v in row), strict=True))
            for row in self.rows
        ]


@dataclass(slots=True)
class Found:
    """One judged pattern with its figures; money in cents. ``evidence`` tells who, and by how much."""

    pattern: Pattern
    units: int
    patients: int
    practitioners: int
    allowed_cents: int
    once_cents: int
    held_cents: int
    stopped_cents: int
    evidence: Table
    rows: Rows


def found_patterns(report: Report) -> list[Found]:
    """All judged patterns, those with most money (counted once) first."""
    sums, people = report.risk.by_pattern.total(), report.risk.patients.total()
    result = []
    for pattern in report.catalog.patterns:
        if pattern.id in report.skipped:
            continue
        rows = sums.filter(pl.col("pattern") == pattern.id) if sums.width else sums
        patients = people.filter(pl.col("pattern") == pattern.id)["patients"].sum() if people.width else 0
        money = [
            int(rows[name].sum()) if rows.width else 0
            for name in ("units", "allowed_cents", "once_cents", "held_cents", "stopped_cents")
        ]
        units, allowed, once, held, stopped = money
        who = rows["practitioner_npi"].n_unique() if rows.width else 0
        evidence, behind = _evidence(report, pattern, rows), report.files.rows(pattern.id)
        result.append(
            Found(pattern, units, int(patients), who, allowed, once, held, stopped, evidence, behind)
        )
    return sorted(result, key=lambda f: (-f.once_cents, -f.allowed_cents, f.pattern.severity.rank, -f.units))


def _evidence(report: Report, pattern: Pattern, rows: pl.DataFrame) -> Table:
    few = int(report.catalog.setting("page", "evidence_rows"))
    if pattern.id == "same-minutes":
        return _minutes_evidence(report, few)
    if pattern.id == "impossible-day":
        table = Table(
            "days",
            "The longest days",
            (("npi", "NPI", TEXT), ("date", "Date", DATE), ("minutes", "Minutes", COUNT)),
        )
        for row in report.survey.long_days.head(few).iter_rows(named=True):
            table.add([row["practitioner_npi"], row["date_of_service"], row["minutes"]])
        table.note = _more(report.survey.long_days.height, few, "practitioner-days")
        return table
    unit = report.book.unit[1].capitalize()
    columns = (
        ("npi", "NPI", TEXT),
        ("kind", "Kind", TEXT),
        ("units", unit, COUNT),
        ("allowed_cents", "Allowed, all it touches", MONEY),
        ("once_cents", "Allowed, counted once", MONEY),
    )
    table = Table("who", "Practitioners with most of it", columns)
    if rows.width:
        ordered = rows.sort("units", "allowed_cents", "practitioner_npi", descending=[True, True, False])
        for row in ordered.head(few).iter_rows(named=True):
            table.add(
                [
                    row["practitioner_npi"],
                    row["practitioner_kind"],
                    row["units"],
                    row["allowed_cents"],
                    row["once_cents"],
                ]
            )
        table.note = _more(rows.height, few, "practitioners")
    return table


def _minutes_evidence(report: Report, few: int) -> Table:
    table = Table(
        "minutes",
        "How the minutes are spread",
        (
            ("npi", "NPI", TEXT),
            ("family", "Family", TEXT),
            ("sessions", "Sessions", COUNT),
            ("most_common", "Most common minutes", COUNT),
            ("equal", "Sessions with them", SHARE),
            ("at_threshold", "Exactly at a threshold", SHARE),
        ),
    )
    spread = report.survey.minutes_spread
    if spread.width:
        told = spread.filter(pl.col("told_equal") | pl.col("told_cluster")).sort(
            "sessions", "practitioner_npi", descending=[True, False]
        )
        for row in told.head(few).iter_rows(named=True):
            count = row["sessions"]
            family = FAMILY_NAMES.get(row["family"], row["family"])
            equal, at_step = row["equal"] / count, row["at_threshold"] / count
            table.add([row["practitioner_npi"], family, count, row["most_common"], equal, at_step])
        table.note = _more(told.height, few, "practitioners and families")
    return table


def _more(total: int, shown: int, what: str) -> str:
    return f"{shown} of {total:,} {what} are shown." if total > shown else ""


def money_by_pattern(report: Report, found: Sequence[Found]) -> Table:
    """Money at risk by pattern; the last row is what findings outside the patterns add."""
    table = Table(
        "by-pattern",
        "Money at risk by pattern",
        (
            ("pattern", "Pattern", TEXT),
            ("severity", "Severity", TEXT),
            ("units", report.book.unit[1].capitalize(), COUNT),
            ("allowed_cents", "Allowed, all it touches", MONEY),
            ("once_cents", "Allowed, counted once", MONEY),
        ),
    )
    few = int(report.catalog.setting("page", "small_rows"))
    for entry in found:
        if entry.units:
            values = [
                entry.pattern.title,
                entry.pattern.severity.value,
                entry.units,
                entry.allowed_cents,
                entry.once_cents,
            ]
            table.add(values, Rows(entry.rows.frame.head(few), entry.rows.total, entry.rows.file))
    sums = report.risk.by_pattern.total()
    if sums.width:
        rest = sums.filter(pl.col("pattern") == OTHER_FINDINGS)
        if rest.height:
            cents = int(rest["allowed_cents"].sum())
            rows = report.files.rows("other-findings")
            behind = Rows(rows.frame.head(few), rows.total, rows.file)
            table.add(
                ["Other findings of the rules, in no pattern", "", int(rest["units"].sum()), cents, cents],
                behind,
            )
    table.total = ["Money at risk, each dollar once", "", None, None, report.at_risk_cents]
    return table


def money_by_finding(report: Report) -> Table:
    """Findings by code, the heaviest money first; empty for claims."""
    table = Table(
        "findings",
        "Findings of the rules",
        (
            ("code", "Code", TEXT),
            ("name", "Finding", TEXT),
            ("severity", "Severity", TEXT),
            ("findings", "Findings", COUNT),
            ("units", "Sessions", COUNT),
            ("allowed_cents", "Allowed, all it touches", MONEY),
            ("once_cents", "Allowed, counted once", MONEY),
        ),
    )
    sums = report.risk.by_finding.total()
    if not sums.width or report.book.kind == "claims":
        return table
    order = sums.sort("once_cents", "allowed_cents", "findings", "code", descending=[True, True, True, False])
    for row in order.iter_rows(named=True):
        values = [row[key] for key, _, _ in table.columns]
        behind = None
        if row["code"] != NO_FINDING:
            kept = report.risk.finding_rows.of(code=row["code"], severity=row["severity"])
            behind = Rows(kept, row["units"], f"findings/ of the batch result, code {row['code']}")
        table.add(values, behind)
    table.total = ["", "Money at risk, each dollar once", "", None, None, None, report.at_risk_cents]
    return table


_BOOK_COLUMNS = (
    ("allowed_cents", "Allowed", MONEY),
    ("at_risk", "At risk", COUNT),
    ("at_risk_cents", "Allowed at risk", MONEY),
    ("held_cents", "of it on hold", MONEY),
    ("stopped_cents", "of it not billable", MONEY),
)


def money_by_month(report: Report) -> Table:
    """Money at risk by month of service."""
    unit = report.book.unit[1].capitalize()
    table = Table(
        "by-month",
        "Money at risk by month of service",
        (("month", "Month", TEXT), ("units", unit, COUNT), *_BOOK_COLUMNS),
    )
    for row in report.risk.by_month.total().sort("month").iter_rows(named=True):
        kept = report.risk.month_rows.of(month=row["month"])
        behind = Rows(kept, row["at_risk"], f"rows/at-risk.parquet, month {row['month']}")
        table.add([row[key] for key, _, _ in table.columns], behind if row["at_risk"] else None)
    table.total = _total(table, 1)
    return table


def money_by_practitioner(report: Report, most: int | None = None) -> Table:
    """Money at risk by practitioner, most first; ``most`` rows with the rows behind them, or all without."""
    unit = report.book.unit[1].capitalize()
    table = Table(
        "by-practitioner",
        "Money at risk by practitioner",
        (("npi", "NPI", TEXT), ("kind", "Kind", TEXT), ("units", unit, COUNT), *_BOOK_COLUMNS),
    )
    sums = report.risk.by_practitioner.total()
    order = sums.sort("at_risk_cents", "units", "practitioner_npi", descending=[True, True, False])
    shown = order if most is None else order.head(most)
    few = int(report.catalog.setting("page", "small_rows"))
    rows = {} if most is None else practitioner_rows(report, shown["practitioner_npi"].to_list(), few)
    for row in shown.iter_rows(named=True):
        npi = row["practitioner_npi"]
        values = [npi, row["practitioner_kind"], row["units"], *(row[key] for key, _, _ in _BOOK_COLUMNS)]
        behind = Rows(rows[npi], row["at_risk"], f"rows/at-risk.parquet, NPI {npi}") if npi in rows else None
        table.add(values, behind)
    if most is not None:
        table.note = _more(order.height, most, "practitioners")
    if order.height == shown.height:
        table.total = _total(table, 2)
    return table


def _total(table: Table, texts: int) -> list[Any]:
    sums = [sum(row[i] for row in table.rows) for i in range(texts, len(table.columns))]
    return ["All", *[""] * (texts - 1), *sums]


def told_peers(report: Report, direction: str, most: int | None = None) -> Table:
    """Practitioners told as higher (or lower) than their peers, the surest first."""
    table = Table(
        f"peers-{direction}",
        f"Told as {direction} than peers",
        (
            ("npi", "NPI", TEXT),
            ("kind", "Kind", TEXT),
            ("measure", "Measure", TEXT),
            ("family", "Family", TEXT),
            ("n", "n", COUNT),
            ("value", "Value", NUMBER),
            ("low", "Low", NUMBER),
            ("high", "High", NUMBER),
            ("peers", "Peers", COUNT),
            ("peers_n", "Peers' n", COUNT),
            ("peers_value", "Peers' value", NUMBER),
            ("peers_low", "Peers' low", NUMBER),
            ("peers_high", "Peers' high", NUMBER),
            ("adjusted", "Adjusted p", NUMBER),
        ),
    )
    if report.peers.told.is_empty():
        return table
    told = report.peers.told.filter(pl.col("direction") == direction)
    for row in (told if most is None else told.head(most)).iter_rows(named=True):
        kept = report.risk.told_rows.of(
            practitioner_npi=row["practitioner_npi"], measure=row["measure"], of_family=row["family"]
        )
        behind = Rows(kept, row["n"], f"rows/practitioners-told.parquet, NPI {row['practitioner_npi']}")
        names = {"npi": "practitioner_npi", "kind": "practitioner_kind"}
        values = [row[names.get(key, key)] for key, _, _ in table.columns]
        values[2], values[3] = measure(row["measure"]).id, FAMILY_NAMES.get(row["family"], row["family"])
        table.add(values, behind if kept.height else None)
    if most is not None:
        table.note = _more(told.height, most, "differences")
    return table
