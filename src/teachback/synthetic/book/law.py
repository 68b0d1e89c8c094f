"""Values of the law that the made-up book keeps to, for whole columns of days."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from teachback.rules.book import rulebook

if TYPE_CHECKING:
    from teachback.synthetic.book.sheet import Ints, Mask

_FIRST, _LAST = 2024, 2026


@cache
def _thresholds() -> tuple[int, ...]:
    law = rulebook().law
    return tuple(law.on(date(year, 6, 1)).value("therapy_threshold") for year in range(_FIRST, _LAST + 1))


def therapy_threshold(day: Ints) -> Ints:
    """The year's therapy threshold in dollars for each day (since 1970); the nearest known year's elsewhere."""
    year = day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return np.asarray(_thresholds())[np.clip(year, _FIRST, _LAST) - _FIRST]


@cache
def _restored_days() -> Ints:
    law = rulebook().law
    first, last = date(_FIRST, 1, 1), date(_LAST, 12, 31)
    epoch = date(1970, 1, 1).toordinal()
    span = range(first.toordinal(), last.toordinal() + 1)
    days = [day - epoch for day in span if law.on(date.fromordinal(day)).value("authority_restored")]
    return np.asarray(days)


def restored(day: Ints) -> Mask:
    """Whether each day (since 1970) lies in a lapse of the therapists' telehealth authority, later restored."""
    return np.isin(day, _restored_days())
