"""Which of our lines a payer answers: by its control number first, else by what was claimed, never by a guess.

A line without a number of ours is compared with the lines of its claim; a claim without one, with the lines of the
same patient. Each comparison has a score out of 100. Below the threshold, or where two lines fit alike, a person
decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from teachback.book import ClaimState
from teachback.remit.settling import cents_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from teachback.book import BookedClaim, BookedLine, SqliteBook
    from teachback.remit.settling import Unit
    from teachback.remitdata import ClaimPayment, ServicePayment

CODE: Final = 40
DATE: Final = 30
CHARGE: Final = 20
MODIFIERS: Final = 10
THRESHOLD: Final = 80
"""The least score that is posted without a person."""
MARGIN: Final = 10
"""So much better than the next one the best must be."""
BY_NUMBER: Final = 100
BY_PATIENT: Final = 90
_PATIENTS: Final = ("QC", "IL", "74")
_SERVICE_DATES: Final = ("472", "232", "233", "150", "151")
_VOID: Final = "8"


@dataclass(frozen=True, slots=True)
class Match:
    """The claim and line that are meant, with score and how; ``why`` where a person must decide."""

    claim: BookedClaim | None
    line: BookedLine | None
    score: int
    how: str
    why: str = ""


class Matcher:
    """Matches the units of one claim of a remittance."""

    def __init__(self, book: SqliteBook, payment: ClaimPayment, *, test: bool) -> None:
        self._book = book
        self._payment = payment
        self._test = test
        self._claim = book.claim(payment.control_number.strip())
        self._lines: tuple[BookedLine, ...] | None = None

    @property
    def claim(self) -> BookedClaim | None:
        """The claim with the number that the payer names."""
        return self._claim

    @property
    def lines(self) -> tuple[BookedLine, ...]:
        """The lines of that claim."""
        if self._lines is None:
            self._lines = () if self._claim is None else self._book.lines(self._claim.control_number)
        return self._lines

    def match(self, units: Sequence[Unit]) -> tuple[Match, ...]:
        """A match for each unit; two units never get the same line."""
        found = [self._match(unit) for unit in units]
        numbers = [each.line.control_number for each in found if each.line is not None and not each.why]
        for index, each in enumerate(found):
            if each.line is not None and not each.why and numbers.count(each.line.control_number) > 1:
                why = f"two lines of the answer fit line {each.line.control_number} of ours"
                found[index] = Match(each.claim, each.line, each.score, each.how, why)
        return tuple(found)

    def _match(self, unit: Unit) -> Match:
        found = self._whole(unit) if unit.service is None else self._line(unit, unit.service)
        if found.why or found.claim is None:
            return found
        why = unusable(found.claim, test=self._test, reversal=self._payment.is_reversal)
        return Match(found.claim, found.line, found.score, found.how, why or _differing(found, unit))

    def _whole(self, unit: Unit) -> Match:
        if self._claim is None:
            return self._unknown()
        how = "by the claim's control number, as a whole"
        line = self.lines[0] if len(self.lines) == 1 else None
        if unit.charge is None:
            return Match(self._claim, line, BY_NUMBER, how, "its amounts do not add up")
        return Match(self._claim, line, BY_NUMBER, how)

    def _line(self, unit: Unit, service: ServicePayment) -> Match:
        number = (service.line_control_number or "").strip()
        own = next((each for each in self.lines if each.control_number == number), None)
        line = own or (self._book.line(number) if number else None)
        if line is not None:
            return self._numbered(line, service)
        return self._likeliest(unit, service) if self._claim is not None else self._of_patient(unit, service)

    def _numbered(self, line: BookedLine, service: ServicePayment) -> Match:
        how = "by the line's control number"
        if self._claim is not None and self._claim.control_number != line.claim.control_number:
            why = (
                f"line {line.control_number} is of claim {line.claim.control_number}, but the payer names claim "
                f"{self._claim.control_number}"
            )
            return Match(line.claim, line, 0, how, why)
        day = service_date(self._payment, service)
        told = codes(service)
        if told and day is not None and line.procedure_code not in told and day != line.date_of_service:
            why = f"line {line.control_number} was claimed with another code and on another date than the payer tells"
            return Match(line.claim, line, CHARGE, how, why)
        return Match(line.claim, line, BY_NUMBER, how)

    def _likeliest(self, unit: Unit, service: ServicePayment) -> Match:
        ranked = sorted(
            ((self.score(line, unit, service), -line.position, line) for line in self.lines),
            key=lambda each: each[:2],
            reverse=True,
        )
        best, _, line = ranked[0]
        how = f"by code, modifiers, date and charge within claim {line.claim.control_number}"
        if best < THRESHOLD:
            why = f"no line of claim {line.claim.control_number} is like it (best {best} of 100, {THRESHOLD} needed)"
            return Match(self._claim, None, best, how, why)
        if len(ranked) > 1 and ranked[1][0] > best - MARGIN:
            why = f"lines {line.control_number} and {ranked[1][2].control_number} of ours fit alike"
            return Match(self._claim, None, best, how, why)
        return Match(self._claim, line, best, how)

    def _of_patient(self, unit: Unit, service: ServicePayment) -> Match:
        """One line of the patient on the date with the very same code, modifiers and charge, or a person."""
        day = service_date(self._payment, service)
        members = {
            each.identifier for each in self._payment.names if each.entity in _PATIENTS and each.identifier
        }
        if day is None or not members:
            return self._unknown()
        found: dict[str, BookedLine] = {}
        for code in codes(service):
            for claim_number, number in self._book.lines_on(code, day):
                if self._book.claim_data(claim_number).beneficiary.member_id not in members:
                    continue
                line = self._book.line(number)
                if line is not None and self.score(line, unit, service) == BY_NUMBER:
                    found[number] = line
        live = [line for line in found.values() if line.claim.live]
        if len(live) != 1:
            return self._unknown()
        how = "by patient, code, modifiers, date and charge; the claim's number is not ours"
        return Match(live[0].claim, live[0], BY_PATIENT, how)

    def _unknown(self) -> Match:
        number = self._payment.control_number.strip() or "(none)"
        return Match(None, None, 0, "", f"there is no claim {number} in this book")

    def score(self, line: BookedLine, unit: Unit, service: ServicePayment) -> int:
        """How like a line of ours is to what the payer tells, out of 100."""
        total = CODE if line.procedure_code in codes(service) else 0
        if service_date(self._payment, service) == line.date_of_service:
            total += DATE
        if unit.charge is not None and abs(unit.charge) == cents_of(line.charge):
            total += CHARGE
        return total + (MODIFIERS if _same_modifiers(line, service) else 0)


def codes(service: ServicePayment) -> tuple[str, ...]:
    """The code as it was sent, then as it was adjudicated."""
    return tuple(dict.fromkeys(code for code in (service.submitted_code, service.procedure_code) if code))


def service_date(payment: ClaimPayment, service: ServicePayment) -> date | None:
    """The line's date, else the claim's where it has one alone."""
    if service.date_of_service is not None:
        return service.date_of_service
    days = {day for qualifier, day in payment.dates if qualifier in _SERVICE_DATES}
    return days.pop() if len(days) == 1 else None


def unusable(claim: BookedClaim, *, test: bool, reversal: bool) -> str:
    """Why nothing can be posted to a claim; empty where it can."""
    number = claim.control_number
    if claim.test != test:
        return f"claim {number} went out {'as a test' if claim.test else 'in earnest'}, and this file is not"
    if claim.state is ClaimState.PLANNED:
        return f"claim {number} is planned, but its file was never written"
    if claim.state is ClaimState.WITHDRAWN:
        return f"claim {number} was withdrawn before it was sent"
    if claim.frequency_code == _VOID:
        return f"claim {number} is a void: it asked for nothing"
    if claim.state is ClaimState.REJECTED and not reversal:
        return f"claim {number} was ended as rejected, so nothing is awaited for it"
    return ""


def _differing(found: Match, unit: Unit) -> str:
    if unit.charge is None or found.claim is None:
        return "an amount of it cannot be read"
    ours = cents_of(found.claim.charge if found.line is None else found.line.charge)
    if abs(unit.charge) == ours:
        return ""
    what = (
        f"claim {found.claim.control_number}" if found.line is None else f"line {found.line.control_number}"
    )
    return f"the payer tells another charge than {what} has"


def _same_modifiers(line: BookedLine, service: ServicePayment) -> bool:
    told = {frozenset(service.modifiers)}
    if service.submitted_code is not None or service.submitted_modifiers:
        told.add(frozenset(service.submitted_modifiers))
    return frozenset(line.modifiers) in told
