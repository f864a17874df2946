"""The value of customers: what goes into it, which forecast is used, its interval, and bad input."""

import dataclasses
import json
import math

import numpy as np
import pandas as pd
import pytest
from lifetime_clients import AS_OF, draw_orders, orders, sales_client, sales_params
from model_clients import make_client, make_params

from analysis.models.lifetime.amounts import fit_amounts
from analysis.models.lifetime.analysis import analyse_lifetime_value
from analysis.models.lifetime.assumptions import measure_independence, measure_regularity
from analysis.models.lifetime.forecast import _score, compare_forecasts
from analysis.models.lifetime.process import families
from analysis.models.lifetime.purchases import read_history, summarise
from analysis.models.lifetime.result import LifetimeValue
from analysis.models.lifetime.sums import Parts, share_estimate, sum_estimate
from analysis.models.lifetime.valuation import annuity, customer_value, value_customers
from analysis.models.lifetime.worth import lifetime_worth
from analysis.models.repurchase_sample import build_sample
from analysis.models.uplift.worth import RevenueWorth
from analysis.results import Estimate, NotEstimable, Point

PARAMS = sales_params()


@pytest.fixture(scope="module")
def client():
    drawn = draw_orders(np.random.default_rng(1), 400, purchase=(2.0, 8.0, 0.6, 2.0))
    ids = sorted(drawn["customer_id"].unique())
    customers = pd.DataFrame(
        {
            "segment": np.where(np.arange(len(ids)) % 2, "零售", "Trade"),
            "name": [f"客户 {number}" for number in range(len(ids))],
            "is_key_account": np.arange(len(ids)) % 10 == 0,
            "potential": 50_000.0,
        },
        index=pd.Index(ids, name="customer_id"),
    )
    return sales_client(drawn.assign(margin=0.4 * drawn["revenue"]), customers)


@pytest.fixture(scope="module")
def result(client):
    found = analyse_lifetime_value(client, PARAMS)
    assert isinstance(found, LifetimeValue)
    return found


def numbers_in(value):
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers_in(item)]
    if isinstance(value, list | tuple):
        return [number for item in value for number in numbers_in(item)]
    return [value] if isinstance(value, float) else []


def test_purchases_are_days_and_nothing_after_the_end_is_seen():
    table = orders(
        ["a", "a", "a", "a", "b", "b", None, "c"],
        [100, 100, 40, 10, 300, 290, 5, 3],
        [10, 20, 60, 40, 5, -5, 99, -8],
    )
    history = read_history(sales_client(table))
    assert list(history.ids) == ["a", "b", "passer-by"]  # who only returned something never bought
    found = summarise(history, history.last_day)
    assert found.frequency[:2].tolist() == [2, 0]
    assert found.recency[:2].tolist() == [90, 0]
    assert found.watched[:2].tolist() == [100, 300]
    assert found.mean_amount[0] == 50  # of the two later days; the first day's 30 is no repeat purchase
    assert found.own_amount[:2] == pytest.approx([130 / 3, 5])
    assert found.mean_log[0] == pytest.approx((math.log(60) + math.log(40)) / 2)
    assert np.isnan(found.mean_amount[1])
    earlier = summarise(history, history.last_day - 20)
    assert earlier.frequency.tolist() == [1, 0]
    assert earlier.watched.tolist() == [80, 280]
    assert history.revenue(history.last_day - 50, history.last_day)[:2].tolist() == [100, 0]
    assert history.kept_share(history.last_day - 20) == pytest.approx(90 / 95)


