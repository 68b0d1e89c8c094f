"""The book on the command line: what was claimed, how far it is, and the few things that a person does to it."""

from __future__ import annotations

import contextlib
import csv
import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from teachback.book import BookError, Ended, FileState, SqliteBook
from teachback.cli import complain, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from teachback.book import BookedClaim, BookedLine, File, Total

FAULTY = 1
WITHDRAWN = ".withdrawn"
EXPORTED = (
    "claim",
    "line",
    "state",
    "file",
    "interchange",
    "form",
    "test",
    "receiver",
    "payer_id",
    "patient_id",
    "frequency_code",
    "replaces",
    "replaced_by",
    "date_of_service",
    "procedure_code",
    "modifiers",
    "units",
    "charge",
    "sessions",
)
_RIGHT = {"claims", "lines", "units", "charge", "allowed", "next", "left"}


def run_book(book: Path, *, file: str | None = None) -> int:
    """List the files and totals of a book, or with ``file`` (its number or name) the claims of one."""

    def listed(opened: SqliteBook) -> int:
        if file is not None:
            _print_claims(opened, the_file(opened, file))
            return 0
        files = opened.files()
        if not files:
            print("The book is empty: nothing was claimed yet.")
            return 0
        columns = ("file", "state", "made", "receiver", "interchange", "form", "claims", "charge", "name")
        _table(columns, [_file_row(entry) for entry in files])
        print()
        sums = ("form", "kind", "state", "claims", "lines", "charge", "allowed")
        _table(sums, [_total_row(total) for total in opened.totals()])
        _tell_unfinished(files)
        return 0

    return with_book(book, listed)


def run_show(book: Path, what: str) -> int:
    """Show a claim by its control number, by that of one of its lines, or all claims of a session."""

    def shown(opened: SqliteBook) -> int:
        line = opened.line(what)
        claim = line.claim if line is not None else opened.claim(what)
        claims = (claim,) if claim is not None else opened.claims_of_session(what)
        if not claims:
            raise BookError(f"The book has no claim, no line and no session {what}.")
        for number, entry in enumerate(claims):
            if number:
                print()
            _print_claim(opened, entry, line)
        return 0

    return with_book(book, shown)


def run_withdraw(book: Path, file: str, *, why: str, who: str | None = None) -> int:
    """Undo a file that was not sent; the file on the disk gets another name, so that nobody sends it."""

    def withdrawn(opened: SqliteBook) -> int:
        found = the_file(opened, file)
        opened.withdraw(found.id, who=who or person(), why=why)
        path = Path(found.path)
        print(f"File {found.id} is withdrawn: {_many(found.claims, 'claim')} undone, their sessions free.")
        # The folder may have been moved since: the file then lies beside the book.
        there = [
            place for place in dict.fromkeys((path, book.resolve().parent / path.name)) if place.exists()
        ]
        for place in there:
            aside = place.with_name(place.name + WITHDRAWN)
            place.replace(aside)
            print(f"It lies at {aside} now; do not send it.")
        if not there:
            print(f"It was not found at {path}: if a copy lies elsewhere, do not send it.")
        print("Its control numbers are never used again.")
        return 0

    return with_book(book, withdrawn)


def run_sent(book: Path, file: str, *, who: str | None = None, why: str = "") -> int:
    """Record that a file went to its receiver."""

    def sent(opened: SqliteBook) -> int:
        found = opened.mark_sent(the_file(opened, file).id, who=who or person(), why=why)
        print(
            f"File {found.id} with {_many(found.claims, 'claim')} is recorded as sent to {printable(found.receiver_name)}."
        )
        return 0

    return with_book(book, sent)


def run_end(book: Path, claim: str, how: str, *, why: str, who: str | None = None) -> int:
    """Record that the payer rejected a sent claim, or accepted its void."""

    def ended(opened: SqliteBook) -> int:
        if how not in {known.value for known in Ended}:
            return complain(f"a claim ends as {' or '.join(Ended)}, not as {how}")
        found = opened.end(claim, Ended(how), who=who or person(), why=why)
        print(
            f"Claim {found.control_number} is {found.state.value}; {_many(len(found.sessions), 'session')} free again."
        )
        if found.replaces is not None and found.state.value == Ended.REJECTED.value:
            print(f"Claim {found.replaces}, which it was to replace, stands again.")
        return 0

    return with_book(book, ended)


