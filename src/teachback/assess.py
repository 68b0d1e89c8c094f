"""From sessions to assessments: the passes in order, each line with its money, each finding with its step.

Row facts, then facts of other sessions, session edits, combination of one date's eligible minutes,
codes and units, modifiers, fees, threshold, remaining edits, payment. Signatures order the rest.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import time
from typing import TYPE_CHECKING, Any

from teachback.facts import CrossFacts, row_facts
from teachback.law import MEDICARE
from teachback.model import Disposition, ServiceLine, Severity
from teachback.rulebook import Scope
from teachback.rules.book import rulebook
from teachback.rules.fees import NO_CHARGE, cents, dollars
from teachback.rules.vocabulary import NO_CODE, RECORDED, Stage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date
    from decimal import Decimal

    from teachback.findings import Finding
    from teachback.model import Patient, Session
    from teachback.rulebook import Rulebook

BLOCKING = (Severity.ERROR, Severity.HOLD)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What follows from one session for one represented patient.

    ``scope`` and ``line_scopes`` hold the facts behind the answer, for the proof; they stand on the
    session that bears the lines. ``bearer`` is the id of that session.
    """

    session: Session
    patient: Patient
    disposition: Disposition
    service_lines: tuple[ServiceLine, ...]
    findings: tuple[Finding, ...]
    bearer: str
    scope: Scope | None = None
    line_scopes: tuple[Scope, ...] = ()


@dataclass(slots=True)
class _Row:
    """One session and patient on the way to its assessment."""

    order: int
    session: Session
    patient: Patient
    index: int
    scope: Scope
    findings: list[Finding]

    @property
    def has_error(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self.findings)


@dataclass(slots=True)
class _Occurrence:
    """The sessions of one patient, practitioner, family and date whose minutes are converted once."""

    rows: list[_Row]
    bearer: _Row
    lines: list[Scope] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def assess(
    sessions: Iterable[Session],
    *,
    payer: str = MEDICARE,
    book: Rulebook | None = None,
    keep_proof: bool = False,
    progress: Callable[[int], None] | None = None,
) -> list[Assessment]:
    """Assess sessions together: one assessment per session and represented patient, in input order.

    Session ids must differ. The order of the input never changes an answer. With ``keep_proof`` the
    facts behind each answer are kept. ``progress`` is called with the count of sessions read.
    """
    book = book or rulebook()
    days: dict[date, list[tuple[int, Session]]] = defaultdict(list)
    order = 0
    for session in sessions:
        days[session.date_of_service].append((order, session))
        order += len(session.patients)
    collected: list[tuple[int, Assessment]] = []
    done = 0
    for day in days.values():
        collected += _assess_day(book, day, payer, keep_proof=keep_proof)
        done += len(day)
        if progress is not None:
            progress(done)
    collected.sort(key=lambda pair: pair[0])
    return [assessment for _, assessment in collected]


def _assess_day(
    book: Rulebook, day: list[tuple[int, Session]], payer: str, *, keep_proof: bool
) -> list[tuple[int, Assessment]]:
    """All sessions of one date: nothing that one session says bears on another date."""
    cross = CrossFacts.of([session for _, session in day])
    rows = [row for order, session in day for row in _rows(book, session, cross, payer, order)]
    occurrences = _occurrences(rows)
    for occurrence in occurrences:
        _code(occurrence)
    _look_at_patients(occurrences)
    return _collect(occurrences, keep_proof=keep_proof)


def _rows(book: Rulebook, session: Session, cross: CrossFacts, payer: str, order: int) -> list[_Row]:
    statute = book.law.on(session.date_of_service, payer)
    checked = session.date_of_service <= book.law.checked_through
    rows = []
    for index, patient in enumerate(session.patients):
        scope = Scope(book, statute, row_facts(session, patient, cross, law_checked=checked))
        row = _Row(order + index, session, patient, index, scope, [])
        row.findings = _edits(scope, Stage.SESSION, index)
        rows.append(row)
    return rows


def _edits(scope: Scope, stage: Stage, index: int) -> list[Finding]:
    return [
        scope.finding(rule, rule.place.replace("patient.", f"session.patients[{index}].", 1))
        for rule in scope.fired(stage)
    ]


