"""The header row of a table is recognized here: which column holds which field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from teachback.intake.fields import BY_COLUMN, REQUIRED, Field, field_of
from teachback.intake.mapping import Mapping, heading_key
from teachback.intake.problems import Notice, Refusal, Unread, quoted, whole
from teachback.intake.proposal import guesses, looks_like_data
from teachback.intake.values import cell_reader

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_NAMED = 10


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column that is read: its field, how a cell is read, and where it stands.

    ``index`` counts from 0; None: every row has ``constant``. ``words`` leads from their words to ours.
    """

    field: Field
    read: Callable[[Any], Any]
    index: int | None
    constant: Any
    words: dict[str, str]

    def cell(self, cells: Sequence[Any]) -> object:
        """This column's cell of a row, None when the row ends before it."""
        if self.index is None:
            return self.constant
        return cells[self.index] if self.index < len(cells) else None


class MissingColumns(Unread):
    """Columns that every file needs are missing; ``headings`` are those that it has."""

    def __init__(self, refusal: Refusal, headings: tuple[str, ...]) -> None:
        super().__init__(refusal)
        self.headings = headings


def recognize(
    file: str, header: Sequence[str], mapping: Mapping
) -> tuple[tuple[Column, ...], tuple[Notice, ...]]:
    """The columns of a header row, and notices of those that are kept aside; ``Unread`` when unusable."""
    _check_header(file, header, mapping)
    fields: dict[str, int] = {}
    unknown: list[str] = []
    seen: dict[str, int] = {}
    for index, heading in enumerate(header):
        key = heading_key(heading)
        if not key:
            continue
        if key in seen:
            raise whole(
                file,
                f"the column {quoted(heading.strip())} twice",
                "each column once",
                f"rename or take out column {index + 1}",
            )
        seen[key] = index
        found = field_of(mapping.columns.get(key, key))
        if found is None:
            unknown.append(heading.strip())
        elif found.column in fields:
            raise whole(
                file,
                f"both {quoted(header[fields[found.column]].strip())} and {quoted(heading.strip())}",
                f"one column for {found.column}",
                "keep one of the two",
            )
        else:
            fields[found.column] = index
    _check_required(file, header, fields, mapping)
    return _built(fields, mapping), _notices(file, unknown, seen, fields, mapping)


def _check_header(file: str, header: Sequence[str], mapping: Mapping) -> None:
    """Refuse a first row of data: it may name a patient, so that it is neither shown nor proposed."""
    headings = [heading for heading in header if heading_key(heading)]
    if known(headings, mapping) * 2 < len(headings) and looks_like_data(
        mapping.columns.get(heading_key(heading), heading) for heading in headings
    ):
        raise whole(
            file,
            "what looks like data or has no name that is known",
            "a first row with the names of the columns",
            "put the names of the columns above the data, or begin with the template",
        )


def _built(fields: dict[str, int], mapping: Mapping) -> tuple[Column, ...]:
    constants = [name for name in mapping.constants if name not in fields]
    return tuple(
        Column(
            field,
            cell_reader(field),
            fields.get(name),
            mapping.constants.get(name),
            mapping.values.get(name, {}),
        )
        for name in (*fields, *constants)
        if (field := field_of(name))
    )


def _check_required(file: str, header: Sequence[str], fields: dict[str, int], mapping: Mapping) -> None:
    missing = [name for name in REQUIRED if name not in fields and name not in mapping.constants]
    if not missing:
        return
    headings = tuple(heading.strip() for heading in header if heading.strip())
    raise MissingColumns(_missing(file, missing, headings), headings)


def _missing(file: str, missing: list[str], headings: tuple[str, ...]) -> Refusal:
    near = {guess.column: heading for heading, guess in guesses(headings).items() if guess.sure}
    renames = [f"{quoted(near[name])} to {name}" for name in missing if name in near]
    advice = "rename " + ", ".join(renames) + ", or " if renames else "add what is missing, or "
    columns = "column " if len(missing) == 1 else "columns "
    return Refusal(
        file,
        None,
        None,
        "",
        "the " + columns + ", ".join(missing),
        advice + "say with --map which of your columns they are",
    )


def _notices(
    file: str, unknown: list[str], seen: dict[str, int], fields: dict[str, int], mapping: Mapping
) -> tuple[Notice, ...]:
    notices = []
    if unknown:
        named = ", ".join(map(quoted, unknown[:_NAMED]))
        more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
        word = "column is" if len(unknown) == 1 else "columns are"
        notices.append(f"{len(unknown)} {word} not known and kept aside: {named}{more}")
    absent = [heading for heading in mapping.columns if heading not in seen]
    if absent:
        notices.append(
            "the mapping names columns that the file does not have: "
            + ", ".join(map(quoted, absent[:_NAMED]))
        )
    idle = [name for name in mapping.constants if name in fields]
    if idle:
        notices.append("constants are not used where the file has the column: " + ", ".join(idle))
    return tuple(Notice(file, text) for text in notices)


def known(headings: Sequence[str], mapping: Mapping) -> int:
    """How many of these headings are ours or the mapping's."""
    return sum(
        1
        for heading in headings
        if (key := heading_key(heading)) in BY_COLUMN or key in mapping.columns or field_of(key)
    )
