"""How attitudinal loyalty goes with satisfaction: least squares beside the ordered logit, clustered by account."""

from dataclasses import dataclass

import numpy as np

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.clustering import (
    Floats,
    coefficient_rows,
    critical_value,
    estimate_from_error,
    p_value,
    sum_by_cluster,
)
from analysis.models.curve import binned_means, satisfaction_grid
from analysis.models.diagnostics import FEWEST_DIFFERING, differing_accounts
from analysis.models.forms import compare_forms
from analysis.models.linear import LinearFit, fit_linear
from analysis.models.loyalty_checks import check_loyalty
from analysis.models.loyalty_ordered import fit_loyalty_item
from analysis.models.loyalty_sample import LoyaltySample, build_loyalty_sample
from analysis.models.memory import once_per_client
from analysis.models.results import Curve, CurvePoint, LoyaltyModel, PublishedAnchor
from analysis.models.terms import SATISFACTION, Design
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable

ANCHOR = PublishedAnchor(
    value=0.54,
    source="Curtis, Abratt, Rhoades & Dion, Customer loyalty, repurchase and satisfaction: a meta-analytical review, "
    "Journal of Consumer Satisfaction, Dissatisfaction and Complaining Behavior 24",
    year=2011,
)
# Below this share of unexplained variance the two indices are the same thing, and no interval means anything.
IDENTICAL = 1e-12
SMALLEST, LARGEST = 1e-300, 1 - 1e-12  # so that a part of the accounts without any scatter still has a correlation


@dataclass(frozen=True, kw_only=True)
class LoyaltyLine:
    """The responses of the loyalty model, its design and outcome (0-100), and the straight line through them."""

    sample: LoyaltySample
    design: Design
    outcome: Floats
    fit: LinearFit


@once_per_client
def fit_loyalty_line(data: ClientData, params: ClientParams) -> LoyaltyLine | NotEstimable:
    """Fit the loyalty index on the satisfaction index: what every analysis of loyalty sets out from.

    Returns
    -------
    LoyaltyLine or NotEstimable
        The reason is a sentence for the client: not asked, too few, or answers that do not vary.
    """
    for column, reason in (
        ("satisfaction_index", N_("There is no survey answer about satisfaction.")),
        ("loyalty_index", N_("The survey does not ask about loyalty.")),
    ):
        if not data.has("survey", column):
            return NotEstimable(reason=reason)
    sample = build_loyalty_sample(data, params)
    reason_against = refuse(sample, params)
    if reason_against is not None:
        few = len(sample.rows) < params.limits.small_cell
        return NotEstimable(reason=reason_against, n=None if few else len(sample.rows))
    design = sample.design()
    outcome = sample.rows["loyalty_index"].to_numpy(dtype=float)
    fit = fit_linear(outcome, design.matrix, weights=sample.weights, clusters=sample.clusters)
    if 1 - fit.r_squared < IDENTICAL:
        return NotEstimable(
            reason=N_("Loyalty follows from satisfaction without any scatter: both seem to be the same question."),
            n=len(outcome),
        )
    return LoyaltyLine(sample=sample, design=design, outcome=outcome, fit=fit)


@once_per_client
def fit_satisfaction_loyalty(data: ClientData, params: ClientParams) -> LoyaltyModel | NotEstimable:
    """Fit the loyalty index on the satisfaction index over the responses of all waves.

    Returns
    -------
    LoyaltyModel or NotEstimable
        The reason is a sentence for the client: not asked, too few, or answers that do not vary.
    """
    line = fit_loyalty_line(data, params)
    if isinstance(line, NotEstimable):
        return line
    return _result(params, line.sample, line.design, line.outcome, line.fit)


def refuse(sample: LoyaltySample, params: ClientParams) -> Message | None:
    """Return why these responses cannot carry the model, or None."""
    n, limits = len(sample.rows), params.limits
    if n < limits.small_cell:
        return N_("Fewer than {least:int} answers give both satisfaction and loyalty.", least=limits.small_cell)
    if n < limits.min_n:
        return N_(
            "Too few answers give both satisfaction and loyalty: {n:int}; at least {least:int} are needed.",
            n=n,
            least=limits.min_n,
        )
    if sample.accounts < limits.min_clusters:
        return N_(
            "The answers come from too few accounts: {accounts:int}; an interval needs at least {least:int}.",
            accounts=sample.accounts,
            least=limits.min_clusters,
        )
    if not (np.isfinite(sample.weights).all() and (sample.weights > 0).all()):
        return N_("Some survey weights are missing or not above zero.")
    constant = hardly_varies(sample)
    if constant is not None:
        return constant
    most = 2 * (1 + sum(len(control.terms) for control in sample.controls) + 1)
    if sample.accounts < most:
        return N_(
            "The answers come from {accounts:int} accounts; the comparison with its controls needs at least "
            "{least:int}.",
            accounts=sample.accounts,
            least=most,
        )
    return None


