"""Targets answered and account managers compared: by hand, on broken input, and for the wrong readers."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
from indicator_clients import busy_client, make_data, make_params, survey_spec, transactions

from analysis.indicators.appraisal import appraise_managers
from analysis.indicators.appraisal_shapes import Appraisal
from analysis.indicators.compute import compute_indicators
from analysis.indicators.manager_comparison import difference_of, growth_of
from analysis.indicators.skewness import skewed_limits
from analysis.indicators.targets import declared_targets, period_of
from analysis.results import Estimate, NotEstimable

KEYS = ("contact_coverage", "retention_rate")


def managed(managers=2, **changes):
    """The busy client with account managers and a few targets."""
    data, params = busy_client()
    frame = data.customers.assign(
        account_manager=[f"M{number % managers}" for number in range(len(data.customers))],
        name=[f"Firm {number}" for number in range(len(data.customers))],
    )
    return dataclasses.replace(data, customers=frame), params.model_copy(update=changes)


def with_targets(data, rows):
    columns = ["indicator", "period", "value", "segment", "account_manager", "partner_id"]
    frame = pd.DataFrame([dict.fromkeys(columns) | row for row in rows], columns=columns)
    return dataclasses.replace(data, tables=dict(data.tables) | {"targets": frame})


def appraise(data, params):
    return appraise_managers(data, params, compute_indicators(data, params))


@pytest.fixture(scope="module")
def result():
    data, params = managed()
    rows = [
        {"indicator": "contact_coverage", "period": "2025", "value": 0.9},
        {"indicator": "contact_coverage", "period": "2025", "value": 0.05, "account_manager": "M1"},
        {"indicator": "contact_coverage", "period": "2024", "value": 0.05, "account_manager": "M1"},
        {"indicator": "satisfaction_index", "period": "2025-03", "value": 10.0},
        {"indicator": "satisfaction_index", "period": "2025-03", "value": 10.0, "segment": "north"},
        {"indicator": "satisfaction_index", "period": "2025-09", "value": 10.0, "account_manager": "M0"},
        {"indicator": "retention_rate", "period": "2025", "value": 85.0},
        {"indicator": "no_such_thing", "period": "2025", "value": 1.0},
        {"indicator": "nps", "period": "1999", "value": 1.0},
        {"indicator": "nps", "period": "2025-09", "value": 1.0, "segment": "north", "partner_id": "P1"},
    ]
    found = appraise(with_targets(data, rows), params)
    assert isinstance(found, Appraisal)
    return found


def row(result, indicator, group="client", label="", period=None):
    return next(
        each
        for each in result.targets
        if (each.indicator, each.group, each.label) == (indicator, group, label) and period in (None, each.period)
    )


def test_every_target_has_an_answer_or_a_reason(result):
    assert len(result.targets) == 9  # one names two groups and is nobody's
    for each in result.targets:
        assert (each.attained is None) == isinstance(each.outcome, NotEstimable)


def test_a_past_target_is_held_against_its_own_period(result):
    then, now = row(result, "satisfaction_index", period="2025-03"), row(result, "contact_coverage")
    assert then.measured == "2025-03"
    assert then.attained.verdict == "met"
    assert now.measured.startswith("2025")


def test_a_groups_past_is_what_the_audit_would_have_said_then(result):
    data, params = managed()
    survey = data.table("survey")
    earlier = dataclasses.replace(
        data, tables=dict(data.tables) | {"survey": survey[survey["wave"] == "2025-03"]}, waves=("2025-03",)
    )
    expected = compute_indicators(earlier, params).results["satisfaction_index"].by_segment["north"]
    assert row(result, "satisfaction_index", "segment", "north").outcome == expected


def test_a_managers_past_year_is_held_against_that_year(result):
    past = row(result, "contact_coverage", "account_manager", "M1", "2024")
    present = row(result, "contact_coverage", "account_manager", "M1", "2025")
    assert (past.measured[:4], present.measured[:4]) == ("2024", "2025")
    assert past.outcome != present.outcome


def test_what_cannot_be_answered_says_why(result):
    assert "outside the possible values" in row(result, "retention_rate").outcome.reason.msgid
    assert "no indicator" in row(result, "no_such_thing").outcome.reason.msgid
    assert "No period" in row(result, "nps").outcome.reason.msgid


def test_the_latest_periods_target_stands_on_the_managers_card(result):
    card = next(card for card in result.managers if card.manager == "M1")
    coverage = next(each for each in card.indicators if each.key == "contact_coverage")
    assert coverage.target.target == 0.05
    assert coverage.target.verdict == "met"


def test_manager_and_others_are_counted_by_hand():
    data, params = managed()
    found = appraise(data, params)
    overall = compute_indicators(data, params).results["repeat_purchase_rate"].overall
    for card in found.managers:
        mine = next(each for each in card.indicators if each.key == "repeat_purchase_rate")
        total = mine.outcome.n * mine.outcome.value + mine.others.n * mine.others.value
        assert total == pytest.approx(overall.n * overall.value)
        assert mine.difference.value == pytest.approx(100 * (mine.outcome.value - mine.others.value))
    assert sum(card.customers for card in found.managers) == len(data.customers)
    assert sum(card.revenue_share for card in found.managers) == pytest.approx(1.0)


def test_key_accounts_are_listed_by_revenue_with_their_waiting_time():
    data, params = managed()
    card = appraise(data, params).managers[0]
    revenues = [line.revenue for line in card.key_accounts]
    assert revenues == sorted(revenues, reverse=True)
    first = card.key_accounts[0]
    waited = (
        data.as_of - data.table("interactions").query("customer_id == @first.customer_id")["occurred_on"].max()
    ).days
    assert first.days_since_contact == waited
    assert first.is_overdue == (waited > first.planned_days)


def test_a_manager_whose_customers_come_back_more_is_seen():
    rng = np.random.default_rng(5)
    lines, owners = [], {}
    for number in range(200):
        customer = f"C{number:03d}"
        owners[customer] = "good" if number % 4 == 0 else f"M{number % 4}"
        lines.append((customer, pd.Timestamp("2025-02-01") + pd.Timedelta(days=number % 60), 100.0 + number))
        if rng.random() < (0.97 if owners[customer] == "good" else 0.45):
            lines.append((customer, pd.Timestamp("2025-06-01") + pd.Timedelta(days=number % 25), 90.0))
    lines.append(("C000", pd.Timestamp("2025-12-30"), 5.0))
    frame = pd.DataFrame({"account_manager": owners})
    params = make_params()
    found = appraise(make_data({"transactions": transactions(lines)}, customers=frame), params)
    verdicts = {
        card.manager: next(each.verdict for each in card.indicators if each.key == "repeat_purchase_rate")
        for card in found.managers
    }
    assert verdicts["good"] == "better"
    assert list(verdicts.values()).count("better") == 1
    league = next(each for each in found.leagues if each.indicator == "repeat_purchase_rate")
    assert league.rows[0].partner_id == "good"
    assert league.rows[0].rank_high <= 2


def test_answers_that_need_protection_are_not_told_by_manager():
    data, params = managed()
    aggregate = params.model_copy(update={"survey": survey_spec(confidentiality="aggregate")})
    data = with_targets(data, [{"indicator": "nps", "period": "2025-09", "value": 5.0, "account_manager": "M1"}])
    found = appraise(data, aggregate)
    assert "not broken down by account manager" in found.targets[0].outcome.reason.msgid
    keys = {each.key for card in found.managers for each in card.indicators}
    assert not keys & {"nps", "satisfaction_index", "response_rate"}


def test_readers_outside_the_company_see_no_manager():
    data, params = managed(audience="external")
    data = with_targets(
        data,
        [
            {"indicator": "contact_coverage", "period": "2025", "value": 0.5},
            {"indicator": "contact_coverage", "period": "2025", "value": 0.5, "account_manager": "M1"},
        ],
    )
    found = appraise(data, params)
    assert found.managers == ()
    assert "outside the company" in found.silence.reason.msgid
    assert {each.group for each in found.targets} == {"client"}
    assert "M1" not in json.dumps(found.to_dict())


def test_without_targets_and_managers_there_is_a_reason():
    data, params = busy_client()
    found = appraise(data, params)
    assert isinstance(found, NotEstimable)


def test_one_manager_has_nobody_to_be_compared_with():
    data, params = managed(managers=1)
    assert isinstance(appraise(data, params), NotEstimable)


@pytest.mark.parametrize("kept", [("survey",), ("transactions",), ("interactions",), ("feedback",)])
def test_any_single_table_is_enough(kept):
    data, params = managed()
    alone = dataclasses.replace(data, tables={name: data.tables[name] for name in kept})
    found = appraise(alone, params)
    json.dumps(found.to_dict(), allow_nan=False)
    assert {card.manager for card in found.managers} == {"M0", "M1"}


def test_tiny_and_uniform_clients_get_cards_without_numbers_they_cannot_carry():
    frame = pd.DataFrame({"account_manager": ["A", "B"]}, index=["c1", "c2"])
    lines = [("c1", "2025-01-05", 10.0), ("c2", "2025-02-05", 10.0)]
    found = appraise(make_data({"transactions": transactions(lines)}, customers=frame), make_params())
    for card in found.managers:
        assert all(isinstance(each.difference, NotEstimable) for each in card.indicators)
    assert found.compared == 0


def test_a_difference_of_shares_is_newcombes_interval():
    """Newcombe (1998), Statistics in Medicine 17, 873-890, table II: 56/70 and 48/80, method 10: 0.0524 to 0.3339."""
    first = Estimate(value=0.8, low=0.6918, high=0.8773, n=70, method="wilson", unit="proportion")
    second = Estimate(value=0.6, low=0.4905, high=0.7003, n=80, method="wilson", unit="proportion")
    found = difference_of(first, second)
    assert (found.value, found.low, found.high) == pytest.approx((20.0, 5.24, 33.39), abs=0.03)
    assert found.unit == "percentage_points"
    assert 0 < found.p_value < 0.05


def test_growth_has_the_limits_of_its_logarithm():
    later, earlier = np.array([12.0, 8.0, 20.0, 5.0]), np.array([10.0, 10.0, 15.0, 5.0])
    found = growth_of(later, earlier)
    parts = later / later.sum() - earlier / earlier.sum()
    low, high = skewed_limits(np.log(45 / 40), parts, degrees=3, level=0.95)
    assert found.value == pytest.approx(45 / 40 - 1)
    assert (np.log1p(found.low), np.log1p(found.high)) == pytest.approx((low, high))
    assert found.std_error == pytest.approx(45 / 40 * np.sqrt(4 / 3 * (parts**2).sum()))
    assert isinstance(growth_of(np.zeros(3), np.ones(3)), NotEstimable)


def test_periods_are_matched_as_they_are_written():
    data, params = busy_client()
    labels = ["2024-01-02/2024-12-31", "2025-01-01/2025-12-31"]
    assert period_of("2024", labels, data, params) == labels[0]
    assert period_of("FY2025", labels, data, params) == labels[1]
    assert period_of("2019", labels, data, params) is None
    assert period_of("fy 2024", ["FY2024", "FY2025"], data, params) == "FY2024"


def test_the_parameters_replace_the_table_for_the_same_target():
    data, params = managed(targets=make_params(
        targets=[{"indicator": "nps", "period": "2025", "value": 7, "account_manager": "M1"}]).targets)  # fmt: skip
    data = with_targets(data, [{"indicator": "nps", "period": "2025", "value": 3.0, "account_manager": "M1"}])
    (only,) = declared_targets(data, params)
    assert (only.value, only.group, only.name) == (7, "account_manager", "M1")
