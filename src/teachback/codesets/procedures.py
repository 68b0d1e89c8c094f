"""Procedure codes by their form: HCPCS level I (the AMA's) and level II (of CMS), without any list of them."""

from __future__ import annotations

import re

_LEVEL_ONE = re.compile(r"[0-9]{4}[0-9AFMTU]")
_LEVEL_TWO = re.compile(r"[A-EGHJ-MP-V][0-9]{4}")
LEVEL_ONE = 1
LEVEL_TWO = 2


def level(code: str) -> int | None:
    """1 for the form of a level I code, 2 for level II, ``None`` for anything else."""
    if _LEVEL_ONE.fullmatch(code):
        return LEVEL_ONE
    return LEVEL_TWO if _LEVEL_TWO.fullmatch(code) else None


def is_form(code: str) -> bool:
    """Whether a text has the form of a HCPCS code of either level."""
    return level(code) is not None


def is_dental(code: str) -> bool:
    """Whether a code belongs to the dental set, which never stands on these claims."""
    return level(code) == LEVEL_TWO and code[0] == "D"
