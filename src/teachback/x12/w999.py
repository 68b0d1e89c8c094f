"""999 files (005010X231A1) from acknowledgments of groups: accepted, or rejected with every fault and its place.

What a fault quotes is never repeated: IK404 stays empty, since it might be a patient's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from teachback.remitdata import AnswerKind
from teachback.x12.wenvelope import CannotWrite, interchange

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from teachback.remitdata import FunctionalAcknowledgment, SegmentFault, SetAnswer
    from teachback.x12.wenvelope import AnswerEnvelope, Element, Segment

__all__ = ["VERSION", "write"]

VERSION: Final = "005010X231A1"
_CLAIMS: Final = "005010X222A1"
_ANSWERS: Final = {
    AnswerKind.ACCEPTED: "A",
    AnswerKind.ACCEPTED_WITH_ERRORS: "E",
    AnswerKind.REJECTED: "R",
    AnswerKind.UNKNOWN: "R",
}
_CODES: Final = 5
_MOST_POSITION: Final = 999_999
_LOOP: Final = 4
_DESIGNATOR: Final = re.compile(
    r"(?:[A-Z][A-Z0-9]{1,2}(?=[0-9]{2}(?:-|$)))?([0-9]{1,2})(?:[-:]([0-9]{1,2}))?"
)


def write(  # noqa: PLR0913  what was answered, and how
    acknowledgments: Sequence[FunctionalAcknowledgment],
    envelope: AnswerEnvelope,
    *,
    versions: Sequence[str] = (),
    function: str = "HC",
    kind: str = "837",
    before: Sequence[Segment] = (),
) -> bytes:
    """One interchange with a 999 for each group; ``before`` may hold a TA1.

    ``versions`` are GS08 of the groups answered, in their order; ``function`` is their GS01, ``kind`` their ST01.
    Raises `CannotWrite` where a control number is missing.
    """
    if any(not one.group_control_number for one in acknowledgments):
        raise CannotWrite(["a group has no control number to answer to"])
    sets = []
    for index, one in enumerate(acknowledgments):
        version = versions[index] if index < len(versions) else _CLAIMS
        sets.append(list(_acknowledgment(one, function, kind, version)))
    return interchange(envelope, function="FA", kind="999", version=VERSION, sets=sets, before=before)


def _acknowledgment(
    one: FunctionalAcknowledgment, function: str, kind: str, version: str
) -> Iterator[Segment]:
    yield ["AK1", function, one.group_control_number, version]
    for answer in one.sets:
        yield ["AK2", kind, answer.control_number, version]
        for fault in answer.faults:
            yield from _fault(fault)
        yield ["IK5", _ANSWERS[answer.answer], *answer.codes[:_CODES]]
    accepted = sum(answer.answer is not AnswerKind.REJECTED for answer in one.sets)
    total = str(len(one.sets))
    yield ["AK9", _group_answer(one), total, total, str(accepted), *one.codes[:_CODES]]


def _group_answer(one: FunctionalAcknowledgment) -> str:
    """AK901: P where some sets were rejected and some were not."""
    answers = {answer.answer is AnswerKind.REJECTED for answer in one.sets}
    if one.answer is AnswerKind.ACCEPTED_WITH_ERRORS and len(answers) > 1:
        return "P"
    return _ANSWERS[one.answer]


def _fault(fault: SegmentFault) -> Iterator[Segment]:
    position = str(max(1, min(fault.number, _MOST_POSITION)))
    yield ["IK3", fault.segment, position, fault.loop[:_LOOP], fault.code]
    if fault.claim:
        yield ["CTX", ("CLM01", fault.claim)]
    for element, code in fault.elements:
        yield ["IK4", _place(element), "", code]


def _place(element: str) -> Element:
    """IK401 of a designator (``SV101-2``) or of a place alone (``1:2``): element, component."""
    found = _DESIGNATOR.fullmatch(element)
    if found is None:
        raise CannotWrite([f"a fault names no element: {len(element)} characters are no designator"])
    number = str(int(found.group(1)))
    return (number, str(int(found.group(2)))) if found.group(2) else number


def set_answer(answers: Sequence[SetAnswer]) -> AnswerKind:
    """What a group is answered as a whole: as its sets are, or in part."""
    kinds = {answer.answer for answer in answers}
    if len(kinds) == 1:
        return next(iter(kinds))
    return AnswerKind.ACCEPTED_WITH_ERRORS if kinds else AnswerKind.REJECTED
