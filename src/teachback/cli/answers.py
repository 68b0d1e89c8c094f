"""Answers at once: what minutes earn, and what a unit is allowed; nothing heavy is loaded here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from teachback import law as law_files
from teachback.assess import dollars, rulebook
from teachback.cli import complain
from teachback.model import PractitionerKind, Training
from teachback.reading import reading_note, thresholds, units_of, words
from teachback.rulebook import Scope
from teachback.rules.vocabulary import CODES, MINUTES, NO_CODE

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

UNIT_TOPICS = ("codes", "units")
PRICE_TOPICS = (
    "codes",
    "units",
    "fees",
    "practitioners",
    "settings",
    "modifiers",
    "telehealth",
    "plan",
    "payment",
)
_LOCALITY = re.compile(r"[0-9]{5}-[0-9]{2}")
_ZIP = re.compile(r"[0-9]{5}(-?[0-9]{4})?")


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
        for rule in _rules(scope, "C101", "C102", "C114")
        if scope.answer(rule)
    ]
    if stopped:
        first = stopped[0]
        return [f"{minutes} minutes on {day}: nothing. {first.message}", f"  ({'; '.join(first.cites)})"]
    earned = units_of(scope)
    note = reading_note(scope)
    answer = [f"{minutes} minutes on {day}: {words(earned)}.{' ' + note if note else ''}"]
    answer += _why_units(scope)
    for rule in _rules(scope, "U101", "U116", "U107", "U106"):
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


def _rules(scope: Scope, *codes: str) -> list[Any]:
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
    findings = [line.finding(rule, rule.place) for rule in _rules(scope, "U105") if line.answer(rule)]
    return [f"  {f.severity.value} {f.code} {f.name}: {f.message} ({'; '.join(f.cites)})" for f in findings]


def run_price(  # noqa: PLR0913  a price has this many conditions
    code: str,
    *,
    day: date,
    locality: str | None,
    zip_code: str | None,
    national: bool,
    place: str,
    kind: str,
    participating: bool,
    qualifying: bool,
) -> int:
    """Print one unit's allowed amount with every factor; 2 where the question cannot be read."""
    wrong = _wrong_price_question(code, locality, zip_code, national=national)
    if wrong:
        return complain(wrong)
    scope = price_scope(
        code.upper(),
        day=day,
        locality=locality,
        zip_code=zip_code,
        national=national,
        place=place,
        kind=kind,
        participating=participating,
        qualifying=qualifying,
    )
    return _print_price(scope, code.upper(), day, national=national)


def _wrong_price_question(code: str, locality: str | None, zip_code: str | None, *, national: bool) -> str:
    if code.upper() not in CODES:
        return f"{code} is not a caregiver-training code; the ten are {', '.join(CODES)}"
    if sum(value is not None for value in (locality, zip_code)) + national != 1:
        return "say where: one of --locality 03102-00, --zip 85004 or --national"
    if locality is not None and not _LOCALITY.fullmatch(locality):
        return f"locality {locality}: expected contractor and locality number such as 03102-00"
    if zip_code is not None and not _ZIP.fullmatch(zip_code):
        return f"zip {zip_code}: expected five digits, or nine"
    return ""


def family_of(code: str) -> tuple[Training, bool]:
    """The training and whether it is group training that a code stands for."""
    book = rulebook(UNIT_TOPICS)
    addons: dict[str, str] = next(book.law.entries("addon_codes")).value
    primary = {addon: first for first, addon in addons.items()}.get(code, code)
    for name, grouped in (("individual_codes", False), ("group_codes", True)):
        for entry in book.law.entries(name):
            for training, first in entry.value.items():
                if first == primary:
                    return Training(training), grouped
    raise ValueError(f"{code} belongs to no family")


