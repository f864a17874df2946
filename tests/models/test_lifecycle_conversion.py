"""What becomes of opportunities: by hand, against the textbook's estimators, and never from what came later."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from known_clients import demo_params
from lifecycle_clients import client_of, make_params, orders_of
from scipy import stats

from analysis.calibration import clients
from analysis.document.chapters.scale.conversion_tables import tabulate_pipeline
from analysis.document.translate import Translator
from analysis.indicators.compute import compute_indicators
from analysis.indicators.ledger import open_ledger
from analysis.indicators.survival import Spells, survival_at
from analysis.models.firth import fit_firth
from analysis.models.lifecycle.conversion import Conversion, analyse_conversion
from analysis.models.lifecycle.incidence import Endings, incidence, incidence_estimate
from analysis.models.lifecycle.opportunities import collect_opportunities, known_at_creation
from analysis.models.lifecycle.pipeline import value_pipeline
from analysis.models.lifecycle.win_model import WinModel, fit_wins
from analysis.results import Estimate, NotEstimable


@pytest.fixture(scope="module")
def demo():
    return clients.known_client(5, params=demo_params(), tables=None)


@pytest.fixture(scope="module")
def found(demo):
    return analyse_conversion(demo, demo_params())


def offers(rows, **columns):
    """Opportunities from (customer, created, closed, won, amount)."""
    frame = pd.DataFrame(rows, columns=["customer_id", "created_on", "closed_on", "is_won", "amount"])
    frame["opportunity_id"] = [f"O{n}" for n in range(len(frame))]
    frame["is_won"] = frame["is_won"].astype("boolean")
    for column in ("created_on", "closed_on"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.assign(**columns)


def many(n=200, seed=1, slope=1.5):
    """Opportunities whose chance of being won grows with their amount."""
    draw = np.random.default_rng(seed)
    size = draw.normal(size=n)
    won = draw.random(n) < 1 / (1 + np.exp(-slope * size))
    created = pd.Timestamp("2024-06-01") + pd.to_timedelta(draw.integers(0, 400, n), "D")
    closed = created + pd.to_timedelta(draw.integers(1, 120, n), "D")
    rows = list(zip([f"c{i:03d}" for i in range(n)], created, closed, won, np.exp(size) * 100, strict=True))
    rows += [(f"o{i}", "2025-12-01", None, None, 100 * (i + 1)) for i in range(5)]
    return client_of({"opportunities": offers(rows)})


def test_incidence_by_hand():
    # at risk 5: won at 1; 4: lost at 2; 3: censored at 3; 2: won at 4; 1: censored at 9
    endings = Endings(days=np.array([1.0, 2, 3, 4, 9]), way=np.array([1, 2, 0, 1, 0]))
    clusters = np.arange(5)
    won, moved = incidence(endings, 1, 5.0, clusters)
    assert won == pytest.approx(1 / 5 + (4 / 5) * (3 / 4) * (1 / 2))
    assert incidence(endings, 2, 5.0, clusters)[0] == pytest.approx((4 / 5) * (1 / 4))
    assert moved.sum() == pytest.approx(0, abs=1e-12)
    assert incidence(endings, 1, 0.5, clusters)[0] == 0


def test_both_ways_and_the_open_ones_make_a_whole(demo):
    endings = collect_opportunities(demo).endings()
    spells = Spells(entry=np.zeros(len(endings.days)), exit=endings.days, ended=endings.way > 0)
    clusters = np.arange(len(endings.days))
    for time in (30.0, 90.0, 180.0):
        both = [incidence(endings, way, time, clusters)[0] for way in (1, 2)]
        assert sum(both) + survival_at(spells, [time])[0].share == pytest.approx(1)


def test_the_influence_is_what_leaving_one_out_moves():
    draw = np.random.default_rng(3)
    n = 150
    endings = Endings(days=np.ceil(draw.exponential(40, n)), way=draw.integers(0, 3, n))
    whole, moved = incidence(endings, 1, 50.0, np.arange(n))
    left_out = np.array(
        [
            whole
            - incidence(
                Endings(days=np.delete(endings.days, i), way=np.delete(endings.way, i)), 1, 50.0, np.arange(n - 1)
            )[0]
            for i in range(n)
        ]
    )
    assert moved == pytest.approx(left_out, abs=3e-4)


def test_without_censoring_the_interval_is_that_of_a_share():
    draw = np.random.default_rng(4)
    endings = Endings(days=np.ceil(draw.exponential(40, 400)), way=draw.integers(1, 3, 400))
    estimate = incidence_estimate(endings, 1, 1e6, np.arange(400))
    assert estimate.value == pytest.approx((endings.way == 1).mean())
    assert estimate.std_error == pytest.approx(np.sqrt(estimate.value * (1 - estimate.value) / 400), rel=0.01)
    nobody = incidence_estimate(Endings(days=np.ones(20), way=np.full(20, 2)), 1, 5.0, np.arange(20))
    assert nobody.value == 0 < nobody.high


def test_rates_and_stages_by_hand():
    rows = [
        ("a", "2025-01-01", "2025-03-01", True, 100), ("a", "2025-02-01", "2025-04-01", False, 300),
        ("b", "2025-01-01", "2025-05-01", False, 100), ("c", "2025-06-01", None, None, 50),
        ("d", "2024-01-01", "2024-02-01", True, 100),
    ]  # fmt: skip
    stages = pd.DataFrame(
        [("O0", "Offer", "2025-01-10"), ("O1", "Offer", "2025-02-10"), ("O3", "Offer", "2025-06-10"),
         ("O0", "First", "2025-01-01"), ("O2", "First", "2025-01-01"), ("O0", "Won", "2025-03-01"),
         ("O1", "Lost", "2025-04-01"), ("O2", "Lost", "2025-05-01"), ("O9", "Offer", "2025-01-01")],
        columns=["opportunity_id", "stage", "entered_on"],
    ).assign(entered_on=lambda frame: pd.to_datetime(frame["entered_on"]))  # fmt: skip
    data = client_of({"opportunities": offers(rows), "opportunity_stages": stages})
    result = analyse_conversion(data, make_params())
    assert (result.created, result.won, result.lost, result.still_open, result.customers) == (5, 2, 2, 1, 4)
    assert result.win_rate.value == pytest.approx(1 / 3)
    assert result.win_rate_recorded.value == pytest.approx(2 / 4)
    assert [(row.stage, row.entered, row.decided, row.won) for row in result.stages] == [
        ("First", 2, 2, 1), ("Offer", 3, 2, 1),
    ]  # fmt: skip
    assert isinstance(result.model, NotEstimable)


def test_the_rate_of_the_year_is_the_summarys(demo, found):
    assert found.win_rate == compute_indicators(demo, demo_params()).opportunities.win_rate


def test_amounts_weigh():
    rows = [(f"c{n:02d}", "2025-01-01", "2025-03-01", n % 2 == 0, 300 if n % 2 == 0 else 100) for n in range(60)]
    result = analyse_conversion(client_of({"opportunities": offers(rows)}), make_params())
    assert result.win_rate_recorded.value == pytest.approx(0.5)
    assert result.value_win_rate.value == pytest.approx(0.75)


def test_a_model_that_predicts_scores_the_open_ones():
    data = many()
    params = make_params(limits={"min_clusters": 10, "min_n": 20})
    result = analyse_conversion(data, params)
    model, pipeline = result.model, result.pipeline
    assert isinstance(model, WinModel)
    assert model.is_better
    assert model.auc.value > 0.6
    assert pipeline.scored_by == "model"
    chances = [row.chance.value for row in sorted(pipeline.opportunities, key=lambda row: row.amount)]
    assert chances == sorted(chances)
    assert len(set(chances)) == 5
    assert pipeline.expected.value == pytest.approx(
        sum(row.chance.value * row.amount for row in pipeline.opportunities)
    )
    assert 0 <= pipeline.expected.low < pipeline.expected.value < pipeline.expected.high <= pipeline.amount


def test_a_model_that_does_not_predict_leaves_the_base_rate():
    params = make_params(limits={"min_clusters": 10, "min_n": 20})
    result = analyse_conversion(many(slope=0.0, seed=2), params)
    assert not result.model.is_better
    assert result.pipeline.scored_by == "base_rate"
    rate = result.win_rate_recorded
    assert result.pipeline.expected.value == pytest.approx(rate.value * result.pipeline.amount)
    assert result.pipeline.expected.low == pytest.approx(rate.low * result.pipeline.amount)


def test_the_odds_are_those_of_firths_regression():
    data = many()
    result = analyse_conversion(data, make_params(limits={"min_clusters": 10, "min_n": 20}))
    frame = data.table("opportunities").dropna(subset=["is_won"])
    design = np.column_stack([np.ones(len(frame)), np.log(frame["amount"])])
    reference = fit_firth(frame["is_won"].to_numpy(dtype=float), design)
    (driver,) = result.model.drivers
    assert driver.odds_ratio.value == pytest.approx(float(np.exp(reference.coefficients[1])))


def test_separated_outcomes_have_a_finite_answer():
    rows = [(f"c{n:03d}", "2025-01-01", "2025-03-01", n >= 50, 1000 + n) for n in range(100)]
    result = analyse_conversion(client_of({"opportunities": offers(rows)}), make_params())
    json.dumps(result.to_dict(), allow_nan=False)
    assert isinstance(result.model, WinModel | NotEstimable)


def test_what_is_known_is_from_before_the_creation(demo):
    """The future is moved; nothing that was known before an opportunity was created changes."""
    border = pd.Timestamp("2025-01-01")
    dates = {"transactions": "ordered_on", "interactions": "occurred_on", "survey": "responded_on"}
    past = dataclasses.replace(
        demo,
        tables={n: f[f[dates[n]] < border] if n in dates else f for n, f in demo.tables.items()},
    )
    opportunities = collect_opportunities(demo)
    whole = known_at_creation(opportunities, demo, open_ledger(demo), attributable=True)
    cut = known_at_creation(opportunities, past, open_ledger(past), attributable=True)
    early = (opportunities.frame["created_on"] <= border).to_numpy()
    assert set(whole) == {"amount", "customer", "contacts", "satisfaction"}
    for name, values in whole.items():
        assert np.array_equal(values[early], cut[name][early], equal_nan=True), name
    assert not np.array_equal(whole["contacts"], cut["contacts"])


def test_an_outcome_after_the_audit_is_open(demo):
    early = dataclasses.replace(demo, as_of=pd.Timestamp("2025-06-30"))
    opportunities = collect_opportunities(early)
    late = (opportunities.frame["closed_on"] > "2025-06-30").to_numpy()
    assert late.any()
    assert (opportunities.outcome[late] == 0).all()
    assert (opportunities.frame["created_on"] <= "2025-06-30").all()


def test_few_decided_ones_carry_no_model():
    rows = [(f"c{n:02d}", "2025-01-01", "2025-03-01", n < 3, 100) for n in range(30)]
    data = client_of({"opportunities": offers([*rows, ("x", "2025-12-01", None, None, 500)])})
    params = make_params(limits={"min_clusters": 10, "min_n": 20})
    result = analyse_conversion(data, params)
    assert isinstance(fit_wins(collect_opportunities(data), data, None, params), NotEstimable)
    assert result.model.reason.values == {"won": 3, "lost": 27, "needed": 10}
    assert isinstance(value_pipeline(collect_opportunities(data), None, None, data, params).expected, Estimate)


def test_open_opportunities_are_listed_under_the_name_of_their_customer():
    rows = [(f"c{n:02d}", "2025-01-01", "2025-03-01", n % 2 == 0, 100) for n in range(30)]
    rows += [("x", "2025-12-01", None, None, 500), ("y", "2025-12-01", None, None, 400)]
    data = client_of({"opportunities": offers(rows)}, {"customer_id": ["x", "y"], "name": ["Alder AG", None]})
    pipeline = analyse_conversion(data, make_params()).pipeline
    assert [(row.customer, row.name) for row in pipeline.opportunities] == [("x", "Alder AG"), ("y", "y")]
    table = tabulate_pipeline(pipeline, Translator("en"), 5)
    assert [row[1] for row in table.rows] == ["Alder AG", "y"]


@pytest.mark.parametrize(
    "tables",
    [
        {},
        {"opportunities": offers([("a", "2025-12-01", None, None, 5)])},
        {"opportunities": offers([("a", "2025-12-01", None, True, 5)]).drop(columns="closed_on")},
        {"transactions": orders_of([("a", "2025-06-01", 100)])},
    ],
)
def test_without_outcomes_there_is_a_reason(tables):
    found = analyse_conversion(client_of(tables, {"customer_id": ["a"], "name": ["A"]}), make_params())
    assert isinstance(found, NotEstimable)


def test_without_stages_and_amounts_the_rest_is_there():
    rows = [(f"c{n:02d}", "2025-01-01", "2025-03-01", n % 2 == 0, None) for n in range(40)]
    frame = offers(rows).drop(columns="amount")
    result = analyse_conversion(client_of({"opportunities": frame}), make_params())
    assert isinstance(result, Conversion)
    assert isinstance(result.stages, NotEstimable)
    assert isinstance(result.value_win_rate, NotEstimable)
    assert isinstance(result.pipeline, NotEstimable)
    json.dumps(result.to_dict(), allow_nan=False)


def test_everything_is_json_and_has_a_width(found):
    json.dumps(found.to_dict(), allow_nan=False)
    for fate in found.fates:
        assert fate.won.low < fate.won.high


def test_an_open_one_has_the_chance_of_its_stage():
    # of 40 decided ones 10 are won, all of the 20 that got as far as an offer: 50% from there
    rows = [(f"c{n:02d}", "2025-01-01", "2025-03-01", n < 10, 100) for n in range(40)]
    rows += [("x", "2025-12-01", None, None, 1000), ("y", "2025-12-01", None, None, 100)]
    stages = [(f"O{n}", "First", "2025-01-01") for n in range(42)] + [
        (f"O{n}", "Offer", "2025-01-20") for n in range(20)
    ]
    stages.append(("O40", "Offer", "2025-12-20"))
    frame = pd.DataFrame(stages, columns=["opportunity_id", "stage", "entered_on"])
    frame["entered_on"] = pd.to_datetime(frame["entered_on"])
    data = client_of({"opportunities": offers(rows), "opportunity_stages": frame})
    pipeline = analyse_conversion(data, make_params(limits={"min_clusters": 10, "min_n": 20})).pipeline
    assert pipeline.scored_by == "stage_rate"
    assert [(row.opportunity, row.chance.value) for row in pipeline.opportunities] == [("O40", 0.5), ("O41", 0.25)]
    assert pipeline.expected.value == pytest.approx(0.5 * 1000 + 0.25 * 100)
    # the two shares rest on the same opportunities: the sum's error is that of their common contributions
    won, offer = np.arange(40) < 10, np.arange(40) < 20
    moved = 1000 * np.where(offer, won - 0.5, 0) / 20 + 100 * (won - 0.25) / 40
    half = stats.t.ppf(0.975, 39) * np.sqrt((moved**2).sum() * 40 / 39)
    assert pipeline.expected.high - pipeline.expected.value == pytest.approx(half)
