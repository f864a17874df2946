"""What the models of behaviour answer with."""

from dataclasses import dataclass
from typing import Literal

from analysis.messages import Message
from analysis.models.parts import Coefficient, Diagnostic, ModelPart, PublishedAnchor
from analysis.models.results import PredictorSet, Validation
from analysis.results import Estimate, NotEstimable, Outcome, Point

Verdict = Literal["better", "worse", "no_difference"]


@dataclass(frozen=True, kw_only=True)
class BehaviourFit(ModelPart):
    """One fitted set of predictors: coefficients on the log scale of rates or hazards, weights scaled to mean 1.

    `log_likelihood` is the Cox model's partial one; `dispersion` is the count model's (0: Poisson), None for Cox.
    """

    key: PredictorSet
    name: Message
    coefficients: tuple[Coefficient, ...]
    log_likelihood: float
    dispersion: float | None = None


@dataclass(frozen=True, kw_only=True)
class BehaviourValidation(Validation):
    """A model of behaviour against the same model without the answers, on held-out customers.

    AUC, Brier and calibration are of an order within the horizon, on customers with a complete horizon: for the count
    model of the predicted probability of at least one order, for the duration model of the predicted probability of the
    next order by then. Other customers help to fit and are not predicted.

    Parameters
    ----------
    score
        ``log_score`` (mean log probability of the customer's number of orders) or ``concordance`` (share of pairs whose
        order in time is ranked rightly, 0.5 is a coin); higher is better in both.
    baseline_score, full_score, score_gain
        Without and with the answers, and the gain; without intervals, which were far too wide.
    """

    score: Literal["log_score", "concordance"]
    baseline_score: Point
    full_score: Point
    score_gain: Point


@dataclass(frozen=True, kw_only=True)
class CountModel(ModelPart):
    """How often customers ordered after they answered: a negative binomial regression, one row a customer.

    Parameters
    ----------
    n, orders, buyers
        Customers, their order days within horizon and follow-up, and customers with at least one.
    partial
        Customers whose horizon is not complete; they count for the days they were followed.
    missing
        Left out for something unknown.
    horizon_days, mean_days
        Longest and mean follow-up, days.
    weighted
        Whether survey weights were used.
    rate
        Orders per customer and year (ratio of weighted sums).
    estimator
        ``negative_binomial``, or ``poisson`` where orders vary no more than chance.
    dispersion
        ``alpha`` of the set ``satisfaction``; the variance is ``mu + alpha mu^2``.
    satisfaction_ratio
        Incidence-rate ratio per 10 points of satisfaction, past buying and controls held.
    satisfaction_orders
        The same as orders per customer and year, averaged over customers.
    satisfaction_direct_ratio, loyalty_ratio
        Rate ratios with both indices in the model, or why not.
    fits, validation, diagnostics, controls, notes
        As in `RepurchaseModel`.
    """

    n: int
    orders: int
    buyers: int
    partial: int
    missing: int
    horizon_days: int
    mean_days: float
    weighted: bool
    rate: Estimate
    estimator: Literal["negative_binomial", "poisson"]
    dispersion: float
    satisfaction_ratio: Estimate
    satisfaction_orders: Estimate
    satisfaction_direct_ratio: Outcome
    loyalty_ratio: Outcome
    fits: tuple[BehaviourFit, ...]
    validation: BehaviourValidation | NotEstimable
    diagnostics: tuple[Diagnostic, ...]
    controls: tuple[Message, ...]
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class DurationModel(ModelPart):
    """How soon customers ordered after they answered: a Cox regression on the days since their last order.

    Parameters
    ----------
    n, periods, events
        Customers, rows (one a customer and wave) and orders that ended one.
    censored
        Rows that ended without an order: at the next response or at the end of the record.
    without_order_before
        Rows of customers who had never ordered; their clock starts at their first response.
    missing
        Rows left out for something unknown.
    recorded_until
        Last day (ISO) of the record of orders, to which customers are followed.
    weighted, ties
        Whether survey weights were used; how ties are handled.
    satisfaction_ratio
        Hazard ratio per 10 points of satisfaction, past buying and controls held: how many times as
        likely the next order is on any day on which it is still awaited.
    satisfaction_chance
        What that means for the chance to order within the horizon, in percentage points, averaged over customers.
    satisfaction_direct_ratio, loyalty_ratio
        Hazard ratios with both indices in the model, or why not.
    fits, validation, diagnostics, controls, notes
        As in `RepurchaseModel`.
    """

    n: int
    periods: int
    events: int
    censored: int
    without_order_before: int
    missing: int
    recorded_until: str
    horizon_days: int
    weighted: bool
    ties: Literal["efron", "breslow"]
    satisfaction_ratio: Estimate
    satisfaction_chance: Outcome
    satisfaction_direct_ratio: Outcome
    loyalty_ratio: Outcome
    fits: tuple[BehaviourFit, ...]
    validation: BehaviourValidation | NotEstimable
    diagnostics: tuple[Diagnostic, ...]
    controls: tuple[Message, ...]
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SaidAndDone(ModelPart):
    """The customers by what they said and what they did.

    Parameters
    ----------
    said_bought, said_not, silent_bought, silent_not
        Customers who intended and bought, intended and did not, did not intend and bought, did neither.
    shares
        The same as (weighted) shares of all customers, in that order.
    bought_if_said, bought_if_silent
        Share who bought among those who intended, and among those who did not.
    difference
        The first less the second, in percentage points.
    """

    said_bought: int
    said_not: int
    silent_bought: int
    silent_not: int
    shares: tuple[Outcome, ...]
    bought_if_said: Outcome
    bought_if_silent: Outcome
    difference: Outcome


