"""Whatever is posted, reversed, corrected, placed and worked, in any order: the book sums to zero and loses no cent.

The machine also replays its files into a second book at the end, which must hold the same.
"""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from teachback.book import Account, BookError, Ended, LineOutcome, LineState, SqliteBook
from teachback.remit.post import place, post_remittance
from teachback.remit.postings import Verdict
from teachback.remit.settling import settle, units
from tests.book.made import claim
from tests.remit.posted import answered, content, remittance, reversed_, sent, service

GROUPS = ("CO", "OA", "PI", "PR", "ZZ")
CARCS = (
    "1",
    "2",
    "3",
    "4",
    "16",
    "18",
    "23",
    "45",
    "50",
    "59",
    "96",
    "97",
    "119",
    "151",
    "237",
    "253",
    "9999",
    "A1",
    "",
)
WHO = {"who": "bo", "why": "a made-up reason"}


@st.composite
def answers(draw, charge):
    """Adjustments of a line, anything between nothing and all of the charge."""
    left, texts = charge, []
    for _ in range(draw(st.integers(0, 4))):
        cents = draw(st.one_of(st.just(left), st.integers(0, left)))
        texts.append(
            f"{draw(st.sampled_from(GROUPS))}-{draw(st.sampled_from(CARCS))} {Decimal(cents).scaleb(-2)}"
        )
        left -= cents
    return tuple(texts)


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_a_line_that_paid_nothing_is_never_given_up(data):
    """Of a line on which nothing was allowed, every cent waits for a person."""
    line = service("X", *data.draw(answers(8050)))
    (unit,) = units(answered("C", line))
    settled = settle(unit)
    parts = dict(settled.parts)
    assert sum(parts.values()) == 0
    assert Account.WRITTEN_OFF not in parts
    refused = sum(
        int(each.amount * 100)
        for each in unit.adjustments
        if (each.group_code, each.carc) not in {("CO", c) for c in ("45", "59", "237", "253")}
        and (each.group_code, each.carc) not in {("PR", c) for c in "123"} | {("OA", "23")}
    )
    assert parts.get(Account.DENIED, 0) >= refused
    patient_or_other = parts.get(Account.PATIENT_RECEIVABLE, 0) + parts.get(Account.OTHER_PAYER, 0)
    if unit.paid == 0 and patient_or_other == 0:
        assert settled.outcome is LineOutcome.DENIED
        assert parts[Account.DENIED] == 8050
    if settled.outcome in {LineOutcome.PAID, LineOutcome.NOTHING_DUE, LineOutcome.PATIENT_OWES}:
        assert Account.DENIED not in parts


