"""Which lines of a claim were denied, whether a first-level appeal exists for each, and on which ground.

No appeal after MA130, N211 or CARC 29, and none against an absolute limit of units; where another step cures the
denial, that step is told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from teachback.remit import deadlines, denials, tables
from teachback.remit.appealrecord import NoAppeal, Refusal
from teachback.rules.book import law

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from teachback.claimdata import ClaimLine
    from teachback.remit.appealrecord import Record
    from teachback.remitdata import ClaimPayment, PaidAdjustment, ServicePayment

TABLE: Final = "appeal"
_ABSOLUTE: Final = 2
_CORRECTED: Final = frozenset(
    {denials.Remedy.CORRECT, denials.Remedy.REOPEN, denials.Remedy.LIMIT, denials.Remedy.PAIR}
)
_NOTHING: Final = Decimal("0.00")


class Ground(StrEnum):
    """What a denial is answered with."""

    NECESSITY = "necessity"
    UNITS = "units"
    COVERAGE = "coverage"
    PRACTITIONER = "practitioner"
    TELEHEALTH = "telehealth"
    OVERLAP = "overlap"
    DOCUMENTATION = "documentation"


@dataclass(frozen=True, slots=True)
class DeniedLine:
    """A line of the claim that the payer refused, whole or in part.

    ``adjustments`` are those that refuse. ``remarks`` are the line's and the claim's.
    """

    line: ClaimLine
    paid: Decimal
    adjustments: tuple[PaidAdjustment, ...]
    remarks: tuple[str, ...]

    @property
    def denied(self) -> Decimal:
        """What was refused, in dollars."""
        return sum((adjustment.amount for adjustment in self.adjustments), _NOTHING)

    @property
    def carcs(self) -> frozenset[str]:
        """The reasons' numbers."""
        return frozenset(adjustment.carc for adjustment in self.adjustments)

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons with their groups, then the remarks: ``CO-50``, ``N115``."""
        reasons = (f"{adjustment.group_code}-{adjustment.carc}" for adjustment in self.adjustments)
        return tuple(dict.fromkeys((*reasons, *self.remarks)))


@dataclass(frozen=True, slots=True)
class Answered:
    """A denied line that can be appealed, with its ground."""

    denied: DeniedLine
    ground: Ground


@cache
def table() -> Mapping[str, Any]:
    """The table ``appeal.toml``."""
    return tables.read(TABLE)


def cited(name: str) -> tuple[str, ...]:
    """The sources of a refusal; those of this table are not yet in the room's bibliography."""
    own = table()["sources"]
    raw = table()["no_appeal"][name]
    return tuple(
        str(own[key]["short"]) if key in own else tables.cited(key, f"remit/{TABLE}.toml")[0] for key in raw
    )


def leads(ground: Ground) -> tuple[str, ...]:
    """The parts of the letter that stand first for the ground."""
    return tuple(table()["ground"][ground.value]["leads"])


def denied_lines(
    record: Record, payment: ClaimPayment
) -> tuple[tuple[DeniedLine, ...], tuple[NoAppeal, ...]]:
    """The denied lines of the claim in its order, and what could not be laid to one line."""
    taken: dict[str, ServicePayment] = {}
    lost = []
    for service in payment.lines:
        line = _line_of(record.claim.lines, service, payment.lines)
        if line is not None and line.control_number not in taken:
            taken[line.control_number] = service
        elif _refusing(service.adjustments):
            lost.append(service)
    found = []
    for line in record.claim.lines:
        answer = taken.get(line.control_number)
        refusing = _whole(payment, line) if answer is None else _refusing(answer.adjustments)
        if refusing:
            remarks = (*(() if answer is None else answer.remark_codes), *payment.remark_codes)
            paid = _NOTHING if answer is None or answer.paid is None else answer.paid
            found.append(DeniedLine(line, paid, refusing, tuple(dict.fromkeys(remarks))))
    return tuple(found), tuple(_unreadable(record, service) for service in lost)


def _refusing(adjustments: Iterable[PaidAdjustment]) -> tuple[PaidAdjustment, ...]:
    return denials.denials_of(adjustments)


def _whole(payment: ClaimPayment, line: ClaimLine) -> tuple[PaidAdjustment, ...]:
    """Reasons that stand on the claim as a whole, as they refuse one line that the answer does not list."""
    return tuple(replace(a, amount=line.charge, quantity=None) for a in _refusing(payment.adjustments)[:1])


