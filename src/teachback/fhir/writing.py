"""A claim as a FHIR R4B Claim that stands alone: everybody it names is contained in it.

What a payer is never sent (the practice's own patient number, session numbers, expected amounts, participation) is
left out unless ``own_facts`` asks for it. The mapping is in ``docs/reference/fhir.md``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from teachback.fhir import systems
from teachback.fhir.covers import contained_coverages, insurances
from teachback.fhir.exact import dumps
from teachback.fhir.items import items, place
from teachback.fhir.made import (
    CannotWrite,
    Json,
    address,
    cents,
    coding,
    concept,
    day,
    extension,
    given,
    human,
    identifier,
    money,
    provider,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from fhir.resources.R4B.claim import Claim as FhirClaim

    from teachback.claimdata import BillingProvider, Claim, Institutional, Provider

_ODD_BLANKS = re.compile(
    r'"(?:\\f|\\u000b|\\u0085|\\u00a0|\\u1680|\\u200[0-9a]|\\u202[89f]|\\u205f|\\u3000)+"'
)
"""A JSON text of blanks that FHIR's type ``string`` does not count as text."""


def to_fhir(claim: Claim, *, created: date | None = None, own_facts: bool = False) -> FhirClaim:
    """The claim as a validated resource of ``fhir.resources`` (R4B).

    ``created`` is the day the claim was made; without it the resource says that the day is unknown. With
    ``own_facts`` the practice's own facts travel too and ``from_fhir`` gives back an equal claim; without
    them it gives back ``as_sent``. Raises ``CannotWrite`` where a field cannot stand in a Claim.
    """
    return _validated(claim, as_dict(claim, created=created, own_facts=own_facts))


def to_json(claim: Claim, *, created: date | None = None, own_facts: bool = False) -> str:
    """The claim as JSON of a FHIR R4B Claim, amounts with all their digits; checked like ``to_fhir``."""
    made = as_dict(claim, created=created, own_facts=own_facts)
    _validated(claim, made)
    return dumps(made)


def _validated(claim: Claim, made: Json) -> FhirClaim:
    from fhir.resources.R4B.claim import Claim as Resource  # noqa: PLC0415  loaded where it is used
    from pydantic import ValidationError  # noqa: PLC0415  the same

    try:
        return Resource.model_validate(made)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        where = ", ".join(sorted({".".join(map(str, fault["loc"])) for fault in faults}))
        raise CannotWrite(
            f"claim {claim.control_number}: FHIR does not allow what stands in {where}"
        ) from None


def ndjson(
    claims: Iterable[Claim], *, created: date | None = None, own_facts: bool = False
) -> Iterator[bytes]:
    """One line for each claim, as FHIR's bulk data wants it, in the order given.

    Many claims are not checked by ``fhir.resources`` one by one, which takes ten times as long as writing them: the
    shape is fixed here, amounts and codes are checked, and tests hold both ways to the same answer.
    """
    for claim in claims:
        text = dumps(as_dict(claim, created=created, own_facts=own_facts))
        if _ODD_BLANKS.search(text):
            raise CannotWrite(f"claim {claim.control_number}: a field holds nothing but blanks")
        yield text.encode() + b"\n"


def as_dict(claim: Claim, *, created: date | None = None, own_facts: bool = False) -> Json:
    """The claim as the plain dict of a FHIR Claim, amounts as ``Decimal``; raises ``CannotWrite``."""
    try:
        return _resource(claim, created=created, own_facts=own_facts)
    except CannotWrite as error:
        raise CannotWrite(f"claim {claim.control_number}: {error}") from None


