"""Read the worked cases that lie beside the rules: a clean base session, what differs, and what is expected.

The base is 45 minutes of functional training by a physical therapist in an Arizona office, with nothing
to object to. A case names only what differs, flat: ``minutes``, ``practitioner.type``, ``patient.plan.kind``,
``patient.caregivers.0.adult``; ``patients: 3`` represents three (``P0`` to ``P2``), and ``P1.coverage``
changes one of them. Dates may be written relative to the date of service (``-7d``, ``+1d``); those of the
base move with it. ``null`` is unknown.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml

from teachback.assess import assess
from teachback.intake.records import session_of
from teachback.law import MEDICARE, RULES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from teachback.assess import Assessment
    from teachback.model import ServiceLine, Session

BASE_DAY = date(2026, 4, 14)
THERAPISTS = ("PT", "OT", "SLP")

BASE_SESSION: dict[str, Any] = {
    "start_time": "10:00",
    "minutes": 45,
    "training": "function",
    "topics": ["transfers"],
    "modality": "in_person",
    "place_of_service": "11",
    "locality": "03102-00",
    "claim_form": "professional",
    "practitioner": {"npi": "2300000009", "type": "PT"},
}

BASE_PATIENT: dict[str, Any] = {
    "coverage": "original_medicare",
    "other_payer_primary": "no",
    "present": False,
    "inpatient": "no",
    "home_health": "no",
    "snf_part_a": "no",
    "hospice": "no",
    "guide": "no",
    "consent": {"by": "patient", "form": "written", "date": "-7d", "scope": "caregiver_training"},
    "plan": {
        "kind": "therapy",
        "discipline": "PT",
        "established": "-20d",
        "first_treatment": "-20d",
        "certified": "-10d",
        "certified_through": "+60d",
        "order_on_file": True,
        "sent_to_referrer": "-15d",
        "frequency": "2/week",
        "duration": "8 weeks",
        "goals": ["transfer with one helper"],
    },
    "certifying_npi": "2700000013",
    "goals_addressed": ["transfer with one helper"],
    "diagnoses": ["I69.354"],
    "need": "Patient falls at night; the daughter cannot lift safely.",
    "absence_reason": "Patient too fatigued to repeat transfers safely.",
    "response": "Daughter repeated the transfer twice without cues.",
    "therapy_used": "400.00",
    "kx_attested": False,
    "deductible_remaining": "0.00",
}

CASE_KEYS = {"name", "source", "payer", "session", "sessions", "expect"}
EXPECT_KEYS = {"disposition", "lines", "payments", "findings", "also", "not"}
WANTED = {"disposition", "lines", "findings"}
RELATIVE = re.compile(r"([+-]\d+)d")
LINE = re.compile(
    r"(?P<code>\S{5}) x(?P<units>\d+)(?P<modifiers>(?: [0-9A-Z]{2})*)(?: (?P<amount>\d+\.\d\d|\?))?"
)


class CaseError(Exception):
    """A case that cannot be read; the message names the file, the case and the key."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What one session must come to for one represented patient.

    ``findings`` names the errors and holds exactly; ``also`` names warnings and information that must
    stand, ``absent`` (``not`` in the file) names what must not stand. ``payments`` gives, line by line, the
    patient's amount, Medicare's payment, and that payment after sequestration. An unknown amount is ``?``.
    """

    disposition: str
    lines: tuple[str, ...]
    findings: frozenset[str]
    also: frozenset[str]
    absent: frozenset[str]
    payments: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Case:
    """One worked case: where it stands, where its answer is from, what happened, what is expected."""

    file: str
    name: str
    source: str
    payer: str
    sessions: tuple[Session, ...]
    expected: tuple[Expected, ...]

    def assess(self) -> list[Assessment]:
        """Assess the case's sessions together under its payer's law."""
        return assess(self.sessions, payer=self.payer)


class _Loader(yaml.SafeLoader):
    """Safe YAML that refuses a key that stands twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value]
        doubled = {key for key in keys if keys.count(key) > 1}
        if doubled:
            raise CaseError(f"{node.start_mark}: {', '.join(sorted(doubled))} stands twice")
        return super().construct_mapping(node, deep)


def load_cases(directory: Path = RULES) -> list[Case]:
    """Every case of every YAML file beside the rules."""
    return [
        case
        for file in sorted(directory.glob("*.yaml"))
        if not file.stem.startswith("claim_")
        for case in _read(file)
    ]


def _read(file: Path) -> Iterator[Case]:
    with file.open(encoding="utf-8") as stream:
        raw = yaml.load(stream, Loader=_Loader)  # noqa: S506  a safe loader, stricter
    for number, record in enumerate(raw, start=1):
        where = f"{file.name}, {record.get('name', f'case {number}')}"
        try:
            yield _case(file.stem, record)
        except CaseError as error:
            raise CaseError(f"{where}: {error}") from error


def _check_keys(record: Mapping[str, Any], allowed: set[str], needed: set[str]) -> None:
    if unknown := set(record) - allowed:
        raise CaseError(f"unknown key {', '.join(sorted(map(str, unknown)))}")
    if missing := needed - set(record):
        raise CaseError(f"{', '.join(sorted(missing))} is needed")


def _case(file: str, record: Mapping[str, Any]) -> Case:
    _check_keys(record, CASE_KEYS, {"name", "source", "expect"})
    if ("session" in record) == ("sessions" in record):
        raise CaseError("either session or sessions is needed")
    changes = record["sessions"] if "sessions" in record else [record["session"]]
    sessions = tuple(_session(change, number) for number, change in enumerate(changes))
    return Case(
        file,
        record["name"],
        record["source"],
        record.get("payer", MEDICARE),
        sessions,
        _expectations(record["expect"], sum(len(session.patients) for session in sessions)),
    )


