"""From assessments to claims: who is billed to whom, which lines stand together, and what is kept back and why.

Pure: the same assessments and the same world give the same claims, whatever the order of the sessions. Control
numbers of claims and lines stay empty here; the book gives them when it takes the claims in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable  # noqa: TC003  an annotation of a dataclass field
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from teachback.claim.institutional import occurrences_of, patient_status
from teachback.claim.looking import look
from teachback.claim.occurrences import Occurrence
from teachback.claim.reasons import KeptBack, Reason, Why
from teachback.claimdata import (
    MOST_DIAGNOSES,
    MOST_LINES,
    Claim,
    ClaimLine,
    Institutional,
    OtherCoverage,
    PayerOrder,
    Provider,
)
from teachback.claimdata import Occurrence as DatedCode
from teachback.model import ClaimForm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from teachback.assess import Assessment
    from teachback.claim.coverage import Cover
    from teachback.claim.occurrences import World
    from teachback.claim.practice import Route

MOST_INSTITUTIONAL_LINES = 999
_MOST_POINTED = 4
_FISCAL_YEAR = 10
_PAYER_ORDERS = list(PayerOrder)


@dataclass(frozen=True, slots=True)
class Built:
    """Claims with the route of each, by index, and the sessions that are on none."""

    claims: tuple[Claim, ...]
    routes: tuple[Route, ...]
    kept_back: tuple[KeptBack, ...]


def occurrences(assessments: Iterable[Assessment]) -> Iterator[list[Assessment]]:
    """The assessments whose minutes were converted together, the bearer of the lines first, in input order."""
    together: dict[tuple[str, str], list[Assessment]] = defaultdict(list)
    for assessment in assessments:
        together[assessment.bearer, assessment.patient.id].append(assessment)
    for found in together.values():
        yield sorted(found, key=lambda a: (a.session.id != a.bearer, a.session.id))


def looked(
    assessments: Iterable[Assessment], world: World, *, progress: Callable[[int], None] | None = None
) -> tuple[list[Occurrence], list[KeptBack]]:
    """The occurrences that can be claimed, and every other session with every reason.

    ``progress`` is told how many occurrences were looked at.
    """
    ready: list[Occurrence] = []
    kept: list[KeptBack] = []
    for count, together in enumerate(occurrences(assessments), start=1):
        found = look(together, world)
        if isinstance(found, Occurrence):
            ready.append(found)
        else:
            kept += found
        if progress is not None:
            progress(count)
    return ready, kept


def build(assessments: Iterable[Assessment], world: World) -> Built:
    """The claims of all occurrences that can be claimed, before any edit of finished claims."""
    ready, kept = looked(assessments, world)
    claims, routes, more = claims_of(ready)
    return Built(claims, routes, (*kept, *more))


def claims_of(
    ready: Iterable[Occurrence],
) -> tuple[tuple[Claim, ...], tuple[Route, ...], tuple[KeptBack, ...]]:
    """The claims of these occurrences, the route of each, and what even so cannot be claimed."""
    alike: dict[tuple[Any, ...], list[Occurrence]] = defaultdict(list)
    for occurrence in ready:
        alike[_key(occurrence)].append(occurrence)
    made: list[tuple[Claim, Route]] = []
    kept: list[KeptBack] = []
    for group in alike.values():
        for part in _split(sorted(group, key=lambda o: o.order)):
            claim = _claim(part)
            if isinstance(claim, Reason):
                kept += _kept(part, claim)
            else:
                made.append((claim, part[0].route))
    made.sort(key=lambda pair: _claim_order(pair[0]))
    return tuple(claim for claim, _ in made), tuple(route for _, route in made), tuple(kept)


def _kept(part: Sequence[Occurrence], reason: Reason) -> Iterator[KeptBack]:
    for occurrence in part:
        yield from kept_of(occurrence, (reason,))


def kept_of(occurrence: Occurrence, reasons: tuple[Reason, ...]) -> Iterator[KeptBack]:
    """The sessions of an occurrence that stays off its claim after all; the amount stands on the first."""
    amounts = [line.allowed_amount for line in occurrence.lines if line.allowed_amount is not None]
    total = sum(amounts, Decimal("0.00")) if len(amounts) == len(occurrence.lines) else None
    for number, session in enumerate(occurrence.sessions):
        yield KeptBack(
            session, occurrence.patient.patient_id, occurrence.day, reasons, None if number else total
        )


def _key(o: Occurrence) -> tuple[Any, ...]:
    """What must agree for occurrences to stand on one claim.

    The fiscal year is ours: ICD-10-CM changes on October 1, and a code must be valid on every date of its claim.
    An institutional claim is one a month, whoever gave the service and certified its plan.
    """
    shared = (
        o.form,
        o.patient,
        o.group.id,
        o.facility,
        o.route,
        o.accepts_assignment,
        o.participating,
        o.payer_order,
        tuple(replace(cover, answers=()) for cover in o.covers),
    )
    if o.form is ClaimForm.INSTITUTIONAL:
        return (*shared, o.type_of_bill, o.day.year, o.day.month)
    fiscal_year = o.day.year + (o.day.month >= _FISCAL_YEAR)
    return (*shared, o.place_of_service, o.rendering.npi, o.certifier, fiscal_year)


def _split(group: list[Occurrence]) -> Iterator[list[Occurrence]]:
    """Parts that keep to the most lines and diagnoses of a claim; the lines of an occurrence stay together."""
    most = MOST_INSTITUTIONAL_LINES if group[0].form is ClaimForm.INSTITUTIONAL else MOST_LINES
    part: list[Occurrence] = []
    lines, diagnoses = 0, set[str]()
    for occurrence in group:
        wider = diagnoses.union(occurrence.diagnoses)
        if part and (lines + len(occurrence.lines) > most or len(wider) > MOST_DIAGNOSES):
            yield part
            part, lines, wider = [], 0, set(occurrence.diagnoses)
        part.append(occurrence)
        lines, diagnoses = lines + len(occurrence.lines), wider
    yield part


def _claim(part: Sequence[Occurrence]) -> Claim | Reason:
    first = part[0]
    institutional = first.form is ClaimForm.INSTITUTIONAL
    diagnoses = tuple(dict.fromkeys(code for o in part for code in o.diagnoses))
    several = institutional and len({o.rendering.npi for o in part}) > 1
    lines = tuple(_line(line, o, diagnoses, several=several) for o in part for line in o.lines)
    billing = replace(first.group.billing, participating=first.participating)
    referring: Provider | None = first.certifier
    facts = None
    if institutional:
        certifiers = Counter(o.certifier for o in part if o.certifier is not None)
        if len(certifiers) > 2:  # noqa: PLR2004  the attending provider and one referring provider
            return Why.ATTENDING_UNCLEAR.reason(
                f"{len(certifiers)} practitioners certified plans of the month, and a claim names two.",
                "Ask the contractor how to bill the month, and enter the claim by hand.",
            )
        named = [person for person, _ in certifiers.most_common()]
        attending = named[0] if named else first.rendering
        referring = named[1] if len(named) > 1 else None
        facts = _institutional(part, attending)
    rendering = None if first.rendering.npi == billing.provider.npi or several else first.rendering
    return Claim(
        form=first.form,
        control_number="",
        billing=billing,
        beneficiary=first.patient,
        payer=first.route.payer,
        place_of_service=first.place_of_service,
        diagnoses=diagnoses,
        lines=lines,
        rendering=rendering,
        referring=referring,
        service_facility=first.facility,
        institutional=facts,
        payer_order=first.payer_order,
        filing_indicator="MA" if institutional else "MB",
        insurance_type=_insurance_type(first),
        other_coverages=tuple(_other(cover, lines, first) for cover in first.covers),
        frequency_code=facts.type_of_bill[-1] if facts is not None else "1",
        accepts_assignment=first.accepts_assignment,
    )


def _line(line: ClaimLine, o: Occurrence, diagnoses: tuple[str, ...], *, several: bool) -> ClaimLine:
    pointers = tuple(diagnoses.index(code) + 1 for code in o.diagnoses[:_MOST_POINTED])
    return replace(line, diagnosis_pointers=pointers, rendering=o.rendering if several else None)


def _institutional(part: Sequence[Occurrence], attending: Provider) -> Institutional:
    bill = part[0].type_of_bill or ""
    dates = occurrences_of([pair for o in part for pair in o.plan_dates])
    return Institutional(
        type_of_bill=bill,
        statement_from=min(o.day for o in part),
        statement_through=max(o.day for o in part),
        attending=attending,
        patient_status=patient_status(bill),
        occurrences=tuple(DatedCode(code, day) for code, day in dates),
    )


def _insurance_type(o: Occurrence) -> str | None:
    """Why Medicare is not first (SBR05): only where it is second."""
    if o.payer_order is PayerOrder.PRIMARY:
        return None
    return next((cover.insurance_type for cover in o.covers if cover.insurance_type), None)


def _other(cover: Cover, lines: Sequence[ClaimLine], o: Occurrence) -> OtherCoverage:
    """Another payer of the claim; one that answered carries what it paid for all lines."""
    before = _PAYER_ORDERS.index(cover.order) < _PAYER_ORDERS.index(o.payer_order)
    paid = [a.paid for line in lines for a in line.adjudications if a.payer_id == cover.payer.payer_id]
    last, first = cover.insured or (o.patient.last_name, o.patient.first_name)
    return OtherCoverage(
        order=cover.order,
        payer=cover.payer,
        member_id=cover.member_id,
        last_name=last,
        first_name=first,
        filing_indicator=cover.filing_indicator,
        relationship=cover.relationship,
        group_number=cover.group_number,
        group_name=cover.group_name,
        paid=sum(paid, Decimal("0.00")) if before else None,
    )


def _claim_order(claim: Claim) -> tuple[str, str, str, date, str, tuple[str, ...]]:
    """Claims of one billing provider stand together, then by patient and date: the order of the file."""
    rendering = claim.rendering.npi if claim.rendering else ""
    first = claim.lines[0]
    patient = claim.beneficiary.patient_id
    return (
        claim.form.value,
        claim.billing.provider.npi,
        patient,
        first.date_of_service,
        rendering,
        first.sessions,
    )
