"""What a letter is before it is paper: sentences with what each stands on, exhibits, and what is in dispute.

Nothing here decides anything. A sentence carries the facts that it states, with their places in the record, and
the rules that it cites; whoever prints the letter prints both, and a test can hold one against the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known: its name, its words as printed, and where it stands.

    ``value`` is the same in the record's own words (``yes``, ``written``, ``2026-04-14``); ``places`` are paths such
    as ``session S001: patient.consent.date``, ``claim: beneficiary.member_id`` or ``remittance: CAS``.
    """

    name: str
    value: str
    text: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One value of the law that a sentence states or rests on, with its sources; ``text`` is the value in words."""

    name: str
    text: str
    since: date
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a letter. ``number`` counts through the letter; ``id`` names its row in the table of sentences.

    ``exhibits`` are the numbers of the exhibits that prove it.
    """

    number: int
    id: str
    text: str
    facts: tuple[Fact, ...]
    rules: tuple[Rule, ...] = ()
    exhibits: tuple[int, ...] = ()

    @property
    def cites(self) -> tuple[str, ...]:
        """The sources of its rules, each once."""
        return tuple(dict.fromkeys(cite for rule in self.rules for cite in rule.cites))


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that stand together. ``heading`` begins a part; ``lead`` is printed before the first sentence."""

    sentences: tuple[Sentence, ...]
    heading: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """One line in dispute, as claimed and as the payer answered. ``reasons`` are codes such as ``CO-50``."""

    line: str
    date_of_service: date
    procedure_code: str
    modifiers: tuple[str, ...]
    units: int
    charge: Decimal
    paid: Decimal
    denied: Decimal
    reasons: tuple[str, ...]


class Origin(StrEnum):
    """How an exhibit comes into the envelope."""

    PRINTED = "printed with this letter"
    CHART = "copy from the practice's files"
    FILE = "file named by the practice"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One enclosure. ``text`` is what the record holds of it, word for word, where it is printed with the letter."""

    number: int
    title: str
    origin: Origin
    places: tuple[str, ...]
    text: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole letter, ready for paper: who writes to whom, about what, and what is enclosed.

    ``recipient`` begins with the contractor's name; where the address is not known, ``recipient_lines`` is the
    number of blank lines to fill in. ``identity`` are the rows that name the claim, ``services`` the lines in
    dispute. The letter must be received by ``deadline``. ``made_with`` names the program and the law files.
    """

    claim: str
    title: str
    dated: date
    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    recipient_lines: int
    identity: tuple[tuple[str, Fact], ...]
    services: tuple[Service, ...]
    paragraphs: tuple[Paragraph, ...]
    exhibits: tuple[Exhibit, ...]
    deadline: date
    made_with: str

    def sentences(self) -> Iterator[Sentence]:
        """All sentences in the order of their numbers."""
        for paragraph in self.paragraphs:
            yield from paragraph.sentences
