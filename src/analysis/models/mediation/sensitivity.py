"""How strong a hidden trait would have to be to explain an indirect effect away.

A trait U, standard normal and independent of the exposure given the controls, moves the mediator (correlation r with
its disturbance) and the outcome's linear predictor (g per standard deviation). Leaving U out shifts the mediator's
coefficient by ``g r / s`` (s: the mediator's residual standard deviation) and each other by ``-g r a / s`` (a: its
coefficient in the mediator's equation): the omitted-variable formula [1]_, [2]_. For linear and count
outcomes that is exact; a probit is besides attenuated by ``sqrt(1 + g^2 (1 - r^2))``, a logit by nearly the same with
g^2 multiplied by (16 sqrt(3) / (15 pi))^2 [3]_. For a linear outcome the same is known in terms of rho, the correlation
of the two equations' disturbances [4]_.

References
----------
.. [1] VanderWeele, T. J. (2010). Bias formulas for sensitivity analysis for direct and indirect effects. Epidemiology
   21, 540-551.
.. [2] Cinelli, C. and Hazlett, C. (2020). Making sense of sensitivity: extending omitted variable bias. JRSS B 82,
   39-67.
.. [3] Zeger, S. L., Liang, K.-Y. and Albert, P. S. (1988). Models for longitudinal data: a generalized estimating
   equation approach. Biometrics 44, 1049-1060.
.. [4] Imai, K., Keele, L. and Yamamoto, T. (2010). Identification, inference and sensitivity analysis for causal
   mediation effects. Statistical Science 25, 51-71, theorem 4.
"""

from dataclasses import replace

import numpy as np
from scipy.optimize import brentq

from analysis.messages import N_
from analysis.models.clustering import Floats
from analysis.models.mediation.gcomputation import World, mean_outcomes
from analysis.models.mediation.inputs import Prepared
from analysis.models.mediation.result import Sensitivity, SensitivityPoint
from analysis.models.mediation.system import FittedSystem
from analysis.results import NotEstimable, Outcome

LOGISTIC = (16 * np.sqrt(3) / (15 * np.pi)) ** 2
# Families in which an unmeasured trait flattens all coefficients, and how much of its variance counts.
ATTENUATION = {"binary": LOGISTIC, "ordered": LOGISTIC, "probit": 1.0}
STRENGTHS = (0.0, 0.5, 1.0, 2.0, 3.0)
MODERATE = 0.3  # a medium correlation (Cohen 1988)
FARTHEST = 50.0  # multiples of the benchmark beyond which nobody would look
RHO_GRID = (-0.8, -0.6, -0.4, -0.2, 0.0, 0.2, 0.4, 0.6, 0.8)


def linear_rho(fitted: FittedSystem) -> Floats:
    """Return the correlation of disturbances at which the indirect effect is nil, shape (draws, 1).

    NaN unless one linear mediator acts on a linear outcome without interaction. In the reduced equation (without the
    mediator) the outcome's disturbance is ``b e + u``, so its correlation with the mediator's is
    ``b s / sqrt(b^2 s^2 + v)``, v being the variance of u.
    """
    if not _has_rho(fitted):
        return np.full((len(fitted.weights), 1), np.nan)
    slope = fitted.outcome_fit.coefficients[:, 2]
    through = slope * np.sqrt(fitted.fits[0].variance)
    return np.asarray(through / np.sqrt(through**2 + fitted.outcome_fit.variance))[:, None]


def _has_rho(fitted: FittedSystem) -> bool:
    system = fitted.system
    return system.family == "linear" and _is_simple(fitted) and system.links[0].family == "linear"


def _is_simple(fitted: FittedSystem) -> bool:
    system = fitted.system
    return len(system.links) == 1 and not system.interaction and system.moderator is None


