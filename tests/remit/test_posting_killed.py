"""A posting that is killed at any step is whole or absent, and the same command makes it good: nothing lost or twice."""

from __future__ import annotations

import os
import shutil
import sqlite3

import pytest

from teachback.book import Account, SqliteBook
from teachback.remit.post import post_remittance
from teachback.remit.postings import Verdict
from tests.book import runs
from tests.book.made import claim
from tests.remit.posted import (
    DEDUCTIBLE,
    DENIED,
    PAID,
    answered,
    content,
    opened,
    remittance,
    reversed_,
    service,
)

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")

ONE = "TEST0000001"
FIRST = answered(ONE, service(f"{ONE}L01", *PAID), service(f"{ONE}L02", *DENIED))
FILES = (
    remittance(FIRST, plb=("WO 5.00 ICN1",)),
    remittance(
        reversed_(FIRST),
        answered(ONE, service(f"{ONE}L01", *DEDUCTIBLE), service(f"{ONE}L02", *PAID)),
        answered("OLD-9", service(None, *PAID, procedure_code="99213")),
        trace="CHK2",
    ),
)


def post_all(folder):
    """What the command does: every file, whatever was done before."""
    with SqliteBook.open(folder / "book") as book:
        return [post_remittance(book, each, who="ann", source="a.835").verdict for each in FILES]


def wanted(tmp_path):
    with opened(tmp_path / "wanted", claim("s1", "s2")):
        pass
    post_all(tmp_path / "wanted")
    with SqliteBook.open(tmp_path / "wanted" / "book") as book:
        return content(book), book.balances()


def test_killed_at_every_step(tmp_path):
    whole, money = wanted(tmp_path)
    assert money[Account.CASH] == 4088 - 500 + 0 + 4088
    with opened(tmp_path / "new", claim("s1", "s2")):
        pass
    died, states = 0, set()
    for last in range(1, 2_000):
        folder = tmp_path / str(last)
        shutil.copytree(tmp_path / "new", folder)

        def work(last=last, folder=folder):
            watch(last)
            post_all(folder)

        status = runs.ended(runs.forked(work))
        with SqliteBook.open(folder / "book") as book:
            states.add((len(book.remittances()), sum(1 for _ in book.remitted_lines())))
            assert sum(book.balances().values()) == 0
            if not last % 10:
                assert book.check().faults == ()
        verdicts = post_all(folder)
        assert set(verdicts) <= {Verdict.POST, Verdict.ALREADY_POSTED}
        with SqliteBook.open(folder / "book") as book:
            assert content(book) == whole
            assert book.check().faults == ()
        shutil.rmtree(folder)
        if status == 0:
            break
        assert status == runs.DIED
        died += 1
    else:
        pytest.fail("the posting never came to its end")
    assert died > 150
    assert states == {(0, 0), (1, 2), (2, 7)}  # a remittance is whole or absent, never a part of it


def watch(last):
    """Die at the statement ``last`` of whoever opens a book from now on."""
    step, connect = runs_steps(last), sqlite3.connect

    def connected(*arguments, **settings):
        db = connect(*arguments, **settings)
        db.set_trace_callback(step)
        return db

    sqlite3.connect = connected


def runs_steps(last):
    """Dies at the statement ``last``."""
    count = 0

    def step(_statement):
        nonlocal count
        count += 1
        if count == last:
            runs.die()

    return step


def test_two_processes_post_the_same_files(tmp_path):
    whole, _ = wanted(tmp_path)
    with opened(tmp_path, claim("s1", "s2")):
        pass
    children = [runs.forked(lambda: post_all(tmp_path)) for _ in range(4)]
    assert [runs.ended(child) for child in children] == [0] * 4
    with SqliteBook.open(tmp_path / "book") as book:
        assert content(book) == whole
        assert book.check().faults == ()
