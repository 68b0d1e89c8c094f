"""Whatever comes back, from one file: remittances, claim acknowledgments, file acknowledgments, and what is none.

    for answer in read_any(file):     # Remittance | StatusReport | FunctionalAcknowledgment |
                                      # InterchangeAcknowledgment | NotAnAnswer
    for read in received(file):       # the same with segments: ReadRemittance, ReadAnswer, NotAnAnswer

Nothing of a file is passed over without a word: what is no answer is named with why it was not taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from teachback.x12.a999 import KINDS, interchange_answer, read_functional
from teachback.x12.c277 import read_status_report
from teachback.x12.r835 import ReadRemittance, read_set
from teachback.x12.sets import ReadAnswer, TransactionSet, sets
from teachback.x12.tokens import Trouble, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from teachback.remitdata import (
        FunctionalAcknowledgment,
        InterchangeAcknowledgment,
        Remittance,
        StatusReport,
    )
    from teachback.x12.tokens import Segment

__all__ = ["NotAnAnswer", "read_any", "received"]

_WORDS: Final = {
    "270": "an eligibility inquiry",
    "271": "an eligibility answer",
    "276": "a claim status inquiry",
    "278": "an authorization request or answer",
    "820": "a premium payment",
    "834": "an enrollment",
    "837": "claims",
}


@dataclass(frozen=True, slots=True)
class NotAnAnswer:
    """Part of a file that is no answer: ``what`` it is (``837``, ``not X12``, ``empty``) and ``why`` it was not taken.

    ``sets`` counts the transaction sets of one kind that followed each other; ``line`` is where the first begins.
    """

    what: str
    why: str
    sets: int = 0
    line: int = 1
    control_numbers: tuple[str, str, str] = ("", "", "")


def read_any(
    stream: BinaryIO,
) -> Iterator[Remittance | StatusReport | FunctionalAcknowledgment | InterchangeAcknowledgment | NotAnAnswer]:
    """Every answer of a file that was opened in binary, in its order, and what else the file holds."""
    for found in _received(stream, keep=False):
        if isinstance(found, NotAnAnswer):
            yield found
        elif isinstance(found, ReadRemittance):
            yield found.remittance
        else:
            yield found.view


def received(
    stream: BinaryIO,
) -> Iterator[
    ReadRemittance
    | ReadAnswer[StatusReport]
    | ReadAnswer[FunctionalAcknowledgment]
    | ReadAnswer[InterchangeAcknowledgment]
    | NotAnAnswer
]:
    """The same with every segment of an answer and what is told of it."""
    return _received(stream, keep=True)


def _received(
    stream: BinaryIO, *, keep: bool
) -> Iterator[
    ReadRemittance
    | ReadAnswer[StatusReport]
    | ReadAnswer[FunctionalAcknowledgment]
    | ReadAnswer[InterchangeAcknowledgment]
    | NotAnAnswer
]:
    others = _Others()
    for found in sets(read(stream)):
        if not isinstance(found, TransactionSet):
            if found.elements[0] != "TA1":
                yield from others.junk(found)
                continue
            yield from others.end()
            yield interchange_answer(found)
        elif found.kind == "835":
            yield from others.end()
            yield read_set(found, keep=keep)
        elif found.kind == "277":
            yield from others.end()
            yield read_status_report(found)
        elif found.kind in KINDS:
            yield from others.end()
            yield read_functional(found)
        else:
            yield from others.set(found)
        others.anything = True
    yield from others.end()
    if not others.anything:
        yield NotAnAnswer("empty", "The file holds no transaction set: nothing was answered.")


class _Others:
    """What is no answer, gathered while it is of one kind."""

    def __init__(self) -> None:
        self.anything = False
        self.what = ""
        self.first: NotAnAnswer | None = None
        self.count = 0

    def set(self, opened: TransactionSet) -> Iterator[NotAnAnswer]:
        """A transaction set of another kind."""
        what = opened.kind if opened.kind.isalnum() and len(opened.kind) <= len("835") else "unknown"
        words = _WORDS.get(what, "a transaction set that is no answer to claims")
        why = (
            f"It is {words} ({what})."
            if what != "unknown"
            else "ST01 does not say what the transaction set is."
        )
        line = opened.st.line if opened.st is not None else 1
        yield from self._take(NotAnAnswer(what, why, 1, line, opened.control_numbers), 1)

    def junk(self, segment: Segment) -> Iterator[NotAnAnswer]:
        """Text outside of transaction sets."""
        if segment.trouble is Trouble.EMPTY:
            return
        self.anything = True
        if segment.trouble is Trouble.NOT_X12:
            found = NotAnAnswer(
                "not X12", "The file is not X12: it holds no ISA segment, nor a GS or ST at its head."
            )
        else:
            why = "Text stands outside of any transaction set; it was not taken."
            found = NotAnAnswer("text", why, 0, segment.line)
        yield from self._take(found, 0)

    def _take(self, found: NotAnAnswer, sets_: int) -> Iterator[NotAnAnswer]:
        if self.first is None or found.what != self.what:
            yield from self.end()
            self.first, self.what = found, found.what
        self.count += sets_

    def end(self) -> Iterator[NotAnAnswer]:
        """What was gathered, if anything was."""
        if self.first is not None:
            first = self.first
            yield NotAnAnswer(first.what, first.why, self.count, first.line, first.control_numbers)
        self.first, self.count, self.what = None, 0, ""
