"""From a reviewed sample to the universe: the stratified difference estimator with its interval.

For stratum h with N units, n of them reviewed, and d the allowed amount less the amount found correct:
the estimate is the sum of N times the mean of d; its variance the sum of N (N - n) s^2 / n, which holds the
finite population correction; a stratum reviewed whole adds none. The interval is two-sided, with Student's
quantile at Satterthwaite's degrees of freedom (Cochran, Sampling Techniques, 5.15 and 5.16); the normal
quantile's limits stand beside it. Underpayments found count against overpayments.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from teachback.audit.stats import normal_quantile, t_quantile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from teachback.audit.strata import Stratum


@dataclass(frozen=True, slots=True)
class Share:
    """One stratum's part: reviewed units, those with a difference, the sum of differences, mean and deviation."""

    stratum: Stratum
    reviewed: int
    wrong: int
    difference_cents: int
    mean: float
    deviation: float
    estimate: float
    variance: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """The overpayment of the universe, in cents: estimates, rounded only where they are shown.

    ``lower`` and ``upper`` use Student's quantile with ``df`` degrees of freedom (``None``: nothing was
    estimated, every unit was reviewed), ``normal_lower`` and ``normal_upper`` the normal quantile.
    """

    shares: tuple[Share, ...]
    confidence: float
    point: float
    error: float
    df: float | None
    quantile: float
    lower: float
    upper: float
    normal_quantile: float
    normal_lower: float
    normal_upper: float

    @property
    def reviewed(self) -> int:
        """Units reviewed."""
        return sum(share.reviewed for share in self.shares)

    @property
    def sample_difference_cents(self) -> int:
        """What the reviewer found in the sample itself: an exact sum."""
        return sum(share.difference_cents for share in self.shares)

    @property
    def precision(self) -> float | None:
        """Half the interval as a part of the point estimate; ``None`` where that is 0."""
        return None if self.point == 0 else abs((self.upper - self.lower) / 2 / self.point)


def estimate(
    strata: Sequence[Stratum], differences: Mapping[int, Sequence[int]], confidence: float
) -> Estimate:
    """Extrapolate ``differences`` (stratum number to cents, one for each reviewed unit).

    Raises ``ValueError`` where a stratum has fewer than two reviewed units and was not reviewed whole.
    """
    shares = tuple(_share(stratum, differences[stratum.number]) for stratum in strata)
    point = sum(share.estimate for share in shares)
    total = sum(share.variance for share in shares)
    error = math.sqrt(total)
    z = normal_quantile(0.5 + confidence / 2)
    below = sum(s.variance**2 / (s.reviewed - 1) for s in shares if s.variance > 0)
    df = total**2 / below if below > 0 else None
    t = z if df is None else t_quantile(0.5 + confidence / 2, df)
    return Estimate(
        shares,
        confidence,
        point,
        error,
        df,
        t,
        point - t * error,
        point + t * error,
        z,
        point - z * error,
        point + z * error,
    )


def _share(stratum: Stratum, found: Sequence[int]) -> Share:
    n, size = len(found), stratum.size
    if n < min(2, size):
        raise ValueError(f"stratum {stratum.number} has {n} reviewed units; at least two are needed")
    total = sum(found)
    mean = total / n
    spread = sum((value - mean) ** 2 for value in found) / (n - 1) if n > 1 else 0.0
    variance = size * (size - n) * spread / n
    wrong = sum(value != 0 for value in found)
    return Share(stratum, n, wrong, total, mean, math.sqrt(spread), size * mean, variance)
