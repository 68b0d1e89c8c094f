"""States as the Postal Service abbreviates them, provinces of Canada, and countries (ISO 3166, two letters)."""

from __future__ import annotations

from functools import cache

from teachback.codesets.common import rows, words

STATES = words(
    "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK "
    "OR PA RI SC SD TN TX UT VT VA WA WV WI WY"
)
"""The fifty states and the District of Columbia."""
TERRITORIES = words("AS FM GU MH MP PR PW VI")
"""Territories and freely associated states."""
MILITARY = frozenset({"AA", "AE", "AP"})
"""Military and diplomatic mail: Americas, Europe and beyond, Pacific."""
PROVINCES = words("AB BC MB NB NL NS NT NU ON PE QC SK YT")
"""Provinces and territories of Canada."""
UNITED_STATES = STATES | TERRITORIES | MILITARY


@cache
def _countries() -> frozenset[str]:
    return frozenset(row["code"] for row in rows("countries"))


def is_state(code: str) -> bool:
    """Whether a code is a state, territory or military mail area of the United States."""
    return code in UNITED_STATES


def is_canadian_province(code: str) -> bool:
    """Whether a code is a province or territory of Canada."""
    return code in PROVINCES


def is_country(code: str) -> bool:
    """Whether a code is a country's (ISO 3166, two letters)."""
    return code in _countries()
