"""What somebody changes beneath the book is refused by its file, or found by a check; and copies go on by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from teachback.book import BookError, SqliteBook, finish
from teachback.book.events import chained
from tests.book.keepers import SqliteKeeper
from tests.book.made import claim, draft, write


@pytest.fixture
def keeper(tmp_path):
    """A book with a written file of two claims, and a withdrawn one."""
    keeper = SqliteKeeper(tmp_path)
    with keeper.open() as book:
        (file,) = book.plan([draft(tmp_path / "out", claim("s1", "s2"), claim("s3"))], who="ann")
        finish(book, file, write)
        (second,) = book.plan([draft(tmp_path / "out", claim("s4"))], who="ann")
        book.withdraw(second.id, who="ann", why="a test")
    return keeper


def faults(keeper):
    with keeper.open() as book:
        return book.check().faults


def test_nothing_is_found_where_nothing_is_wrong(keeper):
    assert faults(keeper) == ()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM event",
        "UPDATE event SET who = 'bob'",
        "DELETE FROM claim",
        "UPDATE claim SET content = ''",
        "UPDATE claim SET control_number = 'X'",
        "UPDATE claim SET charge_cents = 1",
        "DELETE FROM line",
        "UPDATE line SET charge_cents = 1",
        "DELETE FROM line_session",
        "DELETE FROM claim_session",
        "UPDATE claim_session SET session_id = 'other'",
        "DELETE FROM number",
        "UPDATE number SET number = 77",
        "UPDATE counter SET next = 1",
        "DELETE FROM counter",
        "DELETE FROM file",
        "UPDATE file SET interchange_number = 9",
        "UPDATE file SET made_on = '2030-01-01'",
        "INSERT INTO claim_session VALUES (2, 's1', 'p1', 1)",
        "UPDATE claim_session SET live = 2",
        "UPDATE file SET state = 'sent', sha256 = NULL",
    ],
)
def test_the_file_itself_refuses_what_must_not_be(keeper, statement):
    with pytest.raises(Exception, match=r"kept for ever|constraint failed"):
        keeper.forge(statement)
    assert faults(keeper) == ()


@pytest.mark.parametrize(
    ("words", "statements"),
    [
        ("event 2 does not follow", ["DROP TRIGGER event_update", "UPDATE event SET why = 'x' WHERE number = 2"]),
        ("event 3 does not follow", ["DROP TRIGGER event_delete", "DELETE FROM event WHERE number = 2"]),
        ("trigger event_delete of the book was added, changed or removed", ["DROP TRIGGER event_delete"]),
        ("File 1 has another state", ["DROP TRIGGER event_delete", "DELETE FROM event WHERE number > 2"]),
        ("File 1 has another state", ["UPDATE file SET state = 'sent' WHERE id = 1"]),
        ("table song of the book was added", ["CREATE TABLE song (name)"]),
        (
            "were changed after they were planned",
            ["DROP TRIGGER claim_update", "UPDATE claim SET content = replace(content, '80.50', '80.60') WHERE id = 1"],
        ),
        (
            "Claim TEST0000001 of file 1 is not as it was planned",
            ["DROP TRIGGER claim_update", "UPDATE claim SET charge_cents = 5 WHERE id = 1"],
        ),
        (
            "Claim TEST0000002 of file 1 is not as it was planned",
            ["DROP TRIGGER line_update", "UPDATE line SET units = 9 WHERE claim = 2"],
        ),
        (
            "Claim TEST0000002 of file 1 is not as it was planned",
            ["DROP TRIGGER line_session_update", "UPDATE line_session SET session_id = 'x' WHERE line = 3"],
        ),
        ("given already", ["DROP TRIGGER counter_rises", "UPDATE counter SET next = 1 WHERE kind = 'group'"]),
        ("More claims are in the book", ["DROP TRIGGER counter_rises", "UPDATE counter SET next = 1 WHERE kind = 'claim'"]),
        (
            "numbers of file 1 are not those",
            ["DROP TRIGGER number_update", "UPDATE number SET number = 77 WHERE file = 1 AND kind = 'group'"],
        ),
        ("disagree on whether it stands", ["UPDATE claim_session SET live = 0 WHERE session_id = 's1'"]),
        ("stands, though its file was withdrawn", ["UPDATE claim SET ended = NULL WHERE file = 2"]),
        (
            "told as replaced or not",
            ["UPDATE claim SET ended = 'replaced' WHERE id = 1", "UPDATE claim_session SET live = 0 WHERE claim = 1"],
        ),
        (
            "Session s1 stands on 2 live claims",
            ["DROP INDEX claimed_once", "INSERT INTO claim_session VALUES (2, 's1', 'p1', 1)"],
        ),
        ("File 1 cannot be read back", ["DROP TRIGGER file_update", "UPDATE file SET submitter = '{}' WHERE id = 1"]),
        ("a total that differ", ["DROP TRIGGER file_update", "UPDATE file SET charge_cents = 1 WHERE id = 1"]),
        ("points to a row of file that is not there", ["PRAGMA foreign_keys = OFF", "INSERT INTO number VALUES ('group', 88, 99)"]),
    ],
)  # fmt: skip
def test_a_check_finds_what_was_changed(keeper, words, statements):
    keeper.forge(*statements)
    assert [fault for fault in faults(keeper) if words in fault]


def test_an_event_that_is_changed_with_its_own_hash_breaks_the_next_one(keeper):
    with keeper.open() as book:
        first, second, *_ = book.events()
    entry = (
        second.number,
        second.at,
        "bob",
        second.what,
        second.file,
        second.claim,
        second.why,
        second.detail,
    )
    own = chained(first.hash, entry)
    changed = f"UPDATE event SET who = 'bob', hash = '{own}' WHERE number = 2"  # noqa: S608  made here
    keeper.forge("DROP TRIGGER event_update", changed)
    assert [fault for fault in faults(keeper) if "event 3 does not follow" in fault]


def test_files_on_the_disk(keeper, tmp_path):
    with keeper.open() as book:
        written, withdrawn = (Path(file.path) for file in book.files())
        content = written.read_bytes()
        written.write_bytes(content + b" ")
        withdrawn.write_bytes(b"x")
        told = book.check().faults
        assert ["was changed after it was written" in told[0], "was withdrawn, but" in told[1]] == [
            True,
            True,
        ]
        withdrawn.unlink()
        written.unlink()
        checked = book.check()
        assert checked.faults == ()
        assert "no longer at" in checked.notes[0]


def test_a_copy_goes_on_with_numbers_of_its_own(keeper, tmp_path):
    with keeper.open() as book:
        assert book.back_up(tmp_path / "copy") == tmp_path / "copy" / "book.sqlite3"
        (file,) = book.plan([draft(tmp_path / "out", claim("s5"))], who="ann")
        original = (file.interchange_number, book.submission(file.id).claims[0].control_number)
    assert (tmp_path / "copy").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "copy" / "book.sqlite3").stat().st_mode & 0o777 == 0o600
    with SqliteBook.open(tmp_path / "copy", create=False) as copy:
        assert copy.check().faults == ()
        assert ["This book is a copy made at" in told for told in copy.warnings()] == [True]
        (file,) = copy.plan([draft(tmp_path / "other", claim("s5"))], who="ann")
        again = (file.interchange_number, copy.submission(file.id).claims[0].control_number)
        assert copy.warnings() == ()
        assert copy.check().faults == ()
    assert original[0] == 3
    assert again[0] == 100_003
    assert original[1][:4] != again[1][:4]
    with keeper.open() as book:
        assert book.check().faults == ()


def test_a_copy_overwrites_nothing(keeper, tmp_path):
    place = tmp_path / "there"
    place.mkdir()
    (place / "x").write_text("mine")
    with keeper.open() as book:
        for taken in (place, place / "x"):
            with pytest.raises(BookError, match="is there already"):
                book.back_up(taken)
        (place / "x").unlink()
        book.back_up(place)
    assert not [entry for entry in tmp_path.iterdir() if entry.name.startswith(".")]
