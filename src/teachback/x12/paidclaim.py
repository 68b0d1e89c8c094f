"""One adjudicated claim from its segments (2100 and its 2110): CLP to the last segment of its last line.

``paid_claim(segments, tellings)`` is pure: segments in, a `ClaimPayment` out, and what is odd in ``tellings``: amounts
and dates that cannot be read, lines and claims that do not balance. Segments of no meaning here stay in the list alone.
Confirmed in pyx12's map ``835.5010.X221.A1.xml`` and the sample remittances.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.remitdata import ClaimPayment, Name, PaidAdjustment, ServicePayment
from teachback.x12.balances import charges_gap, claim_gap, line_gap
from teachback.x12.paidvalues import day, money, number, procedure

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from teachback.x12.told import Tellings
    from teachback.x12.tokens import Segment

_CLAIM: Final = "2100"
_LINE: Final = "2110"
_MIA_REMARKS: Final = (5, 20, 21, 22, 23)
_MOA_REMARKS: Final = (3, 4, 5, 6, 7)
_OF_CLAIM: Final = frozenset({"CAS", "NM1", "MIA", "MOA", "REF", "DTM", "AMT", "QTY", "PER", "LQ"})
_OF_LINE: Final = frozenset({"CAS", "REF", "DTM", "AMT", "QTY", "LQ"})


def paid_claim(segments: list[Segment], tellings: Tellings) -> ClaimPayment:
    """The claim that the segments tell; the first of them is its CLP."""
    clp = segments[0]
    tellings.claim = clp.value(1).strip()
    starts = [index for index, one in enumerate(segments) if one.elements[0] == "SVC"]
    end = len(segments)
    claim = _Claim(segments[1 : starts[0]] if starts else segments[1:], tellings)
    lines = tuple(
        _line(segments[start:after], tellings)
        for start, after in zip(starts, [*starts[1:], end], strict=True)
    )
    found = ClaimPayment(
        clp.value(1),
        clp.value(2),
        money(clp, 3, "CLP03", tellings, loop=_CLAIM),
        money(clp, 4, "CLP04", tellings, loop=_CLAIM),
        money(clp, 5, "CLP05", tellings, loop=_CLAIM, required=False),
        clp.value(6),
        clp.value(7),
        clp.value(8),
        clp.value(9),
        tuple(claim.adjustments),
        tuple(claim.names),
        tuple(claim.remarks),
        lines,
        tuple(claim.references),
        tuple(claim.dates),
        tuple(claim.amounts),
        clp.number,
    )
    _balance(found, clp, tellings)
    return found


class _Claim:
    """What stands between a CLP and its first line."""

    __slots__ = ("adjustments", "amounts", "dates", "names", "references", "remarks")

    def __init__(self, segments: list[Segment], tellings: Tellings) -> None:
        self.adjustments: list[PaidAdjustment] = []
        self.names: list[Name] = []
        self.remarks: list[str] = []
        self.references: list[tuple[str, str]] = []
        self.dates: list[tuple[str, date]] = []
        self.amounts: list[tuple[str, Decimal]] = []
        for segment in segments:
            kind = segment.elements[0]
            if kind == "NM1":
                self.names.append(name_of(segment))
            elif kind == "DTM":
                found = day(segment, 2, "DTM02", tellings, loop=_CLAIM)
                if found is not None:
                    self.dates.append((segment.value(1), found))
            elif kind == "CAS":
                self.adjustments += adjustments_of(segment, tellings, loop=_CLAIM)
            elif kind == "REF":
                self.references.append((segment.value(1), segment.value(2)))
            elif kind in {"MOA", "MIA"}:
                places = _MOA_REMARKS if kind == "MOA" else _MIA_REMARKS
                self.remarks += [segment.value(place) for place in places if segment.value(place)]
            else:
                self._rest(kind, segment, tellings)

    def _rest(self, kind: str, segment: Segment, tellings: Tellings) -> None:
        """AMT, LQ, and what is only kept."""
        if kind == "AMT":
            amount = money(segment, 2, "AMT02", tellings, loop=_CLAIM)
            if amount is not None:
                self.amounts.append((segment.value(1), amount))
        elif kind == "LQ":
            if segment.value(1) == "HE":
                self.remarks.append(segment.value(2))
        elif kind not in _OF_CLAIM:
            _out_of_place(segment, tellings, _CLAIM)


def _line(segments: list[Segment], tellings: Tellings) -> ServicePayment:
    """One line: its SVC and what follows."""
    svc = segments[0]
    adjustments: list[PaidAdjustment] = []
    remarks: list[str] = []
    references: list[tuple[str, str]] = []
    amounts: list[tuple[str, Decimal]] = []
    dates: dict[str, date] = {}
    allowed: Decimal | None = None
    control: str | None = None
    for segment in segments[1:]:
        kind = segment.elements[0]
        if kind == "CAS":
            adjustments += adjustments_of(segment, tellings, loop=_LINE)
        elif kind == "DTM":
            on = day(segment, 2, "DTM02", tellings, loop=_LINE)
            if on is not None:
                dates.setdefault(segment.value(1), on)
        elif kind == "REF":
            if control is None and segment.value(1) == "6R":
                control = segment.value(2)
            else:
                references.append((segment.value(1), segment.value(2)))
        elif kind == "AMT":
            amount = money(segment, 2, "AMT02", tellings, loop=_LINE)
            if allowed is None and segment.value(1) == "B6":
                allowed = amount
            elif amount is not None:
                amounts.append((segment.value(1), amount))
        elif kind == "LQ":
            if segment.value(1) == "HE":
                remarks.append(segment.value(2))
        elif kind not in _OF_LINE:
            _out_of_place(segment, tellings, _LINE)
    code = procedure(svc, 1, tellings, loop=_LINE)
    sent = procedure(svc, 6, tellings, loop=_LINE) if svc.value(6) else []
    line = ServicePayment(
        code[1] if len(code) > 1 else "",
        _modifiers(code),
        money(svc, 2, "SVC02", tellings, loop=_LINE),
        money(svc, 3, "SVC03", tellings, loop=_LINE),
        svc.value(4) or None,
        number(svc, 5, "SVC05", tellings, loop=_LINE),
        (sent[1] if len(sent) > 1 else "") or None,
        _modifiers(sent),
        number(svc, 7, "SVC07", tellings, loop=_LINE),
        dates.get("472") or dates.get("150"),
        dates.get("151"),
        tuple(adjustments),
        tuple(remarks),
        allowed,
        control,
        tuple(references),
        tuple(amounts),
        svc.number,
        code[0],
    )
    gap = line_gap(line)
    if gap:
        _tell_gap(tellings, "line-balance", svc, "SVC03", line.paid, gap, "SVC02 less the line's adjustments")
    return line


def _modifiers(components: list[str]) -> tuple[str, ...]:
    """The modifiers of a procedure: its third to sixth component."""
    if len(components) <= 2:  # noqa: PLR2004  qualifier and code
        return ()
    return tuple([one for one in components[2:6] if one])


def name_of(nm1: Segment) -> Name:
    """The name in an NM1."""
    value = nm1.value
    return Name(value(1), value(3), value(4), value(8), value(9))


def adjustments_of(cas: Segment, tellings: Tellings, *, loop: str) -> list[PaidAdjustment]:
    """The adjustments of a CAS: reason, amount and quantity, up to six times; an unreadable amount is told."""
    elements = cas.elements
    group, found = cas.value(1), []
    for index in range(2, len(elements), 3):
        carc = elements[index]
        if not carc and not cas.value(index + 1):
            continue
        amount = money(cas, index + 1, f"CAS{index + 1:02}", tellings, loop=loop)
        if amount is None:
            continue
        quantity = None
        if index + 2 < len(elements) and elements[index + 2]:
            quantity = number(cas, index + 2, f"CAS{index + 2:02}", tellings, loop=loop)
        found.append(PaidAdjustment(group, carc, amount, quantity))
    return found


def _out_of_place(segment: Segment, tellings: Tellings, loop: str) -> None:
    """A segment that belongs to no claim: kept, told, passed over."""
    named = segment.elements[0][:3]
    message = f"{named or 'Text that is no segment'} does not belong to a claim; it was passed over."
    tellings.add("out-of-place", segment, "", message, loop=loop)


def _balance(claim: ClaimPayment, clp: Segment, tellings: Tellings) -> None:
    """The balance of the claim, and whether its lines are all there."""
    gap = claim_gap(claim)
    if gap:
        parts = "CLP03 less all adjustments of the claim and its lines"
        _tell_gap(tellings, "claim-balance", clp, "CLP04", claim.paid, gap, parts)
    gap = charges_gap(claim)
    if gap:
        _tell_gap(tellings, "claim-charges", clp, "CLP03", claim.charge, gap, "the charges of its lines")


def _tell_gap(  # noqa: PLR0913  all that a sum is told by
    tellings: Tellings, name: str, segment: Segment, element: str, found: Decimal | None, gap: Decimal, parts: str
) -> None:
    """Tell that what is written is not what follows from its parts."""
    if found is None:
        return
    wanted = found - gap
    message = f"{element} is {found:.2f}, but {parts} make {wanted:.2f}; the difference is {gap:.2f}."
    loop = _LINE if segment.elements[0] == "SVC" else _CLAIM
    tellings.add(name, segment, element, message, loop=loop, blocks=True, wanted=wanted, found=found)
