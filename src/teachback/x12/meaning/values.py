"""Values as an 837 writes them: identifiers, dates and amounts, each judged once and remembered."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import lru_cache

_MANY, _FEW = 1 << 15, 1 << 8
_LETTER = "AC-HJKMNP-RT-Y"
_MBI_TAIL = rf"[{_LETTER}0-9][0-9][{_LETTER}][{_LETTER}0-9][0-9][{_LETTER}]{{2}}[0-9]{{2}}"
_MBI = re.compile(rf"[1-9][{_LETTER}]{_MBI_TAIL}")
_MADE_UP_MBI = re.compile(rf"[1-9]S{_MBI_TAIL}")
_HICN = re.compile(r"[0-9]{9}[A-Z][A-Z0-9]{0,2}|[A-Z]{1,3}(?:[0-9]{6}|[0-9]{9})")
_BOX = re.compile(
    r"\bP\s*\.?\s*O\s*\.?\s*BOX\b|\bPOST\s+OFFICE\s+BOX\b|\bLOCK\s*BOX\b|\bPOB\s+[0-9]", re.IGNORECASE
)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_LUHN_OF_80840 = 24
"""What the prefix 80840 adds to the check sum of a ten-digit NPI."""
_TWICE = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_NPI_LENGTH, _DIGITS_OF_TAX_ID, _DIGITS_OF_PHONE = 10, 9, 10
_DAY, _MINUTE = 8, 12


class Npi(Enum):
    """What a National Provider Identifier's form tells."""

    GOOD = "good"
    FORM = "form"
    CHECK_DIGIT = "check digit"


class MemberId(Enum):
    """What the form of a Medicare member id tells."""

    MBI = "mbi"
    MADE_UP = "made up"
    HICN = "hicn"
    NEITHER = "neither"


@lru_cache(_MANY)
def npi(text: str) -> Npi:
    """Whether ten digits that begin with 1 or 2 bear their check digit (Luhn, with the prefix 80840)."""
    if len(text) != _NPI_LENGTH or not (text.isascii() and text.isdigit()) or text[0] not in "12":
        return Npi.FORM
    plain = sum(int(c) for c in text[1::2])
    doubled = sum(_TWICE[int(c)] for c in text[0::2])
    return Npi.CHECK_DIGIT if (_LUHN_OF_80840 + plain + doubled) % 10 else Npi.GOOD


@lru_cache(_FEW)
def member_id(text: str) -> MemberId:
    """The form of a Medicare member id, as written: a Medicare Beneficiary Identifier or what came before it."""
    if _MBI.fullmatch(text):
        return MemberId.MBI
    if _MADE_UP_MBI.fullmatch(text):
        return MemberId.MADE_UP
    return MemberId.HICN if _HICN.fullmatch(text) else MemberId.NEITHER


def is_tax_id(text: str) -> bool:
    """Whether these are nine digits that are not all zero."""
    return len(text) == _DIGITS_OF_TAX_ID and text.isascii() and text.isdigit() and text.strip("0") != ""


def is_social_security_number(text: str) -> bool:
    """Whether nine digits lie in a range from which numbers are given (no 000, 666 or 9xx; no zero group)."""
    return (
        is_tax_id(text)
        and text[:3] not in {"000", "666"}
        and text[0] != "9"
        and text[3:5] != "00"
        and text[5:] != "0000"
    )


@lru_cache(_MANY)
def is_phone(text: str) -> bool:
    """Whether these are ten digits that are not all zero."""
    return len(text) == _DIGITS_OF_PHONE and text.isascii() and text.isdigit() and text.strip("0") != ""


def is_email(text: str) -> bool:
    """Whether this may be an address of electronic mail."""
    return _EMAIL.fullmatch(text) is not None


@lru_cache(_MANY)
def is_post_box(text: str) -> bool:
    """Whether an address line names a post office box or a lock box."""
    return _BOX.search(text) is not None


@lru_cache(_MANY)
def day(text: str) -> date | None:
    """The date of eight digits CCYYMMDD (or of twelve with a time), ``None`` where there is none."""
    if len(text) not in {_DAY, _MINUTE} or not (text.isascii() and text.isdigit()):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


@lru_cache(_MANY)
def days(qualifier: str, text: str) -> tuple[date | None, date | None]:
    """First and last date of a DTP (qualifier D8, DT or RD8); ``None`` for what cannot be read."""
    if qualifier in {"RD8", "RD"}:
        first, _, last = text.partition("-")
        return day(first), day(last)
    only = day(text)
    return only, only


@lru_cache(_MANY)
def amount(text: str) -> Decimal | None:
    """A plain decimal number, ``None`` where it is none. X12 writes no exponent and no thousands separator."""
    if not text or not text.isascii() or text.strip("+-.0123456789") != "":
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def is_name_of_digits(text: str) -> bool:
    """Whether a name holds digits and not one letter."""
    return not text[:1].isalpha() and not any(c.isalpha() for c in text) and any(c.isdigit() for c in text)
