"""The forms of the texts in practice, roster and coverage files: identifiers, addresses, numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from teachback.claim.tomlfile import Form
from teachback.codesets import places, states
from teachback.model import PractitionerKind
from teachback.rules.practitioners import npi_is_valid

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_NAME = 60
LONGEST_LINE = 55
_NO_SIGNS = "without ~ * ^ |"


def _match(pattern: str, *, drop: str = "", upper: bool = False) -> Callable[[str], str | None]:
    """A reader that drops the characters of ``drop`` and accepts what matches whole."""
    compiled = re.compile(pattern)
    table = str.maketrans("", "", drop)

    def read(text: str) -> str | None:
        plain = text.translate(table)
        plain = plain.upper() if upper else plain
        return plain if compiled.fullmatch(plain) else None

    return read


def _printable(most: int) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        good = 0 < len(text) <= most and text.isprintable() and not set(text) & {"~", "*", "^", "|"}
        return " ".join(text.split()) if good else None

    return read


def _one_of(words: tuple[str, ...]) -> Callable[[str], str | None]:
    known = {word.casefold(): word for word in words}
    return lambda text: known.get(text.casefold())


TEXT = Form(
    f"a text of at most {LONGEST_NAME} characters, {_NO_SIGNS}",
    "shorten or correct it",
    _printable(LONGEST_NAME),
)
LAST_NAME = Form(
    f"a family name of at most {LONGEST_NAME} characters, {_NO_SIGNS}",
    "correct it",
    _printable(LONGEST_NAME),
    private=True,
)
FIRST_NAME = Form(
    f"a given name of at most 35 characters, {_NO_SIGNS}", "correct it", _printable(35), private=True
)
SUFFIX = Form("a suffix such as Jr", "correct it", _printable(10), private=True)
LINE = Form(
    f"a street address of at most {LONGEST_LINE} characters, {_NO_SIGNS}",
    "shorten or correct it",
    _printable(LONGEST_LINE),
    private=True,
)
CITY = Form(
    f"a city of 2 to 30 characters, {_NO_SIGNS}",
    "correct it",
    lambda text: _printable(30)(text) if len(text) > 1 else None,
)
STATE = Form(
    "a state's two letters",
    "write such as AZ",
    lambda text: text.upper() if states.is_state(text.upper()) else None,
)
ZIP = Form("a ZIP of five or nine digits", "write such as 85004-1234", _match("[0-9]{5}|[0-9]{9}", drop="- "))
ZIP_PLUS_4 = Form(
    "a ZIP of nine digits (ZIP+4), which a claim must carry for who bills and where",
    "look up the four digits at the Postal Service",
    _match("[0-9]{9}", drop="- "),
)
NPI = Form(
    "an NPI of ten digits with its check digit",
    "copy it from the NPI registry",
    lambda text: text if npi_is_valid(text) else None,
)
TAX_ID = Form(
    "a tax number of nine digits",
    "copy it from the letter that assigned it",
    _match("[0-9]{9}", drop="- "),
    private=True,
)
TAX_ID_TYPE = Form("EIN or SSN", "write the one that tax_id is", _one_of(("EIN", "SSN")))
TAXONOMY = Form(
    "a taxonomy code of ten characters",
    "copy it from the enrollment record",
    _match("[0-9A-Z]{9}X", upper=True),
)
PHONE = Form(
    "a telephone number of ten digits", "write it with its area code", _match("[2-9][0-9]{9}", drop="-.() /")
)
MAIL = Form("an e-mail address", "correct it", _match(r"[^@\s]{1,64}@[^@\s]{1,180}"))
ENVELOPE_ID = Form(
    "an identifier of 2 to 15 letters and digits",
    "copy it from the enrollment letter",
    _match("[A-Za-z0-9._-]{2,15}"),
)
QUALIFIER = Form(
    "a qualifier of two characters such as ZZ", "ask the receiver", _match("[0-9A-Z]{2}", upper=True)
)
PAYER_ID = Form("a payer id of 2 to 80 letters and digits", "ask the receiver", _match("[A-Za-z0-9-]{2,80}"))
CONTRACTOR = Form(
    "a contractor number of five digits, as a locality begins", "write such as 03102", _match("[0-9]{5}")
)
LOCALITY = Form(
    "a locality of five digits, a hyphen and two digits",
    "write such as 03102-00",
    _match("[0-9]{5}-[0-9]{2}"),
)
FORM = Form("professional or institutional", "correct it", _one_of(("professional", "institutional")))
OWN_ID = Form("a short name of your own", "write such as main-office", _match(r"[\w.-]{1,40}"))
PLACE = Form(
    "a place of service of CMS, two digits",
    "write such as 11 for the office",
    lambda text: text if text in places.codes() else None,
)
FACILITY_TYPES = (
    "office",
    "home",
    "hospital_outpatient",
    "snf",
    "rehab_agency",
    "corf",
    "home_health_agency",
    "cah",
    "other",
)
FACILITY = Form(f"one of {', '.join(FACILITY_TYPES)}", "correct it", _one_of(FACILITY_TYPES))
BILL_TYPE = Form(
    "a type of bill of three digits", "write such as 131", _match("0?[1-9][0-9][0-9A-Z]", upper=True)
)
REVENUE = Form("a revenue code of four digits", "write such as 0510", _match("[0-9]{4}"))
KIND = Form(
    f"one of {', '.join(kind.value for kind in PractitionerKind)}",
    "correct it",
    _one_of(tuple(kind.value for kind in PractitionerKind)),
)
PROCEDURE = Form(
    "a procedure code of five characters", "correct it", _match("[0-9A-Z][0-9]{3}[0-9A-Z]", upper=True)
)
ZONE = Form(
    "an IANA time zone", "write such as America/Phoenix", _match(r"[A-Za-z]+(?:/[A-Za-z0-9_+-]+){0,2}")
)

_POST_BOX = re.compile(r"\b(?:P\.?\s*O\.?\s*|POST\s*OFFICE\s*|LOCK\s*)BOX\b|^\s*BOX\s+\d", re.IGNORECASE)


def is_post_box(line: str) -> bool:
    """Whether an address line is a post office or lock box, which a billing address may not be."""
    return _POST_BOX.search(line) is not None
