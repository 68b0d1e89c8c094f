"""Finished claims before they are numbered: the billing rules of claim lines, the writer's limits, earlier claims.

A finding keeps back the sessions of its line only; the other sessions of the claim are claimed without them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from teachback.claim.build import claims_of, kept_of
from teachback.claim.overrides import may_be_settled
from teachback.claim.reasons import KeptBack, Reason, Why, of_finding
from teachback.claimedits import LineKnowledge, edits_of, notice_of
from teachback.model import Severity
from teachback.x12.write837 import refusals_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from teachback.claim.occurrences import Occurrence, World
    from teachback.claim.practice import Route
    from teachback.claimdata import Claim, ClaimLine
    from teachback.claimedits import ClaimFinding
    from teachback.model import PractitionerKind, Session

_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Told:
    """A warning or information on a claim that is sent even so: its index, the sessions and the reason."""

    claim: int
    sessions: tuple[str, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Screened:
    """Claims that can be numbered and written, with their routes, what is told of them, and what was kept back."""

    claims: tuple[Claim, ...]
    routes: tuple[Route, ...]
    told: tuple[Told, ...]
    kept_back: tuple[KeptBack, ...]


def knowledge_of(session: Session, patient_id: str) -> LineKnowledge:
    """What a session knows of its line that a claim cannot show."""
    patient = next(patient for patient in session.patients if patient.id == patient_id)
    plan = patient.plan
    return LineKnowledge(
        patients_represented=len(session.patients) + session.patients_refused,
        caregivers_trained=len(patient.caregivers) or None,
        plan_kind=None if plan is None else plan.kind,
        plan_discipline=None if plan is None else plan.discipline,
        notice=None if patient.abn_date is None else notice_of(patient.abn_date, session.date_of_service),
    )


def screened(  # noqa: PLR0913, PLR0917  claims are judged against this much
    ready: Iterable[Occurrence],
    world: World,
    sessions: Mapping[str, Session],
    earlier: Sequence[Claim] = (),
    kinds: Mapping[str, PractitionerKind] | None = None,
    payer: str = "medicare",
    shaped: Callable[[Claim], Claim] = lambda claim: claim,
) -> Screened:
    """The claims of these occurrences that pass every edit; ``earlier`` are live claims of the same patients.

    What a finding keeps back is taken off and the rest is judged again, since a line may lean on another.
    ``shaped`` makes of a built claim what is judged and sent: a replacement is one of frequency 7.
    """
    left = list(ready)
    kept: list[KeptBack] = []
    for _ in range(_ROUNDS):
        built, routes, more = claims_of(left)
        claims = tuple(map(shaped, built))
        kept += more
        left = _without(left, {(k.session_id, k.patient_id): (k.reasons) for k in more})[0]
        named = [numbered(claim, index) for index, claim in enumerate(claims)]
        knowledge = _knowledge(named, sessions)
        findings = edits_of(
            [*named, *earlier], received=world.today, kinds=kinds, known=knowledge, payer=payer
        )
        mine = [finding for finding in findings if finding.claim < len(named)]
        against = _against(named, mine, earlier, world)
        if not against:
            return Screened(claims, routes, _told(named, mine), tuple(kept))
        left, off = _without(left, against)
        kept += off
    rest = Why.CANNOT_BE_WRITTEN.reason(
        "The claim's lines contradict each other.", "Look at its sessions together."
    )
    kept += [back for occurrence in left for back in kept_of(occurrence, (rest,))]
    return Screened((), (), (), tuple(kept))


def numbered(claim: Claim, index: int) -> Claim:
    """The claim with passing numbers, by which findings and knowledge find their lines."""
    name = f"C{index:07d}"
    lines = tuple(replace(line, control_number=f"{name}L{at:03d}") for at, line in enumerate(claim.lines, 1))
    return replace(claim, control_number=name, lines=lines)


def _knowledge(claims: Sequence[Claim], sessions: Mapping[str, Session]) -> dict[str, LineKnowledge]:
    return {
        line.control_number: knowledge_of(sessions[line.sessions[0]], claim.beneficiary.patient_id)
        for claim in claims
        for line in claim.lines
    }


_Against = dict[tuple[str, str], tuple[Reason, ...]]


def _against(
    claims: Sequence[Claim], findings: Sequence[ClaimFinding], earlier: Sequence[Claim], world: World
) -> _Against:
    """Which sessions stay off, by session and patient, and why."""
    reasons: dict[tuple[str, str], list[Reason]] = defaultdict(list)
    months = {_month(claim) for claim in earlier if claim.is_institutional}
    for claim in claims:
        if claim.is_institutional and _month(claim) in months:
            again = Why.MONTH_CLAIMED_ALREADY.reason(
                f"A claim of {_month(claim)[1]} with this type of bill was made before.",
                "Withdraw its file if it was not sent; else replace it with all lines of the month "
                "(`teachback correct … --as replacement`).",
            )
            _note(reasons, claim, claim.lines, again)
        for refusal in refusals_of(claim):
            _note(reasons, claim, claim.lines, _unwritable(str(refusal), claim))
    for found in findings:
        claim = claims[found.claim]
        lines = claim.lines if found.line is None else (claim.lines[found.line],)
        if found.finding.severity is Severity.ERROR or (
            found.finding.severity is Severity.HOLD and not _settled(found, lines, claim, world)
        ):
            _note(reasons, claim, lines, of_finding(found.finding))
    return {key: tuple(dict.fromkeys(found)) for key, found in reasons.items()}


def _unwritable(refusal: str, claim: Claim) -> Reason:
    sentence = refusal.replace(f"claim {claim.control_number}", "the claim").replace(
        claim.control_number, "the claim"
    )
    return Why.CANNOT_BE_WRITTEN.reason(
        f"The file cannot hold a value: {sentence}", "Correct the record and claim again."
    )


def _month(claim: Claim) -> tuple[str, str, str]:
    facts = claim.institutional
    assert facts is not None  # noqa: S101  asked of institutional claims only
    return claim.beneficiary.patient_id, f"{facts.statement_from:%Y-%m}", facts.type_of_bill[:2]


def _note(
    reasons: dict[tuple[str, str], list[Reason]], claim: Claim, lines: Iterable[ClaimLine], reason: Reason
) -> None:
    for line in lines:
        for session in line.sessions:
            reasons[session, claim.beneficiary.patient_id].append(reason)


def _settled(found: ClaimFinding, lines: Sequence[ClaimLine], claim: Claim, world: World) -> bool:
    code, patient = found.finding.code, claim.beneficiary.patient_id
    return may_be_settled(code) and all(
        any((session, patient, code) in world.settled for session in line.sessions) for line in lines
    )


def _without(ready: Sequence[Occurrence], against: _Against) -> tuple[list[Occurrence], list[KeptBack]]:
    """The occurrences that nothing is against, and the sessions of the others."""
    left: list[Occurrence] = []
    off: list[KeptBack] = []
    for occurrence in ready:
        found = [against.get((session, occurrence.patient.patient_id), ()) for session in occurrence.sessions]
        reasons = tuple(dict.fromkeys(reason for part in found for reason in part))
        if reasons:
            off += kept_of(occurrence, reasons)
        else:
            left.append(occurrence)
    return left, off


def _told(claims: Sequence[Claim], findings: Sequence[ClaimFinding]) -> tuple[Told, ...]:
    """Warnings, information, and holds that somebody settled."""
    told = []
    for found in findings:
        claim = claims[found.claim]
        lines = claim.lines if found.line is None else (claim.lines[found.line],)
        sessions = tuple(dict.fromkeys(session for line in lines for session in line.sessions))
        told.append(Told(found.claim, sessions, of_finding(found.finding)))
    return tuple(told)


def due_by(day: date) -> date:
    """The last day on which a line of this day can be received: one calendar year (MCPM ch. 1 section 70.1)."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return day.replace(year=day.year + 1, day=last)
