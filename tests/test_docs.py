"""The documents: current, complete, linked, and every example that they show is what the command prints."""

from __future__ import annotations

import csv
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

from teachback.cli import app
from teachback.rulebook import Kind
from teachback.rules.book import rulebook
from teachback.rules.claimbook import claim_rulebook

ROOT = Path(__file__).resolve().parents[1]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


def generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_pages_and_shown_commands_are_current():
    stale = [path.name for path, text in generator().pages().items() if path.read_text("utf-8") != text]
    assert not stale, "run make docs"


def test_every_command_has_its_heading():
    page = (ROOT / "docs/reference/commands.md").read_text("utf-8")
    for name in app:
        if not name.startswith("-"):
            assert f"\n## teachback {name}\n" in page


def test_every_finding_has_its_heading():
    page = (ROOT / "docs/reference/findings.md").read_text("utf-8")
    for rule in (*rulebook().rules, *claim_rulebook().rules):
        if rule.kind is Kind.EDIT:
            assert f"\n## {rule.code} {rule.of}\n" in page


def test_every_column_of_the_contract_is_described():
    page = (ROOT / "docs/reference/session.md").read_text("utf-8")
    header = next(csv.reader((ROOT / "tests/contract/sessions.example.csv").open(encoding="utf-8")))
    for column in header:
        assert f"| `{column}` |" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for link in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / link).exists(), link


def test_the_readme_is_one_screen_and_a_worked_claim():
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 75
    assert "97550 x1 and 97551 x1" in text


def test_toml_shown_in_the_guides_is_toml():
    for page in (ROOT / "docs/how-to").glob("*.md"):
        for block in re.findall(r"(?s)```toml\n(.*?)```", page.read_text("utf-8")):
            assert tomllib.loads(block)
