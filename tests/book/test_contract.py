"""What every book promises, whatever keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from teachback.book import (
    BookError,
    ClaimState,
    Ended,
    FileState,
    FileWithdrawn,
    NumberKind,
    Override,
    SessionTaken,
    finish,
)
from teachback.model import ClaimForm
from tests.book.made import RECEIVER, TEST_RECEIVER, claim, draft, write

WHO = {"who": "ann", "why": "for a test"}
HASH = "0" * 64


def written(book, file):
    return book.mark_written(file.id, HASH, 10)


def sent(book, *drafts):
    files = book.plan(drafts, who="ann")
    for file in files:
        written(book, file)
        book.mark_sent(file.id, who="ann")
    return files


def numbers_of(book, file):
    return [entry.control_number for entry in book.claims(file=file.id)]


def test_a_plan_takes_numbers_and_keeps_claims_as_they_are(book, tmp_path):
    one, two = claim("s1", "s2"), claim("s3", patient="p2")
    (file,) = book.plan([draft(tmp_path, one, two)], who="ann")
    assert file.state is FileState.PLANNED
    assert (file.claims, file.charge, file.test, file.receiver_id) == (
        2,
        Decimal("241.50"),
        False,
        RECEIVER.id,
    )
    assert file.path == str(tmp_path / "837p-000000001.x12")
    submission = book.submission(file.id)
    assert submission.interchange_number == file.interchange_number == 1
    assert (submission.made_on, submission.made_at) == (date(2026, 5, 1), "0930")
    first, second = submission.claims
    assert first.control_number == "TEST0000001"
    assert [line.control_number for line in first.lines] == ["TEST0000001L01", "TEST0000001L02"]
    bare = replace(first, control_number="", lines=tuple(replace(x, control_number="") for x in first.lines))
    assert bare == one
    assert book.claim_data(second.control_number) == second
    listed = book.claim(first.control_number)
    assert listed.sessions == ("s1", "s2")
    assert (listed.state, listed.live, listed.charge, listed.allowed) == (
        ClaimState.PLANNED,
        True,
        Decimal("161.00"),
        Decimal("104.28"),
    )
    assert (listed.first_service, listed.last_service) == (date(2026, 4, 14), date(2026, 4, 15))


def test_a_book_that_is_opened_again_has_everything(keeper, tmp_path):
    with keeper.open() as book:
        (file,) = book.plan([draft(tmp_path, claim("s1"))], who="ann")
        before = book.submission(file.id)
    with keeper.open() as book:
        assert book.unfinished() == (file,)
        assert book.submission(file.id) == before


def test_a_session_is_claimed_once(book, tmp_path):
    book.plan([draft(tmp_path, claim("s1", "s2"))], who="ann")
    with pytest.raises(SessionTaken, match="2 of the sessions stand on a claim already") as told:
        book.plan([draft(tmp_path, claim("s3", patient="p9"), claim("s2", "s1"))], who="ann")
    assert set(told.value.taken) == {("s1", "TEST0000001"), ("s2", "TEST0000001")}
    assert book.standing([("s3", "p9")]) == {}
    assert len(book.files()) == 1


def test_a_session_of_two_patients_is_claimed_once_for_each(book, tmp_path):
    book.plan([draft(tmp_path, claim("s1"), claim("s1", patient="p2"))], who="ann")
    found = book.standing([("s1", "p1"), ("s1", "p2"), ("s1", "p3")])
    assert set(found) == {("s1", "p1"), ("s1", "p2")}
    assert [c.patient_id for c in book.claims_of_session("s1")] == ["p1", "p2"]
    assert [c.patient_id for c in book.claims_of_session("s1", "p2")] == ["p2"]


def test_a_session_twice_in_one_plan_is_refused(book, tmp_path):
    with pytest.raises(BookError, match="Session s1 stands on two"):
        book.plan([draft(tmp_path, claim("s1")), draft(tmp_path, claim("s1"))], who="ann")
    assert book.files() == ()


def test_lines_of_one_claim_may_share_a_session(book, tmp_path):
    one = claim("s1", "s1")
    book.plan([draft(tmp_path, one)], who="ann")
    assert book.claim("TEST0000001").sessions == ("s1",)
    assert book.line("TEST0000001L02").sessions == ("s1",)


def test_all_drafts_or_none(book, tmp_path):
    before = book.numbers()
    bad = draft(tmp_path, claim("s2"), path=str(tmp_path / "837p-000000001.x12"))
    with pytest.raises(BookError, match="would be overwritten"):
        book.plan([draft(tmp_path, claim("s1")), bad], who="ann")
    assert book.numbers() == before
    assert book.files() == ()
    assert list(book.claims()) == []


def test_numbers_never_repeat_also_after_withdrawal(book, tmp_path):
    (first,) = book.plan([draft(tmp_path, claim("s1"))], who="ann")
    book.withdraw(first.id, **WHO)
    (second,) = book.plan([draft(tmp_path, claim("s1"))], who="ann")
    assert second.id != first.id
    assert (second.interchange_number, second.group_number, second.first_transaction_number) == (2, 2, 2)
    assert numbers_of(book, second) == ["TEST0000002"]
    assert book.claim("TEST0000001").state is ClaimState.WITHDRAWN
    assert book.line("TEST0000001L01").claim.state is ClaimState.WITHDRAWN
    assert [c.state for c in book.claims_of_session("s1")] == [ClaimState.WITHDRAWN, ClaimState.PLANNED]


def test_transactions_take_a_number_for_each_part(book, tmp_path):
    many = [claim(f"s{n}") for n in range(5)]
    (file,) = book.plan([draft(tmp_path, *many, claims_per_transaction=2)], who="ann")
    assert (file.transactions, file.first_transaction_number) == (3, 1)
    (after,) = book.plan([draft(tmp_path, claim("other"))], who="ann")
    assert after.first_transaction_number == 4


def test_written_is_said_twice_without_harm_but_only_with_the_same_bytes(book, tmp_path):
    (file,) = book.plan([draft(tmp_path, claim("s1"))], who="ann")
    assert written(book, file).state is FileState.WRITTEN
    events = len(list(book.events()))
    assert written(book, file).sha256 == HASH
    assert len(list(book.events())) == events
    with pytest.raises(BookError, match="other bytes"):
        book.mark_written(file.id, "1" * 64, 10)
    with pytest.raises(BookError, match="SHA-256"):
        book.mark_written(file.id, "x", 10)
    assert book.unfinished() == ()


def test_states_go_one_way(book, tmp_path):
    (file,) = book.plan([draft(tmp_path, claim("s1"))], who="ann")
    with pytest.raises(BookError, match="not written yet"):
        book.mark_sent(file.id, who="ann")
    written(book, file)
    assert book.mark_sent(file.id, who="ann").state is FileState.SENT
    assert book.mark_sent(file.id, who="ann").state is FileState.SENT
    with pytest.raises(BookError, match="was sent"):
        book.withdraw(file.id, **WHO)
    (other,) = book.plan([draft(tmp_path, claim("s2"))], who="ann")
    book.withdraw(other.id, **WHO)
    for act in (lambda: written(book, other), lambda: book.mark_sent(other.id, who="ann")):
        with pytest.raises(FileWithdrawn):
            act()
    with pytest.raises(BookError, match="withdrawn before"):
        book.withdraw(other.id, **WHO)


def test_a_test_file_is_withdrawn_after_it_was_sent(book, tmp_path):
    (file,) = sent(book, draft(tmp_path, claim("s1"), receiver=TEST_RECEIVER))
    assert file.test
    with pytest.raises(SessionTaken):
        book.plan([draft(tmp_path, claim("s1"))], who="ann")
    book.withdraw(file.id, **WHO)
    book.plan([draft(tmp_path, claim("s1"))], who="ann")


def test_finish_writes_the_same_bytes_and_marks_them(book, tmp_path):
    (file,) = book.plan([draft(tmp_path / "new", claim("s1"))], who="ann")
    done = finish(book, file, write)
    content = Path(done.path).read_bytes()
    assert done.size == len(content)
    assert finish(book, file, write) == done
    assert Path(done.path).read_bytes() == content
    assert Path(done.path).stat().st_mode & 0o077 == 0
    assert [entry.name for entry in (tmp_path / "new").iterdir()] == ["837p-000000001.x12"]


def test_finish_leaves_nothing_of_a_withdrawn_file(book, keeper, tmp_path):
    (file,) = book.plan([draft(tmp_path, claim("s1"))], who="ann")

    def withdrawn_meanwhile(submission):
        with keeper.open() as other:
            other.withdraw(file.id, **WHO)
        yield from write(submission)

    with pytest.raises(FileWithdrawn):
        finish(book, file, withdrawn_meanwhile)
    assert not Path(file.path).exists()
    with pytest.raises(FileWithdrawn):
        finish(book, file, write)
    assert not Path(file.path).exists()


def test_a_rejected_claim_frees_its_sessions(book, tmp_path):
    sent(book, draft(tmp_path, claim("s1"), claim("s2")))
    ended = book.end("TEST0000001", Ended.REJECTED, **WHO)
    assert (ended.state, ended.live) == (ClaimState.REJECTED, False)
    assert set(book.standing([("s1", "p1"), ("s2", "p1")])) == {("s2", "p1")}
    (file,) = book.plan([draft(tmp_path, claim("s1"))], who="ann")
    assert numbers_of(book, file) == ["TEST0000003"]
    with pytest.raises(BookError, match="is rejected"):
        book.end("TEST0000001", Ended.REJECTED, **WHO)
    with pytest.raises(BookError, match="no void"):
        book.end("TEST0000002", Ended.VOIDED, **WHO)


def replacing(*sessions, frequency="7", **changes):
    return claim(*sessions, frequency_code=frequency, payer_claim_control_number="ICN1", **changes)


def test_a_replacement_takes_over_the_sessions(book, tmp_path):
    sent(book, draft(tmp_path, claim("s1", "s2")))
    (file,) = book.plan([draft(tmp_path, replacing("s1", "s3"), replaces={0: "TEST0000001"})], who="ann")
    old, new = book.claim("TEST0000001"), book.claim("TEST0000002")
    assert (old.state, old.replaced_by, old.live) == (ClaimState.REPLACED, "TEST0000002", False)
    assert (new.replaces, new.live) == ("TEST0000001", True)
    assert {pair[0] for pair in book.standing([("s1", "p1"), ("s2", "p1"), ("s3", "p1")])} == {"s1", "s3"}
    book.withdraw(file.id, **WHO)
    old, new = book.claim("TEST0000001"), book.claim("TEST0000002")
    assert (old.state, old.replaced_by, old.live) == (ClaimState.SENT, None, True)
    assert (new.state, new.replaces) == (ClaimState.WITHDRAWN, "TEST0000001")
    assert {pair[0] for pair in book.standing([("s1", "p1"), ("s2", "p1"), ("s3", "p1")])} == {"s1", "s2"}


def test_a_replacement_is_not_undone_over_a_session_that_went_elsewhere(book, tmp_path):
    sent(book, draft(tmp_path, claim("s1", "s2")))
    (file,) = book.plan([draft(tmp_path, replacing("s1"), replaces={0: "TEST0000001"})], who="ann")
    (other,) = book.plan([draft(tmp_path, claim("s2"))], who="ann")
    with pytest.raises(BookError, match="session s2 of it stands on claim TEST0000003"):
        book.withdraw(file.id, **WHO)
    assert book.file(file.id).state is FileState.PLANNED
    assert book.claim("TEST0000002").live
    book.withdraw(other.id, **WHO)
    book.withdraw(file.id, **WHO)
    assert book.claim("TEST0000001").live


def test_a_rejected_replacement_lets_the_first_claim_stand(book, tmp_path):
    sent(book, draft(tmp_path, claim("s1")))
    sent(book, draft(tmp_path, replacing("s1"), replaces={0: "TEST0000001"}))
    sent(book, draft(tmp_path, replacing("s1"), replaces={0: "TEST0000002"}))
    with pytest.raises(BookError, match="is replaced by TEST0000003"):
        book.plan([draft(tmp_path, replacing("s1"), replaces={0: "TEST0000002"})], who="ann")
    book.end("TEST0000003", Ended.REJECTED, **WHO)
    assert book.claim("TEST0000002").live
    book.end("TEST0000002", Ended.REJECTED, **WHO)
    assert book.claim("TEST0000001").live


def test_an_accepted_void_frees_the_sessions(book, tmp_path):
    sent(book, draft(tmp_path, claim("s1")))
    sent(book, draft(tmp_path, replacing("s1", frequency="8"), replaces={0: "TEST0000001"}))
    with pytest.raises(SessionTaken):
        book.plan([draft(tmp_path, claim("s1"))], who="ann")
    with pytest.raises(BookError, match="is a void itself"):
        book.plan([draft(tmp_path, replacing("s1"), replaces={0: "TEST0000002"})], who="ann")
    assert book.end("TEST0000002", Ended.VOIDED, **WHO).state is ClaimState.VOIDED
    assert book.claim("TEST0000001").state is ClaimState.REPLACED
    book.plan([draft(tmp_path, claim("s1"))], who="ann")


def test_what_cannot_be_replaced(book, tmp_path):
    book.plan([draft(tmp_path, claim("s1"))], who="ann")
    sent(book, draft(tmp_path, claim("s2"), receiver=TEST_RECEIVER), draft(tmp_path, claim("s3")))
    for message, new, original in [
        ("no claim NONE", replacing("s1"), "NONE"),
        ("is planned", replacing("s1"), "TEST0000001"),
        ("or as a test", replacing("s2"), "TEST0000002"),
        ("another patient", replacing("s3", patient="p2"), "TEST0000003"),
        ("frequency 7 or 8", claim("s3"), "TEST0000003"),
        ("another form", replacing("s3", form=ClaimForm.INSTITUTIONAL), "TEST0000003"),
    ]:
        with pytest.raises(BookError, match=message):
            book.plan([draft(tmp_path, new, replaces={0: original})], who="ann")
    twice = draft(tmp_path, replacing("s3"), replacing("s4"), replaces={0: "TEST0000003", 1: "TEST0000003"})
    with pytest.raises(BookError, match="Two claims want"):
        book.plan([twice], who="ann")
    assert book.claim("TEST0000003").live


def test_a_test_file_whose_claims_were_replaced_is_not_withdrawn_first(book, tmp_path):
    (first,) = sent(book, draft(tmp_path, claim("s1"), receiver=TEST_RECEIVER))
    new = draft(tmp_path, replacing("s1"), replaces={0: "TEST0000001"}, receiver=TEST_RECEIVER)
    (second,) = book.plan([new], who="ann")
    with pytest.raises(BookError, match="was replaced by TEST0000002"):
        book.withdraw(first.id, **WHO)
    book.withdraw(second.id, **WHO)
    book.withdraw(first.id, **WHO)


@pytest.mark.parametrize(
    ("message", "changes"),
    [
        ("without claims", {"claims": ()}),
        ("HHMM", {"made_at": "2460"}),
        ("HHMM", {"made_at": "9:30"}),
        ("1 to 5,000", {"claims_per_transaction": 0}),
        ("needs a path", {"path": ""}),
        ("files of their own", {"claims": (claim("a"), claim("b", form=ClaimForm.INSTITUTIONAL))}),
        ("no such claim", {"replaces": {1: "TEST0000001"}}),
        ("from 1 to 50", {"claims": (claim(),)}),
        ("from 1 to 50", {"claims": (claim(*(f"s{n}" for n in range(51))),)}),
        ("own id of its patient", {"claims": (claim("a", patient=""),)}),
        ("names no session", {"claims": (claim(""),)}),
    ],
)
def test_drafts_that_no_file_can_be_made_from(book, tmp_path, message, changes):
    with pytest.raises(BookError, match=message):
        book.plan([replace(draft(tmp_path, claim("s1")), **changes)], who="ann")
    assert book.files() == ()


def priced(amount):
    line = replace(claim("s1").lines[0], charge=amount)
    return claim(lines=(line,))


@pytest.mark.parametrize(
    ("message", "bad"),
    [
        ("parts of a cent", priced(Decimal("80.505"))),
        ("too large", priced(Decimal("1e12"))),
        ("cannot be kept", priced(Decimal("NaN"))),
        ("lone surrogate", claim("s\ud800")),
        ("lone surrogate", claim("s1", place_of_service="\ud800")),
        ("cannot be kept", claim("s1", place_of_service=11)),
    ],
)
def test_claims_that_cannot_be_kept(book, tmp_path, message, bad):
    with pytest.raises(BookError, match=message):
        book.plan([draft(tmp_path, bad)], who="ann")
    assert book.files() == ()
    book.plan([draft(tmp_path, claim("s1"))], who="ann")


def test_who_and_why_are_asked_for(book, tmp_path):
    with pytest.raises(BookError, match="who"):
        book.plan([draft(tmp_path, claim("s1"))], who=" ")
    (file,) = book.plan([draft(tmp_path, claim("s1"))], who="ann")
    with pytest.raises(BookError, match="why"):
        book.withdraw(file.id, who="ann", why="")
    with pytest.raises(BookError, match="no file 9"):
        book.withdraw(9, **WHO)
    with pytest.raises(BookError, match="no claim X"):
        book.end("X", Ended.REJECTED, **WHO)
    with pytest.raises(BookError, match="no claim X"):
        book.claim_data("X")
    assert (book.claim("X"), book.line("X"), book.file(9)) == (None, None, None)


def override(**changes):
    return replace(
        Override("s1", "p1", "U105", "dr lee", "the note shows the minutes", date(2026, 5, 1)), **changes
    )


def test_overrides_are_kept_once(book, tmp_path):
    book.plan([draft(tmp_path, claim("s1"))], who="ann", overrides=[override()])
    assert book.record_overrides([override(), override(finding_code="S115")], who="bob") == 1
    assert book.overrides() == (override(), override(finding_code="S115"))
    told = [event for event in book.events() if event.what == "override"]
    assert [event.who for event in told] == ["ann", "bob"]
    assert "U105" in told[0].detail
    assert told[0].why == "the note shows the minutes"


@pytest.mark.parametrize("field", ["session_id", "patient_id", "finding_code", "who", "why"])
def test_an_override_says_everything(book, tmp_path, field):
    with pytest.raises(BookError, match="must name"):
        book.plan([draft(tmp_path, claim("s1"))], who="ann", overrides=[override(**{field: " "})])
    assert book.files() == ()
    assert book.overrides() == ()


def test_numbers_are_skipped_forward_and_never_run_over(book, tmp_path):
    book.skip_numbers("interchange", 999_999_999, who="ann", why="an earlier system")
    assert any("Only 1 interchange control numbers are left" in told for told in book.warnings())
    (file,) = book.plan([draft(tmp_path, claim("s1"))], who="ann")
    assert file.interchange_number == 999_999_999
    with pytest.raises(BookError, match="used up"):
        book.plan([draft(tmp_path, claim("s2"))], who="ann")
    assert book.standing([("s2", "p1")]) == {}
    with pytest.raises(BookError, match="only go up"):
        book.skip_numbers("interchange", 1, who="ann", why="again")
    with pytest.raises(BookError, match="last group"):
        book.skip_numbers("group", 1_000_000_000, who="ann", why="too far")
    with pytest.raises(BookError, match="no claims numbers"):
        book.skip_numbers("claims", 5, who="ann", why="misspelt")
    book.skip_numbers(NumberKind.CLAIM, 10**16 - 1, who="ann", why="far")
    (entry,) = [n for n in book.numbers() if n.kind is NumberKind.CLAIM]
    assert entry.left == 1


def test_a_claim_number_has_at_most_twenty_signs(book, tmp_path):
    book.skip_numbers("claim", 10**16 - 1, who="ann", why="far")
    (file,) = book.plan([draft(tmp_path, claim("s1"))], who="ann")
    assert [len(number) for number in numbers_of(book, file)] == [20]
    with pytest.raises(BookError, match="used up"):
        book.plan([draft(tmp_path, claim("s2"))], who="ann")


def test_lines_and_totals(book, tmp_path):
    sent(book, draft(tmp_path, claim("s1", "s2"), claim("s3")))
    book.plan([draft(tmp_path, claim("s4"), receiver=TEST_RECEIVER)], who="ann")
    assert [line.control_number for line in book.lines("TEST0000001")] == ["TEST0000001L01", "TEST0000001L02"]
    line = book.line("TEST0000001L02")
    assert (line.sessions, line.charge, line.modifiers, line.units) == (("s2",), Decimal("80.50"), ("GP",), 1)
    assert line.claim == book.claim("TEST0000001")
    totals = {(t.test, t.state): (t.claims, t.lines, t.charge, t.allowed) for t in book.totals()}
    assert totals == {
        (False, ClaimState.SENT): (2, 3, Decimal("241.50"), Decimal("156.42")),
        (True, ClaimState.PLANNED): (1, 1, Decimal("80.50"), Decimal("52.14")),
    }
    assert [c.control_number for c in book.claims(state=ClaimState.PLANNED)] == ["TEST0000003"]


def test_claims_of_a_patient(book, tmp_path):
    book.plan([draft(tmp_path, claim("s1"), claim("s2", patient="p2"), claim("s3"))], who="ann")
    assert [c.control_number for c in book.claims(patient_id="p1")] == ["TEST0000001", "TEST0000003"]
    assert [c.control_number for c in book.claims(patient_id="p2", state=ClaimState.SENT)] == []


def test_events_tell_who_what_and_why_without_a_patient(book, tmp_path):
    (file,) = book.plan([draft(tmp_path, claim("s1"))], who="ann")
    written(book, file)
    book.withdraw(file.id, who="bob", why="wrong place")
    told = [(event.who, event.what, event.file, event.why) for event in book.events()]
    assert told[-3:] == [
        ("ann", "planned", file.id, ""),
        ("teachback", "written", file.id, ""),
        ("bob", "withdrawn", file.id, "wrong place"),
    ]
    number = list(book.events())[-2].number
    assert [event.what for event in book.events(after=number)] == ["withdrawn"]
    assert not any(word in str(event) for event in book.events() for word in ("Doe", "1SG4TE5MK73", "1950"))


def test_a_book_that_was_used_has_no_faults(book, tmp_path):
    (one,) = book.plan([draft(tmp_path, claim("s1", "s2"))], who="ann", overrides=[override()])
    finish(book, one, write)
    book.mark_sent(one.id, who="ann")
    (two,) = book.plan([draft(tmp_path, replacing("s1"), replaces={0: "TEST0000001"})], who="ann")
    checked = book.check()
    assert checked.faults == ()
    assert (checked.files, checked.claims) == (2, 2)
    assert [note for note in checked.notes if "planned and not written" in note]
    book.withdraw(two.id, **WHO)
    assert book.check().faults == ()


def test_pages_of_claims_and_events(book, tmp_path):
    many = [claim(f"s{n}") for n in range(2_345)]
    book.plan([draft(tmp_path, *many)], who="ann")
    assert len({entry.control_number for entry in book.claims()}) == 2_345
    book.record_overrides([override(session_id=f"s{n}") for n in range(2_100)], who="ann")
    numbers = [event.number for event in book.events()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert book.check().faults == ()
