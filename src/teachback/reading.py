"""Full time against midpoint: what Medicare asks for, beside what most pages teach."""

from __future__ import annotations

from typing import TYPE_CHECKING

from teachback.rules.units import time_needed
from teachback.rules.vocabulary import NO_CODE, TimeReading

if TYPE_CHECKING:
    from teachback.law import Entry
    from teachback.rulebook import Scope


def units_of(scope: Scope) -> tuple[tuple[str, int], ...]:
    """The codes and units that the minutes earn under the payer's reading."""
    return _pairs(scope, scope.value("primary_units"), scope.value("addon_units"))


def midpoint_units_of(scope: Scope) -> tuple[tuple[str, int], ...]:
    """The codes and units of the midpoint reading, for comparison only."""
    return _pairs(scope, scope.value("midpoint_primary_units"), scope.value("midpoint_addon_units"))


def _pairs(scope: Scope, primary: int | None, addon: int | None) -> tuple[tuple[str, int], ...]:
    if not primary or scope.value("primary_code") == NO_CODE:
        return ()
    first = ((scope.value("primary_code"), primary),)
    return (*first, (scope.value("addon_code"), addon)) if addon else first


def words(pairs: tuple[tuple[str, int], ...]) -> str:
    """Codes and units as a person says them."""
    return " and ".join(f"{code} x{units}" for code, units in pairs) or "nothing"


def entry_of(scope: Scope, name: str) -> Entry | None:
    """A law value in force, keyed by the scope's own fact where it is keyed."""
    by = scope.book.law.parameters[name].by
    return scope.statute.entry(name, None if by is None else str(scope.value(by)))


def reading_note(scope: Scope) -> str:
    """One sentence with its citation where the two readings differ; empty where they agree.

    Source: 89 FR 97817 (the whole time of the code); 2024 is unsettled for functional training.
    """
    reading, total = scope.value("reading"), scope.value("total_minutes")
    if reading in {None, TimeReading.UNTIMED} or total is None:
        return ""
    ours, theirs = units_of(scope), midpoint_units_of(scope)
    if ours == theirs:
        return ""
    first, step = entry_of(scope, "first_code_minutes"), entry_of(scope, "addon_minutes")
    assert first is not None  # noqa: S101  a timed code has its minutes
    assert step is not None  # noqa: S101  a timed code has its step
    extra = dict(theirs).keys() - dict(ours).keys() or {scope.value("addon_code")}
    addon_next = first.value + step.value * ((dict(ours).get(scope.value("addon_code"), 0)) + 1)
    full = addon_next if ours else first.value
    if reading is TimeReading.UNSETTLED:
        told = entry_of(scope, "time_reading")
        cite = "; ".join(() if told is None else told.cites)
        return (
            f"A midpoint reading would give {words(theirs)}. CMS never settled 2024 for this code; "
            f"Teachback bills on the full {full} minutes ({cite})."
        )
    cite = "; ".join(first.cites[:1])
    verb = f"add {' and '.join(sorted(extra))}" if ours else f"give {words(theirs)}"
    return f"A midpoint reading would {verb}; Medicare requires the full {full} ({cite})."


def thresholds(scope: Scope) -> tuple[int, int, int, int] | None:
    """Minutes from which first code and first add-on are earned: full, midpoint, full, midpoint."""
    first, step = entry_of(scope, "first_code_minutes"), entry_of(scope, "addon_minutes")
    if first is None or step is None or scope.value("reading") is TimeReading.UNTIMED:
        return None
    midpoint = TimeReading.MIDPOINT
    return (
        first.value,
        time_needed(first.value, midpoint),
        first.value + step.value,
        first.value + time_needed(step.value, midpoint),
    )
