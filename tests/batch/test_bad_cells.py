"""Rows that cannot be read: the batch door refuses what the door of single files refuses, and codes the rest."""

from __future__ import annotations

import csv
from random import Random

import numpy as np
import polars as pl
import pytest

from teachback.batch.book import assess_encoded
from teachback.batch.door import Door
from teachback.batch.journal import Part
from teachback.batch.sources import plan_parts, read_rows
from teachback.intake import read_sessions
from teachback.synthetic.practice import made_up_practice
from tests.batch.answers import BOOK, ENGINES, assert_same, many, single
from tests.spreadsheet import rows

JUNK = (
    "",
    " ",
    "yes",
    "no",
    "unknown",
    "x",
    "45",
    "-1",
    "44.6",
    "2026-02-30",
    "4/14/2026",
    "1:05 PM",
    "25:00",
    "#N/A",
    "#REF!",
    ";",
    "a;b",
    "Kin Doe; Ann Doe",
    "1,234.50",
    "12,50",
    "99",
    "1SA0WP0XY00",
    "1sa0-wp0-xy00",
    "function",
    "PT",
    "2300000009",
    "85004",
    "8504",
    "2.30E+09",
    "2300000008",
)
DOOR = Door(BOOK, "medicare")
SESSIONS = made_up_practice(seed=5, sessions=150)


def spoiled(random, count):
    """The rows of a made-up practice with junk in some cells, some rows twice, some columns gone."""
    made = rows(SESSIONS)
    columns = list(made[0])
    for _ in range(count):
        row = random.choice(made)
        row[random.choice(columns)] = random.choice(JUNK)
    made += [dict(random.choice(made)) for _ in range(3)]
    needed = {"id", "date_of_service", "practitioner.npi", "practitioner.type", "patient.id"}
    gone = set(random.sample(sorted(set(columns) - needed), 5))
    return [{k: v for k, v in row.items() if k not in gone} for row in made]


def coded(file, part_rows):
    door, parts, refused = DOOR, [], set()
    plan = plan_parts([file], part_rows)
    assert not plan.problems
    for part in plan.parts:
        found = read_rows(part, None)
        parts.append(door.encode(found.frame, found.columns, found.numbers))
        refused |= {refusal.row for refusal in found.refusals}
        refused |= set(parts[-1].refused["row"].to_list())
    return assess_encoded(ENGINES["medicare"], parts), refused


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("part_rows", [10_000, 50])
def test_the_same_rows_are_refused_and_the_rest_is_answered_alike(seed, part_rows, tmp_path):
    random = Random(seed)
    made = spoiled(random, random.choice([0, 5, 40, 150]))
    file = tmp_path / "book.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(made[0]))
        writer.writeheader()
        writer.writerows(made)
    reading = read_sessions(file)
    tables, refused = coded(file, part_rows)
    assert_same(single(reading.sessions), many(tables))
    assert not refused or reading.refusals


def test_a_part_of_a_parquet_file_knows_its_rows(tmp_path):
    file = tmp_path / "book.parquet"
    pl.DataFrame(
        {
            "id": ["A", "B", None],
            "date_of_service": ["2026-04-14", "2026-02-30", "2026-04-14"],
            "practitioner.npi": ["2300000009"] * 3,
            "practitioner.type": ["PT"] * 3,
            "patient.id": ["P1"] * 3,
        }
    ).write_parquet(file)
    found = read_rows(Part(0, str(file), "parquet", 1, 2, 0, 2), None)
    encoded = Door(BOOK, "medicare").encode(found.frame, found.columns, found.numbers)
    assert encoded.refused.select("row", "column").rows() == [(2, "date_of_service"), (3, "id")]
    assert encoded.refused["problem"][0].startswith("expected a day that the calendar has")
    assert len(encoded.records) == 0
    assert np.array_equal(encoded.narrow["row"], [2])
