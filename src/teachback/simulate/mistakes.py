"""What the made-up payer does wrong, and when it answers: seeded, one event to a claim, each with its cause named.

A mistake changes one term of a line that is rightly paid, in the direction that its event says, or nothing at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from teachback.simulate.edits import THERAPY
from teachback.simulate.pricing import Basis, Terms, reckon
from teachback.simulate.refusals import refusals, seeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from teachback.simulate.chance import Chance, Shares
    from teachback.simulate.docket import Case, Judged
    from teachback.simulate.pricing import Fees

_WHOLE: Final = 100
_ASSISTANT: Final = 85
_ALL_LINES: Final = 70


class Event(StrEnum):
    """What happens to a claim."""

    NONE = "none"
    DENIED = "denied"
    UNDERPAID = "underpaid"
    OVERPAID = "overpaid"
    SILENT = "silent"
    LATE = "late"


class Cause(StrEnum):
    """Which one thing the payer took wrongly."""

    LOCALITY = "locality"
    FACILITY = "facility"
    FEE_YEAR = "fee_year"
    NONPARTICIPATING = "nonparticipating"
    ASSISTANT_EXTRA = "assistant_extra"
    ASSISTANT_MISSING = "assistant_missing"
    PRACTITIONER_SHARE = "practitioner_share"
    UNITS_CUT = "units_cut"
    SEQUESTRATION_MISSING = "sequestration_missing"


@dataclass(slots=True)
class Fate:
    """A claim's event; the lines it changes, with the terms or the refusal that they get first, and whether corrected.

    ``wave`` is the payment in which the claim is answered first (1 to 3); 0 where it never is.
    """

    event: Event = Event.NONE
    wave: int = 1
    terms: dict[int, Terms] = field(default_factory=dict)
    causes: dict[int, Cause] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    is_corrected: bool = False


def fate(case: Case, fees: Fees, chance: Chance, shares: Shares) -> Fate:
    """What chance has for a claim that the payer can answer."""
    subject = (case.taken.claim.control_number, case.taken.patient)
    event = _event(chance, shares, subject)
    if event in {Event.SILENT, Event.LATE}:
        late = 3 if chance.hits(33, "wave", *subject) else 2
        return Fate(event, wave=0 if event is Event.SILENT else late)
    if event is Event.NONE or not case.payable:
        return Fate()
    if event is Event.DENIED:
        return _denied(case, chance, shares, subject)
    return _mispaid(case, event, fees, chance, shares)


def _event(chance: Chance, shares: Shares, subject: tuple[str, str]) -> Event:
    drawn = chance.of("event", *subject).randrange(_WHOLE)
    for event, share in (
        (Event.DENIED, shares.deny),
        (Event.UNDERPAID, shares.underpay),
        (Event.OVERPAID, shares.overpay),
        (Event.SILENT, shares.silent),
        (Event.LATE, shares.late),
    ):
        if drawn < share:
            return event
        drawn -= share
    return Event.NONE


def _denied(case: Case, chance: Chance, shares: Shares, subject: tuple[str, str]) -> Fate:
    """All payable lines are refused, or the last one alone; a wrong refusal may be corrected later."""
    name = chance.one(seeded(), "refusal", *subject)
    whole = len(case.payable) == 1 or chance.hits(_ALL_LINES, "whole", *subject)
    chosen = case.payable if whole else case.payable[-1:]
    found = Fate(Event.DENIED)
    found.refused = {case.lines.index(one): name for one in chosen}
    found.is_corrected = refusals()[name].wrong and chance.hits(shares.correct, "correct", *subject)
    return found


def _mispaid(case: Case, event: Event, fees: Fees, chance: Chance, shares: Shares) -> Fate:
    """One cause for all lines that it changes in the event's direction; no event where no cause does."""
    subject = (case.taken.claim.control_number, case.taken.patient)
    sign = -1 if event is Event.UNDERPAID else 1
    found: dict[Cause, dict[int, Terms]] = {}
    for number, one in enumerate(case.lines):
        if not one.is_payable:
            continue
        for cause, terms in _wrong_terms(one, fees):
            if _difference(one, terms) * sign > 0:
                found.setdefault(cause, {})[number] = terms
    if not found:
        return Fate()
    cause = chance.one(sorted(found), "cause", *subject)
    changed = found[cause]
    corrected = event is Event.OVERPAID or chance.hits(shares.correct, "correct", *subject)
    return Fate(event, terms=changed, causes=dict.fromkeys(changed, cause), is_corrected=corrected)


def _difference(one: Judged, terms: Terms) -> int:
    assert one.terms is not None  # noqa: S101  the caller asks only for payable lines
    return reckon(terms).paid - reckon(one.terms).paid


def _wrong_terms(one: Judged, fees: Fees) -> Iterator[tuple[Cause, Terms]]:
    """Every single mistake that may happen to a line, with the terms that follow."""
    right, basis = one.terms, one.basis
    assert right is not None  # noqa: S101  the caller asks only for payable lines
    assert basis is not None  # noqa: S101  the same
    for cause, wrong in _wrong_bases(basis, fees):
        unit = fees.unit(wrong)
        if unit is not None and unit != right.unit:
            yield cause, replace(right, unit=unit)
    if basis.therapy in THERAPY and right.assistant_percent == _WHOLE:
        yield Cause.ASSISTANT_EXTRA, replace(right, assistant_percent=_ASSISTANT)
    if right.assistant_percent != _WHOLE:
        yield Cause.ASSISTANT_MISSING, replace(right, assistant_percent=_WHOLE)
    if right.units > 1:
        yield Cause.UNITS_CUT, replace(right, units=right.units - 1)
    if right.sequestration_percent:
        yield Cause.SEQUESTRATION_MISSING, replace(right, sequestration_percent=0)


def _wrong_bases(basis: Basis, fees: Fees) -> Iterator[tuple[Cause, Basis]]:
    yield Cause.LOCALITY, replace(basis, locality=fees.neighbors(basis.locality)[0])
    yield Cause.FACILITY, replace(basis, setting="facility")
    yield Cause.FEE_YEAR, replace(basis, day=basis.day - timedelta(365))
    if basis.participating:
        yield Cause.NONPARTICIPATING, replace(basis, participating=False)
    if basis.kind == "MD":
        yield Cause.PRACTITIONER_SHARE, replace(basis, kind="NP")
