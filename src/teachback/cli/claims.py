"""The commands for claims: claim, practice, check, segments, and those of the book."""

from __future__ import annotations

from datetime import date  # noqa: TC003  cyclopts reads the annotations when a command runs
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from teachback.cli import Whole, app

Switch = Annotated[bool, Parameter(negative=())]
Files = Annotated[list[Path], Parameter(negative=())]

book = App(
    name="book",
    help="Look into a book of claims, undo a file that was not sent, verify and back up.",
    help_format="plaintext",
)
app.command(book)


@app.command
def claim(  # noqa: PLR0913  an option each
    file: Path,
    *,
    practice: Path,
    out: Path,
    book: Path | None = None,
    patients: Path | None = None,
    coverage: Path | None = None,
    overrides: Path | None = None,
    map: Path | None = None,  # noqa: A002  the option is called --map
    group: str | None = None,
    today: date | None = None,
    who: str | None = None,
    payer: str = "medicare",
    paper: Switch = False,
    fhir: Switch = False,
    dry_run: Switch = False,
) -> int:
    """Turn payable sessions into claims: 837P and 837I files, a report, and paper or FHIR when asked.

    A session never enters two claims: the book remembers. What has an error, an open hold or a missing fact is kept
    back and named. Give the same command again after a crash: nothing is lost and nothing repeated.

    Parameters
    ----------
    file
        Sessions as JSON lines, CSV or XLSX, as `teachback code` reads them.
    practice
        Who bills: practice.toml; `teachback practice` writes one to start from.
    out
        The folder of the files and of the report.
    book
        The folder of the book of claims and control numbers; OUT/book when left out.
    patients
        A CSV that completes the patients: patient_id, name, birth date, sex, address, MBI.
    coverage
        A TOML file of other payers: who is asked before or after Medicare, and what they paid.
    overrides
        A TOML file of holds that a person settled: session, finding, who, why, date.
    map
        A mapping.toml that names the columns of an EMR export.
    group
        The billing group, where a practitioner has several.
    today
        The day on which the claims are made and received; today when left out.
    who
        Who makes the claims, for the book; your user name when left out.
    payer
        Whose rules: medicare, or a payer with a file of its own.
    paper
        Write CMS-1500 or UB-04 values for the red sheets, and superbills, as PDF too.
    fhir
        Write every claim as a FHIR R4B Claim too (NDJSON).
    dry_run
        Show what would be claimed and what is kept back, and write nothing.
    """
    from teachback.cli.claiming import Wish, run_claim

    return run_claim(
        Wish(
            file=file,
            practice=practice,
            out=out,
            book=book,
            patients=patients,
            coverage=coverage,
            overrides=overrides,
            map_file=map,
            payer=payer,
            today=today,
            group=group,
            who=who,
            paper=paper,
            fhir=fhir,
            dry_run=dry_run,
        )
    )


@app.command
def practice(file: Path, *, out: Path, map: Path | None = None, force: Switch = False) -> int:  # noqa: A002  the option is called --map
    """Write a practice.toml to start from: the practitioners and places of your sessions, with blanks to fill.

    Parameters
    ----------
    file
        Sessions as JSON lines, CSV or XLSX.
    out
        The practice.toml to write.
    map
        A mapping.toml that names the columns of an EMR export.
    force
        Overwrite a file that is there.
    """
    from teachback.cli.claiming import run_practice

    return run_practice(file, out=out, map_file=map, force=force)


@app.command
def check(  # noqa: PLR0913  an option each
    files: Files,
    *,
    format: Literal["text", "jsonl", "sarif"] | None = None,  # noqa: A002  the option is called --format
    out: Path | None = None,
    received: date | None = None,
    strict: Switch = False,
    workers: Whole = 1,
    production: bool | None = None,
    payer: str = "medicare",
) -> int:
    """Check claim files (837P, 837I) of any system, and the answers to them: structure, codes, sums, billing rules.

    Everything is told with its place and what to do; the check never stops at the first fault.
    Exit status: 0 no errors, 1 errors found, 2 nothing could be read or wrong usage.

    Parameters
    ----------
    files
        X12 files, or folders of them; - reads standard input.
    format
        text for people, jsonl (one object a finding) or sarif; by the ending of --out, or text, when left out.
    out
        Write here instead of printing.
    received
        The day on which the payer receives the claims, for the filing clock; today when left out.
    strict
        Ask pyx12 for a second opinion too (pip install 'teachback[strict]').
    workers
        How many processes share several files.
    production
        Judge as files for production (or, with --no-production, for testing) instead of by what each file says.
    payer
        Whose rules: medicare, or a payer with a file of its own.
    """
    from teachback.cli.checking import run_check

    return run_check(
        files,
        format_=format,
        out=out,
        received=received,
        strict=strict,
        workers=workers,
        production=production,
        payer=payer,
    )


