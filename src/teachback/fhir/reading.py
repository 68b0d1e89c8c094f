"""A FHIR R4B Claim read back into a claim: ours exactly, and another's as far as it stands alone.

A Claim stands alone when everybody it names is contained in it. What cannot be read is refused with its path; nothing
is guessed. The mapping is in ``docs/reference/fhir.md``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from teachback.claimdata import Claim, Institutional, Occurrence, Provider
from teachback.codesets import bills
from teachback.fhir import systems
from teachback.fhir.answers import item, lines_total
from teachback.fhir.exact import NotJson, loads, plain
from teachback.fhir.nodes import CannotRead, Node
from teachback.fhir.people import Contained, beneficiary, billing, coverages, facility, provider
from teachback.model import ClaimForm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic import BaseModel

_MOST_FAULTS = 5


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line of an NDJSON file: its number, and the claim or why there is none."""

    number: int
    claim: Claim | None
    trouble: CannotRead | None


def from_fhir(resource: BaseModel | dict[str, Any] | str | bytes) -> Claim:
    """The claim that a FHIR R4B Claim carries, given as a resource of ``fhir.resources``, a dict or JSON.

    Raises ``CannotRead`` with the path of the first thing that is wrong. Amounts come back to the cent.
    """
    return _claim(Node(_checked(resource), "Claim"))


def read_ndjson(lines: Iterable[bytes]) -> Iterator[ReadLine]:
    """Each line of an NDJSON file on its own, so that a bad one loses no other; blank lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield ReadLine(number, from_fhir(line), None)
            except CannotRead as trouble:
                yield ReadLine(number, None, trouble)


def as_sent(claim: Claim) -> Claim:
    """The claim as a payer sees it: without the practice's own facts, and places of lines only where they differ."""
    lines = tuple(
        replace(
            line,
            sessions=(),
            place_of_service=None
            if line.place_of_service == claim.place_of_service
            else line.place_of_service,
            allowed_amount=None,
            patient_amount=None,
            medicare_payment=None,
            medicare_payment_after_sequestration=None,
        )
        for line in claim.lines
    )
    return replace(
        claim,
        beneficiary=replace(claim.beneficiary, patient_id=""),
        billing=replace(claim.billing, participating=True),
        lines=lines,
    )


def _checked(resource: BaseModel | dict[str, Any] | str | bytes) -> dict[str, Any]:
    """The resource as plain values, once ``fhir.resources`` finds nothing wrong with its shape."""
    from fhir.resources.R4B.claim import Claim as Resource  # noqa: PLC0415  loaded where it is used
    from pydantic import ValidationError  # noqa: PLC0415  the same

    if isinstance(resource, Resource):
        return plain(resource)
    if isinstance(resource, (str, bytes)):
        try:
            resource = loads(resource)
        except NotJson as error:
            raise CannotRead("Claim", f"is not JSON: {error}") from None
    if not isinstance(resource, dict):
        raise CannotRead("Claim", "a JSON object is needed")
    if resource.get("resourceType") != "Claim":
        raise CannotRead("Claim.resourceType", "is not Claim; give one Claim of FHIR R4B")
    try:
        Resource.model_validate(resource)
    except ValidationError as error:
        raise _shape(error) from None
    except RecursionError:
        raise CannotRead("Claim", "is nested too deeply") from None
    except Exception as error:  # noqa: BLE001  fhir.resources fails in many ways on hostile input
        raise CannotRead(
            "Claim", f"has a shape that FHIR R4B does not know ({type(error).__name__})"
        ) from None
    return resource


