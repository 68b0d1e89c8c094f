"""The codes of envelope, structure and elements (X1xx, X2xx, X3xx), from ``faults.toml`` beside it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files

from teachback.model import Severity
from teachback.x12.issues import Issue, Position


@dataclass(frozen=True, slots=True)
class Fault:
    """One kind of fault: ``meaning`` says what is wrong in general, ``remedy`` what to do.

    ``x12`` is X12's own code for it, where it has one that does not depend on the case.
    """

    code: str
    name: str
    severity: Severity
    meaning: str
    remedy: str
    x12: str = ""

    def at(self, position: Position, message: str = "", remedy: str = "", x12: str = "") -> Issue:
        """An issue of this kind; what is left out is the general text."""
        return Issue(
            code=self.code,
            name=self.name,
            severity=self.severity,
            message=message or self.meaning,
            remedy=remedy or self.remedy,
            position=position,
            x12=x12 or self.x12,
        )


def _read() -> dict[str, Fault]:
    table = tomllib.loads(files(__package__).joinpath("faults.toml").read_text("utf-8"))
    return {
        code: Fault(
            code, row["name"], Severity(row["severity"]), row["meaning"], row["remedy"], row.get("x12", "")
        )
        for code, row in table.items()
    }


FAULTS: dict[str, Fault] = _read()
"""Every fault of the table by its code."""
