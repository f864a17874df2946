"""Partners compared fairly: pulled towards their mean by as much as their noise deserves, with honest ranks.

References
----------
.. [1] Rubin, D. B. (1981). Estimation in parallel randomized experiments. Journal of Educational Statistics 6, 377-401.
.. [2] Gelman, A. (2006). Prior distributions for variance parameters in hierarchical models. Bayesian Analysis 1,
       515-534.
.. [3] Goldstein, H. & Spiegelhalter, D. J. (1996). League tables and their limitations. JRSS A 159, 385-443.
"""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from analysis.data.client import ClientData
from analysis.indicators.observations import Observations, rows_by_code
from analysis.indicators.resampling import generator
from analysis.indicators.samples import TINY, Floats, Sample, t_quantile
from analysis.indicators.shapes import PartnerLeague, PartnerStanding
from analysis.messages import N_
from analysis.params.model import ClientParams
from analysis.results import Estimate, IndicatorResult, NotEstimable, Outcome

MIN_PARTNERS = 3
MIN_UNITS = 5  # of a partner; the shrinkage takes care of the noise of small ones
DRAWS = 2000
ALPHA = 0.05
GRID = 60  # standard deviations between partners that are weighed
NARROWEST, WIDEST = 0.02, 4.0  # of that grid, in typical standard errors, and in ranges of the partners' means
REACH, HALVINGS = 8.0, 40  # where limits are looked for, in standard deviations, and how often that is halved
TOO_SMALL = NotEstimable(reason=N_("Too few observations for an estimate of its own."))


def compute_leagues(
    results: Mapping[str, IndicatorResult],
    sources: Mapping[str, Observations],
    data: ClientData,
    params: ClientParams,
) -> dict[str, PartnerLeague]:
    """Return a league for each of `sources` in which at least three partners have five units or more.

    A partner's noise is taken from the spread between accounts within partners, pooled over all of them, since a small
    partner's own spread says little. A partner's estimate is shrunken to the mean by its share of noise [1]_. The
    spread between partners is itself uncertain, with a dozen partners badly so; it is averaged over (flat prior on the
    standard deviation [2]_), because intervals with one estimate of it plugged in hold the truth too rarely. Ranks come
    from joint draws of all partners, so that a rank has an interval [3]_. Whether the partners differ at all is tested,
    all leagues being one family. Partners that are withheld to protect respondents are not in the league.
    """
    leagues = {}
    for key, observations in sources.items():
        league = _league(results[key], observations, data, params)
        if league is not None:
            leagues[key] = league
    if not leagues:
        return {}
    adjusted = stats.false_discovery_control([league.p_value for league in leagues.values()], method="bh")
    return {
        key: dataclasses.replace(league, p_value=float(p), between_sd=league.between_sd if p <= ALPHA else 0.0)
        for (key, league), p in zip(leagues.items(), adjusted, strict=True)
    }


@dataclass(frozen=True, kw_only=True, eq=False)
class LeagueDraws:
    """Joint draws of the partners' true values on one measure, in its unit, shape (draws, partners)."""

    partners: tuple[str, ...]
    draws: Floats


def league_draws(result: IndicatorResult, observations: Observations, params: ClientParams) -> LeagueDraws | None:
    """Return the draws from which the ranks of a league are taken, or None where there is no league."""
    partners, means = _partner_means(result, observations)
    if not _can_compare(partners, means):
        return None
    posterior = shrink(means.values, means.pooled * means.squares)
    return LeagueDraws(partners=tuple(partners), draws=_draw(posterior, result, params))


def _draw(posterior: "Posterior", result: IndicatorResult, params: ClientParams) -> Floats:
    return posterior.draw(generator(f"league {result.key}", params), DRAWS)


def _can_compare(partners: list[str], means: "_Means") -> bool:
    return len(partners) >= MIN_PARTNERS and means.pooled > TINY * float((means.values**2).max())


