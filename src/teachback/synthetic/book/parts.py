"""One part of the book: drawn on its own from its own seed, and written as files that are whole or not there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from teachback.synthetic.book.calendar import calendar_of
from teachback.synthetic.book.claims import lines_of, sheet_of_claims
from teachback.synthetic.book.faults import FAULTS, fault_key, make_faults, pattern_key
from teachback.synthetic.book.patterns import patterns_of
from teachback.synthetic.book.people import courses_of, size_of_team, team_of
from teachback.synthetic.book.planting import Bed, quota
from teachback.synthetic.book.plants import PLANTS
from teachback.synthetic.book.records import Drawn, Numbers, record_of
from teachback.synthetic.book.several import SEVERAL

if TYPE_CHECKING:
    from teachback.synthetic.book.planting import Key
    from teachback.synthetic.book.sheet import Sheet

ROW_GROUP: Final = 250_000
_MARGIN, _MORE = 1.12, 1.25
_SPARE = 2_000  # a part of one row has people without a session
_CERTIFIERS_FROM, _PRACTITIONERS_FROM = 70_000_000, 10_000_000


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of which book: its number, its rows, and where the book's other parts stand.

    ``planted_share`` is the share (0 to 1) of rows with a planted error.
    """

    number: int
    parts: int
    rows: int
    book_rows: int
    seed: int
    planted_share: float

    @property
    def name(self) -> str:
        """The name of the part's files, without an ending."""
        return f"part-{self.number:05}"


def parts_of(sessions: int, *, seed: int, parts: int, planted_share: float) -> list[Part]:
    """The parts of a book, as equal as whole rows allow; empty ones are left out."""
    count = min(parts, sessions)
    return [
        Part(
            number,
            count,
            sessions // count + (number < sessions % count),
            sessions,
            seed,
            planted_share,
        )
        for number in range(count)
    ]


def draw(part: Part) -> tuple[np.random.Generator, Drawn]:
    """Draw people and calendar of a part; the same part of the same book is always the same."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(part.seed, spawn_key=(part.number,))))
    margin = _MARGIN
    while True:
        team = team_of(rng, size_of_team(part.rows, margin) + 2)
        courses = courses_of(rng, team)
        calendar = calendar_of(rng, team, courses, part.rows)
        if calendar is not None:
            break
        margin *= _MORE
    stride = -(-part.book_rows // part.parts)
    numbers = Numbers(
        session=part.number * (stride * 2 + _SPARE),
        patient=part.number * (stride * 2 + _SPARE),
        practitioner=_PRACTITIONERS_FROM + part.number * (stride // 20 + 100),
        certifier=_CERTIFIERS_FROM + part.number * (stride // 50 + 100),
    )
    return rng, Drawn(team, courses, calendar, calendar.practitioner[calendar.session], numbers)


@dataclass(frozen=True, slots=True)
class Written:
    """The rows of a part (records or service lines) with its keys: what was planted where, and who shows which pattern."""

    sheet: Sheet
    planted: pl.DataFrame
    patterns: pl.DataFrame


def written(part: Part) -> Written:
    """Draw a part, write its records, and plant its errors."""
    rng, drawn = draw(part)
    sheet = record_of(rng, drawn)
    bed = Bed(rng, drawn, sheet)
    wanted = _wanted(part, len(SEVERAL) + len(PLANTS))
    for (_, sow), count in zip(SEVERAL, wanted, strict=False):
        sow(bed, count)
    for plant, count in zip(PLANTS, wanted[len(SEVERAL) :], strict=True):
        bed.sow(plant, count)
    return Written(sheet, _key_frame(sheet, bed.key), patterns_of(drawn, sheet))


def written_claims(part: Part) -> Written:
    """Draw a part and write the claims for it instead of records, with faults of claims."""
    rng, drawn = draw(part)
    lines, desk = make_faults(rng, drawn, lines_of(rng, drawn), _wanted(part, len(FAULTS)))
    sheet = sheet_of_claims(drawn, lines)
    return Written(sheet, fault_key(desk, lines, sheet), pattern_key(drawn, sheet, lines))


def _wanted(part: Part, kinds: int) -> list[int]:
    """How many errors of each kind this part takes."""
    return [
        quota(
            number,
            kinds,
            rows=part.book_rows,
            share=part.planted_share,
            parts=part.parts,
            part=part.number,
            seed=part.seed,
        )
        for number in range(kinds)
    ]


def _key_frame(sheet: Sheet, key: Key) -> pl.DataFrame:
    rows = np.concatenate([*key.rows, np.zeros(0, np.int64)]).astype(np.int64)
    counts = [len(part) for part in key.rows]
    told = [np.repeat(np.asarray([kind[place] for kind in key.kinds], object), counts) for place in range(3)]
    order = np.argsort(rows, kind="stable")
    return pl.DataFrame(
        {
            "session_id": sheet.texts("id", rows[order]),
            "patient_id": sheet.texts("patient.id", rows[order]),
            "date_of_service": pl.Series(sheet.columns["date_of_service"].values[rows[order]]).cast(pl.Date),
            **{
                name: pl.Series(list(words[order]), dtype=pl.String)
                for name, words in zip(("code", "name", "severity"), told, strict=True)
            },
        }
    )
