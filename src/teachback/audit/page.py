"""The page: one file without any other, that reads well on a screen and on paper."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from teachback import __version__
from teachback.audit import charts, page_parts, tables
from teachback.audit.html import facts, percent, rows, severity, table
from teachback.audit.rowfiles import Rows
from teachback.audit.strata import dollars

if TYPE_CHECKING:
    from teachback.audit.report import Report
    from teachback.audit.tables import Found

_HERE = Path(__file__).parent
SECTIONS = (
    ("patterns", "Patterns"),
    ("peers", "Peers"),
    ("money", "Money at risk"),
    ("sample", "Sample"),
    ("changes", "What changed"),
    ("method", "Method"),
)
_BARS = 14


def page(report: Report) -> str:
    """The whole page as text. It holds no name of a patient, and patients' ids only in the rows behind a figure."""
    found = tables.found_patterns(report)
    parts = {
        "patterns": _patterns(report, found),
        "peers": page_parts.peers(report),
        "money": _money(report, found),
        "sample": page_parts.sample(report),
        "changes": page_parts.changes(report),
        "method": page_parts.method(report),
    }
    links = "".join(f'<li><a href="#{key}">{name}</a></li>' for key, name in SECTIONS if parts[key])
    sections = "".join(
        f'<section id="{key}" aria-labelledby="{key}-h"><h2 id="{key}-h">{name}</h2>{parts[key]}</section>'
        for key, name in SECTIONS
        if parts[key]
    )
    title = f"Caregiver-training audit: {report.book.path.name}"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="robots" content="noindex">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src 'unsafe-inline'; img-src data:\">"
        f"<title>{escape(title)}</title><style>{_file('style.css')}</style></head><body>"
        f'<a class="skip" href="#main">Skip to the report</a>{charts.PATTERNS}'
        f"<header><h1>Caregiver-training audit</h1>{_lead(report)}{_figures(report, found)}</header>"
        f'<nav class="screen" aria-label="Sections"><ul>{links}'
        '<li><button id="all" type="button" aria-pressed="false" hidden>Open all rows</button></li></ul></nav>'
        f'<main id="main">{sections}</main>'
        f"<footer><p>Made by Teachback {escape(__version__)} from <code>{escape(report.book.path.name)}</code>. "
        "Patterns and comparisons are reasons to look, not proofs of a fault. The rows name patients by their "
        "identifiers: keep this page where records are kept.</p></footer>"
        f"<script>{_file('page.js')}</script></body></html>\n"
    )


def _file(name: str) -> str:
    return (_HERE / name).read_text("utf-8").strip()


def _lead(report: Report) -> str:
    survey, book = report.survey, report.book
    what = "Batch result" if book.kind == "batch" else "Claims"
    payer = f" under {escape(str(book.summary.get('payer')))}" if book.summary.get("payer") else ""
    text = (
        f"{what} <code>{escape(book.path.name)}</code>{payer}: {survey.units:,} {_unit(report)} of "
        f"{survey.patients:,} patients by {survey.practitioners:,} practitioners, {survey.first} to {survey.last}."
    )
    meaning = (
        "A session of several patients counts once for each of them."
        if book.kind == "batch"
        else "A service day is all caregiver training of one patient by one practitioner on one date."
    )
    refused = ""
    if book.rows_refused:
        reasons = "; ".join(f"{count:,} because {escape(text)}" for text, count in book.refused.items())
        refused = f'<p class="lead">{book.rows_refused:,} of {book.rows_read:,} rows could not be used: {reasons}.</p>'
    return f'<p class="lead">{text} {meaning}</p>{refused}'


def _unit(report: Report) -> str:
    return report.book.unit[1]


def _figures(report: Report, found: list[Found]) -> str:
    """The figures at the top, each with the way to what is behind it."""
    survey, at_risk = report.survey, report.at_risk_cents
    names = {"payable": "ready", "hold": "on hold", "not_billable": "not billable", "billed": "billed"}
    split = ", ".join(
        f"{survey.dispositions[key]:,} {name}" for key, name in names.items() if key in survey.dispositions
    )
    share = percent(at_risk / survey.allowed_cents) if survey.allowed_cents else "0%"
    told = sum(1 for entry in found if entry.units)
    higher = tables.told_peers(report, "higher")
    tiles = [
        (_unit(report).capitalize(), f"{survey.units:,}", split),
        (
            "Allowed in all",
            dollars(survey.allowed_cents),
            "Medicare's allowed amounts, before shares and reductions",
        ),
        (
            "Money at risk",
            dollars(at_risk),
            f'{share} of it, each dollar once. <a href="#money">How it is counted</a>',
        ),
        (
            "Patterns found",
            f"{told} of {len(found)}",
            f'{len(report.skipped)} cannot be judged from this input. <a href="#not-judged">Which, and why</a>',
        ),
        (
            "Higher than peers",
            f"{len({row[0] for row in higher.rows}):,}",
            f'practitioners, in {len(higher.rows):,} measures. <a href="#peers">Who</a>',
        ),
    ]
    if report.estimate is not None:
        tiles.append(
            (
                "Lower limit of the overpayment",
                dollars(round(report.estimate.lower)),
                f'an estimate; point estimate {dollars(round(report.estimate.point))}. <a href="#sample">The sample</a>',
            )
        )
    items = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{value}<small>{text}</small></dd></div>"
        for name, value, text in tiles
    )
    return f'<dl class="figures">{items}</dl>'


