"""What customers do, against small ledgers worked by hand."""

import numpy as np
import pandas as pd
import pytest
from indicator_clients import AS_OF, days_before, make_data, make_params, rng, transactions
from scipy import stats

from analysis.indicators.compute import compute_indicators
from analysis.indicators.estimation import wilson_limits
from analysis.indicators.rfm import fifths
from analysis.results import Change, Estimate, NotEstimable

LIMITS = {"min_clusters": 2, "min_n": 2}


def audit(lines, *, customers=None, tables=None, as_of=AS_OF, **changes):
    orders = {} if lines is None else {"transactions": transactions(lines)}
    data = make_data(orders | (tables or {}), customers=customers, as_of=as_of)
    return compute_indicators(data, make_params(limits=LIMITS, **changes))


def overall(indicators, key) -> Estimate:
    outcome = indicators.results[key].overall
    assert isinstance(outcome, Estimate), outcome
    return outcome


def test_repeat_purchase_rate():
    lines = [
        ("again", days_before(300), 10.0), ("again", days_before(250), 10.0),  # after 50 days
        ("late", days_before(300), 10.0), ("late", days_before(150), 10.0),  # after 150: beyond the horizon
        ("never", days_before(300), 10.0),
        ("sameday", days_before(300), 10.0), ("sameday", days_before(300), 25.0),  # one purchase
        ("refund", days_before(300), 10.0), ("refund", days_before(290), -10.0),  # a return is no purchase
        ("edge", days_before(200), 10.0), ("edge", days_before(100), 10.0),  # exactly on the horizon
        ("new", days_before(40), 10.0), ("new", days_before(20), 10.0),  # its horizon is not over: censored
    ]  # fmt: skip
    result = audit(lines, repurchase={"horizon_days": 100}).results["repeat_purchase_rate"]
    low, high = wilson_limits(2 / 6, 6, stats.norm.ppf(0.975))
    assert (result.overall.value, result.overall.n) == (pytest.approx(2 / 6), 6)
    assert (result.overall.low, result.overall.high) == (pytest.approx(low), pytest.approx(high))
    assert result.definition.values["censored"] == 1


def test_repeat_purchase_by_window_pairs_the_customers():
    # as_of - 180 days back: two full years of index purchases
    lines = [(f"c{n}", days_before(905), 5.0) for n in range(12)]
    lines += [(f"c{n}", days_before(850), 5.0) for n in range(0, 12, 2)]
    lines += [(f"c{n}", days_before(400), 5.0) for n in range(12)] + [
        (f"c{n}", days_before(390), 5.0) for n in range(9)
    ]
    result = audit(lines).results["repeat_purchase_rate"]
    assert [outcome.value for outcome in result.by_period.values()] == [pytest.approx(0.5), pytest.approx(0.75)]
    assert isinstance(result.change, Change)
    assert result.change.overlap == 12
    assert result.change.difference.value == pytest.approx(25.0)


def test_retention_by_activity():
    lines = [(f"c{n}", days_before(500), 5.0) for n in range(10)] + [("first", days_before(729), 5.0)]
    lines += [(f"c{n}", days_before(100), 5.0) for n in range(7)] + [("new", days_before(10), 5.0)]
    result = audit(lines).results["retention_rate"]
    assert result.overall.value == pytest.approx(7 / 11)
    assert result.overall.n == 11
    short = audit(lines[:10]).results["retention_rate"].overall
    assert isinstance(short, NotEstimable)


def test_contractual_retention_with_entry_and_censoring():
    # ten long relationships, two of which end in the year; one begins in it and goes on
    customers = pd.DataFrame(
        {
            "joined_on": pd.to_datetime(["2019-01-01"] * 10 + [days_before(100)]),
            "ended_on": pd.to_datetime([days_before(200), days_before(50), "2020-05-01"] + [None] * 8),
        },
        index=[f"c{n:02d}" for n in range(11)],
    )
    got = audit(None, customers=customers)
    rate = overall(got, "retention_rate")
    # nine at the first end, then eight and the late one at the second
    assert rate.value == pytest.approx(8 / 9 * 8 / 9)
    assert (rate.n, rate.method) == (10, "kaplan-meier")
    # all but one were watched from the middle of their relationship only
    assert isinstance(got.retention_curve, NotEstimable)


