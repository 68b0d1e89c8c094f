"""The proof of one session: each line from facts through rules to law, each cent from value to payment."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from teachback.counterfactual import questions
from teachback.law import made_with
from teachback.model import Disposition
from teachback.reading import reading_note
from teachback.rulebook import FIRST_DAY, wording
from teachback.rules.fees import dollars
from teachback.rules.modifiers import AssistantPart
from teachback.rules.vocabulary import NO_CODE, RECORDED, Setting, TherapyModifier

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from teachback.assess import Assessment
    from teachback.findings import Finding, LawValue, Step
    from teachback.law import Law
    from teachback.model import Session
    from teachback.rulebook import Scope

VERDICTS = {
    Disposition.PAYABLE: "payable",
    Disposition.HOLD: "on hold",
    Disposition.NOT_BILLABLE: "not billable",
}
_CODING = ("grouped", "primary_code", "reading", "primary_units", "addon_code", "addon_units")


def label(name: str) -> str:
    """The fact's own label for people."""
    recorded = RECORDED.get(name)
    return recorded.label if recorded else name.replace("_", " ")


def cited(value: LawValue) -> str:
    """Since when a law value holds, and by which source; how sure we are where it is not verified."""
    parts = [] if value.since <= FIRST_DAY else [f"since {value.since}"]
    parts.append("; ".join(value.cites))
    if value.confidence != "verified":
        parts.append(value.confidence)
    if value.payer != "medicare":
        parts.append(f"payer {value.payer}")
    return ", ".join(parts)


def explain(
    assessment: Assessment, sessions: Sequence[Session], bearer: Assessment, payer: str
) -> Iterator[str]:
    """The proof as lines of text. ``bearer`` is the assessment that carries the lines of the date.

    Both assessments must have been made with ``keep_proof``.
    """
    session = assessment.session
    yield f"Session {session.id}, patient {assessment.patient.id}, {session.date_of_service}: {VERDICTS[assessment.disposition]}"
    yield f"payer {payer}; {made_with()}"
    yield ""
    yield from _what_happened(assessment)
    yield from _what_follows(assessment, bearer)
    yield from _why(bearer)
    yield from _every_cent(bearer)
    yield from _findings(assessment.findings, _scope(assessment).book.law)
    yield from _missing(assessment, sessions, payer)


def _what_happened(assessment: Assessment) -> Iterator[str]:
    scope = _scope(assessment)
    session = assessment.session
    yield "WHAT HAPPENED"
    start, end = session.start_time, session.end_time
    clock = "" if start is None or end is None else f", {start:%H:%M} to {end:%H:%M}"
    yield f"  {wording(scope.value('minutes'))} minutes of {wording(session.training)} training{clock}"
    yield f"  by {session.practitioner.type}, {wording(session.modality)}, place of service {wording(session.place_of_service)}"
    if session.practitioner.furnished_by is not None or session.assistant_minutes:
        helper = session.practitioner.furnished_by or "an assistant who is not named"
        minutes = wording(scope.value("assistant_minutes"))
        supervision = wording(session.practitioner.supervision)
        yield f"  furnished by {helper}; assistant minutes: {minutes}; supervision: {supervision}"
    represented = scope.known["patients_represented"]
    yield f"  patients represented: {represented}; caregivers trained for this one: {len(assessment.patient.caregivers)}"
    if assessment.bearer != session.id:
        yield f"  its minutes were added to session {assessment.bearer} of the same date, which carries the lines"
    yield ""


def _scope(assessment: Assessment) -> Scope:
    if assessment.scope is None:
        raise ValueError("explain needs an assessment made with keep_proof")
    return assessment.scope


def _what_follows(assessment: Assessment, bearer: Assessment) -> Iterator[str]:
    yield "WHAT FOLLOWS" + ("" if bearer is assessment else f" (lines of session {bearer.session.id})")
    if not bearer.service_lines:
        yield "  no service line was earned"
    for line in bearer.service_lines:
        words = " ".join((f"{line.procedure_code} x{line.units}", *line.modifiers))
        if line.allowed_amount is None:
            yield f"  {words:24} amount not known"
        else:
            yield (
                f"  {words:24} allowed ${line.allowed_amount}   Medicare pays ${line.medicare_payment_after_sequestration}"
                f"   patient owes ${line.patient_amount}"
            )
    yield ""


