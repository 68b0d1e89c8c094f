"""Mistakes priced by the made-up payer's own arithmetic, over places, years and practitioners: each is found again."""

import random
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from teachback.claimdata import ClaimLine, Provider
from teachback.remit.variance import VarianceCause, variance
from teachback.remitdata import PaidAdjustment, ServicePayment
from teachback.simulate.pricing import Basis, Fees, Terms, reckon
from tests.remit.paying import claim_of, money

C = VarianceCause
ZIPS = ("85001", "35203", "90001", "10001", "60601", "77001", "33101", "99501", "02101", "98101", "19103")
TAXONOMY = {"PT": "225100000X", "NP": "363L00000X", "MD": "207R00000X"}
CODES = ("97550", "97551", "97552", "G0541", "G0542")
LINES = 600
MOST_AMBIGUOUS = 0.04


def mistakes(fees, basis, right):
    """Every single mistake with its cause and the terms that follow."""
    bases = {
        C.LOCALITY: replace(basis, locality=fees.neighbors(fees.locality(basis.day, basis.zip5))[0]),
        C.FACILITY: replace(basis, setting="facility"),
        C.FEE_YEAR: replace(basis, day=basis.day - timedelta(365)),
        C.NONPARTICIPATING: replace(basis, participating=False),
    }
    if basis.kind == "MD":
        bases[C.PRACTITIONER_SHARE] = replace(basis, kind="NP")
    for cause, wrong in bases.items():
        unit = fees.unit(wrong)
        if unit is not None:
            yield cause, replace(right, unit=unit)
    yield C.SEQUESTRATION, replace(right, sequestration_percent=0)
    if basis.therapy != "none" and right.assistant_percent == 100:
        yield C.ASSISTANT_EXTRA, replace(right, assistant_percent=85)
    if right.assistant_percent == 85:
        yield C.ASSISTANT_MISSING, replace(right, assistant_percent=100)
    if right.units > 1:
        yield C.UNITS_CUT, replace(right, units=right.units - 1)


def drawn(chance, fees):
    """One line as it is rightly priced: its basis, terms, and our claim."""
    kind, day = chance.choice(("PT", "NP", "MD")), date(2024, 1, 1) + timedelta(chance.randrange(1096))
    code = chance.choice(CODES if day.year > 2024 else CODES[:3])
    therapy = "GP" if kind == "PT" else "none"
    place = chance.choice(("11", "12", "22"))
    setting = "nonfacility" if therapy == "GP" else ""
    basis = Basis(day, code, place, chance.choice(ZIPS), kind, therapy, setting=setting)
    unit, units = fees.unit(basis), chance.choice((1, 1, 2, 3))
    charge = unit * units + chance.choice((-200, 1, 900, 9000))
    assistant = 85 if therapy == "GP" and chance.random() < 0.2 else 100
    right = Terms(unit, units, units, charge, assistant, 20, 2)
    money_of = reckon(right)
    marks = ((therapy,) if therapy != "none" else ()) + (("CQ",) if assistant == 85 else ())
    line = ClaimLine(
        control_number="L1",
        procedure_code=code,
        modifiers=marks,
        units=units,
        charge=money(charge),
        date_of_service=day,
        place_of_service=place,
        allowed_amount=money(money_of.allowed),
        patient_amount=money(money_of.patient),
        medicare_payment=money(money_of.paid + money_of.sequestration),
        medicare_payment_after_sequestration=money(money_of.paid),
    )
    claim = claim_of(line, rendering=Provider("2000000010", "ALDER", "ANN", taxonomy=TAXONOMY[kind]))
    address = replace(claim.billing.address, zip=basis.zip5)
    return basis, right, replace(claim, billing=replace(claim.billing, address=address))


def answered(line, terms, *, tells_allowed):
    told = reckon(terms)
    trios = (
        ("CO", "45", told.contractual + told.assistant),
        ("PR", "1", told.deductible),
        ("PR", "2", told.coinsurance),
        ("CO", "253", told.sequestration),
        ("CO", "151", told.refused),
    )
    return ServicePayment(
        procedure_code=line.procedure_code,
        modifiers=(),
        charge=line.charge,
        paid=money(told.paid),
        units_paid=Decimal(terms.units),
        adjustments=tuple(
            PaidAdjustment(group, carc, money(amount)) for group, carc, amount in trios if amount
        ),
        allowed_amount=money(told.allowed) if tells_allowed else None,
    )


def test_every_mistake_of_the_made_up_payer_is_found_to_the_cent():
    chance, fees, found = random.Random(97550), Fees(), Counter()
    for _ in range(LINES):
        basis, right, claim = drawn(chance, fees)
        (line,) = claim.lines
        cause, wrong = chance.choice(list(mistakes(fees, basis, right)))
        deductible = chance.choice((0, 0, 1000))
        right, wrong = replace(right, deductible=deductible), replace(wrong, deductible=deductible)
        difference = reckon(wrong).paid - reckon(right).paid
        if abs(difference) <= line.units:
            continue
        seen = variance(claim, line, answered(line, wrong, tells_allowed=chance.random() < 0.5))
        assert sum(part.cents for part in seen.parts) == seen.cents
        causes = {part.cause for part in seen.parts} | {seen.patient_cause}
        wanted = {C.UNITS_CUT, C.UNITS_CUT_TO_MUE} if cause is C.UNITS_CUT else {cause}
        assert wanted & {*causes, *seen.also}, (cause, line.procedure_code, line.date_of_service, seen.words)
        # Units that a denial cut are worked as the denial; what the deductible took whole is the patient's.
        if cause is not C.UNITS_CUT and not seen.patient_cents:
            assert abs(seen.work_cents - difference) <= line.units, seen.words
        found[bool(wanted & causes)] += 1
    assert found[True] > LINES * 0.7
    assert found[False] <= MOST_AMBIGUOUS * found[True]


def test_nothing_is_found_where_nothing_is_wrong():
    chance, fees = random.Random(97551), Fees()
    for _ in range(LINES // 2):
        _, right, claim = drawn(chance, fees)
        (line,) = claim.lines
        seen = variance(claim, line, answered(line, right, tells_allowed=True))
        assert (seen.cause, seen.cents, seen.parts) == (C.NONE, 0, ())
