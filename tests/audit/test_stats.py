import math

import pytest

from teachback.audit import stats


@pytest.mark.parametrize(
    ("probability", "df", "expected"),
    [
        (0.95, 1, 6.3138),
        (0.95, 10, 1.8125),
        (0.95, 29, 1.6991),
        (0.975, 1, 12.7062),
        (0.95, 1e9, 1.6449),
    ],
)
def test_students_quantiles_are_those_of_the_printed_tables(probability, df, expected):
    assert stats.t_quantile(probability, df) == pytest.approx(expected, abs=1e-4)
    assert stats.t_quantile(1 - probability, df) == pytest.approx(-stats.t_quantile(probability, df))


def test_students_quantile_and_distribution_are_inverse():
    for df in (0.7, 3, 17.4, 400):
        for probability in (0.05, 0.5, 0.8, 0.999):
            assert stats.t_cdf(stats.t_quantile(probability, df), df) == pytest.approx(probability, abs=1e-9)


def test_student_needs_a_degree_of_freedom():
    with pytest.raises(ValueError, match="at least one degree"):
        stats.t_quantile(0.95, 0)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [(10, 20, 0.2993, 0.7007), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (1, 29, 0.0061, 0.1718)],
)
def test_wilsons_interval_of_known_shares(count, n, low, high):
    assert stats.wilson(count, n, 0.95) == pytest.approx((low, high), abs=1e-4)


def test_wilsons_interval_of_nobody_is_the_whole_range():
    assert stats.wilson(0, 0, 0.95) == (0.0, 1.0)


def test_a_means_interval_by_hand():
    # 2, 4, 6: mean 4, s 2, standard error 1.1547, t(0.975, 2) 4.3027.
    mean, low, high = stats.mean_interval(12, 56, 3, 0.95)
    assert mean == 4
    assert (low, high) == pytest.approx((4 - 4.9683, 4 + 4.9683), abs=1e-3)
    assert stats.mean_interval(5, 25, 1, 0.95) == (5, -math.inf, math.inf)


def test_benjamini_and_hochberg_by_hand():
    # Sorted p times m / rank from below: 0.005 * 4, 0.01 * 2, 0.03 * 4 / 3, 0.04.
    assert stats.false_discovery([0.03, 0.005, 0.04, 0.01]) == pytest.approx([0.04, 0.02, 0.04, 0.02])
    assert stats.false_discovery([]) == []


def test_dispersion_is_the_ratio_of_mean_squares_and_never_below_one():
    """Groups 1, 3 and 5, 7: between 2 * (2 - 4)^2 + 2 * (6 - 4)^2 = 16 by 1, within 1 + 1 + 1 + 1 = 4 by 2."""
    assert stats.dispersion(16, 4, 2, 4) == 8
    assert stats.dispersion(0, 4, 2, 4) == 1
    assert stats.dispersion(16, 4, 1, 4) == 1
    assert stats.dispersion(16, 0, 2, 4) == 1


def test_two_sided_p_of_the_normal_law():
    assert stats.two_sided_p(1.959964) == pytest.approx(0.05, abs=1e-6)
    assert stats.share_z(5, 10, 50, 100) == 0
    assert stats.share_z(0, 10, 0, 100) == 0
