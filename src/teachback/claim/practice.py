"""Who bills: ``practice.toml`` as frozen values, with every fault of the file named at once.

The file's names are those of the contract's ``practice.schema.json``. Four optional ones are ours: ``contact`` of
a group (whom a payer may call), ``group`` of a place (who bills what is given there), ``revenue_code`` of a place
(for institutional lines outside a therapy plan), and ``middle_name`` of a person.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from teachback.claim import texts
from teachback.claim.tomlfile import FaultyFile, FileFault, Form, Table, load
from teachback.claimdata import BillingProvider, Payer, PostalAddress, Provider, Receiver, Submitter
from teachback.model import ClaimForm, PractitionerKind
from teachback.x12.meaning.values import is_social_security_number

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal
    from pathlib import Path
    from typing import Any

_TAX_ID_TYPES = {"EIN": "EI", "SSN": "SY", "": ""}
_NO_ADDRESS = PostalAddress("", "", "", "")


@dataclass(frozen=True, slots=True)
class Route:
    """Where claims of one contractor go: the receiver of the file and the payer named in each claim.

    ``form`` is ``None`` where the receiver takes both forms.
    """

    receiver: Receiver
    payer: Payer
    contractor: str
    form: ClaimForm | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Who is paid. ``participating`` is ``None`` where the file does not say: then the sessions decide."""

    id: str
    billing: BillingProvider
    participating: bool | None = None


