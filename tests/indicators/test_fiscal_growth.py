"""Growth by fiscal year: the last two complete ones, beside the latest twelve months."""

import pandas as pd
import pytest
from indicator_clients import make_data, make_params, transactions

from analysis.indicators.compute import compute_indicators
from analysis.params.model import LimitsSpec

APRIL = {"fiscal_year_start": 4}
LINES = [
    # before both years; FY2024 is April 2023 to March 2024, FY2025 April 2024 to March 2025
    ("back", "2022-06-01", 5.0), ("edge", "2023-03-31", 7.0),
    ("up", "2023-04-01", 100.0), ("gone", "2024-03-31", 40.0), ("down", "2023-09-01", 80.0),
    ("up", "2024-04-01", 150.0), ("down", "2025-03-31", 50.0), ("new", "2024-12-24", 30.0), ("back", "2024-07-01", 10.0),
    # after both years
    ("up", "2025-04-01", 900.0), ("gone", "2025-12-30", 900.0),
]  # fmt: skip


def indicators(lines=LINES, money=APRIL, as_of="2025-12-31"):
    dated = [(customer, pd.Timestamp(day), amount) for customer, day, amount in lines]
    data = make_data({"transactions": transactions(dated)}, as_of=as_of)
    return compute_indicators(data, make_params(money=money, limits=LimitsSpec(min_n=2, min_clusters=2)))


def test_the_bridge_runs_between_the_last_two_complete_fiscal_years():
    bridge = indicators().fiscal_growth
    assert (bridge.earlier_label, bridge.later_label) == ("2023-04-01/2024-03-31", "2024-04-01/2025-03-31")
    assert (bridge.earlier, bridge.later) == (220.0, 240.0)
    assert (bridge.new, bridge.returned, bridge.expanded) == (30.0, 10.0, 50.0)
    assert (bridge.contracted, bridge.lost, bridge.unattributed) == (-30.0, -40.0, 0.0)
    assert bridge.growth.value == pytest.approx(240 / 220 - 1)


def test_one_complete_fiscal_year_is_none_to_compare():
    assert indicators([line for line in LINES if line[1] >= "2023-09-01"]).fiscal_growth is None


def test_fiscal_years_that_are_the_latest_twelve_months_are_not_told_twice():
    assert indicators(money={"fiscal_year_start": 1}).fiscal_growth is None
    assert (
        indicators(as_of="2025-03-31", lines=[line for line in LINES if line[1] <= "2025-03-31"]).fiscal_growth is None
    )
