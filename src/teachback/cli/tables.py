"""The report for people: money ready, on hold and lost, and who can cure what."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from teachback.cli import printable
from teachback.export import outcome
from teachback.findings import Owner
from teachback.model import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from teachback.assess import Assessment
    from teachback.findings import Finding

WIDE = 110
SHOWN = 12
OWNERS = (Owner.CLINICIAN, Owner.FRONT_DESK, Owner.BILLER, Owner.NOBODY)
_TITLES = {
    Owner.CLINICIAN: "The clinician can cure",
    Owner.FRONT_DESK: "The front desk can cure",
    Owner.BILLER: "The biller decides",
    Owner.NOBODY: "Nobody can cure: it follows from what happened",
}


class _Console(Console):
    """A console whose reader may go away: rich would leave with the status of refused rows."""

    def on_broken_pipe(self) -> None:
        """Let the command end as any other does."""
        raise BrokenPipeError


@dataclass(frozen=True, slots=True)
class Money:
    """Totals of some assessments; ``open_amounts`` counts lines whose amount is not known."""

    sessions: int
    lines: int
    open_amounts: int
    allowed: Decimal
    medicare: Decimal
    patient: Decimal


def money(assessments: Iterable[Assessment]) -> Money:
    """Add up the lines of assessments, leaving out amounts that are not known."""
    kept = list(assessments)
    lines = [line for assessment in kept for line in assessment.service_lines]
    zero = Decimal("0.00")
    return Money(
        len(kept),
        len(lines),
        sum(line.allowed_amount is None for line in lines),
        sum((line.allowed_amount or zero for line in lines), zero),
        sum((line.medicare_payment_after_sequestration or zero for line in lines), zero),
        sum((line.patient_amount or zero for line in lines), zero),
    )


_OUTCOMES = {
    "ready": "Ready to bill",
    "hold": "On hold",
    "correctable": "Not billable as recorded",
    "lost": "Lost: not billable",
}


def groups(assessments: Sequence[Assessment]) -> list[tuple[str, list[Assessment]]]:
    """Ready, on hold, correctable and lost, in this order."""
    return [(title, [a for a in assessments if outcome(a) == name]) for name, title in _OUTCOMES.items()]


def print_report(assessments: Sequence[Assessment], stream: IO[str]) -> None:
    """Print every line, then what stands in the way grouped by who can cure it, then the totals."""
    console = _Console(file=stream, width=None if stream.isatty() else WIDE, highlight=False)
    _print_lines(console, assessments)
    for owner, cures in _by_owner(assessments):
        console.print(Text(_TITLES[owner], style="bold"))
        for cure in cures:
            _print_cure(console, cure)
        console.print()
    _print_totals(console, assessments)


def print_totals(assessments: Sequence[Assessment], stream: IO[str]) -> None:
    """Print the totals by what becomes of the sessions."""
    _print_totals(_Console(file=stream, width=WIDE, highlight=False), assessments)


def print_stuck(assessments: Sequence[Assessment], stream: IO[str]) -> None:
    """Print what stands in the way in one line each, by who can cure it."""
    console = _Console(file=stream, width=WIDE, highlight=False)
    for owner, cures in _by_owner(assessments):
        table = _table(
            ("", "left"), ("Code", "left"), ("Finding", "left"), ("Sessions", "right"), ("Allowed", "right")
        )
        table.title, table.title_justify, table.title_style = _TITLES[owner], "left", "bold"
        for cure in cures:
            finding = cure.finding
            words = (finding.severity.value, finding.code, finding.name, str(len(cure.sessions)))
            table.add_row(*map(_text, (*words, money_words(cure))))
        console.print(table)


def _table(*columns: tuple[str, str]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for title, justify in columns:
        table.add_column(title, justify="right" if justify == "right" else "left", overflow="fold")
    return table


def _text(words: str) -> Text:
    """Text as it stands, neither read as markup nor able to steer the terminal."""
    return Text(printable(words))


def _amount(value: Decimal | None) -> str:
    return "not known" if value is None else f"{value:,.2f}"


def _print_lines(console: Console, assessments: Sequence[Assessment]) -> None:
    table = _table(
        ("Session", "left"),
        ("Patient", "left"),
        ("Date", "left"),
        ("Line", "left"),
        ("Allowed", "right"),
        ("Medicare", "right"),
        ("Patient owes", "right"),
        ("", "left"),
    )
    for assessment in assessments:
        word = outcome(assessment)
        who = (assessment.session.id, assessment.patient.id, assessment.session.date_of_service.isoformat())
        if not assessment.service_lines:
            reason = "with " + assessment.bearer if assessment.bearer != assessment.session.id else "no line"
            table.add_row(*map(_text, (*who, reason, "", "", "", word)))
        for line in assessment.service_lines:
            words = " ".join((f"{line.procedure_code} x{line.units}", *line.modifiers))
            amounts = (line.allowed_amount, line.medicare_payment_after_sequestration, line.patient_amount)
            table.add_row(*map(_text, (*who, words, *map(_amount, amounts), word)))
    console.print(table)


@dataclass(frozen=True, slots=True)
class Cure:
    """One finding of some sessions: an example of it, the sessions, and the allowed amounts it holds up."""

    finding: Finding
    sessions: tuple[str, ...]
    at_stake: Decimal
    open_amounts: int
    messages: int


def money_words(cure: Cure) -> str:
    """The amount held up; an amount that is not known is no zero."""
    if cure.open_amounts and not cure.at_stake:
        return "amount not known"
    return f"${cure.at_stake:,.2f}" + (" and more" if cure.open_amounts else "")


def _by_owner(assessments: Sequence[Assessment]) -> list[tuple[Owner, list[Cure]]]:
    """Errors and holds by who can cure them, those that hold up most money first."""
    found: dict[tuple[Owner, str, str], list[tuple[Assessment, Finding]]] = defaultdict(list)
    for assessment in assessments:
        for finding in assessment.findings:
            if finding.severity in {Severity.ERROR, Severity.HOLD}:
                found[finding.owner, finding.code, finding.remedy].append((assessment, finding))
    cures: dict[Owner, list[Cure]] = {owner: [] for owner in OWNERS}
    for (owner, _, _), pairs in found.items():
        sessions = tuple(dict.fromkeys(assessment.session.id for assessment, _ in pairs))
        once = {(a.session.id, a.patient.id): a for a, _ in pairs}.values()
        messages = len({finding.message for _, finding in pairs})
        total = money(once)
        cures[owner].append(Cure(pairs[0][1], sessions, total.allowed, total.open_amounts, messages))
    for group in cures.values():
        group.sort(key=lambda cure: (-cure.at_stake, cure.finding.code))
    return [(owner, group) for owner, group in cures.items() if group]


def _print_cure(console: Console, cure: Cure) -> None:
    finding = cure.finding
    count = len(cure.sessions)
    shown = ", ".join(cure.sessions[:SHOWN]) + (f" and {count - SHOWN} more" if count > SHOWN else "")
    held = money_words(cure)
    sessions = "1 session" if count == 1 else f"{count} sessions"
    _wrapped(
        console,
        f"{finding.severity.value:5} {finding.code} {finding.name}: {sessions}, {held}: {shown}",
        2,
    )
    _wrapped(console, ("" if cure.messages == 1 else "for example: ") + finding.message, 8)
    _wrapped(console, f"do: {finding.remedy}", 8)
    _wrapped(console, f"law: {'; '.join(finding.cites)}", 8)


def _wrapped(console: Console, text: str, indent: int) -> None:
    first, rest = " " * indent, " " * max(indent, 8)
    console.print(_text(textwrap.fill(text, console.width, initial_indent=first, subsequent_indent=rest)))


def _print_totals(console: Console, assessments: Sequence[Assessment]) -> None:
    """Print the totals by what becomes of the sessions."""
    table = _table(
        ("", "left"),
        ("Sessions x patients", "right"),
        ("Lines", "right"),
        ("Allowed", "right"),
        ("Medicare pays", "right"),
        ("Patients owe", "right"),
    )
    for title, kept in [*groups(assessments), ("All", list(assessments))]:
        total = money(kept)
        table.add_row(
            *map(
                Text,
                (
                    title,
                    f"{total.sessions:,}",
                    f"{total.lines:,}",
                    f"${total.allowed:,.2f}",
                    f"${total.medicare:,.2f}",
                    f"${total.patient:,.2f}",
                ),
            )
        )
    console.print(table)
    unknown = money(assessments).open_amounts
    if unknown:
        console.print(Text(f"{unknown} line(s) have no known amount and are not in these totals."))
