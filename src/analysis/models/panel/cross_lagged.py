"""Does satisfaction move loyalty later, or loyalty satisfaction: the random-intercept cross-lagged panel model.

Every account has lasting levels of satisfaction and of loyalty; from wave to wave it deviates from them, and the paths
tell how a deviation carries over [1]_. Without the lasting levels (the plain model) the paths mix what moves within
accounts with what differs between them; that takes three waves, which half the published panels do not have [2]_.

References
----------
.. [1] Hamaker, E. L., Kuiper, R. M. and Grasman, R. P. P. P. (2015). A critique of the cross-lagged panel model.
   Psychological Methods 20, 102-116.
.. [2] Usami, S., Murayama, K. and Hamaker, E. L. (2019). A unified framework of longitudinal models to examine
   reciprocal relations. Psychological Methods 24, 637-657.
.. [3] Kolenikov, S. and Bollen, K. A. (2012). Testing negative error variances: is a Heywood case a symptom of
   misspecification? Sociological Methods & Research 41, 124-167.
"""

from dataclasses import dataclass

import numpy as np

from analysis.messages import N_
from analysis.models.clustering import Floats, checked_weights, critical_value, estimate_from_error
from analysis.models.panel.account_panel import AccountPanel, overlap
from analysis.models.panel.moments import (
    Incomplete,
    MomentFit,
    Moments,
    Structure,
    bias_reduced_deviations,
    fit_moments,
    independence_log_likelihood,
    scaling_factor,
    summarise_patterns,
    unrestricted,
)
from analysis.models.panel.results import CrossLagged, ModelFit, Path
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Point

MOST_WAVES = 6
"""Of more waves the latest so many are used: the unrestricted moments of more would need thousands of accounts."""
ACCOUNTS_PER_PARAMETER = 5
"""Accounts with two waves or more for each parameter: with 3.5, intervals of paths held the truth in as few as 83%."""
UNIT = 10.0  # points of an index that the model calls one, so that variances are near 1
PATHS = (
    ("satisfaction_to_satisfaction", N_("Satisfaction → satisfaction in the next wave"), 0, 0),
    ("loyalty_to_satisfaction", N_("Loyalty → satisfaction in the next wave"), 0, 1),
    ("satisfaction_to_loyalty", N_("Satisfaction → loyalty in the next wave"), 1, 0),
    ("loyalty_to_loyalty", N_("Loyalty → loyalty in the next wave"), 1, 1),
)


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Where the parameters of the model lie.

    Variables are satisfaction and loyalty of the first wave, then of the second, and so on. Parameters are the paths
    (rows: outcome; equal over time: 4, else 4 a step), then variance, covariance and variance of the lasting levels, of
    the first wave's deviations and of each later wave's innovations, then the means.
    """

    waves: int
    equal_paths: bool

    @property
    def paths(self) -> int:
        """Return the number of path parameters."""
        return 4 if self.equal_paths else 4 * (self.waves - 1)

    @property
    def parameters(self) -> int:
        """Return the number of free parameters."""
        return self.paths + 3 + 3 * self.waves + 2 * self.waves


def random_intercepts(layout: Layout) -> Structure:
    """Return the moments of the random-intercept cross-lagged model as a function of its parameters."""
    size, first = 2 * layout.waves, layout.paths
    lasting = np.tile(np.eye(2), (layout.waves, 1))
    pieces = (np.array([[1.0, 0], [0, 0]]), np.array([[0, 1.0], [1, 0]]), np.array([[0, 0], [0, 1.0]]))
    between = np.stack([lasting @ piece @ lasting.T for piece in pieces])
    steps = np.zeros((layout.paths, size, size))
    innovations = np.zeros((3 * layout.waves, size, size))
    for wave in range(layout.waves):
        for j, piece in enumerate(pieces):
            innovations[3 * wave + j, 2 * wave : 2 * wave + 2, 2 * wave : 2 * wave + 2] = piece
        for j in range(4) if wave else ():
            place = j if layout.equal_paths else 4 * (wave - 1) + j
            steps[place, 2 * wave + j // 2, 2 * wave - 2 + j % 2] = 1
    mean_slopes = np.zeros((layout.parameters, size))
    mean_slopes[-size:] = np.eye(size)

    def moments(theta: Floats) -> Moments:
        carried = np.linalg.inv(np.eye(size) - np.einsum("k,kij->ij", theta[:first], steps))
        shocks = np.einsum("k,kij->ij", theta[first + 3 : first + 3 + len(innovations)], innovations)
        within = carried @ shocks @ carried.T
        by_path = carried @ steps @ within
        slopes = np.concatenate(
            [
                by_path + by_path.swapaxes(1, 2),
                between,
                carried @ innovations @ carried.T,
                np.zeros((size, size, size)),
            ]
        )
        covariance = np.einsum("k,kij->ij", theta[first : first + 3], between) + within
        return Moments(mean=theta[-size:], covariance=covariance, mean_slopes=mean_slopes, covariance_slopes=slopes)

    return moments


def fit_cross_lagged(
    panel: AccountPanel, params: ClientParams, *, equal_paths: bool = True
) -> CrossLagged | NotEstimable:
    """Fit the model to the accounts over three or more waves; missing waves are allowed.

    Parameters
    ----------
    panel
        Accounts; an account weighs as the mean of its waves.
    params
        For the limits.
    equal_paths
        Whether the paths are the same from each wave to the next.
    """
    panel = latest_waves(panel)
    waves = len(panel.waves)
    if waves < 3:
        return NotEstimable(
            reason=N_(
                "Telling which comes first takes three waves; there are {waves:int}. With two, differences between"
                " customers could not be told from movements of the same customers.",
                waves=waves,
            )
        )
    layout = Layout(waves=waves, equal_paths=equal_paths)
    reason = _refuse(panel, params, layout)
    if reason is not None:
        return reason
    data = summarise_patterns(*wide(panel))
    structure = random_intercepts(layout)
    fit = fit_moments(data, structure, start_values(data, layout))
    if not fit.converged:
        return NotEstimable(
            reason=N_("The model of which comes first has no stable solution in these answers."), n=len(data.values)
        )
    deviations = bias_reduced_deviations(data, structure, fit)
    admissible = _admissible(fit, deviations, layout)
    if admissible is None:
        return NotEstimable(
            reason=N_("The model of which comes first contradicts these answers: it would need a variance below zero."),
            n=len(data.values),
        )
    quality = _model_fit(data, fit, layout)
    return _result(panel, data, layout, fit, deviations, admissible, quality)


def latest_waves(panel: AccountPanel) -> AccountPanel:
    """Return the panel's latest `MOST_WAVES` waves."""
    skipped = len(panel.waves) - MOST_WAVES
    if skipped <= 0:
        return panel
    rows = panel.rows[panel.rows["wave_order"] >= skipped].reset_index(drop=True)
    return AccountPanel(rows=rows.assign(wave_order=rows["wave_order"] - skipped), waves=panel.waves[skipped:])


