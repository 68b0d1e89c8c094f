"""The clock and the minutes of each row, decided once for each distinct duration and count of minutes."""

from __future__ import annotations

from collections import defaultdict
from datetime import time
from typing import TYPE_CHECKING, Any

import numpy as np

from teachback.batch.cells import Cells, Numbers
from teachback.batch.domains import LONGEST, NO_MINUTES, domain
from teachback.batch.groups import Context, Groups, _session, _who
from teachback.batch.layout import WORDS, Block, Words, packed
from teachback.batch.vocab import KeyTable, first_rows, mixed, small
from teachback.intake.fields import Level

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from teachback.intake.problems import Fault

FACTS = (
    "clock_state",
    "minutes_above_clock",
    "assistant_above_total",
    "minutes_known",
    "assistant_took_part",
)
_HOUR = 60
_UNREAD = -2
_NONE = -1
_NOON = 720


class Times:
    """Reads clocks and minutes of parts.

    Of the last part, ``who`` says whose minutes each row takes, and ``recorded`` its start, end, minutes and
    assistant minutes as recorded.
    """

    def __init__(self, groups: Groups) -> None:
        self._groups = groups
        self._table = KeyTable()
        self._words = np.zeros((0, WORDS), np.uint64)
        self._minutes = np.zeros((0, 2), np.uint16)
        self._who = np.zeros(0, np.uint8)
        self.who = np.zeros(0, np.uint8)
        self.recorded: tuple[NDArray[np.int32], ...] = ()

    def fill(
        self,
        cells: Cells,
        _context: Context,
        seen: dict[str, Numbers],
        words: Words,
        records: Block,
    ) -> list[tuple[NDArray[np.intp], Fault]]:
        """Clock, minutes and the facts that follow from them; what cannot be read is told."""
        told: list[tuple[NDArray[np.intp], Fault]] = []
        start = self._clock(cells, "start_time", seen, told)
        end = self._clock(cells, "end_time", seen, told)
        minutes = self._count(cells, "minutes", seen, told)
        assistant = self._count(cells, "assistant_minutes", seen, told)
        self.recorded = (start, end, minutes, assistant)
        furnished = words.codes("furnished_by")
        missing = (start < 0) | (end < 0)
        between = np.where(missing, -9999, end.astype(np.int64) - start)
        key = mixed(
            [small(column.astype(np.int64)) for column in (between, minutes, assistant, furnished)],
            cells.height,
        )
        codes = self._table.find(key)
        unmet = np.flatnonzero(codes < 0)
        if unmet.size:
            distinct, rows = first_rows(key, unmet)
            self._learn(
                distinct,
                [(int(between[r]), int(minutes[r]), int(assistant[r]), int(furnished[r])) for r in rows],
            )
            codes = self._table.find(key)
        words.add(self._words, codes)
        records["minutes"] = self._minutes[:, 0].take(codes)
        records["assistant"] = self._minutes[:, 1].take(codes)
        records["start"], records["end"] = start, end
        self.who = self._who.take(codes)
        return told

    def _learn(self, keys: NDArray[Any], shapes: list[tuple[int, int, int, int]]) -> None:
        words, known, who = [], [], []
        for between, minutes, assistant, furnished in shapes:
            own: dict[str, Any] = {}
            if between > -_HOUR * 24:
                start = 0 if between >= 0 else -between
                own["start_time"], own["end_time"] = _time(start), _time(start + between)
            if minutes >= 0:
                own["minutes"] = minutes
            if assistant >= 0:
                own["assistant_minutes"] = assistant
            helper = domain("furnished_by")[furnished]
            facts: defaultdict[Level, dict[str, Any]] = defaultdict(dict)
            facts[Level.SESSION] = own
            if helper is not None:
                facts[Level.PRACTITIONER] = {"furnished_by": helper}
            session = _session(facts, 0)
            scope = self._groups.scope(session)
            words.append(packed({fact: scope.value(fact) for fact in FACTS}))
            whole = (scope.value(name) for name in ("minutes", "assistant_minutes"))
            known.append([NO_MINUTES if value is None else min(value, LONGEST) for value in whole])
            who.append(_who(session))
        self._table.add(keys)
        self._words = np.concatenate([self._words, np.array(words, np.uint64)])
        self._minutes = np.concatenate([self._minutes, np.array(known, np.uint16)])
        self._who = np.concatenate([self._who, np.array(who, np.uint8)])

    def _clock(
        self, cells: Cells, name: str, seen: dict[str, Numbers], told: list[tuple[NDArray[np.intp], Fault]]
    ) -> NDArray[np.int32]:
        """Minutes after midnight; -1 where none is recorded."""

        def read(cells: Cells, row: int) -> int:
            value, unread = _value(cells, name, row)
            return _UNREAD if unread else _NONE if value is None else value.hour * _HOUR + value.minute

        return self._read(cells, name, seen, told, read)

    def _count(
        self, cells: Cells, name: str, seen: dict[str, Numbers], told: list[tuple[NDArray[np.intp], Fault]]
    ) -> NDArray[np.int32]:
        """A count of minutes, held to what a record takes; -1 where none is recorded."""

        def read(cells: Cells, row: int) -> int:
            value, unread = _value(cells, name, row)
            return _UNREAD if unread else _NONE if value is None else min(int(value), LONGEST)

        return self._read(cells, name, seen, told, read)

    @staticmethod
    def _read(
        cells: Cells,
        name: str,
        seen: dict[str, Numbers],
        told: list[tuple[NDArray[np.intp], Fault]],
        read: Any,  # noqa: ANN401  a reader
    ) -> NDArray[np.int32]:
        if not cells.has(name):
            column = cells.columns.get(name)
            value = _NONE if column is None else max(read(cells, 0), _NONE)
            return np.full(cells.height, value, np.int32)
        found = cells.numbered(name, seen.setdefault(name, Numbers()), read).astype(np.int32)
        wrong = np.flatnonzero(found == _UNREAD)
        if wrong.size:
            keys = cells.hashed(name)
            for key, row in zip(*first_rows(keys, wrong), strict=True):
                told += [(wrong[keys[wrong] == key], fault) for fault in cells.read(name, int(row))[1]]
        return np.maximum(found, _NONE)


def _time(minute: int) -> time:
    return time(minute // _HOUR, minute % _HOUR)


def _value(cells: Cells, name: str, row: int) -> tuple[Any, bool]:
    value, faults = cells.read(name, row)
    return value, bool(faults)
