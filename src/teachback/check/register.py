"""What is remembered of every claim of a file, in arrays: where it stands, its number, its patient's dates.

About sixty bytes a claim. Claims that share a patient and date, or a control number, are found at the end by sorting
and read again from the file; nothing else of a claim is kept.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from teachback.x12.tokens import Segment
    from teachback.x12.walk import Event, Level, Transaction

TRAINING, UNSETTLED, ERROR, ISSUE = 1, 2, 4, 8
"""Flags of a claim: it has a training code, findings that wait for other claims, an error, any issue."""
_FEW = 100_000


def key(*texts: str) -> int:
    """A number of 64 bits for some texts, the same in every process."""
    return int.from_bytes(blake2b("\x1f".join(texts).encode(), digest_size=8).digest(), "little")


class Register:
    """The claims of one file by their ordinal."""

    def __init__(self) -> None:
        self.transactions: list[Transaction] = []
        self.flags = bytearray()
        self.numbers = array("Q")
        self.day_keys = array("Q")
        self.day_owners = array("I")
        # Four bytes (claim, billing provider, subscriber, patient) and six counts (their lines, the CLM's
        # number, the transaction) of each claim, one after another: one call adds a claim.
        self._bytes = array("Q")
        self._counts = array("I")

    def __len__(self) -> int:
        return len(self.flags)

    def add(self, event: Event, number: str) -> int:
        """One more claim; its ordinal."""
        transaction = event.transaction
        if transaction is not None and (not self.transactions or self.transactions[-1] is not transaction):
            self.transactions.append(transaction)
        first = event.segments[0]
        billing, billing_line = _head(event.billing)
        subscriber, subscriber_line = _head(event.subscriber)
        patient, patient_line = _head(event.patient)
        self.flags.append(0)
        self.numbers.append(key(number))
        self._bytes.extend((first.byte, billing, subscriber, patient))
        self._counts.extend(
            (
                first.line,
                billing_line,
                subscriber_line,
                patient_line,
                first.number,
                max(0, len(self.transactions) - 1),
            )
        )
        return len(self.flags) - 1

    def add_days(self, ordinal: int, patient: str, days: Iterable[str]) -> None:
        """The dates on which a claim's patient was served."""
        if not patient:
            return  # nobody can tell whose claim it is
        for day in days:
            self.day_keys.append(key(patient, day))
            self.day_owners.append(ordinal)

    def place(self, ordinal: int) -> Place:
        """Where a claim and what stands above it begin."""
        claim, *levels = self._bytes[4 * ordinal : 4 * ordinal + 4]
        line, *lines, number, transaction = self._counts[6 * ordinal : 6 * ordinal + 6]
        return Place(
            self.transactions[transaction], (claim, line, number), tuple(zip(levels, lines, strict=True))
        )

    def same_days(self) -> Iterator[tuple[int, list[int]]]:
        """Keys and claims of one patient and date, in order of the file, where there are several and one trains."""
        yield from self._groups(self.day_keys, self.day_owners, needs=TRAINING)

    def same_numbers(self) -> Iterator[tuple[int, list[int]]]:
        """Keys and claims of one control number, in order of the file."""
        yield from self._groups(self.numbers, None, needs=0)

    def waiting(self, first: int) -> Iterator[int]:
        """Claims from that one on with findings that wait for other claims."""
        yield from (n for n in range(first, len(self.flags)) if self.flags[n] & UNSETTLED)

    def with_flag(self, flag: int) -> int:
        """How many claims have a flag."""
        return sum(number for flags, number in Counter(self.flags).items() if flags & flag)

    def _groups(
        self, keys: array[int], owners: array[int] | None, needs: int
    ) -> Iterator[tuple[int, list[int]]]:
        if len(keys) < 2:  # noqa: PLR2004  one alone shares nothing
            return
        if len(keys) <= _FEW and len(set(keys)) == len(keys):
            return
        import numpy as np  # noqa: PLC0415  a tenth of a second that files without repeats need not wait

        values = np.frombuffer(keys, dtype=np.uint64)
        by_key = np.argsort(values, kind="stable")
        sorted_keys = values[by_key]
        same = np.flatnonzero(sorted_keys[1:] == sorted_keys[:-1])
        if not same.size:
            return
        # Runs of equal keys: each begins where the one before does not go on.
        starts = same[np.flatnonzero(np.diff(same, prepend=-2) != 1)]
        flags = np.frombuffer(self.flags, dtype=np.uint8)
        owner = by_key if owners is None else np.frombuffer(owners, dtype=np.uint32)[by_key]
        for start in starts:
            end = start + 1
            while end < len(sorted_keys) and sorted_keys[end] == sorted_keys[start]:
                end += 1
            members = np.unique(owner[start:end])
            if len(members) > 1 and (not needs or np.any(flags[members] & needs)):
                yield int(sorted_keys[start]), [int(n) for n in members]


@dataclass(frozen=True, slots=True)
class Place:
    """Where one claim stands: its transaction, byte, line and count of its CLM, byte and line of the levels above.

    A level that is absent has line 0.
    """

    transaction: Transaction
    claim: tuple[int, int, int]
    levels: tuple[tuple[int, int], ...]


def _head(level: Level | None) -> tuple[int, int]:
    """Byte and line of a level's first segment; (0, 0) where the level is absent."""
    if level is None or not level.segments:
        return 0, 0
    head = level.segments[0]
    return head.byte, head.line


def dates_of(segments: Iterable[Segment]) -> set[str]:
    """The service dates of a claim's lines as written; of the statement where no line has one."""
    lines: set[str] = set()
    statement: set[str] = set()
    for segment in segments:
        if segment.elements[0] == "DTP":
            qualifier = segment.value(1)
            if qualifier == "472":
                lines.add(segment.value(3)[:8])
            elif qualifier == "434":
                statement.add(segment.value(3)[:8])
    return lines or statement
