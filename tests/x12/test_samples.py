"""The public sample files: none has a false error, and what is wrong with each is written down here.

The files are read from ``../shared`` where that is present; X1xx to X3xx only (the meaning is tested elsewhere).
"""

import io
import tarfile
from functools import cache
from pathlib import Path

import pytest

from teachback.x12.tokens import read
from teachback.x12.walk import EventKind, check

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "samples"
IMSWEB = "imsweb/src/test/resources/837_5010/"
LINUX = "linuxforhealth/src/tests/resources/837_005010"

pytestmark = pytest.mark.skipif(not SAMPLES.exists(), reason="the shared sample files are not here")

VARIANT = "X118"
NO_COMPONENTS = "X317 HI01"
WRONG_COUNT = "X115 SE01"

# What is wrong with each file itself, in the words of the table of faults: code, element or segment.
#
# imsweb: SE01 is 25 in every file whatever it holds; most write HI*BK*8901*BF*87200*BF:5559, that is the first
# diagnoses without component separators; ISA11 is U, which 00501 does not forbid as a separator.
BROKEN = {
    IMSWEB + "x12_ambiguous_loop.txt": {WRONG_COUNT, "X211 HI"},  # HI ends with empty elements
    IMSWEB + "x12_bad_first_line.txt": {WRONG_COUNT, NO_COMPONENTS, "X103 ISA02"},  # ISA02 has nine characters
    IMSWEB + "x12_bad_segment_identifier.txt": {
        WRONG_COUNT, NO_COMPONENTS, "X210 ", "X203 NM1", "X201 Nd4", "X201 NM3", "X204 HL",
    },  # segment ids damaged on purpose
    IMSWEB + "x12_bad_valid_code.txt": {WRONG_COUNT, NO_COMPONENTS, "X208 NM101", "X204 N3"},  # NM101 is 117
    IMSWEB + "x12_complex.txt": {
        WRONG_COUNT, NO_COMPONENTS, "X111 GE01",
        "X307 NM108",  # X
        "X307 OI04",  # A, B, C, D
        "X203 NM1",  # 2330C without its required REF
        "X302 FRM02",  # the answer stands in FRM01
    },
    IMSWEB + "x12_loop_errors1_exceeds_max_1_parent.txt": {WRONG_COUNT, NO_COMPONENTS, "X205 NM1"},
    IMSWEB + "x12_loop_errors2_exceeds_max_repeats_multiple_parents.txt": {WRONG_COUNT, NO_COMPONENTS, "X205 NM1"},
    IMSWEB + "x12_loop_errors3_missing_loops.txt": {WRONG_COUNT, NO_COMPONENTS, "X204 HL"},
    IMSWEB + "x12_many_claims.txt": {WRONG_COUNT, NO_COMPONENTS},
    IMSWEB + "x12_missing_elements.txt": {WRONG_COUNT, NO_COMPONENTS, "X301 NM102", "X301 CLM05"},
    IMSWEB + "x12_missing_required_loop_in_one_repeat.txt": {WRONG_COUNT, NO_COMPONENTS, "X204 HL"},
    IMSWEB + "x12_missing_required_loops_mult_repeats.txt": {WRONG_COUNT, NO_COMPONENTS, "X204 SV1", "X307 DTP02"},
    IMSWEB + "x12_multiple_gs.txt": {WRONG_COUNT, NO_COMPONENTS, "X120 GS06", "X106 IEA01"},
    IMSWEB + "x12_multiple_isa.txt": {WRONG_COUNT, NO_COMPONENTS},
    IMSWEB + "x12_multiple_st.txt": {WRONG_COUNT, NO_COMPONENTS, "X120 ST02", "X111 GE01"},
    IMSWEB + "x12_multiple_transactions.txt": {WRONG_COUNT, NO_COMPONENTS, "X120 ISA13"},  # 312 times one interchange
    IMSWEB + "x12_no_errors.txt": {WRONG_COUNT, NO_COMPONENTS},
    IMSWEB + "x12_no_isa_line.txt": {WRONG_COUNT, NO_COMPONENTS, "X122 GS", "X102 GS"},  # the ISA is left out
    IMSWEB + "x12_segment_errors.txt": {WRONG_COUNT, "X206 REF", "X203 NM1", "X203 CLM"},
    IMSWEB + "x12_segments_out_of_order.txt": {WRONG_COUNT, NO_COMPONENTS, "X207 N4", "X207 N3"},
    IMSWEB + "x12_valid.txt": {WRONG_COUNT, NO_COMPONENTS},
    IMSWEB + "x12_valid_different_separators.txt": {WRONG_COUNT, NO_COMPONENTS},
    IMSWEB + "x12_writer_test.txt": {WRONG_COUNT, "X211 HI"},
    # A professional claim under the institutional guide's name: CLM05-2 B, DTP*434 as D8, 2310E as in 2310C.
    IMSWEB + "x223-test.txt": {
        WRONG_COUNT, "X307 CLM05-2", "X311 CLM06", "X311 CLM10", "X307 DTP02", "X211 HI", "X311 NM103",
        "X311 NM108", "X311 NM109", "X203 NM1", "X307 DTP01", "X206 DTP",
    },
    LINUX + "X222A2/demo.ambulance.example5.837": {"X301 CLM05-2"},  # CLM05 is 41::1
    LINUX + "X222A2/demo.cob.example3.A.837": {"X204 SBR"},  # the other payer's name (2330B) is missing
    LINUX + "X222A2/demo.cob.example4.837": {"X208 AMT01"},  # AMT*F2 is of 4010
    # Components are separated by >, but ISA16 is a colon.
    LINUX + "X222A2/demo.cob.2ndary.example4.837": {"X317 CLM05"},
    LINUX + "X222A2/demo.example11.837": {"X317 CLM05"},
    LINUX + "X222A2/demo.example12.837": {"X317 CLM05"},
    LINUX + "X222A2/demo.example6.837": {"X317 CLM05"},
    LINUX + "X222A2/demo.example9.837": {"X317 CLM05", "X307 SV107-1"},  # and the pointer is 1.00
    # CLM06 is not used in the institutional guide; pyx12 says the same.
    LINUX + "X223A3/institutional-claim.837i": {"X311 CLM06", "X307 DTP02"},  # and DTP*434 is D8, not RD8
    LINUX + "X223A3/out-of-network-repriced-claim.837i": {"X317 CLM05", "X311 CLM06"},
    LINUX + "X223A3/ppo-repriced-claim.837i": {"X317 CLM05", "X311 CLM06"},
    LINUX + "X223A3/two-claims-single-provider.837i": {"X311 CLM06"},
    "linuxforhealth/demo-file/demo.837i": {"X311 CLM06", "X307 DTP02"},
}  # fmt: skip
CLEAN = [
    *(f"{LINUX}X222A2/demo.{name}.837" for name in (
        "autoaccident", "cob.example3.B", "cob.example3.C", "drug.example10.1", "drug.example10.2",
        "drug.example10.3", "example1", "example2", "example7", "example8",
    )),
    "linuxforhealth/demo-file/demo.837",
]  # fmt: skip


