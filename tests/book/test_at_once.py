"""Several processes with one book: each session goes onto one claim, each number is given once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from teachback.book import BookError, finish
from tests.book import runs
from tests.book.keepers import SqliteKeeper
from tests.book.made import claim, draft, write

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")


def test_processes_that_want_the_same_sessions(keeper, tmp_path):
    sessions, out = [f"s{n}" for n in range(25)], tmp_path / "out"
    children = [runs.forked(lambda: runs.try_each(keeper, out, sessions)) for _ in range(4)]
    assert [runs.ended(child) for child in children] == [0, 0, 0, 0]
    with keeper.open() as book:
        files = book.files()
        assert sorted(s for entry in book.claims() for s in entry.sessions) == sorted(sessions)
        assert sorted(file.interchange_number for file in files) == list(range(1, len(files) + 1))
        assert book.check().faults == ()
        assert {Path(file.path) for file in files} == set(out.iterdir())


def test_processes_that_finish_the_same_file(keeper, tmp_path):
    with keeper.open() as book:
        (file,) = book.plan([draft(tmp_path / "out", *(claim(f"s{n}") for n in range(300)))], who="ann")

    def work():
        with keeper.open() as own:
            for _ in range(5):
                finish(own, file, write)

    children = [runs.forked(work) for _ in range(4)]
    assert [runs.ended(child) for child in children] == [0, 0, 0, 0]
    with keeper.open() as book:
        assert book.check().faults == ()
        assert [event.what for event in book.events()].count("written") == 1
    assert [entry.name for entry in (tmp_path / "out").iterdir()] == ["837p-000000001.x12"]


def test_processes_that_begin_the_same_book(tmp_path):
    keeper = SqliteKeeper(tmp_path)
    children = [runs.forked(lambda: keeper.open().close()) for _ in range(6)]
    assert [runs.ended(child) for child in children] == [0] * 6
    with keeper.open() as book:
        assert [event.what for event in book.events()] == ["begun"]


def test_a_command_that_waits_too_long_is_told(tmp_path):
    keeper = SqliteKeeper(tmp_path)
    with keeper.open() as first, keeper.open(wait=0.05) as second:
        first._db.execute("BEGIN IMMEDIATE")
        with pytest.raises(BookError, match="Another command is writing"):
            second.plan([draft(tmp_path, claim("s1"))], who="ann")
        assert second.files() == ()
        first._db.execute("ROLLBACK")
        second.plan([draft(tmp_path, claim("s1"))], who="ann")
