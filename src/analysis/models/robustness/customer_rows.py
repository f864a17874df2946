"""Customers at their responses for many horizons and choices of waves: what `repurchase_sample` does once, again.

The rules are those of `repurchase_sample` (predictors from order days strictly before the response, the outcome from
those strictly after it, complete horizons only), on sorted arrays instead of frames.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.models.clustering import Codes, Floats
from analysis.models.guarded_segments import guarded_segments
from analysis.models.repurchase_sample import (
    DAYS_PER_YEAR,
    RepurchaseSample,
    group_of,
    purchase_days,
    usable_answers,
)
from analysis.params.model import ClientParams

FAR = 200_000  # days: more than any calendar holds, so that one customer's days never reach the next one's
Days = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Every usable answer as arrays, and the purchases it may be followed by.

    Parameters
    ----------
    frame
        The answers of `usable_answers`, sorted by customer.
    customers, customer
        Customer ids, sorted, and the code of each answer's.
    day, until, first
        Day numbers of the answers, of the end of the record and of its beginning.
    purchases
        Sorted codes ``customer * FAR + day`` of all order days.
    joined
        Day number on which each customer joined; NaN where unknown. None where unknown for all.
    segment, group
        By customer; segment None where there is none.
    """

    frame: pd.DataFrame
    customers: NDArray[np.object_]
    customer: Codes
    day: Days
    until: int
    first: int
    purchases: Days
    joined: Floats | None
    segment: pd.Series | None
    group: pd.Series


def read_answers(data: ClientData, params: ClientParams) -> Answers:
    """Return the answers and purchases of a client whose tables `survey` and `transactions` are there."""
    frame = usable_answers(data, params)
    frame = frame.assign(customer_id=frame["customer_id"].astype(str)).sort_values("customer_id", kind="stable")
    codes, found = pd.factorize(frame["customer_id"], sort=True)
    ids = np.asarray(found, dtype=object)
    known = pd.Series(np.arange(len(ids)), index=ids)
    bought = purchase_days(data)
    owner = bought["customer_id"].map(known)
    keys = owner[owner.notna()].to_numpy(dtype=np.int64) * FAR + day_numbers(bought["day"])[owner.notna().to_numpy()]
    customers = pd.Series(ids)
    joined = None
    if "joined_on" in data.customers and data.customers["joined_on"].notna().any():
        when = pd.to_datetime(customers.map(data.customers["joined_on"]))
        joined = np.where(when.notna(), day_numbers(when.fillna(pd.Timestamp(0))), np.nan)
    return Answers(
        frame=frame,
        customers=ids,
        customer=codes,
        day=day_numbers(frame["responded_on"]),
        until=int(day_numbers(pd.Series([data.recorded_until("transactions")]))[0]),
        first=int(day_numbers(pd.Series([data.table("transactions")["ordered_on"].min()]))[0]),
        purchases=np.sort(keys),
        joined=joined,
        segment=customers.map(guarded_segments(data, params)) if params.segment else None,
        group=group_of(customers, data),
    )


def day_numbers(dates: pd.Series) -> Days:
    """Return dates as whole days since 1970."""
    return np.asarray(dates.to_numpy().astype("datetime64[D]").astype(np.int64))


def customer_rows(answers: Answers, params: ClientParams, horizon: int, waves: str, unit: str) -> RepurchaseSample:
    """Return the rows of `RepurchaseSample` for one horizon and choice of rows.

    Parameters
    ----------
    horizon
        Days within which a purchase counts.
    waves
        ``index``: each customer's latest wave whose horizon is complete; ``all``: every wave (a customer has a row for
        each); ``wave:<label>``: that wave alone.
    unit
        ``account``: the answers of a customer in a wave averaged; ``respondent``: each answer by itself.
    """
    at, groups = select_answers(answers, horizon, waves, unit)
    rows = _averaged(answers, at, groups)
    rows = rows.join(
        followed(answers, rows["customer"].to_numpy(), rows["day"].to_numpy(), params.repurchase.history_days, horizon)
    )
    owner = rows["customer"].to_numpy()
    rows["customer_id"] = answers.customers[owner]
    rows["segment"] = answers.segment.to_numpy()[owner] if answers.segment is not None else None
    rows["group"] = answers.group.to_numpy()[owner]
    rows["row"] = np.arange(len(rows))
    responding = len(answers.customers)
    return RepurchaseSample(rows=rows, responding=responding, censored=responding - len(np.unique(owner)))


