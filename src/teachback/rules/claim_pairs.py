"""Pairs of codes on one date: what is never paid together, and what a modifier tells apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.findings import Owner
from teachback.model import Severity
from teachback.rulebook import derives, edit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@derives
def separate_stands(modifiers: tuple[str, ...], *, separate_modifiers: Sequence[str]) -> bool:
    """A modifier that says the service was truly separate stands on the line."""
    return any(modifier in separate_modifiers for modifier in modifiers)


@edit(
    "M109",
    Severity.WARNING,
    says="A modifier of separate services stands on {procedure_code}, but no edit pair asks for it.",
    remedy="Take 59, XE, XP, XS or XU off; it is no safeguard, and its routine use draws reviews.",
    place="line.modifiers.separate",
    owner=Owner.BILLER,
)
def distinct_service_modifier_unneeded(
    procedure_code: str,
    separate_stands: bool,
    pair_on_date: bool,
    others_on_date: bool,
    *,
    pairs_known_for: Sequence[str],
) -> bool:
    """59 or X{EPSU} stands though no edit pair exists."""
    judged = procedure_code in pairs_known_for or not others_on_date
    return separate_stands and not pair_on_date and judged


@edit(
    "N101",
    Severity.ERROR,
    says="The codes {code_pair} are never paid together on one date; the second is denied, and no modifier helps.",
    remedy="Bill one of the two: the one whose service and minutes the note supports.",
    place="line.procedure_code",
    owner=Owner.BILLER,
    prevents="236",
)
def ncci_pair(code_pair: str, hospital_table: bool, *, pair_indicator: Mapping[str, str]) -> bool:
    """A pair of codes is never paid together (indicator 0)."""
    return pair_indicator["hospital" if hospital_table else "practitioner"] == "0" and bool(code_pair)


@edit(
    "N102",
    Severity.HOLD,
    says="The codes {code_pair} are paid together on one date only if they were truly separate.",
    remedy="Look at both notes. If minutes and content were separate, put XE, XP, XS, XU or 59 on the second code.",
    place="line.procedure_code",
    owner=Owner.CLINICIAN,
    prevents="236",
)
def ncci_pair_modifier(
    code_pair: str, hospital_table: bool, told_apart: bool, *, pair_indicator: Mapping[str, str]
) -> bool:
    """A pair of codes is paid together only if truly separate (indicator 1)."""
    indicator = pair_indicator["hospital" if hospital_table else "practitioner"]
    return indicator == "1" and not told_apart and bool(code_pair)


@edit(
    "N103",
    Severity.WARNING,
    says="No table of edit pairs that was read covers {procedure_code} on this date; its pairs with the other codes of the date are the last known ones.",
    remedy="Look the pairs up in the NCCI table of the quarter before the claim is sent.",
    place="line.procedure_code",
    owner=Owner.BILLER,
)
def edit_table_stale(
    procedure_code: str, others_on_date: bool, *, pairs_known_for: Sequence[str], pair_tables_reach: bool
) -> bool:
    """The newest edit table is older than the date of service."""
    covered = pair_tables_reach and procedure_code in pairs_known_for
    return others_on_date and not covered
