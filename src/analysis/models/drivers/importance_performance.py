"""Importance against performance: what matters and how well it is rated, with regions of confidence.

Importance is a driver's Shapley share in satisfaction, performance its mean answer in the latest wave. Both come from
the same bootstrap draws, in which the borders (the means over drivers) move too: what counts is a driver's position
relative to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from analysis.messages import N_
from analysis.models.clustering import LEVEL, Floats, estimate_from_error
from analysis.models.drivers.result import DriverShare, ImportancePerformanceMap, MapPosition, Place
from analysis.models.drivers.shares import log_odds, log_odds_error
from analysis.models.linear import fit_linear
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

POINTS = 48  # of a region's outline
AGREEMENT = 0.95
"""A place is given only where so many of the draws agree on it."""
PLACES: dict[tuple[bool, bool], Place] = {
    (True, False): "first",
    (True, True): "keep",
    (False, False): "later",
    (False, True): "enough",
}
"""(importance above its border, performance above its border) -> place."""


@dataclass(frozen=True, kw_only=True)
class LatestAnswers:
    """The answers about the drivers in one wave.

    Parameters
    ----------
    wave
        The wave.
    values
        0-100, NaN where missing, shape (n, p).
    weights, accounts, respondents
        Survey weights, account keys and respondent keys by row.
    units
        What the bootstrap resamples, by row.
    """

    wave: str
    values: Floats
    weights: Floats
    accounts: NDArray[np.object_]
    respondents: NDArray[np.object_]
    units: NDArray[np.int64]


def performance_of(answers: LatestAnswers, column: int, params: ClientParams) -> Outcome:
    """Return a driver's mean answer with an interval clustered by account."""
    known = np.isfinite(answers.values[:, column])
    people = len(set(answers.respondents[known].tolist()))
    accounts = len(set(answers.accounts[known].tolist()))
    limits = params.limits
    if people < max(limits.small_cell, limits.min_n) or accounts < limits.min_clusters:
        return NotEstimable(reason=N_("Too few rated it in the latest wave."))
    values = answers.values[known, column]
    if np.ptp(values) == 0:
        return NotEstimable(reason=N_("All respondents of the latest wave rated it the same."))
    fit = fit_linear(
        values, np.ones((len(values), 1)), weights=answers.weights[known], clusters=answers.accounts[known]
    )
    return estimate_from_error(
        float(fit.coefficients[0]),
        float(np.sqrt(fit.covariance[0, 0])),
        clusters=fit.accounts,
        unit="index",
        n=len(values),
        method="hc3-t" if fit.accounts == len(values) else "cr3-t",
    )


def performance_draws(answers: LatestAnswers, counts: Floats) -> Floats:
    """Return the mean answers in each bootstrap draw, shape (draws, p); NaN where a draw holds no answer."""
    known = np.isfinite(answers.values)
    weight = answers.weights[:, None] * known
    sums = np.zeros((2, counts.shape[1], answers.values.shape[1]))
    np.add.at(sums[0], answers.units, weight * np.where(known, answers.values, 0.0))
    np.add.at(sums[1], answers.units, weight)
    with np.errstate(invalid="ignore"):
        return np.asarray((counts @ sums[0]) / (counts @ sums[1]))


def place_drivers(
    shares: Sequence[DriverShare],
    drawn_shares: Floats,
    answers: LatestAnswers,
    counts: Floats,
    params: ClientParams,
) -> ImportancePerformanceMap | NotEstimable:
    """Return the map of the drivers that have both an importance and a performance.

    Parameters
    ----------
    shares, drawn_shares
        Of satisfaction, with the draws, shape (draws, p), that `counts` gave.
    answers
        Of the latest wave, columns in the order of `shares`.
    counts
        Bootstrap draws, shape (draws, units).
    params
        For the limits.
    """
    performance = [performance_of(answers, column, params) for column in range(len(shares))]
    kept = [column for column, outcome in enumerate(performance) if isinstance(outcome, Estimate)]
    if len(kept) < 2:
        return NotEstimable(reason=N_("Fewer than two parts of the service have enough answers in the latest wave."))
    notes = tuple(
        N_(
            "{driver:text} has no place on the map: {reason:message}",
            driver=shares[column].driver.name(params),
            reason=outcome.reason,
        )
        for column, outcome in enumerate(performance)
        if isinstance(outcome, NotEstimable)
    )
    importance = np.array([shares[column].share.value for column in kept])
    rated = np.array([outcome.value for outcome in performance if isinstance(outcome, Estimate)])
    drawn_rated = performance_draws(answers, counts)[:, kept]
    usable = np.isfinite(drawn_rated).all(axis=1)
    positions = _positions(
        [shares[column] for column in kept],
        [outcome for outcome in performance if isinstance(outcome, Estimate)],
        (importance, rated),
        (drawn_shares[usable][:, kept], drawn_rated[usable]),
    )
    return ImportancePerformanceMap(
        importance="share",
        wave=answers.wave,
        positions=positions,
        importance_border=float(importance.mean()),
        performance_border=float(rated.mean()),
        draws=len(counts),
        notes=notes,
    )


