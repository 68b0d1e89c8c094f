"""What rows of one date say about one another: minutes given twice, a day's minutes, a shared identifier.

Rows are columns of keys, 64-bit numbers that stand for a person; key 0 stands for nobody. Groups are found
by one sort of a packed number. Where the columns do not fit it, it holds the high bits of a mixed key; every
group is then compared with the columns themselves and taken apart where two keys mixed to one, so that the
answer is exact for all keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Words = NDArray[np.uint64]
    Numbers = NDArray[Any]

WORD = 64
NARROW, MIXED = 12, 24  # bits: a column packed as it is, and the least room for the mixed ones
_ODD = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)


def overlapping(person: Words, day: Numbers, start: Numbers, end: Numbers, session: Words) -> Bools:
    """For each row whether a minute of the person on the day also stands in another session.

    ``start`` and ``end`` are minutes after midnight; a row takes part when ``0 <= start < end`` and its person
    is not nobody. Touching ends do not overlap. Rows of one session with the same person, day and start count
    as one, so a group may stand with a row for each patient. As ``facts.CrossFacts`` does, a row that begins
    before the latest end so far accuses itself and the row that holds that end, not every row between them.
    """
    flags = np.zeros(len(person), dtype=np.bool_)
    kept = np.flatnonzero((person != 0) & (start >= 0) & (start < end))
    if len(kept) < 2:  # noqa: PLR2004  one row overlaps with nothing
        return flags
    ends = end[kept].astype(np.uint64)
    order, opens, begin = _sorted((person[kept], day[kept]), start[kept].astype(np.uint64))
    offset = np.cumsum(opens, dtype=np.uint64) << np.uint64(_width(int(ends.max())))
    begin += offset
    offset += ends[order]
    again = np.flatnonzero(begin[1:] == begin[:-1]) + 1
    if len(again):
        accused = _accused_together(
            begin, offset, again, session[kept[order[again]]] != session[kept[order[again - 1]]]
        )
    else:
        accused = _accused(begin, offset)
    flags[kept[order[accused]]] = True
    return flags


def minutes_per_day(npi: Words, day: Numbers, minutes: Numbers) -> Ints:
    """For each row the sum of its practitioner's minutes on its date: pass one row for each session.

    Unknown minutes are written as a negative number and count 0; nobody (key 0) has 0 minutes.
    """
    sums = np.zeros(len(npi), dtype=np.int64)
    kept = np.flatnonzero(npi != 0)
    if len(kept):
        codes, count = groups(npi[kept], day[kept])
        total = np.zeros(count, dtype=np.int64)
        np.add.at(total, codes, np.maximum(minutes[kept].astype(np.int64), 0))
        sums[kept] = total[codes]
    return sums


def shared(identifier: Words, day: Numbers, patient: Words) -> Bools:
    """For each row whether its identifier stands under more than one patient on its date; key 0 is none."""
    flags = np.zeros(len(identifier), dtype=np.bool_)
    kept = np.flatnonzero(identifier != 0)
    if len(kept):
        codes, count = groups(identifier[kept], day[kept])
        who = patient[kept]
        anybody = np.empty(count, dtype=who.dtype)
        anybody[codes] = who
        several = np.zeros(count, dtype=np.bool_)
        several[codes[who != anybody[codes]]] = True
        flags[kept] = several[codes]
    return flags


def groups(*columns: Numbers) -> tuple[Ints, int]:
    """A group number from 0 for each row, the same for rows that agree in all columns; and how many there are."""
    count = len(columns[0])
    codes = np.empty(count, dtype=np.int64)
    if not count:
        return codes, 0
    order, opens, _ = _sorted(columns)
    number = np.cumsum(opens) - 1
    codes[order] = number
    return codes, int(number[-1]) + 1


def ranked(*columns: Numbers) -> Ints:
    """The order of rows by the first column, then the second and so on; rows that agree keep theirs."""
    count = len(columns[0])
    places = _width(count - 1)
    for leading in range(len(columns) if count else 0, 0, -1):
        key, mixed = _packed(columns[:leading], WORD - places)
        if not mixed:
            break
    else:
        return np.lexsort(columns[::-1])
    key <<= np.uint64(places)
    key |= np.arange(count, dtype=np.uint64)
    key.sort()
    order = (key & _ones(places)).astype(np.int64)
    if leading < len(columns):
        key >>= np.uint64(places)
        again = np.zeros(count + 1, dtype=np.bool_)
        again[1:-1] = key[1:] == key[:-1]
        at = np.flatnonzero(again[1:] | again[:-1])
        rows = order[at]
        rest = (column[rows] for column in columns[: leading - 1 : -1])
        order[at] = rows[np.lexsort((*rest, key[at]))]
    return order


def _accused(begin: Words, end: Words) -> Bools:
    """Of intervals in order of their beginning: those that begin before an earlier end, and who holds that end."""
    reach = np.maximum.accumulate(end)
    late = np.flatnonzero(begin[1:] < reach[:-1])
    rises = np.ones(len(begin), dtype=np.bool_)
    rises[1:] = reach[1:] != reach[:-1]
    accused = np.zeros(len(begin), dtype=np.bool_)
    accused[late + 1] = True
    accused[np.flatnonzero(rises)[np.cumsum(rises)[late] - 1]] = True
    return accused


def _accused_together(begin: Words, end: Words, again: Ints, other: Bools) -> Bools:
    """The same where rows ``again`` begin as the row before: one interval, unless of another session, ``other``."""
    head = np.ones(len(begin), dtype=np.bool_)
    head[again] = False
    first, run = np.flatnonzero(head), np.cumsum(head) - 1
    accused = _accused(begin[first], np.maximum.reduceat(end, first))
    accused[run[again[other]]] = True
    spread: Bools = accused[run]
    return spread


def _sorted(columns: tuple[Numbers, ...], within: Words | None = None) -> tuple[Ints, Bools, Words]:
    """Rows by group and, inside it, by ``within``: their order, which of them open a group, and ``within``."""
    count = len(columns[0])
    places = _width(count - 1)
    inner = 0 if within is None else _width(int(within.max()))
    low = places + inner
    key, mixed = _packed(columns, WORD - low)
    key <<= np.uint64(low)
    if within is not None:
        key |= within << np.uint64(places)
    key |= np.arange(count, dtype=np.uint64)
    key.sort()
    order = (key & _ones(places)).astype(np.int64)
    key >>= np.uint64(places)
    inside = key & _ones(inner)
    key >>= np.uint64(inner)
    opens = np.ones(count, dtype=np.bool_)
    opens[1:] = key[1:] != key[:-1]
    if mixed:
        _take_apart(mixed, inside, order, opens)
    return order, opens, inside


def _take_apart(mixed: tuple[Numbers, ...], inside: Words, order: Ints, opens: Bools) -> None:
    """Sort anew, in place, the runs of rows in which several groups mixed to one key."""
    differs = np.zeros(len(order) - 1, dtype=np.bool_)
    for column in mixed:
        there = column[order]
        differs |= there[1:] != there[:-1]
    wrong = np.flatnonzero(differs & ~opens[1:])
    if not len(wrong):
        return
    run = np.cumsum(opens)
    broken = np.zeros(len(order) + 1, dtype=np.bool_)
    broken[run[wrong]] = True
    at = np.flatnonzero(broken[run])
    rows = order[at]
    anew = np.lexsort((inside[at], *(column[rows] for column in mixed), run[at]))
    order[at], inside[at] = rows[anew], inside[at][anew]
    for column in mixed:
        opens[at] |= column[order[at]] != column[order[at - 1]]


def _packed(columns: tuple[Numbers, ...], room: int) -> tuple[Words, tuple[Numbers, ...]]:
    """One number of at most ``room`` bits for each row, and the columns that were mixed to fit into it."""
    spans = [
        (column, low, _width(int(column.max()) - low)) for column in columns for low in [int(column.min())]
    ]
    wide: list[Numbers] = []
    if sum(width for _, _, width in spans) > room:
        narrow = sum(width for _, _, width in spans if width <= NARROW)
        least = NARROW if room - narrow >= MIXED else 0
        wide = [column for column, _, width in spans if width > least]
        room -= narrow if least else 0
    key = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in wide:
        key ^= column.astype(np.uint64)
        key *= _ODD
        key ^= key >> _HALF
    if wide:
        key *= _ODD
        key >>= np.uint64(WORD - room)
    for column, low, width in spans:
        if not any(column is other for other in wide):
            key <<= np.uint64(width)
            # A difference modulo 2**64 is right for signed columns too.
            key |= column.astype(np.uint64) - np.uint64(low % (1 << WORD))
    return key, tuple(wide)


def _ones(width: int) -> np.uint64:
    return np.uint64((1 << width) - 1)


def _width(largest: int) -> int:
    return max(largest, 1).bit_length()
