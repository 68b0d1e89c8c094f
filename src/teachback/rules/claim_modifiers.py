"""Modifiers on claim lines: which must stand, which may not, and which exclude each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import Discipline, PlanKind, PractitionerKind, Severity, Training
from teachback.rulebook import derives, determines, edit
from teachback.rules.claim_vocabulary import (
    AssistantMarks,
    DueMark,
    Notice,
    RevenueFamily,
    TherapyBasis,
    TherapyMarks,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ASSISTANTS = (PractitionerKind.PTA, PractitionerKind.OTA)


@derives
def therapy_marks(modifiers: tuple[str, ...], *, discipline_modifier: Mapping[str, str]) -> TherapyMarks:
    """Which therapy modifier stands on the line; one that stands twice is several."""
    standing = [modifier for modifier in modifiers if modifier in discipline_modifier.values()]
    if len(standing) > 1:
        return TherapyMarks.SEVERAL
    return TherapyMarks(standing[0]) if standing else TherapyMarks.NONE


@derives
def assistant_marks(modifiers: tuple[str, ...], *, assistant_modifiers: Mapping[str, str]) -> AssistantMarks:
    """Which assistant modifier stands on the line."""
    standing = sorted({modifier for modifier in modifiers if modifier in assistant_modifiers.values()})
    if len(standing) > 1:
        return AssistantMarks.BOTH
    return AssistantMarks(standing[0]) if standing else AssistantMarks.NONE


@derives
def misplaced_modifier(modifiers: tuple[str, ...], *, never_modifiers: Sequence[str]) -> str:
    """The first modifier that never applies to a training code; empty where none stands."""
    return next((modifier for modifier in modifiers if modifier in never_modifiers), "")


@derives
def kx_stands(modifiers: tuple[str, ...], *, kx_attests: str) -> bool:
    """The modifier that attests necessity above the threshold stands on the line."""
    return kx_attests in modifiers


@derives
def notice_stands(modifiers: tuple[str, ...], *, notice_modifier: str) -> bool:
    """The modifier of a required advance notice stands on the line."""
    return notice_modifier in modifiers


@determines()
def therapy_basis(
    practitioner_kind: PractitionerKind | None,
    plan_kind: PlanKind | None,
    revenue_family: RevenueFamily | None,
    *,
    therapist_modifier: Mapping[str, str],
) -> TherapyBasis | None:
    """What shows that the line is therapy, or that it is not; unknown where practitioner or plan are."""
    if practitioner_kind in therapist_modifier:
        return TherapyBasis.THERAPIST
    if plan_kind is PlanKind.THERAPY:
        return TherapyBasis.PLAN
    if revenue_family not in {None, RevenueFamily.OTHER}:
        return TherapyBasis.REVENUE_CODE
    return None if practitioner_kind is None or plan_kind is None else TherapyBasis.NOT_THERAPY


@derives
def due_mark(
    practitioner_kind: PractitionerKind | None,
    plan_kind: PlanKind | None,
    plan_discipline: Discipline | None,
    *,
    therapist_modifier: Mapping[str, str],
    discipline_modifier: Mapping[str, str],
) -> DueMark | None:
    """The therapy modifier that therapist and therapy plan ask for; unknown where neither is known."""
    own = None if practitioner_kind is None else therapist_modifier.get(practitioner_kind)
    known = plan_kind is PlanKind.THERAPY and plan_discipline is not None
    plans = discipline_modifier[plan_discipline] if known and plan_discipline is not None else None
    asked = {mark for mark in (own, plans) if mark is not None}
    if len(asked) > 1:
        return DueMark.CONFLICT
    return DueMark(asked.pop()) if asked else None


@edit(
    "C111",
    Severity.ERROR,
    says="Modifier {misplaced_modifier} never applies to {procedure_code}.",
    remedy="Take the modifier off: the codes have no parts, no sides, and are no visit.",
    place="line.modifiers.never",
    owner=Owner.BILLER,
    prevents="4",
)
def modifier_not_allowed(
    procedure_code: str, misplaced_modifier: str, *, never_modifiers: Sequence[str]
) -> bool:
    """The modifier never applies to this code (26 / TC / 50 / 25)."""
    return misplaced_modifier in never_modifiers and bool(procedure_code)


@edit(
    "M101",
    Severity.ERROR,
    says="{procedure_code} carries no therapy modifier, but {therapy_basis}.",
    remedy="Add GP, GO or GN, the one of the plan's discipline, and send the line again.",
    place="line.modifiers.therapy",
    owner=Owner.BILLER,
    prevents="4",
)
def therapy_modifier_missing(
    procedure_code: str,
    training: Training,
    therapy_marks: TherapyMarks,
    therapy_basis: TherapyBasis,
    *,
    therapy_families: Sequence[str],
) -> bool:
    """A therapist's line or a line under a therapy plan lacks GP / GO / GN."""
    therapy = training in therapy_families and therapy_basis is not TherapyBasis.NOT_THERAPY
    return therapy and therapy_marks is TherapyMarks.NONE and bool(procedure_code)


