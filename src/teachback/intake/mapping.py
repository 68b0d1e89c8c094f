"""A mapping file tells how a stranger's columns and words become ours."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from teachback.intake.fields import BY_COLUMN, field_of
from teachback.intake.problems import quoted
from teachback.intake.proposal import propose

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Mapping", "MappingError", "heading_key", "propose"]

_TABLES = ("columns", "values", "constants")
_MOST_BYTES = 5_000_000


class MappingError(ValueError):
    """The mapping file is wrong; the message is one sentence that names the place and the cure."""


def heading_key(heading: str) -> str:
    """A heading or word as it is compared: without capitals and without blanks around it."""
    return heading.strip().casefold()


@dataclass(frozen=True, slots=True)
class Mapping:
    """How their columns and words become ours; keys are as ``heading_key`` makes them.

    ``columns`` leads from their heading to our column, ``values`` from our column to their words for
    ours, ``constants`` from our column to the value of every row.
    """

    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Mapping:
        """The mapping that a TOML file holds; ``MappingError`` when it cannot be used."""
        try:
            with path.open("rb") as file:
                raw = file.read(_MOST_BYTES + 1)
        except OSError as error:
            raise MappingError(f"{path}: cannot be read ({error.strerror}); check the name.") from None
        if len(raw) > _MOST_BYTES:
            raise MappingError(f"{path}: is larger than 5 MB; a mapping file is a page of text.")
        try:
            return cls.parse(raw.decode("utf-8-sig"), str(path))
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            raise MappingError(f"{path}, line {line}: is not UTF-8; save the file as UTF-8.") from None

    @classmethod
    def parse(cls, text: str, name: str = "mapping") -> Mapping:
        """The mapping in a TOML text; ``name`` is what messages call it; ``MappingError`` as above."""
        try:
            tables: dict[str, Any] = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            raise MappingError(f"{name}: is not valid TOML: {error}; correct that line.") from None
        for key in tables:
            if key not in _TABLES:
                raise MappingError(
                    f"{name}: has the table {quoted(key)}; only [columns], [values.COLUMN] "
                    "and [constants] are known."
                )
        columns = _columns(_table(tables, "columns", name), name)
        constants = {
            _ours(key, "constants", name): _constant(value, key, name)
            for key, value in _table(tables, "constants", name).items()
        }
        if both := sorted(set(columns.values()) & set(constants)):
            raise MappingError(f"{name}: gives {both[0]} both a column and a constant; take out one of them.")
        return cls(columns, _values(_table(tables, "values", name), name), constants)


def _table(tables: dict[str, Any], key: str, name: str) -> dict[str, Any]:
    found = tables.get(key, {})
    if isinstance(found, dict):
        return found
    raise MappingError(f"{name}: [{key}] must be a table; write [{key}] on a line of its own.")


def _columns(raw: dict[str, Any], name: str) -> dict[str, str]:
    columns: dict[str, str] = {}
    theirs: dict[str, str] = {}
    for heading, target in raw.items():
        if not isinstance(target, str):
            raise MappingError(
                f"{name}: [columns] {quoted(heading)} must name one of our columns in "
                "quotation marks; a heading with a point in it needs them too."
            )
        ours = _ours(target, "columns", name)
        if ours in theirs:
            raise MappingError(
                f"{name}: [columns] leads {quoted(theirs[ours])} and {quoted(heading)} both "
                f"to {ours}; keep one of them."
            )
        if heading_key(heading) in columns:
            raise MappingError(f"{name}: [columns] has {quoted(heading)} twice; keep one of them.")
        theirs[ours] = heading
        columns[heading_key(heading)] = ours
    return columns


def _values(raw: dict[str, Any], name: str) -> dict[str, dict[str, str]]:
    values: dict[str, dict[str, str]] = {}
    for column, words in raw.items():
        if not isinstance(words, dict):
            raise MappingError(
                f'{name}: [values] {quoted(column)} must be a table such as [values."training"].'
            )
        ours = _ours(column, "values", name)
        values[ours] = {}
        for theirs, word in words.items():
            if not isinstance(word, (str, bool, int)):
                raise MappingError(
                    f'{name}: [values."{ours}"] {quoted(theirs)} must be text in quotation '
                    "marks; a column with a point in it needs them too."
                )
            values[ours][heading_key(theirs)] = str(word)
    return values


def _constant(value: object, key: str, name: str) -> object:
    if isinstance(value, float):
        raise MappingError(f"{name}: [constants] {quoted(key)} is a fraction; write it in quotation marks.")
    if isinstance(value, (dict, list)):
        raise MappingError(
            f"{name}: [constants] {quoted(key)} must be one value; a column with a point in "
            "it needs quotation marks."
        )
    return value


def _ours(target: str, table: str, name: str) -> str:
    found = field_of(target)
    if found is not None:
        return found.column
    near = get_close_matches(target[:60], BY_COLUMN, 1)
    cure = f"did you mean {near[0]}?" if near else "the template names all columns."
    raise MappingError(f"{name}: [{table}] names {quoted(target)}, which is none of our columns; {cure}")
