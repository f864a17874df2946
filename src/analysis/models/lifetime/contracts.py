"""What contracts in force are worth: a year's value times the chance that the relationship goes on.

How long relationships last is read off a Kaplan-Meier curve by age in months; a relationship that began before ends
were recorded enters at the age it had then [1]_. Never 1 / (1 - retention): the horizon is stated, and so is the rate
beyond the ages that were watched.

References
----------
.. [1] Kalbfleisch, J. D. & Prentice, R. L. (2002). The Statistical Analysis of Failure Time Data, 2nd ed., section 1.4.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_
from analysis.models.clustering import Codes, Floats, cluster_codes
from analysis.models.lifetime.purchases import YEAR_DAYS, Flags
from analysis.models.lifetime.result import ContractValue
from analysis.models.lifetime.sums import Parts, sum_estimate
from analysis.models.repurchase_sample import group_of
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

MONTH_DAYS = YEAR_DAYS / 12
FEWEST_ENDS = 10
FEWEST_AT_RISK = 10
"""Where fewer are watched the month's own rate of ending is not used, but the average one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Relationships:
    """Relationships under contract, one a customer, ages in whole months.

    Parameters
    ----------
    ids
        Customers.
    entry, exit
        Age at which the watch began and ended: watched in the months entry + 1 to exit, in none where they are equal.
    ended
        Whether it ended (in month `exit`).
    in_force, yearly, age
        Whether a contract is in force today, its value a year (0 where none is), and the relationship's age today.
    """

    ids: pd.Index
    entry: Codes
    exit: Codes
    ended: Flags
    in_force: Flags
    yearly: Floats
    age: Codes


@dataclass(frozen=True, kw_only=True, eq=False)
class Endings:
    """The rate of ending by month of age, and what each relationship does to it.

    Parameters
    ----------
    hazard
        Chance that a relationship of that age ends within the month, for ages 1, 2 ...
    own
        Whether the month's own rate is used (else the average).
    at_risk
        Relationships watched in the month.
    average, exposure
        Average rate, and months watched in all.
    """

    hazard: Floats
    own: Flags
    at_risk: Floats
    average: float
    exposure: float


def value_contracts(data: ClientData, params: ClientParams, margin: float) -> ContractValue | NotEstimable:
    """Return what the contracts in force are expected to bring over the horizon, discounted.

    A contract with an end is taken to be worth its `value` over its term, one without an end its `value` a year.

    Parameters
    ----------
    data, params
        Of the client.
    margin
        Share of the value that counts.
    """
    if not data.has("contracts", "value"):
        return NotEstimable(reason=N_("There are no contracts with a value."))
    found = collect_relationships(data)
    live = int(found.in_force.sum())
    if live == 0:
        return NotEstimable(reason=N_("No contract is in force."), n=0)
    if int(found.ended.sum()) < FEWEST_ENDS:
        reason = N_(
            "Only {ended:int} relationships under contract have ended: too few to say how long the others will last.",
            ended=int(found.ended.sum()),
        )
        return NotEstimable(reason=reason, n=live)
    months = round(12 * params.value.horizon_years)
    endings = measure_endings(found, int(found.age.max(initial=0)) + months + 1)
    parts = _value_parts(found, endings, months, params.value.discount_rate, margin)
    groups = cluster_codes(group_of(pd.Series(found.ids.astype(str)), data).to_numpy(), len(found.ids))
    watched = int(np.flatnonzero(endings.own).max(initial=-1)) + 1
    whole_year = bool(endings.own[:12].all()) if len(endings.own) >= 12 else False
    return ContractValue(
        customers=live,
        yearly=float(found.yearly.sum()),
        relationships=len(found.ids),
        ended=int(found.ended.sum()),
        retention=float(np.prod(1 - endings.hazard[:12])) if whole_year else None,
        total=sum_estimate(parts, groups, params, found.in_force),
        observed_months=watched,
    )