def _resource(claim: Claim, *, created: date | None, own_facts: bool) -> Json:
    kind = "institutional" if claim.is_institutional else "professional"
    return given(
        resourceType="Claim",
        contained=_contained(claim, own_facts=own_facts),
        extension=_extensions(claim, own_facts=own_facts),
        identifier=[identifier(f"{systems.OURS}claim-control-number", claim.control_number)],
        status="active",
        type_=concept(systems.CLAIM_TYPE, kind),
        use="claim",
        patient={"reference": "#patient"},
        billablePeriod=_period(claim),
        **_created(created),
        insurer={"reference": "#payer"},
        provider={"reference": "#billing"},
        priority=concept(systems.PRIORITY, "normal"),
        related=_related(claim),
        payee=_payee(claim.billing),
        facility={"reference": "#facility"} if claim.service_facility else None,
        careTeam=_care_team(claim),
        supportingInfo=_supporting(claim),
        diagnosis=[_diagnosis(number, code) for number, code in enumerate(claim.diagnoses, start=1)],
        insurance=insurances(claim),
        item=items(claim, _line_renderers(claim), own_facts=own_facts),
        total=money(claim.charge),
    )


def _created(created: date | None) -> Json:
    if created is not None:
        return {"created": created.isoformat()}
    return {"_created": {"extension": [{"url": systems.ABSENT, "valueCode": "unknown"}]}}


def _extensions(claim: Claim, *, own_facts: bool) -> list[Json]:
    made = [
        extension("frequency", "Coding", coding(systems.FREQUENCY, claim.frequency_code)),
        extension("accepts-assignment", "Boolean", claim.accepts_assignment),
    ]
    if claim.place_of_service:
        made.append(extension("place-of-service", "CodeableConcept", place(claim.place_of_service)))
    if claim.amount_paid_by_patient is not None:
        made.append(extension("amount-paid-by-patient", "Money", money(claim.amount_paid_by_patient)))
    if own_facts:
        made.append(extension("participating", "Boolean", claim.billing.participating))
    return made


def _period(claim: Claim) -> Json:
    bill = claim.institutional
    if bill is not None:
        return {"start": day(bill.statement_from), "end": day(bill.statement_through)}
    days = sorted(line.date_of_service for line in claim.lines)
    return {"start": day(days[0]), "end": day(days[-1])} if days else {}


def _related(claim: Claim) -> list[Json]:
    if not claim.payer_claim_control_number:
        return []
    earlier = identifier(f"{systems.OURS}payer-claim-control-number", claim.payer_claim_control_number)
    return [{"relationship": concept(systems.RELATED, "prior"), "reference": earlier}]


def _payee(billing: BillingProvider) -> Json:
    if billing.pay_to is None:
        return {}
    return {"type": concept(systems.PAYEE_TYPE, "provider"), "party": {"reference": "#pay-to"}}


def _line_renderers(claim: Claim) -> list[Provider]:
    """The renderers that stand on lines, each once, in order of first use."""
    return list(dict.fromkeys(line.rendering for line in claim.lines if line.rendering is not None))


def _care_team(claim: Claim) -> list[Json]:
    bill = claim.institutional
    roles = [("rendering", f"rendering-{number}") for number, _ in enumerate(_line_renderers(claim), start=1)]
    team = [_member(number, role, key) for number, (role, key) in enumerate(roles, start=1)]
    whole = (
        ("rendering", claim.rendering),
        ("referring", claim.referring),
        ("attending", bill.attending if bill else None),
    )
    for role, who in whole:
        if who is not None:
            member = _member(len(team) + 1, role, role)
            team.append({**member, "responsible": True} if role == "rendering" else member)
    return team


def _member(number: int, role: str, key: str) -> Json:
    return {
        "sequence": number,
        "provider": {"reference": f"#{key}"},
        "role": concept(systems.CARE_TEAM_ROLE, role),
    }


def _diagnosis(number: int, code: str) -> Json:
    from teachback.codesets.diagnoses import dotted  # noqa: PLC0415  FHIR alone writes the dot

    return given(
        sequence=number,
        diagnosisCodeableConcept=concept(systems.ICD_10_CM, dotted(code)),
        type_=[concept(systems.DIAGNOSIS_TYPE, "principal")] if number == 1 else None,
    )


def _supporting(claim: Claim) -> list[Json]:
    told = _bill_info(claim.institutional) if claim.institutional else []
    if claim.attachment is not None:
        report, transmission, control = claim.attachment
        told.append(
            given(
                category=concept(systems.INFORMATION, "attachment"),
                code=concept(systems.REPORT_TYPE, report, (systems.TRANSMISSION, transmission)),
                valueString=control,
            )
        )
    return [{"sequence": number, **info} for number, info in enumerate(told, start=1)]


