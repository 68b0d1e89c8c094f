"""Made-up claims for the tests of claim edits: a clean base, what differs, and lines written short.

The base is 45 minutes of functional training by a physical therapist in an Arizona office, claimed six days
later. A line is written as ``97551 x1 GP 40.00`` with, where wanted, ``pos12``, ``rev0420``, a date (``+1d`` or in
full), ``npi2300000009`` and ``allowed52.14``.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from teachback.claimdata import (
    Beneficiary,
    BillingProvider,
    Claim,
    ClaimLine,
    Institutional,
    Occurrence,
    Payer,
    PostalAddress,
    Provider,
)
from teachback.claimedits import LineKnowledge, notice_of
from teachback.model import ClaimForm, Discipline, PlanKind, Sex

DAY = date(2026, 4, 14)
PT, OT, SLP = "225100000X", "225X00000X", "235Z00000X"
LINES = ("97550 x1 GP 80.00", "97551 x1 GP 40.00")
ADDRESS = PostalAddress("1 Example Street", "Phoenix", "AZ", "850011234")
GROUP = Provider("2100000011", "Example Therapy Group", taxonomy="261QP2000X")
CERTIFIER = Provider("2700000013", "Vale", first_name="Mira")
RELATIVE = re.compile(r"([+-]\d+)d")
CLAIM_KEYS = {
    "lines", "date", "taxonomy", "rendering", "place", "form", "bill", "through", "referring", "assignment",
    "frequency", "member", "payer", "zip", "notice", "known",
}  # fmt: skip
_TOKEN = re.compile(
    r"x(?P<units>\d+)|pos(?P<place>\w*)|rev(?P<revenue>\d+)|npi(?P<npi>\d*)|allowed(?P<allowed>[\d.]+)"
    r"|(?P<charge>\d+\.\d\d)|(?P<relative>[+-]\d+)d|(?P<day>\d{4}-\d\d-\d\d)|(?P<modifier>[0-9A-Za-z]{2})"
)


def day_of(word, base=DAY):
    """A date written in full or relative to the base."""
    if word is None or isinstance(word, date):
        return base if word is None else word
    relative = RELATIVE.fullmatch(word)
    return base + timedelta(int(relative[1])) if relative else date.fromisoformat(word)


def line(text, number=0, day=DAY, claim="C0"):
    """A claim line from its short form."""
    code, *words = text.split()
    parts = {"units": "1", "charge": "500.00"}
    modifiers = []
    for word in words:
        match = _TOKEN.fullmatch(word)
        assert match, f"{text}: {word}"
        if match["modifier"]:
            modifiers.append(match["modifier"])
        else:
            parts |= {key: value for key, value in match.groupdict().items() if value is not None}
    if "relative" in parts:
        day += timedelta(int(parts["relative"]))
    return ClaimLine(
        control_number=f"{claim}L{number}",
        procedure_code=code,
        modifiers=tuple(modifiers),
        units=int(parts["units"]),
        charge=Decimal(parts["charge"]),
        date_of_service=date.fromisoformat(parts["day"]) if "day" in parts else day,
        place_of_service=parts.get("place"),
        revenue_code=parts.get("revenue"),
        rendering=Provider(parts["npi"], "Moss", "Ada", PT) if "npi" in parts else None,
        allowed_amount=Decimal(parts["allowed"]) if "allowed" in parts else None,
    )


def claim(number=0, **changes):
    """A claim that differs from the base by these keys."""
    assert set(changes) <= CLAIM_KEYS, set(changes) - CLAIM_KEYS
    day = day_of(changes.get("date"))
    name = f"C{number}"
    texts = changes.get("lines", LINES)
    lines = tuple(line(text, at, day, name) for at, text in enumerate(texts))
    institutional = changes.get("form") == "institutional"
    made = Claim(
        form=ClaimForm(changes.get("form", "professional")),
        control_number=name,
        billing=BillingProvider(
            GROUP, "860000000", "EI", replace(ADDRESS, zip=changes.get("zip", ADDRESS.zip))
        ),
        beneficiary=Beneficiary(
            "Hale", "Iris", changes.get("member", "1SA0WP0XY00"), date(1948, 2, 3), Sex.F, ADDRESS
        ),
        payer=Payer("Medicare", changes.get("payer", "03102")),
        place_of_service=changes.get("place", "11"),
        diagnoses=("I69354",),
        lines=lines,
        rendering=None
        if institutional and "taxonomy" not in changes
        else Provider(changes.get("rendering", "2300000009"), "Moss", "Ada", changes.get("taxonomy", PT)),
        referring=CERTIFIER if changes.get("referring", True) and not institutional else None,
        frequency_code=changes.get("frequency", "1"),
        accepts_assignment=changes.get("assignment", True),
    )
    if not institutional:
        return made
    told = changes.get("notice")
    hospital = Institutional(
        changes.get("bill", "131"),
        day.replace(day=1),
        day_of(changes.get("through"), day),
        CERTIFIER if changes.get("referring", True) else Provider("", ""),
        occurrences=(Occurrence("32", day_of(told, day)),) if told else (),
    )
    return replace(made, institutional=hospital, filing_indicator="MA")


def knowledge(record, day=DAY):
    """What sessions know of a line, from a flat mapping."""
    words = dict(record)
    for key, kind in (("plan_kind", PlanKind), ("plan_discipline", Discipline)):
        if key in words:
            words[key] = kind(words[key])
    if "notice" in words:
        given = words["notice"]
        words["notice"] = notice_of(None if given is None else day_of(given, day), day)
    if "note_signed" in words:
        words["note_signed"] = day_of(words["note_signed"], day)
    if "allowed" in words:
        words["allowed"] = Decimal(words["allowed"])
    return LineKnowledge(**words)
