"""Corrections: a void or a replacement of a claim that its payer has, round the book, and every refusal in one sentence."""

from __future__ import annotations

import os
import re
import signal
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from teachback.book import ClaimState, Ended, SqliteBook
from teachback.claim.changes import change_reason
from teachback.claim.correcting import is_taken
from teachback.cli.claiming import Wish, run_claim
from teachback.cli.correcting import Correction, run_correct
from teachback.intake.dump import write_jsonl
from teachback.model import ClaimForm
from teachback.synthetic.billing import practice_file
from tests.claim.made import DAY, NP, TODAY, patient, session
from tests.claim.test_command import INSTITUTIONAL
from tests.x12.test_judges import pyx12_errors, x12sdk_claims

ICN = "22610000000001AZA"


def visit(number, day=DAY, **facts):
    facts = {"place_of_service": "22", "claim_form": ClaimForm.INSTITUTIONAL, "type_of_bill": "131"} | facts
    return session(number, day, **facts)


MONTH = tuple(visit(n, DAY + timedelta(days=n)) for n in (1, 2, 3))


@pytest.fixture
def folder(tmp_path):
    """A practice with a book in which a month of three visits is claimed and sent."""
    (tmp_path / "practice.toml").write_text(practice_file() + INSTITUTIONAL, "utf-8")
    begin(tmp_path, MONTH)
    return tmp_path


def begin(folder, sessions, *, send=True):
    """Claim these sessions, and say that the file was sent."""
    write_jsonl(sessions, folder / "sessions.jsonl")
    wish = Wish(folder / "sessions.jsonl", folder / "practice.toml", folder / "out", today=TODAY, who="ann")
    assert run_claim(wish) == 0
    if send:
        with SqliteBook.open(folder / "out/book") as book:
            for file in book.files():
                book.mark_sent(file.id, who="ann")


def claims(folder):
    with SqliteBook.open(folder / "out/book") as book:
        return list(book.claims())


def number(folder):
    return claims(folder)[0].control_number


def asked(place, how, **more):
    files = (
        {"sessions": place / "sessions.jsonl", "practice": place / "practice.toml"}
        if how == "replacement"
        else {}
    )
    plain = {
        "folder": place / "out/book",
        "how": how,
        "out": place / "fixed",
        "why": "a visit was missed",
        "payer_number": ICN,
        "today": TODAY,
        "who": "ben",
    }
    wanted = plain | files | more
    if "claim" not in wanted:
        wanted["claim"] = number(place)
    return Correction(**wanted)


def correct(place, how, **more):
    return run_correct(asked(place, how, **more))


def fixed(folder):
    (file,) = (folder / "fixed").glob("*.edi")
    return file.read_text("ascii")


def judged(folder, teachback):
    """Both judges and our own checker have nothing against the file."""
    (file,) = (folder / "fixed").glob("*.edi")
    assert pyx12_errors(file.read_bytes()) == []
    assert len(x12sdk_claims(file.read_bytes())) == 1
    status, out, _ = teachback("check", file, "--received", TODAY.isoformat())
    assert status == 0, out
    both = (*(folder / "out").glob("*.edi"), file)
    status, out, _ = teachback("check", *both, "--received", TODAY.isoformat())
    assert status == 0, out


def test_a_void_repeats_the_month_with_the_payers_number(folder, teachback, capsys):
    (sent,) = (folder / "out").glob("837I-*.edi")
    assert correct(folder, "void", why="claimed by mistake") == 0
    out = capsys.readouterr().out
    text = fixed(folder)
    first, second = claims(folder)
    assert re.search(rf"\nCLM\*{second.control_number}\*495(\.00)?\*\*\*13:A:8\*", text)
    assert f"\nREF*F8*{ICN}~" in text
    assert "\nHI*BG:D6~" in text
    services = re.compile(r"\nSV2[^\n]*")
    assert services.findall(text) == services.findall(sent.read_text("ascii"))
    assert (second.frequency_code, second.replaces) == ("8", first.control_number)
    assert first.state is ClaimState.REPLACED
    assert second.state is ClaimState.WRITTEN
    assert f"VOID of claim {first.control_number}" in out
    assert "type of bill 138" in out
    assert f"book end {folder / 'out/book'} {second.control_number} voided" in out
    judged(folder, teachback)


def test_the_book_keeps_who_and_why(folder, teachback):
    correct(folder, "void", why="claimed by mistake")
    with SqliteBook.open(folder / "out/book") as book:
        (event,) = [event for event in book.events() if event.what == "replaced"]
        assert (event.who, event.why) == ("ben", "claimed by mistake")
        assert not book.check().faults
    status, out, _ = teachback("book", "show", folder / "out/book", number(folder))
    assert status == 0
    assert "replaced by ben: claimed by mistake" in out


