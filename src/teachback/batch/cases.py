"""Edits in clusters that share their facts: one look-up answers all edits of a cluster for a row."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from teachback.batch.columns import Table, Values, capacity
from teachback.batch.periods import DAYS, Periods, starts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from teachback.batch.columns import Sheet
    from teachback.findings import Finding
    from teachback.rulebook import Rule, Rulebook, Scope

CLUSTER_CELLS = 1 << 17


@dataclass(frozen=True, slots=True)
class Case:
    """What one cell of an edit says: the single path's own finding, but for the place of its patient."""

    code: str
    name: str
    severity: str
    rank: int
    message: str
    remedy: str
    place: str
    owner: str
    prevents: str | None
    cites: tuple[str, ...]

    @classmethod
    def of(cls, finding: Finding) -> Case:
        """The case of a finding whose place is still the rule's own."""
        return cls(
            finding.code,
            finding.name,
            finding.severity.value,
            finding.severity.rank,
            finding.message,
            finding.remedy,
            finding.place,
            finding.owner.value,
            finding.prevents,
            finding.cites,
        )

    @property
    def order(self) -> tuple[int, str, str]:
        """Findings are listed by severity, code and place."""
        return (self.rank, self.code, self.place)


class Cases:
    """Every case met so far, numbered."""

    def __init__(self) -> None:
        self._values = Values(())
        self._needs_line: list[bool] = []

    def number(self, case: Case, *, needs_line: bool) -> int:
        """The number of a case."""
        number = self._values.number(case)
        if number == len(self._needs_line):
            self._needs_line.append(needs_line)
        return number

    @property
    def all(self) -> list[Case]:
        """The cases by number."""
        return self._values.values

    def flags(self, of: Callable[[Case], Any], kind: type) -> NDArray[Any]:
        """Something about every case, by number."""
        return np.array([of(case) for case in self.all], kind)

    @property
    def needs_line(self) -> NDArray[np.bool_]:
        """Which cases stand only where a line was earned."""
        return np.array(self._needs_line, np.bool_)


class Cluster:
    """Some edits of one pass that read nearly the same facts."""

    def __init__(self, book: Rulebook, rules: Sequence[Rule], periods: Periods, cases: Cases) -> None:
        self.rules = tuple(rules)
        needs = tuple(dict.fromkeys(need for rule in rules for need in book.needs(rule)))
        self._book, self._cases = book, cases
        self._sets = Values([()])
        self.table = Table(book, needs, periods, self._fill)

    def _fill(self, scope: Scope) -> int:
        fired = [rule for rule in self.rules if scope.answer(rule) is True]
        found = tuple(
            self._cases.number(
                Case.of(scope.finding(rule, rule.place)), needs_line=rule.code in self._book.line_codes
            )
            for rule in fired
        )
        return self._sets.number(found)

    def run(self, sheet: Sheet) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
        """The rows with findings and their cases; a row stands once for each."""
        answers = self.table.run(sheet)
        rows = np.flatnonzero(answers)
        sets = answers[rows]
        sizes = np.array([len(one) for one in self._sets.values], np.int32)
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        flat = np.array([case for one in self._sets.values for case in one] or [0], np.int32)
        counts = sizes.take(sets)
        begins = np.repeat(starts.take(sets), counts)
        within = np.arange(len(begins)) - np.repeat(np.cumsum(counts) - counts, counts)
        return np.repeat(rows, counts), flat.take(begins + within)


def clusters(
    book: Rulebook,
    payer: str,
    rules: Iterable[Rule],
    sizes: dict[str, int],
    cases: Cases,
) -> list[Cluster]:
    """Edits put together where that costs few cells; the widest edits are placed first.

    ``sizes`` are the numbers of values of the facts; a fact that is not named has room for sixteen.
    """

    def cells(together: Sequence[Rule]) -> int:
        facts = {need for rule in together for need in book.needs(rule)}
        spans = 1 + len({day for rule in together for day in starts(book, rule) if 0 < day < DAYS})
        return spans * prod(sizes.get(fact, capacity(0)) for fact in facts)

    found: list[list[Rule]] = []
    for rule in sorted(rules, key=lambda r: (-cells([r]), r.code, r.name)):
        best, least = None, CLUSTER_CELLS + 1
        alone = cells([rule])
        for cluster in found:
            together = cells([*cluster, rule])
            growth = together // max(cells(cluster), 1)
            if together <= CLUSTER_CELLS and growth < least and growth <= max(alone, 2):
                best, least = cluster, growth
        if best is None:
            found.append([rule])
        else:
            best.append(rule)
    return [Cluster(book, together, Periods.of(book, payer, together), cases) for together in found]
