"""Place-of-service codes of CMS, with the first day of the ones that came lately.

Source: the CMS place-of-service code set as of 2024-06, codes only. It changes so seldom, and a wrong place costs so
surely, that a code it does not hold is taken as unknown on later days too.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from teachback.codesets.common import Validity, dated, rows

KNOWN_AS_OF = date(2024, 6, 30)
_FORM = re.compile(r"\d\d")


@cache
def _places() -> dict[str, tuple[bool, date | None, date | None]]:
    return {
        row["code"]: (
            row["facility"] == "yes",
            date.fromisoformat(row["since"]) if row["since"] else None,
            date.fromisoformat(row["until"]) if row["until"] else None,
        )
        for row in rows("places")
    }


def is_form(code: str) -> bool:
    """Whether a text is two digits."""
    return _FORM.fullmatch(code) is not None and code.isascii()


def codes() -> frozenset[str]:
    """Every place that is assigned, whenever it came."""
    return frozenset(_places())


def is_facility(code: str) -> bool | None:
    """Whether the fee schedule's facility amount applies at this place; ``None`` for a place we do not know."""
    place = _places().get(code)
    return None if place is None else place[0]


def validity(code: str, on: date) -> Validity:
    """Whether a place may stand on a claim for a service on ``on``."""
    place = _places().get(code)
    if place is not None:
        return dated(on, place[1], place[2])
    return Validity.UNKNOWN_CODE if is_form(code) else Validity.BAD_FORM
