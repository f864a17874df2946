"""The purchase and spend models: likelihoods against their definitions, published values, gradients, recovery.

Published values are of the CDNOW customers (Fader, Hardie & Lee 2005; Fader & Hardie 2005 and 2013), at the parameters
printed there; those with more digits are of the walkthrough of the R package BTYD.
"""

import numpy as np
import pytest
from lifetime_clients import draw_orders, process_at, sales_client
from scipy import integrate, special, stats

from analysis.models.lifetime.amounts import fit_amounts
from analysis.models.lifetime.beta_geometric import BetaGeometric, fit_beta_geometric, rate_ahead
from analysis.models.lifetime.pareto import Pareto, fit_pareto, integrate_lifetimes
from analysis.models.lifetime.process import fit_processes
from analysis.models.lifetime.purchases import read_history, summarise
from analysis.models.lifetime.spend import GammaGamma, expected_amount, fit_gamma_gamma

BG = (0.2425945, 4.4136019, 0.7929199, 2.4258881)
PARETO = (0.55315, 10.57633, 0.60625, 11.67150)
WHOLE = slice(None)


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [(1 / 7, 0.0078), (1, 0.0532), (3, 0.1506), (31.8571, 1.0405), (32, 1.0437), (78, 1.8576)],
)
def test_expected_purchases_of_a_new_customer_are_the_published_ones(weeks, expected):
    new = process_at("bg_nbd", BG, [0], [0], [0])
    # the sheet they were published in stops its search earlier: its last digit is 4e-4 off at 78 weeks
    assert new.orders(7 * weeks)[0] == pytest.approx(expected, rel=2.5e-4, abs=5.1e-5)


def test_a_year_of_a_new_customer_is_the_published_one():
    # the published seven digits are those of parameters with more digits than are printed: five of them agree
    assert process_at("bg_nbd", BG, [0], [0], [0]).orders(364)[0] == pytest.approx(1.444004, abs=1e-5)
    assert process_at("pareto_nbd", PARETO, [0], [0], [0]).orders(364)[0] == pytest.approx(1.473434, abs=5e-5)


def test_conditional_expectations_of_single_customers_are_the_published_ones():
    one = process_at("bg_nbd", BG, [2], [30.43], [38.86])
    assert (one.alive() * one.orders(39 * 7))[0] == pytest.approx(1.226, abs=5e-4)
    often = process_at("bg_nbd", BG, [26], [30 + 6 / 7], [31.0])
    assert often.alive()[0] == pytest.approx(0.9688523, abs=5e-6)
    assert (often.alive() * often.orders(364))[0] == pytest.approx(25.75659, rel=5e-5)
    other = process_at("pareto_nbd", PARETO, [26], [30 + 6 / 7], [31.0])
    assert other.alive()[0] == pytest.approx(0.997874, abs=1e-6)
    assert (other.alive() * other.orders(364))[0] == pytest.approx(25.45647, rel=5e-5)


def test_expected_amounts_of_single_customers_are_the_published_ones():
    # customers 1, 2, 6 and 9 of the sample, and one without a repeat purchase
    values = expected_amount(
        np.array([6.2488, 3.7446, 15.4477]), np.array([2.0, 1, 7, 2, 0]), np.array([22.345, 11.77, 73.7414, 25.55, np.nan])
    )  # fmt: skip
    assert values == pytest.approx([24.65, 18.91, 71.46, 27.28, 35.17], abs=0.01)


@pytest.mark.parametrize("model", [BetaGeometric, Pareto])
def test_scores_are_the_derivatives_of_the_likelihood(model):
    rng = np.random.default_rng(1)
    for number in range(60):
        at = rng.normal([-0.5, 2.0, -0.5, 2.5], [1.0, 1.3, 1.2, 1.5])
        x = rng.integers(0, 300 if number % 2 else 8, 10).astype(float)
        watched = rng.uniform(1, 600 if number % 3 else 100, 10)
        recency = np.where(x > 0, watched * rng.uniform(0.02, 1, 10), 0.0)
        checked = model(frequency=x, recency=recency, watched=watched)
        _, scores = checked.evaluate(at, WHOLE)
        for column, step in enumerate(1e-5 * np.eye(4)):
            ahead, behind = checked.evaluate(at + step, WHOLE)[0], checked.evaluate(at - step, WHOLE)[0]
            # central differences of numbers up to 1e4 in steps of 1e-5 are good to about 1e-6
            assert scores[:, column] == pytest.approx((ahead - behind) / 2e-5, rel=2e-6, abs=2e-6)


