"""From the assessments of one occurrence to what it brings to a claim, or to every reason why it must wait."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, TypeVar

from teachback.claim.coverage import medicare_order
from teachback.claim.institutional import bill_of, month_open, plan_dates, revenue_code
from teachback.claim.occurrences import Occurrence
from teachback.claim.overrides import may_be_settled
from teachback.claim.reasons import KeptBack, Reason, Why, of_finding
from teachback.claim.whereabouts import HOME, group_of, locality_of, place_of, route_of, same_address
from teachback.claimdata import MOST_DIAGNOSES, ClaimLine, LineAdjudication, PayerOrder, ServiceFacility
from teachback.model import Answer, ClaimForm, Severity
from teachback.rules.settings import Mbi, mbi_form

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from teachback.assess import Assessment
    from teachback.claim.coverage import Cover
    from teachback.claim.occurrences import World
    from teachback.claim.practice import Group, Member, PlaceOfWork, Route
    from teachback.claimdata import Beneficiary, Provider
    from teachback.findings import Finding
    from teachback.model import ServiceLine, Session

THERAPY_MODIFIERS = frozenset({"GP", "GO", "GN"})
HOME_NAME = "PATIENT HOME"
_LIMITING_CHARGE = Decimal("1.15")
_CENT = Decimal("0.01")
_PAYER_ORDERS = list(PayerOrder)
_T = TypeVar("_T")


def look(together: Sequence[Assessment], world: World) -> Occurrence | tuple[KeptBack, ...]:
    """The occurrence of these assessments, the bearer of the lines first, or why each of them is kept back."""
    bearer = together[0]
    reasons = {a.session.id: list(_open(a, together, world)) for a in together}
    built = _Building(bearer, together, world).occurrence()
    blocked = any(reasons.values())
    if isinstance(built, Occurrence):
        if not blocked:
            return built
    elif not blocked or (bearer.service_lines and not _has_error(reasons.values())):
        # What is missing besides is told at once, but not where the record can never be claimed as it stands.
        reasons[bearer.session.id] += built
    shared = [reason for found in reasons.values() for reason in found]
    return tuple(
        KeptBack(
            a.session.id,
            a.patient.id,
            a.session.date_of_service,
            tuple(dict.fromkeys(reasons[a.session.id] or shared)),
            allowed_of(a.service_lines),
        )
        for a in together
    )


def _has_error(reasons: Iterable[Iterable[Reason]]) -> bool:
    return any(reason.severity is Severity.ERROR for found in reasons for reason in found)


def allowed_of(lines: Iterable[ServiceLine]) -> Decimal | None:
    """What the lines are expected to be allowed; ``None`` without a line or where an amount is unknown."""
    amounts = [line.allowed_amount for line in lines]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal("0.00")) if known and len(known) == len(amounts) else None


def _open(assessment: Assessment, together: Sequence[Assessment], world: World) -> Iterable[Reason]:
    """The errors, and the holds that nobody settled."""
    for finding in assessment.findings:
        if finding.severity is Severity.ERROR:
            yield of_finding(finding)
        elif finding.severity is Severity.HOLD:
            home = _session_of(finding, assessment, together[0])
            person = (home, assessment.patient.id, finding.code) in world.settled
            if not (person and may_be_settled(finding.code)) and not _covered(finding, together, world):
                yield of_finding(finding)


def _session_of(finding: Finding, assessment: Assessment, bearer: Assessment) -> str:
    """The session on which a hold stands: holds of a combined date are repeated on each of its sessions."""
    if finding.place.startswith("session["):
        return finding.place.removeprefix("session[").partition("].")[0]
    if assessment is not bearer and finding in bearer.findings:
        return bearer.session.id
    return assessment.session.id


def _covered(finding: Finding, together: Sequence[Assessment], world: World) -> bool:
    """An earlier payer that the coverage file records settles "another payer may be primary"."""
    patient, day = together[0].patient, together[0].session.date_of_service
    if finding.code != "S115" or any(a.patient.other_payer_primary is Answer.NO for a in together):
        return False
    return medicare_order(world.covers_on(patient.id, day)) is not PayerOrder.PRIMARY


class _Building:
    """One occurrence on its way to a claim; reasons are gathered so that all are told at once."""

    def __init__(self, bearer: Assessment, together: Sequence[Assessment], world: World) -> None:
        self.bearer, self.together, self.world = bearer, together, world
        self.session: Session = bearer.session
        self.day = bearer.session.date_of_service
        self.reasons: list[Reason] = []

    def found(self, answer: _T | Reason) -> _T | None:
        """The answer, or ``None`` after its reason was noted."""
        if isinstance(answer, Reason):
            self.reasons.append(answer)
            return None
        return answer

    def occurrence(self) -> Occurrence | tuple[Reason, ...]:
        """The occurrence, or every reason against it."""
        practice, session = self.world.practice, self.session
        if not self.bearer.service_lines:
            return (Why.NOTHING_EARNED.reason("The session earns no line.", "There is nothing to claim."),)
        patient, member = self._patient(), self._member()
        locality = locality_of(session, self.world.zip_localities)
        place = self.found(place_of(session, practice, locality))
        group = None
        if member is not None:
            group = self.found(group_of(member, place, practice, self.world.group))
        route = self.found(route_of(practice, locality, session.claim_form))
        certifier, diagnoses = self._certifier(), self._diagnoses()
        covers = self._covers()
        bill = self.found(bill_of(session, place))
        dates = self._institutional() if session.claim_form is ClaimForm.INSTITUTIONAL else ()
        lines = self._lines(covers, place)
        self._check_made_up(patient, route)
        participating = self._participation(group)
        if self.reasons or patient is None or member is None or group is None or route is None:
            return tuple(self.reasons)
        return Occurrence(
            sessions=tuple(a.session.id for a in self.together),
            patient=patient,
            day=self.day,
            start=session.start_time,
            lines=lines,
            diagnoses=diagnoses,
            form=session.claim_form,
            place_of_service=session.place_of_service or "",
            group=group,
            route=route,
            rendering=member.provider,
            certifier=certifier,
            facility=facility_of(session, place, group, patient),
            accepts_assignment=session.practitioner.assignment is not False,
            participating=participating,
            payer_order=medicare_order(covers),
            covers=covers,
            type_of_bill=bill,
            plan_dates=dates,
        )

    def _covers(self) -> tuple[Cover, ...]:
        """The other payers on the day, which must not contradict what the session says."""
        covers = self.world.covers_on(self.bearer.patient.id, self.day)
        denied = any(a.patient.other_payer_primary is Answer.NO for a in self.together)
        if denied and medicare_order(covers) is not PayerOrder.PRIMARY:
            self.reasons.append(
                Why.COVERAGE_INCOMPLETE.reason(
                    "The session says that no other payer is primary, and the coverage file names one.",
                    "Ask the patient and correct the one that is wrong.",
                )
            )
        return covers

    def _patient(self) -> Beneficiary | None:
        found = self.world.patients[self.bearer.patient.id]
        if isinstance(found, tuple):
            self.reasons += found
            return None
        return found

    def _member(self) -> Member | None:
        who = self.session.practitioner
        member = self.world.practice.member(who.npi)
        if member is None:
            self.reasons.append(
                Why.PRACTITIONER_NOT_LISTED.reason(
                    f"The practitioner with NPI {who.npi} is not in the practice file.",
                    "Add the practitioner to [[practitioners]], or correct the NPI of the session.",
                )
            )
        elif member.type is not who.type:
            self.reasons.append(
                Why.PRACTITIONER_DIFFERS.reason(
                    f"The session says {who.type.value}, the practice file {member.type.value}, for NPI {who.npi}.",
                    "Correct the one that is wrong; the kind decides codes and payment.",
                )
            )
        return member

    def _certifier(self) -> Provider | None:
        """Who certified the therapy plan; nobody is named for lines outside one."""
        npi = self.bearer.patient.certifying_npi
        if not self._under_therapy() or npi is None:
            return None
        found = self.world.practice.named(npi.strip())
        if found is None:
            self.reasons.append(
                Why.CERTIFIER_NOT_LISTED.reason(
                    f"The name of the certifier with NPI {npi} is not known.",
                    "Add the certifier to [[referrers]] with last_name and first_name.",
                )
            )
        return found

    def _under_therapy(self) -> bool:
        return any(THERAPY_MODIFIERS.intersection(line.modifiers) for line in self.bearer.service_lines)

    def _diagnoses(self) -> tuple[str, ...]:
        """Without dots, the treated conditions first and context codes (Z) after them, each once."""
        codes = [code.replace(".", "").strip().upper() for a in self.together for code in a.patient.diagnoses]
        ordered = tuple(dict.fromkeys(sorted(filter(None, codes), key=lambda code: code.startswith("Z"))))
        if len(ordered) > MOST_DIAGNOSES:
            self.reasons.append(
                Why.DIAGNOSES_TOO_MANY.reason(
                    f"The session names {len(ordered)} diagnoses, and a claim carries {MOST_DIAGNOSES}.",
                    "Keep those that the training served.",
                )
            )
        return ordered

    def _institutional(self) -> tuple[tuple[str, date], ...]:
        wait = month_open(self.day, self.world.today)
        ids = [(a.session.id, a.patient.id, Why.MONTH_NOT_OVER.code) for a in self.together]
        if wait is not None and not self.world.settled.intersection(ids):
            self.reasons.append(wait)
        if not self._under_therapy():
            return ()
        known = self.world.people.get(self.bearer.patient.id)
        onset = None if known is None else known.onset
        return self.found(plan_dates(self.bearer.patient.plan, onset)) or ()

    def _lines(self, covers: tuple[Cover, ...], place: PlaceOfWork | None) -> tuple[ClaimLine, ...]:
        return tuple(
            made
            for line in self.bearer.service_lines
            if (made := self._line(line, covers, place)) is not None
        )

    def _line(
        self, line: ServiceLine, covers: tuple[Cover, ...], place: PlaceOfWork | None
    ) -> ClaimLine | None:
        unit = dict(self.bearer.patient.charge).get(line.procedure_code)
        if not unit:
            self.reasons.append(
                Why.CHARGE_MISSING.reason(
                    f"No charge for {line.procedure_code} is recorded, and none is in force on {self.day}.",
                    "Add it to [[fee_schedule]], or record the charge in the session.",
                )
            )
            return None
        charge = unit * line.units
        self._check_limit(line, charge)
        revenue = None
        if self.session.claim_form is ClaimForm.INSTITUTIONAL:
            revenue = self.found(revenue_code(line, place))
        return ClaimLine(
            control_number="",
            procedure_code=line.procedure_code,
            modifiers=line.modifiers,
            units=line.units,
            charge=charge,
            date_of_service=self.day,
            revenue_code=revenue,
            sessions=tuple(a.session.id for a in self.together),
            adjudications=self._adjudications(line, charge, covers),
            allowed_amount=line.allowed_amount,
            patient_amount=line.patient_amount,
            medicare_payment=line.medicare_payment,
            medicare_payment_after_sequestration=line.medicare_payment_after_sequestration,
        )

    def _check_limit(self, line: ServiceLine, charge: Decimal) -> None:
        if self.session.practitioner.assignment is not False or line.allowed_amount is None:
            return
        limit = (line.allowed_amount * _LIMITING_CHARGE).quantize(_CENT, ROUND_HALF_UP)
        if charge > limit:
            self.reasons.append(
                Why.CHARGE_OVER_LIMIT.reason(
                    f"{line.procedure_code}: the charge of ${charge} passes the limiting charge of ${limit}.",
                    "Charge at most the limiting charge on an unassigned claim, or accept assignment.",
                )
            )

    def _adjudications(
        self, line: ServiceLine, charge: Decimal, covers: tuple[Cover, ...]
    ) -> tuple[LineAdjudication, ...]:
        """What each payer before Medicare did with the line; it must be known and add up to the charge."""
        mine = _PAYER_ORDERS.index(medicare_order(covers))
        ids = {a.session.id for a in self.together}
        found = []
        for cover in covers:
            if _PAYER_ORDERS.index(cover.order) > mine:
                continue
            answers = [
                a for a in cover.answers if a.session_id in ids and a.procedure_code == line.procedure_code
            ]
            if len(answers) != 1:
                count = "no answer" if not answers else f"{len(answers)} answers"
                self.reasons.append(
                    Why.COVERAGE_INCOMPLETE.reason(
                        f"The coverage file has {count} of the {cover.order.name.lower()} payer for {line.procedure_code}.",
                        "File with that payer first; then record what it paid and adjusted, once a line.",
                    )
                )
                continue
            answer = answers[0]
            total = answer.paid + sum((a.amount for a in answer.adjustments), Decimal(0))
            if total != charge:
                self.reasons.append(
                    Why.COVERAGE_UNBALANCED.reason(
                        f"{line.procedure_code}: paid and adjusted are ${total}, the charge is ${charge}.",
                        "Copy every amount of the line from that payer's remittance.",
                    )
                )
            found.append(
                LineAdjudication(
                    cover.payer.payer_id,
                    answer.paid,
                    line.procedure_code,
                    line.modifiers,
                    line.units,
                    answer.paid_on,
                    answer.adjustments,
                )
            )
        return tuple(found)

    def _check_made_up(self, patient: Beneficiary | None, route: Route | None) -> None:
        if patient is None or route is None or route.receiver.test:
            return
        if mbi_form(patient.member_id) is Mbi.SYNTHETIC:
            self.reasons.append(
                Why.MADE_UP_BENEFICIARY.reason(
                    "The Medicare number is a made-up one (S in second place), and the receiver is a real one.",
                    "Correct the number, or set test = true for the receiver.",
                )
            )

    def _participation(self, group: Group | None) -> bool:
        said = self.session.practitioner.participating
        filed = None if group is None else group.participating
        if said is not None and filed is not None and said is not filed:
            self.reasons.append(
                Why.PARTICIPATION_DIFFERS.reason(
                    f"Participating: the session says {_yes(answer=said)}, the practice file {_yes(answer=filed)}.",
                    "Correct the one that is wrong; it decides the fee.",
                )
            )
        return (said if said is not None else filed) is not False


def _yes(*, answer: bool) -> str:
    return "yes" if answer else "no"


def facility_of(
    session: Session, place: PlaceOfWork | None, group: Group, patient: Beneficiary
) -> ServiceFacility | None:
    """Where the service was given, where that is not the billing address: 2310C, or 2310E."""
    if session.place_of_service == HOME:
        return ServiceFacility(HOME_NAME, patient.address)
    if place is None or same_address(place.address, group.billing.address):
        return None
    return ServiceFacility(place.name, place.address, place.npi)
