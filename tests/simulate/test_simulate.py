"""The made-up payer: its answers are whole, add up, repeat, and say in their key what was done."""

import io
import json
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyx12.params import params  # type: ignore[import-untyped]
from pyx12.x12n_document import x12n_document  # type: ignore[import-untyped]

from teachback.check import check_stream
from teachback.check.report import Options
from teachback.model import Severity
from teachback.simulate import EXACT, Shares, answer
from teachback.simulate.answering import KEY
from teachback.x12.r835 import remittances
from teachback.x12.write837 import written
from tests.x12 import making
from tests.x12.mutants import MUTANTS, PROFESSIONAL

DAY = date(2026, 5, 4)
ALL_WRONG = Shares(deny=30, underpay=25, overpay=25, silent=5, late=10, reject=5, correct=100)


def professional(count):
    claims = tuple(making.claim(control_number=f"SIM{n:05}") for n in range(count))
    return written(making.submission(*claims))


def paid_files(made):
    return {name: data for name, data in made.items() if "-835-" in name}


class Kept:
    def __init__(self):
        self.found = []

    def tell(self, issues, claim):  # noqa: ARG002  the protocol of a sink
        self.found += [issue for issue in issues if issue.severity is Severity.ERROR]


def errors(data):
    kept = Kept()
    check_stream(io.BytesIO(data), Options(received=date(2026, 12, 31)), kept)
    return kept.found


@pytest.mark.parametrize("shares", [EXACT, Shares(), ALL_WRONG], ids=["exact", "usual", "all wrong"])
def test_every_answer_is_clean_to_our_checker_and_to_pyx12(shares):
    made = answer([professional(60)], seed=3, date=DAY, shares=shares)
    assert {name.split("-", 1)[1][:3] for name in made if name != KEY} >= {"277", "835"}
    for name, data in made.items():
        if name != KEY:
            assert errors(data) == [], name
            # pyx12 does not know that an interchange may hold a TA1 and nothing else.
            alone = name.endswith("TA1.edi")
            assert alone or x12n_document(
                params(), io.StringIO(data.decode("ascii")), io.StringIO(), None, None
            ), name
    assert "not_written" not in json.loads(made[KEY])


def test_the_same_files_seed_and_day_give_the_same_bytes_and_another_seed_others():
    first = answer([professional(40)], seed=3, date=DAY)
    assert answer([professional(40)], seed=3, date=DAY) == first
    assert answer([professional(40)], seed=4, date=DAY) != first


def test_every_remittance_balances_and_is_found_in_the_key():
    made = answer([professional(80)], seed=5, date=DAY, shares=ALL_WRONG)
    key = {claim["control_number"]: claim for claim in json.loads(made[KEY])["claims"]}
    paid = Counter()
    for data in paid_files(made).values():
        for one in remittances(io.BytesIO(data)):
            assert one.balances, one.faults
            for claim in one.claims:
                paid[claim.control_number] += int(claim.paid * 100)
    for number, claim in key.items():
        if claim.get("wave") is None or claim["wave"] == 0:
            assert paid[number] == 0
            continue
        expected = claim["right_cents"] if claim["corrected"] else claim["first_cents"]
        assert paid[number] == expected, claim


def test_what_was_overpaid_is_lent_and_taken_back_outside_of_claims():
    made = answer(
        [professional(60)],
        seed=7,
        date=DAY,
        shares=Shares(deny=0, underpay=0, overpay=100, late=0, silent=0, reject=0),
    )
    moves = Counter()
    for data in paid_files(made).values():
        for one in remittances(io.BytesIO(data)):
            for move in one.provider_adjustments:
                moves[move.reason] += move.amount
    key = json.loads(made[KEY])["claims"]
    assert any(claim["event"] == "overpaid" for claim in key)
    assert moves["WO"] == Decimal(0)


def test_a_payer_without_fault_pays_what_the_rules_say():
    made = answer([professional(20)], seed=1, date=DAY, shares=EXACT)
    for claim in json.loads(made[KEY])["claims"]:
        assert claim["event"] == "none"
        assert claim["difference_cents"] == 0


@pytest.mark.parametrize("mutant", [m for m in MUTANTS if not m.name.startswith("837I")], ids=str)
def test_damaged_files_are_answered_or_told_and_never_raise(mutant):
    made = answer([mutant.text.encode()], seed=1, date=DAY)
    key = json.loads(made[KEY])
    assert len(made) > 1 or key["files"][0]["why_not"] or not key["claims"]
    assert "not_written" not in key


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_answered_or_told(data):
    made = answer([data], seed=1, date=DAY)
    assert KEY in made


def test_the_same_interchange_twice_is_rejected_as_a_duplicate():
    data = PROFESSIONAL.encode()
    made = answer([data, data], seed=1, date=DAY, shares=EXACT)
    assert b"TA1*000000101*260420*0915*R*025~" in made["002-01-TA1.edi"]
    assert not any(name.startswith("002-") and "277CA" in name for name in made)


def test_the_key_names_no_person():
    made = answer([PROFESSIONAL.encode()], seed=1, date=DAY)
    for secret in (b"PERONELLE", b"ILEANA", b"7SU0KP3MN77", b"19470506"):
        assert secret not in made[KEY]


def test_shares_that_are_no_shares_are_refused():
    with pytest.raises(ValueError, match="percentage"):
        Shares(deny=101)
    with pytest.raises(ValueError, match="exceed 100"):
        Shares(deny=60, underpay=60)
