"""The fee schedule: relative values, locality, conversion factor, and the practitioner's share."""

from __future__ import annotations

from bisect import bisect_right
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import Severity
from teachback.rulebook import derives, determines, edit, reckons
from teachback.rules.practitioners import MayBill
from teachback.rules.vocabulary import NO_CODE, NOWHERE, Setting, TherapyModifier

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ZIP_DIGITS = 5
NO_CHARGE = 10**12


def cents(dollars: Decimal) -> int:
    """Dollars as whole cents, rounded half up: the one place where an amount is rounded from fractions."""
    return int((dollars * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def dollars(amount: int) -> Decimal:
    """Whole cents as dollars with two decimals."""
    return Decimal(amount).scaleb(-2)


@derives
def payment_locality(
    locality: str | None, zip_code: str | None, *, zip_localities: Sequence[tuple[str, str, str]]
) -> str:
    """The recorded locality, or that of the ZIP where the service is furnished."""
    if locality is not None:
        return locality
    if zip_code is None:
        return NOWHERE
    zip5 = zip_code[:ZIP_DIGITS]
    at = bisect_right(zip_localities, (zip5, "~", "~")) - 1
    if at < 0:
        return NOWHERE
    first, last, found = zip_localities[at]
    return found if first <= zip5 <= last else NOWHERE


@determines()
def locality_known(*, locality_name: str) -> bool:
    """The locality is one of CMS's payment localities."""
    return bool(locality_name)


@determines()
def fee_setting(
    therapy_modifier: TherapyModifier, place_setting: Setting | None, *, therapy_nonfacility: bool
) -> Setting | None:
    """A line under a therapy modifier earns the non-facility amount everywhere, any other by its place."""
    if therapy_nonfacility and therapy_modifier is not TherapyModifier.NONE:
        return Setting.NONFACILITY
    return place_setting


@determines()
def apm_standing(qualifying_apm: bool, *, apm_factor_differs: bool) -> str:
    """Which conversion factor the practitioner earns: two exist from 2026 on."""
    return "qualifying" if qualifying_apm and apm_factor_differs else "others"


@determines()
def unit_fee_cents(
    fee_setting: Setting,
    *,
    relative_values: Mapping[str, Decimal],
    gpci: Mapping[str, Decimal],
    conversion_factor: Decimal,
) -> int:
    """One unit on the fee schedule: exact sum of value times price index, times the factor, rounded once."""
    expense = relative_values["pe_facility" if fee_setting is Setting.FACILITY else "pe_nonfacility"]
    weighted = (
        relative_values["work"] * gpci["work"]
        + expense * gpci["pe"]
        + relative_values["malpractice"] * gpci["malpractice"]
    )
    return cents(weighted * conversion_factor)


@determines()
def participation_percent(participating: bool, *, nonparticipating_percent: int) -> int:
    """The share of the fee that a participating or other practitioner is allowed."""
    return 100 if participating else nonparticipating_percent


@determines()
def practitioner_percent(billing_standing: MayBill, at_cost: bool, *, practitioner_share: int) -> int | None:
    """The share of the fee schedule that this kind of practitioner earns; unknown where it may not bill."""
    return None if at_cost or billing_standing is MayBill.NO else practitioner_share


def percent_of(amount: int, percent: int) -> int:
    """A whole percentage of whole cents, rounded half up; one amount or a column of them alike."""
    return (amount * percent + 50) // 100


def lesser(one: int, other: int) -> int:
    """The lesser of two whole amounts without a branch; amounts or columns of them alike."""
    return (one + other - abs(one - other)) // 2


@reckons
def unit_allowed_cents(unit_fee_cents: int, participation_percent: int, practitioner_percent: int) -> int:
    """One unit's allowed amount: the non-participating share, then the practitioner's, each rounded to the cent."""
    return percent_of(percent_of(unit_fee_cents, participation_percent), practitioner_percent)


@reckons
def allowed_cents(units: int, unit_allowed_cents: int, charge_cents: int) -> int:
    """The line's allowed amount: units times the unit's, or the charge if that is lower."""
    return lesser(units * unit_allowed_cents, charge_cents)


@edit(
    "P101",
    Severity.HOLD,
    says="No fee is known for {primary_code} on this date; the amount is left open.",
    remedy="Draft the session now; price it when CMS has published the fees of its year.",
    place="session.date_of_service",
    owner=Owner.BILLER,
    needs_line=True,
)
def fee_unknown(
    primary_code: str, billing_standing: MayBill, at_cost: bool, bears_lines: bool, *, fees_published: bool
) -> bool:
    """No fee is known for this code and date; the amount is left open."""
    priced = bears_lines and primary_code != NO_CODE and billing_standing is not MayBill.NO and not at_cost
    return priced and not fees_published


@edit(
    "P102",
    Severity.WARNING,
    says="The payment locality is unknown; over all localities this session is allowed {allowed_range}.",
    remedy="Record the ZIP or the locality of the place where the service was furnished.",
    place="session.locality",
    owner=Owner.FRONT_DESK,
)
def locality_unknown(allowed_range: str, *, locality_decides: bool) -> bool:
    """The payment locality is unknown; a range over all localities is given."""
    return locality_decides and bool(allowed_range)


@edit(
    "P105",
    Severity.INFORMATION,
    says="A critical access hospital is paid reasonable cost for this; no fee-schedule amount is stated.",
    remedy="Nothing to do; the amount follows from the cost report.",
    place="session.type_of_bill",
    owner=Owner.NOBODY,
)
def paid_at_cost(at_cost: bool, *, cost_bill_types: Sequence[str]) -> bool:
    """The type of bill is paid at reasonable cost, so that no amount is stated."""
    return at_cost and bool(cost_bill_types)


@edit(
    "LAW901",
    Severity.WARNING,
    says="The date of service lies past {rules_checked}, the last date for which a person checked these rules.",
    remedy="Treat units and findings as a draft until the rules of the year are loaded.",
    place="session.date_of_service",
    owner=Owner.BILLER,
)
def law_not_verified(law_checked: bool, *, rules_checked: str) -> bool:
    """The date of service lies past the date to which the rules were checked."""
    return not law_checked and bool(rules_checked)
