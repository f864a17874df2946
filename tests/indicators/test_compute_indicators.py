"""The whole: every indicator is documented, nothing depends on order or names, and poor data give reasons."""

import dataclasses
import json
import re
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from indicator_clients import (
    AS_OF,
    busy_client,
    days_before,
    make_data,
    make_params,
    rng,
    survey,
    survey_spec,
    transactions,
)

from analysis.indicators.catalogue import CATALOGUE
from analysis.indicators.compute import compute_indicators
from analysis.results import Change, Estimate, NotEstimable

DEFINITIONS = Path(__file__).parents[2] / "docs" / "definitions.md"


@pytest.fixture(scope="module")
def busy():
    data, params = busy_client()
    return data, params, compute_indicators(data, params)


def test_every_indicator_is_documented_and_every_documented_one_exists():
    documented = re.findall(r"^#### `([a-z0-9_]+)`", DEFINITIONS.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert documented == list(CATALOGUE)


def test_every_method_is_documented(busy):
    page = DEFINITIONS.read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `([a-z0-9-]+)` \|", page, flags=re.MULTILINE))
    used = set(re.findall(r'"method": "([a-z0-9-]+)"', json.dumps(busy[2].to_dict())))
    assert len(used) > 6
    assert used <= listed


def test_a_client_with_everything_gets_everything(busy):
    got = busy[2]
    assert list(got.results) == list(CATALOGUE)
    assert {key for key, result in got.results.items() if isinstance(result.overall, NotEstimable)} == set()
    assert {key for key, result in got.results.items() if not isinstance(result.change, Change)} <= {"revenue_growth"}
    assert got.silences == {}
    for name in ("growth", "monthly_revenue", "rfm", "concentration", "retention_curve", "feedback", "opportunities"):
        assert not isinstance(getattr(got, name), NotEstimable), name


def test_no_number_is_missing_or_without_width(busy):
    text = json.dumps(busy[2].to_dict(), allow_nan=False, ensure_ascii=False)
    assert len(text) > 10_000

    def estimates(value):
        if isinstance(value, dict):
            if value.get("estimable"):
                yield value
            for inner in value.values():
                yield from estimates(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from estimates(inner)

    found = list(estimates(json.loads(text)))
    assert len(found) > 100
    assert all(one["low"] < one["high"] for one in found)


def flat(indicators) -> dict:
    """Return the outcomes of all results as numbers."""
    numbers = {}
    for key, result in indicators.results.items():
        for name in ("by_segment", "by_partner", "by_period"):
            for label, outcome in getattr(result, name).items():
                if isinstance(outcome, Estimate):
                    numbers[key, name, label] = (outcome.value, outcome.low, outcome.high, outcome.n)
        if isinstance(result.change, Change):
            one = result.change.difference
            numbers[key, "change", ""] = (one.value, one.low, one.high, one.n)
    return numbers


def assert_same(first, second, rel=1e-9):
    a, b = flat(first), flat(second)
    assert a.keys() == b.keys()
    for key, numbers in a.items():
        assert numbers == pytest.approx(b[key], rel=rel, abs=1e-9), key


def test_row_order_makes_no_difference(busy):
    data, params, got = busy
    shuffled = {name: frame.sample(frac=1, random_state=3) for name, frame in data.tables.items()}
    assert_same(got, compute_indicators(dataclasses.replace(data, tables=shuffled), params))


def test_names_make_no_difference(busy):
    data, params, got = busy

    def rename(frame):
        frame = frame.copy()
        for column in ("customer_id", "account_key", "respondent_key"):
            if column in frame:
                frame[column] = "客户 " + frame[column].astype(str)
        return frame

    renamed = {name: rename(frame) for name, frame in data.tables.items()}
    customers = data.customers.rename(index=lambda name: f"客户 {name}")
    assert_same(got, compute_indicators(dataclasses.replace(data, tables=renamed, customers=customers), params))


def test_money_in_another_unit_scales_and_nothing_else_moves(busy):
    data, params, got = busy
    orders = data.tables["transactions"].copy()
    for column in ("amount", "revenue", "revenue_constant"):
        orders[column] = orders[column] * 100
    other = compute_indicators(dataclasses.replace(data, tables=dict(data.tables) | {"transactions": orders}), params)
    a, b = flat(got), flat(other)
    for key, numbers in a.items():
        money = CATALOGUE[key[0]].unit == "money"
        scaled = tuple(100 * number for number in numbers[:3]) if money else numbers[:3]
        assert b[key][:3] == pytest.approx(scaled, rel=1e-9), key


def test_survey_rows_split_into_halves_change_nothing(busy):
    data, params, got = busy
    answers = data.tables["survey"]
    some = np.arange(len(answers)) % 3 == 0  # of some rows only, so that no scale of the weights makes up for it
    half = answers[some].assign(weight=answers["weight"] / 2)
    split = pd.concat([answers[~some], half, half], ignore_index=True)
    other = compute_indicators(dataclasses.replace(data, tables=dict(data.tables) | {"survey": split}), params)
    assert_same(got, other, rel=1e-8)
    for unit in ("account", "account_revenue"):
        spec = params.survey.model_copy(update={"unit_of_analysis": unit})
        by_account = params.model_copy(update={"survey": spec})
        assert_same(
            compute_indicators(data, by_account),
            compute_indicators(dataclasses.replace(data, tables=dict(data.tables) | {"survey": split}), by_account),
            rel=1e-8,
        )


def test_the_future_changes_nothing_before_it(busy):
    """An audit as of mid-2025 cannot know what was ordered later."""
    data, params, _ = busy
    as_of = pd.Timestamp("2025-06-30")
    past = {
        name: frame[frame[column] <= as_of]
        for name, frame, column in (
            ("transactions", data.tables["transactions"], "ordered_on"),
            ("interactions", data.tables["interactions"], "occurred_on"),
        )
    }
    moved = {}
    for name, column in (("transactions", "ordered_on"), ("interactions", "occurred_on")):
        frame = data.tables[name].copy()
        late = frame[column] > as_of
        frame.loc[late, column] += pd.Timedelta(days=37)
        moved[name] = frame
    first = compute_indicators(dataclasses.replace(data, tables=past, as_of=as_of), params)
    second = compute_indicators(dataclasses.replace(data, tables=moved, as_of=as_of), params)
    for key in ("repeat_purchase_rate", "retention_rate", "categories_bought", "contact_coverage", "contact_frequency"):
        assert first.results[key].overall == second.results[key].overall, key


def test_two_runs_agree_to_the_last_bit(busy):
    data, params, got = busy
    assert json.dumps(compute_indicators(data, params).to_dict()) == json.dumps(got.to_dict())


def test_the_tables_are_left_alone(busy):
    data, params, _ = busy
    before = {name: frame.copy() for name, frame in data.tables.items()}
    customers = data.customers.copy()
    compute_indicators(data, params)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(frame, data.tables[name])
    pd.testing.assert_frame_equal(customers, data.customers)


POOR = {
    "nothing": {},
    "one customer": {"transactions": transactions([("a", days_before(3), 5.0)])},
    "one purchase each": {"transactions": transactions([(f"c{n}", days_before(100 + n), 5.0 + n) for n in range(30)])},
    "equal amounts": {
        "transactions": transactions([(f"c{n}", days_before(day), 5.0) for n in range(30) for day in (900, 500, 100)])
    },
    "returns alone": {"transactions": transactions([(f"c{n}", days_before(100), -5.0) for n in range(30)])},
    "nobody known": {"transactions": transactions([(None, days_before(100 + n), 5.0) for n in range(30)])},
    "free samples": {
        "transactions": transactions([(f"c{n}", days_before(day), 0.0) for n in range(30) for day in (800, 30)])
    },
    "long ago": {"transactions": transactions([(f"c{n}", days_before(2000 + n), 5.0 + n) for n in range(30)])},
    "contacts alone": {
        "interactions": pd.DataFrame({"customer_id": ["a", "b"], "occurred_on": [days_before(1), days_before(2)]})
    },
    "feedback of nobody": {"feedback": pd.DataFrame({"received_on": [days_before(1)] * 3, "text": ["…"] * 3})},
    "contracts without end": {
        "contracts": pd.DataFrame({"customer_id": ["a"], "starts_on": [days_before(900)], "ends_on": [pd.NaT]})
    },
    "ended at once": {
        "contracts": pd.DataFrame({"customer_id": ["a"], "starts_on": [days_before(9)], "ends_on": [days_before(9)]})
    },
    "an opportunity": {
        "opportunities": pd.DataFrame(
            {
                "opportunity_id": ["1"],
                "customer_id": ["a"],
                "created_on": [days_before(9)],
                "closed_on": [days_before(1)],
                "is_won": [True],
            }
        )
    },
    "invitations of no wave asked": {"invitations": pd.DataFrame({"wave": ["1", "2"], "customer_id": ["a", "b"]})},
}


@pytest.mark.parametrize("tables", list(POOR.values()), ids=list(POOR))
def test_poor_data_give_reasons_not_crashes(tables):
    got = compute_indicators(make_data(tables), make_params())
    json.dumps(got.to_dict(), allow_nan=False)
    assert list(got.results) == list(CATALOGUE)
    for result in got.results.values():
        if isinstance(result.overall, NotEstimable):
            assert result.overall.reason.msgid.endswith(".")
    assert {"satisfaction", "drivers", "partners"} <= set(got.silences)


@pytest.mark.parametrize(
    "answer",
    [
        {"sat": 4.0, "rec": 9.0, "loyal": 7.0, "ease": 1.0},
        {"sat": float("nan"), "rec": float("nan"), "loyal": float("nan"), "ease": float("nan")},
    ],
)
@pytest.mark.parametrize("unit", ["respondent", "account", "account_revenue"])
def test_uniform_and_empty_answers(answer, unit):
    rows = [{"wave": "2025-01", "customer_id": f"c{n // 2}"} | answer for n in range(40)]
    orders = transactions([(f"c{n}", "2024-10-01", 10.0) for n in range(20)])
    params = make_params(survey=survey_spec(unit_of_analysis=unit))
    got = compute_indicators(make_data({"survey": survey(rows), "transactions": orders}), params)
    json.dumps(got.to_dict(), allow_nan=False)
    outcome = got.results["satisfaction_index"].overall
    assert isinstance(outcome, Estimate) == (answer["sat"] == 4.0)


def test_partners_are_shrunken_and_ranked(busy):
    league = busy[2].partners["satisfaction_index"]
    assert {row.partner_id for row in league.rows} == {"P0", "P1", "P2", "P3"}
    shrunken = [row.shrunken.value for row in league.rows]
    assert shrunken == sorted(shrunken, reverse=True)
    raw = [busy[2].results["satisfaction_index"].by_partner[row.partner_id].value for row in league.rows]
    assert np.ptp(shrunken) < np.ptp(raw)
    assert all(1 <= row.rank_low <= row.rank_high <= 4 for row in league.rows)
    assert sum(row.p_top_quartile for row in league.rows) == pytest.approx(1)


def test_a_partner_that_is_far_better_is_ranked_first():
    rows = [
        {"wave": "2025-01", "customer_id": f"c{n:03d}", "sat": 5.0 - (n % 2) if n % 4 == 0 else 1.0 + n % 3}
        for n in range(120)
    ]
    customers = pd.DataFrame({"partner_id": [f"P{n % 4}" for n in range(120)]}, index=[f"c{n:03d}" for n in range(120)])
    items = {"sat": {"role": "satisfaction", "scale": (1, 5)}}
    data = make_data({"survey": survey(rows, items)}, customers=customers)
    league = compute_indicators(data, make_params(survey=survey_spec(items))).partners["satisfaction_index"]
    best = league.rows[0]
    assert (best.partner_id, best.rank_low, best.rank_high) == ("P0", 1, 1)
    assert best.p_top_quartile > 0.99


def test_a_large_ledger_is_quick():
    draw = rng(5)
    lines = 200_000
    frame = pd.DataFrame(
        {
            "customer_id": [f"c{code}" for code in draw.integers(0, 10_000, lines)],
            "ordered_on": pd.Timestamp(AS_OF) - pd.to_timedelta(draw.integers(0, 800, lines), unit="D"),
            "amount": draw.lognormal(3, 1, lines),
        }
    )
    data = make_data({"transactions": transactions(list(frame.itertuples(index=False, name=None)))})
    begin = time.process_time()
    compute_indicators(data, make_params(bootstrap_draws=400))
    # far above what it takes, since other work may share the machine's caches
    assert time.process_time() - begin < 12
