"""The batch report: what was claimed, money by code, what was kept back, why, and who can cure it.

Sessions, patients and claims stand in it by their numbers; no name, birth date or Medicare number does.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import IO, TYPE_CHECKING

from teachback.claim.screening import due_by
from teachback.findings import Owner
from teachback.intake.escape import escape_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from teachback.claim.reasons import KeptBack, Reason
    from teachback.claimdata import Claim
    from teachback.model import ClaimForm

NEAR_DAYS = 30
_NOTHING = Decimal("0.00")
_SHOWN = 6


@dataclass(frozen=True, slots=True)
class MadeFile:
    """One file of the batch: where it stands, for whom, and what is in it."""

    path: str
    receiver: str
    form: ClaimForm
    test: bool
    claims: tuple[Claim, ...]
    recovered: bool = False

    @property
    def charge(self) -> Decimal:
        """Dollars charged by all claims of the file."""
        return sum((claim.charge for claim in self.claims), _NOTHING)


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning or settled hold on a claim that was made: sessions and reason."""

    sessions: tuple[str, ...]
    reason: Reason


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one run did. ``already`` counts session-patients that stood on claims before."""

    practice: str
    today: date
    sessions: int
    files: tuple[MadeFile, ...]
    kept_back: tuple[KeptBack, ...]
    already: int = 0
    warned: tuple[Warned, ...] = ()
    cleaned: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    dry: bool = False
    extras: tuple[str, ...] = field(default=())

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims of the batch in the order of the files."""
        return tuple(claim for file in self.files for claim in file.claims)


@dataclass(frozen=True, slots=True)
class CodeMoney:
    """The money of one procedure code; ``allowed`` counts lines whose amount is known, ``open_lines`` the others."""

    code: str
    lines: int
    units: int
    charge: Decimal
    allowed: Decimal
    medicare: Decimal
    patient: Decimal
    open_lines: int


def money_by_code(claims: Iterable[Claim]) -> list[CodeMoney]:
    """Lines, units and dollars by procedure code, in the order of the codes."""
    by_code = defaultdict(list)
    for claim in claims:
        for line in claim.lines:
            by_code[line.procedure_code].append(line)
    return [
        CodeMoney(
            code,
            len(lines),
            sum(line.units for line in lines),
            _sum(line.charge for line in lines),
            _sum(line.allowed_amount for line in lines),
            _sum(line.medicare_payment_after_sequestration for line in lines),
            _sum(line.patient_amount for line in lines),
            sum(line.allowed_amount is None for line in lines),
        )
        for code, lines in sorted(by_code.items())
    ]


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), _NOTHING)


@dataclass(frozen=True, slots=True)
class Stuck:
    """One reason with the sessions that it keeps back, and what they are expected to be allowed.

    A session with several reasons is counted under each; ``allowed`` is then counted under each too.
    """

    owner: Owner
    code: str
    name: str
    remedy: str
    kept: tuple[KeptBack, ...]
    messages: tuple[str, ...]

    @property
    def allowed(self) -> Decimal:
        """Dollars that wait for this reason's cure."""
        return _sum(back.allowed for back in self.kept)


_OWNERS = {
    owner: rank for rank, owner in enumerate((Owner.BILLER, Owner.FRONT_DESK, Owner.CLINICIAN, Owner.NOBODY))
}


def stuck(kept_back: Iterable[KeptBack]) -> list[Stuck]:
    """What is kept back by who can cure it, the most money first; what nobody can cure stands last."""
    found: dict[tuple[Owner, str, str, str], list[tuple[KeptBack, str]]] = defaultdict(list)
    for back in kept_back:
        for reason in back.reasons:
            found[reason.owner, reason.code, reason.name, reason.remedy].append((back, reason.message))
    made = [
        Stuck(
            *key,
            tuple({(b.session_id, b.patient_id): b for b, _ in pairs}.values()),
            tuple(dict.fromkeys(message for _, message in pairs)),
        )
        for key, pairs in found.items()
    ]
    return sorted(made, key=lambda s: (_OWNERS[s.owner], -s.allowed, -len(s.kept), s.code, s.remedy))


