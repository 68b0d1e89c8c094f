"""The errors that only several rows make together: overlaps, crowded days, pairs and groups."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

import numpy as np

from teachback.model import Severity
from teachback.synthetic.book.people import EPOCH, SETTLED
from teachback.synthetic.book.words import BEHAVIOR, CARE, COUNSELOR, DIETITIAN

if TYPE_CHECKING:
    from collections.abc import Callable

    from teachback.synthetic.book.planting import Bed
    from teachback.synthetic.book.sheet import Ints, Mask

_DAY_LIMIT = 720
_SHORT_GROUP, _LINE_FROM, _INTO = 25, 30, 10
_BEFORE = date(2023, 2, 1).toordinal() - EPOCH
_OF_PATIENT = ("patient.", "caregiver.", "consent.", "plan.")


def _free(bed: Bed, sessions: Ints, wanted: int) -> Ints:
    free = sessions[~bed.taken[sessions]]
    return np.sort(bed.rng.choice(free, min(wanted, len(free)), replace=False))


def implausible_days(bed: Bed, _wanted: int) -> None:
    """U109 stands on every row of a practitioner's day of more than twelve hours."""
    calendar = bed.drawn.calendar
    key = calendar.practitioner.astype(np.int64) << 16 | calendar.day
    _, of_day = np.unique(key, return_inverse=True)
    total = np.bincount(of_day, weights=calendar.minutes)
    sessions = np.flatnonzero(total[of_day] > _DAY_LIMIT)
    bed.taken[sessions] = True
    bed.key.add("U109", Severity.HOLD, bed.rows_of(sessions))


def short_groups(bed: Bed, wanted: int) -> None:
    """U107: an untimed group met for less than half an hour."""
    calendar, training = bed.drawn.calendar, bed.values("training", bed.first_rows)
    helped = bed.values("practitioner.furnished_by", bed.first_rows) > 0
    fit = (calendar.size > 1) & (training != BEHAVIOR) & ~helped
    chosen = _free(bed, np.flatnonzero(fit), wanted)
    rows = bed.rows_of(chosen)
    bed.taken[chosen] = True
    bed.put(rows, minutes=_SHORT_GROUP)
    bed.clock(rows, None, bed.values("start_time", rows) - 1 + _SHORT_GROUP)
    bed.key.add("U107", Severity.WARNING, rows)


def bundled_groups(bed: Bed, wanted: int) -> None:
    """C114: a behavior group of 2023, when its code was bundled."""
    calendar, training = bed.drawn.calendar, bed.values("training", bed.first_rows)
    chosen = _free(bed, np.flatnonzero((calendar.size > 1) & (training == BEHAVIOR)), wanted)
    rows = bed.rows_of(chosen)
    bed.taken[chosen] = True
    day = _BEFORE + bed.rng.integers(0, 300, len(chosen))
    bed.move(rows, np.repeat(day, calendar.size[chosen]))
    bed.key.add("C114", Severity.ERROR, rows)


def shared_cards(bed: Bed, wanted: int) -> None:
    """S120: two patients of one group under one beneficiary identifier."""
    chosen = _free(bed, np.flatnonzero(bed.drawn.calendar.size > 1), wanted)
    first = bed.first_rows[chosen]
    bed.taken[chosen] = True
    mbi = bed.sheet.columns["patient.mbi"].values
    mbi[first + 1] = mbi[first]
    bed.key.add("S120", Severity.WARNING, np.concatenate([first, first + 1]))


def overlaps(bed: Bed, wanted: int) -> None:
    """U108: the next session of the practitioner began before this one had ended."""
    calendar = bed.drawn.calendar
    helped = bed.values("practitioner.furnished_by", bed.first_rows) > 0
    fit = ~bed.taken & ~helped & (calendar.size == 1)
    same = (calendar.practitioner[1:] == calendar.practitioner[:-1]) & (calendar.day[1:] == calendar.day[:-1])
    candidates = np.flatnonzero(fit[1:] & fit[:-1] & same)
    # Of neighbors only every other one, so that no session stands in two overlaps.
    candidates = candidates[np.concatenate([[True], np.diff(candidates) > 1])[: len(candidates)]]
    chosen = _free(bed, candidates, wanted)
    after = chosen + 1
    bed.taken[chosen] = bed.taken[after] = True
    first, second = bed.first_rows[chosen], bed.first_rows[after]
    begin = calendar.start[chosen] + _INTO
    bed.clock(second, begin, begin + calendar.end[after] - calendar.start[after])
    bed.key.add("U108", Severity.ERROR, np.concatenate([first, second]))


