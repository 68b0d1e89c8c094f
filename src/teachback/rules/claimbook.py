"""The rule book of claim lines, apart from that of sessions: its own facts, the same law."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Final

from teachback.rulebook import Rulebook, registered
from teachback.rules.book import law
from teachback.rules.claim_vocabulary import RECORDED

if TYPE_CHECKING:
    from collections.abc import Mapping

TOPICS: Final = (
    "claim_lines",
    "claim_modifiers",
    "claim_pairs",
    "claim_practitioners",
    "claim_settings",
    "claim_filing",
)

MARKS: Final[Mapping[str, str]] = {
    "therapy": "discipline_modifier",
    "assistant": "assistant_modifiers",
    "kx": "kx_attests",
    "notice": "notice_modifier",
    "never": "never_modifiers",
    "separate": "separate_modifiers",
    "telehealth": "telehealth_modifiers",
}
"""The law value that holds the modifiers of which an edit's place speaks (``line.modifiers.therapy``)."""


@cache
def claim_rulebook() -> Rulebook:
    """The rules that claim lines are judged by, checked against the law.

    Raises ``LawError`` or ``RuleError`` when rules and law do not fit together; the message names both.
    """
    names = [f"teachback.rules.{topic}" for topic in TOPICS]
    for name in names:
        importlib.import_module(name)
    return Rulebook(registered(names), law(), {name: fact.stage for name, fact in RECORDED.items()})