@dataclass(frozen=True, kw_only=True)
class IntentionGroup(ModelPart):
    """Customers of neighbouring satisfaction: the (weighted) shares who intended to buy again, and who did."""

    satisfaction: float
    intended: float
    bought: float
    n: int


@dataclass(frozen=True, kw_only=True)
class IntentionModel(ModelPart):
    """Whether satisfaction goes with what customers say (intention) as it goes with what they do: the same customers.

    Parameters
    ----------
    n, intended, bought
        Customers, and how many of them intended to buy again and did buy again within the horizon.
    missing
        Customers left out, because their intention (or something else that is needed) is unknown.
    item, threshold
        Label of the question(s), and what counts as intending, in words.
    horizon_days, draws, weighted
        Days after the response; bootstrap draws; whether survey weights were used.
    intention_effect, purchase_effect
        Percentage points per 10 points of satisfaction, the same controls in both.
    difference
        The first less the second: stacked bootstrap over groups of companies.
    intention_correlation, purchase_correlation, correlation_difference
        Of satisfaction with the intention's score and with having bought; the difference by the same bootstrap.
    anchors
        Published correlations with intention and with behaviour.
    table
        What customers said by what they did; `NotEstimable` where a cell is too small to be shown.
    groups
        By satisfaction, for the figure.
    coefficients_intention, coefficients_purchase
        Log odds.
    controls, notes
        As in `RepurchaseModel`.
    """

    n: int
    intended: int
    bought: int
    missing: int
    item: str
    threshold: Message
    horizon_days: int
    draws: int
    weighted: bool
    intention_effect: Estimate
    purchase_effect: Estimate
    difference: Outcome
    intention_correlation: Outcome
    purchase_correlation: Outcome
    correlation_difference: Outcome
    anchors: tuple[PublishedAnchor, ...]
    table: SaidAndDone | NotEstimable
    groups: tuple[IntentionGroup, ...]
    coefficients_intention: tuple[Coefficient, ...]
    coefficients_purchase: tuple[Coefficient, ...]
    controls: tuple[Message, ...]
    notes: tuple[Message, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ComparedModel(ModelPart):
    """One model of behaviour in the comparison.

    Parameters
    ----------
    key, name
        ``binomial`` (whether), ``count`` (how often) or ``duration`` (how soon), and the question it answers.
    effect
        Of 10 points of satisfaction, in the model's own unit: percentage points, or a ratio.
    auc_gain, brier_gain
        Over past buying, on customers not seen; positive is better.
    verdict
        By the Brier gain's interval; None where there is no comparison.
    n
        Customers of the model, or None.
    """

    key: Literal["binomial", "count", "duration"]
    name: Message
    effect: Outcome
    auc_gain: Outcome
    brier_gain: Outcome
    verdict: Verdict | None
    n: int | None


@dataclass(frozen=True, kw_only=True)
class BehaviourComparison(ModelPart):
    """Three models of buying again side by side: whether, how often, how soon."""

    models: tuple[ComparedModel, ...]

    def model(self, key: str) -> ComparedModel:
        """Return one of the models; raise KeyError where it is not there."""
        for row in self.models:
            if row.key == key:
                return row
        raise KeyError(key)


@dataclass(frozen=True, kw_only=True)
class Behaviour(ModelPart):
    """What customers did after they answered: how often, how soon, and whether as they had said."""

    count: CountModel | NotEstimable
    duration: DurationModel | NotEstimable
    intention: IntentionModel | NotEstimable
    comparison: BehaviourComparison | NotEstimable
