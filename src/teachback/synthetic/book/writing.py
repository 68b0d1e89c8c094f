"""The book as files: part by part, in this process or in several, in one of three forms."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Literal

from teachback.intake import read_sessions
from teachback.intake.dump import write_jsonl
from teachback.synthetic.book.parts import ROW_GROUP, Part, parts_of, written, written_claims

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import polars as pl

Format = Literal["parquet", "csv", "jsonl"]
FORMATS: Final[tuple[Format, ...]] = ("parquet", "csv", "jsonl")
ROWS_OF_PART: Final = 1_000_000
ROWS_OF_CLAIMS_PART: Final = 250_000  # each makes about five service lines
MOST_ROWS: Final = 100_000_000
_SCHEMA_KEY = b"ARROW:schema"


@dataclass(frozen=True, slots=True)
class Wish:
    """A part to be written: where, and in which form."""

    part: Part
    out: Path
    form: Format
    claims: bool


@dataclass(frozen=True, slots=True)
class Made:
    """What was written of a part: rows of the book and rows of its key."""

    rows: int
    planted: int


def write_book(  # noqa: PLR0913  a book has this many properties
    sessions: int,
    out: Path,
    *,
    seed: int = 7,
    form: Format = "parquet",
    claims: bool = False,
    planted_share: float = 0.03,
    parts: int | None = None,
    workers: int = 1,
    progress: Callable[[Made], None] | None = None,
) -> Made:
    """Write a made-up book of so many session-patients below ``out``; return how much was written.

    Records stand in ``sessions``, the key of planted errors in ``planted``, and in ``patterns`` the
    practitioners who show a pattern of the audit; with ``claims`` service lines stand in ``claims``
    instead of sessions. The same sessions, seed and parts give the same rows whatever the number of
    ``workers``. Raises ``ValueError`` for a count, share or number of parts that makes no book.
    """
    if not 1 <= sessions <= MOST_ROWS:
        raise ValueError(f"a book holds 1 to {MOST_ROWS:,} session-patients, not {sessions:,}")
    if not 0 <= planted_share <= _MOST_PLANTED:
        raise ValueError(
            f"the share of planted errors lies between 0 and {_MOST_PLANTED}, not {planted_share}"
        )
    size = ROWS_OF_CLAIMS_PART if claims else ROWS_OF_PART
    count = -(-sessions // size) if parts is None else parts
    if not 1 <= count <= _MOST_PARTS:
        raise ValueError(f"a book has 1 to {_MOST_PARTS:,} parts, not {count:,}")
    wishes = [
        Wish(part, out, form, claims)
        for part in parts_of(sessions, seed=seed, parts=count, planted_share=planted_share)
    ]
    rows = planted = 0
    for made in _each(wishes, min(workers, len(wishes))):
        rows, planted = rows + made.rows, planted + made.planted
        if progress is not None:
            progress(made)
    return Made(rows, planted)


_MOST_PLANTED, _MOST_PARTS = 0.2, 5000


def _each(wishes: list[Wish], workers: int) -> Iterable[Made]:
    if workers <= 1:
        yield from map(write_part, wishes)
        return
    # A worker reads this when it starts polars: every part is one thread's work.
    before = os.environ.get("POLARS_MAX_THREADS")
    os.environ["POLARS_MAX_THREADS"] = "1"
    try:
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            yield from pool.map(write_part, wishes)
    finally:
        if before is None:
            del os.environ["POLARS_MAX_THREADS"]
        else:
            os.environ["POLARS_MAX_THREADS"] = before


def write_part(wish: Wish) -> Made:
    """Write the files of one part; each is whole or not there, and one that is there is written anew."""
    made = written_claims(wish.part) if wish.claims else written(wish.part)
    name = wish.part.name
    frame = made.sheet.frame(ROW_GROUP)
    write_table(frame, wish.out / ("claims" if wish.claims else "sessions") / f"{name}.{wish.form}")
    write_table(made.planted, wish.out / "planted" / f"{name}.parquet")
    write_table(made.patterns, wish.out / "patterns" / f"{name}.parquet")
    return Made(frame.height, made.planted.height)


def write_table(frame: pl.DataFrame, path: Path) -> None:
    """Write a data frame in the form that the file's ending names.

    The file is written beside its place and moved there when it is whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beginning = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.suffix == ".parquet":
            # Least and greatest of numbered words follow the numbers, which no reader of text expects.
            statistics = {"min": False, "max": False, "distinct_count": False, "null_count": True}
            frame.write_parquet(
                beginning,
                compression="zstd",
                compression_level=1,
                row_group_size=ROW_GROUP,
                statistics=statistics,
            )
            _forget_enums(beginning)
        elif path.suffix == ".csv":
            frame.write_csv(beginning)
        else:
            _write_jsonl(frame, beginning)
        beginning.replace(path)
    finally:
        beginning.unlink(missing_ok=True)


def _write_jsonl(frame: pl.DataFrame, path: Path) -> None:
    """The rows as records of the contract, through the same door by which a spreadsheet comes in."""
    with TemporaryDirectory() as folder:
        table = Path(folder) / "sessions.csv"
        frame.write_csv(table)
        reading = read_sessions(table)
    if reading.refusals:
        raise ValueError(f"a made-up row cannot be read: {reading.refusals[0]}")
    write_jsonl(reading.sessions, path)


def _forget_enums(path: Path) -> None:
    """Rename the footer's note of Arrow types, so that readers see text where polars numbered words.

    Writing numbered words is five times as fast as writing text, and the pages are the same.
    """
    with path.open("r+b") as file:
        file.seek(-8, os.SEEK_END)
        length = int.from_bytes(file.read(4), "little")
        file.seek(-8 - length, os.SEEK_END)
        at = file.read(length).find(_SCHEMA_KEY)
        if at >= 0:
            file.seek(at - 8 - length, os.SEEK_END)
            file.write(_SCHEMA_KEY.lower())