def test_the_sum_is_that_of_the_customers_and_of_the_segments(client, result):
    frame = customer_value(client, PARAMS)
    assert isinstance(result.total, Estimate)
    assert frame["expected_value"].sum() == pytest.approx(result.total.value)
    assert result.total.low < result.total.value < result.total.high
    assert sum(row.value.value for row in result.segments) <= result.total.value
    assert {row.segment for row in result.segments} == {"零售", "Trade"}
    assert (frame["revenue"] * (1 - frame["p_alive"])).sum() == pytest.approx(result.at_risk.value)
    assert frame["revenue_at_risk"].sum() == pytest.approx(result.at_risk.value)
    assert 1 - frame["p_alive"].mean() == pytest.approx(result.gone.value)
    assert frame["p_alive"].between(0, 1).all()
    assert result.probably_gone == int((frame["p_alive"] < 0.5).sum())
    assert sum(band.customers for band in result.bands) == result.customers == len(frame)
    assert sum(band.value_share for band in result.bands) == pytest.approx(1)
    assert result.top[0].value == pytest.approx(frame["expected_value"].max())
    assert result.top[0].name.startswith("客户")
    assert sum(row.share for row in result.top) == pytest.approx(result.top_share)


def test_what_it_says_is_json_without_missing_numbers(result):
    data = result.to_dict()
    json.dumps(data)
    assert all(math.isfinite(number) for number in numbers_in(data))


def test_the_parameters_scale_the_value_as_they_should(client):
    base = customer_value(client, PARAMS)
    assert base["margin"].to_numpy()[base["customer_id"] != "passer-by"] == pytest.approx(0.4)
    free = customer_value(client, sales_params(value={"discount_rate": 0.0}))
    assert (free["expected_value"] > base["expected_value"])[base["expected_value"] > 0].all()
    short = customer_value(client, sales_params(value={"horizon_years": 1, "discount_rate": 0.0}))
    assert short["expected_value"].sum() < free["expected_value"].sum()
    frame = client.table("transactions").drop(columns="margin")
    bare = dataclasses.replace(client, tables={"transactions": frame})
    assert customer_value(bare, PARAMS)["margin"].eq(1.0).all()
    stated = customer_value(bare, sales_params(value={"margin": 0.25}))
    assert stated["expected_value"].sum() == pytest.approx(0.25 * customer_value(bare, PARAMS)["expected_value"].sum())
    assert analyse_lifetime_value(bare, PARAMS).margin_basis == "none"
    assert analyse_lifetime_value(bare, sales_params(value={"margin": 0.25})).margin_basis == "stated"
    assert analyse_lifetime_value(client, sales_params(value={"margin": 0.25})).margin_basis == "orders"


def test_a_year_from_now_counts_for_less_by_the_rate():
    assert annuity(sales_params(value={"horizon_years": 2, "discount_rate": 0.0})) == 2
    parts = np.arange(10_000) / 10_000 + 0.00005
    assert annuity(sales_params(value={"horizon_years": 1})) == pytest.approx((1.1**-parts).mean(), rel=1e-6)


def test_who_buys_the_same_every_year_is_valued_by_the_same_as_last_year():
    rng = np.random.default_rng(3)
    days, who, amounts = [], [], []
    for number in range(120):
        some = rng.choice(np.arange(5, 360), rng.integers(1, 6), replace=False)
        spent = rng.lognormal(6, 1, len(some))
        for year in (0, 1):
            days += list(some + 365 * year)
            amounts += list(spent)
            who += [f"c{number}"] * len(some)
    client = sales_client(orders(who, days, amounts))
    found = value_customers(client, PARAMS)
    assert found.forecast.days == 365
    assert found.forecast.naive.revenue_error == pytest.approx(0, abs=1e-6)
    assert found.forecast.naive.revenue_bias == pytest.approx(0, abs=1e-9)
    assert found.forecast.used == found.source == "naive"
    assert found.forecast.revenue_difference.low > 0
    frame = customer_value(client, PARAMS)
    assert frame["expected_value"].to_numpy() == pytest.approx(frame["revenue"].to_numpy() * annuity(PARAMS))
    assert frame["expected_value"].sum() == pytest.approx(analyse_lifetime_value(client, PARAMS).total.value)


