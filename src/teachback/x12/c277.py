"""Claim acknowledgments (277CA, 005010X214) back from any bytes: which claims a payer took in, and which it refused.

    for report in status_reports(file):        # StatusReport
    for read in read_status_reports(file):     # with segments and what is told: `sets.ReadAnswer`

A claim that is rejected here was never adjudicated: it is not denied. Its answer is that of its category codes (STC01-1,
10-1, 11-1); an action code of rejection (STC03 U) refuses it too. A report refuses its batch where the payer refuses the
file, or every claim; it is accepted with errors where it refuses some of them. ``statuses`` of a report are those of the
receiver and of the providers; those of a claim's lines stand behind its own. ``date_of_service`` is the first of a range.

A 277 that answers an inquiry (005010X212) is read alike; what it says of claims that are being adjudicated, or were,
accepts and rejects nothing: such an answer is unknown.
Source: confirmed in pyx12's map ``277.5010.X214.xml`` and in the sample files ``x12_277CA_*.txt``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.remitdata import AnswerKind, ClaimStatus, StatusReport
from teachback.x12.paidvalues import day, money
from teachback.x12.readvalues import date_of
from teachback.x12.sets import ReadAnswer, TransactionSet, kept, sets, tell_whole
from teachback.x12.tokens import read
from teachback.x12.told import Tellings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from decimal import Decimal
    from typing import BinaryIO

    from teachback.x12.tokens import Segment

__all__ = ["read_status_report", "read_status_reports", "status_reports"]

Status = tuple[str, str, str]
_PATIENT_LEVELS: Final = frozenset({"PT", "22", "23"})
_INQUIRY: Final = "005010X212"
_TAKEN: Final = frozenset({"A0", "A1", "A2", "A5"})
_REFUSED: Final = frozenset({"A3", "A4", "A6", "A7", "A8"})
_STATUS_ELEMENTS: Final = (1, 10, 11)
_KNOWN: Final = frozenset(
    {
        "ST",
        "SE",
        "BHT",
        "HL",
        "NM1",
        "PER",
        "TRN",
        "STC",
        "REF",
        "DTP",
        "DTM",
        "DMG",
        "QTY",
        "AMT",
        "SVC",
        "N3",
        "N4",
    }
)


def status_reports(stream: BinaryIO) -> Iterator[StatusReport]:
    """Every 277 of a file that was opened in binary."""
    for answer in read_status_reports(stream):
        yield answer.view


def read_status_reports(stream: BinaryIO) -> Iterator[ReadAnswer[StatusReport]]:
    """The same with their segments and what is told of them."""
    for found in sets(read(stream)):
        if isinstance(found, TransactionSet) and found.kind == "277":
            yield read_status_report(found)


def read_status_report(opened: TransactionSet) -> ReadAnswer[StatusReport]:
    """One 277 from its transaction set."""
    tellings = Tellings(opened.interchange, opened.control)
    segments = kept(opened, tellings)
    reading = _Reading(tellings, inquiry=opened.version.startswith(_INQUIRY))
    for segment in segments:
        reading.take(segment)
    reading.close_claim()
    tell_whole(opened, segments, tellings)
    claims = tuple(reading.claims)
    view = StatusReport(
        reading.source,
        reading.batch,
        _overall(reading.own, claims),
        claims,
        tuple(reading.statuses),
        opened.control_numbers,
        opened.version,
        tuple([str(one) for one in tellings.told]),
    )
    return ReadAnswer(view, tuple(segments), tuple(tellings.told))


class _Claim:
    """One claim of a 277 while it is read."""

    def __init__(self, control_number: str) -> None:
        self.control_number = control_number
        self.statuses: list[Status] = []
        self.refused = False
        self.number: str | None = None
        self.effective_on: date | None = None
        self.charge: Decimal | None = None
        self.on: date | None = None
        self.lines: list[str] = []
        self.messages: list[str] = []
        self.in_line = False

    def done(self) -> ClaimStatus:
        return ClaimStatus(
            self.control_number,
            answer_of(self.statuses, refused=self.refused),
            tuple(self.statuses),
            self.number,
            self.effective_on,
            self.charge,
            self.on,
            tuple(self.lines),
            " ".join(self.messages),
        )


class _Reading:
    """A 277 while its segments pass by."""

    def __init__(self, tellings: Tellings, *, inquiry: bool) -> None:
        self.tellings = tellings
        self.inquiry = inquiry
        self.source = self.batch = ""
        self.level = ""
        self.own: list[AnswerKind] = []  # of the receiver and the providers
        self.statuses: list[Status] = []
        self.claims: list[ClaimStatus] = []
        self.claim: _Claim | None = None

    def take(self, segment: Segment) -> None:
        """One segment, wherever it stands."""
        kind = segment.elements[0]
        if kind == "HL":
            self.close_claim()
            self.level = segment.value(3).strip()
        elif kind == "TRN":
            self._trace(segment)
        elif kind == "STC":
            self._status(segment)
        elif kind == "NM1":
            if not self.source and segment.value(1) in {"PR", "AY"}:
                self.source = segment.value(3)
        elif kind == "BHT":
            self.batch = segment.value(3).strip() if self.inquiry else self.batch
        elif self.claim is not None:
            self._of_claim(kind, segment, self.claim)
        if kind not in _KNOWN:
            named = kind[:3] or "Text that is no segment"
            self.tellings.add("out-of-place", segment, "", f"{named} has no place here; it is only kept.")

    def _trace(self, trn: Segment) -> None:
        """TRN: at the receiver it repeats the batch's number, at a patient it begins a claim."""
        number = trn.value(2).strip()
        if self.level in _PATIENT_LEVELS:
            self.close_claim()
            self.claim = _Claim(number)
        elif self.level == "21" and trn.value(1) == "2":
            self.batch = number

    def _status(self, stc: Segment) -> None:
        """STC of the receiver, a provider, a claim or a line."""
        found = [
            (
                stc.component(index, 1).strip(),
                stc.component(index, 2).strip(),
                stc.component(index, 3).strip(),
            )
            for index in _STATUS_ELEMENTS
            if stc.value(index)
        ]
        refused = stc.value(3).strip() == "U"
        self._tell(stc, found, refused=refused)
        claim = self.claim
        if claim is None and self.level in _PATIENT_LEVELS:
            message = "a claim's trace number (TRN) is missing: it cannot be told which claim is meant."
            self.tellings.add("claim-unnamed", stc, "TRN02", message)
            claim = self.claim = _Claim("")
        if claim is None:
            self.statuses += found
            self.own.append(answer_of(found, refused=refused))
            return
        claim.statuses += found
        claim.refused = claim.refused or refused
        if stc.value(12).strip():
            claim.messages.append(stc.value(12).strip())
        if not claim.in_line:
            claim.effective_on = claim.effective_on or day(stc, 2, self.tellings, "")
            if claim.charge is None:
                claim.charge = money(stc, 4, self.tellings, "", required=False)

    def _tell(self, stc: Segment, found: list[Status], *, refused: bool) -> None:
        """Tell categories that X12 does not have in a 277CA, and an action that contradicts them."""
        if self.inquiry:
            return
        categories = {category for category, _, _ in found}
        if not categories <= _TAKEN | _REFUSED:
            message = "STC01 has a category that no claim acknowledgment knows; a person must read it."
            self.tellings.add("category-unknown", stc, "STC01", message)
        elif stc.value(3).strip() in {"U", "WQ"} and refused != bool(categories & _REFUSED):
            message = "STC03 and the category in STC01 contradict each other; the claim is read as rejected."
            self.tellings.add("action-contradicts", stc, "STC03", message)

    def _of_claim(self, kind: str, segment: Segment, claim: _Claim) -> None:
        """What names a claim and its lines."""
        if kind == "SVC":
            claim.in_line = True
        elif kind == "REF":
            if segment.value(1) == "1K" and claim.number is None:
                claim.number = segment.value(2)
            elif segment.value(1) == "FJ":
                claim.lines.append(segment.value(2))
        elif kind == "DTP" and segment.value(1) == "472" and not claim.in_line and claim.on is None:
            claim.on = date_of(segment.value(3).strip()[:8])
            if claim.on is None:
                message = "DTP03 is not a date (CCYYMMDD, or two with a hyphen)."
                self.tellings.add("date-unreadable", segment, "DTP03", message)

    def close_claim(self) -> None:
        """The claim that was open is complete."""
        if self.claim is not None:
            self.claims.append(self.claim.done())
            self.claim = None


def answer_of(statuses: Iterable[Status], *, refused: bool = False) -> AnswerKind:
    """What statuses say of a claim or batch: refused if one of them refuses it, taken if one takes it."""
    categories = {category for category, _, _ in statuses}
    if refused or categories & _REFUSED:
        return AnswerKind.REJECTED
    return AnswerKind.ACCEPTED if categories and categories <= _TAKEN else AnswerKind.UNKNOWN


def _overall(own: list[AnswerKind], claims: tuple[ClaimStatus, ...]) -> AnswerKind:
    """The answer for a batch, from those of its receiver, providers and claims."""
    answers = {claim.answer for claim in claims}
    if claims and answers == {AnswerKind.REJECTED}:
        return AnswerKind.REJECTED
    if AnswerKind.REJECTED in own and AnswerKind.ACCEPTED not in answers:
        return AnswerKind.REJECTED
    if AnswerKind.REJECTED in own or AnswerKind.REJECTED in answers:
        return AnswerKind.ACCEPTED_WITH_ERRORS
    every = answers or set(own)
    return AnswerKind.ACCEPTED if every == {AnswerKind.ACCEPTED} else AnswerKind.UNKNOWN
