"""Service lines of Medicare carrier claims for the sessions of a part, with the patients' own treatment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np

from teachback.rules.book import rulebook
from teachback.synthetic.book import sheet as of
from teachback.synthetic.book.calendar import FAMILY
from teachback.synthetic.book.fees import TREATMENTS, allowed, procedures
from teachback.synthetic.book.identifiers import npis, short_ids
from teachback.synthetic.book.people import FIRST_DAY, IMPOSSIBLE_DAY, KX_ALWAYS, LAST_DAY, SETTLED
from teachback.synthetic.book.sheet import Sheet, some
from teachback.synthetic.book.words import BEHAVIOR, FAMILIES, KINDS, OT

if TYPE_CHECKING:
    from numpy.random import Generator

    from teachback.synthetic.book.records import Drawn
    from teachback.synthetic.book.sheet import Ints, Mask

# Patterns of the audit that claims show; the numbers beyond those of people.py stand for claims alone.
HIGH_SHARE, EVERY_VISIT, NO_TREATMENT = 7, 8, 9
CLAIM_PATTERNS: Final = {
    KX_ALWAYS: "kx-always",
    IMPOSSIBLE_DAY: "impossible-day",
    HIGH_SHARE: "high-share-biller",
    EVERY_VISIT: "cts-every-visit",
    NO_TREATMENT: "no-patient-treatment",
}
_INSTEAD = {1: HIGH_SHARE, 2: EVERY_VISIT, 4: NO_TREATMENT}
THERAPY: Final = ("", "GP", "GO", "GN")
ASSISTANT: Final = ("", "CQ", "CO")
EXTRA: Final = ("", "59", "XE", "XS", "XU", "26", "TC", "50", "25", "GO", "GP", "CO")
_PLACES: Final = ("11", "12", "22", "10")
OFFICE, HOME, HOSPITAL, REMOTE = range(1, 5)
_DAYS_OF_COURSE = 4096


@dataclass(slots=True)
class Lines:
    """Service lines as columns; a claim is one patient's day with one practitioner.

    ``therapy``, ``assistant`` and ``extra`` count the modifiers of those names from 0 (none); ``ours`` tells
    caregiver training from treatment, ``addon`` an add-on line, ``billed`` (cents a unit) is the charge.
    """

    claim: Ints
    course: Ints
    day: Ints
    code: Ints
    units: Ints
    therapy: Ints
    assistant: Ints
    kx: Ints
    extra: Ints
    place: Ints

    def __len__(self) -> int:
        """How many lines there are."""
        return len(self.claim)

    def taken(self, at: Ints | Mask) -> Lines:
        """Some of the lines, as copies."""
        return Lines(*(getattr(self, name)[at] for name in self.__slots__))

    def with_more(self, more: Lines) -> Lines:
        """These lines and more of them."""
        return Lines(*(np.concatenate([getattr(self, n), getattr(more, n)]) for n in self.__slots__))


@cache
def _codes() -> Ints:
    """By family and (single, group): numbers of the first code and its add-on (-1: none), and their minutes."""
    law = rulebook().law.on(date(2026, 6, 1))
    table = np.full((4, 2, 4), -1)
    for number, family in enumerate(FAMILIES, start=1):
        for group, name in enumerate(("individual_codes", "group_codes")):
            first = law.value(name)[family.value]
            extra = law.value("addon_codes").get(first)
            addon = -1 if extra is None else procedures().index(extra)
            minutes = [law.value(n, first) for n in ("first_code_minutes", "addon_minutes")]
            table[number, group] = [procedures().index(first), addon, *minutes]
    return table


def patterns_of_claims(drawn: Drawn) -> Ints:
    """Which pattern each practitioner shows on claims; patterns of records alone become those of claims."""
    pattern = drawn.team.pattern.copy()
    for record, claim in _INSTEAD.items():
        pattern[drawn.team.pattern == record] = claim
    return np.where(np.isin(pattern, list(CLAIM_PATTERNS)), pattern, 0)


def lines_of(rng: Generator, drawn: Drawn) -> Lines:
    """Clean lines: the training as it was earned, and treatment of the patients around it."""
    pattern = patterns_of_claims(drawn)
    trained = _training(rng, drawn)
    treated = _treatment(rng, drawn, trained, pattern)
    lines = trained.with_more(treated)
    key = lines.course.astype(np.int64) * _DAYS_OF_COURSE + (lines.day - FIRST_DAY + 400)
    _, lines.claim = np.unique(key, return_inverse=True)
    remote = np.zeros(lines.claim.max() + 1, np.bool_)
    remote[lines.claim[lines.place == REMOTE]] = True
    # Who was trained by video was not treated in the office by the same practitioner in the same visit.
    kept = (lines.place == REMOTE) | ~remote[lines.claim]
    return lines.taken(np.flatnonzero(kept)[np.argsort(lines.claim[kept], kind="stable")])


def _training(rng: Generator, drawn: Drawn) -> Lines:
    calendar, team, courses = drawn.calendar, drawn.team, drawn.courses
    session = calendar.session
    key = calendar.course.astype(np.int64) * _DAYS_OF_COURSE + calendar.day[session] - FIRST_DAY
    # Sessions of one day are added up before they become units.
    _, first, same = np.unique(key, return_index=True, return_inverse=True)
    minutes = np.bincount(same, weights=calendar.minutes[session]).astype(np.int64)
    session, course = session[first], calendar.course[first]
    who, day = calendar.practitioner[session], calendar.day[session]
    family, group = FAMILY[calendar.skill[session]], (calendar.size[session] > 1).astype(np.int64)
    code, addon, whole, step = np.moveaxis(_codes()[family, group], -1, 0)
    extra = np.where(step > 0, (minutes - whole) // np.maximum(step, 1), 0) * (addon >= 0)
    count = len(course)
    therapy = np.where(family != BEHAVIOR, courses.discipline[course], 0)
    helped = (team.trade[who] <= OT) & team.helper[who] & some(rng, count, 0.2)
    late = some(rng, len(courses.start), 0.08)
    kx = late[course] & (therapy > 0) & (day - courses.start[course] > _LATE_IN_COURSE)
    kx |= (team.pattern[who] == KX_ALWAYS) & (therapy > 0)
    remote = (day >= SETTLED) & (group == 0) & (calendar.pair[session] < 0) & (team.pattern[who] == 0)
    remote &= (team.institution[who] == 0) & some(rng, count, 0.15)
    place = np.where(remote, REMOTE, np.where(team.institution[who] > 0, HOSPITAL, OFFICE))
    lines = Lines(
        claim=np.zeros(count, np.int64),
        course=course,
        day=day,
        code=code,
        units=np.ones(count, np.int64),
        therapy=therapy,
        assistant=np.where(helped & ~remote, therapy, 0) % 3,
        kx=kx.astype(np.int64),
        extra=np.zeros(count, np.int64),
        place=place,
    )
    more = lines.taken(extra > 0)
    more.code, more.units = addon[extra > 0], extra[extra > 0]
    return lines.with_more(more)


_LATE_IN_COURSE = 45


def _treatment(rng: Generator, drawn: Drawn, trained: Lines, pattern: Ints) -> Lines:
    """Visits of the patients: a first one, two around each training, and some on the day itself."""
    courses, team = drawn.courses, drawn.team
    seen = np.unique(trained.course)
    own = pattern[courses.practitioner]
    many = np.isin(own[trained.course], (HIGH_SHARE, EVERY_VISIT))
    apart = [rng.integers(1, 7, len(trained)), -rng.integers(1, 7, len(trained))]
    days = [courses.start[seen], *((trained.day + by)[~many] for by in apart)]
    people = [seen, *(trained.course[~many] for _ in apart)]
    day, course = np.concatenate(days), np.concatenate(people)
    day = day - np.maximum((day + 3) % 7 - 4, 0)  # of a weekend back to Friday
    kept = (day >= courses.start[course] - _WEEKEND) & (day <= LAST_DAY) & (own[course] != NO_TREATMENT)
    kept &= own[course] != EVERY_VISIT
    kept &= ~np.isin(_at(course, day), _at(trained.course, trained.day))
    # One training of a course or none falls on a day of treatment, but every one where that is the pattern.
    _, first = np.unique(trained.course, return_index=True)
    first = first[some(rng, len(first), 0.5) & (own[trained.course[first]] == 0)]
    both = np.concatenate([first, np.flatnonzero(own[trained.course] == EVERY_VISIT)])
    course = np.concatenate([course[kept], trained.course[both]])
    day = np.concatenate([day[kept], trained.day[both]])
    visit = np.unique(_at(course, day))
    course, day = visit >> 20, visit & ((1 << 20) - 1)
    number = np.where(team.trade[courses.practitioner[course]] <= OT, rng.integers(1, 4, len(course)), 1)
    course, day = np.repeat(course, number), np.repeat(day, number)
    order = np.arange(len(course)) - np.repeat(np.cumsum(number) - number, number)
    who = courses.practitioner[course]
    trade = team.trade[who]
    code = _treatment_codes()[trade, (order + course) % _MOST]
    therapy = courses.discipline[course] * (trade <= _THERAPISTS)
    count = len(course)
    return Lines(
        claim=np.zeros(count, np.int64),
        course=course,
        day=day,
        code=code,
        units=np.where(trade <= OT, rng.integers(1, 3, count), 1),
        therapy=therapy,
        assistant=np.zeros(count, np.int64),
        kx=((team.pattern[who] == KX_ALWAYS) & (therapy > 0)).astype(np.int64),
        extra=np.zeros(count, np.int64),
        place=np.where(team.institution[who] > 0, HOSPITAL, OFFICE),
    )


_MOST, _THERAPISTS, _WEEKEND = 30, 2, 2


def _at(course: Ints, day: Ints) -> Ints:
    """A course and a day as one number."""
    return course.astype(np.int64) * (1 << 20) + day


@cache
def _treatment_codes() -> Ints:
    """By trade, a row of codes to go through; its length is a multiple of every trade's number of codes."""
    numbers = {code: place for place, code in enumerate(procedures())}
    return np.asarray(
        [
            [numbers[codes[place % len(codes)]] for place in range(_MOST)]
            for _, codes in sorted(TREATMENTS.items())
        ]
    )


