"""A million rows of discrete predictors on their unique combinations: the same coefficients, the same errors."""

import numpy as np
import pytest

from analysis.models.binomial import fit_binomial
from analysis.models.clustering import group_codes
from analysis.models.compressed import (
    combine_rows,
    fit_binomial_compressed,
    fit_linear_compressed,
    fit_ordered_compressed,
)
from analysis.models.linear import fit_linear
from analysis.models.ordered import fit_ordered


def draw(n: int, seed: int = 3):
    """Return design (intercept, an answer 1-10, a segment), linear outcome, 0/1 outcome, account and weight."""
    rng = np.random.default_rng(seed)
    account = rng.integers(0, n // 20, n)
    answer = np.clip(np.round(7 + rng.normal(size=n // 20)[account] + rng.normal(size=n)), 1, 10)
    segment = account % 3
    design = np.column_stack([np.ones(n), answer, segment == 1, segment == 2]).astype(float)
    y = 20 + 5 * answer + 3 * (segment == 1) + 10 * rng.normal(size=n) + 4 * rng.normal(size=n // 20)[account]
    bought = (rng.random(n) < 1 / (1 + np.exp(2 - 0.3 * answer))).astype(float)
    weight = np.array([0.5, 1.0, 2.5])[rng.integers(0, 3, n)]
    return design, y, bought, account, weight


def agree(fit, whole) -> None:
    np.testing.assert_allclose(fit.coefficients, whole.coefficients, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(fit.covariance, whole.covariance, rtol=1e-8, atol=1e-14)
    assert fit.accounts == whole.accounts


@pytest.mark.parametrize("clustered", [True, False])
@pytest.mark.parametrize("weighted", [True, False])
def test_least_squares_and_logit_are_those_of_all_rows(clustered, weighted):
    design, y, bought, account, weight = draw(6_000)
    options = {"weights": weight if weighted else None, "clusters": account if clustered else None}
    rows = combine_rows(y, design, **options)
    assert len(rows.design) < (4_000 if clustered else 120)
    whole = fit_linear(y, design, **options)
    fit = fit_linear_compressed(rows)
    agree(fit, whole)
    assert fit.r_squared == pytest.approx(whole.r_squared, rel=1e-10)
    whole = fit_binomial(bought, design, **options)
    fit = fit_binomial_compressed(combine_rows(bought, design, **options))
    agree(fit, whole)
    assert fit.r_squared == pytest.approx(whole.mcfadden_r2, rel=1e-8)
    assert fit.converged


def test_the_ordered_logit_is_that_of_all_rows():
    design, y, _, account, weight = draw(6_000)
    category = np.digitize(y, [40, 55, 70])
    whole = fit_ordered(category, design[:, 1:], weights=weight, clusters=account)
    fit = fit_ordered_compressed(category, design[:, 1:], weights=weight, clusters=account)
    np.testing.assert_allclose(fit.coefficients, whole.coefficients, rtol=1e-8)
    np.testing.assert_allclose(fit.cut_points, whole.cut_points, rtol=1e-8)
    np.testing.assert_allclose(fit.covariance, whole.covariance, rtol=1e-6)


def test_a_million_rows_shrink_to_their_combinations():
    design, y, bought, _, _ = draw(1_000_000)
    rows = combine_rows(y, design)
    assert rows.n == 1_000_000
    assert len(rows.design) <= 30
    agree(fit_linear_compressed(rows), fit_linear(y, design))
    agree(fit_binomial_compressed(combine_rows(bought, design)), fit_binomial(bought, design))


def test_weights_fail_closed():
    design, y, _, account, weight = draw(600)
    for bad in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="above 0"):
            combine_rows(y, design, weights=np.r_[bad, weight[1:]], clusters=account)


def test_weights_move_the_estimate_and_split_rows_do_not():
    design, y, _, account, weight = draw(2_000)
    plain = fit_linear_compressed(combine_rows(y, design, clusters=account))
    weighted = fit_linear_compressed(combine_rows(y, design, weights=weight, clusters=account))
    assert abs(plain.coefficients[1] - weighted.coefficients[1]) > 1e-3
    halves = fit_linear_compressed(
        combine_rows(np.r_[y, y], np.vstack([design, design]), weights=np.r_[weight, weight] / 2, clusters=np.r_[account, account])
    )  # fmt: skip
    np.testing.assert_allclose(halves.coefficients, weighted.coefficients, rtol=1e-10)
    np.testing.assert_allclose(halves.covariance, weighted.covariance, rtol=1e-9, atol=1e-14)


def test_what_is_no_yes_or_no_is_refused():
    design, y, _, _, _ = draw(600)
    with pytest.raises(ValueError, match="0 and 1"):
        fit_binomial_compressed(combine_rows(y, design))
    with pytest.raises(ValueError, match="0 and 1"):
        fit_binomial_compressed(combine_rows(np.ones(600), design))
    with pytest.raises(ValueError, match="full rank"):
        fit_linear_compressed(combine_rows(y, np.column_stack([design, design[:, 1]])))


def test_codes_agree_exactly_where_all_columns_do():
    codes = group_codes([np.array([1.0, 1.0, 2.0, 1.0]), np.array(["a", "b", "a", "a"], dtype=object)])
    assert codes.tolist() == [0, 1, 2, 0]


def test_the_logit_of_many_rows_is_that_of_their_halves_together(monkeypatch):
    """Above a number of rows equal ones are added up: the estimate does not notice."""
    design, _, bought, account, weight = draw(4_000)
    plain = fit_binomial(bought, design, weights=weight, clusters=account)
    monkeypatch.setattr("analysis.models.binomial.MANY_ROWS", 1_000)
    added = fit_binomial(bought, design, weights=weight, clusters=account)
    np.testing.assert_allclose(added.coefficients, plain.coefficients, rtol=1e-9)
    np.testing.assert_allclose(added.covariance, plain.covariance, rtol=1e-8)
