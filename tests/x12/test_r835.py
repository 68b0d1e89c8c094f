"""Remittances come back from any bytes: everything a biller needs, every balance proved, nothing lost, nothing raised."""

import io
import tracemalloc
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teachback.remitdata import Name, PaidAdjustment, ProviderAdjustment
from teachback.x12.r835 import ReadRemittance, identity, parts, read_remittances, remittances
from teachback.x12.tokens import read
from tests.x12.paying import EVERYTHING, FRAME, GS, ISA, everything, file_of, files, one_set

D = Decimal
LINE = "SVC*HC:97550:GP*100*80**1~\nDTM*472*20260302~\nCAS*PR*2*20~\n"
CLAIM = "CLP*TB1*1*100*80*20*MB*1426000000001*11*1~\nNM1*QC*1*QUILL*NOEMIE****MI*1SA0WP0XY00~\n" + LINE
PLAIN = one_set("LX*1~\n" + CLAIM, "80")


def only(data):
    [found] = read_remittances(io.BytesIO(data))
    return found


def view(text):
    return only(file_of(text)).remittance


def names(found):
    return [one.name for one in found.all_told]


def told(text):
    return names(only(file_of(text)))


def test_the_frame_of_a_payment():
    found = only(everything()).remittance
    assert (found.payer_name, found.payer_id) == ("MADE UP CONTRACTOR", "03102")
    assert (found.payee_name, found.payee_qualifier, found.payee_id) == (
        "WILLOW LANE REHAB",
        "XX",
        "2200000018",
    )
    assert found.payer_references == (("2U", "03102"),)
    assert found.payee_references == (("TJ", "912345678"),)
    assert (found.handling_code, found.method, found.credit_debit) == ("I", "ACH", "C")
    assert (found.trace_number, found.paid) == ("TB000000001", D("12.72"))
    assert (found.paid_on, found.produced_on) == (date(2026, 5, 4), date(2026, 5, 3))
    assert found.control_numbers == ("000000201", "201", "0001")
    assert found.is_test
    assert found.balances
    assert found.faults == ()


def test_a_claim_with_everything():
    claim = only(everything()).remittance.claims[0]
    assert (claim.control_number, claim.status_code, claim.payer_claim_control_number) == (
        "TB1",
        "1",
        "1426000000001",
    )
    assert (claim.charge, claim.paid, claim.patient_responsibility) == (D(150), D("41.36"), D("10.55"))
    assert (claim.filing_indicator, claim.facility_code, claim.frequency_code) == ("MB", "11", "1")
    assert claim.adjustments == (PaidAdjustment("OA", "23", D(0)),)
    assert claim.name("QC") == Name("QC", "QUILL", "NOEMIE", "MI", "1SA0WP0XY00")
    assert claim.name("74") == Name("74", "QUILLE")
    assert claim.name("TT") == Name("TT", "MADE UP MEDIGAP", "", "PI", "60054")
    assert claim.remark_codes == ("MA01", "MA18")
    assert claim.references == (("EA", "CHART7"),)
    assert dict(claim.dates) == {"232": date(2026, 3, 1), "233": date(2026, 3, 2), "050": date(2026, 3, 10)}
    assert claim.amounts == (("AU", D("52.77")),)


def test_lines_with_modifiers_remarks_and_several_adjustments():
    paid, denied = only(everything()).remittance.claims[0].lines
    assert (paid.procedure_qualifier, paid.procedure_code) == ("HC", "97550")
    assert paid.modifiers == ("GP", "CQ", "KX", "59")
    assert (paid.submitted_code, paid.submitted_modifiers) == ("97550", ("GO",))
    assert (paid.units_paid, paid.submitted_units) == (D(1), D(2))
    assert paid.adjustments == (
        PaidAdjustment("CO", "45", D("37.23")),
        PaidAdjustment("CO", "253", D("0.86")),
        PaidAdjustment("PR", "2", D("10.55")),
    )
    assert (paid.line_control_number, paid.references) == ("TB1L1", (("LU", "11"), ("0K", "POLICY1")))
    assert (paid.allowed_amount, paid.amounts) == (D("52.77"), (("KH", D("1.00")),))
    assert paid.remark_codes == ("N519",)  # the reject code of a pharmacy is no remark code
    assert paid.date_of_service == date(2026, 3, 2)
    assert denied.remark_codes == ("N115", "M25")
    assert denied.revenue_code == "0420"
    assert (denied.date_of_service, denied.date_through) == (date(2026, 3, 1), date(2026, 3, 2))
    assert denied.adjustments == (
        PaidAdjustment("CO", "50", D(20), D(1)),
        PaidAdjustment("CO", "97", D(40), D(2)),
    )


