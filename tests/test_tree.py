"""The tree check refuses what it must and lets through what it may; bad texts are built here."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import check_tree

ROOT = Path(__file__).resolve().parent.parent

REFUSED = {
    "registry": "see https://" + "pypi" + ".org/simple",
    "files host": "files.python" + "hosted.org",
    "npm": "registry.npmjs" + ".org",
    "Debian": "deb.debian" + ".org",
    "capitals": "PyPI" + ".ORG",
    "local path": "cd /work" + "/main",
    "file address": "file:///work" + "/main",
    "beneficiary": "2EG4TE5" + "MK73",
    "beneficiary with dashes": "2EG4-TE5" + "-MK73",
    "beneficiary in small letters": "2eg4te5" + "mk73",
    "beneficiary in X12": "NM1*IL*1*DOE*ANN****MI*9AA0A00" + "AA00~",
    "beneficiary in CSV": "p1,3Y45T67" + "YT89,1950-01-01",
    "beneficiary in a file's name": "scan_2EG4TE5" + "MK73-front",
    "social security": "ssn 123-45" + "-6789.",
    "CPT wording": "strategies and techniques to facil" + "itate the patient's",
    "CPT wording over lines": "# Strategies and techniques to\n# facil" + "itate the patient",
    "CPT group wording": "multiple-fam" + "ily group behavior management/modification training",
}

ALLOWED = {
    "the published sample": "1EG4TE5MK73",
    "the published sample with dashes": "1EG4-TE5-MK73",
    "made up, S in second place": "1SG4TE5MK73",
    "a longer word": "X2EG4TE5" + "MK73",
    "part of a hash": "sha256:2eg4te5" + "mk73aa",
    "a letter CMS leaves out": "2LG4TE5" + "MK73",
    "a date": "2025-01-01",
    "a telephone number": "555-010-4477",
    "an employer number": "12-3456789",
    "a work folder elsewhere": "~/work/teachback and docs/work/plan and ./work/x",
    "a host of another name": "happypi.organic",
    "our own words": "teaching a caregiver how to help the patient",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_refused(text):
    found = list(check_tree.faults("a.md", f"first line\n{text}\n"))
    assert len(found) == 1
    assert found[0].line == 2


@pytest.mark.parametrize("text", ALLOWED.values(), ids=ALLOWED)
def test_allowed(text):
    assert list(check_tree.faults("a.md", text)) == []


def test_an_identifier_is_not_repeated_in_the_report():
    number = "2EG4TE5" + "MK73"
    assert number not in str(next(check_tree.faults("a.md", number)))


def test_a_name_is_checked_too():
    found = list(check_tree.faults("letters/123-45" + "-6789.txt", ""))
    assert [fault.line for fault in found] == [0]


def test_binary_and_missing_files_are_judged_by_name(tmp_path):
    (tmp_path / "scan.png").write_bytes(b"\0" + b"123-45" + b"-6789")
    assert check_tree.check(tmp_path, ["scan.png", "gone.txt"]) == []


def test_untracked_files_count_and_ignored_ones_do_not(tmp_path):
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("private/\n")
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "a.txt").write_text("x")
    (tmp_path / "ünïcode name.txt").write_text("x")
    assert check_tree.files(tmp_path) == [".gitignore", "ünïcode name.txt"]


def test_the_checks_do_not_trip_over_themselves():
    assert check_tree.check(ROOT, ["tools/check_tree.py", "tests/test_tree.py", ".ci/run", "Makefile"]) == []
