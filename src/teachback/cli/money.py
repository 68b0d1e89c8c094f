"""The commands for what comes back: simulate, status, post, denials, appeal."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from teachback.cli import Whole, app

Switch = Annotated[bool, Parameter(negative=())]
Files = Annotated[list[Path], Parameter(negative=())]
Table = Literal["text", "csv", "xlsx"]


@app.command
def simulate(
    files: Files, *, out: Path, seed: Whole = 7, received: date | None = None, exact: Switch = False
) -> int:
    """Answer 837P files as a made-up Medicare contractor would: TA1, 999, 277CA and 835, to rehearse with.

    It prices by the rules, applies edits of its own, and denies, underpays, corrects and takes back a seeded share.
    Exit status: 0 every file could be answered, 1 one could not, 2 wrong usage.

    Parameters
    ----------
    files
        837P files, or folders with .edi files.
    out
        A new or empty folder for the answers; answers.json there is the key of what was done and why.
    seed
        The same files, seed and day always give the same answers.
    received
        The day on which the payer receives the claims; today when left out.
    exact
        A payer without fault or delay: what it does not pay follows from its rules.
    """
    from teachback.cli.simulating import run_simulate

    # Answers are dated by the day of sending, which is today unless told otherwise.
    day = received or date.today()  # noqa: DTZ011  a local day
    return run_simulate(files, out=out, seed=seed, received=day, exact=exact)


@app.command
def status(
    files: Files,
    *,
    book: Path | None = None,
    out: Path | None = None,
    format: Table | None = None,  # noqa: A002  the option is called --format
    today: date | None = None,
) -> int:
    """Tell what came back (835, 277CA, 999, TA1, in any mixture), and change nothing.

    Exit status: 0 all understood and nothing waits for anybody, 1 something does, 2 nothing could be read.

    Parameters
    ----------
    files
        Files, or folders of them.
    book
        The book's folder: tell too whose claims they are and what would be posted.
    out
        Write here instead of printing.
    format
        text, csv or xlsx; by the ending of --out, or text, when left out.
    today
        The day from which deadlines are counted; today when left out.
    """
    from teachback.cli.remitting import run_status

    return run_status(files, book=book, out=out, format_=format, today=today)


@app.command
def post(  # noqa: PLR0913  an option each
    files: Files,
    *,
    book: Path,
    who: str | None = None,
    out: Path | None = None,
    format: Table | None = None,  # noqa: A002  the option is called --format
    today: date | None = None,
    dry_run: Switch = False,
) -> int:
    """Post what balances into the book; every line ends as posted, for a person, or not ours.

    A remittance is posted once, whole or not at all; give the same command again after a crash.
    Exit status as of `teachback status`.

    Parameters
    ----------
    files
        Files, or folders of them.
    book
        The book's folder.
    who
        Who posts; your user name when left out.
    out
        Write the report here instead of printing it.
    format
        text, csv or xlsx; by the ending of --out, or text, when left out.
    today
        The day from which deadlines are counted; today when left out.
    dry_run
        Tell what would be posted, and post nothing.
    """
    from teachback.cli.remitting import run_post

    return run_post(files, book, who=who, out=out, format_=format, today=today, dry_run=dry_run)


@app.command
def denials(
    folder: Path,
    *,
    out: Path | None = None,
    format: Table | None = None,  # noqa: A002  the option is called --format
    today: date | None = None,
) -> int:
    """The work list of a book: each denial with its cause, owner, next step, deadline and amount.

    Exit status: 0 nothing to do, 1 something to do, 2 the book could not be read.

    Parameters
    ----------
    folder
        The book's folder.
    out
        Write here instead of printing.
    format
        text, csv or xlsx; by the ending of --out, or text, when left out.
    today
        The day from which deadlines are counted; today when left out.
    """
    from teachback.cli.remitting import run_denials

    return run_denials(folder, out=out, format_=format, today=today)


@app.command
def appeal(  # noqa: PLR0913  an option each
    claim: str,
    *,
    book: Path,
    record: Path,
    out: Path | None = None,
    format: Literal["pdf", "docx", "both"] | None = None,  # noqa: A002  the option is called --format
    remittance: Annotated[list[Path] | None, Parameter(negative=())] = None,
    map: Path | None = None,  # noqa: A002  the option is called --map
    enclose: Annotated[list[str] | None, Parameter(negative=())] = None,
    send_to: Annotated[list[str] | None, Parameter(negative=())] = None,
    received: date | None = None,
    today: date | None = None,
    payer: str = "medicare",
) -> int:
    """Write the first-level appeal of a denied claim from the facts of its record, or tell what to do instead.

    Exit status: 0 a letter can be written, 1 none can (and why), 2 the command could not be carried out.

    Parameters
    ----------
    claim
        The claim's control number (CLM01), or a line's (REF 6R).
    book
        The book's folder.
    record
        The file of sessions, as `teachback code` reads it.
    out
        A file (.pdf or .docx) or a folder; nothing is written without it.
    format
        pdf, docx or both; by the ending of --out when left out.
    remittance
        835 files with the denial, where it is not posted in the book.
    map
        A mapping.toml that names the columns of an EMR export.
    enclose
        A document on hand, such as note=FILE or note:S001=FILE; may be given several times.
    send_to
        A line of the contractor's address; may be given several times.
    received
        The day on which the notice was received; presumed five days after its date when left out.
    today
        The day of the letter; today when left out.
    payer
        Whose rules: medicare, or a payer with a file of its own.
    """
    from teachback.cli.appealing import run_appeal

    return run_appeal(
        claim,
        book=book,
        record=record,
        out=out,
        format_=format,
        remittances=remittance or (),
        map_file=map,
        enclose=enclose or (),
        send_to=send_to or (),
        received=received,
        today=today,
        payer=payer,
    )
