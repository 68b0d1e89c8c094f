"""Prices of the made-up payer: the fee schedule's own rules for one unit, then its own way to what is paid.

The amount of a unit comes from ``rules/fees``; everything behind it is reckoned here anew, so that the practice's
expectation and the payer's answer are two programs that must agree. All amounts are whole cents.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from teachback.codesets import taxonomy
from teachback.model import PractitionerKind, Training
from teachback.rulebook import Scope
from teachback.rules.book import rulebook
from teachback.rules.practitioners import MayBill
from teachback.rules.vocabulary import Setting, TherapyModifier

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from teachback.law import Statute

NOWHERE: Final = "unknown"
_FIRST_OF_LOCALITY: Final = 5


@dataclass(frozen=True, slots=True)
class CodeOfTraining:
    """A training code: its family, its primary (itself, where it is one), whether an add-on and whether of a group."""

    family: str
    primary: str
    is_addon: bool
    is_group: bool


@dataclass(frozen=True, slots=True)
class Basis:
    """What the amount of one unit depends on. ``kind`` is the practitioner's; ``therapy`` GP, GO, GN or none.

    ``locality`` and ``setting`` are empty where ZIP and place decide; the payer's mistakes fill them.
    """

    day: date
    code: str
    place: str
    zip5: str
    kind: str
    therapy: str = "none"
    participating: bool = True
    locality: str = ""
    setting: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """How one line is paid: cents of a unit, units allowed of those billed, and what is taken off."""

    unit: int
    units: int
    billed_units: int
    charge: int
    assistant_percent: int
    coinsurance_percent: int
    sequestration_percent: int
    deductible: int = 0


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The money of one line in cents; ``refused`` is the charge of units that were not allowed."""

    refused: int
    allowed: int
    contractual: int
    deductible: int
    coinsurance: int
    assistant: int
    sequestration: int
    paid: int

    @property
    def patient(self) -> int:
        """What the patient owes."""
        return self.deductible + self.coinsurance


def reckon(terms: Terms) -> Reckoned:
    """From the unit to the payment: lesser of fee and charge, deductible, coinsurance, assistant, sequestration.

    Each stage is rounded to the cent, half up; the patient's share knows neither of the last two.
    """
    billed = terms.billed_units
    refused = _part(terms.charge, billed - terms.units, billed)
    charge = terms.charge - refused
    allowed = min(terms.unit * terms.units, charge)
    deductible = min(terms.deductible, allowed)
    coinsurance = _part(allowed - deductible, terms.coinsurance_percent, 100)
    share = allowed - deductible - coinsurance
    kept = _part(share, terms.assistant_percent, 100)
    sequestration = _part(kept, terms.sequestration_percent, 100)
    return Reckoned(
        refused,
        allowed,
        charge - allowed,
        deductible,
        coinsurance,
        share - kept,
        sequestration,
        kept - sequestration,
    )


def _part(amount: int, share: int, whole: int) -> int:
    """A share of whole cents, rounded half up."""
    return (2 * amount * share + whole) // (2 * whole)


class Fees:
    """The fee schedule, asked by `Basis`; answers are kept, since a practice bills few of them many times."""

    def __init__(self) -> None:
        self.book = rulebook()
        self.law = self.book.law
        self._units: dict[Basis, int | None] = {}

    @cached_property
    def codes(self) -> Mapping[str, CodeOfTraining]:
        """Every training code that the law has on any date."""
        found: dict[str, CodeOfTraining] = {}
        for name, is_group in (("individual_codes", False), ("group_codes", True)):
            for entry in self.law.entries(name):
                for family, code in entry.value.items():
                    found[code] = CodeOfTraining(family, code, is_addon=False, is_group=is_group)
        for entry in self.law.entries("addon_codes"):
            for primary, addon in entry.value.items():
                first = found[primary]
                found[addon] = CodeOfTraining(first.family, primary, is_addon=True, is_group=first.is_group)
        return found

    @cached_property
    def _localities(self) -> tuple[str, ...]:
        return tuple(sorted({str(entry.key) for entry in self.law.entries("gpci")}))

    def on(self, day: date) -> Statute:
        """The law of a day of service."""
        return self.law.on(day)

    def is_payable_code(self, code: str, day: date) -> bool:
        """Whether a training code had begun on that day."""
        statute = self.on(day)
        primary = self.codes[code].primary
        return any(
            primary in (statute.value(name) or {}).values() for name in ("individual_codes", "group_codes")
        )

    def standing(self, code: str, kind: str, day: date) -> MayBill | None:
        """Whether that kind of practitioner may bill the code's family; None where the law is silent."""
        word = (self.on(day).value("may_bill", kind) or {}).get(self.codes[code].family)
        return None if word is None else MayBill(word)

    def unit(self, basis: Basis) -> int | None:
        """The allowed amount of one unit in cents; None where no fee is known for code, day, place or locality."""
        if basis not in self._units:
            self._units[basis] = self._unit(basis)
        return self._units[basis]

    def _unit(self, basis: Basis) -> int | None:
        statute = self.on(basis.day)
        if statute.value("fees_published") is not True:
            return None
        setting = basis.setting or statute.value("place_kind", basis.place)
        if setting is None:
            return None
        given: dict[str, Any] = {
            "practitioner_kind": PractitionerKind(basis.kind),
            "training": Training(self.codes[basis.code].family),
            "procedure_code": basis.code,
            "therapy_modifier": TherapyModifier(basis.therapy),
            "place_setting": Setting(setting),
            "participating": basis.participating,
            "qualifying_apm": False,
            "at_cost": False,
            "payment_locality": basis.locality or self.locality(basis.day, basis.zip5),
        }
        if basis.setting:
            given["fee_setting"] = Setting(basis.setting)
        amount: int | None = Scope(self.book, statute, given).value("unit_allowed_cents")
        return amount

    def locality(self, day: date, zip5: str) -> str:
        """The payment locality of a ZIP."""
        scope = Scope(self.book, self.on(day), {"locality": None, "zip_code": zip5})
        return str(scope.value("payment_locality"))

    def neighbors(self, locality: str) -> tuple[str, ...]:
        """The other localities of the same contractor, or all others where it has but one."""
        own = [one for one in self._localities if one[:_FIRST_OF_LOCALITY] == locality[:_FIRST_OF_LOCALITY]]
        wider = [one for one in self._localities if one != locality]
        return tuple(one for one in own if one != locality) or tuple(wider)


def kind_of(code: str) -> str | None:
    """The practitioner word of a taxonomy; None where the code leaves it open in a way that matters to the price."""
    kinds = taxonomy.kinds(code)
    if taxonomy.is_physician(code):
        return "MD"
    return next(iter(kinds)) if len(kinds) == 1 else None
