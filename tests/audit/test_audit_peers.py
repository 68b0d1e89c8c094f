"""Practitioners against their peers: who is told, who is not, and with which numbers."""

from random import Random

import polars as pl
import pytest

from teachback.audit import measures, peers
from teachback.audit.stats import wilson
from teachback.audit.thresholds import load, shipped
from tests.audit.making import npi


def tally(counts, kind="PT", measure="holds"):
    """A tally of one share: practitioner number to (held, n)."""
    rows = [(npi(who), kind, "all", measure, float(n), float(k), float(k)) for who, (k, n) in counts.items()]
    schema = [*measures.BY, "measure", "n", "total", "squares"]
    return pl.DataFrame(rows, schema=schema, orient="row")


ORDINARY = dict.fromkeys(range(1, 12), (10, 100))


def test_a_practitioner_far_above_the_peers_is_told_with_intervals():
    found = peers.compare(tally({**ORDINARY, 20: (60, 100)}), shipped(), batch=True)
    row = found.told.row(0, named=True)
    assert found.told.height == 1
    assert (row["practitioner_npi"], row["direction"], row["n"], row["peers"]) == (npi(20), "higher", 100, 11)
    assert (row["low"], row["high"]) == pytest.approx(wilson(60, 100, 0.95))
    assert (row["peers_low"], row["peers_high"]) == pytest.approx(wilson(110, 1100, 0.95))
    assert row["peers_value"] == pytest.approx(0.1)
    assert row["adjusted"] < 0.001


@pytest.mark.parametrize(
    "counts",
    [
        {**ORDINARY, 20: (10, 15)},  # too few sessions
        {**dict(list(ORDINARY.items())[:4]), 20: (60, 100)},  # too few peers
        dict.fromkeys(range(1, 12), (1000, 10000)) | {20: (1500, 10_000)},  # sure, but too small to matter
        {**ORDINARY, 20: (14, 100)},  # within chance
    ],
)
def test_what_is_too_few_too_small_or_chance_is_not_told(counts):
    assert peers.compare(tally(counts), shipped(), batch=True).told.is_empty()


def test_a_kind_with_too_few_practitioners_says_so():
    found = peers.compare(tally({1: (1, 50), 2: (40, 50)}, kind="NP"), shipped(), batch=True)
    assert found.skipped == {"NP": "2 practitioners; a comparison needs 6"}


def test_practitioners_who_differ_among_themselves_widen_what_is_ordinary():
    spread = {who: (5 + 8 * (who % 8), 100) for who in range(1, 25)}
    assert peers.compare(tally(spread), shipped(), batch=True).told.is_empty()


def test_among_many_alike_hardly_anybody_is_told():
    """400 practitioners with one true share: false tells stay rare."""
    rng = Random(3)
    counts = {who: (sum(rng.random() < 0.2 for _ in range(60)), 60) for who in range(1, 401)}
    assert peers.compare(tally(counts), shipped(), batch=True).told.height <= 2


def test_means_are_compared_with_students_interval():
    rows = [
        (npi(who), "PT", "all", "patient", 30.0, 30 * 9000.0, 30 * 9000.0**2 * 1.05) for who in range(1, 9)
    ]
    rows.append((npi(20), "PT", "all", "patient", 30.0, 30 * 20_000.0, 30 * 20_000.0**2 * 1.05))
    frame = pl.DataFrame(rows, schema=[*measures.BY, "measure", "n", "total", "squares"], orient="row")
    told = peers.compare(frame, shipped(), batch=True).told
    assert told["practitioner_npi"].to_list() == [npi(20)]
    assert told["low"][0] < 20_000 < told["high"][0]


def test_the_users_thresholds_decide(tmp_path):
    ours = tmp_path / "t.toml"
    ours.write_text("[peers]\npractitioners = 3\n", encoding="utf-8")
    counts = {**dict(list(ORDINARY.items())[:4]), 20: (60, 100)}
    assert peers.compare(tally(counts), load(ours), batch=True).told.height == 1


def test_a_tally_in_parts_is_the_tally_of_the_whole():
    rows = [
        (
            npi(n % 3),
            "PT",
            "function",
            f"p{n % 7}",
            n % 4 > 0,
            30 + 15 * (n % 3),
            n % 3,
            1000 * n,
            n % 5 == 0,
            "hold",
        )
        for n in range(60)
    ]
    names = (
        *measures.BY,
        "patient_id",
        "individual",
        "minutes",
        "units",
        "allowed_cents",
        "kx",
        "disposition",
    )
    frame = pl.DataFrame(rows, schema=names, orient="row")
    by_patient = [
        frame.filter(pl.col("patient_id").is_in(ids))
        for ids in (["p0", "p1", "p2"], ["p3", "p4", "p5", "p6"])
    ]
    keys = [*measures.BY, "measure"]
    whole = measures.added([measures.tally(frame, batch=True)]).sort(keys)
    parts = measures.added([measures.tally(part, batch=True) for part in by_patient]).sort(keys)
    assert whole.equals(parts)
