"""Therapy and assistant modifiers: derived from plan, practitioner and minutes, never guessed."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import Discipline, Helper, PlanKind, PractitionerKind, Severity, Training
from teachback.rulebook import derives, determines, edit
from teachback.rules.vocabulary import TherapyModifier, TimeReading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

THERAPISTS = (PractitionerKind.PT, PractitionerKind.OT, PractitionerKind.SLP)


class AssistantPart(StrEnum):
    """Which lines pass the assistant's de minimis share, as far as the record tells."""

    NO_LINE = "no line"
    EVERY_LINE = "every line"
    ORDER_DECIDES_YES = "order decides; whole share above"
    ORDER_DECIDES_NO = "order decides; whole share within"


@determines()
def therapy_modifier(
    training: Training,
    practitioner_kind: PractitionerKind,
    plan_kind: PlanKind | None,
    plan_discipline: Discipline | None,
    *,
    therapy_families: Sequence[str],
    therapist_modifier: Mapping[str, str],
    discipline_modifier: Mapping[str, str],
) -> TherapyModifier:
    """A therapist's line carries the modifier of the therapist's discipline; anybody else's line that of its therapy plan."""
    if training not in therapy_families:
        return TherapyModifier.NONE
    if practitioner_kind in therapist_modifier:
        return TherapyModifier(therapist_modifier[practitioner_kind])
    if plan_kind is PlanKind.THERAPY and plan_discipline is not None:
        return TherapyModifier(discipline_modifier[plan_discipline])
    return TherapyModifier.NONE


@determines()
def under_therapy_plan(
    training: Training,
    practitioner_kind: PractitionerKind,
    plan_kind: PlanKind | None,
    *,
    therapy_families: Sequence[str],
) -> bool:
    """The training stands under a therapy plan: a therapist's always does."""
    therapy = practitioner_kind in THERAPISTS or plan_kind is PlanKind.THERAPY
    return therapy and training in therapy_families


@derives
def assistant_took_part(recorded_assistant_minutes: int | None) -> bool:
    """Assistant minutes are recorded."""
    return (recorded_assistant_minutes or 0) > 0


def share_passes(assistant: int, base: int, percent: int) -> bool:
    """The assistant's part of the base, rounded to whole percent, passes the de minimis share (86 FR 65169)."""
    return base > 0 and (200 * assistant + base) // (2 * base) > percent


def line_passes(start: int, end: int, blocks: list[tuple[int, int]], percent: int) -> list[bool]:
    """For one unbroken run of assistant minutes, which blocks of the line pass."""
    return [share_passes(max(0, min(end, b) - max(start, a)), b - a, percent) for a, b in blocks]


def assistant_part_of(
    total: int, assistant: int, primary: int, addon_units: int, addon: int, percent: int
) -> AssistantPart:
    """Judge each line on its own minutes in clock order, trying every place of one unbroken run.

    Units: minutes. Source: 86 FR 65169-65173; the mapping to a first code of 30 and add-ons of 15
    minutes is inferred.
    """
    assistant = min(assistant, total)
    if addon_units == 0:
        return AssistantPart.EVERY_LINE if share_passes(assistant, total, percent) else AssistantPart.NO_LINE
    blocks = [(0, primary)] + [(primary + addon * i, primary + addon * (i + 1)) for i in range(addon_units)]
    answers = {
        tuple(line_passes(start, start + assistant, blocks, percent))
        for start in range(total - assistant + 1)
    }
    if answers == {(False,) * len(blocks)}:
        return AssistantPart.NO_LINE
    if answers == {(True,) * len(blocks)}:
        return AssistantPart.EVERY_LINE
    whole = share_passes(assistant, total, percent)
    return AssistantPart.ORDER_DECIDES_YES if whole else AssistantPart.ORDER_DECIDES_NO


@derives
def assistant_part(
    reading: TimeReading,
    total_minutes: int | None,
    total_assistant_minutes: int | None,
    addon_units: int | None,
    furnished_by: Helper | None,
    *,
    first_code_minutes: int,
    addon_minutes: int,
    de_minimis_percent: int,
) -> AssistantPart:
    """Which lines pass the assistant's de minimis share; where the order would decide, the whole session's share."""
    if total_assistant_minutes == 0 and not (
        total_minutes is None and furnished_by in {Helper.PTA, Helper.OTA}
    ):
        return AssistantPart.NO_LINE
    if total_minutes is None:
        return (
            AssistantPart.EVERY_LINE if total_assistant_minutes is None else AssistantPart.ORDER_DECIDES_YES
        )
    if total_assistant_minutes is None:
        return AssistantPart.EVERY_LINE
    units = 0 if reading is TimeReading.UNTIMED else addon_units or 0
    return assistant_part_of(
        total_minutes, total_assistant_minutes, first_code_minutes, units, addon_minutes, de_minimis_percent
    )


@determines()
def assistant_modifier(
    therapy_modifier: TherapyModifier,
    practitioner_kind: PractitionerKind,
    assistant_part: AssistantPart,
    at_cost: bool,
    *,
    assistant_modifiers: Mapping[str, str],
    assistants_of: Sequence[str],
) -> str:
    """CQ with GP and CO with GO where the assistant's share passes; empty otherwise."""
    passes = assistant_part in {AssistantPart.EVERY_LINE, AssistantPart.ORDER_DECIDES_YES}
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
    return matters and assistant_part in {AssistantPart.ORDER_DECIDES_YES, AssistantPart.ORDER_DECIDES_NO}
