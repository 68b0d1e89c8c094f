"""From worked rows to what is written: each finding with its place and words, each row with its disposition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from teachback.batch.cells import FIRST_DAY
from teachback.batch.domains import NO_MINUTES, words
from teachback.batch.sameday import others, several
from teachback.batch.vocab import mixed
from teachback.crossing.clocks import repeats
from teachback.model import Disposition, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from teachback.batch.cases import Cases
    from teachback.batch.columns import Coded
    from teachback.batch.engine import Engine, Worked
    from teachback.batch.layout import Block

_HOLD = Severity.HOLD.rank
_NEVER = 99
_FIRST_NPI = np.uint64(10**9)
DISPOSITIONS = tuple(one.value for one in Disposition)
OUTCOMES = ("ready", "hold", "correctable", "lost")
_EPOCH = (FIRST_DAY.toordinal()) - 719_163
NO_SIGNATURE = -32_768


@dataclass(slots=True)
class Tables:
    """What a bucket writes: its lines, findings and sessions."""

    lines: pl.DataFrame
    findings: pl.DataFrame
    sessions: pl.DataFrame


@dataclass(slots=True)
class _Findings:
    """Findings row by row: the case, the patient's index in its place, and of which other row it is told."""

    rows: NDArray[np.intp]
    cases: NDArray[np.int32]
    index: NDArray[np.int64]
    of: NDArray[np.intp]


def collected(engine: Engine, worked: Worked, records: Block, side: Block, ids: pl.DataFrame) -> Tables:
    """Findings in order of severity, code and place; dispositions; lines with their money."""
    height = len(records)
    findings = _findings(engine.cases, worked, side["index"].astype(np.int64), height)
    ranks = engine.cases.flags(lambda case: case.rank, np.int64)
    worst = np.full(height, _NEVER, np.int64)
    np.minimum.at(worst, findings.rows, ranks[findings.cases] if len(findings.cases) else 0)
    kept = _ordered(engine.cases, findings, ids)
    return Tables(
        _lines(worked, records, ids),
        _finding_table(engine.cases, kept, records, ids),
        _session_table(engine, worked, records, side, ids, kept, worst),
    )


