"""The single things that may be otherwise in a payer's price, each as changed terms that are priced again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from teachback.model import PractitionerKind
from teachback.remit.terms import all_localities
from teachback.rules.book import law
from teachback.rules.claim_filing import years_later
from teachback.rules.fees import NO_CHARGE, percent_of
from teachback.rules.vocabulary import Setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from teachback.remit.terms import Terms


class VarianceCause(StrEnum):
    """Why paid differs from expected."""

    NONE = "none"
    ROUNDING = "rounding"
    CHARGE = "charge"
    ASSISTANT_MISSING = "assistant_missing"
    ASSISTANT_EXTRA = "assistant_extra"
    SEQUESTRATION = "sequestration"
    FACILITY = "facility"
    NONPARTICIPATING = "nonparticipating"
    PARTICIPATING = "participating"
    CONVERSION_FACTOR = "conversion_factor"
    PRACTITIONER_SHARE = "practitioner_share"
    COINSURANCE = "coinsurance"
    UNITS_CUT_TO_MUE = "units_cut_to_mue"
    UNITS_CUT = "units_cut"
    FEE_YEAR = "fee_year"
    LOCALITY = "locality"
    DEDUCTIBLE = "deductible"
    REDUCTION = "reduction"
    OTHER_PAYER = "other_payer"
    PATIENT = "patient"
    BUNDLED = "bundled"
    DENIED = "denied"
    UNKNOWN = "unknown"
    NOT_PRICED = "not_priced"
    NOT_READ = "not_read"
    REVERSAL = "reversal"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing changed: which, the terms that follow, and what it is in words (a locality, a factor, a share)."""

    cause: VarianceCause
    terms: Terms
    detail: str = ""


_SHARES: Final = (PractitionerKind.MD, PractitionerKind.NP, PractitionerKind.CSW)


def changes(terms: Terms, charge_cents: int) -> Iterator[Change]:
    """Every single change, likeliest first; localities last, since many have amounts that meet by chance."""
    yield from _of_charge(terms, charge_cents)
    yield from _of_payment(terms)
    if terms.recorded_cents is not None:
        yield from _of_recorded(terms)
        return
    yield from _of_fee(terms)
    yield from _of_units(terms)
    yield from _of_year(terms)
    yield from _of_place(terms)


def unit_limit(terms: Terms) -> int | None:
    """The most units that Medicare pays on a day; ``None`` where it is not known."""
    limit: int | None = law().on(terms.day, terms.payer).value("unit_limit", terms.procedure_code)
    return limit


def cut_to(terms: Terms, units: int) -> Change:
    """Fewer units than were claimed, with their part of the charge."""
    is_limit = units == unit_limit(terms)
    cause = VarianceCause.UNITS_CUT_TO_MUE if is_limit else VarianceCause.UNITS_CUT
    recorded, charge = terms.recorded_cents, terms.charge_cents
    if recorded is not None:
        recorded = recorded * units // terms.units
    if charge != NO_CHARGE:
        charge = charge * units // terms.units
    cut = replace(terms, units=units, recorded_cents=recorded, charge_cents=charge)
    return Change(cause, cut, f"{units} of {terms.units} units")


def _of_charge(terms: Terms, charge_cents: int) -> Iterator[Change]:
    if terms.recorded_cents is not None:
        if charge_cents < terms.recorded_cents:
            yield Change(VarianceCause.CHARGE, replace(terms, recorded_cents=charge_cents))
    elif terms.charge_cents in {NO_CHARGE, charge_cents}:
        yield Change(VarianceCause.CHARGE, replace(terms, charge_cents=charge_cents))
    else:
        yield Change(
            VarianceCause.CHARGE, replace(terms, charge_cents=charge_cents), "another charge than ours"
        )


def _of_payment(terms: Terms) -> Iterator[Change]:
    if terms.assistant:
        yield Change(VarianceCause.ASSISTANT_MISSING, replace(terms, assistant=""))
    else:
        yield Change(VarianceCause.ASSISTANT_EXTRA, replace(terms, assistant="CQ"))
    yield Change(VarianceCause.SEQUESTRATION, replace(terms, sequestered=not terms.sequestered))
    yield Change(VarianceCause.COINSURANCE, replace(terms, has_coinsurance=not terms.has_coinsurance))


def _of_recorded(terms: Terms) -> Iterator[Change]:
    """What can be told from the recorded amount alone, where no terms prove it."""
    recorded = terms.recorded_cents or 0
    statute = law().on(terms.day, terms.payer)
    percent = statute.value("nonparticipating_percent")
    if percent is not None and terms.participating:
        less = replace(terms, recorded_cents=percent_of(recorded, percent))
        yield Change(VarianceCause.NONPARTICIPATING, less, f"{percent} percent")
    for kind in _SHARES:
        share = statute.value("practitioner_share", kind.value)
        if share is not None and share < 100:  # noqa: PLR2004  the whole fee is no change
            part = replace(terms, recorded_cents=percent_of(recorded, share))
            yield Change(VarianceCause.PRACTITIONER_SHARE, part, f"{share} percent")
    for units in range(terms.units - 1, 0, -1):
        yield cut_to(terms, units)


def _of_fee(terms: Terms) -> Iterator[Change]:
    other = Setting.NONFACILITY if terms.setting is Setting.FACILITY else Setting.FACILITY
    yield Change(VarianceCause.FACILITY, replace(terms, setting=other), other.value)
    takes_part = terms.participating
    cause = VarianceCause.NONPARTICIPATING if takes_part else VarianceCause.PARTICIPATING
    yield Change(cause, replace(terms, participating=not takes_part))
    yield from _of_factor(terms)
    statute = law().on(terms.day, terms.payer)
    own = statute.value("practitioner_share", terms.kind.value)
    for kind in _SHARES:
        share = statute.value("practitioner_share", kind.value)
        if share is not None and share != own:
            yield Change(VarianceCause.PRACTITIONER_SHARE, replace(terms, kind=kind), f"{share} percent")


def _of_factor(terms: Terms) -> Iterator[Change]:
    """The other conversion factors of the year: before or after a change, or of the other APM standing."""
    standing = "qualifying" if terms.qualifying_apm else "others"
    own = law().on(terms.day, terms.payer).value("conversion_factor", standing)
    for entry in law().entries("conversion_factor"):
        if entry.since.year == terms.day.year and entry.value != own:
            whose = "qualifying APM participants" if entry.key == "qualifying" else "all others"
            detail = f"{entry.value}, of {whose} from {entry.since}"
            yield Change(VarianceCause.CONVERSION_FACTOR, replace(terms, factor=entry.value), detail)


def _of_units(terms: Terms) -> Iterator[Change]:
    for units in range(terms.units - 1, 0, -1):
        yield cut_to(terms, units)


def _of_year(terms: Terms) -> Iterator[Change]:
    for years in (-1, 1):
        day = years_later(terms.day, years)
        yield Change(VarianceCause.FEE_YEAR, replace(terms, fee_day=day), f"{day.year}")


def _of_place(terms: Terms) -> Iterator[Change]:
    for locality in all_localities():
        if locality != terms.locality:
            yield Change(VarianceCause.LOCALITY, replace(terms, locality=locality), locality_words(locality))


@cache
def locality_words(locality: str) -> str:
    """A payment locality's number with its name; ``an unknown locality`` where it has none."""
    for entry in law().entries("locality_name"):
        if entry.key == locality:
            return f"{locality} {entry.value}"
    return "an unknown locality"