def hardly_varies(sample: LoyaltySample) -> Message | None:
    """Return that satisfaction or loyalty is the same in (almost) every account, or None."""
    different = differing_accounts(sample.satisfaction, sample.clusters)
    if different == 0:
        return N_("All respondents gave the same satisfaction.")
    if different < FEWEST_DIFFERING:
        return N_("All but a few of {accounts:int} accounts gave the same satisfaction.", accounts=sample.accounts)
    different = differing_accounts(sample.rows["loyalty_index"].to_numpy(dtype=float), sample.clusters)
    if different == 0:
        return N_("All respondents gave the same loyalty.")
    if different < FEWEST_DIFFERING:
        return N_("All but a few of {accounts:int} accounts gave the same loyalty.", accounts=sample.accounts)
    return None


def _result(
    params: ClientParams, sample: LoyaltySample, design: Design, outcome: Floats, fit: LinearFit
) -> LoyaltyModel:
    alone = fit_linear(outcome, design.matrix[:, :2], weights=sample.weights, clusters=sample.clusters)
    ordered = fit_loyalty_item(sample, params)
    waves = sample.rows.sort_values("wave_order")["wave"].astype(str).unique()
    return LoyaltyModel(
        n=len(outcome),
        accounts=fit.accounts,
        dropped=sample.dropped,
        waves=tuple(waves),
        weighted=bool(np.ptp(fit.weights) > 0),
        inference="hc3-t" if fit.accounts == len(outcome) else "cr3-t",
        slope=slope_estimate(fit),
        slope_unadjusted=slope_estimate(alone),
        r_squared=fit.r_squared,
        r_squared_unadjusted=alone.r_squared,
        correlation=correlation(sample.satisfaction, outcome, alone),
        anchor=ANCHOR,
        controls=design.controls,
        coefficients=coefficient_rows(design.terms, fit.coefficients, fit.covariance, fit.accounts),
        ordered=ordered,
        forms=compare_forms(sample, design, outcome, params),
        diagnostics=check_loyalty(sample, design, outcome, fit, params),
        curve=_curve(sample, design, outcome, fit, params),
        notes=sample.notes + design.notes,
    )


def slope_estimate(fit: LinearFit) -> Estimate:
    """Return points of loyalty per 10 points of satisfaction; satisfaction is the design's second column."""
    return estimate_from_error(
        fit.coefficients[1],
        float(np.sqrt(fit.covariance[1, 1])),
        clusters=fit.accounts,
        unit="index",
        n=len(fit.fitted),
        method="hc3-t" if fit.accounts == len(fit.fitted) else "cr3-t",
    )


def correlation(x: Floats, y: Floats, fit: LinearFit) -> Estimate:
    """Return the weighted Pearson correlation, its interval by the jackknife over accounts on Fisher's z.

    ``atanh`` keeps the limits within -1 and 1; leaving out whole accounts allows for the likeness of their answers, and
    for few accounts covers better than linearising (Efron and Stein 1981: the jackknife's variance is biased upwards).
    """
    w = fit.weights / fit.weights.sum()
    u, v = x - w @ x, y - w @ y
    sums = sum_by_cluster(w[:, None] * np.column_stack([np.ones(len(x)), u, v, u * u, v * v, u * v]), fit.clusters)
    r = float(_correlation_of(sums.sum(axis=0)))
    count = len(sums)
    z = np.arctanh(_correlation_of(sums.sum(axis=0) - sums))
    error_z = float(np.sqrt((count - 1) / count * ((z - z.mean()) ** 2).sum()))
    margin = critical_value(count) * error_z
    return Estimate(
        value=r,
        low=float(np.tanh(np.arctanh(r) - margin)),
        high=float(np.tanh(np.arctanh(r) + margin)),
        n=len(x),
        method="jackknife-fisher-z-t",
        unit="ratio",
        std_error=error_z * (1 - r**2),
        clusters=count,
        p_value=p_value(np.arctanh(r) / error_z, count),
    )


def _correlation_of(sums: Floats) -> Floats:
    """Return correlations from weighted sums of 1, x, y, x^2, y^2 and xy on the last axis."""
    weight, x, y, xx, yy, xy = np.moveaxis(sums, -1, 0)
    below = np.sqrt(np.maximum((weight * xx - x * x) * (weight * yy - y * y), SMALLEST))
    return np.asarray(np.clip((weight * xy - x * y) / below, -LARGEST, LARGEST))


def _curve(sample: LoyaltySample, design: Design, outcome: Floats, fit: LinearFit, params: ClientParams) -> Curve:
    quantile = critical_value(fit.accounts)
    at = np.average(design.matrix, axis=0, weights=fit.weights)
    column = design.position(SATISFACTION.key)
    points = []
    respondents = sample.rows["respondent_key"].to_numpy()
    for value in satisfaction_grid(sample.satisfaction, params.limits.small_cell, respondents):
        at[column] = value / 10
        mean = float(at @ fit.coefficients)
        margin = quantile * float(np.sqrt(at @ fit.covariance @ at))
        points.append(CurvePoint(satisfaction=float(value), fitted=mean, low=mean - margin, high=mean + margin))
    bins = binned_means(sample.satisfaction, outcome, fit.weights, respondents, params.limits.small_cell)
    return Curve(points=tuple(points), bins=bins)
