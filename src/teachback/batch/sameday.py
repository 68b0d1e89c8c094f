"""Sessions of one patient, practitioner, family and date: whose minutes are added up, and who bears the lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from teachback.batch.vocab import mixed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from teachback.batch.layout import Block

ALONE, COMBINED, DIFFER = 1, 2, 3
_MARKS = 16
_ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(slots=True)
class SameDay:
    """``state`` of each row, the row that bears its lines, and the combined rows in clock order.

    ``members`` lists the rows of every combined occurrence one after another, the bearer first;
    ``begins`` where each occurrence begins in it.
    """

    state: NDArray[np.uint8]
    bearer: NDArray[np.intp]
    members: NDArray[np.intp]
    begins: NDArray[np.intp]

    @property
    def ends(self) -> NDArray[np.intp]:
        """Where each combined occurrence ends in ``members``."""
        return np.append(self.begins, len(self.members))[1:] if self.begins.size else self.begins


def several(key: NDArray[np.uint64]) -> NDArray[np.intp]:
    """The rows whose key stands more than once."""
    ordered = np.sort(key)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    if not twice.size:
        return np.zeros(0, np.intp)
    twice = twice[np.append(True, twice[1:] != twice[:-1])]
    # Most keys stand alone: a small table of marks leaves few rows to be looked up.
    bits = max(_MARKS, int(twice.size).bit_length() + 3)
    marks = np.zeros(1 << bits, np.bool_)
    marks[_slots(twice, bits)] = True
    rows = np.flatnonzero(marks[_slots(key, bits)])
    at = np.minimum(np.searchsorted(twice, key[rows]), len(twice) - 1)
    found: NDArray[np.intp] = rows[twice[at] == key[rows]]
    return found


def _slots(key: NDArray[np.uint64], bits: int) -> NDArray[np.intp]:
    return ((key * _ODD) >> np.uint64(64 - bits)).astype(np.intp)


def same_day(
    eligible: NDArray[np.bool_],
    records: Block,
    training: NDArray[Any],
    manner: Sequence[NDArray[Any]],
    ids: pl.DataFrame,
) -> SameDay:
    """Combine the eligible rows that agree in manner; where they do not, a person decides.

    Sorted by start time, then by id: the earliest bears the lines. The order of the rows decides nothing.
    """
    height = len(records)
    found = SameDay(
        np.full(height, ALONE, np.uint8),
        np.arange(height),
        np.zeros(0, np.intp),
        np.zeros(0, np.intp),
    )
    rows = np.flatnonzero(eligible)
    columns = [records["patient"][rows], records["npi"][rows], records["day"][rows], training[rows]]
    key = mixed([column.astype(np.uint64) for column in columns], len(rows))
    together = several(key)
    if not together.size:
        return found
    rows = rows[together]
    start = records["start"][rows]
    frame = pl.DataFrame(
        {
            "key": key[together],
            "untimed": start < 0,
            "start": start,
            "id": ids["session_id"].gather(rows),
            "row": rows,
            "manner": mixed([one[rows].astype(np.uint64) for one in manner], len(rows)),
        }
    ).sort("key", "untimed", "start", "id")
    keys, ordered, manners = (frame[name].to_numpy() for name in ("key", "row", "manner"))
    first = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    sizes = np.diff(np.append(first, len(keys)))
    owner = np.repeat(np.arange(len(first)), sizes)
    differs = np.zeros(len(first), np.bool_)
    np.logical_or.at(differs, owner, manners != manners[first][owner])
    combined = ~differs[owner]
    found.state[ordered] = np.where(combined, COMBINED, DIFFER)
    found.bearer[ordered[combined]] = ordered[first][owner][combined]
    found.members = ordered[combined]
    owners = owner[combined]
    found.begins = np.flatnonzero(np.append(True, owners[1:] != owners[:-1])) if len(owners) else first[:0]
    return found


def others(found: SameDay) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Every pair of different rows of one combined occurrence: to whom, and of whom."""
    sizes = found.ends - found.begins
    to = np.repeat(found.members, np.repeat(sizes, sizes))
    owner = np.repeat(np.arange(len(sizes)), sizes * sizes)
    within = np.arange(len(to)) - np.repeat(np.cumsum(sizes * sizes) - sizes * sizes, sizes * sizes)
    of = found.members[found.begins[owner] + within % sizes[owner]] if len(to) else to
    apart = to != of
    return to[apart], of[apart]


def across(
    rows: NDArray[np.intp],
    key: NDArray[np.uint64],
    facts: Mapping[str, NDArray[np.uint8]],
) -> tuple[NDArray[np.intp], dict[str, NDArray[np.uint8]]]:
    """Among rows that share their key with another: the least and most of some facts within each key."""
    together = several(key)
    chosen = rows[together]
    distinct, inverse = np.unique(key[together], return_inverse=True)
    told: dict[str, NDArray[np.uint8]] = {}
    for name, codes in facts.items():
        mine = codes[together]
        most = np.zeros(len(distinct), np.uint8)
        least = np.full(len(distinct), 255, np.uint8)
        np.maximum.at(most, inverse, mine)
        np.minimum.at(least, inverse, mine)
        told[f"{name}_most"], told[f"{name}_least"] = most[inverse], least[inverse]
    return chosen, told
