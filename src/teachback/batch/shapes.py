"""Which cells decide which facts of a row, and what of them matters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from teachback.batch.cells import Numbers
from teachback.batch.groups import Context, Group, apart, bad, before
from teachback.batch.vocab import small
from teachback.intake.fields import Level

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from teachback.batch.cells import Cells
from teachback.batch.groups import Keys

# Past these days nothing in the law of certification asks how many they are; a test holds them above it.
FIRST_DAYS, CERTIFIED_DAYS = 31, 92
# Character classes of a Medicare number: all digits but 0 are alike, and all letters but the excluded six.
_CLASSES = np.zeros(256, np.uint8)
_CLASSES[ord("0")] = 1
_CLASSES[list(b"123456789")] = 2
_CLASSES[list(b"ACDEFGHJKMNPQRTUVWXY")] = 3
_CLASSES[ord("S")] = 4
_CLASSES[list(b"LOIBZ")] = 5
MBI_LENGTH = 11
_MOST = 7
_PLAIN_LIST = r"^[^;\s#][^;]*(;\s*[^;\s#][^;]*)+$"


def family(cells: Cells, context: Context) -> Keys:
    """Caregivers and consent: whether names agree, and whether the consent came in time."""
    consent = context.of(cells, "consent.date")
    late = _sign(consent, context.days)
    names, odd = _names(cells, context.seen.setdefault("caregiver.relationship", Numbers()))
    odd_dates = bad(consent)
    return [
        apart(late, odd_dates, cells, "consent.date"),
        apart(names, odd, cells, "caregiver.name", "caregiver.relationship", "consent.caregivers"),
    ]


def _names(cells: Cells, seen: Numbers) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Caregivers who are named alike or not at all in the consent; every other row is read as it stands."""
    name, odd_name = cells.written("caregiver.name")
    named, odd_named = cells.written("consent.caregivers")
    same = np.zeros(cells.height, np.bool_)
    count = name.astype(np.uint8)
    odd = odd_name | odd_named
    if cells.has("caregiver.name") and cells.series("caregiver.name").dtype == pl.String:
        series = cells.series("caregiver.name")
        if cells.has("consent.caregivers") and cells.series("consent.caregivers").dtype == pl.String:
            same = (series == cells.series("consent.caregivers")).fill_null(value=False).to_numpy()
        listed = series.str.contains(";", literal=True).fill_null(value=False)
        if listed.any():
            rows = np.flatnonzero(listed.to_numpy())
            several = series.filter(listed)
            plain = several.str.contains(_PLAIN_LIST).to_numpy()
            many = several.str.count_matches(";", literal=True).to_numpy() + 1
            count[rows] = np.minimum(many, _MOST)
            odd[rows] |= ~plain | (many >= _MOST)
    elif cells.has("caregiver.name"):
        odd = odd | name
    odd |= named & ~same
    kin = np.zeros(cells.height, np.uint8)
    if cells.has("caregiver.relationship"):
        kin = cells.numbered("caregiver.relationship", seen, _parts_of).astype(np.uint8)
        odd |= kin >= _MOST
    # Shapes of up to fifteen names, as many parts of relationship, and whether the consent names them.
    return (count + np.uint8(16) * np.minimum(kin, 7) + np.uint8(128) * same).astype(np.uint8), odd


def _parts_of(cells: Cells, row: int) -> int:
    """Into how many parts a cell of several caregivers falls, an empty last one told apart; 0 for none."""
    cell = cells.cell("caregiver.relationship", row)
    if cell is None or not str(cell).strip():
        return 0
    parts = str(cell).split(";")
    strange = not all(part.strip() for part in parts) or str(cell).strip().startswith("#")
    return _MOST if strange else min(len(parts), _MOST)


def _sign(one: NDArray[np.int32], other: NDArray[np.int32]) -> NDArray[np.int32]:
    return before(one, other, -1, 1)


def plan(cells: Cells, context: Context) -> Keys:
    """The plan: when it was established, which of its texts are there, and whether a goal was served."""
    established = context.of(cells, "plan.established")
    names = ("plan.frequency", "plan.duration", "plan.goals")
    texts, odd = _texts(cells, *names)
    goals, odd_goals = _goals(cells)
    given = cells.filled(Level.PLAN)
    return [
        apart(_sign(established, context.days), bad(established), cells, "plan.established"),
        apart(texts, odd, cells, *names),
        apart(goals, odd_goals, cells, "plan.goals", "patient.goals_addressed"),
        small(given),
    ]


def _texts(cells: Cells, *names: str) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    flags, odd = np.zeros(cells.height, np.uint8), np.zeros(cells.height, np.bool_)
    for bit, name in enumerate(names):
        full, strange = cells.written(name)
        flags |= full.astype(np.uint8) << bit
        odd |= strange
    return flags, odd


def _goals(cells: Cells) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """One goal of the plan that is the very one served; every other pair is read as it stands."""
    goal, odd_goal = cells.written("plan.goals")
    served, odd_served = cells.written("patient.goals_addressed")
    odd = odd_goal | odd_served
    same = np.zeros(cells.height, np.bool_)
    if cells.has("plan.goals") and cells.has("patient.goals_addressed"):
        one, other = cells.series("plan.goals"), cells.series("patient.goals_addressed")
        if one.dtype == pl.String and other.dtype == pl.String:
            # A text that begins with a letter is a goal; one of separators alone is none.
            worded = (one >= "A") & (one < "{")
            same = ((one == other) & worded).fill_null(value=False).to_numpy()
    odd |= (goal | served) & ~same
    return same.astype(np.uint8), odd


