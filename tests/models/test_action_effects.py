"""What actions may bring: by hand for satisfaction and returns, for the right customers, and a reason where none is."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from known_clients import demo_params, known_client
from lifecycle_clients import client_of, make_params, orders_of
from scipy.special import expit

from analysis.actions.catalogue import shipped_catalogue
from analysis.actions.effects import KEEPS, REASONS, Effect, expected_effect
from analysis.actions.facts import Fact
from analysis.messages import Message
from analysis.models.complaints.result import Complaints, Recovery
from analysis.models.contacts.analysis import analyse_contacts
from analysis.models.contacts.breadth import openings_among
from analysis.models.lifecycle.retention import analyse_retention
from analysis.models.repurchase_fits import fit_predictors
from analysis.models.repurchase_plan import plan_repeat_purchase
from analysis.models.terms import SATISFACTION
from analysis.models.uplift.satisfaction import simulate_satisfaction
from analysis.results import Estimate, NotEstimable

SUBJECT = Fact(kind="count")


@pytest.fixture(scope="module")
def known():
    return known_client(7)


def book(data=None, params=None, **given):
    fields = {"repurchase": None, "retention": None, "contacts": None, "complaints": None} | given
    return SimpleNamespace(evidence=SimpleNamespace(data=data, params=params, **fields), gain=lambda driver: None)


def test_more_satisfaction_moves_the_chances_of_the_repurchase_model(known):
    params = demo_params()
    plan = plan_repeat_purchase(known, params)
    design = plan.designs["satisfaction"]
    fit = fit_predictors(plan.outcome, design, plan.weights, plan.clusters).fit
    satisfaction = plan.rows["satisfaction"].to_numpy(dtype=float)
    more = np.minimum(satisfaction + params.uplift_points, 100) - satisfaction
    linear = design.matrix @ fit.coefficients
    gained = expit(linear + fit.coefficients[design.position(SATISFACTION.key)] * more / 10) - expit(linear)
    found = simulate_satisfaction(known, params)
    assert found.chance.value == pytest.approx(100 * np.average(gained, weights=plan.weights))
    assert found.satisfaction.value == pytest.approx(np.average(more, weights=plan.weights))
    assert found.money.low < found.money.value < found.money.high


def silent(returning: int, gone: int):
    rows = [("z", day, 1) for day in pd.date_range("2022-01-01", "2025-12-31", freq="30D")]
    rows += [(f"r{n}", day, 100) for n in range(returning) for day in ("2022-06-01", "2023-07-01", "2025-12-01")]
    rows += [(f"g{n}", "2022-06-01", 100) for n in range(gone)]
    return client_of({"transactions": orders_of(rows)})


def test_what_returns_is_counted_after_a_whole_year_of_silence():
    data, params = silent(30, 30), make_params()
    retention = analyse_retention(data, params)
    effect = expected_effect("lost_customers", SUBJECT, "retention", book(data, params, retention=retention))
    assert (effect.kind, effect.days) == ("returned", 365)
    # both silences of those who return, of 395 and 884 days; the second ends 519 days after its first year
    assert effect.repurchase.value == pytest.approx(30 / 90)
    assert isinstance(effect.revenue, NotEstimable)


def test_nobody_seen_silent_for_a_year_is_a_reason():
    rows = [(f"c{n}", day, 1) for n in range(40) for day in ("2025-01-01", "2025-06-01", "2025-12-01")]
    data, params = client_of({"transactions": orders_of(rows)}), make_params()
    retention = analyse_retention(data, params)
    found = expected_effect("lost_customers", SUBJECT, "retention", book(data, params, retention=retention))
    assert isinstance(found, Message)
    assert found.values["days"] == 365


def test_openings_are_those_of_the_customers_concerned(known):
    params = demo_params()
    everybody = openings_among(None, known, params)
    some = known.customers.index[:150]
    part, rest = (openings_among(each, known, params) for each in (some, known.customers.index[150:]))
    assert part.customers + rest.customers == everybody.customers
    assert 0 < part.customers <= 150
    fact = Fact(kind="count", customers=some)
    contacts = analyse_contacts(known, params)
    effect = expected_effect("single_category_customers", fact, "depth_breadth", book(known, params, contacts=contacts))
    assert effect.kind == "opened"
    assert effect.revenue.value == pytest.approx(sum(each.worth.value for each in part.openings))
    assert effect.revenue.low < effect.revenue.value < effect.revenue.high


def test_well_served_complainers_are_compared_with_the_others():
    more = Estimate(value=8.0, low=1.0, high=15.0, n=90, method="delta-cr3-t", unit="percentage_points")
    why = NotEstimable(reason=REASONS["feedback"])
    recovery = Recovery(
        landmark_days=30, horizon_days=180, n=90, events=40, accounts=90, groups=(), well_against_badly=more,
        well_against_none=why, badly_against_none=why, per_rating=why, estimator="logit", controls=(),
    )  # fmt: skip
    given = Complaints(rate=why, resolution=why, recovery=recovery, satisfaction=why, voices=why)
    effect = expected_effect("open_complaints", SUBJECT, "feedback", book(complaints=given))
    assert (effect.kind, effect.days, effect.repurchase) == ("served", 180, more)


@pytest.mark.parametrize("key", sorted(shipped_catalogue()))
def test_every_entry_without_a_model_has_a_reason_of_its_own(key):
    entry = shipped_catalogue()[key]
    found = expected_effect(entry.conditions[0].fact, SUBJECT, entry.spec.dimension, book())
    assert not isinstance(found, Effect)
    assert found == (KEEPS if key == "protect_strong_drivers" else REASONS[entry.spec.dimension])