def wide(panel: AccountPanel) -> tuple[Floats, Floats]:
    """Return one row an account (satisfaction and loyalty of each wave, NaN where missing), and its weight."""
    accounts, wave = panel.accounts, panel.wave
    values = np.full((int(accounts.max()) + 1, 2 * len(panel.waves)), np.nan)
    values[accounts, 2 * wave] = panel.column("satisfaction") / UNIT
    values[accounts, 2 * wave + 1] = panel.column("loyalty") / UNIT
    weights = np.bincount(accounts, panel.weights) / np.bincount(accounts)
    return values, checked_weights(weights, len(values))


def start_values(data: Incomplete, layout: Layout) -> Floats:
    """Return where the search starts: no paths, half of the mean variance lasting, half of it moving."""
    weights = data.observed[data.pattern] * data.weights[:, None]
    totals = weights.sum(axis=0)
    means = (weights * data.values).sum(axis=0) / totals
    centred = (data.values - means) * data.observed[data.pattern]
    sums = (centred * data.weights[:, None]).T @ centred
    counts = (weights.T @ data.observed[data.pattern]).clip(min=1e-9)
    covariance = sums / counts
    blocks = [covariance[2 * wave : 2 * wave + 2, 2 * wave : 2 * wave + 2] / 2 for wave in range(layout.waves)]
    mean_block = np.mean(blocks, axis=0)
    parts = [block[[0, 1, 1], [0, 0, 1]] for block in (mean_block, *blocks)]
    return np.concatenate([np.zeros(layout.paths), *parts, means])


def _refuse(panel: AccountPanel, params: ClientParams, layout: Layout) -> NotEstimable | None:
    answered = panel.answered()
    repeated = int((answered > 1).sum())
    if repeated == 0:
        return NotEstimable(reason=N_("No account answered in more than one wave."), n=0)
    least = max(params.limits.min_n, ACCOUNTS_PER_PARAMETER * layout.parameters)
    if repeated < params.limits.small_cell:
        least = params.limits.small_cell
        return NotEstimable(reason=N_("Fewer than {least:int} accounts answered in more than one wave.", least=least))
    if repeated < least:
        return NotEstimable(
            reason=N_(
                "Only {accounts:int} accounts answered in more than one wave; telling which comes first needs at least"
                " {least:int}.",
                accounts=repeated,
                least=least,
            ),
            n=repeated,
        )
    fewest = max(params.limits.min_n, params.limits.min_clusters)
    for later in range(layout.waves):
        for earlier in range(later):
            if overlap(panel, earlier, later) < fewest:
                return NotEstimable(
                    reason=N_(
                        "Too few accounts answered in both {earlier:text} and {later:text}; at least {least:int} are"
                        " needed.",
                        earlier=panel.waves[earlier],
                        later=panel.waves[later],
                        least=fewest,
                    ),
                    n=repeated,
                )
    for wave in range(layout.waves):
        some = panel.rows.loc[panel.wave == wave, ["satisfaction", "loyalty"]].to_numpy(dtype=float)
        if np.linalg.matrix_rank(some - some.mean(axis=0), tol=1e-6) < 2:
            return NotEstimable(
                reason=N_(
                    "In {wave:text} satisfaction or loyalty is the same for all accounts, or both are the same"
                    " question.",
                    wave=panel.waves[wave],
                ),
                n=repeated,
            )
    return None


