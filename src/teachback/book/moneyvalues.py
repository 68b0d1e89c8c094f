"""What the money side of a book takes and answers: accounts, entries, remittances, their lines, and open work.

Money is whole cents; a debit is positive. Every entry sums to zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


class Account(StrEnum):
    """Where money stands. Assets and costs are positive, income and what is owed to others negative.

    ``CHARGES``: what was claimed. ``PAYER_RECEIVABLE``: not answered yet. ``PATIENT_RECEIVABLE``: the patient owes.
    ``OTHER_PAYER``: an earlier payer's part (OA-23), settled with that payer's answer. ``CASH``: what remittances
    paid. ``CONTRACTUAL``: charged above the fee schedule. ``SEQUESTRATION``: CARC 253. ``DENIED``: claimed and
    refused, in whole or in part, to be worked. ``WRITTEN_OFF``: given up by a named person. ``PROVIDER_ADJUSTMENTS``:
    PLB. ``UNAPPLIED``: paid to us (negative) or taken (positive) for what a person must place.
    """

    CHARGES = "charges"
    PAYER_RECEIVABLE = "payer_receivable"
    PATIENT_RECEIVABLE = "patient_receivable"
    OTHER_PAYER = "other_payer"
    CASH = "cash"
    CONTRACTUAL = "contractual"
    SEQUESTRATION = "sequestration"
    DENIED = "denied"
    WRITTEN_OFF = "written_off"
    PROVIDER_ADJUSTMENTS = "provider_adjustments"
    UNAPPLIED = "unapplied"


class EntryKind(StrEnum):
    """What an entry of the ledger records.

    ``OPENED``: a claim was sent. ``CLOSED``: it no longer stands, so nothing is awaited for it. ``REOPENED``: it
    stands again. ``ADJUDICATED``: a payer's answer to a line. ``UNDONE``: exactly the reverse of another entry.
    ``UNPLACED``: money of a line that a person must place. ``PROVIDER_ADJUSTED``: PLB. By people: ``PLACED``,
    ``APPLIED``, ``RETURNED`` (of unplaced money), ``WRITTEN_OFF``, ``BILLED_PATIENT``.
    """

    OPENED = "opened"
    CLOSED = "closed"
    REOPENED = "reopened"
    ADJUDICATED = "adjudicated"
    UNDONE = "undone"
    UNPLACED = "unplaced"
    PROVIDER_ADJUSTED = "provider_adjusted"
    PLACED = "placed"
    APPLIED = "applied"
    RETURNED = "returned"
    WRITTEN_OFF = "written_off"
    BILLED_PATIENT = "billed_patient"


class RemittanceState(StrEnum):
    """``HELD``: kept for a person, without any money in the ledger."""

    POSTED = "posted"
    HELD = "held"


class LineState(StrEnum):
    """What became of a remitted line: exactly one of the three."""

    POSTED = "posted"
    NEEDS_PERSON = "needs_person"
    NOT_OURS = "not_ours"


class LineOutcome(StrEnum):
    """What the payer decided on a line. Nothing paid has three meanings, and each has its own word.

    ``PATIENT_OWES``: the deductible or the patient's share took all. ``DENIED``: refused. ``NOTHING_DUE``: nothing
    was charged, or an earlier payer left nothing.
    """

    PAID = "paid"
    PARTLY_DENIED = "partly_denied"
    PATIENT_OWES = "patient_owes"
    DENIED = "denied"
    NOTHING_DUE = "nothing_due"
    REVERSED = "reversed"


class WorkKind(StrEnum):
    """Why a person is needed."""

    DENIED = "denied"
    NEEDS_PERSON = "needs_person"
    HELD = "held"


class NoteKind(StrEnum):
    """What a person notes on open work. ``WAIT`` lays it aside until a day; ``ASSIGN`` names who does it.

    ``DISMISSED`` takes it off the list, by ``Book.dismiss`` alone and only where no money hangs on it.
    """

    NOTE = "note"
    WAIT = "wait"
    ASSIGN = "assign"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class Part:
    """One account's part of an entry; ``claim`` and ``line`` are control numbers."""

    account: Account
    cents: int
    claim: str | None = None
    line: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger. ``day`` is when it counts, ``at`` when it was written (UTC).

    ``item`` is the remitted line and ``undoes`` the entry that it reverses, where it has them.
    """

    id: int
    at: str
    who: str
    kind: EntryKind
    day: date
    test: bool
    why: str
    claim: str | None
    remittance: int | None
    item: int | None
    undoes: int | None
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class PostedRemittance:
    """A remittance that the book keeps; ``why`` says for a held one why nothing of it was posted.

    ``paid_on`` is its payment date, else the day on which it was made; ``paid_cents`` is BPR02.
    """

    id: int
    identity: str
    state: RemittanceState
    source: str
    manual: bool
    who: str
    at: str
    test: bool
    payer_name: str
    payer_id: str
    trace_number: str
    method: str
    paid_cents: int | None
    paid_on: date | None
    claims: int
    why: str


@dataclass(frozen=True, slots=True)
class RemittedLine:
    """One line of a remitted claim and what became of it; position 0 is the claim as a whole.

    ``control_number`` is CLP01 as the payer wrote it; ``claim`` and ``line`` are ours. ``undoes`` and
    ``undone_by`` are ids of other lines. ``placed`` is, on a line that a person placed, the line as it came.
    ``resolved`` tells that a line that needed a person no longer does.
    """

    id: int
    remittance: int
    claim_position: int
    position: int
    control_number: str
    status_code: str
    payer_claim_control_number: str
    state: LineState
    claim: str | None
    line: str | None
    outcome: LineOutcome | None
    score: int
    how: str
    why: str
    charge_cents: int | None
    paid_cents: int | None
    undoes: int | None
    undone_by: int | None
    placed: int | None
    resolved: bool

    @property
    def standing(self) -> bool:
        """Whether it is the payer's answer in force."""
        posted = self.state is LineState.POSTED and self.outcome is not LineOutcome.REVERSED
        return posted and self.undone_by is None


@dataclass(frozen=True, slots=True)
class PostedAdjustment:
    """Money that moved outside of claims (PLB); positive lowers the payment, as in X12."""

    remittance: int
    paid_on: date
    provider: str
    reason: str
    reference: str
    cents: int


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Something that a person must do. ``key`` names it for ever; ``cents`` is the money that it is about.

    ``owner`` and ``waits_until`` are from the notes on it.
    """

    key: str
    kind: WorkKind
    cents: int
    on: date | None
    claim: str | None
    line: str | None
    item: int | None
    remittance: int | None
    why: str
    owner: str | None = None
    waits_until: date | None = None


@dataclass(frozen=True, slots=True)
class WorkNote:
    """What somebody noted on open work."""

    id: int
    key: str
    what: NoteKind
    at: str
    who: str
    why: str
    until: date | None
    owner: str | None


@dataclass(frozen=True, slots=True)
class Adjudication:
    """A line's answer, ready to be booked: what it does to the accounts.

    ``claim`` and ``line`` are control numbers; without a line the claim is answered as a whole, and ``charges``
    names what each of its lines had claimed. ``parts`` sum to zero; a reversal has none: it undoes another answer.
    """

    claim: str
    line: str | None
    outcome: LineOutcome
    parts: tuple[tuple[Account, int], ...] = ()
    charges: tuple[tuple[str, int], ...] = ()
