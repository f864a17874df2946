"""Any indicator by account manager: the indicators themselves, with the manager in the place of the channel partner."""

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping

import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.attitudes import ROLES, compute_attitudes
from analysis.indicators.breadth import compute_breadth
from analysis.indicators.depth import compute_depth
from analysis.indicators.interaction import KEYS as INTERACTION_KEYS
from analysis.indicators.interaction import compute_interaction
from analysis.indicators.ledger import Ledger
from analysis.indicators.repeat_purchase import compute_repeat_purchase
from analysis.indicators.response import compute_response_rate
from analysis.indicators.retention import compute_retention
from analysis.indicators.revenue import KEYS as REVENUE_KEYS
from analysis.indicators.revenue import compute_revenue
from analysis.indicators.survey import Responses
from analysis.messages import Message
from analysis.params.model import ClientParams
from analysis.results import IndicatorResult

BREADTH_KEYS = ("categories_bought", "business_units_bought")
DEPTH_KEYS = ("contact_level_share", "contact_level_top2_share", "contacts_per_customer", "single_thread_share")
SURVEY_KEYS = frozenset((*ROLES, "response_rate"))
"""Indicators that tell what, or how many, respondents answered."""


def label_by_manager(data: ClientData) -> ClientData:
    """Return the client with the account manager of each customer in the place of its channel partner.

    Every indicator takes the partner of a customer from the customers' frame, so that ``by_partner`` then is by
    manager; the partners' own table is left out, so that no manager gets a partner's name.
    """
    customers = data.customers.assign(partner_id=data.customers["account_manager"])
    tables = {name: frame for name, frame in data.tables.items() if name not in ("partners", "targets")}
    return dataclasses.replace(data, customers=customers, tables=tables)


def compute_some(
    keys: Collection[str],
    responses: Responses | Message,
    ledger: Ledger | None,
    data: ClientData,
    params: ClientParams,
) -> dict[str, IndicatorResult]:
    """Return the indicators of `keys` alone; what else comes with them is computed no further than it must be."""
    families: Mapping[tuple[str, ...], Callable[[], Iterator[IndicatorResult]]] = {
        tuple(ROLES): lambda: iter(compute_attitudes(responses, data, params)),
        ("repeat_purchase_rate",): lambda: iter((compute_repeat_purchase(ledger, data, params),)),
        ("retention_rate",): lambda: iter((compute_retention(ledger, data, params),)),
        REVENUE_KEYS: lambda: iter(compute_revenue(ledger, data, params)),
        INTERACTION_KEYS: lambda: iter(compute_interaction(ledger, data, params)),
        ("response_rate",): lambda: iter((compute_response_rate(data, params),)),
        BREADTH_KEYS: lambda: iter(compute_breadth(ledger, data, params)),
        DEPTH_KEYS: lambda: iter(compute_depth(ledger, data, params)),
    }
    found: dict[str, IndicatorResult] = {}
    for family, compute in families.items():
        wanted = set(family) & set(keys)
        results = compute() if wanted else iter(())
        while wanted:
            result = next(results, None)
            if result is None:
                break
            if result.key in wanted:
                found[result.key] = result
                wanted.discard(result.key)
    return found


def managers_of(data: ClientData) -> pd.Series:
    """Return the account manager of each customer who is more than a prospect, by customer id; without one left out."""
    customers = data.customers
    if "account_manager" not in customers:
        return pd.Series(dtype="object")
    known = customers["account_manager"].dropna()
    if "stage" in customers:
        known = known[customers["stage"].reindex(known.index) != "prospect"]
    return known.astype(str)
