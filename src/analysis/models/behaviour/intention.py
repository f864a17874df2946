"""Whether satisfaction goes with what customers say as it goes with what they do, on the same customers.

Two logistic regressions with the same rows and columns, one of the stated intention to buy again, one of having bought
again; their difference is judged by resampling groups of companies in both at once (stacked), because the two share
their customers.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.behaviour.plan import fitting_controls, refuse_constant, refuse_rows
from analysis.models.behaviour.result import IntentionGroup, IntentionModel
from analysis.models.behaviour.said_done import said_and_done
from analysis.models.behaviour.stacked import difference_estimate, stacked_draws
from analysis.models.binomial import Logit
from analysis.models.bootstrap import model_draws, model_generator
from analysis.models.clustering import Codes, Floats, checked_weights, cluster_codes, coefficient_rows
from analysis.models.curve import binned_means
from analysis.models.linear import fit_linear
from analysis.models.loyalty import correlation
from analysis.models.parts import Coefficient, PublishedAnchor
from analysis.models.repurchase_fits import effect_estimate, fit_predictors
from analysis.models.repurchase_plan import behaviour_controls, eligible_rows
from analysis.models.repurchase_sample import RepurchaseSample, build_sample, index_responses, usable_answers
from analysis.models.terms import SATISFACTION, Design, build_design
from analysis.params.base import localized
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

MIDPOINT = 50.0
ANCHORS = (
    PublishedAnchor(
        value=0.63,
        source="Curtis, Abratt, Rhoades & Dion, Customer loyalty, repurchase and satisfaction: a meta-analytical "
        "review, Journal of Consumer Satisfaction, Dissatisfaction and Complaining Behavior 24",
        year=2011,
    ),
)


@dataclass(frozen=True, kw_only=True)
class IntentionPlan:
    """Customers with both outcomes and one design; `score` is the intention from 0 to 100, `intended` and `bought` 0/1.

    `missing` customers were left out for something unknown.
    """

    rows: pd.DataFrame
    design: Design
    score: Floats
    intended: Floats
    bought: Floats
    weights: Floats
    clusters: Codes
    threshold: Message
    missing: int
    notes: tuple[Message, ...]


def compare_intention(data: ClientData, params: ClientParams) -> IntentionModel | NotEstimable:
    """Set the effect of satisfaction on the stated intention beside its effect on buying again.

    The tables `survey` and `transactions` must be there (`repurchase.missing_data`).
    """
    plan = plan_intention(data, params)
    if isinstance(plan, NotEstimable):
        return plan
    said, done = (
        fit_predictors(outcome, plan.design, plan.weights, plan.clusters).fit
        for outcome in (plan.intended, plan.bought)
    )
    column = plan.design.position(SATISFACTION.key)
    effects = effect_estimate(said, column), effect_estimate(done, column)
    draws = model_draws(params)
    satisfaction = plan.rows["satisfaction"].to_numpy(dtype=float)
    outcomes = (plan.score, plan.bought)
    rng = model_generator("intention-and-behaviour", params)
    sampled = stacked_draws(said, done, column, satisfaction, outcomes, draws, rng)
    related = [_correlation(satisfaction, outcome, plan) for outcome in outcomes]
    return IntentionModel(
        n=len(plan.rows),
        intended=int(plan.intended.sum()),
        bought=int(plan.bought.sum()),
        missing=plan.missing,
        item=intention_label(params),
        threshold=plan.threshold,
        horizon_days=params.repurchase.horizon_days,
        draws=draws,
        weighted=bool(np.ptp(plan.weights) > 0),
        intention_effect=effects[0],
        purchase_effect=effects[1],
        difference=difference_estimate(
            effects[0], effects[1], 100 * (sampled.intention - sampled.purchase), "percentage_points"
        ),
        intention_correlation=related[0],
        purchase_correlation=related[1],
        correlation_difference=difference_estimate(
            related[0], related[1], sampled.intention_correlation - sampled.purchase_correlation, "ratio"
        ),
        anchors=ANCHORS,
        table=said_and_done(plan.intended, plan.bought, plan.weights, plan.clusters, params),
        groups=_groups(plan, satisfaction, params),
        coefficients_intention=_coefficients(plan, said),
        coefficients_purchase=_coefficients(plan, done),
        controls=plan.design.controls,
        notes=plan.notes + plan.design.notes,
    )


def plan_intention(data: ClientData, params: ClientParams) -> IntentionPlan | NotEstimable:
    """Return customers, outcomes and design, or why there is no comparison."""
    items = intention_items(data, params)
    if not items:
        return NotEstimable(reason=N_("Nobody was asked whether they intend to buy again."))
    rows = build_sample(data, params).rows
    if rows.empty:
        return NotEstimable(reason=N_("No customer who answered could be followed for long enough yet."), n=0)
    if not (rows["weight"] > 0).all():
        return NotEstimable(reason=N_("Some survey weights are missing or not above zero."), n=len(rows))
    total = len(rows)
    rows = rows.assign(intention=rows["customer_id"].map(intention_scores(data, params)), loyalty=np.nan)
    rows = rows[rows["intention"].notna()]
    if len(rows):
        rows, _, _ = eligible_rows(RepurchaseSample(rows=rows, responding=len(rows), censored=0), params)
    refusal = refuse_rows(rows.assign(event=1.0), params) or refuse_constant(rows)
    if refusal is not None:
        return refusal
    score, bought = (rows[name].to_numpy(dtype=float) for name in ("intention", "bought"))
    behaviour = behaviour_controls(rows)
    middle, top = _readings(score, items, params)
    rarer = [int(min(_rarer(reading[0]), _rarer(bought))) for reading in (middle, top)]
    chosen = fitting_controls(rows, behaviour, rarer[0], params, focal=1)
    intended, threshold = middle
    if chosen is None:
        chosen = fitting_controls(rows, behaviour, rarer[1], params, focal=1)
        intended, threshold = top
    if chosen is None:
        return NotEstimable(reason=_uneven(score, bought, params, len(behaviour) + 1), n=len(rows))
    controls, notes = chosen
    satisfaction = rows["satisfaction"].to_numpy(dtype=float) / 10
    return IntentionPlan(
        rows=rows, design=build_design(len(rows), [(SATISFACTION, satisfaction)], controls), score=score,
        intended=intended, bought=bought, weights=checked_weights(rows["weight"].to_numpy(dtype=float), len(rows)),
        clusters=cluster_codes(rows["group"], len(rows)), threshold=threshold, missing=total - len(rows), notes=notes,
    )  # fmt: skip


def intention_items(data: ClientData, params: ClientParams) -> tuple[str, ...]:
    """Return the keys of the questions about the intention to buy again that somebody answered."""
    items = params.survey.items if params.survey is not None else {}
    keys = (key for key, item in items.items() if item.role == "repurchase_intention")
    return tuple(key for key in keys if data.has("survey", key))


def intention_label(params: ClientParams) -> str:
    """Return the label (or wording, or key) of the question about intention, in the report's language."""
    items = params.survey.items if params.survey is not None else {}
    for key, item in items.items():
        if item.role == "repurchase_intention":
            return localized(item.label, params.language) or localized(item.wording, params.language) or key
    return ""


