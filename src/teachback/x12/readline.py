"""A service line (2400) with its own providers (2420) and what other payers did with it (2430)."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from teachback.claimdata import ClaimLine, LineAdjudication
from teachback.x12.readclaim import adjustments_of
from teachback.x12.readparties import provider_of
from teachback.x12.readvalues import UNKNOWN_DATE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from teachback.claimdata import Adjustment
    from teachback.x12.readvalues import Notes
    from teachback.x12.tokens import Segment

_ONE: Final = (1,)
_Service: TypeAlias = tuple[
    tuple[str, tuple[str, ...]], Decimal, int, str | None, tuple[int, ...], str | None
]


def read_line(told: Sequence[Segment], clm: Segment, notes: Notes) -> tuple[ClaimLine, Segment] | None:
    """The line of the segments behind an LX, and its SV1 or SV2; ``None``, noted, without service or date."""
    parts = _parts(told)
    service, dated = parts.service, parts.dated
    if service is None:
        notes.add("SV1", told[0] if told else clm, "is missing: the line has no service")
        return None
    if dated is None:
        notes.add("DTP03", service, "of the service (472) is missing")
        return None
    on = notes.day(dated, 3, "DTP03")
    if on is None:
        return None
    plain = _professional(service, notes) if service.elements[0] == "SV1" else _institutional(service, notes)
    code, charge, units, place, pointers, revenue = plain
    line = ClaimLine(
        parts.control,
        code[0],
        code[1],
        units,
        charge,
        on,
        pointers,
        place,
        revenue,
        None if parts.rendering is None else provider_of(parts.rendering, parts.taxonomy or None),
        (),
        tuple(_answer(one, notes) for one in parts.answers),
    )
    return line, service


@dataclass(slots=True)
class _Parts:
    """What the segments of 2400, 2420 and 2430 say, as they come."""

    service: Segment | None = None
    dated: Segment | None = None
    rendering: Segment | None = None
    control: str = ""
    taxonomy: str = ""
    answers: list[list[Segment]] = field(default_factory=list)


def _parts(told: Sequence[Segment]) -> _Parts:
    parts = _Parts()
    party = ""
    for segment in told:
        kind = segment.elements[0]
        if kind == "SVD":
            parts.answers.append([segment])
        elif parts.answers:
            parts.answers[-1].append(segment)
        elif kind in {"SV1", "SV2"}:
            parts.service = segment
        elif kind == "DTP" and segment.value(1) == "472":
            parts.dated = segment
        elif kind == "REF" and segment.value(1) == "6R":
            parts.control = segment.value(2)
        elif kind == "NM1":
            party = segment.value(1)
            parts.rendering = segment if party == "82" else parts.rendering
        elif kind == "PRV" and party == "82":
            parts.taxonomy = segment.value(3)
    return parts


def _professional(sv1: Segment, notes: Notes) -> _Service:
    """SV1: procedure, charge, units, place and pointers."""
    if sv1.value(3) not in {"UN", ""}:
        notes.add("SV103", sv1, "is not UN, so that SV104 does not count units")
    return (
        _procedure(sv1, 1),
        notes.amount(sv1, 2, "SV102"),
        notes.units(sv1, 4, "SV104"),
        sv1.value(5) or None,
        _pointers(sv1, notes),
        None,
    )


def _institutional(sv2: Segment, notes: Notes) -> _Service:
    """SV2: revenue code, procedure, charge and units; pointers and places do not exist there."""
    return (
        _procedure(sv2, 2),
        notes.amount(sv2, 3, "SV203"),
        notes.units(sv2, 5, "SV205"),
        None,
        _ONE,
        sv2.value(1) or None,
    )


def _procedure(segment: Segment, index: int) -> tuple[str, tuple[str, ...]]:
    """Code and modifiers of a composite such as ``HC:97550:GO``."""
    parts = segment.components(index)
    return parts[1] if len(parts) > 1 else "", tuple(filter(None, parts[2:6]))


def _pointers(sv1: Segment, notes: Notes) -> tuple[int, ...]:
    told = sv1.value(7)
    if told == "1":
        return _ONE
    found = []
    for number, text in enumerate(sv1.components(7), 1):
        if text.isascii() and text.isdigit() and len(text) <= 2:  # noqa: PLR2004  1 to 12
            found.append(int(text))
        elif text:
            notes.add(f"SV107-{number}", sv1, "is not a pointer")
    return tuple(found)


def _answer(told: Sequence[Segment], notes: Notes) -> LineAdjudication:
    """2430: SVD with its CAS and DTP 573."""
    svd = told[0]
    adjustments: list[Adjustment] = []
    paid_on = None
    for segment in told[1:]:
        if segment.elements[0] == "CAS":
            adjustments += adjustments_of(segment, notes)
        elif segment.elements[0] == "DTP" and segment.value(1) == "573":
            paid_on = notes.day(segment, 3, "DTP03")
    if paid_on is None and not any(one.elements[0] == "DTP" for one in told):
        notes.add("DTP03", svd, "of the other payer's answer (573) is missing")
    code, modifiers = _procedure(svd, 3)
    return LineAdjudication(
        svd.value(1),
        notes.amount(svd, 2, "SVD02"),
        code,
        modifiers,
        notes.units(svd, 5, "SVD05"),
        paid_on or UNKNOWN_DATE,
        tuple(adjustments),
    )
