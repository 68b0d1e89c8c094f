"""The whole way: sessions become claims, a payer answers, the money adds up, and what is denied is worked."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from teachback.book import Account, ClaimState, LineState, SqliteBook
from teachback.cli.appealing import run_appeal
from teachback.cli.claiming import Wish, run_claim
from teachback.cli.journey import journey
from teachback.cli.remitting import run_denials, run_post, run_status
from teachback.cli.settling import run_write_off
from teachback.intake.dump import write_jsonl
from teachback.remit.worklist import worklist
from teachback.synthetic.billing import practice_file
from teachback.synthetic.practice import made_up_practice
from teachback.x12.read837 import read_claims
from tests.remit.files import claims_answered, file_answered, paid_by
from tests.remit.posted import answered, remittance, reversed_, service

TODAY = date(2026, 11, 24)
CENT = Decimal("0.01")


def part(amount, share):
    return (amount * share / 100).quantize(CENT)


@dataclass
class Payer:
    """A payer of the test's own, which keeps a purse of its own: it pays, denies, rejects, forgets, and takes back."""

    seed: int
    purse: Counter = field(default_factory=Counter)
    denied: set = field(default_factory=set)
    rejected: str = ""
    silent: str = ""

    def __call__(self, files, day):
        draw = Random(self.seed)
        claims = [found.claim for file in files for found in read_claims(io.BytesIO(file))]
        self.rejected, self.silent = (claim.control_number for claim in claims[:2])
        by_payee = {}
        for claim in claims[2:]:
            lines = [self.line(line, draw) for line in claim.lines]
            by_payee.setdefault(claim.billing.provider.npi, []).append(answered(claim.control_number, *lines))
        first = [
            self.paid(npi, answers, f"A{npi}", day + timedelta(days=14)) for npi, answers in by_payee.items()
        ]
        npi, answers = next(iter(by_payee.items()))
        taken = reversed_(answers[0])
        self.purse.subtract(self.of(answers[0]))
        self.denied -= {line.line_control_number for line in answers[0].lines}
        again = answered(answers[0].control_number, *(self.whole(line) for line in answers[0].lines))
        second = self.paid(
            npi, [taken, again], f"B{npi}", day + timedelta(days=28), plb=("WO 5.00 OLD", "L6 -1.25 INTEREST")
        )
        odd = replace(first[0], trace_number="ODD", paid=first[0].paid + 1)
        groups = [re.search(rb"GS\*HC\*[^~]*?\*(\d+)\*X\*", file)[1].decode() for file in files]
        return {
            "first.835": paid_by(*first, test=True),
            "second.835": paid_by(second, test=True, number=2),
            "odd.835": paid_by(odd, test=True, number=3),
            "claims.277": claims_answered((self.rejected, "A7:562:85"), (claims[2].control_number, "A2:20")),
            **{f"file-{group}.999": file_answered(group, ("0001", "A")) for group in groups},
            "ours.837": files[0],
        }

    def line(self, line, draw):
        kind = draw.choice(("paid", "paid", "deductible", "denied", "partly"))
        allowed = part(line.charge, 45)
        texts = [f"CO-45 {line.charge - allowed}"]
        if kind == "denied":
            texts = [f"CO-50 {line.charge}"]
            self.denied.add(line.control_number)
        elif kind == "deductible":
            texts.append(f"PR-1 {allowed}")
        else:
            coinsurance = part(allowed, 20)
            texts += [f"PR-2 {coinsurance}", f"CO-253 {part(allowed - coinsurance, 2)}"]
            if kind == "partly":
                texts.append(f"CO-151 {part(allowed, 10)}")
                self.denied.add(line.control_number)
        return service(
            line.control_number,
            *texts,
            charge=line.charge,
            procedure_code=line.procedure_code,
            modifiers=line.modifiers,
            date_of_service=line.date_of_service,
        )

    def whole(self, line):
        texts = (f"CO-45 {part(line.charge, 50)}",)
        return service(
            line.line_control_number,
            *texts,
            charge=line.charge,
            procedure_code=line.procedure_code,
            modifiers=line.modifiers,
            date_of_service=line.date_of_service,
        )

    def paid(self, npi, answers, trace, day, plb=()):
        for answer in answers:
            if answer.status_code != "22":
                self.purse.update(self.of(answer))
        one = remittance(*answers, trace=trace, plb=plb, payee_id=npi, paid_on=day, produced_on=day)
        self.purse["outside"] += sum(int(each.amount * 100) for each in one.provider_adjustments)
        return one

    @staticmethod
    def of(answer):
        purse = Counter(paid=int(answer.paid * 100), charged=int(answer.charge * 100))
        for line in answer.lines:
            for each in line.adjustments:
                kind = {"PR": "patient"}.get(each.group_code) or {
                    "45": "contractual", "253": "sequestration"
                }.get(each.carc, "denied")  # fmt: skip
                purse[kind] += int(each.amount * 100)
        return purse


