"""Rows of a spreadsheet, one per session and represented patient, become sessions."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as fresh
from typing import TYPE_CHECKING, Any, NamedTuple

from teachback.intake.columns import Column, MissingColumns, recognize
from teachback.intake.fields import Kind, Level
from teachback.intake.grouped import Refusals
from teachback.intake.mapping import Mapping, heading_key, propose
from teachback.intake.people import Uneven, caregivers_of, patient_of
from teachback.intake.problems import Fault, Notice, Refusal, Unread, Unreadable, shown, whole
from teachback.intake.reading import Reading
from teachback.intake.strange import strange_words
from teachback.model import ClaimForm, Patient, Practitioner, Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_SHARED = (Level.SESSION, Level.PRACTITIONER)
_LEFT_OUT = "; until then the whole session is left out"
_NAMELESS = _LEFT_OUT + ", for who was represented is unknown, and their number decides the code"
_EVERY = 500


@dataclass(frozen=True, slots=True)
class Sheet:
    """The header of a table and its rows: (row number from 1, cells) or the refusal of a row.

    ``full``: a row is written with all its cells, the empty ones too, so that a shorter one is worth a
    notice.
    """

    file: str
    header: Sequence[str]
    rows: Iterable[tuple[int, Sequence[Any]] | Refusal]
    notices: tuple[Notice, ...] = ()
    full: bool = False


class _Row(NamedTuple):
    """The values of one row by level and name, and the faults of its shared and its patient's columns."""

    facts: dict[Level, dict[str, Any]]
    shared: list[Fault]
    own: list[Fault]


@dataclass(slots=True)
class _Group:
    """The rows of one session as far as they were read."""

    row: int = 0
    cells: Sequence[Any] = ()
    shared: dict[Level, dict[str, Any]] = fresh(default_factory=dict)
    faulty: set[str] = fresh(default_factory=set)
    told: set[tuple[str, str]] = fresh(default_factory=set)
    patients: list[Patient] = fresh(default_factory=list)
    seen: dict[str, int] = fresh(default_factory=dict)
    lost: int = 0
    left_out: bool = False


def read_table(sheet: Sheet, mapping: Mapping | None, progress: Callable[[int], None] | None) -> Reading:
    """The sessions of a table; a faulty header refuses it all."""
    try:
        columns, notices = recognize(sheet.file, sheet.header, mapping or Mapping())
    except MissingColumns as missing:
        proposal = (
            propose(missing.headings, strange_words(sheet.header, sheet.rows)) if mapping is None else None
        )
        return Reading((), (missing.refusal,), sheet.notices, proposal)
    table = _Table(sheet.file, columns, _width(sheet.header))
    count = 0
    try:
        for count, row in enumerate(sheet.rows, 1):
            table.take(row)
            if progress and count % _EVERY == 0:
                progress(count)
    except Unread as broken:
        table.refusals.add(broken.refusal)
    if progress and count % _EVERY:
        progress(count)
    return table.reading(sheet.notices + notices + (table.short() if sheet.full else ()))


def _width(header: Sequence[str]) -> int:
    return max((index for index, heading in enumerate(header, 1) if heading.strip()), default=0)


