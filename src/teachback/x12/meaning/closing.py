"""The end of a claim: what only all of its parts together can tell."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from teachback.codesets import bills, diagnoses, places
from teachback.codesets.common import Validity
from teachback.x12.meaning import balance, parties, values
from teachback.x12.meaning.parties import MBI_SINCE
from teachback.x12.meaning.state import Claim, State, at
from teachback.x12.meaning.tree import LATER, SELF
from teachback.x12.meaning.values import MemberId

if TYPE_CHECKING:
    from teachback.x12.tokens import Segment

ICD10_SINCE = date(2015, 10, 1)
NPI_SINCE = date(2008, 5, 23)
"""Since then a provider whom a Medicare claim names bears an NPI."""
_MOST_POINTERS = 12
_REPLACES = frozenset({"7", "8"})
_NPI_ROLES = {"DN": "referring", "82": "rendering", "71": "attending", "DQ": "supervising", "72": "operating"}
_THERAPY_DATES = frozenset({"454", "304", "435"})


def close(s: State) -> None:
    """All checks that wait for the end of a claim."""
    here = s.claim
    if here is None:
        return
    first, last = _span(here)
    if here.lines:
        _total(s, here)
    if here.diagnoses:
        _diagnoses(s, here, last or first)
    if s.setting.institutional:
        _statement(s, here)
    else:
        _pointers(s, here)
        _places(s, here, first)
    _above(s, first)
    _correction(s, here)
    _payers(s, here)
    if s.medicare:
        _medicare(s, here, first)
    s.claim = None


def _above(s: State, first: date | None) -> None:
    """What stands above the claim and is judged with its first claim."""
    if s.born is not None and first is not None and s.born[0] > first:
        s.say("X522", s.born[1], "DMG02")
        s.born = None
    if "judged" not in s.known:
        s.known.add("judged")
        _subscriber(s)
    if s.billing is not None and s.medicare and not s.billing.npi and s.billing.segment is not s.told_billing:
        s.told_billing = s.billing.segment
        if first is not None and first >= NPI_SINCE:
            s.say("X620", s.billing.segment, "NM109", role="billing")
    if s.short_zip is not None:
        parties.nine_digits(s, s.short_zip)
        s.short_zip = None


def _subscriber(s: State) -> None:
    """The subscriber who is the patient is described in full; one who is not has the patient below."""
    if s.household:
        return
    if not s.relationship and s.order_segment is not None:
        s.say("X540", s.order_segment, "SBR02")
    elif s.relationship == SELF and s.member is not None:
        if not {"N3", "N4"} <= s.known:
            s.say("X541", s.member, "")
        if "DMG" not in s.known:
            s.say("X542", s.member, "")


def _payers(s: State, here: Claim) -> None:
    if here.patient_paid is not None and here.total is not None and here.patient_paid[0] > here.total:
        s.say("X536", here.patient_paid[1], "AMT02")
    if here.others:
        balance.judge(s, here)
    elif s.order in LATER and s.order_segment is not None:
        s.say("X533", s.order_segment, "SBR01", order=s.order)


def _span(here: Claim) -> tuple[date | None, date | None]:
    """First and last date of service; of the statement where no line has a date."""
    first: date | None = None
    last: date | None = None
    for line in here.lines:
        if line.first is None or line.last is None:
            continue
        if first is None or line.first < first:
            first = line.first
        if last is None or line.last > last:
            last = line.last
    if first is None and here.statement is not None:
        return here.statement[0], here.statement[1]
    return first, last


def _total(s: State, here: Claim) -> None:
    total = Decimal(0)
    for line in here.lines:
        if line.charge is None:
            return  # a charge that is none is told where it stands
        total += line.charge
    if here.total is not None and total != here.total:
        s.say("X501", here.segment, "CLM02", told=f"{here.total:.2f}", total=f"{total:.2f}")


def _pointers(s: State, here: Claim) -> None:
    known = 0 if here.diagnoses_unclear else len(here.diagnoses)
    for line in here.lines:
        text = line.pointers
        if text == "1" and known:
            continue
        if line.priced is not None:
            _judge_pointers(s, line.priced, text, known)


def _judge_pointers(s: State, segment: Segment, text: str, known: int) -> None:
    for code, index, pointer in _pointer_faults(text, s.separator, known):
        s.say(code, segment, f"SV107-{index}", pointer=pointer, known=known)


@lru_cache(1 << 12)
def _pointer_faults(text: str, separator: str, known: int) -> tuple[tuple[str, int, str], ...]:
    """Pointers that lead nowhere or stand twice, with their component."""
    faults: list[tuple[str, int, str]] = []
    seen: set[str] = set()
    for index, pointer in enumerate(text.split(separator) if text else (), 1):
        if not (pointer.isascii() and pointer.isdigit() and 1 <= int(pointer) <= _MOST_POINTERS):
            continue  # told by the structure
        if known and int(pointer) > known:
            faults.append(("X507", index, pointer))
        elif pointer in seen:
            faults.append(("X508", index, pointer))
        seen.add(pointer)
    return tuple(faults)


def _diagnoses(s: State, here: Claim, on: date | None) -> None:
    if (
        on is not None
        and on >= ICD10_SINCE
        and len({code for _, code, _, _ in here.diagnoses}) == len(here.diagnoses)
    ):
        for qualifier, code, segment, element in here.diagnoses:
            if qualifier[0] != "A" or _verdict(code, on) is not Validity.VALID:
                _diagnosis(s, qualifier, code, segment, element, on)
        return
    seen: set[tuple[str, str]] = set()
    for qualifier, code, segment, element in here.diagnoses:
        # A code may stand once among the diagnoses, and again as reason for the visit or as admitting diagnosis.
        role = qualifier[-2:] if qualifier[-2:] in {"PR", "BN", "BJ"} else ""
        if (role, code) in seen:
            s.say("X509", segment, element, code=code)
        else:
            seen.add((role, code))
            _diagnosis(s, qualifier, code, segment, element, on)


def _diagnosis(s: State, qualifier: str, code: str, segment: Segment, element: str, on: date | None) -> None:  # noqa: PLR0913, PLR0917  a code with its place and date
    if qualifier.startswith("A"):
        _icd10(s, segment, element, code, on)
    elif on is not None and on >= ICD10_SINCE:
        s.say("X421", segment, element.removesuffix("2") + "1", qualifier=qualifier)


@lru_cache(1 << 15)
def _verdict(code: str, on: date) -> Validity:
    """The code's standing on a date; the form, which is the quicker question, first."""
    return diagnoses.validity(code, on) if diagnoses.is_form(code) else Validity.BAD_FORM


