"""What a check is asked and what it answers: options, the claim that issues stand on, and the counts of a file."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from teachback.model import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from teachback.x12.issues import Issue


MOST_SAID = 200
"""Lines of what a file says that are kept."""


@dataclass(frozen=True, slots=True)
class Options:
    """How files are judged.

    ``received`` is the day on which the payer receives the claims: dates after it lie in the future, and the filing
    clock ends on it. ``production`` overrides ISA15 where it is given. ``billing`` runs the billing rules beside X12's.
    """

    received: date
    production: bool | None = None
    payer: str = "medicare"
    billing: bool = True
    strict: bool = False


@dataclass(frozen=True, slots=True)
class ClaimRef:
    """One claim of a file: its place among the file's claims from 0, its control number (CLM01), line and byte."""

    ordinal: int
    number: str
    line: int
    byte: int


class Sink(Protocol):
    """Where issues go as they are found; those of one claim may come in two calls."""

    def tell(self, issues: Sequence[Issue], claim: ClaimRef | None) -> None:
        """Issues of a claim, or of what stands above claims (envelopes, billing providers)."""
        ...


@dataclass(slots=True)
class Counts:
    """The counts of one file. ``above`` counts issues that stand on no claim, by severity."""

    interchanges: int = 0
    transactions: int = 0
    claims: int = 0
    claims_with_errors: int = 0
    claims_with_issues: int = 0
    severities: Counter[Severity] = field(default_factory=Counter)
    above: Counter[Severity] = field(default_factory=Counter)
    codes: Counter[tuple[str, str, Severity]] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    nothing_read: bool = False
    said: list[str] = field(default_factory=list)
    """What remittances and acknowledgments of the file say, a line each; ``said_more`` are those beyond the first."""
    said_more: int = 0

    def say(self, line: str) -> None:
        """Keep a line of what the file says, while they are few."""
        if len(self.said) < MOST_SAID:
            self.said.append(line)
        else:
            self.said_more += 1

    @property
    def errors(self) -> int:
        """How many issues are errors."""
        return self.severities[Severity.ERROR]

    @property
    def clean(self) -> int:
        """Claims on which no error stands."""
        return self.claims - self.claims_with_errors

    def add(self, other: Counts) -> None:
        """Take the counts of another file in."""
        self.interchanges += other.interchanges
        self.transactions += other.transactions
        self.claims += other.claims
        self.claims_with_errors += other.claims_with_errors
        self.claims_with_issues += other.claims_with_issues
        for mine, theirs in (
            (self.severities, other.severities),
            (self.above, other.above),
        ):
            mine.update(theirs)
        self.codes.update(other.codes)
        self.kinds.update(other.kinds)
        for line in other.said:
            self.say(line)
        self.said_more += other.said_more
        self.nothing_read = self.nothing_read and other.nothing_read


def order(issue: Issue) -> tuple[int, int, str]:
    """Issues of a claim are shown by severity, then by their place in the file."""
    return (issue.severity.rank, issue.position.byte, issue.code)