def test_an_accepted_void_frees_the_sessions(folder):
    correct(folder, "void")
    with SqliteBook.open(folder / "out/book") as book:
        void = list(book.claims())[1]
        book.mark_sent(void.file, who="ann")
        book.end(void.control_number, Ended.VOIDED, who="ann", why="277CA")
        assert not book.standing([("S001", "P001")])
    begin(folder, MONTH, send=False)
    assert claims(folder)[-1].frequency_code == "1"
    assert len(claims(folder)) == 3


def test_a_withdrawn_void_lets_the_claim_stand_again(folder):
    correct(folder, "void")
    with SqliteBook.open(folder / "out/book") as book:
        void = list(book.claims())[1]
        book.withdraw(void.file, who="ann", why="wrong claim")
    assert claims(folder)[0].state is ClaimState.SENT
    assert correct(folder, "void", out=folder / "again") == 0


def test_a_replacement_is_built_anew_with_sessions_added_and_withdrawn(folder, teachback, capsys):
    late = visit(9, DAY + timedelta(days=4))
    write_jsonl((*MONTH[1:], late), folder / "sessions.jsonl")
    assert correct(folder, "replacement", without=("S001",)) == 0
    out = capsys.readouterr().out
    text = fixed(folder)
    first, second = claims(folder)
    assert re.search(rf"\nCLM\*{second.control_number}\*495(\.00)?\*\*\*13:A:7\*", text)
    assert f"\nREF*F8*{ICN}~" in text
    assert "\nHI*BG:D0~" in text
    assert text.count("\nSV2*0420*") == 6
    assert "\nDTP*434*RD8*20260416-20260418~" in text
    assert second.sessions == ("S002", "S003", "S009")
    assert (second.frequency_code, second.replaces) == ("7", first.control_number)
    assert "added: S009" in out
    assert "left out: S001" in out
    assert "type of bill 137" in out
    judged(folder, teachback)
    with SqliteBook.open(folder / "out/book") as book:
        assert not book.check().faults
        standing = book.standing([("S001", "P001"), ("S009", "P001")])
        assert {pair: claim.control_number for pair, claim in standing.items()} == {
            ("S009", "P001"): second.control_number
        }


def test_a_replacement_is_replaced_in_turn(folder):
    write_jsonl(MONTH[:2], folder / "sessions.jsonl")
    assert correct(folder, "replacement", without=("S003",)) == 0
    with SqliteBook.open(folder / "out/book") as book:
        made = list(book.claims())[1]
        book.mark_sent(made.file, who="ann")
    write_jsonl(MONTH, folder / "sessions.jsonl")
    again = {"claim": made.control_number, "payer_number": "2261-NEW", "out": folder / "again"}
    assert correct(folder, "replacement", **again) == 0
    (file,) = (folder / "again").glob("*.edi")
    text = file.read_text("ascii")
    assert "\nREF*F8*2261-NEW~" in text
    assert text.count("HI*BG:") == 1
    assert claims(folder)[-1].sessions == ("S001", "S002", "S003")


def test_a_replacement_after_the_filing_limit_has_another_clock(folder):
    write_jsonl(MONTH[:2], folder / "sessions.jsonl")
    later = date(2027, 9, 1)
    assert correct(folder, "replacement", without=("S003",), today=later) == 0


def test_a_dry_run_writes_nothing(folder, capsys):
    before = (folder / "out/book/book.sqlite3").read_bytes()
    write_jsonl(MONTH[:2], folder / "sessions.jsonl")
    for how, more in (("void", {}), ("replacement", {"without": ("S003",)})):
        assert correct(folder, how, dry_run=True, **more) == 0
        assert f"WOULD BE SENT (nothing was written): a {how} of claim" in capsys.readouterr().out
    assert not (folder / "fixed").exists()
    assert (folder / "out/book/book.sqlite3").read_bytes() == before


def test_what_stays_off_a_replacement_is_told(folder, capsys):
    lame = visit(9, DAY + timedelta(days=4), patients=(patient(need=None),))
    changed = (replace(MONTH[0], minutes=60, end_time=None), *MONTH[1:])
    write_jsonl((*changed, lame), folder / "sessions.jsonl")
    assert correct(folder, "replacement") == 0
    out = capsys.readouterr().out
    assert "kept back by D401 need-not-documented: S009" in out
    assert "condition code D2" in out


