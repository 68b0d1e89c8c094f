"""Sections of the page: peers, sample, what changed, and the method."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import polars as pl

from teachback.audit import charts, tables
from teachback.audit import peers as peers_module
from teachback.audit.against import CHANGED
from teachback.audit.codes import FAMILY_NAMES
from teachback.audit.html import DISPOSITIONS, facts, number, percent, rows, table
from teachback.audit.measures import MEASURES, measure
from teachback.audit.rowfiles import Rows
from teachback.audit.sample import FRAME_TEXT
from teachback.audit.strata import dollars
from teachback.audit.tables import COUNT, MONEY, TEXT, Table

if TYPE_CHECKING:
    from teachback.audit.extrapolate import Estimate
    from teachback.audit.report import Report


def peers(report: Report) -> str:
    """Practitioners against others of the same kind."""
    setting = report.catalog.setting
    intro = (
        "<p>Each practitioner is compared with all others of the same kind. A difference is told where the two "
        f"{setting('peers', 'confidence'):.0%} intervals do not overlap, both sides are numerous enough (n at least "
        f"{setting('peers', 'sessions'):g}, {setting('peers', 'practitioners'):g} peers), it is large enough to matter, and it "
        "survives the correction for the number of comparisons. Practitioners differ for good reasons: patients, "
        "setting, referral.</p>"
    )
    skipped = ""
    if report.peers.skipped:
        kinds = "; ".join(
            f"{escape(kind)}: {escape(text)}" for kind, text in sorted(report.peers.skipped.items())
        )
        skipped = f'<p class="quiet">Not compared: {kinds}.</p>'
    figures = []
    drawn: dict[str, list[tuple[str, list[float], list[tuple[float, float, float]]]]] = {}
    for (kind, _, name), group in peers_module.groups(report.peers):
        told = group.filter(pl.col("told") & (pl.col("direction") == "higher")).head(40)
        marks = list(told.select("value", "low", "high").iter_rows())
        drawn.setdefault(name, []).append((kind, group["value"].to_list(), marks))
    for about in MEASURES:
        if about.id in drawn:
            unit = "share" if about.share else ("money" if about.money else "number")
            title = f"{about.title}, by kind of practitioner"
            figures.append(f"<h3>{escape(about.title)}</h3>{charts.strip(drawn[about.id], title, unit)}")
    key = (
        '<p class="legend"><span>box: middle 80% of practitioners</span><span>bar: median</span>'
        "<span>red diamond with line: told as higher, with its interval</span></p>"
        if figures
        else ""
    )
    most = int(setting("page", "lines"))
    told_table = _told(report, "higher", most)
    lower = len(tables.told_peers(report, "lower").rows)
    quiet = ""
    if figures:
        quiet = (
            f'<p class="quiet">{lower:,} differences are told as lower; they stand in the workbook. All '
            f"{report.peers.rows.height:,} comparisons are in <code>rows/peers.parquet</code>.</p>"
        )
    nobody = "" if told_table or not figures else "<p>No practitioner is told as higher than the peers.</p>"
    if not figures:
        nobody = "<p>No kind of practitioner is numerous enough for a comparison.</p>"
    return intro + "".join(figures) + key + nobody + told_table + quiet + skipped


def _told(report: Report, direction: str, most: int) -> str:
    """The told differences with their intervals written out."""
    source = tables.told_peers(report, direction, most)
    data = Table(
        source.id,
        source.caption,
        (
            ("npi", "NPI", TEXT),
            ("kind", "Kind", TEXT),
            ("measure", "Measure", TEXT),
            ("family", "Family", TEXT),
            ("n", "n", COUNT),
            ("value", "Value (interval)", TEXT),
            ("peers", "Peers", COUNT),
            ("peers_n", "Peers' n", COUNT),
            ("peers_value", "Peers (interval)", TEXT),
            ("adjusted", "Adjusted p", TEXT),
        ),
        note=source.note,
    )
    for record, behind in zip(source.records(), source.behind, strict=True):
        name = record["measure"]
        own, theirs = (
            f"{number(record[p + 'value'], name)} ({number(record[p + 'low'], name)} to {number(record[p + 'high'], name)})"
            for p in ("", "peers_")
        )
        p = record["adjusted"]
        data.add(
            [
                record["npi"],
                record["kind"],
                measure(name).title,
                record["family"],
                record["n"],
                own,
                record["peers"],
                record["peers_n"],
                theirs,
                "< 0.001" if p < 0.001 else f"{p:.3f}",  # noqa: PLR2004  as p values are written
            ],
            behind,
        )
    return table(data)


def sample(report: Report) -> str:
    """The drawn sample, and what a reviewed one says about the universe."""
    drawn = report.sample
    if drawn is None:
        return f"<p>No sample was drawn: {escape(report.sample_problem)}.</p>"
    wish = drawn.wish
    data = Table(
        "strata",
        "The plan of the sample",
        (
            ("number", "Stratum", COUNT),
            ("name", "Units with an allowed amount of", TEXT),
            ("size", "Units", COUNT),
            ("cents", "Allowed", MONEY),
            ("drawn", "Drawn", COUNT),
        ),
    )
    for s in drawn.strata:
        behind = drawn.rows.filter(pl.col("stratum") == s.number).drop(
            "key", "lot", "stratum", "part", strict=False
        )
        data.add(
            [s.number, s.name, s.size, s.cents, s.drawn],
            Rows(behind, behind.height, "sample.xlsx, sheet Sample"),
        )
    data.total = [None, "All", drawn.universe, drawn.universe_cents, drawn.rows.height]
    unit = report.book.unit[1]
    cuts = {
        "amount": "by allowed amount, cut where the cumulated square roots of the frequencies pass equal steps",
        "family": "by family of codes",
        "both": "by family of codes and allowed amount",
    }[wish.stratify]
    share = {
        "neyman": "where they lower the variance most (Neyman)",
        "proportional": "in proportion to the units",
    }
    pairs = [
        ("Universe", f"{drawn.universe:,} {unit} {FRAME_TEXT[wish.frame]}; {dollars(drawn.universe_cents)}"),
        ("Seed", f"<strong>{wish.seed}</strong>"),
        ("Strata", f"{cuts}; {share[wish.allocate]}, at least 2 in each"),
        (
            "Drawing",
            (
                "within each stratum the units with the smallest SHA-256 of <code>seed|key</code>; anybody can do "
                "it again from the same input"
            ),
        ),
    ]
    workbook = "The sample stands in <code>sample.xlsx</code>, with an empty column for the reviewer."
    if report.sample_kept:
        workbook = "<code>sample.xlsx</code> holds a reviewer's decisions and was kept as it is; the sample below is drawn anew."
    if report.estimate is not None:
        return _estimate(report, report.estimate) + facts(pairs) + table(data)
    return (
        f"<p>{workbook} Filled in, <code>--sample-results</code> extrapolates it to the universe.</p>"
        + facts(pairs)
        + table(data)
    )


def _estimate(report: Report, found: Estimate) -> str:
    drawn = report.sample
    universe = drawn.universe_cents if drawn else 0
    confidence = f"{found.confidence:.0%}"
    freedom = (
        "every unit was reviewed" if found.df is None else f"Student's t, {found.df:.1f} degrees of freedom"
    )
    precision = (
        "" if found.precision is None else f"; half of it is {percent(found.precision)} of the point estimate"
    )
    recover = (
        "The lower limit is the amount that federal auditors usually ask back from such a sample."
        if found.lower > 0
        else "The lower limit is not above zero: this sample supports no extrapolated recovery."
    )
    pairs = [
        (
            "Found in the sample",
            f"{dollars(found.sample_difference_cents)} in {found.reviewed:,} units (exact)",
        ),
        ("Point estimate", f"<strong>{dollars(round(found.point))}</strong>"),
        ("Standard error", dollars(round(found.error))),
        (
            f"Two-sided {confidence} interval",
            f"<strong>{dollars(round(found.lower))}</strong> to {dollars(round(found.upper))}{precision}",
        ),
        ("Quantile", f"{found.quantile:.4f} ({freedom})"),
        (
            "With the normal quantile",
            f"{dollars(round(found.normal_lower))} to {dollars(round(found.normal_upper))} ({found.normal_quantile:.4f})",
        ),
    ]
    data = Table(
        "shares",
        "The estimate by stratum",
        (
            ("stratum", "Stratum", TEXT),
            ("units", "Units", COUNT),
            ("reviewed", "Reviewed", COUNT),
            ("wrong", "With a difference", COUNT),
            ("difference", "Difference in the sample", MONEY),
            ("mean", "Mean (estimate)", MONEY),
            ("deviation", "Standard deviation", MONEY),
            ("estimate", "Estimate", MONEY),
        ),
    )
    for s in found.shares:
        numbers = [round(value) for value in (s.mean, s.deviation, s.estimate)]
        name = f"{s.stratum.number}: {s.stratum.name}"
        data.add([name, s.stratum.size, s.reviewed, s.wrong, s.difference_cents, *numbers])
    chart = charts.interval(
        found.point, found.lower, found.upper, universe, "The estimated overpayment with its interval"
    )
    return (
        f'<div class="estimate"><p><strong>Estimated overpayment in the universe.</strong> {recover} All amounts '
        f"but the first are estimates, rounded to cents.</p>{facts(pairs)}</div>{chart}{table(data)}"
    )


def changes(report: Report) -> str:
    """What differs from the other result."""
    found = report.comparison
    if found is None:
        return ""
    before, after = escape(found.before.path.name), escape(report.book.path.name)
    payers = [str(book.summary.get("payer", "")) for book in (found.before, report.book)]
    named = f" ({escape(payers[0])} against {escape(payers[1])})" if all(payers) else ""
    change = found.after_cents - found.before_cents
    intro = (
        f'<p class="say">From <code>{before}</code> to <code>{after}</code>{named}: {found.changed:,} of {found.units:,} sessions '
        f"differ; allowed {dollars(found.before_cents)} before, {dollars(found.after_cents)} after, a change of "
        f"{'+' if change > 0 else ''}{dollars(change)}.</p>"
    )
    if found.only_before or found.only_after:
        intro += f"<p>{found.only_before:,} sessions are only in the first, {found.only_after:,} only in the second.</p>"
    behind = report.files.rows(CHANGED)
    intro += (
        rows(behind, int(report.catalog.setting("page", "rows")), "Changed sessions") if behind.total else ""
    )
    return intro + "".join(table(data) for data in change_tables(report))


def change_tables(report: Report) -> list[Table]:
    """The tables of the comparison: dispositions, codes, findings."""
    found = report.comparison
    if found is None:
        return []
    moves = Table(
        "change-dispositions",
        "Dispositions before and after",
        (
            ("before", "Before", TEXT),
            ("after", "After", TEXT),
            ("units", "Sessions", COUNT),
            ("changed", "Changed in any way", COUNT),
            ("before_cents", "Allowed before", MONEY),
            ("after_cents", "Allowed after", MONEY),
            ("change_cents", "Change", MONEY),
        ),
    )
    totals = found.dispositions.total()
    for row in totals.sort("units", "before", "after", descending=[True, False, False]).iter_rows(named=True):
        names = [DISPOSITIONS.get(row[key], row[key]) for key in ("before", "after")]
        cents = [row["before_cents"], row["after_cents"], row["after_cents"] - row["before_cents"]]
        kept = found.move_rows.of(before=row["before"], after=row["after"])
        behind = Rows(kept, row["changed"], "rows/changed.parquet")
        moves.add([*names, row["units"], row["changed"], *cents], behind if row["changed"] else None)
    codes = Table(
        "change-codes",
        "Lines by code before and after",
        (
            ("code", "Code", TEXT),
            ("before_lines", "Lines before", COUNT),
            ("after_lines", "Lines after", COUNT),
            ("before_units", "Units before", COUNT),
            ("after_units", "Units after", COUNT),
            ("before_allowed_cents", "Allowed before", MONEY),
            ("after_allowed_cents", "Allowed after", MONEY),
            ("change_cents", "Change", MONEY),
        ),
    )
    for row in found.codes.total().sort("procedure_code").iter_rows(named=True):
        values = [row[key] for key, _, _ in codes.columns[1:-1]]
        cents = row["after_allowed_cents"] - row["before_allowed_cents"]
        kept = found.code_rows.of(code=row["procedure_code"])
        behind = Rows(kept, found.code_counts.get(row["procedure_code"], 0), "rows/changed.parquet")
        codes.add([row["procedure_code"], *values, cents], behind if behind.total else None)
    edits = Table(
        "change-findings",
        "Findings that are gone or new",
        (
            ("code", "Code", TEXT),
            ("severity", "Severity", TEXT),
            ("gone", "Gone", COUNT),
            ("new", "New", COUNT),
            ("both", "In both", COUNT),
            ("change_cents", "Change of allowed on these sessions", MONEY),
        ),
    )
    moved = found.findings.total()
    if moved.width:
        moved = moved.filter(pl.col("gone") + pl.col("new") > 0)
        for row in moved.sort(pl.col("gone") + pl.col("new"), "code", descending=[True, False]).iter_rows(
            named=True
        ):
            kept = found.finding_rows.of(code=row["code"], severity=row["severity"])
            behind = Rows(kept, row["gone"] + row["new"], "rows/changed-findings.parquet")
            edits.add([row[key] for key, _, _ in edits.columns], behind)
    return [moves, codes, edits]


def method(report: Report) -> str:
    """The thresholds and definitions, so that the report can be made again."""
    data = Table(
        "thresholds",
        "Thresholds, all changeable with --thresholds",
        (("name", "Threshold", TEXT), ("says", "Meaning", TEXT), ("value", "Value", TEXT)),
    )
    groups = {p.id: p.thresholds for p in report.catalog.patterns} | dict(report.catalog.settings)
    for group, entries in groups.items():
        for entry in entries.values():
            changed = " (changed)" if entry.changed else ""
            data.add([f"{group}.{entry.name}", entry.says, f"{entry.value:g}{changed}"])
    order = ", ".join(p.id for p in report.catalog.patterns)
    spread = [
        f"{kind}, {FAMILY_NAMES.get(family, family)}, {measure(name).title.lower()}: {value:.1f}"
        for (kind, family, name), value in sorted(report.peers.dispersions.items())
        if family == "all" and value > 1
    ]
    pairs = [
        ("Input", f"<code>{escape(report.book.path.name)}</code>, {len(report.book.parts):,} parts"),
        ("Order of counting", escape(order)),
        (
            "Shares",
            (
                "Wilson's interval; two shares are compared by the z score under a common share, divided by the root of "
                "the peers' dispersion: how much they differ among themselves beyond chance"
            ),
        ),
        ("Means", "Student's interval; two means are compared by Welch's z, divided likewise"),
        (
            "Many comparisons",
            "p values are adjusted by Benjamini and Hochberg over all comparisons of the report",
        ),
        ("Dispersion above 1", escape("; ".join(spread)) or "none"),
        (
            "Extrapolation",
            (
                "stratified difference estimator with finite population correction; Student's quantile with "
                "Satterthwaite's degrees of freedom (Cochran, Sampling Techniques, chapter 5)"
            ),
        ),
        (
            "What is known",
            (
                "No public audit of caregiver training by OIG or CERT is known as of November 2026; the patterns follow "
                "from the conditions of payment and from general therapy audit practice"
            ),
        ),
    ]
    return facts(pairs) + table(data)
