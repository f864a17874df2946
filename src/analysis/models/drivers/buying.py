"""The shares of buying again: one row a customer, what was known of its past buying always in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analysis.data.client import ClientData
from analysis.messages import N_
from analysis.models.binomial import fit_binomial
from analysis.models.clustering import Floats, cluster_codes
from analysis.models.drivers.data import Driver, DriverFrame, refuse_rows, tell_apart
from analysis.models.drivers.effects import joint_test
from analysis.models.drivers.outcomes import binary_shares, no_finite_answer
from analysis.models.drivers.result import DriverShares
from analysis.models.repurchase_plan import behaviour_controls, events_reason, missing_data
from analysis.models.repurchase_sample import build_sample, index_means
from analysis.models.separation import detect_separation
from analysis.models.terms import Design, Term, build_design
from analysis.params.model import ClientParams
from analysis.results import NotEstimable


@dataclass(frozen=True, kw_only=True)
class Buyers:
    """Customers with every driver: the frame (accounts are groups of companies), and whether each bought again."""

    frame: DriverFrame
    bought: Floats
    design: Design


def repurchase_shares(data: ClientData, params: ClientParams, drivers: Sequence[Driver]) -> DriverShares | NotEstimable:
    """Return what goes with each driver of whether a customer bought again within the horizon.

    A customer's drivers are the means of its answers in its index wave, as in the repeat-purchase model; recency and
    frequency before the response are always in, so that only what the answers add to past buying is shared out.
    """
    reason = missing_data(data, params)
    if reason is not None:
        return NotEstimable(reason=reason)
    buyers = buyers_of(data, params, drivers)
    if isinstance(buyers, NotEstimable):
        return buyers
    frame, bought, design = buyers.frame, buyers.bought, buyers.design
    days = params.repurchase.horizon_days
    name = N_("buying again within {days:int} days", days=days)
    needed = params.limits.events_per_parameter * (len(design.terms) - 1)
    if min(bought.sum(), len(bought) - bought.sum()) < needed:
        return NotEstimable(reason=events_reason(int(bought.sum()), len(bought), days, needed), n=len(bought))
    if detect_separation(bought, design.matrix).kind != "none":
        return no_finite_answer(name, len(bought))
    fit = fit_binomial(bought, design.matrix, weights=frame.weights, clusters=frame.clusters)
    if not fit.converged:
        return no_finite_answer(name, len(bought))
    focal = slice(1, 1 + len(frame.drivers))
    p = joint_test(fit.coefficients[focal], fit.covariance[focal, focal], fit.accounts)
    controls = design.matrix[:, focal.stop :]
    return binary_shares("repurchase", name, bought, frame, params, p, controls, design.controls)


def buyers_of(data: ClientData, params: ClientParams, drivers: Sequence[Driver]) -> Buyers | NotEstimable:
    """Return the customers with every driver and a complete horizon, or why they cannot carry shares."""
    rows = build_sample(data, params).rows
    days = params.repurchase.horizon_days
    if rows.empty:
        return NotEstimable(
            reason=N_(
                "No customer's answer is older than the {days:int} days within which a repeat purchase would have to "
                "show, so nobody can yet be said to have bought again or not.",
                days=days,
            ),
            n=0,
        )
    few = rows["no_order_before"].sum()
    if 0 < few < params.limits.events_per_parameter:  # too few for an indicator of their own, as in the full model
        rows = rows[~rows["no_order_before"]]
    means = index_means(data, params, [driver.key for driver in drivers]).reindex(rows["customer_id"])
    values = np.column_stack([_rescaled(means[driver.key].to_numpy(dtype=float), driver, params) for driver in drivers])
    complete = np.isfinite(values).all(axis=1)
    kept = rows[complete].reset_index(drop=True)
    kept = kept.assign(respondent_key=kept["customer_id"], account_key=kept["group"])
    frame = DriverFrame(
        rows=kept,
        drivers=tuple(drivers),
        values=values[complete],
        weights=kept["weight"].to_numpy(dtype=float),
        clusters=cluster_codes(kept["group"], len(kept)),
        left_out=int((~complete).sum()),
    )
    refusal = refuse_rows(frame, params)
    if refusal is not None:
        return refusal
    apart = tell_apart(frame, params)
    if isinstance(apart, NotEstimable):
        return apart
    bought = kept["bought"].to_numpy(dtype=float)
    if len(apart.drivers) < 2:
        return NotEstimable(
            reason=N_("Fewer than two parts of the service can be told apart, so there is nothing to compare."),
            n=len(bought),
        )
    if bought.sum() in (0, len(bought)):
        return NotEstimable(reason=events_reason(int(bought.sum()), len(bought), days, 1.0), n=len(bought))
    focal = [
        (Term(key=f"driver={driver.key}", label=N_("{driver:text}, per point", driver=driver.name(params))), column)
        for driver, column in zip(apart.drivers, apart.values.T, strict=True)
    ]
    return Buyers(frame=apart, bought=bought, design=build_design(len(bought), focal, behaviour_controls(kept)))


def _rescaled(answers: Floats, driver: Driver, params: ClientParams) -> Floats:
    assert params.survey is not None  # a driver is an item of it
    scale = params.survey.items[driver.key].scale
    return 100 * (answers - scale.min) / (scale.max - scale.min)