def test_where_customers_leave_the_model_forecasts_better():
    drawn = draw_orders(np.random.default_rng(2), 900, purchase=(0.3, 5.0, 0.8, 2.4))
    found = value_customers(sales_client(drawn), PARAMS)
    assert found.source == found.forecast.used == "model"
    assert found.forecast.orders_difference.high < 0
    assert abs(found.forecast.model.orders_bias) < 0.3 < found.forecast.naive.orders_bias


def test_errors_and_bias_of_a_forecast_are_counted_by_hand():
    found = _score(np.array([1.0, 2]), np.array([10.0, 30]), np.array([2.0, 2]), np.array([20.0, 20]))
    assert (found.orders_error, found.revenue_error) == (0.5, 10.0)
    assert (found.orders_bias, found.revenue_bias) == (-0.25, 0.0)
    assert _score(np.ones(2), np.ones(2), np.zeros(2), np.zeros(2)).orders_bias is None


def test_the_forecast_sees_nothing_of_the_period_held_out(client):
    history = read_history(client)
    clusters = np.arange(len(history.ids))
    first = compare_forecasts(history, clusters, families()[0], PARAMS)
    cut = history.last_day - 365
    late, late_lines = history.day > cut, history.line_day > cut
    moved = dataclasses.replace(
        history,
        amount=np.where(late, 9 * history.amount, history.amount),
        line_revenue=np.where(late_lines, 9 * history.line_revenue, history.line_revenue),
    )
    second = compare_forecasts(moved, clusters, families()[0], PARAMS)
    assert second.revenue == pytest.approx(9 * first.revenue)
    assert (second.model.orders, second.model.revenue) == (first.model.orders, first.model.revenue)
    assert second.naive.revenue == first.naive.revenue


def test_what_the_forecasts_differ_by_is_as_uncertain_as_with_the_model_fitted_to_other_customers(client):
    frame, family = client.table("transactions"), families()[0]

    def compared(left):
        history = read_history(dataclasses.replace(client, tables={"transactions": left}))
        return compare_forecasts(history, np.arange(len(history.ids)), family, PARAMS)

    parts = frame["customer_id"].map({name: place % 25 for place, name in enumerate(sorted(set(frame["customer_id"])))})
    without = [compared(frame[parts != part]) for part in range(25)]
    whole = compared(frame)
    for name in ("orders_difference", "revenue_difference"):
        values = np.array([getattr(each, name).value for each in without])
        error = math.sqrt(24 / 25 * ((values - values.mean()) ** 2).sum())  # the delete-a-group jackknife
        assert getattr(whole, name).std_error == pytest.approx(error, rel=0.3)


def test_a_contribution_is_what_the_sum_loses_without_the_customer(client):
    frame = client.table("transactions")
    found = value_customers(client, PARAMS)
    parts = found.alive
    contributions = parts.values + parts.moved(np.ones(len(parts.values), dtype=bool))
    assert contributions.sum() == pytest.approx(parts.values.sum(), abs=1e-3)
    some = np.argsort(np.abs(contributions - parts.values))[-3:]  # who moves the parameters most
    for place in some:
        left = frame[frame["customer_id"] != found.history.ids[place]]
        without = value_customers(dataclasses.replace(client, tables={"transactions": left}), PARAMS)
        lost = parts.values.sum() - without.alive.values.sum()
        # a customer who moves the parameters much is further off the line than the average one
        assert lost == pytest.approx(contributions[place], rel=0.25, abs=0.1)


