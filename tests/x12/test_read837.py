"""Reading claims back: everything that was sent comes back, and what is damaged is told and never guessed."""

from __future__ import annotations

import dataclasses
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teachback.model import ClaimForm
from teachback.x12.read837 import UNKNOWN_DATE, read_claims
from teachback.x12.sent import as_sent
from teachback.x12.write837 import written
from tests.x12.making import CASES, DIRTY_WORDS, claim, institutional_claim, submission, submissions

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"

# Other work on the machine is no fault of the code: no deadlines.
settings.register_profile("x12", deadline=None, suppress_health_check=[HealthCheck.too_slow])
EASY = settings.get_profile("x12")


def read(data: bytes):
    return list(read_claims(io.BytesIO(data)))


def damaged(old: str, new: str, **changes):
    text = written(submission(claim(**changes))).decode()
    assert old in text
    return read(text.replace(old, new, 1).encode())


def elements(found):
    return [one.element for one in found.troubles]


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_claim_comes_back_as_sent(name):
    sent = written(submission(CASES[name]))
    (found,) = read(sent)
    assert found.claim == as_sent(CASES[name])
    assert found.troubles == ()
    assert written(submission(found.claim)) == sent


@given(submissions())
@settings(EASY, max_examples=60)
def test_reading_gives_what_was_sent_and_writing_that_the_same_bytes(given_submission):
    sent = written(given_submission)
    found = read(sent)
    assert tuple(one.claim for one in found) == tuple(map(as_sent, given_submission.claims))
    assert not [one.troubles for one in found if one.troubles]
    assert written(replace(given_submission, claims=tuple(one.claim for one in found))) == sent


@given(submissions(words=DIRTY_WORDS))
@settings(EASY, max_examples=30)
def test_the_same_for_texts_that_need_cleaning(given_submission):
    sent = written(given_submission)
    found = tuple(one.claim for one in read(sent))
    assert found == tuple(map(as_sent, given_submission.claims))
    assert written(replace(given_submission, claims=found)) == sent


def test_what_was_sent_stays_what_is_sent():
    for one in CASES.values():
        assert as_sent(as_sent(one)) == as_sent(one)


def test_positions_point_at_the_claim_and_its_services():
    sent = written(submission(claim(), claim(control_number="SECOND")))
    lines = sent.decode().split("\n")
    for found in read(sent):
        place = found.position
        assert lines[place.line - 1] == f"CLM*{place.claim}*190.50***11:B:1*Y*A*Y*Y~"
        assert sent[place.byte :].startswith(b"CLM*" + place.claim.encode())
        assert (place.interchange, place.transaction, place.loop) == ("000000905", "0001", "2300")
        assert [lines[at.line - 1][:12] for at in found.lines_position] == ["SV1*HC:97550", "SV1*HC:97551"]


def test_a_missing_service_date_leaves_out_the_line_and_tells_it():
    (found,) = damaged("DTP*472*D8*20260414~\n", "")
    assert [line.procedure_code for line in found.claim.lines] == ["97551"]
    assert len(found.lines_position) == 1
    assert elements(found) == ["DTP03"]


@pytest.mark.parametrize(
    ("old", "new", "element"),
    [
        ("DTP*472*D8*20260414", "DTP*472*D8*20261341", "DTP03"),
        ("*100.00*UN*1*", "*ABC*UN*1*", "SV102"),
        ("*100.00*UN*1*", "*100.00*UN**", "SV104"),
        ("*100.00*UN*1*", "*100.00*UN*1.5*", "SV104"),
        ("*100.00*UN*1*", "*100.00*MJ*1*", "SV103"),
        ("***1:2~", "***1:X~", "SV107-2"),
        ("DMG*D8*19440506*F", "DMG*D8*19440532*F", "DMG02"),
        ("DMG*D8*19440506*F", "DMG*D8*19440506*Q", "DMG03"),
        ("SBR*P*18", "SBR*Q*18", "SBR01"),
        ("NM1*IL*1*SAMPLE", "NM1*XX*1*SAMPLE", "NM1"),
        ("NM1*PR*2", "NM1*XX*2", "2010BB NM1"),
        ("NM1*85*2", "NM1*XX*2", "2010AA NM1"),
    ],
)
def test_what_cannot_be_read_is_told_by_its_element(old, new, element):
    (found,) = damaged(old, new)
    assert elements(found) == [element]
    assert found.claim.control_number == "TB0000000001"


