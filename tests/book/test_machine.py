"""Any order of planning, writing, sending, withdrawing, replacing, ending and crashing, against a simple model."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from teachback.book import BookError, ClaimState, Ended, FileState, SessionTaken, finish
from tests.book.keepers import KEEPERS
from tests.book.made import RECEIVER, TEST_RECEIVER, claim, draft, write

SESSIONS = [f"s{n}" for n in range(6)]
PATIENTS = ["p1", "p2"]
CHARGE = Decimal("80.50")
WHO = {"who": "ann", "why": "a test"}


@dataclass
class ModelClaim:
    number: str
    file: int
    patient: str
    sessions: frozenset
    frequency: str = "1"
    replaces: str | None = None
    ended: str | None = None


@dataclass
class ModelFile:
    id: int
    state: str
    test: bool
    numbers: list = field(default_factory=list)


class Machine(RuleBasedStateMachine):
    keeper_class = None

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="book-machine-"))
        self.keeper = self.keeper_class(self.folder)
        self.book = self.keeper.open()
        self.files: dict[int, ModelFile] = {}
        self.claims: dict[str, ModelClaim] = {}
        self.envelopes: set[tuple[str, int]] = set()

    def teardown(self):
        assert self.book.check().faults == ()
        self.book.close()
        shutil.rmtree(self.folder)

    def live(self):
        """The pairs that stand on a claim, with its number."""
        return {(s, c.patient): c.number for c in self.claims.values() if not c.ended for s in c.sessions}

    def add(self, file, wanted, replaces=None):
        """What the book made of a plan that it took, into the model; no number was there before."""
        assert file.id not in self.files
        model = self.files[file.id] = ModelFile(file.id, "planned", file.test)
        numbers = {("interchange", file.interchange_number), ("group", file.group_number)}
        first = file.first_transaction_number
        numbers |= {("transaction", number) for number in range(first, first + file.transactions)}
        assert not numbers & self.envelopes
        self.envelopes |= numbers
        for each, kept in zip(wanted, self.book.submission(file.id).claims, strict=True):
            assert kept.control_number not in self.claims
            sessions = frozenset(s for line in each.lines for s in line.sessions)
            self.claims[kept.control_number] = ModelClaim(
                kept.control_number,
                file.id,
                each.beneficiary.patient_id,
                sessions,
                each.frequency_code,
                replaces,
            )
            model.numbers.append(kept.control_number)

    @rule(
        wanted=st.lists(
            st.tuples(
                st.sampled_from(PATIENTS),
                st.lists(st.sampled_from(SESSIONS), min_size=1, max_size=3, unique=True),
            ),
            min_size=1,
            max_size=3,
        ),
        test=st.booleans(),
        size=st.integers(1, 3),
    )
    def plan(self, wanted, test, size):
        claims = [claim(*sessions, patient=patient) for patient, sessions in wanted]
        pairs = [(s, patient) for patient, sessions in wanted for s in sessions]
        receiver = TEST_RECEIVER if test else RECEIVER
        made = draft(self.folder / "out", *claims, receiver=receiver, claims_per_transaction=size)
        if len(set(pairs)) < len(pairs):
            with pytest.raises(BookError, match="two of the claims"):
                self.book.plan([made], who="ann")
        elif set(pairs) & set(self.live()):
            with pytest.raises(SessionTaken) as told:
                self.book.plan([made], who="ann")
            live = self.live()
            assert sorted(told.value.taken) == sorted((pair[0], live[pair]) for pair in pairs if pair in live)
        else:
            (file,) = self.book.plan([made], who="ann")
            self.add(file, claims)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), frequency=st.sampled_from("78"))
    def replace(self, data, frequency):
        number = data.draw(st.sampled_from(sorted(self.claims)))
        old = self.claims[number]
        sessions = data.draw(st.lists(st.sampled_from(SESSIONS), min_size=1, max_size=3, unique=True))
        new = claim(
            *sessions, patient=old.patient, frequency_code=frequency, payer_claim_control_number="ICN"
        )
        test = self.files[old.file].test
        made = draft(
            self.folder / "out", new, receiver=TEST_RECEIVER if test else RECEIVER, replaces={0: number}
        )
        elsewhere = {pair: n for pair, n in self.live().items() if n != number}
        if old.ended or self.files[old.file].state != "sent" or old.frequency == "8":
            with pytest.raises(BookError):
                self.book.plan([made], who="ann")
        elif any((s, old.patient) in elsewhere for s in sessions):
            with pytest.raises(SessionTaken):
                self.book.plan([made], who="ann")
        else:
            (file,) = self.book.plan([made], who="ann")
            old.ended = "replaced"
            self.add(file, [new], replaces=number)

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def write(self, data):
        model = self.files[data.draw(st.sampled_from(sorted(self.files)))]
        file = self.book.file(model.id)
        if model.state == "withdrawn":
            with pytest.raises(BookError):
                finish(self.book, file, write)
            assert not Path(file.path).exists()
        else:
            finish(self.book, file, write)
            model.state = {"planned": "written"}.get(model.state, model.state)

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def send(self, data):
        model = self.files[data.draw(st.sampled_from(sorted(self.files)))]
        if model.state in {"planned", "withdrawn"}:
            with pytest.raises(BookError):
                self.book.mark_sent(model.id, who="ann")
        else:
            self.book.mark_sent(model.id, who="ann")
            model.state = "sent"

    def stand_again(self, replaced):
        """Whether what was replaced can stand again, given what is live; the model is changed when it can."""
        live = self.live()
        for number in replaced:
            old = self.claims[number]
            if any((s, old.patient) in live for s in old.sessions):
                return False
            old.ended = None
            live = self.live()
        return True

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def withdraw(self, data):
        model = self.files[data.draw(st.sampled_from(sorted(self.files)))]
        claims = [self.claims[number] for number in model.numbers]
        refused = model.state == "withdrawn" or (model.state == "sent" and not model.test)
        refused = refused or any(c.ended == "replaced" for c in claims)
        before = {number: c.ended for number, c in self.claims.items()}
        if not refused:
            standing = [c for c in claims if not c.ended]
            for each in standing:
                each.ended = "withdrawn"
            if not self.stand_again([c.replaces for c in standing if c.replaces]):
                refused = True
                for number, ended in before.items():
                    self.claims[number].ended = ended
        if refused:
            with pytest.raises(BookError):
                self.book.withdraw(model.id, **WHO)
            return
        self.book.withdraw(model.id, **WHO)
        model.state = "withdrawn"
        Path(self.book.file(model.id).path).unlink(missing_ok=True)

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), how=st.sampled_from(Ended))
    def end(self, data, how):
        found = self.claims[data.draw(st.sampled_from(sorted(self.claims)))]
        refused = bool(found.ended) or self.files[found.file].state != "sent"
        refused = refused or (how is Ended.VOIDED and found.frequency != "8")
        if not refused:
            found.ended = how.value
            back = [found.replaces] if how is Ended.REJECTED and found.replaces else []
            if not self.stand_again(back):
                refused, found.ended = True, None
        if refused:
            with pytest.raises(BookError):
                self.book.end(found.number, how, **WHO)
        else:
            self.book.end(found.number, how, **WHO)

    @rule()
    def crash_and_start_again(self):
        self.book.close()
        self.book = self.keeper.open()
        planned = [model.id for model in self.files.values() if model.state == "planned"]
        assert [file.id for file in self.book.unfinished()] == planned

    @rule()
    def finish_all(self):
        for file in self.book.unfinished():
            finish(self.book, file, write)
            self.files[file.id].state = "written"

    @invariant()
    def the_book_is_as_the_model(self):
        listed = {entry.control_number: entry for entry in self.book.claims()}
        assert set(listed) == set(self.claims)
        for number, model in self.claims.items():
            state = model.ended or self.files[model.file].state
            assert listed[number].state is ClaimState(state)
            assert listed[number].live == (not model.ended)
            assert set(listed[number].sessions) == model.sessions
        assert {file.id: file.state for file in self.book.files()} == {
            model.id: FileState(model.state) for model in self.files.values()
        }
        pairs = [(s, p) for s in SESSIONS for p in PATIENTS]
        standing = self.book.standing(pairs)
        assert {pair: entry.control_number for pair, entry in standing.items()} == self.live()
        charge = sum((total.charge for total in self.book.totals()), Decimal(0))
        assert charge == sum(CHARGE * len(model.sessions) for model in self.claims.values())


@pytest.mark.parametrize("keeper_class", KEEPERS, ids=lambda keeper: keeper.__name__)
def test_any_order_of_events(keeper_class):
    machine = type("MachineOfKeeper", (Machine,), {"keeper_class": keeper_class})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=25, stateful_step_count=20, deadline=None)
    )
