"""The table of a letter's sentences (``letter.toml``), and which of them the facts and the law allow.

A sentence that lacks one fact, one condition or one verified rule is not written. Only sources of those who make the
law are cited: the rule book also knows witnesses and summaries, which prove nothing to a contractor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from teachback.findings import Owner
from teachback.forms.letterdata import Rule
from teachback.law import LawError
from teachback.remit import tables
from teachback.rulebook import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from teachback.forms.letterdata import Fact
    from teachback.law import Entry, Statute

TABLE: Final = "letter"
OFFICIAL: Final = frozenset(
    {"Federal Register", "Code of Federal Regulations", "CMS", "Congress", "United States Code"}
)
"""Publishers whose texts a letter may cite."""
VERIFIED: Final = "verified"
_FIELD: Final = re.compile(r"\{([a-z_.]+)\}")
_LAW: Final = "law."


@dataclass(frozen=True, slots=True)
class Row:
    """One sentence of the table, as ``letter.toml`` describes it."""

    id: str
    part: str
    text: str
    each: str = "session"
    says_law: bool = False
    oneof: str = ""
    grounds: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    when: Mapping[str, str] = field(default_factory=dict)
    law: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    exhibit: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """What stands in braces in its text, in order."""
        return tuple(_FIELD.findall(self.text))


@dataclass(frozen=True, slots=True)
class Need:
    """One fact that a letter cannot do without, and who obtains it how."""

    fact: str
    says: str
    obtain: str
    owner: Owner
    place: str
    grounds: tuple[str, ...] = ()
    when: Mapping[str, str] = field(default_factory=dict)
    law: tuple[str, ...] = ()
    essential: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the letter with its heading, which may be empty."""

    key: str
    heading: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence that may be written: its row, its words, and what they stand on."""

    row: Row
    text: str
    facts: tuple[Fact, ...]
    rules: tuple[Rule, ...]


def _tuples(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}


@cache
def rows() -> tuple[Row, ...]:
    """Every sentence of the table, in its order.

    Raises ``LawError`` where two have one name or a part does not exist.
    """
    found = tuple(Row(**_tuples(raw)) for raw in tables.read(TABLE)["sentence"])
    keys = {part.key for part in parts()}
    for row in found:
        if row.part not in keys:
            raise LawError(f"remit/{TABLE}.toml: sentence {row.id} is of no part ({row.part})")
    if len({row.id for row in found}) != len(found):
        raise LawError(f"remit/{TABLE}.toml: two sentences have one id")
    return found


@cache
def parts() -> tuple[Part, ...]:
    """The parts of the letter in their order."""
    return tuple(Part(**raw) for raw in tables.read(TABLE)["part"])


@cache
def needs() -> tuple[Need, ...]:
    """What a letter cannot do without, in the order in which it is told."""
    return tuple(
        Need(**{**_tuples(raw), "owner": Owner(raw["owner"])}) for raw in tables.read(TABLE)["needed"]
    )


def official(cites: Iterable[str]) -> tuple[str, ...]:
    """Those citations that name a text of the law or of CMS itself."""
    return tuple(cite for cite in cites if any(cite.startswith(short) for short in _official()))


@cache
def _official() -> tuple[str, ...]:
    return tuple(s.short for s in tables.bibliography().values() if s.publisher in OFFICIAL)


def rule_of(entry: Entry | None) -> Rule | None:
    """A law value as a letter may cite it; ``None`` where it is silent, not verified, or has no official source."""
    if entry is None or entry.confidence != VERIFIED:
        return None
    cites = official(entry.cites)
    if not cites:
        return None
    name = entry.name if entry.key is None else f"{entry.name}:{entry.key}"
    return Rule(name, _value(entry.value), entry.since, cites)


def _value(value: object) -> str:
    """A law value as a person reads it, also one that has a word for each key."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {wording(word)}" for key, word in value.items())
    return wording(value)


def entry_of(reference: str, facts: Mapping[str, Fact], statute: Statute) -> Entry | None:
    """The law value that ``name`` or ``name:{fact}`` means for these facts; ``None`` where the fact is absent."""
    name, _, key = reference.partition(":")
    if not key:
        return statute.entry(name)
    fact = facts.get(key.strip("{}"))
    return None if fact is None else statute.entry(name, fact.value)


def holds(when: Mapping[str, str], facts: Mapping[str, Fact], statute: Statute) -> tuple[Fact, ...] | None:
    """The facts that fulfill the conditions; ``None`` where one of them does not hold or is not known."""
    proof = []
    for name, wanted in when.items():
        if name.startswith(_LAW):
            entry = entry_of(name.removeprefix(_LAW), facts, statute)
            if entry is None or wording(entry.value) != wanted:
                return None
            continue
        fact = facts.get(name)
        if fact is None or fact.value != wanted:
            return None
        proof.append(fact)
    return tuple(proof)


def write(row: Row, facts: Mapping[str, Fact], statute: Statute, given: Mapping[str, Rule]) -> Written | None:
    """The sentence with its facts and rules; ``None`` where it may not be written.

    ``given`` are rules that stand outside of the rule book, such as the clock of an appeal.
    """
    proof = holds(row.when, facts, statute)
    if proof is None:
        return None
    rules: dict[str, Rule] = {}
    for reference in row.law:
        rule = rule_of(entry_of(reference, facts, statute))
        if rule is None:
            return None
        rules[reference.partition(":")[0]] = rule
    for name in row.rules:
        if name not in given:
            return None
        rules[name] = given[name]
    words: dict[str, str] = {}
    named: list[Fact] = []
    for place in row.fields:
        if place.startswith(_LAW):
            words[place] = rules[place.removeprefix(_LAW)].text
        elif (fact := facts.get(place)) is not None:
            words[place] = fact.text
            named.append(fact)
        else:
            return None
    needed = [facts.get(name) for name in row.needs]
    if any(fact is None for fact in needed):
        return None
    text = _FIELD.sub(lambda match: words[match[1]], row.text)
    stands_on = {fact.name: fact for fact in (*named, *filter(None, needed), *proof)}
    return Written(row, _end(text), tuple(stands_on.values()), tuple(rules.values()))


def _end(text: str) -> str:
    """American print: a point that ends a sentence stands inside the closing quotation mark, once."""
    if text.endswith("\u201d."):
        inside = text[:-2]
        return f"{inside}\u201d" if inside.endswith((".", "!", "?")) else f"{inside}.\u201d"
    return f"{text[:-2]}." if text.endswith("..") else text
