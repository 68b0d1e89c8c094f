"""What the edits say of a claim, and what a session knows that a claim cannot show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from teachback.rules.claim_vocabulary import Notice

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from teachback.findings import Finding
    from teachback.model import Discipline, PlanKind


@dataclass(frozen=True, slots=True)
class ClaimFinding:
    """A finding with its place in X12: ``claim`` and ``line`` are indexes (``None``: the claim as a whole).

    ``element`` is such as ``SV101-3`` and ``loop`` such as ``2400``. A finding that is not ``settled`` stands on
    what other lines of the patient's date say: another claim of that patient and date may change it.
    """

    finding: Finding
    claim: int
    line: int | None
    element: str
    loop: str
    settled: bool

    @property
    def order(self) -> tuple[int, int, int, str, str]:
        """Findings are listed by claim, by line (the claim as a whole first), by severity and by code."""
        line = -1 if self.line is None else self.line
        return (self.claim, line, *self.finding.order, self.finding.message)


@dataclass(frozen=True, slots=True)
class LineKnowledge:
    """What the session behind a line knows and the claim cannot show; ``None`` is unknown and is not judged.

    ``allowed`` is the allowed amount of all units in dollars. ``kx_needed`` says whether the year's threshold is
    passed, ``assistant_share_passes`` whether the assistant's share of this line passes the de minimis.
    """

    patients_represented: int | None = None
    caregivers_trained: int | None = None
    plan_kind: PlanKind | None = None
    plan_discipline: Discipline | None = None
    assistant_share_passes: bool | None = None
    kx_needed: bool | None = None
    notice: Notice | None = None
    allowed: Decimal | None = None
    note_signed: date | None = None


NOTHING = LineKnowledge()


def notice_of(given_on: date | None, date_of_service: date) -> Notice:
    """Whether an advance notice was given, and in time: on or before the date of service."""
    if given_on is None:
        return Notice.NONE
    return Notice.IN_TIME if given_on <= date_of_service else Notice.LATE
