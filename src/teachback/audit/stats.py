"""The statistics of the audit, written out: intervals, quantiles, tests and the correction for many of them.

Numbers here are estimates and may be floats; sums of money never pass through this module.
"""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_NORMAL = NormalDist()
_MANY = 1e7
_LARGE = 100
_TINY = 1e-300


def normal_quantile(probability: float) -> float:
    """The value below which a standard normal variable lies with the probability."""
    return _NORMAL.inv_cdf(probability)


def two_sided_p(z: float) -> float:
    """The probability of a standard normal value at least as far from zero."""
    return math.erfc(abs(z) / math.sqrt(2))


def t_cdf(value: float, df: float) -> float:
    """The probability that Student's t with ``df`` degrees of freedom lies below the value."""
    if df > _MANY:
        return _NORMAL.cdf(value)
    tail = 0.5 * _beta(df / (df + value * value), df / 2, 0.5)
    return 1 - tail if value > 0 else tail


@lru_cache(maxsize=4096)
def t_quantile(probability: float, df: float) -> float:
    """The value below which Student's t lies with the probability. Raises ``ValueError`` without freedom."""
    if df <= 0:
        raise ValueError("Student's t needs at least one degree of freedom")
    if probability == 0.5:  # noqa: PLR2004  the median of a symmetric law
        return 0.0
    if probability < 0.5:  # noqa: PLR2004  the same
        return -t_quantile(1 - probability, df)
    if df >= _LARGE:
        return _expanded(_NORMAL.inv_cdf(probability), df)
    low, high = 0.0, 1.0
    while t_cdf(high, df) < probability:
        low, high = high, high * 2
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if t_cdf(middle, df) < probability else (low, middle)
        if high - low < 1e-12 * high:
            break
    return (low + high) / 2


def _expanded(z: float, df: float) -> float:
    """Fisher's expansion about the normal quantile, right to nine digits from 100 degrees of freedom on."""
    return (
        z
        + (z**3 + z) / (4 * df)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * df**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * df**3)
    )


def _beta(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function, by its continued fraction."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    if x > (a + 1) / (a + b + 2):
        return 1 - front * _fraction(1 - x, b, a) / b
    return front * _fraction(x, a, b) / a


def _fraction(x: float, a: float, b: float) -> float:
    """Lentz's method for the continued fraction of the incomplete beta function."""
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    result = d
    for m in range(1, 400):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + step * d
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = 1 + step / c
            c = c if abs(c) > _TINY else _TINY
            result *= d * c
        if abs(d * c - 1) < 1e-15:  # noqa: PLR2004  double precision
            break
    return result


def wilson(count: int, n: int, confidence: float) -> tuple[float, float]:
    """Wilson's interval for a share of ``count`` among ``n``; the whole range where there is nobody."""
    if n == 0:
        return 0.0, 1.0
    z = normal_quantile(0.5 + confidence / 2)
    share, spread = count / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z * math.sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    # At the ends the formula is 0 or 1 exactly; rounding must not push it past them.
    return (0.0 if count == 0 else middle - half), (1.0 if count == n else middle + half)


def mean_interval(total: float, squares: float, n: int, confidence: float) -> tuple[float, float, float]:
    """Mean, and Student's interval for it, from sum and sum of squares; the mean alone where ``n`` is 1."""
    mean = total / n
    error = math.sqrt(variance(total, squares, n) / n)
    if n == 1:
        return mean, -math.inf, math.inf
    half = t_quantile(0.5 + confidence / 2, n - 1) * error
    return mean, mean - half, mean + half


def variance(total: float, squares: float, n: int) -> float:
    """The sample variance (n - 1 below the line) from sum and sum of squares; 0 for fewer than two."""
    return max(0.0, (squares - total * total / n) / (n - 1)) if n > 1 else 0.0


def share_z(count: int, n: int, others: int, others_n: int) -> float:
    """How far two shares lie apart, in standard errors of their difference under one common share."""
    pooled = (count + others) / (n + others_n)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / others_n))
    return 0.0 if error == 0 else (count / n - others / others_n) / error


def dispersion(between: float, within: float, groups: int, n: float) -> float:
    """How much more groups differ among themselves than chance makes them; never below 1.

    ``between`` and ``within`` are sums of squares of ``groups`` groups with ``n`` observations in all: the
    ratio of their mean squares. 1 where there is nothing to tell it by.
    """
    if groups < 2 or n <= groups or within <= 0:  # noqa: PLR2004  two groups can differ
        return 1.0
    return max(1.0, between / (groups - 1) / (within / (n - groups)))


def false_discovery(p_values: Sequence[float]) -> list[float]:
    """Benjamini and Hochberg's adjusted p values, in the order given."""
    count = len(p_values)
    order = sorted(range(count), key=p_values.__getitem__, reverse=True)
    adjusted, least = [1.0] * count, 1.0
    for rank, index in enumerate(order):
        least = min(least, p_values[index] * count / (count - rank))
        adjusted[index] = least
    return adjusted