def test_the_curve_of_relationships_watched_from_the_beginning():
    # twenty begin on one day; five end after 100 days, five more after 200
    ends = [100] * 5 + [200] * 5 + [None] * 10
    customers = pd.DataFrame(
        {
            "joined_on": days_before(300),
            "ended_on": pd.to_datetime([None if day is None else days_before(300 - day) for day in ends]),
        },
        index=[f"c{n:02d}" for n in range(20)],
    )
    curve = audit([("c00", days_before(301), 1.0)], customers=customers).retention_curve
    assert (curve.kind, curve.n, curve.events) == ("contractual", 20, 10)
    assert [(point.days, point.share) for point in curve.points] == [(0, 1), (90, 1), (180, 0.75), (270, 0.5)]
    assert list(curve.cohorts) == ["2025"]


def test_the_curve_of_activity():
    # of ten, all buy at first, six again in the first quarter, two in the second
    lines = [(f"c{n}", days_before(200), 1.0) for n in range(10)] + [(f"c{n}", days_before(150), 1.0) for n in range(6)]
    lines += [(f"c{n}", days_before(60), 1.0) for n in range(2)]
    curve = audit(lines).retention_curve
    assert [(point.days, point.share, point.at_risk) for point in curve.points[1:]] == [(90, 0.6, 10), (180, 0.2, 10)]


def test_contracts_that_are_renewed_go_on():
    contracts = pd.DataFrame(
        {
            "customer_id": ["a", "a", "b", "c", "d", "old"],
            "starts_on": pd.to_datetime(
                ["2023-01-01", "2024-01-01", "2024-01-01", "2022-01-01", "2022-01-01", "2020-01-01"]
            ),
            "ends_on": pd.to_datetime(["2023-12-31", None, "2025-06-30", "2026-06-30", "2026-06-30", "2021-01-01"]),
        }
    )
    assert overall(audit(None, tables={"contracts": contracts}), "retention_rate").value == pytest.approx(3 / 4)


YEARS = [
    # customer, revenue of the year before (day 500), of the latest (day 100)
    ("up", 100.0, 180.0), ("down", 200.0, 150.0), ("same", 70.0, 70.0), ("gone", 90.0, 0.0), ("new", 0.0, 60.0),
    ("back", 0.0, 40.0),
]  # fmt: skip


def year_lines() -> list:
    lines = [("back", days_before(1000), 30.0), ("gone", days_before(729), 0.5)]
    for customer, before, now in YEARS:
        lines += [(customer, days_before(500), before)] if before else []
        lines += [(customer, days_before(100), now)] if now else []
    return [*lines, ("up", days_before(90), -20.0), (None, days_before(480), 11.0), (None, days_before(20), 14.0)]


def test_the_growth_bridge_adds_up():
    got = audit(year_lines())
    bridge = got.growth
    assert (bridge.new, bridge.returned, bridge.expanded) == (60.0, 40.0, 60.0)
    assert (bridge.contracted, bridge.lost, bridge.unattributed) == (-50.0, -90.5, 3.0)
    assert (bridge.earlier, bridge.later) == (471.5, 494.0)
    parts = bridge.new + bridge.returned + bridge.expanded + bridge.contracted + bridge.lost + bridge.unattributed
    assert bridge.earlier + parts == pytest.approx(bridge.later, abs=1e-9)
    assert bridge.customers == {"new": 1, "returned": 1, "expanded": 1, "contracted": 1, "unchanged": 1, "lost": 1}
    assert bridge.goods_returned == (0.0, 20.0)
    assert bridge.growth == got.results["revenue_growth"].overall
    assert bridge.growth.value == pytest.approx(494 / 471.5 - 1)


def test_bridges_of_random_ledgers_add_up_to_the_cent():
    draw = rng(8)
    lines = [
        (f"c{draw.integers(0, 40)}", days_before(int(draw.integers(0, 729))), float(np.round(draw.normal(50, 60), 2)))
        for _ in range(600)
    ]
    bridge = audit([*lines, ("c0", days_before(729), 1.0)]).growth
    parts = (bridge.new, bridge.returned, bridge.expanded, bridge.contracted, bridge.lost, bridge.unattributed)
    assert round(bridge.earlier + sum(parts), 2) == bridge.later
    known = [line for line in lines if (pd.Timestamp(AS_OF) - line[1]).days < 365]
    assert bridge.later == pytest.approx(sum(line[2] for line in known))


