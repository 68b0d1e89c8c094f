"""Causes of variance in words, each with the sources of the rule that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.remit.changes import VarianceCause, locality_words
from teachback.rules.book import law

if TYPE_CHECKING:
    from teachback.claimdata import ClaimLine
    from teachback.remit.changes import Change
    from teachback.remit.terms import Terms

_WORDS: Final = {
    VarianceCause.CHARGE: "the charge is lower than the fee schedule, and the lower of the two is paid",
    VarianceCause.ASSISTANT_MISSING: "the reduction for an assistant was not taken, although the line has its modifier",
    VarianceCause.ASSISTANT_EXTRA: "it was reduced as if an assistant had furnished it, and the line has no such modifier",
    VarianceCause.NONPARTICIPATING: "it was priced as of a practitioner who does not participate",
    VarianceCause.PARTICIPATING: "it was priced as of a practitioner who participates",
    VarianceCause.COINSURANCE: "no coinsurance was taken",
    VarianceCause.CONVERSION_FACTOR: "it was priced with another conversion factor: {detail}",
    VarianceCause.PRACTITIONER_SHARE: "it was priced with another practitioner's share of the fee schedule: {detail}",
    VarianceCause.FEE_YEAR: "it was priced by the fee schedule of {detail}",
    VarianceCause.LOCALITY: "it was priced for another locality: {detail} instead of {locality}",
    VarianceCause.UNITS_CUT: "{detail} were paid",
    VarianceCause.UNITS_CUT_TO_MUE: "{detail} were paid: the most that Medicare pays on a day",
    VarianceCause.REDUCTION: "the payer took a reduction of {detail} that it tells; its remark says which",
    VarianceCause.DEDUCTIBLE: "the deductible took {detail}; the patient owes it",
}


def words_of(change: Change, line: ClaimLine, locality: str) -> str:
    """The change as the end of a sentence about the payment; ``locality`` is the one that we expect."""
    if change.cause is VarianceCause.SEQUESTRATION:
        return "sequestration was " + ("taken" if change.terms.sequestered else "not taken")
    if change.cause is VarianceCause.FACILITY:
        return _facility_words(change, line)
    return _WORDS[change.cause].format(detail=change.detail, locality=locality_words(locality))


def _facility_words(change: Change, line: ClaimLine) -> str:
    therapy = {"GP", "GO", "GN"} & set(line.modifiers)
    if therapy and change.detail == "facility":
        return (
            "a line under a therapy plan was priced at the facility amount; it earns the other in every place"
        )
    return f"it was priced at the {change.detail} amount, which its place of service does not earn"


_LAW: Final = {
    VarianceCause.CHARGE: "lower_of_charge",
    VarianceCause.ASSISTANT_MISSING: "assistant_percent",
    VarianceCause.ASSISTANT_EXTRA: "assistant_percent",
    VarianceCause.SEQUESTRATION: "sequestration_percent",
    VarianceCause.NONPARTICIPATING: "nonparticipating_percent",
    VarianceCause.PARTICIPATING: "nonparticipating_percent",
    VarianceCause.COINSURANCE: "coinsurance_percent",
    VarianceCause.LOCALITY: "locality_decides",
    VarianceCause.DEDUCTIBLE: "part_b_deductible",
}


def cites_of(cause: VarianceCause, line: ClaimLine, terms: Terms) -> tuple[str, ...]:
    """The sources of the rule that a cause breaks; none where no rule is in question."""
    name, key = _LAW.get(cause, ""), None
    if cause is VarianceCause.FACILITY:
        therapy = {"GP", "GO", "GN"} & set(line.modifiers)
        name, key = ("therapy_nonfacility", None) if therapy else ("place_required", None)
    elif cause is VarianceCause.CONVERSION_FACTOR:
        name, key = "conversion_factor", "qualifying" if terms.qualifying_apm else "others"
    elif cause is VarianceCause.PRACTITIONER_SHARE:
        name, key = "practitioner_share", terms.kind.value
    elif cause in {VarianceCause.UNITS_CUT, VarianceCause.UNITS_CUT_TO_MUE}:
        name, key = "unit_limit", terms.procedure_code
    elif cause is VarianceCause.FEE_YEAR:
        name, key = "relative_values", terms.procedure_code
    entry = law().on(terms.day, terms.payer).entry(name, key) if name else None
    return () if entry is None else entry.cites