def _line_of(
    lines: tuple[ClaimLine, ...], service: ServicePayment, services: tuple[ServicePayment, ...]
) -> ClaimLine | None:
    """The claim's line: by control number, else by code and date where only one fits; never a guess."""
    if service.line_control_number:
        return next((line for line in lines if line.control_number == service.line_control_number), None)
    key = _key(service)
    fitting = [line for line in lines if (line.procedure_code, line.date_of_service) == key]
    alike = [other for other in services if _key(other) == key]
    return fitting[0] if len(fitting) == len(alike) == 1 else None


def _key(service: ServicePayment) -> tuple[str, date | None]:
    return service.submitted_code or service.procedure_code, service.date_of_service


def _unreadable(record: Record, service: ServicePayment) -> NoAppeal:
    return NoAppeal(
        record.claim.control_number,
        Refusal.UNREADABLE,
        f"A refused line of {service.procedure_code} in the answer fits no line of the claim, or several.",
        "Compare the remittance with the claim; post it by hand, and appeal the line that is meant.",
    )


def judged(
    record: Record, lines: tuple[DeniedLine, ...], facts: Mapping[str, Mapping[str, str]]
) -> tuple[tuple[Answered, ...], tuple[NoAppeal, ...]]:
    """Each denied line with its ground, or why it has no appeal and what does.

    ``facts`` are, by line control number, what the record says that decides between grounds: ``may_bill``,
    ``modality`` and ``grouping`` words as the letter's facts have them.
    """
    answered: dict[str, Answered] = {}
    refused: list[NoAppeal] = []
    followers = []
    for denied in lines:
        if denied.carcs & set(table()["follows"]["carcs"]):
            followers.append(denied)
            continue
        verdict = _verdict(record, denied, facts.get(denied.line.control_number, {}))
        if isinstance(verdict, NoAppeal):
            refused.append(verdict)
        else:
            answered[denied.line.control_number] = Answered(denied, verdict)
    for denied in followers:
        primary = _primary(denied, answered.values())
        if primary is not None and not _never(record, denied):
            answered[denied.line.control_number] = Answered(denied, primary.ground)
        else:
            refused.append(_never(record, denied) or _other_remedy(record, denied))
    order = [line.control_number for line in record.claim.lines]
    return tuple(sorted(answered.values(), key=lambda a: order.index(a.denied.line.control_number))), tuple(
        refused
    )


def _primary(denied: DeniedLine, answered: Iterable[Answered]) -> Answered | None:
    """The appealed line with which an add-on stands or falls: the same date, its own primary code."""
    line = denied.line
    addons = law().on(line.date_of_service).value("addon_codes") or {}
    return next(
        (
            other
            for other in answered
            if other.denied.line.date_of_service == line.date_of_service
            and addons.get(other.denied.line.procedure_code) == line.procedure_code
        ),
        None,
    )


def _verdict(record: Record, denied: DeniedLine, facts: Mapping[str, str]) -> Ground | NoAppeal:
    never = _never(record, denied) or _absolute(record, denied) or _own_words(record, denied)
    if never is not None:
        return never
    grounds = [_ground(record, denied, carc, facts) for carc in sorted(denied.carcs)]
    found = [ground for ground in grounds if ground is not None]
    if not found or len(found) != len(grounds):
        return _other_remedy(record, denied)
    return found[0]


def _never(record: Record, denied: DeniedLine) -> NoAppeal | None:
    """No determination that could be appealed: unprocessable, or filed late."""
    line = denied.line
    if denials.is_unprocessable(denied.remarks):
        filing = deadlines.filing(deadlines.filing_anchor(record.claim, line))
        return NoAppeal(
            record.claim.control_number,
            Refusal.UNPROCESSABLE,
            f"{_named(line)} was returned as unprocessable (MA130): it was never decided, and there is nothing to appeal.",
            f"Correct what the other codes name and send a new claim. {filing.words}",
            (line.control_number,),
            filing.last_day,
            cited("unprocessable_cite"),
        )
    if denied.carcs & set(table()["no_appeal"]["late_carcs"]) or denials.has_no_appeal(denied.remarks):
        return NoAppeal(
            record.claim.control_number,
            Refusal.UNTIMELY_CLAIM,
            f"{_named(line)} was refused as filed late; that is no determination that can be appealed.",
            "Show that it was received in time, or ask for an exception: an error of Medicare's own, or entitlement "
            "that was given later. Otherwise nothing can be done, and the patient must not be billed.",
            (line.control_number,),
            None,
            cited("late_cite"),
        )
    return None


