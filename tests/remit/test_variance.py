"""Expected against paid: each cause is made by a payer of the tests' own and found to the cent, and only then."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teachback.model import PractitionerKind
from teachback.remit.variance import Context, VarianceCause, variance
from teachback.remitdata import PaidAdjustment
from tests.remit.paying import (
    BEFORE_MARCH,
    FROM_MARCH,
    NURSE,
    QUALIFYING,
    Price,
    claim_of,
    denied,
    line_of,
    money,
    paid_as,
)

PLAIN = Price()
C = VarianceCause


def compared(expected, paid, *modifiers, tells_allowed=True, place=None, context=None, **about):
    line = line_of(expected, *(modifiers or ("GP",)), place=place)
    return variance(claim_of(line, **about), line, paid_as(paid, tells_allowed=tells_allowed), context)


def test_golden_amounts_of_the_dossier_are_those_of_the_tests_payer():
    assert PLAIN.allowed == 5214
    assert Price(where="AL").allowed == 5025
    assert PLAIN.paid == 4088


def test_paid_as_expected_has_no_cause():
    found = compared(PLAIN, PLAIN)
    assert (found.cents, found.cause, found.parts, found.worked) == (0, C.NONE, (), False)
    assert found.words == "Paid as expected."


ASSISTED = replace(PLAIN, assistant=True)
NURSES = replace(PLAIN, share=85)
CAUSES = [
    # what we expect, modifiers, what the payer did otherwise, the cause
    (PLAIN, ("GP",), {"where": "AL"}, C.LOCALITY),
    (PLAIN, ("GP",), {"facility": True}, C.FACILITY),
    (PLAIN, ("GP",), {"factor": QUALIFYING}, C.CONVERSION_FACTOR),
    (replace(PLAIN, day=date(2024, 5, 6)), ("GP",), {"factor": BEFORE_MARCH}, C.CONVERSION_FACTOR),
    (replace(PLAIN, day=date(2024, 2, 6)), ("GP",), {"factor": FROM_MARCH}, C.CONVERSION_FACTOR),
    (PLAIN, ("GP",), {"assistant": True}, C.ASSISTANT_EXTRA),
    (ASSISTED, ("GP", "CQ"), {"assistant": False}, C.ASSISTANT_MISSING),
    (PLAIN, ("GP",), {"nonparticipating": True}, C.NONPARTICIPATING),
    (PLAIN, ("GP",), {"sequestration": 0}, C.SEQUESTRATION),
    (PLAIN, ("GP",), {"share": 85}, C.PRACTITIONER_SHARE),
    (PLAIN, ("GP",), {"share": 75}, C.PRACTITIONER_SHARE),
    (PLAIN, ("GP",), {"coinsurance": 0}, C.COINSURANCE),
    (PLAIN, ("GP",), {"fee_year": 2025, "factor": "32.3465"}, C.FEE_YEAR),
]


@pytest.mark.parametrize(("expected", "modifiers", "change", "cause"), CAUSES)
@pytest.mark.parametrize("tells_allowed", [True, False])
def test_a_cause_is_found_to_the_cent(expected, modifiers, change, cause, tells_allowed):
    paid = replace(expected, **change)
    found = compared(expected, paid, *modifiers, tells_allowed=tells_allowed)
    assert found.cents == paid.paid - expected.paid
    assert sum(part.cents for part in found.parts) == found.cents
    assert found.cause is cause or cause in found.also
    assert found.work_cents == found.cents
    assert found.worked


@pytest.mark.parametrize(("expected", "modifiers", "change", "cause"), CAUSES)
def test_the_cause_is_the_first_where_the_payer_states_what_it_allowed(expected, modifiers, change, cause):
    assert compared(expected, replace(expected, **change), *modifiers).cause is cause


@pytest.mark.parametrize(("expected", "modifiers", "change", "cause"), CAUSES)
def test_a_payment_that_no_change_explains_is_unknown(expected, modifiers, change, cause):
    line = line_of(expected, *modifiers)
    paid = paid_as(replace(expected, **change))
    off = replace(
        paid, paid=paid.paid - Decimal("3.17"), allowed_amount=paid.allowed_amount - Decimal("3.17")
    )
    found = variance(claim_of(line), line, off)
    assert (found.cause, found.worked) == (C.UNKNOWN, True)
    assert "a person" in found.words
    assert sum(part.cents for part in found.parts) == found.cents


def test_a_therapy_line_priced_at_the_facility_amount_is_named_with_its_rule():
    expected = Price(where="AZ")
    found = compared(expected, replace(expected, facility=True), "GP", place="22")
    assert found.cause is C.FACILITY
    assert "under a therapy plan" in found.words
    assert found.cites == ("MCPM ch. 12 § 20.4.2", "MCPM ch. 5 § 10")


def test_a_wrong_locality_is_named():
    assert "10112-00 ALABAMA instead of 03102-00 ARIZONA" in compared(PLAIN, replace(PLAIN, where="AL")).words


def test_a_line_outside_therapy_earns_the_facility_amount_in_a_hospital():
    expected = Price(code="96202", facility=True)
    line = line_of(expected, place="22")
    claim = claim_of(line, rendering=replace(NURSE, taxonomy="103TC0700X"))
    assert variance(claim, line, paid_as(expected)).cause is C.NONE
    found = variance(claim, line, paid_as(replace(expected, facility=False)))
    assert (found.cause, found.cents > 0) == (C.FACILITY, True)


@pytest.mark.parametrize("units", [1, 2])
@pytest.mark.parametrize("off", [-1, 1])
def test_one_cent_for_each_unit_is_rounding_shown_and_never_worked(units, off):
    price = replace(PLAIN, code="97551", units=units)
    line = line_of(price, "GP")
    paid = paid_as(price)
    found = variance(claim_of(line), line, replace(paid, paid=paid.paid + money(off * units)))
    assert (found.cause, found.cents, found.worked) == (C.ROUNDING, off * units, False)
    over = variance(claim_of(line), line, replace(paid, paid=paid.paid + money(off * (units + 1))))
    assert over.cause is not C.ROUNDING


def test_a_contractor_that_rounds_otherwise_does_not_hide_the_cause():
    paid = paid_as(replace(PLAIN, facility=True))
    line = line_of(PLAIN, "GP")
    found = variance(claim_of(line), line, replace(paid, paid=paid.paid - Decimal("0.01")))
    assert found.cause is C.FACILITY
    assert [part.cause for part in found.parts] == [C.FACILITY, C.ROUNDING]
    assert sum(part.cents for part in found.parts) == found.cents


def test_the_deductible_is_told_and_owed_by_the_patient_not_worked():
    found = compared(PLAIN, replace(PLAIN, deductible=3000))
    assert (found.cause, found.worked, found.work_cents) == (C.DEDUCTIBLE, False, 0)
    assert "$30.00 instead of $0.00" in found.words
    whole = compared(PLAIN, replace(PLAIN, deductible=28300))
    assert (whole.paid_cents, whole.cause, whole.worked) == (0, C.DEDUCTIBLE, False)


def test_a_wrong_price_under_the_deductible_is_the_patients_difference():
    wrong = replace(PLAIN, deductible=28300, facility=True)
    found = compared(PLAIN, wrong)
    assert (found.cause, found.cents, found.work_cents) == (C.DEDUCTIBLE, -PLAIN.paid, 0)
    assert (found.patient_cents, found.patient_cause, found.worked) == (
        wrong.allowed - PLAIN.allowed,
        C.FACILITY,
        True,
    )
    assert "It was allowed" in found.words
    right = compared(PLAIN, replace(PLAIN, deductible=28300))
    assert (right.patient_cents, right.patient_cause, right.worked) == (0, C.NONE, False)


def test_a_deductible_that_was_expected_and_taken_is_no_variance():
    price = replace(PLAIN, deductible=3000)
    assert compared(price, price).cause is C.NONE
    assert compared(price, PLAIN).cause is C.DEDUCTIBLE


def test_a_deductible_and_another_cause_are_told_apart_to_the_cent():
    paid = replace(PLAIN, deductible=1000, facility=True)
    found = compared(PLAIN, paid)
    by_cause = {part.cause: part.cents for part in found.parts}
    assert by_cause[C.DEDUCTIBLE] == replace(PLAIN, deductible=1000).paid - PLAIN.paid
    assert by_cause[C.FACILITY] == paid.paid - replace(PLAIN, deductible=1000).paid
    assert found.cause is C.FACILITY
    assert found.work_cents == by_cause[C.FACILITY]


def test_units_cut_to_the_days_limit_and_to_less():
    price = replace(PLAIN, code="97551", units=4)
    assert compared(price, replace(price, units=2)).cause is C.UNITS_CUT_TO_MUE
    assert compared(price, replace(price, units=3)).cause is C.UNITS_CUT
    silent = replace(paid_as(replace(price, units=2)), units_paid=None)
    line = line_of(price, "GP")
    assert variance(claim_of(line), line, silent).cause is C.UNITS_CUT_TO_MUE


def test_units_cut_by_a_denial_are_worked_as_the_denial():
    price = replace(PLAIN, code="97551", units=3)
    paid = paid_as(replace(price, units=2))
    first, *rest = paid.adjustments
    part = Decimal("60.00")
    told = (replace(first, amount=first.amount - part), PaidAdjustment("CO", "151", part), *rest)
    line = line_of(price, "GP")
    found = variance(claim_of(line), line, replace(paid, adjustments=told))
    assert (found.cause, found.worked) == (C.UNITS_CUT_TO_MUE, False)


@pytest.mark.parametrize(
    ("carc", "cause"), [("50", C.DENIED), ("97", C.BUNDLED), ("236", C.BUNDLED), ("9999", C.DENIED)]
)
def test_a_denied_line_is_no_underpayment(carc, cause):
    line = line_of(PLAIN, "GP")
    found = variance(claim_of(line), line, denied(PLAIN, "CO", carc))
    assert (found.cause, found.cents, found.worked) == (cause, -PLAIN.paid, False)


def test_a_charge_below_the_fee_is_our_own_doing():
    wanted = line_of(PLAIN, "GP")
    low = replace(PLAIN, charge=4000)
    line = replace(wanted, charge=money(4000))
    found = variance(claim_of(line), line, paid_as(low))
    assert (found.cause, found.worked) == (C.CHARGE, False)
    assert compared(low, low).cause is C.NONE


def test_a_nurse_practitioner_by_taxonomy_earns_her_share():
    line = line_of(NURSES)
    claim = claim_of(line, rendering=NURSE)
    assert variance(claim, line, paid_as(NURSES)).cause is C.NONE
    assert variance(claim, line, paid_as(PLAIN)).cause is C.PRACTITIONER_SHARE


def test_what_the_claim_does_not_show_is_found_by_proof():
    line = line_of(NURSES)
    claim = claim_of(line, rendering=replace(NURSE, taxonomy=None))
    assert variance(claim, line, paid_as(replace(NURSES, facility=True))).cause is C.FACILITY
    told = Context(practitioner_kind=PractitionerKind.NP)
    assert variance(claim, line, paid_as(replace(NURSES, where="AL")), told).cause is C.LOCALITY


def test_a_qualifying_practitioner_paid_by_the_other_factor():
    price = replace(PLAIN, factor=QUALIFYING)
    assert compared(price, price).cause is C.NONE
    found = compared(price, PLAIN)
    assert (found.cause, found.cents < 0) == (C.CONVERSION_FACTOR, True)
    assert "33.4009" in found.words


def test_a_nonparticipating_group_that_is_paid_as_one_that_participates():
    price = replace(PLAIN, nonparticipating=True)
    assert compared(price, price, participating=False).cause is C.NONE
    assert compared(price, PLAIN, participating=False).cause is C.PARTICIPATING


def test_an_amount_that_no_terms_prove_is_still_followed_through_the_payment():
    odd = replace(line_of(PLAIN, "GP"), procedure_code="97110")
    paid = replace(paid_as(PLAIN), procedure_code="97110")
    assert variance(claim_of(odd), odd, paid).cause is C.NONE
    cut = replace(paid_as(replace(PLAIN, assistant=True)), procedure_code="97110")
    assert variance(claim_of(odd), odd, cut).cause is C.ASSISTANT_EXTRA
    less = replace(paid_as(replace(PLAIN, nonparticipating=True)), procedure_code="97110")
    assert variance(claim_of(odd), odd, less).cause is C.NONPARTICIPATING


def test_a_quality_adjustment_that_is_itemized_is_told_and_not_worked():
    paid = paid_as(PLAIN)
    cut = 100
    medicare = PLAIN.medicare - cut
    sequestration = round(medicare * 0.02)
    rest = PLAIN.charge - (medicare - sequestration) - PLAIN.coins - sequestration - cut
    told = (("CO", "45", rest), ("CO", "237", cut), ("PR", "2", PLAIN.coins), ("CO", "253", sequestration))
    line = line_of(PLAIN, "GP")
    found = variance(
        claim_of(line),
        line,
        replace(
            paid,
            paid=money(medicare - sequestration),
            adjustments=tuple(PaidAdjustment(g, c, money(a)) for g, c, a in told),
        ),
    )
    assert (found.cause, found.worked) == (C.REDUCTION, False)


def test_another_payers_part_is_told_and_not_worked():
    paid = replace(
        paid_as(PLAIN), adjustments=(PaidAdjustment("OA", "23", Decimal("150.00")),), paid=Decimal("9.00")
    )
    line = line_of(PLAIN, "GP")
    assert variance(claim_of(line), line, paid).cause is C.OTHER_PAYER


def test_what_cannot_be_compared_says_so():
    line = line_of(PLAIN, "GP")
    paid = paid_as(PLAIN)
    unread = variance(claim_of(line), line, replace(paid, paid=None))
    assert (unread.cause, unread.cents, unread.worked) == (C.NOT_READ, None, False)
    reversal = replace(paid, paid=-paid.paid, charge=-paid.charge)
    assert variance(claim_of(line), line, reversal).cause is C.REVERSAL
    unpriced = replace(line, allowed_amount=None)
    assert variance(claim_of(unpriced), unpriced, paid).cause is C.NOT_PRICED


CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "facility": st.booleans(),
        "nonparticipating": st.booleans(),
        "assistant": st.booleans(),
        "sequestration": st.sampled_from([0, 2]),
        "coinsurance": st.sampled_from([0, 20]),
        "share": st.sampled_from([75, 85, 100]),
        "deductible": st.integers(0, 30000),
        "units": st.integers(1, 4),
        "where": st.sampled_from(["AZ", "AL"]),
    },
)


@given(
    code=st.sampled_from(["97550", "97551"]),
    units=st.integers(1, 4),
    change=CHANGES,
    off=st.integers(-300, 300),
    tells_allowed=st.booleans(),
)
def test_the_parts_add_up_to_the_cent_whatever_was_paid(code, units, change, off, tells_allowed):
    expected = Price(code=code, units=units)
    line = line_of(expected, "GP")
    paid = paid_as(replace(expected, **change), tells_allowed=tells_allowed)
    shifted = replace(paid, paid=max(Decimal("0.00"), paid.paid + money(off)))
    found = variance(claim_of(line), line, shifted)
    assert found.cents == found.paid_cents - found.expected_cents
    assert sum(part.cents for part in found.parts) == found.cents
    assert found.worked == bool(found.patient_cents or [part for part in found.parts if part.worked])
    assert "None" not in found.words
    assert found.words.endswith(".")
