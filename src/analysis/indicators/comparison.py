"""Two periods compared: the change, its interval, its test, and what these data could have shown.

References
----------
.. [1] Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics
       Bulletin 2, 110-114.
"""

import math

import numpy as np
from scipy import special

from analysis.indicators.estimation import LEVEL, MIN_CLUSTERS, Measure, degenerate_limits, refuse
from analysis.indicators.samples import TINY, Codes, Floats, Moments, Sample, moments_of, normal_quantile, t_quantile
from analysis.messages import N_
from analysis.results import Change, Estimate, NotEstimable, Unit, Verdict

ALPHA = 0.05
POWER = 0.8
# With fewer, the mean of the small period is so skewed beside the other's that the test of a true null rejects in up to
# 13% of cases (lognormal values, sigma 1.2); from a quarter on it keeps its level.
FEWEST_BESIDE = 0.25


def difference(
    earlier: Sample,
    later: Sample,
    measure: Measure,
    *,
    labels: tuple[str, str],
    min_clusters: int = MIN_CLUSTERS,
    min_n: int = 1,
    level: float = LEVEL,
) -> Change | NotEstimable:
    """Compare two periods; an account present in both enters with both contributions at once.

    The variance of ``m2 - m1`` is linearised over the stacked rows and clustered by account, which pairs what is
    paired and treats the rest as independent: a full panel gives the paired t test, no overlap Welch's. Proportions
    are compared in percentage points.

    Parameters
    ----------
    earlier, later
        Samples cut from the same one, so that their codes mean the same accounts.
    measure
        What their values are.
    labels
        Names of the two periods.
    min_clusters, min_n, level
        As in `estimate`, asked of each period.
    """
    for sample in (earlier, later):
        refusal = refuse(sample, min_clusters=min_clusters, min_n=min_n)
        if refusal is not None:
            return refusal
    first, second = moments_of(earlier), moments_of(later)
    if measure.bounds is None and min(first.n, second.n) < FEWEST_BESIDE * max(first.n, second.n):
        reason = N_("One period has less than a quarter of the customers of the other, too few for a fair comparison.")
        return NotEstimable(reason=reason, n=second.n)
    codes = np.union1d(first.codes, second.codes)
    joint = np.zeros(len(codes))
    joint[np.searchsorted(codes, second.codes)] += second.contributions
    joint[np.searchsorted(codes, first.codes)] -= first.contributions
    parts = [part for part in _by_presence(first, second, codes, joint) if len(part)]
    variances = [len(part) / max(len(part) - 1, 1) * float((part * part).sum()) for part in parts]
    variance = sum(variances)
    for moments in (first, second):  # a period without variation is not a period without uncertainty
        if moments.variance <= 0:
            variance += _degenerate_variance(moments, measure.bounds, level)
    floor = TINY * max(first.variance, second.variance)
    if variance <= floor:  # every account moved alike
        reason = N_("Every account changed by the same amount, so the data carry no sign of the change's uncertainty.")
        return NotEstimable(reason=reason, n=second.n)
    factor = 100.0 if measure.kind == "proportion" else 1.0
    return weigh_change(
        value=factor * (second.mean - first.mean),
        error=factor * math.sqrt(variance),
        degrees=_joint_degrees(first, second, parts, variances, effective=earlier.effective_degrees),
        limit=None if measure.bounds is None else factor * (measure.bounds[1] - measure.bounds[0]),
        unit="percentage_points" if measure.kind == "proportion" else measure.unit,
        n=(first.n, second.n),
        clusters=len(codes),
        labels=labels,
        overlap=_overlap(earlier, later),
        level=level,
    )


def _by_presence(first: Moments, second: Moments, codes: Codes, joint: Floats) -> list[Floats]:
    """Return the contributions of the accounts of the earlier period alone, of the later alone, and of both."""
    presence = np.isin(codes, first.codes) + 2 * np.isin(codes, second.codes)
    return [joint[presence == kind] for kind in (1, 2, 3)]


def _joint_degrees(
    first: Moments, second: Moments, parts: list[Floats], variances: list[float], *, effective: bool
) -> float:
    """Return Welch and Satterthwaite's degrees of freedom [1]_.

    A full panel has G - 1, two samples without overlap have Welch's.
    """
    spread = sum(value**2 / max(len(part) - 1, 1) for value, part in zip(variances, parts, strict=True))
    accounts = sum(len(part) for part in parts)
    degrees = sum(variances) ** 2 / spread if spread > 0 else accounts - 1
    degrees = min(max(degrees, 1.0), accounts - 1)
    return min(degrees, first.degrees, second.degrees) if effective else degrees


def _degenerate_variance(moments: Moments, bounds: tuple[float, float] | None, level: float) -> float:
    if bounds is None:
        return 0.0
    low, high = degenerate_limits(moments, bounds, level)
    return ((high - low) / 2 / normal_quantile(1 - (1 - level) / 2)) ** 2


def _overlap(earlier: Sample, later: Sample) -> int:
    return len(np.intersect1d(earlier.units[earlier.weights > 0], later.units[later.weights > 0]))


def weigh_change(
    *,
    value: float,
    error: float,
    degrees: float,
    limit: float | None,
    unit: Unit,
    n: tuple[int, int],
    clusters: int,
    labels: tuple[str, str],
    overlap: int,
    level: float,
) -> Change:
    """Test a difference with a known standard error, and say what it could have shown.

    Parameters
    ----------
    value, error, degrees
        Difference (later minus earlier), its standard error, and the degrees of freedom of t.
    limit
        Largest possible difference in absolute value, or None.
    unit, labels, overlap, level
        As in `Change` and its `Estimate`.
    n, clusters
        Units of the two periods, and accounts in either.
    """
    p_value = float(2 * special.stdtr(degrees, -abs(value) / error))
    quantile = t_quantile(1 - (1 - level) / 2, degrees)
    low, high = value - quantile * error, value + quantile * error
    if limit is not None:
        low, high = max(low, min(-limit, value)), min(high, max(limit, value))
    verdict: Verdict = "no_change" if p_value >= ALPHA else ("rose" if value > 0 else "fell")
    return Change(
        earlier=labels[0],
        later=labels[1],
        difference=Estimate(
            value=value,
            low=low,
            high=high,
            n=sum(n),
            method="stacked-cluster-t",
            unit=unit,
            level=level,
            std_error=error,
            clusters=clusters,
            p_value=p_value,
        ),
        verdict=verdict,
        smallest_detectable=(t_quantile(1 - ALPHA / 2, degrees) + t_quantile(POWER, degrees)) * error,
        overlap=overlap,
        alpha=ALPHA,
    )
