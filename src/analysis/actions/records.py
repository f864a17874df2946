"""The client's own records of orders, contacts and complaints as they stood on a day."""

from functools import cached_property

import pandas as pd

from analysis.data.client import RECORDED_ON, ClientData
from analysis.params.model import ClientParams

YEAR = pd.Timedelta(days=365)
CONTRACTION = 0.3  # a customer counts as shrinking when a third of last year's revenue is gone, beyond usual noise
DATES = {**RECORDED_ON, "feedback": "received_on", "opportunities": "created_on", "contracts": "starts_on"}
"""Table -> the date that says whether a row was known on a day."""


class Records:
    """What the records say, each part computed once and only when asked.

    Parameters
    ----------
    data, params
        The client.
    today
        The day of which the records are asked; default: the date of the audit. Nothing after it is seen.
    """

    def __init__(self, data: ClientData, params: ClientParams, today: pd.Timestamp | None = None) -> None:
        self.data, self.params = data, params
        self.today = data.as_of if today is None else min(today, data.as_of)
        self.is_past = self.today < data.as_of

    def has(self, table: str, *columns: str) -> bool:
        """Return whether the table and its columns hold anything."""
        return self.data.has(table, *columns)

    def table(self, name: str) -> pd.DataFrame:
        """Return the rows of a table that were known on the day."""
        frame = self.data.table(name)
        return frame[frame[DATES[name]] <= self.today] if self.is_past and name in DATES else frame

    def until(self, name: str) -> pd.Timestamp:
        """Return the day to which a record reaches, not after the day that is asked of."""
        return min(self.data.recorded_until(name), self.today)

    @cached_property
    def revenue(self) -> pd.DataFrame:
        """Revenue by customer in the last year (``now``) and the one before (``before``)."""
        if not self.has("transactions"):
            return pd.DataFrame({"now": pd.Series(dtype=float), "before": pd.Series(dtype=float)})
        orders = self.table("transactions")
        age = self.until("transactions") - orders["ordered_on"]
        now = orders.loc[age < YEAR].groupby("customer_id")["revenue_constant"].sum()
        before = orders.loc[(age >= YEAR) & (age < 2 * YEAR)].groupby("customer_id")["revenue_constant"].sum()
        return pd.DataFrame({"now": now, "before": before}).fillna(0.0)

    @cached_property
    def has_two_years(self) -> bool:
        """Whether the orders reach back two full years, so that two years can be compared."""
        first = self.data.table("transactions")["ordered_on"].min() if self.has("transactions") else pd.NaT
        return bool(first <= self.until("transactions") - 2 * YEAR + pd.Timedelta(days=31))

    @cached_property
    def purchases(self) -> pd.DataFrame:
        """One row a customer and day with a purchase (returns apart), in the order of customers and days."""
        if not self.has("transactions"):
            return pd.DataFrame(
                {"customer_id": pd.Series(dtype=object), "ordered_on": pd.Series(dtype="datetime64[s]")}
            )
        orders = self.table("transactions")
        bought = orders.loc[~orders["is_return"].astype(bool), ["customer_id", "ordered_on"]]
        return bought.drop_duplicates().sort_values(["customer_id", "ordered_on"], kind="stable")

    @cached_property
    def active(self) -> pd.Index:
        """Customers who bought in the last year."""
        return self.revenue.index[self.revenue["now"] > 0]

    @cached_property
    def lost(self) -> pd.Index:
        """Customers who bought the year before and not in the last."""
        return self.revenue.index[(self.revenue["before"] > 0) & (self.revenue["now"] <= 0)]

    @cached_property
    def shrinking(self) -> pd.Index:
        """Active customers who lost at least `CONTRACTION` of the revenue of the year before."""
        table = self.revenue
        return table.index[(table["now"] > 0) & (table["now"] < (1 - CONTRACTION) * table["before"])]

    @cached_property
    def key_accounts(self) -> pd.Index:
        """All key accounts."""
        customers = self.data.customers
        return customers.index[customers["is_key_account"].astype(bool)]

    @cached_property
    def active_key_accounts(self) -> pd.Index:
        """Key accounts among the active customers."""
        return self.key_accounts.intersection(self.active)

    @cached_property
    def contacts(self) -> pd.DataFrame | None:
        """Interactions of the last year, or None where the client keeps none."""
        if not self.has("interactions"):
            return None
        contacts = self.table("interactions")
        return contacts[contacts["occurred_on"] > self.until("interactions") - YEAR]

    @cached_property
    def overdue(self) -> pd.Index:
        """Active customers whose last contact is older than planned, or who never had one."""
        customers = self.data.customers
        planned = pd.Series(self.params.interaction.planned_revisit_days, index=customers.index, dtype=float)
        if "planned_revisit_days" in customers:
            planned = pd.to_numeric(customers["planned_revisit_days"]).astype(float).fillna(planned)
        last = customers["last_contact"]
        if self.is_past:
            last = self.table("interactions").groupby("customer_id")["occurred_on"].max().reindex(customers.index)
        waited = (self.until("interactions") - last).dt.days.astype(float)
        return customers.index[waited.isna() | (waited > planned)].intersection(self.active)

    @cached_property
    def complaints(self) -> pd.DataFrame | None:
        """All complaints, with the column ``is_open``; None where feedback has no kind."""
        if not self.has("feedback", "kind"):
            return None
        feedback = self.table("feedback")
        complaints = feedback[feedback["kind"] == "complaint"]
        if "resolved_on" not in complaints:
            return complaints.assign(is_open=False)
        return complaints.assign(is_open=~(complaints["resolved_on"] <= self.today))

    def spent(self, customers: pd.Index, column: str = "now") -> float:
        """Return the revenue of some customers."""
        return float(self.revenue[column].reindex(customers).fillna(0.0).sum())
