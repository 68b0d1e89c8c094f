"""TA1, the receiver's answer to an interchange: form and sense of its five elements.

A TA1 stands between ISA and the first GS, or alone in an interchange. Note codes 000 to 031 are those of the
interchange acknowledgment; 000 says that there is nothing to note.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from teachback.x12.patterns import real_date, real_time

if TYPE_CHECKING:
    from collections.abc import Iterator

    from teachback.x12.tokens import Segment

ELEMENTS = 5
ANSWERS = {"A": "accepted", "E": "accepted with errors", "R": "refused"}
_NUMBER = re.compile(r"[0-9]{9}")
_NOTE = re.compile(r"0(?:[0-2][0-9]|3[01])")
_CENTURY = "20"


def faults(ta1: Segment) -> Iterator[tuple[str, str, str]]:
    """What is wrong with a TA1: code, element and sentence of each fault."""
    if len(ta1.elements) - 1 > ELEMENTS:
        yield "X130", "", f"The TA1 has {len(ta1.elements) - 1} elements; it has five."
    if not _NUMBER.fullmatch(ta1.value(1)):
        yield "X130", "TA101", "TA101 is not an interchange control number of nine digits."
    if not real_date(_CENTURY + ta1.value(2)):
        yield "X130", "TA102", "TA102 is not a date as YYMMDD."
    if not real_time(ta1.value(3)):
        yield "X130", "TA103", "TA103 is not a time as HHMM."
    answer, note = ta1.value(4), ta1.value(5)
    if answer not in ANSWERS:
        yield "X130", "TA104", "TA104 is not one of A, E, R."
    if not _NOTE.fullmatch(note):
        yield "X130", "TA105", "TA105 is not a note code from 000 to 031."
    elif answer == "A" and note != "000":
        yield "X131", "TA105", f"TA104 accepts the interchange, but TA105 notes fault {note}."
    elif answer in {"E", "R"} and note == "000":
        yield "X131", "TA105", f"TA104 says {ANSWERS[answer]}, but TA105 is 000: it does not say why."
