"""What the model of repeat purchase answers with."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.messages import Message
from analysis.models.parts import Coefficient, Curve, Diagnostic, ModelPart, coefficient_frame
from analysis.results import Estimate, NotEstimable, Outcome

PredictorSet = Literal["baseline", "satisfaction", "satisfaction_loyalty"]


@dataclass(frozen=True, kw_only=True)
class MarginalEffect(ModelPart):
    """What one term goes with, in percentage points of the probability to buy again, averaged over customers."""

    term: str
    label: Message
    effect: Estimate


@dataclass(frozen=True, kw_only=True)
class BinomialFit(ModelPart):
    """One fitted set of predictors of repeat purchase.

    Parameters
    ----------
    key, name
        ``baseline`` (recency, frequency, tenure, segment), ``satisfaction`` (and satisfaction),
        ``satisfaction_loyalty``.
    estimator
        ``ml``, or ``firth`` where separation makes maximum likelihood diverge.
    separated
        Terms involved in a separation, in words; empty without one.
    coefficients
        Log odds.
    effects
        Average marginal effects: satisfaction and loyalty per 10 points, the others per unit of their term.
    log_likelihood, mcfadden_r2
        Of the fit (`mcfadden_r2` 0 to 1).
    events_per_parameter
        The rarer outcome's count over the parameters without the intercept.
    """

    key: PredictorSet
    name: Message
    estimator: Literal["ml", "firth"]
    separated: tuple[Message, ...]
    coefficients: tuple[Coefficient, ...]
    effects: tuple[MarginalEffect, ...]
    log_likelihood: float
    mcfadden_r2: float
    events_per_parameter: float

    def to_frame(self) -> pd.DataFrame:
        """Return the coefficients as a frame."""
        return coefficient_frame(self.coefficients)

    def effect(self, term: str) -> Estimate:
        """Return the average marginal effect of `term`; raise KeyError where the fit has no such term."""
        for row in self.effects:
            if row.term == term:
                return row.effect
        raise KeyError(term)


@dataclass(frozen=True, kw_only=True)
class CalibrationBin(ModelPart):
    """Held-out customers of neighbouring predictions: mean predicted and observed share (Wilson), 0 to 1."""

    predicted: float
    observed: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, kw_only=True)
class HeldOutScore(ModelPart):
    """How one set of predictors does on customers that it has not seen.

    Parameters
    ----------
    key
        The answers in it: none (``baseline``), satisfaction, satisfaction and loyalty; each with recency and frequency
        alone, without the other controls of the fit of this name.
    auc
        Area under the ROC curve, 0.5 is a coin.
    brier
        Mean squared error of the probability; lower is better.
    calibration_slope, calibration_intercept
        Of the logistic recalibration; 1 and 0 are perfect; None where the predictions do not vary.
    deciles
        Calibration table.
    """

    key: PredictorSet
    auc: Estimate
    brier: Estimate
    calibration_slope: float | None
    calibration_intercept: float | None
    deciles: tuple[CalibrationBin, ...]


@dataclass(frozen=True, kw_only=True)
class Validation(ModelPart):
    """The answers of customers against their recency and frequency, on held-out customers.

    Parameters
    ----------
    folds, repeats
        Of the stratified cross-validation over customers.
    baseline, full
        Scores of recency and frequency alone, and with satisfaction (and loyalty, where it is in the model). Tenure
        and segment are in neither: what the answers add to past buying is theirs alone.
    auc_gain
        AUC of `full` minus that of `baseline`; positive is better.
    brier_gain
        Brier of `baseline` minus that of `full`; positive is better.
    verdict
        ``better`` or ``worse`` only where the interval of `brier_gain` says so; else ``no_difference``.
    """

    folds: int
    repeats: int
    baseline: HeldOutScore
    full: HeldOutScore
    auc_gain: Estimate
    brier_gain: Estimate
    verdict: Literal["better", "worse", "no_difference"]


@dataclass(frozen=True, kw_only=True)
class RepurchaseCounts(ModelPart):
    """How the customers of the model came about.

    Parameters
    ----------
    responding
        Customers with a usable satisfaction answer.
    censored
        Of these, left out: the horizon of every response reaches past `as_of`.
    missing
        Left out: something that the model needs is missing.
    without_order_before
        In the model although they had no order before the response (an indicator marks them).
    excluded_without_order
        Left out for the same reason, because they are too few for an indicator of their own.
    history_cut
        In the model with a history shorter than `history_days`, because the data begin later.
    """

    responding: int
    censored: int
    missing: int
    without_order_before: int
    excluded_without_order: int
    history_cut: int


@dataclass(frozen=True, kw_only=True)
class RepurchaseModel(ModelPart):
    """How satisfaction and loyalty go with buying again, one row a customer, everything in its order in time.

    Parameters
    ----------
    n, events
        Customers, and those of them who bought again within the horizon.
    counts
        Who was left out, and why.
    horizon_days, history_days
        Length of the outcome's and of the predictors' window.
    first_response, last_response
        Dates (ISO) of the earliest and latest index response.
    weighted
        Whether survey weights were used.
    repeat_rate
        Share who bought again (Wilson on the effective n).
    fits
        ``baseline``, ``satisfaction`` and, where loyalty was asked, ``satisfaction_loyalty``.
    satisfaction_effect
        Percentage points per 10 points of satisfaction, recency, frequency and controls held (set ``satisfaction``).
    satisfaction_direct_effect, loyalty_effect
        The same with both indices in the model (set ``satisfaction_loyalty``), or why not.
    validation
        Held-out comparison with the baseline.
    placebo
        "Effect" on purchases *before* the response: a diagnostic, not a verdict.
    controls, diagnostics, curve, notes
        As in `LoyaltyModel`; the curve's outcome is the probability (0-1) to buy again.
    """

    n: int
    events: int
    counts: RepurchaseCounts
    horizon_days: int
    history_days: int
    first_response: str
    last_response: str
    weighted: bool
    repeat_rate: Estimate
    fits: tuple[BinomialFit, ...]
    satisfaction_effect: Estimate
    satisfaction_direct_effect: Outcome
    loyalty_effect: Outcome
    validation: Validation | NotEstimable
    placebo: Outcome
    controls: tuple[Message, ...]
    diagnostics: tuple[Diagnostic, ...]
    curve: Curve
    notes: tuple[Message, ...] = ()

    def fit(self, key: PredictorSet) -> BinomialFit:
        """Return the fit of one set of predictors; raise KeyError where it is not there."""
        for fit in self.fits:
            if fit.key == key:
                return fit
        raise KeyError(key)
