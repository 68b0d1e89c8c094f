"""What a bucket came to in numbers, for the summary of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from teachback.model import Severity

if TYPE_CHECKING:
    from teachback.batch.collect import Tables


def _heaviest_first(row: tuple[str, str, str, str, int]) -> tuple[str, int, str]:
    return row[0], Severity(row[2]).rank, row[3]


def counted(tables: Tables) -> dict[str, Any]:
    """Rows, dispositions, outcomes, units by code, amounts in cents, and findings by code."""
    lines, sessions = tables.lines, tables.sessions
    by_code = lines.group_by("procedure_code").agg(pl.col("units").cast(pl.Int64).sum())
    outcomes = sessions.group_by("outcome").agg(pl.len(), pl.col("allowed_cents").sum())
    findings = tables.findings.group_by("code", "name", "severity", "owner").len()
    told: dict[str, dict[str, Any]] = {}
    # Some codes have edits of several severities: the heaviest gives the code its name.
    for code, name, severity, owner, count in sorted(findings.rows(), key=_heaviest_first):
        mine = told.setdefault(code, {"name": name, "severity": severity, "owner": owner, "count": 0})
        mine["count"] += count
    return {
        "session_patients": sessions.height,
        "dispositions": dict(sessions.group_by("disposition").len().rows()),
        "outcomes": {outcome: count for outcome, count, _ in outcomes.rows()},
        "outcome_cents": {outcome: int(cents or 0) for outcome, _, cents in outcomes.rows()},
        "units": dict(by_code.rows()),
        "lines": lines.height,
        "allowed_cents": int(lines["allowed_cents"].sum() or 0),
        "medicare_after_sequestration_cents": int(lines["medicare_after_sequestration_cents"].sum() or 0),
        "findings": told,
    }
