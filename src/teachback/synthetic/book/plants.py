"""The errors that one record can hold, each with the finding that it must cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from teachback.model import PractitionerKind, Severity
from teachback.synthetic.book.identifiers import npis
from teachback.synthetic.book.law import restored, therapy_threshold
from teachback.synthetic.book.people import YEARS
from teachback.synthetic.book.planting import Bed, Plant
from teachback.synthetic.book.words import (
    BEHAVIOR,
    CARE,
    COUNSELOR,
    DIETITIAN,
    FUNCTION,
    KIND_NUMBER,
    OT,
    PRESCRIBER,
    PT,
    STRANGER,
)

if TYPE_CHECKING:
    from teachback.synthetic.book.planting import Make
    from teachback.synthetic.book.sheet import Ints, Mask

_E, _H, _W, _I = Severity.ERROR, Severity.HOLD, Severity.WARNING, Severity.INFORMATION
_K = PractitionerKind
_PER_DOLLAR = 4
_A_MONTH, _ADD_ON_FROM, _HALF_PAST_FOUR, _FORTY, _WHOLE = 30, 45, 990, 40, 45
_UNDATED_YEARS = 300
_FREE_TO_ASSIGN = [KIND_NUMBER[kind] for kind in (_K.PT, _K.OT, _K.SLP, _K.MD, _K.DO)]
_CAREGIVER = ("name", "relationship", "adult", "unpaid", "paid_by", "assists")
_CONSENT = ("by", "form", "date", "scope", "caregivers")
_PLAN = (
    *("kind", "discipline", "established", "first_treatment", "certified", "certified_through"),
    *("order_on_file", "sent_to_referrer", "frequency", "duration", "goals"),
)


def cells(**values: object) -> Make:
    """These cells take these values."""
    return lambda bed, rows: bed.put(rows, **values)


def one_of(name: str, *choices: str) -> Make:
    """The cell takes one of several values."""

    def make(bed: Bed, rows: Ints) -> None:
        drawn = bed.rng.integers(0, len(choices), len(rows))
        for number, choice in enumerate(choices):
            bed.put(rows[drawn == number], **{name: choice})

    return make


def without(part: str, names: tuple[str, ...]) -> Make:
    """All columns of one part of the record are empty."""
    return cells(**dict.fromkeys((f"{part}__{name}" for name in names), None))


def lasting(shortest: int, longest: int) -> Make:
    """The session lasts so many minutes, and ends when they are over."""

    def make(bed: Bed, rows: Ints) -> None:
        minutes = bed.rng.integers(shortest, longest + 1, len(rows))
        bed.sheet.columns["minutes"].values[rows] = minutes
        bed.clock(rows, None, bed.values("start_time", rows) - 1 + minutes)

    return make


def days_from_service(name: str, days: int) -> Make:
    """A date stands so many days after the date of service, or before it."""

    def make(bed: Bed, rows: Ints) -> None:
        bed.sheet.columns[name].values[rows] = bed.values("date_of_service", rows) + days

    return make


def in_the_year(number: int, *, remote: bool = False) -> Make:
    """The session took place in a year whose law is not known yet: the first is 2027."""

    def make(bed: Bed, rows: Ints) -> None:
        first = YEARS[-1] + 365 * number + 4
        bed.move(rows, first + bed.rng.integers(0, _UNDATED_YEARS, len(rows)))
        if remote:
            bed.put(rows, modality="audio_video", place_of_service="10")

    return make


def _beyond_clock(bed: Bed, rows: Ints) -> None:
    bed.put(rows, minutes=_WHOLE)
    bed.clock(rows, None, bed.values("start_time", rows) - 1 + _A_MONTH)


def _reversed_clock(bed: Bed, rows: Ints) -> None:
    bed.clock(rows, None, bed.values("start_time", rows) - 1 - 30)


def _too_many_assistant_minutes(bed: Bed, rows: Ints) -> None:
    bed.sheet.columns["assistant_minutes"].values[rows] = bed.values("minutes", rows) + 10


def _nurse(bed: Bed, rows: Ints) -> None:
    bed.put(rows, practitioner__furnished_by="RN", practitioner__supervision="direct")
    for row in rows:
        bed.put(np.asarray([row]), practitioner__furnished_by_id=f"RN-X{row}")


def _assistant_renders(bed: Bed, rows: Ints) -> None:
    physical = bed.values("practitioner.type", rows) == 1 + KIND_NUMBER[_K.PT]
    bed.put(rows[physical], practitioner__type="PTA")
    bed.put(rows[~physical], practitioner__type="OTA")


def _other_discipline(bed: Bed, rows: Ints) -> None:
    physical = bed.values("plan.discipline", rows) == 1
    bed.put(rows[physical], plan__discipline="OT")
    bed.put(rows[~physical], plan__discipline="PT")


def _mistyped_card(bed: Bed, rows: Ints) -> None:
    column = bed.sheet.columns["patient.mbi"]
    for row in rows:
        card = column.text(int(column.values[row]))
        column.values[row] = column.add(f"{card[:3]}O{card[4:]}")


def _mistyped_npi(bed: Bed, rows: Ints) -> None:
    right = npis(np.asarray([69_999_999]))[0]
    bed.put(rows, patient__certifying_npi=f"{right[:-1]}{(int(right[-1]) + 1) % 10}")


def _used(above: int, *, attested: bool) -> Make:
    """So many dollars above the year's threshold were used before this session."""

    def make(bed: Bed, rows: Ints) -> None:
        threshold = therapy_threshold(bed.values("date_of_service", rows))
        bed.sheet.columns["patient.therapy_used"].values[rows] = (threshold + above) * _PER_DOLLAR + 1
        bed.put(rows, patient__kx_attested=attested)

    return make


