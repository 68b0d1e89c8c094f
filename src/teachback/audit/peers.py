"""Practitioners against others of the same kind: intervals, and a rule for when a difference is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

import polars as pl

from teachback.audit.measures import MEASURES, measure
from teachback.audit.stats import (
    dispersion,
    false_discovery,
    mean_interval,
    share_z,
    two_sided_p,
    variance,
    wilson,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from teachback.audit.thresholds import Catalog

GROUP = ("practitioner_kind", "family", "measure")


@dataclass(slots=True)
class Peers:
    """The comparisons.

    ``rows`` holds one row a practitioner, family and measure: n, value, low, high, peers (how many), peers_n,
    peers_value, peers_low, peers_high, p, adjusted, told, direction. Shares lie between 0 and 1; money is in
    cents and an estimate. ``told`` are those told as higher or lower than their peers. ``skipped`` maps a
    kind to why it was not compared, ``dispersion`` a group to how much practitioners differ beyond chance.
    """

    rows: pl.DataFrame = field(default_factory=pl.DataFrame)
    told: pl.DataFrame = field(default_factory=pl.DataFrame)
    skipped: dict[str, str] = field(default_factory=dict)
    dispersions: dict[tuple[str, str, str], float] = field(default_factory=dict)

    @property
    def told_npis(self) -> list[str]:
        """The practitioners told."""
        return [] if self.told.is_empty() else sorted(set(self.told["practitioner_npi"]))


def compare(tally: pl.DataFrame, catalog: Catalog, *, batch: bool) -> Peers:
    """Compare each practitioner with all others of the kind.

    A difference is told where the practitioner and the peers are numerous enough, the intervals do not
    overlap, it is large enough to matter, and it survives the correction for the number of comparisons.
    """
    peers, entries = Peers(), []
    least, enough = (int(catalog.setting("peers", name)) for name in ("practitioners", "sessions"))
    for (kind, family, name), group in tally.sort("practitioner_npi").group_by(GROUP, maintain_order=True):
        about = measure(str(name))
        if (about.batch_only and not batch) or group["total"].sum() == 0:
            continue
        others = group.height - 1
        if others < least:
            if family == "all":
                text = (
                    f"{group.height} practitioner{'' if others == 0 else 's'}; a comparison needs {least + 1}"
                )
                peers.skipped[str(kind)] = text
            continue
        entries += _group(group, (str(kind), str(family), str(name)), catalog, peers, enough)
    if not entries:
        return peers
    judged = [entry for entry in entries if entry["p"] is not None]
    for entry, adjusted in zip(judged, false_discovery([e["p"] for e in judged]), strict=True):
        entry["adjusted"] = adjusted
    for entry in entries:
        _tell(entry, catalog)
    peers.rows = pl.DataFrame(entries, infer_schema_length=None).sort(*GROUP, "practitioner_npi")
    peers.told = peers.rows.filter("told").sort("adjusted", "practitioner_npi", "measure", "family")
    return peers


def _group(
    group: pl.DataFrame, key: tuple[str, str, str], catalog: Catalog, peers: Peers, enough: int
) -> list[dict[str, Any]]:
    """The comparisons of one kind, family and measure."""
    confidence = catalog.setting("peers", "confidence")
    share = measure(key[2]).share
    whole = [float(group[name].sum()) for name in ("n", "total", "squares")]
    between = float((group["total"] ** 2 / group["n"]).sum())
    entries, spreads = [], []
    for npi, *own in group.select("practitioner_npi", "n", "total", "squares").iter_rows():
        rest = [mine - theirs for mine, theirs in zip(whole, own, strict=True)]
        if rest[0] <= 1:
            continue
        entry: dict[str, Any] = {
            "practitioner_npi": npi,
            **dict(zip(GROUP, key, strict=True)),
            "n": int(own[0]),
            "peers": group.height - 1,
            "peers_n": int(rest[0]),
            "p": None,
            "adjusted": None,
            "told": False,
            "direction": "",
        }
        for prefix, sums in (("", own), ("peers_", rest)):
            numbers = _interval(sums, confidence, share=share)
            entry |= dict(zip((f"{prefix}{name}" for name in ("value", "low", "high")), numbers, strict=True))
        # The peers' own spread, without this practitioner: an outlier must not hide behind itself.
        peak = between - own[1] ** 2 / own[0]
        spread = dispersion(peak - rest[1] ** 2 / rest[0], rest[2] - peak, group.height - 1, rest[0])
        spreads.append(spread)
        if entry["n"] >= enough:
            entry["p"] = two_sided_p(_score(own, rest, share=share) / spread**0.5)
        entries.append(entry)
    if spreads:
        peers.dispersions[key] = median(spreads)
    return entries


def _interval(sums: list[float], confidence: float, *, share: bool) -> tuple[float, float, float]:
    n, total, squares = sums
    if share:
        return (total / n, *wilson(round(total), round(n), confidence))
    return mean_interval(total, squares, round(n), confidence)


def _score(own: list[float], rest: list[float], *, share: bool) -> float:
    if share:
        return share_z(round(own[1]), round(own[0]), round(rest[1]), round(rest[0]))
    error = sum(variance(total, squares, round(n)) / n for n, total, squares in (own, rest)) ** 0.5
    return 0.0 if error == 0 else (own[1] / own[0] - rest[1] / rest[0]) / error


def _tell(entry: dict[str, Any], catalog: Catalog) -> None:
    apart = entry["value"] - entry["peers_value"]
    if measure(entry["measure"]).share:
        large = abs(apart) >= catalog.setting("peers", "share_apart")
    else:
        large = abs(apart) >= catalog.setting("peers", "mean_apart") * entry["peers_value"]
    separate = entry["low"] > entry["peers_high"] or entry["high"] < entry["peers_low"]
    sure = entry["adjusted"] is not None and entry["adjusted"] <= catalog.setting("peers", "false_share")
    entry["told"] = large and separate and sure
    entry["direction"] = "higher" if apart > 0 else "lower"


def groups(peers: Peers) -> Iterator[tuple[tuple[str, str, str], pl.DataFrame]]:
    """The comparisons of all families together, kind by kind in the order of the measures."""
    if peers.rows.is_empty():
        return
    for about in MEASURES:
        rows = peers.rows.filter((pl.col("measure") == about.id) & (pl.col("family") == "all"))
        for (kind,), group in rows.group_by("practitioner_kind", maintain_order=True):
            yield (str(kind), "all", about.id), group