@pytest.fixture(scope="module")
def sessions():
    return made_up_practice(seed=7, sessions=300)


@pytest.fixture
def practice(tmp_path):
    file = tmp_path / "practice.toml"
    file.write_text(practice_file(), "utf-8")
    return file


def amounts(text):
    return [int(found.replace(",", "").replace(".", "").replace("$", "")) for found in text]


@pytest.mark.parametrize("seed", range(4))
def test_every_cent_is_where_the_payer_says(practice, sessions, tmp_path, seed):
    payer = Payer(seed)
    told = list(journey(practice, sessions, tmp_path, today=TODAY, payer=payer))
    with SqliteBook.open(tmp_path / "claims/book") as book:
        balances = book.balances(test=True)
        waiting = [claim for claim in book.claims() if claim.control_number in {payer.rejected, payer.silent}]
        lines = list(book.remitted_lines())
        open_lines = {entry.line for entry in book.open_work(test=True) if entry.kind == "denied"}
    assert sum(balances.values()) == 0
    assert balances[Account.CASH] == payer.purse["paid"] - payer.purse["outside"]
    assert balances[Account.PATIENT_RECEIVABLE] == payer.purse["patient"]
    assert balances[Account.CONTRACTUAL] == payer.purse["contractual"]
    assert balances[Account.SEQUESTRATION] == payer.purse["sequestration"]
    assert balances[Account.DENIED] == payer.purse["denied"]
    assert balances[Account.PROVIDER_ADJUSTMENTS] == payer.purse["outside"]
    assert balances[Account.PAYER_RECEIVABLE] == sum(int(claim.charge * 100) for claim in waiting)
    assert balances[Account.WRITTEN_OFF] == 0
    assert {line.state for line in lines} == {LineState.POSTED}
    assert open_lines == payer.denied
    text = "\n".join(told)
    assert "Every cent is found" in text
    told_money = text.partition("WHERE EVERY DOLLAR IS")[2].partition("Every cent")[0]
    first, *rest = amounts(re.findall(r"-?\$[\d,]+\.\d\d", told_money))
    assert first == sum(rest)


def test_the_lines_are_for_a_biller(practice, sessions, tmp_path):
    text = "\n".join(journey(practice, sessions, tmp_path, today=TODAY, payer=Payer(1)))
    for words in (
        "sent on 2026-11-24, answered by a made-up payer; nobody is paid",
        "paid by Medicare",
        "patients owe",
        "denied, to be worked",
        "not answered yet",
        "remittance (835): 4 posted, 1 not posted",
        "1 not posted",
        "ask for a redetermination",
        "first deadline 2027-",
        "1 rejected",
        "1 no answer",
    ):
        assert words in text
    with SqliteBook.open(tmp_path / "claims/book") as book:
        people = [book.claim_data(claim.control_number).beneficiary for claim in book.claims()]
    for person in people:
        assert person.last_name not in text
        assert person.member_id not in text


def test_the_same_journey_tells_the_same(practice, sessions, tmp_path):
    told = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        told.append(list(journey(practice, sessions, tmp_path / name, today=TODAY, payer=Payer(3))))
    assert told[0] == told[1]


