"""Where a fact of a claim stands in X12: loop and element, on the professional and the institutional form."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from teachback.rules.claimbook import MARKS

if TYPE_CHECKING:
    from teachback.claimdata import Claim, ClaimLine
    from teachback.law import Statute

MOST_MODIFIERS = 4
FIRST_MODIFIER = 3
_SERVICE = {False: "SV101", True: "SV202"}
_LINE = {
    "line.procedure_code": ("SV101-2", "SV202-2"),
    "line.units": ("SV104", "SV205"),
    "line.charge": ("SV102", "SV203"),
    "line.revenue_code": ("SV201", "SV201"),
    "line.date_of_service": ("DTP03", "DTP03"),
}
_CLAIM = {
    "claim.type_of_bill": ("CLM05-1", "2300"),
    "claim.assignment": ("CLM07", "2300"),
}


class Spot(NamedTuple):
    """Loop and element, and whether it belongs to one line or to the claim as a whole."""

    loop: str
    element: str
    of_line: bool


def spot(place: str, claim: Claim, line: ClaimLine, statute: Statute) -> Spot:
    """Where an edit's place stands in X12 for this line."""
    institutional = claim.is_institutional
    if place in _LINE:
        return Spot("2400", _LINE[place][institutional], of_line=True)
    if place in _CLAIM:
        element, loop = _CLAIM[place]
        return Spot(loop, element, of_line=False)
    if place.startswith("line.modifiers."):
        return _modifier(place.rpartition(".")[2], claim, line, statute)
    if place == "line.place_of_service":
        return _place(claim, line)
    if place == "line.practitioner":
        return _practitioner(claim, line)
    if place == "claim.certifier":
        return Spot("2310A", "NM109", of_line=False)
    return Spot("2300" if institutional else "2400", "DTP03", of_line=not institutional)


def _place(claim: Claim, line: ClaimLine) -> Spot:
    if line.place_of_service and not claim.is_institutional:
        return Spot("2400", "SV105", of_line=True)
    return Spot("2300", "CLM05-1", of_line=False)


def _practitioner(claim: Claim, line: ClaimLine) -> Spot:
    if line.rendering is not None:
        return Spot("2420C" if claim.is_institutional else "2420A", "NM109", of_line=True)
    if claim.rendering is not None:
        return Spot("2310D" if claim.is_institutional else "2310B", "NM109", of_line=False)
    return Spot("2010AA", "NM109", of_line=False)


def _modifier(group: str, claim: Claim, line: ClaimLine, statute: Statute) -> Spot:
    """The first modifier of the group, or the first free position where none stands."""
    wanted = statute.value(MARKS[group]) or ()
    wanted = (
        set(wanted.values()) if isinstance(wanted, dict) else {wanted} if isinstance(wanted, str) else wanted
    )
    standing = [number for number, text in enumerate(line.modifiers) if text.strip().upper() in wanted]
    if group == "telehealth" and not standing:
        return _place(claim, line)
    at = standing[0] if standing else min(len(line.modifiers), MOST_MODIFIERS - 1)
    return Spot("2400", f"{_SERVICE[claim.is_institutional]}-{FIRST_MODIFIER + at}", of_line=True)
