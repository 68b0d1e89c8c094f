"""What a person decides about money on the command line: place, apply, return, bill, write off, note."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from teachback.book import BookError, NoteKind, SqliteBook
from teachback.cli import complain, printable
from teachback.cli.booking import person
from teachback.remit.money import dollars
from teachback.remit.post import place

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from pathlib import Path

_AMOUNT: Final = re.compile(r"\$?([0-9]{1,9})(?:\.([0-9]{2}))?")


def run_place(book: Path, item: int, number: str, *, why: str, who: str | None = None) -> int:
    """Post a remitted line that needed a person to the line or claim that the person names."""

    def placed(opened: SqliteBook, name: str) -> str:
        line = place(opened, item, number, who=name, why=why)
        said = "" if line.outcome is None else f" as {line.outcome.value.replace('_', ' ')}"
        return f"Item {item} is posted to {number}{said}: {dollars(line.paid_cents)} paid."

    return _done(book, who, placed)


def run_apply(book: Path, item: int, number: str, amount: str, *, why: str, who: str | None = None) -> int:  # noqa: PLR0913  what an act consists of
    """Apply money that waits for a person to what the payer owes on a line."""
    cents = _cents(amount)
    if cents is None:
        return _no_amount(amount)

    def applied(opened: SqliteBook, name: str) -> str:
        opened.apply_money(item, number, cents, who=name, why=why)
        return f"{dollars(cents)} of item {item} are applied to {number}."

    return _done(book, who, applied)


def run_return(book: Path, item: int, *, why: str, who: str | None = None) -> int:
    """Record that money which is not ours went back to the payer."""

    def returned(opened: SqliteBook, name: str) -> str:
        cents = opened.return_money(item, who=name, why=why)
        return f"{dollars(cents)} of item {item} are recorded as returned."

    return _done(book, who, returned)


def run_dismiss(book: Path, key: str, *, why: str, who: str | None = None) -> int:
    """Take something without money off the work list: a line by its item, or a remittance by its key."""

    def dismissed(opened: SqliteBook, name: str) -> str:
        opened.dismiss(f"line:{key}" if key.isdigit() else key, who=name, why=why)
        return f"{key} is off the work list; the book keeps who did it and why."

    return _done(book, who, dismissed)


def run_write_off(  # noqa: PLR0913  what an act consists of
    book: Path, number: str, amount: str, *, why: str, who: str | None = None, patient: bool = False
) -> int:
    """Give up denied money of a line (``patient``: money that the patient owes), by name and with a reason."""
    cents = _cents(amount)
    if cents is None:
        return _no_amount(amount)

    def written_off(opened: SqliteBook, name: str) -> str:
        act = opened.write_off_patient if patient else opened.write_off
        act(number, cents, who=name, why=why)
        whose = "that the patient owed" if patient else "that were denied"
        return f"{dollars(cents)} {whose} on {number} are written off by {name}: {why}"

    return _done(book, who, written_off)


def run_bill_patient(book: Path, number: str, *, why: str, who: str | None = None) -> int:
    """Let the patient owe what was denied, where the payer made the patient responsible."""

    def billed(opened: SqliteBook, name: str) -> str:
        cents = opened.bill_patient(number, who=name, why=why)
        return f"{dollars(cents)} of {number} are the patient's now."

    return _done(book, who, billed)


def run_note(  # noqa: PLR0913  what a note consists of
    book: Path,
    key: str,
    *,
    why: str,
    until: date | None = None,
    owner: str | None = None,
    who: str | None = None,
) -> int:
    """Note something on open work; ``until`` lays it aside until a day, ``owner`` gives it to somebody."""

    def noted(opened: SqliteBook, name: str) -> str:
        known = {entry.key for test in (False, True) for entry in opened.open_work(test=test)}
        known |= {note.key for note in opened.work_notes()}
        if key not in known:
            raise BookError(
                f"The work list has no {key}; `teachback denials --out work.csv` lists every key."
            )
        if owner is not None:
            opened.note_work(key, NoteKind.ASSIGN, who=name, why=why, owner=owner)
        if until is not None:
            opened.note_work(key, NoteKind.WAIT, who=name, why=why, until=until)
        if owner is None and until is None:
            opened.note_work(key, NoteKind.NOTE, who=name, why=why)
        return f"Noted on {key}."

    return _done(book, who, noted)


def _done(book: Path, who: str | None, act: Callable[[SqliteBook, str], str]) -> int:
    try:
        with SqliteBook.open(book, create=False) as opened:
            print(printable(act(opened, who or person())))
    except BookError as error:
        return complain(str(error))
    return 0


def _cents(amount: str) -> int | None:
    """Dollars as a person types them; ``None`` where it is no amount."""
    found = _AMOUNT.fullmatch(amount.replace(",", ""))
    return None if found is None else int(Decimal(amount.replace(",", "").lstrip("$")) * 100)


def _no_amount(amount: str) -> int:
    return complain(f"{amount} is no amount; write dollars such as 52.14")
