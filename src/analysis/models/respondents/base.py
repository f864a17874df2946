"""The customer base at a survey wave's beginning, and what is known of every customer in it.

Nothing here is from after the wave began, except who answered. Segment, region and key account are as the client's list
of customers has them today, which has no history.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.clustering import Floats
from analysis.models.guarded_segments import guarded_segments
from analysis.models.loyalty_sample import names_key_accounts
from analysis.models.memory import once_per_client
from analysis.models.repurchase_sample import purchase_days
from analysis.models.terms import FEWEST_KNOWN
from analysis.params.model import ClientParams
from analysis.results import Unit

YEAR = 365
DAYS_PER_YEAR = 365.25
FEWEST_ANSWERS = 5
"""Fewest customers who answered in a group of its own; smaller groups count together as others."""
MOST_GROUPS = 10
BANDS = 3
"""Groups of like size that a number is cut into for raking."""
LABELS: dict[str, Message] = {
    "segment": N_("Segment"),
    "region": N_("Region"),
    "key_account": N_("Key account"),
    "revenue": N_("Revenue of the year before"),
    "orders": N_("Order days in the year before"),
    "recency": N_("Days since the last order"),
    "tenure": N_("Tenure, years"),
}
UNITS: dict[str, Unit] = {"revenue": "money", "orders": "count", "recency": "days", "tenure": "count"}
GROUPED = ("segment", "region", "key_account")
LOGGED = ("revenue", "orders", "recency")


@dataclass(frozen=True, kw_only=True, eq=False)
class Groups:
    """A characteristic with groups: a code for each customer of the base, and the groups' names."""

    key: str
    codes: NDArray[np.int64]
    names: tuple[Message, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Base:
    """Customers at the beginning of a wave.

    Parameters
    ----------
    wave, order
        The wave, and its place in time.
    start, end
        The day it began (the first invitation or answer), and the day of its last answer.
    ids, answered
        The customers, and whether any of their people answered the wave.
    groups
        Characteristics with groups, none of fewer than `FEWEST_ANSWERS` customers who answered.
    numbers
        Characteristics that are numbers, by key, in their own units, without missing values.
    notes
        What was left out, and why.
    """

    wave: str
    order: int
    start: pd.Timestamp
    end: pd.Timestamp
    ids: pd.Index
    answered: NDArray[np.bool_]
    groups: tuple[Groups, ...]
    numbers: dict[str, Floats]
    notes: tuple[Message, ...]

    @property
    def n(self) -> int:
        """Customers in the base."""
        return len(self.ids)

    def margins(self) -> tuple[Groups, ...]:
        """Return the characteristics that weights are raked to: the groups, and the numbers in bands."""
        bands = [_bands(key, values, self.answered) for key, values in self.numbers.items()]
        return (*self.groups, *(band for band in bands if band is not None))


@once_per_client
def order_days(data: ClientData, params: ClientParams) -> pd.DataFrame:
    """Return the days on which each customer bought, as `purchase_days`, once for all waves; orders must be there."""
    return purchase_days(data)


def build_base(data: ClientData, params: ClientParams, order: int) -> Base:
    """Return the customers known when a wave began and not known to have left, and everybody who answered it.

    Parameters
    ----------
    data, params
        The client; the survey names customers.
    order
        The wave's place in time (``wave_order``).
    """
    survey = data.table("survey")
    answers = survey[(survey["wave_order"] == order) & survey["customer_id"].notna()]
    wave = str(data.waves[order])
    start, end = _fieldwork(answers, wave, data)
    replied = pd.Index(answers["customer_id"].astype(str).unique())
    ids = _customers_at(start, data, params).union(replied).sort_values()
    answered = np.asarray(ids.isin(replied))
    table, notes = _known(ids, start, data, params)
    fewest = max(FEWEST_ANSWERS, params.limits.small_cell)
    groups = [_groups(key, table[key], answered, fewest) for key in GROUPED if key in table]
    numbers = {
        key: table[key].to_numpy(dtype=float) for key in UNITS if key in table and float(table[key].std(ddof=0)) > 0
    }
    return Base(
        wave=wave,
        order=order,
        start=start,
        end=end,
        ids=ids,
        answered=answered,
        groups=tuple(group for group in groups if group is not None),
        numbers=numbers,
        notes=notes,
    )


def _fieldwork(answers: pd.DataFrame, wave: str, data: ClientData) -> tuple[pd.Timestamp, pd.Timestamp]:
    days = answers["responded_on"].dt.normalize()
    start, end = days.min(), days.max()
    if data.has("invitations", "invited_on"):
        invitations = data.table("invitations")
        invited = invitations.loc[invitations["wave"] == wave, "invited_on"].min()
        start = min(start, invited.normalize()) if pd.notna(invited) else start
    return start, end


def _customers_at(start: pd.Timestamp, data: ClientData, params: ClientParams) -> pd.Index:
    """Return the customers who had joined or bought by a day and are not known to have left before it."""
    customers = data.customers
    known = pd.Series(data=False, index=customers.index)
    dated = False
    if customers.get("joined_on") is not None and customers["joined_on"].notna().any():
        known |= customers["joined_on"] <= start
        dated = True
    if data.has("transactions"):
        first = order_days(data, params).groupby("customer_id")["day"].min()
        known |= pd.Series(customers.index, index=customers.index).map(first) <= start
        dated = True
    if not dated:
        known[:] = True
    if "stage" in customers:
        prospect = customers["stage"] == "prospect"
        known &= ~prospect.fillna(value=False)
        if not dated:
            known &= ~customers["stage"].isin(("lost", "dormant"))
    if customers.get("ended_on") is not None:
        known &= ~(pd.to_datetime(customers["ended_on"]) < start)
    return customers.index[known].astype(str)


def _known(
    ids: pd.Index, start: pd.Timestamp, data: ClientData, params: ClientParams
) -> tuple[pd.DataFrame, tuple[Message, ...]]:
    """Return the characteristics of the base's customers, and notes on those unknown for too many."""
    customers = data.customers.reindex(ids)
    table = pd.DataFrame(index=ids)
    notes: list[Message] = []
    segment = guarded_segments(data, params).reindex(ids) if params.segment and "segment" in customers else None
    wanted = {"segment": segment, "region": customers.get("region")}
    for key, column in wanted.items():
        if column is None or not column.notna().any():
            continue
        if column.notna().mean() < FEWEST_KNOWN:
            notes.append(N_("{what:message} was not compared: it is unknown for too many customers.", what=LABELS[key]))
            continue
        table[key] = column.astype(object).where(column.notna(), "–").astype(str)
    if names_key_accounts(data.customers):
        flags = customers["is_key_account"].astype("boolean").fillna(value=False).astype(bool)
        table["key_account"] = np.where(flags, "yes", "no")
    if data.has("transactions"):
        _add_buying(table, start, data, params)
    joined = customers.get("joined_on")
    if joined is not None and joined.notna().any():
        years = ((start - pd.to_datetime(joined)).dt.days / DAYS_PER_YEAR).clip(lower=0.0)
        if years.notna().mean() >= FEWEST_KNOWN:
            table["tenure"] = years.fillna(years.mean())
        else:
            notes.append(
                N_("{what:message} was not compared: it is unknown for too many customers.", what=LABELS["tenure"])
            )
    return table, tuple(notes)


def _add_buying(table: pd.DataFrame, start: pd.Timestamp, data: ClientData, params: ClientParams) -> None:
    """Add revenue, order days and recency from before the wave; without an order the record's length stands for it."""
    orders = data.table("transactions")
    before = orders[orders["ordered_on"] < start]
    recent = before[before["ordered_on"] >= start - pd.Timedelta(days=YEAR)]
    spent = recent.groupby("customer_id")["revenue"].sum()
    table["revenue"] = spent.reindex(table.index).fillna(0.0).clip(lower=0.0)
    days = order_days(data, params)
    days = days[days["day"] < start]
    year = days[days["day"] >= start - pd.Timedelta(days=YEAR)]
    table["orders"] = year.groupby("customer_id").size().reindex(table.index).fillna(0).astype(float)
    last = days.groupby("customer_id")["day"].max().reindex(table.index)
    longest = max(float((start - orders["ordered_on"].min()).days), 1.0)
    table["recency"] = (start - last).dt.days.astype(float).fillna(longest)


def _groups(key: str, values: pd.Series, answered: NDArray[np.bool_], fewest: int) -> Groups | None:
    """Return a characteristic's groups, the small ones as others; None where fewer than two are left."""
    replies = values[answered].value_counts()
    ranked = sorted(values.unique(), key=lambda name: (-int(replies.get(name, 0)), str(name)))
    kept = [name for name in ranked if replies.get(name, 0) >= fewest][:MOST_GROUPS]
    rest = [name for name in ranked if name not in kept]
    taken = ""
    while rest and kept and sum(int(replies.get(name, 0)) for name in rest) < fewest:
        taken = "" if taken else str(kept[-1])  # others too few to stand alone take the smallest group in
        rest.append(kept.pop())
    if len(kept) + bool(rest) < 2:
        return None
    place = {name: number for number, name in enumerate(kept)}
    codes = values.map(lambda name: place.get(name, len(kept))).to_numpy(dtype=np.int64)
    names = tuple(_group_name(key, name) for name in kept)
    others = N_("{name:message} and others", name=_group_name(key, taken)) if taken else N_("others")
    return Groups(key=key, codes=codes, names=(*names, others) if rest else names)


def _group_name(key: str, name: str) -> Message:
    if key == "key_account":
        return N_("key accounts") if name == "yes" else N_("other customers")
    return N_("{name:text}", name=name)


def _bands(key: str, values: Floats, answered: NDArray[np.bool_]) -> Groups | None:
    """Return a number in up to `BANDS` bands, cut at the quantiles of those who answered; None where they are one."""
    cuts = np.unique(np.quantile(values[answered], np.arange(1, BANDS) / BANDS))
    codes = np.searchsorted(cuts, values, side="left")
    counts = np.bincount(codes[answered], minlength=len(cuts) + 1)
    if (counts >= FEWEST_ANSWERS).sum() < 2:
        return None
    merged = np.cumsum(counts >= FEWEST_ANSWERS) - 1  # a band of too few goes with the one below it
    codes = np.maximum(merged, 0)[codes].astype(np.int64)
    if codes.max() == 0:
        return None
    return Groups(key=key, codes=codes, names=tuple(N_("{name:text}", name=str(k)) for k in range(codes.max() + 1)))
