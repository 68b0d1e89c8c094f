"""Texts as X12 carries them: plain capitals, no delimiters, no longer than their element; every change is told.

What is told names the claim and the field, never the text itself: a note may stand in a log.
Element lengths are facts of the standard's data elements 1035 (60), 1036 (35), 1037 (25), 1039 (10), 166 (55),
19 (30) and 93 (60), as they stand in pyx12's ``dataele.xml`` and maps of 005010X222A1 and 005010X223A2.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from teachback.claimdata import (
    Beneficiary,
    BillingProvider,
    OtherCoverage,
    Payer,
    PostalAddress,
    Provider,
    Receiver,
    ServiceFacility,
    Submitter,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from teachback.claimdata import Claim, Submission

LAST_NAME: Final = 60
FIRST_NAME: Final = 35
MIDDLE_NAME: Final = 25
SUFFIX: Final = 10
STREET: Final = 55
CITY: Final = 30

LIMITS: Final[dict[type, dict[str, int]]] = {
    Provider: {"name": LAST_NAME, "first_name": FIRST_NAME, "middle_name": MIDDLE_NAME},
    PostalAddress: {"line": STREET, "line2": STREET, "city": CITY},
    BillingProvider: {"contact": LAST_NAME},
    Beneficiary: {
        "last_name": LAST_NAME,
        "first_name": FIRST_NAME,
        "middle_name": MIDDLE_NAME,
        "suffix": SUFFIX,
    },
    Payer: {"name": LAST_NAME},
    OtherCoverage: {"last_name": LAST_NAME, "first_name": FIRST_NAME, "group_name": LAST_NAME},
    ServiceFacility: {"name": LAST_NAME},
    Submitter: {"name": LAST_NAME, "contact": LAST_NAME, "email": 256},
    Receiver: {"name": LAST_NAME},
}
"""Of each dataclass the fields that are free text, with the characters that their element holds."""

MAY_BE_ABSENT: Final = frozenset({"middle_name", "suffix", "line2", "group_name", "email", "contact"})
"""Texts that are ``None`` where nothing is left of them."""
NOT_PLAIN: Final = re.compile(r"[^ -)+-9;-\]_{-}\n]|^ | $|  ", re.MULTILINE)
"""What a text may not contain: anything but X12's capitals, digits and signs, less our four delimiters."""
_SPACES: Final = re.compile(r"\s+")
_FRACTION: Final = re.compile("(?<=[0-9])[\u00bc-\u00be\u2150-\u215e]")
_NOT_ALLOWED: Final = re.compile(r"[^ -)+-9;-\]_{-}]")
# Letters and signs that have no decomposition; upper case, because texts are raised first.
_SPECIAL: Final = str.maketrans(
    {
        "Æ": "AE",
        "Ø": "O",
        "Œ": "OE",
        "Ð": "D",
        "Đ": "D",
        "Þ": "TH",
        "Ł": "L",
        "Ħ": "H",
        "Ŧ": "T",
        "Ŋ": "NG",
        "ẞ": "SS",
        "\u2018": "'",
        "\u2019": "'",
        "\u02bc": "'",
        "\u02bb": "'",
        "`": "'",
        "\u00b4": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": "-",
        "\u2014": "-",
        "\u2212": "-",
        "\u2044": "/",
    }
)

CHANGED: Final = "written in plain capitals without accents and delimiters"
SHORTENED: Final = "shortened to {} characters"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Told:
    """One text that is sent otherwise than it is stored: the claim's control number, the field, and what changed.

    ``field`` is a path such as ``beneficiary.last_name``; ``claim`` is empty for submitter and receiver.
    """

    claim: str
    field: str
    what: str


