"""Which part of each line an assistant gave, decided once for each distinct course of minutes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from teachback.batch.columns import Values
from teachback.batch.domains import NO_MINUTES
from teachback.batch.periods import Periods
from teachback.batch.vocab import KeyTable, first_rows, mixed, scattered, small
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
        self._values = Values()

    def run(self, sheet: Sheet, records: Block, day: SameDay, bears: NDArray[np.bool_]) -> None:
        """Add the fact of every row that bears lines; for the others it is unknown."""
        codes = np.zeros(len(sheet), np.uint8)
        rows = np.flatnonzero(bears)
        minutes = records["minutes"].astype(np.uint64) << np.uint64(16) | records["assistant"]
        course = scattered(minutes + np.uint64(1))
        begins: dict[int, int] = {}
        if day.begins.size:
            # The course of a combined occurrence: its sessions' minutes, each at its place in clock order.
            place = np.arange(len(day.members)) - np.repeat(day.begins, day.ends - day.begins)
            steps = scattered(
                minutes[day.members] + (place.astype(np.uint64) << np.uint64(40)) + np.uint64(1)
            )
            bearers = day.members[day.begins]
            course[bearers] = np.add.reduceat(steps, day.begins)
            begins = {int(row): at for at, row in enumerate(bearers)}
        facts = [sheet.facts[name].codes[rows] for name in ("primary_code", "addon_units")]
        period = self._periods.at(records["day"][rows])
        key = scattered(mixed([course[rows], *(small(fact) for fact in (*facts, period))], len(rows)))
        found = self._table.find(key)
        unmet = np.flatnonzero(found < 0)
        if unmet.size:
            distinct, first = first_rows(key, unmet)
            fresh = []
            for row in rows[first].tolist():
                at = begins.get(row)
                members = [row] if at is None else day.members[day.begins[at] : day.ends[at]].tolist()
                fresh.append(self._of(sheet, records, row, members))
            self._table.add(distinct)
            self._codes = np.concatenate([self._codes, np.array(fresh, np.uint8)])
            found = self._table.find(key)
        codes[rows] = self._codes.take(found)
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
        given = {**facts, "minutes_segments": segments}
        return self._values.number(Scope(self._book, self._periods.statutes[period], given).value(FACT))


def _known(minutes: np.integer[Any]) -> int | None:
    return None if minutes == NO_MINUTES else int(minutes)
