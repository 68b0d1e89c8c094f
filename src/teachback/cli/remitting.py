"""What comes back, on the command line: look at answers, post remittances, and work what is open."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from teachback.book import BookError, SqliteBook
from teachback.claim.tomlfile import FaultyFile
from teachback.cli import USAGE, complain, printable
from teachback.cli.booking import person
from teachback.cli.coding import whole, wrong_place
from teachback.remit import sheets
from teachback.remit.acknowledged import (
    claims_answered,
    file_answered,
    interchange_answered,
    not_answered,
)
from teachback.remit.known import Known
from teachback.remit.manual import read_form
from teachback.remit.money import money_lines, where_it_stands
from teachback.remit.post import in_order, post_remittance
from teachback.remit.rejected import keep
from teachback.remit.report import FileReport, Part, Report, Stand, summary, text
from teachback.remit.taking import read_only, taken
from teachback.remit.worklist import only_tests, worklist
from teachback.remit.worktext import lines as work_lines
from teachback.remitdata import (
    FunctionalAcknowledgment,
    InterchangeAcknowledgment,
    Remittance,
    StatusReport,
)
from teachback.simulate.answering import KEY
from teachback.x12.answers import NotAnAnswer, read_any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from teachback.remit.postings import Posting
    from teachback.remit.todo import Work

    _Postings = Mapping[tuple[Path, int], tuple[Posting, Mapping[tuple[int, int], int]]]

SOMETHING: Final = 1
"""Exit status: something was not taken, or somebody must act."""
FORMATS: Final = ("text", "csv", "xlsx")
_BY_ENDING: Final = {".csv": "csv", ".xlsx": "xlsx"}
_FORMS: Final = frozenset({".toml", ".csv"})
"""Notices that a person wrote down; everything else is read as X12."""
_NOBODY: Final = "status"
"""Who posts in a copy of the book that is thrown away."""
Answer = Remittance | StatusReport | FunctionalAcknowledgment | InterchangeAcknowledgment | NotAnAnswer


def run_status(
    files: Sequence[Path],
    *,
    book: Path | None = None,
    out: Path | None = None,
    format_: str | None = None,
    today: date | None = None,
) -> int:
    """Tell what files say, and change nothing.

    0 where all was understood and nothing waits for anybody, 1 where something does, 2 where nothing could be read.
    With a book it tells too whose claims they are and what would be posted.
    """
    found = _given(files)
    if wrong := _wrong(found, out, format_):
        return complain(wrong)
    day = today or date.today()  # noqa: DTZ011  a local day
    if book is None:
        return _tell(gathered(found, None, day, who=None), out, format_)
    try:
        with SqliteBook.open(book, create=False) as opened:
            return _tell(gathered(found, opened, day, who=None), out, format_)
    except BookError as error:
        return complain(str(error))


def run_post(  # noqa: PLR0913  an option each
    files: Sequence[Path],
    book: Path,
    *,
    who: str | None = None,
    out: Path | None = None,
    format_: str | None = None,
    today: date | None = None,
    dry_run: bool = False,
) -> int:
    """Post every remittance that balances, and tell what became of each file and line.

    Posting is one transaction a remittance: give the same command again after a crash, and what was posted is told
    as posted before. Exit status as of ``run_status``.
    """
    found = _given(files)
    if wrong := _wrong(found, out, format_):
        return complain(wrong)
    day = today or date.today()  # noqa: DTZ011  a local day
    try:
        with SqliteBook.open(book, create=False) as opened:
            for warning in opened.warnings():
                print(f"note: {printable(warning)}", file=sys.stderr)
            report = gathered(found, opened, day, who=None if dry_run else who or person())
            return _tell(report, out, format_)
    except BookError as error:
        return complain(str(error))


def run_denials(
    book: Path, *, out: Path | None = None, format_: str | None = None, today: date | None = None
) -> int:
    """Print or write the work list of a book; 1 where there is anything to do."""
    if wrong := _wrong_out(out, format_, book / "book.sqlite3"):
        return complain(wrong)
    day = today or date.today()  # noqa: DTZ011  a local day
    try:
        with SqliteBook.open(book, create=False) as opened:
            test = only_tests(opened)
            found = worklist(opened, day, test=test)
            money = where_it_stands(opened.balances(test=test))
    except BookError as error:
        return complain(str(error))
    format_ = _format(out, format_)
    if out is not None:
        _write_work(found, out, format_)
    elif format_ == "csv":
        sheets.write_csv(sheets.WORK_COLUMNS, sheets.work_rows(found), sys.stdout)
    else:
        heading = "THE BOOK (test claims)" if test else "THE BOOK"
        for line in (*work_lines(found), "", heading, *money_lines(money)):
            print(printable(line))
    return SOMETHING if found else 0


def _write_work(found: Sequence[Work], out: Path, format_: str) -> None:
    with whole(out) as part:
        if format_ == "xlsx":
            sheets.write_work(found, part)
        else:
            with part.open("w", encoding="utf-8", newline="") as stream:
                if format_ == "csv":
                    sheets.write_csv(sheets.WORK_COLUMNS, sheets.work_rows(found), stream)
                else:
                    stream.writelines(f"{printable(line)}\n" for line in work_lines(found))
    print(f"{out} written: {len(found):,} items; it holds claim numbers of patients.", file=sys.stderr)


def _given(files: Sequence[Path]) -> list[Path]:
    """The files that were named; a folder stands for the files in it, by name."""
    found: list[Path] = []
    for file in files:
        found += sorted(filter(_is_answer, file.iterdir())) if file.is_dir() else [file]
    return list(dict.fromkeys(found))


def _is_answer(path: Path) -> bool:
    """Whether a file of a folder is to be read: not hidden, and not the key that a rehearsal lays beside its answers."""
    return path.is_file() and not path.name.startswith(".") and path.name != KEY


def _wrong(files: Sequence[Path], out: Path | None, format_: str | None) -> str:
    if not files:
        return "name at least one file, or a folder with files in it"
    return _wrong_out(out, format_, *files)


def _wrong_out(out: Path | None, format_: str | None, *kept: Path) -> str:
    if format_ is not None and format_ not in FORMATS:
        return f"--format is one of {', '.join(FORMATS)}"
    if out is not None and (wrong := wrong_place(out, *kept)):
        return wrong
    if _format(out, format_) == "xlsx" and out is None:
        return "--format xlsx writes a file: add --out report.xlsx"
    return ""


def _format(out: Path | None, format_: str | None) -> str:
    return format_ or _BY_ENDING.get("" if out is None else out.suffix.lower(), "text")


class _Read:
    """One file with its answers, or with why it could not be read to its end.

    ``source`` is what the book keeps as the origin of what it posts; for a form also where its paper is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.source = path.name
        self.answers: list[Answer] = []
        self.problem = ""
        self.is_form = path.suffix.lower() in _FORMS
        try:
            if self.is_form:
                typed = read_form(path)
                self.source = f"{path.name} ({typed.source})" if typed.source else path.name
                self.answers.append(typed.remittance)
            else:
                with path.open("rb") as stream:
                    # One by one, so that what stands before a failure is kept.
                    for answer in read_any(stream):
                        self.answers.append(answer)
        except OSError as error:
            self.problem = f"{error.strerror or error}"
        except FaultyFile as error:
            self.problem = str(error)


