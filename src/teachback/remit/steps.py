"""From a cause to the step that is open now: what the remarks, the law of the code and the calendar leave of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from teachback.remit import deadlines
from teachback.remit.denials import PATIENT, Cause, Remedy, Step, has_no_appeal, is_unprocessable, knowledge
from teachback.remit.items import Alternative
from teachback.rules.book import law

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from teachback.claimdata import Claim, ClaimLine
    from teachback.remit.deadlines import Deadline

_ABSOLUTE: Final = 2
_NOTICE: Final = frozenset({"GA", "GX", "GY"})


@dataclass(frozen=True, slots=True)
class Case:
    """One refusal: its cause and group, all remarks, the claim where it was matched, and the days that count."""

    cause: Cause
    group_code: str
    remark_codes: tuple[str, ...]
    claim: Claim | None
    line: ClaimLine | None
    service_day: date | None
    notice: date
    today: date

    @property
    def modifiers(self) -> frozenset[str]:
        """The line's modifiers; none where the line is not known."""
        return frozenset() if self.line is None else frozenset(self.line.modifiers)

    @property
    def may_appeal(self) -> bool:
        """Whether an appeal exists for this refusal at all."""
        return (
            self.cause.appealable
            and not is_unprocessable(self.remark_codes)
            and not has_no_appeal(self.remark_codes)
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """The step with its sentence, its last day, the other ways that are open, notes and sources."""

    step: Step
    do: str
    deadline: Deadline | None = None
    also: tuple[Alternative, ...] = ()
    notes: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()


def decide(case: Case) -> Decision:
    """The next step of a refusal. A write-off is only proposed, and an appeal only where one exists."""
    return _in_time(_decided(case), case)


def _decided(case: Case) -> Decision:
    cause = case.cause
    if cause.remedy is Remedy.ASK_EXCEPTION:
        return Decision(Step.ASK_EXCEPTION, cause.do)
    if is_unprocessable(case.remark_codes):
        return _send_new(case)
    if case.group_code == PATIENT and cause.remedy is not Remedy.WAIT:
        return _patient(case)
    return _BY_REMEDY[cause.remedy](case)


def _send_new(case: Case) -> Decision:
    day = _filing_day(case)
    return Decision(
        Step.SEND_NEW,
        f"{case.cause.do} Then send a new claim: this one was returned without a decision, so there is no appeal.",
        None if day is None else deadlines.filing(day),
        cites=knowledge().remark_cites,
    )


def _filing_day(case: Case) -> date | None:
    if case.claim is not None:
        return deadlines.filing_anchor(case.claim, case.line)
    return case.service_day


def _patient(case: Case) -> Decision:
    if not case.cause.patient_may_owe:
        words = "The payer makes the patient responsible, yet for this cause the patient may not be billed. "
        return _person(case, words + case.cause.do)
    if case.cause.key in _NEEDS_NOTICE and not case.modifiers & _NOTICE:
        words = (
            "The payer makes the patient responsible. Bill the patient only with a notice (ABN) signed before "
            "the service; the line does not say that there is one."
        )
    else:
        words = "The payer makes the patient responsible: bill the patient, and say why."
    return Decision(Step.BILL_PATIENT, words, also=tuple(_appeals(case)))


_NEEDS_NOTICE: Final = frozenset(
    {"not-necessary", "excluded", "therapy-threshold", "frequency", "units-over-limit"}
)


def _correct(case: Case) -> Decision:
    return _reopen(case)


def _reopen(case: Case) -> Decision:
    words = case.cause.do
    notes: tuple[str, ...] = ()
    if case.cause.remedy is Remedy.CORRECT:
        words += " It was decided, so a new claim would be a duplicate: ask for a reopening to correct it."
    if case.claim is not None and case.claim.institutional is not None:
        notes = ("On an institutional claim an adjustment claim (type of bill ending in 7) does the same.",)
    return Decision(
        Step.REOPEN,
        words,
        deadlines.reopening(case.notice),
        tuple(_appeals(case)),
        notes,
        deadlines.reopening(case.notice).cites,
    )


def _appeal(case: Case) -> Decision:
    if not case.may_appeal:
        return _person(case, f"No appeal is open. {case.cause.do}")
    if "GZ" in case.modifiers:
        words = "The line itself says (GZ) that a denial was expected and no notice given: propose to write it off."
        return Decision(Step.PROPOSE_WRITE_OFF, words, also=tuple(_appeals(case)))
    limit = deadlines.appeal(1, case.notice)
    return Decision(Step.APPEAL, case.cause.do, limit, cites=limit.cites)


def _other_payer(case: Case) -> Decision:
    day = _filing_day(case)
    returns = case.cause.key == "other-payer-primary" and day is not None
    limit = deadlines.filing(day) if returns and day is not None else None
    return Decision(Step.BILL_OTHER_PAYER, case.cause.do, limit, tuple(_appeals(case)))


def _write_off(case: Case) -> Decision:
    return Decision(Step.PROPOSE_WRITE_OFF, case.cause.do, also=(*_reopenings(case), *_appeals(case)))


def _wait(case: Case) -> Decision:
    return Decision(Step.WAIT, case.cause.do, deadlines.answer(case.notice))


def _ask(case: Case) -> Decision:
    return _person(case, case.cause.do)


def _person(case: Case, words: str) -> Decision:
    """A person decides, while the shortest way out is still open."""
    limit = deadlines.appeal(1, case.notice) if case.may_appeal else None
    return Decision(Step.PERSON, words, limit, tuple(_reopenings(case)))


def _limit(case: Case) -> Decision:
    """Units above a day's limit: an absolute limit is final, the other is paid on documentation."""
    line = case.line
    if line is None:
        return _person(case, case.cause.do)
    statute = law().on(line.date_of_service)
    most, kind = (
        statute.entry("unit_limit", line.procedure_code),
        statute.entry("limit_kind", line.procedure_code),
    )
    if most is None or kind is None:
        return _person(case, f"{case.cause.do} No limit is known here for {line.procedure_code}.")
    cites = (*most.cites, *case.cause.cites)
    if kind.value == _ABSOLUTE:
        words = (
            f"{line.units} of {line.procedure_code} were claimed, and {most.value} a day is absolute: no appeal changes it. "
            "If the units were entered wrongly, have them corrected; else propose to write the rest off."
        )
        return Decision(Step.PROPOSE_WRITE_OFF, words, also=tuple(_reopenings(case)), cites=cites)
    words = (
        f"{case.cause.do} Up to {most.value} of {line.procedure_code} a day are paid without question, more on "
        "documentation: if they stand, appeal with the note and the clock times; if not, have them corrected."
    )
    if not case.may_appeal:
        return _person(case, words)
    limit = deadlines.appeal(1, case.notice)
    return Decision(Step.APPEAL, words, limit, tuple(_reopenings(case)), cites=(*cites, *limit.cites))


def _pair(case: Case) -> Decision:
    """Bundling: the indicator of the edit pair on the claim's own date decides, where one is known."""
    found = _indicator(case)
    if found is None:
        return _person(case, case.cause.do)
    pair, indicator, cites = found
    if indicator == "0":
        words = f"{pair} are never paid together, and no modifier helps: propose to write the second off."
        return Decision(Step.PROPOSE_WRITE_OFF, words, also=tuple(_appeals(case)), cites=cites)
    words = (
        f"{pair} are paid together only if they were truly separate. If both notes show it, ask for a reopening to add "
        "the modifier; else propose to write it off."
    )
    limit = deadlines.reopening(case.notice)
    return Decision(Step.REOPEN, words, limit, tuple(_appeals(case)), cites=(*cites, *limit.cites))


def _indicator(case: Case) -> tuple[str, str, tuple[str, ...]] | None:
    """The edit pair of the line with another of its claim and date, its modifier indicator, and sources."""
    if case.claim is None or case.line is None:
        return None
    column = "practitioner" if case.claim.institutional is None else "hospital"
    statute = law().on(case.line.date_of_service)
    mine = case.line.procedure_code
    for other in case.claim.lines:
        if other.date_of_service != case.line.date_of_service or other.procedure_code == mine:
            continue
        for pair in (f"{other.procedure_code}/{mine}", f"{mine}/{other.procedure_code}"):
            entry = statute.entry("pair_indicator", pair)
            if entry is not None and entry.value.get(column):
                return pair.replace("/", " and "), entry.value[column], entry.cites
    return None


def _appeals(case: Case) -> Iterator[Alternative]:
    if case.may_appeal:
        limit = deadlines.appeal(1, case.notice)
        yield Alternative(Step.APPEAL, "If the decision itself is wrong, ask for a redetermination.", limit)


def _reopenings(case: Case) -> Iterator[Alternative]:
    if not is_unprocessable(case.remark_codes):
        limit = deadlines.reopening(case.notice)
        yield Alternative(Step.REOPEN, "If something was entered wrongly, ask for a reopening.", limit)


_BY_REMEDY: Final = {
    Remedy.CORRECT: _correct,
    Remedy.REOPEN: _reopen,
    Remedy.APPEAL: _appeal,
    Remedy.BILL_OTHER_PAYER: _other_payer,
    Remedy.PROPOSE_WRITE_OFF: _write_off,
    Remedy.WAIT: _wait,
    Remedy.PERSON: _ask,
    Remedy.LIMIT: _limit,
    Remedy.PAIR: _pair,
}


def _in_time(decision: Decision, case: Case) -> Decision:
    """The decision while its last day has not passed; else the next way that is open, or none."""
    limit = decision.deadline
    if limit is None or decision.step is Step.WAIT or not limit.has_passed(case.today):
        open_ways = tuple(
            a for a in decision.also if a.deadline is None or not a.deadline.has_passed(case.today)
        )
        return replace(decision, also=open_ways)
    gone = f"The last day for this has passed ({limit.last_day}): {decision.do}"
    for way in decision.also:
        if way.deadline is not None and not way.deadline.has_passed(case.today):
            rest = tuple(a for a in decision.also if a is not way and not _is_past(a, case))
            return replace(
                decision,
                step=way.step,
                do=way.words,
                deadline=way.deadline,
                also=rest,
                notes=(*decision.notes, gone),
            )
    return _too_late(decision, case, gone)


def _is_past(way: Alternative, case: Case) -> bool:
    return way.deadline is not None and way.deadline.has_passed(case.today)


def _too_late(decision: Decision, case: Case, gone: str) -> Decision:
    """Every ordinary way is closed: what is left is an exception, good cause, or a proposal to write off."""
    if decision.step in {Step.SEND_NEW, Step.BILL_OTHER_PAYER}:
        words = (
            "The filing limit has passed. Ask for an exception only if Medicare's own error or a later entitlement "
            "made it late; else propose to write it off. The patient may not be billed."
        )
        return replace(
            decision, step=Step.ASK_EXCEPTION, do=words, deadline=None, also=(), notes=(*decision.notes, gone)
        )
    words = (
        "The time for a reopening or an appeal has passed. Only good cause helps now, such as new evidence that could "
        "not be had before; else propose to write it off."
    )
    late = deadlines.reopening_for_good_cause(case.notice)
    also = (
        ()
        if late.has_passed(case.today)
        else (Alternative(Step.REOPEN, "With good cause, ask for a reopening.", late),)
    )
    return replace(
        decision,
        step=Step.PROPOSE_WRITE_OFF,
        do=words,
        deadline=None,
        also=also,
        notes=(*decision.notes, gone),
    )
