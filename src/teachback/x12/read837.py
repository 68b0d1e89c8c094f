"""Claims back from the segments of any 837, as far as they can be read; what cannot be read is told, never guessed.

    for found in claims(tokens.read(file)):
        found.claim               # claimdata.Claim, or None where the CLM itself is unreadable
        found.position            # of the CLM
        found.lines_position      # one for each line of the claim, of its SV1 or SV2
        found.troubles            # what could not be read: element, segment and reason

`ClaimReader` does the same step by step for a caller who looks at every segment itself. Reading back a file that
`write837` wrote gives ``sent.as_sent`` of every claim.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from teachback.model import ClaimForm
from teachback.x12 import tokens
from teachback.x12.issues import Position
from teachback.x12.readclaim import read_claim, read_others
from teachback.x12.readline import read_line
from teachback.x12.readparties import Subscriber, read_billing, read_subscriber
from teachback.x12.readvalues import UNKNOWN_DATE, Notes, Unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import BinaryIO

    from teachback.claimdata import BillingProvider, Claim, ClaimLine
    from teachback.x12.tokens import Segment

__all__ = ["UNKNOWN_DATE", "ClaimReader", "ReadClaim", "Unread", "claims", "read_claims"]

_BILLING: Final = "20"
_SUBSCRIBER: Final = "22"
_PATIENT: Final = "23"
_ENDS: Final = frozenset({"SE", "GE", "GS", "IEA"})
_TURNS: Final = frozenset({"LX", "SV1", "SV2", "SBR", "CLM", "HL", "ST", "ISA"}) | _ENDS
_OF_PARTIES: Final = frozenset({"NM1", "N3", "N4", "REF", "PER", "PRV", "DMG", "SBR"})
MOST_SEGMENTS: Final = 50_000
"""Segments of one claim that are kept; 999 lines with fifteen answers each stay below."""
_INSTITUTIONAL: Final = "005010X223"


@dataclass(frozen=True, slots=True)
class ReadClaim:
    """One claim as it stands in a file.

    ``claim.lines`` and ``lines_position`` go together; a line whose service or date cannot be read is in neither and
    told in ``troubles``. A birth date that cannot be read is `UNKNOWN_DATE`; an amount 0.00; a text empty.
    ``patient_is_subscriber`` is false where the patient stands in a loop 2000C: ``claim.beneficiary`` is then the
    patient, with the subscriber's member id.
    """

    claim: Claim | None
    head: Segment
    line_heads: tuple[Segment, ...]
    interchange: str
    transaction: str
    troubles: tuple[Unread, ...]
    patient_is_subscriber: bool = True

    @property
    def position(self) -> Position:
        """Where the claim's CLM stands."""
        return self._at(self.head, "2300")

    @property
    def lines_position(self) -> tuple[Position, ...]:
        """Where the SV1 or SV2 of each line of ``claim.lines`` stands."""
        return tuple(self._at(segment, "2400") for segment in self.line_heads)

    def _at(self, segment: Segment, loop: str) -> Position:
        return Position(
            segment.line,
            segment.byte,
            segment.elements[0],
            loop=loop,
            segment_number=segment.number,
            interchange=self.interchange,
            transaction=self.transaction,
            claim=self.head.value(1),
        )


def claims(segments: Iterable[Segment]) -> Iterator[ReadClaim]:
    """Every claim of the segments, in order; nothing is held but the present claim."""
    reader = ClaimReader()
    take = reader.take
    for segment in segments:
        found = take(segment)
        if found is not None:
            yield found
    found = reader.end()
    if found is not None:
        yield found


def read_claims(stream: BinaryIO) -> Iterator[ReadClaim]:
    """Every claim of a file that was opened in binary."""
    return claims(tokens.read(stream))


