"""The work list as text for a biller."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from teachback.remit.money import dollars, many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from teachback.remit.todo import Work


def lines(found: Sequence[Work], *, most: int | None = None) -> Iterator[str]:
    """A heading, one line a kind, then each thing to do with its deadline, amount, reason and step."""
    if not found:
        yield "WORK TO DO: nothing. No denial, no unplaced money, no claim without an answer."
        return
    yield f"WORK TO DO: {many(len(found), 'item')}"
    kinds = Counter(entry.kind for entry in found)
    for kind, count in kinds.items():
        cents = sum(entry.cents for entry in found if entry.kind == kind)
        yield f"  {count:>4,} {kind}, {dollars(cents)}"
    yield ""
    for entry in found[:most]:
        yield from _entry(entry)
    if most is not None and len(found) > most:
        yield f"  and {len(found) - most:,} more: teachback denials lists all"


def _entry(entry: Work) -> Iterator[str]:
    about = f" {entry.about}" if entry.about else ""
    place = " ".join(
        part
        for part in (
            f"claim {entry.claim}" if entry.claim else "",
            f"line {entry.line}" if entry.line else "",
            entry.procedure,
            f"on {entry.date_of_service}" if entry.date_of_service else "",
            f"item {entry.item}" if entry.item is not None and entry.kind == "needs a person" else "",
        )
        if part
    )
    codes = f" {entry.codes}" if entry.codes else ""
    yield f"  {entry.kind.upper()}{codes}, {dollars(entry.cents)}{about}" + (f": {place}" if place else "")
    yield f"      {entry.says}"
    step = f"{entry.step}: " if entry.step else ""
    yield f"      {entry.owner}: {step}{entry.do}"
    if entry.deadline is not None:
        yield f"      by {entry.deadline}{_left(entry.days_left)}"
    yield from (f"      or {way}" for way in entry.also)
    yield from (f"      note: {note}" for note in entry.notes)
    if entry.prevented_by:
        yield f"      would have been prevented by {', '.join(entry.prevented_by)}"


def _left(days: int | None) -> str:
    if days is None:
        return ""
    if days < 0:
        return f", passed {many(-days, 'day')} ago"
    return f", {many(days, 'day')} left"
