"""What the two passes leave for one another: records sorted by bucket, with where each bucket begins."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from teachback.batch.journal import writing
from teachback.batch.layout import Block

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def save_sorted(
    path: Path, kind: np.dtype[Any], records: Block, bucket: NDArray[Any], buckets: int
) -> NDArray[np.intp]:
    """Write records by bucket, column after column, and their counts beside them; returns their order."""
    order = np.argsort(bucket, kind="stable")
    counts = np.bincount(bucket, minlength=buckets)
    with writing(path) as part, part.open("wb") as stream:
        for name in kind.names or ():
            # Written as bytes: numpy's own writer does not say when the disk is full.
            stream.write(records[name][order].astype(kind[name], copy=False).data)
    with writing(_beside(path)) as part:
        part.write_text(json.dumps(counts.tolist()), encoding="utf-8")
    return order


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def counts_of(path: Path) -> NDArray[np.int64]:
    """How many records each bucket has in a file."""
    return np.array(json.loads(_beside(path).read_text("utf-8")), np.int64)


def load_bucket(path: Path, kind: np.dtype[Any], counts: NDArray[np.int64], bucket: int) -> Block:
    """The records of one bucket."""
    begin, count, height = int(counts[:bucket].sum()), int(counts[bucket]), int(counts.sum())
    columns: dict[str, NDArray[Any]] = {}
    before = 0
    with path.open("rb") as stream:
        for name in kind.names or ():
            size = kind[name].itemsize
            stream.seek(before + begin * size)
            columns[name] = np.fromfile(stream, kind[name], count)
            before += height * size
    return Block(columns)


def save_ids(path: Path, ids: pl.DataFrame) -> None:
    """Write the ids in the order of their records."""
    with writing(path) as part:
        ids.write_ipc(part, compression="uncompressed")


def load_ids(path: Path, counts: NDArray[np.int64], bucket: int) -> pl.DataFrame:
    """The ids of one bucket."""
    begin, count = int(counts[:bucket].sum()), int(counts[bucket])
    return pl.scan_ipc(path).slice(begin, count).collect()
