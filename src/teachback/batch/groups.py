"""Facts of one row, decided once for each distinct shape of its cells.

A group names the cells that decide some facts, and how rows of one shape are told: by the cells' words, or
where only that matters by a difference of days or by whether a text is there. The first row of a shape is
read by the doors and answered by the rules; all rows of the shape share the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np

from teachback.batch.cells import BAD, NO_DAY, Cells, Numbers, day_of
from teachback.batch.layout import WORDS, packed
from teachback.batch.periods import Periods
from teachback.batch.vocab import KeyTable, first_rows, mixed, small
from teachback.facts import CrossFacts, people_of, row_facts
from teachback.intake.fields import Level
from teachback.intake.people import Uneven, caregivers_of, patient_of
from teachback.model import ClaimForm, Practitioner, PractitionerKind, Session
from teachback.rulebook import Kind, Rulebook, Scope

if TYPE_CHECKING:
    from collections import defaultdict
    from collections.abc import Callable

    from numpy.typing import NDArray

    from teachback.intake.problems import Fault

Keys = list["NDArray[np.uint64]"]
Shape = "Callable[[Cells, Context], Keys]"
NOBODY = CrossFacts(frozenset(), {"": 0}, frozenset())
SHARED = (Level.SESSION, Level.PRACTITIONER)


@dataclass(slots=True)
class Context:
    """What a shape may ask besides its cells: the day of each row, and the dates read so far."""

    days: NDArray[np.int32]
    seen: dict[str, Numbers]

    def of(self, cells: Cells, name: str) -> NDArray[np.int32]:
        """The day numbers of a column of dates."""
        return cells.days(name, self.seen.setdefault(name, Numbers()))


@dataclass(frozen=True, slots=True)
class Group:
    """Cells that decide some facts together.

    ``plain`` cells are told apart by their words; ``shaped`` ones by what ``shape`` says of them. ``parts``
    are levels that a row has as soon as any of their cells is filled, whichever that is.
    """

    name: str
    facts: tuple[str, ...]
    plain: tuple[str, ...]
    shaped: tuple[str, ...] = ()
    shape: Callable[[Cells, Context], Keys] | None = None
    parts: tuple[Level, ...] = ()

    @property
    def shared(self) -> bool:
        """Whether the cells are the session's own, on which all its rows must agree."""
        return self.name in {"service", "place", "practitioner"}


@dataclass(frozen=True, slots=True)
class Read:
    """What the first row of a shape says: its packed facts, what rows of its session must share, and its faults."""

    words: tuple[int, ...]
    content: int
    faults: tuple[tuple[Fault, bool], ...]


@dataclass(slots=True)
class Answers:
    """The answers of one group so far, kept from part to part."""

    group: Group
    table: KeyTable = field(default_factory=KeyTable)
    words: NDArray[np.uint64] = field(default_factory=lambda: np.zeros((0, WORDS), np.uint64))
    content: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    faulty: dict[int, tuple[tuple[Fault, bool], ...]] = field(default_factory=dict)


