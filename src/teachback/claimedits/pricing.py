"""The least that Medicare may allow for a line as the claim shows it, from the fee schedule's own rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from teachback.claimedits.codes import Periods, training_codes
from teachback.rulebook import Scope
from teachback.rules.book import rulebook
from teachback.rules.fees import dollars
from teachback.rules.vocabulary import TherapyModifier

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from teachback.claimdata import Claim, ClaimLine
    from teachback.model import PractitionerKind

_Value = TypeVar("_Value")
MOST_KEPT = 50_000
_UNIT = "unit_allowed_cents"
_LOCALITY = "payment_locality"
_MARKS = frozenset({"GP", "GO", "GN"})
_DISTANT = frozenset({"02", "10"})


class Prices:
    """Unit amounts, kept by what they depend on; asked for a line, they say whether its charge is below.

    A claim does not show whether the practitioner participates or earns the other conversion factor: the lesser
    amount is taken, so that a charge is called low only where it is low in every case.
    """

    def __init__(self, payer: str) -> None:
        self.payer = payer
        self.book = rulebook()
        self.codes = training_codes(self.book.law)
        self.periods = Periods.of(self.book, (_UNIT,))
        self._units: dict[tuple[Any, ...], Decimal | None] = {}
        self._localities: dict[tuple[date, str], str] = {}
        self._first: dict[date, date] = {}

    def is_charge_low(
        self, claim: Claim, line: ClaimLine, kind: PractitionerKind | None, allowed: Decimal | None
    ) -> bool | None:
        """Whether the charge is below the allowed amount; ``None`` where that amount cannot be known.

        An allowed amount that equals the charge may have been cut to it, and then the fee decides.
        """
        if allowed is not None and line.charge != allowed:
            return line.charge < allowed
        unit = None if kind is None else self.unit_allowed(claim, line, kind)
        return None if unit is None else line.charge < unit * line.units

    def unit_allowed(self, claim: Claim, line: ClaimLine, kind: PractitionerKind) -> Decimal | None:
        """The least allowed amount of one unit in dollars; ``None`` where place or locality does not tell."""
        place = line.place_of_service or claim.place_of_service
        code = line.procedure_code
        if place in _DISTANT or code not in self.codes or claim.institutional is not None:
            return None
        therapy = next((mark for mark in line.modifiers if mark in _MARKS), "none")
        key = (
            self._period(line.date_of_service),
            code,
            place,
            (claim.service_facility or claim.billing).address.zip[:5],
            kind,
            therapy,
        )
        try:
            return self._units[key]
        except KeyError:
            return _kept(self._units, key, self._price(*key))

    def _period(self, day: date) -> date:
        try:
            return self._first[day]
        except KeyError:
            return _kept(self._first, day, self.periods.first(day))

    def _price(self, *key: Any) -> Decimal | None:  # noqa: ANN401  the parts of a price, in their order
        day, code, place, zip5, kind, therapy = key
        locality = self._localities.get((day, zip5))
        if locality is None:
            scope = Scope(self.book, self.book.law.on(day, self.payer), {"locality": None, "zip_code": zip5})
            locality = _kept(self._localities, (day, zip5), str(scope.value(_LOCALITY)))
        same = (day, code, place, locality, kind, therapy, _LOCALITY)
        if same in self._units:
            return self._units[same]
        given = {
            _LOCALITY: locality,
            "recorded_place": place,
            "practitioner_kind": kind,
            "training": self.codes[code].training,
            "procedure_code": code,
            "therapy_modifier": TherapyModifier(therapy),
            "participating": False,
            "qualifying_apm": False,
            "at_cost": False,
        }
        amount = Scope(self.book, self.book.law.on(day, self.payer), given).value(_UNIT)
        return _kept(self._units, same, None if amount is None else dollars(amount))


def _kept(kept: dict[Any, _Value], key: Any, value: _Value) -> _Value:  # noqa: ANN401  keys are whatever decides
    """Keep a value under its key; a store that is full begins anew."""
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[key] = value
    return value
