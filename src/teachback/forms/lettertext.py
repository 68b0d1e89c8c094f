"""The texts of a letter beside its sentences, one for every form of it: captions, tables, enclosures, the annex."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.forms import labels
from teachback.forms.letterdata import Origin

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from teachback.forms.letterdata import Exhibit, Fact, Letter, Sentence

SIGNATURE: Final = ("Signature", "Date", "Name in print", "Title and telephone")
ENCLOSURES: Final = "Enclosures"
ANNEX: Final = "Annex: sources of this letter"
ANNEX_SAYS: Final = (
    "Every sentence of the letter by its number: the facts that it states with their places in the practice's record, "
    "and the rules that it rests on."
)
VERBATIM: Final = "Text as the practice's record of the session holds it, word for word. A copy of the signed original is added."
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_UNBROKEN: Final = "\u00a0"
"""A blank at which no line ends: a citation stays whole."""
_SHORT_WORDS: Final = ("a.m.", "p.m.")
_SERVICES: Final = ("Date", "Service", "Units", "Charged", "Paid", "Denied", "Reason")
_ANNEX: Final = ("No.", "Sentence", "Facts and their places", "Rules and sources")


def day(on: date) -> str:
    """``June 2, 2026``, in English wherever the machine stands."""
    return f"{_MONTHS[on.month - 1]} {on.day}, {on.year}"


def _short(on: date) -> str:
    return f"{on:%m/%d/%Y}"


def money(amount: Decimal) -> str:
    """``$1,234.50``."""
    return f"${amount:,.2f}"


def foot(letter: Letter) -> str:
    """What stands at the foot of every page."""
    return f"Claim {letter.claim}, redetermination request. Made with {letter.made_with}."


def sentence(one: Sentence) -> str:
    """A sentence with its sources and exhibits before its end: ``… is documented (88 FR 78918; Exhibit 2).``."""
    proofs = [*one.cites, *(f"Exhibit {number}" for number in one.exhibits)]
    if not proofs:
        return one.text
    shown = f"({'; '.join(proof.replace(' ', _UNBROKEN) for proof in proofs)})"
    if one.text.endswith(".") and not one.text.endswith(_SHORT_WORDS):
        return f"{one.text[:-1]} {shown}."
    return f"{one.text} {shown}."


def services(letter: Letter) -> list[tuple[str, ...]]:
    """The table of what is in dispute, its captions first."""
    rows: list[tuple[str, ...]] = [_SERVICES]
    for line in letter.services:
        code = " ".join((line.procedure_code, *line.modifiers))
        label = labels.procedure(line.procedure_code)
        rows.append(
            (
                _short(line.date_of_service),
                f"{code}: {label.lower()}" if label else code,
                str(line.units),
                money(line.charge),
                money(line.paid),
                money(line.denied),
                ", ".join(line.reasons),
            )
        )
    return rows


def enclosures(letter: Letter) -> list[str]:
    """One line for each exhibit."""
    return [f"{exhibit_title(exhibit)} ({_origin(exhibit)})" for exhibit in letter.exhibits]


def _origin(exhibit: Exhibit) -> str:
    if exhibit.origin is Origin.PRINTED:
        return "text printed below, copy of the signed original"
    return "copy"


def exhibit_title(exhibit: Exhibit) -> str:
    """``Exhibit 2: Note of April 14, 2026``."""
    return f"Exhibit {exhibit.number}: {exhibit.title}"


def annex(letter: Letter) -> list[tuple[str, ...]]:
    """The table of sources, its captions first; facts and rules stand one a line within their cell."""
    rows: list[tuple[str, ...]] = [_ANNEX]
    rows += [("", f"{label}: {fact.text}", _fact(fact), "") for label, fact in letter.identity]
    for one in letter.sentences():
        rules = [
            f"{rule.name} = {rule.text}, since {rule.since} ({'; '.join(rule.cites)})" for rule in one.rules
        ]
        rows.append((str(one.number), one.text, "\n".join(map(_fact, one.facts)), "\n".join(rules)))
    return rows


def _fact(fact: Fact) -> str:
    return f"{fact.name.replace('_', ' ')}: {'; '.join(fact.places)}"
