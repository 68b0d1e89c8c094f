"""Parties of a claim: billing provider (2000A), subscriber and payer (2000B), patient (2000C), providers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from teachback.claimdata import (
    Beneficiary,
    BillingProvider,
    Payer,
    PayerOrder,
    PostalAddress,
    Provider,
)
from teachback.model import Sex
from teachback.x12.readvalues import UNKNOWN_DATE, Notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from teachback.x12.tokens import Segment

NO_ADDRESS: Final = PostalAddress("", "", "", "")
NO_PROVIDER: Final = Provider("", "")
_ORDERS: Final = {order.value: order for order in PayerOrder}
_SEXES: Final = {sex.value: sex for sex in Sex}
_PERSON: Final = "1"
_LONGEST_NAME: Final = 250
_NO_ELEMENTS: Final = ("",) * 10


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Loop 2000B with 2010BA and 2010BB: SBR, the insured person, the payer."""

    order: PayerOrder
    insurance_type: str | None
    filing_indicator: str
    person: Beneficiary
    payer: Payer

    def with_patient(self, told: Sequence[Segment], notes: Notes) -> Subscriber:
        """The same with the patient of loop 2000C, who keeps the subscriber's member id."""
        patient = _person(told, "QC", notes)
        return replace(self, person=replace(patient, member_id=self.person.member_id))


class AddressBook:
    """Collects N3 and N4 behind the NM1 of a party."""

    __slots__ = ("found",)

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def take(self, party: str, segment: Segment) -> None:
        """Take an N3 or N4 of that party."""
        parts = self.found.setdefault(party, ["", "", "", "", ""])
        if segment.elements[0] == "N3":
            parts[0], parts[1] = segment.value(1), segment.value(2)
        else:
            parts[2], parts[3], parts[4] = segment.value(1), segment.value(2), segment.value(3)

    def of(self, party: str) -> PostalAddress | None:
        """The party's address; ``None`` where the file gives none."""
        parts = self.found.get(party)
        return (
            None if parts is None else PostalAddress(parts[0], parts[2], parts[3], parts[4], parts[1] or None)
        )


def provider_of(nm1: Segment, taxonomy: str | None = None) -> Provider:
    """The provider of an NM1, with the taxonomy of its PRV."""
    told = tuple(nm1.elements)
    return (
        _provider(told, taxonomy) if len(nm1.text) <= _LONGEST_NAME else _provider.__wrapped__(told, taxonomy)
    )


# The same few providers stand in most claims; only texts of a usual length are remembered.
@lru_cache(maxsize=8_192)
def _provider(nm1: tuple[str, ...], taxonomy: str | None) -> Provider:
    _, _, kind, name, first, middle, _, _, _, npi, *_ = (*nm1, *_NO_ELEMENTS)
    if kind != _PERSON:
        return Provider(npi, name, None, taxonomy)
    return Provider(npi, name, first, taxonomy, middle or None)


def read_billing(told: Sequence[Segment], notes: Notes) -> BillingProvider:
    """2000A with 2010AA and 2010AB, from the segments behind its HL."""
    provider = NO_PROVIDER
    addresses = AddressBook()
    taxonomy = phone = contact = None
    tax_id = tax_id_type = party = ""
    head = None
    for segment in told:
        kind = segment.elements[0]
        if kind == "NM1":
            party = segment.value(1)
            if party == "85":
                provider, head = provider_of(segment), segment
        elif kind in {"N3", "N4"}:
            addresses.take(party, segment)
        elif kind == "PRV" and segment.value(1) == "BI":
            taxonomy = segment.value(3) or None
        elif party == "85" and kind == "REF" and segment.value(1) in {"EI", "SY"}:
            tax_id_type, tax_id = segment.value(1), segment.value(2)
        elif party == "85" and kind == "PER" and phone is None:
            phone, contact = _phone(segment)
    if head is None and told:
        notes.add("2010AA NM1", told[0], "names no billing provider (NM1 with 85)")
    return BillingProvider(
        replace(provider, taxonomy=taxonomy) if taxonomy else provider,
        tax_id,
        tax_id_type,
        addresses.of("85") or NO_ADDRESS,
        addresses.of("87"),
        phone,
        contact,
    )


def read_subscriber(told: Sequence[Segment], notes: Notes) -> Subscriber:
    """2000B with 2010BA and 2010BB, from the segments behind its HL."""
    addresses = AddressBook()
    sbr = payer = None
    party = ""
    for segment in told:
        kind = segment.elements[0]
        if kind == "NM1":
            party = segment.value(1)
            if party == "PR":
                payer = segment
        elif kind == "SBR":
            sbr = segment
        elif kind in {"N3", "N4"} and party == "PR":
            addresses.take(party, segment)
    if payer is None and told:
        notes.add("2010BB NM1", told[0], "names no payer (NM1 with PR)")
    return Subscriber(
        PayerOrder.PRIMARY if sbr is None else order_of(sbr, notes),
        None if sbr is None else sbr.value(5) or None,
        "" if sbr is None else sbr.value(9),
        _person(told, "IL", notes),
        Payer("", "") if payer is None else Payer(payer.value(3), payer.value(9), addresses.of("PR")),
    )


def order_of(sbr: Segment, notes: Notes) -> PayerOrder:
    """SBR01; payers after the third are taken as third, anything else as first, both noted."""
    code = sbr.value(1)
    order = _ORDERS.get(code)
    if order is not None:
        return order
    later = code in set("ABCDEFGH")
    notes.add("SBR01", sbr, "is a payer after the third" if later else "is not an order of payers")
    return PayerOrder.TERTIARY if later else PayerOrder.PRIMARY


def _person(told: Sequence[Segment], entity: str, notes: Notes) -> Beneficiary:
    """The person of that NM1, with N3, N4 and DMG behind it."""
    addresses = AddressBook()
    name = birth = None
    party = ""
    for segment in told:
        kind = segment.elements[0]
        if kind == "NM1":
            party = segment.value(1)
            if party == entity:
                name = segment
        elif party == entity and kind in {"N3", "N4"}:
            addresses.take(party, segment)
        elif party == entity and kind == "DMG":
            birth = segment
    if name is None:
        if told:
            notes.add("NM1", told[0], f"names no person (NM1 with {entity})")
        return Beneficiary("", "", "", UNKNOWN_DATE, Sex.U, NO_ADDRESS)
    born = None if birth is None else notes.day(birth, 2, "DMG02")
    return Beneficiary(
        name.value(3),
        name.value(4),
        name.value(9),
        born or UNKNOWN_DATE,
        Sex.U if birth is None else _sex(birth, notes),
        addresses.of(entity) or NO_ADDRESS,
        middle_name=name.value(5) or None,
        suffix=name.value(7) or None,
    )


def _sex(dmg: Segment, notes: Notes) -> Sex:
    sex = _SEXES.get(dmg.value(3))
    if sex is None:
        notes.add("DMG03", dmg, "is neither F, M nor U")
        return Sex.U
    return sex


def _phone(per: Segment) -> tuple[str | None, str | None]:
    """The telephone of a PER and the contact's name."""
    for index in (3, 5, 7):
        if per.value(index) == "TE" and per.value(index + 1):
            return per.value(index + 1), per.value(2) or None
    return None, None
