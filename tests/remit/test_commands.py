"""status, post and denials as a biller runs them: files in, a report to act on, and a book that adds up."""

from __future__ import annotations

import csv
import io
import tarfile
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from teachback.book import Account, Ended, SqliteBook
from teachback.cli.remitting import gathered, run_denials, run_post, run_status
from teachback.cli.settling import run_dismiss, run_note, run_place, run_write_off
from teachback.remit.report import text
from teachback.remit.sheets import report_rows
from tests.book.made import DAY, TEST_RECEIVER, claim
from tests.remit.files import claims_answered, envelope_answered, file_answered, interchange, paid_by
from tests.remit.posted import (
    DEDUCTIBLE,
    DENIED,
    PAID,
    answered,
    content,
    opened,
    remittance,
    reversed_,
    sent,
    service,
)

TODAY = date(2026, 6, 1)
CLAIM = "TEST0000001"
LINES = tuple(f"{CLAIM}L{number:02}" for number in (1, 2, 3))


@pytest.fixture
def book(tmp_path):
    lines = claim("s1", "s2", "s3").lines
    priced = tuple(replace(line, medicare_payment=Decimal("41.71")) for line in lines)
    opened(tmp_path, claim(lines=priced)).close()
    return tmp_path / "book"


@pytest.fixture
def run(book, tmp_path, capsys):
    """Post files (name, bytes) to the book: exit status and what was printed."""

    def call(*files, **more):
        paths = []
        for name, data in files:
            path = tmp_path / name
            path.write_bytes(data)
            paths.append(path)
        status = run_post(paths, book, **({"who": "ann", "today": TODAY} | more))
        printed = capsys.readouterr()
        return status, printed.out + printed.err

    return call


def three(*, trace="CHK1", **changes):
    """A remittance that pays one line, leaves one to the deductible, and denies one."""
    days = [DAY + timedelta(days=number) for number in range(3)]
    lines = [
        service(number, *texts, date_of_service=day, **more)
        for number, texts, day, more in zip(
            LINES, (PAID, DEDUCTIBLE, DENIED), days, ({}, {}, {"remark_codes": ("N115",)}), strict=True
        )
    ]
    return remittance(answered(CLAIM, *lines), trace=trace, **changes)


def money(book):
    with SqliteBook.open(book) as kept:
        return {account: cents for account, cents in kept.balances().items() if cents}


def kept(book):
    with SqliteBook.open(book) as found:
        return content(found)


def denied(book, capsys, *more, **options):
    status = run_denials(book, **({"today": TODAY} | options))
    return status, capsys.readouterr().out


def test_three_ways_of_nothing_are_told_apart(run, book):
    status, printed = run(("march.835", paid_by(three())))
    assert status == 0
    assert (
        "march.835\n  remittance (835): $40.88 from MADE-UP CONTRACTOR on 2026-05-20, number CHK1" in printed
    )
    assert "POSTED: 3 rows posted (1 paid, 1 $0, the patient owes it, 1 denied)" in printed
    assert "$241.50  charged on the claims that were sent" in printed
    assert "$80.50  denied, to be worked" in printed
    assert money(book)[Account.CASH] == 4088
    assert money(book)[Account.PATIENT_RECEIVABLE] == 1043 + 5214
    assert sum(money(book).values()) == 0


def test_the_books_lines_add_up(run):
    _, printed = run(("march.835", paid_by(three())))
    amounts = [
        Decimal(line.split()[0].replace("$", "").replace(",", ""))
        for line in printed.partition("THE BOOK\n")[2].splitlines()
        if line.startswith("  ")
    ]
    assert amounts[0] == sum(amounts[1:]) == Decimal("241.50")


def test_the_same_file_again_changes_nothing_and_is_told(run, book):
    run(("march.835", paid_by(three())))
    before = kept(book)
    status, printed = run(("again.835", paid_by(three())))
    assert status == 0
    assert "POSTED BEFORE" in printed
    assert "from march.835 by ann" in printed
    assert kept(book) == before


def test_twice_in_one_command_is_once(run, book):
    run(("a.835", paid_by(three())), ("b.835", paid_by(three())))
    assert money(book)[Account.CASH] == 4088


