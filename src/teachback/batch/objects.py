"""Sessions that were read one by one, as records: the exact door of JSON lines, and the judge of the fast one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from teachback.batch.cells import day_number
from teachback.batch.domains import CHARGES, LONGEST, NO_MINUTES, UNKNOWN_CENTS, charge_slots, clipped
from teachback.batch.door import NO_SIGNATURE, REFUSED, Encoded
from teachback.batch.groups import NOBODY
from teachback.batch.layout import GOOD, LOST, NARROW, PACKED, RECORD, WORDS, Block, packed
from teachback.batch.vocab import mixed, scattered
from teachback.facts import people_of, row_facts
from teachback.rulebook import Scope
from teachback.rules.settings import clean_mbi

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from teachback.model import Patient, Session
    from teachback.rulebook import Rulebook

_CLOCK = -1


class Reader:
    """Makes records of sessions; ``book`` and ``payer`` decide the facts that the law shapes."""

    def __init__(self, book: Rulebook, payer: str) -> None:
        self._book, self._payer = book, payer

    def encode(self, sessions: Sequence[Session], *, first_row: int = 0, salt: int = 0) -> Encoded:
        """Records, ids and narrow records of sessions, one for each represented patient."""
        pairs = [(session, patient) for session in sessions for patient in session.patients]
        lost = [session for session in sessions for _ in range(session.patients_refused)]
        table = np.array([self._record(*pair) for pair in pairs], RECORD)
        records = Block({name: np.ascontiguousarray(table[name]) for name in RECORD.names or ()})
        everyone = [*pairs, *((session, None) for session in lost)]
        texts: dict[str, list[str | None]] = {
            "session": [session.id for session, _ in everyone],
            "patient": [None if patient is None else patient.id for _, patient in everyone],
            "npi": [session.practitioner.npi for session, _ in everyone],
            "helper": [session.practitioner.furnished_by_id for session, _ in everyone],
            "mbi": [clean_mbi((patient and patient.mbi) or "") for _, patient in everyone],
        }
        keys = {name: _keys(values) for name, values in texts.items()}
        keys["npi"] = np.array(
            [_npi(text or "", key) for text, key in zip(texts["npi"], keys["npi"].tolist(), strict=True)],
            np.uint64,
        )
        keys["helper"] = np.where(keys["helper"] == 0, keys["helper"], keys["helper"] | np.uint64(1))
        keys["mbi"] = np.where(keys["mbi"] == 0, keys["mbi"], keys["mbi"] | np.uint64(1))
        count = len(pairs)
        for name in ("patient", "npi", "helper"):
            records[name] = keys[name][:count]
        records["skill"] = _skills(pairs)
        records["row"] = np.arange(first_row, first_row + count)
        narrow = Block.empty(NARROW, len(everyone))
        narrow["state"] = np.array([GOOD] * count + [LOST] * len(lost))
        for name in ("session", "npi", "mbi"):
            narrow[name] = keys[name]
        narrow["patient"] = keys["patient"]
        narrow["row"] = np.arange(first_row, first_row + len(everyone))
        narrow["at"] = np.arange(len(everyone))
        # Two records of one id are two sessions that contradict each other, wherever they stand.
        number = {id(session): at for at, session in enumerate(sessions)}
        narrow["content"] = np.array([number[id(session)] + (salt << 32) for session, _ in everyone])
        narrow["who"] = np.array([_who(session) for session, _ in everyone])
        narrow["helper"] = np.where(narrow["who"] & 2 > 0, keys["helper"], 0)
        for name in ("day", "minutes", "start", "end"):
            narrow[name][:count] = records[name]
        narrow["day"][count:] = [day_number(session.date_of_service) for session in lost]
        ids = pl.DataFrame(
            {"session_id": texts["session"][:count], "patient_id": texts["patient"][:count]},
            schema={"session_id": pl.String, "patient_id": pl.String},
        )
        return Encoded(records, ids, narrow, pl.DataFrame(schema=REFUSED), count)

    def _record(self, session: Session, patient: Patient) -> tuple[Any, ...]:
        statute = self._book.law.on(session.date_of_service, self._payer)
        scope = Scope(self._book, statute, row_facts(session, patient, _cross(session), law_checked=True))
        words = packed({fact: scope.value(fact) for fact in PACKED})
        minutes, assistant = (
            NO_MINUTES if value is None else min(value, LONGEST)
            for value in (scope.value("minutes"), scope.value("assistant_minutes"))
        )
        charges = dict(patient.charge)
        slots = charge_slots().get(str(session.training), ())
        note = None if patient.note is None else patient.note.signed
        values: dict[str, Any] = {f"w{word}": words[word] for word in range(WORDS)}
        values |= {
            "therapy_used": clipped(patient.therapy_used),
            "deductible": clipped(patient.deductible_remaining),
            "day": day_number(session.date_of_service),
            "minutes": minutes,
            "assistant": assistant,
            "start": _minute(session.start_time),
            "end": _minute(session.end_time),
            "signed": NO_SIGNATURE if note is None else (note - session.date_of_service).days,
        }
        values |= {
            name: clipped(charges.get(slots[at])) if at < len(slots) else UNKNOWN_CENTS
            for at, name in enumerate(CHARGES)
        }
        return tuple(values.get(str(name), 0) for name in RECORD.names or ())


def _cross(session: Session) -> Any:  # noqa: ANN401  a CrossFacts of nobody
    return type(NOBODY)(frozenset(), {session.practitioner.npi: 0}, frozenset())


def _minute(clock: Any) -> int:  # noqa: ANN401  a time or nothing
    return _CLOCK if clock is None else clock.hour * 60 + clock.minute


def _keys(texts: Iterable[str | None]) -> NDArray[np.uint64]:
    series = pl.Series([text.strip() if text else None for text in texts], dtype=pl.String)
    empty = series.is_null() | (series.str.len_bytes().fill_null(0) == 0)
    return np.where(empty.to_numpy(), np.uint64(0), series.hash().to_numpy())


def _npi(text: str, key: int) -> int:
    plain = text.strip()
    return int(plain) if len(plain) == 10 and plain.isascii() and plain.isdigit() else key | 1 << 63  # noqa: PLR2004


def _who(session: Session) -> int:
    kinds = {kind for kind, _ in people_of(session)}
    return int("practitioner" in kinds) + 2 * int("helper" in kinds)


def _skills(pairs: Sequence[tuple[Session, Patient]]) -> NDArray[np.uint64]:
    names = [";".join(c.name for c in patient.caregivers) for _, patient in pairs]
    topics = [";".join(session.topics) for session, _ in pairs]
    columns = [pl.Series(texts, dtype=pl.String).hash().to_numpy() for texts in (names, topics)]
    key = scattered(mixed(columns, len(pairs))) | np.uint64(2)
    reason = np.array([bool((patient.repeat_reason or "").strip()) for _, patient in pairs], np.uint64)
    told = np.array([bool(n and t) for n, t in zip(names, topics, strict=True)], np.bool_)
    return np.where(told, (key & ~np.uint64(1)) | reason, np.uint64(0))
