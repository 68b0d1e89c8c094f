"""The claims of the made-up book: clean lines break no rule of claims, and every fault stands where the key says."""

from __future__ import annotations

from collections import Counter, defaultdict

import polars as pl
import pytest

from teachback.cli.generate import run_generate
from teachback.rules.vocabulary import CODES
from teachback.synthetic.book.claims import CLAIM_PATTERNS
from teachback.synthetic.book.faults import FAULTS
from teachback.synthetic.book.fees import barred_with
from teachback.synthetic.book.parts import parts_of, written_claims

ADDON = {"97551": "97550", "96203": "96202", "G0540": "G0539", "G0542": "G0541"}
GROUPS = {"97552", "96202", "G0543"}
PRIMARIES = {"97550", "G0539", "G0541"} | GROUPS
LIMIT = {"97551": 2, "96203": 4, "G0540": 2, "G0542": 2}
THERAPISTS = {"PT": "GP", "OT": "GO", "SLP": "GN"}
ASSISTANT = {"CQ": "GP", "CO": "GO"}


@pytest.fixture(scope="module")
def made():
    return written_claims(parts_of(6_000, seed=7, parts=1, planted_share=0.06)[0])


@pytest.fixture(scope="module")
def lines(made):
    return made.sheet.frame(1_000_000).cast({pl.Enum: pl.String})


def faults_of(claim):  # noqa: C901, PLR0912  the plainest way, fault by fault
    """The faults of one claim, found line by line in the plainest way."""
    codes = Counter(line["procedure_code"] for line in claim)
    found = set()
    for line in claim:
        code, words = line["procedure_code"], line["modifiers"].split(";") if line["modifiers"] else []
        therapy = [word for word in words if word in THERAPISTS.values()]
        if code not in CODES:
            continue
        if code in ADDON and ADDON[code] not in codes:
            found.add("C105" if PRIMARIES & codes.keys() else "C104")
        if code in PRIMARIES and line["units"] > 1:
            found.add("C113" if code in GROUPS else "U104")
        if code in PRIMARIES and codes[code] > 1:
            found.add("C112")
        if line["units"] > LIMIT.get(code, 99):
            found.add("U105")
        if {"26", "TC", "50", "25"} & set(words):
            found.add("C111")
        if {"59", "XE", "XS", "XU"} & set(words):
            found.add("M109")
        if set(barred_with().get(code, ())) & codes.keys():
            found.add("N101")
        if "95" in words and line["date_of_service"].year == 2024:
            found.add("T101")
        if code.startswith(("96", "G0539", "G0540")) and therapy:
            found.add("M103")
        elif line["practitioner_kind"] in THERAPISTS and not therapy:
            found.add("M101")
        elif len(therapy) > 1:
            found.add("M102")
        if any(ASSISTANT[word] not in therapy for word in words if word in ASSISTANT):
            found.add("M108")
    return found


def test_faults_stand_where_the_key_says_and_nowhere_else(made, lines):
    claims = defaultdict(list)
    for line in lines.iter_rows(named=True):
        claims[line["claim_id"]].append(line)
    found = {name: faults_of(claim) for name, claim in claims.items()}
    service = defaultdict(set)
    for name, claim in claims.items():
        for line in claim:
            same = (
                line["patient_id"],
                line["practitioner_npi"],
                line["date_of_service"],
                line["procedure_code"],
            )
            service[same].add(name)
    for names in service.values():
        if len(names) > 1:
            for name in names:
                found[name].add("C115")
    planted = dict(made.planted.select("claim_id", "code").iter_rows())
    assert len(planted) == made.planted.height
    missed = Counter(code for name, code in planted.items() if code not in found[name])
    false = Counter(code for name, codes in found.items() if name not in planted for code in codes)
    assert not missed
    assert not false
    assert set(planted.values()) == {fault.code for fault in FAULTS}


