"""Those acted on against the others: the estimate by hand, whom they are compared with, and what cannot be said."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis.data.client import ClientData, DataQuality
from analysis.document.translate import Translator
from analysis.messages import Message
from analysis.monitoring.effect import GroupComparison, compare_groups, difference_in_changes
from analysis.monitoring.outcomes import OUTCOMES, outcome_of
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

AS_OF = pd.Timestamp("2025-12-31")
TAKEN = pd.Timestamp("2025-01-01")
IDS = [f"C{i:03d}" for i in range(80)]


@pytest.fixture
def params(tmp_path):
    source = {"transactions": {"files": "orders.csv"}}
    return ClientParams(client="acme", name="Acme", sources=source, params_file=tmp_path / "acme.yml")


def contacts(after, before, earlier=None, ids=IDS):
    """Return contacts: how many each customer had in the year after the action, in that before, and in the third."""
    rows = []
    for start, counts in (("2025-02-01", after), ("2024-02-01", before), ("2023-02-01", earlier or [1] * len(ids))):
        for customer, count in zip(ids, counts, strict=True):
            rows += [(customer, pd.Timestamp(start) + pd.Timedelta(days=7 * i)) for i in range(count)]
    rows += [(ids[-1], pd.Timestamp("2022-12-20")), (ids[-1], AS_OF)]
    return pd.DataFrame(rows, columns=["customer_id", "occurred_on"])


def client(parents=None, **tables):
    frame = pd.DataFrame({"is_key_account": False}, index=pd.Index(IDS, name="customer_id"))
    if parents is not None:
        frame["parent_id"] = parents
    return ClientData(tables=tables, customers=frame, waves=(), quality=DataQuality(tables=(), repairs=()), as_of=AS_OF)


def compare(data, params, acted, concerned=None, taken=TAKEN, indicator="contact_frequency"):
    spec = outcome_of(indicator, data, params)
    pool = None if concerned is None else pd.Index(concerned)
    return compare_groups(spec, taken, pd.Index(acted), pool, data, params)


def test_the_difference_is_welchs_where_nobody_shares_a_group():
    rng = np.random.default_rng(5)
    changes, acted = rng.normal(size=50), np.arange(50) < 18
    found = difference_in_changes(changes, acted, np.arange(50), "index")
    welch = stats.ttest_ind(changes[acted], changes[~acted], equal_var=False)
    interval = welch.confidence_interval(0.95)
    assert found.value == pytest.approx(changes[acted].mean() - changes[~acted].mean())
    assert found.p_value == pytest.approx(welch.pvalue)
    assert (found.low, found.high) == (pytest.approx(interval.low), pytest.approx(interval.high))


def test_customers_of_one_group_are_no_more_evidence_than_one():
    rng = np.random.default_rng(6)
    changes, acted = rng.normal(size=40), np.arange(40) < 20
    once = difference_in_changes(changes, acted, np.arange(40), "index")
    doubled = difference_in_changes(np.repeat(changes, 2), np.repeat(acted, 2), np.repeat(np.arange(40), 2), "index")
    assert (doubled.value, doubled.std_error) == (pytest.approx(once.value), pytest.approx(once.std_error))
    assert (doubled.n, doubled.clusters) == (80, 40)


def test_all_the_same_change_carries_no_sign_of_uncertainty():
    same = np.full(41, 365 / 364)
    assert isinstance(difference_in_changes(same, np.arange(41) < 13, np.arange(41), "index"), NotEstimable)


def test_those_acted_on_are_compared_with_others_like_them(params):
    rng = np.random.default_rng(1)
    before = [*([1] * 40), *([6] * 40)]
    after = [5 + int(rng.integers(0, 2)) if i < 20 else before[i] + int(rng.integers(0, 2)) for i in range(80)]
    data = client(interactions=contacts(after, before))
    found = compare(data, params, IDS[:20], concerned=IDS[:40])
    assert isinstance(found, GroupComparison)
    assert (found.against, found.acted, found.others, found.days) == ("concerned", 20, 20, 364)
    per_year = 365 / 364
    expected = np.mean(after[:20]) - 1 - (np.mean(after[20:40]) - 1)
    assert found.difference.value == pytest.approx(expected * per_year)
    assert found.difference.low > 3
    rest = compare(data, params, IDS[:20], concerned=IDS[:22])
    assert (rest.against, rest.others) == ("rest", 60)  # two others like them are too few


def test_recovery_by_itself_is_not_taken_for_a_success_where_others_like_them_are_there(params):
    """Those picked had few contacts in one bad year; all who had few recover alike, acted on or not."""
    rng = np.random.default_rng(2)
    before = [1] * 40 + [6] * 40
    after = list(rng.integers(4, 7, size=80))
    data = client(interactions=contacts(after, before))
    fair = compare(data, params, IDS[:20], concerned=IDS[:40])
    naive = compare(data, params, IDS[:20])
    assert fair.difference.low < 0 < fair.difference.high
    assert naive.difference.low > 0


def test_the_placebo_shows_groups_that_moved_apart_before(params):
    rng = np.random.default_rng(3)
    before = [int(x) for x in rng.integers(3, 6, size=80)]
    earlier = [count - 2 if i < 30 else count for i, count in enumerate(before)]
    after = [count + 2 if i < 30 else count for i, count in enumerate(before)]
    after[0], earlier[0] = after[0] + 1, earlier[0] + 1
    found = compare(client(interactions=contacts(after, before, earlier)), params, IDS[:30])
    assert found.difference.value == pytest.approx((2 * 30 + 1) / 30, rel=0.02)
    assert found.placebo.value == pytest.approx((2 * 30 - 1) / 30, rel=0.02)


def test_satisfaction_is_compared_for_those_who_answered_both_times(params):
    rng = np.random.default_rng(4)
    rows = [(c, pd.Timestamp("2024-10-01"), 50 + rng.normal()) for c in IDS[:60]]
    rows += [(c, pd.Timestamp("2025-10-01"), 50 + rng.normal() + 10 * (i < 30)) for i, c in enumerate(IDS[:50])]
    survey = pd.DataFrame(rows, columns=["customer_id", "responded_on", "satisfaction_index"])
    found = compare(client(survey=survey), params, IDS[:30], indicator="satisfaction_index")
    assert (found.acted, found.others, found.unit) == (30, 20, "index")
    assert found.difference.low < 10 < found.difference.high
    few = compare(client(survey=survey), params, IDS[:4], indicator="satisfaction_index")
    assert isinstance(few, NotEstimable)
    assert few.n is None  # not even how many answered


def reason(found):
    assert isinstance(found, NotEstimable)
    return Translator("en")(found.reason)


def test_what_cannot_be_compared_says_why(params):
    data = client(interactions=contacts([1, 2] * 40, [2, 1] * 40))
    assert "reaches 61 days beyond" in reason(compare(data, params, IDS[:20], taken=pd.Timestamp("2025-10-31")))
    assert "There are 3 customers" in reason(compare(data, params, IDS[:3]))
    assert "There are 0 customers" in reason(compare(data, params, []))
    recent = data.table("interactions")
    recent = recent[recent["occurred_on"] > "2024-06-30"]
    assert "does not reach back a year" in reason(compare(client(interactions=recent), params, IDS[:20]))
    parents = ["P1"] * 30 + IDS[30:]
    assert "There are 25 customers" in reason(
        compare(client(parents, interactions=data.table("interactions")), params, IDS[:25])
    )


@pytest.mark.parametrize("indicator", [*OUTCOMES, "win_rate", "response_rate"])
def test_without_its_data_no_outcome_is_made_up(indicator, params):
    assert isinstance(outcome_of(indicator, client(), params), Message)


def test_money_needs_more_customers_and_sides_of_like_size(params):
    days = [pd.Timestamp("2022-12-01"), *(pd.Timestamp(year, 3, 1) for year in (2023, 2024, 2025)), AS_OF]
    rng = np.random.default_rng(7)
    orders = pd.DataFrame(
        [(c, day, float(rng.lognormal(5, 1))) for c in IDS for day in days],
        columns=["customer_id", "ordered_on", "revenue_constant"],
    ).assign(is_return=False)
    data = client(transactions=orders)
    assert isinstance(compare(data, params, IDS[:25], indicator="revenue_growth"), GroupComparison)
    assert isinstance(compare(data, params, IDS[:15], indicator="revenue_growth"), NotEstimable)
    bought = compare(data, params, IDS[:15], indicator="retention_rate")
    assert isinstance(bought, NotEstimable)
    assert "same amount" in reason(bought)
