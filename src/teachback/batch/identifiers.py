"""National Provider Identifiers of a part: each is read and judged once, however many rows name it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from teachback.batch.domains import domain, number
from teachback.batch.layout import packed
from teachback.batch.vocab import KeyTable, first_rows
from teachback.rulebook import decide

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from teachback.batch.cells import Cells
    from teachback.batch.layout import Words
    from teachback.intake.problems import Fault
    from teachback.rulebook import Rulebook

_DIGITS = 10
_NO_NUMBER = 1 << 63


class Identifiers:
    """The identifiers of one column: what each is worth, and its number or, where it is none, a key."""

    def __init__(self, book: Rulebook, column: str, fact: str) -> None:
        self._rule = book.makers[fact][0]
        self._column, self._fact = column, fact
        self._table = KeyTable()
        self._standing = np.zeros(0, np.uint8)
        self._numbers = np.zeros(0, np.uint64)
        self._faults: dict[int, list[Fault]] = {}
        self._words = np.array([packed({fact: value}) for value in domain(fact)], np.uint64)

    def fill(self, cells: Cells, words: Words) -> tuple[NDArray[np.uint64], list[tuple[NDArray[Any], Fault]]]:
        """Add the fact of every row to the words; the numbers, and rows whose cell cannot be read."""
        keys = cells.hashed(self._column) if cells.has(self._column) else np.zeros(cells.height, np.uint64)
        codes = self._table.find(keys)
        missing = np.flatnonzero(codes < 0)
        if missing.size:
            self._learn(cells, *first_rows(keys, missing))
            codes = self._table.find(keys)
        words.add(self._words.take(self._standing, axis=0), codes)
        told = [
            (np.flatnonzero(codes == code), fault)
            for code, faults in self._faults.items()
            for fault in faults
        ]
        return self._numbers.take(codes), told

    def _learn(self, cells: Cells, keys: NDArray[np.uint64], rows: NDArray[np.intp]) -> None:
        column = self._column in cells.columns
        if column:
            cells.hold([self._column], rows)
        numbers, standings = [], []
        for at, (key, row) in enumerate(zip(keys.tolist(), rows.tolist(), strict=True)):
            value, faults = cells.read(self._column, row) if column else (None, [])
            if faults:
                self._faults[self._table.count + at] = faults
            text = None if value is None else str(value)
            plain = (text or "").strip()
            whole = len(plain) == _DIGITS and plain.isascii() and plain.isdigit()
            numbers.append(int(plain) if whole else key | _NO_NUMBER)
            # The practitioner's own is always recorded, be it empty; a certifier's may be unknown.
            facts = (text if self._rule.optional else plain,)
            standings.append(number(self._fact, decide(self._rule, facts, ())))
        self._table.add(keys)
        self._numbers = np.concatenate([self._numbers, np.array(numbers, np.uint64)])
        self._standing = np.concatenate([self._standing, np.array(standings, np.uint8)])
