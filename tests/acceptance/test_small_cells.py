"""An attack on the small-cell rule: whoever knows who belongs where adds and subtracts what is published.

Each published number of respondents (and its mean) is a sum over known customers. Every union of published segments is
set against every union of published partners; a difference that concerns fewer respondents than the floor gives their
number and their mean away.
"""

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis.data.load import load_client_data
from analysis.indicators.compute import compute_indicators
from analysis.params.load import load_params
from analysis.results import NotEstimable

PARAMS = Path(__file__).parents[2] / "params"
SURVEYED = ("satisfaction_index", "satisfaction_mean", "satisfaction_top2", "nps", "loyalty_index", "effort_index")


@pytest.fixture(scope="module")
def client():
    """Return the Chinese client, whose answers were promised to be shown in the aggregate only."""
    params = load_params("demo-zh", PARAMS)
    return load_client_data(params), params


def regrouped(data, seed: int):
    """The same client with small, nested groups: two partners to a segment, and a few of its customers without one."""
    draw = np.random.default_rng(seed)
    asked = data.customers.index.isin(data.table("survey")["customer_id"])
    count = len(data.customers)
    segment = draw.choice(5, count, p=[0.40, 0.30, 0.20, 0.08, 0.02])
    partner = pd.Series([f"P{2 * code + draw.integers(0, 2)}" for code in segment], index=data.customers.index)
    for code in range(5):
        own = np.flatnonzero((segment == code) & asked)
        partner.iloc[draw.choice(own, min(3, len(own)), replace=False)] = np.nan
    customers = data.customers.assign(segment=[f"S{code}" for code in segment], partner_id=partner)
    return dataclasses.replace(data, customers=customers)


def members(data, spec, key: str) -> pd.DataFrame:
    """Return the customers who gave an answer in the last wave, with the respondents behind each."""
    survey = data.table("survey")
    column = {
        "nps": next(name for name, item in spec.items.items() if item.role == "recommendation"),
        "loyalty_index": "loyalty_index",
        "effort_index": "effort_index",
    }.get(key, "satisfaction_index")
    rows = survey[(survey["wave_order"] == survey["wave_order"].max()) & survey[column].notna()]
    people = rows.groupby("customer_id")["respondent_key"].nunique().rename("respondents")
    return data.customers[["segment", "partner_id"]].join(people, how="inner")


def unions(groups: dict[str, np.ndarray], everyone: np.ndarray) -> list[tuple[tuple[str, ...], np.ndarray]]:
    """Return every sum of published groups, and the total less it."""
    found = []
    for size in range(len(groups) + 1):
        for names in itertools.combinations(groups, size):
            mask = np.sum([groups[name] for name in names], axis=0) if names else np.zeros(len(everyone))
            found += [(names, mask), (("all but", *names), everyone - mask)]
    return found


def exposed(result, people: pd.DataFrame, floor: int) -> list[str]:
    """Return the differences of published unions that concern fewer respondents than the floor."""
    everyone, weight = np.ones(len(people)), people["respondents"].to_numpy(dtype=float)
    published = {
        column: {
            name: (people[column] == name).to_numpy(dtype=float)
            for name, outcome in groups.items()
            if not (isinstance(outcome, NotEstimable) and outcome.suppressed)
        }
        for column, groups in (("segment", result.by_segment), ("partner_id", result.by_partner))
    }
    first, second = (unions(published[column], everyone) for column in ("segment", "partner_id"))
    matrix = np.array([mask for _, mask in second])
    found = []
    for names, mask in first:
        concerned = np.abs(mask - matrix) @ weight
        found += [
            f"{names} against {second[place][0]}" for place in np.flatnonzero((concerned > 0) & (concerned < floor))
        ]
    return found


def test_nothing_of_a_few_respondents_can_be_had_by_subtraction(client):
    data, params = client
    results = compute_indicators(data, params).results
    for key in SURVEYED:
        assert exposed(results[key], members(data, params.survey, key), params.limits.small_cell) == [], key


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nor_where_partners_lie_within_segments(client, seed):
    data, params = client
    data = regrouped(data, seed)
    results = compute_indicators(data, params).results
    groups = [*results["nps"].by_segment.values(), *results["nps"].by_partner.values()]
    assert any(isinstance(outcome, NotEstimable) and outcome.suppressed for outcome in groups)
    assert not all(isinstance(outcome, NotEstimable) and outcome.suppressed for outcome in groups)
    for key in SURVEYED:
        assert exposed(results[key], members(data, params.survey, key), params.limits.small_cell) == [], key


def test_the_attack_works_where_nothing_is_hidden(client):
    data, params = client
    data = regrouped(data, 1)
    open_params = params.model_copy(
        update={"survey": params.survey.model_copy(update={"confidentiality": "attributed"})}
    )
    result = compute_indicators(data, open_params).results["nps"]
    assert len(exposed(result, members(data, params.survey, "nps"), 5)) > 0
