"""What crosses patients, from the narrow records of some dates: sessions' patients, overlaps, busy days."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from teachback.batch.layout import GOOD, HELPED, OWN, SPOILED, Block
from teachback.batch.sameday import several
from teachback.batch.vocab import mixed, scattered
from teachback.crossing.intervals import minutes_per_day, overlapping, shared

if TYPE_CHECKING:
    from numpy.typing import NDArray

DIFFERS, AGAIN, WITH_OTHERS = 3, 4, 5
MOST_MINUTES = 1441
_UNKNOWN = 65_535
_PRACTITIONER, _HELPER = np.uint64(0x517CC1B727220A95), np.uint64(0xA24BAED4963EE407)


def cross(rows: Block) -> Block:
    """One side record for each narrow record, in the same order.

    A session and its date are one; its rows may come from several parts. ``state`` says why a row is not
    coded: its session's columns differ between rows (``DIFFERS``), its patient stands in the session again
    (``AGAIN``), or another row of the session could not be read in what they share (``WITH_OTHERS``).
    """
    found = {
        "state": rows["state"].copy(),
        "patients": np.ones(len(rows), np.uint16),
        "index": np.zeros(len(rows), np.uint16),
        "day_minutes": np.zeros(len(rows), np.uint16),
        "overlap": np.zeros(len(rows), np.bool_),
        "shared": np.zeros(len(rows), np.bool_),
    }
    first = rows["state"] == GOOD
    key = mixed([rows["session"], rows["day"].astype(np.uint64)], len(rows))
    crowded = several(key)
    if crowded.size:
        _together(rows, key, crowded, found, first)
    coded = found["state"] == GOOD
    sessions = np.flatnonzero(first & coded)
    days = rows["day"].astype(np.int32)
    minutes = rows["minutes"][sessions]
    minutes = np.where(minutes == _UNKNOWN, -1, minutes.astype(np.int32))
    busy = minutes_per_day(rows["npi"][sessions], days[sessions], minutes)
    found["day_minutes"][sessions] = np.minimum(busy, MOST_MINUTES)
    found["overlap"][sessions] = _overlaps(rows, sessions, days)
    _spread(key, crowded, found, first & coded)
    good = np.flatnonzero(coded)
    found["shared"][good] = shared(rows["mbi"][good], days[good], rows["patient"][good])
    return Block({"part": rows["part"], "at": rows["at"], **found})


def dated(session: NDArray[np.uint64], day: NDArray[np.uint16], file: str) -> Block:
    """The session ids of a part of a file with their dates; an id stands for its file's session alone."""
    salt = np.uint64(int.from_bytes(blake2b(file.encode(), digest_size=8).digest(), "little"))
    return Block({"session": scattered(session ^ salt), "day": day})


def on_several_dates(dates: Block) -> NDArray[np.uint64]:
    """The keys of sessions that stand on more than one date, an unreadable one among them."""
    keys = dates["session"]
    crowded = several(keys)
    distinct, inverse = np.unique(keys[crowded], return_inverse=True)
    days = dates["day"][crowded]
    least, most = np.full(len(distinct), 65_535, np.uint16), np.zeros(len(distinct), np.uint16)
    np.minimum.at(least, inverse, days)
    np.maximum.at(most, inverse, days)
    found: NDArray[np.uint64] = distinct[least != most]
    return found


def _together(
    narrow: Block,
    key: NDArray[np.uint64],
    rows: NDArray[np.intp],
    found: dict[str, NDArray[Any]],
    first: NDArray[np.bool_],
) -> None:
    """Number the patients of sessions that have several rows; ``first`` keeps one good row of each session."""
    rows = rows[np.lexsort((narrow["row"][rows], narrow["part"][rows], key[rows]))]
    keys = key[rows]
    begins = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    count = len(begins)
    owner = np.repeat(np.arange(count), np.diff(np.append(begins, len(rows))))
    content, state, patient = (narrow[name][rows] for name in ("content", "state", "patient"))
    differs = _any(content != content[begins][owner], owner, count)
    spoiled = _any(state == SPOILED, owner, count)
    again = np.zeros(len(rows), np.bool_)
    pair = mixed([owner.astype(np.uint64), patient], len(rows))
    twice = several(pair)
    if twice.size:
        again[twice] = True
        again[twice[np.unique(pair[twice], return_index=True)[1]]] = False
        again &= patient != 0
    state[again & (state == GOOD)] = AGAIN
    good = state == GOOD
    represented = np.bincount(owner[~again], minlength=count)
    before = np.cumsum(good) - good
    index = before - before[begins][owner]
    state[good & spoiled[owner]] = WITH_OTHERS
    state[good & differs[owner]] = DIFFERS
    found["state"][rows] = state
    found["patients"][rows] = np.minimum(represented[owner], _UNKNOWN)
    found["index"][rows] = np.minimum(index, _UNKNOWN)
    first[rows] = good & (index == 0)


def _any(yes: NDArray[np.bool_], owner: NDArray[np.intp], count: int) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.bincount(owner[yes], minlength=count) > 0
    return found


def _overlaps(narrow: Block, sessions: NDArray[np.intp], days: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether somebody who gave minutes of the session was in another at the same time."""
    who = narrow["who"][sessions]
    own, helped = np.flatnonzero(who & OWN), np.flatnonzero(who & HELPED)
    chosen = np.concatenate([own, helped])
    person = np.concatenate(
        [
            scattered(narrow["npi"][sessions[own]] ^ _PRACTITIONER) | np.uint64(1),
            scattered(narrow["helper"][sessions[helped]] ^ _HELPER) | np.uint64(1),
        ]
    )
    rows = sessions[chosen]
    start, end, session = (narrow[name][rows] for name in ("start", "end", "session"))
    flags = overlapping(person, days[rows], start, end, session)
    found = np.zeros(len(sessions), np.bool_)
    found[chosen[flags]] = True
    return found


def _spread(
    key: NDArray[np.uint64],
    crowded: NDArray[np.intp],
    found: dict[str, NDArray[Any]],
    sessions: NDArray[np.bool_],
) -> None:
    """What is true of a session is told to all its patients."""
    others = crowded[(found["state"][crowded] == GOOD) & ~sessions[crowded]]
    if not others.size:
        return
    at = crowded[sessions[crowded]]
    at = at[np.argsort(key[at])]
    source = at[np.searchsorted(key[at], key[others])]
    for name in ("day_minutes", "overlap"):
        found[name][others] = found[name][source]
