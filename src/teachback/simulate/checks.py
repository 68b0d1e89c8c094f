"""Payments: which answers stand in which check, what is taken back, and the remittance of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from teachback.claimdata import PostalAddress
from teachback.remitdata import ProviderAdjustment, Remittance
from teachback.simulate.chance import digits
from teachback.x12.w835 import PayerDetails

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from teachback.claimdata import BillingProvider, Payer
    from teachback.remitdata import ClaimPayment
    from teachback.simulate.paying import Answered
    from teachback.simulate.taken import Parties

FIRST_PAYMENT: Final = timedelta(days=14)
BETWEEN_PAYMENTS: Final = timedelta(days=14)
_TAKEN_BACK: Final = "WO"
_FORWARD: Final = "FB"
_NOTHING: Final = Decimal("0.00")
DETAILS: Final = PayerDetails(
    PostalAddress("1 MADE UP WAY", "NOWHERE", "AZ", "850019998"), "MADE UP PAYER", "8005550100", "1990000001"
)


@dataclass(slots=True)
class Wave:
    """What one payee is paid at one time: answers, and money that moves outside of claims."""

    claims: list[ClaimPayment] = field(default_factory=list)
    moves: list[tuple[str, str, Decimal]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Account:
    """To whom a payer pays: the sender of the claims, the payer as the claims name it, and the payee."""

    parties: Parties
    payer: Payer
    payee: BillingProvider


def waves(answers: Sequence[Answered]) -> dict[int, Wave]:
    """The answers of one account by payment: first answers, then reversals with what replaces them.

    What was overpaid is not kept from the payment in which it is corrected: the payer lends it there (PLB WO, a
    negative amount) and takes it in the next one.
    """
    found: dict[int, Wave] = defaultdict(Wave)
    for one in answers:
        if not one.fate.wave:
            continue
        found[one.fate.wave].claims.append(one.first)
        if not one.fate.is_corrected:
            continue
        then = one.fate.wave + 1
        found[then].claims += [one.reversal, one.right]
        if one.overpaid:
            number = one.first.payer_claim_control_number
            found[then].moves.append((_TAKEN_BACK, number, -one.overpaid))
            found[then + 1].moves.append((_TAKEN_BACK, number, one.overpaid))
    return dict(sorted(found.items()))


def remittances(
    account: Account, answers: Sequence[Answered], *, sent_on: date, most: int, seed: int
) -> Iterator[tuple[int, Remittance]]:
    """The checks of one account with the number of their payment; the money of each adds up."""
    forward = _NOTHING
    for number, wave in waves(answers).items():
        paid_on = sent_on + FIRST_PAYMENT + BETWEEN_PAYMENTS * (number - 1)
        parts = [wave.claims[first : first + most] for first in range(0, len(wave.claims), most)] or [[]]
        for index, claims in enumerate(parts):
            moves = list(wave.moves) if index == 0 else []
            if forward and index == 0:
                moves.append((_FORWARD, "BALANCE", forward))
                forward = _NOTHING
            total = sum((claim.paid or _NOTHING for claim in claims), _NOTHING) - sum(
                (amount for _reason, _reference, amount in moves), _NOTHING
            )
            if total < 0:
                # Nobody is paid less than nothing: what is owed goes to the next payment.
                moves.append((_FORWARD, "BALANCE", total))
                forward, total = forward - total, _NOTHING
            yield (
                number,
                _remittance(account, tuple(claims), moves, total, paid_on, (seed, number, index)),
            )


def _remittance(  # noqa: PLR0913, PLR0917  what a check consists of
    account: Account,
    claims: tuple[ClaimPayment, ...],
    moves: list[tuple[str, str, Decimal]],
    total: Decimal,
    paid_on: date,
    draw: tuple[int, int, int],
) -> Remittance:
    payee = account.payee.provider
    trace = str(digits(10, "trace", payee.npi, account.payer.payer_id, paid_on, *draw))
    period = date(paid_on.year, 12, 31)
    return Remittance(
        identity="",
        payer_name=account.payer.name,
        payer_id=DETAILS.originator,
        payee_name=payee.name,
        payee_id=payee.npi,
        payee_qualifier="XX",
        trace_number=trace,
        handling_code="I" if total else "H",
        method="CHK" if total else "NON",
        credit_debit="C",
        paid=total,
        paid_on=paid_on,
        produced_on=paid_on,
        claims=claims,
        provider_adjustments=tuple(
            ProviderAdjustment(payee.npi, period, reason, reference, amount)
            for reason, reference, amount in moves
        ),
        payee_references=(("TJ", account.payee.tax_id),),
        payer_references=(("2U", account.payer.payer_id),),
        is_test=account.parties.is_test,
    )