@dataclass(frozen=True, slots=True)
class PlaceOfWork:
    """Where services are given. ``type_of_bill`` has three digits."""

    id: str
    name: str
    place_of_service: str
    address: PostalAddress
    time_zone: str
    npi: str | None = None
    locality: str | None = None
    facility_type: str | None = None
    type_of_bill: str | None = None
    group: str | None = None
    revenue_code: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A practitioner of the practice and the ids of the groups that bill for the work; empty means any."""

    provider: Provider
    type: PractitionerKind
    groups: tuple[str, ...] = ()
    state_licenses: tuple[str, ...] = ()
    qualifying_apm_years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Fee:
    """The charge for one unit of a code, in dollars, from a day on."""

    procedure_code: str
    charge: Decimal
    since: date


@dataclass(frozen=True, slots=True)
class Practice:
    """An organization that bills, as its file describes it."""

    name: str
    submitter: Submitter
    routes: tuple[Route, ...]
    groups: tuple[Group, ...]
    places: tuple[PlaceOfWork, ...]
    members: tuple[Member, ...]
    referrers: tuple[Provider, ...] = ()
    fees: tuple[Fee, ...] = ()

    def member(self, npi: str) -> Member | None:
        """The practitioner with this NPI."""
        return next((member for member in self.members if member.provider.npi == npi), None)

    def named(self, npi: str) -> Provider | None:
        """The referrer or practitioner with this NPI."""
        own = (member.provider for member in self.members)
        return next((person for person in (*self.referrers, *own) if person.npi == npi), None)

    def group(self, id_: str) -> Group | None:
        """The group with this id."""
        return next((group for group in self.groups if group.id == id_), None)

    def charge(self, procedure_code: str, day: date) -> Decimal | None:
        """The charge for one unit in force on the day."""
        fees = [fee for fee in self.fees if fee.procedure_code == procedure_code and fee.since <= day]
        return max(fees, key=lambda fee: fee.since).charge if fees else None


def read_practice(path: Path) -> Practice:
    """The practice that a TOML file describes; ``FaultyFile`` with every fault where it cannot be used."""
    return practice_from(load(path), str(path))


def practice_from(raw: dict[str, Any], name: str = "practice.toml") -> Practice:
    """The practice in tables already read; ``name`` is what messages call the file; ``FaultyFile`` as above."""
    faults: list[FileFault] = []
    top = Table(raw, "", faults)
    practice = Practice(
        name=top.need("name", texts.TEXT),
        submitter=_submitter(top),
        routes=tuple(_route(table) for table in top.tables("receivers")),
        groups=tuple(_group(table) for table in top.tables("groups", required=True)),
        places=tuple(_place(table) for table in top.tables("places", required=True)),
        members=tuple(_member(table) for table in top.tables("practitioners", required=True)),
        referrers=tuple(_referrer(table) for table in top.tables("referrers")),
        fees=tuple(fee for table in top.tables("fee_schedule") if (fee := _fee(table)) is not None),
    )
    top.close()
    practice = replace(practice, groups=tuple(_as_person(group, practice) for group in practice.groups))
    faults += _cross_faults(practice)
    if faults:
        raise FaultyFile(name, tuple(faults))
    return practice


def _submitter(top: Table) -> Submitter:
    table = top.table("submitter", required=True)
    if table is None:
        return Submitter("", "", "", "")
    submitter = Submitter(
        id=table.need("id", texts.ENVELOPE_ID),
        name=table.need("name", texts.TEXT),
        contact=table.need("contact", texts.TEXT),
        phone=table.need("phone", texts.PHONE),
        qualifier=table.may("qualifier", texts.QUALIFIER) or "ZZ",
        email=table.may("email", texts.MAIL),
    )
    table.close()
    return submitter


def _route(table: Table) -> Route:
    name = table.need("name", texts.TEXT)
    form = table.may("form", texts.FORM)
    route = Route(
        Receiver(
            id=table.need("id", texts.ENVELOPE_ID),
            name=name,
            qualifier=table.may("qualifier", texts.QUALIFIER) or "ZZ",
            test=table.yes_no("test", absent=False) or False,
        ),
        Payer(name, table.need("payer_id", texts.PAYER_ID)),
        table.need("contractor", texts.CONTRACTOR),
        None if form is None else ClaimForm(form),
    )
    table.close()
    return route


def _address(parent: Table, key: str, *, zip_form: Form) -> PostalAddress | None:
    table = parent.table(key, required=key == "address")
    if table is None:
        return None
    address = PostalAddress(
        line=table.need("line", texts.LINE),
        city=table.need("city", texts.CITY),
        state=table.need("state", texts.STATE),
        zip=table.need("zip", zip_form),
        line2=table.may("line2", texts.LINE),
    )
    table.close()
    return address


def _group(table: Table) -> Group:
    participating = table.yes_no("participating")
    id_ = table.need("id", texts.OWN_ID)
    billing = BillingProvider(
        provider=Provider(
            npi=table.need("npi", texts.NPI),
            name=table.need("name", texts.TEXT),
            taxonomy=table.need("taxonomy", texts.TAXONOMY),
        ),
        tax_id=table.need("tax_id", texts.TAX_ID),
        tax_id_type=_TAX_ID_TYPES[table.need("tax_id_type", texts.TAX_ID_TYPE)],
        address=_address(table, "address", zip_form=texts.ZIP_PLUS_4) or _NO_ADDRESS,
        pay_to=_address(table, "pay_to", zip_form=texts.ZIP),
        phone=table.may("phone", texts.PHONE),
        contact=table.may("contact", texts.TEXT),
        participating=participating is not False,
    )
    if texts.is_post_box(billing.address.line):
        table.fault(
            "address.line", "a street address", "a post office box", "give the box under pay_to instead"
        )
    if billing.tax_id_type == "SY" and billing.tax_id and not is_social_security_number(billing.tax_id):
        table.fault(
            "tax_id",
            "a Social Security number as they are given out (its first part not 000, 666 or 900 and over, no part all zero)",
            "another number",
            'copy it from the card, or write tax_id_type = "EIN" where it is an employer\'s number',
        )
    table.close()
    return Group(id_, billing, participating)


def _as_person(group: Group, practice: Practice) -> Group:
    """Who bills under the own NPI is named as a person, not as an organization (NM102)."""
    member = practice.member(group.billing.provider.npi)
    if member is None or not group.billing.provider.npi:
        return group
    person = replace(member.provider, taxonomy=group.billing.provider.taxonomy)
    return replace(group, billing=replace(group.billing, provider=person))


def _place(table: Table) -> PlaceOfWork:
    bill = table.may("type_of_bill", texts.BILL_TYPE)
    place = PlaceOfWork(
        id=table.need("id", texts.OWN_ID),
        name=table.need("name", texts.TEXT),
        place_of_service=table.need("place_of_service", texts.PLACE),
        address=_address(table, "address", zip_form=texts.ZIP_PLUS_4) or _NO_ADDRESS,
        time_zone=table.need("time_zone", texts.ZONE),
        npi=table.may("npi", texts.NPI),
        locality=table.may("locality", texts.LOCALITY),
        facility_type=table.may("facility_type", texts.FACILITY),
        type_of_bill=None if bill is None else bill[-3:],
        group=table.may("group", texts.OWN_ID),
        revenue_code=table.may("revenue_code", texts.REVENUE),
    )
    if place.time_zone and not _is_zone(place.time_zone):
        table.fault("time_zone", texts.ZONE.expected, "a name unknown here", texts.ZONE.cure)
    table.close()
    return place


def _is_zone(name: str) -> bool:
    known = available_timezones()
    if known:
        return name in known
    try:
        ZoneInfo(name)
    except (OSError, ValueError):
        return True  # a machine without time-zone data cannot judge
    return True


def _person(table: Table, *, taxonomy: bool) -> Provider:
    return Provider(
        npi=table.need("npi", texts.NPI),
        name=table.need("last_name", texts.LAST_NAME),
        first_name=table.need("first_name", texts.FIRST_NAME),
        taxonomy=table.need("taxonomy", texts.TAXONOMY) if taxonomy else None,
        middle_name=table.may("middle_name", texts.FIRST_NAME),
    )


def _member(table: Table) -> Member:
    kind = table.need("type", texts.KIND)
    member = Member(
        provider=_person(table, taxonomy=True),
        type=PractitionerKind(kind) if kind else PractitionerKind.OTHER,
        groups=table.texts("groups", texts.OWN_ID) or (),
        state_licenses=table.texts("state_licenses", texts.TEXT) or (),
        qualifying_apm_years=table.years("qualifying_apm_years"),
    )
    table.close()
    return member


def _referrer(table: Table) -> Provider:
    person = _person(table, taxonomy=False)
    table.may("kind", texts.TEXT)
    table.close()
    return person


def _fee(table: Table) -> Fee | None:
    code = table.need("procedure_code", texts.PROCEDURE)
    charge = table.dollars("charge", required=True)
    since = table.day("from", required=True)
    table.close()
    if charge is not None and charge == 0:
        table.fault("charge", "an amount above 0", "0", "give the charge for one unit")
    return None if not code or charge is None or since is None else Fee(code, charge, since)


def _cross_faults(practice: Practice) -> Iterable[FileFault]:
    """What is wrong between the tables: ids told twice, and groups that are not there."""
    for key, found in (
        ("groups", [(group.id, "id") for group in practice.groups]),
        ("places", [(place.id, "id") for place in practice.places]),
        ("practitioners", [(member.provider.npi, "npi") for member in practice.members]),
        ("referrers", [(person.npi, "npi") for person in practice.referrers]),
    ):
        yield from _twice(key, found)
    groups = {group.id for group in practice.groups}
    for number, member in enumerate(practice.members, start=1):
        for id_ in member.groups:
            if id_ not in groups:
                yield _no_group(f"practitioners[{number}].groups", id_, groups)
    for number, place in enumerate(practice.places, start=1):
        if place.group is not None and place.group not in groups:
            yield _no_group(f"places[{number}].group", place.group, groups)
    seen: dict[tuple[str, date], int] = {}
    for number, fee in enumerate(practice.fees, start=1):
        first = seen.setdefault((fee.procedure_code, fee.since), number)
        if first != number:
            path = f"fee_schedule[{number}]"
            yield FileFault(
                path,
                "one charge a code and day",
                f"that of fee_schedule[{first}] again",
                "remove one of them",
            )


def _twice(key: str, found: list[tuple[str, str]]) -> Iterable[FileFault]:
    seen: dict[str, int] = {}
    for number, (value, name) in enumerate(found, start=1):
        first = seen.setdefault(value, number)
        if value and first != number:
            yield FileFault(
                f"{key}[{number}].{name}",
                "one that no other has",
                f"that of {key}[{first}] again",
                "correct or remove it",
            )


def _no_group(path: str, id_: str, groups: set[str]) -> FileFault:
    return FileFault(
        path, f"the id of a group ({', '.join(sorted(groups))})", f'"{id_}"', "correct it or add the group"
    )
