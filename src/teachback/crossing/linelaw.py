"""What the law says about the codes of a book of lines, asked once for each code and stretch of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from teachback.law import MEDICARE, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from teachback.law import Law

    Array = NDArray[Any]

NONE: Final = -1
"""Stands for a value that the law does not have."""
EPOCH: Final = date(1970, 1, 1)
LATEST: Final = date(9999, 12, 31)


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """The days on which one of some law values may change, and thereby the stretches between them."""

    opens: tuple[date, ...]

    @classmethod
    def of(cls, law: Law, names: Iterable[str]) -> Stretches:
        """The stretches of these values, with one before the first of them."""
        days = set()
        for name in names:
            silent = law.parameters[name].silent_from
            days |= {silent} if silent is not None else set()
            for entry in law.entries(name):
                days.add(entry.since)
                if entry.until is not None and entry.until < LATEST:
                    days.add(entry.until + timedelta(days=1))
        return cls(tuple(sorted(days)))

    def __len__(self) -> int:
        return len(self.opens) + 1

    def days(self) -> Iterator[date]:
        """One day of each stretch."""
        yield (self.opens[0] - timedelta(days=1)) if self.opens else EPOCH
        yield from self.opens

    def numbers(self, days: Array) -> Array:
        """The stretch in which each day lies; days are counted from 1970-01-01."""
        opens = np.array([(day - EPOCH).days for day in self.opens], dtype=np.int64)
        return np.searchsorted(opens, days, side="right")


@cache
def medicare() -> Law:
    """The law files that the package ships, read once."""
    return load()


@dataclass(frozen=True, slots=True)
class _Training:
    """A training code: its family, whether it is an add-on, whether of group training, and its primary."""

    family: str
    addon: bool
    grouped: bool
    primary: str


def training_codes(law: Law) -> dict[str, _Training]:
    """Every training code that the law has on any date."""
    found = {}
    for name, grouped in (("individual_codes", False), ("group_codes", True)):
        for entry in law.entries(name):
            for family, code in entry.value.items():
                found[code] = _Training(str(family), addon=False, grouped=grouped, primary=code)
    for entry in law.entries("addon_codes"):
        for primary, addon in entry.value.items():
            known = found.get(primary)
            if known is not None:
                found[addon] = _Training(known.family, addon=True, grouped=known.grouped, primary=primary)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class LineLaw:
    """The law of the codes of one book of lines: arrays hold a value for each of its codes, in their order.

    Sets of training codes are bits of a number.
    """

    law: Law
    payer: str
    codes: Sequence[str | None]
    families: list[str | None]
    training: Array
    addon: Array
    grouped: Array
    bits: Array
    own_primary: Array
    family_primaries: Array
    all_primaries: np.uint64
    individual_sets: list[np.uint64]
    group_set: np.uint64

    @classmethod
    def of(cls, law: Law, payer: str, codes: Sequence[str | None]) -> LineLaw:
        """Look up what holds for each code on all dates."""
        known = training_codes(law)
        bit = {code: np.uint64(1 << number) for number, code in enumerate(sorted(known))}

        def united(chosen: Iterable[str]) -> np.uint64:
            return np.uint64(sum(int(bit[code]) for code in chosen))

        def each(kind: type, of_training: Any, otherwise: Any) -> Array:  # noqa: ANN401  a value for each code
            values = [of_training(known[code]) if code in known else otherwise for code in codes]
            return np.array(values, dtype=kind)

        primaries = [code for code, is_a in known.items() if not is_a.addon]
        families = sorted({is_a.family for is_a in known.values()})
        of_family = {f: united(code for code in primaries if known[code].family == f) for f in families}
        return cls(
            law=law,
            payer=payer,
            codes=codes,
            families=[
                None if code is None else known[code].family if code in known else "other" for code in codes
            ],
            training=each(np.bool_, lambda _: True, otherwise=False),
            addon=each(np.bool_, lambda is_a: is_a.addon, otherwise=False),
            grouped=each(np.bool_, lambda is_a: is_a.grouped, otherwise=False),
            bits=np.array([bit.get(code or "", 0) for code in codes], dtype=np.uint64),
            own_primary=each(np.uint64, lambda is_a: bit[is_a.primary], otherwise=0),
            family_primaries=each(np.uint64, lambda is_a: of_family[is_a.family], otherwise=0),
            all_primaries=united(primaries),
            individual_sets=[
                united(code for code, is_a in known.items() if not is_a.grouped and is_a.family == family)
                for family in families
            ],
            group_set=united(code for code, is_a in known.items() if is_a.grouped),
        )

    def limits(self, days: Array, code: Array) -> tuple[Array, Array]:
        """For each line the units that its code may have on its day, and the kind of that limit."""
        stretches = Stretches.of(self.law, ("unit_limit", "limit_kind"))
        listed = {key for _, key in self.law.parameters["unit_limit"].values}
        tables = np.full((2, len(stretches), len(self.codes)), NONE, dtype=np.int64)
        for at, day in enumerate(stretches.days()):
            statute = self.law.on(day, self.payer)
            for number, name in enumerate(self.codes):
                if name in listed:
                    values = statute.value("unit_limit", name), statute.value("limit_kind", name)
                    tables[:, at, number] = [NONE if value is None else int(value) for value in values]
        when = stretches.numbers(days)
        return tables[0, when, code], tables[1, when, code]

    def pairs(self) -> tuple[Stretches, list[tuple[int, int, int, str]]]:
        """Stretches of time, and stretch, column one, column two and indicator of each pair in the book.

        A line is a practitioner's, so the practitioners' table holds; a pair of any indicator but 0 and 1 is none.
        """
        stretches = Stretches.of(self.law, ("pair_indicator",))
        at = {code: number for number, code in enumerate(self.codes)}
        found = []
        keys = sorted({key for _, key in self.law.parameters["pair_indicator"].values if key})
        for stretch, day in enumerate(stretches.days()):
            statute = self.law.on(day, self.payer)
            for key in keys:
                one, _, two = key.partition("/")
                if one in at and two in at:
                    value = statute.value("pair_indicator", key)
                    indicator = "" if value is None else value["practitioner"]
                    if indicator in {"0", "1"}:
                        found.append((stretch, at[one], at[two], indicator))
        return stretches, found


def thresholds(law: Law, payer: str = MEDICARE) -> tuple[Stretches, list[tuple[int | None, int | None]]]:
    """Stretches of time, and in each the therapy and the review threshold in cents; ``None``: the law is silent."""
    names = ("therapy_threshold", "review_threshold")
    stretches = Stretches.of(law, names)
    found = []
    for day in stretches.days():
        values = (law.on(day, payer).value(name) for name in names)
        therapy, review = (None if value is None else int(value * 100) for value in values)
        found.append((therapy, review))
    return stretches, found
