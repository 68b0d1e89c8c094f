"""Other payers: their order, what they paid and adjusted, on the claim (2320, 2330) and its lines (2430)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from teachback.codesets import reasons
from teachback.codesets.common import Validity
from teachback.x12.meaning import parties, values
from teachback.x12.meaning.state import PAD, Adjudged, OtherPayer, State, at

if TYPE_CHECKING:
    from teachback.x12.tokens import Segment

_WRONG = frozenset({Validity.UNKNOWN_CODE, Validity.BAD_FORM})


def coverage(s: State, segment: Segment) -> None:
    """SBR of 2320: each payer has a place of its own in the order."""
    here = s.claim
    if here is None:
        return
    order = at(segment.elements, 1)
    if order and order != "U" and (order == s.order or any(order == other.order for other in here.others)):
        s.say("X532", segment, "SBR01", order=order)
    here.others.append(OtherPayer(segment, order))


def claim_adjustment(s: State, segment: Segment) -> None:
    """CAS of 2320."""
    adjusted = _adjusted(s, segment)
    if s.claim is not None and s.claim.others:
        s.claim.others[-1].adjusted += adjusted


def line_adjustment(s: State, segment: Segment) -> None:
    """CAS of 2430."""
    adjusted = _adjusted(s, segment)
    if s.claim is not None and s.claim.lines and s.claim.lines[-1].adjudged:
        s.claim.lines[-1].adjudged[-1].adjusted += adjusted


def _adjusted(s: State, segment: Segment) -> Decimal:
    """The sum of a CAS; its reason codes are judged by the list as it stands on the day received."""
    e = segment.elements
    total = Decimal(0)
    for index in range(2, len(e), 3):
        if e[index] and reasons.carc(e[index], s.setting.received) in _WRONG:
            s.say("X431", segment, f"CAS{index:02}", carc=e[index])
        total += values.amount(at(e, index + 1)) or Decimal(0)
    return total


def amount(s: State, segment: Segment) -> None:
    """AMT*D of 2320: what that payer paid."""
    e = segment.elements + PAD
    if s.claim is None or not s.claim.others or e[1] != "D":
        return
    paid = values.amount(e[2])
    s.claim.others[-1].paid, s.claim.others[-1].paid_at = paid, segment


def name(s: State, segment: Segment) -> None:
    """NM1*PR of 2330B: the id that lines refer to."""
    parties.name(s, segment)
    if s.claim is not None and s.claim.others:
        s.claim.others[-1].payer_id = at(segment.elements, 9)


def paid_on(s: State, segment: Segment) -> None:
    """DTP*573 of 2330B or 2430: not later than the day received."""
    e = segment.elements + PAD
    first, last = values.days(e[2], e[3])
    if first is None or last is None:
        return
    if last > s.setting.received:
        s.say("X521", segment, "DTP03")
    if s.claim is not None and s.claim.others and segment.loop == "2330B":
        s.claim.others[-1].dated = True


def line_answer(s: State, segment: Segment) -> None:
    """SVD of 2430: what a payer paid on the line."""
    e = segment.elements + PAD
    if s.claim is None or not s.claim.lines:
        return
    s.claim.lines[-1].adjudged.append(Adjudged(segment, e[1], values.amount(e[2]), bundled=bool(e[6])))
