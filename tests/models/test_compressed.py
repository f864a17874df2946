"""Many rows of few distinct predictors, fitted on their unique combinations: the same numbers as on the rows."""

import numpy as np
import pytest
from model_clients import client_of, make_client, make_params

from analysis.models import compressed
from analysis.models.binomial import average_effect, fit_binomial
from analysis.models.clustering import group_codes
from analysis.models.compressed import combine_rows
from analysis.models.firth import fit_firth
from analysis.models.linear import fit_linear
from analysis.models.loyalty import fit_satisfaction_loyalty
from analysis.models.ordered import effect_above, fit_ordered

MANY = 1_000  # rows from which on these tests combine them


def draw(n: int, accounts: int, seed: int = 3):
    """Return design (intercept, an answer 1-10, a segment), linear outcome, 0/1 outcome, account and weight."""
    rng = np.random.default_rng(seed)
    account = rng.integers(0, accounts, n)
    answer = np.clip(np.round(7 + rng.normal(size=accounts)[account] + rng.normal(size=n)), 1, 10)
    segment = account % 3
    design = np.column_stack([np.ones(n), answer, segment == 1, segment == 2]).astype(float)
    y = 20 + 5 * answer + 3 * (segment == 1) + 10 * rng.normal(size=n) + 4 * rng.normal(size=accounts)[account]
    bought = (rng.random(n) < 1 / (1 + np.exp(2 - 0.3 * answer))).astype(float)
    weight = np.array([0.5, 1.0, 2.5])[rng.integers(0, 3, n)]
    return design, y, bought, account, weight


def on_rows_and_combined(monkeypatch, fit, many=MANY):
    """Return what `fit` gives on the rows, and on their combinations."""
    monkeypatch.setattr(compressed, "MANY_ROWS", 10**9)
    rows = fit()
    monkeypatch.setattr(compressed, "MANY_ROWS", many)
    return rows, fit()


def agree(combined, rows) -> None:
    """Coefficients to 1e-8, standard errors those of the rows, and every number that is kept by row or account."""
    np.testing.assert_allclose(combined.coefficients, rows.coefficients, rtol=1e-8, atol=1e-10)
    errors = [np.sqrt(np.diag(fit.covariance)) for fit in (combined, rows)]
    np.testing.assert_allclose(*errors, rtol=1e-8)
    np.testing.assert_allclose(combined.covariance, rows.covariance, rtol=1e-7, atol=1e-12)
    scale = np.abs(rows.deviations).max()
    np.testing.assert_allclose(combined.deviations, rows.deviations, rtol=1e-6, atol=1e-8 * scale)
    np.testing.assert_allclose(combined.information, rows.information, rtol=1e-8, atol=1e-6)
    assert combined.accounts == rows.accounts


OPTIONS = [(weighted, clustered) for weighted in (True, False) for clustered in (True, False)]


@pytest.mark.parametrize(("weighted", "clustered"), OPTIONS)
def test_every_fit_on_combinations_is_that_of_the_rows(monkeypatch, weighted, clustered):
    design, y, bought, account, weight = draw(6_000, 300)
    options = {"weights": weight if weighted else None, "clusters": account if clustered else None}
    category = np.digitize(y, [40, 55, 70])
    rows, combined = on_rows_and_combined(monkeypatch, lambda: fit_linear(y, design, **options))
    agree(combined, rows)
    for name in ("fitted", "residuals", "leverages"):
        np.testing.assert_allclose(getattr(combined, name), getattr(rows, name), rtol=1e-8, atol=1e-9)
    assert combined.r_squared == pytest.approx(rows.r_squared, rel=1e-10)
    for fit in (fit_binomial, fit_firth):
        rows, combined = on_rows_and_combined(monkeypatch, lambda fit=fit: fit(bought, design, **options))
        agree(combined, rows)
        assert combined.mcfadden_r2 == pytest.approx(rows.mcfadden_r2, rel=1e-8)
        effects = [average_effect(each, 1) for each in (combined, rows)]
        assert effects[0][0] == pytest.approx(effects[1][0], rel=1e-8)
        assert np.linalg.norm(effects[0][1]) == pytest.approx(np.linalg.norm(effects[1][1]), rel=1e-8)
    rows, combined = on_rows_and_combined(monkeypatch, lambda: fit_ordered(category, design[:, 1:], **options))
    agree(combined, rows)
    np.testing.assert_allclose(combined.cut_points, rows.cut_points, rtol=1e-8)
    assert combined.log_likelihood == pytest.approx(rows.log_likelihood, rel=1e-10)
    assert effect_above(combined, 0, 1)[0] == pytest.approx(effect_above(rows, 0, 1)[0], rel=1e-8)


