"""A file's segments by transaction set: every ST to its SE with its envelope, whatever else the file holds.

    for found in sets(tokens.read(file)):
        if isinstance(found, TransactionSet):
            found.kind, found.version        # "835", "005010X221A1"
            for segment in found: …          # ST to SE; what is left untaken is passed over
            found.se, found.count            # known behind the last segment
        else:
            found                            # a segment outside of sets: TA1, or text that is no segment

Nothing is held. Segments of a known kind that stand without an ST are a set whose ``st`` is None: nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from teachback.x12.tokens import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from teachback.x12.tokens import Segment
    from teachback.x12.told import Tellings, Told

View = TypeVar("View")
MOST_SEGMENTS: Final = 200_000
"""Segments of one answer that are kept; a 277CA of 10,000 claims of ten lines stays below."""
_BY_GROUP: Final = {"HP": "835", "HN": "277", "FA": "999", "HC": "837"}
_BY_SEGMENT: Final = {
    "BPR": "835",
    "CLP": "835",
    "SVC": "835",
    "PLB": "835",
    "AK1": "999",
    "AK2": "999",
    "STC": "277",
}
_ENDS: Final = frozenset({"SE", "ST", "GE", "GS", "ISA", "IEA"})
_TRAILERS: Final = frozenset({"SE", "GE", "IEA"})
_OUTSIDE: Final = frozenset({"", "TA1"})


class TransactionSet:
    """One set of a file, to be gone through once; see the module.

    ``interchange``, ``group`` and ``control`` are ISA13, GS06 and ST02 without blanks; ``is_test`` is ISA15 T.
    ``damaged`` are segments that were cut because they were too long.
    """

    __slots__ = (
        "_source",
        "_started",
        "control",
        "count",
        "damaged",
        "group",
        "interchange",
        "is_test",
        "kind",
        "se",
        "st",
        "version",
    )

    def __init__(self, source: _Sets, st: Segment | None, kind: str) -> None:
        self._source = source
        self._started = False
        self.st = st
        self.kind = kind
        self.interchange = source.interchange
        self.group = source.group
        self.is_test = source.is_test
        self.control = st.value(2).strip() if st is not None else ""
        self.version = ((st.value(3) if st is not None else "") or source.version).strip()
        self.se: Segment | None = None
        self.count = 0
        self.damaged: list[Segment] = []

    @property
    def control_numbers(self) -> tuple[str, str, str]:
        """ISA13, GS06 and ST02."""
        return self.interchange, self.group, self.control

    def __iter__(self) -> Iterator[Segment]:
        """The segments from ST to SE, numbered from 1; those not yet taken, where some were."""
        source = self._source
        if self.st is not None and not self._started:
            self._started = True
            self.count = self.st.number = 1
            yield self.st
        if self.se is not None or source.waiting is not None:
            return
        count = self.count
        for segment in source.segments:
            kind = segment.elements[0]
            if segment.trouble is not None:
                self._troubled(segment)
            if kind in _ENDS:
                if kind != "SE":
                    source.waiting = segment
                    return
                self.se = segment
                self.count = segment.number = count + 1
                yield segment
                return
            if kind or segment.trouble is Trouble.EMPTY:
                self.count = count = count + 1
            segment.number = count
            yield segment

    def _troubled(self, segment: Segment) -> None:
        if segment.trouble is Trouble.TOO_LONG and len(self.damaged) < 1:
            self.damaged.append(segment)


class _Sets:
    """The state of one going through: the envelope that is open, and the segment that ended the last set."""

    def __init__(self, segments: Iterable[Segment]) -> None:
        self.segments = iter(segments)
        self.waiting: Segment | None = None
        self.interchange = self.group = self.version = self.function = ""
        self.is_test = False

    def found(self) -> Iterator[TransactionSet | Segment]:
        while (segment := self._next()) is not None:
            kind = segment.elements[0]
            if kind == "ISA":
                self.interchange, self.is_test = segment.value(13).strip(), segment.value(15) == "T"
                self.group = self.version = self.function = ""
            elif kind == "GS":
                self.function, self.group = segment.value(1), segment.value(6).strip()
                self.version = segment.value(8)
            elif kind == "ST":
                yield from self._set(TransactionSet(self, segment, self._kind(segment.value(1))))
            elif kind in _OUTSIDE:
                yield segment
            elif kind not in _TRAILERS:
                yield from self._without_st(segment)

    def _next(self) -> Segment | None:
        if self.waiting is not None:
            segment, self.waiting = self.waiting, None
            return segment
        return next(self.segments, None)

    def _set(self, opened: TransactionSet) -> Iterator[TransactionSet]:
        yield opened
        for _segment in opened:
            pass

    def _without_st(self, first: Segment) -> Iterator[TransactionSet | Segment]:
        """Segments whose ST is missing: a set all the same, if what it is can be told."""
        kind = _BY_GROUP.get(self.function) or _BY_SEGMENT.get(first.elements[0], "")
        if not kind:
            yield first
            return
        opened = TransactionSet(self, None, kind)
        rest = self.segments
        self.segments = _before(first, rest)
        yield from self._set(opened)
        self.segments = rest

    def _kind(self, written: str) -> str:
        """ST01, or what the group holds where ST01 is no number of three digits."""
        written = written.strip()
        if len(written) == 3 and written.isdigit():  # noqa: PLR2004  the form of every set identifier
            return written
        return _BY_GROUP.get(self.function, written)


def _before(first: Segment, rest: Iterator[Segment]) -> Iterator[Segment]:
    yield first
    yield from rest


def sets(segments: Iterable[Segment]) -> Iterator[TransactionSet | Segment]:
    """Every set of a file's segments, and the segments outside of sets, in the order of the file."""
    return _Sets(segments).found()


@dataclass(frozen=True, slots=True)
class ReadAnswer(Generic[View]):
    """An answer with its typed view, every segment of it as it stands in the file, and what is told of it."""

    view: View
    segments: tuple[Segment, ...]
    told: tuple[Told, ...]


def kept(opened: TransactionSet, tellings: Tellings) -> list[Segment]:
    """The segments of a set; beyond `MOST_SEGMENTS`, told, they are passed over."""
    segments: list[Segment] = []
    too_many = False
    for segment in opened:
        if len(segments) < MOST_SEGMENTS:
            segments.append(segment)
        elif not too_many:
            too_many = True
            message = f"The set has more than {MOST_SEGMENTS:,} segments; the rest was passed over."
            tellings.add("too-many", segment, "", message, blocks=True)
    return segments


def tell_whole(opened: TransactionSet, segments: Sequence[Segment], tellings: Tellings) -> None:
    """Tell where a set is not whole: no ST or SE, another count or number than SE says, a segment that was cut."""
    tell = tellings.add
    for segment in opened.damaged:
        tell("too-long", segment, "", "the segment is too long and was cut.", blocks=True)
    last = opened.se or (segments[-1] if segments else opened.st)
    if last is None:
        return
    if opened.st is None:
        tell("set-start-missing", last, "ST", "the transaction set does not begin with ST.", blocks=True)
    se = opened.se
    if se is None:
        message = "the transaction set has no SE: the file may be cut off, and part of it missing."
        tell("set-cut-off", last, "SE", message, blocks=True)
        return
    if se.value(1).strip().lstrip("0") != str(opened.count):
        message = f"SE01 is not the number of segments, {opened.count}: segments may be missing."
        tell("segment-count", se, "SE01", message, blocks=True)
    if opened.st is not None and se.value(2).strip() != opened.control:
        message = "SE02 is not the control number in ST02: two files may be mixed."
        tell("set-number", se, "SE02", message, blocks=True)
