"""Every code that a check may tell: those of X12 with their X12 codes, and the claim-stage findings of the law."""

from __future__ import annotations

from teachback.check import strict
from teachback.rulebook import Kind
from teachback.rules.claimbook import claim_rulebook
from teachback.x12.faults import FAULTS, Fault
from teachback.x12.meaning.catalog import Kind as Told
from teachback.x12.meaning.catalog import kinds


def catalog_rows() -> list[dict[str, str]]:
    """One row a code, in order: code, name, severity, meaning, remedy, x12. Billing findings follow X12's codes."""
    faults: tuple[Fault | Told, ...] = (*FAULTS.values(), *kinds().values())
    rows = [
        {
            "code": one.code,
            "name": one.name,
            "severity": one.severity.value,
            "meaning": one.meaning,
            "remedy": one.remedy,
            "x12": one.x12,
        }
        for one in faults
    ]
    rows.append(
        {
            "code": strict.CODE,
            "name": strict.NAME,
            "severity": "warning",
            "meaning": strict.MEANING,
            "remedy": strict.REMEDY,
            "x12": "",
        }
    )
    return sorted(rows, key=lambda row: row["code"]) + _billing_rows()


def catalog_table() -> str:
    """The X12 part of the catalog as a Markdown table; billing findings have a page of their own."""
    lines = ["| code | name | severity | what is checked | X12 |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {row['code']} | {row['name']} | {row['severity']} | {row['meaning']} | {row['x12']} |"
        for row in catalog_rows()
        if row["code"].startswith("X")
    ]
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """The page of checks with its table of codes as it is now; the table is the page's end."""
    return page[: page.index("| code | name |")] + catalog_table()


def _billing_rows() -> list[dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    for rule in claim_rulebook().rules:
        if rule.kind is Kind.EDIT and rule.code:
            rows.setdefault(
                rule.code,
                {
                    "code": rule.code,
                    "name": rule.of,
                    "severity": rule.severity.value if rule.severity else "warning",
                    "meaning": rule.says,
                    "remedy": rule.remedy or "",
                    "x12": "",
                },
            )
    return [rows[code] for code in sorted(rows)]