@pytest.mark.parametrize("seed", [7, 11, 19])
def test_the_made_up_payers_answers_add_up(practice, sessions, tmp_path, seed):
    text = "\n".join(journey(practice, sessions, tmp_path, today=TODAY, seed=seed))
    assert "Every cent is found" in text
    assert "IT DOES NOT" not in text
    with SqliteBook.open(tmp_path / "claims/book") as book:
        balances = book.balances(test=True)
        states = Counter(line.state for line in book.remitted_lines())
        held = [one for one in book.remittances() if one.state == "held"]
        work = worklist(book, TODAY + timedelta(days=45), test=True)
    assert sum(balances.values()) == 0
    assert balances[Account.CASH] > 0
    assert balances[Account.UNAPPLIED] == 0
    assert set(states) == {LineState.POSTED}
    assert held == []
    key = json.loads((tmp_path / "answers/answers.json").read_text("utf-8"))
    wronged = {
        claim["control_number"]
        for claim in key["claims"]
        if claim.get("difference_cents") and not claim["corrected"] and claim["event"] != "rejected"
    }
    assert wronged
    assert wronged <= {entry.claim for entry in work}


def test_by_the_commands_one_after_the_other(practice, sessions, tmp_path, capsys):
    """What a biller types, and the book after each step."""
    write_jsonl(sessions, tmp_path / "sessions.jsonl")
    out = tmp_path / "claims"
    wish = Wish(tmp_path / "sessions.jsonl", practice, out, today=TODAY, who="ann")
    assert run_claim(wish) == 0
    payer = Payer(11)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    made = payer([file.read_bytes() for file in sorted(out.glob("*.edi"))], TODAY)
    for name, data in made.items():
        (inbox / name).write_bytes(data)
    when = TODAY + timedelta(days=40)
    capsys.readouterr()
    with SqliteBook.open(out / "book") as book:
        for file in book.files():
            book.mark_sent(file.id, who="ann")
        before = book.balances(test=True)
    assert run_status([inbox], book=out / "book", today=when) == 1
    assert "CAN BE POSTED" in capsys.readouterr().out
    with SqliteBook.open(out / "book") as book:
        assert book.balances(test=True) == before
    assert run_post([inbox], out / "book", who="ann", today=when) == 1
    assert "ours.837" in capsys.readouterr().out
    with SqliteBook.open(out / "book") as book:
        after = book.balances(test=True)
        assert after[Account.CASH] == payer.purse["paid"] - payer.purse["outside"]
        line = min(payer.denied)
        cents = book.sums(line=line)[Account.DENIED]
    assert run_post([inbox], out / "book", who="bob", today=when) == 1
    assert run_denials(out / "book", today=when) == 1
    assert f"line {line}" in capsys.readouterr().out
    assert run_write_off(out / "book", line, f"{cents / 100:.2f}", why="too small", who="ann") == 0
    assert run_denials(out / "book", today=when) == 1
    assert f"line {line}" not in capsys.readouterr().out
    with SqliteBook.open(out / "book") as book:
        final = book.balances(test=True)
        assert final[Account.WRITTEN_OFF] == cents
        assert final[Account.CASH] == after[Account.CASH]
        assert sum(final.values()) == 0
        assert book.check().faults == ()
        sent = [claim for claim in book.claims() if claim.state is ClaimState.SENT]
    assert -final[Account.CHARGES] == sum(int(claim.charge * 100) for claim in sent)


def test_a_denial_becomes_a_letter_only_with_its_note(practice, sessions, tmp_path, capsys):
    list(journey(practice, sessions, tmp_path, today=TODAY, payer=Payer(1)))
    record = tmp_path / "sessions.jsonl"
    write_jsonl(sessions, record)
    book, letters = tmp_path / "claims/book", tmp_path / "letters"
    letters.mkdir()
    with SqliteBook.open(book) as opened:
        denied = sorted({entry.claim for entry in opened.open_work(test=True) if entry.kind == "denied"})
    when = date(2027, 1, 10)
    assert {run_appeal(claim, book=book, record=record, out=letters, today=when) for claim in denied[:5]} == {
        1
    }
    assert list(letters.iterdir()) == []
    assert "Get the signed note" in capsys.readouterr().out
    for claim in denied:
        if run_appeal(
            claim, book=book, record=record, out=letters, enclose=("note=chart.pdf",), today=when
        ) == 0:  # fmt: skip
            break
    else:
        pytest.fail("no denied claim of the demonstration can be appealed with its note at hand")
    assert {path.suffix for path in letters.iterdir()} == {".pdf", ".docx"}
    assert f"Claim {claim}: a redetermination can be asked for" in capsys.readouterr().out