@lru_cache(maxsize=16_384)
def ascii_clean(text: str) -> tuple[str, bool]:
    """Return the text in X12's plain capitals, and whether that changed it.

    Accents fall away (é is E, ß is SS, ø is O), other scripts and the delimiters ``* : ^ ~`` are left out, and
    runs of blanks become one. A text of another script alone becomes empty, which the writer refuses.
    """
    if not NOT_PLAIN.search(text) and "\n" not in text:
        return text, False
    # A fraction keeps its distance: 12½ is 12 1/2, not 121/2.
    parted = _FRACTION.sub(r" \g<0>", text).upper().translate(_SPECIAL)
    raised = unicodedata.normalize("NFKD", parted).upper().translate(_SPECIAL)
    plain = _SPACES.sub(" ", _NOT_ALLOWED.sub("", _SPACES.sub(" ", raised))).strip()
    return plain, plain != text


@lru_cache(maxsize=8_192)
def is_plain_part(part: object) -> bool:
    """Whether nothing of a provider, payer or place has to be cleaned."""
    return _cleaned_part(part, "", lambda _field, _what: None) == part


def cleaned(claim: Claim) -> tuple[Claim, tuple[Told, ...]]:
    """Return the claim with every free text as it is sent, and what was changed; itself where nothing was.

    An optional text that is empty becomes ``None``. Identifiers and codes are not touched: see
    ``sendable.refusals``.
    """
    told: list[Told] = []

    def note(field: str, what: str) -> None:
        told.append(Told(claim.control_number, field, what))

    parts: dict[str, Any] = {
        name: _cleaned_part(getattr(claim, name), name, note)
        for name in ("billing", "beneficiary", "payer", "rendering", "referring", "service_facility")
    }
    parts["other_coverages"] = tuple(
        _cleaned_part(other, f"other_coverages[{number}]", note)
        for number, other in enumerate(claim.other_coverages)
    )
    parts["lines"] = tuple(
        line
        if line.rendering is None
        else replace(line, rendering=_cleaned_part(line.rendering, f"lines[{number}].rendering", note))
        for number, line in enumerate(claim.lines)
    )
    if claim.institutional is not None:
        attending = _cleaned_part(claim.institutional.attending, "institutional.attending", note)
        parts["institutional"] = replace(claim.institutional, attending=attending)
    changed = {name: part for name, part in parts.items() if part != getattr(claim, name)}
    return (replace(claim, **changed) if changed else claim), tuple(told)


def cleaned_envelope(submission: Submission) -> tuple[Submission, tuple[Told, ...]]:
    """Return the submission with the names of submitter and receiver as they are sent, and what was changed."""
    told: list[Told] = []

    def note(field: str, what: str) -> None:
        told.append(Told("", field, what))

    return (
        replace(
            submission,
            submitter=_cleaned_part(submission.submitter, "submitter", note),
            receiver=_cleaned_part(submission.receiver, "receiver", note),
        ),
        tuple(told),
    )


def _cleaned_part(part: _T, path: str, note: Callable[[str, str], None]) -> _T:
    """One dataclass with its texts cleaned, and the dataclasses inside it."""
    changed: dict[str, Any] = {}
    for field in fields(part) if part is not None else ():  # type: ignore[arg-type]
        value = getattr(part, field.name)
        where = f"{path}.{field.name}"
        limit = LIMITS.get(type(part), {}).get(field.name)
        if limit is not None and isinstance(value, str):
            text = _cleaned_text(value, limit, where, note)
            # A person's first name that cleaning empties is refused; without one it would be an organization.
            changed[field.name] = text or (None if field.name in MAY_BE_ABSENT else text)
        elif type(value) in LIMITS:
            changed[field.name] = _cleaned_part(value, where, note)
    if all(getattr(part, name) == value for name, value in changed.items()):
        return part
    return replace(part, **changed)  # type: ignore[type-var,unused-ignore]


def _cleaned_text(text: str, limit: int, where: str, note: Callable[[str, str], None]) -> str:
    plain, changed = ascii_clean(text)
    if changed:
        note(where, CHANGED)
    if len(plain) > limit:
        note(where, SHORTENED.format(limit))
        plain = plain[:limit].rstrip()
    return plain