def _kinds(report: Report) -> tuple[tuple[str, str], ...]:
    return charts.KINDS if report.book.kind == "batch" else charts.BILLED


def _split(report: Report, whole: int, held: int, stopped: int) -> list[int]:
    return [stopped, held, whole - held - stopped] if report.book.kind == "batch" else [whole]


def _patterns(report: Report, found: list[Found]) -> str:
    shown = [entry for entry in found if entry.units]
    bars = [
        (e.pattern.title, _split(report, e.allowed_cents, e.held_cents, e.stopped_cents))
        for e in sorted(shown, key=lambda e: -e.allowed_cents)
        if e.allowed_cents
    ][:_BARS]
    intro = (
        "<p>Each bar is the allowed amount that a pattern touches; one dollar may stand in several bars. "
        "Patterns are reasons to look: open one to see why it matters, who is concerned, and the rows.</p>"
    )
    chart = ""
    if bars:
        chart = charts.bars(bars, _kinds(report), "Allowed amount touched by each pattern") + charts.legend(
            _kinds(report)
        )
    if not shown:
        intro = "<p>None of the patterns that this input can show was found.</p>"
    articles = "".join(_article(report, entry) for entry in shown)
    clear = [entry for entry in found if not entry.units]
    quiet = ""
    if clear:
        items = "".join(f"<li>{escape(entry.pattern.title)}</li>" for entry in clear)
        quiet = f'<h3>Looked for and not found</h3><ul class="clear">{items}</ul>'
    return intro + chart + articles + quiet + _not_judged(report)


def _article(report: Report, entry: Found) -> str:
    pattern = entry.pattern
    people = (
        f"{entry.units:,} {report.book.unit[entry.units != 1]}, {entry.patients:,} "
        f"patient{'' if entry.patients == 1 else 's'}, {entry.practitioners:,} "
        f"practitioner{'' if entry.practitioners == 1 else 's'}; {dollars(entry.allowed_cents)} allowed"
    )
    if report.book.kind == "batch" and entry.allowed_cents:
        ready = entry.allowed_cents - entry.held_cents - entry.stopped_cents
        split = ((entry.stopped_cents, "not billable"), (entry.held_cents, "on hold"), (ready, "ready"))
        people += f" ({', '.join(f'{dollars(cents)} {name}' for cents, name in split if cents)})"
    limits = "; ".join(
        f"{escape(t.says)}: <strong>{t.value:g}</strong>{' (changed)' if t.changed else ''}"
        for t in pattern.thresholds.values()
    )
    pairs = [("Why", escape(pattern.why)), ("What to do", escape(pattern.do))]
    if pattern.findings and report.book.kind == "batch":
        pairs.append(("Told by", f"findings {', '.join(pattern.findings)}"))
    pairs += [("Threshold", limits or "any occurrence"), ("Source", escape("; ".join(pattern.cites)))]
    behind = rows(entry.rows, int(report.catalog.setting("page", "rows")), "Rows of this pattern")
    return (
        f'<article id="{pattern.id}"><h3>{severity(pattern.severity.value)} {escape(pattern.title)}</h3>'
        f'<p class="say">{people}.</p>{facts(pairs)}{table(entry.evidence)}{behind}</article>'
    )


def _not_judged(report: Report) -> str:
    if not report.skipped:
        return ""
    data = tables.Table(
        "not-judged",
        f"{len(report.skipped)} patterns that this input cannot show",
        (("pattern", "Pattern", tables.TEXT), ("missing", "What is missing", tables.TEXT)),
    )
    for pattern in report.catalog.patterns:
        if pattern.id in report.skipped:
            data.add([pattern.title, report.skipped[pattern.id]])
    return f'<div id="not-judged"><h3>Not judged</h3>{table(data)}</div>'


def _money(report: Report, found: list[Found]) -> str:
    at_risk = Rows(
        report.files.rows("at-risk").frame, report.files.rows("at-risk").total, "rows/at-risk.parquet"
    )
    intro = (
        f"<p>{dollars(report.at_risk_cents)} of {dollars(report.survey.allowed_cents)} allowed stands on "
        f"{_unit(report)} that carry at least one error, hold or warning. Each dollar is counted once: by pattern "
        "with the first of its patterns (errors before holds before warnings, in the order of the method below), "
        "by finding with the heaviest of its findings. The column beside it tells all that a risk touches, so "
        "those overlap and do not add up.</p>"
    )
    months = tables.money_by_month(report)
    series = [(row[0], _split(report, row[4], row[5], row[6])) for row in months.rows]
    chart = charts.columns(series, _kinds(report), "Money at risk by month of service")
    most = int(report.catalog.setting("page", "lines"))
    return (
        intro
        + rows(at_risk, int(report.catalog.setting("page", "rows")), "All rows at risk")
        + chart
        + charts.legend(_kinds(report))
        + table(tables.money_by_pattern(report, found))
        + table(tables.money_by_practitioner(report, most))
        + table(months)
        + table(tables.money_by_finding(report))
    )
