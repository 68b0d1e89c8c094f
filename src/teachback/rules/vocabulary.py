"""The facts that a record or other lines give, with their possible values, and the words of made facts.

Rules read facts by these names. A fact with ``values`` is finite and may be read by any rule; one
without is raw (a date, a list, a nested record) and may be read only by a rule that derives a
finite fact from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Final

from teachback.model import (
    Answer,
    ClaimForm,
    ConsentBy,
    ConsentForm,
    ConsentScope,
    Coverage,
    Discipline,
    Helper,
    Modality,
    PlanKind,
    PractitionerKind,
    Supervision,
    Training,
)

if TYPE_CHECKING:
    from collections.abc import Collection

CODES: Final = ("97550", "97551", "97552", "96202", "96203", "G0539", "G0540", "G0541", "G0542", "G0543")
NO_CODE: Final = "none"
NOWHERE: Final = "unknown"
MINUTES: Final = range(1441)
BOTH: Final = (True, False)


class Stage(IntEnum):
    """The pass in which a fact becomes known."""

    SESSION = 0
    OCCURRENCE = 1
    LINE = 2
    MONEY = 3
    DAY = 4


@dataclass(frozen=True, slots=True)
class Recorded:
    """A fact that no rule makes: its pass, its finite values (``None``: raw), and its own label.

    ``always`` facts are never unknown: the schema declares a default, or the fact is computed.
    """

    stage: IntEnum
    values: Collection[object] | None
    label: str
    always: bool = False


def _raw(label: str) -> Recorded:
    return Recorded(Stage.SESSION, None, label)


def _finite(label: str, values: Collection[object], stage: Stage = Stage.SESSION) -> Recorded:
    return Recorded(stage, values, label)


def _always(label: str, values: Collection[object], stage: Stage = Stage.SESSION) -> Recorded:
    return Recorded(stage, values, label, always=True)


RECORDED: Final[dict[str, Recorded]] = {
    "date_of_service": _raw("date of service"),
    "start_time": _raw("start time"),
    "end_time": _raw("end time"),
    "recorded_minutes": _raw("minutes as recorded"),
    "recorded_assistant_minutes": _raw("assistant minutes as recorded"),
    "patients_represented": _raw("patients represented"),
    "locality": _raw("locality as recorded"),
    "zip_code": _raw("ZIP of the place of service"),
    "practitioner_npi": _raw("practitioner's NPI"),
    "certifying_npi": _raw("certifying practitioner's NPI"),
    "mbi": _raw("Medicare Beneficiary Identifier"),
    "caregivers": _raw("caregivers trained"),
    "consent": _raw("consent"),
    "plan": _raw("plan"),
    "goals_addressed": _raw("goals addressed"),
    "diagnoses": _raw("diagnoses"),
    "therapy_used_cents": _raw("therapy spending before this session"),
    "type_of_bill": _raw("type of bill"),
    "recorded_place": _raw("place of service as recorded"),
    "training": _finite("training", tuple(Training)),
    "modality": _finite("modality", tuple(Modality)),
    "planned_as_group": _always("planned as a group", BOTH),
    "claim_form": _always("claim form", tuple(ClaimForm)),
    "practitioner_kind": _always("kind of practitioner", tuple(PractitionerKind)),
    "participating": _always("participating", BOTH),
    "accepts_assignment": _always("accepts assignment", BOTH),
    "qualifying_apm": _always("qualifying APM participant", BOTH),
    "furnished_by": _finite("furnished by", tuple(Helper)),
    "supervision": _finite("supervision", tuple(Supervision)),
    "private_practice": _always("private practice", BOTH),
    "coverage": _finite("coverage", tuple(Coverage)),
    "other_payer_primary": _always("other payer primary", tuple(Answer)),
    "present": _finite("patient present", BOTH),
    "inpatient": _always("inpatient", tuple(Answer)),
    "home_health": _always("home-health plan", tuple(Answer)),
    "home_health_related": _always("home-health plan for the same condition", tuple(Answer)),
    "supplier_trains": _always("supplier trains", tuple(Answer)),
    "snf_part_a": _always("skilled-nursing Part A stay", tuple(Answer)),
    "hospice": _always("hospice election", tuple(Answer)),
    "guide": _always("GUIDE model", tuple(Answer)),
    "consent_given": _always("consent recorded", BOTH),
    "consent_dated": _always("consent dated", BOTH),
    "consent_author": _finite("consent given by", tuple(ConsentBy)),
    "consent_form": _finite("form of the consent", tuple(ConsentForm)),
    "consent_scope": _finite("scope of the consent", tuple(ConsentScope)),
    "plan_kind": _finite("kind of plan", tuple(PlanKind)),
    "plan_discipline": _finite("discipline of the plan", tuple(Discipline)),
    "spending_known": _always("therapy spending of the year recorded", BOTH),
    "need_recorded": _always("need recorded", BOTH),
    "absence_reason_recorded": _always("reason for the patient's absence recorded", BOTH),
    "response_recorded": _always("caregiver's response recorded", BOTH),
    "kx_attested": _always("KX attested", BOTH),
    "deductible_known": _always("remaining deductible known", BOTH),
    "law_checked": _always("date within the checked law", BOTH),
    "minutes_overlap": _always("same person's minutes in another session", BOTH),
    "mbi_shared": _always("identifier of another patient on the date", BOTH),
    "practitioner_day_minutes": _always("practitioner's minutes on the date", range(1442)),
    "same_day": _always("other sessions of the same date", ("alone", "combined", "differ"), Stage.OCCURRENCE),
    "bears_lines": _always("the lines of the date stand on this session", BOTH, Stage.OCCURRENCE),
    "total_minutes": _finite("minutes of the date", MINUTES, Stage.OCCURRENCE),
    "minutes_segments": Recorded(Stage.OCCURRENCE, None, "minutes and assistant minutes in clock order"),
    "procedure_code": _always("procedure code", CODES, Stage.LINE),
    "is_addon": _always("add-on line", BOTH, Stage.LINE),
    "units": _always("units", range(97), Stage.LINE),
    "allowed_range": _finite("allowed amounts over all localities", range(2000), Stage.MONEY),
    "session_allowed_cents": Recorded(Stage.MONEY, None, "allowed amounts of this session"),
    "charge_cents": Recorded(Stage.LINE, None, "charge of the line"),
    "deductible_cents": Recorded(Stage.MONEY, None, "remaining deductible"),
    "other_family_same_day": _finite("individual training of another family on the date", BOTH, Stage.DAY),
    "individual_and_group_same_day": _finite("individual and group training on the date", BOTH, Stage.DAY),
}

COUNTS: Final[dict[str, Collection[int]]] = {
    "clock_minutes": MINUTES,
    "minutes": MINUTES,
    "primary_units": range(2),
    "addon_units": range(97),
    "days_since_first_treatment": range(-1, 92),
}

CHOICES: Final[dict[str, Collection[str]]] = {
    "primary_code": (*CODES, NO_CODE),
    "addon_code": (*CODES, NO_CODE),
    "place_of_service": tuple(f"{number:02}" for number in range(100)),
    "payment_locality": tuple(str(number) for number in range(110)),
}


class ClockState(StrEnum):
    """Whether start and end were recorded, and in order."""

    MISSING = "missing"
    REVERSED = "reversed"
    ORDERED = "ordered"


class TimeReading(StrEnum):
    """How minutes become units: ``full`` asks for the whole time of the code."""

    FULL = "full"
    MIDPOINT = "midpoint"
    UNSETTLED = "unsettled"
    UNTIMED = "untimed"


class Setting(StrEnum):
    """Which practice expense the place of service earns."""

    FACILITY = "facility"
    NONFACILITY = "nonfacility"


class TherapyModifier(StrEnum):
    """The discipline of the therapy plan on a line; ``NONE`` outside one."""

    GP = "GP"
    GO = "GO"
    GN = "GN"
    NONE = "none"
