"""Whether loyalty goes with satisfaction more strongly for some: least squares with an interaction."""

import itertools

import numpy as np
from scipy import stats

from analysis.messages import Message
from analysis.models.clustering import LEVEL, Floats
from analysis.models.linear import LinearFit, fit_linear
from analysis.models.loyalty_sample import LoyaltySample
from analysis.models.moderation.designs import Interacted, interact
from analysis.models.moderation.inference import contrast_estimate, joint_test
from analysis.models.moderation.moderators import Moderator
from analysis.models.moderation.result import Contrast, Interaction, JohnsonNeyman, Stretch, Untested
from analysis.models.shape.spline import weighted_quantiles
from analysis.params.model import ClientParams
from analysis.results import Estimate

# The range of a moderator that is spoken of: less the outermost answers, which would be somebody's.
ANSWERED = (0.01, 0.99)


def loyalty_interaction(moderator: Moderator, sample: LoyaltySample, params: ClientParams) -> Interaction | Untested:
    """Return one moderator's interaction with satisfaction in the regression of the loyalty index."""
    design = interact(moderator, sample.satisfaction, sample.weights, sample.clusters, sample.controls, params)
    if isinstance(design, Message):
        return Untested(response="loyalty", key=moderator.key, name=moderator.name, reason=design)
    outcome = sample.rows["loyalty_index"].to_numpy(dtype=float)[design.rows]
    fit = fit_linear(outcome, design.matrix, weights=sample.weights[design.rows], clusters=sample.clusters[design.rows])
    products = slice(2 + design.columns, 2 + 2 * design.columns)
    statistic, df, p = joint_test(fit.coefficients[products], fit.deviations[:, products])
    return Interaction(
        response="loyalty",
        key=moderator.key,
        name=moderator.name,
        n=len(outcome),
        accounts=fit.accounts,
        contrasts=tuple(
            Contrast(
                first=words[0],
                second=words[1],
                first_effect=_estimate(fit, design.slope_map(pair[0])),
                second_effect=_estimate(fit, design.slope_map(pair[1])),
                difference=_estimate(fit, design.slope_map(pair[0]) - design.slope_map(pair[1])),
            )
            for pair, words in zip(design.kinds, design.words, strict=True)
        ),
        statistic=statistic,
        df=df,
        p_value=p,
        adjusted_p=p,
        differs=False,
        region=_region(moderator, design, fit) if moderator.groups is None else None,
    )


def _estimate(fit: LinearFit, direction: Floats) -> Estimate:
    return contrast_estimate(
        float(direction @ fit.coefficients),
        fit.deviations @ direction,
        unit="index",
        n=len(fit.fitted),
        method="hc3-t" if fit.accounts == len(fit.fitted) else "cr3-t",
    )


def _region(moderator: Moderator, design: Interacted, fit: LinearFit) -> JohnsonNeyman:
    values = moderator.values[design.rows, 0]
    low, high = weighted_quantiles(values, fit.weights, ANSWERED)
    slope, product = 1, 3
    found = slope_regions(
        fit.coefficients[[slope, product]], fit.covariance[np.ix_([slope, product], [slope, product])],
        (float(low), float(high)), fit.accounts,
    )  # fmt: skip
    total = fit.weights.sum()

    def stretch(start: float, stop: float, sign: int) -> Stretch:
        inside = (values >= start) & (values <= stop)
        # the outermost answers, beyond the range that is spoken of, belong to the stretch that reaches its end
        inside |= ((values < start) & (start == low)) | ((values > stop) & (stop == high))
        return Stretch(
            low=moderator.own_unit(start),
            high=moderator.own_unit(stop),
            share=float(fit.weights[inside].sum() / total),
            sign="positive" if sign > 0 else "negative",
        )

    stretches = tuple(stretch(*part) for part in found)
    return JohnsonNeyman(
        stretches=stretches,
        low=moderator.own_unit(low),
        high=moderator.own_unit(high),
        share=min(1.0, sum(part.share for part in stretches)),
    )


def slope_regions(
    coefficients: Floats, covariance: Floats, limits: tuple[float, float], accounts: int
) -> list[tuple[float, float, int]]:
    """Return where the slope ``b + c m`` differs from zero, for all values m of the moderator at once.

    Johnson and Neyman's (1936) [1]_ regions with the simultaneous critical value of Potthoff (1964) [2]_: the squared
    slope exceeds ``2 F(2, G - 1)`` times its variance, a quadratic inequality in m.

    Parameters
    ----------
    coefficients, covariance
        Of b and c.
    limits
        The range of m that is looked at.
    accounts
        G.

    Returns
    -------
    list of (from, to, sign of the slope)
        In rising order.

    References
    ----------
    .. [1] Johnson, P. O. and Neyman, J. (1936). Tests of certain linear hypotheses and their application to some
       educational problems. Statistical Research Memoirs 1, 57-93.
    .. [2] Potthoff, R. F. (1964). On the Johnson-Neyman technique and some extensions thereof. Psychometrika 29,
       241-256.
    """
    b, c = coefficients
    factor = 2 * float(stats.f.ppf(LEVEL, 2, accounts - 1))
    quadratic = [
        c**2 - factor * covariance[1, 1],
        2 * (b * c - factor * covariance[0, 1]),
        b**2 - factor * covariance[0, 0],
    ]
    roots = np.roots(quadratic)
    inner = sorted(float(root.real) for root in roots if abs(root.imag) < 1e-12 and limits[0] < root.real < limits[1])
    cuts = [limits[0], *inner, limits[1]]
    found = []
    for start, stop in itertools.pairwise(cuts):
        middle = (start + stop) / 2
        if np.polyval(quadratic, middle) > 0:
            found.append((start, stop, 1 if b + c * middle > 0 else -1))
    return found
