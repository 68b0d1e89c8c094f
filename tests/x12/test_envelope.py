"""Envelopes: counts, control numbers, order, versions, widths."""

import io

import pytest

from teachback.x12.tokens import read
from teachback.x12.walk import EventKind, check
from tests.x12.mutants import INSTITUTIONAL, PROFESSIONAL, counted, drop, insert, swap

P = PROFESSIONAL


def issues(text):
    return [issue for event in check(read(io.BytesIO(text.encode()))) for issue in event.issues]


def told(text):
    return [(issue.code, issue.position.element, issue.x12) for issue in issues(text)]


def part(text, start, end):
    """The lines from the one that begins so up to the other, included."""
    lines = text.splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if line.startswith(start))
    last = next(i for i, line in enumerate(lines) if i >= first and line.startswith(end))
    return "".join(lines[first : last + 1])


SET = part(P, "ST*", "SE*")
GROUP = part(P, "GS*", "GE*")


@pytest.mark.parametrize("text", [PROFESSIONAL, INSTITUTIONAL])
def test_clean_files_have_nothing(text):
    assert told(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (swap("SE*50*", "SE*49*", P), ("X115", "SE01", "IK502 4")),
        (swap("SE*50*", "SE*fifty*", P), ("X115", "SE01", "IK502 4")),
        (swap("SE*50*0001", "SE*50*0002", P), ("X116", "SE02", "IK502 3")),
        (swap("GE*1*", "GE*2*", P), ("X111", "GE01", "AK905 5")),
        (swap("GE*1*101", "GE*1*102", P), ("X112", "GE02", "AK905 4")),
        (swap("IEA*1*", "IEA*3*", P), ("X106", "IEA01", "TA1-105 021")),
        (swap("IEA*1*000000101", "IEA*1*000000102", P), ("X107", "IEA02", "TA1-105 001")),
        (drop("IEA*", P), ("X105", "", "TA1-105 023")),
        (drop("GE*", P), ("X110", "", "AK905 3")),
        (drop("SE*", P), ("X114", "", "IK502 2")),
        (swap("*TBSUBMIT       *", "*TBSUBMIT      *", P), ("X103", "ISA06", "TA1-105 006")),
        (swap("*260420*", "*261320*", P), ("X104", "ISA09", "TA1-105 014")),
        (swap("*0915*^", "*2515*^", P), ("X104", "ISA10", "TA1-105 015")),
        (swap("*0*T*:", "*0*X*:", P), ("X104", "ISA15", "TA1-105 020")),
        (swap("*0*T*:", "*7*T*:", P), ("X104", "ISA14", "TA1-105 019")),
        (swap("ISA*00*          *00", "ISA*99*          *00", P), ("X104", "ISA01", "TA1-105 010")),
        (swap("*ZZ*TBRECEIVE", "*QQ*TBRECEIVE", P), ("X104", "ISA07", "TA1-105 007")),
        (swap("*ZZ*TBRECEIVE      ", "*ZZ*               ", P), ("X104", "ISA08", "TA1-105 008")),
        (swap("*00501*", "*00401*", P), ("X104", "ISA12", "TA1-105 017")),
        (swap("GS*HC*", "GS*HP*", P), ("X126", "GS01", "AK905 1")),
        (swap("*TBRECEIVE*20260420*", "*TBRECEIVE*20261320*", P), ("X109", "GS04", "")),
        (swap("*0915*101*X*", "*0915*101*T*", P), ("X109", "GS07", "")),
        (swap("GS*HC*TBSUBMIT*", "GS*HC**", P), ("X109", "GS02", "")),
        (swap("ST*837*0001*005010X222A1", "ST*837*0001*005010X223A2", P), ("X119", "ST03", "IK502 I6")),
        (swap("101*X*005010X222A1", "101*X*005010X223A2", P), ("X119", "ST03", "IK502 I6")),
        (swap("ST*837*0001*005010X222A1", "ST*837*0001", P), ("X119", "ST03", "IK502 I6")),
    ],
)
def test_one_damage_of_an_envelope_is_one_issue(text, wanted):
    assert told(text) == [wanted]


