"""The command: from a posted denial in the book to letters on the disk, or to sentences that say why there are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from teachback.book import SqliteBook
from teachback.cli.appealing import run_appeal
from teachback.cli.claiming import Wish, run_claim
from teachback.intake.dump import write_jsonl
from teachback.remit.post import post_remittance
from teachback.remitdata import Name
from teachback.synthetic.billing import practice_file
from tests.claim.made import TODAY, session
from tests.remit.appealing import paid_line, payment_of, remittance_of


@pytest.fixture
def practice(tmp_path):
    """A practice with one sent claim; its folder and the claim's number."""
    write_jsonl([session()], tmp_path / "sessions.jsonl")
    (tmp_path / "practice.toml").write_text(practice_file(), "utf-8")
    assert not run_claim(
        Wish(
            file=tmp_path / "sessions.jsonl",
            practice=tmp_path / "practice.toml",
            out=tmp_path / "claims",
            today=TODAY,
            who="ann",
        )
    )
    with SqliteBook.open(tmp_path / "claims" / "book", create=False) as book:
        (claim,) = book.claims()
        book.mark_sent(claim.file, who="ann")
    return tmp_path, claim.control_number


def answer(folder, number, *reasons, remarks=(), numbered=True):
    """Post an answer to every line of the claim."""
    with SqliteBook.open(folder / "claims" / "book", create=False) as book:
        claim = book.claim_data(number)
        lines = [paid_line(line, *reasons, remarks=remarks) for line in claim.lines]
        if not numbered:
            lines = [replace(line, line_control_number=None) for line in lines]
        payment = payment_of(claim, *lines, names=(Name("QC", "ALDERWICK", "BEATRIZ", "MI", "1SG4TE5MK01"),))
        sent = remittance_of(payment, payee_id=claim.billing.provider.npi, is_test=book.claim(number).test)
        posting = post_remittance(book, sent, who="ann", source="answer.835")
        assert posting.posted is not None, posting.why


def appeal(folder, number, **more):
    return run_appeal(
        number,
        book=folder / "claims" / "book",
        record=folder / "sessions.jsonl",
        **{"out": folder, "today": date(2026, 6, 2), **more},
    )


@pytest.mark.parametrize("numbered", [True, False])
def test_a_posted_denial_becomes_a_letter_in_both_forms(practice, capsys, numbered):
    folder, number = practice
    answer(folder, number, "CO-50", remarks=("N115",), numbered=numbered)
    capsys.readouterr()
    assert appeal(folder, number) == 0
    told = capsys.readouterr().out
    for ending in ("pdf", "docx"):
        file = folder / f"appeal-{number}.{ending}"
        assert file.stat().st_size > 4000
        assert not file.stat().st_mode & 0o077
        assert str(file) in told
    assert "to be received by 2026-09-22 (112 days left)" in told
    assert "BEFORE YOU SEND IT" in told
    assert "Alderwick" not in told


def test_the_same_command_writes_the_same_letter(practice):
    folder, number = practice
    answer(folder, number, "CO-50")
    appeal(folder, number, out=folder / "one.pdf")
    appeal(folder, number, out=folder / "two.pdf")
    assert (folder / "one.pdf").read_bytes() == (folder / "two.pdf").read_bytes()
    assert appeal(folder, number, out=folder / "one.docx", format_="docx") == 0


def test_what_is_missing_is_told_and_nothing_is_written(practice, capsys):
    folder, number = practice
    answer(folder, number, "CO-50")
    bare = session()
    write_jsonl([replace(bare, patients=(replace(bare.patients[0], note=None),))], folder / "sessions.jsonl")
    capsys.readouterr()
    assert appeal(folder, number) == 1
    told = capsys.readouterr().out
    assert "not yet" in told
    assert "Get the signed note from the chart" in told
    assert "clinician" in told
    assert not list(folder.glob("appeal-*"))
    assert (
        appeal(folder, number, enclose=["note=scan.pdf"]) == 1
    )  # the date of the signature is missing still


@pytest.mark.parametrize(
    ("reasons", "remarks", "words"),
    [
        (("CO-16",), ("MA130",), "unprocessable"),
        (("CO-29",), (), "exception"),
        (("CO-4",), (), "GP, GO or GN"),
    ],
)
def test_without_an_appeal_the_command_says_what_helps(practice, capsys, reasons, remarks, words):
    folder, number = practice
    answer(folder, number, *reasons, remarks=remarks)
    capsys.readouterr()
    assert appeal(folder, number) == 1
    told = capsys.readouterr().out
    assert "no appeal" in told
    assert words in told
    assert not list(folder.glob("appeal-*"))


def test_a_claim_without_an_answer_is_told(practice, capsys):
    folder, number = practice
    assert appeal(folder, number) == 1
    assert "no answer" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"out": "nowhere/x.pdf"}, "there is no folder"),
        ({"out": "letter.txt"}, "ends in .pdf or .docx"),
        ({"out": "letter.pdf", "format_": "docx"}, "differ"),
        ({"format_": "odt"}, "no format odt"),
        ({"enclose": ["nte=x.pdf"]}, "--enclose nte=x.pdf is not understood"),
        ({"payer": "nobody"}, "no payer nobody"),
    ],
)
def test_wrong_usage_is_a_sentence(practice, capsys, more, words):
    folder, number = practice
    if "out" in more:
        more = {**more, "out": folder / more["out"]}
    assert appeal(folder, number, **more) == 2
    assert words in capsys.readouterr().err


def test_an_unknown_claim_and_a_missing_book_are_told(practice, capsys):
    folder, number = practice
    assert appeal(folder, "NOSUCH") == 2
    assert "there is no claim NOSUCH" in capsys.readouterr().err
    assert run_appeal(number, book=folder / "none", record=folder / "sessions.jsonl") == 2