def test_a_sum_without_a_model_is_that_of_the_mean():
    rng = np.random.default_rng(5)
    values, rows = rng.gamma(4, 25, 200), np.arange(200) < 120
    whole = sum_estimate(Parts(values=values), np.arange(200), PARAMS)
    assert whole.value == pytest.approx(values.sum())
    assert whole.std_error == pytest.approx(200 * values.std(ddof=1) / math.sqrt(200))
    part = sum_estimate(Parts(values=values), np.arange(200), PARAMS, rows)
    assert part.n == 120
    assert part.low < values[rows].sum() == part.value < part.high
    shares = share_estimate(Parts(values=values / 1000), np.arange(200), PARAMS, rows)
    assert shares.value == pytest.approx(values[rows].mean() / 1000)
    assert isinstance(sum_estimate(Parts(values=values), np.arange(200), PARAMS, np.arange(200) < 30), NotEstimable)
    assert isinstance(share_estimate(Parts(values=values), np.arange(200) // 50, PARAMS), NotEstimable)


def test_regularity_tells_chance_from_clockwork():
    rng = np.random.default_rng(6)
    for shape in (1, 4):
        who, days = [], []
        for number in range(300):
            waits = rng.gamma(shape, 40 / shape, 40)
            at = np.floor(np.cumsum(waits)).astype(int)
            at = at[at < 700]
            who += [f"c{number}"] * len(at)
            days += list(700 - at)
        history = read_history(sales_client(orders(who, days, np.ones(len(who)))))
        found = measure_regularity(history, np.arange(len(history.ids)), PARAMS)
        assert found.low < shape < found.high
        assert found.high - found.low < 0.35 * shape


def test_how_often_and_how_much_are_held_to_go_together_only_where_they_do():
    drawn = draw_orders(np.random.default_rng(7), 500)
    apart = read_history(sales_client(drawn))
    summary = summarise(apart, apart.last_day)
    clusters = np.arange(len(apart.ids))
    free = measure_independence(summary, clusters, PARAMS)
    assert free.low < 0 < free.high
    together = dataclasses.replace(summary, mean_log=summary.mean_log + 0.5 * np.log1p(summary.frequency))
    tied = measure_independence(together, clusters, PARAMS)
    assert tied.low > 0
    rows = summary.frequency > 0
    assert tied.value == pytest.approx(np.corrcoef(np.log(summary.frequency[rows]), together.mean_log[rows])[0, 1])


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (None, "no purchases"),
        (orders(["a"] * 3, [10, 20, 30], [1, 2, 3]), "covers"),
        (orders([f"c{n}" for n in range(200)], np.linspace(1, 700, 200).astype(int), np.ones(200)), "more than once"),
        (orders(["a", "b"], [10, 500], [-5, -9]), "covers"),
    ],
)
def test_too_little_gets_a_reason(table, words):
    found = analyse_lifetime_value(sales_client(table), PARAMS)
    assert isinstance(found, NotEstimable)
    assert words in found.reason.msgid
    assert isinstance(customer_value(sales_client(table), PARAMS), NotEstimable)


def test_equal_amounts_are_taken_as_they_are():
    drawn = draw_orders(np.random.default_rng(8), 200)
    drawn["revenue"] = 100.0
    client = sales_client(drawn.groupby(["customer_id", "ordered_on"], as_index=False).first())
    found = analyse_lifetime_value(client, PARAMS)
    assert found.spend.parameters == ()
    assert found.spend.reason is not None
    assert found.spend.mean_amount == pytest.approx(100)
    assert isinstance(found.total, Estimate)
    history = read_history(client)
    assert fit_amounts(summarise(history, history.last_day)).expected == pytest.approx(100.0)


def test_nobody_leaves_and_all_are_alike_is_no_crash():
    who, days = [], []
    for number in range(60):
        some = np.arange(number % 7, 720, 30)
        who += [f"c{number}"] * len(some)
        days += list(some)
    found = analyse_lifetime_value(sales_client(orders(who, days, 100.0 + np.arange(len(who)) % 5)), PARAMS)
    assert isinstance(found, LifetimeValue)
    assert not found.models[0].identified
    assert all(parameter.std_error is None for parameter in found.models[0].parameters)
    assert found.regularity.low > 1.5
    assert any("more regularly" in note.msgid for note in found.notes)
    assert all(math.isfinite(number) for number in numbers_in(found.to_dict()))


