"""One thing to do, as the work list, the report and the sheets show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from teachback.remit.items import WorkItem


@dataclass(frozen=True, slots=True)
class Work:
    """One thing to do. Money is cents; ``about`` says what the amount is; ``deadline`` is the last day.

    ``key`` names it for ever; ``item`` is the book's number of a remitted line that a person must place.
    ``prevented_by`` are our own findings that are meant to forestall it; ``claims`` are all claims that it is about.
    """

    key: str
    kind: str
    claim: str
    line: str
    cents: int
    says: str
    do: str
    owner: str = "biller"
    step: str = ""
    about: str = ""
    procedure: str = ""
    date_of_service: date | None = None
    codes: str = ""
    deadline: date | None = None
    clock: str = ""
    also: tuple[str, ...] = ()
    prevented_by: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    days_left: int | None = None
    item: int | None = None
    waits_until: date | None = None
    claims: tuple[str, ...] = ()


def of_item(item: WorkItem, today: date, claims: Iterable[str] = ()) -> Work:
    """A thing to do as the knowledge of denials tells it; ``claims`` are several of ours that it is about."""
    deadline = item.deadline
    return Work(
        key=item.key,
        kind=item.kind.value,
        claim=item.claim_control_number,
        line=item.line_control_number or "",
        procedure=item.procedure_code,
        date_of_service=item.date_of_service,
        cents=item.amount_cents,
        about=item.amount_is.value,
        codes=" ".join(item.codes),
        says=item.says,
        owner=item.owner.value,
        step=item.next_step.words,
        do=item.do,
        deadline=None if deadline is None else deadline.last_day,
        clock="" if deadline is None else deadline.words,
        also=tuple(
            other.words + ("" if other.deadline is None else f" (until {other.deadline.last_day})")
            for other in item.also
        ),
        prevented_by=tuple(f"{found.code} {found.name}" for found in item.prevented_by),
        cites=item.cites,
        notes=item.notes,
        days_left=None if deadline is None else deadline.days_left(today),
        claims=tuple(claims) or ((item.claim_control_number,) if item.claim_control_number else ()),
    )