def _why(bearer: Assessment) -> Iterator[str]:
    scope = _scope(bearer)
    yield "WHY THESE CODES AND UNITS"
    for fact in _CODING:
        yield from _step(scope, fact)
    note = reading_note(scope)
    if note:
        yield f"  Note: {note}"
    yield ""
    if not bearer.service_lines:
        return
    yield "WHY THESE MODIFIERS"
    for fact in _modifiers_that_matter(scope):
        yield from _step(scope, fact)
    for line in bearer.line_scopes:
        if line.value("assistant_modifier"):
            yield from _step(line, "assistant_modifier")
    yield ""


def _modifiers_that_matter(scope: Scope) -> Iterator[str]:
    yield "therapy_modifier"
    if scope.value("assistant_part") is not AssistantPart.NO_LINE:
        yield "assistant_part"
    if _therapy(scope):
        yield from ("above_threshold", "kx_modifier")
    yield "audio_modifier"


def _step(scope: Scope, fact: str) -> Iterator[str]:
    rule = scope.book.maker(fact, scope.statute)
    if (
        rule is None
        or scope.value(fact) in {None, ""}
        or (fact == "addon_code" and scope.value(fact) == NO_CODE)
    ):
        return
    step = scope.step(rule)
    yield f"  {label(fact)} = {wording(step.value)}"
    yield f"      rule   {step.says}"
    yield from _because(step, scope.book.law)


def _because(step: Step, law: Law) -> Iterator[str]:
    finite = [f"{label(name)}: {_fact_words(name, value)}" for name, value in step.facts if _short(value)]
    if finite:
        yield f"      facts  {'; '.join(finite)}"
    for entry in step.law:
        parameter = law.parameters[entry.name]
        which = "" if entry.key is None else f" ({entry.key})"
        yield (
            f"      law    {parameter.says}{which}: {_law_words(entry.value)} {parameter.unit}".rstrip()
            + f" ({cited(entry)})"
        )


def _fact_words(name: str, value: object) -> str:
    return f"${dollars(value)}" if name.endswith("_cents") and isinstance(value, int) else wording(value)


def _short(value: object) -> bool:
    return value is None or isinstance(value, (str, int, bool, Decimal))


