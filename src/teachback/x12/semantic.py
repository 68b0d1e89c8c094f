"""Checks of meaning over the segments of one transaction, in their order, each with its loop.

    meaning = Meaning(Setting(received=…, institutional=False), issues.append)
    meaning.see(segments)          # of the head, a level or a claim: `Segment` with ``loop`` set by `walk`
    claim = meaning.close_claim()  # after the last segment of a claim
    meaning.end()                  # SE

A fault is told once, at the segment and element where it is cured. What the structure tells (a missing element, a
date that is none) is not told again here. The checks know the X12 guide and Medicare's use of it; billing rules are
those of `claimedits`. Sources: the loops of 005010X222A1 and 005010X223A2 as in pyx12's maps, and the sample files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.x12.meaning import claims, closing, lines, others, parties, tree
from teachback.x12.meaning.state import Setting, State

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from teachback.x12.issues import Issue
    from teachback.x12.meaning.state import Claim
    from teachback.x12.tokens import Segment

    Handler = Callable[[State, Segment], None]

__all__ = ["Meaning", "Setting"]
_MOST_PLACES = 2000


def _handler(loop: str, name: str) -> Handler | None:
    """The check of a segment in its loop."""
    if name == "HL":
        return _level
    if name == "NM1" and loop.startswith("2310"):
        return claims.provider
    return _HANDLERS.get((loop, name)) or _EVERYWHERE.get(name)


def _level(state: State, segment: Segment) -> None:
    closing.close(state)
    tree.level(state, segment)


def _claim(state: State, segment: Segment) -> None:
    closing.close(state)
    claims.claim(state, segment)


_EVERYWHERE: dict[str, Handler] = {
    "NM1": parties.name,
    "N3": parties.street,
    "N4": parties.town,
    "PER": parties.contact,
    "PRV": parties.specialty,
}
_HANDLERS: dict[tuple[str, str], Handler] = {
    ("2010AA", "NM1"): parties.billing_name,
    ("2010AA", "N3"): parties.billing_street,
    ("2010AA", "REF"): parties.tax_id,
    ("2010AC", "REF"): parties.tax_id,
    ("2000B", "SBR"): tree.subscriber,
    ("2010BA", "NM1"): parties.member,
    ("2010BA", "N3"): parties.member_street,
    ("2010BA", "N4"): parties.member_town,
    ("2010BA", "DMG"): parties.member_person,
    ("2010BB", "NM1"): parties.payer,
    ("2000C", "PAT"): tree.patient_level,
    ("2010CA", "DMG"): parties.person,
    ("2300", "CLM"): _claim,
    ("2300", "DTP"): claims.date_of_claim,
    ("2300", "REF"): claims.reference,
    ("2300", "AMT"): claims.amount_paid,
    ("2300", "HI"): claims.information,
    ("2320", "SBR"): others.coverage,
    ("2320", "CAS"): others.claim_adjustment,
    ("2320", "AMT"): others.amount,
    ("2330B", "NM1"): others.name,
    ("2330B", "DTP"): others.paid_on,
    ("2400", "LX"): lines.number,
    ("2400", "SV1"): lines.professional,
    ("2400", "SV2"): lines.institutional,
    ("2400", "DTP"): lines.date_of_line,
    ("2400", "REF"): lines.reference,
    ("2430", "SVD"): others.line_answer,
    ("2430", "CAS"): others.line_adjustment,
    ("2430", "DTP"): others.paid_on,
}


class Meaning:
    """The checks of one transaction. Faults are given to ``say`` as they are found, in about the file's order."""

    __slots__ = ("_known", "_state")

    def __init__(self, setting: Setting, say: Callable[[Issue], None]) -> None:
        self._state = State(setting, say)
        self._known: dict[str, dict[str, Handler | None]] = {}

    def see(self, segments: Sequence[Segment]) -> None:
        """The next segments of one interchange."""
        known, state = self._known, self._state
        if segments:
            state.separator = segments[0].delimiters.component
        for segment in segments:
            try:
                handler = known[segment.loop][segment.elements[0]]
            except KeyError:
                handler = self._learned(segment.loop, segment.elements[0])
            if handler is not None:
                handler(state, segment)

    def _learned(self, loop: str, name: str) -> Handler | None:
        """The check of a segment in its loop, kept."""
        here = self._known.setdefault(loop, {})
        if len(here) > _MOST_PLACES:
            here.clear()
        handler = here[name] = _handler(loop, name)
        return handler

    def close_claim(self) -> Claim | None:
        """The end of a claim; the claim as far as its parts were compared, for checks across claims."""
        here = self._state.claim
        closing.close(self._state)
        return here

    @property
    def member_id(self) -> str:
        """The member id of the subscriber above the claim; empty where none was read."""
        member = self._state.member
        return member.value(9) if member is not None else ""

    def end(self) -> None:
        """The end of the transaction."""
        closing.close(self._state)
        tree.close(self._state)