def _expectations(raw: Mapping[str, Any] | list[Mapping[str, Any]], results: int) -> tuple[Expected, ...]:
    """One for each session and patient in order; a single one holds for all of them alike."""
    several = raw if isinstance(raw, list) else [raw] * results
    if len(several) != results:
        raise CaseError(f"{len(several)} expectations for {results} results")
    return tuple(map(_expected, several))


def _expected(raw: Mapping[str, Any]) -> Expected:
    _check_keys(raw, EXPECT_KEYS, WANTED)
    for line in raw["lines"]:
        if LINE.fullmatch(line) is None:
            raise CaseError(f"{line!r} is not a line such as '97550 x1 GP 51.47'")
    payments = raw.get("payments")
    return Expected(
        raw["disposition"],
        tuple(raw["lines"]),
        frozenset(raw["findings"]),
        frozenset(raw.get("also", ())),
        frozenset(raw.get("not", ())),
        None if payments is None else tuple(payments),
    )


def _session(changes: Mapping[str, Any], number: int) -> Session:
    day = changes.get("date_of_service", BASE_DAY)
    record = copy.deepcopy(BASE_SESSION) | {"id": f"S{number}", "date_of_service": day}
    count = changes.get("patients", 1)
    record["patients"] = [_patient(index) for index in range(count)]
    _plan_of(changes.get("practitioner.type", "PT"), record["patients"])
    for path, value in changes.items():
        for target, steps in _targets(record, path):
            _put(target, steps, value)
    if "end_time" not in changes:
        record["end_time"] = _end(record["start_time"], record["minutes"])
    session, faults = session_of(_plain(record, day))
    if session is None:
        raise CaseError("; ".join(map(str, faults)))
    return session


def _patient(index: int) -> dict[str, Any]:
    caregiver = {
        "name": f"Kin {index}",
        "relationship": "daughter",
        "adult": True,
        "unpaid": True,
        "assists": True,
    }
    patient = copy.deepcopy(BASE_PATIENT)
    patient |= {"id": f"P{index}", "mbi": f"1SA0WP0XY{index:02}", "caregivers": [caregiver]}
    patient["consent"]["caregivers"] = [caregiver["name"]]
    return patient


def _plan_of(kind: str, patients: list[dict[str, Any]]) -> None:
    """A therapist works under a therapy plan of the own discipline, everybody else under a treatment plan."""
    therapist = kind in THERAPISTS
    for patient in patients:
        patient["plan"]["kind"] = "therapy" if therapist else "treatment"
        patient["plan"]["discipline"] = kind if therapist else None


def _targets(record: dict[str, Any], path: str) -> list[tuple[Any, list[str]]]:
    """The objects that a dotted path speaks of (all patients, one, the session) and the steps from there."""
    first, *rest = path.split(".")
    if path == "patients":
        return []
    if first == "patient" and rest:
        return [(patient, rest) for patient in record["patients"]]
    for patient in record["patients"]:
        if first == patient["id"] and rest:
            return [(patient, rest)]
    if first == "practitioner" and rest:
        return [(record["practitioner"], rest)]
    if rest or first in {"practitioner", "patient"}:
        raise CaseError(f"unknown path {path}")
    return [(record, [first])]


def _put(target: Any, steps: list[str], value: Any) -> None:
    for step in steps[:-1]:
        target = target[int(step)] if isinstance(target, list) else target[step]
        if target is None:
            raise CaseError(f"{'.'.join(steps)} leads into nothing")
    if isinstance(target, list):
        target[int(steps[-1])] = copy.deepcopy(value)
    else:
        target[steps[-1]] = copy.deepcopy(value)


def _end(start: str | None, minutes: int | None) -> str | None:
    """The end follows from start and minutes; without either there is none."""
    if start is None or minutes is None:
        return None
    if not isinstance(start, str):
        raise CaseError(f"{start!r} is not a time; write it in quotation marks")
    hour, minute = map(int, start.split(":"))
    end = hour * 60 + minute + minutes
    if end >= 24 * 60:
        raise CaseError("the session passes midnight: give start_time and end_time")
    return f"{end // 60:02}:{end % 60:02}"


def _plain(value: Any, day: date) -> Any:
    """The record as JSON would hold it, with dates as text and relative ones counted from the day."""
    if isinstance(value, dict):
        return {key: _plain(inner, day) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner, day) for inner in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str) and (relative := RELATIVE.fullmatch(value)):
        return (day + timedelta(days=int(relative[1]))).isoformat()
    return value


def line_matches(line: ServiceLine, wanted: str) -> bool:
    """Whether a service line is the one written; an amount that is not written is not compared."""
    match = LINE.fullmatch(wanted)
    assert match is not None
    amount = match["amount"]
    known = None if amount in {None, "?"} else Decimal(amount)
    return (line.procedure_code, str(line.units), list(line.modifiers)) == (
        match["code"],
        match["units"],
        match["modifiers"].split(),
    ) and (amount is None or line.allowed_amount == known)


def written(line: ServiceLine) -> str:
    """A service line as cases write it."""
    return " ".join((line.procedure_code, f"x{line.units}", *line.modifiers, _dollars(line.allowed_amount)))


def payment(line: ServiceLine) -> str:
    """What the patient owes, Medicare pays, and pays after sequestration, as cases write it."""
    amounts = (line.patient_amount, line.medicare_payment, line.medicare_payment_after_sequestration)
    return " ".join(map(_dollars, amounts))


def _dollars(amount: Decimal | None) -> str:
    return "?" if amount is None else str(amount)
