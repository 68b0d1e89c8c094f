"""One bucket of records: every rule once, in the order of the passes, over columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from teachback.batch.cases import Cases, Cluster, clusters
from teachback.batch.cells import day_number
from teachback.batch.columns import Coded, Maker, Sheet, Values, capacity
from teachback.batch.domains import NO_MINUTES, Counts, domain
from teachback.batch.layout import PACKED, Block, unpack
from teachback.batch.lines import Lines
from teachback.batch.money import Reckoner
from teachback.batch.parts import AssistantParts
from teachback.batch.periods import Periods
from teachback.batch.sameday import SameDay, across, same_day
from teachback.batch.vocab import mixed
from teachback.model import Severity
from teachback.rulebook import Kind, Scope
from teachback.rules.vocabulary import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl
    from numpy.typing import NDArray

    from teachback.rulebook import Rule, Rulebook

_FROM_OTHERS = (
    "patients_represented",
    "minutes_overlap",
    "practitioner_day_minutes",
    "mbi_shared",
    "law_checked",
)
_BOTH = (None, True, False)
# What the lines and their amounts are made of besides what the edits ask for.
WANTED = (
    "primary_code",
    "addon_code",
    "primary_units",
    "addon_units",
    "therapy_modifier",
    "audio_modifier",
    "kx_modifier",
    "fee_setting",
    "apm_standing",
    "participation_percent",
    "practitioner_percent",
    "locality_known",
)
ON_LINES = ("assistant_modifier", "unit_fee_cents", "payment_percent")


@dataclass(slots=True)
class Found:
    """Rows and their cases: ``own`` of a row, ``shared`` of all rows of an occurrence, told on its bearer."""

    rows: list[NDArray[np.intp]] = field(default_factory=list)
    cases: list[NDArray[np.int32]] = field(default_factory=list)

    def add(self, rows: NDArray[np.intp], cases: NDArray[np.int32]) -> None:
        """Findings of one cluster."""
        self.rows.append(rows)
        self.cases.append(cases)

    def joined(self) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
        """All of them."""
        if not self.rows:
            return np.zeros(0, np.intp), np.zeros(0, np.int32)
        return np.concatenate(self.rows), np.concatenate(self.cases)


@dataclass(slots=True)
class Worked:
    """What a bucket came to, before it is written."""

    sheet: Sheet
    day: SameDay
    own: Found
    shared: Found
    lines: Lines
    kx: Coded


class Engine:
    """The rule book as decision tables, kept from bucket to bucket."""

    def __init__(self, book: Rulebook, payer: str) -> None:
        self.book, self.payer = book, payer
        self.cases = Cases()
        self.reckoner = Reckoner(book, payer)
        self._given = {*PACKED, *_FROM_OTHERS}
        edits = {stage: list(rules) for stage, rules in book.edits.items()}
        self._makers: dict[int, list[Maker]] = {stage: [] for stage in Stage}
        for fact in self._needed(edits):
            self._makers[book.stage(fact)].append(self._maker(fact))
        self._clusters = {stage: self._clustered(rules) for stage, rules in edits.items()}
        self._parts = AssistantParts(book, payer)
        self.line_makers = [self._maker(fact) for fact in ON_LINES]
        self.ranges = Values()
        self._fees: dict[tuple[Any, ...], NDArray[np.int64] | None] = {}
        self.ranged: dict[tuple[Any, ...], int] = {}
        self.all_periods = Periods.of(book, payer, book.rules)

    def _needed(self, edits: dict[int, list[Rule]]) -> list[str]:
        """The determinations that edits and lines ask for, each after those that it reads."""
        order: list[str] = []

        def visit(fact: str) -> None:
            if fact in order or fact in self._given or fact in ON_LINES:
                return
            for maker in self.book.makers.get(fact, ()):
                for need in self.book.needs(maker):
                    visit(need)
            made = self.book.makers.get(fact, ())
            if made and (made[0].kind is Kind.DETERMINATION or fact == "grouped"):
                order.append(fact)

        for fact in WANTED:
            visit(fact)
        for rules in edits.values():
            for rule in rules:
                for need in self.book.needs(rule):
                    visit(need)
        return order

    def _maker(self, fact: str) -> Maker:
        return Maker(self.book, fact, Periods.of(self.book, self.payer, self.book.makers[fact]))

    def _clustered(self, rules: Iterable[Rule]) -> list[Cluster]:
        sizes = {fact: len(domain(fact)) for fact in PACKED}
        sizes |= dict.fromkeys(("minutes_overlap", "mbi_shared", "law_checked", "bears_lines"), len(_BOTH))
        sizes |= {"practitioner_day_minutes": 1443, "units": 128, "same_day": 4, "allowed_range": 1024}
        return clusters(self.book, self.payer, rules, sizes, self.cases)

    def sheet(self, records: Block, side: Block) -> Sheet:
        """The coded facts of the records, with what other rows say of them."""
        facts = {}
        for fact, codes in unpack(records).items():
            values = domain(fact)
            facts[fact] = Coded(codes, values, len(values))
        facts["patients_represented"] = _counted(side["patients"].astype(np.int32) + 1)
        facts["practitioner_day_minutes"] = Coded(
            side["day_minutes"].astype(np.int32) + 1, Counts(1443), 1443
        )
        checked = records["day"] <= day_number(self.book.law.checked_through)
        for name, yes in (
            ("minutes_overlap", side["overlap"]),
            ("mbi_shared", side["shared"]),
            ("law_checked", checked),
        ):
            facts[name] = truths(yes)
        return Sheet(records["day"], facts)

    def work(self, records: Block, side: Block, ids: pl.DataFrame) -> Worked:
        """All passes over the rows of one bucket."""
        sheet = self.sheet(records, side)
        own, shared = Found(), Found()
        self._make(sheet, Stage.SESSION)
        for cluster in self._clusters.get(Stage.SESSION, ()):
            own.add(*cluster.run(sheet))
        day = self._combine(sheet, records, ids, own)
        bears = day.bearer == np.arange(len(records))
        self._occurrence_facts(sheet, records, day, bears)
        for cluster in self._clusters.get(Stage.OCCURRENCE, ()):
            rows, cases = cluster.run(sheet)
            mine = bears[rows]
            shared.add(rows[mine], cases[mine])
            own.add(rows[~mine], cases[~mine])
        lines = Lines.of(sheet, bears)
        self._line_findings(sheet, lines, shared)
        lines.price(self, sheet, records)
        kx = self._money_findings(sheet, lines, records, bears, shared)
        self._day_findings(sheet, records, day, lines, own)
        return Worked(sheet, day, own, shared, lines, kx)

    def fees_of(self, period: int, facts: dict[str, Any]) -> NDArray[np.int64] | None:
        """One unit's fee in every locality in a period of the law; unknown where one of them is."""
        names = tuple(need for need in self.book.needs(self.book.makers["unit_fee_cents"][0]))
        mine = {name: facts[name] for name in names if name != "payment_locality"}
        key = (period, *mine.values())
        if key not in self._fees:
            statute = self.all_periods.statutes[period]
            places = dict.fromkeys(entry.key for entry in self.book.law.entries("locality_name"))
            fees = [
                Scope(self.book, statute, {**mine, "payment_locality": place}).value("unit_fee_cents")
                for place in places
            ]
            self._fees[key] = None if None in fees else np.array(fees, np.int64)
        return self._fees[key]

    def _make(self, sheet: Sheet, stage: Stage) -> None:
        for maker in self._makers[stage]:
            maker.run(sheet)

    def _combine(self, sheet: Sheet, records: Block, ids: pl.DataFrame, own: Found) -> SameDay:
        errors = self.cases.flags(lambda case: case.severity == Severity.ERROR, np.bool_)
        rows, cases = own.joined()
        eligible = sheet.facts["training"].codes > 0
        eligible[rows[errors[cases]] if len(rows) else rows] = False
        manner = [
            sheet.facts["recorded_place"].codes,
            sheet.facts["modality"].codes,
            sheet.facts["furnished_by"].codes,
            records["helper"],
            sheet.facts["grouped"].codes,
        ]
        return same_day(eligible, records, sheet.facts["training"].codes, manner, ids)

    def _occurrence_facts(self, sheet: Sheet, records: Block, day: SameDay, bears: NDArray[np.bool_]) -> None:
        sheet.facts["same_day"] = Coded(day.state, (None, "alone", "combined", "differ"), 4)
        sheet.facts["bears_lines"] = truths(bears)
        total = np.where(records["minutes"] == NO_MINUTES, 0, records["minutes"].astype(np.int32) + 1)
        total[~bears] = 0
        if day.begins.size:
            parts = records["minutes"][day.members].astype(np.int32)
            unknown = np.add.reduceat((parts == NO_MINUTES).astype(np.int32), day.begins) > 0
            sums = np.add.reduceat(parts, day.begins)
            total[day.members[day.begins]] = np.where(unknown, 0, sums + 1)
        sheet.facts["total_minutes"] = _counted(total)
        # The clock of an assistant's minutes needs the units, and nothing else of this pass needs it.
        later = [maker for maker in self._makers[Stage.OCCURRENCE] if "assistant_part" in maker.needs]
        for maker in self._makers[Stage.OCCURRENCE]:
            if maker not in later:
                maker.run(sheet)
        self._parts.run(sheet, records, day, bears)
        for maker in later:
            maker.run(sheet)

    def _line_findings(self, sheet: Sheet, lines: Lines, shared: Found) -> None:
        for maker in self.line_makers:
            lines.make(maker, sheet)
        for cluster in self._clusters.get(Stage.LINE, ()):
            rows, cases = cluster.run(lines.sheet(sheet, cluster.table.needs))
            shared.add(lines.rows[rows], cases)

    def _money_findings(
        self,
        sheet: Sheet,
        lines: Lines,
        records: Block,
        bears: NDArray[np.bool_],
        shared: Found,
    ) -> Coded:
        for fact, amount in lines.thresholds(self, records, sheet.days).items():
            codes = np.where(amount.known & bears, 2 - amount.cents, 0).astype(np.uint8)
            sheet.facts[fact] = Coded(codes, _BOTH, len(_BOTH))
        sheet.facts["allowed_range"] = lines.ranges(self, sheet, records)
        self._make(sheet, Stage.MONEY)
        for cluster in self._clusters.get(Stage.MONEY, ()):
            rows, cases = cluster.run(sheet)
            mine = bears[rows]
            shared.add(rows[mine], cases[mine])
        return sheet.facts["kx_modifier"]

    def _day_findings(self, sheet: Sheet, records: Block, day: SameDay, lines: Lines, own: Found) -> None:
        """Individual beside group training, and two families, of one patient on one date."""
        has_lines = lines.earned(len(records))[day.bearer]
        bearers = np.flatnonzero(lines.earned(len(records)))
        key = mixed([records["patient"][bearers], records["day"][bearers].astype(np.uint64)], len(bearers))
        grouped = sheet.facts["grouped"]
        group = np.array([value is True for value in grouped.values], np.bool_)[grouped.codes]
        training = sheet.facts["training"].codes
        families = np.where(group, 0, training)
        rows, told = across(
            bearers,
            key,
            {
                "group": group[bearers].astype(np.uint8),
                "family": families[bearers].astype(np.uint8),
                "alone": np.where(group, 255, training)[bearers].astype(np.uint8),
            },
        )
        both, other = np.zeros(len(records), np.uint8), np.zeros(len(records), np.uint8)
        both[rows] = np.where(told["group_most"] != told["group_least"], 1, 2)
        two = (told["family_most"] > 0) & (told["family_most"] != told["alone_least"])
        other[rows] = np.where(two & ~group[rows], 1, 2)
        # The sessions of one occurrence share what is said of it.
        chosen = np.flatnonzero((both[day.bearer] > 0) & has_lines)
        if not chosen.size:
            return
        facts = {
            "individual_and_group_same_day": Coded(both[day.bearer][chosen], _BOTH, len(_BOTH)),
            "other_family_same_day": Coded(other[day.bearer][chosen], _BOTH, len(_BOTH)),
        }
        few = Sheet(records["day"][chosen], facts)
        for cluster in self._clusters.get(Stage.DAY, ()):
            found, cases = cluster.run(few)
            own.add(chosen[found], cases)


def truths(yes: NDArray[np.bool_]) -> Coded:
    """A yes or no that is always known."""
    return Coded(np.where(yes, 1, 2).astype(np.uint8), _BOTH, len(_BOTH))


def _counted(codes: NDArray[Any]) -> Coded:
    """Counts that were raised by one, so that 0 is unknown; the room grows with the largest."""
    size = capacity(max(int(codes.max(initial=0)) + 1, 2))
    return Coded(codes, Counts(size), size)