def _occurrences(rows: Sequence[_Row]) -> list[_Occurrence]:
    """Combine the eligible sessions of one patient, practitioner, family and date; the others stand alone."""
    same_day: dict[tuple[Any, ...], list[_Row]] = defaultdict(list)
    occurrences = []
    for row in rows:
        if row.has_error or row.session.training is None:
            occurrences.append(_occurrence([row], "alone"))
        else:
            session = row.session
            key = (row.patient.id, session.practitioner.npi, session.training)
            same_day[key].append(row)
    for together in same_day.values():
        if len(together) == 1:
            occurrences.append(_occurrence(together, "alone"))
        elif len({_manner(row) for row in together}) == 1:
            occurrences.append(_occurrence(together, "combined"))
        else:
            occurrences.extend(_occurrence([row], "differ") for row in together)
    for occurrence in occurrences:
        for row in occurrence.rows:
            if row is not occurrence.bearer:
                row.findings += _edits(row.scope, Stage.OCCURRENCE, row.index)
    return occurrences


def _manner(row: _Row) -> tuple[Any, ...]:
    """What must agree for sessions of one date to combine."""
    who = row.session.practitioner
    return (
        row.session.place_of_service,
        row.session.modality,
        who.furnished_by,
        who.furnished_by_id,
        row.scope.value("grouped"),
    )


def _occurrence(rows: list[_Row], same_day: str) -> _Occurrence:
    rows = sorted(rows, key=_clock_order)
    bearer = rows[0]
    for row in rows:
        row.scope.known |= {"same_day": same_day, "bears_lines": row is bearer}
    segments = tuple((row.scope.value("minutes"), row.scope.value("assistant_minutes")) for row in rows)
    bearer.scope.known |= {
        "total_minutes": _total([minutes for minutes, _ in segments]),
        "minutes_segments": segments,
    }
    return _Occurrence(rows, bearer)


def _clock_order(row: _Row) -> tuple[bool, time, str]:
    return (row.session.start_time is None, row.session.start_time or time.min, row.session.id)


def _total(parts: list[int | None]) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _code(occurrence: _Occurrence) -> None:
    """Codes, units, modifiers and money of one occurrence, with the edits that need them."""
    row, scope = occurrence.bearer, occurrence.bearer.scope
    findings = _edits(scope, Stage.OCCURRENCE, row.index)
    charges = dict(row.patient.charge)
    for code_fact, units_fact in (("primary_code", "primary_units"), ("addon_code", "addon_units")):
        units = scope.value(units_fact)
        if units and scope.value(code_fact) != NO_CODE and scope.value("primary_units"):
            line = _line(scope, scope.value(code_fact), units, charges)
            findings += _edits(line, Stage.LINE, row.index)
            occurrence.lines.append(line)
    _money(occurrence)
    findings += _edits(scope, Stage.MONEY, row.index)
    occurrence.findings = findings


def _line(scope: Scope, code: str, units: int, charges: dict[str, Decimal]) -> Scope:
    charge = charges.get(code)
    ceiling = NO_CHARGE if charge is None else units * cents(charge)
    addon = code == scope.value("addon_code")
    given = {
        **scope.known,
        "procedure_code": code,
        "is_addon": addon,
        "units": units,
        "charge_cents": ceiling,
    }
    return Scope(scope.book, scope.statute, given)


def _money(occurrence: _Occurrence) -> None:
    """Fees first, then the threshold, then the deductible from the lines in order."""
    scope = occurrence.bearer.scope
    allowed = [line.value("allowed_cents") for line in occurrence.lines]
    scope.known["session_allowed_cents"] = sum(amount for amount in allowed if amount is not None)
    scope.known["allowed_range"] = None
    if occurrence.lines and scope.value("locality_known") is None:
        scope.known["allowed_range"] = _range(occurrence.lines)
    deductible = occurrence.bearer.patient.deductible_remaining
    left = 0 if deductible is None else cents(deductible)
    for line in occurrence.lines:
        line.known["deductible_cents"] = left
        left -= line.value("deductible_applied_cents") or 0


