"""One part of a file becomes records: typed at the door, encoded once, every refusal named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from teachback.batch.cells import BAD, NO_DAY, Cells, Numbers, day_number
from teachback.batch.domains import CHARGES, MOST_CENTS, NO_MINUTES, UNKNOWN_CENTS, charge_slots, domain
from teachback.batch.groups import Context, Groups
from teachback.batch.identifiers import Identifiers
from teachback.batch.idle import faults_of, unreadable
from teachback.batch.layout import (
    GOOD,
    HELPED,
    LOST,
    NARROW,
    OWN,
    RECORD,
    SPOILED,
    Block,
    Words,
)
from teachback.batch.shapes import GROUPS
from teachback.batch.times import Times
from teachback.batch.vocab import mixed, scattered
from teachback.intake.problems import Fault
from teachback.intake.values import EARLIEST, LATEST
from teachback.rules.settings import clean_mbi

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from teachback.intake.columns import Column
    from teachback.rulebook import Rulebook

NO_SIGNATURE = -32_768
_MOST_SIGNED = 32_767
_NPI_TEXT = np.uint64(1 << 63)
# What the rows of a session must agree on besides what the groups read: texts, compared as they stand.
_TEXTS = ("topics", "practitioner.name", "practitioner.furnished_by_id")


@dataclass(slots=True)
class Encoded:
    """The rows of a part that can be coded, and why the others cannot.

    ``ids`` holds session and patient ids beside ``records``. ``narrow`` has one more kind of row: those
    refused for a fault of their own patient, who was represented all the same.
    """

    records: Block
    ids: pl.DataFrame
    narrow: Block
    refused: pl.DataFrame
    rows: int


@dataclass(slots=True)
class _Faults:
    """Which rows are refused, for which faults, and whether they spoil their session."""

    height: int
    state: NDArray[np.uint8] = field(init=False)
    told: list[tuple[NDArray[np.intp], Fault]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = np.full(self.height, GOOD, np.uint8)

    def add(self, rows: NDArray[np.intp], fault: Fault, *, shared: bool) -> None:
        """Refuse some rows for one fault."""
        if rows.size:
            self.told.append((rows, fault))
            self.state[rows] = np.maximum(self.state[rows], SPOILED if shared else LOST)


class Door:
    """Reads parts one after another and remembers every word that it has met."""

    def __init__(self, book: Rulebook, payer: str) -> None:
        self._groups = Groups(book, payer, GROUPS)
        self._times = Times(self._groups)
        self._practitioners = Identifiers(book, "practitioner.npi", "rendering_identifier")
        self._certifiers = Identifiers(book, "patient.certifying_npi", "certifier_identifier")
        self._seen: dict[str, Numbers] = {}
        self._slots = np.zeros((len(domain("training")), len(CHARGES)), object)
        for code, training in enumerate(domain("training")):
            names = charge_slots().get(str(training), ())
            self._slots[code] = [*names, *[""] * (len(CHARGES) - len(names))]

    def encode(self, frame: pl.DataFrame, columns: Sequence[Column], numbers: NDArray[np.uint32]) -> Encoded:
        """The records of a frame with its recognized columns; ``numbers`` is how its file numbers the rows."""
        cells = Cells(frame, columns)
        faults = _Faults(cells.height)
        days = self._days(cells, faults)
        context = Context(days, self._seen)
        records = Block.empty(RECORD, cells.height)
        words = Words(cells.height)
        contents: list[NDArray[np.uint64]] = []
        for answers in self._groups.answers:
            codes, faulty = self._groups.run(answers, cells, context)
            words.add(answers.words, codes)
            if answers.group.shared:
                contents.append(answers.content.take(codes))
            for number, told in faulty.items():
                rows = np.flatnonzero(codes == number)
                for fault, shared in told:
                    faults.add(rows, fault, shared=shared)
        self._fill_times(cells, context, words, records, faults)
        who = self._times.who
        self._fill_money(cells, words, records, faults)
        self._fill_people(cells, words, records, faults)
        for word, column in enumerate(words.columns):
            records[f"w{word}"] = column
        records["day"] = np.clip(days, 0, NO_MINUTES)
        records["row"] = numbers
        self._fill_history(cells, context, records)
        for rows, fault, shared in unreadable(cells, self._decided(), self._seen):
            faults.add(rows, fault, shared=shared)
        content = self._content(cells, records, contents)
        return self._finished(cells, records, who, faults, content)

    def _decided(self) -> set[str]:
        """The columns that were read already: those of the groups, times, amounts and required ones."""
        names = {"date_of_service", "start_time", "end_time", "minutes", "assistant_minutes"}
        names |= {"patient.therapy_used", "patient.deductible_remaining"}
        names |= {"practitioner.npi", "patient.certifying_npi"}
        for answers in self._groups.answers:
            names |= {*answers.group.plain, *answers.group.shaped}
        return names

    def _days(self, cells: Cells, faults: _Faults) -> NDArray[np.int32]:
        column = cells.columns["date_of_service"]
        days = cells.days("date_of_service", self._seen.setdefault("date_of_service", Numbers()))
        lowest, highest = day_number(EARLIEST), day_number(LATEST)
        wrong = (days == BAD) | ((days != NO_DAY) & ((days < lowest) | (days > highest)))
        for row in np.flatnonzero(wrong)[:1]:
            _, told = cells.read("date_of_service", int(row))
            faults.add(np.flatnonzero(wrong), told[0], shared=True)
        empty = np.flatnonzero(days == NO_DAY)
        faults.add(
            empty,
            Fault("date_of_service", "an empty cell", column.field.accepts, "fill it in"),
            shared=True,
        )
        return np.where(wrong | (days == NO_DAY), 0, days).astype(np.int32)

    def _fill_times(
        self, cells: Cells, context: Context, words: Words, records: Block, faults: _Faults
    ) -> None:
        told = self._times.fill(cells, context, self._seen, words, records)
        for rows, fault in told:
            faults.add(rows, fault, shared=True)

    def _fill_money(self, cells: Cells, words: Words, records: Block, faults: _Faults) -> None:
        for name, target in (
            ("patient.therapy_used", "therapy_used"),
            ("patient.deductible_remaining", "deductible"),
        ):
            records[target] = self._cents(cells, name, faults)
        for fact, target in (("spending_known", "therapy_used"), ("deductible_known", "deductible")):
            words.add_where(records[target] != UNKNOWN_CENTS, fact, (True, False))
        training = words.codes("training")
        rows = [np.flatnonzero(training == code) for code in range(len(self._slots))]
        for slot, target in enumerate(CHARGES):
            records[target] = np.full(cells.height, UNKNOWN_CENTS, np.uint32)
            for code, name in enumerate(self._slots[:, slot]):
                column = f"charge.{name}"
                if name and rows[code].size and column in cells.columns:
                    records[target][rows[code]] = self._cents(cells, column, faults)[rows[code]]

    def _cents(self, cells: Cells, name: str, faults: _Faults) -> NDArray[np.uint32]:
        if not cells.has(name):
            column = cells.columns.get(name)
            cents = UNKNOWN_CENTS if column is None else max(_money_reader(name)(cells, 0), 0)
            return np.full(cells.height, cents, np.uint32)
        series = cells.series(name)
        if isinstance(series.dtype, pl.Decimal) and series.dtype.scale == 2 and cells.plain(name):  # noqa: PLR2004
            whole = series.to_physical().cast(pl.Int64)
            least, most = whole.min(), whole.max()
            if isinstance(least, int) and isinstance(most, int) and least >= 0:
                held = whole if most <= MOST_CENTS else whole.clip(0, MOST_CENTS)
                return np.asarray(held.fill_null(UNKNOWN_CENTS).to_numpy(), np.uint32)
        found = cells.numbered(name, self._seen.setdefault(name, Numbers()), _money_reader(name))
        wrong = np.flatnonzero(found < 0)
        if wrong.size:
            for rows, fault, shared in faults_of(cells, name, wrong):
                faults.add(rows, fault, shared=shared)
        return np.where(found < 0, UNKNOWN_CENTS, found).astype(np.uint32)

    def _fill_people(self, cells: Cells, words: Words, records: Block, faults: _Faults) -> None:
        """Keys of patient, practitioner and helper; what is to say about the practitioner's NPI."""
        required = {"id": True, "practitioner.npi": True, "practitioner.type": True, "patient.id": True}
        for name, shared in required.items():
            column = cells.columns[name]
            if column.index is None:
                continue
            empty = cells.key(name) == 0 if cells.has(name) else np.ones(cells.height, np.bool_)
            faults.add(
                np.flatnonzero(empty),
                Fault(name, "an empty cell", column.field.accepts, "fill it in"),
                shared=shared,
            )
        numbers, told = self._practitioners.fill(cells, words)
        for rows, fault in told:
            faults.add(rows, fault, shared=True)
        for rows, fault in self._certifiers.fill(cells, words)[1]:
            faults.add(rows, fault, shared=False)
        records["npi"] = numbers
        records["patient"] = cells.key("patient.id")
        helper = cells.key("practitioner.furnished_by_id")
        records["helper"] = np.where(helper == 0, helper, helper | np.uint64(1))

    def _fill_history(self, cells: Cells, context: Context, records: Block) -> None:
        """What the history of a patient is told by: the skill taught, to whom, and when the note was signed."""
        names = ("caregiver.name", "topics")
        if all(cells.has(name) for name in names):
            key = scattered(mixed([cells.hashed(name) for name in names], cells.height)) | np.uint64(2)
            reason, odd = cells.written("patient.repeat_reason")
            empty = cells.series("topics").is_null() | cells.series("caregiver.name").is_null()
            key = (key & ~np.uint64(1)) | (reason | odd).astype(np.uint64)
            records["skill"] = np.where(empty.to_numpy(), np.uint64(0), key)
        signed = context.of(cells, "patient.note.signed")
        gap = np.clip(signed.astype(np.int64) - context.days, -_MOST_SIGNED, _MOST_SIGNED)
        records["signed"] = np.where((signed == NO_DAY) | (signed == BAD), NO_SIGNATURE, gap)

    def _finished(
        self,
        cells: Cells,
        records: Block,
        who: NDArray[np.uint8],
        faults: _Faults,
        content: NDArray[np.uint64],
    ) -> Encoded:
        narrow = Block.empty(NARROW, cells.height)
        for name in ("patient", "npi", "row", "day", "minutes", "start", "end"):
            narrow[name] = records[name]
        narrow["session"] = cells.key("id")
        narrow["content"] = content
        narrow["mbi"] = self._mbi_key(cells)
        helped = (who & HELPED > 0) & (records["helper"] != 0)
        narrow["who"] = (who & OWN) | np.where(helped, HELPED, 0).astype(np.uint8)
        narrow["helper"] = np.where(helped, records["helper"], 0)
        narrow["state"] = faults.state
        named = narrow["session"] != 0
        good = (faults.state == GOOD) & named
        whole = bool(good.all())
        ids = pl.DataFrame({"session_id": cells.text("id"), "patient_id": cells.text("patient.id")})
        return Encoded(
            records if whole else records.take(good),
            ids if whole else ids.filter(pl.Series(good)),
            narrow if whole else narrow.take(named),
            _refusals(faults, records["row"]),
            cells.height,
        )

    def _content(
        self, cells: Cells, records: Block, contents: list[NDArray[np.uint64]]
    ) -> NDArray[np.uint64]:
        """One key for everything that the rows of one session must agree on."""
        clock = np.zeros(cells.height, np.uint64)
        for recorded in self._times.recorded:
            clock = (clock << np.uint64(16)) + (recorded + 1).astype(np.uint64)
        columns: list[NDArray[np.uint64] | None] = [*contents, records["npi"], clock]
        columns += [cells.key(name) if cells.has(name) else None for name in _TEXTS]
        return mixed(columns, cells.height)

    def _mbi_key(self, cells: Cells) -> NDArray[np.uint64]:
        name = "patient.mbi"
        if not cells.has(name):
            return np.zeros(cells.height, np.uint64)
        series = cells.series(name)
        if series.dtype != pl.String:
            series = series.cast(pl.String)
        odd = series.str.contains(r"[^0-9A-Z]").fill_null(value=False)
        if odd.any():
            cleaned = [clean_mbi(text) for text in series.filter(odd).to_list()]
            rows = np.flatnonzero(odd.to_numpy())
            series = series.scatter(rows, cleaned)
        keys: NDArray[np.uint64] = series.hash().to_numpy()
        empty = series.is_null() | (series.str.len_bytes().fill_null(0) == 0)
        return np.where(empty.to_numpy(), np.uint64(0), keys | np.uint64(1))


def _money_reader(name: str) -> Callable[[Cells, int], int]:
    def read(cells: Cells, row: int) -> int:
        value, told = cells.read(name, row)
        if told:
            return -1
        return UNKNOWN_CENTS if value is None else min(int(value * 100), MOST_CENTS)

    return read


def _refusals(faults: _Faults, rows: NDArray[np.uint32]) -> pl.DataFrame:
    frames = [
        pl.DataFrame(
            {
                "row": rows[at],
                "column": [fault.column or None] * len(at),
                "problem": [
                    f"expected {fault.expected}" + (f", but found {fault.read}" if fault.read else "")
                ]
                * len(at),
                "cure": [fault.cure] * len(at),
            },
            schema=REFUSED,
        )
        for at, fault in faults.told
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema=REFUSED)


REFUSED = {"row": pl.UInt32, "column": pl.String, "problem": pl.String, "cure": pl.String}
