"""Hypothesis strategies: sessions as practices record them, unknowns and dates before the law included."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from teachback.model import (
    Answer,
    Caregiver,
    ClaimForm,
    Consent,
    ConsentBy,
    ConsentForm,
    ConsentScope,
    Coverage,
    Discipline,
    Helper,
    Modality,
    PaidBy,
    Patient,
    Plan,
    PlanKind,
    Practitioner,
    PractitionerKind,
    Session,
    Supervision,
    Training,
)

DAYS = st.one_of(
    st.dates(date(2023, 1, 1), date(2027, 6, 30)),
    st.sampled_from(
        [
            date(2023, 12, 31),
            date(2024, 1, 1),
            date(2024, 3, 8),
            date(2024, 3, 9),
            date(2024, 12, 31),
            date(2025, 1, 1),
            date(2026, 12, 31),
            date(2027, 1, 1),
        ]
    ),
)
MINUTES = st.one_of(st.integers(0, 150), st.sampled_from([15, 16, 29, 30, 44, 45, 59, 60, 74, 75, 1440]))
MBIS = ("1SA0WP0XY00", "7SC6WQ0XY61", "1EG4TE5MK73")
NPIS = ("2300000009", "2300002468", "2300005743", "2700000013")
LOCALITIES = ("03102-00", "13202-01", "10112-00", "02102-01")


def known(values):
    """A value, or unknown."""
    return st.one_of(st.none(), values)


ANSWERS = known(st.sampled_from(Answer))
MOSTLY_NO = st.one_of(st.just(Answer.NO), st.just(Answer.NO), st.just(Answer.NO), ANSWERS)


@st.composite
def caregivers(draw):
    paid_by = draw(st.one_of(st.none(), st.none(), st.none(), st.sampled_from(PaidBy)))
    unpaid = draw(st.sampled_from([True, True, None, False])) if paid_by is None else False
    return Caregiver(
        draw(st.sampled_from(["Kin 0", "Kin 1", "O'Neil Zoë"])),
        "daughter",
        draw(st.sampled_from([True, True, True, None, False])),
        unpaid,
        paid_by,
        draw(st.sampled_from([True, True, True, None, False])),
    )


@st.composite
def consents(draw, day):
    return Consent(
        draw(known(st.sampled_from(ConsentBy))),
        draw(known(st.sampled_from(ConsentForm))),
        draw(known(st.integers(-20, 2).map(lambda d: day + timedelta(d)))),
        draw(known(st.sampled_from(ConsentScope))),
        draw(known(st.just(("Kin 0", "Kin 1", "O'Neil Zoë")))),
    )


def clean_consent(day):
    return Consent(
        ConsentBy.PATIENT,
        ConsentForm.WRITTEN,
        day - timedelta(7),
        ConsentScope.CAREGIVER_TRAINING,
        ("Kin 0", "Kin 1", "O'Neil Zoë"),
    )


@st.composite
def plans(draw, day, kind):
    first = draw(known(st.integers(-120, 1).map(lambda d: day + timedelta(d))))

    def after(low, high):
        base = first or day
        return draw(known(st.integers(low, high).map(lambda d: base + timedelta(d))))

    discipline = (
        Discipline(kind.value)
        if kind.value in {"PT", "OT", "SLP"}
        else draw(known(st.sampled_from(Discipline)))
    )
    plan_kind = (
        PlanKind.THERAPY if kind.value in {"PT", "OT", "SLP"} else draw(known(st.sampled_from(PlanKind)))
    )
    return Plan(
        plan_kind,
        discipline,
        first,
        first,
        after(0, 45),
        after(30, 100),
        draw(known(st.booleans())),
        after(0, 45),
        draw(known(st.just("2/week"))),
        draw(known(st.just("8 weeks"))),
        draw(st.sampled_from([(), ("g",)])),
    )


@st.composite
def patients(draw, ident, day, kind):
    clean = draw(st.booleans())
    text = st.just("as recorded") if clean else known(st.just("as recorded"))
    therapy = kind.value in {"PT", "OT", "SLP"}
    tidy_plan = Plan(
        PlanKind.THERAPY if therapy else PlanKind.TREATMENT,
        Discipline(kind.value) if therapy else None,
        day - timedelta(20),
        day - timedelta(20),
        day - timedelta(10),
        day + timedelta(60),
        True,
        day - timedelta(15),
        "2/week",
        "8 weeks",
        ("g",),
    )
    answers = st.just(Answer.NO) if clean else MOSTLY_NO
    return Patient(
        id=ident,
        mbi=draw(st.sampled_from(MBIS)) if clean else draw(known(st.sampled_from([*MBIS, "0SA0WP0XY00"]))),
        coverage=Coverage.ORIGINAL_MEDICARE if clean else draw(known(st.sampled_from(Coverage))),
        other_payer_primary=draw(answers),
        present=False if clean else draw(known(st.booleans())),
        inpatient=draw(answers),
        home_health=draw(answers),
        home_health_related=draw(ANSWERS),
        supplier_trains=draw(known(st.just(Answer.NO))),
        snf_part_a=draw(answers),
        hospice=draw(answers),
        guide=draw(answers),
        caregivers=(Caregiver("Kin 0", "daughter", True, True, None, True),)
        if clean
        else tuple(draw(st.lists(caregivers(), max_size=3))),
        consent=clean_consent(day) if clean else draw(known(consents(day))),
        plan=tidy_plan if clean else draw(known(plans(day, kind))),
        certifying_npi="2700000013" if clean else draw(known(st.sampled_from(["2700000013", "2700000014"]))),
        goals_addressed=("g",) if clean else draw(st.sampled_from([(), ("g",), ("h",)])),
        diagnoses=("I69.354",) if clean else draw(st.sampled_from([(), ("I69.354",), ("Z74.1",), ("??",)])),
        need=draw(text),
        absence_reason=draw(text),
        response=draw(text),
        therapy_used=draw(
            st.one_of(known(st.sampled_from([Decimal("0.00"), Decimal("2405.00"), Decimal("2999.00")])))
        ),
        kx_attested=draw(known(st.booleans())),
        deductible_remaining=draw(
            known(st.sampled_from([Decimal("0.00"), Decimal("30.00"), Decimal("283.00")]))
        ),
        charge=draw(st.sampled_from([(), (("97550", Decimal("40.00")), ("97551", Decimal("99.00")))])),
    )


def clock(minute):
    return time(minute // 60, minute % 60)


@st.composite
def sessions(draw, ident="S1", day=None, people=None):
    day = day or draw(DAYS)
    kind = draw(st.sampled_from(PractitionerKind))
    minutes = draw(known(MINUTES))
    start = draw(known(st.integers(480, 900)))
    end = (
        None if start is None else draw(known(st.integers(start - 5 if draw(st.booleans()) else start, 1000)))
    )
    helper = draw(st.one_of(st.none(), st.none(), st.sampled_from(Helper)))
    who = Practitioner(
        draw(st.sampled_from(NPIS)),
        kind,
        None,
        draw(known(st.booleans())),
        draw(known(st.booleans())),
        draw(known(st.booleans())),
        helper,
        draw(known(st.just("helper-1"))) if helper else None,
        draw(known(st.sampled_from(Supervision))),
        draw(known(st.booleans())),
    )
    count = draw(st.sampled_from([1, 1, 1, 2, 3]))
    names = people or [f"P{n}" for n in range(count)]
    return Session(
        id=ident,
        date_of_service=day,
        practitioner=who,
        patients=tuple(draw(patients(name, day, kind)) for name in names[:count]),
        start_time=None if start is None else clock(start),
        end_time=None if end is None else clock(end),
        minutes=minutes,
        assistant_minutes=draw(st.one_of(st.none(), st.integers(0, 60))),
        training=draw(known(st.sampled_from(Training))),
        modality=draw(known(st.sampled_from(Modality))),
        place_of_service=draw(known(st.sampled_from(["11", "12", "10", "02", "22", "31", "72", "99", "88"]))),
        locality=draw(known(st.sampled_from([*LOCALITIES, "99999-99"]))),
        zip=draw(known(st.sampled_from(["85004", "10016"]))),
        planned_as_group=draw(known(st.booleans())),
        claim_form=draw(st.sampled_from(ClaimForm)),
        type_of_bill=draw(known(st.sampled_from(["131", "851"]))),
    )


@st.composite
def books(draw, size=6):
    """Several sessions that often share a patient, a practitioner and a day."""
    day = draw(DAYS)
    count = draw(st.integers(1, size))
    return [
        draw(
            sessions(
                ident=f"S{n}",
                day=draw(st.sampled_from([day, day, day + timedelta(1)])),
                people=draw(st.permutations(["P0", "P1", "P2", "P3"])),
            )
        )
        for n in range(count)
    ]
