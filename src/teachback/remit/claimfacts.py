"""What the claim, the answer and the rules say, fact by fact, for a letter: the counterpart of ``letterfacts``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from teachback.forms.letterdata import Fact, Rule, Service
from teachback.remit import deadlines, letterfacts
from teachback.remit import letterwords as words
from teachback.remit.appealable import over_limit
from teachback.remit.lettersentences import official, rule_of
from teachback.rules.book import law

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from teachback.assess import Assessment
    from teachback.claimdata import ClaimLine, Provider
    from teachback.model import Patient, ServiceLine, Session
    from teachback.remit.appealable import Answered
    from teachback.remit.appealrecord import Record
    from teachback.remitdata import ClaimPayment, Remittance

MOST_NAMED: Final = 4
"""Services that the first sentence names one by one; more are pointed to."""
THERAPY: Final = frozenset({"GP", "GO", "GN"})
_POINT: Final = 3
_UNTIMED: Final = "untimed"


def service(answered: Answered) -> Service:
    """A line in dispute as the letter lists it."""
    denied, line = answered.denied, answered.denied.line
    return Service(
        line.control_number,
        line.date_of_service,
        line.procedure_code,
        line.modifiers,
        line.units,
        line.charge,
        denied.paid,
        denied.denied,
        denied.reasons,
    )


def of_claim(
    record: Record, remittance: Remittance, answered: Sequence[Answered], deadline: deadlines.Deadline
) -> dict[str, Fact]:
    """The facts of the whole request."""
    facts = letterfacts.Gathering("claim")
    claim = record.claim
    facts.add(
        "practice", claim.billing.provider.npi, words.provider(claim.billing.provider), "billing.provider"
    )
    lines = [one.denied.line for one in answered]
    facts.add("services", len(lines), _services(lines), *(f"lines[{line.control_number}]" for line in lines))
    if claim.billing.contact:
        facts.add(
            "contact", claim.billing.contact, words.title_case(claim.billing.contact), "billing.contact"
        )
    if claim.billing.phone:
        facts.add("phone", claim.billing.phone, words.phone(claim.billing.phone), "billing.phone")
    answer = letterfacts.Gathering("remittance")
    notice = deadlines.notice_date(remittance)
    answer.day("notice_date", notice, "paid_on" if notice == remittance.paid_on else "produced_on")
    reasons = list(dict.fromkeys(code for one in answered for code in one.denied.reasons))
    answer.add("reasons", reasons, words.listed(reasons), "claims[].lines[].adjustments", "remark_codes")
    answer.day("deadline", deadline.last_day, "paid_on, produced_on")
    return {**facts.facts, **answer.facts}


def _services(lines: Sequence[ClaimLine]) -> str:
    """``97550 x 1 and 97551 x 1 on April 14, 2026``; many are pointed to."""
    if len(lines) > MOST_NAMED:
        return "the services listed above"
    by_day: dict[date, list[str]] = {}
    for line in lines:
        by_day.setdefault(line.date_of_service, []).append(f"{line.procedure_code} x {line.units}")
    return words.listed([f"{words.listed(codes)} on {words.day(on)}" for on, codes in by_day.items()])


def identity(record: Record, remittance: Remittance, payment: ClaimPayment) -> tuple[tuple[str, Fact], ...]:
    """The rows that tell the contractor which claim is meant; 42 CFR 405.944(b) asks for the first four."""
    claim, who = record.claim, record.claim.beneficiary
    facts = letterfacts.Gathering("claim")
    name = " ".join(filter(None, (who.first_name, who.middle_name, who.last_name, who.suffix)))
    facts.add("beneficiary", name, words.title_case(name), "beneficiary")
    facts.add("medicare_number", who.member_id, who.member_id, "beneficiary.member_id")
    days = sorted({line.date_of_service for line in claim.lines})
    text = words.day(days[0]) if len(days) == 1 else f"{words.day(days[0])} to {words.day(days[-1])}"
    facts.add("dates", days, text, "lines[].date_of_service")
    facts.add(
        "party",
        claim.billing.provider.npi,
        f"{words.provider(claim.billing.provider)}, NPI {claim.billing.provider.npi}",
        "billing.provider",
    )
    answer = letterfacts.Gathering("remittance")
    icn = payment.payer_claim_control_number
    answer.add("payer_claim", icn, icn, "claims[].payer_claim_control_number")
    facts.add("our_claim", claim.control_number, claim.control_number, "control_number")
    trace = remittance.trace_number
    notice = deadlines.notice_date(remittance)
    if notice is not None:
        text = words.day(notice) + (f", payment number {trace}" if trace else "")
        answer.add("notice", notice, text, "paid_on, produced_on", "trace_number")
    labels = (
        ("Beneficiary", facts.facts.get("beneficiary")),
        ("Medicare number", facts.facts.get("medicare_number")),
        ("Dates of the claim", facts.facts.get("dates")),
        ("Appellant", facts.facts.get("party")),
        ("Contractor's claim number", answer.facts.get("payer_claim")),
        ("Our claim number", facts.facts.get("our_claim")),
        ("Remittance advice", answer.facts.get("notice")),
    )
    return tuple((label, fact) for label, fact in labels if fact is not None)


def rules(deadline: deadlines.Deadline) -> dict[str, Rule]:
    """The rules that stand outside of the rule book."""
    days = f"{(deadline.last_day - deadline.counted_from).days}"
    return {"appeal": Rule("redetermination_days", days, deadline.counted_from, official(deadline.cites))}


def of_service(
    record: Record,
    lines: Sequence[ClaimLine],
    together: Sequence[tuple[Session, Patient]],
    assessments: Sequence[Assessment],
) -> dict[str, Fact]:
    """What the rules make of the sessions behind the lines, and what the claim adds to them."""
    session, patient = together[0]
    facts = letterfacts.Gathering(f"session {session.id}")
    claim = letterfacts.Gathering("claim")
    statute = law().on(session.date_of_service, record.payer)
    earned = [line for assessment in assessments for line in assessment.service_lines]
    if earned:
        codes = words.listed([f"{line.procedure_code} x {line.units}" for line in earned])
        clock = letterfacts.minutes_places(session)
        facts.add("earned", codes, codes, *clock, "training", "patients")
        facts.add("primary_code", earned[0].procedure_code, earned[0].procedure_code, "training", "patients")
        reading = statute.value("time_reading", earned[0].procedure_code)
        facts.flag("timed", reading not in {None, _UNTIMED}, "training", "patients")
        facts.flag("claim_as_earned", as_earned(record, lines, earned), *clock, "training")
    if len(earned) > 1:
        facts.add("addon_code", earned[1].procedure_code, earned[1].procedure_code, "training", "patients")
    total = None if assessments[0].scope is None else assessments[0].scope.known.get("total_minutes")
    if len(together) > 1 and total is not None:
        places = [
            f"session {one.id}: {path}" for one, _ in together for path in letterfacts.minutes_places(one)
        ]
        facts.facts["total_minutes"] = Fact("total_minutes", str(total), str(total), tuple(places))
    claim.flag("therapy_line", any(THERAPY & set(line.modifiers) for line in lines), "lines[].modifiers")
    if session.training is not None:
        may = statute.value("may_bill", session.practitioner.type.value) or {}
        yes = may.get(session.training.value) == "yes"
        facts.flag("may_bill", yes, "practitioner.type", "training")
        named = session.training.value in (statute.value("activity_in_plan") or ())
        facts.flag("activity_in_plan", named, "training")
    listed = rule_of(statute.entry("on_telehealth_list"))
    if listed is not None and statute.value("on_telehealth_list"):
        facts.flag("telehealth_shown", True, "date_of_service")  # noqa: FBT003  the fact itself
    if _unrelated_home_health(patient) and claim.facts["therapy_line"].value == "no":
        facts.flag("overlap_free", True, "patient.home_health", "patient.home_health_related")  # noqa: FBT003  the same
    before = [
        other.id
        for other in record.sessions
        if other.date_of_service < session.date_of_service and any(p.id == patient.id for p in other.patients)
    ]
    if before:
        facts.facts["trained_before"] = Fact(
            "trained_before", "yes", "yes", (f"session {before[-1]}: patients",)
        )
    _people(claim, record, lines, session)
    return {**claim.facts, **facts.facts}


def _unrelated_home_health(patient: Patient) -> bool:
    judged = (patient.inpatient, patient.snf_part_a)
    return (
        patient.home_health == "yes"
        and patient.home_health_related == "no"
        and all(answer == "no" for answer in judged)
    )


def as_earned(record: Record, lines: Sequence[ClaimLine], earned: Sequence[ServiceLine]) -> bool:
    """Whether every line in dispute, with its like on the claim, is what the sessions earn: code and units."""
    made: dict[str, int] = {}
    for line in earned:
        made[line.procedure_code] = made.get(line.procedure_code, 0) + line.units
    sessions = {line.sessions for line in lines}
    for code in {line.procedure_code for line in lines}:
        claimed = sum(
            line.units
            for line in record.claim.lines
            if line.procedure_code == code and line.sessions in sessions
        )
        if made.get(code) != claimed:
            return False
    return True


def _people(
    facts: letterfacts.Gathering, record: Record, lines: Sequence[ClaimLine], session: Session
) -> None:
    claim = record.claim
    known: list[tuple[Provider | None, str]] = [
        (lines[0].rendering, "lines[].rendering"),
        (claim.rendering, "rendering"),
        (claim.billing.provider if claim.billing.provider.is_person else None, "billing.provider"),
    ]
    for who, path in known:
        if who is not None and who.npi == session.practitioner.npi:
            facts.add("practitioner", who.npi, words.provider(who), path)
            break
    else:
        if session.practitioner.name:
            facts.facts["practitioner"] = Fact(
                "practitioner",
                session.practitioner.npi,
                words.person(session.practitioner.name),
                (f"session {session.id}: practitioner.name",),
            )
    if claim.referring is not None:
        facts.add("certifier", claim.referring.npi, words.provider(claim.referring), "referring")
        facts.add("certifier_npi", claim.referring.npi, claim.referring.npi, "referring.npi")
    pointed = sorted({pointer for line in lines for pointer in line.diagnosis_pointers})
    codes = [_dotted(claim.diagnoses[number - 1]) for number in pointed if number <= len(claim.diagnoses)]
    facts.add("diagnoses", codes or None, words.listed(codes), "diagnoses", "lines[].diagnosis_pointers")


def _dotted(code: str) -> str:
    return f"{code[:_POINT]}.{code[_POINT:]}" if len(code) > _POINT else code


def of_line(record: Record, line: ClaimLine) -> dict[str, Fact]:
    """What a sentence may say of one line's units and limit."""
    facts = letterfacts.Gathering("claim")
    path = f"lines[{line.control_number}]"
    facts.add("procedure_code", line.procedure_code, line.procedure_code, f"{path}.procedure_code")
    facts.add("units", line.units, f"{line.units}", f"{path}.units")
    over, kind = over_limit(record, line)
    facts.flag("over_limit", over, f"{path}.units")
    facts.add("limit_kind", kind, f"{kind}", f"{path}.procedure_code")
    return facts.facts