def _range(lines: Sequence[Scope]) -> str | None:
    """The least and the most that the lines are allowed over all localities; ``None`` where no fee is known."""
    book = lines[0].book
    totals = []
    for locality in dict.fromkeys(entry.key for entry in book.law.entries("locality_name")):
        parts = []
        for line in lines:
            kept = {name: line.known[name] for name in RECORDED if name in line.known}
            parts.append(
                Scope(book, line.statute, {**kept, "payment_locality": locality}).value("allowed_cents")
            )
        if None in parts:
            return None
        totals.append(sum(parts))
    return f"${dollars(min(totals))} to ${dollars(max(totals))}"


def _look_at_patients(occurrences: Iterable[_Occurrence]) -> None:
    """Training of one patient on the date that other occurrences bear on."""
    patients: dict[str, list[_Occurrence]] = defaultdict(list)
    for occurrence in occurrences:
        if occurrence.lines:
            patients[occurrence.bearer.patient.id].append(occurrence)
    for together in patients.values():
        if len(together) == 1:
            continue
        grouped = {o.bearer.scope.value("grouped") for o in together}
        families = {o.bearer.session.training for o in together if not o.bearer.scope.value("grouped")}
        for row in (row for occurrence in together for row in occurrence.rows):
            alone = not row.scope.value("grouped")
            row.scope.known["other_family_same_day"] = alone and len(families) > 1
            row.scope.known["individual_and_group_same_day"] = len(grouped) > 1
            row.findings += _edits(row.scope, Stage.DAY, row.index)


def _collect(occurrences: Iterable[_Occurrence], *, keep_proof: bool) -> list[tuple[int, Assessment]]:
    collected: list[tuple[int, Assessment]] = []
    for occurrence in occurrences:
        if not occurrence.lines:
            for row in occurrence.rows:
                row.findings = [f for f in row.findings if not needs_line(f, row.scope.book)]
            occurrence.findings = [
                f for f in occurrence.findings if not needs_line(f, occurrence.bearer.scope.book)
            ]
        collected += [
            (row.order, _assessment(row, occurrence, keep_proof=keep_proof)) for row in occurrence.rows
        ]
    return collected


def needs_line(finding: Finding, book: Rulebook) -> bool:
    """Whether the finding stands only where a service line was earned."""
    return finding.code in book.line_codes


def _assessment(row: _Row, occurrence: _Occurrence, *, keep_proof: bool) -> Assessment:
    bears = row is occurrence.bearer
    findings = row.findings + [f for f in occurrence.findings if bears or f.severity in BLOCKING]
    for other in occurrence.rows:
        if other is not row:
            findings += [_elsewhere(f, other) for f in other.findings if f.severity is Severity.HOLD]
    unique = {(f.code, f.severity, f.message, f.place): f for f in findings}
    ordered = tuple(sorted(unique.values(), key=lambda f: (*f.order, f.place)))
    lines = occurrence.lines if bears else []
    return Assessment(
        row.session,
        row.patient,
        disposition(ordered),
        tuple(service_line(line, occurrence.bearer.scope) for line in lines),
        ordered,
        occurrence.bearer.session.id,
        row.scope if keep_proof else None,
        tuple(lines) if keep_proof else (),
    )


def _elsewhere(finding: Finding, row: _Row) -> Finding:
    """A hold of a session whose minutes are in the same line, told with the session it stands on."""
    place = finding.place.replace("session.", f"session[{row.session.id}].", 1)
    return replace(
        finding, place=place, message=f"Session {row.session.id} of the same date: {finding.message}"
    )


def disposition(findings: Iterable[Finding]) -> Disposition:
    """Not billable with an error, held with a hold, else payable."""
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return Disposition.NOT_BILLABLE
    return Disposition.HOLD if Severity.HOLD in severities else Disposition.PAYABLE


def service_line(line: Scope, session: Scope) -> ServiceLine:
    """The line as it is claimed: therapy, assistant, KX and telehealth modifiers in this order."""
    therapy = session.value("therapy_modifier")
    words = (
        "" if therapy in {None, "none"} else str(therapy),
        line.value("assistant_modifier"),
        session.value("kx_modifier"),
        session.value("audio_modifier"),
    )
    allowed, patient, medicare, after = (
        None if (amount := line.value(name)) is None else dollars(amount)
        for name in ("allowed_cents", "patient_cents", "medicare_cents", "after_sequestration_cents")
    )
    return ServiceLine(
        line.known["procedure_code"],
        line.known["units"],
        tuple(str(word) for word in words if word),
        allowed,
        patient,
        medicare,
        after,
    )
