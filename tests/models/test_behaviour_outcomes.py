"""What customers did after their response, counted by hand, and the order in time."""

import numpy as np
import pandas as pd
import pytest
from model_clients import AS_OF, client_of, make_client, make_params

from analysis.models.behaviour.outcomes import count_orders, purchase_counts, revenue_after
from analysis.models.repurchase_sample import build_sample, purchase_days


def tiny(orders, as_of=AS_OF):
    answers = pd.DataFrame(
        {
            "customer_id": ["a", "b"],
            "account_key": ["a", "b"],
            "respondent_key": ["r1", "r2"],
            "responded_on": pd.to_datetime(["2025-03-11", "2025-04-01"]),
            "wave": "W1",
            "wave_order": 0,
            "weight": 1.0,
            "satisfaction_index": [50.0, 70.0],
            "loyalty_index": [50.0, 70.0],
        }
    )
    frame = pd.DataFrame(orders, columns=["customer_id", "ordered_on", "revenue"])
    frame["ordered_on"] = pd.to_datetime(frame["ordered_on"])
    frame["is_return"] = frame["revenue"] < 0
    index = pd.Index(["a", "b"], name="customer_id")
    customers = pd.DataFrame({"segment": "A", "joined_on": pd.Timestamp("2024-01-01")}, index=index)
    return client_of(answers, frame, customers, as_of)


ORDERS = [
    ("a", "2025-03-10", 5.0),  # before
    ("a", "2025-03-11", 7.0),  # on the day: neither
    ("a", "2025-03-12", 10.0),
    ("a", "2025-03-12", 20.0),  # the same order day
    ("a", "2025-05-01", -4.0),  # a return
    ("a", "2025-06-19", 40.0),  # day 100, the horizon's last
    ("a", "2025-06-20", 80.0),
]


def test_counts_and_revenue_by_hand():
    data, params = tiny(ORDERS), make_params()
    counts, revenue = purchase_counts(data, params), revenue_after(data, params)
    assert counts["orders"].tolist() == [2.0, 0.0]
    assert counts["exposure_days"].tolist() == [100.0, 100.0]
    assert revenue["revenue"].tolist() == [10.0 + 20.0 - 4.0 + 40.0, 0.0]


def test_aligned_with_the_sample_and_with_having_bought():
    data, params = make_client(accounts=80), make_params()
    rows, counts = build_sample(data, params).rows, purchase_counts(data, params)
    pd.testing.assert_series_equal(counts["customer_id"], rows["customer_id"])
    pd.testing.assert_series_equal(revenue_after(data, params)["customer_id"], rows["customer_id"])
    np.testing.assert_array_equal(counts["orders"] > 0, rows["bought"] == 1)


def test_a_customer_is_counted_as_long_as_it_was_followed():
    data = tiny(ORDERS)
    rows = build_sample(data, make_params()).rows
    counted = count_orders(rows, purchase_days(data), pd.Series([50.0, 50.0]))
    assert counted.tolist() == [1.0, 0.0]


def test_a_horizon_that_is_not_complete_is_not_in_it():
    data = tiny(ORDERS, pd.Timestamp("2025-06-20"))
    assert purchase_counts(data, make_params())["customer_id"].tolist() == ["a"]


@pytest.mark.parametrize("missing", [None, "someone else"])
def test_orders_of_nobody_known_count_for_nobody(missing):
    data = tiny([*ORDERS, (missing, "2025-04-10", 1000.0)])
    assert revenue_after(data, make_params())["revenue"].sum() == 66.0
    assert purchase_counts(data, make_params())["orders"].sum() == 2.0
