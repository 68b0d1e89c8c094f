"""All accepted claims side by side: edits that look across lines, and what each line is rightly paid.

The docket is the payer without its mistakes: which lines are refused by rule, which claims it cannot answer, and the
money of every other line. Mistakes are laid over it afterwards (``mistakes``), so that both answers are known.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from teachback.claimdata import PayerOrder
from teachback.model import ClaimForm
from teachback.rules.practitioners import MayBill
from teachback.simulate.edits import ASSISTANTS, THERAPY, Asked, refused
from teachback.simulate.pricing import NOWHERE, Basis, Reckoned, Terms, kind_of, reckon
from teachback.simulate.taken import Taken, cents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from teachback.claimdata import ClaimLine
    from teachback.simulate.chance import Chance, Shares
    from teachback.simulate.pricing import Fees

_WHOLE: Final = 100
_SPEECH: Final = "GN"


@dataclass(slots=True, eq=False)
class Judged:
    """One line as the payer's rules see it: refused for a reason, not answerable for one, or paid by its terms."""

    line: ClaimLine
    asked: Asked
    refused: str | None = None
    unanswerable: str | None = None
    basis: Basis | None = None
    terms: Terms | None = None

    @property
    def money(self) -> Reckoned | None:
        """What the line is rightly paid; None where it is refused or not answerable."""
        return None if self.terms is None or self.refused or self.unanswerable else reckon(self.terms)

    @property
    def is_payable(self) -> bool:
        """Whether the line is rightly paid, if only by the deductible."""
        return self.money is not None


@dataclass(slots=True, eq=False)
class Case:
    """One claim with its judged lines; ``held`` says why the payer does not answer it at all."""

    taken: Taken
    lines: list[Judged]
    held: str | None = None

    @property
    def payable(self) -> list[Judged]:
        """The lines that are rightly paid."""
        return [one for one in self.lines if one.is_payable]


