"""Service lines as rows, and the facts of a row that the other rows of its patient's date decide.

The meaning of each fact is that of ``teachback.crossing.lines``, which finds them for books of millions.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from teachback.claimedits.codes import pair_partners, training_codes
from teachback.rules.claim_vocabulary import MOST_UNITS, OwnPrimary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from teachback.claimdata import Claim, ClaimLine, Provider
    from teachback.claimedits.codes import TrainingCode
    from teachback.law import Law, Statute

REPLACEMENT = "7"
VOID = "8"
INDICATORS = ("0", "1")


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One service line: whose it is, of whom, when, and what it carries, in capitals without blanks.

    ``patient`` and ``day`` name the patient's date; ``practitioner`` is empty where no NPI is written.
    """

    claim: int
    line: int
    patient: tuple[str, ...]
    day: date
    practitioner: str
    code: str
    units: int
    place: str
    modifiers: tuple[str, ...]
    replaces: bool
    hospital: bool
    known: TrainingCode | None


@dataclass(slots=True)
class Visit:
    """The rows of one patient, practitioner and date."""

    rows: list[Row] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    lines: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    units: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, row: Row) -> None:
        """Take one more row."""
        self.rows.append(row)
        self.codes.add(row.code)
        self.lines[row.code] += 1
        self.units[row.code] += row.units


class DateLaw:
    """What the law of a date says of modifiers and pairs."""

    def __init__(self, statute: Statute) -> None:
        self.statute = statute
        self.separate = frozenset(statute.value("separate_modifiers") or ())
        self.apart = self.separate | frozenset(statute.value("repeat_modifiers") or ())

    def may_repeat(self, row: Row) -> bool:
        """Whether the row can be a duplicate: no modifier tells it apart, and it replaces nothing."""
        return not row.replaces and self.apart.isdisjoint(row.modifiers)

    def is_pair(self, pair: str, row: Row) -> bool:
        """Whether two codes make a pair in the table of the row's form, a modifier allowed or not."""
        found = self.statute.value("pair_indicator", pair)
        return found is not None and found["hospital" if row.hospital else "practitioner"] in INDICATORS

    def told_apart(self, row: Row) -> bool:
        """Whether a modifier of the row says that it was truly separate."""
        return not self.separate.isdisjoint(row.modifiers)


def clean(text: str | None) -> str:
    """A code as it is compared: in capitals, without blanks around."""
    return (text or "").strip().upper()


def practitioner_of(claim: Claim, line: ClaimLine) -> Provider:
    """Who renders a line: named on the line, on the claim, or the billing provider."""
    return line.rendering or claim.rendering or claim.billing.provider


def patient_of(claim: Claim, number: int) -> tuple[str, ...]:
    """Whose claim it is, and to which payer; without a member id the patient is known within the claim only."""
    member = clean(claim.beneficiary.member_id)
    return (claim.payer.payer_id, member) if member else (claim.payer.payer_id, "", str(number))


def rows_of(claim: Claim, number: int, law: Law) -> Iterator[Row]:
    """The lines of a claim as rows; a void claim has none."""
    if claim.frequency_code == VOID:
        return
    codes, patient = training_codes(law), patient_of(claim, number)
    for at, line in enumerate(claim.lines):
        code = clean(line.procedure_code)
        yield Row(
            number,
            at,
            patient,
            line.date_of_service,
            practitioner_of(claim, line).npi.strip(),
            code,
            line.units,
            "" if claim.is_institutional else clean(line.place_of_service or claim.place_of_service),
            tuple(mark for mark in map(clean, line.modifiers) if mark),
            claim.frequency_code == REPLACEMENT,
            claim.is_institutional,
            codes.get(code),
        )


class Dates:
    """The rows of some claims, gathered by patient's date and by visit."""

    def __init__(self, rows: Iterable[Row], law: Law) -> None:
        self.law = law
        self.rows = [row for row in rows if row.code]
        self.days: dict[tuple[Any, ...], set[TrainingCode]] = defaultdict(set)
        self.visits: dict[tuple[Any, ...], Visit] = defaultdict(Visit)
        self._claims: dict[tuple[Any, ...], set[int]] = defaultdict(set)
        for row in self.rows:
            if row.known is not None:
                self.days[row.patient, row.day].add(row.known)
            if row.practitioner:
                self.visits[row.patient, row.day, row.practitioner].add(row)

    def facts(self, row: Row, known: TrainingCode, law: DateLaw) -> dict[str, Any]:
        """The facts of a training line that its patient's date decides; those of the visit need an NPI."""
        individual = {code.training for code in self.days[row.patient, row.day] if not code.is_group}
        groups = any(code.is_group for code in self.days[row.patient, row.day])
        facts: dict[str, Any] = dict.fromkeys(VISIT_FACTS) | {
            "families_on_date": len(individual) > 1 and not known.is_group,
            "individual_and_group": bool(individual) and groups,
            "same_day_units": min(row.units, MOST_UNITS),
        }
        if not row.practitioner:
            return facts
        visit = self.visits[row.patient, row.day, row.practitioner]
        twice = visit.lines[row.code] > 1 or visit.units[row.code] > 1
        return facts | {
            "same_day_units": max(0, min(visit.units[row.code], MOST_UNITS)),
            "own_primary_on_date": self._own_primary(visit, known),
            "primary_stands_twice": known.is_primary and twice,
            "on_another_claim": law.may_repeat(row) and self._elsewhere(visit, row, law),
            "pair_on_date": any(law.is_pair(pair, row) for pair in self._pairs_with(visit, row)),
            "others_on_date": bool(visit.codes - self._family(known)),
        }

    def _own_primary(self, visit: Visit, known: TrainingCode) -> OwnPrimary:
        if not known.is_addon:
            return OwnPrimary.NOT_NEEDED
        if known.own_primary in visit.codes:
            return OwnPrimary.PRESENT
        there = [row.known for row in visit.rows if row.known is not None and row.known.is_primary]
        home = any(code.training is known.training for code in there)
        return OwnPrimary.OTHER_FAMILY if there and not home else OwnPrimary.ABSENT

    def _family(self, known: TrainingCode) -> set[str]:
        return {
            code for code, other in training_codes(self.law).items() if other.own_primary == known.own_primary
        }

    @staticmethod
    def _elsewhere(visit: Visit, row: Row, law: DateLaw) -> bool:
        mine = _same(row)
        return any(
            other.claim != row.claim and law.may_repeat(other) and _same(other) == mine
            for other in visit.rows
        )

    def _pairs_with(self, visit: Visit, row: Row) -> Iterator[str]:
        partners = pair_partners(self.law)
        yield from (f"{row.code}/{code}" for code in visit.codes if row.code in partners.get(code, ()))
        yield from (f"{first}/{row.code}" for first in visit.codes & partners.get(row.code, frozenset()))

    def pairs_of(self, row: Row) -> list[str]:
        """The pairs of the visit in which the row is of column two; whether one holds, the law of the date says."""
        firsts = pair_partners(self.law).get(row.code)
        if not firsts or not row.practitioner:
            return []
        visit = self.visits[row.patient, row.day, row.practitioner]
        return [f"{first}/{row.code}" for first in sorted(visit.codes & firsts)]


VISIT_FACTS = (
    "own_primary_on_date",
    "primary_stands_twice",
    "on_another_claim",
    "pair_on_date",
    "others_on_date",
)


def _same(row: Row) -> tuple[Any, ...]:
    """What two lines of a visit share when they are the same service."""
    return (row.code, row.units, row.place, frozenset(row.modifiers))
