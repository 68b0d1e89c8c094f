"""A book in one SQLite file, so that commands need no server."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from teachback import __version__
from teachback.book import (
    copying,
    drafts,
    endings,
    events,
    ledger,
    numbering,
    places,
    planning,
    queries,
    schema,
    verify,
)
from teachback.book.errors import BookError, Damaged, damaged, telling
from teachback.book.events import Log
from teachback.book.moneybook import MoneyOfSqlite
from teachback.book.values import FileState, NumberKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self, TypeVar

    from teachback.book.protocol import Pair
    from teachback.book.values import (
        BookedClaim,
        BookedLine,
        Checked,
        ClaimState,
        Draft,
        Ended,
        Event,
        File,
        Numbers,
        Override,
        Total,
    )
    from teachback.claimdata import Claim, Submission

    T = TypeVar("T")

WAIT: Final = 30.0
"""Seconds that a command waits for another one that is writing."""
_SYSTEM: Final = "teachback"


class SqliteBook(MoneyOfSqlite):
    """A ``Book`` in ``folder``; use it as a context manager, from one thread. See ``Book`` for the methods."""

    def __init__(self, folder: Path, db: sqlite3.Connection, tag: str, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self.file_path = folder / places.NAME
        self._db = db
        self._tag = tag
        self._clock = clock

    @classmethod
    def open(  # noqa: PLR0913  every part has its default
        cls,
        folder: Path,
        *,
        create: bool = True,
        tag: str | None = None,
        wait: float = WAIT,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        migrations: tuple[tuple[str, ...], ...] = schema.MIGRATIONS,
    ) -> Self:
        """Open the book in a directory, or begin one there.

        ``tag`` (a capital letter and three letters or digits) begins the claim numbers of a new book; drawn
        by lot when left out. An older book is brought up to date, after a copy of it was laid beside it.
        ``BookError`` where the place cannot be used, the file is damaged, or a newer version made it.
        """
        path = folder / places.NAME
        with telling(path):
            path = places.prepare(folder, create=create)
            if not places.is_database(path):
                raise damaged(path)
            db = sqlite3.connect(
                f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=wait, isolation_level=None
            )
        try:
            with telling(path):
                found = _ready(db, path, tag, migrations, clock)
        except BaseException:
            db.close()
            raise
        return cls(folder, db, found, clock)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def plan(
        self, drafts_: Sequence[Draft], *, who: str, overrides: Iterable[Override] = ()
    ) -> tuple[File, ...]:
        """Take numbers and keep claims, files and overrides as planned: all drafts or none."""
        drafts.check_drafts(drafts_)
        with self._writing(who) as log:
            planning.add_overrides(self._db, log, overrides)
            made = [planning.plan(self._db, log, draft, self._tag) for draft in drafts_]
            return tuple(queries.known_file(self._db, number) for number in made)

    def submission(self, file: int) -> Submission:
        """What a file contains, with all its numbers."""
        return self._asked(lambda: queries.submission(self._db, file))

    def unfinished(self) -> tuple[File, ...]:
        """Files that are planned and not known to be written."""
        return self._asked(lambda: queries.files(self._db, FileState.PLANNED))

    def mark_written(self, file: int, sha256: str, size: int) -> File:
        """Say that a planned file stands on the disk."""
        with self._writing(_SYSTEM) as log:
            endings.mark_written(self._db, log, file, sha256, size)
            return queries.known_file(self._db, file)

    def mark_sent(self, file: int, *, who: str, why: str = "") -> File:
        """Say that a written file went to its receiver."""
        with self._writing(who) as log:
            endings.mark_sent(self._db, log, file, why)
            return queries.known_file(self._db, file)

    def withdraw(self, file: int, *, who: str, why: str) -> File:
        """Undo a file before it is sent (a test file also afterwards)."""
        with self._writing(who, why) as log:
            endings.withdraw(self._db, log, file, why)
            return queries.known_file(self._db, file)

    def end(self, control_number: str, how: Ended, *, who: str, why: str) -> BookedClaim:
        """Record that the payer rejected a sent claim or accepted its void."""
        with self._writing(who, why) as log:
            endings.end(self._db, log, control_number, how, why)
            return queries.known_claim(self._db, control_number)

    def record_overrides(self, overrides: Iterable[Override], *, who: str) -> int:
        """Keep overrides; how many were new."""
        with self._writing(who) as log:
            return planning.add_overrides(self._db, log, overrides)

    def overrides(self) -> tuple[Override, ...]:
        """All overrides, oldest first."""
        return self._asked(lambda: queries.overrides(self._db))

    def standing(self, pairs: Iterable[Pair]) -> dict[Pair, BookedClaim]:
        """The live claim of each (session, patient) that stands on one."""
        return self._asked(lambda: queries.standing(self._db, pairs))

    def claims_of_session(self, session_id: str, patient_id: str | None = None) -> tuple[BookedClaim, ...]:
        """Every claim that ever carried the session, oldest first."""
        return self._asked(lambda: queries.claims_of_session(self._db, session_id, patient_id))

    def claim(self, control_number: str) -> BookedClaim | None:
        """The claim with this control number, for ever."""
        return self._asked(lambda: queries.claim(self._db, control_number))

    def claim_data(self, control_number: str) -> Claim:
        """The whole claim, exactly as it was planned."""
        return self._asked(lambda: queries.claim_data(self._db, control_number))

    def line(self, control_number: str) -> BookedLine | None:
        """The service line with this control number, for ever."""
        return self._asked(lambda: queries.line(self._db, control_number))

    def lines(self, control_number: str) -> tuple[BookedLine, ...]:
        """The service lines of a claim, in their order."""
        return self._asked(lambda: queries.lines(self._db, control_number))

    def claims(
        self, *, file: int | None = None, state: ClaimState | None = None, patient_id: str | None = None
    ) -> Iterator[BookedClaim]:
        """Claims, oldest first: all, or those of a file, in a state, of a patient."""
        with telling(self.file_path):
            yield from queries.claims(self._db, file, state, patient_id)

    def file(self, file: int) -> File | None:
        """The file with this id."""
        return self._asked(lambda: queries.file(self._db, file))

    def files(self) -> tuple[File, ...]:
        """All files, oldest first."""
        return self._asked(lambda: queries.files(self._db))

    def totals(self) -> tuple[Total, ...]:
        """Counts and money by form, test and state."""
        return self._asked(lambda: queries.totals(self._db))

    def events(self, *, after: int = 0) -> Iterator[Event]:
        """What was done, oldest first."""
        with telling(self.file_path):
            yield from events.read(self._db, after)

    def numbers(self) -> tuple[Numbers, ...]:
        """The next control number of each kind."""
        return self._asked(lambda: numbering.state(self._db))

    def skip_numbers(self, kind: NumberKind | str, to: int, *, who: str, why: str) -> None:
        """Go on with the number ``to``: forward only."""
        if kind not in {known.value for known in NumberKind}:
            raise BookError(f"There are no {kind} numbers; there are {', '.join(NumberKind)}.")
        with self._writing(who, why) as log:
            before = numbering.skip(self._db, NumberKind(kind), to)
            log.add("skipped", why=why, kind=str(kind), before=before, next=to)

    def check(self) -> Checked:
        """Look through the whole book and its files for anything that does not agree."""
        inside = self._asked(lambda: verify.check(self._db, self.file_path))
        # Files are read without the book's lock, so that nobody waits for them.
        return verify.on_disk(inside, self.files()) if inside.files else inside

    def warnings(self) -> tuple[str, ...]:
        """Sentences that a person should see once before work begins."""
        told = self._asked(lambda: places.warnings(self.folder))
        told += numbering.low(self.numbers())
        if copied := self._asked(lambda: copying.copied(self._db)):
            told.append(copied)
        return tuple(told)

    def back_up(self, to: Path) -> Path:
        """Copy the book into the new directory ``to`` while it is in use; the copy is a book with numbers of its own."""
        made_at = self._now()
        with telling(to):
            return copying.back_up(self._db, self.file_path, to, made_at)

    def _now(self) -> str:
        return self._clock().astimezone(UTC).isoformat(timespec="seconds")

    def _asked(self, question: Callable[[], T]) -> T:
        # One moment of the book for all parts of an answer.
        with telling(self.file_path):
            if self._db.in_transaction:  # asked at the desk, while a remittance is posted
                return question()
            self._db.execute("BEGIN")
            try:
                return question()
            finally:
                self._db.execute("ROLLBACK")

    @contextlib.contextmanager
    def _writing(self, who: str, why: str | None = None) -> Iterator[Log]:
        if not who.strip():
            raise BookError("Say who does this; the book keeps it.")
        if why is not None and not why.strip():
            raise BookError("Say why this is done; the book keeps it.")
        with telling(self.file_path), writing(self._db):
            log, entered = Log(self._db, self._now(), who), ledger.last(self._db)
            yield log
            ledger.seal(self._db, log, entered)


@contextlib.contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """One transaction that holds the lock from its first moment: all of it happens, or nothing."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # SQLite has rolled back by itself where the disk is full or failed.
        with contextlib.suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


