"""What an appeal is written from, and the three answers there are: a letter, not yet, or no appeal."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from teachback.law import MEDICARE

if TYPE_CHECKING:
    from datetime import date

    from teachback.claimdata import Claim
    from teachback.findings import Owner
    from teachback.model import Session
    from teachback.remitdata import ClaimPayment, Remittance


class Document(StrEnum):
    """A paper that the practice can name as enclosed."""

    NOTE = "note"
    PLAN = "plan"
    CONSENT = "consent"
    ABN = "abn"
    REMITTANCE = "remittance"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A document on hand: its kind, the file's name, and the session that it is of (``None``: all of them)."""

    document: Document
    file: str
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that a letter may speak of.

    ``claim`` is as it was sent. ``sessions`` are the recorded sessions: those of the claim's lines, and as many of
    the same dates and patient as are known. ``remittance`` and ``payment`` are the payer's answer, ``None`` where
    there is none; ``rejected`` tells that the claim was returned before it was judged (999, 277CA). ``settled``
    are findings that a person settled, as (session, patient, finding code). ``send_to`` is the contractor's
    address, ``received`` the day on which the notice is shown to have arrived, where it is known.
    """

    claim: Claim
    sessions: tuple[Session, ...]
    today: date
    remittance: Remittance | None = None
    payment: ClaimPayment | None = None
    rejected: bool = False
    settled: frozenset[tuple[str, str, str]] = frozenset()
    enclosures: tuple[Enclosure, ...] = ()
    send_to: tuple[str, ...] = ()
    received: date | None = None
    payer: str = MEDICARE


class Refusal(StrEnum):
    """Why there is no appeal."""

    REJECTED = "the claim was rejected, never judged"
    NO_ANSWER = "no answer of the payer is on record"
    NOT_ORIGINAL_MEDICARE = "the payer is not Original Medicare"
    NOT_A_PARTY = "the practice is no party to the appeal"
    TAKEN_BACK = "the payment was taken back as a correction"
    NOTHING_DENIED = "nothing was denied"
    UNPROCESSABLE = "the claim was unprocessable"
    UNTIMELY_CLAIM = "the claim was filed late"
    ABSOLUTE_LIMIT = "the limit of units is absolute"
    OTHER_REMEDY = "another step cures it"
    RECORD_AGREES = "the record bears the denial out"
    CLAIM_DIFFERS = "the claim is not what the record earns"
    UNREADABLE = "the answer does not tell which line is meant"
    UNKNOWN_REASON = "the reason is not known to us"
    TOO_LATE = "the deadline has passed"


@dataclass(frozen=True, slots=True)
class NoAppeal:
    """Why nothing is written, and what to do instead.

    ``lines`` are control numbers of claim lines; empty where the whole claim is meant. ``until`` is the last day
    of the other step, where it has one. No patient is named in any sentence.
    """

    claim: str
    why: Refusal
    says: str
    instead: str
    lines: tuple[str, ...] = ()
    until: date | None = None
    cites: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """What the record does not hold and a letter would have to say: who can obtain it, and how.

    What is not ``essential`` makes the letter better and does not hold it back.
    """

    place: str
    says: str
    obtain: str
    owner: Owner
    cites: tuple[str, ...] = ()
    session_id: str = ""
    essential: bool = True


@dataclass(frozen=True, slots=True)
class NotYet:
    """An appeal exists, but the record does not carry it yet: ``missing`` is what to obtain by ``deadline``."""

    claim: str
    missing: tuple[Missing, ...]
    deadline: date
    left_out: tuple[NoAppeal, ...] = field(default=())