def intention_scores(data: ClientData, params: ClientParams) -> pd.Series:
    """Return each customer's intention (0-100) in the wave of its index response, averaged as its satisfaction is."""
    answers = usable_answers(data, params)
    horizon = pd.Timedelta(days=params.repurchase.horizon_days)
    answers = answers[answers["responded_on"].dt.normalize() + horizon <= data.recorded_until("transactions")]
    spec = params.survey.items if params.survey is not None else {}
    scaled = [
        100 * (answers[key].astype(float) - spec[key].scale.min) / (spec[key].scale.max - spec[key].scale.min)
        for key in intention_items(data, params)
    ]
    # `index_responses` averages whatever stands in the place of loyalty over a customer's respondents
    answers = answers.assign(loyalty_index=pd.concat(scaled, axis=1).mean(axis=1))
    return index_responses(answers).set_index("customer_id")["loyalty"]


def _readings(
    score: Floats, items: tuple[str, ...], params: ClientParams
) -> tuple[tuple[Floats, Message], tuple[Floats, Message]]:
    """Return what may count as intending: answers above the middle of the scale, or only those at its top."""
    spec = params.survey.items[items[0]].scale if params.survey is not None else None
    steps = spec.max - spec.min if spec is not None else 1.0
    top = 100 * (1 - 0.5 / max(steps, 1.0))
    return (
        ((score > MIDPOINT).astype(float), N_("an answer above the middle of the scale")),
        ((score >= top).astype(float), N_("an answer at the top of the scale")),
    )


def _rarer(outcome: Floats) -> float:
    return float(min(outcome.sum(), len(outcome) - outcome.sum()))


def _uneven(score: Floats, bought: Floats, params: ClientParams, predictors: int) -> Message:
    """Return in words that nearly everybody (or nobody) intends to buy again, or bought again."""
    needed = int(np.ceil(params.limits.events_per_parameter * predictors))
    n, intended = len(score), int((score > MIDPOINT).sum())
    if _rarer(bought) < needed:
        return N_(
            "{bought:int} of {n:int} customers bought again within {days:int} days; the comparison needs at least "
            "{needed:int} who did and as many who did not.",
            bought=int(bought.sum()),
            n=n,
            days=params.repurchase.horizon_days,
            needed=needed,
        )
    return N_(
        "{intended:int} of {n:int} customers said that they intend to buy again; the comparison needs at least "
        "{needed:int} who did and as many who did not.",
        intended=intended,
        n=n,
        needed=needed,
    )


def _correlation(satisfaction: Floats, outcome: Floats, plan: IntentionPlan) -> Outcome:
    ones = np.ones((len(outcome), 1))
    return correlation(satisfaction, outcome, fit_linear(outcome, ones, weights=plan.weights, clusters=plan.clusters))


def _coefficients(plan: IntentionPlan, fit: Logit) -> tuple[Coefficient, ...]:
    return coefficient_rows(plan.design.terms, fit.coefficients, fit.covariance, fit.accounts)


def _groups(plan: IntentionPlan, satisfaction: Floats, params: ClientParams) -> tuple[IntentionGroup, ...]:
    customers = np.arange(len(satisfaction))
    said, done = (
        binned_means(satisfaction, outcome, plan.weights, customers, params.limits.small_cell)
        for outcome in (plan.intended, plan.bought)
    )
    return tuple(
        IntentionGroup(satisfaction=one.satisfaction, intended=one.outcome, bought=other.outcome, n=one.n)
        for one, other in zip(said, done, strict=True)
    )