def test_files_are_posted_by_date_and_told_as_given(run, book):
    first = three()
    back = remittance(
        reversed_(first.claims[0]), trace="CHK2", paid_on=date(2026, 5, 27), produced_on=date(2026, 5, 27),
        plb=("WO -40.88 X",),
    )  # fmt: skip
    _, printed = run(("z-later.835", paid_by(back)), ("earlier.835", paid_by(first)))
    assert printed.index("z-later.835") < printed.index("earlier.835")
    assert "3 rows posted (3 taken back)" in printed
    assert money(book)[Account.PAYER_RECEIVABLE] == 24150
    assert Account.DENIED not in money(book)


def test_what_does_not_balance_is_not_posted_and_stands_on_the_list(run, book, capsys):
    data = paid_by(three()).replace(b"*40.88*C*", b"*41.88*C*")
    status, printed = run(("odd.835", data))
    assert status == 1
    assert "NOT POSTED" in printed
    assert "41.88" in printed
    assert "corrected remittance" in printed
    assert Account.CASH not in money(book)
    status, listed = denied(book, capsys)
    assert status == 1
    assert "NOT POSTED, $41.88" in listed


def test_good_files_are_taken_beside_broken_ones(run, book, tmp_path):
    (tmp_path / "sub").mkdir()
    good = paid_by(three())
    status, printed = run(
        ("empty.835", b""),
        ("noise.835", bytes(range(256)) * 20),
        ("cut.835", paid_by(three(trace="CHK9"))[:-160]),
        ("good.835", good),
        ("other.835", paid_by(three(trace="X", payee_id="2000000010"))),
        ("eligibility.271", interchange(("271", ["BHT*0022*11*1*20260520*0600"]), group="HB", version="005010X279A1")),
    )  # fmt: skip
    assert status == 1
    assert money(book)[Account.CASH] == 4088
    for words in (
        "empty.835\n  an empty file",
        "noise.835\n  not X12",
        "for whom this book claims nothing",
        "answer about eligibility (271): 1 file",
        "6 files given",
    ):
        assert words in printed
    assert printed.count("POSTED: 3 rows") == 1


def test_a_missing_file_does_not_stop_the_others(book, tmp_path, capsys):
    good = tmp_path / "good.835"
    good.write_bytes(paid_by(three()))
    assert run_post([tmp_path / "gone.835", good], book, who="ann", today=TODAY) == 1
    printed = capsys.readouterr().out
    assert "gone.835\n  NOT READ: No such file or directory" in printed
    assert money(book)[Account.CASH] == 4088


def test_a_folder_stands_for_its_files(book, tmp_path, capsys):
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "b.835").write_bytes(paid_by(three()))
    (folder / "a.277").write_bytes(claims_answered((CLAIM, "A2:20")))
    (folder / ".hidden").write_bytes(b"x")
    assert run_post([folder], book, who="ann", today=TODAY) == 0
    printed = capsys.readouterr().out
    assert printed.index("a.277") < printed.index("b.835")
    assert "2 files given" in printed


def test_status_changes_nothing(book, tmp_path, capsys):
    file = tmp_path / "march.835"
    file.write_bytes(paid_by(three()))
    before = kept(book)
    assert run_status([file], book=book, today=TODAY) == 0
    assert "CAN BE POSTED: 3 rows posted" in capsys.readouterr().out
    assert run_status([file], today=TODAY) == 0
    assert "READ: 3 rows told (1 paid, 1 $0, the patient owes it, 1 denied)" in capsys.readouterr().out
    assert run_post([file], book, who="ann", today=TODAY, dry_run=True) == 0
    assert kept(book) == before