def test_reversal_correction_and_unknown_codes():
    _, back, again, denied = only(everything()).remittance.claims
    assert back.is_reversal
    assert not again.is_reversal
    assert (back.paid, back.lines[0].adjusted) == (D(-80), D(-20))
    assert (again.frequency_code, again.paid) == ("7", D(70))
    assert denied.adjustments == (PaidAdjustment("CO", "Z99", D(60)),)
    assert denied.filing_indicator == "ZZ"
    assert denied.remark_codes == ("M50", "N1", "N2")
    assert denied.patient_responsibility is None


def test_provider_adjustments():
    end = date(2026, 12, 31)
    assert only(everything()).remittance.provider_adjustments == (
        ProviderAdjustment("2200000018", end, "WO", "1426000000002", D("25.00")),
        ProviderAdjustment("2200000018", end, "L6", "INTEREST", D("-1.36")),
        ProviderAdjustment("2200000018", end, "72", "", D(5)),
        ProviderAdjustment("2200000018", end, "FB", "", D("-10.00")),
    )


def test_every_segment_is_kept_as_it_stands():
    data = everything()
    found = only(data)
    assert [one.text for one in found.segments] == [one.text for one in read(io.BytesIO(data))][2:-2]
    assert [one.elements[0] for one in found.claims[0].before] == ["LX", "TS3"]
    assert found.claims[0].segments[0].number == found.remittance.claims[0].segment_number
    assert ".86" in found.claims[0].segments[14].elements  # the number's own text


def test_several_payments_in_one_file():
    data = file_of(PLAIN, one_set("LX*1~\n" + CLAIM, "80", 2, trace="TB000000002"))
    first, second = remittances(io.BytesIO(data))
    assert (first.trace_number, second.trace_number) == ("TB000000001", "TB000000002")
    assert first.claims[0] == second.claims[0]
    assert first.balances
    assert second.balances
    assert first.identity != second.identity


def test_parts_are_the_same_claims_and_the_same_payment():
    data = everything()
    *claims, end = parts(io.BytesIO(data))
    whole = only(data)
    assert [one.payment for one in claims] == list(whole.remittance.claims)
    assert isinstance(end, ReadRemittance)
    assert replace(end.remittance, claims=whole.remittance.claims) == whole.remittance


# The three balances


def test_a_line_that_does_not_balance():
    found = only(file_of(PLAIN.replace("*100*80**1~", "*100*81**1~")))
    [one] = found.all_told
    assert (one.name, one.wanted, one.found, one.blocks) == ("line-balance", D(80), D(81), True)
    assert (one.position.claim, one.position.element, one.position.loop) == ("TB1", "SVC03", "2110")
    assert one.position.line == 17
    [fault] = found.remittance.faults
    assert fault.startswith(
        "Claim TB1, SVC03 (segment 15, line 17 of the file): SVC03 is 81.00, but SVC02 less the "
    )
    assert fault.endswith("line's adjustments come to 80.00; the difference is 1.00.")
    assert not found.remittance.balances


@pytest.mark.parametrize(
    ("broken", "wanted"),
    [
        (PLAIN.replace("*1*100*80*20*", "*1*100*79*20*").replace("BPR*I*80*", "BPR*I*79*"), {"claim-balance"}),
        (PLAIN.replace("BPR*I*80*", "BPR*I*80.01*"), {"payment-balance"}),
        (PLAIN.replace("CLP*TB1*1*100*80", "CLP*TB1*1*130*110").replace("I*80*", "I*110*"), {"claim-charges"}),
        (PLAIN.replace("CLP*TB1*1*100*", "CLP*TB1*1**"), {"amount-missing"}),
        (PLAIN.replace("*100*80**1~", "*100***1~"), {"amount-missing"}),
        (PLAIN.replace("CAS*PR*2*20~", "CAS*PR*2*TWENTY~"), {"amount-unreadable"}),
        (PLAIN.replace("CAS*PR*2*20~", "CAS*PR*2*20.001~"), {"amount-unreadable"}),
        (PLAIN.replace("CAS*PR*2*20~", "CAS*PR*2~"), {"amount-missing"}),
        (PLAIN.replace("*80*20*MB", "*80*1e1*MB"), {"amount-unreadable"}),
        (PLAIN.replace("BPR*I*80*", "BPR*I*NAN*"), {"amount-unreadable"}),
        (PLAIN.replace("BPR*I*80*C*", "BPR*I*80*D*"), {"payment-balance"}),
        (PLAIN.replace("SE*", "PLB*2200000018*20261231*WO:X*A~\nSE*").replace("SE*18", "SE*19"), {"amount-unreadable"}),
    ],
)  # fmt: skip
def test_what_does_not_add_up_is_told_and_must_not_be_posted(broken, wanted):
    found = only(file_of(broken))
    assert set(names(found)) == wanted
    assert not found.remittance.balances
    assert len(found.remittance.claims) == 1