def test_scores_of_the_amounts_are_the_derivatives_of_their_likelihood():
    rng = np.random.default_rng(2)
    model = GammaGamma(frequency=rng.integers(1, 40, 30).astype(float), mean_amount=rng.lognormal(3, 1, 30))
    at = np.log([6.25, 3.74, 15.44])
    for column, step in enumerate(1e-5 * np.eye(3)):
        difference = (model.evaluate(at + step, WHOLE)[0] - model.evaluate(at - step, WHOLE)[0]) / 2e-5
        assert model.evaluate(at, WHOLE)[1][:, column] == pytest.approx(difference, rel=1e-6, abs=1e-6)


def test_the_likelihoods_are_averages_over_customers_of_what_each_does():
    # over a grid of the customers' own rates, each cell as likely as the others: good to about a thousandth
    x, recency, watched = 3.0, 12.5, 38.86
    row = {"frequency": np.array([x]), "recency": np.array([recency]), "watched": np.array([watched])}
    cells = (np.arange(1200) + 0.5) / 1200
    r, alpha, a, b = BG
    rate = stats.gamma.ppf(cells, r, scale=1 / alpha)[:, None]
    leaving = stats.beta.ppf(cells, a, b)
    stayed = (1 - leaving) ** x * rate**x * np.exp(-rate * watched)
    left = leaving * (1 - leaving) ** (x - 1) * rate**x * np.exp(-rate * recency)
    found = BetaGeometric(**row).evaluate(np.log(BG), WHOLE)[0][0]
    assert found == pytest.approx(np.log((stayed + left).mean()), abs=2e-3)
    r, alpha, s, beta = PARETO
    rate = stats.gamma.ppf(cells, r, scale=1 / alpha)[:, None]
    leaving = stats.gamma.ppf(cells, s, scale=1 / beta)
    both = rate + leaving
    stayed = np.exp(-both * watched)
    left = leaving / both * (np.exp(-both * recency) - np.exp(-both * watched))
    found = Pareto(**row).evaluate(np.log(PARETO), WHOLE)[0][0]
    assert found == pytest.approx(np.log((rate**x * (stayed + left)).mean()), abs=2e-3)


@pytest.mark.parametrize(
    "values", [PARETO, (0.3, 0.05, 2.0, 900.0), (4.0, 300.0, 0.02, 0.5), (1.0, 10.0, 30.0, 8000.0)]
)
def test_the_time_of_leaving_is_integrated_to_ten_digits(values):
    r, alpha, s, beta = values
    for x, recency, watched in [(0.0, 0.0, 38.0), (1.0, 2.0, 300.0), (250.0, 290.0, 300.0), (60.0, 5.0, 120.0)]:
        parts = integrate_lifetimes(np.array(values), np.array([x]), np.array([recency]), np.array([watched]))

        def density(share, x=x, recency=recency, watched=watched, scale=parts.log_scale[0]):
            y = recency + np.exp(share) - 1e-9  # in logarithms of the time after the last purchase
            power = -(r + x) * np.log(alpha + y) - (s + 1) * np.log(beta + y)
            return s * np.exp(power - scale + share)

        ends = np.log(1e-9), np.log(watched - recency + 1e-9)
        found = integrate.quad(density, *ends, epsabs=0, epsrel=1e-12, limit=500, points=[-10, -5, -2, 0, 2])[0]
        whole = parts.left[0] + parts.stayed[0]
        assert parts.left[0] / whole == pytest.approx(found / whole, abs=1e-9)


def test_the_hypergeometric_rate_is_the_mean_over_what_the_purchases_leave_open():
    r, alpha, a, b = BG
    for x, watched, ahead in [(0.0, 10.0, 5.0), (4.0, 38.0, 100.0), (40.0, 90.0, 156.0)]:

        def rate(leaving, x=x, watched=watched, ahead=ahead):
            power = (r + x) * np.log(alpha + watched) - (r + x + 1) * np.log(alpha + watched + leaving * ahead)
            return (r + x) * np.exp(power) * stats.beta.pdf(leaving, a, b + x)

        found = integrate.quad(rate, 0, 1, epsabs=1e-13, epsrel=1e-10, limit=300, points=[0.001, 0.02])[0]
        assert rate_ahead(np.array(BG), np.array(x), np.array(watched), np.array(ahead)) == pytest.approx(
            found, rel=1e-6
        )


