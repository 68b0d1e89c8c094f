"""Loops that professional and institutional claims share, each as the text of its segments.

Every function returns whole segments, each ended by ``~`` and a line break. Texts are clean (``cleaning``) and
fit (``sendable``). Loop names and the order of segments follow pyx12's maps of 005010X222A1 and 005010X223A2.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from teachback.x12.sendable import ADJUSTMENTS_OF_A_SEGMENT, NEEDS_CONTROL_NUMBER
from teachback.x12.sent import grouped, sent_contact, sent_insurance_type

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from teachback.claimdata import (
        Adjustment,
        BillingProvider,
        Claim,
        ClaimLine,
        OtherCoverage,
        Payer,
        PostalAddress,
        Provider,
        ServiceFacility,
    )

END: Final = "~\n"


def segment(*elements: str) -> str:
    """One segment of its elements, without the empty ones at its end."""
    return f"{'*'.join(elements).rstrip('*')}~\n"


@lru_cache(maxsize=16_384)
def day(when: date) -> str:
    """A date as D8: CCYYMMDD."""
    return when.isoformat().replace("-", "")


def money(amount: Decimal) -> str:
    """Dollars with two decimals, as ``145.50``."""
    text = str(amount)
    return text if text[-3:-2] == "." else f"{amount:.2f}"


def address(where: PostalAddress) -> str:
    """N3 and N4."""
    second = f"*{where.line2}" if where.line2 else ""
    return f"N3*{where.line}{second}~\nN4*{where.city}*{where.state}*{where.zip}~\n"


@lru_cache(maxsize=8_192)
def provider(entity: str, who: Provider, taxonomy: str = "") -> str:
    """NM1 of a provider with its NPI, and PRV where ``taxonomy`` (PRV01: PE or AT) asks for it and one is known."""
    name = f"1*{who.name}*{who.first_name}*{who.middle_name or ''}" if who.is_person else f"2*{who.name}**"
    told = f"PRV*{taxonomy}*PXC*{who.taxonomy}~\n" if taxonomy and who.taxonomy else ""
    return f"NM1*{entity}*{name}***XX*{who.npi}~\n{told}"


@lru_cache(maxsize=1_024)
def billing_provider(billing: BillingProvider) -> str:
    """2000A after its HL, 2010AA and, where payment goes elsewhere, 2010AB.

    PRV BI tells the taxonomy; PER stands where a phone is known. Seen so in ``demo.837i`` (PRV, NM1 85, N3, N4,
    REF EI) and ``demo.cob.example3`` (PER, NM1 87 with N3 and N4 only).
    """
    who = billing.provider
    taxonomy = f"PRV*BI*PXC*{who.taxonomy}~\n" if who.taxonomy else ""
    tax = f"REF*{billing.tax_id_type}*{billing.tax_id}~\n"
    phone = segment("PER", "IC", sent_contact(billing) or "", "TE", billing.phone) if billing.phone else ""
    kind = 1 if who.is_person else 2
    pay_to = f"NM1*87*{kind}~\n{address(billing.pay_to)}" if billing.pay_to else ""
    return f"{taxonomy}{provider('85', who)}{address(billing.address)}{tax}{phone}{pay_to}"


def subscriber(claim: Claim) -> str:
    """2000B after its HL, and 2010BA: the patient is the subscriber with Medicare, so SBR02 is 18.

    Seen so in ``demo.cob.2ndary.example4`` (SBR*P*18*******MB, NM1 IL with MI, N3, N4, DMG); MSP adds SBR05.
    """
    who = claim.beneficiary
    insurance = sent_insurance_type(claim) or ""
    return (
        f"SBR*{claim.payer_order.value}*18***{insurance}****{claim.filing_indicator}~\n"
        f"NM1*IL*1*{who.last_name}*{who.first_name}*{who.middle_name or ''}**{who.suffix or ''}"
        f"*MI*{who.member_id}~\n{address(who.address)}DMG*D8*{day(who.birth_date)}*{who.sex.value}~\n"
    )


@lru_cache(maxsize=1_024)
def payer(who: Payer) -> str:
    """2010BB and 2330B: NM1 PR with PI, and N3 with N4 where the address is known."""
    return f"NM1*PR*2*{who.name}*****PI*{who.payer_id}~\n{address(who.address) if who.address else ''}"


def attachment(claim: Claim) -> str:
    """PWK: only where the contractor asked for a document."""
    if claim.attachment is None:
        return ""
    kind, way, number = claim.attachment
    return f"PWK*{kind}*{way}***AC*{number}~\n" if way in NEEDS_CONTROL_NUMBER else f"PWK*{kind}*{way}~\n"


@lru_cache(maxsize=4_096)
def service_facility(where: ServiceFacility) -> str:
    """2310C (837I: 2310E): NM1 77, with XX where the place has an NPI of its own, N3 and N4."""
    npi = f"*****XX*{where.npi}" if where.npi else ""
    return f"NM1*77*2*{where.name}{npi}~\n{address(where.address)}"


def adjustments(given: tuple[Adjustment, ...]) -> str:
    """CAS: one segment for each group code, six reasons in each. Seen so in ``demo.cob.example3.B``."""
    told: list[str] = []
    for group, ones in _groups(given):
        for first in range(0, len(ones), ADJUSTMENTS_OF_A_SEGMENT):
            elements = ["CAS", group]
            for one in ones[first : first + ADJUSTMENTS_OF_A_SEGMENT]:
                elements += [one.carc, money(one.amount), "" if one.units is None else str(one.units)]
            told.append(segment(*elements))
    return "".join(told)


def _groups(given: tuple[Adjustment, ...]) -> list[tuple[str, list[Adjustment]]]:
    groups: dict[str, list[Adjustment]] = {}
    for one in grouped(given):
        groups.setdefault(one.group_code, []).append(one)
    return list(groups.items())


def other_coverages(claim: Claim) -> str:
    """2320 with 2330A and 2330B for each other payer, as ``demo.cob.example3.B`` shows it for a secondary claim.

    SBR04 stands only without SBR03. DTP 573 stands in 2330B only where no line tells that payer's date (2430).
    """
    told = {one.payer_id for line in claim.lines for one in line.adjudications}
    return "".join(_other_coverage(other, claim, told) for other in claim.other_coverages)


def _other_coverage(other: OtherCoverage, claim: Claim, told: set[str]) -> str:
    name = "" if other.group_number else other.group_name or ""
    kind = "" if claim.is_institutional else other.insurance_type or ""
    insured = f"1*{other.last_name}*{other.first_name}" if other.first_name else f"2*{other.last_name}*"
    paid_on = other.paid_on if other.payer.payer_id not in told else None
    return (
        f"SBR*{other.order.value}*{other.relationship}*{other.group_number or ''}*{name}*{kind}"
        f"****{other.filing_indicator}~\n"
        f"{adjustments(other.adjustments)}"
        f"{f'AMT*D*{money(other.paid)}~{chr(10)}' if other.paid is not None else ''}"
        "OI***Y***Y~\n"
        f"NM1*IL*{insured}****MI*{other.member_id}~\n"
        f"{payer(other.payer)}"
        f"{f'DTP*573*D8*{day(paid_on)}~{chr(10)}' if paid_on else ''}"
    )


def procedure(code: str, modifiers: Sequence[str]) -> str:
    """The composite of a procedure: HC, the code, its modifiers."""
    return ":".join(("HC", code, *modifiers))


def line_adjudications(line: ClaimLine) -> str:
    """2430 for each payer that answered: SVD, CAS, DTP 573. Seen so in ``demo.cob.example3.B``."""
    told = []
    for one in line.adjudications:
        code = procedure(one.procedure_code, one.modifiers) if one.procedure_code else ""
        told.append(
            f"SVD*{one.payer_id}*{money(one.paid)}*{code}*{line.revenue_code or ''}*{one.units}~\n"
            f"{adjustments(one.adjustments)}DTP*573*D8*{day(one.paid_on)}~\n"
        )
    return "".join(told)
