"""From a decomposition and its draws to shares with intervals, places and who outranks whom.

A share lies between 0 and 1, and R squared can only rise with a driver, so a share near zero is too large on average
and its draws lean to one side. Intervals are therefore made on the log odds of the share, with t(G - 1) and the larger
of two bootstrap errors: that of the log odds, and that of the share itself carried over to log odds.
"""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from analysis.messages import N_
from analysis.models.bootstrap import outranking
from analysis.models.clustering import LEVEL, Floats, critical_value
from analysis.models.drivers.data import Driver
from analysis.models.drivers.decomposition import Decomposition
from analysis.models.drivers.result import DriverShare
from analysis.results import Estimate, NotEstimable, Outcome

SMALLEST = 1e-4
"""A share below this counts as this where its log odds are taken."""


def share_draws(decomposition: Decomposition) -> Floats:
    """Return the shares in each draw, shape (draws, p), each row summing to 1."""
    parts = np.maximum(decomposition.draws, 0.0)
    total = parts.sum(axis=1, keepdims=True)
    return np.asarray(parts / np.where(total > 0, total, 1.0))


def share_of(decomposition: Decomposition) -> Floats:
    """Return the shares of the sample, shape (p,)."""
    parts = np.maximum(decomposition.contributions, 0.0)
    return np.asarray(parts / parts.sum())


def log_odds(share: Floats) -> Floats:
    """Return log odds, of shares kept `SMALLEST` away from 0 and 1."""
    inside = np.clip(share, SMALLEST, 1 - SMALLEST)
    return np.asarray(np.log(inside / (1 - inside)))


def log_odds_error(share: Floats, draws: Floats) -> Floats:
    """Return the standard error of each share's log odds, shape (p,): the larger of the two (see above)."""
    inside = np.clip(share, SMALLEST, 1 - SMALLEST)
    carried_over = draws.std(axis=0, ddof=1) / (inside * (1 - inside))
    return np.maximum(log_odds(draws).std(axis=0, ddof=1), carried_over)


def estimate_shares(
    drivers: Sequence[Driver],
    decomposition: Decomposition,
    *,
    n: int,
    accounts: int,
    relative: Floats | None,
    opposite: Sequence[bool],
) -> tuple[DriverShare, ...]:
    """Return each driver's share with its interval and place.

    Parameters
    ----------
    drivers, decomposition
        In the same order.
    n, accounts
        Rows, and accounts they are clustered by.
    relative
        Relative weights, or None.
    opposite
        Whether better answers about the driver go with worse outcomes.
    """
    shares, draws = share_of(decomposition), share_draws(decomposition)
    margin = critical_value(accounts) * log_odds_error(shares, draws)
    centre = log_odds(shares)
    low, high = (1 / (1 + np.exp(-(centre + sign * margin))) for sign in (-1, 1))
    lowest, highest = rank_limits(shares, draws, accounts)
    rank = np.argsort(np.argsort(-shares, kind="stable"), kind="stable") + 1
    errors = decomposition.monte_carlo_error
    return tuple(
        DriverShare(
            driver=driver,
            share=Estimate(
                value=float(shares[j]),
                low=float(min(low[j], shares[j])),
                high=float(max(high[j], shares[j])),
                n=n,
                method="bootstrap-se-t",
                unit="proportion",
                std_error=float(draws[:, j].std(ddof=1)),
                clusters=accounts,
            ),
            contribution=float(decomposition.contributions[j]),
            rank=int(rank[j]),
            rank_low=int(min(lowest[j], rank[j])),
            rank_high=int(max(highest[j], rank[j])),
            relative_weight=None if relative is None else float(relative[j] / relative.sum()),
            monte_carlo_error=None if errors is None else float(errors[j] / decomposition.r_squared),
            opposite=bool(opposite[j]),
        )
        for j, driver in enumerate(drivers)
    )


def rank_limits(shares: Floats, draws: Floats, accounts: int) -> tuple[Floats, Floats]:
    """Return the best and the worst place that cannot be ruled out for each driver.

    A driver stands below another where their difference exceeds its bootstrap error by the t quantile for all p - 1
    comparisons together (Bonferroni) [1]_.

    References
    ----------
    .. [1] Mogstad, M., Romano, J. P., Shaikh, A. M. and Wilhelm, D. (2024). Inference for ranks with applications to
       mobility across neighbourhoods and academic achievement across countries. Review of Economic Studies 91, 476-518.
    """
    count = len(shares)
    quantile = critical_value(accounts, 1 - (1 - LEVEL) / max(count - 1, 1))
    difference = shares[:, None] - shares[None, :]
    covariance = np.cov(draws, rowvar=False)
    variance = np.diag(covariance)
    error = np.sqrt(np.maximum(variance[:, None] + variance[None, :] - 2 * covariance, 0.0))
    above = difference > quantile * error
    np.fill_diagonal(above, val=False)
    return 1 + above.sum(axis=0), count - above.sum(axis=1)


def outranks_of(decomposition: Decomposition) -> tuple[tuple[float, ...], ...]:
    """Return the share of draws in which each driver's share exceeds each other's."""
    return tuple(tuple(row) for row in outranking(decomposition.draws).tolist())


def chance_share(decomposition: Decomposition) -> float:
    """Return the share that an unrelated question would be expected to get.

    The draws' mean R squared exceeds the sample's by about as much as the sample's exceeds the truth; each driver has
    an equal part in that.
    """
    excess = float(decomposition.draws.sum(axis=1).mean()) - decomposition.r_squared
    drivers = len(decomposition.contributions)
    return float(np.clip(excess / drivers / max(decomposition.r_squared, SMALLEST), 0.0, 1.0))


def estimate_r_squared(decomposition: Decomposition, *, n: int, accounts: int) -> Outcome:
    """Return R squared, adjusted for chance, by the jackknife on Fisher's z of its root, the multiple correlation.

    The jackknife takes out the part of R squared that so many drivers would explain by chance. The t quantile has as
    many degrees of freedom as the error has: where a few accounts give most of the answers, it rests on these few.
    """
    largest = 1 - SMALLEST**2
    roots = np.sqrt(np.clip(np.append(decomposition.without_each, decomposition.r_squared), 0.0, largest))
    z = np.arctanh(roots)
    units = len(z) - 1
    squares = (z[:-1] - z[:-1].mean()) ** 2
    error = float(np.sqrt((units - 1) / units * squares.sum()))
    if error == 0:
        return NotEstimable(reason=N_("All customers are alike in it, so the data carry no sign of its uncertainty."))
    spread = float((squares**2).sum() - squares.sum() ** 2 / units)
    freedom = min(accounts - 1.0, 2 * float(squares.sum()) ** 2 / max(spread, np.finfo(float).tiny))
    margin = float(stats.t.ppf((1 + LEVEL) / 2, max(freedom, 1.0))) * error
    centre = max(0.0, float(z[-1] - (units - 1) * (z[:-1].mean() - z[-1])))
    value, low, high = (float(np.tanh(max(limit, 0.0)) ** 2) for limit in (centre, centre - margin, centre + margin))
    return Estimate(
        value=value,
        low=low,
        high=high,
        n=n,
        method="jackknife-fisher-z-t",
        unit="proportion",
        clusters=accounts,
    )
