"""The page of checks names every code of meaning as the catalog has it."""

from __future__ import annotations

from pathlib import Path

from teachback.check.catalog import catalog_table, with_table

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/check.md"
OURS = ("| X4", "| X5", "| X6", "| X9")


def test_the_rows_of_meaning_are_current():
    page = PAGE.read_text("utf-8").splitlines()
    rows = [row for row in catalog_table().splitlines() if row.startswith(OURS)]
    assert [row for row in page if row.startswith(OURS)] == rows, "write the table anew: catalog.with_table"


def test_writing_the_table_anew_changes_nothing_before_it():
    page = PAGE.read_text("utf-8")
    assert with_table(with_table(page)) == with_table(page)
    assert with_table(page).startswith(page[: page.index("| code | name |")])
