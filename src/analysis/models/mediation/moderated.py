"""Whether the indirect effect differs with a moderator: conditional effects, their difference, and Hayes's index [1]_.

References
----------
.. [1] Hayes, A. F. (2015). An index and test of linear moderated mediation. Multivariate Behavioral Research 50, 1-22.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from analysis.messages import N_
from analysis.models.clustering import Floats
from analysis.models.mediation.decomposition import decompose
from analysis.models.mediation.families import Family
from analysis.models.mediation.gcomputation import all_worlds, mean_outcomes
from analysis.models.mediation.inputs import Exposure, Mediator, Moderator, Prepared, prepare
from analysis.models.mediation.intervals import expanded_estimate
from analysis.models.mediation.mediate import SCALES, resample
from analysis.models.mediation.result import ConditionalEffect, ModeratedMediation
from analysis.models.mediation.system import FittedSystem, standardise
from analysis.models.terms import Control
from analysis.params.model import LimitsSpec
from analysis.results import NotEstimable, Outcome, Unit

INDIRECT = 2  # position in `decomposition.PARTS`


def mediate_moderated(
    outcome: ArrayLike,
    family: Family,
    exposure: Exposure,
    mediator: Mediator,
    moderator: Moderator,
    controls: Sequence[Control],
    *,
    rng: np.random.Generator,
    draws: int,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    top_from: float | None = None,
    scale: float | None = None,
    unit: Unit | None = None,
    limits: LimitsSpec | None = None,
) -> ModeratedMediation | NotEstimable:
    """Return the indirect effect at two values of a moderator, and how much they differ.

    The moderator acts on the exposure's own effect too, so that what differs there is not laid upon the path. Other
    parameters are as for `mediate.mediate`; `controls` must not hold the moderator.
    """
    limits = limits or LimitsSpec()
    prepared = prepare(
        outcome,
        family,
        exposure,
        [mediator],
        controls,
        weights=weights,
        clusters=clusters,
        limits=limits,
        moderator=moderator,
        top_from=top_from,
    )
    if isinstance(prepared, NotEstimable):
        return prepared
    sizes = _sides(moderator)
    if min(sizes) < limits.min_n:
        return NotEstimable(
            reason=N_("Too few answers lie on either side of {name:message} to compare.", name=moderator.label)
        )
    factor, own_unit = SCALES[family]
    factor = (factor if scale is None else scale) * prepared.outcome_spread
    _, centre, spread = standardise(moderator.values, prepared.weights)
    at = ((moderator.low - centre) / spread, (moderator.high - centre) / spread)
    full, point, sampled = resample(prepared, lambda fitted: _conditional(fitted, factor, at), draws, rng)
    if not full.converged[0]:
        return NotEstimable(reason=N_("The equations of the paths have no solution in these data."), n=prepared.n)

    def estimate(value: float, drawn: Floats) -> Outcome:
        return expanded_estimate(
            value, drawn, unit=unit or own_unit, n=prepared.n, clusters=prepared.accounts,
            parameters=prepared.parameters,
        )  # fmt: skip

    difference = estimate(point[1] - point[0], sampled[:, 1] - sampled[:, 0])
    conditional = tuple(
        ConditionalEffect(label=moderator.words[k], value=value, n=size, indirect=estimate(point[k], sampled[:, k]))
        for k, (value, size) in enumerate(zip((moderator.low, moderator.high), sizes, strict=True))
    )
    width = moderator.high - moderator.low
    return ModeratedMediation(
        moderator=moderator.label,
        stages=moderator.stages,
        conditional=(conditional[0], conditional[1]),
        difference=difference,
        index=_index(prepared, moderator, estimate, (point[1] - point[0]) / width, sampled @ [-1 / width, 1 / width]),
        n=prepared.n,
        accounts=prepared.accounts,
        draws=draws,
        unit=unit or own_unit,
        notes=prepared.notes,
    )


def _conditional(fitted: FittedSystem, factor: float, at: tuple[float, float]) -> Floats:
    """Return the indirect effect at each value of the moderator, shape (draws, 2)."""
    decomposition = decompose(all_worlds(fitted.system))
    columns = [decomposition.effects(mean_outcomes(fitted, decomposition.worlds, value))[:, INDIRECT] for value in at]
    return factor * np.column_stack(columns)


def _index(prepared: Prepared, moderator: Moderator, estimate: object, value: float, drawn: Floats) -> Outcome:
    """Return the change of the indirect effect per unit of the moderator: a straight line in linear models only."""
    if prepared.system.family == "linear" and prepared.system.links[0].family == "linear":
        if len(moderator.stages) == 1 and callable(estimate):
            found: Outcome = estimate(value, drawn)
            return found
        return NotEstimable(
            reason=N_("With both links moderated the indirect effect bends, so no single index describes it.")
        )
    return NotEstimable(
        reason=N_("For this outcome the difference of the conditional effects takes the place of an index.")
    )


def _sides(moderator: Moderator) -> tuple[int, int]:
    """Return how many rows lie nearer the lower and nearer the higher value."""
    middle = (moderator.low + moderator.high) / 2
    lower = int((moderator.values < middle).sum())
    return lower, len(moderator.values) - lower
