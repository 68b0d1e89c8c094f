"""What common public advice would have billed and Medicare's rule refuses, told with the rule.

Nothing here proposes a claim: each entry is money that should not be asked for. What CMS left open
(the minutes of functional training in 2024) is no entry, because no rule refuses it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from teachback.assess import assess
from teachback.rules.book import rulebook
from teachback.rules.vocabulary import TimeReading

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from teachback.assess import Assessment
    from teachback.findings import Finding
    from teachback.model import ServiceLine, Session

MIDPOINT_PAYER = "example-midpoint"
_ONE_FAMILY = "no-individual-behavior-code"
_BEFORE_ITS_DATE = "code-not-effective"


class Advice(StrEnum):
    """A belief that is widely published or taught, and is not Medicare's rule."""

    PATIENT_PRESENT = "the patient may be in the room"
    PAID_STAFF = "an aide of an agency may be trained like a family member"
    TELEHEALTH_IN_2024 = "telehealth was payable in 2024"
    GROUP_CODE_FOR_ONE_FAMILY = "the group code serves for one family"
    CODE_BEFORE_ITS_DATE = "the code may be used before its first day"
    MIDPOINT_MINUTES = "one minute more than half of the time earns the code"


_WHOLE_SESSION = {
    "patient-present": Advice.PATIENT_PRESENT,
    "caregiver-paid": Advice.PAID_STAFF,
    "telehealth-not-covered": Advice.TELEHEALTH_IN_2024,
}


@dataclass(frozen=True, slots=True)
class NearlyBilled:
    """One session of one patient that the advice would have billed wrongly.

    ``codes`` pairs procedure codes with the units that the rule refuses. ``allowed_amount`` is their
    allowed amount in dollars by the engine's own prices, ``None`` where no fee existed or is known.
    ``cites`` is the law that refuses them.
    """

    session_id: str
    patient_id: str
    date_of_service: date
    advice: Advice
    codes: tuple[tuple[str, int], ...]
    allowed_amount: Decimal | None
    cites: tuple[str, ...]


def nearly_billed_wrongly(assessments: Iterable[Assessment]) -> list[NearlyBilled]:
    """What public advice would have billed beyond Medicare's rule, in the order of the assessments.

    The assessments are those of ``assess(sessions)`` under Medicare's law, all of one file. A session
    may stand twice: whole, and with the further units of the midpoint. No unit is counted twice.
    """
    assessments = list(assessments)
    by_midpoint = _by_midpoint(assessments)
    entries = []
    for assessment in assessments:
        whole = _whole(assessment)
        further = _further(assessment, by_midpoint[assessment.session.id, assessment.patient.id])
        entries += [entry for entry in (whole, further) if entry is not None]
    return entries


def _by_midpoint(assessments: Sequence[Assessment]) -> dict[tuple[str, str], tuple[ServiceLine, ...]]:
    sessions: dict[str, Session] = {a.session.id: a.session for a in assessments}
    return {
        (found.session.id, found.patient.id): found.service_lines
        for found in assess(sessions.values(), payer=MIDPOINT_PAYER)
    }


def _whole(assessment: Assessment) -> NearlyBilled | None:
    """The whole session is refused: its earned lines, or those of a code that was not there."""
    for finding in assessment.findings:
        if finding.name in _WHOLE_SESSION and assessment.service_lines:
            lines = assessment.service_lines
            return _entry(assessment, _WHOLE_SESSION[finding.name], _units(lines), _sum(lines), finding.cites)
        if finding.name == _ONE_FAMILY:
            return _as_group(assessment, finding)
        if finding.name == _BEFORE_ITS_DATE:
            return _as_of_later(assessment, finding)
    return None


def _as_group(assessment: Assessment, finding: Finding) -> NearlyBilled | None:
    """The same session as though a second patient had been represented."""
    patient, session = assessment.patient, assessment.session
    second = replace(patient, id=f"{patient.id} again")
    lines = assess([replace(session, patients=(patient, second))])[0].service_lines
    if not lines:
        return None
    return _entry(assessment, Advice.GROUP_CODE_FOR_ONE_FAMILY, _units(lines), _sum(lines), finding.cites)


def _as_of_later(assessment: Assessment, finding: Finding) -> NearlyBilled | None:
    """The code that the family got later; no amount, because no fee existed on the date."""
    session = assessment.session
    days = sorted(
        entry.since
        for entry in rulebook().law.entries("individual_codes")
        if entry.since > session.date_of_service and session.training in entry.value
    )
    if not days:
        return None
    found = assess([replace(session, date_of_service=days[0])])
    lines = next((a.service_lines for a in found if a.patient.id == assessment.patient.id), ())
    return (
        _entry(assessment, Advice.CODE_BEFORE_ITS_DATE, _units(lines), None, finding.cites) if lines else None
    )


def _further(assessment: Assessment, by_midpoint: Sequence[ServiceLine]) -> NearlyBilled | None:
    """The units that only the midpoint reading earns, where Medicare's reading of the date is settled."""
    earned = dict(_units(assessment.service_lines))
    beyond, total = [], Decimal(0)
    priced = True
    for line in by_midpoint:
        units = line.units - earned.get(line.procedure_code, 0)
        if units <= 0:
            continue
        beyond.append((line.procedure_code, units))
        if line.allowed_amount is None:
            priced = False
        else:
            total += line.allowed_amount / line.units * units
    if not beyond:
        return None
    law = rulebook().law.on(assessment.session.date_of_service)
    primary = by_midpoint[0].procedure_code
    reading = law.entry("time_reading", primary)
    if reading is None or reading.value == TimeReading.UNSETTLED:
        return None
    return _entry(
        assessment, Advice.MIDPOINT_MINUTES, tuple(beyond), total if priced else None, reading.cites
    )


def _units(lines: Sequence[ServiceLine]) -> tuple[tuple[str, int], ...]:
    return tuple((line.procedure_code, line.units) for line in lines)


def _sum(lines: Sequence[ServiceLine]) -> Decimal | None:
    amounts = [line.allowed_amount for line in lines if line.allowed_amount is not None]
    return sum(amounts, Decimal(0)) if len(amounts) == len(lines) else None


def _entry(
    assessment: Assessment,
    advice: Advice,
    codes: tuple[tuple[str, int], ...],
    amount: Decimal | None,
    cites: tuple[str, ...],
) -> NearlyBilled:
    session = assessment.session
    cents = None if amount is None else amount.quantize(Decimal("0.01"))
    return NearlyBilled(
        session.id, assessment.patient.id, session.date_of_service, advice, codes, cents, cites
    )
