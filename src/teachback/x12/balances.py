"""The three balances of an 835, exactly, over the typed view: of a line, of a claim, and of the payment.

A gap is what is written less what follows from the parts, in dollars; zero where the two agree, None where an amount
could not be read. Source: the balancing section of 005010X221A1, confirmed by the sample remittances.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from teachback.remitdata import ClaimPayment, PaidAdjustment, ServicePayment

NOTHING: Final = Decimal("0.00")


def adjusted(adjustments: Iterable[PaidAdjustment]) -> Decimal:
    """The sum of adjustments."""
    total = NOTHING
    for one in adjustments:
        total += one.amount
    return total


def line_gap(line: ServicePayment) -> Decimal | None:
    """SVC03 less (SVC02 less the line's adjustments)."""
    if line.paid is None or line.charge is None:
        return None
    return line.paid - line.charge + adjusted(line.adjustments)


def claim_gap(claim: ClaimPayment) -> Decimal | None:
    """CLP04 less (CLP03 less the adjustments of the claim and of all its lines)."""
    if claim.paid is None or claim.charge is None:
        return None
    gap = claim.paid - claim.charge + adjusted(claim.adjustments)
    for line in claim.lines:
        if line.adjustments:
            gap += adjusted(line.adjustments)
    return gap


def charges_gap(claim: ClaimPayment) -> Decimal | None:
    """CLP03 less the charges of its lines; None where the claim has no lines or an amount is unknown.

    It follows from no other balance: where it is not zero, lines are missing or told twice.
    """
    if claim.charge is None or not claim.lines:
        return None
    gap = claim.charge
    for line in claim.lines:
        if line.charge is None:
            return None
        gap -= line.charge
    return gap


def payment_gap(
    paid: Decimal | None, credit_debit: str, claims: Decimal, provider: Decimal
) -> Decimal | None:
    """BPR02 less (all CLP04 less all amounts of PLB); a debit (BPR03 D) takes the money the other way.

    ``claims`` is the sum of CLP04, ``provider`` that of PLB04, 06 …
    """
    if paid is None:
        return None
    return (-paid if credit_debit == "D" else paid) - claims + provider
