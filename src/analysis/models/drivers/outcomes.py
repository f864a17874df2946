"""The shares of one outcome: what is refused, which decomposition, and the result."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from analysis.messages import N_, Message
from analysis.models.bootstrap import model_draws, model_generator
from analysis.models.clustering import Codes, Floats
from analysis.models.diagnostics import FEWEST_DIFFERING, differing_accounts
from analysis.models.drivers.data import DriverFrame, refuse_predictors, refuse_rows, tell_apart
from analysis.models.drivers.decomposition import (
    Decomposition,
    OrderedProblem,
    decompose_linear,
    decompose_ordered,
    pose_ordered,
    resampled_counts,
    resampling_units,
)
from analysis.models.drivers.effects import IDENTICAL, joint_p_value, joint_test
from analysis.models.drivers.relative_weights import relative_weights
from analysis.models.drivers.result import DriverShares, OutcomeKey
from analysis.models.drivers.shares import (
    chance_share,
    estimate_r_squared,
    estimate_shares,
    outranks_of,
    share_draws,
)
from analysis.models.linear import fit_linear
from analysis.models.ordered import fit_ordered
from analysis.params.model import ClientParams
from analysis.results import NotEstimable

ALPHA = 0.05
"""Where the drivers together do not differ from nothing at this level, there is nothing to share out."""
REFITTED = 20  # draws that are also fitted in full at `depth: full`


@dataclass(frozen=True, kw_only=True)
class Resampling:
    """Which unit each row belongs to, and how often each draw takes it, shape (draws, units)."""

    units: Codes
    counts: Floats


@dataclass(frozen=True, kw_only=True)
class Shared:
    """The shares of an outcome with what a map needs besides: the frame they came from, and their draws."""

    shares: DriverShares
    frame: DriverFrame
    draws: Floats


def resample(frame: DriverFrame, params: ClientParams, rng: np.random.Generator) -> Resampling:
    """Return the bootstrap draws of a frame's accounts."""
    units = resampling_units(frame.clusters, rng)
    return Resampling(units=units, counts=resampled_counts(int(units.max()) + 1, model_draws(params), rng))


def comparable_rows(
    frame: DriverFrame, outcome: Floats, name: Message, params: ClientParams
) -> tuple[DriverFrame, Floats] | NotEstimable:
    """Return the rows with an outcome, and the outcome; or why they cannot carry shares."""
    known = np.isfinite(outcome)
    if not known.any():
        return NotEstimable(reason=N_("No response rates every part of the service and the whole."))
    frame, outcome = frame.where(known), outcome[known]
    refusal = refuse_rows(frame, params)
    if refusal is not None:
        return refusal
    apart = tell_apart(frame, params)
    if isinstance(apart, NotEstimable):
        return apart
    if len(apart.drivers) < 2:
        return NotEstimable(
            reason=N_("Fewer than two parts of the service can be told apart, so there is nothing to compare."),
            n=len(outcome),
        )
    if differing_accounts(outcome, apart.clusters) < FEWEST_DIFFERING:
        reason = N_("Nearly all customers are alike in this: {outcome:message}.", outcome=name)
        return NotEstimable(reason=reason, n=len(outcome))
    return refuse_predictors(apart, len(apart.drivers)) or (apart, outcome)


def linear_shares(
    key: OutcomeKey,
    name: Message,
    outcome: Floats,
    frame: DriverFrame,
    params: ClientParams,
    resampling: Resampling | None = None,
) -> Shared | NotEstimable:
    """Return the shares of a numeric outcome (NaN where missing).

    `resampling` gives the units of the rows *with* an outcome, where several results are to share their draws.
    """
    found = comparable_rows(frame, outcome, name, params)
    if isinstance(found, NotEstimable):
        return found
    frame, y = found
    fit = fit_linear(y, np.column_stack([np.ones(len(y)), frame.values]), weights=frame.weights)
    if 1 - fit.r_squared < IDENTICAL:
        reason = N_("The answers about single parts make it up exactly: {outcome:message}.", outcome=name)
        return NotEstimable(reason=reason, n=len(y))
    p = joint_p_value(y, frame)
    if not p < ALPHA:
        return nothing_to_share(name, len(y))
    rng = model_generator(f"drivers-{key}", params)
    drawn = resampling or resample(frame, params, rng)
    parts = decompose_linear(y, frame.values, drawn.counts, drawn.units, rng, weights=frame.weights)
    relative = relative_weights(y, frame.values, weights=frame.weights)
    shares = _result(key, name, "linear", frame, y, parts, p, relative=relative)
    return Shared(shares=shares, frame=frame, draws=share_draws(parts))