def _admissible(fit: MomentFit, deviations: Floats, layout: Layout) -> bool | None:
    """Return whether all covariance blocks are proper; None where one is negative beyond what chance explains."""
    quantile = critical_value(len(deviations))
    proper = True
    for block in range(layout.waves + 1):
        place = layout.paths + 3 * block
        variance_x, covariance, variance_y = fit.parameters[place : place + 3]
        proper &= variance_x > 0 and variance_y > 0 and covariance**2 < variance_x * variance_y
        for j in (place, place + 2):
            if fit.parameters[j] + quantile * np.linalg.norm(deviations[:, j]) < 0:
                return None
    return bool(proper)


def _model_fit(data: Incomplete, fit: MomentFit, layout: Layout) -> ModelFit | NotEstimable:
    """Return chi-square, RMSEA and CFI against unrestricted and independent moments, or why there are none."""
    size = 2 * layout.waves
    rows, columns = np.tril_indices(size)
    fitted = random_intercepts(layout)(fit.parameters)
    free = fit_moments(data, unrestricted(size), np.concatenate([fitted.mean, fitted.covariance[rows, columns]]))
    refused = NotEstimable(reason=N_("How well the model fits cannot be told from these answers."), n=len(data.values))
    if not free.converged:
        return refused
    df = len(free.parameters) - layout.parameters
    statistic = max(2 * (free.log_likelihood - fit.log_likelihood), 0.0)
    scaling = scaling_factor(fit, free, df)
    if not scaling > 0:  # as a difference of two traces it may come out below zero where tails are heavy
        return refused
    n = float(data.totals.sum())
    baseline = 2 * (free.log_likelihood - independence_log_likelihood(data)) - size * (size - 1) / 2
    excess = max(statistic - df, 0.0)
    return ModelFit(
        chi_square=statistic / scaling,
        df=df,
        scaling=scaling,
        chi_square_unscaled=statistic,
        rmsea=float(np.sqrt(excess / (df * n))),
        cfi=1 - excess / max(baseline, excess, np.finfo(float).tiny),
    )


def _result(
    panel: AccountPanel,
    data: Incomplete,
    layout: Layout,
    fit: MomentFit,
    deviations: Floats,
    admissible: bool,
    quality: ModelFit | NotEstimable,
) -> CrossLagged:
    n = len(data.values)
    steps = 1 if layout.equal_paths else layout.waves - 1
    names = [(f"{key}_{step + 1}" if steps > 1 else key, label) for step in range(steps) for key, label, *_ in PATHS]
    paths = tuple(
        Path(key=key, label=label, estimate=_estimate(fit.parameters[j], deviations[:, j], n, UNIT))
        for j, (key, label) in enumerate(names)
    )
    mean_step = np.arange(4 * steps).reshape(steps, 4)
    gap = fit.parameters[mean_step[:, 2]].mean() - fit.parameters[mean_step[:, 1]].mean()
    moved = deviations[:, mean_step[:, 2]].mean(axis=1) - deviations[:, mean_step[:, 1]].mean(axis=1)
    place = layout.paths
    return CrossLagged(
        n=n,
        repeated=int((panel.answered() > 1).sum()),
        waves=panel.waves,
        patterns=len(data.totals),
        parameters=layout.parameters,
        paths=paths,
        dominance=_estimate(float(gap), moved, n, UNIT),
        lasting_satisfaction=_share(fit.parameters, place, place + 3, n),
        lasting_loyalty=_share(fit.parameters, place + 2, place + 5, n),
        admissible=admissible,
        fit=quality,
    )


def _estimate(value: float, deviations: Floats, n: int, factor: float) -> Estimate:
    error = factor * float(np.linalg.norm(deviations))
    return estimate_from_error(factor * float(value), error, clusters=n, unit="index", n=n, method="cr2-t")


def _share(theta: Floats, lasting: int, moving: int, n: int) -> Point | NotEstimable:
    """Return lasting / (lasting + moving) variance, where both are above zero.

    Without an interval: near either end the delta method's held the truth in 99 of 100 draws, twice too wide.
    """
    a, b = theta[lasting], theta[moving]
    if a <= 0 or b <= 0:
        return NotEstimable(reason=N_("What lasts and what moves cannot be told apart in these answers."), n=n)
    return Point(value=float(a / (a + b)), n=n, unit="ratio")
