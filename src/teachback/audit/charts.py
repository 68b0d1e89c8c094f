"""Charts as SVG, drawn on the server: told apart by texture as well as color, so that they print in black."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from teachback.audit.strata import dollars

if TYPE_CHECKING:
    from collections.abc import Sequence

# In the order in which a bar is stacked: what must not be claimed, what waits, what would go out today.
KINDS = (("stopped", "not billable"), ("held", "on hold"), ("ready", "ready, with a warning"))
BILLED = (("ready", "billed"),)
_WIDTH = 960
PATTERNS = """<svg class="defs" width="0" height="0" aria-hidden="true" focusable="false"><defs>
<pattern id="fill-stopped" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#22333b"/></pattern>
<pattern id="fill-held" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">\
<rect width="6" height="6" fill="#d9e6e4"/><rect width="3" height="6" fill="#2f6f6a"/></pattern>
<pattern id="fill-ready" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="#fbf1dc"/>\
<circle cx="3" cy="3" r="1.3" fill="#7a4d05"/></pattern>
</defs></svg>"""


def _svg(height: float, title: str, body: str, width: int = _WIDTH) -> str:
    text = escape(title)
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{text}" '
        f'preserveAspectRatio="xMidYMid meet">{body}</svg>'
    )


def _text(x: float, y: float, text: str, *, cls: str = "", anchor: str = "start") -> str:
    extra = f' class="{cls}"' if cls else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{escape(text)}</text>'


def _bar(x: float, y: float, width: float, height: float, kind: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="url(#fill-{kind})" class="bar"/>'
    )


def legend(kinds: Sequence[tuple[str, str]]) -> str:
    """The key to the textures."""
    items = "".join(
        f'<span><svg width="16" height="12" aria-hidden="true"><rect x=".5" y=".5" width="15" height="11" '
        f'fill="url(#fill-{kind})" class="bar"/></svg> {escape(name)}</span>'
        for kind, name in kinds
    )
    return f'<p class="legend">{items}</p>'


def round_step(largest: float) -> float:
    """A round distance of grid lines, so that four to nine of them reach the largest value."""
    if largest <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(largest))
    return power * next(part for part in (0.2, 0.25, 0.5, 1.0) if largest / (power * part) < 9.5)  # noqa: PLR2004  lines


def short_dollars(cents: float) -> str:
    """Dollars for an axis: ``$1.2k``, ``$3M``."""
    value = cents / 100
    for size, letter in ((1e9, "B"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"${value / size:.3g}{letter}"
    return f"${value:.3g}"


def bars(rows: Sequence[tuple[str, Sequence[int]]], kinds: Sequence[tuple[str, str]], title: str) -> str:
    """Horizontal stacked bars: a label and the cents of each kind; the sum stands at the end."""
    left, right, step, top = 372, 130, 30, 26
    most = max((sum(values) for _, values in rows), default=0) or 1
    scale = (_WIDTH - left - right) / most
    grid = round_step(most)
    height = top + step * len(rows) + 8
    parts = []
    for line in range(int(most // grid) + 1):
        x = left + line * grid * scale
        parts.append(f'<line x1="{x:.1f}" y1="{top - 4}" x2="{x:.1f}" y2="{height - 6}" class="grid"/>')
        parts.append(_text(x, top - 10, short_dollars(line * grid), cls="axis", anchor="middle"))
    for number, (label, values) in enumerate(rows):
        y, x = top + number * step + 5, float(left)
        parts.append(_text(left - 10, y + 14, _fit(label, 54), anchor="end"))
        for (kind, _), value in zip(kinds, values, strict=True):
            if value:
                parts.append(_bar(x, y, max(1.0, value * scale), 19, kind))
                x += value * scale
        parts.append(_text(x + 8, y + 14, dollars(sum(values)), cls="value"))
    return _svg(height, title, "".join(parts))


def _fit(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def columns(rows: Sequence[tuple[str, Sequence[int]]], kinds: Sequence[tuple[str, str]], title: str) -> str:
    """Stacked columns in time order: a label and the cents of each kind."""
    left, top, tall, below = 64, 14, 190, 34
    most = max((sum(values) for _, values in rows), default=0) or 1
    grid = round_step(most)
    upto = grid * (int(most // grid) + 1)
    wide = (_WIDTH - left - 8) / max(1, len(rows))
    parts = []
    for line in range(round(upto / grid) + 1):
        y = top + tall - tall * line * grid / upto
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{_WIDTH - 8}" y2="{y:.1f}" class="grid"/>')
        parts.append(_text(left - 8, y + 4, short_dollars(line * grid), cls="axis", anchor="end"))
    every = math.ceil(len(rows) * 60 / (_WIDTH - left))
    for number, (label, values) in enumerate(rows):
        x, y = left + number * wide, float(top + tall)
        for (kind, _), value in zip(kinds, values, strict=True):
            tallness = tall * value / upto
            if value:
                y -= tallness
                parts.append(_bar(x + wide * 0.15, y, wide * 0.7, max(0.6, tallness), kind))
        if number % every == 0:
            parts.append(_text(x + wide / 2, top + tall + 18, label, cls="axis", anchor="middle"))
    parts.append(f'<line x1="{left}" y1="{top + tall}" x2="{_WIDTH - 8}" y2="{top + tall}" class="base"/>')
    return _svg(top + tall + below, title, "".join(parts))


def strip(
    rows: Sequence[tuple[str, Sequence[float], Sequence[tuple[float, float, float]]]], title: str, unit: str
) -> str:
    """Practitioners by kind: a band from the 10th to the 90th percentile with the median, told ones as diamonds.

    A row is a label, the values of all practitioners, and (value, low, high) of those told. ``unit`` is
    ``share``, ``money`` or ``number``.
    """
    left, right, step, top = 130, 24, 34, 30
    tops = [max([*values, *(high for _, _, high in told)], default=0.0) for _, values, told in rows]
    most = 1.0 if unit == "share" and max(tops, default=0) > 0.5 else (max(tops, default=0.0) or 1.0)  # noqa: PLR2004  half of all: show the whole scale
    scale = (_WIDTH - left - right) / most
    grid = round_step(most)
    parts = []
    height = top + step * len(rows) + 6
    for line in range(int(most / grid + 1e-9) + 1):
        x = left + line * grid * scale
        parts.append(f'<line x1="{x:.1f}" y1="{top - 4}" x2="{x:.1f}" y2="{height - 6}" class="grid"/>')
        parts.append(_text(x, top - 10, _tick(line * grid, unit), cls="axis", anchor="middle"))
    for number, (label, values, told) in enumerate(rows):
        y = top + number * step + step / 2
        parts.append(_text(left - 12, y + 5, label, anchor="end"))
        ordered = sorted(values)
        low, middle, high = (left + _percentile(ordered, p) * scale for p in (0.1, 0.5, 0.9))
        parts.append(
            f'<rect x="{low:.1f}" y="{y - 7:.1f}" width="{max(2.0, high - low):.1f}" height="14" class="band"/>'
        )
        parts.append(
            f'<line x1="{middle:.1f}" y1="{y - 9:.1f}" x2="{middle:.1f}" y2="{y + 9:.1f}" class="median"/>'
        )
        for value, least, largest in told:
            x = left + value * scale
            ends = (left + max(0.0, least) * scale, left + min(most, largest) * scale)
            parts.append(
                f'<line x1="{ends[0]:.1f}" y1="{y:.1f}" x2="{ends[1]:.1f}" y2="{y:.1f}" class="reach"/>'
            )
            parts.append(f'<path d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z" class="told"/>')
    return _svg(height, title, "".join(parts))


def _tick(value: float, unit: str) -> str:
    if unit == "share":
        return f"{value * 100:.3g}%"
    return short_dollars(value) if unit == "money" else f"{value:.3g}"


def _percentile(ordered: Sequence[float], share: float) -> float:
    if not ordered:
        return 0.0
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def interval(point: float, lower: float, upper: float, most: int, title: str) -> str:
    """An estimate with its interval on the scale of the universe's amount; all in cents."""
    left, right, height = 40, 40, 88
    span = max(upper * 1.25, point * 1.5, 1.0)
    span = min(span, max(most, upper, 1.0)) if most else span
    start = min(0.0, lower)
    scale = (_WIDTH - left - right) / (span - start)

    def at(value: float) -> float:
        return left + (value - start) * scale

    grid = round_step(span)
    parts = [f'<line x1="{left}" y1="44" x2="{_WIDTH - right}" y2="44" class="base"/>']
    for line in range(int(span // grid) + 1):
        x = at(line * grid)
        parts.append(f'<line x1="{x:.1f}" y1="40" x2="{x:.1f}" y2="48" class="base"/>')
        parts.append(_text(x, 64, short_dollars(line * grid), cls="axis", anchor="middle"))
    ends = (at(max(lower, start)), at(min(upper, span)))
    parts.append(f'<line x1="{ends[0]:.1f}" y1="30" x2="{ends[1]:.1f}" y2="30" class="reach"/>')
    for x, name, anchor in ((ends[0], "lower limit", "middle"), (ends[1], "upper limit", "middle")):
        parts.append(f'<line x1="{x:.1f}" y1="22" x2="{x:.1f}" y2="38" class="median"/>')
        parts.append(_text(x, 16, name, cls="axis", anchor=anchor))
    x = at(point)
    parts.append(f'<path d="M{x:.1f} 23l7 7l-7 7l-7 -7z" class="told"/>')
    return _svg(height - 16, title, "".join(parts))
