"""A small client with a row for every fact about customers, counted by hand."""

import pandas as pd
import pytest

from analysis.data.client import ClientData, DataQuality, Repair
from analysis.indicators.shapes import Indicators
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

AS_OF = pd.Timestamp("2025-12-31")
ABSENT = NotEstimable(reason=N_("There is nothing to see."))
NO_DATE = ""


def frame(columns, *rows, dates=()):
    """Return a table; dates as texts, "" for none."""
    table = pd.DataFrame(rows, columns=columns.split())
    return table.assign(**{name: pd.to_datetime(table[name], format="%Y-%m-%d") for name in dates})


@pytest.fixture
def params(tmp_path):
    source = {"transactions": {"files": "orders.csv"}}
    return ClientParams(client="acme", name="Acme", sources=source, params_file=tmp_path / "acme.yml")


@pytest.fixture
def indicators():
    parts = ("growth", "monthly_revenue", "rfm", "concentration", "retention_curve", "feedback", "opportunities")
    empty = dict.fromkeys(parts, ABSENT) | {"items": (), "touchpoints": (), "partners": {}, "silences": {}}
    return Indicators(results={}, **empty)


@pytest.fixture
def client():
    """Return a client: A and B are key accounts, C is lost, D new with one purchase, E is late."""
    orders = [
        ("A", "2024-01-05", 1000.0, "x"), ("A", "2024-06-01", 0.0, "x"), ("A", "2025-06-01", 500.0, "x"),
        ("B", "2024-03-01", 100.0, "x"), ("B", "2025-03-01", 200.0, "y"), ("B", "2025-12-30", 300.0, "z"),
        ("C", "2024-05-01", 400.0, "x"), ("D", "2025-08-01", 50.0, "y"), ("D", "2025-08-01", 10.0, "z"),
        ("E", "2025-01-01", 20.0, "x"), ("E", "2025-02-01", 20.0, "y"), ("E", "2025-03-01", 20.0, "x"),
        ("E", "2025-03-20", 20.0, "x"),
    ]  # fmt: skip
    customers = frame(
        "customer_id is_key_account account_manager segment potential last_contact",
        ("A", True, "Ann", "north", 10000.0, "2025-12-01"), ("B", True, None, "north", 700.0, NO_DATE),
        ("C", False, "Ann", "north", None, "2025-01-01"), ("D", False, "Ann", None, 100.0, "2025-12-20"),
        ("E", False, "Ann", "south", 80.0, "2025-06-01"), dates=["last_contact"],
    ).set_index("customer_id")  # fmt: skip
    tables = {
        "transactions": frame("customer_id ordered_on revenue_constant category", *orders, dates=["ordered_on"]).assign(
            is_return=False
        ),
        "interactions": frame(
            "customer_id occurred_on contact_id contact_level",
            ("A", "2025-12-01", "p", "operational"), ("A", "2025-11-01", "q", "executive"), ("C", "2025-01-01", "r", "executive"),
            ("D", "2025-12-20", "s", "specialist"), ("E", "2025-06-01", "t", "specialist"), dates=["occurred_on"],
        ),
        "feedback": frame(
            "customer_id received_on resolved_on kind",
            ("A", "2025-12-21", NO_DATE, "complaint"), ("A", "2025-10-02", "2025-10-12", "complaint"),
            ("A", "2025-09-01", "2025-09-03", "complaint"), ("C", "2024-05-01", NO_DATE, "complaint"),
            ("B", "2025-05-01", NO_DATE, "praise"), dates=["received_on", "resolved_on"],
        ),
        "contracts": frame(
            "customer_id starts_on ends_on", ("A", "2024-01-01", "2026-02-01"), ("B", "2024-01-01", "2026-02-01"),
            ("B", "2025-01-01", NO_DATE), ("C", "2024-01-01", "2026-12-31"), ("D", "2023-01-01", "2025-06-30"),
            dates=["starts_on", "ends_on"],
        ),
        "opportunities": frame(
            "customer_id created_on closed_on amount", ("A", "2025-01-01", NO_DATE, 900.0),
            ("B", "2025-01-01", "2025-02-01", 800.0), ("B", "2025-12-01", NO_DATE, 700.0), dates=["created_on", "closed_on"],
        ),
    }  # fmt: skip
    repair = Repair(
        table="transactions", rule="unmatched_customer", description=N_("x"), rows=2, total=13, removed=False
    )
    quality = DataQuality(tables=(), repairs=(repair,))
    return ClientData(tables=tables, customers=customers, waves=(), quality=quality, as_of=AS_OF)