def select_answers(answers: Answers, horizon: int, waves: str, unit: str) -> tuple[Codes, Codes]:
    """Return the positions of the answers that are used, and the row of `customer_rows` that each goes into."""
    wave = answers.frame["wave_order"].to_numpy()
    keep = answers.day + horizon <= answers.until
    if waves.startswith("wave:"):
        keep &= (answers.frame["wave"].astype(str) == waves.removeprefix("wave:")).to_numpy()
    elif waves == "index" and keep.any():
        latest = np.full(len(answers.customers), -1)
        np.maximum.at(latest, answers.customer[keep], wave[keep])
        keep &= wave == latest[answers.customer]
    at = np.flatnonzero(keep)
    units = at if unit == "respondent" else answers.customer[at] * (int(wave.max(initial=0)) + 1) + wave[at]
    return at, np.unique(units, return_inverse=True)[1]


def mean_answer(answers: Answers, values: Floats, at: Codes, groups: Codes) -> Floats:
    """Return the mean of `values` (of all answers, NaN where missing) by row, weighted by survey and level."""
    frame, count = answers.frame, int(groups.max(initial=-1)) + 1
    weight = frame["survey_weight"].to_numpy(dtype=float)[at] * frame["level_weight"].to_numpy(dtype=float)[at]
    own = values[at]
    known = np.isfinite(own)
    total = np.bincount(groups[known], weights=(own * weight)[known], minlength=count)
    below = np.bincount(groups[known], weights=weight[known], minlength=count)
    return np.asarray(np.where(below > 0, total / np.where(below > 0, below, 1.0), np.nan))


def _averaged(answers: Answers, at: Codes, groups: Codes) -> pd.DataFrame:
    """Return one row a group of answers: means by survey and level weight, the weight and the latest day."""
    frame, count = answers.frame, int(groups.max(initial=-1)) + 1
    survey = frame["survey_weight"].to_numpy(dtype=float)[at]

    def mean(column: str) -> Floats:
        missing = column not in frame
        values = np.full(len(frame), np.nan) if missing else frame[column].to_numpy(dtype=float, na_value=np.nan)
        return mean_answer(answers, values, at, groups)

    persons = pd.factorize(frame["respondent_key"])[0][at]
    each = np.unique(np.column_stack([groups, persons]), axis=0)[:, 0]
    total = np.bincount(groups, weights=survey, minlength=count)
    # a weight that is missing or not above 0 is refused, whatever the others of its customer are
    refused = np.bincount(groups, weights=~(survey > 0), minlength=count) > 0
    day = np.full(count, -FAR)
    np.maximum.at(day, groups, answers.day[at])
    customer = np.zeros(count, dtype=np.int64)
    customer[groups] = answers.customer[at]
    return pd.DataFrame(
        {
            "customer": customer,
            "day": day,
            "satisfaction": mean("satisfaction_index"),
            "loyalty": mean("loyalty_index"),
            "weight": np.where(refused, np.nan, total / np.bincount(each, minlength=count)),
        }
    )


def followed(answers: Answers, owner: Codes, day: Days, history: int, horizon: int) -> pd.DataFrame:
    """Return what each customer had bought before the day of a response, and whether it did after it.

    Parameters
    ----------
    owner, day
        Code of the customer and day of the response, by row.
    history, horizon
        Days before and after the response that are looked at.
    """
    base, keys = owner * FAR, answers.purchases
    before = np.searchsorted(keys, base + day, side="left")
    start = np.searchsorted(keys, base, side="left")
    after = np.searchsorted(keys, base + day, side="right")
    end = np.searchsorted(keys, base + day + horizon, side="right")
    recent = before - np.searchsorted(keys, base + day - history, side="left")
    has = before > start
    last = keys[np.maximum(before - 1, 0)] - base if len(keys) else np.zeros_like(day)
    earliest = keys[np.minimum(start, max(len(keys) - 1, 0))] - base if len(keys) else np.zeros_like(day)
    since = np.where(has, day - last, np.nan)
    if answers.joined is not None:
        days = day - answers.joined[owner]
        tenure = np.where(days >= 0, days / DAYS_PER_YEAR, np.nan)
    else:
        tenure = np.where(has, day - earliest, 0.0) / DAYS_PER_YEAR
    return pd.DataFrame(
        {
            "bought": (end > after).astype(float),
            "recency": np.log1p(since),
            "frequency": np.log1p(recent.astype(float)),
            "tenure": tenure,
            "no_order_before": ~has,
            "history_cut": day - history < answers.first,
        }
    )