def _shape(error: Any) -> CannotRead:  # noqa: ANN401  pydantic is loaded where it is used
    faults = [
        (_path(fault["loc"]), _REASONS.get(fault["type"], "has a value that FHIR R4B does not allow here"))
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    path, reason = faults[0]
    others = sorted({where for where, _ in faults[1:]} - {path})
    if others:
        more = f" and {len(others) - _MOST_FAULTS} more" if len(others) > _MOST_FAULTS else ""
        reason += f"; look also at {', '.join(others[:_MOST_FAULTS])}{more}"
    return CannotRead(path, reason)


_REASONS = {
    "missing": "is missing, and FHIR R4B needs it",
    "extra_forbidden": "is no member of this FHIR R4B resource",
}


def _path(location: Iterable[str | int]) -> str:
    path = "Claim"
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step[:40]}"
    return path


def _claim(root: Node) -> Claim:
    if root.need("use").value != "claim":
        raise root.need("use").refuse("is not a claim but a predetermination or preauthorization")
    form = _form(root)
    contained = Contained(root)
    team = _team(root, contained)
    cover = coverages(root, contained)
    place = _place(root, form)
    lines = tuple(item(each, place, team.of_lines) for each in root.each("item"))
    lines_total(root, lines)
    paid = root.extension("amount-paid-by-patient", "Money")
    assignment = root.extension("accepts-assignment", "Boolean")
    bill = _institutional(root, team) if form is ClaimForm.INSTITUTIONAL else None
    earlier = _earlier(root)
    return Claim(
        form=form,
        control_number=_control_number(root),
        billing=billing(root, contained),
        beneficiary=beneficiary(root, contained, cover.member_id),
        payer=cover.payer,
        place_of_service=place,
        diagnoses=_diagnoses(root),
        lines=lines,
        rendering=team.rendering,
        referring=team.referring,
        service_facility=facility(root, contained),
        institutional=bill,
        payer_order=cover.order,
        filing_indicator=cover.filing_indicator,
        insurance_type=cover.insurance_type,
        other_coverages=cover.others,
        frequency_code=_frequency(root, bill, earlier),
        payer_claim_control_number=earlier,
        accepts_assignment=assignment.yes() if assignment else True,
        amount_paid_by_patient=paid.money() if paid else None,
        attachment=_attachment(root),
    )


def _form(root: Node) -> ClaimForm:
    kind = root.need("type")
    code = kind.need_code(systems.CLAIM_TYPE)
    try:
        return ClaimForm(code)
    except ValueError:
        raise kind.refuse("must be professional or institutional") from None


def _control_number(root: Node) -> str:
    number = root.number_of(f"{systems.OURS}claim-control-number")
    return number if number is not None else root.first("identifier").need("value").text()


def _place(root: Node, form: ClaimForm) -> str:
    told = root.extension("place-of-service", "CodeableConcept")
    if told is not None:
        return told.need_code()
    for each in root.each("item"):
        where = each.get("locationCodeableConcept")
        if where is not None:
            return where.need_code()
    if form is ClaimForm.INSTITUTIONAL:
        return ""
    raise CannotRead("Claim.item[0].locationCodeableConcept", "is missing: tell the place of service")


@dataclass(frozen=True, slots=True)
class _Team:
    rendering: Provider | None
    referring: Provider | None
    attending: Provider | None
    of_lines: dict[int, Provider]


def _team(root: Node, contained: Contained) -> _Team:
    """Who took part. A renderer is the whole claim's where no line names it, or where it is marked responsible."""
    named = {number.whole() for line in root.each("item") for number in line.each("careTeamSequence")}
    whole: dict[str, Provider] = {}
    of_lines: dict[int, Provider] = {}
    for member in root.each("careTeam"):
        role = member.get("role")
        code = role.code() if role is not None else None
        number = member.need("sequence").whole()
        responsible = member.get("responsible")
        if code in {"performing", "primary"}:
            code = "rendering"
        if code == "rendering" and number in named and not (responsible is not None and responsible.yes()):
            of_lines[number] = provider(contained.at(member.need("provider")))
        elif code in {"rendering", "referring", "attending"}:
            whole.setdefault(code, provider(contained.at(member.need("provider"))))
    return _Team(whole.get("rendering"), whole.get("referring"), whole.get("attending"), of_lines)


