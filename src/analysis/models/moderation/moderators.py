"""Who may differ: the moderators that a client has, by response and by customer.

Recency and frequency are those of the day of the response: only order days strictly before it count.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.clustering import Codes, Floats
from analysis.models.loyalty_sample import CONTROL_NAMES, LoyaltySample, control_values, names_key_accounts
from analysis.models.repurchase_plan import Plan
from analysis.models.repurchase_sample import purchase_days, usable_answers
from analysis.models.terms import MOST_LEVELS, Term
from analysis.params.base import localized
from analysis.params.model import ClientParams

NUMERIC = frozenset({"tenure", "recency", "frequency"})
NAMES: dict[str, Message] = {
    **{key: name for key, name in CONTROL_NAMES.items() if key != "wave"},
    "tenure": N_("Tenure, years"),
    "recency": N_("Days since the last order"),
    "frequency": N_("Days with an order before the answer"),
}


@dataclass(frozen=True, kw_only=True)
class Moderator:
    """A moderator's columns.

    Parameters
    ----------
    key, name
        Stable name, and in words.
    values
        Shape (rows, columns): the number itself, or indicators of the groups but the first; NaN where unknown.
    groups
        The groups, the most frequent first; None for a number.
    logarithmic
        Whether the number enters as log(1 + number).
    """

    key: str
    name: Message
    values: Floats
    groups: tuple[str, ...] | None = None
    logarithmic: bool = False

    @property
    def known(self) -> Codes:
        """Return the rows in which it is known."""
        return np.asarray(np.isfinite(self.values).all(axis=1))

    @property
    def terms(self) -> tuple[Term, ...]:
        """Return its columns' names."""
        keys = [self.key] if self.groups is None else [f"{self.key}={group}" for group in self.groups[1:]]
        return tuple(Term(key=key, label=self.name) for key in keys)

    def own_unit(self, value: float) -> float:
        """Return a value of its column in the unit that a reader knows."""
        return round(float(np.expm1(value)), 6) if self.logarithmic else float(value)


def response_moderators(sample: LoyaltySample, data: ClientData, params: ClientParams) -> list[Moderator]:
    """Return the moderators of the responses, in the order in which they are printed."""
    values = control_values(sample.rows, data, params)
    values.pop("wave", None)
    if data.has_real_customers and "customer_id" in sample.rows and data.has("transactions"):
        values |= past_buying(sample.rows, data, params)
    found = [_moderator(key, column, sample.clusters, params) for key, column in values.items()]
    return [item for item in [*found, *_items(sample.rows, params)] if item is not None]


def customer_moderators(plan: Plan, data: ClientData, params: ClientParams) -> list[Moderator]:
    """Return the moderators of the customers of the repeat-purchase model."""
    rows, accounts = plan.rows, np.arange(len(plan.rows))
    values: dict[str, pd.Series] = {}
    if rows["segment"].notna().any():
        values["segment"] = rows["segment"]
    values["tenure"] = rows["tenure"]
    if names_key_accounts(data.customers):
        values["key_account"] = _as_numbers(rows["customer_id"].map(data.customers["is_key_account"]))
    values |= {key: np.expm1(rows[key]) for key in ("recency", "frequency")}
    found = [_moderator(key, column, accounts, params) for key, column in values.items()]
    return [item for item in [*found, *_items(_answers_of(plan, data, params), params)] if item is not None]


def past_buying(rows: pd.DataFrame, data: ClientData, params: ClientParams) -> dict[str, pd.Series]:
    """Return days since the last order day before each response, and the order days in the history before it."""
    purchases = purchase_days(data)
    if purchases.empty:
        return {}
    customer, names = pd.factorize(purchases["customer_id"])  # sorted by customer, so that codes rise with the rows
    codes = pd.Index(names).get_indexer(pd.Index(rows["customer_id"].astype(object)))
    day = _day_numbers(purchases["day"])
    answered = _day_numbers(rows["responded_on"])
    span = int(max(day.max(), answered.max())) + 2 + params.repurchase.history_days
    line = customer.astype(np.int64) * span + day
    here = codes * span + answered
    before = np.searchsorted(line, here, side="left")
    first = np.searchsorted(line, codes * span, side="left")
    opened = np.maximum(here - params.repurchase.history_days, codes * span)
    since = answered - day[np.maximum(before - 1, 0)]
    known = codes >= 0
    count = np.where(known, before - np.searchsorted(line, opened, side="left"), 0).astype(float)
    return {
        "recency": pd.Series(np.where(known & (before > first), since, np.nan), index=rows.index),
        "frequency": pd.Series(count, index=rows.index).where(rows["customer_id"].notna()),
    }