def ordered_shares(
    key: OutcomeKey, name: Message, category: Floats, frame: DriverFrame, params: ClientParams
) -> DriverShares | NotEstimable:
    """Return the shares of an ordered answer: codes that rise with the answer, NaN where missing."""
    found = comparable_rows(frame, category, name, params)
    if isinstance(found, NotEstimable):
        return found
    frame, y = found
    codes = np.unique(y, return_inverse=True)[1]
    fit = fit_ordered(codes, frame.values, weights=frame.weights, clusters=frame.clusters)
    if not fit.converged:
        return no_finite_answer(name, len(y))
    cuts = len(fit.cut_points)
    p = joint_test(fit.coefficients, fit.covariance[cuts:, cuts:], fit.accounts)
    if not p < ALPHA:
        return nothing_to_share(name, len(y))
    rng = model_generator(f"drivers-{key}", params)
    drawn = resample(frame, params, rng)
    problem = pose_ordered(codes, frame.values, drawn.units, rng, weights=frame.weights)
    parts = decompose_ordered(problem, drawn.counts, rng)
    if not parts.converged:
        return no_finite_answer(name, len(y))
    refit_error = compare_refits(problem, parts, drawn.counts, params)
    return _result(key, name, "ordered", frame, y, parts, p, refit_error=refit_error)


def binary_shares(
    key: OutcomeKey,
    name: Message,
    outcome: Floats,
    frame: DriverFrame,
    params: ClientParams,
    p: float,
    controls: Floats,
    control_names: tuple[Message, ...],
) -> DriverShares | NotEstimable:
    """Return the shares of a 0/1 outcome beyond the controls; the caller has tested the drivers together (`p`)."""
    if not p < ALPHA:
        return nothing_to_share(name, len(outcome))
    rng = model_generator(f"drivers-{key}", params)
    drawn = resample(frame, params, rng)
    codes = outcome.astype(int)
    problem = pose_ordered(codes, frame.values, drawn.units, rng, weights=frame.weights, controls=controls)
    parts = decompose_ordered(problem, drawn.counts, rng)
    if not parts.converged:
        return no_finite_answer(name, len(outcome))
    refit_error = compare_refits(problem, parts, drawn.counts, params)
    return _result(
        key, name, "binary", frame, outcome, parts, p, refit_error=refit_error, control_names=control_names
    )  # fmt: skip


def nothing_to_share(name: Message, n: int) -> NotEstimable:
    """Return that all drivers together do no better than chance."""
    return NotEstimable(
        reason=N_(
            "The parts of the service together say no more than chance about this, so there is nothing to share out:"
            " {outcome:message}.",
            outcome=name,
        ),
        n=n,
    )


def no_finite_answer(name: Message, n: int) -> NotEstimable:
    """Return that the answers foretell the outcome of some customers with certainty."""
    return NotEstimable(
        reason=N_(
            "Some answers foretell the outcome with certainty, so the model has no finite answer: {outcome:message}.",
            outcome=name,
        ),
        n=n,
    )


def compare_refits(problem: OrderedProblem, parts: Decomposition, counts: Floats, params: ClientParams) -> float | None:
    """Return the largest root mean square distance of a share in the first draws from full refits, in standard errors.

    None at ``depth: board``.
    """
    if params.depth != "full" or problem.orders is not None:
        return None
    drawn = share_draws(parts)
    fitted = np.concatenate([problem.refitted(row) for row in counts[:REFITTED]])
    fitted = np.maximum(fitted, 0.0) / np.maximum(fitted, 0.0).sum(axis=1, keepdims=True)
    deviation = np.sqrt(((drawn[: len(fitted)] - fitted) ** 2).mean(axis=0))
    return float((deviation / drawn.std(axis=0, ddof=1)).max())


def _result(
    key: OutcomeKey,
    name: Message,
    model: Literal["linear", "ordered", "binary"],
    frame: DriverFrame,
    outcome: Floats,
    parts: Decomposition,
    p: float,
    *,
    relative: Floats | None = None,
    refit_error: float | None = None,
    control_names: tuple[Message, ...] = (),
) -> DriverShares:
    n, accounts = len(outcome), frame.accounts
    opposite = [_is_opposite(outcome, frame, column) for column in range(len(frame.drivers))]
    return DriverShares(
        key=key,
        outcome=name,
        model=model,
        n=n,
        accounts=accounts,
        left_out=frame.left_out,
        weighted=bool(np.ptp(frame.weights) > 0),
        r_squared=estimate_r_squared(parts, n=n, accounts=accounts),
        p_value=p,
        shares=estimate_shares(
            frame.drivers, parts, n=n, accounts=accounts, relative=relative, opposite=opposite
        ),
        outranks=outranks_of(parts),
        orders=parts.orders,
        draws=len(parts.draws),
        chance_share=chance_share(parts),
        controls=control_names,
        refit_error=refit_error,
    )  # fmt: skip


def _is_opposite(outcome: Floats, frame: DriverFrame, column: int) -> bool:
    """Return whether the driver by itself goes with a lower outcome, beyond the uncertainty."""
    design = np.column_stack([np.ones(len(outcome)), frame.values[:, column]])
    if np.polyfit(frame.values[:, column], outcome, 1, w=np.sqrt(frame.weights))[0] >= 0:
        return False
    fit = fit_linear(outcome, design, weights=frame.weights, clusters=frame.clusters)
    return joint_test(fit.coefficients[1:], fit.covariance[1:, 1:], fit.accounts) < ALPHA
