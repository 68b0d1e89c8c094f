"""What came of the files that were given: each file, what it is, what was taken, what was not, why, and what to do.

The same values are told as text, CSV and XLSX. Patients stand in them by claim and line control numbers only.
Money is integer cents; ``None`` is not known.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from teachback.remit import worktext
from teachback.remit.money import dollars, many, money_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from teachback.remit.todo import Work

_SHOWN = 12
"""Rows of a kind that the text shows; the CSV and the XLSX have all."""
_FAULTS_SHOWN = 5


class Fate(StrEnum):
    """What became of one answer of a file."""

    POSTED = "posted"
    TO_POST = "can be posted"
    POSTED_BEFORE = "posted before"
    NOT_POSTED = "not posted"
    READ = "read"
    NOT_TAKEN = "not taken"


class Stand(StrEnum):
    """Where one line or claim of an answer stands now."""

    POSTED = "posted"
    PERSON = "needs a person"
    NOT_OURS = "not ours"
    HELD = "not posted"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    TOLD = "told"


@dataclass(frozen=True, slots=True)
class Row:
    """One line, claim or set of an answer. ``says`` is its outcome in words, ``how`` by what it was matched.

    ``subject`` names what is neither a claim nor a line; ``item`` is the book's number of a line that needs a person.
    """

    stand: Stand
    claim: str
    line: str = ""
    procedure: str = ""
    date_of_service: date | None = None
    says: str = ""
    charge: int | None = None
    paid: int | None = None
    patient: int | None = None
    codes: str = ""
    how: str = ""
    why: str = ""
    do: str = ""
    subject: str = ""
    item: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One answer of a file: a remittance, a claim acknowledgment, a file acknowledgment, or something else.

    ``kind`` says what it is, ``about`` whose it is with its numbers, ``why`` why it was not taken or what is odd
    in it, ``do`` the next step. ``needs_person`` says that somebody must act on the part as a whole.
    """

    kind: str
    about: str
    fate: Fate
    why: tuple[str, ...] = ()
    do: str = ""
    rows: tuple[Row, ...] = ()
    paid: int | None = None
    outside: int = 0
    needs_person: bool = False

    def count(self, stand: Stand) -> int:
        """How many rows stand so."""
        return sum(row.stand is stand for row in self.rows)


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file that was given. ``problem`` is why it could not be opened or read."""

    name: str
    parts: tuple[Part, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All files of one command, the work that follows, and where the money stands (``None`` without a book)."""

    files: tuple[FileReport, ...]
    work: tuple[Work, ...] = ()
    money: tuple[tuple[str, int], ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def parts(self) -> Iterator[Part]:
        """Every answer of every file, in the order given."""
        return (part for file in self.files for part in file.parts)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read that answers a claim or a file."""
        return all(part.fate is Fate.NOT_TAKEN for part in self.parts)

    @property
    def needs_person(self) -> bool:
        """Whether anything in the files was not taken or waits for somebody."""
        return any(file.problem for file in self.files) or any(
            part.needs_person or any(row.stand in _WAITING for row in part.rows) for part in self.parts
        )


_WAITING = {Stand.PERSON, Stand.REJECTED}


def text(report: Report) -> Iterator[str]:
    """The report as lines of text: files, what needs a person, work, money, notes."""
    idle = [file for file in report.files if _is_idle(file)]
    for file in report.files:
        if file not in idle:
            yield from _file(file)
    yield from _idle(idle)
    yield from _persons(report)
    if report.work:
        yield ""
        yield from worktext.lines(report.work, most=_SHOWN)
    if report.money is not None:
        yield ""
        yield "THE BOOK"
        yield from money_lines(report.money)
    yield from (f"note: {note}" for note in report.notes)
    yield ""
    yield summary(report)


def _is_idle(file: FileReport) -> bool:
    """Whether a file holds nothing that was to be taken, and nothing that anybody must look at."""
    return bool(file.parts) and all(
        part.fate is Fate.NOT_TAKEN and not part.needs_person for part in file.parts
    )


def _idle(files: list[FileReport]) -> Iterator[str]:
    """Files without an answer, those of one kind together."""
    kinds: dict[tuple[str, str], list[str]] = {}
    for file in files:
        for part in file.parts:
            names = kinds.setdefault((part.kind, part.do), [])
            if file.name not in names:
                names.append(file.name)
    if kinds:
        yield ""
        yield "NOTHING TO TAKE"
    for (kind, do), names in kinds.items():
        yield f"  {kind}: {many(len(names), 'file')}. {do}"
        yield f"      {', '.join(names)}"


def summary(report: Report) -> str:
    """One sentence for all files."""
    fates = Counter(part.fate.value for part in report.parts)
    unread = sum(bool(file.problem) for file in report.files)
    told = ", ".join(f"{count:,} {fate}" for fate, count in fates.items())
    lost = f"; {many(unread, 'file')} could not be read" if unread else ""
    return f"{many(len(report.files), 'file')} given{': ' + told if told else ''}{lost}."


def _file(file: FileReport) -> Iterator[str]:
    if file.problem:
        yield f"{file.name}"
        yield f"  NOT READ: {file.problem}"
        return
    yield file.name
    for part in file.parts:
        yield f"  {part.kind}{': ' if part.about else ''}{part.about}"
        yield f"    {part.fate.value.upper()}{_counted(part)}"
        yield from (f"      {why}" for why in part.why[:_FAULTS_SHOWN])
        if len(part.why) > _FAULTS_SHOWN:
            yield f"      and {len(part.why) - _FAULTS_SHOWN} more like these"
        if part.do:
            yield f"      do {part.do}"


def _counted(part: Part) -> str:
    """How many rows of the part stand how, and how many of them say what."""
    words = []
    for stand in dict.fromkeys(row.stand for row in part.rows):
        rows = [row for row in part.rows if row.stand is stand]
        said = Counter(row.says for row in rows if row.says)
        how = f" ({', '.join(f'{count:,} {what}' for what, count in said.items())})" if said else ""
        verb = "need a person" if stand is Stand.PERSON and len(rows) > 1 else stand.value
        words.append(f"{many(len(rows), 'row')} {verb}{how}")
    if part.outside:
        words.append(f"{dollars(part.outside)} outside of claims (PLB)")
    return f": {'; '.join(words)}" if words else ""


def _persons(report: Report) -> Iterator[str]:
    """Rows that wait for somebody and do not stand on the work list, each with its file, why, and what to do."""
    listed = {claim for entry in report.work for claim in entry.claims}
    items = {entry.item for entry in report.work}
    rows = [
        (file.name, row)
        for file in report.files
        for part in file.parts
        for row in part.rows
        if (row.stand is Stand.PERSON and (row.item is None or row.item not in items))
        or (row.stand is Stand.REJECTED and row.claim not in listed)
    ]
    if not rows:
        return
    yield ""
    yield "NEEDS A PERSON"
    for name, row in rows[:_SHOWN]:
        yield f"  {who(row)} [{name}]: {row.says or row.stand.value}{money_of(row)}"
        if row.why:
            yield f"      {row.why}"
        if row.do:
            yield f"      do {row.do}"
    if len(rows) > _SHOWN:
        yield f"  and {len(rows) - _SHOWN:,} more; --out report.xlsx or .csv has all of them"


def who(row: Row) -> str:
    """Which claim and line a row is, with code and date where they are known."""
    if row.subject:
        return row.subject
    parts = (
        f"claim {row.claim}" if row.claim else "no claim number",
        f"line {row.line}" if row.line else "",
        row.procedure,
        f"on {row.date_of_service}" if row.date_of_service else "",
    )
    return " ".join(part for part in parts if part)


def money_of(row: Row) -> str:
    """Charged and paid, where they are known."""
    told = [
        f"{dollars(cents)} {what}"
        for cents, what in ((row.charge, "charged"), (row.paid, "paid"))
        if cents is not None
    ]
    return f", {', '.join(told)}" if told else ""
