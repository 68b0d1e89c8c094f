"""Sessions written in the spreadsheet form, as a practice or its EMR would: one row a session and patient."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from enum import StrEnum

from teachback.intake.fields import FIELDS, Level

_PARTS = {
    Level.CONSENT: "consent",
    Level.PLAN: "plan",
    Level.NOTE: "note",
    Level.ADDRESS: "address",
}


def _text(value, native):
    if value is None or value == ():
        return None
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, bool):
        return value if native else ("yes" if value else "no")
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value if native else value.isoformat()
    if isinstance(value, Decimal):
        return value.quantize(Decimal("0.01")) if native else f"{value:.2f}"
    if isinstance(value, tuple):
        return ";".join(item.replace(";", ",") for item in value)
    return value if native or isinstance(value, str) else str(value)


def _caregivers(patient, name):
    values = [getattr(caregiver, name) for caregiver in patient.caregivers]
    if all(value is None for value in values):
        return None
    if name == "name":
        return ";".join(value.replace(";", ",") for value in values)
    return ";".join("" if value is None else _text(value, native=False) for value in values)


def rows(sessions, *, native=False):
    """The rows of sessions by column; ``native`` keeps dates, numbers and yes or no as such."""
    made = []
    for session in sessions:
        for patient in session.patients:
            row = {}
            for field in FIELDS:
                if field.level is Level.SESSION:
                    value = _text(getattr(session, field.name), native)
                elif field.level is Level.PRACTITIONER:
                    value = _text(getattr(session.practitioner, field.name), native)
                elif field.level is Level.PATIENT:
                    value = _text(getattr(patient, field.name), native)
                elif field.level is Level.CAREGIVER:
                    value = _caregivers(patient, field.name)
                elif field.level is Level.CHARGE:
                    value = _text(dict(patient.charge).get(field.name), native)
                else:
                    part = getattr(patient, _PARTS[field.level])
                    value = None if part is None else _text(getattr(part, field.name), native)
                row[field.column] = value
            made.append(row)
    return made
