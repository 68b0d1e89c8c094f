"""Batch results and claims to audit, written exactly in the formats that the audit reads."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache

import polars as pl

from teachback.assess import assess
from teachback.export import outcome
from teachback.facts import minutes_of
from teachback.synthetic import made_up_book

LINES = {
    "session_id": pl.String,
    "patient_id": pl.String,
    "date_of_service": pl.Date,
    "practitioner_npi": pl.String,
    "procedure_code": pl.Categorical,
    "units": pl.UInt16,
    "modifiers": pl.String,
    "place_of_service": pl.String,
    "charge_cents": pl.Int64,
    "allowed_cents": pl.Int64,
    "patient_cents": pl.Int64,
    "medicare_cents": pl.Int64,
    "medicare_after_sequestration_cents": pl.Int64,
}
FINDINGS = {
    **dict.fromkeys(("session_id", "patient_id"), pl.String),
    "date_of_service": pl.Date,
    **dict.fromkeys(("code", "name", "severity"), pl.Categorical),
    **dict.fromkeys(("message", "remedy", "place", "owner", "prevents", "cites"), pl.String),
}
SESSIONS = {
    "session_id": pl.String,
    "patient_id": pl.String,
    "date_of_service": pl.Date,
    "practitioner_npi": pl.String,
    "practitioner_kind": pl.Categorical,
    "training": pl.Categorical,
    "modality": pl.Categorical,
    "place_of_service": pl.String,
    "payment_locality": pl.String,
    "minutes": pl.Int32,
    "start_minute": pl.Int32,
    "end_minute": pl.Int32,
    "patients_represented": pl.UInt16,
    "furnished_by": pl.String,
    "supervision": pl.String,
    "bearer": pl.String,
    "disposition": pl.Categorical,
    "outcome": pl.Categorical,
    "units": pl.UInt16,
    "allowed_cents": pl.Int64,
    "findings": pl.UInt16,
    "repeats": pl.UInt16,
    "signed_days": pl.Int32,
    "kx": pl.Boolean,
}


def _cents(amount):
    return None if amount is None else int(amount * 100)


@cache
def assessments(sessions=600, seed=7, payer="medicare"):
    return assess(made_up_book(seed, sessions)[0], payer=payer)


def rows_of(answers):
    lines, findings, sessions, seen = [], [], [], Counter()
    for a in answers:
        s, p = a.session, a.patient
        keys = (s.id, p.id, s.date_of_service)
        charges = dict(p.charge)
        for line in a.service_lines:
            charge = charges.get(line.procedure_code)
            lines.append(
                (
                    *keys,
                    s.practitioner.npi,
                    line.procedure_code,
                    line.units,
                    ";".join(line.modifiers),
                    s.place_of_service,
                    None if charge is None else _cents(charge) * line.units,
                    _cents(line.allowed_amount),
                    _cents(line.patient_amount),
                    _cents(line.medicare_payment),
                    _cents(line.medicare_payment_after_sequestration),
                )
            )
        findings += [
            (
                *keys,
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
            for f in a.findings
        ]
        again = (p.id, tuple(sorted(c.name for c in p.caregivers)), s.topics)
        repeats = seen[again]
        if p.repeat_reason is None:
            seen[again] += 1
        signed = p.note.signed if p.note else None
        amounts = [_cents(line.allowed_amount) for line in a.service_lines]
        sessions.append(
            (
                *keys,
                s.practitioner.npi,
                s.practitioner.type.value,
                s.training and s.training.value,
                s.modality and s.modality.value,
                s.place_of_service,
                s.locality,
                minutes_of(s),
                s.start_time and s.start_time.hour * 60 + s.start_time.minute,
                s.end_time and s.end_time.hour * 60 + s.end_time.minute,
                len(s.patients),
                s.practitioner.furnished_by and s.practitioner.furnished_by.value,
                s.practitioner.supervision and s.practitioner.supervision.value,
                a.bearer,
                a.disposition.value,
                outcome(a),
                sum(line.units for line in a.service_lines),
                None if not amounts or None in amounts else sum(amounts),
                len(a.findings),
                0 if p.repeat_reason else repeats,
                signed and (signed - s.date_of_service).days,
                any("KX" in line.modifiers for line in a.service_lines),
            )
        )
    return (
        pl.DataFrame(lines, schema=LINES, orient="row"),
        pl.DataFrame(findings, schema=FINDINGS, orient="row"),
        pl.DataFrame(sessions, schema=SESSIONS, orient="row"),
    )


@cache
def frames(sessions=600, seed=7, payer="medicare"):
    return rows_of(assessments(sessions, seed, payer))


def write_batch(folder, tables, parts=4):
    """A batch result of ``parts`` parts, each patient in one of them."""
    for name, table in zip(("lines", "findings", "sessions"), tables, strict=True):
        place = folder / name
        place.mkdir(parents=True)
        bucket = table["patient_id"].hash(seed=1) % parts
        for part in range(parts):
            table.filter(bucket == part).write_parquet(place / f"part-{part:05d}.parquet")
    (folder / "refused").mkdir(exist_ok=True)
    sessions = tables[2]
    counts = sessions["disposition"].cast(pl.String).value_counts().iter_rows()
    summary = {
        "made_with": {"version": "test"},
        "payer": "medicare",
        "inputs": ["made-up"],
        "sessions": sessions.height,
        "session_patients": sessions.height,
        "dispositions": dict(counts),
    }
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    return folder


def npi(number):
    """A made-up NPI that starts with 2 and passes its check digit."""
    body = f"2{number:08d}"
    digits = [int(d) for d in "80840" + body]
    doubled = [d * 2 - 9 * (d > 4) if i % 2 == 0 else d for i, d in enumerate(reversed(digits))]
    return body + str(-sum(doubled) % 10)


def many(tables, copies):
    """The book ``copies`` times over: other patients, other sessions, other practitioners of the same kinds."""
    names = {old: n for n, old in enumerate(sorted(set(tables[2]["practitioner_npi"])))}
    result = []
    for table in tables:
        again = []
        for copy in range(copies):
            mapping = {old: npi(1000 * copy + n) for old, n in names.items()}
            changed = table.with_columns(
                pl.col("session_id", "patient_id") + f"-{copy}",
                *([pl.col("bearer") + f"-{copy}"] if "bearer" in table.columns else []),
            )
            if "practitioner_npi" in table.columns:
                changed = changed.with_columns(pl.col("practitioner_npi").replace(mapping))
            again.append(changed)
        result.append(pl.concat(again))
    return tuple(result)
