"""The rule book of some topics, or of all, with the law that they need."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING

from teachback import law as law_files
from teachback.rulebook import Rulebook, registered
from teachback.rules.vocabulary import RECORDED

if TYPE_CHECKING:
    from teachback.law import Law

TOPICS = (
    "codes",
    "units",
    "caregivers",
    "consent",
    "plan",
    "documentation",
    "diagnoses",
    "practitioners",
    "settings",
    "telehealth",
    "modifiers",
    "threshold",
    "fees",
    "payment",
)


@cache
def law() -> Law:
    """All law files, read once for every rule book."""
    return law_files.load()


@cache
def rulebook(topics: tuple[str, ...] = TOPICS) -> Rulebook:
    """The rules of the topics, checked against their law.

    Raises ``LawError`` or ``RuleError`` when rules and law do not fit together; the message names both.
    """
    names = [f"teachback.rules.{topic}" for topic in topics]
    for name in names:
        importlib.import_module(name)
    needed = law() if topics == TOPICS else law_files.load(topics=topics)
    return Rulebook(registered(names), needed, {name: fact.stage for name, fact in RECORDED.items()})