def price_scope(  # noqa: PLR0913  a price has this many conditions
    code: str,
    *,
    day: date,
    locality: str | None,
    zip_code: str | None,
    national: bool,
    place: str,
    kind: str,
    participating: bool,
    qualifying: bool,
) -> Scope:
    """The facts of one line of one unit, from which every price of the command follows."""
    training, grouped = family_of(code)
    book = rulebook(PRICE_TOPICS)
    given: dict[str, Any] = {
        "training": training,
        "grouped": grouped,
        "procedure_code": code,
        "units": 1,
        "total_minutes": None,
        "practitioner_kind": PractitionerKind(kind),
        "plan_kind": None,
        "plan_discipline": None,
        "recorded_place": place,
        "locality": locality,
        "zip_code": zip_code,
        "participating": participating,
        "qualifying_apm": qualifying,
        "at_cost": False,
        "charge_cents": 10**12,
        "deductible_cents": 0,
        "assistant_modifier": "",
    }
    if national:
        given["payment_locality"] = "national"
    return Scope(book, book.law.on(day), given)


def _print_price(scope: Scope, code: str, day: date, *, national: bool) -> int:
    from teachback.explain import fee_lines

    stopped = [
        scope.finding(rule, rule.place)
        for rule in _rules(scope, "C101", "C102", "C114", "B101", "B110")
        if scope.answer(rule)
    ]
    for finding in stopped:
        print(f"{code} on {day}: not payable. {finding.message} ({'; '.join(finding.cites)})")
    if any(finding.code.startswith("C") for finding in stopped):
        return 0
    allowed = scope.value("unit_allowed_cents")
    if allowed is None:
        print(f"{code} on {day}: no amount. {_why_no_amount(scope)}")
        return 0
    key = scope.value("payment_locality")
    where = "national" if national else f"{key} {scope.statute.value('locality_name', key)}"
    modifier = scope.value("therapy_modifier")
    under = "" if modifier == "none" else f" under {modifier}"
    print(f"{code} on {day}, {where}{under}: one unit is allowed ${dollars(allowed)}")
    for line in fee_lines(scope):
        print(line)
    for line in _shares_and_split(scope):
        print(line)
    for line in _time_of(scope, code):
        print(line)
    return 0


def _why_no_amount(scope: Scope) -> str:
    if not scope.statute.value("fees_published"):
        return (
            "The fees of this year are not published (P101); the latest proposal is not usable for billing."
        )
    if scope.value("place_of_service") is None:
        return "The place is no CMS place of service (S101)."
    if scope.value("locality_known") is None:
        return "The locality is not one of CMS's (P102)."
    if scope.value("fee_setting") is None:
        return "The place of service decides the amount and is not known (S101)."
    return "This kind of practitioner has no share of the fee schedule (B101)."


def _shares_and_split(scope: Scope) -> list[str]:
    fee, unit = scope.value("unit_fee_cents"), scope.value("unit_allowed_cents")
    lines = []
    if unit != fee:
        lines.append(
            f"      x {scope.value('participation_percent')} % participation x {scope.value('practitioner_percent')} % "
            f"for {scope.value('practitioner_kind')} = ${dollars(unit)}"
        )
    lines.append(
        f"      deductible met: patient owes ${dollars(scope.value('patient_cents'))}, Medicare pays "
        f"${dollars(scope.value('after_sequestration_cents'))} after sequestration"
    )
    if not scope.known["participating"] and scope.known["practitioner_kind"] not in scope.statute.value(
        "mandatory_assignment"
    ):
        lines.append(f"      limiting charge when unassigned: ${dollars(_limiting(scope, unit))}")
    return lines


def _limiting(scope: Scope, unit: int) -> int:
    percent: Decimal = scope.statute.value("limiting_charge_percent")
    return (unit * int(percent) + 50) // 100


def _time_of(scope: Scope, code: str) -> list[str]:
    limits = thresholds(scope)
    reading = scope.statute.entry("time_reading", scope.value("primary_code"))
    if limits is None or reading is None:
        return []
    first, first_midpoint, addon, addon_midpoint = limits
    full, midpoint = (addon, addon_midpoint) if code == scope.value("addon_code") else (first, first_midpoint)
    if reading.value == "midpoint" or code == NO_CODE:
        return []
    sources = "; ".join((*reading.cites, *(() if reading.value == "full" else ("2024 unsettled",))))
    return [
        f"      earned from the full {full} minutes in all; a midpoint reading would say {midpoint} ({sources})"
    ]
