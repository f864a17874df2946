"""Partners compared fairly: pulled towards their mean by as much as their noise deserves, with honest ranks.

References
----------
.. [1] DerSimonian, R. & Laird, N. (1986). Meta-analysis in clinical trials. Controlled Clinical Trials 7, 177-188.
.. [2] Goldstein, H. & Spiegelhalter, D. J. (1996). League tables and their limitations. JRSS A 159, 385-443.
"""

from collections.abc import Mapping

import numpy as np

from analysis.data.client import ClientData
from analysis.indicators.resampling import generator
from analysis.indicators.samples import Floats, normal_quantile
from analysis.indicators.shapes import PartnerLeague, PartnerStanding
from analysis.params.model import ClientParams
from analysis.results import Estimate, IndicatorResult, Outcome

LEAGUES = ("satisfaction_index", "nps", "repeat_purchase_rate", "retention_rate", "revenue_growth")
MIN_PARTNERS = 3
DRAWS = 2000


def compute_leagues(
    results: Mapping[str, IndicatorResult], data: ClientData, params: ClientParams
) -> dict[str, PartnerLeague]:
    """Return a league for each indicator on which at least three partners can be estimated.

    The spread between partners is estimated by moments [1]_; a partner's estimate is shrunken to the mean by its share
    of noise, and ranks come from draws of the shrunken estimates, so that a rank has an interval [2]_.
    """
    leagues = {}
    for key in LEAGUES:
        if key in results and (league := _league(results[key], data, params)) is not None:
            leagues[key] = league
    return leagues


def _league(result: IndicatorResult, data: ClientData, params: ClientParams) -> PartnerLeague | None:
    known = {key: outcome for key, outcome in result.by_partner.items() if isinstance(outcome, Estimate)}
    if len(known) < MIN_PARTNERS:
        return None
    values = np.array([outcome.value for outcome in known.values()])
    quantile = normal_quantile(1 - (1 - _level(known)) / 2)
    errors = np.array([(outcome.high - outcome.low) / 2 / quantile for outcome in known.values()])
    between = between_variance(values, errors**2)
    shrunken, spread = shrink(values, errors**2, between)
    draws = generator(f"league {result.key}", params).normal(shrunken, spread, size=(DRAWS, len(values)))
    direction = -1.0 if result.higher_is_better else 1.0
    ranks = np.argsort(np.argsort(direction * draws, axis=1, kind="stable"), axis=1) + 1
    low, high = np.percentile(ranks, [2.5, 97.5], axis=0, method="inverted_cdf")
    top = (ranks <= max(1, len(values) // 4)).mean(axis=0)
    names = partner_names(data)
    rows = [
        PartnerStanding(
            partner_id=key,
            name=names.get(key, key),
            raw=outcome,
            shrunken=_shrunken(outcome, float(shrunken[place]), float(spread[place]), quantile, result),
            rank_low=int(low[place]),
            rank_high=int(high[place]),
            p_top_quartile=float(top[place]),
        )
        for place, (key, outcome) in enumerate(known.items())
    ]
    order = np.argsort(direction * shrunken, kind="stable")
    return PartnerLeague(
        indicator=result.key,
        rows=tuple(rows[place] for place in order),
        too_small=len(result.by_partner) - len(known),
        between_sd=float(np.sqrt(between)),
    )


def _level(outcomes: Mapping[str, Estimate]) -> float:
    return next(iter(outcomes.values())).level


def between_variance(values: Floats, variances: Floats) -> float:
    """Return the variance between units beyond their noise, by DerSimonian and Laird's moments [1]_."""
    weights = 1 / variances
    mean = float(weights @ values / weights.sum())
    excess = float(weights @ (values - mean) ** 2) - (len(values) - 1)
    scale = float(weights.sum() - (weights @ weights) / weights.sum())
    return max(excess / scale, 0.0)


def shrink(values: Floats, variances: Floats, between: float) -> tuple[Floats, Floats]:
    """Return empirical-Bayes estimates and their standard deviations, the mean's own uncertainty included."""
    weights = 1 / (variances + between)
    mean = float(weights @ values / weights.sum())
    keep = between / (between + variances)
    spread = keep * variances + (1 - keep) ** 2 / weights.sum()
    return keep * values + (1 - keep) * mean, np.sqrt(spread)


def _shrunken(outcome: Estimate, value: float, spread: float, quantile: float, result: IndicatorResult) -> Outcome:
    low, high = value - quantile * spread, value + quantile * spread
    if result.bounds is not None:
        low, high = max(low, result.bounds[0]), min(high, result.bounds[1])
    return Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        n=outcome.n,
        method="empirical-bayes",
        unit=result.unit,
        std_error=spread,
    )


def partner_names(data: ClientData) -> dict[str, str]:
    """Return the partners' names by id."""
    if not data.has("partners", "name"):
        return {}
    partners = data.table("partners").dropna(subset=["name"])
    return dict(zip(partners["partner_id"].astype(str), partners["name"].astype(str), strict=True))
