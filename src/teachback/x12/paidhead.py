"""The frame of an 835 from its segments: payment, trace, payer and payee before the claims; PLB behind them.

Confirmed in pyx12's map ``835.5010.X221.A1.xml`` and the sample remittances.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from teachback.remitdata import ProviderAdjustment
from teachback.x12.paidvalues import day, money

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from teachback.x12.tokens import Segment
    from teachback.x12.told import Tellings

_PAYER: Final = "1000A"
_PAYEE: Final = "1000B"
_OF_HEAD: Final = frozenset(
    {"ST", "BPR", "NTE", "TRN", "CUR", "REF", "DTM", "N1", "N2", "N3", "N4", "PER", "RDM"}
)
_MONEY: Final = frozenset({"SVC", "CAS", "AMT"})


@dataclass(slots=True)
class Party:
    """The payer or the payee: name, identifier with its qualifier, references."""

    name: str = ""
    qualifier: str = ""
    identifier: str = ""
    references: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Frame:
    """What an 835 says of its payment before its claims. ``originator`` is TRN03."""

    paid: Decimal | None = None
    handling_code: str = ""
    credit_debit: str = ""
    method: str = ""
    paid_on: date | None = None
    produced_on: date | None = None
    trace_number: str = ""
    originator: str = ""
    payer: Party = field(default_factory=Party)
    payee: Party = field(default_factory=Party)

    @property
    def payer_id(self) -> str:
        """N104 of the payer, else its REF*2U, else TRN03."""
        numbered = next((number for kind, number in self.payer.references if kind == "2U"), "")
        return self.payer.identifier or numbered or self.originator


def frame_of(segments: list[Segment], tellings: Tellings) -> Frame:
    """The frame that the segments before the first claim tell; what is missing, twice or out of place is told."""
    frame = Frame()
    seen: set[str] = set()
    party: Party | None = None
    for segment in segments:
        kind = segment.elements[0]
        if kind == "BPR":
            _once(kind, segment, seen, tellings, blocks=True)
            _payment(segment, frame, tellings)
        elif kind == "TRN":
            _once(kind, segment, seen, tellings, blocks=True)
            frame.trace_number, frame.originator = segment.value(2).strip(), segment.value(3).strip()
        elif kind == "N1":
            party = _party(segment, frame, seen, tellings)
        elif kind == "REF" and party is not None:
            party.references.append((segment.value(1), segment.value(2)))
        elif kind == "DTM" and segment.value(1) == "405":
            frame.produced_on = day(segment, 2, tellings, "")
        elif kind not in _OF_HEAD:
            out_of_place(segment, tellings)
    if segments:
        _missing(frame, seen, segments[-1], tellings)
    return frame


def _payment(bpr: Segment, frame: Frame, tellings: Tellings) -> None:
    """BPR; of several the first holds."""
    if frame.handling_code or frame.paid is not None:
        return
    frame.handling_code, frame.credit_debit, frame.method = bpr.value(1), bpr.value(3), bpr.value(4)
    frame.paid = money(bpr, 2, tellings, "")
    frame.paid_on = day(bpr, 16, tellings, "")


def _party(n1: Segment, frame: Frame, seen: set[str], tellings: Tellings) -> Party | None:
    """The party that an N1 opens; None for one that is neither payer nor payee."""
    entity = n1.value(1)
    party = {"PR": frame.payer, "PE": frame.payee}.get(entity)
    if party is None:
        out_of_place(n1, tellings)
        return None
    _once(f"N1*{entity}", n1, seen, tellings, blocks=True)
    if not (party.name or party.identifier):
        party.name, party.qualifier, party.identifier = n1.value(2), n1.value(3), n1.value(4).strip()
    return party


def _once(what: str, segment: Segment, seen: set[str], tellings: Tellings, *, blocks: bool) -> None:
    """Tell the second of what a set has once: two payments may have been mixed."""
    if what in seen:
        message = f"{what} stands a second time in one transaction set: two remittances may be mixed."
        tellings.add("repeated", segment, "", message, blocks=blocks)
    seen.add(what)


def _missing(frame: Frame, seen: set[str], last: Segment, tellings: Tellings) -> None:
    """Tell what the frame lacks."""
    if "BPR" not in seen:
        tellings.add("payment-missing", last, "BPR", "the payment (BPR) is missing.", blocks=True)
    if not frame.trace_number:
        message = (
            "the trace number (TRN02) is missing: the payment cannot be matched to its check or transfer."
        )
        tellings.add("trace-missing", last, "TRN02", message)
    for entity, name, loop in (("PR", "payer", _PAYER), ("PE", "payee", _PAYEE)):
        if f"N1*{entity}" not in seen:
            tellings.add(f"{name}-missing", last, "N1", f"the {name} (N1*{entity}) is missing.", loop=loop)


def out_of_place(segment: Segment, tellings: Tellings) -> None:
    """A segment outside of a claim that belongs into one, or nowhere; money among it keeps the set from posting."""
    kind = segment.elements[0][:3]
    message = f"{kind or 'Text that is no segment'} has no place here; it was passed over."
    tellings.add("out-of-place", segment, "", message, blocks=kind in _MONEY)


def provider_adjustments(segments: Iterable[Segment], tellings: Tellings) -> list[ProviderAdjustment]:
    """The adjustments of all PLB: reason and reference (PLB03, 05 …) with their amount (PLB04, 06 …)."""
    found: list[ProviderAdjustment] = []
    for segment in segments:
        if segment.elements[0] == "PLB":
            found += _of_plb(segment, tellings)
    return found


def _of_plb(plb: Segment, tellings: Tellings) -> list[ProviderAdjustment]:
    end = day(plb, 2, tellings, "")
    found = []
    for index in range(3, len(plb.elements), 2):
        if not plb.value(index) and not plb.value(index + 1):
            continue
        amount = money(plb, index + 1, tellings, "")
        if amount is not None:
            reason = plb.components(index)
            found.append(
                ProviderAdjustment(plb.value(1), end, reason[0], reason[1] if len(reason) > 1 else "", amount)
            )
    return found
