"""What minutes earn on a date, at once and with the reason; nothing heavy is loaded here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback import law as law_files
from teachback.cli import complain
from teachback.model import Training
from teachback.reading import reading_note, thresholds, units_of, words
from teachback.rulebook import Scope
from teachback.rules.book import rulebook
from teachback.rules.vocabulary import MINUTES

if TYPE_CHECKING:
    from datetime import date

    from teachback.rulebook import Rule

UNIT_TOPICS = ("codes", "units")


def run_units(minutes: int, *, training: str, day: date, patients: int, payer: str) -> int:
    """Print codes and units of the minutes with the reason; 2 where the question cannot be read."""
    if minutes not in MINUTES:
        return complain("minutes lie between 0 and 1440, the minutes of a day")
    if patients < 1:
        return complain("patients: at least one patient is represented")
    if payer not in law_files.payers():
        return complain(f"no payer {payer}; there are: {', '.join(law_files.payers())}")
    book = rulebook(UNIT_TOPICS)
    given = {
        "training": Training(training),
        "patients_represented": patients,
        "minutes": minutes,
        "total_minutes": minutes,
    }
    scope = Scope(book, book.law.on(day, payer), given)
    for line in _units_answer(scope, minutes, day):
        print(line)
    return 0


def _units_answer(scope: Scope, minutes: int, day: date) -> list[str]:
    stopped = [
        scope.finding(rule, rule.place)
        for rule in edits_of(scope, "C101", "C102", "C114")
        if scope.answer(rule)
    ]
    if stopped:
        first = stopped[0]
        return [f"{minutes} minutes on {day}: nothing. {first.message}", f"  ({'; '.join(first.cites)})"]
    earned = units_of(scope)
    note = reading_note(scope)
    answer = [f"{minutes} minutes on {day}: {words(earned)}.{' ' + note if note else ''}"]
    answer += _why_units(scope)
    for rule in edits_of(scope, "U101", "U116", "U107", "U106"):
        if scope.answer(rule):
            finding = scope.finding(rule, rule.place)
            answer.append(f"  {finding.severity.value} {finding.code} {finding.name}: {finding.message}")
    for code, units in earned:
        answer += _limit(scope, code, units)
    if day > scope.book.law.checked_through:
        answer.append(
            f"  warning LAW901 law-not-verified: the rules were checked through {scope.book.law.checked_through}"
        )
    return answer


def edits_of(scope: Scope, *codes: str) -> list[Rule]:
    """The edits of the rule book with these codes, in this order."""
    return [rule for code in codes for rule in scope.book.rules if rule.code == code]


def _why_units(scope: Scope) -> list[str]:
    limits = thresholds(scope)
    reading = scope.statute.entry("time_reading", scope.value("primary_code"))
    if limits is None or reading is None:
        cite = "" if reading is None else f" ({'; '.join(reading.cites)})"
        return [
            f"  {scope.value('primary_code')} is untimed: one unit for each represented patient, whatever the length{cite}"
        ]
    first, first_midpoint, addon, addon_midpoint = limits
    code, extra = scope.value("primary_code"), scope.value("addon_code")
    cite = f"({'; '.join(reading.cites)}; {reading.confidence})"
    if reading.value == "midpoint":
        return [
            f"  {reading.payer} counts by the midpoint: {code} from {first_midpoint}, {extra} from {addon_midpoint} {cite}"
        ]
    told = f"pages that teach {first_midpoint} and {addon_midpoint} count by the midpoint"
    settled = (
        "unsettled in 2024, billed on full time" if reading.value == "unsettled" else "full time of the code"
    )
    return [f"  {settled}: {code} from {first} minutes, {extra} from {addon}; {told} {cite}"]


def _limit(scope: Scope, code: str, units: int) -> list[str]:
    line = Scope(scope.book, scope.statute, {**scope.known, "procedure_code": code, "units": units})
    findings = [line.finding(rule, rule.place) for rule in edits_of(scope, "U105") if line.answer(rule)]
    return [f"  {f.severity.value} {f.code} {f.name}: {f.message} ({'; '.join(f.cites)})" for f in findings]