def _positions(
    shares: Sequence[DriverShare],
    performance: Sequence[Estimate],
    here: tuple[Floats, Floats],
    drawn: tuple[Floats, Floats],
) -> tuple[MapPosition, ...]:
    borders = float(here[0].mean()), float(here[1].mean())
    matters = drawn[0] > drawn[0].mean(axis=1, keepdims=True)
    rated = drawn[1] > drawn[1].mean(axis=1, keepdims=True)
    # relative to the border of the draw, drawn at the border of the sample
    moved = (
        drawn[0] * (borders[0] / drawn[0].mean(axis=1, keepdims=True)),
        drawn[1] - drawn[1].mean(axis=1, keepdims=True),
    )
    errors = log_odds_error(here[0], moved[0])
    positions = []
    for j, (share, estimate) in enumerate(zip(shares, performance, strict=True)):
        deviations = np.column_stack([log_odds(moved[0][:, j]), moved[1][:, j]])
        region = confidence_region(
            (float(here[0][j]), float(here[1][j])), deviations, float(errors[j]), int(share.share.clusters or 2)
        )
        place, agreement = _place(matters[:, j], rated[:, j], region, borders)
        positions.append(
            MapPosition(
                driver=share.driver,
                importance=share.share,
                performance=estimate,
                place=place,
                agreement=agreement,
                region=region,
            )
        )
    return tuple(positions)


def confidence_region(
    centre: tuple[float, float], draws: Floats, error: float, accounts: int, level: float = LEVEL
) -> tuple[tuple[float, float], ...]:
    """Return the outline, as (performance, importance), of the joint region of a share and a mean.

    Parameters
    ----------
    centre
        Share and mean.
    draws
        Log odds of the share, and the mean, in each draw; shape (draws, 2).
    error
        Standard error of the log odds (see `shares`), which replaces that of the draws.
    accounts
        Accounts G; the radius is Hotelling's, 2 (G - 1) / (G - 2) times the quantile of F(2, G - 2).

    Notes
    -----
    An ellipse in log odds and points, so that the region stays between shares of 0 and 1.
    """
    covariance = np.cov(draws, rowvar=False)
    spread = np.sqrt(np.maximum(np.diag(covariance), np.finfo(float).tiny))
    correlation = float(np.clip(covariance[0, 1] / spread.prod(), -0.999, 0.999))
    radius = np.sqrt(2 * (accounts - 1) / (accounts - 2) * stats.f.ppf(level, 2, accounts - 2))
    angle = 2 * np.pi * np.arange(POINTS) / POINTS
    along = np.cos(angle)
    across = correlation * along + np.sqrt(1 - correlation**2) * np.sin(angle)
    odds = log_odds(np.array([centre[0]]))[0] + radius * error * along
    mean = centre[1] + radius * spread[1] * across
    return tuple(zip(mean.tolist(), (1 / (1 + np.exp(-odds))).tolist(), strict=True))


def _place(
    matters: NDArray[np.bool_],
    rated: NDArray[np.bool_],
    region: tuple[tuple[float, float], ...],
    borders: tuple[float, float],
) -> tuple[Place, float]:
    """Return the place on which the draws agree and whose borders the region does not cross, else ``undecided``."""
    agreement = {key: float(((matters == key[0]) & (rated == key[1])).mean()) for key in PLACES}
    best = max(agreement, key=lambda key: agreement[key])
    outline = np.array(region)
    sides = outline[:, 1] > borders[0], outline[:, 0] > borders[1]
    whole = all(side.all() or not side.any() for side in sides)
    if agreement[best] < AGREEMENT or not whole:
        return "undecided", agreement[best]
    return PLACES[best], agreement[best]
