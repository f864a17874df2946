"""All doubts about the two relations, asked of one client."""

import numpy as np

from analysis.data.client import ClientData
from analysis.messages import N_
from analysis.models.binomial import average_effect
from analysis.models.clustering import Codes, Floats, checked_weights, estimate_from_error
from analysis.models.linear import LinearFit, fit_linear
from analysis.models.loyalty_result import LoyaltyModel
from analysis.models.loyalty_sample import LoyaltySample, build_loyalty_sample
from analysis.models.repurchase_plan import Plan, plan_repeat_purchase
from analysis.models.repurchase_result import RepurchaseModel
from analysis.models.robustness.confounding import assess_confounding, assess_e_value, fit_method
from analysis.models.robustness.customer_rows import read_answers
from analysis.models.robustness.influence import assess_influence
from analysis.models.robustness.loyalty_specifications import is_repeated, loyalty_factors, try_loyalty
from analysis.models.robustness.moments import Effect, cluster_moments, independent_columns, regress
from analysis.models.robustness.repurchase_specifications import fit_logit, repurchase_factors, try_repurchase
from analysis.models.robustness.result import (
    InfluenceResult,
    PlaceboComparison,
    Relation,
    Robustness,
    SpecificationCurve,
    WeightComparison,
)
from analysis.models.robustness.specification import UNITS, grid, summarise_curve
from analysis.models.robustness.unseen_factor import Confounding, EValue
from analysis.models.terms import SATISFACTION, Design
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

NO_WEIGHTS = N_(
    "The survey came without weights of its own: here every answer counts the same. What weights raked to all customers"
    " change in the two models is told under the question “Do those who answered speak for all customers?”"
)
SAME = 1e-12

LoyaltyPart = tuple[
    SpecificationCurve | NotEstimable,
    InfluenceResult | NotEstimable,
    Confounding | NotEstimable,
    WeightComparison | NotEstimable,
]
RepurchasePart = tuple[
    SpecificationCurve | NotEstimable,
    InfluenceResult | NotEstimable,
    EValue | NotEstimable,
    WeightComparison | NotEstimable,
]


def analyse_robustness(
    data: ClientData,
    params: ClientParams,
    loyalty: LoyaltyModel | NotEstimable,
    repurchase: RepurchaseModel | NotEstimable,
) -> Robustness:
    """Ask how far the two relations can be trusted.

    Parameters
    ----------
    data, params
        The client.
    loyalty, repurchase
        The two models of the audit; where one has no estimate, its checks give the same reason.

    Returns
    -------
    Robustness
        Every check with what was found, or why it cannot be asked.
    """
    curve, influence, confounding, weights = (
        (loyalty, loyalty, loyalty, loyalty) if isinstance(loyalty, NotEstimable) else _check_loyalty(data, params)
    )
    others, single, e_value, weighted = (
        (repurchase, repurchase, repurchase, repurchase)
        if isinstance(repurchase, NotEstimable)
        else _check_repurchase(data, params)
    )
    return Robustness(
        loyalty_curve=curve,
        repurchase_curve=others,
        loyalty_influence=influence,
        repurchase_influence=single,
        confounding=confounding,
        e_value=e_value,
        loyalty_weights=weights,
        repurchase_weights=weighted,
        placebo=repurchase
        if isinstance(repurchase, NotEstimable)
        else PlaceboComparison(placebo=repurchase.placebo, effect=repurchase.satisfaction_effect),
    )


def _check_loyalty(data: ClientData, params: ClientParams) -> LoyaltyPart:
    sample = build_loyalty_sample(data, params)
    design = sample.design()
    outcome = sample.rows["loyalty_index"].to_numpy(dtype=float)
    fit = fit_linear(outcome, design.matrix, weights=sample.weights, clusters=sample.clusters)
    factors = loyalty_factors(sample, params)
    levels = [item for item in grid(factors) if not is_repeated(item, factors)]
    curve = summarise_curve("loyalty", try_loyalty(sample, params, levels), levels[0], params)
    effect = Effect(
        value=float(fit.coefficients[1]), deviations=fit.deviations[:, 1], n=len(outcome), accounts=fit.accounts
    )
    method = fit_method(fit)
    plain = fit_linear(outcome, design.matrix, clusters=sample.clusters)
    unweighted = Effect(
        value=float(plain.coefficients[1]), deviations=plain.deviations[:, 1], n=len(outcome), accounts=fit.accounts
    )
    return (
        curve,
        _loyalty_influence(sample, design, outcome, fit, effect, method),
        assess_confounding(sample, design, outcome, fit),
        compare_weights("loyalty", effect, unweighted, fit.weights, method),
    )


