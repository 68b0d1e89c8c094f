"""The faults of meaning by their codes: name, severity, sentence, remedy, X12's own code; read at the first fault."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from teachback.model import Severity


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of fault. ``message`` and ``remedy`` may hold ``{names}`` of values that are no patient's.

    ``meaning`` tells the documents what is checked; ``x12`` is X12's own code where one exists.
    """

    code: str
    name: str
    severity: Severity
    message: str
    remedy: str
    meaning: str
    x12: str = ""


@cache
def kinds() -> dict[str, Kind]:
    """All kinds of `catalog.toml` (claims) and `answers.toml` (what payers send), by code."""
    home = files(__package__)
    table = {
        code: entry
        for name in ("catalog.toml", "answers.toml")
        for code, entry in tomllib.loads(home.joinpath(name).read_text("utf-8")).items()
    }
    return {
        code: Kind(
            code,
            entry["name"],
            Severity(entry["severity"]),
            entry["message"],
            entry["remedy"],
            entry["meaning"],
            entry.get("x12", ""),
        )
        for code, entry in table.items()
    }
