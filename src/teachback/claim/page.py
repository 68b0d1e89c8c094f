"""The batch report as one page of HTML that prints well, opens without a network, and holds no person's name."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from teachback.claim.report import deadlines, money_by_code, owner_words, stuck, warnings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from teachback.claim.report import Batch

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 68rem; padding: 0 1rem }
body { color: #1b1b1b; background: #fff }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin-top: 2rem; border-bottom: 2px solid #1b1b1b }
table { border-collapse: collapse; width: 100%; margin: .6rem 0 } caption { text-align: left; font-weight: 600; padding: .3rem 0 }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #ccc }
th { border-bottom: 1px solid #555 }
.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap }
.ids { font-size: .85rem; color: #444; overflow-wrap: anywhere } .prod { font-weight: 700 }
tfoot td { font-weight: 600 } details summary { cursor: pointer }
@media print { body { margin: 0; max-width: none; font-size: 11px } details { display: block } tr { break-inside: avoid } }
"""


def page(batch: Batch) -> str:
    """The whole page."""
    title = f"Claims of {batch.today}: {batch.practice}"
    return "\n".join(
        (
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{escape(title)}</h1>",
            f"<p>{batch.sessions:,} session-patients looked at; {batch.already:,} on claims already;",
            f"{len(batch.claims):,} claims made; {len(batch.kept_back):,} session-patients kept back.</p>",
            *_files(batch),
            *_money(batch),
            *_kept(batch),
            *_warned(batch),
            *_cleaned(batch),
            "</body></html>\n",
        )
    )


def _table(
    caption: str, heads: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]], foot: Sequence[str] = ()
) -> Iterator[str]:
    """A table; ``True`` beside a heading marks a column of numbers. Cells are HTML already."""
    kinds = ['class="n"' if numeric else "" for _, numeric in heads]
    yield f"<table><caption>{escape(caption)}</caption><thead><tr>"
    yield "".join(
        f'<th scope="col" {kind}>{escape(head)}</th>' for (head, _), kind in zip(heads, kinds, strict=True)
    )
    yield "</tr></thead><tbody>"
    for row in rows:
        yield (
            "<tr>"
            + "".join(f"<td {kind}>{cell}</td>" for cell, kind in zip(row, kinds, strict=True))
            + "</tr>"
        )
    yield "</tbody>"
    if foot:
        yield (
            "<tfoot><tr>"
            + "".join(f"<td {k}>{c}</td>" for c, k in zip(foot, kinds, strict=True))
            + "</tr></tfoot>"
        )
    yield "</table>"


def _files(batch: Batch) -> Iterator[str]:
    yield "<h2>Files</h2>"
    if not batch.files:
        yield "<p>No claim was made.</p>"
        return
    heads = (("file", False), ("receiver", False), ("kind", False), ("claims", True), ("charged", True))
    rows = [
        (
            escape(file.path),
            escape(file.receiver),
            "test" if file.test else '<span class="prod">PRODUCTION</span>',
            f"{len(file.claims):,}",
            f"${file.charge:,.2f}",
        )
        for file in batch.files
    ]
    yield from _table("What was written", heads, rows)


def _money(batch: Batch) -> Iterator[str]:
    rows = money_by_code(batch.claims)
    if not rows:
        return
    heads = (
        ("code", False),
        ("lines", True),
        ("units", True),
        ("charged", True),
        ("expected allowed", True),
        ("expected of Medicare", True),
        ("expected of the patient", True),
    )
    cells = [
        (
            r.code,
            f"{r.lines:,}",
            f"{r.units:,}",
            *(f"{a:,.2f}" for a in (r.charge, r.allowed, r.medicare, r.patient)),
        )
        for r in rows
    ]
    foot = (
        "all",
        f"{sum(r.lines for r in rows):,}",
        f"{sum(r.units for r in rows):,}",
        *(
            f"{sum(amounts):,.2f}"
            for amounts in zip(*((r.charge, r.allowed, r.medicare, r.patient) for r in rows), strict=True)
        ),
    )
    yield "<h2>Money by code</h2>"
    yield from _table("Dollars of the lines claimed", heads, cells, foot)
    missing = sum(r.open_lines for r in rows)
    if missing:
        yield f"<p>{missing:,} lines have no expected amount, since no fee is known for them.</p>"


def _kept(batch: Batch) -> Iterator[str]:
    yield "<h2>Kept back, and who can cure it</h2>"
    groups = stuck(batch.kept_back)
    if not groups:
        yield "<p>Nothing.</p>"
    passed, near = deadlines(batch)
    if near:
        yield f"<p><strong>{len(near):,} must be received within thirty days.</strong></p>"
    if passed:
        yield f"<p>{len(passed):,} are past the filing limit of one year.</p>"
    heads = (
        ("what", False),
        ("session-patients", True),
        ("expected allowed", True),
        ("why and what to do", False),
    )
    for owner in dict.fromkeys(group.owner for group in groups):
        mine = [group for group in groups if group.owner is owner]
        rows = [
            (
                f"{group.code} {escape(group.name)}",
                f"{len(group.kept):,}",
                f"{group.allowed:,.2f}",
                "<br>".join(map(escape, group.messages[:5]))
                + f"<br><strong>{escape(group.remedy)}</strong>"
                + _ids([back.session_id for back in group.kept]),
            )
            for group in mine
        ]
        yield from _table(owner_words(owner).capitalize(), heads, rows)


def _ids(ids: Sequence[str]) -> str:
    return f'<details><summary>sessions</summary><span class="ids">{escape(", ".join(dict.fromkeys(ids)))}</span></details>'


def _warned(batch: Batch) -> Iterator[str]:
    if not batch.warned:
        return
    yield "<h2>Claimed with a warning</h2>"
    heads = (("finding", False), ("why", False), ("sessions", False))
    rows = [
        (
            f"{found[0].reason.severity.value} {found[0].reason.code} {escape(found[0].reason.name)}",
            "<br>".join(escape(message) for message in dict.fromkeys(w.reason.message for w in found))
            + f"<br><strong>{escape(found[0].reason.remedy)}</strong>",
            f'<span class="ids">{escape(", ".join(dict.fromkeys(s for w in found for s in w.sessions)))}</span>',
        )
        for found in warnings(batch.warned)
    ]
    yield from _table("What a person should look at", heads, rows)


def _cleaned(batch: Batch) -> Iterator[str]:
    for sentence in batch.notes:
        yield f"<p>Note: {escape(sentence)}.</p>"
    if not batch.cleaned:
        return
    yield "<h2>Sent otherwise than stored</h2><ul>"
    yield from (f"<li>{escape(line)}</li>" for line in batch.cleaned)
    yield "</ul>"
