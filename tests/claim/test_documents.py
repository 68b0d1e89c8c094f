"""What the guides say of reasons, overrides and names of practice.toml is what the code knows."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from teachback.claim.coverage import read_coverage
from teachback.claim.overrides import read_overrides, settles
from teachback.claim.reasons import Why
from teachback.findings import Owner
from teachback.rulebook import Kind
from teachback.rules.book import rulebook
from teachback.rules.claimbook import claim_rulebook

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs/how-to/send-claims.md").read_text("utf-8")
REFERENCE = (ROOT / "docs/reference/practice.md").read_text("utf-8")
OVERRIDES = tomllib.loads((ROOT / "src/teachback/claim/overrides.toml").read_text("utf-8"))


def test_every_reason_is_described():
    for why in Why:
        code, name, owner, meaning = why.value
        assert f"| {code} | `{name}` | {Owner(owner).value} | {meaning} |" in REFERENCE


def test_every_hold_that_may_be_settled_is_listed():
    for code, words in settles().items():
        assert f"| {code} | {words} |" in GUIDE


def test_every_hold_has_its_answer():
    rules = (*rulebook().rules, *claim_rulebook().rules)
    holds = {rule.code for rule in rules if rule.kind is Kind.EDIT and rule.severity == "hold"}
    assert holds <= set(OVERRIDES)
    errors = {rule.code for rule in rules if rule.kind is Kind.EDIT and rule.severity == "error"}
    assert not errors & set(settles()) - holds
    for row in OVERRIDES.values():
        assert row["states" if row["allowed"] else "instead"]


def test_no_reason_takes_a_findings_code():
    rules = (*rulebook().rules, *claim_rulebook().rules)
    codes = {rule.code for rule in rules if rule.kind is Kind.EDIT}
    assert not codes & {why.code for why in Why}
    assert len({why.code for why in Why}) == len(Why)


def test_every_name_of_the_contract_is_described(shared):
    schema = json.loads((shared / "contract/practice.schema.json").read_text("utf-8"))
    for table, properties in schema["properties"].items():
        for name in properties.get("items", properties).get("properties", {}):
            assert name in REFERENCE, (table, name)


def test_the_files_shown_are_read(tmp_path):
    blocks = [part.split("```")[0] for part in GUIDE.split("```toml\n")[1:]]
    (tmp_path / "coverage.toml").write_text(blocks[0], "utf-8")
    (tmp_path / "overrides.toml").write_text(blocks[1], "utf-8")
    assert read_coverage(tmp_path / "coverage.toml")[0].answers
    assert read_overrides(tmp_path / "overrides.toml")
