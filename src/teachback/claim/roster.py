"""The roster: what the front desk knows of each patient, to complete sessions that leave it out."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from teachback.claim import csvfile, texts
from teachback.intake.problems import Refusal, Unread, characters
from teachback.model import Sex
from teachback.rules.settings import Mbi, clean_mbi, mbi_form

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from teachback.claim.tomlfile import Form

_T = TypeVar("_T")
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one patient. ``onset`` is the first day of the condition treated (occurrence 11)."""

    patient_id: str = ""
    last_name: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    suffix: str | None = None
    birth_date: date | None = None
    sex: Sex | None = None
    line: str | None = None
    line2: str | None = None
    city: str | None = None
    state: str | None = None
    zip: str | None = None
    mbi: str | None = None
    onset: date | None = None


@dataclass(frozen=True, slots=True)
class Roster:
    """The patients of a file by id, and the rows that could not be read."""

    people: dict[str, Known]
    refusals: tuple[Refusal, ...] = ()


_COLUMNS = (*(field.name for field in fields(Known)), "name")
_ALIASES = {
    "patient.id": "patient_id",
    "patient.name": "name",
    "patient.birth_date": "birth_date",
    "patient.sex": "sex",
    "patient.mbi": "mbi",
    "address": "line",
    "address_line": "line",
    "address_line2": "line2",
    "patient.address.line": "line",
    "patient.address.city": "city",
    "patient.address.state": "state",
    "patient.address.zip": "zip",
    "onset_date": "onset",
}
HEADINGS = {name: name for name in _COLUMNS} | _ALIASES


def read_roster(path: Path) -> Roster:
    """The patients of a CSV file; a row that cannot be read is refused and the others are kept."""
    people: dict[str, Known] = {}
    refusals: list[Refusal] = []
    name = str(path)
    try:
        for number, cells in csvfile.rows(path, HEADINGS, "patient_id"):
            known, faults = _known(name, number, cells)
            id_ = known.patient_id
            if not faults and id_ in people and people[id_] != known:
                faults = [
                    Refusal(
                        name,
                        number,
                        "patient_id",
                        "a patient of an earlier row with other facts",
                        "one row a patient",
                        "keep one of the rows",
                    )
                ]
            if faults:
                refusals += faults
            else:
                people[id_] = known
    except Unread as unread:
        refusals.append(unread.refusal)
    return Roster(people, tuple(refusals))


class _Row:
    """The cells of one row, read one by one; faults are gathered."""

    def __init__(self, name: str, number: int, cells: dict[str, str]) -> None:
        self.name, self.number, self.cells = name, number, cells
        self.faults: list[Refusal] = []

    def fault(self, column: str, expected: str, cure: str) -> None:
        """Note a fault of one cell."""
        found = characters(self.cells[column]) if column in self.cells else ""
        self.faults.append(Refusal(self.name, self.number, column, found, expected, cure))

    def read(self, column: str, expected: str, reader: Callable[[str], _T | None], cure: str) -> _T | None:
        """One cell; ``None`` where it is empty or no good."""
        text = self.cells.get(column)
        value = None if text is None else reader(text)
        if text is not None and value is None:
            self.fault(column, expected, cure)
        return value

    def text(self, column: str, form: Form) -> str | None:
        """One cell of a form."""
        return self.read(column, form.expected, form.reads, form.cure)


def _known(name: str, number: int, cells: dict[str, str]) -> tuple[Known, list[Refusal]]:
    row = _Row(name, number, cells)
    last, first = row.text("last_name", texts.LAST_NAME), row.text("first_name", texts.FIRST_NAME)
    middle, suffix = row.text("middle_name", texts.FIRST_NAME), row.text("suffix", texts.SUFFIX)
    if "name" in cells and last is None:
        parts = row.read("name", "family, given", name_of, "write the comma, or use last_name and first_name")
        if parts is not None:
            last, first, middle, suffix = parts
    if "patient_id" not in cells:
        row.fault("patient_id", "your number of the patient", "fill it in")
    known = Known(
        patient_id=cells.get("patient_id", ""),
        last_name=last,
        first_name=first,
        middle_name=middle,
        suffix=suffix,
        birth_date=row.read("birth_date", "a date such as 1950-04-14 or 4/14/1950", day_of, "correct it"),
        sex=row.read("sex", "F, M or U", _sex, "copy it from the Medicare card"),
        line=row.text("line", texts.LINE),
        line2=row.text("line2", texts.LINE),
        city=row.text("city", texts.CITY),
        state=row.text("state", texts.STATE),
        zip=row.text("zip", texts.ZIP),
        mbi=row.read("mbi", "a Medicare number of eleven characters", _mbi, "copy it from the Medicare card"),
        onset=row.read("onset", "a date such as 2026-04-14 or 4/14/2026", day_of, "correct it"),
    )
    return known, row.faults


def day_of(text: str) -> date | None:
    """A date written as 2026-04-14 or 4/14/2026; ``None`` where it is neither."""
    slashed = _SLASHED.fullmatch(text)
    try:
        if slashed:
            return date(int(slashed[3]), int(slashed[1]), int(slashed[2]))
        return date.fromisoformat(text)
    except ValueError:
        return None


def _sex(text: str) -> Sex | None:
    letter = text[:1].upper()
    return Sex(letter) if letter in set(Sex) else None


def _mbi(text: str) -> str | None:
    clean = clean_mbi(text)
    return clean if mbi_form(clean) in {Mbi.ORDINARY, Mbi.SYNTHETIC} else None


_SUFFIX = re.compile(r"JR\.?|SR\.?|II|III|IV|V", re.IGNORECASE)


def name_of(text: str) -> tuple[str, str, str | None, str | None] | None:
    """Family name, given name, middle initial and suffix of "family, given M"; ``None`` without a comma.

    Two given names stay together, since nobody can tell a second given name from a middle one; a single
    letter at the end is a middle initial.
    """
    parts = [" ".join(part.split()) for part in text.split(",")]
    if not 2 <= len(parts) <= 3 or not all(parts):  # noqa: PLR2004  family, given, and perhaps a suffix
        return None
    last, given = parts[0], parts[1]
    suffix = parts[2] if len(parts) == 3 else None  # noqa: PLR2004  the same
    words = last.split(" ")
    if suffix is None and len(words) > 1 and _SUFFIX.fullmatch(words[-1]):
        last, suffix = " ".join(words[:-1]), words[-1]
    first, _, middle = given.rpartition(" ")
    if first and len(middle.rstrip(".")) == 1:
        return last, first, middle.rstrip("."), suffix
    return last, given, None, suffix
