"""A large made-up book as files, for measuring and for trying out; polars is loaded only here."""

from __future__ import annotations

import os
import sys
from time import perf_counter
from typing import TYPE_CHECKING

from teachback.cli import complain

if TYPE_CHECKING:
    from pathlib import Path

    from teachback.synthetic.book import Format, Made


def run_generate(  # noqa: PLR0913  a book has this many properties
    *,
    sessions: int,
    out: Path,
    seed: int,
    format_: Format,
    claims: bool,
    planted_share: float,
    parts: int | None,
    workers: int | None,
) -> int:
    """Write the book and say what it holds; 2 where it cannot be made as asked for."""
    from teachback.synthetic.book import write_book

    if claims and format_ == "jsonl":
        return complain("claims are tables: --format is parquet or csv")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        return complain(f"{out} is there and not empty; name another folder, or empty it first")
    if workers is not None and workers < 1:
        return complain("workers: at least one")
    before = perf_counter()
    done = 0

    def tell(made: Made) -> None:
        nonlocal done
        done += made.rows
        if sys.stderr.isatty():
            print(f"\r{done:,} rows", end="", file=sys.stderr, flush=True)

    try:
        made = write_book(
            sessions,
            out,
            seed=seed,
            form=format_,
            claims=claims,
            planted_share=planted_share,
            parts=parts,
            workers=workers or os.cpu_count() or 1,
            progress=tell,
        )
    except ValueError as error:
        return complain(str(error))
    if sys.stderr.isatty():
        print("\r", end="", file=sys.stderr)
    seconds = perf_counter() - before
    what = "service lines" if claims else "session-patients"
    folder = "claims" if claims else "sessions"
    print(
        f"{made.rows:,} {what} in {out / folder}, {made.planted:,} of them with a planted error, in {seconds:.1f} s."
    )
    print(
        f"The key of the errors stands in {out / 'planted'}, that of the audit patterns in {out / 'patterns'}."
    )
    print("Nobody in this book exists.")
    return 0