def test_with_very_many_accounts_too(monkeypatch):
    """From 20,000 accounts on the information without one is not formed any more, on rows as on combinations."""
    monkeypatch.setattr("analysis.models.clustering.MANY_CLUSTERS", 100)
    design, y, bought, account, weight = draw(6_000, 300)
    for fit, outcome in ((fit_linear, y), (fit_binomial, bought)):
        rows, combined = on_rows_and_combined(
            monkeypatch, lambda fit=fit, outcome=outcome: fit(outcome, design, weights=weight, clusters=account)
        )
        agree(combined, rows)


def leaves(node, path=()):
    """Yield path and value of every number of a result."""
    if isinstance(node, dict | list | tuple):
        pairs = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in pairs:
            yield from leaves(value, (*path, key))
    elif isinstance(node, float):
        yield path, node


def test_what_the_audit_prints_of_many_answers_is_what_the_rows_say(monkeypatch):
    """The whole loyalty model of 1,200 answers whose predictors are discrete; how often rows were combined is counted."""
    data = make_client(accounts=400, respondents=3, weights=True)
    survey = data.table("survey")
    rounded = (survey["satisfaction_index"] / 10).round() * 10
    data = client_of(
        survey.assign(satisfaction_index=rounded, weight=survey["weight"].round() + 1),
        data.table("transactions"),
        data.customers.drop(columns="joined_on"),
    )
    combinations = []

    def counting(columns):
        found = combine_rows(columns)
        combinations.append(found is not None)
        return found

    for module in ("linear", "binomial", "ordered"):
        monkeypatch.setattr(f"analysis.models.{module}.combine_rows", counting)
    # the analysis is kept for each pair of data and parameters: these are equal, and not the same
    analyses = iter([make_params(), make_params()])
    rows, combined = on_rows_and_combined(monkeypatch, lambda: fit_satisfaction_loyalty(data, next(analyses)).to_dict())
    assert sum(combinations) >= 8
    numbers = dict(leaves(combined))
    assert len(numbers) > 150
    for path, value in leaves(rows):
        assert numbers[path] == pytest.approx(value, rel=1e-8, abs=1e-10), path


@pytest.mark.slow
def test_a_million_rows_with_clusters_are_their_combinations(monkeypatch):
    """At the limit that is in force: nothing is set but whether the rows are combined at all."""
    design, y, bought, account, weight = draw(1_000_000, 5_000)
    many = compressed.MANY_ROWS
    assert len(combine_rows([*design.T]).first) <= 30
    category = np.digitize(y, [45, 60])
    for fit in (
        lambda: fit_linear(y, design, weights=weight, clusters=account),
        lambda: fit_binomial(bought, design, weights=weight, clusters=account),
        lambda: fit_ordered(category, design[:, 1:], weights=weight, clusters=account),
        lambda: fit_linear(y, design),
        lambda: fit_binomial(bought, design),
    ):
        rows, combined = on_rows_and_combined(monkeypatch, fit, many)
        agree(combined, rows)


def test_few_rows_and_rows_that_hardly_agree_are_left_as_they_are(monkeypatch):
    design, *_ = draw(6_000, 300)
    assert combine_rows([*design.T]) is None  # below the limit
    monkeypatch.setattr(compressed, "MANY_ROWS", MANY)
    assert combine_rows([*design.T, np.arange(6_000) % 3_001]) is None
    found = combine_rows([*design.T])
    np.testing.assert_array_equal(design[found.first][found.codes], design)
    assert len(found.first) == len(np.unique(design, axis=0))
    np.testing.assert_array_equal(
        found.first, [np.flatnonzero(found.codes == code)[0] for code in range(len(found.first))]
    )


def test_what_is_refused_of_rows_is_refused_of_combinations(monkeypatch):
    monkeypatch.setattr(compressed, "MANY_ROWS", MANY)
    design, y, _, account, weight = draw(2_000, 100)
    for bad in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match="above 0"):
            fit_linear(y, design, weights=np.r_[bad, weight[1:]], clusters=account)
    with pytest.raises(ValueError, match="0 and 1"):
        fit_binomial(y, design)
    with pytest.raises(ValueError, match="full rank"):
        fit_linear(y, np.column_stack([design, design[:, 1]]))
    separated = fit_ordered(np.digitize(design[:, 1], [4, 7]), design[:, 1:2], clusters=account)
    assert not separated.converged


def test_codes_agree_exactly_where_all_columns_do():
    codes = group_codes([np.array([1.0, 1.0, 2.0, 1.0]), np.array(["a", "b", "a", "a"], dtype=object)])
    assert codes.tolist() == [0, 1, 2, 0]
