"""The book on the command line, as a biller uses it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from teachback.book import FileState, SqliteBook, finish
from teachback.cli import booking
from tests.book.keepers import SqliteKeeper
from tests.book.made import TEST_RECEIVER, claim, draft, write


@pytest.fixture
def place(tmp_path):
    """A book with a sent file of two claims, a test file that is written, and one that is planned."""
    keeper = SqliteKeeper(tmp_path)
    with keeper.open() as book:
        (sent,) = book.plan(
            [draft(tmp_path / "out", claim("s1", "s2"), claim("=s3", patient="=p2"))], who="ann"
        )
        finish(book, sent, write)
        book.mark_sent(sent.id, who="ann", why="uploaded")
        (tried,) = book.plan([draft(tmp_path / "out", claim("s4"), receiver=TEST_RECEIVER)], who="ann")
        finish(book, tried, write)
        book.plan([draft(tmp_path / "out", claim("s5"))], who="ann")
    return keeper.folder


def test_files_and_totals(place, capsys):
    assert booking.run_book(place) == 0
    told = capsys.readouterr()
    assert told.err == ""
    assert "MEDICARE PART B (03102)" in told.out
    assert "837p-000000001.x12" in told.out
    assert "professional, test" in told.out
    assert "$241.50" in told.out
    assert "Not finished: file 3." in told.out


def test_claims_of_a_file(place, capsys):
    assert booking.run_book(place, file="837p-000000001.x12") == 0
    told = capsys.readouterr().out
    assert "TEST0000001" in told
    assert "2026-04-14 to 2026-04-15" in told
    assert "TEST0000003" not in told
    assert booking.run_book(place, file="7") == 2
    assert "Which file is 7?" in capsys.readouterr().err


def test_an_empty_book(tmp_path, capsys):
    SqliteKeeper(tmp_path).open().close()
    assert booking.run_book(tmp_path / "book") == 0
    assert "The book is empty" in capsys.readouterr().out


@pytest.mark.parametrize("what", ["TEST0000001", "TEST0000001L02", "s2"])
def test_a_claim_is_shown_by_any_of_its_names(place, capsys, what):
    assert booking.run_show(place, what) == 0
    told = capsys.readouterr().out
    assert "Claim TEST0000001, sent, patient p1" in told
    assert "$161.00 charged, $104.28 expected" in told
    assert "sent by ann: uploaded" in told
    assert (" <" in told) == (what == "TEST0000001L02")
    assert "Doe" not in told


def test_what_is_not_there(place, tmp_path, capsys):
    assert booking.run_show(place, "nothing") == 2
    assert "no claim, no line and no session nothing" in capsys.readouterr().err
    assert booking.run_book(tmp_path / "none") == 2
    assert "There is no book in" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_withdraw_lays_the_file_aside(place, capsys):
    assert booking.run_withdraw(place, "1", why="wrong place") == 2
    assert "was sent" in capsys.readouterr().err
    assert booking.run_withdraw(place, "837p-000000002.x12", why="only a test", who="bob") == 0
    assert "do not send it" in capsys.readouterr().out
    with SqliteBook.open(place) as book:
        file = book.file(2)
        assert file.state is FileState.WITHDRAWN
        assert not Path(file.path).exists()
        assert Path(file.path + ".withdrawn").exists()
        assert book.check().faults == ()
        assert list(book.events())[-1].who == "bob"
    assert booking.run_withdraw(place, "3", why="") == 2
    assert "Say why" in capsys.readouterr().err


def test_withdraw_finds_a_file_that_was_moved_with_its_book(place, tmp_path, capsys):
    moved = tmp_path / "moved"
    (tmp_path / "out").rename(moved)
    place.rename(moved / "book")
    assert booking.run_withdraw(moved / "book", "2", why="only a test") == 0
    assert "do not send it" in capsys.readouterr().out
    assert not (moved / "837p-000000002.x12").exists()
    (moved / "837p-000000003.x12").unlink(missing_ok=True)
    assert booking.run_withdraw(moved / "book", "3", why="only a test") == 0
    assert "if a copy lies elsewhere, do not send it" in capsys.readouterr().out


def test_sent_and_ended(place, capsys):
    assert booking.run_sent(place, "2") == 0
    assert "recorded as sent to MEDICARE PART B" in capsys.readouterr().out
    assert booking.run_sent(place, "3") == 2
    assert booking.run_end(place, "TEST0000001", "lost", why="x") == 2
    assert "rejected or voided, not as lost" in capsys.readouterr().err
    assert booking.run_end(place, "TEST0000001", "rejected", why="277CA A3") == 0
    assert "2 sessions free again" in capsys.readouterr().out


def test_verify(place, capsys):
    assert booking.run_verify(place) == 0
    told = capsys.readouterr().out
    assert "note: File 3 is planned" in told
    assert "All agrees: 3 files, 4 claims" in told
    with SqliteBook.open(place) as book:
        Path(book.file(1).path).write_text("changed")
    assert booking.run_verify(place) == 1
    assert "fault: File 1 at" in capsys.readouterr().out
    (place / "book.sqlite3").write_text("x" * 5000)
    assert booking.run_verify(place) == 2
    assert "is damaged" in capsys.readouterr().err


def test_backup(place, tmp_path, capsys):
    assert booking.run_backup(place, tmp_path / "copy") == 0
    assert booking.run_backup(place, tmp_path / "copy") == 2
    assert "is there already" in capsys.readouterr().err
    assert booking.run_book(tmp_path / "copy") == 0
    assert "note: This book is a copy" in capsys.readouterr().err


def test_export(place, tmp_path, capsys):
    out = tmp_path / "lines.csv"
    assert booking.run_export(place, out) == 0
    rows = list(csv.DictReader(out.open(encoding="utf-8", newline="")))
    assert tuple(rows[0]) == booking.EXPORTED
    numbers = [row["line"] for row in rows]
    assert numbers == [f"TEST000000{end}" for end in ("1L01", "1L02", "2L01", "3L01", "4L01")]
    assert (rows[2]["patient_id"], rows[2]["sessions"], rows[2]["charge"]) == ("'=p2", "'=s3", "80.50")
    assert out.stat().st_mode & 0o077 == 0
    assert booking.run_export(place, tmp_path / "no" / "lines.csv") == 2
    assert booking.run_export(place, place / "book.sqlite3") == 2
    assert booking.run_verify(place) == 0


def test_numbers(place, capsys):
    assert booking.run_numbers(place) == 0
    assert "interchange" in capsys.readouterr().out
    assert booking.run_numbers(place, kind="interchange", to=5_000, why="the earlier system") == 0
    assert "5,000" in capsys.readouterr().out
    assert booking.run_numbers(place, kind="interchange") == 2
    assert booking.run_numbers(place, kind="interchange", to=5, why="back") == 2
    assert "only go up" in capsys.readouterr().err
