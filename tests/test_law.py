"""Every value dated, cited and resolvable; silence and overlap where they belong."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from teachback import law
from teachback.law import LawError

if TYPE_CHECKING:
    from pathlib import Path

LAW = law.load()
UNITS = {"", "patients", "minutes", "units", "days", "percent", "dollars", "RVU"}


@pytest.mark.parametrize("name", sorted(LAW.parameters))
def test_every_parameter_says_what_it_is_and_cites_every_value(name):
    parameter = LAW.parameters[name]
    assert parameter.says
    assert parameter.unit in UNITS
    for entry in LAW.entries(name):
        assert entry.cites
        assert entry.confidence in law.CONFIDENCES
        assert entry.until is None or entry.since <= entry.until


@pytest.mark.parametrize("name", sorted(LAW.parameters))
def test_dated_values_follow_one_another_without_gap_or_overlap(name):
    for entries in LAW.parameters[name].values.values():
        for newer, older in pairwise(entries):
            assert older.until == newer.since - timedelta(1)


def test_every_source_is_used_and_has_its_title():
    raw = "".join(file.read_text("utf-8") for file in law.RULES.rglob("*.toml") if file.stem != "sources")
    raw += "".join(file.read_text("utf-8") for file in law.RULES.glob("*.csv"))
    for key, source in law.sources().items():
        assert source.title
        assert source.link
        assert key in raw, f"{key} is cited nowhere"


def test_the_rules_were_checked_through_the_same_day_everywhere():
    assert LAW.checked_through == date(2026, 12, 31)
    assert LAW.on(date(2026, 1, 1)).value("rules_checked") == LAW.checked_through.isoformat()


@pytest.mark.parametrize(
    ("name", "key", "silent", "speaks"),
    [
        ("conversion_factor", "others", date(2027, 1, 1), date(2026, 12, 31)),
        ("conversion_factor", "others", date(2023, 12, 31), date(2024, 1, 1)),
        ("relative_values", "G0541", date(2024, 12, 31), date(2025, 1, 1)),
        ("therapy_threshold", None, date(2027, 1, 1), date(2026, 12, 31)),
        ("part_b_deductible", None, date(2027, 1, 1), date(2026, 12, 31)),
        ("on_telehealth_list", None, date(2027, 1, 1), date(2026, 12, 31)),
        ("time_reading", "G0539", date(2024, 12, 31), date(2025, 1, 1)),
    ],
)
def test_the_law_is_silent_on_one_side_of_the_date_and_speaks_on_the_other(name, key, silent, speaks):
    assert LAW.on(silent).entry(name, key) is None
    assert LAW.on(speaks).value(name, key) is not None


def test_the_conversion_factor_changed_inside_2024():
    assert str(LAW.on(date(2024, 3, 8)).value("conversion_factor", "others")) == "32.7442"
    assert str(LAW.on(date(2024, 3, 9)).value("conversion_factor", "others")) == "33.2875"


def test_a_payer_lies_over_medicare_value_by_value():
    day = date(2026, 4, 14)
    assert LAW.on(day, "example-midpoint").value("time_reading", "97550") == "midpoint"
    assert LAW.on(day, "example-midpoint").entry("time_reading", "97550").payer == "example-midpoint"
    assert LAW.on(day, "example-midpoint").value("addon_minutes", "97550") == 15
    before = LAW.on(date(2023, 5, 1), "example-midpoint").entry("time_reading", "97550")
    assert before is None


def write(directory: Path, name: str, body: str) -> None:
    (directory / name).write_text(f'title = "t"\nverified_through = 2026-12-31\n{body}', "utf-8")


def test_one_name_in_two_files_is_an_error_that_names_both(tmp_path):
    body = '[x]\nsays = "s"\n2024-01-01 = { value = 1, cite = "RVU24A" }\n'
    write(tmp_path, "a.toml", body)
    write(tmp_path, "b.toml", body)
    with pytest.raises(LawError, match=r"x stands in both a\.toml and b\.toml"):
        law.load(tmp_path)


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('[x]\nsays = "s"\n2024-01-01 = { value = 1 }\n', "a value .* and its cite are needed"),
        (
            '[x]\nsays = "s"\n2024-01-01 = { value = 1, cite = "NOWHERE 1" }\n',
            "source 'NOWHERE' is not in sources",
        ),
        ('[x]\nsays = "s"\nyesterday = { value = 1, cite = "RVU24A" }\n', "expected a date such as"),
        ('[x]\nsays = "s"\n', "no dated value"),
        (
            '[x]\nsays = "s"\n2024-01-01 = { value = 1, cite = "RVU24A", confidence = "sure" }\n',
            "confidence is one of",
        ),
        (
            '[x]\n2024-01-01 = { value = 1, cite = "RVU24A" }\n2024-01-01 = { value = 2, cite = "RVU24A" }\n',
            "law.toml",
        ),
    ],
)
def test_a_faulty_law_file_is_refused_with_its_place(tmp_path, body, says):
    write(tmp_path, "law.toml", body)
    with pytest.raises(LawError, match=says):
        law.load(tmp_path)


def test_overlapping_rows_of_a_table_are_an_error_that_names_both(tmp_path):
    (tmp_path / "t.csv").write_text(
        "code,from,through,value,cite\nA,2024-01-01,2024-12-31,1,RVU24A\nA,2024-12-31,2025-12-31,2,RVU24A\n",
        "utf-8",
    )
    write(tmp_path, "law.toml", '[x]\nsays = "s"\nby = "code"\ntable = "t.csv"\n')
    with pytest.raises(LawError, match=r"x of A from 2024-01-01 through 2024-12-31 overlaps .* 2024-12-31"):
        law.load(tmp_path)


def test_a_payer_cannot_change_what_medicare_does_not_have(tmp_path):
    (tmp_path / "payers").mkdir()
    write(tmp_path, "law.toml", '[x]\nsays = "s"\n2024-01-01 = { value = 1, cite = "RVU24A" }\n')
    (tmp_path / "payers" / "acme.toml").write_text(
        '[y]\n2024-01-01 = { value = 1, cite = "RVU24A" }\n', "utf-8"
    )
    with pytest.raises(LawError, match="y is not a value of Medicare's"):
        law.load(tmp_path)


def test_the_checksum_names_the_very_law(tmp_path):
    import shutil

    for folder in ("one", "two", "three"):
        shutil.copytree(law.RULES, tmp_path / folder)
    (tmp_path / "three" / "gpcis.csv").open("a").write(" ")
    assert law.checksum(tmp_path / "one") == law.checksum(tmp_path / "two") == law.checksum()
    assert law.checksum(tmp_path / "three") != law.checksum()
    assert law.made_with().endswith(f"law {law.checksum()}")