def explained_away(
    fitted: FittedSystem, prepared: Prepared, factor: float, rho: Outcome | None
) -> Sensitivity | NotEstimable:
    """Return the sensitivity of the indirect effect to a hidden trait behind one linear mediator and the outcome.

    Parameters
    ----------
    fitted, prepared
        The full sample's fit (one draw).
    factor
        From the outcome's mean to the result's unit.
    rho
        `linear_rho` with its interval, or None.
    """
    if not _is_simple(fitted) or fitted.system.links[0].family != "linear":
        return NotEstimable(reason=N_("The check for a hidden trait is made for one mediator measured in points."))
    standard = _link_per_residual(fitted)
    link = _tipping_link(fitted, standard, MODERATE)
    found = _benchmark(fitted, prepared)
    tipping: float | NotEstimable = NotEstimable(reason=N_("Nothing was held constant to compare a hidden trait with."))
    points: tuple[SensitivityPoint, ...] = ()
    if found is not None:
        position, correlation, strength = found
        tipping = _tipping_strength(fitted, standard, correlation, strength)
        points = _points(fitted, factor, correlation, strength)
    result = Sensitivity(
        method="latent",
        benchmark=None if found is None else prepared.control_terms[position].label,
        tipping_strength=tipping,
        points=points,
        moderate_correlation=MODERATE,
        tipping_link=link,
    )
    return result if rho is None else _with_rho(result, fitted, prepared, factor, rho)


def _link_per_residual(fitted: FittedSystem) -> float:
    """Return the outcome's linear predictor per residual standard deviation of the mediator."""
    return float(fitted.outcome_fit.coefficients[0, 2] * np.sqrt(fitted.fits[0].variance[0]))


def _attenuation(fitted: FittedSystem, link: float, correlation: float) -> float:
    """Return by what the coefficients with the trait exceed those without it."""
    factor = ATTENUATION.get(fitted.system.family, 0.0)
    return float(np.sqrt(1 + factor * link**2 * (1 - correlation**2)))


def _tipping_link(fitted: FittedSystem, standard: float, correlation: float) -> float | NotEstimable:
    """Return g at which the mediator's coefficient is nil for a trait of this correlation: ``g r = k(g) B``.

    Since k^2 = 1 + c g^2 (1 - r^2), this is a quadratic; without a solution no trait so correlated is strong enough.
    """
    factor = ATTENUATION.get(fitted.system.family, 0.0)
    rest = correlation**2 - factor * standard**2 * (1 - correlation**2)
    if rest <= 0:
        return NotEstimable(
            reason=N_("No hidden trait that correlates {r:number1} with it would explain it away.", r=correlation)
        )
    return abs(standard) / float(np.sqrt(rest)) / _outcome_unit(fitted)


def _outcome_unit(fitted: FittedSystem) -> float:
    """Return what a link to the outcome is measured in: a linear outcome's residual standard deviation, else 1."""
    return float(np.sqrt(fitted.outcome_fit.variance[0])) if fitted.system.family == "linear" else 1.0


def _benchmark(fitted: FittedSystem, prepared: Prepared) -> tuple[int, float, float] | None:
    """Return position and links of the control that is strongest in both together; None without controls.

    The links are its correlation with the mediator given the other predictors, and the outcome's linear predictor per
    residual standard deviation of the control.
    """
    system = fitted.system
    if not system.controls.shape[1]:
        return None
    names = (len(system.mediator_columns(0)), len(system.outcome_columns()))
    root = np.sqrt(prepared.weights)
    found = []
    for column in range(system.controls.shape[1]):
        others = np.column_stack([np.ones(prepared.n), system.exposure, np.delete(system.controls, column, axis=1)])
        values = system.controls[:, column]
        rest = values - others @ np.linalg.lstsq(others * root[:, None], values * root, rcond=None)[0]
        own = float(np.sqrt(np.average(rest**2, weights=prepared.weights)))
        slope = fitted.fits[0].coefficients[0, names[0] + column] * own
        correlation = float(slope / np.sqrt(slope**2 + fitted.fits[0].variance[0]))
        strength = float(fitted.outcome_fit.coefficients[0, names[1] + column] * own)
        found.append((column, abs(correlation), abs(strength)))
    return max(found, key=lambda each: each[1] * each[2])


