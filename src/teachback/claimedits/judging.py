"""The edits on the facts of one line, or of one pair, kept by those facts: dates enter by the law of their period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from teachback.claimedits.codes import Periods
from teachback.claimedits.elements import spot
from teachback.claimedits.findings import ClaimFinding
from teachback.claimedits.rows import DateLaw
from teachback.rulebook import Scope
from teachback.rules.claim_vocabulary import ClaimStage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from teachback.claimdata import Claim
    from teachback.claimedits.elements import Spot
    from teachback.claimedits.rows import Row
    from teachback.findings import Finding
    from teachback.rulebook import Rulebook

MOST_KEPT: Final = 20_000
_LINE_STAGES: Final = (ClaimStage.LINE, ClaimStage.DATE)


@dataclass(frozen=True, slots=True)
class Told:
    """A finding without the number of its claim and line."""

    stage: ClaimStage
    finding: Finding
    spot: Spot

    def on(self, row: Row) -> ClaimFinding:
        """The finding on a line, or on its claim where it is the claim's."""
        at = f"claim.lines[{row.line}]." if self.spot.of_line else "claim."
        return ClaimFinding(
            replace(self.finding, place=at + self.finding.place.partition(".")[2]),
            row.claim,
            row.line if self.spot.of_line else None,
            self.spot.element,
            self.spot.loop,
            settled=self.stage is ClaimStage.LINE,
        )


class Judge:
    """Runs the edits of the claim book under one payer's law."""

    def __init__(self, book: Rulebook, payer: str) -> None:
        self.book, self.payer = book, payer
        self.periods = Periods.of(book)
        self._laws: dict[date, DateLaw] = {}
        self._kept: dict[tuple[Any, ...], tuple[Told, ...]] = {}

    def law(self, day: date) -> DateLaw:
        """The law of the period in which a date lies: one statute for all its days."""
        first = self.periods.first(day)
        law = self._laws.get(first)
        if law is None:
            law = self._laws[first] = DateLaw(self.book.law.on(first, self.payer))
        return law

    def of_line(self, facts: Mapping[str, Any], claim: Claim, row: Row) -> tuple[Told, ...]:
        """What the edits say of a training line by its facts."""
        line, law = claim.lines[row.line], self.law(row.day)
        # Where a finding stands depends on these too.
        shown = (line.modifiers, not line.place_of_service, line.rendering is None, claim.rendering is None)
        return self._told((law.statute.day, shown, *facts.values()), facts, _LINE_STAGES, claim, row)

    def of_pair(self, pair: str, claim: Claim, row: Row) -> tuple[Told, ...]:
        """What the edits say of a line of column two beside a code of column one."""
        law = self.law(row.day)
        facts = {"code_pair": pair, "hospital_table": row.hospital, "told_apart": law.told_apart(row)}
        return self._told((law.statute.day, *facts.values()), facts, (ClaimStage.PAIR,), claim, row)

    def _told(
        self,
        key: tuple[Any, ...],
        facts: Mapping[str, Any],
        stages: tuple[ClaimStage, ...],
        claim: Claim,
        row: Row,
    ) -> tuple[Told, ...]:
        found = self._kept.get(key)
        if found is None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            scope = Scope(self.book, self.law(row.day).statute, facts)
            found = self._kept[key] = tuple(self._fired(scope, stages, claim, row))
        return found

    @staticmethod
    def _fired(scope: Scope, stages: tuple[ClaimStage, ...], claim: Claim, row: Row) -> Iterator[Told]:
        for stage in stages:
            for rule in scope.fired(stage):
                where = spot(rule.place, claim, claim.lines[row.line], scope.statute)
                yield Told(stage, scope.finding(rule, rule.place), where)
