"""Service lines as the items of a Claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.codesets.procedures import LEVEL_TWO, level
from teachback.fhir import systems
from teachback.fhir.made import (
    CENT,
    CannotWrite,
    Json,
    adjustment,
    concept,
    day,
    extension,
    given,
    money,
    nested,
    part,
)

if TYPE_CHECKING:
    from teachback.claimdata import Claim, ClaimLine, LineAdjudication, Provider

EXPECTED = ("allowed_amount", "patient_amount", "medicare_payment", "medicare_payment_after_sequestration")
"""What we expect of a line; never sent."""


def items(claim: Claim, renderers: list[Provider], *, own_facts: bool) -> list[Json]:
    """Claim.item of every line; ``renderers`` are the care team's first members, in order."""
    return [
        _item(claim, number, line, renderers, own_facts=own_facts)
        for number, line in enumerate(claim.lines, start=1)
    ]


def place(code: str) -> Json:
    """A place of service."""
    return concept(systems.PLACE_OF_SERVICE, code)


def procedure(code: str) -> Json:
    """A procedure code under the system of its level."""
    return concept(systems.HCPCS if level(code) == LEVEL_TWO else systems.CPT, code)


def modifier(code: str) -> Json:
    """A modifier: two digits are the AMA's, everything else is of CMS."""
    return concept(systems.CPT if code.isdigit() else systems.HCPCS, code)


def _item(claim: Claim, number: int, line: ClaimLine, renderers: list[Provider], *, own_facts: bool) -> Json:
    if min(line.diagnosis_pointers, default=1) < 1:
        raise CannotWrite(f"line {number}: diagnosis pointers count from 1")
    where = line.place_of_service or claim.place_of_service
    return given(
        extension=_extensions(line, own_facts=own_facts),
        sequence=number,
        careTeamSequence=[renderers.index(line.rendering) + 1] if line.rendering else None,
        diagnosisSequence=list(line.diagnosis_pointers),
        revenue=concept(systems.REVENUE_CODE, line.revenue_code) if line.revenue_code else None,
        productOrService=procedure(line.procedure_code),
        modifier=[modifier(code) for code in line.modifiers],
        servicedDate=day(line.date_of_service),
        locationCodeableConcept=place(where) if where else None,
        quantity={"value": line.units},
        unitPrice=_unit_price(line),
        net=money(line.charge),
    )


def _unit_price(line: ClaimLine) -> Json | None:
    """The charge of one unit, where it comes out in whole cents."""
    if line.units < 1 or (line.charge / CENT) % line.units:
        return None
    return money((line.charge / line.units).quantize(CENT))


def _extensions(line: ClaimLine, *, own_facts: bool) -> list[Json]:
    made = [extension("line-control-number", "String", line.control_number)]
    made += [_adjudication(each) for each in line.adjudications]
    if own_facts:
        made += [extension("session", "String", session) for session in line.sessions]
        for name in EXPECTED:
            amount = getattr(line, name)
            if amount is not None:
                made.append(extension(name.replace("_", "-"), "Money", money(amount)))
    return made


def _adjudication(of: LineAdjudication) -> Json:
    return nested(
        "line-adjudication",
        [
            part("payer-id", "String", of.payer_id),
            part("paid", "Money", money(of.paid)),
            part("procedure-code", "CodeableConcept", procedure(of.procedure_code)),
            *(part("modifier", "CodeableConcept", modifier(code)) for code in of.modifiers),
            part("units", "Integer", of.units),
            part("paid-on", "Date", day(of.paid_on)),
            *(adjustment(each) for each in of.adjustments),
        ],
    )
