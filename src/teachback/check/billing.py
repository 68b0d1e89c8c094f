"""The billing rules on claims of a file: asked once for each shape of claim, told at the segment that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from teachback.check.shapes import Shapes
from teachback.claimedits import ClaimEditor
from teachback.claimedits.codes import training_codes
from teachback.x12.issues import Issue
from teachback.x12.read837 import ClaimReader
from teachback.x12.walk import position

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from teachback.check.report import Options
    from teachback.claimdata import Claim
    from teachback.claimedits import ClaimFinding
    from teachback.x12.issues import Position
    from teachback.x12.tokens import Segment
    from teachback.x12.walk import Event, Level

_MOST_SHAPES: Final = 50_000
_SERVICES: Final = frozenset({"SV1", "SV2"})
_SERVICE_DATES: Final = frozenset({"472", "434"})


@dataclass(frozen=True, slots=True)
class Told:
    """A claim as it was read: the event it stands in, and the SV1 or SV2 of each of its lines.

    ``is_whole`` is false where a line, its service or its date could not be read.
    """

    claim: Claim
    event: Event
    services: tuple[Segment, ...]
    is_whole: bool


class Billing:
    """The rules with what is remembered between claims: the answer to every shape of claim."""

    def __init__(self, options: Options) -> None:
        self.editor = ClaimEditor(received=options.received, payer=options.payer)
        self.codes = frozenset(training_codes(self.editor.law))
        self.shapes = Shapes(options.received)
        self._answers: dict[tuple[str, ...], tuple[ClaimFinding, ...]] = {}

    def read(self, event: Event) -> Told | None:
        """The claim of an event; ``None`` where none can be read."""
        reader = ClaimReader()
        transaction = event.transaction
        if transaction is not None:
            for head in (transaction.isa, transaction.gs, transaction.st):
                if head is not None:
                    reader.take(head)
        levels: tuple[Level | None, ...] = (event.billing, event.subscriber, event.patient)
        for level in levels:
            for segment in level.segments if level is not None else ():
                reader.take(segment)
        for segment in event.segments:
            reader.take(segment)
        found = reader.end()
        if found is None or found.claim is None:
            return None
        return Told(found.claim, event, found.line_heads, not found.troubles)

    def alone(self, event: Event) -> tuple[Sequence[ClaimFinding], Sequence[Segment]]:
        """What the rules say of a claim by itself, with the services of its lines."""
        shape = self.shapes.of(event)
        known = self._answers.get(shape)
        if known is not None:
            return known, services_of(event) if known else ()
        told = self.read(event)
        if told is None:
            return (), ()
        found = tuple(self.editor.alone(told.claim))
        if told.is_whole:
            if len(self._answers) >= _MOST_SHAPES:
                self._answers.clear()
            self._answers[shape] = found
            return found, told.services
        # A line that could not be read may be the one that a finding misses.
        return tuple(one for one in found if one.settled), told.services


def services_of(event: Event) -> list[Segment]:
    """The SV1 and SV2 of a claim, in order."""
    return [segment for segment in event.segments if segment.elements[0] in _SERVICES]


def issues_of(findings: Iterable[ClaimFinding], event: Event, services: Sequence[Segment]) -> list[Issue]:
    """Findings of one claim as issues, each at its segment."""
    return [_issue(finding, event, services) for finding in findings]


def _issue(found: ClaimFinding, event: Event, services: Sequence[Segment]) -> Issue:
    segment, element = segment_of(found, event.segments, services)
    return as_issue(found, position(event, segment, element))


def as_issue(found: ClaimFinding, at: Position) -> Issue:
    """A finding as an issue at a position."""
    finding = found.finding
    return Issue(
        finding.code,
        finding.name,
        finding.severity,
        finding.message,
        finding.remedy,
        at,
        "",
        finding.cites,
        finding.prevents,
    )


def segment_of(
    found: ClaimFinding, segments: Sequence[Segment], services: Sequence[Segment]
) -> tuple[Segment, str]:
    """The segment that an element designator names, on the line or on the claim; the nearest where it is absent."""
    name = (
        found.element[:3]
        if found.element[:3] in _SERVICES
        else found.element.split("-")[0].rstrip("0123456789")
    )
    service = services[found.line] if found.line is not None and found.line < len(services) else None
    if service is not None and service.elements[0] == name:
        return service, found.element
    within = segments if service is None else line_of(segments, service)
    for segment in (*within, *segments):
        if (
            segment.elements[0] == name
            and segment.loop == found.loop
            and (name != "DTP" or segment.value(1) in _SERVICE_DATES)
        ):
            return segment, found.element
    return service or segments[0], ""


def line_of(segments: Sequence[Segment], service: Segment) -> Sequence[Segment]:
    """The segments of the line that a service segment belongs to."""
    at = next((n for n, segment in enumerate(segments) if segment is service), 0)
    ends = {"LX", *_SERVICES}
    end = next((n for n in range(at + 1, len(segments)) if segments[n].elements[0] in ends), len(segments))
    return segments[max(0, at - 1) : end]