def _pairs(bed: Bed) -> tuple[Ints, Ints]:
    """The first rows of both sessions of the pairs of one day that hold no plant yet, earlier one first."""
    pair = bed.drawn.calendar.pair
    sessions = np.flatnonzero(pair >= 0)
    order = sessions[np.argsort(pair[sessions], kind="stable")]
    first, second = order[::2], order[1::2]
    free = ~bed.paired[first]
    ordinary = bed.drawn.team.institution[bed.drawn.calendar.practitioner[first]] == 0
    return first[free & ordinary], second[free & ordinary]


def _take_pairs(bed: Bed, fit: Mask, wanted: int) -> tuple[Ints, Ints]:
    first, second = _pairs(bed)
    places = np.flatnonzero(fit)
    chosen = np.sort(bed.rng.choice(places, min(wanted, len(places)), replace=False))
    bed.paired[first[chosen]] = bed.paired[second[chosen]] = True
    return bed.first_rows[first[chosen]], bed.first_rows[second[chosen]]


def two_families(bed: Bed, wanted: int) -> None:
    """C109: two families of individual training for one patient on one date, each with its own full time."""
    calendar, team = bed.drawn.calendar, bed.drawn.team
    first, second = _pairs(bed)
    trade = team.trade[calendar.practitioner[first]]
    fit = (calendar.minutes[first] >= _LINE_FROM) & (calendar.minutes[second] >= _LINE_FROM)
    fit &= (calendar.day[first] >= SETTLED) & (trade != COUNSELOR) & (trade != DIETITIAN)
    one, other = _take_pairs(bed, fit, wanted)
    care = bed.values("training", other) == CARE
    bed.put(other[care], training="function")
    bed.put(other[~care], training="direct_care")
    bed.key.add("C109", Severity.WARNING, np.concatenate([one, other]))


def differing_pairs(bed: Bed, wanted: int) -> None:
    """U115: two sessions of one date, one in the office and one at home."""
    first, _ = _pairs(bed)
    one, other = _take_pairs(bed, np.ones(len(first), np.bool_), wanted)
    bed.put(other, place_of_service="12")
    bed.key.add("U115", Severity.HOLD, np.concatenate([one, other]))


def combined_pairs(bed: Bed, wanted: int) -> None:
    """U112: two sessions of one date that are added up; nothing is wrong with them."""
    first, _ = _pairs(bed)
    one, other = _take_pairs(bed, np.ones(len(first), np.bool_), wanted)
    bed.key.add("U112", Severity.INFORMATION, np.concatenate([one, other]))


def group_and_alone(bed: Bed, wanted: int) -> None:
    """C110: a patient of a group has a session alone with the same practitioner on the same date."""
    calendar = bed.drawn.calendar
    key = calendar.practitioner.astype(np.int64) << 16 | calendar.day
    groups = np.flatnonzero((calendar.size > 1) & ~bed.taken)
    singles = np.flatnonzero((calendar.size == 1) & ~bed.taken)
    # One session of each kind from each day, so that no session is used twice.
    group_day, group_at = np.unique(key[groups], return_index=True)
    single_day, single_at = np.unique(key[singles], return_index=True)
    _, one, other = np.intersect1d(group_day, single_day, assume_unique=True, return_indices=True)
    places = np.sort(bed.rng.choice(len(one), min(wanted, len(one)), replace=False))
    group, single = groups[group_at[one[places]]], singles[single_at[other[places]]]
    bed.taken[group] = bed.taken[single] = True
    source, target = bed.first_rows[group], bed.first_rows[single]
    for name, column in bed.sheet.columns.items():
        if name.startswith(_OF_PATIENT):
            column.values[target] = column.values[source]
    bed.key.add("C110", Severity.WARNING, np.concatenate([source, target]))


SEVERAL: Final[tuple[tuple[str, Callable[[Bed, int], None]], ...]] = (
    ("U109", implausible_days),
    ("C110", group_and_alone),
    ("C109", two_families),
    ("U115", differing_pairs),
    ("U112", combined_pairs),
    ("C114", bundled_groups),
    ("U107", short_groups),
    ("S120", shared_cards),
    ("U108", overlaps),
)