def _league(
    result: IndicatorResult, observations: Observations, data: ClientData, params: ClientParams
) -> PartnerLeague | None:
    partners, means = _partner_means(result, observations)
    if not _can_compare(partners, means):
        return None
    posterior = shrink(means.values, means.pooled * means.squares)
    limits = posterior.limits(0.95)
    draws = _draw(posterior, result, params)
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
            shrunken=_shrunken(posterior, limits, place, means, result),
            rank_low=int(low[place]),
            rank_high=int(high[place]),
            p_top_quartile=float(top[place]),
        )
        for place, partner in enumerate(partners)
    ]
    order = np.argsort(direction * posterior.mean, kind="stable")
    return PartnerLeague(
        indicator=result.key,
        rows=tuple(rows[place] for place in order),
        too_small=means.left_out,
        between_sd=posterior.between_sd,
        p_value=equality_p_value(means.values, means.pooled * means.squares, means.degrees),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Means:
    """Partners' means, their variance in units of the pooled one, and the pooled variance of an account.

    `degrees` are the pooled variance's degrees of freedom: accounts less partners.
    """

    values: Floats
    squares: Floats
    units: Floats
    pooled: float
    degrees: float
    left_out: int


def _partner_means(result: IndicatorResult, observations: Observations) -> tuple[list[str], _Means]:
    """Return the partners of the last period with enough units, and their means over accounts."""
    rows = (observations.period == len(observations.periods) - 1) & (observations.partner.codes >= 0)
    sample = observations.sample.where(rows)
    present, position = np.unique(observations.partner.codes[rows], return_inverse=True)
    partners: list[str] = []
    found: list[tuple[float, float, int, float, int]] = []
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
    table = np.array(found).reshape(-1, 5)
    scale = float((1 - table[:, 1]).sum())
    pooled = float(table[:, 3].sum() / scale) if scale > 0 else 0.0
    means = _Means(
        values=table[:, 0],
        squares=table[:, 1],
        units=table[:, 2],
        pooled=pooled,
        degrees=max(float(table[:, 4].sum()) - len(partners), 1.0),
        left_out=len(present) - len(partners),
    )
    return partners, means


def _account_moments(part: Sample) -> tuple[float, float, int, float, int]:
    """Return a partner's mean, its accounts' sum of squared weights, n, weighted squares around the mean, accounts."""
    _, account = np.unique(part.clusters, return_inverse=True)
    weight = np.bincount(account, part.weights)
    value = np.bincount(account, part.weights * part.values) / weight
    weight = weight / weight.sum()
    mean = float(weight @ value)
    return mean, float(weight @ weight), part.n, float(weight @ (value - mean) ** 2), len(weight)


@dataclass(frozen=True, kw_only=True, eq=False)
class Posterior:
    """What is known of the units' true values, normal given the spread between them, averaged over that spread.

    Parameters
    ----------
    mean, spread
        Mean and standard deviation of each unit's true value, shape (units,).
    between_sd
        Mean of the standard deviation between units.
    values, variances
        The units' own means and the variance of their noise.
    between, weight
        Grid of standard deviations between units, and their probabilities.
    means, spreads
        Mean and standard deviation of each unit's true value at each of the grid, shape (grid, units).
    """

    mean: Floats
    spread: Floats
    between_sd: float
    values: Floats
    variances: Floats
    between: Floats
    weight: Floats
    means: Floats
    spreads: Floats

    def draw(self, rng: np.random.Generator, draws: int) -> Floats:
        """Return joint draws of all units' true values, shape (draws, units)."""
        place = rng.choice(len(self.between), size=draws, p=self.weight)
        total = self.variances + self.between[place, None] ** 2
        precision = (1 / total).sum(axis=1, keepdims=True)
        centre = (self.values / total).sum(axis=1, keepdims=True) / precision
        centre = centre + rng.standard_normal((draws, 1)) / np.sqrt(precision)
        keep = self.between[place, None] ** 2 / total
        noise = np.sqrt(keep * self.variances) * rng.standard_normal((draws, len(self.values)))
        return np.asarray(keep * self.values + (1 - keep) * centre + noise)

    def limits(self, level: float) -> Floats:
        """Return each unit's equal-tailed limits, shape (units, 2): those of the mixture, found by halving.

        The mixture over the standard deviations between units is narrower in the middle and has longer tails than the
        normal distribution of the same spread, whose limits would hold the truth too often where the units are much
        alike.
        """
        tails = np.array([(1 - level) / 2, (1 + level) / 2])
        below = np.repeat((self.mean - REACH * self.spread)[:, None], 2, axis=1)
        above = np.repeat((self.mean + REACH * self.spread)[:, None], 2, axis=1)
        for _ in range(HALVINGS):
            middle = (below + above) / 2
            standard = (middle[None] - self.means[:, :, None]) / self.spreads[:, :, None]
            is_low = np.einsum("g,gul->ul", self.weight, special.ndtr(standard)) < tails
            below, above = np.where(is_low, middle, below), np.where(is_low, above, middle)
        return np.asarray((below + above) / 2)


def shrink(values: Floats, variances: Floats) -> Posterior:
    """Return the hierarchical-normal estimates of units whose means have the given noise [1]_.

    Flat priors on the mean of the units and on the standard deviation between them [2]_; the latter is integrated
    over a grid.
    """
    typical = float(np.sqrt(np.median(variances)))
    between = np.geomspace(NARROWEST * typical, max(WIDEST * float(np.ptp(values)), typical), GRID)
    total = variances + between[:, None] ** 2
    precision = (1 / total).sum(axis=1)
    centre = (values / total).sum(axis=1) / precision
    log_density = -0.5 * (
        np.log(total).sum(axis=1) + np.log(precision) + ((values - centre[:, None]) ** 2 / total).sum(axis=1)
    )
    weight = np.exp(log_density - log_density.max()) * np.gradient(between)
    weight = weight / weight.sum()
    keep = between[:, None] ** 2 / total
    means = keep * values + (1 - keep) * centre[:, None]
    spreads = keep * variances + (1 - keep) ** 2 / precision[:, None]
    mean = np.asarray((weight[:, None] * means).sum(axis=0))
    variance = (weight[:, None] * (spreads + (means - mean) ** 2)).sum(axis=0)
    return Posterior(
        mean=mean,
        spread=np.sqrt(variance),
        between_sd=float((weight * between).sum()),
        values=values,
        variances=variances,
        between=between,
        weight=weight,
        means=means,
        spreads=np.sqrt(spreads),
    )


def equality_p_value(values: Floats, variances: Floats, degrees: float) -> float:
    """Return the p-value of all units being equal: F of their precision-weighted spread, on (units - 1, degrees)."""
    weights = 1 / variances
    centre = float(weights @ values / weights.sum())
    count = len(values) - 1
    return float(special.fdtrc(count, degrees, float(weights @ (values - centre) ** 2) / count))


def _shrunken(posterior: Posterior, limits: Floats, place: int, means: _Means, result: IndicatorResult) -> Outcome:
    value, spread = float(posterior.mean[place]), float(posterior.spread[place])
    # the noise is estimated too: with few accounts the limits lie further out, as t's do from the normal's
    stretch = t_quantile(0.975, means.degrees) / t_quantile(0.975, math.inf)
    low, high = (value + stretch * (limit - value) for limit in limits[place])
    low, high = min(low, value), max(high, value)
    if result.bounds is not None:
        low, high = max(low, result.bounds[0]), min(high, result.bounds[1])
        value = min(max(value, low), high)
    return Estimate(
        value=value,
        low=low,
        high=high,
        n=int(means.units[place]),
        method="hierarchical-bayes",
        unit=result.unit,
        std_error=spread,
    )


def partner_names(data: ClientData) -> dict[str, str]:
    """Return the partners' names by id."""
    if not data.has("partners", "name"):
        return {}
    partners = data.table("partners").dropna(subset=["name"])
    return dict(zip(partners["partner_id"].astype(str), partners["name"].astype(str), strict=True))