def over_limit(record: Record, line: ClaimLine) -> tuple[bool, int | None]:
    """Whether the claim has more units of the line's code on its date than the limit, and the limit's kind."""
    statute = law().on(line.date_of_service, record.payer)
    limit: int | None = statute.value("unit_limit", line.procedure_code)
    kind: int | None = statute.value("limit_kind", line.procedure_code)
    units = sum(
        other.units
        for other in record.claim.lines
        if (other.procedure_code, other.date_of_service) == (line.procedure_code, line.date_of_service)
    )
    return limit is not None and units > limit, kind


def _absolute(record: Record, denied: DeniedLine) -> NoAppeal | None:
    """Units beyond a limit that is absolute by policy."""
    line = denied.line
    over, kind = over_limit(record, line)
    if not (over and kind == _ABSOLUTE and denied.carcs & set(table()["ground"]["units"]["carcs"])):
        return None
    limit = law().on(line.date_of_service, record.payer).value("unit_limit", line.procedure_code)
    return NoAppeal(
        record.claim.control_number,
        Refusal.ABSOLUTE_LIMIT,
        f"{_named(line)}: more than {limit} a day is never paid. The limit is absolute, and an appeal cannot change it.",
        f"If more units were claimed by mistake, ask for a reopening to correct them to {limit}. The rest is not the "
        "patient's to pay.",
        (line.control_number,),
        _reopening(record),
        cited("absolute_cite"),
    )


def _own_words(record: Record, denied: DeniedLine) -> NoAppeal | None:
    """The claim itself says, by its modifier, that the service is not covered or not necessary."""
    line = denied.line
    marks = [word for word in line.modifiers if word in table()["own_words"]["modifiers"]]
    if not marks:
        return None
    return NoAppeal(
        record.claim.control_number,
        Refusal.RECORD_AGREES,
        f"{_named(line)} was claimed with {marks[0]}, by which the claim itself expected the denial.",
        f"If {marks[0]} was put there by mistake, ask for a reopening that takes it off; else there is nothing to argue.",
        (line.control_number,),
        _reopening(record),
        cited("own_words_cite"),
    )


def _named(line: ClaimLine) -> str:
    return f"{line.procedure_code} of {line.date_of_service}"


def _reopening(record: Record) -> date | None:
    notice = None if record.remittance is None else deadlines.notice_date(record.remittance)
    return None if notice is None else deadlines.reopening(notice).last_day


def _ground(record: Record, denied: DeniedLine, carc: str, facts: Mapping[str, str]) -> Ground | None:
    """The ground that answers one reason; ``None`` where it has none on this record."""
    of = {ground for ground in Ground if carc in table()["ground"][ground.value]["carcs"]}
    marks = set(denied.remarks) & set(table()["ground"]["overlap"]["remarks"])
    possible = (
        (Ground.UNITS, over_limit(record, denied.line)[0]),
        (Ground.NECESSITY, True),
        (Ground.COVERAGE, True),
        (Ground.PRACTITIONER, facts.get("may_bill") == "yes"),
        (Ground.TELEHEALTH, facts.get("modality") == "audio_video"),
        (Ground.OVERLAP, bool(marks)),
        (Ground.DOCUMENTATION, True),
    )
    return next((ground for ground, fits in possible if fits and ground in of), None)


def _other_remedy(record: Record, denied: DeniedLine) -> NoAppeal:
    """What the knowledge of denials says to do instead."""
    line, first = denied.line, denied.adjustments[0]
    cause = denials.cause_of(
        first.carc, denied.remarks, day=line.date_of_service, procedure=line.procedure_code
    )
    unknown = cause.key == denials.UNKNOWN
    return NoAppeal(
        record.claim.control_number,
        Refusal.UNKNOWN_REASON if unknown else Refusal.OTHER_REMEDY,
        f"{_named(line)} was refused with {', '.join(denied.reasons)}. {cause.says}",
        cause.do,
        (line.control_number,),
        _reopening(record) if cause.remedy in _CORRECTED else None,
        cause.cites,
    )