def _law_words(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {wording(item)}" for key, item in value.items()) or "none"
    text = wording(value)
    return text or "none"


def _every_cent(bearer: Assessment) -> Iterator[str]:
    if not bearer.line_scopes:
        return
    yield "EVERY CENT"
    for line in bearer.line_scopes:
        yield from _price(line)
        yield from _payment(line)
    yield ""


def _price(line: Scope) -> Iterator[str]:
    units = line.known["units"]
    yield f"  {line.known['procedure_code']}, {units} unit{'s' if units != 1 else ''}"
    fee = line.value("unit_fee_cents")
    if fee is None:
        yield "      no fee is known: place, locality or year is open"
        return
    yield from fee_lines(line)
    yield from _shares(line, fee)


def fee_lines(line: Scope) -> Iterator[str]:
    """One unit's fee: relative values times price indices, times the conversion factor."""
    rule = line.book.maker("unit_fee_cents", line.statute)
    assert rule is not None  # noqa: S101  the fee always has its one rule
    entries = {entry.name: entry for entry in line.step(rule).law}
    values: Mapping[str, Decimal] = entries["relative_values"].value
    index: Mapping[str, Decimal] = entries["gpci"].value
    factor: Decimal = entries["conversion_factor"].value
    setting = line.value("fee_setting")
    expense = values["pe_facility" if setting is Setting.FACILITY else "pe_nonfacility"]
    total = (
        values["work"] * index["work"] + expense * index["pe"] + values["malpractice"] * index["malpractice"]
    )
    why = "under a therapy modifier, so in every place" if _therapy(line) else "by the place of service"
    yield (
        f"      work {values['work']} x {index['work']} + practice expense {expense} x {index['pe']} ({setting}, {why})"
        f" + malpractice {values['malpractice']} x {index['malpractice']} = {total}"
    )
    yield f"      x conversion factor {factor} = {total * factor:.4f}, rounded to ${dollars(line.value('unit_fee_cents'))}"
    yield f"      relative values {cited(entries['relative_values'])}"
    yield f"      locality {entries['gpci'].key} {cited(entries['gpci'])}; factor {cited(entries['conversion_factor'])}"


def _therapy(line: Scope) -> bool:
    return line.value("therapy_modifier") is not TherapyModifier.NONE


def _shares(line: Scope, fee: int) -> Iterator[str]:
    for fact, words in (
        ("participation_percent", "non-participating"),
        ("practitioner_percent", "kind of practitioner"),
    ):
        percent = line.value(fact)
        if percent is None:
            yield "      this kind of practitioner has no share of the fee schedule"
            return
        if percent != 100:  # noqa: PLR2004  the whole fee needs no line
            rule = line.book.maker(fact, line.statute)
            assert rule is not None  # noqa: S101  the fee always has its one rule
            yield f"      x {percent} % ({words}: {'; '.join(cited(entry) for entry in line.step(rule).law)})"
    unit, units = line.value("unit_allowed_cents"), line.known["units"]
    if unit != fee:
        yield f"      one unit is allowed ${dollars(unit)}"
    allowed = line.value("allowed_cents")
    lower = " (the charge is lower)" if allowed < unit * units else ""
    yield f"      x {units} = ${dollars(allowed)} allowed{lower}"


def _payment(line: Scope) -> Iterator[str]:
    if line.value("allowed_cents") is None:
        return
    applied = line.value("deductible_applied_cents")
    statute = line.statute
    coinsurance, sequestration = statute.entry("coinsurance_percent"), statute.entry("sequestration_percent")
    assert coinsurance is not None  # noqa: S101  in force on every priced date
    assert sequestration is not None  # noqa: S101  in force on every priced date
    if applied:
        yield f"      deductible ${dollars(applied)} of the ${dollars(line.known['deductible_cents'])} that were left"
    rest, share = dollars(line.value("allowed_cents") - applied), dollars(line.value("coinsurance_cents"))
    yield f"      coinsurance {coinsurance.value} % of ${rest} = ${share} ({cited(coinsurance)})"
    yield f"      the patient owes ${dollars(line.value('patient_cents'))}"
    yield f"      Medicare's share ${dollars(line.value('medicare_share_cents'))}"
    if line.value("payment_percent") != 100:  # noqa: PLR2004  no assistant reduction
        assistant = statute.entry("assistant_percent")
        assert assistant is not None  # noqa: S101  in force since 2022
        yield f"      x {assistant.value} % for the assistant = ${dollars(line.value('medicare_cents'))} ({cited(assistant)})"
    yield (
        f"      less sequestration {sequestration.value} % = ${dollars(line.value('sequestration_cents'))}: "
        f"Medicare pays ${dollars(line.value('after_sequestration_cents'))} ({cited(sequestration)})"
    )


def _findings(findings: Sequence[Finding], law: Law) -> Iterator[str]:
    yield "FINDINGS"
    if not findings:
        yield "  none"
    for finding in findings:
        yield f"  {finding.severity.value} {finding.code} {finding.name}: {finding.message}"
        yield f"      do     {finding.remedy}"
        cure = "nobody; it follows from what happened" if finding.owner == "nobody" else finding.owner.value
        yield f"      who    {cure}"
        yield f"      where  {finding.place}"
        yield from _because(finding.step, law)
    yield ""


def _missing(assessment: Assessment, sessions: Sequence[Session], payer: str) -> Iterator[str]:
    if assessment.disposition is Disposition.PAYABLE:
        return
    yield "WHAT ONE MISSING FACT WOULD CHANGE"
    asked = questions(sessions, assessment.session, assessment.patient, payer=payer)
    if not asked:
        yield "  No single missing fact would change the verdict."
    for question in asked:
        outcomes = "; ".join(f"{answer}: {VERDICTS[verdict]}" for answer, verdict in question.verdicts)
        yield f"  {question.asks}  {outcomes}"
    yield ""