class _Table:
    """Collects rows into sessions."""

    def __init__(self, file: str, columns: tuple[Column, ...], width: int) -> None:
        self.file = file
        self.refusals = Refusals()
        self._parts = [(level, [c for c in columns if c.field.level is level]) for level in Level]
        self._caregivers = [column for column in columns if column.field.level is Level.CAREGIVER]
        self._shared = [column for column in columns if column.field.level in _SHARED]
        self._required = [column for column in columns if column.field.required]
        self._id = next(column for column in columns if column.field.column == "id")
        self._width = width
        self._groups: dict[str, _Group] = {}
        self._rows = 0
        self._short = 0

    def short(self) -> tuple[Notice, ...]:
        """How many rows end before the header does."""
        if not self._short:
            return ()
        rows = "1 row has" if self._short == 1 else f"{self._short:,} rows have"
        text = f"{rows} fewer cells than the header; those missing at the end were read as empty"
        return (Notice(self.file, text),)

    def take(self, row: tuple[int, Sequence[Any]] | Refusal) -> None:
        """Read one more row, or keep its refusal."""
        if isinstance(row, Refusal):
            self._rows += 1
            self.refusals.add(row)
        elif any(not _is_empty(cell) for cell in row[1]):
            self._rows += 1
            self._short += len(row[1]) < self._width
            self._take(*row)

    def reading(self, notices: tuple[Notice, ...]) -> Reading:
        """Everything read so far."""
        if not self._rows and not self.refusals:
            self.refusals.add(
                whole(
                    self.file,
                    "a header only",
                    "rows with sessions",
                    "fill in one row for each session and patient",
                ).refusal
            )
        sessions = tuple(
            _session(group) for group in self._groups.values() if group.patients and not group.left_out
        )
        return Reading(sessions, self.refusals.all(), notices)

    def _take(self, number: int, cells: Sequence[Any]) -> None:
        if self._is_too_long(cells):
            self._refuse_long(number, cells)
            return
        row = self._read(cells)
        name = row.facts[Level.SESSION].get("id")
        if name is None:
            self._refuse(number, [*row.shared, *row.own])
            return
        group = self._groups.setdefault(name, _Group())
        faults = self._compare(group, number, cells, row) + row.own
        if "id" not in row.facts[Level.PATIENT]:
            # Who was represented is unknown, and the number of patients decides the code.
            group.left_out = True
            faults = [
                fault._replace(cure=fault.cure + _NAMELESS) if fault.column == "patient.id" else fault
                for fault in faults
            ]
        self._refuse(number, faults)
        self._add_patient(group, number, row)

    def _is_too_long(self, cells: Sequence[Any]) -> bool:
        return len(cells) > self._width and any(not _is_empty(cell) for cell in cells[self._width :])

    def _refuse_long(self, number: int, cells: Sequence[Any]) -> None:
        """Refuse a row whose cells have moved: none but the id before them can be trusted."""
        self.refusals.add(too_long(self.file, number, len(cells), self._width))
        try:
            name = self._id.read(_stripped(self._id.cell(cells)) or "")
        except Unreadable:
            return
        self._groups.setdefault(name, _Group()).lost += 1

    def _refuse(self, number: int, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.refusals.add(fault.refused(self.file, number))

    def _read(self, cells: Sequence[Any]) -> _Row:
        row = _Row({}, [], [])
        for level, columns in self._parts:
            row.facts[level] = values_of(columns, cells, row.shared if level in _SHARED else row.own)
        self._check_required(row)
        row.facts[Level.SESSION].setdefault("claim_form", ClaimForm.PROFESSIONAL)
        self._read_caregivers(row)
        return row

    def _check_required(self, row: _Row) -> None:
        for column in self._required:
            field = column.field
            faults = row.shared if field.level in _SHARED else row.own
            if field.name not in row.facts[field.level] and all(f.column != field.column for f in faults):
                faults.append(Fault(field.column, "an empty cell", field.accepts, "fill it in"))

    def _read_caregivers(self, row: _Row) -> None:
        raw = row.facts[Level.CAREGIVER]
        if not raw:
            return
        columns = [column for column in self._caregivers if column.field.name in raw]
        if all(column.index is None for column in columns):
            return  # the mapping's constants alone are no caregiver
        try:
            row.facts[Level.PATIENT]["caregivers"] = caregivers_of(raw, columns, row.own)
        except Uneven as uneven:
            row.own.append(uneven.fault)

    def _compare(self, group: _Group, number: int, cells: Sequence[Any], row: _Row) -> list[Fault]:
        """What is wrong in the session's own columns of this row; any of it leaves the session out."""
        shared = {level: row.facts[level] for level in _SHARED}
        # Rows of one session repeat its cells: the same mistake in five hundred rows is told once.
        faults = [
            fault._replace(cure=fault.cure + _LEFT_OUT)
            for fault in row.shared
            if (fault.column, fault.read) not in group.told
        ]
        group.told.update((fault.column, fault.read) for fault in row.shared)
        group.faulty.update(fault.column for fault in row.shared)
        if not group.shared:
            group.shared, group.row, group.cells = shared, number, cells
        elif shared != group.shared:
            faults += [
                self._differs(column, group, cells)
                for column in self._shared
                if _value(column, shared) != _value(column, group.shared)
                and column.field.column not in group.faulty
            ]
        group.left_out = group.left_out or bool(faults)
        return faults

    @staticmethod
    def _differs(column: Column, group: _Group, cells: Sequence[Any]) -> Fault:
        mine, first = (shown(column.cell(either), column.field) for either in (cells, group.cells))
        return Fault(
            column.field.column,
            f"{mine} where row {group.row} has {first}",
            "the same in every row of a session",
            "make the rows agree" + _LEFT_OUT + ", for which of them is right is unknown",
        )

    def _add_patient(self, group: _Group, number: int, row: _Row) -> None:
        name = row.facts[Level.PATIENT].get("id")
        if name in group.seen:
            self._refuse(
                number,
                [
                    Fault(
                        "patient.id",
                        f"the patient of row {group.seen[name]} again",
                        "each patient once in a session",
                        "write several caregivers into one row separated by ; or correct the id",
                    )
                ],
            )
            return
        if name is not None:
            group.seen[name] = number
        if row.own:
            group.lost += 1
        elif not group.left_out:
            group.patients.append(patient_of(row.facts))


def too_long(file: str, row: int, cells: int, width: int) -> Refusal:
    """A row that has more cells than the header."""
    return Refusal(
        file,
        row,
        None,
        f"{cells} cells",
        f"at most {width} cells, as in the header",
        "put texts that hold the separator in quotation marks, or take out the last cells",
    )


def values_of(columns: list[Column], cells: Sequence[Any], faults: list[Fault]) -> dict[str, Any]:
    """The values of the columns of one level in a row, by the fields' names, without the empty ones."""
    values = {}
    for column in columns:
        index = column.index
        cell = column.constant if index is None else cells[index] if index < len(cells) else None
        if type(cell) is str:
            cell = cell.strip()
        if cell is None or cell == "":
            continue
        field = column.field
        if column.words:
            cell = _translated(cell, column)
        try:
            # Of a caregiver's column each part is read for itself, once their number is known.
            values[field.name] = cell if field.level is Level.CAREGIVER else column.read(cell)
        except Unreadable as problem:
            faults.append(
                Fault(field.column, problem.read or shown(cell, field), problem.expected, problem.cure)
            )
    return values


def _session(group: _Group) -> Session:
    facts = group.shared[Level.SESSION]
    practitioner = Practitioner(**group.shared[Level.PRACTITIONER])
    return Session(
        **facts, practitioner=practitioner, patients=tuple(group.patients), patients_refused=group.lost
    )


def _value(column: Column, facts: dict[Level, dict[str, Any]]) -> object:
    return facts[column.field.level].get(column.field.name)


def _stripped(cell: object) -> object:
    return cell.strip() if type(cell) is str else cell


def _is_empty(cell: object) -> bool:
    return cell is None or (type(cell) is str and not cell.strip())


def _translated(cell: object, column: Column) -> object:
    """The cell in our words; of a list and of several caregivers each part."""
    word = column.words.get(heading_key(str(cell)))
    if word is not None:
        return word
    several = column.field.kind is Kind.LIST or column.field.level is Level.CAREGIVER
    if not several or not isinstance(cell, str):
        return cell
    return ";".join(column.words.get(heading_key(part), part) for part in cell.split(";"))
