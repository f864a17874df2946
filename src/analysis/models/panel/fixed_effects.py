"""Whether an account's loyalty moves with its own satisfaction: fixed effects, and change on change.

Everything that lasts - size, sector, a generous respondent - is the account's own and drops out. Wave effects remove
what moved all accounts at once.

References
----------
.. [1] Wooldridge, J. M. (2010). Econometric Analysis of Cross Section and Panel Data. 2nd ed., MIT Press, ch. 10.
.. [2] Mundlak, Y. (1978). On the pooling of time series and cross section data. Econometrica 46, 69-85.
.. [3] Allison, P. D. (2019). Asymmetric fixed-effects models for panel data. Socius 5.
"""

from collections.abc import Sequence

import numpy as np

from analysis.messages import N_
from analysis.models.clustering import Codes, Floats, checked_weights, estimate_from_error
from analysis.models.diagnostics import FEWEST_DIFFERING
from analysis.models.linear import LinearFit, fit_linear
from analysis.models.panel.account_panel import AccountPanel
from analysis.models.panel.results import ChangeOnChange, FixedEffects
from analysis.models.terms import COLLINEAR, is_redundant
from analysis.params.model import ClientParams
from analysis.results import Estimate, NotEstimable, Outcome, Unit

TEN = 10.0  # points of satisfaction that a slope is told for
# Below this share of unexplained movement the two indices are the same thing, and no interval means anything.
IDENTICAL = 1e-12


def account_means(values: Floats, weights: Floats, accounts: Codes) -> Floats:
    """Return, by row, the weighted mean of its account (first axis: rows)."""
    flat = values.reshape(len(values), -1)
    totals = np.bincount(accounts, weights)
    sums = np.column_stack([np.bincount(accounts, weights * column) for column in flat.T])
    return np.asarray((sums / totals[:, None])[accounts].reshape(values.shape))


def within_account(values: Floats, weights: Floats, accounts: Codes) -> Floats:
    """Return the deviations from the account's own weighted mean; what hardly differs from it is exactly zero."""
    moved = values - account_means(values, weights, accounts)
    return np.where(np.abs(moved) <= COLLINEAR * (1 + np.abs(values)), 0.0, moved)


def wave_columns(wave: Codes) -> Floats:
    """Return an indicator of every wave but the first that occurs, shape (n, waves - 1)."""
    return (wave[:, None] == np.unique(wave)[1:][None, :]).astype(float)


def independent(focal: Sequence[Floats], others: Floats) -> Floats | None:
    """Return the focal columns and those of `others` that are not redundant; None where the others tell a focal one."""
    kept: list[Floats] = []
    for values in others.T:
        if np.linalg.norm(values) > 0 and not (kept and is_redundant(values, kept)):
            kept.append(values)
    for place, values in enumerate(focal):
        known = [*kept, *focal[:place]]
        if np.linalg.norm(values) == 0 or (known and is_redundant(values, known)):
            return None
    return np.column_stack([*focal, *kept])


def fit_within(
    outcome: Floats,
    focal: Sequence[Floats],
    wave: Codes,
    weights: Floats,
    accounts: Codes,
    clusters: Codes | None = None,
) -> LinearFit | None:
    """Fit the outcome on focal columns with account and wave effects; None where a focal column does not move.

    By the theorem of Frisch and Waugh the coefficients are those of a regression on an indicator of every account; as
    leaving out an account takes its indicator along, so is their jackknife over accounts, or over groups of accounts.
    """
    w = checked_weights(weights, len(outcome))
    matrix = independent(
        [within_account(values, w, accounts) for values in focal], within_account(wave_columns(wave), w, accounts)
    )
    if matrix is None:
        return None
    moved = within_account(outcome, w, accounts)
    return fit_linear(moved, matrix, weights=w, clusters=accounts if clusters is None else clusters)


def slope_of(fit: LinearFit, column: int = 0, *, factor: float = TEN, unit: Unit = "index") -> Estimate:
    """Return a coefficient times `factor` with its t(G - 1) interval."""
    return contrast_of(fit, {column: factor}, unit=unit)


