"""What one unit is allowed, with every factor and its source; nothing heavy is loaded here."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from teachback.cli import complain
from teachback.cli.units import UNIT_TOPICS, edits_of
from teachback.explain import fee_lines
from teachback.model import PractitionerKind, Training
from teachback.reading import thresholds
from teachback.rulebook import Scope
from teachback.rules.book import rulebook
from teachback.rules.fees import dollars
from teachback.rules.vocabulary import CODES, NO_CODE

if TYPE_CHECKING:
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
_LOCALITY = re.compile(r"[0-9]{5}-[0-9]{2}")
_ZIP = re.compile(r"[0-9]{5}(-?[0-9]{4})?")


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
    stopped = [
        scope.finding(rule, rule.place)
        for rule in edits_of(scope, "C101", "C102", "C114", "B101", "B110")
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
