"""Claims of one file against each other, and the arrays that find them."""

from __future__ import annotations

import random
from types import SimpleNamespace

import pytest

from teachback.check import across
from teachback.check.register import TRAINING, Register, key
from teachback.check.waiting import Waiting
from tests.check.asking import asked, codes, edited
from tests.x12.mutants import PROFESSIONAL, counted


def twice(text, *changes):
    """The file with its second patient's claim once more, changed."""
    start, end = text.index("HL*3*1*22"), text.index("SE*")
    again = text[start:end].replace("HL*3*1*22", "HL*4*1*22")
    for old, new in changes:
        assert old in again, old
        again = again.replace(old, new)
    return counted(text[:end] + again + text[end:])


OTHER = ("TB0002", "TB0003")


def test_the_same_service_on_two_claims_is_a_duplicate():
    found, counts = asked(twice(PROFESSIONAL, OTHER))
    assert "C115" in {issue.code for issue in found.issues}
    assert counts.claims_with_errors >= 1


def test_an_add_on_finds_its_primary_on_another_claim_and_misses_it_alone():
    alone = edited(PROFESSIONAL, ("HC:G0541*95", "HC:G0542*95"))
    assert ("C104", "SV101-2") in codes(alone)
    together = twice(alone, OTHER, ("HC:G0542*95", "HC:G0541*95"))
    assert "C104" not in {code for code, _ in codes(together)}


def test_a_primary_on_another_date_does_not_help():
    alone = edited(PROFESSIONAL, ("HC:G0541*95", "HC:G0542*95"))
    text = twice(alone, OTHER, ("HC:G0542*95", "HC:G0541*95"), ("DTP*472*D8*20260415", "DTP*472*D8*20260416"))
    assert "C104" in {code for code, _ in codes(text)}


def test_the_second_pass_tells_the_line_and_the_segment():
    found, _ = asked(twice(PROFESSIONAL, OTHER))
    lines = twice(PROFESSIONAL, OTHER).splitlines()
    for issue in found.issues:
        at = issue.position
        if issue.code == "C115":
            assert lines[at.line - 1].startswith(at.segment)
            assert twice(PROFESSIONAL, OTHER)[at.byte :].startswith(at.segment)
            assert lines[at.line - at.segment_number].startswith("ST*")


def test_what_is_held_and_what_is_read_again_say_the_same(monkeypatch):
    text = twice(edited(PROFESSIONAL, ("HC:97550:GP", "HC:97535:GP")), OTHER)
    held = sorted((i.code, i.position.byte, i.message) for i in asked(text)[0].issues)
    monkeypatch.setattr(Waiting, "has_room", False)
    assert sorted((i.code, i.position.byte, i.message) for i in asked(text)[0].issues) == held


def test_portions_of_a_crowded_day_still_find_duplicates(monkeypatch):
    monkeypatch.setattr(across, "MOST_TOGETHER", 2)
    found, _ = asked(twice(PROFESSIONAL, OTHER))
    assert "C115" in {issue.code for issue in found.issues}


def test_a_control_number_that_repeats_is_told_on_the_later_claim():
    text = PROFESSIONAL.replace("CLM*TB0002*", "CLM*TB0001*")
    found, _ = asked(text)
    told = [issue for issue in found.issues if issue.code == "X515"]
    assert len(told) == 1
    assert text[told[0].position.byte :].startswith("CLM*TB0001*95")
    assert "line 21" in told[0].message


@pytest.mark.parametrize("seed", range(20))
def test_groups_are_those_of_a_plain_dictionary(seed):
    draw = random.Random(seed)
    register = Register()
    plain: dict[int, set[int]] = {}
    for ordinal in range(draw.randrange(60)):
        segment = SimpleNamespace(byte=ordinal, line=ordinal, number=1)
        event = SimpleNamespace(
            transaction=None, segments=[segment], billing=None, subscriber=None, patient=None
        )
        assert register.add(event, str(ordinal)) == ordinal
        if draw.random() < 0.5:
            register.flags[ordinal] |= TRAINING
        for day in {str(draw.randrange(8)) for _ in range(draw.randrange(3))}:
            register.add_days(ordinal, "patient", [day])
            plain.setdefault(key("patient", day), set()).add(ordinal)
    expected = {
        day: sorted(owners)
        for day, owners in plain.items()
        if len(owners) > 1 and any(register.flags[owner] & TRAINING for owner in owners)
    }
    assert dict(register.same_days()) == expected
