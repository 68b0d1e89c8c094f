"""Checks of meaning over what payers send, one object per transaction set: 835, 277CA, 999; and the TA1 in a line.

    checks = Checks()                                  # of one file
    answer = checks.of("835", Setting(received=…), issues.append)
    answer.see(segments); answer.close_claim(); answer.end(whole=True)
    answer.said()                                      # "835: 945.00, transfer …": no patient stands in it

See `meaning.remittance`, `meaning.acknowledged` and `meaning.received`. Segments come as `walk` gives them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.x12 import ta1
from teachback.x12.meaning.acknowledged import Acknowledged
from teachback.x12.meaning.received import Received
from teachback.x12.meaning.remittance import Remittance

if TYPE_CHECKING:
    from collections.abc import Callable

    from teachback.x12.issues import Issue
    from teachback.x12.meaning.saying import Answer
    from teachback.x12.meaning.state import Setting
    from teachback.x12.tokens import Segment

KINDS: Final = {
    "835": "835 (remittance)",
    "277CA": "277CA (claim acknowledgment)",
    "999": "999 (acknowledgment)",
    "TA1": "TA1 (answer to an interchange)",
}
"""What each kind of answer is called."""


class Checks:
    """Makes the checks of one file's sets, and remembers its payments: one that stands twice is told."""

    def __init__(self) -> None:
        self._payments: set[int] = set()

    def of(self, kind: str, setting: Setting, say: Callable[[Issue], None]) -> Answer | None:
        """The checks of a set of that kind; None where the kind is no answer."""
        match kind:
            case "835":
                return Remittance(setting, say, self._payments)
            case "277CA":
                return Acknowledged(setting, say)
            case "999":
                return Received(setting, say)
            case _:
                return None


def interchange_said(segment: Segment) -> str:
    """What a TA1 says, in a line."""
    answer = ta1.ANSWERS.get(segment.value(4), "answered, but it cannot be told how")
    note = segment.value(5)
    noted = f", note {note[:3]}" if note not in {"", "000"} else ""
    return f"TA1: interchange {segment.value(1)[:9]} {answer}{noted}"
