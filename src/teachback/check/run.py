"""One file through all checks: envelopes and structure, meaning, billing rules, and claims against each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from teachback.check.across import Across, Held, day_of
from teachback.check.billing import Billing, issues_of
from teachback.check.register import ERROR, ISSUE, TRAINING, UNSETTLED, Register, dates_of
from teachback.check.report import ClaimRef, Counts
from teachback.model import Severity
from teachback.x12.semantic import Meaning, Setting
from teachback.x12.tokens import read
from teachback.x12.walk import EventKind, check

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from teachback.check.report import Options, Sink
    from teachback.claimedits import ClaimFinding
    from teachback.x12.issues import Issue
    from teachback.x12.meaning.state import Claim as ClaimRead
    from teachback.x12.tokens import Segment
    from teachback.x12.walk import Event, Transaction

MOST_HELD = 10_000
_INSTITUTIONAL, _PROFESSIONAL = "837I", "837P"
_MISPLACED = frozenset({"IK304 1", "IK304 2", "IK304 6", "IK304 7"})
_SAME = {"U114": "X521"}
_KINDS = {
    "835": "835 (remittance)",
    "277": "277 (claim status)",
    "999": "999 (acknowledgment)",
    "997": "997 (acknowledgment)",
}


def check_stream(
    stream: BinaryIO, options: Options, sink: Sink, progress: Callable[[int], None] | None = None
) -> Counts:
    """Check one file that can be sought; issues go to ``sink`` as they are found. ``progress`` is given bytes read."""
    return _Run(stream, options, sink, progress).run()


class _Run:
    """The state of one file's check."""

    def __init__(
        self, stream: BinaryIO, options: Options, sink: Sink, progress: Callable[[int], None] | None
    ) -> None:
        self.stream = stream
        self.options = options
        self.sink = sink
        self.progress = progress
        self.counts = Counts()
        self.register = Register()
        self.billing = Billing(options) if options.billing else None
        self.meaning: Meaning | None = None
        self.pending: list[Issue] = []
        """Issues of a subscriber or patient: they go with that person's first claim."""
        self.found: list[Issue] = []
        """Issues of meaning of the present event."""
        self.blocked: set[tuple[int, str]] = set()
        self.held: dict[int, Held] = {}
        """What waits for other claims; past a number of claims they are read again instead."""

    def run(self) -> Counts:
        """All events of the file, then what claims say of each other."""
        for event in check(read(self.stream)):
            self._event(event)
        self._flush()
        Across(self.stream, self.register, self.billing, self._tell_claim, self.held).run()
        self.counts.claims = len(self.register)
        self.counts.nothing_read = not (self.counts.interchanges or self.counts.transactions)
        self.counts.claims_with_errors = self.register.with_flag(ERROR)
        self.counts.claims_with_issues = self.register.with_flag(ISSUE)
        return self.counts

    def _event(self, event: Event) -> None:
        kind = event.kind
        if kind is EventKind.CLAIM:
            self._claim(event)
        elif kind is EventKind.LEVEL:
            self._level(event)
        elif kind is EventKind.TRANSACTION:
            self._transaction(event)
        elif kind is EventKind.TRANSACTION_END:
            self._end(event)
        else:
            if kind is EventKind.INTERCHANGE:
                self.counts.interchanges += 1
            self._tell_above(event.issues)

    def _transaction(self, event: Event) -> None:
        transaction = event.transaction
        self.counts.transactions += 1
        self.blocked.clear()
        self.meaning = None
        self._block(event.issues)
        if transaction is not None:
            self.counts.kinds[_kind(transaction)] += 1
        if transaction is not None and transaction.kind:
            self.meaning = Meaning(self._setting(transaction), self.found.append)
            self.meaning.see(event.segments)
        self._tell_above([*event.issues, *self._taken()])

    def _setting(self, transaction: Transaction) -> Setting:
        production = self.options.production
        return Setting(
            self.options.received,
            institutional=transaction.kind == _INSTITUTIONAL,
            production=transaction.usage == "P" if production is None else production,
            interchange=transaction.interchange,
            transaction=transaction.control,
        )

    def _level(self, event: Event) -> None:
        if event.issues:
            self._block(event.issues)
        if self.meaning is not None and event.level is not None:
            self.meaning.see(event.level.segments)
        level = event.level
        if not (event.issues or self.found):
            return
        issues = [*event.issues, *self._taken()]
        if level is not None and level.code == "20":
            self._tell_above(issues)
        else:
            self.pending.extend(issues)

    def _claim(self, event: Event) -> None:
        meaning = self.meaning
        if meaning is None or not event.segments:
            self._tell_above(event.issues)
            return
        if event.issues:
            self._block(event.issues)
        meaning.see(event.segments)
        here = meaning.close_claim()
        number = event.segments[0].value(1)
        ordinal = self.register.add(event, number)
        issues = (
            [*self.pending, *event.issues, *self._taken()]
            if self.pending or event.issues or self.found
            else []
        )
        self.pending = []
        if here is not None:
            rules = self._rules(event, ordinal, here)
            if rules:
                issues = [*_not_told_by(rules, issues), *rules]
        if issues:
            first = event.segments[0]
            self._tell_claim(issues, ClaimRef(ordinal, number, first.line, first.byte))
        if self.progress is not None:
            self.progress(event.segments[-1].byte)

    def _rules(self, event: Event, ordinal: int, here: ClaimRead) -> Sequence[Issue]:
        """Billing rules on the claim by itself; what waits for other claims is only marked."""
        meaning, billing = self.meaning, self.billing
        if billing is None or meaning is None or event.partial:
            return ()
        days = {line.day for line in here.lines if line.day} or dates_of(event.segments)
        self.register.add_days(ordinal, meaning.member_id, days)
        if not any(line.code in billing.codes for line in here.lines):
            return ()
        flags = self.register.flags
        flags[ordinal] |= TRAINING
        found, services = billing.alone(event)
        if not found:
            return ()
        waiting = [one for one in found if not one.settled]
        if waiting:
            flags[ordinal] |= UNSETTLED
            self._hold(ordinal, event, waiting, services)
        return issues_of([one for one in found if one.settled], event, services)

    def _hold(
        self, ordinal: int, event: Event, waiting: Sequence[ClaimFinding], services: Sequence[Segment]
    ) -> None:
        """Keep issues that wait for other claims, while they are few."""
        if len(self.held) >= MOST_HELD:
            return
        first = event.segments[0]
        claim = ClaimRef(ordinal, first.value(1), first.line, first.byte)
        issues = issues_of(waiting, event, services)
        days = [day_of(event, services, one) for one in waiting]
        self.held[ordinal] = Held(claim, list(zip(days, issues, strict=True)))

    def _end(self, event: Event) -> None:
        if self.meaning is not None:
            self.meaning.end()
            self.meaning = None
        self._flush()
        self._tell_above([*event.issues, *self._taken()])

    def _taken(self) -> list[Issue]:
        """Issues of meaning since the last call, without those that the structure told at the same place."""
        if not self.found:
            return []
        blocked = self.blocked
        taken = (
            [
                issue
                for issue in self.found
                if (issue.position.byte, "") not in blocked
                and (issue.position.byte, issue.position.element) not in blocked
            ]
            if blocked
            else self.found[:]
        )
        self.found.clear()
        return taken

    def _block(self, issues: Sequence[Issue]) -> None:
        """A fault of structure keeps what follows from it at the same place from being told again."""
        for issue in issues:
            at = issue.position
            if at.element:
                self.blocked.add((at.byte, at.element))
            elif issue.x12 in _MISPLACED:
                self.blocked.add((at.byte, ""))

    def _flush(self) -> None:
        """Issues of a person without a claim."""
        if self.pending:
            self._tell_above(self.pending)
            self.pending = []

    def _tell_above(self, issues: Sequence[Issue]) -> None:
        if not issues:
            return
        for issue in issues:
            self.counts.above[issue.severity] += 1
        self._count(issues)
        self.sink.tell(issues, None)

    def _tell_claim(self, issues: Sequence[Issue], claim: ClaimRef) -> None:
        flags = self.register.flags
        flags[claim.ordinal] |= ISSUE
        if any(issue.severity is Severity.ERROR for issue in issues):
            flags[claim.ordinal] |= ERROR
        self._count(issues)
        self.sink.tell(issues, claim)

    def _count(self, issues: Sequence[Issue]) -> None:
        for issue in issues:
            self.counts.severities[issue.severity] += 1
            self.counts.codes[issue.code, issue.name, issue.severity] += 1


def _not_told_by(rules: Sequence[Issue], issues: Sequence[Issue]) -> list[Issue]:
    """Issues without those that a billing rule tells of the same element, with its law."""
    told = {(issue.position.byte, issue.position.element) for issue in rules if issue.code in _SAME}
    codes = {_SAME[issue.code] for issue in rules if issue.code in _SAME}
    return [
        issue
        for issue in issues
        if issue.code not in codes or (issue.position.byte, issue.position.element) not in told
    ]


def _kind(transaction: Transaction) -> str:
    """What a transaction is, in words."""
    if transaction.kind:
        return transaction.kind
    number = transaction.st.value(1) if transaction.st is not None else ""
    return _KINDS.get(number, number or "unknown transaction")
