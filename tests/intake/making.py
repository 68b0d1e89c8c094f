"""Sessions made at random, and the files that hold them."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import string
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from teachback import model as m
from teachback.intake import escape_cell
from teachback.intake.fields import FIELDS, Kind, Level
from teachback.intake.values import EARLIEST, ERRORS, LATEST

CONTRACT = Path(__file__).resolve().parent.parent / "contract"
SHARED = Path(__file__).resolve().parents[3] / "shared" / "contract"
EXAMPLE = CONTRACT / "sessions.example.csv"
HEADER = EXAMPLE.read_text().splitlines()[0].split(",")
NEEDED = ["id", "date_of_service", "practitioner.npi", "practitioner.type", "patient.id"]


def records() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (CONTRACT / "examples.jsonl").read_text().splitlines()]


def table(
    *rows: dict[str, str], header: list[str] | None = None, delimiter: str = ",", end: str = "\n"
) -> str:
    """A CSV text; rows lack what a row must have unless it is given."""
    header = header or list(dict.fromkeys([*NEEDED, *(name for row in rows for name in row)]))
    out = io.StringIO()
    writer = csv.DictWriter(out, header, delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    for row in rows:
        writer.writerow(row)
    return out.getvalue()


def row(name: str = "S1", patient: str = "P1", **facts: str) -> dict[str, str]:
    """A row with what must be there; ``__`` in a name stands for the point."""
    needed = dict(zip(NEEDED, [name, "2026-04-14", "2300000009", "PT", patient], strict=True))
    return needed | {key.replace("__", "."): value for key, value in facts.items()}


# Every text of one character or more that a cell can hold: no separator of lists, no blanks around it.
TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0;"), min_size=1).filter(
    lambda text: text.strip() == text and text not in ERRORS
)
LIST = st.lists(TEXT, max_size=3).map(tuple)
YES_NO = st.none() | st.booleans()
DAY = st.dates(date(1900, 1, 1), date(2150, 1, 1))
MONEY = st.integers(0, 10**12 - 1).map(lambda cents: Decimal(cents).scaleb(-2))
NPI = st.text(string.digits, min_size=10, max_size=10)
CLOCK = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
ZIP = st.from_regex(r"[0-9]{5}(-?[0-9]{4})?", fullmatch=True)
CODE = st.text(string.ascii_uppercase + string.digits, min_size=5, max_size=5)


def maybe(strategy):
    return st.none() | strategy


def filled(strategy):
    """A part of the record that is None when it holds nothing, as in a spreadsheet."""
    return strategy.map(
        lambda part: part if any(fact not in (None, ()) for fact in dataclasses.astuple(part)) else None
    )


def word(kind):
    return maybe(st.sampled_from(kind))


build = st.builds
PRACTITIONERS = build(
    m.Practitioner, npi=NPI, type=st.sampled_from(m.PractitionerKind), name=maybe(TEXT), participating=YES_NO,
    assignment=YES_NO, qualifying_apm_participant=YES_NO, furnished_by=word(m.Helper),
    furnished_by_id=maybe(TEXT), supervision=word(m.Supervision), private_practice=YES_NO,
)  # fmt: skip
CAREGIVERS = build(
    m.Caregiver, name=TEXT, relationship=maybe(TEXT), adult=YES_NO, unpaid=YES_NO, paid_by=word(m.PaidBy),
    assists=YES_NO,
)  # fmt: skip
CONSENTS = filled(build(
    m.Consent, by=word(m.ConsentBy), form=word(m.ConsentForm), date=maybe(DAY), scope=word(m.ConsentScope),
    caregivers=maybe(st.lists(TEXT, min_size=1, max_size=2).map(tuple)),
))  # fmt: skip
PLANS = filled(build(
    m.Plan, kind=word(m.PlanKind), discipline=word(m.Discipline), established=maybe(DAY),
    first_treatment=maybe(DAY), certified=maybe(DAY), certified_through=maybe(DAY),
    order_on_file=YES_NO, sent_to_referrer=maybe(DAY), frequency=maybe(TEXT),
    duration=maybe(TEXT), goals=LIST,
))  # fmt: skip
ADDRESSES = filled(build(m.Address, line=maybe(TEXT), city=maybe(TEXT), state=maybe(TEXT), zip=maybe(ZIP)))
NOTES = filled(build(m.Note, text=maybe(TEXT), signed=maybe(DAY)))
ANSWERS = {
    name: word(m.Answer)
    for name in ("other_payer_primary", "inpatient", "home_health", "home_health_related", "supplier_trains",
                 "snf_part_a", "hospice", "guide")
}  # fmt: skip
PATIENTS = build(
    m.Patient, id=TEXT, name=maybe(TEXT), birth_date=maybe(DAY), sex=word(m.Sex), address=ADDRESSES,
    mbi=maybe(TEXT), coverage=word(m.Coverage), present=YES_NO,
    caregivers=st.lists(CAREGIVERS, max_size=3).map(tuple), consent=CONSENTS, plan=PLANS,
    certifying_npi=maybe(NPI), goals_addressed=LIST, diagnoses=LIST, need=maybe(TEXT),
    absence_reason=maybe(TEXT), response=maybe(TEXT), repeat_reason=maybe(TEXT), note=NOTES,
    abn_date=maybe(DAY), therapy_used=maybe(MONEY), kx_attested=YES_NO, deductible_remaining=maybe(MONEY),
    charge=st.dictionaries(CODE, MONEY, max_size=3).map(lambda charge: tuple(sorted(charge.items()))),
    **ANSWERS,
)  # fmt: skip
SESSIONS = build(
    m.Session, id=TEXT, date_of_service=st.dates(EARLIEST, LATEST), practitioner=PRACTITIONERS,
    patients=st.lists(PATIENTS, min_size=1, max_size=3, unique_by=lambda patient: patient.id).map(tuple),
    start_time=maybe(CLOCK), end_time=maybe(CLOCK), minutes=maybe(st.integers(0, 1440)),
    assistant_minutes=maybe(st.integers(0, 2000)), training=word(m.Training), topics=LIST,
    modality=word(m.Modality), place_of_service=maybe(st.from_regex("[0-9]{2}", fullmatch=True)),
    locality=maybe(st.from_regex("[0-9]{5}-[0-9]{2}", fullmatch=True)), zip=maybe(ZIP),
    planned_as_group=YES_NO, claim_form=st.sampled_from(m.ClaimForm),
    type_of_bill=maybe(st.from_regex("[0-9]{3}", fullmatch=True)), patients_refused=st.just(0),
)  # fmt: skip


def json_of(value: Any) -> Any:
    """A session or a part of it as the JSON record that the schema describes."""
    if isinstance(value, m.Session):
        facts = {f.name: json_of(getattr(value, f.name)) for f in dataclasses.fields(value)}
        del facts["patients_refused"]
        return facts
    if isinstance(value, m.Patient):
        facts = {f.name: json_of(getattr(value, f.name)) for f in dataclasses.fields(value)}
        facts["charge"] = {code: str(amount) for code, amount in value.charge}
        return facts
    if dataclasses.is_dataclass(value):
        return {
            f.name: json_of(getattr(value, f.name))
            for f in dataclasses.fields(value)
            if getattr(value, f.name) is not None
        }
    if isinstance(value, tuple):
        return [json_of(item) for item in value]
    return cell_of(value) if isinstance(value, (date, time, Decimal, StrEnum)) else value


def cell_of(value: Any) -> str:
    """A value as the text of a cell."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case tuple():
            return ";".join(value)
        case time():
            return f"{value:%H:%M}"
        case _:
            return str(value)


def rows_of(session: m.Session) -> list[dict[str, str]]:
    """A session as the rows of a spreadsheet, by column."""
    return [
        {name: escape_cell(text) for name, text in _cells(session, patient).items()}
        for patient in session.patients
    ]


def _cells(session: m.Session, patient: m.Patient) -> dict[str, str]:
    holders = {
        Level.SESSION: session,
        Level.PRACTITIONER: session.practitioner,
        Level.PATIENT: patient,
        Level.ADDRESS: patient.address,
        Level.CONSENT: patient.consent,
        Level.PLAN: patient.plan,
        Level.NOTE: patient.note,
    }
    cells = {
        field.column: cell_of(getattr(holders[field.level], field.name, None))
        for field in FIELDS
        if field.level in holders
    }
    for field in FIELDS:
        if field.level is Level.CAREGIVER:
            each = [cell_of(getattr(person, field.name)) for person in patient.caregivers]
            cells[field.column] = ";".join(each)
    return cells | {f"charge.{code}": str(amount) for code, amount in patient.charge}


def kinds(*wanted: Kind):
    return [field for field in FIELDS if field.kind in wanted]
