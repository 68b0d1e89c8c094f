"""What crosses patients, from the narrow records of some dates: sessions' patients, overlaps, busy days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from teachback.batch.layout import GOOD, HELPED, OWN, SIDE, SPOILED
from teachback.batch.sameday import several
from teachback.batch.vocab import mixed, scattered
from teachback.crossing.intervals import minutes_per_day, overlapping, shared

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIFFERS, AGAIN, WITH_OTHERS = 3, 4, 5
MOST_MINUTES = 1441
_UNKNOWN = 65_535
_PRACTITIONER, _HELPER = np.uint64(0x517CC1B727220A95), np.uint64(0xA24BAED4963EE407)


def cross(narrow: NDArray[Any]) -> NDArray[Any]:
    """One side record for each narrow record, in the same order.

    A session and its date are one; its rows may come from several parts. ``state`` says why a row is not
    coded: its session's columns differ between rows (``DIFFERS``), its patient stands in the session again
    (``AGAIN``), or another row of the session could not be read in what they share (``WITH_OTHERS``).
    """
    side = np.zeros(len(narrow), SIDE)
    side["part"], side["at"], side["state"] = narrow["part"], narrow["at"], narrow["state"]
    side["patients"] = 1
    first = narrow["state"] == GOOD
    _together(narrow, side, first)
    coded = side["state"] == GOOD
    sessions = np.flatnonzero(first & coded)
    one = narrow[sessions]
    minutes = np.where(one["minutes"] == _UNKNOWN, -1, one["minutes"].astype(np.int32))
    busy = minutes_per_day(one["npi"], one["day"].astype(np.int32), minutes)
    side["day_minutes"][sessions] = np.minimum(busy, MOST_MINUTES)
    side["overlap"][sessions] = _overlaps(one)
    _spread(narrow, side, first & coded)
    rows = np.flatnonzero(coded)
    mine = narrow[rows]
    side["shared"][rows] = shared(mine["mbi"], mine["day"].astype(np.int32), mine["patient"])
    return side


def _session_key(narrow: NDArray[Any]) -> NDArray[np.uint64]:
    return mixed([narrow["session"], narrow["day"].astype(np.uint64)], len(narrow))


def _together(narrow: NDArray[Any], side: NDArray[Any], first: NDArray[np.bool_]) -> None:
    """Number the patients of sessions that have several rows; ``first`` keeps one good row of each session."""
    key = _session_key(narrow)
    rows = several(key)
    if not rows.size:
        return
    rows = rows[np.lexsort((narrow["row"][rows], narrow["part"][rows], key[rows]))]
    begins = np.flatnonzero(np.append(True, key[rows][1:] != key[rows][:-1]))
    owner = np.repeat(np.arange(len(begins)), np.diff(np.append(begins, len(rows))))
    one = narrow[rows]
    count = len(begins)
    differs = _any(one["content"] != one["content"][begins][owner], owner, count)
    spoiled = _any(one["state"] == SPOILED, owner, count)
    pair = mixed([owner.astype(np.uint64), one["patient"]], len(rows))
    again = np.ones(len(rows), np.bool_)
    again[np.unique(pair, return_index=True)[1]] = False
    again &= one["patient"] != 0
    state = one["state"].copy()
    state[again & (state == GOOD)] = AGAIN
    good = state == GOOD
    represented = np.bincount(owner[~again], minlength=count)
    index = np.cumsum(good) - good - (np.cumsum(good) - good)[begins][owner]
    state[good & spoiled[owner]] = WITH_OTHERS
    state[good & differs[owner]] = DIFFERS
    side["state"][rows] = state
    side["patients"][rows] = np.minimum(represented[owner], _UNKNOWN)
    side["index"][rows] = np.minimum(index, _UNKNOWN)
    first[rows] = good & (index == 0)


def _any(yes: NDArray[np.bool_], owner: NDArray[np.intp], count: int) -> NDArray[np.bool_]:
    return np.bincount(owner[yes], minlength=count) > 0


def _overlaps(one: NDArray[Any]) -> NDArray[np.bool_]:
    """Whether somebody who gave minutes of the session was in another at the same time."""
    own, helped = np.flatnonzero(one["who"] & OWN), np.flatnonzero(one["who"] & HELPED)
    rows = np.concatenate([own, helped])
    person = np.concatenate(
        [
            scattered(one["npi"][own] ^ _PRACTITIONER) | np.uint64(1),
            scattered(one["helper"][helped] ^ _HELPER) | np.uint64(1),
        ]
    )
    mine = one[rows]
    flags = overlapping(
        person,
        mine["day"].astype(np.int32),
        mine["start"],
        mine["end"],
        mine["session"],
    )
    found = np.zeros(len(one), np.bool_)
    found[rows[flags]] = True
    return found


def _spread(narrow: NDArray[Any], side: NDArray[Any], sessions: NDArray[np.bool_]) -> None:
    """What is true of a session is told to all its patients."""
    others = np.flatnonzero((side["state"] == GOOD) & ~sessions)
    if not others.size:
        return
    key = _session_key(narrow)
    wanted = np.unique(key[others])
    at = np.flatnonzero(sessions)
    at = at[np.isin(key[at], wanted)]
    at = at[np.argsort(key[at])]
    source = at[np.searchsorted(key[at], key[others])]
    for name in ("day_minutes", "overlap"):
        side[name][others] = side[name][source]
