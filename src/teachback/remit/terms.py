"""What a line is priced on, and the price that follows: the rules' own functions, called with one thing changed.

Terms are found from the claim and proved: they must give the very amount that the claim line expects. Where the
claim does not show a fact (locality, kind, participation, conversion factor) the first one that proves is taken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from teachback.claimedits.rows import practitioner_of
from teachback.codesets import taxonomy
from teachback.law import MEDICARE
from teachback.model import PractitionerKind
from teachback.rules.book import law
from teachback.rules.fees import (
    NO_CHARGE,
    allowed_cents,
    apm_standing,
    cents,
    fee_setting,
    participation_percent,
    payment_locality,
    unit_allowed_cents,
    unit_fee_cents,
)
from teachback.rules.payment import (
    after_sequestration_cents,
    coinsurance_cents,
    deductible_applied_cents,
    medicare_cents,
    medicare_share_cents,
    patient_cents,
    payment_percent,
    sequestration_cents,
)
from teachback.rules.vocabulary import NOWHERE, Setting, TherapyModifier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from teachback.claimdata import Claim, ClaimLine

_MARKS: Final = frozenset({"GP", "GO", "GN"})
_THERAPISTS: Final = {
    "GP": PractitionerKind.PT,
    "GO": PractitionerKind.OT,
    "GN": PractitionerKind.SLP,
}
_ASSISTANTS: Final = frozenset({"CQ", "CO"})


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the claim; ``None`` is found out from the claim where it can be."""

    practitioner_kind: PractitionerKind | None = None
    qualifying_apm: bool | None = None
    participating: bool | None = None
    locality: str | None = None
    payer: str = MEDICARE


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that decides the price of one line.

    ``fee_day`` is the day whose fee schedule is used; ``factor`` a conversion factor that replaces its own.
    ``reduction_cents`` is a cut of the payment that the payer itemizes (such as that of its quality program).
    ``recorded_cents`` is an allowed amount that stands for the fee schedule where none could be proved.
    """

    day: date
    procedure_code: str
    units: int
    charge_cents: int
    locality: str
    setting: Setting
    kind: PractitionerKind
    participating: bool = True
    qualifying_apm: bool = False
    assistant: str = ""
    deductible_cents: int = 0
    reduction_cents: int = 0
    has_coinsurance: bool = True
    sequestered: bool = True
    fee_day: date | None = None
    factor: Decimal | None = None
    recorded_cents: int | None = None
    payer: str = MEDICARE


@dataclass(frozen=True, slots=True)
class Amounts:
    """A line's money in cents, from what is allowed to what Medicare pays in the end."""

    allowed: int
    deductible: int
    coinsurance: int
    medicare: int
    sequestration: int
    after: int

    @property
    def patient(self) -> int:
        """What the patient owes."""
        return self.deductible + self.coinsurance


def unit_allowed(terms: Terms) -> int | None:
    """One unit's allowed amount in cents; ``None`` where the law is silent."""
    return _unit(
        terms.fee_day or terms.day,
        terms.payer,
        terms.procedure_code,
        terms.locality,
        terms.setting,
        terms.kind,
        terms.participating,
        terms.qualifying_apm,
        terms.factor,
    )


@lru_cache(maxsize=65536)
def _unit(  # noqa: PLR0913, PLR0917  what a unit's amount depends on, and the key under which it is kept
    day: date,
    payer: str,
    code: str,
    locality: str,
    setting: Setting,
    kind: PractitionerKind,
    participating: bool,
    qualifying_apm: bool,
    factor: Decimal | None,
) -> int | None:
    statute = law().on(day, payer)
    standing = apm_standing(qualifying_apm, apm_factor_differs=statute.value("apm_factor_differs") or False)
    values = statute.value("relative_values", code)
    gpci = statute.value("gpci", locality)
    used = factor or statute.value("conversion_factor", standing)
    share = statute.value("practitioner_share", kind.value)
    nonparticipating = statute.value("nonparticipating_percent")
    if values is None or gpci is None or used is None or share is None or nonparticipating is None:
        return None
    fee = unit_fee_cents(setting, relative_values=values, gpci=gpci, conversion_factor=used)
    percent = participation_percent(participating, nonparticipating_percent=nonparticipating)
    return unit_allowed_cents(fee, percent, share)


def allowed(terms: Terms) -> int | None:
    """The line's allowed amount in cents."""
    if terms.recorded_cents is not None:
        return terms.recorded_cents
    unit = unit_allowed(terms)
    return None if unit is None else allowed_cents(terms.units, unit, terms.charge_cents)


def amounts(terms: Terms) -> Amounts | None:
    """The whole chain of the line's money; ``None`` where no fee is known."""
    most = allowed(terms)
    return None if most is None else chain(most, terms)


def chain(most: int, terms: Terms) -> Amounts:
    """From an allowed amount in cents to the payment, on these terms."""
    statute = law().on(terms.day, terms.payer)
    deductible = deductible_applied_cents(most, terms.deductible_cents)
    percent = statute.value("coinsurance_percent") if terms.has_coinsurance else 0
    coinsurance = coinsurance_cents(most, deductible, coinsurance_percent=percent)
    share = medicare_share_cents(most, patient_cents(deductible, coinsurance))
    reduced = payment_percent(terms.assistant, assistant_percent=statute.value("assistant_percent"))
    medicare = max(0, medicare_cents(share, reduced) - terms.reduction_cents)
    percent = statute.value("sequestration_percent") or 0 if terms.sequestered else 0
    cut = sequestration_cents(medicare, sequestration_percent=percent)
    return Amounts(most, deductible, coinsurance, medicare, cut, after_sequestration_cents(medicare, cut))


