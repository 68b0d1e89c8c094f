"""What is kept of a claim is all of it, exactly, and a text that is anything else is refused."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teachback.book.codec import CodecError, decode, decode_claim, encode, encode_claim
from teachback.claimdata import Claim, Receiver, Submitter
from tests.book.generated import values_of
from tests.book.made import RECEIVER, SUBMITTER, claim


def exact(value):
    """A value in which 80.5 and 80.50 differ, as do 1 and True."""
    if dataclasses.is_dataclass(value):
        return (type(value), [exact(getattr(value, f.name)) for f in dataclasses.fields(value)])
    if isinstance(value, tuple):
        return ("tuple", [exact(entry) for entry in value])
    return (type(value), str(value) if isinstance(value, Decimal) else value)


@settings(max_examples=150, deadline=None)
@given(values_of(Claim))
def test_a_claim_comes_back_exactly(drawn):
    text = encode_claim(drawn)
    back = decode_claim(text)
    assert back == drawn
    assert exact(back) == exact(drawn)
    assert encode_claim(back) == text


@settings(max_examples=50, deadline=None)
@given(values_of(Submitter), values_of(Receiver))
def test_submitters_and_receivers_too(submitter, receiver):
    assert decode(Submitter, encode(submitter)) == submitter
    assert decode(Receiver, encode(receiver)) == receiver


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@settings(max_examples=300, deadline=None)
@given(JSON | st.text(max_size=50))
def test_anything_else_is_refused_and_never_crashes(content):
    text = content if isinstance(content, str) else json.dumps(content)
    with pytest.raises(CodecError):
        decode_claim(text)


def paths(content, at=()):
    """Every place in a JSON value."""
    yield at
    entries = (
        content.items()
        if isinstance(content, dict)
        else enumerate(content)
        if isinstance(content, list)
        else ()
    )
    for key, value in entries:
        yield from paths(value, (*at, key))


def changed(content, path, value):
    """The JSON with one place changed."""
    if not path:
        return value
    copy = dict(content) if isinstance(content, dict) else list(content)
    copy[path[0]] = changed(content[path[0]], path[1:], value)
    return copy


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_one_changed_place_is_refused_or_read_as_what_it_says(data):
    content = json.loads(encode_claim(claim("s1", "s2")))
    path = data.draw(st.sampled_from(list(paths(content))))
    damaged = json.dumps(changed(content, path, data.draw(JSON)))
    try:
        back = decode_claim(damaged)
    except CodecError:
        return
    assert decode_claim(encode_claim(back)) == back


@pytest.mark.parametrize(
    "bad",
    [
        {"place_of_service": 11},
        {"place_of_service": None},
        {"accepts_assignment": 1},
        {"diagnoses": ["I69351"]},
        {"attachment": ("OZ", "AA")},
        {"amount_paid_by_patient": Decimal("Infinity")},
        {"amount_paid_by_patient": 12.5},
        {"form": "professional"},
        {"payer": RECEIVER},
    ],
)
def test_a_claim_with_a_value_of_another_type_is_not_kept(bad):
    with pytest.raises(CodecError):
        encode_claim(replace(claim("s1"), **bad))


def test_a_moment_is_no_date():
    line = replace(claim("s1").lines[0], date_of_service=datetime(2026, 4, 14, 9, 30))
    with pytest.raises(CodecError, match="lines: date_of_service: date is expected, not datetime"):
        encode_claim(claim(lines=(line,)))


@pytest.mark.parametrize(
    ("words", "old", "new"),
    [
        ("fields that this version does not know", '"form":', '"later":1,"form":'),
        ("lacks form", '"form":"professional",', ""),
        ("an amount stands as a number", '"charge":"80.50"', '"charge":80.50'),
        ("an amount is expected", '"charge":"80.50"', '"charge":"080.50"'),
        ("an amount is expected", '"charge":"80.50"', '"charge":"NaN"'),
        ("a date is expected", '"2026-04-14"', '"20260414"'),
        ("no such ClaimForm", '"professional"', '"dental"'),
        ("not JSON", '{"', "{"),
    ],
)
def test_refusals_name_the_field(words, old, new):
    text = encode_claim(claim("s1"))
    assert old in text
    with pytest.raises(CodecError, match=words):
        decode_claim(text.replace(old, new, 1))


def test_a_refusal_does_not_repeat_what_stands_in_the_field():
    with pytest.raises(CodecError) as told:
        decode_claim(encode_claim(claim("s1")).replace('"1950-01-02"', '"1950-99-99"'))
    assert "1950" not in str(told.value)


def test_a_default_that_is_not_empty_is_written_so_that_changing_it_changes_no_claim():
    text = encode_claim(claim("s1"))
    for name in ("frequency_code", "filing_indicator", "payer_order", "accepts_assignment"):
        assert f'"{name}":' in text
    assert '"rendering"' not in text
    assert "qualifier" in encode(SUBMITTER)
