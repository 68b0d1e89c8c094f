"""The sentences about the structure of a transaction set: what is missing, misplaced, unknown or too often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.x12.faults import FAULTS
from teachback.x12.grammar import qualifier_of
from teachback.x12.grammar.labels import named
from teachback.x12.issues import Position

if TYPE_CHECKING:
    from collections.abc import Iterable

    from teachback.x12.automaton import Automaton
    from teachback.x12.elements import ElementFault
    from teachback.x12.envelope_check import Transaction
    from teachback.x12.grammar import Item
    from teachback.x12.issues import Issue
    from teachback.x12.tokens import Segment

_SHOWN = 6
_LONGEST_ID = 3


class Telling:
    """Gathers issues: ``issues`` of the last segment, ``closing`` of what ended before it.

    ``claim`` is the control number of the present claim, ``component`` the separator in use.
    """

    def __init__(self, automaton: Automaton, transaction: Transaction, component: str) -> None:
        self.automaton = automaton
        self.transaction = transaction
        self.component = component
        self.claim = ""
        self.issues: list[Issue] = []
        self.closing: list[Issue] = []

    def elements(self, segment: Segment, faults: tuple[ElementFault, ...]) -> None:
        """The issues of a segment's elements; a level code that was told already is not told again."""
        told = self.issues[-1].position.element if self.issues else ""
        for fault in faults:
            if fault.element == told == "HL03":
                continue
            element = fault.element if len(fault.element) > len(segment.elements[0]) else ""
            self.issues.append(
                FAULTS[fault.code].at(self._at(segment, element), fault.message, x12=fault.x12)
            )

    def missing(self, start: Segment, loop: str, items: Iterable[Item]) -> None:
        """Required items that a loop lacks: told at the segment that began it, segments and loops in one issue each."""
        here = _begun(self._named(loop))
        position = self._at(start)
        segments = [item.what for item in items if item.loop is None]
        loops = [item for item in items if item.loop is not None]
        if segments:
            plural = "segments" if len(segments) > 1 else "segment"
            said = f"{here} lacks its required {plural} {_joined(segments)}."
            self.closing.append(FAULTS["X203"].at(position, said, f"Add {_joined(segments)} there."))
        if loops:
            named_loops = [
                f"{self._named(item.loop.id)}, which begins with {item.what}" for item in loops if item.loop
            ]
            said = f"{here} lacks {_joined(named_loops)}."
            remedy = f"Add the loop with {_joined([item.what for item in loops])}."
            self.closing.append(FAULTS["X204"].at(position, said, remedy))

    def too_often(self, segment: Segment, item: Item) -> None:
        """A segment or loop stands once more than it may; told the first time only."""
        times = "once" if item.most == 1 else f"{item.most} times"
        if item.loop is not None:
            said = f"{_begun(self._named(item.loop.id))} may stand {times} here."
            self.issues.append(FAULTS["X205"].at(self._at(segment), said))
        else:
            said = f"{item.what} may stand {times} in loop {segment.loop}."
            self.issues.append(FAULTS["X206"].at(self._at(segment), said))

    def order(self, segment: Segment, loop: str) -> None:
        """A segment that stands behind its place in an open loop."""
        said = f"{self._called(segment)} stands later in {self._named(loop)} than it may."
        self.issues.append(FAULTS["X207"].at(self._at(segment), said))

    def lacking(self, segment: Segment, items: list[Item]) -> None:
        """Loops were entered without their opening segments: one issue for each."""
        for item in items:
            if item.loop is None:
                continue
            said = (
                f"{self._called(segment)} belongs to {self._named(item.loop.id)}, "
                f"but {item.what}, which begins it, is missing."
            )
            self.issues.append(FAULTS["X204"].at(self._at(segment), said, f"Add {item.what} before it."))

    def alone(self, segment: Segment, items: list[Item]) -> None:
        """A segment of one of these loops, but the segment that opens it is missing."""
        names = [item.what for item in items]
        said = f"{self._called(segment)} stands alone here: the segment that begins its loop is missing before it."
        remedy = f"Add {', '.join(names[:-1])} or {names[-1]} before it, or remove it."
        self.issues.append(FAULTS["X204"].at(self._at(segment), said, remedy))

    def level(self, segment: Segment, stated: str, meant: str) -> None:
        """An HL whose HL03 does not name the level that follows."""
        said = f"HL03 is {stated[:2] or 'empty'}, but what follows is level {meant}: it was read as that."
        remedy = f"Give HL03 the level's code: {self.automaton.layout.named}."
        self.issues.append(FAULTS["X209"].at(self._at(segment, "HL03"), said, remedy))

    def separator(self, opening: Segment, index: int, used: str, named_one: str) -> None:
        """Components that are separated by another mark than the ISA's."""
        element = f"{opening.elements[0]}{index:02}"
        said = f"{element} separates its components by {used}, but ISA16 is {named_one}; they were read so."
        self.issues.append(FAULTS["X317"].at(self._at(opening, element), said))

    def unknown(self, segment: Segment) -> None:
        """A segment id that the guide does not know."""
        said = f"The guide knows no segment {segment.elements[0][:_LONGEST_ID]}."
        self.issues.append(FAULTS["X201"].at(self._at(segment), said))

    def unexpected(self, segment: Segment, here: str) -> None:
        """A segment that the guide knows, but not here."""
        said = f"{self._called(segment)} has no place in {self._named(here)}, nor behind it."
        self.issues.append(FAULTS["X202"].at(self._at(segment), said))

    def unknown_qualifier(self, segment: Segment, here: str, expected: list[str]) -> None:
        """A segment whose qualifier the guide does not know at all."""
        name = segment.elements[0]
        where = "-1" if self.component in segment.value(1) else ""
        element = f"{name}01{where}"
        listed = ", ".join(expected[:_SHOWN]) + (" …" if len(expected) > _SHOWN else "")
        said = f"{self._called(segment)} has no place in {self._named(here)}: {element} is not a code listed there."
        remedy = f"Use one of {listed}." if expected else "Remove the segment, or correct its qualifier."
        self.issues.append(FAULTS["X208"].at(self._at(segment, element), said, remedy))

    def _named(self, loop: str) -> str:
        """A loop as messages name it."""
        return named(self.automaton.grammar.kind, loop)

    def _called(self, segment: Segment) -> str:
        """A segment as messages name it, with its qualifier only where that is a short code."""
        name = segment.elements[0]
        if name not in self.automaton.qualified or name == "HL":
            return name[:_LONGEST_ID]
        qualifier = qualifier_of(segment.elements, self.component)
        return f"{name}*{qualifier}" if 0 < len(qualifier) <= _LONGEST_ID and qualifier.isalnum() else name

    def _at(self, segment: Segment, element: str = "") -> Position:
        """The position of a segment or element."""
        transaction = self.transaction
        return Position(
            line=segment.line,
            byte=segment.byte,
            segment=segment.elements[0][:_LONGEST_ID],
            element=element,
            loop=segment.loop,
            segment_number=segment.number,
            interchange=transaction.interchange,
            transaction=transaction.control,
            claim=self.claim,
        )


def _begun(text: str) -> str:
    """A text as a sentence begins with it."""
    return text[:1].upper() + text[1:]


def _joined(texts: list[str]) -> str:
    """Texts in a sentence."""
    return " and ".join([", ".join(texts[:-1]), texts[-1]] if len(texts) > 1 else texts)