class ClaimReader:
    """Takes segment after segment; a claim comes out with the segment that follows its last one."""

    def __init__(self) -> None:
        self._interchange = self._transaction = self._version = ""
        self._billing_told: list[Segment] = []
        self._subscriber_told: list[Segment] = []
        self._patient_told: list[Segment] = []
        self._billing: BillingProvider | None = None
        self._subscriber: Subscriber | None = None
        # What is being filled: one of the three above, or a part of the present claim.
        self._open: list[Segment] = []
        self._held = 0
        self._head: list[Segment] = []
        self._others: list[list[Segment]] = []
        self._lines: list[list[Segment]] = []

    def take(self, segment: Segment) -> ReadClaim | None:
        """Take one segment; returns the claim that it ends."""
        kind = segment.elements[0]
        if not self._head:
            self._outside(kind, segment)
            return None
        if kind in _TURNS:
            if kind == "LX":
                self._open = []
                self._lines.append(self._open)
            elif kind in {"SV1", "SV2"}:
                self._service()
            elif kind == "SBR":
                self._open = []
                self._others.append(self._open)
            else:
                found = self._finished()
                self._outside(kind, segment)
                return found
        self._held += 1
        if self._held <= MOST_SEGMENTS:
            self._open.append(segment)
        return None

    def _hold(self, segment: Segment) -> None:
        """Keep a segment of the present claim or party, up to a number that no true file reaches."""
        self._held += 1
        if self._held <= MOST_SEGMENTS:
            self._open.append(segment)

    def end(self) -> ReadClaim | None:
        """The claim that was open when the file ended."""
        return self._finished() if self._head else None

    def _service(self) -> None:
        """A service without an LX of its own is a line all the same."""
        if not self._lines or any(one.elements[0] in {"SV1", "SV2"} for one in self._lines[-1]):
            self._open = []
            self._lines.append(self._open)

    def _outside(self, kind: str, segment: Segment) -> None:
        """A segment that stands in no claim: envelopes, hierarchy, parties, or the CLM that begins one."""
        if kind == "CLM":
            self._held = 0
            self._head = [segment]
            self._open = self._head
        elif kind == "HL":
            self._level(segment.value(3))
        elif kind == "SBR" and self._open is not self._subscriber_told:
            # The subscriber's HL is missing or wrong.
            self._level(_SUBSCRIBER)
            self._hold(segment)
        elif kind == "ISA":
            self._interchange = segment.value(13)
            self._version = ""
            self._forget()
        elif kind == "ST":
            self._transaction = segment.value(2)
            self._version = segment.value(3) or self._version
            self._forget()
        elif kind == "GS":
            self._version = segment.value(8)
        elif kind in _OF_PARTIES:
            self._hold(segment)

    def _forget(self) -> None:
        self._billing = self._subscriber = None
        self._billing_told, self._subscriber_told, self._patient_told = [], [], []
        self._open = self._billing_told
        self._held = 0

    def _level(self, level: str) -> None:
        self._held = 0
        if level == _BILLING:
            self._forget()
        elif level == _SUBSCRIBER:
            self._subscriber = None
            self._subscriber_told, self._patient_told = [], []
            self._open = self._subscriber_told
        elif level == _PATIENT:
            self._patient_told = []
            self._open = self._patient_told

    def _finished(self) -> ReadClaim:
        notes = Notes()
        if self._held > MOST_SEGMENTS:
            notes.add(
                "CLM", self._head[0], f"has more than {MOST_SEGMENTS:,} segments; the rest was passed over"
            )
        head, others, lines = self._head, self._others, self._lines
        self._head, self._others, self._lines = [], [], []
        self._open = self._patient_told or self._subscriber_told
        if self._billing is None:
            self._billing = read_billing(self._billing_told, notes)
        if self._subscriber is None:
            self._subscriber = read_subscriber(self._subscriber_told, notes)
        subscriber = self._subscriber
        if self._patient_told:
            subscriber = subscriber.with_patient(self._patient_told, notes)
        form = _form(head[0], lines, self._version)
        read: list[ClaimLine] = []
        heads: list[Segment] = []
        for told in lines:
            line = read_line(told, head[0], notes)
            if line is not None:
                read.append(line[0])
                heads.append(line[1])
        payers = read_others(others, notes) if others else ()
        claim = read_claim(head, form, self._billing, subscriber, tuple(read), payers, notes)
        return ReadClaim(
            claim,
            head[0],
            tuple(heads),
            self._interchange,
            self._transaction,
            tuple(notes.told),
            not self._patient_told,
        )


def _form(clm: Segment, lines: list[list[Segment]], version: str) -> ClaimForm:
    """Professional or institutional: by CLM05-2, by the version, by the service segments."""
    qualifier = clm.component(5, 2)
    if qualifier in {"A", "B"}:
        institutional = qualifier == "A"
    elif version:
        institutional = version.startswith(_INSTITUTIONAL)
    else:
        institutional = any(one.elements[0] == "SV2" for told in lines for one in told)
    return ClaimForm.INSTITUTIONAL if institutional else ClaimForm.PROFESSIONAL
