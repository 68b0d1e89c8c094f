"""The values that each finite fact can have, numbered; 0 is always the unknown."""

from __future__ import annotations

import enum
import typing
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from teachback import model
from teachback.rules import vocabulary
from teachback.rules.book import rulebook
from teachback.rules.fees import NO_CHARGE, cents
from teachback.rules.vocabulary import CHOICES, NOWHERE, RECORDED

if TYPE_CHECKING:
    from decimal import Decimal

MOST_CENTS = 2**31 - 1
UNKNOWN_CENTS = 2**32 - 1
LONGEST = 65_534
NO_MINUTES = 65_535
_PLACES = CHOICES["place_of_service"]


class Counts(Sequence["int | None"]):
    """Whole numbers as values: code 0 is unknown, code n is n - 1."""

    def __init__(self, size: int) -> None:
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, code: Any) -> Any:  # noqa: ANN401  a sequence is also asked for slices
        return None if code == 0 else code - 1


@cache
def localities() -> tuple[str, ...]:
    """Every payment locality that the law prices, and the one that is not known."""
    names = {str(entry.key) for entry in rulebook().law.entries("gpci")}
    return (NOWHERE, *sorted(names - {NOWHERE}))


@cache
def domain(fact: str) -> tuple[Any, ...]:
    """The values of a finite fact, the unknown first. Raises ``KeyError`` for a fact without such values.

    Recorded facts name theirs in the vocabulary of the rules, the others by the type that their rule returns.
    """
    if fact == "recorded_place":
        return (None, *_PLACES)
    if fact == "payment_locality":
        return (None, *localities())
    if fact in RECORDED:
        values = RECORDED[fact].values
        if values is None:
            raise KeyError(fact)
        return (None, *values)
    if fact in CHOICES:
        return (None, *CHOICES[fact])
    maker = rulebook().makers[fact][0]
    kind = typing.get_type_hints(maker.call, _names(maker.call.__globals__))["return"]
    kinds = [k for k in (typing.get_args(kind) or (kind,)) if k is not type(None)]
    values = []
    for one in kinds:
        if one is bool:
            values += [False, True]
        elif isinstance(one, enum.EnumMeta):
            values += list(one)
        else:
            raise KeyError(fact)
    return (None, *values)


def _names(own: dict[str, Any]) -> dict[str, Any]:
    words = {"Mapping": dict, "Sequence": list, "date": object, "time": object, "Decimal": object}
    return {**vars(typing), **vars(model), **vars(vocabulary), **words, **own}


@cache
def numbers(fact: str) -> dict[Any, int]:
    """The number of each value of a fact; yes is not 1, so values are told apart by their type too."""
    return {(type(value), value): code for code, value in enumerate(domain(fact))}


def number(fact: str, value: object) -> int:
    """The number of one value."""
    if value is None:
        return 0
    found = numbers(fact).get((type(value), value))
    if found is None and fact == "payment_locality":
        # A locality that the law does not price is answered as one that is not known: with no amount.
        found = numbers(fact)[str, NOWHERE]
    if found is None:
        raise KeyError(f"{fact} has no value {value!r}")
    return found


def clipped(amount: Decimal | None) -> int:
    """Dollars as cents, held to what 31 bits take: far above every limit that they are compared to."""
    return UNKNOWN_CENTS if amount is None else min(cents(amount), MOST_CENTS)


@cache
def charge_slots() -> dict[str, tuple[str, ...]]:
    """The codes that each training can be billed with, over all dates and payers: at most four."""
    law = rulebook().law
    slots: dict[str, list[str]] = {}
    addons: dict[str, set[str]] = {}
    for entry in law.entries("addon_codes"):
        for primary, addon in entry.value.items():
            addons.setdefault(primary, set()).add(addon)
    for name in ("individual_codes", "group_codes"):
        for entry in law.entries(name):
            for training, code in entry.value.items():
                mine = slots.setdefault(str(training), [])
                mine += [c for c in (code, *sorted(addons.get(code, ()))) if c not in mine]
    if max(map(len, slots.values())) > len(CHARGES):
        raise ValueError("a training has more codes than a record has places for their charges")
    return {training: tuple(codes) for training, codes in slots.items()}


CHARGES = ("charge_0", "charge_1", "charge_2", "charge_3")


def ceiling(units: int, charge: int) -> int:
    """The charge of a line in cents; none is no ceiling."""
    return NO_CHARGE if charge == UNKNOWN_CENTS else units * charge


def words(values: Sequence[Any]) -> list[str | None]:
    """Values as the words that are written to a column."""
    return [None if value is None else str(getattr(value, "value", value)) for value in values]
