"""Partners compared fairly: pulled towards their mean by as much as their noise deserves, with honest ranks.

References
----------
.. [1] DerSimonian, R. & Laird, N. (1986). Meta-analysis in clinical trials. Controlled Clinical Trials 7, 177-188.
.. [2] Goldstein, H. & Spiegelhalter, D. J. (1996). League tables and their limitations. JRSS A 159, 385-443.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from analysis.data.client import ClientData
from analysis.indicators.observations import Observations, rows_by_code
from analysis.indicators.resampling import generator
from analysis.indicators.samples import Floats, Sample, normal_quantile
from analysis.indicators.shapes import PartnerLeague, PartnerStanding
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import Estimate, IndicatorResult, NotEstimable, Outcome

MIN_PARTNERS = 3
MIN_UNITS = 5  # of a partner; the shrinkage takes care of the noise of small ones
DRAWS = 2000
TOO_SMALL = NotEstimable(reason=N_("Too few observations for an estimate of its own."))


def compute_leagues(
    results: Mapping[str, IndicatorResult],
    sources: Mapping[str, Observations],
    data: ClientData,
    params: ClientParams,
) -> dict[str, PartnerLeague]:
    """Return a league for each of `sources` in which at least three partners have five units or more.

    A partner's noise is taken from the spread between accounts within partners, pooled over all of them, since a small
    partner's own spread says little. The spread between partners is estimated by moments [1]_; a partner's estimate is
    shrunken to the mean by its share of noise, and ranks come from draws of the shrunken estimates, so that a rank has
    an interval [2]_. Partners that are withheld to protect respondents are not in the league.
    """
    leagues = {}
    for key, observations in sources.items():
        league = _league(results[key], observations, data, params)
        if league is not None:
            leagues[key] = league
    return leagues


def _league(
    result: IndicatorResult, observations: Observations, data: ClientData, params: ClientParams
) -> PartnerLeague | None:
    partners, means = _partner_means(result, observations)
    if len(partners) < MIN_PARTNERS or means.pooled <= 0:
        return None
    variances = means.pooled * means.squares
    between = between_variance(means.values, variances)
    shrunken, spread = shrink(means.values, variances, between)
    draws = generator(f"league {result.key}", params).normal(shrunken, spread, size=(DRAWS, len(partners)))
    direction = -1.0 if result.higher_is_better else 1.0
    ranks = np.argsort(np.argsort(direction * draws, axis=1, kind="stable"), axis=1) + 1
    low, high = np.percentile(ranks, [2.5, 97.5], axis=0, method="inverted_cdf")
    top = (ranks <= max(1, round(len(partners) / 4))).mean(axis=0)
    names = partner_names(data)
    rows = [
        PartnerStanding(
            partner_id=partner,
            name=names.get(partner, partner),
            raw=result.by_partner.get(partner, TOO_SMALL),
            shrunken=_shrunken(float(shrunken[place]), float(spread[place]), int(means.units[place]), result),
            rank_low=int(low[place]),
            rank_high=int(high[place]),
            p_top_quartile=float(top[place]),
        )
        for place, partner in enumerate(partners)
    ]
    order = np.argsort(direction * shrunken, kind="stable")
    return PartnerLeague(
        indicator=result.key,
        rows=tuple(rows[place] for place in order),
        too_small=means.left_out,
        between_sd=float(np.sqrt(between)),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Means:
    """Partners' means, what their variance is in units of the pooled one, and the pooled variance of an account."""

    values: Floats
    squares: Floats
    units: Floats
    pooled: float
    left_out: int


def _partner_means(result: IndicatorResult, observations: Observations) -> tuple[list[str], _Means]:
    """Return the partners of the last period with enough units, and their means over accounts."""
    rows = (observations.period == len(observations.periods) - 1) & (observations.partner.codes >= 0)
    sample = observations.sample.where(rows)
    present, position = np.unique(observations.partner.codes[rows], return_inverse=True)
    partners: list[str] = []
    found: list[tuple[float, float, int, float]] = []
    for code, piece in zip(present, rows_by_code(position, len(present)), strict=True):
        if len(piece) < MIN_UNITS:
            continue
        name = observations.partner.names[code]
        outcome = result.by_partner.get(name)
        part = sample.where(piece)
        # with very many partners those too small are not listed, and may be withheld
        hidden = outcome is None if observations.respondent_count is not None else False
        hidden |= isinstance(outcome, NotEstimable) and outcome.suppressed
        if hidden or part.n < MIN_UNITS:
            continue
        partners.append(name)
        found.append(_account_moments(part))
    table = np.array(found).reshape(-1, 4)
    scale = float((1 - table[:, 1]).sum())
    pooled = float(table[:, 3].sum() / scale) if scale > 0 else 0.0
    means = _Means(
        values=table[:, 0], squares=table[:, 1], units=table[:, 2], pooled=pooled, left_out=len(present) - len(partners)
    )
    return partners, means


def _account_moments(part: Sample) -> tuple[float, float, int, float]:
    """Return a partner's mean, its accounts' sum of squared weights, n, and weighted squares around the mean."""
    _, account = np.unique(part.clusters, return_inverse=True)
    weight = np.bincount(account, part.weights)
    value = np.bincount(account, part.weights * part.values) / weight
    weight = weight / weight.sum()
    mean = float(weight @ value)
    return mean, float(weight @ weight), part.n, float(weight @ (value - mean) ** 2)


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


def _shrunken(value: float, spread: float, n: int, result: IndicatorResult) -> Outcome:
    half = normal_quantile(0.975) * spread
    low, high = value - half, value + half
    if result.bounds is not None:
        low, high = max(low, result.bounds[0]), min(high, result.bounds[1])
    return Estimate(
        value=value,
        low=min(low, value),
        high=max(high, value),
        n=n,
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
