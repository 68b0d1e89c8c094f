"""Claim acknowledgments (277CA) come back as a person reads them: which claims were taken in and which were refused."""

import io
import tarfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from teachback.remitdata import AnswerKind, ClaimStatus
from teachback.x12.c277 import read_status_reports, status_reports
from teachback.x12.tokens import read

D = Decimal
SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"
HEAD = (
    "ISA*00*          *00*          *ZZ*TBPAYER        *ZZ*TBSUBMIT       *260504*0915*^*00501*000000401*0*T*:~\n"
    "GS*HN*TBPAYER*TBSUBMIT*20260504*0915*401*X*005010X214~\n"
)
BATCH = """\
ST*277*0001*005010X214~
BHT*0085*08*PAYERBATCH9*20260504*0915*TH~
HL*1**20*1~
NM1*PR*2*MADE UP CONTRACTOR*****PI*03102~
TRN*1*PAYERBATCH9~
DTP*050*D8*20260504~
HL*2*1*21*1~
NM1*41*2*WILLOW LANE REHAB*****46*TBSUBMIT~
TRN*2*TB000101~
STC*A1:19:PR*20260504*WQ*300~
QTY*90*2~
AMT*YU*250~
HL*3*2*19*1~
NM1*85*2*WILLOW LANE REHAB*****XX*2200000018~
TRN*1*0~
STC*A1:19:PR**WQ*300~
"""
TAKEN = """\
HL*4*3*PT~
NM1*QC*1*QUILL*NOEMIE****MI*1SA0WP0XY00~
TRN*2*TB1~
STC*A2:20:PR*20260504*WQ*250~
REF*1K*1426000000001~
DTP*472*RD8*20260301-20260302~
"""
REFUSED = """\
HL*5*3*PT~
NM1*QC*1*HOLLIN*MAREK****MI*1SA0WP0XY01~
TRN*2*TB2~
STC*A7:562:85*20260504*U*50******A8:21*A3:116:PR*CALL US~
DTP*472*D8*20260303~
SVC*HC:97550*50****1~
STC*A7:507**U~
REF*FJ*TB2L1~
"""


def file_of(text):
    count = text.count("~") + 1
    return f"{HEAD}{text}SE*{count}*0001~\nGE*1*401~\nIEA*1*000000401~\n".encode()


def only(text):
    [found] = status_reports(io.BytesIO(file_of(text)))
    return found


def test_a_report_with_a_claim_taken_and_one_refused():
    found = only(BATCH + TAKEN + REFUSED)
    assert (found.source_name, found.batch_number) == ("MADE UP CONTRACTOR", "TB000101")
    assert found.answer is AnswerKind.ACCEPTED_WITH_ERRORS
    assert found.statuses == (("A1", "19", "PR"), ("A1", "19", "PR"))
    assert found.control_numbers == ("000000401", "401", "0001")
    assert found.version == "005010X214"
    assert found.faults == ()
    assert found.claims == (
        ClaimStatus(
            "TB1",
            AnswerKind.ACCEPTED,
            (("A2", "20", "PR"),),
            "1426000000001",
            date(2026, 5, 4),
            D(250),
            date(2026, 3, 1),
        ),
        ClaimStatus(
            "TB2",
            AnswerKind.REJECTED,
            (("A7", "562", "85"), ("A8", "21", ""), ("A3", "116", "PR"), ("A7", "507", "")),
            None,
            date(2026, 5, 4),
            D(50),
            date(2026, 3, 3),
            ("TB2L1",),
            "CALL US",
        ),
    )


def test_every_segment_is_kept():
    data = file_of(BATCH + TAKEN)
    [found] = read_status_reports(io.BytesIO(data))
    assert [one.text for one in found.segments] == [one.text for one in read(io.BytesIO(data))][2:-2]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        (BATCH, AnswerKind.ACCEPTED),
        (BATCH + TAKEN, AnswerKind.ACCEPTED),
        (BATCH + REFUSED, AnswerKind.REJECTED),
        (BATCH.replace("A1:19:PR*20260504*WQ", "A3:24:41*20260504*U"), AnswerKind.REJECTED),
        (BATCH.replace("A1:19:PR**WQ", "A7:562:85**U") + TAKEN, AnswerKind.ACCEPTED_WITH_ERRORS),
        (BATCH.replace("A1", "Q9"), AnswerKind.UNKNOWN),
        ("ST*277*0001*005010X214~\n", AnswerKind.UNKNOWN),
    ],
)
def test_the_answer_for_a_batch(text, answer):
    assert only(text).answer is answer


