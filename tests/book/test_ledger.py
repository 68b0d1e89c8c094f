"""The ledger is kept honest by the file itself, and a check finds what somebody changed beneath it."""

from __future__ import annotations

import pytest

from teachback.book import Account, BookError, EntryKind, ledger
from teachback.book.acts import dollars
from teachback.remit.post import post_remittance
from tests.book.keepers import SqliteKeeper
from tests.book.made import claim
from tests.remit.posted import DENIED, PAID, answered, remittance, sent, service

ONE = "TEST0000001"
ENTRY = "INSERT INTO entry VALUES (99, 'now', 'ann', '{}', '2026-01-01', 0, NULL, NULL, NULL, NULL, '{}')"

AGAIN = (
    "INSERT INTO remitted_line SELECT {}, remitted_claim, {}, state, claim, line, outcome, score, how, why, "
    "charge_cents, paid_cents, 1, NULL FROM remitted_line WHERE id = 1"
)
POSTED_AGAIN = (
    "INSERT INTO remittance SELECT 99, identity, state, source, manual, who, at, test, payer_name, payer_id, "
    "trace_number, method, paid_cents, paid_on, claims, why, digest, content FROM remittance"
)


@pytest.fixture
def keeper(tmp_path):
    """A book with a claim of two lines, one paid, one denied."""
    keeper = SqliteKeeper(tmp_path)
    with keeper.open() as book:
        sent(book, tmp_path / "out", claim("s1", "s2"))
        found = remittance(
            answered(ONE, service(f"{ONE}L01", *PAID), service(f"{ONE}L02", *DENIED)), plb=("WO 1.00 X",)
        )
        post_remittance(book, found, who="ann", source="a.835")
    return keeper


def part(account, cents, position=1):
    return f"INSERT INTO part VALUES (99, {position}, '{account}', {cents}, NULL, NULL)"  # noqa: S608  made here


def pair(source, to, cents=100):
    return [part(source, -cents, 1), part(to, cents, 2)]


def faults(keeper):
    with keeper.open() as book:
        return book.check().faults


@pytest.mark.parametrize(
    "statements",
    [
        ["UPDATE entry SET who = 'bob'"],
        ["DELETE FROM entry"],
        ["UPDATE part SET cents = 1"],
        ["DELETE FROM part"],
        ["UPDATE remittance SET identity = 'x'"],
        ["DELETE FROM remittance"],
        ["UPDATE remitted_claim SET content = ''"],
        ["DELETE FROM remitted_claim"],
        ["UPDATE remitted_line SET state = 'not_ours'"],
        ["DELETE FROM remitted_line"],
        ["DELETE FROM payee"],
        ["INSERT INTO part VALUES (1, 9, 'cash', 5, NULL, NULL)"],
        [part("cash", 5), ENTRY.format("adjudicated", "")],
        [ENTRY.format("adjudicated", "")],
        [part("cash", 0)],
        [part("cash", 1.5)],
        [part("petty_cash", 5)],
        [*pair("denied", "written_off"), ENTRY.format("adjudicated", "x")],
        [*pair("payer_receivable", "written_off"), ENTRY.format("adjudicated", "x")],
        [*pair("payer_receivable", "written_off"), ENTRY.format("closed", "x")],
        [*pair("denied", "written_off"), ENTRY.format("written_off", " ")],
        [*pair("denied", "written_off"), ENTRY.format("written_off", "x").replace("'ann'", "'teachback'")],
        [*pair("denied", "contractual"), ENTRY.format("adjudicated", "x")],
        [*pair("denied", "patient_receivable"), ENTRY.format("placed", "x")],
        [*pair("denied", "cash"), ENTRY.format("unplaced", "x")],
        [*pair("denied", "patient_receivable"), ENTRY.format("billed_patient", "")],
        [*pair("cash", "unapplied"), ENTRY.format("undone", "x")],
        [AGAIN.format(99, 9), AGAIN.format(98, 8)],
        [POSTED_AGAIN],
    ],
)  # fmt: skip
def test_the_file_itself_refuses_what_must_not_be(keeper, statements):
    with pytest.raises(
        Exception,
        match=r"kept for ever|constraint failed|sum to zero|no more parts|named person|stays denied",
    ):
        keeper.forge("PRAGMA foreign_keys = ON", "BEGIN", *statements, "COMMIT")
    assert faults(keeper) == ()


UNLOCKED = [
    f"DROP TRIGGER {table}_{what}"
    for table in ("entry", "part", "remittance", "remitted_claim")
    for what in ("update", "delete")
]


@pytest.mark.parametrize(
    ("words", "statement"),
    [
        ("does not sum to zero", "UPDATE part SET cents = cents + 1 WHERE entry = 2 AND position = 1"),
        ("are not those that event", "UPDATE part SET cents = -cents WHERE entry = 2"),
        ("are not those that event", "UPDATE entry SET who = 'bob' WHERE id = 1"),
        ("has no parts", "DELETE FROM part WHERE entry = 3"),
        ("charged in the ledger with another amount", "UPDATE part SET cents = 2 * cents WHERE entry = 1"),
        ("does not charge it", "UPDATE entry SET kind = 'reopened' WHERE id = 1"),
        ("is not what it paid", "UPDATE part SET cents = 2 * cents WHERE entry = 4"),
        ("was changed after it was read", "UPDATE remitted_claim SET content = replace(content, 'CO', 'OA')"),
        ("was changed after it was read", "UPDATE remittance SET content = replace(content, 'CHK1', 'CHK2')"),
        ("is not told of in the log", "; ".join(pair("cash", "unapplied"))),
    ],
)  # fmt: skip
def test_a_check_finds_what_was_changed(keeper, words, statement):
    more = [ENTRY.format("unplaced", "x")] if "99" in statement else []
    keeper.forge(*UNLOCKED, *statement.split("; "), *more)
    assert [fault for fault in faults(keeper) if words in fault]


def test_an_entry_of_unequal_parts_is_refused_before_the_file_must(keeper):
    with (
        keeper.open() as book,
        pytest.raises(BookError, match="does not sum to zero"),
        book._writing("ann") as log,
    ):
        ledger.post(book._db, log, EntryKind.UNPLACED, [(Account.CASH, 1, None, None)], day="2026-01-01")
    assert faults(keeper) == ()


def test_a_backup_has_the_ledger(keeper, tmp_path):
    from teachback.book import SqliteBook

    with keeper.open() as book:
        book.back_up(tmp_path / "copy")
        with SqliteBook.open(tmp_path / "copy") as copy:
            assert copy.balances() == book.balances()
            assert copy.check().faults == ()


def test_amounts_for_people():
    assert [dollars(cents) for cents in (8050, -5, 0, 123456789)] == [
        "$80.50",
        "-$0.05",
        "$0.00",
        "$1,234,567.89",
    ]
