"""Run the edits of claim lines: one claim alone, kept by the shape of its facts, or several that share a date."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from teachback.claimedits.codes import training_codes
from teachback.claimedits.findings import NOTHING, ClaimFinding, LineKnowledge, notice_of
from teachback.claimedits.judging import Judge
from teachback.claimedits.pricing import Prices
from teachback.claimedits.rows import (
    REPLACEMENT,
    VOID,
    Dates,
    clean,
    patient_of,
    practitioner_of,
    rows_of,
)
from teachback.codesets import taxonomy
from teachback.law import MEDICARE
from teachback.model import PractitionerKind
from teachback.rulebook import Scope
from teachback.rules.claim_vocabulary import ClaimStage
from teachback.rules.claimbook import claim_rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from teachback.claimdata import Claim, ClaimLine, Provider
    from teachback.claimedits.rows import Row

MOST_SHAPES: Final = 10_000
MOST_LINES: Final = 12
MOST_DATES: Final = 20_000
MOST_DAYS: Final = 99
_WHEN: Final = ("days_to_file", "in_future", "past_checked_law")
_MD_OR_DO: Final = frozenset({"MD", "DO"})


class ClaimEditor:
    """The edits of claim lines for one run. ``received`` is the day on which the payer receives the claims.

    ``kinds`` names practitioners by NPI and beats the taxonomy on the claim. ``known`` holds, by line control
    number, what sessions know. With ``price`` a charge is compared with the fee schedule where the claim shows
    enough. Claims of one shape share their answer, so that most cost a look-up only.
    """

    def __init__(
        self,
        *,
        received: date,
        kinds: Mapping[str, PractitionerKind] | None = None,
        payer: str = MEDICARE,
        known: Mapping[str, LineKnowledge] | None = None,
        price: bool = True,
    ) -> None:
        self.received, self.payer = received, payer
        self.book = claim_rulebook()
        self.law = self.book.law
        self._kinds, self._known = kinds or {}, known or {}
        self._prices = Prices(payer) if price else None
        self._codes = training_codes(self.law)
        self._judge = Judge(self.book, payer)
        self._whens: dict[Any, tuple[date, int, bool, bool]] = {}
        self._taxonomies: dict[str | None, PractitionerKind | None] = {None: None}
        self._shapes: dict[tuple[Any, ...], tuple[ClaimFinding, ...]] = {}

    def alone(self, claim: Claim) -> Sequence[ClaimFinding]:
        """The findings of a claim when no other claim is of its patient's dates, in order."""
        if claim.frequency_code == VOID:
            return ()
        shape = self._shape(claim)
        found = self._shapes.get(shape)
        return self._keep(shape, [claim], self._look([claim], tuple(ClaimStage))) if found is None else found

    def together(self, claims: Sequence[Claim]) -> list[ClaimFinding]:
        """The findings that are not settled, of claims that share dates of patients; they replace those of ``alone``.

        Claims that share no date do not touch each other, so any number of patients may be given at once.
        """
        found = []
        for group in connected([self.days(claim) for claim in claims]):
            several = [claims[number] for number in group]
            found += [numbered(finding, group[finding.claim]) for finding in self._group(several)]
        return sorted(found, key=lambda finding: finding.order)

    def _group(self, claims: Sequence[Claim]) -> Sequence[ClaimFinding]:
        """The findings that are not settled of connected claims, kept by their shapes and what they share."""
        names: dict[Any, int] = {}
        key: tuple[Any, ...] = tuple(
            (
                self._shape(claim),
                names.setdefault(patient_of(claim, number), len(names)),
                tuple(
                    (
                        names.setdefault(line.date_of_service, len(names)),
                        names.setdefault(practitioner_of(claim, line).npi, len(names)),
                    )
                    for line in claim.lines
                ),
            )
            for number, claim in enumerate(claims)
        )
        found = self._shapes.get(key)
        if found is None:
            found = self._keep(key, claims, self._look(claims, (ClaimStage.DATE, ClaimStage.PAIR)))
        return found

    def _keep(
        self, shape: tuple[Any, ...], claims: Sequence[Claim], found: list[ClaimFinding]
    ) -> tuple[ClaimFinding, ...]:
        """Keep an answer for claims of the same shape; many lines are hardly met again and are not kept."""
        kept = tuple(found)
        if sum(len(claim.lines) for claim in claims) <= MOST_LINES:
            if len(self._shapes) >= MOST_SHAPES:
                self._shapes.clear()
            self._shapes[shape] = kept
        return kept

    @staticmethod
    def days(claim: Claim) -> tuple[int, ...]:
        """A 63-bit number for each date of the claim's patient at its payer; the same in every run.

        Empty where no member id is written: nobody can tell whose claim it is. Void claims have none.
        """
        member = clean(claim.beneficiary.member_id)
        if not member or claim.frequency_code == VOID:
            return ()
        days = dict.fromkeys(line.date_of_service for line in claim.lines)
        payer = claim.payer.payer_id
        return tuple([_number(f"{payer}|{member}|{day.toordinal()}") for day in days])

    def _shape(self, claim: Claim) -> tuple[Any, ...]:
        """Everything on which the findings of a claim alone depend, dates by what the law makes of them."""
        institutional = claim.institutional
        through = None if institutional is None else institutional.statement_through
        everybodys = claim.rendering or claim.billing.provider
        their_kind = self._kind(everybodys)
        days: dict[date, int] = {}
        people: dict[str, int] = {}
        lines = []
        for line in claim.lines:
            day = line.date_of_service
            who, kind = everybodys, their_kind
            if line.rendering is not None:
                who, kind = line.rendering, self._kind(line.rendering)
            learned = self._learned(line)
            when = self._whens.get(day if through is None else (day, through)) or self._when(day, through)
            lines.append(
                (
                    line.procedure_code,
                    line.modifiers,
                    line.units,
                    line.place_of_service,
                    line.revenue_code,
                    kind,
                    when,
                    days.setdefault(day, len(days)),
                    people.setdefault(who.npi, len(people)) if who.npi else None,
                    self._low(claim, line, kind, learned),
                    who is everybodys,
                    None if institutional is None else self._notice(claim, line, learned),
                    None if learned is NOTHING else _key(learned, day),
                )
            )
        return (
            claim.form,
            claim.place_of_service,
            None if institutional is None else institutional.type_of_bill,
            claim.frequency_code,
            claim.accepts_assignment,
            claim.rendering is None,
            _certified(claim),
            tuple(lines),
        )

    def _look(self, claims: Sequence[Claim], stages: Iterable[ClaimStage]) -> list[ClaimFinding]:
        rows = [row for number, claim in enumerate(claims) for row in rows_of(claim, number, self.law)]
        dates = Dates(rows, self.law)
        found: list[ClaimFinding] = []
        for row in dates.rows:
            found += self._of_row(claims[row.claim], row, dates, stages)
        unique = {(f.claim, f.line, f.finding.code, f.finding.message, f.element): f for f in found}
        return sorted(unique.values(), key=lambda finding: finding.order)

    def _of_row(
        self, claim: Claim, row: Row, dates: Dates, stages: Iterable[ClaimStage]
    ) -> Iterator[ClaimFinding]:
        judge = self._judge
        if row.known is not None:
            facts = self._line_facts(claim, claim.lines[row.line], row)
            facts |= dates.facts(row, row.known, judge.law(row.day))
            yield from (told.on(row) for told in judge.of_line(facts, claim, row) if told.stage in stages)
        for pair in dates.pairs_of(row):
            yield from (told.on(row) for told in judge.of_pair(pair, claim, row))

    def _line_facts(self, claim: Claim, line: ClaimLine, row: Row) -> dict[str, Any]:
        assert row.known is not None  # noqa: S101  asked for training lines only
        institutional = claim.institutional
        learned = self._learned(line)
        kind = self._kind(practitioner_of(claim, line))
        through = None if institutional is None else institutional.statement_through
        when = self._when(row.day, through)
        return {
            **dict(zip(_WHEN, when[1:], strict=True)),
            "modifiers": row.modifiers,
            "revenue_code": line.revenue_code,
            "type_of_bill": None if institutional is None else institutional.type_of_bill,
            "recorded_place": row.place or None,
            "claim_form": claim.form,
            "procedure_code": row.code,
            "training": row.known.training,
            "is_addon": row.known.is_addon,
            "is_group": row.known.is_group,
            "own_primary": row.known.own_primary,
            "practitioner_kind": kind,
            "accepts_assignment": claim.accepts_assignment,
            "certifier_on_claim": _certified(claim),
            "first_claim": claim.frequency_code != REPLACEMENT,
            "charge_below_allowed": self._low(claim, line, kind, learned),
            "patients_represented": _clipped(learned.patients_represented),
            "caregivers_trained": learned.caregivers_trained,
            "plan_kind": learned.plan_kind,
            "plan_discipline": learned.plan_discipline,
            "assistant_share_passes": learned.assistant_share_passes,
            "kx_needed": learned.kx_needed,
            "notice": self._notice(claim, line, learned),
            "days_to_signature": _signature(learned, row.day),
        }

    def _learned(self, line: ClaimLine) -> LineKnowledge:
        return self._known.get(line.control_number, NOTHING) if self._known else NOTHING

    def _low(
        self, claim: Claim, line: ClaimLine, kind: PractitionerKind | None, learned: LineKnowledge
    ) -> bool | None:
        if line.procedure_code not in self._codes:
            return None
        allowed = line.allowed_amount if learned.allowed is None else learned.allowed
        if self._prices is not None:
            return self._prices.is_charge_low(claim, line, kind, allowed)
        return None if allowed is None or allowed == line.charge else line.charge < allowed

    def _notice(self, claim: Claim, line: ClaimLine, learned: LineKnowledge) -> Any:  # noqa: ANN401  Notice or None
        """The notice as the session knows it, or as a facility's claim tells it by an occurrence code."""
        if learned.notice is not None or claim.institutional is None:
            return learned.notice
        code = self._judge.law(line.date_of_service).statute.value("notice_occurrence")
        given = [told.on for told in claim.institutional.occurrences if told.code == code]
        return notice_of(min(given, default=None), line.date_of_service)

    def _kind(self, who: Provider) -> PractitionerKind | None:
        if self._kinds and who.npi in self._kinds:
            return self._kinds[who.npi]
        try:
            return self._taxonomies[who.taxonomy]
        except KeyError:
            if len(self._taxonomies) >= MOST_DATES:
                self._taxonomies.clear()
            kind = self._taxonomies[who.taxonomy] = _kind_of(who.taxonomy or "")
            return kind

    def _when(self, day: date, through: date | None) -> tuple[date, int, bool, bool]:
        """The law's period of a date, and where the date stands to filing, to today and to the checked law."""
        key: Any = day if through is None else (day, through)
        found = self._whens.get(key)
        if found is None:
            if len(self._whens) >= MOST_DATES:
                self._whens.clear()
            given = {
                "date_of_service": day,
                "filing_anchor": day if through is None else through,
                "received": self.received,
            }
            scope = Scope(self.book, self._judge.law(day).statute, given)
            found = self._whens[key] = (
                self._judge.periods.first(day),
                *(scope.value(name) for name in _WHEN),
            )
        return found


