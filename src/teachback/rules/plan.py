"""The plan that the training serves: in place, linked, complete and certified."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import Discipline, PractitionerKind, Severity, Training
from teachback.rulebook import derives, determines, edit
from teachback.rules.vocabulary import TherapyModifier

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from teachback.model import Plan


class PlanState(StrEnum):
    """Whether a plan was in place on the date of service."""

    MISSING = "missing"
    KIND_UNKNOWN = "of unknown kind"
    UNDATED = "undated"
    LATE = "established after the service"
    IN_PLACE = "in place"


class Certification(StrEnum):
    """How the therapy plan stands with its first certification on the date of service."""

    WITHIN_GRACE = "within the first days"
    SIGNED_IN_TIME = "signed in time"
    ORDER_AND_SENT = "order on file and plan sent in time"
    START_UNKNOWN = "first treatment not recorded"
    OPEN = "not signed in time"


@derives
def plan_state(plan: Plan | None, date_of_service: date) -> PlanState:
    """Whether a plan of known kind and date was in place on the date of service."""
    if plan is None:
        return PlanState.MISSING
    if plan.kind is None:
        return PlanState.KIND_UNKNOWN
    if plan.established is None:
        return PlanState.UNDATED
    return PlanState.LATE if plan.established > date_of_service else PlanState.IN_PLACE


@derives
def goal_linked(plan: Plan, goals_addressed: tuple[str, ...]) -> bool:
    """One goal that the session addressed is a goal of the plan."""
    goals = {" ".join(goal.split()).casefold() for goal in plan.goals}
    return any(" ".join(goal.split()).casefold() in goals for goal in goals_addressed if goal.strip())


@derives
def plan_element_lacking(plan: Plan) -> bool:
    """The therapy plan lacks goals, frequency or duration."""
    blank = any(not (text or "").strip() for text in (plan.frequency, plan.duration))
    return blank or not any(goal.strip() for goal in plan.goals)


@determines()
def discipline_lacking(
    practitioner_kind: PractitionerKind, plan_discipline: Discipline | None, *, therapist_kinds: Sequence[str]
) -> bool:
    """Nothing tells the discipline: neither a therapist as practitioner nor the plan."""
    return practitioner_kind not in therapist_kinds and plan_discipline is None


@derives
def certification(
    plan: Plan,
    date_of_service: date,
    *,
    first_certification_days: int,
    order_exception: bool,
    transmit_days: int,
) -> Certification:
    """How the plan stands with its first certification: days are counted from the first treatment."""
    first = plan.first_treatment
    if first is None:
        return Certification.START_UNKNOWN
    if (date_of_service - first).days <= first_certification_days:
        return Certification.WITHIN_GRACE
    if plan.certified is not None and (plan.certified - first).days <= first_certification_days:
        return Certification.SIGNED_IN_TIME
    sent = plan.sent_to_referrer is not None and (plan.sent_to_referrer - first).days <= transmit_days
    if order_exception and plan.order_on_file and sent:
        return Certification.ORDER_AND_SENT
    return Certification.OPEN


@derives
def certification_over(plan: Plan, date_of_service: date, *, certified_days: int) -> bool | None:
    """The date lies after the certified interval, which ends some days after first treatment unless recorded."""
    if plan.certified_through is not None:
        return date_of_service > plan.certified_through
    if plan.first_treatment is None:
        return None
    return (date_of_service - plan.first_treatment).days > certified_days


@edit(
    "D301",
    Severity.ERROR,
    says="No treatment plan or therapy plan of care with its kind and date is recorded (plan: {plan_state}).",
    remedy="Record the plan's kind and the date it was established; without a plan do not bill.",
    place="patient.plan",
    owner=Owner.CLINICIAN,
    prevents="50",
)
def plan_missing(plan_state: PlanState, *, plan_required: bool) -> bool:
    """No treatment plan or therapy plan of care is recorded."""
    return plan_required and plan_state in {PlanState.MISSING, PlanState.KIND_UNKNOWN, PlanState.UNDATED}


@edit(
    "D302",
    Severity.ERROR,
    says="The plan was established after the date of service.",
    remedy="Do not bill this session; training comes after the plan. Correct the date only if it is misread.",
    place="patient.plan.established",
    owner=Owner.NOBODY,
    prevents="50",
)
def plan_after_service(plan_state: PlanState, *, plan_required: bool) -> bool:
    """The plan was established after the date of service."""
    return plan_required and plan_state is PlanState.LATE


@edit(
    "D303",
    Severity.ERROR,
    name="goal-not-linked",
    says="The session names no goal of the plan; each {training} activity must stand in the plan.",
    remedy="Check which goal of the plan was addressed; if the plan does not name it, do not bill.",
    place="patient.goals_addressed",
    owner=Owner.CLINICIAN,
    prevents="50",
)
def goal_not_linked(
    training: Training, plan_state: PlanState, goal_linked: bool, *, activity_in_plan: list[str]
) -> bool:
    """Behavior and direct-care training names no goal or topic of the active plan."""
    planned = plan_state in {PlanState.IN_PLACE, PlanState.LATE}
    return planned and not goal_linked and training in activity_in_plan


@edit(
    "D303",
    Severity.HOLD,
    name="goal-not-linked",
    says="The session names no goal of the plan.",
    remedy="Ask the clinician which goal of the plan the training served, as the record of the day supports it.",
    place="patient.goals_addressed",
    owner=Owner.CLINICIAN,
    prevents="50",
)
def goal_not_linked_in_function(
    training: Training,
    plan_state: PlanState,
    goal_linked: bool,
    *,
    activity_in_plan: list[str],
    plan_required: bool,
) -> bool:
    """Functional training names no goal or topic of the active plan."""
    planned = plan_state in {PlanState.IN_PLACE, PlanState.LATE}
    return plan_required and planned and not goal_linked and training not in activity_in_plan


@edit(
    "D304",
    Severity.HOLD,
    says="The therapy plan's first certification: {certification}; no exception applies.",
    remedy="Obtain the signature as a delayed certification with its reason, or show the order and when the plan was sent.",
    place="patient.plan.certified",
    owner=Owner.FRONT_DESK,
    prevents="50",
    needs_line=True,
)
def plan_not_certified(
    therapy_modifier: TherapyModifier,
    plan_state: PlanState,
    certification: Certification,
    *,
    certification_required: bool,
) -> bool:
    """The therapy plan was not certified in time and no exception applies."""
    judged = therapy_modifier is not TherapyModifier.NONE and plan_state is PlanState.IN_PLACE
    return (
        certification_required
        and judged
        and certification in {Certification.OPEN, Certification.START_UNKNOWN}
    )


@edit(
    "D305",
    Severity.HOLD,
    says="The date of service lies after the certified interval of the therapy plan.",
    remedy="Obtain the recertification that covers this date, with its reason if it is late.",
    place="patient.plan.certified_through",
    owner=Owner.FRONT_DESK,
    prevents="50",
    needs_line=True,
)
def certification_expired(
    therapy_modifier: TherapyModifier,
    plan_state: PlanState,
    certification_over: bool,
    *,
    certification_required: bool,
) -> bool:
    """The date of service lies after the certified interval."""
    judged = therapy_modifier is not TherapyModifier.NONE and plan_state is PlanState.IN_PLACE
    return certification_required and judged and certification_over


@edit(
    "D306",
    Severity.ERROR,
    says="The therapy plan lacks a required element: discipline, goals, frequency or duration.",
    remedy="Complete the record of the plan from the plan itself; a plan that lacks it was no plan on that date.",
    place="patient.plan",
    owner=Owner.CLINICIAN,
    prevents="50",
    needs_line=True,
)
def plan_incomplete(
    under_therapy_plan: bool,
    plan_state: PlanState,
    plan_element_lacking: bool,
    discipline_lacking: bool,
    *,
    plan_elements_required: bool,
) -> bool:
    """The therapy plan lacks a required element."""
    recorded = plan_state in {PlanState.IN_PLACE, PlanState.LATE}
    lacking = plan_element_lacking or discipline_lacking
    return plan_elements_required and under_therapy_plan and recorded and lacking
