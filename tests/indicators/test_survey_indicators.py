"""The survey's indicators against answers small enough to work by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from indicator_clients import ITEMS, make_data, make_params, survey, survey_spec, transactions
from scipy import stats

from analysis.indicators.compute import compute_indicators
from analysis.indicators.estimation import wilson_limits
from analysis.results import Change, Estimate, NotEstimable

WAVE = "2025-06"
SAT = (5, 4, 4, 3, 5, 2, 5, 4, 1, 5, 3, 4)
REC = (10, 9, 8, 7, 10, 2, 9, 6, 0, 9, 8, 7)
LOYAL = (7, 6, 5, 4, 7, 1, 6, 5, 1, 7, 4, 4)
EASE = (7, 7, 5, 4, 6, 1, 5, 4, 2, 7, 3, 3)


def responses(wave: str = WAVE, **changes) -> list[dict]:
    columns = {"sat": SAT, "rec": REC, "loyal": LOYAL, "ease": EASE} | changes
    return [
        {"wave": wave, "customer_id": f"c{row:02d}"} | {key: float(values[row]) for key, values in columns.items()}
        for row in range(len(SAT))
    ]


def audit(rows, *, items=ITEMS, customers=None, tables=None, spec=None, **changes):
    spec = {"confidentiality": "attributed"} | (spec or {})
    params = make_params(survey=survey_spec(items, **spec), limits={"min_clusters": 2, "min_n": 2}, **changes)
    data = make_data({"survey": survey(rows, items)} | (tables or {}), customers=customers)
    return compute_indicators(data, params)


def overall(indicators, key) -> Estimate:
    outcome = indicators.results[key].overall
    assert isinstance(outcome, Estimate), outcome
    return outcome


def test_mean_index_and_top_two():
    got = audit(responses())
    # 45 over 12 answers; the index is (45/12 - 1) / 4; 8 of 12 are 4 or 5
    assert overall(got, "satisfaction_mean").value == pytest.approx(3.75)
    assert overall(got, "satisfaction_index").value == pytest.approx(68.75)
    top = overall(got, "satisfaction_top2")
    low, high = wilson_limits(8 / 12, 12, stats.norm.ppf(0.975))
    assert (top.value, top.low, top.high) == (pytest.approx(8 / 12), pytest.approx(low), pytest.approx(high))
    assert got.results["satisfaction_mean"].bounds == (1, 5)


def test_nps_loyalty_and_effort():
    got = audit(responses())
    # promoters 10 9 10 9 9 = 5, detractors 2 6 0 = 3
    nps = overall(got, "nps")
    assert nps.value == pytest.approx(100 * (5 - 3) / 12)
    assert nps.std_error == pytest.approx(100 * math.sqrt((8 / 12 - (2 / 12) ** 2) / 12))
    loyalty = [(10 * recommend + 100 * (loyal - 1) / 6) / 2 for recommend, loyal in zip(REC, LOYAL, strict=True)]
    assert overall(got, "loyalty_index").value == pytest.approx(sum(loyalty) / 12)
    assert overall(got, "effort_index").value == pytest.approx(100 * (sum(EASE) / 12 - 1) / 6)


@pytest.mark.parametrize(("scale", "lowest"), [((1, 5), 4), ((1, 7), 6), ((1, 10), 9), ((0, 10), 9)])
def test_the_top_two_codes_of_each_scale(scale, lowest):
    items = {"sat": {"role": "satisfaction", "scale": scale}}
    codes = [float(code) for code in range(scale[0], scale[1] + 1)] * 3
    rows = [{"wave": WAVE, "customer_id": f"c{row}", "sat": code} for row, code in enumerate(codes)]
    got = overall(audit(rows, items=items), "satisfaction_top2")
    assert got.value == pytest.approx(sum(code >= lowest for code in codes) / len(codes))


@pytest.mark.parametrize("scale", [(0, 100), (1, 3)])
def test_scales_without_a_top_two(scale):
    items = {"sat": {"role": "satisfaction", "scale": scale}}
    rows = [{"wave": WAVE, "customer_id": f"c{row}", "sat": float(scale[0] + row % 3)} for row in range(12)]
    got = audit(rows, items=items)
    assert isinstance(got.results["satisfaction_top2"].overall, NotEstimable)
    assert isinstance(got.results["satisfaction_index"].overall, Estimate)


def test_items_on_different_scales_have_an_index_but_no_mean():
    items = ITEMS | {"sat2": {"role": "satisfaction", "scale": (1, 10)}}
    rows = [row | {"sat2": 5.0 + number % 2} for number, row in enumerate(responses())]
    got = audit(rows, items=items)
    assert isinstance(got.results["satisfaction_mean"].overall, NotEstimable)
    assert overall(got, "satisfaction_index").n == 12


def test_skipped_answers_are_left_out():
    rows = responses()
    for row in rows[:2]:
        row["rec"] = float("nan")
    got = audit(rows)
    assert overall(got, "nps").n == 10
    assert overall(got, "nps").value == pytest.approx(0.0)
    assert overall(got, "satisfaction_index").n == 12


def test_survey_weights_move_the_estimate():
    rows = [row | {"weight": 3.0 if row["sat"] == 5 else 1.0} for row in responses()]
    # four fives weigh 12 of 20: (12 * 5 + 25) / 20
    assert overall(audit(rows), "satisfaction_mean").value == pytest.approx((3 * 20 + 25) / 20)
    assert overall(audit(rows, spec={"weight_kind": "none"}), "satisfaction_mean").value == pytest.approx(3.75)


def test_several_answers_of_an_account_are_clustered():
    rows = [row | {"customer_id": f"c{number // 2}"} for number, row in enumerate(responses())]
    got = overall(audit(rows), "satisfaction_mean")
    assert (got.n, got.clusters, got.method) == (12, 6, "cluster-t")


def test_accounts_are_means_of_their_respondents_by_level():
    rows = [row | {"customer_id": f"c{number // 2}"} for number, row in enumerate(responses())]
    for number, row in enumerate(rows):
        row["respondent_level"] = ("boss", "clerk")[number % 2]
    got = overall(
        audit(rows, spec={"unit_of_analysis": "account", "respondent_weights": {"boss": 3.0}}), "satisfaction_mean"
    )
    means = [(3 * SAT[2 * one] + SAT[2 * one + 1]) / 4 for one in range(6)]
    assert got.value == pytest.approx(sum(means) / 6)
    assert got.n == 6
    assert got.std_error == pytest.approx(stats.sem(means))


def test_accounts_weighted_by_last_years_revenue():
    orders = transactions(
        [(f"c{row:02d}", "2025-01-10", 100.0 * (row + 1)) for row in range(12)] + [("c00", "2025-06-20", 1e6)]
    )
    got = overall(
        audit(responses(), spec={"unit_of_analysis": "account_revenue"}, tables={"transactions": orders}),
        "satisfaction_mean",
    )
    assert got.value == pytest.approx(sum((row + 1) * SAT[row] for row in range(12)) / 78)
    assert audit(responses(), spec={"unit_of_analysis": "account_revenue"}).results["nps"].overall == NotEstimable(
        reason=audit(responses(), spec={"unit_of_analysis": "account_revenue"}).results["nps"].overall.reason
    )


def test_segments_partners_and_waves():
    customers = pd.DataFrame(
        {"segment": ["a", "b"] * 6, "partner_id": ["P"] * 6 + ["Q"] * 6}, index=[f"c{row:02d}" for row in range(12)]
    )
    earlier = responses("2024-06", sat=(3,) * 11 + (2,))
    result = audit(earlier + responses(), customers=customers).results["satisfaction_mean"]
    assert {name: outcome.value for name, outcome in result.by_segment.items()} == {
        "a": pytest.approx(sum(SAT[0::2]) / 6),
        "b": pytest.approx(sum(SAT[1::2]) / 6),
    }
    assert result.by_partner["Q"].value == pytest.approx(sum(SAT[6:]) / 6)
    assert list(result.by_period) == ["2024-06", "2025-06"]
    assert result.by_period["2024-06"].value == pytest.approx(35 / 12)
    assert result.overall == result.by_period["2025-06"]


def test_the_change_between_waves_pairs_the_panel():
    rows = responses("2024-06", sat=tuple(max(1, value - value % 2) for value in SAT)) + responses()
    for number, row in enumerate(rows):
        row["respondent_key"] = f"r{number % 12}"
    change = audit(rows).results["satisfaction_mean"].change
    assert isinstance(change, Change)
    moved = [value - max(1, value - value % 2) for value in SAT]
    assert change.difference.value == pytest.approx(sum(moved) / 12)
    assert change.difference.p_value == pytest.approx(stats.ttest_1samp(moved, 0).pvalue)
    assert change.overlap == 12


def test_a_wave_without_the_question_breaks_the_trend():
    rows = responses("2024-06", sat=(float("nan"),) * 12) + responses()
    result = audit(rows).results["satisfaction_mean"]
    assert isinstance(result.change, NotEstimable)
    assert isinstance(result.by_period["2024-06"], NotEstimable)
    assert isinstance(result.overall, Estimate)


def test_a_composite_of_other_items_is_not_compared():
    rows = responses("2024-06", loyal=(float("nan"),) * 12, rec=REC[::-1]) + responses()
    got = audit(rows)
    assert isinstance(got.results["loyalty_index"].change, NotEstimable)
    assert isinstance(got.results["nps"].change, Change)


def test_items_in_the_order_of_the_questionnaire():
    items = audit(responses()).items
    assert [item.key for item in items] == ["sat", "rec", "loyal", "ease"]
    first = items[0]
    assert first.mean.value == pytest.approx(3.75)
    assert first.index.value == pytest.approx(68.75)
    assert first.top2.value == pytest.approx(8 / 12)
    assert first.distribution == pytest.approx({"1": 1 / 12, "2": 1 / 12, "3": 2 / 12, "4": 4 / 12, "5": 4 / 12})
    assert first.n == 12


def test_an_item_of_an_earlier_wave_speaks_of_that_wave():
    rows = responses("2024-06") + responses(ease=(float("nan"),) * 12)
    ease = audit(rows).items[3]
    assert ease.mean.value == pytest.approx(sum(EASE) / 12)
    assert isinstance(ease.by_period["2025-06"], NotEstimable)


def test_touchpoints_of_items_and_of_responses():
    items = {key: item | {"touchpoint": "delivery"} for key, item in ITEMS.items() if key in ("sat", "ease")}
    got = audit(responses(), items=items | {"rec": ITEMS["rec"]}).touchpoints
    means = [(25 * (sat - 1) + 100 * (ease - 1) / 6) / 2 for sat, ease in zip(SAT, EASE, strict=True)]
    assert [(one.touchpoint, one.score.value) for one in got] == [("delivery", pytest.approx(sum(means) / 12))]
    rows = [row | {"touchpoint": ("web", "shop")[number % 2]} for number, row in enumerate(responses())]
    by_response = audit(rows).touchpoints
    assert {one.touchpoint: one.score.value for one in by_response} == {
        "shop": pytest.approx(25 * (sum(SAT[1::2]) / 6 - 1)),
        "web": pytest.approx(25 * (sum(SAT[0::2]) / 6 - 1)),
    }


def test_products_of_responses_beside_touchpoints_of_items():
    items = {key: item | {"touchpoint": "delivery"} for key, item in ITEMS.items() if key == "ease"}
    rows = [row | {"product_id": ("P-2", "P-1", None)[number % 3]} for number, row in enumerate(responses())]
    got = audit(rows, items=ITEMS | items)
    assert {one.product: one.score.value for one in got.products} == {
        "P-1": pytest.approx(25 * (sum(SAT[1::3]) / 4 - 1)),
        "P-2": pytest.approx(25 * (sum(SAT[0::3]) / 4 - 1)),
    }
    assert [one.touchpoint for one in got.touchpoints] == ["delivery"]
    assert audit(responses()).products == ()


def test_of_many_products_only_those_with_enough_answers_are_listed():
    rows = [
        row
        | {"product_id": "common" if place == 0 else f"P-{12 * place + number:03d}"}
        | {"respondent_id": f"r{place}-{number}"}
        for place in range(7)
        for number, row in enumerate(responses())
    ]
    (product,) = audit(rows).products
    assert (product.product, product.score.value) == ("common", pytest.approx(25 * (sum(SAT) / 12 - 1)))


def test_questions_touchpoints_and_products_change_as_the_index_does():
    items = ITEMS | {"ease": ITEMS["ease"] | {"touchpoint": "desk"}}
    better = tuple(min(value + 1 + row % 2, 5) for row, value in enumerate(SAT))
    rows = [row | {"product_id": "pump"} for row in responses("2025-01") + responses(sat=better)]
    got = audit(rows, items=items)
    expected = got.results["satisfaction_index"].change.difference
    assert expected.value > 0
    (product,), asked = got.products, {item.key: item for item in got.items}
    assert product.change.difference == asked["sat"].change.difference == expected
    (touchpoint,) = got.touchpoints
    assert isinstance(touchpoint.change, NotEstimable)  # nobody rated it otherwise than before
    assert touchpoint.change.reason == asked["ease"].change.reason


def test_a_change_of_a_few_who_answered_both_waves_is_withheld():
    first = [row | {"product_id": "pump" if number < 9 else "valve"} for number, row in enumerate(responses("2025-01"))]
    moved = responses(sat=tuple(reversed(SAT)))
    again = [
        row | {"product_id": "pump", "customer_id": row["customer_id"] if number < 3 else f"new{number}"}
        for number, row in enumerate(moved)
    ]
    for confidentiality, is_told in (("attributed", True), ("anonymous", False)):
        got = audit(first + again, spec={"confidentiality": confidentiality})
        change = next(one.change for one in got.products if one.product == "pump")
        assert isinstance(change, Change) == is_told, confidentiality


def test_response_rate_by_outcome_and_by_match():
    invited = pd.DataFrame(
        {
            "wave": [WAVE] * 20,
            "customer_id": [f"c{row:02d}" for row in range(20)],
            "outcome": ["Completed"] * 9 + ["refused"] * 11,
        }
    )
    got = audit(responses(), tables={"invitations": invited})
    rate = overall(got, "response_rate")
    low, high = wilson_limits(9 / 20, 20, stats.norm.ppf(0.975))
    assert (rate.value, rate.low, rate.high) == (0.45, pytest.approx(low), pytest.approx(high))
    matched = audit(responses(), tables={"invitations": invited.drop(columns="outcome")})
    assert overall(matched, "response_rate").value == pytest.approx(12 / 20)


def test_targets_and_benchmarks():
    targets = pd.DataFrame({"indicator": ["nps", "nps"], "period": [WAVE, "2031"], "value": [-60.0, 99.0]})
    got = audit(
        responses(),
        tables={"targets": targets},
        targets=[{"indicator": "satisfaction_mean", "period": WAVE, "value": 4.9}],
        benchmarks=[
            {"indicator": "nps", "value": 1.0, "source": "older", "year": 2020},
            {"indicator": "nps", "value": 12.0, "source": "panel", "year": 2024, "n": 90},
        ],
    )
    held = got.results["nps"].target
    assert (held.target, held.period, held.verdict) == (-60.0, WAVE, "met")
    assert got.results["satisfaction_mean"].target.verdict == "missed"
    assert (got.results["nps"].benchmark.value, got.results["nps"].benchmark.n) == (12.0, 90)


def test_a_target_within_the_interval_is_open():
    got = audit(responses(), targets=[{"indicator": "nps", "period": WAVE, "value": 20.0}])
    assert got.results["nps"].target.verdict == "open"


def test_an_anonymous_survey_without_customers():
    rows = [{key: value for key, value in row.items() if key != "customer_id"} for row in responses()]
    got = audit(rows, spec={"confidentiality": "anonymous"})
    assert overall(got, "nps").n == 12
    assert got.results["nps"].by_segment == {}


@pytest.mark.parametrize("unit", ["respondent", "account", "account_revenue"])
def test_everybody_at_the_ceiling_whatever_the_weights(unit):
    draw = np.random.default_rng(8)
    accounts = [f"c{n:02d}" for n in range(40)]
    rows = [
        {
            "wave": "2025-06",
            "customer_id": account,
            "sat": 5.0,
            "rec": 10.0,
            "loyal": 7.0,
            "ease": 7.0,
            "weight": weight,
        }
        for account, weight in zip(accounts * 3, draw.uniform(0.1, 3, 120), strict=True)
    ]
    orders = transactions([(account, "2025-01-10", float(draw.lognormal(4, 1.5))) for account in accounts])
    customers = pd.DataFrame({"partner_id": [f"P{n % 4}" for n in range(40)]}, index=accounts)
    data = make_data({"survey": survey(rows), "transactions": orders}, customers=customers)
    spec = survey_spec(unit_of_analysis=unit, confidentiality="attributed")
    got = compute_indicators(data, make_params(survey=spec))
    for key in ("satisfaction_index", "nps", "loyalty_index", "satisfaction_top2"):
        overall = got.results[key].overall
        assert overall.value == overall.high > overall.low
    assert got.partners == {}  # nothing sets the partners apart, not even a rounding error
