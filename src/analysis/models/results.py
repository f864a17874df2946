"""What the models answer with: frozen results whose every number has its interval, its n and its method."""

from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from analysis.messages import Message
from analysis.results import Estimate, NotEstimable, Outcome

COEFFICIENT_COLUMNS = ["term", "estimate", "std_error", "conf_low", "conf_high", "p_value"]
PredictorSet = Literal["baseline", "satisfaction", "satisfaction_loyalty"]


def _plain(value: Any) -> Any:
    """Turn results, messages and tuples into JSON-ready data."""
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


@dataclass(frozen=True, kw_only=True)
class ModelPart:
    """Base of everything here: data that can become JSON."""

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return {key: _plain(value) for key, value in vars(self).items()}


@dataclass(frozen=True, kw_only=True)
class Coefficient(ModelPart):
    """One row of a coefficient table.

    Parameters
    ----------
    term
        Stable name (``satisfaction_10``: per 10 points; ``segment=Retail``: against the reference level).
    label
        The term in words.
    estimate, std_error, conf_low, conf_high
        In the model's unit (points of the loyalty index, or log odds), 95% limits.
    p_value
        Two-sided, against zero.
    """

    term: str
    label: Message
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    p_value: float


def coefficient_frame(rows: tuple[Coefficient, ...]) -> pd.DataFrame:
    """Return a coefficient table as a frame with `COEFFICIENT_COLUMNS`."""
    return pd.DataFrame([[getattr(row, column) for column in COEFFICIENT_COLUMNS] for row in rows],
                        columns=COEFFICIENT_COLUMNS)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Diagnostic(ModelPart):
    """One check that a reviewer asks for.

    Parameters
    ----------
    key, name
        Stable name (as in ``docs/definitions-models.md``), and what was checked.
    finding
        What was found, as a sentence.
    verdict
        ``fine``, ``caution`` (the sentence says what to keep in mind) or ``not_applicable`` (and why).
    statistic, df, p_value
        The test's numbers, or None where it has none.
    """

    key: str
    name: Message
    finding: Message
    verdict: Literal["fine", "caution", "not_applicable"]
    statistic: float | None = None
    df: float | None = None
    p_value: float | None = None


@dataclass(frozen=True, kw_only=True)
class CurvePoint(ModelPart):
    """The fitted mean of the outcome (index points, or probability 0-1) at one satisfaction, with its 95% band."""

    satisfaction: float
    fitted: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class BinnedMean(ModelPart):
    """The observed (weighted) mean of the outcome among the `n` units whose satisfaction lies in one bin."""

    low: float
    high: float
    satisfaction: float
    outcome: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Curve(ModelPart):
    """What a figure of the relation needs: line, band and binned observations. Controls are averaged over."""

    points: tuple[CurvePoint, ...]
    bins: tuple[BinnedMean, ...]


@dataclass(frozen=True, kw_only=True)
class PublishedAnchor(ModelPart):
    """A value from the literature that an estimate is shown beside."""

    value: float
    source: str
    year: int


@dataclass(frozen=True, kw_only=True)
class FunctionalForm(ModelPart):
    """One shape of the relation, judged by how well it predicts accounts it has not seen.

    Parameters
    ----------
    key, name
        ``linear``, ``spline``, ``threshold`` or ``asymmetric``, and in words.
    log_score
        Mean log predictive density per respondent, cross-validated by account; higher is better.
    difference
        `log_score` minus that of the line, or None for the line itself.
    std_error
        Standard error of `difference`, clustered by account, or None for the line.
    chosen
        True for the one form to use: the line, unless another beats it by more than a standard error.
    """

    key: Literal["linear", "spline", "threshold", "asymmetric"]
    name: Message
    log_score: float
    difference: float | None
    std_error: float | None
    chosen: bool


@dataclass(frozen=True, kw_only=True)
class OrderedLogitResult(ModelPart):
    """The ordered logit of one loyalty item on satisfaction and the controls.

    Parameters
    ----------
    item, role
        Key of the item and its role in the questionnaire.
    n, accounts
        Answers and accounts.
    coefficients
        Log odds of a higher answer; ``satisfaction_10`` is per 10 points of satisfaction.
    cut_points
        Log-odds thresholds in rising order; the label names the two neighbouring answers.
    top_label, bottom_label
        The groups whose probability is followed ("9-10", "0-6").
    top_effect, bottom_effect
        Average marginal effect of 10 points of satisfaction on the probability of the group, percentage points.
    categories
        Answer categories as fitted, lowest first (neighbours with few answers merged).
    log_likelihood
        Weighted; weights scaled to sum to `n`.
    """

    item: str
    role: str
    n: int
    accounts: int
    coefficients: tuple[Coefficient, ...]
    cut_points: tuple[Coefficient, ...]
    top_label: str
    bottom_label: str
    top_effect: Outcome
    bottom_effect: Outcome
    categories: tuple[str, ...]
    log_likelihood: float

    def to_frame(self) -> pd.DataFrame:
        """Return coefficients and cut points as one frame."""
        return coefficient_frame(self.coefficients + self.cut_points)


@dataclass(frozen=True, kw_only=True)
class LoyaltyModel(ModelPart):
    """How attitudinal loyalty goes with satisfaction, across respondents.

    Parameters
    ----------
    n, accounts, dropped
        Responses used, accounts they come from, responses with a satisfaction or loyalty answer left out because
        something that the model needs is missing.
    waves
        Labels of the waves stacked.
    weighted
        Whether survey weights were used.
    inference
        ``cr3-t`` (clustered by account) or ``hc3-t`` (one response per account).
    slope, slope_unadjusted
        Points of the loyalty index (0-100) per 10 points of the satisfaction index, with and without the controls.
    r_squared, r_squared_unadjusted
        Share of the variance of loyalty, 0 to 1.
    correlation
        Pearson correlation of the two indices, -1 to 1.
    anchor
        The published correlation to hold it against.
    controls
        Controls used, in words.
    coefficients
        The adjusted regression.
    ordered
        The ordered logit of the main loyalty item, or why there is none.
    forms
        Shapes of the relation compared by cross-validation; empty where there are too few accounts.
    diagnostics
        Checks.
    curve
        For the figure.
    notes
        What a reader must know (controls left out, and why).
    """

    n: int
    accounts: int
    dropped: int
    waves: tuple[str, ...]
    weighted: bool
    inference: Literal["cr3-t", "hc3-t"]
    slope: Estimate
    slope_unadjusted: Estimate
    r_squared: float
    r_squared_unadjusted: float
    correlation: Estimate
    anchor: PublishedAnchor
    controls: tuple[Message, ...]
    coefficients: tuple[Coefficient, ...]
    ordered: OrderedLogitResult | NotEstimable
    forms: tuple[FunctionalForm, ...]
    diagnostics: tuple[Diagnostic, ...]
    curve: Curve
    notes: tuple[Message, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return the adjusted regression's coefficients as a frame."""
        return coefficient_frame(self.coefficients)


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
        ``baseline`` (recency, frequency, controls), ``satisfaction`` (and satisfaction), ``satisfaction_loyalty``.
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
        The set of predictors.
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
        Scores without and with satisfaction (and loyalty, where it is in the model).
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
