"""Dated, cited values of the law: load them, and ask what was true on a day for a payer.

One value per line, keyed by the date it takes effect, with its citation. A later date without a
value carries the last one forward; ``silent_from`` ends a parameter where nobody knows what comes
next, and a rule that needs it is then not assessed.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from teachback import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MEDICARE = "medicare"
RULES = Path(__file__).parent / "rules"
CONFIDENCES = ("verified", "inferred", "disputed")
_HEADINGS = {"says", "unit", "by", "table", "column", "text", "silent_from"}
_BOOKKEEPING = {"from", "through", "cite", "confidence", "note"}


class LawError(Exception):
    """The law files contradict each other or leave something out; the message names both places."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One value of one parameter from ``since`` on, with its sources.

    ``key`` is set where the parameter has a value for each procedure code, locality and so on.
    """

    name: str
    key: str | None
    value: Any
    since: date
    until: date | None
    cites: tuple[str, ...]
    confidence: str
    payer: str
    note: str = ""
    known: date | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """What the law calls by one name: its meaning, unit, and dated values, newest first."""

    name: str
    says: str
    unit: str
    topic: str
    by: str | None
    silent_from: date | None
    values: Mapping[tuple[str, str | None], tuple[Entry, ...]]


@dataclass(frozen=True, slots=True)
class Source:
    """One entry of the bibliography; ``short`` is how a citation begins."""

    key: str
    short: str
    title: str
    publisher: str
    link: str
    date: str


class Statute:
    """What was true on one day for one payer."""

    __slots__ = ("_found", "_law", "day", "payer", "tables", "values")

    def __init__(self, law: Law, day: date, payer: str) -> None:
        self.day, self.payer = day, payer
        self._law = law
        self._found: dict[tuple[str, str | None], Entry | None] = {}
        self.tables: dict[object, dict[tuple[Any, ...], Any]] = {}
        self.values: dict[object, tuple[Any, ...]] = {}

    def entry(self, name: str, key: str | None = None) -> Entry | None:
        """The value in force, or ``None`` where the law is silent.

        Raises ``LawError`` for a name that no law file knows.
        """
        try:
            return self._found[name, key]
        except KeyError:
            found = self._found[name, key] = self._law.find(name, key, self.day, self.payer)
            return found

    def value(self, name: str, key: str | None = None) -> Any:  # noqa: ANN401  law values have many types
        """The value in force itself, or ``None`` where the law is silent."""
        entry = self.entry(name, key)
        return None if entry is None else entry.value


class Law:
    """All parameters of the topics loaded, for Medicare and for payers laid over it."""

    def __init__(self, parameters: Mapping[str, Parameter], checked_through: date) -> None:
        self.parameters = parameters
        self.checked_through = checked_through
        self._statutes: dict[tuple[date, str], Statute] = {}

    def on(self, day: date, payer: str = MEDICARE) -> Statute:
        """The law of one day of service; payers other than Medicare lie over it value by value."""
        try:
            return self._statutes[day, payer]
        except KeyError:
            statute = self._statutes[day, payer] = Statute(self, day, payer)
            return statute

    def find(self, name: str, key: str | None, day: date, payer: str) -> Entry | None:
        """Look one value up; before a payer's first date Medicare's value holds."""
        parameter = self.parameters.get(name)
        if parameter is None:
            raise LawError(f"no law file has a value called {name}")
        for whose in dict.fromkeys((payer, MEDICARE)):
            silent = parameter.silent_from if whose == MEDICARE else None
            if silent is not None and day >= silent:
                return None
            for entry in parameter.values.get((whose, key), ()):
                if entry.since <= day:
                    if entry.until is not None and day > entry.until:
                        break
                    return entry
        return None

    def entries(self, name: str) -> Iterator[Entry]:
        """Every dated value of a parameter, for tests, documentation and ranges."""
        for entries in self.parameters[name].values.values():
            yield from entries


def _cites(raw: str | list[str], bibliography: Mapping[str, Source], where: str) -> tuple[str, ...]:
    cites = [raw] if isinstance(raw, str) else raw
    rendered = []
    for cite in cites:
        key, _, pinpoint = cite.partition(" ")
        source = bibliography.get(key)
        if source is None:
            raise LawError(f"{where}: source {key!r} is not in sources.toml")
        rendered.append(f"{source.short} {pinpoint}".strip())
    return tuple(rendered)


@cache
def sources() -> Mapping[str, Source]:
    """The bibliography, by key."""
    raw = tomllib.loads((RULES / "sources.toml").read_text("utf-8"))
    return {key: Source(key=key, **fields) for key, fields in raw.items()}


def _dated(raw: Mapping[str, Any], name: str, key: str | None, payer: str, where: str) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    later: date | None = None
    for text in sorted((k for k in raw if k not in _HEADINGS), reverse=True):
        at = f"{where}, {name}{'' if key is None else '.' + key}, {text}"
        try:
            since = date.fromisoformat(text)
        except ValueError as error:
            raise LawError(f"{at}: expected a date such as 2025-01-01") from error
        cell = raw[text]
        if not ({"value", "rows"} & cell.keys() and "cite" in cell):
            raise LawError(f"{at}: a value (or rows) and its cite are needed")
        confidence = cell.get("confidence", "verified")
        if confidence not in CONFIDENCES:
            raise LawError(f"{at}: confidence is one of {', '.join(CONFIDENCES)}")
        until = None if later is None else date.fromordinal(later.toordinal() - 1)
        value = _rows(cell["rows"]) if "rows" in cell else cell["value"]
        entries.append(
            Entry(
                name,
                key,
                value,
                since,
                until,
                _cites(cell["cite"], sources(), at),
                confidence,
                payer,
                cell.get("note", ""),
                cell.get("known"),
            )
        )
        later = since
    if not entries:
        raise LawError(f"{where}, {name}: no dated value")
    return tuple(entries)


def _rows(name: str) -> tuple[tuple[str, ...], ...]:
    with (RULES / name).open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        next(reader)
        return tuple(tuple(row) for row in reader)


def _cell(text: str, *, words: bool) -> object:
    if words:
        return text
    number = Decimal(text)
    return int(number) if "." not in text else number


def _table_value(row: Mapping[str, str], raw: Mapping[str, Any]) -> object:
    words = raw.get("text", False)
    if "column" in raw:
        return _cell(row[raw["column"]], words=words)
    return {c: _cell(row[c], words=words) for c in row if c != raw["by"] and c not in _BOOKKEEPING}


def _table(raw: Mapping[str, Any], name: str, where: Path) -> dict[tuple[str, str | None], tuple[Entry, ...]]:
    """Rows of a CSV beside the TOML: key, from, through, cite, confidence, and the value's columns."""
    by, file = raw["by"], where.parent / raw["table"]
    collected: dict[tuple[str, str | None], list[Entry]] = {}
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        for row in reader:
            at = f"{file.name} line {reader.line_num}"
            entry = Entry(
                name,
                row[by],
                _table_value(row, raw),
                date.fromisoformat(row["from"]),
                date.fromisoformat(row["through"]) if row["through"] else None,
                _cites(row["cite"], sources(), at),
                row.get("confidence") or "verified",
                MEDICARE,
                row.get("note", ""),
            )
            collected.setdefault((MEDICARE, entry.key), []).append(entry)
    tables = {}
    for key, entries in collected.items():
        entries.sort(key=lambda e: e.since, reverse=True)
        for newer, older in pairwise(entries):
            if older.until is None or older.until >= newer.since:
                raise LawError(
                    f"{file.name}: {name} of {key[1]} from {older.since} through {older.until} overlaps "
                    f"the value from {newer.since}"
                )
        tables[key] = tuple(entries)
    return tables


