"""Therapy and assistant modifiers: derived from plan, practitioner and minutes, never guessed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import Discipline, PlanKind, PractitionerKind, Severity, Training
from teachback.rulebook import derives, determines, edit
from teachback.rules.vocabulary import TherapyModifier, TimeReading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class AssistantPart(StrEnum):
    """Which lines pass the assistant's de minimis share, as far as the record tells."""

    NO_LINE = "no line"
    EVERY_LINE = "every line"
    PRIMARY_ONLY = "the first code only"
    ADDON_ONLY = "the add-on only"
    ORDER_DECIDES_YES = "order decides; whole share above"
    ORDER_DECIDES_NO = "order decides; whole share within"


_CLEAR = {
    (False, False): AssistantPart.NO_LINE,
    (True, True): AssistantPart.EVERY_LINE,
    (True, False): AssistantPart.PRIMARY_ONLY,
    (False, True): AssistantPart.ADDON_ONLY,
}
UNDECIDED = (AssistantPart.ORDER_DECIDES_YES, AssistantPart.ORDER_DECIDES_NO)


@determines()
def therapy_modifier(
    training: Training | None,
    practitioner_kind: PractitionerKind,
    plan_kind: PlanKind | None,
    plan_discipline: Discipline | None,
    *,
    therapy_families: Sequence[str],
    therapist_modifier: Mapping[str, str],
    discipline_modifier: Mapping[str, str],
) -> TherapyModifier | None:
    """A therapist's line carries the modifier of the therapist's discipline; anybody else's line that of its therapy plan."""
    own = therapist_modifier.get(practitioner_kind)
    if own is None and plan_kind is PlanKind.THERAPY and plan_discipline is not None:
        own = discipline_modifier[plan_discipline]
    if own is None:
        return TherapyModifier.NONE
    if training is None:
        return None
    return TherapyModifier(own) if training in therapy_families else TherapyModifier.NONE


@determines()
def under_therapy_plan(
    training: Training,
    practitioner_kind: PractitionerKind,
    plan_kind: PlanKind | None,
    *,
    therapy_families: Sequence[str],
    therapist_kinds: Sequence[str],
) -> bool:
    """The training stands under a therapy plan: a therapist's always does."""
    therapy = practitioner_kind in therapist_kinds or plan_kind is PlanKind.THERAPY
    return therapy and training in therapy_families


@derives
def assistant_took_part(recorded_assistant_minutes: int | None) -> bool:
    """Assistant minutes are recorded."""
    return (recorded_assistant_minutes or 0) > 0


def share_passes(assistant: int, base: int, percent: int) -> bool:
    """The assistant's part of the base, rounded to whole percent, passes the de minimis share (86 FR 65169)."""
    return base > 0 and (200 * assistant + base) // (2 * base) > percent


def _met(block: tuple[int, int], segment: tuple[int, int, int]) -> tuple[int, int]:
    """The least and most minutes of a block that one unbroken run in the segment can cover.

    A segment is its start, its minutes and the assistant's minutes among them.
    """
    start, length, assistant = segment
    inside = max(0, min(block[1], start + length) - max(block[0], start))
    return max(0, inside - (length - assistant)), min(inside, assistant)


def assistant_part_of(
    segments: Sequence[tuple[int, int]], first: int, addon_units: int, addon: int, percent: int
) -> AssistantPart:
    """Judge each line on its own minutes in clock order; the assistant's run may lie anywhere in its session.

    ``segments`` are the minutes and assistant minutes of each session of the date in clock order.
    Source: 86 FR 65169-65173; that the first minutes go to the first code is inferred.
    """
    placed, start = [], 0
    for length, assistant in segments:
        placed.append((start, length, min(assistant, length)))
        start += length
    whole = share_passes(sum(segment[2] for segment in placed), start, percent)
    if addon_units == 0:
        return AssistantPart.EVERY_LINE if whole else AssistantPart.NO_LINE
    answers = []
    for block in ((0, first), (first, first + addon * addon_units)):
        met = [_met(block, segment) for segment in placed]
        base = block[1] - block[0]
        answers.append({share_passes(sum(m), base, percent) for m in zip(*met, strict=True)})
    if any(len(answer) > 1 for answer in answers):
        return AssistantPart.ORDER_DECIDES_YES if whole else AssistantPart.ORDER_DECIDES_NO
    return _CLEAR[answers[0].pop(), answers[1].pop()]


