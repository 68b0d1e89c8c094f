"""Types of bill of institutional claims: their form, and which of them bill outpatient therapy under Part B.

Three characters: facility, care, frequency. Paper shows a zero before them, an 837I does not. The families are those
of dossier 5.8; the labels of the whole set are licensed and are not shipped.
"""

from __future__ import annotations

import re

_FORM = re.compile(r"0?([1-9][1-9][0-9A-Z])")
THERAPY_BILLS = frozenset({"12", "13", "22", "23", "34", "74", "75", "85"})
"""Facility and care of the bills on which outpatient therapy stands: hospital outpatients (13) and inpatients without
Part A (12), nursing facility under Part B (22, 23), home health outside a plan (34), rehabilitation agency (74),
comprehensive outpatient rehabilitation facility (75), critical access hospital (85)."""
REASONABLE_COST_BILLS = frozenset({"85"})
"""Bills that the physician fee schedule does not price."""
_STAYS = frozenset({"11", "18", "21", "41"})


def is_form(type_of_bill: str) -> bool:
    """Whether a text has the form of a type of bill, with or without the zero before it."""
    return _FORM.fullmatch(type_of_bill) is not None


def normal(type_of_bill: str) -> str | None:
    """The three characters of a type of bill without the leading zero; ``None`` for another form."""
    match = _FORM.fullmatch(type_of_bill)
    return match[1] if match else None


def care(type_of_bill: str) -> str | None:
    """Facility and care (CLM05-1): the first two characters."""
    bill = normal(type_of_bill)
    return bill[:2] if bill else None


def frequency(type_of_bill: str) -> str | None:
    """The frequency (CLM05-3): the last character."""
    bill = normal(type_of_bill)
    return bill[2] if bill else None


def family(type_of_bill: str) -> str | None:
    """The family as people write it, such as 13X."""
    bill = normal(type_of_bill)
    return f"{bill[:2]}X" if bill else None


def bills_therapy(type_of_bill: str) -> bool:
    """Whether outpatient therapy may stand on this type of bill."""
    return care(type_of_bill) in THERAPY_BILLS


def is_inpatient(type_of_bill: str) -> bool:
    """Whether the bill is for a stay under Part A: in a hospital (11, 18, 41) or nursing facility (21)."""
    return care(type_of_bill) in _STAYS
