"""The check of what payers send: hostile input, reports without patients, mixtures, and what is said of each file."""

from __future__ import annotations

import io
import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teachback.check.report import MOST_SAID, Options
from teachback.check.run import check_stream
from teachback.check.text import Kept, lines
from teachback.cli.checking import run_check
from teachback.model import Severity
from teachback.x12.tokens import read
from teachback.x12.walk import EventKind, check
from tests.x12.mutants import PROFESSIONAL, counted, swap
from tests.x12.mutants835 import ACKNOWLEDGMENT, CLAIM_ACKNOWLEDGMENT, REMITTANCE

RECEIVED = date(2026, 5, 8)
CLEAN = {"835": REMITTANCE, "277CA": CLAIM_ACKNOWLEDGMENT, "999": ACKNOWLEDGMENT}
SECRETS = ("PERONELLE", "ILEANA", "ASHBY", "TOBIAH", "7SU0KP3MN77", "3SC4WP0XY22", "20260414", "20260324")
PIECES = st.sampled_from([line for text in CLEAN.values() for line in text.splitlines(keepends=True)])


class Collected:
    def __init__(self):
        self.issues = []
        self.claims = []

    def tell(self, issues, claim):
        self.issues.extend(issues)
        self.claims.append(claim)


def asked(text):
    collected = Collected()
    data = text if isinstance(text, bytes) else text.encode("utf-8")
    counts = check_stream(io.BytesIO(data), Options(received=RECEIVED), collected)
    return counts, collected


def codes(text):
    return [i.code for i in asked(text)[1].issues if i.severity is not Severity.INFORMATION]


def payment(number, trace):
    """The clean remittance as a transaction set of its own."""
    body = REMITTANCE[REMITTANCE.index("ST*835") : REMITTANCE.index("GE*1")]
    return body.replace("*0001~", f"*{number}~").replace("TB20260504001", trace)


# Hostile input


@given(st.lists(PIECES, max_size=80))
@settings(max_examples=200, deadline=None)
def test_segments_in_any_order(pieces):
    asked("".join(pieces))


@given(st.sampled_from(list(CLEAN.values())), st.integers(0, 3000), st.binary(max_size=6), st.integers(0, 40))
@settings(max_examples=300, deadline=None)
def test_damage_anywhere(text, at, put, cut):
    data = text.encode()
    asked(data[:at] + put + data[at + cut :])


@pytest.mark.parametrize("kind", CLEAN)
def test_every_segment_may_be_missing_or_stand_twice(kind):
    segments = CLEAN[kind].splitlines(keepends=True)
    for index in range(len(segments)):
        asked("".join(segments[:index] + segments[index + 1 :]))
        asked("".join([*segments[: index + 1], segments[index], *segments[index + 1 :]]))


@pytest.mark.parametrize("kind", CLEAN)
def test_a_required_segment_that_is_missing_is_told_without_a_cascade(kind):
    segments = CLEAN[kind].splitlines(keepends=True)
    for index, segment in enumerate(segments):
        if segment.startswith(("ISA", "GS", "ST", "SE", "GE", "IEA")):
            continue
        found = codes(counted("".join(segments[:index] + segments[index + 1 :])))
        # What follows a line's missing SVC seems to belong to the line before it, and stands in disorder there.
        assert len(found) <= (7 if segment.startswith("SVC") else 5), (segment, found)


def test_other_delimiters_and_line_ends_are_read_alike():
    for kind, text in CLEAN.items():
        for other in (
            text.replace("\n", ""),
            text.replace("\n", "\r\n"),
            text.replace("*", "|").replace("~", "!"),
            text.replace(":", "\\"),
        ):
            assert codes(other) == [], kind


# What is read


def test_every_segment_of_an_answer_has_its_loop():
    for text in CLEAN.values():
        events = list(check(read(io.BytesIO(text.encode()))))
        inside = [
            segment
            for event in events
            if event.kind in {EventKind.TRANSACTION, EventKind.LEVEL, EventKind.CLAIM}
            for segment in event.segments
        ]
        assert all(segment.loop for segment in inside if segment.elements[0] != "ST")
        assert [segment.number for segment in inside] == list(range(1, len(inside) + 1))


