"""The desk at which a remittance is posted: one transaction, so that all of it happens or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.book import endings, ledger, remittances
from teachback.book.errors import BookError
from teachback.book.moneyvalues import Account, EntryKind, LineOutcome, LineState, RemittanceState
from teachback.book.values import FileState

if TYPE_CHECKING:
    import sqlite3

    from teachback.book.events import Log
    from teachback.book.moneyvalues import Adjudication
    from teachback.remitdata import Remittance


class Desk:
    """Writes remittances, their lines and their entries within the transaction that is open."""

    def __init__(self, db: sqlite3.Connection, log: Log) -> None:
        self._db = db
        self._log = log
        self._remittance = 0
        self._day = log.at[:10]
        self._test = False
        self._touched: dict[int, None] = {}

    def keep(  # noqa: PLR0913  what the book keeps of it
        self,
        remittance: Remittance,
        state: RemittanceState,
        *,
        source: str,
        manual: bool,
        paid_cents: int | None,
        why: str = "",
    ) -> int:
        """Keep a remittance with its claims, whole; its id. A held one that is kept already is not kept twice."""
        contents = remittances.encoded(remittance)
        digest = remittances.digest_of(contents)
        if state is RemittanceState.HELD and (
            row := self._db.execute(
                "SELECT id FROM remittance WHERE identity = ? AND digest = ? AND state = 'held'",
                (remittance.identity, digest),
            ).fetchone()
        ):
            return int(row[0])
        paid_on = remittances.counted_on(remittance)
        columns = (
            remittance.identity,
            state.value,
            source,
            int(manual),
            self._log.who,
            self._log.at,
            int(remittance.is_test),
            remittance.payer_name,
            remittance.payer_id,
            remittance.trace_number,
            remittance.method,
            paid_cents,
            None if paid_on is None else paid_on.isoformat(),
            len(remittance.claims),
            why,
            digest,
            contents[0],
        )
        cursor = self._db.execute(
            """INSERT INTO remittance (identity, state, source, manual, who, at, test, payer_name, payer_id, trace_number,
            method, paid_cents, paid_on, claims, why, digest, content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
            ?, ?, ?)""",
            columns,
        )
        self._remittance = int(cursor.lastrowid or 0)
        self._day = self._log.at[:10] if paid_on is None else paid_on.isoformat()
        self._test = remittance.is_test
        for position, (claim, content) in enumerate(
            zip(remittance.claims, contents[1], strict=True), start=1
        ):
            self._db.execute(
                """INSERT INTO remitted_claim (remittance, position, control_number, status_code,
                payer_claim_control_number, content) VALUES (?, ?, ?, ?, ?, ?)""",
                (
                    self._remittance,
                    position,
                    claim.control_number,
                    claim.status_code,
                    claim.payer_claim_control_number,
                    content,
                ),
            )
        self._log.add(state.value, why=why, remittance=self._remittance, source=source, digest=digest)
        return self._remittance

    def answered(self, claim_control_number: str) -> None:
        """Say that a claim's payer answered, so its file was sent, whoever forgot to say so."""
        file, state, test = self._db.execute(
            "SELECT f.id, f.state, f.test FROM claim c JOIN file f ON f.id = c.file WHERE c.control_number = ?",
            (claim_control_number,),
        ).fetchone()
        if bool(test) != self._test:
            raise BookError("A remittance of a test answers claims of tests alone; nothing was posted.")
        if state == FileState.WRITTEN.value:
            endings.mark_sent(self._db, self._log, file, "its payer answered")

    def line(  # noqa: PLR0913  what the book keeps of it
        self,
        claim_position: int,
        position: int,
        state: LineState,
        *,
        booked: Adjudication | None = None,
        undoes: int | None = None,
        placed: int | None = None,
        score: int = 0,
        how: str = "",
        why: str = "",
        charge_cents: int | None = None,
        paid_cents: int | None = None,
    ) -> int:
        """Keep what became of one line, and write its entries; its id.

        With ``undoes`` the answer with that id is reversed first, exactly, with what people did with it.
        """
        row = self._db.execute(
            "SELECT id FROM remitted_claim WHERE remittance = ? AND position = ?",
            (self._remittance, claim_position),
        ).fetchone()
        claim = None if booked is None else ledger.row_of_claim(self._db, booked.claim)
        line = None if booked is None or booked.line is None else ledger.row_of_line(self._db, booked.line)
        cursor = self._db.execute(
            """INSERT INTO remitted_line (remitted_claim, position, state, claim, line, outcome, score, how, why,
            charge_cents, paid_cents, undoes, placed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (
                row[0],
                position,
                state.value,
                claim,
                line,
                None if booked is None else booked.outcome.value,
                score,
                how,
                why,
                charge_cents,
                paid_cents,
                undoes,
                placed,
            ),
        )
        item = int(cursor.lastrowid or 0)
        if undoes is not None:
            self._undo(undoes, item)
        if booked is not None and claim is not None:
            kind = EntryKind.ADJUDICATED if placed is None else EntryKind.PLACED
            if booked.outcome is not LineOutcome.REVERSED:
                self._post(kind, self._rows(booked, claim, line), claim=claim, item=item, why=why)
            self._touched[claim] = None
        elif state is LineState.NEEDS_PERSON and paid_cents:
            self._post(
                EntryKind.UNPLACED,
                [(Account.CASH, paid_cents, None, None), (Account.UNAPPLIED, -paid_cents, None, None)],
                item=item,
                why=why,
            )
        return item

    def provider_adjusted(self, cents: int, why: str) -> None:
        """Write one provider adjustment; positive lowers the payment."""
        self._post(
            EntryKind.PROVIDER_ADJUSTED,
            [(Account.CASH, -cents, None, None), (Account.PROVIDER_ADJUSTMENTS, cents, None, None)],
            why=why,
        )

    def done(self) -> None:
        """Close again what was answered for claims that no longer stand."""
        for claim in self._touched:
            ledger.settle(self._db, self._log, claim)

    def at(self, remittance: int) -> None:
        """Go on with a remittance that was posted before."""
        found = remittances.known_remittance(self._db, remittance)
        self._remittance, self._test = remittance, found.test

    def take_back(self, item: int, by: int, why: str) -> None:
        """Reverse the entry that kept a line's money for a person, because it was placed."""
        rows = self._db.execute(
            """SELECT id FROM entry e WHERE item = ? AND kind = 'unplaced'
            AND NOT EXISTS (SELECT 1 FROM entry u WHERE u.undoes = e.id)""",
            (item,),
        ).fetchall()
        for (entry,) in rows:
            ledger.undo(
                self._db, self._log, entry, day=self._day, remittance=self._remittance, item=by, why=why
            )

    def _rows(self, booked: Adjudication, claim: int, line: int | None) -> list[ledger.Row]:
        """The parts with their place; of a claim as a whole, what its payer owed is taken from each line."""
        spread = bool(booked.charges)
        rows: list[ledger.Row] = [
            (account, cents, claim, line)
            for account, cents in booked.parts
            if not (spread and account is Account.PAYER_RECEIVABLE)
        ]
        for number, cents in booked.charges:
            rows.append((Account.PAYER_RECEIVABLE, -cents, claim, ledger.row_of_line(self._db, number)))
        return rows

    def _undo(self, answered: int, item: int) -> None:
        ledger.undo_answer(
            self._db, self._log, answered, day=self._day, remittance=self._remittance, item=item
        )

    def _post(
        self,
        kind: EntryKind,
        parts: list[ledger.Row],
        *,
        claim: int | None = None,
        item: int | None = None,
        why: str = "",
    ) -> None:
        ledger.post(
            self._db,
            self._log,
            kind,
            parts,
            day=self._day,
            test=self._test,
            claim=claim,
            remittance=self._remittance,
            item=item,
            why=why,
        )
