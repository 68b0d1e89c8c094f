"""From 64-bit keys to small numbers: a table that grows with every new key and answers whole columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_ODD = np.uint64(0x9E3779B97F4A7C15)
_FIRST_BITS = 12
_FULL = 4
MIXERS = [
    np.uint64(int(x))
    for x in np.random.default_rng(20260401).integers(1, 2**63, size=64, dtype=np.uint64) * 2 + 1
]


def mixed(columns: Sequence[NDArray[np.uint64] | None], height: int) -> NDArray[np.uint64]:
    """One key for the values of several hashed columns at their places; an absent column adds nothing."""
    key = np.zeros(height, np.uint64)
    for mixer, column in zip(MIXERS, columns, strict=False):
        if column is not None:
            key += column * mixer
    return key


def small(values: NDArray[Any]) -> NDArray[np.uint64]:
    """Small whole numbers as keys."""
    return values.astype(np.int64).view(np.uint64) if values.dtype == np.int64 else values.astype(np.uint64)


def scattered(key: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The key with all its bits stirred, so that equal keys alone fall together."""
    key = key ^ (key >> np.uint64(31))
    key *= np.uint64(0x7FB5D329728EA185)
    key ^= key >> np.uint64(27)
    key *= np.uint64(0x81DADEF4BC2DD44D)
    key ^= key >> np.uint64(33)
    return key


class KeyTable:
    """Numbers the distinct keys in the order in which they come; open addressing over whole columns."""

    def __init__(self) -> None:
        self.count = 0
        self._bits = _FIRST_BITS
        self._reset()

    def _reset(self) -> None:
        self._keys = np.zeros(1 << self._bits, np.uint64)
        self._codes = np.full(1 << self._bits, -1, np.int32)

    def find(self, keys: NDArray[np.uint64]) -> NDArray[np.int32]:
        """The number of each key; -1 for one that is not in the table."""
        slot = self._slot(keys)
        codes = self._codes.take(slot)
        # A slot that is empty ends the search; one that holds another key passes it on.
        open_rows = np.flatnonzero((self._keys.take(slot) != keys) & (codes >= 0))
        while open_rows.size:
            slots = (slot[open_rows] + 1) & ((1 << self._bits) - 1)
            slot[open_rows] = slots
            found = self._codes.take(slots)
            codes[open_rows] = found
            open_rows = open_rows[(self._keys.take(slots) != keys[open_rows]) & (found >= 0)]
        return codes

    def add(self, keys: NDArray[np.uint64]) -> None:
        """Number new keys, each of which is given once and is not in the table."""
        while (self.count + len(keys)) * _FULL > 1 << self._bits:
            self._grow()
        for key in keys.tolist():
            self._put(key, self.count)
            self.count += 1

    def _slot(self, keys: NDArray[np.uint64]) -> NDArray[np.intp]:
        return ((keys * _ODD) >> np.uint64(64 - self._bits)).astype(np.intp)

    def _put(self, key: int, code: int) -> None:
        slot = ((key * int(_ODD)) & (2**64 - 1)) >> (64 - self._bits)
        while self._codes[slot] >= 0:
            slot = (slot + 1) & ((1 << self._bits) - 1)
        self._keys[slot], self._codes[slot] = key, code

    def _grow(self) -> None:
        old = [(int(k), int(c)) for k, c in zip(self._keys, self._codes, strict=True) if c >= 0]
        self._bits += 2
        self._reset()
        for key, code in old:
            self._put(key, code)


def first_rows(keys: NDArray[np.uint64], rows: NDArray[np.intp]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The distinct keys among some rows, in the order of their first row, and those first rows."""
    distinct, first = np.unique(keys[rows], return_index=True)
    order = np.argsort(first, kind="stable")
    return distinct[order], rows[first[order]]
