"""A claim's own segments (2300, 2310) and its other payers (2320, 2330)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from teachback.claimdata import (
    Adjustment,
    Claim,
    Institutional,
    Occurrence,
    OtherCoverage,
    Payer,
    PayerOrder,
    ServiceFacility,
)
from teachback.model import ClaimForm
from teachback.x12.readparties import NO_ADDRESS, NO_PROVIDER, AddressBook, order_of, provider_of
from teachback.x12.readvalues import NOTHING, UNKNOWN_DATE, Notes, amount_of, date_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from teachback.claimdata import BillingProvider, ClaimLine, Provider
    from teachback.x12.readparties import Subscriber
    from teachback.x12.tokens import Segment

_DIAGNOSES: Final = frozenset({"ABK", "BK", "ABF", "BF"})
_PRINCIPAL: Final = frozenset({"ABK", "BK"})


@dataclass(slots=True)
class _Head:
    """What the segments of 2300 and 2310 say, as they come."""

    diagnoses: list[str] = field(default_factory=list)
    occurrences: list[Occurrence] = field(default_factory=list)
    conditions: list[str] = field(default_factory=list)
    values: list[tuple[str, Decimal]] = field(default_factory=list)
    parties: dict[str, Segment] = field(default_factory=dict)
    taxonomies: dict[str, str] = field(default_factory=dict)
    addresses: AddressBook = field(default_factory=AddressBook)
    statement: Segment | None = None
    admission: Segment | None = None
    cl1: Segment | None = None
    paid: Decimal | None = None
    payer_number: str | None = None
    attachment: tuple[str, str, str] | None = None


def read_claim(  # noqa: PLR0913, PLR0917  a claim is made of these
    told: Sequence[Segment],
    form: ClaimForm,
    billing: BillingProvider,
    subscriber: Subscriber,
    lines: tuple[ClaimLine, ...],
    others: tuple[OtherCoverage, ...],
    notes: Notes,
) -> Claim:
    """The claim of a CLM with what follows it before lines and other payers, and with those two."""
    clm = told[0]
    head = _head(told, notes)
    institutional = form is ClaimForm.INSTITUTIONAL
    return Claim(
        form,
        clm.value(1),
        billing,
        subscriber.person,
        subscriber.payer,
        "" if institutional else clm.component(5, 1),
        tuple(head.diagnoses),
        lines,
        _provider(head, "82"),
        _provider(head, "DN"),
        _facility(head),
        _institutional(head, clm, notes) if institutional else None,
        subscriber.order,
        subscriber.filing_indicator,
        subscriber.insurance_type,
        others,
        clm.component(5, 3),
        head.payer_number,
        clm.value(7) == "A",
        head.paid,
        head.attachment,
    )


def _head(told: Sequence[Segment], notes: Notes) -> _Head:
    head = _Head()
    party = ""
    for segment in told:
        kind = segment.elements[0]
        if kind == "HI":
            _health_codes(segment, head, notes)
        elif kind == "NM1":
            party = segment.value(1)
            head.parties.setdefault(party, segment)
        elif kind == "PRV":
            head.taxonomies[party] = segment.value(3)
        elif kind in {"N3", "N4"}:
            head.addresses.take(party, segment)
        else:
            _fact(kind, segment, head, notes)
    return head


def _fact(kind: str, segment: Segment, head: _Head, notes: Notes) -> None:
    """Dates, amounts, references and codes that a claim has once."""
    qualifier = segment.value(1)
    if kind == "DTP" and qualifier == "434":
        head.statement = segment
    elif kind == "DTP" and qualifier == "435":
        head.admission = segment
    elif kind == "CL1":
        head.cl1 = segment
    elif kind == "AMT" and qualifier == "F5":
        head.paid = notes.amount(segment, 2, "AMT02")
    elif kind == "REF" and qualifier == "F8":
        head.payer_number = segment.value(2) or None
    elif kind == "PWK" and head.attachment is None:
        head.attachment = (qualifier, segment.value(2), segment.value(6))


def _health_codes(segment: Segment, head: _Head, notes: Notes) -> None:
    """HI: diagnoses, occurrences and spans, conditions and values; other qualifiers are passed over."""
    separator = segment.delimiters.component
    for index, element in enumerate(segment.elements[1:], 1):
        parts = element.split(separator)
        qualifier, code = parts[0], parts[1] if len(parts) > 1 else ""
        if qualifier in _DIAGNOSES:
            if code:
                # The principal diagnosis comes first wherever it stands.
                head.diagnoses.insert(0 if qualifier in _PRINCIPAL else len(head.diagnoses), code)
        elif qualifier in {"BH", "BI"}:
            _occurrence(segment, index, parts, head, notes)
        elif qualifier == "BG" and code:
            head.conditions.append(code)
        elif qualifier == "BE" and code:
            amount = amount_of(segment.component(index, 5))
            if amount is None:
                notes.add(f"HI{index:02}-5", segment, "is not an amount")
            head.values.append((code, NOTHING if amount is None else amount))


def _occurrence(segment: Segment, index: int, parts: list[str], head: _Head, notes: Notes) -> None:
    first, _, last = segment.component(index, 4).partition("-")
    on, through = date_of(first), date_of(last)
    if on is None or (parts[0] == "BI" and through is None):
        notes.add(f"HI{index:02}-4", segment, "is not a date, or for a span not two")
        return
    head.occurrences.append(Occurrence(parts[1], on, through if parts[0] == "BI" else None))


def _provider(head: _Head, party: str) -> Provider | None:
    nm1 = head.parties.get(party)
    return None if nm1 is None else provider_of(nm1, head.taxonomies.get(party) or None)


def _facility(head: _Head) -> ServiceFacility | None:
    nm1 = head.parties.get("77")
    if nm1 is None:
        return None
    return ServiceFacility(nm1.value(3), head.addresses.of("77") or NO_ADDRESS, nm1.value(9) or None)


def _institutional(head: _Head, clm: Segment, notes: Notes) -> Institutional:
    first = last = None
    if head.statement is None:
        notes.add("DTP03", clm, "of the statement (434) is missing")
    else:
        first = notes.day(head.statement, 3, "DTP03")
        last = date_of(head.statement.value(3).partition("-")[2]) or first
    cl1 = head.cl1
    admitted = None if head.admission is None else date_of(head.admission.value(3)[:8])
    return Institutional(
        f"{clm.component(5, 1)}{clm.component(5, 3)}",
        first or UNKNOWN_DATE,
        last or UNKNOWN_DATE,
        _provider(head, "71") or NO_PROVIDER,
        None if cl1 is None else cl1.value(1) or None,
        None if cl1 is None else cl1.value(2) or None,
        "" if cl1 is None else cl1.value(3),
        admitted,
        tuple(head.occurrences),
        tuple(head.conditions),
        tuple(head.values),
    )


def read_others(groups: Sequence[Sequence[Segment]], notes: Notes) -> tuple[OtherCoverage, ...]:
    """Other payers: one group of segments behind each SBR of a claim."""
    return tuple(_other(group, notes) for group in groups)


def _other(told: Sequence[Segment], notes: Notes) -> OtherCoverage:
    sbr = told[0]
    addresses = AddressBook()
    adjustments: list[Adjustment] = []
    parties: dict[str, Segment] = {}
    paid, paid_on, party = None, None, ""
    for segment in told:
        kind = segment.elements[0]
        if kind == "NM1":
            party = segment.value(1)
            parties.setdefault(party, segment)
        elif kind in {"N3", "N4"}:
            addresses.take(party, segment)
        elif kind == "CAS":
            adjustments += adjustments_of(segment, notes)
        elif kind == "AMT" and segment.value(1) == "D":
            paid = notes.amount(segment, 2, "AMT02")
        elif kind == "DTP" and segment.value(1) == "573":
            paid_on = notes.day(segment, 3, "DTP03")
    insured, payer = parties.get("IL"), parties.get("PR")
    plain = OtherCoverage(
        PayerOrder.PRIMARY,
        Payer("", "") if payer is None else Payer(payer.value(3), payer.value(9), addresses.of("PR")),
        "" if insured is None else insured.value(9),
        "" if insured is None else insured.value(3),
        "" if insured is None else insured.value(4),
        sbr.value(9),
        sbr.value(2),
        sbr.value(3) or None,
        sbr.value(4) or None,
        sbr.value(5) or None,
        paid,
        paid_on,
        tuple(adjustments),
    )
    return replace(plain, order=order_of(sbr, notes))


def adjustments_of(cas: Segment, notes: Notes) -> list[Adjustment]:
    """The adjustments of a CAS: a group code, then reason, amount and units up to six times."""
    found = []
    for index in range(2, len(cas.elements), 3):
        if not cas.value(index) and not cas.value(index + 1):
            continue
        amount = notes.amount(cas, index + 1, f"CAS{index + 1:02}")
        units = cas.value(index + 2)
        found.append(
            Adjustment(
                cas.value(1),
                cas.value(index),
                amount,
                notes.units(cas, index + 2, f"CAS{index + 2:02}") if units else None,
            )
        )
    return found
