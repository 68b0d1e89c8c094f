"""A made-up practice over three years: its sessions, and which mistake was planted in which of them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from teachback.assess import assess
from teachback.model import Discipline, Disposition
from teachback.rules.book import rulebook
from teachback.synthetic.courses import made_up_courses
from teachback.synthetic.people import chance, made_up_people
from teachback.synthetic.plants import SOWN_FOR, sow
from teachback.synthetic.schedule import Calendar
from teachback.synthetic.skills import AGAIN

if TYPE_CHECKING:
    from teachback.model import Patient, Session
    from teachback.synthetic.courses import Course
    from teachback.synthetic.schedule import Draft

PATIENTS, SESSIONS_EACH = 60, 5
VISIT = Decimal("92.14")
_CENT = Decimal("0.01")
_NOTHING = Decimal("0.00")
_CHARGES = {
    "97550": "110.00",
    "97551": "55.00",
    "97552": "48.00",
    "96202": "60.00",
    "96203": "18.00",
    "G0539": "110.00",
    "G0540": "55.00",
    "G0541": "115.00",
    "G0542": "58.00",
    "G0543": "48.00",
}
_LOW_CHARGE = {**_CHARGES, "97550": "50.00"}
_KX_MISSED, _PAIRS, _DIFFERING, _OVERLAPPING, _GROUPS, _COLLAPSED = 4, 5, 1, 1, 32, 5


def made_up_practice(seed: int = 7, sessions: int = 300) -> tuple[Session, ...]:
    """The sessions of Willow Lane Rehab & Geriatrics from 2024-01-08 through 2026-11-20, by date and time.

    Nobody in it exists. The same ``seed`` and count always give the same sessions. Up to 300 sessions
    come from 60 patients, more from one patient for every five sessions (at most 700 patients). Raises
    ``ValueError`` where the team's days are full, which no count up to 5,000 comes near.
    """
    return made_up_book(seed, sessions)[0]


def made_up_book(seed: int = 7, sessions: int = 300) -> tuple[tuple[Session, ...], dict[str, str]]:
    """The made-up practice with its answers: session id to the name of the finding planted there.

    A session without an entry is clean: nothing stands in the way of its claim. A planted finding
    may be a warning or information only, and in a group it may stand on one of the patients.
    """
    if sessions < 0:
        raise ValueError(f"a count of sessions is not negative: {sessions}")
    rng = Random(seed)
    people = made_up_people(rng, min(700, max(PATIENTS, sessions // SESSIONS_EACH)))
    calendar = Calendar(rng, made_up_courses(rng, people))
    _fill(calendar, sessions)
    drafts = calendar.drafts
    _mark_collapsed(drafts, rng)
    sow(drafts, rng)
    drafts.sort(key=lambda d: (d.day, d.start, d.session.practitioner.npi))
    for number, draft in enumerate(drafts, start=1):
        draft.session = replace(draft.session, id=f"WL-{draft.day.year}-{number:04d}")
    _repeat_reasons(drafts, rng)
    _money(drafts, rng)
    planted = {draft.session.id: draft.plant for draft in drafts if draft.plant}
    return tuple(draft.session for draft in drafts), planted


def _fill(calendar: Calendar, sessions: int) -> None:
    """Groups, pairs and overlaps in their proportions, and single sessions for the rest."""
    for _ in range(sessions * _GROUPS // SOWN_FOR):
        calendar.group()
    for _ in range(sessions * _PAIRS // SOWN_FOR):
        calendar.pair(differing=False)
    for _ in range(sessions * _DIFFERING // SOWN_FOR):
        calendar.pair(differing=True)
    for _ in range(sessions * _OVERLAPPING // SOWN_FOR):
        calendar.overlapping()
    while len(calendar.drafts) < sessions:
        calendar.individual()


def _mark_collapsed(drafts: list[Draft], rng: Random) -> None:
    """Some single sessions were planned as groups to which one family came."""
    suited = [draft for draft in drafts if draft.single and not draft.fixed]
    for draft in rng.sample(suited, min(len(suited), len(drafts) * _COLLAPSED // SOWN_FOR)):
        draft.session = replace(draft.session, planned_as_group=True)


def _repeat_reasons(drafts: list[Draft], rng: Random) -> None:
    seen: set[tuple[str, tuple[str, ...]]] = set()
    for draft in drafts:
        patients = []
        for patient in draft.session.patients:
            key = (patient.id, draft.session.topics)
            patients.append(replace(patient, repeat_reason=rng.choice(AGAIN)) if key in seen else patient)
            seen.add(key)
        draft.session = replace(draft.session, patients=tuple(patients))


def _money(drafts: list[Draft], rng: Random) -> None:
    """Charges, the year's therapy spending with its attestations, and what is left of the deductible."""
    for draft in drafts:
        draft.session = replace(
            draft.session, patients=tuple(_charged(patient, rng) for patient in draft.session.patients)
        )
    ledger = _Ledger(drafts, rng)
    missed = len(drafts) * _KX_MISSED // SOWN_FOR
    for draft in drafts:
        patients = []
        over = False
        for patient, course in zip(draft.session.patients, draft.courses, strict=True):
            entered, above = ledger.enter(draft, patient, course)
            patients.append(entered)
            over = over or above
        if over and missed and draft.single and not draft.plant and not draft.fixed and chance(rng, 0.5):
            draft.plant = "kx-attestation-needed"
            patients = [replace(patient, kx_attested=False) for patient in patients]
            missed -= 1
        draft.session = replace(draft.session, patients=tuple(patients))