@pytest.mark.parametrize(
    ("status", "answer", "told"),
    [
        ("A2:20:PR*20260504*WQ", AnswerKind.ACCEPTED, False),
        ("A1:19:PR*20260504*WQ", AnswerKind.ACCEPTED, False),
        ("A0:16:PR*20260504*WQ", AnswerKind.ACCEPTED, False),
        ("A3:21:PR*20260504*U", AnswerKind.REJECTED, False),
        ("A4:35:PR*20260504*U", AnswerKind.REJECTED, False),
        ("A6:21:PR*20260504*U", AnswerKind.REJECTED, False),
        ("A7:21:PR*20260504*WQ", AnswerKind.REJECTED, True),
        ("A2:20:PR*20260504*U", AnswerKind.REJECTED, True),
        ("P1:20:PR*20260504*WQ", AnswerKind.UNKNOWN, True),
        ("*20260504", AnswerKind.UNKNOWN, False),
    ],
)
def test_the_answer_for_a_claim(status, answer, told):
    found = only(BATCH + TAKEN.replace("A2:20:PR*20260504*WQ", status))
    assert found.claims[0].answer is answer
    assert bool(found.faults) == told


def test_a_claim_without_its_trace_number_is_kept_and_told():
    found = only(BATCH + REFUSED.replace("TRN*2*TB2~\n", ""))
    assert found.claims[0].control_number == ""
    assert found.claims[0].answer is AnswerKind.REJECTED
    assert any("TRN" in one for one in found.faults)


def test_a_report_cut_off_tells_it():
    data = file_of(BATCH + TAKEN + REFUSED)
    [found] = status_reports(io.BytesIO(data[: data.index(b"HL*5")]))
    assert len(found.claims) == 1
    assert "cut off" in found.faults[0]


def test_no_fault_names_a_person():
    text = BATCH + REFUSED.replace("472*D8*20260303", "472*D8*QUILLNOEMIE").replace("U*50", "U*MAREK")
    faults = only(text).faults
    assert len(faults) == 2
    assert not any(name in fault for fault in faults for name in ("QUILL", "MAREK", "HOLLIN"))


def test_an_answer_to_an_inquiry_rejects_nothing():
    text = (BATCH + TAKEN.replace("A2:20", "F2:80")).replace("X214", "X212")
    found = only(text)
    assert found.claims[0].answer is AnswerKind.UNKNOWN
    assert found.claims[0].statuses == (("F2", "80", "PR"),)
    assert found.faults == ()


@pytest.mark.skipif(not SAMPLES.exists(), reason="the shared sample files are not here")
@pytest.mark.parametrize(
    ("name", "answer", "batch", "claim"),
    [
        (
            "accepted", AnswerKind.ACCEPTED, "000000674",
            ClaimStatus(
                "5781", AnswerKind.ACCEPTED, (("A2", "20", ""),), "1107000000014420", date(2011, 3, 11), D(125),
                date(1001, 1, 1),
            ),
        ),
        (
            "rejected", AnswerKind.REJECTED, "11200001",
            ClaimStatus(
                "3920394930203", AnswerKind.REJECTED, (("A7", "562", "85"),), "1107000000001120", date(2011, 3, 11),
                D("199.14"), date(2009, 3, 11),
            ),
        ),
    ],
)  # fmt: skip
def test_the_samples_are_read_as_a_person_reads_them(name, answer, batch, claim):
    with tarfile.open(SAMPLES / "imsweb.tar.gz") as archive:
        data = archive.extractfile(f"imsweb/src/test/resources/277_5010/x12_277CA_{name}.txt").read()
    [found] = status_reports(io.BytesIO(data))
    assert (found.answer, found.batch_number, found.claims) == (answer, batch, (claim,))
    assert found.source_name == "NYSDOH"
    # The refused claim bears the action of an accepted one.
    assert len(found.faults) == (name == "rejected")
