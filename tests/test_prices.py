"""Prices: CMS's own amounts reproduced, and every one of ours recomputed in exact fractions."""

from __future__ import annotations

import csv
import gzip
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from teachback import law as law_files
from teachback.rules.fees import cents, lesser, payment_locality, percent_of, unit_fee_cents
from teachback.rules.vocabulary import CODES, Setting

LAW = law_files.load()
PERIODS = [
    (date(2024, 2, 1), "others"),
    (date(2024, 6, 1), "others"),
    (date(2025, 6, 1), "others"),
    (date(2026, 5, 1), "others"),
    (date(2026, 5, 1), "qualifying"),
]
EXPENSE = {Setting.FACILITY: "pe_facility", Setting.NONFACILITY: "pe_nonfacility"}


def rows(path):
    return csv.DictReader(gzip.open(path, "rt", encoding="utf-8", newline=""))


def values_of(row, *, capped=False):
    """A code's relative values under our names; the capped ones where the outpatient rate is lower."""
    expense = (
        ("nonfac_pe_opps", "fac_pe_opps", "mp_opps") if capped else ("nonfac_pe_rvu", "fac_pe_rvu", "mp_rvu")
    )
    nonfacility, facility, malpractice = (Decimal(row[name]) for name in expense)
    return {
        "work": Decimal(row["work_rvu"]),
        "pe_nonfacility": nonfacility,
        "pe_facility": facility,
        "malpractice": malpractice,
    }


def index_of(carrier, locality):
    """CMS lists California's localities under both of its contractors; we know each under its own."""
    statute = LAW.on(date(2025, 6, 1))
    return statute.value("gpci", f"{carrier}-{locality}") or statute.value("gpci", f"01182-{locality}")


def fee(setting, values, index, factor=Decimal("32.3465")):
    return unit_fee_cents(setting, relative_values=values, gpci=index, conversion_factor=factor)


def test_every_amount_of_pfrev25c(shared):
    values = {(r["hcpcs"], r["mod"].strip()): r for r in rows(shared / "data/cms/rvu_2025C.nodesc.csv.gz")}
    compared = 0
    for row in csv.reader(gzip.open(shared / "data/cms/PFREV25C.txt.gz", "rt", encoding="utf-8")):
        if row[0].startswith("TRL"):
            continue
        theirs = values_of(values[row[3], row[4].strip()])
        index = index_of(row[1], row[2])
        assert fee(Setting.NONFACILITY, theirs, index) == cents(Decimal(row[5])), row
        assert fee(Setting.FACILITY, theirs, index) == cents(Decimal(row[6])), row
        compared += 2
    assert compared == 218


def test_every_active_row_of_the_outpatient_cap_file(shared):
    values = {(r["hcpcs"], r["mod"].strip()): r for r in rows(shared / "data/cms/rvu_2025A.nodesc.csv.gz")}
    compared = 0
    for row in rows(shared / "data/cms/2025_OPPSCAP_JAN.csv.gz"):
        if row["PROCSTAT"] != "A":
            continue
        theirs = values_of(values[row["HCPCS"], row["MOD"].strip()], capped=True)
        index = index_of(row["CARRIER"], row["LOCALITY"])
        assert fee(Setting.FACILITY, theirs, index) == cents(Decimal(row["FACILITY PRICE"])), row
        assert fee(Setting.NONFACILITY, theirs, index) == cents(Decimal(row["NON-FACILTY PRICE"])), row
        compared += 2
    assert compared == 2 * 6670


def exact(values, index, factor, setting):
    total = sum(
        Fraction(values[ours]) * Fraction(index[theirs])
        for ours, theirs in (("work", "work"), (EXPENSE[setting], "pe"), ("malpractice", "malpractice"))
    )
    amount = total * Fraction(factor) * 100
    return int(amount + Fraction(1, 2))


