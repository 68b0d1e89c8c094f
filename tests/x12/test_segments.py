"""The readable view: every segment is shown, under its loop, with its values and what the codes mean."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teachback.cli.segments import run_segments
from teachback.x12 import tokens
from teachback.x12.segments import explained
from teachback.x12.write837 import written
from tests.x12.making import CASES, claim, submission


def view(data: bytes):
    return list(explained(io.BytesIO(data)))


def shown(lines):
    """Ids of the segments that are shown, in order."""
    return [found.group(1) for line in lines if (found := re.match(r"\s*([A-Z][A-Z0-9]{1,2})\b", line))]


@pytest.mark.parametrize("name", CASES)
def test_every_segment_is_shown_once_and_in_order(name):
    data = written(submission(CASES[name], claim() if not CASES[name].is_institutional else CASES[name]))
    assert shown(view(data)) == [segment.elements[0] for segment in tokens.read(io.BytesIO(data))]


def test_codes_are_told_in_words_under_their_loop():
    lines = view(written(submission(claim())))
    at = lines.index("      loop 2010BA (subscriber)")
    assert lines[at + 1].startswith("        NM1 name: who IL (insured person); is 1 (a person); name SAMPLE")
    assert "        DMG person: born on 1944-05-06; sex F (female)" in lines
    assert any(
        "code 97550; modifier GO; charge 100.00; counted in UN (units); units 1" in line for line in lines
    )
    assert sum(line.strip() == "loop 2400 (service line)" for line in lines) == 2


def test_a_value_without_a_label_is_shown_by_its_element():
    data = written(submission(claim())).replace(b"*UN*1***1:2~", b"*UN*1***1:2****Y~")
    assert any("for diagnosis 1, 2; SV111 Y" in line for line in view(data))


def test_each_transaction_and_claim_is_placed():
    lines = view(written(submission(claim(), claim(), claim(), claims_per_transaction=2)))
    assert sum(line.strip() == "loop 2300 (claim)" for line in lines) == 3
    assert sum(line.strip() == "loop 1000A (submitter)" for line in lines) == 2


def test_other_transactions_are_shown_without_loops():
    data = (
        b"ISA*00*          *00*          *ZZ*A              *ZZ*B              *260501*0930*^*00501*000000001*0*T*:~"
        b"GS*FA*A*B*20260501*0930*1*X*005010X231A1~ST*999*0001*005010X231A1~AK1*HC*1*005010X222A1~IK5*R~AK9*R*1*1*0~"
        b"SE*5*0001~GE*1*1~IEA*1*000000001~"
    )
    lines = view(data)
    assert shown(lines) == ["ISA", "GS", "ST", "AK1", "IK5", "AK9", "SE", "GE", "IEA"]
    assert lines[4] == "IK5 transaction: answer R (rejected)"


@pytest.mark.parametrize(
    ("old", "new"), [(b"SE*33*0001~\n", b""), (b"HL*2*1*22*0~\n", b""), (b"GS*", b"XX*"), (b"CLM*", b"CLX*")]
)
def test_damaged_files_are_shown_whole(old, new):
    data = written(submission(claim())).replace(old, new)
    again = data + written(submission(claim(control_number="SECOND")))
    assert shown(view(again)) == [segment.elements[0] for segment in tokens.read(io.BytesIO(again))]


def test_a_long_set_that_the_walk_does_not_know_is_shown_whole():
    head, tail = written(submission(claim())).replace(b"005010X222A1", b"004010X098A1").split(b"LX*1")
    data = head + b"NTE*ADD*X~\n" * 20_000 + b"LX*1" + tail
    assert shown(view(data)).count("NTE") == 20_000
    data = data.replace(b"004010X098A1", b"005010X222A1")
    assert shown(view(data)).count("NTE") == 20_000


@given(st.binary(max_size=300))
@settings(deadline=None)
def test_no_bytes_stop_the_view(data):
    view(data)
    view(written(submission()) + data)


def test_the_command_prints_the_view(tmp_path, capsys):
    file = tmp_path / "a.837"
    file.write_bytes(written(submission(claim())))
    assert run_segments(file) == 0
    assert "loop 2300 (claim)" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "hello", "{}"])
def test_what_is_no_x12_is_told(tmp_path, capsys, text):
    file = tmp_path / "a.837"
    file.write_text(text)
    assert run_segments(file) == 2
    assert "no X12 file" in capsys.readouterr().err


def test_a_missing_file_is_told(tmp_path, capsys):
    assert run_segments(tmp_path / "none") == 2
    assert "no such file" in capsys.readouterr().err


def test_nothing_steers_the_terminal(tmp_path, capsys):
    file = tmp_path / "a.837"
    file.write_bytes(written(submission(claim())).replace(b"SAMPLE*ALICE", b"SAM\x1b[31mPLE*ALICE"))
    assert run_segments(file) == 0
    assert "\x1b" not in capsys.readouterr().out
