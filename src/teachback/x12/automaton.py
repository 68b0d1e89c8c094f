"""Which item of a loop a segment is: an automaton per loop that builds itself from the grammar as files need it.

A `State` is one situation within a loop: how far it has come, and which items it has. ``step(state, key)`` says
what a segment does there, and is worked out once per state and key; files of one system need a few hundred.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from teachback.x12.grammar.layout import LAYOUTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from teachback.x12.grammar import Grammar, Item, Loop, Shape

_COUNTED_TO = 20
_MOST_STATES = 20_000
_MOST_KEYS = 400
_DEEPEST = 4


@dataclass(slots=True, eq=False)
class State:
    """One situation within a loop. ``counts`` are of its items, up to one more than may be.

    ``missing`` are the required items that it does not have yet.
    """

    loop: Loop
    place: int
    counts: tuple[int, ...]
    missing: tuple[Item, ...]
    known: dict[str, Step | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What a segment does in a state: the item it is, the state afterwards.

    ``plain`` for a segment that opens nothing and needs no count; ``too_often`` the first time the item stands more
    often than it may. ``tally`` where the automaton does not count. ``marks`` for the opening of a level or claim;
    ``passed`` are then required items left behind. ``other`` is another item that the segment may be, where two
    cannot be told apart by the qualifier.
    """

    item: Item
    shape: Shape
    state: State
    plain: bool
    too_often: bool
    tally: bool
    marks: bool
    passed: tuple[Item, ...] = ()
    other: Step | None = None


class Automaton:
    """The states of one grammar."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self.layout = LAYOUTS[grammar.kind]
        self._marking = self.layout.marking
        self._states: dict[tuple[str, int, tuple[int, ...]], State] = {}
        self._opened: dict[str, State] = {}
        shapes = [(loop, item) for loop in grammar.loops.values() for item in loop.items]
        self.qualified = frozenset(item.shape.id for _, item in shapes if item.shape.qualifiers)
        self._homes: dict[str, set[str]] = {}
        for loop, item in shapes:
            home = item.loop.id if item.loop else loop.id
            for key in keys_of(item.shape):
                self._homes.setdefault(key, set()).add(home)

    def opened(self, loop: Loop) -> State:
        """The state of a loop behind its opening segment."""
        known = self._opened.get(loop.id)
        if known is None:
            known = self._opened[loop.id] = self._first(loop)
        return known

    def _first(self, loop: Loop) -> State:
        """The same, worked out."""
        first = loop.items[0]
        if loop is self.grammar.root:
            return self._state(loop, 0, (0,) * len(loop.items))
        # The opening segment's own place may be later than that of the items behind it.
        place = min([first.place, *(item.place for item in loop.items[1:])])
        return self._state(loop, place, (1,) + (0,) * (len(loop.items) - 1))

    def _state(self, loop: Loop, place: int, counts: tuple[int, ...]) -> State:
        """The one state of that content."""
        key = (loop.id, place, counts)
        state = self._states.get(key)
        if state is None:
            if len(self._states) > _MOST_STATES:
                self._states.clear()
            missing = tuple(
                item for item, count in zip(loop.items, counts, strict=True) if item.required and not count
            )
            state = self._states[key] = State(loop, place, counts, missing)
        return state

    def step(self, state: State, key: str) -> Step | None:
        """What a segment of that key does in its order; None where it has no place here or later."""
        known = state.known
        if key in known:
            return known[key]
        if len(known) > _MOST_KEYS:
            known.clear()
        fitting = [
            index for index in _fitting(state.loop, key) if state.loop.items[index].place >= state.place
        ]
        steps = [self._stepped(state, index) for index in fitting]
        steps.sort(key=lambda step: step.too_often)
        found = steps[0] if steps else None
        if len(steps) > 1:
            found = self._stepped(state, fitting[0], steps[1])
        known[key] = found
        return found

    def displaced(self, state: State, key: str) -> Step | None:
        """The same without regard to order; the state's place stays."""
        fitting = _fitting(state.loop, key)
        return self._stepped(state, fitting[0]) if fitting else None

    def by_id(self, state: State, segment: str) -> Step | None:
        """The only item from here on with that segment id, whatever its qualifier."""
        items = state.loop.items
        found = [index for index in range(1, len(items)) if items[index].shape.id == segment]
        if state.loop is self.grammar.root and items[0].shape.id == segment:
            found.insert(0, 0)
        if len(found) != 1 or items[found[0]].place < state.place:
            return None
        return self._stepped(state, found[0])

    def seen(self, state: State, items: tuple[Item, ...]) -> State:
        """The state with these items taken as present, so that their absence is told once."""
        counts = tuple(
            max(count, 1) if item in items else count
            for item, count in zip(state.loop.items, state.counts, strict=True)
        )
        return self._state(state.loop, state.place, counts)

    def _stepped(self, state: State, index: int, other: Step | None = None) -> Step:
        """The step to one item."""
        item = state.loop.items[index]
        counted = 0 < item.most <= _COUNTED_TO
        cap = item.most + 1 if counted else 1
        count = state.counts[index]
        counts = (*state.counts[:index], min(count + 1, cap), *state.counts[index + 1 :])
        after = self._state(state.loop, max(state.place, item.place), counts)
        marks = item.loop is not None and item.loop.id in self._marking
        passed = tuple(left for left in state.missing if left.place < item.place) if marks else ()
        if passed:
            after = self.seen(after, passed)
        tally = item.most > _COUNTED_TO
        too_often = counted and count == item.most
        plain = item.loop is None and not (tally or too_often)
        return Step(item, item.shape, after, plain, too_often, tally, marks, passed, other)

    def path(self, state: State, key: str) -> list[Item] | None:
        """The loops to enter from a state so that the segment has its place, though their openings are missing.

        Only where it is likely: the loops are required and lacking, or the segment is required in a loop that no
        other shares it with.
        """
        alone = len(self._homes.get(key, ())) == 1
        candidates = [
            path
            for item in state.loop.items
            if item.loop and item.place >= state.place and (alone or item in state.missing)
            for path, needed in _paths(item, key, _DEEPEST)
            if (needed and (alone or all(inner.required for inner in path)))
            or (len(path) == 1 and item in state.missing and not _lacks_before(state, item))
        ]
        return min(candidates, key=len, default=None)

    def late(self, state: State, key: str) -> Step | None:
        """The step to a segment that the loop lacks so far, though it should have stood earlier."""
        for index in _fitting(state.loop, key):
            if state.loop.items[index].loop is None and not state.counts[index]:
                return self._stepped(state, index)
        return None

    def headless(self, state: State, key: str) -> list[Item]:
        """Loops from here on that the state does not have yet, and that hold the segment behind their openings."""
        return [
            item
            for item, count in zip(state.loop.items, state.counts, strict=True)
            if item.loop and not count and item.place >= state.place
            if any(inner.loop is None and fits(inner.shape, key) for inner in item.loop.items[1:])
        ]

    def opens(self, key: str) -> Loop | None:
        """The first loop of the guide that a segment of that key opens."""
        for loop in self.grammar.loops.values():
            if loop is not self.grammar.root and key in keys_of(loop.opening):
                return loop
        return None

    def knows(self, key: str) -> bool:
        """Whether the guide has a segment of that key anywhere."""
        return key in self._homes


