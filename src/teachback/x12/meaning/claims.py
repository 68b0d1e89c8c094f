"""The claim itself (2300): its total, codes, dates, references and diagnoses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.claimdata import MOST_CONTROL_NUMBER
from teachback.codesets import bills
from teachback.model import Severity
from teachback.x12.meaning import parties, values
from teachback.x12.meaning.state import PAD, Claim, State, at

if TYPE_CHECKING:
    from teachback.x12.tokens import Segment

MOST_CLAIMS = 5000
_ICD10 = frozenset({"ABK", "ABF", "ABJ", "APR", "ABN"})
_ICD9 = frozenset({"BK", "BF", "BJ", "PR", "BN"})
DIAGNOSES = _ICD10 | _ICD9
_NOT_IN_THE_FUTURE = frozenset(
    {"431", "454", "304", "453", "439", "484", "455", "435", "096", "434", "573", "091"}
)
STATEMENT, ADMISSION = "434", "435"


def claim(s: State, segment: Segment) -> None:
    """CLM: a new claim; its codes as Medicare uses them."""
    e = segment.elements + PAD
    s.claims += 1
    s.line_count = 0
    s.last_line = ""
    s.party = None
    s.claim = here = Claim(segment, e[1], values.amount(e[2]))
    if s.claims > MOST_CLAIMS and not s.told_many:
        s.told_many = True
        s.say("X518", segment, "", most=MOST_CLAIMS)
    if len(here.number) > MOST_CONTROL_NUMBER:
        s.say("X543", segment, "CLM01", severity=Severity.ERROR if s.medicare else Severity.WARNING)
    service = e[5].split(s.separator)
    here.place = service[0]
    here.frequency = service[2] if len(service) > 2 else ""  # noqa: PLR2004  the third component
    _judge_bill(s, here)
    if s.medicare:
        _judge_medicare(s, segment)


def _judge_bill(s: State, here: Claim) -> None:
    if s.setting.institutional and not bills.is_form(f"{here.place}{here.frequency}"):
        s.say("X429", here.segment, "CLM05-1", bill=f"{here.place}{here.frequency}")


def _judge_medicare(s: State, segment: Segment) -> None:
    e = segment.elements + PAD
    if e[6] == "N":
        s.say("X606", segment, "CLM06")
    if e[7] == "B":
        s.say("X608", segment, "CLM07")
    if e[8] in {"N", "W"} and e[7] == "A":
        s.say("X607", segment, "CLM08", told=e[8])


def date_of_claim(s: State, segment: Segment) -> None:
    """DTP of 2300: ranges in order, past events in the past."""
    e = segment.elements + PAD
    qualifier = e[1]
    first, last = values.days(e[2], e[3])
    if first is None or last is None:
        return  # a date that is none: told by the structure
    here = s.claim
    if last < first:
        s.say("X524", segment, "DTP03")
        return
    if qualifier in _NOT_IN_THE_FUTURE and last > s.setting.received:
        s.say("X521", segment, "DTP03")
    if here is None:
        return
    if qualifier == STATEMENT:
        here.statement = (first, last, segment)
    elif qualifier == ADMISSION:
        here.admission = (first, segment)
    here.dated.append((qualifier, first, segment))


def reference(s: State, segment: Segment) -> None:
    """REF of 2300: the payer's number of the claim that is corrected."""
    if s.claim is not None and at(segment.elements, 1) == "F8":
        s.claim.original = segment


def amount_paid(s: State, segment: Segment) -> None:
    """AMT of 2300: what the patient paid."""
    e = segment.elements + PAD
    paid = values.amount(e[2])
    if s.claim is not None and e[1] == "F5" and paid is not None:
        s.claim.patient_paid = (paid, segment)


def information(s: State, segment: Segment) -> None:
    """HI: diagnoses are kept for the dates of service; occurrences lie in the past."""
    e = segment.elements
    here = s.claim
    if here is None:
        return
    separator = s.separator
    for index in range(1, len(e)):
        text = e[index]
        if not text:
            continue
        parts = text.split(separator)
        qualifier = parts[0]
        if qualifier in DIAGNOSES:
            if len(parts) > 1 and parts[1]:
                here.diagnoses.append((qualifier, parts[1], segment, f"HI{index:02}-2"))
            else:
                here.diagnoses_unclear = True  # told by the structure; how many there are is not known
        elif qualifier in {"BH", "BI"} and len(parts) > 3:  # noqa: PLR2004  the fourth component
            _judge_occurrence(s, segment, parts, index)


def _judge_occurrence(s: State, segment: Segment, parts: list[str], index: int) -> None:
    first, last = values.days(parts[2], parts[3])
    element = f"HI{index:02}-4"
    if first is None or last is None:
        s.say("X528", segment, element)
    elif last < first:
        s.say("X524", segment, element)
    elif first > s.setting.received:
        s.say("X521", segment, element)


def provider(s: State, segment: Segment) -> None:
    """NM1 of 2310: who took part, kept by the code that says as what."""
    parties.name(s, segment)
    if s.claim is None or s.party is None:
        return
    role = at(segment.elements, 1)
    s.claim.providers.setdefault(role, s.party)
    if role == "77":
        s.claim.facility = s.party
