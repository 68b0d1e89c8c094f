"""The report as a workbook and as JSON: the same tables as the page, without its caps where a sheet can hold them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from teachback import __version__
from teachback.audit import tables
from teachback.audit.against import CHANGED
from teachback.audit.html import DISPOSITIONS, HEADINGS
from teachback.audit.page_parts import change_tables
from teachback.audit.sheets import Sheet, write_workbook
from teachback.audit.tables import MONEY, Table

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl

    from teachback.audit.report import Report
    from teachback.audit.rowfiles import Rows
    from teachback.audit.tables import Found

_MOST_LINES = 2000
_NAME = 31


def write_xlsx(report: Report, path: Path) -> None:
    """Write the workbook: Summary, Patterns, Practitioners, Peers, Findings, Money at risk, Sample, and rows."""
    found = tables.found_patterns(report)
    sheets = [
        Sheet("Summary", ("What", "Value"), _summary(report, found)),
        _patterns(report, found),
        _sheet("Practitioners", tables.money_by_practitioner(report, _MOST_LINES)),
        _sheet("Peers", _both(report)),
        _sheet("Findings", tables.money_by_finding(report)),
        _sheet("Money at risk", tables.money_by_pattern(report, found)),
        _sheet("Months", tables.money_by_month(report)),
    ]
    if report.sample is not None:
        rows = report.sample.rows.drop("lot", "part", strict=False)
        sheets.append(_rows_sheet("Sample", rows))
    if report.comparison is not None:
        sheets += [_sheet(table.caption[:_NAME], table) for table in change_tables(report)]
        sheets.append(_behind("Changed", report.files.rows(CHANGED)))
    sheets += [_behind(entry.pattern.id, entry.rows) for entry in found if entry.units]
    sheets.append(_behind("Other findings", report.files.rows("other-findings")))
    write_workbook(path, [sheet for sheet in sheets if sheet.rows])


def _summary(report: Report, found: list[Found]) -> list[list[Any]]:
    survey = report.survey
    lines: list[list[Any]] = [
        ["Input", report.book.path.name],
        ["Made with", f"Teachback {__version__}"],
        [report.book.unit[1].capitalize(), survey.units],
        ["Patients", survey.patients],
        ["Practitioners", survey.practitioners],
        ["First date of service", survey.first],
        ["Last date of service", survey.last],
        *(
            [f"of them {DISPOSITIONS.get(name, name)}", count]
            for name, count in sorted(survey.dispositions.items())
        ),
        ["Allowed in all", _dollars(survey.allowed_cents)],
        ["Money at risk, each dollar once", _dollars(report.at_risk_cents)],
        ["Patterns found", sum(1 for entry in found if entry.units)],
        ["Patterns not judged", len(report.skipped)],
        ["Claim rows that could not be used", report.book.rows_refused],
    ]
    if report.sample is not None:
        lines += [["Seed of the sample", report.sample.wish.seed], ["Units drawn", report.sample.rows.height]]
    if report.estimate is not None:
        e = report.estimate
        lines += [
            ["Found in the sample", _dollars(e.sample_difference_cents)],
            ["Overpayment, point estimate", _dollars(round(e.point))],
            ["Standard error (estimate)", _dollars(round(e.error))],
            [
                f"Lower limit of the two-sided {e.confidence:.0%} interval (estimate)",
                _dollars(round(e.lower)),
            ],
            ["Upper limit (estimate)", _dollars(round(e.upper))],
        ]
    return lines


def _dollars(cents: int) -> Decimal:
    return Decimal(cents) / 100


def _patterns(report: Report, found: list[Found]) -> Sheet:
    columns = (
        "Id", "Pattern", "Severity", "State", report.book.unit[1].capitalize(), "Patients", "Practitioners",
        "Allowed, all it touches", "Allowed, counted once", "of it on hold", "of it not billable", "Threshold",
        "Why", "What to do", "Source", "All rows in",
    )  # fmt: skip
    lines = []
    for entry in found:
        p = entry.pattern
        limits = "; ".join(f"{t.name} {t.value:g}" for t in p.thresholds.values()) or "any occurrence"
        money = (entry.allowed_cents, entry.once_cents, entry.held_cents, entry.stopped_cents)
        state = "found" if entry.units else "not found"
        file = entry.rows.file if entry.units else ""
        lines.append(
            [
                p.id,
                p.title,
                p.severity.value,
                state,
                entry.units,
                entry.patients,
                entry.practitioners,
                *map(_dollars, money),
                limits,
                p.why,
                p.do,
                "; ".join(p.cites),
                file,
            ]
        )
    for pattern_id, missing in report.skipped.items():
        p = report.catalog.pattern(pattern_id)
        empty: list[Any] = [None] * 7
        lines.append(
            [
                p.id,
                p.title,
                p.severity.value,
                "not judged",
                *empty,
                missing,
                p.why,
                p.do,
                "; ".join(p.cites),
                "",
            ]
        )
    return Sheet("Patterns", columns, lines)


def _both(report: Report) -> Table:
    higher, lower = (tables.told_peers(report, word, _MOST_LINES) for word in ("higher", "lower"))
    higher.columns = (*higher.columns, ("direction", "Told as", tables.TEXT))
    higher.rows = [[*row, "higher"] for row in higher.rows] + [[*row, "lower"] for row in lower.rows]
    return higher


def _sheet(name: str, table: Table) -> Sheet:
    kinds = [kind for _, _, kind in table.columns]
    rows = [
        [_dollars(v) if kind == MONEY and v is not None else v for v, kind in zip(row, kinds, strict=True)]
        for row in [*table.rows, *([table.total] if table.total else [])]
    ]
    return Sheet(name, [heading for _, heading, _ in table.columns], rows)


def _behind(name: str, rows: Rows) -> Sheet:
    sheet = _rows_sheet(name[:_NAME], rows.frame)
    if rows.total > rows.frame.height:
        text = f"{rows.frame.height:,} of {rows.total:,} rows, those with most money; all are in {rows.file}"
        return Sheet(sheet.name, sheet.columns, [*sheet.rows, [text]])
    return sheet


def _rows_sheet(name: str, frame: pl.DataFrame) -> Sheet:
    names = [column for column in frame.columns if frame[column].null_count() < frame.height]
    rows = [
        [
            _dollars(v) if n.removesuffix("_before").endswith("_cents") and v is not None else v
            for n, v in zip(names, row, strict=True)
        ]
        for row in frame.select(names).iter_rows()
    ]
    return Sheet(name, [_heading(column) for column in names], rows)


def _heading(name: str) -> str:
    base = name.removesuffix("_before")
    return HEADINGS.get(base, base.capitalize()) + (" before" if base != name else "")


def to_json(report: Report) -> str:
    """The figures of the report as JSON, money in integer cents, estimates marked; without rows."""
    found, survey = tables.found_patterns(report), report.survey
    result: dict[str, Any] = {
        "made_with": f"Teachback {__version__}",
        "input": {"name": report.book.path.name, "kind": report.book.kind, "parts": len(report.book.parts)},
        "rows_read": report.book.rows_read,
        "rows_refused": report.book.rows_refused,
        "refused": dict(report.book.refused),
        "unit": report.book.unit[0],
        "units": survey.units,
        "patients": survey.patients,
        "practitioners": survey.practitioners,
        "first_date": str(survey.first),
        "last_date": str(survey.last),
        "dispositions": survey.dispositions,
        "allowed_cents": survey.allowed_cents,
        "at_risk_cents": report.at_risk_cents,
        "patterns": [_pattern_record(entry) for entry in found],
        "not_judged": dict(report.skipped),
        "by_practitioner": tables.money_by_practitioner(report, _MOST_LINES).records(),
        "by_month": tables.money_by_month(report).records(),
        "findings": tables.money_by_finding(report).records(),
        "peers": {
            "comparisons": report.peers.rows.height,
            "not_compared": report.peers.skipped,
            "higher": tables.told_peers(report, "higher", _MOST_LINES).records(),
            "lower": tables.told_peers(report, "lower", _MOST_LINES).records(),
        },
        "thresholds": {
            group: {name: threshold.value for name, threshold in entries.items()}
            for group, entries in (
                {p.id: p.thresholds for p in report.catalog.patterns if p.thresholds}
                | dict(report.catalog.settings)
            ).items()
        },
        "sample": _sample_record(report),
        "extrapolation": _estimate_record(report),
        "changes": _change_record(report),
        "rows": {f"rows/{name}.parquet": total for name, total in sorted(report.files.totals.items())},
    }
    return json.dumps(result, ensure_ascii=False, indent=1) + "\n"


def _pattern_record(entry: Found) -> dict[str, Any]:
    return {
        "id": entry.pattern.id,
        "title": entry.pattern.title,
        "severity": entry.pattern.severity.value,
        "units": entry.units,
        "patients": entry.patients,
        "practitioners": entry.practitioners,
        "allowed_cents": entry.allowed_cents,
        "once_cents": entry.once_cents,
        "held_cents": entry.held_cents,
        "not_billable_cents": entry.stopped_cents,
        "evidence": entry.evidence.records(),
        "rows": entry.rows.file if entry.units else None,
    }


def _sample_record(report: Report) -> dict[str, Any] | None:
    drawn = report.sample
    if drawn is None:
        return None
    wish = drawn.wish
    return {
        "seed": wish.seed,
        "size": wish.size,
        "frame": wish.frame,
        "stratify": wish.stratify,
        "allocate": wish.allocate,
        "universe": drawn.universe,
        "universe_cents": drawn.universe_cents,
        "strata": [
            {
                "number": s.number,
                "family": s.family,
                "from_cents": s.low,
                "to_cents": s.high,
                "units": s.size,
                "cents": s.cents,
                "drawn": s.drawn,
                "all": s.certain,
            }
            for s in drawn.strata
        ],
    }


def _estimate_record(report: Report) -> dict[str, Any] | None:
    e = report.estimate
    if e is None:
        return None
    return {
        "reviewed": e.reviewed,
        "sample_difference_cents": e.sample_difference_cents,
        "confidence": e.confidence,
        "point_cents_estimate": e.point,
        "standard_error_cents_estimate": e.error,
        "degrees_of_freedom": e.df,
        "quantile": e.quantile,
        "lower_cents_estimate": e.lower,
        "upper_cents_estimate": e.upper,
        "normal_quantile": e.normal_quantile,
        "normal_lower_cents_estimate": e.normal_lower,
        "normal_upper_cents_estimate": e.normal_upper,
    }


def _change_record(report: Report) -> dict[str, Any] | None:
    found = report.comparison
    if found is None:
        return None
    return {
        "before": found.before.path.name,
        "units": found.units,
        "changed": found.changed,
        "before_cents": found.before_cents,
        "after_cents": found.after_cents,
        "only_before": found.only_before,
        "only_after": found.only_after,
        **{table.id: table.records() for table in change_tables(report)},
    }
