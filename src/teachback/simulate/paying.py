"""From judged claims to what an 835 says of them: paid, denied, taken back and answered anew."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from teachback.remitdata import ClaimPayment, Name, PaidAdjustment, ServicePayment
from teachback.simulate.chance import digits
from teachback.simulate.pricing import reckon
from teachback.simulate.refusals import refusals
from teachback.simulate.taken import cents

if TYPE_CHECKING:
    from teachback.simulate.chance import Chance, Shares
    from teachback.simulate.docket import Case, Judged
    from teachback.simulate.mistakes import Fate
    from teachback.simulate.pricing import Terms

UNPROCESSABLE: Final = "MA130"
_BY_ASSISTANT: Final = "N851"
_OVER_LIMIT: Final = "N362"
_PROCESSED: Final = "1"
_FORWARDED: Final = "19"
_DENIED: Final = "4"
_REVERSAL: Final = "22"
_CROSSOVERS: Final = ("70001", "70002", "70003")


@dataclass(frozen=True, slots=True)
class Answered:
    """One claim's answers: the first, and where the payer corrects itself, what it is replaced by."""

    case: Case
    fate: Fate
    first: ClaimPayment
    right: ClaimPayment

    @property
    def reversal(self) -> ClaimPayment:
        """The first answer taken back: every amount with the other sign."""
        return reversed_of(self.first)

    @property
    def overpaid(self) -> Decimal:
        """What the first answer paid above the right one; zero where it did not."""
        return max((self.first.paid or Decimal(0)) - (self.right.paid or Decimal(0)), Decimal(0))


def answered(case: Case, fate: Fate, chance: Chance, shares: Shares) -> Answered:
    """Both answers to a claim that the payer can answer: as chance has it, and as the rules have it."""
    first = [
        _line(one, fate.terms.get(number, one.terms), fate.refused.get(number) or one.refused)
        for number, one in enumerate(case.lines)
    ]
    right = [_line(one, one.terms, one.refused) for one in case.lines]
    names = [fate.refused.get(number) or one.refused for number, one in enumerate(case.lines)]
    return Answered(
        case,
        fate,
        _claim(case, first, names, chance, shares),
        _claim(case, right, [one.refused for one in case.lines], chance, shares),
    )


def reversed_of(payment: ClaimPayment) -> ClaimPayment:
    """A claim payment taken back (CLP02 22), to the cent and reason for reason."""
    return replace(
        payment,
        status_code=_REVERSAL,
        charge=_minus(payment.charge),
        paid=_minus(payment.paid),
        patient_responsibility=_minus(payment.patient_responsibility),
        amounts=(),
        lines=tuple(_reversed_line(line) for line in payment.lines),
    )


def _reversed_line(line: ServicePayment) -> ServicePayment:
    return replace(
        line,
        charge=_minus(line.charge),
        paid=_minus(line.paid),
        allowed_amount=None,
        adjustments=tuple(replace(one, amount=-one.amount) for one in line.adjustments),
    )


def _minus(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else -amount


def _line(one: Judged, terms: Terms | None, refused: str | None) -> ServicePayment:
    """One line: refused with its charge, or paid by its terms."""
    line = one.line
    plain = ServicePayment(
        line.procedure_code,
        line.modifiers,
        line.charge,
        Decimal("0.00"),
        units_paid=Decimal(line.units),
        date_of_service=line.date_of_service,
        line_control_number=line.control_number or None,
    )
    if refused is not None or terms is None:
        reason = refusals()[refused or "duplicate"]
        return replace(
            plain,
            adjustments=(PaidAdjustment(reason.group_code, reason.carc, line.charge),),
            remark_codes=reason.remark_codes,
            allowed_amount=Decimal("0.00"),
        )
    return _paid(plain, terms)


def _paid(plain: ServicePayment, terms: Terms) -> ServicePayment:
    money = reckon(terms)
    reasons = (
        ("CO", "45", money.contractual + money.assistant),
        ("CO", "222", money.refused),
        ("CO", "253", money.sequestration),
        ("PR", "1", money.deductible),
        ("PR", "2", money.coinsurance),
    )
    remarks = [
        remark
        for remark, amount in ((_BY_ASSISTANT, money.assistant), (_OVER_LIMIT, money.refused))
        if amount
    ]
    cut = terms.units != terms.billed_units
    return replace(
        plain,
        paid=_dollars(money.paid),
        units_paid=Decimal(terms.units),
        submitted_code=plain.procedure_code if cut else None,
        submitted_modifiers=plain.modifiers if cut else (),
        submitted_units=Decimal(terms.billed_units) if cut else None,
        adjustments=tuple(
            PaidAdjustment(group, carc, _dollars(amount)) for group, carc, amount in reasons if amount
        ),
        remark_codes=tuple(remarks),
        allowed_amount=_dollars(money.allowed),
    )


def _claim(
    case: Case, lines: list[ServicePayment], refused: list[str | None], chance: Chance, shares: Shares
) -> ClaimPayment:
    """The claim around its lines: CLP, names, and MA130 where nothing was decided."""
    taken = case.taken
    claim = taken.claim
    subject = (claim.control_number, taken.patient)
    known = refusals()
    unprocessable = all(name is not None and known[name].unprocessable for name in refused)
    denied = all(name is not None for name in refused)
    forwarded = not denied and chance.hits(shares.crossover, "crossover", taken.patient)
    who = claim.beneficiary
    names = [Name("QC", who.last_name, who.first_name, "MI", who.member_id)]
    if chance.hits(shares.renumbered, "renumbered", taken.patient):
        corrected = who.member_id[:-2] + str(digits(2, *subject))
        names.append(Name("74", who.last_name, who.first_name, "C", corrected))
    rendering = claim.rendering or claim.billing.provider
    names.append(Name("82", rendering.name, rendering.first_name or "", "XX", rendering.npi))
    if forwarded:
        insurer = chance.one(_CROSSOVERS, "insurer", taken.patient)
        names.append(Name("TT", f"MADE UP SUPPLEMENT {insurer}", "", "PI", insurer))
    return ClaimPayment(
        claim.control_number,
        _DENIED if denied else _FORWARDED if forwarded else _PROCESSED,
        sum((line.charge or Decimal(0) for line in lines), Decimal("0.00")),
        sum((line.paid or Decimal(0) for line in lines), Decimal("0.00")),
        sum(
            (one.amount for line in lines for one in line.adjustments if one.group_code == "PR"),
            Decimal("0.00"),
        ),
        "MB",
        taken.number,
        facility_code=claim.place_of_service,
        frequency_code=claim.frequency_code,
        names=tuple(names),
        remark_codes=(UNPROCESSABLE,) if unprocessable else ("MA01",),
        lines=tuple(lines),
        dates=(("050", taken.received_on),),
    )


def _dollars(amount: int) -> Decimal:
    return Decimal(amount) / 100


def difference(one: Answered) -> int:
    """First payment less the right one, in cents."""
    return cents(one.first.paid or Decimal(0)) - cents(one.right.paid or Decimal(0))
