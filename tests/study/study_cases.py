"""Hypotheses, evidence and clients made by hand, for tests of a study that need no statistics."""

import pandas as pd
from scipy import stats

from analysis.data.client import ClientData, DataQuality
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable
from analysis.study.declaration import Declaration
from analysis.study.evidence import Evidence
from analysis.study.results import Card, ClientStudy, Hypothesis
from analysis.study.verdicts import at_level, p_value_of

NO_ANSWER = NotEstimable(reason=N_("The survey does not ask about loyalty."))


def an_estimate(value=5.0, error=0.5, n=600, clusters=200, method="cr3-t", unit="index", **fields):
    margin = stats.t.ppf(0.975, (clusters or n) - 1) * error
    return Estimate(
        value=value, low=value - margin, high=value + margin, n=n, clusters=clusters, method=method, unit=unit,
        std_error=error, **fields,
    )  # fmt: skip


def a_hypothesis(name="H1", **fields):
    given = {
        "proposition": "satisfaction_raises_loyalty",
        "statement": "More satisfied, more loyal.",
        "direction": "positive",
        "smallest_effect": 1.0,
        "alpha": 0.05,
        "moderator": None,
        "declared": True,
        "confirmatory": True,
    }
    return Hypothesis(id=name, **(given | fields))


def a_card(hypothesis=None, estimate=None, **evidence):
    h, found = hypothesis or a_hypothesis(), estimate or an_estimate()
    facts = Evidence(estimate=found, model=N_("Model"), **evidence)
    if isinstance(found, NotEstimable):
        return Card(hypothesis=h, evidence=facts, interval=found)
    return Card(hypothesis=h, evidence=facts, interval=at_level(found, h.alpha), p_value=p_value_of(found))


def a_study(client, cards, **fields):
    declaration = Declaration(
        timing="before", declared_on="2024-10-14", data_from="", first_data="2024-11-04", last_data="2025-11-30",
        count=1, canonical="[]", sha256="0" * 64,
    )  # fmt: skip
    given = {
        "name": client.title(), "as_of": "2025-12-31", "declaration": declaration, "waves": ("a",), "answers": 600,
        "accounts": 200, "customers": 300, "horizon_days": 180, "scales": ("1–10",), "draws": 400, "seed": 1,
    }  # fmt: skip
    return ClientStudy(client=client, cards=tuple(cards), **(given | fields))


def orders_only():
    """A client without any survey."""
    days = pd.date_range("2025-01-01", periods=40, freq="D")
    orders = pd.DataFrame({"customer_id": [f"C{i % 8}" for i in range(40)], "ordered_on": days, "revenue": 10.0})
    params = ClientParams(client="acme", name="Acme", sources={"transactions": {"files": "orders.csv"}})
    customers = pd.DataFrame(index=pd.Index([f"C{i}" for i in range(8)], name="customer_id"))
    data = ClientData(
        tables={"transactions": orders}, customers=customers, waves=(), quality=DataQuality(tables=(), repairs=()),
        as_of=pd.Timestamp("2025-12-31"), first_date=days[0],
    )  # fmt: skip
    return data, params
