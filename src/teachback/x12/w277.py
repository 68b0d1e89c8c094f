"""277CA files (005010X214) from status reports: every claim accepted or rejected, with its status codes.

The order of loops and segments follows pyx12's map of 005010X214 and the sample files of other payers.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Final

from teachback.remitdata import AnswerKind
from teachback.x12.wenvelope import CannotWrite, count, d8, interchange, money, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from teachback.remitdata import ClaimStatus, Name, StatusReport
    from teachback.x12.wenvelope import AnswerEnvelope, Element, Segment

__all__ = ["VERSION", "Acknowledged", "AcknowledgedLine", "Report", "write"]

VERSION: Final = "005010X214"
_STATUSES: Final = 3
_NOTHING: Final = Decimal("0.00")
_PROVIDER_RECEIVED: Final = ("A1", "19", "PR")


@dataclass(frozen=True, slots=True)
class AcknowledgedLine:
    """A line that a claim is rejected for (2220D); ``statuses`` as on the claim."""

    control_number: str
    procedure_code: str
    modifiers: tuple[str, ...]
    charge: Decimal
    units: int
    statuses: tuple[tuple[str, str, str], ...]
    date_of_service: date | None = None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """One claim's answer with the billing provider (85) and the patient (QC) whom it names."""

    status: ClaimStatus
    provider: Name
    patient: Name
    lines: tuple[AcknowledgedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One 277CA: ``view`` as a reader gives it back, and what only the writer needs.

    ``claims`` go with ``view.claims``, one to one. ``trace`` (TRN01 1) is the payer's own number of the report.
    """

    view: StatusReport
    claims: tuple[Acknowledged, ...]
    source_id: str
    submitter: Name
    received_on: date
    processed_on: date
    trace: str


def write(reports: Sequence[Report], envelope: AnswerEnvelope) -> bytes:
    """One interchange with a 277CA for each report. Raises `CannotWrite` where one lacks what the guide requires."""
    reasons = []
    for number, one in enumerate(reports, 1):
        if tuple(each.status for each in one.claims) != one.view.claims:
            reasons.append(f"report {number}: its claims are not those of its view")
        if not one.view.source_name or not one.source_id or not one.view.batch_number:
            reasons.append(f"report {number}: lacks its source or the batch that it answers")
        if not one.view.statuses or any(not each.statuses for each in one.view.claims):
            reasons.append(f"report {number}: a status is missing")
    if not reports:
        reasons.append("there is no report to write")
    if reasons:
        raise CannotWrite(reasons)
    sets = [list(_report(one, envelope)) for one in reports]
    return interchange(envelope, function="HN", kind="277", version=VERSION, sets=sets)


def _report(one: Report, envelope: AnswerEnvelope) -> Iterator[Segment]:
    made = d8(envelope.made_on)
    yield ["BHT", "0085", "08", one.trace, made, envelope.made_at, "TH"]
    yield ["HL", "1", "", "20", "1"]
    yield ["NM1", "PR", "2", plain(one.view.source_name), "", "", "", "", "PI", one.source_id]
    yield ["TRN", "1", one.trace]
    yield ["DTP", "050", "D8", d8(one.received_on)]
    yield ["DTP", "009", "D8", d8(one.processed_on)]
    yield ["HL", "2", "1", "21", "1" if one.claims else "0"]
    yield _named("41", one.submitter)
    yield ["TRN", "2", one.view.batch_number]
    charged = sum((each.charge or _NOTHING for each in one.view.claims), _NOTHING)
    yield from _statuses(one.view.statuses, d8(one.processed_on), one.view.answer, charged)
    yield from _totals(one.view.claims, "90", "AA")
    level = 2
    for provider, of_provider in groupby(one.claims, key=lambda each: each.provider):
        answers = list(of_provider)
        level += 1
        parent = str(level)
        yield ["HL", parent, "2", "19", "1"]
        yield _named("85", provider)
        yield ["TRN", "1", "0"]
        charged = sum((each.status.charge or _NOTHING for each in answers), _NOTHING)
        yield ["STC", _PROVIDER_RECEIVED, "", "WQ", money(charged)]
        yield from _totals([each.status for each in answers], "QA", "QC")
        for each in answers:
            level += 1
            yield ["HL", str(level), parent, "PT"]
            yield from _claim(each, one.processed_on)


def _named(entity: str, name: Name) -> Segment:
    person = "1" if name.first_name else "2"
    first = plain(name.first_name, 35)
    return ["NM1", entity, person, plain(name.last_name), first, "", "", "", name.qualifier, name.identifier]


def _claim(each: Acknowledged, processed_on: date) -> Iterator[Segment]:
    """2100D and 2200D with the lines it is rejected for."""
    status, patient = each.status, each.patient
    first = plain(patient.first_name, 35)
    yield [
        "NM1",
        "QC",
        "1",
        plain(patient.last_name),
        first,
        "",
        "",
        "",
        patient.qualifier,
        patient.identifier,
    ]
    yield ["TRN", "2", status.control_number]
    when = d8(status.effective_on or processed_on)
    yield from _statuses(status.statuses, when, status.answer, status.charge, status.message)
    if status.payer_claim_control_number:
        yield ["REF", "1K", status.payer_claim_control_number]
    if status.date_of_service is not None:
        yield ["DTP", "472", "D8", d8(status.date_of_service)]
    for line in each.lines:
        service = ("HC", line.procedure_code, *line.modifiers)
        yield ["SVC", service, money(line.charge), "", "", "", "", count(line.units)]
        first_status, *others = line.statuses
        yield ["STC", first_status, when, "U", *[""] * 6, *others[: _STATUSES - 1]]
        yield ["REF", "FJ", line.control_number]
        if line.date_of_service is not None:
            yield ["DTP", "472", "D8", d8(line.date_of_service)]


def _statuses(
    statuses: tuple[tuple[str, str, str], ...],
    when: str,
    answer: AnswerKind,
    charge: Decimal | None,
    message: str = "",
) -> Iterator[Segment]:
    """STC, three statuses in each: STC01, STC10, STC11."""
    action = "U" if answer is AnswerKind.REJECTED else "WQ"
    for start in range(0, len(statuses), _STATUSES):
        first, *others = statuses[start : start + _STATUSES]
        rest: list[Element] = [*others, "", ""]
        said = plain(message, 264) if start == 0 else ""
        yield ["STC", first, when, action, money(charge), *[""] * 5, rest[0], rest[1], said]


def _totals(claims: Sequence[ClaimStatus], accepted: str, rejected: str) -> Iterator[Segment]:
    """QTY and AMT of what was accepted and what was rejected; nothing is told of none."""
    for is_rejected, quantity in ((False, accepted), (True, rejected)):
        ones = [each for each in claims if (each.answer is AnswerKind.REJECTED) == is_rejected]
        if ones:
            yield ["QTY", quantity, str(len(ones))]
    for is_rejected, amount in ((False, "YU"), (True, "YY")):
        ones = [each for each in claims if (each.answer is AnswerKind.REJECTED) == is_rejected]
        if ones:
            yield ["AMT", amount, money(sum((each.charge or _NOTHING for each in ones), _NOTHING))]
