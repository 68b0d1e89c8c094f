"""Payers and coverages of a claim: the one that is asked, and the others with what they paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.fhir import systems
from teachback.fhir.made import (
    Json,
    address,
    adjustment,
    coding,
    concept,
    day,
    extension,
    given,
    human,
    identifier,
    money,
    nested,
)

if TYPE_CHECKING:
    from teachback.claimdata import Claim, OtherCoverage, Payer


def insurances(claim: Claim) -> list[Json]:
    """Claim.insurance: the payer that is asked first in the list, and focal; then the others as given."""
    focal: Json = {"sequence": 1, "focal": True, "coverage": {"reference": "#coverage"}}
    others = [
        given(
            extension=_answer(other),
            sequence=number,
            focal=False,
            coverage={"reference": f"#coverage-{number}"},
        )
        for number, other in enumerate(claim.other_coverages, start=2)
    ]
    return [focal, *others]


def contained_coverages(claim: Claim) -> list[Json]:
    """The contained payers, coverages and insured people."""
    made = [
        _payer("payer", claim.payer),
        _coverage(
            "coverage",
            "payer",
            claim.filing_indicator,
            claim.beneficiary.member_id,
            order=systems.ORDERS[claim.payer_order],
            relationship=relationship("18"),
            extension=_insurance_type(claim.insurance_type),
        ),
    ]
    for number, other in enumerate(claim.other_coverages, start=2):
        made.append(_payer(f"payer-{number}", other.payer))
        insured = _insured(claim, other, f"insured-{number}")
        if insured:
            made.append(insured)
        group, unnumbered = _group(other)
        made.append(
            _coverage(
                f"coverage-{number}",
                f"payer-{number}",
                other.filing_indicator,
                other.member_id,
                order=systems.ORDERS[other.order],
                relationship=relationship(other.relationship),
                subscriber={"reference": f"#insured-{number}" if insured else "#patient"},
                class_=group,
                extension=[*_insurance_type(other.insurance_type), *unnumbered],
            )
        )
    return made


def relationship(code: str) -> Json:
    """SBR02 as HL7's word and X12's code side by side."""
    word = systems.RELATIONSHIPS.get(code, "other")
    return concept(systems.SUBSCRIBER, word, (systems.RELATIONSHIP, code))


def _payer(key: str, of: Payer) -> Json:
    return given(
        resourceType="Organization",
        id=key,
        identifier=[identifier(f"{systems.OURS}payer-id", of.payer_id, "NIIP")],
        name=of.name,
        address=[address(of.address)] if of.address else None,
    )


def _coverage(key: str, payer: str, filing: str, member: str, **members: object) -> Json:
    return given(
        resourceType="Coverage",
        id=key,
        status="active",
        type_=concept(systems.FILING_INDICATOR, filing),
        subscriberId=member,
        beneficiary={"reference": "#patient"},
        payor=[{"reference": f"#{payer}"}],
        **members,
    )


def _insurance_type(code: str | None) -> list[Json]:
    if not code:
        return []
    return [extension("insurance-type", "Coding", coding(systems.INSURANCE_TYPE, code))]


def _insured(claim: Claim, other: OtherCoverage, key: str) -> Json:
    patient = claim.beneficiary
    same = (other.last_name, other.first_name) == (patient.last_name, patient.first_name)
    if other.relationship == "18" and same:
        return {}
    name = [human(other.last_name, other.first_name)]
    return {"resourceType": "RelatedPerson", "id": key, "patient": {"reference": "#patient"}, "name": name}


def _group(other: OtherCoverage) -> tuple[list[Json], list[Json]]:
    if other.group_number:
        kind = concept(systems.COVERAGE_CLASS, "group")
        return [given(type_=kind, value=other.group_number, name=other.group_name)], []
    return [], [extension("group-name", "String", other.group_name)] if other.group_name else []


def _answer(other: OtherCoverage) -> list[Json]:
    """What the other payer answered, where it did."""
    told = []
    if other.paid is not None:
        told.append(extension("paid", "Money", money(other.paid)))
    if other.paid_on is not None:
        told.append(extension("paid-on", "Date", day(other.paid_on)))
    return told + [nested("adjustment", adjustment(each)["extension"]) for each in other.adjustments]
