"""Claims on paper, written into a folder: red sheets of both forms, superbills, and what had to be told."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from teachback.cli import complain, printable
from teachback.cli.booking import the_file, with_book
from teachback.forms import cms1500, superbill, ub04

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from teachback.book import SqliteBook
    from teachback.claimdata import Claim
    from teachback.forms.pages import Note

CMS_1500: Final = "cms1500.pdf"
UB_04: Final = "ub04.pdf"
SUPERBILLS: Final = "superbills.pdf"
WAIVER: Final = (
    "Medicare takes paper only from those who are excepted from electronic filing (ASCA waiver), "
    "on the original red sheets."
)


@dataclass(frozen=True, slots=True)
class Printing:
    """How forms are printed: with guide lines or not, moved right and down, and the date of signature or making.

    ``prefix`` begins the names of the files, such as ``837P-000000905-``.
    """

    guide_lines: bool = False
    offset_mm: tuple[float, float] = (0.0, 0.0)
    dated: date | None = None
    prefix: str = ""


@dataclass(slots=True)
class Papers:
    """What was written: the files, how many sheets each form takes, and the notes for the person who posts them."""

    files: list[Path] = field(default_factory=list)
    sheets: int = 0
    notes: list[Note] = field(default_factory=list)


def offset_of(text: str) -> tuple[float, float]:
    """Read ``2.5,-1`` as millimeters right and down. Raises ``ValueError`` for people."""
    parts = text.split(",")
    try:
        right, down = (float(part) for part in parts)
    except ValueError:
        raise ValueError(
            f"{text} is no offset. Write millimeters right and down, such as 1.5,-0.5 (negative: left, up)."
        ) from None
    return right, down


def write_papers(
    claims: Sequence[Claim],
    out: Path,
    *,
    practice_name: str,
    printing: Printing | None = None,
) -> Papers:
    """Write the forms and superbills of claims into a folder that exists. A form without a claim is not written.

    Raises ``ValueError`` for an offset that leaves the sheet, ``OSError`` where the folder cannot be written to.
    """
    how = printing or Printing()
    papers = Papers()
    for form, name, institutional in ((cms1500, CMS_1500, False), (ub04, UB_04, True)):
        own = [claim for claim in claims if claim.is_institutional is institutional]
        if not own:
            continue
        pages = [page for claim in own for page in form.values(claim, dated=how.dated)]
        papers.sheets += len(pages)
        papers.notes += [note for page in pages for note in page.notes]
        data = form.pdf(own, guide_lines=how.guide_lines, offset_mm=how.offset_mm, dated=how.dated)
        papers.files.append(_written(out / f"{how.prefix}{name}", data))
    if claims:
        papers.files.append(_written(out / f"{how.prefix}{SUPERBILLS}", superbill.pdf(claims, practice_name)))
    return papers


def run_paper(book: Path, file: str, *, out: Path, offset: str | None, printing: Printing) -> int:
    """Print the claims of a file of the book; 2 where the file or the offset cannot be used."""

    def printed(opened: SqliteBook) -> int:
        found = the_file(opened, file)
        submission = opened.submission(found.id)
        how = replace(printing, prefix=f"file-{found.id}-")
        try:
            if offset is not None:
                how = replace(how, offset_mm=offset_of(offset))
            out.mkdir(parents=True, exist_ok=True)
            papers = write_papers(
                submission.claims, out, practice_name=submission.submitter.name, printing=how
            )
        except ValueError as error:
            return complain(str(error))
        for line in (*told(papers.notes), WAIVER):
            print(f"paper: {printable(line)}", file=sys.stderr)
        for path in papers.files:
            print(f"{path} written; it names patients.")
        return 0

    return with_book(book, printed)


def told(notes: Iterable[Note]) -> list[str]:
    """The notes as lines for people: what many claims share is told once, with the first of them."""
    shared: dict[tuple[str, str], list[Note]] = {}
    for note in notes:
        shared.setdefault((note.item, note.message), []).append(note)
    lines = []
    for same in shared.values():
        others = len({note.claim for note in same}) - 1
        more = f" ({others:,} more claims like it)" if others > 1 else f" (so is {same[-1].claim})"
        lines.append(f"{same[0]}{more if others else ''}")
    return lines


def _written(path: Path, data: bytes) -> Path:
    """Write a file whole or not at all, readable by its owner alone: it names patients."""
    part = path.with_name(f".{path.name}.part")
    part.touch(mode=0o600)
    part.write_bytes(data)
    part.replace(path)
    return path
