"""What the audit looks for and from which value on: the shipped catalog, and a file of the user's laid over it."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from teachback.model import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE = Path(__file__).parent
SETTINGS = ("peers", "sample", "page")


class AuditError(Exception):
    """Something a person can put right; its text is the whole sentence for that person."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value of ours that the user may change. ``says`` is what it means; ``changed`` that the user did."""

    name: str
    value: float
    says: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern of risk: what it is, why it matters, what to do, and which facts show it.

    ``findings`` are codes of the batch result, ``lines`` facts of service lines, ``needs_claims`` what only
    claims can show, ``unjudged`` what neither input holds.
    """

    id: str
    title: str
    severity: Severity
    why: str
    do: str
    cites: tuple[str, ...]
    findings: tuple[str, ...]
    lines: tuple[str, ...]
    needs_claims: str
    unjudged: str
    thresholds: Mapping[str, Threshold]

    def value(self, name: str) -> float:
        """The value of one of the pattern's thresholds."""
        return self.thresholds[name].value


@dataclass(frozen=True, slots=True)
class Catalog:
    """All patterns, in the order in which money with several risks is counted, and the audit's settings."""

    patterns: tuple[Pattern, ...]
    settings: Mapping[str, Mapping[str, Threshold]]

    def setting(self, group: str, name: str) -> float:
        """One setting, for example ``setting("sample", "confidence")``."""
        return self.settings[group][name].value

    def pattern(self, pattern_id: str) -> Pattern:
        """The pattern of that id."""
        return next(pattern for pattern in self.patterns if pattern.id == pattern_id)


@cache
def shipped() -> Catalog:
    """The catalog as shipped."""
    patterns = [
        Pattern(
            id=name,
            title=entry["title"],
            severity=Severity(entry["severity"]),
            why=entry["why"],
            do=entry["do"],
            cites=tuple(entry["cites"]),
            findings=tuple(entry.get("findings", ())),
            lines=tuple(entry.get("lines", ())),
            needs_claims=entry.get("needs_claims", ""),
            unjudged=entry.get("unjudged", ""),
            thresholds=_thresholds(entry.get("thresholds", {})),
        )
        for name, entry in tomllib.loads((_HERE / "patterns.toml").read_text("utf-8")).items()
    ]
    settings = tomllib.loads((_HERE / "settings.toml").read_text("utf-8"))
    ordered = sorted(patterns, key=lambda pattern: pattern.severity.rank)
    return Catalog(tuple(ordered), {group: _thresholds(values) for group, values in settings.items()})


def _thresholds(entries: Mapping[str, Any]) -> dict[str, Threshold]:
    return {name: Threshold(name, entry["value"], entry["says"]) for name, entry in entries.items()}


def load(overlay: Path | None = None) -> Catalog:
    """The shipped catalog with the user's file laid over it.

    Raises ``AuditError`` where the file cannot be read, or names a pattern or value that does not exist.
    """
    catalog = shipped()
    if overlay is None:
        return catalog
    try:
        wanted = tomllib.loads(overlay.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuditError(
            f"{overlay} is not a TOML file: {error}. It looks like: [same-minutes] and below it equal_share = 0.7"
        ) from error
    except OSError as error:
        raise AuditError(f"{overlay} cannot be read: {error.strerror or error}") from error
    tables = {p.id: p.thresholds for p in catalog.patterns if p.thresholds} | dict(catalog.settings)
    changed = {}
    for name, values in wanted.items():
        if name not in tables:
            raise AuditError(f"{overlay}: there are no thresholds of the name {name}{_near(name, tables)}")
        if not isinstance(values, dict):
            raise AuditError(f"{overlay}: {name} is a table; write [{name}] and the values below it")
        changed[name] = _changed(overlay, name, tables[name], values)
    patterns = tuple(replace(p, thresholds=changed.get(p.id, p.thresholds)) for p in catalog.patterns)
    return Catalog(patterns, {group: changed.get(group, v) for group, v in catalog.settings.items()})


def _changed(
    overlay: Path, table: str, known: Mapping[str, Threshold], values: Mapping[str, Any]
) -> dict[str, Threshold]:
    result = dict(known)
    for name, value in values.items():
        where = f"{overlay}: {table}.{name}"
        if name not in known:
            raise AuditError(f"{where} is not a threshold{_near(name, known)}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise AuditError(f"{where} is a number, for example {known[name].value}")
        whole = isinstance(known[name].value, int)
        if whole and value != int(value):
            raise AuditError(f"{where} is a whole number, for example {known[name].value}")
        if value <= 0 or (not whole and value > 1):
            raise AuditError(f"{where} lies {'above 0' if whole else 'between 0 and 1'}, not {value}")
        result[name] = replace(known[name], value=value, changed=value != known[name].value)
    return result


def _near(name: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else f"; there are: {', '.join(known)}"
