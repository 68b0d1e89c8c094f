"""Institutional claims (005010X223A2): loops 2300 and 2400 as Medicare uses them for outpatient therapy.

The order and use of segments were confirmed in pyx12's map ``837Q3.I.5010.X223.A1.xml`` (which it uses for
005010X223A2: CLM06 is not used, DTP 434 is RD8 only, CL1 is required) and in the sample files
``institutional-claim.837i`` and ``x223-test.txt``.
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
    from collections.abc import Sequence

    from teachback.claimdata import Claim, ClaimLine, Institutional

VERSION: Final = "005010X223A2"
CODES_OF_A_SEGMENT: Final = 12


def institutional(claim: Claim) -> str:
    """2000B after its HL down to the last 2400: one claim of a patient who is the subscriber.

    ``claim.institutional`` must be there: ``sendable.refusals`` sees to it.
    """
    what = claim.institutional
    if what is None:
        raise ValueError(f"claim {claim.control_number} has nothing institutional")
    rendering = sent_rendering(claim)
    return (
        f"{subscriber(claim)}{payer(claim.payer)}{_claim(claim, what)}"
        f"{provider('71', what.attending, 'AT')}"
        f"{provider('82', rendering) if rendering else ''}"
        f"{service_facility(claim.service_facility) if claim.service_facility else ''}"
        f"{provider('DN', claim.referring) if claim.referring else ''}"
        f"{other_coverages(claim) if claim.other_coverages else ''}"
        f"{''.join([_line(number, line, claim) for number, line in enumerate(claim.lines, 1)])}"
    )


def _claim(claim: Claim, what: Institutional) -> str:
    """CLM, DTP 434 and 435, CL1, PWK, REF F8 and the health codes (HI)."""
    assignment = "A" if claim.accepts_assignment else "C"
    admitted = what.admission_date
    number = claim.payer_claim_control_number
    return (
        f"CLM*{claim.control_number}*{money(claim.charge)}***{what.type_of_bill[:2]}:A:{claim.frequency_code}"
        f"**{assignment}*Y*Y~\n"
        f"DTP*434*RD8*{day(what.statement_from)}-{day(what.statement_through)}~\n"
        f"{segment('DTP', '435', 'D8', day(admitted)) if admitted else ''}"
        f"{segment('CL1', what.admission_type or '', what.admission_source or '', what.patient_status)}"
        f"{attachment(claim)}"
        f"{segment('REF', 'F8', number) if number else ''}"
        f"{_health_codes(claim, what)}"
    )


def _health_codes(claim: Claim, what: Institutional) -> str:
    """HI: principal diagnosis (ABK), others (ABF), spans (BI), occurrences (BH), values (BE), conditions (BG)."""
    spans = [
        f"BI:{o.code}:RD8:{day(o.on)}-{day(o.through)}" for o in what.occurrences if o.through is not None
    ]
    dates = [f"BH:{o.code}:D8:{day(o.on)}" for o in what.occurrences if o.through is None]
    return (
        f"HI*ABK:{claim.diagnoses[0]}~\n"
        f"{_in_segments([f'ABF:{code}' for code in claim.diagnoses[1:]])}"
        f"{_in_segments(spans)}{_in_segments(dates)}"
        f"{_in_segments([f'BE:{code}:::{money(amount)}' for code, amount in what.value_codes])}"
        f"{_in_segments([f'BG:{code}' for code in what.condition_codes])}"
    )


def _in_segments(codes: Sequence[str]) -> str:
    return "".join(
        segment("HI", *codes[first : first + CODES_OF_A_SEGMENT])
        for first in range(0, len(codes), CODES_OF_A_SEGMENT)
    )


def _line(number: int, line: ClaimLine, claim: Claim) -> str:
    """2400: LX, SV2 with its revenue code, DTP 472, REF 6R, and 2420C and 2430 where they are needed."""
    code = procedure(line.procedure_code, line.modifiers) if line.procedure_code else ""
    text = (
        f"LX*{number}~\nSV2*{line.revenue_code}*{code}*{money(line.charge)}*UN*{line.units}~\n"
        f"DTP*472*D8*{day(line.date_of_service)}~\nREF*6R*{line.control_number}~\n"
    )
    rendering = sent_line_rendering(line, claim)
    if rendering is not None:
        text += provider("82", rendering)
    return text + line_adjudications(line)
