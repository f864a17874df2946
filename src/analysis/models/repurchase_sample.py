"""One row a customer with everything in its order in time: what is known before the response, what was bought after.

Nothing here looks past its own date: predictors use order days strictly before the index response, the outcome order
days strictly after it, up to the horizon. Orders on the day of the response belong to neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.models.guarded_segments import guarded_segments
from analysis.models.memory import once_per_client
from analysis.params.model import ClientParams

DAYS_PER_YEAR = 365.25


@dataclass(frozen=True, kw_only=True)
class RepurchaseSample:
    """Customers at their index response.

    Parameters
    ----------
    rows
        One row a customer, sorted by id: ``customer_id, responded_on, satisfaction, loyalty`` (0-100; loyalty NaN
        where not asked), ``weight``, ``bought`` (0/1), ``recency`` (log of 1 + days since the last order; NaN
        without one), ``frequency`` (log of 1 + order days within the history), ``tenure`` (years; NaN where
        unknown), ``segment``, ``group`` (of companies; the customer itself without one), ``no_order_before`` and
        ``history_cut`` (bool).
    responding
        Customers with a satisfaction answer, the censored included.
    censored
        Of these, those none of whose responses has a complete horizon.
    """

    rows: pd.DataFrame
    responding: int
    censored: int


@once_per_client
def build_sample(data: ClientData, params: ClientParams) -> RepurchaseSample:
    """Return the customers of the repeat-purchase model; the tables `survey` and `transactions` must be there."""
    answers = usable_answers(data, params)
    index = index_responses(followed_answers(answers, data, params))
    purchases = purchase_days(data)
    rows = index.assign(bought=bought_between(index, purchases, 0, params.repurchase.horizon_days).astype(float))
    rows = rows.join(history(rows, purchases, 0, params.repurchase.history_days, data))
    rows["segment"] = rows["customer_id"].map(guarded_segments(data, params)) if params.segment else None
    rows["group"] = group_of(rows["customer_id"], data)
    responding = int(answers["customer_id"].nunique())
    return RepurchaseSample(rows=rows, responding=responding, censored=responding - len(rows))


def group_of(customers: pd.Series, data: ClientData) -> pd.Series:
    """Return the group of companies that each customer belongs to: its parent, or the customer itself."""
    if "parent_id" not in data.customers:
        return customers
    return customers.map(data.customers["parent_id"]).astype(object).fillna(customers).astype(str)


def usable_answers(data: ClientData, params: ClientParams) -> pd.DataFrame:
    """Return the responses of known customers with a satisfaction index, each with the weight it has in its account."""
    survey = data.table("survey")
    answers = survey[survey["customer_id"].notna() & survey["satisfaction_index"].notna()].copy()
    survey_weighted = params.survey is not None and params.survey.weight_kind == "survey"
    answers["survey_weight"] = answers["weight"] if survey_weighted and "weight" in answers else 1.0
    by_level = params.survey.respondent_weights if params.survey is not None else {}
    level = answers["respondent_level"] if "respondent_level" in answers else pd.Series(None, index=answers.index)
    answers["level_weight"] = level.map(by_level).astype(float).fillna(1.0) if by_level else 1.0
    return answers[answers["level_weight"] > 0]


def followed_answers(answers: pd.DataFrame, data: ClientData, params: ClientParams) -> pd.DataFrame:
    """Return the answers whose horizon the record of orders covers."""
    horizon = pd.Timedelta(days=params.repurchase.horizon_days)
    return answers[answers["responded_on"].dt.normalize() + horizon <= data.recorded_until("transactions")]


def latest_wave(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the answers that each customer gave in the latest wave it took part in."""
    latest = answers.groupby("customer_id", observed=True)["wave_order"].transform("max")
    return answers[answers["wave_order"] == latest]


def index_means(data: ClientData, params: ClientParams, columns: Sequence[str]) -> pd.DataFrame:
    """Return the mean answer of each customer in its index wave, as `build_sample` averages the two indices.

    Parameters
    ----------
    columns
        Columns of the survey; one that the client has not is missing throughout.

    Returns
    -------
    pandas.DataFrame
        Indexed by customer_id, sorted; NaN where nobody of the customer answered.
    """
    answers = latest_wave(followed_answers(usable_answers(data, params), data, params))
    groups = answers["customer_id"].astype(str)
    known = {name: _mean_by(answers, name, groups) for name in columns if name in answers}
    return pd.DataFrame(known, index=pd.Index(sorted(groups.unique()), name="customer_id"), columns=list(columns))