def test_nothing_readable_is_wrong_usage(tmp_path, capsys):
    file = tmp_path / "noise"
    file.write_bytes(b"hello")
    assert run_status([file], today=TODAY) == 2
    assert run_status([], today=TODAY) == 2
    assert run_status([file], out=tmp_path / "no/such/report.csv") == 2
    assert run_status([file], out=file) == 2
    assert run_status([file], format_="xlsx") == 2
    assert run_post([file], tmp_path / "nobook") == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_line_that_nobody_can_match_is_placed_by_a_person(run, book, capsys):
    strange = service(None, *PAID, procedure_code="97551", charge=Decimal("80.50"))
    status, printed = run(("march.835", paid_by(remittance(answered("UNKNOWN", strange)))))
    assert status == 1
    assert "1 row needs a person" in printed
    with SqliteBook.open(book) as found:
        (item,) = [entry.item for entry in found.open_work()]
    assert f"book place BOOK {item}" in printed or f"item {item}" in printed
    assert run_place(book, item, LINES[0], why="the payer wrote another code", who="ann") == 0
    assert "$40.88 paid" in capsys.readouterr().out
    assert denied(book, capsys)[0] == 0
    assert run_place(book, item, LINES[0], why="again", who="ann") == 2


def test_a_denial_has_its_step_its_deadline_and_its_prevention(run, book, capsys):
    run(("march.835", paid_by(three())))
    status, printed = denied(book, capsys)
    assert status == 1
    assert "WORK TO DO: 1 item\n     1 denied, $51.31" in printed
    assert f"DENIED CO-50 N115, $51.31 expected: claim {CLAIM} line {LINES[2]} 97550 on 2026-04-16" in printed
    assert (
        "by 2026-09-22, 113 days left" in printed
    )  # 120 days from 2026-05-25, presumed received five days later


def test_a_write_off_is_a_persons_and_leaves_the_list(run, book, capsys):
    run(("march.835", paid_by(three())))
    assert run_write_off(book, LINES[2], "80.51", why="not worth it", who="ann") == 2
    assert run_write_off(book, LINES[2], "eighty", why="not worth it", who="ann") == 2
    assert run_write_off(book, LINES[2], "$80.50", why="not worth it", who="ann") == 0
    assert denied(book, capsys)[0] == 0
    assert money(book)[Account.WRITTEN_OFF] == 8050


def test_work_can_be_laid_aside_and_given_to_somebody(run, book, capsys):
    run(("march.835", paid_by(three())))
    with SqliteBook.open(book) as found:
        (key,) = [entry.key for entry in found.open_work()]
    assert run_note(book, "nothing", why="x", who="ann") == 2
    assert run_note(book, key, why="appeal sent", who="ann", until=date(2026, 8, 1), owner="bob") == 0
    printed = denied(book, capsys)[1]
    assert "note: given to bob" in printed
    assert "note: laid aside until 2026-08-01" in printed


def test_a_held_remittance_can_be_dismissed(run, book, capsys):
    run(("odd.835", paid_by(three()).replace(b"*40.88*C*", b"*41.88*C*")))
    with SqliteBook.open(book) as found:
        (key,) = [entry.key for entry in found.open_work()]
    assert run_dismiss(book, key, why="the payer sent another", who="ann") == 0
    assert "NOT POSTED" not in denied(book, capsys)[1]


def test_rejected_claims_stand_on_the_list_until_they_are_ended(run, book, capsys):
    status, printed = run(("answer.277", claims_answered((CLAIM, "A7:562:85"), ("OTHER", "A2:20"))))
    assert status == 1
    assert "1 row rejected (1 rejected); 1 row not ours" in printed
    assert money(book)[Account.PAYER_RECEIVABLE] == 24150
    status, listed = denied(book, capsys)
    assert status == 1
    assert "REJECTED" in listed
    assert "by 2027-04-14" in listed
    assert "appeal" in listed
    run(("answer.277", claims_answered((CLAIM, "A7:562:85"))))
    assert denied(book, capsys)[1] == listed
    with SqliteBook.open(book) as found:
        found.end(CLAIM, Ended.REJECTED, who="ann", why="277CA")
    assert denied(book, capsys)[0] == 0


def test_a_rejected_file_names_its_claims(run, book, capsys):
    with SqliteBook.open(book) as found:
        file = found.files()[0]
    status, printed = run(
        ("answer.999", file_answered(file.group_number, (f"{file.first_transaction_number:04}", "R")))
    )
    assert status == 1
    assert (
        f"group {file.group_number} rejected, our file {file.path.rpartition('/')[2]} with 1 claim" in printed
    )
    assert "REJECTED" in denied(book, capsys)[1]


