"""Whether the hand-written peer answers as batch does, on the rows that stand alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from bench.handlaw import EDITS

if TYPE_CHECKING:
    from pathlib import Path

    from bench.handwritten import Coded

NOT_ALONE = ("U112", "U115", "M113")
_KEYS = ["session_id", "date_of_service", "patient_id"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """What was compared, row by row and column by column, and how many rows differ on either side."""

    rows: int
    left_out: int
    lines: int
    findings: int
    different_lines: int
    different_findings: int

    @property
    def whole(self) -> bool:
        """Nothing differs, and there was something to compare."""
        return self.lines > 0 and self.findings > 0 and not self.different_lines + self.different_findings


def agreement(found: Coded, out: Path) -> Agreement:
    """Compare lines, amounts and the ten findings with the results of a batch run in ``out``.

    Rows whose minutes combine with others of the date, or where the order of an assistant's minutes
    would decide, are left out: the peer does not know these rules.
    """
    ours = {name: _table(out / name) for name in ("lines", "findings", "sessions")}
    sessions = ours["sessions"].select(_KEYS)
    others = ours["findings"].filter(pl.col("code").is_in(NOT_ALONE)).select(_KEYS)
    alone = sessions.join(others, on=_KEYS, how="anti")
    lines = ours["lines"].join(alone, on=_KEYS, how="semi")
    findings = ours["findings"].filter(pl.col("code").is_in(EDITS)).join(alone, on=_KEYS, how="semi")
    theirs = [_plain(frame).join(alone, on=_KEYS, how="semi") for frame in (found.lines, found.findings)]
    return Agreement(
        alone.height,
        sessions.height - alone.height,
        lines.height,
        findings.height,
        _differing(lines, theirs[0]),
        _differing(findings, theirs[1]),
    )


def _table(folder: Path) -> pl.DataFrame:
    return pl.concat([_plain(pl.read_parquet(file)) for file in sorted(folder.glob("part-*.parquet"))])


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))


def _differing(ours: pl.DataFrame, theirs: pl.DataFrame) -> int:
    """Rows that one side has and the other has not, or has another number of times."""
    columns = ours.columns
    counted = [
        frame.select(columns).group_by(columns).len().cast({"len": pl.Int64}) for frame in (ours, theirs)
    ]
    both = [*columns, "len"]
    one, other = counted
    return sum(
        a.join(b, on=both, how="anti", nulls_equal=True).height for a, b in ((one, other), (other, one))
    )