@edit(
    "M102",
    Severity.ERROR,
    says="The therapy modifier does not fit (on the line: {therapy_marks}; by practitioner and plan: {due_mark}).",
    remedy="Exactly one of GP, GO and GN stands on a line: that of the discipline of plan and therapist.",
    place="line.modifiers.therapy",
    owner=Owner.BILLER,
    prevents="4",
)
def therapy_modifier_mismatch(
    training: Training,
    therapy_marks: TherapyMarks,
    due_mark: DueMark | None,
    *,
    therapy_families: Sequence[str],
) -> bool:
    """The therapy modifier does not match the plan's discipline or stands twice."""
    if training not in therapy_families or therapy_marks is TherapyMarks.NONE:
        return False
    other = due_mark is not None and due_mark.value != therapy_marks.value
    return therapy_marks is TherapyMarks.SEVERAL or other


@edit(
    "M103",
    Severity.ERROR,
    says="A therapy modifier ({therapy_marks}) stands on {training} training outside a therapy plan.",
    remedy="Take GP, GO or GN off; behavior training never carries one, other training only under a therapy plan.",
    place="line.modifiers.therapy",
    owner=Owner.BILLER,
    prevents="4",
)
def therapy_modifier_unneeded(
    training: Training,
    therapy_marks: TherapyMarks,
    therapy_basis: TherapyBasis | None,
    *,
    therapy_families: Sequence[str],
    group_codes: Mapping[str, str],
) -> bool:
    """A therapy modifier stands on a line outside a therapy plan."""
    never = training in group_codes and training not in therapy_families
    outside = never or therapy_basis is TherapyBasis.NOT_THERAPY
    return outside and therapy_marks is not TherapyMarks.NONE


@edit(
    "M105",
    Severity.WARNING,
    says="KX stands, but the therapy threshold is not passed (therapy modifier: {therapy_marks}).",
    remedy="Take KX off; it attests necessity above the year's threshold, and its routine use draws reviews.",
    place="line.modifiers.kx",
    owner=Owner.BILLER,
)
def kx_not_needed(
    kx_stands: bool, therapy_marks: TherapyMarks, kx_needed: bool | None, *, kx_follows_threshold: bool
) -> bool:
    """KX stands though the threshold is not passed."""
    idle = therapy_marks is TherapyMarks.NONE or kx_needed is False
    return kx_follows_threshold and kx_stands and idle


@edit(
    "M106",
    Severity.ERROR,
    says="{kx_attests} and {notice_modifier} exclude each other: one attests that the service is necessary, the other expects a denial.",
    remedy="Decide with the practitioner which of the two is true and take the other off.",
    place="line.modifiers.notice",
    owner=Owner.BILLER,
)
def kx_with_ga(kx_stands: bool, notice_stands: bool, *, kx_attests: str, notice_modifier: str) -> bool:
    """KX and GA exclude each other."""
    return kx_stands and notice_stands and kx_attests != notice_modifier


@edit(
    "M107",
    Severity.ERROR,
    says="The assistant gave more than {de_minimis_percent} percent of this {therapy_marks} line, and CQ or CO is missing.",
    remedy="Add CQ after GP, or CO after GO.",
    place="line.modifiers.assistant",
    owner=Owner.BILLER,
    prevents="4",
)
def assistant_modifier_missing(
    therapy_marks: TherapyMarks,
    assistant_marks: AssistantMarks,
    assistant_share_passes: bool,
    *,
    assistant_modifiers: Mapping[str, str],
    de_minimis_percent: int,
) -> bool:
    """The assistant furnished more than the de minimis share and CQ / CO is missing."""
    due = assistant_share_passes and therapy_marks in assistant_modifiers
    return due and assistant_marks is AssistantMarks.NONE and de_minimis_percent > 0


@edit(
    "M108",
    Severity.ERROR,
    says="The assistant modifier {assistant_marks} does not fit (therapy modifier: {therapy_marks}; practitioner: {practitioner_kind}).",
    remedy="CQ goes with GP and a physical therapist, CO with GO and an occupational therapist; nobody else's line carries them.",
    place="line.modifiers.assistant",
    owner=Owner.BILLER,
    prevents="4",
)
def assistant_modifier_mismatch(
    assistant_marks: AssistantMarks,
    therapy_marks: TherapyMarks,
    practitioner_kind: PractitionerKind | None,
    *,
    assistant_modifiers: Mapping[str, str],
    assistants_of: Sequence[str],
) -> bool:
    """CQ needs GP and CO needs GO; neither belongs to other practitioners."""
    if assistant_marks is AssistantMarks.NONE:
        return False
    others = practitioner_kind is not None and practitioner_kind not in {*assistants_of, *_ASSISTANTS}
    return others or assistant_modifiers.get(therapy_marks) != assistant_marks


@edit(
    "M110",
    Severity.ERROR,
    says="{notice_modifier} stands without an advance notice dated on or before the date of service (notice: {notice}).",
    remedy="Use GA only with the signed notice of before the service; a notice cannot be given afterwards.",
    place="line.modifiers.notice",
    owner=Owner.FRONT_DESK,
)
def abn_missing(notice_stands: bool, notice: Notice, *, notice_modifier: str) -> bool:
    """GA stands without a notice dated on or before the date of service."""
    return notice_stands and notice is not Notice.IN_TIME and bool(notice_modifier)