def test_few_customers_have_expectations_but_no_interval():
    drawn = draw_orders(np.random.default_rng(9), 34)
    found = analyse_lifetime_value(sales_client(drawn), PARAMS)
    assert isinstance(found, LifetimeValue)
    assert isinstance(found.total, NotEstimable)
    assert len(found.top) == 10
    assert found.segments == ()


def test_potential_is_what_the_records_and_the_peers_say(client, result):
    by = {row.basis: row for row in result.potentials}
    assert set(by) == {"records", "peers"}
    frame = customer_value(client, PARAMS).set_index("customer_id")
    known = client.customers["potential"].reindex(frame.index).notna()
    left = (50_000 - frame.loc[known, "revenue"]).clip(lower=0)
    assert isinstance(by["records"].amount, Point)
    assert by["records"].amount.value == pytest.approx(left.sum())
    assert frame.loc[known, "open_potential"].to_numpy() == pytest.approx(left.to_numpy())
    rows = client.customers.reindex(frame.index)
    peers = frame[(rows["segment"] == "Trade") & ~rows["is_key_account"].fillna(False).astype(bool)]
    level = peers.loc[peers["revenue"] > 0, "revenue"].quantile(0.75)
    one = peers.index[(peers["revenue"] > 0) & (peers["revenue"] < level)][0]
    bare = client.customers.drop(columns="potential")
    found = customer_value(dataclasses.replace(client, customers=bare), PARAMS).set_index("customer_id")
    assert found.loc[one, "open_potential"] == pytest.approx(level - frame.loc[one, "revenue"])


def test_a_share_of_wallet_that_was_asked_comes_first(client):
    ids = list(client.customers.index[:100])
    survey = pd.DataFrame(
        {"customer_id": ids, "responded_on": AS_OF, "wallet": 50.0, "wave_order": 0, "respondent_key": ids}
    )
    params = sales_params(
        sources={"transactions": {"files": "a.csv"}, "survey": {"files": "b.csv"}},
        survey={
            "items": {"wallet": {"role": "share_of_wallet", "scale": {"min": 0, "max": 100}}},
            "confidentiality": "attributed",
        },
    )
    data = dataclasses.replace(client, tables={**client.tables, "survey": survey})
    first = analyse_lifetime_value(data, params).potentials[0]
    revenue = customer_value(client, PARAMS).set_index("customer_id")["revenue"].reindex(ids)
    assert first.basis == "share_of_wallet"
    assert first.amount.value == pytest.approx(revenue[revenue > 0].sum())  # half of the wallet: as much again
    assert first.customers == int((revenue > 0).sum())
    few = dataclasses.replace(client, tables={**client.tables, "survey": survey.head(4)})
    assert analyse_lifetime_value(few, params).potentials[0].basis == "records"


def test_lifetime_value_takes_the_place_of_revenue_in_the_uplift(client):
    frame = customer_value(client, PARAMS)
    rows = pd.DataFrame({"customer_id": [*frame["customer_id"].iloc[:50], "nobody"], "weight": 1.0})
    rows = rows.assign(responded_on=AS_OF, bought=1.0)
    worth = lifetime_worth(rows, client, PARAMS)
    base = worth.values(np.ones(51))
    found = value_customers(client, PARAMS)
    assert base[:50] == pytest.approx(found.if_alive.values[:50])
    assert base[50] == 0
    assert (base[:50] >= frame["expected_value"].iloc[:50] - 1e-6).all()
    drawn = np.random.default_rng(1).multinomial(51, np.full(51, 1 / 51)).astype(float)
    assert found.source == "model"
    assert np.abs(worth.values(drawn)[:50] - base[:50]).max() > 0
    assert "years" in worth.name.msgid


def test_without_a_lifetime_value_the_worth_is_revenue():
    data, params = make_client(accounts=120), make_params(limits={"min_n": 1000})
    assert isinstance(value_customers(data, params), NotEstimable)
    rows = build_sample(data, params).rows
    assert isinstance(lifetime_worth(rows, data, params), RevenueWorth)
