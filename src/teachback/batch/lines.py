"""The service lines of a bucket: two blocks, first codes and add-ons, with their amounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from teachback.batch.columns import Coded, Sheet, capacity
from teachback.batch.domains import CHARGES, UNKNOWN_CENTS, Counts, charge_slots, domain, numbers
from teachback.batch.money import Amount
from teachback.rulebook import decide
from teachback.rules.fees import NO_CHARGE, dollars
from teachback.rules.vocabulary import CODES, NO_CODE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from teachback.batch.columns import Maker
    from teachback.batch.engine import Engine
    from teachback.batch.layout import Block

_BOTH = (None, True, False)
_CHAIN = (
    "deductible_applied_cents",
    "coinsurance_cents",
    "patient_cents",
    "medicare_share_cents",
    "medicare_cents",
    "sequestration_cents",
    "after_sequestration_cents",
)
_PRICED = (
    "fee_setting",
    "apm_standing",
    "participation_percent",
    "practitioner_percent",
)


@dataclass(slots=True)
class Lines:
    """Rows of the bucket and their lines; first codes stand before all add-ons.

    ``rows`` says on which row of the bucket each line stands. Amounts are named as the rules name them.
    """

    rows: NDArray[np.intp]
    firsts: int
    facts: dict[str, Coded]
    days: NDArray[np.uint16]
    amounts: dict[str, Amount] = field(default_factory=dict)
    charge: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    @classmethod
    def of(cls, sheet: Sheet, bears: NDArray[np.bool_]) -> Lines:
        """The lines that the rows earned: a first code with units, and an add-on beside it."""
        first = bears & _coded(sheet.facts["primary_code"]) & _some(sheet.facts["primary_units"])
        addon = (
            bears
            & _some(sheet.facts["primary_units"])
            & _coded(sheet.facts["addon_code"])
            & _some(sheet.facts["addon_units"])
        )
        one, two = np.flatnonzero(first), np.flatnonzero(addon)
        rows = np.concatenate([one, two])
        codes = np.concatenate(
            [_procedure(sheet.facts["primary_code"], one), _procedure(sheet.facts["addon_code"], two)]
        )
        units = np.concatenate(
            [_counts(sheet.facts["primary_units"], one), _counts(sheet.facts["addon_units"], two)]
        )
        is_addon = np.concatenate([np.full(len(one), 2, np.uint8), np.full(len(two), 1, np.uint8)])
        size = capacity(int(units.max(initial=0)) + 2)
        facts = {
            "procedure_code": Coded(codes, domain("procedure_code"), len(CODES) + 1),
            "is_addon": Coded(is_addon, _BOTH, len(_BOTH)),
            "units": Coded((units + 1).astype(np.int32), Counts(size), size),
        }
        return cls(rows, len(one), facts, sheet.days[rows])

    def earned(self, height: int) -> NDArray[np.bool_]:
        """Which of the rows have a line of their own."""
        found = np.zeros(height, np.bool_)
        found[self.rows] = True
        return found

    def sheet(self, sheet: Sheet, needs: tuple[str, ...]) -> Sheet:
        """The lines with the facts that a table reads: their own, and those of the rows they stand on."""
        part = sheet.part(self.rows, [name for name in needs if name not in self.facts])
        part.facts |= {name: self.facts[name] for name in needs if name in self.facts}
        return part

    def make(self, maker: Maker, sheet: Sheet) -> None:
        """Add a fact to the lines."""
        part = self.sheet(sheet, maker.needs)
        maker.run(part)
        self.facts[maker.fact] = part.facts[maker.fact]

    def price(self, engine: Engine, sheet: Sheet, records: Block) -> None:
        """Fees, then the payment chain; the deductible is taken from the first code before the add-on."""
        given = {name: Amount.of(self.facts[name]) for name in ("unit_fee_cents", "payment_percent")}
        given |= {
            name: Amount.of(sheet.facts[name])[self.rows]
            for name in ("participation_percent", "practitioner_percent")
        }
        units = self.facts["units"].codes.astype(np.int64) - 1
        given["units"] = Amount.all(units)
        charge = self._charges(sheet, records)
        self.charge = np.where(charge == UNKNOWN_CENTS, -1, units * charge)
        given["charge_cents"] = Amount.all(np.where(charge == UNKNOWN_CENTS, NO_CHARGE, units * charge))
        reckon = engine.reckoner.reckon
        for fact in ("unit_allowed_cents", "allowed_cents"):
            given[fact] = reckon(fact, self.days, given)
        left = np.where(records["deductible"] == UNKNOWN_CENTS, 0, records["deductible"].astype(np.int64))
        blocks = []
        for begin, end in ((0, self.firsts), (self.firsts, len(self.rows))):
            block = slice(begin, end)
            rows = self.rows[block]
            mine = {name: amount[block] for name, amount in given.items()}
            mine["deductible_cents"] = Amount.all(left[rows])
            for fact in _CHAIN:
                mine[fact] = reckon(fact, self.days[block], mine)
            left[rows] -= mine["deductible_applied_cents"].cents
            blocks.append(mine)
        self.amounts = {
            name: Amount(
                np.concatenate([block[name].cents for block in blocks]),
                np.concatenate([block[name].known for block in blocks]),
            )
            for name in ("allowed_cents", *_CHAIN)
        }

    def _charges(self, sheet: Sheet, records: Block) -> NDArray[np.int64]:
        """The recorded charge of one unit of each line's code."""
        training = sheet.facts["training"]
        slot = np.full((len(training.values), len(CODES) + 1), -1, np.int64)
        for code, name in enumerate(training.values):
            for at, procedure in enumerate(charge_slots().get(str(name), ())):
                slot[code, numbers("procedure_code")[str, procedure]] = at
        mine = slot[training.codes[self.rows], self.facts["procedure_code"].codes]
        table = np.stack([records[name][self.rows] for name in CHARGES], axis=1)
        found = table[np.arange(len(self.rows)), np.maximum(mine, 0)].astype(np.int64)
        return np.where(mine < 0, UNKNOWN_CENTS, found)

    def total(self, height: int) -> NDArray[np.int64]:
        """The known allowed amounts of each row's lines."""
        allowed = self.amounts["allowed_cents"]
        found = np.zeros(height, np.int64)
        found[self.rows[: self.firsts]] = np.where(allowed.known, allowed.cents, 0)[: self.firsts]
        found[self.rows[self.firsts :]] += np.where(allowed.known, allowed.cents, 0)[self.firsts :]
        return found

    def thresholds(self, engine: Engine, records: Block, days: NDArray[Any]) -> dict[str, Amount]:
        """Whether the year's spending with these lines passes the thresholds."""
        used = records["therapy_used"]
        given = {
            "therapy_used_cents": Amount(used.astype(np.int64), used != UNKNOWN_CENTS),
            "session_allowed_cents": Amount.all(self.total(len(records))),
        }
        return {
            fact: engine.reckoner.reckon(fact, days, given) for fact in ("above_threshold", "above_review")
        }

    def ranges(self, engine: Engine, sheet: Sheet, records: Block) -> Coded:
        """The least and most over all localities for rows whose locality is not known."""
        codes = np.zeros(len(records), np.int32)
        known = sheet.facts["locality_known"]
        unknown = np.array([value is None for value in known.values], np.bool_)
        wanted = unknown.take(known.codes) & self.earned(len(records))
        rows = np.flatnonzero(wanted)
        if rows.size:
            second = np.full(len(records), -1, np.int64)
            second[self.rows[self.firsts :]] = np.arange(self.firsts, len(self.rows))
            first = np.zeros(len(records), np.int64)
            first[self.rows[: self.firsts]] = np.arange(self.firsts)
            charge = np.where(self.charge < 0, NO_CHARGE, self.charge)
            period = engine.all_periods.at(sheet.days)
            for row in rows.tolist():
                lines = [first[row]] + ([second[row]] if second[row] >= 0 else [])
                facts = tuple(sheet.facts[name].values[int(sheet.facts[name].codes[row])] for name in _PRICED)
                each = tuple(
                    (
                        self.facts["procedure_code"].values[int(self.facts["procedure_code"].codes[line])],
                        int(self.facts["units"].codes[line]) - 1,
                        int(charge[line]),
                    )
                    for line in lines
                )
                key = (int(period[row]), facts, each)
                if key not in engine.ranged:
                    engine.ranged[key] = engine.ranges.number(_range(engine, *key))
                codes[row] = engine.ranged[key]
        return engine.ranges.coded(codes)