def test_the_envelopes_answer_is_told(run, book):
    with SqliteBook.open(book) as found:
        number = found.files()[0].interchange_number
    status, printed = run(("answer.ta1", envelope_answered(number)))
    assert status == 1
    assert "the control number was used before" in printed
    assert "our file" in printed
    assert run(("ok.ta1", envelope_answered(number, "A", "000")))[0] == 0
    assert run(("others.ta1", envelope_answered(number + 5)))[0] == 0


def test_a_claim_without_an_answer_is_asked_for_after_thirty_days(book, capsys):
    assert denied(book, capsys, today=date(2026, 5, 31))[0] == 0
    status, printed = denied(book, capsys, today=date(2026, 6, 2))
    assert status == 1
    assert f"NO ANSWER, $241.50 charge: claim {CLAIM}" in printed


def test_tests_are_worked_as_tests(tmp_path, capsys):
    book = SqliteBook.open(tmp_path / "book", tag="TEST")
    sent(book, tmp_path, claim("s1", "s2", "s3"), receiver=TEST_RECEIVER)
    book.close()
    file = tmp_path / "march.835"
    file.write_bytes(paid_by(three(), test=True))
    assert run_post([file], tmp_path / "book", who="ann", today=TODAY) == 0
    assert "$40.88  paid by Medicare" in capsys.readouterr().out
    assert "(test claims)" in denied(tmp_path / "book", capsys)[1]


def test_a_notice_on_paper_is_posted_from_its_form(run, book, capsys):
    form = f"""
payer = "MADE-UP CONTRACTOR"
payer_id = "03102"
payee_npi = "2000000002"
trace_number = "PAPER1"
paid_on = 2026-05-20
amount = "40.88"
source = "binder 3, page 17"
[[claim]]
claim = "{CLAIM}"
status = "1"
payer_claim_control_number = "ICN1"
[[claim.line]]
line = "{LINES[0]}"
procedure_code = "97550"
modifiers = ["GP"]
date_of_service = 2026-04-14
charge = "80.50"
paid = "40.88"
adjustments = ["CO-45 28.36", "PR-2 10.43", "CO-253 0.83"]
"""
    status, printed = run(("paper.toml", form.encode()))
    assert status == 0
    assert "notice entered by hand" in printed
    with SqliteBook.open(book) as found:
        (kept_,) = found.remittances()
    assert (kept_.manual, kept_.who, kept_.source) == (True, "ann", "paper.toml (binder 3, page 17)")
    status, printed = run(("bad.toml", form.replace("40.88", "40.99").encode()))
    assert status == 2
    assert "bad.toml\n  NOT READ" in printed


def test_the_report_as_csv_has_every_row(run, tmp_path):
    out = tmp_path / "report.csv"
    status, printed = run(("march.835", paid_by(three())), out=out)
    assert status == 0
    assert "report.csv written. 1 file given: 1 posted." in printed
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    assert [(row["line"], row["outcome"], row["paid"], row["codes"]) for row in rows] == [
        (LINES[0], "paid", "40.88", "CO-45 PR-2 CO-253"),
        (LINES[1], "$0, the patient owes it", "0.00", "CO-45 PR-1"),
        (LINES[2], "denied", "0.00", "CO-50 N115"),
    ]
    assert all(row["stands"] == "posted" and row["matched_by"] for row in rows)


def test_the_report_as_workbook_has_numbers_and_dates(run, tmp_path):
    out = tmp_path / "report.xlsx"
    run(("march.835", paid_by(three(payer_name="=HYPERLINK(1)"))), out=out)
    workbook = load_workbook(out)
    assert workbook.sheetnames == ["rows", "files", "work", "money"]
    head = [cell.value for cell in workbook["rows"][1]]
    first = dict(zip(head, (cell.value for cell in workbook["rows"][2]), strict=True))
    assert float(first["paid"]) == 40.88
    assert first["date_of_service"].date() == DAY
    assert not any(cell.data_type == "f" for sheet in workbook for row in sheet.iter_rows() for cell in row)
    total, *parts = [row[1].value for row in workbook["money"].iter_rows(min_row=2)]
    assert round(total - sum(parts), 2) == 0


