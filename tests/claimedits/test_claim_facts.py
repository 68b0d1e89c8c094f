"""Facts of claim lines against those of crossing, and answers that no order changes, on generated claims."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from teachback.claimedits import ClaimEditor, edits_of
from teachback.claimedits.codes import Periods, pair_partners, training_codes
from teachback.claimedits.rows import DateLaw, Dates, rows_of
from teachback.crossing import linelaw
from teachback.crossing.lines import line_facts
from teachback.law import MEDICARE
from teachback.rules.book import law
from teachback.rules.claim_vocabulary import OwnPrimary
from teachback.rules.claimbook import claim_rulebook
from tests.claimedits.making import claim

LAW = law()
CODES = sorted(linelaw.training_codes(LAW))
OTHERS = ["97110", "36591", "99406", "96523", "99213"]
TAXONOMIES = ["225100000X", "225X00000X", "363L00000X", "103TC0700X", "", "225200000X"]
MARKS = ["GP", "GO", "KX", "59", "XU", "76", "CQ", "GA", "25", "93"]
RECEIVED = date(2026, 12, 1)

lines = st.builds(
    lambda code, units, marks, when, who: " ".join(
        [code, f"x{units}", *marks, when.isoformat(), *([f"npi{who}"] if who else [])]
    ),
    st.sampled_from(CODES + OTHERS),
    st.integers(1, 4),
    st.lists(st.sampled_from(MARKS), max_size=3, unique=True),
    st.sampled_from(
        [date(2023, 12, 31), date(2024, 1, 1), date(2026, 4, 14), date(2026, 4, 14), date(2026, 7, 1)]
    ),
    st.sampled_from(["", "", "2300000017"]),
)
changes = st.fixed_dictionaries(
    {
        "lines": st.lists(lines, min_size=1, max_size=5),
        "member": st.sampled_from(["1SA0WP0XY00", "1SA0WP0XY00", "1SA0WP0XY01"]),
        "taxonomy": st.sampled_from(TAXONOMIES),
        "place": st.sampled_from(["11", "11", "12", "10", "77"]),
        "referring": st.booleans(),
        "frequency": st.sampled_from(["1", "1", "1", "8"]),
    }
)
books = st.lists(changes, min_size=1, max_size=5).map(
    lambda several: [claim(number, **one) for number, one in enumerate(several)]
)


def crossed(claims):
    """What crossing finds for the lines of the claims, by control number; void claims hold no final lines."""
    rows = [
        {
            "line_id": line.control_number,
            "patient_id": made.beneficiary.member_id,
            "practitioner_npi": (line.rendering or made.rendering).npi,
            "date_of_service": line.date_of_service,
            "procedure_code": line.procedure_code,
            "modifiers": ";".join(line.modifiers),
            "units": line.units,
            "place_of_service": line.place_of_service or made.place_of_service,
        }
        for made in claims
        if made.frequency_code != "8"
        for line in made.lines
    ]
    return {row["line_id"]: row for row in line_facts(pl.DataFrame(rows)).to_dicts()} if rows else {}


@given(books)
@settings(max_examples=150, deadline=None)
def test_facts_are_those_of_crossing(claims):
    theirs = crossed(claims)
    dates = Dates([row for number, made in enumerate(claims) for row in rows_of(made, number, LAW)], LAW)
    assert len(dates.rows) == len(theirs)
    for row in dates.rows:
        line = claims[row.claim].lines[row.line]
        want = theirs[line.control_number]
        statute = DateLaw(LAW.on(row.day))
        assert (row.known.training.value if row.known else "other") == want["family"]
        indicators = [LAW.on(row.day).value("pair_indicator", pair) for pair in dates.pairs_of(row)]
        column_two = any(found and found["practitioner"] in {"0", "1"} for found in indicators)
        assert column_two == (want["ncci_column"] == 2 and want["ncci_pair"] is not None)
        if row.known is None:
            continue
        got = dates.facts(row, row.known, statute)
        assert got["same_day_units"] == want["same_day_units"]
        assert (got["own_primary_on_date"] is OwnPrimary.ABSENT) == want["addon_without_primary"]
        assert (got["own_primary_on_date"] is OwnPrimary.OTHER_FAMILY) == want["addon_wrong_primary"]
        assert got["primary_stands_twice"] == want["primary_twice"]
        assert got["pair_on_date"] == (want["ncci_pair"] is not None)
        assert got["families_on_date"] == want["several_families_same_day"]
        assert got["individual_and_group"] == want["individual_and_group_same_day"]
        if got["on_another_claim"]:
            assert want["duplicate"]


@given(st.lists(changes, min_size=2, max_size=5))
@settings(max_examples=60, deadline=None)
def test_a_duplicate_on_claims_of_one_line_is_crossings(several):
    claims = [claim(n, **{**one, "lines": one["lines"][:1]}) for n, one in enumerate(several)]
    theirs = crossed(claims)
    dates = Dates([row for number, made in enumerate(claims) for row in rows_of(made, number, LAW)], LAW)
    for row in dates.rows:
        if row.known is not None and row.day >= date(2024, 1, 1):
            want = theirs[claims[row.claim].lines[row.line].control_number]["duplicate"]
            got = dates.facts(row, row.known, DateLaw(LAW.on(row.day)))["on_another_claim"]
            assert got == want


def told(claims, found):
    """Findings by the control numbers of claim and line, so that claims can be compared in any order."""
    return sorted(
        (
            claims[f.claim].control_number,
            "" if f.line is None else claims[f.claim].lines[f.line].control_number,
            f.finding.code,
            f.finding.severity.value,
            f.finding.message,
            f.element,
        )
        for f in found
    )


@given(books, st.randoms())
@settings(max_examples=100, deadline=None)
def test_the_order_of_claims_and_lines_never_changes_an_answer(claims, chance):
    found = edits_of(claims, received=RECEIVED)
    shuffled = list(claims)
    chance.shuffle(shuffled)
    shuffled = [replace(made, lines=tuple(chance.sample(made.lines, len(made.lines)))) for made in shuffled]
    assert told(shuffled, edits_of(shuffled, received=RECEIVED)) == told(claims, found)
    assert found == sorted(found, key=lambda f: f.order)


@given(books)
@settings(max_examples=100, deadline=None)
def test_a_claim_alone_is_answered_alike_by_a_fresh_editor_and_by_a_used_one(claims):
    used = ClaimEditor(received=RECEIVED)
    for made in claims:
        used.alone(made)
    for made in claims:
        fresh = ClaimEditor(received=RECEIVED)
        assert list(used.alone(made)) == list(fresh.alone(made))
        unsettled = [f for f in fresh.alone(made) if not f.settled]
        assert fresh.together([made]) == unsettled


@given(books)
@settings(max_examples=100, deadline=None)
def test_two_passes_of_a_checker_find_what_is_found_together(claims):
    """Settled findings of each claim alone, and the rest of those claims that are connected by a date."""
    editor = ClaimEditor(received=RECEIVED)
    days = defaultdict(set)
    for number, made in enumerate(claims):
        for day in editor.days(made):
            days[day].add(number)
    shared = sorted(set().union(*(several for several in days.values() if len(several) > 1), set()))
    found = []
    for number, made in enumerate(claims):
        found += [replace(f, claim=number) for f in editor.alone(made) if f.settled or number not in shared]
    found += [replace(f, claim=shared[f.claim]) for f in editor.together([claims[n] for n in shared])]
    assert told(claims, found) == told(claims, edits_of(claims, received=RECEIVED))


def test_codes_and_pairs_are_those_of_crossing():
    theirs = linelaw.training_codes(LAW)
    ours = training_codes(LAW)
    assert set(theirs) == set(ours)
    for code, other in theirs.items():
        mine = ours[code]
        assert (mine.training.value, mine.is_addon, mine.is_group, mine.own_primary) == (
            other.family,
            other.addon,
            other.grouped,
            other.primary,
        )
    keys = {key for _, key in LAW.parameters["pair_indicator"].values}
    assert {f"{one}/{two}" for two, firsts in pair_partners(LAW).items() for one in firsts} == keys


def test_periods_are_constant():
    book = claim_rulebook()
    periods = Periods.of(book)
    names = {name for rule in book.rules for name in rule.law}
    day = date(2023, 11, 1)
    while day < date(2028, 2, 1):
        first = periods.first(day)
        assert first <= day
        for name in names:
            for _, key in LAW.parameters[name].values:
                assert LAW.find(name, key, day, MEDICARE) is LAW.find(name, key, first, MEDICARE), (name, day)
        day += timedelta(7)


@pytest.mark.parametrize("day", [date(1, 1, 1), date(1899, 5, 5), date(9999, 12, 31), date(9998, 1, 1)])
def test_no_date_is_too_strange(day):
    for form in ("professional", "institutional"):
        found = edits_of([claim(0, date=day, form=form)], received=RECEIVED)
        assert {f.finding.code for f in found} & {"C101", "U114"}


def test_days_are_named_alike_in_every_run_and_empty_where_nobody_is_named():
    assert ClaimEditor.days(claim(0)) == ClaimEditor.days(claim(1))
    assert ClaimEditor.days(claim(0, member="1sa0wp0xy00 ")) == ClaimEditor.days(claim(1))
    assert ClaimEditor.days(claim(0)) != ClaimEditor.days(claim(0, member="1SA0WP0XY01"))
    assert ClaimEditor.days(claim(0, member="")) == ()
    assert ClaimEditor.days(claim(0, frequency="8")) == ()
    assert 0 <= ClaimEditor.days(claim(0))[0] < 2**63


def test_claims_without_a_member_id_are_never_taken_for_one_patient():
    found = edits_of([claim(0, member=""), claim(1, member="")], received=date(2026, 4, 20))
    assert found == []


def test_kinds_given_beat_the_taxonomy():
    from teachback.model import PractitionerKind

    made = claim(0)
    kinds = {made.rendering.npi: PractitionerKind.DC}
    codes = {f.finding.code for f in edits_of([made], received=date(2026, 4, 20), kinds=kinds)}
    assert "B101" in codes


def test_messages_hold_no_name_and_no_identifier():
    made = claim(0, lines=["97551 x9 GO KX GA 25 59 0.01 pos77"], referring=False, assignment=False)
    for found in edits_of([made, made], received=date(2028, 1, 1)):
        text = f"{found.finding.message} {found.finding.remedy}"
        for secret in ("Hale", "Iris", "1SA0WP0XY00", "2300000009", "Moss", "1948"):
            assert secret not in text


odd = st.sampled_from(["", " ", "97551", "9755", "97550 ", "g0541", "\x00", "é" * 40, "0", "XX", "GP", "gp"])


@given(
    st.lists(st.tuples(odd, st.lists(odd, max_size=6), st.integers(-5, 10**12), odd, odd), max_size=4),
    odd,
    odd,
    st.booleans(),
    st.dates(),
)
@settings(max_examples=150, deadline=None)
def test_no_claim_is_too_odd(lines, text, other, institutional, day):
    """Whatever was read, an answer comes, and the same one twice."""
    made = claim(0, date=day, form="institutional" if institutional else "professional", taxonomy=text)
    first = made.lines[0]
    made = replace(
        made,
        place_of_service=text,
        frequency_code=other,
        billing=replace(made.billing, address=replace(made.billing.address, zip=other)),
        beneficiary=replace(made.beneficiary, member_id=text),
        rendering=replace(made.rendering, npi=other),
        institutional=replace(made.institutional, type_of_bill=other) if institutional else None,
        lines=tuple(
            replace(
                first,
                procedure_code=code,
                modifiers=tuple(marks),
                units=units,
                place_of_service=place,
                revenue_code=revenue,
            )
            for code, marks, units, place, revenue in lines
        ),
    )
    editor = ClaimEditor(received=RECEIVED)
    assert list(editor.alone(made)) == list(editor.alone(made))
    assert edits_of([made, made], received=RECEIVED) == edits_of([made, made], received=RECEIVED)


def test_a_hostile_book_does_not_fill_the_memory(monkeypatch):
    from teachback.claimedits import editor as room
    from teachback.claimedits import judging, pricing

    monkeypatch.setattr(room, "MOST_SHAPES", 20)
    monkeypatch.setattr(room, "MOST_DATES", 20)
    monkeypatch.setattr(judging, "MOST_KEPT", 20)
    monkeypatch.setattr(pricing, "MOST_KEPT", 20)
    used = ClaimEditor(received=RECEIVED)
    for number in range(100):
        made = claim(0, lines=[f"97551 x{number} GP"], zip=f"85{number:03}", taxonomy=f"{number}")
        made = replace(
            made, lines=(replace(made.lines[0], date_of_service=date(2026, 1, 1) + timedelta(number)),)
        )
        assert "C104" in {f.finding.code for f in used.alone(made)}
    assert len(used._shapes) <= 20
    assert len(used._whens) <= 20
    assert len(used._taxonomies) <= 20
    assert len(used._judge._kept) <= 20
    assert len(used._prices._units) <= 20
