"""A work item: what came back, why, who does what until when, and what is at stake."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from teachback.findings import Owner
from teachback.remit.deadlines import Clock, Deadline
from teachback.remit.denials import Prevention, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class WorkKind(StrEnum):
    """What came back: refused after adjudication, rejected before it, paid otherwise than expected, or unclear."""

    DENIED = "denied"
    REJECTED = "rejected"
    UNDERPAID = "underpaid"
    OVERPAID = "overpaid"
    PENDING = "pending"
    UNKNOWN = "unknown"


class AmountIs(StrEnum):
    """What the amount at stake is: what we expected, the charge where nothing was expected, or a difference."""

    EXPECTED = "expected"
    CHARGE = "charge"
    VARIANCE = "variance"


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way that is open beside the next step, with its last day."""

    step: Step
    words: str
    deadline: Deadline | None


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing to do.

    ``says`` is what happened, ``do`` what to do now, both for people. ``amount_cents`` is the money that can still
    be had (negative: that may have to be given back). ``codes`` are the payer's, such as ``CO-4`` and ``MA130``.
    ``key`` is the item's identity: the same answer, read twice, is one item.
    """

    key: str
    kind: WorkKind
    cause: str
    says: str
    owner: Owner
    next_step: Step
    do: str
    deadline: Deadline | None
    amount_cents: int
    amount_is: AmountIs
    claim_control_number: str
    line_control_number: str | None = None
    procedure_code: str = ""
    date_of_service: date | None = None
    codes: tuple[str, ...] = ()
    also: tuple[Alternative, ...] = ()
    prevented_by: tuple[Prevention, ...] = ()
    cites: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_row(self) -> dict[str, Any]:
        """The item as texts, numbers and lists that JSON can hold."""
        return {
            "key": self.key,
            "kind": self.kind.value,
            "cause": self.cause,
            "says": self.says,
            "owner": self.owner.value,
            "next_step": self.next_step.value,
            "do": self.do,
            "deadline": _deadline_row(self.deadline),
            "amount_cents": self.amount_cents,
            "amount_is": self.amount_is.value,
            "claim_control_number": self.claim_control_number,
            "line_control_number": self.line_control_number,
            "procedure_code": self.procedure_code,
            "date_of_service": None if self.date_of_service is None else self.date_of_service.isoformat(),
            "codes": list(self.codes),
            "also": [
                {"step": a.step.value, "words": a.words, "deadline": _deadline_row(a.deadline)}
                for a in self.also
            ],
            "prevented_by": [[p.code, p.name] for p in self.prevented_by],
            "cites": list(self.cites),
            "notes": list(self.notes),
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> WorkItem:
        """The item that ``to_row`` wrote; exactly the same value.

        Raises ``KeyError`` or ``ValueError`` where the row is another's.
        """
        day = row["date_of_service"]
        return cls(
            key=row["key"],
            kind=WorkKind(row["kind"]),
            cause=row["cause"],
            says=row["says"],
            owner=Owner(row["owner"]),
            next_step=Step(row["next_step"]),
            do=row["do"],
            deadline=_deadline(row["deadline"]),
            amount_cents=row["amount_cents"],
            amount_is=AmountIs(row["amount_is"]),
            claim_control_number=row["claim_control_number"],
            line_control_number=row["line_control_number"],
            procedure_code=row["procedure_code"],
            date_of_service=None if day is None else date.fromisoformat(day),
            codes=tuple(row["codes"]),
            also=tuple(
                Alternative(Step(a["step"]), a["words"], _deadline(a["deadline"])) for a in row["also"]
            ),
            prevented_by=tuple(Prevention(code, name) for code, name in row["prevented_by"]),
            cites=tuple(row["cites"]),
            notes=tuple(row["notes"]),
        )


def key_of(*parts: object) -> str:
    """Sixteen hexadecimal digits that name an item by what it is about; no text of a person goes in readable."""
    text = "\x1f".join("" if part is None else str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def ranked(items: Iterable[WorkItem], today: date) -> list[WorkItem]:
    """The order in which to work: what can expire soonest for each dollar first.

    Items that somebody can still win come by their money over the days left; proposals to write off and questions
    come after them, what has no money last. Ties go by key, so that the order never changes by chance.
    """
    return sorted(items, key=lambda item: _rank(item, today))


_WINNING = frozenset({Step.SEND_NEW, Step.REOPEN, Step.APPEAL, Step.BILL_OTHER_PAYER, Step.BILL_PATIENT})
_FAR = 365


def _rank(item: WorkItem, today: date) -> tuple[int, int, str]:
    left = _FAR if item.deadline is None else max(0, item.deadline.days_left(today))
    # Integer arithmetic: cents for each week that is left, so that a near small sum does not beat a large one.
    weight = abs(item.amount_cents) * 7 // (left + 7)
    return (0 if item.next_step in _WINNING else 1, -weight, item.key)


def _deadline_row(deadline: Deadline | None) -> dict[str, Any] | None:
    if deadline is None:
        return None
    return {
        "clock": deadline.clock.value,
        "last_day": deadline.last_day.isoformat(),
        "counted_from": deadline.counted_from.isoformat(),
        "words": deadline.words,
        "cites": list(deadline.cites),
    }


def _deadline(row: Mapping[str, Any] | None) -> Deadline | None:
    if row is None:
        return None
    return Deadline(
        Clock(row["clock"]),
        date.fromisoformat(row["last_day"]),
        date.fromisoformat(row["counted_from"]),
        row["words"],
        tuple(row["cites"]),
    )