def test_revenue_its_customers_and_orders():
    got = audit(year_lines())
    assert overall(got, "revenue").value == pytest.approx(494.0)
    spent = [160.0, 150.0, 70.0, 60.0, 40.0]
    per_customer = overall(got, "revenue_per_customer")
    assert per_customer.value == pytest.approx(np.mean(spent))
    assert per_customer.std_error == pytest.approx(stats.sem(spent))
    assert overall(got, "average_order_value").value == pytest.approx(np.mean([180, 150, 70, 60, 40]))
    change = got.results["revenue"].change
    assert change.difference.value == pytest.approx(480 - 460.5)


def test_growth_is_in_constant_currency_and_revenue_at_the_days_rate():
    orders = transactions(
        [(f"c{n}", days_before(500), 100.0 + n) for n in range(9)]
        + [(f"c{n}", days_before(10), 100.0 + 2 * n) for n in range(9)]
        + [("c0", days_before(729), 1.0)]
    )
    orders["revenue_constant"] = orders["revenue"].where(
        orders["ordered_on"] > days_before(365), orders["revenue"] * 1.5
    )
    got = compute_indicators(make_data({"transactions": orders}), make_params(limits=LIMITS))
    later, earlier = 900 + 72, 1.5 * (900 + 36 + 1)
    assert overall(got, "revenue_growth").value == pytest.approx(later / earlier - 1)
    assert overall(got, "revenue").value == pytest.approx(later)


def test_fiscal_years_are_complete_ones():
    lines = [
        (f"c{n}", pd.Timestamp("2023-03-20") + pd.Timedelta(days=day), 10.0 + n)
        for n in range(9)
        for day in range(0, 1010, 30)
    ]
    by_period = audit(lines, money={"fiscal_year_start": 4}).results["revenue"].by_period
    assert list(by_period) == ["FY2024", "FY2025", "2025-01-01/2025-12-31"]
    days = [pd.Timestamp("2023-03-20") + pd.Timedelta(days=day) for day in range(0, 1010, 30)]
    inside = sum(pd.Timestamp("2024-04-01") <= day <= pd.Timestamp("2025-03-31") for day in days)
    assert by_period["FY2025"].value == pytest.approx(inside * sum(10 + n for n in range(9)))
    calendar = audit(lines).results["revenue"].by_period
    assert list(calendar) == ["2024", "2025"]


def test_months_january_with_february_and_the_running_month():
    lines = [("a", day, 10.0) for day in pd.date_range("2024-01-03", "2025-06-10", freq="D")]
    lines += [("a", "2025-01-20", 90.0)]
    plain = audit(lines, as_of="2025-06-10").monthly_revenue
    assert (plain.months[0].month, plain.months[0].complete) == ("2024-01", True)
    assert (plain.months[-1].month, plain.months[-1].complete) == ("2025-06", False)
    assert [one.label for one in plain.comparisons] == ["2025-01", "2025-02", "2025-03", "2025-04", "2025-05"]
    assert plain.comparisons[0].growth == pytest.approx(400 / 290 - 1)
    together = audit(lines, as_of="2025-06-10", money={"spring_festival": True}).monthly_revenue
    assert [one.label for one in together.comparisons] == ["2025-01/02", "2025-03", "2025-04", "2025-05"]
    assert (together.comparisons[0].earlier, together.comparisons[0].later) == (580.0, 680.0)


def test_the_festival_is_in_both_years_once():
    lines = [
        (f"c{n}", day, 10.0 + n) for n in range(9) for day in pd.date_range("2022-12-01", "2025-01-20", freq="20D")
    ]
    plain = audit(lines, as_of="2025-01-20").growth
    assert plain.later_label == "2024-01-21/2025-01-20"
    festival = audit(lines, as_of="2025-01-20", money={"spring_festival": True}).growth
    assert festival.later_label == "2024-01-01/2024-12-31"
    assert festival.earlier_label == "2023-01-01/2023-12-31"