def contrast_of(fit: LinearFit, factors: dict[int, float], *, unit: Unit = "index") -> Estimate:
    """Return a combination of coefficients (column -> factor) with its t(G - 1) interval."""
    weights = np.zeros(len(fit.coefficients))
    weights[list(factors)] = list(factors.values())
    error = float(np.linalg.norm(fit.deviations @ weights))
    return estimate_from_error(
        float(weights @ fit.coefficients), error, clusters=fit.accounts, unit=unit, n=len(fit.fitted), method="cr3-t"
    )


def fit_fixed_effects(panel: AccountPanel, params: ClientParams) -> FixedEffects | NotEstimable:
    """Fit loyalty on satisfaction within accounts over all waves."""
    rows = repeated_rows(panel)
    reason = refuse(rows, params)
    if reason is not None:
        return reason
    satisfaction, loyalty, w = rows.column("satisfaction"), rows.column("loyalty"), rows.weights
    accounts, wave = rows.accounts, rows.wave
    fit = fit_within(loyalty, [satisfaction], wave, w, accounts)
    if fit is None:
        return NotEstimable(
            reason=N_("No account's satisfaction moved otherwise than everybody's from wave to wave."), n=len(w)
        )
    moved = within_account(loyalty, w, accounts)
    left = float((w * (fit.residuals**2)).sum() / max((w * moved**2).sum(), np.finfo(float).tiny))
    if left < IDENTICAL:
        return NotEstimable(
            reason=N_("Loyalty follows from satisfaction without any scatter: both seem to be the same question."),
            n=len(w),
        )
    own = within_account(satisfaction, w, accounts)
    total = satisfaction - np.average(satisfaction, weights=w)
    return FixedEffects(
        n=len(w),
        accounts=fit.accounts,
        within=slope_of(fit),
        pooled=_pooled(rows),
        between_minus_within=_contextual(rows),
        within_share=float((w @ own**2) / (w @ total**2)),
        r_squared_within=1 - left,
    )


def _pooled(rows: AccountPanel) -> Outcome:
    """Return the slope over the same rows without account effects."""
    design = np.column_stack([rows.column("satisfaction"), np.ones(len(rows.rows))])
    matrix = independent([*design.T], wave_columns(rows.wave))
    if matrix is None:
        return NotEstimable(reason=N_("All respondents gave the same satisfaction."))
    return slope_of(fit_linear(rows.column("loyalty"), matrix, weights=rows.weights, clusters=rows.accounts))


def _contextual(rows: AccountPanel) -> Outcome:
    """Return Mundlak's contextual effect: the coefficient of the account's mean beside that of its own value."""
    satisfaction, w, accounts = rows.column("satisfaction"), rows.weights, rows.accounts
    waves = wave_columns(rows.wave)
    mean = account_means(satisfaction, w, accounts)
    # The intercept first: where every account answered in the same waves, the waves' means are constant too.
    others = np.column_stack([np.ones(len(w)), waves, account_means(waves, w, accounts)])
    matrix = independent([satisfaction, mean], others)
    if matrix is None:
        return NotEstimable(reason=N_("All accounts have the same mean satisfaction."))
    return slope_of(fit_linear(rows.column("loyalty"), matrix, weights=w, clusters=accounts), 1)


def repeated_rows(panel: AccountPanel) -> AccountPanel:
    """Return the rows of accounts that answered in at least two waves."""
    often = panel.answered()[panel.accounts] > 1
    return AccountPanel(rows=panel.rows[often].reset_index(drop=True), waves=panel.waves)


def refuse(rows: AccountPanel, params: ClientParams) -> NotEstimable | None:
    """Return why these repeated rows cannot carry an estimate, or None."""
    accounts = rows.rows["account"].nunique()
    if accounts == 0:
        return NotEstimable(reason=N_("No account answered in more than one wave."), n=0)
    if accounts < params.limits.small_cell:
        least = params.limits.small_cell
        return NotEstimable(reason=N_("Fewer than {least:int} accounts answered in more than one wave.", least=least))
    least = max(params.limits.min_n, params.limits.min_clusters)
    if accounts < least:
        return NotEstimable(
            reason=N_(
                "Only {accounts:int} accounts answered in more than one wave; at least {least:int} are needed.",
                accounts=accounts,
                least=least,
            ),
            n=accounts,
        )
    for column, nobody, few in (
        (
            "satisfaction",
            N_("No account's satisfaction changed between waves."),
            N_("The satisfaction of all but a few accounts stayed the same between waves."),
        ),
        (
            "loyalty",
            N_("No account's loyalty changed between waves."),
            N_("The loyalty of all but a few accounts stayed the same between waves."),
        ),
    ):
        moved = moving_accounts(rows.column(column), rows.weights, rows.accounts)
        if moved < FEWEST_DIFFERING:
            return NotEstimable(reason=nobody if moved == 0 else few, n=accounts)
    return None