def index_responses(answers: pd.DataFrame) -> pd.DataFrame:
    """Return one row a customer: its answers in the latest wave it took part in, averaged, at their latest date."""
    answers = latest_wave(answers)
    groups = answers["customer_id"].astype(str)
    frame = pd.DataFrame({"satisfaction": _mean_by(answers, "satisfaction_index", groups)})
    frame["loyalty"] = _mean_by(answers, "loyalty_index", groups) if "loyalty_index" in answers else np.nan
    respondents = answers["respondent_key"].groupby(groups).nunique()
    usable = (answers["survey_weight"] > 0).groupby(groups).all()  # a weight that is missing or not above 0 is refused
    frame["weight"] = (answers["survey_weight"].groupby(groups).sum() / respondents).where(usable)
    frame["responded_on"] = answers["responded_on"].groupby(groups).max()
    return frame.rename_axis("customer_id").sort_index().reset_index()


def _mean_by(answers: pd.DataFrame, column: str, groups: pd.Series) -> pd.Series:
    """Return the mean of `column` by group, weighted by survey and respondent level, over those who answered."""
    weight = (answers["survey_weight"] * answers["level_weight"]).where(answers[column].notna())
    total = (answers[column] * weight).groupby(groups).sum(min_count=1)
    return total / weight.groupby(groups).sum(min_count=1)


def purchase_days(data: ClientData) -> pd.DataFrame:
    """Return the days on which each customer bought: ``customer_id, day``, returns left aside, sorted."""
    orders = data.table("transactions")
    bought = orders[~orders["is_return"].astype(bool) & orders["customer_id"].notna()]
    days = pd.DataFrame({"customer_id": bought["customer_id"].astype(str), "day": bought["ordered_on"].dt.normalize()})
    return days.drop_duplicates().sort_values(["customer_id", "day"], ignore_index=True)


def bought_between(rows: pd.DataFrame, purchases: pd.DataFrame, first: int, last: int) -> pd.Series:
    """Return whether each customer bought more than `first` and at most `last` days after its response."""
    days = _days_after(rows, purchases)
    inside = days.loc[(days["after"] > first) & (days["after"] <= last), "customer_id"]
    return rows["customer_id"].isin(inside)


def history(rows: pd.DataFrame, purchases: pd.DataFrame, shift: int, length: int, data: ClientData) -> pd.DataFrame:
    """Return what was known `shift` days before each response, from order days strictly before that date."""
    days = _days_after(rows, purchases)
    before = days[days["after"] < -shift]
    recent = before[before["after"] >= -shift - length]
    customers = rows["customer_id"]
    since = customers.map(-before.groupby("customer_id")["after"].max() - shift).astype(float)
    count = customers.map(recent.groupby("customer_id").size()).fillna(0).astype(float)
    start = rows["responded_on"] - pd.Timedelta(days=shift + length)
    cut = start < data.table("transactions")["ordered_on"].min()
    return pd.DataFrame(
        {
            "recency": np.log1p(since),
            "frequency": np.log1p(count),
            "tenure": tenure_years(rows, before, shift, data),
            "no_order_before": since.isna(),
            "history_cut": cut,
        },
        index=rows.index,
    )


def tenure_years(rows: pd.DataFrame, before: pd.DataFrame, shift: int, data: ClientData) -> pd.Series:
    """Return years as a customer: since joining where that is known for anyone, else since the first order before."""
    when = rows["responded_on"] - pd.Timedelta(days=shift)
    if "joined_on" in data.customers and data.customers["joined_on"].notna().any():
        days = (when - rows["customer_id"].map(data.customers["joined_on"])).dt.days
        return (days / DAYS_PER_YEAR).where(days >= 0)
    first = rows["customer_id"].map(-before.groupby("customer_id")["after"].min() - shift)
    return first.astype(float).fillna(0.0) / DAYS_PER_YEAR


def _days_after(rows: pd.DataFrame, purchases: pd.DataFrame) -> pd.DataFrame:
    """Return every order day of the rows' customers as days after (negative: before) the response."""
    joined = purchases.merge(rows[["customer_id", "responded_on"]], on="customer_id", how="inner")
    joined["after"] = (joined["day"] - joined["responded_on"].dt.normalize()).dt.days
    return joined[["customer_id", "after"]]