def _bill_info(bill: Institutional) -> list[Json]:
    coded = (
        ("typeofbill", systems.TYPE_OF_BILL, bill.type_of_bill),
        ("admtype", systems.ADMISSION_TYPE, bill.admission_type),
        ("pointoforigin", systems.ADMISSION_SOURCE, bill.admission_source),
        ("discharge-status", systems.PATIENT_STATUS, bill.patient_status),
    )
    told = [
        {"category": concept(systems.SUPPORTING_INFO, category), "code": concept(system, code)}
        for category, system, code in coded
        if code
    ]
    if bill.admission_date is not None:
        admitted = concept(systems.SUPPORTING_INFO, "admissionperiod")
        told.append({"category": admitted, "timingPeriod": {"start": day(bill.admission_date)}})
    information = {"category": concept(systems.INFORMATION, "info")}
    for occurrence in bill.occurrences:
        first, last = day(occurrence.on), day(occurrence.through)
        when: Json = {"code": concept(systems.OCCURRENCE, occurrence.code), "timingDate": first}
        if last:
            span = concept(systems.OCCURRENCE_SPAN, occurrence.code)
            when = {"code": span, "timingPeriod": {"start": first, "end": last}}
        told.append({**information, **when})
    told += [{**information, "code": concept(systems.CONDITION, code)} for code in bill.condition_codes]
    told += [
        {**information, "code": concept(systems.VALUE, code), "valueQuantity": {"value": cents(amount)}}
        for code, amount in bill.value_codes
    ]
    return told


def _contained(claim: Claim, *, own_facts: bool) -> list[Json]:
    made = [_patient(claim, own_facts=own_facts), _billing(claim.billing)]
    if claim.billing.pay_to is not None:
        name = claim.billing.provider.name
        made.append(
            {
                "resourceType": "Organization",
                "id": "pay-to",
                "name": name,
                "address": [address(claim.billing.pay_to)],
            }
        )
    made += contained_coverages(claim)
    facility = claim.service_facility
    if facility is not None:
        made.append(
            given(
                resourceType="Location",
                id="facility",
                identifier=[identifier(systems.NPI, facility.npi, "NPI")] if facility.npi else None,
                name=facility.name,
                address=address(facility.address),
            )
        )
    made += [
        provider(f"rendering-{number}", who) for number, who in enumerate(_line_renderers(claim), start=1)
    ]
    whole = {"rendering": claim.rendering, "referring": claim.referring}
    if claim.institutional is not None:
        whole["attending"] = claim.institutional.attending
    made += [provider(key, who) for key, who in whole.items() if who is not None]
    return made


def _patient(claim: Claim, *, own_facts: bool) -> Json:
    who = claim.beneficiary
    numbers = []
    if claim.filing_indicator in {"MA", "MB"}:
        numbers.append(identifier(systems.MBI, who.member_id, "MC"))
    if own_facts and who.patient_id:
        numbers.append(identifier(f"{systems.OURS}patient", who.patient_id, "MR"))
    return given(
        resourceType="Patient",
        id="patient",
        identifier=numbers,
        name=[human(who.last_name, who.first_name, who.middle_name, suffix=who.suffix)],
        gender=systems.GENDERS[who.sex],
        birthDate=day(who.birth_date),
        address=[address(who.address)],
    )


def _billing(of: BillingProvider) -> Json:
    if of.tax_id_type not in systems.TAX_IDS:
        raise CannotWrite(f"a tax identifier of type {of.tax_id_type!r} has no system in FHIR; use EI or SY")
    system, kind = systems.TAX_IDS[of.tax_id_type]
    return provider(
        "billing",
        of.provider,
        (identifier(system, of.tax_id, kind),),
        telecom=[{"system": "phone", "value": of.phone}] if of.phone else None,
        address=[address(of.address)],
        extension=[extension("contact-name", "String", of.contact)] if of.contact else None,
    )
