"""Posting: every line ends in one state, every cent on an account, nothing twice, and nothing given up by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from teachback.book import (
    Account,
    AlreadyPosted,
    BookError,
    Ended,
    EntryKind,
    FileState,
    LineOutcome,
    LineState,
    NoteKind,
    NotOurs,
    RemittanceState,
    SqliteBook,
    WorkKind,
    planning,
)
from teachback.book.events import Log
from teachback.remit.post import in_order, place, plan_posting, post, post_remittance
from teachback.remit.postings import Verdict
from teachback.remitdata import PaidAdjustment
from tests.book.made import TEST_RECEIVER, claim, draft
from tests.remit.posted import (
    CHARGE,
    DEDUCTIBLE,
    DENIED,
    PAID,
    answered,
    content,
    opened,
    remittance,
    reversed_,
    sent,
    service,
)

ONE = "TEST0000001"
L1, L2, L3 = (f"{ONE}L0{n}" for n in (1, 2, 3))
WHO = {"who": "bo", "why": "for a test"}


@pytest.fixture
def book(tmp_path):
    """A sent claim of three lines, 80.50 each."""
    with opened(tmp_path) as found:
        yield found
        checked = found.check()
        assert checked.faults == ()
        assert sum(found.balances().values()) == 0


def posted(book, *claims, source="a.835", **changes):
    return post_remittance(book, remittance(*claims, **changes), who="ann", source=source)


def standing(book):
    return {account.value: cents for account, cents in book.balances().items() if cents}


def mixed():
    return answered(ONE, service(L1, *PAID), service(L2, *DEDUCTIBLE), service(L3, *DENIED))


def test_a_sent_claim_is_charged_to_its_payer(book):
    assert standing(book) == {"charges": -24150, "payer_receivable": 24150}
    (entry,) = book.entries()
    assert (entry.kind, entry.claim, entry.test) == (EntryKind.OPENED, ONE, False)


def test_nothing_paid_has_three_meanings(book):
    posting = posted(book, mixed())
    assert [line.outcome for line in posting.lines] == [
        LineOutcome.PAID,
        LineOutcome.PATIENT_OWES,
        LineOutcome.DENIED,
    ]
    assert posting.count(LineState.POSTED) == 3
    assert standing(book) == {
        "charges": -24150,
        "cash": 4088,
        "contractual": 5672,
        "sequestration": 83,
        "patient_receivable": 1043 + 5214,
        "denied": 8050,
    }
    assert book.sums(line=L3)[Account.DENIED] == 8050
    (work,) = book.open_work()
    assert (work.kind, work.line, work.cents) == (WorkKind.DENIED, L3, 8050)
    assert posting.posted.state is RemittanceState.POSTED
    nothing = replace(claim("s9"), lines=(replace(claim("s9").lines[0], charge=Decimal("0.00")),))
    (number,) = sent(book, book.folder.parent / "out", nothing)
    again = posted(book, answered(number, service(f"{number}L01", charge=Decimal("0.00"))), trace="CHK2")
    assert [line.outcome for line in again.lines] == [LineOutcome.NOTHING_DUE]


def test_what_is_planned_is_what_is_posted(book):
    posting = plan_posting(remittance(mixed()), book, source="a.835")
    assert posting.verdict is Verdict.POST
    before = content(book)
    assert content(book) == before
    done = post(book, posting, who="ann")
    assert (done.source, done.who, done.paid_cents, done.claims) == ("a.835", "ann", 4088, 1)
    lines = list(book.remitted_lines(remittance=done.id))
    assert [(line.line, line.outcome, line.score) for line in lines] == [
        (line.line, line.outcome, 100) for line in posting.lines
    ]
    assert book.remittance_data(done.id) == posting.remittance
    assert book.adjudication(lines[2].id)[1] == posting.remittance.claims[0].lines[2]
    assert book.standing_adjudication(L3) == lines[2]


def test_a_remittance_is_posted_once(book):
    first = remittance(mixed())
    posting = plan_posting(first, book, source="a.835")
    post(book, posting, who="ann")
    before = content(book)
    with pytest.raises(AlreadyPosted, match=r"posted on .* from a.835 by ann"):
        post(book, posting, who="bo")
    again = post_remittance(book, first, who="bo", source="b.835")
    assert again.verdict is Verdict.ALREADY_POSTED
    assert "from a.835 by ann" in again.why
    assert again.count(LineState.POSTED) == 0
    retyped = replace(first, identity="typed by hand", payer_name="CONTRACTOR")
    assert (
        post_remittance(book, retyped, who="bo", source="eob", manual=True).verdict is Verdict.ALREADY_POSTED
    )
    other = replace(first, claims=(), paid=first.paid)
    assert "its content differs" in post_remittance(book, other, who="bo", source="c").why
    assert content(book) == before


def test_the_same_lines_in_another_check_need_a_person(book):
    posted(book, mixed())
    again = posted(book, mixed(), trace="CHK2")
    assert again.count(LineState.NEEDS_PERSON) == 3
    assert all("answered before (posted on" in line.why for line in again.lines)
    assert standing(book)["unapplied"] == -4088
    assert standing(book)["cash"] == 2 * 4088


def test_a_plan_is_not_posted_over_a_book_that_changed(book):
    one = plan_posting(remittance(mixed()), book, source="a")
    posted(book, mixed(), trace="CHK2")
    with pytest.raises(BookError, match="plan it again"):
        post(book, one, who="ann")


def test_a_remittance_for_somebody_else_is_not_ours(book):
    before = content(book)
    for changes in (
        {"payee_id": "2999999996"},
        {"payee_id": "999999999", "payee_qualifier": "FI"},
        {"payee_id": "", "payee_qualifier": ""},
    ):
        other = remittance(mixed(), **changes)
        posting = post_remittance(book, other, who="ann", source="x")
        assert posting.verdict is Verdict.NOT_OURS
        assert posting.count(LineState.NOT_OURS) == 3
        with pytest.raises(NotOurs, match="Nothing was posted"):
            post(book, posting, who="ann")
    assert content(book) == before


def test_a_remittance_by_tax_id_is_ours(book):
    assert posted(book, mixed(), payee_id="12-3456789", payee_qualifier="FI").verdict is Verdict.POST


def test_another_npi_under_our_tax_id_is_held(book):
    posting = posted(book, mixed(), payee_id="2999999996", payee_references=(("TJ", "123456789"),))
    assert posting.verdict is Verdict.HELD
    assert standing(book) == {"charges": -24150, "payer_receivable": 24150}


@pytest.mark.parametrize(
    "changes",
    [
        {"balances": False, "faults": ("BPR02 is wrong.",)},
        {"paid": Decimal("1.00")},
        {"paid": None},
        {"paid": Decimal("40.885")},
        {"paid_on": None, "produced_on": None},
        {"credit_debit": "D"},
        {"handling_code": "P"},
        {"handling_code": "H"},
    ],
)
def test_what_does_not_balance_is_held_whole(book, changes):
    found = remittance(mixed(), **changes)
    posting = post_remittance(book, found, who="ann", source="a.835")
    assert posting.verdict is Verdict.HELD
    assert posting.count(LineState.NEEDS_PERSON) == 3
    assert standing(book) == {"charges": -24150, "payer_receivable": 24150}
    assert post_remittance(book, found, who="ann", source="a.835").posted == posting.posted
    (work,) = book.open_work()
    assert (work.kind, work.remittance) == (WorkKind.HELD, posting.posted.id)
    assert work.why
    if "balances" in changes:  # the payer sends it anew, whole
        assert post_remittance(book, remittance(mixed()), who="ann", source="b").verdict is Verdict.POST
        assert [each.kind for each in book.open_work()] == [WorkKind.DENIED]
    else:
        book.dismiss(work.key, **WHO)
        assert book.open_work() == ()


def test_a_line_or_claim_that_does_not_balance_holds_all(book):
    wrong = mixed()
    lines = (replace(wrong.lines[0], paid=Decimal("41.88")), *wrong.lines[1:])
    assert posted(book, replace(wrong, lines=lines)).verdict is Verdict.HELD
    assert posted(book, replace(wrong, charge=wrong.charge + 1), trace="CHK2").verdict is Verdict.HELD


def test_lines_that_are_not_the_claim_need_a_person(book):
    one = answered(ONE, service(L1, *PAID))
    hollow = replace(one, charge=CHARGE * 2, paid=one.paid + CHARGE)  # balances, though a line is missing
    posting = posted(book, hollow)
    assert posting.verdict is Verdict.POST
    assert [line.position for line in posting.lines] == [0, 1]
    assert posting.count(LineState.NEEDS_PERSON) == 2
    assert standing(book)["unapplied"] == -(4088 + 8050)


def test_a_reversal_undoes_exactly_and_a_correction_follows(book):
    before = standing(book)
    posted(book, mixed())
    after = standing(book)
    posting = posted(book, reversed_(mixed()), trace="CHK2")
    assert posting.count(LineState.POSTED) == 3
    assert {line.outcome for line in posting.lines} == {LineOutcome.REVERSED}
    assert standing(book) == before
    assert book.standing_adjudication(L1) is None
    posted(book, mixed(), trace="CHK3")
    assert standing(book) == after


def test_a_reversal_and_its_correction_in_one_remittance_in_either_order(tmp_path):
    wanted = None
    for turn in (0, 1):
        with opened(tmp_path / str(turn)) as book:
            posted(book, mixed())
            better = answered(ONE, service(L1, *PAID), service(L2, *DEDUCTIBLE), service(L3, *PAID))
            both = (reversed_(mixed()), better)
            posting = posted(book, *(both if turn else both[::-1]), trace="CHK2")
            assert posting.count(LineState.POSTED) == 6
            found = standing(book)
            wanted = wanted or found
            assert found == wanted
            assert "denied" not in found
            assert book.open_work() == ()
            assert book.check().faults == ()


def test_a_payment_and_its_reversal_in_one_remittance(book):
    posting = posted(book, reversed_(mixed()), mixed())
    assert posting.count(LineState.POSTED) == 6
    assert standing(book) == {"charges": -24150, "payer_receivable": 24150}


def test_a_reversal_of_nothing_or_of_something_else_needs_a_person(book):
    posting = posted(book, reversed_(mixed()))
    assert posting.count(LineState.NEEDS_PERSON) == 3
    assert "never posted" in posting.lines[0].why
    posted(book, mixed(), trace="CHK2")
    other = answered(ONE, service(L1, "CO-45 28.36", "PR-2 10.43", "CO-253 0.84"))
    posting = posted(book, reversed_(other), trace="CHK3")
    assert "does not take back exactly" in posting.lines[0].why
    assert standing(book)["unapplied"] == 4088 + 4087


def test_a_payment_takes_the_place_of_a_denial_but_a_second_denial_does_not(book):
    posted(book, mixed())
    again = posted(book, answered(ONE, service(L3, "OA-18 80.50")), trace="CHK2")
    assert again.count(LineState.NEEDS_PERSON) == 1
    better = posted(book, answered(ONE, service(L3, *PAID)), trace="CHK3")
    assert better.count(LineState.POSTED) == 1
    assert "in place of the denial" in better.lines[0].how
    assert "denied" not in standing(book)
    (left,) = book.open_work()
    book.dismiss(left.key, **WHO)
    assert book.open_work() == ()


def test_provider_adjustments_move_money_outside_of_claims(book):
    posting = posted(book, mixed(), plb=("WO 12.00 ICN1", "L6 -0.25", "FB -3.00"))
    assert posting.posted.paid_cents == 4088 - 1200 + 25 + 300
    assert standing(book)["provider_adjustments"] == 1200 - 25 - 300
    assert standing(book)["cash"] == posting.posted.paid_cents
    assert [(each.reason, each.reference, each.cents) for each in book.provider_adjustments()] == [
        ("WO", "ICN1", 1200),
        ("L6", "", -25),
        ("FB", "", -300),
    ]


def test_claim_level_adjustments(book):
    """More than one line: the claim is answered as a whole. What it owes is taken from each line."""
    whole = answered(ONE, *(service(number) for number in (L1, L2, L3)), claim_adjustments=("CO-50 241.50",))
    posting = posted(book, whole)
    (line,) = posting.lines
    assert (line.position, line.line, line.outcome) == (0, None, LineOutcome.DENIED)
    assert book.sums(claim=ONE)[Account.DENIED] == 24150
    assert book.sums(line=L2)[Account.PAYER_RECEIVABLE] == 0
    (work,) = book.open_work()
    assert (work.claim, work.line, work.cents) == (ONE, None, 24150)
    again = posted(book, answered(ONE, service(L1, *PAID)), trace="CHK2")
    assert again.count(LineState.NEEDS_PERSON) == 1
    undone = posted(book, reversed_(whole), trace="CHK3")
    assert undone.count(LineState.POSTED) == 1
    assert book.sums(claim=ONE)[Account.PAYER_RECEIVABLE] == 24150
    book.return_money(
        again.posted.id and next(iter(book.remitted_lines(remittance=again.posted.id))).id, **WHO
    )


def test_claim_level_adjustments_of_one_line_are_the_lines(book, tmp_path):
    (number,) = sent(book, tmp_path / "out", claim("s9"))
    posting = posted(
        book, answered(number, service(f"{number}L01", "CO-45 28.36"), claim_adjustments=("PR-1 52.14",))
    )
    assert [(line.position, line.outcome) for line in posting.lines] == [(1, LineOutcome.PATIENT_OWES)]


def test_a_claim_without_lines(book, tmp_path):
    (number,) = sent(book, tmp_path / "out", claim("s9"))
    bare = replace(
        answered(number, service(f"{number}L01", *PAID)), lines=(), adjustments=service("", *PAID).adjustments
    )
    posting = posted(book, bare)
    assert [(line.position, line.line, line.outcome) for line in posting.lines] == [
        (0, f"{number}L01", LineOutcome.PAID)
    ]
    assert posted(book, reversed_(bare), trace="CHK2").count(LineState.POSTED) == 1


def test_an_unknown_claim_needs_a_person_and_its_money_is_kept(book):
    posting = posted(book, answered("OLD-77", service(None, *PAID, procedure_code="99213")))
    (line,) = posting.lines
    assert (line.state, line.score) == (LineState.NEEDS_PERSON, 0)
    assert "no claim OLD-77" in line.why
    (work,) = book.open_work()
    assert (work.kind, work.cents) == (WorkKind.NEEDS_PERSON, 4088)
    with pytest.raises(BookError, match="place, apply or return"):
        book.dismiss(work.key, **WHO)
    book.apply_money(work.item, L1, 1000, **WHO)
    assert book.sums(line=L1)[Account.PAYER_RECEIVABLE] == 7050
    assert book.open_work()[0].cents == 3088
    with pytest.raises(BookError, match=r"\$30.88 of it can be applied"):
        book.apply_money(work.item, L1, 4000, **WHO)
    assert book.return_money(work.item, **WHO) == 3088
    assert book.open_work() == ()
    assert standing(book)["cash"] == 1000


def test_a_person_places_a_line(book):
    posting = posted(
        book,
        answered(
            "OLD-77",
            service(None, *PAID, procedure_code="99213"),
            service(None, *DENIED, procedure_code="99213"),
        ),
    )
    paid, denied = book.remitted_lines(remittance=posting.posted.id)
    with pytest.raises(BookError, match="why"):
        place(book, paid.id, L1, who="bo", why=" ")
    with pytest.raises(BookError, match="A person does this"):
        place(book, paid.id, L1, who="teachback", why="x")
    taken = place(book, paid.id, L1, **WHO)
    assert (taken.outcome, taken.line, taken.how, taken.placed) == (
        LineOutcome.PAID,
        L1,
        "placed by bo",
        paid.id,
    )
    with pytest.raises(BookError, match="does not wait"):
        place(book, paid.id, L2, **WHO)
    with pytest.raises(BookError, match="answered before"):
        place(book, denied.id, L1, **WHO)
    with pytest.raises(BookError, match="another charge"):
        place(book, denied.id, ONE, **WHO)
    place(book, denied.id, L2, **WHO)
    assert standing(book) == {
        "charges": -24150, "payer_receivable": 8050, "cash": 4088, "contractual": 2836, "sequestration": 83,
        "patient_receivable": 1043, "denied": 8050,
    }  # fmt: skip
    back = answered(ONE, service(L1, *PAID))
    assert posted(book, reversed_(back), trace="CHK2").count(LineState.POSTED) == 1
    assert "cash" not in standing(book)


def test_a_person_places_a_reversal(book):
    posted(book, answered(ONE, service(L1, *PAID)))
    odd = replace(
        reversed_(answered(ONE, service(None, *PAID, procedure_code="99213"))), control_number="OLD-1"
    )
    posting = posted(book, odd, trace="CHK2")
    (line,) = book.remitted_lines(remittance=posting.posted.id)
    assert standing(book)["unapplied"] == 4088
    with pytest.raises(BookError, match="does not take back exactly"):
        place(book, line.id, L2, **WHO)
    assert place(book, line.id, L1, **WHO).outcome is LineOutcome.REVERSED
    assert standing(book) == {"charges": -24150, "payer_receivable": 24150}


def test_a_write_off_has_a_name_and_a_reason_and_is_undone_with_its_denial(book):
    posted(book, mixed())
    for who, why in (("", "x"), ("bo", ""), ("bo", "  "), ("teachback", "x")):
        with pytest.raises(BookError, match=r"[Ss]ay|by name|Only|A person"):
            book.write_off(L3, 8050, who=who, why=why)
    for number, cents in ((L3, 8051), (L3, 0), (L3, -1), (L1, 1), (L2, 5214)):
        with pytest.raises(BookError, match="nothing was changed"):
            book.write_off(number, cents, **WHO)
    book.write_off(L3, 5000, **WHO)
    book.write_off(L3, 3050, **WHO)
    assert standing(book)["written_off"] == 8050
    assert book.open_work() == ()
    told = [event for event in book.events() if event.what == "written_off"]
    assert [(event.who, event.why) for event in told] == [("bo", "for a test")] * 2
    posted(book, reversed_(mixed()), trace="CHK2")
    assert standing(book) == {"charges": -24150, "payer_receivable": 24150}


def test_the_patient_is_billed_only_where_the_payer_made_him_responsible(book):
    posted(book, answered(ONE, service(L1, *DENIED), service(L2, "PR-50 80.50")))
    assert [work.cents for work in book.open_work()] == [8050, 8050]
    with pytest.raises(BookError, match="may not be billed"):
        book.bill_patient(L1, **WHO)
    assert book.bill_patient(L2, **WHO) == 8050
    assert book.sums(line=L2)[Account.PATIENT_RECEIVABLE] == 8050
    book.write_off_patient(L2, 50, **WHO)
    assert book.sums(line=L2)[Account.WRITTEN_OFF] == 50


def test_a_written_file_whose_payer_answers_was_sent(book, tmp_path):
    (file,) = book.plan([draft(tmp_path / "out", claim("s7"))], who="ann")
    early = posted(book, answered("TEST0000002", service("TEST0000002L01", *PAID)))
    assert "its file was never written" in early.lines[0].why
    book.mark_written(file.id, "0" * 64, 1)
    again = posted(book, answered("TEST0000002", service("TEST0000002L01", *PAID)), trace="CHK2")
    assert again.count(LineState.POSTED) == 1
    assert book.file(file.id).state is FileState.SENT


def test_tests_and_production_do_not_meet(book, tmp_path):
    (number,) = sent(book, tmp_path / "out", claim("s9"), receiver=TEST_RECEIVER)
    before = book.balances()
    assert posted(book, answered(number, service(f"{number}L01", *PAID))).count(LineState.NEEDS_PERSON) == 1
    test = posted(book, answered(number, service(f"{number}L01", *PAID)), trace="CHK2", is_test=True)
    assert test.count(LineState.POSTED) == 1
    other = posted(book, answered(ONE, service(L1, *PAID)), trace="CHK3", is_test=True)
    assert other.count(LineState.NEEDS_PERSON) == 1
    assert book.balances(test=True)[Account.CASH] == 2 * 4088
    assert sum(book.balances(test=True).values()) == 0
    assert book.balances() == {**before, Account.CASH: 4088, Account.UNAPPLIED: -4088}
    assert [work.kind for work in book.open_work(test=True)] == [WorkKind.NEEDS_PERSON]


def replacing(*sessions, frequency="7"):
    return claim(*sessions, frequency_code=frequency, payer_claim_control_number="ICN1")


def test_a_denied_claim_that_is_claimed_anew_is_not_lost_meanwhile(book, tmp_path):
    posted(book, answered(ONE, *(service(number, *DENIED) for number in (L1, L2, L3))))
    book.end(ONE, Ended.REJECTED, who="bo", why="MA130")
    assert book.sums(claim=ONE)[Account.DENIED] == 24150
    assert len(book.open_work()) == 3
    sent(book, tmp_path / "out", claim("s1", "s2"))
    assert [work.line for work in book.open_work()] == [L3]
    assert standing(book) == {"charges": -8050 - 16100, "payer_receivable": 16100, "denied": 8050}


def test_a_rejected_claim_owes_nothing_any_more(book):
    book.end(ONE, Ended.REJECTED, who="bo", why="277CA")
    assert standing(book) == {}
    posting = posted(book, mixed())
    assert posting.count(LineState.NEEDS_PERSON) == 3
    assert "ended as rejected" in posting.lines[0].why


def test_a_replaced_claim_is_closed_when_the_new_one_is_sent_and_stands_again_when_that_is_rejected(
    book, tmp_path
):
    posted(book, mixed())
    (new,) = sent(book, tmp_path / "out", replacing("s1", "s2", "s3"), replaces={0: ONE})
    assert book.sums(claim=ONE)[Account.DENIED] == 0
    assert book.open_work() == ()
    undone = posted(book, reversed_(mixed()), trace="CHK2")
    assert undone.count(LineState.POSTED) == 3
    assert {k.value: v for k, v in book.sums(claim=ONE).items() if v} == {}
    book.end(new, Ended.REJECTED, **WHO)
    assert {k.value: v for k, v in book.sums(claim=ONE).items() if v} == {
        "charges": -24150,
        "payer_receivable": 24150,
    }
    assert {k.value: v for k, v in book.sums(claim=new).items() if v} == {}


def test_a_void_charges_nothing_and_closes_what_it_voids(book, tmp_path):
    posted(book, mixed())
    (void,) = sent(book, tmp_path / "out", replacing("s1", frequency="8"), replaces={0: ONE})
    assert book.sums(claim=void) == dict.fromkeys(Account, 0)
    assert book.sums(claim=ONE)[Account.DENIED] == 8050
    book.end(void, Ended.VOIDED, **WHO)
    assert book.sums(claim=ONE)[Account.DENIED] == 0
    posted(book, reversed_(mixed()), trace="CHK2")
    assert standing(book) == {}


def test_notes_on_open_work(book):
    posted(book, mixed())
    (work,) = book.open_work()
    book.note_work(work.key, NoteKind.NOTE, who="bo", why="appeal sent")
    book.note_work(work.key, NoteKind.ASSIGN, who="bo", why="hers", owner="ann")
    book.note_work(work.key, NoteKind.WAIT, who="ann", why="payer said so", until=date(2026, 7, 1))
    (again,) = book.open_work()
    assert (again.owner, again.waits_until, again.cents) == ("ann", date(2026, 7, 1), 8050)
    assert [note.why for note in book.work_notes(work.key)] == ["appeal sent", "hers", "payer said so"]
    for what in (NoteKind.WAIT, NoteKind.ASSIGN, NoteKind.DISMISSED):
        with pytest.raises(BookError):
            book.note_work(work.key, what, **WHO)
    with pytest.raises(BookError, match="cannot be dismissed"):
        book.dismiss(work.key, **WHO)


def test_remittances_are_posted_by_their_date():
    late, early, none = (
        remittance(trace=str(n), paid_on=day)
        for n, day in enumerate((date(2026, 6, 1), date(2026, 5, 1), None))
    )
    assert [each.trace_number for each in in_order([none, late, early])] in (["1", "2", "0"], ["1", "0", "2"])


def test_replaying_the_files_gives_the_same_book(tmp_path):
    files = [
        remittance(mixed()),
        remittance(reversed_(mixed()), answered(ONE, service(L1, *PAID)), trace="CHK2", plb=("WO 1.00 X",)),
        remittance(answered("OLD-1", service(None, *PAID)), trace="CHK3", balances=False),
    ]
    books = []
    for name in "ab":
        with opened(tmp_path / name) as book:
            for each in (*files, *files) if name == "b" else files:
                post_remittance(book, each, who="ann", source="x")
            books.append(content(book))
    assert books[0] == books[1]


def test_an_older_book_is_charged_when_it_is_brought_up_to_date(tmp_path):
    from teachback.book.schema import MIGRATIONS

    before_money = MIGRATIONS[:1]
    with SqliteBook.open(tmp_path / "book", tag="TEST", migrations=before_money) as old:
        old._db.execute("BEGIN")  # as the version before wrote it: no ledger
        monkey = draft(tmp_path, claim("s1", "s2", "s3"))
        log = Log(old._db, "2026-05-01T00:00:00+00:00", "ann")
        number = planning.plan(old._db, log, monkey, "TEST")
        old._db.execute("UPDATE file SET state = 'written', sha256 = 'x', size = 1 WHERE id = ?", (number,))
        log.add("written", file=number)
        old._db.execute("UPDATE file SET state = 'sent' WHERE id = ?", (number,))
        log.add("sent", file=number)
        old._db.execute("COMMIT")
    with SqliteBook.open(tmp_path / "book") as book:
        assert standing(book) == {"charges": -24150, "payer_receivable": 24150}
        assert posted(book, mixed()).count(LineState.POSTED) == 3
        assert not [fault for fault in book.check().faults if "ledger" in fault or "charge" in fault]


def test_what_leaves_the_list_of_work_is_known_to_be_no_refusal():
    """Posting and the knowledge of denials agree: nothing that is or may be a refusal is booked as anything else."""
    from teachback.remit.denials import AdjustmentKind, adjustment_kind
    from teachback.remit.settling import account_of

    refused = {AdjustmentKind.DENIAL, AdjustmentKind.UNKNOWN}
    carcs = [
        *map(str, range(1, 400)),
        *(f"{letter}{number}" for letter in "ABDPWY" for number in range(30)),
        "",
        "x",
    ]
    settled = 0
    for group in ("CO", "PR", "OA", "PI", "CR", "", "co"):
        for carc in carcs:
            if account_of(PaidAdjustment(group, carc, CHARGE)) is not Account.DENIED:
                settled += 1
                assert adjustment_kind(group, carc) not in refused
    assert settled == 14


def test_an_adjustment_that_gives_more_than_was_claimed_needs_a_person(book):
    posting = posted(book, answered(ONE, service(L1, "CO-50 -5.00", "PR-2 10.43"), service(L2, "PR-1 -1.00")))
    assert posting.count(LineState.NEEDS_PERSON) == 2
    assert all("gives more than was claimed" in line.why for line in posting.lines)


def test_a_reversal_with_other_groups_is_not_the_same(book):
    posted(book, answered(ONE, service(L1, *DENIED)))
    posting = posted(book, reversed_(answered(ONE, service(L1, "PR-50 80.50"))), trace="CHK2")
    assert "does not take back exactly" in posting.lines[0].why


def test_nothing_is_posted_to_a_void(book, tmp_path):
    (void,) = sent(book, tmp_path / "out", replacing("s1", frequency="8"), replaces={0: ONE})
    posting = posted(book, answered(void, service(f"{void}L01", *PAID)))
    assert "is a void" in posting.lines[0].why


def test_the_patient_is_billed_no_more_than_the_payer_said(book):
    posted(book, answered(ONE, service(L1, "PR-50 40.25", "CO-50 40.25")))
    assert book.bill_patient(L1, **WHO) == 4025
    with pytest.raises(BookError, match="nothing was changed"):
        book.bill_patient(L1, **WHO)
    assert book.sums(line=L1)[Account.DENIED] == 4025


def test_money_is_not_applied_beyond_what_is_owed(book):
    posted(book, answered(ONE, service(L1, *PAID)))
    posted(book, answered("OLD-1", service(None, *PAID, procedure_code="99213")), trace="CHK2")
    (work,) = book.open_work()
    with pytest.raises(BookError, match=r"The payer owes \$0.00"):
        book.apply_money(work.item, L1, 1, **WHO)
