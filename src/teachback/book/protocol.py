"""What every book can do, whatever keeps it: the promise that the claim command and later the app rely on.

A book never takes one (session, patient) onto two live claims, never gives a control number twice, and
forgets nothing: withdrawn claims and their numbers are found for ever. Every change is one transaction.
All failures are ``BookError``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from teachback.book.moneyvalues import (
        Account,
        Entry,
        OpenWork,
        PostedRemittance,
        RemittanceState,
        RemittedLine,
    )
    from teachback.book.values import (
        BookedClaim,
        BookedLine,
        Checked,
        ClaimState,
        Draft,
        Ended,
        Event,
        File,
        NumberKind,
        Numbers,
        Override,
        Total,
    )
    from teachback.claimdata import Claim, Submission

Pair = tuple[str, str]
"""A session's id and a patient's id."""


class Book(Protocol):
    """Claims, files, control numbers, overrides, events, remittances and the ledger of one practice."""

    def plan(
        self, drafts: Sequence[Draft], *, who: str, overrides: Iterable[Override] = ()
    ) -> tuple[File, ...]:
        """Take numbers and keep claims, files and overrides as planned: all drafts or none.

        ``SessionTaken`` names the sessions that stand on live claims.
        """
        ...

    def submission(self, file: int) -> Submission:
        """What a file contains, with all its numbers: the writer makes the same bytes from it, always."""
        ...

    def unfinished(self) -> tuple[File, ...]:
        """Files that are planned and not known to be written: whoever starts makes them again and marks them."""
        ...

    def mark_written(self, file: int, sha256: str, size: int) -> File:
        """Say that a planned file stands on the disk; saying it again with the same hash changes nothing.

        ``FileWithdrawn`` where somebody withdrew it meanwhile.
        """
        ...

    def mark_sent(self, file: int, *, who: str, why: str = "") -> File:
        """Say that a written file went to its receiver; saying it again changes nothing."""
        ...

    def withdraw(self, file: int, *, who: str, why: str) -> File:
        """Undo a file before it is sent (a test file also afterwards); its numbers are never used again.

        Its sessions are free, and claims that it replaced stand again.
        """
        ...

    def end(self, control_number: str, how: Ended, *, who: str, why: str) -> BookedClaim:
        """Record that the payer rejected a sent claim or accepted its void; its sessions are free."""
        ...

    def record_overrides(self, overrides: Iterable[Override], *, who: str) -> int:
        """Keep overrides; how many were new. The same one again is no fault."""
        ...

    def overrides(self) -> tuple[Override, ...]:
        """All overrides, oldest first."""
        ...

    def standing(self, pairs: Iterable[Pair]) -> dict[Pair, BookedClaim]:
        """The live claim of each (session, patient) that stands on one."""
        ...

    def claims_of_session(self, session_id: str, patient_id: str | None = None) -> tuple[BookedClaim, ...]:
        """Every claim that ever carried the session, oldest first."""
        ...

    def claim(self, control_number: str) -> BookedClaim | None:
        """The claim with this control number (CLM01), for ever."""
        ...

    def claim_data(self, control_number: str) -> Claim:
        """The whole claim, exactly as it was planned."""
        ...

    def line(self, control_number: str) -> BookedLine | None:
        """The service line with this control number (REF 6R), for ever."""
        ...

    def claims(
        self, *, file: int | None = None, state: ClaimState | None = None, patient_id: str | None = None
    ) -> Iterator[BookedClaim]:
        """Claims, oldest first: all, or those of a file, in a state, of a patient."""
        ...

    def lines(self, control_number: str) -> tuple[BookedLine, ...]:
        """The service lines of a claim, in their order."""
        ...

    def file(self, file: int) -> File | None:
        """The file with this id."""
        ...

    def files(self) -> tuple[File, ...]:
        """All files, oldest first."""
        ...

    def totals(self) -> tuple[Total, ...]:
        """Counts and money by form, test and state."""
        ...

    def events(self, *, after: int = 0) -> Iterator[Event]:
        """What was done, oldest first, from the event after ``after``."""
        ...

    def numbers(self) -> tuple[Numbers, ...]:
        """The next control number of each kind."""
        ...

    def skip_numbers(self, kind: NumberKind | str, to: int, *, who: str, why: str) -> None:
        """Go on with the number ``to``: forward only, such as past the numbers of an earlier system."""
        ...

    def check(self) -> Checked:
        """Look through the whole book and its files for anything that does not agree."""
        ...

    def warnings(self) -> tuple[str, ...]:
        """Sentences that a person should see once before work begins."""
        ...

    def balances(self, *, test: bool = False) -> dict[Account, int]:
        """Cents on every account, of production or of tests; they sum to zero."""
        ...

    def sums(self, *, claim: str | None = None, line: str | None = None) -> dict[Account, int]:
        """Cents of one claim (with its lines) or of one line on every account."""
        ...

    def entries(
        self,
        *,
        claim: str | None = None,
        line: str | None = None,
        remittance: int | None = None,
        item: int | None = None,
    ) -> Iterator[Entry]:
        """Entries of the ledger, oldest first: all, or those that touch a claim, a line, a remittance, an item."""
        ...

    def remittances(self, state: RemittanceState | None = None) -> tuple[PostedRemittance, ...]:
        """Remittances, oldest first; they are posted by ``teachback.remit.post``."""
        ...

    def standing_adjudication(self, number: str) -> RemittedLine | None:
        """The payer's answer in force for a line, or by a claim's number for the claim as a whole."""
        ...

    def open_work(self, *, test: bool = False) -> tuple[OpenWork, ...]:
        """Everything that a person must do about money; nothing leaves the list but by an answer or a name."""
        ...

    def write_off(self, number: str, cents: int, *, who: str, why: str) -> None:
        """Give up denied money of a line (or of a claim as a whole): by name and with a reason alone."""
        ...
