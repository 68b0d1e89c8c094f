"""Revenue codes of institutional claims: their form, and the three families of outpatient therapy.

Families: 042X physical therapy, 043X occupational therapy, 044X speech-language pathology (dossier 5.8). The labels
of the whole set are licensed and are not shipped.
"""

from __future__ import annotations

import re

_FORM = re.compile(r"[0-9]{4}")
_DISCIPLINES = {"042": "PT", "043": "OT", "044": "SLP"}
_MODIFIERS = {"042": "GP", "043": "GO", "044": "GN"}


def is_form(code: str) -> bool:
    """Whether a text is four digits, as SV201 carries it."""
    return _FORM.fullmatch(code) is not None


def discipline(code: str) -> str | None:
    """PT, OT or SLP for a therapy revenue code, else ``None``."""
    return _DISCIPLINES.get(code[:3]) if is_form(code) else None


def therapy_modifier(code: str) -> str | None:
    """The modifier that a therapy revenue code needs beside it (GP, GO, GN), else ``None``."""
    return _MODIFIERS.get(code[:3]) if is_form(code) else None


def of_modifier(modifier: str) -> str | None:
    """The general revenue code of a therapy modifier (GP is 0420), else ``None``."""
    return next((f"{family}0" for family, word in _MODIFIERS.items() if word == modifier), None)