@cache
def samples():
    found = {}
    for archive in ("imsweb", "linuxforhealth"):
        with tarfile.open(SAMPLES / f"{archive}.tar.gz") as tar:
            for member in tar.getmembers():
                if "837" in member.name and "_999_" not in member.name and member.isfile():
                    found[member.name] = tar.extractfile(member).read()
    return found


def events(name):
    return list(check(read(io.BytesIO(samples()[name]))))


def told(name):
    found = {
        f"{issue.code} {issue.position.element or issue.position.segment}"
        for event in events(name)
        for issue in event.issues
    }
    return {words for words in found if not words.startswith(VARIANT)}


def test_every_sample_of_a_claim_is_listed():
    old = {name for name in samples() if "_004010" in name}
    assert set(samples()) == set(BROKEN) | set(CLEAN) | old


@pytest.mark.parametrize("name", CLEAN)
def test_clean_samples_have_no_false_error(name):
    assert told(name) == set()
    assert any(event.kind is EventKind.CLAIM for event in events(name))


@pytest.mark.parametrize("name", BROKEN)
def test_broken_samples_have_what_is_wrong_with_them_and_no_more(name):
    assert told(name) == BROKEN[name]


def test_samples_of_4010_have_one_clear_finding():
    for name in samples():
        if "_004010" in name:
            assert told(name) == {"X117 ST"} or told(name) == {"X117 ST03"}


def test_variants_are_warned_of():
    assert VARIANT in [issue.code for event in events(CLEAN[0]) for issue in event.issues]