def moving_accounts(values: Floats, weights: Floats, accounts: Codes) -> int:
    """Return how many accounts have a value that differs from their own mean."""
    return len(np.unique(accounts[within_account(values, weights, accounts) != 0]))


def fit_changes(panel: AccountPanel, params: ClientParams) -> ChangeOnChange | NotEstimable:
    """Fit the change of loyalty on the change of satisfaction between consecutive waves, rises and falls apart.

    Every account that answered in two consecutive waves gives a row; it weighs as the mean of its two waves, and
    each pair of waves has a mean change of its own.
    """
    earlier, later = consecutive(panel.accounts, panel.wave)
    if len(earlier) == 0:
        return NotEstimable(reason=N_("No account answered in two consecutive waves."), n=0)
    rows = panel.rows.iloc[np.concatenate([earlier, later])].sort_values(["account", "wave_order"], ignore_index=True)
    reason = refuse(AccountPanel(rows=rows.drop_duplicates(ignore_index=True), waves=panel.waves), params)
    if reason is not None:
        return reason
    satisfaction, loyalty = panel.column("satisfaction"), panel.column("loyalty")
    moved, followed = satisfaction[later] - satisfaction[earlier], loyalty[later] - loyalty[earlier]
    accounts, w = panel.accounts[later], (panel.weights[earlier] + panel.weights[later]) / 2
    pairs = (panel.wave[later][:, None] == np.unique(panel.wave[later])[None, :]).astype(float)
    matrix = independent([moved], pairs)
    if matrix is None:
        return NotEstimable(
            reason=N_("No account's satisfaction moved otherwise than everybody's from wave to wave."), n=len(moved)
        )
    fit = fit_linear(followed, matrix, weights=w, clusters=accounts)
    if fit.r_squared > 1 - IDENTICAL:
        return NotEstimable(
            reason=N_("Loyalty follows from satisfaction without any scatter: both seem to be the same question."),
            n=len(moved),
        )
    gain, loss, asymmetry = _rises_and_falls(moved, followed, pairs, w, accounts, params)
    return ChangeOnChange(
        n=len(moved),
        accounts=fit.accounts,
        gained=int((moved > 0).sum()),
        lost=int((moved < 0).sum()),
        slope=slope_of(fit),
        gain=gain,
        loss=loss,
        asymmetry=asymmetry,
    )


def consecutive(accounts: Codes, wave: Codes) -> tuple[Codes, Codes]:
    """Return the positions of rows that follow each other: the same account, one wave apart (rows sorted by both)."""
    follows = (accounts[1:] == accounts[:-1]) & (wave[1:] == wave[:-1] + 1)
    earlier = np.flatnonzero(follows)
    return earlier, earlier + 1


def _rises_and_falls(
    moved: Floats, followed: Floats, pairs: Floats, weights: Floats, accounts: Codes, params: ClientParams
) -> tuple[Outcome, Outcome, Outcome]:
    """Return the slopes of rises and of falls, and how much steeper falls are."""
    least = max(params.limits.min_clusters, FEWEST_DIFFERING)
    for some, few in (
        (moved > 0, N_("Satisfaction rose in too few accounts to tell rises from falls.")),
        (moved < 0, N_("Satisfaction fell in too few accounts to tell rises from falls.")),
    ):
        if len(np.unique(accounts[some])) < least:
            refused = NotEstimable(reason=few)
            return refused, refused, refused
    matrix = independent([np.maximum(moved, 0), np.minimum(moved, 0)], pairs)
    if matrix is None:
        refused = NotEstimable(reason=N_("The data cannot tell rises of satisfaction from its falls."))
        return refused, refused, refused
    fit = fit_linear(followed, matrix, weights=weights, clusters=accounts)
    return slope_of(fit, 0), slope_of(fit, 1), contrast_of(fit, {0: -TEN, 1: TEN})
