"""Walks through 837, 835, 277CA and 999: which loop a segment is in, what is missing, odd or wrong, claim by claim.

``check(read(stream))`` yields `Event` after event; nothing but the present claim and its levels is held.

- ``INTERCHANGE`` [ISA], ``GROUP`` [GS]: what opens them; ``GROUP_END`` [GE], ``INTERCHANGE_END`` [IEA] (``[]`` where
  the trailer is missing).
- ``TRANSACTION``: the head has been read (837: ST, BHT, 1000A, 1000B; 835: BPR to 1000B; 277CA: BHT; 999: AK1).
- ``LEVEL``: one level is complete, before its claims. 837: 2000A, 2000B or 2000C with its 2010 loops; 277CA: 2000A to
  2000D with what is said of them as a whole; 835: LX with TS3 and TS2, and each PLB; 999: the answer to one set, the
  last one with AK9.
- ``CLAIM``: one claim is complete. 837: CLM to the last segment of its lines; ``billing``, ``subscriber`` and
  ``patient`` are the levels above it (``patient`` is None where the subscriber is the patient). 835: CLP to the last
  segment of its lines. 277CA: TRN to the last segment of the answer to one claim.
- ``TRANSACTION_END`` [SE].
- ``STRAY``: what stands outside of envelopes, and TA1.

Every segment has its ``loop`` and ``number`` (ST is 1) by then; one without a place keeps the loop that it stands in.
``issues`` are those of the event's own segments, in the order of the file, as far as the grammar tells them:
order, presence, repeats, types, lengths, the guide's own codes. ``position`` gives a segment's position.

After a fault the walk goes on where it is most likely right: a missing opening of a loop is told once and the loop
entered; a segment of an earlier place is told and the order kept; a wrong HL03 is told and read as what follows it.
Transaction sets of other kinds and versions pass by uncollected: their envelopes alone are checked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.x12.envelope_check import Envelopes, Transaction
from teachback.x12.events import Event, EventKind, Level, position
from teachback.x12.faults import FAULTS
from teachback.x12.grammar.layout import LAYOUTS
from teachback.x12.placing import Placing
from teachback.x12.tokens import Trouble
from teachback.x12.versions import kind_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from teachback.x12.issues import Issue
    from teachback.x12.tokens import Segment

__all__ = ["Event", "EventKind", "Level", "Transaction", "check", "position"]

_ENVELOPE = frozenset({"ISA", "GS", "ST", "SE", "GE", "IEA", "TA1", ""})
_BEGIN_A_SET = {"BHT": "", "HL": "", "BPR": "835", "AK1": "999"}
_MOST_SEGMENTS = 100_000
_MOST_HELD = 2_000
_TROUBLES = {
    Trouble.BYTE_ORDER_MARK: "X123",
    Trouble.JUNK: "X214",
    Trouble.NOT_X12: "X101",
    Trouble.EMPTY: "X210",
    Trouble.TOO_LONG: "X213",
    Trouble.UNTERMINATED: "X124",
    Trouble.DELIMITERS_GUESSED: "X122",
    Trouble.WRAPPED: "X212",
}


def check(segments: Iterable[Segment]) -> Iterator[Event]:
    """The events of a file's segments, as ``tokens.read`` gives them. Whatever they hold, nothing is raised."""
    return _Walk().events(segments)


