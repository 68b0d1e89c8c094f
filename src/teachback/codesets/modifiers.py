"""Modifiers of procedure codes: their form, and our own short labels of the ones that matter here."""

from __future__ import annotations

import re
from types import MappingProxyType

_FORM = re.compile(r"[0-9A-Z]{2}")
THERAPY = frozenset({"GP", "GO", "GN"})
ASSISTANT = frozenset({"CQ", "CO"})
SEPARATE = frozenset({"59", "XE", "XP", "XS", "XU"})
"""Modifiers that say a service was separate from another of the same day."""
TELEHEALTH = frozenset({"93", "95", "GT", "GQ"})

KNOWN = MappingProxyType(
    {
        "GP": "under a physical therapy plan",
        "GO": "under an occupational therapy plan",
        "GN": "under a speech-language pathology plan",
        "CQ": "furnished in part by a physical therapist assistant",
        "CO": "furnished in part by an occupational therapy assistant",
        "KX": "medical need above the yearly therapy amount attested",
        "GA": "required notice of non-coverage on file",
        "GX": "voluntary notice of non-coverage on file",
        "GY": "never covered by Medicare",
        "GZ": "expected to be denied, no notice on file",
        "25": "separate visit on the day of a procedure",
        "26": "professional part only",
        "50": "both sides of the body",
        "52": "reduced service",
        "59": "separate service",
        "76": "repeated by the same practitioner",
        "77": "repeated by another practitioner",
        "93": "by telephone, sound only",
        "95": "by live video",
        "AQ": "in a shortage area of health professionals",
        "FQ": "direct supervision by sound only",
        "FR": "supervised by live video",
        "GQ": "telehealth by stored messages",
        "GT": "telehealth by live video, critical access hospital",
        "TC": "technical part only",
        "XE": "separate: another encounter",
        "XP": "separate: another practitioner",
        "XS": "separate: another organ or structure",
        "XU": "separate: unusual, does not overlap",
    }
)


def is_form(code: str) -> bool:
    """Whether a text has the form of a modifier: two capital letters or digits."""
    return _FORM.fullmatch(code) is not None


def label(code: str) -> str | None:
    """What a modifier says, in our own words; ``None`` for one that we do not know."""
    return KNOWN.get(code)
