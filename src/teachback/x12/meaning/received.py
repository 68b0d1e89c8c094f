"""Checks of meaning over the segments of one 999: counts and answers against each other, and what the set says.

The same calls as `remittance.Remittance`. Source: 005010X231A1.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from teachback.x12.meaning.saying import Saying, counted, many

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from teachback.x12.issues import Issue
    from teachback.x12.meaning.state import Setting
    from teachback.x12.tokens import Segment

ACCEPTED: Final = frozenset({"A", "E"})
REFUSED: Final = frozenset({"R", "M", "W", "X"})
_MEANT: Final = {
    "A": "accepted",
    "E": "accepted with errors",
    "P": "partly accepted",
    "R": "refused",
    "M": "refused",
    "W": "refused",
    "X": "refused",
}
_MOST_REMEMBERED: Final = 100_000


class Received:
    """The checks of one 999."""

    def __init__(self, setting: Setting, say: Callable[[Issue], None]) -> None:
        self.saying = Saying(setting, say)
        self.group = self.kind = self.answer = ""
        self.controls: set[str] = set()
        self.answers: Counter[str] = Counter()
        self.fault: Segment | None = None
        self.explained = True
        self.faults = 0
        self.told_counts = ""

    def see(self, segments: Sequence[Segment]) -> None:
        """The next segments."""
        for segment in segments:
            handler = _HANDLERS.get(segment.elements[0])
            if handler is not None:
                handler(self, segment)

    def close_claim(self) -> None:
        """A 999 answers sets, not claims."""

    def end(self, *, whole: bool) -> None:
        """The end of the set."""
        del whole  # counts stand in AK9, which is there or not
        self._close_fault()

    def said(self) -> str:
        """Which group was answered, and how."""
        taken = sum(self.answers[code] for code in ACCEPTED)
        refused = sum(self.answers[code] for code in REFUSED)
        with_errors = f" ({self.answers['E']:,} with errors)" if self.answers["E"] else ""
        sets = counted([(taken, f"accepted{with_errors}"), (refused, "refused")])
        answer = _MEANT.get(self.answer, "not answered")
        return (
            f"999: group {self.group} ({self.kind}) {answer}: "
            f"{many(self.answers.total(), 'set')} answered{f', {sets}' if sets else ''}"
        )

    def opened(self, segment: Segment) -> None:
        """AK1."""
        self.kind, self.group = segment.value(1), segment.value(2)

    def of_set(self, segment: Segment) -> None:
        """AK2."""
        self._close_fault()
        self.faults = 0
        control = segment.value(2)
        if control in self.controls:
            self.saying.say("X825", segment, "AK202", control=control[:9])
        elif len(self.controls) < _MOST_REMEMBERED:
            self.controls.add(control)

    def of_segment(self, segment: Segment) -> None:
        """IK3."""
        self._close_fault()
        self.faults += 1
        self.fault, self.explained = segment, bool(segment.value(4))

    def of_element(self, segment: Segment) -> None:
        """IK4."""
        del segment
        self.explained = True

    def _close_fault(self) -> None:
        if self.fault is not None and not self.explained:
            self.saying.say("X824", self.fault, "IK304", number=self.fault.value(2)[:6] or "(not said)")
        self.fault, self.explained = None, True

    def set_answer(self, segment: Segment) -> None:
        """IK5."""
        self._close_fault()
        answer = segment.value(1)
        self.answers[answer] += 1
        codes = any(segment.elements[2:])
        what = ""
        if answer == "A" and (self.faults or codes):
            what = (
                f"{many(self.faults, 'fault')} of it stand before"
                if self.faults
                else "it bears an error code"
            )
        elif answer in REFUSED and not (self.faults or codes):
            what = "neither an IK3 nor an IK502 says why"
        if what:
            self.saying.say(
                "X823", segment, "IK501", answer=answer, meant=_MEANT.get(answer, "unknown"), what=what
            )

    def group_answer(self, segment: Segment) -> None:
        """AK9."""
        self._close_fault()
        self.answer = segment.value(1)
        included, received, accepted = (_count(segment.value(index)) for index in (2, 3, 4))
        answered = self.answers.total()
        taken = sum(self.answers[code] for code in ACCEPTED)
        if received is not None and answered > received:
            self._count_differs(segment, 3, answered)
        elif included is not None and received is not None and received > included:
            self._count_differs(segment, 3, included)
        elif accepted is not None and received is not None:
            if accepted > received:
                self._count_differs(segment, 4, received)
            elif answered == received and accepted != taken:
                self._count_differs(segment, 4, taken)
            elif answered < received and accepted > received - (answered - taken):
                self._count_differs(segment, 4, received - (answered - taken))
        self._group_against_sets(segment, taken, answered, accepted)

    def _count_differs(self, segment: Segment, index: int, total: int) -> None:
        element = f"AK9{index:02}"
        self.saying.say(
            "X821", segment, element, element=element, stated=segment.value(index)[:6], total=total
        )

    def _group_against_sets(self, segment: Segment, taken: int, answered: int, accepted: int | None) -> None:
        """AK901 against the sets."""
        refused = answered - taken
        sets = ""
        if self.answer in {"A", "E"} and refused:
            sets = f"{many(refused, 'set')} refused"
        elif self.answer == "P" and answered and not refused and accepted == answered:
            sets = "all sets are accepted"
        elif self.answer in REFUSED and taken:
            sets = f"{many(taken, 'set')} accepted"
        elif self.answer == "A" and self.answers["E"]:
            sets = f"{many(self.answers['E'], 'set')} accepted with errors"
        if sets:
            meant = _MEANT.get(self.answer, "unknown")
            self.saying.say("X822", segment, "AK901", answer=self.answer, meant=meant, sets=sets)


def _count(text: str) -> int | None:
    """A count; None where it is none, which the structure tells."""
    return int(text[:9]) if text.isascii() and text.isdigit() else None


_HANDLERS: Final[dict[str, Callable[[Received, Segment], None]]] = {
    "AK1": Received.opened,
    "AK2": Received.of_set,
    "IK3": Received.of_segment,
    "IK4": Received.of_element,
    "IK5": Received.set_answer,
    "AK9": Received.group_answer,
}
