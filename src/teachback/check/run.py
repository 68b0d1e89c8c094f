"""One file through all checks: envelopes and structure, meaning, billing rules, and claims against each other.

What payers send (835, 277CA, 999, TA1) is checked for structure and meaning alone, and what it says is kept in a line.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from teachback.check.across import Across
from teachback.check.billing import Billing, issues_of
from teachback.check.register import ERROR, ISSUE, TRAINING, UNSETTLED, Register, dates_of
from teachback.check.report import ClaimRef, Counts
from teachback.check.waiting import Waiting
from teachback.model import Severity
from teachback.x12 import answercheck
from teachback.x12.semantic import Meaning, Setting
from teachback.x12.tokens import read
from teachback.x12.walk import EventKind, check, position

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from teachback.check.report import Options, Sink
    from teachback.x12.issues import Issue
    from teachback.x12.meaning.saying import Answer
    from teachback.x12.meaning.state import Claim as ClaimRead
    from teachback.x12.walk import Event, Transaction

_CLAIMS = frozenset({"837P", "837I"})
_OBJECTS = 20_000
_INSTITUTIONAL, _TA1 = "837I", "TA1"
_MISPLACED = frozenset({"IK304 1", "IK304 2", "IK304 6", "IK304 7"})
_SAME = {"U114": "X521"}
_KINDS = answercheck.KINDS | {"277": "277 (claim status)", "997": "997 (acknowledgment)"}


def check_stream(
    stream: BinaryIO, options: Options, sink: Sink, progress: Callable[[int], None] | None = None
) -> Counts:
    """Check one file that can be sought; issues go to ``sink`` as they are found. ``progress`` is given bytes read."""
    with _few_collections():
        return _Run(stream, options, sink, progress).run()


@contextmanager
def _few_collections() -> Iterator[None]:
    """Looks for garbage in cycles less often: claims leave none, and the look-outs take a tenth of the time."""
    before = gc.get_threshold()
    if before[0]:
        gc.set_threshold(max(_OBJECTS, before[0]), *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


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
        self.answers = answercheck.Checks()
        self.answer: Answer | None = None
        self.answered = self.answered_with_errors = self.answered_with_issues = 0
        self.pending: list[Issue] = []
        """Issues of a subscriber or patient: they go with that person's first claim."""
        self.found: list[Issue] = []
        """Issues of meaning of the present event."""
        self.blocked: set[tuple[int, str]] = set()
        self.held = Waiting()
        """What waits for other claims; where there is no room left, claims are read again instead."""

    def run(self) -> Counts:
        """All events of the file, then what claims say of each other."""
        for event in check(read(self.stream)):
            self._event(event)
        self._flush()
        Across(self.stream, self.register, self.billing, self._tell_claim, self.held).run()
        self.counts.claims = len(self.register) + self.answered
        self.counts.nothing_read = not (self.counts.interchanges or self.counts.transactions)
        self.counts.claims_with_errors = self.register.with_flag(ERROR) + self.answered_with_errors
        self.counts.claims_with_issues = self.register.with_flag(ISSUE) + self.answered_with_issues
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
            elif kind is EventKind.STRAY and event.segments and event.segments[0].elements[0] == _TA1:
                self.counts.kinds[_KINDS[_TA1]] += 1
                self.counts.say(answercheck.interchange_said(event.segments[0]))
            self._tell_above(event.issues)

    def _transaction(self, event: Event) -> None:
        transaction = event.transaction
        self.counts.transactions += 1
        self.blocked.clear()
        self.meaning = None
        self._block(event.issues)
        if transaction is not None:
            self.counts.kinds[_kind(transaction)] += 1
        if transaction is not None and transaction.kind in _CLAIMS:
            self.meaning = Meaning(self._setting(transaction), self.found.append)
            self.meaning.see(event.segments)
        elif transaction is not None:
            self.answer = self.answers.of(transaction.kind, self._setting(transaction), self.found.append)
            if self.answer is not None:
                self.answer.see(event.segments)
        told = event.issues if self.answer is None else _for_sender(event.issues)
        self._tell_above([*told, *self._taken()])

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
        if self.answer is not None:
            self.answer.see(event.segments)
            self._tell_above([*_for_sender(event.issues), *self._taken()])
            return
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
        if self.answer is not None:
            self._answered(self.answer, event)
            return
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
            rules = self._not_blocked(self._rules(event, ordinal, here))
            if rules:
                issues = [*_not_told_by(rules, issues), *rules]
        if issues:
            first = event.segments[0]
            self._tell_claim(issues, ClaimRef(ordinal, number, first.line, first.byte))
        if self.progress is not None:
            self.progress(event.segments[-1].byte)

    def _answered(self, answer: Answer, event: Event) -> None:
        """What a payer says of one claim."""
        if event.issues:
            self._block(event.issues)
        answer.see(event.segments)
        if not event.partial:  # a claim in pieces is closed by what follows it
            answer.close_claim()
        first = event.segments[0]
        ordinal = len(self.register) + self.answered
        self.answered += 1
        if event.issues or self.found:
            issues = [*_for_sender(event.issues), *self._taken()]
            self.answered_with_issues += 1
            self.answered_with_errors += any(issue.severity is Severity.ERROR for issue in issues)
            self._count(issues)
            number = position(event, first).claim
            self.sink.tell(issues, ClaimRef(ordinal, number, first.line, first.byte))
        if self.progress is not None:
            self.progress(first.byte)

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
            if self.held.has_room:
                self.held.hold(ordinal, event, waiting, services)
        return issues_of([one for one in found if one.settled], event, services)

    def _end(self, event: Event) -> None:
        if self.meaning is not None:
            self.meaning.end()
            self.meaning = None
        if self.answer is not None:
            self.answer.end(whole=bool(event.segments))
            self.counts.say(self.answer.said())
            self.answer = None
        self._flush()
        self._tell_above([*event.issues, *self._taken()])

    def _taken(self) -> list[Issue]:
        """Issues of meaning since the last call, without those that the structure told at the same place."""
        if not self.found:
            return []
        taken = self._not_blocked(self.found)
        self.found.clear()
        return taken

    def _not_blocked(self, issues: Sequence[Issue]) -> list[Issue]:
        """Issues at places at which the structure tells nothing."""
        blocked = self.blocked
        if not blocked:
            return [*issues]
        return [
            issue
            for issue in issues
            if (issue.position.byte, "") not in blocked
            and (issue.position.byte, issue.position.element) not in blocked
        ]

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


def _for_sender(issues: Sequence[Issue]) -> list[Issue]:
    """Faults of structure in what a payer sent: its sender has to mend them, not who reads it."""
    return [
        replace(
            issue, remedy=f"Tell the sender, who has to mend it: {issue.remedy[:1].lower()}{issue.remedy[1:]}"
        )
        for issue in issues
    ]


def _kind(transaction: Transaction) -> str:
    """What a transaction is, in words."""
    if transaction.kind:
        return _KINDS.get(transaction.kind, transaction.kind)
    number = transaction.st.value(1) if transaction.st is not None else ""
    return _KINDS.get(number, number or "unknown transaction")
