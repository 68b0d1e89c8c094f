"""The answers of the two paths in one form, so that they can be compared."""

from __future__ import annotations

import csv

import numpy as np
import polars as pl

from teachback.assess import assess
from teachback.batch.book import assess_encoded, assess_frames
from teachback.batch.door import Door
from teachback.batch.engine import Engine
from teachback.export import outcome
from teachback.intake import Mapping, read_sessions
from teachback.intake.columns import recognize
from teachback.intake.fields import FIELDS
from teachback.rules.book import rulebook
from tests.spreadsheet import rows

BOOK = rulebook()
ENGINES = {payer: Engine(BOOK, payer) for payer in ("medicare", "example-midpoint")}
MONEY = ("allowed_cents", "patient_cents", "medicare_cents", "medicare_after_sequestration_cents")
TOLD = ("code", "name", "severity", "message", "remedy", "place", "owner", "prevents", "cites")


def _cents(amount):
    return None if amount is None else int(amount * 100)


def single(sessions, payer="medicare"):
    """Lines, findings and sessions of the single path."""
    lines, findings, told = [], [], []
    for found in assess(sessions, payer=payer):
        key = (found.session.id, found.patient.id)
        for line in found.service_lines:
            money = (
                line.allowed_amount,
                line.patient_amount,
                line.medicare_payment,
                line.medicare_payment_after_sequestration,
            )
            modifiers = ";".join(line.modifiers)
            lines.append((*key, line.procedure_code, line.units, modifiers, *map(_cents, money)))
        findings += [
            (
                *key,
                f.code,
                f.name,
                f.severity.value,
                f.message,
                f.remedy,
                f.place,
                f.owner.value,
                f.prevents,
                "; ".join(f.cites),
            )
            for f in found.findings
        ]
        told.append((*key, found.disposition.value, outcome(found), found.bearer))
    return {"lines": lines, "findings": findings, "sessions": told}


def many(tables):
    """Lines, findings and sessions of the batch path's tables."""
    words = pl.selectors.categorical() | pl.selectors.enum()
    lines, findings, sessions = (
        getattr(tables, name).with_columns(words.cast(pl.String))
        for name in ("lines", "findings", "sessions")
    )
    bearer = pl.col("bearer").fill_null(pl.col("session_id"))
    return {
        "lines": lines.select(
            "session_id", "patient_id", "procedure_code", "units", "modifiers", *MONEY
        ).rows(),
        "findings": findings.select("session_id", "patient_id", *TOLD).rows(),
        "sessions": sessions.select("session_id", "patient_id", "disposition", "outcome", bearer).rows(),
    }


def assert_same(expected, found):
    for name, rows_ in expected.items():
        assert sorted(found[name], key=str) == sorted(rows_, key=str), name


def assert_same_answers(sessions, payer="medicare"):
    """Both paths, given sessions, answer alike."""
    assert_same(
        single(sessions, payer), many(assess_frames(sessions, payer=payer, engine=ENGINES.get(payer)))
    )


def tables_of(frames, door=None, payer="medicare"):
    """The batch path's tables of frames in the spreadsheet form, and what it refused."""
    door = door or Door(BOOK, payer)
    parts, begin = [], 0
    for frame in frames:
        columns, _ = recognize("book", frame.columns, Mapping())
        numbers = np.arange(begin + 2, begin + 2 + frame.height, dtype=np.uint32)
        parts.append(door.encode(frame, columns, numbers))
        begin += frame.height
    refused = pl.concat([part.refused for part in parts])
    return assess_encoded(ENGINES[payer], parts), refused


def frame_of(sessions, *, native):
    """The spreadsheet form of sessions as a frame: texts, or dates, numbers and yes or no as such."""
    columns = {field.column: pl.String for field in FIELDS}
    return pl.DataFrame(
        rows(sessions, native=native),
        infer_schema_length=None,
        **({"schema_overrides": {}} if native else {"schema": columns}),
    )


def write_csv(sessions, path):
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [field.column for field in FIELDS])
        writer.writeheader()
        writer.writerows(rows(sessions))


def assert_same_from_table(sessions, path, *, native=False, splits=1, door=None):
    """A table read by the doors and coded one by one, and the same table as columns, are answered alike."""
    write_csv(sessions, path)
    reading = read_sessions(path)
    frame = frame_of(sessions, native=native)
    each = -(-frame.height // splits)
    frames = [frame.slice(at, each) for at in range(0, frame.height, each)]
    tables, refused = tables_of(frames, door)
    assert bool(refused.height) == bool(reading.refusals)
    assert_same(single(reading.sessions), many(tables))