class Groups:
    """All groups with their answers, for one rule book and payer."""

    def __init__(self, book: Rulebook, payer: str, groups: tuple[Group, ...]) -> None:
        self.book, self.payer = book, payer
        self.answers = [Answers(group) for group in groups]
        self._periods = {
            group.name: Periods.of(
                book, payer, [m for fact in group.facts for m in self._derivations(fact, set())]
            )
            for group in groups
        }

    def _derivations(self, fact: str, seen: set[str]) -> list[Any]:
        found = []
        for maker in self.book.makers.get(fact, ()):
            if maker.kind is Kind.DERIVED and maker.of not in seen:
                seen.add(maker.of)
                found.append(maker)
                for need in maker.facts:
                    found += self._derivations(need, seen)
        return found

    def run(
        self, answers: Answers, cells: Cells, context: Context
    ) -> tuple[NDArray[np.int32], dict[int, tuple[tuple[Fault, bool], ...]]]:
        """The number of each row's answer, and the faults by number."""
        group = answers.group
        keys: list[NDArray[np.uint64] | None] = [
            cells.hashed(name) if cells.has(name) else None for name in group.plain
        ]
        if group.shape is not None:
            keys += group.shape(cells, context)
        periods = self._periods[group.name]
        keys.append(small(periods.at(np.maximum(context.days, 0))) if len(periods) > 1 else None)
        key = mixed(keys, cells.height)
        codes = answers.table.find(key)
        missing = np.flatnonzero(codes < 0)
        if missing.size:
            self._learn(answers, cells, context, *first_rows(key, missing))
            codes[missing] = answers.table.find(key[missing])
        return codes, answers.faulty

    def _learn(
        self, answers: Answers, cells: Cells, context: Context, keys: NDArray[Any], rows: NDArray[Any]
    ) -> None:
        group = answers.group
        plan = [name for name in cells.columns if cells.columns[name].field.level in group.parts]
        cells.hold([*group.plain, *group.shaped, *plan], rows)
        read = [self.read(answers.group, cells, context, int(row)) for row in rows]
        number = answers.table.count
        answers.table.add(keys)
        answers.faulty |= {number + n: one.faults for n, one in enumerate(read) if one.faults}
        answers.words = np.concatenate([answers.words, np.array([one.words for one in read], np.uint64)])
        answers.content = np.concatenate(
            [answers.content, np.array([one.content for one in read], np.uint64)]
        )

    def read(self, group: Group, cells: Cells, context: Context, row: int) -> Read:
        """One row's cells of the group, read by the doors and answered by the rules."""
        names = (*group.plain, *group.shaped)
        facts, faults, columns = cells.values(names, row)
        told = [(fault, cells.columns[fault.column].field.level in SHARED) for fault in faults]
        raw = facts[Level.CAREGIVER]
        caregivers = [
            column for column in columns if column.field.name in raw and column.field.level is Level.CAREGIVER
        ]
        if raw and any(column.index is not None for column in caregivers):
            own: list[Fault] = []
            try:
                facts[Level.PATIENT]["caregivers"] = caregivers_of(raw, caregivers, own)
            except Uneven as uneven:
                own.append(uneven.fault)
            told += [(fault, False) for fault in own]
        if told:
            return Read((0,) * WORDS, 0, tuple(told))
        for level in group.parts:
            if not facts[level] and _filled(cells, level, row):
                facts[level] = {_ANY[level]: None}
        shared = repr([sorted(facts[level].items()) for level in SHARED])
        content = int.from_bytes(blake2b(shared.encode(), digest_size=8).digest(), "little")
        scope = self.scope(_session(facts, int(context.days[row])))
        words = packed({fact: scope.value(fact) for fact in group.facts})
        return Read(words, content, ())

    def scope(self, session: Session) -> Scope:
        """The facts of the first patient of a session, as one session's own path has them."""
        statute = self.book.law.on(session.date_of_service, self.payer)
        cross = replace(NOBODY, practitioner_minutes={session.practitioner.npi: 0})
        given = row_facts(session, session.patients[0], cross, law_checked=True)
        return Scope(self.book, statute, given)


_ANY = {Level.PLAN: "frequency", Level.CONSENT: "form"}


def _filled(cells: Cells, level: Level, row: int) -> bool:
    for name, column in cells.columns.items():
        if column.field.level is level:
            cell = cells.cell(name, row)
            if cell is not None and str(cell).strip():
                return True
    return False


def _session(facts: defaultdict[Level, dict[str, Any]], day: int) -> Session:
    """A session with these cells alone; what every record must have is made up where the group lacks it."""
    facts[Level.PATIENT] = {"id": "", **facts[Level.PATIENT]}
    who = {"npi": "", "type": PractitionerKind.OTHER, **facts[Level.PRACTITIONER]}
    own = {"id": "", "claim_form": ClaimForm.PROFESSIONAL, **facts[Level.SESSION]}
    own["date_of_service"] = day_of(max(day, 0))
    return Session(
        **own,
        practitioner=Practitioner(**who),
        patients=(patient_of(facts),),
    )


def _who(session: Session) -> int:
    """Whose minutes the session takes, were the helper known by name: 1 the practitioner's, 2 the helper's."""
    named = replace(session, practitioner=replace(session.practitioner, furnished_by_id="somebody"))
    kinds = {kind for kind, _ in people_of(named)}
    return int("practitioner" in kinds) + 2 * int("helper" in kinds)


def apart(shape: NDArray[Any], odd: NDArray[np.bool_], cells: Cells, *names: str) -> NDArray[np.uint64]:
    """The shape of each row, and for odd rows the very words of the cells."""
    key = small(shape)
    if odd.any():
        columns = [cells.hashed(name) if cells.has(name) else None for name in names]
        words = mixed(columns, len(odd)) | np.uint64(1 << 63)
        key = np.where(odd, words, key)
    return key


def before(later: NDArray[np.int32], earlier: NDArray[np.int32], least: int, most: int) -> NDArray[np.int32]:
    """Days from one date to another, held between two bounds and counted from 1; 0 where one is unknown."""
    unknown = (later == NO_DAY) | (earlier == NO_DAY)
    days = np.clip(later.astype(np.int64) - earlier, least, most) - least + 1
    return np.where(unknown, 0, days).astype(np.int32)


def bad(*days: NDArray[np.int32]) -> NDArray[np.bool_]:
    """The rows in which one of the dates is no date."""
    wrong: NDArray[np.bool_] = days[0] == BAD
    for more in days[1:]:
        wrong = wrong | (more == BAD)
    return wrong