def run_verify(book: Path) -> int:
    """Look through the whole book; 0 where all agrees, 1 where something does not, 2 where it cannot be read."""

    def verified(opened: SqliteBook) -> int:
        checked = opened.check()
        for note in checked.notes:
            print(f"note: {printable(note)}")
        for fault in checked.faults:
            print(f"fault: {printable(fault)}")
        counts = f"{_many(checked.files, 'file')}, {_many(checked.claims, 'claim')} and {_many(checked.events, 'event')}"
        if checked.faults:
            print(
                f"{_many(len(checked.faults), 'fault')} in {counts}. Claim nothing from this book until they are cured."
            )
            return FAULTY
        print(
            f"All agrees: {counts}; every number was given once, every session stands on one claim at most."
        )
        return 0

    return with_book(book, verified)


def run_backup(book: Path, to: Path) -> int:
    """Copy the book, also while it is in use; the copy is a book with control numbers of its own."""

    def copied(opened: SqliteBook) -> int:
        file = opened.back_up(to)
        print(f"{file} written. It holds patients' data: keep it as safe as the book.")
        return 0

    return with_book(book, copied)


def run_export(book: Path, out: Path) -> int:
    """Write every service line of the book, with its claim, file and sessions, as CSV."""
    from teachback.cli.coding import whole, wrong_place

    if wrong := wrong_place(out, book / "book.sqlite3"):
        return complain(wrong)

    def exported(opened: SqliteBook) -> int:
        files = {file.id: file for file in opened.files()}
        with whole(out) as part, part.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(EXPORTED)
            for claim in opened.claims():
                writer.writerows(_exported(claim, files[claim.file], opened.lines(claim.control_number)))
        print(f"{out} written; it holds patients' data.", file=sys.stderr)
        return 0

    return with_book(book, exported)


def run_numbers(
    book: Path, *, kind: str | None = None, to: int | None = None, why: str = "", who: str | None = None
) -> int:
    """Show the next control numbers; with ``kind`` and ``to`` go on with a later one."""

    def told(opened: SqliteBook) -> int:
        if (kind is None) != (to is None):
            return complain("say both which numbers and the next one, such as: interchange --to 5000")
        if kind is not None and to is not None:
            opened.skip_numbers(kind, to, who=who or person(), why=why)
        rows = [(n.kind.value, f"{n.next:,}", f"{n.left:,}") for n in opened.numbers()]
        _table(("numbers", "next", "left"), rows)
        return 0

    return with_book(book, told)