def _ready(
    db: sqlite3.Connection,
    path: Path,
    tag: str | None,
    migrations: tuple[tuple[str, ...], ...],
    clock: Callable[[], datetime],
) -> str:
    # A rollback journal, synced with its directory at every commit: one file, whole after a loss of power.
    db.execute("PRAGMA synchronous = EXTRA")
    db.execute("PRAGMA foreign_keys = ON")
    version, newest = schema.version_of(db), len(migrations)
    (application,) = db.execute("PRAGMA application_id").fetchone()
    if version and application != schema.APPLICATION_ID:
        raise Damaged(f"{path} is a SQLite file of another program, not a book; it was not touched.")
    if version > newest:
        raise BookError(
            f"{path} was made by a newer version of Teachback (its tables have version {version}, this Teachback knows "
            f"up to {newest}); it was not touched. Update Teachback."
        )
    if version < newest:
        if version:
            copying.lay_aside(db, path, version)
        _bring_up(db, path, tag, migrations, clock)
    found = db.execute("SELECT value FROM meta WHERE name = 'tag'").fetchone()
    if found is None:
        raise damaged(path)
    return str(found[0])


def _bring_up(
    db: sqlite3.Connection,
    path: Path,
    tag: str | None,
    migrations: tuple[tuple[str, ...], ...],
    clock: Callable[[], datetime],
) -> None:
    found = numbering.checked_tag(tag) if tag is not None else numbering.new_tag()
    with writing(db):
        before = schema.version_of(db)
        if before == 0 and schema.described(db):
            raise Damaged(f"{path} is a SQLite file of another program, not a book; it was not touched.")
        schema.migrate(db, migrations)
        now = clock().astimezone(UTC).isoformat(timespec="seconds")
        log = Log(db, now, _SYSTEM)
        if before == 0:
            db.executemany(
                "INSERT INTO meta VALUES (?, ?)",
                [("tag", found), ("made_at", now), ("made_with", __version__)],
            )
            log.add("begun", tag=found, version=len(migrations), made_with=__version__)
        elif before < len(migrations):
            log.add("migrated", before=before, version=len(migrations), made_with=__version__)
            if before < schema.WITH_MONEY <= len(migrations):
                ledger.open_sent(db, log)
                ledger.seal(db, log, 0)
