"""Checks of meaning over the segments of one 277CA: levels, statuses, totals, and what the set says.

The same calls as `remittance.Remittance`. A claim's answer is rejected where any of its statuses is of a rejecting
category or STC03 is U. Sources: 005010X214 and X12's published interpretation 1942 of its categories; the samples.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from teachback.x12.meaning import values
from teachback.x12.meaning.saying import Saying, counted, many
from teachback.x12.meaning.state import at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from teachback.x12.issues import Issue
    from teachback.x12.meaning.state import Setting
    from teachback.x12.tokens import Segment

REJECTING: Final = frozenset({"A3", "A4", "A6", "A7", "A8"})
ACCEPTING: Final = frozenset({"A0", "A1", "A2", "A5"})
UNAVAILABLE: Final = frozenset({"E1", "E2", "E3", "E4"})
FOR_ADJUDICATION: Final = "A2"
_PARENTS: Final = {"20": "", "21": "20", "19": "21", "PT": "19"}
_DEPTH: Final = ("20", "21", "19", "PT")
_STATUS_ELEMENTS: Final = (1, 10, 11)
_MOST_DIGITS = 4
_ZERO = Decimal(0)
_TOTALS: Final = {"90": True, "AA": False, "QA": True, "QC": False, "YU": True, "YY": False}
"""Qualifiers of QTY and AMT: whether they tell of accepted claims (else of rejected ones)."""


@dataclass(slots=True)
class _Totals:
    """What a level says of the claims below it, and what they come to."""

    stated: list[tuple[Segment, str, Decimal]] = field(default_factory=list)
    claims: Counter[bool] = field(default_factory=Counter)
    charges: dict[bool, Decimal] = field(default_factory=lambda: {True: _ZERO, False: _ZERO})
    empty_providers: int = 0
    unclear: bool = False


@dataclass(slots=True)
class _Claim:
    """The answer to one claim."""

    segment: Segment
    rejected: bool = False
    for_adjudication: bool = False
    answered: bool = False
    unclear: bool = False
    charge: Decimal | None = None
    payer_number: bool = False


class Acknowledged:
    """The checks of one 277CA."""

    def __init__(self, setting: Setting, say: Callable[[Issue], None]) -> None:
        self.saying = Saying(setting, say)
        self.last = 0
        self.numbers: dict[str, str] = {}
        self.submitter = _Totals()
        self.provider: _Totals | None = None
        self.claim: _Claim | None = None
        self.source = self.batch = ""
        self.file_refused = False
        self.claims: Counter[bool] = Counter()
        self.unavailable = False
        self.whole = True
        self.told_totals: list[str] = []

    def see(self, segments: Sequence[Segment]) -> None:
        """The next segments."""
        for segment in segments:
            handler = _HANDLERS.get(segment.elements[0])
            if handler is not None:
                handler(self, segment)

    def close_claim(self) -> None:
        """The end of the answer to a claim."""
        here, self.claim = self.claim, None
        if here is None:
            return
        levels = [totals for totals in (self.submitter, self.provider) if totals is not None]
        for totals in levels:
            totals.unclear = totals.unclear or here.unclear or not here.answered
        if here.answered:
            accepted = not here.rejected
            self.claims[accepted] += 1
            for totals in levels:
                totals.claims[accepted] += 1
                totals.charges[accepted] += here.charge or _ZERO
            if here.for_adjudication and accepted and not here.payer_number:
                self.saying.say("X807", here.segment)
        self.saying.claim = ""

    def end(self, *, whole: bool) -> None:
        """The end of the set: the totals, if it is there as a whole."""
        self.whole = whole
        self._close_provider()
        if not self.submitter.empty_providers:
            self._compare(self.submitter)

    def said(self) -> str:
        """Who answers, and how many claims were accepted and rejected."""
        source = f" from {self.source}" if self.source else ""
        batch = f" to batch {self.batch}" if self.batch else ""
        number = self.claims.total()
        kinds = counted([(self.claims[True], "accepted"), (self.claims[False], "rejected")])
        whole = "; the file as a whole was refused" if self.file_refused else ""
        waiting = "; the payer's system was not available" if self.unavailable else ""
        return (
            f"277CA{source}{batch}: {many(number, 'claim')}{f' ({kinds})' if kinds else ''}{whole}{waiting}"
        )

    def level(self, segment: Segment) -> None:
        """HL: its number, and the level above."""
        self.close_claim()
        self.last += 1
        stated, code = segment.value(1), segment.value(3)
        if not (stated.isascii() and stated.isdigit() and int(stated[:9]) == self.last):
            expected = self.last
            self.saying.say("X801", segment, "HL01", stated=stated[:9] or "empty", expected=expected)
            if stated.isascii() and stated.isdigit():
                self.last = int(stated[:9])
        if code not in _PARENTS:
            return
        parent = self.numbers.get(_PARENTS[code], "")
        if segment.value(2) and segment.value(2) != parent:
            self.saying.say("X802", segment, "HL02", stated=segment.value(2)[:9], expected=parent or "none")
        self.numbers[code] = stated
        for deeper in _DEPTH[_DEPTH.index(code) + 1 :]:
            self.numbers.pop(deeper, None)
        if code == "19":
            self._close_provider()
            self.provider = _Totals()

    def _close_provider(self) -> None:
        self.close_claim()
        here, self.provider = self.provider, None
        if here is None:
            return
        if here.claims:
            self._compare(here)
        else:
            # A provider who was answered as a whole: its claims are not listed, and no total can be compared.
            self.submitter.empty_providers += 1

    def _compare(self, totals: _Totals) -> None:
        """Totals that a level states against the claims below it: one issue a level, and not the same at two."""
        if totals.unclear or not self.whole:
            return
        differing = []
        for segment, qualifier, stated in totals.stated:
            accepted = _TOTALS[qualifier]
            of_money = segment.elements[0] == "AMT"
            found = totals.charges[accepted] if of_money else Decimal(totals.claims[accepted])
            if stated != found:
                word = f"{'accepted' if accepted else 'rejected'} {'charges' if of_money else 'claims'}"
                differing.append((segment, f"{word} {_shown(stated)} ({_shown(found)})"))
        told = [words for _, words in differing]
        if told and told != self.told_totals:
            first = differing[0][0]
            self.saying.say("X806", first, f"{first.elements[0]}02", totals="; ".join(told))
        self.told_totals = told

    def total(self, segment: Segment) -> None:
        """QTY or AMT of the submitter or a provider."""
        qualifier, stated = segment.value(1), values.amount(segment.value(2))
        totals = {"2200B": self.submitter, "2200C": self.provider}.get(segment.loop)
        if totals is not None and stated is not None and qualifier in _TOTALS:
            totals.stated.append((segment, qualifier, stated))

    def head(self, segment: Segment) -> None:
        """BHT."""
        self.batch = segment.value(3)

    def name(self, segment: Segment) -> None:
        """NM1 of who answers."""
        if segment.loop == "2100A":
            self.source = segment.value(3)

    def trace(self, segment: Segment) -> None:
        """TRN: of the file, or of a claim by its control number."""
        if segment.loop == "2200B":
            self.batch = segment.value(2) or self.batch
        elif segment.loop == "2200D":
            self.close_claim()
            self.claim = _Claim(segment)
            self.saying.claim = segment.value(2)

    def reference(self, segment: Segment) -> None:
        """REF: the payer's number for the claim."""
        if self.claim is not None and segment.value(1) == "1K" and segment.value(2):
            self.claim.payer_number = True

    def status(self, segment: Segment) -> None:
        """STC: up to three statuses, the action, and the charge."""
        categories = [
            category for index in _STATUS_ELEMENTS if (category := self._category(segment, index)) is not None
        ]
        action = segment.value(3)
        rejects = next((one for one in categories if one in REJECTING), None)
        accepts = next((one for one in categories if one in ACCEPTING), None)
        if action == "WQ" and rejects is not None:
            self._contradiction(segment, "WQ", "accepted", rejects, "rejected")
        elif action == "U" and rejects is None and accepts is not None and segment.loop != "2220D":
            self._contradiction(segment, "U", "rejected", accepts, "accepted")
        self.unavailable = self.unavailable or any(one in UNAVAILABLE for one in categories)
        refused = rejects is not None or action == "U"
        if segment.loop == "2200B":
            self.file_refused = self.file_refused or refused
        if self.claim is None and segment.loop in {"2200D", "2220D"}:
            self.claim = _Claim(segment)  # its TRN is missing, which the structure tells
        here = self.claim
        if here is None:
            return
        here.answered = here.answered or bool(categories) or bool(action)
        here.rejected = here.rejected or refused
        if segment.loop == "2200D":
            here.for_adjudication = here.for_adjudication or FOR_ADJUDICATION in categories
            if here.charge is None:
                here.charge = values.amount(segment.value(4))

    def _contradiction(self, segment: Segment, action: str, meant: str, category: str, said: str) -> None:
        if self.claim is not None:
            self.claim.unclear = True
        self.saying.say("X805", segment, "STC03", action=action, meant=meant, category=category, said=said)

    def _category(self, segment: Segment, index: int) -> str | None:
        """The category of one status, its form and that of its code told; None where there is no status."""
        element = at(segment.elements, index)
        if not element:
            return None
        parts = element.split(segment.delimiters.component)
        category, code = parts[0], parts[1] if len(parts) > 1 else ""
        name = f"STC{index:02}"
        if category and category not in ACCEPTING | REJECTING | UNAVAILABLE:
            shown = category if len(category) <= _MOST_DIGITS and category.isalnum() else "a text"
            self.saying.say("X803", segment, f"{name}-1", element=f"{name}-1", category=shown)
        if code and not (code.isascii() and code.isdigit() and len(code) <= _MOST_DIGITS):
            self.saying.say("X804", segment, f"{name}-2", element=f"{name}-2")
        return category or None


def _shown(number: Decimal) -> str:
    """A count or sum in a sentence."""
    return f"{number:,.2f}" if number != number.to_integral_value() else f"{number.to_integral_value():,f}"


_HANDLERS: Final[dict[str, Callable[[Acknowledged, Segment], None]]] = {
    "BHT": Acknowledged.head,
    "HL": Acknowledged.level,
    "NM1": Acknowledged.name,
    "TRN": Acknowledged.trace,
    "STC": Acknowledged.status,
    "QTY": Acknowledged.total,
    "AMT": Acknowledged.total,
    "REF": Acknowledged.reference,
}