def test_no_name_stands_in_what_is_printed(folder, capsys):
    write_jsonl((*MONTH[:2], visit(9, DAY + timedelta(days=4))), folder / "sessions.jsonl")
    correct(folder, "replacement")
    correct(folder, "replacement", without=("S003",))
    printed = capsys.readouterr()
    for private in ("Alderwick", "Beatriz", "1SG4TE5", "1944"):
        assert private not in printed.out + printed.err


def refused(folder, capsys, how, **more):
    """The one sentence of a correction that is refused, with nothing in the book changed."""
    before = [(claim.control_number, claim.state) for claim in claims(folder)]
    assert correct(folder, how, **more) == 2
    assert [(claim.control_number, claim.state) for claim in claims(folder)] == before
    assert not (folder / "fixed").exists()
    return capsys.readouterr().err.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("how", "more", "words"),
    [
        ("void", {"claim": "NOPE0000001"}, "There is no claim NOPE0000001 in this book"),
        (
            "void",
            {"payer_number": None},
            "copy it from the remittance (ICN or DCN, CLP07) with --payer-number",
        ),
        ("void", {"payer_number": "A*B"}, "has 1 to 50 letters and digits without blanks"),
        ("void", {"payer_number": "9" * 51}, "has 1 to 50 letters and digits without blanks"),
        ("void", {"change": "D0"}, "No void has the change D0: choose one of D5, D6"),
        ("replacement", {"change": "D6"}, "would be replaced by the same claim"),
        ("void", {"payer": "nobody"}, "no payer nobody"),
        ("void", {"why": " "}, "say with --why what is wrong"),
        ("void", {"without": ("S001",)}, "a void repeats the claim as it was booked"),
        ("replacement", {"sessions": None}, "add --sessions FILE and --practice practice.toml"),
        ("replacement", {}, "would be replaced by the same claim: correct the records first"),
        ("replacement", {"without": ("S404",)}, "--without names S404, which is neither on claim"),
        ("replacement", {"without": ("S001", "S002", "S003")}, "void the claim instead"),
        ("replacement", {"group": "nowhere"}, "no group nowhere in practice.toml"),
        ("replacement", {"practice": Path("nothing.toml")}, "expected a file that can be read"),
        ("void", {"out": Path("no/such/place")}, "there is no folder"),
    ],
)
def test_a_refusal_is_one_sentence(folder, capsys, how, more, words):
    assert words in refused(folder, capsys, how, **more)


def test_the_posted_remittance_knows_the_payers_number(folder, capsys, monkeypatch):
    answers = {
        f"{number(folder)}L{at:02d}": SimpleNamespace(id=at, payer_claim_control_number=f"ICN{at}")
        for at in (1, 2)
    }
    monkeypatch.setattr(SqliteBook, "standing_adjudication", lambda _book, asked: answers.get(asked))
    assert correct(folder, "void", dry_run=True) == 0
    assert f"has the number ICN2; {ICN} is sent as you said" in capsys.readouterr().err
    assert correct(folder, "void", payer_number=None) == 0
    assert "\nREF*F8*ICN2~" in fixed(folder)


def test_a_book_that_is_not_there_is_told(folder, capsys):
    assert correct(folder, "void", folder=folder / "no-book", claim=number(folder)) == 2
    assert "no-book" in capsys.readouterr().err


def test_our_own_number_is_no_payers_number(folder, capsys):
    sentence = refused(folder, capsys, "void", payer_number=number(folder))
    assert "is our own number of the claim" in sentence


def test_a_line_is_not_corrected_alone(folder, capsys):
    sentence = refused(folder, capsys, "void", claim=f"{number(folder)}L01")
    assert f"name {number(folder)}" in sentence


def test_a_session_is_not_lost_without_a_word(folder, capsys):
    other = patient(2)
    broken = (
        replace(MONTH[0], patients=(patient(need=None),)),
        replace(MONTH[1], patients=(other,)),
    )
    write_jsonl(broken, folder / "sessions.jsonl")
    sentence = refused(folder, capsys, "replacement")
    assert "would lose 3 of its sessions" in sentence
    assert "S001 is kept back (D401 need-not-documented)" in sentence
    assert "S002 belongs to another claim now" in sentence
    assert "S003 is not in the sessions file" in sentence


def test_another_medicare_number_is_a_void(folder, capsys):
    known = patient(mbi="1SG4TE5MK07")
    write_jsonl([replace(visit, patients=(known,)) for visit in MONTH], folder / "sessions.jsonl")
    assert "Medicare number of the patient is another one" in refused(folder, capsys, "replacement")
    assert correct(folder, "void", change="d5") == 0
    assert "\nHI*BG:D5~" in fixed(folder)