def test_whole_dollars_blanks_and_many_zeros_are_amounts():
    text = PLAIN.replace("*100*80**1~", "*100.0000* 80.00**1~").replace("CAS*PR*2*20~", "CAS*PR*2*020.~")
    assert view(text).balances


def test_a_debit_takes_the_money_the_other_way():
    text = one_set(CLAIM + "PLB*2200000018*20261231*WO:X*100~\n", "20").replace("*20*C*", "*20*D*")
    assert view(text).balances


# What is not whole


@pytest.mark.parametrize(
    ("broken", "name"),
    [
        (PLAIN[: PLAIN.index("SE*")], "set-cut-off"),
        (PLAIN.replace("SE*18", "SE*19"), "segment-count"),
        (PLAIN.replace("SE*18*0001", "SE*18*0002"), "set-number"),
        (PLAIN[PLAIN.index("BPR") :], "set-start-missing"),
        (PLAIN.replace("N1*PR", "BPR*I*5~\nN1*PR"), "repeated"),
        (PLAIN.replace("SE*18", "TRN*1*X*Y~\nSE*19"), "repeated"),
        (PLAIN.replace("LX*1~", "LX*1~\nCAS*CO*45*5~").replace("SE*18", "SE*19"), "out-of-place"),
        (PLAIN.replace("QUILL", "Q" * 70_000), "too-long"),
    ],
)
def test_a_set_that_is_not_whole_must_not_be_posted(broken, name):
    found = only(file_of(broken))
    assert name in names(found)
    assert not found.remittance.balances
    assert found.remittance.claims[0].paid == D(80)


@pytest.mark.parametrize(
    ("odd", "name"),
    [
        (PLAIN.replace("TRN*1*TB000000001*1351840597~\n", "").replace("SE*18", "SE*17"), "trace-missing"),
        (PLAIN.replace("N1*PR", "N1*XX"), "payer-missing"),
        (PLAIN.replace("N1*PE", "N1*XX"), "payee-missing"),
        (PLAIN.replace("*20260504~", "*20261504~"), "date-unreadable"),
        (PLAIN.replace("472*20260302", "472*20260230"), "date-unreadable"),
        (PLAIN.replace("**1~", "**ONE~"), "quantity-unreadable"),
        (PLAIN.replace("HC:97550:GP", "HC>97550>GP"), "component-separator"),
        (PLAIN.replace("LX*1~", "ZZZ*1~"), "out-of-place"),
        (PLAIN.replace("DTM*472", "XYZ*472"), "out-of-place"),
    ],
)
def test_what_is_odd_is_told_and_read_on(odd, name):
    found = only(file_of(odd))
    assert name in names(found)
    assert found.remittance.balances
    assert found.remittance.claims[0].lines[0].procedure_code == "97550"
    assert found.remittance.faults


def test_another_component_separator_is_read():
    [line] = view(PLAIN.replace("HC:97550:GP", "HC>97550>GP")).claims[0].lines
    assert (line.procedure_code, line.modifiers) == ("97550", ("GP",))


def test_a_file_cut_anywhere_tells_it():
    data = everything()
    end = data.index(b"SE*")
    for at in range(len(ISA + GS) + 3, end + 8, 7):
        [found] = remittances(io.BytesIO(data[:at]))
        assert not found.balances
        assert found.faults


def test_two_files_mixed_line_by_line_are_not_posted():
    one = everything().decode().splitlines(keepends=True)
    two = file_of(PLAIN.replace("TB1", "XX1")).decode().splitlines(keepends=True)
    mixed = "".join(a + b for a, b in zip(one, two, strict=False)) + "".join(one[len(two) :])
    found = list(remittances(io.BytesIO(mixed.encode())))
    assert found
    assert not any(one.balances for one in found)


