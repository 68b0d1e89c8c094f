"""The command as people run it: files, report, second runs, crashes, and sentences for what is wrong."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from teachback.book import SqliteBook
from teachback.cli.claiming import Wish, run_claim, run_practice
from teachback.intake.dump import write_jsonl
from teachback.synthetic.billing import practice_file
from tests.claim.made import DAY, TODAY, patient, session

SESSIONS = (
    session(),
    session(2, DAY + timedelta(days=1), patients=(patient(2, name="Péronelle, Renée"),)),
    session(3, DAY + timedelta(days=2), patients=(patient(3, need=None),)),
    session(4, DAY + timedelta(days=3), patients=(patient(4, name=None),)),
)

INSTITUTIONAL = """
[[receivers]]
id = "03101TEST"
name = "Test contractor of Arizona hospitals"
payer_id = "03101"
contractor = "03101"
form = "institutional"
test = true

[[places]]
id = "hospital"
name = "Willow Lane outpatient department"
place_of_service = "22"
time_zone = "America/Phoenix"
locality = "03102-00"

[places.address]
line = "14 Willow Lane"
city = "Phoenix"
state = "AZ"
zip = "85004-2203"
"""


@pytest.fixture
def folder(tmp_path):
    write_jsonl(SESSIONS, tmp_path / "sessions.jsonl")
    (tmp_path / "practice.toml").write_text(practice_file(), "utf-8")
    return tmp_path


def wish(folder, **more):
    return Wish(
        folder / "sessions.jsonl",
        folder / "practice.toml",
        folder / "out",
        **({"today": TODAY, "who": "ann"} | more),
    )


def claim(folder, **more):
    return run_claim(wish(folder, **more))


def edi(folder):
    return sorted((folder / "out").glob("*.edi"))


def test_claims_are_written_and_told(folder, capsys):
    assert claim(folder) == 0
    printed = capsys.readouterr()
    (file,) = edi(folder)
    text = file.read_text("ascii")
    assert text.count("\nCLM*") == 2
    assert "005010X222A1" in text
    assert "2 claims, $330.00, test" in printed.out
    assert "D401 need-not-documented: 1 session-patient" in printed.out
    assert "F101 patient-data-missing: 1 session-patient" in printed.out
    assert "THE FRONT DESK CAN CURE" in printed.out
    with (folder / "out/claimed.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["sessions"] for row in rows] == ["S001", "S001", "S002", "S002"]
    assert all(f"REF*6R*{row['line']}~" in text for row in rows)
    with (folder / "out/kept-back.csv").open(encoding="utf-8", newline="") as stream:
        kept = list(csv.DictReader(stream))
    assert [(row["session_id"], row["name"]) for row in kept] == [
        ("S003", "need-not-documented"),
        ("S004", "patient-data-missing"),
    ]
    page = (folder / "out/report.html").read_text("utf-8")
    assert "need-not-documented" in page


def test_no_name_stands_in_report_or_output(folder, capsys):
    claim(folder)
    printed = capsys.readouterr()
    beside = [
        (folder / "out" / name).read_text("utf-8") for name in ("report.html", "claimed.csv", "kept-back.csv")
    ]
    for text in (printed.out, printed.err, *beside):
        for private in ("Alderwick", "Beatriz", "1SG4TE5", "ronelle", "1944-05-06", "19440506"):
            assert private not in text


def test_a_home_with_a_short_zip_is_noted(folder, capsys):
    write_jsonl([session(place_of_service="12", locality=None, zip="85013")], folder / "sessions.jsonl")
    claim(folder)
    assert "note: 1 claim names the place of service with a five-digit ZIP" in capsys.readouterr().out


def test_fhir_has_a_line_for_every_claim(folder):
    claim(folder, fhir=True)
    (file,) = (folder / "out").glob("*.fhir.ndjson")
    resources = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    assert [resource["resourceType"] for resource in resources] == ["Claim", "Claim"]


def test_the_checker_finds_no_error_in_what_is_written(folder, teachback):
    claim(folder)
    status, out, _ = teachback("check", *edi(folder), "--received", TODAY.isoformat())
    assert status == 0, out


def test_institutional_months_are_claimed(folder, teachback):
    visits = [
        session(
            n, DAY + timedelta(days=n), place_of_service="22", claim_form="institutional", type_of_bill="131"
        )
        for n in (1, 2)
    ]
    write_jsonl(visits, folder / "sessions.jsonl")
    with (folder / "practice.toml").open("a", encoding="utf-8") as stream:
        stream.write(INSTITUTIONAL)
    assert claim(folder, paper=True, fhir=True) == 0
    (file,) = edi(folder)
    assert file.name.startswith("837I-")
    assert file.read_text("ascii").count("\nSV2*0420*") == 4
    assert list((folder / "out").glob("*ub04.pdf"))
    status, out, _ = teachback("check", file, "--received", TODAY.isoformat())
    assert status == 0, out
    write_jsonl([*visits, replace(visits[0], id="S009", date_of_service=DAY)], folder / "sessions.jsonl")
    claim(folder)
    assert "month-claimed-already" in (folder / "out/kept-back.csv").read_text("utf-8")


def test_the_clean_up_is_told(folder, capsys):
    claim(folder)
    out = capsys.readouterr().out
    assert "SENT OTHERWISE THAN STORED" in out
    assert "beneficiary.last_name" in out


def test_a_second_run_claims_nothing_twice(folder, capsys):
    claim(folder)
    before = {file.name: file.read_bytes() for file in edi(folder)}
    capsys.readouterr()
    assert claim(folder) == 0
    assert "2 session-patients on claims already" in capsys.readouterr().out
    assert {file.name: file.read_bytes() for file in edi(folder)} == before


def test_what_was_cured_is_claimed_next(folder):
    claim(folder)
    cured = (*SESSIONS[:2], replace(SESSIONS[2], patients=(patient(3),)), SESSIONS[3])
    write_jsonl(cured, folder / "sessions.jsonl")
    claim(folder)
    assert [file.read_text("ascii").count("\nCLM*") for file in edi(folder)] == [2, 1]


def test_minutes_of_a_claimed_date_are_a_correction(folder, capsys):
    claim(folder)
    late = session(9, minutes=20)
    write_jsonl((*SESSIONS, late), folder / "sessions.jsonl")
    claim(folder)
    out = capsys.readouterr().out
    assert "F118 day-claimed-already" in out
    assert len(edi(folder)) == 1


def test_a_dry_run_writes_nothing(folder, capsys):
    assert claim(folder, dry_run=True) == 0
    assert not (folder / "out").exists()
    assert "WOULD BE CLAIMED" in capsys.readouterr().out
    claim(folder)
    held = sorted(path.name for path in (folder / "out").iterdir())
    capsys.readouterr()
    assert claim(folder, dry_run=True) == 0
    assert "2 session-patients on claims already" in capsys.readouterr().out
    assert sorted(path.name for path in (folder / "out").iterdir()) == held


def test_the_book_may_stand_elsewhere(folder):
    claim(folder, book=folder / "the-book")
    assert (folder / "the-book/book.sqlite3").exists()
    assert not (folder / "out/book").exists()


def test_an_override_is_claimed_and_recorded(folder, capsys):
    long = session(minutes=90, end_time=None)
    write_jsonl([long], folder / "sessions.jsonl")
    claim(folder)
    assert not edi(folder)
    (folder / "overrides.toml").write_text(
        '[[override]]\nsession = "S001"\npatient = "P001"\nfinding = "U105"\nwho = "Ann Biller"\n'
        'why = "Start and stop were compared with the schedule."\non = 2026-06-01\n\n'
        '[[override]]\nsession = "S404"\npatient = "P001"\nfinding = "U105"\nwho = "Ann Biller"\n'
        'why = "Start and stop were compared with the schedule."\non = 2026-06-01\n',
        "utf-8",
    )
    capsys.readouterr()
    assert claim(folder, overrides=folder / "overrides.toml") == 0
    assert "names no session of this file: S404" in capsys.readouterr().out
    assert len(edi(folder)) == 1
    with SqliteBook.open(folder / "out/book") as book:
        (recorded,) = book.overrides()
    assert "U105" in str(recorded)
    assert "Ann Biller" in str(recorded)


def test_an_override_that_no_rule_allows_is_refused(folder, capsys):
    (folder / "overrides.toml").write_text(
        '[[override]]\nsession = "S001"\npatient = "P001"\nfinding = "D401"\nwho = "Ann"\n'
        'why = "It is fine so."\non = 2026-06-01\n',
        "utf-8",
    )
    assert claim(folder, overrides=folder / "overrides.toml") == 2
    assert "record the need" in capsys.readouterr().err


def test_the_roster_completes_what_the_sessions_leave_out(folder, capsys):
    (folder / "patients.csv").write_text(
        'patient_id,name,mbi\nP004,"Alderwick, Beatriz",\nP009,Nobody,\n', "utf-8"
    )
    assert claim(folder, patients=folder / "patients.csv") == 1
    assert "row 3, name: expected family, given" in capsys.readouterr().err
    assert edi(folder)[0].read_text("ascii").count("\nCLM*") == 3


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"practice": Path("nothing.toml")}, "expected a file that can be read"),
        ({"file": Path("nothing.jsonl")}, "refused: "),
        ({"payer": "nobody"}, "no payer nobody"),
        ({"group": "nowhere"}, "no group nowhere in practice.toml; it has arizona, new-york, rookhurst"),
        ({"out": Path("no/such/place")}, "there is no folder"),
        ({"coverage": Path("nothing.toml")}, "expected a file that can be read"),
    ],
)
def test_wrong_usage_is_one_sentence(folder, capsys, more, words):
    assert run_claim(replace(wish(folder), **more)) == 2
    assert words in capsys.readouterr().err


def test_a_file_in_the_way_is_told(folder, capsys):
    (folder / "out").write_text("x", "utf-8")
    assert claim(folder) == 2
    assert "is a file" in capsys.readouterr().err


def test_refused_rows_are_told_and_the_rest_is_claimed(folder):
    with (folder / "sessions.jsonl").open("a", encoding="utf-8") as stream:
        stream.write("{]\n")
    assert claim(folder) == 1
    assert len(edi(folder)) == 1


def test_paper_has_a_page_for_every_claim(folder):
    pypdf = pytest.importorskip("pypdf")
    claim(folder, paper=True)
    (paper,) = (folder / "out").glob("*cms1500.pdf")
    assert len(pypdf.PdfReader(paper).pages) == 2
    assert list((folder / "out").glob("*superbills.pdf"))


def test_a_practice_file_to_start_from(folder, capsys):
    out = folder / "mine.toml"
    assert run_practice(folder / "sessions.jsonl", out=out) == 0
    assert "2300" in out.read_text("utf-8")
    assert run_practice(folder / "sessions.jsonl", out=out) == 2
    assert "is there already" in capsys.readouterr().err
    assert claim(folder) == 0


class Deaths:
    """Kills the process at its nth rename or sync."""

    def __init__(self, last):
        self.left = last

    def step(self):
        self.left -= 1
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)


def dying(folder, last):
    """Run the command in a process that dies at a step; whether it died."""
    child = os.fork()
    if child:
        return os.WIFSIGNALED(os.waitpid(child, 0)[1])
    deaths = Deaths(last)
    sync, rename = os.fsync, Path.replace

    def synced(handle):
        deaths.step()
        sync(handle)

    def renamed(self, target):
        deaths.step()
        moved = rename(self, target)
        deaths.step()
        return moved

    os.fsync, Path.replace = synced, renamed
    status = 1
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1)
            status = claim(folder)
    finally:
        os._exit(status)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes are forked here")
def test_a_run_that_dies_loses_nothing_and_repeats_nothing(folder):
    deaths = 0
    for last in range(1, 40):
        place = folder / f"run{last}"
        place.mkdir()
        for name in ("sessions.jsonl", "practice.toml"):
            (place / name).write_bytes((folder / name).read_bytes())
        died = dying(place, last)
        assert claim(place) == 0
        claims = re.findall(r"\nCLM\*(\w+)\*", "".join(file.read_text("ascii") for file in edi(place)))
        assert len(claims) == len(set(claims)) == 2
        assert not list((place / "out").glob("*.part"))
        with SqliteBook.open(place / "out/book") as book:
            assert not book.unfinished()
            assert {number.control_number for number in book.claims()} == set(claims)
        if not died:
            break
        deaths += 1
    assert deaths > 5


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("lost", [Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_lost_book_does_not_claim_again_over_its_files(folder, capsys, lost, dry_run):
    claim(folder)
    (file,) = edi(folder)
    before = file.read_bytes()
    lost(folder / "out/book/book.sqlite3")
    capsys.readouterr()
    assert claim(folder, dry_run=dry_run) == 2
    assert "Put back the book" in capsys.readouterr().err
    assert [path.read_bytes() for path in edi(folder)] == [before]


def test_a_book_that_was_put_back_goes_on(folder):
    claim(folder)
    book = folder / "out/book/book.sqlite3"
    kept = book.read_bytes()
    book.unlink()
    assert claim(folder) == 2
    book.write_bytes(kept)
    assert claim(folder) == 0
    assert len(edi(folder)) == 1


def test_the_folder_of_claims_is_checked_as_it_is(folder, teachback):
    claim(folder, fhir=True, paper=True)
    status, out, err = teachback("check", folder / "out", "--received", TODAY.isoformat())
    assert status == 0, out
    assert "not X12" not in out
    assert "other kinds left out (.csv, .html, .ndjson, .pdf)" in err
