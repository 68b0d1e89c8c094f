"""What a remittance tells of one line, in cents, by the kind of each adjustment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from teachback.remit.denials import AdjustmentKind, adjustment_kind
from teachback.rules.fees import cents

if TYPE_CHECKING:
    from teachback.remitdata import ServicePayment


@dataclass(frozen=True, slots=True)
class Observed:
    """The money of one adjudicated line in cents.

    ``allowed`` is what the payer states (AMT*B6), ``None`` where it does not. ``units`` are those paid, ``None``
    where the line does not tell a whole number. ``to_patient`` is what is the patient's beside deductible and
    coinsurance.
    """

    paid: int
    charge: int
    allowed: int | None
    deductible: int
    coinsurance: int
    sequestration: int
    denied: int
    other_payer: int
    reduction: int
    to_patient: int
    units: int | None


def observe(payment: ServicePayment) -> Observed | None:
    """The line's money; ``None`` where charge or payment could not be read."""
    if payment.paid is None or payment.charge is None:
        return None
    sums = dict.fromkeys(AdjustmentKind, 0)
    for adjustment in payment.adjustments:
        sums[adjustment_kind(adjustment.group_code, adjustment.carc)] += cents(adjustment.amount)
    units = payment.units_paid
    return Observed(
        paid=cents(payment.paid),
        charge=cents(payment.charge),
        allowed=None if payment.allowed_amount is None else cents(payment.allowed_amount),
        deductible=sums[AdjustmentKind.DEDUCTIBLE],
        coinsurance=sums[AdjustmentKind.COINSURANCE],
        sequestration=sums[AdjustmentKind.SEQUESTRATION],
        denied=sums[AdjustmentKind.DENIAL] + sums[AdjustmentKind.UNKNOWN],
        other_payer=sums[AdjustmentKind.OTHER_PAYER],
        reduction=sums[AdjustmentKind.REDUCTION],
        to_patient=sums[AdjustmentKind.PATIENT],
        units=int(units) if units is not None and units == int(units) else None,
    )
