"""The score's interval by resampling accounts: the other way to its uncertainty, beside the combined limits.

A draw takes groups of companies with replacement. Each component moves by what the accounts drawn contribute to it
(its influence; for a plain mean over accounts this is the mean over the draw itself), is put between its anchors and
cut off there, and the components are averaged; so components that share accounts move together.

References
----------
.. [1] Davison, A. C. & Hinkley, D. V. (1997). Bootstrap Methods and their Application, sections 2.7 and 3.8.
"""

import dataclasses

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis.data.client import ClientData
from analysis.indicators.samples import Codes, Floats, normal_quantile
from analysis.messages import N_
from analysis.models.bootstrap import model_draws, model_generator, percentile_estimate, resampled_accounts
from analysis.models.repurchase_sample import group_of
from analysis.params.model import ClientParams
from analysis.results import Contributions, Estimate, NotEstimable, Outcome
from analysis.scale.score import Results, parts_of
from analysis.scale.shapes import Anchor, RelationshipScore

BUNDLES = 10_000  # of accounts; more are resampled in random bundles, whose sums vary as much
UNKNOWN = N_("It is not known what single customers contribute to it, so they cannot be resampled.")
Component = tuple[float, Anchor, Estimate, Contributions | None]


def resample_score(score: RelationshipScore, results: Results, data: ClientData, params: ClientParams) -> Outcome:
    """Return the score with the percentiles of its bootstrap draws as limits; as `score` where that has none."""
    if isinstance(score.overall, NotEstimable):
        return score.overall
    components = _components(score, results)
    rng = model_generator("score", params)
    accounts = np.concatenate([part.accounts for *_, part in components if part is not None] or [np.empty(0, object)])
    if not len(accounts):
        return NotEstimable(reason=UNKNOWN, n=score.overall.n)
    codes, known = pd.factorize(accounts)
    unit = _units(np.asarray(known, dtype=object), data, rng)
    units = int(unit.max()) + 1
    influence, share = _by_unit(components, unit[codes], units)
    draws = np.empty((model_draws(params), len(components)))
    for position, counts in enumerate(resampled_accounts(units, len(draws), rng)):
        weight = counts @ share
        draws[position] = (counts @ influence) / np.where(weight > 0, weight, np.nan)
    moved = _moved(components, draws, rng)
    found = percentile_estimate(score.overall.value, moved, unit="index", n=score.overall.n, clusters=units)
    # a score of zero is nothing that anybody would test
    return dataclasses.replace(found, p_value=None) if isinstance(found, Estimate) else found


def _components(score: RelationshipScore, results: Results) -> list[Component]:
    """Return weight, anchor, indicator and contributions of each component that counts."""
    found: list[Component] = []
    for dimension in score.dimensions:
        parts = parts_of(dimension.components, results, dimension.weight) if dimension.weight > 0 else []
        members = [component for component in dimension.components if isinstance(component.score, Estimate)]
        for part, component in zip(parts, members, strict=False):
            outcome = results[component.indicator].overall
            if isinstance(outcome, Estimate):
                contributions = part.contributions
                usable = contributions is not None and bool(np.any(contributions.values != 0))
                found.append((part.weight, component.anchor, outcome, contributions if usable else None))
    return found


def _units(known: NDArray[np.object_], data: ClientData, rng: np.random.Generator) -> Codes:
    """Return the group of companies of each account, as codes from 0; bundles of them where there are very many."""
    ids = pd.Series(known).astype(str)
    codes = pd.factorize(group_of(ids, data), sort=True)[0].astype(np.int64)
    units = int(codes.max()) + 1
    return codes if units <= BUNDLES else rng.permutation(units)[codes] % BUNDLES


def _by_unit(components: list[Component], unit: Codes, units: int) -> tuple[Floats, Floats]:
    """Return each unit's part in the deviation and in the weight of each component, shape (units, components)."""
    influence, share = np.zeros((units, len(components))), np.zeros((units, len(components)))
    start = 0
    for column, (_, _, outcome, contributions) in enumerate(components):
        if contributions is None:
            share[:, column] = 1 / units
            continue
        stop = start + len(contributions.accounts)
        own = unit[start:stop]
        start = stop
        values = contributions.values * (_error(outcome) / np.sqrt((contributions.values**2).sum()))
        influence[:, column] = np.bincount(own, values, units)
        share[:, column] = np.bincount(own, minlength=units) / len(own)
    return influence, share


def _error(outcome: Estimate) -> float:
    """Return a standard error: the estimate's own, or what its interval would be of a normal distribution."""
    if outcome.std_error is not None:
        return outcome.std_error
    return (outcome.high - outcome.low) / (2 * normal_quantile(0.5 + outcome.level / 2))


def _moved(components: list[Component], draws: Floats, rng: np.random.Generator) -> Floats:
    """Return the score in each draw; what no account is known to contribute to moves by itself."""
    total = np.zeros(len(draws))
    for column, (weight, anchor, outcome, contributions) in enumerate(components):
        moved = draws[:, column] if contributions is not None else _error(outcome) * rng.standard_normal(len(draws))
        place = 100 * (outcome.value + moved - anchor.zero) / (anchor.full - anchor.zero)
        total += weight * np.clip(place, 0.0, 100.0)
    return total
