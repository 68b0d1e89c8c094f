"""Items of a Claim read as service lines, with what other payers answered."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from teachback.claimdata import Adjustment, ClaimLine, LineAdjudication
from teachback.fhir import systems
from teachback.fhir.items import EXPECTED

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from teachback.claimdata import Provider
    from teachback.fhir.nodes import Node


def item(node: Node, place: str, renderers: Mapping[int, Provider]) -> ClaimLine:
    """One item as a service line; ``renderers`` are those of single lines by their number in the care team."""
    units = node.need("quantity").need("value").whole()
    control = node.extension("line-control-number", "String")
    own_place = node.get("locationCodeableConcept")
    where = own_place.need_code() if own_place is not None else None
    revenue = node.get("revenue")
    named = [
        renderers[key] for key in (each.whole() for each in node.each("careTeamSequence")) if key in renderers
    ]
    expected = {name: node.extension(name.replace("_", "-"), "Money") for name in EXPECTED}
    return ClaimLine(
        control_number=control.text() if control else str(node.need("sequence").whole()),
        procedure_code=node.need("productOrService").need_code(),
        modifiers=tuple(each.need_code() for each in node.each("modifier")),
        units=units,
        charge=_charge(node, units),
        date_of_service=_day(node),
        diagnosis_pointers=tuple(each.whole() for each in node.each("diagnosisSequence")),
        place_of_service=where if where != place else None,
        revenue_code=revenue.need_code() if revenue else None,
        rendering=named[0] if named else None,
        sessions=tuple(each.need("valueString").text() for each in node.extensions("session")),
        adjudications=tuple(_adjudication(each) for each in node.extensions("line-adjudication")),
        **{name: amount.money() if amount else None for name, amount in expected.items()},
    )


def lines_total(root: Node, lines: tuple[ClaimLine, ...]) -> None:
    """Refuse a Claim whose total is not the sum of its items: one of the two is wrong."""
    total = root.get("total")
    if total is not None and total.money() != sum((line.charge for line in lines), Decimal(0)):
        raise total.refuse("is not the sum of the items' net amounts; one of them is wrong")


def adjustment(node: Node) -> Adjustment:
    """One adjustment of another payer."""
    units = node.parts("units")
    return Adjustment(
        group_code=node.part("group", "Coding").need("code").text(),
        carc=node.part("reason", "Coding").need("code").text(),
        amount=node.part("amount", "Money").money(),
        units=units[0].need("valueInteger").whole() if units else None,
    )


def _charge(node: Node, units: int) -> Decimal:
    net = node.get("net")
    if net is not None:
        return net.money()
    price = node.get("unitPrice")
    if price is None:
        raise node.refuse("has neither net nor unitPrice; a service line needs its charge")
    return price.money() * units


def _day(node: Node) -> date:
    served = node.get("servicedDate")
    if served is not None:
        return served.day()
    period = node.get("servicedPeriod")
    if period is None:
        raise node.refuse("has no servicedDate; a service line needs its day")
    first, last = period.need("start").day(), period.need("end").day()
    if first != last:
        raise period.refuse("runs over several days; give each day an item of its own")
    return first


def _adjudication(node: Node) -> LineAdjudication:
    return LineAdjudication(
        payer_id=node.part("payer-id", "String").text(),
        paid=node.part("paid", "Money").money(),
        procedure_code=node.part("procedure-code", "CodeableConcept").need_code(systems.CPT, systems.HCPCS),
        modifiers=tuple(each.need("valueCodeableConcept").need_code() for each in node.parts("modifier")),
        units=node.part("units", "Integer").whole(),
        paid_on=node.part("paid-on", "Date").day(),
        adjustments=tuple(adjustment(each) for each in node.parts("adjustment")),
    )
