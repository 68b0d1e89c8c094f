"""One answer from all sides: our claim, the payer's words, the days that count, and the money that is at stake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from teachback.remit import deadlines
from teachback.remit.items import AmountIs, WorkItem, WorkKind, key_of
from teachback.remit.observed import observe
from teachback.remit.terms import expected
from teachback.rules.fees import cents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from teachback.claimdata import Claim, ClaimLine
    from teachback.remitdata import ClaimPayment, PaidAdjustment, ServicePayment


class About:
    """One answer from all sides, as the items of it need it. Without ``payment`` it is the claim's as a whole."""

    __slots__ = ("claim", "claim_payment", "line", "notice", "payment", "raised", "today")

    def __init__(  # noqa: PLR0913, PLR0917  the sides of an answer
        self,
        claim: Claim | None,
        line: ClaimLine | None,
        claim_payment: ClaimPayment,
        payment: ServicePayment | None,
        notice: date,
        today: date,
        raised: frozenset[str],
    ) -> None:
        self.claim, self.line = claim, line
        self.claim_payment, self.payment = claim_payment, payment
        self.notice, self.today, self.raised = notice, today, raised

    @property
    def adjustments(self) -> tuple[PaidAdjustment, ...]:
        """What was adjusted: on the line, or on the claim as a whole."""
        return (self.payment or self.claim_payment).adjustments

    @property
    def remarks(self) -> tuple[str, ...]:
        """The remarks of line and claim."""
        own = () if self.payment is None else self.payment.remark_codes
        return tuple(dict.fromkeys((*own, *self.claim_payment.remark_codes)))

    @property
    def procedure(self) -> str:
        """The procedure code as claimed; empty for a claim as a whole."""
        if self.line is not None:
            return self.line.procedure_code
        if self.payment is None:
            return ""
        return self.payment.submitted_code or self.payment.procedure_code

    @property
    def day(self) -> date | None:
        """The date of service, where it is known."""
        if self.line is not None:
            return self.line.date_of_service
        if self.payment is not None and self.payment.date_of_service is not None:
            return self.payment.date_of_service
        return (
            deadlines.filing_anchor(self.claim, None) if self.claim is not None and self.claim.lines else None
        )

    def item(self, kind: WorkKind, cause: str, codes: tuple[str, ...], **more: Any) -> WorkItem:  # noqa: ANN401  an item's fields
        """An item of this answer: what every item of it shares, and its key."""
        number = self.line.control_number if self.line is not None else None
        if number is None and self.payment is not None:
            number = self.payment.line_control_number
        spot = "claim" if self.payment is None else str(self.payment.segment_number)
        key = key_of(
            self.claim_payment.control_number,
            self.claim_payment.payer_claim_control_number,
            number or spot,
            self.procedure,
            self.day,
            kind.value,
            *codes,
        )
        return WorkItem(
            key=key,
            kind=kind,
            cause=cause,
            claim_control_number=self.claim_payment.control_number,
            line_control_number=number,
            procedure_code=self.procedure,
            date_of_service=self.day,
            codes=codes,
            **more,
        )


def at_stake(about: About, refused: Sequence[PaidAdjustment]) -> tuple[int, AmountIs]:
    """What the practice would still be paid, by Medicare and patient; the charge refused where nothing was expected."""
    money = None if about.line is None else expected(about.line)
    seen = None if about.payment is None else observe(about.payment)
    if money is not None and seen is not None:
        had = seen.paid + seen.deductible + seen.coinsurance
        return max(0, money.after + money.patient - had), AmountIs.EXPECTED
    if about.payment is None and about.claim is not None:
        return claim_amount(about.claim, about.claim_payment.charge)
    return sum(cents(a.amount) for a in refused), AmountIs.CHARGE


def claim_amount(claim: Claim | None, charge: Any) -> tuple[int, AmountIs]:  # noqa: ANN401  Decimal or None
    """What a whole claim expects from Medicare and patient; its charge where a line was not priced."""
    if claim is None:
        return (0 if charge is None else cents(charge)), AmountIs.CHARGE
    priced = [expected(line) for line in claim.lines]
    known = [money for money in priced if money is not None]
    if len(known) == len(priced):
        return sum(money.after + money.patient for money in known), AmountIs.EXPECTED
    return cents(claim.charge), AmountIs.CHARGE
