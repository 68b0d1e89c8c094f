"""Sessions as records again: the inverse of the doors, for exports, examples and round trips."""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from teachback.model import Session

_KEPT_ASIDE = {"patients_refused"}


def _plain(value: Any) -> Any:  # noqa: ANN401  records hold values of many types
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if is_dataclass(value):
        return {
            field.name: _plain(inner)
            for field in fields(value)
            if field.name not in _KEPT_ASIDE and (inner := getattr(value, field.name)) is not None
        }
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def session_record(session: Session) -> dict[str, Any]:
    """The session as the record of the contract; facts that are unknown are left out."""
    record: dict[str, Any] = _plain(session)
    for patient, made in zip(session.patients, record["patients"], strict=True):
        if patient.charge:
            made["charge"] = {code: _plain(amount) for code, amount in patient.charge}
        else:
            del made["charge"]
    return record


def write_jsonl(sessions: Iterable[Session], path: Path) -> None:
    """Sessions as JSON lines, one a line, readable by every command."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for session in sessions:
            stream.write(json.dumps(session_record(session), ensure_ascii=False) + "\n")
