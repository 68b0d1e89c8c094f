"""From assessments to claims: what stands together, what a claim names, and what keeps a session off."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from decimal import Decimal

import pytest

from teachback.claim.build import occurrences
from teachback.claim.practice import practice_from
from teachback.claim.roster import Known
from teachback.claimdata import PayerOrder
from teachback.model import Answer, Modality, Plan, PlanKind, Sex, Training
from teachback.synthetic.people import CERTIFIERS
from tests.claim.made import DAY, MD, NP, PT, PT_NY, built, names, patient, raw, session


def test_a_clean_session_becomes_one_claim():
    result = built(session())
    (claim,) = result.claims
    assert not result.kept_back
    assert [(line.procedure_code, line.units, line.charge) for line in claim.lines] == [
        ("97550", 1, Decimal("110.00")),
        ("97551", 1, Decimal("55.00")),
    ]
    assert claim.charge == Decimal("165.00")
    assert claim.lines[0].modifiers == ("GP",)
    assert claim.lines[0].allowed_amount == Decimal("52.14")
    assert claim.diagnoses == ("I69354", "Z741")
    assert claim.lines[0].diagnosis_pointers == (1, 2)
    assert (claim.payer_order, claim.filing_indicator, claim.frequency_code) == (
        PayerOrder.PRIMARY,
        "MB",
        "1",
    )
    assert claim.insurance_type is None
    assert claim.accepts_assignment
    assert claim.lines[0].sessions == ("S001",)


def test_names_come_from_the_practice_file():
    (claim,) = built(session()).claims
    assert claim.billing.provider.name == "Willow Lane Rehab of Arizona"
    assert (claim.rendering.npi, claim.rendering.name, claim.rendering.taxonomy) == (
        PT.npi,
        "Larkspurne",
        "225100000X",
    )
    assert (claim.referring.npi, claim.referring.name) == (CERTIFIERS[0], "Cindermoor")
    assert (claim.beneficiary.last_name, claim.beneficiary.first_name, claim.beneficiary.middle_name) == (
        "Alderwick",
        "Beatriz",
        "M",
    )
    assert claim.payer.payer_id == "03102"


def test_the_place_is_named_only_where_it_is_not_the_billing_address():
    (office,) = built(session()).claims
    assert office.service_facility is None
    (home,) = built(session(place_of_service="12", locality=None, zip="85013")).claims
    assert home.service_facility.address.line == "77 Mesquite Court"
    assert home.place_of_service == "12"


def test_who_bills_under_the_own_npi_is_not_named_again():
    (claim,) = built(behavior(MD)).claims
    assert claim.rendering is None
    assert claim.billing.provider.npi == MD.npi
    assert claim.billing.provider.is_person
    assert not claim.billing.participating


def behavior(who, number=1, **facts):
    plan = Plan(PlanKind.TREATMENT, established=date(2026, 1, 5), goals=("Fewer falls",))
    facts = {"training": Training.BEHAVIOR, "locality": "13202-01", "minutes": 30} | facts
    return session(number, who=who, patients=(patient(plan=plan, goals_addressed=("Fewer falls",)),), **facts)


def test_no_referrer_is_named_outside_a_therapy_plan():
    (claim,) = built(behavior(NP, locality="03102-00")).claims
    assert claim.lines[0].modifiers == ()
    assert claim.referring is None


def test_dates_of_one_patient_and_practitioner_stand_on_one_claim_in_order():
    later = session(2, DAY + timedelta(days=7))
    (claim,) = built(later, session()).claims
    assert [(line.date_of_service, line.procedure_code) for line in claim.lines] == [
        (DAY, "97550"),
        (DAY, "97551"),
        (DAY + timedelta(days=7), "97550"),
        (DAY + timedelta(days=7), "97551"),
    ]


@pytest.mark.parametrize(
    "other",
    [
        session(2, DAY + timedelta(days=1), place_of_service="12", locality=None, zip="85013"),
        session(2, DAY + timedelta(days=1), patients=(patient(2),)),
        session(2, DAY + timedelta(days=1), patients=(patient(certifying_npi=CERTIFIERS[1]),)),
        session(2, DAY + timedelta(days=1), who=PT_NY, locality="13202-01"),
        behavior(NP, 2, locality="03102-00", day=DAY + timedelta(days=1)),
        session(2, DAY - timedelta(days=200), patients=(patient(day=DAY - timedelta(days=200)),)),
    ],
    ids=["place", "patient", "referrer", "group", "practitioner", "fiscal year"],
)
def test_what_differs_stands_on_claims_of_its_own(other):
    result = built(session(), other, today=date(2026, 6, 2))
    assert not result.kept_back
    assert len(result.claims) == 2


def test_an_unassigned_session_stands_on_its_own_claim():
    nonpar = replace(MD, participating=False, assignment=False)
    cheap = behavior(nonpar)
    cheap = replace(cheap, patients=(replace(cheap.patients[0], charge=(("G0539", Decimal("50.00")),)),))
    (claim,) = built(cheap).claims
    assert not claim.accepts_assignment


def test_an_unassigned_charge_above_the_limiting_charge_waits():
    assert names(built(behavior(replace(MD, assignment=False)))) == ["charge-over-limit"]


def test_sessions_of_one_date_share_their_lines():
    first = session(1, minutes=25, start_time=time(9), end_time=time(9, 25))
    second = session(2, minutes=20, start_time=time(13), end_time=time(13, 20))
    (claim,) = built(second, first).claims
    assert [(line.procedure_code, line.sessions) for line in claim.lines] == [
        ("97550", ("S001", "S002")),
        ("97551", ("S001", "S002")),
    ]


def test_a_hold_on_one_of_them_keeps_both_back():
    first = session(1, minutes=25, start_time=time(9), end_time=time(9, 25))
    second = session(
        2, minutes=20, start_time=time(13), end_time=time(13, 20), patients=(patient(need=None),)
    )
    result = built(first, second)
    assert not result.claims
    assert {back.session_id for back in result.kept_back} == {"S001", "S002"}
    assert "need-not-documented" in names(result)


def test_the_order_of_the_input_changes_nothing():
    many = [session(n, DAY + timedelta(days=n), patients=(patient(n % 3 + 1),)) for n in range(1, 8)]
    assert built(*many).claims == built(*reversed(many)).claims


def test_treated_conditions_stand_before_context_codes_and_four_are_pointed_to():
    codes = ("Z74.1", "i69.354", "M62.81", "R26.2", "G20.A1", "R26.2")
    (claim,) = built(session(patients=(patient(diagnoses=codes),))).claims
    assert claim.diagnoses == ("I69354", "M6281", "R262", "G20A1", "Z741")
    assert claim.lines[0].diagnosis_pointers == (1, 2, 3, 4)


def test_more_than_twelve_diagnoses_make_two_claims():
    codes = [f"M{number}.0" for number in range(10, 30)]
    one = session(1, patients=(patient(diagnoses=tuple(codes[:8])),))
    two = session(2, DAY + timedelta(days=1), patients=(patient(diagnoses=tuple(codes[8:16])),))
    claims = built(one, two).claims
    assert [len(claim.diagnoses) for claim in claims] == [8, 8]


def test_a_session_with_thirteen_diagnoses_waits():
    codes = tuple(f"M{number}.0" for number in range(10, 23))
    assert names(built(session(patients=(patient(diagnoses=codes),)))) == ["diagnoses-too-many"]


def test_more_than_fifty_lines_make_two_claims_and_occurrences_stay_whole():
    days = [DAY + timedelta(days=n) for n in range(30)]
    many = [session(n, day, patients=(patient(day=DAY + timedelta(days=10)),)) for n, day in enumerate(days)]
    result = built(*many, today=date(2026, 8, 1))
    assert [len(claim.lines) for claim in result.claims] == [50, 10]
    assert all(claim.lines[0].procedure_code == "97550" for claim in result.claims)


def test_all_missing_facts_of_a_patient_are_named_at_once():
    bare = patient(name=None, sex=None, birth_date=None, address=None)
    result = built(session(patients=(bare,)))
    (reason,) = result.kept_back[0].reasons
    assert reason.name == "patient-data-missing"
    for word in ("name", "birth date", "sex", "address"):
        assert word in reason.message


def test_the_roster_completes_a_patient():
    bare = patient(name=None, sex=None, birth_date=None, address=None, mbi=None)
    known = Known("P001", "Alderwick", "Beatriz", None, "Jr", date(1944, 5, 6), Sex.F)
    known = replace(
        known, line="77 Mesquite Court", city="Phoenix", state="AZ", zip="850131234", mbi="1SG4TE5MK01"
    )
    result = built(session(patients=(bare,)), people={"P001": known})
    assert not result.kept_back
    assert result.claims[0].beneficiary.address.zip == "850131234"
    assert result.claims[0].beneficiary.suffix == "Jr"


def test_records_that_contradict_each_other_wait():
    other = session(2, DAY + timedelta(days=1), patients=(patient(birth_date=date(1945, 5, 6), sex=Sex.M),))
    result = built(session(), other)
    assert names(result) == ["patient-data-differ"]
    assert "birth date, sex" in result.kept_back[0].reasons[0].message


def test_one_medicare_number_under_two_patients_is_not_claimed():
    twin = replace(patient(2), mbi=patient(1).mbi)
    assert "medicare-number-shared" in names(
        built(session(), session(2, DAY + timedelta(1), patients=(twin,)))
    )


def test_a_made_up_number_goes_to_test_receivers_only():
    tables = raw()
    tables["receivers"][0]["test"] = False
    assert names(built(session(), practice=practice_from(tables))) == ["made-up-beneficiary"]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda t: t["practitioners"].pop(0), "practitioner-not-listed"),
        (lambda t: t["practitioners"][0].update(type="OT"), "practitioner-differs"),
        (lambda t: t["practitioners"][0].update(groups=["arizona", "new-york"]), None),
        (lambda t: t["places"].pop(0), "place-unclear"),
        (lambda t: t["receivers"].pop(0), "receiver-unclear"),
        (lambda t: t["receivers"].append(dict(t["receivers"][0])), "receiver-unclear"),
        (lambda t: t["referrers"].pop(0), "certifier-not-listed"),
        (lambda t: t.pop("fee_schedule"), "charge-missing"),
        (lambda t: t["groups"][0].update(participating=False), "participation-differs"),
    ],
)
def test_what_the_practice_file_lacks_is_told(change, name):
    tables = raw()
    change(tables)
    result = built(session(), practice=practice_from(tables))
    assert names(result) == ([name] if name else [])


def test_a_practitioner_of_several_groups_needs_something_that_decides():
    tables = raw()
    tables["practitioners"][0]["groups"] = ["arizona", "new-york"]
    tables["places"][0]["address"]["line"] = "99 Elsewhere Road"
    practice = practice_from(tables)
    assert names(built(session(), practice=practice)) == ["group-unclear"]
    assert built(session(), practice=practice, group="arizona").claims
    tables["places"][0]["group"] = "new-york"
    (claim,) = built(session(), practice=practice_from(tables)).claims
    assert claim.billing.provider.name == "Willow Lane Rehab of New York"
    assert claim.service_facility.name == "Willow Lane Phoenix office"


def test_two_places_with_one_code_are_told_apart_by_zip():
    tables = raw()
    second = {**tables["places"][0], "id": "tempe"}
    second["address"] = {**second["address"], "line": "4 Ocotillo Way", "city": "Tempe", "zip": "85281-3301"}
    tables["places"].append(second)
    practice = practice_from(tables)
    assert names(built(session(), practice=practice)) == ["place-unclear"]
    (claim,) = built(session(locality=None, zip="85281"), practice=practice).claims
    assert claim.service_facility.address.city == "Tempe"


def test_telehealth_is_given_from_the_office_of_the_locality():
    far = session(place_of_service="10", modality=Modality.AUDIO_VIDEO)
    (claim,) = built(far).claims
    assert claim.place_of_service == "10"
    assert claim.service_facility is None


def test_telehealth_from_several_offices_is_decided_by_the_zip_of_the_session():
    tables = raw()
    second = {**tables["places"][0], "id": "tempe"}
    second["address"] = {**second["address"], "line": "4 Ocotillo Way", "city": "Tempe", "zip": "85281-3301"}
    tables["places"].append(second)
    practice = practice_from(tables)
    far = session(place_of_service="10", modality=Modality.AUDIO_VIDEO)
    assert names(built(replace(far, zip=None), practice=practice)) == ["place-unclear"]
    assert names(built(replace(far, zip="85999"), practice=practice)) == ["place-unclear"]
    (claim,) = built(replace(far, zip="85281-3301"), practice=practice).claims
    assert claim.service_facility.address.city == "Tempe"


def test_the_charge_in_force_on_the_day_is_taken():
    tables = raw()
    tables["fee_schedule"].append({"procedure_code": "97550", "charge": "120.00", "from": date(2026, 4, 14)})
    practice = practice_from(tables)
    early = session(2, DAY - timedelta(days=1))
    (claim,) = built(session(), early, practice=practice).claims
    assert [line.charge for line in claim.lines if line.procedure_code == "97550"] == [
        Decimal("110.00"),
        Decimal("120.00"),
    ]


def test_the_own_charge_of_a_session_goes_before():
    own = patient(charge=(("97550", Decimal("99.00")),))
    (claim,) = built(session(patients=(own,))).claims
    assert claim.lines[0].charge == Decimal("99.00")


def test_a_session_with_errors_is_told_with_its_findings_only():
    result = built(session(patients=(patient(present=True, name=None),)))
    assert names(result) == ["patient-present"]


def test_a_held_session_is_told_what_else_a_claim_lacks():
    result = built(session(patients=(patient(need=None, sex=None),)))
    assert names(result) == ["need-not-documented", "patient-data-missing"]


def test_a_settled_hold_is_claimed_and_others_are_not():
    held = session(minutes=90, start_time=time(8), end_time=time(9, 30))
    assert names(built(held)) == ["units-over-daily-limit"]
    assert built(held, settled={("S001", "P001", "U105")}).claims
    assert not built(held, settled={("S001", "P002", "U105")}).claims
    unknown = session(patients=(patient(present=None),))
    assert names(built(unknown, settled={("S001", "P001", "D106")})) == ["presence-not-recorded"]


def test_a_home_visit_is_priced_at_the_home():
    (claim,) = built(session(place_of_service="12", locality=None)).claims
    assert claim.lines[0].allowed_amount == Decimal("52.14")


def test_occurrences_put_the_bearer_first():
    class Fake:
        def __init__(self, session_id, bearer):
            self.session = replace(session(), id=session_id)
            self.patient = patient()
            self.bearer = bearer

    (found,) = occurrences([Fake("b", "c"), Fake("c", "c"), Fake("a", "c")])
    assert [fake.session.id for fake in found] == ["c", "a", "b"]


def test_a_patient_of_another_payer_is_not_claimed():
    assert "other-payer-primary" in names(
        built(session(patients=(patient(other_payer_primary=Answer.UNKNOWN),)))
    )