def first_certification(cells: Cells, context: Context) -> Keys:
    """Days from the first treatment to the session, to the signature and to the sending of the plan."""
    first = context.of(cells, "plan.first_treatment")
    certified = context.of(cells, "plan.certified")
    sent = context.of(cells, "plan.sent_to_referrer")
    bounds = (-1, FIRST_DAYS)
    parts = (
        before(context.days, first, *bounds),
        before(certified, first, *bounds),
        before(sent, first, *bounds),
        # Without a first treatment a date that is there is a date none the less.
        cells.filled(Level.PLAN),
    )
    names = ("plan.first_treatment", "plan.certified", "plan.sent_to_referrer")
    return [
        small(parts[0]),
        small(parts[1]),
        apart(parts[2], bad(first, certified, sent), cells, *names),
        small(parts[3]),
    ]


def certified_interval(cells: Cells, context: Context) -> Keys:
    """Days since the first treatment, and whether the session lies within the certified interval."""
    first = context.of(cells, "plan.first_treatment")
    through = context.of(cells, "plan.certified_through")
    names = ("plan.first_treatment", "plan.certified_through")
    return [
        small(before(context.days, first, -1, CERTIFIED_DAYS)),
        apart(_sign(through, context.days), bad(first, through), cells, *names),
        small(cells.filled(Level.PLAN)),
    ]


def texts(cells: Cells, _context: Context) -> Keys:
    """Which of the three texts of the note are there."""
    names = ("patient.need", "patient.absence_reason", "patient.response")
    flags, odd = _texts(cells, *names)
    return [apart(flags, odd, cells, *names)]


def mbi(cells: Cells, _context: Context) -> Keys:
    """The kinds of the eleven characters; a number of another length or with other characters as it stands."""
    if not cells.has("patient.mbi"):
        return [np.zeros(cells.height, np.uint64)]
    series = cells.series("patient.mbi")
    words = cells.hashed("patient.mbi") | np.uint64(1 << 63)
    if series.dtype != pl.String or not cells.plain("patient.mbi"):
        return [words]
    lengths = series.str.len_bytes().fill_null(0).to_numpy()
    whole = lengths == MBI_LENGTH
    letters = series.filter(pl.Series(whole)).cast(pl.Binary)
    raw = letters.bin.reinterpret(dtype=pl.Array(pl.UInt8, MBI_LENGTH)).to_numpy()
    classes = _CLASSES.take(raw).reshape(-1, MBI_LENGTH)
    key = np.zeros(len(classes), np.uint64)
    for position in range(MBI_LENGTH):
        key = key * np.uint64(8) + classes[:, position]
    key[(classes == 0).any(axis=1)] = 0
    found = words.copy()
    rows = np.flatnonzero(whole)
    shaped = key > 0
    found[rows[shaped]] = key[shaped]
    return [found]


_COVERAGE = (
    "coverage",
    "other_payer_primary",
    "present",
    "inpatient",
    "home_health",
    "home_health_related",
    "supplier_trains",
    "snf_part_a",
    "hospice",
    "guide",
    "kx_attested",
)
GROUPS: tuple[Group, ...] = (
    Group(
        "service",
        (
            "training",
            "modality",
            "recorded_place",
            "place_of_service",
            "place_setting",
            "planned_as_group",
            "claim_form",
            "at_cost",
        ),
        ("training", "modality", "place_of_service", "planned_as_group", "claim_form", "type_of_bill"),
    ),
    Group("place", ("payment_locality",), ("locality", "zip")),
    Group(
        "practitioner",
        (
            "practitioner_kind",
            "participating",
            "accepts_assignment",
            "qualifying_apm",
            "furnished_by",
            "supervision",
            "private_practice",
        ),
        (
            "practitioner.type",
            "practitioner.participating",
            "practitioner.assignment",
            "practitioner.qualifying_apm_participant",
            "practitioner.furnished_by",
            "practitioner.supervision",
            "practitioner.private_practice",
        ),
    ),
    Group("beneficiary", ("mbi_form",), (), ("patient.mbi",), mbi),
    Group(
        "coverage",
        _COVERAGE,
        tuple(f"patient.{name}" for name in _COVERAGE),
    ),
    Group(
        "family",
        (
            "caregiver_standing",
            "federal_caregiver",
            "private_caregiver",
            "some_do_not_qualify",
            "consent_given",
            "consent_dated",
            "consent_author",
            "consent_form",
            "consent_scope",
            "consent_late",
            "caregiver_unnamed",
        ),
        (
            "caregiver.adult",
            "caregiver.unpaid",
            "caregiver.paid_by",
            "caregiver.assists",
            "consent.by",
            "consent.form",
            "consent.scope",
        ),
        ("caregiver.name", "caregiver.relationship", "consent.date", "consent.caregivers"),
        family,
    ),
    Group(
        "plan",
        ("plan_kind", "plan_discipline", "plan_state", "goal_linked", "plan_element_lacking"),
        ("plan.kind", "plan.discipline", "plan.order_on_file"),
        ("plan.established", "plan.frequency", "plan.duration", "plan.goals", "patient.goals_addressed"),
        plan,
        (Level.PLAN,),
    ),
    Group(
        "first certification",
        ("certification",),
        ("plan.order_on_file",),
        ("plan.first_treatment", "plan.certified", "plan.sent_to_referrer"),
        first_certification,
        (Level.PLAN,),
    ),
    Group(
        "certified interval",
        ("certification_over",),
        (),
        ("plan.first_treatment", "plan.certified_through"),
        certified_interval,
        (Level.PLAN,),
    ),
    Group(
        "documentation",
        ("need_recorded", "absence_reason_recorded", "response_recorded"),
        (),
        ("patient.need", "patient.absence_reason", "patient.response"),
        texts,
    ),
    Group(
        "diagnoses",
        ("diagnosis_given", "only_context", "malformed_diagnosis"),
        ("patient.diagnoses",),
    ),
)