def deadlines(batch: Batch) -> tuple[list[KeptBack], list[KeptBack]]:
    """The kept-back sessions that can still be cured but whose filing limit has passed, and is near."""
    curable = [b for b in batch.kept_back if all(r.owner is not Owner.NOBODY for r in b.reasons)]
    left = {b: (due_by(b.date_of_service) - batch.today).days for b in curable}
    passed = [b for b, days in left.items() if days < 0]
    return passed, [b for b, days in left.items() if 0 <= days < NEAR_DAYS]


def text(batch: Batch) -> Iterator[str]:
    """The report for a terminal, line by line."""
    made = "WOULD BE CLAIMED (nothing was written)" if batch.dry else "CLAIMED"
    yield f"{batch.practice}, {batch.today}: {_count(batch.sessions, 'session-patient')} looked at."
    yield ""
    yield made
    yield from _text_files(batch)
    yield ""
    yield "KEPT BACK, AND WHO CAN CURE IT" if batch.kept_back else "KEPT BACK: nothing"
    yield from _text_stuck(batch)
    yield from _text_deadlines(batch)
    if batch.warned:
        yield ""
        yield "CLAIMED WITH A WARNING"
        for found in warnings(batch.warned):
            reason = found[0].reason
            more = len({w.reason.message for w in found}) - 1
            like = f" ({more} more like it)" if more else ""
            yield f"  {reason.severity.value} {reason.code} {reason.name}: {reason.message}{like}"
            yield f"      do {reason.remedy}"
            yield f"      {_some([session for w in found for session in w.sessions])}"
    if batch.cleaned:
        yield ""
        yield "SENT OTHERWISE THAN STORED (a file carries plain capitals only)"
        yield from (f"  {line}" for line in batch.cleaned[:_SHOWN])
        if len(batch.cleaned) > _SHOWN:
            yield f"  and {len(batch.cleaned) - _SHOWN} more, in the report"
    for sentence in batch.notes:
        yield f"note: {sentence}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _some(found: Iterable[str]) -> str:
    ids = list(dict.fromkeys(found))
    more = f" and {len(ids) - _SHOWN} more" if len(ids) > _SHOWN else ""
    return ", ".join(ids[:_SHOWN]) + more


def _text_files(batch: Batch) -> Iterator[str]:
    if not batch.files:
        yield "  no claim"
    for file in batch.files:
        kind = "test" if file.test else "PRODUCTION"
        again = ", left unwritten by an earlier run" if file.recovered else ""
        yield (
            f"  {file.path}: {_count(len(file.claims), 'claim')}, ${file.charge:,.2f}, "
            f"{kind}, to {file.receiver}{again}"
        )
    yield from (f"  {path}" for path in batch.extras)
    rows = money_by_code(batch.claims)
    if rows:
        yield ""
        yield f"  {'code':6} {'lines':>7} {'units':>7} {'charged':>13} {'allowed':>13} {'Medicare':>13} {'patient':>12}"
        for row in (*rows, _total(rows)):
            note = f"  ({row.open_lines} without an amount)" if row.open_lines else ""
            yield (
                f"  {row.code:6} {row.lines:>7,} {row.units:>7,} {row.charge:>13,.2f} {row.allowed:>13,.2f} "
                f"{row.medicare:>13,.2f} {row.patient:>12,.2f}{note}"
            )
    if batch.already:
        yield ""
        yield f"  {_count(batch.already, 'session-patient')} on claims already; nothing is claimed twice."


def _total(rows: Sequence[CodeMoney]) -> CodeMoney:
    return CodeMoney(
        "all",
        sum(row.lines for row in rows),
        sum(row.units for row in rows),
        _sum(row.charge for row in rows),
        _sum(row.allowed for row in rows),
        _sum(row.medicare for row in rows),
        _sum(row.patient for row in rows),
        sum(row.open_lines for row in rows),
    )


