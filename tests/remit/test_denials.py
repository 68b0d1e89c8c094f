"""The knowledge of denials: every code one cause, every cause an owner and a source, and never a wrong appeal."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest

from teachback.book import Account
from teachback.findings import Owner
from teachback.remit import denialpage, denials, tables
from teachback.remit.denials import AdjustmentKind, Outcome, Remedy, cause_of, line_outcome
from teachback.remit.settling import account_of
from teachback.remitdata import PaidAdjustment
from teachback.rules.book import rulebook
from teachback.rules.claimbook import claim_rulebook
from tests.remit.paying import PLAIN_DAY, Price, denied, money, paid_as

CODES = Path(__file__).parents[2] / "src/teachback/codesets/tables/reasons.csv"
KNOWN = denials.knowledge()
DAYS = [date(2023, 6, 1), date(2024, 12, 31), date(2025, 1, 1), PLAIN_DAY]


def code_set(kind):
    with CODES.open(encoding="ascii", newline="") as file:
        return {row["code"] for row in csv.DictReader(file) if row["kind"] == kind}


def test_every_code_of_the_table_is_in_the_code_sets():
    carcs = code_set("CARC")
    assert KNOWN.known <= carcs, KNOWN.known - carcs
    remarks = set().union(*(cause.remarks for cause in KNOWN.causes), KNOWN.unprocessable, KNOWN.no_appeal)
    assert remarks <= code_set("RARC"), remarks - code_set("RARC")


def test_a_code_is_an_amount_or_a_refusal_never_both():
    assert not KNOWN.refusals & {reason.partition("-")[2] for reason in KNOWN.kinds}


ACCOUNTS = {
    AdjustmentKind.CONTRACTUAL: Account.CONTRACTUAL,
    AdjustmentKind.REDUCTION: Account.CONTRACTUAL,
    AdjustmentKind.SEQUESTRATION: Account.SEQUESTRATION,
    AdjustmentKind.DEDUCTIBLE: Account.PATIENT_RECEIVABLE,
    AdjustmentKind.COINSURANCE: Account.PATIENT_RECEIVABLE,
    AdjustmentKind.OTHER_PAYER: Account.OTHER_PAYER,
}


@pytest.mark.parametrize("group", ["CO", "OA", "PR", "PI", "CR", "XX"])
def test_what_the_ledger_keeps_as_denied_is_what_the_worklist_works(group):
    for carc in code_set("CARC") | {"9999"}:
        kind = denials.adjustment_kind(group, carc)
        account = account_of(PaidAdjustment(group, carc, money(1)))
        assert account is ACCOUNTS.get(kind, Account.DENIED), (group, carc, kind)


@pytest.mark.parametrize("day", DAYS)
def test_every_refusal_has_exactly_one_cause_of_its_own_on_every_day(day):
    for carc in set().union(*(cause.codes for cause in KNOWN.causes)):
        plain = [c for c in KNOWN.causes if c.fits(carc, frozenset(), day, "97550")]
        assert len(plain) == 1, (carc, [c.key for c in plain])


def test_causes_are_told_apart_by_one_remark():
    for cause in KNOWN.causes:
        for other in KNOWN.causes:
            if cause is not other and cause.codes & other.codes and cause.key < other.key:
                assert not cause.remarks & other.remarks, (cause.key, other.key)


def test_keys_are_unique_and_every_entry_says_who_and_why():
    keys = [cause.key for cause in KNOWN.causes]
    assert len(keys) == len(set(keys))
    for cause in KNOWN.causes:
        assert re.fullmatch(r"[a-z-]+", cause.key)
        assert cause.owner is not Owner.NOBODY
        assert cause.cites
        assert cause.says.endswith(".")
        assert cause.do.endswith(".")
    for status in KNOWN.statuses.values():
        assert status.says.endswith(".")


def test_every_source_of_this_room_is_used_and_stands_in_one_bibliography():
    text = "".join((tables.ROOM / name).read_text("utf-8") for name in ("denials.toml", "deadlines.toml"))
    tables.bibliography()
    for key in tables.read("sources"):
        assert f'"{key}' in text, key


def edits():
    for book in (rulebook(), claim_rulebook()):
        for rule in book.rules:
            if rule.prevents:
                yield rule.code, rule.prevents


def test_every_finding_that_prevents_a_denial_is_named_by_a_cause_of_that_denial():
    for finding, carc in edits():
        named = {code for cause in KNOWN.causes if carc in cause.codes for code in cause.findings}
        assert finding in named, (finding, carc)


def test_every_finding_that_is_named_exists():
    for code in {f for cause in KNOWN.causes for f in cause.findings} | {
        f for status in KNOWN.statuses.values() for f in status.findings
    }:
        assert code in denials.finding_names()


def test_what_would_have_prevented_a_missing_modifier():
    found = denials.prevented_by("4", ["N822"])
    assert ("M101", "therapy-modifier-missing") in {(p.code, p.name) for p in found}
    assert denials.prevented_by("9999") == ()


@pytest.mark.parametrize(
    ("carc", "remarks", "key"),
    [
        ("4", [], "therapy-modifier"),
        ("16", [], "claim-data"),
        ("16", ["N286", "MA130"], "referring-provider"),
        ("16", ["N290"], "rendering-provider"),
        ("16", ["M77"], "place-of-service"),
        ("16", ["M76"], "diagnosis-data"),
        ("16", ["M53"], "units-data"),
        ("50", ["N115"], "not-necessary"),
        ("97", [], "bundled-other"),
        ("97", ["M15"], "bundled"),
        ("97", ["N70"], "consolidated-billing"),
        ("236", [], "edit-pair"),
        ("151", [], "frequency"),
        ("151", ["N362"], "units-over-limit"),
        ("222", [], "units-contract"),
        ("B15", [], "addon-without-primary"),
        ("107", [], "addon-without-primary"),
        ("119", [], "therapy-threshold"),
        ("B7", [], "not-eligible-on-date"),
        ("170", [], "practitioner-not-eligible"),
        ("185", [], "practitioner-not-eligible"),
        ("8", [], "practitioner-not-eligible"),
        ("5", [], "place-inconsistent"),
        ("22", ["MA04"], "other-payer-primary"),
        ("109", [], "other-plan"),
        ("24", [], "other-plan"),
        ("B20", [], "furnished-by-another"),
        ("18", ["N522"], "duplicate"),
        ("29", ["N211"], "too-late"),
        ("96", ["N425"], "excluded"),
        ("96", ["N428"], "place-of-service"),
        ("109", ["N106"], "consolidated-billing"),
        ("A2", [], "taken-off"),
        ("181", [], "code-not-effective"),
        ("182", [], "therapy-modifier"),
        ("11", [], "diagnosis-inconsistent"),
        ("133", [], "pending"),
        ("9999", [], "unknown"),
        ("A1", [], "see-remark"),
    ],
)
def test_the_dossiers_map_of_denials(carc, remarks, key):
    assert cause_of(carc, remarks, day=PLAIN_DAY, procedure="97550").key == key


def test_telehealth_was_not_payable_in_2024_and_may_be_corrected_after():
    assert cause_of("58", day=date(2024, 12, 31)).remedy is Remedy.PROPOSE_WRITE_OFF
    assert cause_of("58", day=date(2025, 1, 1)).remedy is Remedy.CORRECT


def test_group_codes_were_bundled_until_2023_and_only_they():
    assert cause_of("97", day=date(2023, 12, 31), procedure="96202").key == "code-bundled"
    assert cause_of("97", day=date(2024, 1, 1), procedure="96202").key == "bundled-other"
    assert cause_of("97", day=date(2023, 12, 31), procedure="97110").key == "bundled-other"


@pytest.mark.parametrize(
    ("group", "carc", "kind"),
    [
        ("CO", "45", AdjustmentKind.CONTRACTUAL),
        ("PR", "45", AdjustmentKind.PATIENT),
        ("CO", "253", AdjustmentKind.SEQUESTRATION),
        ("PR", "1", AdjustmentKind.DEDUCTIBLE),
        ("PR", "2", AdjustmentKind.COINSURANCE),
        ("PR", "3", AdjustmentKind.COINSURANCE),
        ("OA", "45", AdjustmentKind.UNKNOWN),
        ("CO", "2", AdjustmentKind.UNKNOWN),
        ("OA", "23", AdjustmentKind.OTHER_PAYER),
        ("CO", "237", AdjustmentKind.REDUCTION),
        ("CO", "50", AdjustmentKind.DENIAL),
        ("PR", "50", AdjustmentKind.DENIAL),
        ("CO", "9999", AdjustmentKind.UNKNOWN),
        ("", "", AdjustmentKind.UNKNOWN),
    ],
)
def test_the_kind_of_an_adjustment(group, carc, kind):
    assert denials.adjustment_kind(group, carc) is kind


def zero(*trios, charge=200):
    return paid_as(Price()).__class__(
        procedure_code="97550",
        modifiers=(),
        charge=money(charge * 100),
        paid=money(0),
        adjustments=tuple(PaidAdjustment(group, carc, money(amount * 100)) for group, carc, amount in trios),
    )


@pytest.mark.parametrize(
    ("payment", "outcome"),
    [
        (paid_as(Price()), Outcome.PAID),
        (paid_as(Price(deductible=28300)), Outcome.DEDUCTIBLE),
        (denied(Price(), "CO", "50"), Outcome.DENIED),
        (denied(Price(), "PR", "96"), Outcome.DENIED),
        (zero(charge=0), Outcome.NOTHING_DUE),
        (zero(("PR", "100", 200)), Outcome.PATIENT_ONLY),
        (zero(("CO", "45", 150), ("OA", "23", 50)), Outcome.OTHER_PAYER),
        (zero(("CO", "45", 150), ("PR", "1", 30), ("CO", "151", 20)), Outcome.REDUCED),
        (zero(("CO", "9999", 200)), Outcome.UNKNOWN),
        (zero(("CO", "45", 200)), Outcome.UNKNOWN),
        (zero(), Outcome.UNKNOWN),
    ],
)
def test_the_ways_in_which_nothing_is_paid_are_kept_apart(payment, outcome):
    assert line_outcome(payment) is outcome


def test_a_reversal_and_an_unread_amount_are_outcomes_of_their_own():
    assert line_outcome(paid_as(Price()), reversal=True) is Outcome.REVERSED
    unread = zero()
    assert line_outcome(unread.__class__("97550", (), None, None)) is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("codes", "key"),
    [
        (["562"], "provider-number"),
        (["21", "562"], "provider-number"),
        (["21"], "claim-data"),
        (["33"], "patient-identity"),
        (["453"], "therapy-modifier"),
        (["54"], "duplicate"),
    ],
)
def test_the_cause_of_a_rejection(codes, key):
    assert denials.status_cause(codes).key == key


def test_a_status_that_is_not_known_has_no_cause():
    assert denials.status_cause(["9999"]) is None


def test_the_reference_page_is_what_the_knowledge_says():
    page = (Path(__file__).parents[2] / "docs/reference/denials.md").read_text("utf-8")
    assert page == denialpage.page(), "write it anew: make docs"


def test_the_page_names_every_cause_code_and_finding():
    page = denialpage.page()
    for cause in KNOWN.causes:
        assert f"**{cause.key}**" in page
    for code in KNOWN.known | KNOWN.statuses.keys():
        assert re.search(rf"\b{code}\b", page), code
