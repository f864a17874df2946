"""The main loyalty question as the ordered answer that it is, its effect in points to compare with those of a line."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from analysis.messages import N_, Message
from analysis.models.loyalty_ordered import Answers, as_categories, fit_answers, main_item
from analysis.models.loyalty_sample import LoyaltySample
from analysis.models.ordered import OrderedFit, effect_above
from analysis.models.robustness.moments import Effect
from analysis.models.terms import Control
from analysis.params.model import ClientParams

FEWEST_VALUES = 3


def fit_ordered_item(
    sample: LoyaltySample, params: ClientParams, keep: np.ndarray, controls: Sequence[Control], *, weighted: bool
) -> Effect | Message:
    """Return points (0-100) of the expected answer per 10 points of satisfaction, averaged over the answers.

    Parameters
    ----------
    keep
        Which of the sample's rows are used.
    controls
        Held constant; their values have the sample's rows.
    weighted
        Whether the survey weights are used.
    """
    found = main_item(sample, params)
    if found is None:
        return N_("No loyalty question has answers of its own.")
    key, item = found
    part = replace(
        sample,
        rows=sample.rows[keep].reset_index(drop=True),
        controls=tuple(replace(control, values=control.values[keep]) for control in controls),
        weights=sample.weights[keep] if weighted else np.ones(int(keep.sum())),
        clusters=sample.clusters[keep],
    )
    if len(part.rows) < params.limits.min_n or len(np.unique(part.clusters)) < params.limits.min_clusters:
        return N_("Too few answered the loyalty question.")
    if np.ptp(part.satisfaction) == 0:
        return N_("Satisfaction does not vary by itself in these answers.")
    answers = as_categories(part.rows, key, item)
    if len(answers.lowest) < FEWEST_VALUES or len(answers.rows) < params.limits.min_n:
        return N_("Too few answered the loyalty question.")
    _, fit = fit_answers(part, answers)
    if not fit.converged:
        return N_("The ordered model has no finite answer on these data.")
    return _in_points(sample, part, answers, fit, 100 / (item.scale.max - item.scale.min))


def _in_points(sample: LoyaltySample, part: LoyaltySample, answers: Answers, fit: OrderedFit, points: float) -> Effect:
    """Return the effect on the expected answer: the sum of the steps between answers times those on passing them."""
    heights = (np.array(answers.lowest) + np.array(answers.highest)) / 2
    value, moves = 0.0, np.zeros(fit.accounts)
    for cut, step in enumerate(np.diff(heights)):
        effect, own = effect_above(fit, 0, cut)
        value += points * step * effect
        moves = moves + points * step * own
    deviations = np.zeros(sample.accounts)
    deviations[np.unique(part.clusters[answers.rows])] = moves
    return Effect(value=float(value), deviations=deviations, n=len(answers.rows), accounts=fit.accounts)
