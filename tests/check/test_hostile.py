"""Whatever the bytes, a check ends with an answer; damage costs the damaged claim, not the others."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.check.asking import asked
from tests.x12.mutants import INSTITUTIONAL, PROFESSIONAL

LINES = PROFESSIONAL.splitlines(keepends=True)
PIECES = st.sampled_from([*LINES, *INSTITUTIONAL.splitlines(keepends=True)])


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_any_bytes(data):
    asked(data)


@given(st.lists(PIECES, max_size=80))
@settings(max_examples=150, deadline=None)
def test_segments_in_any_order(pieces):
    asked("".join(pieces))


@given(st.integers(0, len(PROFESSIONAL) - 1), st.binary(max_size=6), st.integers(0, 40))
@settings(max_examples=300, deadline=None)
def test_damage_anywhere(at, put, cut):
    data = PROFESSIONAL.encode()
    asked(data[:at] + put + data[at + cut :])


@pytest.mark.parametrize("index", range(len(LINES)))
def test_every_segment_may_be_missing(index):
    text = "".join(LINES[:index] + LINES[index + 1 :])
    found, counts = asked(text)
    assert counts.claims >= 1
    assert 1 <= len(
        [i for i in found.issues if i.severity.value in {"error", "warning", "hold"}]
    ) <= 6 or LINES[index].startswith(
        ("N3*12", "N4*MESA*AZ*85201~", "NM1*77", "PRV*BI", "PRV*PE", "REF*6R", "NM1*82")
    )


@pytest.mark.parametrize("index", range(len(LINES)))
def test_every_segment_may_stand_twice(index):
    asked("".join([*LINES[: index + 1], LINES[index], *LINES[index + 1 :]]))
