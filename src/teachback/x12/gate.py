"""The quick question whether a claim can be written as it is: most claims can, and need no closer look.

``Gate.passes`` never says yes where `cleaning.cleaned` would change a text or `sendable.refusals` would refuse; it
may say no where they find nothing. Parts that many claims share (who bills, who is paid) are judged once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from teachback.claimdata import MOST_DIAGNOSES, MOST_LINES
from teachback.x12.cleaning import CITY, FIRST_NAME, LAST_NAME, MIDDLE_NAME, STREET, SUFFIX, is_plain_part
from teachback.x12.sendable import MOST_POINTERS, is_sound_part

if TYPE_CHECKING:
    from teachback.claimdata import Claim

_PLAIN = r"[ -)+-9;-\]_{-}]"
_KEY = r"[!-)+-9;-\]_-}]"
_PATIENT: Final = re.compile(
    rf"{_PLAIN}{{1,{LAST_NAME}}}\n{_PLAIN}{{1,{FIRST_NAME}}}\n{_PLAIN}{{1,{MIDDLE_NAME}}}\n{_PLAIN}{{1,{SUFFIX}}}\n"
    rf"{_PLAIN}{{1,{STREET}}}\n{_PLAIN}{{1,{STREET}}}\n{_PLAIN}{{2,{CITY}}}\n[A-Z]{{2}}\n[0-9]{{5}}(?:[0-9]{{4}})?\n"
    rf"{_KEY}{{2,80}}\n{_KEY}{{1,20}}\n[A-Z0-9]\n[A-Z0-9]{{1,30}}\n[A-Z0-9]{{1,30}}(?:\*[A-Z0-9]{{1,30}})*"
)
_BLANKS: Final = re.compile(r"  |^ | $", re.MULTILINE)
# Six digits a line: fifty lines cannot pass the eight that a claim may have.
_LINE: Final = re.compile(
    rf"[A-Z0-9]{{1,48}}(?::[A-Z0-9]{{2}}){{0,4}}\*[1-9][0-9]{{0,5}}\*[0-9]{{1,6}}(?:\.[0-9]{{1,2}})?\*{_KEY}{{1,30}}"
)


class Gate:
    """Remembers the parts that it has judged, for the time of one submission."""

    def __init__(self) -> None:
        # By identity: the part stands beside it so that no other part takes its place in memory.
        self._sound: dict[int, object] = {}

    def passes(self, claim: Claim) -> bool:
        """Whether a professional claim of the usual kind can be written without a change."""
        return (
            not claim.is_institutional
            and not claim.other_coverages
            and claim.attachment is None
            and claim.payer_claim_control_number is None
            and claim.amount_paid_by_patient is None
            and self._knows(claim.billing)
            and self._knows(claim.payer)
            and (claim.rendering is None or self._knows(claim.rendering))
            and (claim.referring is None or self._knows(claim.referring))
            and (claim.service_facility is None or self._knows(claim.service_facility))
            and _is_patient(claim)
            and _are_lines(claim)
        )

    def _knows(self, part: object) -> bool:
        key = id(part)
        if key in self._sound:
            return True
        if is_plain_part(part) and is_sound_part(part):
            self._sound[key] = part
            return True
        return False


def _is_patient(claim: Claim) -> bool:
    who = claim.beneficiary
    home = who.address
    told = (
        f"{who.last_name}\n{who.first_name}\n{'A' if who.middle_name is None else who.middle_name}"
        f"\n{'A' if who.suffix is None else who.suffix}\n{home.line}\n{'A' if home.line2 is None else home.line2}"
        f"\n{home.city}\n{home.state}\n{home.zip}\n{who.member_id}\n{claim.control_number}\n{claim.frequency_code}"
        f"\n{claim.place_of_service}\n{'*'.join(claim.diagnoses)}"
    )
    return (
        len(claim.diagnoses) <= MOST_DIAGNOSES
        and _PATIENT.fullmatch(told) is not None
        and not _BLANKS.search(told)
    )


def _are_lines(claim: Claim) -> bool:
    lines = claim.lines
    if not 0 < len(lines) <= MOST_LINES:
        return False
    most = len(claim.diagnoses)
    for line in lines:
        pointers = line.diagnosis_pointers
        if (
            line.rendering is not None
            or line.adjudications
            or line.place_of_service is not None
            or not 0 < len(pointers) <= MOST_POINTERS
            or min(pointers) < 1
            or max(pointers) > most
        ):
            return False
        code = ":".join((line.procedure_code, *line.modifiers))
        if not _LINE.fullmatch(f"{code}*{line.units}*{line.charge!s}*{line.control_number}"):
            return False
    return True