def _day_numbers(dates: pd.Series) -> np.ndarray:
    return dates.to_numpy().astype("datetime64[D]").astype(np.int64)


def _as_numbers(column: pd.Series) -> pd.Series:
    return column.astype("Float64").astype(float)


def _moderator(key: str, column: pd.Series, accounts: Codes, params: ClientParams) -> Moderator | None:
    """Return one moderator; None where nothing is known of it."""
    if not column.notna().any():
        return None
    if key in NUMERIC:
        numbers = column.to_numpy(dtype=float, na_value=np.nan)
        logarithmic = key != "tenure"
        values = np.log1p(numbers) if logarithmic else numbers
        return Moderator(key=key, name=NAMES[key], values=values[:, None], logarithmic=logarithmic)
    labels = column.astype(object).where(column.notna(), None)
    if key == "key_account":
        labels = labels.map({0.0: "no", 1.0: "yes"})
    return _grouped(key, labels, accounts, max(params.limits.min_clusters, params.limits.small_cell))


def _grouped(key: str, labels: pd.Series, accounts: Codes, fewest: int) -> Moderator:
    """Return indicators of the groups with at least `fewest` accounts; the rows of the others are left out."""
    sizes = pd.Series(accounts).groupby(labels.to_numpy(dtype=object)).nunique()
    ranked = sorted(sizes.index, key=lambda group: (-sizes[group], str(group)))
    kept = [group for group in ranked[:MOST_LEVELS] if sizes[group] >= fewest]
    values = np.column_stack([(labels == group).to_numpy(dtype=float) for group in kept[1:]] or [np.zeros(len(labels))])
    values[~labels.isin(kept).to_numpy()] = np.nan
    return Moderator(key=key, name=NAMES[key], values=values, groups=tuple(str(group) for group in kept))


def _items(rows: pd.DataFrame, params: ClientParams) -> list[Moderator]:
    """Return the questions that the client declared to be moderators, as numbers on their own scale."""
    if params.survey is None:
        return []
    return [
        Moderator(
            key=key,
            name=N_(
                "{label:text} (survey answer)", label=localized(item.label or item.wording, params.language) or key
            ),
            values=rows[key].to_numpy(dtype=float, na_value=np.nan)[:, None],
        )
        for key, item in params.survey.items.items()
        if item.role == "moderator" and key in rows and rows[key].notna().any()
    ]


def _answers_of(plan: Plan, data: ClientData, params: ClientParams) -> pd.DataFrame:
    """Return the customers' mean answers to the declared questions, given by the day of their index response."""
    keys = [key for key, item in params.survey.items.items() if item.role == "moderator"] if params.survey else []
    answers = usable_answers(data, params)
    keys = [key for key in keys if key in answers]
    if not keys:
        return pd.DataFrame(index=plan.rows.index)
    answers = answers.assign(until=answers["customer_id"].map(plan.rows.set_index("customer_id")["responded_on"]))
    answers = answers[answers["responded_on"] <= answers["until"]]
    latest = answers[answers["wave_order"] == answers.groupby("customer_id")["wave_order"].transform("max")]
    weight = latest["survey_weight"] * latest["level_weight"]
    groups = latest["customer_id"].astype(str)
    means = {
        key: (latest[key] * weight).groupby(groups).sum(min_count=1)
        / weight.where(latest[key].notna()).groupby(groups).sum(min_count=1)
        for key in keys
    }
    return pd.DataFrame(means).reindex(plan.rows["customer_id"]).reset_index(drop=True)
