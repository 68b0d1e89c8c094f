"""What one unit is allowed, with every factor and its source; nothing heavy is loaded here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from teachback.cli import complain
from teachback.cli.units import UNIT_TOPICS, edits_of
from teachback.explain import fee_lines
from teachback.model import PractitionerKind, Training
from teachback.reading import thresholds
from teachback.rulebook import Scope
from teachback.rules.book import rulebook
from teachback.rules.fees import NO_CHARGE, dollars
from teachback.rules.vocabulary import CODES, NO_CODE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

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
_STOPS = ("C101", "C102", "C114", "B101", "B110", "S108")
_HOLDS = ("B102", "B108")
_LOCALITY = re.compile(r"[0-9]{5}-[0-9]{2}")
_ZIP = re.compile(r"[0-9]{5}(-?[0-9]{4})?")


@dataclass(frozen=True, slots=True)
class PriceQuestion:
    """One unit of a code on a day: where it was furnished, and by whom."""

    code: str
    day: date
    locality: str | None
    zip_code: str | None
    national: bool
    place: str
    kind: str
    participating: bool
    qualifying: bool


def run_price(question: PriceQuestion) -> int:
    """Print one unit's allowed amount with every factor; 2 where the question cannot be read."""
    wrong = _what_is_wrong(question)
    if wrong:
        return complain(wrong)
    for line in _answer(question, price_scope(question)):
        print(line)
    return 0


def _what_is_wrong(question: PriceQuestion) -> str:
    if question.code not in CODES:
        return f"{question.code} is not a caregiver-training code; the ten are {', '.join(CODES)}"
    if sum(value is not None for value in (question.locality, question.zip_code)) + question.national != 1:
        return "say where: one of --locality 03102-00, --zip 85004 or --national"
    if question.locality is not None and not _LOCALITY.fullmatch(question.locality):
        return f"locality {question.locality}: expected contractor and locality number such as 03102-00"
    if question.zip_code is not None and not _ZIP.fullmatch(question.zip_code):
        return f"zip {question.zip_code}: expected five digits, or nine"
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


def price_scope(question: PriceQuestion) -> Scope:
    """The facts of one line of one unit, from which every price of the command follows."""
    training, grouped = family_of(question.code)
    book = rulebook(PRICE_TOPICS)
    given: dict[str, Any] = {
        "training": training,
        "grouped": grouped,
        "procedure_code": question.code,
        "units": 1,
        "total_minutes": None,
        "practitioner_kind": PractitionerKind(question.kind),
        "plan_kind": None,
        "plan_discipline": None,
        "recorded_place": question.place.zfill(2),
        "locality": question.locality,
        "zip_code": question.zip_code,
        "participating": question.participating,
        "qualifying_apm": question.qualifying,
        "at_cost": False,
        "charge_cents": NO_CHARGE,
        "deductible_cents": 0,
        "assistant_modifier": "",
    }
    if question.national:
        given["payment_locality"] = "national"
    return Scope(book, book.law.on(question.day), given)


def _answer(question: PriceQuestion, scope: Scope) -> Iterator[str]:
    asked = f"{question.code} on {question.day}"
    stopped = [scope.finding(rule, rule.place) for rule in edits_of(scope, *_STOPS) if scope.answer(rule)]
    for finding in stopped:
        yield f"{asked}: not payable. {finding.message} ({'; '.join(finding.cites)})"
    allowed = scope.value("unit_allowed_cents")
    if stopped:
        return
    if allowed is None:
        yield f"{asked}: no amount. {_why_no_amount(scope)}"
        return
    key = scope.value("payment_locality")
    where = "national" if question.national else f"{key} {scope.statute.value('locality_name', key)}"
    modifier = scope.value("therapy_modifier")
    under = "" if modifier == "none" else f" under {modifier}"
    yield f"{asked}, {where}{under}: one unit is allowed ${dollars(allowed)}"
    for rule in edits_of(scope, *_HOLDS):
        if scope.answer(rule):
            finding = scope.finding(rule, rule.place)
            yield f"      {finding.severity} {finding.code} {finding.name}: {finding.message}"
    yield from fee_lines(scope)
    yield from _shares_and_split(scope)
    yield from _time_of(scope, question.code)


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
        f"      if the deductible is met, the patient owes ${dollars(scope.value('patient_cents'))}, Medicare pays "
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
