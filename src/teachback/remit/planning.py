"""What posting a remittance does, decided before anything is done: line by line, and in which order.

What takes back is decided before what is put in its place, wherever the two stand in the file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from teachback.book import Adjudication, LineOutcome, LineState
from teachback.remit.match import Matcher
from teachback.remit.postings import PlannedClaim, PlannedLine, Posting, Verdict
from teachback.remit.settling import Unit, adds_up, cents_of, reverses, settle, units
from teachback.x12.balances import NOTHING, claim_gap, line_gap, payment_gap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from teachback.book import BookedLine, PostedRemittance, RemittedLine, SqliteBook
    from teachback.remit.match import Match
    from teachback.remit.postings import Key
    from teachback.remitdata import ClaimPayment, Remittance

_FORECAST: Final = "25"
_PRENOTE: Final = "P"
_NOTICE: Final = "H"
_DEBIT: Final = "D"
_NPI: Final = "XX"
_TAX_ID: Final = "TJ"


@dataclass(frozen=True, slots=True)
class _Standing:
    """An answer in force: its id (or key in this remittance), what it says, and what it decided."""

    ref: int | Key
    unit: Unit
    outcome: LineOutcome
    said: str


def plan(remittance: Remittance, book: SqliteBook, *, source: str, manual: bool) -> Posting:
    """What posting the remittance would do; nothing is changed."""
    verdict, why = _verdict(remittance, book)
    if verdict is not Verdict.POST:
        state = LineState.NOT_OURS if verdict is Verdict.NOT_OURS else LineState.NEEDS_PERSON
        claims = tuple(
            PlannedClaim(position, payment, None, tuple(_refused(position, payment, state, why)))
            for position, payment in enumerate(remittance.claims, start=1)
        )
        return Posting(remittance, source, manual, verdict, why, claims)
    return _Planner(remittance, book, source=source, manual=manual).plan()


def told_as(posted: PostedRemittance) -> str:
    """When, from what and by whom a remittance was posted."""
    return f"posted on {posted.at[:10]} from {posted.source or 'a file without a name'} by {posted.who}"


def _verdict(remittance: Remittance, book: SqliteBook) -> tuple[Verdict, str]:
    ours, why = _ours(remittance, book)
    if ours is not Verdict.POST:
        return ours, why
    earlier = book.posted_like(remittance, cents_of(remittance.paid))
    if earlier is not None:
        same = book.same_content(earlier.id, remittance)
        differs = (
            "" if same else "; its content differs from what was posted, so ask the payer which one holds"
        )
        return Verdict.ALREADY_POSTED, f"{told_as(earlier)}{differs}"
    if why := unpostable(remittance):
        return Verdict.HELD, why
    return Verdict.POST, ""


def _ours(remittance: Remittance, book: SqliteBook) -> tuple[Verdict, str]:
    payees = book.payees()
    npis, tax_ids = {npi for npi, _ in payees if npi}, {tax_id for _, tax_id in payees if tax_id}
    told = {number.replace("-", "") for kind, number in remittance.payee_references if kind == _TAX_ID}
    payee = remittance.payee_id.strip()
    if remittance.payee_qualifier == _NPI:
        if payee in npis:
            return Verdict.POST, ""
        if told & tax_ids:
            return (
                Verdict.HELD,
                f"it pays NPI {payee} under our tax id, but no claim of this book bills for that NPI",
            )
    elif payee.replace("-", "") in tax_ids | npis or told & tax_ids:
        return Verdict.POST, ""
    return (
        Verdict.NOT_OURS,
        f"it pays {payee or 'a payee without a number'}, for whom this book claims nothing",
    )


def unpostable(remittance: Remittance) -> str:
    """Why nothing of a remittance may be posted; empty where it may."""
    if not remittance.balances:
        return "it does not balance: " + (" ".join(remittance.faults[:3]) or "ask the payer for it anew")
    if cents_of(remittance.paid) is None or remittance.paid is None:
        return "the amount of its payment cannot be read"
    if remittance.paid_on is None and remittance.produced_on is None:
        return "it has neither a payment date nor a date of its own, so nobody can tell when it counts"
    if remittance.handling_code == _PRENOTE or (remittance.handling_code == _NOTICE and remittance.paid):
        return "it announces a payment or tests the way to the bank, and pays nothing itself"
    if remittance.credit_debit == _DEBIT and remittance.paid:
        return "it takes money from the account instead of paying; a person looks"
    if any(cents_of(each.amount) is None for each in remittance.provider_adjustments):
        return "an amount of its provider adjustments (PLB) cannot be read"
    return _unbalanced(remittance)


def _unbalanced(remittance: Remittance) -> str:
    """The balances once more: whoever made the remittance, an entry must sum to zero."""
    claims = NOTHING
    for payment in remittance.claims:
        gaps = [claim_gap(payment), *(line_gap(line) for line in payment.lines)]
        if payment.paid is None or any(gap is None or gap != 0 for gap in gaps):
            return f"claim {payment.control_number or '(none)'} of it does not balance"
        claims += payment.paid
    provider = sum((each.amount for each in remittance.provider_adjustments), NOTHING)
    gap = payment_gap(remittance.paid, remittance.credit_debit, claims, provider)
    return f"its payment differs by {gap:.2f} from its claims less its provider adjustments" if gap else ""


def _refused(position: int, payment: ClaimPayment, state: LineState, why: str) -> Iterator[PlannedLine]:
    for unit in units(payment):
        yield PlannedLine(position, unit.position, unit.service, state, unit.charge, unit.paid, why=why)


class _Planner:
    """Plans one remittance, keeping what it has decided so far beside what the book knows."""

    def __init__(self, remittance: Remittance, book: SqliteBook, *, source: str, manual: bool) -> None:
        self._remittance = remittance
        self._book = book
        self._source = source
        self._manual = manual
        self._decided: dict[tuple[str, str | None], _Standing | None] = {}
        self._lines: dict[str, tuple[BookedLine, ...]] = {}
        self._order: list[Key] = []
        self._made: dict[Key, PlannedLine] = {}

    def plan(self) -> Posting:
        """The plan of the whole remittance."""
        payments = list(enumerate(self._remittance.claims, start=1))
        waiting: list[tuple[int, ClaimPayment, Unit, Match]] = []
        answers: list[tuple[int, ClaimPayment, Unit, Match]] = []
        for position, payment in payments:
            for unit, match in self._matched(position, payment):
                (waiting if payment.is_reversal else answers).append((position, payment, unit, match))
        later = [each for each in waiting if not self._reversal(*each, final=False)]
        for each in answers:
            self._answer(*each)
        for each in later:
            self._reversal(*each, final=True)
        by_claim: dict[int, list[PlannedLine]] = {}
        for line in self._made.values():
            by_claim.setdefault(line.claim_position, []).append(line)
        claims = []
        for position, payment in payments:
            lines = tuple(sorted(by_claim.get(position, []), key=lambda line: line.position))
            ours = next((line.claim for line in lines if line.claim is not None), None)
            claims.append(PlannedClaim(position, payment, ours, lines))
        return Posting(
            self._remittance,
            self._source,
            self._manual,
            Verdict.POST,
            "",
            tuple(claims),
            tuple(self._order),
        )

    def _matched(self, position: int, payment: ClaimPayment) -> Iterator[tuple[Unit, Match]]:
        found = units(payment)
        if not adds_up(payment, found):
            self._broken(position, payment, found)
            return
        matcher = Matcher(self._book, payment, test=self._remittance.is_test)
        yield from zip(found, matcher.match(found), strict=True)

    def _broken(self, position: int, payment: ClaimPayment, found: tuple[Unit, ...]) -> None:
        """A claim whose lines are not the claim: all of its money is kept for a person."""
        why = "the lines of the claim do not add up to the claim"
        for unit in found:
            self._person(position, unit, why)
        rest = (cents_of(payment.paid) or 0) - sum(unit.paid or 0 for unit in found)
        if rest and found[0].position:
            self._person(position, Unit(0, None, None, rest, ()), why)

    def _person(self, position: int, unit: Unit, why: str, score: int = 0, how: str = "") -> None:
        self._put(
            PlannedLine(
                position,
                unit.position,
                unit.service,
                LineState.NEEDS_PERSON,
                unit.charge,
                unit.paid,
                score=score,
                how=how,
                why=why,
            )
        )

    def _put(self, line: PlannedLine) -> None:
        key = (line.claim_position, line.position)
        self._made[key] = line
        self._order.append(key)

    def _reversal(
        self, position: int, payment: ClaimPayment, unit: Unit, match: Match, *, final: bool
    ) -> bool:
        """Plan the undoing of an answer; false where there is none to undo yet."""
        del payment
        if match.why or match.claim is None:
            self._person(position, unit, match.why, match.score, match.how)
            return True
        target = (match.claim.control_number, None if match.line is None else match.line.control_number)
        standing = self._standing(*target)
        if standing is None or not reverses(unit, standing.unit):
            if not final:
                return False
            why = (
                f"it takes back an answer to {target[1] or target[0]} that was never posted"
                if standing is None
                else f"it does not take back exactly what was {standing.said}"
            )
            self._person(position, unit, why, match.score, match.how)
            return True
        booked = Adjudication(target[0], target[1], LineOutcome.REVERSED)
        how = f"{match.how}; takes back what was {standing.said}"
        self._post(position, unit, match, booked, standing.ref, how)
        self._decided[target] = None
        return True

    def _answer(self, position: int, payment: ClaimPayment, unit: Unit, match: Match) -> None:
        if payment.status_code == _FORECAST:
            self._person(
                position, unit, "it is a forecast (predetermination), not an answer", match.score, match.how
            )
            return
        if match.why or match.claim is None:
            self._person(position, unit, match.why, match.score, match.how)
            return
        claim, line = match.claim.control_number, None if match.line is None else match.line.control_number
        settled = settle(unit)
        if settled.outcome is None:
            self._person(position, unit, settled.fault, match.score, match.how)
            return
        other = self._otherwise(claim, line)
        standing = self._standing(claim, line) or other
        if standing is not None and (other is not None or not _supersedes(settled.outcome, standing)):
            why = f"{line or claim} was answered before ({standing.said}), and nothing took that answer back"
            self._person(position, unit, why, match.score, match.how)
            return
        charges = () if line is not None else tuple(self._charges(claim))
        booked = Adjudication(claim, line, settled.outcome, settled.parts, charges)
        how = match.how if standing is None else f"{match.how}; in place of the denial {standing.said}"
        self._post(position, unit, match, booked, None if standing is None else standing.ref, how)
        key = (position, unit.position)
        said = f"posted from claim {position} of this remittance"
        self._decided[claim, line] = _Standing(key, unit, settled.outcome, said)

    def _post(  # noqa: PLR0913, PLR0917  what a planned line consists of
        self,
        position: int,
        unit: Unit,
        match: Match,
        booked: Adjudication,
        undoes: int | Key | None,
        how: str,
    ) -> None:
        self._put(
            PlannedLine(
                position,
                unit.position,
                unit.service,
                LineState.POSTED,
                unit.charge,
                unit.paid,
                score=match.score,
                how=how,
                booked=booked,
                undoes=undoes,
            )
        )

    def _charges(self, claim: str) -> Iterator[tuple[str, int]]:
        for line in self._lines_of(claim):
            yield line.control_number, cents_of(line.charge) or 0

    def _lines_of(self, claim: str) -> tuple[BookedLine, ...]:
        if claim not in self._lines:
            self._lines[claim] = self._book.lines(claim)
        return self._lines[claim]

    def _otherwise(self, claim: str, line: str | None) -> _Standing | None:
        """An answer in force at the other level: of the claim as a whole, or of any of its lines."""
        if line is not None:
            return self._standing(claim, None)
        found = (self._standing(claim, each.control_number) for each in self._lines_of(claim))
        return next((each for each in found if each is not None), None)

    def _standing(self, claim: str, line: str | None) -> _Standing | None:
        if (claim, line) in self._decided:
            return self._decided[claim, line]
        found = self._book.standing_adjudication(line or claim)
        known = None if found is None else self._known(found)
        self._decided[claim, line] = known
        return known

    def _known(self, found: RemittedLine) -> _Standing:
        return _Standing(found.id, unit_of(self._book, found), _outcome(found), _said(self._book, found))


def unit_of(book: SqliteBook, found: RemittedLine) -> Unit:
    """The unit that a remitted line was."""
    payment, _ = book.adjudication(found.id)
    return next(
        (each for each in units(payment) if each.position == found.position),
        Unit(found.position, None, None, found.paid_cents, ()),
    )


def _outcome(found: RemittedLine) -> LineOutcome:
    return LineOutcome.DENIED if found.outcome is None else found.outcome


def _said(book: SqliteBook, found: RemittedLine) -> str:
    posted = book.remittance(found.remittance)
    return "posted before" if posted is None else told_as(posted)


def _supersedes(outcome: LineOutcome, standing: _Standing) -> bool:
    """Whether an answer takes the place of the one in force: a payment after a refusal, never a second refusal."""
    return standing.outcome is LineOutcome.DENIED and outcome is not LineOutcome.DENIED


def renumbered(line: PlannedLine, ids: dict[Key, int]) -> int | None:
    """The id of the answer that a planned line undoes, once those of this remittance have ids."""
    undoes = line.undoes
    return ids[undoes] if isinstance(undoes, tuple) else undoes


def with_posted(posting: Posting, posted: PostedRemittance) -> Posting:
    """The plan with what the book kept."""
    return replace(posting, posted=posted)
