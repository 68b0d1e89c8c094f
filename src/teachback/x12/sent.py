"""The claim as a file carries it: what a reader of our own file gets back.

``as_sent(claim)`` is the contract of the round trip: reading what was written gives exactly this, and writing this
gives the same bytes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from teachback.claimdata import PayerOrder
from teachback.x12.cleaning import LAST_NAME, cleaned
from teachback.x12.sendable import NEEDS_CONTROL_NUMBER

if TYPE_CHECKING:
    from teachback.claimdata import (
        Adjustment,
        BillingProvider,
        Claim,
        ClaimLine,
        Institutional,
        LineAdjudication,
        OtherCoverage,
        Provider,
    )


def as_sent(claim: Claim) -> Claim:
    """Return the claim as it stands in a file: texts cleaned, and without what is never sent.

    Never sent are ``patient_id``, ``participating``, ``sessions`` and the amounts we expect. Not sent either, because
    they say nothing new or their place does not exist:

    - a rendering provider whose NPI is the billing provider's, and a line's provider or place that is the claim's;
    - ``insurance_type`` (SBR05) where the payer is asked first, and on institutional claims;
    - the taxonomy of a referring provider, and on institutional claims of a rendering one;
    - a contact without a phone; a phone without a contact is sent with the provider's name;
    - another payer's group name beside its group number, and its ``paid_on`` where a line tells it (2430);
    - an attachment's control number where its way of sending has none;
    - on institutional claims the place of service and the diagnosis pointers, on professional ones revenue codes
      and ``institutional``.

    Adjustments of one group code stand together, and occurrence spans before occurrences.
    """
    claim = cleaned(claim)[0]
    rendering = _sent_provider(sent_rendering(claim), taxonomy=not claim.is_institutional)
    told = {one.payer_id for line in claim.lines for one in line.adjudications}
    return replace(
        claim,
        billing=_billing(claim.billing),
        beneficiary=replace(claim.beneficiary, patient_id=""),
        place_of_service="" if claim.is_institutional else claim.place_of_service,
        lines=tuple(_line(line, claim) for line in claim.lines),
        rendering=rendering,
        referring=_sent_provider(claim.referring, taxonomy=False),
        institutional=_institutional(claim.institutional) if claim.is_institutional else None,
        insurance_type=sent_insurance_type(claim),
        other_coverages=tuple(_other(other, claim, told) for other in claim.other_coverages),
        attachment=_attachment(claim.attachment),
    )


def sent_rendering(claim: Claim) -> Provider | None:
    """The claim's rendering provider (2310B; 837I: 2310D), only where it is not the billing provider."""
    if claim.rendering is None or claim.rendering.npi == claim.billing.provider.npi:
        return None
    return claim.rendering


def sent_line_rendering(line: ClaimLine, claim: Claim) -> Provider | None:
    """A line's rendering provider (2420A; 837I: 2420C), only where it is not the claim's."""
    if line.rendering is None:
        return None
    usual = claim.rendering or claim.billing.provider
    return None if line.rendering.npi == usual.npi else line.rendering


def sent_insurance_type(claim: Claim) -> str | None:
    """SBR05 of 2000B: on professional claims where Medicare is not asked first."""
    if claim.is_institutional or claim.payer_order is PayerOrder.PRIMARY:
        return None
    return claim.insurance_type


def sent_contact(billing: BillingProvider) -> str | None:
    """PER02 of 2010AA: the contact, or the provider's name where a phone has none."""
    if billing.phone is None:
        return None
    return billing.contact or billing.provider.name[:LAST_NAME]


def grouped(adjustments: tuple[Adjustment, ...]) -> tuple[Adjustment, ...]:
    """Adjustments with those of one group code together, groups in the order of their first one."""
    groups: dict[str, list[Adjustment]] = {}
    for one in adjustments:
        groups.setdefault(one.group_code, []).append(one)
    return tuple(one for group in groups.values() for one in group)


def _billing(billing: BillingProvider) -> BillingProvider:
    provider = _sent_provider(billing.provider, taxonomy=True) or billing.provider
    return replace(billing, provider=provider, contact=sent_contact(billing), participating=True)


def _line(line: ClaimLine, claim: Claim) -> ClaimLine:
    institutional = claim.is_institutional
    place = line.place_of_service
    return replace(
        line,
        diagnosis_pointers=(1,) if institutional else line.diagnosis_pointers,
        place_of_service=None if institutional or place == claim.place_of_service else place,
        revenue_code=line.revenue_code if institutional else None,
        rendering=_sent_provider(sent_line_rendering(line, claim), taxonomy=not institutional),
        sessions=(),
        adjudications=tuple(_adjudication(one) for one in line.adjudications),
        allowed_amount=None,
        patient_amount=None,
        medicare_payment=None,
        medicare_payment_after_sequestration=None,
    )


def _adjudication(one: LineAdjudication) -> LineAdjudication:
    return replace(one, adjustments=grouped(one.adjustments))


def _other(other: OtherCoverage, claim: Claim, told: set[str]) -> OtherCoverage:
    return replace(
        other,
        group_name=None if other.group_number else other.group_name,
        insurance_type=None if claim.is_institutional else other.insurance_type,
        paid_on=None if other.payer.payer_id in told else other.paid_on,
        adjustments=grouped(other.adjustments),
    )


def _attachment(attachment: tuple[str, str, str] | None) -> tuple[str, str, str] | None:
    if attachment is None or attachment[1] in NEEDS_CONTROL_NUMBER:
        return attachment
    return (attachment[0], attachment[1], "")


def _sent_provider(provider: Provider | None, *, taxonomy: bool) -> Provider | None:
    """A provider as its NM1 and, where the loop has one, its PRV tell it."""
    if provider is None:
        return None
    return replace(
        provider,
        taxonomy=provider.taxonomy if taxonomy else None,
        middle_name=provider.middle_name if provider.is_person else None,
    )


def _institutional(what: Institutional | None) -> Institutional | None:
    """Spans (BI) are written before occurrences (BH)."""
    if what is None:
        return None
    return replace(what, occurrences=tuple(sorted(what.occurrences, key=lambda o: o.through is None)))
