"""Faults of claims, each with the finding or pattern that an audit must report for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from teachback.rules.vocabulary import CODES
from teachback.synthetic.book.claims import CLAIM_PATTERNS, EXTRA, REMOTE, patterns_of_claims
from teachback.synthetic.book.fees import barred_with, procedures
from teachback.synthetic.book.patterns import SCHEMA
from teachback.synthetic.book.people import SETTLED
from teachback.synthetic.book.words import ONE_CAREGIVER, SLP

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import Generator

    from teachback.synthetic.book.claims import Lines
    from teachback.synthetic.book.records import Drawn
    from teachback.synthetic.book.sheet import Ints, Mask, Sheet

_ADDONS: Final = ("97551", "96203", "G0540", "G0542")
_GROUPS: Final = ("97552", "96202", "G0543")
_SINGLES: Final = ("97550", "G0539", "G0541")
_OTHER_ADDON: Final = {"97551": "G0542", "96203": "97551", "G0540": "97551", "G0542": "97551"}


@dataclass(slots=True)
class Desk:
    """The lines of a part while faults are made: claims already ``taken``, and the key of what was made."""

    rng: Generator
    drawn: Drawn
    lines: Lines
    taken: Mask
    dropped: Mask
    added: list[Lines] = field(default_factory=list)
    claims: list[Ints] = field(default_factory=list)
    codes: list[tuple[str, str, str]] = field(default_factory=list)
    new_claims: int = 0

    def is_code(self, codes: tuple[str, ...]) -> Mask:
        """Lines with one of these codes."""
        return np.isin(self.lines.code, [procedures().index(code) for code in codes])

    def choose(self, fit: Mask, wanted: int) -> Ints:
        """Some lines that suit, of claims without a fault; one line of a claim at most."""
        suited = np.flatnonzero(fit & ~self.taken[self.lines.claim])
        if len(suited) == 0 or wanted == 0:
            return np.zeros(0, np.int64)
        chosen = self.rng.choice(suited, min(wanted, len(suited)), replace=False)
        _, first = np.unique(self.lines.claim[chosen], return_index=True)
        chosen = chosen[first]
        self.taken[self.lines.claim[chosen]] = True
        return chosen

    def note(self, fault: Fault, claims: Ints) -> None:
        """Enter claims into the key."""
        if len(claims):
            self.claims.append(claims)
            self.codes.append((fault.code, fault.name, fault.severity))


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault: its finding, the lines it suits, and how it is made from them."""

    code: str
    name: str
    severity: str
    fits: Callable[[Desk], Mask]
    make: Callable[[Desk, Ints], None]


def _ours(desk: Desk) -> Mask:
    return desk.lines.code < len(CODES)


def _units(more: int, spread: int) -> Callable[[Desk, Ints], None]:
    def make(desk: Desk, at: Ints) -> None:
        desk.lines.units[at] = more + desk.rng.integers(0, spread, len(at))

    return make


def _extra(*words: str) -> Callable[[Desk, Ints], None]:
    def make(desk: Desk, at: Ints) -> None:
        numbers = np.asarray([EXTRA.index(word) for word in words])
        desk.lines.extra[at] = desk.rng.choice(numbers, len(at))

    return make


def _again(desk: Desk, at: Ints) -> None:
    """The same line a second time on the same claim."""
    desk.added.append(desk.lines.taken(at))


def _on_another_claim(desk: Desk, at: Ints) -> None:
    """The same service stands on a claim of its own as well."""
    copies = desk.lines.taken(at)
    copies.claim = len(desk.taken) + desk.new_claims + np.arange(len(at))
    desk.new_claims += len(at)
    desk.added.append(copies)


def _drop_primary(desk: Desk, at: Ints) -> None:
    claim = np.isin(desk.lines.claim, desk.lines.claim[at])
    desk.dropped |= claim & desk.is_code((*_GROUPS, *_SINGLES))


def _other_family(desk: Desk, at: Ints) -> None:
    numbers = np.arange(len(procedures()))
    for one, other in _OTHER_ADDON.items():
        numbers[procedures().index(one)] = procedures().index(other)
    desk.lines.code[at] = numbers[desk.lines.code[at]]


def _barred(desk: Desk, at: Ints) -> None:
    more = desk.lines.taken(at)
    others = [[procedures().index(c) for c in barred_with().get(code, ("36591",))] for code in CODES]
    draw = desk.rng.integers(0, 1000, len(at))
    more.code = np.asarray(
        [others[c][d % len(others[c])] for c, d in zip(more.code, draw, strict=True)], np.int64
    )
    more.therapy, more.assistant, more.kx = more.therapy * 0, more.assistant * 0, more.kx * 0
    more.units = more.units * 0 + 1
    desk.added.append(more)


def _without_therapy(desk: Desk, at: Ints) -> None:
    desk.lines.therapy[at] = 0
    desk.lines.assistant[at] = 0
    desk.lines.kx[at] = 0


def _physical(desk: Desk, at: Ints) -> None:
    desk.lines.therapy[at] = 1


def _occupational_assistant(desk: Desk, at: Ints) -> None:
    desk.lines.assistant[at] = 2


def _by_video(desk: Desk, at: Ints) -> None:
    """All lines of the claim were furnished by video."""
    desk.lines.place[np.isin(desk.lines.claim, desk.lines.claim[at])] = REMOTE


