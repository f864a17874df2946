"""Each customer on the dimensions of the scale, by the same anchors as the client as a whole.

A share becomes a 0 or a 100 (met in time or not, bought again or not), a number its place between the anchors. What a
single customer answered stays inside the frame: nothing of it is shown but where answers are attributed with consent
and the audit is internal (`key_accounts`).
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.fiscal import revenue_years
from analysis.indicators.interaction import YEAR, active_at, count_by, planned_days, windows_of
from analysis.indicators.ledger import Ledger, Window, day_of, open_ledger, to_days, trailing_windows, trailing_years
from analysis.indicators.relationships import collect_relationships
from analysis.indicators.repeat_purchase import observe_repeat_purchase
from analysis.indicators.samples import Floats
from analysis.indicators.survey import Responses, answers_of, collect_responses
from analysis.models.memory import once_per_client
from analysis.params.model import ClientParams
from analysis.params.scale import custom_dimensions
from analysis.scale.anchors import anchors_with, indicator_of
from analysis.scale.custom import answers_on_scale

ANSWER_DAYS = 365  # an answer that is older says little about a customer of today
SHORTEST = 180  # days of each of two windows of revenue that are compared in place of years
ASKED = ("satisfaction_index", "loyalty_index")


def customer_dimensions(data: ClientData, params: ClientParams, *, short: bool = False) -> pd.DataFrame:
    """Return each customer's score on each dimension at the date of the audit.

    Parameters
    ----------
    data, params
        The client's data (or those known at an earlier day, `past.known_at`) and parameters.
    short
        Whether revenue may be compared over windows shorter than a year where the orders do not cover two years.

    Returns
    -------
    pandas.DataFrame
        Indexed as `data.customers`; one column a dimension, 0 to 100: the mean of the components that are known of the
        customer (`customer_components`), NaN where none is. The client's own dimensions come last.
    """
    components = customer_components(data, params, short=True) if short else components_today(data, params)
    return mean_by_dimension(components, params)


@once_per_client
def components_today(data: ClientData, params: ClientParams) -> pd.DataFrame:
    """Return `customer_components` at the date of the audit, which several analyses begin with: not to be changed."""
    return customer_components(data, params)


def mean_by_dimension(components: pd.DataFrame, params: ClientParams) -> pd.DataFrame:
    """Return the dimensions of customers from their components, the mean of those that are known."""
    anchors = anchors_with(params, 2.0)  # which indicators belong together, whatever their anchors
    columns = {
        dimension: components[[anchor.indicator for anchor in members]].mean(axis=1)
        for dimension, members in anchors.items()
    }
    return pd.DataFrame(columns, index=components.index)


def customer_components(data: ClientData, params: ClientParams, *, short: bool = False) -> pd.DataFrame:
    """Return each customer's place between the anchors of each indicator of the score, 0 to 100, NaN where unknown.

    Parameters
    ----------
    data, params, short
        As for `customer_dimensions`.

    Returns
    -------
    pandas.DataFrame
        Indexed as `data.customers`, one column an indicator: answers of the customer's latest wave within a year;
        whether it bought again within the horizon; whether it stayed (with a contract, or by buying); growth of its
        revenue over a year; whether it was met as planned, and how often; whether one of the two top levels was met;
        categories bought.
    """
    index = data.customers.index
    found = {**dict(_answers(data, params)), **_sales(data, params, short), **_contacts(data, params)}
    offered = float(_categories_sold(data))
    columns: dict[str, Floats] = {}
    for members in anchors_with(params, offered).values():
        for anchor in members:
            values = found.get(anchor.indicator)
            known = np.full(len(index), np.nan) if values is None else values.reindex(index).to_numpy(dtype=np.float64)
            columns[anchor.indicator] = np.clip(100 * (known - anchor.zero) / (anchor.full - anchor.zero), 0.0, 100.0)
    return pd.DataFrame(columns, index=index)


def _answers(data: ClientData, params: ClientParams) -> Iterator[tuple[str, pd.Series]]:
    """Yield what customers answered in their latest wave within a year; nothing of an anonymous survey."""
    responses = collect_responses(data, params)
    if not isinstance(responses, Responses) or responses.account_names is None or not data.has_real_customers:
        return
    if responses.spec.confidentiality == "anonymous":
        return
    age = day_of(data.as_of) - to_days(responses.frame["responded_on"])
    for key in ASKED:
        yield key, _latest_mean(answers_of(key, responses), age, responses)
    for name in custom_dimensions(params.survey):
        yield indicator_of(name), _latest_mean(answers_on_scale(name, responses, params), age, responses)


def _latest_mean(values: Floats, age: "np.ndarray", responses: Responses) -> pd.Series:
    """Return each account's mean answer in the latest wave in which it gave one, by the weights of its respondents."""
    weight = responses.weight * responses.level_weight
    usable = np.isfinite(values) & (age >= 0) & (age < ANSWER_DAYS) & (weight > 0)
    names = np.asarray(responses.account_names, dtype=object)
    latest = np.full(len(names), -1, dtype=np.int64)
    np.maximum.at(latest, responses.account[usable], responses.period[usable])
    usable &= responses.period == latest[responses.account]
    total = np.bincount(responses.account[usable], weight[usable], len(names))
    summed = np.bincount(responses.account[usable], weight[usable] * values[usable], len(names))
    known = total > 0
    return pd.Series(summed[known] / total[known], index=pd.Index(names[known]))


