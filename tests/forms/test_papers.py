"""Papers of a batch in a folder."""

import stat
from datetime import date

import pytest

from teachback.cli import papers
from teachback.forms import cms1500
from tests.forms import people

ALL = (people.PRIMARY, people.SECONDARY, people.LONG, people.INSTITUTIONAL)


def test_forms_and_superbills_are_written_whole_for_their_owner_alone(tmp_path):
    written = papers.write_papers(ALL, tmp_path, practice_name="Desert Sun Therapy")
    assert [path.name for path in written.files] == ["cms1500.pdf", "ub04.pdf", "superbills.pdf"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cms1500.pdf", "superbills.pdf", "ub04.pdf"]
    assert all(path.read_bytes().startswith(b"%PDF") for path in written.files)
    assert {stat.S_IMODE(path.stat().st_mode) for path in written.files} == {0o600}
    assert written.sheets == 1 + 1 + 3 + 1
    assert [note.item for note in written.notes] == ["7", "11", "28", "28", "28"]
    assert len(papers.told([*written.notes, *written.notes])) == 3


def test_a_form_without_a_claim_is_not_written(tmp_path):
    written = papers.write_papers([people.PRIMARY], tmp_path, practice_name="Desert Sun Therapy")
    assert [path.name for path in written.files] == ["cms1500.pdf", "superbills.pdf"]
    assert papers.write_papers([], tmp_path, practice_name="x").files == []


def test_offset_date_guide_lines_and_prefix_are_taken(tmp_path):
    how = papers.Printing(guide_lines=True, offset_mm=(1.0, 2.0), dated=date(2026, 5, 2), prefix="905-")
    written = papers.write_papers([people.PRIMARY], tmp_path, practice_name="x", printing=how)
    assert [path.name for path in written.files] == ["905-cms1500.pdf", "905-superbills.pdf"]
    made = cms1500.pdf([people.PRIMARY], guide_lines=True, offset_mm=(1.0, 2.0), dated=date(2026, 5, 2))
    assert written.files[0].read_bytes() == made


def test_a_second_run_writes_the_same_bytes(tmp_path):
    once = [p.read_bytes() for p in papers.write_papers(ALL, tmp_path, practice_name="x").files]
    assert [p.read_bytes() for p in papers.write_papers(ALL, tmp_path, practice_name="x").files] == once


@pytest.mark.parametrize(
    ("text", "offset"), [("1.5,-0.5", (1.5, -0.5)), ("0,0", (0, 0)), (" 2 , 3 ", (2, 3))]
)
def test_an_offset_is_millimeters_right_and_down(text, offset):
    assert papers.offset_of(text) == offset


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "left,up", "1;2"])
def test_what_is_no_offset_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match=r"such as 1\.5,-0\.5"):
        papers.offset_of(text)
