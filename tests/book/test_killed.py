"""A process that is killed at any step neither loses a claim nor repeats one when the same command runs again."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import time
from pathlib import Path

import pytest

from teachback.book import SqliteBook
from tests.book import runs
from tests.book.keepers import SqliteKeeper
from tests.book.made import write

SESSIONS = ["s1", "s2", "s3"]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")


class Steps:
    """Counts what a run does, and kills it at the step ``last``."""

    def __init__(self, last):
        self.last = last
        self.count = 0

    def step(self, *_anything):
        self.count += 1
        if self.count == self.last:
            runs.die()


def watch(steps):
    """Count every SQL statement, every write and sync of a file, and every rename, before it happens."""
    connect, fsync, replace = sqlite3.connect, os.fsync, Path.replace

    def connected(*arguments, **settings):
        db = connect(*arguments, **settings)
        db.set_trace_callback(steps.step)
        return db

    def synced(handle):
        steps.step()
        fsync(handle)
        steps.step()

    def renamed(self, target):
        steps.step()
        moved = replace(self, target)
        steps.step()
        return moved

    def chunks(submission):
        for chunk in write(submission):
            steps.step()
            yield chunk

    sqlite3.connect, os.fsync, Path.replace, runs.write = connected, synced, renamed, chunks


def whole(keeper, out, sessions):
    """Every session stands on exactly one claim, in exactly one file that is whole."""
    with keeper.open() as book:
        assert book.unfinished() == ()
        assert set(book.standing((s, "p1") for s in sessions)) == {(s, "p1") for s in sessions}
        claims = list(book.claims())
        carried = sorted(s for entry in claims if entry.live for s in entry.sessions)
        assert carried == sorted(sessions)
        checked = book.check()
        assert checked.faults == ()
        assert checked.notes == ()
        paths = {Path(file.path) for file in book.files()}
        for file in book.files():
            assert Path(file.path).read_bytes() == b"".join(write(book.submission(file.id)))
    assert set(out.iterdir()) == paths


def test_a_run_that_is_killed_at_every_step_is_made_good_by_the_next(tmp_path):
    died = 0
    for last in range(1, 500):
        keeper, out = SqliteKeeper(tmp_path / str(last)), tmp_path / str(last) / "out"

        def work(last=last, keeper=keeper, out=out):
            watch(Steps(last))
            runs.claim_run(keeper, out, SESSIONS)

        status = runs.ended(runs.forked(work))
        if status == 0:
            break
        assert status == runs.DIED
        died += 1
        runs.claim_run(keeper, out, SESSIONS)
        whole(keeper, out, SESSIONS)
    else:
        pytest.fail("the run never came to its end")
    whole(keeper, out, SESSIONS)
    assert died > 60


def test_a_second_death_while_making_good(tmp_path):
    seen = 0
    for last in range(1, 60, 3):
        keeper, out = SqliteKeeper(tmp_path / str(last)), tmp_path / str(last) / "out"
        with keeper.open() as book:
            book.plan([runs.draft(out, runs.claim("s1"))], who="ann")

        def work(last=last, keeper=keeper, out=out):
            watch(Steps(last))
            runs.claim_run(keeper, out, SESSIONS)

        if runs.ended(runs.forked(work)) == runs.DIED:
            seen += 1
        runs.claim_run(keeper, out, SESSIONS)
        whole(keeper, out, SESSIONS)
    assert seen > 10


def test_runs_that_are_killed_at_any_moment(tmp_path):
    keeper, out = SqliteKeeper(tmp_path), tmp_path / "out"
    sessions = [f"s{n}" for n in range(2_000)]

    def work():
        for stop in range(5, len(sessions), 5):
            runs.claim_run(keeper, out, sessions[:stop])

    chance = random.Random(4)
    for _ in range(12):
        child = runs.forked(work)
        time.sleep(chance.uniform(0.02, 0.25))
        os.kill(child, signal.SIGKILL)
        assert runs.ended(child) == runs.DIED
    runs.claim_run(keeper, out, sessions[:5])
    with keeper.open() as book:
        known = [s for s in sessions if book.standing([(s, "p1")])]
    assert known == sessions[: len(known)]
    assert len(known) >= 5
    whole(keeper, out, known)


def test_a_killed_migration_is_done_by_the_next_start(tmp_path):
    from teachback.book.schema import MIGRATIONS

    newer = (*MIGRATIONS, ("CREATE TABLE ledger (id INTEGER PRIMARY KEY)", "INSERT INTO ledger VALUES (1)"))
    for last in range(1, 80):
        folder = tmp_path / str(last)
        keeper = SqliteKeeper(folder)
        runs.claim_run(keeper, folder / "out", SESSIONS)

        def work(last=last, keeper=keeper):
            watch(Steps(last))
            SqliteBook.open(keeper.folder, migrations=newer).close()

        status = runs.ended(runs.forked(work))
        with SqliteBook.open(keeper.folder, migrations=newer) as book:
            assert len(list(book.claims())) == 3
            assert [event.what for event in book.events()].count("migrated") == 1
        if status == 0:
            break
    else:
        pytest.fail("the migration never came to its end")
    assert last > 8
