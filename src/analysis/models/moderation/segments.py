"""How strongly loyalty goes with satisfaction in each segment: by its own answers alone, and partially pooled."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_, Message
from analysis.models.clustering import Floats, critical_value
from analysis.models.diagnostics import FEWEST_DIFFERING, differing_accounts
from analysis.models.linear import fit_linear
from analysis.models.loyalty_sample import LoyaltySample, control_values
from analysis.models.moderation.pooling import FEWEST_GROUPS, Pooled, pool
from analysis.models.moderation.result import SegmentSlope, SegmentSlopes
from analysis.models.terms import Control, Term, build_design, is_redundant
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Point

METHOD = "hierarchical-bayes"


def segment_slopes(sample: LoyaltySample, data: ClientData, params: ClientParams) -> SegmentSlopes | NotEstimable:
    """Return the slopes of all segments, in points of the loyalty index per 10 points of satisfaction.

    A segment of fewer than `small_cell` respondents is withheld. One with too few accounts has no slope, not even
    pooled: what the others let expect of it would be too vague to be of use, and its interval held too often.
    """
    labels = control_values(sample.rows, data, params).get("segment")
    if labels is None or not labels.notna().any():
        return NotEstimable(reason=N_("The customers are not divided into segments."))
    named = labels.astype(object)
    reasons = {
        str(name): _refuse(sample, (named == name).to_numpy(), params) for name in sorted(named.dropna().unique())
    }
    usable = [name for name, reason in reasons.items() if reason is None]
    if len(usable) < 2:
        return NotEstimable(reason=N_("Fewer than two segments have answers enough for a slope of their own."))
    estimates, errors, accounts = _own_slopes(sample, named, usable)
    if estimates is None:
        return NotEstimable(reason=N_("The data cannot tell the segments' slopes from the rest."))
    pooled = None
    if len(usable) >= FEWEST_GROUPS:
        pooled = pool(estimates, errors, degrees=float(accounts.sum() - 2 * len(usable)))
    counts = {name: int((named == name).sum()) for name in reasons}
    own = {
        name: Estimate(
            value=float(value),
            low=float(value - critical_value(int(groups)) * error),
            high=float(value + critical_value(int(groups)) * error),
            n=counts[name],
            method="cr3-t",
            unit="index",
            std_error=float(error),
            clusters=int(groups),
        )
        for name, value, error, groups in zip(usable, estimates, errors, accounts, strict=True)
    }
    found = [_slope(name, reasons[name], own, pooled, usable, counts[name]) for name in reasons]
    return SegmentSlopes(segments=tuple(sorted(found, key=_order)), spread=_spread(pooled, len(usable)))


def _refuse(sample: LoyaltySample, rows: np.ndarray, params: ClientParams) -> NotEstimable | None:
    """Return why a segment has no slope of its own, or None."""
    limits = params.limits
    if sample.rows.loc[rows, "respondent_key"].nunique() < limits.small_cell:
        reason = N_("Fewer than {least:int} respondents: withheld to protect them.", least=limits.small_cell)
        return NotEstimable(reason=reason, suppressed=True)
    clusters = sample.clusters[rows]
    accounts = len(np.unique(clusters))
    if rows.sum() < limits.min_n or accounts < limits.min_clusters:
        return NotEstimable(reason=N_("Too few answers for a slope of its own."), n=int(rows.sum()))
    if differing_accounts(sample.satisfaction[rows], clusters) < FEWEST_DIFFERING:
        return NotEstimable(reason=N_("Satisfaction hardly varies in this segment."), n=int(rows.sum()))
    return None


def _own_slopes(sample: LoyaltySample, named: pd.Series, usable: list[str]) -> tuple[Floats | None, Floats, Floats]:
    """Return slopes, errors and accounts of the segments, all in one regression with the controls in common."""
    rows = np.flatnonzero(named.isin(usable).to_numpy())
    labels = named.to_numpy(dtype=object)[rows]
    member = np.column_stack([labels == name for name in usable]).astype(float)
    x = sample.satisfaction[rows] / 10
    focal = [
        (Term(key=f"satisfaction_10:segment={name}", label=_label(name)), x * member[:, j])
        for j, name in enumerate(usable)
    ]
    focal += [(Term(key=f"segment={name}", label=_label(name)), member[:, j]) for j, name in enumerate(usable) if j]
    columns = [np.ones(len(rows))]
    for _, values in focal:
        if is_redundant(values, columns):
            return None, np.array([]), np.array([])
        columns.append(values)
    held = [Control(name=item.name, terms=item.terms, values=item.values[rows]) for item in sample.controls]
    design = build_design(len(rows), focal, held)
    fit = fit_linear(
        sample.rows["loyalty_index"].to_numpy(dtype=float)[rows],
        design.matrix,
        weights=sample.weights[rows],
        clusters=sample.clusters[rows],
    )
    slopes = slice(1, 1 + len(usable))
    accounts = np.array([len(np.unique(sample.clusters[rows][labels == name])) for name in usable])
    return fit.coefficients[slopes], np.sqrt(np.diag(fit.covariance)[slopes]), accounts


def _label(name: str) -> Message:
    return N_("{group:text}", group=name)


def _slope(
    name: str,
    reason: NotEstimable | None,
    own: Mapping[str, Estimate],
    pooled: Pooled | None,
    usable: list[str],
    n: int,
) -> SegmentSlope:
    if reason is not None:
        return SegmentSlope(segment=name, own=reason, pooled=reason)
    if pooled is None:
        few = NotEstimable(reason=N_("Two segments are too few to learn from one about the other."))
        return SegmentSlope(segment=name, own=own[name], pooled=few)
    low, middle, high = pooled.limits[usable.index(name)]
    shrunken = Estimate(value=float(middle), low=float(low), high=float(high), n=n, method=METHOD, unit="index")
    return SegmentSlope(segment=name, own=own[name], pooled=shrunken)


def _spread(pooled: Pooled | None, groups: int) -> Point | NotEstimable:
    """Return the spread as a number: of a handful of segments any interval of it leaves nearly everything open."""
    if pooled is None:
        return NotEstimable(reason=N_("Two segments are too few to learn how far segments differ."), n=groups)
    return Point(value=pooled.spread, n=groups, unit="index")


def _order(slope: SegmentSlope) -> tuple[int, float, str]:
    for place, outcome in enumerate((slope.pooled, slope.own)):
        if isinstance(outcome, Estimate):
            return place, -outcome.value, slope.segment
    return 2, 0.0, slope.segment