def test_claims_of_an_answer_are_events_of_their_own():
    def starts(text, kind):
        return [e.segments[0].text for e in check(read(io.BytesIO(text.encode()))) if e.kind is kind]

    assert [text.split("*")[1] for text in starts(REMITTANCE, EventKind.CLAIM)] == [
        "TB0001",
        "TB0002",
        "TB0003",
        "TB0003",
    ]
    assert starts(CLAIM_ACKNOWLEDGMENT, EventKind.CLAIM) == ["TRN*2*TB0001", "TRN*2*TB0002", "TRN*2*TB0004"]
    assert [text[:3] for text in starts(REMITTANCE, EventKind.LEVEL)] == ["LX*", "PLB"]
    assert starts(ACKNOWLEDGMENT, EventKind.LEVEL) == [
        "AK2*837*0001*005010X222A1",
        "AK2*837*0002*005010X222A1",
    ]


def test_what_each_file_says():
    assert asked(REMITTANCE)[0].said == [
        (
            "835: 14.59, transfer TB20260504001 of 2026-05-06 from MADE UP CONTRACTOR to WILLOW LANE REHAB 2200000018: "
            "4 claims (2 processed, 1 denied, 1 reversed), charged 245.00, paid 19.49, patients owe 57.11; "
            "provider adjustments take 4.90"
        )
    ]
    assert asked(CLAIM_ACKNOWLEDGMENT)[0].said == [
        "277CA from MADE UP CONTRACTOR to batch TB101: 3 claims (2 accepted, 1 rejected)"
    ]
    assert asked(ACKNOWLEDGMENT)[0].said == [
        "TA1: interchange 000000101 accepted",
        "999: group 101 (HC) partly accepted: 2 sets answered, 1 accepted, 1 refused",
    ]


def test_several_payments_in_one_file_are_told_apart():
    head, tail = REMITTANCE[: REMITTANCE.index("ST*835")], REMITTANCE[REMITTANCE.index("GE*1") :]
    two = head + payment("0001", "TB1") + payment("0002", "TB2") + tail.replace("GE*1*", "GE*2*")
    counts, found = asked(two)
    assert (found.issues, counts.claims, len(counts.said)) == ([], 8, 2)
    same = head + payment("0001", "TB1") + payment("0002", "TB1") + tail.replace("GE*1*", "GE*2*")
    assert codes(same) == ["X722"]
    many = head + "".join(payment(f"{n:04}", f"TB{n}") for n in range(1, MOST_SAID + 6)) + tail
    counts = asked(many)[0]
    assert (len(counts.said), counts.said_more) == (MOST_SAID, 5)


def test_a_mixture_of_all_kinds_is_one_file_to_check():
    mixture = "".join([PROFESSIONAL, *CLEAN.values()])
    counts, found = asked(mixture)
    assert [i for i in found.issues if i.severity is not Severity.INFORMATION] == []
    assert counts.claims == 2 + 4 + 3
    assert set(counts.kinds) == {
        "837P",
        "835 (remittance)",
        "277CA (claim acknowledgment)",
        "999 (acknowledgment)",
        "TA1 (answer to an interchange)",
    }
    wrong = mixture.replace("CLM*TB0002*95", "CLM*TB0002*96").replace("GP*90*40.88", "GP*90*40.98")
    kept = Kept()
    counts = check_stream(io.BytesIO(wrong.encode()), Options(received=RECEIVED), kept)
    text = "\n".join(lines(kept, counts, "mixture"))
    assert counts.claims_with_errors == 2
    assert "CLAIM TB0002 (claim 2 of the file" in text
    assert "CLAIM TB0001 (claim 3 of the file" in text


def test_an_interchange_may_hold_a_ta1_alone():
    alone = (
        "\n".join(
            line for line in ACKNOWLEDGMENT.splitlines() if line.startswith(("ISA", "TA1", "IEA"))
        ).replace("IEA*1", "IEA*0")
        + "\n"
    )
    counts, found = asked(alone)
    assert found.issues == []
    assert counts.said == ["TA1: interchange 000000101 accepted"]
    refused = alone.replace("*A*000", "*R*025")
    assert codes(refused) == []
    assert asked(refused)[0].said == ["TA1: interchange 000000101 refused, note 025"]


def test_a_claim_status_response_is_left_unread():
    status = CLAIM_ACKNOWLEDGMENT.replace("X214", "X212")
    assert {issue.code for issue in asked(status)[1].issues} == {"X128"}


