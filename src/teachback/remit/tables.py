"""Knowledge tables of this room: dated, cited values and entries, read once.

They are written as the law files are. Their citations are keys of ``rules/sources.toml`` or of ``remit/sources.toml``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from teachback.law import CONFIDENCES, LawError, Source, sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ROOM = Path(__file__).parent
_HEADINGS = frozenset({"says", "unit", "silent_from"})


@dataclass(frozen=True, slots=True)
class Value:
    """One dated value with its sources; ``unit`` says of what."""

    name: str
    says: str
    unit: str
    value: int
    since: date
    cites: tuple[str, ...]
    confidence: str
    note: str


@cache
def bibliography() -> Mapping[str, Source]:
    """The sources that this room may cite, by key.

    Raises ``LawError`` where a key stands in both files.
    """
    own = {key: Source(key=key, **body) for key, body in read("sources").items()}
    twice = own.keys() & sources().keys()
    if twice:
        raise LawError(f"remit/sources.toml: {', '.join(sorted(twice))} stands in rules/sources.toml too")
    return {**sources(), **own}


def read(name: str) -> dict[str, Any]:
    """The table ``remit/<name>.toml`` as it is written.

    Raises ``LawError`` where it is no TOML.
    """
    try:
        return tomllib.loads((ROOM / f"{name}.toml").read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LawError(f"remit/{name}.toml: {error}") from error


def cited(raw: str | Iterable[str], where: str) -> tuple[str, ...]:
    """Citations as people read them, from keys with their pages.

    Raises ``LawError`` for a key that no bibliography has.
    """
    rendered = []
    for cite in [raw] if isinstance(raw, str) else raw:
        key, _, pinpoint = cite.partition(" ")
        source = bibliography().get(key)
        if source is None:
            raise LawError(f"{where}: source {key!r} is in no sources.toml")
        rendered.append(f"{source.short} {pinpoint}".strip())
    return tuple(rendered)


def confidence(body: Mapping[str, Any], where: str) -> str:
    """The confidence of an entry: verified unless it says otherwise.

    Raises ``LawError`` for a word that is none.
    """
    word = str(body.get("confidence", "verified"))
    if word not in CONFIDENCES:
        raise LawError(f"{where}: confidence is one of {', '.join(CONFIDENCES)}")
    return word


@cache
def _values(name: str) -> Mapping[str, tuple[tuple[Value, ...], date | None]]:
    found = {}
    for parameter, body in read(name).items():
        if not isinstance(body, dict):
            continue
        dated = []
        for text in sorted((key for key in body if key not in _HEADINGS), reverse=True):
            cell, where = body[text], f"remit/{name}.toml, {parameter}, {text}"
            dated.append(
                Value(
                    parameter,
                    body["says"],
                    body["unit"],
                    cell["value"],
                    date.fromisoformat(text),
                    cited(cell["cite"], where),
                    confidence(cell, where),
                    cell.get("note", ""),
                )
            )
        found[parameter] = (tuple(dated), body.get("silent_from"))
    return found


def value(name: str, parameter: str, day: date) -> Value | None:
    """The value in force on the day; ``None`` before the first and from the day on which nobody knows it.

    Raises ``KeyError`` for a parameter that the table does not have.
    """
    dated, silent_from = _values(name)[parameter]
    if silent_from is not None and day >= silent_from:
        return None
    return next((entry for entry in dated if entry.since <= day), None)


def values(name: str) -> Mapping[str, tuple[Value, ...]]:
    """Every dated value of a table, newest first: for documentation and tests."""
    return {parameter: dated for parameter, (dated, _) in _values(name).items()}