def _parameter(name: str, raw: Mapping[str, Any], payer: str, where: Path) -> Parameter:
    if "table" in raw:
        values: dict[tuple[str, str | None], tuple[Entry, ...]] = _table(raw, name, where)
    elif "by" in raw:
        keys = [k for k in raw if k not in _HEADINGS]
        values = {(payer, key): _dated(raw[key], name, key, payer, where.name) for key in keys}
    else:
        values = {(payer, None): _dated(raw, name, None, payer, where.name)}
    return Parameter(
        name,
        raw.get("says", ""),
        raw.get("unit", ""),
        where.stem,
        raw.get("by"),
        raw.get("silent_from"),
        values,
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise LawError(f"{file.name}: {error}") from error


def load(directory: Path = RULES, topics: Iterable[str] | None = None) -> Law:
    """Read the law files of the topics (all when ``None``) and the payers laid over them.

    Raises ``LawError`` when a value lacks its date or citation, or two files give one parameter.
    """
    wanted = None if topics is None else set(topics)
    parameters: dict[str, Parameter] = {}
    checked: list[date] = []
    for file in sorted(directory.glob("*.toml")):
        if file.stem == "sources" or (wanted is not None and file.stem not in wanted):
            continue
        raw = _read(file)
        checked.append(raw.pop("verified_through"))
        raw.pop("title")
        for name, body in raw.items():
            if name in parameters:
                raise LawError(f"{name} stands in both {parameters[name].topic}.toml and {file.name}")
            parameters[name] = _parameter(name, body, MEDICARE, file)
    for file in sorted((directory / "payers").glob("*.toml")):
        _lay_over(parameters, file, partial=wanted is not None)
    return Law(parameters, min(checked))


def _lay_over(parameters: dict[str, Parameter], file: Path, *, partial: bool) -> None:
    raw = _read(file)
    for name, body in raw.items():
        if not isinstance(body, dict):
            continue
        below = parameters.get(name)
        if below is None:
            if partial:
                continue
            raise LawError(f"{file.name}: {name} is not a value of Medicare's that could differ")
        shape = {**body, "by": below.by} if below.by else body
        above = _parameter(name, shape, file.stem, file)
        parameters[name] = Parameter(
            below.name,
            below.says,
            below.unit,
            below.topic,
            below.by,
            below.silent_from,
            {**below.values, **above.values},
        )


@cache
def checksum(directory: Path = RULES) -> str:
    """Twelve hexadecimal digits that name these very law files, so that an answer can be made again."""
    digest = hashlib.sha256()
    for file in sorted([*directory.rglob("*.toml"), *directory.glob("*.csv")]):
        digest.update(file.relative_to(directory).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def made_with() -> str:
    """The version and the law that made an answer; the same two make the same answer again."""
    return f"teachback {__version__}, law {checksum()}"


def payers(directory: Path = RULES) -> tuple[str, ...]:
    """Medicare and every payer that has a file of its own."""
    return (MEDICARE, *sorted(file.stem for file in (directory / "payers").glob("*.toml")))
