"""Checking files of claims: one report of all that is wrong, for people or machines."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from io import StringIO
from multiprocessing import get_context
from typing import TYPE_CHECKING, BinaryIO

from teachback import law as law_files
from teachback.check import Counts, Options, check_stream
from teachback.check import strict as strict_check
from teachback.check.machine import JsonLines, Sarif
from teachback.check.text import Kept, lines, summary
from teachback.cli import STANDARD_INPUT, USAGE, complain, printable
from teachback.cli.coding import whole, wrong_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import IO

    from teachback.check import Sink

ERRORS = 1
_STEP = 4_000_000
FORMATS = ("text", "jsonl", "sarif")
_BY_ENDING = {".jsonl": "jsonl", ".sarif": "sarif"}
_OTHER_KINDS = frozenset(
    {
        *(
            ".csv",
            ".db",
            ".doc",
            ".docx",
            ".gz",
            ".htm",
            ".html",
            ".jpg",
            ".json",
            ".jsonl",
            ".log",
            ".md",
            ".ndjson",
        ),
        *(
            ".parquet",
            ".pdf",
            ".png",
            ".sarif",
            ".sqlite3",
            ".toml",
            ".withdrawn",
            ".xls",
            ".xlsx",
            ".xml",
            ".zip",
        ),
    }
)


def run_check(  # noqa: PLR0913  an option each
    files: Sequence[Path],
    *,
    format_: str | None = None,
    out: Path | None = None,
    received: date | None = None,
    strict: bool = False,
    workers: int = 1,
    production: bool | None = None,
    payer: str = "medicare",
) -> int:
    """Check files; 0 no errors, 1 errors found, 2 nothing could be read or wrong usage.

    ``production`` judges every interchange as one for production (True) or testing (False) instead of by ISA15.
    ``workers`` divides several files among processes. A folder stands for the files that lie in it.
    """
    files, other = _all_of(files)
    format_ = format_ or _BY_ENDING.get("" if out is None else out.suffix.lower(), "text")
    if wrong := _wrong_usage(files, format_, out, payer, strict=strict, workers=workers):
        return complain(wrong)
    if other:
        print(f"note: {printable(other)}", file=sys.stderr)
    # Claims are received today unless told otherwise: the question is mostly asked before sending.
    options = Options(received or date.today(), production, payer, billing=True, strict=strict)  # noqa: DTZ011  a local day
    total = Counts(nothing_read=True)
    with contextlib.ExitStack() as stack:
        stream: IO[str] = sys.stdout
        if out is not None:
            part = stack.enter_context(whole(out))
            stream = stack.enter_context(part.open("w", encoding="utf-8", newline=""))
        report = _Report(stream, format_)
        for file, counts in _checked(files, options, report, workers):
            if counts is None:
                continue
            total.add(counts)
            if counts.nothing_read and (format_ != "text" or out is not None):
                complain(f"{file.name} is not X12: nothing in it could be read")
        report.close(total, len(files))
    if format_ != "text" or out is not None:
        print(printable(summary(total)), file=sys.stderr)
    if total.nothing_read:
        return USAGE
    return ERRORS if total.errors else 0


def _all_of(files: Sequence[Path]) -> tuple[list[Path], str]:
    """The files, with those of a folder in its place, by name; and a sentence of what was left out.

    A folder of claims also holds reports, paper and withdrawn files. Those are left out, and so are hidden ones;
    a file that is named is always checked.
    """
    found: list[Path] = []
    other: list[str] = []
    for file in files:
        if not file.is_dir():
            found.append(file)
            continue
        for inside in sorted(f for f in file.iterdir() if f.is_file() and not f.name.startswith(".")):
            ending = inside.suffix.lower()
            if ending in _OTHER_KINDS:
                other.append(ending)
            else:
                found.append(inside)
    if not other:
        return found, ""
    many = "1 file" if len(other) == 1 else f"{len(other)} files"
    return found, f"{many} of other kinds left out ({', '.join(sorted(set(other)))}); name a file to check it"


def _wrong_usage(  # noqa: PLR0913  what may be wrong
    files: Sequence[Path], format_: str, out: Path | None, payer: str, *, strict: bool, workers: int
) -> str:
    if not files:
        return "name at least one file, or a folder with files; - reads standard input"
    if format_ not in FORMATS:
        return f"--format is one of {', '.join(FORMATS)}"
    if workers < 0:
        return "--workers is 0 (one for each core) or more"
    if payer not in law_files.payers():
        return f"no payer {payer}; there are: {', '.join(law_files.payers())}"
    if out is not None and (
        wrong := wrong_place(out, *(file for file in files if str(file) != STANDARD_INPUT))
    ):
        return wrong
    if strict and not strict_check.is_installed():
        return strict_check.INSTALL
    return ""


class _Report:
    """Writes what is found, in the format that is asked for."""

    def __init__(self, stream: IO[str], format_: str) -> None:
        self.stream = stream
        self.format = format_
        self.sarif: Sarif | None = None
        self.first = True
        if format_ == "sarif":
            from teachback.check.catalog import catalog_rows

            self.sarif = Sarif(stream, catalog_rows())

    def sink(self, file: str) -> Sink:
        """Where the issues of one file go."""
        if self.sarif is not None:
            self.sarif.file = file
            return self.sarif
        return JsonLines(self.stream, file) if self.format == "jsonl" else Kept()

    def end_of_file(self, sink: Sink, counts: Counts, file: str) -> None:
        """The text of one file."""
        if isinstance(sink, Kept):
            if not self.first:
                self.stream.write("\n")
            self.first = False
            self.stream.writelines(f"{printable(line)}\n" for line in lines(sink, counts, file))

    def end_of_part(self, text: str) -> None:
        """The report of one file that another process made."""
        if self.format == "text" and text:
            if not self.first:
                self.stream.write("\n")
            self.first = False
        self.stream.write(text)

    def close(self, total: Counts, files: int) -> None:
        """The end of all files."""
        if self.sarif is not None:
            self.sarif.close()
        elif self.format == "text" and files > 1:
            self.stream.write(f"\nALL FILES: {printable(summary(total))}\n")


def _checked(
    files: Sequence[Path], options: Options, report: _Report, workers: int
) -> Iterator[tuple[Path, Counts | None]]:
    """Every file with its counts, in the order given; ``None`` where it could not be opened, which is told."""
    many = min(workers or os.cpu_count() or 1, len(files))
    if many <= 1 or report.format == "sarif":
        for file in files:
            sink = report.sink(str(file))
            counts = _check(file, options, sink)
            if counts is not None:
                report.end_of_file(sink, counts, str(file))
            yield file, counts
        return
    with ProcessPoolExecutor(many, mp_context=get_context("spawn")) as pool:
        for file, (counts, text) in zip(
            files, pool.map(_apart, [(file, options, report.format) for file in files]), strict=True
        ):
            report.end_of_part(text)
            yield file, counts


def _apart(task: tuple[Path, Options, str]) -> tuple[Counts | None, str]:
    """One file in a process of its own: its counts and its report."""
    file, options, format_ = task
    stream = StringIO()
    report = _Report(stream, format_)
    sink = report.sink(str(file))
    counts = _check(file, options, sink)
    if counts is not None:
        report.end_of_file(sink, counts, str(file))
    return counts, stream.getvalue()


def _check(file: Path, options: Options, sink: Sink) -> Counts | None:
    try:
        with _opened(file) as stream, _counting(file, stream) as progress:
            counts = check_stream(stream, options, sink, progress)
    except OSError as error:
        complain(f"{file.name}: {error.strerror or error}")
        return None
    if options.strict and not counts.nothing_read and str(file) != STANDARD_INPUT:
        issues = list(strict_check.second_opinion(file))
        for issue in issues:
            counts.severities[issue.severity] += 1
            counts.codes[issue.code, issue.name, issue.severity] += 1
            counts.above[issue.severity] += 1
        sink.tell(issues, None)
    return counts


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    """The file to read and seek; standard input is kept in a file of its own until the end."""
    if str(file) != STANDARD_INPUT:
        with file.open("rb") as stream:
            yield stream
        return
    with tempfile.TemporaryFile() as kept:
        shutil.copyfileobj(sys.stdin.buffer, kept)
        kept.seek(0)
        yield kept


@contextlib.contextmanager
def _counting(file: Path, stream: BinaryIO) -> Iterator[Callable[[int], None] | None]:
    """How far a large file has been read, on standard error, where a person watches."""
    if not sys.stderr.isatty():
        yield None
        return
    size = max(1, stream.seek(0, os.SEEK_END))
    stream.seek(0)
    shown = 0

    def show(byte: int) -> None:
        nonlocal shown
        if byte >= shown + _STEP:
            shown = byte
            print(
                f"\rchecking {printable(file.name)}: {byte * 100 // size} %",
                end="",
                file=sys.stderr,
                flush=True,
            )

    yield show
    print("\r\033[K", end="", file=sys.stderr, flush=True)
