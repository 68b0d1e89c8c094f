"""Small parts of FHIR resources as plain dicts: codings, identifiers, money, extensions, people and addresses."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from teachback.fhir import systems

if TYPE_CHECKING:
    from datetime import date

    from teachback.claimdata import Adjustment, PostalAddress, Provider

Json = dict[str, Any]
CENT = Decimal("0.01")
_CODE = re.compile(r"\S+(?:\s\S+)*")


class CannotWrite(ValueError):  # noqa: N818  named for what happened, as people say it
    """A claim that FHIR cannot carry; the message names the field, not the patient."""


def given(**members: Any) -> Json:  # noqa: ANN401  any JSON value
    """The members that have a value; a trailing underscore keeps a name from being a keyword."""
    return {name.rstrip("_"): value for name, value in members.items() if value not in (None, "", [], {})}


def coded(code: str) -> str:
    """A code as FHIR allows it: some text without blanks around it, and never two together."""
    if not _CODE.fullmatch(code):
        raise CannotWrite("a code is empty, or has blanks around it or two together")
    return code


def coding(system: str, code: str) -> Json:
    """A code with the name of its system."""
    return {"system": system, "code": coded(code)}


def concept(system: str, code: str, *more: tuple[str, str]) -> Json:
    """A CodeableConcept with one coding or several."""
    return {"coding": [coding(where, what) for where, what in ((system, code), *more)]}


def identifier(system: str, value: str, kind: str | None = None) -> Json:
    """An Identifier; ``kind`` is its type in HL7's table 0203."""
    return given(type=concept(systems.IDENTIFIER_TYPE, kind) if kind else None, system=system, value=value)


def cents(amount: Decimal) -> Decimal:
    """An amount with both of its decimals, so that equal amounts are written alike."""
    exact = amount.quantize(CENT)
    if exact != amount:
        raise CannotWrite("an amount has more than two decimals; amounts of a claim are whole cents")
    return exact


def money(amount: Decimal) -> Json:
    """An amount of dollars."""
    return {"value": cents(amount), "currency": systems.CURRENCY}


def extension(name: str, kind: str, value: Any) -> Json:  # noqa: ANN401  any value of FHIR
    """One of our extensions; ``kind`` is FHIR's type of the value, such as ``String``."""
    return part(systems.OURS + name, kind, value)


def nested(name: str, parts: list[Json]) -> Json:
    """One of our extensions that is made of parts."""
    return {"url": systems.OURS + name, "extension": parts}


def part(name: str, kind: str, value: Any) -> Json:  # noqa: ANN401  any value of FHIR
    """One part of a nested extension."""
    if value == "":
        raise CannotWrite(f"{name.removeprefix(systems.OURS)} is empty")
    return {"url": name, f"value{kind}": value}


def day(value: date | None) -> str | None:
    """A date as FHIR writes it."""
    return None if value is None else value.isoformat()


def address(of: PostalAddress) -> Json:
    """An Address; ``postalCode`` stays without a hyphen, as a claim carries it."""
    return given(
        line=[line for line in (of.line, of.line2) if line],
        city=of.city,
        state=of.state,
        postalCode=of.zip,
    )


def human(family: str, *names: str | None, suffix: str | None = None) -> Json:
    """A HumanName: family, then first and middle name."""
    return given(family=family, given=[name for name in names if name], suffix=[suffix] if suffix else None)


def provider(key: str, of: Provider, identifiers: tuple[Json, ...] = (), **members: Any) -> Json:  # noqa: ANN401
    """A contained Practitioner for a person, an Organization for anybody else."""
    common = {"id": key, "identifier": [identifier(systems.NPI, of.npi, "NPI"), *identifiers]}
    taxonomy = concept(systems.TAXONOMY, of.taxonomy) if of.taxonomy else None
    if of.is_person:
        qualified = [{"code": taxonomy}] if taxonomy else None
        return given(
            resourceType="Practitioner",
            **common,
            name=[human(of.name, of.first_name, of.middle_name)],
            qualification=qualified,
            **members,
        )
    return given(
        resourceType="Organization", **common, name=of.name, type_=[taxonomy] if taxonomy else None, **members
    )


def adjustment(of: Adjustment) -> Json:
    """What another payer did not pay, as a part of one of our extensions."""
    parts = [
        part("group", "Coding", coding(systems.ADJUSTMENT_GROUP, of.group_code)),
        part("reason", "Coding", coding(systems.CARC, of.carc)),
        part("amount", "Money", money(of.amount)),
    ]
    if of.units is not None:
        parts.append(part("units", "Integer", of.units))
    return {"url": "adjustment", "extension": parts}