@cache
def _modifier_table() -> tuple[str, ...]:
    return tuple(
        ";".join(word for word in (therapy, assistant, "KX" * kx, "95" * remote, extra) if word)
        for therapy in THERAPY
        for assistant in ASSISTANT
        for kx in range(2)
        for remote in range(2)
        for extra in EXTRA
    )


def sheet_of_claims(drawn: Drawn, lines: Lines) -> Sheet:
    """The lines as the columns of a Medicare carrier claim, in order of practitioner, patient and date."""
    team, courses = drawn.team, drawn.courses
    who = courses.practitioner[lines.course]
    remote = (lines.place == REMOTE).astype(np.int64)
    modifiers = ((lines.therapy * len(ASSISTANT) + lines.assistant) * 2 + lines.kx) * 2 + remote
    modifiers = modifiers * len(EXTRA) + lines.extra
    facility = ((lines.place == HOSPITAL) & (lines.therapy == 0)).astype(np.int64)
    unit = allowed(lines.code, team.home[who], lines.day, team.kind[who], facility=facility)
    charge = unit * (130 + 3 * (team.practice[who] % 40)) // 10_000 * 100 + 500
    patients = short_ids("P", drawn.numbers.patient + np.arange(len(courses.start)))
    claims = short_ids("C", drawn.numbers.session * _CLAIMS_EACH + np.arange(int(lines.claim.max()) + 1))
    sheet = Sheet(len(lines))
    sheet.columns |= {
        "claim_id": of.texts(lines.claim + 1, claims),
        "patient_id": of.texts(courses.person[lines.course] + 1, patients),
        "practitioner_npi": of.words(who + 1, npis(drawn.numbers.practitioner + np.arange(team.size))),
        "practitioner_kind": of.words(team.kind[who] + 1, [kind.value for kind in KINDS]),
        "date_of_service": of.days(lines.day),
        "procedure_code": of.words(lines.code + 1, procedures()),
        "modifiers": of.words(modifiers + 1, _modifier_table()),
        "units": of.numbers(lines.units),
        "charge_cents": of.numbers(charge * lines.units),
        "allowed_cents": of.numbers(unit * lines.units),
        "place_of_service": of.words(lines.place, _PLACES),
    }
    return sheet


_CLAIMS_EACH = 8
