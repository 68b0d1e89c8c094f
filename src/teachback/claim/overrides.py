"""Holds that a person settled: who, why and when, read from a file, and only where the rule allows it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from teachback.claim import texts
from teachback.claim.tomlfile import FaultyFile, FileFault, Form, Table, load

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_ID = Form("an id as in the sessions", "copy it from the sessions", lambda text: text or None, private=True)
_WHY = Form(
    "a sentence of 8 to 500 characters",
    "say what was looked at and found",
    lambda text: text if 8 <= len(text) <= 500 else None,  # noqa: PLR2004  shorter is no reason, longer belongs in the record
    private=True,
)
_CODE = Form("a finding's code such as U105", "copy it from the report", lambda text: text.upper() or None)


@dataclass(frozen=True, slots=True)
class Settled:
    """A hold that somebody settled for one session and patient."""

    session_id: str
    patient_id: str
    finding_code: str
    who: str
    why: str
    given_on: date


@cache
def _table() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads((Path(__file__).with_name("overrides.toml")).read_text("utf-8"))


def may_be_settled(code: str) -> bool:
    """Whether a person may settle this hold."""
    return bool(_table().get(code, {}).get("allowed", False))


def settles() -> dict[str, str]:
    """What a person states by settling each hold that may be settled: code to sentence."""
    return {code: str(row["states"]) for code, row in _table().items() if row["allowed"]}


def instead(code: str) -> str:
    """What to do where a finding may not be settled."""
    return str(_table().get(code, {}).get("instead", "an error is never settled; correct the record"))


def read_overrides(path: Path) -> tuple[Settled, ...]:
    """The settled holds of a TOML file of ``[[override]]`` tables; ``FaultyFile`` with every fault."""
    faults: list[FileFault] = []
    top = Table(load(path), "", faults)
    found = [entry for table in top.tables("override") if (entry := _entry(table)) is not None]
    top.close()
    if faults:
        raise FaultyFile(str(path), tuple(faults))
    return tuple(found)


def _entry(table: Table) -> Settled | None:
    session, patient = table.need("session", _ID), table.need("patient", _ID)
    code = table.need("finding", _CODE)
    who, why = table.need("who", texts.TEXT), table.need("why", _WHY)
    on = table.day("on", required=True)
    table.close()
    if code and not may_be_settled(code):
        table.fault("finding", f"one of {', '.join(sorted(settles()))}", code, instead(code))
        return None
    return None if on is None else Settled(session, patient, code, who, why, on)
