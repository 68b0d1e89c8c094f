"""The audit of a batch result or a file of claims: patterns, peers, money at risk, a sample, and what changed.

``audit`` makes a ``Report`` (rows and the sample's workbook are written on the way), ``write`` the page, the
workbook and the JSON. Faults that a person can put right are ``AuditError``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.audit.page import page
from teachback.audit.report import Report, Request, audit
from teachback.audit.strata import Wish
from teachback.audit.thresholds import AuditError
from teachback.audit.workbook import to_json, write_xlsx

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AuditError", "Report", "Request", "Wish", "audit", "write"]


def write(report: Report) -> list[Path]:
    """Write ``audit.html``, ``audit.xlsx`` and ``audit.json`` into the report's folder; their paths."""
    out = report.request.out
    files = [out / "audit.html", out / "audit.xlsx", out / "audit.json"]
    files[0].write_text(page(report), encoding="utf-8")
    write_xlsx(report, files[1])
    files[2].write_text(to_json(report), encoding="utf-8")
    return files
