"""What goes into a book and what it answers: small frozen values, money as ``Decimal`` dollars."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from teachback.claimdata import Claim, Receiver, Submitter
    from teachback.model import ClaimForm


class FileState(StrEnum):
    """How far a file is: numbers taken; on the disk; uploaded; or undone."""

    PLANNED = "planned"
    WRITTEN = "written"
    SENT = "sent"
    WITHDRAWN = "withdrawn"


class ClaimState(StrEnum):
    """How far a claim is. The first three are its file's and live; the others have freed its sessions."""

    PLANNED = "planned"
    WRITTEN = "written"
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    REPLACED = "replaced"
    REJECTED = "rejected"
    VOIDED = "voided"


class Ended(StrEnum):
    """Why a sent claim no longer stands, as its payer answered.

    ``REJECTED``: never adjudicated (999, 277CA) or returned as unprocessable (MA130), so what it replaced
    stands again. ``VOIDED``: the payer accepted a void (frequency 8).
    """

    REJECTED = "rejected"
    VOIDED = "voided"


class NumberKind(StrEnum):
    """The control numbers of a book: ISA13, GS06, ST02, and the serial within CLM01."""

    INTERCHANGE = "interchange"
    GROUP = "group"
    TRANSACTION = "transaction"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class Draft:
    """One file to be made: claims of one form for one receiver, without their control numbers.

    Every claim has its patient's id and every line its sessions. In ``path`` the text ``{number}`` becomes
    the nine digits of the interchange control number; give an absolute path. ``made_at`` is "HHMM".
    ``replaces`` names, by the claim's index, the earlier claim that a claim of frequency 7 or 8 takes over, and
    ``why`` the reason, for the log.
    """

    submitter: Submitter
    receiver: Receiver
    claims: tuple[Claim, ...]
    made_on: date
    made_at: str
    path: str
    replaces: Mapping[int, str] = field(default_factory=dict)
    claims_per_transaction: int = 5000
    why: str = ""


@dataclass(frozen=True, slots=True)
class Override:
    """A person's decision to claim a session in spite of a finding that the rules let people settle."""

    session_id: str
    patient_id: str
    finding_code: str
    who: str
    why: str
    given_on: date


@dataclass(frozen=True, slots=True)
class File:
    """One file of claims. ``sha256`` and ``size`` (bytes) are known once it is written."""

    id: int
    path: str
    state: FileState
    form: ClaimForm
    test: bool
    receiver_id: str
    receiver_name: str
    interchange_number: int
    group_number: int
    first_transaction_number: int
    transactions: int
    claims: int
    charge: Decimal
    made_on: date
    made_at: str
    sha256: str | None
    size: int | None


@dataclass(frozen=True, slots=True)
class BookedClaim:
    """A claim as the book lists it; ``Book.claim_data`` has all of it.

    ``file`` is the id of its file and ``position`` its place there, from 1. ``allowed`` is what we expect
    the payer to allow, ``None`` where a line has no amount. ``replaces`` and ``replaced_by`` are control numbers.
    """

    control_number: str
    state: ClaimState
    file: int
    position: int
    form: ClaimForm
    test: bool
    patient_id: str
    payer_id: str
    frequency_code: str
    charge: Decimal
    allowed: Decimal | None
    first_service: date
    last_service: date
    lines: int
    sessions: tuple[str, ...]
    replaces: str | None
    replaced_by: str | None

    @property
    def live(self) -> bool:
        """Whether its sessions stand on it, so that no other claim may carry them."""
        return self.state in {ClaimState.PLANNED, ClaimState.WRITTEN, ClaimState.SENT}


@dataclass(frozen=True, slots=True)
class BookedLine:
    """A service line, found by its control number (REF 6R), with the sessions that it stands for."""

    control_number: str
    claim: BookedClaim
    position: int
    procedure_code: str
    modifiers: tuple[str, ...]
    units: int
    charge: Decimal
    date_of_service: date
    sessions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The next control number of a kind, the last that exists, and how many are left."""

    kind: NumberKind
    next: int
    last: int

    @property
    def left(self) -> int:
        """How many can still be taken."""
        return max(0, self.last - self.next + 1)


@dataclass(frozen=True, slots=True)
class Total:
    """Counts and money of the claims of one form, one state, and test or production."""

    form: ClaimForm
    test: bool
    state: ClaimState
    claims: int
    lines: int
    charge: Decimal
    allowed: Decimal


@dataclass(frozen=True, slots=True)
class Event:
    """What was done, when (UTC), by whom and why. ``hash`` covers it and all events before it."""

    number: int
    at: str
    who: str
    what: str
    file: int | None
    claim: str | None
    why: str
    detail: str
    hash: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check of the book found: ``faults`` must be cured, ``notes`` are good to know."""

    files: int
    claims: int
    events: int
    faults: tuple[str, ...]
    notes: tuple[str, ...]
