"""What Medicare allows for the codes of the made-up claims: exact for ours, rough for ordinary treatment."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from teachback.rules.book import rulebook
from teachback.rules.fees import cents
from teachback.rules.vocabulary import CODES
from teachback.synthetic.book.people import EPOCH, homes
from teachback.synthetic.book.words import COUNSELOR, DIETITIAN, KINDS, OT, PRESCRIBER, PT, SLP

if TYPE_CHECKING:
    from decimal import Decimal

    from teachback.synthetic.book.sheet import Ints

# Ordinary treatment by trade: what the same practitioners bill for the patients themselves.
TREATMENTS: Final = {
    PT: ("97110", "97530", "97140", "97112", "97116"),
    OT: ("97530", "97535", "97110", "97112", "97140"),
    SLP: ("92507", "92526", "97129"),
    PRESCRIBER: ("99213", "99214", "99349"),
    COUNSELOR: ("90832", "90834", "90837"),
    DIETITIAN: ("97803",),
}
# Cents in about the order of magnitude of Medicare's amounts; they are not law, and no finding reads them.
_ROUGH = dict(
    (
        *(("97110", 2_900), ("97530", 3_500), ("97140", 2_750), ("97112", 3_250), ("97116", 2_900)),
        *(("97535", 3_250), ("92507", 7_500), ("92526", 8_300), ("97129", 2_300), ("99213", 9_100)),
        *(("99214", 12_800), ("99349", 12_600), ("90832", 7_600), ("90834", 10_100), ("90837", 14_800)),
        ("97803", 3_100),
    )
)
# Codes that Medicare never pays together with ours, as they stand in the second column of the pairs.
_SMALL_SERVICES = 2_000
_DAYS = (date(2024, 1, 2), date(2024, 3, 9), date(2025, 1, 1), date(2026, 1, 1))
ERAS: Final = tuple(day.toordinal() - EPOCH for day in _DAYS)
_SETTINGS = ("pe_nonfacility", "pe_facility")


@cache
def barred_with() -> dict[str, tuple[str, ...]]:
    """For each of our codes the codes that are never paid together with it."""
    found: dict[str, list[str]] = {}
    for entry in rulebook_pairs():
        one, other = entry.split("/")
        found.setdefault(one, []).append(other)
    return {code: tuple(others) for code, others in found.items()}


@cache
def rulebook_pairs() -> tuple[str, ...]:
    """The NCCI pairs of the law that no modifier allows on a practitioner's claim."""
    from teachback import law as law_files  # noqa: PLC0415  the pairs belong to no topic of the rule book

    law = law_files.load()
    never = [e for e in law.entries("pair_indicator") if e.value["practitioner"] == "0"]
    return tuple(entry.key for entry in never if entry.key is not None)


@cache
def procedures() -> tuple[str, ...]:
    """All codes of the claims: ours first, then treatments, then those barred beside ours."""
    barred = [code for codes in barred_with().values() for code in codes]
    return tuple(dict.fromkeys([*CODES, *_ROUGH, *barred]))


@cache
def _unit_fees() -> Ints:
    """Cents of one unit by code, home, era and setting (0 non-facility, 1 facility)."""
    law = rulebook().law
    fees = np.zeros((len(procedures()), len(homes()), len(_DAYS), 2), np.int64)
    localities = [locality for _, locality in homes()]
    for number, day in enumerate(_DAYS):
        statute = law.on(day)
        factor: Decimal = statute.value("conversion_factor", "others")
        indices = {locality: statute.value("gpci", locality) for locality in set(localities)}
        for place, code in enumerate(procedures()):
            values = statute.value("relative_values", code) if code in CODES else None
            for setting, expense in enumerate(_SETTINGS):
                amounts = {
                    locality: _ROUGH.get(code, _SMALL_SERVICES)
                    if values is None
                    else cents(
                        factor
                        * (
                            values["work"] * gpci["work"]
                            + values[expense] * gpci["pe"]
                            + values["malpractice"] * gpci["malpractice"]
                        )
                    )
                    for locality, gpci in indices.items()
                }
                fees[place, :, number, setting] = [amounts[locality] for locality in localities]
    return fees


@cache
def _shares() -> Ints:
    law = rulebook().law.on(_DAYS[-1])
    return np.asarray([law.value("practitioner_share", kind.value) for kind in KINDS])


def allowed(code: Ints, home: Ints, day: Ints, kind: Ints, *, facility: Ints) -> Ints:
    """Cents allowed for one unit of each line."""
    era = np.searchsorted(ERAS, day, side="right") - 1
    fee = _unit_fees()[code, home, np.maximum(era, 0), facility]
    return (fee * _shares()[kind] + 50) // 100