def gathered(files: Sequence[Path], book: SqliteBook | None, today: date, *, who: str | None) -> Report:
    """What the files say, and what became of them: read first, then posted in the order of payment (by ``who``).

    Without ``who`` everything is done in a copy of the book, which is then thrown away: so a reversal is seen to
    follow what it takes back in another file. Without a book nothing is matched.
    """
    read = [_Read(file) for file in files]
    if book is None:
        told, work = _told(read, {}, Known(None), today, done=False)
        return Report(told, tuple(work))
    if who is not None:
        return _entered(read, book, today, who, done=True)
    with TemporaryDirectory(prefix=".look-", dir=book.folder) as folder:
        book.back_up(Path(folder) / "book")
        with SqliteBook.open(Path(folder) / "book", create=False) as copy:
            return _entered(read, copy, today, _NOBODY, done=False)


def _entered(read: Sequence[_Read], book: SqliteBook, today: date, who: str, *, done: bool) -> Report:
    """Everything that was read, posted; ``done`` says that the book is the real one."""
    postings = _posted(book, read, who)
    told, work = _told(read, postings, Known(book), today, done=done)
    keep(book, work, who=who)
    touched = {number for entry in work for number in entry.claims}
    touched |= {
        row.claim for file in told for part in file.parts for row in part.rows if row.stand is Stand.POSTED
    }
    new = {posting.posted.id for posting, _ in postings.values() if posting.posted is not None}
    test = only_tests(book)
    found = worklist(book, today, test=test, claims=touched, remittances=new)
    money = where_it_stands(book.balances(test=test))
    if done:
        return Report(told, found, money, ("teachback denials BOOK lists everything that is open",))
    # Numbers that the copy gave to lines are not those that the book would give.
    found = tuple(replace(entry, item=None) for entry in found)
    return Report(told, found, money, ("nothing was posted: this is how it would be",))