def _findings(cases: Cases, worked: Worked, index: NDArray[np.int64], height: int) -> _Findings:
    day = worked.day
    has_lines = worked.lines.earned(height)[day.bearer]
    own_rows, own_cases = _standing(cases, *worked.own.joined(), has_lines)
    rows, told = _standing(cases, *worked.shared.joined(), has_lines)
    ranks = cases.flags(lambda case: case.rank, np.int64)
    parts: list[tuple[NDArray[Any], ...]] = [
        (own_rows, own_cases, index[own_rows], own_rows),
        (rows, told, index[rows], rows),
    ]
    if day.members.size:
        parts += _told_to_others(worked, ranks, index, (own_rows, own_cases), (rows, told))
    return _Findings(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _standing(
    cases: Cases, rows: NDArray[np.intp], told: NDArray[np.int32], has_lines: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Without those that stand only where a line was earned, on rows that earned none."""
    if not len(rows):
        return rows, told
    stands = has_lines[rows] | ~cases.needs_line[told]
    return rows[stands], told[stands]


def _told_to_others(
    worked: Worked,
    ranks: NDArray[np.int64],
    index: NDArray[np.int64],
    own: tuple[NDArray[np.intp], NDArray[np.int32]],
    shared: tuple[NDArray[np.intp], NDArray[np.int32]],
) -> list[tuple[NDArray[Any], ...]]:
    """What stands in the way of one combined session stands in the way of all of them."""
    to, of = others(worked.day)
    bearer = worked.day.bearer
    from_bearer = to[of == bearer[to]], of[of == bearer[to]]
    blocking = ranks[shared[1]] <= _HOLD if len(shared[1]) else np.zeros(0, np.bool_)
    first = _joined(from_bearer, (shared[0][blocking], shared[1][blocking]))
    holds = ranks[own[1]] == _HOLD if len(own[1]) else np.zeros(0, np.bool_)
    second = _joined((to, of), (own[0][holds], own[1][holds]))
    return [
        (first[0], first[2], index[first[1]], first[0]),
        (second[0], second[2], index[second[1]], second[1]),
    ]


def _joined(
    pairs: tuple[NDArray[np.intp], NDArray[np.intp]], told: tuple[NDArray[np.intp], NDArray[np.int32]]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int32]]:
    """Each pair with every finding of the row that it comes from."""
    left = pl.DataFrame({"to": pairs[0], "of": pairs[1]})
    right = pl.DataFrame({"of": told[0], "case": told[1]})
    found = left.join(right, on="of", how="inner")
    return tuple(found[name].to_numpy() for name in ("to", "of", "case"))  # type: ignore[return-value]


def _ordered(cases: Cases, found: _Findings, ids: pl.DataFrame) -> pl.DataFrame:
    """One row for each finding, no two alike, with message and place as the single path has them."""
    order = sorted(range(len(cases.all)), key=lambda n: cases.all[n].order)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    elsewhere = found.of != found.rows
    # Most findings are of their own row, and in order after one sort of whole numbers.
    key = (found.rows.astype(np.int64) << 24) | (rank[found.cases] if order else 0)
    plain = np.argsort(key[~elsewhere], kind="stable")
    frame = pl.DataFrame(
        {
            "row": found.rows[~elsewhere][plain].astype(np.uint32),
            "case": found.cases[~elsewhere][plain].astype(np.uint32),
            "index": found.index[~elsewhere][plain].astype(np.uint32),
        }
    )
    key = key[~elsewhere][plain]
    twice = np.append(False, key[1:] == key[:-1]) if len(key) else np.zeros(0, np.bool_)
    if twice.any():
        same_place = frame["index"] == frame["index"].shift(1)
        frame = frame.filter(~(pl.Series(twice) & same_place))
    told = pl.DataFrame(
        {
            "row": found.rows[elsewhere].astype(np.uint32),
            "case": found.cases[elsewhere].astype(np.uint32),
            "index": found.index[elsewhere].astype(np.uint32),
            "of": ids["session_id"].gather(found.of[elsewhere]),
        }
    ).unique()
    return pl.concat([frame.with_columns(of=pl.lit(None, pl.String)), told])


def _finding_table(cases: Cases, kept: pl.DataFrame, records: Block, ids: pl.DataFrame) -> pl.DataFrame:
    rows = kept["row"].to_numpy()
    told = kept["case"].to_numpy()
    columns = {
        "session_id": ids["session_id"].gather(rows),
        "patient_id": ids["patient_id"].gather(rows),
        "date_of_service": dates(records["day"][rows]),
    }
    for name in ("code", "name", "severity", "message", "remedy"):
        columns[name] = _worded(told, [getattr(case, name) for case in cases.all])
    columns["place"] = _places(cases, told, kept["index"].to_numpy())
    columns["owner"] = _worded(told, [case.owner for case in cases.all])
    columns["prevents"] = _worded(told, [case.prevents for case in cases.all])
    columns["cites"] = _worded(told, ["; ".join(case.cites) for case in cases.all])
    frame = pl.DataFrame(columns)
    away = kept["of"].is_not_null()
    if not away.any():
        return frame
    return pl.concat(
        [frame.filter(~away), _elsewhere(frame.filter(away), kept["of"].filter(away))], how="vertical"
    )


def _elsewhere(frame: pl.DataFrame, of: pl.Series) -> pl.DataFrame:
    """Findings of another session of the date, told with the session that they stand on."""
    places = frame["place"].cast(pl.String)
    message = pl.Series([f"Session {one} of the same date: " for one in of]) + frame["message"].cast(
        pl.String
    )
    place = [text.replace("session.", f"session[{one}].", 1) for text, one in zip(places, of, strict=True)]
    worded = frame.with_columns(message=message, place=pl.Series(place, dtype=pl.String))
    return worded.with_columns(pl.col(name).cast(pl.Categorical) for name in ("message", "place"))


def _worded(codes: NDArray[Any], texts: Sequence[str | None]) -> pl.Series:
    """A column of words from their numbers; kept as numbers beside a vocabulary until it is written."""
    vocabulary = pl.Series(texts, dtype=pl.String).cast(pl.Categorical)
    return vocabulary.gather(codes)


def _places(cases: Cases, told: NDArray[Any], index: NDArray[Any]) -> pl.Series:
    width = int(index.max(initial=0)) + 1
    texts: list[str | None] = [
        case.place.replace("patient.", f"session.patients[{at}].", 1)
        for case in cases.all
        for at in range(width)
    ]
    return _worded(told.astype(np.int64) * width + index, texts)


def dates(days: NDArray[np.uint16]) -> pl.Series:
    """Day numbers as dates."""
    return pl.Series(days.astype(np.int32) + _EPOCH).cast(pl.Date)


def _lines(worked: Worked, records: Block, ids: pl.DataFrame) -> pl.DataFrame:
    lines, sheet = worked.lines, worked.sheet
    rows = lines.rows
    amount = {name: _nullable(part.cents, ~part.known) for name, part in lines.amounts.items()}
    return pl.DataFrame(
        {
            "session_id": ids["session_id"].gather(rows),
            "patient_id": ids["patient_id"].gather(rows),
            "date_of_service": dates(lines.days),
            "practitioner_npi": npis(records["npi"][rows]),
            "procedure_code": worded(lines.facts["procedure_code"]),
            "units": (lines.facts["units"].codes - 1).astype(np.uint16),
            "modifiers": _modifiers(worked, rows),
            "place_of_service": worded(sheet.facts["place_of_service"], rows),
            "charge_cents": _nullable(lines.charge, lines.charge < 0),
            "allowed_cents": amount["allowed_cents"],
            "patient_cents": amount["patient_cents"],
            "medicare_cents": amount["medicare_cents"],
            "medicare_after_sequestration_cents": amount["after_sequestration_cents"],
        }
    )


def _modifiers(worked: Worked, rows: NDArray[np.intp]) -> pl.Series:
    """Therapy, assistant, KX and telehealth modifiers in this order."""
    columns = [
        (worked.sheet.facts["therapy_modifier"], rows),
        (worked.lines.facts["assistant_modifier"], None),
        (worked.kx, rows),
        (worked.sheet.facts["audio_modifier"], rows),
    ]
    code = np.zeros(len(rows), np.int64)
    texts = [""]
    for coded, at in columns:
        mine = [("" if v is None or str(v) in {"", "none"} else str(v)) for v in coded.values]
        code = code * len(mine) + (coded.codes if at is None else coded.codes[at])
        texts = [";".join(filter(None, (text, word))) for text in texts for word in mine]
    return _worded(code, texts)


def worded(coded: Coded, rows: NDArray[Any] | None = None) -> pl.Series:
    """A coded column as words; unknown is null."""
    return _worded(coded.codes if rows is None else coded.codes[rows], words(coded.values))


def npis(numbers: NDArray[np.uint64]) -> pl.Series:
    """NPIs as ten digits; null for one that was no number of ten digits."""
    text = pl.Series(numbers).cast(pl.String)
    if numbers.min(initial=_FIRST_NPI) < _FIRST_NPI:
        text = text.str.zfill(10)
    words = numbers >= _FIRST_NPI * np.uint64(10)
    return text.set(pl.Series(words), None) if words.any() else text


def _session_table(  # noqa: PLR0913, PLR0917  a session is told by all of these
    engine: Engine,
    worked: Worked,
    records: Block,
    side: Block,
    ids: pl.DataFrame,
    kept: pl.DataFrame,
    worst: NDArray[np.int64],
) -> pl.DataFrame:
    sheet, lines, height = worked.sheet, worked.lines, len(records)
    disposition = np.where(worst == Severity.ERROR.rank, 2, np.where(worst == _HOLD, 1, 0))
    units, allowed = np.zeros(height, np.uint16), np.zeros(height, np.int64)
    known = np.zeros(height, np.bool_)
    amounts = lines.amounts["allowed_cents"]
    for block in (slice(0, lines.firsts), slice(lines.firsts, None)):
        rows = lines.rows[block]
        units[rows] += (lines.facts["units"].codes[block] - 1).astype(np.uint16)
        allowed[rows] += np.where(amounts.known[block], amounts.cents[block], 0)
        known[rows] = amounts.known[block]
    signed = records["signed"].astype(np.int32)
    return pl.DataFrame(
        {
            "session_id": ids["session_id"],
            "patient_id": ids["patient_id"],
            "date_of_service": dates(records["day"]),
            "practitioner_npi": npis(records["npi"]),
            "practitioner_kind": worded(sheet.facts["practitioner_kind"]),
            "training": worded(sheet.facts["training"]),
            "modality": worded(sheet.facts["modality"]),
            "place_of_service": worded(sheet.facts["place_of_service"]),
            "payment_locality": worded(sheet.facts["payment_locality"]),
            "minutes": _nullable(records["minutes"].astype(np.int32), records["minutes"] == NO_MINUTES),
            "start_minute": _nullable(records["start"].astype(np.int32), records["start"] < 0),
            "end_minute": _nullable(records["end"].astype(np.int32), records["end"] < 0),
            "patients_represented": side["patients"],
            "furnished_by": worded(sheet.facts["furnished_by"]),
            "supervision": worded(sheet.facts["supervision"]),
            "bearer": _bearers(worked, ids),
            "disposition": _worded(disposition, DISPOSITIONS),
            "outcome": _worded(_outcome(engine.cases, kept, disposition), OUTCOMES),
            "units": units,
            "allowed_cents": _nullable(allowed, ~known),
            "findings": np.bincount(kept["row"].to_numpy(), minlength=height).astype(np.uint16),
            "repeats": _repeated(records),
            "signed_days": _nullable(signed, signed == NO_SIGNATURE),
            "kx": np.array([value == "KX" for value in worked.kx.values], np.bool_).take(worked.kx.codes),
        }
    )


def _bearers(worked: Worked, ids: pl.DataFrame) -> pl.Series:
    """Of rows whose minutes another session of the date bears, that session; null for all others."""
    bearer = worked.day.bearer
    found = pl.Series([None] * len(bearer), dtype=pl.String)
    away = np.flatnonzero(bearer != np.arange(len(bearer)))
    return found.scatter(away, ids["session_id"].gather(bearer[away])) if away.size else found


def _nullable(numbers: NDArray[Any], unknown: NDArray[np.bool_]) -> pl.Series:
    series = pl.Series(numbers)
    return series.set(pl.Series(unknown), None) if unknown.any() else series


def _repeated(records: Block) -> NDArray[np.uint16]:
    """How many earlier sessions of the patient taught the same persons the same, without a new reason."""
    found = np.zeros(len(records), np.uint16)
    skill = records["skill"]
    known = np.flatnonzero(skill)
    key = mixed([records["patient"][known], skill[known] & ~np.uint64(1)], len(known))
    rows = known[several(key)]
    if rows.size:
        counts = repeats(
            records["patient"][rows],
            skill[rows] & ~np.uint64(1),
            records["day"][rows].astype(np.int32),
            records["start"][rows].astype(np.int64),
            (skill[rows] & np.uint64(1)).astype(np.bool_),
        )
        found[rows] = np.minimum(counts, 65_535)
    return found


def _outcome(cases: Cases, kept: pl.DataFrame, disposition: NDArray[Any]) -> NDArray[Any]:
    """Ready, on hold, correctable by somebody, or lost because an error is nobody's to cure."""
    final = cases.flags(lambda case: case.severity == Severity.ERROR and case.owner == "nobody", np.bool_)
    told = kept["case"].to_numpy()
    lost = np.zeros(len(disposition), np.bool_)
    if len(told):
        lost[kept["row"].to_numpy()[final[told]]] = True
    return np.where(disposition == 2, np.where(lost, 3, 2), disposition)  # noqa: PLR2004  not billable
