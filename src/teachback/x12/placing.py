"""Finds the place of every segment of a transaction set, and goes on sensibly where it has none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from teachback.x12.automaton import Automaton, State, Step, keys_of
from teachback.x12.elements import Elements
from teachback.x12.grammar import load
from teachback.x12.telling import Telling
from teachback.x12.trail import trail_of

if TYPE_CHECKING:
    import re

    from teachback.x12.elements import ElementFault
    from teachback.x12.envelope_check import Transaction
    from teachback.x12.grammar import Item
    from teachback.x12.issues import Issue
    from teachback.x12.tokens import Delimiters, Segment
    from teachback.x12.trail import Stand, Way


@cache
def _automaton(kind: str) -> Automaton:
    """One automaton per guide for the whole process: what it learned of one file serves the next."""
    return Automaton(load(kind))


@lru_cache(maxsize=32)
def _elements(delimiters: Delimiters) -> Elements:
    """One element check per set of delimiters, for the same reason."""
    return Elements(delimiters)


@dataclass(slots=True, eq=False)
class Frame:
    """One open loop: its state, the segment that began it, how often loops of many repeats stand in it.

    ``displaced`` where it stands out of its place, ``headless`` where the segment that opens it is missing: what
    such a loop lacks is not told as well.
    """

    state: State
    start: Segment
    tallies: dict[Item, int] | None = None
    displaced: bool = False
    headless: bool = False


class Placing:
    """The place in one transaction set; what is wrong is gathered by its ``telling``."""

    def __init__(self, kind: str, delimiters: Delimiters, transaction: Transaction) -> None:
        self.automaton = _automaton(kind)
        self.layout = self.automaton.layout
        self.composite = self.layout.composite
        self.elements = _elements(delimiters)
        self.delimiters = delimiters
        self.other: Delimiters | None = None
        self.qualified = self.automaton.qualified
        self.component = delimiters.component
        st = transaction.st
        assert st is not None  # noqa: S101  a set is placed from its first segment on
        self.stack = [Frame(self.automaton.opened(self.automaton.grammar.root), st)]
        self.telling = Telling(self.automaton, transaction, self.component)
        # Where the stack stands on the trail of clean claims; the frames' own states lag behind meanwhile.
        self.trail = trail_of(self.automaton, self.elements)
        self.stand: Stand | None = None
        self._rejoin()

    def place(self, segment: Segment, following: Segment | None) -> str | None:
        """Gives a segment its loop; answers with the loop's id where it opens a level or a claim, else None.

        An empty text is answered where there is something to tell and nothing opened.
        ``following`` is the segment behind an HL, which tells the level better than a damaged HL03.
        """
        stand = self.stand
        if stand is None:
            marked = self._examined(segment, following)
            self._rejoin()
            return marked
        way = stand.texts.get(segment.text) or self._way(stand, segment, following)
        if way is None:
            self._leave_trail(stand)
            marked = self._examined(segment, following)
            self._rejoin()
            return marked
        segment.loop = way.loop
        self.stand = way.stand
        return None if way.plain else self._moved(way, segment)

    # On the trail of clean claims

    def _way(self, stand: Stand, segment: Segment, following: Segment | None) -> Way | None:
        """Where a segment leads whose text is not remembered; None where there may be something to tell of it."""
        elements = segment.elements
        key = elements[0]
        if key in self.qualified:
            if key == "HL":
                stated = segment.value(3)
                if stated not in self.layout.codes or self._meant_level(following) not in {None, stated}:
                    return None
                key = f"HL*{stated}"
            else:
                key = self._qualified_key(key, elements)
        way = stand.keys.get(key) or self.trail.way(stand, key)
        if way is None or not self.trail.is_clean(stand, way, segment):
            return None
        composite = self.composite
        if composite is not None and way.opens and way.loop == composite[0]:
            return way if self.component in segment.value(composite[1]) else None
        return way

    def _moved(self, way: Way, segment: Segment) -> str | None:
        """Closes and opens loops as a clean segment does."""
        stack = self.stack
        keep = way.keep
        if len(stack) > keep:
            del stack[keep:]
        if way.opens:
            stack.append(Frame(way.stand.states[-1], segment))
            if way.marked is not None and way.marked == self.layout.claim:
                self.telling.claim = segment.value(self.layout.number)
        if way.item is not None and self._tallied(stack[keep - 1], way.item, segment):
            return way.marked or ""
        return way.marked

    def _leave_trail(self, stand: Stand) -> None:
        """The frames' states as they are."""
        for frame, state in zip(self.stack, stand.states, strict=True):
            frame.state = state

    def _rejoin(self) -> None:
        """Back on the trail, unless something stands out of its place."""
        stack = self.stack
        if self.other is not None or any(frame.displaced or frame.headless for frame in stack):
            self.stand = None
        else:
            self.stand = self.trail.stand(tuple([frame.state for frame in stack]))

    # Step by step

    def _qualified_key(self, name: str, elements: list[str]) -> str:
        """The key of a segment that is known by its first element, or by the first component of that."""
        first = elements[1] if len(elements) > 1 else ""
        if self.component in first:
            first = first[: first.index(self.component)]
        return f"{name}*{first}"

    def _examined(self, segment: Segment, following: Segment | None) -> str | None:
        """The place of a segment of which there may be something to tell."""
        if self.other is not None:
            self._choose(segment)
        elements = segment.elements
        key = elements[0]
        if key in self.qualified:
            key = self._level_key(segment, following) if key == "HL" else self._qualified_key(key, elements)
        stack = self.stack
        frame = stack[-1]
        if frame.headless and self._opens_late(segment, frame, key):
            return ""
        depth = len(stack) - 1
        while depth >= 0:
            state = stack[depth].state
            try:
                step = state.known[key]
            except KeyError:
                step = self.automaton.step(state, key)
            if step is not None:
                return self._go(segment, depth, step)
            depth -= 1
        return self._lost(segment, key) or ""

    def finish(self) -> list[Issue]:
        """What is missing at the end of the set."""
        if self.stand is not None:
            self._leave_trail(self.stand)
            self.stand = None
        self._leave(-1)
        found, self.telling.closing = self.telling.closing, []
        return found

    def _go(self, segment: Segment, depth: int, step: Step) -> str | None:
        """Takes a step found in the frame at that depth."""
        stack = self.stack
        if depth < len(stack) - 1:
            self._leave(depth)
        frame = stack[depth]
        if step.passed:
            self.telling.missing(frame.start, frame.state.loop.id, step.passed)
        item = step.item
        frame.state = step.state
        marked = None
        if item.loop is None:
            segment.loop = step.state.loop.id
        else:
            marked = self._open(segment, item, marks=step.marks)
        faults = self.elements.faults(item.shape, segment)
        if faults:
            self._faulty(segment, frame, step, faults)
        if step.too_often:
            self.telling.too_often(segment, item)
        elif step.tally:
            self._tallied(frame, item, segment)
        if marked is None and (self.telling.issues or self.telling.closing):
            return ""
        return marked

    def _open(self, segment: Segment, item: Item, *, marks: bool) -> str | None:
        """Opens a loop; answers with its id where it is a level or a claim."""
        loop = item.loop
        assert loop is not None  # noqa: S101  the callers' condition
        self.stack.append(Frame(self.automaton.opened(loop), segment))
        segment.loop = loop.id
        composite = self.composite
        if composite is not None and loop.id == composite[0]:
            self._separated(segment, composite[1], composite[2])
        if not marks:
            return None
        if loop.id == self.layout.claim:
            self.telling.claim = segment.value(self.layout.number)
        return loop.id

    def _separated(self, opening: Segment, index: int, form: re.Pattern[str]) -> None:
        """The first composite of a claim or line shows whether components are separated as ISA16 says."""
        value = opening.value(index)
        if self.component in value or self.other is not None:
            return
        found = form.fullmatch(value)
        if found is None:
            return
        self.telling.separator(opening, index, found[1], self.component)
        self.other = replace(self.delimiters, component=found[1])
        self._choose(opening)

    def _choose(self, segment: Segment) -> None:
        """Where two component separators are in use, a segment is read by the one that it has."""
        other = self.other
        assert other is not None  # noqa: S101  the callers' condition
        text = segment.text
        by_other = other.component in text and self.delimiters.component not in text
        chosen = other if by_other else self.delimiters
        segment.delimiters = chosen
        self.component = self.telling.component = chosen.component
        self.elements = _elements(chosen)

    def _faulty(self, segment: Segment, frame: Frame, step: Step, faults: tuple[ElementFault, ...]) -> None:
        """Tells faults of elements, unless the segment is cleanly another item of the same qualifier."""
        if step.other is not None and not self.elements.faults(step.other.item.shape, segment):
            frame.state = step.other.state
            return
        self.telling.elements(segment, faults)

    def _leave(self, depth: int) -> None:
        """Closes the frames above a depth, telling what they lack."""
        stack = self.stack
        while len(stack) - 1 > depth:
            frame = stack.pop()
            if frame.state.missing and not (frame.displaced or frame.headless):
                self.telling.missing(frame.start, frame.state.loop.id, frame.state.missing)

    def _tallied(self, frame: Frame, item: Item, segment: Segment) -> bool:
        """Counts what may stand so often that the automaton does not count it; true where it stands too often now."""
        if frame.tallies is None:
            frame.tallies = {}
        count = frame.tallies[item] = frame.tallies.get(item, 0) + 1
        if count != item.most + 1:
            return False
        self.telling.too_often(segment, item)
        return True

    def _level_key(self, segment: Segment, following: Segment | None) -> str:
        """The key of an HL: its HL03, unless what follows says otherwise."""
        stated = segment.value(3)
        codes = self.layout.codes
        meant = self._meant_level(following)
        if meant is None and stated not in codes:
            meant = codes[1] if segment.value(2) else codes[0]
        if meant is None or meant == stated:
            return f"HL*{stated}"
        self.telling.level(segment, stated, meant)
        return f"HL*{meant}"

    # Where a segment has no place in its order

    def _lost(self, segment: Segment, key: str) -> str | None:
        """A segment without a place in its order: told once, and the walk goes on where it is most likely right."""
        automaton, stack = self.automaton, self.stack
        for frame in reversed(stack):
            step = automaton.late(frame.state, key)
            if step is not None:
                self._late(segment, frame, step)
                return None
        for depth in range(len(stack) - 1, -1, -1):
            path = automaton.path(stack[depth].state, key)
            if path is not None:
                return self._enter(segment, key, depth, path)
        return self._astray(segment, key)

    def _astray(self, segment: Segment, key: str) -> str | None:
        """The same, where no required loop is lacking for it."""
        automaton, stack = self.automaton, self.stack
        for depth in range(len(stack) - 1, -1, -1):
            items = automaton.headless(stack[depth].state, key)
            if items:
                return self._headless(segment, key, depth, items)
        for depth in range(len(stack) - 1, -1, -1):
            step = automaton.displaced(stack[depth].state, key)
            if step is not None:
                return self._displaced(segment, depth, step)
        for depth in range(len(stack) - 1, -1, -1):
            step = automaton.by_id(stack[depth].state, segment.elements[0])
            if step is not None:
                return self._go(segment, depth, step)
        self._homeless(segment, key)
        return None

    def _opens_late(self, segment: Segment, frame: Frame, key: str) -> bool:
        """Takes the opening of a loop that the one segment before it entered without: its absence was told."""
        if segment.number != frame.start.number + 1 or key not in keys_of(frame.state.loop.opening):
            return False
        frame.headless = False
        segment.loop = frame.state.loop.id
        self.telling.elements(segment, self.elements.faults(frame.state.loop.opening, segment))
        return True

    def _late(self, segment: Segment, frame: Frame, step: Step) -> None:
        """A segment that an open loop lacks, but behind its place: what is open stays open."""
        segment.loop = frame.state.loop.id
        self.telling.order(segment, segment.loop)
        frame.state = step.state
        self.telling.elements(segment, self.elements.faults(step.shape, segment))

    def _enter(self, segment: Segment, key: str, depth: int, path: list[Item]) -> str | None:
        """Enters loops whose opening segments are missing, and takes the segment there."""
        automaton = self.automaton
        self._leave(depth)
        marked = None
        lacking: list[Item] = []
        for item in path:
            step = automaton.step(
                self.stack[-1].state, f"{item.shape.id}*{next(iter(item.shape.qualifiers), '')}"
            )
            if step is None or step.item is not item:
                step = automaton.step(self.stack[-1].state, item.shape.id)
            frame = self.stack[-1]
            if step is not None:
                if step.passed:
                    self.telling.missing(frame.start, frame.state.loop.id, step.passed)
                frame.state = step.state
            loop = item.loop
            if loop is None:
                break
            if item is path[-1] and loop.opening.id == segment.elements[0] and key in keys_of(loop.opening):
                # The last loop of the path is opened by the segment itself.
                self.stack.append(Frame(automaton.opened(loop), segment))
                segment.loop = loop.id
                marked = loop.id if step is not None and step.marks else marked
                self.telling.lacking(segment, lacking)
                self.telling.elements(segment, self.elements.faults(loop.opening, segment))
                return marked
            lacking.append(item)
            self.stack.append(Frame(automaton.opened(loop), segment, headless=True))
            if step is not None and step.marks:
                marked = loop.id
        segment.loop = self.stack[-1].state.loop.id
        self.telling.lacking(segment, lacking)
        if marked == self.layout.claim:
            self.telling.claim = ""
        step = automaton.step(self.stack[-1].state, key) or automaton.displaced(self.stack[-1].state, key)
        if step is not None:
            inner = self._go(segment, len(self.stack) - 1, step)
            marked = inner or marked
        return marked

    def _headless(self, segment: Segment, key: str, depth: int, items: list[Item]) -> str | None:
        """A segment of a loop that may stand here, but whose opening is missing."""
        if len(items) == 1:
            return self._enter(segment, key, depth, items)
        self._leave(depth)
        loop = items[0].loop
        assert loop is not None  # noqa: S101  loops alone are listed
        segment.loop = self.stack[-1].state.loop.id
        self.telling.alone(segment, items)
        frame = Frame(self.automaton.opened(loop), segment, displaced=True)
        self.stack.append(frame)
        step = self.automaton.step(frame.state, key)
        if step is not None:
            frame.state = step.state
        return None

    def _displaced(self, segment: Segment, depth: int, step: Step) -> str | None:
        """A segment that belongs to an open loop, but to an earlier place of it: what is open stays open."""
        frame = self.stack[depth]
        item = step.item
        if step.too_often or (item.most == 1 and frame.state.counts == step.state.counts):
            segment.loop = item.loop.id if item.loop else frame.state.loop.id
            self.telling.too_often(segment, item)
        else:
            segment.loop = item.loop.id if item.loop else self.stack[-1].state.loop.id
            self.telling.order(segment, frame.state.loop.id)
        frame.state = step.state
        if item.loop is not None:
            self.stack.append(Frame(self.automaton.opened(item.loop), segment, displaced=True))
        self.telling.elements(segment, self.elements.faults(item.shape, segment))
        return None

    def _homeless(self, segment: Segment, key: str) -> None:
        """A segment that has no place anywhere near: it stays with the loop it stands in."""
        here = self.stack[-1].state.loop.id
        segment.loop = here
        automaton = self.automaton
        if segment.elements[0] not in automaton.grammar.segments:
            self.telling.unknown(segment)
        elif automaton.knows(key):
            self.telling.unexpected(segment, here)
            loop = automaton.opens(key)
            if loop is not None:
                self.stack.append(Frame(automaton.opened(loop), segment, displaced=True))
        else:
            self._unknown_qualifier(segment, here)

    def _unknown_qualifier(self, segment: Segment, here: str) -> None:
        """A segment whose qualifier the guide does not know at all."""
        name = segment.elements[0]
        expected = sorted(
            {
                code
                for frame in reversed(self.stack)
                for item in frame.state.loop.items[1:]
                if item.shape.id == name and item.place >= frame.state.place
                for code in item.shape.qualifiers
            }
        )
        self.telling.unknown_qualifier(segment, here, expected)

    def _meant_level(self, following: Segment | None) -> str | None:
        """The level that the segment behind an HL belongs to; None where it does not tell."""
        if following is None:
            return None
        name = following.elements[0]
        if name == "NM1":
            return self.layout.entities.get(following.value(1))
        if name == "PRV":
            return "20" if following.value(1) == "BI" else None
        return self.layout.followers.get(name)