def edits_of(
    claims: Sequence[Claim],
    *,
    received: date,
    kinds: Mapping[str, PractitionerKind] | None = None,
    payer: str = MEDICARE,
    known: Mapping[str, LineKnowledge] | None = None,
) -> list[ClaimFinding]:
    """Every finding of these claims, looked at together; their order never changes what is found.

    ``received`` is the day on which the payer receives them; ``kinds`` are practitioners by NPI; ``known`` is
    what sessions know of lines, by line control number.
    """
    editor = ClaimEditor(received=received, kinds=kinds, payer=payer, known=known)
    often = Counter(day for claim in claims for day in editor.days(claim))
    shared = [n for n, claim in enumerate(claims) if any(often[day] > 1 for day in editor.days(claim))]
    among = set(shared)
    found = [numbered(f, shared[f.claim]) for f in editor.together([claims[n] for n in shared])]
    for number, claim in enumerate(claims):
        found += [numbered(f, number) for f in editor.alone(claim) if f.settled or number not in among]
    return sorted(found, key=lambda finding: finding.order)


def connected(days: Sequence[Sequence[int]]) -> list[list[int]]:
    """The numbers of claims in groups: claims that share a day, at once or through others, are in one group."""
    leader = list(range(len(days)))

    def first(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    holder: dict[int, int] = {}
    for number, several in enumerate(days):
        for day in several:
            one, other = sorted((first(number), first(holder.setdefault(day, number))))
            leader[other] = one
    groups: dict[int, list[int]] = {}
    for number in range(len(days)):
        groups.setdefault(first(number), []).append(number)
    return list(groups.values())


def numbered(finding: ClaimFinding, claim: int) -> ClaimFinding:
    """The same finding for a claim of another number."""
    if finding.claim == claim:
        return finding
    return ClaimFinding(
        finding.finding, claim, finding.line, finding.element, finding.loop, settled=finding.settled
    )


def _number(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def _certified(claim: Claim) -> bool:
    """Whether the claim names who certifies a therapy plan: as referring or, on a facility's, as attending provider."""
    named = claim.referring if claim.institutional is None else claim.institutional.attending
    return named is not None and bool(named.npi.strip() or named.name.strip())


def _kind_of(code: str) -> PractitionerKind | None:
    """The kind of practitioner that a taxonomy code names, where it is clear; a physician's is MD."""
    kinds = taxonomy.kinds(clean(code))
    if kinds and kinds <= _MD_OR_DO:
        return PractitionerKind.MD
    return PractitionerKind(next(iter(kinds))) if len(kinds) == 1 else None


def _clipped(count: int | None) -> int | None:
    return None if count is None else min(count, 2)


def _signature(learned: LineKnowledge, day: date) -> int | None:
    """Days from the service to the signature, as far as they may matter."""
    return None if learned.note_signed is None else max(0, min((learned.note_signed - day).days, MOST_DAYS))


def _key(learned: LineKnowledge, day: date) -> tuple[Any, ...]:
    """What is known of a line, as far as rules read it; the allowed amount counts by its comparison only."""
    return (
        learned.patients_represented,
        learned.caregivers_trained,
        learned.plan_kind,
        learned.plan_discipline,
        learned.assistant_share_passes,
        learned.kx_needed,
        learned.notice,
        _signature(learned, day),
    )