def _range(engine: Engine, period: int, facts: tuple[Any, ...], lines: tuple[Any, ...]) -> str | None:
    """The least and the most that the lines are allowed over all localities; unknown where no fee is known."""
    given = dict(zip(_PRICED, facts, strict=True))
    totals: NDArray[np.int64] | None = None
    for code, units, charge in lines:
        line = {"procedure_code": code, "units": units, "charge_cents": charge}
        fees = engine.fees_of(period, {**given, "procedure_code": code})
        if fees is None:
            return None
        known = {**given, **line, "unit_fee_cents": fees}
        for fact in ("unit_allowed_cents", "allowed_cents"):
            rule = engine.book.makers[fact][0]
            known[fact] = decide(rule, tuple(known[name] for name in rule.facts), ())
        allowed = known["allowed_cents"]
        if allowed is None:
            return None
        totals = allowed if totals is None else totals + allowed
    if totals is None:
        return None
    return f"${dollars(int(totals.min()))} to ${dollars(int(totals.max()))}"


def _coded(coded: Coded) -> NDArray[np.bool_]:
    real = np.array([value is not None and value != NO_CODE for value in coded.values], np.bool_)
    return real.take(coded.codes)


def _some(coded: Coded) -> NDArray[np.bool_]:
    some = np.array([bool(value) for value in coded.values], np.bool_)
    return some.take(coded.codes)


def _procedure(coded: Coded, rows: NDArray[np.intp]) -> NDArray[np.uint8]:
    known = numbers("procedure_code")
    table = np.array([known.get((type(value), value), 0) for value in coded.values], np.uint8)
    return table.take(coded.codes[rows])


def _counts(coded: Coded, rows: NDArray[np.intp]) -> NDArray[np.int64]:
    table = np.array([value or 0 for value in coded.values], np.int64)
    return table.take(coded.codes[rows])
