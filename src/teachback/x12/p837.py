"""Professional claims (005010X222A1): loops 2300 and 2400 as Medicare uses them.

The order and use of segments were confirmed in pyx12's map ``837.5010.X222.A1.xml`` and in the sample files
``demo.cob.2ndary.example4.837`` (a Medicare Part B claim), ``demo.cob.example3.{A,B,C}.837`` (2310B with PRV PE,
2310C, 2320, 2430) and ``x12_complex.txt`` (2310A with DN, SV105, 2420).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.x12.loops import (
    attachment,
    day,
    line_adjudications,
    money,
    other_coverages,
    payer,
    procedure,
    provider,
    segment,
    service_facility,
    subscriber,
)
from teachback.x12.sent import sent_line_rendering, sent_rendering

if TYPE_CHECKING:
    from teachback.claimdata import Claim, ClaimLine

VERSION: Final = "005010X222A1"


def professional(claim: Claim) -> str:
    """2000B after its HL down to the last 2400: one claim of a patient who is the subscriber.

    No 2000C: with Medicare the patient is the insured. No therapy dates (DTP 454, 304, 435): Medicare asks for none.
    """
    rendering = sent_rendering(claim)
    return (
        f"{subscriber(claim)}{payer(claim.payer)}{_claim(claim)}"
        f"{provider('DN', claim.referring) if claim.referring else ''}"
        f"{provider('82', rendering, 'PE') if rendering else ''}"
        f"{service_facility(claim.service_facility) if claim.service_facility else ''}"
        f"{other_coverages(claim) if claim.other_coverages else ''}"
        f"{''.join([_line(number, line, claim) for number, line in enumerate(claim.lines, 1)])}"
    )


def _claim(claim: Claim) -> str:
    """CLM, PWK, AMT F5, REF F8 and HI. CLM06, CLM08 and CLM09 are Y: signature, assignment and release on file."""
    assignment = "A" if claim.accepts_assignment else "C"
    paid = claim.amount_paid_by_patient
    number = claim.payer_claim_control_number
    return (
        f"CLM*{claim.control_number}*{money(claim.charge)}***{claim.place_of_service}:B:{claim.frequency_code}"
        f"*Y*{assignment}*Y*Y~\n"
        f"{attachment(claim)}"
        f"{segment('AMT', 'F5', money(paid)) if paid is not None else ''}"
        f"{segment('REF', 'F8', number) if number else ''}"
        f"HI*ABK:{'*ABF:'.join(claim.diagnoses)}~\n"
    )


def _line(number: int, line: ClaimLine, claim: Claim) -> str:
    """2400: LX, SV1, DTP 472, REF 6R, and 2420A and 2430 where they are needed."""
    place = line.place_of_service
    place = "" if place is None or place == claim.place_of_service else place
    text = (
        f"LX*{number}~\nSV1*{procedure(line.procedure_code, line.modifiers)}*{money(line.charge)}*UN*{line.units}"
        f"*{place}**{':'.join(map(str, line.diagnosis_pointers))}~\n"
        f"DTP*472*D8*{day(line.date_of_service)}~\nREF*6R*{line.control_number}~\n"
    )
    rendering = sent_line_rendering(line, claim)
    if rendering is not None:
        text += provider("82", rendering, "PE")
    return text + line_adjudications(line) if line.adjudications else text
