"""ZIP codes by their form: five or nine digits, as an 837 carries them, without a hyphen."""

from __future__ import annotations

import re

_ZIP = re.compile(r"[0-9]{5}(?:[0-9]{4})?")
_ZIP9 = re.compile(r"[0-9]{9}")
_PLACEHOLDERS = frozenset({"0000", "9998", "9999"})


def is_zip(text: str) -> bool:
    """Whether a text is a ZIP code of five or nine digits, and not all zeros."""
    return _ZIP.fullmatch(text) is not None and text[:5] != "00000"


def is_zip9(text: str) -> bool:
    """Whether a text is a whole nine-digit ZIP code, as the billing provider's address needs it."""
    return _ZIP9.fullmatch(text) is not None and text[:5] != "00000"


def is_placeholder_plus4(text: str) -> bool:
    """Whether the last four of nine digits were filled in rather than looked up: 0000, 9998 or 9999.

    Some payers accept 9998 where no extension exists, so this is worth a warning and not an error.
    """
    return is_zip9(text) and text[5:] in _PLACEHOLDERS
