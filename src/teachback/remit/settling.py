"""What a payer's answer does to the accounts: every cent of a charge goes somewhere, and none is given up by itself.

Only what is known to be no refusal leaves the list of work: the fee schedule's difference, sequestration, and the
patient's deductible and coinsurance. Everything else that was not paid, known or not, is ``denied`` and waits for
a person. On a line of which nothing was allowed even a fee schedule's difference is denied: with nothing paid there
is no schedule that it could be the difference to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from teachback.book import Account, LineOutcome

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from teachback.remitdata import ClaimPayment, PaidAdjustment, ServicePayment

# What the codes stand for is described in the dossier, section 11.1; group codes in the same place.
_CONTRACTUAL: Final = frozenset({("CO", "45"), ("CO", "59"), ("CO", "94"), ("CO", "131"), ("CO", "144"), ("CO", "161"),
                                 ("CO", "237"), ("OA", "94")})  # fmt: skip
_SEQUESTRATION: Final = frozenset({("CO", "253")})
_PATIENT: Final = frozenset({("PR", "1"), ("PR", "2"), ("PR", "3"), ("PR", "66")})
_OTHER_PAYER: Final = frozenset({("OA", "23")})
_MOST_CENTS: Final = 99_999_999_99


@dataclass(frozen=True, slots=True)
class Unit:
    """What is posted as one: a line, or (position 0) a claim as a whole.

    ``charge`` and ``paid`` are cents, ``None`` where they could not be read.
    """

    position: int
    service: ServicePayment | None
    charge: int | None
    paid: int | None
    adjustments: tuple[PaidAdjustment, ...]


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where the cents of one answer go; the parts sum to zero. ``fault`` says why it cannot be posted."""

    outcome: LineOutcome | None
    parts: tuple[tuple[Account, int], ...] = ()
    fault: str = ""


def cents_of(amount: Decimal | None) -> int | None:
    """Whole cents; ``None`` where the amount is unknown, has parts of a cent, or cannot be real."""
    if amount is None or not amount.is_finite() or abs(amount) > _MOST_CENTS // 100:
        return None
    whole = amount.scaleb(2)
    return int(whole) if whole == whole.to_integral_value() else None


def units(payment: ClaimPayment) -> tuple[Unit, ...]:
    """What of a claim is posted as one each; together they are all of CLP03 and CLP04.

    A claim's own adjustments belong to all its lines, so with more than one line it is answered as a whole.
    """
    charge, paid = cents_of(payment.charge), cents_of(payment.paid)
    if not payment.lines:
        return (Unit(0, None, charge, paid, payment.adjustments),)
    if payment.adjustments and len(payment.lines) == 1:
        (line,) = payment.lines
        both = (*line.adjustments, *payment.adjustments)
        return (Unit(1, line, cents_of(line.charge), paid, both),)
    if payment.adjustments:
        every = [each for line in payment.lines for each in line.adjustments]
        return (Unit(0, None, charge, paid, (*every, *payment.adjustments)),)
    return tuple(
        Unit(position, line, cents_of(line.charge), cents_of(line.paid), line.adjustments)
        for position, line in enumerate(payment.lines, start=1)
    )


def adds_up(payment: ClaimPayment, found: Iterable[Unit]) -> bool:
    """Whether the units make the claim, and each of them its own payment, to the cent."""
    charges, paids = [], []
    for unit in found:
        if unit.charge is None or unit.paid is None:
            return False
        adjusted = [cents_of(each.amount) for each in unit.adjustments]
        if None in adjusted or unit.charge - sum(each or 0 for each in adjusted) != unit.paid:
            return False
        charges.append(unit.charge)
        paids.append(unit.paid)
    lines = [cents_of(line.charge) for line in payment.lines]
    if lines and (None in lines or sum(each or 0 for each in lines) != cents_of(payment.charge)):
        return False
    return sum(charges) == cents_of(payment.charge) and sum(paids) == cents_of(payment.paid)


def settle(unit: Unit) -> Settlement:
    """Where the cents of an answer go that is not a reversal; its amounts are known and add up."""
    if unit.charge is None or unit.paid is None:
        return Settlement(None, fault="an amount of it cannot be read")
    if unit.charge < 0 or unit.paid < 0:
        return Settlement(None, fault="its amounts are negative, but it is not told as a reversal")
    sums = dict.fromkeys(Account, 0)
    for each in unit.adjustments:
        cents = cents_of(each.amount)
        if cents is None:
            return Settlement(None, fault="an adjustment of it cannot be read")
        sums[account_of(each)] += cents
    allowed = unit.paid > 0 or sums[Account.PATIENT_RECEIVABLE] > 0 or sums[Account.OTHER_PAYER] > 0
    if not allowed:
        for account in (Account.CONTRACTUAL, Account.SEQUESTRATION):
            sums[Account.DENIED] += sums[account]
            sums[account] = 0
    if sums[Account.DENIED] < 0 or sums[Account.PATIENT_RECEIVABLE] < 0:
        return Settlement(None, fault="an adjustment of it gives more than was claimed; a person looks")
    sums[Account.CASH] = unit.paid
    sums[Account.PAYER_RECEIVABLE] = -unit.charge
    return Settlement(_outcome(sums), tuple((account, cents) for account, cents in sums.items() if cents))


def account_of(adjustment: PaidAdjustment) -> Account:
    """Where an adjustment's money goes on a line of which something was allowed."""
    key = (adjustment.group_code, adjustment.carc)
    if key in _CONTRACTUAL:
        return Account.CONTRACTUAL
    if key in _SEQUESTRATION:
        return Account.SEQUESTRATION
    if key in _PATIENT:
        return Account.PATIENT_RECEIVABLE
    return Account.OTHER_PAYER if key in _OTHER_PAYER else Account.DENIED


def reverses(unit: Unit, earlier: Unit) -> bool:
    """Whether an answer takes back exactly the earlier one: charge, payment, and each group's adjustments."""
    if None in {unit.charge, unit.paid, earlier.charge, earlier.paid}:
        return False
    same = (unit.charge, unit.paid) == (-(earlier.charge or 0), -(earlier.paid or 0))
    mine, theirs = _by_group(unit), _by_group(earlier)
    return same and mine == {group: -amount for group, amount in theirs.items()}


def _by_group(unit: Unit) -> dict[str, int]:
    sums: dict[str, int] = {}
    for each in unit.adjustments:
        sums[each.group_code] = sums.get(each.group_code, 0) + (cents_of(each.amount) or 0)
    return {group: cents for group, cents in sums.items() if cents}


def _outcome(sums: dict[Account, int]) -> LineOutcome:
    denied = sums[Account.DENIED] > 0
    given = sums[Account.CASH] > 0 or sums[Account.PATIENT_RECEIVABLE] > 0 or sums[Account.OTHER_PAYER] > 0
    if denied:
        return LineOutcome.PARTLY_DENIED if given else LineOutcome.DENIED
    if sums[Account.CASH] > 0:
        return LineOutcome.PAID
    return LineOutcome.PATIENT_OWES if sums[Account.PATIENT_RECEIVABLE] > 0 else LineOutcome.NOTHING_DUE
