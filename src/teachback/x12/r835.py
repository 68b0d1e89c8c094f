"""Remittances (835) back from any bytes: every payment with its claims, lines and adjustments, and what is wrong.

    for remittance in remittances(file):
        remittance.claims, remittance.balances, remittance.faults

    for read in read_remittances(file):   # the segments beside it: nothing of the file is lost
        read.remittance, read.head, read.claims, read.tail, read.told

    for part in parts(file):              # one claim after another; memory does not grow with the file
        ReadClaimPayment: part.payment, part.segments, part.told
        ReadRemittance:   ends its set; part.remittance has no claims

Lenient in reading: every set is read whatever is wrong with it, also one without ST, BPR or SE. Strict in reporting:
``balances`` is false where a line, a claim or the payment does not add up to the cent, where an amount cannot be read,
where the set is cut off or does not have the segments it counts, or where two remittances are mixed: such a set must
not be posted.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from teachback.remitdata import Remittance
from teachback.x12.balances import NOTHING, payment_gap
from teachback.x12.paidclaim import paid_claim
from teachback.x12.paidhead import frame_of, out_of_place, provider_adjustments
from teachback.x12.sets import TransactionSet, sets, tell_whole
from teachback.x12.tokens import read
from teachback.x12.told import MOST_TOLD, Tellings, Told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal
    from typing import BinaryIO

    from teachback.remitdata import ClaimPayment
    from teachback.x12.paidhead import Frame
    from teachback.x12.tokens import Segment

__all__ = [
    "ReadClaimPayment",
    "ReadRemittance",
    "identity",
    "parts",
    "read_remittances",
    "read_set",
    "remittances",
]

MOST_SEGMENTS: Final = 50_000
"""Segments of one claim, or of a set outside of its claims, that are kept; 999 lines of fifty stay below."""
_ENDS_CLAIM: Final = frozenset({"CLP", "LX", "TS3", "TS2", "PLB", "SE", "BPR", "TRN", "N1", "RDM"})
_BETWEEN: Final = frozenset({"LX", "TS3", "TS2", "PLB", "SE"})


@dataclass(frozen=True, slots=True)
class ReadClaimPayment:
    """One claim with its segments (CLP to its last), those before it (LX, TS3, TS2), and what is told of it."""

    payment: ClaimPayment
    before: tuple[Segment, ...]
    segments: tuple[Segment, ...]
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class ReadRemittance:
    """One 835 with its segments: ``head`` before the first claim, ``claims``, ``tail`` behind the last one.

    ``told`` is of the set's frame and its payment; what is told of a claim stands with the claim.
    """

    remittance: Remittance
    head: tuple[Segment, ...]
    claims: tuple[ReadClaimPayment, ...]
    tail: tuple[Segment, ...]
    told: tuple[Told, ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """Every segment from ST to SE as it stands in the file."""
        found = list(self.head)
        for claim in self.claims:
            found += claim.before
            found += claim.segments
        return (*found, *self.tail)

    @property
    def all_told(self) -> tuple[Told, ...]:
        """What is told of the set and of its claims, in the order of the file."""
        every = [*self.told, *(one for claim in self.claims for one in claim.told)]
        return tuple(sorted(every, key=lambda one: one.position.byte))


def remittances(stream: BinaryIO) -> Iterator[Remittance]:
    """Every remittance of a file that was opened in binary, one transaction set at a time."""
    for found in sets(read(stream)):
        if isinstance(found, TransactionSet) and found.kind == "835":
            yield read_set(found).remittance


def read_remittances(stream: BinaryIO) -> Iterator[ReadRemittance]:
    """The same with every segment kept."""
    for found in sets(read(stream)):
        if isinstance(found, TransactionSet) and found.kind == "835":
            yield read_set(found, keep=True)


def parts(stream: BinaryIO) -> Iterator[ReadClaimPayment | ReadRemittance]:
    """Claim after claim, and behind the last one of a set its remittance without claims; nothing is held."""
    for found in sets(read(stream)):
        if isinstance(found, TransactionSet) and found.kind == "835":
            yield from _Reading(found).parts()


def read_set(opened: TransactionSet, *, keep: bool = False) -> ReadRemittance:
    """One remittance from a transaction set; its segments are kept where ``keep`` is set."""
    read_claims: list[ReadClaimPayment] = []
    payments: list[ClaimPayment] = []
    for part in _Reading(opened).parts():
        if isinstance(part, ReadClaimPayment):
            payments.append(part.payment)
            if keep:
                read_claims.append(part)
        elif not keep:
            return replace(
                part, remittance=replace(part.remittance, claims=tuple(payments)), head=(), tail=()
            )
        else:
            whole = replace(part.remittance, claims=tuple(payments))
            return replace(part, remittance=whole, claims=tuple(read_claims))
    raise AssertionError("a reading ends with its remittance")


def identity(remittance: Remittance) -> str:
    """The name of a payment for ever, as `Remittance.identity` has it, from the rest of the remittance.

    Payer, payee, trace number, amount and date of the payment. Where nothing was paid or the trace number is missing,
    many remittances share these: there every claim's control numbers, status and amounts name it too.
    """
    naming = _Naming(remittance.trace_number, remittance.paid)
    for claim in remittance.claims:
        naming.add(claim)
    return naming.named(remittance)


class _Naming:
    """Makes a remittance's identity while its claims pass by."""

    def __init__(self, trace_number: str, paid: Decimal | None) -> None:
        self.by_claims = not trace_number or not paid
        self.digest = hashlib.sha256()

    def add(self, claim: ClaimPayment) -> None:
        """One claim, in the order of the file."""
        if self.by_claims:
            self._take(
                claim.control_number,
                claim.status_code,
                _plain(claim.charge),
                _plain(claim.paid),
                claim.payer_claim_control_number,
            )

    def named(self, remittance: Remittance) -> str:
        """The identity, behind the last claim."""
        on = remittance.paid_on
        self._take(
            remittance.payer_id,
            remittance.payee_id,
            remittance.trace_number,
            _plain(remittance.paid),
            on.isoformat() if on else "",
        )
        return self.digest.hexdigest()

    def _take(self, *texts: str) -> None:
        self.digest.update("".join([f"{len(text)}:{text}" for text in texts]).encode("utf-8", "replace"))


