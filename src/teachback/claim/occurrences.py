"""What one coded occurrence brings to a claim, and what all claims of a run are built from.

An occurrence is one session of one patient, or several of one date whose minutes were converted together: its lines
stay together, and what keeps one of its sessions back keeps back all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from typing import TYPE_CHECKING

from teachback.claimdata import PayerOrder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from teachback.claim.coverage import Cover
    from teachback.claim.practice import Group, Practice, Route
    from teachback.claim.reasons import Reason
    from teachback.claim.roster import Known
    from teachback.claimdata import Beneficiary, ClaimLine, Provider, ServiceFacility
    from teachback.model import ClaimForm


@dataclass(frozen=True, slots=True)
class World:
    """Everything beside the assessments that building claims needs.

    ``today`` is the day of making, ``settled`` holds (session, patient, finding code), ``zip_localities`` the
    localities by ranges of ZIPs, ``group`` the group wished for where nothing else decides.
    """

    practice: Practice
    today: date
    patients: Mapping[str, Beneficiary | tuple[Reason, ...]]
    people: Mapping[str, Known]
    covers: Mapping[str, tuple[Cover, ...]]
    settled: frozenset[tuple[str, str, str]]
    zip_localities: Sequence[tuple[str, str, str]] | None = None
    group: str | None = None

    def covers_on(self, patient_id: str, day: date) -> tuple[Cover, ...]:
        """The other payers of the patient on the day, in their order."""
        found = (cover for cover in self.covers.get(patient_id, ()) if cover.holds_on(day))
        return tuple(sorted(found, key=lambda cover: _ORDER[cover.order]))


_ORDER = {order: rank for rank, order in enumerate(PayerOrder)}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence that can be claimed. Its lines carry all but control numbers and diagnosis pointers.

    ``plan_dates`` are the occurrence codes of an institutional claim with their dates.
    """

    sessions: tuple[str, ...]
    patient: Beneficiary
    day: date
    start: time | None
    lines: tuple[ClaimLine, ...]
    diagnoses: tuple[str, ...]
    form: ClaimForm
    place_of_service: str
    group: Group
    route: Route
    rendering: Provider
    certifier: Provider | None
    facility: ServiceFacility | None
    accepts_assignment: bool
    participating: bool
    payer_order: PayerOrder
    covers: tuple[Cover, ...]
    type_of_bill: str | None = None
    plan_dates: tuple[tuple[str, date], ...] = ()

    @property
    def order(self) -> tuple[date, time, str]:
        """Occurrences stand on a claim in the order of date and clock."""
        return (self.day, self.start or time.min, self.sessions[0])
