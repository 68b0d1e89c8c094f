"""What the checks of payers' answers share: how a fault is told, and which words and counts a file's contents get."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from teachback.x12.issues import Issue, Position
from teachback.x12.meaning.catalog import kinds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from teachback.model import Severity
    from teachback.x12.meaning.state import Setting
    from teachback.x12.tokens import Segment


class Answer(Protocol):
    """The checks of one transaction set that a payer sent (835, 277CA, 999)."""

    def see(self, segments: Sequence[Segment]) -> None:
        """The next segments, each with its loop."""
        ...

    def close_claim(self) -> None:
        """The end of a claim."""
        ...

    def end(self, *, whole: bool) -> None:
        """The end of the transaction set; not ``whole`` where the file is cut off before it, so that no sum holds."""
        ...

    def said(self) -> str:
        """What the set says, in one line, once it has ended: no patient stands in it."""
        ...


class Saying:
    """Tells faults of the catalog with their positions."""

    __slots__ = ("claim", "issues", "setting")

    def __init__(self, setting: Setting, say: Callable[[Issue], None]) -> None:
        self.setting = setting
        self.issues = say
        self.claim = ""  # the control number of the present claim

    def say(
        self,
        code: str,
        segment: Segment,
        element: str = "",
        /,
        *,
        severity: Severity | None = None,
        **told: object,
    ) -> None:
        """Tell a fault at an element of a segment; ``told`` fills its sentences."""
        kind = kinds()[code]
        setting = self.setting
        self.issues(
            Issue(
                code,
                kind.name,
                severity or kind.severity,
                kind.message.format_map(told),
                kind.remedy.format_map(told),
                Position(
                    segment.line,
                    segment.byte,
                    segment.elements[0],
                    element,
                    segment.loop,
                    segment.number,
                    setting.interchange,
                    setting.transaction,
                    self.claim,
                ),
                kind.x12,
            )
        )


def dollars(amount: Decimal) -> str:
    """An amount in a sentence: ``1,234.50``."""
    return f"{amount:,.2f}"


def many(number: int, word: str) -> str:
    """A count in a sentence: ``1 claim``, ``2 claims``."""
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def counted(parts: list[tuple[int, str]]) -> str:
    """Counts in a sentence without those that are zero: ``3 paid, 1 denied``."""
    return ", ".join(f"{number:,} {word}" for number, word in parts if number)
