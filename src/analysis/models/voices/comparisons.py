"""Whether a theme differs between segments, over time, and with what customers answer and do.

References
----------
.. [1] Campbell, I. (2007). Chi-squared and Fisher-Irwin tests of two-by-two tables with small sample recommendations.
   Statistics in Medicine 26, 3661-3675.
.. [2] Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal Statistical
   Society B, 57(1), 289-300.
"""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from analysis.messages import N_
from analysis.models.clustering import Codes, Floats, estimate_from_error
from analysis.models.linear import fit_linear
from analysis.models.voices.mentions import Flags, Segments, Writers
from analysis.models.voices.result import ThemeEffect
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome

RATE = 0.05
"""False discovery rate over all themes [2]_."""
LEAST_EXPECTED = 3.0
"""Fewest customers expected in any cell for the test between segments."""
FEWEST_MENTIONS = 10
"""Fewest customers who raise a theme, and who do not, for a comparison with it."""


def segment_p_value(raises: Flags, segments: Segments, params: ClientParams) -> float | None:
    """Return the p-value of the test that a theme is equally widespread in all segments, or None.

    Pearson's statistic times (N - 1) / N, which keeps its level down to small expected counts [1]_. Segments of fewer
    writers than `min_clusters` take no part, nor do hidden ones, whose share the p-value would give away.
    """
    taking_part = _shown(segments, params.limits.min_clusters)
    if len(taking_part) < 2:
        return None
    chosen = np.isin(segments.codes, taking_part)
    place = np.searchsorted(taking_part, segments.codes[chosen])
    raised = raises[chosen].astype(float)
    table = np.array([np.bincount(place, raised), np.bincount(place, 1 - raised)])
    total = table.sum()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    if expected.min() < LEAST_EXPECTED:
        return None
    statistic = float(((table - expected) ** 2 / expected).sum()) * (total - 1) / total
    return float(stats.chi2.sf(statistic, len(taking_part) - 1))


def adjusted(p_values: Sequence[float | None]) -> list[float | None]:
    """Return Benjamini-Hochberg adjusted p-values; None stays None."""
    tested = [p for p in p_values if p is not None]
    if not tested:
        return [None] * len(p_values)
    found = iter(float(p) for p in stats.false_discovery_control(tested, method="bh"))
    return [None if p is None else next(found) for p in p_values]


def as_family(effects: Sequence[Outcome]) -> list[ThemeEffect]:
    """Return the effects of all themes, tested as one family."""
    p_values = [effect.p_value if isinstance(effect, Estimate) else None for effect in effects]
    return [
        ThemeEffect(effect=effect, adjusted_p=p, differs=p is not None and p <= RATE)
        for effect, p in zip(effects, adjusted(p_values), strict=True)
    ]


def change_of(now: Writers, before: Writers, theme: int, params: ClientParams) -> Outcome:
    """Return by how many percentage points a theme is more widespread than in the twelve months before.

    Both windows are stacked and clustered by customer, since many write in both.
    """
    fewest = params.limits.min_n
    if min(now.n, before.n) < fewest:
        reason = N_("Fewer than {least:int} customers wrote in one of the two periods.", least=fewest)
        return NotEstimable(reason=reason, n=min(now.n, before.n))
    raised = np.concatenate([now.raises[:, theme], before.raises[:, theme]]).astype(float)
    if min(raised.sum(), len(raised) - raised.sum()) < FEWEST_MENTIONS:
        return too_few_mentions()
    later = np.concatenate([np.ones(now.n), np.zeros(before.n)])
    design = np.column_stack([np.ones(len(raised)), later])
    fit = fit_linear(raised, design, clusters=np.concatenate([now.customers, before.customers]))
    error = float(np.sqrt(fit.covariance[1, 1]))
    if error == 0:
        return too_few_mentions()
    return estimate_from_error(
        100 * fit.coefficients[1],
        100 * error,
        clusters=fit.accounts,
        unit="percentage_points",
        n=len(raised),
        method="cr3-t",
    )


def too_few_mentions() -> NotEstimable:
    """Return the answer where a theme is raised by too few, or by nearly everybody."""
    return NotEstimable(
        reason=N_("Fewer than {least:int} customers raise it, or do not, for a comparison.", least=FEWEST_MENTIONS)
    )


def is_spread(raises: Flags, segments: Segments, params: ClientParams, *, of_segments: float, of_share: float) -> bool:
    """Return whether a theme is raised in most segments about as much as overall.

    Parameters
    ----------
    of_segments
        In this share of the segments with at least `min_n` writers ...
    of_share
        ... at least this share of the overall prevalence must be found.
    """
    compared = _shown(segments, params.limits.min_n)
    if len(compared) < 2:
        return True
    overall = float(raises.mean())
    shares: Floats = np.array([raises[segments.codes == place].mean() for place in compared])
    return bool((shares >= of_share * overall).mean() >= of_segments)


def _shown(segments: Segments, fewest: int) -> Codes:
    """Return the segments of at least `fewest` writers that are not hidden."""
    enough = np.flatnonzero(segments.sizes >= fewest)
    return enough[~np.isin(enough, sorted(segments.hidden))]
