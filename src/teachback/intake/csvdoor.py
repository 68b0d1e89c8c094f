"""CSV files of any usual separator, encoding and line end become rows of a table."""

from __future__ import annotations

import csv
import io
from contextlib import contextmanager
from typing import TYPE_CHECKING

from teachback.intake.columns import known
from teachback.intake.escape import unescape_cell
from teachback.intake.mapping import Mapping
from teachback.intake.problems import Notice, Refusal, whole
from teachback.intake.table import Sheet, read_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from teachback.intake.reading import Reading

LONGEST_CELL = 1_000_000
_SEPARATORS = ",;\t"
_BOM = "\ufeff"
_SAVE_UTF8 = 'save it as "CSV UTF-8" in the spreadsheet program'


def read_csv(
    file: str, raw: bytes, mapping: Mapping | None = None, progress: Callable[[int], None] | None = None
) -> Reading:
    """The sessions of a CSV file's bytes; ``Unread`` when the whole of it cannot be read."""
    text, notices = _decoded(file, raw)
    lines = io.StringIO(text, newline="").readlines()
    first, separator = _start(file, lines, mapping or Mapping())
    with _long_cells():
        rows = _rows(file, lines, first, separator)
        header = _header(file, rows)
        return read_table(Sheet(file, header, rows, notices, full=True), mapping, progress)


def beginning(file: str, raw: bytes, mapping: Mapping | None = None) -> tuple[int, str]:
    """How many lines stand before the header, and the separator, from the first bytes of a file in UTF-8."""
    text = raw.decode("utf-8-sig", "ignore")
    lines = io.StringIO(text, newline="").readlines()
    return _start(file, lines, mapping or Mapping())


def rows_of(file: str, text: str, separator: str, before: int) -> Iterator[tuple[int, list[str]] | Refusal]:
    """The rows of a text after some lines, numbered as the text has them; a broken row is refused alone."""
    with _long_cells():
        yield from _rows(file, io.StringIO(text, newline="").readlines(), before, separator)


def _decoded(file: str, raw: bytes) -> tuple[str, tuple[Notice, ...]]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return raw.decode("utf-16"), ()
        except UnicodeDecodeError:
            raise whole(file, "broken UTF-16", "text", _SAVE_UTF8) from None
    try:
        return raw.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise whole(
            file,
            f"the byte 0x{raw[error.start]:02X} in line {line}",
            "text in UTF-8, UTF-16 or Windows-1252",
            _SAVE_UTF8,
        ) from None
    return text, (Notice(file, "is not UTF-8 and was read as Windows-1252; check names with accents"),)


def _start(file: str, lines: list[str], mapping: Mapping) -> tuple[int, str]:
    """The index of the header's line, and the separator under which most of its headings are known."""
    first = next((index for index, line in enumerate(lines) if line.strip(_BOM + ',; \t\r\n"')), None)
    if first is None:
        raise whole(file, "nothing but empty lines", "a header and rows", "check that it is the right file")
    line = lines[first].strip()
    if "\0" in line:
        raise whole(file, "NUL bytes", "text", _SAVE_UTF8)
    if line.casefold().startswith("sep=") and line[4:] in tuple(_SEPARATORS):
        return first + 1, line[4:]

    def fit(separator: str) -> tuple[int, int]:
        headings = _split(lines[first], separator)
        return known(headings, mapping), len(headings)

    return first, max(_SEPARATORS, key=fit)


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def _header(file: str, rows: Iterator[tuple[int, list[str]] | Refusal]) -> list[str]:
    for row in rows:
        if isinstance(row, Refusal):
            raise whole(file, row.read, "a header row", row.cure)
        if any(cell.strip() for cell in row[1]):
            return row[1]
    raise whole(file, "no header", "a header and rows", "check that it is the right file")


class _Lines:
    """The lines of a file for the csv module, with a way back to where a broken row began."""

    def __init__(self, lines: list[str], at: int) -> None:
        self._lines = lines
        self.at = at

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self.at >= len(self._lines):
            raise StopIteration
        self.at += 1
        return self._lines[self.at - 1]


def _rows(
    file: str, lines: list[str], first: int, separator: str
) -> Iterator[tuple[int, list[str]] | Refusal]:
    """The rows from the header on, numbered as a spreadsheet program numbers them.

    After a row that cannot be split, such as one with an open quotation mark, reading goes on with
    the next line: nothing good is lost.
    """
    source = _Lines(lines, first)
    reader = csv.reader(source, delimiter=separator, strict=True)
    number = first
    while True:
        start = source.at
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            source.at = start + 1
            yield _broken(file, number, str(error))
            continue
        if any("\0" in cell for cell in cells):
            yield Refusal(file, number, None, "NUL bytes", "text", "take them out, or export the file anew")
            continue
        yield number, [unescape_cell(cell) if cell[:1] == "'" else cell for cell in cells]


def _broken(file: str, number: int, error: str) -> Refusal:
    if "field larger" in error:
        return Refusal(
            file,
            number,
            None,
            "a longer one",
            f"cells of at most {LONGEST_CELL} characters",
            "shorten the text, or close its quotation mark",
        )
    return Refusal(
        file,
        number,
        None,
        "a quotation mark that is not closed or stands inside a text",
        "texts in quotation marks, with those inside doubled",
        "correct the quotation marks",
    )


@contextmanager
def _long_cells() -> Iterator[None]:
    before = csv.field_size_limit(LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)