def test_two_files_one_behind_the_other_are_two_payments():
    data = everything() + file_of(PLAIN)
    assert [one.balances for one in remittances(io.BytesIO(data))] == [True, True]


def test_no_fault_names_a_person():
    text = EVERYTHING.replace("41.36", "X").replace("DTM*472*20260302", "DTM*472*QUILL")
    for fault in view(one_set(text, "NOEMIE")).faults:
        assert "QUILL" not in fault
        assert "NOEMIE" not in fault
        assert "1SA0" not in fault


def test_many_faults_are_counted():
    text = one_set(CLAIM.replace("*100*80*20*", "*100*81*20*") * 300, "0")
    faults = view(text).faults
    assert len(faults) == 101
    assert faults[-1] == "and 201 more faults"


# Identity


def test_an_identity_is_the_payment_not_the_way_it_is_written():
    first = view(PLAIN)
    assert first.identity == identity(first)
    assert view(PLAIN.replace("BPR*I*80*", "BPR*I*80.00*")).identity == first.identity
    assert (
        view(PLAIN.replace("ST*835*0001", "ST*835*0009").replace("18*0001", "18*0009")).identity
        == first.identity
    )
    for other in (
        PLAIN.replace("TB000000001", "TB000000002"),
        PLAIN.replace("I*80*", "I*81*"),
        PLAIN.replace("*20260504~", "*20260505~"),
        PLAIN.replace("XX*2200000018", "XX*2200000026"),
        PLAIN.replace("2U*03102", "2U*03103"),
    ):
        assert view(other).identity != first.identity


def test_payments_of_nothing_are_told_apart_by_their_claims():
    denied = (
        CLAIM.replace("*100*80*20*", "*100*0*0*")
        .replace("*100*80**1", "*100*0**1")
        .replace("PR*2*20", "CO*50*100")
    )
    one, other = view(one_set(denied, "0")), view(one_set(denied.replace("TB1", "TB2"), "0"))
    assert one.balances
    assert one.identity != other.identity
    assert one.identity == identity(one)


# Anything at all


@given(files())
@settings(deadline=None, max_examples=60)
def test_whatever_balances_is_read_as_balanced_and_whole(data):
    found = list(read_remittances(io.BytesIO(data)))
    assert [one.text for read_ in found for one in read_.segments] == [
        one.text for one in read(io.BytesIO(data)) if one.id not in {"ISA", "GS", "GE", "IEA"}
    ]
    for one in found:
        assert one.remittance.faults == ()
        assert one.remittance.balances
        assert one.remittance.identity == identity(one.remittance)


@given(files(2), st.data())
@settings(deadline=None, max_examples=60)
def test_one_cent_more_anywhere_is_told(data, draw):
    text = data.decode()
    places = [i for i, one in enumerate(text.split("~\n")) if one.startswith(("CLP", "CAS", "PLB", "BPR"))]
    segments = text.split("~\n")
    at = draw.draw(st.sampled_from(places))
    elements = segments[at].split("*")
    index = {"CLP": 4, "CAS": 3, "PLB": 4, "BPR": 2}[elements[0]]
    elements[index] = str(D(elements[index]) + D("0.01"))
    segments[at] = "*".join(elements)
    found = list(remittances(io.BytesIO("~\n".join(segments).encode())))
    assert sum(not one.balances for one in found) == 1


@given(st.binary(max_size=600) | st.tuples(files(1), st.lists(st.tuples(st.integers(0, 3000), st.binary(max_size=3)))).map(
    lambda given_: _damaged(*given_)
))  # fmt: skip
@settings(deadline=None, max_examples=150)
def test_any_bytes_are_read_without_an_exception(data):
    for one in read_remittances(io.BytesIO(data)):
        assert one.remittance.identity
        assert one.remittance.balances or one.remittance.faults
        assert str(one.told)


def _damaged(data, cuts):
    for at, new in cuts:
        at %= len(data) + 1  # noqa: PLW2901  the place in what is left
        data = data[:at] + new + data[at + len(new) * 2 :]
    return data


def test_memory_does_not_grow_with_the_number_of_claims():
    def peak(sets):
        text = one_set(CLAIM * 400, "32000", frame=FRAME)
        stream = io.BytesIO(file_of(*[text] * sets))
        tracemalloc.start()
        count = sum(not isinstance(one, ReadRemittance) for one in parts(stream))
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == 400 * sets
        return used

    peak(1)
    assert peak(12) < peak(3) * 1.3