def person() -> str:
    """Who sits here, as the system knows them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"


def with_book(folder: Path, work: Callable[[SqliteBook], int]) -> int:
    """Do something with a book that exists; why it cannot be done is told."""
    try:
        with SqliteBook.open(folder, create=False) as book:
            for warning in book.warnings():
                print(f"note: {printable(warning)}", file=sys.stderr)
            return work(book)
    except BookError as error:
        return complain(str(error))


def the_file(book: SqliteBook, wanted: str) -> File:
    """The file that a person means by its number, its name or its path."""
    if wanted.isascii() and wanted.isdigit() and (found := book.file(int(wanted))) is not None:
        return found
    path = Path(wanted)
    named = [file for file in book.files() if wanted == file.path or path.name == Path(file.path).name]
    if len(named) > 1:
        with contextlib.suppress(OSError):
            named = [file for file in named if Path(file.path) == path.resolve()] or named
    if len(named) == 1:
        return named[0]
    why = (
        "several files have that name; give the number" if named else "`teachback book list` lists the files"
    )
    raise BookError(f"Which file is {wanted}? {why}.")


def _file_row(file: File) -> tuple[str, ...]:
    kind = f"{file.form.value}, test" if file.test else file.form.value
    return (
        str(file.id),
        file.state.value,
        f"{file.made_on} {file.made_at[:2]}:{file.made_at[2:]}",
        f"{file.receiver_name} ({file.receiver_id})",
        f"{file.interchange_number:09d}",
        kind,
        f"{file.claims:,}",
        f"${file.charge:,.2f}",
        Path(file.path).name,
    )


def _total_row(total: Total) -> tuple[str, ...]:
    return (
        total.form.value,
        "test" if total.test else "production",
        total.state.value,
        f"{total.claims:,}",
        f"{total.lines:,}",
        f"${total.charge:,.2f}",
        f"${total.allowed:,.2f}",
    )


def _print_claims(book: SqliteBook, file: File) -> None:
    print(printable(f"File {file.id}, {file.state.value}, {file.path}"))
    if file.sha256 is not None:
        print(f"  {file.size:,} bytes, sha256 {file.sha256}")
    columns = ("claim", "state", "services", "lines", "charge", "allowed", "patient", "replaces")
    rows = (
        (
            claim.control_number,
            claim.state.value,
            _days(claim),
            f"{claim.lines:,}",
            f"${claim.charge:,.2f}",
            "" if claim.allowed is None else f"${claim.allowed:,.2f}",
            claim.patient_id,
            claim.replaces or "",
        )
        for claim in book.claims(file=file.id)
    )
    _table(columns, list(rows))


def _print_claim(book: SqliteBook, claim: BookedClaim, marked: BookedLine | None) -> None:
    file = book.file(claim.file)
    test = ", a test" if claim.test else ""
    print(printable(f"Claim {claim.control_number}, {claim.state.value}{test}, patient {claim.patient_id}"))
    if file is not None:
        print(
            printable(
                f"  file {file.id} ({file.state.value}), claim {claim.position} of {file.claims:,}: {file.path}"
            )
        )
    allowed = "" if claim.allowed is None else f", ${claim.allowed:,.2f} expected to be allowed"
    print(printable(f"  {claim.form.value}, payer {claim.payer_id}, frequency {claim.frequency_code}"))
    print(f"  {_days(claim)}: ${claim.charge:,.2f} charged{allowed}")
    if claim.replaces:
        print(f"  replaces {claim.replaces}")
    if claim.replaced_by:
        print(f"  replaced by {claim.replaced_by}")
    columns = ("line", "date", "code", "modifiers", "units", "charge", "sessions", "")
    rows = [
        (
            line.control_number,
            str(line.date_of_service),
            line.procedure_code,
            " ".join(line.modifiers),
            str(line.units),
            f"${line.charge:,.2f}",
            ", ".join(line.sessions),
            "<" if marked is not None and marked.control_number == line.control_number else "",
        )
        for line in book.lines(claim.control_number)
    ]
    print()
    _table(columns, rows)
    print()
    for event in book.events():
        if event.claim == claim.control_number or (event.claim is None and event.file == claim.file):
            why = f": {event.why}" if event.why else ""
            print(printable(f"  {event.at}  {event.what} by {event.who}{why}"))


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _days(claim: BookedClaim) -> str:
    return " to ".join(dict.fromkeys((str(claim.first_service), str(claim.last_service))))


def _tell_unfinished(files: Sequence[File]) -> None:
    print()
    if planned := [str(file.id) for file in files if file.state is FileState.PLANNED]:
        print(
            f"Not finished: file {', '.join(planned)}. The next run of `teachback claim` with this book finishes it."
        )


def _exported(claim: BookedClaim, file: File, lines: Sequence[BookedLine]) -> Iterator[list[str]]:
    from teachback.intake.escape import escape_cell

    for line in lines:
        cells = (
            claim.control_number,
            line.control_number,
            claim.state.value,
            str(file.id),
            f"{file.interchange_number:09d}",
            claim.form.value,
            "yes" if claim.test else "no",
            file.receiver_id,
            claim.payer_id,
            claim.patient_id,
            claim.frequency_code,
            claim.replaces or "",
            claim.replaced_by or "",
            str(line.date_of_service),
            line.procedure_code,
            ";".join(line.modifiers),
            str(line.units),
        )
        # A charge may be negative, and must stay a number.
        yield [*map(escape_cell, cells), str(line.charge), escape_cell(";".join(line.sessions))]


def _table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Columns in plain text: what stands in a cell is never cut, so that it can be copied."""
    clean = [tuple(printable(cell).replace("\n", " ") for cell in row) for row in rows]
    widths = [max(len(row[at]) for row in (columns, *clean)) for at in range(len(columns))]
    for row in (columns, *clean):
        cells = (
            cell.rjust(width) if name in _RIGHT else cell.ljust(width)
            for cell, width, name in zip(row, widths, columns, strict=True)
        )
        print("  ".join(cells).rstrip())