# Balances


@given(
    charge=st.integers(-(10**7), 10**9), parts=st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=6)
)
@settings(max_examples=150, deadline=None)
def test_a_line_balances_to_the_cent_whatever_its_amounts(charge, parts):
    def money(cents):
        sign = "-" * (cents < 0)
        return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"

    paid = charge - sum(parts)
    told = "*".join(f"{45 + n}*{money(part)}*" for n, part in enumerate(parts)).rstrip("*")
    text = swap("SVC*HC:G0541*95*0**0**1", f"SVC*HC:G0541*{money(charge)}*{money(paid)}**1", REMITTANCE)
    text = swap("CAS*CO*16*95", f"CAS*CO*{told}", text)
    text = swap("CLP*TB0002*4*95*0*", f"CLP*TB0002*1*{money(charge)}*{money(paid)}*", text)
    assert {"X702", "X703", "X704"}.isdisjoint(codes(text))
    off = swap(f"*{money(paid)}**1~\nDTM*472*20260415", f"*{money(paid + 1)}**1~\nDTM*472*20260415", text)
    assert "X703" in codes(off)


def test_a_reversal_may_repeat_a_reason_that_is_no_longer_in_force():
    old = REMITTANCE.replace("CAS*CO*45*-37.86", "CAS*CO*42*-37.86")
    assert codes(old) == []
    assert codes(REMITTANCE.replace("CAS*CO*45*35.14", "CAS*CO*42*35.14")) == ["X708"]


def test_codes_beyond_the_table_are_told_once_and_tolerated():
    newer = REMITTANCE.replace("**253*", "**999*").replace("LQ*HE*N699", "LQ*HE*N999")
    assert codes(newer) == ["X709", "X712"]


# Reports


@pytest.mark.parametrize("format_", ["text", "jsonl", "sarif"])
def test_no_patient_stands_in_a_report(tmp_path, capsys, format_):
    file = tmp_path / "answers.x12"
    damaged = "".join(
        text.replace("*MB*", "*Q9*").replace("MI*7SU0KP3MN77", "QQ*7SU0KP3MN77") for text in CLEAN.values()
    ).replace("DTM*472*20260414", "DTM*472*20260414X")
    file.write_text(damaged, encoding="ascii")
    assert run_check([file], format_=format_, received=RECEIVED) == 1
    printed = capsys.readouterr()
    assert not [secret for secret in SECRETS if secret in printed.out + printed.err]


def test_the_report_of_a_remittance_tells_payment_place_and_whose_turn_it_is(tmp_path, capsys):
    file = tmp_path / "era.835"
    file.write_text(
        swap("CLP*TB0002*4*", "CLP*TB0002*99*", swap("GP*90*40.88", "GP*90*40.98", REMITTANCE)),
        encoding="ascii",
    )
    assert run_check([file], received=RECEIVED) == 1
    text = capsys.readouterr().out
    assert "WHAT IT SAYS\n  835: 14.59, transfer TB20260504001" in text
    assert (
        "X703 line-not-balanced: SVC03 is 40.98, but SVC02 90.00 less adjustments of 49.12 comes to 40.88."
        in text
    )
    assert "do: Tell the sender, who has to mend it: use one of the listed codes." in text
    assert text.rstrip().splitlines()[-1] == "2 errors in 2 of 4 claims; 2 claims are clean"


def test_json_lines_name_claim_and_element(tmp_path, capsys):
    file = tmp_path / "era.835"
    file.write_text(REMITTANCE.replace("CAS*CO*16*", "CAS*CO*9999*"), encoding="ascii")
    assert run_check([file], format_="jsonl", received=RECEIVED) == 1
    row = json.loads(capsys.readouterr().out)
    assert (row["code"], row["claim"], row["element"], row["loop"]) == ("X707", "TB0002", "CAS02", "2110")


def test_an_acknowledgment_alone_is_not_called_a_file_without_claims(tmp_path, capsys):
    file = tmp_path / "a.999"
    file.write_text(ACKNOWLEDGMENT, encoding="ascii")
    assert run_check([file], received=RECEIVED) == 0
    assert capsys.readouterr().out.rstrip().splitlines()[-1] == "no errors in 2 answers"