def _text_stuck(batch: Batch) -> Iterator[str]:
    owner = None
    for group in stuck(batch.kept_back):
        if group.owner is not owner:
            owner = group.owner
            yield ""
            yield f"  {owner_words(owner)}"
        amount = f", ${group.allowed:,.2f}" if group.allowed else ""
        yield f"    {group.code} {group.name}: {_count(len(group.kept), 'session-patient')}{amount}"
        yield f"        {group.messages[0]}" + (
            f" ({len(group.messages) - 1} more like it)" if len(group.messages) > 1 else ""
        )
        yield f"        do {group.remedy}"
        yield f"        {_some([back.session_id for back in group.kept])}"


def owner_words(owner: Owner) -> str:
    """Who can cure it, as a heading."""
    return "NOBODY CAN CURE" if owner is Owner.NOBODY else f"THE {owner.value.upper()} CAN CURE"


def _text_deadlines(batch: Batch) -> Iterator[str]:
    passed, near = deadlines(batch)
    if passed or near:
        yield ""
    if near:
        yield f"  {_count(len(near), 'kept-back session')} must be received within {NEAR_DAYS} days: {_some(_ids(near))}"
    if passed:
        yield f"  {_count(len(passed), 'kept-back session')} past the filing limit of one year: {_some(_ids(passed))}"


def _ids(kept: Iterable[KeptBack]) -> list[str]:
    return [back.session_id for back in kept]


def warnings(warned: Iterable[Warned]) -> list[list[Warned]]:
    """The warnings of each finding together, the heaviest first."""
    found: dict[tuple[str, str, str], list[Warned]] = defaultdict(list)
    for entry in warned:
        found[entry.reason.code, entry.reason.name, entry.reason.remedy].append(entry)
    return sorted(found.values(), key=lambda w: (w[0].reason.severity.rank, w[0].reason.code))


CLAIM_COLUMNS = (
    "file",
    "claim",
    "line",
    "sessions",
    "patient_id",
    "date_of_service",
    "procedure_code",
    "modifiers",
    "units",
    "charge",
    "expected_allowed",
    "expected_medicare",
    "expected_patient",
)
KEPT_COLUMNS = (
    "session_id",
    "patient_id",
    "date_of_service",
    "receive_by",
    "expected_allowed",
    "severity",
    "code",
    "name",
    "who_can_cure",
    "message",
    "remedy",
)


def write_claimed(batch: Batch, stream: IO[str]) -> None:
    """Every line that was claimed, one a row, as CSV."""
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(CLAIM_COLUMNS)
    for file in batch.files:
        for claim in file.claims:
            for line in claim.lines:
                rows.writerow(
                    [
                        escape_cell(file.path),
                        claim.control_number,
                        line.control_number,
                        escape_cell(";".join(line.sessions)),
                        escape_cell(claim.beneficiary.patient_id),
                        line.date_of_service.isoformat(),
                        line.procedure_code,
                        " ".join(line.modifiers),
                        line.units,
                        line.charge,
                        line.allowed_amount,
                        line.medicare_payment_after_sequestration,
                        line.patient_amount,
                    ]
                )


def write_kept(batch: Batch, stream: IO[str]) -> None:
    """Every kept-back session, one row a reason, as CSV."""
    rows = csv.writer(stream, lineterminator="\r\n")
    rows.writerow(KEPT_COLUMNS)
    for back in batch.kept_back:
        for reason in back.reasons:
            rows.writerow(
                [
                    escape_cell(back.session_id),
                    escape_cell(back.patient_id),
                    back.date_of_service.isoformat(),
                    due_by(back.date_of_service).isoformat(),
                    back.allowed,
                    reason.severity.value,
                    reason.code,
                    reason.name,
                    reason.owner.value,
                    escape_cell(reason.message),
                    escape_cell(reason.remedy),
                ]
            )
