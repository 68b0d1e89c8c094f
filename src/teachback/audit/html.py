"""Pieces of the page: words escaped, real tables with captions, rows that open below their figure."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any

from teachback.audit.codes import FAMILY_NAMES
from teachback.audit.measures import measure
from teachback.audit.strata import dollars
from teachback.audit.tables import COUNT, MONEY, SHARE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from teachback.audit.rowfiles import Rows
    from teachback.audit.tables import Table

SIGNS = {"error": "●", "hold": "■", "warning": "▲", "information": "○"}
HEADINGS = {
    "session_id": "Session",
    "claim_id": "Claim",
    "patient_id": "Patient",
    "date_of_service": "Date",
    "practitioner_npi": "NPI",
    "practitioner_kind": "Kind",
    "family": "Family",
    "place_of_service": "Place",
    "minutes": "Minutes",
    "codes": "Lines",
    "allowed_cents": "Allowed",
    "disposition": "Disposition",
    "patterns": "Patterns",
    "findings": "Findings",
    "counted_with": "Counted with",
    "reasons": "Differs in",
    "finding": "Finding is",
    "units": "Units",
    "kx": "KX",
}
_NUMERIC = {"minutes", "units"}
DISPOSITIONS = {"payable": "ready", "hold": "on hold", "not_billable": "not billable", "billed": "billed"}
_SHORT = 12
_SKIP = {"month", "measure", "of_family", "before", "after", "code", "severity"}


def severity(word: str) -> str:
    """A severity as sign, word and color."""
    return f'<span class="sev sev-{word}">{SIGNS[word]} {word}</span>' if word in SIGNS else escape(word)


def percent(share: float) -> str:
    """A share for people."""
    return f"{share * 100:.1f}%"


def number(value: float, measure_id: str) -> str:
    """A value of a measure; money is an estimate, rounded to cents."""
    about = measure(measure_id)
    if about.share:
        return percent(value)
    return dollars(round(value)) if about.money else f"{value:.2f}"


def plain(value: Any, kind: str) -> str:  # noqa: ANN401  a cell is text, a number, a date or empty
    """A value as text."""
    if value is None or value == "":
        return ""
    if kind == MONEY:
        return dollars(value)
    if kind == COUNT:
        return f"{value:,}"
    if kind == SHARE:
        return percent(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def facts(pairs: Sequence[tuple[str, str]]) -> str:
    """A list of names and values; the values are HTML."""
    return '<dl class="facts">' + "".join(f"<dt>{escape(k)}</dt><dd>{v}</dd>" for k, v in pairs) + "</dl>"


def table(data: Table, *, first_is_name: bool = True) -> str:
    """A table with a caption; rows that have rows behind them get these below."""
    if not data.rows:
        return ""
    head = "".join(
        f'<th scope="col"{_numeric(kind) if index else ""}>{escape(heading)}</th>'
        for index, (_, heading, kind) in enumerate(data.columns)
    )
    body = []
    for values, behind in zip(data.rows, data.behind, strict=True):
        shown = behind is not None and behind.total > 0
        cells = "".join(
            _cell(data, index, value, name=first_is_name and index == 0) for index, value in enumerate(values)
        )
        body.append(f"<tr{' class=has' if shown else ''}>{cells}</tr>")
        if shown and behind is not None:
            body.append(f'<tr class="behind"><td colspan="{len(data.columns)}">{rows(behind)}</td></tr>')
    foot = ""
    if data.total:
        cells = "".join(_cell(data, index, value, name=index == 0) for index, value in enumerate(data.total))
        foot = f'<tfoot><tr class="total">{cells}</tr></tfoot>'
    note = f'<p class="quiet">{escape(data.note)}</p>' if data.note else ""
    short = ' class="short"' if len(data.rows) <= _SHORT and not any(data.behind) else ""
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(data.caption)}"><table{short}>'
        f"<caption>{escape(data.caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody>{foot}"
        f"</table></div>{note}"
    )


def _numeric(kind: str) -> str:
    return ' class="num"' if kind in {COUNT, MONEY, SHARE} else ""


def _cell(data: Table, index: int, value: Any, *, name: bool) -> str:  # noqa: ANN401  any value of a table
    key, _, kind = data.columns[index]
    text = severity(str(value)) if key == "severity" else escape(plain(value, kind))
    if name:
        return f'<th scope="row">{text}</th>'
    return f"<td{_numeric(kind)}>{text}</td>"


def rows(behind: Rows, most: int | None = None, label: str = "") -> str:
    """The rows behind a figure, to open: those shown, how many there are, and the file that holds all."""
    frame = behind.frame if most is None else behind.frame.head(most)
    count = f"{behind.total:,} row{'' if behind.total == 1 else 's'}"
    shown = count if frame.height >= behind.total else f"{frame.height} of {count}, those with most money"
    names = [name for name in frame.columns if name not in _SKIP]
    names = [name for name in names if frame[name].null_count() < frame.height]
    title = label or "Rows"
    head = "".join(f'<th scope="col"{_right(name)}>{escape(_heading(name))}</th>' for name in names)
    body = "".join(
        "<tr>"
        + "".join(f"<td{_right(n)}>{escape(_value(n, v))}</td>" for n, v in zip(names, row, strict=True))
        + "</tr>"
        for row in frame.select(names).iter_rows()
    )
    where = f"all in <code>{escape(behind.file)}</code>" if "/" in behind.file else escape(behind.file)
    return (
        f"<details><summary>{escape(title)}: {shown}</summary>"
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(title)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f'<p class="quiet">{shown}; {where}.</p></details>'
    )


def _heading(name: str) -> str:
    base = name.removesuffix("_before")
    return f"{HEADINGS.get(base, base)} before" if base != name else HEADINGS.get(name, name)


def _right(name: str) -> str:
    base = name.removesuffix("_before")
    return ' class="num"' if base.endswith("_cents") or base in _NUMERIC else ""


def _value(name: str, value: Any) -> str:  # noqa: ANN401  any value of a row
    base = name.removesuffix("_before")
    if value is None:
        return ""
    if base.endswith("_cents"):
        return dollars(value)
    if base == "disposition":
        return DISPOSITIONS.get(value, str(value))
    if base == "family":
        return FAMILY_NAMES.get(value, str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)
