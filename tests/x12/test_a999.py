"""Acknowledgments of files come back as a person reads them: 999, 997, TA1, and mixed files."""

import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teachback.remitdata import (
    AnswerKind,
    FunctionalAcknowledgment,
    InterchangeAcknowledgment,
    Remittance,
    SegmentFault,
    SetAnswer,
    StatusReport,
)
from teachback.x12.a999 import acknowledgments, read_acknowledgments
from teachback.x12.answers import NotAnAnswer, read_any, received
from teachback.x12.tokens import read
from tests.x12.paying import everything

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"
HEAD = "ISA*00*          *00*          *ZZ*TBPAYER        *ZZ*TBSUBMIT       *260504*0915*^*00501*000000301*0*T*:~\n"
GROUP = "GS*FA*TBPAYER*TBSUBMIT*20260504*0915*301*X*005010X231A1~\n"
REJECTED = """\
ST*999*0001*005010X231A1~
AK1*HC*101*005010X222A1~
AK2*837*0001*005010X222A1~
IK3*NM1*8*2010*8~
CTX*SITUATIONAL TRIGGER*CLM*43*2300~
CTX*CLM01:TB00000007~
IK4*9*67*7*QUILL~
IK4*2:1*1065*1~
IK3*SV1*25*2400*8~
IK5*R*5*I5~
AK2*837*0002*005010X222A1~
IK5*E*I5~
AK2*837*0003*005010X222A1~
IK5*A~
AK9*P*3*3*2*2~
SE*16*0001~
"""


def file_of(text):
    return f"{HEAD}{GROUP}{text}GE*1*301~\nIEA*1*000000301~\n".encode()


def only(text):
    [found] = acknowledgments(io.BytesIO(file_of(text)))
    return found


def test_a_999_with_sets_of_every_answer():
    found = only(REJECTED)
    assert found == FunctionalAcknowledgment(
        "101",
        AnswerKind.ACCEPTED_WITH_ERRORS,
        (
            SetAnswer(
                "0001",
                AnswerKind.REJECTED,
                ("5", "I5"),
                (
                    SegmentFault("NM1", 8, "2010", "8", (("9", "7"), ("2:1", "1")), "TB00000007"),
                    SegmentFault("SV1", 25, "2400", "8"),
                ),
            ),
            SetAnswer("0002", AnswerKind.ACCEPTED_WITH_ERRORS, ("I5",)),
            SetAnswer("0003", AnswerKind.ACCEPTED),
        ),
        ("2",),
    )


def test_a_copied_value_stays_in_the_segments_alone():
    [found] = read_acknowledgments(io.BytesIO(file_of(REJECTED)))
    assert "QUILL" not in repr(found.view)
    assert [one.text for one in found.segments] == [one.text for one in read(io.BytesIO(file_of(REJECTED)))][
        2:-2
    ]


def test_a_997_is_read_alike():
    text = REJECTED.replace("ST*999", "ST*997").replace("IK", "AK")
    assert only(text).sets[0].answer is AnswerKind.REJECTED


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        ("A", AnswerKind.ACCEPTED),
        ("E", AnswerKind.ACCEPTED_WITH_ERRORS),
        ("P", AnswerKind.ACCEPTED_WITH_ERRORS),
        ("R", AnswerKind.REJECTED),
        ("M", AnswerKind.REJECTED),
        ("W", AnswerKind.REJECTED),
        ("X", AnswerKind.REJECTED),
        ("Q", AnswerKind.UNKNOWN),
        ("", AnswerKind.UNKNOWN),
    ],
)
def test_an_answer_is_never_guessed(code, answer):
    found = only(REJECTED.replace("AK9*P", f"AK9*{code}"))
    assert found.answer is answer
    assert bool(found.faults) == (answer is AnswerKind.UNKNOWN)


@pytest.mark.parametrize(
    "broken",
    [
        REJECTED[: REJECTED.index("AK9")],
        REJECTED[: REJECTED.index("SE*")],
        REJECTED.replace("SE*16", "SE*15"),
        REJECTED.replace("AK1*HC*101*005010X222A1~\n", "").replace("SE*16", "SE*15"),
        REJECTED.replace("IK5*A~", "IK5*A~\nZZZ*1~").replace("SE*16", "SE*17"),
        REJECTED.replace("AK9*P", "AK9*A~\nAK9*P").replace("SE*16", "SE*17"),
    ],
)
def test_what_is_odd_about_a_999_is_told(broken):
    found = only(broken)
    assert found.faults
    assert found.sets[0].answer is AnswerKind.REJECTED


