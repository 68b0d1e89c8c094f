"""The large made-up book: the same every time, clean where it says so, and every planted error is found."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from teachback.assess import assess
from teachback.intake import read_sessions
from teachback.intake.fields import BY_COLUMN
from teachback.model import Severity
from teachback.rules.book import rulebook
from teachback.rules.practitioners import npi_is_valid
from teachback.rules.settings import Mbi, mbi_form
from teachback.synthetic.book import write_book
from teachback.synthetic.book.parts import parts_of, written
from teachback.synthetic.book.people import PATTERNS

ROWS = 8_000
# Edits that no record can cause, each with the reason. Every edit of the rule book can be planted so far.
NOT_PLANTED: dict[tuple[str, Severity], str] = {}


def part(rows, *, seed=7, parts=1, number=0, share=0.03):
    return parts_of(rows, seed=seed, parts=parts, planted_share=share)[number]


def read(frame, folder, name="sessions.csv"):
    """What the ordinary doors make of the rows."""
    frame.write_csv(folder / name)
    reading = read_sessions(folder / name)
    assert not reading.refusals
    assert not reading.notices
    return reading.sessions


def findings(sessions):
    return {
        (found.session.id, found.patient.id): {(f.code, f.name, f.severity.value) for f in found.findings}
        for found in assess(sessions)
    }


@pytest.fixture(scope="module")
def made():
    return written(part(ROWS))


@pytest.fixture(scope="module")
def rows(made):
    return made.sheet.frame(100_000).cast({pl.Enum: pl.String})


@pytest.fixture(scope="module")
def found(rows, tmp_path_factory):
    return findings(read(rows, tmp_path_factory.mktemp("book")))


@pytest.fixture(scope="module")
def key(made):
    expected = defaultdict(set)
    for session, patient, _, *finding in made.planted.iter_rows():
        expected[session, patient].add(tuple(finding))
    return expected


def test_every_planted_error_is_found(found, key):
    planted, hit = Counter(), Counter()
    for row, expected in key.items():
        for finding in expected:
            planted[finding] += 1
            hit[finding] += finding in found[row]
    false = Counter(f for row, all_ in found.items() if row not in key for f in all_ if f[2] != "information")
    told = [f"{'code':8}{'severity':13}{'planted':>8}{'found':>8}{'false':>8}"]
    told += [
        f"{f[0]:8}{f[2]:13}{planted[f]:8}{hit[f]:8}{false[f]:8}  {f[1]}" for f in sorted(planted | false)
    ]
    print("", *told, sep="\n")  # noqa: T201  recall and false positives of every finding, for -s
    assert hit == planted
    assert not false


def test_every_edit_of_the_rule_book_is_planted(key):
    edits = {(rule.code, rule.severity) for rules in rulebook().edits.values() for rule in rules}
    planted = {(code, Severity(severity)) for all_ in key.values() for code, _, severity in all_}
    assert planted == edits - NOT_PLANTED.keys()
    assert not planted & NOT_PLANTED.keys()


def test_one_plant_in_a_session_at_most(made):
    kinds = made.planted.group_by("session_id").agg(pl.col("code").n_unique())
    assert kinds["code"].max() == 1
    share = made.planted.height / ROWS
    assert 0.025 < share < 0.045


@pytest.mark.parametrize("parts", [1, 4])
def test_from_20000_rows_on_every_edit_is_planted(parts):
    edits = {(rule.code, rule.severity.value) for rules in rulebook().edits.values() for rule in rules}
    keys = pl.concat(
        written(part(20_000, seed=3, parts=parts, number=number)).planted for number in range(parts)
    )
    assert set(keys.select("code", "severity").iter_rows()) == edits


def test_without_plants_everything_is_clean(tmp_path):
    made = written(part(800, seed=5, share=0))
    assert made.planted.is_empty()
    found = findings(read(made.sheet.frame(1000), tmp_path))
    assert len(found) == 800
    assert {f[2] for all_ in found.values() for f in all_} <= {"information"}


@pytest.mark.parametrize("count", [1, 2, 5, 49, 1234])
def test_as_many_rows_come_as_were_asked_for(count):
    for share in (0, 0.03):
        assert written(part(count, share=share)).sheet.rows == count


def test_the_columns_are_those_of_the_spreadsheet(rows):
    assert set(rows.columns) <= set(BY_COLUMN)
    assert rows.schema["date_of_service"] == pl.Date
    assert rows.schema["start_time"] == pl.String
    assert rows.schema["minutes"] == pl.Int32
    assert rows.schema["patient.present"] == pl.Boolean
    assert rows.schema["charge.97550"] == pl.Decimal(12, 2)
    assert rows["start_time"].drop_nulls().str.contains(r"^([01]\d|2[0-3]):[0-5]\d$").all()


def test_nobody_is_real_and_nobody_is_two(rows, key):
    assert rows["id"].str.len_bytes().max() <= 12
    assert rows["patient.id"].str.len_bytes().max() <= 12
    clean = rows.filter(~pl.col("id").is_in([session for session, _ in key]))
    for npi in [*clean["practitioner.npi"].unique(), *clean["patient.certifying_npi"].unique().drop_nulls()]:
        assert npi[0] == "2"
        assert npi_is_valid(npi)
    assert all(mbi_form(mbi) is Mbi.SYNTHETIC for mbi in clean["patient.mbi"].unique())
    people = clean.select("patient.id", "patient.mbi").unique()
    assert people["patient.id"].is_unique().all()
    assert people["patient.mbi"].is_unique().all()


def test_the_mix_is_that_of_a_real_book(rows):
    sessions = rows.group_by("id").agg(
        pl.len().alias("size"), pl.first("practitioner.npi"), pl.first("date_of_service")
    )
    groups = (sessions["size"] > 1).mean()
    assert 0.08 < groups < 0.17
    assert sessions["size"].max() <= 14
    assert set(rows["date_of_service"].dt.year()) >= {2024, 2025, 2026}
    a_day = sessions.group_by("practitioner.npi", "date_of_service").len()["len"]
    assert (a_day > 1).mean() > 0.1
    assert {"PT", "OT", "SLP", "NP", "MD", "CP", "CSW"} <= set(rows["practitioner.type"])
    assert {"audio_video", "in_person"} <= set(rows["modality"])
    assert {"PTA", "OTA", "RN"} <= set(rows["practitioner.furnished_by"])
    assert 0.3 < rows["charge.97550"].is_not_null().mean() < 0.8


def shown(rows, made, pattern):
    npis = made.patterns.filter(pl.col("pattern") == pattern)["practitioner_npi"].unique().to_list()
    assert npis
    mine = pl.col("practitioner.npi").is_in(npis)
    planted = pl.col("id").is_in(made.planted["session_id"].to_list())
    return rows.filter(mine), rows.filter(~mine & ~planted)


def test_the_patterns_are_shown_by_those_named_and_by_nobody_else(rows, made):
    assert set(made.patterns["pattern"]) == set(PATTERNS.values())
    each = ["practitioner.npi"]

    def same(frame):
        minutes = frame.unique("id").group_by(*each, "minutes").len()
        per = minutes.group_by(each).agg(pl.col("len").max() / pl.col("len").sum(), n=pl.col("len").sum())
        return per.filter(pl.col("n") >= 10)["len"]

    theirs, others = shown(rows, made, "same-minutes")
    assert same(theirs).min() >= 0.8
    assert same(others).max() < 0.6

    def unexplained(frame):
        whom = ["patient.id", "caregiver.name", "topics"]
        ordered = frame.sort("date_of_service").with_columns(
            pl.int_range(pl.len()).over(whom).alias("before")
        )
        repeats = ordered.filter((pl.col("before") > 0) & pl.col("patient.repeat_reason").is_null())
        return repeats.group_by("patient.id").len()["len"]

    theirs, others = shown(rows, made, "same-skill-repeat")
    assert unexplained(theirs).max() >= 3
    assert unexplained(others).max() is None or unexplained(others).max() < 3

    theirs, others = shown(rows, made, "late-signature")
    late = (pl.col("patient.note.signed") - pl.col("date_of_service")).dt.total_days() > 14
    assert theirs.select(late.mean()).item() > 0.5
    assert others.select(late.sum()).item() == 0

    theirs, others = shown(rows, made, "pos-mismatch")
    wrong = (pl.col("type_of_bill") == "131") & (pl.col("place_of_service") == "11")
    assert theirs.select(wrong.all()).item()
    assert others.select(wrong.sum()).item() == 0

    theirs, others = shown(rows, made, "kx-always")
    first = pl.col("date_of_service") == pl.col("date_of_service").min().over("patient.id")
    law = rulebook().law
    thresholds = {year: law.on(date(year, 6, 1)).value("therapy_threshold") for year in (2024, 2025, 2026)}
    threshold = pl.col("date_of_service").dt.year().replace_strict(thresholds, default=2480)
    above = pl.col("patient.therapy_used").cast(pl.Float64) > threshold
    assert theirs.filter(first).select((above & pl.col("patient.kx_attested")).all()).item()
    assert others.filter(first & above).is_empty()

    theirs, others = shown(rows, made, "impossible-day")
    day = ["practitioner.npi", "date_of_service"]
    assert theirs.unique("id").group_by(day).agg(pl.col("minutes").sum())["minutes"].max() > 720
    assert others.unique("id").group_by(day).agg(pl.col("minutes").sum())["minutes"].max() <= 720


def test_the_same_seed_gives_the_same_part_and_another_seed_another():
    once, again, other = (written(part(600, seed=seed)) for seed in (7, 7, 8))
    assert_frame_equal(once.sheet.frame(250), again.sheet.frame(1000))
    assert_frame_equal(once.planted, again.planted)
    assert not once.sheet.frame(1000).equals(other.sheet.frame(1000))


def table(folder, name):
    return pl.concat(pl.read_parquet(file) for file in sorted((folder / name).glob("*.parquet")))


def test_the_number_of_workers_changes_nothing(tmp_path):
    one = write_book(3_000, tmp_path / "one", parts=3, workers=1)
    two = write_book(3_000, tmp_path / "two", parts=3, workers=2)
    assert one == two
    assert one.rows == 3_000
    for name in ("sessions", "planted", "patterns"):
        assert_frame_equal(table(tmp_path / "one", name), table(tmp_path / "two", name))
    rows = table(tmp_path / "one", "sessions")
    parts = [pl.read_parquet(file) for file in sorted((tmp_path / "one" / "sessions").glob("*"))]
    assert [frame.height for frame in parts] == [1000, 1000, 1000]
    for column in ("id", "patient.id", "patient.mbi", "practitioner.npi", "patient.certifying_npi"):
        apart = sum(frame[column].drop_nulls().n_unique() for frame in parts)
        shared = 1 if column == "patient.certifying_npi" else 0  # the one mistyped number
        assert apart - rows[column].drop_nulls().n_unique() <= shared * len(parts)


def test_the_file_holds_plain_text(tmp_path):
    write_book(500, tmp_path, planted_share=0)
    file = tmp_path / "sessions" / "part-00000.parquet"
    schema = pl.read_parquet_schema(file)
    assert {str(kind) for kind in schema.values()} == {
        "String",
        "Date",
        "Int32",
        "Boolean",
        "Decimal(precision=12, scale=2)",
    }
    rows = pl.read_parquet(file)
    assert_frame_equal(
        rows, written(part(500, share=0)).sheet.frame(100).cast({pl.Enum: pl.String}), check_dtypes=True
    )
    for word in ("function", "direct_care", "behavior"):
        some = pl.scan_parquet(file).filter(pl.col("training") == word).collect()
        assert_frame_equal(some, rows.filter(pl.col("training") == word))
    assert not list((tmp_path / "sessions").glob(".*"))


def test_csv_and_jsonl_hold_the_same_as_parquet(tmp_path):
    for form in ("parquet", "csv", "jsonl"):
        write_book(900, tmp_path / form, form=form, seed=2, planted_share=0.1)
    frame = pl.read_parquet(tmp_path / "parquet" / "sessions" / "part-00000.parquet")
    expected = findings(read(frame, tmp_path))
    for form in ("csv", "jsonl"):
        reading = read_sessions(tmp_path / form / "sessions" / f"part-00000.{form}")
        assert not reading.refusals
        assert findings(reading.sessions) == expected


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"sessions": 0}, "1 to 100,000,000"),
        ({"sessions": 200_000_000}, "not 200,000,000"),
        ({"planted_share": 0.5}, "between 0 and 0.2"),
        ({"parts": 0}, "1 to 5,000 parts"),
    ],
)
def test_what_makes_no_book_is_refused(tmp_path, asked, words):
    with pytest.raises(ValueError, match=words):
        write_book(asked.pop("sessions", 10), tmp_path / "book", **asked)
    assert not (tmp_path / "book").exists()
