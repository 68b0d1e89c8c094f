"""What the claim command does with a book, in small; and processes that die or race while they do it."""

from __future__ import annotations

import os
import signal
import traceback

from teachback.book import SessionTaken, finish
from tests.book.made import claim, draft, write

DIED = -1


def claim_run(keeper, out, sessions):
    """Finish what is unfinished, leave out what stands on claims, plan the rest, write it."""
    with keeper.open() as book:
        for file in book.unfinished():
            finish(book, file, write)
        standing = book.standing((session, "p1") for session in sessions)
        new = [claim(session) for session in sessions if (session, "p1") not in standing]
        if new:
            for file in book.plan([draft(out, *new)], who="ann"):
                finish(book, file, write)


def try_each(keeper, out, sessions):
    """Claim sessions one by one where nobody else was faster."""
    for session in sessions:
        with keeper.open() as book:
            try:
                files = book.plan([draft(out, claim(session))], who="ann")
            except SessionTaken:
                continue
            for file in files:
                finish(book, file, write)


def forked(work):
    """Do the work in a process of its own; its id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    except BaseException:  # noqa: BLE001  whatever it is, it must not come back into the test runner
        traceback.print_exc()
    finally:
        os._exit(status)


def ended(child):
    """The exit status of a process; ``DIED`` where it was killed."""
    _, status = os.waitpid(child, 0)
    return DIED if os.WIFSIGNALED(status) else os.waitstatus_to_exitcode(status)


def die():
    """End at once, as by a loss of power."""
    os.kill(os.getpid(), signal.SIGKILL)