def _loyalty_influence(
    sample: LoyaltySample, design: Design, outcome: Floats, fit: LinearFit, effect: Effect, method: str
) -> InfluenceResult | NotEstimable:
    count = design.matrix.shape[1]
    moments = cluster_moments(np.column_stack([design.matrix, outcome]), sample.weights, fit.clusters, fit.accounts)

    def refit(dropped: Codes) -> Effect | None:
        rest = moments.without(dropped)
        columns = independent_columns(rest.crosses.sum(axis=0), range(count))
        if columns[:2] != [0, 1] or rest.accounts <= 2 * len(columns):
            return None
        coefficients, deviations = regress(rest, columns, count)
        return Effect(value=float(coefficients[1]), deviations=deviations[:, 1], n=rest.n, accounts=rest.accounts)

    return assess_influence("loyalty", effect, refit, UNITS["loyalty"], method)


def _check_repurchase(data: ClientData, params: ClientParams) -> RepurchasePart:
    plan = plan_repeat_purchase(data, params)
    if isinstance(plan, NotEstimable):
        return plan, plan, plan, plan
    answers = read_answers(data, params)
    levels = grid(repurchase_factors(answers, params))
    curve = summarise_curve("repurchase", try_repurchase(answers, params, levels), levels[0], params)
    everyone = np.ones(len(plan.outcome), dtype=bool)
    effect, unweighted = _repurchase_effect(plan, everyone), _repurchase_effect(plan, everyone, weighted=False)
    method = "ame-delta-cr3-t"
    design = plan.designs["satisfaction"]
    fit = fit_logit(plan.outcome, design.matrix, plan.weights, plan.clusters, design)
    if effect is None or unweighted is None:
        raise TypeError("the plan lets no customers through that have no effect")
    return (
        curve,
        assess_influence(
            "repurchase",
            effect,
            lambda dropped: _repurchase_effect(plan, ~np.isin(plan.clusters, dropped)),
            UNITS["repurchase"],
            method,
        ),
        assess_e_value(fit, design.position(SATISFACTION.key)),
        compare_weights("repurchase", effect, unweighted, plan.weights, method),
    )


def _repurchase_effect(plan: Plan, keep: np.ndarray, *, weighted: bool = True) -> Effect | None:
    """Return the declared effect on the rows kept, deviations by group of companies; None where there is none."""
    design = plan.designs["satisfaction"]
    y, matrix = plan.outcome[keep], design.matrix[keep]
    if len(y) == 0 or y.min() == y.max() or np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        return None
    weights = checked_weights(plan.weights[keep] if weighted else None, len(y))
    present, codes = np.unique(plan.clusters[keep], return_inverse=True)
    fit = fit_logit(y, matrix, weights, codes, design)
    value, own = average_effect(fit, design.position(SATISFACTION.key))
    deviations = np.zeros(int(plan.clusters.max()) + 1)
    deviations[present] = 100 * own
    return Effect(value=float(100 * value), deviations=deviations, n=len(y), accounts=len(present))


def compare_weights(
    relation: Relation, weighted: Effect, unweighted: Effect, weights: Floats, method: str
) -> WeightComparison | NotEstimable:
    """Return one effect with and without the survey weights, and their difference on the same answers.

    Leaving an account out moves both; the difference of the moves is what the difference's error is made of.
    """
    if np.ptp(weights) <= SAME:
        return NotEstimable(reason=NO_WEIGHTS, n=weighted.n)
    unit = UNITS[relation]
    moves = weighted.deviations - unweighted.deviations
    return WeightComparison(
        relation=relation,
        weighted=weighted.estimate(unit, method),
        unweighted=unweighted.estimate(unit, method),
        difference=estimate_from_error(
            weighted.value - unweighted.value,
            float(np.sqrt(moves @ moves)),
            clusters=weighted.accounts,
            unit=unit,
            n=weighted.n,
            method=method,
        ),
    )
