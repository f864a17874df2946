"""From evidence to improvement actions: each action names what was found, whom it concerns and the revenue behind it.

No evidence, no action. The ranking is by the revenue of the customers concerned (a fact), not by a promised effect (a
guess); actions without a customer behind them, such as a weak item of the questionnaire, follow in the order found.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.league import partner_names
from analysis.indicators.shapes import Indicators
from analysis.messages import N_, NP_, Message
from analysis.params.base import localized
from analysis.params.model import ClientParams
from analysis.results import Estimate

YEAR = pd.Timedelta(days=365)
NAMED = 3  # partners named in a sentence
MATERIAL = 0.01  # of last year's revenue: less than this is no business of a board, open complaints apart
CONTRACTION = 0.3  # a customer counts as shrinking when a third of last year's revenue is gone, beyond usual noise
Effort = Literal["low", "medium", "high"]


@dataclass(frozen=True, kw_only=True)
class Action:
    """One recommended action.

    Parameters
    ----------
    key
        Stable name.
    title, evidence, owner
        What to do, what was found, and who would do it.
    customers, revenue
        Customers concerned, and their revenue in the audit's currency (which revenue, the evidence says); None where
        no customers can be named.
    effort
        Rough effort.
    """

    key: str
    title: Message
    evidence: Message
    owner: Message
    effort: Effort
    customers: int | None = None
    revenue: float | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        texts = {key: getattr(self, key).to_dict() for key in ("title", "evidence", "owner")}
        return vars(self) | texts


def recommend_actions(data: ClientData, indicators: Indicators, params: ClientParams) -> tuple[Action, ...]:
    """Return the actions for which the data hold evidence, most revenue concerned first.

    Parameters
    ----------
    data, indicators, params
        The client's data, results and parameters. Survey answers enter only through `indicators`, which have the
        small-cell rules applied.
    """
    facts = _Facts(data, indicators, params)
    found = [action for trigger in TRIGGERS if (action := trigger(facts)) is not None]
    least = MATERIAL * float(facts.revenue["now"].sum())
    worth = (x for x in found if x.revenue is None or x.revenue >= least or x.key == "close_complaints")
    return tuple(sorted(worth, key=lambda action: -(action.revenue or 0.0)))


class _Facts:
    """What the triggers ask about, computed once and only when asked."""

    def __init__(self, data: ClientData, indicators: Indicators, params: ClientParams) -> None:
        self.data, self.indicators, self.params = data, indicators, params

    @cached_property
    def revenue(self) -> pd.DataFrame:
        """Revenue by customer in the last year (``now``) and the one before (``before``)."""
        if not self.data.has("transactions"):
            return pd.DataFrame({"now": pd.Series(dtype=float), "before": pd.Series(dtype=float)})
        orders = self.data.table("transactions")
        age = self.data.recorded_until("transactions") - orders["ordered_on"]
        now = orders.loc[age < YEAR].groupby("customer_id")["revenue_constant"].sum()
        before = orders.loc[(age >= YEAR) & (age < 2 * YEAR)].groupby("customer_id")["revenue_constant"].sum()
        return pd.DataFrame({"now": now, "before": before}).fillna(0.0)

    @cached_property
    def has_two_years(self) -> bool:
        """Whether the orders reach back two full years, so that two years can be compared."""
        first = self.data.table("transactions")["ordered_on"].min() if self.data.has("transactions") else pd.NaT
        return bool(first <= self.data.recorded_until("transactions") - 2 * YEAR + pd.Timedelta(days=31))

    @cached_property
    def active(self) -> pd.Index:
        """Customers who bought in the last year."""
        return self.revenue.index[self.revenue["now"] > 0]

    @cached_property
    def key_accounts(self) -> pd.Index:
        """Key accounts among the active customers."""
        customers = self.data.customers
        return customers.index[customers["is_key_account"].astype(bool)].intersection(self.active)

    @cached_property
    def contacts(self) -> pd.DataFrame | None:
        """Interactions of the last year, or None where the client keeps none."""
        contacts = self.data.table("interactions") if self.data.has("interactions") else None
        since = self.data.recorded_until("interactions") - YEAR
        return None if contacts is None else contacts[contacts["occurred_on"] > since]

    def spent(self, customers: pd.Index, column: str = "now") -> float:
        """Return the revenue of some customers."""
        return float(self.revenue[column].reindex(customers).fillna(0.0).sum())


def _restore_contact(facts: _Facts) -> Action | None:
    if facts.contacts is None:
        return None
    customers = facts.data.customers
    planned = pd.Series(facts.params.interaction.planned_revisit_days, index=customers.index, dtype=float)
    if "planned_revisit_days" in customers:
        planned = pd.to_numeric(customers["planned_revisit_days"]).astype(float).fillna(planned)
    waited = (facts.data.recorded_until("interactions") - customers["last_contact"]).dt.days.astype(float)
    overdue = customers.index[waited.isna() | (waited > planned)].intersection(facts.active)
    if overdue.empty:
        return None
    revenue = facts.spent(overdue)
    return Action(
        key="restore_contact",
        title=N_("Visit the active customers whose planned contact is overdue"),
        evidence=N_(
            "{count:int} of {active:int} active customers have waited longer than planned; they bought for"
            " {revenue:money} in the last twelve months.",
            count=len(overdue),
            active=len(facts.active),
            revenue=revenue,
        ),
        owner=N_("Account managers"),
        effort="low",
        customers=len(overdue),
        revenue=revenue,
    )


def _win_back(facts: _Facts) -> Action | None:
    if not facts.has_two_years:
        return None
    lost = facts.revenue.index[(facts.revenue["before"] > 0) & (facts.revenue["now"] <= 0)]
    if lost.empty:
        return None
    revenue = facts.spent(lost, "before")
    return Action(
        key="win_back",
        title=N_("Win back the customers who stopped buying"),
        evidence=NP_(
            "One customer of the year before has not bought in the last twelve months; it had bought for"
            " {revenue:money}.",
            "{count:int} customers of the year before have not bought in the last twelve months; they had bought for"
            " {revenue:money}.",
            len(lost),
            revenue=revenue,
        ),
        owner=N_("Sales management"),
        effort="medium",
        customers=len(lost),
        revenue=revenue,
    )


def _stop_shrinking(facts: _Facts) -> Action | None:
    if not facts.has_two_years:
        return None
    table = facts.revenue
    shrinking = table.index[(table["now"] > 0) & (table["now"] < (1 - CONTRACTION) * table["before"])]
    if shrinking.empty:
        return None
    drop = facts.spent(shrinking, "before") - facts.spent(shrinking)
    return Action(
        key="stop_shrinking",
        title=N_("Talk to the customers who buy much less than a year ago"),
        evidence=NP_(
            "One active customer buys at least {share:percent} less than the year before; the drop is {revenue:money}.",
            "{count:int} active customers buy at least {share:percent} less than the year before; together the drop is"
            " {revenue:money}.",
            len(shrinking),
            share=CONTRACTION,
            revenue=drop,
        ),
        owner=N_("Account managers"),
        effort="medium",
        customers=len(shrinking),
        revenue=drop,
    )


def _add_contacts(facts: _Facts) -> Action | None:
    contacts = facts.contacts
    if contacts is None or "contact_id" not in contacts or not contacts["contact_id"].notna().any():
        return None
    people = contacts.groupby("customer_id")["contact_id"].nunique().reindex(facts.key_accounts).fillna(0)
    single = people.index[people <= 1]
    if single.empty:
        return None
    revenue = facts.spent(single)
    return Action(
        key="add_contacts",
        title=N_("Build a second contact in key accounts that hang on one person"),
        evidence=NP_(
            "One of {accounts:int} active key accounts has at most one known contact; it bought for {revenue:money}"
            " in the last twelve months.",
            "{count:int} of {accounts:int} active key accounts have at most one known contact; they bought for"
            " {revenue:money} in the last twelve months.",
            len(single),
            accounts=len(facts.key_accounts),
            revenue=revenue,
        ),
        owner=N_("Key account managers"),
        effort="medium",
        customers=len(single),
        revenue=revenue,
    )


def _widen_range(facts: _Facts) -> Action | None:
    if not facts.data.has("transactions", "category"):
        return None
    orders = facts.data.table("transactions")
    since = facts.data.recorded_until("transactions") - YEAR
    recent = orders[(orders["ordered_on"] > since) & ~orders["is_return"].astype(bool)]
    if recent["category"].nunique() < 3:
        return None
    bought = recent.groupby("customer_id")["category"].nunique()
    narrow = bought.index[bought == 1].intersection(facts.active)
    if narrow.empty:
        return None
    revenue = facts.spent(narrow)
    return Action(
        key="widen_range",
        title=N_("Offer a second category to customers who buy only one"),
        evidence=N_(
            "{count:int} of {active:int} active customers buy a single one of {categories:int} categories; they bought"
            " for {revenue:money} in the last twelve months.",
            count=len(narrow),
            active=len(facts.active),
            categories=int(recent["category"].nunique()),
            revenue=revenue,
        ),
        owner=N_("Sales management"),
        effort="medium",
        customers=len(narrow),
        revenue=revenue,
    )


def _close_complaints(facts: _Facts) -> Action | None:
    if not facts.data.has("feedback", "kind") or "resolved_on" not in facts.data.table("feedback"):
        return None
    feedback = facts.data.table("feedback")
    unresolved = feedback[(feedback["kind"] == "complaint") & feedback["resolved_on"].isna()]
    if unresolved.empty:
        return None
    customers = pd.Index(unresolved["customer_id"].dropna().unique()) if "customer_id" in unresolved else pd.Index([])
    revenue = facts.spent(customers)
    oldest = int((facts.data.as_of - unresolved["received_on"].min()).days)
    return Action(
        key="close_complaints",
        title=N_("Close the open complaints, the oldest first"),
        evidence=NP_(
            "One complaint has been open for {oldest:int} days; its customer bought for {revenue:money} in the last"
            " twelve months.",
            "{count:int} complaints are open, the oldest for {oldest:int} days; their customers bought for"
            " {revenue:money} in the last twelve months.",
            len(unresolved),
            oldest=oldest,
            revenue=revenue,
        ),
        owner=N_("Customer service"),
        effort="low",
        customers=len(customers) if len(customers) else None,
        revenue=revenue if len(customers) else None,
    )


def _raise_weakest_item(facts: _Facts) -> Action | None:
    """Name the driver item whose interval lies wholly below the mean of the others."""
    items = [
        (item, item.index)
        for item in facts.indicators.items
        if item.role == "driver" and isinstance(item.index, Estimate)
    ]
    if len(items) < 2:
        return None
    weakest, estimate = min(items, key=lambda pair: pair[1].value)
    others = [other.value for item, other in items if item is not weakest]
    average = sum(others) / len(others)
    if estimate.high >= average:
        return None
    language = facts.params.language
    return Action(
        key="raise_weakest_item",
        title=N_("Improve what customers rate lowest: {item:text}", item=localized(weakest.label, language)),
        evidence=N_(
            "It is rated {value:number1} of 100 points, against {average:number1} on average for the other"
            " {others:int} aspects (n = {n:int}).",
            value=estimate.value,
            average=average,
            others=len(others),
            n=estimate.n,
        ),
        owner=N_("Owner of the process"),
        effort="high",
    )


def _coach_partners(facts: _Facts) -> Action | None:
    result = facts.indicators.results.get("satisfaction_index")
    if result is None or not isinstance(result.overall, Estimate):
        return None
    overall = result.overall.value
    weak = [
        key for key, outcome in result.by_partner.items() if isinstance(outcome, Estimate) and outcome.high < overall
    ]
    if not weak:
        return None
    names = partner_names(facts.data)
    return Action(
        key="coach_partners",
        title=N_("Work with the channel partners whose customers are clearly less satisfied"),
        evidence=NP_(
            "The customers of {partners:list} are less satisfied than all customers, beyond what chance explains.",
            "The customers of each of {count:int} partners (such as {partners:list}) are less satisfied than all"
            " customers, beyond what chance explains for a single partner.",
            len(weak),
            partners=sorted(names.get(key, key) for key in weak)[:NAMED],
        ),
        owner=N_("Channel management"),
        effort="medium",
    )


def _ask_customers(facts: _Facts) -> Action | None:
    if facts.data.has("survey"):
        return None
    return Action(
        key="ask_customers",
        title=N_("Ask the customers: start a short survey, joined to the customer numbers"),
        evidence=N_("There are no survey answers, so satisfaction and loyalty are known only from purchases."),
        owner=N_("Marketing"),
        effort="medium",
    )


def _record_contacts(facts: _Facts) -> Action | None:
    if facts.data.has("interactions"):
        return None
    return Action(
        key="record_contacts",
        title=N_("Record contacts with customers in one place"),
        evidence=N_("There are no records of contacts, so neither neglect nor dependence on one person can be seen."),
        owner=N_("Sales management"),
        effort="medium",
    )


TRIGGERS: tuple[Callable[[_Facts], Action | None], ...] = (
    _restore_contact,
    _win_back,
    _stop_shrinking,
    _add_contacts,
    _widen_range,
    _close_complaints,
    _raise_weakest_item,
    _coach_partners,
    _ask_customers,
    _record_contacts,
)
