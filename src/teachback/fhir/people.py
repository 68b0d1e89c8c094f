"""People, organizations, places and coverages that a Claim contains, read back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from teachback.claimdata import (
    Beneficiary,
    BillingProvider,
    OtherCoverage,
    Payer,
    PayerOrder,
    PostalAddress,
    Provider,
    ServiceFacility,
)
from teachback.fhir import systems
from teachback.fhir.answers import adjustment
from teachback.fhir.nodes import CannotRead, Node

if TYPE_CHECKING:
    from teachback.model import Sex

_SEXES: dict[str, Sex] = {word: sex for sex, word in systems.GENDERS.items()}
_ORDERS = {number: order for order, number in systems.ORDERS.items()}
_RELATIONSHIPS = {word: code for code, word in systems.RELATIONSHIPS.items()}
_TAX_IDS = {system: kind for kind, (system, _) in systems.TAX_IDS.items()}
_PEOPLE = frozenset({"Practitioner", "PractitionerRole"})


class Contained:
    """The resources that a Claim contains, by their id."""

    def __init__(self, root: Node) -> None:
        self._by_id: dict[str, Node] = {}
        for each in root.each("contained"):
            key = each.get("id")
            if key is not None:
                if key.text() in self._by_id:
                    raise key.refuse("stands twice; contained resources need ids of their own")
                self._by_id[key.text()] = each

    def at(self, reference: Node) -> Node:
        """The resource that a reference names; it must be contained, since a claim stands alone."""
        name = reference.need("reference")
        text = name.text()
        found = self._by_id.get(text[1:]) if text.startswith("#") else None
        if found is None:
            raise name.refuse(
                "names a resource that is not contained; put it into Claim.contained and refer to it by #id"
            )
        return found


def address(node: Node) -> PostalAddress:
    """A complete address of the United States."""
    lines = [line.text() for line in node.each("line")]
    return PostalAddress(
        line=lines[0] if lines else "",
        line2=lines[1] if len(lines) > 1 else None,
        city=_text(node, "city"),
        state=_text(node, "state"),
        zip=_text(node, "postalCode").replace("-", ""),
    )


def provider(node: Node) -> Provider:
    """A person (Practitioner) or an organization with its NPI."""
    npi = node.number_of(systems.NPI)
    if npi is None:
        raise node.refuse(f"has no NPI (an identifier of {systems.NPI})")
    if node.need("resourceType").value == "Practitioner":
        name = node.first("name")
        names = [each.text() for each in name.each("given")]
        qualified = (each.need("code").code(systems.TAXONOMY) for each in node.each("qualification"))
        return Provider(
            npi=npi,
            name=_text(name, "family"),
            first_name=names[0] if names else "",
            middle_name=names[1] if len(names) > 1 else None,
            taxonomy=next((code for code in qualified if code), None),
        )
    if node.need("resourceType").value != "Organization":
        raise node.refuse("is neither a Practitioner nor an Organization")
    kinds = (each.code(systems.TAXONOMY) for each in node.each("type"))
    return Provider(npi=npi, name=_text(node, "name"), taxonomy=next((code for code in kinds if code), None))


def billing(root: Node, contained: Contained) -> BillingProvider:
    """Who is paid: Claim.provider, with the address to pay to where Claim.payee names another."""
    node = contained.at(root.need("provider"))
    tax = next(
        ((number, kind) for system, kind in _TAX_IDS.items() if (number := node.number_of(system))), None
    )
    if tax is None:
        raise node.refuse(f"has no tax identifier (an identifier of {systems.EIN} or {systems.SSN})")
    payee = root.get("payee")
    party = (
        contained.at(payee.need("party")) if payee is not None and payee.get("party") is not None else None
    )
    elsewhere = party is not None and party.path != node.path
    contact = node.extension("contact-name", "String")
    participating = root.extension("participating", "Boolean")
    phones = (each for each in node.each("telecom") if (kind := each.get("system")) and kind.value == "phone")
    phone = next(phones, None)
    return BillingProvider(
        provider=provider(node),
        tax_id=tax[0],
        tax_id_type=tax[1],
        address=address(node.first("address")),
        pay_to=address(party.first("address")) if party is not None and elsewhere else None,
        phone=_text(phone, "value") if phone else None,
        contact=contact.text() if contact else None,
        participating=participating.yes() if participating else True,
    )


def beneficiary(root: Node, contained: Contained, member_id: str | None) -> Beneficiary:
    """The patient; ``member_id`` is the focal coverage's, else the patient's Medicare number is taken."""
    node = contained.at(root.need("patient"))
    number = member_id if member_id is not None else node.number_of(systems.MBI)
    if number is None:
        raise node.refuse("has no Medicare number, and the coverage has no subscriberId")
    name = node.first("name")
    names = [each.text() for each in name.each("given")]
    suffixes = [each.text() for each in name.each("suffix")]
    gender = node.need("gender")
    sex = _SEXES.get(gender.text())
    if sex is None:
        raise gender.refuse("must be female, male or unknown on a claim")
    return Beneficiary(
        last_name=_text(name, "family"),
        first_name=names[0] if names else "",
        middle_name=names[1] if len(names) > 1 else None,
        suffix=suffixes[0] if suffixes else None,
        member_id=number,
        birth_date=node.need("birthDate").day(),
        sex=sex,
        address=address(node.first("address")),
        patient_id=node.number_of(f"{systems.OURS}patient") or "",
    )


def facility(root: Node, contained: Contained) -> ServiceFacility | None:
    """Where the service was given, where the Claim says so."""
    told = root.get("facility")
    if told is None:
        return None
    node = contained.at(told)
    return ServiceFacility(
        name=_text(node, "name"),
        address=address(node.need("address")),
        npi=node.number_of(systems.NPI),
    )


@dataclass(frozen=True, slots=True)
class Covers:
    """The coverage that is asked, and the others."""

    payer: Payer
    order: PayerOrder
    filing_indicator: str
    insurance_type: str | None
    member_id: str | None
    others: tuple[OtherCoverage, ...]


def coverages(root: Node, contained: Contained) -> Covers:
    """Claim.insurance: the focal one is the payer that is asked."""
    given = root.each("insurance")
    focal = [each for each in given if each.need("focal").yes()]
    if len(focal) != 1:
        raise CannotRead("Claim.insurance", "exactly one must be focal: the payer that receives this claim")
    node = contained.at(focal[0].need("coverage"))
    member = node.get("subscriberId")
    others = sorted(
        (each for each in given if each.path != focal[0].path), key=lambda each: each.need("sequence").whole()
    )
    return Covers(
        payer=_payer(node, contained),
        order=_order(node, PayerOrder.PRIMARY),
        filing_indicator=node.need("type").need_code(systems.FILING_INDICATOR),
        insurance_type=_insurance_type(node),
        member_id=member.text() if member is not None else None,
        others=tuple(_other(each, root, contained) for each in others),
    )


def _other(insurance: Node, root: Node, contained: Contained) -> OtherCoverage:
    node = contained.at(insurance.need("coverage"))
    subscriber = node.get("subscriber")
    insured = contained.at(subscriber if subscriber is not None else root.need("patient")).first("name")
    names = [each.text() for each in insured.each("given")]
    group = next((each for each in node.each("class") if each.need("type").code() == "group"), None)
    unnumbered = node.extension("group-name", "String")
    group_name = group.get("name") if group is not None else unnumbered
    paid = insurance.extension("paid", "Money")
    paid_on = insurance.extension("paid-on", "Date")
    return OtherCoverage(
        order=_order(node, None),
        payer=_payer(node, contained),
        member_id=_text(node, "subscriberId"),
        last_name=_text(insured, "family"),
        first_name=names[0] if names else "",
        filing_indicator=node.need("type").need_code(systems.FILING_INDICATOR),
        relationship=_relationship(node),
        group_number=_text(group, "value") if group is not None else None,
        group_name=group_name.text() if group_name is not None else None,
        insurance_type=_insurance_type(node),
        paid=paid.money() if paid else None,
        paid_on=paid_on.day() if paid_on else None,
        adjustments=tuple(adjustment(each) for each in insurance.extensions("adjustment")),
    )


def _order(node: Node, absent: PayerOrder | None) -> PayerOrder:
    told = node.get("order")
    if told is None and absent is not None:
        return absent
    order = _ORDERS.get(node.need("order").whole())
    if order is None:
        raise node.need("order").refuse("must be 1, 2 or 3: when this payer is asked")
    return order


def _relationship(node: Node) -> str:
    told = node.need("relationship")
    code = told.code(systems.RELATIONSHIP)
    if code is not None:
        return code
    word = told.code(systems.SUBSCRIBER)
    if word not in _RELATIONSHIPS:
        raise told.refuse(f"needs X12's code ({systems.RELATIONSHIP}), or self, spouse or child")
    return _RELATIONSHIPS[word]


def _insurance_type(node: Node) -> str | None:
    told = node.extension("insurance-type", "Coding")
    return told.need("code").text() if told is not None else None


def _payer(coverage: Node, contained: Contained) -> Payer:
    node = contained.at(coverage.first("payor"))
    number = node.number_of(f"{systems.OURS}payer-id")
    if number is None:
        number = node.first("identifier").need("value").text()
    addresses = node.each("address")
    return Payer(
        name=_text(node, "name"), payer_id=number, address=address(addresses[0]) if addresses else None
    )


def _text(node: Node, name: str) -> str:
    return node.need(name).text()
