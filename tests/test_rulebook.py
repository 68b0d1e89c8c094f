"""The rule book's own order: complete, pure, finite, cited, and honest about what it needs."""

from __future__ import annotations

import ast
import csv
import enum
import itertools
import typing
from dataclasses import dataclass
from datetime import date, timedelta
from math import prod
from pathlib import Path

import pytest

import teachback.rules
from teachback import law as law_files
from teachback.assess import assess
from teachback.findings import Owner
from teachback.model import Severity
from teachback.rulebook import Kind, Rule, Rulebook, RuleError
from teachback.rules import claim_vocabulary, claimbook
from teachback.rules.book import TOPICS, rulebook
from teachback.rules.claimbook import claim_rulebook
from teachback.rules.vocabulary import BOTH, CHOICES, COUNTS, RECORDED, Stage

BOOK = rulebook()
CONTRACT = Path(__file__).parent / "contract"
BUDGETS = {Kind.EDIT: 4_096, Kind.DETERMINATION: 65_536}
FEE_BUDGET = 1_000_000
ALLOWED = {
    "teachback",
    "enum",
    "decimal",
    "datetime",
    "typing",
    "re",
    "bisect",
    "dataclasses",
    "collections",
    "__future__",
}
LATER = {"D404", "D405"}
"""Need notes and skills of a patient over time, which neither a session nor a claim holds."""
CLAIM_ONLY = {
    *("C104", "C105", "C106", "C108", "C111", "C112", "C113", "C115"),
    *("M101", "M102", "M103", "M105", "M106", "M107", "M108", "M109", "M110"),
    *("N101", "N102", "N103", "S110", "S111", "S113", "S114", "U104", "U114", "P103", "D406"),
}
"""Stand on claim lines only (contract README, reading notes); D406 where the session behind a line tells."""
OURS = {"B111", "M114", "P105", "P106", "S120", "S121"}


@dataclass(frozen=True)
class Shelf:
    """A rule book with its recorded facts and the finite values of made ones."""

    book: Rulebook
    recorded: dict
    finite: dict


SESSIONS = Shelf(BOOK, RECORDED, COUNTS | CHOICES)
CLAIMS = Shelf(
    claim_rulebook(), claim_vocabulary.RECORDED, claim_vocabulary.COUNTS | claim_vocabulary.CHOICES
)
SHELVES = [(SESSIONS, rule) for rule in SESSIONS.book.rules] + [(CLAIMS, rule) for rule in CLAIMS.book.rules]


def named(rule):
    return f"{rule.topic}.{rule.name}" if isinstance(rule, Rule) else ""


def edits(shelf=SESSIONS):
    return [rule for rule in shelf.book.rules if rule.kind is Kind.EDIT]


def domain(fact, shelf):
    """How many values a fact has, unknown included."""
    if fact in shelf.recorded:
        values = shelf.recorded[fact].values
        assert values is not None, f"{fact} is raw"
        return len(values) + (not shelf.recorded[fact].always)
    if fact in shelf.finite:
        return len(shelf.finite[fact]) + 1
    maker = shelf.book.makers[fact][0]
    kind = typing.get_type_hints(maker.call, vars(typing) | _names(maker))["return"]
    kinds = [k for k in (typing.get_args(kind) or (kind,)) if k is not type(None)]
    sizes = [len(BOTH) if k is bool else len(k) if isinstance(k, enum.EnumMeta) else None for k in kinds]
    if fact.endswith("_modifier") or fact == "apm_standing":
        return 3
    if fact.endswith("_percent"):
        return 4
    assert None not in sizes, f"{fact} of {named(maker)} has no finite domain"
    return sum(sizes) + 1


def _names(rule):
    from decimal import Decimal

    from teachback import model
    from teachback.rules import claim_vocabulary, vocabulary

    return {
        **vars(model),
        **vars(claim_vocabulary),
        **vars(vocabulary),
        **rule.call.__globals__,
        "Mapping": dict,
        "Sequence": list,
        "date": date,
        "Decimal": Decimal,
        "time": object,
    }


def law_tuples(rule, law=BOOK.law):
    """How many distinct combinations of law values the rule can be given, over all dates, keys and payers."""
    days = {date(2023, 6, 1)} | {entry.since for name in rule.law for entry in law.entries(name)}
    days |= {entry.until + timedelta(1) for name in rule.law for entry in law.entries(name) if entry.until}
    days |= {silent for name in rule.law if (silent := law.parameters[name].silent_from)}
    by = {name: law.parameters[name].by for name in rule.law}
    keys = {
        fact: sorted(
            {str(entry.key) for name in rule.law if by[name] == fact for entry in law.entries(name)} | {"?"}
        )
        for fact in by.values()
        if fact
    }
    seen = set()
    for day, payer, *chosen in itertools.product(days, law_files.payers(), *keys.values()):
        statute, key = law.on(day, payer), dict(zip(keys, chosen, strict=True))
        seen.add(tuple(repr(statute.value(name, key.get(by[name]))) for name in rule.law))
    return max(len(seen), 1)


def cells(rule, shelf):
    return prod(domain(fact, shelf) for fact in rule.facts) * law_tuples(rule)


@pytest.mark.parametrize(("shelf", "rule"), [(s, r) for s, r in SHELVES if r.kind in BUDGETS], ids=named)
def test_every_table_stays_within_its_cell_budget(shelf, rule):
    budget = FEE_BUDGET if rule.of == "unit_fee_cents" else BUDGETS[rule.kind]
    assert cells(rule, shelf) <= budget


