"""What only all parts of a line, claim, group or payment together tell: the balances of an 835 and what goes with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.x12.meaning import values
from teachback.x12.meaning.paid import ZERO
from teachback.x12.meaning.saying import Saying, dollars

if TYPE_CHECKING:
    from decimal import Decimal

    from teachback.x12.meaning.paid import ClaimPaid, Group, Line, Payment
    from teachback.x12.tokens import Segment

_REVERSAL, _DENIED = "22", "4"
_FORWARDED = frozenset({"19", "20", "21"})
_NO_PAYMENT, _NOTICE = "NON", "H"
_TRANSFERS = frozenset({"ACH", "FWT"})


def method(say: Saying, segment: Segment, here: Payment) -> None:
    """BPR01, 02 and 04 against each other."""
    amount = here.amount
    if amount is None:
        return
    if amount < 0:
        say.say("X715", segment, "BPR02", stated=dollars(amount))
    elif amount and here.method == _NO_PAYMENT:
        said = f"BPR04 is NON (no payment), but BPR02 is {dollars(amount)}."
        say.say("X718", segment, "BPR04", what=said)
    elif amount and segment.value(1) == _NOTICE:
        said = f"BPR01 is H (a notice without payment), but BPR02 is {dollars(amount)}."
        say.say("X718", segment, "BPR01", what=said)
    elif not amount and here.method in _TRANSFERS:
        say.say("X718", segment, "BPR04", what=f"BPR04 is {here.method} (a transfer), but BPR02 is zero.")


def payment(say: Saying, here: Payment) -> None:
    """BPR02 against the claims and provider adjustments."""
    segment, amount = here.segment, here.amount
    if segment is None or amount is None or not here.readable:
        return
    signed = -amount if here.debit else amount
    total = here.paid - here.moved
    if signed != total and amount >= 0:
        gap = signed - total
        say.say(
            "X701",
            segment,
            "BPR02",
            stated=dollars(signed),
            total=dollars(total),
            gap=dollars(abs(gap)),
            way="much" if gap > 0 else "little",
        )


def group(say: Saying, here: Group) -> None:
    """TS304 and TS305 against the claims of the group."""
    summary = here.summary
    if summary is None:
        return
    count = values.amount(summary.value(4))
    if count is not None and count != here.claims:
        say.say("X719", summary, "TS304", element="TS304", stated=summary.value(4)[:9], total=here.claims)
    charged = values.amount(summary.value(5))
    if charged is not None and here.readable and charged != here.charged:
        say.say(
            "X719",
            summary,
            "TS305",
            element="TS305",
            stated=dollars(charged),
            total=dollars(here.charged),
        )


def claim(say: Saying, whole: Payment, here: ClaimPaid) -> None:
    """A claim and its lines."""
    line_gaps = sum((_line(say, line) for line in here.lines), ZERO)
    adjusted = here.adjusted.total
    patient = here.adjusted.patient
    readable = here.adjusted.readable
    for line in here.lines:
        adjusted += line.adjusted.total
        patient += line.adjusted.patient
        readable = readable and line.adjusted.readable
    if readable:
        whole.patient += patient
        _balance(say, here, adjusted, line_gaps)
        if here.patient is not None and here.status != _REVERSAL and here.patient != patient:
            say.say("X706", here.segment, "CLP05", stated=dollars(here.patient), total=dollars(patient))
    _charges(say, here, line_gaps)
    _signs(say, here)
    _dates(say, whole, here)
    if here.status in _FORWARDED and not here.forwarded_to:
        say.say("X724", here.segment, "CLP02", status=here.status)


def _line(say: Saying, line: Line) -> Decimal:
    """The gap of a line, told; zero where it balances or cannot be read."""
    if line.charge is None or line.paid is None or not line.adjusted.readable:
        return ZERO
    total = line.charge - line.adjusted.total
    if total != line.paid:
        say.say(
            "X703",
            line.segment,
            "SVC03",
            paid=dollars(line.paid),
            charge=dollars(line.charge),
            adjusted=dollars(line.adjusted.total),
            total=dollars(total),
        )
    return line.paid - total


def _balance(say: Saying, here: ClaimPaid, adjusted: Decimal, line_gaps: Decimal) -> None:
    """The claim's own balance; a gap that its lines explain was told with them."""
    if here.charge is None or here.paid is None:
        return
    total = here.charge - adjusted
    gap = here.paid - total
    if gap and gap != line_gaps:
        say.say(
            "X702",
            here.segment,
            "CLP04",
            paid=dollars(here.paid),
            charge=dollars(here.charge),
            adjusted=dollars(adjusted),
            total=dollars(total),
        )


def _charges(say: Saying, here: ClaimPaid, line_gaps: Decimal) -> None:
    """The lines' charges against the claim's; a gap that a line's own explains was told with it."""
    if here.charge is None or not here.lines:
        return
    total = ZERO
    for line in here.lines:
        if line.charge is None:
            return
        total += line.charge
    if total != here.charge and not (line_gaps and here.charge - total == line_gaps):
        say.say("X704", here.segment, "CLP03", charge=dollars(here.charge), total=dollars(total))


def _signs(say: Saying, here: ClaimPaid) -> None:
    """Who is paid what, by the claim's status."""
    paid, charge = here.paid, here.charge
    if here.status == _REVERSAL:
        if (paid is not None and paid > 0) or (charge is not None and charge > 0):
            said = "The claim is a reversal (CLP02 22), but its charge or payment is positive."
            say.say("X705", here.segment, "CLP04" if paid is not None and paid > 0 else "CLP03", what=said)
        return
    if paid is None or not paid:
        return
    if here.status == _DENIED:
        say.say("X725", here.segment, "CLP04", paid=dollars(paid))
    elif paid < 0:
        said = "The claim's payment is negative, but its status (CLP02) is not that of a reversal."
        say.say("X705", here.segment, "CLP04", what=said)


def _dates(say: Saying, whole: Payment, here: ClaimPaid) -> None:
    """Dates of the claim and its lines against each other and the day of the remittance."""
    latest = max((day for day in (whole.produced_on, whole.paid_on) if day is not None), default=None)
    parts: list[ClaimPaid | Line] = [here, *here.lines]
    for part in parts:
        first, last = part.first, part.last
        if first is not None and last is not None and last[0] < first[0]:
            say.say("X713", last[1], "DTM02", what="The service ends before it begins.")
        elif latest is not None:
            later = next((one for one in (first, last) if one is not None and one[0] > latest), None)
            if later is not None:
                said = f"The date of service lies behind the day of the remittance, {latest}."
                say.say("X714", later[1], "DTM02", what=said)
    if not here.dated:
        for line in here.lines:
            if not line.dated:
                said = (
                    "The line has no date of service (DTM 472 or 150), and neither has its claim (DTM 232)."
                )
                say.say("X714", line.segment, "", what=said)
                return
