"""The remembered way of clean claims and the walk step by step say the same of every file, segment by segment."""

import io
from pathlib import Path

import pytest

from teachback.x12.placing import Placing
from teachback.x12.tokens import read
from teachback.x12.trail import Trail, trail_of
from teachback.x12.walk import check
from tests.x12.mutants import INSTITUTIONAL, MUTANTS, PROFESSIONAL
from tests.x12.mutants835 import MUTANTS as MUTANTS_835

HERE = Path(__file__).resolve().parent
HELD = sorted(path for folder in ("clean", "answers") for path in (HERE / folder).iterdir() if path.is_file())


def told(data):
    """Everything that a walk says: kinds of events, loops and numbers of segments, issues with their positions."""
    return [
        (
            event.kind,
            event.partial,
            [
                (segment.elements[0], segment.loop, segment.number, segment.line, segment.byte)
                for segment in event.segments
            ],
            event.issues,
        )
        for event in check(read(io.BytesIO(data)))
    ]


def step_by_step(data, monkeypatch):
    def nowhere(self):
        self.stand = None

    with monkeypatch.context() as patched:
        patched.setattr(Placing, "_rejoin", nowhere)
        return told(data)


def same(data, monkeypatch):
    plain = step_by_step(data, monkeypatch)
    trail_of.cache_clear()
    assert told(data) == plain  # the way is found
    assert told(data) == plain  # the way is known


@pytest.mark.parametrize("mutant", [*MUTANTS, *MUTANTS_835], ids=str)
def test_damaged_files(mutant, monkeypatch):
    same(mutant.text.encode("utf-8"), monkeypatch)


@pytest.mark.parametrize("path", HELD, ids=lambda path: path.name)
def test_files_at_hand(path, monkeypatch):
    same(path.read_bytes(), monkeypatch)


@pytest.mark.parametrize("text", [PROFESSIONAL, INSTITUTIONAL], ids=["837P", "837I"])
def test_every_segment_left_out_doubled_and_moved(text, monkeypatch):
    lines = text.splitlines(keepends=True)
    for at in range(3, len(lines)):
        for changed in (
            [*lines[:at], *lines[at + 1 :]],
            [*lines[:at], lines[at], *lines[at:]],
            [*lines[: at - 1], lines[at], lines[at - 1], *lines[at + 1 :]],
        ):
            data = "".join(changed).encode("ascii")
            plain = step_by_step(data, monkeypatch)
            assert told(data) == plain, at


def test_a_line_too_many_is_told_though_all_its_texts_are_known(monkeypatch):
    line = "LX*1~\nSV1*HC:97110:GP*55*UN*1***1~\nDTP*472*D8*20260311~\nREF*6R*A~\n"
    head, _, tail = PROFESSIONAL.partition("LX*1~\n")
    data = f"{head}{line * 51}{tail[tail.index('HL*') if 'HL*' in tail else tail.index('SE*') :]}".encode(
        "ascii"
    )
    same(data, monkeypatch)
    assert any(issue.code == "X205" for *_, issues in told(data) for issue in issues)


def test_a_level_is_known_by_what_follows_it_not_by_its_text_alone(monkeypatch):
    wrong = PROFESSIONAL.replace("*22*", "*23*")
    same(PROFESSIONAL.encode("ascii"), monkeypatch)
    same(wrong.encode("ascii"), monkeypatch)


def test_full_tables_are_emptied_and_nothing_else_changes(monkeypatch):
    data = PROFESSIONAL.encode("ascii")
    plain = step_by_step(data, monkeypatch)
    for name in ("_MOST_STANDS", "_MOST_WAYS", "_MOST_TEXTS", "_TEXTS_OF_WAY"):
        with monkeypatch.context() as patched:
            patched.setattr(f"teachback.x12.trail.{name}", 2)
            trail_of.cache_clear()
            assert told(data) == plain, name
    trail_of.cache_clear()


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setattr("teachback.x12.trail._MOST_TEXTS", 40)
    trail_of.cache_clear()
    seen = []
    emptied = Trail.forget
    monkeypatch.setattr(Trail, "forget", lambda self: (seen.append(1), emptied(self)))
    told(PROFESSIONAL.encode("ascii") * 3)
    told(INSTITUTIONAL.encode("ascii"))
    trail_of.cache_clear()
    assert seen
