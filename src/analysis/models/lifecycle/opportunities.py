"""Opportunities as rows: when each was created and decided, how far it got, and what was known when it was created."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.ledger import Ledger, day_of, to_days
from analysis.models.clustering import Codes, Floats
from analysis.models.lifecycle.churn_rows import Before
from analysis.models.lifecycle.groups import group_codes_of
from analysis.models.lifecycle.incidence import Endings
from analysis.models.lifecycle.tenures import NEVER

WON, LOST = 1, 2
CONTACT_DAYS = 90
"""Days before the creation in which contacts are counted."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Opportunities:
    """One opportunity an element, in the order of the table.

    Parameters
    ----------
    frame
        The rows of the table created by `as_of`.
    created, days
        Day of the creation, and days from it to the decision or to `as_of` (at least half a day).
    outcome
        0 open, `WON` or `LOST`.
    amount
        In the audit's currency, NaN where unknown.
    groups
        Group of companies of the customer.
    """

    frame: pd.DataFrame
    created: Codes
    days: Floats
    outcome: Codes
    amount: Floats
    groups: Codes

    @property
    def decided(self) -> np.ndarray:
        """Return which have been decided."""
        return np.asarray(self.outcome > 0)

    def endings(self) -> Endings:
        """Return the days until the decision."""
        return Endings(days=self.days, way=self.outcome)


def collect_opportunities(data: ClientData) -> Opportunities:
    """Return the opportunities; one closed after `as_of`, or closed without a day or an outcome, counts as open."""
    frame = data.table("opportunities")
    frame = frame[(frame["created_on"] <= data.as_of) & frame["customer_id"].notna()].reset_index(drop=True)
    today = day_of(data.as_of)
    created = to_days(frame["created_on"])
    closed = to_days(frame["closed_on"]) if "closed_on" in frame else np.full(len(frame), NEVER)
    won = frame["is_won"] if "is_won" in frame else pd.Series(pd.NA, index=frame.index)
    decided = won.notna().to_numpy(dtype=bool) & (closed != NEVER) & (closed <= today)
    outcome = np.where(decided, np.where(won.fillna(value=False).to_numpy(dtype=bool), WON, LOST), 0)
    end = np.where(decided, closed, today)
    amount = (
        frame["amount"].to_numpy(dtype=np.float64, na_value=np.nan)
        if "amount" in frame
        else np.full(len(frame), np.nan)
    )
    return Opportunities(
        frame=frame,
        created=created,
        days=np.maximum((end - created).astype(np.float64), 0.5),
        outcome=outcome.astype(np.int64),
        amount=amount,
        groups=group_codes_of(pd.Index(frame["customer_id"]), data),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class EnteredStages:
    """Which opportunity (rows) entered which stage (columns), the stages in the order in which they are entered.

    A "stage" all of whose opportunities have one and the same outcome is the decision itself (Won, Lost) and no stage.
    """

    names: tuple[str, ...]
    entered: np.ndarray


def entered_stages(found: Opportunities, data: ClientData) -> EnteredStages | None:
    """Return the stages entered by `as_of`, or None where they are not recorded."""
    if not data.has("opportunity_stages", "stage", "entered_on"):
        return None
    stages = data.table("opportunity_stages")
    place = pd.Index(found.frame["opportunity_id"]).get_indexer(pd.Index(stages["opportunity_id"]))
    entered = to_days(stages["entered_on"])
    known = (place >= 0) & (entered != NEVER) & (entered <= day_of(data.as_of)) & stages["stage"].notna().to_numpy()
    frame = pd.DataFrame({"stage": stages["stage"][known].astype(str).to_numpy(), "place": place[known]})
    frame["since"] = entered[known] - found.created[frame["place"]]
    frame["outcome"] = found.outcome[frame["place"]]
    by_stage = frame.groupby("stage")
    outcomes = by_stage["outcome"].agg(["min", "max"])
    is_decision = (outcomes["min"] == outcomes["max"]) & (outcomes["min"] > 0)
    order = by_stage["since"].median().sort_values(kind="stable").index
    names = tuple(str(name) for name in order if not is_decision[name])
    matrix = np.zeros((len(found.days), len(names)), dtype=bool)
    for column, name in enumerate(names):
        matrix[frame.loc[frame["stage"] == name, "place"], column] = True
    return EnteredStages(names=names, entered=matrix)


def known_at_creation(
    found: Opportunities, data: ClientData, ledger: Ledger | None, *, attributable: bool
) -> dict[str, Floats]:
    """Return what was known of each opportunity on the day before it was created; NaN where nothing was."""
    ids = pd.Index(found.frame["customer_id"].unique())
    before = Before(ids, found.created.astype(np.float64), ids.get_indexer(pd.Index(found.frame["customer_id"])))
    known: dict[str, Floats] = {}
    if np.isfinite(found.amount).any():
        known["amount"] = np.log(np.where(found.amount > 0, found.amount, np.nan))
    if ledger is not None:
        orders = pd.DataFrame({"customer_id": ledger.ids[ledger.bought_by], "day": ledger.bought_on})
        known["customer"] = (before.count(orders, "day") > 0).astype(float)
    if data.has("interactions", "customer_id", "occurred_on"):
        known["contacts"] = np.log1p(before.count(data.table("interactions"), "occurred_on", CONTACT_DAYS))
    if attributable and data.has("survey", "customer_id", "satisfaction_index"):
        known["satisfaction"] = before.latest(data.table("survey"), "responded_on", "satisfaction_index")
    return known