def test_a_claim_that_was_not_sent_is_withdrawn_instead(tmp_path, capsys):
    (tmp_path / "practice.toml").write_text(practice_file() + INSTITUTIONAL, "utf-8")
    begin(tmp_path, MONTH, send=False)
    sentence = refused(tmp_path, capsys, "void")
    assert f"was not sent: withdraw its file (teachback book withdraw {tmp_path / 'out/book'} 1" in sentence


@pytest.mark.parametrize("state", ["withdrawn", "rejected"])
def test_a_claim_that_no_payer_holds_is_claimed_anew(folder, capsys, state):
    with SqliteBook.open(folder / "out/book") as book:
        if state == "rejected":
            book.end(number(folder), Ended.REJECTED, who="ann", why="MA130")
        else:
            book.withdraw(1, who="ann", why="a test file")
    assert f"is {state}, so its sessions are free" in refused(folder, capsys, "void")


def test_a_claim_is_corrected_once(folder, capsys):
    first = number(folder)
    assert correct(folder, "void") == 0
    void = claims(folder)[1]
    assert correct(folder, "void", claim=first) == 2
    assert f"was taken over by the void {void.control_number}, which is written" in capsys.readouterr().err
    with SqliteBook.open(folder / "out/book") as book:
        book.mark_sent(void.file, who="ann")
    assert correct(folder, "replacement", claim=first) == 2
    assert "record the payer's answer" in capsys.readouterr().err
    assert correct(folder, "void", claim=void.control_number) == 2
    assert "is a void itself" in capsys.readouterr().err
    with SqliteBook.open(folder / "out/book") as book:
        book.end(void.control_number, Ended.VOIDED, who="ann", why="accepted")
    assert correct(folder, "void", claim=first) == 2
    assert "make a new claim of its sessions" in capsys.readouterr().err
    assert correct(folder, "void", claim=void.control_number) == 2
    assert "is voided, so its sessions are free" in capsys.readouterr().err


def test_the_newer_of_two_is_corrected(folder, capsys):
    write_jsonl(MONTH[:2], folder / "sessions.jsonl")
    correct(folder, "replacement", without=("S003",))
    made = claims(folder)[1]
    with SqliteBook.open(folder / "out/book") as book:
        book.mark_sent(made.file, who="ann")
    assert correct(folder, "void", claim=made.replaces) == 2
    assert f"correct {made.control_number} instead" in capsys.readouterr().err


def test_medicare_takes_no_correction_of_a_professional_claim(tmp_path, capsys):
    (tmp_path / "practice.toml").write_text(practice_file(), "utf-8")
    begin(tmp_path, [session(1), session(2, DAY + timedelta(days=1))])
    for how in ("void", "replacement"):
        sentence = refused(tmp_path, capsys, how)
        assert "Medicare takes no replacement or void of a professional claim" in sentence
        assert "ask the contractor for a reopening" in sentence
        assert (
            f"teachback book end {tmp_path / 'out/book'} {number(tmp_path)} rejected --why MA130" in sentence
        )


def test_a_payer_whose_file_says_so_takes_it(tmp_path):
    (tmp_path / "practice.toml").write_text(practice_file(), "utf-8")
    begin(tmp_path, [session(1), session(2, DAY + timedelta(days=2))])
    more = [session(1, minutes=60, end_time=None), session(2, DAY + timedelta(days=2))]
    between, after = session(3, DAY + timedelta(days=1)), session(4, DAY + timedelta(days=9))
    elsewhere = session(5, DAY + timedelta(days=1), who=NP)
    write_jsonl([*more, between, after, elsewhere], tmp_path / "sessions.jsonl")
    assert correct(tmp_path, "replacement", payer="example-midpoint") == 0
    text = fixed(tmp_path)
    assert re.search(r"\nCLM\*\w+\*[0-9.]+\*\*\*11:B:7\*", text)
    assert f"\nREF*F8*{ICN}~" in text
    assert "HI*BG" not in text
    assert claims(tmp_path)[1].sessions == ("S001", "S002", "S003")
    assert pyx12_errors(text.encode()) == []


def test_a_professional_claim_carries_no_change(tmp_path, capsys):
    (tmp_path / "practice.toml").write_text(practice_file(), "utf-8")
    begin(tmp_path, [session(1)])
    sentence = refused(tmp_path, capsys, "void", payer="example-midpoint", change="D6")
    assert "A void of a professional claim carries no --change" in sentence


