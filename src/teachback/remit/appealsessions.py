"""The sessions behind a claim's denied lines: what can be told of them, what is missing, and what speaks against them.

They are assessed by today's rules. A finding that nobody can cure ends the appeal; one that somebody can cure, and a
fact that the letter would need and the record lacks, are named with who obtains them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from teachback.assess import assess
from teachback.findings import Owner
from teachback.model import Severity
from teachback.remit import claimfacts, deadlines, letterfacts, lettersentences
from teachback.remit.appealable import Ground
from teachback.remit.appealrecord import Missing, NoAppeal, Refusal
from teachback.remit.composing import Account, with_enclosures
from teachback.rules.book import law

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from teachback.assess import Assessment
    from teachback.findings import Finding
    from teachback.model import Patient, Session
    from teachback.remit.appealable import Answered, DeniedLine
    from teachback.remit.appealrecord import Record

_ARGUED = {Ground.UNITS: frozenset({"U105"})}
"""Findings that the ground itself answers, so that they do not hold the letter back."""


class Sessions:
    """The recorded sessions behind a claim's lines, assessed by today's rules."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.by_id = {session.id: session for session in record.sessions}
        named = {name for line in record.claim.lines for name in line.sessions}
        days = {self.by_id[name].date_of_service for name in named if name in self.by_id}
        of_days = [session for session in record.sessions if session.date_of_service in days]
        assessed = assess(of_days, payer=record.payer, keep_proof=True)
        self.assessed = {(one.session.id, one.patient.id): one for one in assessed}

    def of(self, denied: DeniedLine) -> list[tuple[Session, Patient]]:
        """The sessions and the patient that a line stands for, as far as they are recorded; the bearer first."""
        patient_id = self.record.claim.beneficiary.patient_id
        found = [
            (session, patient)
            for name in denied.line.sessions
            if (session := self.by_id.get(name)) is not None
            for patient in session.patients
            if patient.id == patient_id
        ]
        return sorted(found, key=lambda pair: self.assessed[pair[0].id, pair[1].id].bearer != pair[0].id)

    def words(self, denied: DeniedLine) -> dict[str, str]:
        """What decides between grounds."""
        together = self.of(denied)
        if not together:
            return {}
        session, _ = together[0]
        answer: dict[str, str] = {}
        if session.modality is not None:
            answer["modality"] = session.modality.value
        if session.training is not None:
            statute = law().on(session.date_of_service, self.record.payer)
            may: Mapping[str, str] = statute.value("may_bill", session.practitioner.type.value) or {}
            answer["may_bill"] = may.get(session.training.value, "")
        return answer

    def accounts(
        self, answered: Sequence[Answered]
    ) -> tuple[tuple[Account, ...], tuple[Missing, ...], tuple[NoAppeal, ...]]:
        """What can be told of each service, what is missing for it, and what contradicts the appeal."""
        services: dict[tuple[str, ...], list[Answered]] = defaultdict(list)
        for one in answered:
            services[one.denied.line.sessions].append(one)
        accounts, missing, contradicted = [], [], []
        for group in services.values():
            lost = self._lost(group)
            if lost:
                missing += lost
                continue
            account = self._account(group)
            against, holds = self._against(group, account)
            contradicted += against
            missing += [*holds, *(need for need in _lacking(account) if not _told(need, holds))]
            accounts.append(account)
        once = {(m.place, m.session_id, m.says): m for m in missing}
        return tuple(accounts), tuple(once.values()), tuple(contradicted)

    def _lost(self, group: Sequence[Answered]) -> list[Missing]:
        """Sessions that the lines name and the record does not hold."""
        line = group[0].denied.line
        if not line.sessions:
            names = [f"of {line.procedure_code} on {line.date_of_service}"]
        else:
            held = {session.id for session, _ in self.of(group[0].denied)}
            names = [name for name in line.sessions if name not in held]
        return [
            Missing(
                "sessions",
                f"The session {name} is not in the record that was given, so nothing can be said of it.",
                "Give the file of sessions that the claim was made from.",
                Owner.BILLER,
                session_id=name,
            )
            for name in names
        ]

    def _account(self, group: Sequence[Answered]) -> Account:
        together = self.of(group[0].denied)
        assessments = [self.assessed[session.id, patient.id] for session, patient in together]
        lines = [one.denied.line for one in group]
        whole = claimfacts.of_service(self.record, lines, together, assessments)
        told = []
        for (session, patient), assessment in zip(together, assessments, strict=True):
            own = letterfacts.of_session(session, patient, assessment)
            both = letterfacts.joined((own, whole))
            told.append(with_enclosures(both, session.id, self.record.enclosures))
        return Account(
            grounds=tuple(dict.fromkeys(one.ground for one in group)),
            lines=tuple(lines),
            together=tuple(together),
            facts=tuple(told),
            caregivers=tuple(tuple(letterfacts.of_caregivers(*pair)) for pair in together),
            of_lines=tuple(claimfacts.of_line(self.record, line) for line in lines),
            statute=law().on(together[0][0].date_of_service, self.record.payer),
            assessments=tuple(assessments),
        )

    def _against(self, group: Sequence[Answered], account: Account) -> tuple[list[NoAppeal], list[Missing]]:
        """Findings of the rules: those that nobody can cure end the appeal, the others name what to obtain."""
        against: list[NoAppeal] = []
        holds: list[Missing] = []
        lines = tuple(one.denied.line.control_number for one in group)
        for assessment in account.assessments:
            for finding in self._open(assessment, account.grounds):
                if finding.severity is Severity.ERROR and finding.owner in {Owner.NOBODY, Owner.BILLER}:
                    against.append(self._bears_out(finding, lines))
                else:
                    holds.append(
                        Missing(
                            _place(finding),
                            finding.message,
                            finding.remedy,
                            finding.owner,
                            finding.cites,
                            assessment.session.id,
                        )
                    )
        if not against and not holds and account.facts[0].get("claim_as_earned") is not None:
            against += self._differs(account, lines)
        return against, holds

    def _open(self, assessment: Assessment, grounds: Sequence[Ground]) -> Iterable[Finding]:
        key = (assessment.session.id, assessment.patient.id)
        argued = {code for ground in grounds for code in _ARGUED.get(ground, ())}
        for finding in assessment.findings:
            settled = (*key, finding.code) in self.record.settled or finding.code in argued
            if finding.severity in {Severity.ERROR, Severity.HOLD} and not settled:
                yield finding

    def _bears_out(self, finding: Finding, lines: tuple[str, ...]) -> NoAppeal:
        return NoAppeal(
            self.record.claim.control_number,
            Refusal.RECORD_AGREES,
            f"Our own rules find the same fault as the payer ({finding.code}): {finding.message}",
            f"{finding.remedy} Where the record of the day shows otherwise, correct the session first. Money that was "
            "paid on such a claim is an overpayment.",
            lines,
            None,
            finding.cites,
        )

    def _differs(self, account: Account, lines: tuple[str, ...]) -> list[NoAppeal]:
        """The claim has other codes or units than the record earns."""
        facts = account.facts[0]
        if facts["claim_as_earned"].value == "yes":
            return []
        claimed = ", ".join(f"{line.procedure_code} x {line.units}" for line in account.lines)
        notice = None if self.record.remittance is None else deadlines.notice_date(self.record.remittance)
        return [
            NoAppeal(
                self.record.claim.control_number,
                Refusal.CLAIM_DIFFERS,
                f"In dispute is {claimed}; the record earns {facts['earned'].text}. A letter would argue for what was "
                "not given.",
                "Ask for a reopening that corrects the claim to the record; then appeal what is refused of it.",
                lines,
                None if notice is None else deadlines.reopening(notice).last_day,
                _time_cites(account),
            )
        ]