class _Walk:
    """The state of one walk: envelopes, and within a claim's transaction set the place in its loops."""

    def __init__(self) -> None:
        self.envelopes = Envelopes()
        self.placing: Placing | None = None
        self.layout = LAYOUTS[""]
        self.transaction: Transaction | None = None
        self.bucket: list[Segment] = []
        self.issues: list[Issue] = []
        self.opened_by = ""  # the loop whose opening began the bucket; empty for the head of the set
        self.levels: dict[str, Level] = {}
        self.level_count = 0
        self.held: list[Segment] = []
        self.pending: Segment | None = None  # an HL that waits for what follows it
        self.partial = False

    def events(self, segments: Iterable[Segment]) -> Iterator[Event]:
        """The events of all segments."""
        envelopes = self.envelopes
        for segment in segments:
            segment_id = segment.elements[0]
            placing = self.placing
            if segment_id in _ENVELOPE or segment.trouble is not None:
                yield from self._special(segment)
            elif placing is None:
                yield from self._outside(segment)
            else:
                envelopes.segments = segment.number = envelopes.segments + 1
                held = self.pending
                if held is not None:
                    self.pending = None
                    marked = placing.place(held, segment)
                    yield from self._taken(held, marked)
                if segment_id == "HL":
                    self.pending = segment
                    continue
                # The common case without a generator of its own: the segment opens no level or claim.
                marked = placing.place(segment, None)
                bucket = self.bucket
                if marked is None and len(bucket) < _MOST_SEGMENTS:
                    bucket.append(segment)
                else:
                    yield from self._taken(segment, marked)
        yield from self._end_interchange(None)

    # Within a transaction set

    def _number(self, segment: Segment) -> None:
        self.envelopes.segments += 1
        segment.number = self.envelopes.segments

    def _inside(self, segment: Segment) -> Iterator[Event]:
        """A segment of a claim's transaction set."""
        if self.pending is not None:
            held, self.pending = self.pending, None
            yield from self._placed(held, segment)
        if segment.elements[0] == "HL":
            self.pending = segment
            return
        yield from self._placed(segment, None)

    def _placed(self, segment: Segment, following: Segment | None) -> Iterator[Event]:
        """A segment that needs the one after it to find its place."""
        if self.placing is not None:
            yield from self._taken(segment, self.placing.place(segment, following))

    def _taken(self, segment: Segment, marked: str | None) -> Iterator[Event]:
        """What placing a segment brought: issues of what ended before it, a new bucket, issues of its own."""
        placing = self.placing
        assert placing is not None  # noqa: S101  the callers' condition
        self.issues += placing.telling.closing
        placing.telling.closing = []
        if marked:
            yield self._gathered()
            self.opened_by = marked
            self._enter(marked)
        self.issues += placing.telling.issues
        placing.telling.issues = []
        self.bucket.append(segment)
        if len(self.bucket) > _MOST_SEGMENTS:
            yield self._gathered(partial=True)

    def _enter(self, loop: str) -> None:
        """A level or claim begins with the next segment of the bucket."""
        code = self.layout.levels.get(loop)
        placing, transaction = self.placing, self.transaction
        if code is None:
            if transaction is not None:
                transaction.claims += 1
            return
        if placing is not None:
            placing.telling.claim = ""
        self.level_count += 1
        codes = self.layout.codes
        for other in codes[codes.index(code) :]:
            self.levels.pop(other, None)
        self.levels[code] = Level(code, self.bucket, self.level_count)

    def _gathered(self, *, partial: bool = False) -> Event:
        """The event of what the bucket holds; a new one begins."""
        bucket, issues = self.bucket, self.issues
        self.bucket, self.issues = [], []
        levels = self.levels
        event = Event(EventKind.TRANSACTION, bucket, issues, self.transaction)
        level = self.layout.levels.get(self.opened_by)
        if level is not None:
            event.kind = EventKind.LEVEL
            event.level = levels.get(level)
            if event.level is not None:
                event.level.segments = bucket
        elif self.opened_by:
            event.kind = EventKind.CLAIM
            event.partial = partial or self.partial
            self.partial = partial
        billing, subscriber, patient = self.layout.above
        event.billing, event.subscriber, event.patient = (
            levels.get(billing),
            levels.get(subscriber),
            levels.get(patient),
        )
        if event.kind is EventKind.CLAIM:
            event.level = event.patient or event.subscriber or event.billing
        return event

    # Envelopes and what is odd

    def _special(self, segment: Segment) -> Iterator[Event]:
        """An envelope segment, or one that the reader found odd."""
        issues = self._troubled(segment)
        segment_id = segment.elements[0]
        if segment_id in _ENVELOPE and self.pending is not None:
            held, self.pending = self.pending, None
            yield from self._placed(held, None)
        if segment_id == "":
            if segment.trouble is Trouble.EMPTY and self.envelopes.transaction is not None:
                self.envelopes.segments += 1
            yield Event(EventKind.STRAY, [segment], issues, self.transaction)
        elif segment_id not in _ENVELOPE:
            yield from self._odd(segment, issues)
        else:
            yield from self._envelope(segment, issues)

    def _troubled(self, segment: Segment) -> list[Issue]:
        """The issue of a reader's trouble."""
        if segment.trouble is None:
            return [] if segment.elements[0] else [FAULTS["X210"].at(self.envelopes.at(segment))]
        return [FAULTS[_TROUBLES[segment.trouble]].at(self.envelopes.at(segment))]

    def _odd(self, segment: Segment, issues: list[Issue]) -> Iterator[Event]:
        """A segment with trouble that has its place all the same."""
        if self.placing is None:
            if self.envelopes.transaction is None:
                yield Event(EventKind.STRAY, [], issues, self.transaction)
                yield from self._outside(segment)
                return
            yield Event(EventKind.STRAY, [], issues, self.transaction)
            yield from self._outside(segment)
            return
        self._number(segment)
        yield from self._inside(segment)
        self.issues += issues

    def _envelope(self, segment: Segment, issues: list[Issue]) -> Iterator[Event]:
        """ISA, GS, ST, SE, GE, IEA, TA1."""
        match segment.elements[0]:
            case "ISA":
                yield from self._end_interchange(None)
                yield self._event(
                    EventKind.INTERCHANGE, segment, issues, self.envelopes.open_interchange(segment)
                )
            case "GS":
                yield from self._end_group(None)
                issues += self._without("interchange", segment)
                yield self._event(EventKind.GROUP, segment, issues, self.envelopes.open_group(segment))
            case "ST":
                yield from self._end_set(None)
                issues += self._without("group", segment)
                self._open_set(segment, issues)
            case "SE":
                yield from self._end_set(segment, issues)
            case "GE":
                yield from self._end_group(segment, issues)
            case "IEA":
                yield from self._end_interchange(segment, issues)
            case _:
                issues += self.envelopes.interchange_answer(segment)
                yield Event(EventKind.STRAY, [segment], issues, self.transaction)

    def _event(self, kind: EventKind, segment: Segment, *issues: list[Issue]) -> Event:
        return Event(kind, [segment], [issue for group in issues for issue in group], self.transaction)

    def _without(self, envelope: str, segment: Segment) -> list[Issue]:
        """What is missing around a GS or ST; told once, the envelope then counts as open."""
        envelopes = self.envelopes
        issues = []
        if not envelopes.interchange_open and envelopes.isa is None:
            issues.append(FAULTS["X102"].at(envelopes.at(segment)))
        elif not envelopes.interchange_open:
            issues.append(FAULTS["X121"].at(envelopes.at(segment)))
        envelopes.interchange_open = True
        if envelope == "group" and not envelopes.group_open:
            issues.append(FAULTS["X108"].at(envelopes.at(segment)))
            envelopes.group_open = True
            envelopes.gs = None
        return issues

    def _open_set(self, st: Segment, issues: list[Issue]) -> None:
        """An ST: from here on segments are placed, if the guide is known."""
        self.issues = issues + self.envelopes.open_set(st)
        self.transaction = self.envelopes.transaction
        self.bucket = [st]
        self.opened_by = ""
        self.levels = {}
        self.level_count = 0
        self.held = []
        self.pending = None
        self.layout = LAYOUTS[""]
        if self.transaction is not None and self.transaction.kind and not self.transaction.undecided:
            self._place_by(self.transaction, st)

    def _place_by(self, transaction: Transaction, first: Segment) -> None:
        """The guide of a set is known: its segments are placed."""
        self.placing = Placing(transaction.kind, first.delimiters, transaction)
        self.layout = self.placing.layout

    def _outside(self, segment: Segment) -> Iterator[Event]:
        """A segment where nothing is placed: outside a set, in one that is not checked, or not yet decided."""
        envelopes, transaction = self.envelopes, self.transaction
        if envelopes.transaction is None:
            yield from self._stray(segment)
            return
        self._number(segment)
        if transaction is None or not transaction.undecided:
            return
        self.held.append(segment)
        if segment.elements[0] == "CLM" or len(self.held) > _MOST_HELD:
            transaction.kind = "837I" if segment.component(5, 2) == "A" else "837P"
            yield from self._decided(transaction)

    def _decided(self, transaction: Transaction) -> Iterator[Event]:
        """The guide is known: what was held back is placed."""
        transaction.undecided = False
        st = transaction.st
        if st is None:
            return
        self._place_by(transaction, st)
        held, self.held = self.held, []
        for segment in held:
            yield from self._inside(segment)

    def _stray(self, segment: Segment) -> Iterator[Event]:
        """A segment outside any transaction set; the first BHT, HL, BPR or AK1 begins one that lacks its ST."""
        envelopes = self.envelopes
        if segment.elements[0] not in _BEGIN_A_SET:
            yield Event(EventKind.STRAY, [segment], [FAULTS["X121"].at(envelopes.at(segment))])
            return
        issues = self._without("group", segment)
        issues.append(FAULTS["X113"].at(envelopes.at(segment)))
        version = envelopes.gs.value(8) if envelopes.gs else ""
        made = Transaction(version=version, isa=envelopes.isa, gs=envelopes.gs, undecided=True)
        made.st = segment  # the delimiters' sake
        envelopes.transaction = self.transaction = made
        envelopes.sets += 1
        envelopes.segments = 1
        self._begin_without_st(issues)
        kind = kind_of(version) or _BEGIN_A_SET[segment.elements[0]]
        if kind and not kind.startswith("837"):
            made.kind, made.undecided = kind, False
            self._place_by(made, segment)
            self._number(segment)
            yield from self._inside(segment)
            return
        yield from self._outside(segment)

    def _begin_without_st(self, issues: list[Issue]) -> None:
        self.issues, self.bucket, self.held = issues, [], []
        self.opened_by, self.levels, self.level_count, self.pending = "", {}, 0, None

    def _end_set(self, se: Segment | None, issues: list[Issue] | None = None) -> Iterator[Event]:
        """The end of a transaction set, by its SE or by what comes instead."""
        if self.envelopes.transaction is None:
            if se is not None:
                found = (issues or []) + self.envelopes.close_set(se)
                yield Event(EventKind.STRAY, [se], found)
            return
        if self.pending is not None:
            held, self.pending = self.pending, None
            yield from self._placed(held, None)
        if self.held and self.transaction is not None:
            self.transaction.kind = "837P"
            yield from self._decided(self.transaction)
        empty = self.envelopes.segments <= 1
        if self.placing is not None and not empty:
            self.issues += self.placing.finish()
        yield self._gathered()
        if se is not None:
            self._number(se)
        found = (issues or []) + (self.envelopes.empty_set() if empty else self.envelopes.close_set(se))
        yield Event(EventKind.TRANSACTION_END, [se] if se else [], found, self.transaction)
        self.envelopes.transaction = self.transaction = None
        self.placing = None
        self.levels = {}

    def _end_group(self, ge: Segment | None, issues: list[Issue] | None = None) -> Iterator[Event]:
        """The end of a functional group."""
        yield from self._end_set(None)
        if ge is None and not self.envelopes.group_open:
            return
        if ge is not None and not self.envelopes.group_open:
            yield Event(EventKind.STRAY, [ge], (issues or []) + [FAULTS["X121"].at(self.envelopes.at(ge))])
            return
        found = (issues or []) + self.envelopes.close_group(ge)
        yield Event(EventKind.GROUP_END, [ge] if ge else [], found)
        self.envelopes.gs = None

    def _end_interchange(self, iea: Segment | None, issues: list[Issue] | None = None) -> Iterator[Event]:
        """The end of an interchange."""
        yield from self._end_group(None)
        if not self.envelopes.interchange_open:
            if iea is not None:
                yield Event(
                    EventKind.STRAY, [iea], (issues or []) + [FAULTS["X121"].at(self.envelopes.at(iea))]
                )
            return
        found = (issues or []) + self.envelopes.close_interchange(iea)
        yield Event(EventKind.INTERCHANGE_END, [iea] if iea else [], found)