def test_the_lines_are_those_of_a_carrier_claim(lines):
    assert lines.columns == [
        *("claim_id", "patient_id", "practitioner_npi", "practitioner_kind", "date_of_service"),
        *("procedure_code", "modifiers", "units", "charge_cents", "allowed_cents", "place_of_service"),
    ]
    assert not any(lines.null_count().row(0))
    assert (lines["charge_cents"] >= lines["allowed_cents"]).all()
    assert (lines["allowed_cents"] > 0).all()
    claims = lines.group_by("claim_id").agg(
        pl.col("patient_id", "practitioner_npi", "date_of_service").n_unique()
    )
    assert (
        set(claims["patient_id"]) == set(claims["practitioner_npi"]) == set(claims["date_of_service"]) == {1}
    )
    exact = lines.filter((pl.col("procedure_code") == "97550") & (pl.col("units") == 1))["allowed_cents"]
    assert 4_000 < exact.median() < 6_500


def test_the_patterns_of_claims_are_shown_by_those_named(made, lines):
    assert set(made.patterns["pattern"]) == set(CLAIM_PATTERNS.values())
    ours = pl.col("procedure_code").is_in(CODES)
    share = lines.group_by("practitioner_npi").agg(
        (pl.col("units").filter(ours).sum() / pl.col("units").sum()).alias("share"),
        pl.col("modifiers").str.contains("KX").mean().alias("kx"),
        pl.col("claim_id").n_unique().alias("n"),
    )
    days = lines.group_by("practitioner_npi", "patient_id", "date_of_service").agg(
        ours.any().alias("trained"), (~ours).any().alias("treated")
    )
    visits = days.group_by("practitioner_npi", "patient_id").agg(
        pl.col("treated").sum(),
        (pl.col("treated") & pl.col("trained")).sum().alias("both"),
        pl.col("trained").sum(),
    )
    often = visits.filter(pl.col("treated") >= 4, pl.col("both") > pl.col("treated") / 2)
    named = {p: set(made.patterns.filter(pattern=p)["practitioner_npi"]) for p in CLAIM_PATTERNS.values()}
    assert set(often["practitioner_npi"]) == named["cts-every-visit"]
    assert set(visits.filter(treated=0)["practitioner_npi"]) == named["no-patient-treatment"]
    high = set(share.filter(pl.col("share") > 0.6, pl.col("n") >= 10)["practitioner_npi"])
    assert named["high-share-biller"] <= high <= named["high-share-biller"] | named["no-patient-treatment"]
    assert set(share.filter(pl.col("kx") > 0.5)["practitioner_npi"]) == named["kx-always"]


def ask(out, **changes):
    asked = {
        "sessions": 400,
        "seed": 7,
        "format_": "parquet",
        "claims": False,
        "planted_share": 0.03,
        "parts": None,
        "workers": 1,
    }
    return run_generate(out=out, **(asked | changes))


def test_the_command_writes_a_book_and_says_what_it_holds(tmp_path, capsys):
    assert ask(tmp_path / "book") == 0
    assert "400 session-patients in" in capsys.readouterr().out
    assert sorted(p.name for p in (tmp_path / "book").iterdir()) == ["patterns", "planted", "sessions"]
    assert ask(tmp_path / "claims", claims=True, format_="csv", parts=2) == 0
    assert "service lines in" in capsys.readouterr().out
    assert [p.name for p in sorted((tmp_path / "claims" / "claims").iterdir())] == [
        "part-00000.csv",
        "part-00001.csv",
    ]
    rows = pl.read_csv(tmp_path / "claims" / "claims" / "part-00000.csv", infer_schema=False)
    assert rows.height > 400
    assert rows["modifiers"].null_count() == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"sessions": 0}, "1 to 100,000,000"),
        ({"claims": True, "format_": "jsonl"}, "parquet or csv"),
        ({"workers": 0}, "at least one"),
        ({"planted_share": 2.0}, "between 0 and 0.2"),
    ],
)
def test_the_command_refuses_what_makes_no_book(tmp_path, capsys, changes, words):
    assert ask(tmp_path / "book", **changes) == 2
    assert words in capsys.readouterr().err


def test_the_command_never_writes_over_a_folder(tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("kept")
    assert ask(tmp_path) == 2
    assert "not empty" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
