"""The tree of levels (HL), the subscriber (SBR) and the patient (PAT)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.x12.meaning.state import MEDICARE, PAD, Level, State, following

if TYPE_CHECKING:
    from teachback.x12.tokens import Segment

BILLING, SUBSCRIBER, PATIENT = "20", "22", "23"
SELF = "18"
LATER = frozenset("STABCDEFGH")
"""SBR01 of a payer who is asked after another."""
_PARENT = {SUBSCRIBER: BILLING, PATIENT: SUBSCRIBER}
_DEPTH = {BILLING: 0, SUBSCRIBER: 1, PATIENT: 2}


def level(s: State, segment: Segment) -> None:
    """HL: numbered from 1 without gaps, under a parent that is there and of the level above."""
    e = segment.elements + PAD
    number, parent, kind = e[1], e[2], e[3]
    # Loops that are entered anew forget what stood there.
    _enter(s, kind)
    path = s.last_levels
    counted = len(s.levels) + 1
    # One gap is told once: levels that go on counting from it are not told again.
    if number != str(counted) and number != following(s.last_level):
        s.say("X510", segment, "HL01", number=number or "nothing", counted=counted)
    s.last_level = number
    here = Level(segment, number, kind, e[4])
    s.levels[str(counted)] = here
    if kind not in _DEPTH:
        return
    while path and _DEPTH[path[-1].kind] >= _DEPTH[kind]:
        _close(s, path.pop())
    _judge_parent(s, here, parent)
    path.append(here)


def _judge_parent(s: State, here: Level, parent: str) -> None:
    path = s.last_levels
    wanted = _PARENT.get(here.kind)
    above = path[-1] if path else None
    if above is not None:
        above.children += 1
    if wanted is None:
        if parent:
            s.say("X511", here.segment, "HL02", parent=parent, why="the billing provider stands at the top")
        return
    if not parent:
        return  # a missing element: told by the structure
    if above is None or above.kind != wanted:
        return  # a level out of its place: told by the structure
    if parent != above.number and parent != _counted(s, above):
        known = parent in s.levels
        why = "that level is another one" if known else "there is no level of that number"
        s.say("X511", here.segment, "HL02", parent=parent, why=why)


def _counted(s: State, wanted: Level) -> str:
    return next((count for count, one in reversed(s.levels.items()) if one is wanted), "")


def _close(s: State, done: Level) -> None:
    """HL04 tells whether levels follow below."""
    if done.says_children == "0" and done.children:
        s.say("X513", done.segment, "HL04", told="none", found="others stand below it")
    elif done.says_children == "1" and not done.children:
        s.say("X513", done.segment, "HL04", told="others below it", found="none follows")


def close(s: State) -> None:
    """The end of the transaction closes every level."""
    while s.last_levels:
        _close(s, s.last_levels.pop())


def _enter(s: State, kind: str) -> None:
    if kind == BILLING:
        s.billing = None
    if kind in {BILLING, SUBSCRIBER}:
        s.medicare = False
        s.order, s.relationship = "", ""
        s.order_segment = s.member = s.payer = None
        s.household = False
        s.known = set()
        s.born = None
    s.party = None


def subscriber(s: State, segment: Segment) -> None:
    """SBR of 2000B: in what order the payer is asked, and as whose insurance."""
    e = segment.elements + PAD
    s.order, s.relationship, s.order_segment = e[1], e[2], segment
    s.medicare = e[9] in MEDICARE
    if not s.medicare:
        return
    kind = e[5]
    if s.order == "P" and kind:
        s.say("X603", segment, "SBR05", kind=kind)
    elif s.order in LATER and not kind:
        s.say("X604", segment, "SBR05")
    wanted = "MA" if s.setting.institutional else "MB"
    if e[9] != wanted:
        s.say("X613", segment, "SBR09", indicator=e[9], wanted=wanted)


def patient_level(s: State, segment: Segment) -> None:
    """PAT of 2000C: with Medicare the subscriber is always the patient."""
    s.household = True
    if s.medicare:
        s.say("X601", segment)