@derives
def assistant_part(
    reading: TimeReading,
    addon_units: int | None,
    minutes_segments: tuple[tuple[int | None, int | None], ...],
    *,
    first_code_minutes: int,
    addon_minutes: int,
    de_minimis_percent: int,
) -> AssistantPart:
    """Which lines pass the assistant's de minimis share; where the order would decide, the whole session's share."""
    if all(assistant == 0 for _, assistant in minutes_segments):
        return AssistantPart.NO_LINE
    if all(minutes is None and assistant is None for minutes, assistant in minutes_segments):
        return AssistantPart.EVERY_LINE
    known = [(m, a) for m, a in minutes_segments if m is not None and a is not None]
    if len(known) < len(minutes_segments):
        return AssistantPart.ORDER_DECIDES_YES
    units = 0 if reading is TimeReading.UNTIMED else addon_units or 0
    return assistant_part_of(known, first_code_minutes, units, addon_minutes, de_minimis_percent)


@determines()
def assistant_modifier(
    therapy_modifier: TherapyModifier,
    practitioner_kind: PractitionerKind,
    assistant_part: AssistantPart,
    at_cost: bool,
    is_addon: bool,
    *,
    assistant_modifiers: Mapping[str, str],
    assistants_of: Sequence[str],
) -> str:
    """CQ with GP and CO with GO where the assistant's share of the line passes; empty otherwise."""
    only = AssistantPart.ADDON_ONLY if is_addon else AssistantPart.PRIMARY_ONLY
    passes = assistant_part in {AssistantPart.EVERY_LINE, AssistantPart.ORDER_DECIDES_YES, only}
    if not passes or at_cost or practitioner_kind not in assistants_of:
        return ""
    return assistant_modifiers.get(therapy_modifier, "")


@edit(
    "M113",
    Severity.HOLD,
    says="Which minutes the assistant gave decides the modifier of a line, and the order is not recorded.",
    remedy="Ask in which minutes the assistant worked and decide each line by its own minutes (the first 30, then blocks of 15). Until then the whole session's share stands on every line.",
    place="session.assistant_minutes",
    owner=Owner.CLINICIAN,
    needs_line=True,
)
def assistant_order_unknown(
    therapy_modifier: TherapyModifier,
    practitioner_kind: PractitionerKind,
    assistant_part: AssistantPart,
    at_cost: bool,
    *,
    assistant_modifiers: Mapping[str, str],
    assistants_of: Sequence[str],
) -> bool:
    """Which minutes the assistant gave decides the modifier of a line and the order is not recorded."""
    matters = therapy_modifier in assistant_modifiers and practitioner_kind in assistants_of and not at_cost
    return matters and assistant_part in UNDECIDED


@edit(
    "M114",
    Severity.WARNING,
    says="The plan (kind {plan_kind}, discipline {plan_discipline}) is not a therapy plan of this {practitioner_kind}.",
    remedy="Correct the plan's kind or discipline, or bill under the plan's own discipline; the claim would be refused (M101 to M103).",
    place="patient.plan",
    owner=Owner.CLINICIAN,
    needs_line=True,
)
def therapy_plan_mismatch(
    therapy_modifier: TherapyModifier,
    practitioner_kind: PractitionerKind,
    plan_kind: PlanKind | None,
    plan_discipline: Discipline | None,
    *,
    therapist_modifier: Mapping[str, str],
    discipline_modifier: Mapping[str, str],
) -> bool:
    """A therapist's line stands on a plan that is no therapy plan, or on one of another discipline."""
    own = therapist_modifier.get(practitioner_kind)
    plans = None if plan_discipline is None else discipline_modifier[plan_discipline]
    fits = plan_kind is PlanKind.THERAPY and plans == own
    return (
        therapy_modifier is not TherapyModifier.NONE
        and own is not None
        and plan_kind is not None
        and not fits
    )
