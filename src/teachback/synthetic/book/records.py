"""The clean record of every session and represented patient, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from teachback.model import Helper, Supervision
from teachback.rules.vocabulary import CODES
from teachback.synthetic.book import sheet as of
from teachback.synthetic.book.calendar import FAMILY
from teachback.synthetic.book.identifiers import cards, npis, short_ids
from teachback.synthetic.book.law import therapy_threshold
from teachback.synthetic.book.people import (
    KX_ALWAYS,
    LATE_SIGNATURE,
    SAME_SKILL,
    SCHEDULES,
    SETTLED,
    WRONG_PLACE,
    YEARS,
    homes,
)
from teachback.synthetic.book.sheet import NONE, Sheet, some
from teachback.synthetic.book.words import (
    ABSENCES,
    BY_VIDEO,
    CAREGIVERS,
    DIAGNOSES,
    FAMILIES,
    GOALS,
    KINDS,
    KINSHIPS,
    NEEDS,
    OT,
    OUTCOME_COUNT,
    PLANNED_GOALS,
    RELATIONS,
    REPEATS,
    RESPONSES,
    TOPICS,
)

if TYPE_CHECKING:
    from numpy.random import Generator

    from teachback.synthetic.book.calendar import Calendar
    from teachback.synthetic.book.people import Courses, Team
    from teachback.synthetic.book.sheet import Column, Ints, Mask

IN_PERSON, BY_SCREEN = 1, 2
PLACES: Final = ("11", "12", "22", "10", "02", "32")
OFFICE, HOME, HOSPITAL, AT_HOME_REMOTE, ELSEWHERE_REMOTE, NURSING = range(1, 7)
HELPERS: Final = tuple(helper.value for helper in Helper)
SUPERVISIONS: Final = tuple(supervision.value for supervision in Supervision)
DIRECT, VIRTUAL, GENERAL = 1, 2, 3
_ONE_LINE_BELOW = 45
_PART_MINUTES = np.asarray([2, 3, 5, 8, 10, 12, 15, 20])
_SIGNED_AFTER = np.asarray([0, 0, 0, 0, 0, 1, 1, 2, 3])
QUARTERS: Final = tuple(range(0, 340_000, 25))  # amounts in cents, in steps of a quarter of a dollar
_MOST_USED, _ROOM = 2_650, 300  # dollars: below the review threshold with any session on top
_VISIT = 88
_PER_DOLLAR = 4
_BASE_CHARGES = (11_000, 5_500, 4_800, 6_000, 1_800, 11_000, 5_500, 11_500, 5_800, 4_800)


@dataclass(frozen=True, slots=True)
class Numbers:
    """Where the running numbers of a part begin: of its sessions, patients, practitioners and certifiers."""

    session: int
    patient: int
    practitioner: int
    certifier: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """Everything of a part before its columns are written; ``of_row`` is the practitioner of each row."""

    team: Team
    courses: Courses
    calendar: Calendar
    of_row: Ints
    numbers: Numbers


def record_of(rng: Generator, drawn: Drawn) -> Sheet:
    """Write the clean columns of all rows of a part."""
    sheet = Sheet(len(drawn.calendar.session))
    sheet.columns |= _identity(drawn)
    sheet.columns |= _session_columns(rng, drawn)
    sheet.columns |= _practitioner_columns(drawn)
    sheet.columns |= _coverage(rng, drawn)
    sheet.columns |= _family(rng, drawn)
    sheet.columns |= _plan(drawn)
    remote = sheet.columns["modality"].values == BY_SCREEN
    sheet.columns |= _documentation(rng, drawn, remote)
    sheet.columns |= _money(rng, drawn)
    return sheet


def _identity(drawn: Drawn) -> dict[str, Column]:
    calendar, numbers = drawn.calendar, drawn.numbers
    ids = short_ids("S", numbers.session + np.arange(calendar.sessions))
    patients = short_ids("P", numbers.patient + np.arange(len(drawn.courses.start)))
    person = drawn.courses.person[calendar.course]
    mbis = cards(numbers.patient + np.arange(len(drawn.courses.start)))
    return {
        "id": of.texts(calendar.session + 1, ids),
        "date_of_service": of.days(calendar.day[calendar.session]),
        "patient.id": of.texts(person + 1, patients),
        "patient.mbi": of.texts(person + 1, mbis),
    }


def _furnishing(rng: Generator, drawn: Drawn, remote: Mask) -> tuple[Ints, Ints, Ints]:
    """Who furnished instead of the practitioner, under which supervision, and assistant minutes."""
    calendar, team = drawn.calendar, drawn.team
    who, count = calendar.practitioner, calendar.sessions
    helped = team.helper[who] & ~remote & (calendar.pair < 0) & some(rng, count, 0.35)
    therapist = team.trade[who] <= OT
    auxiliary = np.asarray([HELPERS.index(word) + 1 for word in ("RN", "LPN", "MA", "CHW")])
    own = np.where(therapist, 1 + (team.trade[who] == OT), auxiliary[who % 4])
    furnished = np.where(helped, own, 0)
    near = np.where(some(rng, count, 0.2), VIRTUAL, DIRECT)
    far = therapist & (calendar.day >= SETTLED) & some(rng, count, 0.7)
    supervision = np.where(helped, np.where(far, GENERAL, near), 0)
    # With one line only the order of the assistant's minutes decides nothing.
    one_line = (calendar.minutes < _ONE_LINE_BELOW) | (calendar.size > 1)
    part = one_line & some(rng, count, 0.5)
    whole = np.where(some(rng, count, 0.5), calendar.minutes, NONE)
    minutes = np.where(part, rng.choice(_PART_MINUTES, count), whole)
    return furnished, supervision, np.where(helped & therapist, minutes, NONE)


def _session_columns(rng: Generator, drawn: Drawn) -> dict[str, Column]:
    calendar, team, row = drawn.calendar, drawn.team, drawn.calendar.session
    who, count = calendar.practitioner, calendar.sessions
    institution = team.institution[who]
    single = (calendar.size == 1) & (calendar.pair < 0) & (institution == 0) & (team.pattern[who] == 0)
    remote = single & (calendar.day >= SETTLED) & some(rng, count, 0.16)
    home = single & ~remote & some(rng, count, 0.14)
    place = np.where(home, np.where(some(rng, count, 0.1), NURSING, HOME), OFFICE)
    place = np.where(institution > 0, HOSPITAL, place)
    place = np.where(team.pattern[who] == WRONG_PLACE, OFFICE, place)
    place = np.where(remote, np.where(some(rng, count, 0.75), AT_HOME_REMOTE, ELSEWHERE_REMOTE), place)
    furnished, supervision, assistant = _furnishing(rng, drawn, remote)
    by_zip = some(rng, count, 0.2)
    zips = _zip_table()
    long_zip = 1 + team.home[who] * 2 + some(rng, count, 0.1)
    clocks = [f"{minute // 60:02}:{minute % 60:02}" for minute in range(1440)]
    helper_ids = [f"{HELPERS[kind]}-{number}" for number in range(team.size) for kind in range(len(HELPERS))]
    helper_id = np.where(furnished > 0, 1 + who * len(HELPERS) + furnished - 1, 0)
    topic = calendar.skill + 1
    group = np.where(calendar.size > 1, 1, np.where(some(rng, count, 0.5), 2, 0))
    return {
        "start_time": of.words((calendar.start + 1)[row], clocks),
        "end_time": of.words((calendar.end + 1)[row], clocks),
        "minutes": of.numbers(calendar.minutes[row]),
        "assistant_minutes": of.numbers(assistant[row]),
        "training": of.words(FAMILY[calendar.skill][row], [family.value for family in FAMILIES]),
        "topics": of.words(topic[row], TOPICS),
        "modality": of.words(np.where(remote, BY_SCREEN, IN_PERSON)[row], ["in_person", "audio_video"]),
        "place_of_service": of.words(place[row], PLACES),
        "locality": of.words(np.where(by_zip, 0, _locality_number()[team.home[who]])[row], _localities()),
        "zip": of.words(np.where(by_zip, long_zip, 0)[row], zips),
        "planned_as_group": of.flags(group[row]),
        "practitioner.furnished_by": of.words(furnished[row], HELPERS),
        "practitioner.furnished_by_id": of.words(helper_id[row], helper_ids),
        "practitioner.supervision": of.words(supervision[row], SUPERVISIONS),
    }


@cache
def _localities() -> tuple[str, ...]:
    return tuple(dict.fromkeys(locality for _, locality in homes()))


@cache
def _locality_number() -> Ints:
    number = {locality: place for place, locality in enumerate(_localities(), start=1)}
    return np.asarray([number[locality] for _, locality in homes()])


@cache
def _zip_table() -> tuple[str, ...]:
    return tuple(text for code, _ in homes() for text in (code, f"{code}-{1000 + int(code) % 9000}"))


def _practitioner_columns(drawn: Drawn) -> dict[str, Column]:
    team, row = drawn.team, drawn.of_row
    institution = team.institution[row]
    names = npis(drawn.numbers.practitioner + np.arange(team.size))
    return {
        "claim_form": of.words(1 + (institution > 0), ["professional", "institutional"]),
        "type_of_bill": of.words(institution, ["131", "851"]),
        "practitioner.npi": of.words(row + 1, names),
        "practitioner.type": of.words(team.kind[row] + 1, [kind.value for kind in KINDS]),
        "practitioner.participating": of.flags(1 + team.nonparticipating[row]),
        "practitioner.assignment": of.flags(np.ones(len(row), np.uint8)),
        "practitioner.qualifying_apm_participant": of.flags(2 - team.qualifying[row]),
        "practitioner.private_practice": of.flags(1 + (institution > 0)),
    }


def _coverage(rng: Generator, drawn: Drawn) -> dict[str, Column]:
    rows = len(drawn.of_row)
    checked = ("other_payer_primary", "inpatient", "home_health", "snf_part_a", "hospice", "guide")
    columns = {f"patient.{name}": of.always(rows, "no") for name in checked}
    columns["patient.coverage"] = of.always(rows, "original_medicare")
    columns["patient.present"] = of.flags(np.full(rows, 2))
    columns["patient.home_health_related"] = of.empty(rows)
    columns["patient.supplier_trains"] = of.words(some(rng, rows, 0.3).astype(np.uint8), ["no"])
    return columns


def _family(rng: Generator, drawn: Drawn) -> dict[str, Column]:
    courses, row = drawn.courses, drawn.calendar.course
    rows, people = len(row), len(courses.start)
    verbal = (courses.start >= SETTLED) & some(rng, people, 0.4)
    represented = some(rng, people, 0.25)
    names = courses.caregivers[row] + 1
    return {
        "caregiver.name": of.words(names, CAREGIVERS),
        "caregiver.relationship": of.words(courses.kinship[row] + 1, KINSHIPS),
        "caregiver.adult": of.always(rows, "yes"),
        "caregiver.unpaid": of.always(rows, "yes"),
        "caregiver.paid_by": of.empty(rows),
        "caregiver.assists": of.always(rows, "yes"),
        "consent.by": of.words((1 + represented)[row], ["patient", "representative"]),
        "consent.form": of.words((1 + verbal)[row], ["written", "verbal"]),
        "consent.date": of.days((courses.start - rng.integers(0, 4, people))[row]),
        "consent.scope": of.always(rows, "caregiver_training"),
        "consent.caregivers": of.words(names, CAREGIVERS),
    }


def _plan(drawn: Drawn) -> dict[str, Column]:
    courses, row, team = drawn.courses, drawn.calendar.course, drawn.team
    therapy = courses.discipline > 0
    kinds = np.where(therapy, 1, np.where(_dietitian(drawn), 3, 2))
    signed = np.where(therapy & (courses.certified > 0), courses.start + courses.certified, NONE)
    sent = np.where(therapy, courses.start + 2 + courses.certified % 4, NONE)
    frequency = np.where(therapy, courses.weekly, 4)
    weeks = (courses.last - courses.start) // 7
    certifiers = npis(drawn.numbers.certifier + np.arange(2 * (int(team.practice[-1]) + 1)))
    who = courses.practitioner
    certifier = np.where(therapy, 1 + 2 * team.practice[who] + np.arange(len(who)) % 2, 0)
    through = np.where(therapy, courses.last + 5, NONE)
    return {
        "plan.kind": of.words(kinds[row], ["therapy", "treatment", "nutrition"]),
        "plan.discipline": of.words(courses.discipline[row], ["PT", "OT", "SLP"]),
        "plan.established": of.days(courses.start[row]),
        "plan.first_treatment": of.days(courses.start[row]),
        "plan.certified": of.days(signed[row]),
        "plan.certified_through": of.days(through[row]),
        "plan.order_on_file": of.flags(therapy.astype(np.uint8)[row]),
        "plan.sent_to_referrer": of.days(sent[row]),
        "plan.frequency": of.words(frequency[row], ["1 a week", "2 a week", "3 a week", "every 4 weeks"]),
        "plan.duration": of.words((weeks + 1)[row], [f"{number} weeks" for number in range(60)]),
        "plan.goals": of.words((courses.skills + 1)[row], PLANNED_GOALS),
        "patient.certifying_npi": of.words(certifier[row], certifiers),
    }


def _dietitian(drawn: Drawn) -> Mask:
    kind = drawn.team.kind[drawn.courses.practitioner]
    return kind == [k.value for k in KINDS].index("RD")  # type: ignore[no-any-return]


def _documentation(rng: Generator, drawn: Drawn, remote: Mask) -> dict[str, Column]:
    calendar, courses, row = drawn.calendar, drawn.courses, drawn.calendar.course
    rows = len(row)
    skill, day = calendar.skill[calendar.session], calendar.day[calendar.session]
    relation = courses.kinship[row] % len(RELATIONS)
    topic = courses.person[row] * len(TOPICS) + skill
    order = np.argsort(topic * 4096 + (day - YEARS[0] + 366), kind="stable")
    again = np.zeros(rows, np.bool_)
    again[order[1:]] = topic[order][1:] == topic[order][:-1]
    pattern = drawn.team.pattern[drawn.of_row]
    again &= pattern != SAME_SKILL
    late = (pattern == LATE_SIGNATURE) & some(rng, rows, 0.8)
    signed = day + np.where(late, rng.integers(16, 45, rows), rng.choice(_SIGNED_AFTER, rows))
    spoken = skill * len(RELATIONS) + relation
    reason = np.where(remote, BY_VIDEO, rng.integers(0, BY_VIDEO, rows)) * len(RELATIONS) + relation
    return {
        "patient.goals_addressed": of.words(skill + 1, GOALS),
        "patient.diagnoses": of.words((row * 7 % len(DIAGNOSES)) + 1, DIAGNOSES),
        "patient.need": of.words(spoken + 1, NEEDS),
        "patient.absence_reason": of.words(reason + 1, ABSENCES),
        "patient.response": of.words(
            spoken * OUTCOME_COUNT + rng.integers(0, OUTCOME_COUNT, rows) + 1, RESPONSES
        ),
        "patient.repeat_reason": of.words(
            np.where(again, rng.integers(1, len(REPEATS) + 1, rows), 0), REPEATS
        ),
        "patient.note.signed": of.days(signed),
    }


def _money(rng: Generator, drawn: Drawn) -> dict[str, Column]:
    calendar, courses, row = drawn.calendar, drawn.courses, drawn.calendar.course
    rows, people = len(row), len(courses.start)
    day = calendar.day[calendar.session]
    begin = np.asarray(YEARS)[np.searchsorted(YEARS, day, side="right") - 1]
    weeks = (day - np.maximum(courses.start[row], begin)) // 7
    before = rng.integers(0, 900 * _PER_DOLLAR, people)[row] * (courses.start[row] >= begin)
    used = before + weeks * courses.weekly[row] * _VISIT * _PER_DOLLAR + row % 97
    used = np.minimum(used, _MOST_USED * _PER_DOLLAR - rng.integers(0, 200, rows))
    threshold = therapy_threshold(day)
    always = drawn.team.pattern[drawn.of_row] == KX_ALWAYS
    used = np.where(always, (threshold + 20) * _PER_DOLLAR + rng.integers(0, 400, rows), used)
    therapy = courses.discipline[row] > 0
    attested = therapy & (used > (threshold - _ROOM) * _PER_DOLLAR)
    deductible = np.where(some(rng, rows, 0.1), rng.integers(1, 600, rows), 0)
    known = some(rng, rows, 0.9)
    kx = np.where(attested, 1, np.where(therapy & some(rng, rows, 0.5), 2, 0))
    schedule = drawn.team.schedule[drawn.of_row]
    charges = {
        f"charge.{code}": of.money(schedule, [_charge(base, number) for number in range(SCHEDULES)])
        for code, base in zip(CODES, _BASE_CHARGES, strict=True)
    }
    return {
        "patient.therapy_used": of.money(np.where(therapy, used + 1, 0), QUARTERS),
        "patient.kx_attested": of.flags(kx),
        "patient.deductible_remaining": of.money(np.where(known, deductible + 1, 0), QUARTERS),
        **charges,
    }


def _charge(base: int, schedule: int) -> int:
    """One practice's charge in cents: from a little below Medicare's amount to more than twice of it."""
    return base * (45 + 4 * schedule) // 10_000 * 100