def _told(
    read: Sequence[_Read], postings: _Postings, known: Known, today: date, *, done: bool
) -> tuple[tuple[FileReport, ...], list[Work]]:
    """Every file with its parts, in the order given, and the work that acknowledgments make."""
    work: list[Work] = []
    told = []
    for file in read:
        parts = []
        for number, answer in enumerate(file.answers):
            part, works = _part(answer, postings.get((file.path, number)), known, today, done=done)
            parts.append(part)
            work += works
        told.append(FileReport(file.path.name, tuple(parts), file.problem))
    return tuple(told), work


def _posted(book: SqliteBook, read: Sequence[_Read], who: str) -> _Postings:
    """Every remittance's posting, by its file and place."""
    places = {
        id(answer): (file, number)
        for file in read
        for number, answer in enumerate(file.answers)
        if isinstance(answer, Remittance)
    }
    found: dict[tuple[Path, int], tuple[Posting, Mapping[tuple[int, int], int]]] = {}
    for remittance in in_order([a for file in read for a in file.answers if isinstance(a, Remittance)]):
        file, number = places[id(remittance)]
        posting = post_remittance(book, remittance, who=who, source=file.source, manual=file.is_form)
        found[file.path, number] = (posting, _items(book, posting))
    return found


def _items(book: SqliteBook, posting: Posting) -> dict[tuple[int, int], int]:
    """The book's numbers of the lines of a posted remittance, so that a person can name one."""
    if posting.posted is None:
        return {}
    return {
        (line.claim_position, line.position): line.id
        for line in book.remitted_lines(remittance=posting.posted.id)
    }


def _part(
    answer: Answer,
    posting: tuple[Posting, Mapping[tuple[int, int], int]] | None,
    known: Known,
    today: date,
    *,
    done: bool,
) -> tuple[Part, Sequence[Work]]:
    if isinstance(answer, Remittance):
        if posting is None:
            return read_only(answer), ()
        return taken(posting[0], done=done, items=posting[1] if done else {}), ()
    if isinstance(answer, StatusReport):
        return claims_answered(answer, known, today)
    if isinstance(answer, FunctionalAcknowledgment):
        return file_answered(answer, known, today)
    if isinstance(answer, InterchangeAcknowledgment):
        return interchange_answered(answer, known), ()
    return not_answered(answer), ()


def _tell(report: Report, out: Path | None, format_: str | None) -> int:
    """Print or write the report; the exit status."""
    format_ = _format(out, format_)
    if out is None and format_ == "csv":
        sheets.write_csv(sheets.ROW_COLUMNS, sheets.report_rows(report), sys.stdout)
    elif out is None:
        for line in text(report):
            print(printable(line))
    else:
        _write(report, out, format_)
        print(printable(f"{out} written. {summary(report)}"), file=sys.stderr)
    if report.is_empty and not report.work:
        return USAGE
    return SOMETHING if report.needs_person else 0


def _write(report: Report, out: Path, format_: str) -> None:
    with whole(out) as part:
        if format_ == "xlsx":
            sheets.write_report(report, part)
            return
        with part.open("w", encoding="utf-8", newline="") as stream:
            if format_ == "csv":
                sheets.write_csv(sheets.ROW_COLUMNS, sheets.report_rows(report), stream)
            else:
                stream.writelines(f"{printable(line)}\n" for line in text(report))