def collect_relationships(data: ClientData) -> Relationships:
    """Return the relationships under contract: from the first contract to the end of the last, open while one runs on.

    Ends count from after the first that is recorded; relationships that began before it enter with the age they had
    then. Only whole months are watched: that of the entry does not count, nor that in which the watch ends, unless the
    relationship ended in it.
    """
    contracts = data.table("contracts")
    contracts = contracts[contracts["customer_id"].notna() & (contracts["starts_on"] <= data.as_of)]
    ends = contracts["ends_on"] if "ends_on" in contracts else pd.Series(pd.NaT, index=contracts.index)
    runs = (ends.isna() | (ends > data.as_of)).to_numpy()
    years = np.maximum((ends - contracts["starts_on"]).dt.days.fillna(YEAR_DAYS - 1).to_numpy(dtype=float) + 1, 1.0)
    value = np.nan_to_num(contracts["value"].to_numpy(dtype=float)) * YEAR_DAYS / years
    frame = pd.DataFrame(
        {
            "customer_id": contracts["customer_id"].astype(str),
            "began": contracts["starts_on"],
            "end": ends.where(~runs),
            "runs": runs,
            "yearly": np.where(runs, np.maximum(value, 0.0), 0.0),
        }
    )
    by = frame.groupby("customer_id", sort=True)
    one = by.agg(began=("began", "min"), end=("end", "max"), runs=("runs", "any"), yearly=("yearly", "sum"))
    ended = ~one["runs"].to_numpy(dtype=bool)
    until = one["end"].where(ended, data.as_of)
    first = until[ended].min() if ended.any() else data.as_of
    entry = np.maximum(_months((first - one["began"]).dt.days, up=True), 0)
    spent = (until - one["began"]).dt.days
    exit_ = np.maximum(np.where(ended, _months(spent, up=True), _months(spent)), entry)
    watched, in_force = exit_ > entry, one["runs"].to_numpy(dtype=bool)
    kept = watched | in_force  # a contract of this month has its value, though it was not watched for a month yet
    return Relationships(
        ids=one.index[kept],
        entry=entry[kept],
        exit=exit_[kept],
        ended=(ended & watched)[kept],
        in_force=in_force[kept],
        yearly=one["yearly"].to_numpy(dtype=float)[kept],
        age=_months((data.as_of - one["began"]).dt.days)[kept],
    )


def _months(days: pd.Series, *, up: bool = False) -> Codes:
    months = days.to_numpy(dtype=float) / MONTH_DAYS
    return (np.ceil(months) if up else np.floor(months)).astype(np.int64)


def measure_endings(found: Relationships, last: int) -> Endings:
    """Return the rates of ending at the ages 1 to `last` in months."""
    size = max(last, int(found.exit.max(initial=0))) + 2
    change = np.bincount(found.entry + 1, minlength=size) - np.bincount(found.exit + 1, minlength=size)[:size]
    at_risk = np.cumsum(change[:size])[1:].astype(float)
    ends = np.bincount(found.exit[found.ended], minlength=size)[1:size].astype(float)
    exposure = float((found.exit - found.entry).sum())
    average = float(found.ended.sum()) / exposure
    own = at_risk >= FEWEST_AT_RISK
    hazard = np.where(own, ends / np.maximum(at_risk, 1.0), average)
    return Endings(hazard=hazard[:last], own=own[:last], at_risk=at_risk[:last], average=average, exposure=exposure)


def _value_parts(found: Relationships, endings: Endings, months: int, discount: float, margin: float) -> Parts:
    """Return the expected value by relationship, and how it depends on the rates of ending.

    Of age g today, a relationship still lasts at the beginning of the j-th month with chance
    ``S(g + j - 1) / S(g)``; the month brings a twelfth of the yearly value, discounted to its middle.
    """
    present = (1 + discount) ** (-(np.arange(months) + 0.5) / 12) / 12
    log_stay = np.log(np.maximum(1 - endings.hazard, 1e-12))
    survival = np.concatenate([[0.0], np.cumsum(log_stay)])  # log S(0), log S(1) ...
    money = margin * np.bincount(found.age, found.yearly * found.in_force, len(survival)).astype(float)
    factor = np.zeros(len(survival))
    reaction = np.zeros(len(endings.hazard))  # of the total to each month's log chance to stay
    for age in np.flatnonzero(money > 0):
        chance = np.exp(survival[age : age + months] - survival[age])
        brought = present[: len(chance)] * chance
        factor[age] = brought.sum()
        later = np.cumsum(brought[::-1])[::-1]  # what hangs on the month before each
        reaction[age : age + len(later) - 1] += money[age] * later[1:]
    moved = reaction * -1 / np.maximum(1 - endings.hazard, 1e-12)  # to each month's rate of ending
    values = margin * found.yearly * found.in_force * factor[found.age]
    influence = _rate_influence(found, endings, moved)
    return Parts(values=values, slopes=(_one_slope(len(values), found.in_force),), influence=(influence[:, None],))


def _one_slope(count: int, rows: Flags) -> Floats:
    """Return slopes that sum to 1 over the rows: the influence is already that on the total."""
    return np.where(rows, 1.0 / max(int(rows.sum()), 1), 0.0).reshape(count, 1)


def _rate_influence(found: Relationships, endings: Endings, moved: Floats) -> Floats:
    """Return what each relationship does to the total through the rates of ending."""
    direct = np.where(endings.own, moved / np.maximum(endings.at_risk, 1.0), 0.0)
    watched = np.concatenate([[0.0], np.cumsum(direct * endings.hazard)])
    last = len(endings.hazard)
    exit_, entry = np.minimum(found.exit, last), np.minimum(found.entry, last)
    own = found.ended & (found.exit <= last)
    influence = np.where(own, direct[np.minimum(found.exit, last) - 1], 0.0) - (watched[exit_] - watched[entry])
    pooled = float(moved[~endings.own].sum()) / endings.exposure
    return np.asarray(influence + pooled * (found.ended - endings.average * (found.exit - found.entry)))
