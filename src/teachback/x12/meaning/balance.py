"""What other payers paid and adjusted adds up to what was charged, on every line and on the claim."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from teachback.x12.meaning.state import Adjudged, Claim, Line, OtherPayer, State


def judge(s: State, here: Claim) -> None:
    """Every payer that answered: its lines, then its claim."""
    known = {other.payer_id for other in here.others if other.payer_id}
    wrong: set[str] = set()
    of_payer: dict[str, list[Adjudged]] = {}
    for line in here.lines:
        for answer in line.adjudged:
            of_payer.setdefault(answer.payer_id, []).append(answer)
        wrong |= _lines(s, line, known)
    for other in here.others:
        if other.paid is not None and other.payer_id not in wrong:
            _claim(s, here, other, of_payer.get(other.payer_id, []))


def _lines(s: State, line: Line, known: set[str]) -> set[str]:
    """Payers whose answer to this line does not add up, or who are not named on the claim."""
    wrong: set[str] = set()
    by_payer: dict[str, list[Adjudged]] = {}
    for answer in line.adjudged:
        by_payer.setdefault(answer.payer_id, []).append(answer)
        if answer.payer_id and answer.payer_id not in known:
            s.say("X531", answer.segment, "SVD01")
            wrong.add(answer.payer_id)
    for payer_id, answers in by_payer.items():
        if payer_id in wrong or line.charge is None or any(a.bundled or a.paid is None for a in answers):
            continue
        total = sum((a.adjusted + (a.paid or Decimal(0)) for a in answers), Decimal(0))
        if total != line.charge:
            s.say("X530", answers[0].segment, "SVD02", charge=f"{line.charge:.2f}", total=f"{total:.2f}")
            wrong.add(payer_id)
    return wrong


def _claim(s: State, here: Claim, other: OtherPayer, answers: list[Adjudged]) -> None:
    if here.total is None or other.paid is None or other.paid_at is None:
        return
    total = other.paid + other.adjusted + sum((a.adjusted for a in answers), Decimal(0))
    if total != here.total:
        s.say("X529", other.paid_at, "AMT02", charge=f"{here.total:.2f}", total=f"{total:.2f}")
    elif here.total and not other.dated and not answers:
        s.say("X534", other.segment, "")
