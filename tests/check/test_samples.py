"""Public sample files: what is told of their meaning is true of them, each with its reason, and nothing else is told."""

from __future__ import annotations

import tarfile
from datetime import date
from pathlib import Path

import pytest

from tests.check.asking import asked

SAMPLES = Path(__file__).resolve().parents[3] / "shared/data/samples"
PROFESSIONAL, INSTITUTIONAL = "837_005010X222A2/", "837_005010X223A3/"
NPI_OF_DIGITS = {"X401", "X402"}
"""The file's providers bear numbers such as 1234567890 or 9876543210, which are no NPIs."""
TAXONOMY = {"X426"}
"""PRV03 ends in Y or N; every taxonomy code ends in X."""
SHORT_ZIP = {"X409"}
"""A Medicare claim whose billing provider has a ZIP code of five digits."""
TOLD = {
    PROFESSIONAL + "demo.ambulance.example5.837": NPI_OF_DIGITS,
    PROFESSIONAL + "demo.autoaccident.837": NPI_OF_DIGITS,
    PROFESSIONAL + "demo.cob.2ndary.example4.837": NPI_OF_DIGITS | SHORT_ZIP,
    PROFESSIONAL + "demo.cob.example3.A.837": NPI_OF_DIGITS,
    PROFESSIONAL + "demo.cob.example3.B.837": NPI_OF_DIGITS | {"X408"},  # a pay-to ZIP code of four digits
    PROFESSIONAL + "demo.cob.example3.C.837": NPI_OF_DIGITS,
    PROFESSIONAL + "demo.cob.example4.837": NPI_OF_DIGITS | SHORT_ZIP,
    PROFESSIONAL + "demo.drug.example10.1.837": set(),
    PROFESSIONAL + "demo.drug.example10.2.837": {"X405"},  # an employer's number that is not nine digits
    PROFESSIONAL + "demo.drug.example10.3.837": {"X405"},  # the same
    PROFESSIONAL + "demo.example1.837": TAXONOMY,
    PROFESSIONAL + "demo.example11.837": NPI_OF_DIGITS | {"X435"},  # the billing provider's address is a box
    PROFESSIONAL + "demo.example12.837": NPI_OF_DIGITS,
    PROFESSIONAL + "demo.example2.837": NPI_OF_DIGITS | TAXONOMY,
    PROFESSIONAL + "demo.example6.837": NPI_OF_DIGITS | SHORT_ZIP,
    PROFESSIONAL + "demo.example7.837": NPI_OF_DIGITS | SHORT_ZIP,
    PROFESSIONAL + "demo.example8.837": NPI_OF_DIGITS | SHORT_ZIP,
    PROFESSIONAL + "demo.example9.837": NPI_OF_DIGITS | SHORT_ZIP,
    INSTITUTIONAL + "institutional-claim.837i": NPI_OF_DIGITS | TAXONOMY | SHORT_ZIP,
    INSTITUTIONAL + "out-of-network-repriced-claim.837i": NPI_OF_DIGITS,
    INSTITUTIONAL + "ppo-repriced-claim.837i": NPI_OF_DIGITS,
    INSTITUTIONAL + "two-claims-single-provider.837i": NPI_OF_DIGITS | TAXONOMY,
}
STUBS = {
    "X401", "X402",  # NPI 1234567890
    "X405", "X408", "X410", "X421", "X426", "X431",  # placeholders for texts
    "X422",  # procedure codes such as 98765-4
    "X501",  # totals of 500 over lines of 12.25
    "X507", "X509", "X510", "X511", "X513", "X514",  # claims copied without renumbering
    "X525", "X527", "X531", "X532",  # dates and payers of different files put together
    "X540",  # SBR02 is empty and no patient follows
}  # fmt: skip
"""imsweb's files try a parser, not a payer: each has the same claim, wrong in these ways."""


def members(name):
    archive = SAMPLES / f"{name}.tar.gz"
    if not archive.exists():
        pytest.skip("the shared samples are not here")
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            if member.isfile() and "837" in member.name:
                data = tar.extractfile(member).read()
                if b"005010X222" in data or b"005010X223" in data:
                    yield member.name, data


def errors_of_meaning(data):
    found, counts = asked(data, received=date(2026, 11, 24))
    codes = {i.code for i in found.issues if i.severity.value == "error" and i.code >= "X4"}
    return codes, counts


def test_samples_of_the_guide_have_only_the_errors_that_are_theirs():
    seen = 0
    for name, data in members("linuxforhealth"):
        told = next((codes for file, codes in TOLD.items() if name.endswith(file)), None)
        if told is None:
            continue
        seen += 1
        codes, counts = errors_of_meaning(data)
        assert codes <= told, name
        assert codes or not told, name
        assert counts.claims >= 1
    assert seen == len(TOLD)


def test_samples_of_a_parser_have_only_the_errors_that_are_theirs():
    seen = 0
    for name, data in members("imsweb"):
        if "999" not in name:
            codes, counts = errors_of_meaning(data)
            assert codes <= STUBS, name
            assert counts.claims >= 1
            seen += 1
    assert seen > 15