def _diagnoses(root: Node) -> tuple[str, ...]:
    given = sorted(root.each("diagnosis"), key=lambda each: each.need("sequence").whole())
    return tuple(
        each.need("diagnosisCodeableConcept").need_code(systems.ICD_10_CM).replace(".", "") for each in given
    )


def _earlier(root: Node) -> str | None:
    for each in root.each("related"):
        reference = each.get("reference")
        if reference is not None:
            return reference.need("value").text()
    return None


def _frequency(root: Node, bill: Institutional | None, earlier: str | None) -> str:
    told = root.extension("frequency", "Coding")
    if told is not None:
        return told.need("code").text()
    if bill is not None:
        return bill.type_of_bill[-1]
    if earlier is not None:
        raise CannotRead(
            "Claim.related", f"names an earlier claim; add the extension {systems.OURS}frequency with 7 or 8"
        )
    return "1"


def _attachment(root: Node) -> tuple[str, str, str] | None:
    for info in root.each("supportingInfo"):
        if info.need("category").code() == "attachment":
            code, control = info.need("code"), info.get("valueString")
            number = control.text() if control is not None else ""
            return code.need_code(systems.REPORT_TYPE), code.need_code(systems.TRANSMISSION), number
    return None


def _coded(root: Node, system: str) -> list[tuple[str, Node]]:
    found = []
    for info in root.each("supportingInfo"):
        told = info.get("code")
        code = told.code(system) if told is not None else None
        if code is not None:
            found.append((code, info))
    return found


def _one(root: Node, system: str) -> str | None:
    found = _coded(root, system)
    return found[0][0] if found else None


def _needed(root: Node, system: str, what: str) -> str:
    code = _one(root, system)
    if code is None:
        raise CannotRead(
            "Claim.supportingInfo", f"the {what} is missing ({system}), and an institutional claim needs it"
        )
    return code


def _institutional(root: Node, team: _Team) -> Institutional:
    period = root.need("billablePeriod")
    if team.attending is None:
        raise CannotRead(
            "Claim.careTeam", "nobody is attending; an institutional claim names who certified the plan"
        )
    type_of_bill = _needed(root, systems.TYPE_OF_BILL, "type of bill")
    admitted = [
        dates.need("start").day()
        for info in root.each("supportingInfo")
        if info.need("category").code() == "admissionperiod"
        and (dates := info.get("timingPeriod")) is not None
    ]
    return Institutional(
        type_of_bill=bills.normal(type_of_bill) or type_of_bill,
        statement_from=period.need("start").day(),
        statement_through=period.need("end").day(),
        attending=team.attending,
        admission_type=_one(root, systems.ADMISSION_TYPE),
        admission_source=_one(root, systems.ADMISSION_SOURCE),
        patient_status=_needed(root, systems.PATIENT_STATUS, "patient status"),
        admission_date=admitted[0] if admitted else None,
        occurrences=_occurrences(root),
        condition_codes=tuple(code for code, _ in _coded(root, systems.CONDITION)),
        value_codes=tuple(
            (code, info.need("valueQuantity").need("value").amount())
            for code, info in _coded(root, systems.VALUE)
        ),
    )


def _occurrences(root: Node) -> tuple[Occurrence, ...]:
    """Occurrences and spans in the order in which they stand."""
    found = []
    for info in root.each("supportingInfo"):
        told = info.get("code")
        if told is None:
            continue
        if (code := told.code(systems.OCCURRENCE)) is not None:
            found.append(Occurrence(code, info.need("timingDate").day()))
        elif (code := told.code(systems.OCCURRENCE_SPAN)) is not None:
            dates = info.need("timingPeriod")
            found.append(Occurrence(code, dates.need("start").day(), dates.need("end").day()))
    return tuple(found)
