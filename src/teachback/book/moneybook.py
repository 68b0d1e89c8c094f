"""The money side of a book in SQLite: remittances, ledger, open work. See ``MoneyBook`` in the protocol."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from teachback.book import acts, ledger, openwork, remittances
from teachback.book.desk import Desk
from teachback.book.errors import BookError, telling
from teachback.book.moneyvalues import Account, NoteKind

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import date
    from pathlib import Path
    from typing import TypeVar

    from teachback.book.events import Log
    from teachback.book.moneyvalues import (
        Entry,
        LineState,
        OpenWork,
        PostedAdjustment,
        PostedRemittance,
        RemittanceState,
        RemittedLine,
        WorkNote,
    )
    from teachback.remitdata import ClaimPayment, Remittance, ServicePayment

    T = TypeVar("T")


class MoneyOfSqlite:
    """What ``SqliteBook`` can do with money. Money is whole cents."""

    file_path: Path
    _db: sqlite3.Connection

    if TYPE_CHECKING:

        def _asked(self, question: Callable[[], T]) -> T: ...

        def _writing(self, who: str, why: str | None = None) -> AbstractContextManager[Log]: ...

    @contextlib.contextmanager
    def posting(self, who: str) -> Iterator[Desk]:
        """One transaction at whose desk a remittance is posted; questions to the book see what it has done so far."""
        with self._writing(who) as log:
            desk = Desk(self._db, log)
            yield desk
            desk.done()

    def posted_like(self, remittance: Remittance, paid_cents: int | None) -> PostedRemittance | None:
        """The posted remittance with this identity, or with the same trace number, amount and date."""
        return self._asked(lambda: remittances.posted_like(self._db, remittance, paid_cents))

    def same_content(self, number: int, remittance: Remittance) -> bool:
        """Whether the remittance with this id says exactly the same."""
        return self._asked(lambda: self._same(number, remittance))

    def _same(self, number: int, remittance: Remittance) -> bool:
        (kept,) = self._db.execute("SELECT digest FROM remittance WHERE id = ?", (number,)).fetchone()
        return bool(kept == remittances.digest_of(remittances.encoded(remittance)))

    def payees(self) -> tuple[tuple[str, str], ...]:
        """NPI and tax id of everyone for whom this book claims."""
        return self._asked(
            lambda: tuple(self._db.execute("SELECT npi, tax_id FROM payee ORDER BY npi, tax_id").fetchall())
        )

    def lines_on(self, procedure_code: str, day: date) -> tuple[tuple[str, str], ...]:
        """Control numbers of claim and line of every line with this code on this day."""
        question = """SELECT c.control_number, l.control_number FROM line l JOIN claim c ON c.id = l.claim
            WHERE l.date_of_service = ? AND l.procedure_code = ? ORDER BY l.id"""
        return self._asked(
            lambda: tuple(self._db.execute(question, (day.isoformat(), procedure_code)).fetchall())
        )

    def balances(self, *, test: bool = False) -> dict[Account, int]:
        """Cents on every account, of production or of tests; they sum to zero."""
        return self._asked(lambda: ledger.balances(self._db, test=test))

    def sums(self, *, claim: str | None = None, line: str | None = None) -> dict[Account, int]:
        """Cents of one claim (with its lines) or of one line on every account."""
        if (claim is None) == (line is None):
            raise BookError("Name a claim or a line, one of them.")

        def summed() -> dict[Account, int]:
            if claim is not None:
                return ledger.of_claim(self._db, ledger.row_of_claim(self._db, claim))
            return ledger.of_line(self._db, ledger.row_of_line(self._db, str(line)))

        return self._asked(summed)

    def entries(
        self,
        *,
        claim: str | None = None,
        line: str | None = None,
        remittance: int | None = None,
        item: int | None = None,
    ) -> Iterator[Entry]:
        """Entries of the ledger, oldest first: all, or those that touch a claim, a line, a remittance, an item."""
        with telling(self.file_path):
            yield from remittances.entries(self._db, claim=claim, line=line, remittance=remittance, item=item)

    def remittances(self, state: RemittanceState | None = None) -> tuple[PostedRemittance, ...]:
        """Remittances, oldest first."""
        return self._asked(lambda: remittances.remittances(self._db, state))

    def remittance(self, number: int) -> PostedRemittance | None:
        """The remittance with this id."""
        return self._asked(lambda: remittances.remittance(self._db, number))

    def remittance_data(self, number: int) -> Remittance:
        """The whole remittance, exactly as it was read."""
        return self._asked(lambda: remittances.remittance_data(self._db, number))

    def remitted_lines(
        self,
        *,
        remittance: int | None = None,
        claim: str | None = None,
        line: str | None = None,
        state: LineState | None = None,
    ) -> Iterator[RemittedLine]:
        """Remitted lines and what became of them, oldest first."""
        with telling(self.file_path):
            yield from remittances.lines(self._db, remittance=remittance, claim=claim, line=line, state=state)

    def remitted_line(self, item: int) -> RemittedLine:
        """The remitted line with this id."""
        return self._asked(lambda: remittances.known_line(self._db, item))

    def adjudication(self, item: int) -> tuple[ClaimPayment, ServicePayment | None]:
        """The claim and the line (``None``: the claim as a whole) that a remitted line was read as."""
        return self._asked(lambda: remittances.adjudication(self._db, item))

    def standing_adjudication(self, number: str) -> RemittedLine | None:
        """The payer's answer in force for a line, or by a claim's number for the claim as a whole."""

        def asked() -> RemittedLine | None:
            row = self._db.execute(
                "SELECT c.control_number FROM line l JOIN claim c ON c.id = l.claim WHERE l.control_number = ?",
                (number,),
            ).fetchone()
            if row is not None:
                return remittances.standing(self._db, row[0], number)
            return remittances.standing(self._db, number, None)

        return self._asked(asked)

    def provider_adjustments(self) -> tuple[PostedAdjustment, ...]:
        """Money that moved outside of claims (PLB), oldest first."""
        return self._asked(lambda: remittances.provider_adjustments(self._db))

    def open_work(self, *, test: bool = False) -> tuple[OpenWork, ...]:
        """Everything that a person must do."""
        return self._asked(lambda: openwork.open_work(self._db, test=test))

    def work_notes(self, key: str | None = None) -> tuple[WorkNote, ...]:
        """Notes on open work, oldest first."""
        return self._asked(lambda: openwork.notes(self._db, key))

    def note_work(  # noqa: PLR0913  what a note consists of
        self,
        key: str,
        what: NoteKind,
        *,
        who: str,
        why: str,
        until: date | None = None,
        owner: str | None = None,
    ) -> None:
        """Keep a note on open work."""
        if what is NoteKind.DISMISSED:
            raise BookError("Work is dismissed by `dismiss` alone.")
        with self._writing(who, why) as log:
            acts.note(self._db, log, key, what, why, until, owner)

    def write_off(self, number: str, cents: int, *, who: str, why: str) -> None:
        """Give up denied money of a line (or of a claim as a whole): by name and with a reason alone."""
        with self._writing(who, why) as log:
            acts.write_off(self._db, log, number, cents, why)

    def write_off_patient(self, number: str, cents: int, *, who: str, why: str) -> None:
        """Give up money that the patient owes: by name and with a reason alone."""
        with self._writing(who, why) as log:
            acts.write_off_patient(self._db, log, number, cents, why)

    def bill_patient(self, number: str, *, who: str, why: str) -> int:
        """Let the patient owe what was denied, where the payer made the patient responsible; the cents moved."""
        with self._writing(who, why) as log:
            return acts.bill_patient(self._db, log, number, why)

    def apply_money(self, item: int, number: str, cents: int, *, who: str, why: str) -> None:
        """Apply unplaced money to what a payer owes on a line."""
        with self._writing(who, why) as log:
            acts.apply_money(self._db, log, item, number, cents, why)

    def return_money(self, item: int, *, who: str, why: str) -> int:
        """Record that unplaced money went back; the cents that were left."""
        with self._writing(who, why) as log:
            return acts.return_money(self._db, log, item, why)

    def dismiss(self, key: str, *, who: str, why: str) -> None:
        """Take an unplaced line without money, or a held remittance, off the list."""
        with self._writing(who, why) as log:
            acts.dismiss(self._db, log, key, why)
