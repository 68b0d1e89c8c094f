"""Institutional claims: one a month, with the plan's occurrence codes and the certifier as attending."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from teachback.claim.practice import practice_from
from teachback.claim.roster import Known
from teachback.model import ClaimForm, Discipline, PlanKind
from teachback.synthetic.people import CERTIFIERS, TEAM
from tests.claim.made import DAY, NP, built, names, patient, raw, session

OT = TEAM[2].practitioner


def practice(**place):
    tables = raw()
    for receiver in list(tables["receivers"]):
        tables["receivers"].append({**receiver, "id": receiver["id"] + "A", "form": "institutional"})
    tables["places"].append({**tables["places"][0], "id": "ward", "place_of_service": "22", **place})
    return practice_from(tables)


def visit(number=1, day=DAY, **facts):
    facts = {"type_of_bill": "131", "place_of_service": "22", "claim_form": ClaimForm.INSTITUTIONAL} | facts
    return session(number, day, **facts)


def ot_patient(**facts):
    made = patient()
    return replace(made, plan=replace(made.plan, discipline=Discipline.OT), **facts)


def test_a_month_is_one_claim():
    days = (DAY, DAY + timedelta(days=2), date(2026, 5, 4))
    result = built(*(visit(n, day) for n, day in enumerate(days)), practice=practice())
    assert not result.kept_back
    assert [len(claim.lines) for claim in result.claims] == [4, 2]
    april = result.claims[0].institutional
    assert (april.type_of_bill, april.statement_from, april.statement_through) == ("131", days[0], days[1])
    assert april.attending.npi == CERTIFIERS[0]
    assert april.patient_status == "01"
    started = DAY - timedelta(days=20)
    assert [(code.code, code.on) for code in april.occurrences][:2] == [("29", started), ("35", started)]
    assert result.claims[0].filing_indicator == "MA"
    assert {line.revenue_code for line in result.claims[0].lines} == {"0420"}
    assert result.claims[0].referring is None


def test_two_disciplines_share_the_month_with_both_certifiers():
    both = (visit(), visit(2, DAY, who=OT, patients=(ot_patient(certifying_npi=CERTIFIERS[1]),)))
    (claim,) = built(*both, practice=practice()).claims
    assert {line.revenue_code for line in claim.lines} == {"0420", "0430"}
    assert {code.code for code in claim.institutional.occurrences} == {"17", "29", "35", "44"}
    assert claim.institutional.attending.npi == CERTIFIERS[0]
    assert claim.referring.npi == CERTIFIERS[1]
    assert claim.rendering is None
    assert {line.rendering.npi for line in claim.lines} == {OT.npi, visit().practitioner.npi}


def test_a_month_that_is_not_over_waits_unless_treatment_ended():
    running = visit(day=date(2026, 5, 20))
    assert names(built(running, practice=practice(), today=date(2026, 5, 30))) == ["month-not-over"]
    ended = {("S001", "P001", "F115")}
    assert built(running, practice=practice(), today=date(2026, 5, 30), settled=ended).claims


def test_what_only_an_institutional_claim_lacks_is_told():
    bare = patient()
    undated = replace(bare, plan=replace(bare.plan, first_treatment=None))
    assert "plan-dates-missing" in names(built(visit(patients=(undated,)), practice=practice()))
    assert names(built(visit(type_of_bill=None), practice=practice())) == ["bill-type-missing"]
    assert built(visit(type_of_bill=None), practice=practice(type_of_bill="0131")).claims


def test_the_onset_of_the_roster_is_occurrence_11():
    people = {"P001": Known("P001", onset=date(2026, 2, 1))}
    (claim,) = built(visit(), practice=practice(), people=people).claims
    assert ("11", date(2026, 2, 1)) in [(code.code, code.on) for code in claim.institutional.occurrences]


def test_a_line_outside_therapy_takes_the_places_revenue_code():
    made = patient()
    plain = replace(
        made, plan=replace(made.plan, kind=PlanKind.TREATMENT, discipline=None), certifying_npi=None
    )
    by_nurse = visit(who=NP, patients=(plain,))
    assert names(built(by_nurse, practice=practice())) == ["revenue-code-unclear"]
    (claim,) = built(by_nurse, practice=practice(revenue_code="0510")).claims
    assert {line.revenue_code for line in claim.lines} == {"0510"}
    assert claim.institutional.attending.npi == NP.npi
    assert claim.institutional.occurrences == ()
