"""Files that are broken or hostile get a clear answer, never a traceback, and keep what is good."""

from __future__ import annotations

import io
import os
import time
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from teachback.intake import Mapping, read_sessions
from tests.intake.making import EXAMPLE, HEADER, row, table

GOOD = table(row("A"), row("B"))


def read(tmp_path, content, name="a.csv"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_sessions(path)


def only(reading):
    assert (reading.sessions, reading.exit_status, len(reading.refusals)) == ((), 2, 1)
    assert reading.refusals[0].row is None
    return str(reading.refusals[0])


def zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.xlsx", "a", "a.txt"])
def test_empty_file(tmp_path, name):
    assert "an empty file" in only(read(tmp_path, b"", name))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a"])
def test_blank_file(tmp_path, name):
    assert only(read(tmp_path, b" \n\n \n", name))


def test_missing_file(tmp_path):
    assert "No such file" in only(read_sessions(tmp_path / "gone.csv"))


def test_folder(tmp_path):
    assert "a folder" in only(read_sessions(tmp_path))


def test_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    assert "a device or pipe" in only(read_sessions(tmp_path / "pipe.csv"))


def test_name_too_long(tmp_path):
    assert only(read_sessions(tmp_path / ("x" * 5000)))


def test_name_with_nul(tmp_path):
    assert only(read_sessions(tmp_path / "a\0b.csv"))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(GOOD)
    path.chmod(0)
    assert only(read_sessions(path))


def test_header_only(tmp_path):
    assert "a header only" in only(read(tmp_path, GOOD.splitlines()[0]))


def test_byte_of_no_encoding(tmp_path):
    text = only(read(tmp_path, GOOD.encode() + b"C\x81\n"))
    assert "0x81 in line 4" in text
    assert "CSV UTF-8" in text


def test_broken_utf16(tmp_path):
    assert "broken UTF-16" in only(read(tmp_path, b"\xff\xfe" + GOOD.encode("utf-16-le") + b"x"))


def test_utf16_without_mark(tmp_path):
    assert "NUL bytes" in only(read(tmp_path, GOOD.encode("utf-16-le")))


def test_nul_bytes_refuse_their_row(tmp_path):
    reading = read(tmp_path, GOOD.replace("\nB,", "\nB\0,") + "C" + GOOD.splitlines()[1][1:])
    assert [session.id for session in reading.sessions] == ["A", "C"]
    assert "row 3: expected text, but found NUL bytes" in str(reading.refusals[0])


@pytest.mark.parametrize("where", ["row", "header", "both"])
def test_forty_thousand_columns(tmp_path, where):
    head, first, *_ = GOOD.splitlines()
    wide = [f"x{i}" for i in range(40_000)]
    head = ",".join([head, *wide]) if where != "row" else head
    broad = ",".join([first, *wide]) if where != "header" else first
    began = time.monotonic()
    reading = read(tmp_path, "\n".join([head, broad, first.replace("A", "B")]))
    assert time.monotonic() - began < 5
    assert [session.id for session in reading.sessions] == (["B"] if where == "row" else ["A", "B"])
    assert len("".join(map(str, [*reading.notices, *reading.refusals]))) < 1000


def test_forty_thousand_headings_none_of_ours(tmp_path):
    began = time.monotonic()
    reading = read(tmp_path, "DOS," + ",".join(f"visitt dayte {i}" for i in range(40_000)) + "\n1,2\n")
    assert time.monotonic() - began < 10
    assert only(reading)
    Mapping.parse(reading.proposal)


def test_a_cell_of_two_million_characters(tmp_path):
    text = table(row("A"), row("B", patient__need="x" * 2_000_000), row("C"))
    reading = read(tmp_path, text)
    assert [session.id for session in reading.sessions] == ["A", "C"]
    assert "at most 1000000 characters" in str(reading.refusals[0])


@pytest.mark.parametrize("cell", ["=1+1", "=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1"])
def test_formulas_in_text_are_text(tmp_path, cell):
    reading = read(tmp_path, table(row("A", patient__name=cell), row("B", minutes=cell)))
    assert reading.sessions[0].patients[0].name == cell
    assert [session.id for session in reading.sessions] == ["A"] or cell == "+1"


@pytest.mark.parametrize(
    "day", ["1866-07-01", "2199-01-01", "0001-01-01", "9999-12-31", "0000-01-01", "12/31/1899"]
)
def test_dates_out_of_range(tmp_path, day):
    bad = row("B", "P2") | {"date_of_service": day}
    reading = read(tmp_path, table(row("A"), bad))
    assert [session.id for session in reading.sessions] == ["A"]
    assert reading.refusals[0].column == "date_of_service"


@pytest.mark.parametrize("minutes", ["-45", "9" * 10_000, "1e9", "٤٥", "NaN", "0x1F", "4 5"])
def test_minutes_that_are_none(tmp_path, minutes):
    reading = read(tmp_path, table(row("A"), row("B", minutes=minutes)))
    assert [session.id for session in reading.sessions] == ["A"]
    assert len(str(reading.refusals[0])) < 400


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "an old .xls workbook or one with a password"),
        (b"PK\x03\x04 and nothing more", "a damaged file"),
        (b"this is no workbook", "a damaged file"),
        (zipped(content="<x/>"), "another kind of archive"),
        (zipped(xl__workbook="<x"), "a damaged file"),
        (zipped(xl__workbook="<x/>"), "a damaged file"),
    ],
)
def test_workbooks_that_are_none(tmp_path, content, words):
    assert words in only(read(tmp_path, content, "a.xlsx"))


def test_a_zip_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr("teachback.intake.xlsxdoor.LARGEST_CONTENT", 1_000_000)
    bomb = zipped(xl__workbook="<x/>", bomb="\0" * 5_000_000)
    assert len(bomb) < 10_000
    assert "bytes unpacked" in only(read(tmp_path, bomb, "a.xlsx"))


def test_content_decides_where_the_name_does_not(tmp_path):
    assert len(read(tmp_path, GOOD, "a.dat").sessions) == 2
    assert len(read(tmp_path, GOOD, "a").sessions) == 2
    assert "old .xls" in only(read(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.csv"))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.xlsx", "a"])
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(content=st.binary(max_size=200))
def test_anything_at_all_gets_an_answer(tmp_path, name, content):
    reading = read(tmp_path, content, name)
    assert reading.sessions or reading.refusals
    assert all(str(refusal).endswith(".") for refusal in reading.refusals)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_example_gets_an_answer(tmp_path, data):
    content = bytearray(EXAMPLE.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    reading = read(tmp_path, bytes(content))
    assert reading.sessions or reading.refusals
    for refusal in reading.refusals:
        assert "1SA0WP0XY00" not in str(refusal)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(column=st.sampled_from(HEADER), cell=st.text(max_size=30))
def test_any_text_in_any_cell_gets_an_answer(tmp_path, column, cell):
    reading = read(tmp_path, table(row("A"), row("B", "P2") | {column: cell}))
    assert reading.sessions
    assert reading.sessions[0].id == "A" or column == "id"
