"""The plan of a sample: strata of the universe, and how many units are drawn from each."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from teachback.audit.codes import FAMILY_NAMES
from teachback.audit.thresholds import AuditError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from teachback.audit.thresholds import Catalog

STRATIFY = ("amount", "family", "both")
ALLOCATE = ("neyman", "proportional")
_CLASSES = 100


@dataclass(frozen=True, slots=True)
class Stratum:
    """Units of one family (or ``all``) with an allowed amount from ``low`` to ``high`` cents, both included.

    ``size`` counts them, ``cents`` is their sum, ``spread`` the anticipated standard deviation of an error in
    cents, ``drawn`` how many are reviewed; all of them in the ``certain`` stratum.
    """

    number: int
    family: str
    low: int
    high: int
    size: int
    cents: int
    spread: float
    drawn: int
    certain: bool = False

    @property
    def name(self) -> str:
        """For people: the bounds, and the family where there are several."""
        bounds = (
            dollars(self.low) if self.low == self.high else f"{dollars(self.low)} to {dollars(self.high)}"
        )
        family = "" if self.family == "all" else f"{FAMILY_NAMES.get(self.family, self.family)}, "
        return f"{family}{bounds}{', all of them' if self.certain else ''}"


def dollars(cents: int) -> str:
    """Cents as dollars, for people: ``$1,234.50``."""
    sign, whole = ("-" if cents < 0 else ""), abs(int(cents))
    return f"{sign}${whole // 100:,}.{whole % 100:02d}"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sample is asked for; the same wish over the same units always draws the same sample."""

    seed: int = 7
    size: int = 30
    frame: str = "ready"
    stratify: str = "amount"
    allocate: str = "neyman"


def plan(amounts: pl.DataFrame, wish: Wish, catalog: Catalog) -> tuple[Stratum, ...]:
    """The strata for a universe given as ``family``, ``allowed_cents``, ``n``.

    Raises ``AuditError`` where there is nothing to draw from, or the sample is too small for its strata.
    """
    universe = int(amounts["n"].sum())
    if universe == 0:
        raise AuditError("there is no unit with an allowed amount to draw a sample from")
    if universe <= wish.size:
        whole = _stratum(amounts, "all", catalog)
        return (replace(whole, certain=True, drawn=whole.size, number=1),)
    top, rest = _certain(amounts, int(wish.size * catalog.setting("sample", "certainty_share")))
    groups = [("all", rest)]
    count = int(catalog.setting("sample", "strata"))
    if wish.stratify != "amount":
        groups = [
            (str(f), group) for (f,), group in rest.sort("family").group_by("family", maintain_order=True)
        ]
        count = 1 if wish.stratify == "family" else min(count, 2)
    strata = [_stratum(cut, family, catalog) for family, group in groups for cut in _cuts(group, count)]
    least = int(catalog.setting("sample", "least"))
    certain = [] if top.is_empty() else [_stratum(top, "all", catalog)]
    left = wish.size - sum(stratum.size for stratum in certain)
    if left < least * len(strata):
        raise AuditError(
            f"a sample of {wish.size} is too small for {len(strata)} strata with at least {least} units each; "
            f"ask for --sample {least * len(strata) + wish.size - left} or more, or fewer strata"
        )
    drawn = allocation(strata, left, least, neyman=wish.allocate == "neyman")
    strata = [replace(stratum, drawn=n) for stratum, n in zip(strata, drawn, strict=True)]
    strata += [replace(stratum, certain=True, drawn=stratum.size) for stratum in certain]
    return tuple(replace(stratum, number=number) for number, stratum in enumerate(strata, start=1))


def _certain(amounts: pl.DataFrame, most: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The largest units, at most ``most`` of them and never some of several equal ones; and the rest."""
    by_amount = (
        amounts.group_by("allowed_cents").agg(pl.col("n").sum()).sort("allowed_cents", descending=True)
    )
    kept = by_amount.with_columns(before=pl.col("n").cum_sum()).filter(pl.col("before") <= most)
    if kept.is_empty():
        return amounts.clear(), amounts
    cutoff = kept["allowed_cents"].min()
    return amounts.filter(pl.col("allowed_cents") >= cutoff), amounts.filter(pl.col("allowed_cents") < cutoff)


def _cuts(amounts: pl.DataFrame, count: int) -> list[pl.DataFrame]:
    """Cut by amount where the cumulated square roots of the frequencies pass equal steps (Dalenius, Hodges)."""
    low, high = (int(amounts["allowed_cents"].min()), int(amounts["allowed_cents"].max()))  # type: ignore[arg-type]
    at = (pl.col("allowed_cents") - low) * _CLASSES // (high - low + 1)
    classes = amounts.with_columns(at=at)
    roots = classes.group_by("at").agg(root=pl.col("n").sum().sqrt()).sort("at")
    total = roots["root"].sum()
    # The class belongs to the step in which its middle lies, so that a class is never cut.
    step = ((pl.col("root").cum_sum() - pl.col("root") / 2) * count / total).floor().clip(0, count - 1)
    classes = classes.join(roots.select("at", step=step), on="at", how="left")
    cuts = [
        cut.select("family", "allowed_cents", "n")
        for _, cut in classes.sort("step").group_by("step", maintain_order=True)
    ]
    return _not_alone(cuts)


def _not_alone(cuts: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """A stratum of one unit has no variance: it joins the stratum below."""
    kept: list[pl.DataFrame] = []
    for cut in cuts:
        if kept and (cut["n"].sum() < 2 or kept[-1]["n"].sum() < 2):  # noqa: PLR2004  two make a variance
            kept[-1] = pl.concat([kept[-1], cut])
        else:
            kept.append(cut)
    return kept


def _stratum(amounts: pl.DataFrame, family: str, catalog: Catalog) -> Stratum:
    size = int(amounts["n"].sum())
    cents = int((amounts["allowed_cents"] * amounts["n"]).sum())
    squares = float((amounts["allowed_cents"].cast(pl.Float64) ** 2 * amounts["n"]).sum())
    rate = catalog.setting("sample", "expected_error")
    mean = cents / size
    spread = math.sqrt(max(0.0, rate * squares / size - (rate * mean) ** 2))
    low, high = amounts["allowed_cents"].min(), amounts["allowed_cents"].max()
    return Stratum(0, family, int(low), int(high), size, cents, spread, 0)  # type: ignore[arg-type]


def allocation(strata: Sequence[Stratum], total: int, least: int, *, neyman: bool) -> list[int]:
    """Units for each stratum: ``least`` first, each further one where it lowers the variance most.

    The next unit goes to the largest weight / sqrt(n (n + 1)), which is exactly optimal for whole numbers
    (Wright); the weight is size times spread (Neyman) or size (proportional).
    """
    drawn = [min(least, stratum.size) for stratum in strata]
    weights = [s.size * (s.spread if neyman else 1.0) for s in strata]
    if not any(weights):
        weights = [float(s.size) for s in strata]
    for _ in range(total - sum(drawn)):
        open_ = [i for i, stratum in enumerate(strata) if drawn[i] < stratum.size]
        if not open_:
            break
        best = max(open_, key=lambda i: (weights[i] / math.sqrt(drawn[i] * (drawn[i] + 1)), -i))
        drawn[best] += 1
    return drawn
