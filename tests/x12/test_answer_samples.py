"""Public samples of 835, 277CA and 999: what is broken in them is told, once, and nothing else is.

None of the five remittances is whole: they are examples of 4010 under the name of 5010, without the technical contact
(PER*BL) that 5010 requires; oxedi and pyx12 say the same. Read from ../shared; skipped where it is absent.
"""

from __future__ import annotations

import io
import tarfile
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from teachback.check.report import Options
from teachback.check.run import check_stream
from teachback.model import Severity

SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="../shared is not here")
LINUX = "linuxforhealth/src/tests/resources/835_005010X221A1/"
IMSWEB = "imsweb/src/test/resources/"
NO_CONTACT = "X203 N1"
MEDICARE_A = {
    NO_CONTACT,
    "X311 TS309",
    "X311 TS311",
    "X401 N104",
}  # elements of 4010; an NPI that begins with 6
TOLD = {
    LINUX + "managed-care.835": {
        NO_CONTACT,
        "X308 BPR16",
        "X401 N104",
    },  # 20002316; an NPI that begins with 5
    # Components are separated by >, but ISA16 is a colon; BPR16 is empty.
    LINUX + "cob-contractural-adjustment.835": {
        NO_CONTACT,
        "X301 BPR16",
        "X317 SVC01",
        "X726 N104",
    },  # FI 3UR334563
    LINUX + "secondary-payment.835": {NO_CONTACT, "X301 BPR16", "X317 SVC01"},
    LINUX + "tertiary-payment.835": {NO_CONTACT, "X301 BPR16", "X317 SVC01"},  # SVC*HC*24599.00
    LINUX + "medicare-part-a.835": MEDICARE_A,
    "linuxforhealth/demo-file/demo.835": MEDICARE_A,
    IMSWEB + "277_5010/x12_277CA_accepted.txt": {"X308 DTP03"},  # served in the year 1001
    # The claim is rejected (A7), but its action (WQ) and the totals above it accept it.
    IMSWEB + "277_5010/x12_277CA_rejected.txt": {"X805 STC03"},
    IMSWEB + "837_5010/x12_999_accepted.txt": {"X109 GS05", "X107 IEA02"},  # 102497 is no time
    IMSWEB + "837_5010/x12_999_rejected.txt": set(),
}
SAID = {
    "managed-care.835": "945.00, transfer 7170066655 from RUSHMORE LIFE",
    "secondary-payment.835": "2 claims (2 processed), charged 11,075.14, paid 1,222.00, patients owe 220.00",
    "medicare-part-a.835": "paid 149,998.73, patients owe 0.00; provider adjustments take -1.27",
    "x12_277CA_accepted.txt": "277CA from NYSDOH to batch 000000674: 1 claim (1 accepted)",
    "x12_277CA_rejected.txt": "277CA from NYSDOH to batch 11200001: 1 claim (1 rejected)",
    "x12_999_accepted.txt": "999: group 17456 (HC) accepted: 1 set answered, 1 accepted",
    "x12_999_rejected.txt": "999: group 28 (HC) refused: 1 set answered, 1 refused",
}


class Kept:
    def __init__(self):
        self.issues = []

    def tell(self, issues, _claim):
        self.issues.extend(issues)


@cache
def samples():
    found = {}
    for archive in ("imsweb", "linuxforhealth"):
        with tarfile.open(SAMPLES / f"{archive}.tar.gz") as tar:
            for member in tar.getmembers():
                name = member.name
                if member.isfile() and (name.endswith(".835") or "277CA" in name or "_999_" in name):
                    found[name] = tar.extractfile(member).read()
    return found


def checked(data):
    kept = Kept()
    counts = check_stream(io.BytesIO(data), Options(received=date(2026, 5, 8)), kept)
    return counts, [issue for issue in kept.issues if issue.severity is not Severity.INFORMATION]


def test_every_sample_is_listed():
    assert set(samples()) == set(TOLD)


@pytest.mark.parametrize("name", TOLD)
def test_what_is_broken_is_told_and_no_more(name):
    found = checked(samples()[name])[1]
    assert {f"{issue.code} {issue.position.element or issue.position.segment}" for issue in found} == TOLD[
        name
    ]


@pytest.mark.parametrize("name", SAID)
def test_what_the_file_says_is_what_a_person_reads_in_it(name):
    path = next(one for one in TOLD if one.endswith(f"/{name}"))
    assert SAID[name] in checked(samples()[path])[0].said[0]


def test_the_samples_balance():
    for name, data in samples().items():
        codes = {issue.code for issue in checked(data)[1]}
        assert codes.isdisjoint({"X701", "X702", "X703", "X704", "X706"}), name