def _tipping_strength(
    fitted: FittedSystem, standard: float, correlation: float, strength: float
) -> float | NotEstimable:
    def left(times: float) -> float:
        r, g = times * correlation, times * strength
        return _attenuation(fitted, g, r) * abs(standard) - r * g

    farthest = min(FARTHEST, 0.999 / correlation) if correlation > 0 else FARTHEST
    if left(farthest) > 0:
        return NotEstimable(
            reason=N_("No hidden trait that is the measured one's like, only stronger, would explain it away.")
        )
    return float(brentq(left, 0.0, farthest))


def _points(fitted: FittedSystem, factor: float, correlation: float, strength: float) -> tuple[SensitivityPoint, ...]:
    sign = 1.0 if _link_per_residual(fitted) >= 0 else -1.0
    rows = []
    for times in STRENGTHS:
        r, g = times * correlation, times * strength
        if r >= 1:
            break
        rows.append(
            SensitivityPoint(
                strength=times,
                mediator_correlation=r,
                outcome_link=g / _outcome_unit(fitted),
                indirect=_indirect(fitted, factor, r, sign * g),
            )
        )
    return tuple(rows)


def _indirect(fitted: FittedSystem, factor: float, r: float, g: float) -> float:
    """Return the indirect effect with the trait's share taken out of the coefficients."""
    outcome, mediator = fitted.outcome_fit, fitted.fits[0]
    deviation = np.sqrt(mediator.variance[0])
    attenuation = _attenuation(fitted, g, r)
    coefficients = outcome.coefficients * attenuation
    shift = g * r / deviation
    coefficients[:, 2] -= shift
    coefficients[:, :2] += shift * mediator.coefficients[:, :2]
    coefficients[:, 3:] += shift * mediator.coefficients[:, 2:]
    if fitted.system.family == "count":  # the mean of exp(g U) given the mediator
        coefficients[:, 0] -= g**2 * (1 - r**2) / 2
    # the trait itself is averaged over with the mediator's disturbance: var(b e + g U) = b^2 s^2 + 2 b g r s + g^2
    slope = coefficients[0, 2]
    variance = slope**2 * mediator.variance[0] + 2 * slope * g * r * deviation + g**2
    corrected = replace(outcome, coefficients=coefficients, cuts=outcome.cuts * attenuation)
    worlds = [World(direct, (path,)) for direct in (0, 1) for path in (0, 1)]
    changed = replace(fitted, fits=(mediator, corrected))
    means = mean_outcomes(changed, worlds, extra_variance=float(variance - slope**2 * mediator.variance[0]))[0]
    return float(factor * ((means[1] - means[0]) + (means[3] - means[2])) / 2)


def _with_rho(
    result: Sensitivity, fitted: FittedSystem, prepared: Prepared, factor: float, rho: Outcome
) -> Sensitivity:
    at = float(linear_rho(fitted)[0, 0])
    mediator, outcome = fitted.fits[0], fitted.outcome_fit
    moved = float(np.average(fitted.system.end - fitted.system.start, weights=prepared.weights))
    reduced = float(np.sqrt(outcome.coefficients[0, 2] ** 2 * mediator.variance[0] + outcome.variance[0]))
    scale = factor * moved * mediator.coefficients[0, 1] * reduced / np.sqrt(mediator.variance[0])
    curve = tuple((r, float(scale * (at - r * np.sqrt((1 - at**2) / (1 - r**2))))) for r in RHO_GRID)
    # standardised variables have variance 1, so residual variances are the unexplained shares
    product_total = at**2 * float(mediator.variance[0]) * reduced**2
    return replace(result, method="rho", rho=rho, product_residual=at**2, product_total=product_total, rho_curve=curve)
