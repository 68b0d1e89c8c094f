"""How paper writes names, addresses, dates and money."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from teachback.claimdata import Beneficiary, PostalAddress, Provider

_PUNCTUATION = re.compile(r"[.,#;!?\"]")
_BLANKS = re.compile(r" {2,}")
# United States Postal Service, Publication 28, appendices B and C2.
_SHORT_WORDS = {
    "APARTMENT": "APT",
    "AVENUE": "AVE",
    "BOULEVARD": "BLVD",
    "BUILDING": "BLDG",
    "CENTER": "CTR",
    "CIRCLE": "CIR",
    "COURT": "CT",
    "DEPARTMENT": "DEPT",
    "DRIVE": "DR",
    "EAST": "E",
    "EXPRESSWAY": "EXPY",
    "FLOOR": "FL",
    "FREEWAY": "FWY",
    "HIGHWAY": "HWY",
    "HOSPITAL": "HOSP",
    "LANE": "LN",
    "NORTH": "N",
    "NORTHEAST": "NE",
    "NORTHWEST": "NW",
    "OFFICE": "OFC",
    "PARKWAY": "PKWY",
    "PLACE": "PL",
    "ROAD": "RD",
    "ROOM": "RM",
    "ROUTE": "RTE",
    "SOUTH": "S",
    "SOUTHEAST": "SE",
    "SOUTHWEST": "SW",
    "SQUARE": "SQ",
    "STREET": "ST",
    "SUITE": "STE",
    "TERRACE": "TER",
    "TRAIL": "TRL",
    "TRAILER": "TRLR",
    "WEST": "W",
}


def without_punctuation(text: str) -> str:
    """A text without points, commas and number signs; hyphens, slashes and apostrophes stay."""
    return _BLANKS.sub(" ", _PUNCTUATION.sub(" ", text)).strip()


def patient_name(patient: Beneficiary) -> str:
    """Last name with suffix, first name and middle initial, parted by commas."""
    last = " ".join(filter(None, (patient.last_name, patient.suffix)))
    return name_with_commas(last, patient.first_name, patient.middle_name)


def name_with_commas(last: str, first: str, middle: str | None = None) -> str:
    """``DOE, JANE, M``."""
    parts = (without_punctuation(last), without_punctuation(first), (middle or "")[:1])
    return ", ".join(part for part in parts if part)


def provider_name(provider: Provider) -> str:
    """A person as ``JANE M DOE``, an organization by its name."""
    if provider.first_name is None:
        return without_punctuation(provider.name)
    middle = (provider.middle_name or "")[:1]
    return without_punctuation(" ".join(filter(None, (provider.first_name, middle, provider.name))))


def street(address: PostalAddress, width: int) -> str:
    """Both lines of the street address in one; with the Postal Service's short words where it is too long."""
    text = without_punctuation(" ".join(filter(None, (address.line, address.line2))))
    if len(text) <= width:
        return text
    return " ".join(_SHORT_WORDS.get(word, word) for word in text.split())


def state_zip(address: PostalAddress) -> str:
    """``AZ 85004-1234``."""
    return f"{address.state} {zip_code(address.zip)}"


def zip_code(digits: str) -> str:
    """A ZIP code; nine digits with their hyphen."""
    return f"{digits[:5]}-{digits[5:]}" if len(digits) > len("12345") else digits


def phone_digits(phone: str | None) -> str:
    """The ten digits of a telephone number; empty where there are not ten."""
    digits = re.sub(r"\D", "", phone or "")
    digits = digits.removeprefix("1") if len(digits) == len("15555555555") else digits
    return digits if len(digits) == len("5555555555") else ""


def spaced_date(day: date) -> str:
    """``04 14 26``: the columns between the figures hold the form's lines."""
    return f"{day:%m %d %y}"


def spaced_long_date(day: date) -> str:
    """``04 14 1948``."""
    return f"{day:%m %d} {day.year:04d}"


def short_date(day: date) -> str:
    """``041426``."""
    return f"{day:%m%d%y}"


def long_date(day: date) -> str:
    """``04141948``."""
    return f"{day:%m%d}{day.year:04d}"


def money(amount: Decimal) -> str:
    """``150 00``: dollars, a blank where the form has its line, and cents; no sign and no point."""
    return f"{amount:.2f}".replace(".", " ")
