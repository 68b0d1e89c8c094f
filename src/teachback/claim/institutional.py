"""What an institutional claim of outpatient therapy carries beyond a professional one.

Sources: Medicare Claims Processing Manual ch. 5 (therapy on institutional claims: revenue codes 042X to 044X,
occurrence codes 11, 17, 29, 30 and 35, 44, 45) and ch. 1 (repeated services are billed monthly), and the rules
dossier 5.8 and 5.9. The certifier of the plan is the attending provider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.claim.reasons import Reason, Why
from teachback.codesets import bills
from teachback.model import ClaimForm, Discipline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from teachback.claim.practice import PlaceOfWork
    from teachback.model import Plan, ServiceLine, Session

REVENUE_CODES = {"GP": "0420", "GO": "0430", "GN": "0440"}
ESTABLISHED = {Discipline.PT: "29", Discipline.OT: "17", Discipline.SLP: "30"}
STARTED = {Discipline.PT: "35", Discipline.OT: "44", Discipline.SLP: "45"}
ONSET = "11"
DISCHARGED, STILL_PATIENT = "01", "30"
_INTERIM = ("2", "3")


def bill_of(session: Session, place: PlaceOfWork | None) -> str | Reason | None:
    """The type of bill in three digits: the session's or the place's; ``None`` on a professional claim."""
    if session.claim_form is not ClaimForm.INSTITUTIONAL:
        return None
    written = session.type_of_bill or (None if place is None else place.type_of_bill)
    normal = None if written is None else bills.normal(written)
    if normal is not None:
        return normal
    return Why.BILL_TYPE_MISSING.reason(
        "An institutional claim needs a type of bill; neither the session nor the place has a usable one.",
        "Record it in the session, or as type_of_bill of the place in the practice file, such as 131.",
    )


def revenue_code(line: ServiceLine, place: PlaceOfWork | None) -> str | Reason:
    """The revenue code by the line's discipline, or else that of the place."""
    for modifier in line.modifiers:
        if modifier in REVENUE_CODES:
            return REVENUE_CODES[modifier]
    if place is not None and place.revenue_code is not None:
        return place.revenue_code
    return Why.REVENUE_CODE_UNCLEAR.reason(
        f"No revenue code follows from {line.procedure_code}, which is outside a therapy plan.",
        "Give the place a revenue_code in the practice file.",
    )


def plan_dates(plan: Plan | None, onset: date | None) -> tuple[tuple[str, date], ...] | Reason:
    """The occurrence codes of a therapy plan with their dates; a reason that names the missing dates."""
    if plan is None or plan.discipline is None:
        return ()
    wanted = {
        "the day the plan was established": (ESTABLISHED[plan.discipline], plan.established),
        "the first treatment": (STARTED[plan.discipline], plan.first_treatment),
    }
    missing = [words for words, (_, day) in wanted.items() if day is None]
    if missing:
        return Why.PLAN_DATES_MISSING.reason(
            f"Not recorded: {' and '.join(missing)}.", "Ask the therapist for the dates of the plan of care."
        )
    found = [(code, day) for code, day in wanted.values() if day is not None]
    if onset is not None:
        found.append((ONSET, onset))
    return tuple(sorted(found))


def month_open(day: date, today: date) -> Reason | None:
    """The month of the service is not over on the day of making."""
    if (today.year, today.month) > (day.year, day.month):
        return None
    return Why.MONTH_NOT_OVER.reason(
        f"Services of {day:%Y-%m} go on one claim after the month has ended.",
        "Claim them next month, or settle F115 where the treatment has ended.",
    )


def patient_status(type_of_bill: str) -> str:
    """Still a patient on an interim bill, else discharged to home."""
    return STILL_PATIENT if type_of_bill[-1] in _INTERIM else DISCHARGED


def occurrences_of(dates: Sequence[tuple[str, date]]) -> tuple[tuple[str, date], ...]:
    """The occurrence codes of a claim, each with its earliest date, by code."""
    earliest: dict[str, date] = {}
    for code, day in dates:
        earliest[code] = min(day, earliest.get(code, day))
    return tuple(sorted(earliest.items()))
