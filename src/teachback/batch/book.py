"""A few parts in memory, assessed as one bucket: the batch path without files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from teachback.batch.across import DIFFERS, cross, dated, on_several_dates
from teachback.batch.collect import Tables, collected
from teachback.batch.engine import Engine
from teachback.batch.layout import GOOD, NARROW, RECORD, Block
from teachback.batch.objects import Reader
from teachback.law import MEDICARE
from teachback.rules.book import rulebook

if TYPE_CHECKING:
    from collections.abc import Sequence

    from teachback.batch.door import Encoded
    from teachback.model import Session
    from teachback.rulebook import Rulebook


def assess_encoded(engine: Engine, parts: Sequence[Encoded]) -> Tables:
    """Lines, findings and sessions of some encoded parts, taken together."""
    for number, part in enumerate(parts):
        part.narrow["part"] = np.full(len(part.narrow), number)
    narrow = Block.joined(NARROW, [part.narrow for part in parts])
    side = cross(narrow)
    dates = dated(narrow["session"], narrow["day"], "")
    side["state"][np.isin(dates["session"], on_several_dates(dates))] = DIFFERS
    # Rows that were refused at the door have no record: only the good narrow ones stand for one.
    side = side.take(narrow["state"] == GOOD)
    coded = side["state"] == GOOD
    records = Block.joined(RECORD, [part.records for part in parts]).take(coded)
    ids = pl.concat([part.ids for part in parts]).filter(pl.Series(coded))
    side = side.take(coded)
    return collected(engine, engine.work(records, side, ids), records, side, ids)


def assess_frames(
    sessions: Sequence[Session],
    *,
    payer: str = MEDICARE,
    book: Rulebook | None = None,
    engine: Engine | None = None,
) -> Tables:
    """The batch path's answer for sessions in memory; the same as ``assess`` gives, as tables."""
    book = book or rulebook()
    return assess_encoded(engine or Engine(book, payer), [Reader(book, payer).encode(sessions)])