def test_a_variant_of_the_guide_is_a_warning_and_is_checked():
    text = P.replace("005010X222A1", "005010X222A2")
    (issue,) = issues(text)
    assert (issue.code, issue.severity.value) == ("X118", "warning")
    assert "X203" in [code for code, *_ in told(drop("HI*", text))]


@pytest.mark.parametrize("version", ["004010X098A1", "004010X096A1", "005010X224A2", "005010X999"])
def test_another_version_is_one_clear_finding(version):
    text = P.replace("005010X222A1", version).replace(
        "*00501*", "*00401*" if version.startswith("004") else "*00501*"
    )
    assert [code for code, *_ in told(text)] == ["X117"]


def test_other_transaction_sets_have_their_envelopes_checked():
    text = (
        P.replace("ST*837*0001*005010X222A1", "ST*270*0001*005010X279A1")
        .replace("GS*HC", "GS*HS")
        .replace("SE*50", "SE*51")
    )
    assert [code for code, *_ in told(text)] == ["X128", "X115"]


def test_control_numbers_are_used_once():
    twice = P.replace(SET, SET + SET).replace("GE*1*", "GE*2*")
    assert told(twice) == [("X120", "ST02", "IK502 23")]
    groups = P.replace(GROUP, GROUP + GROUP).replace("IEA*1*", "IEA*2*")
    assert told(groups) == [("X120", "GS06", "")]
    assert told(P + P) == [("X120", "ISA13", "TA1-105 025")]


def test_several_interchanges_and_sets_are_read():
    other = P.replace("000000101", "000000102")
    kinds = [event.kind for event in check(read(io.BytesIO((P + other).encode())))]
    assert kinds.count(EventKind.INTERCHANGE) == 2
    assert kinds.count(EventKind.CLAIM) == 4
    assert told(P + other) == []


def test_missing_headers_are_told_and_the_claims_read_all_the_same():
    for start, code in (("ISA*", "X102"), ("GS*", "X108"), ("ST*", "X113")):
        text = "".join(line for line in P.splitlines(keepends=True) if not line.startswith(start))
        codes = [issue.code for issue in issues(text)]
        assert code in codes
        assert len(codes) <= 3
        events = list(check(read(io.BytesIO(text.encode()))))
        assert sum(event.kind is EventKind.CLAIM for event in events) == 2


def test_segments_between_envelopes_are_stray():
    assert told(insert("GS*", "REF*EI*1", P)) == [("X121", "", "TA1-105 024")]
    assert told(P.replace("GE*1", "REF*EI*1~\nGE*1")) == [("X121", "", "TA1-105 024")]
    assert told(P.replace("GE*1", "SE*50*0001~\nGE*1")) == [("X121", "", "TA1-105 024")]


def test_empty_envelopes_are_told():
    assert [code for code, *_ in told(P.replace(GROUP, "").replace("IEA*1", "IEA*0"))] == ["X125"]
    assert [code for code, *_ in told(P.replace(SET, "").replace("GE*1", "GE*0"))] == ["X125"]
    assert [code for code, *_ in told(P.replace(SET, "ST*837*0001*005010X222A1~\nSE*2*0001~\n"))] == ["X125"]


def test_a_file_cut_off_is_told_with_what_it_held():
    cut = P[: P.index("LX*2")]
    assert {code for code, *_ in told(cut)} >= {"X114", "X110", "X105"}
    assert len(told(cut)) <= 4


def test_an_empty_segment_counts_as_one():
    (empty,) = issues(counted(P).replace("LX*2~", "~\nLX*2~").replace("SE*50", "SE*51"))
    assert (empty.code, empty.position.line) == ("X210", 30)


def test_positions_tell_envelope_line_and_byte():
    (issue,) = issues(swap("SE*50*", "SE*49*", P))
    position = issue.position
    assert (position.interchange, position.transaction, position.segment, position.line) == (
        "000000101",
        "0001",
        "SE",
        52,
    )
    assert P.encode()[position.byte :].startswith(b"SE*50")
    assert position.segment_number == 50


def test_text_that_is_no_x12_is_one_issue():
    assert told("Dear payer,") == [("X101", "", "TA1-105 024")]
