"""The truth behind the rates: definitions written anew from the simulation itself, and a quick run of the proof.

The truth of most quantities is the mean of their estimates over large clients. That is what they are estimates of only
if they are computed as they are defined: which is shown here, on the simulation's own arrays, for one client exactly.
"""

from functools import cache

import numpy as np
import pytest

from analysis.calibration.draws import NUMBERS, Draws
from analysis.calibration.groups import indicators as group
from analysis.calibration.scenarios import known_partners, scenarios
from analysis.calibration.truths import truths_of
from analysis.indicators.compute import compute_indicators
from analysis.synthetic.accounts import draw_accounts
from analysis.synthetic.answers import LOYALTY_ITEMS, SATISFACTION_ITEMS, draw_answers
from analysis.synthetic.population import LEVEL_WEIGHTS, index_of
from analysis.synthetic.purchases import draw_purchases
from analysis.synthetic.truth import AS_OF, START, WAVES, Truth

SEED = 4711
DAYS = (AS_OF - START).days
FEW = 24
"""Clients of the quick run."""


def simulate(customers, seed, truth=None):
    truth = truth or scenarios()["demo-120"].truth
    accounts = draw_accounts(truth, customers, seed)
    purchases = draw_purchases(truth, accounts, seed)
    return accounts, purchases, draw_answers(truth, accounts, purchases, seed)


def of_accounts(answers, values):
    """Mean over accounts of their respondents' weighted mean in the last wave, as the parameter file weighs them."""
    kept = answers.completed & (answers.wave == WAVES - 1) & ~np.isnan(values)
    weight = np.array(LEVEL_WEIGHTS["en"])[answers.level[kept]]
    total = np.bincount(answers.account[kept], weight)
    sums = np.bincount(answers.account[kept], weight * values[kept])
    return float(np.mean(sums[total > 0] / total[total > 0]))


def by_definition(accounts, purchases, answers):
    """Return the indicators from the simulation's arrays."""
    recommend = answers.codes["recommend"]
    promoters = np.where(np.isnan(recommend), np.nan, 100.0 * (recommend >= 9) - 100.0 * (recommend <= 6))
    asked = answers.wave == WAVES - 1
    last = DAYS - 180  # the windows of first purchases end where the horizon still fits: two or more half years
    found = {
        "satisfaction_index": of_accounts(answers, index_of(answers, SATISFACTION_ITEMS)),
        "loyalty_index": of_accounts(answers, index_of(answers, LOYALTY_ITEMS)),
        "nps": of_accounts(answers, promoters),
        "response_rate": float(answers.completed[asked].mean()),
    }
    window = (purchases.day > last - 182) & (purchases.day <= last)
    again, first = 0, {}
    for account, day in zip(purchases.account[window], purchases.day[window], strict=True):
        first.setdefault(account, day)
    for account, day in first.items():
        own = purchases.day[purchases.account == account]
        again += bool(((own > day) & (own <= day + 180)).any())
    return found | {"repeat_purchase_rate": again / len(first)}


def test_indicators_are_computed_as_they_are_defined():
    scenario = scenarios()["demo-120"]
    printed = compute_indicators(scenario.draw(SEED, tables=None), scenario.params).results
    for key, value in by_definition(*simulate(scenario.customers, SEED)).items():
        assert printed[key].overall.value == pytest.approx(value, rel=1e-9), key


def test_a_sum_whose_truth_is_the_mean_of_the_draws_keeps_their_size():
    """Sums of the large clients are brought to the size of the draws; a mean over the draws has it."""
    scenario = scenarios()["demo-400"]
    paths = ("relationship/lifetime/total", "relationship/lifetime/at_risk")
    numbers = np.zeros((40, 2, NUMBERS))
    numbers[:, :, 0] = np.arange(40)[:, None] + 100.0
    large = Draws(paths=paths, numbers=25 * numbers)
    found = truths_of(Draws(paths=paths, numbers=numbers), large, scenario, 25 * scenario.customers)
    assert found[paths[0]].value == pytest.approx(119.5)
    assert found[paths[1]].value == pytest.approx(119.5)
    assert found[paths[0]].std_error == pytest.approx(np.arange(40).std(ddof=1) / np.sqrt(40))


@cache
def truths():
    """Return the three survey scores of an endless client, from 60,000 customers."""
    _, _, answers = simulate(60_000, 99)
    return {
        "satisfaction_index": of_accounts(answers, index_of(answers, SATISFACTION_ITEMS)),
        "loyalty_index": of_accounts(answers, index_of(answers, LOYALTY_ITEMS)),
    }


@pytest.mark.slow
def test_a_few_clients_hold_the_truth_as_often_as_promised():
    """The band of 95 +- 2% is widened by three standard errors of so few clients."""
    scenario = scenarios()["demo-120"]
    tables = ("customers", "survey", "transactions", "rates", "invitations")
    readings = [group.read(scenario.draw(SEED + seed, tables=tables), scenario.params) for seed in range(FEW)]
    held = [
        reading[f"indicators/results/{key}/overall"].low <= value <= reading[f"indicators/results/{key}/overall"].high
        for key, value in truths().items()
        for reading in readings
    ]
    margin = 2 + 300 * np.sqrt(0.95 * 0.05 / len(held))
    assert 95 - margin <= 100 * np.mean(held) <= 100
    widths = [each.high - each.low for reading in readings for each in reading.values() if np.isfinite(each.low)]
    assert len(widths) > 50 * FEW


def test_the_partners_of_a_known_client_are_the_same_in_every_draw():
    truth = known_partners(Truth())
    first, second = draw_accounts(truth, 200, 1), draw_accounts(truth, 200, 2)
    assert np.array_equal(first.partner_effect, second.partner_effect)
    assert np.std(first.partner_effect) == pytest.approx(truth.partner_sd, rel=0.1)
    assert not np.array_equal(first.is_key, second.is_key)
    assert 0.03 < np.mean(draw_accounts(truth, 5000, 3).is_key) < 0.12


def test_segments_of_a_known_client_differ_where_its_truth_says_so():
    truth = scenarios()["differing-400"].truth
    accounts = draw_accounts(truth, 20_000, 3)
    slopes = [
        np.polyfit(accounts.satisfaction[own, 1], accounts.loyalty[own, 1], 1)[0]
        for own in (accounts.segment == segment for segment in range(4))
    ]
    assert slopes == pytest.approx(truth.effects_on_loyalty(np.arange(4)), abs=0.08)
    assert Truth().effects_on_loyalty(np.arange(4)) == pytest.approx([0.6] * 4, abs=0)


def test_a_thinned_client_weighs_back_to_the_whole():
    scenario = scenarios()["weighted-600"]
    whole = scenarios()["demo-400"].draw(5, customers=4000).table("survey")
    thinned = scenario.draw(5, customers=4000).table("survey")
    answered = thinned["satisfaction_index"].notna()
    weighted = np.average(thinned["satisfaction_index"][answered], weights=thinned["weight"][answered])
    assert len(thinned) < 0.95 * len(whole)
    assert thinned["satisfaction_index"].mean() > whole["satisfaction_index"].mean() + 1
    assert weighted == pytest.approx(whole["satisfaction_index"].mean(), abs=0.5)