def test_a_999_cut_off_before_its_answer_is_unknown():
    found = only("ST*999*0001~\nAK1*HC*101~\nAK2*837*0001~\n")
    assert found.answer is AnswerKind.UNKNOWN
    assert found.sets[0].answer is AnswerKind.UNKNOWN


@pytest.mark.parametrize(
    ("segment", "answer"),
    [
        (
            "TA1*000000101*260504*0915*A*000~\n",
            InterchangeAcknowledgment("000000101", AnswerKind.ACCEPTED, "000"),
        ),
        (
            "TA1*000000101*260504*0915*R*021~\n",
            InterchangeAcknowledgment("000000101", AnswerKind.REJECTED, "021"),
        ),
        (
            "TA1*000000101*260504*0915*E*001~\n",
            InterchangeAcknowledgment("000000101", AnswerKind.ACCEPTED_WITH_ERRORS, "001"),
        ),
        ("TA1*000000101~\n", InterchangeAcknowledgment("000000101", AnswerKind.UNKNOWN, "")),
    ],
)
def test_a_ta1(segment, answer):
    data = f"{HEAD}{segment}IEA*0*000000301~\n".encode()
    assert list(acknowledgments(io.BytesIO(data))) == [answer]
    assert list(read_any(io.BytesIO(data))) == [answer]


@pytest.mark.skipif(not SAMPLES.exists(), reason="the shared sample files are not here")
@pytest.mark.parametrize(
    ("name", "group", "answer", "control", "faults"),
    [
        ("accepted", "17456", AnswerKind.ACCEPTED, "0001", ()),
        ("rejected", "28", AnswerKind.REJECTED, "0028", (SegmentFault("NM", 17, "", "1"),)),
    ],
)
def test_the_samples_are_read_as_a_person_reads_them(name, group, answer, control, faults):
    with tarfile.open(SAMPLES / "imsweb.tar.gz") as archive:
        data = archive.extractfile(f"imsweb/src/test/resources/837_5010/x12_999_{name}.txt").read()
    [found] = acknowledgments(io.BytesIO(data))
    assert (found.group_control_number, found.answer) == (group, answer)
    [one] = found.sets
    assert (one.control_number, one.answer, one.faults) == (control, answer, faults)


# Mixed files


def test_a_mixed_file_gives_everything_in_its_order():
    ta1 = f"{HEAD}TA1*000000101*260504*0915*A*000~\nIEA*0*000000301~\n".encode()
    claims = file_of("ST*837*0001~\nBHT*0019~\nSE*3*0001~\nST*837*0002~\nSE*2*0002~\n")
    data = ta1 + file_of(REJECTED) + claims + everything() + b"GARBAGE WITHOUT END"
    kinds = [type(one) for one in read_any(io.BytesIO(data))]
    assert kinds == [
        InterchangeAcknowledgment,
        FunctionalAcknowledgment,
        NotAnAnswer,
        Remittance,
        NotAnAnswer,
    ]
    other = list(read_any(io.BytesIO(data)))[2]
    assert (other.what, other.sets, other.control_numbers[2]) == ("837", 2, "0001")
    assert other.why == "It is claims (837)."


@pytest.mark.parametrize(
    ("data", "what"), [(b"", "empty"), (b"%PDF-1.7 whatever", "not X12"), (HEAD.encode(), "empty")]
)
def test_what_holds_no_answer_says_so(data, what):
    [found] = read_any(io.BytesIO(data))
    assert (found.what, bool(found.why)) == (what, True)


@given(st.binary(max_size=400) | st.text("ISATGE*~:0129KHLNM1ATRSC\n ", max_size=300).map(
    lambda text: file_of(text.replace("  ", "ST*277*1~HL*1**PT~TRN*2*X~STC*A7:21~").replace("00", "ST*999*1~AK2*837*1~IK3*"))
))  # fmt: skip
@settings(deadline=None, max_examples=300)
def test_any_bytes_are_answered_without_an_exception(data):
    found = list(read_any(io.BytesIO(data)))
    assert found
    assert len(found) == len(list(received(io.BytesIO(data))))
    assert all(
        isinstance(
            one, (NotAnAnswer, Remittance, StatusReport, FunctionalAcknowledgment, InterchangeAcknowledgment)
        )
        for one in found
    )
