"""The worklist: every refusal one item with the step that is open, its last day and its money; never a wrong appeal."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teachback.claimdata import Institutional, Provider
from teachback.findings import Owner
from teachback.remit import denials, work
from teachback.remit.deadlines import Clock
from teachback.remit.denials import Step
from teachback.remit.items import AmountIs, WorkItem, WorkKind
from teachback.remitdata import AnswerKind, ClaimStatus, PaidAdjustment, SetAnswer
from tests.remit.paying import (
    NOTICE,
    PLAIN_DAY,
    Price,
    answer_to,
    claim_of,
    denied,
    line_of,
    money,
    paid_as,
)

PLAIN = Price()
TODAY = date(2026, 5, 20)
LATE = date(2027, 5, 20)


def worked(payment, *lines, claim=None, today=TODAY, notice=NOTICE, remarks=(), **more):
    lines = lines or (line_of(PLAIN, "GP"),)
    claim = claim or claim_of(*lines)
    return work.of_line(
        claim,
        lines[0],
        answer_to(payment, remarks=tuple(remarks)),
        payment,
        notice=notice,
        today=today,
        **more,
    )


def one(*args, **more):
    items = worked(*args, **more)
    assert len(items) == 1, items
    return items[0]


def all_steps(item):
    return {item.next_step, *(way.step for way in item.also)}


def test_what_was_paid_as_expected_leaves_nothing_to_do():
    assert worked(paid_as(PLAIN)) == ()
    assert worked(paid_as(replace(PLAIN, deductible=28300))) == ()


def test_a_missing_modifier_is_reopened_with_the_appeal_open_beside_it():
    item = one(denied(PLAIN, "CO", "4", "N822"))
    assert (item.kind, item.cause, item.owner) == (WorkKind.DENIED, "therapy-modifier", Owner.BILLER)
    assert item.next_step is Step.REOPEN
    assert item.deadline.last_day == date(2027, 5, 4)
    assert [(way.step, way.deadline.last_day) for way in item.also] == [(Step.APPEAL, date(2026, 9, 6))]
    assert (item.amount_cents, item.amount_is) == (PLAIN.paid + PLAIN.coins, AmountIs.EXPECTED)
    assert item.codes == ("CO-4", "N822")
    assert "M101" in {p.code for p in item.prevented_by}
    assert "duplicate" in item.do


@pytest.mark.parametrize("where", ["line", "claim"])
@pytest.mark.parametrize("carc", ["4", "16", "31", "50", "151", "97", "B7", "22", "9999"])
def test_an_unprocessable_claim_is_sent_as_new_and_never_appealed_or_reopened(where, carc):
    payment = denied(PLAIN, "CO", carc, *(["MA130"] if where == "line" else []))
    item = one(payment, remarks=["MA130"] if where == "claim" else [])
    assert all_steps(item) == {Step.SEND_NEW}
    assert (item.deadline.clock, item.deadline.last_day) == (Clock.FILING, date(2027, 4, 14))
    assert "no appeal" in item.do


def test_an_unprocessable_claim_after_the_filing_limit_has_only_the_exception():
    item = one(denied(PLAIN, "CO", "16", "MA130"), today=LATE)
    assert all_steps(item) == {Step.ASK_EXCEPTION}
    assert item.deadline is None


@pytest.mark.parametrize("group", ["CO", "OA", "PR"])
@pytest.mark.parametrize("remarks", [(), ("N211",), ("MA130",)])
def test_a_late_claim_is_never_appealed_and_never_billed_to_the_patient(group, remarks):
    item = one(denied(PLAIN, group, "29", *remarks))
    assert all_steps(item) == {Step.ASK_EXCEPTION}
    assert "no appeal" in item.do


def test_lateness_decides_over_a_larger_reason():
    payment = denied(PLAIN, "CO", "50")
    both = (PaidAdjustment("CO", "50", Decimal("150.00")), PaidAdjustment("CO", "29", Decimal("50.00")))
    item = one(replace(payment, adjustments=both))
    assert all_steps(item) == {Step.ASK_EXCEPTION}
    assert item.codes == ("CO-50", "CO-29")


def test_necessity_is_appealed_within_120_days_of_presumed_receipt():
    item = one(denied(PLAIN, "CO", "50", "N115"))
    assert (item.next_step, item.owner) == (Step.APPEAL, Owner.CLINICIAN)
    assert item.deadline.last_day == NOTICE + timedelta(125)


def test_a_denial_that_was_expected_without_notice_is_proposed_for_write_off():
    item = one(denied(PLAIN, "CO", "50"), line_of(PLAIN, "GP", "GZ"))
    assert item.next_step is Step.PROPOSE_WRITE_OFF
    assert "propose" in item.do


@pytest.mark.parametrize(
    ("modifiers", "words"), [(("GP", "GA"), "bill the patient, and"), (("GP",), "Bill the patient only")]
)
def test_the_patient_is_billed_with_a_notice_only(modifiers, words):
    item = one(denied(PLAIN, "PR", "50"), line_of(PLAIN, *modifiers))
    assert item.next_step is Step.BILL_PATIENT
    assert words in item.do


def test_the_patient_is_not_billed_for_what_an_agency_is_paid():
    item = one(denied(PLAIN, "PR", "B20"))
    assert item.next_step is Step.PERSON
    assert "may not be billed" in item.do


def test_an_absolute_limit_has_no_appeal_and_a_limit_on_documentation_has():
    base = replace(PLAIN, units=2)
    final = one(denied(base, "CO", "151", "N362"), line_of(base, "GP"))
    assert Step.APPEAL not in all_steps(final)
    assert final.next_step is Step.PROPOSE_WRITE_OFF
    extra = replace(PLAIN, code="97551", units=3)
    item = one(denied(extra, "CO", "151", "N362"), line_of(extra, "GP"))
    assert item.next_step is Step.APPEAL
    assert "2 of 97551" in item.do


@pytest.mark.parametrize(("other", "step"), [("36591", Step.PROPOSE_WRITE_OFF), ("99213", Step.PERSON)])
def test_a_pair_is_judged_by_its_own_indicator(other, step):
    line = line_of(PLAIN, "GP")
    second = replace(line, control_number="L2", procedure_code=other)
    payment = replace(denied(PLAIN, "CO", "236", number="L2"), procedure_code=other)
    item = one(payment, second, claim=claim_of(line, second))
    assert item.next_step is step


def test_a_pair_with_a_modifier_may_be_reopened():
    line = line_of(PLAIN, "GP")
    second = replace(line, control_number="L2", procedure_code="96523")
    month = Institutional("131", PLAIN_DAY, PLAIN_DAY, Provider("2000000036", "CEDAR", "CAL"))
    payment = replace(denied(PLAIN, "CO", "236", number="L2"), procedure_code="96523")
    item = one(payment, second, claim=replace(claim_of(line, second), institutional=month))
    assert item.next_step is Step.REOPEN
    assert "truly separate" in item.do


def test_another_insurer_is_billed_first_inside_medicares_filing_limit():
    item = one(denied(PLAIN, "CO", "22", "MA04"))
    assert (item.next_step, item.deadline.clock, item.owner) == (
        Step.BILL_OTHER_PAYER,
        Clock.FILING,
        Owner.FRONT_DESK,
    )


def test_a_duplicate_is_looked_at_and_not_sent_again():
    item = one(denied(PLAIN, "OA", "18", "N522"))
    assert item.next_step is Step.PERSON
    assert item.do.startswith("Do not send it again.")


def test_pending_is_waited_for():
    item = one(denied(PLAIN, "OA", "133"))
    assert (item.kind, item.next_step, item.deadline.clock) == (WorkKind.PENDING, Step.WAIT, Clock.ANSWER)


def test_an_unknown_code_is_named_and_left_to_a_person():
    item = one(denied(PLAIN, "CO", "9999", "N9999"))
    assert (item.kind, item.cause, item.next_step) == (WorkKind.UNKNOWN, "unknown", Step.PERSON)
    assert "9999" in item.says
    assert item.codes == ("CO-9999", "N9999")
    assert item.amount_cents == PLAIN.paid + PLAIN.coins


def test_an_unknown_code_beside_a_known_one_is_named_too():
    payment = denied(PLAIN, "CO", "50")
    both = (PaidAdjustment("CO", "9999", Decimal("150.00")), PaidAdjustment("CO", "50", Decimal("50.00")))
    item = one(replace(payment, adjustments=both))
    assert item.cause == "not-necessary"
    assert any("CO-9999" in note for note in item.notes)


def test_a_line_without_payment_and_reason_is_not_taken_for_paid():
    for adjustments in ((), (PaidAdjustment("CO", "45", Decimal("200.00")),)):
        payment = replace(denied(PLAIN, "CO", "50"), adjustments=adjustments)
        items = worked(payment)
        assert sum(abs(item.amount_cents) for item in items) > 0
        assert all(item.next_step is Step.PERSON for item in items)


def test_a_refusal_of_a_claim_that_is_not_ours_is_still_told():
    payment = denied(PLAIN, "CO", "50")
    items = work.of_line(None, None, answer_to(payment), payment, notice=NOTICE, today=TODAY)
    assert [(i.cause, i.amount_cents, i.amount_is) for i in items] == [
        ("not-necessary", 20000, AmountIs.CHARGE)
    ]
    assert items[0].notes == ("No claim of this book was found for it.",)


def test_a_reason_in_a_group_where_it_does_not_belong_is_left_to_a_person():
    item = one(denied(PLAIN, "OA", "45"))
    assert (item.kind, item.next_step) == (WorkKind.UNKNOWN, Step.PERSON)
    assert "group OA" in item.says


@pytest.mark.parametrize(("assigned", "step"), [(True, Step.PERSON), (False, Step.BILL_PATIENT)])
def test_what_is_left_to_the_patient_is_billed_only_where_the_claim_was_not_assigned(assigned, step):
    claim = replace(claim_of(line_of(PLAIN, "GP")), accepts_assignment=assigned)
    item = one(denied(PLAIN, "PR", "100"), claim=claim)
    assert (item.cause, item.next_step, item.amount_cents) == ("left-to-patient", step, 20000)


def test_our_own_finding_that_stood_on_the_line_is_held_against_it():
    item = one(denied(PLAIN, "CO", "50"), raised={"D304", "D406"})
    assert any("D304" in note and "D406" not in note for note in item.notes)


def test_the_next_way_is_taken_when_the_first_has_closed():
    item = one(denied(PLAIN, "CO", "97"), today=NOTICE + timedelta(126))
    assert item.next_step is Step.REOPEN
    assert any("has passed" in note for note in item.notes)
    closed = one(denied(PLAIN, "CO", "4"), today=LATE)
    assert closed.next_step is Step.PROPOSE_WRITE_OFF
    assert "good cause" in closed.do
    assert [way.deadline.clock for way in closed.also] == [Clock.GOOD_CAUSE]


@pytest.mark.parametrize("change", [{"facility": True}, {"where": "AL"}, {"assistant": True}])
def test_what_was_underpaid_is_reopened_for_its_difference(change):
    paid = replace(PLAIN, **change)
    item = one(paid_as(paid))
    assert (item.kind, item.next_step) == (WorkKind.UNDERPAID, Step.REOPEN)
    assert (item.amount_cents, item.amount_is) == (PLAIN.paid - paid.paid, AmountIs.VARIANCE)
    assert item.deadline.clock is Clock.REOPENING


def test_a_therapy_line_at_the_facility_amount_has_the_name_that_the_rules_give_it():
    assert one(paid_as(replace(PLAIN, facility=True))).cause == "therapy-priced-at-facility"
    behavior = Price(code="96202")
    line = line_of(behavior)
    claim = claim_of(line, rendering=Provider("2000000028", "BIRCH", "BEN", taxonomy="103TC0700X"))
    assert one(paid_as(replace(behavior, facility=True)), line, claim=claim).cause == "facility"


def test_a_wrong_price_under_the_deductible_is_worked_for_what_the_patient_owes():
    wrong = replace(PLAIN, deductible=28300, facility=True)
    item = one(paid_as(wrong))
    assert (item.kind, item.cause) == (WorkKind.UNDERPAID, "therapy-priced-at-facility")
    assert item.amount_cents == PLAIN.allowed - wrong.allowed


def test_an_underpayment_after_a_year_needs_good_cause():
    item = one(paid_as(replace(PLAIN, facility=True)), today=LATE)
    assert (item.next_step, item.deadline.clock, item.also) == (Step.PERSON, Clock.GOOD_CAUSE, ())
    assert "good cause" in item.do


def test_what_was_overpaid_is_looked_at_in_sixty_days():
    item = one(paid_as(replace(PLAIN, sequestration=0)))
    assert (item.kind, item.next_step) == (WorkKind.OVERPAID, Step.PERSON)
    assert item.amount_cents == -PLAIN.cut
    assert item.deadline.clock is Clock.OVERPAYMENT


def test_rounding_and_a_low_charge_are_not_worked():
    paid = paid_as(PLAIN)
    assert worked(replace(paid, paid=paid.paid - Decimal("0.01"))) == ()
    low = replace(PLAIN, charge=4000)
    assert worked(paid_as(low), replace(line_of(PLAIN, "GP"), charge=money(4000))) == ()


def test_a_reversal_leaves_nothing_to_do():
    payment = denied(PLAIN, "CO", "50")
    undone = answer_to(payment, status="22")
    assert work.of_claim(claim_of(line_of(PLAIN, "GP")), undone, notice=NOTICE, today=TODAY) == ()


def test_a_claim_is_worked_line_by_line_and_as_a_whole():
    first, second = line_of(PLAIN, "GP"), line_of(replace(PLAIN, code="97551"), "GP", number="L2")
    claim = claim_of(first, second)
    answer = answer_to(paid_as(PLAIN), denied(replace(PLAIN, code="97551"), "CO", "B15", number="L2"))
    items = work.of_claim(claim, answer, notice=NOTICE, today=TODAY)
    assert [(i.line_control_number, i.cause) for i in items] == [("L2", "addon-without-primary")]
    whole = replace(answer_to(status="4"), adjustments=(PaidAdjustment("CO", "31", Decimal("400.00")),))
    items = work.of_claim(claim, whole, notice=NOTICE, today=TODAY)
    assert [(i.line_control_number, i.cause) for i in items] == [(None, "patient-identity")]
    silent = replace(answer_to(status="4"), charge=Decimal("400.00"))
    items = work.of_claim(claim, silent, notice=NOTICE, today=TODAY)
    assert [(i.kind, i.next_step) for i in items] == [(WorkKind.UNKNOWN, Step.PERSON)]
    assert items[0].amount_cents > 0


def rejected(*statuses, answer=AnswerKind.REJECTED):
    return ClaimStatus("TB1", answer, statuses, charge=Decimal("200.00"), date_of_service=PLAIN_DAY)


def test_a_rejected_claim_is_not_denied_it_is_sent_again():
    item = work.of_status(claim_of(line_of(PLAIN, "GP")), rejected(("A7", "562", "85")), today=TODAY)
    assert (item.kind, item.cause, item.owner) == (WorkKind.REJECTED, "provider-number", Owner.FRONT_DESK)
    assert all_steps(item) == {Step.SEND_NEW}
    assert (item.deadline.clock, item.amount_cents) == (Clock.FILING, PLAIN.paid + PLAIN.coins)
    assert item.codes == ("A7:562:85",)
    late = work.of_status(None, rejected(("A7", "718", "")), today=LATE)
    assert all_steps(late) == {Step.ASK_EXCEPTION}


def test_an_accepted_claim_leaves_nothing_and_an_unreadable_answer_a_person():
    claim = claim_of(line_of(PLAIN, "GP"))
    assert (
        work.of_status(claim, rejected(("A2", "20", "PR"), answer=AnswerKind.ACCEPTED), today=TODAY) is None
    )
    item = work.of_status(claim, rejected(("Z9", "9999", ""), answer=AnswerKind.UNKNOWN), today=TODAY)
    assert (item.kind, item.next_step) == (WorkKind.UNKNOWN, Step.PERSON)


@pytest.mark.parametrize("category", ["P1", "F2"])
def test_a_claim_that_is_further_than_the_door_is_waited_for(category):
    item = work.of_status(None, rejected((category, "3", ""), answer=AnswerKind.UNKNOWN), today=TODAY)
    assert (item.kind, item.next_step, item.deadline) == (WorkKind.PENDING, Step.WAIT, None)


def test_a_rejected_file_is_one_item_for_all_its_claims():
    claims = [replace(claim_of(line_of(PLAIN, "GP")), control_number=f"TB{n}") for n in range(7)]
    item = work.of_set(SetAnswer("0001", AnswerKind.REJECTED, ("5",)), claims, today=TODAY)
    assert (item.kind, item.next_step) == (WorkKind.REJECTED, Step.SEND_NEW)
    assert item.amount_cents == 7 * (PLAIN.paid + PLAIN.coins)
    assert "and 2 more" in item.says
    assert work.of_set(SetAnswer("0001", AnswerKind.ACCEPTED), claims, today=TODAY) is None


CARCS = st.sampled_from(
    sorted({code for cause in denials.knowledge().causes for code in cause.codes} | {"9999", ""})
)
REMARKS = st.lists(
    st.sampled_from(["MA130", "N211", "N362", "M15", "N70", "N822", "MA04", "N9999"]), max_size=3
)


@given(
    carc=CARCS,
    group=st.sampled_from(["CO", "PR", "OA", "PI", "CR", "XX"]),
    remarks=REMARKS,
    units=st.integers(1, 4),
    code=st.sampled_from(["97550", "97551"]),
    today=st.dates(date(2026, 5, 4), date(2032, 1, 1)),
    matched=st.booleans(),
)
def test_no_refusal_is_ever_dropped_written_off_or_wrongly_appealed(
    carc, group, remarks, units, code, today, matched
):
    price = Price(code=code, units=units)
    line = line_of(price, "GP")
    claim = claim_of(line)
    payment = denied(price, group, carc, *remarks)
    items = work.of_line(
        claim if matched else None,
        line if matched else None,
        answer_to(payment),
        payment,
        notice=NOTICE,
        today=today,
    )
    assert items
    for item in items:
        assert item.next_step is not Step.NOTHING
        assert item.amount_cents > 0
        assert item.do
        if carc == "29" or "MA130" in remarks or "N211" in remarks:
            assert Step.APPEAL not in all_steps(item)
        if "MA130" in remarks:
            assert Step.REOPEN not in all_steps(item)
        if item.next_step is Step.PROPOSE_WRITE_OFF:
            assert (
                "propose" in item.do.lower()
                or "Nothing can be done" in item.do
                or "nothing makes" in item.do
                or "not payable" in item.do
            )
        for limit in [item.deadline, *(way.deadline for way in item.also)]:
            assert limit is None or item.next_step is Step.WAIT or limit.last_day >= today
        assert WorkItem.from_row(json.loads(json.dumps(item.to_row()))) == item


@given(
    paid=st.none() | st.decimals(-(10**9), 10**9, places=2),
    charge=st.none() | st.decimals(-(10**9), 10**9, places=2),
    amount=st.decimals(-(10**9), 10**9, places=2),
    units=st.none() | st.decimals(-10, 10**6, places=1),
    carc=st.sampled_from(["1", "2", "23", "45", "50", "253", "9999", "29", "151", "237", "100"]),
    group=st.sampled_from(["CO", "PR", "OA", ""]),
    day=st.none() | st.dates(),
    notice=st.dates(),
    status=st.sampled_from(["1", "4", "22", "25", ""]),
    matched=st.booleans(),
)
def test_any_answer_is_worked_without_a_fault(
    paid, charge, amount, units, carc, group, day, notice, status, matched
):
    payment = replace(
        denied(PLAIN, group, carc),
        paid=paid,
        charge=charge,
        units_paid=units,
        date_of_service=day,
        adjustments=(PaidAdjustment(group, carc, amount),),
    )
    claim = claim_of(line_of(PLAIN, "GP")) if matched else None
    answer = replace(answer_to(status=status), lines=(payment,), adjustments=payment.adjustments)
    for item in work.of_claim(claim, answer, notice=notice, today=TODAY):
        assert WorkItem.from_row(item.to_row()) == item


def test_the_same_answer_is_the_same_item_and_another_is_not():
    payment = denied(PLAIN, "CO", "50")
    assert one(payment).key == one(payment, today=LATE - timedelta(200)).key
    assert one(payment).key != one(denied(PLAIN, "CO", "4")).key


def test_no_person_is_named_in_an_item():
    row = json.dumps(one(denied(PLAIN, "CO", "50")).to_row())
    for secret in ("MADEUP", "ROSE", "1S00AA0AA00"):
        assert secret not in row


def test_the_worklist_begins_with_what_is_worth_most_for_the_days_left():
    soon = one(denied(PLAIN, "CO", "50"))
    far = one(denied(PLAIN, "CO", "4"))
    question = one(denied(PLAIN, "OA", "18"))
    assert work.ranked([question, far, soon], TODAY) == [soon, far, question]
    assert work.ranked([far, soon, question], TODAY) == [soon, far, question]