def _sales(data: ClientData, params: ClientParams, short: bool) -> Mapping[str, pd.Series]:
    """Return what the orders, and the contracts, say of each customer."""
    ledger = open_ledger(data)
    stayed = _stayed(ledger, data, params)
    found = {} if stayed is None else {"retention_rate": stayed}
    if ledger is None:
        return found
    if len(ledger.bought_on):
        again = observe_repeat_purchase(ledger, data, params)
        if again is not None and again.accounts is not None:
            last = again.period == len(again.periods) - 1
            ids = again.accounts[again.sample.clusters[last]]
            found["repeat_purchase_rate"] = pd.Series(again.sample.values[last], index=pd.Index(ids))
    years = _compared(ledger, data, params, short)
    if years:
        later, earlier = (ledger.spent(window, constant=True) for window in years)
        known = earlier > 0
        found["revenue_growth"] = pd.Series(later[known] / earlier[known] - 1, index=ledger.ids[known])
    categories = _categories(ledger, data)
    return found if categories is None else found | {"categories_bought": categories}


def _compared(ledger: Ledger, data: ClientData, params: ClientParams, short: bool) -> list[Window]:
    """Return the two windows of revenue to compare, the later first: years, or shorter ones where that is allowed."""
    years = revenue_years(ledger, data, params)
    if len(years) == 2 or not short:
        return years if len(years) == 2 else []
    days = min((ledger.as_of - ledger.first_day + 1) // 2, YEAR)
    return trailing_windows(ledger.as_of, days, 2) if days >= SHORTEST else []


def _stayed(ledger: Ledger | None, data: ClientData, params: ClientParams) -> pd.Series | None:
    """Return 1 for customers of a year ago who still are, 0 for those who left, as the retention rate counts them."""
    kind = params.retention.kind
    relationships = collect_relationships(data) if kind != "non_contractual" else None
    if relationships is not None:
        begin = relationships.as_of - YEAR
        there = (relationships.began <= begin) & (relationships.until > begin)
        return pd.Series((~relationships.ended[there]).astype(np.float64), index=relationships.ids[there])
    if kind == "contractual" or ledger is None:
        return None
    later, earlier = trailing_windows(ledger.as_of, params.retention.window_days, 2)
    if not ledger.covers(earlier):
        return None
    base = ledger.buyers(earlier)
    return pd.Series(ledger.buyers(later)[base].astype(np.float64), index=ledger.ids[base])


def _categories_sold(data: ClientData) -> int:
    return int(data.table("transactions")["category"].nunique()) if data.has("transactions", "category") else 1


def _categories(ledger: Ledger, data: ClientData) -> pd.Series | None:
    """Return the categories that each buyer of the last year bought; None where fewer than two were sold."""
    if not data.has("transactions", "category"):
        return None
    codes, _ = pd.factorize(data.table("transactions")["category"], sort=True)
    year = trailing_years(data.recorded_until("transactions"), 1)[0]
    bought = (ledger.customer >= 0) & ~ledger.is_return & (ledger.revenue > 0) & (codes >= 0) & year.holds(ledger.day)
    if len(np.unique(codes[bought])) < 2:
        return None
    width = int(codes.max()) + 1
    customers, kinds = np.unique(
        np.unique(ledger.customer[bought] * width + codes[bought]) // width, return_counts=True
    )
    return pd.Series(kinds.astype(np.float64), index=ledger.ids[customers])


def _contacts(data: ClientData, params: ClientParams) -> Mapping[str, pd.Series]:
    """Return what the record of contacts says of each active customer."""
    if not data.has("interactions"):
        return {}
    contacts = data.table("interactions")
    contacts = contacts[contacts["customer_id"].notna()]
    day, until = to_days(contacts["occurred_on"]), day_of(data.recorded_until("interactions"))
    ids = active_at(until, data, open_ledger(data))
    window = windows_of(day, until, params.interaction.window_days)[-1]
    inside = contacts[window.holds(day)]
    latest = pd.Series(day, index=pd.Index(contacts["customer_id"])).groupby(level=0).max()
    waited = until - latest.reindex(ids).to_numpy(dtype=np.float64, na_value=-np.inf)
    met = waited <= planned_days(data, params).reindex(ids).to_numpy(dtype=np.float64)
    found = {"contact_coverage": pd.Series(met.astype(np.float64), index=ids)}
    if window.days >= min(90, params.interaction.window_days):
        counts = count_by(inside["customer_id"], ids)
        found["contact_frequency"] = pd.Series(counts * YEAR / window.days, index=ids)
    if "contact_level" in contacts and contacts["contact_level"].isin(params.interaction.contact_levels).any():
        top = inside["contact_level"].isin(params.interaction.contact_levels[:2])
        reached = count_by(inside["customer_id"][top], ids) > 0
        found["contact_level_top2_share"] = pd.Series(reached.astype(np.float64), index=ids)
    return found