def _charged(patient: Patient, rng: Random) -> Patient:
    if not chance(rng, 0.45):
        return patient
    charges = _LOW_CHARGE if chance(rng, 0.05) else _CHARGES
    return replace(patient, charge=tuple((code, Decimal(amount)) for code, amount in charges.items()))


class _Ledger:
    """What each patient has used of the therapy threshold and of the deductible, in order of the dates."""

    def __init__(self, drafts: list[Draft], rng: Random) -> None:
        self._statute = rulebook().law.on
        self._priced: dict[tuple[str, str], tuple[Decimal, bool]] = {}
        for found in assess(draft.session for draft in drafts):
            counts = found.disposition is not Disposition.NOT_BILLABLE
            amounts = [line.allowed_amount for line in found.service_lines if line.allowed_amount is not None]
            self._priced[found.session.id, found.patient.id] = (sum(amounts, _NOTHING), counts)
        self._courses: dict[str, list[Course]] = defaultdict(list)
        self._met: dict[tuple[str, int], int] = {}
        for draft in drafts:
            for course in draft.courses:
                mine = self._courses[course.person.patient.id]
                if course not in mine:
                    mine.append(course)
                key = (course.person.patient.id, draft.day.year)
                if key not in self._met:
                    self._met[key] = rng.randint(20, 170)
        self._trained: dict[tuple[str, int, bool], Decimal] = defaultdict(Decimal)
        self._of_day: dict[tuple[str, date, bool], Decimal] = {}
        self._left: dict[tuple[str, int], Decimal] = {}
        self._left_of_day: dict[tuple[str, date], Decimal] = {}
        self._unknown = {draft.session.id for draft in drafts if chance(rng, 0.05)}

    def enter(self, draft: Draft, patient: Patient, course: Course) -> tuple[Patient, bool]:
        """The patient with the amounts before the session, and whether it passes the threshold."""
        session = draft.session
        price, counts = self._priced[session.id, patient.id]
        allowed = price if counts else _NOTHING
        left = self._deductible(patient.id, draft.day, allowed)
        entered = replace(patient, deductible_remaining=None if session.id in self._unknown else left)
        if course.plan.discipline is None:
            return entered, False
        used = self._spent(course, draft.day, allowed)
        threshold = self._statute(draft.day).value("therapy_threshold")
        above = used + price > threshold
        known = None if draft.plant == "therapy-spending-unknown" else used
        return replace(entered, therapy_used=known, kx_attested=above), above

    def _spent(self, course: Course, day: date, allowed: Decimal) -> Decimal:
        """Therapy spending of the year before this date: physical with speech therapy, occupational alone."""
        patient, occupational = course.person.patient.id, course.plan.discipline is Discipline.OT
        key = (patient, day, occupational)
        year = (patient, day.year, occupational)
        if key not in self._of_day:
            visits = sum(
                _visits(c, day)
                for c in self._courses[patient]
                if c.plan.discipline is not None and (c.plan.discipline is Discipline.OT) is occupational
            )
            self._of_day[key] = self._trained[year] + visits * VISIT
        self._trained[year] += allowed
        return self._of_day[key]

    def _deductible(self, patient: str, day: date, allowed: Decimal) -> Decimal:
        """What is left of the year's deductible before this date: other services use it up by spring."""
        year = (patient, day.year)
        full = Decimal(self._statute(day).value("part_b_deductible"))
        if (patient, day) not in self._left_of_day:
            open_part = max(Decimal(self._met[year] - day.timetuple().tm_yday), _NOTHING) / self._met[year]
            scheduled = (full * open_part).quantize(_CENT)
            self._left_of_day[patient, day] = min(self._left.get(year, full), scheduled)
        left = self._left_of_day[patient, day]
        self._left[year] = max(min(self._left.get(year, full), left - allowed), _NOTHING)
        return left


def _visits(course: Course, day: date) -> int:
    """Ordinary therapy visits of the plan between New Year and the day."""
    first = max(course.start, date(day.year, 1, 1))
    last = min(course.end, day)
    return max((last - first).days, 0) * course.weekly // 7