def test_concentration_of_four_customers():
    # 1, 2, 3, 4: Gini 0.25, a tenth is 0.4 of the largest: 1.6 / 10
    got = audit([(name, days_before(5), amount) for name, amount in zip("abcd", (1.0, 2.0, 3.0, 4.0), strict=True)])
    assert got.concentration.gini == pytest.approx(0.25)
    assert got.concentration.top_decile == pytest.approx(0.16)
    assert got.concentration.largest == pytest.approx(0.4)
    assert got.concentration.top10 is None
    assert np.array(got.concentration.lorenz) == pytest.approx(
        np.array([(0, 0), (0.25, 0.1), (0.5, 0.3), (0.75, 0.6), (1, 1)])
    )


def test_the_ten_largest_of_twenty():
    got = audit([(f"c{n:02d}", days_before(5), float(n + 1)) for n in range(20)])
    assert got.concentration.top10 == pytest.approx(sum(range(11, 21)) / 210)
    # mean absolute difference formula: sum(2i - n - 1) x_i / (n sum x)
    gini = sum((2 * (i + 1) - 21) * (i + 1) for i in range(20)) / (20 * 210)
    assert got.concentration.gini == pytest.approx(gini)


def test_fifths_share_ties():
    assert fifths(pd.Series([1.0, 2, 3, 4, 5])).tolist() == [1, 2, 3, 4, 5]
    assert fifths(pd.Series([7.0] * 8)).tolist() == [3] * 8
    # two ones share rank 1.5 of 5, the three nines rank 4
    assert fifths(pd.Series([1.0, 1.0, 9.0, 9.0, 9.0])).tolist() == [2, 2, 4, 4, 4]


def test_rfm_segments_hold_every_customer_once():
    lines = [(f"c{n}", days_before(7 * n + d), 100.0 - n) for n in range(10) for d in range(0, 2 * (10 - n), 2)]
    got = audit(lines).rfm
    assert got.n == 10
    assert sum(segment.customers for segment in got.segments) == 10
    assert sum(segment.revenue_share for segment in got.segments) == pytest.approx(1)
    best = got.scores.loc["c0"]
    assert (best["recency_days"], best["frequency"], best["monetary"]) == (0, 10, 1000)
    assert (best["r"], best["f"], best["m"], best["segment"]) == (5, 5, 5, "champions")
    assert got.scores.loc["c9", "segment"] == "dormant"


def test_customers_who_all_bought_equally_often_have_no_rfm_segments():
    lines = [(f"c{n}", days_before(7 * n), 100.0 - n) for n in range(10)]
    got = audit([*lines, ("c0", days_before(3), 5.0)]).rfm
    assert isinstance(got, NotEstimable)
    assert got.reason.values["share"] == pytest.approx(0.9)
    assert got.reason.count == 1


def contacts(rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=["customer_id", "days", "contact_id", "contact_level"])
    frame["occurred_on"] = pd.to_datetime([days_before(day) for day in frame.pop("days")])
    return frame


BUYERS = [(name, days_before(30), 10.0) for name in "abcd"] + [("sleeper", days_before(600), 10.0)]
MET = [
    ("a", 10, "p1", "executive"), ("a", 300, "p2", "specialist"), ("a", 700, "p3", "executive"),
    ("b", 100, "p4", "management"), ("b", 120, "p4", "management"),
    ("c", 60, "p5", "specialist"), ("sleeper", 5, "p6", "executive"),
]  # fmt: skip


def test_contact_frequency_coverage_and_depth():
    customers = pd.DataFrame(
        {"planned_revisit_days": [np.nan, 120.0, 30.0, np.nan], "is_key_account": [True, True, False, False]},
        index=list("abcd"),
    )
    got = audit(BUYERS, customers=customers, tables={"interactions": contacts(MET)})
    # a 2, b 2, c 1, d 0 in the year
    assert overall(got, "contact_frequency").value == pytest.approx(5 / 4)
    # a after 10 of 90 days, b after 100 of 120; c after 60 of 30, d never
    assert overall(got, "contact_coverage").value == pytest.approx(2 / 4)
    assert overall(got, "contact_coverage_key_accounts").value == pytest.approx(1.0)
    assert overall(got, "contact_level_share").value == pytest.approx(1 / 4)
    assert overall(got, "contact_level_top2_share").value == pytest.approx(2 / 4)
    assert overall(got, "contacts_per_customer").value == pytest.approx((2 + 1 + 1 + 0) / 4)
    single = got.results["single_thread_share"]
    assert (single.overall.value, single.overall.n, single.higher_is_better) == (pytest.approx(2 / 3), 3, False)


