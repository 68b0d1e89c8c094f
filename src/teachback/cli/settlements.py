"""The commands with which a person settles what waits in a book: place, apply, return, dismiss, bill, write off, note."""

from __future__ import annotations

from datetime import date  # noqa: TC003  cyclopts reads the annotations when a command runs
from pathlib import Path  # noqa: TC003  the same

from teachback.cli import Whole  # noqa: TC001  the same
from teachback.cli.claims import Switch, book


@book.command
def place(folder: Path, item: Whole, number: str, *, why: str, who: str | None = None) -> int:
    """Say which line of ours a remitted line is that nobody could match; it is then posted there.

    Parameters
    ----------
    folder
        The book's folder.
    item
        The item's number on the work list.
    number
        Our line's control number (REF 6R), or a claim's (CLM01) for an answer to the claim as a whole.
    why
        The reason, for the book.
    who
        Who decides; your user name when left out.
    """
    from teachback.cli.settling import run_place

    return run_place(folder, item, number, why=why, who=who)


@book.command
def apply(  # noqa: PLR0913  an option each
    folder: Path, item: Whole, number: str, amount: str, *, why: str, who: str | None = None
) -> int:
    """Apply money that waits for a person to what the payer owes on a line.

    Parameters
    ----------
    folder
        The book's folder.
    item
        The item's number on the work list.
    number
        Our line's control number.
    amount
        Dollars, such as 52.14.
    why
        The reason, for the book.
    who
        Who decides; your user name when left out.
    """
    from teachback.cli.settling import run_apply

    return run_apply(folder, item, number, amount, why=why, who=who)


@book.command(name="return")
def return_(folder: Path, item: Whole, *, why: str, who: str | None = None) -> int:
    """Record that money which is not ours went back to the payer.

    Parameters
    ----------
    folder
        The book's folder.
    item
        The item's number on the work list.
    why
        The reason, for the book.
    who
        Who decides; your user name when left out.
    """
    from teachback.cli.settling import run_return

    return run_return(folder, item, why=why, who=who)


@book.command
def dismiss(folder: Path, key: str, *, why: str, who: str | None = None) -> int:
    """Take something without money off the work list.

    Parameters
    ----------
    folder
        The book's folder.
    key
        An item's number, or the key of a remittance that was not posted.
    why
        The reason, for the book.
    who
        Who decides; your user name when left out.
    """
    from teachback.cli.settling import run_dismiss

    return run_dismiss(folder, key, why=why, who=who)


@book.command(name="bill-patient")
def bill_patient(folder: Path, number: str, *, why: str, who: str | None = None) -> int:
    """Let the patient owe what was denied; refused where the payer did not make the patient responsible (PR).

    Parameters
    ----------
    folder
        The book's folder.
    number
        Our line's control number.
    why
        The reason, for the book.
    who
        Who decides; your user name when left out.
    """
    from teachback.cli.settling import run_bill_patient

    return run_bill_patient(folder, number, why=why, who=who)


@book.command(name="write-off")
def write_off(  # noqa: PLR0913  an option each
    folder: Path, number: str, amount: str, *, why: str, who: str | None = None, patient: Switch = False
) -> int:
    """Give up denied money of a line, by name and with a reason; nothing is ever written off by itself.

    Parameters
    ----------
    folder
        The book's folder.
    number
        Our line's control number.
    amount
        Dollars, such as 52.14; never more than is there.
    why
        The reason, for the book.
    who
        Who decides; your user name when left out.
    patient
        Give up money that the patient owes instead.
    """
    from teachback.cli.settling import run_write_off

    return run_write_off(folder, number, amount, why=why, who=who, patient=patient)


@book.command
def note(  # noqa: PLR0913  an option each
    folder: Path,
    key: str,
    *,
    why: str,
    until: date | None = None,
    owner: str | None = None,
    who: str | None = None,
) -> int:
    """Note something on the work list, lay it aside until a day, or give it to somebody.

    Parameters
    ----------
    folder
        The book's folder.
    key
        The key of the work, as `teachback denials --out work.csv` lists it.
    why
        What happened, for the book.
    until
        Lay it aside until this day.
    owner
        Who does it from now on.
    who
        Who notes it; your user name when left out.
    """
    from teachback.cli.settling import run_note

    return run_note(folder, key, why=why, until=until, owner=owner, who=who)
