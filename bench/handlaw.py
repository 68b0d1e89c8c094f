"""The law that the hand-written peer needs, as dense tables: made once, from the same law files as ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from teachback.law import MEDICARE
from teachback.model import Coverage, Discipline, PractitionerKind, Training
from teachback.rules.book import rulebook
from teachback.rules.vocabulary import CODES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from teachback.law import Statute
    from teachback.rulebook import Rule

EDITS = ("U101", "U103", "C101", "D101", "D106", "D201", "D202", "S107", "S116", "T106")
TRAININGS = tuple(one.value for one in Training)
KINDS = tuple(one.value for one in PractitionerKind)
DISCIPLINES = tuple(one.value for one in Discipline)
COVERAGES = tuple(one.value for one in Coverage)
THERAPY, ASSISTED = ("", "GP", "GO", "GN"), ("", "CQ", "CO")
MODIFIERS = tuple(
    ";".join(filter(None, words)) for words in product(THERAPY, ASSISTED, ("", "KX"), ("", "93"))
)
_USED = (
    *("individual_codes", "group_codes", "bundled_families", "time_reading", "first_code_minutes"),
    *("addon_minutes", "unsettled_from", "therapy_families", "therapist_modifier", "discipline_modifier"),
    *("relative_values", "gpci", "conversion_factor", "apm_factor_differs", "place_kind", "may_bill"),
    *("practitioner_share", "nonparticipating_percent", "therapy_threshold", "clock_times_advised"),
    *("absence_required", "consent_required", "original_medicare_only", "modality_matters"),
)
_SCALE = 10**7  # hundredths times thousandths times ten-thousandths of a dollar, as cents


@dataclass(frozen=True, slots=True)
class Tables:
    """Dense tables, each in the order of its keys; ``starts`` are the days on which one of them changes."""

    starts: pl.Series
    localities: tuple[str, ...]
    places: tuple[str, ...]
    first_code: pl.Series
    addon_code: pl.Series
    first_minutes: pl.Series
    addon_minutes: pl.Series
    untimed: pl.Series
    unsettled_from: pl.Series
    own_modifier: pl.Series
    plan_modifier: pl.Series
    therapy_family: pl.Series
    assistant_modifier: pl.Series
    facility: pl.Series
    fees: pl.Series
    practitioner_percent: pl.Series
    nonparticipating: pl.Series
    threshold_cents: pl.Series
    zip_locality: pl.Series
    not_effective: pl.Series
    in_force: dict[str, pl.Series]
    cites: dict[str, pl.Series]
    rules: dict[str, Rule]
    de_minimis: int
    assistant_percent: int
    coinsurance: int
    sequestration: int
    cost_bill_types: list[str]
    assistants_of: list[str]

    @property
    def periods(self) -> int:
        """How many periods there are."""
        return len(self.starts)


@cache
def tables(payer: str = MEDICARE) -> Tables:
    """The tables of a payer."""
    book = rulebook()
    days = sorted(_starts(payer))
    law = [book.law.on(day, payer) for day in days]
    localities = tuple(sorted({str(e.key) for e in book.law.entries("locality_name")}))
    places = tuple(sorted({str(e.key) for e in book.law.entries("place_kind")}))
    rules = {rule.code: rule for edits in book.edits.values() for rule in edits if rule.code in EDITS}

    def by_code(
        name: str, make: Callable[[Statute, str, Any], Any] = lambda _law, _code, value: value
    ) -> list[Any]:
        return [None if (v := one.value(name, c)) is None else make(one, c, v) for one in law for c in CODES]

    def unsettled(one: Statute, _code: str, reading: str) -> int | None:
        return int(one.value("unsettled_from")) if reading == "unsettled" else None

    if "midpoint" in by_code("time_reading"):
        raise SystemExit("bench: the hand-written peer knows no midpoint reading")
    zips = _steady(law, "zip_localities")
    addons = _steady(law, "addon_codes")
    return Tables(
        starts=pl.Series(days),
        localities=localities,
        places=places,
        first_code=_numbers(_first_code(one, group, t) for one, group, t in product(law, (0, 1), TRAININGS)),
        addon_code=_numbers(CODES.index(addons[c]) if c in addons else None for c in CODES),
        first_minutes=_numbers(by_code("first_code_minutes")),
        addon_minutes=_numbers(v or None for v in by_code("addon_minutes")),
        untimed=_flags(by_code("time_reading", lambda _law, _code, reading: reading == "untimed")),
        unsettled_from=_numbers(by_code("time_reading", unsettled)),
        own_modifier=_numbers(_word(one, "therapist_modifier", kind) for one, kind in product(law, KINDS)),
        plan_modifier=_numbers(_word(one, "discipline_modifier", d) for one, d in product(law, DISCIPLINES)),
        therapy_family=_flags(
            t in (one.value("therapy_families") or ()) for one, t in product(law, TRAININGS)
        ),
        assistant_modifier=_numbers(
            ASSISTED.index(_steady(law, "assistant_modifiers").get(word, "")) for word in THERAPY
        ),
        facility=_flags(
            None if (kind := one.value("place_kind", p)) is None else kind == "facility"
            for one, p in product(law, places)
        ),
        fees=_fees(law, localities),
        practitioner_percent=_numbers(_share(one, k, t) for one, k, t in product(law, KINDS, TRAININGS)),
        nonparticipating=_numbers(one.value("nonparticipating_percent") for one in law),
        threshold_cents=_numbers(
            None if (limit := one.value("therapy_threshold")) is None else limit * 100 for one in law
        ),
        zip_locality=_zips(zips, localities),
        not_effective=_flags(_not_effective(one, g, t) for one, g, t in product(law, (0, 1), TRAININGS)),
        in_force={code: _flags(_in_force(rules[code], one) for one in law) for code in EDITS},
        cites={code: _cites(rules[code], law) for code in EDITS},
        rules=rules,
        de_minimis=_steady(law, "de_minimis_percent"),
        assistant_percent=_steady(law, "assistant_percent"),
        coinsurance=_steady(law, "coinsurance_percent"),
        sequestration=_steady(law, "sequestration_percent"),
        cost_bill_types=list(_steady(law, "cost_bill_types")),
        assistants_of=list(_steady(law, "assistants_of")),
    )


def _steady(law: Sequence[Statute], name: str) -> Any:  # noqa: ANN401  law values have many types
    """A value that is taken to be the same on all dates."""
    values = [value for one in law if (value := one.value(name)) is not None]
    if any(value != values[0] for value in values):
        raise SystemExit(
            f"bench: {name} has come to differ by date; the hand-written peer needs a table for it"
        )
    return values[0]


def _starts(payer: str) -> Iterable[date]:
    law = rulebook().law
    days = {date(1966, 7, 1)}
    for name in _USED:
        for entry in law.entries(name):
            if entry.payer in {payer, MEDICARE}:
                days.add(entry.since)
                if entry.until is not None:
                    days.add(entry.until + timedelta(1))
        if (silent := law.parameters[name].silent_from) is not None:
            days.add(silent)
    return days


def _numbers(values: Iterable[int | None]) -> pl.Series:
    return pl.Series(list(values), dtype=pl.Int32)


def _flags(values: Iterable[bool | None]) -> pl.Series:
    return pl.Series(list(values), dtype=pl.Boolean)


def _codes_of(one: Statute, group: int) -> dict[str, str]:
    found: dict[str, str] = one.value("group_codes" if group else "individual_codes")
    return found


def _first_code(one: Statute, group: int, training: str) -> int | None:
    found = _codes_of(one, group).get(training)
    return None if found is None else CODES.index(found)


def _not_effective(one: Statute, group: int, training: str) -> bool:
    bundled = bool(group) and training in one.value("bundled_families")
    lone_behavior = training == Training.BEHAVIOR and not group
    return training not in _codes_of(one, group) and not bundled and not lone_behavior


def _word(one: Statute, name: str, key: str) -> int | None:
    words = one.value(name)
    return None if words is None or key not in words else THERAPY.index(words[key])


def _share(one: Statute, kind: str, training: str) -> int | None:
    standing = one.value("may_bill", kind)
    share: int | None = one.value("practitioner_share", kind)
    return None if standing is None or standing[training] == "no" else share


def _in_force(rule: Rule, one: Statute) -> bool:
    """Whether the law that the edit stands on speaks, and says yes where it is a yes or no."""
    values = [one.value(name) for name in rule.law if rulebook().law.parameters[name].by is None]
    return all(value is not None and value is not False for value in values)


def _cites(rule: Rule, law: Sequence[Statute]) -> pl.Series:
    """The edit's citations by period and first code."""
    parameters = rulebook().law.parameters
    texts = []
    for one, code in product(law, CODES):
        entries = [one.entry(name, code if parameters[name].by else None) for name in rule.law]
        texts.append("; ".join(dict.fromkeys(cite for e in entries if e is not None for cite in e.cites)))
    return pl.Series(texts, dtype=pl.String)


