"""What came of earlier audits: changes since them, actions taken, control charts; and the changes of single questions.

The same client is audited three times: on its date, half a year before and a year before. Actions are taken for half of
its customers, drawn by lot, once in vain and once with an effect whose mean is known (`taken_actions`), which is what
the large clients read. Charts are drawn of records in which nothing changes.
"""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.actions.catalogue import load_catalogue
from analysis.actions.factbook import concerned_customers
from analysis.calibration.earlier_audits import EarlierJson, seen_on, unchanging
from analysis.calibration.groups.common import is_large
from analysis.calibration.readings import Reading, read_result
from analysis.calibration.taken_actions import EFFECTS, drawn_by_lot, stretched, taken_on, with_effect
from analysis.data.client import ClientData
from analysis.indicators.census_ledger import open_purchases
from analysis.indicators.compute import compute_indicators
from analysis.indicators.growth import compute_monthly_revenue
from analysis.indicators.shapes import Indicators
from analysis.monitoring import Changes, FollowUp, control_false_discoveries, follow_up
from analysis.monitoring.series import chart_series
from analysis.params.model import ClientParams
from analysis.params.steering import ActionTakenSpec

TABLES = None
CELLS = {"audits-400": 0.5, "audits-nil-400": 0.5}
EARLIER: Mapping[str, int] = {"a year before": 12, "half a year before": 6}
"""Months from each earlier audit to this one: its windows are windows of today's too, or end between them."""
PAIRED = "a year before"
"""The earlier audit whose changes are told from raw data; those of the other repeat the change between two waves."""
RECOMMENDED_DAYS = 15  # from the recommendation to the action
ACTIONS = (
    "raise_weakest_item", "ease_doing_business", "win_over_detractors", "bind_loose_segments", "second_purchase",
    "stop_shrinking", "restore_contact", "spread_contacts", "reach_top_contacts", "widen_range",
    "sell_across_units", "visit_repeat_complainers",
)  # fmt: skip
"""Of the catalogue: every outcome that groups of customers can be compared by is aimed at by one of them."""
VAIN, WORKED = "in vain", "with effect"


def read(data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the readings of one client."""
    indicators, changes = control_false_discoveries(compute_indicators(data, params))
    found = _answers(indicators, changes) | _since(indicators, data, params)
    if is_large(data):
        return found | _known(params)
    rng = np.random.default_rng(round(100 * float(data.table("transactions")["amount"].abs().sum())))
    return found | _acted_on(indicators, data, params, rng) | _charts(indicators, data, params, rng)


def _answers(indicators: Indicators, changes: Changes) -> dict[str, Reading]:
    """Return the scores of products, the changes of questions, touchpoints and products, and what their family says."""
    parts = {name: [each.to_dict() for each in getattr(indicators, name)] for name in ("items", "touchpoints")}
    found = {path: each for path, each in read_result(parts, "indicators").items() if "/change/" in path}
    found |= read_result([each.to_dict() for each in indicators.products], "indicators/products")
    if changes.answers:
        found["changes/answers/any"] = Reading(p_value=min(each.adjusted_p for each in changes.answers))
    return found


def _since(indicators: Indicators, data: ClientData, params: ClientParams) -> dict[str, Reading]:
    """Return the changes since each earlier audit, by what they rest on."""
    found: dict[str, Reading] = {}
    for name, months in EARLIER.items():
        day = (data.as_of - pd.DateOffset(months=months)) + pd.offsets.MonthEnd(0)
        then = seen_on(day, data, params)
        results, _ = control_false_discoveries(compute_indicators(then, params))
        stored = EarlierJson(params=params, as_of=day, indicators=results).published()
        told = follow_up([stored], indicators, data, params)
        for change in told.changes:
            if change.basis == "paired" and name != PAIRED:
                continue
            read = read_result(change.to_dict(), f"follow_up/changes/{change.indicator}")
            last = "difference" if change.basis == "paired" else "published"
            home = f"follow_up/changes/{change.indicator}"
            found[f"{home}/{last} [{name}]"] = read[f"{home}/difference"]
            found[f"{home}/adjusted_p [{name}]"] = read[f"{home}/adjusted_p"]
    return found


def _acted_on(
    indicators: Indicators, data: ClientData, params: ClientParams, rng: np.random.Generator
) -> dict[str, Reading]:
    """Return how those acted on changed against the others, with an effect and without."""
    vain = stretched(data, params)
    acted_on = drawn_by_lot(vain, rng)
    spec = ActionTakenSpec(taken_on=taken_on(vain).date(), customers=[str(each) for each in acted_on])
    params = params.model_copy(update={"actions_taken": dict.fromkeys(ACTIONS, spec)})
    day = taken_on(vain) - pd.Timedelta(days=RECOMMENDED_DAYS)
    stored = EarlierJson(params=params, as_of=day, actions=_recommended(params)).published()
    # of the indicators nothing is asked here
    nothing = dataclasses.replace(indicators, results={})
    found: dict[str, Reading] = {}
    for name, client in ((VAIN, vain), (WORKED, with_effect(vain, acted_on, params, rng))):
        told = _followed(stored, nothing, client, params)
        for path, each in read_result(told.to_dict()["actions"], "follow_up/actions").items():
            if name == VAIN or path.endswith("/difference"):
                found[f"{path} [{name}]"] = each
    known = _known(params)
    return {path: each for path, each in found.items() if path in known}


def _followed(stored: tuple[str, str], indicators: Indicators, client: ClientData, params: ClientParams) -> FollowUp:
    def concerned(fact: str, day: pd.Timestamp) -> pd.Index | None:
        return dict(concerned_customers([fact], client, params, day)).get(fact)

    return follow_up([stored], indicators, client, params, concerned=concerned)


def _recommended(params: ClientParams) -> list[dict[str, object]]:
    """Return the actions as the earlier audit recommended them."""
    catalogue = load_catalogue(params)
    return [
        {
            "key": key,
            "indicator": catalogue[key].spec.indicator,
            "facts": [condition.fact for condition in catalogue[key].conditions],
        }
        for key in ACTIONS
    ]


def _known(params: ClientParams) -> dict[str, Reading]:
    """Return what is true of the actions: nobody chose for whom they were taken, and their effects are known."""
    catalogue = load_catalogue(params)
    found: dict[str, Reading] = {}
    for key in ACTIONS:
        home = f"follow_up/actions/{key}/comparison"
        found |= {f"{home}/{part} [{VAIN}]": Reading(value=0.0) for part in ("difference", "placebo")}
        effect = EFFECTS.get(catalogue[key].spec.indicator)
        if effect is not None:
            found[f"{home}/difference [{WORKED}]"] = Reading(value=effect)
    return found


def _charts(
    indicators: Indicators, data: ClientData, params: ClientParams, rng: np.random.Generator
) -> dict[str, Reading]:
    """Return of each chart whether its last month rings, though nothing changes: a claim or none."""
    still = unchanging(data, params, rng)
    monthly = compute_monthly_revenue(open_purchases(still), still, params)
    charts = chart_series(dataclasses.replace(indicators, results={}, monthly_revenue=monthly), (), still)
    return {
        f"follow_up/charts/{chart.key}/signal": Reading(p_value=1.0 if chart.signal == "none" else 0.0)
        for chart in charts
    }