def test_an_unknown_birth_date_is_marked_as_unknown():
    (found,) = damaged("DMG*D8*19440506*F~\n", "")
    assert found.claim.beneficiary.birth_date == UNKNOWN_DATE


def test_a_subscriber_without_its_level_is_found_all_the_same():
    (found,) = damaged("HL*2*1*22*0~\n", "")
    assert found.claim == as_sent(claim())
    (found,) = damaged("HL*2*1*22*0~\n", "HL*2*1*23*0~\n")
    assert found.claim.beneficiary.last_name == "SAMPLE"


def test_a_line_without_its_number_is_a_line():
    (found,) = damaged("LX*2~\n", "")
    assert [line.procedure_code for line in found.claim.lines] == ["97550", "97551"]


def test_a_patient_who_is_not_the_subscriber_is_the_patient():
    told = (
        "HL*3*2*23*0~\nPAT*19~\nNM1*QC*1*SAMPLE*CHILD~\nN3*1 A ST~\nN4*PEORIA*IL*61602~\nDMG*D8*20100102*M~\n"
    )
    (found,) = damaged("CLM*", told + "CLM*")
    who = found.claim.beneficiary
    assert (who.first_name, who.member_id, who.birth_date) == ("CHILD", "1SA0WP0XY00", date(2010, 1, 2))
    assert not found.patient_is_subscriber


def test_old_qualifiers_and_ranges_are_read():
    (found,) = damaged("HI*ABK:I69351*ABF:R278", "HI*BF:R278*BK:I69351")
    assert found.claim.diagnoses == ("I69351", "R278")
    (found,) = damaged("DTP*472*D8*20260414", "DTP*472*RD8*20260414-20260415")
    assert found.claim.lines[0].date_of_service == date(2026, 4, 14)


def test_other_delimiters_and_line_ends_are_read():
    sent = written(submission(claim())).decode()
    other = sent.replace("~\n", "\r\n").replace("*", "|").replace(":", ">")
    (found,) = read(other.encode())
    assert found.claim == as_sent(claim())


def test_a_file_that_stops_within_a_claim_gives_what_there_is():
    sent = written(submission(claim()))
    (found,) = read(sent[: sent.index(b"LX*2")])
    assert len(found.claim.lines) == 1


def test_the_form_is_known_by_the_claim_itself():
    assert read(written(submission(institutional_claim())))[0].claim.form is ClaimForm.INSTITUTIONAL
    (found,) = damaged("11:B:1", "11::1")
    assert found.claim.form is ClaimForm.PROFESSIONAL


@given(st.binary(max_size=400))
@EASY
def test_no_bytes_stop_the_reader(data):
    read(data)
    read(written(submission()) + data)


@given(st.data())
@settings(EASY, max_examples=100)
def test_no_damage_stops_the_reader(data):
    sent = written(submission(*(one for one in CASES.values() if not one.is_institutional)))[:9000]
    segments = sent.split(b"~")
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(segments) - 1))
        segments[at] = data.draw(
            st.sampled_from(
                [b"", segments[at][:4], segments[at] + b"*X:Y", b"HL*1", b"SVD", b"CAS*CO", b"LX", b"SV1*"]
            )
        )
    for found in read(b"~".join(segments)):
        assert len(found.claim.lines) == len(found.lines_position)


def test_a_claim_without_end_is_bounded():
    head = written(submission()).split(b"LX*")[0]
    (found,) = read(head + b"LX*1~\n" * 60_000)
    assert elements(found)[0] == "CLM"


def test_amounts_are_decimals():
    (found,) = read(written(submission(claim())))
    assert found.claim.charge == Decimal("190.50")
    for line in found.claim.lines:
        assert isinstance(line.charge, Decimal)


def test_troubles_hold_no_values():
    (found,) = damaged("DMG*D8*19440506*F", "DMG*D8*SECRET*F")
    assert "SECRET" not in " ".join(one.reason for one in found.troubles)
    assert dataclasses.is_dataclass(found)
