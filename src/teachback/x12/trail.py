"""The way that clean claims take through the loops, remembered: one look-up places a segment that was seen before.

A `Stand` is one situation of the whole stack of open loops, and knows where each segment leads from there: by its
text where that text was found clean before, else by its key, after its elements have been judged. Only what leaves
nothing to tell has a way; everything else is the matter of `placing`, from the same situation.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from teachback.x12.automaton import Automaton, State
    from teachback.x12.elements import Elements
    from teachback.x12.grammar import Item, Shape
    from teachback.x12.tokens import Segment

_MOST_STANDS = 4_000
_MOST_WAYS = 400
_MOST_TEXTS = 60_000
_TEXTS_OF_WAY = 1_000


class Way:
    """Where a clean segment leads: its loop, the situation afterwards, and what becomes of the stack.

    ``opens`` where the segment opens a loop, ``keep`` the number of frames that stay open then; ``marked`` is that
    loop where it is a level or a claim. ``item`` is one to be counted in the frame that is the last of these.
    ``plain`` where none of this is to be done. ``room`` is for how many texts more it is remembered.
    """

    __slots__ = ("item", "keep", "loop", "marked", "opens", "plain", "room", "shape", "stand")

    def __init__(self, shape: Shape, loop: str, stand: Stand, keep: int) -> None:
        self.shape = shape
        self.loop = loop
        self.stand = stand
        self.keep = keep
        self.opens = False
        self.marked: str | None = None
        self.item: Item | None = None
        self.plain = False
        # What an HL is depends on the segment behind it too: no text of one is remembered.
        self.room = 0 if shape.id == "HL" else _TEXTS_OF_WAY


class Stand:
    """One situation of all open loops, from the outermost in."""

    __slots__ = ("keys", "states", "texts")

    def __init__(self, states: tuple[State, ...]) -> None:
        self.states = states
        self.texts: dict[str, Way] = {}
        self.keys: dict[str, Way | None] = {}


class Trail:
    """The situations of one guide and one set of delimiters, and the ways between them, worked out as files need them."""

    def __init__(self, automaton: Automaton, elements: Elements) -> None:
        self.automaton = automaton
        self.elements = elements
        self._stands: dict[tuple[State, ...], Stand] = {}
        self._texts = 0

    def stand(self, states: tuple[State, ...]) -> Stand:
        """The one situation of these states."""
        found = self._stands.get(states)
        if found is None:
            if len(self._stands) >= _MOST_STANDS:
                self.forget()
            found = self._stands[states] = Stand(states)
        return found

    def forget(self) -> None:
        """Everything anew: the tables are full. Situations in use stay what they are."""
        for stand in self._stands.values():
            stand.texts.clear()
            stand.keys.clear()
        self._stands.clear()
        self._texts = 0

    def way(self, stand: Stand, key: str) -> Way | None:
        """Where a segment of that key leads; ``None`` where there may be something to tell of it."""
        try:
            return stand.keys[key]
        except KeyError:
            pass
        if len(stand.keys) >= _MOST_WAYS:
            stand.keys.clear()
        way = stand.keys[key] = self._found(stand, key)
        return way

    def is_clean(self, stand: Stand, way: Way, segment: Segment) -> bool:
        """Whether a segment has no fault; its text is remembered, unless the way has seen too many texts for that."""
        if self.elements.judged(way.shape, segment):
            return False
        if way.room:
            way.room -= 1
            self._texts += 1
            if self._texts > _MOST_TEXTS:
                self.forget()
            else:
                stand.texts[segment.text] = way
        return True

    def _found(self, stand: Stand, key: str) -> Way | None:
        states = stand.states
        automaton = self.automaton
        for depth in range(len(states) - 1, -1, -1):
            step = automaton.step(states[depth], key)
            if step is not None:
                break
        else:
            return None
        left = states[depth + 1 :]
        if step.too_often or step.passed or any(state.missing for state in left):
            return None
        loop = step.item.loop
        kept = (*states[:depth], step.state)
        after = kept if loop is None else (*kept, automaton.opened(loop))
        way = Way(step.shape, (loop or step.state.loop).id, self.stand(after), depth + 1)
        way.opens = loop is not None
        way.marked = loop.id if loop is not None and step.marks else None
        way.item = step.item if step.tally else None
        way.plain = not (left or way.opens or way.item)
        return way


@lru_cache(maxsize=32)
def trail_of(automaton: Automaton, elements: Elements) -> Trail:
    """One trail per guide and delimiters for the whole process: what it learned of one file serves the next."""
    return Trail(automaton, elements)
