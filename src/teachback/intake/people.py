"""The patient of a row and the caregivers, several of whom may stand in one cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from teachback.intake.fields import Level
from teachback.intake.problems import Fault, Unreadable, shown
from teachback.model import Address, Caregiver, Consent, Note, Patient, Plan

if TYPE_CHECKING:
    from teachback.intake.columns import Column

_PARTS: tuple[tuple[str, Level, type], ...] = (
    ("address", Level.ADDRESS, Address),
    ("consent", Level.CONSENT, Consent),
    ("plan", Level.PLAN, Plan),
    ("note", Level.NOTE, Note),
)


class Uneven(Exception):  # noqa: N818 - it carries a fault rather than being an error
    """The caregivers' cells of a row do not fit together; ``fault`` says how."""

    def __init__(self, column: str, read: str, expected: str, cure: str) -> None:
        super().__init__(column)
        self.fault = Fault(column, read, expected, cure)


def patient_of(facts: dict[Level, dict[str, Any]]) -> Patient:
    """The patient with these values; a part is None when all its cells are empty."""
    parts = {name: build(**facts[level]) for name, level, build in _PARTS if facts[level]}
    return Patient(**facts[Level.PATIENT], **parts, charge=tuple(facts[Level.CHARGE].items()))


def caregivers_of(raw: dict[str, Any], columns: list[Column], faults: list[Fault]) -> tuple[Caregiver, ...]:
    """The caregivers of one row from the cells of their columns by name.

    Unreadable cells are added to ``faults``; ``Uneven`` when names are missing or numbers differ.
    """
    names = _trimmed(_split(raw.get("name", "")))
    if not names or not all(names):
        raise Uneven(
            "caregiver.name",
            "no name" if not names else "an empty name between others",
            "the name of every caregiver",
            "fill in the names, separated by ;",
        )
    people: list[dict[str, Any]] = [{} for _ in names]
    for column in columns:
        for person, cell in zip(people, _spread(column, raw[column.field.name], len(names)), strict=True):
            if cell == "":
                continue
            try:
                person[column.field.name] = column.read(cell)
            except Unreadable as problem:
                read = problem.read or shown(cell, column.field)
                faults.append(Fault(column.field.column, read, problem.expected, problem.cure))
                break
    return () if faults else tuple(Caregiver(**person) for person in people)


def _split(cell: object) -> list[Any]:
    return [part.strip() for part in cell.split(";")] if isinstance(cell, str) else [cell]


def _trimmed(parts: list[Any]) -> list[Any]:
    """The parts without the empty ones that a closing semicolon leaves at the end."""
    while parts and parts[-1] == "":
        parts = parts[:-1]
    return parts


def _spread(column: Column, cell: object, number: int) -> list[Any]:
    """One part for each of ``number`` caregivers: as many as there are names, or one for all."""
    parts = _split(cell)
    if len(parts) == number:
        return parts
    parts = _trimmed(parts)
    if len(parts) == number:
        return parts
    if len(parts) == 1:
        return parts * number
    raise Uneven(
        column.field.column,
        f"{len(parts)} values for {number} caregivers",
        "one value for each caregiver, or one for all",
        "separate the values by ; as the names are",
    )
