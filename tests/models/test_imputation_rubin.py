"""Rubin's rules against a worked example, R's mitools (tests/reference/robustness.R) and their limits."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.models.imputation.rubin import pool_estimates

REFERENCE = Path(__file__).parents[1] / "reference" / "robustness.csv"
ESTIMATES, VARIANCES = [2.1, 2.4, 1.9, 2.6, 2.2], [0.30, 0.28, 0.33, 0.31, 0.29]


def test_a_worked_example_by_hand():
    """Estimates 1, 2, 3 with variance 1 each, 20 degrees of freedom: every quantity by hand."""
    pooled = pool_estimates([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], 20)
    assert (pooled.value, pooled.within, pooled.between) == (2.0, 1.0, 1.0)
    total = 1 + 4 / 3
    assert pooled.std_error == pytest.approx(np.sqrt(total))
    share = (4 / 3) / total  # 4/7
    old, observed = 2 / share**2, 21 / 23 * 20 * (1 - share)
    assert pooled.df == pytest.approx(old * observed / (old + observed))
    assert pooled.missing_information == pytest.approx((4 / 3 + 2 / (pooled.df + 3)) / (4 / 3 + 1))
    assert pooled.simulation_error == pytest.approx(np.sqrt(1 / 3))


def test_mitools_in_a_large_sample():
    value, error, df, missing = pd.read_csv(REFERENCE).query("name == 'rubin'")["value"]
    pooled = pool_estimates(ESTIMATES, VARIANCES, 1e12)  # mitools knows large samples only
    found = (pooled.value, pooled.std_error, pooled.df, pooled.missing_information)
    assert found == pytest.approx((value, error, df, missing), rel=1e-9)


def test_estimates_that_agree_leave_nothing_but_the_ordinary_error():
    pooled = pool_estimates([2.0] * 5, VARIANCES, 40)
    assert pooled.std_error == pytest.approx(np.sqrt(np.mean(VARIANCES)))
    assert (pooled.missing_information, pooled.simulation_error) == (0.0, 0.0)
    assert pooled.df < 40  # Barnard and Rubin: (v + 1) / (v + 3) v


def test_the_estimate_has_the_t_interval():
    pooled = pool_estimates(ESTIMATES, VARIANCES, 40)
    estimate = pooled.estimate("index", n=100, clusters=41)
    margin = stats.t.ppf(0.975, pooled.df) * pooled.std_error
    assert (estimate.low, estimate.high) == pytest.approx((2.24 - margin, 2.24 + margin))
    assert (estimate.method, estimate.clusters, estimate.n) == ("rubin-t", 41, 100)
    assert estimate.p_value == pytest.approx(2 * stats.t.sf(2.24 / pooled.std_error, pooled.df))