def keys_of(shape: Shape) -> list[str]:
    """The keys of a shape's segments: ``N3``, or with each qualifier ``NM1*85``."""
    return [f"{shape.id}*{code}" for code in shape.qualifiers] if shape.qualifiers else [shape.id]


def fits(shape: Shape, key: str) -> bool:
    """Whether a segment of that key is of the shape."""
    segment, _, qualifier = key.partition("*")
    return shape.id == segment and (not shape.qualifiers or qualifier in shape.qualifiers)


def _fitting(loop: Loop, key: str) -> list[int]:
    """Which items of a loop a segment may be; the opening one is its parent's matter, the root's own aside."""
    start = 0 if loop.id == "ST" else 1
    return [index for index in range(start, len(loop.items)) if fits(loop.items[index].shape, key)]


def _lacks_before(state: State, item: Item) -> bool:
    """Whether a required segment of an earlier place is lacking too: then the loop has hardly been reached."""
    return any(left.loop is None and left.place < item.place for left in state.missing)


def _paths(item: Item, key: str, depth: int) -> Iterator[tuple[list[Item], bool]]:
    """Chains of loops from an item to the one that holds a segment of that key, and whether it is required there."""
    loop = item.loop
    if loop is None or depth == 0:
        return
    for inner in loop.items[1:]:
        if fits(inner.shape, key):
            yield [item, inner] if inner.loop else [item], inner.required
        elif inner.loop:
            for path, needed in _paths(inner, key, depth - 1):
                yield [item, *path], needed
