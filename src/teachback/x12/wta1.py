"""TA1: the answer to an interchange, alone in an interchange of its own or ahead of a 999."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.remitdata import AnswerKind
from teachback.x12.wenvelope import interchange

if TYPE_CHECKING:
    from teachback.remitdata import InterchangeAcknowledgment
    from teachback.x12.wenvelope import AnswerEnvelope, Segment

__all__ = ["segment", "write"]

NO_NOTE: Final = "000"
_ANSWERS: Final = {
    AnswerKind.ACCEPTED: "A",
    AnswerKind.ACCEPTED_WITH_ERRORS: "E",
    AnswerKind.REJECTED: "R",
    AnswerKind.UNKNOWN: "R",
}


def segment(answer: InterchangeAcknowledgment, date6: str, time4: str) -> Segment:
    """The TA1 segment; ``date6`` and ``time4`` repeat ISA09 and ISA10 of what is answered."""
    number = answer.control_number.rjust(9, "0")
    return ["TA1", number, date6, time4, _ANSWERS[answer.answer], answer.note or NO_NOTE]


def write(answer: InterchangeAcknowledgment, envelope: AnswerEnvelope, date6: str, time4: str) -> bytes:
    """One interchange that holds nothing but the TA1."""
    return interchange(
        envelope, function="", kind="", version="", sets=(), before=[segment(answer, date6, time4)]
    )