def expected(line: ClaimLine) -> Amounts | None:
    """The money that the claim line expects, as it was recorded; ``None`` where it was not priced."""
    dollars = (
        line.allowed_amount,
        line.patient_amount,
        line.medicare_payment,
        line.medicare_payment_after_sequestration,
    )
    if any(amount is None for amount in dollars):
        return None
    most, patient, medicare, after = (cents(amount) for amount in dollars if amount is not None)
    deductible = implied_deductible(most, patient, line.date_of_service)
    return Amounts(most, deductible, patient - deductible, medicare, medicare - after, after)


def implied_deductible(most: int, patient: int, day: date) -> int:
    """The deductible in cents within the patient's amount, given what is allowed: coinsurance is on the rest."""
    percent: int = law().on(day).value("coinsurance_percent")
    near = max(0, (100 * patient - percent * most) // (100 - percent))
    for deductible in (0, *range(max(0, near - 2), near + 3)):
        if (
            deductible <= most
            and patient == coinsurance_cents(most, deductible, coinsurance_percent=percent) + deductible
        ):
            return int(deductible)
    return min(near, patient)


def terms_of(claim: Claim, line: ClaimLine, context: Context) -> Terms | None:
    """The terms that give exactly what the line expects; ``None`` where the line was not priced.

    An amount that was expected before the charge was known proves without the charge. Where no terms prove, they
    carry the recorded amount: then only what follows the allowed amount can be tested.
    """
    money = expected(line)
    if money is None:
        return None
    first: Terms | None = None
    for terms in _possible(claim, line, context):
        first = first or terms
        for proof in (terms, replace(terms, charge_cents=NO_CHARGE)):
            if allowed(proof) == money.allowed:
                return _proved(proof, money)
    if first is None:
        return None
    return _proved(replace(first, recorded_cents=money.allowed), money)


def _proved(terms: Terms, money: Amounts) -> Terms:
    """The terms with the deductible expected, and without sequestration where none was."""
    given = replace(terms, deductible_cents=money.deductible)
    return given if money.sequestration or not money.medicare else replace(given, sequestered=False)


def _possible(claim: Claim, line: ClaimLine, context: Context) -> Iterator[Terms]:
    """Terms that the claim allows, likeliest first: what the claim does not show is tried."""
    statute = law().on(line.date_of_service, context.payer)
    mark = next((word for word in line.modifiers if word in _MARKS), "")
    localities = [context.locality or _locality(claim, line, context)]
    localities += [name for name in all_localities() if name not in localities]
    setting = _setting(claim, line, mark, statute)
    participating = claim.billing.participating if context.participating is None else context.participating
    for locality in localities:
        for kind in _kinds(claim, line, mark, context):
            for takes_part in (participating, not participating):
                for qualifying in _both(context.qualifying_apm):
                    yield Terms(
                        day=line.date_of_service,
                        procedure_code=line.procedure_code,
                        units=line.units,
                        charge_cents=cents(line.charge),
                        locality=locality,
                        setting=setting,
                        kind=kind,
                        participating=takes_part,
                        qualifying_apm=qualifying,
                        assistant=next((word for word in line.modifiers if word in _ASSISTANTS), ""),
                        payer=context.payer,
                    )


@cache
def all_localities() -> tuple[str, ...]:
    """Every payment locality of the fee schedule, by contractor and number."""
    return tuple(
        dict.fromkeys(entry.key for entry in law().entries("locality_name") if entry.key is not None)
    )


def _both(known: bool | None) -> tuple[bool, ...]:
    return (False, True) if known is None else (known,)


def _locality(claim: Claim, line: ClaimLine, context: Context) -> str:
    where = (claim.service_facility or claim.billing).address.zip
    if not where:
        return NOWHERE
    ranges = law().on(line.date_of_service, context.payer).value("zip_localities")
    return str(payment_locality(None, where, zip_localities=ranges))


def _setting(claim: Claim, line: ClaimLine, mark: str, statute: Any) -> Setting:  # noqa: ANN401  a Statute
    place = statute.value("place_kind", line.place_of_service or claim.place_of_service or "11")
    by_place = Setting.FACILITY if place == "facility" else Setting.NONFACILITY
    therapy = TherapyModifier(mark or "none")
    found = fee_setting(therapy, by_place, therapy_nonfacility=statute.value("therapy_nonfacility") or False)
    return found or by_place


def _kinds(claim: Claim, line: ClaimLine, mark: str, context: Context) -> tuple[PractitionerKind, ...]:
    """The kind that is known or that the claim shows; else one for each share of the fee schedule."""
    if context.practitioner_kind is not None:
        return (context.practitioner_kind,)
    if mark:
        return (_THERAPISTS[mark],)
    words = taxonomy.kinds((practitioner_of(claim, line).taxonomy or "").strip().upper())
    shown = [kind for kind in PractitionerKind if kind.value in words]
    return tuple(shown[:1]) or (PractitionerKind.MD, PractitionerKind.NP, PractitionerKind.CSW)