class Docket:
    """Judges claims together, in the order in which they came."""

    def __init__(self, fees: Fees, chance: Chance, shares: Shares) -> None:
        self.fees = fees
        self.chance = chance
        self.shares = shares

    def judge(self, claims: Iterable[Taken]) -> list[Case]:
        """Every claim judged; nothing depends on chance but what the payer knows of its patients."""
        cases = [self._alone(taken) for taken in claims]
        lines = [one for case in cases for one in case.lines]
        _duplicates(lines)
        self._pairs(lines)
        self._limits(lines)
        for case in cases:
            case.held = _held(case)
        answered = [one for case in cases if case.held is None for one in case.lines]
        self._addons(answered)
        self._threshold(answered)
        self._deductibles(answered)
        return cases

    # One line alone

    def _alone(self, taken: Taken) -> Case:
        lines = []
        for line in taken.claim.lines:
            judged = Judged(line, Asked(taken, line, self.fees))
            judged.refused = refused(judged.asked)
            if judged.refused is None:
                self._price(judged)
            lines.append(judged)
        return Case(taken, lines)

    def _price(self, judged: Judged) -> None:
        """The terms of a line, or why it has none."""
        judged.unanswerable = self._obstacle(judged)
        if judged.unanswerable is not None:
            return
        asked, line = judged.asked, judged.line
        basis = self.basis(asked)
        unit = self.fees.unit(basis)
        if unit is None:
            judged.unanswerable = "no fee is known for the code on that date, at that place"
            return
        statute = self.fees.on(line.date_of_service)
        judged.basis = basis
        judged.terms = Terms(
            unit,
            line.units,
            line.units,
            cents(line.charge),
            statute.value("assistant_percent") if asked.has(*ASSISTANTS) else _WHOLE,
            statute.value("coinsurance_percent"),
            statute.value("sequestration_percent"),
        )

    def _obstacle(self, judged: Judged) -> str | None:
        """Why the payer does not know what to pay; None where it does. It never guesses."""
        asked = judged.asked
        taken = asked.taken
        if taken.claim.form is not ClaimForm.PROFESSIONAL:
            return "institutional claims are not priced by this payer"
        if taken.claim.payer_order is not PayerOrder.PRIMARY:
            return "Medicare as second payer is not priced by this payer"
        if not asked.is_training:
            return "the code is not one of caregiver training: its fee is not known here"
        kind = kind_of(taken.taxonomy(judged.line))
        if kind is None:
            return "the rendering practitioner's taxonomy is missing or leaves open who it is"
        code, day = judged.line.procedure_code, judged.line.date_of_service
        if self.fees.standing(code, kind, day) is not MayBill.YES:
            return "whether this kind of practitioner may bill the code is a person's decision"
        if self.basis(asked).locality == NOWHERE:
            return "the payment locality of the place is not known"
        return None

    def basis(self, asked: Asked) -> Basis:
        """What the amount of one unit depends on; who does not accept assignment does not participate."""
        claim, line = asked.taken.claim, asked.line
        where = claim.service_facility or claim.billing
        zip5 = where.address.zip[:5]
        return Basis(
            line.date_of_service,
            line.procedure_code,
            asked.taken.place(line),
            zip5,
            kind_of(asked.taken.taxonomy(line)) or "",
            next((one for one in THERAPY if one in line.modifiers), "none"),
            claim.accepts_assignment,
            self.fees.locality(line.date_of_service, zip5),
        )

    # Lines beside others

    def _pairs(self, lines: Sequence[Judged]) -> None:
        """NCCI: the second code of a pair is refused where the first stands for the same patient, day and provider."""
        for day in _days(lines).values():
            codes = {one.line.procedure_code for one in day if one.refused is None}
            for one in day:
                if one.refused is None and any(
                    self._is_pair(first, one) for first in codes - {one.line.procedure_code}
                ):
                    one.refused = "pair"

    def _is_pair(self, first: str, second: Judged) -> bool:
        key = f"{first}/{second.line.procedure_code}"
        found = self.fees.on(second.line.date_of_service).value("pair_indicator", key)
        indicator = found.get("practitioner") if isinstance(found, dict) else None
        if indicator == "0":
            return True
        return indicator == "1" and not second.asked.has(*second.asked.listed("separate_modifiers"))

    def _limits(self, lines: Sequence[Judged]) -> None:
        """MUE: above the limit of a day every line of the code is refused, whichever its kind of limit."""
        for day in _days(lines).values():
            by_code: dict[str, list[Judged]] = defaultdict(list)
            for one in day:
                if one.refused is None:
                    by_code[one.line.procedure_code].append(one)
            for code, ones in by_code.items():
                limit = self.fees.on(ones[0].line.date_of_service).value("unit_limit", code)
                if limit is not None and sum(one.line.units for one in ones) > limit:
                    for one in ones:
                        one.refused = "units"

    def _addons(self, lines: Sequence[Judged]) -> None:
        """An add-on is paid only beside its primary, paid to the same practitioner on the same day."""
        for day in _days(lines).values():
            paid = {one.line.procedure_code for one in day if one.is_payable}
            for one in day:
                known = self.fees.codes.get(one.line.procedure_code)
                if one.refused is None and known and known.is_addon and known.primary not in paid:
                    one.refused = "addon-alone"

    def _threshold(self, lines: Sequence[Judged]) -> None:
        """Above the year's therapy amount a line needs KX; a seeded share of patients had much therapy elsewhere."""
        spent: dict[tuple[str, int, str], int] = {}
        for one in sorted(lines, key=lambda one: one.line.date_of_service):
            mark = next((mark for mark in THERAPY if mark in one.line.modifiers), "")
            money = one.money
            if money is None or not mark:
                continue
            year = one.line.date_of_service.year
            group = "GP" if mark == _SPEECH else mark
            key = (one.asked.taken.patient, year, group)
            limit = int(self.fees.on(one.line.date_of_service).value("therapy_threshold") or 0) * 100
            if key not in spent:
                elsewhere = self.chance.hits(self.shares.over_threshold, "therapy", *key)
                spent[key] = limit if elsewhere else 0
            if limit and spent[key] + money.allowed > limit and not one.asked.has("KX"):
                one.refused = "threshold"
            else:
                spent[key] += money.allowed

    def _deductibles(self, lines: Sequence[Judged]) -> None:
        """A seeded share of patients owes some of the year's deductible, taken from their lines by date."""
        left: dict[tuple[str, int], int] = {}
        for one in sorted(lines, key=lambda one: one.line.date_of_service):
            money = one.money
            if money is None or one.terms is None:
                continue
            key = (one.asked.taken.patient, one.line.date_of_service.year)
            if key not in left:
                left[key] = self._owed(one, key)
            taken = min(left[key], money.allowed)
            if taken:
                left[key] -= taken
                one.terms = _with_deductible(one.terms, taken)

    def _owed(self, one: Judged, key: tuple[str, int]) -> int:
        """What a patient owes of the deductible of a year, in cents."""
        whole = int(self.fees.on(one.line.date_of_service).value("part_b_deductible") or 0) * 100
        if not whole or not self.chance.hits(self.shares.deductible, "deductible", *key):
            return 0
        return self.chance.of("owed", *key).randrange(500, whole + 1)


def _with_deductible(terms: Terms, deductible: int) -> Terms:
    return Terms(
        terms.unit,
        terms.units,
        terms.billed_units,
        terms.charge,
        terms.assistant_percent,
        terms.coinsurance_percent,
        terms.sequestration_percent,
        deductible,
    )


def _days(lines: Iterable[Judged]) -> dict[tuple[str, str, object], list[Judged]]:
    """Lines by patient, practitioner and day."""
    found: dict[tuple[str, str, object], list[Judged]] = defaultdict(list)
    for one in lines:
        taken = one.asked.taken
        found[taken.patient, taken.rendering_npi(one.line), one.line.date_of_service].append(one)
    return found


def _duplicates(lines: Iterable[Judged]) -> None:
    """The same code and modifiers for the same patient, practitioner and day: the first stands, others are refused.

    Lines of one claim are added up instead: its units are judged together.
    """
    seen: dict[tuple[object, ...], int] = {}
    for one in lines:
        taken, line = one.asked.taken, one.line
        key = (
            taken.patient,
            taken.rendering_npi(line),
            line.date_of_service,
            line.procedure_code,
            tuple(sorted(line.modifiers)),
        )
        if one.refused is None and seen.setdefault(key, taken.serial) != taken.serial:
            one.refused = "duplicate"


def _held(case: Case) -> str | None:
    """Why the whole claim waits: one line that cannot be answered holds the others."""
    return next((one.unanswerable for one in case.lines if one.unanswerable and not one.refused), None)
