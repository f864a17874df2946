"""Prospects: the share of earlier ones by hand, a relation that is there, and never what came after the day."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from lifecycle_clients import client_of, make_params, orders_of

from analysis.document.chapters.scale.prospects import describe_prospects, tabulate_prospects
from analysis.document.translate import Translator
from analysis.models.lifecycle.transitions import analyse_lifecycle
from analysis.results import NotEstimable

REGULARS = [(f"r{n}", day, 100) for n in range(6) for day in pd.date_range("2024-01-01", "2025-12-31", freq="45D")]
"""Customers who order all along, so that the record is known from end to end: 2024-01-01 on."""


def story(orders=(), joined="2024-02-01", **tables):
    """Ten prospects who never order (p), and ten who order first on 2025-08-01 (q)."""
    bought = [(f"q{n}", day, 50) for n in range(10) for day in ("2025-08-01", "2025-12-21")]
    ids = [f"{letter}{n}" for letter in "pq" for n in range(10)]
    customers = {"customer_id": ids, "joined_on": [joined] * 20, "name": [f"Firm {each}" for each in ids]}
    return client_of({"transactions": orders_of([*REGULARS, *bought, *orders]), **tables}, customers)


def prospects_of(data, **changes):
    return analyse_lifecycle(data, make_params(**changes)).prospects


def test_the_share_of_earlier_prospects_is_that_of_a_count_by_hand():
    found = prospects_of(story())
    assert found.days == ("2025-01-05", "2025-04-05", "2025-07-04", "2025-10-02")
    assert (found.followed, found.customers, found.ordered) == (20 + 20 + 20 + 10, 20, 10)
    assert found.rate.value == pytest.approx(10 / 70)
    assert found.rate.clusters == 20
    assert (found.count, found.scored_by) == (10, "base_rate")
    assert found.expected.value == pytest.approx(10 * 10 / 70)
    assert found.expected.high == pytest.approx(10 * found.rate.high)
    assert {row.chance for row in found.scores} == {None}
    assert found.scores[0].days_known == (pd.Timestamp("2025-12-31") - pd.Timestamp("2024-02-01")).days


def test_who_became_known_later_is_no_prospect_before():
    found = prospects_of(story(joined="2025-05-01"))
    assert (found.followed, found.ordered) == (20 + 10, 10)


def test_an_order_counts_for_the_one_day_in_whose_horizon_it_lies():
    late = [("s0", "2025-12-21", 10)]  # within 90 days of 2025-10-02, and of no earlier day
    data = story(late)
    joined = pd.to_datetime(pd.Series({"s0": "2025-01-02"})).reindex(data.customers.index)
    data = dataclasses.replace(
        data, customers=data.customers.assign(joined_on=data.customers["joined_on"].fillna(joined))
    )
    found = prospects_of(data)
    assert (found.followed, found.ordered) == (70 + 4, 11)


def many(seed=4):
    """300 prospects, known for as long; half have an open offer on the day a year back, and mostly they order."""
    rng = np.random.default_rng(seed)
    ids = [f"c{n:03d}" for n in range(300)]
    offered = np.arange(300) % 2 == 0
    ordered = rng.random(300) < np.where(offered, 0.75, 0.1)
    orders = [(each, "2025-10-15", 50) for each, hit in zip(ids, ordered, strict=True) if hit]
    offers = pd.DataFrame(
        {
            "customer_id": [each for each, hit in zip(ids, offered, strict=True) if hit],
            "created_on": pd.Timestamp("2025-09-20"),
            "closed_on": pd.NaT,
        }
    )
    met = pd.DataFrame({"customer_id": [row[0] for row in orders], "occurred_on": pd.Timestamp("2025-10-14")})
    customers = {"customer_id": ids, "joined_on": ["2025-09-01"] * 300}
    tables = {"transactions": orders_of([*REGULARS, *orders]), "opportunities": offers, "interactions": met}
    return client_of(tables, customers)


def test_a_relation_that_is_there_scores_the_prospects():
    found = prospects_of(many())
    assert found.scored_by == "model"
    assert found.model.auc.value > 0.75
    # contacts of the day before the order lie after the day that prospects were looked at: nobody was met before it
    assert [driver.key for driver in found.model.drivers] == ["offer"]
    assert found.model.drivers[0].odds_ratio.low > 5
    values = [row.chance.value for row in found.scores]
    assert values == sorted(values, reverse=True)
    assert values[0] == pytest.approx(0.75, abs=0.1)
    assert found.expected.low < found.expected.value < found.expected.high


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("client", [story, many])
def test_the_report_names_the_prospects_and_how_they_were_scored(client, language):
    found, t = prospects_of(client()), Translator(language)
    said, table = describe_prospects(found, t), tabulate_prospects(found, t, 5)
    assert len(said) == 2
    assert len(table.rows) == min(found.count, 20)
    assert f"{found.followed:,}" in said[0]
    assert str(found.customers) in "".join(table.notes)


def test_without_a_year_before_the_horizon_or_without_prospects_the_reason_is_told():
    short = [row for row in REGULARS if str(row[1]) >= "2025-03"]
    data = client_of({"transactions": orders_of(short)}, {"customer_id": ["p"], "joined_on": ["2024-01-01"]})
    found = prospects_of(data)
    assert isinstance(found, NotEstimable)
    assert "reach back far enough" in found.reason.msgid
    assert "far enough" in describe_prospects(found, Translator("en"))[0]
    assert tabulate_prospects(found, Translator("en"), 5) is None
    nobody = prospects_of(client_of({"transactions": orders_of(REGULARS)}))
    assert nobody.reason.msgid == "There is no prospect today."
