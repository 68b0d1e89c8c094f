"""A disk that fills up is named as such, nothing half-written is left, and the same command goes on afterwards."""

from __future__ import annotations

import os
import subprocess

import polars as pl
import pytest

from teachback.cli.batching import run_batch
from teachback.synthetic.book.parts import parts_of, written


@pytest.fixture
def small_disk(tmp_path):
    place = tmp_path / "disk"
    place.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], check=False, capture_output=True
        ).returncode
    )
    if not mounted:
        pytest.skip("only root can mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=False)


def go(book, out):
    return run_batch(
        [str(book)],
        out=out,
        workers=1,
        payer="medicare",
        map_file=None,
        dask=None,
        buckets=None,
        part_rows=5_000,
        keep_work=False,
        fresh=False,
    )


def test_a_full_disk_is_named_and_the_run_goes_on_later(tmp_path, small_disk, capfd):
    made = written(parts_of(30_000, seed=4, parts=1, planted_share=0.03)[0])
    frame = made.sheet.frame(250_000).cast({pl.Enum: pl.String})
    frame.write_parquet(tmp_path / "book.parquet")
    out = small_disk / "out"
    assert go(tmp_path / "book.parquet", out) in (1, 2)
    told = capfd.readouterr().err
    assert "the disk is full" in told
    assert "Traceback" not in told
    assert not [*out.rglob(".*.part")]
    assert not (out / "lines").exists() or not [*(out / "lines").iterdir()]
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    assert go(tmp_path / "book.parquet", out) == 0
    assert pl.scan_parquet(out / "sessions").select(pl.len()).collect().item() == 30_000
