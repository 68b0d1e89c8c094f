"""A JSON object becomes a session when it is what the schema says, and a list of faults when it is not."""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, TypeGuard

from teachback.intake.fields import BY_COLUMN, Level, at
from teachback.intake.problems import Fault, Unreadable, shape, shown, word
from teachback.intake.strict import dollars, json_reader
from teachback.intake.values import may_be_offered
from teachback.model import Address, Caregiver, Consent, Note, Patient, Plan, Practitioner, Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from teachback.intake.fields import Field

MOST_FAULTS = 50
_LONGEST_NAME = 60
_CHARGE = BY_COLUMN["charge.97550"]


class Doubled:
    """Stands for a JSON object in which one key stands twice, so that the rest can still be read."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __str__(self) -> str:
        return f"the key {word(self.key)} twice in one object"


class Faults:
    """The faults of one record: the first fifty, and how many more there are."""

    def __init__(self) -> None:
        self._kept: list[Fault] = []
        self._more = 0

    def __bool__(self) -> bool:
        return bool(self._kept)

    def add(self, path: str, read: str, expected: str, cure: str = "correct it") -> None:
        """Keep one more fault."""
        if len(self._kept) < MOST_FAULTS:
            self._kept.append(Fault(path, read, expected, cure))
        else:
            self._more += 1

    @property
    def full(self) -> bool:
        """Whether further faults are only counted."""
        return len(self._kept) >= MOST_FAULTS

    def all(self) -> tuple[Fault, ...]:
        """The faults kept, in the order of the record."""
        more = Fault(
            "",
            f"{self._more} more faults",
            "a record without faults",
            "correct the ones named and read the file again",
        )
        return (*self._kept, more) if self._more else tuple(self._kept)


_Reader = tuple["Field", "Callable[[Any], Any]"]


@cache
def _readers(level: Level) -> dict[str, _Reader]:
    return {field.name: (field, json_reader(field)) for field in at(level)}


_PARTS: dict[Level, tuple[str, ...]] = {
    Level.SESSION: ("practitioner", "patients"),
    Level.PATIENT: ("address", "caregivers", "consent", "plan", "note", "charge"),
}
_NEEDED = {
    level: (*(field.name for field in at(level) if field.required), *more)
    for level, more in (
        (Level.SESSION, ("practitioner", "patients")),
        (Level.PRACTITIONER, ()),
        (Level.PATIENT, ()),
        (Level.CAREGIVER, ("name",)),
    )
}


def session_of(record: object) -> tuple[Session | None, tuple[Fault, ...]]:
    """The session that a parsed JSON value holds, or None and everything that is wrong with it."""
    faults = Faults()
    session = _session(record, faults)
    return (None if faults else session), faults.all()


def _session(record: object, faults: Faults) -> Session | None:
    if not _is_object(record, "", faults):
        return None
    facts = _fields(record, Level.SESSION, "", faults)
    if "practitioner" in record:
        part = _part(record["practitioner"], Level.PRACTITIONER, "practitioner.", faults)
        facts["practitioner"] = None if part is None or faults else Practitioner(**part)
    if "patients" in record:
        facts["patients"] = _patients(record["patients"], faults)
    return None if faults else Session(**facts)


def _patients(raw: object, faults: Faults) -> tuple[Patient, ...]:
    if type(raw) is not list or not raw:
        faults.add("patients", shape(raw), "a list of at least one patient")
        return ()
    patients = []
    first: dict[str, int] = {}
    for index, record in enumerate(raw):
        patient = _patient(record, f"patients[{index}].", faults)
        if patient is None:
            continue
        if patient.id in first:
            faults.add(
                f"patients[{index}].id",
                f"the id of patients[{first[patient.id]}] again",
                "each patient once in a session",
                "take out one of the two, or correct its id",
            )
        first.setdefault(patient.id, index)
        patients.append(patient)
    return tuple(patients)


def _patient(record: object, at_path: str, faults: Faults) -> Patient | None:
    if not _is_object(record, at_path, faults):
        return None
    facts = _fields(record, Level.PATIENT, at_path, faults)
    for name, level, build in _OBJECTS:
        raw = record.get(name)
        if raw is not None:
            part = _part(raw, level, f"{at_path}{name}.", faults)
            facts[name] = None if part is None else build(**part)
    if "caregivers" in record:
        facts["caregivers"] = _caregivers(record["caregivers"], at_path + "caregivers", faults)
    if record.get("charge") is not None:
        facts["charge"] = _charges(record["charge"], at_path + "charge", faults)
    return Patient(**facts) if not faults else None


_OBJECTS: tuple[tuple[str, Level, Callable[..., object]], ...] = (
    ("address", Level.ADDRESS, Address),
    ("consent", Level.CONSENT, Consent),
    ("plan", Level.PLAN, Plan),
    ("note", Level.NOTE, Note),
)


def _caregivers(raw: object, at_path: str, faults: Faults) -> tuple[Caregiver, ...]:
    if type(raw) is not list:
        faults.add(at_path, shape(raw), "a list of caregivers", "write it in square brackets")
        return ()
    parts = [_part(record, Level.CAREGIVER, f"{at_path}[{i}].", faults) for i, record in enumerate(raw)]
    return () if faults else tuple(Caregiver(**part) for part in parts if part is not None)


def _charges(raw: object, at_path: str, faults: Faults) -> tuple[tuple[str, Decimal], ...]:
    if not _is_object(raw, at_path + ".", faults):
        return ()
    charges = []
    for code, text in raw.items():
        try:
            charges.append((code, dollars(text)))
        except Unreadable as problem:
            read = shown(text, _CHARGE)
            faults.add(f"{at_path}.{_cut(code)}", read, problem.expected, problem.cure)
    return tuple(charges)


def _part(record: object, level: Level, at_path: str, faults: Faults) -> dict[str, Any] | None:
    """The facts of an object inside the record, by name."""
    return _fields(record, level, at_path, faults) if _is_object(record, at_path, faults) else None


def _is_object(record: object, at_path: str, faults: Faults) -> TypeGuard[dict[str, Any]]:
    if type(record) is dict:
        return True
    if isinstance(record, Doubled):
        faults.add(at_path.rstrip("."), str(record), "each key once", "take out one of the two")
    else:
        faults.add(at_path.rstrip("."), shape(record), "an object in braces")
    return False


def _fields(record: dict[str, Any], level: Level, at_path: str, faults: Faults) -> dict[str, Any]:
    readers = _readers(level)
    facts: dict[str, Any] = {}
    for key, value in record.items():
        found = readers.get(key)
        if found is None:
            _other_key(key, level, at_path, faults)
            continue
        if value is None and found[0].nullable:
            continue
        try:
            facts[key] = found[1](value)
        except Unreadable as problem:
            _wrong(found[0], value, problem, at_path, faults)
    for name in _NEEDED.get(level, ()):
        if name not in record:
            faults.add(at_path + name, "nothing", f'"{name}", which every {_NAMES[level]} needs', "add it")
    return facts


_NAMES = {
    Level.SESSION: "session",
    Level.PRACTITIONER: "practitioner",
    Level.PATIENT: "patient",
    Level.CAREGIVER: "caregiver",
}


def _wrong(field: Field, value: object, problem: Unreadable, at_path: str, faults: Faults) -> None:
    if value is None:
        faults.add(at_path + field.name, "null", problem.expected, "leave it out when it is unknown")
    else:
        faults.add(at_path + field.name, problem.read or shown(value, field), problem.expected, problem.cure)


def _other_key(key: str, level: Level, at_path: str, faults: Faults) -> None:
    """Refuse a key that is neither a field nor a part; the schema leaves addresses open."""
    parts = _PARTS.get(level, ())
    if key in parts or level is Level.ADDRESS:
        return
    if faults.full:
        faults.add(at_path, "", "")
        return
    # A hint must not lead to a fact of law: "paid" is not "unpaid".
    known = (*(name for name, (field, _) in _readers(level).items() if may_be_offered(field)), *parts)
    near = get_close_matches(key[:_LONGEST_NAME], known, 1, 0.7)
    cure = f'did you mean "{near[0]}"?' if near else "take it out"
    faults.add(at_path + _cut(key), "an unknown key", "only keys of the record", cure)


def _cut(key: str) -> str:
    return word(key).strip('"')