@pytest.mark.parametrize("rule", [rule for _, rule in SHELVES], ids=named)
def test_every_rule_says_in_one_sentence_what_it_is(rule):
    assert rule.says.endswith((".", ")"))
    assert rule.says[0].isupper() or rule.says[0].isdigit()


@pytest.mark.parametrize("rule", edits() + edits(CLAIMS), ids=named)
def test_every_edit_has_law_remedy_place_and_owner(rule):
    assert rule.law, "an edit cites the law that it stands on"
    assert rule.message
    assert rule.remedy
    rooms = ("line.", "claim.", "filing.") if rule.topic in claimbook.TOPICS else ("session.", "patient.")
    assert rule.place.startswith(rooms)
    assert rule.owner in Owner
    unused = set(rule.facts) - {n.id for n in ast.walk(tree_of(rule)) if isinstance(n, ast.Name)}
    assert not unused, f"{unused} asked for and not used"


def tree_of(rule: Rule) -> ast.AST:
    module = Path(rule.call.__code__.co_filename)
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name == rule.name:
            return ast.Module(node.body, [])
    raise AssertionError(rule.name)


def test_codes_names_severities_and_reason_codes_are_the_contracts():
    contract = {
        row["code"]: row for row in csv.DictReader((CONTRACT / "findings.csv").open(encoding="utf-8"))
    }
    several = {"S103", "D303", "T104"}
    for rule in edits() + edits(CLAIMS):
        if rule.code in OURS:
            assert rule.code not in contract
            continue
        row = contract[rule.code]
        assert rule.of == row["name"]
        assert (rule.prevents or "") == row["carc"]
        if rule.code not in several:
            assert rule.severity == row["severity"], rule.code
    assert {rule.code for rule in edits()} == set(contract) - LATER - CLAIM_ONLY | OURS
    assert {rule.code for rule in edits(CLAIMS)} >= CLAIM_ONLY


def test_a_finding_that_both_books_know_has_one_name_severity_and_denial():
    """Sessions are the standard; S103, D303 and T104 have several severities."""
    known = {(rule.code, rule.severity): rule for rule in edits()}
    for rule in edits(CLAIMS):
        if rule.code not in CLAIM_ONLY:
            same = known[rule.code, rule.severity]
            assert (rule.of, rule.prevents) == (same.of, same.prevents)


@pytest.mark.parametrize("module", [*TOPICS, "vocabulary", *claimbook.TOPICS, "claim_vocabulary"])
def test_rules_import_nothing_impure(module):
    file = Path(teachback.rules.__path__[0]) / f"{module}.py"
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name.split(".")[0] in ALLOWED
            assert not name.startswith(
                ("teachback.facts", "teachback.assess", "teachback.intake", "teachback.cli")
            )
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        assert called not in {"open", "print", "float", "round", "eval", "exec"}


def test_no_float_anywhere_in_the_core():
    root = Path(teachback.rules.__path__[0]).parent
    for file in [*root.glob("*.py"), *(root / "rules").glob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), (
                file.name,
                node.lineno,
            )
            assert not (isinstance(node, ast.Name) and node.id == "float"), (file.name, node.lineno)


def rule(function, **more):
    defaults = {
        "of": function.__name__,
        "kind": Kind.DETERMINATION,
        "facts": (),
        "law": (),
        "optional": frozenset(),
        "since": date(2024, 1, 1),
        "until": date(2999, 12, 31),
        "payer": "medicare",
        "says": "s",
        "topic": "t",
    }
    return Rule(call=function, **{**defaults, **more})


def first():
    return 1


def second():
    return 2


def test_two_variants_that_both_apply_are_an_error_that_names_both():
    rules = [rule(first, of="x", until=date(2025, 1, 1)), rule(second, of="x", since=date(2025, 1, 1))]
    with pytest.raises(
        RuleError, match=r"x: first \(through 2025-01-01\) and second \(from 2025-01-01\) both apply"
    ):
        Rulebook(rules, BOOK.law, {})


def test_a_gap_between_variants_is_an_error_that_names_both():
    rules = [rule(first, of="x", until=date(2025, 1, 1)), rule(second, of="x", since=date(2025, 1, 3))]
    with pytest.raises(RuleError, match=r"neither first .* nor second .* applies between"):
        Rulebook(rules, BOOK.law, {})


def test_a_law_value_that_no_file_has_is_an_error_that_names_rule_and_value():
    with pytest.raises(law_files.LawError, match=r"t\.first needs nowhere, which no law file has"):
        Rulebook([rule(first, law=("nowhere",))], BOOK.law, {})


def test_a_fact_that_nothing_makes_is_an_error_that_names_rule_and_fact():
    with pytest.raises(RuleError, match=r"t\.first needs nothing, which nothing records or makes"):
        Rulebook([rule(first, facts=("nothing",))], BOOK.law, {})


def test_dated_variants_answer_each_for_their_dates():
    rules = [rule(first, of="x", until=date(2024, 12, 31)), rule(second, of="x", since=date(2025, 1, 1))]
    book = Rulebook(rules, BOOK.law, {})
    assert book.maker("x", BOOK.law.on(date(2024, 12, 31))).name == "first"
    assert book.maker("x", BOOK.law.on(date(2025, 1, 1))).name == "second"


def test_signatures_order_the_passes():
    assert BOOK.stage("consent_late") == Stage.SESSION
    assert BOOK.stage("addon_units") == Stage.OCCURRENCE
    assert BOOK.stage("kx_modifier") == Stage.MONEY


def test_severities_are_ranked():
    assert [s.value for s in sorted(Severity, key=lambda s: s.rank)] == [
        "error",
        "hold",
        "warning",
        "information",
    ]


def test_nothing_to_assess_is_nothing():
    assert assess([]) == []