def _fees(law: Sequence[Statute], localities: Sequence[str]) -> pl.Series:
    """Cents of one unit by period, code, locality, facility and qualifying: whole numbers throughout."""
    names = ("work", "pe", "malpractice")
    found = np.full((len(law), len(CODES), len(localities), 2, 2), -1, np.int64)
    for period, one in enumerate(law):
        places = [one.value("gpci", where) for where in localities]
        factors = [one.value("conversion_factor", "others")]
        factors.append(
            one.value("conversion_factor", "qualifying") if one.value("apm_factor_differs") else factors[0]
        )
        for number, code in enumerate(CODES):
            values = one.value("relative_values", code)
            if values is None or None in factors or None in places:
                continue
            index = np.array([[int(place[name] * 1000) for name in names] for place in places], np.int64)
            for facility, expense in enumerate(("pe_nonfacility", "pe_facility")):
                units = np.array([int(values[v] * 100) for v in ("work", expense, "malpractice")], np.int64)
                for apm, factor in enumerate(factors):
                    whole = index @ units * int(factor * 10_000)
                    found[period, number, :, facility, apm] = (whole + _SCALE // 2) // _SCALE
    series = pl.Series(found.ravel(), dtype=pl.Int32)
    return series.set(series < 0, None)


def _zips(rows: Sequence[tuple[str, str, str]], localities: Sequence[str]) -> pl.Series:
    """The number of the locality of each ZIP of five digits."""
    numbers = {name: number for number, name in enumerate(localities)}
    found = np.full(100_000, -1, np.int64)
    for first, last, where in rows:
        found[int(first) : int(last) + 1] = numbers.get(where, -1)
    series = pl.Series(found, dtype=pl.Int32)
    return series.set(series < 0, None)
