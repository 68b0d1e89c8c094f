"""The facts that a claim gives of its lines, with their possible values, and the words of made facts.

A line is one service line of a training code. What the claim cannot show is unknown, never false.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final

from teachback.model import ClaimForm, PlanKind, PractitionerKind, Training
from teachback.rules.vocabulary import BOTH, CODES, Recorded

if TYPE_CHECKING:
    from collections.abc import Collection

MOST_UNITS: Final = 96
"""Units are clipped here: no limit lies near, and tables stay small."""


class ClaimStage(IntEnum):
    """What must be looked at before a fact of a claim line is known."""

    LINE = 0
    DATE = 1
    PAIR = 2


class Notice(StrEnum):
    """Whether an advance notice was given, and on or before the date of service."""

    NONE = "none"
    IN_TIME = "in time"
    LATE = "late"


class OwnPrimary(StrEnum):
    """What an add-on finds of its primary by the same practitioner on the date."""

    NOT_NEEDED = "not needed"
    PRESENT = "present"
    ABSENT = "absent"
    OTHER_FAMILY = "another family's only"


class TherapyMarks(StrEnum):
    """Which therapy modifiers stand on a line."""

    NONE = "none"
    GP = "GP"
    GO = "GO"
    GN = "GN"
    SEVERAL = "several"


class AssistantMarks(StrEnum):
    """Which assistant modifiers stand on a line."""

    NONE = "none"
    CQ = "CQ"
    CO = "CO"
    BOTH = "CQ and CO"


class TelehealthMark(StrEnum):
    """Which modifier tells of video or voice."""

    NONE = "none"
    VOICE = "93"
    VIDEO = "95"


class TherapyBasis(StrEnum):
    """What shows that a line is outpatient therapy, or that it is not."""

    THERAPIST = "a therapist renders it"
    PLAN = "it stands under a therapy plan"
    REVENUE_CODE = "its revenue code is one of therapy"
    NOT_THERAPY = "it stands outside a therapy plan"


class DueMark(StrEnum):
    """The therapy modifier that practitioner and plan ask for."""

    GP = "GP"
    GO = "GO"
    GN = "GN"
    CONFLICT = "none that fits both practitioner and plan"


class RevenueFamily(StrEnum):
    """The discipline of a revenue code, by its therapy modifier."""

    GP = "GP"
    GO = "GO"
    GN = "GN"
    OTHER = "no therapy"


def _raw(label: str) -> Recorded:
    return Recorded(ClaimStage.LINE, None, label)


def _finite(label: str, values: Collection[object], stage: ClaimStage = ClaimStage.LINE) -> Recorded:
    return Recorded(stage, values, label)


def _always(label: str, values: Collection[object], stage: ClaimStage = ClaimStage.LINE) -> Recorded:
    return Recorded(stage, values, label, always=True)


RECORDED: Final[dict[str, Recorded]] = {
    "date_of_service": _raw("date of service"),
    "filing_anchor": _raw("date from which the filing limit counts"),
    "received": _raw("day on which the payer receives the claim"),
    "modifiers": _raw("modifiers"),
    "revenue_code": _raw("revenue code"),
    "type_of_bill": _raw("type of bill"),
    "recorded_place": _raw("place of service as claimed"),
    "claim_form": _always("claim form", tuple(ClaimForm)),
    "procedure_code": _always("procedure code", CODES),
    "training": _always("family of the code", tuple(Training)),
    "is_addon": _always("add-on code", BOTH),
    "is_group": _always("code of group training", BOTH),
    "own_primary": _always("primary code to which the code belongs", CODES),
    "practitioner_kind": _finite("kind of practitioner", tuple(PractitionerKind)),
    "accepts_assignment": _always("accepts assignment", BOTH),
    "certifier_on_claim": _always("certifying practitioner named on the claim", BOTH),
    "first_claim": _always("the claim is no replacement of an earlier one", BOTH),
    "charge_below_allowed": _finite("charge below the allowed amount", BOTH),
    "patients_represented": _finite("patients represented (2: several)", range(3)),
    "caregivers_trained": _raw("caregivers trained"),
    "plan_kind": _finite("kind of plan", tuple(PlanKind)),
    "plan_discipline": _raw("discipline of the plan"),
    "assistant_share_passes": _finite("assistant's share of the line passes", BOTH),
    "kx_needed": _finite("the year's threshold is passed", BOTH),
    "notice": _finite("advance notice", tuple(Notice)),
    "days_to_signature": _raw("days from the service to the signature of the note"),
    "same_day_units": _always("units of the code on the date", range(MOST_UNITS + 1), ClaimStage.DATE),
    "own_primary_on_date": _finite("the add-on's primary on the date", tuple(OwnPrimary), ClaimStage.DATE),
    "primary_stands_twice": _finite("the primary code stands twice on the date", BOTH, ClaimStage.DATE),
    "on_another_claim": _finite("the same line stands on another claim", BOTH, ClaimStage.DATE),
    "pair_on_date": _finite("a code of the date makes a pair with the line", BOTH, ClaimStage.DATE),
    "others_on_date": _finite("codes beyond the line's own family stand on the date", BOTH, ClaimStage.DATE),
    "families_on_date": _finite("individual codes of several families on the date", BOTH, ClaimStage.DATE),
    "individual_and_group": _finite("individual and group codes on the date", BOTH, ClaimStage.DATE),
    "code_pair": _always("pair of codes", range(60), ClaimStage.PAIR),
    "hospital_table": _always("the table of outpatient hospitals holds", BOTH, ClaimStage.PAIR),
    "told_apart": _always("a modifier tells the second code apart", BOTH, ClaimStage.PAIR),
}

COUNTS: Final[dict[str, Collection[int]]] = {
    "days_to_file": range(-1, 31),
}

CHOICES: Final[dict[str, Collection[str]]] = {
    "place_of_service": tuple(f"{number:02}" for number in range(100)),
    "bill_care": tuple(f"{number:02}" for number in range(100)),
    "misplaced_modifier": ("", "26", "TC", "50", "25"),
}
