"""Why an institutional claim is replaced or voided: the one condition code that its payer asks for.

Source: Medicare Claims Processing Manual ch. 1 section 130.1.2 as CGS and Palmetto GBA teach it. One code a claim,
the one that describes the change best; D1 only where charges alone differ; D9 needs remarks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.claimdata import PayerOrder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from teachback.claimdata import Claim, ClaimLine

DATES: Final = "D0"
CHARGES: Final = "D1"
SERVICES: Final = "D2"
CANCELED: Final = "D6"
NOW_SECONDARY: Final = "D7"
NOW_PRIMARY: Final = "D8"
OTHERWISE: Final = "D9"
STATUS: Final = "E0"

LABELS: Final = {
    DATES: "dates of service",
    CHARGES: "charges alone",
    SERVICES: "revenue codes, codes, units or modifiers",
    "D3": "a later interim bill",
    "D4": "diagnoses or procedures of an inpatient claim",
    "D5": "canceled for a wrong Medicare number or provider number",
    CANCELED: "canceled, the payment goes back",
    NOW_SECONDARY: "Medicare becomes second",
    NOW_PRIMARY: "Medicare becomes first",
    OTHERWISE: "another change",
    STATUS: "patient status",
}


def change_reason(before: Claim, after: Claim) -> str:
    """The code that describes best how a replacement differs from the claim before it."""
    if before.payer_order is not after.payer_order:
        return NOW_PRIMARY if after.payer_order is PayerOrder.PRIMARY else NOW_SECONDARY
    was, now = before.institutional, after.institutional
    assert was is not None  # noqa: S101  asked of institutional claims only
    assert now is not None  # noqa: S101  the same
    if (was.statement_from, was.statement_through) != (now.statement_from, now.statement_through):
        return DATES
    if _services(before.lines) != _services(after.lines):
        return SERVICES
    if _dated(before.lines) != _dated(after.lines):
        return DATES
    if was.patient_status != now.patient_status:
        return STATUS
    return CHARGES if before.charge != after.charge else OTHERWISE


def _services(lines: Iterable[ClaimLine]) -> list[tuple[object, ...]]:
    return sorted(
        (line.revenue_code or "", line.procedure_code, line.modifiers, line.units) for line in lines
    )


def _dated(lines: Iterable[ClaimLine]) -> list[tuple[object, ...]]:
    return sorted((line.date_of_service, line.procedure_code, line.units) for line in lines)