def _icd10(s: State, segment: Segment, element: str, code: str, on: date | None) -> None:
    if "." in code:
        s.say("X420", segment, element, code=code)
        return
    if not diagnoses.is_form(code):
        s.say("X415", segment, element, code=code)
        return
    if on is None:
        return
    if on < ICD10_SINCE:
        s.say("X421", segment, element.removesuffix("2") + "1", qualifier="ICD-10-CM")
        return
    verdict = _verdict(code, on)
    if verdict is Validity.VALID:
        return
    if verdict is Validity.NOT_BILLABLE:
        below = ", ".join(diagnoses.children(code, on)) or "a code below it"
        s.say("X417", segment, element, code=code, below=below)
    elif verdict is Validity.NOT_CHECKED:
        if s.told_unchecked:
            return
        s.told_unchecked = True
        s.say(
            "X419",
            segment,
            element,
            known=f"{diagnoses.releases()[0].since} to {diagnoses.releases()[-1].through}",
        )
    elif verdict in {Validity.RETIRED, Validity.NOT_YET}:
        when = "no longer valid" if verdict is Validity.RETIRED else "not yet valid"
        s.say("X418", segment, element, code=code, when=when)
    else:
        s.say("X416", segment, element, code=code)


def _places(s: State, here: Claim, first: date | None) -> None:
    on = first or s.setting.received
    if here.place:
        _place(s, here.segment, "CLM05-1", here.place, on)
    for line in here.lines:
        if line.place and line.place != here.place and line.priced is not None:
            _place(s, line.priced, "SV105", line.place, line.first or on)


def _place(s: State, segment: Segment, element: str, place: str, on: date) -> None:
    verdict = _standing(place, on)
    if verdict is Validity.VALID or verdict is Validity.NOT_CHECKED:
        return
    if verdict in {Validity.NOT_YET, Validity.RETIRED}:
        s.say("X414", segment, element, place=place)
    else:
        s.say("X413", segment, element, place=place)


_standing = lru_cache(1 << 14)(places.validity)


def _correction(s: State, here: Claim) -> None:
    if here.frequency in _REPLACES:
        if s.medicare and not s.setting.institutional:
            s.say("X605", here.segment, "CLM05-3", frequency=here.frequency)
        elif here.original is None:
            s.say("X538", here.segment, "CLM05-3", frequency=here.frequency)
    elif here.original is not None and here.frequency == "1":
        s.say("X539", here.original, "REF01")


def _statement(s: State, here: Claim) -> None:
    """Dates of lines and admission against the period of an institutional claim."""
    bill = f"{here.place}{here.frequency}"
    therapy_bill = s.medicare and bills.bills_therapy(bill)
    period = here.statement
    for line in here.lines:
        if line.first is None and therapy_bill and line.priced is not None and at(line.priced.elements, 2):
            s.say("X621", line.priced, "")
        if period is None or line.first is None or line.last is None or line.dated is None:
            continue
        if (
            period[0] is not None
            and period[1] is not None
            and not period[0] <= line.first <= line.last <= period[1]
        ):
            s.say("X525", line.dated, "DTP03")
    if (
        period is not None
        and here.admission is not None
        and period[1] is not None
        and here.admission[0] > period[1]
    ):
        s.say("X527", here.admission[1], "DTP03")


def _medicare(s: State, here: Claim, first: date | None) -> None:
    if s.member is not None and first is not None and first >= MBI_SINCE:
        number = at(s.member.elements, 9)
        if values.member_id(number) is MemberId.HICN:
            s.say("X432", s.member, "NM109")
    _providers(s, here, first)
    if s.setting.institutional:
        if "71" not in here.providers:
            s.say("X619", here.segment, "")
        return
    if "P3" in here.providers:
        s.say("X612", here.providers["P3"].segment, "NM101")
    if any(line.therapy for line in here.lines):
        for qualifier, _, segment in here.dated:
            if qualifier in _THERAPY_DATES:
                s.say("X616", segment, "DTP01", qualifier=qualifier)
    _facility(s, here)


def _providers(s: State, here: Claim, first: date | None) -> None:
    for role, party in here.providers.items():
        if role in _NPI_ROLES and not party.npi and first is not None and first >= NPI_SINCE:
            s.say("X620", party.segment, "NM109", role=_NPI_ROLES[role])
    rendering = here.providers.get("82")
    if rendering is not None and s.billing is not None and rendering.npi and rendering.npi == s.billing.npi:
        s.say("X610", rendering.segment, "NM109")


def _facility(s: State, here: Claim) -> None:
    facility, billing = here.facility, s.billing
    if facility is None or billing is None or not facility.street:
        return
    if facility.street == billing.street and facility.zip[:5] == billing.zip[:5]:
        s.say("X611", facility.segment)
