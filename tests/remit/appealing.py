"""Made-up denials of made-up claims, and an independent reading of what a record holds, for the tests of appeals."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from datetime import date, time
from decimal import Decimal
from enum import Enum

from teachback.remit.appealrecord import Record
from teachback.remitdata import ClaimPayment, PaidAdjustment, Remittance, ServicePayment
from tests.claim import made

PAID_ON = date(2026, 5, 20)
TODAY = date(2026, 6, 2)
NUMBER = "TB00000001"
ZERO = Decimal("0.00")


def claim_of(*sessions, **changes):
    """The one claim of the sessions, numbered as a book numbers it."""
    (claim,) = made.built(*sessions).claims
    lines = tuple(
        replace(line, control_number=f"{NUMBER}-{place}") for place, line in enumerate(claim.lines, start=1)
    )
    return replace(claim, control_number=NUMBER, lines=lines, **changes)


def paid_line(line, *reasons, paid=ZERO, remarks=(), **changes):
    """A line's answer; each reason is ``CO-50`` or ``CO-45 12.00``, the amount is the charge where left out."""
    adjustments = []
    for reason in reasons:
        code, _, amount = reason.partition(" ")
        group, _, carc = code.partition("-")
        adjustments.append(PaidAdjustment(group, carc, Decimal(amount) if amount else line.charge - paid))
    whole = ServicePayment(
        line.procedure_code,
        line.modifiers,
        line.charge,
        paid,
        adjustments=tuple(adjustments),
        remark_codes=tuple(remarks),
        date_of_service=line.date_of_service,
        line_control_number=line.control_number,
    )
    return replace(whole, **changes)


def payment_of(claim, *lines, **changes):
    """The claim's answer."""
    whole = ClaimPayment(
        claim.control_number,
        "4",
        claim.charge,
        sum((line.paid or ZERO for line in lines), ZERO),
        ZERO,
        "MB",
        "1126140000777",
        lines=tuple(lines),
    )
    return replace(whole, **changes)


def remittance_of(payment, **changes):
    """The remittance with that one claim."""
    whole = Remittance(
        identity="made-up",
        payer_name="WILLOW CONTRACTOR",
        payer_id="03102",
        payee_name="WILLOW LANE REHAB",
        payee_id="2500001013",
        payee_qualifier="XX",
        trace_number="EFT000777",
        handling_code="I",
        method="NON",
        credit_debit="C",
        paid=payment.paid,
        paid_on=PAID_ON,
        produced_on=None,
        claims=(payment,),
    )
    return replace(whole, **changes)


def denied(*sessions, reasons=("CO-50",), remarks=("N115",), claim=None, today=TODAY, **more):
    """The record of a claim whose every line was refused for these reasons."""
    claim = claim or claim_of(*sessions)
    answer = payment_of(claim, *(paid_line(line, *reasons, remarks=remarks) for line in claim.lines))
    changes = {"remittance": remittance_of(answer), "payment": answer, **more}
    return Record(claim=claim, sessions=tuple(sessions), today=today, **changes)


def figures(value):
    """Every run of digits that a record holds, as letters write them; nothing of the code under test is asked."""
    if isinstance(value, Enum):
        yield from re.findall(r"\d+", str(value.value))
    elif isinstance(value, date):
        yield from (str(value.day), str(value.year))
    elif isinstance(value, time):
        yield from (str(value.hour % 12 or 12), f"{value.minute:02}")
    elif isinstance(value, (int, Decimal, str)):
        yield from re.findall(r"\d+", f"{value}")
    elif isinstance(value, (list, tuple, frozenset)):
        for one in value:
            yield from figures(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from figures(getattr(value, field.name))


def at(record, place):
    """What stands at a place that a letter names; the ends of the path are read by hand. ``None``: nothing."""
    where, _, path = place.partition(": ")
    if where == "enclosure":
        return next((e.file for e in record.enclosures if e.file == path), None)
    if where == "claim":
        return _walk(record.claim, _line(record, path))  # a line without modifiers is known to have none
    if where == "remittance":
        return _remitted(record, path)
    session_id = where.removeprefix("session ")
    session = next(s for s in record.sessions if s.id == session_id)
    if path.startswith("patient."):
        patient_id = record.claim.beneficiary.patient_id
        patient = next(p for p in session.patients if p.id == patient_id)
        found = _walk(patient, path.removeprefix("patient."))
    else:
        found = _walk(session, path)
    return None if found == () else found


def _line(record, path):
    """``lines[NUMBER]`` by its place, ``lines[]`` as the first."""
    for place, line in enumerate(record.claim.lines):
        path = path.replace(f"lines[{line.control_number}]", f"lines[{place}]")
    return path.replace("lines[]", "lines[0]")


def _remitted(record, path):
    if path.startswith("claims[]"):
        rest = path.removeprefix("claims[].").replace("lines[]", "lines[0]")
        return _walk(record.payment, rest)
    if path == "remark_codes":
        return True
    values = [getattr(record.remittance, name) for name in path.split(", ")]
    return next((value for value in values if value), None)


def _walk(value, path):
    for step in re.findall(r"\w+", path):
        value = value[int(step)] if step.isdigit() else getattr(value, step)
        if value is None:
            return None
    return value
