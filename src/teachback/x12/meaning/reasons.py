"""Reason and remark codes of a remittance: whether they are known and in force on its day, each judged once."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from teachback.codesets import reasons
from teachback.codesets.common import Validity

if TYPE_CHECKING:
    from datetime import date

    from teachback.x12.meaning.saying import Saying
    from teachback.x12.tokens import Segment

_LONGEST_SHOWN = 5
_STANDING = {Validity.RETIRED: "no longer in force", Validity.NOT_YET: "not yet in force"}
_carc = lru_cache(1 << 12)(reasons.carc)
_rarc = lru_cache(1 << 12)(reasons.rarc)
_GOOD = Validity.VALID


class Reasons:
    """The codes of one payment, judged by the day it was produced; codes beyond our table are told once."""

    __slots__ = ("_say", "_told", "day")

    def __init__(self, say: Saying, day: date) -> None:
        self._say = say
        self._told: set[str] = set()
        self.day = day

    def reason(self, code: str, segment: Segment, index: int, *, reversal: bool) -> None:
        """A claim adjustment reason code at an element of a CAS."""
        verdict = _carc(code, self.day)
        if verdict is _GOOD:
            return
        element = f"CAS{index:02}"
        if verdict is Validity.NOT_CHECKED:
            if code not in self._told:
                self._told.add(code)
                self._say.say("X709", segment, element, reason=code)
        elif verdict in _STANDING:
            if not reversal:
                self._say.say(
                    "X708", segment, element, reason=code, standing=_STANDING[verdict], day=self.day
                )
        else:
            self._say.say("X707", segment, element, reason=_shown(code, element))

    def remark(self, code: str, segment: Segment, index: int, *, reversal: bool) -> None:
        """A remittance advice remark code at an element of an LQ, MOA or MIA."""
        verdict = _rarc(code, self.day)
        if verdict is _GOOD:
            return
        element = f"{segment.elements[0]}{index:02}"
        if verdict is Validity.NOT_CHECKED:
            if code not in self._told:
                self._told.add(code)
                self._say.say("X712", segment, element, remark=code)
        elif verdict in _STANDING:
            if not reversal:
                self._say.say(
                    "X711", segment, element, remark=code, standing=_STANDING[verdict], day=self.day
                )
        else:
            self._say.say("X710", segment, element, remark=_shown(code, element))


def _shown(code: str, element: str) -> str:
    """A wrong code in a sentence; what is longer than any code is not shown."""
    return f"{element} {code}" if len(code) <= _LONGEST_SHOWN and code.isalnum() else element