def test_a_hypergeometric_function_without_a_floating_point_value_is_still_answered():
    # where a + b - r - 1 and the other parameters are whole, scipy has no finite value here
    x, watched, ahead = np.array(168.0), np.array(0.5), np.array(5.525 * 1.5)
    assert not np.isfinite(special.hyp2f1(5.0, 3.0, 177.0, 0.91702025))
    found = rate_ahead(np.array([3.0, 1.0, 5.0, 2.0]), x, watched, ahead)
    assert np.isfinite(found)
    assert 0 < found < 171 / 1.5


def test_both_models_find_the_parameters_that_customers_were_drawn_from():
    for kind, truth, fit in (
        ("bg_nbd", (1.0, 9.0, 0.5, 4.0), fit_beta_geometric),
        ("pareto_nbd", (1.0, 9.0, 0.8, 40.0), fit_pareto),
    ):
        drawn = draw_orders(np.random.default_rng(4), 6000, kind=kind, purchase=truth)
        history = read_history(sales_client(drawn))
        summary = summarise(history, history.last_day)
        found, _ = fit(summary.frequency, summary.recency, summary.watched, 7.0)
        assert found.identified
        errors = (np.log(found.values) - np.log(truth)) / np.sqrt(np.diag(found.covariance))
        assert np.abs(errors).max() < 3.5
        assert (found.std_errors / found.values < 0.3).all()
        processes = fit_processes(summary, 7.0)
        assert processes[0].family.key == kind  # the AIC knows the model that the customers were drawn from
        assert processes[0].fit.aic < processes[1].fit.aic


def test_the_amounts_find_their_parameters_in_any_currency():
    drawn = draw_orders(np.random.default_rng(5), 3000, spend=(4.0, 4.0, 3000.0))
    history = read_history(sales_client(drawn))
    summary = summarise(history, history.last_day)
    rows = summary.frequency > 0
    found = fit_gamma_gamma(summary.frequency[rows], summary.mean_amount[rows])
    errors = (np.log(found.values) - np.log([4.0, 4.0, 3000.0])) / np.sqrt(np.diag(found.covariance))
    assert np.abs(errors).max() < 3.5
    other = fit_gamma_gamma(summary.frequency[rows], 7.5 * summary.mean_amount[rows])
    assert other.values == pytest.approx(found.values * np.array([1, 1, 7.5]), rel=1e-4)
    # the density of 7.5 z is that of z over 7.5
    assert other.log_likelihood == pytest.approx(found.log_likelihood - rows.sum() * np.log(7.5), abs=1e-3)
    amounts = fit_amounts(summary)
    assert amounts.expected.mean() == pytest.approx(history.amount.mean(), rel=0.05)


def test_the_likelihood_does_not_depend_on_how_customers_are_ordered_or_grouped():
    drawn = draw_orders(np.random.default_rng(6), 500)
    history = read_history(sales_client(drawn))
    summary = summarise(history, history.last_day)
    order = np.random.default_rng(0).permutation(len(summary.frequency))
    columns = (summary.frequency, summary.recency, summary.watched)
    found, rows = fit_beta_geometric(*columns, 7.0)
    again, _ = fit_beta_geometric(*(column[order] for column in columns), 7.0)
    assert again.values == pytest.approx(found.values, rel=1e-9)
    model = BetaGeometric(frequency=columns[0], recency=columns[1] / 7, watched=columns[2] / 7)
    values, scores = model.evaluate(np.log(found.values), WHOLE)
    assert values.sum() == pytest.approx(found.log_likelihood, abs=1e-6)
    assert scores == pytest.approx(found.scores[rows], abs=1e-4)


def test_days_and_weeks_describe_the_same_customers():
    drawn = draw_orders(np.random.default_rng(7), 800)
    history = read_history(sales_client(drawn))
    summary = summarise(history, history.last_day)
    weeks, days = (fit_processes(summary, period)[0] for period in (7.0, 1.0))
    assert days.fit.values[1] == pytest.approx(7 * weeks.fit.values[1], rel=1e-3)
    assert days.orders(365, 0.1) == pytest.approx(weeks.orders(365, 0.1), rel=1e-3)
    assert days.alive() == pytest.approx(weeks.alive(), abs=1e-3)


def test_discounted_purchases_are_the_sum_of_discounted_years():
    one = process_at("pareto_nbd", PARETO, [5], [30.0], [39.0])
    slices = np.linspace(0, 3 * 365, 2001)
    totals = np.array([one.orders(day)[0] for day in slices])
    middle = (slices[1:] + slices[:-1]) / 2
    assert one.orders(3 * 365, 0.1)[0] == pytest.approx((np.diff(totals) / 1.1 ** (middle / 365)).sum(), rel=1e-6)
    assert one.orders(3 * 365, 0.1)[0] < one.orders(3 * 365)[0]
