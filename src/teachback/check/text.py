"""The report for people: what stands on no claim, then claim by claim with errors first, then the counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.check.report import order
from teachback.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from teachback.check.report import ClaimRef, Counts
    from teachback.x12.issues import Issue

MOST_CLAIMS = 200
MOST_OF_CLAIM = 25
_MARKS = {
    Severity.ERROR: "ERROR",
    Severity.HOLD: "HOLD",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "note",
}


class Kept:
    """The issues to show: those of the first claims with errors and of some without, so that memory stays flat."""

    def __init__(self) -> None:
        self.above: list[Issue] = []
        self.wrong: dict[int, tuple[ClaimRef, list[Issue]]] = {}
        self.other: dict[int, tuple[ClaimRef, list[Issue]]] = {}
        self.left_out = 0

    def tell(self, issues: Sequence[Issue], claim: ClaimRef | None) -> None:
        """Keep issues while there is room."""
        if claim is None:
            room = MOST_CLAIMS - len(self.above)
            self.above.extend(issues[:room])
            self.left_out += max(0, len(issues) - room)
            return
        kept = self._of(claim, wrong=any(issue.severity is Severity.ERROR for issue in issues))
        if kept is None:
            self.left_out += len(issues)
            return
        room = 4 * MOST_OF_CLAIM - len(kept)
        kept.extend(issues[:room])
        self.left_out += max(0, len(issues) - room)

    def _of(self, claim: ClaimRef, *, wrong: bool) -> list[Issue] | None:
        """The list of a claim, which moves up when its first error comes."""
        number = claim.byte
        if number in self.wrong:
            return self.wrong[number][1]
        entry = self.other.pop(number, None) if wrong else self.other.get(number)
        here = self.wrong if wrong else self.other
        if entry is None:
            if len(here) >= MOST_CLAIMS:
                return None
            entry = (claim, [])
        here[number] = entry
        return entry[1]


def lines(kept: Kept, counts: Counts, file: str) -> Iterator[str]:
    """The report of one file, line by line."""
    if counts.nothing_read:
        yield f"{file} is not X12: nothing in it could be read. Choose the 837 file itself, not a report or an archive."
        return
    yield f"{file}: {_contents(counts)}"
    if counts.said:
        yield "\nWHAT IT SAYS"
        yield from (f"  {line}" for line in counts.said)
        if counts.said_more:
            yield f"  and {_many(counts.said_more, 'set')} more"
    if kept.above:
        yield "\nABOVE THE CLAIMS (envelopes, providers, payer and payment)"
        yield from _issues(kept.above)
    for group in (kept.wrong, kept.other):
        for number in sorted(group):
            claim, issues = group[number]
            nth = claim.ordinal + 1
            yield f"\nCLAIM {claim.number or '(no number)'} (claim {nth} of the file, line {claim.line})"
            yield from _issues(issues)
    if kept.left_out:
        yield f"\n{kept.left_out:,} more issues are not shown here; --format jsonl writes them all"
    if len(counts.codes) > 1:
        yield "\nBY KIND"
        for (code, name, severity), number in sorted(
            counts.codes.items(), key=lambda item: (item[0][2].rank, -item[1], item[0][0])
        ):
            yield f"  {number:>8,}  {_MARKS[severity]:<7}  {code} {name}"
    yield ""
    yield summary(counts)


def _issues(issues: Sequence[Issue]) -> Iterator[str]:
    shown = sorted(issues, key=order)
    for issue in shown[:MOST_OF_CLAIM]:
        yield f"  {_MARKS[issue.severity]:<7} {issue.code} {issue.name}: {issue.message}"
        yield f"          at {place(issue)}"
        if issue.remedy:
            yield f"          do: {issue.remedy}"
        if issue.cites:
            yield f"          why: {'; '.join(issue.cites)}"
    if len(shown) > MOST_OF_CLAIM:
        yield f"  and {len(shown) - MOST_OF_CLAIM} more"


def place(issue: Issue) -> str:
    """The position in words."""
    at = issue.position
    parts = [at.element or at.segment or "the file"]
    if at.loop:
        parts.append(f"loop {at.loop}")
    if at.segment_number:
        parts.append(f"segment {at.segment_number}")
    parts.append(f"line {at.line}, byte {at.byte}")
    if at.transaction:
        parts.append(f"transaction {at.transaction}")
    if at.interchange:
        parts.append(f"interchange {at.interchange}")
    if issue.x12:
        parts.append(f"X12 {issue.x12}")
    return ", ".join(parts)


def summary(counts: Counts) -> str:
    """One sentence: errors, in how many claims, and how many claims have none."""
    errors = counts.errors
    others = ", ".join(
        f"{counts.severities[severity]:,} {word if counts.severities[severity] == 1 else word + 's'}"
        for severity, word in (
            (Severity.HOLD, "hold"),
            (Severity.WARNING, "warning"),
            (Severity.INFORMATION, "note"),
        )
        if counts.severities[severity]
    )
    tail = f"; {others}" if others else ""
    if not counts.claims and counts.said:
        return f"{_many(errors, 'error') if errors else 'no errors'} in {_many(len(counts.said), 'answer')}{tail}"
    if not counts.claims:
        return f"{_many(errors, 'error')}; no claim was read{tail}"
    if not errors:
        return f"no errors in {_many(counts.claims, 'claim')}{tail}"
    above = counts.above[Severity.ERROR]
    where = f"in {counts.claims_with_errors:,} of {_many(counts.claims, 'claim')}"
    if above:
        inside = errors - above
        where = f"({above:,} above the claims, {inside:,} {where})"
    verb = "is" if counts.clean == 1 else "are"
    return f"{_many(errors, 'error')} {where}; {_many(counts.clean, 'claim')} {verb} clean{tail}"


def _many(number: int, word: str) -> str:
    return f"{number:,} {word}" if number == 1 else f"{number:,} {word}s"


def _contents(counts: Counts) -> str:
    kinds = (
        ", ".join(f"{number:,} x {kind}" for kind, number in sorted(counts.kinds.items())) or "no transaction"
    )
    return f"{_many(counts.interchanges, 'interchange')}, {kinds}, {_many(counts.claims, 'claim')}"
