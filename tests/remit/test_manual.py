"""A remittance on paper, typed in: the same value as its file, with source and poster, and never posted twice."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from teachback.book import Account, LineOutcome, LineState, WorkKind
from teachback.remit import manual
from teachback.remit.post import post_remittance
from teachback.remit.postings import Verdict
from teachback.x12.r835 import identity
from tests.book.made import claim
from tests.remit.posted import PAID, answered, opened, remittance, service

ONE = "TEST0000001"
FILLED = manual.TEMPLATE.replace("OUR-CLAIM-NUMBER", ONE)


@pytest.fixture
def book(tmp_path):
    with opened(tmp_path, claim("s1", "s2")) as found:
        yield found
        assert found.check().faults == ()


def typed(tmp_path, text, name="eob.toml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(path):
    with pytest.raises(manual.FaultyFile) as told:
        manual.read_form(path)
    return [str(fault) for fault in told.value.faults]


def test_the_template_is_a_form(book, tmp_path):
    posting = manual.post_form(book, typed(tmp_path, FILLED), who="bo")
    assert posting.verdict is Verdict.POST
    (line,) = posting.lines
    assert (line.state, line.outcome, line.score) == (LineState.POSTED, LineOutcome.PAID, 100)
    kept = posting.posted
    assert (kept.manual, kept.who, kept.paid_cents) == (True, "bo", 4088)
    assert kept.source == "eob.toml (paper remittance, binder 3, page 17)"


def test_the_same_payment_from_paper_and_from_its_file_is_posted_once(book, tmp_path):
    path = typed(tmp_path, FILLED)
    manual.post_form(book, path, who="bo")
    assert manual.post_form(book, path, who="bo").verdict is Verdict.ALREADY_POSTED
    file = remittance(answered(ONE, service(f"{ONE}L01", *PAID)), trace="CHECK-OR-TRANSFER-NUMBER")
    file = replace(file, payer_name="OTHERWISE", payer_id="1234", payee_qualifier="XX")
    again = post_remittance(book, replace(file, identity=identity(file)), who="ann", source="a.835")
    assert again.verdict is Verdict.ALREADY_POSTED
    assert "eob.toml" in again.why


def test_a_paper_without_our_numbers_is_matched_by_what_it_says(book, tmp_path):
    text = FILLED.replace(f'line = "{ONE}L01"', "")
    (line,) = manual.post_form(book, typed(tmp_path, text), who="bo").lines
    assert (line.line, line.score) == (f"{ONE}L01", 100)
    assert "by code, modifiers, date and charge" in line.how


def test_what_a_paper_takes_back(book, tmp_path):
    before = book.balances()
    manual.post_form(book, typed(tmp_path, FILLED), who="bo")
    back = FILLED.replace('status = "1" ', 'status = "22"').replace("CHECK-OR", "SECOND")
    back = back.replace('amount = "40.88"', 'amount = "0.00"', 1)
    back += '[[provider_adjustment]]\nreason = "FB"\namount = "-40.88"\n'
    posting = manual.post_form(book, typed(tmp_path, back), who="bo")
    assert [line.outcome for line in posting.lines] == [LineOutcome.REVERSED]
    moved = {Account.PROVIDER_ADJUSTMENTS: -4088, Account.CASH: 4088}
    assert book.balances() == {**before, **moved}


def test_everything_that_is_wrong_is_told_at_once(tmp_path):
    text = (
        FILLED.replace('"40.88"', '"41.88"', 1)
        .replace('"CO-45 28.36"', '"CO45x"')
        .replace('"97550"', '"9755"')
    )
    told = faults(typed(tmp_path, text))
    assert [fault.split(":")[0] for fault in told] == [
        "claim[1].line[1].procedure_code",
        "claim[1].line[1].adjustments[1]",
    ]
    told = faults(typed(tmp_path, FILLED.replace('amount = "40.88"', 'amount = "41.88"')))
    (amount,) = told
    assert amount.startswith(
        "amount: expected what the lines paid less the provider adjustments, 40.88, but found 41.88;"
    )
    told = faults(typed(tmp_path, FILLED.replace('paid = "40.88"', 'paid = "39.88"')))
    assert told[0].startswith(
        "claim[1].line[1].paid: expected charge less adjustments, 40.88, but found 39.88"
    )
    assert faults(typed(tmp_path, "")) != []
    assert faults(typed(tmp_path, "x = [")) != []
    assert "one of" in faults(typed(tmp_path, 'payr = "x"\n' + FILLED))[0]


def test_a_csv_form(book, tmp_path):
    common = f"MEDICARE,03102,2000000002,CHK9,2026-05-20,40.88,binder 4,{ONE},1,ICN1"
    rows = [
        ",".join(manual.COLUMNS),
        f"{common},{ONE}L01,97550,GP,2026-04-14,80.50,40.88,CO-45 28.36; PR-2 10.43; CO-253 0.83,",
        f"{common},,97550,GP,2026-04-15,80.50,0.00,CO-50 80.50,N115",
    ]
    path = typed(tmp_path, "\n".join(rows) + "\n", "eob.csv")
    posting = manual.post_form(book, path, who="bo")
    assert [line.outcome for line in posting.lines] == [LineOutcome.PAID, LineOutcome.DENIED]
    assert posting.posted.source == "eob.csv (binder 4)"
    assert [work.kind for work in book.open_work()] == [WorkKind.DENIED]
    wrong = rows[2].replace("CHK9", "CHK8").replace("80.50,0.00", "x,0.00")
    told = faults(typed(tmp_path, "\n".join([*rows[:2], wrong]), "eob.csv"))
    assert [fault.split(":")[0] for fault in told] == ["row 3.trace_number", "row 3.charge"]
    assert faults(typed(tmp_path, rows[0] + "\n", "eob.csv")) != []


def test_amounts_are_exact(book, tmp_path):
    typed_in = manual.read_form(typed(tmp_path, FILLED))
    assert typed_in.remittance.claims[0].lines[0].paid == Decimal("40.88")
    assert typed_in.remittance.claims[0].paid == Decimal("40.88")
