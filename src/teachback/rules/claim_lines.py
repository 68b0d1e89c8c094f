"""Codes and units on claim lines: add-ons, groups, days, duplicates, and what Medicare pays at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import Severity, Training
from teachback.rulebook import derives, edit
from teachback.rules.claim_vocabulary import OwnPrimary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

ABSOLUTE_LIMIT = 2
DAY_LIMIT = 3


@derives
def past_checked_law(date_of_service: date, *, rules_checked: str) -> bool:
    """The date of service lies past the last date for which a person checked these rules."""
    return date_of_service.isoformat() > rules_checked


@derives
def units_count_caregivers(
    is_group: bool, is_addon: bool, same_day_units: int, caregivers_trained: int | None
) -> bool:
    """A group's first code has several units, as many as caregivers where their number is known."""
    several = is_group and not is_addon and same_day_units > 1
    return several and caregivers_trained in {None, same_day_units}


@edit(
    "C101",
    Severity.ERROR,
    says="{procedure_code} did not exist or was not separately payable on this date.",
    remedy="Check the date of service and the code; do not bill this line to Medicare for this date.",
    place="line.procedure_code",
    owner=Owner.BILLER,
    prevents="181",
)
def code_not_effective(
    procedure_code: str,
    training: Training,
    is_group: bool,
    *,
    individual_codes: Mapping[str, str],
    group_codes: Mapping[str, str],
    addon_codes: Mapping[str, str],
    bundled_families: Sequence[str],
) -> bool:
    """The code for this training did not exist or was not separately payable on the date of service."""
    primaries = {*individual_codes.values(), *group_codes.values()}
    effective = primaries | {addon for primary, addon in addon_codes.items() if primary in primaries}
    bundled = is_group and training in bundled_families
    return procedure_code not in effective and not bundled


@edit(
    "C104",
    Severity.ERROR,
    says="The add-on {procedure_code} stands without its primary {own_primary} by the same practitioner on this date.",
    remedy="Add the primary code if its full time was given and it is on no other claim; else take the add-on off.",
    place="line.procedure_code",
    owner=Owner.BILLER,
    prevents="B15",
)
def addon_without_primary(
    procedure_code: str, own_primary: str, own_primary_on_date: OwnPrimary, *, addon_codes: Mapping[str, str]
) -> bool:
    """An add-on code stands without its primary code on the same date by the same practitioner."""
    is_addon = addon_codes.get(own_primary) == procedure_code
    return is_addon and own_primary_on_date is OwnPrimary.ABSENT


@edit(
    "C105",
    Severity.ERROR,
    says="The add-on {procedure_code} stands with a primary code of another family; it belongs to {own_primary} alone.",
    remedy="Find out what was taught: primary and add-on are of one family.",
    place="line.procedure_code",
    owner=Owner.BILLER,
    prevents="B15",
)
def addon_wrong_primary(
    procedure_code: str, own_primary: str, own_primary_on_date: OwnPrimary, *, addon_codes: Mapping[str, str]
) -> bool:
    """An add-on code stands with a primary code of another family."""
    is_addon = addon_codes.get(own_primary) == procedure_code
    return is_addon and own_primary_on_date is OwnPrimary.OTHER_FAMILY


@edit(
    "C106",
    Severity.ERROR,
    says="The group code {procedure_code} is used, but one patient was represented; a group needs {group_from}.",
    remedy="Code the session as individual training if its full time was given; behavior training before 2025 has no such code.",
    place="line.procedure_code",
    owner=Owner.BILLER,
)
def group_of_one(
    procedure_code: str, is_group: bool, is_addon: bool, patients_represented: int, *, group_from: int
) -> bool:
    """A group code is used though one patient was represented."""
    first_of_group = is_group and not is_addon and bool(procedure_code)
    return first_of_group and patients_represented < group_from


@edit(
    "C108",
    Severity.ERROR,
    says="The individual code {procedure_code} is used, but several patients were represented at the same time.",
    remedy="Use the group code of the family, one unit on the claim of each represented patient.",
    place="line.procedure_code",
    owner=Owner.BILLER,
)
def individual_code_for_several_patients(
    procedure_code: str, is_group: bool, is_addon: bool, patients_represented: int, *, group_from: int
) -> bool:
    """An individual code is used though several patients were represented at the same time."""
    first_of_one = not is_group and not is_addon and bool(procedure_code)
    return first_of_one and patients_represented >= group_from


@edit(
    "C109",
    Severity.WARNING,
    says="Individual training of two families for one patient on one date: each needs its own content and minutes.",
    remedy="Check that the notes show distinct content and separate minutes for each family.",
    place="line.procedure_code",
    owner=Owner.CLINICIAN,
)
def several_families_same_day(families_on_date: bool, *, own_time_per_family: bool) -> bool:
    """Two families of individual training for one patient on one date need distinct content and minutes."""
    return own_time_per_family and families_on_date


