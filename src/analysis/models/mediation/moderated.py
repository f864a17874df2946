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
from analysis.models.mediation.inputs import Exposure, Mediator, Moderator, Prepared, Question, prepare
from analysis.models.mediation.intervals import expanded_estimate
from analysis.models.mediation.mediate import SCALES, resample
from analysis.models.mediation.refusals import UNSOLVED
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
    question = Question(
        outcome=outcome,
        family=family,
        exposure=exposure,
        mediators=[mediator],
        controls=controls,
        limits=limits or LimitsSpec(),
        weights=weights,
        clusters=clusters,
        moderator=moderator,
        top_from=top_from,
    )
    factor, own_unit = SCALES[family]
    return _answer(question, moderator, rng, draws, factor if scale is None else scale, unit or own_unit)


def _answer(
    question: Question, moderator: Moderator, rng: np.random.Generator, draws: int, scale: float, unit: Unit
) -> ModeratedMediation | NotEstimable:
    prepared = prepare(question)
    if isinstance(prepared, NotEstimable):
        return prepared
    sizes = _sides(moderator)
    if min(sizes) < question.limits.min_n:
        return NotEstimable(
            reason=N_("Too few answers lie on either side of {name:message} to compare.", name=moderator.label)
        )
    _, centre, spread = standardise(moderator.values, prepared.weights)
    at = ((moderator.low - centre) / spread, (moderator.high - centre) / spread)
    factor = scale * prepared.outcome_spread
    full, point, sampled = resample(prepared, lambda fitted: _conditional(fitted, factor, at), draws, rng)
    if not full.converged[0]:
        return NotEstimable(reason=UNSOLVED, n=prepared.n)

    def estimate(value: float, drawn: Floats) -> Outcome:
        return expanded_estimate(
            value, drawn, unit=unit, n=prepared.n, clusters=prepared.accounts, parameters=prepared.parameters
        )

    low, high = (
        ConditionalEffect(label=moderator.words[k], value=value, n=sizes[k], indirect=estimate(point[k], sampled[:, k]))
        for k, value in enumerate((moderator.low, moderator.high))
    )
    gain, gains = point[1] - point[0], sampled[:, 1] - sampled[:, 0]
    width = moderator.high - moderator.low
    bent = _why_no_index(prepared, moderator)
    return ModeratedMediation(
        moderator=moderator.label,
        stages=moderator.stages,
        conditional=(low, high),
        difference=estimate(gain, gains),
        index=estimate(gain / width, gains / width) if bent is None else bent,
        n=prepared.n,
        accounts=prepared.accounts,
        draws=draws,
        unit=unit,
        notes=prepared.notes,
    )


def _conditional(fitted: FittedSystem, factor: float, at: tuple[float, float]) -> Floats:
    """Return the indirect effect at each value of the moderator, shape (draws, 2)."""
    decomposition = decompose(all_worlds(fitted.system))
    columns = [decomposition.effects(mean_outcomes(fitted, decomposition.worlds, value))[:, INDIRECT] for value in at]
    return factor * np.column_stack(columns)


def _why_no_index(prepared: Prepared, moderator: Moderator) -> NotEstimable | None:
    """Return why the indirect effect is no straight line in the moderator, or None where it is one."""
    if prepared.system.family != "linear" or prepared.system.links[0].family != "linear":
        return NotEstimable(
            reason=N_("For this outcome the difference of the conditional effects takes the place of an index.")
        )
    if len(moderator.stages) > 1:
        return NotEstimable(
            reason=N_("With both links moderated the indirect effect bends, so no single index describes it.")
        )
    return None


def _sides(moderator: Moderator) -> tuple[int, int]:
    """Return how many rows lie nearer the lower and nearer the higher value."""
    middle = (moderator.low + moderator.high) / 2
    lower = int((moderator.values < middle).sum())
    return lower, len(moderator.values) - lower