@app.command
def segments(file: Path) -> int:
    """Read an X12 file aloud: each segment in its loop, each value explained in plain words.

    Parameters
    ----------
    file
        Any X12 file; 837P and 837I are nested by loop. It shows what the file holds, patients included.
    """
    from teachback.cli.segments import run_segments

    return run_segments(file)


@book.command(name="list")
def list_(folder: Path, *, file: str | None = None) -> int:
    """List the files and totals of a book, or the claims of one file.

    Parameters
    ----------
    folder
        The book's folder.
    file
        A file of the book, by its number or name.
    """
    from teachback.cli.booking import run_book

    return run_book(folder, file=file)


@book.command
def show(folder: Path, what: str) -> int:
    """Show a claim by its control number, by that of one of its lines, or all claims of a session.

    Parameters
    ----------
    folder
        The book's folder.
    what
        A claim's control number (CLM01), a line's (REF 6R), or a session's id.
    """
    from teachback.cli.booking import run_show

    return run_show(folder, what)


@book.command
def withdraw(folder: Path, file: str, *, why: str, who: str | None = None) -> int:
    """Undo a file that was not sent: its sessions are free again, its numbers never come back.

    Parameters
    ----------
    folder
        The book's folder.
    file
        The file, by its number or name.
    why
        The reason, for the book.
    who
        Who decides; your user name when left out.
    """
    from teachback.cli.booking import run_withdraw

    return run_withdraw(folder, file, why=why, who=who)


@book.command
def sent(folder: Path, file: str, *, who: str | None = None, why: str = "") -> int:
    """Record that a file went to its receiver.

    Parameters
    ----------
    folder
        The book's folder.
    file
        The file, by its number or name.
    who
        Who sent it; your user name when left out.
    why
        A remark, for the book.
    """
    from teachback.cli.booking import run_sent

    return run_sent(folder, file, who=who, why=why)


@book.command
def end(
    folder: Path, claim: str, how: Literal["rejected", "voided"], *, why: str, who: str | None = None
) -> int:
    """Record that the payer never took a sent claim (rejected), or accepted its void.

    Parameters
    ----------
    folder
        The book's folder.
    claim
        The claim's control number (CLM01).
    how
        rejected or voided.
    why
        The reason, for the book.
    who
        Who decides; your user name when left out.
    """
    from teachback.cli.booking import run_end

    return run_end(folder, claim, how, why=why, who=who)


@book.command
def verify(folder: Path) -> int:
    """Look through the whole book: files on the disk, numbers, sessions, sums. Status 1 where something disagrees.

    Parameters
    ----------
    folder
        The book's folder.
    """
    from teachback.cli.booking import run_verify

    return run_verify(folder)


@book.command
def backup(folder: Path, to: Path) -> int:
    """Copy the book, also while it is in use.

    Parameters
    ----------
    folder
        The book's folder.
    to
        The new folder of the copy.
    """
    from teachback.cli.booking import run_backup

    return run_backup(folder, to)


@book.command
def export(folder: Path, out: Path) -> int:
    """Write every service line of the book, with its claim, file and sessions, as CSV.

    Parameters
    ----------
    folder
        The book's folder.
    out
        The CSV file.
    """
    from teachback.cli.booking import run_export

    return run_export(folder, out)


@book.command
def paper(  # noqa: PLR0913  a printer has this many conditions
    folder: Path,
    file: str,
    *,
    out: Path,
    offset: str | None = None,
    guide_lines: Switch = False,
    dated: date | None = None,
) -> int:
    """Print the claims of a file on paper: CMS-1500 or UB-04 values for the red sheets, and superbills.

    Parameters
    ----------
    folder
        The book's folder.
    file
        The file, by its number or name.
    out
        The folder for the PDF files.
    offset
        Millimeters right and down for your printer, such as 1.5,-0.5.
    guide_lines
        A preview with plain guide lines, to look at or to lay over a sheet; never to send.
    dated
        The date of signature; dated by hand when left out.
    """
    from teachback.cli.papers import Printing, run_paper

    return run_paper(folder, file, out=out, offset=offset, printing=Printing(guide_lines, dated=dated))


@book.command
def numbers(
    folder: Path, kind: str | None = None, *, to: Whole | None = None, why: str = "", who: str | None = None
) -> int:
    """Show the next control numbers, or go on with a later one, for example after those of an earlier system.

    Parameters
    ----------
    folder
        The book's folder.
    kind
        interchange, group, transaction or claim.
    to
        The next number of that kind; only forward.
    why
        The reason, for the book.
    who
        Who decides; your user name when left out.
    """
    from teachback.cli.booking import run_numbers

    return run_numbers(folder, kind=kind, to=to, why=why, who=who)