@pytest.mark.parametrize(("day", "standing"), PERIODS)
@pytest.mark.parametrize("code", CODES)
def test_all_localities_against_exact_fractions(code, day, standing):
    statute = LAW.on(day)
    values, factor = statute.value("relative_values", code), statute.value("conversion_factor", standing)
    if values is None:
        assert code.startswith("G0")
        assert day.year == 2024
        return
    localities = {entry.key for entry in LAW.entries("locality_name")}
    assert len(localities) == 109
    for locality in localities:
        index = statute.value("gpci", locality)
        for setting in Setting:
            assert fee(setting, values, index, factor) == exact(values, index, factor, setting), (
                locality,
                setting,
            )


def test_tables_hold_every_verified_figure(shared):
    ours = [
        r
        for r in csv.DictReader((shared / "data/rvu_caregiver.csv").open())
        if r["hcpcs"] in CODES and not r["mod"]
    ]
    assert len(ours) > 100
    for row in ours:
        found = LAW.on(date.fromisoformat(row["effective_from"])).value("relative_values", row["hcpcs"])
        assert found == values_of(row), row["release"]
    for year in (2024, 2025, 2026):
        for row in csv.DictReader((shared / f"data/gpci_{year}.csv").open()):
            found = LAW.on(date(year, 7, 1)).value("gpci", f"{row['mac']}-{row['locality']}")
            assert [found["work"], found["pe"], found["malpractice"]] == [
                Decimal(row[k]) for k in ("work_floor", "pe", "mp")
            ]
    for row in csv.DictReader((shared / "data/mue_caregiver.csv").open()):
        if row["hcpcs"] in CODES:
            day = {"2024Q3": date(2024, 7, 1), "2026Q2": date(2026, 4, 1), "2026Q4": date(2026, 10, 1)}[
                row["version"]
            ]
            statute = LAW.on(day)
            assert (statute.value("unit_limit", row["hcpcs"]), statute.value("limit_kind", row["hcpcs"])) == (
                int(row["mue"]),
                int(row["mai"]),
            ), row
    for row in csv.DictReader((shared / "data/pos_codes.csv").open()):
        found = LAW.on(date(2026, 1, 1)).value("place_kind", row["pos"])
        assert (
            found
            == {"Facility": "facility", "Non-Facility": "nonfacility", "Unassigned": None}[row["rate_type"]]
        )
    for row in csv.DictReader((shared / "data/ncci_ptp_caregiver.csv").open()):
        found = LAW.on(date(2026, 1, 1)).value("pair_indicator", f"{row['col1']}/{row['col2']}")
        assert found["practitioner"] == row["modifier_ind"]


def test_every_zip_of_the_cms_file_finds_its_locality(shared):
    ranges = LAW.on(date(2025, 10, 1)).value("zip_localities")
    wrong = 0
    with gzip.open(shared / "data/cms/ZIP5_OCT2025.txt.gz", "rt", encoding="ascii") as stream:
        for line in stream:
            expected = f"{line[7:12]}-{line[12:14]}"
            wrong += payment_locality(None, line[2:7], zip_localities=ranges) != expected
    assert wrong == 0


@pytest.mark.parametrize(
    ("dollars", "expected"), [("0.005", 1), ("0.0049", 0), ("52.135", 5214), ("52.1349999", 5213), ("0", 0)]
)
def test_half_a_cent_is_rounded_up(dollars, expected):
    assert cents(Decimal(dollars)) == expected


@pytest.mark.parametrize(
    ("amount", "percent", "expected"), [(50, 1, 1), (49, 1, 0), (5277, 85, 4485), (5311, 75, 3983)]
)
def test_a_percentage_is_rounded_half_up(amount, percent, expected):
    assert percent_of(amount, percent) == expected


def test_the_lesser_needs_no_branch():
    assert [lesser(3, 5), lesser(5, 3), lesser(4, 4), lesser(10**12, 1)] == [3, 3, 4, 1]
