"""The worked cases of claim edits that lie beside the rules: what differs from a clean claim, what is expected.

``findings`` names errors and holds exactly, over all claims of the case; ``also`` names warnings and information
that must stand; ``not`` what must not stand; ``at`` where one stands: line (from 1; 0 is the claim) and element.
``facts`` are what rules make of the first claim itself on the day on which it is received.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from teachback.claimedits import edits_of
from teachback.law import MEDICARE, RULES
from teachback.rulebook import Scope
from teachback.rules.claimbook import claim_rulebook
from tests.cases import CaseError, _Loader
from tests.claimedits.making import claim, day_of, knowledge

KEYS = {"name", "source", "payer", "received", "claim", "claims", "expect"}
EXPECT = {"findings", "also", "not", "at", "facts"}


@dataclass(frozen=True, slots=True)
class ClaimCase:
    """One worked case of claims."""

    file: str
    name: str
    source: str
    payer: str
    received: Any
    claims: tuple
    known: dict
    findings: frozenset
    also: frozenset
    absent: frozenset
    at: dict
    facts: dict

    def __hash__(self):
        return hash((self.file, self.name))

    def run(self):
        """The findings of the case's claims together."""
        return edits_of(self.claims, received=self.received, payer=self.payer, known=self.known)

    def made(self):
        """What rules make of the first claim for each fact that is expected."""
        book = claim_rulebook()
        scope = Scope(book, book.law.on(self.received, self.payer), {"claim_form": self.claims[0].form})
        return {fact: scope.value(fact) for fact in self.facts}


def load_cases():
    """Every case of every claim topic."""
    return [case for file in sorted(RULES.glob("claim_*.yaml")) for case in _read(file)]


def _read(file):
    with file.open(encoding="utf-8") as stream:
        raw = yaml.load(stream, Loader=_Loader)  # noqa: S506  a safe loader, stricter
    for record in raw:
        yield case_of(file.stem, record)


def case_of(file, record):
    """A case from its record; raises ``CaseError`` for what is not understood."""
    unknown = set(record) - KEYS | set(record.get("expect", {})) - EXPECT
    if unknown or not {"name", "source", "expect"} <= set(record):
        raise CaseError(f"{file}, {record.get('name')}: {', '.join(sorted(unknown)) or 'a key is missing'}")
    several = record["claims"] if "claims" in record else [record.get("claim", {})]
    claims = tuple(claim(number, **changes) for number, changes in enumerate(several))
    known = {
        line.control_number: knowledge(changes["known"], line.date_of_service)
        for made, changes in zip(claims, several, strict=True)
        if "known" in changes
        for line in made.lines
    }
    want = record["expect"]
    return ClaimCase(
        file,
        record["name"],
        record["source"],
        record.get("payer", MEDICARE),
        day_of(record.get("received", "+6d")),
        claims,
        known,
        frozenset(want["findings"]),
        frozenset(want.get("also", ())),
        frozenset(want.get("not", ())),
        want.get("at", {}),
        want.get("facts", {}),
    )
