"""Which part of each line an assistant gave, decided once for each distinct course of minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from teachback.batch.columns import Values
from teachback.batch.domains import NO_MINUTES
from teachback.batch.periods import Periods
from teachback.batch.vocab import KeyTable, first_rows, scattered
from teachback.rulebook import Rulebook, Scope

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from teachback.batch.columns import Sheet
    from teachback.batch.layout import Block
    from teachback.batch.sameday import SameDay

FACT = "assistant_part"


class AssistantParts:
    """The derived fact of the assistant's part over columns."""

    def __init__(self, book: Rulebook, payer: str) -> None:
        self._book = book
        makers = [*book.makers[FACT], *book.makers["reading"]]
        self._periods = Periods.of(book, payer, makers)
        self._table, self._codes = KeyTable(), np.zeros(0, np.uint8)
        self._met: dict[tuple[Any, ...], int] = {}
        self._values = Values()

    def run(self, sheet: Sheet, records: Block, day: SameDay, bears: NDArray[np.bool_]) -> None:
        """Add the fact of every row that bears lines; for the others it is unknown."""
        codes = np.zeros(len(sheet), np.uint8)
        rows = np.flatnonzero(bears)
        code, units = sheet.facts["primary_code"].codes[rows], sheet.facts["addon_units"].codes[rows]
        period = self._periods.at(records["day"][rows])
        # Sixteen bits for each count, eight for the code and eight for the period: an exact key.
        key = records["minutes"][rows].astype(np.uint64) << np.uint64(48)
        key |= records["assistant"][rows].astype(np.uint64) << np.uint64(32)
        key |= units.astype(np.uint64) << np.uint64(16)
        key |= code.astype(np.uint64) << np.uint64(8)
        key |= period.astype(np.uint64)
        key = scattered(key)
        found = self._table.find(key)
        unmet = np.flatnonzero(found < 0)
        if unmet.size:
            distinct, first = first_rows(key, unmet)
            fresh = [self._of(sheet, records, int(rows[at]), [int(rows[at])]) for at in first]
            self._table.add(distinct)
            self._codes = np.concatenate([self._codes, np.array(fresh, np.uint8)])
            found = self._table.find(key)
        codes[rows] = self._codes.take(found)
        for begin, end in zip(day.begins.tolist(), day.ends.tolist(), strict=True):
            members = day.members[begin:end].tolist()
            codes[members[0]] = self._of(sheet, records, members[0], members)
        sheet.facts[FACT] = self._values.coded(codes)

    def _of(self, sheet: Sheet, records: Block, bearer: int, members: list[int]) -> int:
        segments = tuple(
            (_known(records["minutes"][row]), _known(records["assistant"][row])) for row in members
        )
        period = int(self._periods.at(records["day"][bearer : bearer + 1])[0])
        facts = {
            name: sheet.facts[name].values[int(sheet.facts[name].codes[bearer])]
            for name in ("primary_code", "addon_units")
        }
        key = (period, segments, *facts.values())
        if key not in self._met:
            given = {**facts, "minutes_segments": segments}
            scope = Scope(self._book, self._periods.statutes[period], given)
            self._met[key] = self._values.number(scope.value(FACT))
        return self._met[key]


def _known(minutes: np.integer[Any]) -> int | None:
    return None if minutes == NO_MINUTES else int(minutes)