@edit(
    "C110",
    Severity.WARNING,
    says="Individual and group training for one patient on one date: separate clock intervals and content are needed.",
    remedy="Check that the notes show separate intervals and content for the two.",
    place="line.procedure_code",
    owner=Owner.CLINICIAN,
)
def individual_and_group_same_day(individual_and_group: bool, *, own_time_per_family: bool) -> bool:
    """Individual and group training of one patient on one date need separate intervals and content."""
    return own_time_per_family and individual_and_group


@edit(
    "C112",
    Severity.ERROR,
    says="The primary code {procedure_code} stands more than once for one patient and date.",
    remedy="Add up the minutes of the date, bill the primary once and the further minutes as add-on units.",
    place="line.procedure_code",
    owner=Owner.BILLER,
    prevents="222",
)
def primary_billed_twice(procedure_code: str, primary_stands_twice: bool, *, primary_once: bool) -> bool:
    """The primary code stands more than once for one patient and date."""
    return primary_once and primary_stands_twice and bool(procedure_code)


@edit(
    "C113",
    Severity.ERROR,
    says="The group code {procedure_code} has several units for one patient; it is billed once for each represented patient.",
    remedy="Bill one unit on each represented patient's own claim, however many caregivers came.",
    place="line.units",
    owner=Owner.BILLER,
)
def group_billed_per_caregiver(
    procedure_code: str, units_count_caregivers: bool, *, group_unit_per_patient: bool
) -> bool:
    """Group units follow the number of caregivers instead of one per represented patient."""
    return group_unit_per_patient and units_count_caregivers and bool(procedure_code)


@edit(
    "C114",
    Severity.ERROR,
    says="{procedure_code} was bundled (status B) on this date and never paid separately.",
    remedy="Do not bill this line to Medicare; the code was payable only from 2024-01-01.",
    place="line.procedure_code",
    owner=Owner.NOBODY,
    prevents="97",
)
def code_bundled(
    procedure_code: str, training: Training, is_group: bool, *, bundled_families: Sequence[str]
) -> bool:
    """The code was bundled (status B) on the date of service."""
    return is_group and training in bundled_families and bool(procedure_code)


@edit(
    "C115",
    Severity.ERROR,
    says="The same {procedure_code} of this patient, practitioner and date stands on another claim.",
    remedy="Send it once. If it was truly given again, the note must show it and the line needs its modifier.",
    place="line.procedure_code",
    owner=Owner.BILLER,
    prevents="18",
)
def duplicate_claim(procedure_code: str, on_another_claim: bool, *, one_claim_for_a_service: bool) -> bool:
    """The same service of the same patient and date stands on another claim."""
    return one_claim_for_a_service and on_another_claim and bool(procedure_code)


@edit(
    "U104",
    Severity.ERROR,
    says="{same_day_units} units of {procedure_code} on this date; the limit is {unit_limit}, and no appeal changes it.",
    remedy="Correct the units from the record of the date; the limit counts all lines of the date together.",
    place="line.units",
    owner=Owner.BILLER,
    prevents="222",
)
def units_over_absolute_limit(
    procedure_code: str, same_day_units: int, *, unit_limit: int, limit_kind: int
) -> bool:
    """A line carries more units than a limit that no appeal can change (MAI 2)."""
    return same_day_units > unit_limit and limit_kind == ABSOLUTE_LIMIT and bool(procedure_code)


@edit(
    "U105",
    Severity.HOLD,
    says="{same_day_units} units of {procedure_code} on this date; more than {unit_limit} pay only with documentation.",
    remedy="Check the minutes; if they stand, keep the documentation ready for review. Never cut earned units.",
    place="line.units",
    owner=Owner.BILLER,
    prevents="151",
)
def units_over_daily_limit(
    procedure_code: str, same_day_units: int, *, unit_limit: int, limit_kind: int
) -> bool:
    """The units pass the day's medically-unlikely limit (MAI 3); they need documentation on review."""
    return same_day_units > unit_limit and limit_kind == DAY_LIMIT and bool(procedure_code)


@edit(
    "P103",
    Severity.WARNING,
    says="The charge of {procedure_code} is below the allowed amount; Medicare pays the lower of the two.",
    remedy="Raise the practice's fee schedule above Medicare's amount for the next claims; this one is paid at its charge.",
    place="line.charge",
    owner=Owner.BILLER,
)
def charge_below_allowed(procedure_code: str, charge_below_allowed: bool, *, lower_of_charge: bool) -> bool:
    """The charge is below the allowed amount; Medicare pays the lower."""
    return lower_of_charge and charge_below_allowed and bool(procedure_code)


@edit(
    "LAW901",
    Severity.WARNING,
    says="The date of service lies past {rules_checked}, the last date for which a person checked these rules.",
    remedy="Treat findings on this line as a draft until the rules of the year are loaded.",
    place="line.date_of_service",
    owner=Owner.BILLER,
)
def law_not_verified(past_checked_law: bool, *, rules_checked: str) -> bool:
    """The date of service lies past the date to which the rules were checked."""
    return past_checked_law and bool(rules_checked)