def _of(*kinds: str) -> Make:
    return one_of("practitioner__type", *kinds)


def _any(bed: Bed) -> Mask:
    return bed.day >= 0


def _first_function(bed: Bed) -> Mask:
    functional: Mask = bed.family == FUNCTION
    return bed.lone & ~bed.later & functional


def _prescribed_care(bed: Bed) -> Mask:
    care: Mask = (bed.family == CARE) & (bed.trade == PRESCRIBER)
    return bed.lone & bed.later & care & ~bed.therapy_plan


def _assistant(bed: Bed) -> Mask:
    return bed.alone & (bed.furnished > 0) & (bed.trade <= OT)


def _must_assign(bed: Bed) -> Mask:
    return bed.alone & ~np.isin(bed.kind, _FREE_TO_ASSIGN)


def _counselor_2024(bed: Bed) -> Mask:
    fitting: Mask = (bed.trade == PRESCRIBER) | (bed.trade == COUNSELOR)
    return bed.lone & ~bed.later & fitting


def _lapse(bed: Bed) -> Mask:
    return bed.lone & bed.therapist & restored(bed.day)


def _video(bed: Bed) -> Mask:
    return bed.lone & bed.later & bed.in_person


# The rarer the rows that suit, the earlier the error stands: it chooses first.
PLANTS: Final[tuple[Plant, ...]] = (
    Plant("B102", _H, _prescribed_care, _of("CSW", "MFT", "MHC")),
    Plant("B108", _H, _prescribed_care, _of("RD")),
    Plant("T103", _I, _lapse, cells(modality="audio_video", place_of_service="10")),
    Plant(
        "T104",
        _W,
        lambda b: _video(b) & (b.family == BEHAVIOR),
        cells(modality="audio_only", place_of_service="10"),
    ),
    Plant("M113", _H, lambda b: _assistant(b) & (b.minutes >= _ADD_ON_FROM), cells(assistant_minutes=10)),
    Plant("U111", _E, _assistant, _too_many_assistant_minutes),
    Plant("B103", _E, lambda b: b.alone & (b.furnished > 0), cells(practitioner__supervision="none")),
    Plant("C102", _E, _counselor_2024, cells(training="behavior")),
    Plant("U106", _I, lambda b: _first_function(b) & (b.minutes >= _FORTY), cells(minutes=_FORTY)),
    Plant("U116", _H, _first_function, lasting(16, 29)),
    Plant(
        "D304",
        _H,
        lambda b: b.therapist & (b.since_start > _A_MONTH),
        cells(plan__certified=None, plan__order_on_file=False, plan__sent_to_referrer=None),
    ),
    Plant("U105", _H, lambda b: b.lone & b.last_of_day & (b.start < _HALF_PAST_FOUR), lasting(75, 110)),
    Plant("D108", _I, lambda b: b.couple, cells(caregiver__adult="yes;no")),
    Plant("B107", _E, lambda b: b.lone & ((b.trade == PT) | (b.trade == OT)), _assistant_renders),
    Plant("B109", _E, _must_assign, cells(practitioner__assignment=False)),
    Plant("B110", _E, lambda b: b.alone & b.later & b.therapist, cells(training="behavior")),
    Plant("C101", _E, lambda b: b.lone & ~b.later & (b.trade != COUNSELOR), cells(training="direct_care")),
    Plant("D204", _W, lambda b: ~b.later, cells(consent__form="verbal")),
    Plant(
        "D303", _E, lambda b: b.family != FUNCTION, cells(patient__goals_addressed="Sleep through the night")
    ),
    Plant(
        "S117",
        _I,
        lambda b: ~b.therapy_plan,
        cells(patient__home_health="yes", patient__home_health_related="no"),
    ),
    Plant("S103", _H, lambda b: ~b.therapy_plan, cells(patient__home_health="yes")),
    Plant(
        "P106",
        _W,
        lambda b: b.alone & np.isin(b.kind, _FREE_TO_ASSIGN),
        cells(practitioner__assignment=False, practitioner__participating=False),
    ),
    Plant("T101", _E, lambda b: b.lone & ~b.later, cells(modality="audio_video", place_of_service="10")),
    Plant("T102", _E, lambda b: b.lone & b.therapist, in_the_year(1, remote=True)),
    Plant(
        "T104",
        _H,
        lambda b: _video(b) & (b.family != BEHAVIOR),
        cells(modality="audio_only", place_of_service="10"),
    ),
    Plant("T105", _H, _video, cells(modality="audio_video")),
    Plant("U101", _E, lambda b: b.lone & b.later, lasting(12, 29)),
    Plant("B111", _W, lambda b: b.lone & (b.minutes < _ADD_ON_FROM), cells(assistant_minutes=5)),
    Plant(
        "S119",
        _E,
        lambda b: b.alone & b.therapist & b.in_person & (b.drawn.team.institution[b.who] == 0),
        cells(place_of_service="31"),
    ),
    Plant(
        "P105",
        _I,
        lambda b: b.lone & b.therapist & b.in_person,
        cells(
            claim_form="institutional",
            type_of_bill="851",
            place_of_service="22",
            practitioner__private_practice=False,
        ),
    ),
    Plant("S108", _E, lambda b: b.lone & b.in_person, one_of("place_of_service", "50", "72")),
    Plant("B104", _E, lambda b: b.lone & b.therapist, _nurse),
    Plant("M114", _W, lambda b: b.therapist, _other_discipline),
    Plant("M104", _H, lambda b: b.therapist, _used(40, attested=False)),
    Plant("M111", _W, lambda b: b.therapist, _used(720, attested=True)),
    Plant("M112", _H, lambda b: b.therapist, cells(patient__therapy_used=None)),
    Plant("B105", _E, lambda b: b.therapist, _mistyped_npi),
    Plant("B106", _E, lambda b: b.therapist, cells(patient__certifying_npi=None)),
    Plant("D305", _H, lambda b: b.therapist, days_from_service("plan.certified_through", -3)),
    Plant("D306", _E, lambda b: b.therapist, cells(plan__frequency=None)),
    Plant("S103", _E, lambda b: b.therapist, cells(patient__home_health="yes")),
    Plant("B101", _E, lambda b: b.lone, _of("DC", "AUD", "BCBA", "RN", "OTHER")),
    Plant("C103", _H, lambda b: b.alone, cells(training=None)),
    Plant("C107", _I, lambda b: b.alone, cells(planned_as_group=True)),
    Plant("S101", _E, lambda b: b.alone, one_of("place_of_service", "77", "00")),
    Plant("T106", _H, lambda b: b.alone & b.in_person, cells(modality=None)),
    Plant("LAW901", _W, lambda b: b.lone, in_the_year(0)),
    Plant("P101", _H, lambda b: b.lone, in_the_year(0)),
    Plant("P102", _W, lambda b: b.alone, cells(locality=None, zip="00004")),
    Plant("U102", _E, lambda b: b.lone, cells(minutes=None, start_time=None, end_time=None)),
    Plant("U103", _W, lambda b: b.lone, cells(start_time=None, end_time=None)),
    Plant("U110", _E, lambda b: b.lone & (b.minutes >= _WHOLE), _beyond_clock),
    Plant("U113", _E, lambda b: b.lone, _reversed_clock),
    Plant("D303", _H, lambda b: b.family == FUNCTION, cells(patient__goals_addressed=None)),
    Plant("D101", _E, _any, cells(patient__present=True)),
    Plant("D102", _E, _any, without("caregiver", _CAREGIVER)),
    Plant("D103", _E, _any, cells(caregiver__unpaid="no", caregiver__paid_by="agency")),
    Plant("D104", _H, _any, cells(caregiver__adult="no")),
    Plant("D105", _H, _any, cells(caregiver__unpaid=None)),
    Plant("D106", _H, _any, cells(patient__present=None)),
    Plant("D109", _W, _any, cells(caregiver__unpaid="no", caregiver__paid_by="medicaid_self_direction")),
    Plant("D110", _H, _any, cells(caregiver__unpaid="no", caregiver__paid_by="federal_program")),
    Plant("D201", _E, _any, without("consent", _CONSENT)),
    Plant("D202", _E, _any, days_from_service("consent.date", 1)),
    Plant("D203", _E, _any, cells(consent__by="caregiver")),
    Plant("D205", _E, _any, cells(consent__scope="general")),
    Plant("D206", _H, _any, cells(consent__caregivers=STRANGER)),
    Plant("D301", _E, lambda b: b.trade != DIETITIAN, without("plan", _PLAN)),
    Plant("D302", _E, _any, days_from_service("plan.established", 1)),
    Plant("D401", _H, _any, cells(patient__need=None)),
    Plant("D402", _W, _any, cells(patient__absence_reason=None)),
    Plant("D403", _H, _any, cells(patient__response=None)),
    Plant("D501", _E, _any, cells(patient__diagnoses=None)),
    Plant("D502", _H, _any, cells(patient__diagnoses="Z74.1;Z63.6")),
    Plant("D503", _E, _any, cells(patient__diagnoses="169.354")),
    Plant("P104", _I, _any, cells(patient__deductible_remaining=None)),
    Plant("S102", _E, _any, cells(patient__inpatient="yes")),
    Plant("S104", _E, _any, cells(patient__snf_part_a="yes")),
    Plant("S105", _H, _any, cells(patient__hospice="yes")),
    Plant("S106", _H, _any, cells(patient__guide="yes")),
    Plant("S107", _E, _any, one_of("patient__coverage", "medicare_advantage", "other")),
    Plant("S109", _H, _any, cells(patient__home_health="unknown", patient__hospice=None)),
    Plant("S112", _E, _any, _mistyped_card),
    Plant("S115", _H, _any, one_of("patient__other_payer_primary", "unknown", "yes")),
    Plant("S116", _H, _any, cells(patient__coverage=None)),
    Plant("S118", _E, _any, cells(patient__supplier_trains="yes")),
    Plant("S121", _W, _any, cells(patient__supplier_trains="unknown")),
)