def test_half_a_year_of_contacts_is_a_rate_a_year():
    rows = [("a", 182, "p", "executive"), ("a", 10, "p", "executive"), ("b", 20, "q", "executive")]
    got = audit(BUYERS, tables={"interactions": contacts(rows)})
    assert overall(got, "contact_frequency").value == pytest.approx(3 / 4 * 365 / 183)


def test_unknown_levels_are_said():
    frame = contacts(MET).assign(contact_level="boss")
    got = audit(BUYERS, tables={"interactions": frame}).results["contact_level_share"]
    assert isinstance(got.overall, NotEstimable)


def test_breadth():
    orders = transactions(
        [
            ("a", days_before(5), 10.0),
            ("a", days_before(9), 10.0),
            ("a", days_before(9), 3.0),
            ("b", days_before(7), 10.0),
            ("b", days_before(8), -1.0),
            ("b", days_before(800), 1.0),
        ]
    )
    orders["category"] = ["pumps", "valves", "valves", "pumps", "drives", "drives"]
    orders["business_unit"] = ["x", "x", "x", "x", "x", "x"]
    got = compute_indicators(make_data({"transactions": orders}), make_params(limits=LIMITS))
    assert overall(got, "categories_bought").value == pytest.approx(1.5)
    assert got.results["categories_bought"].bounds == (1.0, 3.0)
    assert isinstance(got.results["business_units_bought"].overall, NotEstimable)


def test_feedback_resolution_with_open_cases():
    rows = [
        ("complaint", 100, 90),
        ("complaint", 100, 60),
        ("complaint", 20, None),
        ("question", 50, 48),
        ("praise", 40, None),
    ]
    feedback = pd.DataFrame(
        {
            "customer_id": list("abcde"),
            "received_on": pd.to_datetime([days_before(day) for _, day, _ in rows]),
            "resolved_on": pd.to_datetime([None if day is None else days_before(day) for *_, day in rows]),
            "kind": [kind for kind, *_ in rows],
            "text": "…",
        }
    )
    got = audit(None, tables={"feedback": feedback}).feedback
    # settled after 2, 10 and 40 days, one censored after 20: 3/4, 2/4 until day 40
    assert got.resolved_within_30.value == pytest.approx(0.5)
    assert got.median_days.value if isinstance(got.median_days, Estimate) else True
    assert (got.n, got.customers, got.open_cases) == (5, 5, 1)
    assert got.by_kind == {"complaint": 3, "praise": 1, "question": 1}


def test_cases_all_settled_alike_have_the_interval_of_a_day():
    feedback = pd.DataFrame(
        {
            "customer_id": [f"c{number}" for number in range(40)],
            "received_on": pd.to_datetime([days_before(50)] * 40),
            "resolved_on": pd.to_datetime([days_before(47)] * 40),
            "kind": "complaint",
            "text": "…",
        }
    )
    median = audit(None, tables={"feedback": feedback}).feedback.median_days
    assert (median.value, median.low, median.high) == (3, 2, 3)


def test_the_win_rate_is_of_what_was_decided():
    opportunities = pd.DataFrame(
        {
            "opportunity_id": list("123456"),
            "customer_id": list("aabbcc"),
            "created_on": days_before(400),
            "closed_on": pd.to_datetime(
                [days_before(10), days_before(20), days_before(30), None, days_before(390), days_before(40)]
            ),
            "is_won": [True, False, False, None, True, True],
            "amount": [10.0, 20.0, 30.0, 40.0, 50.0, 60.0],
        }
    )
    got = audit(None, tables={"opportunities": opportunities}).opportunities
    assert (got.closed, got.won, got.open_count) == (4, 2, 1)
    assert got.win_rate.value == pytest.approx(0.5)
    assert (got.won_amount, got.open_amount) == (70.0, 40.0)
    undated = audit(None, tables={"opportunities": opportunities.drop(columns="closed_on")}).opportunities
    assert undated.reason.msgid == "The opportunities do not say when they were closed."
