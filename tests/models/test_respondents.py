"""Whether those who answered speak for all: raking against closed forms, known worlds, protection and broken input."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from model_clients import client_of, make_client, make_params
from scipy import stats

from analysis.models.respondents.analysis import analyse_respondents
from analysis.models.respondents.base import build_base
from analysis.models.respondents.comparison import standardised_difference
from analysis.models.respondents.raking import CAP, design_effect, rake
from analysis.models.respondents.result import Respondents
from analysis.results import Estimate, NotEstimable

START = pd.Timestamp("2025-03-01")
AS_OF = pd.Timestamp("2025-12-31")


def world(customers=300, seed=3, *, leaning=0.0, answered=None, gain=0.0, protected=False, weights=None):
    """Customers who order, part of whom answer one wave: those in Retail (more satisfied) more often by `leaning`.

    `gain` raises the chance to order afterwards for those who answer.
    """
    rng = np.random.default_rng(seed)
    ids = np.array([f"c{number:04d}" for number in range(customers)])
    retail = np.arange(customers) % 3 == 0
    replies = rng.random(customers) < 1 / (1 + np.exp(0.2 - leaning * retail))
    if answered is not None:
        replies = np.asarray(answered)
    lines = []
    for number, customer in enumerate(ids):
        for day in rng.integers(1, 300, rng.integers(1, 7)):
            lines.append((customer, START - pd.Timedelta(days=int(day))))
        if rng.random() < 0.5 + gain * replies[number]:
            lines.append((customer, START + pd.Timedelta(days=int(rng.integers(30, 80)))))
    orders = pd.DataFrame(lines, columns=["customer_id", "ordered_on"]).assign(revenue=100.0, is_return=False)
    satisfaction = np.clip(60 + 15 * retail + 8 * rng.standard_normal(customers), 0, 100)
    who = np.flatnonzero(replies)
    survey = pd.DataFrame(
        {
            "customer_id": ids[who],
            "account_key": ids[who],
            "respondent_key": [f"r{number}" for number in who],
            "responded_on": START + pd.to_timedelta(rng.integers(0, 20, len(who)), "D"),
            "wave": "W1",
            "wave_order": 0,
            "weight": 1.0 if weights is None else weights[who],
            "satisfaction_index": satisfaction[who],
            "loyalty_index": np.clip(satisfaction[who] + 5 * rng.standard_normal(len(who)), 0, 100),
            "recommend": np.clip(np.round(satisfaction[who] / 10), 0, 10),
        }
    )
    table = pd.DataFrame(
        {
            "segment": np.where(retail, "Retail", "Trade"),
            "joined_on": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, customers), "D"),
            "is_key_account": np.arange(customers) % 10 == 0,
        },
        index=pd.Index(ids, name="customer_id"),
    )
    data = client_of(survey, orders, table)
    params = make_params(bootstrap_draws=200)
    if protected:
        spec = params.survey.model_copy(update={"confidentiality": "aggregate"})
        params = params.model_copy(update={"survey": spec})
    return data, params


def analysed(**options) -> Respondents:
    found = analyse_respondents(*world(**options))
    assert isinstance(found, Respondents)
    return found


def shares(weights, code, groups):
    return np.array([weights[code == group].sum() for group in range(groups)]) / weights.sum()


def test_one_margin_is_post_stratification():
    code = np.array([0, 0, 0, 1])
    raked = rake(np.ones((1, 4)), [code], [np.array([[0.5, 0.5]])])
    assert raked.weights[0] == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2.0])
    assert raked.converged.all()


def test_two_margins_are_met_and_odds_ratios_kept():
    """Iterative proportional fitting changes margins and leaves every odds ratio of the cells as it was."""
    first, second = np.repeat([0, 0, 1, 1], [40, 10, 20, 30]), np.repeat([0, 1, 0, 1], [40, 10, 20, 30])
    raked = rake(np.ones((1, 100)), [first, second], [np.array([[0.3, 0.7]]), np.array([[0.4, 0.6]])])
    weights = raked.weights[0]
    assert shares(weights, first, 2) == pytest.approx([0.3, 0.7], abs=2e-6)
    assert shares(weights, second, 2) == pytest.approx([0.4, 0.6], abs=2e-6)
    cells = np.array([[weights[(first == i) & (second == j)].sum() for j in (0, 1)] for i in (0, 1)])
    odds = cells[0, 0] * cells[1, 1] / (cells[0, 1] * cells[1, 0])
    assert odds == pytest.approx(40 * 30 / (10 * 20), rel=1e-6)


def test_no_weight_passes_the_cap_and_what_is_left_is_said():
    code = np.repeat([0, 1], [98, 2])
    raked = rake(np.ones((1, 100)), [code], [np.array([[0.5, 0.5]])])
    assert raked.weights.max() <= CAP * (1 + 1e-4)
    assert raked.trimmed[0] == 2
    assert raked.gap[0] == pytest.approx(0.5 - 2 * CAP / 100)


def test_a_draw_without_a_group_is_not_taken_to_meet_its_share():
    code = np.array([0, 0, 1])
    start = np.array([[1.0, 1.0, 1.0], [1.0, 2.0, 0.0]])
    raked = rake(start, [code], [np.array([[0.6, 0.4], [0.6, 0.4]])])
    assert list(raked.converged) == [True, False]


@pytest.mark.parametrize("bad", [[[1.0, -1.0]], [[np.nan, 1.0]], [[0.0, 0.0]]])
def test_bad_starting_weights_are_refused(bad):
    with pytest.raises(ValueError, match="starting weights"):
        rake(np.array(bad), [np.array([0, 1])], [np.array([[0.5, 0.5]])])


def test_kishs_design_effect():
    assert design_effect(np.ones(7)) == pytest.approx(1.0)
    assert design_effect(np.array([1.0, 3.0])) == pytest.approx(2 * 10 / 16)


def test_the_standardised_difference_is_the_plain_one():
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    answered = np.array([True, True, True, False, False, True])
    found = standardised_difference(values, answered)
    assert found.value == pytest.approx((3.0 - 3.5) / values.std(ddof=0))
    assert isinstance(standardised_difference(np.ones(6), answered), NotEstimable)


def test_random_answers_are_found_random_and_leaning_ones_not():
    draw = np.random.default_rng(11)
    rejected = 0
    values = draw.exponential(size=200)
    for _ in range(400):
        answered = draw.random(200) < 0.5
        found = standardised_difference(values, answered)
        rejected += found.p_value < 0.05
    assert rejected / 400 == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / 400))
    assert analysed(leaning=0.0).test.p_value > 0.01
    assert analysed(leaning=1.5).test.p_value < 0.001


def test_weights_take_the_lean_out_of_the_index():
    """Retail is 15 points more satisfied and answers more often: weighting must lower the index towards the truth."""
    found = analysed(leaning=1.5, customers=600)
    (row,) = [each for each in found.indicators if each.key == "satisfaction_index"]
    assert row.difference.value < -1
    assert abs(row.raked.value - 65) < abs(row.answered.value - 65)
    assert row.raked.value - row.answered.value == pytest.approx(row.difference.value)
    assert found.weights.design_effect > 1
    assert found.weights.largest_gap < 1e-4


def test_with_one_margin_the_raked_mean_is_the_mean_over_strata():
    data, params = world(leaning=1.0)
    bare = data.customers[["segment"]].assign(is_key_account=False)
    bare = dataclasses.replace(data, customers=bare, tables={"survey": data.table("survey")})
    found = analyse_respondents(bare, params)
    survey = data.table("survey")
    strata = survey.groupby(survey["customer_id"].map(bare.customers["segment"]))["satisfaction_index"].mean()
    expected = (strata * bare.customers["segment"].value_counts(normalize=True)).sum()
    assert found.indicators[0].raked.value == pytest.approx(expected, abs=1e-4)


def test_survey_weights_move_the_weighted_estimate():
    weights = np.where(np.arange(300) % 2 == 0, 3.0, 1.0)
    plain, weighted = analysed(), analysed(weights=weights)
    assert weighted.indicators[0].raked.value != pytest.approx(plain.indicators[0].raked.value, abs=1e-6)


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan])
def test_weights_fail_closed(bad):
    weights = np.ones(300)
    weights[:] = np.where(np.arange(300) % 50 == 0, bad, 1.0)
    data, params = world(weights=weights)
    found = analyse_respondents(data, params)
    assert isinstance(found.weights, NotEstimable)
    assert all(isinstance(row.raked, NotEstimable) for row in found.indicators)
    assert found.bounds == ()
    assert all(isinstance(row.difference, NotEstimable) for row in found.models)


def test_the_worst_case_is_the_ends_of_the_scale():
    found = analysed()
    (bounds,) = [each for each in found.bounds if each.key == "satisfaction_index"]
    worst = bounds.sets[-1]
    share = found.answered / found.base
    mean = found.indicators[0].answered.value
    assert worst.departure is None
    assert worst.lower == pytest.approx(share * mean)
    assert worst.upper == pytest.approx(share * mean + (1 - share) * 100)
    assert worst.low < worst.lower < worst.upper < worst.high
    widths = [each.upper - each.lower for each in bounds.sets]
    assert widths == sorted(widths)
    assert widths[0] == pytest.approx(2 * 5 * (1 - share))


def test_those_who_answer_and_buy_more_are_seen():
    found = analysed(gain=0.35, customers=400).afterwards
    assert found.adjusted.low > 0
    assert abs(found.adjusted.value - 35) < 15
    idle = analysed(gain=0.0, customers=400).afterwards
    assert idle.adjusted.low < 0 < idle.adjusted.high
    assert idle.answered + idle.silent == 400


def test_the_raw_difference_is_that_of_the_shares():
    after = analysed(gain=0.2).afterwards
    assert after.raw.value == pytest.approx(100 * (after.share_answered.value - after.share_silent.value), abs=1e-6)


def test_nothing_after_the_wave_enters_what_is_compared():
    data, params = world(leaning=1.0)
    lines = data.table("transactions")
    later = lines["ordered_on"] >= START
    moved = lines.assign(revenue=np.where(later, 1e6, lines["revenue"]))
    changed = dataclasses.replace(data, tables=dict(data.tables) | {"transactions": moved})
    first, second = (analyse_respondents(each, params) for each in (data, changed))
    assert first.differences == second.differences
    assert first.indicators == second.indicators


def test_the_models_are_fitted_again_on_the_weights():
    data = make_client(accounts=150)
    survey = data.table("survey")
    kept = survey[~survey["customer_id"].isin([f"c{number:04d}" for number in range(0, 150, 3)][:30])]
    found = analyse_respondents(
        dataclasses.replace(data, tables=dict(data.tables) | {"survey": kept}), make_params(bootstrap_draws=200)
    )
    loyalty, repurchase = found.models
    for row in (loyalty, repurchase):
        assert isinstance(row.difference, Estimate)
        assert row.raked.value - row.reported.value == pytest.approx(row.difference.value)
        assert row.difference.std_error < row.reported.std_error


def test_protected_answers_show_no_small_group():
    data, params = world(protected=True)
    found = analyse_respondents(data, params)
    answered = data.table("survey")["customer_id"]
    base = build_base(data, params, 0)
    shown = {row.key.partition("=")[0] for row in found.differences}
    key = data.customers["is_key_account"]
    cross = pd.crosstab(data.customers["segment"].loc[answered], key.loc[answered])
    assert ("key_account" in shown) == bool(((cross == 0) | (cross >= 5)).all().all())
    assert {group.key for group in base.groups} >= {"segment", "key_account"}


def test_a_group_of_few_answers_counts_with_others():
    data, params = world()
    lone = data.customers.assign(segment=data.customers["segment"].where(np.arange(300) >= 3, "Odd"))
    base = build_base(dataclasses.replace(data, customers=lone), params, 0)
    (segment,) = [group for group in base.groups if group.key == "segment"]
    counts = np.bincount(segment.codes[base.answered])
    assert counts.min() >= 5
    assert len(segment.names) == len(counts) == 2


def test_an_anonymous_survey_is_not_joined_to_customers():
    data, params = world()
    spec = params.survey.model_copy(update={"confidentiality": "anonymous"})
    found = analyse_respondents(data, params.model_copy(update={"survey": spec}))
    assert isinstance(found, NotEstimable)
    assert "anonymous" in found.reason.msgid


def test_response_rates_count_invitations():
    data, params = world()
    ids = data.table("survey")["customer_id"].tolist()
    invited = pd.DataFrame({"wave": "W1", "customer_id": [*ids, *(f"x{number}" for number in range(len(ids)))]})
    found = analyse_respondents(dataclasses.replace(data, tables=dict(data.tables) | {"invitations": invited}), params)
    (wave,) = [row for row in found.rates if row.group == "wave"]
    assert wave.rate.value == 0.5
    assert wave.invited == 2 * len(ids)
    expected = stats.binomtest(len(ids), 2 * len(ids)).proportion_ci(method="wilson")
    assert (wave.rate.low, wave.rate.high) == pytest.approx((expected.low, expected.high))


@pytest.mark.parametrize(
    ("customers", "answered"), [(8, [True] * 4 + [False] * 4), (30, [True] * 30), (40, [True] * 6 + [False] * 34)]
)
def test_too_few_or_all_get_a_reason(customers, answered):
    found = analyse_respondents(*world(customers=customers, answered=answered))
    assert isinstance(found, NotEstimable)


def test_without_orders_only_what_is_known_is_compared():
    data, params = world()
    found = analyse_respondents(dataclasses.replace(data, tables={"survey": data.table("survey")}), params)
    assert isinstance(found.afterwards, NotEstimable)
    assert {row.key for row in found.differences} >= {"tenure"}
    json.dumps(found.to_dict(), allow_nan=False)


def test_no_survey_gets_a_reason():
    data, params = world()
    bare = dataclasses.replace(data, tables={"transactions": data.table("transactions")}, waves=())
    assert isinstance(analyse_respondents(bare, params), NotEstimable)


def test_row_order_changes_nothing():
    data, params = world(leaning=1.0)
    shuffled = {name: frame.sample(frac=1, random_state=1) for name, frame in data.tables.items()}
    first, second = (
        analyse_respondents(data, params),
        analyse_respondents(dataclasses.replace(data, tables=shuffled), params),
    )
    assert first.indicators[0].raked.value == pytest.approx(second.indicators[0].raked.value)
    assert first.test.statistic == pytest.approx(second.test.statistic)


def invited_by(data, channels):
    """Return the client with one invitation to each customer, by these channels."""
    invited = pd.DataFrame({"wave": "W1", "customer_id": data.customers.index, "channel": channels})
    return dataclasses.replace(data, tables=dict(data.tables) | {"invitations": invited})


def by_channel(data, params):
    found = analyse_respondents(data, params)
    notes = [note for note in found.notes if "response rate" in note.msgid]
    return {row.label.values["name"]: row for row in found.rates if row.group == "channel"}, notes


def test_the_response_rate_of_each_channel_counts_its_own_invitations():
    data, params = world()
    channels = np.where(np.arange(300) % 4 == 0, "phone", "email")
    rows, notes = by_channel(invited_by(data, channels), params)
    assert notes == []
    replied = np.isin(data.customers.index, data.table("survey")["customer_id"])
    for name, row in rows.items():
        mine = channels == name
        expected = stats.binomtest(int(replied[mine].sum()), int(mine.sum())).proportion_ci(method="wilson")
        assert row.invited == mine.sum()
        assert (row.rate.low, row.rate.high) == pytest.approx((expected.low, expected.high))
    assert set(rows) == {"email", "phone"}


@pytest.mark.parametrize("protected", [False, True])
def test_without_their_channel_invitations_say_so(protected):
    data, params = world(protected=protected)
    for channels in (None, np.where(np.arange(300) < 40, "phone", None)):
        rows, (note,) = by_channel(invited_by(data, channels), params)
        assert rows == {}
        assert "do not name the channel" in note.msgid


def test_channels_that_would_single_out_few_answers_are_held_back_where_answers_are_protected():
    data, params = world(customers=600, protected=True)
    data = dataclasses.replace(data, customers=data.customers.drop(columns="is_key_account"))
    retail = (data.customers["segment"] == "Retail").to_numpy()
    spread = np.where(np.arange(600) % 2, "phone", "email")
    assert set(by_channel(invited_by(data, spread), params)[0]) == {"email", "phone"}
    # the channel is the segment but for three customers: their answers could be had by subtraction
    few = np.where(retail, "phone", "email").astype(object)
    few[np.flatnonzero(retail & np.isin(data.customers.index, data.table("survey")["customer_id"]))[:3]] = "email"
    rows, notes = by_channel(invited_by(data, few), params)
    assert rows == {}
    assert any("not shown by" in note.msgid for note in notes)
    open_to_all = params.model_copy(
        update={"survey": params.survey.model_copy(update={"confidentiality": "attributed"})}
    )
    assert set(by_channel(invited_by(data, few), open_to_all)[0]) == {"email", "phone"}
