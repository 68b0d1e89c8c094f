"""The front end: what a claim lacks before anybody judges it, answered by the 277CA.

Each reason is (category, status, entity) of the claim status code lists; a claim with any reason was never
adjudicated. Lines at fault are named with their own reasons.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from teachback.codesets import diagnoses, modifiers, places, procedures
from teachback.codesets.common import Validity
from teachback.x12.readvalues import UNKNOWN_DATE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from teachback.claimdata import Claim, ClaimLine
    from teachback.simulate.chance import Chance, Shares
    from teachback.simulate.taken import Taken

Status = tuple[str, str, str]

ACCEPTED: Final[Status] = ("A2", "20", "PR")
NOT_FOUND: Final[Status] = ("A7", "33", "IL")
_MEDICARE: Final = frozenset({"MA", "MB"})
# Made-up numbers have S in second place, which true ones never have.
_MBI: Final = re.compile(
    r"[1-9][AC-HJKMNP-Y][AC-HJKMNP-Y0-9][0-9][AC-HJKMNP-Y][AC-HJKMNP-Y0-9][0-9][AC-HJKMNP-Y]{2}[0-9]{2}"
)
_TEN: Final = re.compile(r"[0-9]{10}")
_KNOWN: Final = frozenset({Validity.VALID, Validity.NOT_CHECKED})
_ZERO: Final = Decimal(0)
_CENT: Final = Decimal("0.01")


@dataclass(slots=True)
class FrontAnswer:
    """What the front end says of one claim: nothing where it is accepted."""

    reasons: list[Status] = field(default_factory=list)
    lines: list[tuple[ClaimLine, list[Status]]] = field(default_factory=list)

    @property
    def statuses(self) -> tuple[Status, ...]:
        """Statuses of the claim, each once; those of its lines too, so that the claim alone tells why."""
        told = [*self.reasons, *(status for _line, statuses in self.lines for status in statuses)]
        return tuple(dict.fromkeys(told)) or (ACCEPTED,)

    @property
    def is_accepted(self) -> bool:
        """Whether the claim goes on to be adjudicated."""
        return not self.reasons and not self.lines


def judge(taken: Taken, chance: Chance, shares: Shares) -> FrontAnswer:
    """The front end's answer to one claim; a seeded share is not found in the payer's records."""
    answer = FrontAnswer()
    claim = taken.claim
    answer.reasons += _of_parties(taken)
    answer.reasons += _of_claim(taken)
    for line in claim.lines:
        found = list(_of_line(line, taken))
        if found:
            answer.lines.append((line, found))
    if answer.is_accepted and chance.hits(shares.reject, "reject", claim.control_number, taken.patient):
        answer.reasons.append(NOT_FOUND)
    return answer


def _of_parties(taken: Taken) -> Iterator[Status]:
    """Patient, providers, and whether this is Medicare's to answer."""
    claim = taken.claim
    if claim.filing_indicator not in _MEDICARE:
        yield "A7", "116", ""
    if not taken.patient_is_subscriber or claim.beneficiary.birth_date == UNKNOWN_DATE:
        yield "A7", "33", "IL"
    if not _MBI.fullmatch(claim.beneficiary.member_id):
        yield "A7", "164", "IL"
    for entity, provider in (
        ("85", claim.billing.provider),
        ("82", claim.rendering),
        ("DN", claim.referring),
    ):
        if provider is not None and not _is_npi(provider.npi):
            yield "A7", "562", entity


def _of_claim(taken: Taken) -> Iterator[Status]:
    """Frequency, sums, lines, diagnoses."""
    claim = taken.claim
    if claim.frequency_code != "1" and not claim.is_institutional:
        yield "A7", "535", ""
    if taken.charge is None or taken.charge != claim.charge:
        yield "A7", "400", ""
    if not claim.lines:
        yield "A6", "454", ""
    if taken.unread:
        yield "A6", "21", ""
    yield from _of_diagnoses(claim)


def _of_diagnoses(claim: Claim) -> Iterator[Status]:
    if not claim.diagnoses:
        yield "A6", "254", ""
    day = min((line.date_of_service for line in claim.lines), default=None)
    if day is None or day == UNKNOWN_DATE:
        return
    for number, code in enumerate(claim.diagnoses):
        if diagnoses.validity(code, day) not in _KNOWN:
            yield "A7", "255" if number else "254", ""


def _of_line(line: ClaimLine, taken: Taken) -> Iterator[Status]:
    """Procedure, modifiers, units, charge, date, place and pointers of one line."""
    claim = taken.claim
    if not procedures.is_form(line.procedure_code):
        yield "A7", "507", ""
    if any(not modifiers.is_form(one) for one in line.modifiers):
        yield "A7", "453", ""
    if line.units <= 0:
        yield "A7", "476", ""
    if line.charge <= _ZERO or line.charge != line.charge.quantize(_CENT):
        yield "A7", "402", ""
    if line.date_of_service == UNKNOWN_DATE:
        yield "A6", "187", ""
    elif line.date_of_service > taken.received_on or line.date_of_service < claim.beneficiary.birth_date:
        yield "A7", "187", ""
    if not claim.is_institutional and not places.is_form(taken.place(line)):
        yield "A7", "249", ""
    known = range(1, len(claim.diagnoses) + 1)
    if not claim.is_institutional and not set(line.diagnosis_pointers) <= set(known):
        yield "A7", "477", ""
    if line.rendering is not None and not _is_npi(line.rendering.npi):
        yield "A7", "562", "82"


def _is_npi(text: str) -> bool:
    """Ten digits with a right check digit (80840 in front)."""
    if not _TEN.fullmatch(text):
        return False
    total = 24
    for place, digit in enumerate(reversed(text)):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled // 10 + doubled % 10
    return total % 10 == 0
