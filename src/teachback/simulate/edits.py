"""The made-up payer's edits of one line: what the line and its claim alone show to be wrong.

Each edit answers with the name of a refusal (``refusals.toml``) or None. They stand in the order in which a payer
asks: is it in time, is it a code, may it be paid with these modifiers, by this practitioner, at this place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from teachback.codesets import places, taxonomy
from teachback.rules.practitioners import MayBill

if TYPE_CHECKING:
    from collections.abc import Callable

    from teachback.claimdata import ClaimLine
    from teachback.simulate.pricing import Fees
    from teachback.simulate.taken import Taken

THERAPY: Final = ("GP", "GO", "GN")
ASSISTANTS: Final = {"CQ": "GP", "CO": "GO"}
_TELEHEALTH: Final = frozenset({"93", "95", "GT", "GQ"})
_SATURDAY: Final = 5
_FEBRUARY_29: Final = (2, 29)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One line with its claim and the fee schedule: what an edit looks at."""

    taken: Taken
    line: ClaimLine
    fees: Fees

    @property
    def is_training(self) -> bool:
        """Whether the code is one that this payer knows all about."""
        return self.line.procedure_code in self.fees.codes

    @property
    def family(self) -> str:
        """The family of a training code."""
        return self.fees.codes[self.line.procedure_code].family

    @property
    def kinds(self) -> frozenset[str]:
        """The practitioner words that the rendering taxonomy may stand for."""
        return taxonomy.kinds(self.taken.taxonomy(self.line))

    def has(self, *modifiers: str) -> bool:
        """Whether the line has any of the modifiers."""
        return any(one in self.line.modifiers for one in modifiers)

    def law(self, name: str) -> object:
        """A value of the law on the date of service."""
        return self.fees.on(self.line.date_of_service).value(name)

    def listed(self, name: str) -> tuple[str, ...]:
        """The same where the value is a list; empty where the law is silent."""
        value = self.law(name)
        return tuple(value) if isinstance(value, (list, tuple)) else ()


def refused(asked: Asked) -> str | None:
    """The first refusal that the line alone gives cause for; None where there is none."""
    for edit in _ALWAYS:
        found = edit(asked)
        if found is not None:
            return found
    if not asked.is_training:
        return None
    for edit in _OF_TRAINING:
        found = edit(asked)
        if found is not None:
            return found
    return None


def _late(asked: Asked) -> str | None:
    """One calendar year from the date of service, on to the next workday; 29 February counts to the 28th."""
    day = asked.line.date_of_service
    ends = (
        date(day.year + 1, 2, 28) if (day.month, day.day) == _FEBRUARY_29 else day.replace(year=day.year + 1)
    )
    while ends.weekday() >= _SATURDAY:
        ends += timedelta(1)
    return "late" if asked.taken.received_on > ends else None


def _notices(asked: Asked) -> str | None:
    """GA, GX, GY and GZ say themselves what is to come of the line."""
    if asked.has("GZ") and asked.has("GY", "GA"):
        return "modifiers-contradict"
    if asked.has("KX") and asked.has("GA", "GZ"):
        return "modifiers-contradict"
    if asked.has("GZ"):
        return "no-notice"
    return "excluded" if asked.has("GY") else None


def _place(asked: Asked) -> str | None:
    return "place-unknown" if asked.taken.place(asked.line) not in places.codes() else None


def _effective(asked: Asked) -> str | None:
    """The code's own dates; what was printed but bundled is refused as bundled."""
    is_group = asked.fees.codes[asked.line.procedure_code].is_group
    if is_group and asked.family in asked.listed("bundled_families"):
        return "bundled"
    day = asked.line.date_of_service
    return None if asked.fees.is_payable_code(asked.line.procedure_code, day) else "not-effective"


def _never(asked: Asked) -> str | None:
    return "modifiers-contradict" if asked.has(*asked.listed("never_modifiers")) else None


def _therapy_modifiers(asked: Asked) -> str | None:
    """One therapy modifier, on therapy families alone, of the therapist's own discipline; CQ with GP, CO with GO."""
    marks = [one for one in THERAPY if one in asked.line.modifiers]
    if len(marks) > 1:
        return "modifiers-contradict"
    mark = marks[0] if marks else ""
    if mark and asked.family not in asked.listed("therapy_families"):
        return "therapy-modifier-wrong"
    if any(asked.has(one) and mark != own for one, own in ASSISTANTS.items()):
        return "therapy-modifier-wrong"
    words = asked.law("therapist_modifier")
    own = {words[kind] for kind in asked.kinds if kind in words} if isinstance(words, dict) else set()
    if len(own) == 1 and asked.family in asked.listed("therapy_families"):
        if not mark:
            return "therapy-modifier-missing"
        if mark not in own:
            return "therapy-modifier-wrong"
    return None


def _practitioner(asked: Asked) -> str | None:
    """Whether any practitioner of that taxonomy may bill the code."""
    if not asked.kinds:
        return None
    code, day = asked.line.procedure_code, asked.line.date_of_service
    standings = {asked.fees.standing(code, kind, day) for kind in asked.kinds}
    if standings == {MayBill.NEVER_RENDERING}:
        return "rendering-assistant"
    return "not-eligible" if standings <= {MayBill.NO, MayBill.NOT_THERAPY} else None


def _assignment(asked: Asked) -> str | None:
    """Kinds that must accept assignment are unprocessable without."""
    must = asked.listed("mandatory_assignment")
    if asked.taken.claim.accepts_assignment or not asked.kinds:
        return None
    return "unassigned-expected" if all(kind in must for kind in asked.kinds) else None


def _certifier(asked: Asked) -> str | None:
    if asked.has(*THERAPY) and asked.taken.claim.referring is None and not asked.taken.claim.is_institutional:
        return "certifier-missing"
    return None


def _setting(asked: Asked) -> str | None:
    """Clinics are paid by their own rate; in a skilled nursing stay only the facility bills therapy."""
    place = asked.taken.place(asked.line)
    if place in asked.listed("clinic_rate_places"):
        return "place-not-payable"
    if place in asked.listed("snf_billed_places") and asked.has(*THERAPY):
        return "facility-bills"
    return None


def _telehealth(asked: Asked) -> str | None:
    """Telehealth shows by its place or its modifier."""
    distant = asked.taken.place(asked.line) in asked.listed("telehealth_places") or asked.has(*_TELEHEALTH)
    if not distant:
        return None
    if asked.law("on_telehealth_list") is False:
        return "telehealth"
    therapist = bool(asked.kinds) and asked.kinds <= set(asked.listed("therapist_kinds"))
    return "telehealth" if therapist and asked.law("therapist_authority") is False else None


_ALWAYS: Final[tuple[Callable[[Asked], str | None], ...]] = (_late, _notices, _place)
_OF_TRAINING: Final[tuple[Callable[[Asked], str | None], ...]] = (
    _effective,
    _never,
    _therapy_modifiers,
    _practitioner,
    _assignment,
    _certifier,
    _setting,
    _telehealth,
)
