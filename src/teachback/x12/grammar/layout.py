"""How each kind of transaction set is taken apart while it is read: its levels, its claims, what tells them apart."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PLACE_OF_SERVICE = re.compile(r"[0-9A-Z]{1,2}([^\w\s])[A-Z]?\1[0-9A-Z]")
_PROCEDURE = re.compile(r"(?:AD|ER|HC|HP|IV|N[46U]|UI|WK)([^\w\s])[0-9A-Z.]+(?:\1[0-9A-Z]{2})*")


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of one kind of transaction set that are reported one by one.

    ``levels`` gives the code of each loop that is a level, from the outermost in; ``above`` the codes of the billing
    provider's, subscriber's and patient's level. ``claim`` is the loop of one claim, or of the answer to one, and
    ``number`` the element of its first segment that bears the claim's control number.

    ``followers`` and ``entities`` tell a level by the segment behind its HL, and by NM101 of an NM1 there.
    ``composite`` is the loop whose first segment shows the component separator, the element, and its form.
    """

    levels: Mapping[str, str] = field(default_factory=dict)
    above: tuple[str, str, str] = ("", "", "")
    claim: str = ""
    number: int = 1
    followers: Mapping[str, str] = field(default_factory=dict)
    entities: Mapping[str, str] = field(default_factory=dict)
    named: str = ""
    composite: tuple[str, int, re.Pattern[str]] | None = None

    @property
    def marking(self) -> frozenset[str]:
        """Loops whose opening closes what was gathered before: levels and claims."""
        return frozenset({*self.levels, self.claim} - {""})

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the levels, from the outermost in."""
        return tuple(self.levels.values())


_CLAIMS = Layout(
    levels={"2000A": "20", "2000B": "22", "2000C": "23"},
    above=("20", "22", "23"),
    claim="2300",
    followers={"SBR": "22", "PAT": "23", "CUR": "20"},
    entities={"85": "20", "87": "20", "QC": "23"},
    named="20 billing provider, 22 subscriber, 23 patient",
    composite=("2300", 5, _PLACE_OF_SERVICE),
)
LAYOUTS: Mapping[str, Layout] = {
    "": _CLAIMS,
    "837P": _CLAIMS,
    "837I": _CLAIMS,
    "835": Layout(
        levels={"2000": "LX", "FOOTER": "PLB"},
        claim="2100",
        composite=("2110", 1, _PROCEDURE),
    ),
    "277CA": Layout(
        levels={"2000A": "20", "2000B": "21", "2000C": "19", "2000D": "PT"},
        above=("19", "", "PT"),
        claim="2200D",
        number=2,
        entities={"PR": "20", "AY": "20", "41": "21", "85": "19", "QC": "PT"},
        named="20 who answers, 21 submitter, 19 billing provider, PT patient",
    ),
    "999": Layout(levels={"2000": "AK2"}),
}
"""The layout of each kind of `grammar.GUIDES`; the empty kind is one that is not known yet."""