def _place(finding: Finding) -> str:
    """The place of a finding as a letter's facts name it."""
    return re.sub(
        r"^session\.(?:patients\[\d+\](?=\.))?", lambda m: "patient" if "[" in m[0] else "", finding.place
    )


def _told(need: Missing, holds: Iterable[Missing]) -> bool:
    """Whether a finding of the rules asks for the same already, with its own remedy."""
    return any(
        need.session_id == hold.session_id and f"{need.place}.".startswith(f"{hold.place}.") for hold in holds
    )


def _time_cites(account: Account) -> tuple[str, ...]:
    """Sources of the time rule for the account's primary code."""
    entry = lettersentences.entry_of("first_code_minutes:{primary_code}", account.facts[0], account.statute)
    return () if entry is None else entry.cites


def _lacking(account: Account) -> list[Missing]:
    """Facts that the letter cannot do without, or would be better with, and that are not recorded."""
    found = []
    for (session, _), facts in zip(account.together, account.facts, strict=True):
        for need in lettersentences.needs():
            if need.grounds and not any(ground.value in need.grounds for ground in account.grounds):
                continue
            if need.fact in facts:
                continue
            if lettersentences.holds(need.when, facts, account.statute) is None:
                continue
            entries = [lettersentences.entry_of(name, facts, account.statute) for name in need.law]
            cites = tuple(dict.fromkeys(c for entry in entries if entry is not None for c in entry.cites))
            found.append(
                Missing(need.place, need.says, need.obtain, need.owner, cites, session.id, need.essential)
            )
    return found