def test_the_work_list_as_csv(run, book, tmp_path, capsys):
    run(("march.835", paid_by(three())))
    out = tmp_path / "work.csv"
    assert run_denials(book, out=out, today=TODAY) == 1
    (row,) = csv.DictReader(io.StringIO(out.read_text("utf-8")))
    assert (row["kind"], row["amount"], row["deadline"]) == ("denied", "51.31", "2026-09-22")
    assert row["key"]
    assert run_denials(book, format_="csv", today=TODAY) == 1
    assert capsys.readouterr().out.replace("\r", "").startswith("kind,amount")


def test_no_patient_is_named(run, book, tmp_path, capsys):
    out = tmp_path / "all.csv"
    _, printed = run(("march.835", paid_by(three())), ("a.277", claims_answered((CLAIM, "A7:562:85"))))
    run(("march.835", paid_by(three(trace="B"))), out=out)
    printed += denied(book, capsys)[1] + out.read_text("utf-8")
    for private in ("DOE", "Doe", "ANN ", "1SG4TE5MK73"):
        assert private not in printed


def test_every_sample_in_one_command(book, shared, tmp_path, capsys):
    folder = tmp_path / "mixture"
    folder.mkdir()
    for archive in ("imsweb", "linuxforhealth"):
        with tarfile.open(shared / "data/samples" / f"{archive}.tar.gz") as tar:
            for member in tar.getmembers():
                if member.isfile() and not member.name.endswith("LICENSE"):
                    flat = member.name.replace("/", "_")
                    (folder / flat).write_bytes(tar.extractfile(member).read())
    (folder / "ours.835").write_bytes(paid_by(three()))
    (folder / "ours-odd.835").write_bytes(paid_by(three(trace="ODD")).replace(b"*40.88*C*", b"*41.88*C*"))
    (folder / "ours-cut.835").write_bytes(paid_by(three(trace="CUT"))[:-90])
    (folder / "ours.277").write_bytes(claims_answered((CLAIM, "A2:20")))
    (folder / "scan.pdf").write_bytes(b"%PDF-1.7 not X12 at all")
    names = sorted(path.name for path in folder.iterdir())
    out = tmp_path / "report.csv"
    assert run_post([folder], book, who="ann", today=TODAY) == 1
    printed = capsys.readouterr().out
    assert all(name in printed for name in names)
    assert "$40.88  paid by Medicare" in printed
    assert printed.count("for whom this book claims nothing") == 6
    assert "ours-odd.835" in printed
    assert printed.count("    NOT POSTED") == 2
    assert "claims (837): " in printed
    assert run_post([folder], book, who="ann", today=TODAY, out=out) == 1
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8"))))
    assert {row["file"] for row in rows} == set(names)
    assert all(row["became"] for row in rows)
    assert money(book)[Account.CASH] == 4088
    assert sum(money(book).values()) == 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_answers_never_stop_the_report(book, tmp_path, data):
    whole = data.draw(
        st.sampled_from(
            (paid_by(three()), claims_answered((CLAIM, "A7:562:85")), file_answered(1, ("0001", "R")))
        )
    )
    raw = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(raw) - 1))
        raw[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=12))
    file = tmp_path / "damaged"
    file.write_bytes(bytes(raw))
    with SqliteBook.open(book) as opened_:
        report = gathered([file], opened_, TODAY, who=None)
        assert list(text(report))
        assert all(row["file"] == "damaged" for row in report_rows(report))
        assert list(text(gathered([file], None, TODAY, who=None)))


def test_a_look_sees_a_reversal_of_what_another_file_pays(book, tmp_path, capsys):
    first = three()
    later = date(2026, 5, 27)
    back = remittance(
        reversed_(first.claims[0]), trace="CHK2", paid_on=later, produced_on=later, plb=("WO -40.88 X",)
    )
    files = [tmp_path / "b.835", tmp_path / "a.835"]
    files[0].write_bytes(paid_by(back))
    files[1].write_bytes(paid_by(first))
    before = kept(book)
    assert run_status(files, book=book, today=TODAY) == 0
    printed = capsys.readouterr().out
    assert "CAN BE POSTED: 3 rows posted (3 taken back)" in printed
    assert "note: nothing was posted: this is how it would be" in printed
    assert kept(book) == before
    assert [path.name for path in book.iterdir()] == ["book.sqlite3"]