def _plain(amount: Decimal | None) -> str:
    """An amount in one way of writing: 5, 5.0 and 5.00 are one payment."""
    return "" if amount is None else f"{amount:.2f}"


class _Reading:
    """One 835 set being read: what is held is its head, the present claim, and sums."""

    def __init__(self, opened: TransactionSet) -> None:
        self.opened = opened
        self.tellings = self._tellings()
        self.faults: list[str] = []
        self.fault_count = 0
        self.blocked = False
        self.head: list[Segment] = []
        self.loose: list[Segment] = []  # LX, TS3, TS2, PLB, SE since the last claim
        self.claim: list[Segment] = []
        self.before: list[Segment] = []
        self.plb: list[Segment] = []
        self.frame: Frame | None = None
        self.naming = _Naming("", None)
        self.paid = NOTHING
        self.held_back = False

    def _tellings(self) -> Tellings:
        return Tellings(self.opened.interchange, self.opened.control)

    def parts(self) -> Iterator[ReadClaimPayment | ReadRemittance]:
        """Every claim, then the remittance."""
        bucket = self.head
        between = False
        for segment in self.opened:
            kind = segment.elements[0]
            if kind in _ENDS_CLAIM:
                if self.claim:
                    yield self._claim()
                bucket = self._bucket(kind, bucket)
                between = bucket is self.loose
            if between:
                self._between(kind, segment)
            if len(bucket) < MOST_SEGMENTS:
                bucket.append(segment)
            elif not self.held_back:
                self._too_many(segment)
        if self.claim:
            yield self._claim()
        yield self._remittance()

    def _bucket(self, kind: str, present: list[Segment]) -> list[Segment]:
        """Where a segment goes that stands in no claim, or opens one; before the first claim the head is read."""
        if kind == "CLP":
            if self.frame is None:
                self._frame()
            self.before, self.loose, self.claim = self.loose, [], []
            return self.claim
        return self.head if present is self.head and kind not in _BETWEEN else self.loose

    def _between(self, kind: str, segment: Segment) -> None:
        """A segment behind the head and outside of claims: PLB is wanted later, what has no place is told."""
        if kind == "PLB":
            self.plb.append(segment)
        elif kind in {"BPR", "TRN"}:
            message = f"{kind} stands behind claims: two remittances may be mixed."
            self.tellings.add("repeated", segment, "", message, blocks=True)
        elif kind not in _BETWEEN:
            out_of_place(segment, self.tellings)

    def _frame(self) -> Frame:
        self.frame = frame = frame_of(self.head, self.tellings)
        self.naming = _Naming(frame.trace_number, frame.paid)
        return frame

    def _claim(self) -> ReadClaimPayment:
        """The claim that the present segments are."""
        segments, before = self.claim, self.before
        self.claim, self.before = [], []
        tellings = self._tellings()
        payment = paid_claim(segments, tellings)
        if payment.paid is None:
            self.tellings.unread += 1
        else:
            self.paid += payment.paid
        self.naming.add(payment)
        if tellings.told:
            self._note(tellings)
        return ReadClaimPayment(payment, tuple(before), tuple(segments), tuple(tellings.told))

    def _note(self, tellings: Tellings) -> None:
        """Faults in words for the remittance, up to a number that a person would read."""
        self.blocked = self.blocked or tellings.blocked
        self.fault_count += tellings.count
        room = MOST_TOLD - len(self.faults)
        self.faults += [str(one) for one in tellings.told[:room]]

    def _too_many(self, segment: Segment) -> None:
        self.held_back = True
        message = f"More than {MOST_SEGMENTS:,} segments stand together; the rest was passed over."
        self.tellings.add("too-many", segment, "", message, blocks=True)

    def _remittance(self) -> ReadRemittance:
        """The remittance, its claims left out."""
        frame = self.frame or self._frame()
        adjusted = provider_adjustments(self.plb, self.tellings)
        tell_whole(self.opened, [*self.head[-1:], *self.loose[-1:]], self.tellings)
        self._balance(frame, sum((one.amount for one in adjusted), NOTHING))
        self._note(self.tellings)
        if self.fault_count > len(self.faults):
            self.faults.append(f"and {self.fault_count - len(self.faults):,} more faults")
        unnamed = Remittance(
            "",
            frame.payer.name,
            frame.payer_id,
            frame.payee.name,
            frame.payee.identifier,
            frame.payee.qualifier,
            frame.trace_number,
            frame.handling_code,
            frame.method,
            frame.credit_debit,
            frame.paid,
            frame.paid_on,
            frame.produced_on,
            (),
            tuple(adjusted),
            tuple(frame.payee.references),
            tuple(frame.payer.references),
            self.opened.control_numbers,
            self.opened.is_test,
            not self.blocked,
            tuple(self.faults),
        )
        named = replace(unnamed, identity=self.naming.named(unnamed))
        return ReadRemittance(named, tuple(self.head), (), tuple(self.loose), tuple(self.tellings.told))

    def _balance(self, frame: Frame, provider: Decimal) -> None:
        """Tell where the payment is not the sum of its claims less the provider's adjustments."""
        gap = payment_gap(frame.paid, frame.credit_debit, self.paid, provider)
        bpr = next((one for one in self.head if one.elements[0] == "BPR"), None)
        if gap and frame.paid is not None and bpr is not None and not self.tellings.unread:
            wanted = self.paid - provider
            message = (
                f"BPR02 is {frame.paid:.2f}, but the claims ({self.paid:.2f}) less the provider adjustments "
                f"({provider:.2f}) make {wanted:.2f}; the difference is {gap:.2f}."
            )
            self.tellings.add(
                "payment-balance", bpr, "BPR02", message, blocks=True, wanted=wanted, found=frame.paid
            )
