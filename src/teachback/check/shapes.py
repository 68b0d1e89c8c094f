"""The shape of a claim: what billing rules look at, without what only tells one patient from another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.claimedits.codes import Periods
from teachback.rules.book import rulebook
from teachback.rules.claimbook import claim_rulebook
from teachback.x12.meaning import values

if TYPE_CHECKING:
    from datetime import date

    from teachback.x12.tokens import Segment
    from teachback.x12.walk import Event, Level

_MOST_DATES: Final = 20_000
_CLOCK_DAYS: Final = 300
"""Dates that are older than this at receipt stand for themselves: the filing clock may run out on any of them."""
_LEFT_OUT: Final = frozenset(
    {"LX", "REF", "N3", "PER", "NTE", "PWK", "AMT", "HL", "DMG", "CAS", "SVD", "OI", "MOA", "CRC"}
)


class Shapes:
    """Makes the shapes of one run; claims of one shape have the same findings by themselves."""

    def __init__(self, received: date) -> None:
        self._received = received
        self._periods = (Periods.of(claim_rulebook()), Periods.of(rulebook()))
        self._dates: dict[tuple[str, str], str] = {}
        self._parts: dict[str, str] = {}
        self._level: Level | None = None
        self._of_level: list[str] = []

    def of(self, event: Event) -> tuple[str, ...]:
        """The shape: texts of the billing provider, the payer's place and the claim, dates by their period of law."""
        texts = [
            event.transaction.kind if event.transaction is not None else "",
            *self._billing(event.billing),
        ]
        if event.subscriber is not None:
            texts.extend(s.text for s in event.subscriber.segments if s.elements[0] == "SBR")
        days: dict[str, int] = {}
        add, known, dates = texts.append, self._parts, self._dates
        for segment in event.segments:
            e = segment.elements
            name = e[0]
            if name in _LEFT_OUT:
                continue
            if name == "SV1":
                add(known.get(segment.text) or self._service(segment))
            elif name == "DTP" and len(e) > 3:  # noqa: PLR2004  as far as the date
                text = e[3]
                period = dates.get((e[2], text)) or self._period(e[2], text)
                add(f"{e[1]}{period}{days.setdefault(text, len(days))}")
            elif name == "NM1":
                add(known.get(segment.loop + segment.text) or self._provider(segment))
            elif name == "CLM":
                add("*".join(e[5:]))
            elif name == "N4":
                add(segment.value(3))
            elif name == "HI":
                add(self._information(segment))
            else:
                add(segment.text)
        return tuple(texts)

    def _billing(self, level: Level | None) -> list[str]:
        if level is None:
            return []
        if level is not self._level:
            self._level = level
            self._of_level = [s.text for s in level.segments if s.elements[0] in {"NM1", "N4", "PRV"}]
        return self._of_level

    def _service(self, segment: Segment) -> str:
        """A professional service without its pointers."""
        return self._kept(segment.text, "*".join(segment.elements[1:7]))

    def _provider(self, segment: Segment) -> str:
        return self._kept(segment.loop + segment.text, _who(segment))

    def _kept(self, text: str, part: str) -> str:
        if len(self._parts) >= _MOST_DATES:
            self._parts.clear()
        self._parts[text] = part
        return part

    def _period(self, qualifier: str, text: str) -> str:
        """A name for dates between which neither law nor clock makes a difference."""
        found = self._dates.get((qualifier, text))
        if found is None:
            if len(self._dates) >= _MOST_DATES:
                self._dates.clear()
            found = self._dates[qualifier, text] = self._named(qualifier, text)
        return found

    def _named(self, qualifier: str, text: str) -> str:
        first, last = values.days(qualifier, text)
        if first is None or first != last or not 0 <= (self._received - first).days <= _CLOCK_DAYS:
            return text
        return "/".join(f"{periods.first(first):%Y%m%d}" for periods in self._periods)

    def _information(self, segment: Segment) -> str:
        """Occurrences and other codes of an institutional claim; diagnoses decide no billing rule."""
        first = segment.value(1)
        return "" if first.startswith(("AB", "BK", "BF", "BJ", "PR")) else segment.text


def _who(segment: Segment) -> str:
    """A provider's part, with the NPI of who renders: others are only there or not."""
    e = segment.elements
    role = segment.value(1)
    npi = segment.value(9)
    named = "named" if segment.value(3) else ""
    return f"{segment.loop}{role}{e[2] if len(e) > 2 else ''}{named}{npi if role == '82' else bool(npi)}"  # noqa: PLR2004  person or not