def _therapist(desk: Desk) -> Mask:
    trade = desk.drawn.team.trade[desk.drawn.courses.practitioner[desk.lines.course]]
    return (trade <= SLP) & (desk.lines.therapy > 0)


def _couple(desk: Desk) -> Mask:
    return desk.drawn.courses.caregivers[desk.lines.course] >= ONE_CAREGIVER


_E, _H, _W = "error", "hold", "warning"
_PAIRED = ("97550", "97552", "96202", "96203")
FAULTS: Final[tuple[Fault, ...]] = (
    Fault("C113", "group-billed-per-caregiver", _E, lambda d: d.is_code(_GROUPS) & _couple(d), _units(2, 1)),
    Fault(
        "C105",
        "addon-wrong-primary",
        _E,
        lambda d: d.is_code(_ADDONS) & (d.lines.day >= SETTLED),
        _other_family,
    ),
    Fault("C104", "addon-without-primary", _E, lambda d: d.is_code(_ADDONS), _drop_primary),
    Fault("U105", "units-over-daily-limit", _H, lambda d: d.is_code(_ADDONS), _units(5, 3)),
    Fault(
        "M103",
        "therapy-modifier-unneeded",
        _E,
        lambda d: d.is_code(("G0539", "G0540", "96202", "96203")),
        _physical,
    ),
    Fault(
        "M108",
        "assistant-modifier-mismatch",
        _E,
        lambda d: _ours(d) & (d.lines.therapy == 1),
        _occupational_assistant,
    ),
    Fault("M102", "therapy-modifier-mismatch", _E, lambda d: _ours(d) & (d.lines.therapy == 1), _extra("GO")),
    Fault("M101", "therapy-modifier-missing", _E, lambda d: _ours(d) & _therapist(d), _without_therapy),
    Fault("T101", "telehealth-not-covered", _E, lambda d: _ours(d) & (d.lines.day < SETTLED), _by_video),
    Fault("N101", "ncci-pair", _E, lambda d: d.is_code(_PAIRED), _barred),
    Fault("U104", "units-over-absolute-limit", _E, lambda d: d.is_code(_SINGLES), _units(2, 2)),
    Fault("C112", "primary-billed-twice", _E, lambda d: d.is_code(_SINGLES), _again),
    Fault("C111", "modifier-not-allowed", _E, _ours, _extra("26", "TC", "50", "25")),
    Fault("M109", "distinct-service-modifier-unneeded", _W, _ours, _extra("59", "XE", "XS", "XU")),
    Fault("C115", "duplicate-claim", _E, lambda d: d.is_code((*_SINGLES, *_GROUPS)), _on_another_claim),
)


def make_faults(rng: Generator, drawn: Drawn, lines: Lines, wanted: list[int]) -> tuple[Lines, Desk]:
    """Make so many faults of each kind; practitioners who show a pattern take none."""
    claims = int(lines.claim.max()) + 1
    taken = np.zeros(claims, np.bool_)
    shown = patterns_of_claims(drawn)[drawn.courses.practitioner[lines.course]] > 0
    taken[lines.claim[shown]] = True
    desk = Desk(rng, drawn, lines, taken, np.zeros(len(lines), np.bool_))
    for fault, count in zip(FAULTS, wanted, strict=True):
        before = desk.new_claims
        chosen = desk.choose(fault.fits(desk), count)
        fault.make(desk, chosen)
        desk.note(fault, lines.claim[chosen])
        desk.note(fault, claims + np.arange(before, desk.new_claims))
    whole = lines.taken(~desk.dropped)
    for more in desk.added:
        whole = whole.with_more(more)
    order = np.argsort(whole.course * np.int64(1 << 32) + whole.claim, kind="stable")
    return whole.taken(order), desk


def fault_key(desk: Desk, lines: Lines, sheet: Sheet) -> pl.DataFrame:
    """One row for each claim with a fault: the claim, its patient and date, and the finding."""
    told = [word for word, claims in zip(desk.codes, desk.claims, strict=True) for _ in claims]
    claims = np.concatenate([*desk.claims, np.zeros(0, np.int64)]).astype(np.int64)
    sorted_claims, first = np.unique(lines.claim, return_index=True)
    rows = first[np.searchsorted(sorted_claims, claims)]
    return pl.DataFrame(
        {
            "claim_id": pl.Series(sheet.texts("claim_id", rows), dtype=pl.String),
            "patient_id": pl.Series(sheet.texts("patient_id", rows), dtype=pl.String),
            "date_of_service": pl.Series(sheet.columns["date_of_service"].values[rows]).cast(pl.Date),
            **{
                name: pl.Series([words[place] for words in told], dtype=pl.String)
                for place, name in enumerate(("code", "name", "severity"))
            },
        }
    ).sort("claim_id", "code")


def pattern_key(drawn: Drawn, sheet: Sheet, lines: Lines) -> pl.DataFrame:
    """Which practitioner shows which pattern on the claims."""
    pattern = patterns_of_claims(drawn)
    who = drawn.courses.practitioner[lines.course]
    _, first = np.unique(who, return_index=True)
    first = first[pattern[who[first]] > 0]
    found = [
        (CLAIM_PATTERNS[int(pattern[who[row]])], npi, None)
        for row, npi in zip(first.tolist(), sheet.texts("practitioner_npi", first), strict=True)
    ]
    return pl.DataFrame(found, schema=SCHEMA, orient="row")
