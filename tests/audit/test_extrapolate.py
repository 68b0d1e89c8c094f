"""Extrapolation against a textbook, by hand, and by simulation."""

import math
from random import Random

import pytest

from teachback.audit.extrapolate import estimate
from teachback.audit.strata import Stratum


def stratum(number, size, drawn=0, *, certain=False):
    return Stratum(number, "all", 1, 10_000, size, size * 5_000, 0.0, drawn, certain)


def values(mean, variance, n):
    """n values with exactly this mean and sample variance."""
    pairs = n // 2
    apart = math.sqrt(variance * (n - 1) / (2 * pairs))
    return [mean - apart] * pairs + [mean] * (n % 2) + [mean + apart] * pairs


def test_the_stratified_example_of_a_textbook():
    """Acres of farmland, 300 of 3,078 counties in four regions (Lohr, Sampling: Design and Analysis, ch. 3)."""
    regions = [
        (1, 1054, 103, 300_504.16, 29_618_183_543),
        (2, 220, 21, 97_629.81, 7_647_472_708),
        (3, 1382, 135, 211_315.04, 53_587_487_856),
        (4, 422, 41, 662_295.51, 396_185_950_266),
    ]
    strata = [stratum(number, size) for number, size, *_ in regions]
    found = {number: values(mean, variance, n) for number, _, n, mean, variance in regions}
    result = estimate(strata, found, 0.95)
    assert result.point == pytest.approx(909_736_035, rel=1e-6)
    assert result.error == pytest.approx(50_417_248, rel=1e-6)


def test_two_strata_by_hand():
    """Stratum 1: 100 units, 4 reviewed, differences 0, 0, 10.00, 30.00. Stratum 2: 50 units, 2 reviewed, 0, 8.00.

    Means 10.00 and 4.00: the estimate is 100 * 10 + 50 * 4 = 1,200.00. s squared: (100 + 100 + 0 + 400) / 3 = 200
    and (16 + 16) / 1 = 32. Variances 100 * 96 * 200 / 4 = 480,000 and 50 * 48 * 32 / 2 = 38,400; their sum
    518,400 has the root 720.00. Satterthwaite: 518,400^2 / (480,000^2 / 3 + 38,400^2 / 1) = 3.4334.
    """
    found = {1: [0, 0, 1000, 3000], 2: [0, 800]}
    result = estimate([stratum(1, 100), stratum(2, 50)], found, 0.90)
    assert result.point == 120_000
    assert result.error == pytest.approx(72_000)
    assert result.df == pytest.approx(3.4334, abs=1e-3)
    assert result.normal_lower == pytest.approx(120_000 - 1.644854 * 72_000, abs=1)
    assert result.lower == pytest.approx(120_000 - result.quantile * 72_000)
    assert 2.1 < result.quantile < 2.4  # between t(0.95, 4) = 2.132 and t(0.95, 3) = 2.353
    assert result.sample_difference_cents == 4_800
    assert [share.wrong for share in result.shares] == [2, 1]


def test_a_stratum_reviewed_whole_adds_no_variance():
    result = estimate([stratum(1, 3, certain=True), stratum(2, 40)], {1: [500, 0, 100], 2: [0, 0, 0, 0]}, 0.9)
    assert (result.point, result.error, result.lower, result.upper) == (600, 0, 600, 600)
    assert result.df is None


def test_underpayments_count_against_overpayments():
    result = estimate([stratum(1, 10)], {1: [-500, 500]}, 0.9)
    assert result.point == 0
    assert result.lower < 0 < result.upper
    assert result.precision is None


def test_one_reviewed_unit_of_several_is_refused():
    with pytest.raises(ValueError, match="at least two"):
        estimate([stratum(1, 10)], {1: [500]}, 0.9)
    assert estimate([stratum(1, 1)], {1: [500]}, 0.9).point == 500


def test_the_interval_covers_the_truth_about_nine_times_in_ten():
    """A universe with amounts in three strata of which 30 % are wholly wrong; 1,500 samples of 60."""
    rng = Random(11)
    universe = {}
    for number, size, amount in ((1, 400, 2_000), (2, 300, 5_000), (3, 150, 9_000)):
        universe[number] = [(amount + rng.randrange(-500, 500)) * (rng.random() < 0.30) for _ in range(size)]
    truth = sum(map(sum, universe.values()))
    strata = [stratum(number, len(units)) for number, units in universe.items()]
    covered = above = 0
    rounds = 1_500
    for _ in range(rounds):
        drawn = {number: rng.sample(units, 20) for number, units in universe.items()}
        result = estimate(strata, drawn, 0.90)
        covered += result.lower <= truth <= result.upper
        above += truth >= result.lower
    assert 0.87 <= covered / rounds <= 0.93
    assert above / rounds >= 0.93
