"""Claim adjustment reason codes (CARC), remittance advice remark codes (RARC) and adjustment groups: codes and dates.

The wording is X12's and is not shipped. The source is of June 2024: a code that it does not hold is unknown on days
before ``KNOWN_AS_OF`` and not checked after it. It gives no last days for RARC, so a retired remark code is not told.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from teachback.codesets.common import Validity, dated, rows

KNOWN_AS_OF = date(2024, 6, 30)
GROUP_CODES = frozenset({"CO", "CR", "OA", "PI", "PR"})
"""Who answers for an adjusted amount (CAS01)."""
_CARC_FORM = re.compile(r"[1-9][0-9]{0,2}|[ABDPWY][1-9][0-9]{0,2}")
_RARC_FORM = re.compile(r"(?:M|MA|N)[1-9][0-9]{0,3}|MA0[1-9]")


@cache
def _codes(kind: str) -> dict[str, tuple[date | None, date | None]]:
    return {
        row["code"]: (
            date.fromisoformat(row["since"]) if row["since"] else None,
            date.fromisoformat(row["until"]) if row["until"] else None,
        )
        for row in rows("reasons")
        if row["kind"] == kind
    }


def is_carc_form(code: str) -> bool:
    """Whether a text has the form of a claim adjustment reason code: a number, or a letter and a number."""
    return _CARC_FORM.fullmatch(code) is not None


def is_rarc_form(code: str) -> bool:
    """Whether a text has the form of a remark code: M, MA or N and a number."""
    return _RARC_FORM.fullmatch(code) is not None


def _validity(kind: str, code: str, on: date) -> Validity:
    days = _codes(kind).get(code)
    if days is not None:
        return dated(on, *days)
    return Validity.UNKNOWN_CODE if on <= KNOWN_AS_OF else Validity.NOT_CHECKED


def carc(code: str, on: date) -> Validity:
    """Whether a claim adjustment reason code holds on ``on``."""
    return _validity("CARC", code, on) if is_carc_form(code) else Validity.BAD_FORM


def rarc(code: str, on: date) -> Validity:
    """Whether a remittance advice remark code holds on ``on``."""
    return _validity("RARC", code, on) if is_rarc_form(code) else Validity.BAD_FORM
