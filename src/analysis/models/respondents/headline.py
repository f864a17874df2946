"""The headline indicators as answered and with raking weights.

Everything is a ratio of sums over the customers who answered: a customer contributes its weight times its answers and
its weight. A raking multiplier multiplies both. The intervals are those of a bootstrap over all customers of the base,
those who did not answer included, so that the shares raked to, and who answers, vary as they do; every draw is raked
anew.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.indicators.estimation import Measure, Sample, estimate
from analysis.messages import N_, Message
from analysis.models.bootstrap import percentile_estimate
from analysis.models.clustering import Floats
from analysis.models.loyalty_sample import survey_weights
from analysis.models.respondents.base import YEAR
from analysis.models.respondents.result import ReweightedIndicator
from analysis.models.respondents.weighting import Draws
from analysis.params.model import ClientParams
from analysis.results import Outcome, Unit

PROMOTER, DETRACTOR = 9, 6


@dataclass(frozen=True, kw_only=True)
class Headline:
    """A headline indicator: its key, name, unit, scale, and each response's value (NaN where it has none)."""

    key: str
    name: Message
    unit: Unit
    scale: tuple[float, float]
    values: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Sums:
    """By customer who answered: weighted sum of answers, and weight; and the mean answer (NaN where none).

    `sample` holds the same as observations of the survey's unit, for the estimate without weights.
    """

    above: Floats
    below: Floats
    mean: Floats
    sample: Sample


def headlines(answers: pd.DataFrame, params: ClientParams) -> tuple[Headline, ...]:
    """Return the headline indicators that a wave's answers hold."""
    found = []
    for key, name in (
        ("satisfaction_index", N_("Satisfaction index")),
        ("loyalty_index", N_("Attitudinal loyalty index")),
    ):
        if key in answers and answers[key].notna().any():
            values = answers[key].to_numpy(dtype=float, na_value=np.nan)
            found.append(Headline(key=key, name=name, unit="index", scale=(0.0, 100.0), values=values))
    items = [
        key for key, item in (params.survey.items if params.survey else {}).items() if item.role == "recommendation"
    ]
    if items and items[0] in answers and answers[items[0]].notna().any():
        codes = answers[items[0]].to_numpy(dtype=float, na_value=np.nan)
        score = np.where(np.isfinite(codes), 100.0 * (codes >= PROMOTER) - 100.0 * (codes <= DETRACTOR), np.nan)
        name = N_("Net Promoter Score")
        found.append(Headline(key="nps", name=name, unit="nps", scale=(-100.0, 100.0), values=score))
    return tuple(found)


def customer_sums(
    values: Floats, answers: pd.DataFrame, customers: pd.Index, data: ClientData, params: ClientParams
) -> Sums:
    """Return what each customer contributes to an indicator, in the survey's own unit of analysis.

    Parameters
    ----------
    values, answers
        Each response's value, and the wave's responses.
    customers
        Those who answered, in the order of the result.
    """
    weights = survey_weights(answers, params)
    levels = params.survey.respondent_weights if params.survey else {}
    level = np.ones(len(answers))
    if levels and "respondent_level" in answers:
        level = answers["respondent_level"].map(levels).fillna(1.0).to_numpy(dtype=float)
    place = customers.get_indexer(pd.Index(answers["customer_id"].astype(str)))
    given = np.isfinite(values) & (weights > 0) & (level > 0)
    known = np.where(given, values, 0.0)
    size = len(customers)

    def total(column: Floats) -> Floats:
        return np.bincount(place, np.where(given, column, 0.0), size).astype(np.float64)

    within = total(weights * level)
    mean = np.divide(total(weights * level * known), within, out=np.full(size, np.nan), where=within > 0)
    unit = params.survey.unit_of_analysis if params.survey else "respondent"
    if unit == "respondent":
        people_codes = pd.factorize(answers["respondent_key"])[0].astype(np.int64)
        sample = Sample(values=values[given], weights=weights[given], clusters=place[given].astype(np.int64),
                        units=people_codes[given])  # fmt: skip
        return Sums(above=total(weights * known), below=total(weights), mean=mean, sample=sample)
    people = answers["respondent_key"].where(given).groupby(place).nunique().reindex(range(size)).fillna(0).to_numpy()
    account = np.divide(total(weights), people, out=np.zeros(size), where=people > 0)
    if unit == "account_revenue":
        account = account * _revenue_before(answers, customers, data)
    own = np.flatnonzero(account > 0)
    sample = Sample(values=mean[own], weights=account[own], clusters=own, units=own,
                    effective_degrees=unit == "account_revenue")  # fmt: skip
    return Sums(above=account * np.nan_to_num(mean), below=account, mean=mean, sample=sample)


def _revenue_before(answers: pd.DataFrame, customers: pd.Index, data: ClientData) -> Floats:
    """Return each customer's revenue in the year before the wave's first answer, as the indicators weigh accounts."""
    if not data.has("transactions"):
        return np.ones(len(customers))
    orders = data.table("transactions")
    age = (answers["responded_on"].min() - orders["ordered_on"]).dt.days
    spent = orders[(age > 0) & (age <= YEAR)].groupby("customer_id")["revenue"].sum()
    return spent.reindex(customers).fillna(0.0).clip(lower=0.0).to_numpy(dtype=float)


def reweigh(
    headline: Headline, sums: Sums, multipliers: Floats, draws: Draws, params: ClientParams
) -> ReweightedIndicator:
    """Return one indicator as answered, raked, and the difference.

    Parameters
    ----------
    headline, sums
        The indicator, and what each customer contributes.
    multipliers
        Raked over starting weight, by customer who answered.
    draws
        Of the base.
    params
        For the fewest accounts.
    """

    def ratio(weights: Floats) -> Floats:
        below = weights @ sums.below
        return np.divide(weights @ sums.above, below, out=np.full(len(weights), np.nan), where=below > 0)

    measured = as_answered(headline, sums, params)
    plain, weighted = (float(ratio(each)[0]) for each in (np.ones((1, len(multipliers))), multipliers[None, :]))
    weighted_draws = ratio(draws.taken * np.nan_to_num(draws.multipliers, nan=0.0))
    weighted_draws[np.isnan(draws.multipliers).all(axis=1)] = np.nan
    n, clusters = sums.sample.n, int((sums.below > 0).sum())
    raked = percentile_estimate(weighted, weighted_draws, unit=headline.unit, n=n, clusters=clusters)
    moved = percentile_estimate(
        weighted - plain, weighted_draws - ratio(draws.taken), unit=headline.unit, n=n, clusters=clusters
    )
    return ReweightedIndicator(key=headline.key, name=headline.name, answered=measured, raked=raked, difference=moved)


def as_answered(headline: Headline, sums: Sums, params: ClientParams) -> Outcome:
    """Return an indicator without raking weights, with the interval that the audit gives it elsewhere."""
    measure = Measure(kind="nps" if headline.key == "nps" else "mean", unit=headline.unit, bounds=headline.scale)
    return estimate(sums.sample, measure, min_clusters=params.limits.min_clusters)
