"""What comes first: satisfaction of the wave before, the same wave and the wave after; purchases after and before.

Within accounts, satisfaction of a *later* wave should say nothing about today's loyalty, nor today's satisfaction about
purchases *before* it, unless loyalty or buying moves satisfaction, or something else moves both: the lead is a placebo,
and a test of strict exogeneity (Wooldridge 2010, section 10.7.1). It is shown beside the estimate, not as a verdict.
"""

from typing import Literal

import numpy as np
import pandas as pd

from analysis.data.client import ClientData
from analysis.messages import N_
from analysis.models.clustering import Codes, Floats, cluster_codes
from analysis.models.panel.account_panel import AccountPanel
from analysis.models.panel.fixed_effects import (
    TEN,
    consecutive,
    fit_within,
    moving_accounts,
    refuse,
    repeated_rows,
    slope_of,
)
from analysis.models.panel.results import PurchaseTiming, Timing
from analysis.models.repurchase_plan import missing_data
from analysis.models.repurchase_sample import bought_between, group_of, purchase_days
from analysis.params.model import ClientParams
from analysis.results import NotEstimable, Outcome

PERCENT = 100.0


def fit_timing(panel: AccountPanel, params: ClientParams, kind: Literal["lag", "lead"]) -> Timing | NotEstimable:
    """Fit loyalty on satisfaction of its own wave and of the wave before (`lag`) or after (`lead`), within accounts.

    An account counts with at least two such waves, so three waves in a row are the least.
    """
    if len(panel.waves) < 3:
        return NotEstimable(
            reason=N_("What comes first within the same accounts takes three waves; there are {waves:int}.",
                      waves=len(panel.waves))
        )  # fmt: skip
    earlier, later = consecutive(panel.accounts, panel.wave)
    own, neighbour = (later, earlier) if kind == "lag" else (earlier, later)
    joined = panel.rows.iloc[own].assign(neighbour=panel.column("satisfaction")[neighbour]).reset_index(drop=True)
    rows = repeated_rows(AccountPanel(rows=joined, waves=panel.waves))
    if rows.rows.empty:
        return NotEstimable(reason=N_("No account answered in three waves in a row."), n=0)
    reason = refuse(rows, params)
    if reason is not None:
        return reason
    focal = [rows.column("satisfaction"), rows.column("neighbour")]
    fit = fit_within(rows.column("loyalty"), focal, rows.wave, rows.weights, rows.accounts)
    if fit is None or fit.r_squared > 1 - 1e-12:
        return NotEstimable(
            reason=N_("The data cannot tell the satisfaction of one wave from that of the next."), n=len(rows.rows)
        )
    return Timing(kind=kind, n=len(rows.rows), accounts=fit.accounts, same=slope_of(fit, 0), neighbour=slope_of(fit, 1))


def fit_purchase_timing(panel: AccountPanel, data: ClientData, params: ClientParams) -> PurchaseTiming | NotEstimable:
    """Fit purchases after, and before, the answer on satisfaction with account and wave effects.

    Both windows are `params.repurchase.horizon_days` long and leave out the day of the answer; an account-wave counts
    only where the orders cover both, so that one that cannot be followed is left out and never "did not buy". The
    outcome is 0 or 1 and the model linear, because indicators of accounts are inconsistent in a logit over few waves
    (Neyman and Scott 1948). Recency and frequency are not held constant: within an account they are made of the lagged
    outcome, and would bias it (Nickell 1981).
    """
    lacking = missing_data(data, params)
    if lacking is not None:
        return NotEstimable(reason=lacking)
    rows = followed_rows(panel, data, params)
    if rows.rows.empty:
        return NotEstimable(
            reason=N_(
                "No account has two answers with {days:int} days of orders before and after each.",
                days=params.repurchase.horizon_days,
            ),
            n=0,
        )
    reason = refuse_purchases(rows, params)
    if reason is not None:
        return reason
    groups = cluster_codes(rows.rows["group"], len(rows.rows))
    w, accounts = rows.weights, rows.accounts
    after, before = rows.column("after"), rows.column("before")
    needed = int(np.ceil(params.limits.events_per_parameter * (1 + len(np.unique(rows.wave)) - 1)))
    moved_after, moved_before = (moving_accounts(values, w, accounts) for values in (after, before))
    outcomes = (
        _purchase_slope(rows, after, groups, moved_after, needed),
        _purchase_slope(rows, before, groups, moved_before, needed),
        _purchase_slope(rows, after - before, groups, min(moved_after, moved_before), needed),
    )
    days = params.repurchase.horizon_days
    return PurchaseTiming(
        n=len(w),
        accounts=rows.rows["account"].nunique(),
        groups=int(groups.max()) + 1,
        horizon_days=days,
        moved_after=moved_after,
        moved_before=moved_before,
        after=outcomes[0],
        before=outcomes[1],
        difference=outcomes[2],
        windows_overlap=_windows_overlap(rows, days),
    )