class Ledger(RuleBasedStateMachine):
    """Files, people and claims in any order."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.book = SqliteBook.open(self.folder / "book", tag="TEST")
        self.claims = sent(self.book, self.folder, claim("s1", "s2"), claim("s3"))
        self.files = []
        self.answers = []
        self.people = False
        self.written_off = 0
        self.returned = 0

    def teardown(self):
        assert self.book.check().faults == ()
        if not self.people:
            self.replayed()
        self.book.close()
        shutil.rmtree(self.folder)

    def replayed(self):
        with SqliteBook.open(self.folder / "again", tag="TEST") as again:
            sent(again, self.folder, claim("s1", "s2"), claim("s3"))
            for each in (*self.files, *self.files):
                post_remittance(again, each, who="ann", source="x")
            assert content(again) == content(self.book)

    def post(self, *claims, **changes):
        found = remittance(*claims, trace=f"CHK{len(self.files)}", **changes)
        self.files.append(found)
        posting = post_remittance(self.book, found, who="ann", source="x")
        assert posting.verdict in {Verdict.POST, Verdict.HELD}
        assert all(line.state in {LineState.POSTED, LineState.NEEDS_PERSON} for line in posting.lines)

    def lines_of(self, number):
        return [line.control_number for line in self.book.lines(number)]

    @rule(data=st.data())
    def answer(self, data):
        number = data.draw(st.sampled_from(self.claims))
        lines = [
            service(each if data.draw(st.booleans()) else None, *data.draw(answers(8050)))
            for each in self.lines_of(number)
        ]
        lines = lines[: data.draw(st.integers(1, len(lines)))]
        found = answered(number, *lines)
        if data.draw(st.integers(0, 3)) == 0 and found.paid > 0:
            cents = data.draw(st.integers(1, int(found.paid * 100)))
            found = answered(number, *lines, claim_adjustments=(f"CO-50 {Decimal(cents).scaleb(-2)}",))
        self.answers.append(found)
        self.post(found, plb=data.draw(st.sampled_from([(), ("WO 3.00 X",), ("FB -2.00", "L6 -0.01")])))

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def take_back(self, data):
        self.post(reversed_(data.draw(st.sampled_from(self.answers))))

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def correct(self, data):
        old = data.draw(st.sampled_from(self.answers))
        lines = [service(each, *data.draw(answers(8050))) for each in self.lines_of(old.control_number)]
        new = answered(old.control_number, *lines)
        self.answers.append(new)
        both = [reversed_(old), new]
        self.post(*data.draw(st.permutations(both)))

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def stranger(self, data):
        old = data.draw(st.sampled_from(self.answers))
        self.post(
            replace(
                old,
                control_number="OLD",
                lines=tuple(replace(x, line_control_number=None, procedure_code="9") for x in old.lines),
            )
        )

    @precondition(lambda self: self.answers)
    @rule(data=st.data())
    def unbalanced(self, data):
        self.post(data.draw(st.sampled_from(self.answers)), balances=False)

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def again(self, data):
        before = content(self.book)
        found = data.draw(st.sampled_from(self.files))
        post_remittance(self.book, found, who="ann", source="y")
        assert content(self.book) == before

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def person(self, data):
        work = data.draw(st.sampled_from([*self.book.open_work(), None]))
        if work is None:
            return
        self.people = True
        number = data.draw(st.sampled_from([n for c in self.claims for n in (c, *self.lines_of(c))]))
        cents = data.draw(st.integers(1, 9000))
        acts = {
            "place": lambda: place(self.book, work.item or 0, number, **WHO),
            "apply": lambda: self.book.apply_money(work.item or 0, number, cents, **WHO),
            "return": lambda: self.book.return_money(work.item or 0, **WHO),
            "dismiss": lambda: self.book.dismiss(work.key, **WHO),
            "write off": lambda: self.book.write_off(number, cents, **WHO),
            "bill": lambda: self.book.bill_patient(number, **WHO),
        }
        before = self.book.balances()
        act = data.draw(st.sampled_from(sorted(acts)))
        try:
            acts[act]()
        except BookError:
            assert self.book.balances() == before
        after = self.book.balances()
        if act != "return":
            assert after[Account.CASH] == before[Account.CASH]
        self.returned += after[Account.CASH] - before[Account.CASH]
        if act != "write off" and after[Account.WRITTEN_OFF] != before[Account.WRITTEN_OFF]:
            assert act == "place"  # which undid the denial that was written off

    @rule(data=st.data())
    def end(self, data):
        self.people = True
        number = data.draw(st.sampled_from(self.claims))
        denied = self.book.sums(claim=number)[Account.DENIED]
        try:
            self.book.end(number, Ended.REJECTED, **WHO)
        except BookError:
            return
        assert self.book.sums(claim=number)[Account.DENIED] == denied

    @invariant()
    def sums_to_zero(self):
        found = self.book.balances()
        assert sum(found.values()) == 0
        banked = sum(int(each.paid * 100) for each in self.files if each.balances)
        assert found[Account.CASH] == banked + self.returned
        for number in self.claims:
            sums = self.book.sums(claim=number)
            assert sum(sums.values()) == 0 or sums[Account.UNAPPLIED] == 0
        waiting = sum(work.cents for work in self.book.open_work() if work.key.startswith("denied:"))
        assert waiting == found[Account.DENIED]
        unplaced = sum(work.cents for work in self.book.open_work() if work.key.startswith("line:"))
        assert unplaced == -found[Account.UNAPPLIED]

    @invariant()
    def nothing_is_written_off_by_a_file(self):
        if not self.people:
            assert self.book.balances()[Account.WRITTEN_OFF] == 0


TestLedger = Ledger.TestCase
TestLedger.settings = settings(
    max_examples=40, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
