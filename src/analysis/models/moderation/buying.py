"""Whether buying again goes with satisfaction more strongly for some: the second difference of a probability.

In a logit the coefficient of a product is no interaction of probabilities (Ai and Norton 2003) [1]_. Reported and
tested is the difference of two average marginal effects: of satisfaction, were all customers of one kind and were they
of the other, everything else as it is (Mize 2019) [2]_.

References
----------
.. [1] Ai, C. and Norton, E. C. (2003). Interaction terms in logit and probit models. Economics Letters 80, 123-129.
.. [2] Mize, T. D. (2019). Best practices for estimating, interpreting, and presenting nonlinear interaction effects.
   Sociological Science 6, 81-117.
"""

import numpy as np
from scipy.special import expit

from analysis.messages import N_, Message
from analysis.models.binomial import Logit, fit_binomial, population_mean
from analysis.models.clustering import Floats
from analysis.models.moderation.designs import Interacted, interact
from analysis.models.moderation.inference import contrast_estimate, joint_test
from analysis.models.moderation.moderators import Moderator
from analysis.models.moderation.result import Contrast, Interaction, Untested
from analysis.models.repurchase_plan import Plan, behaviour_controls, optional_controls
from analysis.models.separation import detect_separation
from analysis.params.model import ClientParams
from analysis.results import Estimate


def buying_interaction(moderator: Moderator, plan: Plan, params: ClientParams) -> Interaction | Untested:
    """Return one moderator's interaction with satisfaction in the logit of buying again."""
    satisfaction = plan.rows["satisfaction"].to_numpy(dtype=float)
    kept = {str(name.msgid) for name in plan.designs["satisfaction"].controls}
    offered = [*behaviour_controls(plan.rows), *optional_controls(plan.rows, params)]
    controls = tuple(control for control in offered if control.name.msgid in kept)
    design = interact(moderator, satisfaction, plan.weights, plan.clusters, controls, params)
    if isinstance(design, Message):
        return Untested(response="repurchase", key=moderator.key, name=moderator.name, reason=design)
    outcome = plan.outcome[design.rows]
    rarer = min(outcome.sum(), len(outcome) - outcome.sum())
    if rarer < params.limits.events_per_parameter * (design.matrix.shape[1] - 1):
        reason = N_("Too few bought again, or too few did not, to compare so many kinds of customers.")
        return Untested(response="repurchase", key=moderator.key, name=moderator.name, reason=reason)
    if _one_sided(moderator, design, outcome, params) or detect_separation(outcome, design.matrix).kind != "none":
        reason = N_("Among some of these customers nearly everybody, or hardly anybody, bought again.")
        return Untested(response="repurchase", key=moderator.key, name=moderator.name, reason=reason)
    fit = fit_binomial(outcome, design.matrix, weights=plan.weights[design.rows], clusters=plan.clusters[design.rows])
    if not fit.converged:
        reason = N_("The model has no finite answer on these data.")
        return Untested(response="repurchase", key=moderator.key, name=moderator.name, reason=reason)
    effects = [[_effect(fit, design, kind) for kind in pair] for pair in design.kinds]
    values = np.array([first[0] - second[0] for first, second in effects])
    deviations = np.column_stack([first[1] - second[1] for first, second in effects])
    statistic, df, p = joint_test(values, deviations)
    return Interaction(
        response="repurchase",
        key=moderator.key,
        name=moderator.name,
        n=len(outcome),
        accounts=fit.accounts,
        contrasts=tuple(
            Contrast(
                first=words[0],
                second=words[1],
                first_effect=_estimate(fit, *first),
                second_effect=_estimate(fit, *second),
                difference=_estimate(fit, first[0] - second[0], first[1] - second[1]),
            )
            for (first, second), words in zip(effects, design.words, strict=True)
        ),
        statistic=statistic,
        df=df,
        p_value=p,
        adjusted_p=p,
        differs=False,
    )


def _one_sided(moderator: Moderator, design: Interacted, outcome: Floats, params: ClientParams) -> bool:
    """Return whether some group has too few buyers, or too few others, for an effect of its own."""
    if moderator.groups is None:
        return False
    members = moderator.values[design.rows]
    members = np.column_stack([1 - members.sum(axis=1), members])
    bought = outcome @ members
    return bool(min(bought.min(), (members.sum(axis=0) - bought).min()) < params.limits.events_per_parameter)


def _effect(fit: Logit, design: Interacted, kind: Floats) -> tuple[float, Floats]:
    """Return satisfaction's average marginal effect were everybody of one kind, and its deviations by account."""
    moved, direction = design.moved(kind), design.slope_map(kind)

    def rows(_: Floats) -> tuple[Floats, Floats]:
        chance = expit(moved @ fit.coefficients)
        density = chance * (1 - chance)
        slope = float(direction @ fit.coefficients)
        bend = slope * density * (1 - 2 * chance)
        return slope * density, density[:, None] * direction + bend[:, None] * moved

    return population_mean(fit, rows)


def _estimate(fit: Logit, value: float, deviations: Floats) -> Estimate:
    return contrast_estimate(
        100 * value, 100 * deviations, unit="percentage_points", n=len(fit.outcome), method="ame-delta-cr3-t"
    )
