"""What the regression of loyalty on satisfaction answers with."""

from dataclasses import dataclass
from typing import Literal

import pandas as pd

from analysis.messages import Message
from analysis.models.parts import Coefficient, Curve, Diagnostic, ModelPart, PublishedAnchor, coefficient_frame
from analysis.results import Estimate, NotEstimable, Outcome


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
