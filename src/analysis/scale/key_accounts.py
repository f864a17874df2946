"""The key accounts one by one, and all of them on a map of worth and relationship.

The client's own sales, contacts, complaints and opportunities are always shown. What a single account answered in a
survey is used only where respondents agreed to be named and the audit stays inside; else its dimensions are made of
behaviour alone, or have no score.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import NotEstimable
from analysis.scale.account_facts import (
    complaints_of,
    contacts_of,
    opportunities_of,
    quarterly_revenue,
    yearly_revenue,
)
from analysis.scale.account_standing import Standing, health_of, stand_on_dimensions
from analysis.scale.anchors import dimension_label, direct_weights
from analysis.scale.combining import letter_of
from analysis.scale.key_account_shapes import AccountCard, KeyAccounts, PortfolioPoint
from analysis.scale.next_step import Facts, choose_step

MOST_CARDS = 60
"""More are named by number; a list of so many key accounts says that none is."""
MOST_TAKEN = 12
"""Customers at most that are taken for key accounts where none is marked."""
MOST_POINTS = 40  # on the map; more could not be told apart
HALF = 0.5


def analyse_key_accounts(
    data: ClientData,
    params: ClientParams,
    *,
    weights: Mapping[str, float] | None = None,
    customer_value: pd.DataFrame | None = None,
) -> KeyAccounts | NotEstimable:
    """Return the key accounts: a card for each of the largest, and the map of all.

    Parameters
    ----------
    data, params
        The client's data and parameters.
    weights
        Shares of the dimensions, in place of those that the parameters give directly.
    customer_value
        Columns ``customer_id``, ``p_alive`` (0 to 1) and ``value`` (audit's currency), where lifetime values were
        computed; a customer without a row has none.

    Returns
    -------
    KeyAccounts or NotEstimable
        The key accounts are the customers that the client's list marks; where it marks none, those that make up half
        of the revenue of the last twelve months, at most `MOST_TAKEN`.
    """
    revenue = yearly_revenue(data)
    chosen_by, ids = _choose(data, revenue)
    if not len(ids):
        reason = N_("No customer is marked as a key account, and there are no orders that would tell the largest.")
        return NotEstimable(reason=reason, n=0)
    standing = stand_on_dimensions(data, params, ids, dict(direct_weights(params) if weights is None else weights))
    worth, is_lifetime = _worth(ids, revenue, customer_value)
    compared = standing.compared()
    points = _portfolio(data, worth, standing, compared)
    total = 0.0 if revenue is None else float(revenue["now"].sum())
    return KeyAccounts(
        chosen_by=chosen_by,
        total=len(ids),
        share=None if revenue is None or total <= 0 else float(revenue.loc[ids, "now"].sum()) / total,
        cards=_cards(data, params, ids[:MOST_CARDS], revenue, standing, customer_value),
        portfolio=points,
        worth="lifetime" if is_lifetime else "revenue",
        compared=tuple(dimension_label(standing.names[place], params) for place in compared) if points else (),
        middle=float(np.median([point.value for point in points])) if points else None,
        strong=float(params.scale.levels["B"]),
        answers_shown=standing.answers_shown,
    )


def _choose(data: ClientData, revenue: pd.DataFrame | None) -> tuple[str, pd.Index]:
    """Return how the key accounts were chosen, and which they are, most revenue first."""
    marked = data.customers.index[data.customers["is_key_account"].astype(bool)]
    if revenue is None:
        return "marked", marked.sort_values()
    ranked = revenue.sort_index().sort_values("now", ascending=False, kind="stable")["now"]
    if len(marked):
        return "marked", ranked.index[ranked.index.isin(marked)]
    ranked = ranked[ranked > 0]
    needed = int(np.searchsorted(ranked.cumsum().to_numpy(), HALF * float(ranked.sum()))) + 1
    return "revenue", ranked.index[: min(needed, MOST_TAKEN)]


def _worth(
    ids: pd.Index, revenue: pd.DataFrame | None, customer_value: pd.DataFrame | None
) -> tuple[pd.Series | None, bool]:
    """Return what each account is worth, and whether that is its lifetime value: only where all of them have one."""
    if customer_value is not None:
        values = _given(customer_value, "value").reindex(ids.astype(str))
        if bool(values.notna().all()):
            return pd.Series(values.to_numpy(), index=ids), True
    return (None, False) if revenue is None else (revenue.loc[ids, "now"], False)


def _given(customer_value: pd.DataFrame, column: str) -> pd.Series:
    return pd.Series(
        customer_value[column].to_numpy(dtype=np.float64, na_value=np.nan),
        index=pd.Index(customer_value["customer_id"].astype(str)),
    )


def _portfolio(
    data: ClientData, worth: pd.Series | None, standing: Standing, compared: list[int]
) -> tuple[PortfolioPoint, ...]:
    """Return the places on the map, most valuable first, of the accounts whose worth and relationship are known."""
    if worth is None or not compared:
        return ()
    weights = standing.shares[compared]
    points = standing.scores[:, compared] @ weights / weights.sum()
    found = [
        PortfolioPoint(customer_id=str(customer), name=_name(data, customer), value=float(value), relationship=float(y))
        for customer, value, y in zip(worth.index, worth, points, strict=True)
        if np.isfinite(y)
    ]
    return tuple(sorted(found, key=lambda point: (-point.value, point.customer_id))[:MOST_POINTS])


def _cards(
    data: ClientData,
    params: ClientParams,
    ids: pd.Index,
    revenue: pd.DataFrame | None,
    standing: Standing,
    customer_value: pd.DataFrame | None,
) -> tuple[AccountCard, ...]:
    quarters, contacts = quarterly_revenue(data, ids), contacts_of(data, params, ids)
    complaints, opportunities = complaints_of(data, ids), opportunities_of(data, ids)
    alive, value = (
        (None, None) if customer_value is None else (_given(customer_value, "p_alive"), _given(customer_value, "value"))
    )
    total = 0.0 if revenue is None else float(revenue["now"].sum())
    cuts = {str(level): cut for level, cut in params.scale.levels.items()}
    cards = []
    for row, customer in enumerate(ids):
        key = str(customer)
        now, before = (None, None) if revenue is None else _known_pair(revenue.loc[customer])
        health = health_of(row, standing, params, cuts)
        whole = standing.whole(row)
        facts = Facts(
            contact=contacts.get(key),
            complaints=complaints.get(key),
            opportunity=opportunities.get(key),
            health=health,
            revenue=now,
            before=before,
            p_alive=_number(alive, key),
            ended=_end(data, customer),
        )
        cards.append(
            AccountCard(
                customer_id=key,
                name=_name(data, customer),
                segment=_text(data, customer, "segment"),
                manager=_text(data, customer, "account_manager"),
                revenue=now,
                revenue_before=before,
                share=now / total if now is not None and total > 0 else None,
                quarters=quarters.get(key, ()),
                relationship=whole,
                level="" if whole is None else letter_of(whole, cuts),
                health=health,
                contact=facts.contact,
                complaints=facts.complaints,
                opportunity=facts.opportunity,
                p_alive=facts.p_alive,
                value=_number(value, key),
                ended=facts.ended,
                next_step=choose_step(facts),
            )
        )
    return tuple(cards)


def _known_pair(row: pd.Series) -> tuple[float, float | None]:
    before = float(row["before"])
    return round(float(row["now"]), 2), None if np.isnan(before) else round(before, 2)


def _number(values: pd.Series | None, key: str) -> float | None:
    if values is None or key not in values.index:
        return None
    found = float(values[key])
    return found if np.isfinite(found) else None


def _end(data: ClientData, customer: str) -> str | None:
    """Return the day on which the relationship ended, where it has."""
    if "ended_on" not in data.customers:
        return None
    day = data.customers["ended_on"].loc[[customer]].iloc[0]
    return None if pd.isna(day) or day > data.as_of else day.date().isoformat()


def _name(data: ClientData, customer: str) -> str:
    return _text(data, customer, "name") or str(customer)


def _text(data: ClientData, customer: str, column: str) -> str:
    value = data.customers[column].get(customer) if column in data.customers else None
    return "" if value is None or pd.isna(value) else str(value)