def test_what_is_taken_is_dated_law():
    assert is_taken(ClaimForm.INSTITUTIONAL, TODAY)
    assert not is_taken(ClaimForm.PROFESSIONAL, TODAY)
    assert is_taken(ClaimForm.PROFESSIONAL, TODAY, "example-midpoint")
    assert not is_taken(ClaimForm.INSTITUTIONAL, date(2023, 12, 31))


def test_one_code_tells_what_changed(folder):
    with SqliteBook.open(folder / "out/book") as book:
        claim = book.claim_data(number(folder))
    bill, line = claim.institutional, claim.lines[0]

    def with_line(**facts):
        return replace(claim, lines=(replace(line, **facts), *claim.lines[1:]))

    def with_bill(**facts):
        return replace(claim, institutional=replace(bill, **facts))

    second = replace(claim, payer_order=type(claim.payer_order).SECONDARY)
    assert change_reason(claim, second) == "D7"
    assert change_reason(second, claim) == "D8"
    assert change_reason(claim, with_bill(statement_through=date(2026, 4, 29))) == "D0"
    assert change_reason(claim, with_line(date_of_service=DAY + timedelta(days=2))) == "D0"
    assert change_reason(claim, with_line(units=2)) == "D2"
    assert change_reason(claim, with_line(modifiers=("GP", "KX"))) == "D2"
    assert change_reason(claim, with_line(charge=line.charge + 1)) == "D1"
    assert change_reason(claim, with_bill(patient_status="30")) == "E0"
    assert change_reason(claim, replace(claim, diagnoses=("I69354",))) == "D9"


def test_a_change_that_wants_remarks_is_told(folder, capsys):
    told = [replace(v, patients=(patient(diagnoses=("I69.354",)),)) for v in MONTH]
    write_jsonl(told, folder / "sessions.jsonl")
    assert correct(folder, "replacement", dry_run=True) == 0
    assert "D9 wants remarks" in capsys.readouterr().err
    assert correct(folder, "replacement", change="D4") == 0
    assert "\nHI*BG:D4~" in fixed(folder)


def test_the_reasons_of_claim_name_the_command(folder, teachback):
    write_jsonl((*MONTH, visit(9, DAY)), folder / "sessions.jsonl")
    arguments = ("--practice", folder / "practice.toml", "--out", folder / "out", "--today", TODAY)
    _, out, _ = teachback("claim", folder / "sessions.jsonl", *arguments)
    assert "F122 month-claimed-already" in out
    assert "teachback correct" in out
    write_jsonl((*MONTH, visit(9, MONTH[0].date_of_service, minutes=20)), folder / "sessions.jsonl")
    _, out, _ = teachback("claim", folder / "sessions.jsonl", *arguments)
    assert "F118 day-claimed-already" in out
    assert "teachback correct" in out


def test_the_command_line(folder, teachback):
    arguments = ("--as", "void", "--why", "twice", "--out", folder / "fixed", "--payer-number", ICN)
    status, out, _ = teachback("correct", folder / "out/book", number(folder), *arguments, "--today", TODAY)
    assert status == 0, out
    assert "VOID of claim" in out


def dying(folder, last, **more):
    """Correct in a process that dies at a sync or rename; whether it died."""
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    left, sync, rename = last, os.fsync, Path.replace

    def step():
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    def synced(handle):
        step()
        sync(handle)

    def renamed(self, target):
        step()
        moved = rename(self, target)
        step()
        return moved

    os.fsync, Path.replace = synced, renamed
    status = 1
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            status = correct(folder, "void", **more)
    finally:
        os._exit(status)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")
def test_a_run_that_dies_is_finished_by_the_next_one(folder, capsys):
    first, deaths = number(folder), 0
    for last in range(1, 20):
        place = folder / f"run{last}"
        if not dying(folder, last, claim=first, out=place):
            break
        deaths += 1
        assert correct(folder, "void", claim=first, out=place) == 0
        assert "begun by an earlier run and is finished now" in capsys.readouterr().out
        (file,) = place.glob("*.edi")
        assert file.read_text("ascii").count("13:A:8") == 1
        assert not list(place.glob("*.part"))
        with SqliteBook.open(folder / "out/book") as book:
            assert not book.unfinished()
            assert not book.check().faults
            (void,) = [claim for claim in book.claims() if claim.live]
            book.withdraw(void.file, who="ann", why="once more")
            assert book.claim(first).state is ClaimState.SENT
        file.unlink()
    assert deaths > 2