def followed_rows(panel: AccountPanel, data: ClientData, params: ClientParams) -> AccountPanel:
    """Return the customers' waves with orders on both sides, twice or more, with ``after``, ``before``, ``group``."""
    days = params.repurchase.horizon_days
    horizon = pd.Timedelta(days=days)
    survey = data.table("survey")
    known = survey.loc[survey["customer_id"].notna(), "account_key"].astype(str).unique()
    rows = panel.rows[panel.rows["account"].isin(known)]
    answered = rows["responded_on"].dt.normalize()
    first = data.table("transactions")["ordered_on"].min().normalize()
    covered = (answered + horizon <= data.recorded_until("transactions")) & (answered - horizon >= first)
    rows = rows[covered].rename(columns={"account": "customer_id"}).reset_index(drop=True)
    found = []
    purchases = purchase_days(data)
    for _, some in rows.groupby("wave_order"):  # within a wave a customer stands once, as these functions need it
        found.append(
            some.assign(
                after=bought_between(some, purchases, 0, days).astype(float),
                before=bought_between(some, purchases, -days - 1, -1).astype(float),
            )
        )
    if not found:
        return AccountPanel(rows=rows.assign(account=[], after=[], before=[], group=[]), waves=panel.waves)
    rows = pd.concat(found)
    rows["group"] = group_of(rows["customer_id"], data)
    rows = rows.rename(columns={"customer_id": "account"}).sort_values(["account", "wave_order"], ignore_index=True)
    return repeated_rows(AccountPanel(rows=rows, waves=panel.waves))


def refuse_purchases(rows: AccountPanel, params: ClientParams) -> NotEstimable | None:
    """Return why these rows cannot carry the purchase models, or None."""
    reason = refuse(AccountPanel(rows=rows.rows.assign(loyalty=rows.rows["satisfaction"]), waves=rows.waves), params)
    if reason is not None:
        return reason
    groups = rows.rows["group"].nunique()
    if groups < params.limits.min_clusters:
        return NotEstimable(
            reason=N_(
                "The customers belong to {groups:int} groups of companies; an interval needs at least {least:int}.",
                groups=groups,
                least=params.limits.min_clusters,
            ),
            n=len(rows.rows),
        )
    return None


def _purchase_slope(rows: AccountPanel, outcome: Floats, groups: Codes, moved: int, needed: int) -> Outcome:
    """Return percentage points per 10 points of satisfaction, or why too few accounts changed their buying."""
    if moved < needed:
        return NotEstimable(
            reason=N_(
                "Only {moved:int} accounts bought around one answer and not around another; at least {needed:int} are"
                " needed.",
                moved=moved,
                needed=needed,
            ),
            n=len(outcome),
        )
    fit = fit_within(outcome, [rows.column("satisfaction")], rows.wave, rows.weights, rows.accounts, groups)
    if fit is None:
        return NotEstimable(
            reason=N_("No account's satisfaction moved otherwise than everybody's from wave to wave."), n=len(outcome)
        )
    return slope_of(fit, factor=TEN * PERCENT, unit="percentage_points")


def _windows_overlap(rows: AccountPanel, days: int) -> bool:
    """Return whether some account answered again before the windows of its last answer and this one were apart."""
    gaps = rows.rows.groupby("account")["responded_on"].diff().dt.days
    return bool((gaps <= 2 * days).any())
