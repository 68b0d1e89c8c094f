"""Identifiers that cannot belong to anybody, for whole columns at once.

NPIs start with 2 (none is issued so); beneficiary identifiers have an S in second place (a letter that
CMS leaves out). All are made from running numbers, so that parts made apart never share one.
"""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from teachback.synthetic.book.sheet import Ints

_DIGITS = "0123456789"
_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
_EITHER = _LETTERS + _DIGITS
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CARD = (_DIGITS[1:], "S", _EITHER, _DIGITS, _LETTERS, _EITHER, _DIGITS, _LETTERS, _LETTERS, _DIGITS, _DIGITS)
_TRIPLE = 36**3
_CARDS = 9 * 30 * 10 * 20 * 30 * 10 * 20 * 20 * 100
_STEP = 101_159_740_501  # without a common factor with _CARDS: numbers in a row make cards far apart
_NPI_PREFIX_SUM = 24


@cache
def _triples() -> pl.Series:
    return pl.Series(["".join(letters) for letters in product(_BASE36, repeat=3)])


@cache
def _card_parts() -> tuple[pl.Series, pl.Series, pl.Series]:
    return tuple(  # type: ignore[return-value]
        pl.Series(["".join(letters) for letters in product(*part)])
        for part in (_CARD[:5], _CARD[5:9], _CARD[9:])
    )


def _joined(parts: list[pl.Series | str]) -> pl.Series:
    columns = [pl.lit(part) for part in parts]
    return pl.select(pl.concat_str(columns)).to_series()


def short_ids(letter: str, numbers: Ints) -> pl.Series:
    """A letter and nine places of letters and digits for each number below 36 to the ninth."""
    triples = _triples()
    places = (numbers // _TRIPLE**2 % _TRIPLE, numbers // _TRIPLE % _TRIPLE, numbers % _TRIPLE)
    return _joined([letter, *(triples.gather(pl.Series(place.astype(np.uint32))) for place in places)])


def cards(numbers: Ints) -> pl.Series:
    """A beneficiary identifier for each number; different numbers make different identifiers."""
    # The product passes 64 bits, so that it is taken in two steps.
    high, low = np.divmod(numbers.astype(np.int64), 1 << 20)
    spread = (high * (_STEP * (1 << 20) % _CARDS) % _CARDS + low * _STEP % _CARDS) % _CARDS
    front, middle, back = _card_parts()
    places = (spread // (len(middle) * len(back)), spread // len(back) % len(middle), spread % len(back))
    return _joined(
        [
            table.gather(pl.Series(place.astype(np.uint32)))
            for table, place in zip((front, middle, back), places, strict=True)
        ]
    )


def npis(numbers: Ints) -> list[str]:
    """An NPI for each number of up to eight digits: starts with 2, valid check digit (Luhn, 80840)."""
    digits = (2_00_000_000 + numbers.astype(np.int64))[:, None] // 10 ** np.arange(9) % 10
    doubled = digits * (2 - np.arange(9) % 2)
    total = _NPI_PREFIX_SUM + (doubled // 10 + doubled % 10).sum(axis=1)
    whole = (2_00_000_000 + numbers.astype(np.int64)) * 10 + (-total) % 10
    return [str(number) for number in whole]
