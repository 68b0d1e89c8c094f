"""The three kinds of tasks of a batch run, each from files to files: read a part, cross dates, assess a bucket."""

from __future__ import annotations

import time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from teachback.batch import journal
from teachback.batch.across import AGAIN, DIFFERS, WITH_OTHERS, cross, dated, on_several_dates
from teachback.batch.collect import collected
from teachback.batch.counting import counted
from teachback.batch.door import REFUSED, Door, Encoded
from teachback.batch.engine import Engine
from teachback.batch.files import counts_of, load_bucket, load_ids, save_ids, save_sorted
from teachback.batch.journal import ASSESS, CROSS, READ, writing
from teachback.batch.layout import DATED, GOOD, NARROW, RECORD, SIDE, Block
from teachback.batch.objects import Reader
from teachback.batch.sources import plan_parts, read_rows, read_sessions_of
from teachback.batch.troubles import BatchError
from teachback.batch.vocab import scattered
from teachback.intake.mapping import Mapping
from teachback.rules.book import rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from teachback.batch.journal import Part, Settings
    from teachback.intake.problems import Refusal

__all__ = ("assess_bucket", "cross_dates", "plan_parts", "read_part")

_WORDS = {
    DIFFERS: (
        "expected the same session columns in every row of a session",
        "make the rows agree; until then the whole session is left out",
    ),
    AGAIN: (
        "expected each patient once in a session",
        "write several caregivers into one row separated by ; or correct the id",
    ),
    WITH_OTHERS: (
        "expected every row of its session to be readable",
        "correct the other row of the session; until then the whole session is left out",
    ),
}
_TOLD = ("patients", "index", "day_minutes", "overlap", "shared", "state")
_TABLES = ("lines", "findings", "sessions")


@lru_cache(maxsize=2)
def _door(payer: str, map_file: str | None) -> tuple[Door, Mapping | None]:
    """The door of a run, which remembers every word that it met in this process."""
    mapping = None if map_file is None else Mapping.load(Path(map_file))
    return Door(rulebook(), payer), mapping


@lru_cache(maxsize=2)
def _engine(payer: str) -> Engine:
    """The rule book as tables, which remember every combination that they met in this process."""
    return Engine(rulebook(), payer)


