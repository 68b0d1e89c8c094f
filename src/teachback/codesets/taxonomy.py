"""Provider taxonomy codes: their form, and which of our practitioner words a code may stand for.

Codes and Medicare specialties are those of the CMS crosswalk of October 2025. It lists what Medicare enrolls, not the
whole code set: a taxonomy that is not in it is not wrong, we only know nothing about it. The words are the values of
``PractitionerKind``, as plain texts.
"""

from __future__ import annotations

import re
from functools import cache

from teachback.codesets.common import rows

_FORM = re.compile(r"[0-9]{3}[0-9A-Z]{6}X")
ASSISTANTS = frozenset({"PTA", "OTA"})
PHYSICIANS = frozenset({"MD", "DO"})


@cache
def _codes() -> dict[str, tuple[frozenset[str], tuple[str, ...]]]:
    return {
        row["code"]: (frozenset(row["kinds"].split()), tuple(row["specialties"].split()))
        for row in rows("taxonomy")
    }


def is_form(code: str) -> bool:
    """Whether a text has the form of a taxonomy code: ten characters, three digits first and X last."""
    return _FORM.fullmatch(code) is not None


def kinds(code: str) -> frozenset[str]:
    """The practitioner words that a code may stand for; empty where we cannot say.

    A physician's code gives MD and DO both, since the code does not tell them apart.
    """
    return _codes().get(code, (frozenset(), ()))[0]


def kind(code: str) -> str | None:
    """The practitioner word of a code where exactly one is clear, else ``None``."""
    words = kinds(code)
    return next(iter(words)) if len(words) == 1 else None


def specialties(code: str) -> tuple[str, ...]:
    """The Medicare specialty codes that the crosswalk gives for a taxonomy code."""
    return _codes().get(code, (frozenset(), ()))[1]


def is_assistant(code: str) -> bool:
    """Whether the code is a therapy assistant's, who never renders on a claim."""
    return bool(kinds(code) & ASSISTANTS)


def is_physician(code: str) -> bool:
    """Whether the code is a doctor's of medicine or osteopathy."""
    return kinds(code) == PHYSICIANS
