"""Bytes become segments, whatever is wrong with them."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teachback.x12.tokens import LONGEST_SEGMENT, Delimiters, Trouble, read
from tests.x12.mutants import PROFESSIONAL

PLAIN = PROFESSIONAL.encode()
ONE_LINE = PLAIN.replace(b"\n", b"")


def tokens(data):
    return list(read(io.BytesIO(data)))


def texts(data):
    return [segment.text for segment in tokens(data)]


WANTED = [line.rstrip("~") for line in PROFESSIONAL.splitlines()]


@pytest.mark.parametrize(
    "data",
    [
        PLAIN,
        ONE_LINE,
        PLAIN.replace(b"\n", b"\r\n"),
        PLAIN.replace(b"\n", b"\r"),
        PLAIN.replace(b"~\n", b"\n"),
        PLAIN.replace(b"~\n", b"\r\n"),
        PLAIN.replace(b"~\n", b"\r"),
        PLAIN.replace(b"~\n", b"~ \n\t"),
        b"\r\n  \0" + PLAIN,
        PLAIN + b"\n\n\0\0\x1a",
        PLAIN.replace(b"~\n", b"\x1c"),
        PLAIN.replace(b"~\n", b"~", 7),
    ],
    ids=[
        "LF",
        "none",
        "CRLF",
        "CR",
        "LF ends",
        "CRLF ends",
        "CR ends",
        "blanks",
        "before",
        "after",
        "FS",
        "mixed",
    ],
)
def test_segments_are_the_same_however_lines_end(data):
    assert texts(data) == WANTED
    assert not [segment.trouble for segment in tokens(data) if segment.trouble]


@pytest.mark.parametrize(
    "data", [PLAIN, ONE_LINE, PLAIN.replace(b"\n", b"\r\n"), PLAIN.replace(b"~\n", b"~ \n\t")]
)
def test_every_segment_knows_its_byte_and_line(data):
    for segment in tokens(data):
        assert data[segment.byte :].startswith(segment.text.encode())
        assert segment.line == data[: segment.byte].count(b"\n") + 1


def test_lines_are_counted_where_they_end_segments():
    data = PLAIN.replace(b"~\n", b"\r\n")
    assert [segment.line for segment in tokens(data)] == list(range(1, len(WANTED) + 1))


def test_delimiters_are_those_of_the_isa():
    odd = PLAIN.replace(b":", b"%").replace(b"*", b"|").replace(b"^", b"!").replace(b"~\n", b"'")
    assert tokens(odd)[0].delimiters == Delimiters("|", "%", "!", "'")
    assert tokens(odd)[-1].elements[0] == "IEA"


def test_an_isa_of_wrong_width_still_gives_its_delimiters():
    narrow = PLAIN.replace(b"TBSUBMIT       *", b"TBSUBMIT*", 1)
    assert tokens(narrow)[0].delimiters == Delimiters()
    assert texts(narrow)[1:] == WANTED[1:]


def test_interchanges_of_other_delimiters_may_follow():
    odd = PLAIN.replace(b"*", b"|").replace(b"~", b"'")
    for between in (b"", b"\n\n", b"some words of a mailbox\n"):
        found = tokens(PLAIN + between + odd + between + PLAIN)
        isas = [segment for segment in found if segment.elements[0] == "ISA"]
        assert [isa.delimiters.element for isa in isas] == ["*", "|", "*"]
        assert sum(segment.elements[0] == "IEA" for segment in found) == 3
        assert [segment.trouble for segment in found if segment.trouble] == [Trouble.JUNK] * (
            2 if b"w" in between else 0
        )


@pytest.mark.parametrize("name", ["ISA*MARIE", "MARY ISA*KIM", "LISA*MARIE"])
def test_a_name_is_no_interchange(name):
    found = tokens(PLAIN.replace(b"PERONELLE*ILEANA", name.encode()))
    assert sum(segment.elements[0] == "ISA" for segment in found) == 1
    assert len(found) == len(WANTED)


def test_a_byte_order_mark_is_told_and_passed():
    first, *_ = tokens(b"\xef\xbb\xbf" + PLAIN)
    assert (first.trouble, first.elements[0], first.byte) == (Trouble.BYTE_ORDER_MARK, "ISA", 3)


def test_text_before_the_isa_is_told():
    junk, isa, *_ = tokens(b"Subject: claims\n" + PLAIN)
    assert (junk.trouble, junk.id, isa.elements[0], isa.line) == (Trouble.JUNK, "", "ISA", 2)


@pytest.mark.parametrize("data", [b"hello", b"%PDF-1.7 \n", b"<html>", b"\0\xff" * 900, b"I" * 200_000])
def test_what_is_not_x12_is_one_segment(data):
    (only,) = tokens(data)
    assert only.trouble is Trouble.NOT_X12
    assert len(only.text) < 100


@pytest.mark.parametrize("data", [b"", b"\n\n \0"])
def test_nothing_gives_nothing(data):
    assert tokens(data) == []


def test_without_an_isa_delimiters_are_guessed():
    body = PLAIN.split(b"\n", 1)[1]
    first, *rest = tokens(body)
    assert first.trouble is Trouble.DELIMITERS_GUESSED
    assert [segment.text for segment in rest] == WANTED[2:]


def test_the_last_segment_may_lack_its_terminator():
    *_, last = tokens(PLAIN.rstrip(b"~\n"))
    assert (last.trouble, last.elements[0]) == (Trouble.UNTERMINATED, "IEA")


def test_an_endless_segment_is_cut_and_the_rest_read_on():
    data = PLAIN.replace(b"HI*ABK", b"HI*" + b"9" * 1_000_000 + b"*ABK", 1)
    found = tokens(data)
    (cut,) = [segment for segment in found if segment.trouble]
    assert cut.trouble is Trouble.TOO_LONG
    assert len(cut.text) <= LONGEST_SEGMENT
    assert len(found) == len(WANTED)
    after = found[found.index(cut) + 1]
    assert data[after.byte :].startswith(after.text.encode())


def test_a_file_of_one_endless_segment_is_bounded():
    found = tokens(ONE_LINE.replace(b"~", b"~", 1)[:106] + b"A" * 3_000_000)
    assert [segment.trouble for segment in found] == [None, Trouble.TOO_LONG]


def test_a_segment_broken_by_lines_is_joined():
    found = tokens(PLAIN.replace(b"100 WILLOW LANE", b"100 WILLOW\n LANE"))
    (broken,) = [segment for segment in found if segment.trouble]
    assert (broken.text, broken.trouble) == ("N3*100 WILLOW LANE", Trouble.WRAPPED)


@pytest.mark.parametrize(
    ("data", "text"), [("É".encode(), "É"), ("É".encode("latin-1"), "É"), (b"\xff\xfe", "ÿþ")]
)
def test_bytes_beyond_ascii_are_read_as_utf8_or_latin(data, text):
    found = tokens(PLAIN.replace(b"PERONELLE", data))
    assert found[15].value(3) == text


def test_reading_may_begin_within_a_file():
    whole = tokens(PLAIN)
    start = whole[20]
    stream = io.BytesIO(PLAIN)
    stream.seek(start.byte)
    part = list(read(stream, start.delimiters, start.byte, start.line))
    assert [(one.text, one.byte, one.line) for one in part] == [
        (one.text, one.byte, one.line) for one in whole[20:]
    ]


def test_values_and_components_are_empty_beyond_the_end():
    line = tokens(PLAIN)[26]
    assert line.components(1) == ["HC", "97550", "GP"]
    assert line.component(1, 3) == "GP"
    assert (line.value(40), line.component(1, 9), line.components(40)) == ("", "", [""])


def test_a_segment_shows_no_values():
    assert "PERONELLE" not in repr(tokens(PLAIN)[15])


@given(st.binary(max_size=400), st.integers(0, len(PLAIN)))
def test_no_bytes_stop_the_reader(data, at):
    tokens(data)
    tokens(PLAIN[:at] + data + PLAIN[at:])


@given(st.integers(1, 200_000), st.sampled_from([b"\n", b"\r\n", b""]))
def test_blocks_join_wherever_they_are_cut(size, end):
    data = ONE_LINE.replace(b"~", b"~" + end)

    class Slow(io.BytesIO):
        def read(self, count=-1):
            return super().read(min(count, size % 977 + 1))

    assert [segment.text for segment in read(Slow(data))] == WANTED
