"""One adjudicated claim from its segments (2100 and its 2110): CLP to the last segment of its last line.

``paid_claim(segments, tellings)`` is pure: segments in, a `ClaimPayment` out, and what is odd in ``tellings``: amounts
and dates that cannot be read, lines and claims that do not balance. Segments of no meaning here stay in the list alone.
Confirmed in pyx12's map ``835.5010.X221.A1.xml`` and the sample remittances.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from teachback.remitdata import ClaimPayment, Name, PaidAdjustment, ServicePayment
from teachback.x12.balances import charges_gap, claim_gap, line_gap
from teachback.x12.paidvalues import day, money, number, pair, procedure

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from teachback.x12.tokens import Segment
    from teachback.x12.told import Tellings

_CLAIM: Final = "2100"
_LINE: Final = "2110"
_REMARKS: Final = {"MIA": (5, 20, 21, 22, 23), "MOA": (3, 4, 5, 6, 7)}
_OTHERS: Final = {
    _CLAIM: frozenset({"NM1", "MIA", "MOA", "PER", "QTY", "LQ"}),
    _LINE: frozenset({"LQ", "QTY"}),
}
_NO_ELEMENTS: Final = [""] * 10
# A fee schedule gives the same few adjustments again and again; short and faultless ones are remembered.
_KNOWN: dict[str, tuple[PaidAdjustment, ...]] = {}
_MOST_KNOWN: Final = 8_192
_LONGEST_KNOWN: Final = 120
_NO_CODE: Final = [""]
_MOST_OF_SVC: Final = 7
_MOST_OF_NM1: Final = 9
_CODE: Final = 2
_MODIFIERS: Final = 6


def paid_claim(segments: list[Segment], tellings: Tellings) -> ClaimPayment:
    """The claim that the segments tell; the first of them is its CLP."""
    clp = segments[0]
    values = clp.elements + _NO_ELEMENTS
    tellings.claim = values[1].strip()
    starts = [index for index, one in enumerate(segments) if one.elements[0] == "SVC"]
    starts.append(len(segments))
    claim = _Parts(segments[1 : starts[0]], tellings, _CLAIM)
    lines = [_line(segments[start:after], tellings) for start, after in pairwise(starts)]
    found = ClaimPayment(
        values[1],
        values[2],
        money(clp, 3, tellings, _CLAIM),
        money(clp, 4, tellings, _CLAIM),
        money(clp, 5, tellings, _CLAIM, required=False),
        values[6],
        values[7],
        values[8],
        values[9],
        tuple(claim.adjustments),
        tuple(claim.names),
        tuple(claim.remarks),
        tuple(lines),
        tuple(claim.references),
        tuple(claim.dates),
        tuple(claim.amounts),
        clp.number,
    )
    _balance(found, clp, tellings)
    return found


class _Parts:
    """What stands between a CLP and its first line, or behind an SVC."""

    __slots__ = ("adjustments", "amounts", "dates", "loop", "names", "references", "remarks", "tellings")

    def __init__(self, segments: list[Segment], tellings: Tellings, loop: str) -> None:
        self.tellings = tellings
        self.loop = loop
        self.names: list[Name] = []
        self.remarks: list[str] = []
        self.adjustments: list[PaidAdjustment] = []
        self.references: list[tuple[str, str]] = []
        self.dates: list[tuple[str, date]] = []
        self.amounts: list[tuple[str, Decimal]] = []
        for segment in segments:
            kind = segment.elements[0]
            if kind == "CAS":
                self.adjustments += adjustments_of(segment, tellings, loop)
            elif kind == "REF":
                self.references.append(pair(segment))
            elif kind == "DTM":
                on = day(segment, 2, tellings, loop)
                if on is not None:
                    self.dates.append((segment.elements[1], on))
            elif kind == "AMT":
                amount = money(segment, 2, tellings, loop)
                if amount is not None:
                    self.amounts.append((segment.elements[1], amount))
            else:
                self._named_or_remarked(kind, segment)

    def _named_or_remarked(self, kind: str, segment: Segment) -> None:
        """NM1, MIA, MOA, LQ; what is only kept; and what is out of place, told."""
        if kind == "LQ":
            if segment.value(1) == "HE":
                self.remarks.append(segment.value(2))
        elif kind == "NM1":
            self.names.append(name_of(segment))
        elif kind in _REMARKS:
            self.remarks += [code for place in _REMARKS[kind] if (code := segment.value(place))]
        if kind not in _OTHERS[self.loop]:
            named = kind[:3] or "Text that is no segment"
            where = "a service line" if self.loop == _LINE else "a claim"
            self.tellings.add(
                "out-of-place",
                segment,
                "",
                f"{named} has no place in {where}; it is only kept.",
                loop=self.loop,
            )

    def reference(self, qualifier: str) -> str | None:
        """Takes the first reference of that qualifier out of the others."""
        for index, (one, number_) in enumerate(self.references):
            if one == qualifier:
                del self.references[index]
                return number_
        return None

    def amount(self, qualifier: str) -> Decimal | None:
        """Takes the first amount of that qualifier out of the others."""
        for index, (one, amount) in enumerate(self.amounts):
            if one == qualifier:
                del self.amounts[index]
                return amount
        return None

    def date(self, *qualifiers: str) -> date | None:
        """The first date of the first of the qualifiers that has one."""
        for wanted in qualifiers:
            for one, on in self.dates:
                if one == wanted:
                    return on
        return None


def _line(segments: list[Segment], tellings: Tellings) -> ServicePayment:
    """One line: its SVC and what follows."""
    svc = segments[0]
    elements = svc.elements
    values = elements if len(elements) > _MOST_OF_SVC else elements + _NO_ELEMENTS
    unread = tellings.unread
    parts = _Parts(segments[1:], tellings, _LINE)
    code = procedure(svc, 1, tellings, loop=_LINE)
    sent = procedure(svc, 6, tellings, loop=_LINE) if values[6] else _NO_CODE
    charge, paid = money(svc, 2, tellings, _LINE), money(svc, 3, tellings, _LINE)
    allowed = parts.amount("B6") if parts.amounts else None
    control = parts.reference("6R") if parts.references else None
    line = ServicePayment(
        code[1] if len(code) >= _CODE else "",
        _modifiers(code),
        charge,
        paid,
        values[4] or None,
        number(svc, 5, tellings, _LINE) if values[5] else None,
        (sent[1] if len(sent) >= _CODE else "") or None,
        _modifiers(sent),
        number(svc, 7, tellings, _LINE) if values[7] else None,
        parts.date("472", "150"),
        parts.date("151") if len(parts.dates) > 1 else None,
        tuple(parts.adjustments),
        tuple(parts.remarks),
        allowed,
        control,
        tuple(parts.references),
        tuple(parts.amounts),
        svc.number,
        code[0],
    )
    gap = line_gap(line)
    if gap and paid is not None and tellings.unread == unread:
        words = "SVC02 less the line's adjustments"
        _tell_gap(tellings, "line-balance", svc, "SVC03", (paid, gap, words))
    return line


def _modifiers(components: list[str]) -> tuple[str, ...]:
    """The modifiers of a procedure: its third to sixth component."""
    return tuple([one for one in components[_CODE:_MODIFIERS] if one]) if len(components) > _CODE else ()


def name_of(nm1: Segment) -> Name:
    """The name in an NM1."""
    values = nm1.elements
    if len(values) <= _MOST_OF_NM1:
        values = values + _NO_ELEMENTS
    return Name(values[1], values[3], values[4], values[8], values[9])


def adjustments_of(cas: Segment, tellings: Tellings, loop: str) -> tuple[PaidAdjustment, ...]:
    """The adjustments of a CAS: reason, amount and quantity, up to six times; an unreadable amount is told."""
    known = _KNOWN.get(cas.text)
    if known is not None:
        return known
    before = tellings.count
    found = _adjustments(cas, tellings, loop)
    if tellings.count == before and len(cas.text) <= _LONGEST_KNOWN:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[cas.text] = found
    return found


def _adjustments(cas: Segment, tellings: Tellings, loop: str) -> tuple[PaidAdjustment, ...]:
    elements = cas.elements
    count = len(elements)
    found = []
    for index in range(2, count, 3):
        carc, at = elements[index], index + 1
        if not carc and not (at < count and elements[at]):
            continue
        amount = money(cas, at, tellings, loop)
        if amount is not None:
            quantity = number(cas, at + 1, tellings, loop) if at + 1 < count else None
            found.append(PaidAdjustment(elements[1], carc, amount, quantity))
    return tuple(found)


def _balance(claim: ClaimPayment, clp: Segment, tellings: Tellings) -> None:
    """The balance of the claim, and whether its lines are all there."""
    gap = claim_gap(claim)
    if gap and claim.paid is not None and not tellings.unread:
        words = "CLP03 less all adjustments of the claim and its lines"
        _tell_gap(tellings, "claim-balance", clp, "CLP04", (claim.paid, gap, words))
    gap = charges_gap(claim)
    if gap and claim.charge is not None:
        _tell_gap(
            tellings, "claim-charges", clp, "CLP03", (claim.charge, gap, "the charges of the claim's lines")
        )


def _tell_gap(
    tellings: Tellings, name: str, segment: Segment, element: str, told: tuple[Decimal, Decimal, str]
) -> None:
    """Tell that what is written is not what follows from its parts: (what is written, gap, parts in words)."""
    found, gap, words = told
    wanted = found - gap
    message = f"{element} is {found:.2f}, but {words} come to {wanted:.2f}; the difference is {gap:.2f}."
    loop = _LINE if element.startswith("SVC") else _CLAIM
    tellings.add(name, segment, element, message, loop=loop, blocks=True, wanted=wanted, found=found)