class _Clock:
    """Seconds spent on each step of a task."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, step: str) -> None:
        """Count the time since the last lap for a step."""
        now = time.perf_counter()
        self.spent[step] = self.spent.get(step, 0.0) + now - self._last
        self._last = now


def read_part(part: Part, work: str, settings: Settings) -> dict[str, Any]:
    """Type and encode one part; write its records by patient and its narrow records by date."""
    clock, folder = _Clock(), Path(work) / "parts"
    refusals: tuple[Refusal, ...] = ()
    if part.kind == "jsonl":
        reading = read_sessions_of(part)
        clock.lap("scan")
        reader = Reader(rulebook(), settings.payer)
        encoded = reader.encode(reading.sessions, first_row=part.first_row, salt=part.number)
        refusals = reading.refusals
    else:
        door, mapping = _door(settings.payer, settings.map_file)
        rows = read_rows(part, mapping)
        clock.lap("scan")
        encoded = door.encode(rows.frame, rows.columns, rows.numbers)
        refusals = rows.refusals
    clock.lap("encode")
    refused = pl.concat([encoded.refused, _as_frame(refusals)])
    _save_part(folder / f"{part.number:05d}", part.number, part.file, encoded, settings)
    if refused.height:
        with writing(Path(work) / "refused" / f"part-{part.number:05d}.parquet") as path:
            refused.select(pl.lit(part.file).alias("file"), pl.all()).write_parquet(path)
    clock.lap("partition")
    counters = {
        "rows_read": encoded.rows + len(refusals),
        "rows_refused": refused["row"].n_unique() if refused.height else 0,
        "seconds": clock.spent,
    }
    journal.mark_done(work, READ, part.number, counters)
    return counters


def _as_frame(refusals: tuple[Refusal, ...]) -> pl.DataFrame:
    rows = [
        (
            refusal.row,
            refusal.column,
            f"expected {refusal.expected}" + (f", but found {refusal.read}" if refusal.read else ""),
            refusal.cure,
        )
        for refusal in refusals
    ]
    return pl.DataFrame(rows, schema=REFUSED, orient="row")


def _save_part(stem: Path, number: int, file: str, encoded: Encoded, settings: Settings) -> None:
    records, narrow = encoded.records, encoded.narrow
    narrow["part"] = np.full(len(narrow), number)
    bucket = _bucket(records["patient"], settings.buckets)
    order = save_sorted(stem.with_suffix(".records"), RECORD, records, bucket, settings.buckets)
    save_ids(stem.with_suffix(".ids"), encoded.ids[order])
    # Each narrow record knows where, in the slice of its patient's bucket, the side record is wanted.
    begins = np.concatenate([[0], np.cumsum(np.bincount(bucket, minlength=settings.buckets))])
    at = np.empty(len(order), np.int64)
    at[order] = np.arange(len(order)) - begins[bucket[order]]
    good = narrow["state"] == GOOD
    narrow["at"][good] = at
    narrow["bucket"] = _bucket(narrow["patient"], settings.buckets)
    dates = narrow["day"] % settings.date_buckets
    save_sorted(stem.with_suffix(".narrow"), NARROW, narrow, dates, settings.date_buckets)
    days = dated(narrow["session"], narrow["day"], file)
    save_sorted(
        stem.with_suffix(".dated"),
        DATED,
        days,
        _bucket(days["session"], settings.date_buckets),
        settings.date_buckets,
    )


def _bucket(patient: NDArray[np.uint64], buckets: int) -> NDArray[np.uint16]:
    return (scattered(patient) % np.uint64(buckets)).astype(np.uint16)


def _parts(work: str) -> Iterator[tuple[int, Path]]:
    for number in journal.done_numbers(work, READ):
        yield number, Path(work) / "parts" / f"{number:05d}"


def cross_dates(bucket: int, work: str, settings: Settings) -> dict[str, Any]:
    """What the rows of some dates say of one another, sent to the buckets of their patients."""
    clock = _Clock()
    narrow = _slices(work, ".narrow", NARROW, bucket)
    several = on_several_dates(_slices(work, ".dated", DATED, bucket))
    with writing(Path(work) / "side" / f"{bucket:05d}.several") as path:
        path.write_bytes(several.tobytes())
    clock.lap("cross read")
    side = cross(narrow)
    kept = narrow["state"] == GOOD
    save_sorted(
        Path(work) / "side" / f"{bucket:05d}.side",
        SIDE,
        side.take(kept),
        narrow["bucket"][kept],
        settings.buckets,
    )
    clock.lap("cross")
    counters = {
        "sessions": int(np.count_nonzero((side["state"] == GOOD) & (side["index"] == 0))),
        "seconds": clock.spent,
    }
    journal.mark_done(work, CROSS, bucket, counters)
    return counters


def _slices(work: str, suffix: str, kind: np.dtype[Any], bucket: int) -> Block:
    """The records of one bucket from the files of all parts."""
    files = [stem.with_suffix(suffix) for _, stem in _parts(work)]
    return Block.joined(kind, [load_bucket(file, kind, _counts(file), bucket) for file in files])


@lru_cache(maxsize=8192)
def _cached_counts(file: str, _stamp: int) -> NDArray[np.int64]:
    return counts_of(Path(file))


def _counts(file: Path) -> NDArray[np.int64]:
    return _cached_counts(str(file), file.stat().st_mtime_ns)


def assess_bucket(bucket: int, work: str, out: str, settings: Settings) -> dict[str, Any]:
    """Run every rule once over the rows of some patients; write their lines, findings and sessions."""
    clock = _Clock()
    parts, records, ids, side = _gathered(bucket, work, settings)
    clock.lap("gather")
    files = _files(work)
    _spoil(work, parts, records, ids, side, files)
    _tell_refused(bucket, out, parts, records, side, files)
    coded = side["state"] == GOOD
    refused = int(np.count_nonzero(~coded))
    if refused:
        records, side, ids = records.take(coded), side.take(coded), ids.filter(pl.Series(coded))
    engine = _engine(settings.payer)
    worked = engine.work(records, side, ids)
    clock.lap("rules")
    tables = collected(engine, worked, records, side, ids)
    clock.lap("collect")
    for name in _TABLES:
        with writing(Path(out) / name / f"part-{bucket:05d}.parquet") as path:
            getattr(tables, name).write_parquet(path, compression="snappy", statistics=False)
    clock.lap("write")
    counters = counted(tables) | {"rows_refused": refused}
    clock.lap("count")
    counters["seconds"] = clock.spent
    journal.mark_done(work, ASSESS, bucket, counters)
    return counters


def _gathered(
    bucket: int, work: str, settings: Settings
) -> tuple[NDArray[np.uint16], Block, pl.DataFrame, Block]:
    """The records of a bucket with their parts, their ids, and what other rows say of each."""
    records, ids, numbers, counted, begin = [], [], [], [], 0
    first = np.zeros(max(journal.done_numbers(work, READ), default=0) + 1, np.int64)
    for number, stem in _parts(work):
        file = stem.with_suffix(".records")
        counts = _counts(file)
        first[number] = begin
        if counts[bucket]:
            records.append(load_bucket(file, RECORD, counts, bucket))
            ids.append(load_ids(stem.with_suffix(".ids"), counts, bucket))
            numbers.append(number)
            counted.append(int(counts[bucket]))
            begin += int(counts[bucket])
    side = Block.empty(SIDE, begin)
    side["state"] = np.full(begin, WITH_OTHERS)
    for dates in range(settings.date_buckets):
        file = Path(work) / "side" / f"{dates:05d}.side"
        told = load_bucket(file, SIDE, _counts(file), bucket)
        at = first[told["part"]] + told["at"]
        for name in _TOLD:
            side[name][at] = told[name]
    empty = pl.DataFrame(schema={"session_id": pl.String, "patient_id": pl.String})
    parts = np.repeat(np.array(numbers, np.uint16), counted)
    return parts, Block.joined(RECORD, records), pl.concat([empty, *ids]), side


def _files(work: str) -> list[str]:
    """The file of each part, by number."""
    plan = journal.load_plan(Path(work))
    if plan is None:
        raise BatchError("the plan of this run is gone; run the same command with --fresh")
    return [part.file for part in plan.parts]


def _spoil(  # noqa: PLR0913, PLR0917  all of a bucket meets here
    work: str, parts: NDArray[np.uint16], records: Block, ids: pl.DataFrame, side: Block, files: list[str]
) -> None:
    """Leave out sessions whose id stands on several dates of one file: which of them is right is unknown."""
    found = [np.fromfile(file, np.uint64) for file in (Path(work) / "side").glob("*.several")]
    several = np.concatenate([np.zeros(0, np.uint64), *found])
    if not several.size:
        return
    keys: NDArray[np.uint64] = ids["session_id"].hash().to_numpy()
    for part in np.unique(parts).tolist():
        mine = np.flatnonzero(parts == part)
        named = dated(keys[mine], records["day"][mine], files[part])
        wrong = np.isin(named["session"], several)
        side["state"][mine[wrong]] = DIFFERS


def _tell_refused(  # noqa: PLR0913, PLR0917  all of a bucket meets here
    bucket: int, out: str, parts: NDArray[np.uint16], records: Block, side: Block, files: list[str]
) -> None:
    """Name the rows that others of their session keep from being coded."""
    wrong = np.flatnonzero(side["state"] != GOOD)
    path = Path(out) / "refused" / f"part-b{bucket:05d}.parquet"
    if not wrong.size:
        path.unlink(missing_ok=True)
        return
    state = side["state"][wrong].tolist()
    frame = pl.DataFrame(
        {
            "file": [files[part] for part in parts[wrong].tolist()],
            "row": records["row"][wrong],
            "column": ["patient.id" if one == AGAIN else "id" for one in state],
            "problem": [_WORDS[one][0] for one in state],
            "cure": [_WORDS[one][1] for one in state],
        },
        schema={"file": pl.String, **REFUSED},
    )
    with writing(path) as part:
        frame.write_parquet(part)
